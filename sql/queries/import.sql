-- What `sitaminter import` does, for some hundred rows at a time. :rows is a JSON array of objects
-- that cli/import_rows.c made and validated. The format of this file: sql/queries.awk.

-- name: import_start
-- One import after another: two at once could each miss what the other adds. And plans are made for
-- each batch: those made while the tables were empty would be bad once the import has filled them.
SELECT pg_advisory_xact_lock(hashtextextended('sitaminter import', 0)),
       set_config('plan_cache_mode', 'force_custom_plan', true)

-- name: import_users
-- People whom the rows name, and the reserved ones that stand for people nobody knows.
INSERT INTO users (wallet_address, reserved)
SELECT DISTINCT g.user_address, g.reserved
FROM json_to_recordset(:rows::json) AS g (user_address text, reserved boolean)
WHERE NOT EXISTS (SELECT FROM users u WHERE u.wallet_address = g.user_address)
ON CONFLICT (wallet_address) DO NOTHING

-- name: import_tokens
-- Adds and refreshes tokens. One that was made or verified here is kept as it is.
-- row: import_counts
WITH given AS MATERIALIZED (
  SELECT g.*, u.id AS creator_id
  FROM json_to_recordset(:rows::json) AS g (line integer, network text, type_hash text, name text,
    symbol text, decimals integer, supply text, type_script jsonb, description text, icon_url text,
    icon_hash text, origin text, chain_time timestamp, user_address text)
  JOIN users u ON u.wallet_address = g.user_address
), made AS (
  INSERT INTO tokens (name, symbol, decimals, supply, creator_id, network_id, type_hash, type_script,
    description, icon_url, icon_hash, origin, chain_time)
  SELECT g.name, g.symbol, g.decimals, g.supply, g.creator_id, g.network, g.type_hash, g.type_script,
    g.description, g.icon_url, g.icon_hash, g.origin, g.chain_time
  FROM given g
  WHERE NOT EXISTS (SELECT FROM tokens t
                    WHERE t.network_id = g.network AND t.type_hash = g.type_hash)
  ORDER BY g.line
  RETURNING 1
), changed AS (
  UPDATE tokens t
  SET name = g.name, symbol = g.symbol, decimals = g.decimals, supply = g.supply,
      creator_id = g.creator_id, type_script = g.type_script, description = g.description,
      icon_url = g.icon_url, icon_hash = g.icon_hash, origin = g.origin,
      chain_time = g.chain_time, updated_at = now()
  FROM given g
  WHERE t.network_id = g.network AND t.type_hash = g.type_hash
    AND t.origin IS NOT NULL AND t.verified_at IS NULL
    AND (t.name, t.symbol, t.decimals, t.supply, t.creator_id, t.type_script, t.description,
         t.icon_url, t.icon_hash, t.origin, t.chain_time)
        IS DISTINCT FROM
        (g.name, g.symbol, g.decimals, g.supply, g.creator_id, g.type_script, g.description,
         g.icon_url, g.icon_hash, g.origin, g.chain_time)
  RETURNING 1
)
SELECT (SELECT count(*) FROM made) AS made, (SELECT count(*) FROM changed) AS changed,
       (SELECT count(*) FROM given g
        JOIN tokens t ON t.network_id = g.network AND t.type_hash = g.type_hash
        WHERE t.origin IS NULL OR t.verified_at IS NOT NULL) AS kept

-- name: import_unfit
-- Transactions that name a token which is not there, or more of it than it can have.
-- row: import_unfit
SELECT g.line, CASE WHEN t.id IS NULL THEN 'tokenTypeHash' ELSE 'amount' END AS field
FROM json_to_recordset(:rows::json)
     AS g (line integer, network text, token_type_hash text, amount text)
LEFT JOIN tokens t ON t.network_id = g.network AND t.type_hash = g.token_type_hash
WHERE g.token_type_hash IS NOT NULL
  AND (t.id IS NULL OR scale(g.amount::numeric) > t.decimals
       OR g.amount::numeric * ('1e' || t.decimals)::numeric > 340282366920938463463374607431768211455)
ORDER BY g.line

-- name: import_transactions
-- Adds and refreshes transactions recorded elsewhere. What people here recorded is another row,
-- even for the same hash, and stays.
-- row: import_counts
WITH given AS MATERIALIZED (
  SELECT g.*, u.id AS user_id, t.id AS token_id
  FROM json_to_recordset(:rows::json) AS g (line integer, network text, tx_hash text, tx_type text,
    token_type_hash text, amount text, metadata jsonb, origin text, chain_time timestamp,
    user_address text)
  JOIN users u ON u.wallet_address = g.user_address
  LEFT JOIN tokens t ON t.network_id = g.network AND t.type_hash = g.token_type_hash
), made AS (
  INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, amount, network_id, metadata, origin,
    chain_time)
  SELECT g.user_id, g.token_id, g.tx_hash, g.tx_type, g.amount, g.network, g.metadata, g.origin,
    g.chain_time
  FROM given g
  WHERE NOT EXISTS (SELECT FROM transactions x WHERE x.network_id = g.network
                    AND x.tx_hash = g.tx_hash AND x.origin IS NOT NULL)
  ORDER BY g.line
  RETURNING 1
), changed AS (
  UPDATE transactions x
  SET user_id = g.user_id, token_id = g.token_id, tx_type = g.tx_type, amount = g.amount,
      metadata = g.metadata, origin = g.origin, chain_time = g.chain_time, updated_at = now()
  FROM given g
  WHERE x.network_id = g.network AND x.tx_hash = g.tx_hash AND x.origin IS NOT NULL
    AND x.verified_at IS NULL
    AND (x.user_id, x.token_id, x.tx_type, x.amount, x.metadata, x.origin, x.chain_time)
        IS DISTINCT FROM
        (g.user_id, g.token_id, g.tx_type, g.amount, g.metadata, g.origin, g.chain_time)
  RETURNING 1
)
SELECT (SELECT count(*) FROM made) AS made, (SELECT count(*) FROM changed) AS changed,
       (SELECT count(*) FROM given g
        JOIN transactions x ON x.network_id = g.network AND x.tx_hash = g.tx_hash
        WHERE x.origin IS NOT NULL AND x.verified_at IS NOT NULL) AS kept
