-- name: schema_text
-- The canonical text of everything in the current schema: a line per object, equal for equal
-- schemas whatever the order of creation, the order of columns and the schema's own name (names are
-- rendered relative to search_path). Objects of extensions are left out.
-- row: schema_line
WITH mine AS MATERIALIZED (
    SELECT oid AS space FROM pg_namespace WHERE nspname = current_schema()),
extension AS MATERIALIZED (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
relation AS MATERIALIZED (
    SELECT c.* FROM pg_class c, mine
    WHERE c.relnamespace = space
      AND NOT EXISTS (SELECT FROM extension e
                      WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid))
SELECT line FROM (
    SELECT concat_ws(' ', CASE relkind WHEN 'r' THEN 'table' ELSE 'relation ' || relkind::text END,
                     quote_ident(relname), relpersistence, reloptions::text,
                     CASE WHEN relrowsecurity THEN 'row security' END) AS line
    FROM relation WHERE relkind IN ('r', 'p', 'f')
    UNION ALL
    SELECT concat_ws(' ', 'column', quote_ident(c.relname) || '.' || quote_ident(a.attname),
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
    SELECT concat_ws(' ', 'constraint', quote_ident(c.relname) || '.' || quote_ident(k.conname),
                     pg_get_constraintdef(k.oid, true))
    FROM relation c JOIN pg_constraint k ON k.conrelid = c.oid
    UNION ALL
    SELECT concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid, 0, true),
                     CASE WHEN NOT i.indisvalid THEN 'not valid' END)
    FROM relation c JOIN pg_index i ON i.indexrelid = c.oid
    WHERE NOT EXISTS (SELECT FROM pg_constraint k
                      WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT concat_ws(' ', 'sequence', quote_ident(c.relname), format_type(s.seqtypid, NULL),
                     s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
                     'owned by ' || (SELECT d.refobjid::regclass::text || '.' ||
                                            quote_ident(a.attname)
                                     FROM pg_depend d
                                     JOIN pg_attribute a
                                       ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                                     WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                                       AND d.refclassid = 'pg_class'::regclass
                                       AND d.deptype IN ('a', 'i')))
    FROM relation c JOIN pg_sequence s ON s.seqrelid = c.oid
    UNION ALL
    SELECT concat_ws(' ', CASE relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END,
                     quote_ident(relname), reloptions::text, pg_get_viewdef(oid, true))
    FROM relation WHERE relkind IN ('v', 'm')
    UNION ALL
    SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid, true), t.tgenabled)
    FROM relation c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
    UNION ALL
    SELECT concat_ws(' ', 'policy', quote_ident(c.relname) || '.' || quote_ident(p.polname),
                     p.polcmd, p.polpermissive, pg_get_expr(p.polqual, p.polrelid),
                     pg_get_expr(p.polwithcheck, p.polrelid))
    FROM relation c JOIN pg_policy p ON p.polrelid = c.oid
    UNION ALL
    SELECT concat_ws(' ', 'function', quote_ident(p.proname) || '(' ||
                     pg_get_function_arguments(p.oid) || ')', pg_get_function_result(p.oid),
                     l.lanname, p.prokind, p.provolatile, p.proparallel, p.proisstrict,
                     p.prosecdef, p.proconfig::text, p.prosrc, pg_get_function_sqlbody(p.oid))
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang, mine
    WHERE p.pronamespace = space
      AND NOT EXISTS (SELECT FROM extension e
                      WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid)
    UNION ALL
    SELECT concat_ws(' ', 'type', quote_ident(t.typname), t.typtype,
                     format_type(nullif(t.typbasetype, 0), t.typtypmod), t.typnotnull, t.typdefault,
                     (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
                      FROM pg_enum e WHERE e.enumtypid = t.oid),
                     (SELECT string_agg(pg_get_constraintdef(k.oid, true), ' ' ORDER BY k.conname)
                      FROM pg_constraint k WHERE k.contypid = t.oid))
    FROM pg_type t, mine
    WHERE t.typnamespace = space AND t.typtype IN ('d', 'e')
      AND NOT EXISTS (SELECT FROM extension e
                      WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid)
) lines
ORDER BY line COLLATE "C"

-- name: schema_recorded
-- What the last push recorded.
-- row: schema_record
SELECT fingerprint, source_hash, finished_at
FROM db_operations
WHERE operation = 'push' AND outcome = 'applied'
ORDER BY id DESC
LIMIT 1

-- name: schema_lock
-- True if this session now holds the lock that operations on the whole database take; it ends with
-- the transaction.
SELECT pg_try_advisory_xact_lock(1399411809)

-- name: schema_push_record
-- Notes a push that is about to commit.
INSERT INTO db_operations (operation, fingerprint, source_hash, finished_at, outcome)
VALUES ('push', :fingerprint, :source, clock_timestamp() AT TIME ZONE 'UTC', 'applied')

-- name: schema_roles
-- How many of the roles that grants.sql names exist.
SELECT count(*)::int
FROM pg_roles
WHERE rolname IN ('sita_app', 'sita_desk', 'sita_reader', 'sita_backup', 'sita_monitor')

-- name: schema_database
-- The database of that name, if the server has it.
-- row: schema_line
SELECT datname AS line FROM pg_database WHERE datname = :name
