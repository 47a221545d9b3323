// Consent on a terminal: each step that loses something is asked for. Without one the push is refused.
import assert from 'node:assert/strict';
import test from 'node:test';
import { schemaOf } from './dump.mjs';
import { db, newDatabase, psql, pushOptions } from './lib.mjs';
import { onTerminal } from './terminal.mjs';

const DONE = 0, REFUSED = 4;

const before = 'CREATE TABLE t (id integer, gone text, number numeric); CREATE TABLE old ()';
const after = 'CREATE TABLE t (id integer, number integer, fresh text)';

function filled(t) {
  const database = newDatabase(t, 'terminal');
  assert.equal(db(pushOptions(database, before)).status, DONE);
  psql(database, "INSERT INTO t VALUES (1, 'a', 1.5), (2, 'b', 2), (3, NULL, 3)");
  return { database, was: schemaOf(database) };
}

test('each is asked for, with what it costs; yes to all carries them out', async (t) => {
  const { database } = filled(t);
  const r = await onTerminal(pushOptions(database, after), ['y', 'YES', 'Yes']);
  assert.equal(r.status, DONE, r.said);
  const at = ['Plan ', 'drop-table old.', 'Do it? [y/N] y', 'drop-column t.gone: 2 values that are not null are lost.', 'Do it? [y/N] YES',
    'alter-type t.number: 1 values are not the same after it; rewrites t', 'Do it? [y/N] Yes', 'Applied plan'].map((words) => r.said.indexOf(words));
  assert.ok(at.every((here, i) => here > (at[i - 1] ?? -1)), `${at}: ${r.said}`);
  assert.equal(psql(database, "SELECT string_agg(attname, ' ' ORDER BY attname) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped"), 'fresh id number');
});

for (const [what, answers] of [['no', ['y', 'n']], ['an empty line', ['']], ['the end of the input', [null]], ['anything else', ['y', 'y', 'ja']], ['a long line', ['y'.repeat(40)]]]) {
  test(`${what} declines, and nothing is changed`, async (t) => {
    const { database, was } = filled(t);
    const r = await onTerminal(pushOptions(database, after), answers);
    assert.equal(r.status, REFUSED, r.said);
    assert.match(r.said, /Nothing was changed: \S+ \S+ was declined\.\n/);
    assert.deepEqual(schemaOf(database), was);
    assert.equal(psql(database, 'SELECT count(*) FROM db_operations'), '1');
  });
}

test('what was consented to beforehand is not asked for; what loses nothing neither', async (t) => {
  const { database } = filled(t);
  const flags = ['--allow=drop-table:old', '--allow=drop-column:t.gone'];
  assert.equal((await onTerminal(pushOptions(database, after, ...flags), ['y'])).status, DONE);
  assert.equal((await onTerminal(pushOptions(database, `${after}; CREATE TABLE more ()`), [])).status, DONE);
});

test('without a terminal: refused with the exact flags, which then do', (t) => {
  const { database, was } = filled(t);
  const r = db(pushOptions(database, after));
  assert.equal(r.status, REFUSED, r.stderr);
  const flags = /To consent, push with( --plan=[0-9a-f]{64} --allow=drop-table:old --allow=drop-column:t\.gone --allow=alter-type:t\.number)\n/.exec(r.stderr);
  assert.ok(flags, r.stderr);
  assert.deepEqual(schemaOf(database), was);
  assert.equal(db(pushOptions(database, after, ...flags[1].trim().split(' '))).status, DONE);
});
