-- What the sitemap lists, in parts of 50,000 ids. The format: sql/queries.awk.

-- name: sitemap_parts
-- The numbers, from 1, of the parts that have rows, ascending: one look at the primary key for each.
-- shapes: transactions users
-- exclusive: transactions users
-- row: id
WITH RECURSIVE part AS (
    SELECT (SELECT (id - 1) / 50000 + 1
            FROM tokens       --? !transactions !users
            FROM transactions --? transactions
            FROM users        --? users
            ORDER BY id LIMIT 1) AS number
    UNION ALL
    SELECT (SELECT (id - 1) / 50000 + 1
            FROM tokens       --? !transactions !users
            FROM transactions --? transactions
            FROM users        --? users
            WHERE id > number::bigint * 50000
            ORDER BY id LIMIT 1)
    FROM part WHERE number IS NOT NULL)
SELECT number AS id FROM part WHERE number IS NOT NULL

-- name: sitemap_tokens
-- Tokens after one and within the part that ends so, and when their pages last changed: the records, or
-- what happened to them.
-- row: place
-- lacks: wallet_address
SELECT t.id, greatest(t.updated_at, x.created_at) AS changed_at
FROM tokens t
LEFT JOIN LATERAL (SELECT created_at FROM transactions WHERE token_id = t.id
                   ORDER BY token_id DESC, id DESC LIMIT 1) x ON true
WHERE t.id > :after::int AND t.id <= :last::bigint
ORDER BY t.id
LIMIT 500

-- name: sitemap_transactions
-- The same for transactions.
-- row: place
-- lacks: wallet_address
SELECT x.id, x.updated_at AS changed_at
FROM transactions x
WHERE x.id > :after::int AND x.id <= :last::bigint
ORDER BY x.id
LIMIT 500

-- name: sitemap_users
-- The same for people who made or did something; a reserved user has no page.
-- row: place
SELECT u.id, u.wallet_address, greatest(t.updated_at, x.created_at) AS changed_at
FROM users u
LEFT JOIN LATERAL (SELECT updated_at FROM tokens WHERE creator_id = u.id
                   ORDER BY creator_id DESC, id DESC LIMIT 1) t ON true
LEFT JOIN LATERAL (SELECT created_at FROM transactions WHERE user_id = u.id
                   ORDER BY user_id DESC, id DESC LIMIT 1) x ON true
WHERE u.id > :after::int AND u.id <= :last::bigint AND NOT u.reserved
  AND (t.updated_at IS NOT NULL OR x.created_at IS NOT NULL)
ORDER BY u.id
LIMIT 500
