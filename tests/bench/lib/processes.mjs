// What processes cost: CPU time and memory, read from /proc.
import { readFileSync, readdirSync } from 'node:fs';

const TICK_US = 10000; // USER_HZ is 100 on every Linux

const slurp = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended
  }
};

// The number of a process and those of all that descend from it.
export function family(pid) {
  const children = new Map();
  for (const name of readdirSync('/proc').filter((n) => /^\d+$/.test(n))) {
    const parent = Number(slurp(`/proc/${name}/stat`).split(') ').pop().split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all = [pid];
  for (let i = 0; i < all.length; i++) all.push(...(children.get(all[i]) ?? []));
  return all;
}

// Microseconds of CPU that a process has used, exact to the scheduler's clock.
function cpuOfOne(pid) {
  let threads = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return NaN; // it has ended
  }
  return threads.reduce((ns, t) => ns + Number(slurp(`/proc/${pid}/task/${t}/schedstat`).split(' ')[0] || 0), 0) / 1000;
}

export const cpuOf = (pids) => new Map(pids.map((pid) => [pid, cpuOfOne(pid)]));

// What the processes have used since cpuOf() said `before`; those that were not there yet, all.
export function cpuSince(before, pids = [...before.keys()]) {
  let us = 0;
  for (const pid of pids) us += cpuOfOne(pid) - (before.get(pid) ?? 0) || 0;
  return us;
}

// Microseconds that the ended children of a process have used.
export function cpuOfEnded(pid = 'self') {
  const f = slurp(`/proc/${pid}/stat`).split(') ').pop().split(' ');
  return (Number(f[13]) + Number(f[14])) * TICK_US;
}

// Microseconds that all CPUs together were not idle.
export function cpuBusy() {
  const [user, nice, system, , , irq, soft, steal] = slurp('/proc/stat').split('\n')[0].split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + soft + steal) * TICK_US;
}

// Kilobytes that would be free if the processes had never been (shared pages count in part).
export function pssOf(pids) {
  return pids.reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(slurp(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0), 0);
}

// Times that the processes were taken off the CPU: { voluntary, involuntary }.
export function switchesOf(pids) {
  const sum = { voluntary: 0, involuntary: 0 };
  for (const pid of pids) {
    const status = slurp(`/proc/${pid}/status`);
    sum.voluntary += Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    sum.involuntary += Number(/^nonvoluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return sum;
}

export const loadAverage = () => Number(slurp('/proc/loadavg').split(' ')[0]);
