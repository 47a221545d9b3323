// PGHOST and PGDATABASE say where the tables are; over a unix socket there is no password to give.
const { PGHOST: host = '', PGDATABASE: database = '', PGUSER: user = '' } = process.env;

export default {
  dialect: 'postgresql',
  schema: './schema.js',
  dbCredentials: { url: `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}` },
};
