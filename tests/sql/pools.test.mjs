// ctest: timeout=300
// The pools with a database: slow queries, stops that wait for it, connections that break.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test, { after, before } from 'node:test';
import { Connection, get } from '../http/lib/fastcgi.mjs';
import { Server, program, until } from '../http/lib/serve.mjs';

const name = `pools_${process.pid}`;
const url = `dbname=${name}`; // the rest is in PGHOST, PGPORT, PGUSER
const urls = { READER_URL: url, APP_URL: url, DESK_URL: url };

const psql = (database, sql) => execFileSync('psql', ['-qXAt', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', sql],
  { encoding: 'utf8' }).trim();
const push = () => execFileSync(program, ['db', 'push'], { env: { ...process.env, SITA_OWNER_URL: url } });

before(() => {
  psql('postgres', `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'`);
  push();
});
after(() => psql('postgres', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));

async function serving(t, settings) {
  const server = new Server({ ...urls, ...settings }).start();
  t.after(async () => {
    server.kill('SIGKILL');
    await server.stop();
  });
  await server.ready();
  await until('the database answers', async () => (await get(server.read, '/readyz')).status === 200);
  return server;
}

async function timed(promise) {
  const started = performance.now();
  const value = await promise;
  return { value, ms: performance.now() - started };
}

const sleeping = () => psql(name, `SELECT count(*) FROM pg_stat_activity
  WHERE datname = current_database() AND query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()`);

test('a slow query delays only those who shared its pipeline', async (t) => {
  const server = await serving(t, { READ_WORKERS: 1, READ_CONNECTIONS: 2 });
  let slowIsOver = false;
  const slow = timed(get(server.read, '/bench/sleep?ms=4000')).finally(() => { slowIsOver = true; });
  await until('it is at work', () => sleeping() === '1');
  for (let i = 0; i < 30; i++) assert.equal((await get(server.read, '/readyz')).status, 200);
  assert.ok(!slowIsOver, '30 others were answered meanwhile');
  const { value, ms } = await slow;
  assert.equal(value.status, 200);
  assert.ok(ms >= 4000);
});

test('many requests of one pass share a pipeline and all are answered', async (t) => {
  const server = await serving(t, { READ_WORKERS: 1, READ_CONNECTIONS: 1 });
  const all = Array.from({ length: 64 }, () => new Connection(server.read));
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.all(all.map((c) => c.send('/readyz')));
    assert.ok(answers.every((a) => a.status === 200 && a.body.toString() === 'ready\n'));
  }
  for (const c of all) c.close();
});

test('a stop waits for those who wait for the database', async (t) => {
  const server = await serving(t, { READ_WORKERS: 2 });
  const kept = Array.from({ length: 12 }, () => new Connection(server.read));
  await Promise.all(kept.map((c) => c.send('/healthz')));
  const answers = Promise.all(kept.map((c) => c.send('/bench/sleep?ms=400')));
  await until('all are under way', async () => (await server.metric('pool_requests{pool="read"}')) === 13);
  server.kill('SIGTERM');
  for (const answer of await answers) assert.equal(answer.status, 200);
  assert.deepEqual(await server.ended, { code: 0, signal: null });
});

test('a broken connection is opened again, and what waited on it is asked again', async (t) => {
  const server = await serving(t, { READ_WORKERS: 1, READ_CONNECTIONS: 1 });
  const opened = 'database_connections_opened_total{pool="read"}';
  const first = await server.metric(opened);
  const held = get(server.read, '/bench/sleep?ms=2000');
  await until('it is at work', () => sleeping() === '1');
  psql(name, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
  assert.equal((await get(server.read, '/healthz')).status, 200);
  await until('it is ready again', async () => (await get(server.read, '/readyz')).status === 200);
  assert.equal((await held).status, 200);
  assert.ok((await server.metric(opened)) > first);
  assert.deepEqual(server.lines('worker_died'), []);
});

test('a killed read worker is named with the request that waited for the database', async (t) => {
  const server = await serving(t, { READ_WORKERS: 1 });
  const held = new Connection(server.read);
  const answer = held.send('/bench/sleep?ms=20000', { params: { REQUEST_ID: 'waiting-for-rows' } });
  const ended = assert.rejects(answer);
  await until('it is at work', () => sleeping() === '1');
  process.kill(server.pid('read worker 0'), 'SIGKILL');
  await ended;
  const [line] = await until('the log says so', () => server.lines('worker_died').length === 1 && server.lines('worker_died'));
  assert.match(line, /read worker 0 .* signal 9 \(Killed\), request=waiting-for-rows, 1 under way/);
  assert.equal((await get(server.read, '/healthz')).status, 200);
});

test('a database with another schema stops the start', async () => {
  const other = `${name}_other`;
  psql('postgres', `CREATE DATABASE ${other} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'`);
  try {
    const server = new Server({ ...urls, READER_URL: `dbname=${other}` }).start();
    assert.deepEqual(await server.ended, { code: 1, signal: null });
    assert.match(server.log, /db push/);
    await server.stop();
  } finally {
    psql('postgres', `DROP DATABASE ${other} WITH (FORCE)`);
  }
});

test('the clerk notices a setting that has changed', async (t) => {
  const server = await serving(t);
  await until('the schema is checked', async () => (await server.metric('schema_matches')) === 1);
  const generation = () => server.metric('settings_generation');
  const insert = (key, shown) => psql(name, `INSERT INTO settings (key, value, is_public) VALUES ('${key}', '1', ${shown})`);
  insert('first', true);
  const seen = await until('it is noticed', async () => (await generation()) > 0 && (await generation()));
  insert('second', true);
  await until('so is the next', async () => (await generation()) > seen);
});
