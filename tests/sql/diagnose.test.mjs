// `sitaminter db diagnose`: each fault of a database is made on a real one, is found, and is gone
// after the command that the report gives.
import assert from 'node:assert/strict';
import test from 'node:test';
import { W, check, cure, cures, diagnose, fresh, name, objects, quoted, template } from './diagnose.mjs';
import { db, errorOf, psql } from './lib.mjs';
import { Session, waits } from './session.mjs';

test('the names are as long as names can be', () => {
  assert.equal(Buffer.byteLength(name('1')), 63);
});

// -- nothing is wrong ----------------------------------------------------------------------------

const ofTheServer = ['settings', 'slow-statements', 'connections', 'replication']; // see diagnose_server

test('a new database is well, for the owner and the monitor alike', (t) => {
  const database = fresh(t);
  for (const user of ['sita_owner', 'sita_monitor']) {
    const r = diagnose(database, ['--format=json', ...ofTheServer.flatMap((c) => ['--skip', c])], { user });
    const report = JSON.parse(r.stdout);
    assert.deepEqual(report.checks.filter((c) => c.state !== 'ok'), []);
    assert.equal(report.checks.length, 15);
    assert.equal(report.of.database, database);
    assert.equal(report.of.role, user);
    assert.equal(r.status, 0);
  }
});

test('the report changes nothing, and needs no right to change anything', (t) => {
  const database = fresh(t);
  const before = psql(database, 'SELECT count(*), max(id) FROM db_operations');
  diagnose(database, [], { user: 'sita_monitor' });
  assert.equal(psql(database, 'SELECT count(*), max(id) FROM db_operations'), before);
});

// -- sizes and usage -----------------------------------------------------------------------------

test('sizes: heap, indexes and TOAST are what the server says', (t) => {
  const database = fresh(t, `CREATE TABLE ${W} (id int PRIMARY KEY, big text);
    ALTER TABLE ${W} ALTER big SET STORAGE EXTERNAL;
    INSERT INTO ${W} SELECT i, repeat('x', 10000) FROM generate_series(1, 300) i; CREATE INDEX ON ${W} (id, id);
    ANALYZE`);
  const result = check(database, 'size');
  const found = result.findings.find((f) => f.object === `public.${W}`);
  const sizes = psql(database, `SELECT pg_total_relation_size(c.oid), pg_indexes_size(c.oid),
    pg_total_relation_size(reltoastrelid) FROM pg_class c WHERE relname LIKE 'we"ird%' AND relkind = 'r'`)
    .split('|').map(Number);
  assert.deepEqual([found.value, found.figures.indexes, found.figures.toast], sizes);
  assert.equal(found.figures.heap, sizes[0] - sizes[1] - sizes[2]);
  assert.ok(sizes[2] > 3e6 && found.figures.heap > 0);
  assert.equal(found.figures.rows, 300);
  assert.equal(result.state, 'ok');
  assert.equal(result.findings[0].object, `database ${database}`);
});

test('index usage is counted, with the moment the counting began', (t) => {
  const database = fresh(t, `INSERT INTO users (wallet_address) SELECT i FROM generate_series(1, 1000) i;
    ANALYZE; SELECT pg_stat_reset()`);
  psql(database, 'SET enable_seqscan = off; SELECT * FROM users WHERE id = 7; SELECT * FROM users WHERE id = 8');
  const result = check(database, 'index-usage');
  const since = new Date(result.findings[0].figures.since);
  assert.ok(Math.abs(since - Date.now()) < 60000, `since ${since}`);
  const used = result.findings.find((f) => f.object === 'public.users_pkey');
  assert.equal(used.value, 2);
  assert.equal(used.figures.table, 'public.users');
});

// -- indexes -------------------------------------------------------------------------------------

test('an index that was never finished', async (t) => {
  const database = fresh(t, `CREATE TABLE ${W} (id int PRIMARY KEY, a int); INSERT INTO ${W} VALUES (1, 1), (2, 1)`);
  const index = quoted(name('_i'));
  assert.match(errorOf(database, `CREATE UNIQUE INDEX CONCURRENTLY ${index} ON ${W} (a)`), /could not create unique/);
  const result = check(database, 'invalid-index', { user: 'sita_monitor' });
  assert.equal(result.state, 'critical'); // unique, and lets duplicates in
  assert.deepEqual(cures(result), [`REINDEX INDEX CONCURRENTLY public.${index};`]);
  // As long as there are duplicates the cure fails, and leaves another one.
  assert.match(errorOf(database, cures(result)[0]), /could not create unique/);
  const worse = check(database, 'invalid-index');
  assert.equal(worse.findings.length, 2);
  assert.match(cures(worse)[0], /^DROP INDEX CONCURRENTLY .*_ccnew";$/s);
  psql(database, `DELETE FROM ${W} WHERE id = 2`);
  cure(database, worse);
  assert.deepEqual(check(database, 'invalid-index'), { ...result, state: 'ok', findings: [] });
});

test('an index that was built and not checked to its end', (t) => {
  const database = fresh(t, `CREATE TABLE t (id int PRIMARY KEY, a int); CREATE INDEX t_a ON t (a);
    UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_a'::regclass`);
  const result = check(database, 'invalid-index');
  assert.deepEqual([result.state, cures(result)], ['warning', ['REINDEX INDEX CONCURRENTLY public.t_a;']]);
  cure(database, result);
  assert.equal(check(database, 'invalid-index').state, 'ok');
});

test('an index that is being built is no fault', async (t) => {
  const database = fresh(t, 'CREATE TABLE t (id int PRIMARY KEY, a int)');
  const holder = new Session(t, database);
  await holder.run('BEGIN; INSERT INTO t VALUES (1, 1)');
  const builder = new Session(t, database);
  const pid = await builder.pid();
  builder.send('CREATE INDEX CONCURRENTLY t_a ON t (a)');
  await waits(pid);
  assert.equal(psql(database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 't_a'::regclass"), 'f');
  assert.equal(check(database, 'invalid-index').state, 'ok');
  await holder.run('COMMIT');
  await builder.run('SELECT 1');
});

// [indexes beside the primary key on id, those that are superfluous]
const duplicates = [
  ['the same twice: the older stays', ['x1 ON t (a)', 'x2 ON t (a)'], ['x2']],
  ['three times', ['x1 ON t (a)', 'x2 ON t (a)', 'x3 ON t (a)'], ['x2', 'x3']],
  ['the beginning of another', ['x1 ON t (a)', 'x2 ON t (a, b)'], ['x1']],
  ['a chain', ['x1 ON t (a)', 'x2 ON t (a, b)', 'x3 ON t (a, b, c)'], ['x1', 'x2']],
  ['not the beginning', ['x1 ON t (b)', 'x2 ON t (a, b)'], []],
  ['the unique one stays', ['x1 ON t (a)', 'UNIQUE x2 ON t (a)'], ['x1']],
  ['a unique one says more than a longer one', ['UNIQUE x1 ON t (a)', 'x2 ON t (a, b)'], []],
  ['two unique ones', ['UNIQUE x1 ON t (a)', 'UNIQUE x2 ON t (a)'], ['x2']],
  ['nulls count differently', ['UNIQUE x1 ON t (a)', 'UNIQUE x2 ON t (a) NULLS NOT DISTINCT'], []],
  ['behind a key', ['x1 ON t (id)'], ['x1']],
  ['another order', ['x1 ON t (a)', 'x2 ON t (a DESC)'], []],
  ['another collation', ['x1 ON t (s)', 'x2 ON t (s COLLATE "POSIX")'], []],
  ['another operator class', ['x1 ON t (s)', 'x2 ON t (s text_pattern_ops)'], []],
  ['another method', ['x1 ON t (a)', 'x2 ON t USING hash (a)'], []],
  ['the same hash', ['x1 ON t USING hash (a)', 'x2 ON t USING hash (a)'], ['x2']],
  ['another part', ['x1 ON t (a)', 'x2 ON t (a) WHERE b > 0'], []],
  ['the same part', ['x1 ON t (a) WHERE b > 0', 'x2 ON t (a) WHERE b > 0'], ['x2']],
  ['an expression', ['x1 ON t (lower(s))', 'x2 ON t (lower(s))', 'x3 ON t (upper(s))'], ['x2']],
  ['one that carries more', ['x1 ON t (a) INCLUDE (b)', 'x2 ON t (a)'], ['x2']],
  ['one that carries something else', ['x1 ON t (a) INCLUDE (b)', 'x2 ON t (a) INCLUDE (c)'], []],
];

// Each case in a schema of its own, all in one database.
const schemas = (cases, sql) => cases.map((c, i) => `CREATE SCHEMA c${i}; SET search_path = c${i}; ${sql(c)};`).join('\n');

test('superfluous indexes', (t) => {
  const database = fresh(t, schemas(duplicates, ([, indexes]) =>
    `CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, s text);
      ${indexes.map((i) => `CREATE ${i.replace(/^(UNIQUE )?/, '$1INDEX ')};`).join('\n')}`));
  const result = check(database, 'duplicate-index');
  duplicates.forEach(([what, , superfluous], i) => assert.deepEqual(
    objects(result).filter((o) => o.startsWith(`c${i}.`)), superfluous.map((x) => `c${i}.${x}`), what));
  assert.equal(result.state, 'warning');
  cure(database, result);
  assert.equal(check(database, 'duplicate-index').state, 'ok');
});

test('no cure drops an index that a constraint stands on', (t) => {
  const database = fresh(t, `CREATE TABLE ${W} (id int PRIMARY KEY, a int, b int, UNIQUE (a), UNIQUE (a, b));
    ALTER TABLE ${W} ADD CONSTRAINT again UNIQUE (a);
    CREATE UNIQUE INDEX referred ON ${W} (b); CREATE UNIQUE INDEX spare ON ${W} (b);
    CREATE TABLE other (id int PRIMARY KEY REFERENCES ${W} (b))`);
  const referred = psql(database, `SELECT conindid::regclass FROM pg_constraint WHERE conrelid = 'other'::regclass AND contype = 'f'`);
  const spare = { referred: 'spare', spare: 'referred' }[referred];
  assert.deepEqual(objects(check(database, 'duplicate-index')), [`public.${spare}`]);
});

test('an index that nobody uses', (t) => {
  const database = fresh(t, `CREATE TABLE ${W} (id int PRIMARY KEY, a int, b int, c int REFERENCES users);
    INSERT INTO users SELECT 1, 'x';
    INSERT INTO ${W} SELECT i, i, i, 1 FROM generate_series(1, 60000) i;
    CREATE INDEX ${quoted(name('_a'))} ON ${W} (a);
    ALTER TABLE ${W} ADD CONSTRAINT apart EXCLUDE USING btree (id WITH =);
    CREATE INDEX used ON ${W} (b); CREATE UNIQUE INDEX rule ON ${W} (a, b); CREATE INDEX for_key ON ${W} (c, a);
    CREATE INDEX small ON users (username);
    CREATE INDEX never_finished ON ${W} (b, c); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'never_finished'::regclass`);
  psql(database, 'SELECT pg_stat_reset()');
  psql(database, `SET enable_seqscan = off; SELECT * FROM ${W} WHERE b = 7`);
  assert.equal(check(database, 'unused-index').state, 'ok'); // for less than a week: no reason to worry
  const result = check(database, 'unused-index', { limit: 0 });
  assert.equal(result.state, 'warning');
  assert.deepEqual(cures(result), [`DROP INDEX CONCURRENTLY public.${quoted(name('_a'))};`]);
  assert.ok(result.changesSchema);
  // Counting begins anew with a push: what it made may not have been asked for yet.
  psql(database, "UPDATE db_operations SET finished_at = finished_at + interval '2 days'");
  assert.deepEqual(check(database, 'unused-index', { limit: 0 }).findings.map((f) => [f.state, f.value]), [['ok', -2]]);
  psql(database, "UPDATE db_operations SET finished_at = finished_at - interval '2 days'");
  cure(database, result);
  assert.deepEqual(check(database, 'unused-index', { limit: 0 }).findings, []);
});

// -- foreign keys --------------------------------------------------------------------------------

// [foreign keys of t, indexes on it, those that lack one]
const keys = [
  ['none', 'FOREIGN KEY (a) REFERENCES p', [], ['a']],
  ['plain', 'FOREIGN KEY (a) REFERENCES p', ['t (a)'], []],
  ['first of several', 'FOREIGN KEY (a) REFERENCES p', ['t (a, b)'], []],
  ['not first', 'FOREIGN KEY (a) REFERENCES p', ['t (b, a)'], ['a']],
  ['hash', 'FOREIGN KEY (a) REFERENCES p', ['t USING hash (a)'], []],
  ['one that finds ranges only', 'FOREIGN KEY (a) REFERENCES p', ['t USING brin (a)'], ['a']],
  ['of a part', 'FOREIGN KEY (a) REFERENCES p', ['t (a) WHERE b > 0'], ['a']],
  ['of what refers', 'FOREIGN KEY (a) REFERENCES p', ['t (a) WHERE a IS NOT NULL'], []],
  ['two columns', 'FOREIGN KEY (a, b) REFERENCES q', ['t (a)'], ['a, b']],
  ['two columns, other order', 'FOREIGN KEY (a, b) REFERENCES q', ['t (b, a, c)'], []],
  ['carried only', 'FOREIGN KEY (a, b) REFERENCES q', ['t (a) INCLUDE (b)'], ['a, b']],
];

test('foreign keys without an index', (t) => {
  const database = fresh(t, schemas(keys, ([, key, indexes]) =>
    `CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE q (a int, b int, PRIMARY KEY (a, b));
      CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, CONSTRAINT k ${key});
      ${indexes.map((i) => `CREATE INDEX ON ${i};`).join('\n')}`));
  const result = check(database, 'unindexed-foreign-key');
  keys.forEach(([what, , , lacking], i) => assert.deepEqual(
    cures(result).filter((c) => c.includes(` c${i}.t `)),
    lacking.map((c) => `CREATE INDEX CONCURRENTLY ON c${i}.t (${c});`), what));
  assert.equal(result.state, 'warning');
  cure(database, result);
  assert.equal(check(database, 'unindexed-foreign-key').state, 'ok');
});

test('a large table makes it critical, and names may be anything', (t) => {
  const column = quoted(name('_c'));
  const database = fresh(t, `CREATE TABLE ${W} (id int PRIMARY KEY, ${column} int REFERENCES users);
    INSERT INTO ${W} SELECT i FROM generate_series(1, 2000) i; ANALYZE`);
  const result = check(database, 'unindexed-foreign-key', { limit: '0,2000' });
  assert.equal(result.state, 'critical');
  assert.equal(result.findings[0].value, 2000);
  assert.deepEqual(cures(result), [`CREATE INDEX CONCURRENTLY ON public.${W} (${column});`]);
  cure(database, result);
  assert.equal(check(database, 'unindexed-foreign-key').state, 'ok');
});

// -- tables that are read whole ------------------------------------------------------------------

const scan = (table, times, where = '') =>
  `DO $$ BEGIN FOR i IN 1..${times} LOOP PERFORM count(*) FROM ${table} ${where}; END LOOP; END $$`;

test('a table without any index is never well', (t) => {
  const database = fresh(t, `CREATE TABLE ${W} (a int); CREATE TABLE "Nothing" (id int NOT NULL)`);
  const quiet = check(database, 'no-index');
  assert.equal(quiet.state, 'warning');
  assert.equal(check(database, 'no-index', { limit: 1000 }).state, 'warning');
  assert.deepEqual(objects(quiet), ['public."Nothing"', `public.${W}`].sort());
  psql(database, `INSERT INTO ${W} SELECT i FROM generate_series(1, 1000) i; SELECT 1`);
  psql(database, scan(W, 1100));
  const busy = check(database, 'no-index');
  assert.equal(busy.state, 'critical');
  assert.deepEqual(busy.findings.map((f) => [f.object, f.state]),
    [[`public.${W}`, 'critical'], ['public."Nothing"', 'warning']]);
  assert.equal(busy.findings[0].figures.scans, 1100);
  cure(database, busy);
  assert.equal(check(database, 'no-index').state, 'ok');
});

test('a large table that is read whole', (t) => {
  const database = fresh(t, `CREATE TABLE ${W} (id int PRIMARY KEY, a int);
    INSERT INTO ${W} SELECT i, i FROM generate_series(1, 10000) i;
    CREATE TABLE small AS SELECT * FROM ${W} WHERE id < 10000; ALTER TABLE small ADD PRIMARY KEY (id)`);
  psql(database, 'SELECT pg_stat_reset()');
  psql(database, `ANALYZE ${W}; ANALYZE small`);
  psql(database, scan('small', 200, 'WHERE a = 1'));
  psql(database, scan(W, 99, 'WHERE a = 1'));
  assert.equal(check(database, 'sequential-reads').state, 'ok'); // now and then is no fault
  psql(database, scan(W, 1, 'WHERE a = 1'));
  const result = check(database, 'sequential-reads');
  assert.equal(result.state, 'critical');
  assert.deepEqual(result.findings.map((f) => [f.object, f.value]), [[`public.${W}`, 100]]);
  psql(database, `SET enable_seqscan = off; SET enable_bitmapscan = off; ${scan(W, 900, 'WHERE id = 1')}`);
  assert.deepEqual(check(database, 'sequential-reads').findings.map((f) => [f.state, f.value]), [['warning', 10]]);
  psql(database, `SET enable_seqscan = off; SET enable_bitmapscan = off; ${scan(W, 1500, 'WHERE id = 1')}`);
  assert.equal(check(database, 'sequential-reads').state, 'ok');
});

test('rows that VACUUM has not removed', (t) => {
  const database = fresh(t, `CREATE TABLE ${W} (id int PRIMARY KEY) WITH (autovacuum_enabled = off);
    INSERT INTO ${W} SELECT generate_series(1, 10000)`);
  psql(database, `DELETE FROM ${W} WHERE id % 5 < 2`);
  const result = check(database, 'dead-rows');
  assert.deepEqual(result.findings.map((f) => [f.object, f.state, f.value]), [[`public.${W}`, 'warning', 40]]);
  cure(database, result);
  assert.equal(check(database, 'dead-rows').state, 'ok');
  assert.equal(psql(database, `SELECT vacuum_count FROM pg_stat_user_tables WHERE relname LIKE 'we"ird%'`), '1');
});

test('the distance to wraparound', (t) => {
  const database = fresh(t);
  const age = () => Number(psql(database, 'SELECT age(datfrozenxid) FROM pg_database WHERE datname = current_database()'));
  psql(database, 'CREATE TABLE t (id int PRIMARY KEY); DROP TABLE t');
  const least = age();
  const result = check(database, 'wraparound', { limit: 0 });
  const found = result.findings[0].figures.age;
  assert.ok(least > 0 && found >= least && found <= age(), `${found}, from ${least} on`);
  assert.equal(result.state, 'warning');
  assert.match(result.findings[0].cure, /^VACUUM \(FREEZE, ANALYZE\) /);
  cure(database, result);
  assert.equal(check(database, 'wraparound').state, 'ok');
});

// -- for people ----------------------------------------------------------------------------------

test('no name gets through to the terminal, and the command that is shown still works', (t) => {
  const database = fresh(t, `CREATE TABLE ${W} (id int PRIMARY KEY, a int, b int);
    CREATE INDEX ${quoted(name('_1'))} ON ${W} (a); CREATE INDEX ${quoted(name('_2'))} ON ${W} (a)`);
  const r = diagnose(database, ['--check', 'duplicate-index', '--check', 'size']);
  assert.equal(r.status, 7);
  assert.doesNotMatch(r.stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  const command = r.stdout.split('\n').find((line) => line.includes('DROP INDEX')).trim();
  assert.match(command, /^DROP INDEX CONCURRENTLY public\.U&"we""ird table\\000A\\001B\[31m\\202E; .* \\\\ \$x\$ .*_2";$/);
  psql(database, command);
  assert.equal(check(database, 'duplicate-index').state, 'ok');
  assert.match(r.stdout, /Change sql\/schema\.sql likewise and push/);
});

test('a check that cannot be made says why and touches no other', async (t) => {
  const database = fresh(t);
  const holder = new Session(t, database);
  await holder.run('BEGIN; LOCK TABLE tokens');
  const r = diagnose(database, ['--format=json', '--check', 'size', '--check', 'wraparound']);
  const [size, wraparound] = JSON.parse(r.stdout).checks;
  assert.equal(r.status, 7);
  assert.equal(size.state, 'unknown');
  assert.match(size.error, /lock timeout/);
  assert.equal(wraparound.state, 'ok');
  assert.match(diagnose(database, ['--check', 'size']).stdout, /unknown +size: .*\n +could not be looked at: .*lock timeout/);
});

test('what is wrong with the command', (t) => {
  const url = { SITA_OWNER_URL: `dbname=${template}` };
  const bad = [
    [['--check', 'nothing'], /--check nothing: there is no such check/],
    [['--skip', 'nothing'], /--skip nothing: there is no such check/],
    [['--limit', 'size'], /--limit size: it is NAME=WARNING or/],
    [['--limit', 'size=x'], /it is NAME=WARNING/],
    [['--limit', 'size=-1'], /it is NAME=WARNING/],
    [['--limit', 'size=1,'], /it is NAME=WARNING/],
    [['--limit', 'nothing=1'], /there is no such check/],
    [['--format', 'xml'], /--format is text or json, not "xml"/],
    [['--cancel', '1', '--terminate', '1'], /does not go with/],
    [['--cancel', '1; DROP'], /takes the number of a process/],
    [['--cancel', ''], /takes the number of a process/],
    [['more'], /is not an option here/],
  ];
  for (const [args, says] of bad) {
    const r = db(['diagnose', ...args], url);
    assert.equal(r.status, 2, args.join(' '));
    assert.match(r.stderr, says);
    assert.equal(r.stdout, '');
  }
  assert.equal(db(['diagnose'], { SITA_OWNER_URL: 'host=/nonexistent' }).status, 6);
  assert.equal(db(['diagnose']).status, 2);
});

test('the help names every check, and the monitor has a setting of its own', (t) => {
  const database = fresh(t);
  const help = db(['diagnose', '--help']).stdout;
  const r = db(['diagnose', '--format=json'], { SITA_MONITOR_URL: `dbname=${database} user=sita_monitor`,
    SITA_OWNER_URL: 'host=/nonexistent' });
  const report = JSON.parse(r.stdout);
  assert.equal(report.of.role, 'sita_monitor');
  assert.ok(report.checks.length >= 19);
  for (const { check: one } of report.checks) assert.match(help, new RegExp(`[ ,\\n]${one}[,.]`));
  assert.match(help, /Examples:/);
});
