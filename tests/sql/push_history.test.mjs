// What pushes leave in db_operations, and `sitaminter db history`.
import assert from 'node:assert/strict';
import { hostname, userInfo } from 'node:os';
import test from 'node:test';
import { schemaOf } from './dump.mjs';
import { db, newDatabase, planned, psql, pushOptions, read } from './lib.mjs';

const DONE = 0, FAILED = 1, USAGE = 2, REFUSED = 4, UNREACHABLE = 6;
const schema = read('sql/schema.sql');

const push = (...all) => db(pushOptions(...all));
const agreed = (...all) => db([...pushOptions(...all), ...planned(pushOptions(...all))]);

const history = (database, ...more) => db(['history', '--url', `dbname=${database}`, ...more]);
const operations = (database, ...more) => JSON.parse(history(database, '--format=json', ...more).stdout);

test('every push has its row: plan, fingerprint, who, when, how long, outcome', (t) => {
  const database = newDatabase(t, 'history');
  assert.match(history(database).stdout, /Nothing is recorded/);
  assert.deepEqual(operations(database), []);
  const began = Date.now();
  assert.equal(push(database, '').status, DONE);
  const r = push(database, 'CREATE TABLE t (a integer)');
  assert.equal(r.status, DONE, r.stderr);
  const [second, first] = operations(database);
  assert.deepEqual([first.id, second.id], [1, 2]);
  for (const o of [first, second]) {
    assert.deepEqual([o.operation, o.outcome, o.who, o.operator],
      ['push', 'applied', 'postgres', `${userInfo().username}@${hostname()}`]);
    assert.ok(Date.parse(o.startedAt) >= began - 1 && Date.parse(o.finishedAt) <= Date.now() + 1);
    assert.equal(Date.parse(o.finishedAt) - Date.parse(o.startedAt), o.milliseconds);
    assert.match(o.fingerprint, /^[0-9a-f]{64}$/);
    assert.equal(o.details.plan.fingerprint, o.plan);
  }
  assert.notEqual(first.fingerprint, second.fingerprint);
  assert.ok(r.stdout.includes(second.plan));
  assert.deepEqual(second.details.plan.steps.map((s) => s.sql), ['CREATE TABLE t (\n    a integer\n)', 'GRANT SELECT ON TABLE t TO sita_backup']);
  assert.equal(first.details.plan.steps.filter((s) => s.kind === 'create-table').length, schema.match(/^CREATE TABLE/gm).length);
});

test('an empty database may be held to a plan, too', (t) => {
  const database = newDatabase(t, 'history_plan');
  const { fingerprint } = JSON.parse(push(database, '', '--dry-run', '--format=json').stdout);
  const r = push(database, '', `--plan=${'0'.repeat(64)}`);
  assert.equal(r.status, REFUSED, r.stderr);
  assert.deepEqual(schemaOf(database), []);
  assert.equal(push(database, '', `--plan=${fingerprint}`).status, DONE);
  assert.equal(operations(database)[0].plan, fingerprint);
});

test('a push that failed has its row, with the error', (t) => {
  const database = newDatabase(t, 'history_failed');
  assert.equal(push(database, 'CREATE TABLE t (a integer)').status, DONE);
  // What no look at the data finds: an event trigger of the operator's.
  psql(database, `CREATE SCHEMA guard;
    CREATE FUNCTION guard.no() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN
      IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name = 'public') THEN RAISE 'not on a Monday'; END IF;
    END$$;
    CREATE EVENT TRIGGER no_more ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION guard.no()`);
  const before = schemaOf(database);
  const r = push(database, 'CREATE TABLE t (a integer, b integer)');
  assert.equal(r.status, FAILED, r.stdout);
  assert.match(r.stderr, /not on a Monday \(step add-column:t\.b\)/);
  assert.deepEqual(schemaOf(database), before);
  const [failed] = operations(database);
  assert.deepEqual([failed.outcome, failed.fingerprint, failed.who], ['failed', null, 'postgres']);
  assert.match(failed.error, /not on a Monday/);
  assert.match(failed.details.plan.steps[0].sql, /ADD COLUMN b/);
  // It does not count as the state of the database.
  assert.match(push(database, 'CREATE TABLE t (a integer)').stdout, /nothing to do/);
  psql(database, 'DROP EVENT TRIGGER no_more');
  assert.equal(push(database, 'CREATE TABLE t (a integer, b integer)').status, DONE);
  assert.deepEqual(operations(database).map((o) => o.outcome), ['applied', 'failed', 'applied']);
});

test('a push that ended without a word is noted by the next one', (t) => {
  const database = newDatabase(t, 'history_cut');
  assert.equal(push(database, '').status, DONE);
  psql(database, "INSERT INTO db_operations (operation) VALUES ('push')");
  assert.equal(operations(database)[0].outcome, 'unfinished');
  assert.equal(push(database, 'CREATE TABLE t ()').status, DONE);
  assert.deepEqual(operations(database).map((o) => o.outcome), ['applied', 'interrupted', 'applied']);
});

const rows = "INSERT INTO t VALUES (1, 'a'), (2, NULL)";
// [schema before, schema after, what is said to be lost].
const ways = [
  ['', 'CREATE TABLE t (a integer, b text); CREATE INDEX t_a ON t (a)', /^-- loses what is in t by then$/m],
  ['CREATE TABLE t (a integer, b text)', '', /^-- not brought back: t: 2 rows$/m],
  ['CREATE TABLE t (a integer, b text)', 'CREATE TABLE t (a integer)', /^-- not brought back: t\.b: 1 values$/m],
  ['CREATE TABLE t (a integer, b text)', 'CREATE TABLE t (a integer, b text, c serial)', /^-- loses what is in t\.c by then$/m],
  ['CREATE TABLE t (a numeric, b text)', 'CREATE TABLE t (a integer, b varchar(3))', /^BEGIN;/m],
  ["CREATE TABLE t (a integer, b text CHECK (b IN ('a', 'b')))", "CREATE TABLE t (a integer PRIMARY KEY, b text DEFAULT 'b' CHECK (b IN ('a', 'c')))", /^BEGIN;/m],
  ['CREATE TABLE t (a integer, b text); CREATE VIEW v AS SELECT a, b FROM t', "CREATE TABLE t (a bigint, b text); CREATE VIEW v AS SELECT a FROM t; COMMENT ON VIEW v IS 'less'", /^BEGIN;/m],
  ['CREATE TABLE t (a integer, b text); CREATE FUNCTION f(x integer) RETURNS integer LANGUAGE sql AS $$SELECT x$$', "CREATE TABLE t (a integer, b text); CREATE FUNCTION f(x integer) RETURNS integer LANGUAGE sql AS $$SELECT x + 1$$; COMMENT ON COLUMN t.a IS 'it''s'", /^BEGIN;/m],
];

for (const [before, after, says] of ways) {
  test(`the way back: ${after} -> ${before}`, (t) => {
    const database = newDatabase(t, 'history_back');
    assert.equal(push(database, before).status, DONE);
    if (before) psql(database, rows);
    const was = schemaOf(database);
    const plan = JSON.parse(push(database, after, '--dry-run', '--format=json').stdout);
    const r = push(database, after, `--plan=${plan.fingerprint}`, ...plan.steps.filter((s) => s.allow).map((s) => `--allow=${s.allow}`));
    assert.equal(r.status, DONE, r.stderr);
    assert.notDeepEqual(schemaOf(database), was);
    const { inverse } = operations(database)[0].details;
    assert.match(inverse, says);
    psql(database, inverse);
    assert.deepEqual(schemaOf(database), was);
    assert.match(push(database, before).stdout, /already has this schema/);
  });
}

test('values that a new type changed are counted among the losses', (t) => {
  const database = newDatabase(t, 'history_type');
  assert.equal(push(database, 'CREATE TABLE t (a numeric)').status, DONE);
  psql(database, 'INSERT INTO t VALUES (1.5), (2)');
  assert.equal(agreed(database, 'CREATE TABLE t (a integer)', '--allow=alter-type:t.a').status, DONE);
  assert.match(operations(database)[0].details.inverse, /not brought back: t\.a: 1 values that the new type changed/);
});

test('as text: the latest, a line or two each; one of them with all there is', (t) => {
  const database = newDatabase(t, 'history_text');
  assert.equal(push(database, 'CREATE TABLE t (a integer, b text)').status, DONE);
  psql(database, rows);
  assert.equal(agreed(database, 'CREATE TABLE t (a integer)', '--allow=drop-column:t.b').status, DONE);
  const all = history(database);
  assert.equal(all.status, DONE, all.stderr);
  assert.match(all.stdout, /^ {3}2 {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}push applied in \d+\.\d{3} s, by postgres \(.+\)\n {6}plan [0-9a-f]{64}\n {6}drop-column t\.b\n {3}1 {2}/);
  assert.match(all.stdout, /create-sequence users_id_seq, .*, \.\.\.\n$/);
  assert.doesNotMatch(history(database, '--limit', '1').stdout, /^ {3}1 /m);
  const one = history(database, '2');
  assert.match(one.stdout, /statements:\n {6}ALTER TABLE t DROP COLUMN b;\n/);
  assert.match(one.stdout, /lead back:\n {6}-- not brought back: t\.b: 1 values\n[^]* {6}ALTER TABLE t ADD COLUMN b text;\n/);
  assert.deepEqual(operations(database, '2').map((o) => o.id), [2]);
  const none = history(database, '3');
  assert.equal(none.status, FAILED);
  assert.match(none.stderr, /No operation has the number 3/);
});

test('history: wrong use, and a server that is not there', () => {
  for (const args of [['x'], ['1', '2'], ['--limit', 'x'], ['--limit', '-1'], ['--limit'], ['--format=sql'], ['--dry-run'], ["1'"], ['99999999999999999999']]) {
    const r = db(['history', '--url', 'dbname=postgres', ...args]);
    assert.equal(r.status, USAGE, args.join(' '));
    assert.notEqual(r.stderr, '');
  }
  assert.equal(db(['history', '--url', 'host=/no/such/folder']).status, UNREACHABLE);
});
