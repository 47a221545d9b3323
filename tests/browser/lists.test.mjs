// ctest: timeout=300
// What a reader does with a list: orders it by its heads, chooses how many rows, filters, is told what is
// wrong and puts it right, takes it away as a file, finds its feed; all of it without JavaScript, too.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { parseCsv } from '../http/lib/csv.mjs';
import { base, psql, until } from '../http/lib/site.mjs';
import { open, pages, screens, token } from './lib/pages.mjs';

const ids = (page) => page.locator('tbody tr').evaluateAll((rows) => rows.map((tr) => Number(tr.querySelector('a').pathname.split('/').pop())));
const wanted = (relation, where, order, limit = 10) =>
  psql(`SELECT id FROM ${relation} WHERE ${where} ORDER BY ${order} LIMIT ${limit}`).split('\n').filter(Boolean).map(Number);
const head = (page, name) => page.getByRole('columnheader', { name });
const key = (column) => `left(lower(${column}), 64) COLLATE "C", id`;

// Tabs on until the link has the focus, then presses Enter.
async function enter(page, name) {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement.tagName === 'A' && document.activeElement.textContent) === name) {
      await page.keyboard.press('Enter');
      return;
    }
  }
  assert.fail(`${name} is not reached`);
}

for (const javaScriptEnabled of [true, false])
  test(`heads order the list, by keyboard, and say how it is ordered${javaScriptEnabled ? '' : ', without JavaScript'}`, () => open({ javaScriptEnabled }, async (page) => {
    await page.goto(`${base}/tokens`);
    const sorted = () => page.locator('th[aria-sort]').evaluateAll((all) => all.map((th) => `${th.querySelector('.sorted')?.textContent} ${th.getAttribute('aria-sort')}`));
    assert.deepEqual(await sorted(), ['Added descending']);
    for (const [name, says, sort, order] of [['Added', 'Added ascending', 'oldest', 'id'], ['Name', 'Name ascending', 'name', key('name')],
      ['Symbol', 'Symbol ascending', 'symbol', key('symbol')], ['Added', 'Added descending', null, 'id DESC']]) {
      if (javaScriptEnabled) await enter(page, name);
      else await page.getByRole('columnheader').getByRole('link', { name }).click();
      await page.waitForURL((url) => url.pathname === '/tokens' && url.searchParams.get('sort') === sort);
      assert.deepEqual(await sorted(), [says]);
      assert.deepEqual(await ids(page), wanted('tokens', 'true', order), says);
      assert.equal(await page.getByLabel('Order').inputValue(), sort ?? 'newest');
    }
  }));

test('how many rows a page has is chosen in the form, and the pages that follow keep it', () => open({}, async (page) => {
  await page.goto(`${base}/activity?network=testnet`);
  for (const rows of [25, 50]) {
    await page.getByLabel('Rows').selectOption(String(rows));
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL((url) => url.searchParams.get('limit') === String(rows));
    assert.deepEqual(await ids(page), wanted('transactions', "network_id = 'testnet'", 'id DESC', rows));
  }
  await page.goto(`${base}/activity?network=testnet&limit=25`);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Next' }).click();
  await page.waitForURL((url) => url.searchParams.get('limit') === '25' && url.searchParams.get('page') === '2');
  assert.deepEqual(await ids(page), wanted('transactions', "network_id = 'testnet'", 'id DESC', 50).slice(25));
  assert.equal(await page.getByLabel('Rows').inputValue(), '25');
  assert.equal(await page.getByLabel('Network').inputValue(), 'testnet');
}));

for (const javaScriptEnabled of [true, false])
  test(`what is wrong with a filter stands right below it, and is put right there${javaScriptEnabled ? '' : ', without JavaScript'}`, () => open({ javaScriptEnabled }, async (page) => {
    await page.goto(`${base}/activity?txType=create`);
    await page.getByLabel('Token (id)').fill('seven');
    await page.getByLabel('User (address)').fill('ckb1x');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(/tokenId=seven/);
    for (const [label, value] of [['Token (id)', 'seven'], ['User (address)', 'ckb1x']]) {
      const field = page.getByLabel(label);
      assert.equal(await field.inputValue(), value, 'what was typed is kept');
      assert.equal(await field.getAttribute('aria-invalid'), 'true');
      const said = page.locator(`#${await field.getAttribute('aria-describedby')}`);
      assert.match(await said.textContent(), /\w+ \w+/);
      const [box, text] = [await field.boundingBox(), await said.boundingBox()];
      assert.ok(text.y >= box.y + box.height && text.y < box.y + box.height + 12 && Math.abs(text.x - box.x) < 2, `${label}: ${JSON.stringify([box, text])}`);
    }
    assert.equal(await page.getByLabel('Type').inputValue(), 'create', 'and so is what was right');
    assert.equal(await page.getByLabel('Network').getAttribute('aria-invalid'), null);
    assert.equal(await page.locator('tbody tr').count(), 0);
    await page.getByLabel('Token (id)').fill('');
    await page.getByLabel('User (address)').fill('');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(/tokenId=&/);
    assert.deepEqual(await ids(page), wanted('transactions', "tx_type = 'create'", 'id DESC'));
    assert.equal(await page.locator('[aria-invalid]').count(), 0);
  }));

test('filters that do not go together are refused beside the one that is too much', () => open({}, async (page) => {
  await page.goto(`${base}/tokens`);
  await page.getByLabel('Status').selectOption('pending');
  await page.getByLabel('Order').selectOption('name');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL(/sort=name/);
  assert.equal(await page.locator('.field:has([aria-invalid]) .problem').textContent(), 'cannot be used together with Status');
  await page.getByRole('link', { name: 'Show all tokens' }).click();
  await page.waitForURL(`${base}/tokens`);
  assert.deepEqual(await ids(page), wanted('tokens', 'true', 'id DESC'));
}));

async function download(page, name) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name, exact: true }).click()]);
  return [file.suggestedFilename(), fs.readFileSync(await file.path(), 'utf8')];
}

for (const javaScriptEnabled of [true, false])
  test(`a list is taken away as a file of its name, with just its rows${javaScriptEnabled ? '' : ', without JavaScript'}`, () => open({ javaScriptEnabled }, async (page) => {
    await page.goto(`${base}/tokens?network=testnet&sort=name&limit=25`);
    const rows = wanted('tokens', "network_id = 'testnet'", key('name'), 1000);
    const [csv, cells] = await download(page, 'CSV');
    assert.equal(csv, 'tokens.csv');
    assert.deepEqual(parseCsv(cells).map(([id]) => id), ['id', ...rows.map(String)]);
    const [jsonl, lines] = await download(page, 'JSON lines');
    assert.equal(jsonl, 'tokens.jsonl');
    assert.deepEqual(lines.split('\n').filter(Boolean).map((line) => JSON.parse(line).id), rows);
    assert.equal(page.url(), `${base}/tokens?network=testnet&sort=name&limit=25`, 'the reader stays where he was');
    await page.goto(`${base}/activity?txType=create`);
    const [activity, more] = await download(page, 'CSV');
    assert.equal(activity, 'activity.csv');
    assert.equal(parseCsv(more).length, 1 + Number(psql("SELECT count(*) FROM transactions WHERE tx_type = 'create'")));
  }));

test('a feed reader finds the feed of a list, a token and an address, and so do eyes where there is a list', () => open({}, async (page) => {
  for (const address of [pages.tokens, '/tokens?network=testnet', pages.activity, `/tokens/${token}`, pages.creator]) {
    await page.goto(base + address);
    const href = await page.locator('head link[rel=alternate][type="application/atom+xml"]').first().getAttribute('href');
    const [type, root, entries] = await page.evaluate(async (at) => {
      const answer = await fetch(at);
      const feed = new DOMParser().parseFromString(await answer.text(), 'application/xml');
      return [answer.headers.get('content-type'), feed.documentElement.localName, feed.querySelectorAll('entry > link[rel=alternate]').length];
    }, href);
    assert.match(type, /^application\/atom\+xml/);
    assert.equal(root, 'feed');
    assert.ok(entries > 0 || address !== pages.tokens, address);
    if (/^\/(tokens|activity)(\?|$)/.test(address)) assert.equal(await page.getByRole('link', { name: 'Feed' }).getAttribute('href'), href);
  }
}));

test('without JavaScript a reader searches, reads a token, its activity and its address, and goes back', () => open({ javaScriptEnabled: false }, async (page) => {
  const symbol = psql(`SELECT symbol FROM tokens WHERE id = ${token}`);
  await page.goto(base);
  await page.getByRole('searchbox').fill(psql(`SELECT type_hash FROM tokens WHERE id = ${token}`));
  await page.keyboard.press('Enter');
  await page.waitForURL(`${base}/tokens/${token}`);
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), symbol);
  for (const gone of ['.copy', '.ago', '#news']) assert.equal(await page.locator(gone).filter({ visible: true }).count(), 0, gone);
  await page.goto(base + pages.warned);
  await page.locator('tbody a').first().click();
  await page.waitForURL(/\/activity\/\d+$/);
  await page.locator('.facts a[href^="/creators/"]').click();
  await page.waitForURL(/\/creators\/ck[bt]1/);
  assert.ok(await page.locator('.card').count() > 0);
  await page.goBack();
  await page.waitForURL(/\/activity\/\d+$/);
}));

test('new tokens are told of as new activity is', () => open({}, async (page) => {
  await page.clock.install();
  await page.goto(`${base}/tokens`);
  const before = await ids(page);
  const id = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) SELECT 'Late', 'LATE', '1', min(id), 'mainnet' FROM users RETURNING id`);
  try {
    const notice = page.getByRole('status').filter({ hasText: '1 new' });
    await until(async () => { await page.clock.runFor(20000); return notice.isVisible(); }, Boolean);
    assert.deepEqual(await ids(page), before, 'the rows are those that were there');
    await notice.getByRole('link').focus();
    await page.keyboard.press('Enter');
    await until(async () => { await page.reload(); return ids(page); }, (now) => now[0] === Number(id));
  } finally {
    psql(`DELETE FROM tokens WHERE id = ${id}`);
  }
}));

for (const javaScriptEnabled of [true, false])
  test(`on a phone the filters are folded until they are wanted, or are set, or wrong${javaScriptEnabled ? '' : ', without JavaScript'}`, () => open({ ...screens.phone, javaScriptEnabled }, async (page) => {
    for (const list of ['/tokens', '/activity']) {
      await page.goto(base + list);
      const form = page.locator('form.filters'), fold = page.locator('summary', { hasText: 'Filter and order' });
      assert.equal(await form.isVisible(), false, list);
      assert.ok((await page.locator('tbody tr').first().boundingBox()).y < 300, 'rows begin on the first screen');
      await fold.click();
      assert.equal(await form.isVisible(), true);
      await page.getByLabel('Network').selectOption('testnet');
      await page.getByRole('button', { name: 'Show' }).click();
      await page.waitForURL((url) => url.searchParams.get('network') === 'testnet');
      assert.equal(await form.isVisible(), true, 'it is set');
      await page.goto(`${base}${list}?network=nowhere`);
      assert.equal(await page.locator('#network-problem').isVisible(), true);
    }
  }));

test('on a desktop the filters are always there', () => open({}, async (page) => {
  await page.goto(`${base}/tokens`);
  assert.equal(await page.locator('form.filters').isVisible(), true);
  assert.equal(await page.locator('.fold').isVisible(), false);
}));

test('what is wrong with a filter moves no other filter to another line', () => open({}, async (page) => {
  const tops = () => page.locator('form.filters .field').evaluateAll((all) => all.map((e) => [e.querySelector('label').textContent, e.getBoundingClientRect().x]));
  await page.goto(`${base}/activity`);
  const before = await tops();
  await page.goto(`${base}${pages['bad-filter']}`);
  assert.ok(await page.locator('#from-problem').isVisible());
  assert.deepEqual(await tops(), before);
}));

test('an amount of forty digits breaks only between its groups', async (t) => {
  const id = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) SELECT 'Long', 'LONG', '340282366920938463463374607431768211455.123456', min(creator_id), 'testnet' FROM tokens RETURNING id`);
  t.after(() => psql(`DELETE FROM tokens WHERE id = ${id}`));
  for (const size of [screens.phone, screens.desktop])
    await open(size, async (page) => {
      await until(() => page.goto(`${base}/tokens`), async () => await page.locator(`tbody tr:has(a[href="/tokens/${id}"])`).count() === 1);
      const lines = await page.locator(`tbody tr:has(a[href="/tokens/${id}"]) td.num`).evaluate((td) => {
        const lines = new Map(), walker = document.createTreeWalker(td, NodeFilter.SHOW_TEXT);
        for (let node; (node = walker.nextNode());)
          for (let i = 0; i < node.length; i++) {
            const range = document.createRange();
            range.setStart(node, i);
            range.setEnd(node, i + 1);
            const { top } = range.getBoundingClientRect();
            lines.set(top, (lines.get(top) ?? '') + node.data[i]);
          }
        return [...lines.values()];
      });
      assert.ok(lines.length >= 2, `${lines}`);
      assert.equal(lines.join(''), '340,282,366,920,938,463,463,374,607,431,768,211,455.123456');
      for (const line of lines) assert.match(line, /^(\d{3},)*(\d{3},|\d{3}\.(\d{3})+|(\d{3})+)$/, lines.join(' | '));
    });
});
