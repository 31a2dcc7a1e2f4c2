/**
 * Which names matter to the page references of a function: those in calls that acquire, release, store or free, in
 * results, and in the conditions that decide whether these are reached, and what flows into them. Two states that
 * differ in other names only are one state; without this, every unrelated `if` would double the paths.
 */
import type { Expr } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';

export interface Slice {
  readonly names: ReadonlySet<string>;
  /** For each node: a call that takes or gives back pages stands there or behind it. */
  readonly ahead: readonly boolean[];
}

const INTERESTING = new Set(['release', 'ref', 'alias', 'put-in', 'store', 'free', 'dma-unmap', 'alloc']);

function namesIn(e: Expr, out: Set<string>): void {
  walkExpr(e, (x) => {
    if (x.kind === 'id' || x.kind === 'member') out.add(x.name);
  });
}

/** Post-dominator sets as bit masks, by iteration over the reversed graph. */
function postDominators(context: FunctionContext): Uint32Array[] {
  const { nodes, exit } = context.cfg;
  const words = (nodes.length + 31) >> 5;
  const sets = nodes.map(() => new Uint32Array(words).fill(0xffffffff));
  sets[exit] = new Uint32Array(words);
  sets[exit]![exit >> 5]! |= 1 << (exit & 31);
  const next = new Uint32Array(words);
  for (let changed = true; changed;) {
    changed = false;
    for (let i = nodes.length - 1; i >= 0; i--) {
      if (i === exit) continue;
      const succs = nodes[i]!.succs;
      next.fill(succs.length ? 0xffffffff : 0);
      for (const e of succs) for (let w = 0; w < words; w++) next[w]! &= sets[e.to]![w]!;
      next[i >> 5]! |= 1 << (i & 31);
      const own = sets[i]!;
      for (let w = 0; w < words; w++) {
        if (own[w] !== next[w]) {
          own.set(next);
          changed = true;
          break;
        }
      }
    }
  }
  return sets;
}

/** Computes the slice; `relevant` tells of a same-file function whether it touches page references. */
export function sliceOf(context: FunctionContext, relevant: (name: string) => boolean): Slice {
  const { nodes } = context.cfg;
  const names = new Set<string>();
  const decisive: number[] = [];
  const matters = nodes.map((node) => {
    let hit = node.what.kind === 'return' || node.what.kind === 'opaque';
    for (const e of exprsOf(node)) {
      walkExpr(e, (x) => {
        if (x.kind !== 'call') return;
        const name = calleeName(x);
        if (
          name &&
          (facts.acquire(name) || relevant(name) || facts.call(name)?.effects.some((f) => f.kind === 'release'))
        )
          decisive.push(node.id);
        if (
          name &&
          (facts.acquire(name) || relevant(name) || facts.call(name)?.effects.some((f) => INTERESTING.has(f.kind)))
        )
          hit = true;
      });
    }
    if (hit) for (const e of exprsOf(node)) namesIn(e, names);
    return hit;
  });
  const post = postDominators(context);
  const isPost = (of: number, id: number): boolean => (post[of]![id >> 5]! & (1 << (id & 31))) !== 0;
  for (const node of nodes) {
    if (node.succs.length < 2) continue;
    // is something that matters reached before the two ways meet again?
    const seen = new Set<number>();
    const work = node.succs.map((e) => e.to);
    let decides = false;
    while (work.length && !decides) {
      const id = work.pop()!;
      if (seen.has(id) || (isPost(node.id, id) && id !== node.id)) continue;
      seen.add(id);
      if (matters[id]) decides = true;
      for (const e of nodes[id]!.succs) work.push(e.to);
    }
    if (decides) for (const e of exprsOf(node)) namesIn(e, names);
  }
  for (let before = -1; before < names.size;) {
    before = names.size;
    for (const node of nodes) {
      if (node.what.kind === 'decl' && names.has(node.what.decl.name) && node.what.decl.init)
        namesIn(node.what.decl.init, names);
      for (const e of exprsOf(node)) {
        walkExpr(e, (x) => {
          if (x.kind === 'assign' && targets(x.left).some((n) => names.has(n))) namesIn(x.right, names);
        });
      }
    }
  }
  return { names, ahead: reaching(nodes, decisive) };
}

/** The nodes from which one of `goals` can be reached, themselves included. */
function reaching(nodes: FunctionContext['cfg']['nodes'], goals: readonly number[]): boolean[] {
  const before: number[][] = nodes.map(() => []);
  for (const node of nodes) for (const e of node.succs) before[e.to]!.push(node.id);
  const out = nodes.map(() => false);
  const work = [...goals];
  while (work.length) {
    const id = work.pop()!;
    if (out[id]) continue;
    out[id] = true;
    work.push(...before[id]!);
  }
  return out;
}

const targets = (e: Expr): string[] => {
  if (e.kind === 'id') return [e.name];
  if (e.kind === 'member') return [e.name];
  if (e.kind === 'index') return targets(e.object);
  if (e.kind === 'unary' || e.kind === 'cast') return targets(e.arg);
  return [];
};
