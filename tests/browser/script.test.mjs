// What the little JavaScript there is does: copies, says how long ago, tells of new rows; it moves
// nothing, and asks nobody but this site.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { base, get, psql, until } from '../http/lib/site.mjs';
import { open, pages, shots, token } from './lib/pages.mjs';

// Gives the browser its time; Date.now() and timers stand still until they are moved.
const later = (page, ms) => page.clock.runFor(ms);

test('copying: the whole supply without grouping, a hash, and word of it', () =>
  open({ permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    await page.goto(`${base}/tokens/${token}`);
    for (const [name, column] of [['Copy the supply', 'supply'], ['Copy the type script hash', 'type_hash']]) {
      const button = page.getByRole('button', { name });
      await button.click();
      await page.waitForFunction(() => document.getElementById('say').textContent === 'Copied');
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), psql(`SELECT ${column} FROM tokens WHERE id = ${token}`));
    }
    await page.getByRole('button', { name: 'Copy the supply' }).focus();
    await page.waitForFunction(() => document.getElementById('say').textContent === '');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.getElementById('say').textContent === 'Copied');
  }));

test('every button copies what stands before it, on every page', () =>
  open({ permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    let buttons = 0;
    for (const address of [pages.warned, pages.tree, pages.creator, pages.docs]) {
      await page.goto(base + address);
      for (const button of (await page.locator('button.copy').all()).slice(0, 6)) {
        const shown = await button.evaluate((e) => (e.previousElementSibling.value ?? e.previousElementSibling.textContent));
        await page.evaluate(() => navigator.clipboard.writeText('before'));
        await button.click();
        await page.waitForFunction(async () => await navigator.clipboard.readText() !== 'before');
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), shown);
        assert.match(shown, /^\S/);
        buttons++;
      }
    }
    assert.ok(buttons > 10, `${buttons}`);
  }));

test('where copying is not allowed the text is marked', () => open({}, async (page) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  await page.goto(`${base}/tokens/${token}`);
  await page.getByRole('button', { name: 'Copy the type script hash' }).click();
  await page.waitForFunction(() => !getSelection().isCollapsed);
  assert.equal(await page.evaluate(() => String(getSelection())), psql(`SELECT type_hash FROM tokens WHERE id = ${token}`));
  assert.equal(await page.locator('#say').textContent(), '');
}));

test('the first moment of all is a time, too', (t) => open({}, async (page) => {
  const id = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, chain_time)
    SELECT 'First', 'FIRST', '1', min(creator_id), 'testnet', '1970-01-01' FROM tokens RETURNING id`);
  t.after(() => psql(`DELETE FROM tokens WHERE id = ${id}`));
  await page.goto(`${base}/tokens/${id}`);
  assert.match(await page.locator('time[datetime^="1970-01-01T00:00:00"] + .ago').textContent(), /^\d\d years ago$/);
}));

test('times say how long ago, and go on', () => open({}, async (page) => {
  const created = new Date(`${psql(`SELECT created_at FROM tokens WHERE id = ${token}`).replace(' ', 'T')}Z`);
  await page.clock.install({ time: new Date(created.getTime() + 3 * 3600e3 + 5e3) });
  await page.goto(`${base}/tokens/${token}`);
  const added = page.locator(`time[datetime="${created.toISOString()}"] + .ago`).first();
  assert.equal(await added.textContent(), '3 hours ago');
  await later(page, 3600e3);
  assert.equal(await added.textContent(), '4 hours ago');
  assert.match(await page.locator('time').first().textContent(), /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/);
}));

// A list is open; rows are added; the notice counts those of this list, and no row has moved.
async function openList(page, address) {
  await page.clock.install();
  const asked = [];
  page.on('request', (request) => request.resourceType() === 'fetch' && asked.push(request.url().slice(base.length)));
  await page.goto(base + address);
  const places = () => page.evaluate(() => JSON.stringify([...document.querySelectorAll('main *')].map((e) => e.getBoundingClientRect())));
  return { asked, places, before: await places() };
}

const news = (page) => page.locator('#news');

test('new rows of a list are counted where nothing moves', () => open({}, async (page) => {
  const { asked, places, before } = await openList(page, '/activity?network=mainnet');
  await later(page, 20000);
  await until(() => asked, (a) => a.length === 1);
  assert.equal(await news(page).isVisible(), false);
  const ids = psql(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id)
    SELECT (SELECT min(id) FROM users), '0x' || repeat('ef', 32), 'mint', n
    FROM unnest(ARRAY['mainnet', 'testnet', 'mainnet']) n RETURNING id`).split('\n');
  try {
    await until(async () => { await later(page, 20000); return news(page).isVisible(); }, Boolean);
    assert.equal(await news(page).textContent(), '2 new');
    assert.equal(await places(), before, 'no row has moved');
    assert.ok(asked.every((a) => a === '/api/newest' || /^\/api\/transactions\?network=mainnet&before=\d+&limit=100$/.test(a)), asked.join());
    await news(page).getByRole('link').click();
    await page.waitForURL('**/activity?network=mainnet');
    // The list itself may be as old as the micro-cache keeps it.
    await until(async () => {
      await page.reload();
      return page.locator('tbody tr').evaluateAll((all) => all.slice(0, 2).map((tr) => tr.querySelector('a').pathname.split('/').pop()));
    }, (rows) => rows.every((id) => ids.includes(id)));
  } finally {
    psql(`DELETE FROM transactions WHERE id IN (${ids})`);
  }
}));

// What is empty when it is opened, and the front page with its two lists: the same notice, as still.
const added = (kind) => `INSERT INTO ${kind} RETURNING id`;
const tokens = (network, n) => added(`tokens (name, symbol, supply, creator_id, network_id) SELECT 'Brand new ' || i, 'Ünheard' || i, '1', (SELECT min(id) FROM users), '${network}' FROM generate_series(1, ${n}) i`);
const mints = (network, n) => added(`transactions (user_id, tx_hash, tx_type, network_id) SELECT (SELECT min(id) FROM users), 'new' || i, 'mint', '${network}' FROM generate_series(1, ${n}) i`);
for (const [address, said, rows, sizes = {}] of [
  ['/', '3 new', [['tokens', tokens('testnet', 1)], ['transactions', mints('mainnet', 2)]]],
  ['/', '100+ new', [['transactions', mints('mainnet', 101)]], { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
  ['/tokens?q=%C3%BCnheard&sort=symbol', '2 new', [['tokens', tokens('testnet', 2)]]],
  ['/activity?q=%C3%BCnheard', null, [['transactions', mints('mainnet', 1)]]],
  ['/activity?network=unknown&q=&txType=burn&sort=newest&limit=25', '1 new', [['transactions', mints('unknown', 1).replace("'mint'", "'burn'")]], { viewport: { width: 390, height: 844 } }],
  ['/tokens?network=testnet&status=&q=&creator=&from=&to=&sort=newest&limit=10', '2 new', [['tokens', tokens('testnet', 2)]]],
])
  test(`${address} tells of what is new${said ? '' : ' only if it is of that list'}: ${said}`, () => open(sizes, async (page) => {
    await page.addInitScript(() => {
      window.shifts = [];
      new PerformanceObserver((list) => window.shifts.push(...list.getEntries())).observe({ type: 'layout-shift', buffered: true });
    });
    const { asked, places, before } = await openList(page, address);
    await later(page, 20000);
    await until(() => asked, (a) => a.includes('/api/newest'));
    assert.equal(await news(page).isVisible(), false, 'nothing is new yet');
    const made = rows.map(([relation, sql]) => [relation, psql(sql).split('\n')]);
    try {
      const before2 = asked.length, list = asked.find((a) => a !== '/api/newest');
      // Here 20 seconds are an instant: what the site keeps for one must have gone.
      if (said && list) await until(() => get(list), ({ body }) => JSON.parse(body).data.length);
      await until(async () => {
        await later(page, 20000);
        return said ? news(page).isVisible() : asked.slice(before2).some((a) => !a.startsWith('/api/newest'));
      }, Boolean);
      if (said) await until(async () => { await later(page, 20000); return news(page).textContent(); }, (text) => text === said);
      else assert.equal(await news(page).isVisible(), false);
      assert.equal(await places(), before, 'nothing has moved');
      assert.deepEqual(await page.evaluate(() => window.shifts.filter(({ value }) => value >= 0.001).length), 0);
      if (!said) return;
      await page.screenshot({ path: path.join(shots, `news-${said.replace(/\W/g, '')}-${address.slice(1, 7).replace(/\W/g, '')}.png`) });
      await news(page).getByRole('link').click();
      await until(async () => {
        await page.reload();
        return page.locator('main').innerHTML();
      }, (html) => made.every(([relation, ids]) => html.includes(`/${relation === 'tokens' ? 'tokens' : 'activity'}/${ids.at(-1)}"`)));
    } finally {
      for (const [relation, ids] of made) psql(`DELETE FROM ${relation} WHERE id IN (${ids})`);
    }
  }));

test('a page that is not the first, and one that nobody looks at, ask nothing', () => open({}, async (page) => {
  const { asked } = await openList(page, '/activity?page=2');
  await later(page, 120000);
  assert.deepEqual(asked, []);
  await page.addInitScript(() => Object.defineProperty(document, 'hidden', { get: () => true }));
  await page.goto(`${base}/activity`);
  await later(page, 120000);
  assert.deepEqual(asked, []);
}));
