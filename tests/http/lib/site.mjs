// site.mjs - the site that the fixture of the http and browser tests has brought up.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { checkAnswer } from './openapi.mjs';

const where = JSON.parse(fs.readFileSync(path.join(process.env.TEST_STATE, 'site.json'), 'utf8'));

export const base = `https://localhost:${where.https}`;
export const plainBase = `http://localhost:${where.http}`;
export const { https: httpsPort, http: httpPort, state, sockets } = where;
export const source = process.env.SOURCE_DIR;
export const build = process.env.BUILD_DIR;
export const caFile = path.join(state, 'ca.crt');
export const ca = fs.readFileSync(caFile);
export const agent = new https.Agent({ ca, keepAlive: true, maxSockets: 64 });

function once(target, { body, plain, timeout = 20000, ...rest }) {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const kind = plain ? http : https;
    const request = kind.request({
      host: 'localhost', port: plain ? httpPort : httpsPort, path: target,
      agent: plain ? undefined : agent, ca, timeout, ...rest,
    }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const raw = Buffer.concat(parts);
        resolve({ status: response.statusCode, headers: response.headers, raw,
          body: raw.toString('utf8'), ms: performance.now() - started });
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer to ${target} in ${timeout} ms`)));
    request.on('error', (error) => reject(Object.assign(error, { reused: request.reusedSocket })));
    request.end(body);
  });
}

// One request over HTTP/1.1. Resolves to {status, headers, raw (Buffer), body (text), ms};
// options: method, headers, body, agent, plain (true: the port without TLS), timeout in ms.
// A kept connection that the server closed at that moment is no failure: like every browser, it
// asks again on a new one (RFC 9112 section 9.3.1), unless the request changes something.
// Every answer of the API is held against the API document (openapi.mjs).
export async function get(target, options = {}) {
  const answer = await once(target, options).catch((error) => {
    if (error.code !== 'ECONNRESET' || !error.reused || !['GET', 'HEAD', undefined].includes(options.method))
      throw error;
    return once(target, { ...options, agent: false });
  });
  if (!options.plain) checkAnswer(target, options, answer);
  return answer;
}

// Asks again until `good(value of ask())` is true; fails after `ms`.
export async function until(ask, good, ms = 15000) {
  const deadline = performance.now() + ms;
  for (;;) {
    let value, why;
    try {
      value = await ask();
      if (await good(value)) return value;
      why = JSON.stringify(value)?.slice(0, 400);
    } catch (error) {
      why = String(error);
    }
    if (performance.now() > deadline) throw new Error(`not within ${ms} ms; last seen: ${why}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// SQL as the superuser of the site's cluster; the answer unaligned, fields by |, rows by lines.
export function psql(sql, database = 'sitaminter') {
  return execFileSync('psql', ['--no-psqlrc', '-qAt', '-v', 'ON_ERROR_STOP=1', '-h', sockets,
    '-U', 'postgres', '-d', database, '-c', sql], { encoding: 'utf8' }).trimEnd();
}

// The number of one of the site's processes: supervisor, postgres, serve or nginx.
export function processOf(part) {
  return Number(fs.readFileSync(path.join(state, 'run', `${part}.pid`), 'utf8').split(' ')[0]);
}

export function childrenOf(pid) {
  return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    .filter(Boolean).map(Number);
}

// ./run with the fixture's settings; `more` are further variables. Returns {status, stdout, stderr}.
export function run(args, more = {}) {
  return spawnSync(path.join(source, 'run'), args, { encoding: 'utf8', timeout: 120000,
    env: { ...process.env, SITA_STATE: where.wanted, SITA_HTTPS_PORT: String(where.https),
      SITA_HTTP_PORT: String(where.http), SITA_BENCH_ROUTES: 'on', SITA_FLOOD_RATE: '100000', ...more } });
}
