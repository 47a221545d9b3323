// Static files: names that change with the content, kept for a year, compressed.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';
import { build, get, source, state } from './lib/site.mjs';

const assets = [...fs.readFileSync(path.join(build, 'gen/templates/assets.h'), 'utf8')
  .matchAll(/#define ASSET_\w+ "([^"]+)"/g)].map((match) => match[1]);

test('every file is served under its hash, immutable, with the right type', async () => {
  assert.ok(assets.length >= 9, `${assets.length} assets`);
  const types = { css: 'text/css; charset=utf-8', svg: 'image/svg+xml', js: 'text/javascript; charset=utf-8', png: 'image/png' };
  for (const asset of assets) {
    const answer = await get(asset);
    assert.equal(answer.status, 200, asset);
    assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable', asset);
    assert.equal(answer.headers['content-type'], types[asset.split('.').pop()], asset);
    const [, name, hash, type] = /^\/(?:static\/|(?=icons\/))(.+)-([0-9a-f]{12})\.(\w+)$/.exec(asset);
    const original = fs.readFileSync(path.join(source, 'nginx/static', `${name}.${type}`));
    assert.ok(answer.raw.equals(original), `${asset} is the source file`);
    assert.equal(crypto.createHash('sha256').update(original).digest('hex').slice(0, 12), hash);
  }
});

test('gzip and brotli, with Vary, and weak tags that still match', async () => {
  const css = assets.find((asset) => asset.endsWith('.css'));
  const plain = await get(css);
  for (const [coding, unpack] of [['gzip', zlib.gunzipSync], ['br', zlib.brotliDecompressSync]]) {
    for (const target of [css, '/tokens', '/api/tokens']) {
      const answer = await get(target, { headers: { 'Accept-Encoding': coding } });
      assert.equal(answer.headers['content-encoding'], coding, target);
      assert.match(answer.headers.vary ?? '', /Accept-Encoding/i, target);
      assert.ok(unpack(answer.raw).length > answer.raw.length, target);
      const again = await get(target, { headers: { 'Accept-Encoding': coding, 'If-None-Match': answer.headers.etag } });
      assert.equal(again.status, 304, `${target} ${coding} ${answer.headers.etag}`);
    }
  }
  const packed = await get(css, { headers: { 'Accept-Encoding': 'br' } });
  assert.ok(zlib.brotliDecompressSync(packed.raw).equals(plain.raw));
});

test('folders are not listed and nothing outside them is served', async () => {
  for (const target of ['/static/', '/static/icons/', '/icons/', '/static/../bin/sitaminter',
    '/static/%2e%2e/templates/home.html', '/icons/../tls/site.pem', '/icons/%2e%2e/%2e%2e/tls/ca.pem']) {
    const answer = await get(target);
    assert.ok([404, 400].includes(answer.status), `${target}: ${answer.status}`);
    assert.doesNotMatch(answer.body, /PRIVATE|\{\{|<center>/, target);
  }
});

test('a token icon is served from the state folder, and cannot run as a page', async () => {
  const name = `${'ab'.repeat(16)}.svg`;
  const file = path.join(state, 'icons', name);
  fs.writeFileSync(file, '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  try {
    const answer = await get(`/icons/${name}`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'image/svg+xml');
    assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.match(answer.headers['content-security-policy'], /default-src 'none'/);
    assert.doesNotMatch(answer.headers['content-security-policy'], /script-src/);
  } finally {
    fs.rmSync(file);
  }
});

test('every file that a page names exists', async () => {
  for (const page of ['/', '/tokens', '/activity', '/nowhere']) {
    const { body } = await get(page);
    const named = [...body.matchAll(/(?:href|src)="(\/(?:static|icons)\/[^"]+)"/g)].map((match) => match[1]);
    assert.ok(named.length >= 2, `${page} names its style and icon`);
    for (const file of new Set(named))
      assert.equal((await get(file.replaceAll('&amp;', '&'))).status, 200, `${page}: ${file}`);
  }
});
