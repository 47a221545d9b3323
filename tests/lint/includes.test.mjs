// Which way the arrows between the folders point, and where third-party headers may be.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { code, lineOf, read, report, root, sources } from './source.mjs';

// A folder may include itself and what stands behind it here.
const below = {
  base: [],
  sql: ['base'],
  chain: ['base'],
  pictures: ['base'],
  templates: ['base'],
  handlers: ['templates', 'sql', 'chain', 'base'],
  fcgi: ['handlers', 'templates', 'sql', 'chain', 'base'],
  cli: ['fcgi', 'handlers', 'templates', 'sql', 'chain', 'pictures', 'base'],
};

// Headers that are not the C library's, and the only files that may include them.
const thirdParty = [
  [/^sodium\.h$/, /^base\/crypto\.c$/],
  [/^json-c\/|^json\.h$/, /^base\/json_in\.c$/],
  [/^libpq-fe\.h$/, /^sql\/db(_\w+)?\.[ch]$/],
  [/^(fcgiapp|fcgi_config|fcgi_stdio)\.h$/, /^fcgi\//],
  [/^libintl\.h$/, /^templates\/messages\.c$/],
  [/^secp256k1/, /^chain\//],
  [/^unicode\//, /^(base\/(blank|utf8)|handlers\/(lookalike|unicode|web_address))\.c$/],
  [/^libpsl\.h$/, /^handlers\/web_address\.c$/],
  [/^png\.h$/, /^pictures\/png\.c$/],
  [/^turbojpeg\.h$/, /^pictures\/jpeg\.c$/],
  [/^gif_lib\.h$/, /^pictures\/gif\.c$/],
  [/^webp\//, /^pictures\/(webp|thumbnail)\.c$/],
  [/^openssl\//, /^chain\//],
  [/^nettle\//, /^chain\//],
  [/^curl\//, /^chain\//],
  [/^sanitizer\//, /^base\/arena\.c$/],
];

// The C library: ISO C17, POSIX.1-2017 and the Linux calls beside it.
const libc = new RegExp(
  '^(' +
    'assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|math|setjmp|signal|stdalign|' +
    'stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|tgmath|time|threads|' +
    'uchar|wchar|wctype|dirent|dlfcn|fcntl|fnmatch|ftw|getopt|glob|grp|langinfo|libgen|netdb|poll|' +
    'pthread|pwd|sched|semaphore|spawn|strings|syslog|termios|unistd|err|endian|byteswap|' +
    'malloc|(sys|net|netinet|arpa|linux)/\\w+' +
    ')\\.h$',
);

const generated = new Set(['sql/names.h', 'sql/queries.inc', 'templates/assets.h']);

const guardOf = (path) => `SITA_${path.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()}`;

function checkQuoted(path, name) {
  const from = path.split('/')[0];
  const to = name.split('/')[0];
  if (!(from in below)) return `${from}/ is not in the table of folders`;
  if (!(to in below)) return `"${name}" is not written from the top of the tree`;
  if (to !== from && !below[from].includes(to)) return `${from}/ may not include ${to}/ ("${name}")`;
  if (!generated.has(name) && !existsSync(join(root, name))) return `"${name}" does not exist`;
  return null;
}

function checkAngled(path, name) {
  const row = thirdParty.find(([header]) => header.test(name));
  if (row) return row[1].test(path) ? null : `<${name}> is confined to ${row[1].source}`;
  return libc.test(name) ? null : `<${name}> is neither libc nor in the table of third-party headers`;
}

function checkGuard(path, text) {
  const guard = guardOf(path);
  const directives = [...code(text, { keepStrings: true }).matchAll(/^[ \t]*#[ \t]*(.*?)[ \t]*$/gm)];
  const [first, second] = directives.map((m) => m[1]);
  const last = directives.at(-1)?.[1];
  if (first === `ifndef ${guard}` && second === `define ${guard}` && last === 'endif') return null;
  return `the include guard is not ${guard}`;
}

function check(path, text) {
  const findings = [];
  const say = (line, what) => what && findings.push(`${path}:${line}: ${what}`);
  const source = code(text, { keepStrings: true });
  for (const m of source.matchAll(/^[ \t]*#[ \t]*include\b[ \t]*(.*)$/gm)) {
    const line = lineOf(source, m.index);
    const name = /^(?:"([^"]+)"|<([^>]+)>)/.exec(m[1]);
    if (!name) say(line, `cannot read the include ${m[1]}`);
    else say(line, name[1] ? checkQuoted(path, name[1]) : checkAngled(path, name[2]));
  }
  if (path.endsWith('.h')) say(1, checkGuard(path, text));
  return findings;
}

test('includes point down, third-party headers stay in their files, guards match paths', () => {
  const paths = sources();
  assert.ok(paths.length > 50, 'the sources were found');
  assert.equal(report(paths.flatMap((path) => check(path, read(path)))), '');
});

const bad = [
  ['base/text.c', '#include "sql/db.h"', /base\/ may not include sql\//],
  ['sql/db.c', '#include "chain/hash.h"', /sql\/ may not include chain\//],
  ['templates/html.c', '#include "handlers/page.h"', /templates\/ may not include handlers\//],
  ['handlers/home.c', '#include "fcgi/wire.h"', /handlers\/ may not include fcgi\//],
  ['handlers/home.c', '#include "page.h"', /not written from the top/],
  ['handlers/home.c', '#include "base/no_such_file.h"', /does not exist/],
  ['handlers/home.c', '  #  include <libpq-fe.h>', /confined/],
  ['base/log.c', '#include <sodium.h>', /confined/],
  ['sql/tokens.c', '#include <libpq-fe.h>', /confined/],
  ['templates/html.c', '#include <libintl.h>', /confined/],
  ['cli/serve.c', '#include <fcgiapp.h>', /confined/],
  ['base/log.c', '#include <zlib.h>', /neither libc nor/],
  ['base/log.c', '#include HEADER', /cannot read/],
  ['new/page.c', '#include "base/text.h"', /not in the table of folders/],
  ['base/new.h', 'int x(void);', /guard is not SITA_BASE_NEW_H/],
  ['base/new.h', '#ifndef NEW_H\n#define NEW_H\n#endif', /guard is not SITA_BASE_NEW_H/],
  ['base/new.h', '#ifndef SITA_BASE_NEW_H\n#define SITA_BASE_NEWS_H\n#endif', /guard is not/],
];

test('each of these is refused', () => {
  for (const [path, text, why] of bad) assert.match(report(check(path, text)), why, `${path}: ${text}`);
});

test('each of these is accepted', () => {
  const good = [
    ['cli/serve.c', '#include "sql/db.h"\n#include "chain/hash.h"\n#include <signal.h>'],
    ['sql/db_rows.c', '#include <libpq-fe.h>\n#include "base/text.h"'],
    ['handlers/home.c', '/* #include "fcgi/wire.h" */ // #include <sodium.h>'],
    ['base/new.h', '/* new.h */\n#ifndef SITA_BASE_NEW_H\n#define SITA_BASE_NEW_H\n#if X\n#endif\n#endif'],
  ];
  for (const [path, text] of good) assert.deepEqual(check(path, text), []);
});
