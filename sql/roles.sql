-- The roles of the program, for the whole server. `sitaminter db setup` runs this as a superuser or
-- as a role that may create roles; running it again changes nothing.
--
--   sita_owner    owns the database and its schema; only `sitaminter db` uses it
--   sita_app      public changes: the write pool
--   sita_desk     administration, sign-in, exports: the desk pool
--   sita_reader   public pages: the read pool; cannot write
--   sita_backup   reads everything, for pg_dump
--   sita_verify   makes scratch databases in which backups are tried; reads nothing of this one
--   sita_monitor  reads the server's statistics

DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['sita_owner', 'sita_app', 'sita_desk', 'sita_reader',
                                'sita_backup', 'sita_verify', 'sita_monitor']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', role);
        END IF;
    END LOOP;
    -- Making the database for sita_owner takes membership, unless a superuser does it.
    IF NOT pg_has_role(current_user, 'sita_owner', 'MEMBER') THEN
        EXECUTE format('GRANT sita_owner TO %I', current_user);
    END IF;
    IF NOT pg_has_role('sita_monitor', 'pg_monitor', 'MEMBER') THEN
        GRANT pg_monitor TO sita_monitor;
    END IF;
    -- A push that has to wait names the statement it waits for.
    IF NOT pg_has_role('sita_owner', 'pg_read_all_stats', 'MEMBER') THEN
        GRANT pg_read_all_stats TO sita_owner;
    END IF;
    -- Whoever may end a session must be a member of its role: so the owner ends those of this
    -- program, and nobody else's. It also sees what the monitor sees.
    FOREACH role IN ARRAY ARRAY['sita_app', 'sita_desk', 'sita_reader', 'sita_backup',
                                'sita_monitor']
    LOOP
        IF NOT pg_has_role('sita_owner', role, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO sita_owner', role);
        END IF;
    END LOOP;
END $$;

-- A page that the database cannot make within three seconds is answered with an error.
ALTER ROLE sita_reader SET default_transaction_read_only = on;
ALTER ROLE sita_reader SET statement_timeout = '3s';
ALTER ROLE sita_reader SET lock_timeout = '2s';
ALTER ROLE sita_reader SET idle_in_transaction_session_timeout = '5s';

ALTER ROLE sita_app SET statement_timeout = '5s';
ALTER ROLE sita_app SET lock_timeout = '3s';
ALTER ROLE sita_app SET idle_in_transaction_session_timeout = '10s';

ALTER ROLE sita_desk SET statement_timeout = '20s';
ALTER ROLE sita_desk SET lock_timeout = '3s';
ALTER ROLE sita_desk SET idle_in_transaction_session_timeout = '10s';

ALTER ROLE sita_monitor SET default_transaction_read_only = on;
ALTER ROLE sita_monitor SET statement_timeout = '5s';
ALTER ROLE sita_monitor SET lock_timeout = '2s';
ALTER ROLE sita_monitor SET idle_in_transaction_session_timeout = '10s';

-- `sitaminter db` and PostgreSQL's own tools set these aside for what takes longer.
ALTER ROLE sita_verify CREATEDB;
ALTER ROLE sita_verify SET statement_timeout = '1h';
ALTER ROLE sita_verify SET lock_timeout = '60s';
ALTER ROLE sita_verify SET idle_in_transaction_session_timeout = '10min';
ALTER ROLE sita_backup SET default_transaction_read_only = on;
ALTER ROLE sita_backup SET statement_timeout = '1h';
ALTER ROLE sita_backup SET lock_timeout = '60s';
ALTER ROLE sita_backup SET idle_in_transaction_session_timeout = '10min';
ALTER ROLE sita_owner SET lock_timeout = '5s';
ALTER ROLE sita_owner SET idle_in_transaction_session_timeout = '10min';
