-- name: schema_text
-- The canonical text of everything in the current schema: a line per object, equal for equal
-- schemas whatever the order of creation, the order of columns and the schema's own name (names are
-- rendered relative to search_path). Objects of extensions are left out. `object` is what the
-- record of managed objects (db_objects) calls it, `parent` the relation that it belongs to.
-- row: schema_object
WITH mine AS MATERIALIZED (
    SELECT oid AS space FROM pg_namespace WHERE nspname = current_schema()),
extension AS MATERIALIZED (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
relation AS MATERIALIZED (
    SELECT c.*, quote_ident(relname) AS named,
           CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table'
                        WHEN 'f' THEN 'foreign table' WHEN 'm' THEN 'materialized view'
                        WHEN 'c' THEN 'composite type' WHEN 'v' THEN 'view'
                        WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' END AS kind
    FROM pg_class c, mine
    WHERE c.relnamespace = space
      AND NOT EXISTS (SELECT FROM extension e
                      WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid))
SELECT object, parent, line FROM (
    SELECT concat(kind, ' ', named) AS object, '' AS parent,
           concat_ws(' ', CASE relkind WHEN 'r' THEN 'table' ELSE 'relation ' || relkind::text END,
                     named, relpersistence, reloptions::text,
                     CASE WHEN relrowsecurity THEN 'row security' END) AS line
    FROM relation WHERE relkind IN ('r', 'p', 'f')
    UNION ALL
    SELECT CASE relkind WHEN 'r' THEN format('column %s.%I', c.named, a.attname)
                        ELSE concat(c.kind, ' ', c.named) END,
           CASE relkind WHEN 'r' THEN c.named ELSE '' END,
           concat_ws(' ', 'column', c.named || '.' || quote_ident(a.attname),
                     format_type(a.atttypid, a.atttypmod),
                     CASE WHEN a.attnotnull THEN 'not null' END,
                     'default ' || pg_get_expr(d.adbin, d.adrelid),
                     'identity ' || nullif(a.attidentity::text, ''),
                     'generated ' || nullif(a.attgenerated::text, ''),
                     'collate ' || (SELECT quote_ident(collname) FROM pg_collation co
                                    WHERE co.oid = a.attcollation AND co.collname <> 'default'))
    FROM relation c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p', 'f', 'c')
    UNION ALL
    SELECT format('constraint %s.%I', c.named, k.conname), c.named,
           concat_ws(' ', 'constraint', c.named || '.' || quote_ident(k.conname),
                     pg_get_constraintdef(k.oid, true))
    FROM relation c
    JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'x', 'f')
    UNION ALL
    SELECT concat('index ', i.indexrelid::regclass), c.named,
           concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid, 0, true),
                     CASE WHEN NOT i.indisvalid THEN 'not valid' END)
    FROM relation c JOIN pg_index i ON i.indrelid = c.oid
    WHERE NOT EXISTS (SELECT FROM pg_constraint k
                      WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT CASE o.deptype WHEN 'i' THEN 'column ' || o.qualified ELSE 'sequence ' || c.named END,
           coalesce(o.parent, ''),
           concat_ws(' ', 'sequence', c.named, format_type(s.seqtypid, NULL),
                     s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
                     'owned by ' || o.qualified)
    FROM relation c
    JOIN pg_sequence s ON s.seqrelid = c.oid
    LEFT JOIN LATERAL (SELECT d.deptype, t.named AS parent,
                              t.named || '.' || quote_ident(a.attname) AS qualified
                       FROM pg_depend d
                       JOIN relation t ON t.oid = d.refobjid
                       JOIN pg_attribute a
                         ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                       WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                         AND d.refclassid = 'pg_class'::regclass
                         AND d.deptype IN ('a', 'i')) o ON true
    UNION ALL
    SELECT concat(kind, ' ', named), '',
           concat_ws(' ', kind, named, reloptions::text, pg_get_viewdef(oid, true))
    FROM relation WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT format('trigger %s.%I', c.named, t.tgname), c.named,
           concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid, true), t.tgenabled)
    FROM relation c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT format('policy %s.%I', c.named, p.polname), c.named,
           concat_ws(' ', 'policy', c.named || '.' || quote_ident(p.polname),
                     p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid),
                     pg_get_expr(p.polwithcheck, p.polrelid))
    FROM relation c JOIN pg_policy p ON p.polrelid = c.oid
    UNION ALL
    SELECT format('function %I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), '',
           concat_ws(' ', 'function', quote_ident(p.proname) || '(' ||
                     pg_get_function_arguments(p.oid) || ')', pg_get_function_result(p.oid),
                     l.lanname, p.prokind, p.provolatile, p.proparallel, p.proisstrict,
                     p.prosecdef, p.proconfig::text, p.prosrc, pg_get_function_sqlbody(p.oid))
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang, mine
    WHERE p.pronamespace = space
      AND NOT EXISTS (SELECT FROM extension e
                      WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
    UNION ALL
    SELECT 'comment ' || o.text, coalesce(o.parent, ''),
           concat_ws(' ', 'comment', o.text, quote_literal(d.description))
    FROM pg_description d
    CROSS JOIN LATERAL (
        SELECT format('COLUMN %s.%I', c.named, a.attname) AS text, c.named AS parent
        FROM relation c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
        WHERE d.classoid = 'pg_class'::regclass AND c.oid = d.objoid
        UNION ALL
        SELECT upper(c.kind) || ' ' || c.named,
               CASE c.relkind WHEN 'i' THEN (SELECT t.named FROM relation t JOIN pg_index i
                                             ON i.indrelid = t.oid AND i.indexrelid = c.oid)
                              ELSE c.named END
        FROM relation c
        WHERE d.classoid = 'pg_class'::regclass AND c.oid = d.objoid AND d.objsubid = 0
          AND c.relkind IN ('r', 'v', 'i', 'S')
        UNION ALL
        SELECT format('CONSTRAINT %I ON %s', k.conname, c.named), c.named
        FROM pg_constraint k JOIN relation c ON c.oid = k.conrelid
        WHERE d.classoid = 'pg_constraint'::regclass AND k.oid = d.objoid
        UNION ALL
        SELECT format('TRIGGER %I ON %s', t.tgname, c.named), c.named
        FROM pg_trigger t JOIN relation c ON c.oid = t.tgrelid
        WHERE d.classoid = 'pg_trigger'::regclass AND t.oid = d.objoid
        UNION ALL
        SELECT format('ROUTINE %I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), ''
        FROM pg_proc p JOIN mine ON p.pronamespace = space
        WHERE d.classoid = 'pg_proc'::regclass AND p.oid = d.objoid) o
    UNION ALL
    SELECT 'type ' || quote_ident(t.typname), '',
           concat_ws(' ', 'type', quote_ident(t.typname), t.typtype,
                     format_type(nullif(t.typbasetype, 0), t.typtypmod), t.typnotnull, t.typdefault,
                     (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
                      FROM pg_enum e WHERE e.enumtypid = t.oid),
                     (SELECT string_agg(pg_get_constraintdef(k.oid, true), ' ' ORDER BY k.conname)
                      FROM pg_constraint k WHERE k.contypid = t.oid))
    FROM pg_type t, mine
    WHERE t.typnamespace = space AND t.typtype IN ('d', 'e', 'r')
      AND NOT EXISTS (SELECT FROM extension e
                      WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
) lines
ORDER BY line COLLATE "C"

-- name: schema_facts
-- Everything in the current schema as facts that can be compared one by one and made by a statement:
-- what it is, of which table, under which name; `definition` is what must be equal, `make` and
-- `unmake` are statements (a column's make is its text in CREATE TABLE), `look` gives a sample for
-- each row that stands in its way, {rows} being the table. Kinds that have no `make` are not covered; among them
-- are views and foreign keys of other schemas and of extensions that are made of ours.
-- row: schema_fact
WITH mine AS MATERIALIZED (
    SELECT oid AS space FROM pg_namespace WHERE nspname = current_schema()),
extension AS MATERIALIZED (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
relation AS MATERIALIZED (
    SELECT c.*, quote_ident(relname) AS named FROM pg_class c, mine
    WHERE c.relnamespace = space
      AND NOT EXISTS (SELECT FROM extension e
                      WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)),
options AS MATERIALIZED (
    SELECT seqrelid, concat_ws(' ', 'START WITH', seqstart, 'INCREMENT BY', seqincrement,
                               'MINVALUE', seqmin, 'MAXVALUE', seqmax, 'CACHE', seqcache,
                               CASE WHEN NOT seqcycle THEN 'NO' END, 'CYCLE') AS text
    FROM pg_sequence),
owned AS MATERIALIZED (
    SELECT d.objid AS sequence, d.deptype, d.refobjid AS relation, d.refobjsubid AS number,
           c.named AS parent, c.named || '.' || quote_ident(a.attname) AS qualified
    FROM pg_depend d
    JOIN relation c ON c.oid = d.refobjid
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    JOIN pg_sequence s ON s.seqrelid = d.objid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
      AND d.deptype IN ('a', 'i')),
indexed AS MATERIALIZED (
    SELECT i.*, c.named AS parent,
           (SELECT string_agg(pg_get_indexdef(i.indexrelid, n, true), ', ' ORDER BY n)
            FROM generate_series(1, i.indnkeyatts) n) AS keys,
           (SELECT string_agg(pg_get_indexdef(i.indexrelid, n, true) || ' IS NOT NULL', ' AND ')
            FROM generate_series(1, i.indnkeyatts) n) AS filled,
           pg_get_expr(i.indpred, i.indrelid) AS predicate
    FROM relation c JOIN pg_index i ON i.indrelid = c.oid),
duplicates AS MATERIALIZED (
    SELECT indexrelid,
           format('SELECT concat(count(*), '' times '', concat_ws('', '', %s)) AS sample '
                  'FROM {rows} AS %s WHERE CASE WHEN %s THEN %s END GROUP BY %s HAVING count(*) > 1',
                  keys, parent, coalesce(predicate, 'true'),
                  CASE WHEN indnullsnotdistinct THEN 'true' ELSE filled END, keys) AS look
    FROM indexed WHERE indisunique),
pairs AS MATERIALIZED (
    SELECT k.oid AS exclusion,
           format('WITH met AS (SELECT row_number() OVER () AS met_row, %s, %s AS met_shown FROM {rows} AS %s '
                  'WHERE %s) SELECT concat(a.met_shown, '' and '', b.met_shown) AS sample '
                  'FROM met AS a JOIN met AS b ON a.met_row < b.met_row AND %s',
                  string_agg(format('%s AS met_%s', pg_get_indexdef(i.indexrelid, n::integer, true), n), ', ' ORDER BY n),
                  format('concat_ws('', '', %s)', string_agg(pg_get_indexdef(i.indexrelid, n::integer, true), ', ' ORDER BY n)),
                  i.parent, coalesce(predicate, 'true'),
                  string_agg(format('a.met_%s OPERATOR(%I.%s) b.met_%s', n, nspname, oprname, n), ' AND ' ORDER BY n)) AS look
    FROM indexed i
    JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype = 'x'
    CROSS JOIN LATERAL unnest(k.conexclop) WITH ORDINALITY u (operator, n)
    JOIN pg_operator o ON o.oid = u.operator
    JOIN pg_namespace s ON s.oid = o.oprnamespace
    GROUP BY k.oid, i.parent, predicate),
identity AS MATERIALIZED (
    SELECT k.conrelid AS relation,
           string_agg(format('concat(%L, %I)', a.attname || '=', a.attname), ', ' ORDER BY n) AS row
    FROM relation c
    JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
    CROSS JOIN unnest(k.conkey) WITH ORDINALITY u (number, n)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number
    GROUP BY k.conrelid),
shape AS MATERIALIZED (
    SELECT 'pg_class'::regclass AS classid, oid AS objid, named FROM relation
    UNION ALL
    SELECT 'pg_type'::regclass, unnest(ARRAY[t.oid, t.typarray]), named
    FROM relation JOIN pg_type t ON t.oid = reltype),
refers AS MATERIALIZED (
    SELECT classid, objid, objsubid, string_agg(DISTINCT text, '' ORDER BY text) AS needs
    FROM (SELECT d.classid, d.objid, d.objsubid,
                 format(',%s,%s.%I,', s.named, s.named, coalesce(a.attname, '')) COLLATE "C" AS text
          FROM shape s
          JOIN pg_depend d ON d.refclassid = s.classid AND d.refobjid = s.objid
          LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                                  AND d.refobjsubid > 0
          WHERE d.deptype IN ('n', 'a')
            AND NOT (d.classid = 'pg_class'::regclass AND d.objid = d.refobjid)
            AND (d.deptype = 'n' OR d.refclassid <> 'pg_class'::regclass
                 OR d.classid NOT IN ('pg_trigger'::regclass, 'pg_attrdef'::regclass))
          UNION ALL
          SELECT d.classid, d.objid, d.objsubid, format(',%s,%s,', o.parent, o.qualified) COLLATE "C"
          FROM owned o
          JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = o.sequence
          WHERE d.deptype = 'n' AND o.deptype = 'a'
            AND NOT EXISTS (SELECT FROM pg_attrdef x
                            WHERE d.classid = 'pg_attrdef'::regclass AND x.oid = d.objid
                              AND x.adrelid = o.relation AND x.adnum = o.number)
          UNION ALL
          SELECT d.classid, d.objid, d.objsubid,
                 format(',%s.%I (constraint),', c.named, k.conname) COLLATE "C"
          FROM relation c
          JOIN pg_constraint k ON k.conrelid = c.oid
          JOIN pg_depend d ON d.refclassid = 'pg_constraint'::regclass AND d.refobjid = k.oid
          WHERE d.deptype = 'n' AND d.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass)
          UNION ALL
          SELECT d.classid, d.objid, d.objsubid,
                 format(';%I(%s);', proname, pg_get_function_identity_arguments(p.oid)) COLLATE "C"
          FROM pg_proc p
          JOIN mine ON pronamespace = space
          JOIN pg_depend d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid
          WHERE d.deptype IN ('n', 'a')) r
    GROUP BY classid, objid, objsubid),
found AS (
    SELECT 'table' AS kind, '' AS parent, named AS name,
           concat_ws(' ', relpersistence, reloptions::text) AS definition,
           CASE WHEN relpersistence = 'u' THEN 'CREATE UNLOGGED TABLE ' ELSE 'CREATE TABLE ' END ||
               named AS make,
           'DROP TABLE ' || named AS unmake, NULL AS type,
           ' WITH (' || array_to_string(reloptions, ', ') || ')' AS special, NULL AS preset,
           false AS not_null, 'SELECT NULL AS sample FROM {rows} AS t' AS look, NULL AS needs,
           pg_table_size(oid) AS bytes, oid::bigint AS position
    FROM relation WHERE relkind = 'r'
    UNION ALL
    SELECT 'column', c.named, quote_ident(a.attname), NULL,
           concat_ws(' ', quote_ident(a.attname), t.type,
                     CASE WHEN a.attgenerated = 's' THEN 'GENERATED ALWAYS AS (' || d.preset || ') STORED'
                          WHEN d.preset IS NOT NULL THEN 'DEFAULT ' || d.preset END,
                     s.text, CASE WHEN a.attnotnull THEN 'NOT NULL' END),
           'ALTER TABLE ' || c.named || ' DROP COLUMN ' || quote_ident(a.attname), t.type,
           coalesce(CASE WHEN a.attgenerated = 's' THEN 'AS (' || d.preset || ')' END, s.text),
           CASE WHEN a.attgenerated = '' THEN d.preset END, a.attnotnull,
           format('SELECT concat_ws('', '', %s) AS sample FROM {rows} AS t WHERE %s',
                  coalesce((SELECT row FROM identity WHERE relation = c.oid), 't'),
                  CASE WHEN a.attgenerated = '' THEN format('t.%I IS NULL', a.attname)
                       WHEN a.attnotnull THEN format('(%s) IS NULL', d.preset)
                       ELSE format('num_nulls(%s) < 0', d.preset) END),
           concat((SELECT r.needs FROM refers r
                   WHERE r.classid = 'pg_class'::regclass AND r.objid = c.oid
                     AND r.objsubid = a.attnum),
                  (SELECT r.needs FROM pg_attrdef x
                   JOIN refers r ON r.classid = 'pg_attrdef'::regclass AND r.objid = x.oid
                   WHERE x.adrelid = c.oid AND x.adnum = a.attnum)),
           pg_table_size(c.oid), a.attnum
    FROM relation c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN LATERAL (SELECT pg_get_expr(x.adbin, x.adrelid) AS preset FROM pg_attrdef x
                       WHERE x.adrelid = c.oid AND x.adnum = a.attnum) d ON true
    CROSS JOIN LATERAL (
        SELECT format_type(a.atttypid, a.atttypmod) ||
               coalesce((SELECT ' COLLATE ' || quote_ident(collname) FROM pg_collation co
                         WHERE co.oid = a.attcollation AND co.collname <> 'default'), '') AS type) t
    LEFT JOIN LATERAL (
        SELECT format('GENERATED %s AS IDENTITY (SEQUENCE NAME %s %s)',
                      CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END,
                      o.sequence::regclass, p.text) AS text
        FROM owned o JOIN options p ON p.seqrelid = o.sequence
        WHERE o.relation = c.oid AND o.number = a.attnum AND o.deptype = 'i') s ON true
    WHERE c.relkind = 'r'
    UNION ALL
    SELECT 'sequence', coalesce(o.parent, ''), c.named,
           concat_ws(' ', format_type(s.seqtypid, NULL), p.text, CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED' END),
           concat_ws(' ', 'CREATE', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED' END, 'SEQUENCE', c.named, 'AS', format_type(s.seqtypid, NULL), p.text),
           'DROP SEQUENCE ' || c.named, NULL, o.qualified, NULL, false, NULL, NULL, 0, c.oid
    FROM relation c
    JOIN pg_sequence s ON s.seqrelid = c.oid
    JOIN options p ON p.seqrelid = c.oid
    LEFT JOIN owned o ON o.sequence = c.oid
    WHERE o.deptype IS DISTINCT FROM 'i'
    UNION ALL
    SELECT 'owner', o.parent, c.named, o.qualified,
           format('ALTER SEQUENCE %s OWNED BY %s', c.named, o.qualified),
           format('ALTER SEQUENCE %s OWNED BY NONE', c.named), NULL, o.qualified, NULL, false, NULL,
           NULL, 0, c.oid
    FROM relation c JOIN owned o ON o.sequence = c.oid AND o.deptype = 'a'
    UNION ALL
    SELECT 'constraint', c.named, quote_ident(k.conname), pg_get_constraintdef(k.oid, true),
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.named, k.conname,
                  pg_get_constraintdef(k.oid, true)),
           format('ALTER TABLE %s DROP CONSTRAINT %I', c.named, k.conname), k.contype::text,
           CASE WHEN k.contype IN ('p', 'u') THEN u.keys
                WHEN k.contype = 'f' THEN k.conindid::regclass::text END, NULL, false,
           CASE WHEN k.contype IN ('p', 'u') THEN d.look
                WHEN k.contype = 'x' THEN (SELECT look FROM pairs WHERE exclusion = k.oid)
                WHEN k.contype = 'c' THEN
                    format('SELECT concat_ws('', '', %s) AS sample FROM {rows} AS %s WHERE NOT (%s)',
                           coalesce(concat_ws(', ', y.row, v.columns), c.named), c.named,
                           pg_get_expr(k.conbin, k.conrelid))
                WHEN k.contype = 'f' THEN
                    (SELECT format('SELECT concat_ws('', '', %1$s) AS sample FROM {rows} AS child WHERE ' ||
                                   CASE k.confmatchtype WHEN 'f'
                                       THEN 'num_nonnulls(%2$s) > 0 AND (num_nulls(%2$s) > 0 OR %3$s)'
                                       ELSE 'num_nulls(%2$s) = 0 AND %3$s' END,
                                   concat_ws(', ', y.row, v.columns),
                                   string_agg(format('child.%I', a.attname), ', '),
                                   format('NOT EXISTS (SELECT FROM {table %s} AS parent WHERE %s)',
                                          k.confrelid::regclass,
                                          string_agg(format('child.%I = parent.%I', a.attname, b.attname),
                                                     ' AND ')))
                     FROM generate_subscripts(k.conkey, 1) n
                     JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[n]
                     JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[n])
           END,
           (SELECT r.needs FROM refers r WHERE r.classid = 'pg_constraint'::regclass AND r.objid = k.oid),
           pg_table_size(c.oid), strpos('pucxf', k.contype::text)
    FROM relation c
    JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'x', 'f')
    LEFT JOIN indexed u ON u.indexrelid = k.conindid
    LEFT JOIN duplicates d ON d.indexrelid = k.conindid
    LEFT JOIN identity y ON y.relation = c.oid
    LEFT JOIN LATERAL (
        SELECT string_agg(format('concat(%L, %I)', a.attname || '=', a.attname), ', ') AS columns
        FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
          AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.conrelid = c.oid AND p.contype = 'p'
                                                        AND a.attnum = ANY (p.conkey))) v ON true
    UNION ALL
    SELECT 'index', i.parent, i.indexrelid::regclass::text,
           pg_get_indexdef(i.indexrelid, 0, true) || CASE WHEN indisvalid THEN '' ELSE ' NOT VALID' END,
           pg_get_indexdef(i.indexrelid, 0, true), 'DROP INDEX ' || i.indexrelid::regclass, NULL,
           NULL, NULL, false, d.look,
           (SELECT r.needs FROM refers r
            WHERE r.classid = 'pg_class'::regclass AND r.objid = i.indexrelid AND r.objsubid = 0),
           pg_table_size(i.indrelid), i.indexrelid
    FROM indexed i
    LEFT JOIN duplicates d USING (indexrelid)
    WHERE NOT EXISTS (SELECT FROM pg_constraint k
                      WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT 'view', '', named, v.text, v.text, 'DROP VIEW ' || named, NULL, NULL,
           (SELECT string_agg(format(',%I,', attname), '' ORDER BY attnum)
            FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0), false, NULL,
           (SELECT r.needs FROM pg_rewrite w
            JOIN refers r ON r.classid = 'pg_rewrite'::regclass AND r.objid = w.oid
            WHERE w.ev_class = c.oid), 0, c.oid
    FROM relation c CROSS JOIN LATERAL (
        SELECT format('CREATE VIEW %s%s AS%s%s', named,
                      ' WITH (' || array_to_string(reloptions, ', ') || ')', chr(10),
                      rtrim(pg_get_viewdef(c.oid, true), ';')) AS text) v
    WHERE relkind = 'v'
    UNION ALL
    SELECT 'view', '', c.oid::regclass::text, NULL, NULL, NULL, NULL, NULL, NULL, false, NULL,
           r.needs, 0, c.oid
    FROM refers r
    JOIN pg_rewrite w ON w.oid = r.objid AND r.classid = 'pg_rewrite'::regclass
    JOIN pg_class c ON c.oid = w.ev_class
    WHERE NOT EXISTS (SELECT FROM relation x WHERE x.oid = c.oid)
    UNION ALL
    SELECT 'constraint', k.conrelid::regclass::text, quote_ident(k.conname), NULL, NULL, NULL,
           k.contype::text, k.conindid::regclass::text, NULL, false, NULL, r.needs, 0, k.oid
    FROM refers r
    JOIN pg_constraint k ON k.oid = r.objid AND r.classid = 'pg_constraint'::regclass
    WHERE k.contype = 'f' AND NOT EXISTS (SELECT FROM relation x WHERE x.oid = k.conrelid)
    UNION ALL
    SELECT 'trigger', c.named, quote_ident(t.tgname),
           pg_get_triggerdef(t.oid, true) || ' ' || t.tgenabled::text,
           pg_get_triggerdef(t.oid, true) || CASE t.tgenabled WHEN 'O' THEN '' ELSE
               format('; ALTER TABLE %s %s TRIGGER %I', c.named,
                      CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS'
                                       ELSE 'ENABLE REPLICA' END, t.tgname) END,
           format('DROP TRIGGER %I ON %s', t.tgname, c.named), NULL, NULL, NULL, false, NULL,
           (SELECT r.needs FROM refers r WHERE r.classid = 'pg_trigger'::regclass AND r.objid = t.oid),
           0, t.oid
    FROM relation c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT 'function', '', s.text, concat_ws(' ', pg_get_function_arguments(p.oid),
               pg_get_function_result(p.oid), l.lanname, p.prokind, p.provolatile, p.proparallel,
               p.proisstrict, p.proleakproof, p.prosecdef, p.proconfig::text, p.procost, p.prorows,
               p.prosrc, pg_get_function_sqlbody(p.oid)),
           CASE WHEN p.prokind IN ('f', 'p', 'w') THEN
               regexp_replace(pg_get_functiondef(p.oid), '^(CREATE OR REPLACE \w+) [^.("]+\.', '\1 ')
           END,
           'DROP ROUTINE ' || s.text,
           concat(pg_get_function_arguments(p.oid), ' ', pg_get_function_result(p.oid)),
           format('%I(%s)', p.proname, oidvectortypes(p.proargtypes)), NULL, false, NULL,
           (SELECT r.needs FROM refers r WHERE r.classid = 'pg_proc'::regclass AND r.objid = p.oid),
           0, p.oid
    FROM pg_proc p
    JOIN pg_language l ON l.oid = p.prolang
    JOIN mine ON p.pronamespace = space
    CROSS JOIN LATERAL (SELECT quote_ident(p.proname) || '(' ||
                               pg_get_function_identity_arguments(p.oid) || ')' AS text) s
    WHERE NOT EXISTS (SELECT FROM extension e
                      WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
    UNION ALL
    SELECT 'comment', coalesce(c.table_of, ''), o.text, d.description,
           format('COMMENT ON %s IS %L', o.text, d.description),
           format('COMMENT ON %s IS NULL', o.text), NULL, o.about, NULL, false, NULL, NULL, 0, 0
    FROM pg_description d
    LEFT JOIN LATERAL (
        SELECT named, relkind,
               CASE WHEN relkind = 'r' THEN named
                    WHEN relkind = 'i' THEN (SELECT parent FROM indexed i WHERE i.indexrelid = r.oid)
               END AS table_of
        FROM relation r
        WHERE r.oid = d.objoid AND d.classoid = 'pg_class'::regclass) c ON true
    CROSS JOIN LATERAL (
        SELECT format('COLUMN %s.%I', named, attname) AS text,
               format('%s.%I', named, attname) AS about
        FROM pg_attribute WHERE named <> '' AND attrelid = d.objoid AND attnum = d.objsubid
                            AND d.objsubid > 0
        UNION ALL
        SELECT w.word || ' ' || named,
               coalesce((SELECT format('%s.%s', table_of, named) FROM pg_constraint k
                         WHERE k.conindid = d.objoid AND k.contype IN ('p', 'u', 'x')), named)
        FROM (VALUES ('r', 'TABLE'), ('v', 'VIEW'), ('i', 'INDEX'), ('S', 'SEQUENCE')) w (letter, word)
        WHERE d.objsubid = 0 AND w.letter = relkind::text
        UNION ALL
        SELECT format('CONSTRAINT %I ON %s', conname, r.named), format('%s.%I', r.named, conname)
        FROM pg_constraint k JOIN relation r ON r.oid = k.conrelid
        WHERE d.classoid = 'pg_constraint'::regclass AND k.oid = d.objoid
        UNION ALL
        SELECT format('TRIGGER %I ON %s', tgname, r.named), format('%s.%I', r.named, tgname)
        FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid
        WHERE d.classoid = 'pg_trigger'::regclass AND t.oid = d.objoid
        UNION ALL
        SELECT 'ROUTINE ' || f.text, f.text
        FROM pg_proc p JOIN mine ON p.pronamespace = space
        CROSS JOIN LATERAL (SELECT format('%I(%s)', proname,
                                          pg_get_function_identity_arguments(p.oid)) AS text) f
        WHERE d.classoid = 'pg_proc'::regclass AND p.oid = d.objoid
    ) o
    UNION ALL
    SELECT CASE relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table'
                        WHEN 'm' THEN 'materialized view' WHEN 'c' THEN 'composite type' END,
           '', named,
           concat_ws(' ', reloptions::text, pg_get_partkeydef(r.oid),
                     (SELECT concat_ws(' ', srvname, ftoptions::text) FROM pg_foreign_table t
                      JOIN pg_foreign_server s ON s.oid = t.ftserver WHERE t.ftrelid = r.oid),
                     CASE relkind WHEN 'm' THEN pg_get_viewdef(r.oid, true) ELSE
                         (SELECT string_agg(concat_ws(' ', quote_ident(attname),
                                                      format_type(atttypid, atttypmod), attnotnull,
                                                      attfdwoptions::text,
                                                      pg_get_expr(d.adbin, d.adrelid)),
                                            ', ' ORDER BY attname)
                          FROM pg_attribute a
                          LEFT JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum
                          WHERE attrelid = r.oid AND attnum > 0 AND NOT attisdropped) END),
           NULL, NULL, NULL, NULL, NULL, false, NULL,
           (SELECT x.needs FROM pg_rewrite w
            JOIN refers x ON x.classid = 'pg_rewrite'::regclass AND x.objid = w.oid
            WHERE w.ev_class = r.oid), 0, oid
    FROM relation r WHERE relkind IN ('p', 'f', 'm', 'c')
    UNION ALL
    SELECT 'row security of', named, 'table ' || named, relforcerowsecurity::text, NULL, NULL, NULL, NULL, NULL, false,
           NULL, NULL, 0, oid
    FROM relation WHERE relrowsecurity
    UNION ALL
    SELECT 'policy', c.named, quote_ident(p.polname),
           concat_ws(' ', p.polcmd, p.polpermissive, p.polroles::text,
                     pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)),
           NULL, NULL, NULL, NULL, NULL, false, NULL,
           (SELECT r.needs FROM refers r WHERE r.classid = 'pg_policy'::regclass AND r.objid = p.oid),
           0, p.oid
    FROM relation c JOIN pg_policy p ON p.polrelid = c.oid
    UNION ALL
    SELECT 'type', '', quote_ident(t.typname),
           concat_ws(' ', t.typtype, format_type(nullif(t.typbasetype, 0), t.typtypmod), t.typnotnull,
                     t.typdefault, nullif(t.typcollation, 0)::regcollation,
                     (SELECT concat_ws(' ', g.rngsubtype::regtype, g.rngsubdiff, g.rngcanonical)
                      FROM pg_range g WHERE g.rngtypid = t.oid),
                     (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
                      FROM pg_enum e WHERE e.enumtypid = t.oid),
                     (SELECT string_agg(pg_get_constraintdef(k.oid, true), ' ' ORDER BY k.conname)
                      FROM pg_constraint k WHERE k.contypid = t.oid)),
           NULL, NULL, NULL, NULL, NULL, false, NULL, NULL, 0, t.oid
    FROM pg_type t JOIN mine ON t.typnamespace = space
    WHERE t.typtype IN ('d', 'e', 'r')
      AND NOT EXISTS (SELECT FROM extension e
                      WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
)
SELECT kind, parent, name, coalesce(definition, '') AS definition, make, unmake,
       coalesce(type, '') AS type, coalesce(special, '') AS special, coalesce(preset, '') AS preset,
       not_null, look, coalesce(needs, '') AS needs, bytes::bigint AS bytes,
       position::bigint AS position
FROM found
ORDER BY kind, position, parent, name

-- name: schema_recorded
-- What the last push recorded.
-- row: schema_record
SELECT fingerprint, source_hash AS fits, split_part(source_hash, ' ', 1) AS source_hash, finished_at
FROM db_operations
WHERE operation = 'push' AND outcome = 'applied'
ORDER BY id DESC
LIMIT 1

-- name: schema_recorded_rest
-- The hashes of the rights that the last push left, if it compared them, and of properties, if there
-- were any, with a space between.
-- row: schema_line
SELECT concat(details->>'rights', ' ', details->>'properties') AS line
FROM db_operations
WHERE operation = 'push' AND outcome = 'applied'
ORDER BY id DESC
LIMIT 1

-- name: schema_managed
-- The objects that pushes made or adopted, in the order of their bytes.
-- row: schema_line
SELECT object AS line FROM db_objects ORDER BY object COLLATE "C"

-- name: schema_manage
-- Makes the record of managed objects this JSON array.
WITH given AS (
    SELECT jsonb_array_elements_text(:objects::jsonb) AS object),
gone AS (
    DELETE FROM db_objects d WHERE NOT EXISTS (SELECT FROM given g WHERE g.object = d.object))
INSERT INTO db_objects (object) SELECT DISTINCT object FROM given ON CONFLICT DO NOTHING

-- name: schema_others
-- What else lives in this database: other schemas, and extensions within ours.
-- row: schema_line
SELECT format('schema %I (%s relations)', n.nspname, count(c.oid)) AS line
FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind <> 'i'
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', current_schema())
GROUP BY n.nspname
UNION ALL
SELECT format('%s %I (of the extension %I)',
              CASE c.relkind WHEN 'v' THEN 'view' WHEN 'r' THEN 'table' ELSE 'relation' END, c.relname,
              x.extname)
FROM pg_class c
JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
JOIN pg_extension x ON x.oid = d.refobjid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('v', 'r', 'm', 'f', 'p')
ORDER BY line
