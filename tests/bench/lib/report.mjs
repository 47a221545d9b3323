// report.mjs - figures of the runs, as tables and as a file.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function median(values) {
  const v = values.filter((x) => Number.isFinite(x)).sort((a, b) => a - b);
  return v.length ? (v[(v.length - 1) >> 1] + v[v.length >> 1]) / 2 : NaN;
}

// What a group's runs say of one target. runs: [{ target, round, … }]; base: the group's first.
export function summary(runs, index) {
  const mine = runs.filter((r) => r.target === index);
  const ratios = mine.map((r) => runs.find((f) => f.target === 0 && f.round === r.round).rate / r.rate);
  const cpu = {};
  for (const name of Object.keys(mine[0].cpu)) cpu[name] = median(mine.map((r) => r.cpu[name]));
  return {
    rate: median(mine.map((r) => r.rate)), ratio: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios),
    p50: median(mine.map((r) => r.p50 ?? r.mean)), p99: median(mine.map((r) => r.p99)),
    errors: mine.reduce((sum, r) => sum + r.errors, 0), others: Math.max(...mine.map((r) => r.others)), cpu, bytes: mine[0].bytes,
  };
}

const digits = (n, d) => (Number.isFinite(n) ? n.toFixed(d) : '');
const thousands = (n) => Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, ' ');

// Columns one below the other; the first is a name.
export function table(head, rows) {
  const all = [head, ...rows];
  const width = head.map((_, i) => Math.max(...all.map((r) => r[i].length)));
  return all.map((r) => r.map((cell, i) => (i ? cell.padStart(width[i]) : cell.padEnd(width[i]))).join('  ').trimEnd()).join('\n');
}

const HEAD = ['', 'req/s', 'first ÷ it', '(least–most)', 'p50 ms', 'p99 ms', 'errors', 'CPU µs: nginx', 'server', 'postgres', 'client', 'others %'];

export function print(group, c, results) {
  const rows = results.map(({ title, summary: s }, i) => [
    title, thousands(s.rate), group.ratios === false || !i ? '' : digits(s.ratio, 2),
    group.ratios === false || !i ? '' : `(${digits(s.least, 2)}–${digits(s.most, 2)})`,
    digits(s.p50, 1), digits(s.p99, 1), String(s.errors),
    ...['nginx', 'server', 'postgres', 'client'].map((name) => digits(s.cpu[name], 0)), digits(s.others * 100, 0),
  ]);
  console.log(`\n${group.id}  ${group.title}; c = ${c}\n${table(HEAD, rows)}`);
}

export function printMemory(memory) {
  const rows = memory.map((m) => [m.title, String(m.processes), digits(m.kib / 1024, 1), m.each.map((k) => digits(k / 1024, 1)).join(' ')]);
  console.log(`\nMemory after the load, PSS in MiB\n${table(['', 'processes', 'sum', 'each'], rows)}`);
}

// Writes everything as JSON; returns the file's name from the top of the tree.
export function save(here, record) {
  const name = `${record.when.replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${record.mode}.json`;
  mkdirSync(join(here, 'results'), { recursive: true });
  writeFileSync(join(here, 'results', name), `${JSON.stringify(record, null, 1)}\n`);
  return `tests/bench/results/${name}`;
}
