/** Baseline: a file with the fingerprints of known findings, so that a check reports only new ones. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import * as v from 'valibot';
import { TOOL } from './about.ts';
import { reason } from './checker.ts';
import { UsageError } from './io.ts';
import type { ReportedFinding } from './report.ts';

const Baseline = v.object({
  version: v.literal(1),
  findings: v.array(
    v.object({ path: v.string(), fingerprint: v.string(), count: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
  ),
});
type Entry = v.InferOutput<typeof Baseline>['findings'][number];

export interface BaselineMatch {
  readonly known: ReadonlySet<ReportedFinding>;
  /** Entries whose finding no longer occurs. */
  readonly stale: number;
}

/** Paths in the file are relative to its folder, so that it works from everywhere. */
function keyOf(finding: ReportedFinding, folder: string): string {
  return JSON.stringify([relative(folder, finding.place.path).split(sep).join('/'), finding.fingerprint]);
}

/** Splits findings into those that the baseline file knows and new ones. Throws a usage error if it cannot be read. */
export function matchBaseline(file: string, cwd: string, findings: readonly ReportedFinding[]): BaselineMatch {
  const full = resolve(cwd, file);
  let entries: readonly Entry[];
  try {
    entries = v.parse(Baseline, JSON.parse(readFileSync(full, 'utf8'))).findings;
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(
      gone
        ? `${file}: there is no such baseline file. Write one with --write-baseline ${file}.`
        : `${file}: is no baseline file (${reason(error)}). Write a new one with --write-baseline ${file}.`,
    );
  }
  const left = new Map(entries.map(({ path, fingerprint, count }) => [JSON.stringify([path, fingerprint]), count]));
  const known = new Set<ReportedFinding>();
  for (const finding of findings) {
    const key = keyOf(finding, dirname(full));
    const count = left.get(key) ?? 0;
    if (count === 0) continue;
    left.set(key, count - 1);
    known.add(finding);
  }
  return { known, stale: [...left.values()].reduce((sum, count) => sum + count, 0) };
}

/** Writes the findings as a baseline: path, fingerprint and count, no line numbers. */
export function writeBaseline(file: string, cwd: string, findings: readonly ReportedFinding[]): void {
  const full = resolve(cwd, file);
  const counts = new Map<string, number>();
  for (const finding of findings) {
    const key = keyOf(finding, dirname(full));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const entries: Entry[] = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, count]) => {
      const [path = '', fingerprint = ''] = JSON.parse(key) as string[];
      return { path, fingerprint, count };
    });
  try {
    writeFileSync(full, `${JSON.stringify({ version: 1, tool: TOOL, findings: entries }, null, 2)}\n`);
  } catch (error) {
    throw new UsageError(`${file}: the baseline cannot be written: ${reason(error)}`);
  }
}
