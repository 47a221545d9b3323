// What the documents promise exists, and the sources speak of nothing but themselves.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import test from 'node:test';
import { files, read, report, root } from './source.mjs';

const fence = /^(`{3,}|~{3,})[^\n]*\n([^]*?)^\1[ \t]*$/gm;

// The anchors of a document's headings, as forges make them.
function anchors(text) {
  const plain = text.replace(fence, '');
  return new Set(
    [...plain.matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm)].map((m) =>
      m[1].toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-'),
    ),
  );
}

function checkLinks(path, text) {
  const plain = text.replace(fence, '').replace(/`[^`\n]*`/g, '');
  const targets = [...plain.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm)];
  return targets
    .map((m) => m[1] ?? m[2])
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target))
    .flatMap((target) => {
      const [file, anchor] = target.split('#');
      const there = file ? normalize(join(dirname(path), decodeURIComponent(file))) : path;
      if (there.startsWith('..')) return [`${path}: ${target} leads out of the tree`];
      if (file && !existsSync(join(root, there))) return [`${path}: ${target} does not exist`];
      const known = anchor && there.endsWith('.md') ? anchors(file ? read(there) : text) : null;
      return known && !known.has(anchor) ? [`${path}: ${target} has no such heading`] : [];
    });
}

test('every relative link leads somewhere', () => {
  const paths = files(/\.md$/);
  assert.ok(paths.length > 0);
  assert.equal(report(paths.flatMap((path) => checkLinks(path, read(path)))), '');
});

// Commands that the documents show: what stands in a block or between backquotes.
function commandsIn(text) {
  const plain = text.replace(fence, '');
  const indented = [...plain.matchAll(/^ {4}(.*)$/gm)].map((m) => m[1]);
  const blocks = [...[...text.matchAll(fence)].map((m) => m[2]), ...indented];
  const inlines = [...plain.matchAll(/`([^`\n]+)`/g)].map((m) => m[1]);
  return [...blocks.flatMap((b) => b.split('\n')), ...inlines].map((s) => s.replace(/^\s*[$#]\s+/, ''));
}

const words = (text, pattern) => new Set([...text.matchAll(pattern)].map((m) => m[1]));

// What there is to run: name of the program -> the first words it takes.
function programs() {
  const make = existsSync(join(root, 'Makefile.docker')) ? read('Makefile.docker') : '';
  const commands = files(/^cli\/.*\.[ch]$/).map(read).join('\n');
  return {
    run: new Set([...words(read('run'), /^\.\/run +(--?[\w-]+|[a-z][\w-]*)/gm), 'help']), // its own help
    make: words(make, /^([a-z][\w-]*):/gm),
    preset: words(read('CMakePresets.json'), /"name":\s*"([\w-]+)"/g),
    sitaminter: words(commands, /"([a-z][\w-]*)"/g),
  };
}

const forms = [
  ['run', /^(?:\w+=\S+\s+)*(?:bash\s+)?\.\/run\s+([-\w]\S*)/],
  ['make', /^(?:\w+=\S+\s+)*make\s+-f\s+Makefile\.docker\s+([a-z]\S*)/],
  ['preset', /--preset[= ](\S+)/],
  ['sitaminter', /(?:^|\/|\.\/run )sitaminter\s+([a-z]\S*)/],
];

function checkCommands(path, text, there) {
  return commandsIn(text).flatMap((line) =>
    forms.flatMap(([program, form]) => {
      const word = form.exec(line)?.[1];
      if (!word || word.startsWith('[') || /^[A-Z]/.test(word) || there[program].has(word)) return [];
      return [`${path}: "${line.trim()}": ${program} has no ${word}`];
    }),
  );
}

test('the commands of the documents exist', () => {
  assert.ok(existsSync(join(root, 'README.md')), 'there is a README.md');
  const there = programs();
  assert.ok(there.run.has('test') && there.run.has('--detach') && there.preset.has('release'));
  const paths = files(/^(README|docs\/.*)\.md$/);
  assert.equal(report(paths.flatMap((path) => checkCommands(path, read(path), there))), '');
});

const word = (...letters) => `\\b${letters.join('')}\\b`; // or this file would name itself
const foreign = [
  [new RegExp(`${word('TO', 'DO')}|${word('FIX', 'ME')}|${word('X', 'XX')}`, 'g'), 'unfinished'],
  [/(?<![\w.~{}$*)-])\/(?:work|root|tmp\/fresh)\/[\w.]+/g, 'a path of one machine'],
  [/(?<![\w.~{}$*)-])\/home\/(?!\$|sita|USER|user)\w+/g, 'a path of one machine'],
  [/\bissues? #?\d+\b/gi, 'a number that only its authors can look up'],
];

function checkMarks(path, text) {
  return foreign.flatMap(([pattern, what]) =>
    [...text.matchAll(pattern)].map(
      (m) => `${path}:${text.slice(0, m.index).split('\n').length}: ${m[0]}: ${what}`,
    ),
  );
}

// Text of other people's making: kept as it is.
const theirs = /^(LICENSE|tests\/data\/|tests\/bench\/.*package-lock\.json$)|(^|\/)package-lock\.json$/;

test('no unfinished places, no paths of one machine', () => {
  const paths = files(/./).filter((path) => !theirs.test(path) && statSync(join(root, path)).size < 1e6);
  const texts = paths.map((path) => [path, readFileSync(join(root, path))]).filter(([, b]) => !b.includes(0));
  assert.ok(texts.length > 100);
  assert.equal(report(texts.flatMap(([path, bytes]) => checkMarks(path, bytes.toString()))), '');
});

test('each of these is refused', () => {
  const doc = '# A title: one\n[a](nothing.md) [b](#a-title-one) [c](#other)\n[d]: ../../x\n```\n[e](f)\n```\n';
  assert.deepEqual(checkLinks('docs/x.md', doc), [
    'docs/x.md: nothing.md does not exist',
    'docs/x.md: #other has no such heading',
    'docs/x.md: ../../x leads out of the tree',
  ]);
  const there = { run: new Set(['test']), make: new Set(['up']), preset: new Set(['release']), sitaminter: new Set(['db']) };
  const commands = 'Say `./run tset` and `./run test`.\n\n    ./run tost\n\n```sh\n$ A=1 ./run stop # why\nmake -f Makefile.docker pu\n' +
    'cmake --preset realese\nsitaminter bd push\n./run sitaminter db push\n```\n';
  assert.deepEqual(
    checkCommands('README.md', commands, { ...there, run: new Set(['test', 'sitaminter']) }).map((s) => s.split(': ').at(-1)).sort(),
    ['make has no pu', 'preset has no realese', 'run has no stop', 'run has no tost', 'run has no tset', 'sitaminter has no bd'],
  );
  for (const text of ['// TO' + 'DO: x', 'FIX' + 'ME', '/wo' + 'rk/x', 'cd /ro' + 'ot/a', '"/home' + '/ann/x"', 'is' + 'sue #12'])
    assert.equal(checkMarks('x', text).length, 1, text);
});

test('each of these is accepted', () => {
  for (const text of ['mktemp -d /tmp/a.XXXXXX', 'a/work/b', '$HOME/root/x', 'the worker', 'https://x.org/work/y'])
    assert.deepEqual(checkMarks('x', text), [], text);
});
