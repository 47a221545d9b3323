// `sitaminter db maintain`: which tables it takes, what it says of them, what it notes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { W, fresh, name, quoted } from './diagnose.mjs';
import { db, environment, program, psql } from './lib.mjs';
import { counted, dirty, maintain, noted, of, own } from './maintain.mjs';
import { Session } from './session.mjs';

test('every table is vacuumed and analyzed, the one with most dead rows first', (t) => {
  const database = fresh(t, `SET ROLE sita_owner; ${dirty(W, { rows: 10000, dead: 4000 })}
    CREATE MATERIALIZED VIEW seen AS SELECT 1 AS id; CREATE SCHEMA other; CREATE TABLE other.t (id int PRIMARY KEY)`);
  const { status, report, stderr } = maintain(database);
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  assert.deepEqual({ ...report, milliseconds: 0, of: 0, tables: 0 },
    { outcome: 'done', state: 'ok', missed: 0, milliseconds: 0, recorded: true, of: 0, tables: 0, heldBackBy: [] });
  assert.deepEqual([report.of.database, report.of.role], [database, 'sita_owner']);
  assert.deepEqual(report.tables.map((r) => r.table).sort(),
    [...own, `public.${W}`, 'other.t', 'public.seen'].sort());
  assert.equal(report.tables[0].table, `public.${W}`);
  const { deadBefore, dead, rows, state, reason } = report.tables[0];
  assert.deepEqual({ deadBefore, dead, rows, state, reason },
    { deadBefore: 4000, dead: 0, rows: 6000, state: 'ok', reason: null });
  for (const r of report.tables) {
    assert.equal(r.outcome, 'done');
    assert.deepEqual(counted(database, r.table), { vacuumed: 1, analyzed: 1 }, r.table);
  }
});

test('a TOAST table counts with its table', (t) => {
  const database = fresh(t, `SET ROLE sita_owner; CREATE TABLE t (id int PRIMARY KEY, big text)
      WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off);
    ALTER TABLE t ALTER big SET STORAGE EXTERNAL;
    INSERT INTO t SELECT i, repeat('x', 10000) FROM generate_series(1, 200) i; DELETE FROM t`);
  const found = of(maintain(database, ['--table', 't']), 't');
  assert.ok(found.deadBefore > 1000, `${found.deadBefore}`); // 200 of the table, the rest is TOAST
  assert.equal(found.dead, 0);
});

test('the age of a table and what it is measured against', (t) => {
  const database = fresh(t, 'SET ROLE sita_owner; CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
  psql(database, 'DO $$ BEGIN FOR i IN 1..500 LOOP BEGIN INSERT INTO t VALUES (i + 1); EXCEPTION WHEN OTHERS THEN END; END LOOP; END $$');
  const age = Number(psql(database, "SELECT age(relfrozenxid) FROM pg_class WHERE relname = 't'"));
  const found = of(maintain(database, ['--table', 't']), 't');
  assert.ok(found.ageBefore >= age && found.ageBefore < age + 1000, `${found.ageBefore}, not ${age}`);
  assert.equal(found.freezeMaxAge, Number(psql(database, 'SHOW autovacuum_freeze_max_age')));
  assert.equal(found.freezePercent, 0);
});

// -- which tables ----------------------------------------------------------------------------------

const names = ['a b', 'Ä"x', 'Upper', 'a.b', 'per%cent', "it's; DROP TABLE users; --", '-', ' ', 'null', name('1')];

test('--table takes any legal name, as it is and as SQL writes it', (t) => {
  const database = fresh(t, `SET ROLE sita_owner; CREATE SCHEMA "the Other";
    ${names.map((n) => `CREATE TABLE ${quoted(n)} (id int PRIMARY KEY);`).join('\n')}
    CREATE TABLE "the Other"."Its""Own" (id int PRIMARY KEY)`);
  const known = JSON.parse(psql(database, `SELECT json_agg(quote_ident(n)) FROM (VALUES
    ${names.map((n) => `($sita$${n}$sita$)`)}) v (n)`));
  const spellings = [names, known, names.map((n) => `public.${n}`), known.map((n) => `public.${n}`)];
  spellings.forEach((spelt, times) => {
    const { status, report, stderr } = maintain(database, spelt.map((n) => `--table=${n}`));
    assert.equal(status, 0, stderr);
    assert.deepEqual(report.tables.map((r) => r.table), known.map((n) => `public.${n}`));
    for (const n of known) assert.deepEqual(counted(database, `public.${n}`), { vacuumed: times + 1, analyzed: times + 1 });
  });
  for (const spelt of ['Its"Own', '"Its""Own"', 'the Other.Its"Own', '"the Other"."Its""Own"'])
    assert.deepEqual(maintain(database, ['--table', spelt]).report.tables.map((r) => r.table), ['"the Other"."Its""Own"']);
  assert.deepEqual(counted(database, 'public.users'), { vacuumed: 0, analyzed: 0 });
});

test('a table that is named twice is maintained once; also one of the server', (t) => {
  const database = fresh(t);
  const { report } = maintain(database, ['--table', 'users', '--table', 'public.users', '--table', 'pg_catalog.pg_class', '--table', 'tokens']);
  assert.deepEqual(report.tables.map((r) => r.table), ['public.users', 'pg_catalog.pg_class', 'public.tokens']);
});

test('a partitioned table is analyzed, its partitions are vacuumed', (t) => {
  const database = fresh(t, `SET ROLE sita_owner; CREATE TABLE p (id int, PRIMARY KEY (id)) PARTITION BY RANGE (id);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10) PARTITION BY RANGE (id);
    CREATE TABLE p11 PARTITION OF p1 FOR VALUES FROM (1) TO (10); CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)`);
  const { status, report } = maintain(database, ['--table', 'p']);
  assert.equal(status, 0);
  assert.deepEqual(report.tables.map((r) => r.table), ['public.p', 'public.p1', 'public.p11', 'public.p2']);
  assert.deepEqual(['p', 'p1', 'p11', 'p2'].map((n) => counted(database, `public.${n}`).vacuumed), [0, 0, 1, 1]);
  assert.ok(counted(database, 'public.p').analyzed >= 1);
});

test('a name that is no table, or several, is refused before anything is done', (t) => {
  const database = fresh(t, `SET ROLE sita_owner; CREATE SCHEMA other; CREATE TABLE other.users (id int PRIMARY KEY)`);
  const refused = (table, says) => {
    const r = maintain(database, ['--table', 'tokens', '--table', table]);
    assert.equal(r.status, 2);
    assert.equal(r.stdout, '');
    assert.match(r.stderr, says);
  };
  for (const no of ['nothing', 'Tokens', 'tokens ', 'users_pkey', 'public_settings', 'users_id_seq', "x' OR '1' = '1", 'public.'])
    refused(no, new RegExp(`^--table ${no.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}: there is no such table\\.\n$`));
  refused('users', /^--table users: there are several; write it with its schema\.\n$/);
  refused('\u001b[31m', /^--table {2}\[31m: there is no such table/);
  assert.deepEqual(counted(database, 'public.tokens'), { vacuumed: 0, analyzed: 0 });
  assert.deepEqual(noted(database), []);
  assert.equal(maintain(database, ['--table', 'public.users', '--table', 'other.users']).report.tables.length, 2);
});

// -- what is left ----------------------------------------------------------------------------------

// [of ten thousand rows, how many are dead, state, exit status]
const left = [[2000, 'ok', 0], [3000, 'warning', 7], [6000, 'critical', 8]];

test('dead rows that somebody keeps are told, with who it is and the cure', async (t) => {
  for (const [dead, state, exit] of left) {
    const database = fresh(t, 'CREATE TABLE held (id int PRIMARY KEY)');
    const keeper = new Session(t, database, { user: 'sita_reader' });
    const pid = await keeper.pid();
    await keeper.run('SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
    psql(database, `DROP TABLE held; SET ROLE sita_owner; ${dirty('held', { rows: 10000, dead })}`);
    const first = maintain(database, ['--table', 'held']);
    assert.equal(first.status, exit, first.stderr);
    assert.equal(first.report.state, state);
    assert.equal(first.report.outcome, 'done');
    assert.equal(of(first, 'held').dead, dead);
    if (state === 'ok') continue;
    const [holder] = first.report.heldBackBy;
    assert.equal(holder.object, `process ${pid}`);
    assert.match(holder.detail, /^sita_reader idle in transaction since 2\d{3}-.* - SELECT 1;$/);
    assert.equal(holder.cure, `sitaminter db diagnose --terminate ${pid}`);
    const r = db([...holder.cure.split(' ').slice(2), '--yes'], { SITA_OWNER_URL: `dbname=${database} user=sita_owner` });
    assert.equal(r.status, 0, r.stderr);
    const second = maintain(database, ['--table', 'held']);
    assert.equal(second.status, 0, second.stderr);
    assert.equal(of(second, 'held').dead, 0);
  }
});

// -- the record, and the words ---------------------------------------------------------------------

test('what was done is noted, and history tells it', (t) => {
  const database = fresh(t);
  assert.equal(maintain(database, ['--table', 'users']).status, 0);
  const [row] = noted(database);
  assert.deepEqual([row.outcome, row.finished, row.details.who], ['done', true, 'sita_owner']);
  assert.match(row.details.operator, /@/);
  assert.deepEqual(row.details.report.tables.map((r) => [r.table, r.outcome]), [['public.users', 'done']]);
  const told = db(['history', '--limit', '1'], { SITA_OWNER_URL: `dbname=${database} user=sita_owner` });
  assert.match(told.stdout, /maintain done in 0\.\d+ s, by sita_owner \(/);
});

test('a database that no push made has no record, and is maintained all the same', (t) => {
  const database = fresh(t, 'DROP TABLE db_operations CASCADE');
  const { status, report } = maintain(database);
  assert.equal(status, 0);
  assert.equal(report.recorded, false);
  assert.equal(report.tables.length, own.length - 1);
  assert.match(maintain(database, [], { format: 'text' }).stdout, /\nThis database keeps no record of operations/);
});

test('for people: a line for each table, and nothing that a terminal would obey', (t) => {
  const database = fresh(t, `SET ROLE sita_owner; ${dirty(W, { rows: 3000, dead: 2000 })}`);
  const r = maintain(database, [], { format: 'text' });
  assert.equal(r.status, 0, r.stderr);
  assert.doesNotMatch(r.stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  const lines = r.stdout.split('\n');
  assert.match(lines[0], new RegExp(`^Database ${database}, PostgreSQL 15.*, 2.*Z: ${own.length + 1} tables$`));
  assert.match(lines[2], /^done {9}public\.U&"we""ird .*": \d+\.\d{3} s; dead rows 2000 -> 0 beside 1000; age .* of 200000000 \(0 %\)$/);
  assert.equal(lines.filter((l) => /^done +public\./.test(l)).length, own.length + 1);
  assert.match(r.stdout, new RegExp(`\n\n${own.length + 1} of ${own.length + 1} maintained in \\d+\\.\\d+ s; what is left: ok\n$`));
});

test('an empty database', (t) => {
  const database = fresh(t, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const r = maintain(database, [], { format: 'text' });
  assert.equal(r.status, 0, r.stderr);
  assert.match(r.stdout, /: 0 tables\n\n0 of 0 maintained/);
  assert.deepEqual(maintain(database).report.tables, []);
});

test('what is wrong with the command', (t) => {
  const database = fresh(t);
  const bad = [
    [['--table', ''], /--table : it takes the name of a table/],
    [['--time-limit', '0'], /--time-limit takes a whole number from 1 to 604800, not "0"/],
    [['--time-limit', '1s'], /not "1s"/],
    [['--time-limit', '99999999999999999999'], /--time-limit takes/],
    [['--lock-timeout', '3601'], /--lock-timeout takes a whole number from 1 to 3600/],
    [['--delay', '101'], /--delay takes a whole number from 0 to 100/],
    [['--delay', '-1'], /--delay takes/],
    [['--delay', ''], /--delay takes/],
    [['--format', 'xml'], /it is text or json/],
    [['users'], /is not an option here/],
    [['--table'], /lacks its value/],
  ];
  for (const [args, says] of bad) {
    const r = db(['maintain', ...args], { SITA_OWNER_URL: `dbname=${database}` });
    assert.equal(r.status, 2, args.join(' '));
    assert.match(r.stderr, says);
    assert.equal(r.stdout, '');
  }
  const notUtf8 = spawnSync('bash', ['-c', `exec '${program}' db maintain --table $'\\xff'`],
    { encoding: 'utf8', env: { ...environment, SITA_OWNER_URL: `dbname=${database}` } });
  assert.equal(notUtf8.status, 2);
  assert.deepEqual(noted(database), []);
  assert.equal(db(['maintain'], { SITA_OWNER_URL: 'host=/nonexistent' }).status, 6);
  assert.equal(db(['maintain']).status, 2);
  const help = db(['maintain', '--help']).stdout;
  for (const option of ['url', 'table', 'time-limit', 'lock-timeout', 'delay', 'format']) assert.match(help, new RegExp(`\n {2}--${option}[ =]`));
  assert.match(help, /Examples:\n {2}sitaminter db maintain\n/);
});
