// The core of the five tables is that of the reference, where its schema is at hand beside the checkout.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { expectCore } from './core.mjs';
import { newDatabase, psql, source } from './lib.mjs';

const reference = join(source, '../shared/reference/reference-schema.sql');
test('the facts are those of the reference', { skip: existsSync(reference) ? false : 'no ../shared/reference' }, (t) => {
  const database = newDatabase(t, 'reference');
  psql(database, readFileSync(reference, 'utf8'));
  psql(database, `ALTER DATABASE ${database} RESET ALL`);
  expectCore(database);
});
