// The public settings: what operators let everybody see, nothing else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { get, psql, until } from './lib/site.mjs';

const names = ['test.a', 'test.b', 'test.hidden', 'test.secret'];
const quoted = names.map((name) => `'${name}'`).join();

test('the public ones by name, one of them, and never a private or a sealed one', async (t) => {
  t.after(() => psql(`DELETE FROM settings WHERE key IN (${quoted})`));
  psql(`INSERT INTO settings (key, value, description, is_public, last_updated) VALUES
    ('test.b', '<b>&"', NULL, true, '2026-01-02 03:04:05.678'), ('test.a', '1', 'first', true, '2026-01-02 03:04:05'),
    ('test.hidden', 'x', NULL, false, now()), ('test.secret', 'sealed:00', NULL, true, now())`);
  const data = async (query = '') => JSON.parse((await get(`/api/settings${query}`)).body).data;
  await until(data, (all) => all.length === 2, 3000);
  assert.deepEqual(await data(), [
    { key: 'test.a', value: '1', description: 'first', lastUpdated: '2026-01-02T03:04:05.000Z' },
    { key: 'test.b', value: '<b>&"', description: null, lastUpdated: '2026-01-02T03:04:05.678Z' }]);
  assert.deepEqual((await data('?key=test.b')).map((s) => s.key), ['test.b']);
  for (const key of ['test.hidden', 'test.secret', "test.a' OR true --", 'none']) assert.deepEqual(await data(`?key=${encodeURIComponent(key)}`), [], key);
  const long = await get(`/api/settings?key=${'x'.repeat(65)}`);
  assert.equal(long.status, 400);
  assert.equal(JSON.parse(long.body).error.details[0].field, 'key');
});
