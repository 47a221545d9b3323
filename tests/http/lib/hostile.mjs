// hostile.mjs - texts that must come out as text wherever they are shown, and rows that hold them.
// U+0000 and invalid UTF-8 cannot be stored in the database; they are tried in addresses.
import assert from 'node:assert/strict';
import { base, psql } from './site.mjs';

export const corpus = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  `</title></script><svg onload=alert(1)>`,
  `javascript:alert(1)`,
  `data:text/html,<script>alert(1)</script>`,
  `{{name}} {{{name}}} {{>layout}} {{#tokens}}`,
  `&lt;b&gt; &amp; &#39;`,
  `\u202Egpj.exe\u202C \u2066bidi\u2069`,
  `turned\u2069\u202Ename\u2067 \u200Fcoin`, // what closes a <bdi>, and stays open behind it
  `\uFEFF\u200B\u00AD invisible`,
  `\u{1F600}\u{10FFFF}\u4E2D\u6587`,
  `line\u2028separator\u2029paragraph`,
  `back\\slash "quotes" \`ticks\` %s %n \${x}`,
  `<!-- --> ]]> <![CDATA[`,
  `${'W'.repeat(300)}`,
  `tab\tnewline\r\nSet-Cookie: x=1`,
  `=HYPERLINK("https://icons.example/","x"),\n@SUM(A1)`,
  `%3Cscript%3E%0d%0aX: y %22 %2e%2e`,
  `https://icons.example/?a=1&b=2#c`,
  `//icons.example/../..\\x`,
  `?q=1&network=x;page=2#frag +-*/`,
  `"};alert(1);//`,
];
export const escaped = (s) => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  .replace(/"/g, '&quot;').replace(/'/g, '&#39;');
// As pages and feeds show it: without what turns the direction of the text around it.
const turning = /[\u202A-\u202E\u2066-\u2069]/;
export const shown = (s) => s.split(turning).join('');
export const quoted = (s) => `'${s.replace(/'/g, "''")}'`;

// A user, a token and a transaction per text, the text in every free column; { text, user, token, transaction }.
export function plant() {
  const ids = psql(`WITH t AS (SELECT v, i FROM unnest(ARRAY[${corpus.map(quoted)}]) WITH ORDINALITY AS t (v, i)),
    u AS (INSERT INTO users (wallet_address, username) SELECT 'escaping-' || i || v, v FROM t RETURNING id, username),
    k AS (INSERT INTO tokens (name, symbol, supply, creator_id, description, icon_url, contract_address, network_id, tx_hash, origin, status, type_script)
      SELECT v, v, v, u.id, v, v, v, v, v, v, v, jsonb_build_object(v, v) FROM t JOIN u ON username = v ORDER BY i RETURNING id, name),
    x AS (INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, amount, network_id, metadata, status, origin)
      SELECT u.id, k.id, 'escaping-' || i || v, v, v, v, jsonb_build_object('note', v, v, jsonb_build_array(v)), v, 'escaping ' || i
      FROM t JOIN u ON username = v JOIN k ON name = v ORDER BY i RETURNING id, token_id)
    SELECT u.id, k.id, x.id FROM t JOIN u ON username = v JOIN k ON name = v JOIN x ON token_id = k.id ORDER BY i`);
  return ids.split('\n').map((row, i) => {
    const [user, token, transaction] = row.split('|');
    return { text: corpus[i], user, token, transaction };
  });
}

export function uproot(planted) {
  const all = (what) => planted.map((p) => p[what]);
  psql(`DELETE FROM transactions WHERE id IN (${all('transaction')}); DELETE FROM tokens WHERE id IN (${all('token')});
    DELETE FROM users WHERE id IN (${all('user')})`);
}

// Tags, attributes and controls that a page may hold; anything else came out of a text.
export function checkMarkup(body, where) {
  // The box of a search and exact amounts are sent and copied as they are.
  assert.doesNotMatch(body.replace(/\svalue="[^"]*"/g, ''), turning, `${where}: a direction is left open`);
  for (const [tag] of body.matchAll(/<[^>]*>/g)) {
    // Our own: the module of every page, the chart of the front page, and the pictures of tokens.
    if (/^<script type="module" src="\/static\/app-[0-9a-f]{12}\.js">$|^<svg viewBox="0 0 \d+ 60" preserve|^<svg class="picture" viewBox="0 -.5 7 7" width="\d+" height="\d+" aria-hidden="true" color="hsl\(\d+ 55% 38%\)">$/.test(tag)) continue;
    assert.doesNotMatch(tag.replace(/"[^"]*"/g, '""'), /\son\w+\s*=/i, `${where}: ${tag}`);
    assert.doesNotMatch(tag, /^<\s*(script|svg|iframe|object|embed|base|style|meta http)/i, `${where}: ${tag}`);
    // Nothing is loaded from elsewhere, and nothing but the explorers is linked.
    for (const [, name, value] of tag.matchAll(/\s(href|src|action)="([^"]*)"/g))
      if (name === 'src' || name === 'action') assert.match(value, /^\/(?!\/)/, `${where}: ${tag}`);
      else if (name === 'href') assert.ok(/^(\/(?!\/)|#|https:\/\/(testnet\.)?explorer\.nervos\.org\/)/.test(value) || value.startsWith(`${base}/`), `${where}: ${tag}`);
  }
}
