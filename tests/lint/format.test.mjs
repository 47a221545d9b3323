// All C is formatted by clang-format 14 with the .clang-format of the tree.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { allC, report, root } from './source.mjs';

const VERSION = 14;

const run = (program, args, input) =>
  spawnSync(program, args, { cwd: root, input, encoding: 'utf8', maxBuffer: 1 << 26 });

// Other versions format differently, so only this one is asked.
const program = [`clang-format-${VERSION}`, 'clang-format'].find((name) =>
  (run(name, ['--version']).stdout ?? '').includes(`version ${VERSION}.`),
);
const skip = program ? false : `clang-format ${VERSION} is not installed (apt install clang-format)`;

test('every C file is formatted', { skip }, () => {
  const { stderr } = run(program, ['--dry-run', '-Werror', '--style=file', ...allC()]);
  const wrong = [...stderr.matchAll(/^(\S+?):(\d+):\d+: error/gm)].map((m) => `${m[1]}:${m[2]}`);
  const first = wrong.filter((where, i) => wrong.findIndex((w) => w.split(':')[0] === where.split(':')[0]) === i);
  assert.equal(report(first.map((where) => `${where}: run ${program} -i`)), '');
  assert.equal(stderr, '');
});

test('formatting is seen', { skip }, () => {
  const ask = (text) =>
    run(program, ['--dry-run', '-Werror', '--style=file', '--assume-filename=base/x.c'], text).status;
  assert.equal(ask('int f(void) {\n    return 1;\n}\n'), 0);
  assert.notEqual(ask('int f(void) {\n  return 1;\n}\n'), 0);
  assert.notEqual(ask('int f(void) { return 1; }\n'), 0);
});
