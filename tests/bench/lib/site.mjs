// site.mjs - the site that is measured: its own state, ports and PostgreSQL, made by ./run, with the
// rows of sql/seed.sql. Once prepared it is kept until schema or seed change.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
export const root = dirname(dirname(here));
export const TOKENS = 100000;

const SEED = join(here, 'sql/seed.sql');
const first = Number(process.env.BENCH_PORT ?? 18400);
export const ports = {
  siteHttps: first, siteHttp: first + 1, // the site's own nginx: only tells when it is ready
  https: first + 2, redirect: first + 3, plain: first + 4, // the nginx that is measured
  peer: (i) => ({ plain: first + 10 + i, https: first + 20 + i, node: first + 30 + i }),
};

// The peers, in the order of their ports.
export const PEERS = [
  { id: 'express', title: 'Express + Drizzle', folder: 'express-drizzle', env: {} },
  { id: 'prepared', title: 'the same, prepared', folder: 'express-drizzle', env: { PREPARED: '1' } },
  { id: 'fastify', title: 'Fastify + postgres.js', folder: 'fastify', env: {} },
];

const say = (line) => process.stderr.write(`bench: ${line}\n`);

export class Failure extends Error {}
const fail = (line) => {
  throw new Failure(line);
};

// Everything that is measured reads and writes below this folder, never in the user's own site.
const wantedState = (size) => join(process.env.SITA_STATE ?? join(root, 'var'), size.folder);

// The settings of the user's site are not those of this one.
function environment(size) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SITA_|PG)/.test(name)));
  return {
    ...env, SITA_STATE: wantedState(size), SITA_HTTPS_PORT: String(ports.siteHttps),
    SITA_HTTP_PORT: String(ports.siteHttp), SITA_BENCH_ROUTES: 'on', SITA_FLOOD_RATE: '1000000',
    SITA_LOG_LEVEL: 'warning',
  };
}

function runner(size) {
  const env = environment(size);
  return (...args) => {
    const r = spawnSync(join(root, 'run'), args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    if (r.status !== 0 && args[0] !== 'status') fail(`./run ${args.join(' ')} failed`);
    return r.stdout;
  };
}

const portFree = (port) =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => done(false)).on('error', () => done(true)).on('close', () => socket.destroy());
    socket.on('connect', () => socket.destroy());
  });

async function checkPorts() {
  const all = [ports.siteHttps, ports.siteHttp, ports.https, ports.redirect, ports.plain];
  for (const i of PEERS.keys()) all.push(...Object.values(ports.peer(i)));
  for (const port of all)
    if (!(await portFree(port))) fail(`port ${port} is in use; BENCH_PORT names the first of the 40 that are used`);
}

// Waits until `test` is true; `what` says for what, in an error.
export async function until(what, seconds, test) {
  const deadline = Date.now() + seconds * 1000;
  while (!(await test())) {
    if (Date.now() > deadline) fail(`${what} within ${seconds} s`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

const answers = (url) => fetch(url).then((r) => r.ok, () => false);

export class Site {
  constructor(size) {
    this.size = size;
    this.run = runner(size);
    this.started = []; // processes of ours, ended in reverse
  }

  find() {
    const status = this.run('status');
    this.state = /^state +(.*)$/m.exec(status)[1];
    this.sockets = /^sockets +(.*)$/m.exec(status)[1];
    this.folder = join(this.state, 'bench');
    this.owner = statSync(this.state);
  }

  // fresh: whatever is there is made again.
  async up(fresh) {
    this.run('stop');
    await checkPorts();
    this.find();
    const sum = this.sumOfData(), mark = join(this.state, 'bench-data');
    const kept = existsSync(mark) && readFileSync(mark, 'utf8');
    if (fresh || kept !== sum) {
      rmSync(this.state, { recursive: true, force: true });
      this.find();
      this.makeData();
      writeFileSync(mark, sum);
    }
    this.run('--detach');
    mkdirSync(this.folder, { recursive: true });
    this.preparePeers();
    await this.startPeers();
    await this.startNginx();
  }

  psql(...args) {
    const r = spawnSync('psql', ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--set=ON_ERROR_STOP=1',
      `--host=${this.sockets}`, '--username=postgres', '--dbname=sitaminter', ...args], { encoding: 'utf8' });
    if (r.status !== 0) fail(`the data could not be made: ${r.error?.message ?? (r.signal ? `psql was ended by ${r.signal}` : r.stderr.trim().split('\n').pop())}`);
    return r.stdout;
  }

  // What the data was made from.
  sumOfData() {
    const hash = createHash('sha256').update(String(this.size.transactions));
    for (const file of [SEED, join(root, 'sql/schema.sql')]) hash.update(readFileSync(file));
    return hash.digest('hex');
  }

  makeData() {
    say(`loading ${TOKENS} tokens and ${this.size.transactions} transactions`);
    this.run('--detach');
    this.psql('--command=ALTER SYSTEM SET max_connections = 300'); // pgbench at 128 beside the pools
    this.psql(`--set=transactions=${this.size.transactions}`, `--file=${SEED}`);
    const left = this.psql(`--command=SELECT relname FROM pg_class
      WHERE relname IN ('users', 'tokens', 'transactions') AND relallvisible < relpages`).trim();
    if (left) fail(`VACUUM has left pages of ${left} that are not visible to all; try again with --fresh`);
    this.run('stop');
  }

  // Brings the database's files into the system's memory: disks are not what is measured.
  warm() {
    const base = join(this.state, 'pg/base');
    for (const entry of readdirSync(base))
      for (const file of readdirSync(join(base, entry))) readFileSync(join(base, entry, file));
  }

  // -- the peers and nginx: processes of the state folder's owner ------------------------------------

  own(path) {
    if (process.getuid() === 0) execFileSync('chown', ['-R', `${this.owner.uid}:${this.owner.gid}`, path]);
  }

  // Starts a program whose output goes to log/NAME.log.
  launch(name, cwd, env, command, ...args) {
    const as = process.getuid() === 0
      ? ['setpriv', `--reuid=${this.owner.uid}`, `--regid=${this.owner.gid}`, '--clear-groups', '--'] : [];
    const log = openSync(join(this.folder, `${name}.log`), 'w');
    const words = [...as, 'bash', '-c', 'ulimit -n "$(ulimit -Hn)"; exec "$@"', command, command, ...args];
    const child = spawn(words[0], words.slice(1), { cwd, env, stdio: ['ignore', log, log] });
    closeSync(log);
    this.started.push(child);
    return child.pid;
  }

  // The modules of tests/bench/peers/FOLDER, as its lock file has them.
  install(folder) {
    const from = join(here, 'peers', folder), to = join(this.folder, 'peers', folder);
    const lock = join(from, 'package-lock.json'), done = join(to, 'node_modules/.installed');
    cpSync(from, to, { recursive: true, filter: (path) => !path.includes('node_modules') });
    if (existsSync(done) && readFileSync(done).equals(readFileSync(lock))) return;
    say(`installing the modules of ${folder}`);
    const r = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--silent', '--omit=dev'], { cwd: to, stdio: 'inherit' });
    if (r.status !== 0) fail(`npm could not install the modules of tests/bench/peers/${folder}`);
    copyFileSync(lock, done);
  }

  preparePeers() {
    for (const folder of new Set(PEERS.map((p) => p.folder))) this.install(folder);
    this.own(this.folder);
  }

  async startPeers() {
    this.peerPids = {};
    for (const [i, peer] of PEERS.entries()) {
      const env = { PATH: process.env.PATH, NODE_ENV: 'production', TZ: 'UTC', PORT: String(ports.peer(i).node),
        WORKERS: '2', PGHOST: this.sockets, PGUSER: 'sita_app', PGDATABASE: 'sitaminter', ...peer.env };
      const cwd = join(this.folder, 'peers', peer.folder);
      this.peerPids[peer.id] = this.launch(peer.id, cwd, env, process.execPath, 'server.js');
    }
    for (const [i, peer] of PEERS.entries())
      await until(`${peer.title} does not answer (${join(this.folder, peer.id)}.log)`, 30,
        () => answers(`http://127.0.0.1:${ports.peer(i).node}/api/tokens/1`));
  }

  renderNginx() {
    const f = this.folder, share = join(f, 'share'), conf = join(f, 'nginx');
    for (const name of ['run', 'log', 'nginx']) mkdirSync(join(f, name), { recursive: true });
    cpSync(join(this.state, 'app/share'), share, { recursive: true });
    execFileSync(join(root, 'nginx/render'), [conf, `STATE=${f}`, `SHARE=${share}`, `ICONS=${this.state}/icons`,
      ...['read', 'write', 'desk'].map((pool) => `${pool.toUpperCase()}=unix:${this.sockets}/${pool}.sock`),
      `CERTIFICATE=${this.state}/tls/site.pem`, `CERTIFICATE_KEY=${this.state}/tls/site.pem`,
      `HTTPS_PORT=${ports.https}`, `HTTP_PORT=${ports.redirect}`, 'LISTEN=127.0.0.1', 'FLOOD_RATE=1000000']);
    const file = join(conf, 'nginx.conf');
    writeFileSync(file, withPeers(readFileSync(file, 'utf8')));
    this.own(f);
    return file;
  }

  async startNginx() {
    const file = this.renderNginx();
    this.nginxPid = this.launch('nginx', this.folder, { PATH: process.env.PATH }, 'nginx',
      '-e', join(this.folder, 'log/nginx-error.log'), '-c', file, '-g', 'daemon off;');
    const page = `http://127.0.0.1:${ports.plain}/tokens`;
    await until(`${page} does not answer (${this.folder}/nginx.log)`, 20, () => answers(page));
    await this.copyPage(page);
  }

  // A static file with the bytes of the first page of tokens.
  async copyPage(page) {
    const body = Buffer.from(await (await fetch(page)).arrayBuffer());
    writeFileSync(join(this.folder, 'share/static/bench-page.html'), body);
    this.pageSize = body.length;
  }

  pidOf(name) {
    return Number(readFileSync(join(this.state, 'run', `${name}.pid`), 'utf8').split(' ')[0]);
  }

  async down() {
    for (const child of this.started.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((done) => child.on('exit', done));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    }
    this.started = [];
    this.run('stop');
  }
}

// The site's configuration, with a port without TLS and one server for each peer: same process,
// same settings, same headers.
function withPeers(conf) {
  const tls = conf.split('\n').filter((line) => /^\s*ssl_/.test(line)).join('\n');
  const servers = PEERS.map((peer, i) => {
    const p = ports.peer(i);
    return `
    upstream ${peer.id} {
        server 127.0.0.1:${p.node};
        keepalive 128;
        keepalive_timeout 300s;
        keepalive_requests 1000000;
    }
    server {
        listen 127.0.0.1:${p.plain} backlog=4096;
        listen 127.0.0.1:${p.https} ssl http2 backlog=4096;
        server_name localhost;
        include headers.conf;
${tls}
        location / {
            proxy_pass http://${peer.id};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Request-Id $request_id;
            proxy_connect_timeout 3s;
            proxy_read_timeout 15s;
            proxy_buffer_size 32k;
            proxy_buffers 16 16k;
            proxy_busy_buffers_size 64k;
        }
    }
`;
  });
  const plain = conf.replace(/^.*ssl http2 default_server.*$/m, (line) => `${line} listen 127.0.0.1:${ports.plain} backlog=4096;`);
  if (plain === conf) fail('nginx/nginx.conf.in has changed: the line that listens with TLS is not found');
  const end = plain.lastIndexOf('}');
  return plain.slice(0, end) + servers.join('') + plain.slice(end);
}
