// push.mjs - a push that finds nothing to do, as whole processes: ours, and drizzle-kit's of the same five
// core tables in a database of its own. In pairs, the order changing from one to the next.
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { median, table } from './report.mjs';
import { Failure } from './site.mjs';

export const IDLE = { id: 'U', title: 'push with nothing to do, as a whole process' };

const DATABASE = 'bench_drizzle';

function targets(site) {
  const cwd = join(site.folder, 'peers/drizzle-kit');
  const connection = { PATH: process.env.PATH, PGHOST: site.sockets, PGUSER: 'sita_owner' };
  return [
    { title: 'SiTa Minter', done: /nothing to do/, command: join(process.env.BUILD_DIR, 'sitaminter'),
      args: ['db', 'push'], env: { ...connection, SITA_OWNER_URL: `host=${site.sockets} dbname=sitaminter user=sita_owner` } },
    { title: 'drizzle-kit', done: /No changes detected/, cwd, command: process.execPath,
      args: ['node_modules/drizzle-kit/bin.cjs', 'push', '--force'], env: { ...connection, PGDATABASE: DATABASE } },
  ];
}

function run({ title, command, args, cwd, env }, done) {
  const began = performance.now();
  const r = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  const ms = performance.now() - began;
  if (r.status !== 0 || !done.test(r.stdout)) throw new Failure(`${title} did not say ${done}: ${r.stdout}${r.stderr}`);
  return ms;
}

export function idlePush(site, pairs) {
  site.install('drizzle-kit');
  site.psql(`--command=DROP DATABASE IF EXISTS ${DATABASE}`);
  site.psql(`--command=CREATE DATABASE ${DATABASE} OWNER sita_owner TEMPLATE template0`);
  const both = targets(site);
  run(both[1], /Changes applied/);
  for (const target of both) run(target, target.done); // once before, unmeasured
  const times = both.map(() => []);
  for (let i = 0; i < pairs; i++)
    for (const k of i % 2 ? [1, 0] : [0, 1]) times[k].push(run(both[k], both[k].done));
  site.psql(`--command=DROP DATABASE ${DATABASE}`);
  const ratios = times[1].map((ms, i) => ms / times[0][i]);
  const line = (values, digits) => [median(values), Math.min(...values), Math.max(...values)].map((v) => v.toFixed(digits));
  const rows = both.map((target, k) => [target.title, ...line(times[k], 0)]);
  console.log(`\n${IDLE.id}  ${IDLE.title}; ${pairs} pairs\n${table(['', 'ms', 'least', 'most'], [...rows, ['second ÷ first', ...line(ratios, 1)]])}`);
  return { id: IDLE.id, pairs, times, ratios };
}
