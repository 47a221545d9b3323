// ctest: timeout=240
// Every pair of filters and order: those that there are give exactly the rows of an independent
// query, by numbers and by cursors, both ways, also while rows are added; the others are refused by
// name. The table of pairs stands here once more, in words of this test.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { get, psql, source } from './lib/site.mjs';

const { valid } = JSON.parse(fs.readFileSync(path.join(source, 'tests/data/addresses.json'), 'utf8'));
const address = valid[3].canonical;
let user;

// Names that are equal, differ in letter case, are Chinese, look like patterns, are very long.
const names = [`'Same'`, `'SAME'`, `'same ' || i`, `'Zebra ' || i % 3`, `'熊猫币 ' || i`, `'100%_' || i`, `'\\_%'''`,
  `repeat('long ', 60) || i`, `'Ünïcode ' || i`, `chr(1114111) || i`];
before(() => {
  user = psql(`INSERT INTO users (wallet_address) VALUES ('${address}') RETURNING id`);
  for (const [n, name] of names.entries())
    psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, status, created_at)
      SELECT ${name}, CASE i % 4 WHEN 0 THEN 'SAME' WHEN 1 THEN 'zb' || i ELSE '熊' || ${n} END, '1', ${user},
        CASE i % 3 WHEN 0 THEN 'testnet' ELSE 'mainnet' END, CASE i % 2 WHEN 0 THEN 'failed' ELSE 'pending' END,
        timestamp '2002-05-01' + (i * 31 + ${n} * 17) % 23 * interval '7 hours'
      FROM generate_series(1, 6) i`);
  psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, status, created_at)
    SELECT ${user}, CASE WHEN t.symbol <> 'SAME' THEN t.id END, '0x' || md5(t.id::text || n), CASE WHEN t.id % 3 = 0 THEN 'burn' ELSE 'mint' END,
      t.network_id, t.status, timestamp '2002-05-01' + (t.id * 31 + n) % 23 * interval '7 hours'
    FROM tokens t, generate_series(1, 2) n WHERE creator_id = ${user}`);
});
after(() => psql(`DELETE FROM transactions WHERE user_id = ${user}; DELETE FROM tokens WHERE creator_id = ${user};
  DELETE FROM users WHERE id = ${user}`));

const quoted = (s) => `'${s.replace(/'/g, "''")}'`;
const key = (column) => `left(lower(${column}), 64) COLLATE "C"`;
const begins = (column, q) => `starts_with(lower(${column}), lower(${quoted(q)}))`;

const days = (f) => f.some((n) => n === 'from' || n === 'to');
const others = (f) => f.filter((n) => n !== 'from' && n !== 'to').join(' ');
const byAge = (f = []) => (days(f) ? { newest: 'created_at DESC, id DESC', oldest: 'created_at, id' } : { newest: 'id DESC', oldest: 'id' });

// What to ask with, and what it means to the database. Fewer tokens than twenty begin with the text.
const subjects = {
  tokens: {
    values: () => ({ network: 'testnet', status: 'failed', creator: address, q: 'SAM', from: '2002-05-02', to: '2002-05-04' }),
    where: (name, v, sort) => ({ network: `network_id = ${quoted(v)}`, status: `status = ${quoted(v)}`, creator: `creator_id = ${user}`, from: `created_at >= ${quoted(v)}`, to: `created_at < ${quoted(v)}::date + 1`,
      q: sort === 'name' || sort === 'symbol' ? begins(sort, v) : `(${begins('name', v)} OR ${begins('symbol', v)})` })[name],
    order: (f) => ({ ...byAge(f), name: `${key('name')}, id`, symbol: `${key('symbol')}, id` }),
    sorts: ['newest', 'oldest', 'name', 'symbol'],
    legal: (f, sort) => {
      const words = ['name', 'symbol'].includes(sort);
      if (days(f)) return !words && ['', 'network', 'creator'].includes(others(f));
      return ({ '': true, network: true, q: true, 'network q': true, status: !words, 'network status': !words, creator: !words,
        'creator status': !words })[f.join(' ')] ?? false;
    },
  },
  transactions: {
    values: () => ({ network: 'testnet', status: 'failed', user: address, txType: 'burn',
      tokenId: psql(`SELECT max(token_id) FROM transactions WHERE user_id = ${user} AND network_id = 'testnet' AND status = 'failed'`),
      from: '2002-05-02', to: '2002-05-04', q: 'zE' }),
    where: (name, v) => ({ q: `token_id IN (SELECT id FROM tokens WHERE ${begins('name', v)} OR ${begins('symbol', v)})`,
       network: `network_id = ${quoted(v)}`, status: `status = ${quoted(v)}`, user: `user_id = ${user}`,
      txType: `tx_type = ${quoted(v)}`, tokenId: `token_id = ${v}`, from: `created_at >= ${quoted(v)}`,
      to: `created_at < ${quoted(v)}::date + 1` })[name],
    order: (f) => byAge(f),
    sorts: ['newest', 'oldest'],
    legal: (f) => {
      return days(f) ? ['', 'tokenId', 'user'].includes(others(f))
        : ['', 'q', 'network q', 'status q', 'network status q', 'network', 'status', 'network status', 'tokenId', 'network tokenId', 'status tokenId', 'network status tokenId', 'user',
          'status user', 'txType', 'network txType'].includes(others(f));
    },
  },
};
const text = (html) => html.replace(/&#39;/g, "'").replace(/&quot;/g, '"');
const labels = (page) => Object.fromEntries([...page.matchAll(/<label for="(\w+)">([^<]*)<\/label>/g)].map(([, name, label]) => [name, label]));
const powerset = (list) => list.reduce((sets, x) => sets.concat(sets.map((s) => [...s, x])), [[]]);

for (const [name, s] of Object.entries(subjects)) {
  const api = `/api/${name}`;
  const pairs = () => {
    const values = s.values();
    return powerset(Object.keys(values)).flatMap((filters) => s.sorts.map((sort) => ({ filters, sort,
      query: [...filters.map((f) => `${f}=${encodeURIComponent(values[f])}`), `sort=${sort}`].join('&'),
      wanted: () => psql(`SELECT id FROM ${name} WHERE true ${filters.map((f) => `AND ${s.where(f, values[f], sort)}`).join(' ')}
        ORDER BY ${s.order(filters)[sort]}`).split('\n').filter(Boolean).map(Number) })));
  };
  const legal = (p) => s.legal([...p.filters].sort((a, b) => order.indexOf(a) - order.indexOf(b)), p.sort);
  const order = ['creator', 'network', 'status', 'txType', 'tokenId', 'q', 'user', 'from', 'to'];
  const json = async (at) => {
    const answer = await get(at);
    assert.equal(answer.status, 200, `${at}: ${answer.body.slice(0, 300)}`);
    const { data, meta } = JSON.parse(answer.body);
    return { ids: data.map((row) => row.id), ...meta.pagination };
  };

  test(`${name}: a pair that there is not is refused by name, beside its filter`, async () => {
    let refused = 0;
    for (const p of pairs().filter((pair) => !legal(pair))) {
      const answer = await get(`${api}?${p.query}`);
      assert.equal(answer.status, 400, p.query);
      const { error } = JSON.parse(answer.body);
      assert.equal(error.details.length, 1);
      const [{ field, message }] = error.details;
      assert.ok([...p.filters, 'sort'].includes(field), `${p.query}: ${field}`);
      assert.match(message, /^cannot be used together with (the other filters|\w+)$/);
      const [, other] = /(\w+)$/.exec(message);
      assert.ok(p.filters.includes(other), `${p.query}: ${message}`);
      if (refused++ % 12 === 0) {
        const page = (await get(`/${name === 'tokens' ? name : 'activity'}?${p.query}`)).body;
        const said = message.replace(other, text(labels(page)[other])); // the page calls the other as its form does
        assert.ok(text(page).includes(`id="${field}-problem">${said}<`), `${p.query}: ${said}`);
        for (const f of p.filters) assert.match(page, new RegExp(`name="${f}"`));
      }
    }
    assert.ok(refused > 20);
  });

  test(`${name}: every pair that there is has the rows it should have, by numbers and cursors, both ways`, async (t) => {
    let walked = 0;
    for (const p of pairs().filter(legal)) {
      const wanted = p.wanted();
      const base = `${api}?${p.query}&limit=17`;
      const first = await json(base);
      assert.equal(first.total, wanted.length, p.query);
      assert.equal(first.pages, Math.max(1, Math.ceil(wanted.length / 17)));
      const seen = [];
      for (let page = await json(base), hops = 0; ; page = await json(page.next)) {
        seen.push(...page.ids);
        if (!page.next) break;
        assert.ok(++hops < 100);
      }
      assert.deepEqual(seen, wanted, `by numbers: ${p.query}`);
      if (!wanted.length) continue;
      assert.ok(wanted.length > 1 || p.filters.length > 1, `${p.query} has rows to be wrong with`);
      const forward = wanted.slice(0, 17);
      for (let hops = 0; hops < 50; hops++) {
        const page = await json(`${base}&after=${forward.at(-1)}`);
        if (!page.ids.length) break;
        forward.push(...page.ids);
      }
      assert.deepEqual(forward, wanted, `forward: ${p.query}`);
      const backward = [];
      for (let at = `${base}&before=0`, hops = 0; at && hops < 50; hops++) {
        const page = await json(at);
        backward.unshift(...page.ids);
        at = page.prev;
      }
      assert.deepEqual(backward, wanted, `backward: ${p.query}`);
      if (wanted.length > 17) {
        const { prev } = await json(`${base}&after=${wanted[16]}`);
        assert.deepEqual((await json(prev)).ids, wanted.slice(0, 17), p.query);
      }
      walked++;
    }
    t.diagnostic(`${walked} lists`);
    assert.ok(walked >= 12);
  });
}

test('cursors lose and double nothing while rows are added', async (t) => {
  t.after(() => psql(`DELETE FROM tokens WHERE creator_id = ${user} AND supply = '77'`));
  const add = (name) => psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id)
    VALUES (${quoted(name)}, ${quoted(name)}, '77', ${user}, 'mainnet')`);
  for (const sort of subjects.tokens.sorts) {
    const there = psql(`SELECT id FROM tokens ORDER BY ${subjects.tokens.order()[sort]}`).split('\n').map(Number);
    const seen = [];
    for (let at = `/api/tokens?sort=${sort}&limit=10&${sort === 'newest' ? 'after=2147483647' : 'after=0'}`, i = 0; at; i++) {
      const { data, meta } = JSON.parse((await get(at, { headers: { Cookie: 'a=1' } })).body);
      seen.push(...data.map((row) => row.id));
      if (i < 12) add(i % 2 ? '0 first' : 'zz last');
      const { next } = meta.pagination;
      at = next && next.includes('after=') ? next : data.length ? `/api/tokens?sort=${sort}&limit=10&after=${seen.at(-1)}` : null;
    }
    assert.equal(new Set(seen).size, seen.length, `${sort}: nothing twice`);
    assert.deepEqual(seen.filter((id) => there.includes(id)), there, `${sort}: all that were there, in order`);
  }
});

test('page numbers lose and double nothing while rows are added, and the first page is the newest', async (t) => {
  t.after(() => psql(`DELETE FROM transactions WHERE tx_hash LIKE 'anchor%'; DELETE FROM tokens WHERE supply = '78'`));
  const token = psql(`SELECT max(id) FROM tokens WHERE creator_id = ${user} AND name LIKE 'Zebra%'`);
  let n = 0;
  const add = { tokens: (count) => psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, status)
      SELECT CASE i % 2 WHEN 0 THEN '0 first' ELSE 'same zz' END, 'SAM' || ${++n}, '78', ${user}, 'testnet', 'failed' FROM generate_series(1, ${count}) i`),
    transactions: (count) => psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, status)
      SELECT ${user}, ${token}, 'anchor' || i, 'burn', 'testnet', 'failed' FROM generate_series(1, ${count}) i`) };
  add.transactions(30);
  const json = async (at) => JSON.parse((await get(at, { headers: { Cookie: 'a=1' } })).body);
  const walked = [];
  for (const [name, queries] of [['tokens', ['', 'sort=name', 'sort=symbol', 'network=testnet', 'status=failed', `creator=${address}`, `creator=${address}&status=failed`,
    'network=testnet&status=failed', 'q=s', 'q=sam&sort=symbol', 'q=s&network=testnet', 'from=2002-05-01', `from=2002-05-01&creator=${address}`]],
  ['transactions', ['', 'network=testnet', 'status=failed', 'network=testnet&status=failed', `tokenId=${token}`, `tokenId=${token}&status=failed`, `user=${address}`,
    `user=${address}&status=failed`, 'txType=burn', 'txType=burn&network=testnet', 'q=zebra', 'q=zebra&status=failed', 'from=2002-05-01', `from=2002-05-01&tokenId=${token}`, `from=2002-05-01&user=${address}`]]])
    for (const query of queries) {
      const base = `/api/${name}?${query}${query && '&'}limit=10`;
      const start = await json(base);
      const whole = await json(base.replace('limit=10', 'limit=100'));
      const there = whole.data.map((row) => row.id);
      const seen = start.data.map((row) => row.id);
      for (let { next } = start.meta.pagination, page = 2; next && seen.length < there.length; page++) {
        add[name](7);
        assert.match(next, new RegExp(`page=${page}&until=\\d+$`), query);
        const { data, meta: { pagination } } = await json(next);
        seen.push(...data.map((row) => row.id));
        assert.deepEqual([pagination.total, pagination.pages, pagination.current], [start.meta.pagination.total, start.meta.pagination.pages, page], next);
        ({ next } = pagination);
      }
      assert.deepEqual(seen.slice(0, there.length), there, `${name} ${query}`);
      if (there.length > 10) walked.push(query);
      if (!query.includes('sort=')) assert.equal(String((await json(base)).data[0].id), psql(`SELECT max(id) FROM ${name}`), `${query}: the newest`);
    }
  assert.ok(walked.length > 24, walked.join(' '));
  // A page that was reached without an anchor has one from there on; so has the page for people, whose canonical address has none.
  add.tokens(1);
  const newest = Number(psql('SELECT max(id) FROM tokens'));
  const third = await json('/api/tokens?page=3');
  assert.equal(third.meta.pagination.next, `/api/tokens?page=4&until=${newest}`);
  add.tokens(3);
  const page = (await get('/tokens?page=2', { headers: { Cookie: 'a=1' } })).body;
  assert.match(page, new RegExp(`href="/tokens\\?page=3&amp;until=${newest + 3}"`));
  assert.match(page, /<li><a href="\/tokens" rel="prev">/);
  assert.match(page, /<link rel="canonical" href="[^"?]*\/tokens\?page=2">/);
  assert.deepEqual((await json(`/api/tokens?page=3&until=${newest}`)).data, third.data);
});

test('a cursor that names nothing stands for the end of the list on its side', async () => {
  const all = psql(`SELECT id FROM tokens ORDER BY ${key('name')}, id`).split('\n').map(Number);
  const ids = async (query) => JSON.parse((await get(`/api/tokens?sort=name&limit=10&${query}`)).body).data.map((row) => row.id);
  assert.deepEqual(await ids('after=2147483647'), all.slice(0, 10));
  assert.deepEqual(await ids('before=2147483647'), all.slice(-10));
  const others = psql(`SELECT id FROM tokens WHERE ${begins('name', 'same')} ORDER BY ${key('name')}, id`).split('\n').map(Number);
  const first = all.find((id) => !others.includes(id)), last = all.findLast((id) => !others.includes(id));
  assert.deepEqual(await ids(`q=same&after=${first}`), others.slice(0, 10));
  assert.deepEqual(await ids(`q=same&before=${last}`), others.slice(-10));
  assert.deepEqual(await ids(`q=same&after=${last}`), []);
});

test('q: begins with, whatever the letter case; patterns, quotes, blanks and Chinese are plain text', async () => {
  const ids = async (q, more = '') => JSON.parse((await get(`/api/tokens?limit=100&q=${encodeURIComponent(q)}${more}`)).body).data.map((row) => row.id);
  for (const q of ['same', 'SaMe 3', '熊', '熊猫币', '100%_', '%', '_', '\\', "\\_%'", 'ÜNÏ', '  zebra 1 ', 'no such', `${'LONG '.repeat(12)}LO`, '\u{10FFFF}'])
    for (const [sort, columns] of [['newest', ['name', 'symbol']], ['name', ['name']], ['symbol', ['symbol']]])
      assert.deepEqual(await ids(q, `&sort=${sort}`), psql(`SELECT id FROM tokens WHERE ${columns.map((c) => begins(c, q.trim())).join(' OR ')}
        ORDER BY ${subjects.tokens.order()[sort]}`).split('\n').filter(Boolean).map(Number), `${q} ${sort}`);
  assert.equal((await get(`/api/tokens?q=${'x'.repeat(257)}`)).status, 400);
  assert.equal(JSON.parse((await get('/api/tokens?q=%20%20')).body).meta.pagination.total, Number(psql('SELECT count(*) FROM tokens')));
});

test('heads are links with aria-sort, also without JavaScript; the form keeps what was chosen', async () => {
  const heads = async (at) => /<thead>[^]*?<\/thead>/.exec((await get(at)).body)[0];
  let head = await heads('/tokens?network=mainnet&limit=25');
  assert.match(head, /<th scope="col"><a href="\/tokens\?network=mainnet&amp;limit=25&amp;sort=symbol">Symbol<\/a><span class="plain">Symbol<\/span> · <a href="\/tokens\?network=mainnet&amp;limit=25&amp;sort=name">Name</);
  assert.match(head, /<th scope="col" class="time-column" aria-sort="descending"><a href="\/tokens\?network=mainnet&amp;limit=25&amp;sort=oldest" class="sorted">Added</);
  head = await heads('/tokens?sort=name&page=2');
  assert.match(head, /<th scope="col" aria-sort="ascending"><a href="\/tokens\?sort=symbol">Symbol<\/a><span class="plain">Symbol<\/span> · <a href="\/tokens\?sort=name" class="sorted" aria-current="true">Name</);
  assert.match(head, /<th scope="col" class="time-column"><a href="\/tokens">Added</);
  assert.equal([...head.matchAll(/aria-sort/g)].length, 1);
  head = await heads('/tokens?status=pending'); // has no order by name: no link to a refusal
  assert.match(head, /<th scope="col">Symbol · Name</);
  assert.match(await heads('/activity?sort=oldest'), /aria-sort="ascending"><a href="\/activity" class="sorted">Added/);
  for (const [at, href] of [['/tokens?sort=oldest&limit=25', '/tokens?limit=25&amp;sort=oldest&amp;page=2'], ['/activity?sort=oldest', '/activity?sort=oldest&amp;page=2']])
    assert.ok((await get(at)).body.includes(`href="${href}"`), at);
  const form = (await get('/tokens?sort=symbol&limit=17&q=%22s')).body;
  assert.match(form, /<option value="symbol" selected>/);
  assert.match(form, /<option value="17" selected>17/);
  assert.match(form, /name="q" type="search" value="&quot;s"/);
  for (const n of [10, 25, 50, 100]) assert.match(form, new RegExp(`<option value="${n}">`));
  const wrong = await get('/tokens?limit=1000&sort=age');
  assert.equal(wrong.status, 400);
  assert.match(wrong.body, /<p class="problem" id="limit-problem">must be a whole number from 10 to 100</);
  assert.match(wrong.body, /<p class="problem" id="sort-problem">must be one of Newest first, Oldest first, Name, Symbol</);
});

test('an empty list says what would help', async () => {
  const empty = async (at) => /<p class="empty"[^>]*>(.*?)<\/p>/s.exec((await get(at)).body)[1];
  assert.match(await empty('/tokens?q=no+such&sort=name'), /No token matches.*href="\/tokens\?q=no%20such">Look at both.*href="\/search\?q=no%20such">Search addresses and hashes, too.*href="\/tokens">Show all/s);
  assert.doesNotMatch(await empty('/tokens?q=no+such'), /Look at both/);
  assert.match(await empty('/tokens?page=900'), /The list ends before this page/);
  const pager = /<p class="count">([^<]*)/.exec((await get('/tokens?page=900')).body)[1];
  assert.match(pager, /^\d+ in all$/, 'there is no page 900 of that many');
  assert.match(await empty('/activity?page=900'), /The list ends before this page/);
  assert.match(await empty('/activity?status=failed&network=unknown'), /No transaction matches.*href="\/activity"/s);
});
