-- Tokens by the first 64 characters of their name or symbol in small letters (columns name_key and
-- symbol_key, compared by code point), and those that begin with a text. The format: sql/queries.awk.

-- name: token_by_name
-- One page of tokens by name, then id; with q those whose name begins with it. `before` comes back
-- in the opposite order. A cursor that names no token, or one outside of q, stands for the list's
-- beginning (after) or end (before). One bound of q is written as a row: two plain ones would be
-- taken for a narrow range, which is sorted instead of walked.
-- shapes: network q page after before until
-- exclusive: page after before
-- within: until page
-- limits: 11 26 51 101
-- row: token
WITH here AS MATERIALIZED (SELECT                                                           --? after
WITH here AS MATERIALIZED (SELECT                                                           --? before
  greatest(at.key, left(lower(:q), 64)) AS key,                                             --? after q
  CASE WHEN at.key < left(lower(:q), 64) THEN 0 ELSE at.id END AS id                        --? after q
  least(at.key, left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)) AS key, at.id              --? before q
  at.key, at.id                                                                             --? after !q
  at.key, at.id                                                                             --? before !q
  FROM (SELECT name_key AS key, id FROM tokens WHERE id = :after::int                       --? after
        UNION ALL SELECT '', 0 LIMIT 1) at)                                                 --? after
  FROM (SELECT name_key AS key, id FROM tokens WHERE id = :before::int                      --? before
        UNION ALL SELECT repeat(U&'\+10FFFF', 65), 0 LIMIT 1) at)                           --? before
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM tokens t                                                                               --? !page
FROM (SELECT id, name_key FROM tokens WHERE true                                            --? page !until
FROM (SELECT id, name_key FROM (SELECT id, name_key FROM tokens WHERE true                  --? until
  AND network_id = :network                                                                 --? page network
  AND name_key >= left(lower(:q), 64)                                                       --? page q
  AND (name_key, id) <= (left(lower(:q), 64) || repeat(U&'\+10FFFF', 65), 0)                --? page q
  ORDER BY name_key, id                                                                     --? page
  LIMIT 20200) n WHERE id <= :until::int ORDER BY name_key, id                              --? until
  OFFSET :skip::int LIMIT :limit) k                                                         --? page
JOIN tokens t ON t.id = k.id                                                                --? page
JOIN users u ON u.id = t.creator_id
WHERE true                                                                                  --? !page
  AND t.network_id = :network                                                               --? !page network
  AND t.name_key >= left(lower(:q), 64)                                                     --? !page q !after
  AND (t.name_key, t.id) > ((SELECT key FROM here), (SELECT id FROM here))                            --? after
  AND (t.name_key, t.id) <= (left(lower(:q), 64) || repeat(U&'\+10FFFF', 65), 0)            --? !page q !before
  AND (t.name_key, t.id) < ((SELECT key FROM here), (SELECT id FROM here))                           --? before
ORDER BY t.name_key, t.id                                                                   --? !page !before
ORDER BY t.name_key DESC, t.id DESC                                                         --? before
ORDER BY k.name_key, k.id                                                                   --? page
LIMIT :limit                                                                                --? !page

-- name: token_by_symbol
-- The same by symbol.
-- shapes: network q page after before until
-- exclusive: page after before
-- within: until page
-- limits: 11 26 51 101
-- row: token
WITH here AS MATERIALIZED (SELECT                                                           --? after
WITH here AS MATERIALIZED (SELECT                                                           --? before
  greatest(at.key, left(lower(:q), 64)) AS key,                                             --? after q
  CASE WHEN at.key < left(lower(:q), 64) THEN 0 ELSE at.id END AS id                        --? after q
  least(at.key, left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)) AS key, at.id              --? before q
  at.key, at.id                                                                             --? after !q
  at.key, at.id                                                                             --? before !q
  FROM (SELECT symbol_key AS key, id FROM tokens WHERE id = :after::int                     --? after
        UNION ALL SELECT '', 0 LIMIT 1) at)                                                 --? after
  FROM (SELECT symbol_key AS key, id FROM tokens WHERE id = :before::int                    --? before
        UNION ALL SELECT repeat(U&'\+10FFFF', 65), 0 LIMIT 1) at)                           --? before
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM tokens t                                                                               --? !page
FROM (SELECT id, symbol_key FROM tokens WHERE true                                          --? page !until
FROM (SELECT id, symbol_key FROM (SELECT id, symbol_key FROM tokens WHERE true              --? until
  AND network_id = :network                                                                 --? page network
  AND symbol_key >= left(lower(:q), 64)                                                     --? page q
  AND (symbol_key, id) <= (left(lower(:q), 64) || repeat(U&'\+10FFFF', 65), 0)              --? page q
  ORDER BY symbol_key, id                                                                   --? page
  LIMIT 20200) n WHERE id <= :until::int ORDER BY symbol_key, id                            --? until
  OFFSET :skip::int LIMIT :limit) k                                                         --? page
JOIN tokens t ON t.id = k.id                                                                --? page
JOIN users u ON u.id = t.creator_id
WHERE true                                                                                  --? !page
  AND t.network_id = :network                                                               --? !page network
  AND t.symbol_key >= left(lower(:q), 64)                                                   --? !page q !after
  AND (t.symbol_key, t.id) > ((SELECT key FROM here), (SELECT id FROM here))                          --? after
  AND (t.symbol_key, t.id) <= (left(lower(:q), 64) || repeat(U&'\+10FFFF', 65), 0)          --? !page q !before
  AND (t.symbol_key, t.id) < ((SELECT key FROM here), (SELECT id FROM here))                         --? before
ORDER BY t.symbol_key, t.id                                                                 --? !page !before
ORDER BY t.symbol_key DESC, t.id DESC                                                       --? before
ORDER BY k.symbol_key, k.id                                                                 --? page
LIMIT :limit                                                                                --? !page

-- name: token_matching
-- One page of the tokens whose symbol or name begins with a text, newest first; `before` comes back
-- oldest first. Of more than 10,000 that begin so, the first 10,001 in their order stand for all.
-- shapes: network page oldest after before until
-- exclusive: page after before
-- within: oldest page
-- exclusive: until oldest
-- within: until page
-- limits: 11 26 51 101
-- row: token
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM (SELECT id FROM (
    SELECT id FROM (SELECT id FROM tokens
      WHERE symbol_key >= left(lower(:q), 64)
        AND symbol_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
        AND network_id = :network                                                           --? network
      ORDER BY symbol_key, id LIMIT 10001) s
    UNION
    SELECT id FROM (SELECT id FROM tokens
      WHERE name_key >= left(lower(:q), 64)
        AND name_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
        AND network_id = :network                                                           --? network
      ORDER BY name_key, id LIMIT 10001) n
    ) m
  WHERE id < :after::int                                                                    --? after
  WHERE id <= :until::int                                                                   --? until
  WHERE id > :before::int                                                                   --? before
  ORDER BY id DESC                                                                          --? !before !oldest
  ORDER BY id                                                                               --? before
  ORDER BY id                                                                               --? oldest
  OFFSET :skip::int                                                                         --? page
  LIMIT :limit) k
JOIN tokens t ON t.id = k.id
JOIN users u ON u.id = t.creator_id
ORDER BY k.id DESC                                                                          --? !before !oldest
ORDER BY k.id                                                                               --? before
ORDER BY k.id                                                                               --? oldest

-- name: token_matching_total
-- How many tokens begin with a text, in their name, their symbol, or either; counted up to 10,001.
-- shapes: network name symbol until
-- exclusive: name symbol
-- row: total
SELECT count(*)::int AS total                                                               --? !until
SELECT CASE WHEN count(*) > 10000 THEN 10001                                                --? until
       ELSE count(*) FILTER (WHERE id <= :until::int) END::int AS total                     --? until
FROM (SELECT id FROM (
    SELECT id FROM (SELECT id FROM tokens                                                   --? !name
      WHERE symbol_key >= left(lower(:q), 64)                                               --? !name
        AND symbol_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)                   --? !name
        AND network_id = :network                                                           --? network !name
      ORDER BY symbol_key, id LIMIT 10001) s                                                --? !name
    UNION                                                                                   --? !name !symbol
    SELECT id FROM (SELECT id FROM tokens                                                   --? !symbol
      WHERE name_key >= left(lower(:q), 64)                                                 --? !symbol
        AND name_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)                     --? !symbol
        AND network_id = :network                                                           --? network !symbol
      ORDER BY name_key, id LIMIT 10001) n                                                  --? !symbol
    ) m
  LIMIT 10001) s

-- name: token_scan
-- The tokens among 20,000 ids that begin with a text, in the order of ids: those before one, or after
-- it (oldest). An export goes through all of them so, and leaves none out that a list by id must.
-- shapes: network oldest
-- limits: 101
-- row: token
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM tokens t JOIN users u ON u.id = t.creator_id
WHERE t.id < :cursor::bigint AND t.id >= :cursor::bigint - 20000                            --? !oldest
WHERE t.id > :cursor::bigint AND t.id <= :cursor::bigint + 20000                            --? oldest
  AND (starts_with(t.symbol_key, left(lower(:q), 64)) OR starts_with(t.name_key, left(lower(:q), 64)))
  AND t.network_id = :network                                                               --? network
ORDER BY t.id DESC                                                                          --? !oldest
ORDER BY t.id                                                                               --? oldest
LIMIT :limit
