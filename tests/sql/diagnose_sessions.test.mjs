// ctest: timeout=300
// `sitaminter db diagnose` on sessions: who runs long, who idles, who waits for whom; and ending one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { W, check, diagnose, fresh, quoted } from './diagnose.mjs';
import { environment, program, psql } from './lib.mjs';
import { Session, until, waits } from './session.mjs';

const one = (result, pid) => result.findings.find((f) => f.figures.pid === pid);

test('a statement that runs long', async (t) => {
  const database = fresh(t);
  const busy = new Session(t, database);
  const pid = await busy.pid();
  busy.send("SELECT pg_sleep(60), $$a\n\u001b[31m\tb$$");
  const found = await until('it runs for two seconds', () => {
    const result = check(database, 'long-running', { limit: '2,1000', user: 'sita_monitor' });
    return result.state === 'warning' && result;
  });
  assert.equal(one(found, pid).figures.query.replace('\u001b', ''), 'SELECT pg_sleep(60), $$a [31m b$$;');
  assert.equal(one(found, pid).cure, `sitaminter db diagnose --cancel ${pid}`);
  assert.equal(check(database, 'long-running', { limit: '1,2' }).state, 'critical');
  assert.equal(check(database, 'long-running').state, 'ok'); // a minute is not over
  assert.equal(check(fresh(t), 'long-running', { limit: 0 }).state, 'ok'); // another database
});

test('a dump may run long', async (t) => {
  const database = fresh(t);
  const dump = new Session(t, database, { user: 'sita_backup' });
  const pid = await dump.pid();
  dump.send('SELECT pg_sleep(60)');
  const age = () => Number(psql(database, `SELECT floor(extract(epoch FROM clock_timestamp() - query_start))
    FROM pg_stat_activity WHERE pid = ${pid} AND state = 'active'`) || 0);
  await until('it runs for a second', () => age() >= 2);
  assert.equal(check(database, 'long-running', { limit: 0 }).state, 'ok');
});

test('a transaction that does nothing', async (t) => {
  const database = fresh(t);
  const idle = new Session(t, database);
  const pid = await idle.pid();
  assert.equal(check(database, 'idle-in-transaction', { limit: 0 }).state, 'ok'); // idle, but in none
  await idle.run('BEGIN; SELECT 1');
  const result = check(database, 'idle-in-transaction', { limit: 0, user: 'sita_monitor' });
  assert.equal(result.state, 'warning');
  assert.equal(one(result, pid).cure, `sitaminter db diagnose --terminate ${pid}`);
  assert.equal(check(database, 'idle-in-transaction').state, 'ok'); // not for half a minute yet
  await idle.run('SELECT 1/0');
  assert.match(check(database, 'idle-in-transaction').findings[0].detail, /idle in transaction \(aborted\)/);
  await idle.run('ROLLBACK');
  assert.deepEqual(check(database, 'idle-in-transaction').findings, []);
});

// holder idles in a transaction; first and second wait for it, third waits for first.
async function queue(t, database) {
  psql(database, `CREATE TABLE ${W} (id int PRIMARY KEY, a int); INSERT INTO ${W} VALUES (1, 0), (2, 0), (3, 0)`);
  const sessions = Array.from({ length: 4 }, () => new Session(t, database));
  const pids = await Promise.all(sessions.map((s) => s.pid()));
  const [holder, first, second, third] = sessions;
  await holder.run(`BEGIN; UPDATE ${W} SET a = 1 WHERE id < 3`);
  await first.run(`BEGIN; UPDATE ${W} SET a = 2 WHERE id = 3`);
  for (const [session, id] of [[first, 1], [second, 2], [third, 3]]) {
    session.send(`UPDATE ${W} SET a = 3 WHERE id = ${id}`);
    await waits(pids[sessions.indexOf(session)]);
  }
  return { sessions, pids };
}

test('who waits for whom', async (t) => {
  const database = fresh(t);
  assert.equal(check(database, 'blocking', { limit: 0 }).state, 'ok');
  const { sessions, pids } = await queue(t, database);
  const [holder, first, second, third] = pids;
  const result = check(database, 'blocking', { limit: 0, user: 'sita_monitor' });
  const tree = result.findings.map((f) => [f.figures.pid, f.depth]);
  assert.deepEqual(tree[0], [holder, 0]);
  assert.equal(tree.length, 4);
  const place = (pid) => tree.findIndex(([p]) => p === pid);
  assert.deepEqual([first, second, third].map((pid) => tree[place(pid)][1]), [1, 1, 2]);
  assert.equal(place(third), place(first) + 1, 'a waiter stands below what it waits for');
  assert.deepEqual(one(result, third).figures.blockedBy, [first]);
  assert.match(one(result, holder).detail, /idle in transaction is waited for by 3, longest \d+ s - BEGIN;|UPDATE/);
  assert.deepEqual(result.findings.map((f) => f.cure).filter(Boolean), [`sitaminter db diagnose --terminate ${holder}`]);
  assert.equal(check(database, 'blocking', { limit: '600,700' }).state, 'ok');
  const shown = diagnose(database, ['--check', 'blocking', '--limit', 'blocking=0']).stdout;
  assert.match(shown, new RegExp(`\n {12}process ${holder}: [^]*\n {14}process ${first}: [^]*\n {16}process ${third}: `));
  // The cure, as it is written: all others go on.
  const r = diagnose(database, ['--terminate', String(holder), '--yes']);
  assert.equal(r.status, 0, r.stderr);
  assert.equal(r.stdout, 'The session was ended.\n');
  assert.equal(await sessions[2].run('SELECT 7'), '7');
  await sessions[1].run('COMMIT');
  assert.equal(await sessions[3].run('SELECT 7'), '7');
  assert.equal(check(database, 'blocking', { limit: 0 }).state, 'ok');
});

test('a long queue for one lock is shown once each', async (t) => {
  const database = fresh(t);
  const holder = new Session(t, database);
  await holder.run('BEGIN; LOCK TABLE tokens');
  for (let i = 0; i < 12; i++) {
    const waiter = new Session(t, database);
    const pid = await waiter.pid();
    waiter.send('BEGIN; LOCK TABLE tokens');
    await waits(pid);
  }
  const result = check(database, 'blocking', { limit: 0 });
  assert.deepEqual(result.findings.map((f) => f.depth), [0, ...Array(12).fill(1)]);
});

// -- ending --------------------------------------------------------------------------------------

const noted = (database) => JSON.parse(psql(database, `SELECT coalesce(json_agg(o), '[]') FROM (
  SELECT operation, outcome, finished_at IS NOT NULL AS finished FROM db_operations
  WHERE operation IN ('cancel', 'terminate') ORDER BY id) o`));
const details = (database) => JSON.parse(psql(database,
  "SELECT details FROM db_operations WHERE operation IN ('cancel', 'terminate') ORDER BY id DESC LIMIT 1"));

for (const user of ['sita_owner', 'postgres']) {
  test(`${user} cancels a statement, which is noted`, async (t) => {
    const database = fresh(t);
    const reader = new Session(t, database, { user: 'sita_reader', name: 'a\tb' });
    const pid = await reader.pid();
    reader.send("SET statement_timeout = 0").send("SELECT pg_sleep(600), 'x'");
    await until('it sleeps', () => psql(database, `SELECT query FROM pg_stat_activity WHERE pid = ${pid}`).includes('sleep'));
    const r = diagnose(database, ['--cancel', String(pid), '--yes'], { user });
    assert.equal(r.status, 0, r.stderr);
    assert.equal(r.stdout, 'The statement was cancelled.\n');
    assert.match(r.stderr, /^Process \d+, client backend, user sita_reader, application .*, active for \d+ s:\n {2}SELECT pg_sleep\(600\), 'x';\n$/);
    assert.equal(await reader.run('SELECT 7'), 'ERROR:  canceling statement due to user request\n7');
    assert.deepEqual(noted(database), [{ operation: 'cancel', outcome: 'done', finished: true }]);
    const { who, pid: whose, user: role, query } = details(database);
    assert.deepEqual({ who, whose, role, query }, { who: user, whose: pid, role: 'sita_reader', query: "SELECT pg_sleep(600), 'x';" });
  });
}

test('what is left alone', async (t) => {
  const database = fresh(t), other = fresh(t);
  const refused = (args, says, on = database) => {
    const r = diagnose(on, [...args, '--yes']);
    assert.match(r.stderr, says);
    assert.equal(r.status, 4, r.stderr);
    assert.deepEqual(noted(database), []);
  };
  const idle = new Session(t, database);
  const pid = await idle.pid();
  refused(['--cancel', String(pid)], /runs no statement that could be cancelled; --terminate ends the session/);
  await idle.run('BEGIN');
  refused(['--cancel', String(pid)], /runs no statement that could be cancelled/);
  refused(['--terminate', String(pid)], /is of another database/, other);
  const writer = psql(database, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'background writer'");
  refused(['--terminate', writer], /is one of the server's own; add --system/);
  const gone = diagnose(database, ['--cancel', '999999999', '--yes']);
  assert.equal(gone.status, 1);
  assert.match(gone.stderr, /The server has no process 999999999/);
  assert.equal(await idle.run('SELECT 7'), '7');
});

test('without --yes somebody must agree', async (t) => {
  const database = fresh(t);
  const idle = new Session(t, database);
  const pid = await idle.pid();
  const nobody = diagnose(database, ['--terminate', String(pid)]);
  assert.equal(nobody.status, 4);
  assert.match(nobody.stderr, /Nobody can be asked here; add --yes/);
  assert.equal(await answer(database, pid, 'n\n'), 4);
  assert.equal(await answer(database, pid, '\n'), 4);
  assert.equal(await idle.run('SELECT 7'), '7');
  assert.deepEqual(noted(database), []);
  assert.equal(await answer(database, pid, 'y\n'), 0);
  assert.equal(psql(database, `SELECT count(*) FROM pg_stat_activity WHERE pid = ${pid}`), '0');
  assert.deepEqual(noted(database), [{ operation: 'terminate', outcome: 'done', finished: true }]);
});

// The exit status when a person at a terminal types this.
async function answer(database, pid, typed) {
  const asked = spawn('script', ['-qec', `'${program}' db diagnose --terminate ${pid}`, '/dev/null'],
    { env: { ...environment, SITA_OWNER_URL: `dbname=${database}` } });
  let said = '';
  asked.stdout.on('data', (text) => { said += text; });
  const ended = new Promise((resolve) => { asked.on('exit', resolve); });
  await until('the question', () => said.includes('End this session? [y/N]'));
  asked.stdin.write(typed);
  return ended;
}

test('whom the server does not let end it: the words of the server, and a note', async (t) => {
  const database = fresh(t);
  const above = new Session(t, database); // a superuser's
  const pid = await above.pid();
  above.send('SELECT pg_sleep(600)');
  await until('it sleeps', () => psql(database, `SELECT state FROM pg_stat_activity WHERE pid = ${pid}`) === 'active');
  const r = diagnose(database, ['--cancel', String(pid), '--yes'], { user: 'sita_owner' });
  assert.equal(r.status, 1);
  assert.match(r.stderr, /must be a superuser/);
  assert.deepEqual(noted(database), [{ operation: 'cancel', outcome: 'failed', finished: true }]);
  const monitor = diagnose(database, ['--cancel', String(pid), '--yes'], { user: 'sita_monitor' });
  assert.equal(monitor.status, 1);
  assert.match(monitor.stderr, /read-only transaction|permission denied for table db_operations/);
  assert.equal(noted(database).length, 1);
});

test('autovacuum and replication only with --system', async (t) => {
  const database = fresh(t, `CREATE TABLE ${quoted('t')} (id int PRIMARY KEY)`);
  const slot = `test_diagnose_${process.pid}`;
  psql(database, `SELECT pg_create_physical_replication_slot('${slot}')`);
  t.after(() => psql('postgres', `SELECT pg_drop_replication_slot('${slot}')`));
  const folder = mkdtempSync(join(tmpdir(), 'diagnose-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const receiver = spawn('pg_receivewal', ['-D', folder, '-S', slot, '--no-loop', '-n'],
    { env: environment, stdio: 'ignore' });
  const ended = new Promise((resolve) => { receiver.on('exit', resolve); });
  t.after(() => receiver.kill('SIGKILL'));
  const pid = await until('replication runs', () => psql(database,
    `SELECT active_pid FROM pg_replication_slots WHERE slot_name = '${slot}' AND active`));
  const r = diagnose(database, ['--terminate', pid, '--yes']);
  assert.equal(r.status, 4);
  assert.match(r.stderr, /is one of the server's own; add --system/);
  const meant = diagnose(database, ['--terminate', pid, '--yes', '--system']);
  assert.equal(meant.status, 0, meant.stderr);
  await ended;
});
