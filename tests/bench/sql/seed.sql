-- The rows of the measurements, in place of whatever the tables hold: 20,000 users, 100,000 tokens
-- and :transactions transactions. Only integer arithmetic, so every run makes the same rows.
\set users 20000
\set tokens 100000
TRUNCATE users, tokens, transactions RESTART IDENTITY CASCADE;

-- Indexes are built faster over all rows than row by row, and no row refers to one that is not made here.
CREATE TEMP TABLE index_to_build AS
SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition
FROM pg_index i
WHERE indrelid IN ('users'::regclass, 'tokens'::regclass, 'transactions'::regclass)
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid);
SELECT format('DROP INDEX %s', name) FROM index_to_build \gexec
SET session_replication_role = replica;
SET maintenance_work_mem = '512MB';

INSERT INTO users (wallet_address, username, created_at, updated_at)
SELECT '0x' || substr(md5('w' || i) || md5('x' || i), 1, 40),
       CASE WHEN i % 3 = 0 THEN NULL ELSE 'user_' || i END,
       timestamp '2024-01-01' + i * interval '25 minutes',
       timestamp '2024-01-01' + i * interval '25 minutes'
FROM generate_series(1, :users) i;

INSERT INTO tokens (name, symbol, supply, creator_id, description, icon_url, contract_address,
                    network_id, tx_hash, status, created_at, updated_at)
SELECT 'Token ' || initcap(substr(md5('n' || i), 1, 8))
           || CASE WHEN i % 50 = 0 THEN ' <b>&"Co"</b>' ELSE '' END,
       upper(substr(md5('s' || i), 1, 4)),
       (((i::bigint * 7919) % 1000000 + 1) * 1000)::text,
       1 + (i * 7919::bigint) % :users,
       CASE WHEN i % 10 = 0 THEN NULL
            ELSE 'A community token for project ' || i
                 || ' - "rewards" & governance for its members.' END,
       CASE WHEN i % 4 = 0 THEN NULL
            ELSE 'https://cdn.example.test/icons/' || md5('c' || i) || '.png' END,
       CASE WHEN i % 5 = 0 THEN NULL
            ELSE '0x' || substr(md5('a' || i) || md5('b' || i), 1, 40) END,
       (ARRAY['ethereum', 'polygon', 'bsc', 'arbitrum'])[1 + i % 4],
       CASE WHEN i % 5 = 0 THEN NULL ELSE '0x' || md5('h' || i) || md5('k' || i) END,
       (ARRAY['deployed', 'deployed', 'deployed', 'pending', 'failed'])[1 + (i / 7) % 5],
       timestamp '2024-01-01' + i * interval '5 minutes',
       timestamp '2024-01-01' + i * interval '5 minutes' + interval '90 seconds'
FROM generate_series(1, :tokens) i;

INSERT INTO transactions (user_id, token_id, tx_hash, tx_type, status, amount, network_id,
                          metadata, created_at, updated_at)
SELECT 1 + (i * 104729::bigint) % :users,
       CASE WHEN i % 20 = 0 THEN NULL ELSE 1 + (i * 15485863::bigint) % :tokens END,
       '0x' || md5('t' || i) || md5('u' || i),
       (ARRAY['create', 'transfer', 'transfer', 'mint', 'burn'])[1 + i % 5],
       (ARRAY['confirmed', 'confirmed', 'confirmed', 'pending', 'failed'])[1 + (i / 3) % 5],
       ((i * 7919::bigint) % 1000000)::text,
       (ARRAY['ethereum', 'polygon', 'bsc', 'arbitrum'])[1 + i % 4],
       CASE WHEN i % 2 = 0 THEN NULL
            ELSE jsonb_build_object('gas', i % 100000, 'memo', 'note "' || i || '"') END,
       timestamp '2024-01-01' + i * interval '30 seconds',
       timestamp '2024-01-01' + i * interval '30 seconds' + interval '12 seconds'
FROM generate_series(1, :transactions) i;

SELECT definition FROM index_to_build \gexec

-- Pages are marked as visible to all, which index-only walks need, only where the commits are on disk.
CHECKPOINT;
VACUUM (ANALYZE) users, tokens, transactions;
CHECKPOINT;
