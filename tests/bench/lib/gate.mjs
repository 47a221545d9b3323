// gate.mjs - before anything is measured: do all of them say the same?
import assert from 'node:assert/strict';
import { Failure } from './site.mjs';

const SAMPLES = 50;

// The same numbers every time (Park and Miller).
function* numbers(low, high) {
  for (let seed = 20240101; ; seed = (seed * 48271) % 2147483647) yield low + (seed % (high - low + 1));
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const decode = (s) => s.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (all, dec, hex, name) =>
  name ? (entities[name] ?? all) : String.fromCodePoint(dec ? Number(dec) : parseInt(hex, 16)));

// What a reader sees in each cell, with the address of a picture or a link in it.
export function cells(html) {
  const shown = (inner) => {
    const addresses = [...inner.matchAll(/\s(?:src|href)="([^"]*)"/g)].map((m) => decode(m[1]));
    return [decode(inner.replace(/<[^>]*>/g, '')).trim(), ...addresses].join(' | ');
  };
  return [...html.matchAll(/<(td|th|dd|dt|h1|title)>(.*?)<\/\1>/gs)].map((m) => shown(m[2]));
}

// JSON text inside a cell may differ in spaces; its value may not.
const normal = (cell) => {
  try {
    return cell.startsWith('{') ? JSON.parse(cell) : cell;
  } catch {
    return cell;
  }
};

async function read(target, number) {
  const path = target.path.replace('%d', number);
  const response = await fetch(target.base + path, { headers: { cookie: target.cookie } });
  const text = await response.text();
  assert.equal(response.status, 200, `${target.title}: ${path}: ${text.slice(0, 200)}`);
  return path.includes('/api/') ? JSON.parse(text) : cells(text).map(normal);
}

async function same(group, number) {
  const [ours, ...peers] = group.targets(false).filter((t) => !t.sql);
  const mine = await read(ours, number);
  assert.ok(Array.isArray(mine) ? mine.length > 20 : mine.data, `${ours.title}: ${ours.path}: nothing in it`);
  for (const peer of peers)
    assert.deepEqual(mine, await read(peer, number), `${ours.title} and ${peer.title} differ: ${ours.path}, number ${number}`);
}

// Throws a Failure that names the first difference. Returns how many answers were compared.
export async function gate(groups) {
  let compared = 0;
  for (const group of groups) {
    const { low, high } = group.targets(false)[0];
    const random = numbers(low, high);
    for (const number of [low, high, ...Array.from({ length: SAMPLES }, () => random.next().value)]) {
      await same(group, number).catch((error) => {
        throw new Failure(`not the same answer, so nothing is measured: ${error.message}`);
      });
      compared++;
    }
  }
  return compared;
}
