-- name: diagnose_cache
-- Blocks that were not found in PostgreSQL's own memory since the statistics began, in percent, if
-- at least 100,000 were asked for. The cure gives it room for the whole database, up to 1 GB, or
-- twice what it has.
-- row: diagnose_row
SELECT format('database %I', current_database()) AS object,
       CASE WHEN hits + reads >= 100000 THEN 100 * reads / (hits + reads) ELSE 0 END AS value,
       0 AS at_least, 0 AS depth,
       CASE WHEN hits + reads >= 100000
            THEN format('%s %% of %s blocks were found there since %s; shared_buffers is %s, the '
                        'database has %s; to change that takes a restart',
                        round(100.0 * hits / (hits + reads), 1), hits + reads,
                        coalesce(to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),
                                 'the beginning'), buffers, pg_size_pretty(bytes))
            ELSE format('only %s blocks were asked for yet; shared_buffers is %s', hits + reads,
                        buffers) END AS detail,
       jsonb_build_object('hits', hits, 'reads', reads, 'bytes', bytes,
                          'sharedBuffers', pg_size_bytes(buffers)) AS figures,
       format('ALTER SYSTEM SET shared_buffers = %L; SELECT pg_reload_conf();',
              1 + greatest(2 * pg_size_bytes(buffers), least(bytes * 5 / 4, 1073741824)) / 1048576
                  || 'MB') AS cure
FROM (SELECT blks_hit AS hits, blks_read AS reads, stats_reset AS since,
             current_setting('shared_buffers') AS buffers, pg_database_size(datid) AS bytes
      FROM pg_stat_database WHERE datname = current_database()) d

-- name: diagnose_checksums
-- Pages that did not match their checksum, of this database and of the tables that all databases
-- share. What is on such a page is lost: only a backup has it.
-- row: diagnose_row
SELECT CASE datid WHEN 0 THEN 'shared tables' ELSE format('database %I', datname) END AS object,
       coalesce(checksum_failures, 0) AS value, 0 AS at_least, 0 AS depth,
       CASE WHEN checksum_failures IS NULL THEN 'the cluster has no checksums'
            WHEN checksum_failures = 0 THEN 'no page was found damaged'
            ELSE format('a damaged page was read %s times, the last at %s: the disk or the memory '
                        'fails; restore a backup, best on another machine', checksum_failures,
                        to_char(checksum_last_failure AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS'))
       END AS detail,
       jsonb_build_object('failures', checksum_failures) AS figures,
       'sitaminter db backup status' AS cure
FROM pg_stat_database WHERE datname = current_database() OR datid = 0
ORDER BY datid = 0

-- name: diagnose_replication
-- How far standbys are behind, what slots hold back, and on a standby itself how far it is behind
-- with what it received; in bytes of the write-ahead log. Commits that wait for standbys which are
-- not there wait for ever.
-- row: diagnose_row
WITH here AS MATERIALIZED (
    SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn()
                ELSE pg_current_wal_lsn() END AS lsn)
SELECT object, value, at_least, 0 AS depth, detail, figures, cure
FROM (
    SELECT 'standby ' || coalesce(nullif(application_name, ''), pid::text) AS object,
           coalesce(pg_wal_lsn_diff(lsn, replay_lsn), 0)::bigint AS value,
           CASE WHEN state IN ('streaming', 'backup') THEN 0 ELSE 1 END AS at_least,
           format('%s%s, %s behind%s', state, ' at ' || host(client_addr),
                  pg_size_pretty(coalesce(pg_wal_lsn_diff(lsn, replay_lsn), 0)::bigint),
                  ', ' || date_trunc('milliseconds', replay_lag)) AS detail,
           jsonb_build_object('state', state, 'sync', sync_state, 'address', host(client_addr),
                              'lagSeconds', extract(epoch FROM replay_lag)) AS figures,
           'sitaminter db diagnose --check replication --url URL-OF-THE-STANDBY' AS cure
    FROM pg_stat_replication, here
    UNION ALL
    SELECT 'slot ' || quote_ident(slot_name),
           coalesce(pg_wal_lsn_diff(lsn, restart_lsn), 0)::bigint,
           CASE WHEN wal_status IN ('lost', 'unreserved') THEN 2
                WHEN NOT active AND restart_lsn IS NOT NULL THEN 1 ELSE 0 END,
           format('%s, holds back %s, %s', CASE WHEN active THEN 'in use' ELSE 'nobody reads it' END,
                  pg_size_pretty(coalesce(pg_wal_lsn_diff(lsn, restart_lsn), 0)::bigint),
                  coalesce(wal_status, 'nothing reserved')),
           jsonb_build_object('active', active, 'walStatus', wal_status, 'safeWalSize', safe_wal_size),
           CASE WHEN active THEN format('SELECT pg_terminate_backend(%s);', active_pid)
                ELSE format('SELECT pg_drop_replication_slot(%L);', slot_name) END
    FROM pg_replication_slots, here
    UNION ALL
    SELECT 'commits', 0, 2,
           format('wait for standbys of synchronous_standby_names (%s), of which none is connected',
                  current_setting('synchronous_standby_names')),
           '{}'::jsonb,
           'ALTER SYSTEM SET synchronous_standby_names = ''''; SELECT pg_reload_conf();'
    WHERE NOT pg_is_in_recovery() AND current_setting('synchronous_standby_names') <> ''
      AND NOT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum'))
    UNION ALL
    SELECT 'this standby', coalesce(pg_wal_lsn_diff(lsn, pg_last_wal_replay_lsn()), 0)::bigint,
           CASE WHEN paused OR NOT connected THEN 2 ELSE 0 END,
           concat_ws('; ', format('%s received and not replayed', pg_size_pretty(coalesce(
                         pg_wal_lsn_diff(lsn, pg_last_wal_replay_lsn()), 0)::bigint)),
                     CASE WHEN paused THEN 'replay is paused' END,
                     CASE WHEN NOT connected THEN 'not connected to the primary' END),
           jsonb_build_object('paused', paused, 'connected', connected, 'lastReplayed',
                              pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC'),
           CASE WHEN paused THEN 'SELECT pg_wal_replay_resume();'
                WHEN NOT connected
                THEN 'SELECT setting FROM pg_settings WHERE name = ''primary_conninfo'';'
                ELSE 'sitaminter db diagnose --check long-running --check idle-in-transaction' END
    FROM here
    CROSS JOIN LATERAL (SELECT CASE WHEN pg_is_in_recovery()
                                    THEN pg_is_wal_replay_paused() END AS paused,
                               EXISTS (SELECT FROM pg_stat_wal_receiver) AS connected) p
    WHERE pg_is_in_recovery()) r
ORDER BY object

-- name: diagnose_statements
-- The means of the application's ten most expensive statements, in milliseconds, where
-- pg_stat_statements is; else how to get it. It is asked by way of a text, as its schema is known
-- only by the catalogue; what it says passes as XML, which takes no control characters.
-- row: diagnose_row
WITH found AS MATERIALIZED (
    SELECT EXISTS (SELECT FROM pg_settings WHERE name = 'pg_stat_statements.max') AS loaded,
           (SELECT quote_ident(n.nspname) FROM pg_extension e
            JOIN pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'pg_stat_statements') AS space),
asked AS MATERIALIZED (
    SELECT space, CASE WHEN loaded AND space IS NOT NULL THEN query_to_xml(format(
               'SELECT queryid, calls, rows, mean_exec_time AS mean, total_exec_time AS total, '
               '       rolname, regexp_replace(query, ''[[:space:][:cntrl:]]+'', '' '', ''g'') AS query '
               'FROM %s.pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid '
               'WHERE toplevel AND NOT rolsuper '
               '  AND rolname NOT IN (''sita_owner'', ''sita_backup'', ''sita_verify'', ''sita_monitor'') '
               '  AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) '
               'ORDER BY total_exec_time DESC LIMIT 10', space), true, false, '') END AS answer
    FROM found)
SELECT format('statement %s', s.queryid) AS object, round(s.mean)::bigint AS value, 0 AS at_least,
       0 AS depth,
       format('%s ms each, %s calls - %s', round(s.mean, 1), s.calls, left(s.query, 200)) AS detail,
       jsonb_build_object('queryid', s.queryid::text, 'calls', s.calls, 'meanMs', round(s.mean, 3),
                          'totalMs', round(s.total, 3), 'rows', s.rows, 'user', s.rolname,
                          'query', s.query) AS figures,
       format('SELECT * FROM %s.pg_stat_statements WHERE queryid = %s;', space, s.queryid) AS cure
FROM asked
CROSS JOIN XMLTABLE('/table/row' PASSING answer
                    COLUMNS queryid bigint, calls bigint, rows bigint, mean numeric, total numeric,
                            rolname text, query text) s
UNION ALL
SELECT 'pg_stat_statements', 0, 1, 0,
       CASE WHEN loaded THEN 'loaded, but not made in this database'
            ELSE 'not loaded; after this, restart the server and ask again' END,
       jsonb_build_object('loaded', loaded),
       CASE WHEN loaded THEN 'CREATE SCHEMA IF NOT EXISTS extensions; '
                             'GRANT USAGE ON SCHEMA extensions TO pg_monitor; '
                             'CREATE EXTENSION pg_stat_statements SCHEMA extensions;'
            ELSE format('ALTER SYSTEM SET shared_preload_libraries = %s; SELECT pg_reload_conf();',
                        concat_ws(', ',
                     (SELECT string_agg(quote_literal(trim(p)), ', ')
                      FROM pg_settings, regexp_split_to_table(setting, ',') p
                      WHERE name = 'shared_preload_libraries' AND trim(p) <> ''),
                     quote_literal('pg_stat_statements'))) END
FROM found WHERE NOT loaded OR space IS NULL

-- name: diagnose_settings
-- Settings that decide whether data survive, whether the server cleans up after itself, and whether
-- slow statements can be found; and those that wait for a restart.
-- row: diagnose_row
WITH wish (name, bad, severity, good, reason) AS (VALUES
    ('fsync', 'off', 2, 'on', 'a power cut can destroy the database'),
    ('full_page_writes', 'off', 2, 'on', 'a power cut can destroy pages'),
    ('autovacuum', 'off', 2, 'on', 'nothing removes dead rows and keeps the statistics'),
    ('track_counts', 'off', 2, 'on', 'autovacuum and this report see nothing'),
    ('track_activities', 'off', 1, 'on', 'sessions cannot be seen'),
    ('data_checksums', 'off', 1, NULL, 'damaged pages go unnoticed'),
    ('synchronous_commit', 'off', 1, 'on', 'a crash can lose what was acknowledged'),
    ('wal_level', 'minimal', 1, 'replica', 'no standby and no archive is possible'),
    ('password_encryption', 'md5', 1, 'scram-sha-256', 'passwords are stored in a weak form'),
    ('idle_in_transaction_session_timeout', '0', 1, '60s',
     'a forgotten transaction holds its locks for ever'),
    ('client_connection_check_interval', '0', 1, '2s',
     'what a lost client asked for runs on'),
    ('log_min_duration_statement', '-1', 1, '1s', 'slow queries are not logged'),
    ('log_lock_waits', 'off', 1, 'on', 'waits for locks are not logged'))
SELECT name AS object, 0::bigint AS value, CASE WHEN is_bad THEN severity ELSE 0 END AS at_least,
       0 AS depth,
       CASE WHEN is_bad THEN concat('is ', reset_val, ': ', reason,
                                    CASE WHEN context = 'postmaster' THEN '; takes a restart' END)
            ELSE concat('is ', reset_val, ' ' || unit,
                        CASE WHEN own THEN ', for this role or database only' END) END AS detail,
       jsonb_build_object('setting', reset_val, 'unit', unit) AS figures,
       CASE WHEN NOT is_bad THEN NULL
            WHEN good IS NULL
            THEN format('pg_checksums --enable --progress --pgdata=%s # the server must be stopped',
                        coalesce((SELECT CASE WHEN setting ~ '[^\w./-]' THEN quote_literal(setting)
                                              ELSE setting END
                                  FROM pg_settings WHERE name = 'data_directory'), 'ITS-DATA'))
            ELSE format('ALTER SYSTEM SET %I = %L; SELECT pg_reload_conf();', name, good)
       END AS cure
FROM wish JOIN pg_settings USING (name)
CROSS JOIN LATERAL (SELECT reset_val = bad AS is_bad) b
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) c
                   WHERE s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
                     AND s.setdatabase IN (0, (SELECT oid FROM pg_database
                                               WHERE datname = current_database()))
                     AND starts_with(c, name || '=')) AS own) o
WHERE NOT pending_restart
UNION ALL
SELECT name, 0, 1, 0, 'was changed and waits for a restart', jsonb_build_object('setting', setting),
       'systemctl restart postgresql'
FROM pg_settings WHERE pending_restart
ORDER BY at_least DESC, object
