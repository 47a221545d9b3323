// Calls that this program does not make, and what it does instead.
import assert from 'node:assert/strict';
import test from 'node:test';
import { allC, code, lineOf, read, report } from './source.mjs';

// names, why not, and (optional) the only files where the rule does not hold
const rules = [
  ['strcpy stpcpy strcat sprintf vsprintf gets', 'knows no bounds; use base/text.h or arena_printf'],
  ['strncpy strncat stpncpy', 'may leave no NUL or counts from the wrong end; use arena_strndup'],
  ['strtok', 'keeps hidden state and writes into its input; use strspn and strcspn'],
  ['atoi atol atoll atof', 'reports no error and overflows undefined; use strtoll with a check'],
  ['scanf fscanf sscanf vsscanf', 'overflows undefined; use strtoll with a check', /^tests\//],
  ['system popen', 'starts a shell'],
  ['alloca strdupa strndupa', 'an unbounded stack; use the arena'],
  ['setjmp longjmp sigsetjmp siglongjmp', 'errors are values of enum status'],
  ['rand srand random srandom drand48 lrand48', 'is predictable; use base/crypto.h'],
  ['tmpnam tempnam mktemp', 'races; use mkstemp'],
  ['asctime ctime gmtime localtime', 'share one static buffer; use base/when.h'],
  ['signal', 'differs between systems; use sigaction or signalfd', /^tests\//],
  ['assert', 'ends without a log line; use log_fatal, which is there in every build'],
  ['exit _exit abort quick_exit', 'only a process\'s own main ends it', /^(base\/log\.c|fcgi\/|cli\/|tests\/)/],
  ['fork vfork', 'only the supervisor makes processes', /^(fcgi\/|cli\/|tests\/)/],
  ['getenv secure_getenv', 'settings come from base/config.h; the others belong to a protocol',
    /^(base\/config\.c|fcgi\/notify\.c|sql\/db_connection\.c|sql\/push\w*\.c|cli\/|tests\/)/],
  ['printf puts putchar', 'only commands write to their standard output', /^(cli\/|tests\/)/],
  ['malloc calloc realloc reallocarray free strdup strndup', 'handlers live in the request\'s arena',
    /^(?!handlers\/)|^handlers\/app\.c$/],
  ['sleep usleep nanosleep', 'waits for luck; wait for an event with a deadline',
    /^(base|fcgi|cli|tests)\//],
].map(([names, why, except]) => ({
  call: new RegExp(`(?<![\\w.>])(${names.replaceAll(' ', '|')})\\s*\\(`, 'g'),
  names: names.split(' '),
  why,
  except,
}));

function check(path, text) {
  const source = code(text);
  return rules
    .filter((rule) => !rule.except?.test(path))
    .flatMap((rule) =>
      [...source.matchAll(rule.call)].map(
        (m) => `${path}:${lineOf(source, m.index)}: ${m[1]} ${rule.why}`,
      ),
    );
}

test('no banned call', () => {
  assert.equal(report(allC().flatMap((path) => check(path, read(path)))), '');
});

test('every rule bites, and only on calls', () => {
  for (const { names } of rules) {
    for (const name of names) {
      const call = `void f(void) {\n    ${name} (x);\n}\n`;
      assert.equal(check('handlers/x.c', call).length, 1, name);
      assert.match(check('handlers/x.c', call)[0], new RegExp(`^handlers/x\\.c:2: ${name} `));
      for (const harmless of [
        `/* ${name}(x) */`, `// ${name}(x)`, `"${name}(x)"`, `my_${name}(x)`, `s->${name}(x)`,
        `s.${name}(x)`, `${name}_r(x)`, `int ${name};`, `"\\"" /* " */ "${name}(x)"`,
      ])
        assert.deepEqual(check('handlers/x.c', harmless), [], harmless);
    }
  }
  assert.deepEqual(check('base/log.c', 'exit(1);'), []);
  assert.deepEqual(check('sql/db.c', 'free(p);'), []);
});
