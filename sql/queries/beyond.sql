-- name: schema_beyond
-- What is upon the current schema beside the facts of schema_facts: objects of kinds that no step
-- makes, named as the server describes them (type 'beyond'; needs is what they hold on to, special
-- what takes them along), and properties of its objects, so far as they are not what a new object
-- has: kind ends with " of", name is what the record of managed objects calls the object, special
-- that with which the property is lost. A property without make is named, and no step makes it.
-- pg_attver is a mark that the server sets by itself.
-- row: schema_fact
WITH mine AS MATERIALIZED (
    SELECT oid AS space FROM pg_namespace WHERE nspname = current_schema()),
relation AS MATERIALIZED (
    SELECT c.*, quote_ident(relname) AS named,
           CASE relkind WHEN 'r' THEN 'table ' WHEN 'v' THEN 'view ' WHEN 'i' THEN 'index '
                        WHEN 'S' THEN 'sequence ' WHEN 'm' THEN 'materialized view '
                        WHEN 'p' THEN 'partitioned table ' WHEN 'f' THEN 'foreign table '
                        WHEN 'c' THEN 'composite type ' END || quote_ident(relname) AS object
    FROM pg_class c
    WHERE relnamespace = (SELECT space FROM mine)),
routine AS MATERIALIZED (
    SELECT oid, prosupport::oid AS support, protrftypes,
           format('%I(%s)', proname, pg_get_function_identity_arguments(oid)) AS named
    FROM pg_proc WHERE pronamespace = (SELECT space FROM mine)),
type AS MATERIALIZED (
    SELECT oid, typacl, quote_ident(typname) AS named FROM pg_type
    WHERE typnamespace = (SELECT space FROM mine)),
upon AS (
    SELECT DISTINCT classid, objid
    FROM pg_depend
    WHERE deptype IN ('n', 'a')
      AND (refclassid, refobjid) IN (SELECT 'pg_namespace'::regclass, space FROM mine
                                     UNION ALL SELECT 'pg_class'::regclass, oid FROM relation
                                     UNION ALL SELECT 'pg_proc'::regclass, oid FROM routine
                                     UNION ALL SELECT 'pg_type'::regclass, oid FROM type)
      AND CASE classid
          WHEN 'pg_extension'::regclass THEN false
          WHEN 'pg_class'::regclass THEN objid NOT IN (SELECT oid FROM relation)
          WHEN 'pg_proc'::regclass THEN objid NOT IN (SELECT oid FROM routine)
          WHEN 'pg_type'::regclass THEN
              objid IN (SELECT oid FROM pg_type WHERE typtype IN ('b', 'p'))
              OR objid NOT IN (SELECT oid FROM type)
          WHEN 'pg_rewrite'::regclass THEN
              objid IN (SELECT oid FROM pg_rewrite WHERE rulename <> '_RETURN')
          WHEN 'pg_constraint'::regclass THEN
              objid IN (SELECT oid FROM pg_constraint, mine
                        WHERE connamespace <> space AND contype <> 'f')
          WHEN 'pg_attrdef'::regclass THEN
              objid NOT IN (SELECT d.oid FROM pg_attrdef d JOIN relation c ON c.oid = adrelid)
          WHEN 'pg_trigger'::regclass THEN
              objid NOT IN (SELECT oid FROM pg_trigger
                            WHERE tgisinternal OR tgrelid IN (SELECT oid FROM relation))
          WHEN 'pg_policy'::regclass THEN
              objid NOT IN (SELECT p.oid FROM pg_policy p JOIN relation c ON c.oid = polrelid)
          ELSE true END),
stray AS MATERIALIZED (
    SELECT classid, objid FROM upon u
    WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = u.classid AND e.objid = u.objid
                                                AND e.deptype IN ('e', 'i'))),
indexed AS MATERIALIZED (
    SELECT c.*, indisclustered AS clustered, indisreplident AS identity, indexrelid::regclass::text AS index,
           coalesce((SELECT format('%s.%I', c.named, conname) FROM pg_constraint
                     WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x')),
                    i.indexrelid::regclass::text) AS special
    FROM pg_index i JOIN relation c ON c.oid = i.indrelid
    WHERE indisclustered OR indisreplident),
set_column AS MATERIALIZED (
    SELECT c.relkind, c.named, c.object AS relation, a.*, t.typstorage,
           format('%s.%I', c.named, attname) AS qualified,
           array_to_string(ARRAY(SELECT o FROM unnest(attoptions) o
                                 WHERE o NOT LIKE 'pg\_attver=%'), ', ') AS options
    FROM pg_attribute a
    JOIN relation c ON c.oid = attrelid
    JOIN pg_type t ON t.oid = atttypid
    WHERE c.relkind IN ('r', 'i') AND attnum > 0
      AND (attstattarget >= 0
           OR c.relkind = 'r' AND (attstorage <> typstorage OR attcompression <> ''
                                   OR attoptions::text !~ '^{pg_attver=[0-9]+}$'))),
property (kind, parent, name, definition, make, unmake, special) AS (
    SELECT x.kind, a.named, 'column ' || qualified, x.definition,
           concat('ALTER TABLE ', a.named, ' ALTER COLUMN ', quote_ident(attname), x.make),
           concat('ALTER TABLE ', a.named, ' ALTER COLUMN ', quote_ident(attname), x.unmake), qualified
    FROM set_column a
    CROSS JOIN LATERAL (VALUES
        ('storage of', CASE WHEN attstorage <> typstorage THEN attstorage::text END,
         ' SET STORAGE ' || CASE attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
                                            WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END,
         ' SET STORAGE ' || CASE typstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL'
                                            WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END),
        ('compression of', nullif(attcompression::text, ''),
         ' SET COMPRESSION ' || CASE attcompression WHEN 'l' THEN 'lz4' ELSE 'pglz' END,
         ' SET COMPRESSION default'),
        ('statistics target of', nullif(attstattarget, -1)::text,
         ' SET STATISTICS ' || attstattarget, ' SET STATISTICS -1'),
        ('options of', nullif(options, ''), ' SET (' || options || ')',
         ' RESET (' || regexp_replace(options, '=[^,]*', '', 'g') || ')'))
        x (kind, definition, make, unmake)
    WHERE relkind = 'r' AND NOT attisdropped AND x.definition IS NOT NULL
    UNION ALL
    SELECT format('statistics target of column %s of', attnum),
           (SELECT indrelid::regclass::text FROM pg_index WHERE indexrelid = attrelid), relation,
           attstattarget::text,
           format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', named, attnum, attstattarget),
           format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS -1', named, attnum), named
    FROM set_column
    WHERE relkind = 'i'
    UNION ALL
    SELECT format('default of column %I of', attname), c.named, c.object, x.preset,
           format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', c.named, attname, x.preset),
           format('ALTER VIEW %s ALTER COLUMN %I DROP DEFAULT', c.named, attname), c.named
    FROM pg_attrdef d
    JOIN relation c ON c.oid = d.adrelid AND c.relkind = 'v'
    JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    CROSS JOIN LATERAL (SELECT pg_get_expr(d.adbin, d.adrelid) AS preset) x
    UNION ALL
    SELECT 'overflow options of', c.named, c.object, x.options,
           format('ALTER TABLE %s SET (%s)', c.named, x.options),
           format('ALTER TABLE %s RESET (%s)', c.named,
                  regexp_replace(x.options, '=[^,]*', '', 'g')), ''
    FROM relation c
    JOIN pg_class o ON o.oid = c.reltoastrelid AND o.reloptions IS NOT NULL
    CROSS JOIN LATERAL (
        SELECT 'toast.' || array_to_string(o.reloptions, ', toast.') AS options) x
    UNION ALL
    SELECT 'replica identity of', c.named, c.object, x.text,
           format('ALTER TABLE %s REPLICA IDENTITY %s', c.named, x.text),
           format('ALTER TABLE %s REPLICA IDENTITY DEFAULT', c.named), coalesce(i.special, '')
    FROM relation c
    LEFT JOIN indexed i ON i.oid = c.oid AND i.identity AND c.relreplident = 'i'
    CROSS JOIN LATERAL (SELECT CASE c.relreplident WHEN 'f' THEN 'FULL'
                               ELSE coalesce('USING INDEX ' || i.index, 'NOTHING') END AS text) x
    WHERE c.relkind = 'r' AND c.relreplident <> 'd'
    UNION ALL
    SELECT 'clustering of', named, object, index,
           format('ALTER TABLE %s CLUSTER ON %s', named, index),
           format('ALTER TABLE %s SET WITHOUT CLUSTER', named), special
    FROM indexed
    WHERE clustered
    UNION ALL
    SELECT 'options of', t.named, format('constraint %s.%I', t.named, conname), x.options,
           format('ALTER INDEX %s SET (%s)', c.named, x.options),
           format('ALTER INDEX %s RESET (%s)', c.named,
                  regexp_replace(x.options, '=[^,]*', '', 'g')), format('%s.%I', t.named, conname)
    FROM relation c
    JOIN pg_constraint k ON k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')
    JOIN relation t ON t.oid = k.conrelid
    CROSS JOIN LATERAL (SELECT array_to_string(c.reloptions, ', ') AS options) x
    WHERE c.relkind = 'i' AND c.reloptions IS NOT NULL
    UNION ALL
    SELECT 'inheritance of', c.named, c.object,
           concat_ws(' ', (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno)
                           FROM pg_inherits WHERE inhrelid = c.oid),
                     pg_get_expr(c.relpartbound, c.oid)), NULL, NULL, ''
    FROM relation c
    WHERE c.relkind = 'r' AND c.oid IN (SELECT inhrelid FROM pg_inherits)
    UNION ALL
    SELECT x.kind, c.named, c.object, x.definition, NULL, NULL, ''
    FROM relation c
    CROSS JOIN LATERAL (VALUES
        ('row type of', nullif(reloftype, 0)::regtype::text),
        ('tablespace of', (SELECT spcname FROM pg_tablespace s WHERE s.oid = reltablespace)::text),
        ('access method of', (SELECT amname FROM pg_am m
                              WHERE relkind = 'r' AND m.oid = relam AND amname <> 'heap')::text),
        ('forced row security of', CASE WHEN relforcerowsecurity AND NOT relrowsecurity THEN '' END)) x (kind, definition)
    WHERE (reloftype <> 0 OR reltablespace <> 0
           OR relforcerowsecurity OR relkind = 'r' AND relam <> (SELECT oid FROM pg_am
                                                                  WHERE amname = 'heap'))
      AND x.definition IS NOT NULL
    UNION ALL
    SELECT 'disabled triggers of', c.named, format('constraint %s.%I', c.named, k.conname),
           string_agg(tgenabled::text, '' ORDER BY t.oid), NULL, NULL, ''
    FROM pg_trigger t
    JOIN pg_constraint k ON k.oid = t.tgconstraint
    JOIN relation c ON c.oid = k.conrelid
    WHERE t.tgisinternal AND t.tgenabled <> 'O'
    GROUP BY c.named, k.conname
    UNION ALL
    SELECT 'transforms of', '', 'function ' || named,
           concat_ws(' ', nullif(support, 0)::regproc, protrftypes::text), NULL, NULL, ''
    FROM routine
    WHERE support <> 0 OR protrftypes IS NOT NULL
    UNION ALL
    SELECT 'rights of', '', 'type ' || named, typacl::text, NULL, NULL, ''
    FROM type
    WHERE typacl IS NOT NULL
    UNION ALL
    SELECT 'security label of', '', pg_describe_object(classoid, objoid, objsubid),
           provider || ' ' || label, NULL, NULL, ''
    FROM pg_seclabel
    WHERE classoid = 'pg_class'::regclass AND objoid IN (SELECT oid FROM relation)
       OR classoid = 'pg_proc'::regclass AND objoid IN (SELECT oid FROM routine)
    UNION ALL
    SELECT 'comment of', '', pg_describe_object(class, oid, 0), x.text, NULL, NULL, ''
    FROM (SELECT 'pg_class'::regclass AS class, oid, obj_description(oid, 'pg_class') AS text
          FROM relation WHERE relkind IN ('m', 'p', 'f', 'c')
          UNION ALL SELECT 'pg_type'::regclass, oid, obj_description(oid, 'pg_type') FROM type
          UNION ALL SELECT 'pg_policy'::regclass, p.oid, obj_description(p.oid, 'pg_policy')
                    FROM pg_policy p JOIN relation c ON c.oid = polrelid) x
    WHERE x.text IS NOT NULL)
SELECT kind, parent, name, definition, make, unmake, '' AS type, special, '' AS preset,
       false AS not_null, NULL AS look, '' AS needs, 0::bigint AS bytes, 0::bigint AS position
FROM property
UNION ALL
SELECT split_part(text, ' ', 1), '', substr(text, strpos(text, ' ') + 1), '', NULL, NULL, 'beyond',
       takes, '', false, NULL, needs, 0, 0
FROM stray
CROSS JOIN LATERAL (
    SELECT pg_describe_object(stray.classid, stray.objid, 0) AS text,
           coalesce(string_agg(h.text, '') FILTER (WHERE d.deptype = 'n'), '') AS needs,
           coalesce(string_agg(h.text, '') FILTER (WHERE d.deptype = 'a'), '') AS takes
    FROM pg_depend d
    LEFT JOIN relation r ON d.refclassid = 'pg_class'::regclass AND r.oid = d.refobjid
    LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.refobjsubid
    LEFT JOIN routine p ON d.refclassid = 'pg_proc'::regclass AND p.oid = d.refobjid
    CROSS JOIN LATERAL (
        SELECT CASE WHEN r.oid IS NOT NULL
                    THEN concat(',', r.named, ',', r.named || '.' || quote_ident(attname) || ',')
                    WHEN p.oid IS NOT NULL THEN concat(';', p.named, ';') END AS text) h
    WHERE d.classid = stray.classid AND d.objid = stray.objid) s
ORDER BY kind, parent, name

-- name: schema_touched
-- What the schema file made, changed or took away outside of the schema :space (an oid) in which it was
-- run: objects of whatever kind that a subtransaction younger than :subtransaction, that of the schema,
-- wrote (they show while it is under way), or took away (which shows again once it was rolled back); but for
-- what is upon the schema, and :referred (oids), tables that a foreign key of it refers to, which have
-- triggers then. Also what it said about them, and rows that it wrote, which no push would.
-- row: schema_line
WITH at AS MATERIALIZED (
    SELECT :space::oid AS space, age(:subtransaction::xid) AS began,
           pg_current_xact_id()::text::bigint AS now),
written AS MATERIALIZED (
    SELECT m.classid, m.objid, m.said, m.part
    FROM at
    CROSS JOIN LATERAL (
        SELECT tableoid AS classid, oid AS objid, xmin AS by, xmax AS till, false AS said, 0 AS part
        FROM pg_class
        WHERE relnamespace <> 'pg_toast'::regnamespace AND oid <> ALL (:referred::oid[])
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_type
                  WHERE typtype <> 'c' AND typelem = 0
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_proc
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_namespace
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_constraint WHERE contype <> 'n'
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_rewrite WHERE rulename <> '_RETURN'
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_policy
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_statistic_ext
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_operator
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_opclass
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_opfamily
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_am
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_cast
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_collation
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_conversion
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_language
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_transform
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_extension
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_ts_config
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_ts_dict
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_ts_parser
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_ts_template
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_event_trigger
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_publication
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_foreign_data_wrapper
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_foreign_server
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_default_acl
        UNION ALL SELECT tableoid, oid, xmin, xmax, false, 0 FROM pg_database
        UNION ALL SELECT 'pg_class'::regclass, attrelid, xmin, xmax, false, 0 FROM pg_attribute
        UNION ALL SELECT 'pg_class'::regclass, adrelid, xmin, xmax, false, 0 FROM pg_attrdef
        UNION ALL SELECT 'pg_class'::regclass, indexrelid, xmin, xmax, false, 0 FROM pg_index
        UNION ALL SELECT 'pg_class'::regclass, seqrelid, xmin, xmax, false, 0 FROM pg_sequence
        UNION ALL SELECT 'pg_type'::regclass, enumtypid, xmin, xmax, false, 0 FROM pg_enum
        UNION ALL SELECT 'pg_publication'::regclass, prpubid, xmin, xmax, false, 0
                  FROM pg_publication_rel
        UNION ALL SELECT 'pg_largeobject'::regclass, oid, xmin, xmax, false, 0
                  FROM pg_largeobject_metadata
        UNION ALL SELECT 'pg_database'::regclass, setdatabase, xmin, xmax, false, 0
                  FROM pg_db_role_setting WHERE setdatabase <> 0
        UNION ALL SELECT 'pg_authid'::regclass, setrole, xmin, xmax, false, 0
                  FROM pg_db_role_setting WHERE setrole <> 0
        UNION ALL SELECT 'pg_authid'::regclass, member, xmin, xmax, false, 0 FROM pg_auth_members
        UNION ALL SELECT classoid, objoid, xmin, xmax, true, objsubid FROM pg_description
        UNION ALL SELECT classoid, objoid, xmin, xmax, true, 0 FROM pg_shdescription) m
    CROSS JOIN LATERAL (VALUES (m.by, 'in progress'), (nullif(m.till, '0'), 'aborted'))
        AS x (id, state)
    WHERE age(x.id) < at.began AND pg_xact_status((at.now - age(x.id))::text::xid8) = x.state),
stated AS MATERIALIZED (
    SELECT 'pg_namespace'::regclass AS classid, space AS objid FROM at
    UNION ALL SELECT 'pg_class'::regclass, oid FROM pg_class, at
              WHERE relnamespace IN (space, 'pg_toast'::regnamespace)
    UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc, at WHERE pronamespace = space
    UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type, at WHERE typnamespace = space
    UNION ALL SELECT 'pg_constraint'::regclass, oid FROM pg_constraint, at
              WHERE connamespace = space),
outside AS MATERIALIZED (
    SELECT DISTINCT classid, objid, said, part FROM written w
    WHERE (classid, objid) NOT IN (SELECT classid, objid FROM stated)
      AND NOT EXISTS (SELECT FROM pg_depend d
                      JOIN stated s ON s.classid = d.refclassid AND s.objid = d.refobjid
                      WHERE d.classid = w.classid AND d.objid = w.objid)
      AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = w.classid AND e.objid = w.objid
                                                AND e.deptype IN ('e', 'i')))
SELECT concat(CASE WHEN said THEN 'comment on ' END, pg_describe_object(classid, objid, part)) AS line
FROM outside
UNION
SELECT concat('rows of ', pg_describe_object('pg_class'::regclass, relid, 0))
FROM pg_stat_xact_user_tables
WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
  AND relid IN (SELECT oid FROM pg_class)
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = relid
                                            AND e.deptype = 'e')
  AND NOT EXISTS (SELECT FROM pg_class m, at WHERE m.oid = relid AND relkind = 'm'
                                               AND relnamespace = space)
ORDER BY line

-- name: schema_functions
-- Functions whose language can tell whether their text is right, as far as this role may ask it, with the
-- statement that does: those of the current schema, or (:everywhere) of all that are no extension's.
-- row: schema_object
-- lacks: parent
SELECT concat('function ', CASE WHEN nspname <> current_schema() THEN quote_ident(nspname) || '.' END,
              quote_ident(proname), '(', pg_get_function_identity_arguments(p.oid), ')') AS object,
       format('SELECT %s(%s)', lanvalidator::regproc, p.oid) AS line
FROM pg_proc p
JOIN pg_language l ON l.oid = prolang
JOIN pg_namespace n ON n.oid = pronamespace
WHERE lanvalidator <> 0 AND lanname NOT IN ('internal', 'c') AND prokind IN ('f', 'p')
  AND (nspname = current_schema() OR :everywhere::boolean AND nspname !~ '^pg_'
                                     AND nspname <> 'information_schema')
  AND has_language_privilege(l.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid
                                            AND e.deptype = 'e')
ORDER BY p.oid
