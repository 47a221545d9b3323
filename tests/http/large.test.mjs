// The database bounds no text, answers for programs have 4 MiB: what is too much is left out and said, or refused
// and said, and what a page links as all of it has all of it. All answers are held against the API document.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { get, psql, source } from './lib/site.mjs';

const MIB = 1024 * 1024;
const { valid } = JSON.parse(fs.readFileSync(path.join(source, 'tests/data/addresses.json'), 'utf8'));
const address = valid.filter((a) => a.format === 'full' && a.address === a.canonical).map((a) => a.address)
  .find((a) => psql(`SELECT count(*) FROM users WHERE wallet_address = '${a}'`) === '0');
const hash = `0x${'1a'.repeat(32)}`;

let user, token;
const records = {};
const add = (size) => psql(`INSERT INTO tokens (name, symbol, supply, decimals, creator_id, network_id, description)
  VALUES ('Large ${size}', 'LARGE${size}', '1', 8, ${user}, 'mainnet', repeat('d', ${size})) RETURNING id`);
before(() => {
  user = psql(`INSERT INTO users (wallet_address) VALUES ('${address}') RETURNING id`);
  token = add(10);
  for (const size of [100, 30000, 40000, 3000000, 5 * MIB])
    records[size] = psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, metadata)
      VALUES (${user}, ${token}, '${hash}', 'mint', 'mainnet', jsonb_build_object('x', repeat('m', ${size}))) RETURNING id`);
});
after(() => psql(`DELETE FROM transactions WHERE user_id = ${user}; DELETE FROM tokens WHERE creator_id = ${user}; DELETE FROM users WHERE id = ${user}`));

const json = async (at) => {
  const answer = await get(at);
  assert.equal(answer.status, 200, at);
  return JSON.parse(answer.body);
};
const sizes = (rows) => rows.filter((row) => row.userId === Number(user))
  .map((row) => [row.id, row.metadata?.x.length ?? null, row.metadataTruncated]).sort((a, b) => a[0] - b[0]);

test('lists leave out what was recorded with a transaction where it is long, and say so', async () => {
  const shown = Object.entries(records).map(([size, id]) => [Number(id), size > 32768 ? null : Number(size), size > 32768]);
  assert.deepEqual(sizes((await json('/api/transactions?network=mainnet&limit=10')).data), shown);
  assert.deepEqual(sizes((await json(`/api/transactions?user=${address}`)).data), shown);
  assert.deepEqual(sizes((await json(`/api/tokens/${token}`)).data.transactions), shown);
  assert.deepEqual(sizes((await json(`/api/creators/${address}`)).data.transactions), shown);
  assert.deepEqual(sizes((await json(`/api/search?q=${hash}`)).meta.transactions), shown);
});

test('a list of a hundred transactions fits, each with as much as is not left out', async (t) => {
  t.after(() => psql(`DELETE FROM transactions WHERE user_id = ${user} AND tx_hash = 'full'`));
  psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, metadata)
    SELECT ${user}, ${token}, 'full', 'mint', 'mainnet', jsonb_build_object('x', repeat('m', 32700)) FROM generate_series(1, 100)`);
  const { data } = await json(`/api/transactions?user=${address}&limit=100`);
  assert.deepEqual(data.map((row) => row.metadata.x.length), Array(100).fill(32700));
});

test('a transaction\'s own answer has more of it, and its page links what has all', async () => {
  for (const [size, id] of Object.entries(records)) {
    const { data } = await json(`/api/transactions/${id}`);
    const kept = size <= 3 * MIB ? Number(size) : null;
    assert.deepEqual([data.metadata?.x.length ?? null, ...sizes([data.transaction])[0].slice(1)], [kept, size > 32768 ? null : kept, size > 32768], size);
    const page = (await get(`/activity/${id}`)).body;
    const link = /<a href="([^"]*)">(?:All of it|The list from this record)/.exec(page)?.[1].replaceAll('&amp;', '&');
    assert.equal(link, size <= 4096 ? undefined : kept ? `/api/transactions/${id}` : `/activity.jsonl?sort=oldest&after=${id - 1}`, size);
    if (!kept) {
      const [first] = (await get(link)).body.split('\n');
      assert.deepEqual(sizes([JSON.parse(first)]), [[Number(id), Number(size), false]]);
    }
  }
});

test('what does not fit is refused with what to ask for instead, and its page links that', async () => {
  const huge = add(5 * MIB);
  for (const at of [`/api/tokens/${huge}`, `/api/tokens?creator=${address}`]) {
    const answer = await get(at);
    assert.equal(answer.status, 413, at);
    assert.deepEqual(JSON.parse(answer.body).error, { code: 'payload_too_large', message: 'The request, or the answer to it, is larger than this site takes.',
      details: [{ field: 'answer', message: 'would have more than 4 MiB; ask for fewer rows, or for the list as JSON lines' }] });
  }
  const link = /<a href="([^"]*)">The list from this record/.exec((await get(`/tokens/${huge}`)).body)[1].replaceAll('&amp;', '&');
  const [first] = (await get(link)).body.split('\n');
  assert.deepEqual([JSON.parse(first).id, JSON.parse(first).description.length], [Number(huge), 5 * MIB]);
});
