// bench.mjs - the command behind `./run bench`.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { gate } from './lib/gate.mjs';
import { measure } from './lib/load.mjs';
import { cpuBusy, family, loadAverage, pssOf } from './lib/processes.mjs';
import { profile } from './lib/profile.mjs';
import { IDLE, idlePush } from './lib/push.mjs';
import { print, printMemory, save, summary } from './lib/report.mjs';
import { Failure, PEERS, Site, TOKENS, here, ports, root } from './lib/site.mjs';
import { CACHED, DEPTH, PRODUCT, VERSUS } from './lib/workloads.mjs';

const GROUPS = [...VERSUS, CACHED, ...DEPTH, PRODUCT, IDLE];

const USAGE = `./run bench [quick] [slow] [tls] [calm] [--fresh] [GROUP…]
    all measurements in about 13 minutes; quick: a coarse look in 2
    slow      with 10 million transactions in place of 1 million (its data is kept beside the other)
    tls       over TLS; otherwise over plain HTTP, where differences are not covered by its cost
    calm      wait for moments when nothing else runs, and repeat disturbed runs; takes longer
    --fresh   make the data again
    GROUP     only these: ${GROUPS.map((g) => g.id).join(' ')}
./run bench profile GROUP [CONNECTIONS [SECONDS]]
    where the time of one group's first target goes: CPU by process, waits, system calls
./run bench up [slow]
    only starts everything, says where, and waits for Ctrl-C
BENCH_PORT=18400 is the first of 40 ports. Results: tests/bench/results/.
`;

const MODES = {
  full: { seconds: 3, warm: 1, rounds: 3, connections: [32, 128], pushes: 15 },
  quick: { seconds: 1, warm: 1, rounds: 2, connections: [32], pushes: 5 },
};
const SIZES = {
  usual: { folder: 'bench', transactions: 1000000 },
  slow: { folder: 'bench-slow', transactions: 10000000 },
};

function options(args) {
  const known = new Map(GROUPS.map((g) => [g.id, g]));
  const o = { mode: 'full', size: SIZES.usual, tls: false, fresh: false, groups: [] };
  const words = {
    quick: () => (o.mode = 'quick'), slow: () => (o.size = SIZES.slow), tls: () => (o.tls = true), calm: () => (o.calm = true),
    '--fresh': () => (o.fresh = true), profile: () => (o.profile = []), up: () => (o.up = true), help: () => (o.help = true), '--help': () => (o.help = true),
  };
  for (const word of args) {
    if (words[word]) words[word]();
    else if (known.has(word)) o.groups.push(known.get(word));
    else if (o.profile && /^\d+$/.test(word)) o.profile.push(Number(word));
    else throw new Failure(`${word} is not known; see ./run bench help`);
  }
  if (o.profile && o.groups[0] === IDLE) throw new Failure(`${IDLE.id} is no group of requests`);
  if (!o.groups.length) o.groups = [...known.values()];
  return o;
}

const DISTURBED = 0.25; // CPUs that others may take

// Waits for a machine that has nothing else to do; gives up after 20 seconds.
async function untilCalm() {
  for (const deadline = Date.now() + 20000; Date.now() < deadline; ) {
    const before = cpuBusy();
    await new Promise((done) => setTimeout(done, 400));
    if ((cpuBusy() - before) / 400000 < DISTURBED) return;
  }
}

// One run; if it has to be calm, again if it was disturbed.
async function calmly(o, take) {
  for (let left = o.calm ? 2 : 1; ; left--) {
    if (o.calm) await untilCalm();
    const run = await take();
    if (left === 1 || run.others < DISTURBED) return run;
  }
}

// Rounds go forth and back, so that a drift of the machine meets all targets alike.
async function runGroup(site, group, c, o) {
  const mode = MODES[o.mode];
  const targets = group.targets(o.tls);
  const runs = [];
  site.warm();
  for (const target of targets) await measure(site, target, c, mode.warm, 1);
  for (let round = 0; round < mode.rounds; round++) {
    site.warm();
    const order = [...targets.keys()];
    if (round % 2) order.reverse();
    for (const i of order)
      runs.push({ target: i, round, ...(await calmly(o, () => measure(site, targets[i], c, mode.seconds, 100 + round))) });
  }
  const results = targets.map((t, i) => ({ title: t.title, path: t.path, summary: summary(runs, i) }));
  const errors = results.reduce((sum, r) => sum + r.summary.errors, 0);
  print(group, c, results);
  return { id: group.id, title: group.title, connections: c, results, runs, errors };
}

const connectionsOf = (group, mode) => (VERSUS.includes(group) || group === CACHED ? mode.connections : [32]);

function memory(site) {
  const one = (title, pids) => {
    const each = pids.map((pid) => pssOf([pid]));
    return { title, processes: pids.length, kib: each.reduce((a, b) => a + b, 0), each };
  };
  return [one('SiTa Minter, all processes', family(site.pidOf('serve'))),
    ...PEERS.map((p) => one(`${p.title} ×2`, family(site.peerPids[p.id]))),
    one('nginx', family(site.nginxPid))];
}

function circumstances(o) {
  let commit = '';
  try {
    commit = execFileSync('git', ['-C', root, 'describe', '--always', '--dirty'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    // an unpacked archive
  }
  return { when: new Date().toISOString(), commit, mode: o.mode, tls: o.tls, transactions: o.size.transactions,
    cpus: cpus().length, cpu: cpus()[0].model, node: process.version, load: loadAverage() };
}

async function measureAll(site, o) {
  const mode = MODES[o.mode];
  const record = { ...circumstances(o), groups: [] };
  const compared = await gate(VERSUS);
  console.log(`${record.when}, ${record.commit}, ${record.cpus} × ${record.cpu}, load average ${record.load}`);
  console.log(`${TOKENS} tokens, ${o.size.transactions} transactions, ${o.tls ? 'TLS' : 'plain HTTP'}; ${compared} answers of each are the same; ` +
    `${mode.rounds} rounds of ${mode.seconds} s; page and static file have ${site.pageSize} bytes`);
  for (const group of o.groups.filter((g) => g !== IDLE))
    for (const c of connectionsOf(group, mode)) record.groups.push(await runGroup(site, group, c, o));
  record.memory = memory(site);
  if (o.groups.includes(IDLE)) record.push = idlePush(site, mode.pushes);
  printMemory(record.memory);
  record.loadAfter = loadAverage();
  console.log(`\nload average ${record.load} before, ${record.loadAfter} after; * anonymous: every answer is stored in the micro-cache`);
  console.log(`written: ${save(here, record)}`);
  const errors = record.groups.reduce((sum, g) => sum + g.errors, 0);
  if (errors) throw new Failure(`${errors} requests failed; the figures count for nothing`);
}

function waitFor(site) {
  const lines = [['SiTa Minter', ports.plain], ...PEERS.map((p, i) => [p.title, ports.peer(i).plain])];
  for (const [title, port] of lines) console.log(`${title.padEnd(24)} http://127.0.0.1:${port}/`);
  console.log(`PostgreSQL               psql -h ${site.sockets} -U postgres sitaminter`);
  return new Promise(() => setInterval(() => {}, 1e9));
}

async function main(args) {
  const o = options(args);
  if (o.help) {
    process.stdout.write(USAGE);
    return;
  }
  const site = new Site(o.size);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => site.down().finally(() => process.exit(130)));
  try {
    await site.up(o.fresh);
    if (o.up) await waitFor(site);
    else if (o.profile) await profile(site, o.groups[0].targets(o.tls)[0], ...o.profile);
    else await measureAll(site, o);
  } finally {
    await site.down();
  }
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`bench: ${error instanceof Failure ? error.message : error.stack}\n`);
  process.exitCode = 1;
});
