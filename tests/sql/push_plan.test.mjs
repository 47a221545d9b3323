// Plans of `sitaminter db push`: the pairs of push_pairs.mjs, planned, refused, carried out.
// ctest: timeout=600
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import { schemaOf } from './dump.mjs';
import { db, dbBeside, makeRoles, psql, psqlBeside, read, statements } from './lib.mjs';
import { proxy } from './proxy.mjs';
import { pairs, refused, uncovered } from './push_pairs.mjs';
import { functionPairs, functionsThatFail, functionsThatFailInPlace } from './push_pairs_functions.mjs';

const DONE = 0, FAILED = 1, DIFFERS = 3, REFUSED = 4;
const schema = read('sql/schema.sql');
const folder = mkdtempSync(join(tmpdir(), 'test-pairs-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

let count = 0;
function fileOf(declared) {
  const path = join(folder, `${(count += 1)}.sql`);
  writeFileSync(path, typeof declared === 'function' ? declared(schema) : `${schema}\n${declared};\n`);
  return path;
}

// Hears every statement of the pushes.
let ear;
const databases = [];
const template = `test_pairs_template_${process.pid}`;
before(async () => {
  ear = await proxy({ all: true });
  makeRoles();
  psql('postgres', `CREATE DATABASE ${template} TEMPLATE template0`);
  const made = db(['push', '--url', `dbname=${template}`]);
  assert.equal(made.status, DONE, made.stderr);
});
after(() => {
  ear.close();
  psql('postgres', [...databases, template].map((d) => `DROP DATABASE IF EXISTS ${d} WITH (FORCE);`).join('\n'));
});

// The words that a shell makes of them.
const words = (line) => execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' }).trimEnd().split('\n');

// As if a push had made all that there is.
const objects = statements().find((s) => s.name === 'schema_text').sql;
const manage = `INSERT INTO db_objects (object) SELECT DISTINCT object FROM (${objects}) o ON CONFLICT DO NOTHING;`;

const readable = 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO sita_backup; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO sita_backup;';

// A database with the program's schema and `before` in it: push(...options), with the schema after.
async function prepare(pair) {
  const database = `test_pair_${(count += 1)}_${process.pid}`;
  const made = pair.by === 'hand' ? '' : manage;
  databases.push(database);
  await psqlBeside('postgres', `CREATE DATABASE ${database} TEMPLATE ${template};
    \\connect ${database}
    SET allow_system_table_mods = on; SET jit = off; ${pair.before};\n${made} ${pair.by === 'hand' ? '' : readable} ${pair.hand ?? ''}; ${pair.rows ?? ''}`);
  const file = fileOf(pair.after);
  return { database, push: (...options) => dbBeside(['push', '--url', `host=${ear.host} port=5432 dbname=${database}`, '--schema', file, ...options]) };
}

const catalogue = (database) => psqlBeside(database,
  `SELECT c.oid, relname, relkind, relnatts, relhasindex FROM pg_class c WHERE relnamespace = 'public'::regnamespace ORDER BY 1;
   SELECT oid, conname, convalidated FROM pg_constraint ORDER BY 1; SELECT count(*) FROM db_operations`);

// What the text of a plan says: its steps, "~" before those that follow the transaction.
function planOf(text) {
  const later = text.indexOf('\nAfter that, one by one');
  const steps = [...text.matchAll(/^ *\d+\. ([a-z-]+ .*?)(  \[.*| +rewrites.*)?$/gm)]
    .map((m) => (later >= 0 && m.index > later ? '~' : '') + m[1].replace(/(index|column)_[0-9a-f]{16}_/, '$1_HASH_'));
  return { steps, fingerprint: /^Plan ([0-9a-f]{64})/.exec(text)?.[1],
    flags: /^Needs consent: (.*)$/m.exec(text)?.[1].match(/--allow=.*?(?= --allow=|$)/g) ?? [] };
}

async function carryOut(pair) {
  const { database, push } = await prepare(pair);
  const untouched = pair.exit ? await catalogue(database) : '';
  const renames = pair.plan[0]?.startsWith('rename') && schemaOf(database);
  let r = await push();
  for (const kept of pair.kept ?? []) assert.match(r.stdout, new RegExp(`^(kept, .*: )?${kept}$`, 'm'));
  assert.equal(r.status, pair.exit ?? DONE, r.stdout + r.stderr);
  if (pair.plan.length === 0) return assert.match(r.stdout, /already has this schema/);
  const plan = planOf(r.stdout);
  const steps = plan.steps.filter((step) => pair.rights || !/^~?grant sita_backup: SELECT ON /.test(step));
  assert.deepEqual(steps, pair.plan, r.stdout);
  if (pair.finds) assert.match(r.stdout, pair.finds);
  if (r.status !== DONE) assert.equal(await catalogue(database), untouched, 'a refusal changes nothing');
  if (r.status === FAILED) return undefined;
  if (r.status === REFUSED) {
    assert.ok(r.stderr.includes(`--plan=${plan.fingerprint} ${plan.flags.join(' ')}`), r.stderr);
    r = await push(...words(plan.flags.join(' ')), `--plan=${plan.fingerprint}`);
  }
  assert.equal(r.status, DONE, r.stdout + r.stderr);
  assert.equal(await psqlBeside(database, `SELECT outcome, details->'plan'->>'fingerprint', details->>'who',
    finished_at >= started_at FROM db_operations ORDER BY id DESC LIMIT 1; ${pair.keeps?.[0] ?? ''}`),
  `applied|${plan.fingerprint}|postgres|t${pair.keeps ? `\n${pair.keeps[1]}` : ''}`);
  r = await push('--check');
  assert.equal(r.status, DONE, r.stdout + r.stderr);
  if (!renames) return undefined;
  await psqlBeside(database, await psqlBeside(database, "SELECT details->>'inverse' FROM db_operations ORDER BY id DESC LIMIT 1"));
  return assert.deepEqual(schemaOf(database), renames, 'the recorded statements lead back');
}

describe('pairs', { concurrency: 2 }, () => {
  for (const pair of [...pairs, ...functionPairs]) test(pair.name, () => carryOut(pair));
});

test('to plan changes nothing, and each format has the plan', async () => {
  const { database, push } = await prepare({ before: 'CREATE TABLE t (a integer, b text)', rows: 'INSERT INTO t VALUES (1, 2)', after: 'CREATE TABLE t (a bigint); CREATE INDEX i ON t (a)' });
  const untouched = await catalogue(database);
  const text = await push('--dry-run'), json = JSON.parse((await push('--dry-run', '--format=json')).stdout);
  for (const r of [text, await push('--check'), await push()]) assert.deepEqual(planOf(r.stdout), planOf(text.stdout));
  assert.deepEqual(json.steps.map((s) => `${s.kind} ${s.object}`), planOf(text.stdout).steps);
  assert.deepEqual(json.steps.filter((s) => s.allow).map((s) => `--allow=${s.allow}`), words(planOf(text.stdout).flags.join(' ')));
  assert.equal(json.fingerprint, planOf(text.stdout).fingerprint);
  assert.equal(await catalogue(database), untouched);
});

test('consent is for one step of one plan', async () => {
  const { database, push } = await prepare({ before: 'CREATE TABLE t (a integer, b integer)', after: 'CREATE TABLE t ()' });
  const untouched = await catalogue(database);
  for (const options of [['--allow=drop-column:t.a'], ['--allow=drop-column:t.b'], ['--allow=drop-column'],
    ['--allow=drop-column:t.a', '--allow=drop-column:t.b', `--plan=${'0'.repeat(64)}`]])
    assert.equal((await push(...options)).status, REFUSED, options.join(' '));
  // Both, but to no plan: without a terminal that is no consent.
  const unbound = await push('--allow=drop-column:t.a', '--allow=drop-column:t.b');
  assert.equal(unbound.status, REFUSED);
  const flags = /^Without a terminal, consent is to one plan, which --plan names\. Nothing was changed\. To consent, push with( --plan=\w{64} --allow=drop-column:t\.b --allow=drop-column:t\.a)$/m.exec(unbound.stderr);
  assert.ok(flags, unbound.stderr);
  assert.equal(await catalogue(database), untouched);
  assert.equal((await push(...flags[1].trim().split(' '))).status, DONE);
});

describe('renames that are refused', { concurrency: 2 }, () => {
  for (const [before, after, lines, said, hand] of refused) {
    test(said.source, async () => {
      const { database, push } = await prepare({ before, after: `${after};\n${lines.map((line) => `-- push: rename ${line}\n`).join('')}`, hand });
      const untouched = await catalogue(database);
      for (const options of [[], ['--dry-run', '--format=json']]) {
        const r = await push(...options);
        assert.equal(r.status, FAILED, r.stdout + r.stderr);
        assert.match(r.stderr, /^Line \d+ of the schema file: /);
        assert.match(r.stderr, said);
        assert.equal(r.stdout, '');
      }
      assert.equal(await catalogue(database), untouched);
    });
  }
});

describe('not covered', { concurrency: 2 }, () => {
  for (const [before, after, named, by, hand] of [...uncovered, ...functionsThatFail]) {
    test([named].flat()[0].source, async () => {
      const { database, push } = await prepare({ before, after, by, hand });
      const untouched = await catalogue(database);
      for (const [options, status] of [[[], FAILED], [['--dry-run'], FAILED], [['--check'], DIFFERS]]) {
        const r = await push(...options);
        assert.equal(r.status, status, r.stdout + r.stderr);
        for (const each of [named].flat()) assert.match(r.stdout, each);
        assert.match(r.stderr, /nothing was changed/);
      }
      assert.equal(await catalogue(database), untouched);
    });
  }
});

describe('functions that would fail are found in the transaction', { concurrency: 2 }, () => {
  for (const [before, hand, after, said] of functionsThatFailInPlace) {
    test(said.source, async () => {
      const { database, push } = await prepare({ before, hand, after });
      const untouched = schemaOf(database);
      const r = await push();
      assert.equal(r.status, FAILED, r.stdout + r.stderr);
      assert.match(r.stderr, said);
      assert.deepEqual(schemaOf(database), untouched);
    });
  }
});

// After the pairs, which did every kind of step there is.
test('nothing is truncated, and nothing dropped in cascade', () => {
  const drops = ear.requests.filter((sql) => /^(ALTER|DROP) /.test(sql));
  assert.ok(drops.length > 0, 'the statements of the steps were heard');
  const words = ear.requests.map((sql) => sql.replace(/ON (DELETE|UPDATE) CASCADE/g, ''));
  assert.deepEqual(words.filter((sql) => /\b(TRUNCATE|CASCADE)\b/i.test(sql)), []);
});
