/**
 * What becomes of the result of an acquire: which of "error", "none", "some", "all" it can still be where the pages are
 * used, and whether anybody asked how many there are. One flow for each acquire in its function.
 */
import type { Expr, Span } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { typeOfExpr, walkExpr } from '../../language/c/index.ts';
import { facts as kernel } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import {
  constantOf,
  makes,
  NEGATIVE,
  ZERO_,
  plain,
  runFlow,
  signIn,
  textOf,
  wayTo,
  type Entry,
  type Facts,
  type Flow,
  type Outcome,
} from './flow.ts';
import type { AcquireSite } from './sites.ts';
import {
  bindingOf,
  integer,
  isOne,
  isSame,
  mayTakeNone,
  rootOf,
  startsEmpty,
  strip,
  type Binding,
} from './count-forms.ts';
import { wrapperSites } from './count-wrappers.ts';

/** What the result may be. */
const ERROR = 1;
const NONE = 2;
const SHORT = 4;
const FULL = 8;

/** What is wrong with the way a result is treated. */
export interface CountFault {
  readonly site: AcquireSite;
  /**
   * 'ignored': the result is thrown away; 'error-passes': pages are used although it can be an error code; 'none-passes': one
   * page was asked for and is used although the result can be zero; 'short-passes': they are used as if all were there; 'error-as-count': the error code itself is used as a number of pages;
   * 'short-unasked': what is done with a short count stands behind a test that no short count comes to.
   */
  readonly kind: 'ignored' | 'error-passes' | 'none-passes' | 'short-passes' | 'error-as-count' | 'short-unasked';
  /** Where the pages (or the count) are used. */
  readonly at: Span;
  /** Variable that holds the result, if any. */
  readonly result: string | null;
  /** A comparison with an unsigned value let the error pass. */
  readonly unsigned: Span | null;
  readonly way: readonly { readonly span: Span; readonly message: string }[];
}

interface Data {
  readonly phase: 'before' | 'after';
  readonly mask: number;
  /** Somebody read the count itself. */
  readonly asked: boolean;
  /** Place where the pages were used as if all were there. */
  readonly used: Span | null;
  readonly unsigned: Span | null;
  /** The requested count was written to since: it no longer says how many were asked for. */
  readonly stale: boolean;
  /** Where the result was kept as an unsigned number, which a negative code turns into a huge one. */
  readonly kept: Span | null;
}

const START: Data = { phase: 'before', mask: 0, asked: false, used: null, unsigned: null, stale: false, kept: null };

const PRINTS =
  /^(v?printk|pr_\w+|dev_\w+|netdev_\w+|drm_\w*(dbg|err|info|warn)\w*|DRM_\w+|trace_\w+|ibdev_\w+|\w*(dbg|debug|DEBUG|warn|WARN|INFO|ERR)\w*|WARN\w*)$/;
const FREES = /free|release|put|unpin|destroy|memset|PTR_ERR|IS_ERR|ARRAY_SIZE/i;

/** Calls that add their first argument to a counter. */
const ADDS = /^atomic(64|_long)?_(add|sub)(_return)?$|^(percpu|this_cpu)_(counter_)?add$/;

/** Follows the result of one acquire. */
class CountFlow {
  private readonly nr: string | null;
  private readonly nrIds: ReadonlySet<string>;
  private readonly pages: string;
  private readonly initial: number;
  /** Loops over all pages that were asked for: `i < nr`. */
  private readonly overAll: readonly { readonly index: string; readonly from: number; readonly to: number }[];

  constructor(
    private readonly file: FileAnalysis,
    private readonly f: FunctionContext,
    private readonly site: AcquireSite,
    private readonly binding: Binding,
    private readonly node: number,
  ) {
    const roles = site.form?.params ?? [];
    const nr = site.call.args[roles.indexOf('nr')];
    this.nr = nr ? textOf(strip(nr), file.unit) : null;
    const ids = new Set<string>();
    if (nr)
      walkExpr(nr, (x) => {
        if (x.kind === 'id' || x.kind === 'member') ids.add(x.name);
      });
    this.nrIds = ids;
    this.pages = textOf(rootOf(site.pages!), file.unit);
    const one = nr !== undefined && isOne(nr, site.pages!, f);
    const only = /_fast_only$/.test(site.fact.name);
    const countable = site.fact.result === 'pages' && site.fact.into !== 'folios' && nr !== undefined && !one;
    const single = one && site.fact.result === 'pages' && site.fact.into !== 'folios' && mayTakeNone(site, file);
    this.overAll = this.loopsOverAll();
    this.initial = FULL | (only ? NONE : ERROR) | (countable ? SHORT : single ? NONE : 0);
  }

  private loopsOverAll(): { index: string; from: number; to: number }[] {
    const out: { index: string; from: number; to: number }[] = [];
    for (const { head, last } of this.f.loops.values()) {
      for (const node of [this.f.cfg.nodes[head], this.f.cfg.nodes[last]]) {
        const test = node?.what.kind === 'branch' ? exprsOf(node)[0] : undefined;
        const t = test && plain(test);
        if (
          t?.kind === 'binary' &&
          /^(<|!=)$/.test(t.op) &&
          t.left.kind === 'id' &&
          this.text(strip(t.right)) === this.nr
        )
          out.push({ index: t.left.name, from: Math.min(head, last), to: Math.max(head, last) });
      }
    }
    return out;
  }

  private text(e: Expr): string {
    return textOf(e, this.file.unit);
  }

  /** The result's name in expressions. */
  private get result(): string {
    return this.binding.how === 'variable' ? this.binding.text : this.text(this.site.call);
  }

  private typeOf(e: Expr): { bits: number; unsigned: boolean } | null {
    return integer(typeOfExpr(e, { unit: this.file.unit, locals: this.f.types }));
  }

  private isResult(e: Expr): boolean {
    const x = strip(plain(e));
    return this.binding.how === 'variable' ? this.text(x) === this.result : isSame(x, this.site.call);
  }

  /** Which cases make `left op right` true, and which false. */
  private cases(op: string, other: Expr, self: Expr, d: Data): { yes: number; no: number } | null {
    const c = constantOf(other);
    const isNr = this.nr !== null && !d.stale && this.text(strip(other)) === this.nr;
    if (c === undefined && !isNr) return null;
    const mine = this.typeOf(self);
    const theirs = c === undefined ? this.typeOf(other) : null;
    const width = Math.max(mine?.bits ?? 64, theirs?.bits ?? 0, 32);
    const unsigned = (mine?.unsigned && mine.bits >= width) || (theirs?.unsigned && theirs.bits >= width);
    const error = unsigned ? Infinity : -14;
    const test = (a: number, b: number): boolean => {
      switch (op) {
        case '<':
          return a < b;
        case '<=':
          return a <= b;
        case '>':
          return a > b;
        case '>=':
          return a >= b;
        case '==':
          return a === b;
        default:
          return a !== b;
      }
    };
    let yes = 0;
    let no = 0;
    const add = (bit: number, samples: readonly number[], against: number): void => {
      for (const s of samples) {
        if (test(s, against)) yes |= bit;
        else no |= bit;
      }
    };
    const against = c ?? 1000;
    const one = !(this.initial & SHORT) && this.site.fact.result === 'pages';
    const full = c === undefined ? [1000] : one ? [1] : [1, 2, 1000];
    add(ERROR, [error], against);
    add(NONE, [0], against);
    add(SHORT, c === undefined ? [1, 999] : [1, 2, 999], against);
    add(FULL, full, against);
    return { yes, no };
  }

  private branch(test: Expr, truth: boolean, d: Data): Data | null {
    if (d.phase === 'before') return d;
    const e = plain(test);
    let cases: { yes: number; no: number } | null = null;
    let mentions = false;
    let unsigned: Span | null = d.unsigned;
    if (this.isResult(e)) {
      cases = { yes: ERROR | SHORT | FULL, no: NONE };
      mentions = true;
    } else if (e.kind === 'unary' && e.op === '!' && this.isResult(e.arg)) {
      cases = { yes: NONE, no: ERROR | SHORT | FULL };
      mentions = true;
    } else if (e.kind === 'call' && calleeName(e) === 'IS_ERR_VALUE' && e.args[0] && this.isResult(e.args[0])) {
      cases = { yes: ERROR, no: NONE | SHORT | FULL };
      mentions = true;
    } else if (e.kind === 'binary' && ['<', '<=', '>', '>=', '==', '!='].includes(e.op)) {
      const mirror: Record<string, string> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
      const compare = (self: Expr, other: Expr, op: string): void => {
        mentions = true;
        cases = this.cases(op, other, self, d);
        if (cases && /[<>]/.test(op)) {
          const signedWay = op.startsWith('<') ? cases.no : cases.yes;
          if (signedWay & ERROR && !(op.startsWith('<') ? cases.yes & ERROR : cases.no & ERROR)) unsigned ??= e;
        }
      };
      if (this.isResult(e.left)) compare(e.left, e.right, e.op);
      else if (this.isResult(e.right)) compare(e.right, e.left, mirror[e.op] ?? e.op);
    }
    if (!mentions) return this.reads(test) ? { ...d, asked: true } : d;
    const known = cases as { yes: number; no: number } | null;
    if (!known) return { ...d, asked: true };
    const mask = d.mask & (truth ? known.yes : known.no);
    return mask ? { ...d, mask, unsigned: mask & ERROR && mask & FULL ? unsigned : d.unsigned } : null;
  }

  /** The expression reads the result, other than by printing it. */
  private reads(e: Expr): boolean {
    if (this.binding.how !== 'variable') return false;
    let found = false;
    const visit = (x: Expr): void => {
      walkExpr(x, (y) => {
        if (y.kind === 'call' && PRINTS.test(calleeName(y) ?? '')) return false;
        if (y.kind === 'assign' && y.op === '=' && this.text(y.left) === this.result) {
          visit(y.right);
          return false;
        }
        if ((y.kind === 'id' || y.kind === 'member') && this.text(y) === this.result) found = true;
        return undefined;
      });
    };
    visit(e);
    return found;
  }

  /** The node overwrites the result's variable. */
  private overwrites(node: CfgNode): boolean {
    if (this.binding.how !== 'variable') return false;
    if (node.what.kind === 'decl') return node.what.decl.name === this.result;
    let found = false;
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind === 'assign' && x.op === '=' && this.text(x.left) === this.result) found = true;
      });
    return found;
  }

  /** How the node uses the pages: an element or all of them. */
  private uses(node: CfgNode, d: Data): { span: Span; all: boolean } | null {
    let found: { span: Span; all: boolean } | null = null;
    for (const e of exprsOf(node)) {
      walkExpr(e, (x) => {
        if (x.kind === 'sizeof') return false;
        if (x.kind === 'call') {
          const name = calleeName(x) ?? '';
          if (isSame(x, this.site.call)) return false;
          const effects = this.file.functions.has(name) ? [] : (kernel.call(name)?.effects ?? []);
          if (PRINTS.test(name) || effects.some((y) => y.kind === 'free' || y.kind === 'pure' || y.kind === 'alloc'))
            return false;
          const given = x.args.some((a) => this.text(rootOf(a)) === this.pages);
          const counted =
            this.nr !== null &&
            !d.stale &&
            !/^\d+$/.test(this.nr) &&
            x.args.some((a) => this.text(strip(a)) === this.nr);
          if (given && effects.some((y) => y.kind === 'release')) {
            if (counted) found ??= { span: x, all: true };
            return false;
          }
          if (given && !FREES.test(name)) found ??= { span: x, all: counted };
          if (given && counted && !FREES.test(name)) found = { span: x, all: true };
          return FREES.test(name) ? false : undefined;
        }
        if (x.kind === 'index' && this.text(rootOf(x)) === this.pages && this.text(x) !== this.pages) {
          const { index } = x;
          const all =
            !d.stale &&
            index.kind === 'id' &&
            !isGuard(node, x) &&
            this.overAll.some((l) => l.index === index.name && node.id >= l.from && node.id <= l.to);
          if (!found || all) found = { span: x, all };
        }
        if (
          x.kind === 'member' &&
          x.arrow &&
          this.text(rootOf(x.object)) === this.pages &&
          this.site.pages?.kind === 'unary'
        )
          found ??= { span: x, all: false };
        // a single page's variable is read
        if (
          x.kind === 'assign' &&
          x.op === '=' &&
          this.site.pages?.kind === 'unary' &&
          this.text(strip(x.right)) === this.pages
        )
          found ??= { span: x, all: false };
        return undefined;
      });
    }
    return found;
  }

  /** The error code is used as a number of pages. */
  private asCount(node: CfgNode): Span | null {
    let found: Span | null = null;
    for (const e of exprsOf(node)) {
      walkExpr(e, (x) => {
        if (x.kind === 'assign' && (x.op === '+=' || x.op === '-=') && this.isResult(x.right)) found ??= x;
        if (
          x.kind === 'binary' &&
          ['+', '-', '*', '<<'].includes(x.op) &&
          (this.isResult(x.left) || this.isResult(x.right))
        )
          found ??= x;
        if (
          x.kind === 'call' &&
          !PRINTS.test(calleeName(x) ?? '') &&
          x.args.some((a) => this.isResult(a)) &&
          x.args.some((a) => this.text(rootOf(a)) === this.pages)
        )
          found ??= x;
        // a function of the file that takes an unsigned number
        const params = x.kind === 'call' ? (this.file.functions.get(calleeName(x) ?? '')?.def.params ?? []) : [];
        if (x.kind === 'call' && x.args.some((a, i) => this.isResult(a) && integer(params[i]?.type)?.unsigned))
          found ??= x;
        // atomic64_add(ret, &mm->pinned_vm)
        if (x.kind === 'call' && ADDS.test(calleeName(x) ?? '') && x.args[0] && this.isResult(x.args[0])) found ??= x;
        if (x.kind === 'call' && !this.file.functions.has(calleeName(x) ?? '')) {
          for (const y of kernel.call(calleeName(x) ?? '')?.effects ?? []) {
            const count = 'pages' in y ? y.pages.count : undefined;
            const arg = count === undefined ? undefined : x.args[count];
            if (arg && this.isResult(arg)) found ??= x;
          }
        }
      });
    }
    return found;
  }

  /** A release of as many pages as the result says. */
  private releasesBy(node: CfgNode): Span | null {
    let found: Span | null = null;
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind !== 'call' || this.file.functions.has(calleeName(x) ?? '')) return;
        for (const y of kernel.call(calleeName(x) ?? '')?.effects ?? []) {
          const count = y.kind === 'release' ? x.args[y.pages.count ?? -1] : undefined;
          if (count && this.isResult(count)) found ??= x;
        }
      });
    return found;
  }

  /** `object->count = (unsigned long)ret;`. */
  private keptUnsigned(node: CfgNode): Span | null {
    const e = node.what.kind === 'expr' ? node.what.expr : undefined;
    if (e?.kind !== 'assign' || e.op !== '=' || e.left.kind !== 'member' || !this.isResult(e.right)) return null;
    const unsigned = this.typeOf(e.left)?.unsigned ?? (e.right.kind === 'cast' && this.typeOf(e.right)?.unsigned);
    return unsigned ? e : null;
  }

  private writesCount(node: CfgNode): boolean {
    const ours = (t: Expr): boolean => (t.kind === 'id' || t.kind === 'member') && this.nrIds.has(t.name);
    let found = false;
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if ((x.kind === 'assign' && ours(x.left)) || (x.kind === 'update' && ours(x.arg))) found = true;
      });
    return found;
  }

  /** What a node does to a state, and what is wrong with that. */
  private effect(node: CfgNode, data: Data, facts: Facts): { data: Data; fault?: Fault } {
    if (node.id === this.node) {
      const fault = data.phase === 'after' ? lost(data, node.span) : undefined;
      return { data: { ...START, phase: 'after', mask: this.initial }, ...(fault ? { fault } : {}) };
    }
    if (data.phase === 'before') return { data };
    let d = data;
    let fault: Fault | undefined;
    const open = (d.mask & FULL) !== 0 && !d.asked;
    const use = this.uses(node, d);
    const reads = node.what.kind !== 'branch' && exprsOf(node).some((e) => this.reads(e));
    if (reads && !d.asked && d.mask & ERROR && d.mask !== ERROR) {
      const count = this.asCount(node);
      if (count) fault = { kind: 'error-as-count', at: count };
    } else if (reads && d.mask === ERROR && this.releasesBy(node)) {
      fault = { kind: 'error-as-count', at: this.releasesBy(node)! };
    } else if (open && d.mask & ERROR) {
      if (use && !reads) fault = { kind: 'error-passes', at: use.span };
    } else if (open && d.mask & SHORT && use && !reads) {
      if (use.all) fault = { kind: 'short-passes', at: use.span };
      d = { ...d, used: d.used ?? use.span };
    } else if (open && d.mask & NONE && use && !reads) fault = { kind: 'none-passes', at: use.span };
    const kept = reads && !d.asked && d.mask & ERROR ? this.keptUnsigned(node) : null;
    if (kept) d = { ...d, kept };
    else if (reads) d = { ...d, asked: true };
    if (this.writesCount(node)) d = { ...d, stale: true };
    if (node.what.kind === 'return') fault ??= this.atReturn(node, d, facts);
    else if (this.overwrites(node)) {
      fault ??= lost(d, node.span);
      return { data: { ...START }, ...(fault ? { fault } : {}) };
    }
    return { data: d, ...(fault ? { fault } : {}) };
  }

  private atReturn(node: CfgNode, d: Data, facts: Facts): Fault | undefined {
    const value = node.what.kind === 'return' ? node.what.value : undefined;
    if (d.kept && !d.asked) {
      const succeeds = value && signIn(value, facts, this.file.unit) === ZERO_;
      return succeeds && d.mask & ERROR && d.mask & FULL ? { kind: 'error-as-count', at: d.kept } : undefined;
    }
    return value && signIn(value, facts, this.file.unit) === NEGATIVE ? undefined : lost(d, node.span);
  }

  private fault(kind: CountFault['kind'], at: Span, unsigned: Span | null, way: CountFault['way']): CountFault {
    const result = this.binding.how === 'variable' ? this.binding.text : null;
    return { site: this.site, kind, at, result, unsigned, way };
  }

  /**
   * `if (ret < 0) { if (ret < 0) … else … }`: the side for pages that were taken is never run, for behind the first test there are errors
   * only. Or `if (ret <= 0) return …; if (ret < 0) note = …;`: what is noted of fewer pages never is.
   */
  private idleTest(at: Flow<Data>['at']): Span | null {
    if (!(this.initial & SHORT) || this.binding.how !== 'variable') return null;
    const { nodes } = this.f.cfg;
    for (const node of nodes) {
      const test = node.what.kind === 'branch' ? node.what.test : undefined;
      const states = (at[node.id] ?? []).map((e) => e.data);
      if (!test || !states.length || states.some((d) => d.phase === 'before') || !this.comparesWithCount(test))
        continue;
      const dead = [true, false].find((truth) => states.every((d) => this.branch(test, truth, d) === null));
      if (dead === undefined) continue;
      if (states.every((d) => d.mask === ERROR)) return test;
      const way = (truth: boolean): number | undefined => node.succs.find((s) => s.label.kind === String(truth))?.to;
      const never = nodes[way(dead) ?? -1];
      // one step that is left out, and then as without it: no way out for an error
      const rejoins = never?.what.kind === 'expr' && never.succs.length === 1 && never.succs[0]!.to === way(!dead);
      if (rejoins && states.every((d) => !(d.mask & ERROR) && d.mask & SHORT && d.mask & FULL)) return test;
    }
    return null;
  }

  /** A comparison of the result with zero, one, or the number asked for. */
  private comparesWithCount(test: Expr): boolean {
    const e = plain(test);
    if (e.kind !== 'binary' || !/^(<|<=|>|>=|==|!=)$/.test(e.op)) return false;
    const other = this.isResult(e.left) ? e.right : this.isResult(e.right) ? e.left : null;
    return other !== null && ((constantOf(other) ?? -1) >= 0 || this.text(strip(other)) === this.nr);
  }

  private follow(): Flow<Data> {
    return runFlow<Data>(this.f, this.file.unit, {
      start: START,
      key: (d) =>
        `${d.phase}${d.mask}${d.asked}${d.used ? 'u' : ''}${d.unsigned ? 'x' : ''}${d.stale}${d.kept ? 'k' : ''}`,
      step: (n, d, facts): readonly Outcome<Data>[] => [{ data: this.effect(n, d, facts).data }],
      branch: (t, truth, d) => this.branch(t, truth, d),
    });
  }

  /** The function gives the result to its caller as it is, fewer pages than asked for included, and looks at none of them itself. */
  returnsShort(): boolean {
    if (!(this.initial & SHORT)) return false;
    const flow = this.follow();
    return (
      flow.complete &&
      this.f.cfg.nodes.some(({ id, what }) => {
        const value = what.kind === 'return' ? what.value : undefined;
        const open = (d: Data): boolean => d.phase === 'after' && (d.mask & SHORT) !== 0 && (d.mask & FULL) !== 0;
        return value && this.isResult(value) && (flow.at[id] ?? []).some((e) => open(e.data) && !e.data.asked);
      })
    );
  }

  run(): CountFault[] {
    const flow = this.follow();
    if (!flow.complete) return [];
    const out: CountFault[] = [];
    const idle = this.idleTest(flow.at);
    if (idle) out.push(this.fault('short-unasked', idle, null, []));
    const add = (kind: CountFault['kind'], at: Span, entry: Entry<Data>): void => {
      if (out.some((x) => x.kind === kind)) return;
      out.push(this.fault(kind, at, entry.data.unsigned, wayTo(entry).slice(-6)));
    };
    this.f.cfg.nodes.forEach((node, id) => {
      for (const entry of flow.at[id] ?? []) {
        if (id === this.f.cfg.exit) {
          const from = entry.from ? this.f.cfg.nodes[entry.from.node] : undefined;
          const fault = entry.data.phase === 'after' ? lost(entry.data, this.site.call) : undefined;
          if (fault && from?.what.kind !== 'return') add(fault.kind, fault.at, entry);
          continue;
        }
        const { fault } = this.effect(node, entry.data, entry.facts);
        if (fault) add(fault.kind, fault.at, entry);
      }
    });
    return out;
  }
}

/** `if (pages[i])`: the slot is asked whether it holds a page. */
function isGuard(node: CfgNode, e: Expr): boolean {
  if (node.what.kind !== 'branch') return false;
  const t = plain(exprsOf(node)[0] ?? e);
  return t === e || (t.kind === 'unary' && t.op === '!' && plain(t.arg) === e);
}

interface Fault {
  readonly kind: CountFault['kind'];
  readonly at: Span;
}

/** The result is gone and nobody asked for it, though it may not be all. */
const lost = (d: Data, here: Span): Fault | undefined => {
  if (d.asked || d.kept || !(d.mask & FULL) || !(d.mask & (ERROR | SHORT))) return undefined;
  return { kind: d.mask & ERROR ? 'error-passes' : 'short-passes', at: d.used ?? here };
};

/** What the flow of a result needs, if the result can be followed. */
function flowOf(site: AcquireSite, file: FileAnalysis): { how: Binding['how']; flow?: CountFlow } | null {
  const f = file.functions.get(site.fn);
  const node = f?.cfg.nodes.find((n) => exprsOf(n).some((e) => makes(e, site.call)));
  if (!f || !node || !site.pages || (site.fact.result !== 'pages' && site.fact.result !== 'bytes')) return null;
  const binding = bindingOf(site, node, file);
  if (binding.how === 'elsewhere' || binding.how === 'ignored') return binding;
  return { how: binding.how, flow: new CountFlow(file, f, site, binding, node.id) };
}

/** Faults of all acquires of a file, and of the calls of its functions that only make one. */
export function countFaults(file: FileAnalysis): CountFault[] {
  const out: CountFault[] = [];
  for (const site of file.groups.acquires) {
    const found = flowOf(site, file);
    const f = file.functions.get(site.fn);
    if (!found || !f) continue;
    if (found.how === 'ignored' && !startsEmpty(site, f))
      out.push({ site, kind: 'ignored', at: site.call, result: null, unsigned: null, way: [] });
    const faults = found.flow?.run() ?? [];
    const best = faults.find((x) => x.kind === 'error-passes') ?? faults[0];
    if (best) out.push(best);
  }
  const returned = (site: AcquireSite): boolean =>
    file.functions
      .get(site.fn)!
      .cfg.nodes.some(
        ({ what }) => what.kind === 'return' && what.value !== undefined && isSame(strip(what.value), site.call),
      );
  const passedOn = (site: AcquireSite): boolean =>
    returned(site) || (flowOf(site, file)?.flow?.returnsShort() ?? false);
  for (const site of wrapperSites(file, passedOn)) {
    const short = flowOf(site, file)
      ?.flow?.run()
      .find((x) => x.kind === 'short-passes' || x.kind === 'short-unasked');
    if (short) out.push(short);
  }
  return out;
}
