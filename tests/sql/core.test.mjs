// The core of the five tables is what other programs rely on (tests/data/core_tables.json), and our
// additions are such that those programs' INSERTs still work.
import assert from 'node:assert/strict';
import test from 'node:test';
import { columnsOf, constraintsOf, core, expectCore } from './core.mjs';
import { db, newDatabase, psql, read } from './lib.mjs';

function pushed(t, name) {
  const database = newDatabase(t, name);
  const r = db(['push', '--url', `dbname=${database}`]);
  assert.equal(r.status, 0, r.stderr);
  return database;
}

test('the core tables are there, exactly', (t) => expectCore(pushed(t, 'core')));

test('our additions are nullable or defaulted, and nothing else constrains core columns', (t) => {
  const database = pushed(t, 'additions');
  for (const [table, { columns, constraints }] of Object.entries(core)) {
    for (const [name, , notNull, preset] of columnsOf(database, table).slice(columns.length))
      assert.ok(notNull === 'null' || preset !== null, `${table}.${name}`);
    const names = new Set(columns.map(([name]) => name));
    for (const [name, definition] of Object.entries(constraintsOf(database, table))) {
      if (name in constraints) continue;
      assert.match(definition, /^CHECK/, name);
      const [, column] = /\(+(\w+)/.exec(definition);
      assert.ok(!names.has(column), `${name} constrains ${column}`);
    }
    // Unique indexes of ours leave alone what other programs insert.
    const unique = psql(database, `SELECT indexdef FROM pg_indexes WHERE tablename = '${table}'
      AND indexdef LIKE 'CREATE UNIQUE%' AND indexname NOT IN (${Object.keys(constraints).map((c) => `'${c}'`)})`);
    for (const line of unique.split('\n').filter(Boolean))
      assert.match(line, / WHERE \((origin|type_hash) IS NOT NULL\)$/, line);
  }
});

test('each addition to the core tables is listed and justified', (t) => {
  const database = pushed(t, 'listed');
  const rows = read('docs/SCHEMA_PUSH.md').split('## What we added')[1].split('\n').filter((line) => line.startsWith('| `'));
  for (const row of rows) assert.match(row, /^\| `[^|]+` \| [^|]{15,} \|$/);
  const listed = rows.flatMap((row) => [...row.split('|')[1].matchAll(/`([^`]+)`/g)].map((m) => m[1])).sort();
  const added = Object.entries(core).flatMap(([table, { columns, constraints }]) => [
    ...psql(database, `SELECT attname FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped`).split('\n')
      .filter((name) => !columns.some((c) => c[0] === name)).map((name) => `${table}.${name}`),
    ...Object.keys(constraintsOf(database, table)).filter((name) => !(name in constraints)),
    ...psql(database, `SELECT indexrelid::regclass FROM pg_index WHERE indrelid = '${table}'::regclass
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))`).split('\n').filter(Boolean),
  ]).sort();
  assert.deepEqual(listed, added);
});

test('rows as other programs write them are accepted', (t) => {
  const database = pushed(t, 'rows');
  psql(database, `
    INSERT INTO users (wallet_address) VALUES ('ckt1qz'), ('');
    INSERT INTO tokens (name, symbol, supply, creator_id, network_id, status) VALUES
      ('', '', 'not a number', 1, 'any network', 'any status'), ('n', 's', '1', 1, 'mainnet', 'confirmed');
    INSERT INTO transactions (user_id, tx_hash, tx_type, network_id, status) VALUES
      (1, '0xsame', 'any type', 'mainnet', 'x'), (1, '0xsame', 'any type', 'mainnet', 'x');
    INSERT INTO security_events (event_type, description, severity) VALUES ('e', 'd', NULL);
    INSERT INTO settings (key, value, is_public) VALUES ('k', 'v', NULL)`);
  assert.equal(psql(database, 'SELECT count(*) FROM transactions'), '2');
});
