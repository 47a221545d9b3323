// ctest: timeout=300
// What breaks comes back by itself, and meanwhile nobody gets a wrong answer.
import assert from 'node:assert/strict';
import test from 'node:test';
import { childrenOf, get, processOf, psql, until } from './lib/site.mjs';
import { reload } from './lib/nginx.mjs';

// Readers that ask all the time, past the cache, until stopped; then the statuses they saw.
function readers(n, target) {
  const seen = new Map();
  let going = true;
  async function one(i) {
    while (going) {
      let what;
      try {
        const answer = await get(target, { headers: { Cookie: `reader=${i}` } });
        what = answer.status;
        if (what === 200 && !answer.body.includes('</html>')) what = 'half a page';
      } catch (error) {
        what = error.code ?? error.message;
      }
      seen.set(what, (seen.get(what) ?? 0) + 1);
    }
  }
  const all = Array.from({ length: n }, (_, i) => one(i));
  return {
    seen,
    count: () => seen.get(200) ?? 0,
    async stop() {
      going = false;
      await Promise.all(all);
      return Object.fromEntries(seen);
    },
  };
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
  assert.ok(seen[200] > 160);
  onlyStatuses(seen, ['200']);
});

test('workers killed one after another: no error but 503, and new ones take over', async () => {
  const load = readers(8, '/tokens');
  const parent = processOf('serve');
  for (let i = 0; i < 3; i++) {
    const before = childrenOf(parent);
    const victim = before[i % before.length];
    process.kill(victim, 'SIGKILL');
    await until(() => childrenOf(parent), (now) => !now.includes(victim) && now.length === before.length);
    const count = load.count();
    await until(() => load.count(), (now) => now > count + 20);
  }
  onlyStatuses(await load.stop(), ['200', '503']);
  await answersAgain();
});

test('all workers killed at once', async () => {
  const load = readers(8, '/tokens');
  const parent = processOf('serve');
  const before = childrenOf(parent);
  for (const pid of before) process.kill(pid, 'SIGKILL');
  await until(() => childrenOf(parent), (now) => now.length === before.length && !now.some((pid) => before.includes(pid)), 30000);
  await answersAgain();
  onlyStatuses(await load.stop(), ['200', '503']);
});

test('a database session killed: PostgreSQL restarts itself, readers see 503 at worst', async () => {
  const load = readers(8, '/tokens');
  await until(() => load.count(), (n) => n > 20);
  const pid = Number(psql("SELECT pid FROM pg_stat_activity WHERE datname = 'sitaminter' AND backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1"));
  process.kill(pid, 'SIGKILL');
  await until(() => psql('SELECT 1'), (answer) => answer === '1');
  await answersAgain();
  onlyStatuses(await load.stop(), ['200', '503']);
});

test('all of PostgreSQL killed: it is started again, readers see 503 at worst', async () => {
  const load = readers(8, '/tokens');
  const before = processOf('postgres');
  process.kill(before, 'SIGKILL');
  await until(() => processOf('postgres'), (now) => now !== before, 30000);
  await answersAgain();
  onlyStatuses(await load.stop(), ['200', '503']);
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
