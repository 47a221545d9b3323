-- Transactions by what people look for besides network, status and token: each kind of list has its
-- index. Written as transaction_list is.

-- name: transaction_by_user
-- One page of what an address did.
-- shapes: status page oldest after before until
-- exclusive: page after before
-- within: oldest page
-- exclusive: until oldest
-- within: until page
-- limits: 11 26 51 101
-- row: transaction
WITH who AS MATERIALIZED (SELECT id FROM users WHERE wallet_address = :user AND NOT reserved)
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.state, x.amount, x.network_id,
       x.metadata, x.origin, x.chain_time, x.verified_at, x.created_at, x.updated_at,
       :user::text AS user_address,
       t.name AS token_name, t.symbol AS token_symbol
FROM transactions x                                                             --? !page
FROM (SELECT id FROM transactions WHERE true                                    --? page
  AND user_id <= (SELECT id FROM who)                                           --? page !status !until
  AND (user_id, id) <= ((SELECT id FROM who), :until::int)                      --? until !status
  AND user_id >= (SELECT id FROM who)                                           --? page !status
  AND user_id = (SELECT id FROM who)                                            --? page status
  AND state <= :status                                                          --? page status !until
  AND (state, id) <= (:status, :until::int)                                     --? until status
  AND state >= :status                                                          --? page status
  ORDER BY user_id DESC, id DESC                                                --? page !status !oldest
  ORDER BY user_id, id                                                          --? page !status oldest
  ORDER BY state DESC, id DESC                                                  --? page status !oldest
  ORDER BY state, id                                                            --? page status oldest
  OFFSET :skip::int LIMIT :limit) k                                             --? page
JOIN transactions x ON x.id = k.id                                              --? page
LEFT JOIN tokens t ON t.id = x.token_id
WHERE true                                                                      --? !page
  AND x.user_id <= (SELECT id FROM who)                                         --? !page !status !after
  AND (x.user_id, x.id) < ((SELECT id FROM who), :after::int)                   --? !page !status after
  AND x.user_id >= (SELECT id FROM who)                                         --? !page !status !before
  AND (x.user_id, x.id) > ((SELECT id FROM who), :before::int)                  --? !page !status before
  AND x.user_id = (SELECT id FROM who)                                          --? !page status
  AND x.state <= :status                                                        --? !page status !after
  AND (x.state, x.id) < (:status, :after::int)                                  --? !page status after
  AND x.state >= :status                                                        --? !page status !before
  AND (x.state, x.id) > (:status, :before::int)                                 --? !page status before
ORDER BY x.user_id DESC, x.id DESC                                              --? !page !status !before
ORDER BY x.user_id, x.id                                                        --? !page !status before
ORDER BY x.state DESC, x.id DESC                                                --? !page status !before
ORDER BY x.state, x.id                                                          --? !page status before
ORDER BY x.id DESC                                                              --? page !oldest
ORDER BY x.id                                                                   --? page oldest
LIMIT :limit                                                                    --? !page

-- name: transaction_by_user_total
-- How much an address did, counted up to 10,001.
-- shapes: status until
-- row: total
SELECT count(*)::int AS total
FROM (SELECT 1 FROM transactions x
      WHERE x.user_id = (SELECT id FROM users WHERE wallet_address = :user AND NOT reserved)
        AND x.state = :status        --? status
        AND x.id <= :until::int      --? until
      LIMIT 10001) s

-- name: transaction_by_type
-- One page of the transactions of one kind.
-- shapes: network page oldest after before until
-- exclusive: page after before
-- within: oldest page
-- exclusive: until oldest
-- within: until page
-- limits: 11 26 51 101
-- row: transaction
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.state, x.amount, x.network_id,
       x.metadata, x.origin, x.chain_time, x.verified_at, x.created_at, x.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS user_address,
       t.name AS token_name, t.symbol AS token_symbol
FROM transactions x                                                             --? !page
FROM (SELECT id FROM transactions WHERE true                                    --? page
  AND network_id = :network                                                     --? page network
  AND tx_type <= :type                                                          --? page !until
  AND (tx_type, id) <= (:type, :until::int)                                     --? until
  AND tx_type >= :type                                                          --? page
  ORDER BY tx_type DESC, id DESC                                                --? page !oldest
  ORDER BY tx_type, id                                                          --? page oldest
  OFFSET :skip::int LIMIT :limit) k                                             --? page
JOIN transactions x ON x.id = k.id                                              --? page
JOIN users u ON u.id = x.user_id
LEFT JOIN tokens t ON t.id = x.token_id
WHERE true                                                                      --? !page
  AND x.network_id = :network                                                   --? !page network
  AND x.tx_type <= :type                                                        --? !page !after
  AND (x.tx_type, x.id) < (:type, :after::int)                                  --? !page after
  AND x.tx_type >= :type                                                        --? !page !before
  AND (x.tx_type, x.id) > (:type, :before::int)                                 --? !page before
ORDER BY x.tx_type DESC, x.id DESC                                              --? !page !before
ORDER BY x.tx_type, x.id                                                        --? !page before
ORDER BY x.id DESC                                                              --? page !oldest
ORDER BY x.id                                                                   --? page oldest
LIMIT :limit                                                                    --? !page

-- name: transaction_by_type_total
-- How many transactions are of one kind, counted up to 10,001.
-- shapes: network until
-- row: total
SELECT count(*)::int AS total
FROM (SELECT 1 FROM transactions x
      WHERE x.tx_type = :type
        AND x.network_id = :network  --? network
        AND x.id <= :until::int      --? until
      LIMIT 10001) s

-- name: transaction_by_date
-- One page of the transactions of a span of time, both ends included, newest first by time. A
-- cursor outside of the span stands for its end.
-- shapes: token user page oldest after before until
-- exclusive: token user
-- exclusive: page after before
-- within: oldest page
-- exclusive: until oldest
-- within: until page
-- limits: 11 26 51 101
-- row: transaction
WITH who AS MATERIALIZED (SELECT id FROM users                                  --? user
                          WHERE wallet_address = :user AND NOT reserved)        --? user
, here AS MATERIALIZED (                                                        --? user after
, here AS MATERIALIZED (                                                        --? user until
, here AS MATERIALIZED (                                                        --? user before
WITH here AS MATERIALIZED (                                                     --? !user after
WITH here AS MATERIALIZED (                                                     --? !user until
WITH here AS MATERIALIZED (                                                     --? !user before
  SELECT least(:to::timestamp, (SELECT created_at FROM transactions             --? after
                                WHERE id = :after::int)) AS at)                 --? after
  SELECT least(:to::timestamp, (SELECT created_at FROM transactions             --? until
                                WHERE id = :until::int)) AS at)                 --? until
  SELECT greatest(:from::timestamp, (SELECT created_at FROM transactions        --? before
                                     WHERE id = :before::int)) AS at)           --? before
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.state, x.amount, x.network_id,
       x.metadata, x.origin, x.chain_time, x.verified_at, x.created_at, x.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS user_address,
       t.name AS token_name, t.symbol AS token_symbol
FROM transactions x                                                             --? !page
FROM (SELECT id FROM transactions WHERE true                                    --? page
  AND token_id = :token::int                                                    --? page token
  AND user_id = (SELECT id FROM who)                                            --? page user
  AND created_at <= :to::timestamp                                              --? page !until
  AND (created_at, id) <= ((SELECT at FROM here), :until::int)                  --? until
  AND created_at >= :from::timestamp                                            --? page
  ORDER BY created_at DESC, id DESC                                             --? page !oldest
  ORDER BY created_at, id                                                       --? page oldest
  OFFSET :skip::int LIMIT :limit) k                                             --? page
JOIN transactions x ON x.id = k.id                                              --? page
JOIN users u ON u.id = x.user_id
LEFT JOIN tokens t ON t.id = x.token_id
WHERE true                                                                      --? !page
  AND x.token_id = :token::int                                                  --? !page token
  AND x.user_id = (SELECT id FROM who)                                          --? !page user
  AND x.created_at <= :to::timestamp                                            --? !page !after
  AND (x.created_at, x.id) < ((SELECT at FROM here), :after::int)               --? after
  AND x.created_at >= :from::timestamp                                          --? !page !before
  AND (x.created_at, x.id) > ((SELECT at FROM here), :before::int)              --? before
ORDER BY x.created_at DESC, x.id DESC                                           --? !page !before
ORDER BY x.created_at, x.id                                                     --? before
ORDER BY x.created_at DESC, x.id DESC                                           --? page !oldest
ORDER BY x.created_at, x.id                                                     --? page oldest
LIMIT :limit                                                                    --? !page

-- name: transaction_by_date_total
-- How many transactions a span of time has, counted up to 10,001.
-- shapes: token user until
-- exclusive: token user
-- row: total
SELECT count(*)::int AS total
FROM (SELECT 1 FROM transactions x
      WHERE x.created_at >= :from::timestamp
        AND x.created_at <= :to::timestamp  --? !until
        AND (x.created_at, x.id) <= (least(:to::timestamp,  --? until
          (SELECT created_at FROM transactions WHERE id = :until::int)), :until::int)  --? until
        AND x.token_id = :token::int  --? token
        AND x.user_id = (SELECT id FROM users WHERE wallet_address = :user AND NOT reserved)  --? user
      LIMIT 10001) s
