// ctest: timeout=300
// A push on a table of a million rows while others read and write it: nobody gets an error, no write is
// lost, and no reader waits for more than one attempt at a lock, which a push gives up after 1.5 seconds.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { db, environment, newDatabase, program, psql, read } from './lib.mjs';

const DONE = 0;
const ROWS = 1000000;
const folder = mkdtempSync(join(tmpdir(), 'test-load-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

const file = (name, text) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const schema = (name, more) => file(name, `${read('sql/schema.sql')}\n${more}`);
const before = schema('before.sql', `CREATE TABLE owners (id integer PRIMARY KEY);
  CREATE TABLE items (id integer PRIMARY KEY, owner integer, word text, touched integer NOT NULL DEFAULT 0);`);
const after = schema('after.sql', `CREATE TABLE owners (id integer PRIMARY KEY);
  CREATE TABLE items (id integer PRIMARY KEY, owner integer NOT NULL, word text, touched integer NOT NULL DEFAULT 0, fresh text,
    CONSTRAINT items_owner FOREIGN KEY (owner) REFERENCES owners, CONSTRAINT items_touched CHECK (touched >= 0));
  CREATE INDEX items_owner_id ON items (owner, id);
  CREATE UNIQUE INDEX items_word ON items (word);`);

// A session that does one statement after another until it is told to stop; then it says how long each
// took.
class Client {
  constructor(database) {
    this.child = spawn('psql', ['--no-psqlrc', '-qAt', '--set=ON_ERROR_STOP=1', database], { env: environment });
    this.said = '';
    this.errors = '';
    this.child.stderr.on('data', (part) => (this.errors += part));
    this.child.stdout.on('data', (part) => {
      this.said += part;
      if (this.said.endsWith('done\n')) this.answered?.();
    });
    this.child.on('exit', () => this.answered?.());
  }

  async ask(sql) {
    this.said = '';
    const answer = new Promise((done) => (this.answered = done));
    this.child.stdin.write(`${sql};\n\\echo done\n`);
    await answer;
    assert.equal(this.errors, '');
    return this.said;
  }

  run(statement) {
    const times = [];
    let stop = false;
    const ended = (async () => {
      while (!stop) {
        const began = performance.now();
        const { sql, check } = statement(times.length);
        const said = await this.ask(sql);
        times.push(performance.now() - began);
        check?.(said);
        await new Promise((done) => setTimeout(done, 2));
      }
      this.child.stdin.end();
    })();
    ended.catch(() => {}); // it is looked at in the end
    return async () => {
      stop = true;
      await ended;
      return times;
    };
  }
}

const any = () => 1 + Math.floor(Math.random() * ROWS);
const reads = () => {
  const id = any();
  return { sql: `SELECT id, owner, word FROM items WHERE id = ${id}`, check: (said) => assert.equal(said, `${id}|${1 + (id % 100)}|word ${id}\ndone\n`) };
};
const writes = () => ({ sql: `UPDATE items SET touched = touched + 1 WHERE id = ${any()}` });
const inserts = (n) => ({ sql: `INSERT INTO items VALUES (${ROWS + 1 + n}, 1, 'new ${ROWS + 1 + n}')` });
const kinds = { reads: [reads, reads], writes: [writes, writes], inserts: [inserts] };

test('a million rows, read and written meanwhile', async (t) => {
  const database = newDatabase(t, 'load');
  const push = (path) => ['push', '--url', `dbname=${database}`, '--schema', path];
  assert.equal(db(push(before)).status, DONE);
  psql(database, `INSERT INTO owners SELECT generate_series(1, 100);
    INSERT INTO items SELECT n, 1 + n % 100, 'word ' || n FROM generate_series(1, ${ROWS}) n`);
  psql(database, 'VACUUM ANALYZE items');
  const clients = [];
  t.after(() => clients.forEach((c) => c.child.kill('SIGKILL')));
  const stops = Object.entries(kinds).map(([name, list]) => [name, list.map((statement) => {
    clients.push(new Client(database));
    return clients.at(-1).run(statement);
  })]);
  // Somebody's long transaction keeps the push from its locks for a while; then it has to try again.
  const long = spawn('psql', ['-qAtd', database], { env: environment });
  t.after(() => long.kill());
  long.stdin.write('BEGIN; SELECT count(*) FROM (SELECT FROM items LIMIT 1) x;\n');
  await once(long.stdout, 'data');
  const began = performance.now();
  const child = spawn(program, ['db', ...push(after)], { env: environment });
  let said = '', out = '';
  child.stdout.on('data', (part) => (out += part));
  child.stderr.on('data', (part) => {
    said += part;
    if (/attempt 2 of 6/.test(said)) long.stdin.end('COMMIT;\n');
  });
  const [status] = await once(child, 'close');
  const seconds = (performance.now() - began) / 1000;
  assert.equal(status, DONE, said);
  assert.match(said, /held by process \d+ \(postgres psql\) on items since/);
  const times = {};
  for (const [name, list] of stops) times[name] = (await Promise.all(list.map((stop) => stop()))).flat().sort((a, b) => a - b);
  const worst = times.reads.at(-1), middle = times.reads[times.reads.length >> 1];
  t.diagnostic(`the push took ${seconds.toFixed(1)} s; ${times.reads.length} reads: median ${middle.toFixed(1)} ms, worst ${worst.toFixed(0)} ms; ` +
    `${times.writes.length + times.inserts.length} writes: worst ${Math.max(times.writes.at(-1), times.inserts.at(-1)).toFixed(0)} ms`);
  assert.ok(times.reads.length > 100 && times.writes.length > 100 && times.inserts.length > 20);
  assert.ok(worst < 3000, 'a reader waits for at most one attempt at a lock');
  // Every write is there, and nothing else changed.
  assert.equal(psql(database, `SELECT count(*), sum(touched), count(*) FILTER (WHERE word = CASE WHEN id > ${ROWS} THEN 'new ' ELSE 'word ' END || id
    AND owner = CASE WHEN id > ${ROWS} THEN 1 ELSE 1 + id % 100 END) FROM items`),
  `${ROWS + times.inserts.length}|${times.writes.length}|${ROWS + times.inserts.length}`);
  assert.equal(psql(database, 'SELECT count(*) FROM pg_index WHERE NOT indisvalid; SELECT count(*) FROM pg_constraint WHERE NOT convalidated'), '0\n0');
  assert.equal(db([...push(after), '--check']).status, DONE);
  assert.match(out, /After that, one by one beside readers and writers/);
});
