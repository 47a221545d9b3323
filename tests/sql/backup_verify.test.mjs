// ctest: timeout=900
// `sitaminter db verify` and `db restore`: what is not as it was is found, whatever it is; what is there
// is not overwritten.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { DONE, FAILED, LOCKED, REFUSED, UNREACHABLE, USAGE, newSite, standIns, start, take, until } from './backup_lib.mjs';
import { db, environment, errorOf, program, psql } from './lib.mjs';

let site, good;

before(() => {
  site = newSite('tryout');
  // Beside the program's tables: a check that reads differently after a restore, a hostile name, values
  // that this database writes in a way of its own, an extension that only a superuser may make.
  site.sql(`ALTER DATABASE ${site.database} SET bytea_output = 'escape';
    ALTER DATABASE ${site.database} SET intervalstyle = 'iso_8601';
    ALTER DATABASE ${site.database} SET extra_float_digits = -9;
    CREATE SCHEMA extensions; CREATE EXTENSION pg_stat_statements SCHEMA extensions;
    CREATE EXTENSION citext SCHEMA extensions;
    INSERT INTO users (wallet_address) SELECT 'ckt1' || md5(i::text) FROM generate_series(1, 2000) i;
    INSERT INTO tokens (name, symbol, supply, creator_id, network_id)
    SELECT E'n\\t\\n\\\\' || i, '漢', '1', i, 'mainnet' FROM generate_series(1, 1000) i;
    SET ROLE sita_owner;
    CREATE TABLE kinds (t varchar(10) CHECK (t IN ('a', 'b', 'c')), f float8, b bytea, i interval DEFAULT '1 day', j jsonb, "When" timestamptz DEFAULT now());
    INSERT INTO kinds (t, f, b, j) SELECT 'a', 1.1 / i, '\\x00ff', '{"a": [1, null]}' FROM generate_series(1, 100) i;
    ALTER TABLE kinds ADD gone int; ALTER TABLE kinds DROP gone;
    CREATE TABLE "we""ird %s \\ 'x; --" ("t" int, "%I" int GENERATED ALWAYS AS IDENTITY);
    INSERT INTO "we""ird %s \\ 'x; --" (t) VALUES (1), (NULL);
    CREATE SEQUENCE down INCREMENT BY -5; SELECT nextval('down');
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO sita_backup;
    GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO sita_backup`);
  good = take(site);
});
after(() => site.end());

const scratches = () => site.databases().filter((name) => /_(verify|restore)_[0-9a-f]{12}$/.test(name));
const lastOperation = () => JSON.parse(site.sql(
  "SELECT row_to_json(o) FROM db_operations o WHERE operation = 'verify' ORDER BY id DESC LIMIT 1"));
const path = (manifest) => join(site.backups, manifest.archive);

test('a good backup is verified, noted, and its scratch database dropped', () => {
  const r = site.db(['verify', good.archive, '--format=json']);
  assert.equal(r.status, DONE, r.stderr);
  const [told, pruned] = r.stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.equal(told.outcome, 'verified');
  assert.deepEqual(told.manifest, good);
  assert.deepEqual(pruned, { outcome: 'pruned', backups: [] });
  assert.ok(good.tables.some((t) => t.name.includes('we""ird') && t.rows === 2));
  assert.ok(existsSync(path(good).replace('.dump', '.verified')));
  const noted = lastOperation();
  assert.deepEqual([noted.outcome, noted.who, noted.details.sha256], ['verified', 'sita_verify', good.sha256]);
  assert.deepEqual(scratches(), []);
});

test('the newest one, if none is named', () => {
  const m = take(site);
  const r = site.db(['verify']);
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stdout, new RegExp(`^${m.archive}: verified, [\\d.]+ kB, 9 tables, 3\\d+ rows`));
});

// What a backup must survive only whole: [change of the copy, what is said].
const damages = {
  'cut off in the middle': [(file) => writeFileSync(file, readFileSync(file).subarray(0, 30000)), / has 30000 bytes; it was made with /],
  'a byte less': [(file) => writeFileSync(file, readFileSync(file).subarray(0, -1)), / bytes; it was made with /],
  'a byte more': [(file) => appendFileSync(file, 'x'), / bytes; it was made with /],
  'a bit flipped': [(file) => { const b = readFileSync(file); b[20000] ^= 4; writeFileSync(file, b); }, / was changed: its SHA-256 /],
  'no manifest': [(file) => rmSync(file.replace('.dump', '.json')), /There is no .*\.json\. Without its manifest /],
  'the manifest of another backup': [(file) => copyFileSync(path(take(site)).replace('.dump', '.json'), file.replace('.dump', '.json')), /\.json is the manifest of backup-/],
  'a manifest that promises more rows': [(file) => { const j = file.replace('.dump', '.json'); writeFileSync(j, readFileSync(j, 'utf8').replace('"rows":2000', '"rows":2001')); }, /\.json was changed, cut off, or made with another key/],
  'another name': [(file) => { for (const e of ['dump', 'json']) renameSync(file.replace('dump', e), file.replace(/-[0-9a-f]{8}\.dump/, `-00000000.${e}`)); }, /There is no /],
};

test('what is damaged is refused before anything is restored', () => {
  const elsewhere = join(site.folder, 'elsewhere');
  for (const [what, [damage, says]] of Object.entries(damages)) {
    mkdirSync(elsewhere);
    for (const file of [good.archive, good.archive.replace('.dump', '.json')]) copyFileSync(join(site.backups, file), join(elsewhere, file));
    const copy = join(elsewhere, good.archive);
    damage(copy);
    const failures = "SELECT count(*) FROM db_operations WHERE operation = 'verify' AND outcome = 'failed'";
    const before = +site.sql(failures);
    for (const args of [['verify', copy], ['restore', copy, '--into', `${site.database}_x`]]) {
      const r = site.db(args, { SITA_PG_TOOLS: '/no/such' });
      assert.equal(r.status, FAILED, `${what}: ${r.stderr}`);
      assert.match(r.stderr, says, what);
    }
    rmSync(elsewhere, { recursive: true });
    assert.equal(+site.sql(failures), before + 1, what);
    const { archive, error } = lastOperation().details;
    assert.match(error, says, what);
    assert.equal(archive, good.archive);
  }
  const foreign = join(site.folder, 'foreign.dump');
  writeFileSync(foreign, 'PGDMP');
  assert.match(site.db(['verify', foreign]).stderr, /foreign\.dump is not named as the backups that are made here are/);
  assert.match(site.db(['verify', good.archive], { SITA_KEY: good.sha256 }).stderr, /made with another key/);
  const unreachable = site.db(['verify', foreign], { SITA_VERIFY_URL: 'host=/no/such' });
  assert.equal(unreachable.status, FAILED, 'what is wrong with the file is said all the same');
  assert.match(unreachable.stderr, /^It could not be noted in db_operations: .*\/no\/such.*\n.*foreign\.dump is not named as/s);
  assert.deepEqual(site.databases(), [site.database]);
});

// A pg_dump that leaves out the end, and says that all is well: its manifest fits the file.
test('an archive that was cut off before it was sealed does not restore', () => {
  const size = good.bytes;
  const cuts = [5, 2000, Math.floor(size / 4), Math.floor(size / 2), size - 9000, size - 300, size - 5, size - 1];
  for (const bytes of cuts) {
    const m = take(site, standIns(site, { pg_dump: `set -o pipefail; "$REAL/pg_dump" "$@" | { head -c ${bytes}; cat >/dev/null; }` }));
    assert.equal(m.bytes, bytes);
    const r = site.db(['verify', m.archive]);
    assert.equal(r.status, FAILED, `${bytes} of ${size} bytes: ${r.stdout}`);
    assert.match(r.stderr, /pg_restore (ended|was ended)|The (table|sequence|rows|schema)|There are|has \d+ rows/, `${bytes}`);
    assert.equal(lastOperation().outcome, 'failed');
    for (const e of ['.dump', '.json']) rmSync(path(m).replace('.dump', e));
  }
  assert.deepEqual(scratches(), []);
});

// What pg_restore may get wrong without saying so.
const wrongs = {
  'DELETE FROM tokens WHERE id = 7': /public\.tokens has 999 rows, not 1000\./,
  "UPDATE tokens SET name = name || ' ' WHERE id = 7": /The rows of public\.tokens are not those that were backed up\./,
  'UPDATE kinds SET f = f + 3e-16 WHERE f > 1': /The rows of public\.kinds are not/,
  "SELECT setval('users_id_seq', 1)": /The sequence public\.users_id_seq stands at 2, not at 2001 to 2001\./,
  'DROP TABLE kinds': /The table public\.kinds is missing\. There are \d+ constraints, not \d+\. The schema is not/,
  'CREATE TABLE more ()': /There are tables or sequences that were not backed up\. The schema/,
  'ALTER TABLE tokens DROP CONSTRAINT tokens_creator_id_users_id_fk': /There are \d+ constraints, not \d+\./,
  'ALTER TABLE tokens DROP CONSTRAINT tokens_decimals_check, ADD CONSTRAINT tokens_decimals_check CHECK (decimals BETWEEN 0 AND 256)': /^The schema is not the one that was backed up\.$/m,
  'DROP INDEX tokens_state_id': /^The schema is not the one that was backed up\.$/m,
  "DROP VIEW operation_notes": /^The schema is not the one that was backed up\.$/m,
};

test('a restore that is not what was backed up is found', () => {
  for (const [sql, says] of Object.entries(wrongs)) {
    const tools = standIns(site, { pg_restore: `"$REAL/pg_restore" "$@" && psql -qX -o /dev/null -c "${sql}"` });
    const r = site.db(['verify', good.archive], tools);
    assert.equal(r.status, FAILED, `${sql}: ${r.stdout}`);
    assert.match(r.stderr, says, sql);
    assert.match(lastOperation().details.error, says, sql);
  }
  assert.deepEqual(scratches(), []);
});

test('pg_restore fails, is killed, is missing', () => {
  for (const [script, says] of [['"$REAL/pg_restore" "$@"; exit 9', /ended with status 9\./], ['kill -KILL $$', /signal 9/]]) {
    const r = site.db(['verify', good.archive], standIns(site, { pg_restore: script }));
    assert.equal(r.status, FAILED);
    assert.match(r.stderr, says);
  }
  assert.match(site.db(['verify', good.archive], { SITA_PG_TOOLS: '/no/such' }).stderr, /\/no\/such\/pg_restore cannot be started/);
  assert.equal(site.db(['verify', good.archive], { SITA_VERIFY_URL: 'host=/no/such' }).status, UNREACHABLE);
  assert.equal(site.db(['verify', good.archive], { SITA_VERIFY_URL: '' }).status, USAGE);
  assert.match(site.db(['verify', good.archive], { SITA_VERIFY_URL: site.env.SITA_BACKUP_URL }).stderr, /permission denied to create database|read-only/);
  assert.deepEqual(scratches(), []);
});

test('what a killed trial leaves is cleared up by the next; what is not ours stays', async (t) => {
  const theirs = [`${site.database}_verify_0123456789ab`, `${site.database}_verify_x123456789ab`];
  psql('postgres', theirs.map((name, i) => `CREATE DATABASE ${name} OWNER ${i ? 'sita_verify' : 'sita_owner'};`).join(' '));
  const { child, ended } = start(site, ['verify', good.archive], standIns(site, { pg_restore: 'while printf x; do sleep 0.05; done' }));
  t.after(() => child.kill('SIGKILL'));
  await until(() => scratches().length === 2, 'a scratch database');
  const second = site.db(['verify', good.archive]);
  assert.equal(second.status, LOCKED, second.stderr);
  assert.match(second.stderr, /Another rehearsal or trial of a backup of this database is under way/);
  child.kill('SIGKILL');
  await ended;
  assert.equal(scratches().length, 2);
  await until(() => psql('postgres', "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1399411810") === '0', 'the lock ends');
  assert.equal(site.db(['verify', good.archive]).status, DONE);
  assert.deepEqual(site.databases().filter((name) => name.includes('_verify_')), theirs);
  psql('postgres', theirs.map((name) => `DROP DATABASE ${name};`).join(' '));
});

// Autovacuum comes to where many rows were written, and a role that is no superuser may not end it by FORCE.
const vacuumed = `"$REAL/pg_restore" "$@" && psql -qX -o /dev/null -c "ALTER TABLE tokens SET (autovacuum_vacuum_cost_delay = 100,
    autovacuum_vacuum_cost_limit = 1, autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0)" -c "UPDATE tokens SET id = id" -c "UPDATE tokens SET id = id"
  for i in {1..600}; do
    [ "$(psql -qXAt -c "SELECT count(*) FROM pg_locks WHERE relation = 'tokens'::regclass AND mode = 'ShareUpdateExclusiveLock'")" = 0 ] || exit 0
    sleep 0.1
  done; echo no autovacuum >&2; exit 1`;

test('a scratch database goes though autovacuum is at work in it', (t) => {
  t.after(() => psql('postgres', 'ALTER SYSTEM RESET autovacuum_naptime; SELECT pg_reload_conf()'));
  psql('postgres', "ALTER SYSTEM SET autovacuum_naptime = '1s'; SELECT pg_reload_conf()");
  const r = site.db(['verify', good.archive], standIns(site, { pg_restore: vacuumed }));
  assert.equal(r.status, FAILED);
  assert.equal(r.stderr, 'The schema is not the one that was backed up.\n');
  assert.deepEqual(scratches(), []);
});

// A lock that somebody has for a moment makes the comparison wait.
const slow = `sleep 0.5; "$REAL/pg_restore" "$@"; sleep 0.5
  psql -qX -c "BEGIN; LOCK tokens; SELECT pg_sleep(1)" >/dev/null 2>&1 &
  until [ "$(psql -qXAt -c "SELECT count(*) FROM pg_locks WHERE relation = 'tokens'::regclass AND granted AND mode LIKE 'AccessEx%'")" = 1 ]; do sleep 0.05; done`;

test('on a terminal a trial tells how far it is, elsewhere not', () => {
  const tools = standIns(site, { pg_restore: slow });
  const shown = spawnSync('script', ['--quiet', '--return', '--command', `${program} db verify ${good.archive}`, '/dev/null'],
    { env: { ...environment, ...site.env, ...tools }, encoding: 'utf8' });
  assert.equal(shown.status, DONE, shown.stdout);
  assert.match(shown.stdout, /^\rrestoring, 0\.0 of 0\.1 MB, 0:0\d \x1b\[K.*\rmaking indexes and keys, 0:0\d \x1b\[K.*\rcomparing, 0:0\d \x1b\[K.*\r\x1b\[Kbackup-\S+: verified, /s);
  const told = site.db(['verify', good.archive], tools);
  assert.equal(told.status, DONE);
  assert.equal(told.stderr, '');
});

// -- restore -----------------------------------------------------------------------------------------

const extensions = (database) => psql(database, "SELECT string_agg(extname, ' ' ORDER BY extname COLLATE \"C\") FROM pg_extension");
const owners = (database) => psql(database, `SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`);

test('a new database, with roles and rights', (t) => {
  const name = `${site.database}_new`;
  const told = JSON.parse(site.db(['restore', good.archive, '--into', `${name}_json`, '--format=json']).stdout);
  assert.equal(told.outcome, `restored into ${name}_json`);
  assert.ok(told.seconds > 0 && told.seconds < 600);
  assert.deepEqual(told.manifest, good);
  assert.equal(psql(`${name}_json`, 'SELECT count(*) FROM tokens'), '1000');
  psql('postgres', `DROP DATABASE ${name}_json`);
  const r = site.db(['restore', good.archive, '--into', name]);
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stdout, new RegExp(`^${good.archive}: restored into ${name}, `));
  assert.equal(owners(name), 'sita_owner');
  assert.equal(psql(name, 'SELECT count(*) FROM tokens', { user: 'sita_reader' }), '1000');
  assert.match(errorOf(name, "INSERT INTO users (wallet_address) VALUES ('x')", { user: 'sita_backup', options: '-c default_transaction_read_only=off' }), /permission denied/);
  assert.match(errorOf(name, 'CREATE TEMP TABLE x ()', { user: 'sita_app' }), /permission denied/);
  assert.equal(psql(name, "SELECT operation, outcome, who, details->>'archive' FROM db_operations ORDER BY id DESC LIMIT 1"), `restore|restored|postgres|${good.archive}`);
  assert.equal(psql(name, "SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'tokens'"), 't');
  assert.equal(extensions(name), extensions(site.database));
  const before = psql(name, 'SELECT oid FROM pg_database WHERE datname = current_database()');
  for (const more of [[], ['--replace', site.database]]) {
    const again = site.db(['restore', good.archive, '--into', name, ...more]);
    assert.equal(again.status, REFUSED, again.stderr);
    assert.match(again.stderr, /is there and not empty; to put this backup in its place, add --replace=/);
  }
  assert.equal(psql(name, 'SELECT oid FROM pg_database WHERE datname = current_database()'), before);
  assert.deepEqual(scratches(), []);
  psql('postgres', `DROP DATABASE ${name}`);
});

test('rights are those of the backup, whatever this program would give', () => {
  const own = newSite('rights'), role = `test_gone_${process.pid}`, name = `${own.database}_new`;
  try {
    psql('postgres', `CREATE ROLE ${role}`);
    own.sql(`DROP VIEW public_settings; GRANT DELETE ON users TO sita_desk; REVOKE INSERT ON tokens FROM sita_app; GRANT SELECT ON tokens TO ${role}`);
    const { archive } = take(own);
    own.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    const r = own.db(['restore', archive, '--into', name]);
    assert.equal(r.status, DONE, r.stderr);
    assert.equal(r.stderr, `Rights that could not be given:\nGRANT SELECT ON TABLE public.tokens TO ${role}; -- role "${role}" does not exist\n`);
    const may = (user, what) => psql(name, `SELECT has_table_privilege('${user}', ${what})`);
    assert.deepEqual([may('sita_desk', "'users', 'DELETE'"), may('sita_app', "'tokens', 'INSERT'"), may('sita_reader', "'tokens', 'SELECT'")], ['t', 'f', 't']);
  } finally {
    own.end();
    psql('postgres', `DROP ROLE IF EXISTS ${role}`);
  }
});

test('a server that ends idle sessions ends no trial and no restore', (t) => {
  t.after(() => site.sql('ALTER ROLE sita_verify RESET idle_session_timeout; ALTER ROLE postgres RESET idle_session_timeout'));
  site.sql("ALTER ROLE sita_verify SET idle_session_timeout = '300ms'; ALTER ROLE postgres SET idle_session_timeout = '300ms'");
  const tools = standIns(site, { pg_restore: 'sleep 1; exec "$REAL/pg_restore" "$@"' });
  const name = `${site.database}_idle`;
  const verified = site.db(['verify', good.archive], tools);
  assert.deepEqual([verified.status, verified.stderr], [DONE, '']);
  const restored = site.db(['restore', good.archive, '--into', name], tools);
  assert.deepEqual([restored.status, restored.stderr], [DONE, '']);
  assert.deepEqual(scratches(), []);
  psql('postgres', `DROP DATABASE ${name}`);
});

test('a trial that cannot be recorded fails, and what a killed mark left is in nobody\'s way', (t) => {
  const mark = path(good).replace('.dump', '.verified');
  writeFileSync(join(site.backups, `.${good.archive.replace('.dump', '.verified')}.part`), 'x');
  assert.equal(site.db(['verify', good.archive]).stderr, '');
  assert.ok(existsSync(mark));
  t.after(() => site.sql('GRANT INSERT ON operation_notes TO sita_verify'));
  site.sql('REVOKE INSERT ON operation_notes FROM sita_verify');
  const r = site.db(['verify', good.archive]);
  assert.equal(r.status, FAILED);
  assert.match(r.stderr, /^It could not be noted in db_operations: permission denied for view operation_notes[^]*is good, but that is not recorded\.$/m);
});

test('who is no superuser restores it without what only a superuser may make', () => {
  const name = `${site.database}_plain`, role = `test_plain_${process.pid}`;
  psql('postgres', `CREATE ROLE ${role} LOGIN CREATEROLE CREATEDB IN ROLE sita_owner`);
  const r = site.db(['restore', good.archive, '--into', name, '--url', `dbname=postgres user=${role}`]);
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stderr, /^Extensions that only a superuser may make were left out: pg_restore .*permission denied to create extension "pg_stat_statements"/m);
  assert.equal(extensions(name), extensions(site.database).replace('pg_stat_statements ', ''));
  psql('postgres', `DROP DATABASE ${name}`);
  psql('postgres', `DROP ROLE ${role}`);
});

test('one restore at a time; a killed one changes nothing', async (t) => {
  const name = `${site.database}_one`, go = join(site.folder, 'go');
  const waits = standIns(site, { pg_restore: `while ! [ -e ${go} ]; do printf x; sleep 0.02; done; exec "$REAL/pg_restore" "$@"` });
  const first = start(site, ['restore', good.archive, '--into', name], waits);
  t.after(() => first.child.kill('SIGKILL'));
  await until(() => scratches().length === 1, 'the first is at work');
  const second = site.db(['restore', good.archive, '--into', `${name}_more`]);
  assert.equal(second.status, LOCKED, second.stderr);
  assert.match(second.stderr, /^Another restore on this server is under way; try again later\.$/m);
  first.child.kill('SIGKILL');
  await first.ended;
  await until(() => psql('postgres', "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1399411809") === '0', 'the lock ends');
  assert.ok(!site.databases().includes(name));
  assert.equal(scratches().length, 1, 'what it had begun');
  const third = site.db(['restore', good.archive, '--into', name]);
  assert.equal(third.status, DONE, third.stderr);
  assert.deepEqual(scratches(), []);
  psql('postgres', `DROP DATABASE ${name}`);
});

test('a database that a killed restore has closed is opened by the next', () => {
  const name = `${site.database}_closed`;
  psql('postgres', `CREATE DATABASE ${name} ALLOW_CONNECTIONS false`);
  const refused = site.db(['restore', good.archive, '--into', name]);
  assert.equal(refused.status, REFUSED, refused.stderr);
  const r = site.db(['restore', good.archive, '--into', name, '--replace', name]);
  assert.equal(r.status, DONE, r.stderr);
  const [, aside] = /is now called (\S+)\./.exec(r.stderr);
  for (const one of [name, aside]) {
    assert.equal(psql(one, 'SELECT 1'), '1');
    psql('postgres', `DROP DATABASE ${one}`);
  }
});

test('an empty database may be filled, one with anything in it not', () => {
  const name = `${site.database}_made`;
  for (const [sql, status] of [['', DONE], ['CREATE TABLE x ()', REFUSED], ['CREATE FUNCTION x() RETURNS int LANGUAGE sql AS $$SELECT 1$$', REFUSED], ['CREATE SCHEMA s; CREATE SEQUENCE s.x', REFUSED]]) {
    psql('postgres', `CREATE DATABASE ${name}`);
    psql(name, sql);
    const r = site.db(['restore', good.archive, '--into', name]);
    assert.equal(r.status, status, `${sql}: ${r.stderr}`);
    psql('postgres', `DROP DATABASE ${name}`);
  }
});

test('a restore that fails leaves nothing and changes nothing', () => {
  const name = `${site.database}_fails`;
  const before = site.databases();
  const tools = standIns(site, { pg_restore: '"$REAL/pg_restore" "$@" && psql -qX -c "DELETE FROM tokens WHERE id = 1"' });
  for (const more of [[name], [site.database, '--replace', site.database]]) {
    const r = site.db(['restore', good.archive, '--into', ...more], tools);
    assert.equal(r.status, FAILED);
    assert.match(r.stderr, /public\.tokens has 999 rows, not 1000/);
  }
  assert.deepEqual(site.databases(), before);
  assert.equal(site.sql('SELECT count(*) FROM tokens'), '1000');
});

test('the live database is replaced only by name, and put aside, though somebody is in it', async () => {
  const refused = site.db(['restore', good.archive, '--into', site.database]);
  assert.equal(refused.status, REFUSED);
  assert.match(refused.stderr, /is the live one; to put this backup in its place, add --replace=/);
  site.sql("UPDATE tokens SET name = 'spoilt'");
  const r = site.db(['restore', path(good), '--into', site.database, '--replace', site.database]);
  assert.equal(r.status, DONE, r.stderr);
  const [, aside] = /The database that was there is now called (\S+)\./.exec(r.stderr);
  assert.match(aside, /^test_tryout_\d+_before_\d{8}t\d{6}z$/);
  assert.equal(site.sql("SELECT count(*) FROM tokens WHERE name = 'spoilt'"), '0');
  assert.equal(psql(aside, "SELECT count(*) FROM tokens WHERE name = 'spoilt'"), '1000');
  assert.equal(site.db(['backup']).status, DONE);
  assert.equal(site.db(['verify']).status, DONE);
});

test('a lost database; wrong use', () => {
  const m = take(site);
  psql('postgres', `DROP DATABASE ${site.database} WITH (FORCE)`);
  const unnamed = site.db(['restore', m.archive, '--into', site.database]);
  assert.equal(unnamed.status, REFUSED, 'the live one, lost or not, is named');
  // Without SITA_DATABASE_URL: as user postgres on the owner's server.
  const r = site.db(['restore', m.archive, '--into', site.database, '--replace', site.database], { SITA_DATABASE_URL: '' });
  assert.equal(r.status, DONE, r.stderr);
  assert.equal(site.sql('SELECT count(*) FROM tokens', { user: 'sita_reader' }), '1000');
  for (const args of [['restore'], ['restore', m.archive], ['restore', '--into', 'x'], ['restore', m.archive, '--into', ''], ['restore', m.archive, 'x', '--into', 'y']])
    assert.equal(site.db(args).status, USAGE, args.join(' '));
  assert.equal(db(['restore', m.archive, '--into', 'x'], { SITA_KEY: site.env.SITA_KEY }).status, USAGE);
});
