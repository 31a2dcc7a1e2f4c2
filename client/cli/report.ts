/** Findings with lines, columns and source lines: plain data that crosses threads and needs no text any more. */
import type { AnalysisResult, Finding, Level, Notice, PathStep, RuleId } from '../../server/findings.ts';
import { formatVersion } from '../../language/kernel/version.ts';
import type { Span } from '../../language/c/ast.ts';
import { LineIndex } from '../../server/lines.ts';

export interface Place {
  /** Absolute. */
  readonly path: string;
  /** UTF-16 offsets into the text without its byte order mark. */
  readonly start: number;
  readonly end: number;
  /** From 1; columns in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

interface ReportedStep {
  readonly place: Place;
  readonly role: PathStep['role'];
  readonly message: string;
  /** The source line, trimmed. */
  readonly source: string;
}

export interface ReportedFix {
  readonly title: string;
  readonly safe: boolean;
  readonly preferred: boolean;
  readonly edits: readonly { readonly place: Place; readonly newText: string }[];
}

export interface ReportedFinding {
  readonly rule: RuleId;
  readonly level: Level;
  readonly place: Place;
  readonly message: string;
  readonly functionName: string;
  readonly steps: readonly ReportedStep[];
  readonly caseNumber?: number;
  readonly kernels: readonly string[];
  readonly fingerprint: string;
  readonly fixes: readonly ReportedFix[];
  readonly fixNote?: string;
  /** Lines around the finding; the first has number `firstLine`. */
  readonly frame: { readonly firstLine: number; readonly lines: readonly string[] };
}

export interface ReportedNotice {
  readonly kind: Notice['kind'] | 'unreadable';
  readonly path: string;
  readonly place?: Place;
  readonly message: string;
}

export interface FileReport {
  readonly path: string;
  readonly findings: readonly ReportedFinding[];
  readonly suppressed: readonly { readonly finding: ReportedFinding; readonly reason: string }[];
  readonly notices: readonly ReportedNotice[];
  readonly functions: number;
  readonly analysed: number;
  /** Nothing but the files decided on it: no haste, no failure. */
  readonly isLasting: boolean;
  /** Time of the analysis. */
  readonly milliseconds?: number;
}

/** Lines shown before and behind a finding, and of it. */
const CONTEXT = 2;
const FRAME_LINES = 6;
/** A minified or generated line would fill the terminal. */
const LINE_LENGTH = 300;

/** `texts` holds the file and its headers by path. Fixes are computed here: they cannot cross threads otherwise. */
export function toReport(result: AnalysisResult, texts: ReadonlyMap<string, string>): FileReport {
  const indices = new Map<string, LineIndex>();
  const indexOf = (path: string): LineIndex => {
    let index = indices.get(path);
    if (!index) indices.set(path, (index = new LineIndex(texts.get(path) ?? '')));
    return index;
  };
  const place = (path: string, span: Span): Place => {
    const index = indexOf(path);
    const start = index.at(span.start);
    const end = index.at(Math.max(span.start, span.end));
    return {
      path,
      start: span.start,
      end: span.end,
      line: start.line,
      column: start.column,
      endLine: end.line,
      endColumn: end.column,
    };
  };
  const notices: ReportedNotice[] = result.notices.map((notice) => ({
    kind: notice.kind,
    path: notice.path,
    message: notice.message,
    ...(notice.span && { place: place(notice.path, notice.span) }),
  }));
  const fixesOf = (finding: Finding): ReportedFix[] => {
    try {
      return finding.fixes().map((fix) => ({
        title: fix.title,
        safe: fix.safe,
        preferred: fix.preferred ?? false,
        edits: fix.edits.map((edit) => ({ place: place(edit.path, edit.span), newText: edit.newText })),
      }));
    } catch (error) {
      notices.push({
        kind: 'rule-failed',
        path: finding.path,
        message: `the fix of rule ${finding.rule} failed: ${error instanceof Error ? error.message : String(error)}`,
      });
      return [];
    }
  };
  const convert = (finding: Finding): ReportedFinding => {
    const fixes = fixesOf(finding);
    const fixNote = fixes.length ? undefined : finding.fixNote?.();
    const at = place(finding.path, finding.span);
    const index = indexOf(finding.path);
    const firstLine = Math.max(1, at.line - CONTEXT);
    const lastLine = Math.min(index.count, Math.min(at.endLine, at.line + FRAME_LINES) + CONTEXT);
    return {
      rule: finding.rule,
      level: finding.level,
      place: at,
      message: finding.message,
      functionName: finding.functionName,
      steps: finding.steps.map((step) => {
        const stepPlace = place(step.path, step.span);
        return {
          place: stepPlace,
          role: step.role,
          message: step.message,
          source: indexOf(step.path).lineText(stepPlace.line).trim().slice(0, LINE_LENGTH),
        };
      }),
      ...(finding.caseNumber !== undefined && { caseNumber: finding.caseNumber }),
      kernels: finding.kernels.map(formatVersion),
      fingerprint: finding.fingerprint,
      fixes,
      ...(fixNote !== undefined && { fixNote }),
      frame: {
        firstLine,
        lines: Array.from({ length: lastLine - firstLine + 1 }, (_, i) =>
          index.lineText(firstLine + i).slice(0, LINE_LENGTH),
        ),
      },
    };
  };
  const findings = result.findings.map(convert);
  const suppressed = result.suppressed.map(({ finding, reason }) => ({ finding: convert(finding), reason }));
  const untried = result.untried?.() ?? 0;
  if (untried > 0)
    notices.push({
      kind: 'budget',
      path: result.path,
      message: `fixes of ${untried} finding${untried === 1 ? '' : 's'} were not tried: the file has too many.`,
    });
  return {
    path: result.path,
    findings,
    suppressed,
    notices,
    functions: result.stats.functions,
    analysed: result.stats.analysed,
    isLasting: result.complete && !notices.some(({ kind }) => kind === 'internal' || kind === 'rule-failed'),
  };
}
