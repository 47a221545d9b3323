// Benchmark peer B: Fastify 5 + postgres.js (prepared, pipelined) + response schemas + compiled template literals.
//   DATABASE_URL=postgres://... PORT=3001 NODE_ENV=production node server.js
//   WORKERS=2   node:cluster with that many workers (default: single process)
//   POOL=10     connections per process
import cluster from "node:cluster";
import Fastify from "fastify";
import postgres from "postgres";

const PORT = Number(process.env.PORT || 3001);
const WORKERS = Number(process.env.WORKERS || 1);

// ---- response schemas (fast-json-stringify) ----
const str = { type: "string" }, nstr = { type: ["string", "null"] }, int = { type: "integer" };
const ts = { type: "string", format: "date-time" };
const tokenProps = {
  id: int, name: str, symbol: str, supply: str, creatorId: int, description: nstr, iconUrl: nstr,
  contractAddress: nstr, networkId: str, txHash: nstr, status: str, createdAt: ts, updatedAt: ts, creatorAddress: str,
};
const txSchema = {
  type: "object",
  properties: {
    id: int, userId: int, tokenId: { type: ["integer", "null"] }, txHash: str, txType: str, status: str,
    amount: nstr, networkId: str, metadata: {}, createdAt: ts, updatedAt: ts,
  },
};
const listSchema = { type: "object", properties: {
  data: { type: "array", items: { type: "object", properties: tokenProps } },
  meta: { type: "object", properties: { limit: int, count: int, nextCursor: { type: ["integer", "null"] } } } } };
const detailSchema = { type: "object", properties: {
  data: { type: "object", properties: { ...tokenProps, transactions: { type: "array", items: txSchema } } } } };
const createdSchema = { type: "object", properties: { data: txSchema } };
const createBody = { type: "object", required: ["userId", "txHash", "txType", "networkId"], properties: {
  userId: int, tokenId: { type: ["integer", "null"] }, txHash: str, txType: str, amount: nstr, networkId: str,
  metadata: { type: ["object", "null"], additionalProperties: true } } };

// ---- templates ----
const ESC = /[&<>"']/, ESCG = /[&<>"']/g;
const MAP = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };
const e = (v) => {
  if (v === null || v === undefined) return "";
  const s = typeof v === "string" ? v : String(v);
  return ESC.test(s) ? s.replace(ESCG, (c) => MAP[c]) : s;
};
const layout = (title, body) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${e(title)} - SITA</title><link rel="stylesheet" href="/assets/app.css"></head><body><header><a class="brand" href="/">SITA</a><nav><ul><li><a href="/">Home</a></li><li><a href="/tokens">Tokens</a></li><li><a href="/transactions">Transactions</a></li><li><a href="/create">Create token</a></li><li><a href="/docs">API</a></li></ul></nav></header><main><h1>${e(title)}</h1>
${body}</main><footer><p>SITA token platform</p></footer><script src="/assets/app.js" defer></script></body></html>
`;
function tokensPage(rows) {
  let b = "<table><thead><tr><th>Id</th><th>Name</th><th>Symbol</th><th>Supply</th><th>Creator</th><th>Description</th><th>Icon</th><th>Contract</th><th>Network</th><th>Tx</th><th>Status</th><th>Created</th><th>Updated</th></tr></thead><tbody>\n";
  for (const t of rows) {
    b += `<tr><td>${t.id}</td><td><a href="/tokens/${t.id}">${e(t.name)}</a></td><td>${e(t.symbol)}</td><td>${e(t.supply)}</td><td>${e(t.creatorAddress)}</td><td>${e(t.description)}</td><td>${t.iconUrl ? `<img src="${e(t.iconUrl)}" alt="">` : ""}</td><td>${e(t.contractAddress)}</td><td>${e(t.networkId)}</td><td>${e(t.txHash)}</td><td><span class="badge ${e(t.status)}">${e(t.status)}</span></td><td>${t.createdAt.toISOString()}</td><td>${t.updatedAt.toISOString()}</td></tr>\n`;
  }
  return layout("Tokens", b + "</tbody></table>\n");
}
const LABELS = [["Id", "id"], ["Name", "name"], ["Symbol", "symbol"], ["Supply", "supply"], ["Creator id", "creatorId"],
  ["Description", "description"], ["Icon", "iconUrl"], ["Contract", "contractAddress"], ["Network", "networkId"],
  ["Tx hash", "txHash"], ["Status", "status"], ["Created", "createdAt"], ["Updated", "updatedAt"], ["Creator", "creatorAddress"]];
function tokenPage(t) {
  let b = "<dl>";
  for (const [label, key] of LABELS) {
    const v = t[key];
    b += `<dt>${label}</dt><dd>${v instanceof Date ? v.toISOString() : e(v)}</dd>\n`;
  }
  b += "</dl><h2>Transactions</h2><table><thead><tr><th>Id</th><th>User</th><th>Hash</th><th>Type</th><th>Status</th><th>Amount</th><th>Network</th><th>Metadata</th><th>Created</th></tr></thead><tbody>\n";
  for (const x of t.transactions) {
    b += `<tr><td>${x.id}</td><td>${x.userId}</td><td>${e(x.txHash)}</td><td>${e(x.txType)}</td><td>${e(x.status)}</td><td>${e(x.amount)}</td><td>${e(x.networkId)}</td><td>${x.metadata === null ? "" : e(JSON.stringify(x.metadata))}</td><td>${x.createdAt.toISOString()}</td></tr>\n`;
  }
  return layout(t.name, b + "</tbody></table>\n");
}

async function start() {
  const sql = postgres(process.env.DATABASE_URL, {
    max: Number(process.env.POOL || 10),
    // timestamps without zone are UTC here, as in the other implementations
    types: { ts: { to: 1114, from: [1114], serialize: (d) => d.toISOString(), parse: (s) => new Date(s.replace(" ", "T") + "Z") } },
  });
  const tokenCols = sql`t.id, t.name, t.symbol, t.supply, t.creator_id AS "creatorId", t.description, t.icon_url AS "iconUrl",
    t.contract_address AS "contractAddress", t.network_id AS "networkId", t.tx_hash AS "txHash", t.status,
    t.created_at AS "createdAt", t.updated_at AS "updatedAt", u.wallet_address AS "creatorAddress"`;
  const txCols = sql`x.id, x.user_id AS "userId", x.token_id AS "tokenId", x.tx_hash AS "txHash", x.tx_type AS "txType", x.status,
    x.amount, x.network_id AS "networkId", x.metadata, x.created_at AS "createdAt", x.updated_at AS "updatedAt"`;
  const list = (limit) => sql`SELECT ${tokenCols} FROM tokens t JOIN users u ON u.id = t.creator_id ORDER BY t.id DESC LIMIT ${limit}`;
  const listBefore = (limit, before) => sql`SELECT ${tokenCols} FROM tokens t JOIN users u ON u.id = t.creator_id WHERE t.id < ${before} ORDER BY t.id DESC LIMIT ${limit}`;
  async function detail(id) {
    const [[token], rows] = await Promise.all([
      sql`SELECT ${tokenCols} FROM tokens t JOIN users u ON u.id = t.creator_id WHERE t.id = ${id}`,
      sql`SELECT ${txCols} FROM transactions x WHERE x.token_id = ${id} ORDER BY x.id DESC LIMIT 10`,
    ]);
    if (!token) return null;
    token.transactions = rows;
    return token;
  }
  const parseId = (s) => (/^\d{1,9}$/.test(s) ? Number(s) : null);

  const app = Fastify({ logger: false, bodyLimit: 65536 });

  app.get("/api/tokens", { schema: { response: { 200: listSchema } } }, async (req) => {
    const limit = Math.min(Number(req.query.limit) || 20, 100);
    const before = Number(req.query.before) || 0;
    const data = before ? await listBefore(limit, before) : await list(limit);
    return { data, meta: { limit, count: data.length, nextCursor: data.length ? data[data.length - 1].id : null } };
  });
  app.get("/api/tokens/:id", { schema: { response: { 200: detailSchema } } }, async (req, reply) => {
    const id = parseId(req.params.id);
    if (id === null) return reply.code(400).send({ error: "id" });
    const data = await detail(id);
    if (!data) return reply.code(404).send({ error: "Token not found" });
    return { data };
  });
  app.get("/tokens", async (req, reply) => {
    const before = Number(req.query.before) || 0;
    const rows = before ? await listBefore(20, before) : await list(20);
    return reply.type("text/html; charset=utf-8").send(tokensPage(rows));
  });
  app.get("/tokens/:id", async (req, reply) => {
    const id = parseId(req.params.id);
    const token = id === null ? null : await detail(id);
    if (!token) return reply.code(404).send("Token not found");
    return reply.type("text/html; charset=utf-8").send(tokenPage(token));
  });
  app.post("/api/transactions", { schema: { body: createBody, response: { 201: createdSchema } } }, async (req, reply) => {
    const b = req.body;
    const [row] = await sql`INSERT INTO transactions AS x (user_id, token_id, tx_hash, tx_type, amount, network_id, metadata)
      VALUES (${b.userId}, ${b.tokenId ?? null}, ${b.txHash}, ${b.txType}, ${b.amount ?? null}, ${b.networkId},
              ${b.metadata == null ? null : sql.json(b.metadata)}) RETURNING ${txCols}`;
    return reply.code(201).send({ data: row });
  });

  await app.listen({ port: PORT, host: "127.0.0.1" });
}

if (WORKERS > 1 && cluster.isPrimary) {
  for (let i = 0; i < WORKERS; i++) cluster.fork();
  process.on("SIGTERM", () => { for (const w of Object.values(cluster.workers)) w.kill(); process.exit(0); });
} else {
  start();
}
