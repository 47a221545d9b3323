// How long functions and files may be: docs/CONVENTIONS.md.
import assert from 'node:assert/strict';
import test from 'node:test';
import { allC, files, functions, read, report, sources } from './source.mjs';

const LONGEST = 120;
const P95 = 60;
const MEDIAN = 18;
const FILE = 600;

const lineCount = (text) => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

// The smallest length that at least the given share of the functions does not exceed.
function quantile(found, share) {
  const lengths = found.map((f) => f.lines).sort((a, b) => a - b);
  return lengths[Math.max(0, Math.ceil(share * lengths.length) - 1)];
}

const measured = (path) => functions(read(path)).map((f) => ({ ...f, path }));
const tooLong = (found) =>
  found
    .filter((f) => f.lines > LONGEST)
    .map((f) => `${f.path}:${f.line}: ${f.name} has ${f.lines} lines (at most ${LONGEST})`);

function checkQuantiles(found) {
  const findings = [];
  for (const [share, most] of [[0.5, MEDIAN], [0.95, P95]]) {
    const lines = quantile(found, share);
    if (lines > most) findings.push(`${share * 100} % of functions: ${lines} lines (at most ${most})`);
  }
  return findings;
}

test('functions', (t) => {
  const found = sources().flatMap(measured);
  assert.ok(found.length > 200, 'the functions were found');
  t.diagnostic(`${found.length} functions: median ${quantile(found, 0.5)}, p95 ${quantile(found, 0.95)}`);
  assert.equal(report([...tooLong(found), ...checkQuantiles(found)]), '');
  assert.equal(report(tooLong(allC().flatMap(measured))), '');
});

const sourceFile = /(\.([ch]|mjs|awk|sh|sql|cmake|css|html|in)|CMakeLists\.txt|Makefile\.docker|^run)$/;

test('files', (t) => {
  const sizes = files(sourceFile).map((path) => ({ path, lines: lineCount(read(path)) }));
  const c = sizes.filter((f) => f.path.endsWith('.c') && !f.path.startsWith('tests/'));
  t.diagnostic(`${c.length} .c files: median ${quantile(c, 0.5)} lines`);
  const large = sizes.filter((f) => f.lines > FILE);
  assert.equal(report(large.map((f) => `${f.path}: ${f.lines} lines (at most ${FILE})`)), '');
});

test('the measure itself', () => {
  const body = 'int x = 0;\n'.repeat(LONGEST);
  const text = `#define A(x) \\\n  {x
struct s { int a; };
static const int t[] = {1, 2};
/* int no(void) { */
static int short_one(int a,
                     int b) {
    char c = '{', *s = "}}\\"{";
    return a + b;
}
void (*chooser(int n))(void) {
    return n ? 0 : 0; // }
}
int long_one(void)
{
${body}}
`;
  const found = functions(text).map((f) => ({ ...f, path: 'x.c' }));
  assert.deepEqual(
    found.map((f) => [f.name, f.line, f.lines]),
    [['short_one', 6, 5], ['chooser', 11, 3], ['long_one', 14, LONGEST + 3]],
  );
  assert.equal(tooLong(found).length, 1);
  assert.equal(checkQuantiles([{ lines: 1 }, { lines: 18 }, { lines: 19 }]).length, 0);
  assert.equal(checkQuantiles([{ lines: 19 }, { lines: 61 }]).length, 2);
  assert.throws(() => functions('int f(void) {\n'));
  assert.throws(() => functions('}\n'));
});
