// The API document: served, linted, complete, and a check of the checker that all tests use.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { document, mistakes } from './lib/openapi.mjs';
import { base, build, caFile, get, psql, source, state, until } from './lib/site.mjs';

const table = JSON.parse(execFileSync(path.join(build, 'sitaminter'), ['help', 'routes'], { encoding: 'utf8', env: {} }));

// The demo data is of people whom nobody here knows: somebody for the command of /api/creators/{address}.
const address = JSON.parse(fs.readFileSync(path.join(source, 'tests/data/addresses.json'), 'utf8')).valid[3].address;
before(() => psql(`INSERT INTO users (wallet_address) VALUES ('${address}'), ('nobody-with-a-page')`));
after(() => psql(`DELETE FROM users WHERE wallet_address IN ('${address}', 'nobody-with-a-page')`));

test('it is served as the program prints it, with a tag', async () => {
  const answer = await get('/api/openapi.json');
  assert.equal(answer.status, 200);
  assert.deepEqual(JSON.parse(answer.body), document);
  assert.equal((await get('/api/openapi.json', { headers: { 'If-None-Match': answer.headers.etag } })).status, 304);
});

test('Redocly finds nothing to say about it', () => {
  const file = path.join(state, 'openapi.json');
  fs.writeFileSync(file, JSON.stringify(document));
  const { status, stdout, stderr } = spawnSync(process.execPath,
    [path.join(source, 'tests/node_modules/@redocly/cli/bin/cli.js'), 'lint', '--extends=recommended', '--format=json', file],
    { encoding: 'utf8', env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_UPDATE_NOTIFIER: '1' } });
  assert.equal(status, 0, stdout + stderr);
  assert.deepEqual(JSON.parse(stdout).totals, { errors: 0, warnings: 0, ignored: 0 }, stdout);
});

test('it has every public address below /api/, with every parameter and bound of the route table', () => {
  const wanted = table.filter((page) => page.access === 'public' && page.apiPath);
  assert.ok(wanted.length >= 5);
  for (const page of wanted) {
    const operation = document.paths[page.apiPath]?.get;
    assert.ok(operation, page.apiPath);
    assert.deepEqual((operation.parameters ?? []).map((p) => [p.name, p.in]).sort(),
      page.params.map((p) => [p.name, p.in]).sort(), page.apiPath);
    for (const { name, schema } of operation.parameters ?? []) {
      const param = page.params.find((p) => p.name === name);
      if (param.kind === 'int') assert.deepEqual([schema.minimum, schema.maximum], [param.least, param.most], name);
      if (param.kind === 'choice') assert.deepEqual(schema.enum, param.choices, name);
    }
  }
  // Beside pages for people it has every address, and no other; nginx has the icons as files.
  const people = ['home', 'about', 'search', 'docs'];
  const programs = table.filter((p) => p.access !== 'bench' && (p.apiPath || !people.includes(p.name))).map((p) => p.apiPath ?? p.path);
  assert.deepEqual(Object.keys(document.paths).sort(), [...programs, '/icons/{name}'].sort());
  assert.ok(programs.includes('/api/creators/{address}') && programs.includes('/metrics') && programs.includes('/sitemap.xml'));
});

test('every member of every record has a sentence', () => {
  for (const [name, schema] of Object.entries(document.components.schemas))
    if (!/^(Error|ProblemDetails)$/.test(name))
      for (const [member, { description }] of Object.entries(schema.properties))
        assert.match(description ?? '', /^\S.*\.$/, `${name}.${member}`);
});

test('an answer that the document does not describe is found', async () => {
  const id = psql('SELECT max(id) FROM transactions WHERE token_id IS NOT NULL');
  const { body, ...rest } = await get(`/api/transactions/${id}`);
  const at = `/api/transactions/${id}`;
  const changed = (change) => {
    const value = JSON.parse(body);
    change(value);
    return mistakes(at, {}, { ...rest, body: JSON.stringify(value) }).length;
  };
  assert.equal(changed(() => {}), 0);
  assert.ok(changed((v) => { v.data.transaction.extra = 1; }), 'a member more');
  assert.ok(changed((v) => { delete v.data.transaction.id; }), 'a member less');
  assert.ok(changed((v) => { v.data.transaction.id = '1'; }), 'another type');
  assert.ok(changed((v) => { v.data.transaction.txType = null; }), 'null where there is always something');
  assert.ok(changed((v) => { v.data.transaction.createdAt = 'yesterday'; }), 'no time');
  assert.ok(changed((v) => { v.data.more = []; }), 'a member more beside the record');
  assert.equal(changed((v) => { v.data.token = null; }), 0, 'null where there may be nothing');
  assert.ok(mistakes(at, {}, { ...rest, status: 418, body }).length, 'a status');
  assert.ok(mistakes(at, {}, { ...rest, headers: { 'content-type': 'text/html' }, body }).length, 'a type');
  assert.ok(mistakes('/api/nowhere', {}, { status: 200, headers: rest.headers, body }).length, 'an address');
  assert.ok(mistakes(at, { method: 'POST' }, { status: 200, headers: rest.headers, body }).length, 'a method');
});

test('errors as RFC 9457 has them fit too', async () => {
  for (const at of ['/api/tokens?limit=9', '/api/tokens/2147483647']) {
    const answer = await get(at, { headers: { Accept: 'application/problem+json' } });
    assert.ok(answer.status >= 400, at);
    assert.equal(answer.headers['content-type'], 'application/problem+json', at);
  }
});

const page = async () => (await get('/docs/api')).body;
const text = (html) => html.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&');

test('the page for people has every address, parameter and member, and every link on it leads somewhere', async () => {
  const body = text(await page());
  for (const [where, { get: operation }] of Object.entries(document.paths)) {
    const section = body.slice(body.indexOf(`<section id="${operation.operationId}"`)).split('</section>')[0];
    assert.ok(section.includes(`<code>${where}</code>`) && section.includes(operation.summary), where);
    for (const { name, description } of operation.parameters ?? [])
      assert.ok(section.includes(`<code>${name}</code>`) && section.includes(description), `${where} ${name}`);
  }
  for (const [name, { properties }] of Object.entries(document.components.schemas)) {
    if (/^(Error|ProblemDetails)$/.test(name)) continue;
    const part = body.slice(body.indexOf(`<h3 id="${name}"`)).split('</table>')[0];
    for (const [member, { description }] of Object.entries(properties))
      assert.ok(part.includes(`<code>${member}</code>`) && part.includes(description), `${name}.${member}`);
  }
  for (const [, anchor] of body.matchAll(/href="#([^"]+)"/g)) assert.ok(body.includes(`id="${anchor}"`), anchor);
});

test('a stored icon, a picture of our own and a copy that is missing are as it says', async (t) => {
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABXvMqOgAAAABJRU5ErkJggg==', 'base64');
  const file = path.join(state, 'icons', `${'5'.repeat(64)}.png`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, png);
  t.after(() => fs.rmSync(file));
  const stored = await get(`/icons/${'5'.repeat(64)}`); // get() holds each against the document
  assert.deepEqual([stored.status, stored.headers['content-type']], [200, 'image/png']);
  for (const small of ['', '.small']) assert.equal((await get(`/icons/${'6'.repeat(64)}${small}`)).headers['content-type'], 'image/svg+xml');
  assert.equal((await get(`/icons/${'5'.repeat(64)}.small`)).headers['content-type'], 'image/png');
  assert.equal((await get(`/icons/${'5'.repeat(64)}`, { headers: { 'If-None-Match': stored.headers.etag } })).status, 304);
  assert.ok(mistakes(`/icons/${'5'.repeat(64)}`, {}, { status: 200, headers: { 'content-type': 'text/html' }, body: '' }).length);
});

test('without a person no command is shown that could not work', async () => {
  psql(`UPDATE users SET reserved = true WHERE wallet_address = '${address}'`);
  try {
    const body = await until(page, (html) => !html.includes(address));
    const section = body.slice(body.indexOf('<section id="creator"')).split('</section>')[0];
    assert.ok(section.includes('/api/creators/{address}') && !section.includes('curl'));
  } finally {
    psql(`UPDATE users SET reserved = false WHERE wallet_address = '${address}'`);
  }
  await until(page, (body) => text(body).includes(`curl '${base}/api/creators/${address}'`));
});

test('every example command works as it stands', async () => {
  const commands = [...(await page()).matchAll(/<code>(curl .*?)<\/code>/g)].map((m) => text(m[1]));
  assert.equal(commands.length, Object.keys(document.paths).length);
  for (const command of commands) {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', `${command} --silent --show-error --fail --write-out '\\n%{http_code} %{content_type}'`],
      { encoding: 'utf8', env: { ...process.env, CURL_CA_BUNDLE: caFile } });
    assert.equal(status, 0, `${command}: ${stderr}`);
    const [, target] = new RegExp(`^curl '${base}(/[^' ]*)'$`).exec(command);
    const [, body, code, type] = /^([^]*)\n(\d+) (.*)$/.exec(stdout);
    assert.deepEqual(mistakes(target, {}, { status: Number(code), headers: { 'content-type': type }, body }), [], command);
    if (/limit=10/.test(command)) assert.equal(JSON.parse(body).data.length, 10, command);
  }
});

test('what the document says of tags is so: all answers have one but those that it names', async () => {
  const { info, paths } = JSON.parse((await get('/api/openapi.json')).body);
  assert.match(info.description, /Answers carry an ETag, but for downloads and the parts of the sitemap.*monitoring/);
  const plain = Object.keys(paths).filter((path) => !path.includes('{'));
  assert.ok(plain.length > 8, plain.join());
  for (const path of plain) {
    const answer = await get(path);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.headers.etag === undefined, /\.(csv|jsonl)$|^\/(healthz|readyz|metrics)$/.test(path), path);
  }
  assert.equal((await get('/sitemaps/tokens/0')).headers.etag, undefined);
});
