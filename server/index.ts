/**
 * Entry of the analyser: (file, options) → findings, for every target asked for. Pure: the parser's wasm is given as
 * bytes, files and headers as text.
 */
import { createCParser, parseVariants, type CParser } from '../language/c/index.ts';
import type { KernelVersion, Target } from '../language/c/unit.ts';
import { gupFamilyNames } from '../language/kernel/index.ts';
import { compareVersions, formatVersion } from '../language/kernel/version.ts';
import { analyseUnit, type FileAnalysis } from './analysis/file.ts';
import type { Analyser } from './analyser.ts';
import type { AnalysisOptions, AnalysisResult, FileInput, Finding, Fix, Notice, RuleMeta } from './findings.ts';
import { combineFixes, isActive, type Source } from './fixes/kernels.ts';
import { ladderKernels } from './fixes/ladders.ts';
import { provenFixes, unprovenFixes, type Verdict } from './fix-proof.ts';
import type { Report, Rule, RuleContext } from './rules/rule.ts';
import { rules } from './rules/index.ts';
import { applySuppressions } from './suppressions.ts';

export type { Analyser } from './analyser.ts';

/** Documentation and metadata of all rules. */
export const ruleMetas: readonly RuleMeta[] = rules.map((r) => r.meta);

const NAMES = new RegExp(`\\b(?:${[...gupFamilyNames].join('|')})\\b`);

/** True if the text names a call of the families: only then can a finding be in it. */
export const mayMatter = (text: string): boolean => NAMES.test(text);

/** The analyser over a wasm parser; bytes, or paths/URLs that the platform can fetch. */
export async function createAnalyser(wasm: {
  treeSitter: Uint8Array | string;
  c: Uint8Array | string;
}): Promise<Analyser> {
  return new Session(await createCParser(wasm));
}

/** Largest file that is analysed, in UTF-16 units; larger ones get a notice. */
const MAX_LENGTH = 4_000_000;

const NOTHING_HOLDS = 'No fix is offered: each that was tried left the finding in place or brought another.';

class Session implements Analyser {
  private readonly failedRules = new Set<string>();
  private readonly proofs = new WeakMap<Finding, readonly Fix[]>();
  constructor(private readonly parser: CParser) {}

  analyse(file: FileInput, options: AnalysisOptions): AnalysisResult {
    const notices: Notice[] = [];
    const merged = new Map<string, { finding: Finding; kernels: KernelVersion[] }>();
    const stats = { functions: 0, analysed: 0, states: 0, syntaxErrors: 0, overBudget: new Set<string>() };
    let complete = true;
    let isTooLarge = false;
    let branches = false;
    let comments: Parameters<typeof applySuppressions>[1] = [];
    const cancelled = options.cancelled ?? (() => false);
    if (file.text.length > MAX_LENGTH) {
      notices.push({
        kind: 'syntax',
        path: file.path,
        message: `The file has ${file.text.length} characters; files above ${MAX_LENGTH} are not analysed.`,
      });
      return {
        path: file.path,
        findings: [],
        notices,
        suppressed: [],
        complete: false,
        stats: { ...stats, overBudget: [] },
      };
    }
    if (!mayMatter(file.text)) {
      return {
        path: file.path,
        findings: [],
        notices,
        suppressed: [],
        complete: true,
        stats: { ...stats, overBudget: [] },
      };
    }
    const context: RuleContext = { kernels: options.targets.map((t) => t.kernel) };
    for (const target of options.targets) {
      if (cancelled()) {
        complete = false;
        break;
      }
      let variants = 0;
      for (const analysis of this.analyses(file, target, cancelled, notices)) {
        if (++variants > 1) branches = true;
        if (analysis.unit.timedOut) isTooLarge = true;
        comments = analysis.unit.comments;
        stats.functions += analysis.stats.functions;
        stats.syntaxErrors += analysis.unit.problems.length + analysis.unit.functions.filter((f) => f.hasError).length;
        stats.analysed += analysis.stats.analysed;
        stats.states += analysis.stats.steps;
        for (const f of analysis.stats.overBudget) stats.overBudget.add(f);
        for (const rule of rules) {
          const level = options.severity[rule.meta.id] ?? rule.meta.level;
          if (level === 'off') continue;
          for (const report of this.check(rule, analysis, context, notices)) {
            const finding = toFinding(rule, level, report, analysis, target);
            const key = `${finding.rule}:${finding.span.start}:${finding.fingerprint}`;
            const known = merged.get(key);
            if (!known) merged.set(key, { finding, kernels: [target.kernel] });
            else if (!known.kernels.some((k) => formatVersion(k) === formatVersion(target.kernel)))
              known.kernels.push(target.kernel);
          }
        }
      }
    }
    if (cancelled()) complete = false;
    if (isTooLarge) {
      notices.push({
        kind: 'budget',
        path: file.path,
        message: 'The file took the parser more than 3 s and was given up: nothing in it was checked.',
      });
    }
    for (const f of stats.overBudget) {
      notices.push({
        kind: 'budget',
        path: file.path,
        message: `${f}() has more paths than the analysis walks: some were left out, findings in it may be missing.`,
      });
    }
    const plain = withoutCascades([...merged.values()].map((m) => ({ ...m.finding, kernels: m.kernels })));
    const verdict: Verdict = { findings: plain, errors: stats.syntaxErrors };
    const findings = options.unprovenFixes
      ? plain.map((f) => ({ ...f, fixes: () => unprovenFixes(f.fixes()) }))
      : plain.map((f) => ({
          ...f,
          fixes: () => this.proven(file, options, f, verdict, branches),
          fixNote: () => f.fixNote?.() ?? (f.fixes().length ? NOTHING_HOLDS : undefined),
        }));
    const ran = (rule: string): boolean =>
      options.severity[rule as RuleMeta['id']] !== 'off' && rules.some((r) => r.meta.id === rule);
    const silenced = applySuppressions(file.text, comments, findings, { path: file.path, ran });
    return {
      path: file.path,
      findings: silenced.findings,
      notices: [...notices, ...silenced.notices],
      suppressed: silenced.suppressed,
      complete,
      stats: { ...stats, overBudget: [...stats.overBudget] },
    };
  }

  /** The fixes of a finding that hold: each is tried on the text, once. */
  private proven(
    file: FileInput,
    options: AnalysisOptions,
    finding: Finding,
    before: Verdict,
    branches: boolean,
  ): readonly Fix[] {
    const known = this.proofs.get(finding);
    if (known) return known;
    const again: AnalysisOptions = { targets: options.targets, severity: options.severity, unprovenFixes: true };
    const fixes = provenFixes(finding, this.candidates(file, options, finding, branches), file, before, (edited) => {
      const { findings, suppressed, stats } = this.analyse(edited, again);
      return { findings: [...findings, ...suppressed.map((s) => s.finding)], errors: stats.syntaxErrors };
    });
    this.proofs.set(finding, fixes);
    return fixes;
  }

  /** What the rule proposes for a finding, over all kernels that are asked for and all branches of the file's own ladders. */
  private candidates(file: FileInput, options: AnalysisOptions, finding: Finding, branches: boolean): readonly Fix[] {
    const ladder = ladderKernels(file.text, options.targets);
    const rule = rules.find((r) => r.meta.id === finding.rule);
    if (!rule || (options.targets.length === 1 && !ladder.length && !branches)) return finding.fixes();
    const context: RuleContext = { kernels: options.targets.map((t) => t.kernel) };
    const notices: Notice[] = [];
    const sources: Source[] = [];
    const look = (target: Target, configured: boolean): void => {
      for (const analysis of this.analyses(file, target, () => false, notices)) {
        const reports = this.check(rule, analysis, context, notices);
        // where a branch of the preprocessor has another call in its place, the report is about that one
        const report =
          reports.find((r) => r.span.start === finding.span.start) ??
          (isActive(analysis, finding.span) ? undefined : reports.find((r) => r.functionName === finding.functionName));
        sources.push({ kernel: target.kernel, configured, analysis, fixes: report && (report.fixes?.() ?? []) });
      }
    };
    for (const target of options.targets) look(target, true);
    // a branch of the file for a kernel between those asked for is meant to be right as well
    const isBetween = (kernel: KernelVersion): boolean =>
      options.targets.some((t) => compareVersions(t.kernel, kernel) < 0) &&
      options.targets.some((t) => compareVersions(t.kernel, kernel) > 0);
    for (const kernel of ladder) look({ kernel, defines: options.targets[0]!.defines }, isBetween(kernel));
    return combineFixes(sources);
  }

  private *analyses(
    file: FileInput,
    target: Target,
    cancelled: () => boolean,
    notices: Notice[],
  ): Iterable<FileAnalysis> {
    try {
      for (const unit of parseVariants(this.parser, {
        path: file.path,
        text: file.text,
        headers: file.headers,
        target,
      })) {
        if (cancelled()) return;
        yield analyseUnit(unit, cancelled);
      }
    } catch (error) {
      notices.push({
        kind: 'internal',
        path: file.path,
        message: `The file could not be analysed: ${describe(error)}`,
      });
    }
  }

  /** A rule that throws is reported once by name; the others go on. */
  private check(rule: Rule, analysis: FileAnalysis, context: RuleContext, notices: Notice[]): Report[] {
    try {
      return [...rule.check(analysis, context)];
    } catch (error) {
      if (!this.failedRules.has(rule.meta.id)) {
        this.failedRules.add(rule.meta.id);
        notices.push({
          kind: 'rule-failed',
          path: analysis.unit.path,
          message: `The rule ${rule.meta.id} failed here and is skipped: ${describe(error)}`,
        });
      }
      return [];
    }
  }

  close(path: string): void {
    this.parser.close(path);
  }

  dispose(): void {}
}

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.message} (${error.stack?.split('\n')[1]?.trim() ?? ''})` : String(error);

function toFinding(rule: Rule, level: Finding['level'], r: Report, analysis: FileAnalysis, target: Target): Finding {
  return {
    rule: rule.meta.id,
    level,
    path: analysis.unit.path,
    span: r.span,
    message: r.message,
    functionName: r.functionName,
    steps: r.steps,
    caseNumber: r.caseNumber,
    kernels: [target.kernel],
    fingerprint: `${rule.meta.id}:${r.functionName}:${r.shape}`,
    fixes: r.fixes ?? (() => []),
    fixNote: r.fixNote,
  };
}

/** About the kind of a call: nothing that is left to say of one that the kernel does not have. */
const ABOUT_KIND: ReadonlySet<string> = new Set(['mismatched-release', 'longterm-without-pin', 'get-for-dma']);

/**
 * One root cause, one finding: FOLL_LONGTERM on a get says all that get-for-dma would say of the same call; a call that the
 * kernel does not have is to be written anew, whatever else it would be.
 */
function withoutCascades(findings: readonly Finding[]): Finding[] {
  const refused = new Set(findings.filter((f) => f.rule === 'longterm-without-pin').map((f) => f.span.start));
  const absent = new Set(
    findings.filter((f) => f.rule === 'removed-api' && f.fingerprint.endsWith(':gone')).map((f) => f.span.start),
  );
  return findings
    .filter((f) => !(f.rule === 'get-for-dma' && refused.has(f.span.start)))
    .filter(
      (f) =>
        !ABOUT_KIND.has(f.rule) ||
        !(absent.has(f.span.start) || f.steps.some((s) => s.role === 'acquire' && absent.has(s.span.start))),
    )
    .sort((a, b) => a.span.start - b.span.start || a.rule.localeCompare(b.rule));
}
