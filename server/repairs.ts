/**
 * The fixes of one file's findings: what the rules propose, put together over all kernels, and tried. Each trial is an analysis of the
 * edited text, and moves the trees of the file; so the proposals of all findings are made first, while the trees are those of the text.
 */
import type { KernelVersion, Target } from '../language/c/unit.ts';
import { compareVersions } from '../language/kernel/version.ts';
import type { FileAnalysis } from './analysis/file.ts';
import type { AnalysisOptions, AnalysisResult, FileInput, Finding, Fix, Notice } from './findings.ts';
import { combineFixes, isActive, type Source } from './fixes/kernels.ts';
import { ladderKernels } from './fixes/ladders.ts';
import { provenFixes, unprovenFixes, type Verdict } from './fix-proof.ts';
import type { Report, Rule, RuleContext } from './rules/rule.ts';
import { rules } from './rules/index.ts';

/** What fixes are tried with: the analyser that found them. */
export interface Bench {
  /** The analyses of a text for one kernel: one for each variant that its preprocessor makes. */
  analyses(file: FileInput, target: Target, notices: Notice[]): Iterable<FileAnalysis | 'on the way'>;
  check(rule: Rule, analysis: FileAnalysis, context: RuleContext, notices: Notice[]): Report[];
  /** What the rules find, their fixes as they propose them. */
  raw(file: FileInput, options: AnalysisOptions): AnalysisResult;
  /** The newest analysis of a path: only its trees hold positions that are right. */
  newest(path: string): object | undefined;
}

/** A text that was analysed. */
export interface AnalysedText {
  readonly file: FileInput;
  readonly options: AnalysisOptions;
  /** The analysis that the findings belong to; see Bench.newest. */
  readonly trees: object;
  /** As the rules gave them. */
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
  /** The preprocessor makes several variants of it. */
  readonly branches: boolean;
}

/** What the rule says of a finding's repair. */
interface Proposal {
  readonly fixes: readonly Fix[];
  readonly note: string | undefined;
  /** The rule threw. */
  readonly error?: unknown;
}

const NOTHING_HOLDS = 'No fix is offered: each that was tried left the finding in place or brought another.';
const NOT_TRIED =
  'No fix is offered: this file has so many that trying them all would take too long. Repair other findings first, or this function alone.';

/**
 * Work that is done for the trials of one file, in node visits of the path walk; reading a text counts as so many visits a
 * character, about as long as it takes. Some seconds on a slow machine.
 */
const MAX_WORK = 150_000;
const WORK_PER_CHARACTER = 1 / 25;

/** The fixes of the findings of one text. */
export class Repairs {
  private proposals: Map<string, Proposal> | undefined;
  private readonly proofs = new Map<string, readonly Fix[]>();
  /** What the analysis says of the text with these edits made. */
  private readonly verdicts = new Map<string, Verdict>();
  private readonly out = new Set<string>();
  private work = 0;

  constructor(
    private readonly bench: Bench,
    private readonly source: AnalysedText,
  ) {}

  /** Number of findings of which not all fixes were tried. */
  get untried(): number {
    return this.out.size;
  }

  /** The fixes that hold: each is tried on the text, once. */
  proven(finding: Finding): readonly Fix[] {
    const { file, verdict } = this.source;
    if (finding.path !== file.path) return [];
    const key = keyOf(finding);
    const known = this.proofs.get(key);
    if (known) return known;
    // one conversion repairs several findings: it is tried once
    const fixes = provenFixes(finding, this.proposal(finding).fixes, file, verdict, (edited, edits) => {
      const tried = this.verdicts.get(edits) ?? this.tryOn(edited, edits);
      if (!tried) this.out.add(key);
      return tried;
    });
    this.proofs.set(key, fixes);
    return fixes;
  }

  /** The fixes as the rule proposes them. */
  unproven(finding: Finding): readonly Fix[] {
    return unprovenFixes(this.current(finding)?.fixes() ?? []);
  }

  /** Why there is no fix. */
  note(finding: Finding): string | undefined {
    if (this.out.has(keyOf(finding))) return NOT_TRIED;
    const { fixes, note } = this.proposal(finding);
    return note ?? (fixes.length ? NOTHING_HOLDS : undefined);
  }

  /** Undefined: enough was tried of this file. */
  private tryOn(edited: FileInput, edits: string): Verdict | undefined {
    if (this.work > MAX_WORK) return undefined;
    const { options } = this.source;
    const { findings, suppressed, stats } = this.bench.raw(edited, options);
    this.work += stats.states + edited.text.length * WORK_PER_CHARACTER * options.targets.length;
    const all = [...findings, ...suppressed.map((s) => s.finding)];
    const verdict: Verdict = {
      findings: all.map(({ rule, functionName, level }) => ({ rule, functionName, level })),
      errors: stats.syntaxErrors,
    };
    this.verdicts.set(edits, verdict);
    return verdict;
  }

  private proposal(finding: Finding): Proposal {
    this.proposals ??= this.propose();
    const proposal = this.proposals.get(keyOf(finding));
    if (proposal?.error !== undefined) throw proposal.error;
    return proposal ?? { fixes: [], note: undefined };
  }

  /** What the rules propose for all findings, over all kernels that are asked for and all branches of the file's own ladders. */
  private propose(): Map<string, Proposal> {
    const { file, options, branches } = this.source;
    const ladder = ladderKernels(file.text, options.targets);
    const proposals = new Map<string, Proposal>();
    // whatever was analysed in between: from here on all trees are those of this text
    const own = this.source.findings.filter((f) => f.path === file.path).map((f) => this.current(f) ?? f);
    const sources =
      options.targets.length === 1 && !ladder.length && !branches ? undefined : this.sourcesOf(own, ladder);
    for (const finding of own) {
      try {
        const own = sources?.get(finding);
        if (own instanceof Error) throw own;
        const fixes = own ? combineFixes(own) : finding.fixes();
        proposals.set(keyOf(finding), { fixes: fixes.map(copied), note: finding.fixNote?.() });
      } catch (error) {
        proposals.set(keyOf(finding), { fixes: [], note: undefined, error });
      }
    }
    return proposals;
  }

  /** The fixes of each finding as the analyses of all kernels propose them. */
  private sourcesOf(findings: readonly Finding[], ladder: readonly KernelVersion[]): Map<Finding, Source[] | Error> {
    const { file, options } = this.source;
    const context: RuleContext = { kernels: options.targets.map((t) => t.kernel) };
    const notices: Notice[] = [];
    const sources = new Map<Finding, Source[] | Error>(findings.map((f) => [f, []]));
    const look = (target: Target, configured: boolean): void => {
      for (const analysis of this.bench.analyses(file, target, notices)) {
        if (analysis === 'on the way' || analysis.isIdle) continue;
        const reports = new Map<string, Report[]>();
        for (const finding of findings) {
          const rule = rules.find((r) => r.meta.id === finding.rule);
          const wished = sources.get(finding);
          if (!rule || !Array.isArray(wished)) continue;
          let own = reports.get(rule.meta.id);
          if (!own) reports.set(rule.meta.id, (own = this.bench.check(rule, analysis, context, notices)));
          // where a branch of the preprocessor has another call in its place, the report is about that one
          const report =
            own.find((r) => r.span.start === finding.span.start) ??
            (isActive(analysis, finding.span) ? undefined : own.find((r) => r.functionName === finding.functionName));
          try {
            const fixes = report && (report.fixes?.() ?? []);
            wished.push({ kernel: target.kernel, configured, analysis, fixes });
          } catch (error) {
            sources.set(finding, error instanceof Error ? error : new Error(String(error)));
          }
        }
      }
    };
    for (const target of options.targets) look(target, true);
    // a branch of the file for a kernel between those asked for is meant to be right as well
    const isBetween = (kernel: KernelVersion): boolean =>
      options.targets.some((t) => compareVersions(t.kernel, kernel) < 0) &&
      options.targets.some((t) => compareVersions(t.kernel, kernel) > 0);
    for (const kernel of ladder) look({ kernel, defines: options.targets[0]!.defines }, isBetween(kernel));
    return sources;
  }

  private again: { readonly trees: object | undefined; readonly findings: readonly Finding[] } | undefined;

  /**
   * The finding with trees whose positions are right: itself, if its file was not analysed again in the meantime (as a
   * trial does with the edited text), else what an analysis of the same text finds in its place.
   */
  private current(finding: Finding): Finding | undefined {
    const { file, options, trees, findings } = this.source;
    let now = this.again ?? { trees, findings };
    if (this.bench.newest(file.path) !== now.trees) {
      const again = this.bench.raw(file, options);
      now = this.again = {
        trees: this.bench.newest(file.path),
        findings: [...again.findings, ...again.suppressed.map((s) => s.finding)],
      };
    }
    const key = keyOf(finding);
    return now.findings.find((f) => keyOf(f) === key);
  }
}

const keyOf = (f: Finding): string => `${f.rule}:${f.path}:${f.span.start}:${f.fingerprint}`;

/** Edits whose spans nobody moves. */
const copied = (fix: Fix): Fix => ({
  ...fix,
  edits: fix.edits.map((e) => ({ ...e, span: { start: e.span.start, end: e.span.end } })),
});
