-- What operators set for the site. A value that begins with "sealed:" is a secret (sql/settings.h). The
-- format: sql/queries.awk.

-- name: setting_list
-- All of them, or the one called :key if that is not ''.
-- row: setting
SELECT key, value, description, is_public AND NOT starts_with(value, 'sealed:') AS is_public,
       starts_with(value, 'sealed:') AS secret, last_updated
FROM settings
WHERE :key = '' OR key = :key
ORDER BY key COLLATE "C"

-- name: setting_put
-- Sets one and notes who did, in one statement. An empty description or visibility leaves what was
-- there. No row: a secret was to become a value that everybody with a backup can read.
-- row: schema_line
WITH put AS (
    INSERT INTO settings AS s (key, value, description, is_public, last_updated)
    VALUES (:key, :value, nullif(:description, ''), :visible = 'public', clock_timestamp() AT TIME ZONE 'UTC')
    ON CONFLICT (key) DO UPDATE
    SET value = excluded.value,
        description = coalesce(excluded.description, s.description),
        is_public = CASE :visible WHEN '' THEN s.is_public ELSE excluded.is_public END,
        last_updated = excluded.last_updated
    WHERE NOT starts_with(s.value, 'sealed:') OR starts_with(excluded.value, 'sealed:')
    RETURNING key)
INSERT INTO db_operations (operation, outcome, finished_at, details)
SELECT 'setting', 'set', clock_timestamp() AT TIME ZONE 'UTC',
       jsonb_build_object('key', key, 'operator', :operator::text)
FROM put
RETURNING id::text AS line

-- name: setting_drop
-- Removes one and notes who did. No row: there is none of that name.
-- row: schema_line
WITH gone AS (DELETE FROM settings WHERE key = :key RETURNING key)
INSERT INTO db_operations (operation, outcome, finished_at, details)
SELECT 'setting', 'unset', clock_timestamp() AT TIME ZONE 'UTC',
       jsonb_build_object('key', key, 'operator', :operator::text)
FROM gone
RETURNING id::text AS line

-- name: public_setting_list
-- What readers may see, by name; a secret is never among it.
-- shapes: key
-- row: public_setting
SELECT key, value, description, last_updated
FROM public_settings
WHERE NOT starts_with(value, 'sealed:')
  AND key = :key                                                                     --? key
ORDER BY key COLLATE "C"
LIMIT 200
