/** Runs the VS Code server (installed by ensureVsCodeServer) on 127.0.0.1. */
import { execFile, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureVsCodeServer } from './install.mjs';
import { Refusal } from './say.mjs';

/** Settings that keep the workbench quiet: nothing to click away, nothing that asks the network. */
export const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
};

/** A free port of the loopback interface. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts a server. `dataDir` holds its profile and extensions; `settings` become the machine's settings. Resolves when it
 * listens: {url, port, child, stop()}.
 * Folders are trusted, unless `trust` is false.
 * @param {{dataDir: string, settings?: Record<string, unknown>, port?: number, args?: string[], extensionsDir?: string, trust?: boolean}} options
 */
export async function startVsCodeServer({
  dataDir,
  settings = {},
  port: wanted,
  args = [],
  extensionsDir,
  trust = true,
}) {
  const { node, main } = await ensureVsCodeServer();
  const port = wanted ?? (await freePort());
  for (const folder of ['data/User', 'data/Machine', 'extensions'])
    mkdirSync(join(dataDir, folder), { recursive: true });
  const text = JSON.stringify({ ...QUIET_SETTINGS, ...settings }, null, 2);
  writeFileSync(join(dataDir, 'data/Machine/settings.json'), text);
  const log = createWriteStream(join(dataDir, 'server.log'));
  const child = spawn(
    node,
    [
      ...[
        main,
        '--without-connection-token',
        '--host',
        '127.0.0.1',
        '--port',
        String(port),
        '--server-data-dir',
        dataDir,
      ],
      ...['--extensions-dir', extensionsDir ?? join(dataDir, 'extensions'), '--accept-server-license-terms'],
      ...['--disable-telemetry', ...(trust ? ['--disable-workspace-trust'] : []), ...args],
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...withoutNpm(process.env), EXTENSIONS_GALLERY: '{}' },
      detached: process.platform !== 'win32',
    },
  );
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const stop = () => {
    try {
      // Its own process group: the extension hosts go with it.
      if (process.platform === 'win32') child.kill();
      else process.kill(-child.pid, 'SIGTERM');
    } catch {
      // Already gone.
    }
  };
  process.once('exit', stop);
  await new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the VS Code server did not start in 60 s; see ${dataDir}/server.log`)),
      60_000,
    );
    child.on('error', reject);
    child.on('exit', (code) =>
      reject(new Error(`the VS Code server ended with code ${code}; see ${dataDir}/server.log`)),
    );
    child.stdout.on('data', (chunk) => {
      if (!String(chunk).includes('Extension host agent listening')) return;
      clearTimeout(timer);
      resolve();
    });
  });
  return { url: `http://127.0.0.1:${port}/`, port, child, stop };
}

/** npm's variables (npm_config_…) would reach the extension host and whatever it starts. */
function withoutNpm(env) {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.toLowerCase().startsWith('npm_') && name !== 'NODE_OPTIONS'),
  );
}

/** Installs a .vsix for the server that will run with the same folders. What the server logs meanwhile is shown if it fails. */
export async function installVsix(vsix, extensionsDir, dataDir) {
  const { node, main } = await ensureVsCodeServer();
  mkdirSync(extensionsDir, { recursive: true });
  const folders = ['--extensions-dir', extensionsDir, '--server-data-dir', dataDir];
  const args = [main, '--install-extension', vsix, '--force', ...folders];
  const env = { ...process.env, NODE_OPTIONS: '' };
  try {
    await promisify(execFile)(node, [...args, '--accept-server-license-terms', '--disable-telemetry'], { env });
  } catch (error) {
    throw new Refusal(`${vsix} could not be installed: ${error.stderr ?? error.message}\n${error.stdout ?? ''}`);
  }
}
