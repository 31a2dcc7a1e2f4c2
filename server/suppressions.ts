/**
 * Comments that silence findings:
 *
 *     put_page(page); /* pinscope-ignore mismatched-release: the pool holds a get of its own *\/
 *     /* pinscope-ignore leaked-pin, double-release: freed by firmware *\/      (alone on its line: for the next line)
 *     /* pinscope-ignore-file foll-force: this is ptrace *\/                    (without a rule: all rules)
 *
 * One that silences nothing is reported, so that it does not outlive its reason.
 */
import type { Comment } from '../language/c/unit.ts';
import type { Finding, Notice } from './findings.ts';
import { RULE_IDS, isRuleId } from './rule-ids.ts';
import { LineIndex } from './lines.ts';

export interface SuppressionResult {
  /** What is left to report. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly { readonly finding: Finding; readonly reason: string }[];
  /** Unused suppressions and such as name no rule. */
  readonly notices: readonly Notice[];
}

export interface SuppressionOptions {
  /** Path of the file; needed for notices. */
  readonly path?: string;
  /** False for a rule that did not run: nothing can be said of its suppressions then. Default: all ran. */
  readonly ran?: (rule: string) => boolean;
}

interface Suppression {
  readonly start: number;
  readonly end: number;
  readonly wholeFile: boolean;
  /** Empty: every rule. */
  readonly rules: readonly string[];
  readonly reason: string;
  /** Lines that it is for, both ends included. */
  readonly firstLine: number;
  readonly lastLine: number;
  used: boolean;
}

const MARK = /^[ \t/*]*pinscope-ignore(-file)?(?![\w-])[ \t]*([^\r\n]*)/gm;
const RULES = /^([a-z][a-z-]*(?:[ \t]*,[ \t]*[a-z][a-z-]*)*)[ \t]*(:|$|(?=[ \t]))[ \t]*(.*)$/;

function parse(comment: Comment, text: string, lines: LineIndex): Suppression[] {
  if (!comment.text.includes('pinscope-ignore')) return [];
  const found: Suppression[] = [];
  for (const match of comment.text.matchAll(MARK)) {
    const rest = (match[2] ?? '').replace(/\*+\/\s*$/, '').trim();
    const split = RULES.exec(rest);
    const named = (split?.[1] ?? '').split(',').map((rule) => rule.trim());
    // "pinscope-ignore freed by firmware" is a reason for all rules; "leaked-pin freed by firmware" lacks its colon only.
    const isList = split !== null && (split[2] === ':' || split[3] === '' || named.every(isRuleId));
    const rules = isList ? named : [];
    const reason = isList ? (split[3] ?? '') : rest.replace(/^:\s*/, '');
    const line = lines.lineAt(comment.start);
    const lastOwn = lines.lineAt(Math.max(comment.start, comment.end - 1));
    const before = text.slice(lines.start(line), comment.start);
    const behind = text.slice(comment.end, lines.start(lastOwn) + lines.lineText(lastOwn).length);
    const alone = before.trim() === '' && behind.trim() === '';
    const target = alone ? nextCodeLine(lines, lastOwn + 1) : lastOwn;
    found.push({
      start: comment.start,
      end: comment.end,
      wholeFile: match[1] !== undefined,
      rules,
      reason: reason.trim(),
      firstLine: alone ? target : line,
      lastLine: target,
      used: false,
    });
  }
  return found;
}

/** The first line from `line` on that is neither blank nor only a comment: suppressions may be stacked. */
function nextCodeLine(lines: LineIndex, line: number): number {
  let at = line;
  while (at < lines.count && /^\s*$|^\s*\/\/|^\s*\/\*.*\*\/\s*$/.test(lines.lineText(at))) at++;
  return at;
}

/** Splits findings into those to report and those that a comment of the file silences. */
export function applySuppressions(
  text: string,
  comments: readonly Comment[],
  findings: readonly Finding[],
  options: SuppressionOptions = {},
): SuppressionResult {
  const marked = comments.filter((comment) => comment.text.includes('pinscope-ignore'));
  if (marked.length === 0) return { findings, suppressed: [], notices: [] };
  const lines = new LineIndex(text);
  const all = marked.flatMap((comment) => parse(comment, text, lines));
  const path = options.path ?? findings[0]?.path ?? '';

  const kept: Finding[] = [];
  const suppressed: { finding: Finding; reason: string }[] = [];
  for (const finding of findings) {
    // A finding in a header is not for this file's comments.
    const own = options.path === undefined || finding.path === options.path;
    const first = lines.lineAt(finding.span.start);
    const last = Math.max(first, lines.lineAt(Math.max(finding.span.start, finding.span.end - 1)));
    const hits = own
      ? all.filter(
          (one) =>
            (one.rules.length === 0 || one.rules.includes(finding.rule)) &&
            (one.wholeFile || (one.firstLine <= last && one.lastLine >= first)),
        )
      : [];
    if (hits.length === 0) {
      kept.push(finding);
      continue;
    }
    for (const hit of hits) hit.used = true;
    suppressed.push({ finding, reason: hits.map((hit) => hit.reason).find((reason) => reason !== '') ?? '' });
  }

  const notices: Notice[] = [];
  for (const one of all) {
    const span = { start: one.start, end: one.end };
    for (const rule of one.rules.filter((name) => !isRuleId(name))) {
      notices.push({
        kind: 'unused-suppression',
        path,
        span,
        message: `pinscope-ignore names no rule that exists: "${rule}". The rules are ${RULE_IDS.join(', ')}.`,
      });
    }
    const known = one.rules.filter(isRuleId);
    const idle = options.ran !== undefined && known.some((rule) => !options.ran?.(rule));
    if (one.used || idle || (one.rules.length > 0 && known.length === 0)) continue;
    const what = known.length > 0 ? known.join(', ') : 'any rule';
    const where = one.wholeFile ? 'in this file' : `on line ${one.firstLine}`;
    notices.push({
      kind: 'unused-suppression',
      path,
      span,
      message: `Unused suppression: ${what} reports nothing ${where}. Remove the comment.`,
    });
  }
  return { findings: kept, suppressed, notices };
}
