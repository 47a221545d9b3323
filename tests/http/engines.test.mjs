// What search engines and link previews read: robots.txt, the sitemap, canonical and OpenGraph tags.
import assert from 'node:assert/strict';
import test from 'node:test';
import { base, get, psql } from './lib/site.mjs';

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
});

test('the sitemap leads to the fixed pages and to every token once', async () => {
  const index = await get('/sitemap.xml');
  assert.match(index.headers['content-type'], /^application\/xml/);
  const maps = locations(index.body);
  const urls = [];
  for (const map of maps) {
    const answer = await get(map);
    assert.equal(answer.status, 200, map);
    urls.push(...locations(answer.body));
  }
  const tokens = psql('SELECT id FROM tokens ORDER BY id').split('\n').map((id) => `/tokens/${id}`);
  assert.deepEqual(urls, ['/', '/tokens', '/activity', '/about', '/docs/api', ...tokens]);
  for (const url of [...urls.slice(0, 5), urls.at(-1)]) assert.equal((await get(url)).status, 200, url);
  assert.equal((await get(`/sitemaps/${maps.length}`)).status, 404);
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
  assert.doesNotMatch((await get('/nothing')).body, /canonical|og:url/);
});
