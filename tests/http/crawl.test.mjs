// ctest: timeout=240
// A reader and a program that follow every link: no error, no fragment without its place, no page of the
// route table and no record that nothing leads to, and nothing that still says what is no longer so.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { base, build, get, psql, source, until } from './lib/site.mjs';

const table = JSON.parse(execFileSync(path.join(build, 'sitaminter'), ['help', 'routes'], { encoding: 'utf8', env: {} }));
const patterns = table.filter((page) => page.access === 'public').flatMap(({ path, apiPath, pool }) => [path, apiPath].filter(Boolean).map((pattern) =>
  ({ pattern, pool, regex: new RegExp(`^${pattern.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`) })));
const literal = ({ pattern }) => !pattern.includes('{');
const routeOf = (pathname) => patterns.filter(({ regex }) => regex.test(pathname)).sort((a, b) => literal(b) - literal(a))[0]?.pattern;

// Addresses that no page leads to, and who knows them.
const unlinked = {
  '/robots.txt': 'crawlers ask for the name',
  '/sitemap.xml': 'robots.txt names it',
  ...Object.fromEntries(['pages', 'tokens/{part}', 'activity/{part}', 'creators/{part}'].map((map) => [`/sitemaps/${map}`, 'the sitemap names them'])),
  '/api/newest': 'the script of lists asks it',
  '/api/settings': 'programs ask it, as the API document says',
};
// The only sites that a page may lead to.
const elsewhere = ['explorer.nervos.org', 'testnet.explorer.nervos.org'];

const text = (html) => html.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&');
const every = (body, regex) => [...body.matchAll(regex)].map((m) => text(m.slice(1).find((group) => group !== undefined)));

// What a reader types into a box, by its name; known once there are rows (before()).
const typed = {};

// A form as it stands, and once with each choice of each of its lists alone, and each box: not all go
// together. What goes together is linked from the heads of those pages.
function formLeadsTo(form, action) {
  const fields = [...form.matchAll(/<input[^>]*\sname="([^"]*)"[^>]*>|<select[^>]*\sname="([^"]*)"[^>]*>([^]*?)<\/select>/g)].map(([tag, input, select, inside]) => {
    if (input) return { name: input, value: text(/\svalue="([^"]*)"/.exec(tag)?.[1] ?? ''), choices: ['', ...(typed[input] ? [typed[input]] : [])] };
    const choices = every(inside, /value="([^"]*)"/g);
    return { name: select, value: text(/value="([^"]*)" selected/.exec(inside)?.[1] ?? choices[0]), choices };
  });
  const sent = (value) => `${action}?${new URLSearchParams(fields.map((f) => [f.name, value(f)]))}`;
  return [sent((f) => f.value), ...fields.flatMap((one) => one.choices.slice(1).map((value) => sent((f) => (f === one ? value : f.choices[0]))))];
}

const strings = (value) => typeof value === 'string' ? [value] : value && typeof value === 'object' ? Object.values(value).flatMap(strings) : [];

// What an answer leads to, by its type. What JSON says of a token elsewhere is no link of ours.
const leads = [
  [/text\/html/, (body) => [
    ...every(body, /\s(?:href|src)="([^"]*)"|<meta property="og:(?:url|image)" content="([^"]*)"/g),
    ...[...body.matchAll(/<form[^>]*action="([^"]*)"[^]*?<\/form>/g)].flatMap(([form, action]) => formLeadsTo(form, text(action))),
  ]],
  [/xml/, (body) => every(body, /<loc>([^<]+)|<(?:id|uri)>(https:[^<]+)|\shref="([^"]+)"/g)],
  [/text\/css/, (body) => every(body, /url\("?([^)"]+)/g)],
  [/text\/plain/, (body) => every(body, /^Sitemap: (.*)$/gm)],
  [/application\/json$/, (body) => strings(JSON.parse(body)).filter((s) => /^\/(?!\/)[\w/.-]*(\?|$)/.test(s) || s.startsWith(`${base}/`))],
];
function leadsTo({ body, headers }) {
  const header = [...(headers.link ?? '').matchAll(/<([^>]*)>/g)].map(([, link]) => link);
  return [...header, ...(leads.find(([type]) => type.test(headers['content-type']))?.[1](body) ?? [])];
}

// The demo data is of people whom nobody here knows: somebody who has a page.
const address = JSON.parse(fs.readFileSync(path.join(source, 'tests/data/addresses.json'), 'utf8')).valid[4].address;
before(async () => {
  psql(`INSERT INTO users (wallet_address) VALUES ('${address}');
  INSERT INTO tokens (name, symbol, supply, creator_id, network_id) SELECT 'Crawled', 'CRWL', '1', id, 'mainnet' FROM users WHERE wallet_address = '${address}';
  INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, network_id) SELECT creator_id, id, '0x' || repeat('c0', 32), 'mint', 'mainnet' FROM tokens WHERE symbol = 'CRWL'`);
  await until(() => get('/'), ({ body }) => body.includes('CRWL'));
  const [token, day] = psql("SELECT id, created_at::date FROM tokens WHERE symbol = 'CRWL'").split('|');
  Object.assign(typed, { q: 'CRW', creator: address, user: address, tokenId: token, from: day, to: day });
});
after(() => psql(`DELETE FROM transactions WHERE tx_hash = '0x' || repeat('c0', 32); DELETE FROM tokens WHERE symbol = 'CRWL';
  DELETE FROM users WHERE wallet_address = '${address}'`));

// Every link is followed; that there are more than so many would be a mistake.
const MOST = 6000;

// What `known` has answered already is not asked again.
async function crawl(start, known = new Map()) {
  const from = new Map([[start, 'the start']]), waiting = [start], answers = new Map(), errors = [];
  const add = (link, at) => {
    const url = new URL(link, base + at);
    if (url.origin !== base) {
      if (url.protocol !== 'https:' || !elsewhere.includes(url.hostname)) errors.push(`${at} leads to ${link}`);
      return;
    }
    const target = url.pathname + url.search;
    if (from.has(target) || from.size >= MOST) return;
    from.set(target, at);
    waiting.push(target);
  };
  const visit = async (target) => {
    const answer = known.get(target) ?? await get(target);
    answers.set(target, answer);
    if (answer.status !== 200 && !(answer.status === 302 && answer.headers.location?.startsWith('/')))
      errors.push(`${answer.status} ${answer.headers.location ?? ''} ${target}, from ${from.get(target)}`);
    for (const link of answer.status === 302 ? [answer.headers.location] : leadsTo(answer)) add(link, target);
  };
  // What is made while it is sent is two at once for one address: this reader takes it one by one.
  const whole = (target) => patterns.find(({ pattern }) => pattern === routeOf(target.split('?')[0]))?.pool === 'desk';
  while (waiting.length) {
    const next = waiting.splice(0, 16);
    await Promise.all(next.filter((target) => !whole(target)).map(visit));
    for (const target of next.filter(whole)) await visit(target);
  }
  return { answers, errors, routes: new Set([...answers.keys()].map((target) => routeOf(target.split('?')[0]))) };
}

// Work on many at a time.
async function each(targets, work) {
  const rest = [...targets];
  await Promise.all(Array.from({ length: 16 }, async () => { while (rest.length) await work(rest.shift()); }));
}

let site;

test('every link leads somewhere, and something leads to every page and every record', async (t) => {
  site = await crawl('/');
  const { answers, errors, routes } = site;
  t.diagnostic(`${answers.size} addresses, ${routes.size} of ${patterns.length} routes`);
  assert.deepEqual(errors, []);
  assert.ok(answers.size < MOST);
  assert.deepEqual(patterns.map((p) => p.pattern).filter((p) => !routes.has(p)).sort(), Object.keys(unlinked).sort());
  for (const [table, at] of [['tokens', '/tokens/'], ['transactions', '/activity/']]) {
    const all = psql(`SELECT id FROM ${table} ORDER BY id`).split('\n');
    assert.deepEqual(all.filter((id) => !answers.has(at + id)), [], `nothing leads to these of ${table}`);
  }
});

// Of a list's address: which filters it has, and its order, as one word.
function shapeOf(target) {
  const { pathname, searchParams } = new URL(target, base);
  const names = [...searchParams.keys()].filter((name) => searchParams.get(name) && !['limit', 'page', 'after', 'before', 'sort'].includes(name));
  return `${pathname} ${names.sort().join()} ${searchParams.get('sort') || 'newest'}`;
}

test('each filter with each order that goes with it is among the pages that were followed', async () => {
  const seen = new Set([...site.answers].filter(([, { status }]) => status === 200).map(([target]) => shapeOf(target)));
  const values = { network: 'mainnet', status: 'pending', txType: 'mint', ...typed };
  let pairs = 0;
  for (const list of table.filter(({ path: at }) => ['/tokens', '/activity'].includes(at))) {
    const names = list.params.map((p) => p.name).filter((name) => values[name]);
    assert.ok(names.length >= 4, names.join());
    for (const name of names)
      for (const sort of list.params.find((p) => p.name === 'sort').choices) {
        const target = `${list.path}?${name}=${encodeURIComponent(values[name])}&sort=${sort}`;
        const { status } = await get(target);
        if (status === 400) continue; // these two do not go together
        assert.equal(status, 200, target);
        assert.ok(seen.has(shapeOf(target)), target);
        pairs++;
      }
  }
  assert.ok(pairs > 20, `${pairs}`);
});

test('a link into a page leads to a place that is there', () => {
  let fragments = 0;
  for (const [target, answer] of site.answers)
    for (const link of leadsTo(answer)) {
      const url = new URL(link, base + target);
      const there = site.answers.get(url.pathname + url.search);
      if (!url.hash || !there) continue;
      assert.ok(there.body.includes(` id="${decodeURIComponent(url.hash.slice(1))}"`), `${target}: ${link}`);
      fragments++;
    }
  assert.ok(fragments > site.answers.size / 4, `${fragments} of ${site.answers.size}`); // each page has its skip link
});

test('what was fetched once is asked for by its tag; what may be kept for ever is named by its content', async () => {
  const kept = [...site.answers].filter(([, { status, headers }]) => status === 200 && headers['cache-control'] !== 'no-store');
  assert.ok(kept.length > 500, `${kept.length}`);
  await each(kept, async ([target]) => {
    // As nginx keeps it, and as a worker makes it anew: one tag, and the same bytes.
    const [first, anew] = await until(async () => [await get(target), await get(target, { headers: { Cookie: 'a=1' } })],
      ([one, other]) => one.headers.etag === other.headers.etag);
    const { etag } = first.headers;
    assert.match(etag ?? '', /^(W\/)?"[^"]+"$/, target);
    assert.ok(anew.raw.equals(first.raw), target);
    const again = await get(target, { headers: { 'If-None-Match': etag } });
    assert.deepEqual([again.status, again.raw.length, again.headers.etag], [304, 0, etag], target);
    if (/immutable/.test(first.headers['cache-control'])) assert.match(target, /[0-9a-f]{12}/, target);
    else assert.match(first.headers['cache-control'], /^public, max-age=0, s-maxage=1, stale-while-revalidate=1$/, target);
  });
});

test('what is linked from nowhere is named where it should be', async () => {
  const { routes, errors, answers } = await crawl('/robots.txt', site.answers);
  assert.deepEqual(errors, []);
  for (const pattern of ['/robots.txt', '/sitemap.xml', ...Object.keys(unlinked).filter((p) => p.startsWith('/sitemaps')), '/tokens/{id}', '/activity/{id}', '/creators/{address}']) assert.ok(routes.has(pattern), pattern);
  const script = [...answers].find(([target]) => /^\/static\/app-[0-9a-f]{12}\.js$/.test(target));
  assert.ok(script[1].body.includes("'/api/newest'"));
});

test('a link that leads nowhere, one to elsewhere, and a page that nothing leads to, would be found', async () => {
  const headers = { 'content-type': 'text/html' };
  assert.deepEqual(leadsTo({ headers, body: '<a href="/x?a=1&amp;b=2"><form action="/y"><input name="q" value="z"><select name="s"><option value="u"><option value="v" selected></select></form>' }),
    ['/x?a=1&b=2', '/y?q=z&s=v', '/y?q=CRW&s=u', '/y?q=&s=v']);
  assert.deepEqual(leadsTo({ headers: { 'content-type': 'application/json', link: '</n>; rel="next"' }, body: '{"a":["/b?c=1","x","//d"]}' }), ['/n', '/b?c=1']);
  const { errors, routes } = await crawl('/nothing-here', site.answers);
  assert.ok(errors.some((e) => e.startsWith('404  /nothing-here')));
  assert.ok(!routes.has('/nothing-here'));
});

// Of what is made while it is sent, more than two at once are told to come again.
const letIn = ({ status }) => status !== 429;

// All addresses that were found and said `old` no longer do so when nothing may be kept any more.
async function nowhereAfter(old, change, least, t) {
  const showing = [...site.answers].filter(([target, { body }]) => !decodeURIComponent(target).includes(old) && body.includes(old)).map(([target]) => target);
  const [one] = showing.filter((target) => target !== '/');
  assert.ok((await until(() => get(one), letIn)).body.includes(old), `${one} says it still`);
  assert.ok(showing.length >= least, `${showing} show ${old}`);
  change();
  const changed = performance.now();
  await each(showing, (target) => until(() => get(target), (answer) => letIn(answer) && !answer.body.includes(old), Math.max(3000 - performance.now() + changed, 500)));
  t.diagnostic(`${showing.length} addresses, ${Math.round(performance.now() - changed)} ms`);
  return showing;
}

test('no page still says what is no longer so, three seconds after the change', async (t) => {
  const token = psql("SELECT id FROM tokens WHERE symbol = 'CRWL'");
  const at = await nowhereAfter('Crawled', () => psql(`UPDATE tokens SET name = 'Renamed' WHERE id = ${token}`), 20, t);
  for (const target of ['/', `/tokens/${token}`, `/api/tokens/${token}`, '/tokens.csv', '/tokens.jsonl', '/tokens.atom', `/creators/${address}`, '/api/tokens'])
    assert.ok(at.includes(target), `${target} said it before`);
  assert.match((await get(`/tokens/${token}`)).body, /Renamed/);
});

test('a row that is gone is nowhere, and its page is not found', async (t) => {
  const id = psql("SELECT id FROM transactions WHERE tx_hash = '0x' || repeat('c0', 32)");
  const at = await nowhereAfter(`0x${'c0'.repeat(32)}`, () => psql(`DELETE FROM transactions WHERE id = ${id}`), 10, t);
  assert.ok(at.includes(`/activity/${id}`) && at.includes('/activity.csv'));
  const link = `href="/activity/${id}"`; // lists show hashes in short
  assert.ok(site.answers.get('/').body.includes(link));
  await until(() => get('/'), (answer) => letIn(answer) && !answer.body.includes(link), 1000);
  assert.equal((await get(`/activity/${id}`)).status, 404);
});
