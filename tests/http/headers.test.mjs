// The security headers are there on every status, whoever answers, and once each.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { get, psql, sockets, state, until } from './lib/site.mjs';
import { change } from './lib/nginx.mjs';

const everywhere = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

function check(answer, status, what) {
  assert.equal(answer.status, status, `${what}: ${answer.body.slice(0, 300)}`);
  for (const [name, value] of Object.entries(everywhere))
    assert.equal(answer.headers[name], value, `${what}: ${name}`);
  assert.match(answer.headers['permissions-policy'], /camera=\(\)/, what);
  assert.match(answer.headers['x-request-id'], /^[0-9a-f]{32}$/, what);
  const policy = answer.headers['content-security-policy'];
  assert.match(policy, /^default-src 'none'/, what);
  assert.match(policy, /frame-ancestors 'none'/, what);
  assert.doesNotMatch(policy, /unsafe|,/, `${what}: one policy, without unsafe-inline`);
  assert.equal(answer.headers['strict-transport-security'], undefined, `${what}: never for localhost`);
  assert.equal(answer.headers.server, 'nginx', `${what}: no version`);
}

function checkError(answer, status, what) {
  check(answer, status, what);
  assert.match(answer.headers['cache-control'], /no-store|no-cache/, what);
  assert.doesNotMatch(answer.body, /<center>|nginx/, `${what}: a page of our own`);
}

function checkJson(answer, status, code, what) {
  checkError(answer, status, what);
  assert.match(answer.headers['content-type'], /^application\/json/, what);
  const body = JSON.parse(answer.body);
  assert.deepEqual(Object.keys(body).sort(), ['error', 'meta'], what);
  assert.equal(body.error.code, code, what);
  assert.ok(Array.isArray(body.error.details) && body.error.message, what);
  assert.equal(body.meta.requestId, answer.headers['x-request-id'], what);
}

test('200, 304 and 308', async () => {
  const page = await get('/tokens');
  check(page, 200, '/tokens');
  check(await get('/tokens', { headers: { 'If-None-Match': page.headers.etag } }), 304, '304');
  check(await get('/tokens', { method: 'HEAD' }), 200, 'HEAD');
  check(await get('/api/tokens'), 200, '/api/tokens');
  const css = /href="(\/static\/[^"]+\.css)"/.exec(page.body)[1];
  check(await get(css), 200, css);
  check(await get('/x', { plain: true }), 308, 'redirect');
});

test('400, 404, 405 of the site and of nginx', async () => {
  checkError(await get('/tokens?page=-1'), 400, 'bad parameter');
  checkJson(await get('/api/tokens?page=-1'), 400, 'invalid_input', 'bad parameter, JSON');
  checkError(await get('/tokens/%zz'), 400, 'bad escape');
  checkJson(await get('/api/tokens/%zz'), 400, 'invalid_input', 'bad escape, JSON');
  checkError(await get('/nowhere'), 404, 'no such page');
  checkJson(await get('/api/nowhere'), 404, 'not_found', 'no such page, JSON');
  checkError(await get('/static/nowhere.css'), 404, 'no such file');
  checkError(await get('/icons/nowhere.png'), 404, 'no such icon');
  const refused = await get('/static/nowhere.css', { method: 'PUT' });
  checkError(refused, 405, 'PUT of a file');
  assert.equal(refused.headers.allow, 'GET, HEAD');
  const post = await get('/tokens', { method: 'POST', body: 'a=b' });
  checkError(post, 405, 'POST of a page');
  assert.match(post.headers.allow, /GET/);
  checkJson(await get('/api/tokens/1', { method: 'DELETE' }), 405, 'method_not_allowed', 'DELETE');
});

test('400 for headers, 413 and 414', async () => {
  const large = Buffer.alloc(70000, 'a');
  checkError(await get('/tokens', { method: 'POST', body: large }), 413, 'large body');
  checkJson(await get('/api/tokens', { method: 'POST', body: large }), 413, 'payload_too_large', 'large body');
  const long = 'a'.repeat(9000);
  checkError(await get(`/${long}`), 414, 'long address');
  checkJson(await get(`/api/${long}`), 414, 'invalid_input', 'long address, JSON');
  checkError(await get(`/?${long}`), 414, 'long query');
  checkJson(await get(`/api/tokens?${long}`), 414, 'invalid_input', 'long query, JSON');
  checkJson(await get(`/api/${'a'.repeat(2000)}`), 414, 'invalid_input', 'long path, JSON');
  checkError(await get('/', { headers: { 'X-Long': long } }), 400, 'long header');
});

test('429 against floods', async () => {
  const undo = await change('rate=100000r/s', 'rate=1r/s');
  try {
    const undoBurst = await change('burst=100000', 'burst=3');
    try {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => get(`/tokens?flood=${i}`)));
      const refused = answers.filter((answer) => answer.status === 429);
      assert.ok(refused.length >= 10, `${refused.length} of 20 refused`);
      checkError(refused[0], 429, 'flood');
      assert.equal(refused[0].headers['retry-after'], '1');
      checkJson(await get('/api/tokens'), 429, 'rate_limited', 'flood, JSON');
      assert.equal((await get('/healthz')).status, 200, 'health is never limited');
    } finally {
      await undoBurst();
    }
  } finally {
    await undo();
  }
  await until(() => get('/tokens'), (answer) => answer.status === 200);
});

test('503 while the database is away, and without workers', async () => {
  psql('ALTER DATABASE sitaminter ALLOW_CONNECTIONS false', 'postgres');
  psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'sitaminter'", 'postgres');
  try {
    const away = await until(() => get(`/tokens?n=${Math.random()}`).then((a) => a.status === 400
      ? get('/tokens', { headers: { Cookie: 'away=1' } }) : a), (answer) => answer.status === 503);
    checkError(away, 503, 'no database');
    assert.ok(Number(away.headers['retry-after']) > 0);
    checkJson(await get('/api/tokens', { headers: { Cookie: 'away=1' } }), 503, 'server_error', 'no database');
  } finally {
    psql('ALTER DATABASE sitaminter ALLOW_CONNECTIONS true', 'postgres');
  }
  await until(() => get('/tokens', { headers: { Cookie: 'away=1' } }), (answer) => answer.status === 200);

  const undo = await change('/read.sock"', '/no-such.sock"');
  try {
    const without = await get('/tokens', { headers: { Cookie: 'a=1' } });
    checkError(without, 503, 'no workers');
    assert.equal(without.headers['retry-after'], '5');
    checkJson(await get('/api/tokens', { headers: { Cookie: 'a=1' } }), 503, 'server_error', 'no workers');
  } finally {
    await undo();
  }
});

test('503 from a worker that takes too long', async () => {
  const undo = await change('fastcgi_read_timeout 15s', 'fastcgi_read_timeout 1s');
  const tooLong = () => fs.readFileSync(path.join(state, 'log', 'nginx-error.log'), 'utf8')
    .split('\n').filter((line) => line.includes('upstream timed out')).length;
  const before = tooLong(), headers = { Cookie: 'slow=1' };
  // Longer than nginx waits, shorter than the reader's own lock_timeout of two seconds.
  const held = spawn('psql', ['-qX', '-h', sockets, '-U', 'postgres', '-d', 'sitaminter', '-c',
    'BEGIN; LOCK TABLE tokens IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)'], { stdio: 'ignore' });
  try {
    await until(() => psql("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'tokens'::regclass"),
      (n) => n === '1');
    const [page, json] = await Promise.all([get('/tokens', { headers }), get('/api/tokens', { headers })]);
    checkError(page, 503, 'too slow');
    assert.match(page.body, /back in a moment/);
    assert.equal(page.headers['retry-after'], '5');
    checkJson(json, 503, 'server_error', 'too slow');
    assert.ok(tooLong() >= before + 2, 'it was nginx that gave up');
  } finally {
    held.kill('SIGKILL');
    psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%LOCK TABLE tokens%' AND pid <> pg_backend_pid()");
    await undo();
  }
  await until(() => get('/tokens', { headers }), (answer) => answer.status === 200);
});

test('maintenance: everything but files and health is 503, at once and reversibly', async () => {
  const flag = path.join(state, 'maintenance');
  const css = /href="(\/static\/[^"]+\.css)"/.exec((await get('/')).body)[1];
  fs.writeFileSync(flag, '');
  try {
    const closed = await until(() => get('/'), (answer) => answer.status === 503);
    checkError(closed, 503, 'maintenance');
    assert.equal(closed.headers['retry-after'], '120');
    assert.equal(closed.headers['retry-after'], '120');
    assert.match(closed.body, /maintenance/i);
    checkJson(await get('/api/tokens'), 503, 'maintenance', 'maintenance');
    checkJson(await get('/api/tokens', { method: 'POST', body: '{}' }), 503, 'maintenance', 'POST');
    assert.equal((await get(css)).status, 200, 'its page has its style');
    assert.equal((await get('/healthz')).status, 200);
  } finally {
    fs.rmSync(flag);
  }
  await until(() => get('/'), (answer) => answer.status === 200);
});

test('inner addresses are not reachable', async () => {
  for (const inner of ['/.pool/read', '/.pool/write', '/.pool/desk', '/.error/html/404.html', '/.error/json/x'])
    checkError(await get(inner), 404, inner);
});
