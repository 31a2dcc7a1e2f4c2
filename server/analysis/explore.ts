/**
 * The walk over the paths of one root function: forks at branches, joins equal states, enters functions of the same
 * file where they matter, and reports what it saw as events. Bounded: states per node, steps per root, call depth and
 * loop rounds; running out is reported, never silent.
 */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import type { CfgNode, Edge } from '../../language/c/cfg.ts';
import { exprText, walkExpr } from '../../language/c/index.ts';
import type { FunctionDef, TranslationUnit } from '../../language/c/unit.ts';
import { calleeName, exprsOf, type FunctionContext, type Loop } from './context.ts';
import type { PathEvent } from './events.ts';
import { Interpreter, isShort, shortLoc, type Frame, type Machine } from './interp.ts';
import { sliceOf, type Slice } from './slice.ts';
import { State, isErrKnown, mayHold, type Resource } from './state.ts';
import { Symbols, ZERO, isConst, type Val } from './values.ts';

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

interface Ended {
  readonly state: State;
  readonly value: Val | null;
  readonly at: Span;
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

  constructor(
    readonly unit: TranslationUnit,
    private readonly files: FileFunctions,
    private readonly root: FunctionContext,
    private readonly limits: Limits,
  ) {}

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
    for (const end of this.walk(frame, state, 0, () => true)) this.finish(end, frame);
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
        for (const next of this.step(node, ready.state, ready.frame, loops)) {
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
          (v) => v.s && (this.interp.resourcesOf(v, s).some(([, x]) => x.status !== 'handed') || this.owns(v, s)),
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
      if (this.interp.resourcesOf(val, state).length) return true;
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

  private step(
    node: CfgNode,
    state: State,
    frame: Frame,
    loops: ReadonlyMap<number, Loop>,
  ): { edge: Edge; state: State; value?: Val }[] {
    const w = node.what;
    const loop = loops.get(node.id);
    const only = node.succs[0];
    switch (w.kind) {
      case 'expr':
        this.interp.eval(w.expr, state, frame);
        break;
      case 'decl': {
        const loc = `${frame.id}/${w.decl.name}`;
        if (w.decl.init && w.decl.init.kind !== 'init')
          this.interp.store(loc, this.interp.eval(w.decl.init, state, frame), state);
        else if (!w.decl.isStatic)
          this.interp.store(loc, this.interp.fresh(`d${w.decl.start}`, state, frame, { name: w.decl.name }), state);
        break;
      }
      case 'opaque':
        for (const p of w.parts) this.interp.eval(p, state, frame);
        break;
      case 'guard':
        for (const a of w.guard.args) this.interp.eval(a, state, frame);
        break;
      case 'return': {
        const value = w.value ? this.interp.eval(w.value, state, frame) : ZERO;
        return only ? this.follow(node, [{ edge: only, state, value }], loops) : [];
      }
      case 'branch':
        return this.follow(
          node,
          this.branch(
            node,
            w.test,
            state,
            frame,
            w.loop !== undefined ? (loop ?? loopEndingAt(loops, node.id)) : undefined,
          ),
          loops,
        );
      case 'foreach':
        return this.follow(node, this.foreach(node, state, frame, loop), loops);
      case 'switch': {
        const v = this.interp.eval(w.value, state, frame);
        const out: { edge: Edge; state: State }[] = [];
        for (const edge of node.succs) {
          const s = state.fork();
          const l = edge.label;
          let ok = true;
          if (l.kind === 'case') {
            const c = this.interp.eval(l.value, s, frame);
            ok = l.to
              ? s.assume('>=', v, c) && s.assume('<=', v, this.interp.eval(l.to, s, frame))
              : s.assume('==', v, c);
            s.note(node.span, `${text(w.value, this.unit)} is ${text(l.value, this.unit)}`, 'branch');
          } else if (l.kind === 'default') {
            ok = l.excluded.every((x) => s.assume('!=', v, this.interp.eval(x, s, frame)));
          }
          if (ok) out.push({ edge, state: s });
        }
        return this.follow(node, out, loops);
      }
      case 'choice': {
        const conditions = node.succs.map((e) => (e.label.kind === 'choice' ? e.label.condition : null));
        const decided = conditions.findIndex((c) => c !== null && state.choices.get(c) === true);
        const out: { edge: Edge; state: State }[] = [];
        node.succs.forEach((edge, i) => {
          if (decided >= 0 && decided !== i) return;
          const c = conditions[i];
          if (c !== null && c !== undefined && state.choices.get(c) === false) return;
          const s = state.fork();
          conditions.forEach((other, j) => {
            if (other !== null && j <= i) s.choices.set(other, j === i);
          });
          out.push({ edge, state: s });
        });
        return this.follow(node, out, loops);
      }
      default:
        break;
    }
    return this.follow(
      node,
      node.succs.map((edge, i) => ({ edge, state: i ? state.fork() : state })),
      loops,
    );
  }

  private branch(
    node: CfgNode,
    test: Expr,
    state: State,
    frame: Frame,
    loop: Loop | undefined,
  ): { edge: Edge; state: State }[] {
    const out: { edge: Edge; state: State }[] = [];
    const tired = loop !== undefined && (state.rounds.get(loop.head) ?? 0) >= roundsOf(loop);
    if (tired) this.widen(loop, state, frame);
    for (const edge of node.succs) {
      const truth = edge.label.kind === 'true';
      if (tired && truth && node.succs.length > 1) continue;
      const s = state.fork();
      const before = s.trace;
      if (!this.interp.assume(test, truth, s, frame) && !tired) continue;
      if (loop && !truth) this.leaveLoop(loop, s, frame);
      if (!loop && before === s.trace)
        s.note(test, `${text(test, this.unit)} is ${truth ? 'true' : 'false'}`, 'branch');
      out.push({ edge, state: s });
    }
    return out;
  }

  private foreach(node: CfgNode, state: State, frame: Frame, loop: Loop | undefined): { edge: Edge; state: State }[] {
    const w = node.what;
    if (w.kind !== 'foreach') return [];
    const out: { edge: Edge; state: State }[] = [];
    const tired = loop !== undefined && (state.rounds.get(loop.head) ?? 0) >= roundsOf(loop);
    for (const edge of node.succs) {
      const truth = edge.label.kind === 'true';
      if (tired && truth && node.succs.length > 1) continue;
      const s = state.fork();
      if (truth) {
        for (const i of iterated(w.name, w.args)) {
          const a = w.args[i]!;
          if (a.kind === 'id')
            this.interp.store(
              this.interp.place(a, s, frame),
              this.interp.fresh(`it${node.id}:${i}`, s, frame, { name: a.name }),
              s,
            );
        }
      } else if (loop) this.leaveLoop(loop, s, frame);
      out.push({ edge, state: s });
    }
    return out;
  }

  /** After enough rounds: what the loop changes is anything. */
  private widen(loop: Loop, state: State, frame: Frame): void {
    for (const name of loop.assigned) {
      const loc = `${frame.id}/${name}`;
      const old = state.memory.get(loc);
      if (old && this.interp.resourcesOf(old, state).length) continue;
      if (old && [...state.resources.values()].some((r) => r.result.s === old.s && old.s !== 0)) continue;
      this.interp.store(loc, this.interp.fresh(`w${loop.head}:${name}`, state, frame, { name }), state);
    }
  }

  /**
   * A loop that gives pages back one by one has given all of them back when it ends by its own condition: its bound is
   * the number that is held (a wrong bound is another rule's business).
   */
  private leaveLoop(loop: Loop, state: State, frame: Frame): void {
    for (const [id, r] of state.resources) {
      const last = r.releasedAt.at(-1);
      if (r.status === 'partial' && last && last.start >= loop.span.start && last.end <= loop.span.end) {
        state.resources.set(id, { ...r, status: 'released', releasedCount: 'loop' });
      } else if (
        r.status === 'held' &&
        loop.outflows &&
        !loop.releases &&
        !r.outflow &&
        this.loopReaches(loop, r, state, frame)
      ) {
        state.resources.set(id, { ...r, outflow: true });
      } else if (r.status === 'held' && loop.releases && (r.outflow || this.loopReaches(loop, r, state, frame))) {
        state.resources.set(id, {
          ...r,
          status: 'released',
          releasedAt: [...r.releasedAt, loop.span],
          releasedCount: null,
        });
      }
    }
  }

  private loopReaches(loop: Loop, r: Resource, state: State, frame: Frame): boolean {
    if (r.site.start >= loop.span.start && r.site.end <= loop.span.end) return false;
    const s = state.fork();
    return loop.bases.some((b) => {
      const v = this.interp.eval(b, s, frame);
      return v.s !== 0 && v.s === r.array;
    });
  }

  /** Bookkeeping of loop rounds on the edges taken. */
  private follow(
    node: CfgNode,
    next: { edge: Edge; state: State; value?: Val }[],
    loops: ReadonlyMap<number, Loop>,
  ): { edge: Edge; state: State; value?: Val }[] {
    const out: typeof next = [];
    for (const n of next) {
      const target = loops.get(n.edge.to);
      if (target) {
        if (n.edge.back) {
          const rounds = (n.state.rounds.get(target.head) ?? 0) + 1;
          if (rounds > roundsOf(target)) continue;
          for (const k of n.state.ghosts.keys()) if (k.endsWith('@el')) n.state.ghosts.delete(k);
          n.state.rounds.set(target.head, rounds);
        } else n.state.rounds.set(target.head, 0);
      }
      for (const loop of loops.values()) {
        const inside = (id: number): boolean =>
          id >= Math.min(loop.head, loop.last) && id <= Math.max(loop.head, loop.last);
        if (inside(node.id) && !inside(n.edge.to)) n.state.rounds.delete(loop.head);
      }
      out.push(n);
    }
    return out;
  }

  // ---- the end of the root -----------------------------------------------------------------------------------

  private finish(end: Ended, frame: Frame): void {
    const { state } = end;
    const outcome = this.outcome(end, frame.context.def);
    for (const r of state.resources.values()) {
      if (r.status === 'released') {
        this.emit({
          kind: 'given-back',
          resource: r,
          root: frame.context.def.name,
          outcome,
          reach: this.reach(r, state, end.value).concat(r.published.map((f) => `~${f}`)),
        });
        continue;
      }
      if (!mayHold(state, r)) continue;
      const reach = this.reach(r, state, end.value);
      const short = isShort(state, r);
      if (!reach.length) {
        const isEnd = end.at.start === frame.context.def.start;
        const at = isEnd ? { start: frame.context.def.bodySpan.end - 1, end: frame.context.def.bodySpan.end } : end.at;
        this.emit({
          kind: 'leak',
          resource: r,
          at,
          why: isEnd ? 'end' : 'return',
          trace: state.trace,
          functionName: frame.context.def.name,
          short,
        });
      } else {
        this.emit({
          kind: 'outlives',
          resource: r,
          root: frame.context.def.name,
          outcome,
          at: end.at,
          inResult: end.value !== null && end.value.s !== r.array && reach.includes('the result'),
          reach: reach.concat(r.published.map((f) => `~${f}`)),
          trace: state.trace,
          short,
        });
      }
    }
  }

  private outcome(end: Ended, def: FunctionDef): 'error' | 'success' | 'unknown' {
    const r = def.returns;
    if (!end.value || (r.kind === 'base' && r.name === 'void')) return 'success';
    const v = end.value;
    if (r.kind === 'pointer') {
      if (isErrKnown(end.state, v) || (isConst(v) && v.o <= 0)) return 'error';
      return 'success';
    }
    if (r.kind === 'base' && r.name === 'bool') return isConst(v) ? (v.o ? 'success' : 'error') : 'unknown';
    const b = end.state.bounds(v);
    if (b.hi < 0) return 'error';
    if (b.lo >= 0) return 'success';
    return end.state.compare('!=', v, ZERO) === true ? 'error' : 'unknown';
  }

  /** Through what the pages can still be found from outside; empty: lost. */
  private reach(r: Resource, state: State, value: Val | null): string[] {
    const out = new Set<string>();
    const visited = new Set<number>();
    const consider = (sym: number): void => {
      if (visited.has(sym) || !sym) return;
      visited.add(sym);
      const info = this.symbols.info(sym);
      const how = state.escaped.get(sym);
      if (how !== undefined) out.add(how);
      if (value && (value.s === sym || this.symbols.info(value.s).elementOf?.array === sym)) out.add('the result');
      if (info.addressOf !== undefined) {
        const place = info.addressOf;
        if (!place.startsWith('f')) this.placeReach(place, out, consider);
      } else if (info.from && !info.local && !info.elementOf) {
        out.add(info.name ?? 'memory');
      } else if (info.key.startsWith('init:f0/') || info.key.startsWith('init:G/')) out.add(info.name ?? 'parameter');
      else if (info.elementOf) {
        const arr = this.symbols.info(info.elementOf.array);
        if (!arr.local && sym === r.array) out.add(arr.name ?? 'memory');
      } else if (!info.local && !info.key.startsWith('fresh:f') && r.fact.into !== 'return')
        out.add(info.name ?? 'memory');
      for (const [loc, v] of state.memory) {
        const el = this.symbols.info(v.s).elementOf;
        if (v.s !== sym && el?.array !== sym) continue;
        if (loc.startsWith('f')) {
          // inside a local struct or array: found through its address only
          continue;
        }
        this.placeReach(loc, out, consider, sym);
      }
    };
    consider(r.array);
    return [...out].sort();
  }

  private placeReach(loc: string, out: Set<string>, consider: (sym: number) => void, self?: number): void {
    if (loc.startsWith('G/')) {
      out.add(shortLoc(loc));
      return;
    }
    const m = /^(\d+)/.exec(loc);
    if (!m) return;
    const base = Number(m[1]);
    if (base === self) return;
    const info = this.symbols.info(base);
    if (info.local === 'heap') consider(base);
    else
      out.add(
        loc.includes('@')
          ? 'a scatterlist'
          : `${info.name ?? 'memory'}.${loc.slice(loc.lastIndexOf('.') + 1).replace(/\[0\]$/, '')}`,
      );
  }
}

const text = (e: Expr, unit: TranslationUnit): string =>
  `\`${exprText(e, unit.text).replace(/\s+/g, ' ').slice(0, 80)}\``;

/** How often a loop is entered before the walk assumes anything of what it changes. */
const roundsOf = (loop: Loop): number => (loop.acquires ? 2 : 1);

const isOnStack = (frame: Frame, def: FunctionDef): boolean => {
  for (let f: Frame | null = frame; f; f = f.caller) if (f.context.def.name === def.name) return true;
  return false;
};

const loopEndingAt = (loops: ReadonlyMap<number, Loop>, id: number): Loop | undefined => {
  for (const l of loops.values()) if (l.last === id && l.head <= id) return l;
  return undefined;
};

/** Which arguments of a loop macro are its iteration variables. */
function iterated(name: string, args: readonly Expr[]): number[] {
  if (/for_each_(sg|sgtable)/.test(name)) return name.includes('sgtable') || /page/.test(name) ? [1, 2] : [1, 3];
  if (/^(xa|idr|ida|radix)_/.test(name)) return [1, 2];
  return args.length ? [0] : [];
}
