// Nobody starves: with everything slow, stalled and stormy at once, public pages keep their usual
// latency. What is usual is measured in the same run, with the same number of kept connections and of
// requests under way, but nothing slow: so the machine's own business weighs on both sides. A starved
// reader waits for as long as the slow query lasts, or for ever. The figures are printed.
import assert from 'node:assert/strict';
import https from 'node:https';
import net from 'node:net';
import test from 'node:test';
import tls from 'node:tls';
import { ca, get, httpsPort, psql, sockets, until } from './lib/site.mjs';

const id = Number(psql('SELECT max(id) FROM tokens'));
const fresh = { headers: { Cookie: 'past=the-cache' } }; // every request reaches a worker
const publicPages = ['/', '/tokens', `/tokens/${id}`, '/activity?page=2', '/api/tokens', '/api/transactions?limit=20'];

const p95 = (sorted) => sorted[Math.floor(sorted.length * 0.95)];
const median = (sorted) => sorted[sorted.length >> 1];
const show = (t) => `median ${median(t).toFixed(1)} ms, 95 % ${p95(t).toFixed(1)} ms, worst ${t.at(-1).toFixed(1)} ms, ${t.length} pages`;

// 128 connections that are kept and used in turn, so that none of them is idle for long.
async function keepOpen(t) {
  const agent = new https.Agent({ ca, keepAlive: true, maxSockets: 128, maxFreeSockets: 128, scheduling: 'fifo' });
  t.after(() => agent.destroy());
  const answers = await Promise.all(Array.from({ length: 128 }, () => get('/tokens?limit=15', { ...fresh, agent })));
  assert.ok(answers.every((answer) => answer.status === 200), '128 connections at once are answered');
  const kept = Object.values(agent.freeSockets).flat(), used = new Set();
  assert.equal(kept.length, 128);
  let closed = 0;
  for (const socket of kept) socket.once('close', () => { closed++; });
  agent.on('free', (socket) => used.add(socket));
  return {
    agent,
    check() {
      assert.equal(closed, 0, 'all 128 stayed open');
      assert.ok(kept.every((socket) => used.has(socket)), 'and were used');
    },
  };
}

// Asks for public pages, four at a time, until over(); the times in ms, sorted.
async function latencies(agent, over) {
  const times = [];
  let turn = 0;
  const one = async () => {
    while (!over()) {
      const answer = await get(publicPages[turn++ % publicPages.length], { ...fresh, agent });
      assert.equal(answer.status, 200);
      times.push(answer.ms);
    }
  };
  await Promise.all(Array.from({ length: 4 }, one));
  return times.sort((x, y) => x - y);
}

// How many answers a pool has sent.
async function answered(pool) {
  const { body } = await get('/metrics');
  return Number(new RegExp(`^sitaminter_request_seconds_count\\{pool="${pool}"\\} (\\d+)$`, 'm').exec(body)[1]);
}

// 16 who ask for /admin all the time; stop() says how often they were answered.
function stormOnAdmin() {
  let over = false, stormed = 0;
  const all = Array.from({ length: 16 }, async () => {
    while (!over) {
      const { status } = await get('/admin', fresh);
      assert.equal(status, 404);
      stormed++;
    }
  });
  return { stop: () => { over = true; return Promise.all(all).then(() => stormed); } };
}

function secure() {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: 'localhost', port: httpsPort, ca, servername: 'localhost' }, () => resolve(socket));
    socket.on('error', reject);
  });
}

// A download whose reader takes the first piece and then no more.
function stalledDownload() {
  return new Promise((resolve, reject) => {
    const request = https.get({ host: 'localhost', port: httpsPort, ca, agent: false, path: '/bench/stream?kib=200000' },
      (response) => {
        if (response.statusCode !== 200) reject(new Error(`a download is answered with ${response.statusCode}`));
        response.once('data', () => { response.pause(); resolve(request); });
      });
    request.on('error', reject);
  });
}

test('stalled clients, a slow query, a storm on /admin and stalled downloads delay no public page', async (t) => {
  const { agent, check } = await keepOpen(t);
  const started = performance.now();
  const usual = await latencies(agent, () => performance.now() - started > 2500);
  t.diagnostic(`usual: ${show(usual)}`);

  // Public pages for as long as a slow query lasts.
  const meanwhile = async (what) => {
    let over = false;
    const slow = get('/bench/sleep?ms=2500', fresh).then((answer) => { over = true; return answer; });
    // Who came in the same moment would share its pipeline, and wait with it.
    await until(() => psql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), (n) => n === '1');
    const times = await latencies(agent, () => over);
    assert.equal((await slow).status, 200);
    t.diagnostic(`${what}: ${show(times)}`);
    for (const [name, of] of Object.entries({ median, 'the 95 %': p95 }))
      assert.ok(of(times) <= Math.max(5 * of(usual), of(usual) + 100), `${what}, ${name}: usually ${of(usual)} ms, now ${of(times)} ms`);
    assert.ok(times.length > usual.length / 20, `${what}: ${times.length} pages, usually ${usual.length}`);
    assert.ok(times.at(-1) < 1500, `${what}: one waited for ${times.at(-1)} ms`);
    check();
    return times.length;
  };

  const stalled = await Promise.all(Array.from({ length: 8 }, secure));
  for (const socket of stalled) socket.write('GET /tokens HTTP/1.1\r\nHost: local');
  const half = net.connect(`${sockets}/read.sock`).on('error', () => {});
  half.write(Buffer.from([1, 1, 0, 1, 0])); // a FastCGI header that never ends
  t.after(() => { for (const socket of [...stalled, half]) socket.destroy(); });

  const before = { read: await answered('read'), desk: await answered('desk') };
  const storm = stormOnAdmin();
  const pages = await meanwhile('in the storm');
  const stormed = await storm.stop();
  t.diagnostic(`${stormed} requests for /admin`);
  assert.ok(stormed > 100, `${stormed} requests for /admin`);
  assert.equal(await answered('desk') - before.desk, stormed, 'all of the storm went to the desk pool');
  const read = await answered('read') - before.read;
  assert.ok(read <= pages + 10, `the read pool answered ${read} requests for ${pages} pages`);

  const downloads = await Promise.all(Array.from({ length: 8 }, stalledDownload));
  t.after(() => { for (const download of downloads) download.destroy(); });
  for (const download of downloads) download.on('error', () => {});
  await meanwhile('beside stalled downloads');
});
