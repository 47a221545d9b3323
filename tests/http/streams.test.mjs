// Who may have how many downloads at once, and how slowly: asked of the desk pool itself, which believes
// what the web server says of the reader's address.
import assert from 'node:assert/strict';
import net from 'node:net';
import test from 'node:test';
import { address, Connection, get, request } from './lib/fastcgi.mjs';
import { Server, until } from './lib/serve.mjs';
import { psql, sockets } from './lib/site.mjs';

const url = (role) => `host=${sockets} dbname=sitaminter user=sita_${role}`;

// A server of our own on the site's database, with that many desk workers.
async function serve(t, settings) {
  const server = await new Server({ READER_URL: url('reader'), DESK_URL: url('desk'), ...settings }).start().ready();
  t.after(() => server.stop());
  return server;
}

// A download whose reader takes nothing of it; the worker fills the socket and waits.
function hold(t, server, remote) {
  const connection = new Connection(server.desk);
  connection.socket.pause();
  connection.write(request('/tokens.jsonl', { params: { REMOTE_ADDR: remote } }));
  t.after(() => connection.close());
  return connection;
}

const status = async (server, remote) => (await get(server.desk, '/tokens.csv?network=unknown&status=failed', { params: { REMOTE_ADDR: remote } })).status;

test('of IPv6 a /64 is one reader; an address within IPv6 is the same as without; all together leave one worker', async (t) => {
  const user = psql("INSERT INTO users (wallet_address) VALUES ('streams test') RETURNING id");
  t.after(() => psql(`DELETE FROM tokens WHERE creator_id = ${user}; DELETE FROM users WHERE id = ${user}`));
  psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, description) SELECT 'S', 'S', '1', ${user}, 'testnet', repeat('x', 3000) FROM generate_series(1, 1500)`);
  const server = await serve(t, { DESK_WORKERS: '4' });
  const busy = () => server.metric('pool_workers{pool="desk",state="busy"}');
  const all = (n) => until(`${n} downloads under way`, async () => (await busy()) === n);
  const one = hold(t, server, '2001:db8:1:2::1');
  hold(t, server, '2001:db8:1:2:ffff::9');
  await all(2);
  assert.equal(await status(server, '2001:db8:1:2:aaaa:bbbb:cccc:dddd'), 429, 'the same /64');
  assert.equal(await status(server, '2001:db8:1:3::1'), 200, 'another /64');
  assert.equal(await status(server, '192.0.2.1'), 200);
  one.close();
  await all(1);
  assert.equal(await status(server, '2001:db8:1:2::3'), 200, 'one has ended');
  hold(t, server, '192.0.2.1');
  hold(t, server, '::ffff:192.0.2.1');
  await all(3);
  assert.equal(await status(server, '198.51.100.7'), 429, 'the last worker is kept for other things');
  const sideways = await get(server.desk, '/bench/stream?kib=1');
  assert.equal(sideways.status, 200);
  assert.equal(sideways.body.length, 1024);
});

// Takes a body of any length at so many KiB a second; { taken, closed }.
function reader(t, where, uri, rate) {
  const state = { taken: 0, closed: 0 };
  const started = performance.now();
  const socket = net.connect({ ...address(where), onread: { buffer: Buffer.alloc(1024), callback: (n) => { state.taken += n; return false; } } });
  socket.on('error', () => {}).on('close', () => { state.closed = performance.now() - started; });
  socket.write(request(uri));
  const timer = setInterval(() => socket.resume(), 1000 / rate);
  t.after(() => { clearInterval(timer); socket.destroy(); });
  return state;
}

test('a reader that takes less than 16 KiB a second is cut off, one that takes more is not', async (t) => {
  const server = await serve(t, { DESK_WORKERS: '3', IO_SECONDS: '2' });
  const quick = reader(t, server.desk, '/bench/stream?kib=100000', 100);
  const slow = reader(t, server.desk, '/bench/stream?kib=100000', 4);
  await until('the slow reader is cut', () => slow.closed || slow.taken > 100e6, 60000);
  assert.ok(slow.closed > 2500, `after ${slow.closed} ms`); // not at once, and not for having stalled
  assert.equal(quick.closed, 0);
  assert.ok(quick.taken > slow.taken);
});
