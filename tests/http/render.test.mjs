// nginx/render: what it makes nginx accepts, and what nginx could misunderstand it refuses.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { after } from 'node:test';
import { source, state } from './lib/site.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sita render-')); // with a space: it happens
after(() => fs.rmSync(folder, { recursive: true }));
for (const below of ['run', 'log', 'nginx']) fs.mkdirSync(path.join(folder, below));
const certificate = path.join(folder, 'site.pem');
fs.copyFileSync(path.join(state, 'tls', 'site.pem'), certificate);

const usual = {
  STATE: folder, SHARE: path.join(state, 'app', 'share'), ICONS: path.join(folder, 'icons'),
  READ: `unix:${folder}/run/read.sock`, WRITE: '127.0.0.1:9001', DESK: '[::1]:9002',
  CERTIFICATE: certificate, CERTIFICATE_KEY: certificate, HTTPS_PORT: '9443', HTTP_PORT: '9080',
  LISTEN: '127.0.0.1',
};

function render(changes = {}) {
  const values = Object.entries({ ...usual, ...changes }).map(([name, value]) => `${name}=${value}`);
  const done = spawnSync(path.join(source, 'nginx/render'), [folder, ...values], { encoding: 'utf8' });
  const read = (name) => fs.readFileSync(path.join(folder, name), 'utf8');
  return { ...done, conf: done.status === 0 && read('nginx.conf'), headers: done.status === 0 && read('headers.conf') };
}

function accepted() {
  const done = spawnSync('nginx', ['-t', '-q', '-e', 'stderr', '-c', path.join(folder, 'nginx.conf')], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
}

test('nginx accepts what is made, with and without brotli, and nothing is left to fill in', () => {
  for (const BROTLI of ['on', 'off']) {
    const made = render({ BROTLI });
    assert.equal(made.status, 0, made.stderr);
    assert.equal(/brotli on;/.test(made.conf), BROTLI === 'on');
    for (const file of ['nginx.conf', 'headers.conf', 'fastcgi.conf'])
      assert.doesNotMatch(fs.readFileSync(path.join(folder, file), 'utf8'), /@[A-Z_]+@/, file);
    accepted();
  }
});

test('a public name turns HSTS on, and the usual port is not named in redirects', () => {
  const local = render();
  assert.match(local.headers, /Strict-Transport-Security ""/);
  assert.match(local.conf, /return 308 https:\/\/\$own_host:9443\$request_uri;/);
  const known = render({ PUBLIC_NAME: 'mint.example.org', PUBLIC_PORT: '443' });
  assert.match(known.headers, /Strict-Transport-Security "max-age=31536000"/);
  assert.match(known.conf, /return 308 https:\/\/\$own_host\$request_uri;/);
  assert.match(known.conf, /server_name mint\.example\.org;/);
  accepted();
});

test('values that could change the meaning of the configuration are refused by name', () => {
  const bad = {
    STATE: ['relative', '/a"b', '/a;b', '/a$b', '/a\nb', '/a\\b', '/a|b', '/a{b', '/a#b'],
    READ: ['read.sock', 'unix:relative', 'http://x'], HTTPS_PORT: ['0', '65536', '-1', '8443x', ''],
    FLOOD_RATE: ['', '1.5', '10r'], BODY_MAX: ['64k'], LISTEN: ['127.0.0.1;'], PUBLIC_NAME: ['a;b', 'a"'],
    CERTIFICATE: ['site.pem'], NO_SUCH: ['1'],
  };
  for (const [name, values] of Object.entries(bad))
    for (const value of values) {
      const refused = render({ [name]: value });
      assert.notEqual(refused.status, 0, `${name}=${value}`);
      assert.match(refused.stderr, new RegExp(`^nginx/render: ${name} `), `${name}=${value}`);
    }
});
