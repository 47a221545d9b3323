// Where SQL may be: in sql/ alone; and that every named query, and every shape of it, has a user.
import assert from 'node:assert/strict';
import test from 'node:test';
import { code, files, lineOf, read, report, sources, strings } from './source.mjs';

const statement = new RegExp(
  [
    '\\bselect\\b[^]*\\bfrom\\b', '\\binsert\\s+into\\b', '\\bupdate\\s+\\w+\\s+set\\b',
    '\\bdelete\\s+from\\b', '\\bcreate\\s+(table|index|role|function|schema)\\b', '\\balter\\s+table\\b',
    '\\bdrop\\s+(table|index|role|schema)\\b', '\\btruncate\\s+table\\b', '\\border\\s+by\\b',
    '\\bset\\s+(local\\s+)?(role|search_path)\\b',
  ].join('|'),
  'i',
);

// A reader's words must not become SQL: where readers' words are, there is no SQL.
function checkNoSql(path, text) {
  const joined = strings(text).reduce((runs, s) => {
    const last = runs.at(-1);
    const between = last && text.slice(last.end, s.at);
    const end = s.at + s.value.length + 2;
    if (last && /^\s*$/.test(between)) Object.assign(last, { value: `${last.value} ${s.value}`, end });
    else runs.push({ at: s.at, value: s.value, end });
    return runs;
  }, []);
  return joined
    .filter((s) => statement.test(s.value))
    .map((s) => `${path}:${lineOf(text, s.at)}: SQL outside of sql/: "${s.value.slice(0, 40)}"`);
}

const connectionFile = /^sql\/db(_\w+)?\.[ch]$/;

function checkNoLibpq(path, text) {
  if (connectionFile.test(path)) return [];
  const source = code(text);
  return [...source.matchAll(/\b(PQ[a-z]\w*|PG(conn|result|notify|cancel)|PGRES_\w+)\b/g)].map(
    (m) => `${path}:${lineOf(source, m.index)}: ${m[1]} is libpq's; only sql/db*.c speak to it`,
  );
}

test('handlers, templates and the rest of the program hold no SQL', () => {
  const paths = sources().filter((path) => /^(handlers|templates|base|chain|fcgi)\//.test(path));
  assert.ok(paths.length > 30);
  assert.equal(report(paths.flatMap((path) => checkNoSql(path, read(path)))), '');
});

test('only sql/db*.c speak to libpq', () => {
  assert.equal(report(sources().flatMap((path) => checkNoLibpq(path, read(path)))), '');
});

// The queries of a file: [{ name: 'SQL_…', shapes: ['SHAPE_…'], where }].
function queriesOf(path, text) {
  const found = [];
  text.split('\n').forEach((line, i) => {
    const [, key, value] = /^-- (name|shapes):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === 'name')
      found.push({ name: `SQL_${value.toUpperCase()}`, shapes: [], where: `${path}:${i + 1}` });
    if (key === 'shapes')
      for (const option of value.split(/\s+/))
        found.at(-1).shapes.push(`${found.at(-1).name.replace(/^SQL/, 'SHAPE')}_${option.toUpperCase()}`);
  });
  return found;
}

// Names of the program that begin alike and are no queries.
const declared = (texts) =>
  new Set(texts.flatMap((text) => [...text.matchAll(/\b(SQL_\w+)\s*(?:=|,|\()/g)].map((m) => m[1])));

function checkUse(queries, users, headers) {
  const used = new Set(users.flatMap((text) => code(text).match(/\b(SQL|SHAPE)_[A-Z0-9_]+\b/g) ?? []));
  const known = new Set([...declared(headers), 'SQL_NAMES', ...queries.map((q) => q.name)]);
  const findings = queries.flatMap((q) =>
    [q.name, ...q.shapes].filter((n) => !used.has(n)).map((n) => `${q.where}: nobody uses ${n}`),
  );
  for (const name of used)
    if (name.startsWith('SQL_') && !known.has(name)) findings.push(`${name} is no query of sql/queries`);
  return findings;
}

test('every query and every shape has a user', () => {
  const queries = files(/^sql\/queries\/.*\.sql$/).flatMap((path) => queriesOf(path, read(path)));
  assert.ok(queries.length > 5);
  const users = sources().filter((path) => path.endsWith('.c'));
  const headers = sources().filter((path) => path.endsWith('.h'));
  assert.equal(report(checkUse(queries, users.map(read), headers.map(read))), '');
});

test('each of these is refused', () => {
  for (const text of [
    'f("SELECT 1 FROM x");', 'f("select id "\n  "from tokens");', 'f("INSERT INTO t");',
    'f("update t set x = 1");', 'f("DELETE FROM t");', 'f(" ORDER BY ");', '"\\"; drop table tokens"',
  ])
    assert.equal(checkNoSql('handlers/x.c', text).length, 1, text);
  assert.equal(checkNoLibpq('handlers/x.c', 'PQexec(c, s); PGresult *r;').length, 2);
  assert.equal(checkNoLibpq('sql/tokens.c', 'PQexec(c, s);').length, 1);
  const queries = queriesOf('q.sql', '-- name: one\n-- Text.\n-- shapes: a b\nSELECT 1\n-- name: two\n');
  assert.deepEqual(checkUse(queries, ['f(SQL_ONE, SHAPE_ONE_A); g(SQL_THREE); // SQL_TWO'], []), [
    'q.sql:1: nobody uses SHAPE_ONE_B',
    'q.sql:5: nobody uses SQL_TWO',
    'SQL_THREE is no query of sql/queries',
  ]);
});

test('each of these is accepted', () => {
  for (const text of ['/* SELECT x FROM y */', 'f("must be selected");', 'f("select", "from");'])
    assert.deepEqual(checkNoSql('handlers/x.c', text), [], text);
  assert.deepEqual(checkNoLibpq('sql/db_rows.c', 'PQexec(c, s);'), []);
  assert.deepEqual(checkNoLibpq('sql/tokens.c', '/* PQexec() */ f("PQexec");'), []);
  const queries = queriesOf('q.sql', '-- name: one\n');
  const header = 'enum { SQL_MAX = 16 };';
  assert.deepEqual(checkUse(queries, ['f(SQL_ONE, SQL_MAX)'], [header]), []);
});
