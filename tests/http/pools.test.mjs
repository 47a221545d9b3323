// ctest: timeout=300
// The pools without nginx and without a database: who is served while others stall, lie or die.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, END, STDOUT, address, begin, get, pairs, record, request, stream } from './lib/fastcgi.mjs';
import { Server, alive, until } from './lib/serve.mjs';

async function serving(t, settings) {
  const server = new Server(settings).start();
  t.after(async () => {
    server.kill('SIGKILL');
    await server.stop();
  });
  return server.ready();
}

async function connect(where, n) {
  const all = Array.from({ length: n }, () => new Connection(where));
  await Promise.all(all.map((c) => c.opened));
  return all;
}

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

test('an answer that the API document does not have is found here, too', async (t) => {
  const says = (type, body) => Buffer.concat([record(STDOUT, 1, Buffer.from(`Status: 200\r\nContent-Type: ${type}\r\n\r\n${body}`)), record(STDOUT, 1), record(END, 1, Buffer.alloc(8))]);
  let answer;
  const liar = net.createServer((socket) => socket.once('data', () => socket.end(answer))).listen(0, '127.0.0.1');
  t.after(() => liar.close());
  await new Promise((resolve) => liar.once('listening', resolve));
  const where = `127.0.0.1:${liar.address().port}`;
  for (const [type, body, wrong] of [['application/json', '{"data":{"token":1,"transaction":2},"meta":{}}', /must NOT have additional properties/], ['text/html', '<p>', /a page, not JSON/]]) {
    answer = says(type, body);
    await assert.rejects(get(where, '/api/newest'), wrong);
    assert.equal((await get(where, '/bench/tokens')).status, 200, 'what the document leaves out');
  }
});

test('every pool answers; what belongs to another pool is not there', async (t) => {
  const server = await serving(t, { READ_LISTEN: `127.0.0.1:${await freePort()}` });
  const id = 'abcdefgh-0123';
  for (const pool of ['read', 'write', 'desk']) {
    const answer = await get(server[pool], '/nothing/here', { params: { REQUEST_ID: id } });
    assert.equal(answer.status, 404, pool);
    assert.ok(answer.body.includes(id), `${pool}: the page names the request`);
  }
  assert.equal((await get(server.read, '/healthz')).body.toString(), 'ok\n');
  assert.equal((await get(server.read, '/healthz', { method: 'HEAD' })).body.length, 0);
  assert.equal((await get(server.desk, '/healthz', { undescribed: true })).status, 404);
  assert.equal((await get(server.read, '/bench/stream?kib=1')).status, 404);
  const download = await get(server.desk, '/bench/stream?kib=3000');
  assert.equal(download.body.length, 3000 * 1024);
  const stranger = { params: { REMOTE_ADDR: '203.0.113.9' } };
  assert.equal((await get(server.read, '/metrics', stranger)).status, 403);
  assert.equal((await server.stop()).code, 0);
});

test('metrics count answers by route and status', async (t) => {
  const server = await serving(t, { READ_WORKERS: 1 });
  const before = await server.metric('requests_total{route="none",status="404"}') || 0;
  for (let i = 0; i < 5; i++) await get(server.write, '/nothing/here');
  assert.equal(await server.metric('requests_total{route="none",status="404"}'), before + 5);
  assert.equal(await server.metric('request_seconds_count{pool="write"}'), 5);
  await until('all are idle', async () => (await server.metric('pool_workers{pool="write",state="idle"}')) === 4);
  const { body } = await get(server.read, '/metrics');
  for (const line of body.toString().trimEnd().split('\n'))
    assert.match(line, /^(# (HELP|TYPE) sitaminter_\w+ .+|sitaminter_\w+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [\d.e+-]+)$/);
});

test('without a database: pages without rows, and 503 for the others', async (t) => {
  const server = await serving(t);
  const answer = await get(server.read, '/readyz');
  assert.equal(answer.status, 503);
  assert.equal(await server.metric('database_up'), 0);
  assert.equal((await get(server.read, '/healthz')).status, 200);
  assert.ok(server.lines('database_away').length === 1, 'the log says so at start');
});

test('128 kept connections on 2 workers are all answered, again and again', async (t) => {
  const server = await serving(t, { READ_WORKERS: 2 });
  const all = await connect(server.read, 128);
  for (let round = 0; round < 20; round++) {
    const answers = await Promise.all(all.map((c) => c.send('/healthz')));
    assert.ok(answers.every((a) => a.status === 200));
  }
  // One more connection, while the others are kept and idle.
  assert.equal((await get(server.read, '/healthz')).status, 200);
  await until('the last one is let go', async () => (await server.metric('pool_connections{pool="read"}')) === 129);
  for (const c of all) c.close();
  await until('closed connections are let go',
    async () => (await server.metric('pool_connections{pool="read"}')) === 1);
  assert.equal(server.lines('worker_died').length, 0);
});

// What a peer sends before it falls silent.
const whole = request('/healthz', { keep: true });
const silences = [Buffer.alloc(0), whole.subarray(0, 3), whole.subarray(0, 16), whole.subarray(0, 20),
  whole.subarray(0, whole.length - 8), whole.subarray(0, whole.length - 1)];

test('stalled peers hold up nobody on the read pool, and are closed in time', async (t) => {
  const server = await serving(t, { READ_WORKERS: 1, IO_SECONDS: 1 });
  const stalled = await connect(server.read, silences.length);
  const started = performance.now();
  silences.forEach((bytes, i) => stalled[i].write(bytes));
  let slowest = 0;
  while (performance.now() - started < 800) {
    const asked = performance.now();
    assert.equal((await get(server.read, '/healthz')).status, 200);
    slowest = Math.max(slowest, performance.now() - asked);
  }
  assert.ok(slowest < 500, `the slowest answer took ${slowest} ms`);
  await Promise.all(stalled.slice(1).map((c) => c.closed));
  const took = performance.now() - started;
  assert.ok(took > 900 && took < 4000, `closed after ${took} ms`);
  // The one that sent nothing at all is an idle kept connection like any other.
  assert.equal((await stalled[0].send('/healthz')).status, 200);
  stalled[0].close();
});

test('bytes that come one by one make a whole request', async (t) => {
  const server = await serving(t, { READ_WORKERS: 1 });
  for (const where of [server.read, server.write]) {
    const [slow] = await connect(where, 1);
    const answer = slow.answer();
    for (const byte of request('/nothing', { keep: true })) {
      slow.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    assert.equal((await answer).status, 404);
    slow.close();
  }
});

test('a stalled peer is closed in time by write and desk pools', async (t) => {
  const server = await serving(t, { WRITE_WORKERS: 1, DESK_WORKERS: 1, IO_SECONDS: 1 });
  for (const where of [server.write, server.desk])
    for (const bytes of silences) {
      const [stalled] = await connect(where, 1);
      stalled.write(bytes);
      await until('it is closed', () => Promise.race([stalled.closed.then(() => true), sleep(50)]), 5000);
    }
  assert.equal((await get(server.write, '/nothing')).status, 404);
});

// A download whose reader does not read.
async function stalledDownload(where, id) {
  const socket = net.connect(address(where));
  socket.on('error', () => {});
  socket.pause();
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(request('/bench/stream?kib=100000', { params: { REQUEST_ID: id } }));
  return socket;
}

test('stalled downloads end, and never touch the other pools', async (t) => {
  const server = await serving(t, { DESK_WORKERS: 2, IO_SECONDS: 1 });
  const busy = 'pool_workers{pool="desk",state="busy"}';
  const stalled = [await stalledDownload(server.desk, 'stalled-1'), await stalledDownload(server.desk, 'stalled-2')];
  await until('both desk workers are held', async () => (await server.metric(busy)) === 2);
  assert.equal((await get(server.write, '/nothing')).status, 404);
  await until('both are free again', async () => (await server.metric(busy)) === 0, 10000);
  assert.equal((await get(server.desk, '/bench/stream?kib=1')).body.length, 1024);
  for (const socket of stalled) socket.destroy();
  assert.equal(server.lines('worker_died').length, 0);
});

test('a reader that takes a large answer slowly holds up nobody', async (t) => {
  const server = await serving(t, { READ_WORKERS: 1 });
  const path_ = `/${'x'.repeat(900)}`;
  const slow = net.connect(address(server.read));
  slow.on('error', () => {});
  slow.pause();
  // Each answer waits in the socket's buffer until that is full, then in the worker.
  for (let i = 0; i < 200; i++) {
    slow.write(request(path_, { keep: true }));
    assert.equal((await get(server.read, '/healthz')).status, 200);
  }
  slow.destroy();
  assert.equal((await get(server.read, '/healthz')).status, 200);
});

test('a killed worker is replaced; the log names signal and request', async (t) => {
  const server = await serving(t, { DESK_WORKERS: 1 });
  const held = await stalledDownload(server.desk, 'the-held-request');
  await until('it is at work', async () => (await server.metric('pool_requests{pool="desk"}')) === 1);
  const pid = server.pid('desk worker 0');
  process.kill(pid, 'SIGKILL');
  await until('the log says so', () => server.lines('worker_died').length === 1);
  assert.match(server.lines('worker_died')[0],
    new RegExp(`desk worker 0 \\(pid ${pid}\\) ended with signal 9 \\(Killed\\), request=the-held-request`));
  assert.equal((await get(server.read, '/healthz')).status, 200);
  assert.equal((await get(server.desk, '/bench/stream?kib=1')).status, 200);
  assert.notEqual(server.pid('desk worker 0'), pid);
  assert.equal(await server.metric('worker_deaths_total{pool="desk"}'), 1);
  held.destroy();
});

test('one that keeps dying is started ever more slowly', async (t) => {
  const server = await serving(t);
  for (const [i, who] of ['clerk worker 0', 'clerk worker 0', 'clerk worker 0'].entries()) {
    const pid = await until('it runs', () => alive(server.pid(who)) && server.pid(who));
    process.kill(pid, 'SIGKILL');
    await until('the log says so', () => server.lines('worker_died').length === i + 1);
  }
  const pauses = server.lines('worker_died').map((line) => Number(/starts in (\d+) ms/.exec(line)[1]));
  assert.deepEqual(pauses, [100, 200, 400]);
  await until('the clerk runs again', () => alive(server.pid('clerk worker 0')));
  assert.equal(await server.metric('worker_deaths_total{pool="clerk"}'), 3);
});

test('a process that hangs is replaced; one whose client is slow is not', async (t) => {
  const server = await serving(t, { HANG_SECONDS: 3, IO_SECONDS: 1, READ_WORKERS: 2, DESK_WORKERS: 1 });
  const slow = new Connection(server.desk), started = performance.now();
  slow.socket.on('data', () => {
    slow.socket.pause();
    setTimeout(() => slow.socket.resume(), 100);
  });
  const downloaded = slow.send('/bench/stream?kib=5500');
  const hanging = ['clerk worker 0', 'read worker 0', 'write worker 2'];
  await until('all run', () => server.pid('clerk worker 0'));
  const before = Object.fromEntries([...hanging, 'desk worker 0', 'read worker 1'].map((who) => [who, server.pid(who)]));
  for (const who of hanging) process.kill(before[who], 'SIGSTOP');
  for (const who of hanging)
    await until(`${who} is replaced`, () => server.pid(who) !== before[who] && !alive(before[who]), 30000);
  assert.deepEqual(server.lines('worker_hangs').map((line) => line.replace(/^.*worker_hangs pid=\d+ /, '')).sort(), [
    `clerk worker 0 (pid ${before['clerk worker 0']}) has not gone on for 8 seconds`,
    `read worker 0 (pid ${before['read worker 0']}) has not gone on for 3 seconds`,
    `write worker 2 (pid ${before['write worker 2']}) has not gone on for 8 seconds`]);
  assert.equal((await downloaded).body.length, 5500 * 1024);
  assert.ok(performance.now() - started > 9000, 'the slow one took longer than a silent one may');
  assert.equal(server.pid('desk worker 0'), before['desk worker 0']);
  assert.equal(server.pid('read worker 1'), before['read worker 1'], 'to have nothing to do is not to hang');
  assert.equal(server.lines('worker_died').length, hanging.length);
});

test('when the parent is killed its children end, and a new server takes the sockets over', async (t) => {
  const server = await serving(t);
  const children = await until('all have been started', () => {
    const pids = [...server.log.matchAll(/has pid (\d+)/g)].map((m) => Number(m[1]));
    return pids.length === 11 && pids;
  });
  server.kill('SIGKILL');
  await until('all children have ended', () => !children.some(alive));
  assert.ok(fs.existsSync(server.read.slice(5)), 'the socket file is left behind');
  const next = new Server({}, server.folder).start();
  t.after(() => next.stop());
  await next.ready();
});

test('a second server on the same sockets is refused, and harms nothing', async (t) => {
  const server = await serving(t);
  const second = new Server({}, server.folder).start();
  assert.deepEqual(await second.ended, { code: 1, signal: null });
  assert.match(second.log, /Cannot listen on unix:.*read\.sock: another server is listening there; stop it first\./);
  assert.equal((await get(server.read, '/healthz')).status, 200);
});

test('what cannot be served does not start', async () => {
  const cases = [
    [{ FOO: '1' }, /SITA_FOO is not a setting of this program/],
    [{ READ_WORKERS: '0' }, /SITA_READ_WORKERS must be a whole number from 1 to 64, not "0"/],
    [{ READER_URL: '' }, /SITA_READER_URL is not set/],
    [{ READ_LISTEN: 'nonsense' }, /Cannot listen on nonsense/],
    [{ TEMPLATES: '/nonexistent' }, /nonexistent/],
  ];
  for (const [settings, sentence] of cases) {
    const server = new Server(settings).start();
    assert.deepEqual(await server.ended, { code: 1, signal: null });
    assert.match(server.log, sentence);
    assert.deepEqual(fs.readdirSync(server.folder), []);
    await server.stop();
  }
});

test('too large and wrong requests get an answer', async (t) => {
  const server = await serving(t, { PARAMS_MAX: 8192, BODY_MAX: 2048 });
  const large = { params: { HTTP_COOKIE: 'x'.repeat(9000) } };
  for (const pool of ['read', 'write', 'desk']) {
    assert.equal((await get(server[pool], '/healthz', large)).status, 413, `${pool}: parameters`);
    const body = { method: 'POST', body: 'x'.repeat(pool === 'read' ? 5000 : 3000) };
    assert.equal((await get(server[pool], '/healthz', body)).status, 413, `${pool}: body`);
    const fits = { method: 'POST', body: 'x'.repeat(2048) };
    assert.notEqual((await get(server[pool], '/nothing', fits)).status, 413, `${pool}: a body that fits`);
    assert.equal((await get(server[pool], `/${'p'.repeat(2000)}`)).status, 414, `${pool}: path`);
    assert.equal((await get(server[pool], 'nothing')).status, 400, `${pool}: no path`);
    for (const length of ['99', '1', '-4', 'x']) {
      const lies = { method: 'POST', body: 'body', params: { CONTENT_LENGTH: length } };
      assert.equal((await get(server[pool], '/nothing', lies)).status, 400, `${pool}: length ${length}`);
    }
  }
});

// A small generator, so that every run sends the same bytes (xorshift32).
function random(seed) {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

// A request with something wrong in it.
function mutated(next) {
  const kinds = [
    (b) => { for (let i = next(6) + 1; i > 0; i--) b[next(b.length)] = next(256); return b; },
    (b) => b.subarray(0, next(b.length)),
    (b) => { const at = next(b.length); return Buffer.concat([b.subarray(0, at), b.subarray(at + next(20))]); },
    (b) => Buffer.concat([b, b.subarray(next(b.length))]),
    () => Buffer.from(Array.from({ length: next(300) }, () => next(256))),
    () => record(next(12), next(3), Buffer.from(Array.from({ length: next(64) }, () => next(256)))),
    () => Buffer.concat([begin(1, 1), record(4, 1, Buffer.from(Array.from({ length: next(64) }, () => next(256)))),
      record(4, 1), record(5, 1)]),
    () => record(9, 0, pairs({ FCGI_MAX_CONNS: '', FCGI_MAX_REQS: '', FCGI_MPXS_CONNS: '' })),
    () => Buffer.concat([begin(1, 1), stream(4, 1, Buffer.concat(Array(next(40) + 1).fill(pairs({ REQUEST_URI: '/' })))),
      record(5, 1)]),
  ];
  return kinds[next(kinds.length)](Buffer.from(request('/healthz', { keep: next(2) === 1, body: 'x'.repeat(next(9)) })));
}

test('no bytes bring a worker down', async (t) => {
  const server = await serving(t, { READ_WORKERS: 1, WRITE_WORKERS: 2, DESK_WORKERS: 2 });
  const next = random(20230517);
  for (let i = 0; i < 1500; i++) {
    const socket = net.connect(address(server[['read', 'write', 'desk'][i % 3]]));
    socket.on('error', () => {});
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.end(mutated(next));
    if (i % 50 === 0) assert.equal((await get(server.read, '/healthz')).status, 200);
    socket.resume();
    await Promise.race([new Promise((resolve) => socket.once('close', resolve)), sleep(20)]);
    socket.destroy();
  }
  for (const pool of ['read', 'write', 'desk'])
    assert.equal((await get(server[pool], '/nothing')).status, 404);
  assert.equal((await server.stop()).code, 0);
  assert.deepEqual(server.lines('worker_died'), []);
});

/* -- stopping and reloading ------------------------------------------------------------------- */

test('a stop under load: what was sent is answered, nothing is cut off', async (t) => {
  const server = await serving(t, { READ_WORKERS: 2, DESK_WORKERS: 1 });
  const kept = await connect(server.read, 40);
  await Promise.all(kept.map((c) => c.send('/healthz')));
  // A download that holds the only worker of its pool, and others who wait at its door.
  const download = new Connection(server.desk);
  await download.opened;
  download.socket.pause();
  const downloaded = download.send('/bench/stream?kib=20000');
  await until('it is at work', async () => (await server.metric('pool_requests{pool="desk"}')) === 1);
  const waiting = await connect(server.desk, 30);
  const served = Promise.all(waiting.map((c) => c.send('/nothing')));
  let answered = 0, refused = 0, stopping = false;
  async function reader(c) {
    for (;;) {
      try {
        assert.equal((await c.send('/healthz')).status, 200);
        answered++;
      } catch (error) {
        // Only a connection that had been told nothing may end: the answers before were whole.
        assert.ok(stopping, `cut off before the stop: ${error.message}`);
        refused++;
        return;
      }
    }
  }
  const readers = kept.map(reader);
  await until('load', () => answered > 400);
  stopping = true;
  server.kill('SIGTERM');
  await until('the stop has begun', () => server.lines('stopping').length === 1);
  download.socket.resume();
  assert.equal((await downloaded).body.length, 20000 * 1024);
  for (const answer of await served) assert.equal(answer.status, 404);
  await Promise.all(readers);
  assert.equal(refused, kept.length);
  assert.ok(kept.every((c) => c.input.length === 0 && c.out.length === 0), 'no half answer');
  assert.deepEqual(await server.ended, { code: 0, signal: null });
  assert.deepEqual(server.lines('worker_died'), []);
  assert.ok(!fs.existsSync(server.read.slice(5)), 'the sockets are gone');
});

test('a stop waits no longer than it may, and a second signal ends it', async (t) => {
  for (const [settings, again] of [[{ DRAIN_SECONDS: 1 }, false], [{ DRAIN_SECONDS: 60 }, true]]) {
    const server = await serving(t, { IO_SECONDS: 60, ...settings });
    const held = await stalledDownload(server.desk, 'held-forever');
    await until('it is at work', async () => (await server.metric('pool_requests{pool="desk"}')) === 1);
    const started = performance.now();
    server.kill('SIGTERM');
    if (again) {
      await sleep(700); // one that comes at once is the same signal
      server.kill('SIGTERM');
    }
    assert.deepEqual(await server.ended, { code: 1, signal: null });
    assert.ok(performance.now() - started < 5000);
    assert.equal(server.lines('stop_forced').length, 1);
    held.destroy();
  }
});

test('a broken template keeps the old pages; a good one replaces them without a gap', async (t) => {
  const folder = fs.mkdtempSync(path.join(process.env.TEST_STATE ?? '/tmp', 'templates-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.cpSync(path.join(process.env.SOURCE_DIR, 'templates'), folder, { recursive: true });
  const server = await serving(t, { TEMPLATES: folder });
  const file = path.join(folder, 'error.html'), good = fs.readFileSync(file, 'utf8');
  const page = async () => (await get(server.read, '/nothing', { params: { HTTP_ACCEPT: 'text/html' } })).body.toString();
  const before = await page();

  fs.writeFileSync(file, good + '{{noSuchName}}');
  server.kill('SIGHUP');
  await until('it says why', () => server.lines('reload_refused').length === 1);
  assert.match(server.lines('reload_refused')[0], /error\.html.*noSuchName[^\\]*\.$/);
  assert.equal((await page()).length, before.length);

  let going = true, answered = 0;
  const load = Array.from({ length: 8 }, async () => {
    for (; going; answered++) assert.equal((await get(server.read, '/nothing')).status, 404);
  });
  const old = [0, 1].map((i) => server.pid(`read worker ${i}`));
  fs.writeFileSync(file, good.replace(/\{\{\/(\w+)\}\}\s*$/, (end) => `<!--new-->${end}`));
  server.kill('SIGHUP');
  await until('every worker has been replaced', () =>
    ['read', 'write', 'desk'].every((pool) =>
      [0, 1].every((i) => server.lines('worker_started').filter((l) => l.includes(`${pool} worker ${i} `)).length === 2)), 30000);
  await until('the old ones are gone', () => !old.some(alive));
  going = false;
  await Promise.all(load);
  assert.ok(answered > 20);
  assert.deepEqual(server.lines('worker_died'), []);
  assert.equal((await server.stop()).code, 0);
});
