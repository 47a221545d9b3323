// ctest: timeout=300
// `sitaminter db maintain`, fault by fault: what keeps it from a table is told, and what it did stays.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { fresh } from './diagnose.mjs';
import { db, environment, program, psql } from './lib.mjs';
import { counted, dirty, maintain, maintaining, noted, of, own, slow, vacuums } from './maintain.mjs';
import { Session, until, waits } from './session.mjs';

const twice = { vacuumed: 2, analyzed: 2 }, once = { vacuumed: 1, analyzed: 1 }, never = { vacuumed: 0, analyzed: 0 };

// Everything but `table` was done; of that the report, the text and the record say `outcome`.
function missed(database, { status, report }, table, outcome, reason) {
  assert.equal(status, 1);
  assert.deepEqual([report.outcome, report.missed], ['incomplete', 1]);
  for (const r of report.tables)
    assert.equal(r.outcome, r.table === `public.${table}` ? outcome : 'done', r.table);
  assert.match(of({ report }, table).reason, reason);
  assert.deepEqual(counted(database, `public.${table}`), never);
  assert.deepEqual(counted(database, 'public.users'), once);
  const [row] = noted(database);
  assert.deepEqual([row.outcome, row.finished], ['incomplete', true]);
  assert.match(row.details.error, new RegExp(`^${outcome} public\\.${table}: `));
}

// -- one table -------------------------------------------------------------------------------------

test('a table that another session has locked', async (t) => {
  const database = fresh(t);
  const holder = new Session(t, database, { user: 'sita_owner', name: 'somebody' });
  const pid = await holder.pid();
  await holder.run('BEGIN; LOCK TABLE tokens');
  const began = Date.now();
  const r = maintain(database, ['--lock-timeout', '1']);
  assert.ok(Date.now() - began < 10000);
  missed(database, r, 'tokens', 'locked',
    new RegExp(`^waited for its lock in vain: held by process ${pid} \\(sita_owner somebody\\) on tokens since .*: LOCK TABLE tokens;$`));
  assert.ok(of(r, 'tokens').milliseconds >= 1000);
  const text = maintain(database, ['--lock-timeout', '1'], { format: 'text' });
  assert.equal(text.status, 1);
  assert.match(text.stdout, /^locked {7}public\.tokens: 1\.\d+ s; .*\n {13}waited for its lock in vain: held by/m);
  assert.match(text.stdout, /\n6 of 7 maintained in .*\nNot maintained: public\.tokens\n$/);
  await holder.run('COMMIT');
  assert.equal(maintain(database, ['--table', 'tokens']).status, 0);
});

test('a table of another owner, which PostgreSQL skips with a warning', (t) => {
  const database = fresh(t, 'CREATE TABLE theirs (id int PRIMARY KEY)');
  psql('postgres', `ALTER DATABASE ${database} OWNER TO postgres`); // who owns the database may vacuum all of it
  const r = maintain(database);
  missed(database, r, 'theirs', 'skipped', /skipping "theirs"|permission denied to vacuum "theirs"/);
  assert.equal(r.stderr, '');
  psql('postgres', `ALTER DATABASE ${database} OWNER TO sita_owner`);
  assert.equal(maintain(database, ['--table', 'theirs']).status, 0);
});

test('a server that does not count what is done', (t) => {
  const database = fresh(t, 'SET ROLE sita_owner; CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id)');
  psql('postgres', `ALTER DATABASE ${database} SET track_counts = off`);
  const { status, report } = maintain(database, ['--table', 'users', '--table', 'parts']);
  assert.equal(status, 1);
  for (const r of report.tables)
    assert.deepEqual([r.outcome, r.reason], ['skipped', 'the server did not count it (see its setting track_counts)']);
});

test('a table that is dropped meanwhile is no fault', async (t) => {
  const database = fresh(t, 'SET ROLE sita_owner; CREATE TABLE passing (id int PRIMARY KEY)');
  const dropper = new Session(t, database);
  await dropper.run('BEGIN; DROP TABLE passing');
  const { ended } = maintaining(t, database, ['--lock-timeout', '60']);
  await until('it waits', () => psql(database, 'SELECT count(*) FROM pg_locks WHERE NOT granted') === '1');
  await dropper.run('COMMIT');
  const r = await ended;
  assert.equal(r.status, 0, r.stdout);
  assert.deepEqual([of(r, 'passing').outcome, of(r, 'passing').reason], ['gone', 'it was dropped meanwhile']);
  assert.deepEqual(counted(database, 'public.users'), once);
});

test('a statement that is cancelled: the other tables are done', async (t) => {
  const database = fresh(t, `SET ROLE sita_owner; ${slow('large')}`);
  const { ended } = maintaining(t, database, ['--delay=100']);
  psql('postgres', `SELECT pg_cancel_backend(${await vacuums(database)})`);
  missed(database, await ended, 'large', 'failed', /^canceling statement due to user request$/);
});

// -- the whole run ---------------------------------------------------------------------------------

test('what the time limit leaves is named', async (t) => {
  const database = fresh(t, `SET ROLE sita_owner; ${slow('large')}`);
  const began = Date.now();
  const { status, report } = maintain(database, ['--delay=100', '--time-limit=1']);
  assert.ok(Date.now() - began < 10000);
  assert.equal(status, 1);
  assert.deepEqual(report.tables.map((r) => [r.table, r.outcome, r.reason]), [
    ['public.large', 'timed out', 'the time limit was over'],
    ...own.map((table) => [table, 'not reached', 'the time limit was over'])]);
  assert.equal(report.missed, own.length + 1);
  assert.equal(noted(database)[0].outcome, 'incomplete');
  assert.equal(noted(database)[0].details.error.split('\n').length, own.length + 1);
  assert.deepEqual(counted(database, 'public.users'), never);
  const text = maintain(database, ['--delay=100', '--time-limit=1'], { format: 'text' }).stdout;
  assert.match(text, /^timed out {4}public\.large: [01]\.\d+ s; dead rows 3000 beside 3000; .*\n {13}the time limit was over$/m);
  assert.match(text, /^not reached {2}public\.users: the time limit was over$/m);
  const named = /\nNot maintained: (.*)\n$/.exec(text)[1].split(', ');
  assert.deepEqual(named.sort(), ['public.large', ...own].sort());
  assert.equal(maintain(database, ['--time-limit=60']).status, 0); // enough: nothing is cut off
});

test('two at once: the second one does nothing and says who is at work', async (t) => {
  const database = fresh(t, `SET ROLE sita_owner; ${slow('large')}`);
  const { child, ended } = maintaining(t, database, ['--delay=100']);
  const pid = await vacuums(database);
  const second = maintain(database);
  assert.equal(second.status, 5);
  assert.equal(second.stdout, '');
  assert.match(second.stderr, new RegExp(`^Another operation on this database is at work: process ${pid} \\(sita_owner sitaminter db\\) since `));
  assert.equal(db(['push'], { SITA_OWNER_URL: `dbname=${database} user=sita_owner` }).status, 5);
  assert.equal(maintain(fresh(t)).status, 0); // another database is another matter
  child.kill('SIGKILL');
  assert.equal((await ended).status, null);
  assert.equal(noted(database).length, 1);
});

for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT']) {
  test(`${signal} midway: the server stops within seconds, and the next run notes it`, async (t) => {
    const database = fresh(t, `SET ROLE sita_owner; ${slow('large')}`);
    psql('postgres', `ALTER DATABASE ${database} SET client_connection_check_interval = 0`); // a server as it comes
    const { child, ended } = maintaining(t, database, ['--delay=100']);
    const pid = await vacuums(database);
    child.kill(signal);
    assert.equal((await ended).status, null);
    await until('the server has noticed', () => psql('postgres', `SELECT count(*) FROM pg_stat_activity WHERE pid = ${pid}`) === '0');
    assert.deepEqual(noted(database).map((r) => [r.outcome, r.finished]), [[null, false]]);
    const next = maintain(database);
    assert.equal(next.status, 0, next.stderr);
    assert.equal(of(next, 'large').dead, 0);
    assert.deepEqual(noted(database).map((r) => [r.outcome, r.finished]), [['interrupted', true], ['done', true]]);
  });
}

test('a connection that is ended midway: told, noted over another one, and the rest is named', async (t) => {
  const database = fresh(t, `SET ROLE sita_owner; ${slow('large')}`);
  const { ended } = maintaining(t, database, ['--delay=100']);
  psql('postgres', `SELECT pg_terminate_backend(${await vacuums(database)})`);
  const { status, report, stderr } = await ended;
  assert.equal(status, 1);
  assert.equal(stderr, '');
  assert.deepEqual(report.tables.map((r) => [r.table, r.outcome, r.reason]), [
    ['public.large', 'failed', 'terminating connection due to administrator command'],
    ...own.map((table) => [table, 'not reached', 'the connection was lost'])]);
  const [row] = noted(database);
  assert.deepEqual([row.outcome, row.finished], ['incomplete', true]);
  assert.match(row.details.error, /^failed public\.large: terminating connection/);
  const next = maintain(database);
  assert.equal(next.status, 0);
  assert.deepEqual(counted(database, 'public.large'), once);
});

test('a server that lets nobody in again: that is told, too', async (t) => {
  const database = fresh(t, `SET ROLE sita_owner; ${slow('large')}`);
  const { ended } = maintaining(t, database, ['--delay=100']);
  const pid = await vacuums(database);
  psql('postgres', `ALTER DATABASE ${database} CONNECTION LIMIT 0; SELECT pg_terminate_backend(${pid})`);
  const { status, report, stderr } = await ended;
  psql('postgres', `ALTER DATABASE ${database} CONNECTION LIMIT -1`);
  assert.equal(status, 1);
  assert.equal(report.missed, own.length + 1);
  assert.match(stderr, /too many connections for database .*\nThe end of this could not be noted in db_operations\.\n$/);
  assert.equal(maintain(database).status, 0);
  assert.deepEqual(noted(database).map((r) => r.outcome), ['interrupted', 'done']);
});

test('a role that may not note what it does, may not do it', (t) => {
  const database = fresh(t);
  for (const user of ['sita_desk', 'sita_app', 'sita_reader', 'sita_backup', 'sita_monitor']) {
    const r = maintain(database, [], { user });
    assert.equal(r.status, 1, user);
    assert.equal(r.stdout, '');
    assert.match(r.stderr, /^permission denied for table db_operations/);
  }
  assert.deepEqual(noted(database), []);
  assert.equal(maintain(database, ['--table', 'users'], { user: 'postgres' }).status, 0);
});

// -- on a terminal ---------------------------------------------------------------------------------

// What a person sees. `stop` is called with what was seen so far until it is true.
async function seen(t, database, args, stop) {
  const shell = spawn('script', ['-qec', `'${program}' db maintain ${args}`, '/dev/null'],
    { env: { ...environment, SITA_OWNER_URL: `dbname=${database} user=sita_owner` } });
  t.after(() => shell.kill('SIGKILL'));
  let said = '';
  shell.stdout.setEncoding('utf8').on('data', (text) => { said += text; });
  const ended = new Promise((resolve) => { shell.on('exit', resolve); });
  await until('what is looked for on the terminal', () => stop(said));
  return { said: () => said, ended };
}

test('on a terminal it shows how far it has come, and whom it waits for', async (t) => {
  const database = fresh(t, `SET ROLE sita_owner; ${dirty('"la\u001bst"', { rows: 100, dead: 50 })} ${slow('large')}`);
  const holder = new Session(t, database);
  await holder.run('BEGIN; LOCK TABLE "la\u001bst"');
  const args = '--delay 100 --lock-timeout 60 --table large --table "la\u001bst"';
  const { said, ended } = await seen(t, database, args, (text) => /\r\u001b\[K1\/2 public\.large: scanning heap [1-9]\d* %/.test(text));
  const pid = await vacuums(database);
  psql('postgres', `SELECT pg_cancel_backend(${pid})`);
  await waits(Number(pid));
  await until('the name of who holds it', () => /2\/2 public\.U&"la\\001Bst": waits for process \d+ \(postgres session\)/.test(said()));
  await holder.run('COMMIT');
  assert.equal(await ended, 1);
  assert.match(said(), /\r\nfailed {7}public\.large: .*\r\n/);
  assert.match(said(), /\r\u001b\[Kdone {9}public\.U&"la\\001Bst": .*; dead rows 50 -> 0 beside 50/);
  assert.doesNotMatch(said(), /\u001bst/);
});

test('elsewhere it shows no progress', (t) => {
  const database = fresh(t, `SET ROLE sita_owner; ${slow('large')}`);
  assert.equal(maintain(database, ['--delay=4', '--table=large'], { format: 'text' }).stderr, '');
  assert.equal(maintain(database, ['--table=large']).status, 0);
  assert.deepEqual(counted(database, 'public.large'), twice);
});
