/**
 * Locks as tokens: what is held at a place, what was given up there that the caller held, and what calls and guards do to that. How it flows
 * through functions is told by locks.ts.
 */
import type { Expr, Span } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import type { Effect } from '../../language/kernel/types.ts';

/** Tokens held (`mmap`, `mmap?`, `atomic:…`) or given up below what the caller held (`-mmap`, `-atomic:…`), with their place. */
export type Held = ReadonlyMap<string, Span>;

/** A state of the flow. */
export interface Data {
  readonly held: Held;
  /** What the function returns, once it does. */
  readonly result: number;
}

/** What a call does to a lock. */
export type LockEffect = Extract<Effect, { kind: 'lock' | 'unlock' | 'lock-assert' }>;

/** mmap_lock is held. */
export const MMAP = 'mmap';
/** Perhaps it is. */
export const PERHAPS = 'mmap?';
/** It is, as an assertion says: a caller holds it, and goes on holding it. Beside MMAP. */
export const ASSERTED = 'mmap!';

/** The last name in a lock expression: `&dev->lock` → `lock`. */
function lockName(e: Expr | undefined): string {
  let name = '';
  if (e)
    walkExpr(e, (x) => {
      if (x.kind === 'id' || x.kind === 'member') name = name || x.name;
    });
  return e?.kind === 'unary' && e.arg.kind === 'member' ? e.arg.name : e?.kind === 'member' ? e.name : name;
}

const WORDS: Record<string, string> = {
  spin: 'spinlock',
  'spin-irq': 'spinlock',
  rwlock: 'spinning rwlock',
  rcu: 'RCU read section',
  preempt: 'preempt_disable() section',
  irq: 'section with interrupts off',
  bh: 'section with bottom halves off',
  'atomic-kmap': 'kmap_atomic() section',
  hardirq: 'function that runs in a hard interrupt',
  softirq: 'function that runs in a soft interrupt',
  timer: 'timer function',
};

/** The token of an effect; null for locks that allow sleeping. */
export function tokenOf(effect: LockEffect, args: readonly Expr[]): string | null {
  if (effect.what === 'mmap-read' || effect.what === 'mmap-write') return MMAP;
  if (effect.what === 'mutex') return null;
  const spinning = effect.what === 'spin' || effect.what === 'spin-irq' || effect.what === 'rwlock';
  return `atomic:${spinning ? `lock:${lockName(effect.arg === null ? undefined : args[effect.arg])}` : effect.what}`;
}

/** In words, for a message: "under the spinlock `lock`". */
export function describeToken(token: string): string {
  const [, what = '', name] = token.split(':');
  return what === 'lock' ? `the spinning lock \`${name}\`` : `a ${WORDS[what] ?? what}`;
}

/** The token forbids sleeping. */
export const isAtomic = (token: string): boolean => token.startsWith('atomic:');

/** What is held behind an effect. */
export function apply(held: Held, effect: LockEffect, args: readonly Expr[], at: Span): Held {
  const token = tokenOf(effect, args);
  if (!token) return held;
  const next = new Map(held);
  if (effect.kind === 'unlock') {
    if (token === MMAP && next.delete(PERHAPS)) return next;
    const isCallers = token === MMAP && next.delete(ASSERTED);
    if (!next.delete(token) || isCallers) next.set(`-${token}`, at);
  } else {
    if (effect.kind === 'lock-assert' && next.has(token)) return held;
    next.delete(`-${token}`);
    next.set(token, at);
    if (effect.kind === 'lock-assert' && token === MMAP) next.set(ASSERTED, at);
  }
  return next;
}

/** What is sure behind a call that is not followed. */
export function unsure(held: Held, at: Span): Held {
  const next = new Map(held);
  next.delete(MMAP);
  next.set(PERHAPS, at);
  for (const t of [...next.keys()]) if (isAtomic(t)) next.delete(t);
  return next;
}

/** What is held behind a call that ends so. */
export function compose(held: Held, end: Held, at: Span): Held {
  const next = new Map(held);
  for (const token of end.keys()) {
    // what a callee asserts it has not taken
    if (token === ASSERTED ? held.has(MMAP) : token === MMAP && end.has(ASSERTED) && held.has(MMAP)) continue;
    if (!token.startsWith('-')) next.set(token, at);
    else {
      const name = token.slice(1);
      if (name === MMAP && next.delete(PERHAPS)) continue;
      if (!next.delete(name)) next.set(token, at);
    }
  }
  return next;
}

/**
 * An end of a function as its caller sees it: where another end with the same result differs in a lock, nothing is known of that lock
 * (`if (ptr) unmap(ptr);` goes with the condition under which it was mapped, which this flow does not follow).
 */
export function sure(end: Data, all: readonly Data[]): Held {
  const others = all.filter((d) => d !== end && d.result & end.result);
  const isSame = (token: string): boolean => others.every((d) => d.held.has(token) === end.held.has(token));
  const held = new Map([...end.held].filter(([token]) => !isAtomic(token.replace(/^-/, '')) || isSame(token)));
  if ([MMAP, PERHAPS, `-${MMAP}`].every(isSame)) return held;
  held.delete(MMAP);
  held.delete(`-${MMAP}`);
  held.set(PERHAPS, [...end.held.values()][0] ?? { start: 0, end: 0 });
  return held;
}

/** With a token, or without it. */
export const toggled = (held: Held, token: string, on: boolean, at: Span): Held => {
  const next = new Map(held);
  if (on) next.set(token, at);
  else next.delete(token);
  return next;
};

/** Equal for equal states. */
export const keyOf = (d: Data): string => `${[...d.held.keys()].sort().join()}|${d.result}`;
