-- Transactions of tokens whose symbol or name begins with a text. Their rows stand in no one order of an
-- index: the newest of each token are merged, so the first twenty tokens, symbols before names, stand
-- for all. The format: sql/queries.awk.

-- name: transaction_matching
-- One page of what happened to the tokens that begin with a text; `before` comes back oldest first.
-- shapes: network status page oldest after before until
-- exclusive: page after before
-- within: oldest page
-- exclusive: until oldest
-- within: until page
-- limits: 11 26 51 101
-- row: transaction
WITH near AS MATERIALIZED (
    (SELECT id, 1 AS part, symbol_key AS key FROM tokens
     WHERE symbol_key >= left(lower(:q), 64)
       AND symbol_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
       AND network_id = :network                                                --? network
     ORDER BY symbol_key, id LIMIT 20)
    UNION ALL
    (SELECT id, 2, name_key FROM tokens
     WHERE name_key >= left(lower(:q), 64)
       AND name_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
       AND network_id = :network                                                --? network
     ORDER BY name_key, id LIMIT 20)),
matching AS MATERIALIZED (
    SELECT id FROM (SELECT DISTINCT ON (id) id, part, key FROM near ORDER BY id, part) d
    ORDER BY part, key, id LIMIT 20)
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.amount, x.network_id,
       x.metadata, x.origin, x.chain_time, x.verified_at, x.created_at, x.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS user_address,
       t.name AS token_name, t.symbol AS token_symbol
FROM (SELECT x.id FROM matching m CROSS JOIN LATERAL (
    SELECT id FROM transactions WHERE true
      AND token_id <= m.id                                                      --? !status !after !until
      AND (token_id, id) < (m.id, :after::int)                                  --? !status after
      AND (token_id, id) <= (m.id, :until::int)                                 --? !status until
      AND token_id >= m.id                                                      --? !status !before
      AND (token_id, id) > (m.id, :before::int)                                 --? !status before
      AND token_id = m.id                                                       --? status
      AND status <= :status                                                     --? status !after !until
      AND (status, id) < (:status, :after::int)                                 --? status after
      AND (status, id) <= (:status, :until::int)                                --? status until
      AND status >= :status                                                     --? status !before
      AND (status, id) > (:status, :before::int)                                --? status before
    ORDER BY token_id DESC, id DESC                                             --? !status !before !oldest
    ORDER BY token_id, id                                                       --? !status before
    ORDER BY token_id, id                                                       --? !status oldest
    ORDER BY status DESC, id DESC                                               --? status !before !oldest
    ORDER BY status, id                                                         --? status before
    ORDER BY status, id                                                         --? status oldest
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
-- How much happened to the tokens that begin with a text, counted up to 10,001.
-- shapes: network status until
-- row: total
WITH near AS MATERIALIZED (
    (SELECT id, 1 AS part, symbol_key AS key FROM tokens
     WHERE symbol_key >= left(lower(:q), 64)
       AND symbol_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
       AND network_id = :network                                                --? network
     ORDER BY symbol_key, id LIMIT 20)
    UNION ALL
    (SELECT id, 2, name_key FROM tokens
     WHERE name_key >= left(lower(:q), 64)
       AND name_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
       AND network_id = :network                                                --? network
     ORDER BY name_key, id LIMIT 20)),
matching AS MATERIALIZED (
    SELECT id FROM (SELECT DISTINCT ON (id) id, part, key FROM near ORDER BY id, part) d
    ORDER BY part, key, id LIMIT 20)
SELECT count(*)::int AS total
FROM (SELECT 1 FROM matching m CROSS JOIN LATERAL (
    SELECT 1 FROM transactions WHERE token_id = m.id
      AND status = :status                                                      --? status
      AND id <= :until::int                                                     --? until
    LIMIT 10001) x
  LIMIT 10001) s

-- name: transaction_matching_tokens
-- How many tokens begin with a text, counted up to 21 by symbol and by name.
-- shapes: network
-- row: total
WITH near AS MATERIALIZED (
    (SELECT id, 1 AS part, symbol_key AS key FROM tokens
     WHERE symbol_key >= left(lower(:q), 64)
       AND symbol_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
       AND network_id = :network                                                --? network
     ORDER BY symbol_key, id LIMIT 21)
    UNION ALL
    (SELECT id, 2, name_key FROM tokens
     WHERE name_key >= left(lower(:q), 64)
       AND name_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
       AND network_id = :network                                                --? network
     ORDER BY name_key, id LIMIT 21))
SELECT count(DISTINCT id)::int AS total FROM near

-- name: transaction_scan
-- Of the transactions among 20,000 ids those whose token begins with a text, in the order of ids: those
-- before one, or after it (oldest). An export goes through all of them so, whatever number of tokens.
-- OFFSET 0 keeps a walk in order with a look-up of each token, which ends when there are rows enough: a
-- sort would join them all, a hash would read all tokens.
-- shapes: network status oldest
-- limits: 101
-- row: transaction
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.amount, x.network_id,
       x.metadata, x.origin, x.chain_time, x.verified_at, x.created_at, x.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS user_address,
       m.name AS token_name, m.symbol AS token_symbol
FROM (SELECT k.id, t.name, t.symbol
      FROM (SELECT id, token_id FROM transactions
            WHERE id < :cursor::bigint AND id >= :cursor::bigint - 20000        --? !oldest
            WHERE id > :cursor::bigint AND id <= :cursor::bigint + 20000        --? oldest
              AND status = :status                                              --? status
            ORDER BY id DESC OFFSET 0) k                                        --? !oldest
            ORDER BY id OFFSET 0) k                                             --? oldest
      CROSS JOIN LATERAL (SELECT name, symbol FROM tokens WHERE id = k.token_id
              AND network_id = :network                                         --? network
              AND (starts_with(symbol_key, left(lower(:q), 64))
                   OR starts_with(name_key, left(lower(:q), 64))) OFFSET 0) t
      ORDER BY k.id DESC                                                        --? !oldest
      ORDER BY k.id                                                             --? oldest
      LIMIT :limit) m
JOIN transactions x ON x.id = m.id
JOIN users u ON u.id = x.user_id
ORDER BY m.id DESC                                                              --? !oldest
ORDER BY m.id                                                                   --? oldest
