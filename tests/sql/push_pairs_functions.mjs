// Pairs of schemas, as those of push_pairs.mjs, with functions that read what a push changes.
const t = 'CREATE TABLE t (id integer, v text)';
const added = 'CREATE TABLE t (id integer, v text, w text)';
// A computed column in the middle, which comes last once it is made again; functions of all rows.
const middle = (by) => `CREATE TABLE t (a integer, c integer GENERATED ALWAYS AS (a * ${by}) STORED, v text)`;
const setof = (text) => `CREATE FUNCTION f() RETURNS SETOF t LANGUAGE sql ${text}`;
const columns = setof('BEGIN ATOMIC SELECT * FROM t; END');
const whole = setof('BEGIN ATOMIC SELECT t FROM t; END');
const late = setof("AS 'SELECT * FROM t'");
const text = (sql, name = 'f') => `CREATE FUNCTION ${name}() RETURNS text LANGUAGE sql AS '${sql}'`;
const unchecked = 'SET check_function_bodies = off';
const fails = (named, why) => new RegExp(`function ${named} would fail when it is called: ${why}`);

// A table and a function that takes its rows, both renamed; `type` is what the line calls it.
const taking = (table, name) => `CREATE TABLE ${table} (id integer, v text); CREATE FUNCTION ${name}(a ${table}, b ${table}[]) RETURNS text LANGUAGE sql AS 'SELECT $1.v'; CREATE VIEW w AS SELECT ${name}(${table}, NULL) AS x FROM ${table}; COMMENT ON FUNCTION ${name} IS 'said'; GRANT EXECUTE ON FUNCTION ${name} TO sita_reader; REVOKE EXECUTE ON FUNCTION ${name} FROM PUBLIC`;
const renamed = (type) => ({ name: `a function is renamed with the table whose row type it takes, which the line calls ${type}`, before: taking('t', 'f'), rows: "INSERT INTO t VALUES (1, 'a')",
  after: `${taking('u', 'g')};\n-- push: rename function f(a ${type}, b ${type}[]) to g\n-- push: rename table t to u\n`, plan: ['rename table t', 'rename function f(a u, b u[])'],
  keeps: ["SELECT x, has_function_privilege('sita_reader', 'g(u, u[])', 'EXECUTE'), obj_description('g'::regproc) FROM w", 'a|t|said'] });

export const functionPairs = [
  renamed('t'),
  renamed('u'),
  { name: 'a function of whole rows, of a table whose columns come in another order', before: `${middle(2)}; ${whole}`, rows: "INSERT INTO t VALUES (4, DEFAULT, 'x')", after: `${middle(3)}; ${whole}`,
    plan: ['drop-column t.c', 'add-column t.c'], exit: 4, keeps: ['SELECT a, c, v FROM f()', '4|12|x'] },
  { name: 'a function whose text is read late, of such a table', before: `${middle(2)}; ${late}`, rows: "INSERT INTO t VALUES (4, DEFAULT, 'x')", after: `${middle(3)}; ${late}`,
    plan: ['drop-column t.c', 'add-column t.c'], exit: 4, keeps: ['SELECT a, c, v FROM f()', '4|12|x'] },
  { name: 'a function that fails already is in nobody\'s way', before: `${t}; ${unchecked}; ${text('SELECT y FROM t')}`, after: `${added}; ${unchecked}; ${text('SELECT y FROM t')}`, plan: ['add-column t.w'] },
  { name: 'a function that fails already, renamed', before: `${t}; ${unchecked}; ${text('SELECT y FROM t')}`, after: `${t}; ${unchecked}; ${text('SELECT y FROM t', 'g')};\n-- push: rename function f() to g\n`, plan: ['rename function f()'] },
  { name: 'a new function text that names its schema', before: `${t}; ${text('SELECT v FROM t')}`, rows: "INSERT INTO t VALUES (1, 'a')", after: `${added}; ${text('SELECT coalesce(w, v) FROM public.t')}`, plan: ['create-function f()', 'add-column t.w'], keeps: ['SELECT f()', 'a'] },
];

export const functionsThatFail = [
  [`${middle(2)}; ${columns}`, `${middle(3)}; ${columns}`, fails('f\\(\\)', 'return type mismatch in function declared to return t; the table would have other columns than its text gives, or in another order: SELECT t FROM t gives whole rows\n')],
  [t, `CREATE TABLE t (id integer, w integer, v text); ${columns}`, fails('f\\(\\)', 'return type mismatch')],
  [`${t}; ${setof("AS 'SELECT id, v FROM t'")}`, `${added}; ${setof("AS 'SELECT id, v FROM t'")}`, fails('f\\(\\)', 'return type mismatch')],
  [`${t}; ${text('SELECT v FROM t')}`, `CREATE TABLE t (id integer, w text); ${text('SELECT v FROM t')};\n-- push: rename column t.v to w\n`, fails('f\\(\\)', 'column "v" does not exist')],
  [t, `${t}; ${text('SELECT y FROM t')}`, fails('f\\(\\)', 'column "y" does not exist')],
  [t, 'CREATE TABLE t (id integer)', fails('f\\(\\), which no push made,', 'column "v" does not exist'), '', text('SELECT v FROM t')],
  [`${t}; CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS 'DECLARE x t.v%TYPE; BEGIN RETURN 1; END'`, "CREATE TABLE t (id integer); CREATE FUNCTION f() RETURNS integer LANGUAGE plpgsql AS 'DECLARE x t.v%TYPE; BEGIN RETURN 1; END'", fails('f\\(\\)', 'syntax error at or near "%"')],
];

// What only the transaction can tell, as it is of other schemas, or names its own: [before, hand, after, what is said].
export const functionsThatFailInPlace = [
  [t, `CREATE SCHEMA other; ${text('SELECT v FROM public.t', 'other.f')}`, 'CREATE TABLE t (id integer, w text);\n-- push: rename column t.v to w\n', fails('other\\.f\\(\\)', 'column "v" does not exist')],
  [t, '', `${added}; ${text('SELECT y FROM public.t')}`, fails('f\\(\\)', 'column "y" does not exist')],
];
