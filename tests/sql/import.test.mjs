// sitaminter import: good files, every kind of bad row, all or nothing, repeating, being killed.
// ctest: timeout=400
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { ckbHash } from './blake2b.mjs';
import { environment, newSite, program, psql, read } from './lib.mjs';

const folder = mkdtempSync(join(tmpdir(), 'test-import-'));
test.after(() => rmSync(folder, { recursive: true }));
const iconStore = join(folder, 'store');
const hex = (n) => `0x${n.toString(16).padStart(64, '0')}`;

const env = { ...environment, SITA_ICONS: iconStore };

function start(database, content, ...more) {
  const file = join(folder, 'file.jsonl');
  writeFileSync(file, content);
  return ['import', 'tokens', file, '--url', `dbname=${database}`, ...more];
}

// Runs the import of lines (objects, strings or bytes).
function run(database, lines, ...more) {
  const content = Array.isArray(lines)
    ? lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
    : lines;
  const r = spawnSync(program, start(database, content, ...more), { encoding: 'utf8', env });
  assert.equal(r.signal, null, r.stderr);
  return r;
}

function typeHash({ codeHash, hashType, args }) {
  const bytes = (s) => Buffer.from(s.slice(2), 'hex');
  const u32 = (n) => Buffer.from(new Uint32Array([n]).buffer);
  const rest = bytes(args);
  return ckbHash(Buffer.concat([53 + rest.length, 16, 48, 49].map(u32).concat([
    bytes(codeHash), Buffer.from([{ data: 0, type: 1, data1: 2, data2: 4 }[hashType]]),
    u32(rest.length), rest])));
}

function token(n, more = {}) {
  const typeScript = { codeHash: hex(7), hashType: 'data1', args: hex(n) };
  return { kind: 'token', network: 'mainnet', name: `Token ${n}`, symbol: `T${n}`, decimals: 8,
    typeScript, typeHash: typeHash(typeScript), origin: 'a test', ...more };
}

const transaction = (n, more = {}) =>
  ({ kind: 'transaction', network: 'mainnet', txHash: hex(n), txType: 'unknown', origin: 'a test', ...more });

const count = (database, table) => Number(psql(database, `SELECT count(*) FROM ${table}`));

function assertEmpty(database) {
  for (const table of ['users', 'tokens', 'transactions']) assert.equal(count(database, table), 0, table);
}

test('the demo data: whole, pending, recorded elsewhere, and the same the second time', (t) => {
  const database = newSite(t, 'import');
  const first = run(database, read('sql/demo/tokens.jsonl'));
  assert.equal(first.stderr, '');
  assert.equal(first.status, 0);
  assert.match(first.stdout, /^tokens: 31 new, 0 changed, 0 unchanged\ntransactions: 284 new, 0 changed, 0 unchanged\ntogether: 315 new/);
  const before = psql(database, 'SELECT * FROM tokens ORDER BY id; SELECT * FROM transactions ORDER BY id');
  const second = run(database, read('sql/demo/tokens.jsonl'));
  assert.match(second.stdout, /together: 0 new, 0 changed, 315 unchanged/);
  assert.equal(psql(database, 'SELECT * FROM tokens ORDER BY id; SELECT * FROM transactions ORDER BY id'), before);
  for (const table of ['tokens', 'transactions'])
    assert.equal(psql(database, `SELECT count(*) FROM ${table} WHERE status <> 'pending' OR verified_at IS NOT NULL OR origin IS NULL OR created_at < now() - interval '1 hour'`), '0');
  assert.equal(psql(database, 'SELECT wallet_address, reserved FROM users ORDER BY 1'),
    'unknown:mainnet|t\nunknown:testnet|t\nunknown:unknown|t');
  assert.equal(psql(database, "SELECT count(*) FROM transactions WHERE token_id IS NOT NULL AND amount IS NOT NULL"), '10');
  assert.equal(psql(database, "SELECT count(*) FROM tokens WHERE supply = ''"), '30');
});

test('members arrive in their columns', (t) => {
  const database = newSite(t, 'import');
  const address = 'ckb1qzda0cr08m85hc8jlnfp3zer7xulejywt49kt2rr0vthywaa50xwsq0sj409ltt8wm7ph4qvy2yraqmh2swu7zqcywhmp';
  const script = { codeHash: hex(7).toUpperCase().replace('0X', '0x'), hashType: 'type', args: '0xAB' };
  const full = token(1, { name: '币 "<b>" 😀', supply: '12.50', decimals: 2, creatorAddress: address.toUpperCase(),
    typeScript: script, typeHash: typeHash(script).toUpperCase().replace('0X', '0x'), description: 'One.',
    iconUrl: 'https://example.org/i.png?x=1', chainTime: '2024-02-29T23:59:59.5Z' });
  assert.equal(run(database, [full, transaction(5, { tokenTypeHash: typeHash(script), amount: '0.01',
    txType: 'transfer', metadata: { big: 12345678901234567890n.toString(), n: [1.5, null] } })]).status, 0);
  assert.equal(psql(database, `SELECT name, symbol, supply, decimals, network_id, description, icon_url, chain_time, type_hash, type_script, u.wallet_address, u.reserved
    FROM tokens t JOIN users u ON u.id = creator_id`),
  `币 "<b>" 😀|T1|12.50|2|mainnet|One.|https://example.org/i.png?x=1|2024-02-29 23:59:59.5|${typeHash(script)}|{"args": "0xab", "codeHash": "${hex(7)}", "hashType": "type"}|${address}|f`);
  assert.equal(psql(database, 'SELECT x.tx_hash, tx_type, amount, token_id, metadata, contract_address FROM transactions x JOIN tokens t ON t.id = token_id'),
    `${hex(5)}|transfer|0.01|1|{"n": [1.5, null], "big": "12345678901234567890"}|`);
});

const long = 'x'.repeat(256);
const testnetAddress = 'ckt1qzda0cr08m85hc8jlnfp3zer7xulejywt49kt2rr0vthywaa50xwsqf';
const badTokens = [
  [{ network: undefined }, 'network: is missing'],
  [{ network: null }, 'network: is missing'],
  [{ network: 'devnet' }, 'network: must be one of mainnet, testnet, unknown'],
  [{ network: 'unknown' }, 'network: must be known for a token'],
  [{ network: 1 }, 'network: must be a string'],
  [{ name: '' }, 'name: must not be empty'],
  [{ name: ' x' }, 'name: must not begin or end with a space'],
  [{ name: long }, 'name: is too long'],
  [{ name: 'a\nb' }, 'name: must not have control characters'],
  [{ name: 'a\u009bb' }, 'name: must not have control characters'],
  [{ name: 'a\u202eb' }, 'name: must not have control characters'],
  [{ name: ['x'] }, 'name: must be a string'],
  [{ symbol: undefined }, 'symbol: is missing'],
  [{ symbol: long }, 'symbol: is too long'],
  [{ decimals: 256 }, 'decimals: must be a whole number from 0 to 255'],
  [{ decimals: -1 }, 'decimals: must be a whole number'],
  [{ decimals: 1.5 }, 'decimals: must be a whole number'],
  [{ decimals: '8' }, 'decimals: must be a whole number'],
  [{ supply: 5 }, 'supply: must be a string'],
  [{ supply: '-1' }, 'supply: must be a decimal number'],
  [{ supply: '1e6' }, 'supply: must be a decimal number'],
  [{ supply: '' }, 'supply: must be a decimal number'],
  [{ supply: '1.123456789' }, 'supply: has more digits after the point than decimals allows'],
  [{ supply: '3402823669209384634633746074317.68211456' }, 'supply: is more than a token can have'],
  [{ creatorAddress: 'ckb1nonsense' }, 'creatorAddress: '],
  [{ creatorAddress: testnetAddress }, 'creatorAddress: has a wrong checksum'],
  [{ network: 'testnet', creatorAddress: 'ckb1qzda0cr08m85hc8jlnfp3zer7xulejywt49kt2rr0vthywaa50xwsq0sj409ltt8wm7ph4qvy2yraqmh2swu7zqcywhmp' },
    'creatorAddress: is an address of another network'],
  [{ typeHash: hex(9) }, 'typeHash: is not the hash of typeScript, which is 0x'],
  [{ typeHash: '0x12' }, 'typeHash: must be 0x and 64 hexadecimal digits'],
  [{ typeHash: undefined }, 'typeHash: is missing'],
  [{ typeScript: undefined }, 'typeScript: is missing'],
  [{ typeScript: 'x' }, 'typeScript: must have codeHash'],
  [{ typeScript: { codeHash: hex(7), hashType: 'data1', args: '0x', more: 1 } }, 'typeScript: must have codeHash'],
  [{ typeScript: { codeHash: '0x7', hashType: 'data1', args: '0x' } }, 'typeScript: must have codeHash'],
  [{ typeScript: { codeHash: hex(7), hashType: 'data3', args: '0x' } }, 'typeScript: hashType must be one of'],
  [{ typeScript: { codeHash: hex(7), hashType: 'data1', args: '0x1' } }, 'typeScript: args must be'],
  [{ typeScript: { codeHash: hex(7), hashType: 'data1', args: '' } }, 'typeScript: args must be'],
  [{ typeScript: { codeHash: hex(7), hashType: 'data1', args: `0x${'00'.repeat(1025)}` } }, 'typeScript: args must be'],
  [{ iconUrl: 'http://example.org/' }, 'iconUrl: must begin with https://'],
  [{ iconUrl: 'javascript:alert(1)' }, 'iconUrl: must begin with https://'],
  [{ iconUrl: 'https://' }, 'iconUrl: must name a host'],
  [{ iconUrl: 'https://good.example@evil.example/' }, 'iconUrl: must name a host, and no user'],
  [{ iconUrl: 'https://a b' }, 'iconUrl: must be a URL in printable ASCII'],
  [{ iconUrl: 'https://a/"' }, 'iconUrl: must be a URL in printable ASCII'],
  [{ iconUrl: `https://${'x'.repeat(2048)}` }, 'iconUrl: is too long'],
  [{ iconFile: 'a.png' }, 'iconFile: needs iconSha256'],
  [{ iconSha256: '00' }, 'iconSha256: must be 64 hexadecimal digits'],
  [{ iconFile: 'a.png', iconSha256: '00'.repeat(32) }, 'iconFile: needs --icons'],
  [{ description: 'x'.repeat(4097) }, 'description: is too long'],
  [{ origin: undefined }, 'origin: is missing'],
  [{ origin: '' }, 'origin: must not be empty'],
  [{ origin: 'x'.repeat(1025) }, 'origin: is too long'],
  [{ chainTime: 'yesterday' }, 'chainTime: must be a time in UTC'],
  [{ chainTime: '2023-02-29T00:00:00Z' }, 'chainTime: must be a time in UTC'],
  [{ status: 'confirmed' }, 'status: is not a member of this kind'],
  [{ verifiedAt: '2024-01-01' }, 'verifiedAt: is not a member of this kind'],
  [{ 'a\u001b[31m': 1 }, 'a?[31m: is not a member of this kind'],
];
const badTransactions = [
  [{ network: 'simnet' }, 'network: must be one of'],
  [{ txHash: undefined }, 'txHash: is missing'],
  [{ txHash: hex(1).slice(0, 65) }, 'txHash: must be 0x and 64'],
  [{ txType: 'gift' }, 'txType: must be one of create, transfer, mint, burn, cellbase, unknown'],
  [{ amount: '1' }, 'amount: needs tokenTypeHash'],
  [{ tokenTypeHash: hex(4) }, 'tokenTypeHash: is a token neither in this file nor in the database'],
  [{ tokenTypeHash: token(1).typeHash, network: 'unknown' }, 'tokenTypeHash: is a token neither'],
  [{ tokenTypeHash: token(1).typeHash, amount: '0.123456789' }, 'amount: is more, or finer'],
  [{ tokenTypeHash: token(1).typeHash, amount: '3402823669209384634633746074317.68211456' }, 'amount: is more, or finer'],
  [{ metadata: [] }, 'metadata: must be an object'],
  [{ metadata: { x: 'x'.repeat(17000) } }, 'metadata: is too long'],
  [{ name: 'x' }, 'name: is not a member of this kind'],
];
const badLines = [
  ['nonsense', 'is not JSON: byte 0: a value was expected'],
  ['{"kind":"token"', 'is not JSON: byte 15'],
  ['[]', 'must be an object'],
  ['{}', 'kind: must be one of token, transaction'],
  ['{"kind":"coin"}', 'kind: must be one of token, transaction'],
  ['{"kind":"token","kind":"token"}', 'is not JSON: byte 16: the same name twice'],
  [`${JSON.stringify(token(2))} {}`, 'something follows the value'],
  [JSON.stringify(token(2)).replace('Token', 'To\0ken'), 'is not JSON: byte '],
  [JSON.stringify(token(2)).replace('Token', 'To\\u0000ken'), 'U+0000 is not accepted'],
  [JSON.stringify(token(2)).replace('Token', 'To\\ud800ken'), 'a high surrogate without its low one'],
  [`{"kind":"token","name":"${'x'.repeat(70000)}"}`, 'is longer than 65536 bytes'],
];

test('every kind of bad row is named, and nothing is written', (t) => {
  const database = newSite(t, 'import');
  const cases = [
    ...badTokens.map(([more, says]) => [token(2, more), says]),
    ...badTransactions.map(([more, says]) => [transaction(2, more), says]),
    ...badLines,
  ];
  for (const [line, says] of cases) {
    const r = run(database, [token(1), line, transaction(1)]);
    assert.equal(r.status, 3, `${says}: ${r.stderr}`);
    assert.ok(r.stderr.includes(`line 2: ${says}`) || (/^(U\+|a high|something)/.test(says) && /^line 2: is not JSON: /.test(r.stderr) && r.stderr.includes(says)),
      `${says}\n${r.stderr}`);
    assert.match(r.stderr, /: 1 bad row; nothing was changed\n$/);
    assert.equal(r.stdout, '');
    assert.doesNotMatch(r.stderr, /[^\n\x20-\x7e]/);
  }
  assertEmpty(database);
});

test('invalid UTF-8 is refused', (t) => {
  const database = newSite(t, 'import');
  const [before, after] = JSON.stringify(token(1)).split('Token');
  const r = run(database, Buffer.concat([Buffer.from(`${before}a`), Buffer.from([0xff]), Buffer.from(after)]));
  assert.equal(r.status, 3);
  assert.match(r.stderr, /line 1: is not JSON: byte \d+: not valid UTF-8/);
  assertEmpty(database);
});

test('all problems are counted, a hundred are printed', (t) => {
  const database = newSite(t, 'import');
  const r = run(database, [token(0), ...Array.from({ length: 150 }, (_, i) => token(i + 1, { decimals: -1, name: '' }))]);
  assert.equal(r.status, 3);
  assert.equal(r.stderr.match(/^line /gm).length, 100);
  assert.match(r.stderr, /\n200 more problems are not shown\n.*: 150 bad rows; nothing was changed\n$/);
  assertEmpty(database);
});

test('the same record twice in one file is refused', (t) => {
  const database = newSite(t, 'import');
  const r = run(database, [token(1), transaction(1), token(2), token(1, { name: 'Other' }), transaction(1), token(1)]);
  assert.equal(r.status, 3);
  assert.match(r.stderr, /^line 4: is the same record as line 1\nline 5: is the same record as line 2\nline 6: is the same record as line 1\n/);
  assertEmpty(database);
  const other = { network: 'testnet' };
  assert.equal(run(database, [token(1), token(1, other), transaction(1), transaction(1, other)]).status, 0);
});

test('a changed record is refreshed; what was made or verified here is left alone', (t) => {
  const database = newSite(t, 'import');
  const rows = [1, 2, 3, 4].map((n) => token(n));
  run(database, [...rows, transaction(1), transaction(2), transaction(3)]);
  psql(database, `UPDATE tokens SET origin = NULL WHERE symbol = 'T1';
    UPDATE tokens SET verified_at = now(), status = 'confirmed' WHERE symbol = 'T2';
    UPDATE transactions SET verified_at = now() WHERE id = 2;
    INSERT INTO transactions (user_id, tx_hash, tx_type, network_id) VALUES (1, '${hex(9)}', 'mint', 'mainnet')`);
  const kept = psql(database, 'SELECT * FROM tokens WHERE id <= 2; SELECT * FROM transactions WHERE id IN (2, 4)');
  const r = run(database, [...rows.map((row) => ({ ...row, name: 'New', supply: '5', description: 'D' })),
    transaction(1, { txType: 'burn' }), transaction(2, { txType: 'burn' }), transaction(3), transaction(9)]);
  assert.equal(r.stdout, 'tokens: 0 new, 2 changed, 0 unchanged, 2 left alone (made or verified here)\n'
    + 'transactions: 1 new, 1 changed, 1 unchanged, 1 left alone (made or verified here)\n'
    + 'together: 1 new, 3 changed, 1 unchanged, 3 left alone (made or verified here)\n');
  assert.equal(psql(database, 'SELECT * FROM tokens WHERE id <= 2; SELECT * FROM transactions WHERE id IN (2, 4)'), kept);
  assert.equal(psql(database, "SELECT name, supply, description, status FROM tokens WHERE id > 2"), 'New|5|D|pending\nNew|5|D|pending');
  assert.equal(psql(database, "SELECT count(*) FROM tokens WHERE updated_at > created_at"), '2');
});

test('a dry run says what would change and changes nothing', (t) => {
  const database = newSite(t, 'import');
  const r = run(database, [token(1), transaction(1)], '--dry-run');
  assert.equal(r.status, 0);
  assert.match(r.stdout, /^dry run, tokens: 1 new.*\ndry run, transactions: 1 new/);
  assertEmpty(database);
  assert.equal(run(database, [transaction(1, { tokenTypeHash: hex(3) })], '--dry-run').status, 3);
});

const seed = (name) => readFileSync(join('tests/fuzz/corpus/picture', name));
const png = seed('whole.png');
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

test('icon files are checked and stored by their content hash', (t) => {
  const database = newSite(t, 'import');
  const icons = join(folder, 'icons');
  mkdirSync(join(icons, 'sub'), { recursive: true });
  const put = (name, bytes) => {
    writeFileSync(join(icons, name), bytes);
    return { iconFile: name, iconSha256: sha256(bytes) };
  };
  const good = [put('a.png', png), put('sub/b.jpg', seed('whole.jpg')), put('c.gif', seed('laced.gif')), put('d.webp', seed('whole.webp'))];
  const svg = put('e.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
  const large = put('f.png', Buffer.concat([png, Buffer.alloc(1024 * 1024)]));
  symlinkSync('/etc/passwd', join(icons, 'link.png'));
  const refused = [
    [{ ...good[0], iconSha256: '00'.repeat(32) }, /iconFile: has another SHA-256: [0-9a-f]{64}/],
    [svg, /iconFile: is not a PNG, JPEG, GIF or WebP picture/],
    [large, /iconFile: is larger than 1 MiB/],
    [put('g.png', png.subarray(0, -30)), /iconFile: cannot be read as a \.png picture/],
    [put('h.gif', Buffer.concat([Buffer.from('GIF89a\x01\x10\x01\0'), seed('laced.gif').subarray(10)])), /iconFile: has 4097 × 1 points, more than 4096 × 4096/],
    [{ ...good[0], iconFile: 'none.png' }, /iconFile: cannot be opened: No such file/],
    [{ ...good[0], iconFile: 'link.png' }, /iconFile: cannot be opened/],
    [{ ...good[0], iconFile: 'sub' }, /iconFile: is not a regular file/],
    ...['../icons/a.png', '/etc/passwd', '.hidden', 'sub/../a.png', 'sub//b.jpg', 'a.png/', 'a\\b'].map((iconFile) =>
      [{ ...good[0], iconFile }, /iconFile: must be a plain path/]),
  ];
  for (const [more, says] of refused) {
    const r = run(database, [token(1, more)], '--icons', icons);
    assert.equal(r.status, 3, r.stderr);
    assert.match(r.stderr, says);
  }
  assertEmpty(database);
  assert.ok(!existsSync(iconStore));
  assert.equal(run(database, good.map((more, i) => token(i, more)), '--icons', icons, '--dry-run').status, 0);
  assert.ok(!existsSync(iconStore));
  assert.equal(run(database, good.map((more, i) => token(i, more)), '--icons', icons).status, 0);
  const names = good.map(({ iconFile, iconSha256 }) => `${iconSha256}${iconFile.slice(iconFile.lastIndexOf('.'))}`);
  const small = good.map(({ iconSha256 }) => `${iconSha256}.small.webp`);
  assert.deepEqual(readdirSync(iconStore).sort(), [...names, ...small].sort());
  for (const [i, name] of names.entries()) assert.ok(readFileSync(join(iconStore, name)).equals(readFileSync(join(icons, good[i].iconFile))), name);
  for (const name of small) assert.match(readFileSync(join(iconStore, name)).subarray(0, 12).toString('latin1'), /^RIFF....WEBP$/s);
  assert.equal(psql(database, 'SELECT icon_hash FROM tokens ORDER BY id'), good.map((g) => g.iconSha256).join('\n'));
  assert.match(run(database, good.map((more, i) => token(i, more)), '--icons', icons).stdout, /together: 0 new, 0 changed, 4 unchanged/);
  // Icons stored before there were small ones get them from the same import.
  for (const name of small) rmSync(join(iconStore, name));
  assert.equal(run(database, good.map((more, i) => token(i, more)), '--icons', icons).status, 0);
  assert.deepEqual(readdirSync(iconStore).sort(), [...names, ...small].sort());
});

async function until(what, condition) {
  for (const deadline = Date.now() + 60000; Date.now() < deadline; ) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`waited too long until ${what}`);
}

test('an import that is killed midway leaves nothing', async (t) => {
  const database = newSite(t, 'import');
  const content = [token(1), token(2), transaction(1)].map((o) => JSON.stringify(o)).join('\n');
  // Whoever holds this lets the import write its tokens and stops it before its transactions.
  const holder = spawn('psql', ['-Xq', '-d', database], { env: environment, stdio: ['pipe', 'ignore', 'inherit'] });
  holder.stdin.write('BEGIN; LOCK TABLE transactions IN ACCESS EXCLUSIVE MODE;\n');
  const activity = (where) => Number(psql('postgres', `SELECT count(*) FROM pg_stat_activity WHERE datname = '${database}' AND ${where}`));
  await until('the table is locked', () => psql(database, "SELECT count(*) FROM pg_locks WHERE relation = 'transactions'::regclass AND mode = 'AccessExclusiveLock' AND granted") === '1');
  const child = spawn(program, start(database, content), { env, stdio: 'ignore' });
  await until('the import waits', () => activity("wait_event_type = 'Lock' AND query LIKE '%INSERT INTO transactions%'") === 1);
  child.kill('SIGKILL');
  holder.stdin.end('ROLLBACK;\n');
  await until('its session has ended', () => activity('true') === 0);
  assertEmpty(database);
  assert.equal(spawnSync(program, start(database, content), { env }).status, 0);
  assert.equal(count(database, 'tokens'), 2);
});

test('exit statuses, standard input, blank lines', (t) => {
  const database = newSite(t, 'import');
  const call = (args, input = '') => spawnSync(program, ['import', ...args], { encoding: 'utf8', env, input });
  const url = ['--url', `dbname=${database}`];
  for (const args of [[], ['tokens'], ['coins', 'x'], ['tokens', 'a', 'b'], ['tokens', 'a', '--icons'], ['tokens', '--no-such', 'a']]) {
    const r = call(args);
    assert.equal(r.status, 2, args.join(' '));
    assert.match(r.stderr, /^Usage: sitaminter import/);
  }
  assert.match(call(['tokens', 'a']).stderr, /SITA_OWNER_URL/);
  assert.equal(call(['tokens', 'a']).status, 2);
  assert.equal(call(['--help']).status, 0);
  assert.equal(call(['tokens', join(folder, 'none'), ...url]).status, 1);
  assert.equal(call(['tokens', folder, ...url]).status, 1);
  assert.equal(call(['tokens', '-', ...url], '').status, 3);
  assert.equal(call(['tokens', '-', '--url', `host=${folder} dbname=x`], JSON.stringify(token(1))).status, 6);
  const r = call(['tokens', '-', ...url], `\r\n${JSON.stringify(token(1))}\r\n\n  \n${JSON.stringify(token(2))}`);
  assert.equal(r.status, 0, r.stderr);
  assert.equal(count(database, 'tokens'), 2);
  psql(database, 'DROP TABLE tokens CASCADE');
  assert.equal(call(['tokens', '-', ...url], JSON.stringify(token(1))).status, 1);
});
