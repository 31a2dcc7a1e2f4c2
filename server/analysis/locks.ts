/**
 * What is held where: mmap_lock in all its spellings, and everything that forbids sleeping (spinning locks, RCU read
 * sections, preemption and interrupts off). A flow over each function near a call that cares, joined through same-file
 * callers and callees, and by where callbacks are registered. A lock taken by code that is not seen is "perhaps held":
 * nothing is said there.
 */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import type { Cfg, CfgNode } from '../../language/c/cfg.ts';
import { guardClasses } from '../../language/kernel/index.ts';
import { calleeName } from './context.ts';
import { callersIn, contextsOf, type Caller, type EntryContext } from './entry-context.ts';
import type { FileAnalysis } from './file.ts';
import { LockCalls, type Callee } from './lock-calls.ts';
import { MayHold } from './may-hold.ts';
import { perFile } from './per-function.ts';
import { isAtomic, keyOf, MMAP, PERHAPS, toggled, tokenOf, type Data, type Held, type LockEffect } from './held.ts';
import { startsUnlocked } from './lock-beliefs.ts';
import { ANY, constantOf, NEGATIVE, POSITIVE, reaching, runFlow, sameCall, signIn, textOf, ZERO_ } from './flow.ts';
import type { Domain, Entry, Facts, Flow, Outcome } from './flow.ts';

/** A question about a call: what may be held there, on which path. */
export interface Seen {
  readonly fn: string;
  readonly call: CallExpr;
  readonly entry: Entry<Data>;
  /** Tokens, with where each was taken. */
  readonly held: Held;
}

/** Where the lock state of a function's start comes from. */
export type Surrounding = 'held' | 'free' | 'unknown';

/** A flow holds, from one analysis to the next, as long as what it asked of the functions that it calls does. */
interface Made {
  readonly surroundings: string;
  readonly asked: ReadonlyMap<string, Callee>;
  readonly flow: LockFlow;
}
/** A flow as far as somebody asked: of functions that are called behind all such places nothing is asked. */
interface LockFlow extends Flow<Data> {
  /** The nodes that were followed. */
  readonly wanted: readonly boolean[];
}
const flowsMade = new WeakMap<Cfg, readonly Made[]>();
/** Flows kept of one function: those of a file's variants and kernels. */
const MAX_MADE = 4;
const summariesOf = new WeakMap<LockFlow, readonly Data[]>();

/** The analysis of one file, made on demand. */
export class Locks {
  /** What the flow that is made asks. */
  private asked: Map<string, Callee> | undefined;
  private readonly flows = new Map<string, LockFlow | null>();
  private readonly summaries = new Map<string, readonly Data[] | null>();
  private readonly contexts = new Map<string, readonly EntryContext[]>();
  private readonly callers = new Map<string, readonly Caller[]>();
  private readonly bounds: MayHold;
  private readonly calls: LockCalls;

  constructor(readonly file: FileAnalysis) {
    this.bounds = new MayHold(file, this);
    this.calls = new LockCalls(file, (fn) => this.bounds.mayTouch(fn));
  }

  /** What a call does to locks, if the kernel's tables know it. */
  effectsOf(call: CallExpr): readonly LockEffect[] {
    return this.calls.effectsOf(call);
  }

  private afterCall(call: CallExpr, states: readonly Outcome<Data>[], depth: number): readonly Outcome<Data>[] {
    const name = calleeName(call) ?? '';
    const callee = this.calleeOf(name, depth);
    this.asked?.set(name, callee);
    return this.calls.apply(call, states, callee);
  }

  private calleeOf(name: string, depth: number): Callee {
    if (!this.file.functions.has(name)) return 'elsewhere';
    return this.calls.touches(name) ? this.summaryOf(name, depth) : 'harmless';
  }

  /** How the function may end, seen from its start; null if that was not followed. */
  private summaryOf(name: string, depth: number): readonly Data[] | null {
    const known = this.summaries.get(name);
    if (known !== undefined) return known;
    if (depth > 5) return null;
    this.summaries.set(name, null); // recursion
    const context = this.file.functions.get(name)!;
    const flow = this.flowTo(name, [context.cfg.exit], depth + 1);
    let out: Data[] | null = null;
    if (flow?.complete) {
      const made = summariesOf.get(flow);
      if (made) {
        this.summaries.set(name, made);
        return made;
      }
      out = [];
      const seen = new Set<string>();
      for (const e of flow.at[context.cfg.exit] ?? []) {
        const key = keyOf(e.data);
        if (!seen.has(key)) out.push(e.data);
        seen.add(key);
      }
      summariesOf.set(flow, out);
    }
    this.summaries.set(name, out);
    return out;
  }

  /** The flow of a function to some of its nodes; null where it is not followed. */
  private flowTo(name: string, goals: readonly number[], depth = 0): LockFlow | null {
    const known = this.flows.get(name);
    const reachesGoals = (flow: LockFlow): boolean => goals.every((id) => flow.wanted[id]);
    if (known === null || (known && reachesGoals(known))) return known;
    const context = this.file.functions.get(name);
    if (!context) return null;
    this.flows.set(name, null);
    const { unit } = this.file;
    const before = flowsMade
      .get(context.cfg)
      ?.find(
        (made) =>
          made.surroundings === unit.surroundings &&
          reachesGoals(made.flow) &&
          [...made.asked].every(([callee, said]) => this.calleeOf(callee, depth) === said),
      );
    if (before) {
      this.flows.set(name, before.flow);
      return before.flow;
    }
    const wanted = reaching(context.cfg.nodes, goals);
    // places that were asked for before are asked for again
    known?.wanted.forEach((was, id) => was && (wanted[id] = true));
    const asked = new Map<string, Callee>();
    const outer = this.asked;
    this.asked = asked;
    const domain: Domain<Data> = {
      start: { held: new Map(), result: ANY },
      key: keyOf,
      step: (node, data, facts) => {
        if (node.what.kind === 'guard' || node.what.kind === 'leave') return [this.guard(node, data)];
        let states: readonly Outcome<Data>[] = [{ data }];
        // inner calls are made first
        for (const c of context.callsAt[node.id]!.toReversed()) {
          states = this.afterCall(c, states, depth);
          if (states.length > 12) states = states.slice(0, 12);
        }
        if (states.length === 1 && states[0]!.facts === undefined && node.what.kind !== 'return') return states;
        return states.map((o) => {
          const end = node.what.kind === 'return' ? this.resultOf(node.what.value, facts, o) : o.data;
          return { ...o, data: end };
        });
      },
    };
    const flow: LockFlow = { ...runFlow(context, unit, domain, wanted), wanted };
    this.asked = outer;
    this.flows.set(name, flow);
    const { surroundings } = unit;
    const others = flowsMade.get(context.cfg)?.slice(0, MAX_MADE - 1) ?? [];
    flowsMade.set(context.cfg, [{ surroundings, asked, flow }, ...others]);
    return flow;
  }

  private resultOf(value: Expr | undefined, facts: Facts, o: Outcome<Data>): Data {
    if (!value) return o.data;
    const all = new Map(facts);
    for (const [t, m] of o.facts ?? []) all.set(t, m);
    return { ...o.data, result: signIn(value, all, this.file.unit) };
  }

  private guard(node: CfgNode, data: Data): Outcome<Data> {
    if (node.what.kind !== 'guard' && node.what.kind !== 'leave') return { data };
    const { guard } = node.what;
    const args = guard.args;
    const effect = guardClasses.get(guard.className);
    const rwsem =
      guard.className.startsWith('rwsem') && args[0] && /mmap_(sem|lock)$/.test(textOf(args[0], this.file.unit));
    let held: Held = data.held;
    if (rwsem) held = toggled(held, MMAP, node.what.kind === 'guard', node.span);
    else if (effect?.kind === 'lock') {
      const token = tokenOf(effect, args);
      if (token) held = toggled(held, token, node.what.kind === 'guard', node.span);
    } else if (/mmap|mm_/.test(guard.className)) held = toggled(held, PERHAPS, node.what.kind === 'guard', node.span);
    return { data: { ...data, held } };
  }

  /** The states in front of a call. Calls further inside of the same statement come before it. */
  at(fn: string, call: CallExpr): readonly Seen[] {
    const flow = this.flowTo(fn, this.nodesOf(fn, call));
    if (!flow?.complete) return [];
    const out: Seen[] = [];
    for (const id of this.nodesOf(fn, call))
      for (const entry of flow.at[id] ?? []) out.push({ fn, call, entry, held: entry.data.held });
    return out;
  }

  /** The nodes that make a call. */
  nodesOf(fn: string, call: CallExpr): readonly number[] {
    const out: number[] = [];
    this.file.functions.get(fn)?.callsAt.forEach((calls, id) => {
      if (calls.some((other) => sameCall(other, call))) out.push(id);
    });
    return out;
  }

  /** States at the function's ends. */
  atExit(fn: string): readonly Entry<Data>[] {
    const exit = this.file.functions.get(fn)?.cfg.exit;
    const flow = exit === undefined ? null : this.flowTo(fn, [exit]);
    return exit !== undefined && flow?.complete ? (flow.at[exit] ?? []) : [];
  }

  /** Calls of a function in this file. */
  callersOf(fn: string): readonly Caller[] {
    let known = this.callers.get(fn);
    if (!known) this.callers.set(fn, (known = callersIn(this.file, fn)));
    return known;
  }

  /** The function gives back an mmap_lock that it did not take, on some way. */
  private mayUnlock(fn: string): boolean {
    return this.calls.touches(fn) && (this.summaryOf(fn, 0)?.some((end) => end.held.has(`-${MMAP}`)) ?? true);
  }

  /** Somebody who calls the function (in this file), or what such a one calls, gives mmap_lock back: it returns with the lock on purpose. */
  isUnlockedOutside(fn: string): boolean {
    const seen = new Set([fn]);
    for (const name of seen) {
      for (const caller of this.callersOf(name)) {
        const calls = this.file.functions.get(caller.fn)?.calls ?? [];
        if (calls.some((c) => this.effectsOf(c).some((e) => e.kind === 'unlock' && tokenOf(e, c.args) === MMAP)))
          return true;
        if (calls.some((c) => this.calls.perhaps(c) === 'unlock')) return true;
        const own = calls.map((c) => calleeName(c)!).filter((name) => this.file.functions.has(name) && !seen.has(name));
        if (own.some((name) => this.mayUnlock(name))) return true;
        seen.add(caller.fn);
      }
    }
    return false;
  }

  /** The path contradicts what this caller passes: `f(x, true)` does not reach what stands under `if (!flag)`. */
  contradicts(seen: Seen, callee: string, call: CallExpr): boolean {
    if (calleeName(call) !== callee) return false;
    const params = this.file.functions.get(callee)?.def.params ?? [];
    return params.some((p, i) => {
      const arg = call.args[i];
      const mask = p.name ? seen.entry.facts.get(p.name) : undefined;
      if (!arg || mask === undefined) return false;
      const c = constantOf(arg);
      return c !== undefined && !(mask & (c < 0 ? NEGATIVE : c > 0 ? POSITIVE : ZERO_));
    });
  }

  /** Is mmap_lock held here? `dropped`: given up on the way, whatever the caller held. */
  mmapAt(seen: Seen): Surrounding | 'dropped' {
    if (seen.held.has(MMAP)) return 'held';
    if (seen.held.has(PERHAPS)) return 'unknown';
    if (seen.held.has(`-${MMAP}`)) return 'dropped';
    return this.mmapAround(seen.fn, seen, new Set());
  }

  /** False: mmap_lock is surely not held on all ways to the call, told without following any flow. */
  mayBeMmapHeld(fn: string, call: CallExpr): boolean {
    return this.bounds.mayBeMmapHeld(fn, call);
  }

  /** False: nothing forbids sleeping at the call, told without following any flow. */
  mayBeAtomic(fn: string, call: CallExpr): boolean {
    return this.bounds.mayBeAtomic(fn, call);
  }

  /** mmap_lock is surely held here. */
  isMmapHeld(seen: Seen): boolean {
    if (seen.held.has(MMAP)) return true;
    return !seen.held.has(PERHAPS) && !seen.held.has(`-${MMAP}`) && this.isMmapHeldAround(seen.fn, seen, new Set());
  }

  /** What mmapAround() answers with 'held', given up with the first answer that is another. */
  private isMmapHeldAround(fn: string, seen: Seen, visited: Set<string>): boolean {
    if (visited.has(fn)) return false;
    visited.add(fn);
    // cheaper than what callers hold
    const contexts = this.contextsAt(fn);
    if (!contexts.every((c) => c.mmap === 'held')) return false;
    let any = contexts.length > 0;
    for (const caller of this.callersOf(fn)) {
      const states = this.at(caller.fn, caller.call);
      if (!states.length) return false;
      if (this.contradicts(seen, fn, caller.call)) continue;
      for (const s of states) {
        if (s.held.has(PERHAPS) && !s.held.has(MMAP)) return false;
        if (s.held.has(MMAP)) any = true;
        else if (s.held.has(`-${MMAP}`) || !this.isMmapHeldAround(caller.fn, s, visited)) return false;
        else any = true;
      }
    }
    return any;
  }

  /** Contexts in which code outside of the file enters the function. */
  contextsAt(fn: string): readonly EntryContext[] {
    // what nobody names, and only this file can, is entered by calls alone
    let known = this.contexts.get(fn);
    if (!known) this.contexts.set(fn, (known = this.file.isEntry(fn) ? contextsOf(this.file, fn) : []));
    return known;
  }

  private mmapAround(fn: string, seen: Seen, visited: Set<string>): Surrounding {
    if (visited.has(fn)) return 'free';
    visited.add(fn);
    const answers = new Set<Surrounding>();
    for (const c of this.contextsAt(fn)) answers.add(c.mmap);
    for (const caller of this.callersOf(fn)) {
      const states = this.at(caller.fn, caller.call);
      if (!states.length) answers.add(this.isReached(caller) ? 'unknown' : 'free');
      if (this.contradicts(seen, fn, caller.call)) continue;
      for (const s of states) {
        if (s.held.has(MMAP)) answers.add('held');
        else if (s.held.has(PERHAPS)) answers.add('unknown');
        else if (s.held.has(`-${MMAP}`)) answers.add('free');
        else answers.add(this.mmapAround(caller.fn, s, visited));
      }
    }
    if (answers.size === 1 && !answers.has('unknown')) return [...answers][0]!;
    return !answers.has('held') && startsUnlocked(this, fn) ? 'free' : 'unknown';
  }

  private isReached({ fn, call }: Caller): boolean {
    return !(this.flowTo(fn, this.nodesOf(fn, call))?.complete ?? false);
  }

  /** What forbids sleeping here: a lock, or the context that the function runs in, with the way to it. */
  atomicAt(seen: Seen): { readonly token: string; readonly at: Span; readonly via: readonly Seen[] } | null {
    return this.atomicAround(seen, [], new Set());
  }

  private atomicAround(
    seen: Seen,
    via: readonly Seen[],
    visited: Set<string>,
  ): { readonly token: string; readonly at: Span; readonly via: readonly Seen[] } | null {
    // a path that asked whether it may sleep knows what it does
    for (const t of seen.entry.facts.keys())
      if (/\b(in_(atomic|interrupt|irq|softirq|task)|irqs_disabled|preemptible)\b/.test(t)) return null;
    for (const [token, at] of seen.held) if (isAtomic(token)) return { token, at, via };
    if (visited.has(seen.fn) || via.length > 5) return null;
    visited.add(seen.fn);
    for (const c of this.contextsAt(seen.fn)) if (c.atomic) return { token: c.atomic, at: c.at, via };
    for (const caller of this.callersOf(seen.fn)) {
      if (!this.bounds.mayBeAtomic(caller.fn, caller.call) || this.contradicts(seen, seen.fn, caller.call)) continue;
      for (const s of this.at(caller.fn, caller.call)) {
        const kept = new Map([...s.held].filter(([t]) => !seen.held.has(`-${t}`)));
        for (const [t, at] of seen.held) if (t.startsWith('-') && !s.held.has(t.slice(1))) kept.set(t, at);
        const found = this.atomicAround({ ...s, held: kept }, [...via, s], visited);
        if (found) return found;
      }
    }
    return null;
  }
}

/** The lock analysis of a file. */
export const locksOf = perFile((file) => new Locks(file));
