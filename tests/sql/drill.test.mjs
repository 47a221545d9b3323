// The drill: a database is lost and brought back, with equal checksums.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { environment, source } from './lib.mjs';

const drill = (args, more) => spawnSync(join(source, 'tests/drill'), args, { encoding: 'utf8', env: { ...environment, ...more } });

test('a lost database comes back', (t) => {
  const { status, stdout, stderr } = drill(['5000']);
  assert.equal(status, 0, stderr);
  t.diagnostic(stdout);
  assert.match(stdout, /s {2}backup\n.*s {2}verify\n {12}the database is lost\n.*s {2}restore\n.*s {2}check\n/);
  assert.match(stdout, /s {2}after its loss the data is back, and the same:\n/);
  for (const table of ['users', 'tokens', 'transactions'])
    assert.match(stdout, new RegExp(`^ {12}${table} 5000 rows [0-9a-f]{32}$`, 'm'));
});

test('a drill that fails says so', () => {
  const { status, stdout, stderr } = drill(['10'], { SITA_PG_TOOLS: '/no/such' });
  assert.equal(status, 1, stdout);
  assert.match(stderr, /^drill: backup: \/no\/such\/pg_dump cannot be started/);
  assert.equal(drill(['many']).status, 1);
});
