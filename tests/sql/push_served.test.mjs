// ctest: timeout=300
// A push under running workers (through the whole site: http/push.test.mjs): they go on answering, and rightly, with the statements they prepared
// before it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { get } from '../http/lib/fastcgi.mjs';
import { Server } from '../http/lib/serve.mjs';
import { db, environment, newDatabase, planned, program, psql, read } from './lib.mjs';

const DONE = 0;
const own = read('sql/schema.sql');
const folder = mkdtempSync(join(tmpdir(), 'test-served-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const file = (name, text) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

// An additive change, its index, and a widening of a type in use; then all of it taken back.
const additive = own
  .replace('    icon_hash        text, ', '    hue              text,\n    fresh            integer NOT NULL DEFAULT 0,\n    icon_hash        text, ')
  .replace("    value        text      NOT NULL,\n", "    value        text      NOT NULL,\n    unit         text,\n") + '\nCREATE INDEX tokens_hue ON tokens (hue, id);\n';
const retyped = own.replace(/(CREATE TABLE transactions[^;]*?tx_type +)text /, '$1varchar(50) ');

const pages = ['/api/tokens', '/api/tokens?limit=15', '/api/tokens?network=testnet', '/api/tokens/7', '/api/transactions', '/api/transactions?txType=transfer', '/api/transactions/9', '/tokens/7', '/activity', '/api/tokens/99999'];

test('workers answer through a push, a change of a type, and the way back', async (t) => {
  assert.notEqual(additive, own);
  assert.notEqual(retyped, own);
  const database = newDatabase(t, 'served');
  const url = `host=${environment.PGHOST} port=${environment.PGPORT} user=postgres dbname=${database}`;
  assert.equal(db(['push', '--url', url]).status, DONE);
  psql(database, `INSERT INTO users (wallet_address) SELECT 'ckb1' || md5(n::text) FROM generate_series(1, 5) n;
    INSERT INTO tokens (name, symbol, supply, creator_id, network_id) SELECT 'Token ' || n, 'T' || n, n::text, 1 + n % 5, CASE n % 3 WHEN 0 THEN 'testnet' ELSE 'mainnet' END FROM generate_series(1, 300) n;
    INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id) SELECT 1 + n % 5, n, '0x' || md5(n::text) || md5(n::text), 'transfer', 'mainnet' FROM generate_series(1, 300) n`);
  const server = new Server({ READER_URL: url, APP_URL: url, DESK_URL: url, READ_WORKERS: 2 }).start();
  t.after(async () => {
    server.kill('SIGKILL');
    await server.stop();
  });
  await server.ready();

  const ask = async (page) => {
    const { status, body } = await get(server.read, page);
    return `${status} ${body.toString().replace(/"requestId":"[^"]*"|[0-9a-f]{32}/g, '')}`;
  };
  const expected = new Map();
  for (const page of pages) expected.set(page, await ask(page));
  assert.ok([...expected.values()].filter((answer) => answer.startsWith('200 ')).length === pages.length - 1, [...expected].map(([p, a]) => `${p} ${a.slice(0, 60)}`).join('\n'));

  let stop = false, worst = 0, answers = 0;
  const wrong = [];
  const readers = Array.from({ length: 8 }, async (_, i) => {
    for (let n = i; !stop; n++) {
      const page = pages[n % pages.length], began = performance.now();
      const answer = await ask(page);
      worst = Math.max(worst, performance.now() - began);
      answers += 1;
      if (answer !== expected.get(page)) wrong.push(`${page}: ${answer.slice(0, 200)}`);
    }
  });
  // A server that is started on the schema of each push: whether it serves.
  const starts = async () => {
    const another = new Server({ READER_URL: url, APP_URL: url, DESK_URL: url }).start();
    const ended = another.ended.then(() => false);
    const serves = await Promise.race([ended, another.ready().then(() => true, () => false)]);
    if (serves) assert.match((await get(another.read, '/api/tokens/7')).body.toString(), /"Token 7"/);
    await another.stop();
    return serves;
  };
  const steps = [];
  for (const [name, text, fits] of [['additive.sql', additive, true], ['own.sql', own, true], ['retyped.sql', retyped, false], ['own.sql', own, true]]) {
    const args = ['push', '--url', url, '--schema', file(name, text)];
    const consent = ['--allow=drop-column:tokens.hue', '--allow=drop-column:tokens.fresh',
      '--allow=drop-column:settings.unit', '--allow=drop-index:tokens_hue', '--allow=alter-type:transactions.tx_type'];
    const child = spawn(program, ['db', ...args, ...consent, ...planned(args)], { env: environment });
    let said = '';
    child.stderr.on('data', (part) => (said += part));
    child.stdout.on('data', (part) => (said += part));
    const [status] = await once(child, 'close');
    assert.equal(status, DONE, said);
    assert.match(said, /Applied plan/);
    assert.equal(await starts(), fits, name);
    const so = answers;
    while (answers < so + 200 && wrong.length === 0) await new Promise((done) => setTimeout(done, 5)); // some more with the new schema
    steps.push(answers);
  }
  stop = true;
  await Promise.all(readers);
  t.diagnostic(`${answers} answers, worst ${worst.toFixed(0)} ms; answers after each push: ${steps.join(', ')}`);
  assert.deepEqual(wrong, []);
  assert.equal(server.lines('worker_died').length, 0);
  assert.equal((await server.stop()).code, 0);
});
