/** The server as a Node process: `--stdio`, `--node-ipc`, `--socket=N` or `--pipe=NAME`. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { URI } from 'vscode-uri';
import { createAnalyser, mayMatter } from '../index.ts';
import { loadWasm } from '../wasm-files.ts';
import { startServer } from './server.ts';

/** Bytes; no header is larger, and generated ones that are would only cost time. */
const MAX_BYTES = 4 * 1024 * 1024;

startServer(createConnection(ProposedFeatures.all), {
  createAnalyser: () => createAnalyser(loadWasm()),
  mayMatter,
  readFile,
  listFolder,
  pause: () => new Promise((resolve) => setImmediate(resolve)),
});

function readFile(uri: string): string | undefined {
  const { scheme, fsPath } = URI.parse(uri);
  if (scheme !== 'file') return undefined;
  try {
    const stat = statSync(fsPath, { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size > MAX_BYTES) return undefined;
    const bytes = readFileSync(fsPath);
    return bytes.includes(0) ? undefined : bytes.toString('utf8').replace(/^\ufeff/, '');
  } catch {
    // Gone meanwhile, or not ours to read: as if it were not there.
    return undefined;
  }
}

function listFolder(uri: string): readonly string[] {
  const { scheme, fsPath } = URI.parse(uri);
  if (scheme !== 'file') return [];
  try {
    return readdirSync(fsPath);
  } catch {
    // A document that was never saved, in a folder that is not there.
    return [];
  }
}
