-- The public reads of transactions. The format: sql/queries.awk.

-- name: transaction_list
-- One page of transactions, newest first; `before` comes back oldest first.
-- Filters are written as in token_list. A token's transactions are on its network: with another
-- one as filter there are none.
-- shapes: network status token page oldest after before until
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
FROM transactions x                                                     --? !page
FROM (SELECT id FROM transactions WHERE true                            --? page
  AND id <= :until::int                                                 --? until !network !status !token
  AND (SELECT network_id FROM tokens WHERE id = :token::int) = :network --? page token network
  AND network_id <= :network                                            --? page network !status !token !until
  AND (network_id, id) <= (:network, :until::int)                       --? until network !status !token
  AND network_id >= :network                                            --? page network !status !token
  AND state <= :status                                                  --? page status !network !token !until
  AND (state, id) <= (:status, :until::int)                             --? until status !network !token
  AND state >= :status                                                  --? page status !network !token
  AND network_id = :network                                             --? page network status !token
  AND state <= :status                                                  --? page network status !token !until
  AND (state, id) <= (:status, :until::int)                             --? until network status !token
  AND state >= :status                                                  --? page network status !token
  AND token_id <= :token::int                                           --? page token !status !until
  AND (token_id, id) <= (:token::int, :until::int)                      --? until token !status
  AND token_id >= :token::int                                           --? page token !status
  AND token_id = :token::int                                            --? page token status
  AND state <= :status                                                  --? page token status !until
  AND (state, id) <= (:status, :until::int)                             --? until token status
  AND state >= :status                                                  --? page token status
  ORDER BY id DESC                                                      --? page !network !status !token !oldest
  ORDER BY id                                                           --? page !network !status !token oldest
  ORDER BY network_id DESC, id DESC                                     --? page network !status !token !oldest
  ORDER BY network_id, id                                               --? page network !status !token oldest
  ORDER BY state DESC, id DESC                                          --? page status !network !token !oldest
  ORDER BY state, id                                                    --? page status !network !token oldest
  ORDER BY state DESC, id DESC                                          --? page network status !token !oldest
  ORDER BY state, id                                                    --? page network status !token oldest
  ORDER BY token_id DESC, id DESC                                       --? page token !status !oldest
  ORDER BY token_id, id                                                 --? page token !status oldest
  ORDER BY state DESC, id DESC                                          --? page token status !oldest
  ORDER BY state, id                                                    --? page token status oldest
  OFFSET :skip::int LIMIT :limit) k                                     --? page
JOIN transactions x ON x.id = k.id                                      --? page
JOIN users u ON u.id = x.user_id
LEFT JOIN tokens t ON t.id = x.token_id
WHERE true                                                              --? !page
  AND (SELECT network_id FROM tokens WHERE id = :token::int) = :network --? token network !page
  AND x.id < :after::int                                                --? !network !status !token after
  AND x.id > :before::int                                               --? !network !status !token before
  AND x.network_id <= :network                                          --? !page network !status !token !after
  AND (x.network_id, x.id) < (:network, :after::int)                    --? !page network !status !token after
  AND x.network_id >= :network                                          --? !page network !status !token !before
  AND (x.network_id, x.id) > (:network, :before::int)                   --? !page network !status !token before
  AND x.state <= :status                                                --? !page status !network !token !after
  AND (x.state, x.id) < (:status, :after::int)                          --? !page status !network !token after
  AND x.state >= :status                                                --? !page status !network !token !before
  AND (x.state, x.id) > (:status, :before::int)                         --? !page status !network !token before
  AND x.network_id = :network                                           --? !page network status !token
  AND x.state <= :status                                                --? !page network status !token !after
  AND (x.state, x.id) < (:status, :after::int)                          --? !page network status !token after
  AND x.state >= :status                                                --? !page network status !token !before
  AND (x.state, x.id) > (:status, :before::int)                         --? !page network status !token before
  AND x.token_id <= :token::int                                         --? !page token !status !after
  AND (x.token_id, x.id) < (:token::int, :after::int)                   --? !page token !status after
  AND x.token_id >= :token::int                                         --? !page token !status !before
  AND (x.token_id, x.id) > (:token::int, :before::int)                  --? !page token !status before
  AND x.token_id = :token::int                                          --? !page token status
  AND x.state <= :status                                                --? !page token status !after
  AND (x.state, x.id) < (:status, :after::int)                          --? !page token status after
  AND x.state >= :status                                                --? !page token status !before
  AND (x.state, x.id) > (:status, :before::int)                         --? !page token status before
ORDER BY x.network_id DESC, x.id DESC                                   --? !page network !status !token !before
ORDER BY x.network_id, x.id                                             --? !page network !status !token before
ORDER BY x.state DESC, x.id DESC                                        --? !page status !network !token !before
ORDER BY x.state, x.id                                                  --? !page status !network !token before
ORDER BY x.state DESC, x.id DESC                                        --? !page network status !token !before
ORDER BY x.state, x.id                                                  --? !page network status !token before
ORDER BY x.token_id DESC, x.id DESC                                     --? !page token !status !before
ORDER BY x.token_id, x.id                                               --? !page token !status before
ORDER BY x.state DESC, x.id DESC                                        --? !page token status !before
ORDER BY x.state, x.id                                                  --? !page token status before
ORDER BY x.id DESC                                                      --? !network !status !token !before !page
ORDER BY x.id DESC                                                      --? page !oldest
ORDER BY x.id                                                           --? page oldest
ORDER BY x.id                                                           --? !network !status !token before
LIMIT :limit                                                            --? !page

-- name: transaction_total
-- How many transactions a list has, counted up to 10,001.
-- shapes: network status token until
-- row: total
SELECT count(*)::int AS total
FROM (SELECT 1 FROM transactions x
      WHERE true
        AND x.network_id = :network    --? network !token
        AND x.state = :status          --? status
        AND x.token_id = :token::int   --? token
        AND (SELECT network_id FROM tokens WHERE id = :token::int) = :network  --? token network
        AND x.id <= :until::int        --? until
      LIMIT 10001) s

-- name: transaction_newest_id
-- The newest transaction's id.
-- row: id
SELECT id FROM transactions ORDER BY id DESC LIMIT 1

-- name: transaction_one
-- One transaction with its user and token.
-- row: transaction
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.state, x.amount, x.network_id,
       x.metadata, x.origin, x.chain_time, x.verified_at, x.created_at, x.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS user_address,
       t.name AS token_name, t.symbol AS token_symbol
FROM transactions x
JOIN users u ON u.id = x.user_id
LEFT JOIN tokens t ON t.id = x.token_id
WHERE x.id = :id::int

-- name: transaction_issuing
-- The record of the transaction that issued a token: of the first hundred with its hash the first that is
-- about the token, else the first of its network.
-- row: id
SELECT x.id
FROM (SELECT id, token_id, network_id FROM transactions
      WHERE tx_hash <= :hash AND tx_hash >= :hash
      ORDER BY tx_hash, id LIMIT 100) x
WHERE x.network_id = :network
ORDER BY (x.token_id IS NOT DISTINCT FROM :token::int) DESC, x.id
LIMIT 1

-- name: transaction_beside
-- Other records with the hash of a transaction, on its network: of the first hundred. Having none is no
-- hash to share.
-- row: transaction
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.state, x.amount, x.network_id,
       x.metadata, x.origin, x.chain_time, x.verified_at, x.created_at, x.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS user_address,
       t.name AS token_name, t.symbol AS token_symbol
FROM (SELECT id FROM transactions
      WHERE tx_hash <= (SELECT tx_hash FROM transactions WHERE id = :id::int)
        AND tx_hash >= (SELECT tx_hash FROM transactions WHERE id = :id::int)
        AND (SELECT tx_hash FROM transactions WHERE id = :id::int) <> ''
      ORDER BY tx_hash, id LIMIT 100) k
JOIN transactions x ON x.id = k.id
JOIN users u ON u.id = x.user_id
LEFT JOIN tokens t ON t.id = x.token_id
WHERE x.id <> :id::int AND x.network_id = (SELECT network_id FROM transactions WHERE id = :id::int)
ORDER BY x.id
LIMIT 11

-- name: activity_chart
-- The newest 10,000 transactions, counted by spans of time that suit how far they reach back: hours
-- only where more than that many fit into two days. The spans follow each other without a gap, up to
-- the newest row's; at least thirty, where all rows are counted. A span that is counted in part is
-- left out.
-- row: chart_row
WITH newest AS MATERIALIZED (
    SELECT x.created_at FROM transactions x
    WHERE x.created_at >= '2000-01-01' AND x.created_at < '2100-01-01'
    ORDER BY x.created_at DESC LIMIT 10001),
reach AS (
    SELECT count(*) > 10000 AS cut, min(created_at) AS oldest, max(created_at) AS latest
    FROM newest HAVING count(*) > 0),
spans AS (
    SELECT cut, oldest, latest,
           CASE WHEN cut AND latest - oldest <= '2 days' THEN 'hour'
                WHEN latest - oldest <= '60 days' THEN 'day'
                WHEN latest - oldest <= '1 year' THEN 'week'
                WHEN latest - oldest <= '5 years' THEN 'month'
                ELSE 'year' END AS unit
    FROM reach),
counted AS (
    SELECT date_trunc(unit, created_at) AS begins, count(*)::int AS n FROM newest, spans GROUP BY 1)
SELECT s.unit, g.begins, coalesce(c.n, 0) AS n, s.cut
FROM spans s
CROSS JOIN LATERAL generate_series(
    CASE WHEN cut THEN least(date_trunc(unit, oldest) + ('1 ' || unit)::interval, date_trunc(unit, latest))
         ELSE least(date_trunc(unit, oldest), date_trunc(unit, latest) - ('29 ' || unit)::interval) END,
    date_trunc(unit, latest), ('1 ' || unit)::interval) g(begins)
LEFT JOIN counted c ON c.begins = g.begins
ORDER BY g.begins
