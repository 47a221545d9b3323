// Every right and every refusal of the program's roles, tried.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test, { after, before } from 'node:test';
import { db, environment, errorOf, psql } from './lib.mjs';

const database = `test_roles_${process.pid}`;

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
});
after(() => psql('postgres', `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));

// The errors ("" for none) that statements give, each in a transaction of its own that is rolled
// back, so that their order does not matter. All go through one psql, which is quick.
function errorsOf(role, statements, options) {
  const script = statements.map((sql) =>
    `BEGIN;\n${sql};\n\\if :ERROR\n\\echo @@ :LAST_ERROR_MESSAGE\n\\else\n\\echo @@\n\\endif\nROLLBACK;\n`);
  const r = spawnSync('psql', ['-qXAt', '-d', database, '-U', `sita_${role}`], {
    input: script.join(''), encoding: 'utf8', env: { ...environment, PGOPTIONS: options ?? '' },
  });
  const errors = r.stdout.split('\n').filter((line) => line.startsWith('@@')).map((line) => line.slice(3));
  assert.equal(errors.length, statements.length, r.stderr);
  return errors;
}

const tried = (role, sql, options) => errorsOf(role, [sql], options)[0];

// The role's own default of read-only is set aside: the rights alone must hold.
const writing = '-c default_transaction_read_only=off';

const insert = {
  users: "INSERT INTO users (wallet_address) VALUES ('ckt1b')",
  tokens: "INSERT INTO tokens (name, symbol, supply, creator_id, network_id) VALUES ('n', 's', '1', 1, 'm')",
  transactions: "INSERT INTO transactions (user_id, tx_hash, tx_type, network_id) VALUES (1, '0x', 'c', 'm')",
  security_events: "INSERT INTO security_events (event_type, description) VALUES ('e', 'd')",
  settings: "INSERT INTO settings (key, value) VALUES ('k', 'v')",
};
const setting = { db_operations: 'operation = operation', db_objects: 'object = object' };
const change = (table) => `UPDATE ${table} SET ${setting[table] ?? 'id = id'}`;
const select = (table) => `SELECT * FROM ${table}`;
const remove = (table) => `DELETE FROM ${table} WHERE false`;

// Which of select, insert, change, remove each role may do with each table.
const rights = {
  reader: { users: 's', tokens: 's', transactions: 's', security_events: '', settings: '', db_operations: '', db_objects: 's', public_settings: 's' },
  app: { users: 'sic', tokens: 'sic', transactions: 'sic', security_events: 'i', settings: 's', db_operations: '', db_objects: 's', public_settings: 's' },
  desk: { users: 'sic', tokens: 'sic', transactions: 'sic', security_events: 'si', settings: 'sicr', db_operations: '', db_objects: 's', public_settings: 's' },
  backup: { users: 's', tokens: 's', transactions: 's', security_events: 's', settings: 's', db_operations: 's', db_objects: 's', public_settings: 's' },
  monitor: { users: '', tokens: '', transactions: '', security_events: '', settings: '', db_operations: '', db_objects: 's', public_settings: '' },
  verify: { users: '', tokens: '', transactions: '', security_events: '', settings: '', db_operations: '', db_objects: '', public_settings: '' },
};

for (const [role, tables] of Object.entries(rights)) {
  test(`${role}: tables`, () => {
    const cases = Object.entries(tables).flatMap(([table, allowed]) =>
      Object.entries({ s: select(table), i: insert[table], c: change(table), r: remove(table),
        t: `TRUNCATE ${table}` })
        .filter(([what, sql]) => sql && !(table === 'public_settings' && 'ct'.includes(what)))
        .map(([what, sql]) => ({ sql, may: allowed.includes(what) })));
    const errors = errorsOf(role, cases.map((c) => c.sql), writing);
    cases.forEach(({ sql, may }, i) => {
      if (may) assert.equal(errors[i], '', `${role} may: ${sql}`);
      else assert.match(errors[i], /permission denied for (table|view|sequence) /, `${role} may not: ${sql}`);
    });
  });
}

const closed = [
  ['CREATE TABLE x ()', /permission denied for schema public|cannot execute/],
  ['CREATE SCHEMA x', /permission denied for database/],
  ['CREATE TEMP TABLE x ()', /permission denied to create temporary tables/],
  ['CREATE FUNCTION x() RETURNS int LANGUAGE sql AS $$SELECT 1$$', /permission denied for schema public/],
  ['ALTER TABLE tokens ADD x int', /must be owner of table tokens/],
  ['DROP TABLE tokens', /must be owner of table tokens/],
  ['DROP INDEX tokens_status_id', /must be owner of index/],
  ['CREATE INDEX x ON tokens (name)', /must be owner of table tokens/],
  ['ALTER ROLE sita_owner PASSWORD $$x$$', /permission denied|must have|must be/],
  ['SET ROLE sita_owner', /permission denied to set role/],
  ['CREATE ROLE x', /permission denied to create role/],
  ['CREATE EXTENSION hstore', /permission denied to create extension/],
  ["COPY (SELECT 1) TO PROGRAM 'true'", /must be superuser or have privileges of the pg_execute_server_program role/],
  ["COPY (SELECT 1) TO '/tmp/test-copy'", /must be superuser or have privileges of the pg_write_server_files role/],
  ["SELECT pg_read_file('/etc/passwd')", /permission denied for function/],
  ['SELECT lo_create(0)', /permission denied for function lo_create/],
  ['SELECT lo_creat(-1)', /permission denied for function lo_creat/],
  ["SELECT lo_from_bytea(0, 'x')", /permission denied for function lo_from_bytea/],
  ["SELECT lo_put(4711, 0, 'x')", /permission denied for function lo_put/],
  ['SELECT lo_get(4711)', /permission denied for function lo_get/],
  ['SELECT lo_open(4711, 131072)', /permission denied for function lo_open/],
  ["SELECT lowrite(0, 'x')", /permission denied for function lowrite/],
  ['SELECT lo_unlink(4711)', /permission denied for function lo_unlink/],
  ["SELECT lo_import('/etc/passwd')", /permission denied for function lo_import/],
];

for (const role of ['reader', 'app', 'desk', 'backup', 'verify', 'monitor']) {
  test(`${role}: what nobody but the owner may`, () => {
    const errors = errorsOf(role, closed.map(([sql]) => sql), writing);
    closed.forEach(([sql, refusal], i) => assert.match(errors[i], refusal, `${role}: ${sql}`));
  });
}

test('a view of the public settings only', () => {
  assert.equal(psql(database, 'SELECT key, value FROM public_settings', { user: 'sita_reader' }), 'open|1');
  // The barrier: a condition that fails on hidden rows must not be evaluated on them.
  assert.equal(psql(database, 'SELECT count(*) FROM public_settings WHERE value::int = 1',
    { user: 'sita_reader' }), '1');
});

test('similar names are looked for by the reader alone', () => {
  const sql = "SELECT trigrams.similarity('seal', 'sael') > 0";
  assert.equal(psql(database, sql, { user: 'sita_reader' }), 't');
  for (const role of ['app', 'desk', 'backup', 'monitor']) assert.match(tried(role, sql), /permission denied for schema trigrams/, role);
});

test('what the program compares at its start can be read', () => {
  for (const role of ['reader', 'app', 'desk', 'monitor']) {
    assert.equal(psql(database, 'SELECT count(fingerprint) FROM db_operations', { user: `sita_${role}` }), '1');
    assert.match(tried(role, 'SELECT details FROM db_operations'), /permission denied/);
  }
});

test('the reader cannot write, and everybody has a time limit', () => {
  assert.match(tried('reader', 'CREATE TABLE x ()'), /cannot execute CREATE TABLE in a read-only transaction/);
  const settings = (role) =>
    psql(database, `SELECT current_setting('default_transaction_read_only'), current_setting('statement_timeout')`,
      { user: `sita_${role}` });
  assert.equal(settings('reader'), 'on|3s');
  assert.equal(settings('app'), 'off|5s');
  assert.equal(settings('desk'), 'off|20s');
  assert.equal(settings('backup'), 'on|0');
  assert.equal(settings('monitor'), 'on|5s');
  assert.match(errorOf(database, 'SELECT pg_sleep(10)', { user: 'sita_reader', options: '-c statement_timeout=100' }),
    /canceling statement due to statement timeout/);
});

test('the monitor sees what other sessions run, others do not', () => {
  const hidden = (role) => psql(database,
    "SELECT count(*) > 0 FROM pg_stat_activity WHERE query = '<insufficient privilege>'", { user: `sita_${role}` });
  assert.equal(hidden('monitor'), 'f');
  assert.equal(hidden('reader'), 't');
});

test('a dump is possible with the rights of backup', () => {
  const r = spawnSync('pg_dump', ['--username=sita_backup', '--no-blobs', `--dbname=${database}`],
    { env: environment, encoding: 'utf8' });
  assert.equal(r.status, 0, r.stderr);
  assert.match(r.stdout, /xyzzy/);
});

test('no other role may connect', () => {
  const role = `test_stranger_${process.pid}`;
  psql('postgres', `CREATE ROLE ${role} LOGIN`);
  const error = errorOf(database, 'SELECT 1', { user: role });
  psql('postgres', `DROP ROLE ${role}`);
  assert.match(error, /permission denied for database/);
});
