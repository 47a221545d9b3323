// core.mjs - the core of the five tables, as stated and as found in a database.
import assert from 'node:assert/strict';
import { psql, read } from './lib.mjs';

const { '//': _, ...core } = JSON.parse(read('tests/data/core_tables.json'));

export const columnsOf = (database, table) => JSON.parse(psql(database, `
  SELECT json_agg(json_build_array(attname, format_type(atttypid, atttypmod),
           CASE WHEN attnotnull THEN 'not null' ELSE 'null' END, pg_get_expr(adbin, adrelid)) ORDER BY attnum)
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''
    AND attgenerated = '' AND attcollation IN (0, 100)`));

export const constraintsOf = (database, table) => JSON.parse(psql(database, `
  SELECT json_object_agg(conname, pg_get_constraintdef(oid)) FROM pg_constraint
  WHERE conrelid = '${table}'::regclass AND convalidated AND NOT condeferrable`));

const sequencesOf = (database) => psql(database, `
  SELECT sequencename, data_type, start_value, min_value, max_value, increment_by, cycle, cache_size,
         pg_get_serial_sequence(replace(sequencename, '_id_seq', ''), 'id')
  FROM pg_sequences WHERE sequencename IN (${Object.keys(core).map((t) => `'${t}_id_seq'`)})
  ORDER BY 1`);

// The core as a database has it is the one of tests/data/core_tables.json.
export function expectCore(database) {
  for (const [table, { columns, constraints }] of Object.entries(core)) {
    assert.deepEqual(columnsOf(database, table).slice(0, columns.length), columns, table);
    const found = constraintsOf(database, table);
    for (const [name, definition] of Object.entries(constraints))
      assert.equal(found[name], definition, name);
  }
  assert.equal(sequencesOf(database), Object.keys(core).sort().map((t) =>
    `${t}_id_seq|integer|1|1|2147483647|1|f|1|public.${t}_id_seq`).join('\n'));
}

export { core };

// Rows for the core.
export const coreRows = `
  INSERT INTO users (wallet_address, username) SELECT 'ckt1q' || n, 'u' || n FROM generate_series(1, 20) n;
  INSERT INTO tokens (name, symbol, supply, creator_id, description, network_id)
    SELECT 't' || n, 'T' || n, n::text, 1 + n % 20, 'd' || n, 'testnet' FROM generate_series(1, 300) n;
  INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id, metadata)
    SELECT 1 + n % 20, 1 + n % 300, '0x' || n, 'create', 'testnet', jsonb_build_object('n', n) FROM generate_series(1, 500) n;
  INSERT INTO security_events (event_type, description) SELECT 'e', 'd' || n FROM generate_series(1, 30) n;
  INSERT INTO settings (key, value) VALUES ('a', '1'), ('b', '2');`;

// All that the columns of the core hold: a line a table.
export const coreContents = (database) => psql(database, Object.entries(core).map(([table, { columns }]) =>
  `SELECT '${table}', md5(string_agg(t::text, ',' ORDER BY id)), count(*) FROM (SELECT ${columns.map(([c]) => c)} FROM ${table}) t;`).join('\n'));
