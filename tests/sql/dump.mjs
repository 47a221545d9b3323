// A schema as pg_dump writes it, without owners and rights and in an order of its own: what the program's reading of the catalogues
// is compared with. Neither the order of columns nor that of creation counts.
import { execFileSync } from 'node:child_process';
import { environment } from './lib.mjs';

// Columns one below the other, in the order of their names.
function sorted(statement) {
  const table = /^(CREATE (?:UNLOGGED )?TABLE [^\n]+ \(\n)([^]*?)(\n\)[^]*)$/.exec(statement);
  if (!table) return statement;
  const lines = table[2].split('\n').map((line) => line.replace(/,$/, ''));
  return `${table[1]}${lines.sort().join(',\n')}${table[3]}`;
}

// The statements of `pg_dump --schema-only`, each as one string; without rows of any kind.
export function schemaOf(database, ...options) {
  const text = execFileSync('pg_dump', ['--schema-only', '--no-owner', '--no-privileges', ...options, `--dbname=${database}`],
    { env: environment, encoding: 'utf8', maxBuffer: 1 << 26 });
  return text
    .replace(/^(--|SET |SELECT pg_catalog\.set_config|\\(un)?restrict).*\n/gm, '')
    .split(/;\n+/)
    .map((s) => sorted(s.trim()))
    .filter(Boolean)
    .sort();
}
