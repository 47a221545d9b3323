-- name: diagnose_long_running
-- Sessions of this database at work on one statement, by seconds. Dumps by the backup role are
-- expected to be long: they count after six hours.
-- row: diagnose_row
SELECT format('process %s', pid) AS object, d.seconds AS value, 0 AS at_least, 0 AS depth,
       concat_ws(' ', usename, 'for', date_trunc('second', make_interval(secs => d.seconds)),
                 nullif(concat_ws(': ', wait_event_type, wait_event), ''), '-', d.query) AS detail,
       jsonb_build_object('pid', pid, 'user', usename, 'application', application_name,
                          'seconds', d.seconds, 'query', d.query) AS figures,
       format('sitaminter db diagnose --cancel %s', pid) AS cure
FROM pg_stat_activity
CROSS JOIN LATERAL (
    SELECT floor(extract(epoch FROM clock_timestamp() - query_start))::bigint AS seconds,
           left(regexp_replace(query, '\s+', ' ', 'g'), 200) AS query) d
WHERE datname = current_database() AND state = 'active' AND backend_type = 'client backend'
  AND pid <> pg_backend_pid() AND d.seconds >= 1
  AND NOT (usename = 'sita_backup' AND d.seconds < 6 * 3600)
ORDER BY d.seconds DESC, pid

-- name: diagnose_idle
-- Sessions that began a transaction and do nothing, by seconds: they keep locks, and VACUUM from
-- removing what was deleted since.
-- row: diagnose_row
SELECT format('process %s', pid) AS object, d.seconds AS value, 0 AS at_least, 0 AS depth,
       concat_ws(' ', usename, state, 'for', date_trunc('second', make_interval(secs => d.seconds)),
                 '- last:', d.query) AS detail,
       jsonb_build_object('pid', pid, 'user', usename, 'application', application_name,
                          'seconds', d.seconds, 'query', d.query) AS figures,
       format('sitaminter db diagnose --terminate %s', pid) AS cure
FROM pg_stat_activity
CROSS JOIN LATERAL (
    SELECT floor(extract(epoch FROM clock_timestamp() - state_change))::bigint AS seconds,
           left(regexp_replace(query, '\s+', ' ', 'g'), 200) AS query) d
WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()
ORDER BY d.seconds DESC, pid

-- name: diagnose_blocking
-- Who waits for a lock, by seconds, below the one who holds it. A session that waits for several is
-- shown once: below one that does not wait itself, if there is such a one. Process 0 is a prepared
-- transaction.
-- row: diagnose_row
WITH RECURSIVE waiting AS MATERIALIZED (
    SELECT l.pid, min(l.waitstart) AS since, pg_blocking_pids(l.pid) AS blockers
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE NOT l.granted AND a.datname = current_database()
    GROUP BY l.pid),
parent AS MATERIALIZED (
    SELECT DISTINCT ON (w.pid) w.pid, b.blocker, w.since, w.blockers
    FROM waiting w
    CROSS JOIN unnest(w.blockers) b(blocker)
    LEFT JOIN waiting also ON also.pid = b.blocker
    ORDER BY w.pid, also.pid IS NOT NULL, also.since, b.blocker),
tree AS (
    SELECT DISTINCT blocker AS pid, blocker AS root, 0 AS depth, ARRAY[blocker] AS path,
           NULL::timestamptz AS since, NULL::integer[] AS blockers
    FROM parent WHERE blocker NOT IN (SELECT pid FROM parent)
    UNION ALL
    SELECT p.pid, t.root, t.depth + 1, t.path || p.pid, p.since, p.blockers
    FROM tree t JOIN parent p ON p.blocker = t.pid
    WHERE p.pid <> ALL (t.path)),
timed AS (
    SELECT t.*, floor(extract(epoch FROM clock_timestamp() - min(since)
                                  OVER (PARTITION BY root)))::bigint AS longest,
           coalesce(floor(extract(epoch FROM clock_timestamp() - since)), 0)::bigint AS seconds,
           count(*) OVER (PARTITION BY root) - 1 AS waiters
    FROM tree t)
SELECT format('process %s', t.pid) AS object, CASE t.depth WHEN 0 THEN longest ELSE seconds END AS value,
       0 AS at_least, t.depth,
       concat_ws(' ', CASE WHEN t.pid = 0 THEN 'a prepared transaction' ELSE usename::text END, state,
                 CASE t.depth WHEN 0 THEN format('is waited for by %s, longest %s s -', waiters, longest)
                              ELSE format('waits %s s -', seconds) END, d.query) AS detail,
       jsonb_build_object('pid', t.pid, 'user', usename, 'application', application_name,
                          'state', state, 'blockedBy', coalesce(to_jsonb(blockers), '[]'),
                          'query', d.query) AS figures,
       CASE WHEN t.depth > 0 THEN NULL
            WHEN t.pid = 0 THEN 'SELECT gid, owner, prepared FROM pg_prepared_xacts ORDER BY prepared;'
            WHEN state = 'active' THEN format('sitaminter db diagnose --cancel %s', t.pid)
            ELSE format('sitaminter db diagnose --terminate %s', t.pid) END AS cure
FROM timed t
LEFT JOIN pg_stat_activity a ON a.pid = t.pid
LEFT JOIN LATERAL (SELECT left(regexp_replace(query, '\s+', ' ', 'g'), 200) AS query) d ON true
ORDER BY longest DESC, t.path

-- name: diagnose_connections
-- Connections in use, in percent of those that are not reserved for superusers, and of what this
-- database or a role has of its own.
-- row: diagnose_row
WITH client AS MATERIALIZED (
    SELECT datname, usename, state FROM pg_stat_activity WHERE backend_type = 'client backend')
SELECT object, 100 * used / most AS value, 0 AS at_least, 0 AS depth,
       format('%s of %s in use, %s', used, most, more) AS detail,
       jsonb_build_object('used', used, 'most', most) AS figures, cure
FROM (
    SELECT 0 AS rank, 'server' AS object, count(*) AS used,
           current_setting('max_connections')::integer
               - current_setting('superuser_reserved_connections')::integer AS most,
           format('%s of them idle; most: %s; to allow more takes a restart',
                  count(*) FILTER (WHERE state = 'idle'),
                  coalesce((SELECT format('%s with %s', usename, count(*)) FROM client
                            GROUP BY usename ORDER BY count(*) DESC, usename LIMIT 1),
                           'nobody')) AS more,
           format('ALTER SYSTEM SET max_connections = %s; SELECT pg_reload_conf();',
                  2 * current_setting('max_connections')::integer) AS cure
    FROM client
    UNION ALL
    SELECT 1, format('database %I', d.datname), (SELECT count(*) FROM client c
                                                 WHERE c.datname = d.datname), d.datconnlimit,
           'its own limit', format('ALTER DATABASE %I CONNECTION LIMIT %s;', d.datname,
                                   2 * d.datconnlimit)
    FROM pg_database d WHERE d.datname = current_database() AND d.datconnlimit > 0
    UNION ALL
    SELECT 2, format('role %I', r.rolname), (SELECT count(*) FROM client c
                                             WHERE c.usename = r.rolname), r.rolconnlimit,
           'its own limit', format('ALTER ROLE %I CONNECTION LIMIT %s;', r.rolname,
                                   2 * r.rolconnlimit)
    FROM pg_roles r WHERE r.rolconnlimit > 0 AND NOT r.rolsuper) l
ORDER BY rank, value DESC, object

-- name: diagnose_session
-- The session of that process, and why it is to be left alone: '' if nothing speaks against it,
-- 'own', 'elsewhere' (another database) or 'system' (replication, autovacuum and other processes of
-- the server).
-- row: diagnose_session
SELECT pid, coalesce(usename::text, '') AS usename, coalesce(application_name, '') AS application,
       coalesce(datname::text, '') AS database, coalesce(state, '') AS state, backend_type AS kind,
       left(coalesce(query, ''), 2000) AS query,
       coalesce(to_char(backend_start, 'YYYY-MM-DD HH24:MI:SS.US'), '') AS started,
       coalesce(to_char(query_start, 'YYYY-MM-DD HH24:MI:SS.US'), '') AS queried,
       coalesce(floor(extract(epoch FROM clock_timestamp() - coalesce(query_start, backend_start))),
                0)::bigint AS seconds,
       CASE WHEN pid = pg_backend_pid() THEN 'own'
            WHEN datname IS NOT NULL AND datname <> current_database() THEN 'elsewhere'
            WHEN backend_type <> 'client backend' THEN 'system'
            ELSE '' END AS reason
FROM pg_stat_activity
WHERE pid = :pid::integer

-- name: diagnose_note
-- Notes who is about to end what.
-- row: schema_line
INSERT INTO db_operations (operation, details)
VALUES (:operation, jsonb_build_object(
    'who', session_user, 'pid', :pid::integer, 'user', :user::text, 'application', :application::text,
    'started', :started::text, 'state', :state::text, 'query', :query::text))
RETURNING id::text AS line

-- name: diagnose_noted
-- What came of it.
UPDATE db_operations
SET outcome = :outcome, finished_at = clock_timestamp() AT TIME ZONE 'UTC'
WHERE id = :id::bigint

-- name: diagnose_cancel
-- Asks the process to end its statement: only if it is still the same session on the same statement.
-- row: schema_line
SELECT pg_cancel_backend(pid)::text AS line FROM pg_stat_activity
WHERE pid = :pid::integer
  AND to_char(backend_start, 'YYYY-MM-DD HH24:MI:SS.US') = :started
  AND to_char(query_start, 'YYYY-MM-DD HH24:MI:SS.US') = :queried

-- name: diagnose_terminate
-- Ends the session: only if it is still the same one.
-- row: schema_line
SELECT pg_terminate_backend(pid)::text AS line FROM pg_stat_activity
WHERE pid = :pid::integer
  AND to_char(backend_start, 'YYYY-MM-DD HH24:MI:SS.US') = :started
