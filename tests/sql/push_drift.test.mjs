// What somebody changes by hand is found by `db push --check` (exit status 3), each kind of it, on a
// database that a push left as declared; the next push puts it right. Rights and owners: push_rights.
import assert from 'node:assert/strict';
import test from 'node:test';
import { db, newSite, psql } from './lib.mjs';

const DONE = 0, DIFFERS = 3;

// [by hand, the steps that put it right]
const drifts = [
  ['the text of a CHECK', 'ALTER TABLE tokens DROP CONSTRAINT tokens_decimals_check, ADD CONSTRAINT tokens_decimals_check CHECK (decimals >= 0 AND decimals <= 254)',
    ['drop-constraint tokens.tokens_decimals_check', 'add-constraint tokens.tokens_decimals_check']],
  ['a CHECK that is gone', 'ALTER TABLE tokens DROP CONSTRAINT tokens_icon_hash_check', ['add-constraint tokens.tokens_icon_hash_check']],
  ['the predicate of an index', "DROP INDEX tokens_type_hash_unique; CREATE UNIQUE INDEX tokens_type_hash_unique ON tokens (network_id, type_hash) WHERE type_hash <> ''",
    ['drop-index tokens_type_hash_unique', 'create-index tokens_type_hash_unique']],
  ['the order of an index', 'DROP INDEX tokens_network_id; CREATE INDEX tokens_network_id ON tokens (network_id, id DESC)', ['drop-index tokens_network_id', 'create-index tokens_network_id']],
  ["a foreign key's action", 'ALTER TABLE tokens DROP CONSTRAINT tokens_creator_id_users_id_fk, ADD CONSTRAINT tokens_creator_id_users_id_fk FOREIGN KEY (creator_id) REFERENCES users ON DELETE CASCADE',
    ['drop-constraint tokens.tokens_creator_id_users_id_fk', 'add-constraint tokens.tokens_creator_id_users_id_fk']],
  ['a foreign key that is deferrable', 'ALTER TABLE tokens ALTER CONSTRAINT tokens_creator_id_users_id_fk DEFERRABLE', ['drop-constraint tokens.tokens_creator_id_users_id_fk', 'add-constraint tokens.tokens_creator_id_users_id_fk']],
  ['a right', 'GRANT UPDATE ON security_events TO sita_app', ['revoke sita_app: UPDATE ON TABLE security_events']],
  ['a default', 'ALTER TABLE settings ALTER is_public SET DEFAULT true', ['set-default settings.is_public']],
  ['a view', 'CREATE OR REPLACE VIEW public_settings AS SELECT key, value, description, last_updated FROM settings', null],
  ['a storage', 'ALTER TABLE tokens ALTER description SET STORAGE EXTERNAL', ['reset storage of column tokens.description']],
  ['a statistics target', 'ALTER TABLE tokens ALTER symbol SET STATISTICS 1000', ['reset statistics target of column tokens.symbol']],
  ['a replica identity', 'ALTER TABLE users REPLICA IDENTITY FULL', ['reset replica identity of table users']],
];

test('what is changed by hand is found, and put right', (t) => {
  const database = newSite(t, 'drift');
  const push = (...options) => db(['push', '--url', `dbname=${database}`, ...options]);
  for (const [what, sql, steps] of drifts) {
    psql(database, sql);
    const r = push('--check', '--format=json');
    assert.equal(r.status, DIFFERS, `${what}: ${r.stdout}${r.stderr}`);
    const plan = JSON.parse(r.stdout);
    if (steps) assert.deepEqual(plan.steps.map((s) => `${s.kind} ${s.object}`), steps, what);
    const done = push(...plan.steps.filter((s) => s.allow).map((s) => `--allow=${s.allow}`));
    assert.equal(done.status, DONE, `${what}: ${done.stdout}${done.stderr}`);
    const again = push('--check');
    assert.equal(again.status, DONE, what);
    assert.match(again.stdout, /already has this schema; nothing to do/);
  }
});

test('what no push can put right is named', (t) => {
  const database = newSite(t, 'drift_named');
  const push = (...options) => db(['push', '--url', `dbname=${database}`, ...options]);
  for (const [sql, named, back] of [
    ['ALTER TABLE users FORCE ROW LEVEL SECURITY', /forced row security of table users is only in the database/, 'ALTER TABLE users NO FORCE ROW LEVEL SECURITY'],
    ['ALTER TABLE tokens DISABLE TRIGGER ALL', /disabled triggers of constraint tokens\.tokens_creator_id_users_id_fk is only in the database/, 'ALTER TABLE tokens ENABLE TRIGGER ALL'],
  ]) {
    psql(database, sql);
    const r = push('--check');
    assert.equal(r.status, DIFFERS, r.stdout + r.stderr);
    assert.match(r.stdout, named);
    psql(database, back);
    assert.equal(push('--check').status, DONE);
  }
});

// Programs, and the manifests of backups, go by the fingerprint: what they have nothing to do with is
// no part of it.
test('objects of others and properties change no fingerprint', (t) => {
  const database = newSite(t, 'drift_fingerprint');
  const check = () => db(['check', '--url', `dbname=${database}`]);
  assert.equal(check().status, DONE, check().stderr);
  psql(database, 'ALTER TABLE tokens ALTER description SET STORAGE EXTERNAL; CREATE RULE r AS ON UPDATE TO settings DO ALSO NOTHING');
  assert.equal(check().status, DONE);
  const r = db(['push', '--check', '--url', `dbname=${database}`]);
  assert.equal(r.status, DIFFERS);
  assert.match(r.stdout, /^kept, as no push made it: rule r on table settings$/m);
  psql(database, 'ALTER TABLE tokens ALTER description SET STORAGE EXTENDED');
  const idle = db(['push', '--url', `dbname=${database}`]);
  assert.equal(idle.status, DONE);
  assert.match(idle.stdout, /^Kept, as no push made it:\nrule r on table settings\n.*nothing to do/s);
});
