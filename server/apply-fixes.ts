/**
 * Applying fixes to text: all edits of a fix or none, never two that overlap, never one that lies outside of the text.
 * Pure; the CLI's --fix and the editor's fix-all both come through here.
 */
import type { AnalysisResult, Finding, Fix, RuleId, TextEdit } from './findings.ts';

/** How often fixes are applied and the result analysed again: one repair can uncover or enable the next. */
const MAX_PASSES = 10;

export interface AppliedFix {
  readonly rule: RuleId;
  readonly title: string;
  readonly path: string;
}

export interface FixOutcome {
  /** The new text of every file that changed. */
  readonly changed: ReadonlyMap<string, string>;
  readonly applied: readonly AppliedFix[];
  readonly passes: number;
  /** Edits of the first pass, if that was all; else the texts differ by more than these. */
  readonly edits: readonly TextEdit[] | undefined;
}

/** Text with the edits in it. They must not overlap; insertions at one place keep their order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const { span, newText } of inOrder(edits)) {
    result += text.slice(at, span.start) + newText;
    at = span.end;
  }
  return result + text.slice(at);
}

function inOrder(edits: readonly TextEdit[]): TextEdit[] {
  return [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

/** Can all edits of the fix be made to these texts? Edits of files that are not among them cannot. */
export function isSound(fix: Fix, texts: ReadonlyMap<string, string>): boolean {
  if (fix.edits.length === 0) return false;
  for (const [path, edits] of byPath(fix.edits)) {
    const text = texts.get(path);
    if (text === undefined) return false;
    let at = 0;
    for (const { span } of inOrder(edits)) {
      if (!(span.start >= at && span.end >= span.start && span.end <= text.length)) return false;
      at = span.end;
    }
  }
  return true;
}

/** Edits grouped by the file that they change, in the order given. */
export function byPath(edits: readonly TextEdit[]): Map<string, TextEdit[]> {
  const map = new Map<string, TextEdit[]>();
  for (const edit of edits) {
    const known = map.get(edit.path);
    if (known) known.push(edit);
    else map.set(edit.path, [edit]);
  }
  return map;
}

/** Would the two change the same place? Two insertions at one place count: their order would be a guess. */
function collide(a: TextEdit, b: TextEdit): boolean {
  if (a.path !== b.path) return false;
  if (a.span.start === b.span.start) return true;
  return a.span.start < b.span.end && b.span.start < a.span.end;
}

/** The safe fix of each finding (the preferred one first), without those that collide with an earlier one. */
export function chooseSafeFixes(
  findings: readonly Finding[],
  texts: ReadonlyMap<string, string>,
): { readonly fixes: readonly AppliedFix[]; readonly edits: readonly TextEdit[] } {
  const fixes: AppliedFix[] = [];
  const edits: TextEdit[] = [];
  for (const finding of findings) {
    const safe = finding.fixes().filter((fix) => fix.safe);
    const fix = safe.find((one) => one.preferred) ?? safe[0];
    if (!fix || !isSound(fix, texts)) continue;
    if (fix.edits.some((edit) => edits.some((other) => collide(edit, other)))) continue;
    edits.push(...fix.edits);
    fixes.push({ rule: finding.rule, title: fix.title, path: finding.path });
  }
  return { fixes, edits };
}

/**
 * Applies safe fixes until there are none left. `texts` holds the file and what its fixes may change besides it (its
 * headers); `analyse` is given the texts as they are then. Stops where a text comes back that was there before.
 */
export function fixAll(
  texts: ReadonlyMap<string, string>,
  analyse: (texts: ReadonlyMap<string, string>) => AnalysisResult,
): FixOutcome {
  const now = new Map(texts);
  const applied: AppliedFix[] = [];
  const seen = new Set<string>([snapshot(now)]);
  let first: readonly TextEdit[] | undefined;
  let passes = 0;
  while (passes < MAX_PASSES) {
    const result = analyse(now);
    if (!result.complete && result.findings.length === 0) break;
    const { fixes, edits } = chooseSafeFixes(result.findings, now);
    if (edits.length === 0) break;
    const next = new Map(now);
    for (const [path, own] of byPath(edits)) next.set(path, applyEdits(now.get(path) ?? '', own));
    const key = snapshot(next);
    if (seen.has(key)) break;
    seen.add(key);
    for (const [path, text] of next) now.set(path, text);
    applied.push(...fixes);
    passes++;
    if (passes === 1) first = edits;
  }
  const changed = new Map([...now].filter(([path, text]) => texts.get(path) !== text));
  return { changed, applied, passes, edits: passes === 1 ? first : undefined };
}

function snapshot(texts: ReadonlyMap<string, string>): string {
  return [...texts.values()].join('\0');
}

/** The smallest run of whole lines that turns `before` into `after`: one edit, or none. */
export function lineEdit(path: string, before: string, after: string): TextEdit | undefined {
  if (before === after) return undefined;
  let start = 0;
  const most = Math.min(before.length, after.length);
  while (start < most && before[start] === after[start]) start++;
  start = before.lastIndexOf('\n', start - 1) + 1;
  let tail = 0;
  while (tail < most - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  // Never split \r\n: the tail begins behind a line's end.
  const end = before.length - tail;
  const lineEnd = tail === 0 ? before.length : before.indexOf('\n', end - 1) + 1 || before.length;
  const whole = before.length - Math.max(lineEnd, end);
  return { path, span: { start, end: before.length - whole }, newText: after.slice(start, after.length - whole) };
}
