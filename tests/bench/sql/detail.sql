\set id random(1, :tokens)
\startpipeline
SELECT t.id, t.name, t.symbol, t.supply, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.created_at, t.updated_at,
       u.wallet_address AS creator_address
FROM tokens t JOIN users u ON u.id = t.creator_id
WHERE t.id = :id::int;
SELECT x.id, x.user_id, x.token_id, x.tx_hash, x.tx_type, x.status, x.amount, x.network_id,
       x.metadata, x.created_at, x.updated_at
FROM transactions x
WHERE x.token_id = :id::int
ORDER BY x.id DESC
LIMIT 10;
\endpipeline
