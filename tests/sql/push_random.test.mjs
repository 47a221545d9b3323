// ctest: timeout=600
// Random schemas, one pushed over the other: the database is then what the file alone would have made of
// an empty one; some tables and columns are renamed by the way. The program has no part in that comparison: psql makes the other one, pg_dump reads both.
//   PUSH_SEED=7 PUSH_PAIRS=500 node --test push_random.test.mjs    other schemas, and more of them
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { schemaOf } from './dump.mjs';
import { db, newDatabase, psql, read } from './lib.mjs';
import { chance, randomSchema, Renames } from './random_schema.mjs';

const DONE = 0;
const seed = Number(process.env.PUSH_SEED ?? 1);
const pairs = Number(process.env.PUSH_PAIRS ?? 25);
const own = read('sql/schema.sql');
const folder = mkdtempSync(join(tmpdir(), 'test-random-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const file = join(folder, 'schema.sql');

test(`${pairs} pushes of random schemas, seed ${seed}`, (t) => {
  const random = chance(seed);
  const database = newDatabase(t, 'random');
  const empty = newDatabase(t, 'random_own');
  for (const [, name, schema] of own.matchAll(/^-- push: extension (\w+) in (\w+)$/gm)) psql(empty, `CREATE SCHEMA ${schema}; CREATE EXTENSION ${name} SCHEMA ${schema}`);
  psql(empty, own);
  const push = (...options) => db(['push', '--url', `dbname=${database}`, '--schema', file, ...options]);
  writeFileSync(file, own);
  assert.equal(push().status, DONE);
  const kinds = new Map();
  const renames = new Renames(random);
  let last = { sql: '' };
  for (let i = 0; i < pairs; i++) {
    const next = randomSchema(random, last.tables);
    const lines = renames.between(last.tables, next.tables);
    next.sql = renames.apply(next.sql);
    writeFileSync(file, `${own}\n${next.sql}${lines}`);
    const about = `PUSH_SEED=${seed}, pair ${i}\n-- before\n${last.sql}-- after\n${next.sql}${lines}`;
    const made = newDatabase(t, 'random_made', empty);
    psql(made, next.sql);
    const planned = push('--dry-run', '--format=json');
    assert.equal(planned.status, DONE, `${planned.stderr}\n${planned.stdout && JSON.stringify(JSON.parse(planned.stdout).uncovered)}\n${about}`);
    const { steps, fingerprint } = planned.stdout ? JSON.parse(planned.stdout) : { steps: [] };
    assert.equal(steps.filter((s) => s.kind === 'rename').length, lines.split('\n').length - 1, about);
    for (const s of steps) kinds.set(s.kind, (kinds.get(s.kind) ?? 0) + 1);
    const r = push(...(fingerprint ? [`--plan=${fingerprint}`] : []), ...steps.filter((s) => s.allow).map((s) => `--allow=${s.allow}`));
    assert.equal(r.status, DONE, `${r.stderr}\n${about}`);
    assert.deepEqual(schemaOf(database), schemaOf(made), about);
    psql('postgres', `DROP DATABASE ${made}`);
    last = next;
  }
  t.diagnostic([...kinds].map(([kind, n]) => `${kind} ${n}`).sort().join(', '));
  if (pairs >= 25) assert.ok(kinds.size >= 20, 'the schemas differ in many ways');
});
