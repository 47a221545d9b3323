// clang-tidy 14 over every C file of the program, with the checks of .clang-tidy: no finding.
// ctest: timeout=1200
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import test from 'node:test';
import { report, root } from './source.mjs';

const VERSION = 14;
const AT_ONCE = 2;

const program = [`clang-tidy-${VERSION}`, 'clang-tidy'].find((name) =>
  (spawnSync(name, ['--version'], { encoding: 'utf8' }).stdout ?? '').includes(`version ${VERSION}.`),
);
const build = process.env.BUILD_DIR ?? '';
const database = join(build, 'compile_commands.json');
const skip = !program
  ? `clang-tidy ${VERSION} is not installed (apt install clang-tidy)`
  : !existsSync(database) && 'BUILD_DIR names no build with compile_commands.json';

const ask = (args) =>
  new Promise((done) => {
    const all = ['--quiet', `--config-file=${join(root, '.clang-tidy')}`, ...args];
    execFile(program, all, { cwd: root, maxBuffer: 1 << 26 }, (error, stdout) =>
      done({ failed: error !== null, stdout }),
    );
  });

// The findings of one file. One process each: clang-tidy 14 mistakes a va_list for an uninitialised
// one in all files but the first. The compiler is gcc, so clang does not know all of its warnings.
async function findings(path) {
  const { failed, stdout } = await ask(['-p', build, '--extra-arg=-Wno-unknown-warning-option', path]);
  if (!failed) return [];
  const lines = stdout.split('\n').filter((line) => /: (error|warning): /.test(line));
  return (lines.length ? lines : [`${path}: clang-tidy failed`]).map((s) => s.replace(`${root}/`, ''));
}

// Finds for every path, AT_ONCE at a time.
async function findAll(paths) {
  const left = [...paths];
  const found = new Set();
  const work = async () => {
    while (left.length) for (const finding of await findings(left.shift())) found.add(finding);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return [...found].sort();
}

test('no finding', { skip }, async () => {
  const paths = JSON.parse(readFileSync(database, 'utf8'))
    .map(({ directory, file }) => relative(root, resolve(directory, file)))
    .filter((path) => /^(base|sql|chain|templates|handlers|fcgi|cli)\//.test(path));
  assert.ok(paths.length > 40, 'the build knows the sources');
  assert.equal(report(await findAll(new Set(paths))), '');
});

const faults = [
  ['clang-analyzer-core.NullDereference', 'int f(int *p) { if (!p) return *p; return 0; }'],
  ['clang-analyzer-unix.Malloc', '#include <stdlib.h>\nint f(void) { char *p = malloc(1); return p != 0; }'],
  ['clang-analyzer-core.uninitialized', 'int f(int n) { int x; if (n) x = 1; return x; }'],
  ['bugprone-suspicious-memset-usage', '#include <string.h>\nvoid f(char *p) { memset(p, 0xfff, 9); }'],
];

test('faults are found', { skip: !program && skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sitaminter-tidy-'));
  try {
    for (const [i, [check, text]] of faults.entries()) {
      const path = join(folder, `fault${i}.c`);
      writeFileSync(path, `${text}\n`);
      const { failed, stdout } = await ask([path, '--', '-std=gnu17']);
      assert.ok(failed, `${check}: found`);
      assert.match(stdout, new RegExp(check));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
