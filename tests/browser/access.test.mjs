// ctest: timeout=400
// Readers who see, point or set their pages differently: keyboards, fingers, large text, narrow windows,
// wide letters, no motion, colours of their own, paper. Numbers are success criteria of WCAG 2.2.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { base, psql, until } from '../http/lib/site.mjs';
import { open, pages, screens, shots } from './lib/pages.mjs';

// Each kind of page once; what differs only by its rows is left out.
const kinds = Object.entries(pages).filter(([name]) => !['search-none', 'tokens-filtered', 'filtered', 'creator-empty'].includes(name));
const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

test('the skip link comes first, is seen, and leads past the head (2.4.1)', () => open({}, async (page) => {
  for (const [name, address] of kinds) {
    await page.goto(base + address);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip', name);
    assert.ok((await page.locator('.skip').boundingBox()).y >= 0, `${name}: it is seen when it has the focus`);
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main', name);
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => Boolean(document.activeElement.closest('main, footer'))), `${name}: the next stop is past the head`);
  }
}));

// At 200 % zoom a desktop window has the width of 640 pixels and shows rows as cards.
for (const [screen, size, walked] of [['desktop', {}, kinds.filter(([kind]) => kind !== 'docs')],
  ['desktop at 200 % zoom', { viewport: { width: 640, height: 450 } }, kinds.filter(([kind]) => ['home', 'tokens', 'activity'].includes(kind))]])
test(`what has the focus shows it and is not covered, and everything is reached (2.1.1, 2.4.7, 2.4.11): ${screen}`, () => open(size, async (page) => {
  for (const [name, address] of walked) {
    await page.goto(base + address);
    // The notice of new rows lies above the page: with it, still nothing may be hidden.
    await page.evaluate(() => { const news = document.getElementById('news'); news.firstElementChild.textContent = '9 new'; news.hidden = false; });
    const want = await page.evaluate(() => [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
      .filter((e) => e.checkVisibility() && e.getClientRects().length).length);
    const reached = new Set();
    for (let i = 0; i <= want + 20; i++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
        const clipped = (at) => Boolean(at) && (getComputedStyle(at).clipPath !== 'none' || clipped(at.parentElement));
        window.stops ??= [];
        if (!window.stops.includes(e)) window.stops.push(e);
        const seen = document.elementFromPoint(r.x + Math.min(r.width, innerWidth) / 2, Math.min(Math.max(r.y + 3, 1), innerHeight - 1));
        return { end: e === document.body, stop: window.stops.indexOf(e), what: e.id || e.textContent.trim().slice(0, 30),
          outline: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && !clipped(e),
          still: e.matches('.table-wrap') && e.scrollWidth <= e.clientWidth, covered: Boolean(seen?.closest('#news')) && !e.closest('#news') };
      });
      if (at.end) break;
      assert.ok(at.outline, `${name}: the focus is not visible on ${at.what}`);
      assert.ok(!at.covered, `${name}: ${at.what} is covered`);
      assert.ok(!at.still, `${name}: a stop where nothing is pressed, chosen or scrolled`);
      reached.add(at.stop);
    }
    assert.ok(reached.size >= want, `${name}: ${reached.size} of ${want} are reached`);
  }
}));

test('at 200 % text, and at 320 pixels, nothing is cut off (1.4.4, 1.4.10)', () => open({}, async (page) => {
  for (const [width, fontSize] of [[640, '200%'], [390, '200%'], [320, '100%']]) {
    await page.setViewportSize({ width, height: 640 });
    for (const [name, address] of kinds) {
      await page.goto(base + address);
      const before = await page.evaluate(() => parseFloat(getComputedStyle(document.querySelector('main')).fontSize));
      await page.evaluate((size) => { document.documentElement.style.fontSize = size; }, fontSize);
      const now = await page.evaluate(() => parseFloat(getComputedStyle(document.querySelector('main')).fontSize));
      assert.equal(now, before * parseFloat(fontSize) / 100, 'text follows the reader\'s size');
      const wide = await page.evaluate(() => [...document.querySelectorAll('body *')].filter((e) => e.getClientRects().length
        && !e.closest('.hidden, .skip, thead, svg, pre, .token-text span, .card-text span') && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 80)));
      assert.deepEqual([await sideways(page), wide], [0, []], `${name} at ${width}`);
    }
  }
}));

test('at 320 pixels a date is whole, and nothing moves when times become relative ones', () => open({ viewport: { width: 320, height: 2400 } }, async (page) => {
  await page.addInitScript(() => {
    window.moved = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((e) => { window.moved += e.value; })).observe({ type: 'layout-shift', buffered: true });
  });
  await page.route('**/app.*js*', async (route) => { const answer = await route.fetch(); await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))); await route.fulfill({ response: answer }); });
  for (const address of [pages.token, pages.transaction, pages.creator, pages.tokens]) {
    await page.goto(base + address);
    await page.locator('.ago:not(:empty)').first().waitFor({ state: 'attached' });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)))));
    assert.equal(await page.evaluate(() => window.moved), 0, address);
  }
  await page.goto(`${base}/tokens?from=2026-11-01`);
  assert.ok((await page.locator('[name="from"]').boundingBox()).width > 200);
}));

// What others wrote may be one long word, wherever it stands.
test('a word of hundreds of letters breaks rather than widening a page, and a key leaves its value room', async (t) => {
  const who = 'rv' + 'w'.repeat(200), long = 'nobreak'.repeat(40);
  const user = psql(`INSERT INTO users (wallet_address) VALUES ('${who}') RETURNING id`);
  t.after(() => psql(`DELETE FROM transactions WHERE user_id = ${user}; DELETE FROM tokens WHERE creator_id = ${user}; DELETE FROM users WHERE id = ${user}`));
  const named = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, status, origin, description) VALUES
    ('${long}', '${'s'.repeat(240)}', '1', ${user}, 'mainnet', 'recorded', '${long}', '${long}') RETURNING id`);
  psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) VALUES ('${long}', '${'s'.repeat(240)}', '1', ${user}, 'mainnet'),
    ('nobreak', 'sss' || repeat(E'\\u0310\\u0321\\u0488', 60), '1', ${user}, 'mainnet')`);
  const done = psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, metadata) VALUES (${user}, ${named}, '${`0x${'cd'.repeat(32)}`}', 'mint', 'mainnet',
    json_build_object('${'k'.repeat(300)}', '${'v'.repeat(300)}', 'a key of many words, as a program may write it: a whole sentence', 'a value of some words',
      'a', json_build_object('b', json_build_object('c', json_build_object('d', json_build_object('e', json_build_object('f', json_build_object('g', '${'deep '.repeat(20)}')))))))) RETURNING id`);
  await open({}, async (page) => {
    for (const address of [`/tokens/${named}`, `/tokens/${Number(named) + 1}`, `/tokens/${Number(named) + 2}`, `/activity/${done}`, '/', '/tokens', '/activity', `/search?q=${'s'.repeat(64)}`]) {
      await until(() => page.goto(base + address), async () => /nobreak|sss/.test(await page.locator('main').textContent()));
      for (const width of [320, 390, 800, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        assert.equal(await sideways(page), 0, `${address} at ${width}`);
        const narrow = await page.locator('.tree > div').evaluateAll((rows) => rows.map((row) => row.querySelector('dd').getBoundingClientRect().width / innerWidth));
        assert.ok(narrow.every((part) => part > 0.4), `${address} at ${width}: ${narrow}`);
      }
    }
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: 680, height: 1000 });
    await page.goto(`${base}/activity/${done}`);
    for (const dd of await page.locator('.tree dd').all()) assert.ok((await dd.boundingBox()).width > 270, 'room on paper, too');
  });
});

test('at no width is a table cut, or a cell wider than its column', () => open({}, async (page) => {
  for (const address of [pages.tokens, '/activity', pages.warned]) {
    await page.goto(base + address);
    for (const width of [700, 800, 900, 960, 1060, 1150, 1160, 1280, 1600, 1920, 2560]) {
      await page.setViewportSize({ width, height: 900 });
      const cut = await page.evaluate(() => [...document.querySelectorAll('.table-wrap, .rows th, .rows td')]
        .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e.closest('thead') ?? e).position !== 'absolute') // heads of cards
        .map((e) => `${e.className} ${e.textContent.trim().slice(0, 30)} ${e.scrollWidth} in ${e.clientWidth}`));
      assert.deepEqual([await sideways(page), cut], [0, []], `${address} at ${width}`);
    }
  }
}));

test('with wide letters, words and lines nothing is lost (1.4.12)', () => open({ bypassCSP: true, viewport: { width: 390, height: 844 } }, async (page) => {
  for (const [name, address] of kinds) {
    await page.goto(base + address);
    await page.addStyleTag({ content: '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }' });
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('h1')).letterSpacing) === 'normal', false);
    const lost = await page.evaluate(() => [...document.querySelectorAll('body *')].filter((e) => {
      const s = getComputedStyle(e);
      if (!e.getClientRects().length || e.closest('.hidden, .skip, thead, svg')) return false;
      if (s.textOverflow === 'ellipsis') return e.scrollHeight > e.clientHeight + 1; // shortened to a line, whole on its own page
      const cut = s.overflowY === 'hidden' || e.matches('button, .tag, .state, .card');
      return cut && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
    }).map((e) => e.outerHTML.slice(0, 100)));
    assert.deepEqual([await sideways(page), lost], [0, []], name);
  }
}));

for (const [screen, size] of [['phone', screens.phone], ['desktop', screens.desktop]])
  test(`targets are at least 24 by 24 pixels on a ${screen}, but for words in a sentence (2.5.8)`, () => open(size, async (page) => {
    for (const [name, address] of kinds) {
      await page.goto(base + address);
      const small = await page.evaluate(() => {
        const words = (e) => e.textContent.replace(/\s+/g, ' ').trim();
        // Words among others of their line; a link after a full stop, or after another link, stands alone.
        const beside = (e, side) => { let text = ''; for (let at = e[side]; at && at.nodeName !== 'A'; at = at[side]) text = side === 'nextSibling' ? text + at.textContent : at.textContent + text; return text.trim(); };
        const sentence = (e) => getComputedStyle(e).display === 'inline' && (/[^.:]$/.test(beside(e, 'previousSibling')) || beside(e, 'nextSibling') !== '');
        return [...document.querySelectorAll('a, button, select, input, summary')]
          .filter((e) => e.checkVisibility() && e.getClientRects().length && !e.matches('.skip') && !sentence(e))
          .map((e) => [words(e).slice(0, 30) || e.id, e.getBoundingClientRect()])
          .filter(([, r]) => r.height < 24 || r.width < 24).map(([text, r]) => `${text} ${r.width}x${r.height}`);
      });
      assert.deepEqual(small, [], name);
    }
  }));

test('who wants no motion has none (2.3.3)', () => open({ reducedMotion: 'reduce' }, async (page) => {
  const moving = () => page.evaluate(() => [...document.querySelectorAll('*')].filter((e) => {
    const s = getComputedStyle(e);
    return s.transitionDuration !== '0s' || s.animationName !== 'none' || s.scrollBehavior === 'smooth';
  }).map((e) => e.outerHTML.slice(0, 80)));
  for (const [name, address] of kinds) {
    await page.goto(base + address);
    assert.deepEqual(await moving(), [], name);
  }
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  assert.ok((await moving()).length > 0, 'the test sees motion where there is some');
}));

test('in colours of the reader\'s own, what matters is still told apart', () => open({ forcedColors: 'active', colorScheme: 'dark' }, async (page) => {
  await page.goto(`${base}/tokens?page=2`);
  await page.screenshot({ path: path.join(shots, 'tokens-forced-colors.png') });
  const look = (at) => page.locator(at).first().evaluate((e) => { const s = getComputedStyle(e); return [s.color, s.backgroundColor, s.borderBottomColor].join(); });
  assert.notEqual(await look('.pager a[aria-current]'), await look('.pager .number a:not([aria-current])'), 'the page that is shown');
  assert.notEqual(await look('nav a[aria-current]'), await look('nav a:not([aria-current])'), 'where the reader is');
  for (const state of await page.locator('.state').all()) assert.match(await state.textContent(), /\w/, 'a state is a word');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
  await page.goto(base);
  const [bar, ground] = await page.evaluate(() => [getComputedStyle(document.querySelector('.chart rect')).fill, getComputedStyle(document.querySelector('.chart')).backgroundColor]);
  const ink = await page.evaluate(() => { const e = document.body.appendChild(document.createElement('i')); e.style.color = 'CanvasText'; return getComputedStyle(e).color; });
  assert.deepEqual([bar, bar === ground], [ink, false], 'the chart is drawn in the colour of text');
}));

test('on paper: black on white, whole, without what only a screen can do, with the addresses that it links', () => open({ viewport: { width: 680, height: 1000 }, colorScheme: 'dark' }, async (page) => {
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  for (const [name, address] of kinds) {
    await page.goto(base + address);
    await page.screenshot({ path: path.join(shots, `${name}-paper.png`), fullPage: true });
    const seen = await page.evaluate(() => {
      const shown = (at) => [...document.querySelectorAll(at)].filter((e) => e.getClientRects().length).length;
      return { wide: document.documentElement.scrollWidth - innerWidth,
        cut: [...document.querySelectorAll('.table-wrap, .rows td, pre')].filter((e) => e.scrollWidth > e.clientWidth + 1).length,
        colours: getComputedStyle(document.body).color + getComputedStyle(document.body).backgroundColor,
        screenOnly: shown('nav, form, button, .skip, .ago, .downloads, .site-footer, #news, summary'),
        cards: [...document.querySelectorAll('.rows td')].filter((e) => getComputedStyle(e).display !== 'table-cell').length,
        unbroken: [...document.querySelectorAll('.rows tr, .facts > div')].every((e) => getComputedStyle(e).breakInside === 'avoid'),
        addresses: [...document.querySelectorAll('.out')].every((e) => getComputedStyle(e, '::after').content.includes(e.href)) };
    });
    assert.deepEqual(seen, { wide: 0, cut: 0, colours: 'rgb(0, 0, 0)rgb(255, 255, 255)', screenOnly: 0, cards: 0, unbroken: true, addresses: true }, name);
  }
}));
