// The five core tables in drizzle's words.
import { boolean, integer, jsonb, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core';

const id = () => serial('id').primaryKey();
const created = () => timestamp('created_at').defaultNow().notNull();
const updated = () => timestamp('updated_at').defaultNow().notNull();

export const users = pgTable('users', {
  id: id(),
  walletAddress: text('wallet_address').notNull().unique(),
  username: text('username'),
  createdAt: created(),
  updatedAt: updated(),
});

export const tokens = pgTable('tokens', {
  id: id(),
  name: text('name').notNull(),
  symbol: text('symbol').notNull(),
  supply: text('supply').notNull(),
  creatorId: integer('creator_id').notNull().references(() => users.id),
  description: text('description'),
  iconUrl: text('icon_url'),
  contractAddress: text('contract_address'),
  networkId: text('network_id').notNull(),
  txHash: text('tx_hash'),
  status: text('status').default('pending').notNull(),
  createdAt: created(),
  updatedAt: updated(),
});

export const transactions = pgTable('transactions', {
  id: id(),
  userId: integer('user_id').notNull().references(() => users.id),
  tokenId: integer('token_id').references(() => tokens.id),
  txHash: text('tx_hash').notNull(),
  txType: text('tx_type').notNull(),
  status: text('status').default('pending').notNull(),
  amount: text('amount'),
  networkId: text('network_id').notNull(),
  metadata: jsonb('metadata'),
  createdAt: created(),
  updatedAt: updated(),
});

export const securityEvents = pgTable('security_events', {
  id: id(),
  eventType: text('event_type').notNull(),
  description: text('description').notNull(),
  ipAddress: text('ip_address'),
  userId: integer('user_id').references(() => users.id),
  walletAddress: text('wallet_address'),
  metadata: jsonb('metadata'),
  severity: text('severity').default('info'),
  createdAt: created(),
});

export const settings = pgTable('settings', {
  id: id(),
  key: text('key').notNull().unique(),
  value: text('value').notNull(),
  description: text('description'),
  isPublic: boolean('is_public').default(false),
  lastUpdated: timestamp('last_updated').defaultNow().notNull(),
});
