-- What a push asks the server beside the schema: who is at work, whom it waits for, which roles there are.

-- name: schema_lock
-- True if this session now holds the lock that operations on the whole database take; it ends with
-- the session.
SELECT pg_try_advisory_lock(1399411809)

-- name: schema_setup_lock
-- Waits until no other session makes the roles of this server.
SELECT pg_advisory_lock(1399411811)

-- name: schema_unlock
-- Gives it back.
SELECT pg_advisory_unlock(1399411809)

-- name: schema_lock_holder
-- Who holds that lock. Since when is for those who may see it.
SELECT concat(format('process %s (%s%s)', a.pid, a.usename, ' ' || nullif(a.application_name, '')),
              ' since ' || to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS'))
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = 1399411809
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
LIMIT 1

-- name: schema_waits_for
-- Who keeps the session :pid waiting, and over which table; none while it works.
-- row: schema_line
SELECT CASE WHEN b.pid = 0 THEN 'a prepared transaction (see pg_prepared_xacts)'
            ELSE concat('process ', b.pid, ' (', a.usename, ' ' || nullif(a.application_name, ''), ')') END ||
       concat(' on ' || (SELECT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                         WHERE l.pid = :pid::integer AND NOT l.granted LIMIT 1),
              ' since ' || to_char(a.xact_start, 'HH24:MI:SS'),
              ': ' || left(regexp_replace(a.query, '\s+', ' ', 'g'), 100)) AS line
FROM (SELECT DISTINCT unnest(pg_blocking_pids(:pid::integer)) AS pid) b
LEFT JOIN pg_stat_activity a USING (pid)
ORDER BY a.xact_start
LIMIT 3

-- name: schema_roles
-- How far rights can be compared: '' if one of the roles that grants.sql names does not exist; else
-- 'schema' for whom the current schema belongs to, 'objects' for others.
SELECT CASE WHEN EXISTS (SELECT FROM unnest(ARRAY['sita_app', 'sita_desk', 'sita_reader',
                                                  'sita_backup', 'sita_verify', 'sita_monitor']) role
                         WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role)) THEN ''
            WHEN pg_has_role(nspowner, 'USAGE') THEN 'schema' ELSE 'objects' END
FROM pg_namespace WHERE nspname = current_schema()

-- name: schema_database
-- The database of that name, if the server has it.
-- row: schema_line
SELECT datname AS line FROM pg_database WHERE datname = :name
