/**
 * Where a lock may be held, told by names alone: most calls are made where none can be, and no flow has to be followed
 * (nor the functions read that are called on the way) to say so.
 */
import type { CallExpr } from '../../language/c/ast.ts';
import { plainName } from '../../language/c/index.ts';
import type { FunctionDef } from '../../language/c/unit.ts';
import { facts as kernel, guardClasses, mmapRwsemEffects } from '../../language/kernel/index.ts';
import type { Effect } from '../../language/kernel/types.ts';
import { calleeName } from './context.ts';
import type { Caller, EntryContext } from './entry-context.ts';
import type { FileAnalysis } from './file.ts';
import { reaching } from './flow.ts';
import { isAtomic, MMAP, tokenOf, type LockEffect } from './held.ts';
import { mayHave, wordKind, type WordKind } from './naming.ts';
import { perDefinition, perFile } from './per-function.ts';

/** Takes mmap_lock where it succeeds. */
export const LOCKS_MM = 'lock_mm_and_find_vma';

const isLock = (e: Effect): e is Extract<LockEffect, { kind: 'lock' | 'lock-assert' }> =>
  e.kind === 'lock' || e.kind === 'lock-assert';
const effectsOf = (word: string): readonly Effect[] => kernel.call(word)?.effects ?? [];

/** Names of guards: what they take is told by a word behind them. */
const GUARDS = /^(guard|scoped_guard|cond_guard|scoped_cond_guard|CLASS|ACQUIRE)$/;
/** Names of calls that do something to locks of any kind, rwsems among them. */
const TOUCHES = wordKind(
  (word) =>
    GUARDS.test(word) ||
    word === LOCKS_MM ||
    mmapRwsemEffects(word, '->mmap_lock') !== undefined ||
    effectsOf(word).some((e) => e.kind === 'unlock' || isLock(e)),
);

/** A lock that is asked for. */
interface Sought {
  /** Whoever takes it names a word of this kind. */
  readonly words: WordKind;
  readonly isToken: (token: string) => boolean;
}

const mmap: Sought = {
  // but for one they speak of it, and so does the lock itself where a call of rwsems gets it
  words: wordKind((word) =>
    word.includes('mmap')
      ? /^mmap_(sem|lock)$/.test(word) || guardClasses.has(word) || effectsOf(word).some(isLock)
      : word === LOCKS_MM,
  ),
  isToken: (token) => token === MMAP,
};

const atomic: Sought = {
  words: wordKind((word) => GUARDS.test(word) || effectsOf(word).some((e) => e.kind === 'lock' && e.what !== 'mutex')),
  isToken: isAtomic,
};

/** A call goes through a pointer, as far as the text shows: whom it calls is not told by names. */
const callsThrough = perDefinition((def) => /(?:->|\.)\s*\w+\s*\(|\(\s*\*[^(){};]*\)\s*\(/.test(def.source));

/** Names of the functions of a file, by what they are called in its text. */
const byPlainName = perFile((file): ReadonlyMap<string, readonly string[]> => {
  const out = new Map<string, string[]>();
  for (const name of file.functions.keys()) {
    const plain = plainName(name);
    const list = out.get(plain);
    if (list) list.push(name);
    else out.set(plain, [name]);
  }
  return out;
});

/** What the flow knows of calls and functions. */
interface Asked {
  effectsOf(call: CallExpr): readonly LockEffect[];
  nodesOf(fn: string, call: CallExpr): readonly number[];
  contextsAt(fn: string): readonly EntryContext[];
  callersOf(fn: string): readonly Caller[];
}

/** What may be held in one file. */
export class MayHold {
  private readonly leading = new Map<WordKind, Map<string, boolean>>();
  private readonly named = new Map<FunctionDef, readonly string[]>();
  private readonly taken = new Map<Sought, Map<CallExpr, boolean>>();

  constructor(
    private readonly file: FileAnalysis,
    private readonly asked: Asked,
  ) {}

  /** The function, or one that it calls, may do something to locks. */
  mayTouch(fn: string): boolean {
    return this.mayLeadTo(fn, TOUCHES);
  }

  /** False: on no way to the call anything is taken that forbids sleeping, and no context says so. */
  mayBeAtomic(fn: string, call: CallExpr, visited = new Set<string>()): boolean {
    if (this.mayTakeBefore(fn, call, atomic)) return true;
    if (visited.has(fn)) return false;
    visited.add(fn);
    return (
      this.asked.contextsAt(fn).some((c) => c.atomic !== null) ||
      this.asked.callersOf(fn).some((caller) => this.mayBeAtomic(caller.fn, caller.call, visited))
    );
  }

  /** False: on some way to the call mmap_lock is surely not held. */
  mayBeMmapHeld(fn: string, call: CallExpr, visited = new Set<string>()): boolean {
    if (this.mayTakeBefore(fn, call, mmap)) return true;
    if (visited.has(fn)) return false;
    visited.add(fn);
    // one that other files call, too, is not entered with the lock held for certain
    if (this.file.functions.get(fn)?.def.isStatic === false) return false;
    const contexts = this.asked.contextsAt(fn);
    if (contexts.length > 0) return contexts.every((c) => c.mmap === 'held');
    return this.asked.callersOf(fn).some((caller) => this.mayBeMmapHeld(caller.fn, caller.call, visited));
  }

  /** In front of the call, the function or one that it calls may take such a lock. */
  private mayTakeBefore(fn: string, call: CallExpr, what: Sought): boolean {
    let calls = this.taken.get(what);
    if (!calls) this.taken.set(what, (calls = new Map()));
    let known = calls.get(call);
    if (known === undefined) calls.set(call, (known = this.takesBefore(fn, call, what)));
    return known;
  }

  private takesBefore(fn: string, call: CallExpr, what: Sought): boolean {
    if (!this.mayLeadTo(fn, what.words)) return false;
    const { cfg, callsAt } = this.file.functions.get(fn)!;
    const before = reaching(cfg.nodes, this.asked.nodesOf(fn, call));
    return cfg.nodes.some(
      (node) =>
        before[node.id] && (node.what.kind === 'guard' || callsAt[node.id]!.some((other) => this.mayTake(other, what))),
    );
  }

  private mayTake(call: CallExpr, what: Sought): boolean {
    const name = calleeName(call);
    if (name === undefined) return false;
    if (this.file.functions.has(name)) return this.mayLeadTo(name, what.words);
    return (
      name === LOCKS_MM ||
      this.asked.effectsOf(call).some((e) => {
        const token = isLock(e) ? tokenOf(e, call.args) : null;
        return token !== null && what.isToken(token);
      })
    );
  }

  /** Functions of the file that another one names. */
  private namedIn(def: FunctionDef): readonly string[] {
    let known = this.named.get(def);
    if (!known) {
      const all = byPlainName(this.file);
      const found: string[] = [];
      def.words.forEach((word) => {
        const same = all.get(word);
        if (same) found.push(...same);
      });
      this.named.set(def, (known = found));
    }
    return known;
  }

  /** The function, or one that it may call, holds a word of that kind; or a call on the way goes through a pointer. */
  private mayLeadTo(fn: string, kind: WordKind): boolean {
    let known = this.leading.get(kind);
    if (!known) this.leading.set(kind, (known = new Map()));
    const before = known.get(fn);
    if (before !== undefined) return before;
    const seen = new Set<string>([fn]);
    let leads = false;
    for (const name of seen) {
      const { def } = this.file.functions.get(name)!;
      leads = known.get(name) ?? (mayHave(def, kind) || callsThrough(def));
      if (leads) break;
      for (const next of this.namedIn(def)) seen.add(next);
    }
    if (leads) known.set(fn, true);
    // nobody on the way leads there either
    else for (const name of seen) known.set(name, false);
    return leads;
  }
}
