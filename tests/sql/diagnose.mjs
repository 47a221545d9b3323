// What the tests of `sitaminter db diagnose` share: databases to spoil, and one check of one of them.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { db, psql } from './lib.mjs';

export const template = `test_diagnose_${process.pid}`;

before(() => {
  const r = db(['setup', '--url', 'dbname=postgres'], { SITA_OWNER_URL: `dbname=${template} user=sita_owner` });
  assert.equal(r.status, 0, r.stderr);
});
after(() => psql('postgres', `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`));

// A copy of the database as setup leaves it, with more in it.
let made = 0;
export function fresh(t, sql = '') {
  const database = `test_diagnose_${process.pid}_${++made}`;
  psql('postgres', `CREATE DATABASE ${database} TEMPLATE ${template} OWNER sita_owner`);
  t.after(() => psql('postgres', `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));
  psql(database, sql);
  return database;
}

export const diagnose = (database, args, { user = 'postgres', host } = {}) =>
  db(['diagnose', ...args], { SITA_OWNER_URL: `dbname=${database} user=${user}${host ? ` host=${host}` : ''}` });

const exits = { ok: 0, unknown: 7, warning: 7, critical: 8 };

// One check: { state, findings, … }, having compared the exit status with it.
export function check(database, name, { limit, user, host } = {}) {
  const limits = limit === undefined ? [] : [`--limit=${name}=${limit}`];
  const r = diagnose(database, ['--format=json', '--check', name, ...limits], { user, host });
  const report = JSON.parse(r.stdout);
  assert.equal(report.checks.length, 1);
  assert.equal(report.checks[0].check, name);
  assert.equal(report.state, report.checks[0].state);
  assert.equal(r.status, exits[report.state], r.stdout);
  assert.equal(r.stderr, '');
  return report.checks[0];
}

export const objects = (result) => result.findings.map((f) => f.object).sort();
export const cures = (result) => result.findings.map((f) => f.cure).filter(Boolean).sort();
export const cure = (database, result) => cures(result).forEach((sql) => psql(database, sql));

// 63 bytes with everything in it that may go wrong.
const weird = 'we"ird table\n\u001b[31m\u202e; DROP TABLE users; -- \\ $x$ üß日本';
export const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
export const name = (suffix) => {
  const bytes = 63 - Buffer.byteLength(suffix);
  const padded = weird + 'x'.repeat(bytes - Buffer.byteLength(weird));
  return `${padded}${suffix}`;
};
export const W = quoted(name('1'));

