// A page weighs at most 30 kB as it is sent, with its style, its script and its pictures, whatever its
// rows hold: at the import's bounds in every field, and beyond them where the database sets none.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import zlib from 'node:zlib';
import { get, psql, source } from './lib/site.mjs';

const HEAVIEST = 30000;
const packed = { 'Accept-Encoding': 'br', Cookie: 'weight=1' };
const { valid } = JSON.parse(fs.readFileSync(path.join(source, 'tests/data/addresses.json'), 'utf8'));
const [tight, boundless, wild] = valid.filter((a) => a.format === 'full' && a.address === a.canonical).map((a) => a.address)
  .filter((a) => psql(`SELECT count(*) FROM users WHERE wallet_address = '${a}'`) === '0');

// Nothing repeats in these: Chinese characters, decimal digits, and letters and digits, other ones for each row i.
const chinese = (n) => `weight.chinese(${n})`;
const letters = (n, salt) => `weight.letters(${n}, '${salt}' || i)`;
const endless = (salt) => letters('CASE WHEN i IN (1, 103, 104) THEN 60000 ELSE 200 END', salt);
const digits = (n) => `weight.digits(${n})`;
const hash = (salt) => `'0x' || encode(sha256(('${salt}' || i || random())::bytea), 'hex')`;
const helpers = `SELECT setseed(0.5); CREATE SCHEMA weight;
  CREATE FUNCTION weight.chinese(n int) RETURNS text LANGUAGE sql VOLATILE AS
    $$ SELECT string_agg(chr(19968 + floor(random() * 20900)::int), '') FROM generate_series(1, n) $$;
  CREATE FUNCTION weight.digits(n int) RETURNS text LANGUAGE sql VOLATILE AS
    $$ SELECT string_agg((1 + floor(random() * 9))::int::text, '') FROM generate_series(1, n) $$;
  CREATE FUNCTION weight.letters(n int, salt text) RETURNS text LANGUAGE sql VOLATILE AS
    $$ SELECT left(string_agg(left(encode(sha256((salt || '/' || k)::bytea), 'base64'), 43), ''), n) FROM generate_series(0, n / 43) k $$;`;

const people = {};
before(() => {
  psql(helpers);
  const supply = `${digits(39)} || '.' || ${digits(255)}`;
  const rows = {
    [tight]: { network: "'mainnet'", name: chinese(85), symbol: chinese(85), about: chinese(1365), origin: letters(1024, 'o'), contract: 'NULL',
      supply: `${digits(20)} || '.' || ${digits(18)}`, decimals: 18, status: "(ARRAY['pending', 'confirmed', 'failed'])[1 + i % 3]",
      type: "(ARRAY['create', 'mint', 'transfer', 'burn'])[1 + i % 4]", tx: hash('tx') },
    [boundless]: { network: letters(500, 'n'), name: endless('a'), symbol: endless('s'), about: endless('d'), origin: endless('o'),
      contract: endless('c'), supply: supply, decimals: 255, status: letters(500, 'u'), type: letters(500, 'k'), tx: letters(1500, 'x') },
    [wild]: { network: chinese(20), name: chinese(200), symbol: chinese(200), about: chinese(2000), origin: 'NULL', contract: chinese(500),
      supply: supply, decimals: 255, status: chinese(200), type: chinese(200), tx: hash('tw') },
  };
  for (const [address, row] of Object.entries(rows)) {
    people[address] = psql(`INSERT INTO users (wallet_address) VALUES ('${address}') RETURNING id`);
    psql(`INSERT INTO tokens (name, symbol, supply, decimals, creator_id, network_id, description, contract_address, origin, tx_hash, type_hash, type_script, status)
        SELECT ${row.name}, ${row.symbol}, ${row.supply}, ${row.decimals}, ${people[address]},
          ${row.network}, ${row.about}, ${row.contract}, ${row.origin}, ${hash('issue')}, ${hash('type')},
          jsonb_build_object('codeHash', ${hash('code')}, 'hashType', 'type', 'args', '0x' || encode(convert_to(weight.letters(1024, 'args' || i), 'UTF8'), 'hex')),
          ${row.status} FROM generate_series(1, 104) i;
      INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, amount, network_id, status, origin)
        SELECT creator_id, id, ${row.tx}, ${row.type}, supply, network_id, status, origin FROM (SELECT *, id AS i FROM tokens WHERE creator_id = ${people[address]} ORDER BY id) t`);
  }
  psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, metadata) SELECT creator_id, id, 'weight' || i, 'mint', 'mainnet', v
    FROM (SELECT * FROM tokens WHERE creator_id = ${people[tight]} ORDER BY id LIMIT 1) t, LATERAL (VALUES
      (1, jsonb_build_object('text', weight.letters(16300, 'm'))),
      (2, jsonb_build_object('text', ${chinese(5450)})),
      (3, (SELECT jsonb_object_agg(left(md5(k::text), 6), (k * 7919) % 1000) FROM generate_series(1, 500) k)),
      (4, (SELECT jsonb_agg(jsonb_build_object('a', left(md5(k::text), 4), 'b', jsonb_build_array(k, k * 7))) FROM generate_series(1, 3000) k)),
      (5, to_jsonb(weight.letters(200000, 'm'))),
      (6, (SELECT jsonb_object_agg(md5(k::text), repeat(md5(k::text), 100)) FROM generate_series(1, 500) k)),
      (7, jsonb_build_object('a', weight.letters(4050, 'a'), 'b', weight.letters(4050, 'b'), 'c', weight.letters(4050, 'c'), 'd', weight.letters(4050, 'd')))) m (i, v)`);
});
after(() => {
  psql('DROP SCHEMA weight CASCADE');
  const all = Object.values(people).join();
  psql(`DELETE FROM transactions WHERE user_id IN (${all}); DELETE FROM tokens WHERE creator_id IN (${all}); DELETE FROM users WHERE id IN (${all})`);
});

const files = new Map();
async function weightOf(file) {
  if (!files.has(file)) {
    const answer = await get(file, { headers: packed });
    assert.equal(answer.status, 200, file);
    files.set(file, answer.raw.length);
  }
  return files.get(file);
}

// The page as text, and all that a browser asks for to show it.
async function weigh(address) {
  const answer = await get(address, { headers: packed });
  assert.equal(answer.status, 200, address);
  assert.equal(answer.headers['content-encoding'], 'br', address);
  const body = zlib.brotliDecompressSync(answer.raw).toString('utf8');
  const asked = new Set([...body.matchAll(/<(?:script|img)[^>]* src="([^"]*)"|<link rel="(?:stylesheet|icon)"[^>]* href="([^"]*)"/g)].map((m) => m[1] ?? m[2]));
  let bytes = answer.raw.length;
  for (const file of asked) bytes += await weightOf(file);
  return { bytes, body };
}

const first = (user, table) => psql(`SELECT min(id) FROM ${table} WHERE ${table === 'tokens' ? 'creator_id' : 'user_id'} = ${user}`);
const kinds = (address) => {
  const user = people[address];
  const newest = (list, key) => `/${list}?limit=100&${key}=${address}`;
  return [newest('tokens', 'creator'), newest('activity', 'user'), `${newest('tokens', 'creator')}&sort=oldest`,
    `/creators/${address}`, `/tokens/${first(user, 'tokens')}`, `/activity/${first(user, 'transactions')}`,
    `/search?q=${encodeURIComponent(psql(`SELECT left(symbol, 1) FROM tokens WHERE creator_id = ${user} ORDER BY id LIMIT 1`))}`];
};

for (const [what, address] of [['at the bounds of the import', tight], ['beyond all bounds', boundless],
  ['beyond all bounds and in Chinese throughout', wild]])
  test(`every kind of page with rows ${what} weighs no more than it may`, async (t) => {
    const heavy = [];
    for (const page of [...kinds(address), '/', '/tokens?limit=100', '/activity?limit=100']) {
      const { bytes } = await weigh(page);
      t.diagnostic(`${page.slice(0, 60)}: ${bytes} bytes`);
      if (bytes > HEAVIEST) heavy.push(`${page}: ${bytes}`);
    }
    assert.deepEqual(heavy, []);
  });

test('rows have the beginning of a name, its page all of it, and what is cut there is said', async () => {
  for (const [address, cut] of [[tight, false], [boundless, true]]) {
    const [id, name, about] = psql(`SELECT id, name, description FROM tokens WHERE creator_id = ${people[address]} ORDER BY id LIMIT 1`).split('|');
    const beginning = cut ? `${name.slice(0, 40)}…` : `${name.slice(0, 16)}…`;
    const row = (await weigh(`/tokens?limit=10&sort=oldest&creator=${address}`)).body;
    assert.ok(row.includes(`<span class="token-name"><bdi>${beginning}</bdi></span>`), row.slice(0, 200));
    const { body } = await weigh(`/tokens/${id}`);
    assert.ok(body.includes(`<p class="subtitle"><bdi>${cut ? `${name.slice(0, 1024)}…` : name}</bdi></p>`));
    assert.ok(body.includes(`<bdi>${cut ? `${about.slice(0, 4096)}…` : about}</bdi>`));
    assert.ok(body.includes(` – ${cut ? `${name.slice(0, 1024)}…` : name} · SiTa Minter</title>`));
    assert.equal(body.includes(`<a href="/api/tokens/${id}">All of it, as JSON</a>`), cut);
    assert.equal(JSON.parse((await get(`/api/tokens/${id}`)).body).data.token.name, name, 'programs have all of it');
  }
});

test('rows have the beginning of words that are none of ours and of amounts, the page of a record all of them', async () => {
  const [id, network, status, supply] = psql(`SELECT id, network_id, status, supply FROM tokens WHERE creator_id = ${people[wild]} ORDER BY id LIMIT 1`).split('|');
  const bare = (s) => s.replaceAll('<wbr>', '').replaceAll(',', '');
  const tokens = bare((await weigh(`/tokens?limit=10&sort=oldest&creator=${wild}`)).body);
  const activity = bare((await weigh(`/activity?limit=10&sort=oldest&user=${wild}`)).body);
  for (const body of [tokens, activity])
    for (const shown of [`>${network.slice(0, 4)}…</td>`, `>${status.slice(0, 4)}…</span>`, `>${supply.slice(0, 48)}…</td>`]) assert.ok(body.includes(shown), shown);
  const whole = bare((await weigh(`/tokens/${id}`)).body);
  for (const shown of [`>${network}</span>`, `>${status}</span>`, `>${supply}</data>`]) assert.ok(whole.includes(shown), shown);
});

test('what was recorded with a transaction is shown as far as there is room, and the page says so', async (t) => {
  for (const [i, cut] of [[1, true], [2, true], [3, false], [4, true], [5, true], [6, true], [7, false]]) {
    const page = `/activity/${psql(`SELECT id FROM transactions WHERE tx_hash = 'weight${i}'`)}`;
    const { bytes, body } = await weigh(page);
    t.diagnostic(`metadata ${i}: ${bytes} bytes`);
    assert.ok(bytes <= HEAVIEST, `metadata ${i}: ${bytes} bytes`);
    assert.equal(body.includes('What is too long for a page'), cut, `metadata ${i}`);
    assert.equal(body.includes(`<a href="/api/transactions/${page.slice(10)}">All of it, as JSON</a>`), cut);
  }
});
