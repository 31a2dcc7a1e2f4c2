/**
 * npm start                     installs and builds what is missing and opens VS Code with the extension on examples/
 * npm start -- FOLDER           the same on another folder
 * npm start -- --check PATH…    checks files and folders in the terminal; the exit code is the checker's
 *                               (0 clean, 1 findings, 2 wrong usage)
 * npm start -- --browser        uses the VS Code server and a browser even if there is a local `code`
 *
 * Progress goes to stderr. (npm itself prints two lines to stdout: `npm start --silent -- --check …` has none.)
 */
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { CACHE, DIST, ROOT } from './lib/paths.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { ensurePackages, which } from './lib/install.mjs';
import { Refusal, runMain, say } from './lib/say.mjs';

/** Where the person typed the command: npm changes to the package's root. */
const cwd = process.env.INIT_CWD ?? process.cwd();

async function main() {
  const args = process.argv.slice(2);
  if (Number(process.versions.node.split('.')[0]) < 20)
    throw new Refusal(`needs Node 20 or later, this is ${process.version}`);
  const at = args.indexOf('--check');
  if (at >= 0) {
    await prepare();
    await check([...args.slice(0, at), ...args.slice(at + 1)]);
    return;
  }
  const wantsBrowser = args.includes('--browser');
  const paths = args.filter((arg) => !arg.startsWith('--'));
  const unknown = args.find(
    (arg) => arg.startsWith('--') && !['--browser', '--no-open'].includes(arg) && !arg.startsWith('--port='),
  );
  if (unknown) throw new Refusal(`unknown option ${unknown}; known: --check, --browser, --no-open, --port=N`);
  const folder = paths[0] ? resolve(cwd, paths[0]) : join(ROOT, 'examples');
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new Refusal(`${folder} is not a folder`);
  await prepare();
  const code = wantsBrowser ? undefined : which('code');
  if (code && process.getuid?.() !== 0) await openLocal(code, folder);
  else await openInBrowser(folder, args);
}

async function prepare() {
  await ensurePackages();
  await ensureBuilt();
}

/** Passes the terminal through to the command-line checker. */
async function check(args) {
  const cli = join(DIST, 'cli.js');
  if (!existsSync(cli)) throw new Refusal('the command-line checker is not built; see the messages above');
  const child = spawn(process.execPath, [cli, 'check', ...args], {
    cwd: isAbsolute(cwd) ? cwd : ROOT,
    stdio: 'inherit',
  });
  process.exitCode = await new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (status) => done(status ?? 1));
  });
}

async function openLocal(code, folder) {
  say(`opening ${folder} in VS Code (${code})`);
  const child = spawn(code, ['--new-window', `--extensionDevelopmentPath=${ROOT}`, folder], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = await new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (status) => done(status ?? 1));
  });
}

async function openInBrowser(folder, args) {
  const { startVsCodeServer } = await import('./lib/vscode-server.mjs');
  const port = args.find((arg) => arg.startsWith('--port='))?.slice('--port='.length);
  if (port && !/^\d{2,5}$/.test(port)) throw new Refusal(`--port=${port} is not a port number`);
  say('starting the VS Code server on this machine…');
  const server = await startVsCodeServer({
    dataDir: join(CACHE, 'start'),
    port: port ? Number(port) : undefined,
    // With it the page's address may name an extension under development.
    args: ['--enable-smoke-test-driver'],
  });
  const payload = [
    ['extensionDevelopmentPath', `vscode-remote://127.0.0.1:${server.port}${ROOT}`],
    ['skipWelcome', 'true'],
  ];
  const url = `${server.url}?folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  say('VS Code with Pinscope runs at');
  process.stdout.write(`${url}\n`);
  say('only this machine can reach it; Ctrl+C ends it');
  if (!args.includes('--no-open') && (process.env.DISPLAY || process.platform === 'darwin')) {
    const opener = process.platform === 'darwin' ? 'open' : which('xdg-open');
    if (opener)
      spawn(opener, [url], { stdio: 'ignore', detached: true })
        .on('error', () => {})
        .unref();
  }
  await new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, done);
    server.child.once('exit', done);
  });
  server.stop();
}

await runMain(main);
