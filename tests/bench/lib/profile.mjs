// profile.mjs - where the time of one address goes: CPU of each process, how often they wait, and
// which system calls the busiest worker makes.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { classesFor, measure } from './load.mjs';
import { cpuOf, cpuSince, switchesOf } from './processes.mjs';

const nameOf = (pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim().replace(/^\/\S*\//, '').slice(0, 50);

function snapshot(site, target) {
  const seen = [];
  for (const [kind, pids] of Object.entries(classesFor(site, target)))
    for (const pid of pids) seen.push({ kind, pid, name: nameOf(pid), cpu: cpuOf([pid]).get(pid), ...switchesOf([pid]) });
  return seen;
}

function lines(before, after, requests) {
  return after
    .map((now) => ({ now, was: before.find((b) => b.pid === now.pid) ?? { cpu: 0, voluntary: 0, involuntary: 0 } }))
    .map(({ now, was }) => ({ ...now, us: (now.cpu - was.cpu) / requests, waits: (now.voluntary - was.voluntary) / requests,
      taken: (now.involuntary - was.involuntary) / requests }))
    .filter((l) => l.us >= 0.05)
    .sort((a, b) => b.us - a.us);
}

// strace slows what it watches: its counts are right, its times are not.
async function systemCalls(site, target, c, pid) {
  if (spawnSync('strace', ['-V']).status !== 0) return console.log('\n(strace is not installed)');
  const tracer = spawn('strace', ['-c', '-f', '-qq', '-p', String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let report = '';
  tracer.stderr.on('data', (part) => (report += part));
  const ended = new Promise((done) => tracer.on('close', done));
  const before = cpuOf([pid]);
  const run = await measure(site, target, c, 2, 8);
  tracer.kill('SIGINT');
  await ended;
  const rows = report.split('\n').map((l) => l.trim().split(/\s+/)).filter((f) => /^\d+\.\d+$/.test(f[0]) && f.at(-1) !== 'total');
  console.log(`\nsystem calls of process ${pid} (traced, ${(cpuSince(before) / 1e6).toFixed(1)} s of CPU; all workers together answered ${run.requests})`);
  for (const f of rows.slice(0, 12)) console.log(`${f[3].padStart(9)}  ${f.at(-1)}`);
}

export async function profile(site, target, c = 32, seconds = 5) {
  site.warm();
  await measure(site, target, c, 2, 1);
  const before = snapshot(site, target);
  const run = await measure(site, target, c, seconds, 7);
  const found = lines(before, snapshot(site, target), run.requests);
  console.log(`${target.title} ${target.path}: ${Math.round(run.rate)} requests/s, p50 ${run.p50} ms, p99 ${run.p99} ms, c = ${c}, ` +
    `${run.errors} errors, ${run.bytes} bytes each, others ${(run.others * 100).toFixed(0)} %`);
  console.log('\nµs of CPU, waits and interruptions for each request of the run');
  for (const l of found)
    console.log(`${l.us.toFixed(1).padStart(8)} ${l.waits.toFixed(3).padStart(7)} ${l.taken.toFixed(3).padStart(7)}  ${l.kind.padEnd(8)} ${l.pid} ${l.name}`);
  console.log(`${run.cpu.client.toFixed(1).padStart(8)}                  wrk`);
  const worker = found.find((l) => l.kind === 'server');
  if (worker) await systemCalls(site, target, c, worker.pid);
}
