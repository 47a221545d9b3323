// A push that finds nothing to do leaves no trace, and says how long it took as a whole process. That it
// is fast is measured by the benchmark, beside another tool's.
import assert from 'node:assert/strict';
import test from 'node:test';
import { db, newDatabase, psql } from './lib.mjs';

const DONE = 0;

test('nothing is written', (t) => {
  const database = newDatabase(t, 'idle');
  const push = () => db(['push', '--url', `dbname=${database}`]);
  assert.equal(push().status, DONE);
  const traces = () => psql(database, `SELECT count(*), (SELECT max(xmin::text::bigint) FROM db_operations),
    (SELECT count(*) FROM pg_class), (SELECT max(oid::bigint) FROM pg_class) FROM db_operations`);
  const before = traces(), times = [];
  for (let i = 0; i < 10; i++) {
    const began = performance.now();
    const r = push();
    times.push(performance.now() - began);
    assert.equal(r.status, DONE, r.stderr);
    assert.match(r.stdout, /nothing to do/);
  }
  assert.equal(traces(), before);
  t.diagnostic(`${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms`);
});
