// Rights and owners as `db push` compares them: where the roles come late, whoever pushes, what is
// not in its power. The plans themselves are pairs of push_pairs.mjs.
import assert from 'node:assert/strict';
import test from 'node:test';
import { db, newDatabase, psql } from './lib.mjs';

const DONE = 0, FAILED = 1, DIFFERS = 3;

// A database as `db setup` makes it: [name, push(user, ...options)].
function siteDatabase(t, name) {
  const database = newDatabase(t, name);
  const push = (user, ...options) => db(['push', '--url', `dbname=${database} user=${user}`, ...options]);
  psql('postgres', `ALTER DATABASE ${database} OWNER TO sita_owner`);
  psql(database, 'ALTER SCHEMA public OWNER TO sita_owner');
  const r = push('sita_owner');
  assert.equal(r.status, DONE, r.stderr);
  return [database, push];
}

const owners = (database) => psql(database, `SELECT DISTINCT relowner::regrole FROM pg_class WHERE relnamespace = 'public'::regnamespace`);

test('drift: a right given by hand, one taken, another owner', (t) => {
  const [database, push] = siteDatabase(t, 'rights_drift');
  const drifts = [
    ['GRANT DELETE ON tokens TO sita_reader', 'revoke sita_reader: DELETE ON TABLE tokens'],
    ['GRANT SELECT (value) ON settings TO sita_reader', 'revoke sita_reader: SELECT (value) ON TABLE settings'],
    ['GRANT SELECT ON security_events TO PUBLIC', 'revoke PUBLIC: SELECT ON TABLE security_events'],
    ['REVOKE SELECT ON public_settings FROM sita_reader', 'grant sita_reader: SELECT ON TABLE public_settings'],
    ['REVOKE USAGE ON SCHEMA public FROM sita_app', 'grant sita_app: USAGE ON SCHEMA'],
    ['REVOKE SELECT ON SEQUENCE db_operations_id_seq FROM sita_backup', 'grant sita_backup: SELECT ON SEQUENCE db_operations_id_seq'],
    ['ALTER VIEW public_settings OWNER TO postgres', 'set-owner VIEW public_settings'],
  ];
  for (const [sql, step] of drifts) {
    assert.equal(push('sita_owner', '--check').status, DONE);
    psql(database, sql);
    const r = push('postgres', '--check', '--format=json');
    assert.equal(r.status, DIFFERS, r.stderr);
    assert.deepEqual(JSON.parse(r.stdout).steps.map((s) => `${s.kind} ${s.object}`), [step]);
    assert.equal(push('postgres').status, DONE);
  }
  assert.equal(push('sita_owner', '--check').status, DONE);
  assert.equal(owners(database), 'sita_owner');
});

test('what others may is no drift, and is named', (t) => {
  const [database, push] = siteDatabase(t, 'rights_others');
  psql(database, 'GRANT SELECT ON tokens TO pg_monitor');
  for (const option of ['--check', '--dry-run']) {
    const r = push('sita_owner', option);
    assert.equal(r.status, DONE, r.stdout);
    assert.match(r.stdout, /^Kept, as no push made it:\nright pg_monitor: SELECT ON TABLE tokens\n/);
  }
});

test('a right that a role of ours passed on is in the way of taking it back, and nothing is changed', (t) => {
  const [database, push] = siteDatabase(t, 'rights_chain');
  psql(database, 'GRANT SELECT ON settings TO sita_reader WITH GRANT OPTION');
  psql(database, 'GRANT SELECT ON settings TO pg_monitor', { user: 'sita_reader', options: '-c default_transaction_read_only=off' });
  const r = push('sita_owner');
  assert.equal(r.status, FAILED, r.stdout);
  assert.match(r.stdout, /kept, as no push made it: right pg_monitor: SELECT ON TABLE settings \(from sita_reader\)/);
  assert.match(r.stderr, /dependent privileges exist .*\(step revoke:sita_reader: SELECT ON TABLE settings/s);
  assert.equal(psql(database, "SELECT has_table_privilege('pg_monitor', 'settings', 'SELECT')"), 't', 'no CASCADE');
});

test('a superuser pushes: what is made belongs to the owner all the same', (t) => {
  const database = newDatabase(t, 'rights_super');
  psql('postgres', `ALTER DATABASE ${database} OWNER TO sita_owner`);
  const push = (user, ...options) => db(['push', '--url', `dbname=${database} user=${user}`, ...options]);
  assert.equal(push('postgres').status, DONE);
  assert.equal(owners(database), 'sita_owner');
  psql(database, "DROP VIEW public_settings; DROP INDEX tokens_state_id; DROP TABLE db_objects");
  assert.equal(push('postgres', '--check').status, DIFFERS);
  const r = push('postgres');
  assert.equal(r.status, DONE, r.stdout + r.stderr);
  assert.equal(owners(database), 'sita_owner');
  for (const user of ['postgres', 'sita_owner']) assert.equal(push(user, '--check').status, DONE);
});

test('an owner whom the one who pushes is no member of is named, and nothing is changed', (t) => {
  const [database, push] = siteDatabase(t, 'rights_owner');
  psql(database, 'ALTER TABLE tokens OWNER TO postgres; GRANT DELETE ON users TO sita_app');
  for (const [options, status] of [[[], FAILED], [['--check'], DIFFERS], [['--dry-run'], FAILED]]) {
    const r = push('sita_owner', ...options);
    assert.equal(r.status, status, r.stderr);
    assert.match(r.stdout, /not covered: TABLE tokens belongs to postgres; only a member of that role can change this/);
  }
  assert.equal(psql(database, "SELECT has_table_privilege('sita_app', 'users', 'DELETE')"), 't');
});

test('a database of somebody who is not the owner of its schema', (t) => {
  const role = `test_tenant_${process.pid}`, database = newDatabase(t, 'rights_tenant');
  psql('postgres', `CREATE ROLE ${role} LOGIN`);
  t.after(() => psql('postgres', `DROP ROLE ${role}`));
  psql('postgres', `GRANT CREATE ON DATABASE ${database} TO ${role}`);
  psql(database, `GRANT CREATE ON SCHEMA public TO ${role}`);
  const push = (...options) => db(['push', '--url', `dbname=${database} user=${role}`, ...options]);
  assert.equal(push().status, DONE);
  assert.equal(owners(database), role, 'theirs, as the owner of the schema is out of reach');
  assert.equal(push('--check').status, DONE, 'rights to the schema are not theirs to give');
  psql(database, 'REVOKE SELECT ON tokens FROM sita_reader');
  assert.equal(push('--check').status, DIFFERS);
});

test('a role that the file names no more loses what it had; the record knows it was ours', (t) => {
  const [database, push] = siteDatabase(t, 'rights_forgotten');
  psql(database, "INSERT INTO db_objects (object) VALUES ('rights of pg_monitor'); GRANT SELECT ON tokens TO pg_monitor");
  const r = push('sita_owner');
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stdout, /revoke pg_monitor: SELECT ON TABLE tokens/);
  assert.equal(push('sita_owner', '--check').status, DONE);
});
