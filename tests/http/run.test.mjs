// ctest: timeout=600
// ./run itself, with a state folder (with a space in its name) and ports of its own: starting twice,
// ending, a port in use, and being killed at any moment.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { lastLine, program, Site } from './lib/run.mjs';
import { until } from './lib/site.mjs';

const wanted = path.join(process.env.TEST_STATE, 'run test');
let site, env, state;

const run = (args, more) => site.run(args, more);
const status = () => site.status();
const page = () => site.page();
const stopped = (text) => ['supervisor', 'postgres', 'serve', 'nginx']
  .every((part) => new RegExp(`^${part} +stopped$`, 'm').test(text));

before(async () => {
  site = await Site.make(wanted);
  ({ env } = site);
  run(['stop']);
  ({ state } = site);
  for (const entry of fs.readdirSync(state)) fs.rmSync(path.join(state, entry), { recursive: true });
});
after(() => site.remove());

test('the first start makes everything and says ready last', async () => {
  const first = run(['--detach']);
  assert.equal(first.status, 0, first.stderr);
  assert.equal(lastLine(first.stdout), `ready https://localhost:${env.SITA_HTTPS_PORT}/`);
  assert.equal(await page(), 200);
  const again = run(['--detach']);
  assert.equal(again.status, 0);
  assert.match(again.stderr, /running already/);
  assert.equal(lastLine(again.stdout), lastLine(first.stdout));
  const front = run([]);
  assert.notEqual(front.status, 0);
  assert.match(front.stderr, /running already .*\.\/run stop/);
});

test('the database that it makes is well, and counts its statements', async () => {
  assert.equal(await page(), 200);
  const { checks } = JSON.parse(run(['sitaminter', 'db', 'diagnose', '--format=json']).stdout);
  assert.equal(checks.length, 19);
  const found = checks.flatMap((c) => c.findings.map((f) => ({ check: c.check, ...f })));
  const slow = (f) => f.object.startsWith('statement '); // how fast this machine is at the moment is no fault
  assert.deepEqual(found.filter((f) => f.state !== 'ok' && !slow(f)), []);
  assert.ok(found.filter((f) => slow(f) && f.figures.user === 'sita_reader').length > 0);
});

test('another state folder on the same ports is refused with the variable to change', () => {
  for (const [variable, more] of [['SITA_HTTPS_PORT', {}], ['SITA_HTTP_PORT', { SITA_HTTPS_PORT: '28999' }]]) {
    const other = run(['--detach'], { SITA_STATE: `${wanted}-other`, ...more });
    assert.notEqual(other.status, 0);
    assert.match(other.stderr, new RegExp(`port ${env[variable]} is in use .*${variable}`));
  }
  const folder = /^state +(.*)$/m.exec(run(['status'], { SITA_STATE: `${wanted}-other` }).stdout)[1];
  fs.rmSync(folder, { recursive: true });
});

test('a port that is in use for IPv6 only is refused in the same words', async (t) => {
  const other = net.createServer();
  const listening = new Promise((resolve, reject) => other.once('error', reject).listen(0, '::1', resolve));
  if (await listening.then(() => false, () => true)) return t.skip('no IPv6 here');
  t.after(() => other.close());
  const port = String(other.address().port);
  assert.match(run(['--detach'], { SITA_STATE: `${wanted}-other`, SITA_HTTPS_PORT: port }).stderr,
    new RegExp(`port ${port} is in use .*SITA_HTTPS_PORT`));
  const folder = /^state +(.*)$/m.exec(run(['status'], { SITA_STATE: `${wanted}-other` }).stdout)[1];
  fs.rmSync(folder, { recursive: true });
});

test('wrong settings are one sentence each', () => {
  assert.match(run([], { SITA_HTTPS_PORT: 'x' }).stderr, /^run: SITA_HTTPS_PORT must be a port number/);
  assert.match(run([], { SITA_HTTPS_PORT: '28999', SITA_HTTP_PORT: '28999' }).stderr,
    /^run: SITA_HTTPS_PORT and SITA_HTTP_PORT are both 28999: .*\n$/);
  assert.match(run(['no-such']).stderr, /^run: unknown command no-such; see \.\/run help/);
  assert.match(run([], { SITA_STATE: '/proc/no/such' }).stderr, /^run: cannot make the folder .*SITA_STATE/);
});

test('stop ends everything; the next start keeps the data and the authority', async () => {
  assert.equal(run(['stop']).status, 0);
  assert.ok(stopped(status()), status());
  assert.equal(run(['status']).status, 3);
  const authority = fs.readFileSync(path.join(state, 'ca.crt'), 'utf8');
  const started = performance.now();
  assert.equal(run(['--detach']).status, 0);
  assert.ok(performance.now() - started < 20000, 'within seconds');
  assert.equal(fs.readFileSync(path.join(state, 'ca.crt'), 'utf8'), authority);
  assert.equal(run(['stop']).status, 0);
});

test('in front: ready on the last line, and TERM stops it in order', async () => {
  const front = spawn(program, [], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  front.stdout.on('data', (part) => { out += part; });
  await until(() => lastLine(out), (line) => line.startsWith('ready '), 60000);
  assert.equal(await page(), 200);
  const ended = new Promise((resolve) => front.on('exit', resolve));
  front.kill('SIGTERM');
  assert.equal(await ended, 0);
  assert.ok(stopped(status()), status());
});

test('killed at any moment of its first start, the next start works', async () => {
  for (const milliseconds of [200, 1000, 2500]) {
    for (const entry of fs.readdirSync(state)) fs.rmSync(path.join(state, entry), { recursive: true });
    const first = spawn(program, ['supervise'], { env, detached: true, stdio: 'ignore' });
    const ended = new Promise((resolve) => first.on('exit', resolve));
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    process.kill(-first.pid, 'SIGKILL');
    await ended;
    const next = run(['--detach']);
    assert.equal(next.status, 0, `after ${milliseconds} ms: ${next.stderr}`);
    assert.equal(await page(), 200);
    assert.equal(run(['stop']).status, 0);
    assert.ok(stopped(status()), `after ${milliseconds} ms: ${status()}`);
  }
});

test('killed while the site runs, the next start takes over what it left', async () => {
  assert.equal(run(['--detach']).status, 0);
  process.kill(Number(/^supervisor .*process (\d+)$/m.exec(status())[1]), 'SIGKILL');
  assert.equal(await page(), 200, 'the site goes on');
  const next = run(['--detach']);
  assert.equal(next.status, 0, next.stderr);
  assert.match(next.stderr, /interrupted/);
  assert.equal(await page(), 200);
});

test('a site whose state folder is taken away ends', async () => {
  const pids = ['supervisor', 'postgres', 'serve', 'nginx']
    .map((part) => Number(new RegExp(`^${part} .*process (\\d+)$`, 'm').exec(status())[1]));
  fs.renameSync(state, `${state}-gone`);
  await until(() => pids.filter((pid) => fs.existsSync(`/proc/${pid}`)), (left) => left.length === 0, 30000);
  fs.rmSync(`${state}-gone`, { recursive: true });
  assert.equal(run(['--detach']).status, 0);
});

test('without its database folder\'s contents it says so in one sentence', async () => {
  run(['stop']);
  fs.renameSync(path.join(state, 'pg', 'global'), path.join(state, 'pg', 'elsewhere'));
  const broken = run(['--detach']);
  assert.notEqual(broken.status, 0);
  assert.match(lastLine(broken.stderr), /^run: PostgreSQL did not start: .+postgres\.log has all/);
  assert.ok(stopped(status()), status());
});
