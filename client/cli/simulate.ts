/** `simulate FILE…`: runs snippets on the modelled memory management and tells what happened. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { explore, explorationJson, explorationLines, explorationOk } from '../../simulator/explore/index.ts';
import {
  load,
  markdownReport,
  outcome,
  run,
  story,
  traceJson,
  type Includes,
  type Loaded,
  type Simulation,
} from '../../simulator/scenario/index.ts';
import { htmlPage } from '../../simulator/panel/export/html.ts';
import { EXIT, UsageError, type Io } from './io.ts';

/** What `simulate --help` says. */
export const SIMULATE_HELP = `Usage: pinscope simulate [options] FILE…

Runs C snippets (drivers, user programs, or both in one file) on the modelled memory management.

  --format pretty|json   a story for people (default), or the trace as JSON
  --step                 every statement, not only those in which something happened
  --until N              the story up to step N
  --seed N               random but repeatable scheduling
  --schedule TURNS       who runs when, as the explorer reports it
  --explore              every interleaving, and every failure that //@ explore names (default for files that say //@ explore)
  --turns N              stop exploring after N turns (default 200000)
  --steps N              stop after N statements (default 1000000)
  --kernel VERSION       kernel, for files that do not say it
  --function NAME        run this function, with arguments made from its signature
  --trace FILE           write the JSON trace to a file
  --report md|html       a report on the standard output

Exit code: 0 everything as the annotations say; 1 a property, an assertion or the program fails; 2 bad input.
`;

interface Choices {
  format: 'pretty' | 'json';
  every: boolean;
  until: number | undefined;
  seed: number | undefined;
  schedule: string | undefined;
  explore: boolean;
  turns: number | undefined;
  steps: number | undefined;
  kernel: string | undefined;
  fn: string | undefined;
  trace: string | undefined;
  report: 'md' | 'html' | undefined;
  files: string[];
}

function readChoices(argv: readonly string[]): Choices {
  const c: Choices = {
    format: 'pretty',
    every: false,
    until: undefined,
    seed: undefined,
    schedule: undefined,
    explore: false,
    turns: undefined,
    steps: undefined,
    kernel: undefined,
    fn: undefined,
    trace: undefined,
    report: undefined,
    files: [],
  };
  for (let i = 0; i < argv.length; i++) {
    let a = argv[i]!;
    let given: string | undefined;
    const eq = /^(--[\w-]+)=(.*)$/.exec(a);
    if (eq) {
      a = eq[1]!;
      given = eq[2];
    }
    const value = (): string => {
      const v = given ?? argv[++i];
      if (v === undefined) throw new UsageError(`simulate: ${a} needs a value`);
      return v;
    };
    const count = (): number => {
      const v = value();
      const n = Number(v);
      if (!Number.isInteger(n) || n < 0) throw new UsageError(`simulate: ${a} needs a number, not ${v}`);
      return n;
    };
    const one = <T extends string>(values: readonly T[]): T => {
      const v = value();
      if (!(values as readonly string[]).includes(v))
        throw new UsageError(`simulate: ${a} is one of ${values.join(', ')}, not ${v}`);
      return v as T;
    };
    switch (a) {
      case '--format':
        c.format = one(['pretty', 'json'] as const);
        break;
      case '--step':
        c.every = true;
        break;
      case '--until':
        c.until = count();
        break;
      case '--seed':
        c.seed = count();
        break;
      case '--schedule':
        c.schedule = value();
        break;
      case '--explore':
        c.explore = true;
        break;
      case '--turns':
        c.turns = count();
        break;
      case '--steps':
        c.steps = count();
        break;
      case '--kernel':
        c.kernel = value();
        break;
      case '--function':
        c.fn = value();
        break;
      case '--trace':
        c.trace = value();
        break;
      case '--report':
        c.report = one(['md', 'html'] as const);
        break;
      default:
        if (a.startsWith('-')) throw new UsageError(`simulate: unknown option ${a}`);
        c.files.push(a);
    }
  }
  if (!c.files.length) throw new UsageError('simulate: no file given (see pinscope simulate --help)');
  return c;
}

function optionsOf(path: string, c: Choices): Parameters<typeof run>[1] {
  const folder = dirname(path);
  return {
    ...(c.seed === undefined ? {} : { seed: c.seed }),
    ...(c.steps === undefined ? {} : { steps: c.steps }),
    ...(c.schedule === undefined ? {} : { schedule: c.schedule }),
    ...(c.kernel === undefined ? {} : { kernel: c.kernel }),
    ...(c.fn === undefined ? {} : { fn: c.fn }),
    includes: (spec) => {
      const path = join(folder, spec);
      return existsSync(path) ? { path, text: readFileSync(path, 'utf8') } : undefined;
    },
  };
}

function simulateFile(path: string, c: Choices): Simulation {
  try {
    return run(readFileSync(path, 'utf8'), optionsOf(path, c));
  } catch (e) {
    if (e instanceof RangeError) throw new UsageError(`simulate: ${path}: ${e.message}`);
    throw e;
  }
}

/** What the explorer says of a file, if it is asked for: true: everything holds. */
function exploreFile(file: string, path: string, loaded: Loaded, c: Choices, io: Io): boolean {
  const e = explore(loaded, { ...optionsOf(path, c), ...(c.turns === undefined ? {} : { turns: c.turns }) });
  const ok = explorationOk(e);
  if (c.format === 'json') io.stdout(`${explorationJson(e)}\n`);
  else {
    io.stdout(`${file}: ${ok ? 'ok' : 'FAILED'} on kernel ${loaded.kernel}\n`);
    for (const line of explorationLines(e)) io.stdout(`${line}\n`);
  }
  return ok;
}

/** Why a file cannot be read; undefined: it can. */
function unreadable(path: string): string | undefined {
  if (!existsSync(path)) return 'does not exist';
  return statSync(path).isDirectory() ? 'is a folder: name the .c files in it' : undefined;
}

/** The command. */
export function simulate(argv: readonly string[], io: Io): number {
  const c = readChoices(argv);
  let failed = false;
  let bad = false;
  for (const file of c.files) {
    const path = resolve(io.cwd, file);
    const wrong = unreadable(path);
    if (wrong !== undefined) {
      // the other files are run all the same
      io.stderr(`simulate: ${file} ${wrong}\n`);
      bad = true;
      continue;
    }
    if (c.schedule === undefined && c.seed === undefined) {
      const loaded = load(readFileSync(path, 'utf8'), optionsOf(path, c));
      if (
        (c.explore || loaded.annotations.some((a) => a.kind === 'explore')) &&
        !loaded.diagnostics.some((d) => d.severity === 'error')
      ) {
        if (!exploreFile(file, path, loaded, c, io)) failed = true;
        continue;
      }
    }
    const s = simulateFile(path, c);
    const errors = s.loaded.diagnostics.filter((d) => d.severity === 'error');
    if (c.trace !== undefined) writeFileSync(resolve(io.cwd, c.trace), traceJson(s));
    if (c.format === 'json') io.stdout(`${traceJson(s)}\n`);
    else if (c.report === 'md') io.stdout(markdownReport(s, file));
    else if (c.report === 'html') io.stdout(htmlReport(file, path, c, io.programs));
    else {
      io.stdout(`${file}: ${s.ok ? 'ok' : 'FAILED'}, ${s.length} steps on kernel ${s.loaded.kernel}\n`);
      const text = story(s, { every: c.every, ...(c.until === undefined ? {} : { until: c.until }) });
      if (text) io.stdout(`${text}\n`);
      for (const line of outcome(s)) io.stdout(`${line}\n`);
    }
    if (errors.length) {
      for (const d of errors) io.stderr(`${file}:${s.loaded.lineOf(d.start)}: ${d.message}\n`);
      bad = true;
    } else if (!s.ok) failed = true;
  }
  return bad ? EXIT.failure : failed ? EXIT.findings : EXIT.clean;
}

/** The page of the panel with the source in it: it replays the run in any browser. */
function htmlReport(
  file: string,
  path: string,
  c: Choices,
  programs = dirname(fileURLToPath(import.meta.url)),
): string {
  const program = (name: string): string => {
    const at = join(programs, name);
    if (!existsSync(at))
      throw new UsageError(`simulate: --report html needs ${name} beside this program (npm run build)`);
    return readFileSync(at, 'utf8');
  };
  const text = readFileSync(path, 'utf8');
  const headers: Record<string, string> = {};
  const options = optionsOf(path, c);
  const includes: Includes = (spec) => {
    const found = options?.includes?.(spec);
    if (found) headers[spec] = found.text;
    return found;
  };
  load(text, { ...options, includes });
  return htmlPage({
    load: {
      title: basename(file),
      source: { path: file, text, headers },
      options: {
        ...(c.kernel === undefined ? {} : { kernel: c.kernel }),
        ...(c.fn === undefined ? {} : { fn: c.fn }),
        ...(c.seed === undefined ? {} : { seed: c.seed }),
        ...(c.steps === undefined ? {} : { steps: c.steps }),
      },
    },
    panel: program('panel.js'),
    style: program('panel.css'),
    engine: program('engine.browser.js'),
  });
}
