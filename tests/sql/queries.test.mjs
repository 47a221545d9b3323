// The query files: what the generator makes of them, what it refuses, and that every statement fits.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { db, newDatabase, psql, source, statements } from './lib.mjs';

const folder = mkdtempSync(join(tmpdir(), 'test-queries-'));
test.after(() => rmSync(folder, { recursive: true }));

function generate(text, awk = 'awk') {
  const out = mkdtempSync(join(folder, 'out-'));
  const file = join(folder, 'q.sql');
  writeFileSync(file, text);
  const r = spawnSync(awk, ['-v', `out=${out}`, '-f', join(source, 'sql/queries.awk'), file],
    { encoding: 'utf8' });
  return { ...r, files: readdirSync(out), read: (name) => readFileSync(join(out, name), 'utf8') };
}

const good = `-- name: thing_list
-- What it is for.
-- shapes: network after before
-- exclusive: after before
-- within: after network
-- limits: 11 26
-- row: thing
-- lacks: size
SELECT t."odd:name", ':no', 'it''s' FROM things t
WHERE t.network = :network            --? network
  AND t.id < :after::int AND :after > 1   --? after !before
ORDER BY t.id
LIMIT :limit

-- name: other
-- Another.
SELECT '\\d' ~ :pattern
`;

test('a query becomes names, shapes and lines', () => {
  const r = generate(good);
  assert.equal(r.status, 0, r.stderr);
  const names = r.read('names.h');
  assert.match(names, /SQL_THING_LIST,\s+SQL_OTHER,\s+SQL_NAMES/);
  assert.match(names, /SHAPE_THING_LIST_NETWORK = 1,\s+SHAPE_THING_LIST_AFTER = 2,\s+SHAPE_THING_LIST_BEFORE = 4/);
  const inc = r.read('queries.inc');
  for (const part of [
    String.raw`{"SELECT t.\"odd:name\", ':no', 'it''s' FROM things t", 0, 0}`,
    String.raw`{"WHERE t.network = \001A", 1, 0}`,
    String.raw`{"AND t.id < \001B::int AND \001B > 1", 2, 4}`,
    String.raw`{"LIMIT \002", 0, 0}`,
    String.raw`{"SELECT '\\d' ~ \001A", 0, 0}`,
    '.where = "q.sql:1"', '.params = {"network", "after"}, .n_params = 2',
    '.limits = {11, 26}, .n_limits = 2', '.exclusive = {6}', '.within = {{2, 1}}, .n_within = 1', '.lacks = {"size"}', '.row = "thing"',
  ]) assert.ok(inc.includes(part), `${part} is in\n${inc}`);
});

test('every awk makes the same of it', (t) => {
  const wanted = generate(good).read('queries.inc');
  let others = 0;
  for (const awk of ['mawk', 'gawk', 'original-awk']) {
    const r = generate(good, awk);
    if (r.error) continue;
    assert.equal(r.read('queries.inc'), wanted, awk);
    others++;
  }
  assert.ok(others > 0, 'one of them is installed');
});

const head = '-- name: a\n-- What it is for.\n';
const refused = [
  ['SELECT 1\n', 1, /before the first/],
  ['-- name: A\n', 1, /cannot be the name/],
  ['-- name: names\n', 1, /cannot be the name/],
  [`${head}SELECT 1\n${head}SELECT 2\n`, 4, /already in q\.sql:1/],
  ['-- name: a\nSELECT 1\n', 2, /lacks a comment line/],
  [head, 2, /has no text/],
  [`${head}-- shape: x\nSELECT 1\n`, 3, /none of name, shapes/],
  [`${head}-- shapes: x x\nSELECT 1\n`, 3, /not a new option/],
  [`${head}-- shapes: x\nSELECT 1\n`, 4, /no line uses the option x/],
  [`${head}-- shapes: x\nSELECT 1 --? y\n`, 4, /"y" is not in the line/],
  [`${head}-- shapes: x\nSELECT 1 --?\n`, 4, /needs an option/],
  [`${head}-- exclusive: x y\nSELECT 1\n`, 3, /not in the line "-- shapes:" above/],
  [`${head}-- shapes: x y\n-- exclusive: x\nSELECT 1 --? x y\n`, 4, /at least two/],
  [`${head}-- shapes: x y\n-- within: x\nSELECT 1 --? x y\n`, 4, /takes two options/],
  [`${head}-- shapes: x y\n-- within: x z\nSELECT 1 --? x y\n`, 4, /takes two options/],
  [`${head}-- limits: 5\nSELECT 1\n`, 4, /no :limit/],
  [`${head}SELECT 1 LIMIT :limit\n`, 3, /no line "-- limits:"/],
  [`${head}-- limits: 5 5\nSELECT 1 LIMIT :limit\n`, 3, /ascend/],
  [`${head}-- limits: 0\nSELECT 1 LIMIT :limit\n`, 3, /not a limit/],
  [`${head}-- limits: 5x\nSELECT 1 LIMIT :limit\n`, 3, /not a limit/],
  [`${head}-- row: A-b\nSELECT 1\n`, 3, /cannot be the name of a record/],
  [`${head}SELECT 1;\n`, 3, /";" has no place/],
  [`${head}SELECT $1\n`, 3, /"\$" has no place/],
  [`${head}SELECT 'open\n`, 3, /does not end/],
  [`${head}SELECT 'a\\'b'\n`, 3, /backslash before a quote/],
  [`${head}SELECT 1 -- one\n`, 3, /comment is not allowed/],
  [`${head}SELECT 1\n-- more\nFROM x\n`, 4, /comment inside/],
  [`${head}SELECT 1\r\n`, 3, /carriage return/],
  [`${head}SELECT ${Array.from({ length: 17 }, (_, i) => `:p${i}`).join(', ')}\n`, 3, /more than 16/],
  [`${head}-- shapes: ${Array.from({ length: 13 }, (_, i) => `o${i}`).join(' ')}\nSELECT 1\n`, 3, /more than 12/],
  [`${head}-- shapes: b_c\nSELECT 1 --? b_c\n-- name: a_b\n-- What.\n-- shapes: c\nSELECT 1 --? c\n`, 7, /would exist twice/],
];

for (const [text, line, why] of refused) {
  test(`refused: ${JSON.stringify(text.slice(-50))}`, () => {
    const r = generate(text);
    assert.equal(r.status, 1, r.stderr);
    assert.match(r.stderr, why);
    assert.match(r.stderr, new RegExp(`q\\.sql:${line}: error: `));
    assert.deepEqual(r.files, [], 'no output is left');
  });
}

test('every shape of every query can be prepared, and its columns fit its record', (t) => {
  const database = newDatabase(t, 'queries');
  assert.equal(db(['push', '--url', `dbname=${database}`]).status, 0);
  const r = db(['check-queries', '--url', `dbname=${database}`]);
  assert.equal(r.status, 0, r.stderr);
  const n = statements().length;
  assert.ok(n >= 200, `${n} statements`);
  assert.match(r.stdout, new RegExp(`All ${n} statements`));
});

test('a column that a record lacks, or a query that does not fit, is named', (t) => {
  const database = newDatabase(t, 'misfit');
  assert.equal(db(['push', '--url', `dbname=${database}`]).status, 0);
  const check = (sql) => {
    psql(database, sql);
    return db(['check-queries', '--url', `dbname=${database}`]);
  };
  let r = check('ALTER TABLE tokens ALTER contract_address TYPE integer USING 0');
  assert.equal(r.status, 1);
  assert.match(r.stderr, /token_one \(tokens\.sql:\d+\): column contract_address has a type that field contractAddress/);
  r = check('ALTER TABLE tokens DROP COLUMN supply');
  assert.equal(r.status, 1);
  assert.match(r.stderr, /column t\.supply does not exist.*token_one \(tokens\.sql/);
});

test('one shape of a query has only its own lines and parameters', () => {
  const all = statements().filter((s) => s.name === 'token_list');
  const find = (...options) => all.find((s) => s.limit === 11 && s.options.join() === options.join());
  assert.ok(all.every((s) => !(s.options.includes('after') && s.options.includes('before'))));
  assert.ok(all.some((s) => s.options.includes('oldest')));
  assert.ok(all.every((s) => !s.options.includes('oldest') || s.options.includes('page')));
  const plain = find();
  assert.deepEqual(plain.parameters, []);
  assert.match(plain.sql, /ORDER BY t\.id DESC\nLIMIT 11\n$/);
  const before = find('network', 'before');
  assert.deepEqual(before.parameters, ['network', 'before']);
  assert.match(before.sql,
    /t\.network_id <= \$1\nAND \(t\.network_id, t\.id\) > \(\$1, \$2::int\)\nORDER BY t\.network_id, t\.id\nLIMIT 11\n$/);
});
