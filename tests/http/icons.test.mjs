// Token icons: our copy where there is one, a picture drawn from the token's hash otherwise.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { get, psql, source, state } from './lib/site.mjs';

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

test('for a copy that is missing a placeholder is shown, and its address says so', async () => {
  const missing = await get(`/icons/${'0'.repeat(64)}`);
  assert.equal(missing.status, 404);
  assert.equal(missing.headers['content-type'], 'image/svg+xml');
  assert.equal(missing.headers['cache-control'], 'no-store', 'the copy may come back');
  assert.match(missing.headers['content-security-policy'], /default-src 'none'/);
  assert.ok(missing.raw.equals(fs.readFileSync(path.join(source, 'nginx/static/icons/token.svg'))));
});

// [where its row says it is, its status, who recorded it, the picture of the network, the picture of the state]
const shown = [['mainnet', 'pending', null, 'mainnet', 'pending'], ['testnet', 'confirmed', null, 'testnet', 'confirmed'],
  ['unknown', 'failed', null, 'unknown', 'failed'], ['devnet', 'pending', 'elsewhere', 'unknown', 'recorded']];
test('pages show the network and the state by a picture of our own beside the word', async (t) => {
  for (const [network, status, origin, ...pictures] of shown) {
    const token = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, status, origin)
      SELECT 'Seen', 'SEEN', '1', min(creator_id), '${network}', '${status}', ${origin ? `'${origin}'` : 'NULL'} FROM tokens RETURNING id`);
    const transaction = psql(`INSERT INTO transactions (user_id, token_id, tx_type, tx_hash, network_id, status, origin)
      SELECT creator_id, id, 'mint', '0x' || md5(id::text) || md5('x'), network_id, status, origin FROM tokens WHERE id = ${token} RETURNING id`);
    t.after(() => psql(`DELETE FROM transactions WHERE id = ${transaction}; DELETE FROM tokens WHERE id = ${token}`));
    for (const page of [`/tokens/${token}`, `/activity/${transaction}`]) {
      const named = [...(await get(page)).body.matchAll(/<img src="(\/icons\/([a-z]+)-[^"]+)" alt="" width="16" height="16">[^<]/g)];
      assert.deepEqual(named.map((match) => match[2]), pictures, `${page} ${network} ${status}`);
      for (const [, address] of named) assert.equal((await get(address)).headers['content-type'], 'image/svg+xml');
    }
  }
});

test('identicons: the same seed gives the same picture, another seed another one', async () => {
  const [a, again, b] = await Promise.all(['0123456789abcdef', '0123456789abcdef', 'fedcba9876543210']
    .map((seed) => get(`/icons/identicon/${seed}.svg`)));
  assert.equal(a.headers['content-type'], 'image/svg+xml');
  assert.equal(a.body, again.body);
  assert.notEqual(a.body, b.body);
  assert.match(a.body, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 7 7">/);
});
