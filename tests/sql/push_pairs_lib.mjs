// What the pairs of schemas share: tables, and rows for them.
export const many = (sql) => `${sql}; VACUUM ANALYZE;`;
export const big = 'CREATE TABLE big (id integer NOT NULL, other integer, word text)';
export const bigRows = many("INSERT INTO big SELECT n, n, repeat('x', 100) FROM generate_series(1, 90000) n");
export const t = 'CREATE TABLE t (id integer, v text)';
export const one = "INSERT INTO t VALUES (1, 'a'), (2, 'b')";
export const column = (type) => `CREATE TABLE t (v ${type})`;
export const values = (...list) => `INSERT INTO t (v) VALUES ${list.map((v) => `(${v})`).join(', ')}`;
export const parent = 'CREATE TABLE p (id integer CONSTRAINT p_pkey PRIMARY KEY)';
export const child = (action = '') => `${parent}; CREATE TABLE c (p integer CONSTRAINT c_p_fk REFERENCES p${action})`;

// A schema with lines that rename.
export const renamed = (sql, ...lines) => `${sql}\n;\n${lines.map((line) => `-- push: rename ${line}\n`).join('')}`;
