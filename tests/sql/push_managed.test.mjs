// What a push made or adopted is its own; what others made it reports and keeps; a database that
// another tool made, with rows, is taken over by --adopt.
// ctest: timeout=300
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { core, coreContents, coreRows } from './core.mjs';
import { db, newDatabase, planned, psql, read } from './lib.mjs';

const DONE = 0, FAILED = 1, PENDING = 3, REFUSED = 4;
const folder = mkdtempSync(join(tmpdir(), 'test-managed-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

let count = 0;
function pushOf(database) {
  const args = (schema) => {
    const path = join(folder, `${(count += 1)}.sql`);
    writeFileSync(path, schema ?? read('sql/schema.sql'));
    return ['push', '--url', `dbname=${database}`, '--schema', path];
  };
  const push = (schema, ...options) => db([...args(schema), ...options]);
  push.planned = (schema) => planned(args(schema));
  return push;
}
// The flags that a refusal names.
function flagsOf(r) {
  assert.equal(r.status, REFUSED, r.stdout + r.stderr);
  return [...r.stderr.matchAll(/--(adopt|plan=\w+|allow=\S+)/g)].map((m) => m[0]);
}

const check = (database) => db(['check', '--url', `dbname=${database}`]);

// The five core tables as another tool makes them: no more than their core.
const column = ([name, type, notNull, preset]) => (preset?.startsWith('nextval') ? `${name} serial`
  : `${name} ${type} ${notNull} ${preset ? `DEFAULT ${preset}` : ''}`);
const order = (definition) => (definition.startsWith('FOREIGN') ? 1 : 0);
const coreDdl = [
  ...Object.entries(core).map(([table, { columns }]) => `CREATE TABLE ${table} (${columns.map(column).join(', ')});`),
  ...Object.entries(core).flatMap(([table, { constraints }]) => Object.entries(constraints).map(([name, d]) => [table, name, d]))
    .sort((a, b) => order(a[2]) - order(b[2]))
    .map(([table, name, definition]) => `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition};`),
].join('\n');

test('an extension that the file names is made, kept where it is, and is nobody else\'s', (t) => {
  const database = newDatabase(t, 'extension');
  const push = pushOf(database);
  const where = () => psql(database, "SELECT coalesce((SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_trgm'), 'none')");
  const own = read('sql/schema.sql'), rest = own.replace('-- push: extension pg_trgm in trigrams\n', '').replace(/CREATE INDEX tokens_trigrams [^;]*;/, '');
  for (const wrong of ['extension pg_trgm', 'extension pg_trgm in x; DROP TABLE t', 'extension "a" in b', 'extension 9 in b'])
    assert.match(push(`-- push: ${wrong}\nCREATE TABLE t ();`).stderr, /the form is "-- push: extension NAME in SCHEMA"/, wrong);
  const planned = push(own, '--dry-run');
  assert.match(planned.stdout, /The extension pg_trgm is made, in the schema trigrams\./);
  assert.equal(where(), 'none');
  const made = push(own);
  assert.equal(made.status, DONE, made.stderr);
  assert.equal(made.stdout.match(/The extension pg_trgm is made/g).length, 1);
  assert.equal(where(), 'trigrams');
  const again = push(own, '--check');
  assert.equal(again.status, DONE, again.stdout);
  assert.doesNotMatch(again.stdout, /trigrams|pg_trgm/); // neither made nor kept for others

  psql(database, 'DROP EXTENSION pg_trgm CASCADE; CREATE TABLE trigrams.of_others ()');
  const renewed = push(`${own}CREATE INDEX events_id ON security_events (id);`);
  assert.equal(renewed.status, DONE, renewed.stderr);
  assert.equal(renewed.stdout.match(/The extension pg_trgm is made/g).length, 1);
  assert.equal(psql(database, "SELECT count(*) FROM pg_indexes WHERE indexname IN ('tokens_trigrams', 'events_id')"), '2');
  assert.equal(where(), 'trigrams');

  const elsewhere = push(own.replace(' in trigrams\n', ' in other\n'));
  assert.equal(elsewhere.status, FAILED);
  assert.match(elsewhere.stderr, /is in the schema trigrams, and the schema file wants it in other/);
  assert.equal(where(), 'trigrams');
  // Without the line the index goes, the extension stays: it may serve others.
  const less = push(rest, '--allow=drop-index:tokens_trigrams', '--allow=drop-index:events_id', ...push.planned(rest));
  assert.equal(less.status, DONE, less.stderr + less.stdout);
  assert.equal(where(), 'trigrams');
});

test('a database that another tool made is taken over', (t) => {
  const database = newDatabase(t, 'adopt');
  const push = pushOf(database);
  psql(database, `${coreDdl} ${coreRows}
    CREATE SCHEMA drizzle; CREATE TABLE drizzle.migrations (id serial);
    CREATE TABLE leftover (a integer); INSERT INTO leftover VALUES (1);
    CREATE INDEX by_supply ON tokens (supply);
    ALTER TABLE tokens ADD COLUMN local_note text; UPDATE tokens SET local_note = 'mine';`);
  const before = coreContents(database);

  let r = push(null, '--dry-run');
  assert.equal(r.status, DONE, r.stderr);
  for (const step of ['add-column tokens.decimals', 'add-column users.reserved', 'create-table db_objects', 'create-index tokens_state_id'])
    assert.ok(r.stdout.includes(step), step);
  assert.doesNotMatch(r.stdout, /drop-|alter-type/);
  for (const kept of ['table leftover', 'index by_supply', 'column tokens.local_note', 'schema drizzle (2 relations)'])
    assert.ok(r.stdout.includes(`kept, as no push made it: ${kept}\n`), kept);
  assert.equal(push(null, '--check').status, PENDING);

  r = push(null);
  assert.equal(r.status, REFUSED, r.stdout);
  // Columns that are computed for each row rewrite the tables that have rows.
  assert.match(r.stderr, /nothing was changed.*: sitaminter db push --adopt --plan=[0-9a-f]{64}( --allow=add-column:(tokens|transactions)\.\w+)+$/m);
  assert.equal(psql(database, "SELECT to_regclass('db_operations') IS NULL"), 't');

  r = push(null, ...flagsOf(r));
  assert.equal(r.status, DONE, r.stderr);
  assert.equal(coreContents(database), before, 'no row is lost or changed');
  assert.equal(psql(database, "SELECT count(*) FROM leftover; SELECT count(local_note) FROM tokens; SELECT to_regclass('by_supply')"), '1\n300\nby_supply');
  assert.equal(psql(database, 'INSERT INTO tokens (name, symbol, supply, creator_id, network_id) VALUES (1, 1, 1, 1, 1) RETURNING id'), '301');

  r = push(null);
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stdout, /^Kept, as no push made it:\ncolumn tokens.local_note\nindex by_supply\ntable leftover\n.*nothing to do/s);
  assert.equal(check(database).status, DONE);
  assert.equal(db(['push', '--url', `dbname=${database}`]).status, DONE);
});

test('a column of a database that is taken over gets the name that the file has for it', (t) => {
  const database = newDatabase(t, 'adopt_renamed');
  const push = pushOf(database);
  psql(database, `${coreDdl} ${coreRows} ALTER TABLE tokens RENAME description TO descr`);
  const schema = `${read('sql/schema.sql')}\n-- push: rename column tokens.descr to description\n`;
  const r = push(schema, ...flagsOf(push(schema)));
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stdout, /^ +1\. rename column tokens\.descr /m);
  assert.equal(psql(database, 'SELECT count(description) FROM tokens'), '300');
  assert.equal(push(schema, '--check').status, DONE);
});

test('rows that violate an addition are listed, and nothing is changed until they are mended', (t) => {
  const database = newDatabase(t, 'mend');
  const push = pushOf(database);
  psql(database, `${coreDdl} ${coreRows} ALTER TABLE tokens ADD COLUMN decimals integer; UPDATE tokens SET decimals = 300 WHERE id <= 2`);
  let r = push(null, '--adopt');
  assert.equal(r.status, FAILED, r.stderr);
  assert.match(r.stdout, /add-constraint tokens\.tokens_decimals_check.*\n.*\n *cannot be done: 2 rows/);
  assert.equal(psql(database, "SELECT to_regclass('db_objects') IS NULL"), 't');
  psql(database, 'UPDATE tokens SET decimals = 8 WHERE decimals = 300');
  const refused = push(null, '--adopt');
  assert.match(refused.stderr, /To consent, push with --adopt --plan=/);
  r = push(null, ...flagsOf(refused));
  assert.equal(r.status, DONE, r.stdout + r.stderr);
});

test('what others make is kept, whatever it is, and the program starts', (t) => {
  const database = newDatabase(t, 'foreign');
  const push = pushOf(database);
  assert.equal(db(['push', '--url', `dbname=${database}`]).status, DONE);
  psql(database, `CREATE TABLE extra (id serial PRIMARY KEY); CREATE INDEX handmade ON tokens (supply);
    CREATE VIEW seen AS SELECT id FROM tokens; CREATE TYPE mood AS ENUM ('a');
    CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
    CREATE TRIGGER g BEFORE UPDATE ON tokens FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
    ALTER TABLE tokens ADD CONSTRAINT short CHECK (length(name) < 900); COMMENT ON TABLE tokens IS 'mine';
    CREATE MATERIALIZED VIEW m AS SELECT 1 AS x; CREATE EXTENSION pg_stat_statements`);
  const catalogue = () => psql(database, 'SELECT oid, relname FROM pg_class WHERE oid > 16384 ORDER BY 1; SELECT oid, conname FROM pg_constraint ORDER BY 1');
  const before = catalogue();
  assert.equal(check(database).status, DONE, 'database and program still belong together');
  let r = db(['push', '--url', `dbname=${database}`, '--check']);
  assert.equal(r.status, DONE, r.stderr);
  assert.deepEqual(r.stdout.split('\n').slice(1, -2).sort(), ['comment TABLE tokens', 'constraint tokens.short',
    'function f()', 'index handmade', 'materialized view m', 'table extra', 'trigger tokens.g', 'type mood',
    'view pg_stat_statements (of the extension pg_stat_statements)',
    'view pg_stat_statements_info (of the extension pg_stat_statements)', 'view seen']);
  const more = `${read('sql/schema.sql')}\nCREATE TABLE more (a integer);\n-- push: ignore index hand*\n-- push: ignore *pg_stat_statements*\n`;
  r = push(more);
  assert.equal(r.status, DONE, r.stderr);
  assert.deepEqual(JSON.parse(push(`${more}CREATE TABLE more2 ();`, '--dry-run', '--format=json').stdout).kept.includes('index handmade'), false);
  assert.equal(catalogue().split('\n').filter((line) => !line.endsWith('|more')).join('\n'), before);
  r = push(null, '--allow=drop-table:more', ...push.planned(null));
  assert.equal(r.status, DONE, r.stderr);
  assert.equal(catalogue(), before, 'only what a push made is dropped');
});

test('what no push makes stands on both sides, and the rest is changed beside it', (t) => {
  const alike = ["CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE m (x mood DEFAULT 'a')", 'CREATE TABLE m (x integer) PARTITION BY RANGE (x); CREATE INDEX mood ON m (x)',
    'CREATE MATERIALIZED VIEW m AS SELECT 1 AS x; CREATE VIEW mood AS SELECT x FROM m'];
  for (const [i, sql] of alike.entries()) {
    const database = newDatabase(t, `alike_${i}`), push = pushOf(database), own = read('sql/schema.sql');
    psql(database, sql);
    const adopted = push(`${own};${sql}`, '--adopt', ...push.planned(`${own};${sql}`));
    assert.equal(adopted.status, DONE, sql + adopted.stdout + adopted.stderr);
    const more = `${own};${sql}; CREATE TABLE n (v varchar(9) CHECK (v IN ('a', 'b')));`;
    const dry = push(more, '--dry-run');
    assert.equal(dry.status, DONE, dry.stderr);
    assert.match(dry.stdout, /^ *1\. create-table n$/m);
    const done = push(more);
    assert.equal(done.status, DONE, sql + done.stdout + done.stderr);
    assert.equal(push(more, '--check').status, DONE, sql);
  }
});

test('a database of an earlier version, which kept no record of objects', (t) => {
  const database = newDatabase(t, 'older');
  const push = pushOf(database);
  assert.equal(db(['push', '--url', `dbname=${database}`]).status, DONE);
  psql(database, 'DROP TABLE db_objects; DROP INDEX tokens_state_id; CREATE INDEX handmade ON tokens (supply)');
  assert.equal(check(database).status, PENDING);
  const r = push(null);
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stdout, /create-table db_objects/);
  assert.match(r.stdout, /kept, as no push made it: index handmade/);
  assert.equal(psql(database, "SELECT count(*) FROM db_objects WHERE object IN ('table tokens', 'index tokens_state_id', 'index handmade')"), '2');
});
