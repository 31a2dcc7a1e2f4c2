/**
 * Entry of the analyser: (file, options) → findings, for every target asked for. Pure: the parser's wasm is given as
 * bytes, files and headers as text.
 */
import {
  createCParser,
  forgetAll,
  forgetFile,
  linkUnits,
  KeptFunctions,
  parseUnit,
  parseVariants,
  type CParser,
  type ParseInput,
} from '../language/c/index.ts';
import type { KernelVersion, Target, TranslationUnit } from '../language/c/unit.ts';
import { gupFamilyNames } from '../language/kernel/index.ts';
import { formatVersion } from '../language/kernel/version.ts';
import { isWordPart } from '../language/search.ts';
import { withInferredMacros } from './analysis/configure.ts';
import { isAlike } from './analysis/alike.ts';
import { analysing, type FileAnalysis } from './analysis/file.ts';
import { finish, type Parts } from './analysis/parts.ts';
import { Links } from './linking/links.ts';
import type { Analyser } from './analyser.ts';
import type { AnalysisOptions, AnalysisResult, FileInput, Finding, Notice, PathStep, RuleMeta } from './findings.ts';
import type { Verdict } from './fix-proof.ts';
import { Repairs, type Bench } from './repairs.ts';
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
  // a text that is being typed most often has one where it had one before, or some letters further down
  const near = lastName.at - NEAR > 0 ? text.slice(lastName.at - NEAR, lastName.at + NEAR) : '';
  if (near.includes(lastName.stem) && nameAt(text, text.indexOf(lastName.stem, lastName.at - NEAR), lastName.stem))
    return true;
  // a search for few plain words costs a tenth of an expression for all names
  return STEMS.some((stem) => {
    for (let at = text.indexOf(stem); at >= 0; at = text.indexOf(stem, at + stem.length))
      if (nameAt(text, at, stem)) {
        lastName = { stem, at };
        return true;
      }
    return false;
  });
}

/** Where a name was found last. */
let lastName = { stem: ' ', at: 0 };
const NEAR = 200;

/** The word around a stem is a name of the families. */
function nameAt(text: string, at: number, stem: string): boolean {
  let start = at;
  let end = at + stem.length;
  while (start > 0 && isWordPart(text.charCodeAt(start - 1))) start--;
  while (end < text.length && isWordPart(text.charCodeAt(end))) end++;
  return NAMES.has(text.slice(start, end));
}

/** The analyser over a wasm parser; bytes, or paths/URLs that the platform can fetch. */
export async function createAnalyser(wasm: {
  treeSitter: Uint8Array | string;
  c: Uint8Array | string;
}): Promise<Analyser> {
  return new Session(await createCParser(wasm));
}

/** Largest file that is analysed, in UTF-16 units; larger ones get a notice. */
const MAX_LENGTH = 4_000_000;

class Session implements Analyser {
  private readonly failedRules = new Set<string>();
  /** What is kept of the functions of each file, from one analysis to the next. */
  private readonly kept = new Map<string, NonNullable<ParseInput['kept']>>();
  /** Of each path, the kernels for which all its variants said the same when it was last analysed without haste. */
  private readonly alike = new Map<string, Set<string>>();
  /** The newest analysis of each path: only its trees hold positions that are right. */
  private readonly newest = new Map<string, object>();
  private readonly links: Links;
  /** What fixes are tried with. */
  private readonly bench: Bench = {
    analyses: (file, target, notices) => this.analyses(file, target, { cancelled: () => false }, notices),
    check: (rule, analysis, context, notices) => this.check(rule, analysis, context, notices),
    raw: (file, options) => this.raw(file, options),
    newest: (path) => this.newest.get(path),
  };
  constructor(private readonly parser: CParser) {
    // where a file that others are linked with changed, positions in it moved: whoever is on the way begins anew
    this.links = new Links(parser, () => this.newest.clear());
  }

  analyse(file: FileInput, options: AnalysisOptions): AnalysisResult {
    // at once, nothing comes in between
    return finish(this.steps(file, options))!;
  }

  steps(file: FileInput, options: AnalysisOptions): Parts<AnalysisResult | undefined> {
    return this.run(file, options, options.fixes ?? 'proven');
  }

  /** What the rules find, their fixes as they propose them. */
  private raw(file: FileInput, { targets, severity }: AnalysisOptions): AnalysisResult {
    return finish(this.run(file, { targets, severity }, 'raw'))!;
  }

  private *run(
    file: FileInput,
    options: AnalysisOptions,
    offered: 'raw' | NonNullable<AnalysisOptions['fixes']>,
  ): Parts<AnalysisResult | undefined> {
    const notices: Notice[] = [];
    const merged = new Map<string, Merged>();
    /**
     * What was first said of a place: a branch of the preprocessor, or another kernel, that calls another function of the family in the
     * same place has the same defect.
     */
    const places = new Map<string, Merged & { readonly pass: number }>();
    let pass = 0;
    const stats = { functions: 0, analysed: 0, states: 0, overBudget: new Set<string>() };
    const units: TranslationUnit[] = [];
    let complete = true;
    let isSettled = true;
    let isTooLarge = false;
    let branches = false;
    let comments: Parameters<typeof applySuppressions>[1] = [];
    const { cancelled = () => false, hasty = false, exhaustive = false } = options;
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
        stats: { ...stats, syntaxErrors: 0, overBudget: [] },
      };
    }
    if (!exhaustive && !file.linked?.length && ![file, ...file.headers].some((one) => mayMatter(one.text))) {
      return {
        path: file.path,
        findings: [],
        notices,
        suppressed: [],
        complete: true,
        stats: { ...stats, syntaxErrors: 0, overBudget: [] },
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
      for (const analysis of this.analyses(file, target, { cancelled, hasty, exhaustive }, notices)) {
        if (analysis === 'on the way') {
          yield;
          if (this.newest.get(file.path) !== trees) return undefined;
          continue;
        }
        pass++;
        if (++variants > 1) branches = true;
        if (!analysis.isSettled) isSettled = false;
        if (analysis.unit.timedOut) isTooLarge = true;
        comments = analysis.unit.comments;
        stats.functions += analysis.stats.functions;
        units.push(analysis.unit);
        stats.analysed += analysis.stats.analysed;
        stats.states += analysis.stats.steps;
        for (const f of analysis.stats.overBudget) stats.overBudget.add(f);
        for (const rule of analysis.isIdle ? [] : rules) {
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
            let known: Merged | undefined = merged.get(key);
            // what a kernel lacks is another matter in each
            const place = `${finding.rule}:${finding.path}:${finding.span.start}:${finding.steps[0]?.span.start}:${finding.rule === 'removed-api' ? formatVersion(target.kernel) : ''}`;
            const there = places.get(place);
            if (!known && there && there.pass !== pass) known = there;
            if (!known) {
              known = { finding, kernels: [] };
              merged.set(key, known);
              places.set(place, { ...known, pass });
            }
            if (!known.kernels.some((k) => formatVersion(k) === formatVersion(target.kernel)))
              known.kernels.push(target.kernel);
          }
        }
      }
    }
    if (cancelled()) complete = false;
    if (isTooLarge) {
      complete = false;
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
    const said = {
      ...{ ...stats, overBudget: [...stats.overBudget] },
      // who asks makes all functions be read, and only proofs do
      get syntaxErrors() {
        return units.reduce((sum, u) => sum + u.problems.length + u.functions.filter((f) => f.hasError).length, 0);
      },
    };
    const verdict: Verdict = {
      findings: plain,
      get errors() {
        return said.syntaxErrors;
      },
    };
    const repairs = new Repairs(this.bench, { file, options, trees, findings: plain, verdict, branches });
    const findings =
      offered === 'raw'
        ? plain
        : plain.map((f) => ({
            ...f,
            fixes: () => (offered === 'none' ? [] : offered === 'proven' ? repairs.proven(f) : repairs.unproven(f)),
            fixNote: () => (offered === 'none' ? undefined : repairs.note(f)),
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
      ...(!isSettled && { isSettled }),
      stats: said,
      ...(offered === 'proven' && { untried: () => repairs.untried }),
    };
  }

  private *analyses(
    file: FileInput,
    target: Target,
    {
      cancelled,
      hasty = false,
      exhaustive = false,
    }: Pick<AnalysisOptions, 'hasty' | 'exhaustive'> & {
      readonly cancelled: () => boolean;
    },
    notices: Notice[],
  ): Iterable<FileAnalysis | 'on the way'> {
    try {
      const beside = this.links.read(file.linked ?? [], target);
      let first: FileAnalysis | undefined;
      let variant = 0;
      const kernel = formatVersion(target.kernel);
      const alike = this.alikeOf(file.path);
      const input: ParseInput = {
        path: file.path,
        text: file.text,
        headers: file.headers,
        target: withInferredMacros(file.path, file.text, file.headers, target),
        kept: this.keptOf(file.path),
      };
      const isOne = hasty && alike.has(kernel);
      let allAlike = true;
      for (const unit of isOne ? [parseUnit(this.parser, input)] : parseVariants(this.parser, input)) {
        if (cancelled()) return;
        const linked = linkUnits(unit, beside);
        const lane = `${kernel}#${variant++}`;
        if (first && isAlike(first, linked)) {
          yield { ...first, unit: linked, isIdle: true };
          continue;
        }
        if (first) allAlike = false;
        const parts = analysing(linked, { cancelled, hasty, exhaustive, lane });
        for (let part = parts.next(); ; part = parts.next()) {
          // the other variants have not been looked at
          yield part.done ? (isOne ? { ...part.value, isSettled: false } : part.value) : 'on the way';
          if (!part.done) continue;
          first ??= part.value;
          break;
        }
      }
      if (variant > 1 && allAlike) alike.add(kernel);
      else if (!hasty) alike.delete(kernel);
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

  private alikeOf(path: string): Set<string> {
    let kernels = this.alike.get(path);
    if (!kernels) this.alike.set(path, (kernels = new Set()));
    return kernels;
  }

  private keptOf(path: string): NonNullable<ParseInput['kept']> {
    let kept = this.kept.get(path);
    if (!kept) this.kept.set(path, (kept = new KeptFunctions()));
    return kept;
  }

  close(path: string): void {
    this.kept.delete(path);
    this.alike.delete(path);
    this.newest.delete(path);
    forgetFile(this.parser, path);
  }

  forgetAll(): void {
    this.links.clear();
    this.kept.clear();
    this.newest.clear();
    forgetAll(this.parser);
  }

  dispose(): void {}
}

/** A finding, and the kernels in which it holds. */
interface Merged {
  readonly finding: Finding;
  readonly kernels: KernelVersion[];
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

/** Does the path of a leak go on behind the place of another one of the same pages: it shares that one's last decision. */
function goesThrough(leak: Finding, before: Finding): boolean {
  const isSame = (a: PathStep, b: PathStep): boolean => placeOf(a) === placeOf(b) && a.message === b.message;
  const acquire = before.steps.find((s) => s.role === 'acquire');
  const last = before.steps.filter((s) => s.role === 'branch').at(-1);
  return (
    leak !== before &&
    leak.functionName === before.functionName &&
    leak.span.start > before.span.start &&
    [acquire, last].every((step) => step && leak.steps.some((s) => isSame(s, step)))
  );
}

/**
 * One root cause, one finding: FOLL_LONGTERM on a get says all that get-for-dma would say of the same call; a call that the
 * kernel does not have is to be written anew, whatever else it would be; pages whose array was freed under way are not leaked once more at
 * the return behind it.
 */
function withoutCascades(findings: readonly Finding[]): Finding[] {
  const refused = new Set(findings.filter((f) => f.rule === 'longterm-without-pin').map(placeOf));
  const absent = new Set(
    findings.filter((f) => f.rule === 'removed-api' && f.fingerprint.endsWith(':gone')).map(placeOf),
  );
  const freed = findings.filter((f) => f.rule === 'leaked-pin' && /:(?:array|owner)-freed:/.test(f.fingerprint));
  return findings
    .filter((f) => !(f.rule === 'leaked-pin' && freed.some((before) => goesThrough(f, before))))
    .filter((f) => !(f.rule === 'get-for-dma' && refused.has(placeOf(f))))
    .filter(
      (f) =>
        !ABOUT_KIND.has(f.rule) ||
        !(absent.has(placeOf(f)) || f.steps.some((s) => s.role === 'acquire' && absent.has(placeOf(s)))),
    )
    .sort((a, b) => a.span.start - b.span.start || a.rule.localeCompare(b.rule));
}
