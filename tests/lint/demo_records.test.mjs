// The facts of the demo data, recomputed from the recorded transactions themselves, where those are at
// hand beside the checkout (../shared).
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ckbHash } from '../sql/blake2b.mjs';
import { byteVec, bytes, dynvec, rawTransaction, root, rpcScript, tokens, transactions } from './demo.mjs';

const recorded = join(root, '../shared/ckb/real');
const skip = existsSync(recorded) ? false : 'the recorded transactions are not at hand';

function decimal(units, decimals) {
  const digits = units.toString().padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return `${digits.slice(0, point)}.${digits.slice(point)}`.replace(/\.?0*$/, decimals ? '' : '$&').replace(/\.$/, '');
}

test('tokens agree with the records they come from', { skip }, () => {
  const records = JSON.parse(readFileSync(join(recorded, 'tokens.json'), 'utf8')).tokens;
  assert.equal(records.length, 40);
  assert.deepEqual(new Set(records.map((r) => `${r.network} ${r.typeHash}`)),
    new Set(tokens.map((t) => `${t.network} ${t.typeHash}`)));
  for (const t of tokens) {
    const same = records.filter((r) => r.network === t.network && r.typeHash === t.typeHash);
    assert.ok(same.some((r) => r.name === t.name && r.symbol === t.symbol && r.decimals === t.decimals
      && (r.iconUrl ?? undefined) === t.iconUrl), t.symbol);
  }
});

test('transactions agree with their bytes', { skip }, () => {
  const records = new Map(JSON.parse(readFileSync(join(recorded, 'transactions.json'), 'utf8')).transactions
    .map((r) => [r.txHash, r]));
  const decimalsOf = new Map(tokens.map((t) => [`${t.network} ${t.typeHash}`, t.decimals]));
  assert.equal(records.size, 284);
  for (const t of transactions) {
    const { tx, network, tags } = records.get(t.txHash);
    const raw = rawTransaction(tx);
    assert.equal(ckbHash(raw), t.txHash);
    assert.equal(t.network, network);
    const first = tx.inputs[0].previous_output;
    assert.equal(t.txType === 'cellbase', tx.inputs.length === 1 && first.index === '0xffffffff' && /^0x0+$/.test(first.tx_hash));
    const sums = new Map();
    tx.outputs.forEach((o, i) => {
      const hash = o.type && ckbHash(rpcScript(o.type));
      if (decimalsOf.has(`${network} ${hash}`)) {
        const data = bytes(tx.outputs_data[i]);
        sums.set(hash, (sums.get(hash) ?? 0n) + data.readBigUInt64LE(0) + (data.readBigUInt64LE(8) << 64n));
      }
    });
    const [only] = sums.size === 1 ? sums : [[undefined, undefined]];
    assert.equal(t.tokenTypeHash, only[0]);
    assert.equal(t.amount, only[0] && decimal(only[1], decimalsOf.get(`${network} ${only[0]}`)), t.txHash);
    const m = t.metadata;
    assert.deepEqual([m.inputs, m.outputs, m.cellDeps], [tx.inputs.length, tx.outputs.length, tx.cell_deps.length]);
    assert.equal(m.outputCapacity, tx.outputs.reduce((sum, o) => sum + BigInt(o.capacity), 0n).toString());
    assert.equal(m.size, dynvec([raw, dynvec(tx.witnesses.map(byteVec))]).length);
    assert.deepEqual(m.tags ?? [], tags);
    if (t.txType === 'cellbase') assert.equal(m.blockNumber, Number(tx.inputs[0].since));
  }
});
