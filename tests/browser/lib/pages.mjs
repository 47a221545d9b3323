// pages.mjs - one of every kind of page, with rows that are hard to show, and a browser to open them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { base, psql } from '../../http/lib/site.mjs';

export const shots = path.join(process.env.TEST_STATE, 'shots');
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((f) => fs.existsSync(f));
export const screens = {
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  tablet: { viewport: { width: 800, height: 1100 } },
  desktop: { viewport: { width: 1280, height: 900 } },
  wide: { viewport: { width: 2560, height: 1440 } },
  huge: { viewport: { width: 3840, height: 2160 } },
};
export const token = Number(psql("SELECT id FROM tokens WHERE type_hash IS NOT NULL AND supply <> '' ORDER BY id LIMIT 1"));
export const transaction = Number(psql('SELECT id FROM transactions WHERE token_id IS NOT NULL ORDER BY id LIMIT 1'));
// Two people: one with nothing, one with long names.
const [nobody, creator] = JSON.parse(fs.readFileSync(path.join(process.env.SOURCE_DIR, 'tests/data/addresses.json'), 'utf8'))
  .valid.slice(1, 3).map((a) => a.address);
psql(`INSERT INTO users (wallet_address) VALUES ('${nobody}'), ('${creator}')`);
// Their makers' icons lie elsewhere: no reader's browser may ask for them.
psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, icon_url) SELECT repeat(w, 30), repeat(w, 8),
  '340282366920938463463374607431.768211455', u.id, 'mainnet', 'https://icons.example/' || u.id || '.png' FROM users u, unnest(ARRAY['Wide', '中文名', 'a.io ']) w
  WHERE wallet_address = '${creator}'`);
const warned = psql(`SELECT max(id) FROM tokens WHERE creator_id = (SELECT id FROM users WHERE wallet_address = '${creator}')`);
psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, metadata) SELECT id, ${warned}, '0x' || repeat('ab', 32),
  'mint', 'mainnet', json_build_object('note', repeat('long ', 60), 'inner', json_build_object('list', json_build_array(1, repeat('x', 200))))
  FROM users WHERE wallet_address = '${creator}'`);
const tree = psql('SELECT max(id) FROM transactions');
export const pages = {
  warned: `/tokens/${warned}`, tree: `/activity/${tree}`,
  about: '/about', docs: '/docs/api', search: '/search?q=t', 'search-none': '/search?q=nothing-like-this',
  creator: `/creators/${creator}`, 'creator-empty': `/creators/${nobody}`,
  home: '/', tokens: '/tokens', 'tokens-filtered': '/tokens?network=testnet', 'tokens-none': '/tokens?status=failed',
  token: `/tokens/${token}`, activity: '/activity?page=3', transaction: `/activity/${transaction}`,
  'not-found': '/nothing-here', 'bad-input': '/tokens?network=nowhere&page=0',
  'bad-filter': '/activity?network=mainnet&user=ckb1x&from=2024-02-30', filtered: '/activity?from=2024-01-01&to=2024-01-02',
  'bad-search': '/search?q=%ff',
};

export let browser;
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
export async function open(options, work) {
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

