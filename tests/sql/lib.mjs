// What the tests of sql/ share: databases of their own on the fixture's cluster, psql, the program.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const source = fileURLToPath(new URL('../..', import.meta.url));
export const program = join(process.env.BUILD_DIR ?? join(source, 'build'), 'sitaminter');
export const read = (path) => readFileSync(join(source, path), 'utf8');

// The settings of connections that tests make: no SITA_ variable of the caller gets through.
export const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('SITA_')),
);

// Runs SQL and returns what psql prints, unaligned. Throws with psql's words on an error.
export function psql(database, sql, { user, options, host } = {}) {
  const more = [...(user ? [`--username=${user}`] : []), ...(host ? [`--host=${host}`] : [])];
  const r = spawnSync(
    'psql',
    ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1',
      `--dbname=${database}`, ...more],
    {
      input: sql,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: options ? { ...environment, PGOPTIONS: options } : environment,
    },
  );
  if (r.error) throw r.error;
  if (r.status !== 0) throw new Error(r.stderr.trim());
  return r.stdout.trimEnd();
}

// The error that SQL gives, or "" if it works.
export function errorOf(database, sql, as) {
  try {
    psql(database, sql, as);
    return '';
  } catch (e) {
    return e.message;
  }
}

// The roles of the program, made once for the cluster: a push gives and compares rights where it has
// them all. The lock is the one that `db setup` takes.
let hasRoles = false;
export function makeRoles() {
  const roles = read('sql/roles.sql');
  const wanted = roles.match(/^-- +(sita_\w+)/gm).map((line) => `'${line.split(/ +/)[1]}'`);
  if (!hasRoles && psql('postgres', `SELECT count(*) FROM pg_roles WHERE rolname IN (${wanted})`) !== String(wanted.length))
    psql('postgres', `DO 'BEGIN PERFORM pg_advisory_lock(1399411811); END'; ${roles}`);
  hasRoles = true;
}

// A new database, empty or a copy of another, that is dropped when the test ends.
export function newDatabase(t, name, template = 'template0') {
  const database = `test_${name}_${process.pid}`;
  makeRoles();
  psql('postgres', `DROP DATABASE IF EXISTS ${database}; CREATE DATABASE ${database} TEMPLATE ${template}`);
  t.after(() => psql('postgres', `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));
  return database;
}

// `sitaminter db …`: { status, stdout, stderr }.
export function db(args, env = {}) {
  const r = spawnSync(program, ['db', ...args], { encoding: 'utf8', maxBuffer: 1 << 26,
    env: { ...environment, ...env } });
  if (r.error) throw r.error;
  return r;
}

let schemas, written = 0;

// A file with this program's schema and `more`.
export function schemaFile(more) {
  if (!schemas) {
    schemas = mkdtempSync(join(tmpdir(), 'test-schemas-'));
    process.on('exit', () => rmSync(schemas, { recursive: true }));
  }
  const file = join(schemas, `${(written += 1)}.sql`);
  writeFileSync(file, `${read('sql/schema.sql')}\n${more};\n`);
  return file;
}

// The arguments of a push of that.
export const pushOptions = (database, more, ...rest) => ['push', '--url', `dbname=${database}`, '--schema', schemaFile(more), ...rest];

// The flag that binds consent to the plan that a push with these arguments has now, in a list; an empty
// one if there is nothing to do.
export const planned = (args) => [...db([...args, '--dry-run']).stdout.matchAll(/^Plan (\w{64}):/gm)].map((m) => `--plan=${m[1]}`);

// A database with the product's own schema.
export function newSite(t, name) {
  const database = newDatabase(t, name);
  const pushed = db(['push', '--url', `dbname=${database}`]);
  if (pushed.status !== 0) throw new Error(pushed.stderr);
  return database;
}

// Runs a program beside others and returns { status, stdout, stderr }.
export async function run(command, args, { input = '', env = environment } = {}) {
  const child = spawn(command, args, { env });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => { said[name] += text; });
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(input);
  const [status] = await once(child, 'close'); // rejects if it cannot be started
  return { status, ...said };
}

// psql and db for tests that run beside each other.
export async function psqlBeside(database, sql) {
  const r = await run('psql', ['-qXAt', '--set=ON_ERROR_STOP=1', `--dbname=${database}`], { input: sql });
  if (r.status !== 0) throw new Error(r.stderr.trim());
  return r.stdout.trimEnd();
}
export const dbBeside = (args) => run(program, ['db', ...args]);

// Every statement there can be: [{ name, options, limit, parameters, sql }].
export function statements() {
  const text = execFileSync(program, ['db', 'queries'], { env: environment, encoding: 'utf8',
    maxBuffer: 1 << 26 });
  return text.trimEnd().split('\n').map((line) => JSON.parse(line));
}
