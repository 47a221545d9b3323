// demo.mjs - the demo data, and how CKB writes scripts and transactions as bytes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const rows = readFileSync(join(root, 'sql/demo/tokens.jsonl'), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
export const tokens = rows.filter((row) => row.kind === 'token');
export const transactions = rows.filter((row) => row.kind === 'transaction');

// Molecule (RFC 0008).
export const bytes = (hex) => Buffer.from(hex.slice(2), 'hex');
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32LE(Number(n)); return b; };
const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(n)); return b; };
const join_ = Buffer.concat;
const fixvec = (items) => join_([u32(items.length), ...items]);
export const byteVec = (hex) => join_([u32(bytes(hex).length), bytes(hex)]);
export function dynvec(items) {
  let at = 4 * (items.length + 1);
  const offsets = items.map((item) => { at += item.length; return u32(at - item.length); });
  return join_([u32(at), ...offsets, ...items]);
}
const hashTypes = { data: 0, type: 1, data1: 2, data2: 4 };
export const script = (codeHash, hashType, args) => dynvec([bytes(codeHash), Buffer.from([hashTypes[hashType]]), byteVec(args)]);
export const rpcScript = (s) => script(s.code_hash, s.hash_type, s.args);
const outPoint = (o) => join_([bytes(o.tx_hash), u32(o.index)]);
export const rawTransaction = (tx) => dynvec([
  u32(tx.version),
  fixvec(tx.cell_deps.map((d) => join_([outPoint(d.out_point), Buffer.from([d.dep_type === 'code' ? 0 : 1])]))),
  fixvec(tx.header_deps.map(bytes)),
  fixvec(tx.inputs.map((i) => join_([u64(i.since), outPoint(i.previous_output)]))),
  dynvec(tx.outputs.map((o) => dynvec([u64(o.capacity), rpcScript(o.lock), o.type ? rpcScript(o.type) : Buffer.alloc(0)]))),
  dynvec(tx.outputs_data.map(byteVec)),
]);
