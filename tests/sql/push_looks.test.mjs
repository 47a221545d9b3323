// Looks at the data that do not come to an end in their time: at a part of the rows, which is said, or at
// none, which is said too, and then needs consent. A function that sleeps stands for a table that is large.
import assert from 'node:assert/strict';
import test from 'node:test';
import { schemaOf } from './dump.mjs';
import { db, newDatabase, psql, pushOptions } from './lib.mjs';
import { onTerminal } from './terminal.mjs';

const DONE = 0, REFUSED = 4;

// True after so many seconds, for every `every`th row.
const sleeper = (name, seconds, every) => `CREATE FUNCTION ${name}(id integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN IF id % ${every} = 0 THEN PERFORM pg_sleep(${seconds}); END IF; RETURN true; END $$`;
const t = 'CREATE TABLE t (id integer, v text)';

function filled(context, name, functions, rows) {
  const database = newDatabase(context, name);
  assert.equal(db(pushOptions(database, `${t}; ${functions}`)).status, DONE);
  psql(database, `INSERT INTO t SELECT n, 'v' FROM generate_series(1, ${rows}) n`);
  return database;
}

test('a look that would take too long is confined to the first rows, and says to how many', (context) => {
  // The rows that are slow to look at, and those that are in the way, lie behind the first 5,000.
  const never = sleeper('never', 0.2, 6000).replace('RETURN true', 'RETURN id <> 4999 AND id <> 5999');
  const database = filled(context, 'looks_sampled', never, 150000);
  const after = `${never}; CREATE TABLE t (id integer, v text, CONSTRAINT k CHECK (never(id)))`;
  const r = db(pushOptions(database, after, '--dry-run', '--format=json'));
  const step = JSON.parse(r.stdout).steps.find((s) => s.object === 't.k');
  assert.deepEqual([step.rows, step.sampled, step.sampledRows, step.blocks, step.samples], [1, true, 5000, true, ['id=4999']], r.stdout);
});

test('so is one that finds nothing there; as text', (context) => {
  const slow = sleeper('slow', 0.2, 6000);
  const database = filled(context, 'looks_nothing', slow, 150000);
  const r = db(pushOptions(database, `${slow}; CREATE TABLE t (id integer, v text, CONSTRAINT k CHECK (slow(id)))`, '--dry-run'));
  assert.match(r.stdout, /add-constraint t\.k.*\n.*\n +no rows or groups of rows violate it \(of the first 5000 rows\)\n/, r.stderr);
});

test('one that does not even see those says so, and the step needs consent', async (context) => {
  const slow = sleeper('slow', 0.05, 1);
  const database = filled(context, 'looks_unseen', slow, 70);
  const after = `${slow}; CREATE TABLE t (id integer, v text, CONSTRAINT k CHECK (slow(id)))`;
  const was = schemaOf(database);
  const r = db(pushOptions(database, after, '--format=json'));
  assert.equal(r.status, REFUSED, r.stdout + r.stderr);
  const [step] = JSON.parse(r.stdout).steps.filter((s) => s.object === 't.k');
  assert.deepEqual([step.rows, step.notCounted, step.allow], [null, 'no look at the data ended in its time, not even at the first 5000 rows', 'add-constraint:t.k']);
  assert.match(r.stderr, /To consent, push with --plan=\w{64} --allow=add-constraint:t\.k\n/);
  const { status, said } = await onTerminal(pushOptions(database, after), ['n']);
  assert.equal(status, REFUSED, said);
  assert.match(said, /add-constraint t\.k.*\n.*\n +not counted how many rows or groups of rows violate it: no look at the data ended in its time, not even at the first 5000 rows\n/);
  assert.match(said, /^Needs consent: --allow=add-constraint:t\.k$/m);
  assert.match(said, /add-constraint t\.k; not counted how many rows or groups of rows violate it: no look .*\.\nDo it\? \[y\/N\] n/);
  assert.deepEqual(schemaOf(database), was);
});

test('what a look needs that is not there yet is said', (context) => {
  const database = filled(context, 'looks_absent', '', 3);
  const r = db(pushOptions(database, `${sleeper('later', 0, 1)}; CREATE TABLE t (id integer, v text, CONSTRAINT k CHECK (later(id)))`, '--dry-run'));
  assert.match(r.stdout, /add-constraint t\.k.*\n.*\n +not counted how many rows or groups of rows violate it: it is about what is not there yet\n/);
  assert.doesNotMatch(r.stdout, /Needs consent/);
});
