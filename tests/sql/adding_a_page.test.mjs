// docs/ADDING_A_PAGE.md is carried out, step by step, on a copy of the tree: the page builds, keeps
// the rules of the lints, and answers as HTML and as JSON from a real database.
// ctest: timeout=600
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { files, read, root } from '../lint/source.mjs';

// The blocks of a document that are steps:
//   ```LANG file=PATH               a new file
//   ```LANG file=PATH after="TEXT"  lines that follow the one line that begins with TEXT
//   ```sh run                       commands
function stepsOf(text) {
  return [...text.matchAll(/^```(\w+) (.+)\n([^]*?)^```$/gm)].map(([, language, info, body]) => {
    const [, file, , after] = /^file=(\S+)( after="([^"]+)")?$/.exec(info) ?? [];
    assert.ok(file || `${language} ${info}` === 'sh run', `a step: ${language} ${info}`);
    return { file, after, body };
  });
}

function insertAfter(text, start, lines) {
  const all = text.split('\n');
  const at = all.flatMap((line, i) => (line.trimStart().startsWith(start) ? [i] : []));
  assert.equal(at.length, 1, `one line begins with ${start}`);
  all.splice(at[0] + 1, 0, lines.trimEnd());
  return all.join('\n');
}

function carryOut(step, folder) {
  const path = step.file && join(folder, step.file);
  if (!step.file) execFileSync('bash', ['-euc', step.body], { cwd: folder });
  else if (step.after) writeFileSync(path, insertAfter(readFileSync(path, 'utf8'), step.after, step.body));
  else {
    assert.ok(!existsSync(path), `${step.file} is new`);
    writeFileSync(path, step.body);
  }
}

// Output of a command in the copy; its failure shows what it said.
function run(folder, program, ...args) {
  const env = { ...process.env, BUILD_DIR: join(folder, 'build') };
  delete env.NODE_TEST_CONTEXT; // a test run of its own
  const done = spawnSync(program, args, { cwd: folder, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  assert.equal(done.status, 0, `${program} ${args.join(' ')}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

const folder = mkdtempSync(join(tmpdir(), 'sitaminter-page-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const path of files(/./)) {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  copyFileSync(join(root, path), join(folder, path));
}
const steps = stepsOf(read('docs/ADDING_A_PAGE.md'));
for (const step of steps) carryOut(step, folder);

test('the document has all the steps', () => {
  const folders = steps.filter((s) => s.file).map((s) => s.file.replace(/\/[^/]*$/, ''));
  assert.deepEqual(folders, ['sql/queries', 'sql', 'sql', 'handlers', 'handlers', 'templates', 'tests/sql']);
});

test('the page keeps the rules', () => {
  const names = ['includes', 'sizes', 'banned', 'sql', 'templates', 'catalogue', 'format'];
  run(folder, process.execPath, '--test', ...names.map((name) => `tests/lint/${name}.test.mjs`));
});

test('the page answers as HTML and as JSON', (t) => {
  if (!process.env.PGHOST) return t.skip('PGHOST names no PostgreSQL server');
  const build = join(folder, 'build');
  run(folder, 'cmake', '-S', folder, '-B', build, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Debug', '-DCMAKE_C_FLAGS_DEBUG=-O0');
  run(folder, 'cmake', '--build', build, '--target', 'sql_older', '-j', '2');
  assert.match(run(folder, join(build, 'tests/sql_older')), /2 test\(s\) run/);
  // and the test that the document adds can fail
  const page = join(folder, 'templates/older.html');
  writeFileSync(page, readFileSync(page, 'utf8').replace('{{symbol}}', '{{name}}'));
  assert.notEqual(spawnSync(join(build, 'tests/sql_older'), { cwd: folder }).status, 0);
});

test('a step that does not fit is noticed', () => {
  assert.throws(() => stepsOf('```sh jump\nx\n```\n'), /a step: sh jump/);
  assert.equal(insertAfter('a\n  b c\nd', 'b', 'x\n'), 'a\n  b c\nx\nd');
  assert.throws(() => insertAfter('a\nb', 'c', 'x'), /one line begins/);
  assert.throws(() => insertAfter('b\nb', 'b', 'x'), /one line begins/);
});
