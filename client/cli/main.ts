/** The program `pinscope`. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import envPaths from 'env-paths';
import { analyserModule } from './engine.ts';
import { runCli } from './run.ts';

/** What decides on the answers: this file as it is built, and what its threads run. */
const PROGRAM = ['./cli.js', './worker.js', './tree-sitter-c.wasm'];

// `pinscope check … | head` closes the pipe early: that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await runCli(process.argv.slice(2), analyserModule, {
  cwd: process.cwd(),
  env: process.env,
  stdoutIsTty: process.stdout.isTTY === true,
  stderrIsTty: process.stderr.isTTY === true,
  cache: { folder: envPaths('pinscope', { suffix: '' }).cache, program: programHash },
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
});

function programHash(): string {
  const hash = createHash('sha1').update(process.version);
  for (const file of PROGRAM) hash.update(readFileSync(new URL(file, import.meta.url)));
  return hash.digest('hex');
}
