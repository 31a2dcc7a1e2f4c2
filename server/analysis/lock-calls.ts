/** What calls do to locks: those that the kernel's tables know, those that say so by their names, and functions of the file. */
import type { CallExpr } from '../../language/c/ast.ts';
import type { Cfg } from '../../language/c/cfg.ts';
import { facts as kernel, mmapRwsemEffects } from '../../language/kernel/index.ts';
import { calleeName, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { constantOf, NEGATIVE, POSITIVE, textOf, ZERO_, type Outcome } from './flow.ts';
import { apply, compose, isAtomic, MMAP, PERHAPS, sure, toggled, unsure, type Data, type LockEffect } from './held.ts';
import { LOCKS_MM } from './may-hold.ts';
import { formOfCall } from './sites.ts';

const PERHAPS_LOCKS = /(mmap|mm|vma)_?\w*(lock|sem)|(lock|sem)\w*_?(mmap|mm|vma)(_|$)|down_(read|write)/i;
const UNLOCKS = /unlock|up_(read|write)|release|_put|unpin|unmap/i;

/** What a function that is called does to locks: none of the file's, nothing, or how it may end. */
export type Callee = 'elsewhere' | 'harmless' | readonly Data[] | null;

interface Lockers {
  readonly guards: boolean;
  readonly calls: readonly string[];
}
const lockers = new WeakMap<Cfg, Lockers>();

const NO_EFFECTS: readonly LockEffect[] = [];

/** The calls of one file. */
export class LockCalls {
  private readonly touching = new Map<string, boolean>();
  private readonly effects = new Map<CallExpr, readonly LockEffect[]>();

  constructor(
    private readonly file: FileAnalysis,
    /** See MayHold. */
    private readonly mayTouch: (fn: string) => boolean,
  ) {}

  /** The function, or one that it calls, may touch locks. */
  touches(name: string): boolean {
    let known = this.touching.get(name);
    if (known !== undefined) return known;
    known = false;
    if (this.mayTouch(name))
      for (const n of this.file.reachable(name)) {
        const { guards, calls } = this.lockersIn(this.file.functions.get(n)!);
        if ((known = guards || calls.some((callee) => !this.file.functions.has(callee)))) break;
      }
    this.touching.set(name, known);
    return known;
  }

  /** What may touch locks in a function: guards, or calls of other files' functions with effects on them. */
  private lockersIn(f: FunctionContext): Lockers {
    let known = lockers.get(f.cfg);
    if (!known) {
      const calls = new Set<string>();
      for (const c of f.calls) if (this.effectsByName(c).length > 0) calls.add(calleeName(c)!);
      lockers.set(f.cfg, (known = { guards: f.cfg.nodes.some((n) => n.what.kind === 'guard'), calls: [...calls] }));
    }
    return known;
  }

  /** What a call does to locks, if the kernel's tables know it. */
  effectsOf(call: CallExpr): readonly LockEffect[] {
    return this.file.functions.has(calleeName(call) ?? '') ? NO_EFFECTS : this.effectsByName(call);
  }

  private effectsByName(call: CallExpr): readonly LockEffect[] {
    const name = calleeName(call);
    if (!name) return NO_EFFECTS;
    let known = this.effects.get(call);
    if (!known) this.effects.set(call, (known = this.lockEffects(call, name)));
    return known;
  }

  private lockEffects(call: CallExpr, name: string): readonly LockEffect[] {
    const mmap = call.args[0] && mmapRwsemEffects(name, textOf(call.args[0], this.file.unit));
    return (mmap ?? kernel.call(name)?.effects ?? []).filter(
      (e): e is LockEffect => e.kind === 'lock' || e.kind === 'unlock' || e.kind === 'lock-assert',
    );
  }

  /** A call that is not seen and may take the mmap lock by its name; or may drop it. */
  perhaps(call: CallExpr): 'lock' | 'unlock' | null {
    const name = calleeName(call);
    if (!name || this.file.functions.has(name) || kernel.call(name) || kernel.acquire(name)) return null;
    if (!PERHAPS_LOCKS.test(name)) return null;
    if (/down_(read|write)/.test(name) && !/mm/.test(name + call.args.map((a) => textOf(a, this.file.unit)).join()))
      return null;
    return UNLOCKS.test(name) ? 'unlock' : 'lock';
  }

  /** What a call makes of some states; `callee`: what the function does that is called. */
  apply(call: CallExpr, states: readonly Outcome<Data>[], callee: Callee): readonly Outcome<Data>[] {
    const text = textOf(call, this.file.unit);
    const each = (f: (o: Outcome<Data>) => readonly Outcome<Data>[]): readonly Outcome<Data>[] => states.flatMap(f);
    const name = calleeName(call) ?? '';
    if (callee !== 'elsewhere') {
      if (callee === 'harmless') return states;
      const summary = callee;
      if (!summary) return each((o) => [{ ...o, data: { ...o.data, held: unsure(o.data.held, call) } }]);
      return each((o) =>
        summary.map((end) => ({
          data: { ...o.data, held: compose(o.data.held, sure(end, summary), call) },
          facts: [...(o.facts ?? []), [text, end.result] as const],
        })),
      );
    }
    // gives the lock back when it fails, or takes it when it does not
    const special = name === 'expand_stack' ? 'unlock' : name === LOCKS_MM ? 'lock' : null;
    if (special)
      return each((o) => {
        const held = toggled(o.data.held, MMAP, special === 'lock', call);
        const known = o.facts ?? [];
        const [done, not] = [
          [...known, [text, POSITIVE] as const],
          [...known, [text, ZERO_] as const],
        ];
        return [
          { ...o, data: { ...o.data, held }, facts: special === 'lock' ? done : not },
          { ...o, facts: special === 'lock' ? not : done },
        ];
      });
    // something that is not seen, or is called through a pointer, gives locks back: which ones is not known
    const called = call.callee.kind === 'member' ? call.callee.name : name;
    if (/unlock/.test(called) && !kernel.call(called))
      return each((o) => [
        { ...o, data: { ...o.data, held: new Map([...o.data.held].filter(([t]) => !isAtomic(t) && t !== MMAP)) } },
      ]);
    const guess = this.perhaps(call);
    if (guess)
      return each((o) => {
        const held = new Map(o.data.held);
        if (guess === 'lock') held.set(PERHAPS, call);
        else {
          held.delete(PERHAPS);
          held.delete(MMAP);
        }
        return [{ ...o, data: { ...o.data, held } }];
      });
    const effects = this.effectsOf(call);
    if (effects.length) {
      const conditional = effects.filter((e) => e.kind === 'lock' && e.when);
      const plain = effects.filter((e) => !conditional.includes(e));
      return each((o) => {
        let { held } = o.data;
        for (const e of plain) held = apply(held, e, call.args, call);
        if (!conditional.length) return [{ ...o, data: { ...o.data, held } }];
        let taken = held;
        for (const e of conditional) taken = apply(taken, e, call.args, call);
        const zero = conditional.some((e) => e.kind === 'lock' && e.when === 'zero');
        const known = o.facts ?? [];
        return [
          {
            data: { ...o.data, held: taken },
            facts: [...known, [text, zero ? ZERO_ : NEGATIVE | POSITIVE] as const],
          },
          { data: { ...o.data, held }, facts: [...known, [text, zero ? NEGATIVE | POSITIVE : ZERO_] as const] },
        ];
      });
    }
    // a call of the family that may drop the lock and says so in `*locked`
    const acquire = kernel.acquire(name);
    if (acquire?.mmapLock === 'if-locked-arg') {
      const form = formOfCall(acquire, call, this.file.unit);
      const locked = form && call.args[form.params.indexOf('locked')];
      if (locked && constantOf(locked) === undefined) {
        const variable = locked.kind === 'unary' && locked.op === '&' ? textOf(locked.arg, this.file.unit) : null;
        return each((o) => {
          if (!o.data.held.has(MMAP)) return [o];
          const dropped = new Map(o.data.held);
          dropped.delete(MMAP);
          if (!variable) {
            dropped.set(PERHAPS, call);
            return [{ ...o, data: { ...o.data, held: dropped } }];
          }
          return [
            { ...o, after: [[variable, POSITIVE] as const] },
            { ...o, data: { ...o.data, held: dropped }, after: [[variable, ZERO_] as const] },
          ];
        });
      }
    }
    return states;
  }
}
