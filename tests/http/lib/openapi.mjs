// openapi.mjs - every answer of the API against the API document (JSON Schema 2020-12): an answer
// with a status, a type or a member that the document does not have fails whichever test got it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import zlib from 'node:zlib';

const [{ default: Ajv2020 }, { default: addFormats }] = await Promise.all([import('ajv/dist/2020.js'), import('ajv-formats')])
  .catch((error) => { throw new Error('./run test installs what is missing; so does npm ci in tests/', { cause: error }); });

export const document = JSON.parse(execFileSync(path.join(process.env.BUILD_DIR, 'sitaminter'),
  ['help', 'openapi'], { encoding: 'utf8', env: {} }));

// The document lets members be added later; here a member that it does not have is a mistake.
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return schema.type === 'object' && schema.properties ? { ...copy, additionalProperties: false } : copy;
}

const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false });
addFormats(ajv);
ajv.addFormat('int32', { type: 'number', validate: (n) => Number.isInteger(n) && n >= -(2 ** 31) && n < 2 ** 31 });
ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger });
ajv.addVocabulary(['components']);
ajv.addSchema({ $id: 'document', components: { schemas: closed(document.components.schemas) } });

const compiled = new Map();
function validator(schema) {
  const key = JSON.stringify(schema);
  if (!compiled.has(key))
    compiled.set(key, ajv.compile(JSON.parse(JSON.stringify(closed(schema)).replaceAll('"#/', '"document#/'))));
  return compiled.get(key);
}

function resolve(thing) {
  return thing?.$ref ? thing.$ref.slice(2).split('/').reduce((at, key) => at[key], document) : thing;
}

const unpack = { gzip: zlib.gunzipSync, br: zlib.brotliDecompressSync };

const patterns = Object.keys(document.paths)
  .map((pattern) => [new RegExp(`^${pattern.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`), pattern]);

// The operation that answers, or undefined; literal paths come before patterns.
export function operation(target) {
  const [where] = target.split('?');
  const found = document.paths[where] ? where : patterns.find(([regex]) => regex.test(where))?.[1];
  return document.paths[found]?.get;
}

// What an address or a method that the document does not have is answered: an error all the same.
const errors = { ...document.components.responses.BadRequest.content, 'text/html': { schema: { type: 'string' } } };
const elsewhere = { 204: {}, ...Object.fromEntries([400, 403, 404, 405, 413, 414, 429, 500, 503]
  .map((status) => [status, { content: errors }])) };

// Sentences about what the document does not say of this answer; none: it fits.
// A body of null is one that was not taken to its end.
export function mistakes(target, { method = 'GET' }, { status, headers, body, raw }) {
  const known = operation(target);
  const reads = known && (method === 'GET' || method === 'HEAD');
  const response = resolve(reads ? known.responses[status] : elsewhere[status])
    ?? (known && status === 413 ? elsewhere[413] : undefined);
  if (!response) return [`status ${status} is not in the document`];
  if (method === 'HEAD' || !response.content) return body ? [`a body, where the document has none`] : [];
  const type = headers['content-type']?.split(';')[0];
  if (type === 'text/html' && target.startsWith('/api/')) return ['a page, not JSON'];
  const media = response.content[type] ?? response.content[type?.replace(/\/.*/, '/*')];
  if (!media) return [`type ${type} is not in the document`];
  if (body === null) return [];
  const validate = validator(media.schema);
  const plain = unpack[headers['content-encoding']]?.(raw).toString() ?? body;
  const value = /json$/.test(type) ? JSON.parse(plain) : plain;
  return validate(value) ? [] : validate.errors.map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
}

// Fails for an answer of the API that the document does not describe.
export function checkAnswer(target, options, answer) {
  if (!target.startsWith('/api/') && !operation(target)) return;
  const found = mistakes(target, options, answer);
  assert.deepEqual(found, [], `${found.join('; ')}, in ${options.method ?? 'GET'} ${target.slice(0, 200)} (${answer.status}): ${answer.body?.slice(0, 200)}`);
}
