// ctest: timeout=300
// `sitaminter db maintain` where old transactions keep it from freezing: on a server of its own, which
// counts a table as old after the least number of transactions that there can be.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { Cluster } from './cluster.mjs';
import { db } from './lib.mjs';
import { dirty, maintain, of } from './maintain.mjs';

const server = new Cluster(after);
const database = `site host=${server.host}`;
const sql = (text) => server.psql(text, { database: 'site' });

before(() => {
  server.start();
  server.set({ autovacuum: 'off', autovacuum_freeze_max_age: 100000, max_prepared_transactions: 2, wal_level: 'logical' });
  server.restart();
  const r = db(['setup', '--url', `host=${server.host} dbname=postgres user=postgres`],
    { SITA_OWNER_URL: `host=${server.host} dbname=site user=sita_owner` });
  assert.equal(r.status, 0, r.stderr);
});

// So many transactions go by, each of which wrote something.
const pass = (n) => sql(`CREATE TABLE passing (i int);
  DO $$ BEGIN FOR i IN 1..${n} LOOP BEGIN INSERT INTO passing VALUES (i); EXCEPTION WHEN OTHERS THEN END; END LOOP; END $$;
  DROP TABLE passing`);

test('what is near its age comes before what has dead rows', () => {
  sql('SET ROLE sita_owner; CREATE TABLE old (id int PRIMARY KEY)');
  pass(60000);
  sql(`SET ROLE sita_owner; ${dirty('dead', { rows: 3000, dead: 1500 })}`);
  const r = maintain(database);
  assert.equal(r.status, 0, r.stderr);
  assert.equal(r.report.tables.at(-1).table, 'public.dead');
  assert.ok(of(r, 'old').ageBefore > 60000 && of(r, 'dead').ageBefore < 1000);
  assert.equal(of(r, 'dead').dead, 0);
});

test('a table that is too old, because of a transaction that somebody prepared and forgot', (t) => {
  sql(`BEGIN; INSERT INTO old VALUES (1); PREPARE TRANSACTION 'it''s forgotten'`);
  t.after(() => { // what waits for it would wait for ever
    if (sql('SELECT count(*) FROM pg_prepared_xacts') !== '0') sql("ROLLBACK PREPARED 'it''s forgotten'");
  });
  pass(110000);
  const first = maintain(database);
  assert.equal(first.status, 7, first.stderr);
  assert.equal(first.report.outcome, 'done');
  const { age, ageBefore, freezeMaxAge, freezePercent, state } = of(first, 'old');
  assert.ok(ageBefore > 110000 && age > 110000, `${ageBefore} -> ${age}`);
  assert.deepEqual([freezeMaxAge, freezePercent >= 110, state], [100000, true, 'warning']);
  const [holder] = first.report.heldBackBy;
  assert.equal(holder.object, "prepared transaction 'it''s forgotten'");
  assert.ok(holder.value > 110000);
  assert.equal(holder.cure, "ROLLBACK PREPARED 'it''s forgotten';");
  sql(holder.cure);
  const second = maintain(database);
  assert.equal(second.status, 0, second.stderr);
  assert.ok(of(second, 'old').age < 1000, `${of(second, 'old').age}`);
  assert.equal(of(second, 'old').state, 'ok');
  assert.deepEqual(second.report.heldBackBy, []);
});

test('dead rows of the catalogue that a slot keeps', () => {
  sql("SELECT pg_create_logical_replication_slot('reader', 'test_decoding')");
  sql(`CREATE TABLE made (id int PRIMARY KEY); DO $$ BEGIN
    FOR i IN 1..4000 LOOP EXECUTE format('COMMENT ON TABLE made IS %L', i); END LOOP; END $$`);
  const first = maintain(database, ['--table', 'pg_catalog.pg_description']);
  assert.equal(first.status, 7, first.stdout);
  const [holder] = first.report.heldBackBy;
  assert.deepEqual([holder.object, holder.detail, holder.cure],
    ['slot reader', 'nobody reads it', "SELECT pg_drop_replication_slot('reader');"]);
  sql(holder.cure);
  assert.equal(maintain(database, ['--table', 'pg_catalog.pg_description']).status, 0);
});
