// ctest: timeout=300
// `sitaminter db diagnose` on a server of its own: each fault of a server is made, is found, and is
// gone after the command that the report gives.
import assert from 'node:assert/strict';
import { chownSync, closeSync, openSync, readSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { Cluster } from './cluster.mjs';
import { check, cures, diagnose } from './diagnose.mjs';
import { db } from './lib.mjs';
import { Session, until } from './session.mjs';

const server = new Cluster(after);
const { host } = server;

before(() => {
  server.start();
  const r = db(['setup', '--url', `host=${host} dbname=postgres user=postgres`],
    { SITA_OWNER_URL: `host=${host} dbname=site user=sita_owner` });
  assert.equal(r.status, 0, r.stderr);
});

const sql = (text, options) => server.psql(text, { database: 'site', ...options });
const look = (name, limit, more) => check('site', name, { limit, host, user: 'sita_monitor', ...more });
const one = (result, object) => result.findings.find((f) => f.object === object);

// Carries out the one cure of a check that is not well.
function cure(result) {
  const [command, ...others] = cures(result);
  assert.deepEqual(others, []);
  assert.match(command, /;$/);
  for (const statement of command.split(/(?<=;) /)) sql(statement);
}

test('connections against the limit of the server', async (t) => {
  assert.equal(look('connections').state, 'ok');
  server.set({ max_connections: 23 });
  server.restart(); // 20 for those who are no superusers
  const sessions = [];
  const open = async (n) => {
    while (sessions.length < n) {
      sessions.push(new Session(t, 'site', { host, user: 'sita_app' }));
      await sessions.at(-1).pid();
    }
  };
  await open(13);
  assert.equal(look('connections').state, 'ok'); // 13 and the one that looks
  await open(14);
  const full = look('connections');
  assert.deepEqual([full.state, full.findings[0].value, full.findings[0].figures], ['warning', 75, { used: 15, most: 20 }]);
  assert.match(full.findings[0].detail, /^15 of 20 in use, 14 of them idle; most: sita_app with 14; to allow more takes a restart$/);
  await open(17);
  const fuller = look('connections');
  assert.equal(fuller.state, 'critical');
  cure(fuller);
  const waits = look('settings').findings.find((f) => f.object === 'max_connections');
  assert.deepEqual([waits.state, waits.detail], ['warning', 'was changed and waits for a restart']);
  server.restart();
  sessions.length = 0;
  await open(17);
  assert.equal(look('connections').state, 'ok');
  assert.equal(look('settings').findings.find((f) => f.object === 'max_connections'), undefined);
});

test('connections against the limit of a database or a role', async (t) => {
  sql('ALTER DATABASE site CONNECTION LIMIT 4; ALTER ROLE sita_desk CONNECTION LIMIT 2');
  for (let i = 0; i < 2; i++) await new Session(t, 'site', { host, user: 'sita_desk' }).pid();
  const result = look('connections');
  assert.deepEqual(result.findings.map((f) => [f.object, f.state, f.value]),
    [['server', 'ok', result.findings[0].value], ['database site', 'warning', 75], ['role sita_desk', 'critical', 100]]);
  for (const command of cures(result)) sql(command);
  assert.equal(look('connections').state, 'ok');
});

test('memory that is too small for what is asked for', () => {
  server.set({ shared_buffers: "'128kB'" });
  server.restart();
  sql(`CREATE TABLE large (id int PRIMARY KEY, filler text); ALTER TABLE large ALTER filler SET STORAGE PLAIN;
    INSERT INTO large SELECT i, repeat('x', 3900) FROM generate_series(1, 200) i`); // 100 pages, and room for 16
  sql('SELECT pg_stat_reset()');
  const read = (n) => sql(`DO $$ BEGIN FOR i IN 1..${n} LOOP PERFORM count(*) FROM large; END LOOP; END $$`);
  read(10);
  assert.equal(look('cache').state, 'ok'); // too few to tell
  read(1000);
  const result = look('cache');
  assert.equal(result.state, 'critical');
  assert.match(result.findings[0].detail, /shared_buffers is 128kB, the database has \d+ [kM]B; to change that takes a restart$/);
  cure(result);
  server.restart();
  const { bytes, sharedBuffers } = look('cache').findings[0].figures;
  assert.ok(sharedBuffers > bytes, 'the database fits');
  sql('SELECT pg_stat_reset()');
  read(1000);
  const after = look('cache').findings[0];
  assert.ok(after.figures.hits > 100000 && after.state === 'ok' && after.value === 0, JSON.stringify(after));
});

// -- damage ----------------------------------------------------------------------------------------

// Changes a byte in the middle of the first page of a table, behind the server's back.
function damage(table) {
  const path = sql(`SELECT pg_relation_filepath('${table}')`);
  sql('CHECKPOINT');
  server.stop();
  const file = openSync(join(server.data, path), 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, 8000);
  byte[0] ^= 0xff;
  writeSync(file, byte, 0, 1, 8000);
  closeSync(file);
  server.start();
}

test('a page that was damaged on the disk', () => {
  sql("CREATE TABLE damaged (id int PRIMARY KEY, t text); INSERT INTO damaged VALUES (1, 'x')");
  assert.deepEqual(look('checksums').findings.map((f) => [f.object, f.state]), [['database site', 'ok'], ['shared tables', 'ok']]);
  damage('damaged');
  assert.equal(look('checksums').state, 'ok'); // nobody has read it yet
  assert.throws(() => sql('SELECT * FROM damaged'), /invalid page in block 0/);
  const result = look('checksums');
  assert.equal(result.state, 'critical');
  assert.match(one(result, 'database site').detail, /^a damaged page was read 1 times, the last at 2.*restore a backup/);
  assert.deepEqual(cures(result), ['sitaminter db backup status']);
  // In the database that a backup brings back nothing is damaged.
  sql('DROP TABLE damaged');
  server.psql('ALTER DATABASE site RENAME TO aside; CREATE DATABASE site TEMPLATE aside OWNER sita_owner; DROP DATABASE aside');
  assert.equal(look('checksums').state, 'ok');
});

test('checksums are off', () => {
  assert.equal(one(look('settings'), 'data_checksums').state, 'ok');
  server.stop();
  server.tool('pg_checksums', '--disable', `--pgdata=${server.data}`);
  server.start();
  assert.match(one(look('checksums'), 'database site').detail, /the cluster has no checksums/);
  const { state, cure: command } = one(look('settings'), 'data_checksums');
  assert.equal(state, 'warning');
  const [program, ...args] = command.replace(/ # the server must be stopped$/, '').split(' ');
  server.stop();
  server.tool(program, ...args);
  server.start();
  assert.equal(one(look('settings'), 'data_checksums').state, 'ok');
});

// -- settings --------------------------------------------------------------------------------------

// [setting, a value that is not well, how bad that is]
const settings = [
  ['fsync', 'off', 'critical'],
  ['full_page_writes', 'off', 'critical'],
  ['autovacuum', 'off', 'critical'],
  ['track_counts', 'off', 'critical'],
  ['track_activities', 'off', 'warning'],
  ['synchronous_commit', 'off', 'warning'],
  ['password_encryption', 'md5', 'warning'],
  ['idle_in_transaction_session_timeout', '0', 'warning'],
  ['client_connection_check_interval', '0', 'warning'],
  ['log_min_duration_statement', '-1', 'warning'],
  ['log_lock_waits', 'off', 'warning'],
  ['wal_level', 'minimal', 'warning'],
];

test('settings: each that is not well is told with what it means, and its cure helps', async () => {
  const bad = () => look('settings', undefined, { user: 'postgres' }).findings.filter((f) => f.state !== 'ok');
  assert.deepEqual(bad(), []);
  server.set({ max_wal_senders: 0, ...Object.fromEntries(settings) });
  server.restart();
  const found = bad();
  assert.deepEqual(found.map((f) => [f.object, f.state]).sort(), settings.map(([name, , state]) => [name, state]).sort());
  for (const [name, value] of settings) {
    const { detail, cure: command } = found.find((f) => f.object === name);
    assert.match(detail, new RegExp(`^is ${value}: .{15}.*${name === 'wal_level' ? '; takes a restart' : '[a-z]'}$`));
    for (const statement of command.split(/(?<=;) /)) server.psql(statement);
  }
  const waits = await until('only what waits for a restart is left', () => (bad().length === 1 ? bad()[0] : false));
  // A role with a setting of its own cannot see the server's.
  const timeout = one(look('settings'), 'idle_in_transaction_session_timeout');
  assert.match(timeout.detail, /^is 10000 ms, for this role or database only$/);
  assert.deepEqual([waits.object, waits.detail, waits.cure],
    ['wal_level', 'was changed and waits for a restart', 'systemctl restart postgresql']);
  server.restart();
  assert.deepEqual(bad(), []);
});

// -- slow statements -------------------------------------------------------------------------------

test('slow statements: how to load what counts them, and what it counted', () => {
  server.set({ shared_preload_libraries: "'auto_explain'" });
  server.restart();
  const missing = look('slow-statements');
  assert.deepEqual([missing.state, missing.findings.length], ['warning', 1]);
  assert.match(missing.findings[0].detail, /^not loaded; after this, restart the server and ask again$/);
  cure(missing);
  server.restart();
  assert.equal(server.psql('SHOW shared_preload_libraries'), 'auto_explain, pg_stat_statements');
  const loaded = look('slow-statements');
  assert.deepEqual([loaded.state, loaded.findings[0].detail], ['warning', 'loaded, but not made in this database']);
  cure(loaded);
  assert.deepEqual([look('slow-statements').state, look('slow-statements').findings], ['ok', []]);

  sql('SELECT pg_sleep(0.1)', { user: 'sita_reader' });
  for (const user of ['sita_owner', 'sita_backup', 'sita_verify', 'sita_monitor', 'postgres'])
    sql('SELECT pg_sleep(0.2)', { user }); // an operator's are no page's
  for (const user of ['sita_monitor', 'sita_owner', 'postgres']) {
    const result = look('slow-statements', '50,100000', { user });
    assert.deepEqual([result.state, result.findings.length], ['warning', 1], user);
    const [found] = result.findings;
    assert.match(found.detail, /^1\d\d\.\d ms each, 1 calls - SELECT pg_sleep\(\$1\)$/);
    assert.deepEqual([found.figures.user, found.figures.calls], ['sita_reader', 1]);
    assert.match(sql(found.cure), /SELECT pg_sleep\(\$1\)/);
  }
  assert.equal(look('slow-statements').state, 'ok'); // 100 ms are no fault
  assert.equal(look('slow-statements', '10,50').state, 'critical');
  sql("SELECT pg_sleep(0), '\u001b[31m' || E'\\n' AS \"a\tb\"", { user: 'sita_app' });
  const text = diagnose('site', ['--check', 'slow-statements'], { host }).stdout;
  assert.match(text, /SELECT pg_sleep\(\$1\), \$2/);
  assert.doesNotMatch(text, /\u001b/);
});

// Its counter is set on by what otherwise takes years; the page that says which of those were committed is made.
test('a server that nears the end of its transaction numbers', (t) => {
  const old = new Cluster((done) => t.after(done)).start();
  const url = `host=${old.host} dbname=site user=sita_owner`;
  assert.equal(db(['setup', '--url', `host=${old.host} dbname=postgres user=postgres`], { SITA_OWNER_URL: url }).status, 0);
  old.set({ autovacuum_freeze_max_age: 2000000000 });
  old.stop();
  const next = 1_700_000_000;
  const commits = join(old.data, 'pg_xact', Math.floor(next / 2 ** 20).toString(16).toUpperCase().padStart(4, '0'));
  writeFileSync(commits, Buffer.alloc(2 ** 18));
  const { uid, gid } = statSync(old.data);
  chownSync(commits, uid, gid);
  old.tool('pg_resetwal', '-x', `${next}`, '-D', old.data);
  old.start();
  const result = check('site', 'wraparound', { host: old.host, user: 'sita_monitor' });
  const [{ value, figures }] = result.findings;
  assert.equal(result.state, 'critical');
  assert.equal(value, Math.floor(100 * figures.age / 2 ** 31));
  assert.ok(value >= 79 && figures.age > next - 10000 && figures.age < next, JSON.stringify(result.findings));
});
