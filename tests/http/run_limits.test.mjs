// ctest: timeout=600
// ./run where it lacks something: space, from the start or later; a right.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { after } from 'node:test';
import { lastLine, program, Site } from './lib/run.mjs';
import { source } from './lib/site.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'limits-'));
fs.chmodSync(folder, 0o755);
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const asRoot = process.getuid() === 0;

// A file system of so many MiB, or undefined after a skip.
function small(t, mib) {
  const where = path.join(folder, `small${mib}`);
  fs.mkdirSync(where);
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m,mode=755`, 'tmpfs', where], { encoding: 'utf8' });
  if (made.status !== 0) {
    t.skip(`a small file system cannot be mounted here: ${made.error ?? made.stderr.trim()}`);
    return undefined;
  }
  t.after(() => spawnSync('umount', ['--lazy', where]));
  return where;
}

// Takes all the space that is left; returns what gives it back.
function fill(where) {
  const file = path.join(where, 'filler');
  spawnSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=4k', 'oflag=append', 'conv=notrunc', 'status=none']);
  return () => fs.rmSync(file, { force: true });
}

const one = (stderr) => stderr.split('\n').filter((line) => line && !/^run: (making|loading) /.test(line));
function refused({ status, stderr }, why) {
  assert.notEqual(status, 0);
  assert.equal(one(stderr).length, 1, stderr);
  assert.match(one(stderr)[0], why);
}
const noSpace = /^run: no space is left in .*: make room there, or name another folder with SITA_STATE$/;

test('too little space for a start is told before anything is made', async (t) => {
  const where = small(t, 64);
  if (!where) return;
  const site = await Site.make(path.join(where, 'state'));
  refused(site.run(['--detach']), /^run: only \d+ MB are free in .*small64\/state and the site needs 200: make room, or name another folder with SITA_STATE$/);
  assert.deepEqual(fs.readdirSync(site.state).filter((name) => /pg|app/.test(name)), []);
});

test('a cluster that does not fit', async (t) => {
  const where = small(t, 24);
  if (!where) return;
  const site = await Site.make(path.join(where, 'state'));
  refused(site.run(['database', 'start']), noSpace);
  assert.equal(fs.existsSync(path.join(site.state, 'pg')), false, 'nothing half-made has the name');
});

test('space that somebody else takes while the cluster is made', async (t) => {
  const where = small(t, 300);
  if (!where) return;
  const site = await Site.make(path.join(where, 'state'));
  const first = spawn(program, ['--detach'], { env: site.env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '', going = true;
  first.stderr.on('data', (part) => { stderr += part; });
  const ended = new Promise((resolve) => first.on('close', resolve)).finally(() => { going = false; });
  while (going && !fs.existsSync(path.join(site.state, 'pg.unfinished', 'base')))
    await new Promise((resolve) => setTimeout(resolve, 5));
  let release = fill(where);
  const again = setInterval(() => { release = fill(where); }, 50);
  const status = await ended;
  clearInterval(again);
  refused({ status, stderr }, noSpace);
  release();
  const next = site.run(['--detach']);
  assert.equal(next.status, 0, next.stderr);

  await t.test('a disk that fills while the site runs: workers go on, an import says why and what then', async () => {
    const records = path.join(folder, 'records.jsonl');
    fs.writeFileSync(records, Array.from({ length: 500 }, (_, i) => `${JSON.stringify({ kind: 'transaction', network: 'testnet',
      txType: 'mint', txHash: `0x${i.toString(16).padStart(64, '0')}`, origin: 'a test', metadata: { note: 'x'.repeat(3000) } })}\n`).join(''));
    const take = () => site.run(['sitaminter', 'import', 'tokens', records]);
    release = fill(where);
    const failed = take();
    assert.notEqual(failed.status, 0);
    assert.match(failed.stderr, /No space left on device/);
    assert.match(lastLine(failed.stderr), /^the database refused for now, .*nothing was changed: .*run the import again$/);
    // Not so for readers without a cookie: nginx keeps their answers in files.
    assert.equal(await site.page('/activity', { Cookie: 'past=the-cache' }), 200);
    release();
    const done = take();
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /^transactions: 500 new/m);
  });

  await t.test('and stopped on a full disk, it starts again only with room', () => {
    release = fill(where);
    assert.equal(site.run(['stop']).status, 0);
    refused(site.run(['--detach']), /^run: only 0 MB are free/);
    release();
    assert.equal(site.run(['--detach']).status, 0);
  });
  site.run(['stop']);
});

/* -- rights: by an ordinary user, on a checkout that this user can read ------------------------ */

const checkout = path.join(folder, 'checkout');
for (const part of ['run', 'sql/cluster.sh', 'nginx/certificate.sh', 'fcgi/supervise.sh', 'cli/build.sh', 'CMakePresets.json'])
  fs.cpSync(path.join(source, part), path.join(checkout, part), { recursive: true });

function asUser(args, more) {
  const env = { PATH: process.env.PATH, ...more };
  const command = [path.join(checkout, 'run'), ...args];
  if (asRoot) command.unshift('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--');
  return spawnSync(command[0], command.slice(1), { encoding: 'utf8', timeout: 60000, env });
}

// A folder that the user may enter and write to.
function own(name) {
  const where = path.join(folder, name);
  fs.mkdirSync(where);
  if (asRoot) fs.chownSync(where, 65534, 65534);
  return where;
}

test('a state folder that cannot be made', () => {
  refused(asUser([], { SITA_STATE: '/usr/sitaminter-state' }),
    /^run: cannot make the folder \/usr\/sitaminter-state \(Permission denied\); name another one with SITA_STATE$/);
});

test('a state folder of somebody else', () => {
  refused(asUser([], { SITA_STATE: '/usr' }),
    /^run: the folder \/usr belongs to root: run as that user, or name another one with SITA_STATE$/);
});

test('a build folder of somebody else', () => {
  const build = path.join(checkout, 'build');
  fs.mkdirSync(build);
  if (!asRoot) fs.chmodSync(build, 0o555);
  const owner = asRoot ? 'root' : os.userInfo().username;
  refused(asUser([], { SITA_STATE: own('state') }),
    new RegExp(`^run: cannot write in .*/checkout/build, which belongs to ${owner}: run as that user, or remove it$`));
});

const least = Number(fs.readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
test('a port for which it takes privileges', { skip: least < 2 && 'here every port is open to everybody' }, () => {
  for (const name of ['SITA_HTTPS_PORT', 'SITA_HTTP_PORT'])
    refused(asUser([], { [name]: String(least - 1), SITA_STATE: own(name) }),
      new RegExp(`^run: ${name}=${least - 1}: the site runs without privileges and may not open ports below ${least}; take another one$`));
});
