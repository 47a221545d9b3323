// Nobody starves: with everything slow, stalled and stormy at once, public pages keep their usual
// latency. The bound is wide enough for a busy machine: a starved reader waits for seconds, or for
// ever. The figures are printed.
import assert from 'node:assert/strict';
import https from 'node:https';
import net from 'node:net';
import test from 'node:test';
import tls from 'node:tls';
import { ca, get, httpsPort, psql, sockets } from './lib/site.mjs';

const id = Number(psql('SELECT max(id) FROM tokens'));
const fresh = { headers: { Cookie: 'past=the-cache' } }; // every request reaches a worker
const publicPages = ['/', '/tokens', `/tokens/${id}`, '/activity?page=2', '/api/tokens', '/api/transactions?limit=20'];

// Asks for public pages one after another; the times in ms, sorted.
async function latencies(count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const answer = await get(publicPages[i % publicPages.length], fresh);
    assert.equal(answer.status, 200);
    times.push(answer.ms);
  }
  return times.sort((a, b) => a - b);
}
const show = (t) => `median ${t[t.length >> 1].toFixed(1)} ms, 95 % ${t[Math.floor(t.length * 0.95)].toFixed(1)} ms, worst ${t.at(-1).toFixed(1)} ms`;

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
      (response) => { response.once('data', () => { response.pause(); resolve(request); }); });
    request.on('error', reject);
  });
}

test('stalled clients, a slow query, stalled downloads and a storm on /admin delay no public page', async (t) => {
  const usual = await latencies(60);
  t.diagnostic(`usual: ${show(usual)}`);

  const agent = new https.Agent({ ca, keepAlive: true, maxSockets: 128 });
  t.after(() => agent.destroy());
  const kept = await Promise.all(Array.from({ length: 128 }, () => get('/tokens?limit=5', { ...fresh, agent })));
  assert.ok(kept.every((answer) => answer.status === 200), '128 connections at once are answered');

  const stalled = await Promise.all(Array.from({ length: 8 }, secure));
  for (const socket of stalled) socket.write('GET /tokens HTTP/1.1\r\nHost: local');
  const half = net.connect(`${sockets}/read.sock`).on('error', () => {});
  half.write(Buffer.from([1, 1, 0, 1, 0])); // a FastCGI header that never ends
  const downloads = await Promise.all(Array.from({ length: 8 }, stalledDownload));
  t.after(() => { for (const s of [...stalled, half]) s.destroy(); for (const d of downloads) d.destroy(); });
  for (const d of downloads) d.on('error', () => {});

  let over = false;
  const slow = get('/bench/sleep?ms=2500', fresh).then((answer) => { over = true; return answer; });
  let stormed = 0;
  const storm = Array.from({ length: 16 }, async () => {
    while (!over) {
      const { status } = await get('/admin', fresh).catch(() => ({ status: 0 }));
      if (status) stormed++;
    }
  });
  const during = [];
  while (!over) during.push(...await latencies(publicPages.length));
  assert.equal((await slow).status, 200);
  await Promise.all(storm);

  during.sort((a, b) => a - b);
  t.diagnostic(`during: ${show(during)}, ${during.length} pages, ${stormed} requests for /admin`);
  assert.ok(during.length >= 24, `${during.length} pages in the time of the slow query`);
  const [was, is] = [usual, during].map((t) => t[t.length >> 1]);
  assert.ok(is <= Math.max(5 * was, was + 50), `the usual latency: ${was} ms, now ${is} ms`);
  assert.ok(during.at(-1) < 2400, `none waited for the slow query: ${show(during)}`);
});
