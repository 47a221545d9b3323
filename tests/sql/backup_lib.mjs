// What the tests of backups share: a database with the program's roles and rights, a folder for its
// backups, programs that stand in for pg_dump and pg_restore.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { db, environment, program, psql } from './lib.mjs';

export const DONE = 0, FAILED = 1, USAGE = 2, REFUSED = 4, LOCKED = 5, UNREACHABLE = 6, WARNING = 7, CRITICAL = 8;

export const KEY = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';

// Every backup is put on disk before it gets its name, which takes its time on a busy one.
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

// A database that `sitaminter db setup` made, its folder, and what to call the program with.
export function newSite(name) {
  const database = `test_${name}_${process.pid}`;
  const folder = mkdtempSync(join(memory, `test-${name}-`));
  const env = {
    SITA_KEY: KEY,
    SITA_BACKUPS: join(folder, 'backups'),
    SITA_OWNER_URL: `dbname=${database} user=sita_owner`,
    SITA_BACKUP_URL: `dbname=${database} user=sita_backup`,
    SITA_VERIFY_URL: `dbname=${database} user=sita_verify`,
    SITA_DATABASE_URL: 'dbname=postgres',
  };
  const site = {
    database,
    folder,
    env,
    backups: env.SITA_BACKUPS,
    db: (args, more) => db(args, { ...env, ...more }),
    sql: (sql, as) => psql(database, sql, as),
    files: () => {
      try {
        return readdirSync(env.SITA_BACKUPS).filter((file) => file !== '.lock').sort();
      } catch (e) {
        if (e.code === 'ENOENT') return [];
        throw e;
      }
    },
    databases: () => psql('postgres',
      `SELECT datname FROM pg_database WHERE starts_with(datname, '${database}') ORDER BY 1`).split('\n'),
    end: () => {
      for (const one of site.databases())
        if (one) psql('postgres', `DROP DATABASE IF EXISTS "${one}" WITH (FORCE)`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const r = site.db(['setup']);
  assert.equal(r.status, DONE, r.stderr);
  return site;
}

// A backup that must succeed; its manifest.
export function take(site, more) {
  const r = site.db(['backup', '--format=json'], more);
  assert.equal(r.status, DONE, r.stderr);
  return JSON.parse(r.stdout).manifest;
}

let made = 0;

// A folder with programs to be found in place of PostgreSQL's: { pg_dump: 'shell script' }. What is
// not named is the real one, and so is `pg_restore --list`. $REAL is the folder of the real ones.
export function standIns(site, scripts) {
  const folder = join(site.folder, `tools-${made++}`);
  mkdirSync(folder);
  for (const name of ['pg_dump', 'pg_restore']) {
    const script = scripts[name] ?? `exec "$REAL/${name}" "$@"`;
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/bash\nREAL=/usr/bin\n[[ $* != --list ]] || exec "$REAL/${name}" --list\n${script}\n`);
    chmodSync(path, 0o755);
  }
  return { SITA_PG_TOOLS: folder };
}

// The program under way: { child, ended: a promise of { status, signal, stdout, stderr } }.
export function start(site, args, more) {
  const child = spawn(program, ['db', ...args], { env: { ...environment, ...site.env, ...more } });
  let stdout = '', stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = new Promise((done) => child.on('close', (status, signal) => done({ status, signal, stdout, stderr })));
  return { child, ended };
}

// Waits until the condition holds.
export async function until(condition, what, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; !condition();) {
    assert.ok(Date.now() < end, `in ${seconds} s: ${what}`);
    await delay(20);
  }
}
