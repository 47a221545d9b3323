-- Who may do what in this database. `sitaminter db setup` runs this in it, after roles.sql; running
-- it again changes nothing. Rights to the schema and to what is in it are a push's (grants.sql).

DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO sita_app, sita_desk, sita_reader, sita_backup, '
                   'sita_verify, sita_monitor', current_database());
END $$;

ALTER SCHEMA public OWNER TO sita_owner;

-- What the owner makes later, by whatever means: nobody runs it unasked, and a backup has it.
ALTER DEFAULT PRIVILEGES FOR ROLE sita_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE sita_owner GRANT USAGE ON SCHEMAS TO sita_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE sita_owner GRANT SELECT ON TABLES TO sita_backup;
ALTER DEFAULT PRIVILEGES FOR ROLE sita_owner GRANT SELECT ON SEQUENCES TO sita_backup;

-- Large objects are written even from a read-only role's transactions unless these functions are
-- closed. Only a superuser can close them.
DO $$
DECLARE
    f regprocedure;
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        RAISE WARNING 'not a superuser: the functions for large objects stay open to every role';
        RETURN;
    END IF;
    FOR f IN SELECT oid::regprocedure FROM pg_proc
             WHERE pronamespace = 'pg_catalog'::regnamespace
               AND proname IN ('lo_close', 'lo_creat', 'lo_create', 'lo_export', 'lo_from_bytea',
                               'lo_get', 'lo_import', 'lo_lseek', 'lo_lseek64', 'lo_open', 'lo_put',
                               'lo_tell', 'lo_tell64', 'lo_truncate', 'lo_truncate64', 'lo_unlink',
                               'loread', 'lowrite')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f);
    END LOOP;
END $$;
