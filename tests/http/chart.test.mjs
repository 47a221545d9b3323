// The chart of the front page: what is counted is what it says, the picture and its table agree, and the
// spans suit how far the rows reach back.
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { get, psql, until } from './lib/site.mjs';

let user, others;
before(() => {
  user = psql("INSERT INTO users (wallet_address) VALUES ('chart test') RETURNING id");
  others = Number(psql("SELECT count(*) FROM transactions WHERE created_at > now() - interval '1 day'"));
});
after(() => psql(`DELETE FROM transactions WHERE user_id = ${user}; DELETE FROM users WHERE id = ${user}`));

// Rows that came in so many days ago; on the chain they happened long before.
const add = (days, n) => psql(`INSERT INTO transactions (user_id, tx_hash, tx_type, network_id, created_at, chain_time)
  SELECT ${user}, 'chart ${days} ' || i, 'mint', 'unknown', now() - interval '${days} days', '2001-02-03' FROM generate_series(1, ${n}) i`);

// The figure as a reader has it: { caption, unit, ends, bars: [[label, n]], rects: [[x, y, height]] }.
async function chart() {
  const { body } = await get('/', { headers: { Cookie: 'a=1' } });
  const [figure] = /<figure class="chart">[^]*?<\/figure>/.exec(body);
  const all = (regex) => [...figure.matchAll(regex)].map((m) => m.slice(1));
  const number = (s) => Number(s.replaceAll(',', ''));
  return {
    caption: all(/<figcaption[^>]*>([^<]*)/g)[0][0], unit: all(/<thead><tr><th scope="col">([^<]*)/g)[0][0],
    ends: all(/<span>([^<]*)<\/span>/g).flat(), titles: all(/<title>([^<]*)<\/title>/g).flat(),
    bars: all(/<th scope="row">([^<]*)<\/th><td class="num">([^<]*)/g).map(([label, n]) => [label, number(n)]),
    rects: all(/<rect x="(\d+)" y="(\d+)" width="8" height="(\d+)">/g).map((r) => r.map(Number)),
  };
}

function agrees({ bars, rects, titles, ends }) {
  const most = Math.max(...bars.map(([, n]) => n));
  assert.equal(rects.length, bars.length);
  for (const [i, [label, n]] of bars.entries()) {
    const [x, y, height] = rects[i];
    assert.deepEqual([x, y + height], [i * (rects[1][0] - rects[0][0]) + 1, 60]);
    assert.ok(Math.abs(height - 60 * n / most) <= 1 && height > 0 === n > 0, `${label}: ${height} for ${n} of ${most}`);
    assert.equal(titles[i].replaceAll(',', ''), `${label}: ${n}`);
  }
  assert.deepEqual(ends, [bars[0][0], bars.at(-1)[0]]);
}

test('rows are counted by the day they came in, days without any are there, and the words say so', async () => {
  add(5, 3);
  add(2, 1);
  const found = await chart();
  const day = (ago) => psql(`SELECT to_char(max(created_at)::date - ${ago}, 'YYYY-MM-DD') FROM transactions`);
  assert.deepEqual(found.bars.map(([label]) => label), psql(`SELECT to_char(d, 'YYYY-MM-DD') FROM generate_series('${day(29)}'::date, '${day(0)}'::date, '1 day') d`).split('\n'));
  assert.deepEqual(found.bars.filter(([, n]) => n), [[day(5), 3], [day(2), 1], [day(0), others]].filter(([, n]) => n));
  assert.equal(found.unit, 'Day (UTC)');
  assert.match(found.caption, /^Transactions by the day they were added here\. On the chain they may have happened earlier\. The highest bar is [\d,]+\.$/);
  agrees(found);
});

for (const [days, unit, label] of [[200, 'Week that begins on (UTC)', /^\d{4}-\d\d-\d\d$/], [1000, 'Month (UTC)', /^\d{4}-\d\d$/], [4000, 'Year (UTC)', /^\d{4}$/]])
  test(`rows that reach back ${days} days are counted by: ${unit}`, async () => {
    add(days, 2);
    const found = await chart();
    assert.equal(found.unit, unit);
    assert.ok(found.bars.every(([name]) => label.test(name)));
    assert.equal(found.bars.reduce((sum, [, n]) => sum + n, 0), Number(psql('SELECT count(*) FROM transactions')));
    assert.equal(found.bars.find(([, n]) => n)[1], 2);
    agrees(found);
  });

test('of more than ten thousand the newest are counted, and that is said', async () => {
  add(1, 10001);
  const found = await until(chart, ({ caption }) => caption.endsWith('The newest 10,000 are counted.'));
  assert.ok(found.bars.length < 30 && found.bars.every(([, n]) => n <= 10001), JSON.stringify(found.bars));
  agrees(found);
});
