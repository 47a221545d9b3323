// ctest: timeout=300
// What a backup promises beyond a good day: it is on the disk before it has its name, a disk that fails
// leaves nothing, and what is old goes, but not before something newer is proven.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { DONE, FAILED, WARNING, newSite } from './backup_lib.mjs';
import { environment, program } from './lib.mjs';

let site;

before(() => (site = newSite('durable')));
after(() => site.end());

// The leak checker cannot run below a tracer; the address checker wants to be loaded first.
const run = (command, args, more) => spawnSync(command, args, {
  encoding: 'utf8',
  env: { ...environment, ...site.env, ...more, ASAN_OPTIONS: 'detect_leaks=0:verify_asan_link_order=0' },
});

const traced = (options) => {
  const log = join(site.folder, 'trace');
  const r = run('strace', ['--follow-forks', '--decode-fds=path', '--signal=none', '--quiet=all', '--seccomp-bpf',
    '-e', 'trace=fsync,fdatasync,rename,renameat,renameat2,linkat,unlinkat', '-o', log, ...options, program, 'db', 'backup']);
  return { ...r, calls: readFileSync(log, 'utf8') };
};

// Each as [call, what it is about], of our folder only.
const callsOf = (text) => text.split('\n').filter((line) => line.includes(site.backups)).map((line) => {
  const [, call, rest] = /^\d+ +(\w+)\((.*)$/.exec(line);
  const files = call.startsWith('fsync') || call === 'fdatasync'
    ? [/<([^>]*)>/.exec(rest)[1].slice(site.backups.length + 1)]
    : [...rest.matchAll(/"([^"]*)"/g)].map((m) => m[1]);
  return [call, ...files.map((file) => file.replace(/backup-\w+-[0-9a-f]{8}/, 'NAME'))].join(' ');
});

test('each file is on the disk before it has its name, and its name before all is said to be well', () => {
  const r = traced([]);
  assert.equal(r.status, DONE, r.stderr);
  assert.deepEqual(callsOf(r.calls), [
    'fsync .NAME.json.part', 'renameat2 .NAME.json.part NAME.json', 'fsync ',
    'fsync .NAME.dump.part', 'renameat2 .NAME.dump.part NAME.dump', 'fsync ',
  ]);
});

test('a disk that fails to keep any of it: no backup, and nothing that looks like one', () => {
  const before = site.files();
  for (const when of [1, 2, 3, 4]) {
    const r = traced(['-e', `inject=fsync:error=EIO:when=${when}`]);
    assert.equal(r.status, FAILED, `${when}: ${r.stderr}`);
    assert.match(r.stderr, /cannot be written: Input\/output error\.$/m, `${when}`);
    assert.equal(r.stdout, '', `${when}`);
    assert.deepEqual(site.files(), before, `${when}`);
  }
});

test('what is old goes once something newer is proven; what is pinned and the newest ones stay', () => {
  const name = (r) => /^(backup-\S+)\.dump: made/m.exec(r.stdout)[1];
  const aged = [50, 45, 40, 35].map((days) => {
    const r = run('faketime', ['-f', `-${days}d`, program, 'db', 'backup']);
    assert.equal(r.status, DONE, r.stderr);
    return name(r);
  });
  const all = () => JSON.parse(site.db(['backup', 'status', '--format=json']).stdout).backups.map((b) => b.name);
  const own = name(site.db(['backup']));
  assert.equal(site.db(['backup', 'pin', aged[0]]).status, DONE);
  const keep = { SITA_BACKUP_DAYS: '30', SITA_BACKUP_KEEP: '2' };
  const before = all();

  const early = site.db(['backup', 'prune'], keep);
  assert.equal(early.status, DONE, early.stderr);
  assert.match(early.stdout, /^Nothing to prune\.$/m);
  assert.match(early.stderr, /verified/);
  assert.deepEqual(all(), before);
  assert.ok([DONE, WARNING].includes(site.db(['backup', 'status']).status));

  assert.equal(site.db(['verify', own, '--no-prune']).status, DONE);
  const dry = site.db(['backup', 'prune', '--dry-run', '--format=json'], keep);
  assert.deepEqual(JSON.parse(dry.stdout).backups.sort(), aged.slice(1).sort());
  assert.deepEqual(all(), before, 'a dry run removes nothing');

  const verified = site.db(['verify', own], keep);
  assert.equal(verified.status, DONE, verified.stderr);
  assert.deepEqual([...verified.stdout.matchAll(/^(\S+): pruned$/gm)].map((m) => m[1]).sort(), aged.slice(1).sort());
  assert.deepEqual(all(), before.filter((one) => !aged.slice(1).includes(one)));
  assert.deepEqual(site.files().filter((file) => aged.slice(1).some((gone) => file.includes(gone))), []);
});
