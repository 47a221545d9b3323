// ctest: timeout=120
// `sitaminter db settings`: what is set is told, a secret only to who has the key, in a backup or
// anywhere else.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { DONE, FAILED, REFUSED, UNREACHABLE, USAGE, newSite, take } from './backup_lib.mjs';
import { environment, program } from './lib.mjs';

const SECRET = 'correct horse battery staple';
const OTHER_KEY = 'ff'.repeat(32);
let site;

before(() => (site = newSite('settings')));
after(() => site.end());

// The command with `input` as its standard input.
const settings = (args, { input = '', ...more } = {}) => spawnSync(program, ['db', 'settings', ...args],
  { encoding: 'utf8', input, env: { ...environment, ...site.env, ...more } });
const done = (args, more) => {
  const r = settings(args, more);
  assert.equal(r.status, DONE, `${args}: ${r.stderr}`);
  return r.stdout;
};
const fails = (args, status, says, more) => {
  const before = site.sql('SELECT json_agg(s ORDER BY key) FROM settings s');
  const r = settings(args, more);
  assert.equal(r.status, status, `${args}: ${r.stderr}`);
  assert.match(r.stderr, says, `${args}`);
  assert.equal(r.stdout, '');
  assert.equal(site.sql('SELECT json_agg(s ORDER BY key) FROM settings s'), before, 'nothing changed');
};
const noted = () => JSON.parse(site.sql(
  "SELECT json_agg(json_build_array(outcome, details->>'key') ORDER BY id) FROM db_operations WHERE operation = 'setting'"));

test('set, told, changed, unset; each change is noted, without the value', () => {
  assert.equal(done([]), 'Nothing is set.\n');
  assert.equal(done(['set', 'notice', 'Sunday, 漢', '--public', '--description', 'shown to all']), '');
  assert.equal(done(['get', 'notice']), 'Sunday, 漢\n');
  done(['set', 'a.b', '--private'], { input: 'two\nlines\n' });
  assert.equal(done(['get', 'a.b']), 'two\nlines\n');
  done(['set', 'notice', 'Monday']);
  const [first, second] = JSON.parse(done(['list', '--format=json']));
  assert.deepEqual([first.key, first.value, first.public, first.secret, first.description], ['a.b', 'two\nlines', false, false, null]);
  assert.deepEqual([second.key, second.value, second.public, second.description], ['notice', 'Monday', true, 'shown to all']);
  assert.ok(Math.abs(Date.parse(second.lastUpdated) - Date.now()) < 60e3);
  assert.match(done(['list']), /^a\.b +private {2}\d{4}-\d\d-\d\d {2}two lines\nnotice +public {3}\S+ {2}Monday {2}# shown to all\n$/);
  done(['set', 'x', 'Sonntag, 漢\u001b[2J', '--description', 'a\nb\u202e']);
  assert.match(done(['list']), /^x +private {2}\S+ {2}Sonntag, 漢 \[2J {2}# a b $/m);
  done(['unset', 'x']);
  done(['set', 'notice', 'Monday', '--private']);
  assert.equal(site.sql('SELECT count(*) FROM public_settings'), '0');
  done(['unset', 'a.b']);
  assert.deepEqual(noted(), [['set', 'notice'], ['set', 'a.b'], ['set', 'notice'], ['set', 'x'], ['unset', 'x'], ['set', 'notice'], ['unset', 'a.b']]);
  assert.doesNotMatch(site.sql("SELECT json_agg(o) FROM db_operations o WHERE operation = 'setting'"), /Sunday|Monday|lines/);
  assert.match(site.db(['history']).stdout, / setting unset .*\n +a\.b\n/);
});

test('a secret is of no use without the key: not in the database, not in a backup', () => {
  done(['set', 'rpc.token', '--secret'], { input: `${SECRET}\n` });
  assert.equal(done(['get', 'rpc.token']), `${SECRET}\n`);
  assert.match(done(['list']), /^rpc\.token +secret {3}\S+ {2}\(sealed\)$/m);
  assert.equal(JSON.parse(done(['list', '--format=json'])).find((s) => s.key === 'rpc.token').value, null);
  fails(['get', 'rpc.token'], FAILED, /^rpc\.token was sealed with another key than this SITA_KEY, or changed since\.$/m, { SITA_KEY: OTHER_KEY });
  fails(['get', 'rpc.token'], FAILED, /set SITA_KEY to 64 hexadecimal/, { SITA_KEY: '' });
  const m = take(site);
  const dump = spawnSync('pg_restore', ['--file=-', join(site.backups, m.archive)], { encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.match(dump.stdout, /^\d+\trpc\.token\tsealed:[0-9a-f]{136}\t/m);
  const all = dump.stdout + readFileSync(join(site.backups, m.archive), 'latin1') + JSON.stringify(m)
    + site.sql('SELECT json_agg(o) FROM db_operations o');
  for (const one of [SECRET, Buffer.from(SECRET).toString('hex'), Buffer.from(SECRET).toString('base64').slice(0, 30), site.env.SITA_KEY])
    assert.ok(!all.includes(one), one);
  // The same value sealed twice does not look the same.
  done(['set', 'rpc.other', '--secret'], { input: SECRET });
  assert.equal(site.sql("SELECT count(DISTINCT value) FROM settings WHERE key LIKE 'rpc.%'"), '2');
});

test('a secret that was swapped, changed or made public by hand stays one', () => {
  done(['set', 'one', '--secret'], { input: 'first' });
  done(['set', 'two', '--secret'], { input: 'second' });
  site.sql("UPDATE settings SET value = (SELECT value FROM settings WHERE key = 'two') WHERE key = 'one'");
  fails(['get', 'one'], FAILED, /^one was sealed with another key/m);
  const sealed = site.sql("SELECT value FROM settings WHERE key = 'two'");
  for (const wrong of [sealed.slice(0, -2), `${sealed}00`, 'sealed:', 'sealed:zz', sealed.replace(/.$/, (c) => (c === '0' ? '1' : '0'))]) {
    site.sql(`UPDATE settings SET value = '${wrong}' WHERE key = 'two'`);
    fails(['get', 'two'], FAILED, /^two was sealed with another key/m);
  }
  site.sql("UPDATE settings SET is_public = true WHERE key = 'two'");
  assert.equal(JSON.parse(done(['list', '--format=json'])).find((s) => s.key === 'two').public, false);
  fails(['set', 'two', 'in plain words'], REFUSED, /^two is a secret: set it as one, or unset it first\.$/m);
  done(['unset', 'two']);
  done(['set', 'two', 'in plain words']);
});

test('wrong use changes nothing', () => {
  for (const [args, says, input] of [
    [['set', 'x', 'v', '--secret'], /comes by standard input/],
    [['set', 'x', '--secret', '--public'], /--public is the contrary/],
    [['set', 'x', 'v', '--public', '--private'], /--public is the contrary/],
    [['set', 'x', 'sealed:00'], /^No value may begin with "sealed:"/m],
    [['set', 'X', 'v'], /^The name of a setting has up to 64 characters/m],
    [['set', '', 'v'], /^The name of a setting/m],
    [['set', 'x'.repeat(65), 'v'], /^The name of a setting/m],
    [['set', "x'; DROP TABLE settings; --", 'v'], /^The name of a setting/m],
    [['set', 'x', 'v', '--description', 'd'.repeat(501)], /^The description must be UTF-8 text of up to 500 bytes\.$/m],
    [['set', 'x'], /^The value must be text of up to 8192 bytes\.$/m, 'v'.repeat(8193)],
    [['set', 'x'], /^The value must be text of up to 8192 bytes\.$/m, 'v\0w'],
    [['set', 'x'], /^The value must be UTF-8 text/m, Buffer.from([0xc3, 0x28])],
    [['set'], /settings \[list/], [['get'], /settings \[list/], [['list', 'x'], /settings \[list/],
    [['frob', 'x'], /settings \[list/], [['--format=xml'], /xml/],
  ]) fails(args, USAGE, says, { input });
  done(['set', 'x'], { input: `${'v'.repeat(8192)}\n` });
  fails(['get', 'nothing\u001b[31m'], FAILED, /^No setting is called nothing[^\u001b]*\.$/m);
  fails(['unset', 'nothing'], FAILED, /^No setting is called nothing\.$/m);
  assert.equal(settings([], { SITA_OWNER_URL: 'host=/no/such' }).status, UNREACHABLE);
  fails(['set', 'x', 'v', '--url', `dbname=${site.database} user=sita_backup`], FAILED, /permission denied|read-only/);
  fails(['set', 'x', '--secret'], FAILED, /set SITA_KEY/, { SITA_KEY: '', input: 'v' });
});

// What else a column may hold that is of use to a thief: a new one of such a name comes with its protection
// and a line here.
const known = {
  'db_operations.source_hash': 'of the schema file, which everybody has',
  'tokens.icon_hash': 'names a picture that is shown', 'tokens.tx_hash': 'on chain', 'tokens.type_hash': 'on chain',
  'transactions.tx_hash': 'on chain',
};

test('no other secret has a place in the database', () => {
  const columns = site.sql(`SELECT table_name || '.' || column_name FROM information_schema.columns
    JOIN pg_class c ON c.oid = format('%I.%I', table_schema, table_name)::regclass
    WHERE table_schema = 'public' AND relkind = 'r' AND (data_type = 'bytea' OR column_name ~ 'hash|secret|passw|session|nonce|salt|seed|private')
    ORDER BY 1`).split('\n');
  assert.deepEqual(columns, Object.keys(known));
});
