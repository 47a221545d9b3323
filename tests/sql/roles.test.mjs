// ctest: timeout=600
// Every right and every refusal of the program's roles, tried. What the database holds is read from its
// catalogue: a table, sequence or column without a line here fails.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test, { after, before } from 'node:test';
import { db, environment, errorOf, psql } from './lib.mjs';

const database = `test_roles_${process.pid}`;
const stranger = `test_stranger_${process.pid}`;
const others = ['reader', 'app', 'desk', 'backup', 'verify', 'monitor'];

before(() => {
  const r = db(['setup', '--url', 'dbname=postgres'], {
    SITA_OWNER_URL: `dbname=${database} user=sita_owner`,
  });
  assert.equal(r.status, 0, r.stderr);
  psql(database, `
    INSERT INTO users (wallet_address) VALUES ('ckt1a');
    INSERT INTO tokens (name, symbol, supply, creator_id, network_id) VALUES ('n', 's', '1', 1, 'mainnet');
    INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id) VALUES (1, 1, '0x', 'create', 'mainnet');
    INSERT INTO security_events (event_type, description) VALUES ('e', 'd');
    INSERT INTO settings (key, value, is_public) VALUES ('open', '1', true), ('secret', 'xyzzy', false), ('unset', 'xyzzy', NULL);
    SELECT lo_create(4711)`);
  psql('postgres', `CREATE ROLE ${stranger} LOGIN`);
});
after(() => {
  psql('postgres', `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  psql('postgres', `DROP ROLE IF EXISTS ${stranger}`);
});

// The errors ("" for none) that statements give, each in a transaction of its own that is rolled
// back, so that their order does not matter. All go through one psql, which is quick. The roles' own
// default of read-only is set aside: the rights alone must hold.
function errorsOf(role, statements) {
  const script = statements.map((sql) =>
    `BEGIN;\n${sql};\n\\if :ERROR\n\\echo @@ :LAST_ERROR_MESSAGE\n\\else\n\\echo @@\n\\endif\nROLLBACK;\n`);
  const r = spawnSync('psql', ['-qXAt', '-d', database, '-U', `sita_${role}`], {
    input: script.join(''), encoding: 'utf8', env: { ...environment, PGOPTIONS: '-c default_transaction_read_only=off' },
  });
  const errors = r.stdout.split('\n').filter((line) => line.startsWith('@@')).map((line) => line.slice(3));
  assert.equal(errors.length, statements.length, r.stderr);
  return errors;
}

// [statement, whether the role may], and what a refusal says.
function tryAll(role, cases, refusal) {
  const errors = errorsOf(role, cases.map(([sql]) => sql));
  cases.forEach(([sql, may], i) => {
    if (may) assert.equal(errors[i], '', `${role} may: ${sql}`);
    else assert.match(errors[i], refusal, `${role} may not: ${sql}`);
  });
}

// -- tables and views --------------------------------------------------------------------------------

// Select, insert, update, delete by role; nobody but the owner may truncate, lock against readers
// without a right to change, or hang a trigger on a table.
const tables = {
  users: { reader: 's', app: 'siu', desk: 'siu', backup: 's', verify: '', monitor: '' },
  tokens: { reader: 's', app: 'siu', desk: 'siu', backup: 's', verify: '', monitor: '' },
  transactions: { reader: 's', app: 'siu', desk: 'siu', backup: 's', verify: '', monitor: '' },
  security_events: { reader: '', app: 'i', desk: 'si', backup: 's', verify: '', monitor: '' },
  settings: { reader: '', app: 's', desk: 'siud', backup: 's', verify: '', monitor: '' },
  db_operations: { reader: '', app: '', desk: '', backup: 's', verify: '', monitor: '' }, // but see below
  db_objects: { reader: 's', app: 's', desk: 's', backup: 's', verify: '', monitor: 's' },
  public_settings: { reader: 's', app: 's', desk: 's', backup: 's', verify: '', monitor: '' },
  operation_notes: { reader: '', app: '', desk: '', backup: 'si', verify: 'i', monitor: '' },
};

// What makes a row that the table takes, and a column that may be set to itself.
const rows = {
  users: ["(wallet_address) VALUES ('ckt1b')", 'username'],
  tokens: ["(name, symbol, supply, creator_id, network_id) VALUES ('n', 's', '1', 1, 'm')", 'supply'],
  transactions: ["(user_id, tx_hash, tx_type, network_id) VALUES (1, '0x', 'c', 'm')", 'amount'],
  security_events: ["(event_type, description) VALUES ('e', 'd')", 'severity'],
  settings: ["(key, value) VALUES ('k', 'v')", 'value'],
  db_operations: ["(operation) VALUES ('push')", 'outcome'],
  db_objects: ["(object) VALUES ('table x')", 'object'],
  public_settings: ["(key, value) VALUES ('k', 'v')", 'value'],
  operation_notes: ["(operation, details) VALUES ('verify', '{}')", 'outcome'],
};
const views = ['public_settings', 'operation_notes'];

// Every statement on a table with the letter of the right that it takes; '-' is nobody's.
const uses = (table) => [
  ['s', `SELECT * FROM ${table}`],
  ['i', `INSERT INTO ${table} ${rows[table][0]}`],
  ['u', `UPDATE ${table} SET ${rows[table][1]} = ${rows[table][1]}`],
  ['d', `DELETE FROM ${table}`],
  ['s', `COPY (SELECT * FROM ${table}) TO STDOUT`],
  ['-', views.includes(table) ? `ALTER VIEW ${table} RENAME TO x` : `TRUNCATE ${table}`],
  ['-', `ALTER TABLE ${table} RENAME TO x`],
  ['-', `DROP ${views.includes(table) ? 'VIEW' : 'TABLE'} ${table}`],
  ['-', `COMMENT ON ${views.includes(table) ? 'VIEW' : 'TABLE'} ${table} IS 'x'`],
  ['-', `CREATE TRIGGER x BEFORE ${views.includes(table) ? 'INSERT' : 'TRUNCATE'} ON ${table} EXECUTE FUNCTION suppress_redundant_updates_trigger()`],
  ['-', `CREATE RULE x AS ON DELETE TO ${table} DO INSTEAD NOTHING`],
];

test('every table and view has its line', () => {
  const found = psql(database, `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY relname`).split('\n');
  assert.deepEqual(found, Object.keys(tables).sort());
  for (const [table, line] of Object.entries(tables)) assert.deepEqual(Object.keys(line), others, table);
});

for (const role of others) {
  test(`${role}: tables and views`, () => {
    const cases = Object.entries(tables).flatMap(([table, line]) =>
      uses(table).map(([letter, sql]) => [sql, line[role].includes(letter)]));
    tryAll(role, cases, /^permission denied for (table|view|sequence) |^must be owner of (table|view|relation) /);
  });
}

test('reader, backup, verify, monitor: no lock that stops a writer', () => {
  const cases = Object.keys(tables).filter((table) => !views.includes(table)).map((table) => [`LOCK TABLE ${table} IN SHARE MODE`, false]);
  for (const role of ['reader', 'backup', 'verify', 'monitor']) tryAll(role, cases, /^permission denied for table /);
});

// What the program compares at its start, of the operations.
const compared = ['id', 'operation', 'fingerprint', 'source_hash', 'outcome', 'finished_at'];

test('operations, column by column', () => {
  const columns = psql(database, `SELECT attname FROM pg_attribute WHERE attrelid = 'db_operations'::regclass
    AND attnum > 0 AND NOT attisdropped`).split('\n');
  assert.ok(columns.length > compared.length && compared.every((name) => columns.includes(name)));
  for (const role of ['reader', 'app', 'desk', 'monitor'])
    tryAll(role, columns.map((name) => [`SELECT ${name} FROM db_operations`, compared.includes(name)]), /^permission denied for table db_operations/);
});

test('a view of the public settings only', () => {
  assert.equal(psql(database, 'SELECT key, value FROM public_settings', { user: 'sita_reader' }), 'open|1');
  // The barrier: a condition that fails on hidden rows must not be evaluated on them.
  assert.equal(psql(database, 'SELECT count(*) FROM public_settings WHERE value::int = 1', { user: 'sita_reader' }), '1');
});

// -- sequences ---------------------------------------------------------------------------------------

// Next value ('n'), look ('s'); nobody but the owner may set one.
const writers = { reader: '', app: 'n', desk: 'n', backup: 's', verify: '', monitor: '' };
const sequences = {
  users_id_seq: writers,
  tokens_id_seq: writers,
  transactions_id_seq: writers,
  security_events_id_seq: writers,
  settings_id_seq: { ...writers, app: '' },
  db_operations_id_seq: { ...writers, app: '', desk: '' },
};

test('every sequence has its line', () => {
  const found = psql(database, `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relkind = 'S' ORDER BY relname`).split('\n');
  assert.deepEqual(found, Object.keys(sequences).sort());
});

for (const role of others) {
  test(`${role}: sequences`, () => {
    const cases = Object.entries(sequences).flatMap(([name, line]) => [
      [`SELECT nextval('${name}')`, line[role].includes('n')],
      [`SELECT last_value FROM ${name}`, line[role].includes('s')],
      [`SELECT setval('${name}', 1)`, false],
      [`ALTER SEQUENCE ${name} RESTART`, false],
    ]);
    tryAll(role, cases, /^permission denied for sequence |^must be owner of sequence /);
  });
}

// -- what only the owner, or nobody, may -------------------------------------------------------------

const closed = [
  ['CREATE TABLE x ()', /permission denied for schema public/],
  ['CREATE VIEW x AS SELECT 1', /permission denied for schema public/],
  ['CREATE SEQUENCE x', /permission denied for schema public/],
  ['CREATE TYPE x AS ENUM ()', /permission denied for schema public/],
  ['CREATE FUNCTION x() RETURNS int LANGUAGE sql AS $$SELECT 1$$', /permission denied for schema public/],
  ['CREATE SCHEMA x', /permission denied for database/],
  ['CREATE TEMP TABLE x ()', /permission denied to create temporary tables/],
  ['CREATE TEMP VIEW x AS SELECT 1', /permission denied to create temporary tables/],
  ['SELECT 1 INTO TEMP x', /permission denied to create temporary tables/],
  ['CREATE INDEX x ON tokens (name)', /must be owner of table tokens/],
  ['DROP INDEX tokens_state_id', /must be owner of index/],
  ['ALTER SCHEMA public RENAME TO x', /must be owner of schema public/],
  [`ALTER DATABASE ${database} SET work_mem = '1GB'`, /must be owner of database/],
  [`COMMENT ON DATABASE ${database} IS 'x'`, /must be owner of database/],
  ["ALTER SYSTEM SET work_mem = '1GB'", /permission denied to set parameter|cannot run inside a transaction block/],
  ['SET session_replication_role = replica', /permission denied to set parameter/],
  ['SET log_statement = none', /permission denied to set parameter/],
  ['ALTER ROLE sita_owner PASSWORD $$x$$', /permission denied|must have|must be/],
  ['ALTER ROLE sita_reader SUPERUSER', /must be superuser/],
  ['GRANT sita_owner TO sita_reader', /must have admin option on role "sita_owner"/],
  ['GRANT pg_read_all_data TO sita_reader', /must have admin option on role/],
  ['CREATE ROLE x', /permission denied to create role/],
  ['SET SESSION AUTHORIZATION postgres', /permission denied to set session authorization/],
  ['CREATE EXTENSION citext', /permission denied to create extension/],
  ['CREATE LANGUAGE x HANDLER plpgsql_call_handler', /must be superuser/],
  ['CREATE EVENT TRIGGER x ON sql_drop EXECUTE FUNCTION pg_catalog.lo_close()', /permission denied|Must be superuser/],
  ['CREATE PUBLICATION x', /permission denied for database/],
  ["SELECT pg_create_physical_replication_slot('x')", /must be superuser or replication role/],
  ['SELECT pg_reload_conf()', /permission denied for function/],
  ['SELECT pg_switch_wal()', /permission denied for function/],
  ['SELECT pg_stat_reset()', /permission denied for function/],
  ['SELECT pg_promote()', /permission denied for function/],
  ['SELECT rolpassword FROM pg_authid', /permission denied for table pg_authid/],
  ["COPY (SELECT 1) TO PROGRAM 'true'", /pg_execute_server_program/],
  ["COPY users (username) FROM PROGRAM 'true'", /pg_execute_server_program/],
  ["COPY (SELECT 1) TO '/tmp/test-copy'", /pg_write_server_files/],
  ["COPY users (username) FROM '/etc/passwd'", /pg_read_server_files/],
  ["SELECT pg_read_file('/etc/passwd')", /permission denied for function/],
  ["SELECT pg_read_binary_file('/etc/passwd')", /permission denied for function/],
  ["SELECT pg_ls_dir('/')", /permission denied for function/],
  ['SELECT lo_create(0)', /permission denied for function lo_create/],
  ['SELECT lo_creat(-1)', /permission denied for function lo_creat/],
  ["SELECT lo_from_bytea(0, 'x')", /permission denied for function lo_from_bytea/],
  ["SELECT lo_put(4711, 0, 'x')", /permission denied for function lo_put/],
  ['SELECT lo_get(4711)', /permission denied for function lo_get/],
  ['SELECT lo_open(4711, 131072)', /permission denied for function lo_open/],
  ["SELECT lowrite(0, 'x')", /permission denied for function lowrite/],
  ['SELECT loread(0, 1)', /permission denied for function loread/],
  ['SELECT lo_truncate(0, 1)', /permission denied for function lo_truncate/],
  ['SELECT lo_unlink(4711)', /permission denied for function lo_unlink/],
  ["SELECT lo_import('/etc/passwd')", /permission denied for function lo_import/],
  ["SELECT lo_export(4711, '/tmp/x')", /permission denied for function lo_export/],
  ['SELECT data FROM pg_largeobject', /permission denied for table pg_largeobject/],
];

for (const role of others) {
  test(`${role}: what nobody but the owner or a superuser may`, () => {
    const errors = errorsOf(role, closed.map(([sql]) => sql));
    closed.forEach(([sql, refusal], i) => assert.match(errors[i], refusal, `${role}: ${sql}`));
  });
}

test('a right is not passed on', () => {
  const given = (role) => errorsOf(role, [`GRANT SELECT ON users TO PUBLIC; SELECT 1 / (NOT has_table_privilege('${stranger}', 'users', 'SELECT'))::int`])[0];
  for (const role of others) assert.match(given(role), /^$|^current transaction is aborted/, role);
});

test('no function of large objects was forgotten', () => {
  assert.equal(psql(database, `SELECT string_agg(oid::regprocedure::text, ' ') FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND proname ~ '^lo_|^lo(read|write)$'
      AND has_function_privilege('${stranger}', oid, 'EXECUTE')`), '');
});

test('who may make databases, and who may become whom', () => {
  const roles = ['owner', ...others];
  for (const role of roles) {
    const error = errorOf('postgres', `CREATE DATABASE test_roles_made_${process.pid}`, { user: `sita_${role}`, options: '-c default_transaction_read_only=off' });
    if (role === 'verify') assert.equal(error, '');
    else assert.match(error, /permission denied to create database/, role);
  }
  psql('postgres', `DROP DATABASE test_roles_made_${process.pid}`);
  for (const role of roles) {
    const cases = [...roles, 'postgres', 'pg_write_all_data', 'pg_execute_server_program', 'pg_signal_backend'].filter((other) => other !== role)
      .map((other) => [`SET ROLE ${roles.includes(other) ? 'sita_' : ''}${other}`, role === 'owner' && others.includes(other) && other !== 'verify']);
    tryAll(role, cases, /^permission denied to set role/);
  }
});

test('the owner owns this database and rules nothing else', () => {
  const may = ['CREATE TABLE x ()', 'CREATE SCHEMA x', 'CREATE TEMP TABLE x ()', 'TRUNCATE users CASCADE', 'DELETE FROM transactions',
    "SELECT setval('users_id_seq', 1)", 'ALTER TABLE tokens ADD x int'];
  const mayNot = ['CREATE ROLE x', 'ALTER ROLE sita_app SUPERUSER', 'GRANT sita_owner TO sita_app', "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/test-copy'", "SELECT pg_read_file('/etc/passwd')", 'SELECT lo_create(0)', 'SELECT rolpassword FROM pg_authid',
    'SET session_replication_role = replica', 'SELECT pg_reload_conf()', 'CREATE EXTENSION pg_stat_statements'];
  tryAll('owner', [...may.map((sql) => [sql, true]), ...mayNot.map((sql) => [sql, false])], /permission denied|must be superuser|must have/);
});

// What the owner makes by hand, and nobody granted anything on.
test('what is made later: nobody but backups reads it, nobody runs it', () => {
  psql(database, `CREATE SCHEMA more; CREATE TABLE more.things (id serial);
    CREATE FUNCTION public.ours() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'`, { user: 'sita_owner' });
  const made = ['SELECT * FROM more.things', 'SELECT last_value FROM more.things_id_seq', 'INSERT INTO more.things DEFAULT VALUES', 'SELECT ours()'];
  for (const role of others)
    tryAll(role, made.map((sql, i) => [sql, role === 'backup' && i < 2]), /^permission denied for (schema|table|function|sequence) /);
  const dump = spawnSync('pg_dump', ['--username=sita_backup', '--no-blobs', `--dbname=${database}`], { env: environment, encoding: 'utf8' });
  assert.equal(dump.status, 0, dump.stderr);
  assert.match(dump.stdout, /xyzzy[^]*CREATE TABLE more\.things|CREATE TABLE more\.things[^]*xyzzy/);
  psql(database, 'DROP SCHEMA more CASCADE; DROP FUNCTION ours()');
});

test('nobody runs a function of ours unasked, and none runs with more rights', () => {
  assert.equal(psql(database, `SELECT string_agg(oid::regprocedure::text, ' ') FROM pg_proc
    WHERE pronamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_proc.oid AND d.deptype = 'e')
      AND (prosecdef OR has_function_privilege('${stranger}', oid, 'EXECUTE'))`), '');
});

test('the monitor sees what other sessions run, others do not', () => {
  const hidden = (role) => psql(database,
    "SELECT count(*) > 0 FROM pg_stat_activity WHERE query = '<insufficient privilege>'", { user: `sita_${role}` });
  assert.equal(hidden('monitor'), 'f');
  for (const role of others.filter((one) => one !== 'monitor')) assert.equal(hidden(role), 't', role);
});

test('no other role may connect', () => {
  assert.match(errorOf(database, 'SELECT 1', { user: stranger }), /permission denied for database/);
});
