-- Who may do what with the tables. `sitaminter db push` runs this as the owner after the schema
-- file, in the schema where it builds what is declared; the plan then gives and takes what the
-- database has otherwise. Nobody but the owner may change the schema or delete users, tokens,
-- transactions and security events; security events are never changed.

GRANT SELECT ON users, tokens, transactions, public_settings TO sita_reader;
-- Searches for what is similar are the reader's alone.
GRANT USAGE ON SCHEMA trigrams TO sita_reader;

GRANT SELECT, INSERT, UPDATE ON users, tokens, transactions TO sita_app, sita_desk;
GRANT INSERT ON security_events TO sita_app, sita_desk;
GRANT SELECT ON security_events TO sita_desk;
GRANT SELECT ON settings TO sita_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON settings TO sita_desk;
GRANT SELECT ON public_settings TO sita_app, sita_desk;
GRANT USAGE ON SEQUENCE users_id_seq, tokens_id_seq, transactions_id_seq, security_events_id_seq
    TO sita_app, sita_desk;
GRANT USAGE ON SEQUENCE settings_id_seq TO sita_desk;

-- What the program compares when it starts.
GRANT SELECT (id, operation, fingerprint, source_hash, outcome, finished_at) ON db_operations
    TO sita_app, sita_desk, sita_reader, sita_monitor;
GRANT SELECT ON db_objects TO sita_app, sita_desk, sita_reader, sita_monitor;
GRANT INSERT ON operation_notes TO sita_backup, sita_verify;

DO $$
BEGIN
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO sita_backup', current_schema);
    EXECUTE format('GRANT SELECT ON ALL SEQUENCES IN SCHEMA %I TO sita_backup', current_schema);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO sita_app, sita_desk, sita_reader, sita_backup, '
                   'sita_verify, sita_monitor', current_schema);
END $$;
