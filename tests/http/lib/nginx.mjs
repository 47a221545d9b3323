// nginx.mjs - changes to the running nginx, for tests; each is undone by what it returns.
import fs from 'node:fs';
import path from 'node:path';
import { childrenOf, processOf, state, until } from './site.mjs';

const file = path.join(state, 'nginx', 'nginx.conf');

// True for a worker that takes connections; one that is shutting down says so in its title.
function takesConnections(pid) {
  try {
    return /nginx: worker process\s*$/.test(fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
  } catch {
    return false;
  }
}

// Loads the configuration again and waits until all workers are new ones.
export async function reload() {
  const master = processOf('nginx');
  const before = new Set(childrenOf(master));
  process.kill(master, 'SIGHUP');
  await until(() => childrenOf(master).filter(takesConnections),
    (now) => now.length > 0 && now.every((pid) => !before.has(pid)));
}

// Replaces text of the configuration and reloads.
export async function change(from, to) {
  const original = fs.readFileSync(file, 'utf8');
  if (!original.includes(from)) throw new Error(`nginx.conf has no "${from}"`);
  fs.writeFileSync(file, original.replaceAll(from, to));
  await reload();
  return async () => {
    fs.writeFileSync(file, original);
    await reload();
  };
}
