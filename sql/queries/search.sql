-- What /search asks. The key of a name or symbol is its first 64 characters without regard to case.
-- The format: sql/queries.awk.

-- name: search_symbol
-- Tokens whose symbol begins with the text; the text itself first, then by symbol.
-- row: token
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM tokens t JOIN users u ON u.id = t.creator_id
WHERE t.symbol_key >= left(lower(:text), 64)
  AND t.symbol_key <= left(lower(:text), 64) || repeat(U&'\+10FFFF', 65)
ORDER BY t.symbol_key, t.id
LIMIT 21

-- name: search_name
-- The same for names.
-- row: token
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM tokens t JOIN users u ON u.id = t.creator_id
WHERE t.name_key >= left(lower(:text), 64)
  AND t.name_key <= left(lower(:text), 64) || repeat(U&'\+10FFFF', 65)
ORDER BY t.name_key, t.id
LIMIT 21

-- name: search_type_hash
-- The first two tokens with a type script hash: networks may share one.
-- row: id
SELECT t.id FROM tokens t WHERE t.type_hash = :hash LIMIT 2

-- name: search_tx_hash
-- The first two transactions with a hash: several tokens or people may have part in one.
-- row: id
SELECT x.id FROM transactions x
WHERE x.tx_hash <= :hash AND x.tx_hash >= :hash
ORDER BY x.tx_hash, x.id
LIMIT 2
