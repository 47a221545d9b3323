// ctest: timeout=300
// `db push --backup`, the question for one on a terminal, and `db push --rehearse`.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { newSite, standIns, start, take, until } from './backup_lib.mjs';
import { schemaOf } from './dump.mjs';
import { db, newDatabase, planned, psql, pushOptions, read, schemaFile } from './lib.mjs';
import { onTerminal } from './terminal.mjs';

const DONE = 0, FAILED = 1, USAGE = 2, LOCKED = 5;
const folder = mkdtempSync(join(tmpdir(), 'test-push-backup-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const backups = join(folder, 'backups');
const env = { SITA_KEY: 'ab'.repeat(32), SITA_BACKUPS: backups };

const archives = () => { try { return readdirSync(backups).filter((f) => f.endsWith('.dump')); } catch { return []; } };

const before = 'CREATE TABLE t (id integer, gone text)';
const after = 'CREATE TABLE t (id integer PRIMARY KEY)';
const allow = '--allow=drop-column:t.gone';
const allowed = (database, ...rest) => {
  const args = pushOptions(database, after);
  return [...args, allow, ...planned(args), ...rest];
};

function filled(t, name) {
  rmSync(backups, { recursive: true, force: true });
  const database = newDatabase(t, name);
  assert.equal(db(pushOptions(database, before)).status, DONE);
  psql(database, "INSERT INTO t SELECT n, 'row ' || n FROM generate_series(1, 50) n");
  return database;
}

test('--backup takes one before anything is changed', (t) => {
  const database = filled(t, 'push_backup');
  const r = db(allowed(database, '--backup'), env);
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stderr, /Taking a backup\.\nBackup (backup-\S+\.dump): /);
  assert.match(r.stdout, /Applied plan/);
  const [archive] = archives();
  // It has what the push took away.
  const other = newDatabase(t, 'push_backup_copy');
  const restored = db(['restore', join(backups, archive), '--into', other, `--replace=${other}`, '--url', 'dbname=postgres'],
    { ...env, SITA_OWNER_URL: `dbname=${database} user=postgres` });
  assert.equal(restored.status, DONE, restored.stderr);
  assert.equal(psql(other, 'SELECT count(gone) FROM t'), '50');
});

test('no backup, no push', (t) => {
  const database = filled(t, 'push_backup_none');
  const was = schemaOf(database);
  writeFileSync(backups, 'a file in the way');
  t.after(() => rmSync(backups));
  for (const more of [env, {}]) {
    const r = db(allowed(database, '--backup'), more);
    assert.equal(r.status, FAILED, r.stdout);
    assert.match(r.stderr, /There is no backup, so nothing was changed/);
  }
  assert.deepEqual(schemaOf(database), was);
});

test('without a terminal: a line names the flag', (t) => {
  const database = filled(t, 'push_backup_line');
  assert.match(db(pushOptions(database, after), env).stderr, /With --backup a backup is taken before; or take one by `sitaminter db backup`/);
  const r = db(allowed(database), env);
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stderr, /No backup is taken before this; with --backup one is/);
  assert.doesNotMatch(db(pushOptions(database, `${after}; CREATE TABLE more ()`), env).stderr, /backup/, 'nothing is lost');
  assert.deepEqual(archives(), []);
});

test('a terminal is asked, after the consents', async (t) => {
  for (const [answers, n] of [[['y', 'y'], 1], [['y', 'n'], 0]]) {
    const database = filled(t, 'push_backup_asked');
    const r = await onTerminal(pushOptions(database, after), answers, env);
    assert.equal(r.status, DONE, r.said);
    assert.match(r.said, /Do it\? \[y\/N\] y\n[^]*Take a backup first\? \[y\/N\]/);
    assert.equal(archives().length, n);
  }
});

test('a rehearsal does all of it on a copy, and leaves the database and no copy', (t) => {
  const database = filled(t, 'rehearse');
  assert.equal(db(['backup', '--url', `dbname=${database}`], env).status, DONE);
  const was = [schemaOf(database), psql(database, 'SELECT count(*), max(id) FROM db_operations; SELECT count(gone) FROM t')];
  const [archive] = archives();
  const rehearse = (schema, ...rest) => {
    const args = pushOptions(database, schema, '--rehearse', archive, ...rest);
    args[2] = 'dbname=postgres';
    return db(args, env);
  };
  const r = rehearse(after);
  assert.equal(r.status, DONE, r.stdout + r.stderr);
  assert.match(r.stdout, /drop-column t\.gone .*\n.*\n +50 values that are not null are lost/);
  assert.match(r.stdout, /Applied plan [0-9a-f]{64}: 3 steps/);
  assert.match(r.stdout, /rehearsal on a restored copy: to restore it took \d+\.\d{3} s, the push \d+\.\d{3} s/);
  assert.equal(r.stdout.split('\n')[0], db(pushOptions(database, after, '--dry-run')).stdout.split('\n')[0], 'the same plan as for the database itself');
  // What fails there fails here.
  psql(database, 'INSERT INTO t VALUES (1)');
  const failed = rehearse('CREATE TABLE t (id integer, gone text, CONSTRAINT few CHECK (id < 50))');
  assert.equal(failed.status, FAILED, failed.stdout);
  assert.match(failed.stdout, /cannot be done: 1 rows/);
  psql(database, 'DELETE FROM t WHERE gone IS NULL');
  assert.deepEqual([schemaOf(database), psql(database, 'SELECT count(*), max(id) FROM db_operations; SELECT count(gone) FROM t')], was);
  assert.equal(psql('postgres', "SELECT count(*) FROM pg_database WHERE datname ~ '_rehearse_[0-9a-f]{12}$'"), '0');
});

test('wrong use, and a backup that is not there or was touched', (t) => {
  const database = filled(t, 'rehearse_wrong');
  for (const more of [['--rehearse', 'x', '--dry-run'], ['--rehearse', 'x', '--backup'], ['--backup', '--check'], ['--rehearse']])
    assert.equal(db(pushOptions(database, after, ...more), env).status, USAGE, more.join(' '));
  const r = db(pushOptions(database, after, '--rehearse', join(folder, 'backup-20260101T000000Z-00000000.dump')), env);
  assert.equal(r.status, FAILED, r.stderr);
  assert.notEqual(r.stderr, '');
  assert.equal(db(['backup', '--url', `dbname=${database}`], env).status, DONE);
  const [archive] = archives();
  writeFileSync(join(backups, archive), 'x', { flag: 'a' });
  const touched = db(pushOptions(database, after, '--rehearse', archive), env);
  assert.equal(touched.status, FAILED, touched.stderr);
});

// As an operator does it: the role of trials, which reads nothing of the database itself.
function newTrial(t, name) {
  const site = newSite(name);
  t.after(() => site.end());
  site.sql("INSERT INTO users (wallet_address) VALUES ('ckt1a'), ('ckt1b')", { user: 'sita_owner' });
  const { archive } = take(site);
  const args = (more, ...rest) => ['push', '--rehearse', archive, '--schema', schemaFile(more), ...rest];
  return { site, args, rehearse: (more, env) => site.db(args(more), env), only: () => assert.deepEqual(site.databases(), [site.database]) };
}

test('a rehearsal by the role of trials: rights, too; what that role may not do is named', (t) => {
  const site = newSite('rehearse_role');
  t.after(() => site.end());
  site.sql(`GRANT DELETE ON users TO sita_reader; GRANT SELECT (id) ON users TO sita_app WITH GRANT OPTION; CREATE ROLE "a;""b ${process.pid}";
    GRANT SELECT ON users TO "a;""b ${process.pid}"; CREATE SCHEMA stats; CREATE EXTENSION pg_stat_statements SCHEMA stats`);
  t.after(() => psql('postgres', `DROP ROLE "a;""b ${process.pid}"`));
  site.sql('GRANT SELECT (id) ON users TO sita_monitor', { user: 'sita_app' });
  const { archive } = take(site);
  const schema = join(folder, 'rights.sql');
  writeFileSync(schema, `${read('sql/schema.sql')}
    ALTER TABLE users ADD COLUMN more text NOT NULL DEFAULT 'x'; CREATE VIEW w AS SELECT more FROM users; GRANT SELECT ON w TO sita_reader;
-- push: extension pg_stat_statements in stats\n`);
  const r = site.db(['push', '--rehearse', archive, '--schema', schema]), own = site.db(['push', '--dry-run', '--schema', schema]);
  assert.equal(r.status, DONE, r.stderr);
  assert.equal(r.stdout.split('\n')[0], own.stdout.split('\n')[0], 'the same plan as for the database itself');
  assert.match(r.stdout, /1\. revoke sita_reader: DELETE ON TABLE users[^]*add-column users\.more [^]*create-view w[^]*grant sita_reader: SELECT ON TABLE w\n/);
  assert.match(r.stdout, new RegExp(`^kept, as no push made it: right "a;""b ${process.pid}": SELECT ON TABLE users$`, 'm'));
  assert.equal(r.stderr, '');
  assert.match(r.stdout, /The database itself was not touched\. All in it belonged to sita_verify, whoever owns it in the database\.\nLeft out, as sita_verify may not do it:\n/);
  const left = r.stdout.split('may not do it:\n')[1].trimEnd().split('\n').map((line) => line.trim());
  for (const [line, n] of [['CREATE EXTENSION pg_stat_statements; -- only a superuser may make it', 1],
    ['GRANT SELECT(id) ON TABLE public.users TO sita_monitor; -- permission denied to set session authorization "sita_app"', 1],
    ['CREATE SCHEMA IF NOT EXISTS stats; CREATE EXTENSION pg_stat_statements SCHEMA stats; -- permission denied to create extension "pg_stat_statements"', 1]])
    assert.equal(left.filter((l) => l === line).length, n, `${line}\n${r.stdout}`);
  assert.ok(left.some((l) => /^ALTER DEFAULT PRIVILEGES FOR ROLE sita_owner .*; -- must be member of role "sita_owner"$/.test(l)), r.stdout);
  assert.ok(left.some((l) => /^REVOKE ALL ON FUNCTION pg_catalog\.lo_creat\(integer\) FROM PUBLIC; -- no privileges could be revoked/.test(l)), r.stdout);
  for (const l of left) assert.match(l, /; -- \S|^SET SESSION/);
  assert.ok(!left.some((l) => /sita_reader|"a;/.test(l)), 'what it may give is given');
  assert.deepEqual(site.databases(), [site.database]);
});

test('a rehearsal without a change; a superuser leaves nothing out', (t) => {
  const { site, args, only } = newTrial(t, 'rehearse_same');
  const same = site.db(args(''));
  assert.equal(same.status, DONE, same.stderr);
  assert.match(same.stdout, /already has this schema/);
  const whole = site.db([...args(''), '--url', 'dbname=postgres']);
  assert.equal(whole.status, DONE, whole.stderr);
  assert.match(whole.stdout, /belonged to postgres, .* Nothing was left out\.\n$/);
  only();
});

test('a rehearsal of renames: nothing is lost, and the plan is that for the database', (t) => {
  const database = filled(t, 'rehearse_renames');
  assert.equal(db(['backup', '--url', `dbname=${database}`], env).status, DONE);
  const was = schemaOf(database);
  const renames = 'CREATE TABLE u (id integer, kept text); ALTER TABLE u ADD CHECK (kept <> \'\');\n-- push: rename table t to u\n-- push: rename column u.gone to kept\n';
  const args = pushOptions(database, renames, '--rehearse', archives()[0]);
  args[2] = 'dbname=postgres';
  const r = db(args, env);
  assert.equal(r.status, DONE, r.stdout + r.stderr);
  assert.match(r.stdout, /^ +1\. rename table t [^]*^ +2\. rename column u\.gone [^]*^ +3\. add-constraint u\.u_kept_check [^]*Applied plan \w{64}: 3 steps\./m);
  assert.doesNotMatch(r.stdout, /drop-|Needs consent/);
  assert.equal(r.stdout.split('\n')[0], db(pushOptions(database, renames, '--dry-run')).stdout.split('\n')[0]);
  assert.deepEqual(schemaOf(database), was);
  // What is in the way of the renamed column is found under its old name.
  psql(database, "UPDATE t SET gone = '' WHERE id = 7");
  assert.equal(db(['backup', '--url', `dbname=${database}`], env).status, DONE);
  args[args.length - 1] = archives().at(-1);
  const failed = db(args, env);
  assert.equal(failed.status, FAILED, failed.stdout);
  assert.match(failed.stdout, /cannot be done: 1 rows or groups of rows violate it/);
});

test('a rehearsal that fails says why and leaves nothing', (t) => {
  const { site, rehearse, only } = newTrial(t, 'rehearse_fails');
  const looked = rehearse('ALTER TABLE users ADD CONSTRAINT one CHECK (id < 2)');
  assert.equal(looked.status, FAILED);
  assert.match(looked.stdout, /cannot be done: 1 rows or groups of rows violate it\n *such as id=2\n/);
  // What no look finds: a step that works on no rows only.
  const done = rehearse('CREATE INDEX more ON users ((1 / (id - 1)))');
  assert.equal(done.status, FAILED, done.stdout);
  assert.match(done.stderr, /division by zero .*\(step create-index:more\)\nNothing was changed\./);
  const restore = rehearse('CREATE TABLE more ()', standIns(site, { pg_restore: 'echo "out of paper" >&2; exit 1' }));
  assert.equal(restore.status, FAILED);
  assert.match(restore.stderr, /out of paper/);
  only();
});

test('one rehearsal at a time; what a killed one left goes with the next', async (t) => {
  const { site, args, rehearse, only } = newTrial(t, 'rehearse_killed');
  const slow = start(site, args('CREATE TABLE more ()'), standIns(site, { pg_restore: 'exec sleep 60' }));
  await until(() => site.databases().length === 2, 'a scratch database');
  const other = rehearse('CREATE TABLE more ()');
  assert.equal(other.status, LOCKED, other.stderr);
  assert.match(other.stderr, /Another rehearsal or trial of a backup/);
  slow.child.kill('SIGKILL');
  await slow.ended;
  assert.equal(site.databases().length, 2);
  await until(() => site.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") === '0', 'the end of its session');
  assert.equal(rehearse('CREATE TABLE more ()').status, DONE);
  only();
});
