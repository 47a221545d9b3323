// Token icons: our copy where there is one, a picture drawn from the token's hash otherwise; in lists always
// the drawn one, within the page.
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
  assert.ok(page.body.includes(`src="/icons/${hash}.small"`));
  assert.ok(!page.body.includes('src="https://icons.example'), 'a reader asks nobody else');
  const list = await get('/tokens?network=testnet', { headers: { Cookie: 'a=1' } });
  assert.ok(list.body.includes(`href="/tokens/${id}"><svg`), 'a list of a hundred asks for no pictures');
  assert.ok(!list.body.includes(hash));
  const icon = await get(`/icons/${hash}`);
  assert.equal(icon.status, 200);
  assert.equal(icon.headers['content-type'], 'image/png');
  assert.equal(icon.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.ok(icon.raw.equals(png));
  // Small, or, stored before there were small ones, as it is.
  assert.ok((await get(`/icons/${hash}.small`)).raw.equals(png));
  const small = path.join(state, 'icons', `${hash}.small.webp`);
  const webp = fs.readFileSync(path.join(source, 'tests/fuzz/corpus/picture/whole.webp'));
  fs.writeFileSync(small, webp);
  t.after(() => fs.rmSync(small));
  const shown = await get(`/icons/${hash}.small`);
  assert.deepEqual([shown.status, shown.headers['content-type'], shown.headers['cache-control'], shown.raw.equals(webp)],
    [200, 'image/webp', 'public, max-age=31536000, immutable', true]);
});

for (const small of ['', '.small']) test(`for a copy that is missing a placeholder is shown, and its address says so${small}`, async () => {
  const missing = await get(`/icons/${'0'.repeat(64)}${small}`);
  assert.equal(missing.status, 404);
  assert.equal(missing.headers['content-type'], 'image/svg+xml');
  assert.equal(missing.headers['cache-control'], 'no-store', 'the copy may come back');
  assert.match(missing.headers['content-security-policy'], /default-src 'none'/);
  assert.ok(missing.raw.equals(fs.readFileSync(path.join(source, 'nginx/static/icons/token.svg'))));
});

// [where its row says it is, its status, who recorded it, the picture of the network, the picture of the state, whether this site verified it]
const shown = [['mainnet', 'pending', null, 'mainnet', 'pending'], ['testnet', 'confirmed', null, 'testnet', 'confirmed', true],
  ['testnet', 'confirmed', null, 'testnet', 'recorded'], ['mainnet', 'confirmed', 'elsewhere', 'mainnet', 'confirmed', true],
  ['unknown', 'failed', null, 'unknown', 'failed'], ['devnet', 'pending', 'elsewhere', 'unknown', 'recorded']];
test('pages show the network and the state by a picture of our own beside the word', async (t) => {
  for (const [network, status, origin, networkPicture, statePicture, verified] of shown) {
    const pictures = [networkPicture, statePicture];
    const token = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, status, origin, verified_at)
      SELECT 'Seen', 'SEEN', '1', min(creator_id), '${network}', '${status}', ${origin ? `'${origin}'` : 'NULL'}, ${verified ? 'now()' : 'NULL'} FROM tokens RETURNING id`);
    const transaction = psql(`INSERT INTO transactions (user_id, token_id, tx_type, tx_hash, network_id, status, origin, verified_at)
      SELECT creator_id, id, 'mint', '0x' || md5(id::text) || md5('x'), network_id, status, origin, verified_at FROM tokens WHERE id = ${token} RETURNING id`);
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
  assert.match(a.body, /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 -.5 7 7">/);
});

// [hue, squares] of a drawn picture, in a list or of its own.
const drawn = (svg) => [/ (?:stroke|color)="hsl\((\d+) 55% 38%\)"/.exec(svg)[1], / d="([^"]*)"/.exec(svg)[1]];

test('a list draws within the page what the address of the picture shows', async () => {
  for (const [where, pattern] of [['/tokens?limit=100', /<a class="token" href="(\/tokens\/\d+)">(<svg[^]*?<\/svg>)/g], ['/', /<a class="card" href="(\/tokens\/\d+)">\s*(<svg[^]*?<\/svg>)/g]]) {
    const { body } = await get(where);
    const rows = [...body.matchAll(pattern)];
    assert.ok(rows.length >= 6 && new Set(rows.map(([, , svg]) => svg)).size > rows.length / 2, where);
    assert.ok(!/<img/.test(body), where);
    for (const [, token, svg] of rows) {
      const page = await get(token);
      const [, icon] = /<img src="(\/icons\/identicon\/[0-9a-f]{16}\.svg)"/.exec(page.body);
      const picture = (await get(icon)).body;
      assert.deepEqual(drawn(svg), drawn(picture), token);
      const hash = /<span>0x([0-9a-f]{16})[0-9a-f]{48}<\/span><button type="button" class="copy" aria-label="Copy the type script hash"/.exec(page.body)?.[1];
      if (hash) assert.equal(icon, `/icons/identicon/${hash}.svg`);
    }
  }
});

// The squares that a picture fills, drawn as the text of five rows, from its path.
function squares(svg) {
  const filled = Array.from({ length: 5 }, () => Array(5).fill(' '));
  for (const [, x, y, lines] of drawn(svg)[1].matchAll(/M(\d) (\d)((?:h\d|m\d 0)+)/g)) {
    let at = Number(x) - 1;
    for (const [, kind, n] of lines.matchAll(/([hm])(\d)/g)) {
      if (kind === 'h') filled[y - 1].fill('#', at, at + Number(n));
      at += Number(n);
    }
  }
  return filled.map((row) => row.join(''));
}

test('a picture is what the seed says: each bit a square, the right half the mirrored left', async () => {
  for (const seed of ['0000000001000000', '0000004210000000', '0000ffffff000000', '00007fffff000000', '000025a5a5000000', '0000000000000000', '00005ade31000000']) {
    const bits = Number.parseInt(seed.slice(4, 10), 16);
    const wanted = [0, 1, 2, 3, 4].map((y) => [0, 1, 2, 1, 0].map((x) => (bits >> (x * 5 + y)) & 1 ? '#' : ' ').join(''));
    assert.deepEqual(squares((await get(`/icons/identicon/${seed}.svg`)).body), wanted, seed);
  }
});
