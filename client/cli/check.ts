/** `pinscope check` */
import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatVersion } from '../../language/kernel/version.ts';
import type { AnalyserModule } from '../../server/analyser.ts';
import { analysisOptions, readDefine, readSettings, readVersions, type Settings } from '../../server/config.ts';
import type { AnalysisOptions } from '../../server/findings.ts';
import { loadWasm } from '../../server/wasm-files.ts';
import { matchBaseline, writeBaseline } from './baseline.ts';
import { Checker, reason, type CheckStats } from './checker.ts';
import { findFiles } from './files.ts';
import { fixFile } from './fix.ts';
import { counted, shownPath, type Formatter, type Outcome } from './formats/format.ts';
import { formatGithub } from './formats/github.ts';
import { formatJson } from './formats/json.ts';
import { formatPretty } from './formats/pretty.ts';
import { formatSarif } from './formats/sarif.ts';
import { EXIT, UsageError, type Io } from './io.ts';
import { explain } from './explain.ts';
import { listRules } from './list-rules.ts';
import { Pool } from './pool.ts';
import type { FileReport } from './report.ts';

const FORMATS: Readonly<Record<string, Formatter>> = {
  pretty: formatPretty,
  json: formatJson,
  sarif: formatSarif,
  github: formatGithub,
};

export const CHECK_HELP = `Usage: pinscope check [options] PATH…

Checks C files, folders (their .c files, recursively) and globs. Obeys .gitignore, .ignore and .pinscopeignore; a file that is
named is always checked.

  --format FORMAT        pretty (default), json, sarif, github
  --output FILE          write the result to FILE instead of standard output
  --kernel VERSION       kernel that the code is meant for, such as 6.12; may be repeated (default 6.12)
  --define NAME[=VALUE]  macro that the build defines; !NAME: one that it does not define; may be repeated
  --severity RULE=LEVEL  error, warning, info, hint or off; may be repeated
  --fix                  apply safe fixes to the files, then report what is left
  --baseline FILE        report only findings that FILE does not know
  --write-baseline FILE  write all findings to FILE
  -j, --jobs N           threads (default 2 for many files)
  --stats                print counts and times to standard error
  --list-rules, --explain RULE
  -h, --help, --version

Exit code: 0 no findings, 1 findings, 2 the check could not be made. Colours: NO_COLOR and FORCE_COLOR are obeyed.
`;

const OPTIONS = {
  format: { type: 'string', default: 'pretty' },
  output: { type: 'string', short: 'o' },
  kernel: { type: 'string', multiple: true, default: [] as string[] },
  define: { type: 'string', short: 'D', multiple: true, default: [] as string[] },
  severity: { type: 'string', multiple: true, default: [] as string[] },
  fix: { type: 'boolean', default: false },
  baseline: { type: 'string' },
  'write-baseline': { type: 'string' },
  jobs: { type: 'string', short: 'j' },
  stats: { type: 'boolean', default: false },
  'list-rules': { type: 'boolean', default: false },
  explain: { type: 'string' },
} as const;

/** Fewer files than that are checked faster than a thread starts. */
const FILES_FOR_THREADS = 400;

type Values = ReturnType<typeof parse>['values'];

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${reason(error)}\nTry: pinscope check --help`);
  }
}

/** The `check` command; gives the exit code: 0 clean, 1 findings, 2 usage or failure. */
export async function check(argv: readonly string[], analyser: AnalyserModule, io: Io): Promise<number> {
  const started = performance.now();
  const { values, positionals } = parse(argv);
  if (values['list-rules']) return listRules([], analyser, io);
  if (values.explain !== undefined) return explain([values.explain], analyser, io);
  if (positionals.length === 0)
    throw new UsageError('check needs a PATH: a file, a folder or a glob. Try: pinscope check drivers/');
  const formatter = Object.hasOwn(FORMATS, values.format) ? FORMATS[values.format] : undefined;
  if (!formatter)
    throw new UsageError(
      `--format ${values.format}: there is no such format; choose ${Object.keys(FORMATS).join(', ')}.`,
    );
  const settings = settingsOf(values);
  const options = analysisOptions(settings);
  const jobs = jobsOf(values);

  const checked = await checkAll(positionals, options, jobs, analyser, io, values.fix);
  // A file that was named and cannot be read is a failure; one that a walk met and that is gone now is not.
  const named = new Set(positionals.map((path) => resolve(io.cwd, path)));
  const unreadable = checked.reports
    .flatMap((report) => report.notices)
    .find((notice) => notice.kind === 'unreadable' && named.has(notice.path));
  if (unreadable) throw new UsageError(`${shownPath(unreadable.path, io.cwd)}: ${unreadable.message}`);

  const findings = checked.reports.flatMap((report) => report.findings);
  const file = values['write-baseline'];
  if (file !== undefined) {
    writeBaseline(file, io.cwd, findings);
    io.stderr(`${counted(findings.length, 'finding')} written to ${file}\n`);
  }
  const known = values.baseline === undefined ? undefined : matchBaseline(values.baseline, io.cwd, findings);
  if (known && known.stale > 0)
    io.stderr(
      `${values.baseline}: ${counted(known.stale, 'entry', 'entries')} no longer found; write it again with --write-baseline\n`,
    );
  const outcome: Outcome = {
    findings: findings.filter((finding) => !known?.known.has(finding)),
    suppressed: checked.reports.flatMap((report) => report.suppressed),
    baselined: known ? [...known.known] : [],
    notices: checked.reports.flatMap((report) => report.notices),
    filesChecked: checked.stats.files,
    kernels: settings.kernelVersions.map(formatVersion),
    rules: analyser.ruleMetas,
    cwd: io.cwd,
    colour: values.output === undefined && wantsColour(io),
  };
  const text = formatter(outcome);
  if (values.output === undefined) io.stdout(text);
  else writeOutput(values.output, text, io);
  if (values.stats) printStats(checked, performance.now() - started, io);
  if (checked.fixErrors > 0) return EXIT.failure;
  return outcome.findings.length > 0 && file === undefined ? EXIT.findings : EXIT.clean;
}

function settingsOf(values: Values): Settings {
  const refuse =
    (option: string) =>
    (message: string): never => {
      throw new UsageError(`--${option}: ${message}`);
    };
  const kernelVersions = readVersions(values.kernel, refuse('kernel'));
  const defines = new Map(
    values.define.map((text) => readDefine(text) ?? refuse('define')(`"${text}" is none of NAME, NAME=VALUE, !NAME.`)),
  );
  const severity: Record<string, string> = {};
  for (const text of values.severity) {
    const [rule = '', level = '', more] = text.split('=');
    if (more !== undefined || level === '') refuse('severity')(`"${text}" is not RULE=LEVEL, such as foll-force=off.`);
    severity[rule] = level;
  }
  const { settings, problems } = readSettings({ severity });
  if (problems[0]) refuse('severity')(problems[0].message);
  return { ...settings, kernelVersions, defines };
}

function jobsOf(values: Values): number | undefined {
  if (values.jobs === undefined) return undefined;
  if (!/^[1-9]\d{0,2}$/.test(values.jobs))
    throw new UsageError(`--jobs ${values.jobs}: give a number of threads, 1 or more.`);
  return Number(values.jobs);
}

interface Checked {
  readonly reports: readonly FileReport[];
  readonly stats: CheckStats;
  readonly ignored: number;
  readonly threads: number;
  readonly fixErrors: number;
}

async function checkAll(
  paths: readonly string[],
  options: AnalysisOptions,
  jobs: number | undefined,
  analyser: AnalyserModule,
  io: Io,
  fix: boolean,
): Promise<Checked> {
  const order = new Map<string, number>();
  const script = new URL('./worker.js', import.meta.url);
  const mayThread = script.protocol === 'file:' && existsSync(fileURLToPath(script)) && jobs !== 1;
  const threads = jobs ?? Math.min(2, availableParallelism());
  let pool: Pool | undefined;
  const waiting: string[] = [];
  // Workers begin while the folders are still walked.
  const walk = findFiles(paths, io.cwd, (path) => {
    order.set(path, order.size);
    if (pool) return pool.add(path);
    waiting.push(path);
    if (!mayThread || threads < 2 || waiting.length < (jobs === undefined ? FILES_FOR_THREADS : 2)) return;
    pool = new Pool(script, options, threads);
    for (const each of waiting.splice(0)) pool.add(each);
  });
  const progress = startProgress(order.size, io);
  let reports: FileReport[];
  let stats: CheckStats;
  if (pool) {
    stats = await pool.finish();
    reports = pool.reports;
  } else {
    const checker = new Checker(analyser, options);
    reports = [];
    for (const path of waiting) {
      const report = await checker.check(path);
      if (report) reports.push(report);
      await progress.tick(checker.stats.files);
    }
    stats = checker.stats;
    await checker.dispose();
  }
  progress.stop();
  let fixErrors = 0;
  if (fix) fixErrors = await repair(reports, options, analyser, io);
  reports.sort((a, b) => (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0));
  return { reports, stats, ignored: walk.ignored, threads: pool ? threads : 1, fixErrors };
}

/** Repairs the files that can be, one after the other (two may share a header), and puts their new reports in place. */
async function repair(
  reports: FileReport[],
  options: AnalysisOptions,
  module: AnalyserModule,
  io: Io,
): Promise<number> {
  const repairable = reports.filter((report) =>
    report.findings.some((finding) => finding.fixes.some((fix) => fix.safe)),
  );
  const applied = new Map<string, number>();
  const changed = new Set<string>();
  let errors = 0;
  const analyser = repairable.length > 0 ? await module.createAnalyser(loadWasm()) : undefined;
  for (const { path } of repairable) {
    if (!analyser) break;
    const done = fixFile(new Checker(module, options), analyser, path, options);
    for (const fix of done.applied) applied.set(fix.rule, (applied.get(fix.rule) ?? 0) + 1);
    for (const file of done.changedFiles) changed.add(file);
    for (const error of done.errors) io.stderr(`${error}\n`);
    errors += done.errors.length;
  }
  if (changed.size > 0) {
    const again = new Checker(module, options);
    for (const [i, { path }] of reports.entries()) {
      const report = await again.check(path);
      reports[i] = report ?? { path, findings: [], suppressed: [], notices: [], functions: 0, analysed: 0 };
    }
    await again.dispose();
  }
  analyser?.dispose();
  const total = [...applied.values()].reduce((sum, count) => sum + count, 0);
  const rules = [...applied].map(([rule, count]) => `${rule} ${count}`).join(', ');
  io.stderr(
    total > 0
      ? `${counted(total, 'fix', 'fixes')} applied in ${counted(changed.size, 'file')} (${rules})\n`
      : 'no safe fix to apply\n',
  );
  return errors;
}

function startProgress(total: number, io: Io): { tick(done: number): Promise<void>; stop(): void } {
  const started = performance.now();
  let shown = 0;
  const clear = (): void => {
    if (shown > 0) io.stderr('\r\x1b[K');
  };
  return {
    async tick(done) {
      const now = performance.now();
      if (!io.stderrIsTty || now - started < 1000 || now - shown < 100) return;
      shown = now;
      io.stderr(`\r\x1b[Kchecking ${done.toLocaleString('en-US')} of ${counted(total, 'file')}`);
      // Lets Ctrl+C and the terminal have their turn.
      await new Promise((go) => setImmediate(go));
    },
    stop: clear,
  };
}

function writeOutput(path: string, text: string, io: Io): void {
  try {
    writeFileSync(resolve(io.cwd, path), text);
  } catch (error) {
    throw new UsageError(`--output ${path}: cannot be written: ${reason(error)}`);
  }
}

function wantsColour({ env, stdoutIsTty }: Io): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '') return env['FORCE_COLOR'] !== '0';
  return stdoutIsTty && env['TERM'] !== 'dumb';
}

const SLOWEST = 5;

function printStats({ reports, stats, ignored, threads }: Checked, ms: number, io: Io): void {
  const functions = reports.reduce((sum, report) => sum + report.functions, 0);
  const analysed = reports.reduce((sum, report) => sum + report.analysed, 0);
  const rows: [string, string][] = [
    ['files read', stats.files.toLocaleString('en-US')],
    ['MB read', (stats.bytes / 1e6).toFixed(1)],
    ['files parsed', String(stats.candidates)],
    ['functions', `${functions} (${analysed} followed path by path)`],
    ['binary, skipped', String(stats.binary)],
    ['ignored', String(ignored)],
    ['unreadable', String(stats.unreadable)],
    ['threads', String(threads)],
    ['seconds', (ms / 1000).toFixed(2)],
    ['peak memory', `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`],
  ];
  const slowest = [...reports].sort((a, b) => (b.milliseconds ?? 0) - (a.milliseconds ?? 0)).slice(0, SLOWEST);
  for (const { path, milliseconds = 0 } of slowest)
    rows.push(['slowest', `${milliseconds.toFixed(0)} ms ${shownPath(path, io.cwd)}`]);
  io.stderr(rows.map(([name, value]) => `${name.padEnd(16)} ${value}\n`).join(''));
}
