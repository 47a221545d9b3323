// The core of the five tables is what other programs rely on (tests/data/core_tables.json), and our
// additions are such that those programs' INSERTs still work.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { db, newDatabase, psql, read, source } from './lib.mjs';

const { '//': _, ...core } = JSON.parse(read('tests/data/core_tables.json'));

const columnsOf = (database, table) => JSON.parse(psql(database, `
  SELECT json_agg(json_build_array(attname, format_type(atttypid, atttypmod),
           CASE WHEN attnotnull THEN 'not null' ELSE 'null' END, pg_get_expr(adbin, adrelid)) ORDER BY attnum)
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''
    AND attgenerated = '' AND attcollation IN (0, 100)`));

const constraintsOf = (database, table) => JSON.parse(psql(database, `
  SELECT json_object_agg(conname, pg_get_constraintdef(oid)) FROM pg_constraint
  WHERE conrelid = '${table}'::regclass AND convalidated AND NOT condeferrable`));

const sequencesOf = (database) => psql(database, `
  SELECT sequencename, data_type, start_value, min_value, max_value, increment_by, cycle, cache_size,
         pg_get_serial_sequence(replace(sequencename, '_id_seq', ''), 'id')
  FROM pg_sequences WHERE sequencename IN (${Object.keys(core).map((t) => `'${t}_id_seq'`)})
  ORDER BY 1`);

function expectCore(database) {
  for (const [table, { columns, constraints }] of Object.entries(core)) {
    assert.deepEqual(columnsOf(database, table).slice(0, columns.length), columns, table);
    const found = constraintsOf(database, table);
    for (const [name, definition] of Object.entries(constraints))
      assert.equal(found[name], definition, name);
  }
  assert.equal(sequencesOf(database), Object.keys(core).sort().map((t) =>
    `${t}_id_seq|integer|1|1|2147483647|1|f|1|public.${t}_id_seq`).join('\n'));
}

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

const reference = join(source, '../shared/reference/reference-schema.sql');
test('the facts are those of the reference', { skip: existsSync(reference) ? false : 'no ../shared/reference' }, (t) => {
  const database = newDatabase(t, 'reference');
  psql(database, readFileSync(reference, 'utf8'));
  psql(database, `ALTER DATABASE ${database} RESET ALL`);
  expectCore(database);
});
