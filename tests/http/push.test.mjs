// A push under the whole site: readers go on through nginx, pages and the API alike, while the tables they read are changed and
// changed back.
// ctest: timeout=300
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { build, get, psql, sockets, source } from './lib/site.mjs';

const own = fs.readFileSync(path.join(source, 'sql/schema.sql'), 'utf8');
const changed = `${own.replace('    icon_hash        text, ', '    hue              text NOT NULL DEFAULT \'\',\n    icon_hash        text, ').replace(/(tx_type +)text /, '$1varchar(90) ')}
CREATE INDEX tokens_hue ON tokens (hue, id);\n`;

async function push(t, text) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'site-push-')), file = path.join(folder, 'schema.sql');
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.writeFileSync(file, text);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SITA_')));
  const program = path.join(build, 'sitaminter'), args = ['db', 'push', '--url', `host=${sockets} user=sita_owner dbname=sitaminter`, '--schema', file];
  const plan = JSON.parse(execFileSync(program, [...args, '--dry-run', '--format=json'], { env, encoding: 'utf8' }));
  const child = spawn(program, [...args, `--plan=${plan.fingerprint}`,
    '--allow=drop-column:tokens.hue', '--allow=drop-index:tokens_hue', '--allow=alter-type:transactions.tx_type'], { env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => { said += part; });
  const [status] = await once(child, 'close');
  assert.equal(status, 0, said);
  return said;
}

test('readers go on through a push and the way back', async (t) => {
  const ids = psql('SELECT id FROM tokens ORDER BY id LIMIT 5').split('\n');
  const pages = ['/', '/tokens', '/activity', '/api/tokens?limit=15', '/api/transactions?limit=15', ...ids.flatMap((id) => [`/tokens/${id}`, `/api/tokens/${id}`])];
  // A cookie, so that every answer is made by a worker.
  const ask = async (page) => {
    const { status, body } = await get(page, { headers: { cookie: 'push=1' } });
    return `${status} ${body.replace(/"requestId":"[^"]*"|[0-9a-f]{32}/g, '')}`;
  };
  const expected = new Map();
  for (const page of pages) expected.set(page, await ask(page));
  for (const [page, answer] of expected) assert.ok(answer.startsWith('200 '), `${page}: ${answer.slice(0, 200)}`);
  let stop = false, answers = 0;
  const wrong = [];
  const readers = Array.from({ length: 6 }, async (_, i) => {
    for (let n = i; !stop; n++) {
      const page = pages[n % pages.length], answer = await ask(page).catch((error) => String(error));
      answers += 1;
      if (answer !== expected.get(page)) wrong.push(`${page}: ${answer.slice(0, 200)}`);
    }
  });
  try {
    for (const text of [changed, own]) {
      assert.match(await push(t, text), /Applied plan/);
      for (const so = answers; answers < so + 100 && wrong.length === 0;) await new Promise((done) => { setTimeout(done, 10); });
    }
  } finally {
    stop = true;
    await Promise.all(readers);
  }
  t.diagnostic(`${answers} answers`);
  assert.deepEqual(wrong, []);
});
