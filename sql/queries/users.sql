-- The public reads of users. The format: sql/queries.awk.

-- name: user_by_address
-- The user of an address. A reserved user is nobody's.
-- row: user
SELECT u.id, u.wallet_address, u.created_at
FROM users u
WHERE u.wallet_address = :address AND NOT u.reserved
