-- The public reads of users. The format: sql/queries.awk.

-- name: user_by_address
-- The user of an address. A reserved user is nobody's.
-- row: user
SELECT u.id, u.wallet_address, u.created_at
FROM users u
WHERE u.wallet_address = :address AND NOT u.reserved

-- name: user_newest
-- The newest user whom an address of CKB names.
-- row: user
SELECT u.id, u.wallet_address, u.created_at
FROM users u
WHERE NOT u.reserved AND substr(u.wallet_address, 1, 4) IN ('ckb1', 'ckt1')
ORDER BY u.id DESC
LIMIT 1
