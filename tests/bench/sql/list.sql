\set before random(21, :tokens)
SELECT t.id, t.name, t.symbol, t.supply, t.creator_id, t.description, t.icon_url,
       t.contract_address, t.network_id, t.tx_hash, t.status, t.created_at, t.updated_at,
       u.wallet_address AS creator_address
FROM tokens t JOIN users u ON u.id = t.creator_id
WHERE t.id < :before::int
ORDER BY t.id DESC
LIMIT 20;
