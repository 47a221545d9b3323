// ctest: timeout=600
// ./run with SITA_DATABASE_URL: on a server of somebody else, which stays as it is but for our
// database and our roles.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { freePort, lastLine, Site } from './lib/run.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'server-'));
const sockets = path.join(folder, 'sockets');
const secret = "p@ss:w/ör d'&%"; // what a connection string must not trip over
const ours = ['sita_app', 'sita_backup', 'sita_desk', 'sita_monitor', 'sita_owner', 'sita_reader', 'sita_verify'];
let server, port, site;

function psql(sql, database = 'postgres') {
  const { status, stdout, stderr } = spawnSync('psql', ['-qXAt', '--set=ON_ERROR_STOP=1', '-h', sockets,
    '-p', port, '-U', 'postgres', '-d', database, '-c', sql], { encoding: 'utf8', env: server.env });
  assert.equal(status, 0, stderr);
  return stdout.trimEnd();
}

// What belongs to the whole server.
const picture = () => psql(`SELECT 'database', datname, datdba::regrole, datacl::text FROM pg_database WHERE datname <> 'sitaminter'
  UNION ALL SELECT 'role', rolname, NULL, to_jsonb(a) - 'rolpassword' || '{}' #>> '{}' FROM pg_authid a WHERE rolname NOT LIKE 'sita%'
  UNION ALL SELECT 'setting', name, NULL, setting FROM pg_settings WHERE source IN ('configuration file', 'database', 'user')
  UNION ALL SELECT 'started', pg_postmaster_start_time()::text, NULL, NULL ORDER BY 1, 2`);

// Takes back what a first start has made.
function blank() {
  site.run(['stop'], { SITA_DATABASE_URL: 'none=' });
  psql(`DROP DATABASE IF EXISTS sitaminter WITH (FORCE)`);
  for (const role of ours) psql(`DROP ROLE IF EXISTS ${role}`);
  fs.rmSync(site.state, { recursive: true, force: true });
}

before(async () => {
  fs.chmodSync(folder, 0o755);
  port = await freePort();
  server = await Site.make(path.join(folder, 'server'), { PGPORT: port });
  const cluster = (verb) => {
    const { status, stderr } = server.run(['database', verb, '--no-fsync', '--sockets', sockets]);
    assert.equal(status, 0, stderr);
  };
  cluster('start');
  psql("ALTER SYSTEM SET listen_addresses = '127.0.0.1'");
  psql(`CREATE ROLE plain LOGIN CREATEROLE CREATEDB PASSWORD '${secret.replaceAll("'", "''")}'`);
  psql(`CREATE ROLE weak LOGIN PASSWORD 'weak'`);
  psql('CREATE DATABASE theirs');
  cluster('stop');
  fs.writeFileSync(path.join(server.state, 'pg', 'pg_hba.conf'),
    'local all postgres trust\nlocal all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n');
  cluster('start');
  site = await Site.make(path.join(folder, 'site'));
});
after(() => {
  site?.remove();
  server.run(['database', 'stop', '--sockets', sockets]);
  fs.rmSync(server.state, { recursive: true, force: true });
  fs.rmSync(folder, { recursive: true, force: true });
});

const encoded = encodeURIComponent(secret);
const address = () => `127.0.0.1:${port}/postgres`;
const accounts = {
  'a superuser': () => ({ SITA_DATABASE_URL: `host=${sockets} port=${port} user=postgres dbname=postgres` }),
  'who may only make roles and databases, with a password in the address': () => ({
    SITA_DATABASE_URL: `postgresql://plain:${encoded}@${address()}?connect_timeout=5` }),
  'the same, with the password in PGPASSFILE': () => {
    const PGPASSFILE = path.join(folder, 'passwords');
    fs.writeFileSync(PGPASSFILE, `127.0.0.1:*:*:plain:${secret.replace(/[\\:]/g, '\\$&')}\n`, { mode: 0o600 });
    return { SITA_DATABASE_URL: `postgresql://plain@${address()}`, PGPASSFILE };
  },
};

// A backup, its trial, and a restore under the running site.
function keeps(more, records) {
  const db = (...args) => {
    const r = site.run(['sitaminter', 'db', ...args], more);
    assert.equal(r.status, 0, `${args[0]}: ${r.stderr}`);
    return r;
  };
  db('backup');
  db('verify');
  const [backup] = fs.readdirSync(path.join(site.state, 'backups')).filter((file) => file.endsWith('.dump'));
  psql("UPDATE tokens SET name = 'spoilt'", 'sitaminter');
  const [, aside] = /is now called (\w+)\./.exec(db('restore', backup, '--into', 'sitaminter', '--replace', 'sitaminter').stderr);
  assert.equal(psql("SELECT count(*) FROM tokens WHERE name <> 'spoilt'", 'sitaminter'), records);
  db('check');
  psql(`DROP DATABASE ${aside} WITH (FORCE)`);
}

for (const [who, settings] of Object.entries(accounts)) {
  test(`as ${who}: started, stopped, started again`, async (t) => {
    t.after(blank);
    const more = settings(), before = picture();
    const first = site.run(['--detach'], more);
    assert.equal(first.status, 0, first.stderr);
    assert.match(lastLine(first.stdout), /^ready https:/);
    assert.equal(await site.page('/tokens'), 200);
    assert.match(site.run(['status'], more).stdout, /^postgres +not ours \(SITA_DATABASE_URL\)$/m);
    assert.ok(!fs.existsSync(path.join(site.state, 'pg')), 'no private cluster beside it');
    assert.equal(psql("SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname LIKE 'sita%'"), ours.join(' '));
    const records = psql('SELECT count(*) FROM tokens', 'sitaminter');
    assert.ok(Number(records) > 0, 'with the demo data');

    assert.equal(site.run(['stop'], more).status, 0);
    assert.equal(psql("SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'sita%'"), '0');
    assert.equal(picture(), before, 'the server is as it was');
    if (more.PGPASSFILE) return; // from here on it is like the one before

    const oids = () => psql("SELECT oid, relfilenode FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1", 'sitaminter');
    const made = oids(), again = site.run(['--detach'], more);
    assert.equal(again.status, 0, again.stderr);
    assert.doesNotMatch(again.stderr, /demo data/);
    assert.equal(await site.page('/tokens'), 200);
    assert.equal(oids(), made, 'nothing was made anew');
    assert.equal(psql('SELECT count(*) FROM tokens', 'sitaminter'), records);
    keeps(more, records);
    assert.equal(await site.page('/tokens'), 200);
    assert.equal(site.run(['stop'], more).status, 0);
    assert.equal(picture(), before);
  });
}

// In each case: one sentence, what is wrong and what to do about it; nothing is left running.
test('what keeps it out is one sentence each', async () => {
  const nobody = await freePort();
  const cases = [
    [`postgresql://plain@127.0.0.1:${nobody}/postgres`, /Connection refused.*start it, or correct the address/],
    [`postgresql://plain:wrong@${address()}`, /password authentication failed.*correct the address/],
    [`postgresql://plain@${address()}`, /no password supplied.*correct the address/],
    [`postgresql://weak:weak@${address()}`, /permission denied to create role/],
    ['db.example.org', /SITA_DATABASE_URL must be a connection string, postgresql:/],
  ];
  for (const [url, why] of cases) {
    const { status, stdout, stderr } = site.run(['--detach'], { SITA_DATABASE_URL: url, PGPASSFILE: '/nonexistent' });
    assert.notEqual(status, 0, url);
    assert.equal(stdout, '');
    const words = stderr.split('\n').filter((line) => !/^run: making a local certificate/.test(line));
    assert.equal(words.length, 2, `one line: ${stderr}`);
    assert.match(words[0], /^run: /);
    assert.match(words[0], why);
  }
  assert.doesNotMatch(site.status(), /running/);
});
