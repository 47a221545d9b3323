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

test('an earlier token whose symbol or name looks the same is linked, whatever letters it is made of', async () => {
  const first = token('Moon Orbit', 'MOON0');
  for (const [name, symbol, alike] of [
    ['x1', 'M\u041E\u041ENO', 'symbol'], // Cyrillic O twice, and a letter for the digit
    ['x2', 'MO\u200BON0', 'symbol'], // something that cannot be seen
    ['x3', '\uFF2D\uFF2F\uFF2F\uFF2E\uFF10', 'symbol'], // full width
    ['x4', '\u039C\u039F\u039F\u039D\u039F', 'symbol'], // Greek capitals
    ['y1', '\uA4DF\uA4F3\uA4F3\uA4E0O', 'symbol'], // Lisu
    ['y2', 'M\u{1D40E}\u{1D7CE}N0', 'symbol'], // mathematical
    ['y3', 'MO\u0327ON\u03380', 'symbol'], ['M\u0336o\u0336o\u0336n Orbit', 'y4', 'name'], // marks
    ['Mo\u1D0Fn Orbit', 'y5', 'name'], // a small capital of phonetics
    ['rnoon \u043Erbit', 'x5', 'name'], ['Moon  Orb\u0456t', 'x6', 'name'],
  ]) {
    const body = warnings((await get(`/tokens/${token(name, symbol)}`)).body);
    assert.match(body, new RegExp(`${alike} that looks the same: <a href="/tokens/${first}"><bdi>MOON0</bdi>`), `${name} ${symbol}`);
    assert.doesNotMatch(body, /same symbol:|same name:/, 'it is not the same');
  }
  const again = warnings((await get(`/tokens/${token('y', 'moon0')}`)).body);
  assert.match(again, /same symbol:/);
  assert.doesNotMatch(again, /looks the same/, 'one warning for one thing');
  for (const symbol of ['M00N', 'NOON0', 'MOONO1', '\u6708', 'M\u00D6ON0'])
    assert.equal(warnings((await get(`/tokens/${token(`z ${symbol}`, symbol)}`)).body), '', symbol);
});

test('what looks the same is decided by the table of Unicode, letter for letter', () => {
  // Pairs of confusables.txt (Unicode Technical Standard 39): prototypes of single letters.
  const pairs = [['\u0430', 'a'], ['\u0435', 'e'], ['\u043E', 'o'], ['\u0440', 'p'], ['\u0441', 'c'], ['\u0443', 'y'],
    ['\u0445', 'x'], ['\u0455', 's'], ['\u0456', 'i'], ['\u0458', 'j'], ['\u0501', 'd'], ['\u051B', 'q'], ['\u051D', 'w'],
    ['\u03BF', 'o'], ['\u03BD', 'v'], ['\u03B9', 'i'], ['\u0578', 'n'], ['\u057D', 'u'], ['\u0585', 'o'], ['\u0131', 'i'],
    ['\u0391', 'A'], ['\u0392', 'B'], ['\u0397', 'H'], ['\u0420', 'P'], ['\u0422', 'T'], ['\u13A0', 'D'], ['1', 'l'], ['I', 'l'], ['0', 'O']];
  const looks = (texts) => psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id)
    SELECT '', s, '', ${user}, 'unknown' FROM unnest(ARRAY[${texts.map((s) => `'${s}'`)}]) WITH ORDINALITY u(s, n) ORDER BY n
    RETURNING symbol_look`).split('\n');
  assert.deepEqual(looks(pairs.map(([one]) => one)), looks(pairs.map(([, other]) => other)));
  // What the program reads as ASCII is made a key as the database makes it one.
  const seen = Array.from({ length: 94 }, (_, i) => String.fromCodePoint(33 + i)).filter((c) => c !== "'");
  assert.deepEqual(looks(seen), psql(`SELECT left(replace(lower(translate(s, '1I|0', 'lllO')), 'm', 'rn'), 64) FROM unnest(ARRAY[${seen.map((c) => `'${c}'`)}]) s`).split('\n'));
  const apart = 'a b c d e f g h i j k l n o p q r s t u v w x y z 2 3 4 5 6 7 8 9 \u0436 \u0444 \u03C9 \u6708'.split(' ');
  assert.equal(new Set(looks(apart)).size, apart.length);
  // Nothing that Unicode says may be ignored makes a symbol look like another one.
  const ignored = Array.from({ length: 0x110000 }, (_, i) => i).filter((i) => i < 0xD800 || i > 0xDFFF).map((i) => String.fromCodePoint(i))
    .filter((c) => /\p{Default_Ignorable_Code_Point}/u.test(c));
  assert.ok(ignored.length > 4000, `${ignored.length}`);
  assert.deepEqual([...new Set(looks([...ignored, ' ', '\t', '\u00A0', '\u2003', '\u{1D159}', '\u2800'].map((c) => `o${c}n`)))], ['on']);
});

test('supply and amounts are grouped to read and whole to copy', async () => {
  const id = token('Large', 'LRG');
  psql(`UPDATE tokens SET supply = '340282366920938463463374607431.768211455' WHERE id = ${id}`);
  const activity = psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, amount) VALUES
    (${user}, ${id}, '${hash}', 'mint', 'mainnet', '1234567.5') RETURNING id`);
  const [, raw, grouped] = /<data value="([^"]*)">([^]*?)<\/data>/.exec((await get(`/tokens/${id}`)).body);
  assert.equal(raw, '340282366920938463463374607431.768211455');
  assert.equal(grouped.replaceAll('<wbr>', ''), '340,282,366,920,938,463,463,374,607,431.768211455');
  assert.equal(grouped, '340,<wbr>282,<wbr>366,<wbr>920,<wbr>938,<wbr>463,<wbr>463,<wbr>374,<wbr>607,<wbr>431.768<wbr>211<wbr>455');
  assert.ok((await get(`/activity/${activity}`)).body.includes('<data value="1234567.5">1,234,567.5</data>'));
});

test('names that deceive the eye are warned of, each with its reason', async () => {
  const id = token('visit free-ckb.gift \u200B', 'U\u0405DT\u202E \uFF35 U\u0338');
  const text = warnings((await get(`/tokens/${id}`)).body);
  for (const reason of [/change the order/, /cannot be seen/, /different alphabets/, /look like Latin letters/, /marks on its letters/,
    /address of a web site/, /<\/ul>\s*<p>.*only its type script hash tells/])
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

test('a link leads to the page of an address only where there is one', async (t) => {
  const stored = [address.replace(/.$/, (c) => (c === 'q' ? 'p' : 'q')), `ckb1${'q'.repeat(4996)}`, 'ckb1qyqnoaddress'];
  for (const text of stored) {
    const user = psql(`INSERT INTO users (wallet_address) VALUES ('${text}') RETURNING id`);
    const token = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) VALUES ('Nobody', 'NOBODY', '1', ${user}, 'mainnet') RETURNING id`);
    const activity = psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id) VALUES (${user}, ${token}, 'nobody', 'mint', 'mainnet') RETURNING id`);
    t.after(() => psql(`DELETE FROM transactions WHERE user_id = ${user}; DELETE FROM tokens WHERE creator_id = ${user}; DELETE FROM users WHERE id = ${user}`));
    for (const at of [`/tokens/${token}`, `/activity/${activity}`]) {
      const { body } = await get(at, { headers: { Cookie: 'fresh=1' } });
      assert.ok(body.includes(`<span class="mono wrap-any">${text.slice(0, 40)}`), at);
      assert.ok(!body.includes('href="/creators/'), at);
    }
  }
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

test('a token links the record of the transaction that issued it, if there is one: its own before others', async () => {
  const issue = `0x${'ad'.repeat(32)}`, q = (sql) => Number(psql(sql));
  const id = token('Issued Here', 'ISH'), other = token('Issued Beside', 'ISB');
  psql(`UPDATE tokens SET tx_hash = '${issue}' WHERE id IN (${id}, ${other})`);
  const shown = async (of) => /<dt>Issued in<\/dt><dd class="mono wrap-any">(.*?)<button/.exec((await get(`/tokens/${of}`, { headers: { Cookie: `a=${Math.random()}` } })).body)[1];
  assert.equal(await shown(id), `<span>${issue}</span>`);
  q(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id) VALUES (${user}, '${issue}', 'create', 'testnet') RETURNING id`);
  assert.equal(await shown(id), `<span>${issue}</span>`, 'of another network');
  const first = q(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id) VALUES (${user}, '${issue}', 'create', 'mainnet') RETURNING id`);
  assert.equal(await shown(id), `<a href="/activity/${first}">${issue}</a>`);
  const own = q(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id) VALUES (${user}, ${id}, '${issue}', 'create', 'mainnet') RETURNING id`);
  assert.equal(await shown(id), `<a href="/activity/${own}">${issue}</a>`);
  assert.equal(await shown(other), `<a href="/activity/${first}">${issue}</a>`);
});

test('records of one transaction link each other, those of another network or hash not', async () => {
  const same = `0x${'ae'.repeat(32)}`;
  const add = (n, network, tx) => psql(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id) SELECT ${user}, '${tx}', 'transfer', '${network}'
    FROM generate_series(1, ${n}) RETURNING id`).split('\n');
  const [a, b] = add(2, 'mainnet', same), [elsewhere] = add(1, 'testnet', same), [alone] = add(1, 'mainnet', `0x${'af'.repeat(32)}`);
  const beside = async (id) => {
    const { body } = await get(`/activity/${id}`, { headers: { Cookie: `a=${Math.random()}` } });
    const section = /<section aria-labelledby="others">[^]*?<\/section>/.exec(body)?.[0] ?? '';
    return { ids: [...section.matchAll(/<a class="mono" href="\/activity\/(\d+)"/g)].map((m) => m[1]), all: /href="(\/search[^"]*)"/.exec(section)?.[1] };
  };
  assert.deepEqual(await beside(a), { ids: [b], all: undefined });
  assert.deepEqual(await beside(b), { ids: [a], all: undefined });
  assert.deepEqual(await beside(elsewhere), { ids: [], all: undefined });
  assert.deepEqual(await beside(alone), { ids: [], all: undefined });
  const more = add(10, 'mainnet', same);
  assert.deepEqual(await beside(a), { ids: [b, ...more.slice(0, 9)], all: `/search?q=${same}` });
  assert.match((await get(`/search?q=${same}`)).body, new RegExp(`href="/activity/${more.at(-1)}"`));
});

test('the type script is named, in the order people say it; what is no such script stands as it is', async () => {
  const at = (script) => {
    const id = token('Scripted', 'SCR');
    psql(`UPDATE tokens SET type_script = '${JSON.stringify(script)}' WHERE id = ${id}`);
    return get(`/tokens/${id}`).then(({ body }) => /<dt>Type script<\/dt>([^]*?)<dt>Issued in/.exec(body)[1]);
  };
  const named = await at({ args: '0x01', extra: '<i>', hashType: 'data1', codeHash: hash });
  assert.deepEqual([...named.matchAll(/<dt><bdi>(.*?)<\/bdi><\/dt><dd[^>]*><bdi>(.*?)<\/bdi><button [^>]*aria-label="(.*?)"/g)].map((m) => m.slice(1)),
    [['Code hash', hash, 'Copy: Code hash'], ['Hash type', 'data1', 'Copy: Hash type'], ['Arguments', '0x01', 'Copy: Arguments'], ['extra', '&lt;i&gt;', 'Copy: extra']]);
  for (const other of [{ args: { deep: 1 } }, [1, 2], 'text', {}]) assert.match(await at(other), /<span>[^<]*<\/span><button [^>]*aria-label="Copy the type script"/);
});

test('a token with few transactions leads to its list and its files all the same; one with none to none', async () => {
  const id = token('Few', 'FEW');
  assert.doesNotMatch((await get(`/tokens/${id}`)).body, /All activity of this token|activity\.csv/);
  psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id) VALUES (${user}, ${id}, '${hash}f', 'unknown', 'mainnet')`);
  const { body } = await get(`/tokens/${id}`, { headers: { Cookie: 'a=1' } });
  for (const link of ['/activity', '/activity.csv', '/activity.jsonl', '/activity.atom']) assert.ok(body.includes(`<a href="${link}?tokenId=${id}"`), link);
});

test('the page of a transaction is headed by what it is, the type beside it', async () => {
  const id = psql(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id) VALUES (${user}, '0x${'7'.repeat(64)}', 'unknown', 'mainnet') RETURNING id`);
  const { body } = await get(`/activity/${id}`);
  assert.match(body, /<h1>Transaction <span class="mono">0x77777777…77777777<\/span><\/h1>/);
  assert.match(body, /<p class="tags"><span class="tag">Not classified<\/span>/);
  psql(`UPDATE transactions SET tx_hash = '' WHERE id = ${id}`);
  assert.ok((await get(`/activity/${id}`, { headers: { Cookie: 'a=1' } })).body.includes(`<h1>Transaction #${id}</h1>`), 'without a hash, by its number');
});
