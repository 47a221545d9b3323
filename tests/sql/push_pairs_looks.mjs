// Pairs of schemas, as push_pairs.mjs has them, whose constraints and indexes are about rows that the steps before them change.
import { child, column, one, parent, renamed, t, values } from './push_pairs_lib.mjs';

export const looks = [
  { name: 'UNIQUE on values that become equal', before: column('text'), rows: values("'1'", "'01'", "'2'"), after: 'CREATE TABLE t (v integer CONSTRAINT k UNIQUE)',
    plan: ['alter-type t.v', 'add-constraint t.k'], finds: /cannot be done: 1 rows or groups of rows violate it\n +such as 2 times 1\n/, exit: 1 },
  { name: 'UNIQUE on a new column', before: t, rows: one, after: 'CREATE TABLE t (id integer, v text, n integer DEFAULT 7 CONSTRAINT k UNIQUE)',
    plan: ['add-column t.n', 'add-constraint t.k'], finds: /cannot be done: 1 rows or groups of rows violate it\n +such as 2 times 7\n/, exit: 1 },
  { name: 'UNIQUE on a new column whose values differ', before: t, rows: one, after: 'CREATE TABLE t (id integer, v text, n serial CONSTRAINT k UNIQUE)',
    plan: ['create-sequence t_n_seq', 'add-column t.n', 'own-sequence t_n_seq', 'add-constraint t.k'], finds: /add-constraint t\.k.*\n.*\n +not counted how many rows or groups of rows violate it: it is about what is not there yet\n/, exit: 4, keeps: ['SELECT max(n) FROM t', '2'] },
  { name: 'a CHECK on what values become', before: column('numeric'), rows: values('0.4', '3'), after: 'CREATE TABLE t (v integer CONSTRAINT k CHECK (v > 0))',
    plan: ['alter-type t.v', 'add-constraint t.k'], finds: /cannot be done: 1 rows or groups of rows violate it\n +such as v=0\n/, exit: 1 },
  { name: 'a CHECK on a column that is computed from what values become', before: column('numeric'), rows: values('0.4', '3'), after: 'CREATE TABLE t (v integer, c integer GENERATED ALWAYS AS (v - 1) STORED CONSTRAINT k CHECK (c > 1))',
    plan: ['alter-type t.v', 'add-column t.c', 'add-constraint t.k'], finds: /cannot be done: 1 rows or groups of rows violate it\n +such as c=-1\n/, exit: 1 },
  { name: 'a CHECK on a column that is renamed, and gets another type', before: column('text'), rows: values("'5'", "'-5'"), after: renamed('CREATE TABLE u (w integer CONSTRAINT k CHECK (w > 0))', 'table t to u', 'column u.v to w'),
    plan: ['rename table t', 'rename column u.v', 'alter-type u.w', 'add-constraint u.k'], finds: /cannot be done: 1 rows or groups of rows violate it\n +such as v=-5\n/, exit: 1 },
  { name: 'a CHECK that fails at a row', before: column('text'), rows: values("'1'", "'x'"), after: 'CREATE TABLE t (v text CONSTRAINT k CHECK (v::integer > 0))',
    plan: ['add-constraint t.k'], finds: /add-constraint t\.k.*\n.*\n +cannot be done: it fails at a row: invalid input syntax for type integer: "x"\n/, exit: 1 },
  { name: 'an index whose condition keeps off what fails', before: column('integer'), rows: values('0', '1', '2'), after: 'CREATE TABLE t (v integer); CREATE UNIQUE INDEX i ON t ((1 / v)) WHERE v > 0', plan: ['create-index i'] },
  { name: 'a computed column that fails at a row', before: column('integer'), rows: values('0', '1'), after: 'CREATE TABLE t (v integer, c integer GENERATED ALWAYS AS (1 / v) STORED)',
    plan: ['add-column t.c'], finds: /add-column t\.c.*\n.*\n +cannot be done: it fails at a row: division by zero\n/, exit: 1 },
  { name: 'a FOREIGN KEY of what values become', before: `${parent}; CREATE TABLE c (p text)`, rows: "INSERT INTO p VALUES (1); INSERT INTO c VALUES ('01'), ('2')", after: child(),
    plan: ['alter-type c.p', 'add-constraint c.c_p_fk'], finds: /cannot be done: 1 rows refer to nothing\n +such as p=2\n/, exit: 1 },
  { name: 'a FOREIGN KEY to what values become', before: 'CREATE TABLE p (id text CONSTRAINT p_pkey PRIMARY KEY); CREATE TABLE c (p integer)', rows: "INSERT INTO p VALUES ('1'); INSERT INTO c VALUES (1), (2)", after: child(),
    plan: ['alter-type p.id', 'add-constraint c.c_p_fk'], finds: /cannot be done: 1 rows refer to nothing\n +such as p=2\n/, exit: 1 },
  { name: 'a FOREIGN KEY to a table that is new', before: 'CREATE TABLE c (p integer)', rows: 'INSERT INTO c VALUES (1), (NULL)', after: child(),
    plan: ['create-table p', 'add-constraint p.p_pkey', 'add-constraint c.c_p_fk'], finds: /cannot be done: 1 rows refer to nothing\n +such as p=1\n/, exit: 1 },
  { name: 'a FOREIGN KEY that is to match in full', before: 'CREATE TABLE p (a integer, b integer, CONSTRAINT k PRIMARY KEY (a, b)); CREATE TABLE c (a integer, b integer)', rows: 'INSERT INTO p VALUES (1, 1); INSERT INTO c VALUES (1, 1), (NULL, NULL), (1, NULL), (2, 2)',
    after: 'CREATE TABLE p (a integer, b integer, CONSTRAINT k PRIMARY KEY (a, b)); CREATE TABLE c (a integer, b integer, CONSTRAINT f FOREIGN KEY (a, b) REFERENCES p MATCH FULL)',
    plan: ['add-constraint c.f'], finds: /cannot be done: 2 rows refer to nothing\n +such as a=1, b=\n +such as a=2, b=2\n/, exit: 1 },
  { name: 'EXCLUDE with rows that meet', before: 'CREATE TABLE t (room integer, during int4range, gone boolean)', rows: "INSERT INTO t VALUES (1, '[1,3)', NULL), (1, '[2,5)', NULL), (2, '[2,5)', NULL), (1, '[4,6)', true)",
    after: 'CREATE TABLE t (room integer, during int4range, gone boolean, CONSTRAINT k EXCLUDE USING gist (int4range(room, room, \'[]\') WITH &&, during WITH &&) WHERE (gone IS NULL))',
    plan: ['add-constraint t.k'], finds: /cannot be done: 1 rows or groups of rows violate it\n +such as \[1,2\), \[1,3\) and \[1,2\), \[2,5\)\n/, exit: 1 },
  ...[['numeric(8,2)', 'numeric(10,2)', '1.5'], ['timestamp(3)', 'timestamp', "'2026-01-01'"], ['varbit(5)', 'varbit(9)', "B'101'"], ['cidr', 'inet', "'10.0.0.0/8'"], ['varchar(5)', 'text', "'a'"], ['varchar(5)', 'varchar(9)', "'a'"]]
    .map(([from, to, value]) => ({ name: `${from} to ${to} keeps the table as it is`, before: column(from), rows: values(value), after: column(to), plan: ['alter-type t.v'] })),
  ...[['numeric(8,2)', 'numeric(8,3)', '1.5'], ['integer', 'bigint', '1'], ['varchar(9)', 'varchar(5)', "'a'"]]
    .map(([from, to, value]) => ({ name: `${from} to ${to} writes the table anew`, before: column(from), rows: values(value), after: column(to), plan: ['alter-type t.v'], finds: /rewrites the table\n/, exit: 4 })),
];
