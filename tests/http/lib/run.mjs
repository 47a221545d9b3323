// run.mjs - ./run with a state folder and ports of a test's own.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';

export const program = path.join(process.env.SOURCE_DIR, 'run');

export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

export const lastLine = (text) => text.trimEnd().split('\n').pop();

// A site of its own. SITA_ variables of whoever runs the tests do not get through.
export class Site {
  static async make(wanted, more = {}) {
    const site = new Site();
    const clean = Object.entries(process.env).filter(([name]) => !/^(SITA_|PG)/.test(name));
    site.env = { ...Object.fromEntries(clean), SITA_STATE: wanted,
      SITA_HTTPS_PORT: await freePort(), SITA_HTTP_PORT: await freePort(), ...more };
    return site;
  }

  // {status, stdout, stderr}
  run(args, more = {}) {
    return spawnSync(program, args, { encoding: 'utf8', timeout: 120000, env: { ...this.env, ...more } });
  }

  status() {
    return this.run(['status']).stdout;
  }

  // Where the state really is: ./run keeps it elsewhere if its user cannot reach the wanted folder.
  get state() {
    this.found ??= /^state +(.*)$/m.exec(this.status())[1];
    return this.found;
  }

  // The status of the page that is asked for; with a cookie it is not nginx's copy.
  page(target = '/', headers = {}) {
    return new Promise((resolve, reject) => {
      https.get({ host: 'localhost', port: this.env.SITA_HTTPS_PORT, path: target, headers,
        ca: fs.readFileSync(path.join(this.state, 'ca.crt')), agent: false }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
      }).on('error', reject);
    });
  }

  // Ends it and removes all of it.
  remove() {
    this.run(['stop']);
    fs.rmSync(this.state, { recursive: true, force: true });
  }
}
