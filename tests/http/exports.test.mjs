// ctest: timeout=240
// Downloads of whole lists: exactly the rows of an independent query, more than a list counts, in the
// list's order; resumable; nothing that a spreadsheet runs; two at once for one address, and a
// connection that breaks when the rest cannot be made.
import assert from 'node:assert/strict';
import https from 'node:https';
import test, { after, before } from 'node:test';
import { parseCsv } from './lib/csv.mjs';
import { checkAnswer } from './lib/openapi.mjs';
import { ca, get, httpsPort, psql, until } from './lib/site.mjs';

const MANY = 12345;
let user;
const hostile = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\uff1d1', 'a,"b"', 'two\nlines', '熊猫,币', "'quoted'", '\u0001'];
const quoted = (s) => `'${s.replace(/'/g, "''")}'`;

before(() => {
  user = psql("INSERT INTO users (wallet_address) VALUES ('export test') RETURNING id");
  psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id) SELECT 'Bulk ' || i % 1000, 'BK' || i, '1', ${user}, 'testnet'
    FROM generate_series(1, ${MANY}) i`);
  psql(`INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, created_at) SELECT ${user}, id, 'bulk' || id, 'mint', 'testnet',
    timestamp '2004-01-01' + id % 777 * interval '1 hour' FROM tokens WHERE symbol LIKE 'BK%' AND id % 20 = 0`);
  for (const text of hostile)
    psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, description, tx_hash) VALUES
      (${quoted(text)}, ${quoted(text)}, '1', ${user}, 'unknown', ${quoted(text)}, '')`);
});
after(async () => {
  psql(`DELETE FROM transactions WHERE user_id = ${user}; DELETE FROM tokens WHERE creator_id = ${user}; DELETE FROM users WHERE id = ${user}`);
  // Workers remember for a moment that there were more than they count.
  await until(async () => JSON.parse((await get('/api/tokens', { headers: { Cookie: 'a=1' } })).body).meta.pagination.totalIsExact, Boolean);
});

const lines = (body) => body.split('\n').filter(Boolean).map((line) => JSON.parse(line));
const wanted = (relation, where, order) => psql(`SELECT id FROM ${relation} WHERE ${where} ORDER BY ${order}`).split('\n').filter(Boolean).map(Number);
const key = (column) => `left(lower(${column}), 64) COLLATE "C"`;

const lists = [
  ['tokens', '', 'true', 'id DESC'],
  ['tokens', 'sort=oldest', 'true', 'id'],
  ['tokens', 'network=testnet', "network_id = 'testnet'", 'id DESC'],
  ['tokens', 'network=testnet&status=recorded&sort=oldest', "network_id = 'testnet' AND origin IS NOT NULL AND verified_at IS NULL", 'id'],
  ['tokens', 'sort=name', 'true', `${key('name')}, id`],
  ['tokens', 'sort=symbol&network=testnet', "network_id = 'testnet'", `${key('symbol')}, id`],
  ['tokens', 'q=bulk', "starts_with(lower(name), 'bulk')", 'id DESC'], // more than the list by id holds
  ['tokens', 'q=bk&sort=oldest&network=testnet', "starts_with(lower(symbol), 'bk')", 'id'],
  ['tokens', 'q=bulk+99&sort=name', "starts_with(lower(name), 'bulk 99')", `${key('name')}, id`],
  ['tokens', 'status=failed&network=unknown', 'false', 'id'],
  ['tokens', 'from=2000-01-01&to=2100-01-01', 'true', 'created_at DESC, id DESC'],
  ['tokens', 'from=2000-01-01&network=testnet&sort=oldest', "network_id = 'testnet'", 'created_at, id'],
  ['activity', '', 'true', 'id DESC'],
  ['activity', 'network=mainnet&sort=oldest', "network_id = 'mainnet'", 'id'],
  ['activity', 'txType=transfer', "tx_type = 'transfer'", 'id DESC'],
  ['activity', 'from=2000-01-01&to=2100-01-01', 'true', 'created_at DESC, id DESC'],
  ['activity', 'from=2000-01-01&sort=oldest', 'true', 'created_at, id'],
  ['activity', 'q=bk', "token_id IN (SELECT id FROM tokens WHERE starts_with(lower(symbol), 'bk'))", 'id DESC'], // of more tokens than the list has
  ['activity', 'q=bk&network=testnet&status=recorded&sort=oldest', "token_id IN (SELECT id FROM tokens WHERE starts_with(lower(symbol), 'bk')) AND origin IS NOT NULL AND verified_at IS NULL", 'id'],
];

for (const [what, query, where, order] of lists)
  test(`/${what}.jsonl and .csv?${query}: exactly the rows of the list, in its order`, async () => {
    const ids = wanted(what === 'activity' ? 'transactions' : what, where, order);
    const json = await get(`/${what}.jsonl?${query}`);
    assert.equal(json.status, 200, json.body.slice(0, 200));
    assert.deepEqual(lines(json.body).map((row) => row.id), ids);
    const csv = await get(`/${what}.csv?${query}`);
    const [head, ...rows] = parseCsv(csv.body);
    assert.deepEqual([head[0], ...rows.map((row) => Number(row[0]))], ['id', ...ids]);
    assert.ok(rows.every((row) => row.length === head.length));
    // The same members as in the API, with the same values.
    const api = JSON.parse((await get(`/api/${what === 'activity' ? 'transactions' : what}?${query}&limit=100`.replace('?&', '?'))).body).data;
    if (!query.includes('q=')) assert.deepEqual(lines(json.body).slice(0, api.length), api);
    if (api.length) assert.deepEqual(head, Object.keys(api[0]));
  });

test('CSV holds what COPY says, cell by cell, but for what a spreadsheet would run', async () => {
  const times = ['chainTime', 'verifiedAt', 'createdAt', 'updatedAt'];
  const [head, ...rows] = parseCsv((await get('/tokens.csv?network=unknown')).body);
  const column = (name) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
  const empty = ['supply', 'txHash', 'typeHash', 'iconHash', 'contractAddress', 'iconUrl', 'creatorAddress']; // '' is unknown here
  const cells = (name) => (times.includes(name) ? `to_char(${column(name)}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${column(name)}`
    : name === 'creatorAddress' ? 'u.wallet_address AS creator_address' : empty.includes(name) ? `nullif(t.${column(name)}, '')` : `t.${column(name)}`);
  const copied = parseCsv(psql(`COPY (SELECT ${head.map((n) => cells(n).replace(/^to_char\(/, 'to_char(t.')).join(', ')} FROM tokens t
    JOIN users u ON u.id = creator_id WHERE network_id = 'unknown' ORDER BY t.id DESC) TO STDOUT WITH (FORMAT csv)`)
    .concat('\n').replace(/\n(?=\d+,|$)/g, '\r\n'));
  const runs = (s) => /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(s);
  assert.equal(rows.length, hostile.length);
  assert.deepEqual(rows, copied.map((row) => row.map((cell) => (runs(cell) ? `'${cell}` : cell))));
  assert.ok(rows.flat().every((cell) => !runs(cell)));
  const exact = lines((await get('/tokens.jsonl?network=unknown&sort=oldest')).body).map((row) => row.name);
  assert.deepEqual(exact, hostile, 'JSON has the texts as they are');
});

test('after goes on behind a row, and the pieces make the whole', async () => {
  for (const [what, query] of [['tokens', ''], ['tokens', 'sort=name'], ['tokens', 'q=bulk'], ['tokens', 'network=testnet&sort=oldest'], ['tokens', 'from=2000-01-01'],
    ['activity', ''], ['activity', 'sort=oldest'], ['activity', 'from=2000-01-01'], ['activity', 'from=2000-01-01&to=2004-01-20&sort=oldest'],
    ['activity', 'txType=mint'], ['activity', 'q=bk'], ['activity', 'q=bk&sort=oldest']]) {
    const whole = (await get(`/${what}.csv?${query}`)).body;
    const rows = parseCsv(whole);
    assert.ok(rows.length > 250, `${what} ${query}: more than a piece`);
    const last = rows[Math.floor(rows.length / 3)][0];
    const rest = (await get(`/${what}.csv?${query}&after=${last}`.replace('?&', '?'))).body;
    assert.ok(whole.endsWith(rest) && rest.length < whole.length, `${what} ${query}`);
    assert.equal(parseCsv(rest).length, rows.length - 1 - Math.floor(rows.length / 3), `${what} ${query}`);
    assert.equal((await get(`/${what}.jsonl?${query}&after=${rows.at(-1)[0]}`.replace('?&', '?'))).body, '');
  }
});

test('rows may be large: all of them come, and a part goes on behind another', async (t) => {
  const large = psql(`INSERT INTO users (wallet_address) VALUES ('large rows') RETURNING id`);
  t.after(() => psql(`DELETE FROM transactions WHERE user_id = ${large}; DELETE FROM users WHERE id = ${large}`));
  psql(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id, metadata)
    SELECT ${large}, 'large' || i, 'mint', 'unknown', jsonb_build_object('x', repeat('y', CASE i WHEN 60 THEN 3000000 ELSE 16000 END)) FROM generate_series(1, 250) i`);
  const ids = wanted('transactions', "network_id = 'unknown'", 'id DESC');
  assert.ok(ids.length >= 250);
  const got = lines((await get('/activity.jsonl?network=unknown')).body);
  assert.deepEqual(got.map((row) => row.id), ids);
  assert.equal(got.find((row) => row.txHash === 'large60').metadata.x.length, 3000000);
  assert.deepEqual(lines((await get(`/activity.jsonl?network=unknown&after=${ids[120]}`)).body).map((row) => row.id), ids.slice(121));
  const csv = parseCsv((await get('/activity.csv?network=unknown&sort=oldest')).body);
  assert.deepEqual(csv.slice(1).map((row) => Number(row[0])), [...ids].reverse());
});

test('headers: a file to save, not stored, no length; HEAD has no body; what is wrong is a page', async () => {
  const { headers } = await get('/activity.csv');
  assert.equal(headers['content-type'], 'text/csv; charset=utf-8');
  assert.equal(headers['content-disposition'], 'attachment; filename="activity.csv"');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal((await get('/tokens.jsonl')).headers['content-type'], 'application/jsonl');
  assert.equal((await get('/tokens.csv', { method: 'HEAD' })).raw.length, 0);
  const wrong = await get('/tokens.csv?sort=name&status=failed');
  assert.equal(wrong.status, 400);
  assert.match(wrong.body, /<code>sort<\/code> cannot be used together with status/);
});

test('list pages link their whole list', async () => {
  const page = (await get('/tokens?network=testnet&sort=name&limit=25&page=2')).body;
  assert.match(page, /<a href="\/tokens\.csv\?network=testnet&amp;sort=name">CSV<\/a> <a href="\/tokens\.jsonl\?network=testnet&amp;sort=name">JSON lines<\/a>/);
  assert.match((await get('/activity?network=mainnet')).body, /<a href="\/activity\.csv\?network=mainnet">/);
});

// A download whose reader takes the first piece and then no more: resolves to { status, headers, end }.
function stalled(path) {
  return new Promise((resolve, reject) => {
    const request = https.get({ host: 'localhost', port: httpsPort, ca, agent: false, path }, (response) => {
      const ended = new Promise((done) => response.on('close', () => done(response.complete)));
      checkAnswer(path, {}, { status: response.statusCode, headers: response.headers, body: null });
      const answer = { status: response.statusCode, headers: response.headers, ended, end: () => request.destroy(), resume: () => response.resume() };
      if (response.statusCode !== 200) { response.resume(); resolve(answer); return; }
      response.once('data', () => { response.pause(); resolve(answer); });
    });
    request.on('error', (error) => (request.res ? undefined : reject(error)));
  });
}

// 200 MB of activity: more than nginx and the sockets take for a reader who does not read.
function plantMany() {
  psql(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id, metadata) SELECT ${user}, 'cut' || i, 'mint', 'unknown',
    jsonb_build_object('pad', repeat('x', 3000)) FROM generate_series(1, 60000) i`);
}

test('one address has two at once; the third is told when to come again, and comes in when one has ended', async (t) => {
  plantMany();
  const held = await Promise.all([1, 2].map(() => stalled('/activity.jsonl?network=unknown')));
  t.after(() => held.forEach((d) => d.end()));
  assert.deepEqual(held.map((d) => d.status), [200, 200]);
  const third = await get('/tokens.csv');
  assert.equal(third.status, 429);
  assert.equal(third.headers['retry-after'], '10');
  assert.match(third.body, /Too many at once/);
  const started = performance.now();
  assert.equal((await get('/tokens', { headers: { Cookie: 'a=1' } })).status, 200);
  assert.ok(performance.now() - started < 3000, 'a page does not wait');
  held[0].end();
  await until(async () => (await get('/activity.csv')).status, (status) => status === 200);
});

test('what cannot be made to its end is cut, so that nobody takes it for whole', async (t) => {
  const held = await stalled('/activity.jsonl?network=unknown');
  t.after(() => held.end());
  assert.equal(held.status, 200);
  psql('ALTER ROLE sita_desk NOLOGIN');
  try {
    await until(() => psql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'sita_desk'"), (n) => n === '0');
    held.resume();
    assert.equal(await held.ended, false, 'the body is not whole');
  } finally {
    psql('ALTER ROLE sita_desk LOGIN');
  }
  await until(async () => (await get('/tokens.csv?network=unknown')).status, (status) => status === 200);
});
