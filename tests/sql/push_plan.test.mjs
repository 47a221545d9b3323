// Plans of `sitaminter db push`: the pairs of push_pairs.mjs, planned, refused, carried out.
// ctest: timeout=600
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { db, newDatabase, psql, read } from './lib.mjs';
import { pairs, uncovered } from './push_pairs.mjs';

const DONE = 0, FAILED = 1, REFUSED = 4;
const schema = read('sql/schema.sql');
const folder = mkdtempSync(join(tmpdir(), 'test-pairs-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

let count = 0;
function fileOf(after) {
  const path = join(folder, `${(count += 1)}.sql`);
  writeFileSync(path, typeof after === 'function' ? after(schema) : `${schema}\n${after};\n`);
  return path;
}

const template = `test_pairs_template_${process.pid}`;
psql('postgres', `CREATE DATABASE ${template} TEMPLATE template0`);
test.after(() => psql('postgres', `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`));
const made = db(['push', '--url', `dbname=${template}`]);

// A database with the program's schema and `before` in it: push(...options), with the schema after.
function prepare(t, before, rows, after) {
  const database = newDatabase(t, `pair_${(count += 1)}`, template);
  psql(database, `SET allow_system_table_mods = on; ${before}`);
  if (rows) for (const sql of rows.split('; ')) psql(database, sql);
  const file = fileOf(after);
  return { database, push: (...options) => db(['push', '--url', `dbname=${database}`, '--schema', file, ...options]) };
}

const catalogue = (database) => psql(database,
  `SELECT c.oid, relname, relkind, relnatts, relhasindex FROM pg_class c WHERE relnamespace = 'public'::regnamespace ORDER BY 1;
   SELECT oid, conname, convalidated FROM pg_constraint ORDER BY 1`);
const operations = (database) => psql(database, 'SELECT count(*) FROM db_operations');
const steps = (plan) => plan.steps.map((s) => `${s.online ? '~' : ''}${s.kind} ${s.object}`);
const flags = (plan) => plan.steps.filter((s) => s.allow).map((s) => `--allow=${s.allow}`);

test('the template', () => assert.equal(made.status, DONE, made.stderr));

for (const pair of pairs) {
  test(pair.name, (t) => {
    const { database, push } = prepare(t, pair.before, pair.rows, pair.after);
    const untouched = catalogue(database);
    const planned = push('--dry-run', '--format=json');
    assert.equal(planned.status, DONE, planned.stderr);
    if (pair.plan.length === 0) return assert.match(planned.stdout, /already has this schema/);
    const plan = JSON.parse(planned.stdout);
    assert.deepEqual(steps(plan), pair.plan);
    assert.equal(catalogue(database), untouched, 'to look changes nothing');

    let r = push();
    assert.equal(r.status, pair.exit ?? DONE, r.stdout + r.stderr);
    if (pair.finds) assert.match(r.stdout, pair.finds);
    if (r.status !== DONE) {
      assert.equal(catalogue(database), untouched, 'a refusal changes nothing');
      assert.equal(operations(database), '1');
    }
    if (r.status === FAILED) return undefined;
    if (r.status === REFUSED) {
      for (const flag of flags(plan)) assert.ok(r.stderr.includes(flag), flag);
      r = push(...flags(plan), `--plan=${plan.fingerprint}`);
    }
    assert.equal(r.status, DONE, r.stdout + r.stderr);
    assert.equal(psql(database, `SELECT outcome, details->'plan'->>'fingerprint', details->>'who',
      finished_at >= started_at FROM db_operations ORDER BY id DESC LIMIT 1`), `applied|${plan.fingerprint}|postgres|t`);
    // Not by the record of the push, but compared once more.
    psql(database, 'DELETE FROM db_operations');
    assert.match(push('--dry-run').stdout, /already has this schema; a push would note it/);
    if (pair.keeps) assert.equal(psql(database, pair.keeps[0]), pair.keeps[1]);
    return undefined;
  });
}

test('consent is for one step of one plan', (t) => {
  const { database, push } = prepare(t, 'CREATE TABLE t (a integer, b integer)', '', 'CREATE TABLE t ()');
  const untouched = catalogue(database);
  for (const options of [['--allow=drop-column:t.a'], ['--allow=drop-column:t.b'], ['--allow=drop-column'],
    ['--allow=drop-column:t.a', '--allow=drop-column:t.b', `--plan=${'0'.repeat(64)}`]])
    assert.equal(push(...options).status, REFUSED, options.join(' '));
  assert.equal(catalogue(database), untouched);
  assert.equal(push('--allow=drop-column:t.a', '--allow', 'drop-column:t.b').status, DONE);
});

for (const [before, after, named] of uncovered) {
  test(`not covered: ${named.source}`, (t) => {
    const { database, push } = prepare(t, before, '', after);
    const untouched = catalogue(database);
    const r = push();
    assert.equal(r.status, FAILED, r.stdout + r.stderr);
    assert.match(r.stdout, named);
    assert.match(r.stderr, /nothing was changed/);
    assert.equal(catalogue(database), untouched);
  });
}
