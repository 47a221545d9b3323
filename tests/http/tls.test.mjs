// TLS: versions, the certificate of the local authority, HTTP/2, and the way from HTTP to HTTPS.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http2 from 'node:http2';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import tls from 'node:tls';
import { base, ca, caFile, get, httpPort, httpsPort, state } from './lib/site.mjs';

function handshake(...args) {
  const done = spawnSync('openssl', ['s_client', '-connect', `localhost:${httpsPort}`, '-CAfile', caFile,
    '-verify_return_error', ...args], { input: '', encoding: 'utf8', timeout: 20000 });
  return { ok: done.status === 0, text: done.stdout + done.stderr };
}

test('TLS 1.2 and 1.3 with forward secrecy and authenticated encryption, nothing older', () => {
  const modern = handshake('-tls1_3');
  assert.ok(modern.ok, modern.text);
  assert.match(modern.text, /TLSv1\.3, Cipher is TLS_/);
  const older = handshake('-tls1_2');
  assert.ok(older.ok, older.text);
  assert.match(older.text, /Cipher is ECDHE-ECDSA-\S*(GCM|POLY1305)/);
  for (const version of ['-tls1_1', '-tls1'])
    assert.ok(!handshake(version, '-cipher', 'ALL@SECLEVEL=0').ok, `${version} is refused`);
  for (const cipher of ['AES128-SHA', 'AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA'])
    assert.ok(!handshake('-tls1_2', '-cipher', cipher).ok, `${cipher} is refused`);
});

test('the certificate is for this machine only, and so is its authority', () => {
  const text = (file) => execFileSync('openssl', ['x509', '-in', file, '-noout', '-text'], { encoding: 'utf8' });
  const site = text(path.join(state, 'tls', 'site.pem'));
  assert.match(site, /DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1/);
  assert.match(site, /CA:FALSE/);
  assert.match(text(caFile), /Name Constraints: critical/);
  for (const file of ['ca.pem', 'site.pem'])
    assert.equal(fs.statSync(path.join(state, 'tls', file)).mode & 0o777, 0o600, file);
  assert.doesNotMatch(fs.readFileSync(caFile, 'utf8'), /PRIVATE/);
  for (const host of ['localhost', '127.0.0.1'])
    execFileSync('curl', ['-sf', '--cacert', caFile, '-o', '/dev/null', `https://${host}:${httpsPort}/`]);
});

test('HTTP/2 is offered and works', async () => {
  const session = http2.connect(base, { ca });
  const status = await new Promise((resolve, reject) => {
    session.on('error', reject);
    const stream = session.request({ ':path': '/tokens' });
    stream.on('error', reject);
    stream.on('response', (headers) => resolve(headers[':status']));
    stream.resume();
    stream.end();
  });
  assert.equal(session.alpnProtocol, 'h2');
  session.close();
  assert.equal(status, 200);
});

test('HTTP leads to HTTPS at the right port, method and address kept', async () => {
  for (const target of ['/', '/tokens?page=2&x=%2F', '/api/tokens']) {
    const answer = await get(target, { plain: true, method: 'POST' });
    assert.equal(answer.status, 308, target);
    assert.equal(answer.headers.location, `${base}${target}`);
  }
  const other = await get('/a', { plain: true, headers: { Host: `127.0.0.1:${httpPort}` } });
  assert.equal(other.headers.location, `https://127.0.0.1:${httpsPort}/a`);
  const foreign = await get('/a', { plain: true, headers: { Host: 'elsewhere.example' } });
  assert.equal(foreign.headers.location, `${base}/a`, 'never to a name that is not ours');
});

test('plain HTTP spoken to the TLS port is led there as well', async () => {
  const text = await new Promise((resolve, reject) => {
    const socket = net.connect(httpsPort, '127.0.0.1');
    let all = '';
    socket.on('error', reject);
    socket.on('data', (part) => { all += part; });
    socket.on('end', () => resolve(all));
    socket.write('GET /tokens HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  });
  assert.match(text, /^HTTP\/1\.1 308 /);
  assert.ok(text.includes(`Location: ${base}/tokens\r\n`), text);
});

test('a request half sent is given up without a worker having seen it', async () => {
  const socket = tls.connect({ host: 'localhost', port: httpsPort, ca });
  const started = performance.now();
  socket.write('POST /tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nshort');
  const text = await new Promise((resolve, reject) => {
    let all = '';
    socket.on('data', (part) => { all += part; });
    socket.on('close', () => resolve(all));
    socket.on('error', (error) => (error.code === 'ECONNRESET' ? resolve(all) : reject(error)));
  });
  assert.ok(performance.now() - started < 15000);
  assert.match(text, /^(HTTP\/1\.1 408 |$)/);
});
