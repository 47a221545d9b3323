// What search engines and link previews read: robots.txt, the sitemap, canonical and OpenGraph tags.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';
import { base, get, psql, source, state } from './lib/site.mjs';

const { valid } = JSON.parse(fs.readFileSync(path.join(source, 'tests/data/addresses.json'), 'utf8'));
const locations = (xml) => [...xml.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => {
  assert.ok(url.startsWith(`${base}/`), url);
  return url.slice(base.length);
});

test('robots.txt names the sitemap', async () => {
  const answer = await get('/robots.txt');
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^text\/plain/);
  assert.ok(answer.body.split('\n').includes(`Sitemap: ${base}/sitemap.xml`));
  assert.ok(answer.body.startsWith('User-agent: *\n'));
  assert.ok(answer.body.split('\n').includes('Disallow: /*until='), 'pages as they were at some moment are nothing to index');
});

const utc = "to_char(%, 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')";
const said = (times) => utc.replace('%', times);

test('the sitemap leads to the fixed pages and to every token, transaction and creator once, with the time of the last change', async (t) => {
  // People: one with a page, one who did nothing, one whose address is none; a part far away.
  const [somebody, idle] = valid.filter((a) => a.format === 'full' && a.address === a.canonical).map((a) => a.address).filter((a) =>
    psql(`SELECT count(*) FROM users WHERE wallet_address = '${a}'`) === '0');
  psql(`INSERT INTO users (wallet_address) VALUES ('${idle}'), ('ckb1nobody<&>');
    INSERT INTO users (id, wallet_address) VALUES (1234567, '${somebody}');
    INSERT INTO tokens (id, name, symbol, supply, creator_id, network_id, updated_at) SELECT i, 'far', 'FAR', '1', id, 'mainnet', '2021-02-03 04:05:06'
      FROM users JOIN (VALUES (2147483000, 'ckb1nobody<&>'), (2147483100, '${somebody}'), (2147483647, '${somebody}')) v (i, who) ON wallet_address = who;
    INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, created_at) SELECT id, 2147483000, '0x5', 'mint', 'mainnet', '2031-02-03'
      FROM users WHERE wallet_address = 'ckb1nobody<&>'`);
  t.after(() => psql(`DELETE FROM transactions WHERE tx_hash = '0x5'; DELETE FROM tokens WHERE symbol = 'FAR';
    DELETE FROM users WHERE wallet_address IN ('${somebody}', '${idle}', 'ckb1nobody<&>')`));
  const index = await get('/sitemap.xml');
  assert.match(index.headers['content-type'], /^application\/xml/);
  const maps = locations(index.body);
  assert.equal(new Set(maps).size, maps.length);
  assert.ok(maps.includes('/sitemaps/tokens/42950') && maps.includes('/sitemaps/creators/25'), maps.join(' '));
  const entries = [];
  for (const map of maps) {
    const answer = await get(map);
    assert.equal(answer.status, 200, map);
    assert.match(answer.headers['content-type'], /^application\/xml/);
    assert.match(answer.body, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<urlset xmlns="http:\/\/www\.sitemaps\.org\/schemas\/sitemap\/0\.9">\n(<url><loc>[^<>]+<\/loc>(<lastmod>[^<>]+<\/lastmod>)?<\/url>\n)*<\/urlset>\n$/);
    const times = [...answer.body.matchAll(/<lastmod>(.*?)<\/lastmod>/g)].map(([, time]) => time);
    assert.ok(locations(answer.body).length <= 50000);
    entries.push(...locations(answer.body).map((url, i) => `${url} ${map === '/sitemaps/pages' ? '' : times[i]}`));
  }
  const wanted = ['/', '/tokens', '/activity', '/about', '/docs/api'].map((url) => `${url} `).concat(
    psql(`SELECT '/tokens/' || id || ' ' || ${said("greatest(updated_at, (SELECT max(created_at) FROM transactions WHERE token_id = t.id))")} FROM tokens t ORDER BY id`).split('\n'),
    psql(`SELECT '/activity/' || id || ' ' || ${said('updated_at')} FROM transactions ORDER BY id`).split('\n'),
    psql(`SELECT '/creators/' || wallet_address || ' ' || ${said('max(changed)')} FROM users u JOIN (SELECT creator_id AS id, updated_at AS changed FROM tokens
      UNION ALL SELECT user_id, created_at FROM transactions) x USING (id) WHERE NOT reserved AND wallet_address ~ '^ck[bt]1[0-9a-z]+$' GROUP BY id ORDER BY id`).split('\n'));
  assert.deepEqual(entries, wanted);
  for (const url of entries.map((e) => e.split(' ')[0]).filter((url, i, all) => i < 5 || i % 50 === 0 || i === all.length - 1)) assert.equal((await get(url)).status, 200, url);
  for (const none of ['tokens/2', 'tokens/42949', 'creators/26', 'activity/42950', 'tokens']) assert.equal((await get(`/sitemaps/${none}`)).status, 404, none);
  for (const wrong of ['tokens/0', 'activity/42951', 'creators/x']) assert.equal((await get(`/sitemaps/${wrong}`)).status, 400, wrong);
});

test('a part of more rows than one statement brings is whole, compressed for who takes that, and made by the desk', async (t) => {
  const user = psql("INSERT INTO users (wallet_address, reserved) VALUES ('sitemap test', true) RETURNING id");
  t.after(() => psql(`DELETE FROM transactions WHERE user_id = ${user}; DELETE FROM users WHERE id = ${user}`));
  psql(`INSERT INTO transactions (id, user_id, tx_hash, tx_type, network_id) SELECT 1000000 + i, ${user}, '0x' || i, 'mint', 'mainnet' FROM generate_series(1, 2500) i WHERE i NOT IN (7, 500, 501)`);
  const whole = await get('/sitemaps/activity/21');
  assert.deepEqual(locations(whole.body), psql('SELECT id FROM transactions WHERE id > 1000000 ORDER BY id').split('\n').map((id) => `/activity/${id}`));
  assert.equal(locations(whole.body).length, 2497);
  const packed = await get('/sitemaps/activity/21', { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.equal(zlib.gunzipSync(packed.raw).toString(), whole.body);
  assert.equal((await get('/sitemaps/activity/21', { method: 'HEAD' })).raw.length, 0);
});

test('pages name their one address and describe themselves; error pages do not', async () => {
  const id = psql('SELECT max(id) FROM tokens');
  const token = JSON.parse((await get(`/api/tokens/${id}`)).body).data.token;
  const page = (await get(`/tokens/${id}`)).body;
  const meta = (name) => new RegExp(`<meta (?:name|property)="${name}" content="([^"]*)">`).exec(page)?.[1];
  assert.ok(page.includes(`<link rel="canonical" href="${base}/tokens/${id}">`));
  assert.equal(meta('og:url'), `${base}/tokens/${id}`);
  assert.ok(meta('og:title').includes(token.symbol));
  assert.ok(meta('og:description').includes(token.name));
  assert.equal(meta('description'), meta('og:description'));
  for (const none of ['/nothing', '/tokens/2147483647', '/activity/2147483647', '/tokens?page=x', '/tokens/x', `/creators/${base}`])
    assert.doesNotMatch((await get(none)).body, /canonical|og:|twitter:|This page as JSON|alternate/, none);
});

test('a page has one address, whichever way it was asked for, and its preview has it too', async () => {
  const { address, canonical } = valid.find((a) => a.format === 'short');
  const id = psql('SELECT max(id) FROM tokens');
  for (const [asked, own, twin] of [
    ['/?utm_source=x', '/', null],
    [`/tokens/${id}?fbclid=1&x`, `/tokens/${id}`, `/api/tokens/${id}`],
    [`/tokens/%${id.charCodeAt(0).toString(16)}${id.slice(1)}`, `/tokens/${id}`, null],
    ['/tokens?page=1&limit=10&sort=newest&q=&network=', '/tokens', '/api/tokens'],
    ['/tokens?sort=name&utm=%22%3E&network=mainnet', '/tokens?network=mainnet&sort=name', '/api/tokens?network=mainnet&sort=name'],
    ['/tokens?network=mainnet&sort=name', '/tokens?network=mainnet&sort=name', '/api/tokens?network=mainnet&sort=name'],
    [`/tokens?limit=25&page=2&until=${id}`, '/tokens?page=2&limit=25', `/api/tokens?page=2&limit=25&until=${id}`],
    [`/tokens?q=+s%65+`, '/tokens?q=se', '/api/tokens?q=se'],
    [`/tokens?q=%E9%93%BE%22`, '/tokens?q=%E9%93%BE%22', '/api/tokens?q=%E9%93%BE%22'],
    [`/tokens?creator=${address}`, `/tokens?creator=${canonical}`, `/api/tokens?creator=${canonical}`],
    ['/search?a=b&q=seal', '/search?q=seal', '/api/search?q=seal'],
  ]) {
    const answer = await get(asked);
    const all = (pattern) => [...answer.body.matchAll(pattern)].map((m) => m[1].replaceAll('&amp;', '&'));
    assert.equal(answer.status, 200, asked);
    assert.deepEqual(all(/<link rel="canonical" href="([^"]*)">/g), [base + own], asked);
    assert.deepEqual(all(/<meta property="og:url" content="([^"]*)">/g), [base + own], asked);
    if (twin) assert.deepEqual(all(/<link rel="alternate" type="application\/json" href="([^"]*)">/g), [twin], asked);
    assert.equal((await get(own)).status, 200, own);
  }
});

test('a preview has one picture, absolute and of a kind that previews show: our copy of the icon, or the site\'s own', async (t) => {
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABXvMqOgAAAABJRU5ErkJggg==', 'base64');
  const icon = crypto.createHash('sha256').update(png).digest('hex');
  const file = path.join(state, 'icons', `${icon}.png`);
  const id = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, icon_hash, icon_url) SELECT 'P', '"><i>', '1',
    min(creator_id), 'testnet', '${icon}', 'https://icons.example/x.png' FROM tokens RETURNING id`);
  fs.writeFileSync(file, png);
  t.after(() => { psql(`DELETE FROM tokens WHERE id = ${id}`); fs.rmSync(file); });
  const tags = async (address, name) => [...(await get(address)).body.matchAll(/<meta (?:name|property)="([^"]*)" content="([^"]*)">/g)].filter((m) => m[1] === name).map((m) => m[2]);
  assert.deepEqual(await tags(`/tokens/${id}`, 'og:image'), [`${base}/icons/${icon}`]);
  assert.deepEqual(await tags(`/tokens/${id}`, 'og:image:alt'), ['&quot;&gt;&lt;i&gt;']);
  assert.deepEqual(await tags(`/tokens/${id}`, 'twitter:card'), ['summary']);
  const served = await get(`/icons/${icon}`);
  assert.equal(served.headers['content-type'], 'image/png');
  assert.ok(served.raw.equals(png));
  const plain = psql('SELECT min(id) FROM tokens WHERE icon_hash IS NULL');
  for (const address of ['/', '/tokens', '/about', `/tokens/${plain}`]) {
    const [one, ...more] = await tags(address, 'og:image');
    assert.deepEqual(more, []);
    assert.match(one.slice(base.length), /^\/static\/card-[0-9a-f]{12}\.png$/, address);
    assert.ok(one.startsWith(base));
    const answer = await get(one.slice(base.length));
    assert.equal(answer.headers['content-type'], 'image/png');
    assert.deepEqual([answer.raw.readUInt32BE(16), answer.raw.readUInt32BE(20)], [1200, 630]);
    assert.ok(answer.raw.length < 30000);
  }
  assert.deepEqual(await tags('/', 'twitter:card'), ['summary_large_image']);
});
