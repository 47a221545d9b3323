-- The public reads of tokens. The format: sql/queries.awk.

-- name: token_list
-- One page of tokens, newest first; `before` walks towards newer rows, so it comes back oldest first.
-- `page` skips rows inside the first 10,000, by an index-only walk of ids.
-- The last column of a filter is bounded from both sides, and the order repeats it: so only an index
-- that begins with the filter gives the order, and its scan begins and ends in the right place. With
-- "=" a generic plan may walk the whole primary key instead when what is sought is rare.
-- shapes: network status page oldest after before until
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
FROM tokens t                                                           --? !page
FROM (SELECT id FROM tokens WHERE true                                  --? page
  AND id <= :until::int                                                 --? until !network !status
  AND network_id <= :network                                            --? page network !status !until
  AND (network_id, id) <= (:network, :until::int)                       --? until network !status
  AND network_id >= :network                                            --? page network !status
  AND state <= :status                                                  --? page status !network !until
  AND (state, id) <= (:status, :until::int)                             --? until status !network
  AND state >= :status                                                  --? page status !network
  AND network_id = :network                                             --? page network status
  AND state <= :status                                                  --? page network status !until
  AND (state, id) <= (:status, :until::int)                             --? until network status
  AND state >= :status                                                  --? page network status
  ORDER BY id DESC                                                      --? page !network !status !oldest
  ORDER BY id                                                           --? page !network !status oldest
  ORDER BY network_id DESC, id DESC                                     --? page network !status !oldest
  ORDER BY network_id, id                                               --? page network !status oldest
  ORDER BY state DESC, id DESC                                          --? page status !network !oldest
  ORDER BY state, id                                                    --? page status !network oldest
  ORDER BY state DESC, id DESC                                          --? page network status !oldest
  ORDER BY state, id                                                    --? page network status oldest
  OFFSET :skip::int LIMIT :limit) k                                     --? page
JOIN tokens t ON t.id = k.id                                            --? page
JOIN users u ON u.id = t.creator_id
WHERE true                                                              --? !page
  AND t.id < :after::int                                                --? !network !status after
  AND t.id > :before::int                                               --? !network !status before
  AND t.network_id <= :network                                          --? !page network !status !after
  AND (t.network_id, t.id) < (:network, :after::int)                    --? !page network !status after
  AND t.network_id >= :network                                          --? !page network !status !before
  AND (t.network_id, t.id) > (:network, :before::int)                   --? !page network !status before
  AND t.state <= :status                                                --? !page status !network !after
  AND (t.state, t.id) < (:status, :after::int)                          --? !page status !network after
  AND t.state >= :status                                                --? !page status !network !before
  AND (t.state, t.id) > (:status, :before::int)                         --? !page status !network before
  AND t.network_id = :network                                           --? !page network status
  AND t.state <= :status                                                --? !page network status !after
  AND (t.state, t.id) < (:status, :after::int)                          --? !page network status after
  AND t.state >= :status                                                --? !page network status !before
  AND (t.state, t.id) > (:status, :before::int)                         --? !page network status before
ORDER BY t.network_id DESC, t.id DESC                                   --? !page network !status !before
ORDER BY t.network_id, t.id                                             --? !page network !status before
ORDER BY t.state DESC, t.id DESC                                        --? !page status !network !before
ORDER BY t.state, t.id                                                  --? !page status !network before
ORDER BY t.state DESC, t.id DESC                                        --? !page network status !before
ORDER BY t.state, t.id                                                  --? !page network status before
ORDER BY t.id DESC                                                      --? !network !status !before !page
ORDER BY t.id DESC                                                      --? page !oldest
ORDER BY t.id                                                           --? page oldest
ORDER BY t.id                                                           --? !network !status before
LIMIT :limit                                                            --? !page

-- name: token_total
-- How many tokens a list has, counted up to 10,001.
-- shapes: network status until
-- row: total
SELECT count(*)::int AS total
FROM (SELECT 1 FROM tokens t
      WHERE true
        AND t.network_id = :network  --? network
        AND t.state = :status        --? status
        AND t.id <= :until::int      --? until
      LIMIT 10001) s

-- name: token_by_creator
-- One page of the tokens of an address, written as token_list is. Nobody's address is a reserved
-- user.
-- shapes: status page oldest after before until
-- exclusive: page after before
-- within: oldest page
-- exclusive: until oldest
-- within: until page
-- limits: 11 26 51 101
-- row: token
WITH who AS MATERIALIZED (SELECT id FROM users WHERE wallet_address = :creator AND NOT reserved)
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       :creator::text AS creator_address
FROM tokens t                                                                   --? !page
FROM (SELECT id FROM tokens WHERE true                                          --? page
  AND creator_id <= (SELECT id FROM who)                                        --? page !status !until
  AND (creator_id, id) <= ((SELECT id FROM who), :until::int)                   --? until !status
  AND creator_id >= (SELECT id FROM who)                                        --? page !status
  AND creator_id = (SELECT id FROM who)                                         --? page status
  AND state <= :status                                                          --? page status !until
  AND (state, id) <= (:status, :until::int)                                     --? until status
  AND state >= :status                                                          --? page status
  ORDER BY creator_id DESC, id DESC                                             --? page !status !oldest
  ORDER BY creator_id, id                                                       --? page !status oldest
  ORDER BY state DESC, id DESC                                                  --? page status !oldest
  ORDER BY state, id                                                            --? page status oldest
  OFFSET :skip::int LIMIT :limit) k                                             --? page
JOIN tokens t ON t.id = k.id                                                    --? page
WHERE true                                                                      --? !page
  AND t.creator_id <= (SELECT id FROM who)                                      --? !page !status !after
  AND (t.creator_id, t.id) < ((SELECT id FROM who), :after::int)                --? !page !status after
  AND t.creator_id >= (SELECT id FROM who)                                      --? !page !status !before
  AND (t.creator_id, t.id) > ((SELECT id FROM who), :before::int)               --? !page !status before
  AND t.creator_id = (SELECT id FROM who)                                       --? !page status
  AND t.state <= :status                                                        --? !page status !after
  AND (t.state, t.id) < (:status, :after::int)                                  --? !page status after
  AND t.state >= :status                                                        --? !page status !before
  AND (t.state, t.id) > (:status, :before::int)                                 --? !page status before
ORDER BY t.creator_id DESC, t.id DESC                                           --? !page !status !before
ORDER BY t.creator_id, t.id                                                     --? !page !status before
ORDER BY t.state DESC, t.id DESC                                                --? !page status !before
ORDER BY t.state, t.id                                                          --? !page status before
ORDER BY t.id DESC                                                              --? page !oldest
ORDER BY t.id                                                                   --? page oldest
LIMIT :limit                                                                    --? !page

-- name: token_by_creator_total
-- How many tokens an address has, counted up to 10,001.
-- shapes: status until
-- row: total
SELECT count(*)::int AS total
FROM (SELECT 1 FROM tokens t
      WHERE t.creator_id = (SELECT id FROM users WHERE wallet_address = :creator AND NOT reserved)
        AND t.state = :status        --? status
        AND t.id <= :until::int      --? until
      LIMIT 10001) s

-- name: token_one
-- One token with its creator.
-- row: token
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM tokens t JOIN users u ON u.id = t.creator_id
WHERE t.id = :id::int

-- name: token_newest_id
-- The newest token's id.
-- row: id
SELECT id FROM tokens ORDER BY id DESC LIMIT 1

-- name: token_first_symbol
-- The first token of a network with that symbol, without regard to case, as far as 64 characters tell.
-- row: token_name
SELECT t.id, t.name, t.symbol
FROM tokens t
WHERE t.network_id = :network
  AND t.symbol_key <= left(lower(:symbol), 64) AND t.symbol_key >= left(lower(:symbol), 64)
ORDER BY t.symbol_key, t.id
LIMIT 1

-- name: token_first_name
-- The first token of a network with that name, without regard to case, as far as 64 characters tell.
-- row: token_name
SELECT t.id, t.name, t.symbol
FROM tokens t
WHERE t.network_id = :network
  AND t.name_key <= left(lower(:name), 64) AND t.name_key >= left(lower(:name), 64)
ORDER BY t.name_key, t.id
LIMIT 1

-- name: token_alike_symbol
-- The first token of a network whose symbol looks like that of a token: like what it reads as, of ASCII
-- without blanks, or where nobody can tell, as the database has it.
-- row: token_name
SELECT t.id, t.name, t.symbol
FROM tokens t
WHERE t.symbol_look = COALESCE(left(replace(lower(translate(:like::text, '1I|0', 'lllO')), 'm', 'rn'), 64),
                            (SELECT symbol_look FROM tokens WHERE id = :id::int))
  AND t.network_id <= :network AND t.network_id >= :network
ORDER BY t.network_id, t.id
LIMIT 1

-- name: token_alike_name
-- The same for names.
-- row: token_name
SELECT t.id, t.name, t.symbol
FROM tokens t
WHERE t.name_look = COALESCE(left(replace(lower(translate(:like::text, '1I|0', 'lllO')), 'm', 'rn'), 64),
                            (SELECT name_look FROM tokens WHERE id = :id::int))
  AND t.network_id <= :network AND t.network_id >= :network
ORDER BY t.network_id, t.id
LIMIT 1
