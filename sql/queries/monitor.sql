-- name: ping
-- Shows that the database answers.
SELECT 1 AS one

-- name: settings_state
-- Two figures that tell whether a public setting has changed since they were last looked at.
SELECT count(*) AS settings, max(last_updated) AS latest FROM public_settings
