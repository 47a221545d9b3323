-- What a backup states about a database, and what trying it out needs.

-- name: backup_source
-- The database that is backed up, and how many constraints it has.
-- row: backup_source
SELECT current_database() AS database, current_setting('server_version') AS server,
       (SELECT count(*) FROM pg_constraint k
        JOIN pg_namespace n ON n.oid = k.connamespace
        WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%') AS constraints,
       (SELECT count(*) FROM pg_largeobject_metadata) AS large_objects

-- name: backup_snapshot
-- Lets pg_dump see exactly what this transaction sees.
SELECT pg_export_snapshot()

-- name: backup_looks
-- A line for each table and sequence: its name and the statement that gives its content as one text.
-- Of a table: the rows, and the sum of a digest of each, which does not depend on their order. Of a
-- sequence: how far it got.
-- row: backup_look
WITH own AS MATERIALIZED (
    SELECT c.oid, c.relkind, c.relname, n.nspname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'S') AND c.relpersistence <> 't'
      AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                                                AND d.objid = c.oid AND d.deptype = 'e'))
SELECT relkind = 'S' AS sequence, format('%I.%I', nspname, relname) AS name,
       CASE relkind
       WHEN 'r' THEN format('SELECT count(*) || '' '' || coalesce(sum(' ||
           '(''x'' || left(md5((t.*)::text), 15))::bit(60)::bigint), 0) FROM %I.%I t',
           nspname, relname)
       ELSE format('SELECT least(last_value::numeric + is_called::int * sign(%s), ' ||
           '9223372036854775807) FROM %I.%I', s.seqincrement, nspname, relname) END AS look
FROM own LEFT JOIN pg_sequence s ON s.seqrelid = oid
ORDER BY relkind, nspname::text COLLATE "C", relname::text COLLATE "C"

-- name: backup_note
-- Notes an operation.
INSERT INTO operation_notes (operation, outcome, started_at, finished_at, details)
VALUES (:kind, :result, :began, clock_timestamp() AT TIME ZONE 'UTC', :facts)

-- name: backup_verify_lock
-- True if this session may now try out backups of this database; it ends with the session.
SELECT pg_try_advisory_lock(1399411810)

-- name: backup_scratches
-- Databases of :owner, or of this role, that a killed run left behind: :prefix and twelve digits.
-- row: schema_line
SELECT datname AS line
FROM pg_database
WHERE starts_with(datname, :prefix)
  AND pg_get_userbyid(datdba) = coalesce(:owner, current_user)
  AND substr(datname, length(:prefix) + 1) ~ '^[0-9a-f]{12}$'

-- name: backup_reserved
-- Extensions that only a superuser may make.
-- row: schema_line
SELECT DISTINCT name AS line FROM pg_available_extension_versions
WHERE superuser AND NOT trusted
ORDER BY name

-- name: backup_target
-- Whether the database :name lets anybody in; a restore that was killed may have closed it.
-- row: schema_line
SELECT CASE WHEN datallowconn THEN 'open' ELSE 'closed' END AS line
FROM pg_database
WHERE datname = :name

-- name: backup_is_empty
-- True if nobody made a table, view, sequence, function or type in this database.
SELECT NOT EXISTS (
    SELECT FROM pg_depend d JOIN pg_namespace n ON d.refclassid = 'pg_namespace'::regclass
                                                AND d.refobjid = n.oid
    WHERE n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%')

-- name: backup_sessions
-- Ends the other sessions in the database :name and tells how many there were.
SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                      WHERE datname = :name AND pid <> pg_backend_pid()) ended
