// A corpus of hostile text in every text field that a page shows: it comes out as text, in both
// faces, and nothing of it becomes markup, a link or a header.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkMarkup, escaped, plant, shown, uproot } from './lib/hostile.mjs';
import { get } from './lib/site.mjs';

test('hostile text in every field of every page', async (t) => {
  const planted = plant();
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
    assert.ok(activity.includes(escaped(shown(text))), `as text: ${JSON.stringify(text)}`);
    const page = (await get(`/tokens/${token}`)).body;
    assert.ok(page.includes(escaped(shown(text))), `as text: ${JSON.stringify(text)}`);
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
