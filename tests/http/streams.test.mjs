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
  t.after(async () => {
    server.readers.forEach((close) => close()); // or it would wait for them
    await server.stop();
  });
  return Object.assign(server, { readers: [], busy: () => server.metric('pool_workers{pool="desk",state="busy"}') });
}

// A download whose reader takes nothing of it; the worker fills the socket and waits.
function hold(server, remote) {
  const connection = new Connection(server.desk);
  connection.socket.pause();
  connection.write(request('/tokens.jsonl', { params: { REMOTE_ADDR: remote } }));
  server.readers.push(() => connection.close());
  return connection;
}

const status = async (server, remote) => (await get(server.desk, '/tokens.csv?network=unknown&status=failed', { params: { REMOTE_ADDR: remote } })).status;

test('of IPv6 a /64 is one reader; an address within IPv6 is the same as without; all together leave one worker', async (t) => {
  const user = psql("INSERT INTO users (wallet_address) VALUES ('streams test') RETURNING id");
  t.after(() => psql(`DELETE FROM tokens WHERE creator_id = ${user}; DELETE FROM users WHERE id = ${user}`));
  psql(`INSERT INTO tokens (name, symbol, supply, creator_id, network_id, description) SELECT 'S', 'S', '1', ${user}, 'testnet', repeat('x', 3000) FROM generate_series(1, 1500)`);
  const server = await serve(t, { DESK_WORKERS: '4' });
  const all = (n) => until(`${n} downloads under way`, async () => (await server.busy()) === n);
  const one = hold(server, '2001:db8:1:2::1');
  hold(server, '2001:db8:1:2:ffff::9');
  await all(2);
  assert.equal(await status(server, '2001:db8:1:2:aaaa:bbbb:cccc:dddd'), 429, 'the same /64');
  assert.equal(await status(server, '2001:db8:1:3::1'), 200, 'another /64');
  assert.equal(await status(server, '192.0.2.1'), 200);
  one.close();
  await all(1);
  assert.equal(await status(server, '2001:db8:1:2::3'), 200, 'one has ended');
  hold(server, '192.0.2.1');
  hold(server, '::ffff:192.0.2.1');
  await all(3);
  assert.equal(await status(server, '198.51.100.7'), 429, 'the last worker is kept for other things');
  const sideways = await get(server.desk, '/bench/stream?kib=1');
  assert.equal(sideways.status, 200);
  assert.equal(sideways.body.length, 1024);
});

// Takes a body of a hundred MiB at so many KiB a second.
function reader(server, rate) {
  const state = { taken: 0, closed: false };
  const socket = net.connect({ ...address(server.desk), onread: { buffer: Buffer.alloc(1024), callback: (n) => { state.taken += n; return false; } } });
  socket.on('error', () => {}).on('close', () => { state.closed = true; });
  socket.write(request('/bench/stream?kib=102400'));
  const timer = setInterval(() => socket.resume(), 1000 / rate);
  server.readers.push(() => { clearInterval(timer); socket.destroy(); });
  return state;
}

test('a reader that takes less than 16 KiB a second is cut off, one that takes more is not', async (t) => {
  const server = await serve(t, { DESK_WORKERS: '3', IO_SECONDS: '2' });
  const quick = reader(server, 100), slow = reader(server, 4);
  await until('both are under way', async () => (await server.busy()) === 2);
  const started = performance.now();
  await until('the worker of one of them is free', async () => (await server.busy()) === 1, 60000);
  const after = performance.now() - started;
  assert.ok(after > 2500, `after ${after} ms`); // it may begin slowly; and it did not stall
  const { taken } = quick;
  await until('the other one goes on', () => quick.taken > taken + 500 * 1024);
  assert.deepEqual([quick.closed, await server.busy()], [false, 1]);
  assert.ok(slow.taken < quick.taken);
});
