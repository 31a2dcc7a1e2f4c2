/** `pinscope check` */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatVersion } from '../../language/kernel/version.ts';
import type { AnalyserModule } from '../../server/analyser.ts';
import { analysisOptions } from '../../server/config.ts';
import type { AnalysisOptions } from '../../server/findings.ts';
import { tierForOneCheck } from '../../server/tiering.ts';
import { loadWasm } from '../../server/wasm-files.ts';
import { matchBaseline, readBaseline, writeBaseline } from './baseline.ts';
import { Cache } from './cache.ts';
import { Checker, emptyReport, writeReason, type CheckStats } from './checker.ts';
import { decode } from './encoding.ts';
import { findFiles, type FileWalk } from './files.ts';
import { fixFile } from './fix.ts';
import { counted, shownPath, type Outcome } from './formats/format.ts';
import { EXIT, UsageError, type Io } from './io.ts';
import { explain } from './explain.ts';
import { listRules } from './list-rules.ts';
import { formatterOf, jobsOf, showsFixes, parse, settingsOf } from './options.ts';
import { Pool } from './pool.ts';
import { perform, Sweep } from './sweep.ts';
import type { FileReport, ReportedFinding, ReportedNotice } from './report.ts';
import { printStats, type Measured } from './stats.ts';

/** Fewer files than that are checked faster than a thread starts. */
const FILES_FOR_THREADS = 400;

/** The `check` command; gives the exit code: 0 clean, 1 findings, 2 usage or failure. */
export async function check(argv: readonly string[], analyser: AnalyserModule, io: Io): Promise<number> {
  const started = performance.now();
  const { values, positionals } = parse(argv);
  if (values['list-rules']) return listRules([], analyser, io);
  if (values.explain !== undefined) return explain([values.explain], analyser, io);
  if (positionals.length === 0)
    throw new UsageError('check needs a PATH: a file, a folder or a glob. Try: pinscope check drivers/');
  const formatter = formatterOf(values);
  const settings = settingsOf(values, io);
  const shown = values.fix || showsFixes(values.format);
  const options: AnalysisOptions = { ...analysisOptions(settings), ...(!shown && { fixes: 'none' }) };
  const jobs = jobsOf(values);
  const baseline = values.baseline === undefined ? undefined : readBaseline(values.baseline, io.cwd);
  for (const file of [values.output, values['write-baseline']]) if (file !== undefined) assertWritable(file, io);

  const world = values['no-cache'] ? { ...io, cache: undefined } : io;
  const checked = await checkAll(positionals, options, jobs, analyser, world, values.fix);
  // A file that was named and cannot be read is a failure; one that a walk met and that is gone now is not.
  const named = new Set(positionals.map((path) => resolve(io.cwd, path)));
  const unreadable = checked.reports
    .flatMap((report) => report.notices)
    .find((notice) => notice.kind === 'unreadable' && named.has(notice.path));
  if (unreadable) throw new UsageError(`${shownPath(unreadable.path, io.cwd)}: ${unreadable.message}`);

  const findings = checked.reports.flatMap((report) => report.findings).filter(once());
  const notices = [...checked.reports.flatMap((report) => report.notices), ...binaries(named)];
  const file = values['write-baseline'];
  if (file !== undefined) {
    writeBaseline(file, io.cwd, findings);
    io.stderr(`${counted(findings.length, 'finding')} written to ${file}\n`);
  }
  const known = baseline && matchBaseline(baseline, findings);
  if (known && known.stale > 0)
    io.stderr(
      `${values.baseline}: ${counted(known.stale, 'entry', 'entries')} no longer found; write it again with --write-baseline\n`,
    );
  const outcome: Outcome = {
    findings: findings.filter((finding) => !known?.known.has(finding)),
    suppressed: checked.reports.flatMap((report) => report.suppressed),
    baselined: known ? [...known.known] : [],
    notices,
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

/** A finding in a header is made for every file that includes it. */
function once(): (finding: ReportedFinding) => boolean {
  const seen = new Set<string>();
  return ({ rule, place, fingerprint }) => {
    const key = `${rule}:${place.path}:${place.start}:${fingerprint}`;
    return !seen.has(key) && !!seen.add(key);
  };
}

/** "No findings" in nothing would be taken for an answer. */
function nothingIn(paths: readonly string[], { ignored, ignoredFolders }: FileWalk): string {
  const count = (n: number, what: string): string[] => (n ? [`${n} ${what}${n === 1 ? '' : 's'}`] : []);
  const left = [...count(ignored, 'file'), ...count(ignoredFolders, 'folder')];
  const why = left.length
    ? `${left.join(' and ')} ${ignored + ignoredFolders === 1 ? 'is' : 'are'} left out by .gitignore, .ignore or .pinscopeignore; name it to have it checked all the same`
    : 'there is none';
  return `pinscope: no .c file to check in ${paths.join(', ')}: ${why}\n`;
}

interface Checked extends Measured {
  readonly fixErrors: number;
}

/** Notes of named files that hold no text: "no findings" would be no answer. */
function binaries(named: ReadonlySet<string>): ReportedNotice[] {
  const isBinary = (path: string): boolean => {
    try {
      return statSync(path).isFile() && decode(readFileSync(path)) === undefined;
    } catch {
      // Told of where it was read.
      return false;
    }
  };
  const message = 'is binary, or text in UTF-16, and was not checked; save source files as UTF-8';
  return [...named].filter(isBinary).map((path) => ({ kind: 'syntax', path, message }));
}

/** Said before the check: it may take long. */
function assertWritable(file: string, io: Io): void {
  const full = resolve(io.cwd, file);
  if (statSync(full, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${file}: cannot be written: it is a folder`);
  if (!existsSync(dirname(full))) throw new UsageError(`${file}: cannot be written: there is no such folder`);
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
  const withoutProof = options.fixes === 'none' ? 'none' : 'unproven';
  const script = new URL('./worker.js', import.meta.url);
  const mayThread = script.protocol === 'file:' && existsSync(fileURLToPath(script)) && jobs !== 1;
  const threads = jobs ?? Math.min(2, availableParallelism());
  const sweep = new Sweep(analyser.mayMatter);
  const remembers = io.cache !== undefined;
  let pool: Pool | undefined;
  const walk = await findFiles(paths, io.cwd, {
    found(path, isNamed) {
      order.set(path, order.size);
      sweep.add(path, isNamed);
      if (order.size === FILES_FOR_THREADS && io.cache)
        sweep.cache = new Cache(io.cache, { paths: paths.map((one) => resolve(io.cwd, one)), withoutProof, options });
      if (mayThread && threads > 1 && order.size >= (jobs === undefined ? FILES_FOR_THREADS : 2))
        // of a whole tree the reports name what the rules propose; --fix and a check of some files prove each first
        pool ??= new Pool(script, { options: { ...options, fixes: withoutProof }, remembers }, threads, sweep);
      // workers begin while the folders are still walked
      pool?.dispatch();
    },
    beside: (path) => sweep.addBeside(path),
  });
  sweep.close(walk.roots);
  if (!order.size) io.stderr(nothingIn(paths, walk));
  const progress = startProgress(order.size, io);
  let stats: CheckStats;
  if (pool) stats = await pool.finish();
  else {
    tierForOneCheck();
    const checker = new Checker(
      analyser,
      order.size < FILES_FOR_THREADS ? options : { ...options, fixes: withoutProof },
      remembers,
    );
    for (sweep.settle(); ; sweep.settle()) {
      const task = sweep.next(checker);
      if (!task && sweep.advance()) continue;
      if (!task) break;
      sweep.answered(task, await perform(task, checker));
      await progress.tick(checker.stats.files);
    }
    stats = checker.stats;
    await checker.dispose();
  }
  const { reports, remembered } = sweep;
  sweep.cache?.save();
  for (const key of Object.keys(stats) as (keyof CheckStats)[]) stats[key] += remembered[key];
  progress.stop();
  let fixErrors = 0;
  if (fix) fixErrors = await repair(reports, options, analyser, io);
  reports.sort((a, b) => (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0));
  return { reports, stats, remembered, ignored: walk.ignored, threads: pool ? threads : 1, fixErrors };
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
      reports[i] = report ?? emptyReport(path);
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
    throw new UsageError(`--output ${path}: cannot be written: ${writeReason(error)}`);
  }
}

function wantsColour({ env, stdoutIsTty }: Io): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '') return env['FORCE_COLOR'] !== '0';
  return stdoutIsTty && env['TERM'] !== 'dumb';
}
