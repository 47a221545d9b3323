// Token icons: our copy where there is one, a picture drawn from the token's hash otherwise.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { get, psql, state } from './lib/site.mjs';

// The smallest PNG: one transparent pixel.
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABXvMqOgAAAABJRU5ErkJggg==', 'base64');
const hash = crypto.createHash('sha256').update(png).digest('hex');

test('a token with a stored icon shows it, from our own address', async (t) => {
  const file = path.join(state, 'icons', `${hash}.png`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, png);
  const id = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, icon_hash, icon_url)
    SELECT 'Pictured', 'PIC', '1', min(creator_id), 'testnet', '${hash}', 'https://icons.example/x.png' FROM tokens RETURNING id`);
  t.after(() => { psql(`DELETE FROM tokens WHERE id = ${id}`); fs.rmSync(file); });
  const page = await get(`/tokens/${id}`);
  assert.ok(page.body.includes(`src="/icons/${hash}"`));
  assert.ok(!page.body.includes('src="https://icons.example'), 'a reader asks nobody else');
  const icon = await get(`/icons/${hash}`);
  assert.equal(icon.status, 200);
  assert.equal(icon.headers['content-type'], 'image/png');
  assert.equal(icon.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.ok(icon.raw.equals(png));
});

test('a hash without a file is 404', async () => {
  assert.equal((await get(`/icons/${'0'.repeat(64)}`)).status, 404);
});

test('identicons: the same seed gives the same picture, another seed another one', async () => {
  const [a, again, b] = await Promise.all(['0123456789abcdef', '0123456789abcdef', 'fedcba9876543210']
    .map((seed) => get(`/icons/identicon/${seed}.svg`)));
  assert.equal(a.headers['content-type'], 'image/svg+xml');
  assert.equal(a.body, again.body);
  assert.notEqual(a.body, b.body);
  assert.match(a.body, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 7 7">/);
});
