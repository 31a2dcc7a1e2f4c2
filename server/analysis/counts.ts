/**
 * What becomes of the result of an acquire: which of "error", "none", "some", "all" it can still be where the pages are
 * used, and whether anybody asked how many there are. One flow for each acquire in its function.
 */
import type { Expr, Span } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { bindingOf, isOne, isSame, startsEmpty, strip, zeroReason, type Binding } from './count-forms.ts';
import { CountReader } from './count-reader.ts';
import { wrapperSites } from './count-wrappers.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import {
  condition,
  constantOf,
  learn,
  makes,
  NEGATIVE,
  ZERO_,
  plain,
  runFlow,
  signIn,
  wayTo,
  type Entry,
  type Facts,
  type Flow,
  type Outcome,
} from './flow.ts';
import type { AcquireSite } from './sites.ts';

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
   * 'short-unasked': what is done with a short count stands behind a test that no short count comes to; 'error-lost': a loop runs as often as
   * the result says, not at all for an error, and the function then returns 0 as if all went well.
   */
  readonly kind:
    'ignored' | 'error-passes' | 'none-passes' | 'short-passes' | 'error-as-count' | 'short-unasked' | 'error-lost';
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
  /** A loop over the pages that were taken, which did not run: nobody asked whether for an error. */
  readonly idle: Span | null;
}

const START: Data = {
  phase: 'before',
  mask: 0,
  asked: false,
  used: null,
  unsigned: null,
  stale: false,
  kept: null,
  idle: null,
};

/** Follows the result of one acquire. */
class CountFlow {
  private readonly reader: CountReader;
  private readonly initial: number;

  constructor(
    private readonly file: FileAnalysis,
    private readonly f: FunctionContext,
    private readonly site: AcquireSite,
    binding: Binding,
    private readonly node: number,
  ) {
    this.reader = new CountReader(file, f, site, binding);
    const nr = site.call.args[(site.form?.params ?? []).indexOf('nr')];
    const one = nr !== undefined && isOne(nr, site.pages!, f);
    const only = /_fast_only$/.test(site.fact.name);
    const countable = site.fact.result === 'pages' && site.fact.into !== 'folios' && nr !== undefined && !one;
    const single =
      one && site.fact.result === 'pages' && site.fact.into !== 'folios' && zeroReason(site, file) !== null;
    this.initial = FULL | (only ? NONE : ERROR) | (countable ? SHORT : single ? NONE : 0);
  }

  /** Which cases make `left op right` true, and which false. */
  private cases(op: string, other: Expr, self: Expr, d: Data): { yes: number; no: number } | null {
    const c = constantOf(other);
    const isNr = this.reader.nr !== null && !d.stale && this.reader.text(strip(other)) === this.reader.nr;
    if (c === undefined && !isNr) return null;
    const mine = this.reader.typeOf(self);
    const theirs = c === undefined ? this.reader.typeOf(other) : null;
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
    const bound = this.reader.bounds.get(test);
    if (bound && !d.asked) return this.loopTest(test, bound.unsigned, truth, d);
    const e = plain(test);
    let cases: { yes: number; no: number } | null = null;
    let mentions = false;
    let unsigned: Span | null = d.unsigned;
    if (this.reader.isResult(e)) {
      cases = { yes: ERROR | SHORT | FULL, no: NONE };
      mentions = true;
    } else if (e.kind === 'unary' && e.op === '!' && this.reader.isResult(e.arg)) {
      cases = { yes: NONE, no: ERROR | SHORT | FULL };
      mentions = true;
    } else if (e.kind === 'call' && calleeName(e) === 'IS_ERR_VALUE' && e.args[0] && this.reader.isResult(e.args[0])) {
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
      if (this.reader.isResult(e.left)) compare(e.left, e.right, e.op);
      else if (this.reader.isResult(e.right)) compare(e.right, e.left, mirror[e.op] ?? e.op);
    }
    if (!mentions) return this.reader.reads(test) ? { ...d, asked: true, idle: null } : d;
    const known = cases as { yes: number; no: number } | null;
    if (!known) return { ...d, asked: true, idle: null };
    const mask = d.mask & (truth ? known.yes : known.no);
    return mask ? { ...d, mask, unsigned: mask & ERROR && mask & FULL ? unsigned : d.unsigned } : null;
  }

  /** `i < ret` in front of a loop's body: it runs if pages were taken, and if an error counts as a huge number. */
  private loopTest(test: Expr, unsigned: boolean, truth: boolean, d: Data): Data | null {
    if (truth) {
      const mask = d.mask & (unsigned ? ERROR | SHORT | FULL : SHORT | FULL);
      if (!mask) return null;
      return mask & ERROR ? { ...d, mask, unsigned: d.unsigned ?? test } : { ...d, mask, asked: true };
    }
    const mayFail = (d.mask & ERROR) !== 0 && (d.mask & FULL) !== 0 && !unsigned;
    return { ...d, asked: true, idle: mayFail && this.reader.worksInLoop(test) ? test : null };
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
    const use = this.reader.uses(node, d.stale);
    const reads = node.what.kind !== 'branch' && exprsOf(node).some((e) => this.reader.reads(e));
    if (reads && !d.asked && d.mask & ERROR && d.mask !== ERROR) {
      const count = this.reader.asCount(node);
      if (count) fault = { kind: 'error-as-count', at: count };
    } else if (reads && d.mask === ERROR && this.reader.releasesBy(node)) {
      fault = { kind: 'error-as-count', at: this.reader.releasesBy(node)! };
    } else if (open && d.mask & ERROR) {
      if (use && !reads) fault = { kind: 'error-passes', at: use.span };
    } else if (open && d.mask & SHORT && use && !reads) {
      if (use.all) fault = { kind: 'short-passes', at: use.span };
      d = { ...d, used: d.used ?? use.span };
    } else if (open && d.mask & NONE && use && !reads) fault = { kind: 'none-passes', at: use.span };
    const kept = reads && !d.asked && d.mask & ERROR ? this.reader.keptUnsigned(node) : null;
    if (kept) d = { ...d, kept };
    else if (reads) d = { ...d, asked: true, idle: null };
    if (this.reader.writesCount(node)) d = { ...d, stale: true };
    if (node.what.kind === 'return') fault ??= this.atReturn(node, d, facts);
    else if (this.reader.overwrites(node)) {
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
    if (d.idle && value && d.mask & ERROR && signIn(value, facts, this.file.unit) === ZERO_)
      return { kind: 'error-lost', at: d.idle };
    return value && signIn(value, facts, this.file.unit) === NEGATIVE ? undefined : lost(d, node.span);
  }

  private fault(kind: CountFault['kind'], at: Span, unsigned: Span | null, way: CountFault['way']): CountFault {
    const result = this.reader.binding.how === 'variable' ? this.reader.binding.text : null;
    return { site: this.site, kind, at, result, unsigned, way };
  }

  /**
   * `if (ret < 0) { if (ret < 0) … else … }`: the side for pages that were taken is never run, for behind the first test there are errors
   * only. Or `if (ret <= 0) return …; if (ret < 0) note = …;`: what is noted of fewer pages never is.
   */
  private idleTest(at: Flow<Data>['at']): Span | null {
    if (!(this.initial & SHORT) || this.reader.binding.how !== 'variable') return null;
    const { nodes } = this.f.cfg;
    for (const node of nodes) {
      const test = node.what.kind === 'branch' ? node.what.test : undefined;
      const entries = at[node.id] ?? [];
      const states = entries.map((e) => e.data).filter((d) => d.phase === 'after');
      if (!test || !states.length || !this.comparesWithCount(test)) continue;
      // where the result comes from another call, what is known of it decides
      const c = condition(test, this.file.unit);
      const never = (e: Entry<Data>, truth: boolean): boolean =>
        e.data.phase === 'before'
          ? learn(e.facts, c.text, truth ? c.yes : c.no) === null
          : this.branch(test, truth, e.data) === null;
      const dead = [true, false].find((truth) => entries.every((e) => never(e, truth)));
      if (dead === undefined) continue;
      if (states.every((d) => d.mask === ERROR)) return test;
      const way = (truth: boolean): number | undefined => node.succs.find((s) => s.label.kind === String(truth))?.to;
      const left = nodes[way(dead) ?? -1];
      // one step that is left out, and then as without it: no way out for an error
      const rejoins = left?.what.kind === 'expr' && left.succs.length === 1 && left.succs[0]!.to === way(!dead);
      if (rejoins && states.every((d) => !(d.mask & ERROR) && d.mask & SHORT && d.mask & FULL)) return test;
    }
    return null;
  }

  /** A comparison of the result with zero, one, or the number asked for. */
  private comparesWithCount(test: Expr): boolean {
    const e = plain(test);
    if (e.kind !== 'binary' || !/^(<|<=|>|>=|==|!=)$/.test(e.op)) return false;
    const other = this.reader.isResult(e.left) ? e.right : this.reader.isResult(e.right) ? e.left : null;
    return other !== null && ((constantOf(other) ?? -1) >= 0 || this.reader.text(strip(other)) === this.reader.nr);
  }

  private follow(): Flow<Data> {
    return runFlow<Data>(this.f, this.file.unit, {
      start: START,
      key: (d) =>
        `${d.phase}${d.mask}${d.asked}${d.used ? 'u' : ''}${d.unsigned ? 'x' : ''}${d.stale}${d.kept ? 'k' : ''}${d.idle ? 'i' : ''}`,
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
        return value && this.reader.isResult(value) && (flow.at[id] ?? []).some((e) => open(e.data) && !e.data.asked);
      })
    );
  }

  /**
   * `if (ret > 0) n = ret;`, and then `ret = use(pages)` for errors too: nothing stands on the way of an error only, and the call that is
   * given the pages puts its own result in the place of the code.
   */
  private runsOnAfterError(node: CfgNode, at: Flow<Data>['at']): Entry<Data> | null {
    if (!this.reader.overwrites(node) || node.id === this.node || !this.reader.uses(node, true)) return null;
    const taken = (e: Entry<Data>): boolean => e.data.phase === 'after' && (e.data.mask & FULL) !== 0;
    const here = at[node.id] ?? [];
    const error = here.find((e) => e.data.phase === 'after' && e.data.mask & ERROR && !taken(e) && !e.data.asked);
    if (!error || !here.some(taken)) return null;
    let e: Entry<Data> | null = error;
    while (e?.from && !taken(e.from)) e = e.from;
    return e && (at[e.node] ?? []).some(taken) ? error : null;
  }

  /** Somewhere the function returns what may be an error code: who calls it listens. */
  private tellsErrors(at: Flow<Data>['at']): boolean {
    return this.f.cfg.nodes.some(({ id, what }) => {
      const value = what.kind === 'return' ? what.value : undefined;
      return value && (at[id] ?? []).some((e) => (signIn(value, e.facts, this.file.unit) & NEGATIVE) !== 0);
    });
  }

  run(): CountFault[] {
    const flow = this.follow();
    if (!flow.complete) return [];
    const out: CountFault[] = [];
    const tells = this.tellsErrors(flow.at);
    const idle = this.idleTest(flow.at);
    if (idle) out.push(this.fault('short-unasked', idle, null, []));
    const add = (kind: CountFault['kind'], at: Span, entry: Entry<Data>): void => {
      if (out.some((x) => x.kind === kind)) return;
      out.push(this.fault(kind, at, entry.data.unsigned, wayTo(entry).slice(-6)));
    };
    this.f.cfg.nodes.forEach((node, id) => {
      const failed = this.runsOnAfterError(node, flow.at);
      if (failed) add('error-passes', node.span, failed);
      for (const entry of flow.at[id] ?? []) {
        if (id === this.f.cfg.exit) {
          const from = entry.from ? this.f.cfg.nodes[entry.from.node] : undefined;
          const fault = entry.data.phase === 'after' ? lost(entry.data, this.site.call) : undefined;
          if (fault && from?.what.kind !== 'return') add(fault.kind, fault.at, entry);
          continue;
        }
        const { fault } = this.effect(node, entry.data, entry.facts);
        if (fault && (tells || fault.kind !== 'error-lost')) add(fault.kind, fault.at, entry);
      }
    });
    return out;
  }
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
    if (file.isElsewhere(site.fn)) continue;
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
