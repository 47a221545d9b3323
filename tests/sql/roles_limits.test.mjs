// ctest: timeout=180
// The time limits of the program's roles: what each is, and that a session is really ended by it. All
// wait at the same time, so this takes as long as the longest limit that is waited for: 20 s.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test, { after, before } from 'node:test';
import { db, environment, psql } from './lib.mjs';

const database = `test_limits_${process.pid}`;
const sessions = [];

// In milliseconds: a statement, a lock, a transaction that idles. 0: none.
const limits = {
  owner: { statement: 0, lock: 5000, idle: 600000 },
  reader: { statement: 3000, lock: 2000, idle: 5000, readOnly: true },
  app: { statement: 5000, lock: 3000, idle: 10000 },
  desk: { statement: 20000, lock: 3000, idle: 10000 },
  monitor: { statement: 5000, lock: 2000, idle: 10000, readOnly: true },
  backup: { statement: 3600000, lock: 60000, idle: 600000, readOnly: true },
  verify: { statement: 3600000, lock: 60000, idle: 600000 },
};
const WAITED_FOR = 20000; // what is longer is only read
const LATE = 15000;       // a busy machine may end a session so much later

before(() => {
  const r = db(['setup', '--url', 'dbname=postgres'], { SITA_OWNER_URL: `dbname=${database} user=sita_owner` });
  assert.equal(r.status, 0, r.stderr);
});
after(() => {
  for (const { child } of sessions) child.kill('SIGKILL');
  psql('postgres', `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
});

function session(role) {
  const child = spawn('psql', ['-qXAt', '-d', database, '-U', role === 'postgres' ? role : `sita_${role}`], { env: environment });
  const s = { child, said: '' };
  sessions.push(s);
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (s.said += text));
  s.ended = once(child, 'close');
  return s;
}

// How long after its start, by the server's clock, the statement ended, and with which words.
async function ends(role, sql) {
  const s = session(role);
  s.child.stdin.end(`\\set VERBOSITY terse\nSELECT clock_timestamp() AS began \\gset\n${sql};\n` +
    `SELECT 'took ' || (1000 * extract(epoch FROM clock_timestamp() - :'began'))::int;\n`);
  await s.ended;
  return { said: s.said, took: Number(/^took (\d+)$/m.exec(s.said)?.[1]) };
}

function assertTime(what, took, limit) {
  assert.ok(took >= limit - 50 && took < limit + LATE, `${what}: ${limit} ms, ended after ${took} ms`);
}

for (const [role, { statement, lock, idle, readOnly }] of Object.entries(limits))
  test(`${role}: its limits`, () => {
    const one = (name) => `(SELECT setting FROM pg_settings WHERE name = '${name}')`;
    const found = psql(database, `SELECT ${one('statement_timeout')}, ${one('lock_timeout')},
      ${one('idle_in_transaction_session_timeout')}, ${one('default_transaction_read_only')}`, { user: `sita_${role}` });
    assert.equal(found, [statement, lock, idle, readOnly ? 'on' : 'off'].join('|'));
  });

test('a read-only role says so itself', () => {
  for (const [role, { readOnly }] of Object.entries(limits))
    if (readOnly)
      assert.throws(() => psql(database, 'CREATE TABLE x ()', { user: `sita_${role}` }), /cannot execute CREATE TABLE in a read-only transaction/);
});

const waited = (limit) => Object.entries(limits).filter(([, line]) => line[limit] > 0 && line[limit] <= WAITED_FOR);

const statements = async () => {
  for (const { role, r, limit } of await Promise.all(waited('statement').map(async ([role, line]) =>
    ({ role, limit: line.statement, r: await ends(role, 'SELECT pg_sleep(120)') })))) {
    assert.match(r.said, /ERROR: {2}canceling statement due to statement timeout/, role);
    assertTime(role, r.took, limit);
  }
};

// db_objects is what each of them may read.
const locks = async () => {
  const holder = session('postgres').child;
  holder.stdin.write('BEGIN; LOCK TABLE db_objects; SELECT 1;\n');
  await once(holder.stdout, 'data');
  for (const { role, r, limit } of await Promise.all(waited('lock').map(async ([role, line]) =>
    ({ role, limit: line.lock, r: await ends(role, 'TABLE db_objects') })))) {
    assert.match(r.said, /ERROR: {2}canceling statement due to lock timeout/, role);
    assertTime(role, r.took, limit);
  }
};

// The server ends the session; psql notices when it asks next.
const idlers = async () => {
  await Promise.all(waited('idle').map(async ([role, { idle }]) => {
    const s = session(role), began = Date.now();
    s.child.stdin.write('BEGIN; SELECT pg_backend_pid();\n');
    await once(s.child.stdout, 'data');
    const pid = s.said.trim();
    const alive = () => psql('postgres', `SELECT count(*) FROM pg_stat_activity WHERE pid = ${pid}`) === '1';
    while (alive()) {
      assert.ok(Date.now() < began + idle + LATE, `${role} still idles`);
      await new Promise((done) => setTimeout(done, 250));
    }
    assertTime(role, Date.now() - began, idle);
    s.child.stdin.end('SELECT 1;\n');
    await s.ended;
    assert.match(s.said, /terminating connection due to idle-in-transaction timeout/, role);
  }));
};

test('sessions are ended by their limits', async () => {
  assert.deepEqual(waited('statement').map(([role]) => role), ['reader', 'app', 'desk', 'monitor']);
  assert.deepEqual(waited('lock').map(([role]) => role), ['owner', 'reader', 'app', 'desk', 'monitor']);
  assert.deepEqual(waited('idle').map(([role]) => role), ['reader', 'app', 'desk', 'monitor']);
  await Promise.all([statements(), locks(), idlers()]);
});
