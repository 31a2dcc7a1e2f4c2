/** What a rule is: its documentation and metadata, and a check that turns facts about a file into reports. */
import type { CallExpr, Span } from '../../language/c/ast.ts';
import type { KernelVersion } from '../../language/c/unit.ts';
import { exprText } from '../../language/c/index.ts';
import type { Crossing } from '../analysis/crossings.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { perFile } from '../analysis/per-function.ts';
import type { AcquireSite } from '../analysis/sites.ts';
import { traceSteps } from '../analysis/state.ts';
import type { Resource, Trace } from '../analysis/state.ts';
import type { Fix, PathStep, RuleMeta } from '../findings.ts';

export interface Report {
  readonly span: Span;
  readonly functionName: string;
  readonly message: string;
  readonly steps: readonly PathStep[];
  /** Part of the fingerprint: what distinguishes this defect from others of the rule in the function; no positions. */
  readonly shape: string;
  readonly caseNumber?: 1 | 2 | 3 | 4 | 5;
  readonly fixes?: () => readonly Fix[];
  /** Why there is no fix, if there is none. */
  readonly fixNote?: () => string | undefined;
}

/** What a rule may ask beyond the file. */
export interface RuleContext {
  /** All kernels that are configured, this file's target among them: a fix should be right in each. */
  readonly kernels: readonly KernelVersion[];
}

export interface Rule {
  readonly meta: RuleMeta;
  check(file: FileAnalysis, context: RuleContext): Iterable<Report>;
}

/** 1-based line of an offset. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) line++;
  return line;
}

/** "line 42", or "line 42 of vm.c" where the position is not in the file that is analysed. */
export function lineAt(file: FileAnalysis, offset: number): string {
  const { path, text, span } = file.unit.sources.locate({ start: offset, end: offset });
  const line = `line ${lineOf(text, span.start)}`;
  return path === file.unit.path
    ? line
    : `${line} of ${path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)}`;
}

/** The expression that names the pages of an acquire, for messages: `pages`. */
export function pagesName(file: FileAnalysis, call: CallExpr): string {
  const site = file.groups.acquires.find((a) => a.call.start === call.start);
  return site?.pages ? exprText(site.pages, file.unit.sources).replace(/\s+/g, ' ').replace(/^&/, '') : 'the pages';
}

/** "`pages` (pinned on line 42 by pin_user_pages_fast)". */
export function describeAcquire(file: FileAnalysis, call: CallExpr, kind: 'get' | 'pin'): string {
  const name = call.callee.kind === 'id' ? call.callee.name : 'the call';
  return `\`${pagesName(file, call)}\` (${kind === 'pin' ? 'pinned' : 'taken'} on ${lineAt(file, call.start)} by ${name})`;
}

/** The path from the acquire to the fault; decisions before the acquire are left out. */
export function pathSteps(
  file: FileAnalysis,
  trace: Trace | null,
  acquire: Span | null,
  fault: Span,
  message: string,
): PathStep[] {
  const path = file.unit.path;
  const all = traceSteps(trace);
  const from = acquire ? all.findLastIndex((t) => t.role === 'acquire' && t.span.start === acquire.start) : 0;
  const steps: PathStep[] = all.slice(Math.max(from, 0)).map((t) => ({
    path,
    span: t.span,
    message: t.message,
    role: t.role === 'acquire' && t.span.start !== acquire?.start ? 'event' : t.role,
  }));
  steps.push({ path, span: fault, message, role: 'fault' });
  return steps;
}

/** "`ret != nr` is true", the last decision on the path; empty if there was none behind the acquire. */
export function lastDecision(trace: Trace | null, acquire: Span): string {
  for (let t = trace; t; t = t.parent) {
    if (t.role === 'branch') return t.message;
    if (t.role === 'acquire' && t.span.start === acquire.start) break;
  }
  return '';
}

export const stepAt = (file: FileAnalysis, span: Span, message: string, role: PathStep['role']): PathStep => ({
  path: file.unit.path,
  span,
  message,
  role,
});
/** The function stands in the analysed file itself, not in a header: only there can a report point. */
export function isOwn(file: FileAnalysis, fn: string): boolean {
  const def = file.functions.get(fn)?.def;
  return def !== undefined && ownFunctions(file).has(def);
}

/** The functions of the file itself. */
const ownFunctions = perFile((file) => new Set(file.unit.functions));

/**
 * Code of the kernel's core: memory management, tracing, file systems and the like, that may do what a driver may not. Told by
 * its place in a kernel tree (`kernel/events/uprobes.c`); a folder of a driver's own called `kernel` holds modules.
 */
export function isCore(file: FileAnalysis): boolean {
  const { path, text } = file.unit;
  if (/(^|[\\/])drivers[\\/]/.test(path)) return false;
  return (
    /(^|[\\/])(mm|kernel|fs|security|lib|virt|arch|io_uring|ipc|block)[\\/]/.test(path) &&
    !/\bMODULE_(LICENSE|DEVICE_TABLE)\b/.test(text)
  );
}
/** The first registration of an MMU notifier in the file, in whatever branch of a conditional it stands. */
export function notifierOf(file: FileAnalysis): (Span & { readonly name: string }) | undefined {
  const { text, comments } = file.unit;
  for (const m of text.matchAll(/\b_*(mmu_(?:interval_)?notifier_(?:register|insert|get)(?:_locked)?)\s*\(/g)) {
    const start = m.index;
    if (comments.some((c) => c.start <= start && start < c.end)) continue;
    return { start, end: start + m[0].length - 1, name: m[1]! };
  }
  return undefined;
}
export const siteOf = (file: FileAnalysis, r: Resource): AcquireSite | undefined =>
  file.groups.acquires.find((a) => a.call.start === r.site.start);
export const callName = (call: CallExpr): string => (call.callee.kind === 'id' ? call.callee.name : 'call');

/** "buf_pin()": what the call that leaves the file enters. */
export const enteredBy = ({ way }: Crossing): string => `${way[0]!.fn}()`;

/** The calls on a way that leaves the file, without the last: the fault is there. */
export const crossingSteps = (file: FileAnalysis, { fn, call, way }: Crossing): readonly PathStep[] =>
  [{ fn, call }, ...way.slice(0, -1)].map((at) => stepAt(file, at.call, `${at.fn}() calls on`, 'event'));
