// ctest: timeout=1200
// Every kind of page in Chromium: from phone to wide, light and dark, with and without JavaScript; axe
// finds nothing, nothing scrolls sideways or moves, nothing is fetched from elsewhere. Screenshots go to
// TEST_STATE/shots. What readers do there is in lists.test.mjs, how they see and point in access.test.mjs.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { base, build, psql, sockets, source, state } from '../http/lib/site.mjs';
import { open, pages, screens, shots } from './lib/pages.mjs';

// A tablet has the phone's cards, a wide window the desktop's tables: the same elements in the same colours.
const checked = ['phone', 'desktop'];
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

// All bytes of a page as they are sent: itself, its style, its script and its pictures.
const HEAVIEST = 30 * 1000;

async function measure(page) {
  let bytes = 0;
  const SEEN = 0.001; // layout shift is stated in thousandths; less is nothing that an eye could find
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  network.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  await page.addInitScript(() => {
    window.shifts = [];
    const at = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(' ');
    const moved = ({ node, previousRect, currentRect }) =>
      `${(node?.outerHTML ?? node?.textContent ?? '').slice(0, 60)}: ${at(previousRect)} -> ${at(currentRect)}`;
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((e) => ({ value: e.value, moved: e.sources.map(moved) }))))
      .observe({ type: 'layout-shift', buffered: true });
  });
  const settled = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50))));
  return { bytes: () => bytes, shifts: async () => { await page.evaluate(settled); return page.evaluate((least) => window.shifts.filter(({ value }) => value >= least), SEEN); } };
}

test('a page that moves while it loads, and its weight, are seen', () => open({}, async (page) => {
  const cost = await measure(page);
  await page.route('**/tokens', async (route) => route.fulfill({ contentType: 'text/html', body:
    `<p>x</p><h1>y</h1>${'z'.repeat(40000)}<script>requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => document.querySelector('p').append(document.createElement('br'), 'more'), 100)))</script>` }));
  await page.goto(`${base}/tokens`);
  await page.waitForFunction(() => document.querySelector('br'));
  assert.ok((await cost.shifts()).length > 0);
  assert.ok(cost.bytes() > HEAVIEST);
}));

// A hundred rows of which no two have much in common: a list's weight is that of its hashes and pictures.
test('lists of 10, 25 and 100 rows weigh no more and do not move', async (t) => {
  const user = psql(`INSERT INTO users (wallet_address) VALUES ('weighty') RETURNING id`);
  t.after(() => psql(`DELETE FROM transactions WHERE user_id = ${user}; DELETE FROM tokens WHERE creator_id = ${user}; DELETE FROM users WHERE id = ${user}`));
  const hash = (salt) => `'0x' || encode(sha256(('${salt}' || i)::bytea), 'hex')`;
  psql(`INSERT INTO tokens (name, symbol, supply, decimals, creator_id, network_id, type_hash, tx_hash, icon_hash, status)
    SELECT 'Weighty ' || md5(i::text), 'W' || left(md5('s' || i), 6), (i::numeric ^ 9)::text, 8, ${user}, (ARRAY['mainnet', 'testnet'])[1 + i % 2],
    ${hash('type')}, ${hash('issue')}, substr(${hash('icon')}, 3), (ARRAY['pending', 'confirmed', 'failed'])[1 + i % 3] FROM generate_series(1, 110) i;
    INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, amount, network_id, status)
    SELECT creator_id, id, '0x' || encode(sha256(id::text::bytea), 'hex'), (ARRAY['mint', 'transfer', 'burn'])[1 + id % 3], supply, network_id, status
    FROM tokens WHERE creator_id = ${user}`);
  const lists = ['/tokens', '/activity'].flatMap((list) => [10, 25, 100].map((rows) => [`${list}?limit=${rows}`, 'tbody tr', rows]));
  for (const [address, row, rows] of [...lists, ['/', '.card', 6], ['/search?q=W', '.card', 20]])
    await open({}, async (page) => {
      const cost = await measure(page);
      await page.goto(base + address);
      assert.equal(await page.locator(row).count(), rows, address);
      assert.deepEqual(await cost.shifts(), [], `${address} does not move`);
      assert.ok(cost.bytes() > 5000 && cost.bytes() <= HEAVIEST, `${address}: ${cost.bytes()} bytes`);
      t.diagnostic(`${address}: ${cost.bytes()} bytes`);
    });
});

test('a token whose icon is as heavy as an import takes has a page like the others', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'site-icon-'));
  let png;
  await open({}, async (page) => {
    await page.goto(`${base}/about`);
    const noise = await page.evaluate(() => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 600, height: 420 }), on = canvas.getContext('2d');
      const points = on.createImageData(600, 420);
      for (let i = 0; i < points.data.length; i++) points.data[i] = i % 4 === 3 ? 255 : Math.random() * 256;
      on.putImageData(points, 0, 0);
      return canvas.toDataURL('image/png');
    });
    png = Buffer.from(noise.slice(noise.indexOf(',') + 1), 'base64');
  });
  assert.ok(png.length > 700000 && png.length < 1024 * 1024, `${png.length}`);
  const iconSha256 = crypto.createHash('sha256').update(png).digest('hex');
  t.after(() => {
    psql(`DELETE FROM tokens WHERE icon_hash = '${iconSha256}'`);
    for (const file of [`${iconSha256}.png`, `${iconSha256}.small.webp`]) fs.rmSync(path.join(state, 'icons', file));
    fs.rmSync(folder, { recursive: true });
  });
  fs.writeFileSync(path.join(folder, 'noise.png'), png);
  const { script, hash } = JSON.parse(fs.readFileSync(path.join(source, 'tests/data/scripts.json'), 'utf8')).scripts[1];
  fs.writeFileSync(path.join(folder, 'tokens.jsonl'), JSON.stringify({ kind: 'token', network: 'testnet', name: 'Heavy', symbol: 'HVY', decimals: 8,
    iconFile: 'noise.png', iconSha256, typeScript: { codeHash: script.code_hash, hashType: script.hash_type, args: script.args }, typeHash: hash, origin: 'a test' }));
  execFileSync(path.join(build, 'sitaminter'), ['import', 'tokens', path.join(folder, 'tokens.jsonl'), '--icons', folder,
    '--url', `host=${sockets} user=sita_owner dbname=sitaminter`], { env: { SITA_ICONS: path.join(state, 'icons') } });
  const id = psql(`SELECT id FROM tokens WHERE icon_hash = '${iconSha256}'`);
  await open(screens.phone, async (page) => {
    const cost = await measure(page);
    await page.goto(`${base}/tokens/${id}`);
    const icon = page.locator('img[width="56"]');
    assert.deepEqual(await icon.evaluate((img) => [img.complete, img.naturalWidth, img.naturalHeight, img.currentSrc]),
      [true, 112, 78, `${base}/icons/${iconSha256}.small`]);
    assert.deepEqual(await cost.shifts(), []);
    assert.ok(cost.bytes() <= HEAVIEST, `${cost.bytes()} bytes`);
    t.diagnostic(`${cost.bytes()} bytes, of a picture of ${png.length}`);
    await page.screenshot({ path: path.join(shots, 'token-heavy-phone.png') });
  });
});

// Beyond a wide window there is but more room: one page of each build is enough.
const huge = ['home', 'tokens', 'token', 'activity', 'docs'];

test('on the largest screens a page uses the same part of the window, and the chart all of its room', () => open(screens.huge, async (page) => {
  await page.goto(base);
  const width = (at) => page.locator(at).first().evaluate((e) => e.getBoundingClientRect().width);
  const main = await width('main');
  assert.ok(main >= 0.55 * 3840 && main <= 0.66 * 3840, `${main}`);
  assert.ok(await width('.chart svg') > 0.9 * await width('.chart'), 'the chart stops short');
  assert.ok(await width('.lead') < 800, 'words stay in lines that can be read');
}));

for (const [name, address] of Object.entries(pages)) {
  for (const [screen, size] of Object.entries(screens).filter(([screen]) => screen !== 'huge' || huge.includes(name)))
    test(`${name}, ${screen}, light and dark`, () => open(size, async (page) => {
      const cost = await measure(page);
      await page.goto(base + address);
      assert.deepEqual(await cost.shifts(), [], 'nothing moves while it loads');
      assert.ok(cost.bytes() <= HEAVIEST, `${cost.bytes()} bytes`);
      const overflow = await page.evaluate(() => Math.max(...[document.documentElement, ...document.querySelectorAll('.table-wrap')]
        .map((e) => e.scrollWidth - e.clientWidth))); // nor is a table cut at its side
      assert.ok(overflow <= 0, `${overflow} pixels scroll sideways`);
      const grounds = [];
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        grounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
        await page.screenshot({ path: path.join(shots, `${name}-${screen}-${colorScheme}.png`), fullPage: true });
        if (!checked.includes(screen)) continue;
        const found = await new AxeBuilder({ page }).withTags(tags).analyze();
        assert.deepEqual(found.violations.map((v) => `${colorScheme}: ${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), []);
      }
      assert.notEqual(grounds[0], grounds[1]);
    }));

  test(`${name} says the same without JavaScript`, async () => {
    const texts = [];
    for (const javaScriptEnabled of [true, false])
      await open({ javaScriptEnabled }, async (page) => {
        await page.goto(base + address);
        // Beside buttons that copy and how long ago a time was.
        await page.locator('main').evaluate((main) => main.querySelectorAll('.copy, .ago').forEach((e) => e.remove()));
        texts.push((await page.locator('main').innerText()).replace(/[0-9a-f]{32}/, 'ID'));
      });
    assert.equal(texts[0], texts[1]);
    assert.ok(texts[0].length > 20);
  });
}

test('from the front page to a token, its activity and back, by clicks', () => open({}, async (page) => {
  await page.goto(base);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tokens' }).click();
  await page.waitForURL('**/tokens');
  assert.equal(await page.getByRole('link', { name: 'Tokens', exact: true }).getAttribute('aria-current'), 'page');
  await page.getByLabel('Network').selectOption('testnet');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL((url) => url.pathname === '/tokens' && url.searchParams.get('network') === 'testnet');
  const rows = await page.locator('tbody tr').count();
  assert.equal(rows, Number(psql("SELECT least(count(*), 10) FROM tokens WHERE network_id = 'testnet'")));
  assert.equal(await page.getByLabel('Network').inputValue(), 'testnet');
  await page.getByRole('link', { name: 'Clear' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Next' }).click();
  await page.waitForURL(/\/tokens\?page=2&until=\d+$/);
  await page.locator('a.token').first().click();
  await page.waitForURL(/\/tokens\/\d+$/);
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
}));
