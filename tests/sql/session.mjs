// Sessions that stay: for tests in which one waits for another.
import { spawn } from 'node:child_process';
import { environment, psql } from './lib.mjs';

export async function until(what, condition, seconds = 20) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// A psql that takes one statement after another. `send` does not wait for the answer, `run` does;
// `ended` becomes its exit status.
export class Session {
  constructor(t, database, { user, name, host } = {}) {
    this.said = '';
    this.psql = spawn('psql', ['-qXAt', '-d', database, ...(user ? ['-U', user] : []), ...(host ? ['-h', host] : [])],
      { env: { ...environment, PGAPPNAME: name ?? 'session' }, stdio: 'pipe' });
    for (const out of [this.psql.stdout, this.psql.stderr]) out.on('data', (text) => { this.said += text; });
    this.ended = new Promise((resolve) => { this.psql.on('exit', resolve); });
    this.psql.stdin.on('error', () => {}); // it may be gone
    t.after(async () => {
      this.psql.kill('SIGKILL');
      await this.ended;
    });
  }

  send(sql) {
    this.psql.stdin.write(`${sql};\n`);
    return this;
  }

  async run(sql) {
    const mark = `@${Math.random()}@`;
    const before = this.said.length;
    this.send(sql);
    this.psql.stdin.write(`\\echo ${mark}\n`);
    await until(`an answer to ${sql}`, () => this.said.includes(mark));
    return this.said.slice(before).split(mark)[0].trim();
  }

  async pid() {
    return Number(await this.run('SELECT pg_backend_pid()'));
  }
}

// Waits until that process of the server waits for a lock.
export const waits = (pid) => until(`process ${pid} waits`, () => psql('postgres',
  `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = ${pid} AND wait_event_type = 'Lock')`) === 't');
