// ctest: timeout=600
// How many buffers each statement touches on a million skewed transactions: a bound per query, so
// that a plan which walks a table in search of rare rows fails here and not in front of a reader.
// Shapes come from the query files: a new query without a line in `queries` fails too.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test, { after, before } from 'node:test';
import { db, psql, read, statements } from './lib.mjs';

const md5 = (i) => createHash('md5').update(String(i)).digest('hex');
const database = `test_buffers_${process.pid}`;
// What connections of the program set for the planner.
const options = read('sql/db_connection.c').match(/-c (plan_cache_mode|enable_\w+|jit|pg_trgm\.\w+)=[\w.]+/g).join(' ');

const networks = ['mainnet', 'testnet', 'devnet', 'no such network'];
const states = ['confirmed', 'pending', 'failed', 'no such status'];
// Pages as they were when one of the first rows was the newest: what came later must cost nothing.
const until = [61], anchors = [61, 20000, 50000, 99000];
const lists = { network: networks, status: states, skip: [9900], until };
// Users 1 to 4: 30 % of everything, almost nothing, reserved, a share; and nobody.
const address = (i) => `ckb1${md5(i)}${md5(i + 1)}`;
const user = [1, 2, 3, 4].map(address).concat('nobody');
// Spans of time: all, none, a moment among the oldest, a month among the newest.
const spans = { from: ['-infinity', '2024-01-01 00:10', '2024-12-01', '2031-01-01'], to: ['infinity', '2024-01-01 00:20'] };
const type = ['transfer', 'burn', 'no such type'];
// What names and symbols begin with: all, some, few, none; and rows to go on from.
const begins = ['t', 'Token 9', 'T1', 'token 99998', 'no such'];
const fewer = ['T999', 'token 9999', 'token 99998', 'no such']; // at most 1,000 tokens each
const cursors = [2147483647, 50000, 61, 1], ends = [0, 30, 50000, 99990];
const token = [1, 100, 5000, 99990, 99999999];

// A descent of an index touches its root, at most two inner pages and a leaf; a row of a list is an
// index entry, its heap page and the descents of its joins.
const DESCENT = 4;
// Pages and totals walk at most 10,100 index entries: up to 90 leaves, if the visibility map is set.
const WALK = 120;
// The keys of all 100,000 tokens; of 20,000 tokens before an anchor the keys and their pages; a scan's way
// to its rows; and how many rows at least a page holds that are looked at one after another.
const KEYS = 1000, ANCHORED = 1800, SCAN = 600, ROWS_OF_PAGE = 12;

// Per query: values of its parameters (every combination is tried), and the bound. Or why not.
const queries = {
  token_list: {
    values: { ...lists, after: [2147483647, 50000, 61, 1], before: [0, 30, 50000, 99990] },
    most: (s) => s.limit * (1 + DESCENT) + 2 * DESCENT + (s.options.includes('page') ? s.limit * DESCENT + WALK : 0),
  },
  token_total: { values: lists, most: () => WALK },
  token_by_creator: {
    values: { ...lists, creator: user, after: [2147483647, 50000, 61, 1], before: [0, 30, 50000, 99990] },
    most: (s) => s.limit + 3 * DESCENT + (s.options.includes('page') ? s.limit * DESCENT + WALK : 0),
  },
  token_by_name: {
    values: { network: networks, q: begins, skip: lists.skip, until: anchors, after: cursors, before: ends },
    most: (s) => s.limit * (1 + DESCENT) + 3 * DESCENT + (s.options.includes('page') ? s.limit * DESCENT + WALK : 0) + (s.options.includes('until') ? ANCHORED : 0),
  },
  token_by_symbol: {
    values: { network: networks, q: begins, skip: lists.skip, until: anchors, after: cursors, before: ends },
    most: (s) => s.limit * (1 + DESCENT) + 3 * DESCENT + (s.options.includes('page') ? s.limit * DESCENT + WALK : 0) + (s.options.includes('until') ? ANCHORED : 0),
  },
  // All keys that begin so, by symbol and by name.
  token_matching: {
    values: { network: networks.slice(0, 2), q: begins, skip: lists.skip, until, after: [2147483647, 61], before: [0, 99990] },
    most: (s) => s.limit * (1 + 2 * DESCENT) + 2 * DESCENT + 2 * KEYS,
  },
  token_matching_beyond: { values: { network: networks, q: begins }, most: () => 2 * KEYS },
  // The rows that are looked at, found or not.
  token_scan: {
    values: { network: networks.slice(0, 2), q: ['t', 'no such'], skip: lists.skip, until: [50000], after: [2147483647], before: [0] },
    most: (s) => 100000 / ROWS_OF_PAGE + SCAN + s.limit * (1 + 2 * DESCENT),
  },
  token_scan_end: { values: { until: anchors, after: cursors, before: ends }, most: () => 4 * WALK },
  token_matching_total: { values: { network: networks, q: begins, until: anchors }, most: (s) => 2 * WALK + (s.options.includes('until') ? 2 * ANCHORED + 2 * KEYS : 0) },
  token_by_date: {
    values: { ...spans, network: networks, creator: user, skip: lists.skip, until, after: [2147483647, 50000, 61, 1], before: [0, 30, 50000, 99990] },
    most: (s) => s.limit * (1 + 2 * DESCENT) + 4 * DESCENT + (s.options.includes('page') ? s.limit * DESCENT + WALK : 0),
  },
  token_by_date_total: { values: { ...spans, network: networks, creator: user, until }, most: () => WALK },
  token_by_creator_total: { values: { ...lists, creator: user }, most: () => WALK },
  token_one: { values: { id: [1, 100000, 4711, 0] }, most: () => 2 * DESCENT },
  transaction_list: {
    values: { ...lists, token, after: [2147483647, 500000, 61, 1], before: [0, 30, 500000, 999990] },
    most: (s) => s.limit * (1 + 2 * DESCENT) + 2 * DESCENT + (s.options.includes('page') ? s.limit * DESCENT + WALK : 0),
  },
  transaction_total: { values: { ...lists, token }, most: () => WALK },
  transaction_by_user: {
    values: { ...lists, user, after: [2147483647, 500000, 61, 1], before: [0, 30, 500000, 999990] },
    most: (s) => s.limit * (1 + DESCENT) + 3 * DESCENT + (s.options.includes('page') ? s.limit * DESCENT + WALK : 0),
  },
  transaction_by_user_total: { values: { ...lists, user }, most: () => WALK },
  transaction_by_type: {
    values: { ...lists, type, after: [2147483647, 500000, 61, 1], before: [0, 30, 500000, 999990] },
    most: (s) => s.limit * (1 + 2 * DESCENT) + 2 * DESCENT + (s.options.includes('page') ? s.limit * DESCENT + WALK : 0),
  },
  transaction_by_type_total: { values: { ...lists, type }, most: () => WALK },
  transaction_by_date: {
    values: { ...spans, token, user, skip: lists.skip, until, after: [2147483647, 500000, 61, 1], before: [0, 30, 500000, 999990] },
    most: (s) => s.limit * (1 + 2 * DESCENT) + 4 * DESCENT + (s.options.includes('page') ? s.limit * DESCENT + WALK : 0),
  },
  transaction_by_date_total: { values: { ...spans, token, user, until }, most: () => WALK },
  // A thousand tokens are found by twice as many keys; of each a page's rows are merged, and for page N
  // those before it, too: then they are fewer (see handlers/walk.c).
  transaction_matching: {
    values: { network: networks, status: states, q: fewer, skip: lists.skip, until, after: [2147483647, 500000, 61, 1], before: [0, 30, 500000, 999990] },
    most: (s) => 2 * (DESCENT + 20) + 1000 * (1 + DESCENT) + s.limit * (1 + 3 * DESCENT) + (s.options.includes('page') ? WALK : 0),
  },
  transaction_matching_total: { values: { network: networks, status: states, q: begins, until }, most: () => 2 * (DESCENT + 20) + 2000 * (1 + DESCENT) + WALK },
  // The rows that are looked at: by id they stand together, of a status they may lie far apart; and, for
  // very many tokens, the token of each.
  transaction_scan: {
    values: { network: ['testnet'], status: ['pending'], q: ['t', 'no such'], skip: lists.skip, until: [900000], after: [2147483647], before: [0] },
    most: (s) => (s.options.includes('status') ? 20000 : 100000 / ROWS_OF_PAGE) + (s.options.includes('many') ? 20000 * DESCENT : 0) + 500 + s.limit * (1 + 3 * DESCENT),
  },
  transaction_scan_end: { values: { status: states, until: [61, 900000], after: [2147483647, 61], before: [0, 999990] }, most: () => 4 * WALK },
  activity_chart: { values: {}, most: () => WALK },
  // A hundred of one hash, at most.
  transaction_issuing: { values: { network: networks, hash: [`0x${md5(9)}${md5(-9)}`, '0x0'], token: [1, 100] }, most: () => 3 * DESCENT },
  transaction_beside: { values: { id: [1, 1000000, 0] }, most: () => 8 * DESCENT },
  transaction_one: { values: { id: [1, 1000000, 4711, 0] }, most: () => 3 * DESCENT },
  token_first_symbol: { values: { network: networks, symbol: ['T1', 't40', 'no such'] }, most: () => 2 * DESCENT },
  token_first_name: { values: { network: networks, name: ['Token 7', 'TOKEN 99999', 'no such'] }, most: () => 2 * DESCENT },
  token_alike_symbol: { values: { network: networks, id: [1, 40, 99990, 0], like: ['t40', 'no such', null] }, most: () => 3 * DESCENT },
  token_alike_name: { values: { network: networks, id: [1, 40, 99990, 0], like: ['t40', 'no such', null] }, most: () => 3 * DESCENT },
  search_symbol: { values: { text: ['T1', 't', 'T999', 'no such'] }, most: () => 21 * (1 + DESCENT) + 2 * DESCENT },
  search_name: { values: { text: ['Token', 'token 9', 'no such'] }, most: () => 21 * (1 + DESCENT) + 2 * DESCENT },
  // Words like it, or few signs, in every name or none: posting lists, and the heap pages of at most
  // 2,000 tokens; both indexes of keys whole, and 42 rows.
  search_similar: { values: { text: ['tokem', 'oken', 'tokne 99998', 'tonek 4', 'the token of tokens', '熊猫币', 'no such'] }, most: () => 700 },
  search_within: { values: { text: ['k', '99', 'zz', '熊猫', '%', '9 9'] }, most: () => 1300 + 42 * 2 * DESCENT },
  // A hundred of the same key by either; then 21 rows.
  search_named: { values: { text: ['T1', 't', 'Token 999', 'no such'] }, most: () => 2 * (100 + DESCENT) + 21 * 2 * DESCENT },
  // 33 words, three rows of each by symbol and three by name; then 21 rows.
  search_swapped: {
    values: { words: ['t1', 'no such\nnor such', Array.from({ length: 33 }, (_, i) => `t${i}`).join('\n'), Array.from({ length: 33 }, (_, i) => `token ${i}`).join('\n')] },
    most: () => 33 * 2 * (DESCENT + 3) + 21 * 2 * DESCENT,
  },
  search_type_hash: { values: { hash: [`0x${md5(9)}${md5(11)}`, '0x0', 'x'] }, most: () => 3 * DESCENT },
  // Six ways to write a hash.
  search_issued: { values: { hash: [`0x${md5(9)}${md5(-9)}`, '0x0', 'x'] }, most: () => 9 * DESCENT },
  search_tx_hash: { values: { hash: [`0x${md5(9)}${md5(-9)}`, '0x0', 'x'] }, most: () => 10 * DESCENT },
  token_newest_id: { values: {}, most: () => DESCENT },
  transaction_newest_id: { values: {}, most: () => DESCENT },
  user_newest: { values: {}, most: () => DESCENT },
  sitemap_parts: { values: {}, most: (s) => (s.options.includes('transactions') ? 22 : 4) * DESCENT },
  // 500 pages, and for each the newest that happened to it or them.
  sitemap_tokens: { values: { after: [0, 50000, 99000, 2000000000], last: [50000, 100000, 2147500000] }, most: () => 500 * (1 + 2 * DESCENT) },
  sitemap_transactions: { values: { after: [0, 500000, 999000], last: [50000, 1000000] }, most: () => WALK },
  sitemap_users: { values: { after: [0, 10000, 19000], last: [50000, 100000] }, most: () => 500 * 4 * DESCENT },
  user_by_address: { values: { address: user }, most: () => 2 * DESCENT },
  bench_token_list: {
    values: { before: [2147483647, 50000, 100, 1] },
    most: (s) => s.limit * (1 + DESCENT) + DESCENT,
  },
  bench_token_one: { values: { id: [1, 100000, 0] }, most: () => 2 * DESCENT },
  bench_transactions: { values: { id: token }, most: (s) => s.limit + 2 * DESCENT },
  bench_sleep: { values: { ms: [1] }, most: () => 0 },
  ping: { values: {}, most: () => 0 },
  settings_state: { values: {}, most: () => DESCENT },
  // The table is what operators wrote by hand.
  public_setting_list: { values: { key: ['a', 'none'] }, most: () => 2 * DESCENT },
};
const notBounded = /^(backup|import|schema|diagnose|maintain|setting)_/; // run by an operator or once at the start, not for a reader

const combinations = (parameters, values) =>
  parameters.reduce((all, p) => all.flatMap((c) => values[p].map((v) => [...c, v])), [[]]);

const literal = (v) => (typeof v === 'string' ? `'${v}'` : String(v));

before(() => {
  psql('postgres', `DROP DATABASE IF EXISTS ${database}; CREATE DATABASE ${database}`);
  assert.equal(db(['push', '--url', `dbname=${database}`]).status, 0);
  // Indexes are made after the rows, which takes a third of the time.
  const indexes = psql(database, `SELECT indexname, indexdef FROM pg_indexes JOIN pg_class ON relname = indexname
    JOIN pg_index ON indexrelid = pg_class.oid WHERE schemaname = 'public' AND NOT indisunique`)
    .split('\n').map((line) => line.split('|'));
  psql(database, [
    ...indexes.map(([name]) => `DROP INDEX ${name};`),
    read('tests/sql/skewed.sql'),
    ...indexes.map(([, definition]) => `${definition};`),
  ].join('\n'));
  vacuum();
});

// Marks every page all-visible. A snapshot that some other session (autovacuum's, say) holds at the
// moment keeps VACUUM from that: then once more.
function vacuum() {
  const deadline = Date.now() + 60000;
  do {
    assert.ok(Date.now() < deadline, 'VACUUM could not mark all pages within a minute');
    psql(database, 'VACUUM ANALYZE');
  } while (psql(database, `SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relallvisible < relpages
    AND relnamespace = 'public'::regnamespace`) !== '0');
}

after(() => psql('postgres', `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`));

// [{ statement, values, plan }] of every combination.
function explain(list) {
  const runs = [];
  const script = list.flatMap((statement, i) => [
    `PREPARE s${i} AS ${statement.sql};`,
    ...combinations(statement.parameters, queries[statement.name].values).map((values) => {
      runs.push({ statement, values });
      const given = values.length ? `(${values.map(literal).join(', ')})` : '';
      return `\\echo @@@\nEXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE s${i}${given};`;
    }),
  ]);
  const printed = psql(database, script.join('\n'), { options }).split('@@@').slice(1);
  assert.equal(printed.length, runs.length);
  return runs.map((run, i) => ({ ...run, plan: JSON.parse(printed[i])[0].Plan }));
}

function indexesOf(plan) {
  return [plan['Index Name'], ...(plan.Plans ?? []).flatMap(indexesOf)].filter(Boolean);
}

const describe = ({ statement: s, values }) =>
  `${s.name} [${s.options}] limit ${s.limit} (${s.parameters.map((p, i) => `${p}=${values[i]}`)})`;

test('every query has a bound, and every statement stays within it', (t) => {
  // Of the limits of a query the smallest and the largest: they frame the planner's choices.
  const every = statements().filter((s) => !notBounded.test(s.name));
  const extreme = (s) => [Math.min, Math.max].some((pick) =>
    pick(...every.filter((o) => o.name === s.name).map((o) => o.limit)) === s.limit);
  const all = every.filter(extreme);
  const unknown = [...new Set(all.map((s) => s.name))].filter((name) => !queries[name]);
  assert.deepEqual(unknown, [], 'queries without a line in this test');
  const worst = new Map();
  const over = [];
  const used = new Set();
  const runs = explain(all);
  for (const run of runs) {
    const buffers = run.plan['Shared Hit Blocks'] + run.plan['Shared Read Blocks'];
    const most = queries[run.statement.name].most(run.statement);
    const key = `${run.statement.name} [${run.statement.options}] ${run.statement.limit}`;
    if (buffers >= (worst.get(key)?.buffers ?? -1)) worst.set(key, { buffers, most });
    if (buffers > most) over.push(`${describe(run)}: ${buffers} buffers, at most ${most}`);
    indexesOf(run.plan).forEach((name) => used.add(name));
  }
  t.diagnostic(`${all.length} statements, ${runs.length} runs`);
  if (process.env.SHOW_BUFFERS) for (const [key, w] of worst) t.diagnostic(`${key}: ${w.buffers} of ${w.most}`);
  assert.deepEqual(over, []);

  // An index that no statement uses must at least serve a foreign key or keep rows unique.
  const idle = psql(database, `
    SELECT i.indexrelid::regclass FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisunique
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.conrelid = i.indrelid
                      AND k.conkey[1] = i.indkey[0])`).split('\n').filter((name) => !used.has(name));
  assert.deepEqual(idle.filter(Boolean), [], 'indexes that nothing uses');
});

// Rows that follow (>) or precede (<) a token by name or symbol; all of them if there is no such token.
const beside = (sign, id, by) => (id > 0 && id <= 100000
  ? `(lower(${by}) COLLATE "C", id) ${sign} (SELECT lower(${by}), id FROM tokens WHERE id = ${id})` : 'true');

// The plain way to say the same: ids of the rows that a list must have.
function plainly(s, values) {
  const table = s.name.startsWith('token') ? 'tokens' : 'transactions';
  const by = /^token_by_(name|symbol)$/.exec(s.name)?.[1];
  const begin = (column) => `starts_with(lower(${column}), lower(${given.q}))`;
  const given = Object.fromEntries(s.parameters.map((p, i) => [p, literal(values[i])]));
  const either = `(${begin('name')} OR ${begin('symbol')})`, ofTokens = table === 'transactions' && given.q;
  const who = (name) => `(SELECT id FROM users WHERE NOT reserved AND wallet_address = ${given[name]})`;
  const columns = { network: () => (ofTokens ? 'true' : `network_id = ${given.network}`), status: () => `state = ${given.status}`,
    token: () => `token_id = ${given.token}`, type: () => `tx_type = ${given.type}`,
    creator: () => `creator_id = ${who('creator')}`, user: () => `user_id = ${who('user')}`,
    from: () => `created_at >= ${given.from}`, to: () => `created_at <= ${given.to}`,
    q: () => (by ? begin(by) : table === 'tokens' ? either : `token_id IN (SELECT id FROM tokens WHERE ${either}${given.network ? ` AND network_id = ${given.network}` : ''})`),
    after: () => (by ? beside('>', given.after, by) : `id < ${given.after}`),
    until: () => `id <= ${given.until}`,
    before: () => (by ? beside('<', given.before, by) : `id > ${given.before}`) };
  const where = s.parameters.filter((p) => columns[p]).map((p) => ` AND ${columns[p]()}`).join('');
  const key = by ? `lower(${by}) COLLATE "C"` : '';
  const order = by && s.options.includes('before') ? `${key} DESC, id DESC` : by ? `${key}, id`
    : s.options.includes('before') || s.options.includes('oldest') ? 'id' : 'id DESC';
  return `SELECT id FROM ${table} WHERE true${where} ORDER BY ${order} OFFSET ${given.skip ?? 0} LIMIT ${s.limit}`;
}

// For a scan what many begin with, since it looks at so many rows only; 1,100 tokens are no "many". What
// happened to tokens is long to find plainly, so that is asked less often.
const beginnings = (s) => ({ q: !/_(scan|matching)$/.test(s.name) || s.name === 'token_matching' ? fewer
  : s.name === 'token_scan' || s.options.includes('many') ? ['t'] : s.name === 'transaction_scan' ? ['T12'] : ['token 9999'],
...(s.name.startsWith('transaction') && s.parameters.includes('q') ? { network: ['mainnet'], status: ['pending'], after: [500000], before: [30], skip: [7] } : {}) });

test('every shape of a list has the rows that it should have', (t) => {
  // A token and the network of most of its transactions go together, as everywhere but in this data.
  psql(database, 'UPDATE transactions x SET network_id = t.network_id FROM tokens t WHERE t.id = x.token_id ' +
    'AND x.token_id IN (1, 100, 5000, 99990) AND x.network_id <> t.network_id');
  const all = statements().filter((s) => /^(token|transaction)_(list|by_[a-z]+|matching|scan)$/.test(s.name) && !s.name.endsWith('_total') && s.limit === 11);
  const script = [], about = [];
  all.forEach((s, i) => {
    script.push(`PREPARE s${i} AS ${s.sql};`);
    for (const values of combinations(s.parameters, { ...queries[s.name].values, skip: [0, 7], until: [50000], ...beginnings(s) })) {
      const call = `EXECUTE s${i}${values.length ? `(${values.map(literal).join(', ')})` : ''};`;
      script.push(`\\echo @@@\n${call}\n\\echo ===\n${plainly(s, values)};`);
      about.push(describe({ statement: s, values }));
    }
  });
  const ids = (text) => text.split('\n').map((line) => line.split('|')[0]).filter(Boolean).join(' ');
  const printed = psql(database, script.join('\n')).split('@@@\n').slice(1);
  assert.equal(printed.length, about.length);
  let rows = 0;
  printed.forEach((text, i) => {
    const [found, wanted] = text.split(/===\n?/).map(ids);
    assert.equal(found, wanted, about[i]);
    rows += wanted.split(' ').length;
  });
  t.diagnostic(`${about.length} lists, ${rows} rows`);
});

test('a statement as it must not be written goes over its bound', () => {
  const bad = {
    name: 'token_list', options: ['network', 'status'], limit: 11, parameters: ['network', 'status'],
    sql: `SELECT t.* FROM tokens t WHERE ($1::text IS NULL OR t.network_id = $1)
          AND ($2::text IS NULL OR t.state = $2) ORDER BY t.id DESC LIMIT 11`,
  };
  const most = queries.token_list.most(bad);
  const found = explain([bad]).map((r) => r.plan['Shared Hit Blocks'] + r.plan['Shared Read Blocks']);
  assert.ok(Math.max(...found) > 10 * most, `${Math.max(...found)} buffers are far over ${most}`);
});
