/**
 * Entry of the analyser: (file, options) → findings, for every target asked for. Pure: the parser's wasm is given as
 * bytes, files and headers as text.
 */
import {
  createCParser,
  forgetFile,
  linkUnits,
  KeptFunctions,
  parseVariants,
  type CParser,
  type ParseInput,
} from '../language/c/index.ts';
import type { KernelVersion, Target } from '../language/c/unit.ts';
import { gupFamilyNames } from '../language/kernel/index.ts';
import { compareVersions, formatVersion } from '../language/kernel/version.ts';
import { withInferredMacros } from './analysis/configure.ts';
import { analysing, type FileAnalysis } from './analysis/file.ts';
import { finish, type Parts } from './analysis/parts.ts';
import { Links } from './linking/links.ts';
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

/** Names of the families that hold no other one: every name holds one of them. */
const NAMES: ReadonlySet<string> = new Set(gupFamilyNames);
const STEMS = gupFamilyNames.filter((name) => !gupFamilyNames.some((n) => n !== name && name.includes(n)));

/** True if the text names a call of the families: only then can a finding be in it. */
export function mayMatter(text: string): boolean {
  // a search for few plain words costs a tenth of an expression for all names
  return STEMS.some((stem) => {
    for (let at = text.indexOf(stem); at >= 0; at = text.indexOf(stem, at + stem.length)) {
      let start = at;
      let end = at + stem.length;
      while (start > 0 && isWordPart(text.charCodeAt(start - 1))) start--;
      while (end < text.length && isWordPart(text.charCodeAt(end))) end++;
      if (NAMES.has(text.slice(start, end))) return true;
    }
    return false;
  });
}

/** A letter, a digit or an underscore. */
const isWordPart = (c: number): boolean =>
  (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57) || c === 95;

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

/** A text that was analysed, for what is computed later of its findings. */
interface Analysed {
  readonly file: FileInput;
  readonly options: AnalysisOptions;
  /** The analysis that the findings below belong to; see Session.newest. */
  trees: object | undefined;
  /** As the rules gave them. */
  findings: readonly Finding[];
  /** What the analysis says of the text with these edits made. */
  readonly verdicts: Map<string, Verdict>;
}

class Session implements Analyser {
  private readonly failedRules = new Set<string>();
  /** What is kept of the functions of each file, from one analysis to the next. */
  private readonly kept = new Map<string, NonNullable<ParseInput['kept']>>();
  /** The newest analysis of each path: only its trees hold positions that are right. */
  private readonly newest = new Map<string, object>();
  private readonly proofs = new WeakMap<Finding, readonly Fix[]>();
  private readonly links: Links;
  constructor(private readonly parser: CParser) {
    // where a file that others are linked with changed, positions in it moved: whoever is on the way begins anew
    this.links = new Links(parser, () => this.newest.clear());
  }

  analyse(file: FileInput, options: AnalysisOptions): AnalysisResult {
    // at once, nothing comes in between
    return finish(this.steps(file, options))!;
  }

  steps(file: FileInput, options: AnalysisOptions): Parts<AnalysisResult | undefined> {
    return this.run(file, options, options.unprovenFixes ? 'unproven' : 'proven');
  }

  /** What the rules find, their fixes as they propose them. */
  private raw(file: FileInput, { targets, severity }: AnalysisOptions): AnalysisResult {
    return finish(this.run(file, { targets, severity }, 'raw'))!;
  }

  private *run(
    file: FileInput,
    options: AnalysisOptions,
    offered: 'raw' | 'unproven' | 'proven',
  ): Parts<AnalysisResult | undefined> {
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
    if (!file.linked?.length && ![file, ...file.headers].some((one) => mayMatter(one.text))) {
      return {
        path: file.path,
        findings: [],
        notices,
        suppressed: [],
        complete: true,
        stats: { ...stats, overBudget: [] },
      };
    }
    const foreign = new Set(file.linked?.map((one) => one.path));
    for (const target of options.targets) this.links.read(file.linked ?? [], target);
    const trees = {};
    this.newest.set(file.path, trees);
    const context: RuleContext = { kernels: options.targets.map((t) => t.kernel) };
    for (const target of options.targets) {
      if (cancelled()) {
        complete = false;
        break;
      }
      let variants = 0;
      for (const analysis of this.analyses(file, target, cancelled, notices)) {
        if (analysis === 'on the way') {
          yield;
          if (this.newest.get(file.path) !== trees) return undefined;
          continue;
        }
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
          yield;
          if (this.newest.get(file.path) !== trees) return undefined;
          if (cancelled()) break;
          for (const report of this.check(rule, analysis, context, notices)) {
            const finding = toFinding(rule, level, report, analysis, target);
            // what stands in another file is said where that one is analysed
            if (foreign.has(finding.path)) continue;
            const key = `${finding.rule}:${finding.path}:${finding.span.start}:${finding.fingerprint}`;
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
        kind: 'syntax',
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
    const source: Analysed = { file, options, trees, findings: plain, verdicts: new Map() };
    const findings =
      offered === 'raw'
        ? plain
        : plain.map((f) => ({
            ...f,
            fixes:
              offered === 'proven'
                ? () => this.proven(source, f, verdict, branches)
                : () => unprovenFixes(this.current(source, f)?.fixes() ?? []),
            fixNote: () => {
              const current = this.current(source, f);
              return current?.fixNote?.() ?? (current?.fixes().length ? NOTHING_HOLDS : undefined);
            },
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
  private proven(source: Analysed, finding: Finding, before: Verdict, branches: boolean): readonly Fix[] {
    const known = this.proofs.get(finding);
    if (known) return known;
    if (finding.path !== source.file.path) return [];
    const candidates = this.candidates(source, finding, branches);
    // one conversion repairs several findings: it is tried once
    const fixes = provenFixes(finding, candidates, source.file, before, (edited, edits) => {
      let verdict = source.verdicts.get(edits);
      if (!verdict) {
        const { findings, suppressed, stats } = this.raw(edited, source.options);
        const all = [...findings, ...suppressed.map((s) => s.finding)];
        verdict = {
          findings: all.map(({ rule, functionName, level }) => ({ rule, functionName, level })),
          errors: stats.syntaxErrors,
        };
        source.verdicts.set(edits, verdict);
      }
      return verdict;
    });
    this.proofs.set(finding, fixes);
    return fixes;
  }

  /** What the rule proposes for a finding, over all kernels that are asked for and all branches of the file's own ladders. */
  private candidates(source: Analysed, finding: Finding, branches: boolean): readonly Fix[] {
    const { file, options } = source;
    // whatever was analysed in between: from here on all trees are those of this text
    const current = this.current(source, finding);
    const ladder = ladderKernels(file.text, options.targets);
    const rule = rules.find((r) => r.meta.id === finding.rule);
    if (!rule || (options.targets.length === 1 && !ladder.length && !branches)) return current?.fixes() ?? [];
    const context: RuleContext = { kernels: options.targets.map((t) => t.kernel) };
    const notices: Notice[] = [];
    const sources: Source[] = [];
    const look = (target: Target, configured: boolean): void => {
      for (const analysis of this.analyses(file, target, () => false, notices)) {
        if (analysis === 'on the way') continue;
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

  /**
   * The finding with trees whose positions are right: itself, if its file was not analysed again in the meantime (as a
   * proof does with the edited text), else what an analysis of the same text finds in its place.
   */
  private current(source: Analysed, finding: Finding): Finding | undefined {
    const { file, options } = source;
    if (this.newest.get(file.path) !== source.trees) {
      const again = this.raw(file, options);
      source.findings = [...again.findings, ...again.suppressed.map((s) => s.finding)];
      source.trees = this.newest.get(file.path);
    }
    return source.findings.find(
      (f) =>
        f.rule === finding.rule &&
        f.span.start === finding.span.start &&
        f.fingerprint === finding.fingerprint &&
        f.path === finding.path,
    );
  }

  private *analyses(
    file: FileInput,
    target: Target,
    cancelled: () => boolean,
    notices: Notice[],
  ): Iterable<FileAnalysis | 'on the way'> {
    try {
      const beside = this.links.read(file.linked ?? [], target);
      for (const unit of parseVariants(this.parser, {
        path: file.path,
        text: file.text,
        headers: file.headers,
        target: withInferredMacros(file.path, file.text, file.headers, target),
        kept: this.keptOf(file.path),
      })) {
        if (cancelled()) return;
        const parts = analysing(linkUnits(unit, beside), cancelled);
        for (let part = parts.next(); ; part = parts.next()) {
          yield part.done ? part.value : 'on the way';
          if (part.done) break;
        }
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

  private keptOf(path: string): NonNullable<ParseInput['kept']> {
    let kept = this.kept.get(path);
    if (!kept) this.kept.set(path, (kept = new KeptFunctions()));
    return kept;
  }

  close(path: string): void {
    this.kept.delete(path);
    this.newest.delete(path);
    this.parser.close(path);
    forgetFile(path);
  }

  dispose(): void {}
}

const describe = (error: unknown): string =>
  error instanceof Error ? `${error.message} (${error.stack?.split('\n')[1]?.trim() ?? ''})` : String(error);

function toFinding(rule: Rule, level: Finding['level'], r: Report, analysis: FileAnalysis, target: Target): Finding {
  const { sources, text } = analysis.unit;
  // a copy: the trees move with later edits
  const { path, span } = sources.locate(r.span);
  // functions of other files go by names that nobody else has
  const plain = (message: string): string => message.replace(/\b(\w+) \(([\w.+-]+\.c)\)(\(\))?/g, '$1$3 of $2');
  return {
    rule: rule.meta.id,
    level,
    path,
    span,
    message: plain(r.message),
    functionName: r.functionName,
    steps: r.steps.map((step) => {
      const at = sources.locate(step.span);
      return { ...step, path: at.path, span: at.span, message: plain(step.message) };
    }),
    caseNumber: r.caseNumber,
    kernels: [target.kernel],
    fingerprint: `${rule.meta.id}:${r.functionName}:${r.shape}`,
    // the rules write edits for the text that is analysed; what another file needs is left to a person
    fixes: () =>
      (r.fixes?.() ?? []).filter((fix) =>
        fix.edits.every((e) => e.path !== analysis.unit.path || e.span.end <= text.length),
      ),
    fixNote: r.fixNote,
  };
}

/** About the kind of a call: nothing that is left to say of one that the kernel does not have. */
const ABOUT_KIND: ReadonlySet<string> = new Set(['mismatched-release', 'longterm-without-pin', 'get-for-dma']);

const placeOf = ({ path, span }: { path: string; span: { start: number } }): string => `${span.start}:${path}`;

/**
 * One root cause, one finding: FOLL_LONGTERM on a get says all that get-for-dma would say of the same call; a call that the
 * kernel does not have is to be written anew, whatever else it would be.
 */
function withoutCascades(findings: readonly Finding[]): Finding[] {
  const refused = new Set(findings.filter((f) => f.rule === 'longterm-without-pin').map(placeOf));
  const absent = new Set(
    findings.filter((f) => f.rule === 'removed-api' && f.fingerprint.endsWith(':gone')).map(placeOf),
  );
  return findings
    .filter((f) => !(f.rule === 'get-for-dma' && refused.has(placeOf(f))))
    .filter(
      (f) =>
        !ABOUT_KIND.has(f.rule) ||
        !(absent.has(placeOf(f)) || f.steps.some((s) => s.role === 'acquire' && absent.has(placeOf(s)))),
    )
    .sort((a, b) => a.span.start - b.span.start || a.rule.localeCompare(b.rule));
}
