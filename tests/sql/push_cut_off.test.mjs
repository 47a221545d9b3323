// ctest: timeout=300
// `kill -9` of a push that fills a column part by part, of one that creates the schema and of one that puts
// rights right; those two around their COMMIT. push_killed*.test.mjs kill after each request.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { drifted, killedAfterEach, pushed } from './killing.mjs';
import { db, environment, newDatabase, program, psql, read } from './lib.mjs';
import { proxy } from './proxy.mjs';
import { until } from './session.mjs';

const DONE = 0, FAILED = 1, REFUSED = 4;
const own = read('sql/schema.sql');
const folder = mkdtempSync(join(tmpdir(), 'test-cut-off-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const file = (name, text) => {
  writeFileSync(join(folder, name), `${own}\n${text}`);
  return join(folder, name);
};

// A trigger counts how often each row was changed.
const parts = (column, more = '') => file(`${column.length}.sql`, `
  CREATE FUNCTION count_changes() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.changes = OLD.changes + 1; RETURN NEW; END$$;
  CREATE TABLE large (id integer PRIMARY KEY, filler text, changes integer NOT NULL DEFAULT 0, ${column});
  CREATE TRIGGER counted BEFORE UPDATE ON large FOR EACH ROW EXECUTE FUNCTION count_changes();
  ${more}`);
const filling = /^UPDATE large SET kind = .* AND ctid >= /;

test('a column that is filled part by part: each row once, however often it is cut off', async (t) => {
  const database = newDatabase(t, 'cut_backfill');
  const before = parts('kind text'), after = parts('kind text NOT NULL', "\n-- push: backfill large.kind with 'kind ' || id\n");
  assert.equal((await pushed(database, before)).status, DONE);
  psql(database, "INSERT INTO large SELECT n, repeat('x', 100), 0, CASE WHEN n % 3 = 0 THEN 'own' END FROM generate_series(1, 90000) n");
  const filled = () => Number(psql(database, "SELECT count(*) FROM large WHERE kind LIKE 'kind %'"));
  // After the second part was answered; while the next one is under way; both begin where the one before was cut off.
  let answered = 0, ended, seen = 0;
  const second = await proxy({ each: (sql) => { if (filling.test(sql) && (answered += 1) === 2) ended.kill('SIGKILL'); } });
  t.after(second.close);
  const args = ['db', 'push', '--url', `host=${second.host} port=5432 user=postgres dbname=${database}`, '--schema', after];
  ended = spawn(program, args, { env: environment, stdio: 'ignore' });
  assert.deepEqual(await once(ended, 'exit'), [null, 'SIGKILL']);
  const idle = () => until('the server notices', () => psql('postgres',
    `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}' AND application_name = 'sitaminter db'`) === '0');
  await idle();
  seen = filled();
  assert.ok(seen > 0 && seen < 60000, `${seen} rows`);
  assert.equal(psql(database, "SELECT outcome IS NULL FROM db_operations ORDER BY id DESC LIMIT 1"), 't');
  const { requests } = await pushed(newDatabase(t, 'cut_backfill_copy', database), after);
  const third = requests.findIndex((sql) => filling.test(sql)) + 4; // among them parts that were filled before
  assert.ok(filling.test(requests[third - 1]), requests[third - 1]);
  assert.equal((await pushed(database, after, { last: third, early: true })).signal, 'SIGKILL');
  assert.ok(filled() >= seen && filled() < 60000, `${filled()} rows`);
  assert.equal((await pushed(database, after)).status, DONE);
  assert.equal(psql(database, "SELECT kind = CASE WHEN id % 3 = 0 THEN 'own' ELSE 'kind ' || id END, changes, count(*) FROM large GROUP BY 1, 2 ORDER BY 2"), 't|0|30000\nt|1|60000');
  assert.equal(psql(database, "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'large'::regclass AND attname = 'kind'; SELECT string_agg(outcome, ' ' ORDER BY id) FROM db_operations"),
    't\napplied interrupted interrupted applied');
});

const ownSchema = file('own.sql', '');

test('a push onto an empty database is all or nothing', (t) => killedAfterEach(t, { name: 'cut_create', make: newDatabase, schema: ownSchema, least: 2, around: true }));

test('so is one that puts rights right', (t) => killedAfterEach(t, { name: 'cut_rights', make: drifted(t, ownSchema), schema: ownSchema, least: 2, around: true }));

// One that takes another's place, one that is new; both are made by hand where the push was about to build them.
const large = (...indexes) => `CREATE TABLE large (id integer, other integer, word text);${indexes.map((on) => ` CREATE INDEX ${on};`).join('')}`;

test('what somebody makes by the name of an index that a push was about to build is kept', async (t) => {
  const database = newDatabase(t, 'cut_index');
  const before = file('one.sql', large('changed ON large (other)')), after = file('two.sql', large('changed ON large (id)', "fresh ON large (other) WHERE word = 'x'"));
  assert.equal((await pushed(database, before)).status, DONE);
  psql(database, "INSERT INTO large SELECT n, n, repeat('x', 100) FROM generate_series(1, 90000) n");
  const { requests } = await pushed(newDatabase(t, 'cut_index_copy', database), after);
  const building = requests.findIndex((sql) => /^CREATE INDEX CONCURRENTLY/.test(sql)) + 1;
  assert.ok(building > 0);
  assert.equal((await pushed(database, after, { last: building - 1 })).signal, 'SIGKILL');
  psql(database, 'CREATE INDEX changed_being_built ON large (word); CREATE INDEX fresh ON large (word)');
  const push = () => db(['push', '--url', `dbname=${database}`, '--schema', after]);
  let r = push();
  assert.equal(r.status, FAILED, r.stderr);
  assert.match(r.stdout, /index changed_being_built, which no push made, has the name that create-index changed_being_built needs/);
  psql(database, 'DROP INDEX changed_being_built');
  r = push();
  assert.equal(r.status, REFUSED, r.stdout + r.stderr);
  assert.match(r.stderr, / --allow=\S*fresh/);
  const made = () => psql(database, "SELECT indexdef FROM pg_indexes WHERE tablename = 'large' ORDER BY indexname");
  assert.equal(made(), 'CREATE INDEX changed ON public.large USING btree (other)\nCREATE INDEX fresh ON public.large USING btree (word)');
  // What is defined as the push would have defined it takes its part.
  psql(database, "DROP INDEX fresh; CREATE INDEX changed_being_built ON large (id); CREATE INDEX fresh ON large (other) WHERE word = 'x'");
  r = push();
  assert.equal(r.status, DONE, r.stdout + r.stderr);
  assert.doesNotMatch(r.stdout, /create-index/);
  assert.equal(made(), "CREATE INDEX changed ON public.large USING btree (id)\nCREATE INDEX fresh ON public.large USING btree (other) WHERE (word = 'x'::text)");
  assert.equal(psql(database, "SELECT count(*) FROM db_objects WHERE object LIKE 'left %'"), '0');
});

test('what others said of an index comes back though the push that took it away was cut off', async (t) => {
  const database = newDatabase(t, 'cut_comment');
  const of = (size, columns) => `CREATE TABLE large (id integer, word varchar(${size})); CREATE INDEX changed ON large (${columns});`;
  const before = file('three.sql', of(200, 'word')), after = file('four.sql', of(300, 'word, id'));
  assert.equal((await pushed(database, before)).status, DONE);
  psql(database, `INSERT INTO large SELECT n, repeat('x', 100) FROM generate_series(1, 90000) n; COMMENT ON INDEX changed IS 'it''s: "theirs"'`);
  const copy = (name) => newDatabase(t, `cut_comment_${name}`, database);
  const said = (of) => psql(of, "SELECT obj_description('changed'::regclass); SELECT count(*) FROM db_objects WHERE object LIKE 'comment owed%'");
  const whole = copy('whole'), { requests } = await pushed(whole, after);
  assert.equal(said(whole), `it's: "theirs"\n0`);
  const building = requests.findIndex((sql) => /^CREATE INDEX CONCURRENTLY/.test(sql)) + 1;
  assert.ok(building > 0 && requests.slice(building).some((sql) => sql.startsWith('COMMENT ON INDEX')));
  for (const last of [building - 1, building]) {
    const cut = copy(last);
    assert.equal((await pushed(cut, after, { last })).signal, 'SIGKILL');
    assert.equal(psql(cut, "SELECT count(*) FROM pg_description WHERE objoid = to_regclass('changed')"), '0');
    assert.equal((await pushed(cut, after)).status, DONE);
    assert.equal(said(cut), `it's: "theirs"\n0`, `${last}`);
  }
});
