// ctest: timeout=240
// Lists of more rows than are counted, or than one look takes: page numbers that hold still behind
// twenty thousand newer rows, and what very many tokens begin with, newest and oldest first, to its end.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { get, psql, until } from './lib/site.mjs';

const FLOCK = 10200, CROWD = 20300, LATER = 20500;
const fresh = { headers: { Cookie: 'a=1' } };
let user, anchor, first;

before(() => {
  anchor = Number(psql('SELECT max(id) FROM tokens'));
  first = Number(psql('SELECT max(id) FROM transactions'));
  user = psql("INSERT INTO users (wallet_address) VALUES ('many test') RETURNING id");
  // Names before all others, in no order of ids; what few begin with among them.
  psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id)
      SELECT '  flock ' || md5(i::text), CASE WHEN i < 40 THEN 'rare' ELSE 'fl' END, '1', ${user}, 'testnet' FROM generate_series(1, ${FLOCK}) i;
    INSERT INTO tokens (name, symbol, supply, creator_id, network_id)
      SELECT '  crowd ' || md5(i::text), 'cr' || i % 7, '1', ${user}, CASE i % 50 WHEN 0 THEN 'mainnet' ELSE 'testnet' END FROM generate_series(1, ${CROWD}) i`);
  psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id)
      SELECT ${user}, id, 'many' || id, 'mint', network_id FROM tokens WHERE creator_id = ${user} AND name LIKE '  flock%' AND id % 300 = 0 ORDER BY id;
    INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id)
      SELECT ${user}, ${anchor}, 'many' || i, 'mint', 'testnet' FROM generate_series(1, ${LATER}) i`);
  psql('VACUUM ANALYZE tokens, transactions');
});
after(async () => {
  psql(`DELETE FROM transactions WHERE user_id = ${user}; DELETE FROM tokens WHERE creator_id = ${user}; DELETE FROM users WHERE id = ${user}`);
  // Workers remember for a moment that there were more than they count.
  for (const list of ['/api/tokens', '/api/transactions'])
    await until(async () => JSON.parse((await get(list, fresh)).body).meta.pagination.totalIsExact, Boolean);
});

const json = async (at) => {
  const answer = await get(at, fresh);
  assert.equal(answer.status, 200, `${at}: ${answer.body.slice(0, 300)}`);
  const { data, meta: { pagination } } = JSON.parse(answer.body);
  return { ids: data.map((row) => row.id), ...pagination };
};
const wanted = (sql) => psql(sql).split('\n').filter(Boolean).map(Number);
const walk = async (at, step = 'next') => {
  const seen = [];
  for (let hops = 0; at; hops++) {
    const page = await json(at);
    if (step === 'next') seen.push(...page.ids);
    else seen.unshift(...page.ids);
    at = page[step];
    assert.ok(hops < 400, 'ends');
  }
  return seen;
};

for (const by of ['name', 'symbol'])
  test(`by ${by}: numbers hold still behind twenty thousand newer tokens`, async () => {
    for (const [query, where] of [['', 'true'], ['&network=testnet', "network_id = 'testnet'"]]) {
      const all = wanted(`SELECT id FROM tokens WHERE id <= ${anchor} AND ${where} ORDER BY ${by}_key, id`);
      assert.ok(all.length, 'rows to be wrong with');
      const seen = [];
      for (let page = 1; page <= Math.ceil(all.length / 10); page++) {
        const { ids, total, totalIsExact } = await json(`/api/tokens?sort=${by}&limit=10&page=${page}&until=${anchor}${query}`);
        assert.deepEqual([total, totalIsExact], [all.length, true]);
        seen.push(...ids);
      }
      assert.deepEqual(seen, all);
    }
    // An anchor in the midst: ten thousand came later, and more than that before it.
    const middle = anchor + FLOCK + 10150;
    const rows = wanted(`SELECT id FROM tokens WHERE id <= ${middle} ORDER BY ${by}_key, id OFFSET 9900 LIMIT 100`);
    assert.deepEqual((await json(`/api/tokens?sort=${by}&limit=100&page=100&until=${middle}`)).ids, rows);
    const crowd = wanted(`SELECT id FROM tokens WHERE id <= ${middle} AND ${by}_key LIKE '${by === 'name' ? '  ' : ''}cr%' ORDER BY ${by}_key, id OFFSET 30 LIMIT 10`);
    assert.deepEqual((await json(`/api/tokens?sort=${by}&q=${by === 'name' ? '%20%20' : ''}cr&limit=10&page=4&until=${middle}`)).ids, by === 'name' ? [] : crowd);
  });

test('what more begin with than are counted: newest and oldest first, to the end, by numbers and cursors', async () => {
  for (const [query, where] of [['q=cr', "symbol_key LIKE 'cr%'"], ['q=fl&network=testnet', "symbol_key LIKE 'fl%' AND network_id = 'testnet'"]]) {
    const all = wanted(`SELECT id FROM tokens WHERE ${where} ORDER BY id DESC`);
    assert.ok(all.length > 10001);
    const start = await json(`/api/tokens?${query}&limit=100`);
    assert.deepEqual([start.total, start.totalIsExact, start.pages], [10000, false, null]);
    if (query !== 'q=cr') assert.deepEqual(await walk(`/api/tokens?${query}&limit=100`), all);
    const oldest = [...all].reverse(), n = all.length;
    for (const [more, list] of [['', all], ['&sort=oldest', oldest]]) {
      assert.deepEqual(await walk(`/api/tokens?${query}${more}&limit=100&after=${list[n - 250]}`), list.slice(n - 249));
      assert.deepEqual((await json(`/api/tokens?${query}${more}&limit=100&before=0`)).ids, list.slice(n - 100));
      assert.deepEqual(await walk(`/api/tokens?${query}${more}&limit=100&before=${list[150]}`, 'prev'), list.slice(0, 150));
    }
    assert.deepEqual((await json(`/api/tokens?${query}&limit=10&page=1000`)).ids, all.slice(9990, 10000));
    assert.deepEqual((await json(`/api/tokens?${query}&limit=10&page=1000&sort=oldest`)).ids, oldest.slice(9990, 10000));
    // Anchored: without what came later, and counted so.
    const at = all[all.length - 500];
    const anchored = await json(`/api/tokens?${query}&limit=10&page=3&until=${at}`);
    assert.deepEqual([anchored.ids, anchored.total, anchored.totalIsExact], [all.slice(-480, -470), 500, true]);
    const feed = (await get(`/tokens.atom?${query}`, fresh)).body;
    assert.deepEqual([...feed.matchAll(/<link rel="alternate" type="text\/html" href="[^"]*\/tokens\/(\d+)"/g)].map((m) => Number(m[1])), all.slice(0, 50));
    const lines = (await get(`/tokens.jsonl?${query}&sort=oldest`)).body.split('\n').filter(Boolean).map((line) => JSON.parse(line).id);
    assert.deepEqual(lines, oldest);
  }
  const page = (await get('/tokens?q=cr', fresh)).body;
  assert.match(page, /at least 10,000/);
  assert.doesNotMatch(page, /this page ends here/);
});

test('activity of all tokens that begin so, few or very many; where so much is looked at, the page says so and goes on', async () => {
  const of = (column) => wanted(`SELECT x.id FROM transactions x JOIN tokens t ON t.id = x.token_id WHERE t.${column} ORDER BY x.id DESC`);
  const flock = of("symbol_key IN ('fl', 'rare') AND creator_id = " + user);
  assert.ok(flock.length > 30);
  for (const query of ['q=fl', 'q=fl&status=pending', 'q=fl&network=testnet']) {
    const start = await json(`/api/transactions?${query}&limit=10`);
    assert.deepEqual([start.ids.filter((id) => id > first), start.totalIsExact], [[], false], 'so far nothing');
    assert.match(start.next, /after=\d+$/);
    const seen = await walk(`/api/transactions?${query}&limit=10`);
    assert.deepEqual(seen.filter((id) => flock.includes(id)), of(`symbol_key = 'fl' AND creator_id = ${user}`), query);
    assert.deepEqual(await walk(`/api/transactions?${query}&limit=10&before=0`, 'prev'), seen, query);
    assert.deepEqual(await walk(`/api/transactions?${query}&limit=10&sort=oldest`), [...seen].reverse(), query);
    assert.deepEqual(await walk(`/api/transactions?${query}&limit=10&sort=oldest&before=0`, 'prev'), [...seen].reverse(), query);
    const lines = (await get(`/activity.jsonl?${query}`)).body.split('\n').filter(Boolean).map((line) => JSON.parse(line).id);
    assert.deepEqual(lines, seen, query);
  }
  const page = (await get('/activity?q=fl', fresh)).body;
  assert.match(page, /So many transactions were looked at that this page ends here.*The next one goes on/s);
  assert.match(page, /href="\/activity\?q=fl&amp;after=\d+" rel="next"/);
  assert.match(page, /at least \d+/);
  const rare = of("symbol_key = 'rare'");
  const few = await json('/api/transactions?q=rare&limit=100');
  assert.deepEqual([few.ids, few.total, few.totalIsExact], [rare, rare.length, true]);
});
