-- What /search asks. The key of a name or symbol is its first 64 characters without regard to case.
-- The format: sql/queries.awk.

-- name: search_symbol
-- Tokens whose symbol begins with the text; the text itself first, then by symbol.
-- row: token
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
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
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM tokens t JOIN users u ON u.id = t.creator_id
WHERE t.name_key >= left(lower(:text), 64)
  AND t.name_key <= left(lower(:text), 64) || repeat(U&'\+10FFFF', 65)
ORDER BY t.name_key, t.id
LIMIT 21

-- name: search_similar
-- Tokens whose symbol or name holds the text or has words like it (those that share enough of its
-- groups of three letters), the likest first. Of the first 2,000 that are found: what so much is like
-- is no word to search for. Needs three letters in a row.
-- row: token
WITH typed AS MATERIALIZED (
    SELECT key, '%' || regexp_replace(key, '([%_\\])', '\\\1', 'g') || '%' AS within
    FROM (SELECT left(lower(:text), 64) AS key) k),
found AS MATERIALIZED (
    SELECT id, symbol_key, name_key
    FROM tokens
    WHERE symbol_key OPERATOR(trigrams.%>) (SELECT key FROM typed)
       OR name_key OPERATOR(trigrams.%>) (SELECT key FROM typed)
       OR symbol_key LIKE (SELECT within FROM typed)
       OR name_key LIKE (SELECT within FROM typed)
    LIMIT 2000),
likest AS MATERIALIZED (
    SELECT id, greatest(trigrams.word_similarity(key, symbol_key),
                        trigrams.word_similarity(key, name_key)) AS of_a_word,
           greatest(trigrams.similarity(key, symbol_key),
                    trigrams.similarity(key, name_key)) AS of_all
    FROM found CROSS JOIN typed
    ORDER BY of_a_word DESC, of_all DESC, id
    LIMIT 21)
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM likest l JOIN tokens t ON t.id = l.id JOIN users u ON u.id = t.creator_id
ORDER BY l.of_a_word DESC, l.of_all DESC, t.id

-- name: search_within
-- Tokens whose symbol or name holds the text, for texts of one or two letters or of signs: in the
-- order of the keys, of which whole indexes are read if need be.
-- row: token
WITH typed AS MATERIALIZED (
    SELECT '%' || regexp_replace(key, '([%_\\])', '\\\1', 'g') || '%' AS within
    FROM (SELECT left(lower(:text), 64) AS key) k),
found AS MATERIALIZED (
    (SELECT id, 1 AS part, symbol_key AS key FROM tokens
     WHERE symbol_key LIKE (SELECT within FROM typed) ORDER BY symbol_key, id LIMIT 21)
    UNION ALL
    (SELECT id, 2, name_key FROM tokens
     WHERE name_key LIKE (SELECT within FROM typed) ORDER BY name_key, id LIMIT 21))
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM found f JOIN tokens t ON t.id = f.id JOIN users u ON u.id = t.creator_id
ORDER BY f.part, f.key, t.id

-- name: search_named
-- Tokens whose symbol or name is the text, letter case aside, the oldest first; of a hundred whose
-- first 64 characters are the text's.
-- row: token
WITH found AS MATERIALIZED (
    SELECT id FROM (SELECT id, symbol FROM tokens
                    WHERE symbol_key <= left(lower(:text), 64) AND symbol_key >= left(lower(:text), 64)
                    ORDER BY symbol_key, id LIMIT 100) s
    WHERE lower(symbol) = lower(:text)
    UNION
    SELECT id FROM (SELECT id, name FROM tokens
                    WHERE name_key <= left(lower(:text), 64) AND name_key >= left(lower(:text), 64)
                    ORDER BY name_key, id LIMIT 100) n
    WHERE lower(name) = lower(:text)
    ORDER BY id LIMIT 21)
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM found f JOIN tokens t ON t.id = f.id JOIN users u ON u.id = t.creator_id
ORDER BY t.id

-- name: search_swapped
-- Tokens whose symbol or name begins with one of the words, a line each: three of each at most, those
-- that are the word itself before those that only begin with it.
-- row: token
WITH words AS MATERIALIZED (
    SELECT DISTINCT left(lower(word), 64) AS key FROM string_to_table(:words, chr(10)) word),
found AS MATERIALIZED (
    SELECT id, min(rank) AS rank FROM words CROSS JOIN LATERAL (
        (SELECT id, CASE symbol_key WHEN key THEN 1 ELSE 3 END AS rank FROM tokens
         WHERE symbol_key >= key AND symbol_key <= key || repeat(U&'\+10FFFF', 65)
         ORDER BY symbol_key, id LIMIT 3)
        UNION ALL
        (SELECT id, CASE name_key WHEN key THEN 2 ELSE 4 END FROM tokens
         WHERE name_key >= key AND name_key <= key || repeat(U&'\+10FFFF', 65)
         ORDER BY name_key, id LIMIT 3)) w
    GROUP BY id ORDER BY rank, id LIMIT 21)
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM found f JOIN tokens t ON t.id = f.id JOIN users u ON u.id = t.creator_id
ORDER BY f.rank, t.id

-- name: search_type_hash
-- The tokens with a type script hash: networks may share one.
-- row: token
WITH found AS MATERIALIZED (SELECT id FROM tokens WHERE type_hash = :hash LIMIT 21)
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM found f JOIN tokens t ON t.id = f.id JOIN users u ON u.id = t.creator_id
ORDER BY t.id

-- name: search_issued
-- The first tokens that a transaction issued. Its hash may be stored in large or small letters, with or
-- without 0x.
-- row: token
WITH form AS MATERIALIZED (
    SELECT DISTINCT prefix || digits AS hash
    FROM (VALUES ('0x'), ('0X'), ('')) p(prefix),
         (VALUES (lower(substr(:hash::text, 3))), (upper(substr(:hash::text, 3)))) d(digits)),
found AS MATERIALIZED (
    SELECT h.id FROM form CROSS JOIN LATERAL (
        SELECT id FROM tokens WHERE tx_hash <= form.hash AND tx_hash >= form.hash
        ORDER BY tx_hash, id LIMIT 21) h
    ORDER BY h.id LIMIT 21)
SELECT t.id, t.name, t.symbol, t.supply, t.decimals, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.state, t.origin, t.type_hash, t.type_script,
       t.icon_hash, t.chain_time, t.verified_at, t.created_at, t.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS creator_address
FROM found f JOIN tokens t ON t.id = f.id JOIN users u ON u.id = t.creator_id
ORDER BY t.id

-- name: search_tx_hash
-- The first transactions with a hash, stored in any such way: several tokens or people may have part in
-- one.
-- row: transaction
WITH form AS MATERIALIZED (
    SELECT DISTINCT prefix || digits AS hash
    FROM (VALUES ('0x'), ('0X'), ('')) p(prefix),
         (VALUES (lower(substr(:hash::text, 3))), (upper(substr(:hash::text, 3)))) d(digits)),
found AS MATERIALIZED (
    SELECT h.id FROM form CROSS JOIN LATERAL (
        SELECT id FROM transactions WHERE tx_hash <= form.hash AND tx_hash >= form.hash
        ORDER BY tx_hash, id LIMIT 101) h
    ORDER BY h.id LIMIT 101)
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.state, x.amount, x.network_id,
       x.metadata, x.origin, x.chain_time, x.verified_at, x.created_at, x.updated_at,
       CASE WHEN u.reserved THEN NULL ELSE u.wallet_address END AS user_address,
       t.name AS token_name, t.symbol AS token_symbol
FROM found f JOIN transactions x ON x.id = f.id
JOIN users u ON u.id = x.user_id
LEFT JOIN tokens t ON t.id = x.token_id
ORDER BY x.id
