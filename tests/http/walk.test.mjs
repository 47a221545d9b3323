// ctest: timeout=240
// Walks the route table: every page, in both faces, with good, bad and oversized parameters and
// with every wrong method.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test, { after } from 'node:test';
import { build, get, psql, source } from './lib/site.mjs';

const table = JSON.parse(execFileSync(path.join(build, 'sitaminter'), ['help', 'routes'],
  { encoding: 'utf8', env: {} }));
const tokenId = Number(psql('SELECT max(id) FROM tokens'));
const transactionId = Number(psql('SELECT max(id) FROM transactions'));
assert.ok(tokenId > 0 && transactionId > 0, 'the demo data is loaded');

// An address of the format's test vectors; somebody has it while this runs.
const someAddress = JSON.parse(fs.readFileSync(path.join(source, 'tests/data/addresses.json'), 'utf8')).valid[0].address;
psql(`INSERT INTO users (wallet_address) VALUES ('${someAddress}')`);
after(() => psql(`DELETE FROM users WHERE wallet_address = '${someAddress}'`));

// A value of a path parameter that names something that exists.
const samples = {
  'token.id': tokenId, 'transaction.id': transactionId, 'bench_token.id': tokenId,
  'creator.address': someAddress, 'sitemap_tokens.part': 1, 'sitemap_activity.part': 1, 'sitemap_creators.part': 1,
  'identicon.seed': '0123456789abcdef.svg',
};
const sample = (page, name) => {
  const value = samples[`${page.name}.${name}`];
  assert.ok(value !== undefined, `walk.test.mjs needs a sample for {${name}} of page ${page.name}`);
  return value;
};
const fill = (page, pattern, with_ = {}) =>
  pattern.replace(/\{(\w+)\}/g, (_, name) => with_[name] ?? sample(page, name));
const faces = (page) => [
  ...(page.path ? [['html', page.path]] : []), ...(page.apiPath ? [['json', page.apiPath]] : [])];

function goodValue(param) {
  if (param.kind === 'choice') return param.choices[0];
  if (param.kind === 'int') return Math.min(Math.max(param.least, 1), param.most);
  if (param.kind === 'date') return '2024-02-29';
  if (param.kind === 'address') return someAddress;
  return 'a'.repeat(param.least || 1);
}

function badValues(param) {
  if (param.kind === 'choice') return ['no-such-choice', '%3Cscript%3E', "'--"];
  if (param.kind === 'int')
    return ['x', '-1', '1e3', '01', '99999999999', '1%00', String(param.most + 1), '%F0%9F%92%A9']
      .concat(param.least > 0 ? [String(param.least - 1)] : []);
  if (param.kind === 'date') return ['2024-02-30', '2024-2-3', '01.02.2024', '2024-01-01T00:00', '%FF', '20240101'];
  if (param.kind === 'address') return ['x', 'ckb1', `${someAddress}q`, someAddress.replace(/.$/, (c) => (c === 'q' ? 'p' : 'q')), '%FF', '%00'];
  return ['%FF', '%00', 'a'.repeat(param.most + 1)];
}

// An error in the face of the page; returns the text that names the fields.
function checkError(answer, face, status, where) {
  assert.equal(answer.status, status, `${where}: ${answer.body.slice(0, 300)}`);
  if (face === 'json') {
    const { error, data, meta } = JSON.parse(answer.body);
    assert.equal(data, undefined);
    assert.match(error.code, /^[a-z_]+$/);
    assert.ok(Array.isArray(error.details));
    assert.equal(meta.requestId, answer.headers['x-request-id'], where);
    return error.details.map((d) => d.field);
  }
  assert.match(answer.headers['content-type'], /^text\/html/);
  return [...answer.body.matchAll(/<li><code>(.*?)<\/code>|<p class="problem" id="(\w+)-problem">/g)].map((m) => m[1] ?? m[2]);
}

const longest = (page) => page.name === 'bench_sleep' ? '?ms=0' : '';

for (const page of table) {
  for (const [face, pattern] of faces(page)) {
    const address = fill(page, pattern);

    test(`${page.name} ${face}: good`, async () => {
      const answer = await get(address + longest(page));
      assert.equal(answer.status, 200, answer.body.slice(0, 300));
      if (face === 'json') {
        assert.match(answer.headers['content-type'], /^application\/json/);
        assert.ok(page.raw || 'data' in JSON.parse(answer.body));
      }
      const head = await get(address + longest(page), { method: 'HEAD' });
      assert.equal(head.status, 200);
      assert.equal(head.raw.length, 0);
      assert.equal(head.headers['content-type'], answer.headers['content-type']);
    });

    test(`${page.name} ${face}: every good value of each query parameter`, async () => {
      for (const param of page.params.filter((p) => p.in === 'query' && p.name !== 'kib')) {
        const answer = await get(`${address}?${param.name}=${goodValue(param)}`);
        assert.equal(answer.status, 200, `${param.name}: ${answer.body.slice(0, 300)}`);
      }
    });

    test(`${page.name} ${face}: bad values are 400 (or 404 in a path) and named`, async () => {
      for (const param of page.params) {
        for (const value of badValues(param)) {
          const where = `${param.name}=${value.slice(0, 40)}`;
          const target = param.in === 'path'
            ? fill(page, pattern, { [param.name]: value }) : `${address}?${param.name}=${value}`;
          const answer = await get(target);
          if (param.in === 'path' && value.includes('%00')) { // nginx refuses it itself
            assert.equal(answer.status, 400);
            continue;
          }
          const named = checkError(answer, face, 400, `${target.slice(0, 80)} ${where}`);
          assert.ok(named.includes(param.name), `${where}: names ${JSON.stringify(named)}`);
        }
      }
    });

    test(`${page.name} ${face}: a parameter given twice, an unknown one, an empty one`, async () => {
      const query = page.params.find((p) => p.in === 'query');
      if (query && query.name !== 'kib') {
        const value = goodValue(query);
        const twice = await get(`${address}?${query.name}=${value}&${query.name}=${value}`);
        checkError(twice, face, 400, 'twice');
        assert.equal((await get(`${address}?${query.name}=${query.name === 'ms' ? '&ms=0' : ''}`)).status, 200);
      }
      const unknown = await get(`${address}?utm_source=x${page.name === 'bench_sleep' ? '&ms=0' : ''}`);
      // A program's mistyped filter must not give it everything.
      if (face === 'json' || /\.(csv|jsonl|atom|json|txt|xml)$|^\/(icons|sitemaps)\//.test(pattern)) checkError(unknown, face, 400, 'unknown');
      else assert.equal(unknown.status, 200);
    });

    test(`${page.name} ${face}: wrong methods are 405 with Allow, OPTIONS lists them`, async () => {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const answer = await get(address, { method, body: method === 'DELETE' ? undefined : '{}' });
        checkError(answer, face, 405, method);
        assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS');
      }
      const options = await get(address, { method: 'OPTIONS' });
      assert.equal(options.status, 204);
      assert.equal(options.headers.allow, 'GET, HEAD, OPTIONS');
    });

    test(`${page.name} ${face}: too long an address, too large a body`, async () => {
      const long = await get(`${address}?x=${'y'.repeat(6000)}`);
      assert.ok([400, 414].includes(long.status), String(long.status));
      const large = await get(address, { method: 'POST', body: 'z'.repeat(200000) });
      assert.equal(large.status, 413);
    });
  }
}

test('what exists not is 404 in its face', async () => {
  for (const address of ['/nothing', '/tokens/1/x', '/tokens/', '/activity//1', '/%2e%2e/etc/passwd',
    `/tokens/${tokenId + 100000}`, '/%F0%9F%92%A9', '/%ff', '/.git/config', '/tokens%00'])
    assert.ok([400, 404].includes((await get(address)).status), address);
  checkError(await get('/api/nothing'), 'json', 404, '/api/nothing');
  checkError(await get(`/api/tokens/${tokenId + 100000}`), 'json', 404, 'no such token');
});
