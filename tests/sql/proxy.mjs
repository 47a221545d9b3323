// A PostgreSQL server's socket with an ear: it counts the requests of the first connection and can end
// the client right after one of them, with no luck involved. (Protocol: "Message Flow" and "Message
// Formats" in PostgreSQL's documentation. A request is a Query or, of the extended protocol, a Sync.)
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment } from './lib.mjs';

// Cuts a stream into messages: fn(type, payload); the client's first one has no type.
function messages(fn, untyped) {
  let rest = Buffer.alloc(0);
  return (part) => {
    rest = Buffer.concat([rest, part]);
    for (;;) {
      const head = untyped ? 0 : 1;
      if (rest.length < head + 4) return;
      const end = head + rest.readInt32BE(head);
      if (rest.length < end) return;
      const message = rest.subarray(0, end);
      rest = rest.subarray(end);
      fn(untyped ? '' : String.fromCharCode(message[0]), message);
      untyped = false;
    }
  };
}

const textOf = (message, from) => message.toString('utf8', from, message.indexOf(0, from));

// { host, requests: [SQL], close() }. each(SQL) is called when a request was answered, before the client
// knows. Once the request number `last` (counting from 1) was answered, end()
// is called in place of passing the answer on; with `early`, as soon as it was sent. With `all`, the
// requests are those of all connections.
export async function proxy({ last = Infinity, early = false, all = false, end, each = () => {} } = {}) {
  const host = mkdtempSync(join(tmpdir(), 'test-proxy-'));
  const requests = [];
  const sockets = new Set();
  let first = true;
  const server = createServer((client) => {
    const counted = first || all;
    first = false;
    const upstream = connect(`${environment.PGHOST}/.s.PGSQL.${environment.PGPORT}`);
    let answered = -1, parsed = '', over = false; // the answer to the start is none to a request
    const stop = () => { over = true; end(); client.destroy(); upstream.destroy(); };
    const ask = (type, message) => {
      if (type === 'P') parsed = textOf(message, message.indexOf(0, 5) + 1);
      if (type === 'Q') requests.push(textOf(message, 5));
      if (type === 'S') requests.push(parsed);
      if (!over) upstream.write(message);
      if (counted && early && requests.length === last && 'QS'.includes(type)) upstream.write('', stop);
    };
    const answer = (type, message) => {
      if (type === 'Z' && (answered += 1) > 0 && counted && !over) each(requests[answered - 1]);
      if (!over && counted && !early && answered === last) stop();
      if (!over) client.write(message);
    };
    client.on('data', counted ? messages(ask, true) : (part) => upstream.write(part));
    upstream.on('data', counted ? messages(answer, false) : (part) => client.write(part));
    for (const [one, other] of [[client, upstream], [upstream, client]]) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => { sockets.delete(one); other.destroy(); });
    }
  });
  await new Promise((done) => server.listen(join(host, '.s.PGSQL.5432'), done));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    rmSync(host, { recursive: true, force: true });
  };
  return { host, requests, close };
}
