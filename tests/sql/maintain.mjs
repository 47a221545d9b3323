// What the tests of `sitaminter db maintain` share.
import { spawn } from 'node:child_process';
import { db, environment, program, psql } from './lib.mjs';
import { until } from './session.mjs';

// The tables of the program.
export const own = ['db_objects', 'db_operations', 'security_events', 'settings', 'tokens', 'transactions', 'users']
  .map((table) => `public.${table}`);

const url = (database, user) => ({ SITA_OWNER_URL: `dbname=${database} user=${user}` });

// { status, stdout, stderr, report }.
export function maintain(database, args = [], { user = 'sita_owner', format = 'json' } = {}) {
  const r = db(['maintain', '--delay=0', `--format=${format}`, ...args], url(database, user));
  return { ...r, report: format === 'json' && r.stdout ? JSON.parse(r.stdout) : undefined };
}

// The same beside the test: { child, ended }, which becomes the above.
export function maintaining(t, database, args) {
  const child = spawn(program, ['db', 'maintain', '--format=json', ...args],
    { env: { ...environment, ...url(database, 'sita_owner') } });
  const said = { stdout: '', stderr: '' };
  for (const out of ['stdout', 'stderr']) child[out].setEncoding('utf8').on('data', (text) => { said[out] += text; });
  t.after(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => {
    child.on('close', (status) => resolve({ status, ...said, report: said.stdout ? JSON.parse(said.stdout) : undefined }));
  });
  return { child, ended };
}

// The process of the server that vacuums in that database by now.
export const vacuums = (database) => until('a table is being vacuumed', () => psql('postgres',
  `SELECT pid FROM pg_stat_progress_vacuum WHERE datname = '${database}' AND heap_blks_scanned > 0`));

// What a report says of a table of the schema public.
export const of = ({ report }, table) => report.tables.find((r) => r.table === `public.${table}`);

// A table of which so many of the rows are dead, and that autovacuum leaves alone.
export const dirty = (table, { rows, dead }) => `CREATE TABLE ${table} (id int PRIMARY KEY, filler text)
    WITH (autovacuum_enabled = off);
  INSERT INTO ${table} SELECT i, '' FROM generate_series(1, ${rows}) i; DELETE FROM ${table} WHERE id <= ${dead};`;

// One that takes half a minute with --delay=100: 3,000 pages, which VACUUM makes dirty once more.
export const slow = (table) => `CREATE TABLE ${table} (id int PRIMARY KEY, filler text) WITH (autovacuum_enabled = off);
  ALTER TABLE ${table} ALTER filler SET STORAGE PLAIN;
  INSERT INTO ${table} SELECT i, repeat('x', 3900) FROM generate_series(1, 6000) i; DELETE FROM ${table} WHERE id % 2 = 0;
  RESET ROLE; CHECKPOINT;`;

// How often commands did what to the table.
export const counted = (database, table) => JSON.parse(psql(database, `SELECT json_build_object(
  'vacuumed', vacuum_count, 'analyzed', analyze_count) FROM pg_stat_all_tables WHERE relid = $sita$${table}$sita$::regclass`));

// The runs that db_operations tells of, oldest first.
export const noted = (database) => JSON.parse(psql(database, `SELECT coalesce(json_agg(o), '[]') FROM (
  SELECT outcome, finished_at IS NOT NULL AS finished, details FROM db_operations
  WHERE operation = 'maintain' ORDER BY id) o`));
