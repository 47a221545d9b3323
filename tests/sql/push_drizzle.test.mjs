// A database that drizzle-kit 0.31.11 itself made, with rows, is taken over: where `./run bench U` has
// installed it, by its lock file. What it makes is stated in tests/data/core_tables.json, from which
// push_managed.test.mjs does the same without it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { columnsOf, constraintsOf, core, coreContents, coreRows, expectCore } from './core.mjs';
import { db, environment, newDatabase, psql, source } from './lib.mjs';

const DONE = 0, REFUSED = 4;
const kit = join(source, 'var/bench/bench/peers/drizzle-kit');
const skip = existsSync(join(kit, 'node_modules/.installed')) ? false : 'drizzle-kit is not installed; ./run bench U does that';

test('what drizzle-kit made is taken over with its rows', { skip }, (t) => {
  const database = newDatabase(t, 'drizzle');
  const made = spawnSync(process.execPath, ['node_modules/drizzle-kit/bin.cjs', 'push', '--force'],
    { cwd: kit, env: { ...environment, PGDATABASE: database }, encoding: 'utf8' });
  assert.match(made.stdout, /Changes applied/, made.stderr);
  // It is what is stated, and no more.
  expectCore(database);
  for (const [table, { columns, constraints }] of Object.entries(core)) {
    assert.equal(columnsOf(database, table).length, columns.length, table);
    assert.deepEqual(Object.keys(constraintsOf(database, table)).sort(), Object.keys(constraints).sort(), table);
  }
  assert.equal(psql(database, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm')"), String(Object.keys(core).length));
  psql(database, coreRows);
  const before = coreContents(database);
  const args = ['push', '--url', `dbname=${database}`];
  const refused = db(args);
  assert.equal(refused.status, REFUSED, refused.stderr);
  assert.doesNotMatch(refused.stdout, /drop-|alter-type|validate-/);
  const flags = [...refused.stderr.matchAll(/--(adopt|plan=\w+|allow=\S+)/g)].map((m) => m[0]);
  assert.equal(flags[0], '--adopt');
  const r = db([...args, ...flags]);
  assert.equal(r.status, DONE, r.stdout + r.stderr);
  assert.equal(coreContents(database), before, 'no row is lost or changed');
  assert.equal(db([...args, '--check']).status, DONE);
  assert.equal(db(['check', ...args.slice(1)]).status, DONE);
  expectCore(database);
  assert.equal(psql(database, "INSERT INTO tokens (name, symbol, supply, creator_id, network_id) VALUES ('n', 's', '1', 1, 'testnet') RETURNING id"), '301');
});
