// Benchmark peer A: Express 5 + drizzle-orm + pg (node-postgres) + EJS.
//   DATABASE_URL=postgres://... PORT=3000 NODE_ENV=production node server.js
//   WORKERS=2            node:cluster with that many workers (default: single process)
//   POOL=10              pool size per process
//   PREPARED=1           use drizzle .prepare(name) statements (the tuned variant)
// The pool is the only thing shared; the rest is what the drizzle and express docs show.
import cluster from "node:cluster";
import { fileURLToPath } from "node:url";
import path from "node:path";
import express from "express";
import pgPkg from "pg";
import { drizzle } from "drizzle-orm/node-postgres";
import { pgTable, serial, text, integer, timestamp, jsonb } from "drizzle-orm/pg-core";
import { desc, eq, lt, sql } from "drizzle-orm";

const PORT = Number(process.env.PORT || 3000);
const WORKERS = Number(process.env.WORKERS || 1);
const PREPARED = process.env.PREPARED === "1";
const here = path.dirname(fileURLToPath(import.meta.url));

const users = pgTable("users", {
  id: serial("id").primaryKey(),
  walletAddress: text("wallet_address").notNull().unique(),
  username: text("username"),
  createdAt: timestamp("created_at").defaultNow().notNull(),
  updatedAt: timestamp("updated_at").defaultNow().notNull(),
});
const tokens = pgTable("tokens", {
  id: serial("id").primaryKey(),
  name: text("name").notNull(),
  symbol: text("symbol").notNull(),
  supply: text("supply").notNull(),
  creatorId: integer("creator_id").references(() => users.id).notNull(),
  description: text("description"),
  iconUrl: text("icon_url"),
  contractAddress: text("contract_address"),
  networkId: text("network_id").notNull(),
  txHash: text("tx_hash"),
  status: text("status").notNull().default("pending"),
  createdAt: timestamp("created_at").defaultNow().notNull(),
  updatedAt: timestamp("updated_at").defaultNow().notNull(),
});
const transactions = pgTable("transactions", {
  id: serial("id").primaryKey(),
  userId: integer("user_id").references(() => users.id).notNull(),
  tokenId: integer("token_id").references(() => tokens.id),
  txHash: text("tx_hash").notNull(),
  txType: text("tx_type").notNull(),
  status: text("status").notNull().default("pending"),
  amount: text("amount"),
  networkId: text("network_id").notNull(),
  metadata: jsonb("metadata"),
  createdAt: timestamp("created_at").defaultNow().notNull(),
  updatedAt: timestamp("updated_at").defaultNow().notNull(),
});

function start() {
  const pool = new pgPkg.Pool({
    connectionString: process.env.DATABASE_URL,
    max: Number(process.env.POOL || 10),
    idleTimeoutMillis: 0,
  });
  const db = drizzle(pool);

  const tokenColumns = {
    id: tokens.id, name: tokens.name, symbol: tokens.symbol, supply: tokens.supply,
    creatorId: tokens.creatorId, description: tokens.description, iconUrl: tokens.iconUrl,
    contractAddress: tokens.contractAddress, networkId: tokens.networkId, txHash: tokens.txHash,
    status: tokens.status, createdAt: tokens.createdAt, updatedAt: tokens.updatedAt,
    creatorAddress: users.walletAddress,
  };
  const list = () => db.select(tokenColumns).from(tokens)
    .innerJoin(users, eq(users.id, tokens.creatorId)).orderBy(desc(tokens.id));
  const one = (id) => db.select(tokenColumns).from(tokens)
    .innerJoin(users, eq(users.id, tokens.creatorId)).where(eq(tokens.id, id));
  const txs = (id) => db.select().from(transactions)
    .where(eq(transactions.tokenId, id)).orderBy(desc(transactions.id)).limit(10);

  let q;
  if (PREPARED) {
    const pList = list().limit(sql.placeholder("limit")).prepare("list");
    const pOne = one(sql.placeholder("id")).prepare("one");
    const pBefore = list().where(lt(tokens.id, sql.placeholder("before"))).limit(sql.placeholder("limit"))
      .prepare("before");
    const pTxs = txs(sql.placeholder("id")).prepare("txs");
    q = {
      list: (limit) => pList.execute({ limit }),
      one: (id) => pOne.execute({ id }),
      before: (limit, before) => pBefore.execute({ limit, before }),
      txs: (id) => pTxs.execute({ id }),
    };
  } else {
    q = {
      list: (limit) => list().limit(limit),
      before: (limit, before) => list().where(lt(tokens.id, before)).limit(limit),
      one, txs,
    };
  }

  async function detail(id) {
    const [[token], rows] = await Promise.all([q.one(id), q.txs(id)]);
    return token ? { ...token, transactions: rows } : null;
  }
  const parseId = (s) => (/^\d{1,9}$/.test(s) ? Number(s) : null);

  const app = express();
  app.set("views", path.join(here, "views"));
  app.set("view engine", "ejs");
  app.use(express.json({ limit: "64kb" }));

  app.get("/api/tokens", async (req, res) => {
    const limit = Math.min(Number(req.query.limit) || 20, 100);
    const before = Number(req.query.before) || 0;
    const data = before ? await q.before(limit, before) : await q.list(limit);
    res.json({ data, meta: { limit, count: data.length, nextCursor: data.length ? data[data.length - 1].id : null } });
  });
  app.get("/api/tokens/:id", async (req, res) => {
    const id = parseId(req.params.id);
    if (id === null) return res.status(400).json({ error: "id" });
    const data = await detail(id);
    if (!data) return res.status(404).json({ error: "Token not found" });
    res.json({ data });
  });
  app.get("/tokens", async (req, res) => {
    const before = Number(req.query.before) || 0;
    res.render("tokens", { title: "Tokens", rows: before ? await q.before(20, before) : await q.list(20) });
  });
  app.get("/tokens/:id", async (req, res) => {
    const id = parseId(req.params.id);
    const token = id === null ? null : await detail(id);
    if (!token) return res.status(404).send("Token not found");
    res.render("token", { title: token.name, token });
  });
  app.post("/api/transactions", async (req, res) => {
    const b = req.body;
    const str = (v) => typeof v === "string";
    if (!b || !Number.isInteger(b.userId) || !str(b.txHash) || !str(b.txType) || !str(b.networkId)
      || (b.tokenId != null && !Number.isInteger(b.tokenId)) || (b.amount != null && !str(b.amount))
      || (b.metadata != null && typeof b.metadata !== "object")) {
      return res.status(400).json({ error: "validation" });
    }
    const [row] = await db.insert(transactions).values({
      userId: b.userId, tokenId: b.tokenId ?? null, txHash: b.txHash, txType: b.txType,
      amount: b.amount ?? null, networkId: b.networkId, metadata: b.metadata ?? null,
    }).returning();
    res.status(201).json({ data: row });
  });
  app.use((err, req, res, next) => {
    if (res.headersSent) return next(err);
    res.status(err.status || 500).json({ error: "internal" });
  });

  app.listen(PORT, "127.0.0.1");
}

if (WORKERS > 1 && cluster.isPrimary) {
  for (let i = 0; i < WORKERS; i++) cluster.fork();
  process.on("SIGTERM", () => { for (const w of Object.values(cluster.workers)) w.kill(); process.exit(0); });
} else {
  start();
}
