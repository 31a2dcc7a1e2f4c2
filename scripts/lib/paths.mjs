import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Downloads and profiles; safe to delete. PINSCOPE_CACHE moves it, so that several checkouts can share one. */
export const CACHE = process.env.PINSCOPE_CACHE ?? join(ROOT, '.cache');
/** The VS Code server and the Node that it runs on. */
export const SERVER_HOME = join(CACHE, 'vscode-server');
export const DIST = join(ROOT, 'dist');
export const VSIX = join(ROOT, 'pinscope.vsix');
