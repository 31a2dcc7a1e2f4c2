/**
 * The walk over the paths of one root function: forks at branches, joins equal states, enters functions of the same
 * file where they matter, and reports what it saw as events. Bounded: states per node, steps per root, call depth and
 * loop rounds; running out is reported, never silent.
 */
import type { CallExpr, Span } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { walkExpr } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import { calleeName, type FunctionContext } from './context.ts';
import type { PathEvent } from './events.ts';
import { Endings, type Ended } from './ending.ts';
import { entered, Scope, type Frame, type Machine } from './frame.ts';
import { Interpreter } from './interp.ts';
import type { Step } from './loops.ts';
import { Needs } from './needs.ts';
import { sliceOf, type Slice } from './slice.ts';
import { mayHold, State } from './state.ts';
import { Stepper } from './steps.ts';
import { unionNames } from './unions.ts';
import { constantIn } from './unit-memo.ts';
import { Symbols } from './symbols.ts';
import { ZERO, type Val } from './values.ts';

export interface Limits {
  /** Node visits per root function, inlined ones included. */
  readonly steps: number;
  /**
   * Of those, so many in one activation of a function that is called and all that it calls, and half as many one call deeper: what goes on
   * behind a costly call must be seen as well.
   */
  readonly callee: number;
  /** Distinct states kept per node. */
  readonly states: number;
  /** Of those, so many that hold alike. */
  readonly alike: number;
  readonly depth: number;
}

export interface FileFunctions {
  /** Which of the targets and variants of the file this is, and which of the ways to look at it. */
  readonly way: string;
  /** The file defines it. */
  has(name: string): boolean;
  context(name: string): FunctionContext | undefined;
  /** Worth entering: it (or what it calls) acquires or releases pages. */
  relevant(name: string): boolean;
  /** The file defines it, and it can only fail. */
  alwaysFails(name: string): boolean;
}

/** Steps between two looks at whether anybody still wants the result. */
const POLL = 128;

/** Slices by context, and by which of the functions called are relevant. */
const slices = new WeakMap<FunctionContext, Map<string, Slice>>();

/** A state that has come to a node, and what is told of its way out. */
interface Arrival {
  readonly node: number;
  readonly state: State;
  readonly value: Val | null;
  readonly at: Span;
  readonly afterCall: boolean;
}

/** What came to a node where ways meet. */
class Meeting {
  /** Of the states, see State.key(). */
  readonly keys: number[] = [];
  /** Of the same states. */
  readonly outlines: number[] = [];
}

/** What a walk asks of a function all the time. */
interface About {
  readonly slice: Slice;
  /** Calls of functions of the file, by node, as far as they were asked for. */
  readonly calls: (readonly CallExpr[] | undefined)[];
}

/** The walk of one root. */
export class Walker implements Machine {
  readonly symbols = new Symbols();
  readonly events: PathEvent[] = [];
  /** Constants that were looked up. */
  readonly constants = new Map<string, number | undefined>();
  steps = 0;
  overBudget = false;
  isCancelled = false;
  isBalanced = true;
  private readonly seenEvents = new Set<string>();
  private readonly interp: Interpreter;
  private readonly stepper: Stepper;

  constructor(
    readonly unit: TranslationUnit,
    private readonly files: FileFunctions,
    private readonly root: FunctionContext,
    private readonly limits: Limits,
    private readonly cancelled: () => boolean,
  ) {
    this.interp = new Interpreter(this);
    this.stepper = new Stepper(unit, this.interp);
  }

  emit(event: PathEvent): void {
    const where = 'at' in event ? event.at.start : '';
    const site = event.resource?.site.start ?? '';
    const outcome = 'outcome' in event ? `${event.outcome}:${event.reach.join(',')}` : '';
    // what is lost for certain is not told by a path on which it may be elsewhere
    const elsewhere = event.kind === 'leak' && event.resource.outflow ? '>' : '';
    const key = `${event.kind}:${site}:${where}:${outcome}${elsewhere}`;
    if (this.seenEvents.has(key)) return;
    this.seenEvents.add(key);
    this.events.push(event);
  }

  gaveOthers(): void {
    this.isBalanced = false;
  }

  constant(name: string): number | undefined {
    if (this.constants.has(name)) return this.constants.get(name);
    const n = constantIn(this.unit, name);
    this.constants.set(name, n);
    return n;
  }

  isLocal(name: string): boolean {
    return this.files.has(name);
  }

  alwaysFails(name: string): boolean {
    return this.files.alwaysFails(name);
  }

  run(): void {
    const frame = entered(this.scope('f0', this.root), null);
    const state = State.start(this.symbols);
    const endings = new Endings(this);
    const needs = new Needs(this.about(this.root).slice, frame.id, unionNames(this.unit));
    for (const end of this.walk(frame, state, 0, needs)) {
      if (holdsOn(end.state)) this.isBalanced = false;
      endings.finish(end, frame);
    }
  }

  /** All ways out of the frame's function. */
  private walk(frame: Frame, start: State, depth: number, needs: Needs): Ended[] {
    const { cfg, loops, joins } = frame.context;
    const { slice, calls } = this.about(frame.context);
    const share = depth ? this.limits.callee >> (depth - 1) : Infinity;
    const last = Math.min(this.limits.steps, this.steps + share);
    const ends: Ended[] = [];
    // by where the root returns; ends of functions that it calls are the same wherever those return
    const endKeys = new Map<number, Set<number>>();
    const meetings: (Meeting | undefined)[] = [];
    const work: Arrival[] = [{ node: 0, state: start, value: null, at: frame.context.def, afterCall: false }];
    for (let item = work.pop(); item; item = work.pop()) {
      const { state, value, at } = item;
      // nothing is held, and nothing will be: such a path has no more to say
      if (depth === 0 && !state.resources.size && !slice.ahead[item.node]) continue;
      if (++this.steps > last) {
        this.overBudget = true;
        break;
      }
      if (this.steps % POLL === 0 && this.cancelled()) this.isCancelled = true;
      if (this.isCancelled) break;
      const node = cfg.nodes[item.node]!;
      if (node.what.kind === 'exit') {
        const from = depth ? 0 : at.start;
        let known = endKeys.get(from);
        if (!known) endKeys.set(from, (known = new Set()));
        const before = known.size;
        if (known.add(state.key(needs, null, value)).size > before) ends.push({ state, value, at });
        continue;
      }
      // Equal states can only meet where ways meet; calls that were entered have several ends.
      if (
        (joins[item.node] === 1 || item.afterCall) &&
        !this.isNew(item, (meetings[item.node] ??= new Meeting()), needs)
      )
        continue;
      const here = depth < this.limits.depth ? (calls[node.id] ??= this.localCalls(frame.context, node.id)) : NO_CALLS;
      if (here.length === 0) {
        goOn(this.stepper.step(node, state, frame, loops), item, node, false, work);
        continue;
      }
      const ready = this.enterCalls(here, node, state, frame, depth, needs);
      for (const r of ready) goOn(this.stepper.step(node, r.state, r.frame, loops), item, node, ready.length > 1, work);
    }
    return ends;
  }

  /** No state that came to the node before was like this one; if there were too many, it counts as known. */
  private isNew({ node, state, value }: Arrival, before: Meeting, needs: Needs): boolean {
    const key = state.key(needs, node, value);
    if (before.keys.includes(key)) return false;
    const outline = state.outline(value);
    const isFull = before.keys.length >= this.limits.states;
    let alike = 0;
    for (let i = 0; i < before.outlines.length; i++) if (before.outlines[i] === outline) alike++;
    if (isFull || alike >= this.limits.alike) {
      this.overBudget = true;
      return false;
    }
    before.keys.push(key);
    before.outlines.push(outline);
    return true;
  }

  /** Walks the same-file calls of a node first; one result per way out of them. */
  private enterCalls(
    calls: readonly CallExpr[],
    node: CfgNode,
    state: State,
    frame: Frame,
    depth: number,
    needs: Needs,
  ): { state: State; frame: Frame }[] {
    let ready: { state: State; frame: Frame }[] = [{ state, frame }];
    for (const call of calls) {
      const name = calleeName(call)!;
      if (isOnStack(frame, name)) continue;
      const next: { state: State; frame: Frame }[] = [];
      const isRelevant = this.files.relevant(name);
      for (const r of ready) {
        if (!isRelevant && !r.state.resources.size) {
          next.push(r);
          continue;
        }
        // what the node does to the state is done when it is run
        const s = isPure(call) ? r.state : r.state.fork();
        const args: Val[] = [];
        for (const a of call.args) args.push(this.interp.eval(a, s, r.frame));
        if (!isRelevant && !this.touches(args, s)) {
          next.push(r);
          continue;
        }
        const context = this.files.context(name)!;
        const callee = entered(this.scope(`${frame.id}:${call.start}`, context), frame);
        const { params } = context.def;
        for (let i = 0; i < params.length; i++) {
          const { name: param } = params[i]!;
          if (param) s.memory.set(callee.scope.local(param), args[i] ?? ZERO);
        }
        const rounds = s.rounds;
        s.rounds = rounds.moved(100_000);
        const inner = needs.enter(node.id, callee.id, this.about(context).slice);
        for (const end of this.walk(callee, s, depth + 1, inner)) {
          end.state.rounds = rounds;
          end.state.memory.deleteFrame(callee.id);
          const results = new Map(r.frame.results);
          results.set(call, end.value ?? ZERO);
          next.push({ state: end.state, frame: { ...r.frame, results } });
        }
      }
      ready = next.length > this.limits.states ? next.slice(0, this.limits.states) : next;
    }
    return ready;
  }

  /** Some value leads to pages that are held. */
  private touches(values: readonly Val[], state: State): boolean {
    for (const v of values)
      if (
        v.s &&
        (this.interp.memory.resourcesOf(v, state).some(([, x]) => x.status !== 'handed') ||
          this.interp.memory.holdsPages(v.s, state))
      )
        return true;
    return false;
  }

  private readonly scopes = new Map<string, Scope>();
  private scope(id: string, context: FunctionContext): Scope {
    let known = this.scopes.get(id);
    // calls out of one macro stand at one place
    if (known?.context !== context) this.scopes.set(id, (known = new Scope(id, context, this.symbols.places)));
    return known;
  }

  private readonly known = new Map<FunctionContext, About>();
  private about(context: FunctionContext): About {
    let known = this.known.get(context);
    if (!known) this.known.set(context, (known = { slice: this.sliceOf(context), calls: [] }));
    return known;
  }

  /** Calls of functions of the file at a node, the innermost and last first. */
  private localCalls({ callsAt }: FunctionContext, node: number): readonly CallExpr[] {
    const calls = callsAt[node]!;
    if (!calls.length) return calls;
    return calls
      .filter((call) => {
        const name = calleeName(call);
        return name !== undefined && this.files.has(name);
      })
      .reverse();
  }

  private sliceOf(context: FunctionContext): Slice {
    let known = slices.get(context);
    if (!known) slices.set(context, (known = new Map()));
    const relevant = context.callees.filter((name) => this.files.relevant(name)).join();
    let slice = known.get(relevant);
    if (!slice) known.set(relevant, (slice = sliceOf(context, (name) => this.files.relevant(name))));
    return slice;
  }
}

const NO_CALLS: readonly CallExpr[] = [];

/** Adds what follows a state's step to the work. */
function goOn(steps: readonly Step[], from: Arrival, node: CfgNode, afterCall: boolean, work: Arrival[]): void {
  for (let i = 0; i < steps.length; i++) {
    const { edge, state, value } = steps[i]!;
    work.push({
      node: edge.to,
      state,
      value: value ?? from.value,
      at: value ? node.span : from.at,
      afterCall,
    });
  }
}

/** Somebody still has to do with pages that the path took. */
function holdsOn(state: State): boolean {
  for (const r of state.resources.values())
    if (r.status === 'handed' || r.status === 'partial' || mayHold(state, r)) return true;
  return false;
}

const pure = new WeakMap<CallExpr, boolean>();
/** Nothing is written, and nothing called, by evaluating the arguments. */
function isPure(call: CallExpr): boolean {
  let known = pure.get(call);
  if (known === undefined) {
    known = true;
    for (const a of call.args)
      walkExpr(a, (x) => {
        if (x.kind === 'call' || x.kind === 'assign' || x.kind === 'update' || x.kind === 'stmtexpr') known = false;
      });
    pure.set(call, known);
  }
  return known;
}

const isOnStack = (frame: Frame, name: string): boolean => {
  for (let f: Frame | null = frame; f; f = f.caller) if (f.context.def.name === name) return true;
  return false;
};
