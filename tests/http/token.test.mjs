// What a token's and a transaction's page tell beyond their fields: warnings with the earlier token,
// the creator's other tokens, explorer links of known networks, metadata as a tree.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { get, psql, source } from './lib/site.mjs';

const address = JSON.parse(fs.readFileSync(path.join(source, 'tests/data/addresses.json'), 'utf8')).valid[3].address;
const hash = `0x${'ab'.repeat(32)}`;
let user;
const token = (name, symbol, network = 'mainnet', type = 'NULL') => Number(psql(`INSERT INTO tokens
  (name, symbol, supply, creator_id, network_id, type_hash, tx_hash) VALUES ('${name}', '${symbol}', '1', ${user}, '${network}', ${type}, '${hash}') RETURNING id`));

before(() => { user = psql(`INSERT INTO users (wallet_address) VALUES ('${address}') RETURNING id`); });
after(() => psql(`DELETE FROM transactions WHERE user_id = ${user}; DELETE FROM tokens WHERE creator_id = ${user};
  DELETE FROM users WHERE id = ${user}`));

const warnings = (body) => /<section class="warnings"[^]*?<\/section>/.exec(body)?.[0] ?? '';

test('an earlier token of the same network with the same symbol or name is linked', async () => {
  const first = token('Zebra Coin', 'ZBRA');
  const symbol = token('Another Zebra', 'zbra');
  const name = token('ZEBRA COIN', 'ZC');
  const elsewhere = token('Zebra Coin', 'ZBRA', 'testnet');
  assert.equal(warnings((await get(`/tokens/${first}`)).body), '');
  assert.equal(warnings((await get(`/tokens/${elsewhere}`)).body), '');
  const bySymbol = warnings((await get(`/tokens/${symbol}`)).body), byName = warnings((await get(`/tokens/${name}`)).body);
  assert.match(bySymbol, new RegExp(`same symbol: <a href="/tokens/${first}"><bdi>ZBRA</bdi>`));
  assert.doesNotMatch(bySymbol, /same name/);
  assert.match(byName, new RegExp(`same name: <a href="/tokens/${first}"><bdi>ZBRA</bdi>`));
  assert.doesNotMatch(byName, /same symbol/);
});

test('names that deceive the eye are warned of, each with its reason', async () => {
  const id = token('visit free-ckb.xyz \u200B', 'U\u0405DT\u202E');
  const text = warnings((await get(`/tokens/${id}`)).body);
  for (const reason of [/change the order/, /cannot be seen/, /different alphabets/, /address of a web site/])
    assert.match(text, reason);
});

test('the creator\'s other tokens, not the token itself', async () => {
  const ids = psql(`SELECT id FROM tokens WHERE creator_id = ${user} ORDER BY id DESC`).split('\n');
  const body = (await get(`/tokens/${ids[1]}`, { headers: { Cookie: 'fresh=1' } })).body;
  const others = body.slice(body.indexOf('id="others"'));
  assert.ok(others.includes(`href="/tokens/${ids[0]}"`) && others.includes(`href="/tokens/${ids[2]}"`));
  assert.ok(!others.includes(`href="/tokens/${ids[1]}"`));
  assert.ok(others.includes(`href="/creators/${address}"`));
});

test('explorer links for known networks only', async () => {
  for (const [network, site] of [['mainnet', 'https://explorer.nervos.org'], ['testnet', 'https://testnet.explorer.nervos.org']]) {
    const id = token('Linked', 'LNK', network, `'${hash}'`);
    const body = (await get(`/tokens/${id}`)).body;
    assert.ok(body.includes(`href="${site}/xudt/${hash}"`) && body.includes(`href="${site}/transaction/${hash}"`));
    const activity = psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id) VALUES
      (${user}, ${id}, '${hash}', 'mint', '${network}') RETURNING id`);
    assert.ok((await get(`/activity/${activity}`)).body.includes(`href="${site}/transaction/${hash}"`));
  }
  const unknown = token('Unlinked', 'UNL', 'unknown', `'${hash}'`);
  assert.doesNotMatch((await get(`/tokens/${unknown}`)).body, /explorer\.nervos\.org/);
});

test('metadata is a tree of names and values, text where it cannot be one', async () => {
  const add = (json) => psql(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id, metadata)
    VALUES (${user}, '${hash}', 'mint', 'mainnet', '${json}') RETURNING id`);
  const body = (await get(`/activity/${add('{"note": "<b>", "inner": {"list": [7, true]}}')}`)).body;
  assert.match(body, /<dt>note<\/dt><dd><bdi>&lt;b&gt;<\/bdi><\/dd>/);
  assert.match(body, /<dt>inner<\/dt><dd><dl class="tree">\s*<div><dt>list<\/dt><dd><dl class="tree">\s*<div><dt>1<\/dt><dd><bdi>7<\/bdi>/);
  const deep = (await get(`/activity/${add('['.repeat(60) + ']'.repeat(60))}`)).body;
  assert.match(deep, /<pre class="data"[^>]*>\[\[\[/);
});
