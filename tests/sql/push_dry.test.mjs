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
import { stateOf } from './killing.mjs';
import { db, environment, newDatabase, planned, program, psql, pushOptions, read } from './lib.mjs';
import { proxy } from './proxy.mjs';

const DONE = 0, FAILED = 1, DIFFERS = 3;

const folder = mkdtempSync(join(tmpdir(), 'test-dry-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

const push = (...args) => db(pushOptions(...args));

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
    const args = pushOptions(database, after, option, '--format=json');
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
  ['CREATE TABLE t (a integer); CREATE TABLE s (x t)', 'CREATE TABLE t (a bigint); CREATE TABLE s (x t)', /^not covered: alter-type t\.a, which the server refuses: cannot alter table "t" because column "s\.x" uses its row type/m],
  ['CREATE TABLE t (a integer)', 'CREATE TABLE t (a jsonb)', /^not covered: alter-type t\.a, which the server refuses: cannot cast type integer to jsonb/m],
];
for (const [one, other, words] of refused) {
  test(`a step that cannot work is named before anything is locked: ${other}`, (t) => {
    const database = newDatabase(t, 'dry_refused');
    assert.equal(push(database, one).status, DONE);
    const r = push(database, other, '--dry-run');
    assert.equal(r.status, FAILED, r.stdout);
    assert.match(r.stdout, words);
    assert.match(r.stdout, /^Plan .*: 1 step\n/, 'the plan is shown all the same');
    assert.deepEqual(psql(database, 'SELECT count(*) FROM db_operations'), '1');
    assert.equal(psql(database, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'sitaminter%'"), '0');
  });
}

// What a file makes of the tables in which a push notes what it did: [how, words of the server].
const own = read('sql/schema.sql');
const unfit = [
  [() => 'CREATE TABLE t (a integer);', /relation "db_objects" does not exist/],
  [(sql) => sql.replace(/^ *fingerprint text,.*\n/m, ''), /column "fingerprint" .* does not exist/],
  [(sql) => sql.replace(/^ *source_hash text,/m, '$& more integer NOT NULL,'), /null value in column "more"/],
  [(sql) => sql.replace(/^( *outcome +text),/m, "$1 CHECK (outcome <> 'failed'),"), /violates check constraint/],
  [(sql) => sql.replace(/^( *object) text /m, '$1 integer '), /operator does not exist: text = integer/],
];
test('a file in whose tables a push could not note what it did is refused before', (t) => {
  const made = newDatabase(t, 'dry_own'), empty = newDatabase(t, 'dry_own_empty');
  assert.equal(push(made, '').status, DONE);
  const was = schemaOf(made);
  unfit.forEach(([change, words], n) => {
    const file = join(folder, `${n}.sql`);
    writeFileSync(file, change(own));
    assert.notEqual(change(own), own);
    for (const [database, option] of [[made, '--dry-run'], [made, '--check'], [made, '--format=sql'], [empty, '--dry-run'], [empty, '--format=text']]) {
      const r = db(['push', '--url', `dbname=${database}`, '--schema', file, option]);
      assert.deepEqual([r.status, r.stdout], [FAILED, ''], r.stderr);
      assert.match(r.stderr, /^The schema file has to declare the tables db_operations and db_objects, in which a push notes what it did, .*Nothing was changed\.$/m);
      assert.match(r.stderr, words);
    }
  });
  assert.deepEqual(schemaOf(made), was);
  assert.equal(psql(made, 'SELECT count(*) FROM db_operations'), '1');
  assert.equal(psql(empty, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"), '0');
});

test('two dry runs at once do not wait for each other, nor for a push', async (t) => {
  const database = filled(t, 'dry_two');
  // The first one is stopped where its scratch schema exists.
  let child, resume;
  const stopped = new Promise((done) => (resume = done));
  const ear = await proxy({ each: (sql) => {
    if (/CREATE SCHEMA sitaminter_scratch/.test(sql)) { child.kill('SIGSTOP'); resume(); }
  } });
  t.after(ear.close);
  const args = pushOptions(database, after, '--dry-run');
  args[2] = `host=${ear.host} port=5432 user=postgres dbname=${database}`;
  child = spawn(program, ['db', ...args], { env: environment });
  await stopped;
  assert.equal(push(database, after, '--dry-run').status, DONE);
  assert.equal(push(database, `${before}; CREATE TABLE more ()`).status, DONE);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
});

// Of every sort of step, in both phases.
const sorts = [
  `CREATE TABLE t (id integer NOT NULL, v text, w text, gone text DEFAULT 'x', n numeric(9,2)); CREATE TABLE old (id integer PRIMARY KEY);
    CREATE TABLE big (id integer, word text, other integer, CONSTRAINT big_u UNIQUE (id, other)); CREATE INDEX big_word ON big (word); CREATE INDEX big_old ON big (other);
    CREATE VIEW lines AS SELECT id, v FROM t; CREATE FUNCTION f(x integer) RETURNS integer LANGUAGE sql AS $$SELECT x$$; GRANT SELECT ON t TO sita_reader`,
  `CREATE TABLE t (id integer PRIMARY KEY, v varchar(5) NOT NULL DEFAULT 'none', named text CONSTRAINT t_named CHECK (named <> ''), n integer, made timestamp DEFAULT now());
    CREATE TABLE big (id integer NOT NULL, word text NOT NULL, other integer, CONSTRAINT big_u UNIQUE (id), CONSTRAINT big_t FOREIGN KEY (other) REFERENCES t, CONSTRAINT big_id CHECK (id > 0));
    CREATE INDEX big_word ON big (word, id); CREATE UNIQUE INDEX big_more ON big (other, id); COMMENT ON INDEX big_word IS 'said'; CREATE TABLE fresh (id serial PRIMARY KEY, code text GENERATED ALWAYS AS ('c') STORED);
    CREATE VIEW lines AS SELECT id, v, named FROM t; CREATE FUNCTION f(x integer) RETURNS integer LANGUAGE sql AS $$SELECT x + 1$$; GRANT SELECT ON lines TO sita_reader; GRANT UPDATE (v) ON t TO sita_desk;
    CREATE TRIGGER same BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
-- push: rename column t.w to named
-- push: backfill t.v with 'full'
-- push: backfill big.word with repeat('y', 9)
`];
const contents = `SELECT md5(string_agg(x, '|' ORDER BY x)) FROM (SELECT concat_ws(',', id, v, named, n, made IS NOT NULL) AS x FROM t) q;
  SELECT md5(string_agg(x, '|' ORDER BY x)) FROM (SELECT concat_ws(',', id, word, other) AS x FROM big) q;
  SELECT count(*) FROM pg_index WHERE NOT indisvalid; SELECT count(*) FROM pg_constraint WHERE NOT convalidated`;

test('the plan as SQL, run by psql, leaves what the push leaves: schema, rights, rows', (t) => {
  const database = newDatabase(t, 'dry_sql');
  assert.equal(push(database, sorts[0]).status, DONE);
  psql(database, `INSERT INTO t SELECT n, CASE WHEN n % 9 > 0 THEN 'v' || n % 7 END, 'w', NULL, n / 4.0 FROM generate_series(1, 1000) n; INSERT INTO old VALUES (1);
    INSERT INTO big SELECT n, CASE WHEN n % 5 > 0 THEN repeat('x', 100) END, 1 + n % 1000 FROM generate_series(1, 100000) n; GRANT DELETE ON big TO sita_reader;
    ALTER DEFAULT PRIVILEGES GRANT UPDATE ON TABLES TO sita_reader; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT UPDATE ON SEQUENCES TO sita_desk`);
  const copy = newDatabase(t, 'dry_sql_copy', database);
  const script = push(database, sorts[1], '--dry-run', '--format=sql').stdout;
  for (const words of ['RENAME COLUMN w', 'DROP TABLE old', 'CONCURRENTLY big_word_being_built', 'USING INDEX', 'VALIDATE', 'REVOKE DELETE', 'UPDATE big SET word', 'CREATE TRIGGER', 'COMMENT ON INDEX', 'REVOKE UPDATE ON TABLE lines FROM sita_reader', 'REVOKE UPDATE ON SEQUENCE fresh_id_seq FROM sita_desk'])
    assert.ok(script.includes(words), `${words}\n${script}`);
  psql(copy, script);
  const args = pushOptions(database, sorts[1]);
  const { steps } = JSON.parse(db([...args, '--dry-run', '--format=json']).stdout);
  const r = db([...args, ...planned(args), ...steps.filter((s) => s.allow).map((s) => `--allow=${s.allow}`)]);
  assert.equal(r.status, DONE, r.stdout + r.stderr);
  assert.deepEqual(stateOf(copy), stateOf(database));
  assert.equal(psql(copy, contents), psql(database, contents));
  args[2] = `dbname=${copy}`;
  assert.match(db(args).stdout, /already has this schema; noted it/);
});
