// ctest: timeout=1500
// ctest: slow
// `kill -9` of a push after each of its requests: the old schema, the new one, or a second phase that
// the next push finishes; no row is lost, no half-made index or helping constraint stays.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { schemaOf } from './dump.mjs';
import { db, environment, newDatabase, planned, program, psql, read } from './lib.mjs';
import { proxy } from './proxy.mjs';

const DONE = 0, LOCKED = 5;
const folder = mkdtempSync(join(tmpdir(), 'test-killed-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

// Beside the program's own tables a small one and a large one (over 8 MB, so that its indexes and
// checks are made online).
const own = read('sql/schema.sql');
const schema = (name, text) => {
  const path = join(folder, name);
  writeFileSync(path, `${own}\n${text}`);
  return path;
};
const before = schema('before.sql', `
  CREATE TABLE small (id integer PRIMARY KEY, gone text, kind text);
  CREATE TABLE large (id integer NOT NULL, other integer, label text, number integer, CONSTRAINT large_unique UNIQUE (number));
  CREATE INDEX large_other ON large (other);
  CREATE VIEW words AS SELECT id, kind FROM small;`);
const after = schema('after.sql', `
  CREATE TABLE small (id integer PRIMARY KEY, kind varchar(9) DEFAULT 'x', more integer);
  CREATE TABLE large (id integer PRIMARY KEY, other integer, word text NOT NULL, number integer,
                      CONSTRAINT large_small FOREIGN KEY (other) REFERENCES small,
                      CONSTRAINT large_unique UNIQUE (number, other),
                      CONSTRAINT large_number CHECK (number > 0));
-- push: rename column large.label to word
  CREATE UNIQUE INDEX large_number_id ON large (number, id);
  CREATE INDEX large_word ON large (word);
  CREATE INDEX large_other ON large (other, id);
  CREATE TABLE fresh (id serial);
  CREATE VIEW words AS SELECT id, kind, more FROM small;`);
const consent = ['--allow=drop-column:small.gone', '--allow=alter-type:small.kind'];
const rows = `INSERT INTO small SELECT n, 'gone', 'k' || n FROM generate_series(1, 100) n;
  INSERT INTO large SELECT n, 1 + n % 100, repeat('x', 100), n FROM generate_series(1, 80000) n;
  VACUUM ANALYZE`;

const template = `test_killed_template_${process.pid}`;
psql('postgres', `CREATE DATABASE ${template} TEMPLATE template0`);
test.after(() => psql('postgres', `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`));
const made = db(['push', '--url', `dbname=${template}`, '--schema', before]);
assert.equal(made.status, DONE, made.stderr);
for (const sql of rows.split(';')) psql(template, sql);
const old = schemaOf(template);
const plan = planned(['push', '--url', `dbname=${template}`, '--schema', after]);

const push = (database) => {
  const args = ['push', '--url', `dbname=${database}`, '--schema', after];
  return db([...args, ...consent, ...planned(args)]);
};
const table = (database) => psql(database,
  `SELECT count(*), sum(hashtext(concat(id, kind))) FROM small; SELECT count(*), sum(hashtext(large::text)) FROM large;
   SELECT count(*) FROM pg_index WHERE NOT indisvalid; SELECT count(*) FROM pg_constraint WHERE NOT convalidated`);
// What is replaced is there all the time, as the old one or the new one.
const replaced = (database) => psql(database,
  "SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid IN (to_regclass('large_other'), to_regclass('large_unique'))");
const outcomes = (database) => psql(database, "SELECT string_agg(coalesce(outcome, '?'), ' ' ORDER BY id) FROM db_operations");
const contents = table(template);

// Waits for a condition, with a deadline.
async function until(what, condition) {
  for (const deadline = Date.now() + 60000; ; await new Promise((done) => setTimeout(done, 20))) {
    const found = condition();
    if (found) return found;
    assert.ok(Date.now() < deadline, what);
  }
}

const atWork = (database) => psql('postgres',
  `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}' AND application_name = 'sitaminter db'`);

// Starts a push through a proxy that kills it after the request number `last`.
async function killed(database, how) {
  const ear = await proxy({ ...how, end: () => child.kill('SIGKILL') });
  const child = spawn(program, ['db', 'push', '--url', `host=${ear.host} port=5432 user=postgres dbname=${database}`, '--schema', after, ...consent, ...plan],
    { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  const [status, signal] = await once(child, 'exit');
  ear.close();
  return { status, signal, requests: ear.requests };
}

// The next push finishes; the schema is the new one, and nothing is missing.
async function finishes(database) {
  await until('the server notices that the client is gone', () => atWork(database) === '0');
  const r = push(database);
  assert.equal(r.status, DONE, r.stdout + r.stderr);
  assert.equal(table(database), contents);
  assert.deepEqual(schemaOf(database), fresh);
  assert.doesNotMatch(outcomes(database), /\?/);
}

let fresh; // the new schema, as an undisturbed push leaves it
let sent; // its requests
const reads = /^(WITH|SELECT|SET)\b/; // the state after them is that before them

test('the undisturbed push', async (t) => {
  const database = newDatabase(t, 'killed', template);
  const r = await killed(database, {});
  assert.deepEqual([r.status, r.signal], [DONE, null]);
  fresh = schemaOf(database);
  sent = r.requests;
  assert.equal(table(database), contents);
  for (const step of ['ADD COLUMN more', 'DROP COLUMN gone', 'CREATE TABLE fresh', 'INDEX CONCURRENTLY large_word', 'VALIDATE CONSTRAINT large_small', 'USING INDEX', 'RENAME COLUMN label', 'INDEX CONCURRENTLY large_other_being_built', 'ALTER INDEX large_other_being_built RENAME', 'USING INDEX large_unique_being_built', 'SET NOT NULL', 'COMMIT'])
    assert.ok(sent.some((sql) => sql.includes(step)), step);
});

test('killed after each request', async (t) => {
  const begins = sent.findLastIndex((sql) => /^BEGIN; .*check_function_bodies/.test(sql));
  const commits = sent.indexOf('COMMIT', begins);
  assert.ok(begins > 5 && commits > begins + 10 && sent.length > commits + 10);
  t.diagnostic(`${sent.length} requests; the first phase is ${begins + 1} to ${commits + 1}`);
  const seen = { old: 0, between: 0, new: 0 };
  for (let last = begins + 1; last < sent.length; last++) {
    if (reads.test(sent[last - 1])) continue;
    await t.test(`${last}: ${sent[last - 1].replace(/\s+/g, ' ').slice(0, 60)}`, async (t) => {
      const database = newDatabase(t, 'killed', template);
      const r = await killed(database, { last });
      assert.equal(r.signal, 'SIGKILL');
      const now = schemaOf(database);
      const committed = last > commits;
      assert.equal(JSON.stringify(now) === JSON.stringify(old), !committed, 'all of the first phase or nothing');
      assert.equal(outcomes(database), committed ? (last === sent.length ? 'applied applied' : 'applied ?') : 'applied');
      assert.equal(replaced(database), '2');
      seen[committed ? (JSON.stringify(now) === JSON.stringify(fresh) ? 'new' : 'between') : 'old'] += 1;
      // What was rolled back is as it was: one push from there stands for all.
      if (!committed) assert.equal(table(database), contents);
      if (last < commits) return;
      await finishes(database);
      if (committed) assert.match(outcomes(database), /^applied interrupted applied$/);
    });
  }
  t.diagnostic(JSON.stringify(seen));
  assert.ok(seen.old > 10 && seen.between > 3 && seen.new > 0, JSON.stringify(seen));
});

test('killed while a step outside of the transaction runs', async (t) => {
  const commits = sent.indexOf('COMMIT', sent.findLastIndex((sql) => /^BEGIN; .*check_function_bodies/.test(sql)));
  for (let last = commits + 2; last <= sent.length; last++) {
    if (!/INDEX|ALTER TABLE/.test(sent[last - 1])) continue;
    await t.test(`${last}: ${sent[last - 1].slice(0, 60)}`, async (t) => {
      const database = newDatabase(t, 'killed', template);
      assert.equal((await killed(database, { last, early: true })).signal, 'SIGKILL');
      assert.equal(replaced(database), '2');
      await finishes(database);
    });
  }
});

// Kills a push while it builds an index concurrently: held up by an old snapshot, for which a build has to
// wait. An invalid index is left.
async function cutOff(t, database) {
  const reader = spawn('psql', ['-qAtd', database], { env: environment });
  t.after(() => reader.kill());
  reader.stdin.write('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1;\n');
  await once(reader.stdout, 'data');
  const args = ['push', '--url', `dbname=${database}`, '--schema', after];
  const child = spawn(program, ['db', ...args, ...consent, ...planned(args)], { env: environment });
  let said = '';
  child.stderr.on('data', (part) => (said += part));
  await until('the build waits', () => psql(database,
    `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}' AND wait_event_type = 'Lock' AND query LIKE 'CREATE%INDEX CONCURRENTLY%'`) === '1');
  await until('who it waits for is named', () => /Waiting for transactions that began before to end\n +process \d+ \(postgres psql\) since [\d:]+: SELECT 1;/.test(said));
  // A second push meanwhile: it says who is at work.
  const r = db(args);
  assert.equal(r.status, LOCKED, r.stderr);
  assert.match(r.stderr, /at work: process \d+ \(postgres sitaminter db\) since/);
  child.kill('SIGKILL');
  await until('the server notices while the build still waits', () => atWork(database) === '0');
  assert.equal(psql(database, 'SELECT count(*) FROM pg_index WHERE NOT indisvalid'), '1');
  reader.stdin.end('ROLLBACK;\n');
  await once(reader, 'exit');
  return JSON.parse(db([...args, '--dry-run', '--format=json']).stdout).steps.filter((s) => / INDEX /.test(s.sql)).map((s) => s.sql);
}

test('an index whose building was cut off is invalid; the server notices by itself; the next push remakes it', async (t) => {
  const database = newDatabase(t, 'killed', template);
  assert.equal(push(database).status, DONE);
  psql(database, 'DROP INDEX large_word');
  assert.deepEqual(await cutOff(t, database), ['DROP INDEX CONCURRENTLY large_word', 'CREATE INDEX CONCURRENTLY large_word ON large USING btree (word)']);
  await finishes(database);
});

test('so is one that is to replace another, which stays until then', async (t) => {
  const database = newDatabase(t, 'killed', template);
  assert.equal(push(database).status, DONE);
  psql(database, 'DROP INDEX large_other; CREATE INDEX large_other ON large (other)');
  assert.deepEqual(await cutOff(t, database), ['DROP INDEX CONCURRENTLY large_other_being_built',
    'CREATE INDEX CONCURRENTLY large_other_being_built ON large USING btree (other, id)', 'DROP INDEX large_other; ALTER INDEX large_other_being_built RENAME TO large_other']);
  assert.equal(replaced(database), '2');
  await finishes(database);
});

test('so is the index of a key', async (t) => {
  const database = newDatabase(t, 'killed', template);
  const indexes = await cutOff(t, database);
  assert.ok(indexes.includes('CREATE UNIQUE INDEX CONCURRENTLY large_pkey ON large (id)'), indexes.join('; '));
  for (const sql of indexes.filter((s) => s.startsWith('CREATE'))) assert.match(sql, /INDEX CONCURRENTLY/, 'it does not stop writers');
  await finishes(database);
});
