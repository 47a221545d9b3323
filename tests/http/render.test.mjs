// nginx/render: what it makes nginx accepts, and what nginx could misunderstand it refuses.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
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

function render(changes = {}, env = {}) {
  const values = Object.entries({ ...usual, ...changes }).map(([name, value]) => `${name}=${value}`);
  const done = spawnSync(path.join(source, 'nginx/render'), [folder, ...values],
    { encoding: 'utf8', env: { ...process.env, LANGUAGE: '', ...env } });
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

test("nginx's own pages and errors are in the site's language", () => {
  const names = fs.readFileSync(path.join(source, 'nginx/errors/pages.txt'), 'utf8')
    .split('\n').filter((line) => line && !line.startsWith('#')).map((line) => line.split('|')[0]);
  const page = (name) => fs.readFileSync(path.join(folder, 'errors', `${name}.html`), 'utf8');
  render();
  assert.match(page('404'), /<html lang="en">[^]*<h1>There is nothing at this address<\/h1>/);

  const locale = path.join(folder, 'locale', 'xx', 'LC_MESSAGES');
  fs.mkdirSync(locale, { recursive: true });
  const translate = (texts) => {
    const po = Object.entries({ '': 'Content-Type: text/plain; charset=UTF-8\\n', ...texts })
      .map(([id, text]) => `msgid "${id}"\nmsgstr "${text}"\n`).join('\n');
    execFileSync('msgfmt', ['-o', path.join(locale, 'sitaminter.mo'), '-'], { input: po });
    return render({}, { LANGUAGE: 'xx', SITA_LOCALES: path.join(folder, 'locale') });
  };
  const made = translate({ en: 'xx', 'There is nothing at this address': '这里什么也没有',
    'There is nothing at this address.': 'nic', 'To the first page': 'první',
    'The request is larger than @BODY_MAX@ bytes.': '@BODY_MAX@ příliš' });
  assert.equal(made.status, 0, made.stderr);
  assert.match(page('404'), /<html lang="xx">[^]*<h1>这里什么也没有<\/h1>[^]*první/);
  assert.match(made.conf, /"~\^404" "nic";/);
  assert.match(made.conf, /"~\^413" "65536 příliš";/);
  for (const name of names) assert.doesNotMatch(page(name), /\{\{|@[A-Z_]+@/, name);
  accepted();
  const hostile = translate({ 'There is nothing at this address.': '$request_uri' });
  assert.notEqual(hostile.status, 0);
  assert.match(hostile.stderr, /translation of "There is nothing at this address\." has one of/);
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
