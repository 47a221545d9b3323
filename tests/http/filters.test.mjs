// Filters that need rows of their own: creator, user, kind and span of time; pairs that no list has;
// and what is wrong with a filter stands beside it, the input kept.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { base, get, psql, source } from './lib/site.mjs';

const { valid } = JSON.parse(fs.readFileSync(path.join(source, 'tests/data/addresses.json'), 'utf8'));
const old = valid.find((a) => a.format !== 'full' && a.network === 'mainnet');
const other = valid.find((a) => a.name === 'pw-lock').address;
const rows = {};

before(() => {
  rows.user = psql(`INSERT INTO users (wallet_address) VALUES ('${old.canonical}') RETURNING id`);
  rows.tokens = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, status)
    SELECT 'Mine ' || i, 'MINE', '1', ${rows.user}, 'testnet', CASE WHEN i > 2 THEN 'confirmed' ELSE 'pending' END
    FROM generate_series(1, 12) i RETURNING id`).split('\n').map(Number).reverse();
  rows.transactions = psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, created_at, status)
    SELECT ${rows.user}, ${rows.tokens.at(-1)}, '0x' || i, CASE WHEN i < 4 THEN 'burn' ELSE 'cellbase' END, 'testnet',
      timestamp '2001-03-10 23:59:59.999999' + (13 - i) * interval '1 day', CASE i WHEN 5 THEN 'failed' ELSE 'pending' END
    FROM generate_series(1, 12) i RETURNING id`).split('\n').map(Number).reverse();
});
after(() => psql(`DELETE FROM transactions WHERE user_id = ${rows.user}; DELETE FROM tokens WHERE creator_id = ${rows.user};
  DELETE FROM users WHERE id = ${rows.user}`));

async function every(address) {
  const ids = [];
  let total;
  for (let at = address; at; ) {
    const answer = await get(at);
    assert.equal(answer.status, 200, `${at}: ${answer.body.slice(0, 300)}`);
    const { data, meta: { pagination } } = JSON.parse(answer.body);
    ids.push(...data.map((row) => row.id));
    total ??= pagination.total;
    at = pagination.next;
    assert.ok(ids.length <= total);
  }
  assert.equal(ids.length, total, address);
  return ids;
}

test('creator: in any spelling of the address, alone and with a status', async () => {
  for (const address of [old.address, old.canonical, old.canonical.toUpperCase()])
    assert.deepEqual(await every(`/api/tokens?creator=${address}&limit=10`), rows.tokens);
  assert.deepEqual(await every(`/api/tokens?creator=${old.address}&status=pending`), rows.tokens.slice(-2));
  assert.deepEqual(await every(`/api/tokens?creator=${other}`), []);
});

test('user: what an address did, alone and with a status', async () => {
  assert.deepEqual(await every(`/api/transactions?user=${old.address}&limit=10`), rows.transactions);
  assert.deepEqual(await every(`/api/transactions?user=${old.address}&status=failed`), [rows.transactions.at(-5)]);
  assert.deepEqual(await every(`/api/transactions?user=${other}`), []);
});

test('a reserved user is nobody\'s address', async () => {
  psql(`UPDATE users SET reserved = true WHERE id = ${rows.user}`);
  try {
    assert.deepEqual(await every(`/api/tokens?creator=${old.canonical}`), []);
    assert.deepEqual(await every(`/api/transactions?user=${old.canonical}`), []);
  } finally {
    psql(`UPDATE users SET reserved = false WHERE id = ${rows.user}`);
  }
});

test('txType: a kind, alone and with a network', async () => {
  const wanted = (where) => psql(`SELECT id FROM transactions WHERE ${where} ORDER BY id DESC`).split('\n').filter(Boolean).map(Number);
  assert.deepEqual(await every('/api/transactions?txType=burn'), wanted("tx_type = 'burn'"));
  assert.deepEqual(await every('/api/transactions?txType=burn&network=testnet'), wanted("tx_type = 'burn' AND network_id = 'testnet'"));
  assert.deepEqual(await every('/api/transactions?txType=burn&network=mainnet'), wanted("tx_type = 'burn' AND network_id = 'mainnet'"));
});

test('from and to: days, both included, newest first by time, with a token or a user', async () => {
  // Times run against ids here.
  const byTime = [...rows.transactions].reverse();
  for (const more of ['', `&user=${old.address}`, `&tokenId=${rows.tokens.at(-1)}`]) {
    assert.deepEqual(await every(`/api/transactions?from=2001-03-11&to=2001-03-22&limit=10${more}`), byTime);
    assert.deepEqual(await every(`/api/transactions?from=2001-03-12&to=2001-03-13${more}`), byTime.slice(-3, -1));
    assert.deepEqual(await every(`/api/transactions?to=2001-03-11${more}`), byTime.slice(-1));
  }
  const first = JSON.parse((await get('/api/transactions?to=2001-03-22&limit=10')).body).data.map((row) => row.id);
  assert.deepEqual(first, byTime.slice(0, 10));
  for (const [cursor, wanted] of [[`after=${byTime[3]}`, byTime.slice(4)], [`before=${byTime[11]}`, byTime.slice(1, 11)], ['before=0', byTime.slice(-10)]]) {
    const { data } = JSON.parse((await get(`/api/transactions?to=2001-03-22&from=2001-03-10&limit=10&${cursor}`)).body);
    assert.deepEqual(data.map((row) => row.id), wanted, cursor);
  }
});

test('tokens from and to: days, both included, newest first by time, with a network or a creator', async (t) => {
  psql(`UPDATE tokens SET created_at = timestamp '2001-03-10 23:59:59.999999' + (${rows.tokens[0]} + 1 - id) * interval '1 day' WHERE creator_id = ${rows.user}`);
  t.after(() => psql(`UPDATE tokens SET created_at = now() WHERE creator_id = ${rows.user}`));
  const byTime = [...rows.tokens].reverse(); // times run against ids here
  for (const more of ['', `&creator=${old.address}`, '&network=testnet']) {
    assert.deepEqual(await every(`/api/tokens?from=2001-03-11&to=2001-03-22&limit=10${more}`), byTime);
    assert.deepEqual(await every(`/api/tokens?from=2001-03-12&to=2001-03-13${more}`), byTime.slice(-3, -1));
    assert.deepEqual(await every(`/api/tokens?to=2001-03-11${more}`), byTime.slice(-1));
  }
  assert.deepEqual(await every('/api/tokens?to=2001-03-22&network=mainnet'), []);
  for (const [query, field, said] of [['from=2001-03-12&to=2001-03-11', 'to', 'must not be before From'], ['from=2001-02-29', 'from', 'must be a day'],
    ['from=2001-03-12&q=M', 'from', 'cannot be used together with'], ['to=2001-03-12&sort=name', 'sort', 'cannot be used together with'], ['from=2001-03-12&status=failed', 'from', 'cannot be used']]) {
    const page = await get(`/tokens?${query}`);
    assert.equal(page.status, 400, query);
    assert.match(page.body, new RegExp(`<p class="problem" id="${field}-problem">${said}`), query);
  }
  assert.match((await get('/tokens?from=2001-03-12')).body, /<input id="from" name="from" type="date" value="2001-03-12"/);
});

test('activity by how its token is called: of all such tokens', async (t) => {
  // Three transactions of each of 24 tokens, the first of them by name alone.
  psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) SELECT CASE WHEN i < 4 THEN 'qqüx ' || i ELSE 'Other' END,
      CASE WHEN i < 4 THEN 'OTHER' ELSE 'QQÜX' || lpad(i::text, 2, '0') END, '1', ${rows.user}, CASE i % 2 WHEN 0 THEN 'mainnet' ELSE 'testnet' END FROM generate_series(1, 24) i;
    INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, status) SELECT ${rows.user}, t.id, '0x' || t.id || n, 'mint', t.network_id, CASE n WHEN 1 THEN 'failed' ELSE 'pending' END
      FROM generate_series(1, 3) n, tokens t WHERE t.symbol LIKE 'QQÜX%' OR t.name LIKE 'qqüx %' ORDER BY n, t.id`);
  t.after(() => psql(`DELETE FROM transactions WHERE token_id IN (SELECT id FROM tokens WHERE symbol LIKE 'QQÜX%' OR name LIKE 'qqüx %'); DELETE FROM tokens WHERE symbol LIKE 'QQÜX%' OR name LIKE 'qqüx %'`));
  const ids = (where, order = 'x.id DESC') => psql(`SELECT x.id FROM transactions x JOIN tokens t ON t.id = x.token_id WHERE ${where} ORDER BY ${order}`).split('\n').filter(Boolean).map(Number);
  const all = `(t.symbol LIKE 'QQÜX%' OR t.name LIKE 'qqüx %')`;
  const q = `q=${encodeURIComponent('qqÜX')}`;
  assert.deepEqual(await every(`/api/transactions?${q}&limit=10`), ids(all));
  assert.deepEqual(await every(`/api/transactions?${q}&limit=100&sort=oldest`), ids(all, 'x.id'));
  assert.deepEqual(await every(`/api/transactions?${q}&network=testnet&limit=25`), ids(`${all} AND t.network_id = 'testnet'`));
  assert.deepEqual(await every(`/api/transactions?${q}&status=failed&limit=10`), ids(`${all} AND x.status = 'failed'`));
  for (const [more, where, order] of [['', all, 'x.id DESC'], ['&sort=oldest&status=pending', `${all} AND x.status = 'pending'`, 'x.id'], ['&network=testnet', `${all} AND t.network_id = 'testnet'`, 'x.id DESC']])
    assert.deepEqual((await get(`/activity.jsonl?${q}${more}`)).body.trim().split('\n').map((line) => JSON.parse(line).id), ids(where, order), more);
  const page = (await get(`/activity?${q}`)).body;
  assert.match(page, /72 in all/);
  assert.match(page, /<input id="q" name="q" type="search" value="qqÜX"/);
  assert.match(page, /href="\/activity\.atom\?q=qq%C3%9CX"/);
  assert.equal(([...(await get(`/activity.atom?${q}`)).body.matchAll(/<entry>/g)]).length, 50);
  assert.deepEqual(await every('/api/transactions?q=no+such+token'), []);
  const refused = await get('/activity?q=x&txType=mint');
  assert.equal(refused.status, 400);
  assert.match(refused.body, /<p class="problem" id="txType-problem">cannot be used together with/);
});

test('the page of an address: its tokens and activity, counted; other spellings lead to it', async () => {
  const page = (await get(`/creators/${old.canonical}`)).body;
  for (const id of rows.tokens.slice(0, 10)) assert.ok(page.includes(`href="/tokens/${id}"`));
  assert.ok(!page.includes(`href="/tokens/${rows.tokens[10]}"><svg`));
  for (const id of rows.transactions.slice(0, 10)) assert.ok(page.includes(`href="/activity/${id}"`));
  assert.match(page, new RegExp(`<dd><a href="/tokens\\?creator=${old.canonical}">12</a>`));
  assert.match(page, new RegExp(`<dd><a href="/activity\\?user=${old.canonical}">12</a>`));
  const moved = await get(`/creators/${old.address}`);
  assert.equal(moved.status, 302);
  assert.equal(moved.headers.location, `/creators/${old.canonical}`);
  assert.ok((await get(`/tokens/${rows.tokens[0]}`)).body.includes(`href="/creators/${old.canonical}"`));
  assert.ok((await get(`/activity/${rows.transactions[0]}`)).body.includes(`href="/creators/${old.canonical}"`));
});

test('the same for programs: what the page shows, in any spelling of the address', async () => {
  const answer = await get(`/api/creators/${old.canonical}`);
  const { data, meta } = JSON.parse(answer.body);
  assert.equal(meta, undefined);
  assert.deepEqual([data.address, data.networkId, data.tokenCount, data.transactionCount],
    [old.canonical, 'mainnet', { n: 12, more: false }, { n: 12, more: false }]);
  assert.equal(data.createdAt, psql(`SELECT to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM users WHERE id = ${rows.user}`));
  assert.deepEqual(data.tokens.map((t) => t.id), rows.tokens.slice(0, 10));
  assert.deepEqual(data.transactions.map((x) => x.id), rows.transactions.slice(0, 10));
  assert.equal((await get(`/api/creators/${old.address}`)).body, answer.body);
  assert.equal((await get(`/api/creators/${old.canonical}`, { headers: { 'If-None-Match': answer.headers.etag } })).status, 304);
  assert.ok((await get(`/creators/${old.canonical}`)).body.includes(`<link rel="alternate" type="application/json" href="/api/creators/${old.canonical}">`));
  const failed = await get(`/api/creators/${old.canonical}q`);
  assert.deepEqual([failed.status, JSON.parse(failed.body).error.details[0].field], [400, 'address']);
});

test('an address that nobody or a reserved user has is 404, what is no address 400', async () => {
  for (const face of ['', '/api']) assert.equal((await get(`${face}/creators/${other}`)).status, 404);
  assert.equal((await get(`/creators/${old.canonical}q`)).status, 400);
  psql(`UPDATE users SET reserved = true WHERE id = ${rows.user}`);
  try {
    for (const face of ['', '/api']) assert.equal((await get(`${face}/creators/${old.canonical}`, { headers: { Cookie: 'fresh=1' } })).status, 404);
  } finally {
    psql(`UPDATE users SET reserved = false WHERE id = ${rows.user}`);
  }
});

test('what no list has together, and days in the wrong order, are refused by name', async () => {
  for (const [address, field] of [['tokens?creator=A&network=mainnet', 'creator'], ['transactions?user=A&network=mainnet', 'user'],
    ['transactions?user=A&tokenId=1', 'user'], ['transactions?txType=mint&status=failed', 'txType'],
    ['transactions?from=2024-01-01&status=failed', 'from'], ['transactions?from=2024-01-02&to=2024-01-01', 'to']]) {
    const answer = await get(`/api/${address.replace('A', other)}`);
    assert.equal(answer.status, 400, address);
    assert.deepEqual(JSON.parse(answer.body).error.details.map((d) => d.field), [field], address);
  }
});

test('a beginning is no longer than what is compared of names', async () => {
  for (const face of ['/api/tokens', '/api/transactions', '/tokens.csv', '/activity.atom', '/tokens']) {
    assert.equal((await get(`${face}?q=${encodeURIComponent('漢'.repeat(64))}`)).status, 200, face);
    const long = await get(`${face}?q=${'x'.repeat(65)}`);
    assert.equal(long.status, 400, face);
    assert.match(long.body, /must have at most 64 characters/, face);
  }
});

test('a refused choice is told in the words of the form; programs get the values', async () => {
  for (const [list, query, field, words, values] of [['tokens', 'status=done', 'status', 'Pending, Confirmed, Failed, Recorded elsewhere', 'pending, confirmed, failed, recorded'],
    ['activity', 'txType=gift', 'txType', 'Create, Mint, Transfer, Burn, Cellbase, Not classified', 'create, mint, transfer, burn, cellbase, unknown'],
    ['activity', 'network=x', 'network', 'Mainnet, Testnet, Network not recorded', 'mainnet, testnet, unknown'], ['activity', 'sort=name', 'sort', 'Newest first, Oldest first', 'newest, oldest']]) {
    assert.ok((await get(`/${list}?${query}`)).body.includes(`<p class="problem" id="${field}-problem">must be one of ${words}</p>`), query);
    const { error } = JSON.parse((await get(`/api/${list === 'activity' ? 'transactions' : list}?${query}`)).body);
    assert.deepEqual(error.details, [{ field, message: `must be one of ${values}` }]);
    if (field !== 'sort') assert.ok((await get(`/${list}.csv?${query}`)).body.includes(`must be one of ${values}`), 'an address without a form');
  }
  assert.match((await get('/activity?txType=mint&status=failed')).body, /id="txType-problem">cannot be used together with Status</);
  assert.match((await get('/activity.csv?txType=mint&status=failed')).body, /cannot be used together with status/);
});

test('on a page an error stands beside its filter, the rest of the form as it was typed', async () => {
  const answer = await get('/activity?status=failed&user=%22%3Eckb1x&from=2024-02-30&page=0');
  assert.equal(answer.status, 400);
  assert.match(answer.body, /<input id="user" name="user" type="text" value="&quot;&gt;ckb1x"[^>]* aria-invalid="true" aria-describedby="user-problem">\s*<p class="problem" id="user-problem">must be a CKB address/);
  assert.match(answer.body, /<p class="problem" id="from-problem">must be a day as YYYY-MM-DD<\/p>/);
  assert.match(answer.body, /<option value="failed" selected>/);
  assert.match(answer.body, /<li><code>page<\/code>/);
  assert.doesNotMatch(answer.body, /That address is not right/);
  assert.equal(answer.headers['cache-control'], 'no-cache');
  const head = await get('/tokens?creator=x', { method: 'HEAD' });
  assert.equal(head.status, 400);
  assert.equal(head.raw.length, 0);
});

const empty = (body) => /<div class="empty">[^]*?<\/div>/.exec(body)?.[0];
const query = (address) => [...new URL(address, base).searchParams].sort();
const links = (part) => [...part.matchAll(/<a href="([^"]+)"/g)].map((m) => m[1].replaceAll('&amp;', '&'));

test('a part of a list that cannot be shown: the reason is true, and links lead on in the same list', async () => {
  for (const [list, filters, wrong, field, why] of [['/tokens', '?sort=name&limit=25', 'page=9999', 'page', 'goes up to row 10,000; what follows has no numbers'],
    ['/activity', '?network=testnet', 'page=1002', 'page', 'goes up to row 10,000; what follows has no numbers'],
    ['/tokens', '', 'page=20000', 'page', 'must be a whole number from 1 to 10000'], ['/activity', '?status=pending', 'after=x', 'after', 'must be a whole number from 0 to 2147483647'],
    ['/tokens', '?network=mainnet', 'after=1&before=2', 'before', 'cannot be used together with after']]) {
    const at = `${list}${filters}`, more = filters ? '&' : '?';
    const { status, body } = await get(`${at}${more}${wrong}`);
    assert.equal(status, 400);
    const said = empty(body);
    assert.ok(said.includes(`<li><code>${field}</code> ${why}</li>`), said);
    assert.doesNotMatch(said, /beside it/, 'nothing is wrong with a field');
    assert.doesNotMatch(body, /aria-invalid/);
    const [first, last, all] = links(said);
    assert.deepEqual(query(first), query(at));
    assert.deepEqual([first.split('?')[0], last, all], [list, `${first}${more}before=0`, list]);
    for (const way of [first, last]) {
      const answer = await get(way);
      assert.equal(answer.status, 200, way);
      assert.match(answer.body, /<tbody>\s*<tr>/, `${way} has rows`);
    }
  }
  const both = empty((await get('/tokens?network=nowhere&page=0')).body);
  assert.match(both, /what is wrong stands beside it/);
  assert.match(both, /<code>page<\/code>/);
  assert.deepEqual(links(both), ['/tokens'], 'no way on with a filter that is wrong');
  assert.doesNotMatch(empty((await get('/tokens?network=nowhere')).body), /no such part/);
});

test('the form of a list offers the orders that the list has', async () => {
  const offered = (body) => [...body.match(/<select id="sort"[^]*?<\/select>/)[0].matchAll(/value="(\w+)"/g)].map((m) => m[1]);
  for (const [filters, orders] of [['', ['newest', 'oldest', 'name', 'symbol']], ['?network=mainnet', ['newest', 'oldest', 'name', 'symbol']], ['?q=M', ['newest', 'oldest', 'name', 'symbol']],
    ['?status=pending', ['newest', 'oldest']], [`?creator=${old.canonical}`, ['newest', 'oldest']], ['?from=2020-01-01', ['newest', 'oldest']]]) {
    const { status, body } = await get(`/tokens${filters}`);
    assert.equal(status, 200);
    assert.deepEqual(offered(body), orders, filters);
    for (const order of orders) assert.equal((await get(`/tokens${filters}${filters ? '&' : '?'}sort=${order}`)).status, 200, `${filters} ${order}`);
  }
  const refused = await get('/tokens?status=pending&sort=name');
  assert.equal(refused.status, 400);
  assert.match(refused.body, /<option value="name" selected>/, 'what was chosen stands there, with the reason');
  assert.match(refused.body, /id="sort-problem">cannot be used together with Status</);
});
