-- Tokens by the first 64 characters of their name or symbol in small letters (columns name_key and
-- symbol_key, compared by code point), and those that begin with a text. The format: sql/queries.awk.

-- name: token_by_name
-- One page of tokens by name, then id; with q those whose name begins with it. `before` comes back
-- in the opposite order. A cursor that names no token, or one outside of q, stands for the list's
-- beginning (after) or end (before). One bound of q is written as a row: two plain ones would be
-- taken for a narrow range, which is sorted instead of walked.
-- What came after `until` stands among the keys: they are walked past it, 200,000 at most, which do if
-- no more than 10,000 came after it. Where more did, and no more than 20,000 came before (few), these
-- are sorted instead. Where neither fills the page, the caller can tell by the total.
-- shapes: network q page after before until
-- exclusive: page after before
-- within: until page
-- limits: 11 26 51 101
-- row: token
WITH few AS MATERIALIZED (SELECT                                                            --? until
  EXISTS (SELECT FROM tokens WHERE id > :until::int ORDER BY id OFFSET 10000 LIMIT 1)       --? until
  AND NOT EXISTS (SELECT FROM tokens WHERE id <= :until::int                                --? until
                  ORDER BY id DESC OFFSET 20000 LIMIT 1) AS yes)                            --? until
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
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM tokens t                                                                               --? !page
FROM (SELECT id, name_key FROM tokens WHERE true                                            --? page !until
FROM (SELECT id, name_key FROM (                                                            --? until
  (SELECT id, name_key FROM (SELECT id, name_key FROM tokens                                --? until
  WHERE NOT (SELECT yes FROM few)                                                           --? until
  AND network_id = :network                                                                 --? page network
  AND name_key >= left(lower(:q), 64)                                                       --? page q
  AND (name_key, id) <= (left(lower(:q), 64) || repeat(U&'\+10FFFF', 65), 0)                --? page q
  ORDER BY name_key, id                                                                     --? page
  LIMIT 200000) n WHERE id <= :until::int                                                   --? until
  ORDER BY name_key, id LIMIT :skip::int + :limit)                                          --? until
  UNION ALL (SELECT id, name_key                                                            --? until
  FROM (SELECT id, name_key, network_id FROM tokens WHERE id <= :until::int                 --? until
        AND (SELECT yes FROM few) ORDER BY id DESC LIMIT 20000) n WHERE true                --? until
  AND network_id = :network                                                                 --? until network
  AND name_key >= left(lower(:q), 64)                                                       --? until q
  AND (name_key, id) <= (left(lower(:q), 64) || repeat(U&'\+10FFFF', 65), 0)                --? until q
  ORDER BY name_key, id LIMIT :skip::int + :limit)) a                                       --? until
  ORDER BY name_key, id                                                                     --? until
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
WITH few AS MATERIALIZED (SELECT                                                            --? until
  EXISTS (SELECT FROM tokens WHERE id > :until::int ORDER BY id OFFSET 10000 LIMIT 1)       --? until
  AND NOT EXISTS (SELECT FROM tokens WHERE id <= :until::int                                --? until
                  ORDER BY id DESC OFFSET 20000 LIMIT 1) AS yes)                            --? until
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
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM tokens t                                                                               --? !page
FROM (SELECT id, symbol_key FROM tokens WHERE true                                          --? page !until
FROM (SELECT id, symbol_key FROM (                                                          --? until
  (SELECT id, symbol_key FROM (SELECT id, symbol_key FROM tokens                            --? until
  WHERE NOT (SELECT yes FROM few)                                                           --? until
  AND network_id = :network                                                                 --? page network
  AND symbol_key >= left(lower(:q), 64)                                                     --? page q
  AND (symbol_key, id) <= (left(lower(:q), 64) || repeat(U&'\+10FFFF', 65), 0)              --? page q
  ORDER BY symbol_key, id                                                                   --? page
  LIMIT 200000) n WHERE id <= :until::int                                                   --? until
  ORDER BY symbol_key, id LIMIT :skip::int + :limit)                                        --? until
  UNION ALL (SELECT id, symbol_key                                                          --? until
  FROM (SELECT id, symbol_key, network_id FROM tokens WHERE id <= :until::int               --? until
        AND (SELECT yes FROM few) ORDER BY id DESC LIMIT 20000) n WHERE true                --? until
  AND network_id = :network                                                                 --? until network
  AND symbol_key >= left(lower(:q), 64)                                                     --? until q
  AND (symbol_key, id) <= (left(lower(:q), 64) || repeat(U&'\+10FFFF', 65), 0)              --? until q
  ORDER BY symbol_key, id LIMIT :skip::int + :limit)) a                                     --? until
  ORDER BY symbol_key, id                                                                   --? until
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
-- oldest first. All whose keys begin so are looked at, so it is for no more than 200,000 by each (where
-- more do, token_matching_beyond has a row), and token_scan is sooner done where many do.
-- shapes: network page oldest after before until
-- exclusive: page after before
-- within: oldest page
-- exclusive: until oldest
-- within: until page
-- limits: 11 26 51 101
-- row: token
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM (SELECT id FROM (
    (SELECT id FROM (SELECT id FROM tokens
      WHERE symbol_key >= left(lower(:q), 64)
        AND symbol_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
        AND network_id = :network                                                           --? network
      ORDER BY symbol_key, id LIMIT 200000) s WHERE true
      AND id < :after::int                                                                  --? after
      AND id <= :until::int                                                                 --? until
      AND id > :before::int                                                                 --? before
    ORDER BY id DESC                                                                        --? !before !oldest
    ORDER BY id                                                                             --? before
    ORDER BY id                                                                             --? oldest
    LIMIT :skip::int + :limit)                                                              --? page
    LIMIT :limit)                                                                           --? !page
    UNION
    (SELECT id FROM (SELECT id FROM tokens
      WHERE name_key >= left(lower(:q), 64)
        AND name_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
        AND network_id = :network                                                           --? network
      ORDER BY name_key, id LIMIT 200000) n WHERE true
      AND id < :after::int                                                                  --? after
      AND id <= :until::int                                                                 --? until
      AND id > :before::int                                                                 --? before
    ORDER BY id DESC                                                                        --? !before !oldest
    ORDER BY id                                                                             --? before
    ORDER BY id                                                                             --? oldest
    LIMIT :skip::int + :limit)                                                              --? page
    LIMIT :limit)                                                                           --? !page
    ) m
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

-- name: token_matching_beyond
-- One row if more than 200,000 symbols, or names, begin with a text: token_matching has not all then.
-- shapes: network
-- row: id
(SELECT id FROM tokens
 WHERE symbol_key >= left(lower(:q), 64)
   AND symbol_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
   AND network_id = :network                                                                --? network
 ORDER BY symbol_key, id OFFSET 200000 LIMIT 1)
UNION ALL
(SELECT id FROM tokens
 WHERE name_key >= left(lower(:q), 64)
   AND name_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)
   AND network_id = :network                                                                --? network
 ORDER BY name_key, id OFFSET 200000 LIMIT 1)
LIMIT 1

-- name: token_matching_total
-- How many tokens begin with a text, in their name, their symbol, or either; counted up to 10,001. With
-- `until` it is looked for those that came before as in token_by_name; -1: they cannot be told from
-- what came after.
-- shapes: network name symbol until
-- exclusive: name symbol
-- row: total
WITH few AS MATERIALIZED (SELECT                                                            --? until
  EXISTS (SELECT FROM tokens WHERE id > :until::int ORDER BY id OFFSET 10000 LIMIT 1)       --? until
  AND NOT EXISTS (SELECT FROM tokens WHERE id <= :until::int                                --? until
                  ORDER BY id DESC OFFSET 20000 LIMIT 1) AS yes)                            --? until
SELECT count(*)::int AS total                                                               --? !until
SELECT CASE WHEN count(*) > 10000 OR (SELECT yes FROM few) THEN count(*)                    --? until
       WHEN EXISTS (SELECT FROM tokens                                                      --? until !name
         WHERE symbol_key >= left(lower(:q), 64)                                            --? until !name
           AND symbol_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)                --? until !name
           AND network_id = :network                                                        --? until !name network
         ORDER BY symbol_key, id OFFSET 200000 LIMIT 1) THEN -1                             --? until !name
       WHEN EXISTS (SELECT FROM tokens                                                      --? until !symbol
         WHERE name_key >= left(lower(:q), 64)                                              --? until !symbol
           AND name_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)                  --? until !symbol
           AND network_id = :network                                                        --? until !symbol network
         ORDER BY name_key, id OFFSET 200000 LIMIT 1) THEN -1                               --? until !symbol
       ELSE count(*) END::int AS total                                                      --? until
FROM (SELECT id FROM (
    SELECT id FROM (SELECT id FROM tokens                                                   --? !name !until
    SELECT id FROM (SELECT id FROM (SELECT id FROM tokens                                   --? !name until
      WHERE symbol_key >= left(lower(:q), 64)                                               --? !name
        AND symbol_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)                   --? !name
        AND network_id = :network                                                           --? !name network
      ORDER BY symbol_key, id LIMIT 10001) s                                                --? !name !until
        AND NOT (SELECT yes FROM few)                                                       --? !name until
      ORDER BY symbol_key, id LIMIT 200000) s WHERE id <= :until::int LIMIT 10001) s        --? !name until
    UNION                                                                                   --? !name !symbol
    SELECT id FROM (SELECT id FROM tokens                                                   --? !symbol !until
    SELECT id FROM (SELECT id FROM (SELECT id FROM tokens                                   --? !symbol until
      WHERE name_key >= left(lower(:q), 64)                                                 --? !symbol
        AND name_key <= left(lower(:q), 64) || repeat(U&'\+10FFFF', 65)                     --? !symbol
        AND network_id = :network                                                           --? !symbol network
      ORDER BY name_key, id LIMIT 10001) n                                                  --? !symbol !until
        AND NOT (SELECT yes FROM few)                                                       --? !symbol until
      ORDER BY name_key, id LIMIT 200000) n WHERE id <= :until::int LIMIT 10001) n          --? !symbol until
    UNION SELECT id                                                                         --? until
    FROM (SELECT id, network_id, symbol_key, name_key FROM tokens                           --? until
          WHERE id <= :until::int AND (SELECT yes FROM few) ORDER BY id DESC LIMIT 20000) o --? until
    WHERE (starts_with(symbol_key, left(lower(:q), 64))                                     --? until !name !symbol
           OR starts_with(name_key, left(lower(:q), 64)))                                   --? until !name !symbol
    WHERE starts_with(name_key, left(lower(:q), 64))                                        --? until name
    WHERE starts_with(symbol_key, left(lower(:q), 64))                                      --? until symbol
      AND network_id = :network                                                             --? until network
    ) m
  LIMIT 10001) s

-- name: token_scan
-- The same page, found among the first 100,000 tokens from where it begins: soon, where many begin so. If
-- it is not full, token_scan_end has where it came to.
-- shapes: network page oldest after before until
-- exclusive: page after before
-- within: oldest page
-- exclusive: until oldest
-- within: until page
-- limits: 11 26 51 101
-- row: token
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM (SELECT id FROM (SELECT id, network_id, symbol_key, name_key FROM tokens WHERE true
    AND id < :after::int                                                                    --? after
    AND id <= :until::int                                                                   --? until
    AND id > :before::int                                                                   --? before
    ORDER BY id DESC                                                                        --? !before !oldest
    ORDER BY id                                                                             --? before
    ORDER BY id                                                                             --? oldest
    LIMIT 100000) s
  WHERE (starts_with(symbol_key, left(lower(:q), 64)) OR starts_with(name_key, left(lower(:q), 64)))
    AND network_id = :network                                                               --? network
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

-- name: token_scan_end
-- The last token that token_scan looks at, and the one after that: without it the scan comes to the end
-- of the list. `before` is the way of lists that begin with the oldest, too.
-- shapes: after before until
-- exclusive: after before until
-- row: id
SELECT id FROM tokens WHERE true
  AND id < :after::int                                                                      --? after
  AND id <= :until::int                                                                     --? until
  AND id > :before::int                                                                     --? before
ORDER BY id DESC                                                                            --? !before
ORDER BY id                                                                                 --? before
OFFSET 99999 LIMIT 2
