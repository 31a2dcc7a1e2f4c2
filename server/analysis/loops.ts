/** Loops of the path walk: how often they are gone around, and what is assumed behind them. */
import type { CallExpr, Expr } from '../../language/c/ast.ts';
import type { CfgNode, Edge } from '../../language/c/cfg.ts';
import { exprsOf, type FunctionContext, type Loop } from './context.ts';
import { makes, plain } from './flow.ts';
import { textOf, type Frame } from './frame.ts';
import type { Interpreter } from './interp.ts';
import { calledFrom } from './release.ts';
import type { Place } from './place.ts';
import { Rounds } from './rounds.ts';
import { isElsewhere, type Resource, type State } from './state.ts';
import { sameVal, type Val } from './values.ts';

/** A way on from a node. */
export interface Step {
  readonly edge: Edge;
  readonly state: State;
  /** The value that the function returns, set by a return statement. */
  readonly value?: Val;
}

/** What happens to states at the borders of loops. */
export class LoopBorders {
  constructor(private readonly interp: Interpreter) {}

  /** After enough rounds: what the loop changes is anything. */
  widen(loop: Loop, state: State, frame: Frame): void {
    for (const name of loop.assigned) {
      const loc = frame.scope.local(name);
      const old = state.memory.get(loc);
      if (old && this.interp.memory.resourcesOf(old, state).length) continue;
      if (old && [...state.resources.values()].some((r) => r.result.s === old.s && old.s !== 0)) continue;
      this.interp.memory.store(
        loc,
        this.interp.memory.fresh('w', loop.head, state, frame, { name }, `:${name}`),
        state,
      );
    }
  }

  /**
   * A loop that gives pages back one by one has given all of them back when it ends by its own condition: its bound is
   * the number that is held (a wrong bound is another rule's business). `skipped`: it did not run once.
   */
  leave(loop: Loop, state: State, frame: Frame, skipped = false, test?: Expr): void {
    for (const [id, r] of state.resources) {
      const last = r.releasedAt.at(-1);
      if (test && r.status === 'partial') this.goesTooFar(loop, test, r, state, frame);
      // in the loop's own text, or in a function that it calls with each page
      const here = last && last.start >= loop.span.start && last.end <= loop.span.end;
      if (r.status === 'partial' && last && (here || (loop.releases && this.reaches(loop, r, state, frame)))) {
        state.resources.set(id, { ...r, status: 'released', releasedCount: 'loop' });
      } else if (
        r.status === 'held' &&
        loop.outflows &&
        !loop.releases &&
        !r.outflow &&
        this.reaches(loop, r, state, frame)
      ) {
        state.resources.set(id, { ...r, outflow: true });
      } else if (
        r.status === 'held' &&
        loop.releases &&
        !skipped &&
        (isElsewhere(state, r) || this.reaches(loop, r, state, frame))
      ) {
        state.resources.set(id, {
          ...r,
          status: 'released',
          releasedAt: [...r.releasedAt, loop.span],
          releasedCount: null,
        });
      }
    }
  }

  /** `for (i = 0; i < nr; i++) put_page(pages[i])`, where the path knows that fewer than `nr` were taken. */
  private goesTooFar(loop: Loop, test: Expr, r: Resource, state: State, frame: Frame): void {
    const t = plain(test);
    const call = frame.context.calls.find((c) => c.start === r.releasedAt.at(-1)?.start);
    if (!call || r.releasedAt.length > 1 || t.kind !== 'binary' || t.op !== '<' || t.left.kind !== 'id') return;
    if (r.fact.result !== 'pages' || r.iter || r.earlier.length || r.outflow) return;
    const { lastIndex } = r;
    if (!lastIndex || !sameVal(lastIndex, r.index) || !loop.assigned.has(t.left.name)) return;
    const bound = this.interp.eval(t.right, state.fork(), frame);
    if (state.compare('>', bound, r.result) !== true || !runsAlways(loop, call, frame.context)) return;
    // whoever took the pages told the function how many to give back
    const from = calledFrom(r.functionName, frame);
    const at = from ?? call;
    this.interp.machine.emit({
      kind: 'double',
      refKind: r.kind,
      resource: r,
      name: textOf(at.args[0] ?? at, this.interp.machine.unit).slice(0, 60),
      first: r.site,
      at,
      call: at,
      why: 'unfilled',
      trace: state.trace,
      functionName: from ? r.functionName : frame.context.def.name,
    });
  }

  private reaches(loop: Loop, r: Resource, state: State, frame: Frame): boolean {
    if (r.site.start >= loop.span.start && r.site.end <= loop.span.end) return false;
    const s = state.fork();
    return loop.bases.some((b) => {
      const v = this.interp.eval(b, s, frame);
      return (
        v.s !== 0 && (v.s === r.array || (loop.releases && (this.isSameArray(v.s, r.array) || isListedIn(v.s, r, s))))
      );
    });
  }

  /** Both are addresses of elements of one array (`obj->pages[i][1]`, `obj->pages[k]`). */
  private isSameArray(a: number, b: number): boolean {
    const whole = (id: number): Place | undefined => {
      const { addressOf } = this.interp.symbols.info(id);
      let at = addressOf;
      while (at?.index) at = at.whole!;
      return at === addressOf ? undefined : at;
    };
    const one = whole(a);
    return one !== undefined && one === whole(b);
  }

  /** Bookkeeping of loop rounds on the edges taken. */
  follow(node: CfgNode, next: Step[], loops: ReadonlyMap<number, Loop>): Step[] {
    if (loops.size === 0) return next;
    // most edges stay where they are
    for (let i = 0; i < next.length; i++) {
      const { edge, state } = next[i]!;
      if (state.rounds !== Rounds.none || loops.has(edge.to)) return this.crossed(node, next, loops);
    }
    return next;
  }

  private crossed(node: CfgNode, next: readonly Step[], loops: ReadonlyMap<number, Loop>): Step[] {
    const out: Step[] = [];
    for (let i = 0; i < next.length; i++) if (this.cross(node, next[i]!, loops)) out.push(next[i]!);
    return out;
  }

  /** Counts the rounds of a way on; false: it is gone no more. */
  private cross(node: CfgNode, { edge, state }: Step, loops: ReadonlyMap<number, Loop>): boolean {
    const target = loops.get(edge.to);
    if (target && edge.back) {
      const rounds = (state.rounds.get(target.head) ?? 0) + 1;
      if (rounds > roundsOf(target)) return false;
      for (const k of state.ghosts.keys()) if (k.endsWith('@el')) state.ghosts.delete(k);
      state.rounds = state.rounds.with(target.head, rounds);
    } else if (target) state.rounds = state.rounds.with(target.head, 0);
    if (state.rounds !== Rounds.none) leaveLoops(loops, node.id, edge.to, state);
    return true;
  }
}

function leaveLoops(loops: ReadonlyMap<number, Loop>, from: number, to: number, state: State): void {
  loops.forEach((loop) => {
    if (isInside(loop, from) && !isInside(loop, to)) state.rounds = state.rounds.without(loop.head);
  });
}

/** Every round makes the call, and nothing ends the loop early: no test in it asks whether the slot holds a page. */
function runsAlways(loop: Loop, call: CallExpr, { cfg }: FunctionContext): boolean {
  const leaves = cfg.nodes.some(
    (n) =>
      isInside(loop, n.id) && n.id !== loop.head && n.id !== loop.last && n.succs.some((s) => !isInside(loop, s.to)),
  );
  if (leaves) return false;
  const seen = new Set<number>();
  const work = cfg.nodes[loop.head]!.succs.filter((s) => isInside(loop, s.to)).map((s) => s.to);
  for (let id = work.pop(); id !== undefined; id = work.pop()) {
    const node = cfg.nodes[id]!;
    if (seen.has(id) || exprsOf(node).some((e) => makes(e, call))) continue;
    if (id === loop.head || id === loop.last) return false;
    seen.add(id);
    for (const s of node.succs) if (s.to === loop.head || isInside(loop, s.to)) work.push(s.to);
  }
  return true;
}

/** The array of the pages stands in a slot of the list at that symbol: `list[i].pages`. */
function isListedIn(list: number, r: Resource, state: State): boolean {
  for (const { place: loc, val: v } of state.memory.entries())
    if (v.s === r.array && loc.pointer?.s === list) return true;
  return false;
}

/** The node belongs to the loop. */
export const isInside = (loop: Loop, id: number): boolean =>
  id >= Math.min(loop.head, loop.last) && id <= Math.max(loop.head, loop.last);

/** How often a loop is entered before the walk assumes anything of what it changes. */
export const roundsOf = (loop: Loop): number => (loop.acquires ? 2 : 1);

/** The do-while loop whose test the node is. */
export const loopEndingAt = (loops: ReadonlyMap<number, Loop>, id: number): Loop | undefined => {
  for (const l of loops.values()) if (l.last === id && l.head <= id) return l;
  return undefined;
};
