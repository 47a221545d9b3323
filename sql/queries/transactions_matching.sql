-- Transactions of tokens whose symbol or name begins with a text. Their rows stand in no one order of an
-- index. How many tokens begin so (token_matching_total) says what finds them soonest: the newest of each
-- token, merged (transaction_matching), or a walk by id that leaves out those of other tokens
-- (transaction_scan). The format: sql/queries.awk.

-- name: transaction_matching
-- One page of what happened to the tokens that begin with a text, of which there are at most 1,000;
-- `before` comes back oldest first.
-- shapes: network status page oldest after before until
-- exclusive: page after before
-- within: oldest page
-- exclusive: until oldest
-- within: until page
-- limits: 11 26 51 101
-- row: transaction
WITH near AS MATERIALIZED (
    SELECT id FROM (SELECT id FROM tokens
      WHERE symbol_key >= left(lower(:q), 64)
        AND symbol_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
        AND network_id = :network                                               --? network
      ORDER BY symbol_key, id LIMIT 1000) s
    UNION
    SELECT id FROM (SELECT id FROM tokens
      WHERE name_key >= left(lower(:q), 64)
        AND name_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
        AND network_id = :network                                               --? network
      ORDER BY name_key, id LIMIT 1000) n)
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.state, x.amount, x.network_id,
       x.metadata, x.origin, x.chain_time, x.verified_at, x.created_at, x.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS user_address,
       t.name AS token_name, t.symbol AS token_symbol
FROM (SELECT x.id FROM near m CROSS JOIN LATERAL (
    SELECT id FROM transactions WHERE true
      AND token_id <= m.id                                                      --? !status !after !until
      AND (token_id, id) < (m.id, :after::int)                                  --? !status after
      AND (token_id, id) <= (m.id, :until::int)                                 --? !status until
      AND token_id >= m.id                                                      --? !status !before
      AND (token_id, id) > (m.id, :before::int)                                 --? !status before
      AND token_id = m.id                                                       --? status
      AND state <= :status                                                      --? status !after !until
      AND (state, id) < (:status, :after::int)                                  --? status after
      AND (state, id) <= (:status, :until::int)                                 --? status until
      AND state >= :status                                                      --? status !before
      AND (state, id) > (:status, :before::int)                                 --? status before
    ORDER BY token_id DESC, id DESC                                             --? !status !before !oldest
    ORDER BY token_id, id                                                       --? !status before
    ORDER BY token_id, id                                                       --? !status oldest
    ORDER BY state DESC, id DESC                                                --? status !before !oldest
    ORDER BY state, id                                                          --? status before
    ORDER BY state, id                                                          --? status oldest
    LIMIT :limit                                                                --? !page
    LIMIT :skip::int + :limit                                                   --? page
    ) x
  ORDER BY x.id DESC                                                            --? !before !oldest
  ORDER BY x.id                                                                 --? before
  ORDER BY x.id                                                                 --? oldest
  OFFSET :skip::int                                                             --? page
  LIMIT :limit) k
JOIN transactions x ON x.id = k.id
JOIN users u ON u.id = x.user_id
JOIN tokens t ON t.id = x.token_id
ORDER BY k.id DESC                                                              --? !before !oldest
ORDER BY k.id                                                                   --? before
ORDER BY k.id                                                                   --? oldest

-- name: transaction_matching_total
-- How much happened to the tokens that begin with a text, counted up to 10,001; of more than 1,000 by
-- symbol, or by name, to the first of them.
-- shapes: network status until
-- row: total
WITH near AS MATERIALIZED (
    SELECT id FROM (SELECT id FROM tokens
      WHERE symbol_key >= left(lower(:q), 64)
        AND symbol_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
        AND network_id = :network                                               --? network
      ORDER BY symbol_key, id LIMIT 1000) s
    UNION
    SELECT id FROM (SELECT id FROM tokens
      WHERE name_key >= left(lower(:q), 64)
        AND name_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
        AND network_id = :network                                               --? network
      ORDER BY name_key, id LIMIT 1000) n)
SELECT count(*)::int AS total
FROM (SELECT 1 FROM near m CROSS JOIN LATERAL (
    SELECT 1 FROM transactions WHERE token_id = m.id
      AND state = :status                                                       --? status
      AND id <= :until::int                                                     --? until
    LIMIT 10001) x
  LIMIT 10001) s

-- name: transaction_scan
-- The same page, found among the first 100,000 transactions from where it begins (20,000 of a status, which
-- may lie far apart): soon, where much happened to such tokens. They are at most 10,000 (by symbol, and by
-- name); of more of them (many) each transaction's token is looked at, of 20,000 transactions. If the page
-- is not full, transaction_scan_end has where it came to.
-- IS TRUE keeps a walk in order with the tokens beside it: a join would read all that happened to them.
-- OFFSET 0 keeps the walk, too, and the look-ups that end when there are rows enough.
-- shapes: network status many page oldest after before until
-- exclusive: page after before
-- within: oldest page
-- exclusive: until oldest
-- within: until page
-- limits: 11 26 51 101
-- row: transaction
WITH near AS MATERIALIZED (                                                     --? !many
    SELECT id FROM (SELECT id FROM tokens                                       --? !many
      WHERE symbol_key >= left(lower(:q), 64)                                   --? !many
        AND symbol_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)       --? !many
        AND network_id = :network                                               --? !many network
      ORDER BY symbol_key, id LIMIT 10000) s                                    --? !many
    UNION                                                                       --? !many
    SELECT id FROM (SELECT id FROM tokens                                       --? !many
      WHERE name_key >= left(lower(:q), 64)                                     --? !many
        AND name_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)         --? !many
        AND network_id = :network                                               --? !many network
      ORDER BY name_key, id LIMIT 10000) n)                                     --? !many
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.state, x.amount, x.network_id,
       x.metadata, x.origin, x.chain_time, x.verified_at, x.created_at, x.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS user_address,
       t.name AS token_name, t.symbol AS token_symbol
FROM (SELECT k.id
      FROM (SELECT id, token_id, state FROM transactions WHERE true
              AND id < :after::int                                              --? after !status
              AND id <= :until::int                                             --? until !status
              AND id > :before::int                                             --? before !status
              AND state <= :status                                              --? status !after !until
              AND (state, id) < (:status, :after::int)                          --? status after
              AND (state, id) <= (:status, :until::int)                         --? status until
              AND state >= :status                                              --? status !before
              AND (state, id) > (:status, :before::int)                         --? status before
            ORDER BY id DESC                                                    --? !status !before !oldest
            ORDER BY id                                                         --? !status before
            ORDER BY id                                                         --? !status oldest
            ORDER BY state DESC, id DESC                                        --? status !before !oldest
            ORDER BY state, id                                                  --? status before
            ORDER BY state, id                                                  --? status oldest
            LIMIT 100000) k                                                     --? !many !status
            LIMIT 20000) k                                                      --? !many status
            LIMIT 20000) k                                                      --? many
      CROSS JOIN LATERAL (SELECT FROM tokens WHERE id = k.token_id              --? many
              AND network_id = :network                                         --? many network
              AND (starts_with(symbol_key, left(lower(:q), 64))                 --? many
                   OR starts_with(name_key, left(lower(:q), 64))) OFFSET 0) t   --? many
      WHERE (k.token_id IN (SELECT id FROM near)) IS TRUE                       --? !many
      ORDER BY k.id DESC                                                        --? !status !before !oldest
      ORDER BY k.id                                                             --? !status before
      ORDER BY k.id                                                             --? !status oldest
      ORDER BY k.state DESC, k.id DESC                                          --? status !before !oldest
      ORDER BY k.state, k.id                                                    --? status before
      ORDER BY k.state, k.id                                                    --? status oldest
      OFFSET :skip::int                                                         --? page
      LIMIT :limit) m
JOIN transactions x ON x.id = m.id
JOIN users u ON u.id = x.user_id
JOIN tokens t ON t.id = x.token_id
ORDER BY m.id DESC                                                              --? !before !oldest
ORDER BY m.id                                                                   --? before
ORDER BY m.id                                                                   --? oldest

-- name: transaction_scan_end
-- The last transaction that transaction_scan looks at, and the one after that: without it the scan comes
-- to the end of the list. `before` is the way of lists that begin with the oldest, too.
-- shapes: status many after before until
-- exclusive: after before until
-- row: id
SELECT id FROM transactions WHERE true
  AND id < :after::int                                                          --? after !status
  AND id <= :until::int                                                         --? until !status
  AND id > :before::int                                                         --? before !status
  AND state <= :status                                                          --? status !after !until
  AND (state, id) < (:status, :after::int)                                      --? status after
  AND (state, id) <= (:status, :until::int)                                     --? status until
  AND state >= :status                                                          --? status !before
  AND (state, id) > (:status, :before::int)                                     --? status before
ORDER BY id DESC                                                                --? !status !before
ORDER BY id                                                                     --? !status before
ORDER BY state DESC, id DESC                                                    --? status !before
ORDER BY state, id                                                              --? status before
OFFSET 99999 LIMIT 2                                                            --? !many !status
OFFSET 19999 LIMIT 2                                                            --? !many status
OFFSET 19999 LIMIT 2                                                            --? many
