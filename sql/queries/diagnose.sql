-- name: diagnose_server
-- Which database of which server the answers come from.
-- row: diagnose_server
SELECT current_database()::text AS database, current_setting('server_version') AS server,
       session_user::text AS role, pg_is_in_recovery() AS standby,
       date_trunc('second', clock_timestamp() AT TIME ZONE 'UTC') AS at

-- name: diagnose_size
-- The database and each table: heap (with its maps), indexes, TOAST.
-- row: diagnose_row
WITH part AS MATERIALIZED (
    SELECT format('%I.%I', n.nspname, c.relname) AS object, c.reltuples,
           pg_total_relation_size(c.oid) AS total, pg_indexes_size(c.oid) AS indexes,
           CASE WHEN c.reltoastrelid = 0 THEN 0
                ELSE pg_total_relation_size(c.reltoastrelid) END AS toast,
           pg_table_size(c.oid) AS heap_and_toast
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')),
size AS (
    SELECT object, reltuples, total, indexes, toast, heap_and_toast - toast AS heap FROM part
    WHERE total IS NOT NULL)
SELECT object, value, 0 AS at_least, depth, detail, figures, NULL::text AS cure
FROM (
    SELECT format('database %I', current_database()) AS object, d.bytes AS value, 0 AS depth,
           pg_size_pretty(d.bytes) AS detail, jsonb_build_object('bytes', d.bytes) AS figures
    FROM (SELECT pg_database_size(current_database()) AS bytes) d
    UNION ALL
    SELECT object, total, 1,
           format('%s: heap %s, indexes %s, TOAST %s; %s', pg_size_pretty(total),
                  pg_size_pretty(heap), pg_size_pretty(indexes), pg_size_pretty(toast),
                  CASE WHEN reltuples < 0 THEN 'rows not counted yet'
                       ELSE format('about %s rows', reltuples::bigint) END),
           jsonb_build_object('heap', heap, 'indexes', indexes, 'toast', toast,
                              'rows', nullif(reltuples, -1)::bigint)
    FROM size) s
ORDER BY depth, value DESC, object

-- name: diagnose_index_usage
-- How often each index was used since the statistics began: at their reset, or after a crash.
-- row: diagnose_row
WITH since AS MATERIALIZED (
    SELECT greatest((SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()),
                    (SELECT stats_reset FROM pg_stat_bgwriter)) AS at)
SELECT object, value, 0 AS at_least, depth, detail, figures, NULL::text AS cure
FROM (
    SELECT 'statistics' AS object, 0::bigint AS value, 0 AS depth,
           'counted since ' || to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC'
               AS detail,
           jsonb_build_object('since', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
               AS figures
    FROM since
    UNION ALL
    SELECT format('%I.%I', s.schemaname, s.indexrelname), s.idx_scan, 1,
           format('%s scans, %s', s.idx_scan, pg_size_pretty(pg_relation_size(s.indexrelid))),
           jsonb_build_object('table', format('%I.%I', s.schemaname, s.relname),
                              'scans', s.idx_scan, 'entriesRead', s.idx_tup_read,
                              'rowsFetched', s.idx_tup_fetch,
                              'bytes', pg_relation_size(s.indexrelid))
    FROM pg_stat_user_indexes s) u
ORDER BY depth, value DESC, object

-- name: diagnose_unused_index
-- Indexes of at least 1 MB that nobody used, by days since the statistics or the last push. Never
-- one that enforces something, identifies rows for replication or serves a foreign key.
-- row: diagnose_row
WITH since AS MATERIALIZED (
    SELECT greatest((SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()),
                    (SELECT stats_reset FROM pg_stat_bgwriter),
                    (SELECT max(finished_at) AT TIME ZONE 'UTC' FROM db_operations
                     WHERE operation = 'push' AND outcome = 'applied')) AS at)
SELECT format('%I.%I', s.schemaname, s.indexrelname) AS object, d.days AS value, 0 AS at_least,
       0 AS depth, format('not used in %s days; %s', d.days, pg_size_pretty(d.bytes)) AS detail,
       jsonb_build_object('table', format('%I.%I', s.schemaname, s.relname), 'days', d.days,
                          'bytes', d.bytes) AS figures,
       format('DROP INDEX CONCURRENTLY %I.%I;', s.schemaname, s.indexrelname) AS cure
FROM pg_stat_user_indexes s
JOIN pg_index i USING (indexrelid)
CROSS JOIN since
CROSS JOIN LATERAL (
    SELECT pg_relation_size(s.indexrelid) AS bytes,
           floor(extract(epoch FROM clock_timestamp() - since.at) / 86400)::bigint AS days) d
WHERE s.idx_scan = 0 AND d.bytes >= 1048576 AND NOT i.indisunique
  AND i.indisvalid
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = s.indexrelid)
  AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = s.indexrelid)
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass
                    AND e.objid = s.indexrelid AND e.deptype = 'e')
  AND NOT EXISTS (
      SELECT FROM pg_constraint k
      WHERE k.contype = 'f' AND k.conrelid = s.relid
        AND k.conkey <@ (i.indkey::int2[])[0 : cardinality(k.conkey) - 1])
ORDER BY d.bytes DESC, object

-- name: diagnose_duplicate_index
-- Indexes that another index of the table can stand in for: the same columns, or more of them behind
-- these. Of equals the one that enforces something, or the older one, stays; one behind a constraint
-- always does.
-- row: diagnose_row
WITH found AS MATERIALIZED (
    SELECT i.indexrelid, i.indrelid, n.nspname, c.relname, a.amname, i.indisunique,
           i.indnullsnotdistinct, pg_get_expr(i.indpred, i.indrelid) AS predicate,
           pg_relation_size(i.indexrelid) AS bytes,
           i.indisreplident
               OR EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
               OR EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid) AS needed,
           (SELECT array_agg(concat_ws(' ', pg_get_indexdef(i.indexrelid, p, true),
                                       i.indclass[p - 1], i.indcollation[p - 1],
                                       i.indoption[p - 1]) ORDER BY p)
            FROM generate_series(1, i.indnkeyatts) p) AS keys,
           (SELECT array_agg(pg_get_indexdef(i.indexrelid, p, true) ORDER BY p)
            FROM generate_series(1, i.indnatts) p) AS columns
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_am a ON a.oid = c.relam
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE i.indisvalid AND c.relkind = 'i' AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')),
pairs AS (
    SELECT DISTINCT ON (d.indexrelid) d.*, k.keys = d.keys AS equal, k.nspname AS kept_schema,
           k.relname AS kept
    FROM found d
    JOIN found k ON k.indrelid = d.indrelid AND k.indexrelid <> d.indexrelid
        AND k.amname = d.amname AND k.predicate IS NOT DISTINCT FROM d.predicate
        AND k.columns @> d.columns
    WHERE NOT d.needed
      AND (k.keys = d.keys
           OR d.amname = 'btree' AND NOT d.indisunique
              AND k.keys[1 : cardinality(d.keys)] = d.keys)
      AND (NOT d.indisunique
           OR k.indisunique AND k.indnullsnotdistinct = d.indnullsnotdistinct)
      AND (k.keys <> d.keys OR cardinality(k.columns) > cardinality(d.columns)
           OR (k.needed, k.indisunique, -k.indexrelid::bigint)
              > (d.needed, d.indisunique, -d.indexrelid::bigint))
    ORDER BY d.indexrelid, equal DESC, k.needed DESC, k.indisunique DESC, k.indexrelid)
SELECT format('%I.%I', nspname, relname) AS object, bytes AS value, 0 AS at_least, 0 AS depth,
       format('%s %I.%I; %s', CASE WHEN equal THEN 'the same as' ELSE 'the beginning of' END,
              kept_schema, kept, pg_size_pretty(bytes)) AS detail,
       jsonb_build_object('kept', format('%I.%I', kept_schema, kept), 'equal', equal,
                          'bytes', bytes) AS figures,
       format('DROP INDEX CONCURRENTLY %I.%I;', nspname, relname) AS cure
FROM pairs
ORDER BY object

-- name: diagnose_invalid_index
-- Indexes that cost every write and serve no query, or, if unique, keep duplicates out only half:
-- left by a CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY that failed. One that is being built
-- is none.
-- row: diagnose_row
SELECT format('%I.%I', n.nspname, c.relname) AS object, pg_relation_size(c.oid) AS value,
       CASE WHEN i.indisunique AND NOT leftover THEN 2 ELSE 1 END AS at_least, 0 AS depth,
       concat_ws('; ', format('of %I.%I', n.nspname, t.relname),
                 CASE WHEN leftover THEN 'what a REINDEX CONCURRENTLY left behind'
                      WHEN i.indisunique THEN 'unique: remove the duplicates first, or it fails again'
                 END) AS detail,
       jsonb_build_object('table', format('%I.%I', n.nspname, t.relname), 'unique', i.indisunique)
           AS figures,
       format(CASE WHEN leftover THEN 'DROP INDEX CONCURRENTLY %I.%I;'
                   ELSE 'REINDEX INDEX CONCURRENTLY %I.%I;' END, n.nspname, c.relname) AS cure
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT c.relname ~ '_cc(new|old)[0-9]*$' AS leftover) l
WHERE c.relkind = 'i' AND NOT (i.indisvalid AND i.indisready)
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p
                  WHERE p.datid = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND (p.index_relid = c.oid OR p.relid = t.oid))
ORDER BY object

-- name: diagnose_foreign_key
-- Foreign keys that no index of their table serves: a delete or a change in the other table reads
-- the whole of this one. Rows of the table say how bad that is.
-- row: diagnose_row
SELECT format('%s.%I', t.qualified, k.conname) AS object, t.rows AS value, 1 AS at_least,
       0 AS depth,
       format('(%s) refers to %I.%I; about %s rows', f.columns, rn.nspname, r.relname, t.rows)
           AS detail,
       jsonb_build_object('table', t.qualified, 'columns', f.names,
                          'refersTo', format('%I.%I', rn.nspname, r.relname), 'rows', t.rows)
           AS figures,
       format('CREATE INDEX CONCURRENTLY ON %s (%s);', t.qualified, f.columns) AS cure
FROM pg_constraint k
JOIN pg_class r ON r.oid = k.confrelid
JOIN pg_namespace rn ON rn.oid = r.relnamespace
JOIN LATERAL (
    SELECT format('%I.%I', n.nspname, c.relname) AS qualified,
           greatest(c.reltuples, 0)::bigint AS rows
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = k.conrelid AND c.relkind = 'r') t ON true
CROSS JOIN LATERAL (
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY p) AS columns,
           jsonb_agg(a.attname ORDER BY p) AS names,
           array_agg(format('(%I IS NOT NULL)', a.attname)) AS filled
    FROM generate_subscripts(k.conkey, 1) p
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[p]) f
WHERE k.contype = 'f'
  AND NOT EXISTS (
      SELECT FROM pg_index i
      JOIN pg_class x ON x.oid = i.indexrelid
      JOIN pg_am m ON m.oid = x.relam AND m.amname IN ('btree', 'hash')
      WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indnkeyatts >= cardinality(k.conkey)
        AND k.conkey <@ (i.indkey::int2[])[0 : cardinality(k.conkey) - 1]
        AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = ANY (f.filled)))
ORDER BY t.rows DESC, object

-- name: diagnose_no_index
-- Tables without any index: every look-up reads them whole, and no row can be told from another.
-- row: diagnose_row
SELECT format('%I.%I', s.schemaname, s.relname) AS object, s.seq_tup_read AS value, 1 AS at_least,
       0 AS depth,
       format('%s rows; read whole %s times, %s rows read so', s.n_live_tup, s.seq_scan,
              s.seq_tup_read) AS detail,
       jsonb_build_object('rows', s.n_live_tup, 'scans', s.seq_scan, 'rowsRead', s.seq_tup_read)
           AS figures,
       CASE WHEN k.attname IS NOT NULL
            THEN format('CREATE UNIQUE INDEX CONCURRENTLY ON %I.%I (%I);', s.schemaname, s.relname,
                        k.attname)
            ELSE format('ALTER TABLE %I.%I ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY '
                        'PRIMARY KEY;', s.schemaname, s.relname) END AS cure
FROM pg_stat_user_tables s
LEFT JOIN LATERAL (
    SELECT attname FROM pg_attribute
    WHERE attrelid = s.relid AND attnum > 0 AND NOT attisdropped
      AND (attname = 'id' OR attidentity <> '')
    ORDER BY attname <> 'id', attnum LIMIT 1) k ON true
WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = s.relid AND i.indisvalid)
ORDER BY s.seq_tup_read DESC, object

-- name: diagnose_sequential
-- Tables of at least 10,000 rows that were read whole at least 100 times since the statistics began,
-- by the share of such scans in all scans, in percent.
-- row: diagnose_row
SELECT format('%I.%I', schemaname, relname) AS object,
       100 * seq_scan / (seq_scan + idx_scan) AS value, 0 AS at_least, 0 AS depth,
       format('%s rows; read whole %s times, by an index %s times', n_live_tup, seq_scan, idx_scan)
           AS detail,
       jsonb_build_object('rows', n_live_tup, 'scans', seq_scan, 'rowsRead', seq_tup_read,
                          'indexScans', idx_scan) AS figures,
       'sitaminter db diagnose --check slow-statements --verbose' AS cure
FROM pg_stat_user_tables
WHERE n_live_tup >= 10000 AND seq_scan >= 100 AND idx_scan IS NOT NULL
ORDER BY value DESC, object

-- name: diagnose_dead_rows
-- Tables with at least 1,000 rows that were deleted or replaced and still take room, in percent of
-- all rows.
-- row: diagnose_row
SELECT format('%I.%I', s.schemaname, s.relname) AS object,
       100 * n_dead_tup / (n_live_tup + n_dead_tup) AS value, 0 AS at_least, 0 AS depth,
       format('%s dead rows beside %s; last vacuum %s', n_dead_tup, n_live_tup,
              coalesce(to_char(greatest(last_vacuum, last_autovacuum) AT TIME ZONE 'UTC',
                               'YYYY-MM-DD HH24:MI'), 'never')) AS detail,
       jsonb_build_object('dead', n_dead_tup, 'live', n_live_tup) AS figures,
       format('VACUUM (ANALYZE) %I.%I;', s.schemaname, s.relname) AS cure
FROM pg_stat_user_tables s
WHERE n_dead_tup >= 1000
ORDER BY value DESC, object

-- name: diagnose_wraparound
-- How much of the 2,147,483,648 transaction numbers (or numbers of row locks by several) the oldest
-- row of the database lies back, in percent. At 100 the server stops taking changes. The table that
-- is to be vacuumed first is named.
-- row: diagnose_row
SELECT format('database %I', current_database()) AS object,
       100 * greatest(d.age, d.multixacts) / 2147483648 AS value, 0 AS at_least, 0 AS depth,
       format('%s transactions old; PostgreSQL vacuums by itself from %s', d.age,
              current_setting('autovacuum_freeze_max_age')) AS detail,
       jsonb_build_object('age', d.age, 'multixactAge', d.multixacts,
                          'freezeMaxAge', current_setting('autovacuum_freeze_max_age')::bigint)
           AS figures,
       format('VACUUM (FREEZE, ANALYZE) %I.%I;', t.nspname, t.relname) AS cure
FROM (SELECT age(datfrozenxid)::bigint AS age, mxid_age(datminmxid)::bigint AS multixacts
      FROM pg_database WHERE datname = current_database()) d
CROSS JOIN (SELECT n.nspname, c.relname
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
            WHERE c.relkind IN ('r', 'm')
            ORDER BY greatest(age(c.relfrozenxid), age(toast.relfrozenxid)) DESC, c.oid
            LIMIT 1) t
