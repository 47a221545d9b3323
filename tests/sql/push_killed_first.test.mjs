// ctest: timeout=900
// ctest: slow
// `kill -9` of a push after each request: of one that creates the schema, of one that puts rights right.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { drifted, killedAfterEach } from './killing.mjs';
import { newDatabase, read } from './lib.mjs';

const folder = mkdtempSync(join(tmpdir(), 'test-killed-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
const schema = join(folder, 'schema.sql');
writeFileSync(schema, read('sql/schema.sql'));

test('a push onto an empty database', (t) => killedAfterEach(t, { name: 'killed_create', make: newDatabase, schema, least: 10 }));

test('one that puts rights right', (t) => killedAfterEach(t, { name: 'killed_rights', make: drifted(t, schema), schema, least: 20 }));
