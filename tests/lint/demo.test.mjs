// The demo data is what it says it is: every hash is recomputed by code that shares nothing with the
// program.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ckbHash } from '../sql/blake2b.mjs';
import { rows, script, tokens, transactions } from './demo.mjs';

test('31 tokens and 284 transactions, each once, nothing claimed that is not known', () => {
  assert.equal(tokens.length, 31);
  assert.equal(transactions.length, 284);
  assert.equal(new Set(tokens.map((t) => `${t.network} ${t.typeHash}`)).size, 31);
  assert.equal(new Set(transactions.map((t) => `${t.network} ${t.txHash}`)).size, 284);
  for (const row of rows) {
    assert.ok(row.origin);
    assert.equal(row.creatorAddress, undefined);
    assert.equal(row.iconFile, undefined);
  }
  const networks = Object.groupBy?.(transactions, (t) => t.network) ?? transactions.reduce((all, t) => ({ ...all, [t.network]: [...(all[t.network] ?? []), t] }), {});
  assert.deepEqual(Object.fromEntries(Object.entries(networks).map(([name, list]) => [name, list.length])),
    { mainnet: 64, testnet: 54, unknown: 166 });
});

test('every type hash is the hash of its script', () => {
  for (const { symbol, typeHash, typeScript: s } of tokens)
    assert.equal(ckbHash(script(s.codeHash, s.hashType, s.args)), typeHash, symbol);
});
