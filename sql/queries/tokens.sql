-- The public reads of tokens. The format: sql/queries.awk.

-- name: token_list
-- One page of tokens, newest first; `before` walks towards newer rows, so it comes back oldest first.
-- `page` skips rows inside the first 10,000, by an index-only walk of ids.
-- shapes: network status page after before
-- exclusive: page after before
-- limits: 11 26 51 101
-- row: token
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM tokens t                                      --? !page
FROM (SELECT id FROM (SELECT id FROM tokens        --? page
  WHERE true                                       --? page
  AND network_id = :network                        --? page network
  AND status = :status                             --? page status
  ORDER BY id DESC LIMIT 10100) s                  --? page
  ORDER BY id DESC OFFSET :skip::int LIMIT :limit) k  --? page
JOIN tokens t ON t.id = k.id                       --? page
JOIN users u ON u.id = t.creator_id
WHERE true                                         --? !page
  AND t.network_id = :network                      --? !page network
  AND t.status = :status                           --? !page status
  AND t.id < :after::int                           --? after
  AND t.id > :before::int                          --? before
ORDER BY t.id DESC                                 --? !before
ORDER BY t.id                                      --? before
LIMIT :limit                                       --? !page

-- name: token_total
-- How many tokens a list has, counted up to 10,001.
-- shapes: network status
-- row: total
SELECT count(*)::int AS total
FROM (SELECT 1 FROM tokens t
      WHERE true
        AND t.network_id = :network  --? network
        AND t.status = :status       --? status
      LIMIT 10001) s

-- name: token_one
-- One token with its creator.
-- row: token
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM tokens t JOIN users u ON u.id = t.creator_id
WHERE t.id = :id::int
