// `sitaminter db`: push onto an empty, matching, differing, locked and absent database; setup; check.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import test from 'node:test';
import { db, environment, errorOf, newDatabase, planned, program, psql, read } from './lib.mjs';

const DONE = 0, FAILED = 1, USAGE = 2, DIFFERS = 3, REFUSED = 4, LOCKED = 5, UNREACHABLE = 6;

const url = (database) => `dbname=${database}`;
const push = (database, ...more) => db(['push', '--url', url(database), ...more]);
const check = (database) => db(['check', '--url', url(database)]);
const tables = (database) =>
  psql(database, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace");
const pushes = (database) => psql(database, 'SELECT count(*) FROM db_operations');

function schemaFile(t, change = (text) => text) {
  const folder = mkdtempSync(join(tmpdir(), 'test-schema-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'schema.sql');
  writeFileSync(path, change(read('sql/schema.sql')));
  return path;
}

test('an empty database gets nothing from a file with what no push covers', (t) => {
  const database = newDatabase(t, 'uncovered');
  const r = push(database, '--schema', schemaFile(t, (text) => `${text}\nCREATE TYPE mood AS ENUM ('calm');`));
  assert.equal(r.status, FAILED, r.stdout + r.stderr);
  assert.match(r.stdout, /type mood is only in the file/);
  assert.match(r.stderr, /nothing was changed/);
  assert.equal(tables(database), '0');
  assert.equal(psql(database, "SELECT count(*) FROM pg_type WHERE typname = 'mood'"), '0');
});

test('an empty database gets the schema, a second push does nothing', (t) => {
  const database = newDatabase(t, 'push');
  assert.equal(check(database).status, DIFFERS);
  let r = push(database);
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stdout, /Created the schema: \d+ objects/);
  assert.equal(pushes(database), '1');
  assert.match(psql(database, 'SELECT fingerprint, source_hash, outcome FROM db_operations'),
    /^[0-9a-f]{64}\|[0-9a-f]{64}\|applied$/);
  r = push(database);
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stdout, /nothing to do/);
  assert.equal(pushes(database), '1');
  r = check(database);
  assert.equal(r.status, DONE, r.stderr);
});

test('what a program asks for is a plan, where there is nothing to do, too', (t) => {
  const database = newDatabase(t, 'nothing');
  assert.ok(JSON.parse(push(database, '--format=json').stdout).steps.length > 50);
  for (const option of ['--dry-run', '--check', '--format=json']) {
    const r = push(database, option, '--format=json');
    assert.deepEqual([r.status, JSON.parse(r.stdout).steps], [DONE, []]);
    assert.match(r.stderr, /The database already has this schema; nothing to do\./);
    assert.match(push(database, option, '--format=sql').stdout, /^(-- .*\n)*$/);
  }
  const noted = push(database, '--schema', schemaFile(t, (text) => `${text}\n-- more\n`), '--format=json');
  assert.deepEqual([noted.status, JSON.parse(noted.stdout).steps], [DONE, []]);
});

test('a file that another system wrote: the order of bytes said first, lines that end in CR LF', (t) => {
  const database = newDatabase(t, 'foreign_lines');
  const file = schemaFile(t, (text) => `\uFEFF${text.replaceAll('\n', '\r\n')}`);
  assert.equal(push(database, '--schema', file).status, DONE);
  assert.equal(push(database, '--schema', file, '--check').status, DONE);
});

test('a comment more changes nothing but the note of the file', (t) => {
  const database = newDatabase(t, 'comment');
  assert.equal(push(database).status, DONE);
  const file = schemaFile(t, (text) => `-- one comment more\n${text}`);
  const r = push(database, '--schema', file);
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stdout, /already has this schema/);
  assert.equal(pushes(database), '2');
  assert.match(push(database, '--schema', file).stdout, /nothing to do/);
  assert.equal(check(database).status, DONE, 'the program can do with it');
});

// What a later file changes: [its SQL, whether the program of before may still start].
const column = (what) => (text) => text.replace('    icon_hash        text, ', `    hue ${what},\n    icon_hash        text, `);
const later = [
  [column('text'), DONE],
  [column('integer NOT NULL DEFAULT 3'), DONE],
  [(text) => `${text}\nCREATE TABLE notes (id serial PRIMARY KEY, token integer REFERENCES tokens, text text CHECK (text <> ''));
    CREATE UNIQUE INDEX notes_text ON notes (text); CREATE INDEX tokens_icon ON tokens (icon_hash); CREATE VIEW shown AS SELECT id FROM tokens; COMMENT ON TABLE tokens IS 'said';`, DONE],
  [(text) => `${text.replace('CREATE INDEX tokens_state_id', 'CREATE INDEX tokens_states')}\n-- push: rename index tokens_state_id to tokens_states\n`, DONE],
  [column('text NOT NULL'), DIFFERS],
  [column("text CHECK (hue <> '')"), DIFFERS],
  [(text) => `${text}\nCREATE UNIQUE INDEX tokens_icon ON tokens (icon_hash);`, DIFFERS],
  [(text) => text.replace(/CREATE INDEX tokens_state_id [^;]*;/, ''), DIFFERS],
  [(text) => text.replace('    chain_time       timestamp', '    chain_time       varchar'), DIFFERS],
  [(text) => text.replace(/^ *chain_time +timestamp.*\n/m, ''), DIFFERS],
  [(text) => `${text.replace('    icon_hash        text, ', '    icon_digest      text, ').replaceAll('icon_hash ~', 'icon_digest ~')}\n-- push: rename column tokens.icon_hash to icon_digest\n`, DIFFERS],
];

test('a program starts on what a later file only adds to, and on nothing else', (t) => {
  const database = newDatabase(t, 'later');
  assert.equal(push(database).status, DONE);
  for (const [change, expected] of later) {
    const copy = newDatabase(t, 'later_copy', database);
    const file = schemaFile(t, change), plan = push(copy, '--schema', file, '--dry-run', '--format=json');
    assert.notEqual(plan.stdout, '', `${change}: ${plan.stderr}`);
    const { steps, fingerprint } = JSON.parse(plan.stdout);
    const r = push(copy, '--schema', file, `--plan=${fingerprint}`, ...steps.filter((s) => s.allow).map((s) => `--allow=${s.allow}`));
    assert.equal(r.status, DONE, r.stdout + r.stderr);
    assert.equal(check(copy).status, expected, `${change}`);
    assert.equal(push(copy, '--schema', file, '--check').status, DONE);
  }
});

test('additions upon additions; not what somebody else took away meanwhile', (t) => {
  const database = newDatabase(t, 'chain');
  const one = schemaFile(t, column('text')), two = schemaFile(t, (text) => column('text')(text) + '\nCREATE TABLE notes (id integer);');
  const hashes = () => psql(database, 'SELECT source_hash FROM db_operations ORDER BY id DESC LIMIT 1').split(' ');
  for (const file of [undefined, one, two]) {
    assert.equal(push(database, ...(file ? ['--schema', file] : [])).status, DONE);
    assert.equal(check(database).status, DONE);
  }
  assert.equal(new Set(hashes()).size, 3);
  assert.equal(push(database, '--schema', one, '--allow=drop-table:notes', ...planned(['push', '--url', url(database), '--schema', one])).status, DONE);
  assert.equal(hashes().length, 1);
  assert.equal(check(database).status, DIFFERS, 'what was taken away may be what it wanted');
  assert.equal(push(database, '--allow=drop-column:tokens.hue', ...planned(['push', '--url', url(database)])).status, DONE);
  assert.equal(push(database, '--schema', one).status, DONE);
  psql(database, 'ALTER TABLE tokens DROP COLUMN chain_time');
  assert.equal(check(database).status, DIFFERS);
  assert.equal(push(database, '--schema', schemaFile(t, (text) => column('text')(text).replace(/^ *chain_time +timestamp.*\n/m, ''))).status, DONE);
  assert.equal(check(database).status, DIFFERS);
});

// What must count as a difference: [in the database, the step that --check names].
const differences = [
  ['ALTER TABLE tokens DROP COLUMN chain_time', /add-column tokens\.chain_time/],
  ['ALTER TABLE tokens ALTER name DROP NOT NULL', /set-not-null tokens\.name/],
  ["ALTER TABLE tokens ALTER status SET DEFAULT 'new'", /set-default tokens\.status/],
  ['ALTER TABLE users DROP CONSTRAINT users_wallet_address_unique', /add-constraint users\.users_wallet_address_unique/],
  ['ALTER TABLE tokens RENAME CONSTRAINT tokens_decimals_check TO other', /add-constraint tokens\.tokens_decimals_check/],
  ['DROP INDEX tokens_state_id', /create-index tokens_state_id/],
  ['ALTER SEQUENCE tokens_id_seq INCREMENT 2', /alter-sequence tokens_id_seq/],
  ['CREATE OR REPLACE VIEW public_settings WITH (security_barrier) AS SELECT key, value, description, last_updated FROM settings', /create-view public_settings/],
  ['ALTER TABLE settings ENABLE ROW LEVEL SECURITY', /not covered: row security of table settings/],
];

test('each difference is named, and to check changes nothing', (t) => {
  const database = newDatabase(t, 'differs');
  assert.equal(push(database).status, DONE);
  assert.equal(push(database, '--check').status, DONE);
  for (const [sql, named] of differences) {
    const copy = newDatabase(t, 'differs_copy', database);
    psql(copy, sql);
    const r = push(copy, '--check');
    assert.equal(r.status, DIFFERS, `${sql}: ${r.stdout}${r.stderr}`);
    assert.match(r.stdout, named);
    assert.equal(pushes(copy), '1');
    assert.equal(psql(copy, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'sitaminter%'"), '0');
    assert.equal(check(copy).status, DIFFERS);
  }
});

test('an empty database is planned whole, in each format', (t) => {
  const database = newDatabase(t, 'formats');
  const text = push(database, '--dry-run');
  assert.equal(text.status, DONE, text.stderr);
  assert.match(text.stdout, /^Plan [0-9a-f]{64}: \d+ steps\n/);
  assert.equal(push(database, '--check').status, DIFFERS);
  const plan = JSON.parse(push(database, '--dry-run', '--format=json').stdout);
  assert.deepEqual(plan.uncovered, []);
  assert.equal(tables(database), '0');
  psql(database, push(database, '--dry-run', '--format', 'sql').stdout);
  assert.match(push(database, '--adopt').stdout, /already has this schema; noted it/);
});

// The holder's process number, once it has printed what follows its lock.
async function locked(holder) {
  let said = '';
  for await (const part of holder.stdout) {
    said += part;
    if (said.includes('\n1\n')) return said.split('\n')[0];
  }
  throw new Error(`the holder ended: ${said}`);
}

test('a lock that another holds: its holder is named, nothing changes; later it goes', async (t) => {
  const database = newDatabase(t, 'blocked');
  assert.equal(push(database).status, DONE);
  psql(database, 'DROP INDEX tokens_state_id');
  const holder = spawn('psql', ['-qAtd', database], { env: environment });
  t.after(() => holder.kill());
  holder.stdin.write('SELECT pg_backend_pid(); BEGIN; LOCK TABLE tokens IN ROW EXCLUSIVE MODE; SELECT 1;\n');
  const pid = await locked(holder);
  const r = push(database);
  assert.equal(r.status, LOCKED, r.stderr);
  assert.match(r.stderr, new RegExp(`held by process ${pid} .*on tokens since .*SELECT 1`));
  assert.match(r.stderr, /Nothing was changed/);
  assert.equal(psql(database, "SELECT to_regclass('tokens_state_id') IS NULL"), 't');
  holder.stdin.end('ROLLBACK;\n');
  await once(holder, 'exit');
  assert.equal(push(database).status, DONE);
});

test('a lock that is given up in time: it is tried again, later each time, and the push is done', async (t) => {
  const database = newDatabase(t, 'blocked_shortly');
  assert.equal(push(database).status, DONE);
  psql(database, 'DROP INDEX tokens_state_id');
  const holder = spawn('psql', ['-qAtd', database], { env: environment });
  t.after(() => holder.kill());
  holder.stdin.write('SELECT pg_backend_pid(); BEGIN; LOCK TABLE tokens IN ROW EXCLUSIVE MODE; SELECT 1;\n');
  await locked(holder);
  const child = spawn(program, ['db', 'push', '--url', `dbname=${database}`], { env: environment });
  const attempts = [];
  let said = '';
  child.stderr.on('data', (part) => {
    said += part;
    for (const [, n] of said.matchAll(/lock timeout.*attempt (\d) of 6\./g)) {
      if (Number(n) <= attempts.length) continue;
      attempts.push(performance.now());
      if (n === '3') holder.stdin.end('ROLLBACK;\n');
    }
  });
  const [status] = await once(child, 'close');
  assert.equal(status, DONE, said);
  assert.equal(attempts.length, 3, said);
  assert.ok(attempts[2] - attempts[1] > 1150, 'a second for the lock, and the pause before it');
});

test("the database's own time limits do not end a push", (t) => {
  const database = newDatabase(t, 'limits');
  assert.equal(push(database).status, DONE);
  psql(database, `DROP INDEX tokens_state_id; ALTER DATABASE ${database} SET statement_timeout = 1`);
  const r = push(database);
  assert.equal(r.status, DONE, r.stderr);
});

test('a lock that keeps it from reading what is there: the same', async (t) => {
  const database = newDatabase(t, 'unread');
  assert.equal(push(database).status, DONE);
  const holder = spawn('psql', ['-qAtd', database], { env: environment });
  t.after(() => holder.kill());
  holder.stdin.write('SELECT pg_backend_pid(); BEGIN; LOCK TABLE settings, public_settings IN ACCESS EXCLUSIVE MODE; SELECT 1;\n');
  const pid = await locked(holder);
  for (const more of [[], ['--dry-run', '--format=json']]) {
    const r = push(database, ...more);
    assert.equal(r.status, LOCKED, r.stderr);
    assert.match(r.stderr, new RegExp(`^Waiting for a lock\\n  held by process ${pid} .* on (settings|public_settings) since`));
    assert.match(r.stderr, /Nothing was changed/);
    assert.equal(r.stdout, '');
  }
  holder.stdin.end('ROLLBACK;\n');
  await once(holder, 'exit');
  assert.equal(push(database).status, DONE);
});

test('the order of columns and of creation makes no difference', (t) => {
  const database = newDatabase(t, 'order');
  psql(database, `
    CREATE TABLE db_operations (who text DEFAULT session_user, details jsonb, outcome text, finished_at timestamp,
      started_at timestamp NOT NULL DEFAULT now(), source_hash text, fingerprint text,
      operation text NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY,
      CONSTRAINT db_operations_pkey PRIMARY KEY (id));
  `);
  psql(database, 'CREATE SCHEMA trigrams; CREATE EXTENSION pg_trgm SCHEMA trigrams');
  psql(database, read('sql/schema.sql').replace(/CREATE TABLE db_operations.*?\n\);\n/s, ''));
  const { steps } = JSON.parse(push(database, '--dry-run', '--format=json').stdout);
  assert.deepEqual(steps.filter((s) => !/^(grant|revoke)$/.test(s.kind)), [], 'nothing but rights');
  // Nothing is lost, yet to take a database over is consent to one plan, as --allow is.
  const unbound = push(database, '--adopt');
  assert.equal(unbound.status, REFUSED);
  const plan = /^Without a terminal, consent is to one plan, which --plan names\. Nothing was changed\. To consent, push with --adopt (--plan=\w{64})$/m.exec(unbound.stderr);
  assert.ok(plan, unbound.stderr);
  assert.equal(psql(database, "SELECT to_regclass('db_objects') IS NULL OR NOT EXISTS (SELECT FROM db_objects)"), 't');
  assert.equal(push(database, '--adopt', plan[1]).status, DONE);
  assert.equal(push(database, '--check').status, DONE);
});

test('a faulty file changes nothing and is named by its line', (t) => {
  const database = newDatabase(t, 'faulty');
  const faulty = schemaFile(t, (text) => `${text}\nCREATE INDEX wrong ON tokens (no_such_column);\n`);
  const r = push(database, '--schema', faulty);
  assert.equal(r.status, FAILED);
  assert.match(r.stderr, /column "no_such_column" does not exist/);
  assert.equal(tables(database), '0');
  assert.equal(push(database, '--schema', schemaFile(t, (text) => `${text}\nCREATE TABLE (;`)).status, FAILED);
  assert.match(push(database, '--schema', schemaFile(t, () => '\n\nCREATE TABLE (;\n')).stderr, /line 3/);
  assert.equal(tables(database), '0');
});

test('another operation under way', async (t) => {
  const database = newDatabase(t, 'locked');
  const holder = spawn('psql', ['-qAtd', database], { env: environment });
  t.after(() => holder.kill());
  holder.stdin.write('SELECT pg_advisory_lock(1399411809);\n');
  await once(holder.stdout, 'data');
  const r = push(database);
  assert.equal(r.status, LOCKED, r.stderr);
  assert.match(r.stderr, /process \d+ \(postgres psql\)/);
  assert.equal(tables(database), '0');
  holder.stdin.end();
  await once(holder, 'exit');
  assert.equal(push(database).status, DONE);
});

test('wrong use, and a server or file that is not there', (t) => {
  const nowhere = 'host=/no/such/folder dbname=x';
  assert.equal(db(['push', '--url', nowhere]).status, UNREACHABLE);
  assert.equal(db(['check', '--url', nowhere]).status, UNREACHABLE);
  assert.equal(db(['check-queries', '--url', nowhere]).status, UNREACHABLE);
  assert.equal(db(['push', '--url', 'dbname=test_no_such_database']).status, UNREACHABLE);
  // What libpq cannot read is wrong use, of every command, whether it is an option or a setting.
  for (const command of [['setup'], ['push'], ['push', '--rehearse', 'x'], ['check'], ['check-queries'], ['history'], ['maintain'], ['diagnose'], ['backup'], ['verify', 'x'], ['restore', 'x', '--into', 'y'], ['settings', 'list']]) {
    const r = db([...command, '--url=hoost=x']);
    assert.deepEqual([r.status, r.stderr], [USAGE, '--url is no connection string: invalid connection option "hoost".\n'], command[0]);
  }
  for (const command of ['setup', 'push', 'history', 'settings']) {
    const r = db([command, ...(command === 'settings' ? ['list'] : [])], { SITA_OWNER_URL: "host='x" });
    assert.deepEqual([r.status, r.stderr], [USAGE, 'SITA_OWNER_URL is no connection string: unterminated quoted string in connection info string.\n'], command);
  }
  assert.equal(db(['push', '--url', 'test_no_such_database']).status, UNREACHABLE, 'the name of a database alone');
  assert.equal(db(['push', '--url', 'postgres', '--schema', '/no/such/file']).status, USAGE);
  for (const args of [[], ['pusch'], ['push', '--url', 'x', '--format=xml'], ['push', '--allow'], ['check', '--dry-run'], ['push', '--url'], ['push', '--schem', 'x'], ['push', 'x'], ['push'],
    ['schema', '--url', 'x'], ['setup']]) {
    const r = db(args);
    assert.equal(r.status, USAGE, args.join(' '));
    assert.notEqual(r.stderr, '');
    assert.equal(r.stdout, '');
  }
  const help = db(['--help']);
  assert.equal(help.status, DONE);
  assert.match(help.stdout, /Exit status/);
  const commands = [...help.stdout.matchAll(/^  ([a-z][a-z-]*)  /gm)].map((m) => m[1]);
  for (const command of ['setup', 'push', 'check']) assert.ok(commands.includes(command), command);
  for (const command of commands) {
    const { status, stdout } = db([command, '--help']);
    assert.equal(status, DONE);
    assert.ok(stdout.startsWith(`Usage: sitaminter db ${command}`), stdout);
    assert.match(stdout, /\nExamples?:\n  sitaminter db [^]*\nExit status: 0 /, command);
    assert.equal(stdout.split('\n').find((line) => line.length > 100), undefined, command);
  }
  assert.equal(db(['schema']).stdout, read('sql/schema.sql'));
});

test('setup makes roles, database and schema, and may be repeated', (t) => {
  const database = `test_setup_${process.pid}`;
  t.after(() => psql('postgres', `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));
  const env = {
    SITA_OWNER_URL: `dbname=${database} user=sita_owner`,
    SITA_READER_URL: `dbname=${database} user=sita_reader password=it's`,
  };
  for (const what of [/Created the schema/, /nothing to do/]) {
    const r = db(['setup', '--url', 'dbname=postgres'], env);
    assert.equal(r.status, DONE, r.stderr);
    assert.match(r.stdout, what);
  }
  assert.equal(psql(database, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"), 'sita_owner');
  assert.equal(psql(database, "SELECT datctype FROM pg_database WHERE datname = current_database()"), 'C.UTF-8');
  assert.equal(psql('postgres', "SELECT rolname FROM pg_authid WHERE rolpassword LIKE 'SCRAM-SHA-256$%' AND rolname LIKE 'sita_r%'"), 'sita_reader');
  psql('postgres', 'ALTER ROLE sita_reader PASSWORD NULL');
  for (const role of ['app', 'desk', 'reader', 'monitor']) {
    const r = db(['check', '--url', `dbname=${database} user=sita_${role}`]);
    assert.equal(r.status, DONE, `${role}: ${r.stderr}`);
  }
  assert.match(errorOf(database, 'SELECT 1', { user: 'sita_reader', options: '-c search_path=public' }), /^$/);
});
