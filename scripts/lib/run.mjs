import { spawn } from 'node:child_process';
import { ROOT } from './paths.mjs';
import { Refusal } from './say.mjs';

/**
 * Runs a program to its end and returns its exit code (1 for a death by signal). Its stdout goes to our stderr unless
 * `stdout` says otherwise, so that a result on stdout stays clean.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', options.stdout ?? process.stderr.fd, 'inherit'],
      shell: process.platform === 'win32' && !command.endsWith('.exe'),
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Like `run`, but a failure throws. */
export async function must(command, args, options = {}) {
  const code = await run(command, args, options);
  if (code !== 0) throw new Refusal(`${command} ${args.join(' ')} failed with exit code ${code}`);
}
