#!/usr/bin/env node
// Writes templates/po/sitaminter.pot, the list of every text that can be translated:
//   {{#_}}…{{/_}} in templates/**/*.html and nginx/**/*.in, nginx/errors/pages.txt   and
//   message("…"), N_("…") in C (with xgettext).
// The same sources give the same bytes: no dates, no line numbers, order by file.
//
// A translation is templates/po/LANGUAGE.po:
//   msginit -i templates/po/sitaminter.pot -o templates/po/de.po -l de     (once)
//   msgmerge -U templates/po/de.po templates/po/sitaminter.pot             (after changes)
// The build compiles and installs it (locale.cmake); LANGUAGE=de chooses it.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const potPath = 'templates/po/sitaminter.pot';
const cRooms = ['base', 'chain', 'cli', 'fcgi', 'handlers', 'pictures', 'sql', 'templates'];

const header = `# Texts of SiTa Minter. Made by templates/po/extract.mjs: do not edit.
msgid ""
msgstr ""
"Project-Id-Version: sitaminter\\n"
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
`;

function filesBelow(folder, ending) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.name.startsWith('.')) return [];
    if (entry.isDirectory()) return filesBelow(path, ending);
    return path.endsWith(ending) ? [path] : [];
  });
}

// As templates/translate.c folds: each run of white space one space, none at the ends.
const fold = (s) => s.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '');

// The messages of one template, in order. A comment may show a message without being one.
export function messagesOfHtml(text) {
  const source = text.replace(/\{\{![^]*?\}\}/g, '');
  return [...source.matchAll(/\{\{#\s*_\s*\}\}([^]*?)\{\{\/\s*_\s*\}\}/g)]
    .map((m) => fold(m[1]))
    .filter((msgid) => msgid !== '');
}

const quote = (s) => `"${s.replace(/["\\]/g, '\\$&')}"`;

// nginx's own pages: a line each, name|title|heading|text.
function pageEntries() {
  const file = 'nginx/errors/pages.txt';
  return readFileSync(join(root, file), 'utf8').split('\n').filter((line) => line && !line.startsWith('#'))
    .flatMap((line) => line.split('|').slice(1))
    .map((msgid) => ({ files: [file], flags: '', msgid: quote(msgid) }));
}

function markedEntries() {
  return [...filesBelow('nginx', '.in'), ...filesBelow('templates', '.html')].flatMap((file) =>
    messagesOfHtml(readFileSync(join(root, file), 'utf8')).map((msgid) => ({
      files: [file],
      flags: '',
      msgid: quote(msgid),
    })),
  );
}

// One entry per block of xgettext's output; the msgid stays in its quoted form.
export function entriesOfPo(po) {
  return po
    .split('\n\n')
    .filter((block) => block.includes('msgid '))
    .map((block) => {
      const lines = block.split('\n');
      const after = (mark) => lines.filter((l) => l.startsWith(mark)).map((l) => l.slice(3));
      const id = block.slice(block.indexOf('msgid ') + 6, block.indexOf('\nmsgstr'));
      return {
        files: after('#: ').flatMap((l) => l.split(' ')),
        flags: after('#, ').join(', '),
        msgid: `"${id.split('\n').map((l) => l.slice(1, -1)).join('')}"`,
      };
    });
}

function cEntries() {
  const files = cRooms.flatMap((room) => filesBelow(room, '.c')).sort();
  const po = execFileSync(
    'xgettext',
    ['--language=C', '--from-code=UTF-8', '--keyword=message', '--keyword=N_', '--omit-header',
      '--add-location=file', '--no-wrap', '--files-from=-', '--output=-'],
    { cwd: root, input: files.join('\n'), encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
  );
  return entriesOfPo(po);
}

// The whole file as a string.
export function catalogue() {
  const entries = new Map();
  for (const { files, flags, msgid } of [...pageEntries(), ...markedEntries(), ...cEntries()]) {
    const entry = entries.get(msgid) ?? { files: new Set(), flags: '', msgid };
    files.forEach((file) => entry.files.add(file));
    entry.flags ||= flags;
    entries.set(msgid, entry);
  }
  const sorted = [...entries.values()]
    .map((entry) => ({ ...entry, files: [...entry.files].sort() }))
    .sort((a, b) => (a.files[0] < b.files[0] ? -1 : a.files[0] > b.files[0] ? 1 : 0));
  return header + sorted.map(({ files, flags, msgid }) =>
    `\n${files.map((file) => `#: ${file}\n`).join('')}${flags && `#, ${flags}\n`}` +
    `msgid ${msgid}\nmsgstr ""\n`).join('');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(join(root, potPath), catalogue());
