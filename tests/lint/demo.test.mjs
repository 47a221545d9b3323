// The demo data is what it says it is: every hash is recomputed by code that shares nothing with the
// program. Where the recorded transactions themselves are at hand (../shared), the facts taken from
// them are recomputed too.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { ckbHash } from '../sql/blake2b.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rows = readFileSync(join(root, 'demo/tokens.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
const tokens = rows.filter((row) => row.kind === 'token');
const transactions = rows.filter((row) => row.kind === 'transaction');
const recorded = join(root, '../shared/ckb/real');
const skip = existsSync(recorded) ? false : 'the recorded transactions are not at hand';

// Molecule (RFC 0008).
const bytes = (hex) => Buffer.from(hex.slice(2), 'hex');
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32LE(Number(n)); return b; };
const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(n)); return b; };
const join_ = Buffer.concat;
const fixvec = (items) => join_([u32(items.length), ...items]);
const byteVec = (hex) => join_([u32(bytes(hex).length), bytes(hex)]);
function dynvec(items) {
  let at = 4 * (items.length + 1);
  const offsets = items.map((item) => { at += item.length; return u32(at - item.length); });
  return join_([u32(at), ...offsets, ...items]);
}
const hashTypes = { data: 0, type: 1, data1: 2, data2: 4 };
const script = (codeHash, hashType, args) => dynvec([bytes(codeHash), Buffer.from([hashTypes[hashType]]), byteVec(args)]);
const rpcScript = (s) => script(s.code_hash, s.hash_type, s.args);
const outPoint = (o) => join_([bytes(o.tx_hash), u32(o.index)]);
const rawTransaction = (tx) => dynvec([
  u32(tx.version),
  fixvec(tx.cell_deps.map((d) => join_([outPoint(d.out_point), Buffer.from([d.dep_type === 'code' ? 0 : 1])]))),
  fixvec(tx.header_deps.map(bytes)),
  fixvec(tx.inputs.map((i) => join_([u64(i.since), outPoint(i.previous_output)]))),
  dynvec(tx.outputs.map((o) => dynvec([u64(o.capacity), rpcScript(o.lock), o.type ? rpcScript(o.type) : Buffer.alloc(0)]))),
  dynvec(tx.outputs_data.map(byteVec)),
]);

function decimal(units, decimals) {
  const digits = units.toString().padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return `${digits.slice(0, point)}.${digits.slice(point)}`.replace(/\.?0*$/, decimals ? '' : '$&').replace(/\.$/, '');
}

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
