/**
 * Directives: which branches are in, which macros are defined. The result is the text with everything blanked that
 * the compiler proper would not see; only conditionals of unknown value keep both sides, as regions.
 */
import { type ConditionResult, definedText, evaluateCondition } from './condition.ts';
import type { Span } from './ast.ts';
import { blank, blankAgain, type Blanked, blankPiece } from './blank.ts';
import { type Cut, cutAt, editedPiece, movedBy, shiftOf } from './edit.ts';
import { Before, branchShape, Openers } from './shape.ts';
import type { Environment } from './environment.ts';
import { parseDefine } from './macros.ts';
import { cleanArgument, type Directive, type Scan, skipBlank } from './scan.ts';
import type { ChoiceBranch, ChoiceRegion } from './source.ts';
import type { Include, MacroDef, UncertainBranch } from './unit.ts';

export interface Preprocessed {
  /** Same length as the file: directives, comments and branches not taken are blank. */
  readonly raw: string;
  readonly scan: Scan;
  /** No unknown branch defines a macro that matters or cuts through the text: what is outside of conditionals has no say in them. */
  readonly isPlain: boolean;
  /** How the text was blanked before unknown branches that cannot stay were. */
  readonly blanked: Blanked;
  readonly regions: readonly ChoiceRegion[];
  readonly includes: readonly Include[];
  /** Unknown conditions that must be decided before parsing. */
  readonly forks: readonly Fork[];
  /** Every branch of a conditional whose value is not known, nested ones too. */
  readonly uncertain: readonly UncertainBranch[];
  /** Macros that are, or may be, defined, in the order of the text. */
  readonly definitions: readonly MacroDef[];
}

/** An unknown condition that cuts through an expression or statement, or chooses between definitions of a macro. */
export interface Fork {
  readonly condition: string;
  /** The macro whose definition is at stake; undefined where the code itself is cut. */
  readonly macro?: string;
}

interface Branch {
  readonly directive: Directive;
  /** null: #else. */
  readonly condition: string | null;
  readonly state: 'on' | 'off' | 'maybe';
  readonly start: number;
  end: number;
  readonly inner: Conditional[];
  readonly defines: MacroDef[];
}

interface Conditional {
  readonly branches: Branch[];
  readonly start: number;
  end: number;
  /** Some branch is of unknown value. */
  maybe: boolean;
}

/** Conditionals nested deeper are not looked at. */
const MAX_NESTING = 150;

interface PreprocessOptions {
  /** Called where a header includes another; given for headers only. */
  readonly onInclude?: (include: Include) => void;
  /** An earlier text of the same file. */
  readonly earlier?: Blanked | undefined;
}

/** Runs over the directives of a file. */
export function preprocess(
  path: string,
  text: string,
  scan: Scan,
  env: Environment,
  { onInclude, earlier }: PreprocessOptions = {},
): Preprocessed {
  const blanks: { readonly start: number; readonly end: number }[] = [];
  const definitions: MacroDef[] = [];
  const includes: Include[] = [];
  const root: Conditional[] = [];
  const stack: Conditional[] = [];
  const top = (): Conditional | undefined => stack[stack.length - 1];
  const branch = (): Branch | undefined => {
    const c = top();
    return c?.branches[c.branches.length - 1];
  };
  /** Depth of nested conditionals inside a branch that is off. */
  let skipped = 0;
  let unknownDepth = 0;
  const isOff = (): boolean => branch()?.state === 'off';

  const open = (d: Directive, next: Directive | undefined): void => {
    const c: Conditional = { branches: [], start: d.start, end: text.length, maybe: false };
    (branch()?.inner ?? root).push(c);
    stack.push(c);
    addBranch(c, d, conditionOf(d, text, env, next));
  };
  const addBranch = (c: Conditional, d: Directive, cond: ConditionResult | null): void => {
    const previous = c.branches[c.branches.length - 1];
    if (previous) previous.end = d.start;
    const decided = c.branches.some((b) => b.state === 'on' || (b.state === 'maybe' && b.condition === null));
    let state: Branch['state'];
    let condition = cond?.text ?? null;
    if (decided) state = 'off';
    else if (cond === null || cond.value === true) {
      state = c.maybe ? 'maybe' : 'on';
      condition = null;
    } else if (cond.value === false) state = 'off';
    else state = 'maybe';
    if (previous?.state === 'maybe') unknownDepth--;
    if (state === 'maybe') {
      unknownDepth++;
      c.maybe = true;
    }
    c.branches.push({ directive: d, condition, state, start: d.end, end: text.length, inner: [], defines: [] });
  };

  const directives = scan.directives;
  for (let i = 0; i < directives.length; i++) {
    const d = directives[i]!;
    blanks.push(d);
    switch (d.name) {
      case 'if':
      case 'ifdef':
      case 'ifndef':
        // Nobody nests this deep; the recursion over the nesting must end somewhere.
        if (skipped > 0 || isOff() || stack.length >= MAX_NESTING) skipped++;
        else open(d, directives[i + 1]);
        continue;
      case 'elif':
      case 'elifdef':
      case 'elifndef':
      case 'else': {
        if (skipped > 0) continue;
        const c = top();
        if (c) addBranch(c, d, d.name === 'else' ? null : conditionOf(d, text, env, undefined));
        continue;
      }
      case 'endif': {
        if (skipped > 0) {
          skipped--;
          continue;
        }
        const c = stack.pop();
        if (!c) continue;
        const b = c.branches[c.branches.length - 1]!;
        b.end = d.start;
        if (b.state === 'maybe') unknownDepth--;
        c.end = d.end;
        continue;
      }
      default:
    }
    if (skipped > 0 || isOff()) {
      if (d.name === 'define') {
        const name = /^\s*([A-Za-z_]\w*)/.exec(text.slice(d.argStart, d.argEnd))?.[1];
        if (name !== undefined) env.skip(name);
      }
      continue;
    }
    if (d.name === 'define') {
      const def = parseDefine(text, d, path);
      if (!def) continue;
      env.define(def, unknownDepth > 0);
      definitions.push(def);
      for (const c of stack) {
        const b = c.branches[c.branches.length - 1]!;
        if (b.state === 'maybe') b.defines.push(def);
      }
    } else if (d.name === 'undef') {
      const name = /[A-Za-z_]\w*/.exec(text.slice(d.argStart, d.argEnd))?.[0];
      if (name !== undefined) env.undefine(name, unknownDepth > 0, path, d.start);
    } else if (d.name === 'include' || d.name === 'include_next') {
      const m = /^\s*(?:"([^"\n]+)"|<([^>\n]+)>)/.exec(text.slice(d.argStart, d.argEnd));
      if (!m) continue;
      const include: Include = { start: d.start, end: d.end, spec: m[1] ?? m[2]!, local: m[1] !== undefined };
      includes.push(include);
      onInclude?.(include);
    }
  }

  for (const comment of scan.comments) blanks.push(comment);
  collectOff(root, blanks);
  const blanked = blankAgain(text, blanks, earlier);
  const { raw } = blanked;
  const layout = new Layout(raw, text, onInclude !== undefined);
  const regions = layout.regions(root);
  const applied = layout.applied();
  return {
    raw: applied,
    scan,
    isPlain: applied === raw && layout.isPlain,
    blanked,
    regions,
    includes,
    forks: layout.forks,
    uncertain: uncertainIn(root),
    definitions,
  };
}

/** The same after an edit with no directive in or around it; undefined if there is one. Macros are those of the earlier text. */
export function preprocessEdited(earlier: Preprocessed, text: string, scan: Scan): Preprocessed | undefined {
  const piece = earlier.isPlain ? editedPiece(earlier.blanked.text, text) : undefined;
  if (!piece) return undefined;
  const { start, oldEnd, newEnd } = piece;
  const directives = [cutAt(earlier.scan.directives, start, oldEnd), cutAt(scan.directives, start, newEnd)] as const;
  const comments = [cutAt(earlier.scan.comments, start, oldEnd), cutAt(scan.comments, start, newEnd)] as const;
  if (!isSameAround(...directives) || !isSameAround(...comments)) return undefined;
  const [was, is] = directives;
  if (!was || !is || was.inside.length > 0 || is.inside.length > 0) return undefined;
  if (was.behind.some((d) => d.name === 'define' || d.name === 'undef')) return undefined;
  if (earlier.uncertain.some((u) => u.end > start && u.start < oldEnd)) return undefined;
  const blanked = blankPiece(earlier.blanked, piece, text, comments[1]!.inside);
  if (!blanked) return undefined;
  const by = shiftOf(piece);
  const moved = <T extends Span>(one: T): T => (one.start < oldEnd ? one : movedBy(one, by));
  const region = (r: ChoiceRegion): ChoiceRegion => ({
    ...moved(r),
    branches: r.branches.map((b) => ({ ...moved(b), inner: b.inner.map(region) })),
  });
  return {
    ...earlier,
    raw: blanked.raw,
    scan,
    blanked,
    regions: earlier.regions.map(region),
    includes: earlier.includes.map(moved),
    uncertain: earlier.uncertain.map(moved),
  };
}

/** As much is in front of the edited piece as before, and behind it. */
function isSameAround<T>(was: Cut<T> | undefined, is: Cut<T> | undefined): boolean {
  return !!was && was.before.length === is?.before.length && was.behind.length === is.behind.length;
}

function uncertainIn(list: readonly Conditional[]): UncertainBranch[] {
  return list.flatMap((c) => {
    const condition = c.branches.find((b) => b.state === 'maybe' && b.condition !== null)?.condition ?? '';
    return c.branches.flatMap((b) =>
      b.state === 'off'
        ? []
        : [...(b.state === 'maybe' ? [{ start: b.start, end: b.end, condition }] : []), ...uncertainIn(b.inner)],
    );
  });
}

function conditionOf(d: Directive, text: string, env: Environment, next: Directive | undefined): ConditionResult {
  const arg = cleanArgument(text.slice(d.argStart, d.argEnd));
  if (d.name === 'if' || d.name === 'elif') return evaluateCondition(arg, env);
  const name = /^[A-Za-z_$][\w$]*/.exec(arg)?.[0] ?? arg;
  const result = evaluateCondition(definedText(name), env);
  if (d.name === 'ifdef' || d.name === 'elifdef') return result;
  if (result.value === undefined && next?.name === 'define') {
    const def = parseDefine(text, next, '');
    // An include guard; or a default for a knob of the project, which nobody has set.
    if (def?.name === name && (def.body === '' ? def.params === null : !KERNEL_NAME.test(name)))
      return { value: true, text: `!${result.text}` };
  }
  return { value: result.value === undefined ? undefined : !result.value, text: `!${result.text}` };
}

/** Names that the kernel may define itself: `#ifndef` of these asks for its version. */
const KERNEL_NAME =
  /^(?:FOLL_|VM_|GFP_|__GFP_|PAGE_|DMA_|GUP_|KERNEL_|LINUX_|CONFIG_|HAVE_|__)|user_page|^(?:un)?pin_|^get_|^put_|folio|^dma_|^sg_|^mmap_|^k(?:v)?(?:m|z|free)|_lock$/;

function collectOff(list: readonly Conditional[], blanks: { readonly start: number; readonly end: number }[]): void {
  for (const c of list) {
    for (const b of c.branches) {
      if (b.state === 'off') blanks.push({ start: b.start, end: b.end });
      else collectOff(b.inner, blanks);
    }
  }
}

/** Bodies of macros that can change what the analysis sees; the others are read from the first branch. */
const RELEVANT = /\b(?:return|goto)\b|page|pin|foll|folio|\bsg|dma|kmap|bio|iov|lock|put_|get_|free|release/i;

/** Sorts unknown conditionals into those that may stay in the text and those that must be decided. */
class Layout {
  readonly forks: Fork[] = [];
  /** Nothing had to be decided, nor has to be if the code names another macro. */
  isPlain = true;
  private readonly more: { start: number; end: number }[] = [];
  private readonly openers: Openers;
  private readonly before: Before;

  constructor(
    private readonly raw: string,
    private readonly text: string,
    private readonly isHeader: boolean,
  ) {
    this.openers = new Openers(raw);
    this.before = new Before(raw);
  }

  /** The text, with branches blanked that could not be kept beside their alternatives. */
  applied(): string {
    return this.more.length === 0 ? this.raw : blank(this.raw, this.more);
  }

  regions(list: readonly Conditional[]): ChoiceRegion[] {
    const out: ChoiceRegion[] = [];
    for (const c of list) {
      if (!c.maybe) {
        for (const b of c.branches) if (b.state === 'on') out.push(...this.regions(b.inner));
        continue;
      }
      this.macrosOf(c);
      const verdict = this.verdict(c);
      if (verdict === 'list') {
        for (const b of c.branches) if (b.state === 'maybe') out.push(...this.regions(b.inner));
        continue;
      }
      if (verdict === 'cut') {
        this.isPlain = false;
        this.fork(c);
        // Should it not be decided after all: the first branch stands for all.
        const [first, ...others] = c.branches.filter((b) => b.state === 'maybe');
        for (const b of others) this.more.push({ start: b.start, end: b.end });
        if (first) out.push(...this.regions(first.inner));
        continue;
      }
      out.push(this.region(c));
    }
    return out;
  }

  private region(c: Conditional): ChoiceRegion {
    const branches: ChoiceBranch[] = c.branches
      .filter((b) => b.state === 'maybe')
      .map((b) => ({ start: b.start, end: b.end, condition: b.condition, inner: this.regions(b.inner) }));
    if (branches.every((b) => b.condition !== null))
      branches.push({ start: c.end, end: c.end, condition: null, inner: [] });
    // `!C … else` is said as `C … else`, so that equal conditions have equal texts.
    const [first, second] = branches;
    if (
      branches.length === 2 &&
      first &&
      second &&
      first.condition?.startsWith('!') &&
      /^!(?:defined\(\w+\)|\w+|\w+\([^()]*\))$/.test(first.condition)
    ) {
      return {
        start: c.start,
        end: c.end,
        branches: [
          { ...second, condition: first.condition.slice(1) },
          { ...first, condition: null },
        ],
      };
    }
    return { start: c.start, end: c.end, branches };
  }

  private fork(c: Conditional, macro?: string): void {
    const condition = c.branches.find((b) => b.state === 'maybe' && b.condition !== null)?.condition;
    if (condition === undefined || condition === null) return;
    const text =
      condition.startsWith('!') && /^!(?:defined\(\w+\)|\w+|\w+\([^()]*\))$/.test(condition)
        ? condition.slice(1)
        : condition;
    if (!this.forks.some((f) => f.condition === text && f.macro === macro))
      this.forks.push({ condition: text, ...(macro !== undefined ? { macro } : {}) });
  }

  /** Macros that differ between the branches, and matter. */
  private macrosOf(c: Conditional): void {
    const seen = new Map<string, Set<string>>();
    for (const b of c.branches) {
      if (b.state !== 'maybe') continue;
      for (const def of b.defines) {
        const bodies = seen.get(def.name) ?? new Set<string>();
        bodies.add(`${def.params?.join() ?? ''}:${def.body}`);
        seen.set(def.name, bodies);
      }
    }
    const branches = c.branches.filter((b) => b.state === 'maybe').length;
    const last = c.branches[c.branches.length - 1];
    const exhaustive = last?.condition === null;
    for (const [name, bodies] of seen) {
      const differs = bodies.size > 1 || (!(exhaustive && branches > 1 && bodies.size > 1) && KERNEL_NAME.test(name));
      if (differs && (RELEVANT.test(name) || [...bodies].some((x) => RELEVANT.test(x)))) {
        this.isPlain = false;
        if (this.isHeader || this.used(name, c)) this.fork(c, name);
      }
    }
  }

  private used(name: string, c: Conditional): boolean {
    const word = new RegExp(`\\b${name.replace(/\$/g, '\\$')}\\b`);
    return word.test(this.text.slice(c.end));
  }

  private verdict(c: Conditional): 'keep' | 'cut' | 'list' {
    const before = this.before.at(c.start);
    const shapes = c.branches.filter((b) => b.state === 'maybe').map((b) => branchShape(this.raw, b.start, b.end));
    const full = shapes.filter((s) => !s.empty);
    if (full.length === 0) return 'keep';
    const balanced = full.every((s) => s.balanced);
    if (
      balanced &&
      (before === '' || before === ';' || before === '}' || before === '{' || before === ':') &&
      full.every((s) => s.startsStatement && (s.last === ';' || s.last === '}' || s.last === ':'))
    )
      return 'keep';
    if (balanced && (before === ',' || before === '{' || before === '}') && full.every((s) => s.startsItem)) {
      const open = this.openers.at(c.start);
      if (open === '{' && (full.every((s) => s.last === ',') || (full.length === 1 && before === ','))) return 'list';
      if (open === '' && before === '}')
        return full.every((s) => s.last === ')') && this.raw[skipBlank(this.raw, c.end)] !== '{' ? 'keep' : 'cut';
    }
    // File-scope macro lines without a semicolon.
    if (
      balanced &&
      full.every((s) => s.startsStatement && (s.last === ')' || s.last === ';' || s.last === '}')) &&
      before !== ')' &&
      before !== ',' &&
      this.raw[skipBlank(this.raw, c.end)] !== '{' &&
      this.openers.at(c.start) === ''
    )
      return 'keep';
    return 'cut';
  }
}
