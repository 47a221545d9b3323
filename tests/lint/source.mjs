// What the lints share: which files there are, and C source without its comments and strings.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

// Folders that hold nothing written by hand; .gitignore names the same.
const made = new Set(['.git', 'build', 'var', 'node_modules']);

// Paths of all files, from the top of the tree, that `want` (a regular expression) matches; sorted.
// The tree is walked, not asked of git, so that the lints also run on an unpacked archive.
export function files(want) {
  const found = [];
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isDirectory() && !made.has(entry.name)) walk(path);
      else if (entry.isFile() && want.test(path)) found.push(path);
    }
  };
  walk('');
  return found.sort();
}

export const read = (path) => readFileSync(join(root, path), 'utf8');

export const lineOf = (text, offset) => text.slice(0, offset).split('\n').length;

const token = /\/\*[^]*?(?:\*\/|$)|\/\/(?:\\\n|[^\n])*|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'/g;
const blank = (s) => s.replace(/[^\n]/g, ' ');

// C source of the same length and lines, with every comment blanked, and the inside of every string
// and character constant too, unless keepStrings.
export function code(text, { keepStrings = false } = {}) {
  return text.replace(token, (s) => {
    if (s[0] === '/') return blank(s);
    return keepStrings ? s : s[0] + blank(s.slice(1, -1)) + s[0];
  });
}

// The string constants of C source: [{ at, value }], value as written between the quotes.
export function strings(text) {
  return [...text.matchAll(token)]
    .filter((m) => m[0][0] === '"')
    .map((m) => ({ at: m.index, value: m[0].slice(1, -1) }));
}

const withoutDirectives = (text) => text.replace(/^[ \t]*#(?:\\\n|[^\n])*/gm, blank);

// The functions that C source defines: [{ name, line, lines }], counted from the line of the name
// to that of the closing brace. Throws if braces do not match, since nothing could be said then.
export function functions(text) {
  const source = withoutDirectives(code(text));
  const found = [];
  let depth = 0;
  let current = null;
  for (const m of source.matchAll(/[{}]/g)) {
    if (m[0] === '{' && depth++ === 0) current = headOf(source, m.index);
    if (m[0] === '{') continue;
    if (--depth < 0) throw new Error(`line ${lineOf(source, m.index)}: a brace closes nothing`);
    if (depth === 0 && current)
      found.push({ ...current, lines: lineOf(source, m.index) - current.line + 1 });
  }
  if (depth) throw new Error('a brace is never closed');
  return found;
}

// The function whose body opens at `end`: its head ends in ")"; null for a struct, enum or table.
function headOf(source, end) {
  const start = Math.max(source.lastIndexOf(';', end), source.lastIndexOf('}', end)) + 1;
  const head = source.slice(start, end).trimEnd();
  if (!head.endsWith(')')) return null;
  const name = [...head.matchAll(/([A-Za-z_]\w*)\(/g)].find((m) => m[1] !== '__attribute__');
  return name ? { name: name[1], line: lineOf(source, start + name.index) } : null;
}

export const sources = () => files(/^(?!tests\/).*\.[ch]$/);
export const allC = () => files(/\.[ch]$/);

// One message for all findings: a lint names everything that is wrong, not only the first.
export const report = (findings) => findings.join('\n');
