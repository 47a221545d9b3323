// ctest: slow timeout=1500
// A million rows in each of three tables, backed up, lost, restored: equal checksums table by table.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { environment, source } from './lib.mjs';

test('a million rows come back the same', (t) => {
  const r = spawnSync(join(source, 'tests/drill'), ['1000000'], { encoding: 'utf8', env: environment });
  assert.equal(r.status, 0, r.stderr);
  t.diagnostic(r.stdout);
  for (const table of ['users', 'tokens', 'transactions'])
    assert.match(r.stdout, new RegExp(`^ {12}${table} 1000000 rows [0-9a-f]{32}$`, 'm'));
});
