/**
 * Applies every fix that is offered for a text and says what is wrong with the result. Used on snippets by the unit tests
 * and on mutants of real drivers by test/bench/fixes.mjs.
 */
import { parseUnit, type CParser } from '../../../language/c/index.ts';
import type { HeaderText, Target } from '../../../language/c/unit.ts';
import { scanText } from '../../../language/c/scan.ts';
import { applyEdits, isSound } from '../../../server/apply-fixes.ts';
import type { Analyser } from '../../../server/analyser.ts';
import type { Finding, Fix } from '../../../server/findings.ts';

/** What is audited: one file, for one or several kernels. */
export interface AuditInput {
  readonly path: string;
  readonly text: string;
  readonly headers: readonly HeaderText[];
  readonly targets: readonly Target[];
  /** Only these findings; all by default. */
  readonly only?: (finding: Finding) => boolean;
  /** `rule|function` of what the text is known to have besides, and a defect in front of it may hide. */
  readonly expected?: ReadonlySet<string>;
  /** Apply each fix to the text with CRLF line ends too, and compare. */
  readonly crlf?: boolean;
}

/** One fix of one finding, with what is wrong with it. */
export interface AuditedFix {
  readonly finding: Finding;
  readonly fix: Fix;
  readonly result: string;
  readonly problems: readonly string[];
}

/** All findings of the file, and all fixes of theirs. */
export interface Audit {
  readonly findings: readonly Finding[];
  /** Findings without a fix. */
  readonly unfixed: readonly Finding[];
  readonly fixes: readonly AuditedFix[];
}

/** The two engines: the analyser, and a parser of its own for syntax. */
export interface Engines {
  readonly analyser: Analyser;
  readonly parser: CParser;
}

/** Applies each fix on its own to the original text. */
export function auditFixes(engines: Engines, input: AuditInput): Audit {
  const findings = analyse(engines, input, input.text).filter((f) => input.only?.(f) ?? true);
  const unfixed: Finding[] = [];
  const fixes: AuditedFix[] = [];
  const before = analyse(engines, input, input.text);
  const errors = syntaxErrors(engines, input, input.text);
  const seen = new Set<string>();
  for (const finding of findings) {
    const offered = finding.fixes();
    if (!offered.length) unfixed.push(finding);
    for (const fix of offered) {
      const key = JSON.stringify([finding.rule, fix.edits]);
      if (seen.has(key)) continue;
      seen.add(key);
      fixes.push({ finding, fix, ...auditFix(engines, input, before, errors, finding, fix) });
    }
  }
  return { findings, unfixed, fixes };
}

function auditFix(
  engines: Engines,
  input: AuditInput,
  before: readonly Finding[],
  errors: number,
  finding: Finding,
  fix: Fix,
): { readonly result: string; readonly problems: readonly string[] } {
  if (!isSound(fix, new Map([[input.path, input.text]]))) return { result: '', problems: ['the edits do not fit'] };
  const problems: string[] = [];
  const result = applyEdits(input.text, fix.edits);
  if (result === input.text) problems.push('the edits change nothing');
  if (syntaxErrors(engines, input, result) > errors) problems.push('the result has more syntax errors');
  const after = analyse(engines, input, result);
  const [was, is] = [tally(before), tally(after)];
  const own = keyOf(finding);
  if ((is.get(own) ?? 0) >= (was.get(own) ?? 0)) problems.push('the finding is still there');
  // notes on what a good pin may still want are no defects
  const weighty = tally(after.filter((f) => f.level === 'error' || f.level === 'warning'));
  for (const [key, n] of weighty)
    if (key !== own && n > (was.get(key) ?? 0) && !input.expected?.has(key)) problems.push(`new: ${key}`);
  problems.push(...lostComments(input.text, result, fix));
  if (input.crlf) problems.push(...asCrlf(engines, input, finding, fix, result));
  return { result, problems };
}

/** The same fix of the same text with other line ends gives the same, with those line ends. */
function asCrlf(engines: Engines, input: AuditInput, finding: Finding, fix: Fix, result: string): string[] {
  const text = input.text.replace(/\r?\n/g, '\r\n');
  const twin = analyse(engines, input, text)
    .filter((f) => keyOf(f) === keyOf(finding))
    .flatMap((f) => f.fixes())
    .filter((f) => f.title === fix.title);
  const wanted = result.replace(/\r?\n/g, '\r\n');
  return twin.some((f) => applyEdits(text, f.edits) === wanted) ? [] : ['with CRLF the result differs'];
}

/** Comments are kept, but for those within a statement that the fix takes out. */
function lostComments(before: string, after: string, fix: Fix): string[] {
  if (/^Remove /.test(fix.title)) return [];
  const count = (text: string): Map<string, number> => {
    const map = new Map<string, number>();
    for (const c of scanText(text).comments) {
      const key = text.slice(c.start, c.end).replace(/\s+/g, ' ');
      map.set(key, (map.get(key) ?? 0) + 1);
    }
    return map;
  };
  const now = count(after);
  const lost = [...count(before)].filter(([key, n]) => (now.get(key) ?? 0) < n);
  return lost.map(([key]) => `a comment is lost: ${key.slice(0, 60)}`);
}

function analyse(engines: Engines, input: AuditInput, text: string): readonly Finding[] {
  const { path, headers, targets } = input;
  engines.analyser.close(path);
  return engines.analyser.analyse({ path, text, headers }, { targets, severity: {} }).findings;
}

const keyOf = (f: Finding): string => `${f.rule}|${f.functionName}`;

function tally(findings: readonly Finding[]): Map<string, number> {
  const map = new Map<string, number>();
  for (const f of findings) map.set(keyOf(f), (map.get(keyOf(f)) ?? 0) + 1);
  return map;
}

function syntaxErrors(engines: Engines, input: AuditInput, text: string): number {
  let errors = 0;
  for (const target of input.targets) {
    engines.parser.close(input.path);
    const unit = parseUnit(engines.parser, { path: input.path, text, headers: input.headers, target });
    errors += unit.problems.length + unit.functions.filter((f) => f.hasError).length;
  }
  return errors;
}
