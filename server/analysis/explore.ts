/**
 * The walk over the paths of one root function: forks at branches, joins equal states, enters functions of the same
 * file where they matter, and reports what it saw as events. Bounded: states per node, steps per root, call depth and
 * loop rounds; running out is reported, never silent.
 */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { walkExpr } from '../../language/c/index.ts';
import type { FunctionDef, TranslationUnit } from '../../language/c/unit.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { PathEvent } from './events.ts';
import { Endings, type Ended } from './ending.ts';
import type { Frame, Machine } from './frame.ts';
import { Interpreter } from './interp.ts';
import { sliceOf, type Slice } from './slice.ts';
import { State } from './state.ts';
import { Stepper } from './steps.ts';
import { Symbols, ZERO, type Val } from './values.ts';

export interface Limits {
  /** Node visits per root function, inlined ones included. */
  readonly steps: number;
  /** Distinct states kept per node. */
  readonly states: number;
  readonly depth: number;
}
export const LIMITS: Limits = { steps: 3_000, states: 20, depth: 4 };

export interface FileFunctions {
  context(name: string): FunctionContext | undefined;
  /** Worth entering: it (or what it calls) acquires or releases pages. */
  relevant(name: string): boolean;
}

export interface WalkResult {
  readonly events: readonly PathEvent[];
  readonly steps: number;
  readonly overBudget: boolean;
}

/** Walks all paths of `root`. */
export function walkFunction(
  unit: TranslationUnit,
  files: FileFunctions,
  root: FunctionContext,
  limits: Limits = LIMITS,
): WalkResult {
  const walker = new Walker(unit, files, root, limits);
  walker.run();
  return { events: walker.events, steps: walker.steps, overBudget: walker.overBudget };
}

class Walker implements Machine {
  readonly symbols = new Symbols();
  readonly events: PathEvent[] = [];
  steps = 0;
  overBudget = false;
  private readonly seenEvents = new Set<string>();
  private readonly interp = new Interpreter(this);
  private readonly stepper: Stepper;

  constructor(
    readonly unit: TranslationUnit,
    private readonly files: FileFunctions,
    private readonly root: FunctionContext,
    private readonly limits: Limits,
  ) {
    this.stepper = new Stepper(unit, this.interp);
  }

  emit(event: PathEvent): void {
    const where = 'at' in event ? event.at.start : '';
    const site = event.resource?.site.start ?? '';
    const outcome = 'outcome' in event ? `${event.outcome}:${event.reach.join(',')}` : '';
    const key = `${event.kind}:${site}:${where}:${outcome}`;
    if (this.seenEvents.has(key)) return;
    this.seenEvents.add(key);
    this.events.push(event);
  }

  isLocal(name: string): boolean {
    return this.files.context(name) !== undefined;
  }

  run(): void {
    const frame: Frame = { id: 'f0', context: this.root, caller: null, results: new Map() };
    const state = new State(this.symbols);
    const endings = new Endings(this);
    for (const end of this.walk(frame, state, 0, () => true)) endings.finish(end, frame);
  }

  /** All ways out of the frame's function. */
  private walk(frame: Frame, start: State, depth: number, aliveOutside: (loc: string) => boolean): Ended[] {
    const { cfg, live, loops } = frame.context;
    const slice = this.sliceOf(frame.context);
    const ends: Ended[] = [];
    const endKeys = new Set<string>();
    const seen: Set<string>[] = cfg.nodes.map(() => new Set());
    const outer = (loc: string): boolean => !loc.startsWith(`${frame.id}/`) && aliveOutside(loc);
    const aliveAt: Map<string, boolean>[] = [];
    const work: { node: number; state: State; value: Val | null; at: Span }[] = [
      { node: 0, state: start, value: null, at: frame.context.def },
    ];
    while (work.length) {
      const item = work.pop()!;
      if (++this.steps > this.limits.steps) {
        this.overBudget = true;
        break;
      }
      const node = cfg.nodes[item.node]!;
      if (node.what.kind === 'exit') {
        const key = `${item.value ? JSON.stringify(item.value) : ''}@${depth ? '' : item.at.start}${item.state.key(outer)}`;
        if (!endKeys.has(key)) {
          endKeys.add(key);
          ends.push({ state: item.state, value: item.value, at: item.at });
        }
        continue;
      }
      const names = live[item.node]!;
      const cache = (aliveAt[item.node] ??= new Map());
      const alive = (loc: string): boolean => {
        let known = cache.get(loc);
        if (known === undefined) cache.set(loc, (known = isAlive(loc)));
        return known;
      };
      const isAlive = (loc: string): boolean => {
        if (loc.startsWith(`${frame.id}/`)) {
          const name = loc.slice(frame.id.length + 1);
          const cut = name.search(/[.[]/);
          const variable = cut < 0 ? name : name.slice(0, cut);
          return names.has(variable) && slice.names.has(variable);
        }
        if (loc.startsWith('f')) return aliveOutside(loc);
        const field = loc.slice(loc.lastIndexOf('.') + 1);
        return (
          (names.has(field) && slice.names.has(field)) ||
          loc.includes('@') ||
          loc.endsWith('*') ||
          (depth > 0 && aliveOutside(loc))
        );
      };
      const key = `${item.value ? JSON.stringify(item.value) : ''}|${item.state.key(alive)}`;
      const here = seen[item.node]!;
      if (here.has(key)) continue;
      if (here.size >= this.limits.states) {
        this.overBudget = true;
        continue;
      }
      here.add(key);
      for (const ready of this.enterCalls(node, item.state, frame, depth, alive)) {
        for (const next of this.stepper.step(node, ready.state, ready.frame, loops)) {
          work.push({
            node: next.edge.to,
            state: next.state,
            value: next.value !== undefined ? next.value : item.value,
            at: next.value !== undefined ? node.span : item.at,
          });
        }
      }
    }
    return ends;
  }

  /** Walks the same-file calls of a node first; one result per way out of them. */
  private enterCalls(
    node: CfgNode,
    state: State,
    frame: Frame,
    depth: number,
    alive: (loc: string) => boolean,
  ): { state: State; frame: Frame }[] {
    let ready: { state: State; frame: Frame }[] = [
      { state, frame: frame.results.size ? { ...frame, results: new Map() } : frame },
    ];
    if (depth >= this.limits.depth) return ready;
    for (const call of this.localCalls(node)) {
      const context = this.files.context(calleeName(call)!)!;
      if (isOnStack(frame, context.def)) continue;
      const next: { state: State; frame: Frame }[] = [];
      for (const r of ready) {
        const s = r.state.fork();
        const args = call.args.map((a) => this.interp.eval(a, s, r.frame));
        const touches = args.some(
          (v) =>
            v.s && (this.interp.memory.resourcesOf(v, s).some(([, x]) => x.status !== 'handed') || this.owns(v, s)),
        );
        if (!this.files.relevant(context.def.name) && !touches) {
          next.push(r);
          continue;
        }
        const callee: Frame = { id: `${frame.id}:${call.start}`, context, caller: frame, results: new Map() };
        context.def.params.forEach((p, i) => {
          if (p.name) s.memory.set(`${callee.id}/${p.name}`, args[i] ?? ZERO);
        });
        const rounds = s.rounds;
        s.rounds = new Map([...rounds].map(([h, n]) => [h + 100_000, n]));
        for (const end of this.walk(callee, s, depth + 1, alive)) {
          end.state.rounds = new Map(rounds);
          for (const k of end.state.memory.keys())
            if (k.startsWith(`${callee.id}/`) || k.startsWith(`${callee.id}:`)) end.state.memory.delete(k);
          const results = new Map(r.frame.results);
          results.set(call, end.value ?? ZERO);
          next.push({ state: end.state, frame: { ...r.frame, results } });
        }
      }
      ready = next.length > this.limits.states ? next.slice(0, this.limits.states) : next;
    }
    return ready;
  }

  /** A local object that holds the pages of a resource. */
  private owns(v: Val, state: State): boolean {
    if (this.symbols.info(v.s).local !== 'heap') return false;
    const prefix = `${v.s}.`;
    for (const [loc, val] of state.memory) {
      if (!loc.startsWith(prefix) || !val.s) continue;
      if (this.interp.memory.resourcesOf(val, state).length) return true;
    }
    for (const r of state.resources.values()) if (this.symbols.info(r.array).from?.base === v.s) return true;
    return false;
  }

  private readonly slices = new Map<FunctionContext, Slice>();
  private sliceOf(context: FunctionContext): Slice {
    let slice = this.slices.get(context);
    if (!slice) this.slices.set(context, (slice = sliceOf(context, (name) => this.files.relevant(name))));
    return slice;
  }

  private readonly callCache = new Map<CfgNode, CallExpr[]>();
  private localCalls(node: CfgNode): CallExpr[] {
    let calls = this.callCache.get(node);
    if (!calls) {
      calls = [];
      for (const e of exprsOf(node)) {
        walkExpr(e, (x: Expr) => {
          if (x.kind !== 'call') return;
          const name = calleeName(x);
          if (name && this.files.context(name)) calls!.unshift(x);
        });
      }
      this.callCache.set(node, calls);
    }
    return calls;
  }
}

const isOnStack = (frame: Frame, def: FunctionDef): boolean => {
  for (let f: Frame | null = frame; f; f = f.caller) if (f.context.def.name === def.name) return true;
  return false;
};
