// Feeds as another program's XML parser reads them: well-formed whatever the texts, stable ids, the
// list's newest rows, a tag that makes the next answer 304.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { base, get, psql, source } from './lib/site.mjs';

const hostile = ['</title><script>x</script>', ']]> <![CDATA[', '&amp; "\'', '\u0001\u001f\ufffe control', '\u202Ebidi', '熊猫币\u{10FFFF}'];
const quoted = (s) => `'${s.replace(/'/g, "''")}'`;
let user, browser, page;
const { valid } = JSON.parse(fs.readFileSync(path.join(source, 'tests/data/addresses.json'), 'utf8'));
const creator = valid.filter((a) => a.address === a.canonical).at(-1).address;

before(async () => {
  user = psql("INSERT INTO users (wallet_address) VALUES ('feed test') RETURNING id");
  for (const s of hostile) {
    const id = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) VALUES (${quoted(s)}, ${quoted(s)}, '1', ${user}, 'unknown') RETURNING id`);
    psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id) VALUES (${user}, ${id}, ${quoted(s)}, ${quoted(s)}, 'unknown')`);
  }
  psql(`INSERT INTO users (wallet_address) VALUES ('${creator}');
    INSERT INTO tokens (name, symbol, supply, creator_id, network_id, status, created_at) SELECT 'Fed ' || i, 'F' || i, '1', id, 'testnet',
      CASE WHEN i % 3 = 0 THEN 'failed' ELSE 'pending' END, timestamp '2003-04-20' - i * interval '1 day' FROM users, generate_series(1, 12) i WHERE wallet_address = '${creator}';
    INSERT INTO transactions (user_id, tx_hash, tx_type, network_id, created_at) SELECT id, 'fed' || i, CASE WHEN i % 5 = 0 THEN 'burn' ELSE 'mint' END, 'testnet',
      timestamp '2003-04-20' - i * interval '5 hours' FROM users, generate_series(1, 55) i WHERE wallet_address = '${creator}'`);
  // What changed last is not what is newest.
  for (const relation of ['tokens', 'transactions'])
    psql(`UPDATE ${relation} SET updated_at = now() + interval '1 day' WHERE id = (SELECT max(id) - 3 FROM ${relation})`);
  browser = await chromium.launch({ executablePath: ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((f) => fs.existsSync(f)), args: ['--no-sandbox'] });
  page = await browser.newPage();
});
after(async () => {
  await browser?.close();
  for (const whose of [`id = ${user}`, `wallet_address = '${creator}'`])
    psql(`DELETE FROM transactions USING users WHERE users.id = user_id AND users.${whose};
      DELETE FROM tokens USING users WHERE users.id = creator_id AND users.${whose}; DELETE FROM users WHERE ${whose}`);
});

// The feed as DOMParser has it.
const parse = (xml) => page.evaluate((text) => {
  const doc = new DOMParser().parseFromString(text, 'application/xml');
  const one = (at, name) => [...at.children].filter((e) => e.localName === name && e.namespaceURI === 'http://www.w3.org/2005/Atom');
  const facts = (at) => ({ id: one(at, 'id').map((e) => e.textContent), title: one(at, 'title').map((e) => e.textContent),
    updated: one(at, 'updated').map((e) => e.textContent), published: one(at, 'published').map((e) => e.textContent), links: one(at, 'link').map((e) => [e.getAttribute('rel'), e.getAttribute('href')]) });
  return { error: doc.querySelector('parsererror')?.textContent, root: doc.documentElement.localName, ...facts(doc.documentElement),
    authors: one(doc.documentElement, 'author').length, entries: one(doc.documentElement, 'entry').map(facts) };
}, xml);

const byTime = 'created_at DESC, id DESC', days = "created_at >= '2003-04-10' AND created_at < '2003-04-19'";
for (const [what, relation, query, where, order = 'id DESC'] of [['tokens', 'tokens', '', 'true'], ['tokens', 'tokens', '?network=unknown', "network_id = 'unknown'"],
  ['tokens', 'tokens', '?q=s', "starts_with(lower(name), 's') OR starts_with(lower(symbol), 's')"], ['activity', 'transactions', '', 'true'],
  ['activity', 'transactions', '?network=unknown', "network_id = 'unknown'"], ['tokens', 'tokens', '?status=failed', "status = 'failed'"],
  ['tokens', 'tokens', '?network=testnet&status=failed', "network_id = 'testnet' AND status = 'failed'"], ['tokens', 'tokens', '?from=2003-04-10&to=2003-04-18', days, byTime],
  ['tokens', 'tokens', '?network=mainnet&to=2003-04-18', 'false'], ['activity', 'transactions', '?txType=burn', "tx_type = 'burn'"],
  ['activity', 'transactions', '?network=testnet&txType=burn', "network_id = 'testnet' AND tx_type = 'burn'"], ['activity', 'transactions', '?from=2003-04-10&to=2003-04-18', days, byTime],
  ['activity', 'transactions', '?status=failed', 'false'], ['activity', 'transactions', '?q=s', "token_id IN (SELECT id FROM tokens WHERE starts_with(lower(name), 's') OR starts_with(lower(symbol), 's'))"]])
  test(`/${what}.atom${query}`, async () => {
    const answer = await get(`/${what}.atom${query}`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'], /^application\/atom\+xml/);
    const feed = await parse(answer.body);
    assert.equal(feed.error, undefined);
    assert.deepEqual([feed.root, feed.id.length, feed.title.length, feed.updated.length, feed.authors], ['feed', 1, 1, 1, 1]);
    assert.deepEqual(feed.links, [['self', `${base}/${what}.atom${query}`], ['alternate', `${base}/${what}${query}`]]);
    const ids = psql(`SELECT id FROM ${relation} WHERE ${where} ORDER BY ${order} LIMIT 50`).split('\n').filter(Boolean);
    assert.deepEqual(feed.entries.map((e) => e.links[0][1]), ids.map((id) => `${base}/${what}/${id}`));
    assert.deepEqual(feed.entries.map((e) => e.id), ids.map((id) => [`tag:localhost,2026-01-01:/${what}/${id}`]));
    const times = (column) => psql(`SELECT to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM ${relation} WHERE ${where} ORDER BY ${order} LIMIT 50`).split('\n').filter(Boolean);
    if (where !== 'false') assert.ok(ids.length, 'rows to be wrong with');
    assert.deepEqual(feed.entries.map((e) => e.updated.join()), times('updated_at'));
    assert.deepEqual(feed.entries.map((e) => e.published.join()), times('created_at'));
    assert.equal(feed.updated[0], feed.entries.map((e) => e.updated[0]).sort().at(-1) ?? '1970-01-01T00:00:00.000Z');
    const again = await get(`/${what}.atom${query}`, { headers: { 'If-None-Match': answer.headers.etag } });
    assert.equal(again.status, 304);
  });

test('hostile texts are text, and what XML has no place for is replaced', async () => {
  const { entries } = await parse((await get('/tokens.atom?network=unknown')).body);
  const clean = (s) => s.replace(/[\u0001\u001f\ufffe]/g, '\ufffd').replace('\u202E', '');
  assert.deepEqual(entries.map((e) => e.title[0]), [...hostile].reverse().map((s) => `${clean(s)} – ${clean(s)}`));
});

test('pages link their feed; a filter that no list has is refused', async () => {
  assert.match((await get('/tokens?network=mainnet&sort=name')).body, /<a href="\/tokens\.atom\?network=mainnet" rel="alternate" type="application\/atom\+xml">Feed</);
  const found = async (at) => [...(await get(at)).body.matchAll(/<link rel="alternate" type="application\/atom\+xml" title="([^"]*)" href="([^"]*)">/g)].map((m) => [m[1], m[2]]);
  const token = psql('SELECT min(token_id) FROM transactions');
  const short = `${creator.slice(0, 10)}…${creator.slice(-8)}`;
  assert.deepEqual(await found('/tokens?network=mainnet&page=2'), [['Tokens: Mainnet', '/tokens.atom?network=mainnet']]);
  assert.deepEqual(await found('/activity?status=pending'), [['Activity: Pending', '/activity.atom?status=pending']]);
  assert.deepEqual(await found(`/tokens/${token}`), [[`Activity: ${psql(`SELECT symbol FROM tokens WHERE id = ${token}`)} (token #${token})`, `/activity.atom?tokenId=${token}`]]);
  assert.deepEqual(await found(`/creators/${creator}`), [[`Activity: of ${short}`, `/activity.atom?user=${creator}`], [`Tokens: of ${short}`, `/tokens.atom?creator=${creator}`]]);
  assert.deepEqual(await found('/'), [['Activity', '/activity.atom'], ['Tokens', '/tokens.atom']]);
  for (const none of ['/about', '/search?q=x', '/nothing', '/tokens?page=0']) assert.deepEqual(await found(none), [], none);
  for (const at of ['/', `/creators/${creator}`, `/tokens/${token}`])
    for (const [title, feed] of await found(at)) {
      const got = await parse((await get(feed)).body);
      assert.deepEqual([got.root, ...got.title], ['feed', title], feed);
    }
  assert.equal((await get('/tokens.atom?creator=x')).status, 400);
  assert.equal((await get('/activity.atom?txType=mint&status=failed')).status, 400);
  assert.equal((await get('/tokens.atom?from=2003-04-10&q=x')).status, 400);
});

test('a creator\'s page links the whole of both lists, and these have what is of that address alone', async () => {
  const { body } = await get(`/creators/${creator}`);
  for (const [list, filter, relation, column] of [['tokens', 'creator', 'tokens', 'creator_id'], ['activity', 'user', 'transactions', 'user_id']]) {
    const query = `?${filter}=${creator}`;
    assert.ok(body.includes(`<a href="/${list}.csv${query}">CSV</a> <a href="/${list}.jsonl${query}">JSON lines</a> <a href="/${list}.atom${query}" rel="alternate" type="application/atom+xml">Feed</a>`), list);
    const ids = psql(`SELECT x.id FROM ${relation} x JOIN users u ON u.id = x.${column} WHERE wallet_address = '${creator}' ORDER BY x.id DESC`).split('\n');
    assert.deepEqual((await get(`/${list}.jsonl${query}`)).body.trimEnd().split('\n').map((line) => String(JSON.parse(line).id)), ids);
    assert.deepEqual((await parse((await get(`/${list}.atom${query}`)).body)).entries.map((e) => e.links[0][1]), ids.slice(0, 50).map((id) => `${base}/${list}/${id}`));
  }
});

test('lists and their feeds have titles that tell them apart: the page\'s own, what previews read, and the feed\'s', async () => {
  const plain = (s) => s.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&');
  const short = `${creator.slice(0, 10)}…${creator.slice(-8)}`;
  const fed = psql(`SELECT min(id) FROM tokens WHERE symbol = 'F1'`), hostileToken = psql(`SELECT max(id) FROM tokens WHERE creator_id = ${user} AND symbol = ${quoted(hostile[0])}`);
  const newest = psql('SELECT max(id) FROM tokens');
  const seen = new Set();
  for (const [at, title, feed = title] of [
    ['/tokens', 'Tokens'], ['/activity', 'Activity'],
    ['/tokens?network=testnet&status=failed', 'Tokens: Testnet, Failed'],
    ['/tokens?network=testnet&sort=name&limit=10&page=2', 'Tokens: Testnet, by name, page 2', 'Tokens: Testnet'],
    ['/tokens?sort=symbol', 'Tokens: by symbol', 'Tokens'],
    [`/tokens?sort=oldest&after=0`, 'Tokens: oldest first, after #0', 'Tokens'],
    [`/tokens?before=${newest}`, `Tokens: before #${newest}`, 'Tokens'], ['/tokens?before=0', 'Tokens: last page', 'Tokens'],
    [`/tokens?creator=${creator}&from=2003-04-10&to=2003-04-18`, `Tokens: of ${short}, from 2003-04-10, to 2003-04-18`],
    [`/tokens?q=${encodeURIComponent(' <b>&"%s ')}`, 'Tokens: beginning with "<b>&"%s"'],
    [`/tokens?q=${encodeURIComponent('熊'.repeat(64))}`, `Tokens: beginning with "${'熊'.repeat(16)}…"`],
    ['/activity?txType=mint&network=testnet&sort=oldest&page=3', 'Activity: Testnet, Mint, oldest first, page 3', 'Activity: Testnet, Mint'],
    [`/activity?user=${creator}`, `Activity: of ${short}`],
    [`/activity?tokenId=${hostileToken}&network=unknown`, `Activity: ${hostile[0]} (token #${hostileToken}), Network not recorded`],
    [`/activity?tokenId=${fed}`, `Activity: token #${fed}`],
  ]) {
    const { status, body } = await get(at);
    assert.equal(status, 200, at);
    assert.equal(plain(/<title>([^<]*) · SiTa Minter<\/title>/.exec(body)[1]), title, at);
    assert.equal(plain(/<meta property="og:title" content="([^"]*)">/.exec(body)[1]), title, at);
    const [, named, path] = /<link rel="alternate" type="application\/atom\+xml" title="([^"]*)" href="([^"]*)">/.exec(body);
    assert.equal(plain(named), feed, at);
    assert.deepEqual((await parse((await get(plain(path))).body)).title, [feed], at);
    assert.ok(!seen.has(title), 'two lists of one title');
    seen.add(title);
  }
  assert.match((await get('/tokens?network=testnet&page=0')).body, /<title>Tokens · SiTa Minter</);
  assert.match((await get('/search?q=%3Cnothing%3E%20like%20it')).body, /<title>Search: &lt;nothing&gt; like it · SiTa Minter</);
  assert.match((await get('/search')).body, /<title>Search · SiTa Minter</);
});
