-- The public reads of transactions. The format: sql/queries.awk.

-- name: transaction_list
-- One page of transactions, newest first; `before` comes back oldest first.
-- shapes: network status token page after before
-- exclusive: page after before
-- limits: 11 26 51 101
-- row: transaction
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.amount, x.network_id,
       x.metadata, x.origin, x.chain_time, x.verified_at, x.created_at, x.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS user_address,
       t.name AS token_name, t.symbol AS token_symbol
FROM transactions x                                --? !page
FROM (SELECT id FROM (SELECT id FROM transactions  --? page
  WHERE true                                       --? page
  AND network_id = :network                        --? page network
  AND status = :status                             --? page status
  AND token_id = :token::int                       --? page token
  ORDER BY id DESC LIMIT 10100) s                  --? page
  ORDER BY id DESC OFFSET :skip::int LIMIT :limit) k  --? page
JOIN transactions x ON x.id = k.id                 --? page
JOIN users u ON u.id = x.user_id
LEFT JOIN tokens t ON t.id = x.token_id
WHERE true                                         --? !page
  AND x.network_id = :network                      --? !page network
  AND x.status = :status                           --? !page status
  AND x.token_id = :token::int                     --? !page token
  AND x.id < :after::int                           --? after
  AND x.id > :before::int                          --? before
ORDER BY x.id DESC                                 --? !before
ORDER BY x.id                                      --? before
LIMIT :limit                                       --? !page

-- name: transaction_total
-- How many transactions a list has, counted up to 10,001.
-- shapes: network status token
-- row: total
SELECT count(*)::int AS total
FROM (SELECT 1 FROM transactions x
      WHERE true
        AND x.network_id = :network    --? network
        AND x.status = :status         --? status
        AND x.token_id = :token::int   --? token
      LIMIT 10001) s

-- name: transaction_one
-- One transaction with its user and token.
-- row: transaction
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.amount, x.network_id,
       x.metadata, x.origin, x.chain_time, x.verified_at, x.created_at, x.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS user_address,
       t.name AS token_name, t.symbol AS token_symbol
FROM transactions x
JOIN users u ON u.id = x.user_id
LEFT JOIN tokens t ON t.id = x.token_id
WHERE x.id = :id::int
