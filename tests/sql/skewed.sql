-- Data for the buffer bounds: 20,000 users, 100,000 tokens, 1,000,000 transactions, skewed so that
-- a plan that walks a primary key in search of rare rows shows: what is rare lies at the oldest
-- ids, far from where newest-first lists begin.
--   network: testnet 1 in 100, devnet only among the oldest 40; the rest mainnet
--   status: failed only among the oldest 60, pending 1 in 20; the rest confirmed
--   type: burn only among the oldest 60
--   user 1 has 30 % of everything, user 2 one token and one transaction
--   token 1 has 20 % of all transactions, token 100 has one
SET session_replication_role = replica; -- the rows are sound: no look-up per foreign key

INSERT INTO users (wallet_address, username, reserved)
    SELECT 'ckb1' || md5(i::text) || md5((i + 1)::text), 'user ' || i, i = 3
    FROM generate_series(1, 20000) i;

INSERT INTO tokens (name, symbol, supply, decimals, creator_id, description, network_id, tx_hash,
                    status, type_hash, type_script, created_at)
    SELECT 'Token ' || i, 'T' || i % 1000, (i * 1000)::text, i % 19,
           CASE WHEN i = 7 THEN 2 WHEN i % 10 < 3 THEN 1 ELSE 3 + i % 19998 END,
           repeat('description ', i % 20),
           CASE WHEN i < 40 AND i % 8 = 0 THEN 'devnet' WHEN i % 100 = 0 THEN 'testnet'
                ELSE 'mainnet' END,
           '0x' || md5(i::text) || md5((-i)::text),
           CASE WHEN i < 60 AND i % 5 = 0 THEN 'failed' WHEN i % 20 = 0 THEN 'pending'
                ELSE 'confirmed' END,
           CASE WHEN i % 2 = 0 THEN '0x' || md5((i + 7)::text) || md5((i + 9)::text) END,
           CASE WHEN i % 2 = 0 THEN jsonb_build_object('codeHash', '0x' || md5('x'),
                'hashType', 'data1', 'args', '0x' || md5(i::text)) END,
           timestamp '2024-01-01' + i * interval '5 minutes'
    FROM generate_series(1, 100000) i;

INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, status, amount, network_id,
                          metadata, created_at)
    SELECT CASE WHEN i = 9 THEN 2 WHEN i % 10 < 3 THEN 1 ELSE 3 + i % 19998 END,
           CASE WHEN i = 11 THEN 100 WHEN i % 5 = 0 THEN 1 WHEN i % 50 = 1 THEN NULL
                ELSE 101 + i % 99900 END,
           '0x' || md5(i::text) || md5((-i)::text),
           CASE WHEN i < 60 AND i % 7 = 0 THEN 'burn'
                ELSE (ARRAY['create', 'transfer', 'mint'])[1 + i % 3] END,
           CASE WHEN i < 60 AND i % 5 = 0 THEN 'failed' WHEN i % 20 = 0 THEN 'pending'
                ELSE 'confirmed' END,
           (i % 100000)::text,
           CASE WHEN i < 40 AND i % 8 = 0 THEN 'devnet' WHEN i % 100 = 0 THEN 'testnet'
                ELSE 'mainnet' END,
           CASE WHEN i % 4 = 0 THEN '{"note": "from the test"}'::jsonb END,
           timestamp '2024-01-01' + i * interval '30 seconds'
    FROM generate_series(1, 1000000) i;
