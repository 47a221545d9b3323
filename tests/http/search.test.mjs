// One box: what can only mean one thing leads there; several are listed, then what begins with the text.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { get, psql, source, until } from './lib/site.mjs';

const { valid } = JSON.parse(fs.readFileSync(path.join(source, 'tests/data/addresses.json'), 'utf8'));
const old = valid.findLast((a) => a.format !== 'full');
const [type, tx, issue, shared, twice] = ['c1', 'c2', 'c3', 'c4', 'c5'].map((s) => `0x${s.repeat(32)}`);
// Ids that a token alone has, activity alone, and both.
const only = { token: 900001, activity: 900002, both: 900003 };
const ids = {};
let user;

before(() => {
  user = psql(`INSERT INTO users (wallet_address) VALUES ('${old.canonical}') RETURNING id`);
  for (const [key, name, symbol, hash] of [['quokka', 'Quokka Coin', 'QKKA', `'${type}'`], ['second', 'Quokka Two', 'QKKB', 'NULL'],
    ['chinese', '熊猫币', 'XMB', 'NULL'], ['percent', '100%_sure', '%_', 'NULL'],
    ['long', 'The Great Wombat Society of Maxqu', 'WMBT', 'NULL'], ['markup', '<b>Numbat</b>', 'N<i>', 'NULL']])
    ids[key] = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, type_hash)
      VALUES ('${name}', '${symbol}', '1', ${user}, 'mainnet', ${hash}) RETURNING id`);
  ids.issued = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, tx_hash) VALUES ('Issued', 'ISSD', '1', ${user}, 'mainnet', '${issue}') RETURNING id`);
  ids.umlaut = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) VALUES ('Über Münze', 'ÜBÉR', '1', ${user}, 'mainnet') RETURNING id`);
  psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) VALUES ('ÜBER MÜNZE 2', 'ÜBÉRX', '1', ${user}, 'mainnet'), ('900001 and more', '900002 or so', '1', ${user}, 'mainnet');
    INSERT INTO tokens (id, name, symbol, supply, creator_id, network_id) VALUES (${only.token}, 'Numbered', 'NMBR', '1', ${user}, 'mainnet'), (${only.both}, 'Numbered too', 'NMBS', '1', ${user}, 'mainnet');
    INSERT INTO transactions (id, user_id, tx_hash, tx_type, network_id) SELECT id, ${user}, '0x' || id, 'mint', 'mainnet' FROM unnest(ARRAY[${only.activity}, ${only.both}]) id;
    INSERT INTO tokens (name, symbol, supply, creator_id, network_id, type_hash) SELECT 'On ' || n, 'SHRD' || n, '1', ${user}, n, '${shared}' FROM unnest(ARRAY['mainnet', 'testnet']) n;
    INSERT INTO tokens (name, symbol, supply, creator_id, network_id) VALUES ('Walru Coin', 'WLRU', '1', ${user}, 'mainnet'), ('Dugong', 'USDG', '1', ${user}, 'mainnet')`);
  ids.twice = psql(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id, token_id) SELECT ${user}, '${twice}', 'mint', 'mainnet', id
    FROM unnest(ARRAY[NULL, ${ids.quokka}]) id RETURNING id`).split('\n');
  ids.activity = psql(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id) VALUES (${user}, '${tx}', 'mint', 'mainnet') RETURNING id`);
});
after(() => psql(`DELETE FROM transactions WHERE user_id = ${user}; DELETE FROM tokens WHERE creator_id = ${user};
  DELETE FROM users WHERE id = ${user}`));

const search = (q) => get(`/search?q=${encodeURIComponent(q)}`);
const rows = (body) => [...body.matchAll(/<a class="mono" href="\/activity\/(\d+)"/g)].map((m) => m[1]);
const cards = (body) => [...body.matchAll(/class="card" href="\/tokens\/(\d+)"/g)].map((m) => m[1]);
const api = async (q) => {
  const answer = await get(`/api/search?q=${encodeURIComponent(q)}`);
  assert.equal(answer.status, 200, answer.body);
  return JSON.parse(answer.body);
};

test('what means one thing leads there', async () => {
  for (const [q, to] of [[type, `/tokens/${ids.quokka}`], [type.slice(2).toUpperCase(), `/tokens/${ids.quokka}`],
    [tx, `/activity/${ids.activity}`], [old.address, `/creators/${old.canonical}`], [` ${old.canonical.toUpperCase()} `, `/creators/${old.canonical}`],
    ['qkka', `/tokens/${ids.quokka}`], ['quokka coin', `/tokens/${ids.quokka}`], ['熊猫币', `/tokens/${ids.chinese}`],
    ['100%_sure', `/tokens/${ids.percent}`], [issue, `/tokens/${ids.issued}`], [issue.replace('0x', '0X'), `/tokens/${ids.issued}`],
    ['übér', `/tokens/${ids.umlaut}`], ['ÜBER MÜNZE', `/tokens/${ids.umlaut}`], ['über münze', `/tokens/${ids.umlaut}`],
    [`#${only.token}`, `/tokens/${only.token}`], [`${only.activity}`, `/activity/${only.activity}`]]) {
    const answer = await search(q);
    assert.equal(answer.status, 302, `${q}: ${answer.body.slice(0, 200)}`);
    assert.equal(answer.headers.location, to, q);
  }
});

test('letters of another width and blanks of Chinese input are no other text', async (t) => {
  const wide = (s) => [...s].map((c) => (c === ' ' ? '\u3000' : String.fromCharCode(c.charCodeAt(0) + 0xFEE0))).join('');
  for (const [q, to] of [[wide('QKKA'), `/tokens/${ids.quokka}`], [wide('quokka coin'), `/tokens/${ids.quokka}`], ['\u3000熊猫币\u3000', `/tokens/${ids.chinese}`],
    ['\u3000qkka\u00a0\u3000', `/tokens/${ids.quokka}`], [wide(type), `/tokens/${ids.quokka}`], [wide(`#${only.token}`), `/tokens/${only.token}`]]) {
    const answer = await search(q);
    assert.deepEqual([answer.status, answer.headers.location], [302, to], q);
    assert.equal((await api(q)).meta.leadsTo, to, q);
  }
  assert.deepEqual((await api(wide('quokk'))).data.map((row) => row.id), (await api('quokk')).data.map((row) => row.id));
  assert.equal((await api(wide('q7'))).meta.match, (await api('q7')).meta.match);
  assert.ok((await search(wide('quok'))).body.includes(`value="${wide('quok')}"`), 'the box keeps what was typed');
  const id = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) VALUES ('Wide', '${wide('QKKA')}', '1', ${user}, 'mainnet') RETURNING id`);
  t.after(() => psql(`DELETE FROM tokens WHERE id = ${id}`));
  const both = JSON.parse((await get(`/api/search?q=${encodeURIComponent(wide('QKKA'))}`, { headers: { Cookie: 'fresh=1' } })).body);
  assert.deepEqual([both.data.map((row) => row.id).slice(0, 2), both.meta.exact, both.meta.leadsTo], [[Number(ids.quokka), Number(id)], 2, null], 'who is called so hides nobody');
  const listed = async (q) => JSON.parse((await get(`/api/tokens?q=${encodeURIComponent(q)}`)).body).data.map((row) => row.id);
  assert.deepEqual(await listed('\u3000qkka\u00a0'), await listed('qkka'));
  assert.ok((await listed('qkka')).includes(Number(ids.quokka)));
});

test('all records of a transaction are listed, up to a hundred; of more it is said where they are', async (t) => {
  const hash = `0x${'5c'.repeat(32)}`;
  t.after(() => psql(`DELETE FROM transactions WHERE tx_hash = '${hash}'`));
  const add = (n) => psql(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id) SELECT ${user}, '${hash}', 'mint', 'mainnet' FROM generate_series(1, ${n})`);
  add(100);
  const all = psql(`SELECT id FROM transactions WHERE tx_hash = '${hash}' ORDER BY id`).split('\n');
  const { body } = await search(hash);
  assert.deepEqual(rows(body), all);
  assert.doesNotMatch(body, /There are more|there are more/);
  add(1);
  const more = (await get(`/search?q=${hash}`, { headers: { Cookie: 'fresh=1' } })).body;
  assert.deepEqual(rows(more), all);
  assert.match(more, /These are the first hundred records of this transaction; there are more\. <a href="\/activity\.jsonl">/);
  assert.doesNotMatch(more, /a longer text finds fewer/);
  assert.equal((await api(hash)).meta.transactions.length, 100);
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

test('what is exactly several things is a choice, before what only begins so', async () => {
  const tokens = (where) => psql(`SELECT id FROM tokens WHERE ${where} ORDER BY id`).split('\n');
  for (const [q, wantedTokens, wantedRows] of [[shared, tokens(`type_hash = '${shared}'`), []], [twice, [], ids.twice],
    [`#${only.both}`, [`${only.both}`], [`${only.both}`]]]) {
    const { status, body } = await search(q);
    assert.equal(status, 200, q);
    assert.match(body, /This means several things/, q);
    assert.deepEqual([cards(body), rows(body)], [wantedTokens, wantedRows], q);
    const { data, meta } = await api(q);
    assert.deepEqual([data.map((row) => String(row.id)), meta.transactions.map((row) => String(row.id)), meta.match, meta.leadsTo, meta.exact],
      [wantedTokens, wantedRows, 'exact', null, wantedTokens.length], q);
  }
});

test('an exact name is before the symbols that begin so; a transaction\'s own record stands for the token that it issued', async (t) => {
  const add = (name, symbol) => psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) VALUES ('${name}', '${symbol}', '1', ${user}, 'mainnet') RETURNING id`);
  const made = [add('Other', 'ÄMUX'), add('ämu', 'A'), add('ÄMU', 'B')];
  const record = psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id) VALUES (${user}, ${ids.issued}, '${issue}', 'create', 'mainnet') RETURNING id`);
  t.after(() => psql(`DELETE FROM tokens WHERE id IN (${made}); DELETE FROM transactions WHERE id = ${record}`));
  assert.deepEqual(cards((await search('Ämu')).body), [made[1], made[2], made[0]]);
  assert.equal((await api('Ämu')).meta.exact, 2);
  assert.equal((await get(`/search?q=${issue}&again=1`)).headers.location, `/activity/${record}`);
});

test('a hash or an address that nothing here has: said so, and where else to look', async () => {
  const hash = `0x${'0a'.repeat(32)}`, { address, network } = valid[5];
  const { status, body } = await search(hash.slice(2).toUpperCase());
  assert.equal(status, 200);
  assert.match(body, /No token and no transaction here has this hash.*Looked through: the type scripts of all tokens/s);
  for (const site of ['https://explorer.nervos.org', 'https://testnet.explorer.nervos.org'])
    for (const kind of ['transaction', 'xudt']) assert.ok(body.includes(`href="${site}/${kind}/${hash}"`), `${site} ${kind}`);
  assert.deepEqual([(await api(hash)).meta.soughtAs, (await api(hash)).meta.elsewhere.length], ['hash', 4]);
  const unknown = (await search(address)).body;
  assert.match(unknown, /Nobody with this address is known here/);
  const { meta } = await api(address);
  assert.deepEqual(meta.elsewhere.map((e) => [e.kind, e.networkId]), [['address', network]]);
  assert.match(meta.elsewhere[0].url, /explorer\.nervos\.org\/address\/ck[bt]1/);
  assert.ok(unknown.includes(`href="${meta.elsewhere[0].url}"`));
  assert.deepEqual((await api('zyx wvut')).meta.elsewhere, []);
});

test('letters that changed places are found in short symbols and names, the word itself first', async () => {
  const exact = psql("SELECT id FROM tokens WHERE symbol = 'WLRU'"), dugong = psql("SELECT id FROM tokens WHERE symbol = 'USDG'");
  for (const [q, id] of [['WLUR', exact], ['lwru', exact], ['lwur', exact], ['SUGD', dugong], ['awlru', exact], ['猫熊币', ids.chinese], ['猫熊', ids.chinese], ['BÜÉR', ids.umlaut]]) {
    const { body } = await search(q);
    assert.match(body, /No exact match\. Similar:/, q);
    assert.equal(cards(body)[0], id, q);
    const { data, meta } = await api(q);
    assert.deepEqual([meta.match, String(data[0].id), meta.exact], ['similar', id, 0], q);
  }
});

test('what nothing begins with finds nothing, wildcards and markup included', async () => {
  for (const q of ['zyx wvut', '_%_', '%%%KQ', '"><script>', `0x${'00'.repeat(31)}`, `${valid[5].address}q`, '🐫🐫🐫', '\\']) {
    const { status, body } = await search(q);
    assert.equal(status, 200, q);
    assert.match(body, /Nothing begins with this or is like it/, q);
    assert.doesNotMatch(body, /<script>/);
  }
  assert.match((await get('/search')).body, /found by how they begin/);
  assert.match((await search('   ')).body, /found by how they begin/);
  assert.equal((await search('x'.repeat(1024))).status, 400);
});

test('what begins with the text is not mixed with what is like it', async () => {
  assert.deepEqual(cards((await search('quokka')).body), [ids.quokka, ids.second]);
  assert.doesNotMatch((await search('quokka')).body, /Similar:/);
});

test('a typo still finds, a word within a name too, the likest first; the text stays escaped', async () => {
  for (const [q, wanted] of [['quoka', [ids.second, ids.quokka]], ['qoukka two', [ids.second]], ['QUAKKA', [ids.quokka, ids.second]],
    ['wombat', [ids.long]], ['wombta', [ids.long]], ['numbat', [ids.markup]], ['大熊猫币', [ids.chinese]], ['_KKA', [ids.quokka]]]) {
    const { status, body } = await search(q);
    assert.equal(status, 200, q);
    assert.match(body, /No exact match\. Similar:/, q);
    assert.deepEqual(cards(body).slice(0, wanted.length), wanted, q);
    assert.doesNotMatch(body, /<b>Numbat|N<i>/);
  }
});

test('of many that are alike the likest come first, then the oldest, and there are twenty', async (t) => {
  psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) SELECT 'Zumbador ' || i % 2, 'ZMB', '1', ${user}, 'mainnet' FROM generate_series(1, 30) i;
    INSERT INTO tokens (name, symbol, supply, creator_id, network_id) VALUES ('Zumbadarr', 'ZMB', '1', ${user}, 'mainnet')`);
  t.after(() => psql("DELETE FROM tokens WHERE symbol = 'ZMB'"));
  const all = psql("SELECT id FROM tokens WHERE symbol = 'ZMB' ORDER BY id").split('\n');
  const { body } = await search('zumbadarx');
  assert.deepEqual(cards(body), [all.at(-1), ...all.slice(0, 19)]);
  assert.match(body, /There are more/);
});

test('one or two letters, and signs, are found within names; wildcards mean themselves', async () => {
  for (const [q, id] of [['猫币', ids.chinese], ['币', ids.chinese], ['xq', ids.long], ['%_s', ids.percent], ['</', ids.markup]]) {
    const { body } = await search(q);
    assert.match(body, /No exact match\. Similar:/, q);
    assert.ok(cards(body).includes(id), q);
  }
  for (const q of ['狗', '%%_', 'q%', '\\\\']) {
    const { body } = await search(q);
    assert.match(body, /Nothing begins with this or is like it/, q);
  }
});

test('programs get the same, and where one thing is meant, its page', async () => {
  const seen = async (q) => {
    const { data, meta } = await api(q);
    return [meta.match, meta.leadsTo, data.map((t) => String(t.id))];
  };
  assert.deepEqual(await seen('qkka'), ['exact', `/tokens/${ids.quokka}`, [ids.quokka]]);
  assert.deepEqual((await seen(`#${only.token}`)).slice(0, 2), ['exact', `/tokens/${only.token}`]);
  assert.deepEqual(await seen(`${only.activity}`), ['exact', `/activity/${only.activity}`, [psql(`SELECT id FROM tokens WHERE symbol = '900002 or so'`)]]);
  assert.deepEqual(await seen(tx), ['exact', `/activity/${ids.activity}`, []]);
  assert.deepEqual(await seen(old.canonical), ['exact', `/creators/${old.canonical}`, []]);
  assert.deepEqual(await seen(' quokka'), ['beginning', null, [ids.quokka, ids.second]]);
  const typo = await seen('quoka');
  assert.deepEqual([typo[0], typo[1], typo[2].slice(0, 2)], ['similar', null, [ids.second, ids.quokka]]);
  for (const q of ['wombta', '猫币', 'qoukka two', 'xq'])
    assert.deepEqual((await seen(q))[2], cards((await search(q)).body), q);
  assert.deepEqual(await seen('zyx wvut'), ['none', null, []]);
  assert.deepEqual(JSON.parse((await get('/api/search')).body), { data: [], meta: { q: null, soughtAs: 'text', match: 'none', exact: 0, leadsTo: null, transactions: [], elsewhere: [] } });
  assert.equal((await api(' quokka ')).meta.q, 'quokka');
  assert.equal((await get('/api/search?q=x&page=2')).status, 400);
});

// The extension's function in the form that it has, and one that takes its time.
const measure = `CREATE OR REPLACE FUNCTION trigrams.word_similarity(text, text) RETURNS real STRICT IMMUTABLE PARALLEL SAFE`;
test('a search for what is similar ends in time, and holds up nobody', async () => {
  const healthy = psql(`SELECT pg_get_functiondef('trigrams.word_similarity(text,text)'::regprocedure)`);
  psql(`${measure} LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(5); RETURN 1; END'`);
  try {
    for (const round of [1, 2, 3]) {
      const slow = search(`quokk${round}`);
      const beside = await Promise.all(Array.from({ length: 8 }, (_, i) => get(`/tokens/${ids.quokka}?beside=${round}${i}`)));
      assert.ok(beside.every((a) => a.status === 200));
      const { status, body, ms } = await slow;
      assert.equal(status, 200);
      assert.match(body, /No exact match; looking for similar names took too long/);
      assert.deepEqual(cards(body), []);
      assert.ok(ms < 3000, `${ms} ms`); // five seconds a row otherwise
    }
    assert.equal((await api('quokkx')).meta.match, 'too_slow');
    assert.equal((await search('qkka')).status, 302);
  } finally {
    psql(healthy);
  }
  // The limit was that search's alone: what takes longer elsewhere still may.
  assert.equal((await get('/bench/sleep?ms=400')).status, 200);
  await until(() => api('quoka'), ({ meta }) => meta.match === 'similar');
});

test('what cannot be sought is refused beside the box, which keeps it', async () => {
  for (const [q, kept] of [['x'.repeat(1100), 'x'.repeat(1100)], ['熊'.repeat(400), '熊'.repeat(400)], ['x'.repeat(1024), 'x'.repeat(1024)], ['%ff', ''], ['a&q=b', 'a']]) {
    const raw = /^[%&=\w]*$/.test(q) ? q : encodeURIComponent(q);
    const { status, body } = await get(`/search?q=${raw}`);
    assert.equal(status, 400);
    const form = body.match(/<main[^]*?<form class="search"[^]*?<\/form>/)?.[0];
    assert.ok(form, body.slice(0, 400));
    assert.ok(form.includes(` value="${kept}"`), form);
    assert.match(form, /<input id="q"[^>]* aria-invalid="true" aria-describedby="q-problem">/);
    assert.match(form, /<p class="problem" id="q-problem">(is too long or not valid text|must have from 1 to 1023 bytes|is given twice)<\/p>/);
    assert.equal((await get(`/api/search?q=${raw}`)).status, 400);
  }
  for (const [q, status] of [['熊'.repeat(341), 200], ['x'.repeat(1023), 200]]) {
    const answer = await search(q);
    assert.equal(answer.status, status);
    assert.doesNotMatch(answer.body, /aria-invalid|class="problem"/);
  }
});

test('a whole hash or address in the box of a list leads to the search, in letters of any case', async () => {
  const [id, hash] = psql("SELECT id, type_hash FROM tokens WHERE type_hash ~ '[a-f].*[a-f]' ORDER BY id LIMIT 1").split('|');
  let i = 0;
  const mixed = hash.replace(/[a-f]/g, (c) => (i++ % 2 ? c : c.toUpperCase()));
  for (const list of ['/tokens', '/activity'])
    for (const typed of [hash, mixed, mixed.slice(2), mixed.replace('0x', '0X')]) {
      const led = await get(`${list}?q=%20${typed}&network=&sort=newest&limit=10`);
      assert.deepEqual([led.status, led.headers.location], [302, `/search?q=${typed}`], `${list} ${typed}`);
      assert.equal((await get(led.headers.location)).headers.location, `/tokens/${id}`);
    }
  assert.equal((await get(`/api/tokens?q=${mixed}`)).status, 400, 'programs are told that no name begins so');
  assert.equal((await get(`/tokens?q=${mixed.slice(0, 64)}`)).status, 200, 'what is no whole hash may be a name');
});
