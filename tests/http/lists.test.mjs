// Lists and their twins: paging that loses and doubles nothing, filters, tags, faces that agree.
import assert from 'node:assert/strict';
import test from 'node:test';
import { get, psql } from './lib/site.mjs';

const json = async (address, options) => {
  const answer = await get(address, options);
  assert.equal(answer.status, 200, `${address}: ${answer.body.slice(0, 300)}`);
  return JSON.parse(answer.body);
};
const ids = (sql) => psql(sql).split('\n').filter(Boolean).map(Number);
const lists = [
  ['/api/tokens', 'tokens', ['networkId', 'network', 'network_id']],
  ['/api/transactions', 'transactions', ['networkId', 'network', 'network_id']],
];

for (const [address, relation] of lists) {
  const all = ids(`SELECT id FROM ${relation} ORDER BY id DESC`);

  test(`${address}: following next from the first page gives every row once, in order`, async () => {
    const seen = [];
    for (let at = `${address}?limit=11`; at; ) {
      const { data, meta } = await json(at);
      seen.push(...data.map((row) => row.id));
      at = meta.pagination.next;
      assert.ok(seen.length <= all.length);
    }
    assert.deepEqual(seen, all);
  });

  test(`${address}: cursors give every row once, forwards and backwards`, async () => {
    const forward = [];
    for (let after = 2147483647; ; ) {
      const { data } = await json(`${address}?limit=10&after=${after}`);
      if (!data.length) break;
      forward.push(...data.map((row) => row.id));
      after = data.at(-1).id;
    }
    assert.deepEqual(forward, all);
    const backward = [];
    for (let at = `${address}?limit=10&before=0`; at; ) {
      const { data, meta } = await json(at);
      backward.unshift(...data.map((row) => row.id));
      at = meta.pagination.prev;
    }
    assert.deepEqual(backward, all);
  });

  test(`${address}: total, pages and page numbers`, async () => {
    const { data, meta: { pagination } } = await json(`${address}?limit=10&page=2`);
    assert.deepEqual(data.map((row) => row.id), all.slice(10, 20));
    assert.equal(pagination.total, all.length);
    assert.equal(pagination.totalIsExact, true);
    assert.equal(pagination.pages, Math.ceil(all.length / 10));
    assert.equal(pagination.current, 2);
    assert.equal(pagination.limit, 10);
    assert.equal((await json(`${address}?page=500`)).data.length, 0);
    assert.equal((await get(`${address}?page=1001`)).status, 400);
    assert.equal((await get(`${address}?page=101&limit=100`)).status, 400);
    assert.equal((await get(`${address}?page=2&after=5`)).status, 400);
    assert.equal((await get(`${address}?before=2&after=5`)).status, 400);
  });

  test(`${address}: filters`, async () => {
    for (const network of ['mainnet', 'testnet', 'unknown']) {
      const wanted = ids(`SELECT id FROM ${relation} WHERE network_id = '${network}' ORDER BY id DESC`);
      const { data, meta } = await json(`${address}?network=${network}&limit=100`);
      assert.deepEqual(data.map((row) => row.id), wanted.slice(0, 100));
      assert.equal(meta.pagination.total, wanted.length);
      assert.ok(data.every((row) => row.networkId === network));
      if (meta.pagination.next) assert.match(meta.pagination.next, new RegExp(`network=${network}`));
    }
    const none = await json(`${address}?status=failed`);
    assert.deepEqual(none.data, []);
    assert.equal(none.meta.pagination.total, 0);
  });

  test(`${address}: a tag makes the next answer 304, also in its weak form`, async () => {
    const first = await get(address);
    assert.match(first.headers.etag, /^(W\/)?"[0-9a-f]{32}"$/);
    for (const tag of [first.headers.etag, `W/${first.headers.etag.replace('W/', '')}`, `"x", ${first.headers.etag}`, '*']) {
      for (const more of [{}, { Cookie: 'a=b' }, { Authorization: 'Bearer a' }]) {
        const again = await get(address, { headers: { 'If-None-Match': tag, ...more } });
        assert.equal(again.status, 304, `${tag} ${Object.keys(more)}`);
        assert.equal(again.raw.length, 0);
      }
    }
    assert.equal((await get(address, { headers: { 'If-None-Match': '"other"' } })).status, 200);
  });
}

test('what is recorded elsewhere is pending and never confirmed', async () => {
  const { data } = await json('/api/tokens?limit=100');
  const real = data.filter((token) => token.origin);
  assert.ok(real.length >= 31);
  for (const token of real) {
    assert.equal(token.status, 'pending');
    assert.equal(token.verifiedAt, null);
    assert.notEqual(token.supply, '');
  }
  const page = await get(`/tokens/${real[0].id}`);
  assert.match(page.body, /Recorded elsewhere, not verified here\./);
  assert.doesNotMatch(page.body, /state-confirmed/);
});

test('nothing is confirmed that this site did not verify; what a list is filtered by is what its rows say', async (t) => {
  const [one, two] = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, status, verified_at)
    SELECT 'Stated', 'STD', '1', min(creator_id), 'testnet', 'confirmed', v FROM tokens, (VALUES (NULL), (timestamp '2026-01-01')) u(v) GROUP BY v RETURNING id, verified_at IS NULL`)
    .split('\n').map((row) => row.split('|')).sort((a, b) => a[1].localeCompare(b[1])).map(([id]) => Number(id));
  t.after(() => psql(`DELETE FROM tokens WHERE id IN (${one}, ${two})`));
  assert.deepEqual([(await json(`/api/tokens/${one}`)).data.token.state, (await json(`/api/tokens/${two}`)).data.token.state], ['confirmed', 'recorded']);
  assert.doesNotMatch((await get(`/tokens/${two}`)).body, /byte by byte|state-confirmed/);
  for (const list of ['tokens', 'activity'])
    for (const state of ['pending', 'confirmed', 'failed', 'recorded']) {
      const { body } = await get(`/${list}?status=${state}&limit=100`);
      const said = [...body.matchAll(/<span class="state state-(\w+)">/g)].map((m) => m[1]);
      assert.deepEqual([...new Set(said)], said.length ? [state] : [], `${list} ${state}`);
      if (list === 'tokens') assert.equal(said.length > 0, ['confirmed', 'recorded'].includes(state), state);
    }
});

test('both faces of a token say the same', async () => {
  const { data } = await json('/api/tokens?limit=100');
  for (const row of data.slice(0, 12)) {
    const twin = await json(`/api/tokens/${row.id}`);
    assert.deepEqual(twin.data.token, row);
    assert.equal(twin.data.creatorAddress, row.creatorAddress);
    assert.ok(Array.isArray(twin.data.transactions) && twin.data.transactions.length <= 10);
    const page = (await get(`/tokens/${row.id}`)).body;
    if (row.typeHash) assert.ok(page.includes(row.typeHash));
    for (const transaction of twin.data.transactions) {
      assert.equal(transaction.tokenId, row.id);
      assert.ok(page.includes(`/activity/${transaction.id}"`));
    }
  }
});

test('a transaction with its token and metadata', async () => {
  const id = ids('SELECT max(id) FROM transactions WHERE token_id IS NOT NULL')[0];
  const { data } = await json(`/api/transactions/${id}`);
  assert.equal(data.transaction.id, id);
  assert.deepEqual(Object.keys(data.token), ['id', 'name', 'symbol']);
  assert.deepEqual(data.metadata, data.transaction.metadata);
  assert.match(data.transaction.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const page = (await get(`/activity/${id}`)).body;
  assert.ok(page.includes(data.transaction.txHash) && page.includes(`/tokens/${data.token.id}"`));
});

test('past either end of a list there is a way back', async () => {
  const end = await json('/api/tokens?after=1');
  assert.deepEqual(end.data, []);
  assert.equal(end.meta.pagination.prev, '/api/tokens?before=0');
  const start = await json('/api/tokens?before=2147483647');
  assert.deepEqual(start.data, []);
  assert.equal(start.meta.pagination.next, '/api/tokens');
});

test('a row with a time out of the calendar takes no list away', async (t) => {
  const id = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, created_at, chain_time, updated_at)
    SELECT 'Timeless', 'TL', '1', min(creator_id), 'testnet', 'infinity', '0044-03-15 BC', '20000-01-01' FROM tokens RETURNING id`);
  t.after(() => psql(`DELETE FROM tokens WHERE id = ${id}`));
  const [row] = (await json('/api/tokens?limit=10')).data;
  assert.equal(row.id, Number(id));
  assert.deepEqual([row.createdAt, row.chainTime, row.updatedAt], [null, null, null]);
  for (const address of ['/', '/tokens', `/tokens/${id}`])
    assert.equal((await get(address, { headers: { Cookie: 'a=1' } })).status, 200, address);
});

test('an API client is told 406 whatever others have asked before', async () => {
  for (let i = 0; i < 3; i++) {
    assert.equal((await get('/api/tokens')).status, 200);
    assert.equal((await get('/api/tokens', { headers: { Accept: 'text/html' } })).status, 406);
    assert.equal((await get('/api/tokens', { headers: { Accept: 'text/html, application/json;q=0.9' } })).status, 200);
  }
});

test('the neighbours of an API page stand in its Link header (RFC 8288)', async () => {
  const { headers } = await get('/api/tokens?limit=10&page=2'), newest = psql('SELECT max(id) FROM tokens');
  assert.equal(headers.link, '</api/tokens>; rel="first", </api/tokens>; rel="prev", ' +
    `</api/tokens?page=3&until=${newest}>; rel="next", </api/tokens?page=4&until=${newest}>; rel="last"`);
  assert.equal((await get('/tokens?page=2')).headers.link, undefined);
});

test('every page links its JSON twin, filters and paging included', async () => {
  const [token, transaction] = [psql('SELECT max(id) FROM tokens'), psql('SELECT max(id) FROM transactions')];
  const twins = {
    '/tokens': '/api/tokens', '/tokens?network=testnet&limit=15&page=2': '/api/tokens?network=testnet&page=2&limit=15',
    '/activity?status=pending': '/api/transactions?status=pending', '/activity?utm_source=x': '/api/transactions',
    [`/tokens/${token}`]: `/api/tokens/${token}`, [`/activity/${transaction}`]: `/api/transactions/${transaction}`,
  };
  for (const [address, twin] of Object.entries(twins)) {
    const [, href] = /<a href="([^"]*)">This page as JSON/.exec((await get(address)).body);
    assert.equal(href.replace(/&amp;/g, '&'), twin);
    assert.equal((await get(twin)).status, 200);
  }
  for (const address of ['/', '/nothing', '/tokens?page=0'])
    assert.doesNotMatch((await get(address)).body, /This page as JSON/);
});
