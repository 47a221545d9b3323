// A corpus of hostile text in every text field that a page shows: it comes out as text, in both
// faces, and nothing of it becomes markup, a link or a header. U+0000 and invalid UTF-8 cannot be
// stored in the database; they are tried in addresses.
import assert from 'node:assert/strict';
import test from 'node:test';
import { get, psql } from './lib/site.mjs';

const corpus = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  `</title></script><svg onload=alert(1)>`,
  `javascript:alert(1)`,
  `data:text/html,<script>alert(1)</script>`,
  `{{name}} {{{name}}} {{>layout}} {{#tokens}}`,
  `&lt;b&gt; &amp; &#39;`,
  `\u202Egpj.exe\u202C \u2066bidi\u2069`,
  `\uFEFF\u200B\u00AD invisible`,
  `\u{1F600}\u{10FFFF}\u4E2D\u6587`,
  `line\u2028separator\u2029paragraph`,
  `back\\slash "quotes" \`ticks\` %s %n \${x}`,
  `<!-- --> ]]> <![CDATA[`,
  `${'W'.repeat(300)}`,
  `tab\tnewline\r\nSet-Cookie: x=1`,
];
const escaped = (s) => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  .replace(/"/g, '&quot;').replace(/'/g, '&#39;');
const quoted = (s) => `'${s.replace(/'/g, "''")}'`;

// One token and one transaction per text, the text in every free column of both.
function plant(text, i) {
  const q = quoted(text);
  const user = psql(`INSERT INTO users (wallet_address, username) VALUES (${quoted(`escaping-${i}-${text}`)}, ${q})
    ON CONFLICT (wallet_address) DO UPDATE SET username = excluded.username RETURNING id`);
  const token = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, description, icon_url,
      contract_address, network_id, tx_hash, origin)
    VALUES (${q}, ${q}, ${q}, ${user}, ${q}, ${q}, ${q}, ${q}, ${q}, ${q}) RETURNING id`);
  psql(`UPDATE tokens SET status = ${q}, type_script = jsonb_build_object(${q}::text, ${q}::text) WHERE id = ${token}`);
  const transaction = psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, amount,
      network_id, metadata, status, origin)
    VALUES (${user}, ${token}, ${quoted(`escaping-${i}-${text}`)}, ${q}, ${q}, ${q},
      jsonb_build_object('note', ${q}::text, ${q}::text, jsonb_build_array(${q}::text)), ${q}, ${quoted(`escaping ${i}`)}) RETURNING id`);
  return { text, user, token, transaction };
}

function uproot(planted) {
  for (const { user, token, transaction } of planted)
    psql(`DELETE FROM transactions WHERE id = ${transaction}; DELETE FROM tokens WHERE id = ${token};
          DELETE FROM users WHERE id = ${user}`);
}

// Tags and attributes that a page may hold; anything else came out of a text.
function checkMarkup(body, where) {
  for (const [tag] of body.matchAll(/<[^>]*>/g)) {
    // Our own: the module of every page, and the chart of the front page.
    if (/^<script type="module" src="\/static\/app-[0-9a-f]{12}\.js">$|^<svg viewBox="0 0 \d+ 60" preserve/.test(tag)) continue;
    assert.doesNotMatch(tag.replace(/"[^"]*"/g, '""'), /\son\w+\s*=/i, `${where}: ${tag}`);
    assert.doesNotMatch(tag, /^<\s*(script|svg|iframe|object|embed|base|style|meta http)/i, `${where}: ${tag}`);
    for (const [, value] of tag.matchAll(/\s(?:href|src|action)="([^"]*)"/g))
      assert.match(value, /^(\/(?!\/)|https:\/\/|#)/, `${where}: ${tag}`);
  }
}

test('hostile text in every field of every page', async (t) => {
  const planted = corpus.map(plant);
  t.after(() => uproot(planted));
  for (const { text, token, transaction } of planted) {
    for (const address of [`/tokens/${token}`, `/activity/${transaction}`, '/tokens?limit=100',
      '/activity?limit=100', '/']) {
      const answer = await get(address, { headers: { Cookie: 'x=1' } });
      assert.equal(answer.status, 200, `${address}: ${answer.body.slice(0, 200)}`);
      assert.equal(answer.headers['set-cookie'], undefined);
      checkMarkup(answer.body, `${address} ${JSON.stringify(text.slice(0, 30))}`);
    }
    const activity = (await get(`/activity/${transaction}`)).body;
    assert.ok(activity.includes(escaped(text)), `as text: ${JSON.stringify(text)}`);
    const page = (await get(`/tokens/${token}`)).body;
    assert.ok(page.includes(escaped(text)), `as text: ${JSON.stringify(text)}`);
    if (/[<>"']/.test(text)) assert.ok(!page.includes(text), `not as markup: ${JSON.stringify(text)}`);

    const twin = JSON.parse((await get(`/api/tokens/${token}`)).body).data;
    for (const field of ['name', 'symbol', 'supply', 'description', 'iconUrl', 'contractAddress', 'txHash', 'origin', 'networkId', 'status'])
      assert.equal(twin.token[field], text, field);
    const other = JSON.parse((await get(`/api/transactions/${transaction}`)).body).data;
    assert.equal(other.metadata.note, text);
    assert.deepEqual(other.metadata[text], [text]);
    assert.deepEqual(twin.token.typeScript, { [text]: text });
    assert.equal(other.transaction.amount, text);
    assert.equal(other.token.name, text);
  }
});

test('hostile text in addresses and headers', async () => {
  const raw = ['%3Cscript%3Ealert(1)%3C/script%3E', '%22%3E%3Cimg%20src=x%3E', '%00', '%FF%FE',
    '%C0%AF', '%ED%A0%80', '%E2%80%AE', '%0d%0aSet-Cookie:%20x=1', "'--", '%F0%9F%98%80', '{{name}}'];
  for (const text of raw) {
    for (const address of [`/tokens?network=${text}`, `/tokens?creator=${text}`, `/activity?user=${text}`,
      `/activity?from=${text}`, `/activity?tokenId=${text}`, `/tokens/${text}`, `/activity/${text}`, `/creators/${text}`, `/${text}`,
      `/api/tokens?${text}=1`, `/api/tokens?network=${text}`, `/api/${text}`]) {
      const answer = await get(address);
      assert.ok([400, 404].includes(answer.status), `${address}: ${answer.status}`);
      assert.equal(answer.headers['set-cookie'], undefined, address);
      assert.ok(!answer.body.includes('<script>alert') && !answer.body.includes('<img src=x'), address);
      if (address.startsWith('/api/')) JSON.parse(answer.body);
      else checkMarkup(answer.body, address);
    }
  }
  for (const text of raw) { // what may be searched for is shown in the box, what is no text is refused
    const answer = await get(`/search?q=${text}`);
    assert.equal(answer.status, /%(00|FF|C0|ED)/.test(text) ? 400 : 200, text);
    assert.ok(!answer.body.includes('<script>alert') && !answer.body.includes('<img src=x'), text);
    checkMarkup(answer.body, text);
  }
  const answer = await get('/nothing', { headers: { 'X-Request-Id': '<script>alert(1)</script>',
    Accept: '<script>', 'If-None-Match': '"<script>"', Cookie: '<script>=1' } });
  assert.equal(answer.status, 404);
  assert.ok(!answer.body.includes('<script>'));
  assert.match(answer.headers['x-request-id'], /^[0-9a-f]{32}$/);
});
