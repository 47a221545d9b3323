// The micro-cache: one answer for a second's worth of readers, and never a wrong one.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import test from 'node:test';
import { ca, get, psql, state, until } from './lib/site.mjs';

// What nginx's log says of the request with this answer: HIT, MISS, BYPASS …
async function cacheStatus(answer) {
  const id = answer.headers['x-request-id'];
  const line = await until(() => fs.readFileSync(path.join(state, 'log/access.log'), 'utf8')
    .split('\n').find((entry) => entry.endsWith(id)), Boolean);
  return /read\/(\S+)/.exec(line)[1];
}

const unique = () => `/tokens?limit=${10 + Math.floor(Math.random() * 90)}&page=${1 + Math.floor(Math.random() * 9)}`;

test('the second reader within a second gets the first one\'s answer, with an id of its own', async () => {
  await until(async () => {
    const target = unique();
    const first = await get(target);
    const second = await get(target);
    assert.equal(first.status, 200);
    assert.equal(second.body, first.body);
    assert.notEqual(second.headers['x-request-id'], first.headers['x-request-id']);
    return [await cacheStatus(first), await cacheStatus(second)].join();
  }, (seen) => seen === 'MISS,HIT');
});

test('HEAD never poisons GET, nor GET HEAD', async () => {
  for (const [one, other] of [['HEAD', 'GET'], ['GET', 'HEAD']]) {
    const target = unique();
    const answers = { [one]: await get(target, { method: one }) };
    answers[other] = await get(target, { method: other });
    assert.equal(answers.HEAD.raw.length, 0);
    assert.ok(answers.GET.raw.length > 500, `GET after ${one} has its body`);
    assert.equal(answers.HEAD.headers.etag, answers.GET.headers.etag);
  }
});

test('a reader with a cookie or credentials is answered by a worker and leaves nothing behind', async () => {
  for (const headers of [{ Cookie: '__Host-session=abc' }, { Authorization: 'Bearer abc' }]) {
    const target = unique();
    const own = await get(target, { headers });
    assert.equal(await cacheStatus(own), 'BYPASS');
    assert.equal(await cacheStatus(await get(target, { headers })), 'BYPASS');
    assert.notEqual(await cacheStatus(await get(target)), 'HIT', 'it was not stored for others');
  }
  const mine = await get('/tokens', { headers: { Cookie: 'a=b' } });
  assert.match(mine.headers['cache-control'], /private/);
});

test('a feed is kept for a second like a page, per filter, and a new row shows within three', async (t) => {
  for (const feed of ['/tokens.atom', '/activity.atom?network=mainnet']) {
    const seen = await until(async () => {
      const [first, second] = [await get(feed), await get(feed)];
      assert.equal(first.status, 200);
      assert.match(first.headers['cache-control'], /^public, max-age=0, s-maxage=1/);
      assert.equal(second.body, first.body);
      return [await cacheStatus(first), await cacheStatus(second)].join();
    }, (words) => /^(MISS|EXPIRED),HIT$/.test(words));
    assert.ok(seen);
  }
  const symbol = `FED${process.pid}`;
  await get('/tokens.atom?network=testnet');
  const id = psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) SELECT 'Fed', '${symbol}', '1', min(id), 'testnet' FROM users RETURNING id`);
  t.after(() => psql(`DELETE FROM tokens WHERE id = ${id}`));
  await until(() => get('/tokens.atom?network=testnet'), ({ body }) => body.includes(symbol), 3000);
  assert.doesNotMatch((await get('/tokens.atom?network=mainnet')).body, new RegExp(symbol));
});

test('errors and unknown pages are not kept', async () => {
  for (const target of ['/tokens?page=-5', '/nowhere-at-all']) {
    await get(target);
    assert.notEqual(await cacheStatus(await get(target)), 'HIT', target);
  }
});

test('the JSON and the page of one address are different answers', async () => {
  const page = await get('/tokens');
  const json = await get('/api/tokens');
  assert.match(page.headers['content-type'], /html/);
  assert.match(json.headers['content-type'], /json/);
  assert.ok(JSON.parse(json.body).data.length > 0);
});

test('a change is seen within three seconds', async () => {
  const id = psql('SELECT min(id) FROM tokens');
  const before = psql(`SELECT name FROM tokens WHERE id = ${id}`);
  const name = `Changed ${process.pid}`;
  await get(`/api/tokens/${id}`);
  psql(`UPDATE tokens SET name = '${name}' WHERE id = ${id}`);
  try {
    await until(() => get(`/api/tokens/${id}`), (answer) => answer.body.includes(name), 3000);
  } finally {
    psql(`UPDATE tokens SET name = '${before.replaceAll("'", "''")}' WHERE id = ${id}`);
  }
});

test('a hundred readers of one page at once cost a few looks at the database', async () => {
  const target = unique();
  const answers = await Promise.all(Array.from({ length: 100 }, () => get(target)));
  const bodies = new Set(answers.map((answer) => answer.body));
  assert.equal(bodies.size, 1);
  const seen = [];
  for (const answer of answers) seen.push(await cacheStatus(answer));
  const asked = seen.filter((word) => word === 'MISS' || word === 'EXPIRED').length;
  assert.ok(asked >= 1 && asked <= 10, `${asked} of 100 reached a worker: ${[...new Set(seen)]}`);
});

// What may not be kept is not waited for: a lock that each reader in turn holds in vain made the last
// of them wait for seconds, while as many readers of different addresses had their answers.
test('many readers of one address that is not there do not queue', async () => {
  const agent = new https.Agent({ ca, keepAlive: true, maxSockets: 128 });
  const slowest = async (address) => {
    const answers = await Promise.all(Array.from({ length: 128 }, (_, i) => get(address(i), { agent })));
    assert.ok(answers.every(({ status }) => status === 404 || status === 400), address(0));
    return Math.max(...answers.map(({ ms }) => ms));
  };
  try {
    for (const address of [(i) => `/api/tokens/${2147483647 - i}`, (i) => `/tokens?page=-${i + 1}`]) {
      const apart = await slowest(address), together = await slowest(() => address(200));
      assert.ok(together < 3 * apart + 500, `${address(200)}: ${together} ms, and ${apart} ms apart`);
    }
  } finally {
    agent.destroy();
  }
});
