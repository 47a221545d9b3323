// What the online steps of a push wait for: who is waited for is named while it lasts; a lock is waited for
// shortly and tried again; only CONCURRENTLY waits for transactions that began before for as long as they take.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'node:test';
import { db, environment, newDatabase, program, psql, pushOptions, read } from './lib.mjs';
import { Session, until } from './session.mjs';

const DONE = 0, FAILED = 1, LOCKED = 5;

const big = 'CREATE TABLE big (id integer NOT NULL, word text)';

function filled(t, name) {
  const database = newDatabase(t, name);
  assert.equal(db(pushOptions(database, big)).status, DONE);
  psql(database, "INSERT INTO big SELECT n, repeat('x', 100) FROM generate_series(1, 80000) n");
  return database;
}

// A push under way: what it says, and its end.
function start(t, args) {
  const child = spawn(program, ['db', ...args], { env: environment });
  t.after(() => child.kill('SIGKILL'));
  const p = { said: '', ended: once(child, 'close').then(([status]) => status) };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => { p.said += part; });
  return p;
}

test('an index that is built beside writers waits for older transactions, and names them', async (t) => {
  const database = filled(t, 'online_old');
  const reader = new Session(t, database, { name: 'a long report' });
  await reader.run('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 42');
  const pid = await reader.pid();
  const push = start(t, pushOptions(database, `${big}; CREATE INDEX big_word ON big (word)`));
  await until('who is waited for is named', () => push.said.includes('Waiting for'));
  assert.match(push.said, new RegExp(`^Waiting for transactions that began before to end\\n  process ${pid} \\(postgres a long report\\) since [\\d:]+: SELECT pg_backend_pid\\(\\);$`, 'm'));
  // Longer than any wait for a lock; readers and writers go on.
  await new Promise((done) => { setTimeout(done, 2500); });
  psql(database, "INSERT INTO big VALUES (0, 'meanwhile')", { options: '-c lock_timeout=1s' });
  psql(database, 'CREATE INDEX hand_being_built ON users (id)');
  assert.doesNotMatch(push.said, /attempt|Applied/);
  assert.equal(push.said.match(/Waiting for/g).length, 1, 'said once');
  await reader.run('COMMIT');
  assert.equal(await push.ended, DONE, push.said);
  assert.equal(psql(database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'big_word'::regclass"), 't');
  // What somebody made meanwhile is theirs, whatever it is called.
  const next = db(pushOptions(database, `${big}; CREATE INDEX big_word ON big (word); CREATE TABLE small ()`));
  assert.equal(next.status, DONE, next.stderr);
  assert.match(next.stdout, /^kept, .*: index hand_being_built$/m);
  assert.equal(psql(database, "SELECT count(*) FROM pg_indexes WHERE indexname = 'hand_being_built'"), '1');
});

// Somebody who keeps the table from what changes it, while others read and write.
async function maintenance(t, database) {
  const holder = new Session(t, database, { name: 'maintenance' });
  await holder.run('BEGIN; LOCK TABLE big IN SHARE UPDATE EXCLUSIVE MODE');
  const pid = await holder.pid();
  return { holder, waits: new RegExp(`^Waiting for a lock\\n  held by process ${pid} \\(postgres maintenance\\) on big since [\\d:]+: SELECT pg_backend_pid\\(\\);$`, 'm') };
}

test('a lock that is not to be had is waited for shortly, again and again, then given up; the next push finishes', async (t) => {
  const database = filled(t, 'online_lock'), after = `${big}; CREATE INDEX big_word ON big (word); CREATE TABLE small ()`;
  const { holder, waits } = await maintenance(t, database);
  const push = start(t, pushOptions(database, after));
  assert.equal(await push.ended, LOCKED, push.said);
  assert.match(push.said, waits);
  for (let n = 1; n <= 6; n++) assert.match(push.said, new RegExp(`canceling statement due to lock timeout \\(step create-index:big_word\\); attempt ${n} of 6\\.\n`));
  assert.match(push.said, /\nThe first phase is done; once nothing stands in the way of the rest, a push will finish it\.$/m);
  assert.doesNotMatch(push.said, /Nothing was changed/);
  assert.equal(psql(database, "SELECT to_regclass('small') IS NOT NULL, to_regclass('big_word') IS NULL"), 't|t', 'no half index');
  assert.match(psql(database, "SELECT outcome, details->>'error' FROM db_operations ORDER BY id DESC LIMIT 1"), /^failed\|canceling statement due to lock timeout/);
  await holder.run('ROLLBACK');
  const again = start(t, pushOptions(database, after));
  assert.equal(await again.ended, DONE, again.said);
  assert.equal(psql(database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'big_word'::regclass"), 't');
});

test('validating waits like that, too, and goes on once it has the lock', async (t) => {
  const database = filled(t, 'online_validate');
  assert.equal(db(pushOptions(database, `${big}; ALTER TABLE big ADD CONSTRAINT k CHECK (id >= 0) NOT VALID`)).status, DONE);
  const { holder, waits } = await maintenance(t, database);
  const push = start(t, pushOptions(database, `${big}; ALTER TABLE big ADD CONSTRAINT k CHECK (id >= 0)`));
  await until('the second attempt', () => /lock timeout \(step validate-constraint:big\.k\); attempt 2 of 6\./.test(push.said));
  assert.match(push.said, waits);
  await holder.run('ROLLBACK');
  assert.equal(await push.ended, DONE, push.said);
  assert.equal(psql(database, "SELECT convalidated FROM pg_constraint WHERE conname = 'k'"), 't');
});

test('an index that cannot be built is said to fail, and nothing else', (t) => {
  const database = filled(t, 'online_fails');
  const r = db(pushOptions(database, `${big}; CREATE INDEX big_part ON big ((1 / (id - 5)))`));
  assert.equal(r.status, FAILED);
  assert.equal(r.stderr, 'division by zero (step create-index:big_part)\nThe first phase is done; once nothing stands in the way of the rest, a push will finish it.\n');
  assert.equal(db(pushOptions(database, `${big}; CREATE INDEX big_part ON big ((1 + id))`)).status, DONE, 'a push finishes what is left');
  assert.equal(psql(database, "SELECT bool_and(indisvalid), count(*) FROM pg_index WHERE indrelid = 'big'::regclass"), 't|1');
});
