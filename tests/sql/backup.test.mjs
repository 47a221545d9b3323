// ctest: timeout=600
// `sitaminter db backup`: what it makes, and what it makes of every fault: nothing.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { CRITICAL, DONE, FAILED, KEY, LOCKED, UNREACHABLE, USAGE, WARNING, newSite, standIns, start, take, until } from './backup_lib.mjs';
import { environment, errorOf, program, psql } from './lib.mjs';

let site;

before(() => {
  site = newSite('backup');
  site.sql(`INSERT INTO users (wallet_address) SELECT 'ckt1' || md5(i::text) FROM generate_series(1, 4000) i;
            INSERT INTO tokens (name, symbol, supply, creator_id, network_id)
            SELECT 'n' || i, 's', '1', i, 'mainnet' FROM generate_series(1, 3000) i`);
});
after(() => site.end());

const lastOperation = () => JSON.parse(site.sql(
  "SELECT row_to_json(o) FROM db_operations o WHERE operation IN ('backup', 'verify') ORDER BY id DESC LIMIT 1"));

test('an archive, a manifest, a note', () => {
  const began = Date.now();
  const m = take(site);
  const archive = join(site.backups, m.archive);
  const bytes = readFileSync(archive);
  const name = m.archive.replace('.dump', '');
  assert.deepEqual(site.files(), [`${name}.dump`, `${name}.json`]);
  assert.match(name, /^backup-\d{8}T\d{6}Z-[0-9a-f]{8}$/);
  for (const file of site.files()) assert.equal(statSync(join(site.backups, file)).mode & 0o7777, 0o600);
  assert.equal(statSync(site.backups).mode & 0o7777, 0o700);
  assert.equal(bytes.subarray(0, 5).toString(), 'PGDMP');
  assert.equal(m.bytes, bytes.length);
  assert.equal(m.sha256, createHash('sha256').update(bytes).digest('hex'));
  assert.ok(Date.parse(m.taken) >= began - 1 && Date.parse(m.finished) <= Date.now());
  assert.equal(m.database, site.database);
  assert.match(m.server, /^1[5-9]/);
  assert.equal(m.fingerprint, site.sql("SELECT fingerprint FROM db_operations WHERE operation = 'push'"));
  const rows = Object.fromEntries(m.tables.map((t) => [t.name, t.rows]));
  assert.ok(rows['public.db_objects'] > 100);
  delete rows['public.db_objects'];
  assert.deepEqual(rows, { 'public.db_operations': 1, 'public.security_events': 0, 'public.settings': 0,
    'public.tokens': 3000, 'public.transactions': 0, 'public.users': 4000 });
  assert.ok(m.sequences.some((s) => s.name === 'public.users_id_seq' && s.least === 4001 && s.most === 4001));
  const { mac, ...rest } = JSON.parse(readFileSync(join(site.backups, `${name}.json`), 'utf8'));
  assert.match(mac, /^[0-9a-f]{64}$/);
  assert.deepEqual(rest, m);
  const list = spawnSync('pg_restore', ['--list', archive], { encoding: 'utf8' });
  assert.match(list.stdout, /TABLE DATA public tokens/);
  const noted = lastOperation();
  assert.deepEqual([noted.operation, noted.outcome, noted.who], ['backup', 'made', 'sita_backup']);
  assert.deepEqual(noted.details, { archive: m.archive, sha256: m.sha256 });
});

test('on a terminal it tells how far it is, elsewhere not', () => {
  const slow = standIns(site, { pg_dump: '"$REAL/pg_dump" "$@" | { head -c 5000; sleep 0.6; cat; }' });
  const shown = spawnSync('script', ['--quiet', '--return', '--command', `${program} db backup`, '/dev/null'],
    { env: { ...environment, ...site.env, ...slow }, encoding: 'utf8' });
  assert.equal(shown.status, DONE, shown.stdout);
  assert.match(shown.stdout, /\rwriting, 0\.\d MB, 0:0\d \x1b\[K.*\r\x1b\[Kbackup-\S+: made/s);
  const told = site.db(['backup'], slow);
  assert.equal(told.status, DONE);
  assert.equal(told.stderr, '');
});

// Roles' passwords belong to the server, the key to the environment.
test('no password, no hash of one and no key is in a backup', () => {
  const password = 'a-password-to-be-looked-for', role = `test_secret_${process.pid}`;
  psql('postgres', `CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  try {
    const m = take(site, { SITA_BACKUP_URL: `${site.env.SITA_BACKUP_URL} password=${password}` });
    const restored = spawnSync('pg_restore', ['--file=-', join(site.backups, m.archive)], { encoding: 'utf8', maxBuffer: 1 << 28 });
    assert.match(restored.stdout, /COPY public\.tokens /);
    const all = restored.stdout + readFileSync(join(site.backups, m.archive), 'latin1') + JSON.stringify(m);
    for (const secret of [password, KEY, 'SCRAM-SHA-256', role]) assert.ok(!all.includes(secret), secret);
  } finally {
    psql('postgres', `DROP ROLE ${role}`);
  }
});

test('two backups of one moment have two names, and no file is overwritten', async () => {
  const before = site.files();
  const runs = [1, 2].map(() => take(site));
  assert.notEqual(runs[0].archive, runs[1].archive);
  assert.equal(site.files().length, before.length + 4);
});

// [what stands in for pg_dump, what standard error says]
const faults = {
  'it fails before it wrote anything': ['echo "pg_dump: error: no" >&2; exit 1', /pg_dump ended with status 1: pg_dump: error: no\./],
  'it fails midway': ['"$REAL/pg_dump" "$@" | head -c 20000; echo "pg_dump: error: lost it" >&2; exit 1', /ended with status 1: pg_dump: error: lost it\./],
  'it fails after it wrote all': ['"$REAL/pg_dump" "$@"; exit 3', /ended with status 3\./],
  'it is killed midway': ['"$REAL/pg_dump" "$@" | head -c 20000; kill -KILL $$', /was ended by signal 9 \(Killed\)/],
  'it writes nothing and is content': ['exit 0', /ended well but wrote no archive/],
  'it writes little and is content': ['printf PGD', /ended well but wrote no archive/],
  'it writes something else': ['echo "-- SQL"', /wrote something that is not an archive/],
  'it says more than anybody reads': ['yes "a complaint" | head -c 3000000 >&2; exit 1', /^.*ended with status 1: a complaint; a complaint.{0,1100}$/m],
};

test('whatever goes wrong with pg_dump, nothing is left', () => {
  const before = site.files();
  for (const [what, [script, says]] of Object.entries(faults)) {
    const r = site.db(['backup'], standIns(site, { pg_dump: script }));
    assert.equal(r.status, FAILED, `${what}: ${r.stderr}`);
    assert.match(r.stderr, says, what);
    assert.ok(r.stderr.length < 2000, what);
    assert.equal(r.stdout, '', what);
    assert.deepEqual(site.files(), before, what);
    const noted = lastOperation();
    assert.deepEqual([noted.operation, noted.outcome], ['backup', 'failed'], what);
    assert.match(noted.details.error, says, what);
  }
});

test('the folder goes away meanwhile', () => {
  const gone = join(site.folder, 'gone');
  const r = site.db(['backup', '--folder', gone], standIns(site, { pg_dump: `"$REAL/pg_dump" "$@"; rm -r ${gone}` }));
  assert.equal(r.status, FAILED);
  assert.match(r.stderr, /^\S+\/gone\/backup-\S+\.json cannot be written: No such file or directory\.$/m);
  assert.doesNotMatch(r.stderr, /warning/);
  assert.equal(lastOperation().outcome, 'failed');
});

test('pg_dump is missing', () => {
  const before = site.files();
  const r = site.db(['backup'], { SITA_PG_TOOLS: '/no/such' });
  assert.equal(r.status, FAILED);
  assert.match(r.stderr, /\/no\/such\/pg_dump cannot be started: No such file or directory\./);
  assert.match(site.db(['backup'], { PATH: '/no/such' }).stderr, /^pg_dump cannot be started: No such file/m);
  assert.deepEqual(site.files(), before);
});

test('warnings of pg_dump are passed on, and full pipes stop nobody', () => {
  const r = site.db(['backup'], standIns(site, { pg_dump: 'yes beware | head -c 2000000 >&2; exec "$REAL/pg_dump" "$@"' }));
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stderr, /^pg_dump says: beware; beware/);
  assert.ok(r.stderr.length < 2000);
});

test('no space', () => {
  const before = site.files();
  const limited = (kilobytes) => spawnSync('bash', ['-c', `ulimit -f ${kilobytes}; exec "$0" db backup`, program],
    { env: { ...environment, ...site.env }, encoding: 'utf8' });
  for (const kilobytes of [0, 1, 20]) {
    const r = limited(kilobytes);
    assert.equal(r.status, FAILED, `${kilobytes}: ${r.stderr} ${r.signal}`);
    assert.match(r.stderr, kilobytes ? /cannot be written: File too large\./ : /cannot be (locked|written): File too large\./);
    assert.deepEqual(site.files(), before, `${kilobytes}`);
  }
});

test('a killed run leaves nothing that looks like a backup, and the next one clears up', async () => {
  const before = site.files();
  const mark = join(site.folder, 'pid-of-pg_dump');
  const { child, ended } = start(site, ['backup'],
    standIns(site, { pg_dump: `echo $$ >${mark}; printf PGDMP; while printf x; do sleep 0.05; done` }));
  await until(() => site.files().some((file) => file.endsWith('.part')), 'a temporary file');
  await until(() => existsSync(mark) && readFileSync(mark, 'utf8').endsWith('\n'), 'pg_dump runs');
  child.kill('SIGKILL');
  assert.equal((await ended).signal, 'SIGKILL');
  const pid = readFileSync(mark, 'utf8').trim();
  await until(() => !existsSync(`/proc/${pid}`), 'pg_dump ends with it');
  const left = site.files().filter((file) => !before.includes(file));
  assert.equal(left.length, 1);
  assert.match(left[0], /^\.backup-.*\.dump\.part$/);
  assert.equal(JSON.parse(site.db(['backup', 'status', '--format=json']).stdout).backups.length, before.length / 2);
  take(site);
  assert.ok(!site.files().includes(left[0]));
});

test('one at a time: the second says who is at work', async () => {
  const go = join(site.folder, 'go');
  const slow = standIns(site, { pg_dump: `while ! [ -e ${go} ]; do sleep 0.02; done; exec "$REAL/pg_dump" "$@"` });
  const first = start(site, ['backup'], slow);
  await until(() => site.files().some((file) => file.endsWith('.part')), 'the first is at work');
  let r = site.db(['backup']);
  assert.equal(r.status, LOCKED);
  assert.match(r.stderr, new RegExp(`Another process is at work in .*: db backup, process ${first.child.pid}, since 20`));
  r = site.db(['verify']);
  assert.equal(r.status, DONE, r.stderr);
  assert.match(r.stderr, /^Nothing is pruned\. Another process is at work in /);
  r = site.db(['backup', '--folder', join(site.folder, 'elsewhere')]);
  assert.equal(r.status, LOCKED);
  assert.match(r.stderr, /Another operation on this database is at work: process \d+ \(sita_backup sitaminter db backup\)/);
  r = site.db(['push', '--schema', '/dev/null']);
  assert.equal(r.status, LOCKED, r.stderr);
  writeFileSync(go, '');
  assert.equal((await first.ended).status, DONE);
  assert.equal(site.files().filter((file) => file.endsWith('.part')).length, 0);
});

test('what is written meanwhile is not in it, and its manifest fits', () => {
  const writes = `psql -qX -d ${site.database} -U postgres -c "INSERT INTO users (wallet_address) SELECT 'late' || i FROM generate_series(1, 500) i" -c "UPDATE tokens SET name = 'late' WHERE id < 100"`;
  const m = take(site, standIns(site, { pg_dump: `${writes}; exec "$REAL/pg_dump" "$@"` }));
  assert.equal(m.tables.find((t) => t.name === 'public.users').rows, 4000);
  const users = m.sequences.find((s) => s.name === 'public.users_id_seq');
  assert.ok(users.least === 4001 && users.most === 4501, JSON.stringify(users));
  const r = site.db(['verify', m.archive]);
  assert.equal(r.status, DONE, r.stderr);
});

test('arguments show no password, and nobody else gets the keys', () => {
  const seen = join(site.folder, 'seen');
  const r = site.db(['backup'], {
    ...standIns(site, { pg_dump: `{ printf '%s\\n' "$@"; env; } >${seen}; exec "$REAL/pg_dump" "$@"` }),
    SITA_BACKUP_URL: `${site.env.SITA_BACKUP_URL} password=it's-secret\\ 1`,
    PGUSER: 'somebody',
  });
  const text = readFileSync(seen, 'utf8');
  assert.equal(r.status, DONE, r.stderr);
  assert.match(text, /^PGPASSWORD=it's-secret 1$/m);
  assert.match(text, /^PGUSER=sita_backup$/m);
  assert.match(text, new RegExp(`^PGDATABASE=${site.database}$`, 'm'));
  assert.equal(text.match(/it's-secret 1/g).length, 1);
  assert.doesNotMatch(text, /SITA_|somebody|0011223344/);
});

test('the roles of backups can write nothing but notes', () => {
  const writing = { options: '-c default_transaction_read_only=off' };
  const as = (role, sql) => errorOf(site.database, sql, { user: `sita_${role}`, ...writing });
  const note = (kind, facts) => `INSERT INTO operation_notes (operation, outcome, details) VALUES ('${kind}', 'x', ${facts})`;
  for (const role of ['backup', 'verify']) {
    assert.equal(as(role, `BEGIN; ${note('verify', "'{}'")}; ROLLBACK`), '');
    assert.match(as(role, note('push', "'{}'")), /violates check option/);
    assert.match(as(role, note('verify', "to_json(repeat('x', 9000))")), /violates check option/);
    assert.match(as(role, "INSERT INTO operation_notes (operation, who) VALUES ('verify', 'x')"), /column "who" of relation .* does not exist/);
    assert.match(as(role, 'UPDATE operation_notes SET outcome = 1'), /permission denied for view/);
    assert.match(as(role, 'DELETE FROM operation_notes'), /permission denied for view/);
    assert.match(as(role, "INSERT INTO db_operations (operation) VALUES ('push')"), /permission denied for table/);
    assert.match(as(role, "INSERT INTO users (wallet_address) VALUES ('x')"), /permission denied for table/);
  }
  // What they note is shown to the owner, on a terminal.
  as('verify', `INSERT INTO operation_notes (operation, outcome, details) VALUES ('verify', E'x\\x1b[2J', jsonb_build_object('error', E'a\\x1b]0;b\\nc', 'operator', E'\\x1b[1m', 'key', E'\\x1b[3m'))`);
  const history = site.db(['history', '--limit', '1']).stdout;
  assert.match(history, / verify x \[2J.* \( \[1m\)\n {7}\[3m\n {6}a \]0;b\n {6}c\n$/);
  for (const table of ['users', 'tokens', 'settings', 'db_operations', 'security_events', 'public_settings'])
    assert.match(as('verify', `SELECT * FROM ${table}`), /permission denied for (table|view)/);
  for (const role of ['app', 'desk', 'reader', 'monitor'])
    assert.match(as(role, note('backup', "'{}'")), /permission denied for view/);
});

test('output that is lost is a failure; what is closed stays closed', () => {
  const run = (script) => spawnSync('bash', ['-c', script, program], { env: { ...environment, ...site.env }, encoding: 'utf8' });
  take(site);
  const full = run('exec "$0" db backup prune --dry-run >/dev/full');
  assert.equal(full.status, FAILED);
  assert.match(full.stderr, /^sitaminter: the output could not be written: No space left on device\.$/m);
  const before = site.files();
  assert.equal(run('exec "$0" db backup <&- >&- 2>&-').status, FAILED);
  assert.equal(site.files().length, before.length + 2, 'but the backup is there');
  // A warning of the server, which would go into the connection that got the number of standard error.
  const role = `test_plain_${process.pid}`;
  psql('postgres', `CREATE ROLE ${role} LOGIN CREATEROLE CREATEDB IN ROLE sita_owner`);
  const setup = (more) => run(`exec "$0" db setup --url 'dbname=postgres user=${role}' ${more}`);
  assert.match(setup('').stderr, /^warning: not a superuser: /);
  assert.equal(setup('2>&-').status, DONE);
  psql('postgres', `DROP ROLE ${role}`);
});

test('wrong use, no key, no server', () => {
  for (const args of [['backup', 'stauts'], ['backup', '--dry-run'], ['backup', 'status', 'x'], ['backup', 'pin'],
    ['backup', 'prune', 'x'], ['backup', '--format=xml'], ['backup', '--folder']]) {
    const r = site.db(args);
    assert.equal(r.status, USAGE, args.join(' '));
    assert.equal(r.stdout, '');
  }
  assert.equal(site.db(['backup'], { SITA_BACKUP_URL: '' }).status, USAGE);
  const keyless = site.db(['backup'], { SITA_KEY: '' });
  assert.equal(keyless.status, FAILED);
  assert.match(keyless.stderr, /set SITA_KEY to 64 hexadecimal digits/);
  assert.equal(site.db(['backup'], { SITA_BACKUP_URL: 'host=/no/such' }).status, UNREACHABLE);
  assert.match(site.db(['backup', '--folder', '/proc/x/y']).stderr, /The folder \/proc\/x\/y cannot be made/);
});

test('status: how old, in text and JSON, with an exit status', () => {
  const status = (...args) => site.db(['backup', 'status', ...args]);
  const empty = status('--folder', site.folder);
  assert.equal(empty.status, CRITICAL);
  assert.match(empty.stdout, /^state {9}critical\n[^]*There is no good backup\./);
  const m = take(site);
  assert.equal(site.db(['verify']).status, DONE);
  let r = status();
  assert.equal(r.status, DONE, r.stdout);
  assert.match(r.stdout, /^state {9}ok\nlast good {5}0 h ago {2}backup-.*\nlast verified 0 h ago {2}backup-/);
  const told = JSON.parse(status('--format=json').stdout);
  assert.equal(told.state, 'ok');
  assert.equal(told.lastGood.name, m.archive.replace('.dump', ''));
  assert.equal(told.lastGood.at, m.taken);
  assert.ok(told.lastGood.ageSeconds < 600 && told.lastVerified.ageSeconds < 600);
  assert.ok(told.freeBytes > 0);
  assert.deepEqual(told.problems, []);
  assert.deepEqual(told.backups[0], { name: told.lastGood.name, state: 'good', pinned: false, taken: m.taken,
    verifiedAt: told.lastVerified.at, bytes: m.bytes });
  writeFileSync(join(site.backups, m.archive), 'x');
  r = status();
  assert.equal(r.status, WARNING);
  assert.match(r.stdout, /^state {9}warning\n[^]*its archive is missing or has another length\./);
});

test('pin, unpin, prune', () => {
  const m = take(site);
  const pinned = () => JSON.parse(site.db(['backup', 'status', '--format=json']).stdout).backups[0].pinned;
  assert.equal(site.db(['backup', 'pin', m.archive]).status, DONE);
  assert.equal(pinned(), true);
  assert.equal(site.db(['backup', 'unpin', join(site.backups, m.archive)]).status, DONE);
  assert.equal(pinned(), false);
  assert.equal(site.db(['backup', 'pin', 'backup-20260101T000000Z-00000000']).status, FAILED);
  const before = site.files();
  const dry = site.db(['backup', 'prune', '--dry-run', '--format=json']);
  assert.deepEqual(JSON.parse(dry.stdout), { outcome: 'would prune', backups: [] });
  assert.equal(site.db(['backup', 'prune']).status, DONE);
  assert.deepEqual(site.files(), before); /* all of today */
});
