-- What the benchmark peers ask, column for column: only the /bench routes use these.

-- name: bench_token_list
-- A page of tokens with their creators' addresses.
-- shapes: before
-- limits: 20 100
SELECT t.id, t.name, t.symbol, t.supply, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.created_at, t.updated_at,
       u.wallet_address AS creator_address
FROM tokens t JOIN users u ON u.id = t.creator_id
WHERE t.id < :before::int  --? before
ORDER BY t.id DESC
LIMIT :limit

-- name: bench_token_one
-- One token with its creator's address.
SELECT t.id, t.name, t.symbol, t.supply, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.created_at, t.updated_at,
       u.wallet_address AS creator_address
FROM tokens t JOIN users u ON u.id = t.creator_id
WHERE t.id = :id::int

-- name: bench_transactions
-- The 10 newest transactions of a token.
-- limits: 10
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.amount, x.network_id,
       x.metadata, x.created_at, x.updated_at
FROM transactions x
WHERE x.token_id = :id::int
ORDER BY x.id DESC
LIMIT :limit

-- name: bench_sleep
-- A slow query of known length, for fault tests.
SELECT 1 AS one FROM (SELECT pg_sleep(:ms::int / 1000.0)) s
