-- Tokens by when they were added. The format: sql/queries.awk.

-- name: token_by_date
-- One page of the tokens of a span of time, both ends included, newest first by time; of everybody, a
-- network or an address. Written as transaction_by_date is.
-- shapes: network creator page oldest after before until
-- exclusive: network creator
-- exclusive: page after before
-- within: oldest page
-- exclusive: until oldest
-- within: until page
-- limits: 11 26 51 101
-- row: token
WITH who AS MATERIALIZED (SELECT id FROM users                                  --? creator
                          WHERE wallet_address = :creator AND NOT reserved)     --? creator
, here AS MATERIALIZED (                                                        --? creator after
, here AS MATERIALIZED (                                                        --? creator until
, here AS MATERIALIZED (                                                        --? creator before
WITH here AS MATERIALIZED (                                                     --? !creator after
WITH here AS MATERIALIZED (                                                     --? !creator until
WITH here AS MATERIALIZED (                                                     --? !creator before
  SELECT least(:to::timestamp, (SELECT created_at FROM tokens                   --? after
                                WHERE id = :after::int)) AS at)                 --? after
  SELECT least(:to::timestamp, (SELECT created_at FROM tokens                   --? until
                                WHERE id = :until::int)) AS at)                 --? until
  SELECT greatest(:from::timestamp, (SELECT created_at FROM tokens              --? before
                                     WHERE id = :before::int)) AS at)           --? before
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM tokens t                                                                   --? !page
FROM (SELECT id FROM tokens WHERE true                                          --? page
  AND network_id = :network                                                     --? page network
  AND creator_id = (SELECT id FROM who)                                         --? page creator
  AND created_at <= :to::timestamp                                              --? page !until
  AND (created_at, id) <= ((SELECT at FROM here), :until::int)                  --? until
  AND created_at >= :from::timestamp                                            --? page
  ORDER BY created_at DESC, id DESC                                             --? page !oldest
  ORDER BY created_at, id                                                       --? page oldest
  OFFSET :skip::int LIMIT :limit) k                                             --? page
JOIN tokens t ON t.id = k.id                                                    --? page
JOIN users u ON u.id = t.creator_id
WHERE true                                                                      --? !page
  AND t.network_id = :network                                                   --? !page network
  AND t.creator_id = (SELECT id FROM who)                                       --? !page creator
  AND t.created_at <= :to::timestamp                                            --? !page !after
  AND (t.created_at, t.id) < ((SELECT at FROM here), :after::int)               --? after
  AND t.created_at >= :from::timestamp                                          --? !page !before
  AND (t.created_at, t.id) > ((SELECT at FROM here), :before::int)              --? before
ORDER BY t.created_at DESC, t.id DESC                                           --? !page !before
ORDER BY t.created_at, t.id                                                     --? before
ORDER BY t.created_at DESC, t.id DESC                                           --? page !oldest
ORDER BY t.created_at, t.id                                                     --? page oldest
LIMIT :limit                                                                    --? !page

-- name: token_by_date_total
-- How many tokens a span of time has, counted up to 10,001.
-- shapes: network creator until
-- exclusive: network creator
-- row: total
SELECT count(*)::int AS total
FROM (SELECT 1 FROM tokens t
      WHERE t.created_at >= :from::timestamp
        AND t.created_at <= :to::timestamp  --? !until
        AND (t.created_at, t.id) <= (least(:to::timestamp,  --? until
          (SELECT created_at FROM tokens WHERE id = :until::int)), :until::int)  --? until
        AND t.network_id = :network  --? network
        AND t.creator_id = (SELECT id FROM users WHERE wallet_address = :creator AND NOT reserved)  --? creator
      LIMIT 10001) s
