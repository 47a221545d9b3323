-- name: schema_operations_exist
-- "t" if this database can note what was done to it.
SELECT to_regclass('db_operations') IS NOT NULL

-- name: schema_push_interrupted
-- Pushes that ended without a word: nobody else is at work, so nobody will finish their rows.
UPDATE db_operations
SET outcome = 'interrupted', finished_at = clock_timestamp() AT TIME ZONE 'UTC'
WHERE operation = 'push' AND outcome IS NULL

-- name: schema_push_record
-- Notes a push that began :elapsed milliseconds ago. An outcome of '' is none yet: steps follow.
-- row: schema_line
INSERT INTO db_operations (operation, fingerprint, source_hash, started_at, finished_at, outcome,
                           details)
SELECT 'push', nullif(:fingerprint, ''), :source, now - :elapsed::bigint * interval '1 ms',
       CASE WHEN o <> '' THEN now END, nullif(o, ''),
       :details::jsonb || jsonb_build_object('who', session_user)
FROM (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now, :outcome::text AS o) given
RETURNING id::text AS line

-- name: schema_push_finish
-- The push of that id has ended.
UPDATE db_operations
SET fingerprint = coalesce(nullif(:fingerprint, ''), fingerprint), outcome = :outcome,
    finished_at = clock_timestamp() AT TIME ZONE 'UTC', details = details || :details::jsonb
WHERE id = :id::bigint

-- name: schema_history
-- What was done to the database, newest first: the operation :id, or all of them if that is ''.
-- row: schema_operation
SELECT id, operation, coalesce(outcome, 'unfinished') AS outcome, started_at, finished_at,
       coalesce(round(extract(epoch FROM finished_at - started_at) * 1000), 0)::bigint AS milliseconds,
       fingerprint, split_part(source_hash, ' ', 1) AS source_hash, coalesce(details->>'who', who) AS who, details->>'operator' AS operator,
       details->'plan'->>'fingerprint' AS plan,
       coalesce((SELECT string_agg(concat_ws(' ', s->>'kind', s->>'object'), ', ' ORDER BY n)
                 FROM jsonb_array_elements(details->'plan'->'steps') WITH ORDINALITY AS e (s, n)),
                details->>'key') AS steps,
       (SELECT string_agg(s->>'sql', E';\n' ORDER BY n) || ';'
        FROM jsonb_array_elements(details->'plan'->'steps') WITH ORDINALITY AS e (s, n)) AS statements,
       details->>'inverse' AS inverse, details->>'error' AS error, details
FROM db_operations
WHERE :id = '' OR id::text = :id
ORDER BY id DESC
LIMIT :most::bigint
