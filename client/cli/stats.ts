/** `--stats` */
import type { CheckStats } from './checker.ts';
import { shownPath } from './formats/format.ts';
import type { Io } from './io.ts';
import type { FileReport } from './report.ts';

const SLOWEST = 5;

/** What a check is told of by --stats. */
export interface Measured {
  readonly reports: readonly FileReport[];
  readonly stats: CheckStats;
  readonly ignored: number;
  readonly threads: number;
  /** Files and analyses that an earlier check had answered. */
  readonly remembered: CheckStats;
}

/** Prints counts, times and what ran out of its budget to standard error. */
export function printStats({ reports, stats, ignored, threads, remembered }: Measured, ms: number, io: Io): void {
  const functions = reports.reduce((sum, report) => sum + report.functions, 0);
  const analysed = reports.reduce((sum, report) => sum + report.analysed, 0);
  const rows: [string, string][] = [
    ['files read', stats.files.toLocaleString('en-US')],
    ['MB read', (stats.bytes / 1e6).toFixed(1)],
    ['files parsed', String(stats.candidates)],
    ['from the cache', `${remembered.files.toLocaleString('en-US')} read, ${remembered.candidates} parsed`],
    ['functions', `${functions} (${analysed} followed path by path)`],
    ['binary, skipped', String(stats.binary)],
    ['ignored', String(ignored)],
    ['unreadable', String(stats.unreadable)],
    ['threads', String(threads)],
    ['seconds', (ms / 1000).toFixed(2)],
    ['peak memory', `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`],
  ];
  const over = reports.flatMap((report) => report.notices).filter((notice) => notice.kind === 'budget');
  rows.push(['over budget', String(over.length)]);
  for (const { path, message } of over) rows.push(['over budget', `${shownPath(path, io.cwd)}: ${message}`]);
  const slowest = reports
    .filter((report) => report.milliseconds !== undefined)
    .sort((a, b) => (b.milliseconds ?? 0) - (a.milliseconds ?? 0))
    .slice(0, SLOWEST);
  for (const { path, milliseconds = 0 } of slowest)
    rows.push(['slowest', `${milliseconds.toFixed(0)} ms ${shownPath(path, io.cwd)}`]);
  io.stderr(rows.map(([name, value]) => `${name.padEnd(16)} ${value}\n`).join(''));
}
