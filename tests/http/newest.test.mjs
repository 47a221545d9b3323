// The newest ids: what open pages ask, the same for everybody.
import assert from 'node:assert/strict';
import test from 'node:test';
import { get, psql, until } from './lib/site.mjs';

const newest = async () => JSON.parse((await get('/api/newest')).body).data;

test('it has the newest ids, and follows within the cache\'s time', async (t) => {
  const now = () => psql('SELECT (SELECT max(id) FROM tokens), (SELECT max(id) FROM transactions)').split('|').map(Number);
  const [token, transaction] = now();
  assert.deepEqual(await newest(), { token, transaction });
  const id = psql(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id)
    SELECT min(id), '0x' || repeat('cd', 32), 'mint', 'mainnet' FROM users RETURNING id`);
  t.after(() => psql(`DELETE FROM transactions WHERE id = ${id}`));
  await until(newest, (data) => data.transaction === Number(id), 3000);
});

test('it is small and kept for all readers', async () => {
  const answer = await get('/api/newest');
  assert.ok(answer.raw.length < 100, answer.body);
  assert.match(answer.headers['cache-control'], /public.*s-maxage=1/);
  assert.equal((await get('/api/newest', { headers: { 'If-None-Match': answer.headers.etag } })).status, 304);
});
