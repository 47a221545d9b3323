-- The database as it is meant to be. `sitaminter db push` makes a database match this file.
--
-- Object names carry no schema; a push chooses it. No BEGIN, COMMIT, SET or psql commands here.
-- The first five tables have a fixed core: columns, types, nullability, defaults and constraint
-- names that other programs rely on. Additions to them come last and are nullable or defaulted.
-- Times are UTC. Amounts are decimal strings as people write them.

CREATE TABLE users (
    id             serial,
    wallet_address text      NOT NULL,
    username       text,
    created_at     timestamp NOT NULL DEFAULT now(),
    updated_at     timestamp NOT NULL DEFAULT now(),
    -- Stands for people whom nobody here knows (imported records): has no page, its address is not
    -- shown.
    reserved       boolean   NOT NULL DEFAULT false,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_wallet_address_unique UNIQUE (wallet_address)
);

CREATE TABLE tokens (
    id               serial,
    name             text      NOT NULL,
    symbol           text      NOT NULL,
    supply           text      NOT NULL, -- '' = unknown
    creator_id       integer   NOT NULL,
    description      text,
    icon_url         text,
    contract_address text,
    network_id       text      NOT NULL,
    tx_hash          text,
    status           text      NOT NULL DEFAULT 'pending',
    created_at       timestamp NOT NULL DEFAULT now(),
    updated_at       timestamp NOT NULL DEFAULT now(),
    decimals         integer,   -- places after the point; NULL = unknown
    origin           text,      -- who recorded it, if not this site
    chain_time       timestamp, -- of the block that holds the issuing transaction
    verified_at      timestamp, -- when this site last found it on the chain as recorded
    type_hash        text,      -- hash of the xUDT type script
    type_script      jsonb,     -- that script: {codeHash, hashType, args}
    icon_hash        text,      -- SHA-256 of the stored copy of the icon
    -- What readers are told, and lists are filtered by: the status, but nothing is confirmed, and what
    -- others recorded is nothing at all, before it was found on the chain.
    state            text GENERATED ALWAYS AS (CASE WHEN verified_at IS NULL
        AND (origin IS NOT NULL OR status = 'confirmed') THEN 'recorded' ELSE status END) STORED,
    -- Name and symbol without regard to case, as far as an index entry safely holds them, ordered by
    -- code point: what lists are sorted by and searches find.
    name_key         text COLLATE "C" GENERATED ALWAYS AS (left(lower(name), 64)) STORED,
    symbol_key       text COLLATE "C" GENERATED ALWAYS AS (left(lower(symbol), 64)) STORED,
    -- What the symbol and the name look like, letter case aside: names that a reader takes for each
    -- other have the same (a part of the skeleton of Unicode Technical Standard 39: single letters of
    -- Latin, Greek, Cyrillic, Armenian and Cherokee that look like an ASCII letter or digit, in the
    -- first list, become it, of the second; what cannot be seen, and blanks, are left out).
    symbol_look      text GENERATED ALWAYS AS (left(replace(lower(translate(regexp_replace(normalize(symbol, NFKC),
        '[\u0001-\u0020\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E'
        '\u2060-\u206F\u2800\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\U0001BCA0-\U0001BCA3\U0001D159'
        '\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]', '', 'g'),
        'ƧꙄꝚƷȜЗӠꝪꞫᏎƼбᏮȢȣꝮɑΑαАаᎪƄΒВЬᏏᏴꞴСсᏟᴄꮯԁᎠᏧΕЕеҽᎬꬲϜքẝꞘꞙꬵƍɡԌցᏀᏳᶃΗНһհᎻᏂıɩɪιіӏᎥꙇꭵͿϳЈјᎫꞲΚКᏦ1I|ƖǀΙІӀ'
        || 'ᏞΜϺМᎷΝոռ0ΟοσОоՕօᴏᴑꬽΡρРрᏢԛգզƦгᎡᏒᴦꭇꭈꮁƽЅѕՏᏕᏚꜱꮪΤТᎢʋυՍսᴜꞟꭎꭒνѴѵᏙᴠꮩɯѡԜԝաᎳᏔᴡꮃΧХхꞳɣʏΥγУуҮүᎩᎽᶌỿꭚΖᏃ'
        || 'ᴢꮓ',
        '2223333334566889aAaAaAbBBbbBBCcCccdDdEEeeEeFffFffggGgGGgHHhhHhiiiiiiiiiJjJjJJKKKllllllll'
        || 'LMMMMNnnOOooOoOooooPpPpPqqqRrRRrrrrsSsSSSssTTTuuUuuuuuvVvVvvwwWwwWWwwXXxXyyYyYyYyYYyyyZZ'
        || 'zz')),
        'm', 'rn'), 64)) STORED,
    name_look      text GENERATED ALWAYS AS (left(replace(lower(translate(regexp_replace(normalize(name, NFKC),
        '[\u0001-\u0020\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E'
        '\u2060-\u206F\u2800\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\U0001BCA0-\U0001BCA3\U0001D159'
        '\U0001D173-\U0001D17A\U000E0000-\U000E0FFF]', '', 'g'),
        'ƧꙄꝚƷȜЗӠꝪꞫᏎƼбᏮȢȣꝮɑΑαАаᎪƄΒВЬᏏᏴꞴСсᏟᴄꮯԁᎠᏧΕЕеҽᎬꬲϜքẝꞘꞙꬵƍɡԌցᏀᏳᶃΗНһհᎻᏂıɩɪιіӏᎥꙇꭵͿϳЈјᎫꞲΚКᏦ1I|ƖǀΙІӀ'
        || 'ᏞΜϺМᎷΝոռ0ΟοσОоՕօᴏᴑꬽΡρРрᏢԛգզƦгᎡᏒᴦꭇꭈꮁƽЅѕՏᏕᏚꜱꮪΤТᎢʋυՍսᴜꞟꭎꭒνѴѵᏙᴠꮩɯѡԜԝաᎳᏔᴡꮃΧХхꞳɣʏΥγУуҮүᎩᎽᶌỿꭚΖᏃ'
        || 'ᴢꮓ',
        '2223333334566889aAaAaAbBBbbBBCcCccdDdEEeeEeFffFffggGgGGgHHhhHhiiiiiiiiiJjJjJJKKKllllllll'
        || 'LMMMMNnnOOooOoOooooPpPpPqqqRrRRrrrrsSsSSSssTTTuuUuuuuuvVvVvvwwWwwWWwwXXxXyyYyYyYyYYyyyZZ'
        || 'zz')),
        'm', 'rn'), 64)) STORED,
    CONSTRAINT tokens_pkey PRIMARY KEY (id),
    CONSTRAINT tokens_creator_id_users_id_fk FOREIGN KEY (creator_id) REFERENCES users (id),
    CONSTRAINT tokens_decimals_check CHECK (decimals BETWEEN 0 AND 255),
    CONSTRAINT tokens_type_hash_check CHECK (type_hash ~ '^0x[0-9a-f]{64}$'),
    CONSTRAINT tokens_icon_hash_check CHECK (icon_hash ~ '^[0-9a-f]{64}$')
);

CREATE TABLE transactions (
    id          serial,
    user_id     integer   NOT NULL,
    token_id    integer,
    tx_hash     text      NOT NULL,
    tx_type     text      NOT NULL,
    status      text      NOT NULL DEFAULT 'pending',
    amount      text,
    network_id  text      NOT NULL,
    metadata    jsonb,
    created_at  timestamp NOT NULL DEFAULT now(),
    updated_at  timestamp NOT NULL DEFAULT now(),
    origin      text,
    chain_time  timestamp,
    verified_at timestamp,
    state       text GENERATED ALWAYS AS (CASE WHEN verified_at IS NULL
        AND (origin IS NOT NULL OR status = 'confirmed') THEN 'recorded' ELSE status END) STORED,
    CONSTRAINT transactions_pkey PRIMARY KEY (id),
    CONSTRAINT transactions_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT transactions_token_id_tokens_id_fk FOREIGN KEY (token_id) REFERENCES tokens (id)
);

CREATE TABLE security_events (
    id             serial,
    event_type     text      NOT NULL,
    description    text      NOT NULL,
    ip_address     text,
    user_id        integer,
    wallet_address text,
    metadata       jsonb,
    severity       text               DEFAULT 'info',
    created_at     timestamp NOT NULL DEFAULT now(),
    CONSTRAINT security_events_pkey PRIMARY KEY (id),
    CONSTRAINT security_events_user_id_users_id_fk FOREIGN KEY (user_id) REFERENCES users (id)
);

CREATE TABLE settings (
    id           serial,
    key          text      NOT NULL,
    value        text      NOT NULL,
    description  text,
    is_public    boolean            DEFAULT false,
    last_updated timestamp NOT NULL DEFAULT now(),
    CONSTRAINT settings_pkey PRIMARY KEY (id),
    CONSTRAINT settings_key_unique UNIQUE (key)
);

-- What was done to this database as a whole.
CREATE TABLE db_operations (
    id          bigint    GENERATED ALWAYS AS IDENTITY,
    operation   text      NOT NULL, -- push, backup, verify, restore, maintain, setting, cancel, terminate
    fingerprint text,               -- SHA-256 of the canonical catalogue text after it
    source_hash text,               -- SHA-256 of the schema file it worked from
    started_at  timestamp NOT NULL DEFAULT now(),
    finished_at timestamp,
    outcome     text,               -- applied, made, verified, restored, done, failed and others;
                                    -- NULL while it runs or if it was cut off
    details     jsonb,
    who         text               DEFAULT session_user,
    CONSTRAINT db_operations_pkey PRIMARY KEY (id)
);

-- The objects of this schema that pushes made or adopted, such as "column tokens.symbol". What is
-- not here is somebody else's: a push reports and keeps it.
CREATE TABLE db_objects (
    object text      NOT NULL,
    since  timestamp NOT NULL DEFAULT now(),
    CONSTRAINT db_objects_pkey PRIMARY KEY (object)
);

-- The one way for the roles of backups, which cannot write, to note what they did: they may only
-- insert here, and only what the condition lets in.
CREATE VIEW operation_notes WITH (check_option = cascaded) AS
    SELECT operation, started_at, finished_at, outcome, details FROM db_operations
    WHERE operation IN ('backup', 'verify', 'restore') AND length(details::text) <= 8000;

-- What a reader may see of the settings. The barrier keeps a condition of the reader's from being
-- evaluated on rows that the view hides.
CREATE VIEW public_settings WITH (security_barrier) AS
    SELECT key, value, description, last_updated FROM settings WHERE is_public;

-- Lists are keyset lists: newest first within one filter, by id.
CREATE INDEX tokens_network_id ON tokens (network_id, id);
CREATE INDEX tokens_state_id ON tokens (state, id);
CREATE INDEX tokens_network_state_id ON tokens (network_id, state, id);
CREATE INDEX tokens_creator_id ON tokens (creator_id, id);
CREATE INDEX tokens_creator_state_id ON tokens (creator_id, state, id);
-- Look-ups by hash alone.
CREATE INDEX tokens_type_hash ON tokens (type_hash) WHERE type_hash IS NOT NULL;
CREATE INDEX tokens_tx_hash ON tokens (tx_hash, id) WHERE tx_hash IS NOT NULL;
-- Spans of time: newest first by time, then id.
CREATE INDEX tokens_created_id ON tokens (created_at, id);
CREATE INDEX tokens_network_created_id ON tokens (network_id, created_at, id);
CREATE INDEX tokens_creator_created_id ON tokens (creator_id, created_at, id);
-- Lists by name or symbol, of everything or one network; searches by how these begin.
CREATE INDEX tokens_symbol_key_id ON tokens (symbol_key, id);
CREATE INDEX tokens_network_symbol_key_id ON tokens (network_id, symbol_key, id);
CREATE INDEX tokens_name_key_id ON tokens (name_key, id);
CREATE INDEX tokens_network_name_key_id ON tokens (network_id, name_key, id);
-- Searches for what is similar.
-- push: extension pg_trgm in trigrams
CREATE INDEX tokens_trigrams ON tokens
    USING gin (symbol_key trigrams.gin_trgm_ops, name_key trigrams.gin_trgm_ops);
-- Earlier tokens that look the same.
CREATE INDEX tokens_symbol_look ON tokens (symbol_look, network_id, id);
CREATE INDEX tokens_name_look ON tokens (name_look, network_id, id);
-- One record for each xUDT type script of a network.
CREATE UNIQUE INDEX tokens_type_hash_unique ON tokens (network_id, type_hash)
    WHERE type_hash IS NOT NULL;

CREATE INDEX transactions_network_id ON transactions (network_id, id);
CREATE INDEX transactions_state_id ON transactions (state, id);
CREATE INDEX transactions_network_state_id ON transactions (network_id, state, id);
CREATE INDEX transactions_token_id ON transactions (token_id, id);
CREATE INDEX transactions_token_state_id ON transactions (token_id, state, id);
CREATE INDEX transactions_user_id ON transactions (user_id, id);
CREATE INDEX transactions_user_state_id ON transactions (user_id, state, id);
CREATE INDEX transactions_type_id ON transactions (tx_type, id);
CREATE INDEX transactions_network_type_id ON transactions (network_id, tx_type, id);
-- Spans of time: newest first by time, then id.
CREATE INDEX transactions_created_id ON transactions (created_at, id);
CREATE INDEX transactions_token_created_id ON transactions (token_id, created_at, id);
CREATE INDEX transactions_user_created_id ON transactions (user_id, created_at, id);
CREATE INDEX transactions_tx_hash ON transactions (tx_hash, id);
-- A transaction recorded elsewhere is imported once for each token it concerns. People's own
-- activity may name one hash in several rows.
CREATE UNIQUE INDEX transactions_import_unique
    ON transactions (network_id, tx_hash, token_id) NULLS NOT DISTINCT WHERE origin IS NOT NULL;

CREATE INDEX security_events_user_id ON security_events (user_id);
