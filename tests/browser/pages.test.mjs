// ctest: timeout=1200
// Every kind of page in Chromium: phone and desktop, light and dark, with and without JavaScript;
// axe finds nothing, nothing scrolls sideways, nothing is fetched from elsewhere, and a reader gets
// from page to page with the keyboard alone. Screenshots go to TEST_STATE/shots.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { base, psql } from '../http/lib/site.mjs';

const shots = path.join(process.env.TEST_STATE, 'shots');
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((f) => fs.existsSync(f));
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const screens = {
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  desktop: { viewport: { width: 1280, height: 900 } },
  wide: { viewport: { width: 2560, height: 1440 } },
};
const token = Number(psql("SELECT id FROM tokens WHERE type_hash IS NOT NULL ORDER BY id LIMIT 1"));
const transaction = Number(psql('SELECT id FROM transactions WHERE token_id IS NOT NULL ORDER BY id LIMIT 1'));
// Two people: one with nothing, one with long names.
const [nobody, creator] = JSON.parse(fs.readFileSync(path.join(process.env.SOURCE_DIR, 'tests/data/addresses.json'), 'utf8'))
  .valid.slice(1, 3).map((a) => a.address);
psql(`INSERT INTO users (wallet_address) VALUES ('${nobody}'), ('${creator}')`);
psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) SELECT repeat(w, 30), repeat(w, 8),
  '340282366920938463463374607431.768211455', u.id, 'mainnet' FROM users u, unnest(ARRAY['Wide', '中文名', 'a.io ']) w
  WHERE wallet_address = '${creator}'`);
const warned = psql(`SELECT max(id) FROM tokens WHERE creator_id = (SELECT id FROM users WHERE wallet_address = '${creator}')`);
psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, metadata) SELECT id, ${warned}, '0x' || repeat('ab', 32),
  'mint', 'mainnet', json_build_object('note', repeat('long ', 60), 'inner', json_build_object('list', json_build_array(1, repeat('x', 200))))
  FROM users WHERE wallet_address = '${creator}'`);
const tree = psql('SELECT max(id) FROM transactions');
const pages = {
  warned: `/tokens/${warned}`, tree: `/activity/${tree}`,
  about: '/about', search: '/search?q=t', 'search-none': '/search?q=nothing-like-this',
  creator: `/creators/${creator}`, 'creator-empty': `/creators/${nobody}`,
  home: '/', tokens: '/tokens', 'tokens-filtered': '/tokens?network=testnet', 'tokens-none': '/tokens?status=failed',
  token: `/tokens/${token}`, activity: '/activity?page=3', transaction: `/activity/${transaction}`,
  'not-found': '/nothing-here', 'bad-input': '/tokens?network=nowhere&page=0',
  'bad-filter': '/activity?network=mainnet&user=ckb1x&from=2024-02-30', filtered: '/activity?from=2024-01-01&to=2024-01-02',
};

let browser;
before(async () => {
  fs.mkdirSync(shots, { recursive: true });
  browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu',
    '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
});
after(() => {
  psql(`DELETE FROM transactions WHERE id = ${tree};
    DELETE FROM tokens WHERE creator_id IN (SELECT id FROM users WHERE wallet_address = '${creator}');
    DELETE FROM users WHERE wallet_address IN ('${creator}', '${nobody}')`);
  return browser?.close();
});

// A page in a context of its own; fails the test for console errors and requests to other hosts.
async function open(options, work) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (m) => m.type() === 'error' && !/status of 40[04]/.test(m.text()) && complaints.push(m.text()));
  page.on('request', (r) => !r.url().startsWith(base) && complaints.push(`request to ${r.url()}`));
  try {
    await work(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

for (const [name, address] of Object.entries(pages)) {
  for (const [screen, size] of Object.entries(screens)) {
    for (const colorScheme of ['light', 'dark']) {
      test(`${name}, ${screen}, ${colorScheme}`, () => open({ ...size, colorScheme }, async (page) => {
        await page.goto(base + address);
        await page.screenshot({ path: path.join(shots, `${name}-${screen}-${colorScheme}.png`), fullPage: true });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${overflow} pixels scroll sideways`);
        const found = await new AxeBuilder({ page }).withTags(tags).analyze();
        assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`), []);
      }));
    }
  }

  test(`${name} says the same without JavaScript`, async () => {
    const texts = [];
    for (const javaScriptEnabled of [true, false])
      await open({ javaScriptEnabled }, async (page) => {
        await page.goto(base + address);
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
  await page.waitForURL('**/tokens?network=testnet*');
  const rows = await page.locator('tbody tr').count();
  assert.equal(rows, Number(psql("SELECT least(count(*), 10) FROM tokens WHERE network_id = 'testnet'")));
  assert.equal(await page.getByLabel('Network').inputValue(), 'testnet');
  await page.getByRole('link', { name: 'Clear' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Next' }).click();
  await page.waitForURL('**/tokens?page=2');
  await page.locator('a.token').first().click();
  await page.waitForURL(/\/tokens\/\d+$/);
  assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
}));

test('with the keyboard alone: skip link first, focus visible, filter and pages reachable', () => open({}, async (page) => {
  await page.goto(`${base}/activity`);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  assert.ok((await page.locator('.skip').boundingBox()).y >= 0, 'the skip link is seen when it has the focus');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  const reached = [];
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement, s = getComputedStyle(e);
      return { end: e === document.body, what: e.id || e.textContent.trim(), outline: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 };
    });
    if (at.end) break;
    assert.ok(at.outline, `focus is not visible on ${at.what}`);
    reached.push(at.what);
  }
  for (const wanted of ['network', 'status', 'Show', 'Next', 'Last']) assert.ok(reached.includes(wanted), wanted);
}));

test('at 200 % text, and at 320 pixels, nothing is cut off', () => open({}, async (page) => {
  for (const [width, fontSize] of [[640, '200%'], [320, '100%']]) {
    await page.setViewportSize({ width, height: 640 });
    for (const address of Object.values(pages)) {
      await page.goto(base + address);
      const before = await page.evaluate(() => parseFloat(getComputedStyle(document.querySelector('main')).fontSize));
      await page.evaluate((size) => { document.documentElement.style.fontSize = size; }, fontSize);
      const now = await page.evaluate(() => [parseFloat(getComputedStyle(document.querySelector('main')).fontSize),
        document.documentElement.scrollWidth - innerWidth]);
      assert.equal(now[0], before * parseFloat(fontSize) / 100, 'text follows the reader\'s size');
      assert.ok(now[1] <= 0, `${address} at ${width}: ${now[1]} pixels scroll sideways`);
    }
  }
}));

test('targets are large enough for fingers', () => open(screens.phone, async (page) => {
  for (const address of Object.values(pages)) {
    await page.goto(base + address);
    const small = await page.evaluate(() => [...document.querySelectorAll('a, button, select')]
      .filter((e) => !e.closest('p') && !e.classList.contains('skip') && e.getClientRects().length)
      .map((e) => [e.textContent.trim().slice(0, 20), e.getBoundingClientRect()])
      .filter(([, r]) => r.height < 23.5 || r.width < 23.5).map(([text, r]) => `${text} ${r.width}x${r.height}`));
    assert.deepEqual(small, [], address);
  }
}));

test('hostile text is text: what the DOM holds is what was stored', async () => {
  const text = `"><img src=x onerror=alert(1)> ' </script><b>&lt;{{x}}`;
  const q = `'${text.replace(/'/g, "''")}'`;
  const creator = psql('SELECT creator_id FROM tokens LIMIT 1');
  const id = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, description, icon_url, network_id)
    VALUES (${q}, ${q}, '1', ${creator}, ${q}, 'javascript:alert(1)', 'testnet') RETURNING id`);
  try {
    await open({}, async (page) => {
      page.on('dialog', () => assert.fail('a script ran'));
      await page.goto(`${base}/tokens/${id}`);
      assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), text);
      assert.equal(await page.locator('.description').textContent(), text);
      assert.equal(await page.locator('main b, main script').count(), 0);
      assert.equal(await page.locator('[href^="javascript:"], [src^="javascript:"]').count(), 0);
    });
  } finally {
    psql(`DELETE FROM tokens WHERE id = ${id}`);
  }
});
