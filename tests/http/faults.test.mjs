// ctest: timeout=300
// What breaks comes back by itself, and meanwhile nobody gets a wrong answer.
import assert from 'node:assert/strict';
import test from 'node:test';
import { get as fastcgi } from './lib/fastcgi.mjs';
import { reload } from './lib/nginx.mjs';
import { Server } from './lib/serve.mjs';
import { childrenOf, get, processOf, psql, sockets, until } from './lib/site.mjs';

// Who asks all the time, past the cache, until stopped; then what they saw and how often. `ask` says
// what is asked and which answer is right: ['/path', options, (answer) => right].
function askers(n, asked) {
  const seen = new Map();
  let going = true;
  async function one(i) {
    for (let turn = i; going; turn++) {
      const [target, options, right] = asked[turn % asked.length];
      let what;
      try {
        const answer = await get(target, { ...options, headers: { Cookie: `reader=${i}`, ...options.headers } });
        what = right(answer) ? 'right' : answer.status === 200 ? `wrong: ${target}` : answer.status;
      } catch (error) {
        what = error.code ?? error.message;
      }
      seen.set(what, (seen.get(what) ?? 0) + 1);
    }
  }
  const all = Array.from({ length: n }, (_, i) => one(i));
  return {
    seen,
    count: () => seen.get('right') ?? 0,
    async stop() {
      going = false;
      await Promise.all(all);
      return Object.fromEntries(seen);
    },
  };
}

const page = (target) => [target, {}, (answer) => answer.status === 200 && answer.body.includes('</html>')];
const readers = (n, target) => askers(n, [page(target)]);

// A page, the same data as JSON to the byte, and what the write and desk pools answer.
async function everything() {
  const known = await get('/api/tokens');
  const rows = (answer) => JSON.stringify(JSON.parse(answer.body).data);
  return [page('/tokens'),
    ['/api/tokens', {}, (answer) => answer.status === 200 && rows(answer) === rows(known)],
    ['/tokens', { method: 'POST', body: 'x=1' }, (answer) => answer.status === 405 && answer.headers.allow === 'GET, HEAD, OPTIONS'],
    ['/admin', {}, (answer) => answer.status === 404 && answer.body.includes('</html>')]];
}

async function answersAgain() {
  await until(() => get('/tokens', { headers: { Cookie: 'x=1' } }), (answer) => answer.status === 200, 30000);
}

function onlyStatuses(seen, allowed) {
  for (const what of Object.keys(seen))
    assert.ok(allowed.includes(what), `unexpected "${what}" in ${JSON.stringify(seen)}`);
}

test('nginx reloads under load without a failed request', async () => {
  const load = readers(8, '/tokens');
  for (let i = 0; i < 4; i++) {
    const before = load.count();
    await reload();
    await until(() => load.count(), (now) => now > before + 40);
  }
  const seen = await load.stop();
  assert.ok(seen.right > 160);
  onlyStatuses(seen, ['right']);
});

test('every process of the server killed in turn: right answers or 503, and a new one takes over', async () => {
  const load = askers(8, await everything());
  const parent = processOf('serve');
  const first = childrenOf(parent);
  assert.equal(first.length, 11, 'read, write and desk workers and the clerk');
  for (const victim of first) {
    process.kill(victim, 'SIGKILL');
    await until(() => childrenOf(parent), (now) => !now.includes(victim) && now.length === first.length);
    const count = load.count();
    await until(() => load.count(), (now) => now > count + 20);
  }
  assert.ok(childrenOf(parent).every((pid) => !first.includes(pid)));
  const seen = await load.stop();
  onlyStatuses(seen, ['right', '503']);
  assert.ok((seen[503] ?? 0) < seen.right / 10, `not more than those that were under way: ${JSON.stringify(seen)}`);
  await answersAgain();
});

test('the clerk alone killed: nobody notices, and the new one goes on with its work', async (t) => {
  const url = (user) => `host=${sockets} dbname=sitaminter user=${user}`;
  const server = await new Server({ READER_URL: url('sita_reader'), APP_URL: url('sita_app'), DESK_URL: url('sita_desk') })
    .start().ready();
  t.after(() => server.stop());
  t.after(() => psql("DELETE FROM settings WHERE key = 'faults.clerk'"));
  const generation = () => server.metric('settings_generation');
  await until(() => server.metric('database_up'), (up) => up === 1);
  await until(() => server.metric('schema_matches'), (same) => same === 1);
  const noticed = async (sql) => {
    const before = await generation();
    psql(sql);
    await until(generation, (now) => now > before);
  };
  await until(generation, (now) => now > 0);
  await noticed("INSERT INTO settings (key, value, is_public) VALUES ('faults.clerk', '1', true)");

  const others = server.lines('worker_died').length, victim = server.pid('clerk worker 0');
  let going = true, answered = 0;
  const load = (async () => {
    for (; going; answered++) assert.equal((await fastcgi(server.read, '/readyz')).status, 200);
  })();
  process.kill(victim, 'SIGKILL');
  await until(() => server.pid('clerk worker 0'), (now) => now !== victim);
  await noticed("UPDATE settings SET last_updated = now() + interval '1 second' WHERE key = 'faults.clerk'");
  going = false;
  await load;
  assert.ok(answered > 0);
  assert.equal(server.lines('worker_died').length, others + 1);
  assert.equal(await server.metric('worker_deaths_total{pool="clerk"}'), 1);
  assert.equal(await server.metric('database_up'), 1);
});

test('all workers killed at once', async () => {
  const load = readers(8, '/tokens');
  const parent = processOf('serve');
  const before = childrenOf(parent);
  for (const pid of before) process.kill(pid, 'SIGKILL');
  await until(() => childrenOf(parent), (now) => now.length === before.length && !now.some((pid) => before.includes(pid)), 30000);
  await answersAgain();
  onlyStatuses(await load.stop(), ['right', '503']);
});

test('fifty database sessions ended under load: right answers or 503', async () => {
  const load = askers(8, await everything());
  const sessions = () => psql("SELECT pid FROM pg_stat_activity WHERE usename IN ('sita_reader', 'sita_app', 'sita_desk')", 'postgres').split('\n').filter(Boolean);
  let ended = 0;
  while (ended < 50) {
    const pids = await until(sessions, (all) => all.length > 0);
    ended += Number(psql(`SELECT count(*) FROM unnest('{${pids[ended % pids.length]}}'::int[]) pid WHERE pg_terminate_backend(pid)`, 'postgres'));
    const count = load.count();
    await until(() => load.count(), (now) => now > count + 2);
  }
  const seen = await load.stop();
  onlyStatuses(seen, ['right', '503']);
  assert.ok(seen.right > 150, JSON.stringify(seen));
  await answersAgain();
});

test('a database session killed: PostgreSQL restarts itself, readers see 503 at worst', async () => {
  const load = readers(8, '/tokens');
  await until(() => load.count(), (n) => n > 20);
  const pid = Number(psql("SELECT pid FROM pg_stat_activity WHERE datname = 'sitaminter' AND backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1"));
  process.kill(pid, 'SIGKILL');
  await until(() => psql('SELECT 1'), (answer) => answer === '1');
  await answersAgain();
  onlyStatuses(await load.stop(), ['right', '503']);
});

test('all of PostgreSQL killed: it is started again, readers see 503 at worst', async () => {
  const load = readers(8, '/tokens');
  const before = processOf('postgres');
  process.kill(before, 'SIGKILL');
  await until(() => processOf('postgres'), (now) => now !== before, 30000);
  await answersAgain();
  onlyStatuses(await load.stop(), ['right', '503']);
});

test('the parent of the workers killed: the site is back within seconds', async () => {
  const before = processOf('serve');
  process.kill(before, 'SIGKILL');
  await until(() => processOf('serve'), (now) => now !== before, 30000);
  await answersAgain();
});

test('nginx killed: it is started again on the same ports', async () => {
  const before = processOf('nginx');
  process.kill(before, 'SIGKILL');
  await until(() => processOf('nginx'), (now) => now !== before, 30000);
  await answersAgain();
});
