// ctest: timeout=240
// The corpus of hostile text in what came after the first pages: downloads, feeds, search, filters and
// what is said beside them, addresses that carry a text on, tags for previews, maps, headers.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { parseCsv } from './lib/csv.mjs';
import { checkMarkup, corpus, escaped, plant, shown, uproot } from './lib/hostile.mjs';
import { base, build, get, until } from './lib/site.mjs';

const table = JSON.parse(execFileSync(path.join(build, 'sitaminter'), ['help', 'routes'], { encoding: 'utf8', env: {} }))
  .filter((page) => page.access === 'public');
let planted, browser;
before(async () => {
  planted = plant();
  await until(() => get('/tokens'), ({ body }) => body.includes(`href="/tokens/${planted.at(-1).token}"`));
  browser = await chromium.launch({ executablePath: ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((f) => fs.existsSync(f)), args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  if (planted) uproot(planted);
});

const arg = encodeURIComponent;
const plain = (html) => html.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&');
const runs = (s) => /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(s);
// A text as HTML's parsers hand it on.
const line = (s) => s.replace(/\r\n?/g, '\n');

// Headers are short lines of ASCII that we wrote: no text of a row or of the request is in them.
function checkHeaders({ headers }, where) {
  assert.equal(headers['set-cookie'], undefined, where);
  assert.equal(headers.x, undefined, where);
  for (const [name, value] of Object.entries(headers)) {
    assert.match(`${value}`, /^[\x20-\x7e]*$/, `${where}: ${name}`);
    if (name === 'location') assert.match(value, /^\/(?!\/)/, where);
    else if (name === 'link') for (const one of value.split(', ')) assert.match(one, /^<\/api\/[\w/]+(\?[\w.~%&=+-]*)?>; rel="\w+"$/, where);
    else assert.doesNotMatch(`${value}`, /alert|script>|icons\.example/, `${where}: ${name}`);
  }
}

test('CSV and JSON lines hold each text as it is, in one cell; what a spreadsheet would run is a text', async () => {
  const [head, ...rows] = parseCsv((await get('/tokens.csv')).body);
  const [, ...activity] = parseCsv((await get('/activity.csv')).body);
  const objects = (await get('/tokens.jsonl')).body.split('\n').filter(Boolean).map((row) => JSON.parse(row));
  const transactions = (await get('/activity.jsonl')).body.split('\n').filter(Boolean).map((row) => JSON.parse(row));
  for (const { text, token, transaction } of planted) {
    const row = Object.fromEntries(rows.find((r) => r[0] === token).map((cell, i) => [head[i], cell]));
    const object = objects.find((o) => o.id === Number(token));
    for (const name of ['name', 'symbol', 'supply', 'description', 'iconUrl', 'contractAddress', 'networkId', 'txHash', 'status', 'origin']) {
      assert.equal(row[name], runs(text) ? `'${text}` : text, name);
      assert.equal(object[name], text, name);
    }
    assert.deepEqual([JSON.parse(row.typeScript), object.typeScript], [{ [text]: text }, { [text]: text }]);
    assert.ok(activity.find((r) => r[0] === transaction).includes(runs(text) ? `'${text}` : text));
    const other = transactions.find((o) => o.id === Number(transaction));
    assert.deepEqual([other.metadata.note, other.amount, other.txType, other.tokenName], [text, text, text, text]);
  }
  assert.ok([...rows, ...activity].flat().every((cell) => !runs(cell)));
  for (const at of ['/tokens.csv', '/activity.csv', '/tokens.jsonl', '/activity.jsonl']) checkHeaders(await get(at, { method: 'HEAD' }), at);
});

// The titles of a feed's entries by id, as a browser's XML parser has them.
async function titles(page, at) {
  const answer = await get(at);
  checkHeaders(answer, at);
  const [error, names, entries] = await page.evaluate((xml) => {
    const doc = new DOMParser().parseFromString(xml, 'application/xml');
    return [doc.querySelector('parsererror')?.textContent, [...new Set([...doc.querySelectorAll('*')].map((e) => e.localName))].sort().join(' '),
      [...doc.querySelectorAll('entry')].map((e) => [e.querySelector('link').getAttribute('href').split('/').pop(), e.querySelector('title').textContent])];
  }, answer.body);
  assert.equal(error, undefined, at);
  assert.equal(names, 'author entry feed id link name published summary title updated');
  return new Map(entries);
}

test('feeds are XML whatever the texts, and say them', async () => {
  const clean = (s) => shown(s).replaceAll('\r', '\ufffd'); // XML's parsers keep none
  const page = await browser.newPage();
  const tokens = await titles(page, '/tokens.atom'), activity = await titles(page, '/activity.atom');
  for (const { text, token, transaction } of planted) {
    assert.equal(tokens.get(token), clean(`${text} – ${text}`));
    assert.ok(activity.get(transaction).includes(clean(text)), text);
  }
});

test('a page\'s title and what previews read say the text and nothing else', async () => {
  for (const { text: stored, token } of planted) {
    const { body } = await get(`/tokens/${token}`), text = shown(stored);
    assert.ok(body.includes(`<title>${escaped(text)} – ${escaped(text)} · SiTa Minter</title>`), text);
    assert.equal(plain(/<meta property="og:image:alt" content="([^"]*)">/.exec(body)[1]), text);
    for (const name of ['og:title', 'og:description', 'description']) {
      const [content, ...more] = [...body.matchAll(new RegExp(`<meta (?:name|property)="${name}" content="([^"]*)">`, 'g'))].map((m) => plain(m[1]));
      assert.deepEqual(more, []);
      assert.ok(content.includes(text), `${name}: ${content}`);
    }
    for (const [, url] of body.matchAll(/<meta (?:name|property)="og:(?:url|image)" content="([^"]*)">/g)) assert.ok(url.startsWith(`${base}/`), url);
  }
});

test('search: the text stands in the box, finds what is called so, and leads there', async () => {
  for (const { text, token } of planted) {
    const found = await get(`/search?q=${arg(text)}`);
    checkHeaders(found, text);
    assert.deepEqual([found.status, found.headers.location], [302, `/tokens/${token}`], text);
    const twin = await get(`/api/search?q=${arg(text)}`);
    checkHeaders(twin, text);
    assert.equal(twin.status, 200);
    assert.deepEqual(JSON.parse(twin.body).data.filter((row) => row.id === Number(token)).map((row) => [row.name, row.symbol]), [[text, text]], text);
    const part = [...text.trim()].slice(0, -1).join('').trimEnd();
    const answer = await get(`/search?q=${arg(part)}`);
    checkMarkup(answer.body, part);
    if (answer.status === 200) assert.ok(answer.body.includes(` value="${escaped(part)}"`), part);
    else assert.equal(answer.headers.location, `/tokens/${token}`, part); // but for spaces it is the whole
  }
});

test('a list keeps the text in its form, and every address of the page carries it on unchanged', async () => {
  for (const { text, token } of planted) {
    const q = [...text].slice(0, 64).join('');
    const answer = await get(`/tokens?q=${arg(q)}&limit=10`);
    const where = JSON.stringify(q);
    assert.equal(answer.status, 200, where);
    checkHeaders(answer, where);
    checkMarkup(answer.body, where);
    assert.ok(answer.body.includes(`name="q" type="search" value="${escaped(q.trim())}"`) || answer.body.includes(`name="q" type="search" value="${escaped(q)}"`), where);
    assert.ok(answer.body.includes(`href="/tokens/${token}"`), where);
    const links = [...answer.body.matchAll(/\shref="([^"]*[?&;]q=[^"]*)"/g)].map((m) => new URL(plain(m[1]), base));
    assert.ok(links.length >= 3, where);
    for (const url of links) {
      assert.deepEqual([...url.searchParams.keys()].filter((name) => !['q', 'sort', 'limit'].includes(name)), [], url.href);
      assert.equal(url.searchParams.get('q').trim(), q.trim());
      assert.equal(url.hash, '');
    }
    for (const at of ['/api/tokens', '/tokens.atom', '/tokens.jsonl']) {
      const twin = await get(`${at}?q=${arg(q)}`);
      checkHeaders(twin, `${at} ${where}`);
      assert.deepEqual([twin.status, twin.body.includes(`"id":${token},`) || twin.body.includes(`/tokens/${token}"`)], [200, true], `${at} ${where}`);
    }
  }
});

test('in any parameter of any page a text is refused or shown as text, also by the API and by its errors', async () => {
  const sample = { id: 1, address: 'x', seed: 'x', block: 1 };
  for (const page of table)
    for (const pattern of [page.path, page.apiPath].filter(Boolean))
      for (const [i, text] of corpus.entries()) {
        const own = page.params.map((p) => p.name);
        const name = own.length ? own[i % own.length] : 'unknown';
        const inPath = page.params.find((p) => p.name === name)?.in === 'path';
        const at = pattern.replace(/\{(\w+)\}/g, (_, key) => (inPath && key === name ? arg(text) : sample[key]));
        const target = inPath ? at : `${at}?${arg(name)}=${arg(text)}&${arg(text)}=${arg(text)}`;
        for (const Accept of ['*/*', 'application/problem+json, application/json;q=0.5'].slice(0, /json$|^\/api/.test(pattern) ? 2 : 1)) {
          const answer = await get(target, { headers: { Accept } });
          assert.ok([200, 302, 400, 404, 406].includes(answer.status), `${answer.status} ${target}`);
          checkHeaders(answer, target);
          const type = answer.headers['content-type'] ?? '';
          if (/html/.test(type)) checkMarkup(answer.body, target);
          else if (/json$/.test(type)) JSON.parse(answer.body);
          if (/html|xml/.test(type) && /[<"]/.test(text)) assert.ok(!answer.body.includes(text), target);
        }
      }
});

test('what is wrong stands beside the filter with the text as it was typed', async () => {
  for (const text of corpus.filter((s) => s.length < 200 && !/^\s|\s$/.test(s)))
    for (const [at, name] of [['/tokens', 'creator'], ['/activity', 'user'], ['/activity', 'tokenId'], ['/activity', 'from'], ['/activity', 'to']]) {
      const { status, body } = await get(`${at}?${name}=${arg(text)}`);
      assert.equal(status, 400);
      assert.match(body, new RegExp(`id="${name}-problem"`), `${name} ${text}`);
      const [tag] = new RegExp(`<input id="${name}"[^>]*>`).exec(body);
      assert.equal(plain(/ value="([^"]*)"/.exec(tag)[1]), text, name);
      checkMarkup(body, `${name} ${text}`);
    }
});

test('maps, the API document, its page and the chart hold nothing of any row', async () => {
  const maps = [...(await get('/sitemap.xml')).body.matchAll(/<loc>([^<]*)/g)].map(([, url]) => url.slice(base.length));
  assert.ok(maps.length >= 4, `${maps}`);
  for (const at of ['/sitemap.xml', ...maps, '/robots.txt', '/api/openapi.json', '/docs/api', '/about']) {
    const { status, body } = await get(at);
    assert.equal(status, 200, at);
    for (const text of corpus) assert.ok(!body.includes(text) && !body.includes(escaped(text)), `${at}: ${text}`);
  }
  const [chart] = /<figure class="chart">[^]*?<\/figure>/.exec((await get('/')).body);
  assert.deepEqual([...new Set([...chart.matchAll(/<(\w+)/g)].map((m) => m[1]))].sort(),
    ['details', 'div', 'figcaption', 'figure', 'p', 'rect', 'span', 'summary', 'svg', 'table', 'tbody', 'td', 'th', 'thead', 'title', 'tr']);
});

test('a page of hostile rows is drawn by a browser as its texts, and nothing runs', async () => {
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  page.on('dialog', () => assert.fail('a script ran'));
  page.on('request', (request) => assert.ok(request.url().startsWith(`${base}/`), request.url()));
  for (const { text, token } of planted) {
    await page.goto(`${base}/tokens/${token}`);
    const seen = await page.evaluate(() => ['h1', '.subtitle', '.description'].map((at) => document.querySelector(at).textContent));
    assert.deepEqual(seen, Array(3).fill(line(shown(text))));
  }
  await page.goto(`${base}/tokens?limit=100`);
  const symbols = await page.evaluate(() => [...document.querySelectorAll('.token-symbol')].map((e) => e.textContent));
  const beginning = (text) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
  for (const { text } of planted) assert.ok(symbols.includes(line(shown(beginning(text)))), text);
  assert.equal(await page.evaluate(() => document.querySelectorAll('main :is(script, iframe, b, form form), [onload], [onerror], [onmouseover]').length), 0);
});

test('the check itself sees markup, foreign addresses and handlers', () => {
  for (const bad of ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<img src="https://icons.example/x">', '<a href="javascript:alert(1)">',
    '<a href="//icons.example">', '<a href="https://icons.example/">', '<p onmouseover="x">', '<bdi>a\u202Eb</bdi>', '<p title="\u2067">'])
    assert.throws(() => checkMarkup(bad, 'a bad one'), bad);
  assert.throws(() => checkHeaders({ headers: { 'x-a': 'é' } }));
  assert.throws(() => checkHeaders({ headers: { location: '//icons.example' } }));
});
