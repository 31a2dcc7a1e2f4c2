/** What every output format is given. */
import { isAbsolute, relative, sep } from 'node:path';
import type { RuleMeta } from '../../../server/findings.ts';
import type { ReportedFinding, ReportedNotice } from '../report.ts';

export interface Outcome {
  readonly findings: readonly ReportedFinding[];
  readonly suppressed: readonly { readonly finding: ReportedFinding; readonly reason: string }[];
  /** Findings that the baseline knows. */
  readonly baselined: readonly ReportedFinding[];
  readonly notices: readonly ReportedNotice[];
  readonly filesChecked: number;
  readonly kernels: readonly string[];
  readonly rules: readonly RuleMeta[];
  readonly cwd: string;
  readonly colour: boolean;
}

export type Formatter = (outcome: Outcome) => string;

/** A path for people: relative to the working folder if it lies within. */
export function shownPath(path: string, cwd: string): string {
  const name = relative(cwd, path);
  return name === '' || name.startsWith('..') || isAbsolute(name) ? path : name.split(sep).join('/');
}

/** "1 finding", "2 findings". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}
