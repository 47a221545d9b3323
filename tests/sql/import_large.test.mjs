// ctest: slow timeout=900
// A hundred thousand tokens and as many transactions in one import; the time is reported.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import test from 'node:test';
import { ckbHash } from './blake2b.mjs';
import { environment, newSite, program, psql } from './lib.mjs';

const N = 100000;
const codeHash = '50bd8d6680b8b9cf98b73f3c08faf8b2a21914311954118ad6609be6e78a1b95';
const header = Buffer.concat([Buffer.from(new Uint32Array([85, 16, 48, 49]).buffer), Buffer.from(codeHash, 'hex'),
  Buffer.from([2, 32, 0, 0, 0])]);

async function write(path) {
  const out = createWriteStream(path);
  for (let i = 0; i < N; i++) {
    const args = createHash('sha256').update(`${i}`).digest();
    const typeHash = ckbHash(Buffer.concat([header, args]));
    const lines = [
      { kind: 'token', network: 'mainnet', name: `Token ${i}`, symbol: `T${i}`, decimals: 8, supply: `${i}.5`, typeHash,
        typeScript: { codeHash: `0x${codeHash}`, hashType: 'data1', args: `0x${args.toString('hex')}` }, origin: 'a test' },
      { kind: 'transaction', network: 'mainnet', txHash: `0x${createHash('sha256').update(`t${i}`).digest('hex')}`,
        txType: 'mint', tokenTypeHash: typeHash, amount: `${i}.5`, metadata: { inputs: i % 7 }, origin: 'a test' }];
    if (!out.write(lines.map((line) => `${JSON.stringify(line)}\n`).join('')))
      await new Promise((resolve) => out.once('drain', resolve));
  }
  out.end();
  await finished(out);
}

test('a hundred thousand tokens and transactions', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'test-import-large-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'large.jsonl');
  await write(file);
  const database = newSite(t, 'import_large');
  for (const says of [/^together: 200000 new, 0 changed, 0 unchanged$/m, /^together: 0 new, 0 changed, 200000 unchanged$/m]) {
    const before = performance.now();
    const r = spawnSync(program, ['import', 'tokens', file, '--url', `dbname=${database}`], { encoding: 'utf8', env: environment });
    const seconds = (performance.now() - before) / 1000;
    t.diagnostic(`${seconds.toFixed(1)} s for ${2 * N} rows`);
    assert.equal(r.status, 0, r.stderr);
    assert.match(r.stdout, says);
    assert.ok(seconds < 300, `${seconds} s: linear work takes a tenth of that, even with sanitizers`);
  }
});
