// Records that other programs left without a name, a symbol, a hash, or with a status of their own: every
// link and heading has words, nothing is taken for something else, programs get what is stored.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { get, psql } from './lib/site.mjs';

const fresh = { headers: { Cookie: 'a=1' } };
const odd = 'weird <b>"status"</b>';
const upper = `0x${'AB12'.repeat(16)}`, bare = 'CD34'.repeat(16);
let user, none, blank, nameless, only, x, bareHash, upperHash, issued, unseen, unseenRow;

before(() => {
  const token = (name, symbol, more = "'pending', NULL") => Number(psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, status, tx_hash)
    VALUES (${name}, ${symbol}, '1', ${user}, 'mainnet', ${more}) RETURNING id`));
  const row = (hash, of, more = "'mint', 'pending', 'mainnet'") => Number(psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, status, network_id)
    VALUES (${user}, ${of}, ${hash}, ${more}) RETURNING id`));
  user = psql("INSERT INTO users (wallet_address) VALUES ('unnamed test') RETURNING id");
  none = token("''", "''");
  blank = token("U&' \\200B\\3000'", "U&'\\00A0\\2066'", `'${odd}', ''`);
  nameless = token("''", "'SYMB'");
  only = token("'Only a name'", "''", "'', NULL");
  issued = token("'Issued'", "'ISSU'", `'pending', '${upper}'`);
  const fields = ['supply', 'description', 'contract_address', 'tx_hash', 'status', 'origin'];
  unseen = Number(psql(`INSERT INTO tokens (name, symbol, creator_id, network_id, ${fields}) VALUES (U&'\\3164', U&'\\2800\\200B', ${user}, U&'\\00A0', ${fields.map(() => "U&'\\FFA0\\180E'")}) RETURNING id`));
  unseenRow = Number(psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, status, network_id, amount, origin)
    VALUES (${user}, ${unseen}, ${Array(6).fill("U&'\\3164\\200B'")}) RETURNING id`));
  x = { none: row("''", none), other: row("''", none, "'', '', ''"), blank: row("''", 'NULL') };
  upperHash = row(`'${upper}'`, only);
  bareHash = row(`'${bare}'`, only, `'mint', '${odd}', 'mainnet'`);
});
after(() => psql(`DELETE FROM transactions WHERE user_id = ${user}; DELETE FROM tokens WHERE creator_id = ${user}; DELETE FROM users WHERE id = ${user}`));

const page = async (at) => {
  const answer = await get(at, fresh);
  assert.equal(answer.status, 200, at);
  return answer.body;
};
const words = (html) => html.replace(/<[^>]*>/g, '').replace(/[\s\u200B\u3000\u00A0\u2066\u3164\u2800\uFFA0\u180E]/g, '');
const title = (html) => /<title>(.*?) · SiTa Minter/.exec(html)[1];

test('no link and no heading without words, on any page that shows them', async () => {
  for (const at of ['/', '/tokens', '/tokens?sort=name', '/tokens?sort=symbol', '/activity', `/tokens/${none}`, `/tokens/${blank}`, `/tokens/${nameless}`, `/tokens/${only}`, `/tokens/${unseen}`, `/activity/${unseenRow}`,
    ...Object.values(x).map((id) => `/activity/${id}`), `/search?q=${upper}`, `/activity?tokenId=${none}`]) {
    const html = (await page(at)).replace(/<p id="news".*?<\/p>/, ''); // hidden, filled by the script
    for (const [whole, , inside] of html.matchAll(/<(a|h1|h2|bdi|title|td|dd)\b[^>]*>(.*?)<\/\1>/gs))
      assert.ok(words(inside) || /<svg[^]*<title>|<img[^>]*alt="[^"]/.test(inside), `${at}: ${whole}`);
  }
});

test('what cannot be seen is told as what is not recorded, and given to programs as it is', async () => {
  const token = await page(`/tokens/${unseen}`), row = await page(`/activity/${unseenRow}`);
  assert.equal(title(token), `unnamed token #${unseen}`);
  assert.match(token, new RegExp(`<h1><bdi>unnamed token #${unseen}</bdi></h1>`));
  assert.match(token, /<dt>Supply<\/dt><dd class="number"><span class="none">not recorded/);
  assert.doesNotMatch(token, /class="description"|<dt>Contract address|<dt>Issued in|Source:/);
  assert.equal(title(row), `Transaction #${unseenRow}`);
  assert.match(row, /<dt>Amount<\/dt><dd class="number"><span class="none">not recorded/);
  for (const html of [token, row]) assert.match(html, /Network not recorded<\/span> <span class="state state-\w+"><img[^>]*>(Recorded elsewhere|Status not recorded)</);
  assert.match(row, /<span class="tag">Not classified<\/span>/);
  assert.ok((await page('/activity')).includes(`<a href="/activity/${unseenRow}">transaction #${unseenRow}</a>`));
  assert.match(await page('/tokens.atom'), new RegExp(`<title>unnamed token #${unseen}</title>`));
  assert.match(await page('/activity.atom'), new RegExp(`<title>Not classified +unnamed token #${unseen}</title>`));
  const { data } = JSON.parse(await page(`/api/tokens/${unseen}`));
  assert.deepEqual([data.token.name, data.token.supply], ['\u3164', '\uFFA0\u180E']);
});

test('a token is called by its symbol, else its name, else its number', async () => {
  for (const [id, called, whole] of [[none, `unnamed token #${none}`], [blank, `unnamed token #${blank}`], [nameless, 'SYMB'], [only, 'Only a name'], [issued, 'ISSU', 'ISSU – Issued']]) {
    const html = await page(`/tokens/${id}`);
    assert.equal(title(html), whole ?? called);
    assert.match(html, new RegExp(`<h1><bdi>${called}</bdi></h1>`));
    assert.doesNotMatch(html, /An earlier token|looks the same/, 'what has no name has nobody else’s');
  }
  const list = await page('/tokens');
  for (const called of [`unnamed token #${none}`, `unnamed token #${blank}`, 'SYMB', 'Only a name']) assert.ok(list.includes(`<span class="token-symbol"><bdi>${called}</bdi></span>`), called);
  assert.ok((await page('/activity')).includes(`<a href="/tokens/${none}"><bdi>unnamed token #${none}</bdi></a>`));
  assert.ok((await page(`/activity/${x.none}`)).includes(`<a href="/tokens/${none}"><bdi>unnamed token #${none}</bdi></a>`));
  const titles = [...(await page('/tokens.atom')).matchAll(/<entry>.*?<title>(.*?)<\/title>/gs)].map((m) => m[1]);
  assert.deepEqual(titles.slice(1, 6), ['ISSU – Issued', 'Only a name', 'SYMB', `unnamed token #${blank}`, `unnamed token #${none}`]);
  const { data } = JSON.parse(await page(`/api/tokens/${none}`));
  assert.deepEqual([data.token.name, data.token.symbol], ['', '']);
});

test('a transaction without a hash has its number, and shares it with nobody', async () => {
  const html = await page(`/activity/${x.none}`);
  assert.equal(title(html), `Transaction #${x.none}`);
  assert.match(html, new RegExp(`<h1>Transaction #${x.none}</h1>`));
  assert.match(html, /<dt>Transaction hash<\/dt><dd><span class="none">not recorded</);
  assert.doesNotMatch(html, new RegExp(`/activity/(${x.other}|${x.blank})"`), 'no unrelated records');
  assert.ok((await page('/activity')).includes(`<a href="/activity/${x.blank}">transaction #${x.blank}</a>`));
  const titles = [...(await page('/activity.atom')).matchAll(/<entry>.*?<title>(.*?)<\/title>/gs)].map((m) => m[1].replace(/\s+/g, ' '));
  assert.deepEqual(titles.slice(2, 5), [`Mint transaction #${x.blank}`, `Not classified unnamed token #${none}`, `Mint unnamed token #${none}`]);
  const other = await page(`/activity/${x.other}`);
  assert.match(other, /<span class="tag">Not classified<\/span>/);
  assert.match(other, /Network not recorded<\/span>/);
  assert.match(other, /Status not recorded<\/span>/);
});

test('a status that is none of ours is shown as it is stored, never as another', async () => {
  for (const at of [`/tokens/${blank}`, `/activity/${bareHash}`, '/tokens', '/activity']) {
    const html = await page(at);
    const shown = at.includes('/', 1) ? 'weird &lt;b&gt;&quot;status&quot;&lt;/b&gt;' : 'weird &lt;b&gt;&quot;st…';
    assert.match(html, new RegExp(`<span class="state state-unknown">(<img[^>]*>)?${shown}</span>`), at);
  }
  for (const at of [`/tokens/${blank}`, `/tokens/${only}`]) {
    const html = await page(at);
    assert.match(html, /This site does not know this status, and has verified nothing of it\./);
    assert.doesNotMatch(/<div class="title-row">.*?<p class="note[^>]*>/s.exec(html)[0], /pending|confirmed/);
  }
  assert.match(await page(`/tokens/${only}`), />Status not recorded</);
  assert.equal(JSON.parse(await page(`/api/tokens/${blank}`)).data.token.status, odd);
  assert.match(await page('/tokens.atom'), /<summary>Mainnet · weird &lt;b&gt;/);
});

test('a hash is found however it is written, here or there', async () => {
  for (const [stored, id] of [[upper, upperHash], [bare, bareHash]]) {
    const digits = stored.replace('0x', '');
    for (const q of [stored, digits, digits.toLowerCase(), `0x${digits.toLowerCase()}`, `0X${digits}`]) {
      const { meta } = JSON.parse(await page(`/api/search?q=${q}`));
      assert.deepEqual([meta.match, meta.transactions.map((row) => row.id)], ['exact', [id]], q);
    }
  }
  const { data } = JSON.parse(await page(`/api/search?q=${upper.toLowerCase()}`));
  assert.deepEqual(data.map((token) => token.id), [issued]);
});
