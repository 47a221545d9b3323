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

// Types that the same conditions, defaults and indexes go with.
const alike = [['integer', 'bigint', 'numeric(12,2)'], ['text', 'varchar(20)'], families.d];

// A schema as SQL, with the model of its tables, from which the next one keeps some in part.
export function randomSchema(random, last = new Map()) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const maybe = (share, value) => (random() < share ? value() : '');
  const some = (list, share) => list.filter(() => random() < share);
  const tables = new Map();
  const withKey = () => [...tables.values()].filter((t) => t.key).map((t) => t.name);
  const condition = ({ name, type }) => pick(conditions[name[0]](name, type));

  function column(name) {
    const type = pick(families[name[0]]);
    return { name, type, more: `${maybe(0.3, () => ` DEFAULT ${pick(defaults[name[0]](type))}`)}${maybe(0.3, () => ' NOT NULL')}` };
  }

  // What stands beside the columns in CREATE TABLE, and the statements after it.
  function key(t) {
    const kind = pick(['serial', 'integer', 'plain', 'none']);
    if (kind === 'none') return;
    t.key = kind !== 'plain';
    t.parts.push(kind === 'serial' ? 'id serial' : 'id integer NOT NULL');
    if (t.key) t.parts.push(`CONSTRAINT ${t.name}_pkey PRIMARY KEY (id)`);
  }

  function constraints(t, scalar) {
    for (const c of some(t.columns, 0.25)) {
      t.parts.push(`CONSTRAINT ${t.name}_${c.name}_check CHECK (${condition(c)})`);
      if (random() < 0.4) t.after.push(`COMMENT ON CONSTRAINT ${t.name}_${c.name}_check ON ${t.name} IS 'must be'`);
    }
    for (const c of some(scalar, 0.15)) t.parts.push(`CONSTRAINT ${t.name}_${c.name}_key UNIQUE ${pick(['', '', 'NULLS NOT DISTINCT '])}(${c.name})`);
  }

  function reference(t) {
    if (withKey().length === 0) return;
    t.parts.push('ref integer');
    if (random() < 0.3) return;
    t.refers = pick(withKey());
    t.parts.push(`CONSTRAINT ${t.name}_ref_fk FOREIGN KEY (ref) REFERENCES ${t.refers} (id)` +
      pick(['', ' ON DELETE CASCADE', ' ON DELETE SET NULL', ' ON UPDATE CASCADE', ' DEFERRABLE']));
  }

  function indexes(t, scalar) {
    for (const number of scalar.length ? some([1, 2, 3], 0.4) : []) {
      const c = pick(scalar), other = pick(t.columns);
      const keys = pick([c.name, `${c.name} DESC NULLS LAST`, ...(isText(c.type) ? [`lower(${c.name})`, `${c.name} text_pattern_ops`, `${c.name} COLLATE "C"`] : [`(${c.name} IS NULL)`])]);
      t.after.push(`CREATE ${maybe(0.2, () => 'UNIQUE ')}INDEX ${t.name}_i${number} ON ${t.name} (${keys})` +
        `${maybe(0.3, () => ` INCLUDE (${other.name})`)}${maybe(0.3, () => ` WHERE ${condition(other)}`)}`);
      if (random() < 0.3) t.after.push(`COMMENT ON INDEX ${t.name}_i${number} IS 'found by it'`);
    }
  }

  function view(t) {
    const shown = some(t.columns, 0.7).map((c) => c.name);
    if (shown.length === 0 || random() < 0.5) return;
    t.after.push(`CREATE VIEW v_${t.name} AS SELECT ${shown.join(', ')} FROM ${t.name}${maybe(0.4, () => ` WHERE ${condition(pick(t.columns))}`)}`);
    if (random() < 0.4) t.after.push(`CREATE VIEW w_${t.name} AS SELECT ${shown[0]} FROM v_${t.name}`);
    if (random() < 0.4) t.after.push(`COMMENT ON VIEW v_${t.name} IS 'seen'`);
  }

  function comments(t) {
    for (const c of some(t.columns, 0.15)) t.after.push(`COMMENT ON COLUMN ${t.name}.${c.name} IS '${pick(['one', "it''s two"])}'`);
    if (random() < 0.2) t.after.push(`COMMENT ON TABLE ${t.name} IS '${pick(['this', 'that'])}'`);
  }

  function fresh(name) {
    const t = { name, columns: some(names, 0.6).map(column), parts: [], after: [], key: false };
    const scalar = t.columns.filter((c) => c.name[0] !== 'j');
    key(t);
    reference(t);
    constraints(t, scalar);
    indexes(t, scalar);
    comments(t);
    view(t);
    return t;
  }

  // The same table with other types, which everything that hangs on them survives.
  function kept(old) {
    const retype = (type) => pick(alike.find((list) => list.includes(type)) ?? [type]);
    return { ...old, columns: old.columns.map((c) => (random() < 0.3 ? { ...c, type: retype(c.type) } : c)) };
  }

  for (const name of some(['ta', 'tb', 'tc', 'td'], 0.75)) {
    const old = last.get(name);
    const keeps = old && random() < 0.6 && (!old.refers || withKey().includes(old.refers));
    tables.set(name, keeps ? kept(old) : fresh(name));
  }
  const sql = [];
  for (const t of tables.values()) {
    const parts = [...t.parts, ...t.columns.map((c) => `${c.name} ${c.type}${c.more}`)];
    parts.sort(() => random() - 0.5); // the order of columns is no difference
    sql.push(`CREATE TABLE ${t.name} (${parts.join(', ')})`, ...t.after);
  }
  if (random() < 0.6) sql.push(`CREATE FUNCTION f(x integer) RETURNS ${pick(['integer', 'bigint'])} LANGUAGE sql ${pick(['IMMUTABLE ', ''])}AS $$SELECT x + ${pick([1, 2])}$$`);
  if (random() < 0.4) sql.push(`CREATE SEQUENCE s INCREMENT ${pick([1, 2, 5])}`);
  if (random() < 0.5) {
    sql.push(`CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN ${pick(['', 'NEW := NEW; '])}RETURN NEW; END$$`);
    for (const t of some([...tables.keys()], 0.4)) sql.push(`CREATE TRIGGER touch BEFORE ${pick(['INSERT', 'UPDATE', 'INSERT OR UPDATE'])} ON ${t} FOR EACH ROW EXECUTE FUNCTION g()`);
  }
  return { sql: sql.map((s) => `${s};\n`).join(''), tables };
}

// Other names for tables and columns, which change now and then.
export class Renames {
  #random;
  #names = new Map([...['ta', 'tb', 'tc', 'td'], ...names].map((name) => [name, name]));

  constructor(random) {
    this.#random = random;
  }

  apply(sql) {
    return sql.replace(/\b(t[a-d]|[ndbj][1-3])\b/g, (name) => this.#names.get(name));
  }

  // Renames some; the lines that say so of what both schemas have.
  between(last = new Map(), next) {
    const before = new Map(this.#names);
    for (const [name, shown] of before) if (this.#random() < 0.15) this.#names.set(name, shown === name ? `${name}x` : name);
    const lines = [];
    const rename = (kind, from, to, within = '') => from !== to && lines.push(`-- push: rename ${kind} ${within}${from} to ${to}\n`);
    for (const [name, t] of next) {
      const old = last.get(name), now = this.#names.get(name);
      if (!old) continue;
      rename('table', before.get(name), now);
      if ([old, t].every(({ parts }) => parts.includes('id serial'))) rename('sequence', `${before.get(name)}_id_seq`, `${now}_id_seq`);
      for (const c of t.columns.filter((c) => old.columns.some((o) => o.name === c.name))) rename('column', before.get(c.name), this.#names.get(c.name), `${now}.`);
    }
    return lines.join('');
  }
}
