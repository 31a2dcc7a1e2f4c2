/**
 * Where the page lock may be held: a forward walk over a function's graph that takes no notice of which page it is. "May"
 * is what a rule wants that reports its absence: what is unclear counts as held.
 */
import type { CallExpr, Expr } from '../../language/c/ast.ts';
import type { CfgNode, Edge } from '../../language/c/cfg.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, type FunctionContext } from './context.ts';
import { namingOf } from './naming.ts';

/** What a call does to the page lock: takes it, takes it if its result is not zero, drops it. */
type Change = 'take' | 'try' | 'drop' | undefined;

/** Answers, for one file, whether the page lock may be held where a call stands. */
export class PageLocks {
  private readonly held = new Map<string, ReadonlySet<CallExpr>>();
  private readonly takers = new Map<string, boolean>();
  constructor(private readonly functions: ReadonlyMap<string, FunctionContext>) {}

  /** May the lock be held at `call` in `fn`, taken there or by a caller in this file? */
  mayBeHeld(fn: string, call: CallExpr, depth = 0): boolean {
    const f = this.functions.get(fn);
    if (!f || depth > 4) return false;
    if (this.heldIn(f).has(call)) return true;
    for (const g of namingOf(this.functions).mayCall(fn)) {
      for (const c of g.calls)
        if (calleeName(c) === fn && g !== f && this.mayBeHeld(g.def.name, c, depth + 1)) return true;
    }
    return false;
  }

  private heldIn(f: FunctionContext): ReadonlySet<CallExpr> {
    let known = this.held.get(f.def.name);
    if (!known) this.held.set(f.def.name, (known = this.walk(f)));
    return known;
  }

  /** Calls of the function at which the lock may be held. */
  private walk(f: FunctionContext): ReadonlySet<CallExpr> {
    const out = new Set<CallExpr>();
    const { nodes } = f.cfg;
    // 0: not reached, 1: reached without the lock, 2: perhaps with it
    const state = new Uint8Array(nodes.length);
    const queue = [0];
    state[0] = 1;
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      const node = nodes[id]!;
      const before = state[id]! === 2;
      const { after, tried } = this.through(node, f.callsAt[id]!, before, out);
      for (const edge of node.succs) {
        const next = tried === undefined ? (after ? 2 : 1) : onEdge(edge, tried, before) ? 2 : 1;
        if (next > state[edge.to]!) {
          state[edge.to] = next;
          queue.push(edge.to);
        }
      }
    }
    return out;
  }

  private through(
    node: CfgNode,
    calls: readonly CallExpr[],
    before: boolean,
    out: Set<CallExpr>,
  ): { readonly after: boolean; readonly tried?: boolean } {
    let now = before;
    let tried: boolean | undefined;
    for (const x of calls) {
      if (now) out.add(x);
      const change = this.change(x);
      if (change === 'drop') now = false;
      else if (change === 'take') now = true;
      else if (change === 'try') {
        const negated = node.what.kind === 'branch' ? testOf(node.what.test, x) : undefined;
        if (negated === undefined) now = true;
        else tried = !negated;
      }
    }
    return { after: now, tried };
  }

  private change(call: CallExpr): Change {
    const name = calleeName(call);
    if (!name) return undefined;
    if (this.functions.has(name)) return this.takes(name) ? 'take' : undefined;
    const effects = facts.call(name)?.effects ?? [];
    if (effects.some((e) => e.kind === 'page-unlock')) return 'drop';
    if (effects.some((e) => e.kind === 'page-lock')) return /try/.test(name) ? 'try' : 'take';
    // a helper of another file that says by its name what it does
    if (!effects.length && /lock_(user_)?(page|folio)|(page|folio)s?_(try)?lock/.test(name))
      return /unlock/.test(name) ? 'drop' : 'take';
    return undefined;
  }

  /** A function of the file that takes the lock and does not drop it itself. */
  private takes(name: string): boolean {
    const known = this.takers.get(name);
    if (known !== undefined) return known;
    this.takers.set(name, false);
    const f = this.functions.get(name)!;
    const changes = f.calls.map((c) => this.change(c));
    const takes = changes.some((c) => c === 'take' || c === 'try') && !changes.includes('drop');
    this.takers.set(name, takes);
    return takes;
  }
}

/** Is the branch's test the call itself (false), or its negation (true)? */
function testOf(test: Expr, call: CallExpr): boolean | undefined {
  if (test === call) return false;
  if (test.kind === 'unary' && test.op === '!') {
    const inner = testOf(test.arg, call);
    return inner === undefined ? undefined : !inner;
  }
  return undefined;
}

const onEdge = (edge: Edge, whenTrue: boolean, before: boolean): boolean =>
  before || (edge.label.kind === 'true' ? whenTrue : edge.label.kind === 'false' ? !whenTrue : true);
