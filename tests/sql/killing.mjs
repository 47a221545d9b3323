// What the tests share that kill a push.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { schemaOf } from './dump.mjs';
import { db, environment, newDatabase, program, psql } from './lib.mjs';
import { proxy } from './proxy.mjs';
import { until } from './session.mjs';

const DONE = 0;

// A push through a proxy, which kills it as `how` says; what it asked, and how it ended.
export async function pushed(database, schema, how = {}) {
  const ear = await proxy({ ...how, end: () => child.kill('SIGKILL') });
  const child = spawn(program, ['db', 'push', '--url', `host=${ear.host} port=5432 user=postgres dbname=${database}`, '--schema', schema],
    { env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  const [status, signal] = await once(child, 'exit');
  ear.close();
  await until('the server notices that the client is gone', () => psql('postgres',
    `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}' AND application_name = 'sitaminter db'`) === '0');
  return { status, signal, requests: ear.requests };
}

// The schema with rights and owners.
export const stateOf = (database) => [...schemaOf(database), psql(database, `SELECT relname, relowner::regrole, acl FROM pg_class
  LEFT JOIN LATERAL (SELECT string_agg(a::text, ' ' ORDER BY a::text) AS acl FROM unnest(relacl) a) x ON true WHERE relnamespace = 'public'::regnamespace ORDER BY 1;
  SELECT a::text FROM pg_namespace, unnest(nspacl) a WHERE nspname = 'public' ORDER BY 1`)];

const reads = /^(WITH|SELECT|SET)\b/; // the state after them is that before them

// Kills a push of `schema` after requests that change something; `make` makes the database anew.
// After each of them, or with `around` after the last one before the COMMIT and after that.
// Before its COMMIT that is as if it had not been, after it the work is done.
export async function killedAfterEach(t, { name, make, schema, least, around }) {
  const whole = make(t, name), was = stateOf(whole);
  const { status, requests } = await pushed(whole, schema);
  assert.equal(status, DONE);
  const is = stateOf(whole);
  assert.notDeepEqual(is, was);
  const commits = requests.lastIndexOf('COMMIT');
  const first = around ? requests.findLastIndex((sql, i) => i < commits && !reads.test(sql)) + 1 : 1;
  let kills = 0;
  for (let last = first; last <= requests.length; last++) {
    if (reads.test(requests[last - 1])) continue;
    const database = make(t, name);
    const about = `${last} of ${requests.length}: ${requests[last - 1].slice(0, 60)}`;
    assert.equal((await pushed(database, schema, { last })).signal, 'SIGKILL', about);
    assert.deepEqual(stateOf(database), last > commits ? is : was, about);
    kills += 1;
    if (kills % 10 && last < commits) continue; // what was rolled back is as it was: some stand for all
    assert.equal((await pushed(database, schema)).status, DONE, about);
    assert.deepEqual(stateOf(database), is, about);
    assert.equal(psql(database, "SELECT count(*) FROM db_operations WHERE outcome IS DISTINCT FROM 'applied'"), '0', about);
  }
  assert.ok(commits > 0 && kills >= least, `${kills} kills`);
  t.diagnostic(`${kills} kills, ${requests.length} requests`);
}

// Makes databases of the program's schema in which somebody changed rights.
export function drifted(t, schema) {
  const template = newDatabase(t, 'cut_rights_template');
  const made = db(['push', '--url', `dbname=${template}`, '--schema', schema]);
  assert.equal(made.status, DONE, made.stderr);
  psql(template, `GRANT DELETE ON tokens TO sita_reader; REVOKE SELECT ON public_settings FROM sita_reader;
    GRANT SELECT ON security_events TO PUBLIC; REVOKE USAGE ON SCHEMA public FROM sita_app; ALTER VIEW public_settings OWNER TO sita_owner`);
  return (_, name) => newDatabase(t, name, template);
}
