// A push that finds nothing to do: under a tenth of a second as a whole process, and nothing written.
import assert from 'node:assert/strict';
import test from 'node:test';
import { db, newDatabase, psql } from './lib.mjs';

const DONE = 0;

test('under 100 ms', (t) => {
  const database = newDatabase(t, 'idle');
  assert.equal(db(['push', '--url', `dbname=${database}`]).status, DONE);
  const times = [];
  for (let i = 0; i < 30 && (i < 10 || Math.min(...times) > 50); i++) {
    const began = performance.now();
    const r = db(['push', '--url', `dbname=${database}`]);
    times.push(performance.now() - began);
    assert.equal(r.status, DONE, r.stderr);
    assert.match(r.stdout, /nothing to do/);
  }
  const least = Math.min(...times);
  t.diagnostic(`least of ${times.length}: ${least.toFixed(0)} ms`);
  // The least: what else the machine does is not this program's.
  assert.equal(psql(database, 'SELECT count(*) FROM db_operations'), '1');
  assert.ok(least < 100, `${least} ms`);
});
