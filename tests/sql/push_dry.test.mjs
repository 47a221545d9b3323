// ctest: timeout=300
// `db push --dry-run` and `--check`: what they try, and what they leave alone.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { schemaOf } from './dump.mjs';
import { db, environment, newDatabase, program, psql, read } from './lib.mjs';
import { proxy } from './proxy.mjs';

const DONE = 0, FAILED = 1, DIFFERS = 3;
const schema = read('sql/schema.sql');
const folder = mkdtempSync(join(tmpdir(), 'test-dry-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

let count = 0;
function options(database, more, ...rest) {
  const file = join(folder, `${(count += 1)}.sql`);
  writeFileSync(file, `${schema}\n${more};\n`);
  return ['push', '--url', `dbname=${database}`, '--schema', file, ...rest];
}
const push = (...args) => db(options(...args));

// A large table, so that there are online steps; and something of every kind to change.
const before = `CREATE TABLE t (id integer NOT NULL, v text, w text); CREATE TABLE big (id integer, word text);
  CREATE VIEW lines AS SELECT id, v FROM t; CREATE FUNCTION f(x integer) RETURNS integer LANGUAGE sql AS $$SELECT x$$`;
const after = `CREATE TABLE t (id integer PRIMARY KEY, v varchar(5)); CREATE TABLE big (id integer NOT NULL, word text, CONSTRAINT big_t FOREIGN KEY (id) REFERENCES t);
  CREATE INDEX big_word ON big (word); CREATE VIEW lines AS SELECT id FROM t; CREATE TABLE fresh (id serial PRIMARY KEY);
  CREATE FUNCTION f(x integer) RETURNS integer LANGUAGE sql AS $$SELECT x + 1$$`;

function filled(t, name) {
  const database = newDatabase(t, name);
  assert.equal(push(database, before).status, DONE);
  psql(database, "INSERT INTO t SELECT n, 'v', 'w' FROM generate_series(1, 1000) n; INSERT INTO big SELECT 1 + n % 1000, repeat('x', 100) FROM generate_series(1, 80000) n");
  return database;
}

// All there is: what pg_dump writes, and which objects of the catalogue there are.
const everything = (database) => [...schemaOf(database), psql(database, `
  SELECT max(oid), count(*) FROM pg_class; SELECT max(oid), count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid;
  SELECT count(*) FROM pg_namespace; SELECT count(*) FROM pg_proc; SELECT max(oid), count(*) FROM pg_constraint; SELECT count(*) FROM pg_depend;
  SELECT count(*), sum(hashtext(t::text)) FROM t; SELECT count(*), sum(hashtext(big::text)) FROM big; SELECT count(*), max(id) FROM db_operations;
  SELECT last_value, is_called FROM tokens_id_seq`)];

test('a dry run takes no lock that stops anybody, and leaves nothing behind', async (t) => {
  const database = filled(t, 'dry');
  const was = everything(database);
  // Somebody writes to both tables and does not end.
  const writer = spawn('psql', ['-qAtd', database], { env: environment });
  t.after(() => writer.kill());
  writer.stdin.write('BEGIN; LOCK TABLE t, big, tokens IN ROW EXCLUSIVE MODE; SELECT 1;\n');
  await once(writer.stdout, 'data');
  const modes = new Set();
  const ear = await proxy({ each: () => psql(database, `SELECT DISTINCT mode FROM pg_locks l JOIN pg_class c ON c.oid = relation JOIN pg_stat_activity a USING (pid)
    WHERE application_name = 'sitaminter db' AND relnamespace = 'public'::regnamespace UNION ALL
    SELECT 'advisory' FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = '${database}')`)
    .split('\n').filter(Boolean).forEach((mode) => modes.add(mode)) });
  t.after(ear.close);
  for (const [option, status] of [['--dry-run', DONE], ['--check', DIFFERS]]) {
    const args = options(database, after, option, '--format=json');
    args[2] = `host=${ear.host} port=5432 user=postgres dbname=${database}`;
    const child = spawn(program, ['db', ...args], { env: environment });
    let out = '';
    child.stdout.on('data', (part) => (out += part));
    assert.equal((await once(child, 'close'))[0], status);
    assert.ok(JSON.parse(out).steps.filter((s) => s.online).length > 3, out);
  }
  assert.ok(ear.requests.some((sql) => sql === 'CREATE INDEX big_word ON big USING btree (word)'), 'the online steps are tried, too');
  assert.deepEqual([...modes], ['AccessShareLock']);
  assert.equal(psql(database, "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity USING (pid) WHERE application_name = 'sitaminter db' AND datname = current_database()"), '0');
  writer.stdin.end('ROLLBACK;\n');
  await once(writer, 'exit');
  assert.deepEqual(everything(database), was);
});

// What no look at the data finds, and what PostgreSQL refuses: [before, after, words].
const refused = [
  ['CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED)', 'CREATE TABLE t (a bigint, b integer GENERATED ALWAYS AS (a * 2) STORED)',
    /cannot alter type of a column used by a generated column \(step alter-type:t\.a, tried on a copy without rows\)/],
  ['CREATE TABLE t (a integer)', 'CREATE TABLE t (a jsonb)', /cannot cast type integer to jsonb .*\(step alter-type:t\.a, tried/],
];
for (const [one, other, words] of refused) {
  test(`a step that cannot work is named before anything is locked: ${other}`, (t) => {
    const database = newDatabase(t, 'dry_refused');
    assert.equal(push(database, one).status, DONE);
    const r = push(database, other, '--dry-run');
    assert.equal(r.status, FAILED, r.stdout);
    assert.match(r.stderr, words);
    assert.match(r.stdout, /^Plan .*: 1 step\n/, 'the plan is shown all the same');
    assert.deepEqual(psql(database, 'SELECT count(*) FROM db_operations'), '1');
    assert.equal(psql(database, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'sitaminter%'"), '0');
  });
}

test('two dry runs at once do not wait for each other, nor for a push', async (t) => {
  const database = filled(t, 'dry_two');
  // The first one is stopped where its scratch schema exists.
  let child, resume;
  const stopped = new Promise((done) => (resume = done));
  const ear = await proxy({ each: (sql) => {
    if (/CREATE SCHEMA sitaminter_scratch/.test(sql)) { child.kill('SIGSTOP'); resume(); }
  } });
  t.after(ear.close);
  const args = options(database, after, '--dry-run');
  args[2] = `host=${ear.host} port=5432 user=postgres dbname=${database}`;
  child = spawn(program, ['db', ...args], { env: environment });
  await stopped;
  assert.equal(push(database, after, '--dry-run').status, DONE);
  assert.equal(push(database, `${before}; CREATE TABLE more ()`).status, DONE);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
});
