// The systemd units are ones that systemd understands, and as confined as they claim.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import test from 'node:test';
import { files, root } from './source.mjs';

const units = files(/^cli\/systemd\/.*\.service$/);
const missing = spawnSync('systemd-analyze', ['--version']).error && 'systemd-analyze is not installed';

// A copy whose program and user exist on this machine: whether they do is not the unit's affair.
function installed(t, unit) {
  const folder = mkdtempSync(join(tmpdir(), 'units-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const copy = join(folder, basename(unit));
  const text = readFileSync(join(root, unit), 'utf8');
  writeFileSync(copy, text.replace(/^(ExecStart=)\S+/m, '$1/bin/true').replace(/^(User|Group)=.*\n/gm, ''));
  return copy;
}

const analyze = (...args) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });

test('systemd-analyze verify has nothing to say', { skip: missing }, (t) => {
  assert.ok(units.length > 0);
  for (const unit of units) {
    const copy = installed(t, unit);
    const { status, stderr } = analyze('verify', '--man=no', '--recursive-errors=no', copy);
    assert.equal(stderr.split('\n').filter((line) => line.includes(copy)).join('\n'), '');
    assert.equal(status, 0, stderr);
  }
});

// A timer is looked at with its service beside it.
test('each timer has its service, its times and its place', { skip: missing }, (t) => {
  const timers = files(/^cli\/systemd\/.*\.timer$/);
  assert.ok(timers.length >= 2);
  for (const timer of timers) {
    const service = installed(t, timer.replace(/\.timer$/, '.service'));
    const copy = service.replace(/\.service$/, '.timer');
    const text = readFileSync(join(root, timer), 'utf8');
    writeFileSync(copy, text);
    const { status, stderr } = analyze('verify', '--man=no', '--recursive-errors=no', copy);
    assert.equal(stderr.split('\n').filter((line) => line.includes(copy)).join('\n'), '');
    assert.equal(status, 0, stderr);
    const [, calendar] = /^OnCalendar=(.*)$/m.exec(text);
    assert.match(analyze('calendar', calendar).stdout, /Next elapse: .*20\d\d/);
    assert.match(text, /^WantedBy=timers\.target$/m);
  }
});

test('systemd-analyze verify finds a mistake', { skip: missing }, (t) => {
  const copy = installed(t, units[0]);
  writeFileSync(copy, readFileSync(copy, 'utf8').replace('NoNewPrivileges=yes', 'NoNewPrivilege=yes'));
  assert.match(analyze('verify', '--man=no', '--recursive-errors=no', copy).stderr, /NoNewPrivilege/);
});

test('the units are confined', { skip: missing }, (t) => {
  for (const unit of units) {
    const { stdout } = analyze('security', '--offline=true', '--no-pager', installed(t, unit));
    const level = /exposure level for .*: ([\d.]+)/.exec(stdout)?.[1];
    assert.ok(level !== undefined, stdout);
    t.diagnostic(`${unit}: exposure ${level}`);
    assert.ok(Number(level) <= 2, `${unit}: exposure ${level}\n${stdout}`);
  }
});

test('what the units set are settings of the program', () => {
  const table = readFileSync(join(root, 'base/config.c'), 'utf8');
  for (const unit of units)
    for (const [, name] of readFileSync(join(root, unit), 'utf8').matchAll(/^Environment=SITA_(\w+)=/gm))
      assert.ok(table.includes(`("${name}"`), `${unit}: SITA_${name}`);
});

const build = process.env.BUILD_DIR ?? '';
const unbuilt = !existsSync(join(build, 'cmake_install.cmake')) && 'BUILD_DIR names no build';

test('what the units start is where an install as README tells it puts it', { skip: unbuilt }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'units-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [, prefix] = /`cmake --install \S+ --prefix (\S+)`/.exec(readFileSync(join(root, 'README.md'), 'utf8'));
  const done = spawnSync('cmake', ['--install', build, '--prefix', prefix],
    { encoding: 'utf8', env: { ...process.env, DESTDIR: folder } });
  assert.equal(done.status, 0, done.stderr);
  for (const unit of units) {
    const text = readFileSync(join(root, unit), 'utf8');
    for (const [, path] of text.matchAll(/^(?:ExecStart=|Environment=SITA_TEMPLATES=)(\S+)/gm))
      assert.ok(existsSync(join(folder, path)), `${unit}: ${path}`);
  }
});
