// Servers of a test's own, to be spoiled: each is ./run's private cluster in a folder of its own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment, psql, source } from './lib.mjs';

const isRoot = process.getuid() === 0;
const user = 'sitaminter'; // who servers run as when root starts them

function call(command, args, env) {
  const r = spawnSync(command, args, { encoding: 'utf8', env: { ...environment, ...env } });
  if (r.error) throw r.error;
  assert.equal(r.status, 0, `${command} ${args.join(' ')}\n${r.stderr}`);
  return r.stdout;
}

const asService = (command, args) => (isRoot
  ? call('setpriv', [`--reuid=${user}`, `--regid=${user}`, '--init-groups', '--', command, ...args])
  : call(command, args));

export class Cluster {
  // `after`: the test's, or that of node:test for a whole file.
  constructor(after) {
    this.folder = mkdtempSync(join(tmpdir(), 'sita-cluster-'));
    this.host = join(this.folder, 'run');
    this.data = join(this.folder, 'pg');
    chmodSync(this.folder, 0o755);
    after(() => {
      try {
        this.stop();
      } finally {
        rmSync(this.folder, { recursive: true, force: true });
      }
    });
  }

  // The first start makes it.
  start() {
    call(join(source, 'run'), ['database', 'start'], { SITA_STATE: this.folder });
    return this;
  }

  stop() {
    call(join(source, 'run'), ['database', 'stop'], { SITA_STATE: this.folder });
  }

  restart() {
    this.stop();
    return this.start();
  }

  // Settings, as a superuser would make them; what needs a restart waits for one.
  set(settings) {
    for (const [name, value] of Object.entries(settings)) this.psql(`ALTER SYSTEM SET ${name} = ${value}`);
    this.psql('SELECT pg_reload_conf()');
  }

  psql(sql, { database = 'postgres', ...more } = {}) {
    return psql(database, sql, { host: this.host, ...more });
  }

  // One of the server's programs on its data, while it is stopped.
  tool(name, ...args) {
    return asService(join(this.programs, name), args);
  }

  get programs() { // those that ./run takes
    const newest = readdirSync('/usr/lib/postgresql').sort((a, b) => b - a)[0];
    return join('/usr/lib/postgresql', newest, 'bin');
  }

  // A standby of this one that streams, by way of a slot if that is named; it is not started yet.
  standby(after, slot) {
    const other = new Cluster(after);
    if (isRoot) chownSync(other.folder, ...['-u', '-g'].map((what) => Number(call('id', [what, user]))));
    asService(join(this.programs, 'pg_basebackup'), ['-h', this.host, '-U', 'postgres', '-D', other.data, '-R', '-X', 'stream',
      '-c', 'fast', ...(slot ? ['-C', '-S', slot] : [])]);
    return other;
  }
}
