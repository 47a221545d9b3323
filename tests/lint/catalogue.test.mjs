// The committed list of texts is what the sources say, and every translation fits it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { catalogue, entriesOfPo, messagesOfHtml, potPath } from '../../templates/po/extract.mjs';
import { files, read, root } from './source.mjs';

test('the list of texts is up to date', () => {
  const made = catalogue();
  assert.ok(made.split('\nmsgid ').length > 30, 'there are texts');
  assert.equal(made, catalogue(), 'the same sources give the same bytes');
  assert.equal(read(potPath), made, `run templates/po/extract.mjs and commit ${potPath}`);
});

test('every translation is well formed, complete and of these texts', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sita-po-'));
  try {
    for (const po of files(/^templates\/po\/\w+\.po$/)) {
      execFileSync('msgfmt', ['--check', '-o', join(dir, 'x.mo'), join(root, po)]);
      execFileSync('msgcmp', [join(root, po), join(root, potPath)]);
    }
    // a format that asks for another argument than the text it translates is refused
    writeFileSync(join(dir, 'bad.po'), '#, c-format\nmsgid "%d bytes"\nmsgstr "%s bytes"\n');
    assert.throws(() =>
      execFileSync('msgfmt', ['--check', '-o', join(dir, 'x.mo'), join(dir, 'bad.po')], { stdio: 'pipe' }));
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('messages are found in templates', () => {
  for (const [text, expected] of [
    ['{{#_}}One{{/_}} {{# _ }} Two\n  words\t{{/ _ }}', ['One', 'Two words']],
    ['{{#_}}{{n}} of {{#x}}<b>{{m}}</b>{{/x}}{{/_}}', ['{{n}} of {{#x}}<b>{{m}}</b>{{/x}}']],
    ['{{! {{#_}}no }}{{/_}}', []],
    ['{{#_x}}no{{/_x}} {{_}}', []],
    ['{{#_}}say "it" \\ {{/_}}', ['say "it" \\']],
  ])
    assert.deepEqual(messagesOfHtml(text), expected, text);
});

test('texts are found in what xgettext writes', () => {
  assert.deepEqual(
    entriesOfPo('#: a.c b.c\n#, c-format\nmsgid "x %d"\nmsgstr ""\n\n#: c.c\nmsgid ""\n"a\\n"\n"b"\nmsgstr ""\n'),
    [
      { files: ['a.c', 'b.c'], flags: 'c-format', msgid: '"x %d"' },
      { files: ['c.c'], flags: '', msgid: '"a\\nb"' },
    ],
  );
});
