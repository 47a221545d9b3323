// ctest: timeout=300
// `sitaminter db diagnose` on a primary and its standby: what lags, what is in the way, what waits.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { Cluster } from './cluster.mjs';
import { check, cures } from './diagnose.mjs';
import { db, psql } from './lib.mjs';
import { maintain } from './maintain.mjs';
import { until } from './session.mjs';

const ends = []; // the standby goes before its primary
const primary = new Cluster((end) => ends.unshift(end));
let standby;
const MB = 1048576;

before(() => {
  primary.start();
  const r = db(['setup', '--url', `host=${primary.host} dbname=postgres user=postgres`],
    { SITA_OWNER_URL: `host=${primary.host} dbname=site user=sita_owner` });
  assert.equal(r.status, 0, r.stderr);
  primary.psql('CREATE TABLE filler (t text)', { database: 'site' });
  standby = primary.standby((end) => ends.unshift(end), 'second');
  standby.start();
});
after(() => ends.forEach((end) => end()));

const look = (server, limit) => check('site', 'replication', { limit, host: server.host, user: 'sita_monitor' });
const one = (result, object) => result.findings.find((f) => f.object.startsWith(object));
const write = (megabytes) => primary.psql(`INSERT INTO filler SELECT string_agg(md5(random()::text), '')
  FROM generate_series(1, ${megabytes * 64}) g, generate_series(1, 512) i GROUP BY g`, { database: 'site' });

const isWell = () => until('the standby streams and has caught up', () => {
  const [here, there] = [look(primary, MB), look(standby, MB)];
  return here.state === 'ok' && there.state === 'ok' && one(here, 'standby ') && { here, there };
});

test('all is well', async () => {
  const { here, there } = await isWell();
  assert.deepEqual(here.findings.map((f) => f.object), ['slot second', 'standby walreceiver']);
  assert.match(one(here, 'standby').detail, /^streaming, .* behind/);
  assert.match(one(here, 'slot').detail, /^in use, holds back .*, reserved$/);
  assert.deepEqual(there.findings.map((f) => [f.object, f.figures.paused, f.figures.connected]), [['this standby', false, true]]);
});

test('a standby that does not replay: told on both, cured on the standby', async () => {
  await isWell();
  standby.psql('SELECT pg_wal_replay_pause()');
  assert.equal(look(standby).state, 'critical');
  write(3);
  const behind = await until('it is behind', () => {
    const result = look(primary, `${MB},${100 * MB}`);
    return one(result, 'standby')?.state === 'warning' && one(result, 'standby');
  });
  assert.ok(behind.value > 2 * MB, `${behind.value}`);
  assert.match(behind.detail, /^streaming, \d+ [kM]B behind/);
  assert.equal(behind.cure, 'sitaminter db diagnose --check replication --url URL-OF-THE-STANDBY');
  assert.equal(one(look(primary, `1,${2 * MB}`), 'standby').state, 'critical');
  const there = look(standby);
  assert.match(there.findings[0].detail, /^\d+ [kM]B received and not replayed; replay is paused$/);
  assert.deepEqual(cures(there), ['SELECT pg_wal_replay_resume();']);
  standby.psql(cures(there)[0]);
  await isWell();
});

test('a standby that lost its primary', async () => {
  await isWell();
  primary.stop();
  const lost = await until('it has noticed', () => {
    const result = look(standby);
    return result.state === 'critical' && result;
  });
  assert.match(lost.findings[0].detail, /; not connected to the primary$/);
  assert.match(psql('postgres', cures(lost)[0], { host: standby.host }), /host=/); // where to look for it
  primary.start();
  await isWell();
});

test('a standby cannot be maintained, but looked at', () => {
  const r = maintain(`site host=${standby.host}`);
  assert.equal(r.status, 1);
  assert.match(r.stderr, /^This server is a standby: its tables are maintained on the primary\.\n$/);
});

test('commits that wait for a standby which is not there', async () => {
  await isWell();
  primary.set({ synchronous_standby_names: "'walreceiver'" });
  await until('the standby has become synchronous', () => one(look(primary), 'standby').figures.sync === 'sync');
  assert.equal(look(primary).state, 'ok');
  standby.stop();
  const waiting = await until('it is gone', () => {
    const result = look(primary);
    return one(result, 'commits') && result;
  });
  assert.equal(one(waiting, 'commits').state, 'critical');
  assert.match(one(waiting, 'commits').detail, /^wait for standbys of synchronous_standby_names \(walreceiver\), of which none/);
  for (const statement of one(waiting, 'commits').cure.split(/(?<=;) /)) primary.psql(statement);
  await until('nobody waits', () => !one(look(primary), 'commits'));
});

test('a slot that nobody reads keeps the log: a warning at once, critical when it has grown', async () => {
  standby.stop();
  const left = await until('nobody reads it', () => {
    const result = look(primary);
    return one(result, 'slot').figures.active === false && result;
  });
  assert.deepEqual([left.state, one(left, 'slot').detail.split(',')[0]], ['warning', 'nobody reads it']);
  write(3);
  assert.equal(look(primary, `1,${2 * MB}`).state, 'critical');
  standby.start(); // one cure
  await isWell();
  standby.stop();
  primary.set({ max_slot_wal_keep_size: 1, wal_keep_size: 0, min_wal_size: "'32MB'", max_wal_size: "'32MB'" });
  await until('nobody reads it', () => !one(look(primary), 'slot').figures.active);
  const lost = await until('the server has given it up', () => {
    write(2);
    primary.psql('SELECT pg_switch_wal(); CHECKPOINT');
    const result = look(primary);
    return /lost|unreserved/.test(one(result, 'slot').figures.walStatus) && result;
  });
  assert.equal(lost.state, 'critical');
  assert.deepEqual(cures(lost), ["SELECT pg_drop_replication_slot('second');"]);
  primary.psql(cures(lost)[0]);
  assert.deepEqual(look(primary).findings, []);
  assert.equal(look(primary).state, 'ok');
});
