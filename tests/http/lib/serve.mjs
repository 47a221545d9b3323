// A `sitaminter serve` of a test's own, without nginx in front.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { get } from './fastcgi.mjs';

export const program = path.join(process.env.BUILD_DIR, 'sitaminter');
const source = process.env.SOURCE_DIR;

// Asks until `ask` gives something true (an error counts as not yet); fails after `ms`.
export async function until(what, ask, ms = 15000) {
  const deadline = performance.now() + ms;
  for (;;) {
    let value;
    try {
      value = await ask();
    } catch (error) {
      value = undefined;
      what = `${what} (${error.message})`.slice(0, 300);
    }
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(20);
  }
}

// The environment without the settings of whoever runs the tests.
function clean() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SITA_')));
}

// A database that does not exist: pages without rows need none.
const nowhere = 'host=/nonexistent user=nobody dbname=none';

export class Server {
  // settings without SITA_; sockets are in a folder of the test's own unless given.
  constructor(settings = {}, folder = fs.mkdtempSync(path.join(os.tmpdir(), 'serve-'))) {
    this.folder = folder;
    this.log = '';
    for (const pool of ['read', 'write', 'desk'])
      this[pool] = settings[`${pool.toUpperCase()}_LISTEN`] ?? `unix:${folder}/${pool}.sock`;
    this.settings = {
      READER_URL: nowhere, APP_URL: nowhere, DESK_URL: nowhere, BENCH_ROUTES: 'on',
      TEMPLATES: path.join(source, 'templates'), LOG_LEVEL: 'debug',
      READ_LISTEN: this.read, WRITE_LISTEN: this.write, DESK_LISTEN: this.desk, ...settings,
    };
  }

  start() {
    const env = clean();
    for (const [name, value] of Object.entries(this.settings)) env[`SITA_${name}`] = value;
    this.process = spawn(program, ['serve'], { env, cwd: source, stdio: ['ignore', 'ignore', 'pipe'] });
    this.process.stderr.on('data', (bytes) => { this.log += bytes; });
    // 'close', not 'exit': the log is then complete, and no child holds it open any more.
    this.ended = new Promise((resolve) => {
      this.process.once('close', (code, signal) => resolve({ code, signal }));
    });
    return this;
  }

  async ready() {
    await until(`an answer; log: ${this.log}`, async () => {
      if (this.process.exitCode !== null) throw new Error(`it ended: ${this.log}`);
      return (await get(this.read, '/healthz')).status === 200;
    });
    return this;
  }

  kill(signal) {
    this.process.kill(signal);
  }

  // Ends it in the ordinary way; resolves to {code, signal}.
  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) this.kill('SIGTERM');
    const ended = await this.ended;
    fs.rmSync(this.folder, { recursive: true, force: true });
    return ended;
  }

  // The pid of the latest process started as, say, "desk worker 0".
  pid(who) {
    const pids = [...this.log.matchAll(new RegExp(`${who} has pid (\\d+)`, 'g'))];
    return Number(pids.at(-1)?.[1]);
  }

  lines(event) {
    return this.log.split('\n').filter((line) => line.split(' ')[2] === event);
  }

  // A value of /metrics.
  async metric(name) {
    const { body } = await get(this.read, '/metrics');
    const line = body.toString().split('\n').find((text) => text.startsWith(`sitaminter_${name} `));
    return Number(line?.split(' ').at(-1));
  }
}

export function alive(pid) {
  try {
    // A zombie still answers signal 0.
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
