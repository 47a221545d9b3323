// load.mjs - one measured run: wrk over HTTP, or pgbench with the same SQL.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { cpuBusy, cpuOf, cpuOfEnded, cpuSince, family } from './processes.mjs';
import { TOKENS, here, until } from './site.mjs';

// What a worker sets on each of its connections: pgbench is to plan no worse.
const PGOPTIONS = '-c plan_cache_mode=force_generic_plan -c enable_memoize=off';

function output(command, args, env) {
  return new Promise((done, broken) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '', errors = '';
    child.stdout.on('data', (part) => (out += part));
    child.stderr.on('data', (part) => (errors += part));
    child.on('error', broken);
    child.on('close', (status) =>
      status === 0 ? done(out) : broken(new Error(`${command} ended with ${status}: ${errors.trim().split('\n').pop()}`)));
  });
}

// One run of wrk: { rate, p50, p90, p99 in ms, errors, requests, bytes of a response }.
async function wrk(target, c, seconds, seed) {
  const args = ['-t', '1', '-c', c, '-d', `${seconds}s`, '--timeout', '10s', '-s', join(here, 'requests.lua'), target.base,
    '--', seed, target.low ?? 0, target.high ?? 0, target.cookie ?? '', target.path];
  const r = JSON.parse((await output('wrk', args.map(String), process.env)).trim().split('\n').pop());
  return { rate: (r.requests * 1e6) / r.us, p50: r.p50 / 1000, p90: r.p90 / 1000, p99: r.p99 / 1000, errors: r.errors,
    requests: r.requests, bytes: Math.round(r.bytes / Math.max(1, r.requests)) };
}

async function pgbench(site, target, c, seconds, seed) {
  const args = ['--no-vacuum', '--protocol=prepared', `--file=${join(here, 'sql', target.sql)}.sql`, `--client=${c}`, '--jobs=1',
    `--time=${seconds}`, `--random-seed=${seed}`, `--define=tokens=${TOKENS}`, `--host=${site.sockets}`, '--username=sita_reader', 'sitaminter'];
  const out = await output('pgbench', args, { ...process.env, PGOPTIONS });
  const number = (pattern) => Number(pattern.exec(out)?.[1]);
  return { rate: number(/^tps = ([\d.]+)/m), mean: number(/^latency average = ([\d.]+)/m),
    errors: number(/^number of failed transactions: (\d+)/m), requests: number(/^number of transactions actually processed: (\d+)/m) };
}

// The processes whose time a run takes, by class.
export function classesFor(site, target) {
  const nginx = family(site.nginxPid);
  if (target.served === 'nginx') return { nginx };
  const server = family(target.served ? site.peerPids[target.served] : site.pidOf('serve'));
  return { nginx, server, postgres: family(site.pidOf('postgres')) };
}

// pgbench's sessions end with it, so their time is what PostgreSQL's ended children used.
async function measureSql(site, target, c, seconds, seed) {
  const server = site.pidOf('postgres'), sessions = family(server).length;
  const before = { sessions: cpuOfEnded(server), client: cpuOfEnded() };
  const run = await pgbench(site, target, c, seconds, seed);
  await until('the sessions of pgbench do not end', 10, () => family(server).length <= sessions);
  const cpu = { postgres: (cpuOfEnded(server) - before.sessions) / run.requests, client: (cpuOfEnded() - before.client) / run.requests };
  return { ...run, cpu, others: 0 };
}

// A run with its costs: CPU µs per request of each class, and the CPUs that were taken by others.
export async function measure(site, target, c, seconds, seed) {
  if (target.sql) return measureSql(site, target, c, seconds, seed);
  const before = Object.entries(classesFor(site, target)).map(([name, pids]) => [name, cpuOf(pids)]);
  const start = { ended: cpuOfEnded(), busy: cpuBusy(), own: process.cpuUsage(), at: performance.now() };
  const run = await wrk(target, c, seconds, seed);
  const own = process.cpuUsage(start.own), client = cpuOfEnded() - start.ended, busy = cpuBusy() - start.busy;
  const after = classesFor(site, target);
  const used = before.map(([name, was]) => [name, cpuSince(was, after[name])]);
  const known = client + own.user + own.system + used.reduce((sum, [, us]) => sum + us, 0);
  const cpu = Object.fromEntries([...used, ['client', client]].map(([name, us]) => [name, us / run.requests]));
  return { ...run, cpu, others: Math.max(0, busy - known) / 1000 / (performance.now() - start.at) };
}
