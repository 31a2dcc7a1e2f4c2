/** Baseline: a file with the fingerprints of known findings, so that a check reports only new ones. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import * as v from 'valibot';
import { TOOL } from './about.ts';
import { reason, writeReason } from './checker.ts';
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

/** The known findings of a baseline file, as read before anything is checked. */
export interface KnownFindings {
  readonly folder: string;
  readonly entries: readonly Entry[];
}

/** Reads a baseline file. Throws a usage error that says where it is wrong. */
export function readBaseline(file: string, cwd: string): KnownFindings {
  const full = resolve(cwd, file);
  const refuse = (what: string): never => {
    throw new UsageError(`${file}: is no baseline file (${what}). Write a new one with --write-baseline ${file}.`);
  };
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(full, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return refuse(reason(error));
    throw new UsageError(`${file}: there is no such baseline file. Write one with --write-baseline ${file}.`);
  }
  const parsed = v.safeParse(Baseline, json);
  if (parsed.success) return { folder: dirname(full), entries: parsed.output.findings };
  const [issue] = parsed.issues;
  const where = v.getDotPath(issue);
  if (where === 'version') return refuse(`its "version" is not 1, the one that this Pinscope reads`);
  return refuse(where === null ? issue.message : `at ${where}: ${issue.message}`);
}

/** Splits findings into those that the baseline knows and new ones. */
export function matchBaseline({ folder, entries }: KnownFindings, findings: readonly ReportedFinding[]): BaselineMatch {
  const left = new Map(entries.map(({ path, fingerprint, count }) => [JSON.stringify([path, fingerprint]), count]));
  const known = new Set<ReportedFinding>();
  for (const finding of findings) {
    const key = keyOf(finding, folder);
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
    throw new UsageError(`${file}: the baseline cannot be written: ${writeReason(error)}`);
  }
}
