-- name: maintain_named
-- The tables that a name may mean: as it is or as SQL writes it, with its schema or without.
-- row: schema_line
SELECT c.oid::text AS line
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
  AND :name::text IN (c.relname::text, quote_ident(c.relname), n.nspname || '.' || c.relname,
                      format('%I.%I', n.nspname, c.relname))
ORDER BY c.oid

-- name: maintain_tables
-- The table of that oid with its partitions, itself first; for 0 all tables but the server's own,
-- the most urgent first: near the age at which the server would vacuum them whatever else it does,
-- then by dead rows. A table's TOAST counts with it. A partitioned table holds no rows itself, only
-- statistics.
-- row: maintain_table
SELECT c.oid::bigint AS oid, format('%I.%I', n.nspname, c.relname) AS object,
       format(CASE c.relkind WHEN 'p' THEN 'ANALYZE %I.%I' ELSE 'VACUUM (ANALYZE) %I.%I' END,
              n.nspname, c.relname) AS command,
       (c.relkind <> 'p')::int AS vacuums,
       pg_stat_get_live_tuples(c.oid) AS live,
       pg_stat_get_dead_tuples(c.oid) + coalesce(pg_stat_get_dead_tuples(t.oid), 0) AS dead,
       pg_stat_get_vacuum_count(c.oid) AS vacuumed, pg_stat_get_analyze_count(c.oid) AS analyzed,
       x.age, x.freeze_max, x.freeze_percent, x.wraparound_percent
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
CROSS JOIN LATERAL (
    SELECT age, freeze_max,
           greatest(100 * age / freeze_max,
                    100 * multixacts
                        / current_setting('autovacuum_multixact_freeze_max_age')::bigint)
               AS freeze_percent,
           100 * greatest(age, multixacts) / 2147483648 AS wraparound_percent
    FROM (SELECT CASE c.relkind WHEN 'p' THEN 0
                      ELSE greatest(age(c.relfrozenxid), age(t.relfrozenxid)) END::bigint AS age,
                 CASE c.relkind WHEN 'p' THEN 0
                      ELSE greatest(mxid_age(c.relminmxid), mxid_age(t.relminmxid)) END::bigint
                     AS multixacts,
                 current_setting('autovacuum_freeze_max_age')::bigint AS freeze_max) a) x
WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
  AND CASE :oid::bigint
          WHEN 0 THEN n.nspname NOT IN ('pg_catalog', 'information_schema')
          ELSE c.oid::bigint = :oid::bigint
               OR :oid::bigint IN (SELECT relid::oid::bigint FROM pg_partition_ancestors(c.oid)) END
ORDER BY c.oid::bigint = :oid::bigint DESC, x.freeze_percent >= 50 DESC,
         CASE WHEN x.freeze_percent >= 50 THEN x.freeze_percent END DESC, dead DESC, object

-- name: maintain_progress
-- What the process does to the table it is at, and how far it has come with that, in percent.
-- row: maintain_progress
SELECT phase, coalesce(100 * done / nullif(whole, 0), 0)::int AS percent
FROM (SELECT phase, heap_blks_total AS whole,
             CASE phase WHEN 'vacuuming heap' THEN heap_blks_vacuumed ELSE heap_blks_scanned END
                 AS done
      FROM pg_stat_progress_vacuum WHERE pid = :pid::integer
      UNION ALL
      SELECT 'analyzing: ' || phase, sample_blks_total, sample_blks_scanned
      FROM pg_stat_progress_analyze WHERE pid = :pid::integer) p

-- name: maintain_holders
-- What keeps VACUUM from removing rows that are dead by now and from freezing: transactions of this
-- database, prepared ones, standbys and slots, the oldest first; by the transactions since.
-- row: diagnose_row
SELECT object, held AS value, 1 AS at_least, 0 AS depth, detail, '{}'::jsonb AS figures, cure
FROM (
    SELECT format('process %s', pid) AS object,
           greatest(age(backend_xmin), age(backend_xid))::bigint AS held,
           concat_ws(' ', usename, coalesce(state, backend_type), 'since',
                     to_char(coalesce(xact_start, backend_start) AT TIME ZONE 'UTC',
                             'YYYY-MM-DD HH24:MI:SS'),
                     '- ' || nullif(left(regexp_replace(query, '\s+', ' ', 'g'), 200), ''))
               AS detail,
           CASE backend_type
                WHEN 'walsender' THEN format('SELECT * FROM pg_stat_replication WHERE pid = %s;', pid)
                ELSE format('sitaminter db diagnose --terminate %s', pid) END AS cure
    FROM pg_stat_activity
    WHERE (datname = current_database() OR backend_type = 'walsender') AND pid <> pg_backend_pid()
      AND backend_type <> 'autovacuum worker' AND coalesce(backend_xmin, backend_xid) IS NOT NULL
    UNION ALL
    SELECT 'prepared transaction ' || quote_literal(gid), age(transaction)::bigint,
           format('of %s since %s', owner, to_char(prepared AT TIME ZONE 'UTC',
                                                   'YYYY-MM-DD HH24:MI:SS')),
           format('ROLLBACK PREPARED %L;', gid)
    FROM pg_prepared_xacts WHERE database = current_database()
    UNION ALL
    SELECT 'slot ' || quote_ident(slot_name), greatest(age(xmin), age(catalog_xmin))::bigint,
           CASE WHEN active THEN 'in use' ELSE 'nobody reads it' END,
           CASE WHEN active
                THEN format('SELECT * FROM pg_stat_replication WHERE pid = %s;', active_pid)
                ELSE format('SELECT pg_drop_replication_slot(%L);', slot_name) END
    FROM pg_replication_slots WHERE coalesce(xmin, catalog_xmin) IS NOT NULL) h
ORDER BY held DESC, object
LIMIT 5

-- name: maintain_begin
-- Notes that a run begins. An earlier one without an end was cut off: nobody else is at work.
-- row: schema_line
WITH cut AS (
    UPDATE db_operations
    SET outcome = 'interrupted', finished_at = clock_timestamp() AT TIME ZONE 'UTC'
    WHERE operation = 'maintain' AND outcome IS NULL)
INSERT INTO db_operations (operation, started_at, details)
VALUES ('maintain', clock_timestamp() AT TIME ZONE 'UTC',
        jsonb_build_object('who', session_user, 'operator', :operator::text))
RETURNING id::text AS line

-- name: maintain_end
-- Notes what came of it.
UPDATE db_operations
SET outcome = :outcome, finished_at = clock_timestamp() AT TIME ZONE 'UTC',
    details = details || :details::jsonb
WHERE id = :id::bigint
