// One box: what can only mean one thing leads there, the rest lists what begins with the text.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { get, psql, source } from './lib/site.mjs';

const { valid } = JSON.parse(fs.readFileSync(path.join(source, 'tests/data/addresses.json'), 'utf8'));
const old = valid.findLast((a) => a.format !== 'full');
const [type, tx] = ['c1', 'c2'].map((s) => `0x${s.repeat(32)}`);
const ids = {};
let user;

before(() => {
  user = psql(`INSERT INTO users (wallet_address) VALUES ('${old.canonical}') RETURNING id`);
  for (const [key, name, symbol, hash] of [['quokka', 'Quokka Coin', 'QKKA', `'${type}'`], ['second', 'Quokka Two', 'QKKB', 'NULL'],
    ['chinese', '熊猫币', 'XMB', 'NULL'], ['percent', '100%_sure', '%_', 'NULL']])
    ids[key] = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, type_hash)
      VALUES ('${name}', '${symbol}', '1', ${user}, 'mainnet', ${hash}) RETURNING id`);
  ids.activity = psql(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id) VALUES (${user}, '${tx}', 'mint', 'mainnet') RETURNING id`);
});
after(() => psql(`DELETE FROM transactions WHERE user_id = ${user}; DELETE FROM tokens WHERE creator_id = ${user};
  DELETE FROM users WHERE id = ${user}`));

const search = (q) => get(`/search?q=${encodeURIComponent(q)}`);

test('what means one thing leads there', async () => {
  for (const [q, to] of [[type, `/tokens/${ids.quokka}`], [type.slice(2).toUpperCase(), `/tokens/${ids.quokka}`],
    [tx, `/activity/${ids.activity}`], [old.address, `/creators/${old.canonical}`], [` ${old.canonical.toUpperCase()} `, `/creators/${old.canonical}`],
    ['qkka', `/tokens/${ids.quokka}`], ['quokka coin', `/tokens/${ids.quokka}`], ['熊猫币', `/tokens/${ids.chinese}`],
    ['100%_sure', `/tokens/${ids.percent}`], [`#${ids.second}`, `/tokens/${ids.second}`]]) {
    const answer = await search(q);
    assert.equal(answer.status, 302, `${q}: ${answer.body.slice(0, 200)}`);
    assert.equal(answer.headers.location, to, q);
  }
});

test('what means several things is listed, symbols before names', async () => {
  const { status, body } = await search('qUOKKa');
  assert.equal(status, 200);
  assert.deepEqual([...body.matchAll(/class="card" href="\/tokens\/(\d+)"/g)].map((m) => m[1]), [ids.quokka, ids.second]);
  assert.match(body, /value="qUOKKa"/);
  for (const [q, id] of [['熊', ids.chinese], ['100%_', ids.percent], ['quokka c', ids.quokka]]) {
    const one = await search(q);
    assert.equal(one.status, 200, q);
    assert.deepEqual([...one.body.matchAll(/class="card" href="\/tokens\/(\d+)"/g)].map((m) => m[1]), [id]);
  }
});

test('what nothing begins with finds nothing, wildcards and markup included', async () => {
  for (const q of ['no such thing', '_KKA', '%KKA', '"><script>', `0x${'00'.repeat(32)}`, valid[5].address]) {
    const { status, body } = await search(q);
    assert.equal(status, 200, q);
    assert.match(body, /Nothing begins with this/);
    assert.doesNotMatch(body, /<script>/);
  }
  assert.match((await get('/search')).body, /found by how they begin/);
  assert.match((await search('   ')).body, /found by how they begin/);
  assert.equal((await search('x'.repeat(1024))).status, 400);
});
