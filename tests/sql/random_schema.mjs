// Schemas by chance, from a seed: few names, so that two of them share many objects that differ.

// Numbers in [0, 1): mulberry32.
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// Columns by name; a name stays within a family of types that can be cast into each other.
const families = {
  n: ['integer', 'bigint', 'numeric(12,2)', 'text', 'varchar(20)'],
  d: ['timestamp', 'date', 'timestamp with time zone'],
  b: ['boolean'],
  j: ['jsonb'],
};
const names = ['n1', 'n2', 'n3', 'd1', 'd2', 'b1', 'j1'];
const isText = (type) => /text|char/.test(type);
const defaults = { n: (type) => (isText(type) ? ["'7'", "''"] : ['7', '8']), d: () => ['now()', "'2020-01-01'"], b: () => ['true', 'false'], j: () => ["'{}'"] };
const conditions = {
  n: (c, type) => (isText(type) ? [`length(${c}) > 1`, `${c} <> 'x'`] : [`${c} > 0`, `${c} BETWEEN 1 AND 9`]),
  d: (c) => [`${c} > '2000-01-01'`, `${c} IS NOT NULL`],
  b: (c) => [c, `NOT ${c}`],
  j: (c) => [`jsonb_typeof(${c}) = 'object'`],
};

export function randomSchema(random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const maybe = (share, value) => (random() < share ? value() : '');
  const some = (list, share) => list.filter(() => random() < share);
  const sql = [];
  const tables = [];

  function column(name) {
    const type = pick(families[name[0]]);
    return { name, type, text: `${name} ${type}${maybe(0.3, () => ` DEFAULT ${pick(defaults[name[0]](type))}`)}${maybe(0.3, () => ' NOT NULL')}` };
  }
  const condition = ({ name, type }) => pick(conditions[name[0]](name, type));

  function key(t) {
    const kind = pick(['serial', 'integer', 'plain', 'none']);
    if (kind === 'none') return [];
    t.key = kind !== 'plain';
    return [kind === 'serial' ? 'id serial' : 'id integer NOT NULL', ...(t.key ? [`CONSTRAINT ${t.name}_pkey PRIMARY KEY (id)`] : [])];
  }

  function constraints(t) {
    const scalar = t.columns.filter((c) => c.name[0] !== 'j');
    return [
      ...some(t.columns, 0.25).map((c) => `CONSTRAINT ${t.name}_${c.name}_check CHECK (${condition(c)})`),
      ...some(scalar, 0.15).map((c) => `CONSTRAINT ${t.name}_${c.name}_key UNIQUE ${pick(['', '', 'NULLS NOT DISTINCT '])}(${c.name})`),
    ];
  }

  function reference(t) {
    const to = tables.filter((other) => other.key);
    if (to.length === 0) return [];
    const action = pick(['', ' ON DELETE CASCADE', ' ON DELETE SET NULL', ' ON UPDATE CASCADE', ' DEFERRABLE']);
    return ['ref integer', ...(random() < 0.7 ? [`CONSTRAINT ${t.name}_ref_fk FOREIGN KEY (ref) REFERENCES ${pick(to).name} (id)${action}`] : [])];
  }

  function indexes(t) {
    const scalar = t.columns.filter((c) => c.name[0] !== 'j');
    if (scalar.length === 0) return;
    for (const number of some([1, 2, 3], 0.4)) {
      const c = pick(scalar), other = pick(t.columns);
      const keys = pick([c.name, `${c.name} DESC NULLS LAST`, ...(isText(c.type) ? [`lower(${c.name})`, `${c.name} text_pattern_ops`, `${c.name} COLLATE "C"`] : [`(${c.name} IS NULL)`])]);
      sql.push(`CREATE ${maybe(0.2, () => 'UNIQUE ')}INDEX ${t.name}_i${number} ON ${t.name} (${keys})` +
        `${maybe(0.3, () => ` INCLUDE (${other.name})`)}${maybe(0.3, () => ` WHERE ${condition(other)}`)}`);
    }
  }

  function comments(t) {
    for (const c of some(t.columns, 0.15)) sql.push(`COMMENT ON COLUMN ${t.name}.${c.name} IS '${pick(['one', "it''s two"])}'`);
    if (random() < 0.2) sql.push(`COMMENT ON TABLE ${t.name} IS '${pick(['this', 'that'])}'`);
  }

  for (const name of some(['ta', 'tb', 'tc', 'td'], 0.75)) {
    const t = { name, columns: some(names, 0.6).map(column) };
    const parts = [...key(t), ...t.columns.map((c) => c.text), ...reference(t), ...constraints(t)];
    // The order of columns is no difference.
    parts.sort(() => random() - 0.5);
    tables.push(t);
    sql.push(`CREATE TABLE ${name} (${parts.join(', ')})`);
    indexes(t);
    comments(t);
  }
  if (random() < 0.6) sql.push(`CREATE FUNCTION f(x integer) RETURNS ${pick(['integer', 'bigint'])} LANGUAGE sql ${pick(['IMMUTABLE ', ''])}AS $$SELECT x + ${pick([1, 2])}$$`);
  if (random() < 0.5) sql.push(`CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN ${pick(['', 'NEW := NEW; '])}RETURN NEW; END$$`);
  if (random() < 0.4) sql.push(`CREATE SEQUENCE s INCREMENT ${pick([1, 2, 5])}`);
  for (const t of some(tables, 0.4)) {
    const shown = some(t.columns, 0.7).map((c) => c.name);
    if (shown.length) sql.push(`CREATE VIEW v_${t.name} AS SELECT ${shown.join(', ')} FROM ${t.name}${maybe(0.4, () => ` WHERE ${condition(pick(t.columns))}`)}`);
  }
  if (sql.some((s) => s.includes('FUNCTION g()')))
    for (const t of some(tables, 0.4)) sql.push(`CREATE TRIGGER touch BEFORE ${pick(['INSERT', 'UPDATE', 'INSERT OR UPDATE'])} ON ${t.name} FOR EACH ROW EXECUTE FUNCTION g()`);
  return sql.map((s) => `${s};\n`).join('');
}
