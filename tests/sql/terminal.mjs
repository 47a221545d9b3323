// A program on a terminal of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { environment, program } from './lib.mjs';

// Runs `sitaminter db …` there (by script(1)), giving one answer to each question as it comes; null ends
// the input. { status, said }.
export async function onTerminal(args, answers, env = {}) {
  const command = [program, 'db', ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'],
    { env: { ...environment, ...env } });
  const left = [...answers];
  let said = '', seen = 0;
  child.stdout.on('data', (part) => {
    said += part;
    for (let at; (at = said.indexOf('[y/N]', seen)) >= 0; seen = at + 5) {
      const answer = left.shift() ?? null;
      child.stdin.write(answer === null ? '\u0004' : `${answer}\n`);
    }
  });
  const [status] = await once(child, 'close');
  assert.deepEqual(left, [], 'every answer was asked for');
  return { status, said: said.replace(/\r/g, '') };
}
