/**
 * Which names matter to the page references of a function, and where: those in calls that acquire, release, store or
 * free, in results, and in the conditions that decide whether these are reached, and what flows into them, up to the
 * place where they are read. Two states that differ in other names only are one state; without this, every unrelated
 * `if` would double the paths.
 */
import type { Expr } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { walkExpr } from '../../language/c/index.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, killsOf, type FunctionContext } from './context.ts';
import { reaching } from './flow.ts';

export interface Slice {
  /** The number of a name of variables or fields; undefined: it matters nowhere. */
  numberOf(name: string): number | undefined;
  /** What still matters, at the node or behind it, of what the variable or field of that number holds when the node is reached. */
  need(node: number, name: number): Need;
  /** For each node: a call that takes or gives back pages stands there or behind it. */
  readonly ahead: readonly boolean[];
}

/** Nothing; whether it is below, at or above zero (it is returned and not looked at before); all. */
export const NOTHING = 0;
export const SIGN = 1;
export const ALL = 2;
export type Need = typeof NOTHING | typeof SIGN | typeof ALL;

const INTERESTING = new Set(['release', 'ref', 'alias', 'put-in', 'store', 'free', 'dma-unmap', 'alloc']);

function namesIn(e: Expr, out: Set<string>): void {
  walkExpr(e, (x) => {
    if (x.kind === 'assign' && x.op === '=' && x.left.kind === 'id') {
      namesIn(x.right, out);
      return false;
    }
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
      for (let k = 0; k < succs.length; k++) {
        const other = sets[succs[k]!.to]!;
        for (let w = 0; w < words; w++) next[w]! &= other[w]!;
      }
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
  const uses = nodes.map(() => new Set<string>());
  const decisive: number[] = [];
  const matters = nodes.map((node) => {
    let hit = node.what.kind === 'return' || node.what.kind === 'opaque';
    for (const call of context.callsAt[node.id]!) {
      const name = calleeName(call);
      if (name === undefined) continue;
      const effects = facts.call(name)?.effects ?? [];
      const isDecisive =
        facts.acquire(name) !== undefined || relevant(name) || effects.some((f) => f.kind === 'release');
      if (isDecisive) decisive.push(node.id);
      if (isDecisive || effects.some((f) => INTERESTING.has(f.kind))) hit = true;
    }
    if (hit) for (const e of exprsOf(node)) namesIn(e, uses[node.id]!);
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
    if (decides) for (const e of exprsOf(node)) namesIn(e, uses[node.id]!);
  }
  // whose pages a loop gives back or passes on is asked where it ends
  for (const loop of context.loops.values())
    if (loop.releases || loop.outflows) for (const e of loop.bases) namesIn(e, uses[loop.head]!);
  return { ...neededNames(context, uses), ahead: reaching(nodes, decisive) };
}

/** Backwards from what is used: a name is needed until a node writes it whole, and what is written into it is needed in its place. */
function neededNames(context: FunctionContext, uses: readonly ReadonlySet<string>[]): Omit<Slice, 'ahead'> {
  const { nodes } = context.cfg;
  const numbers = new Map<string, number>();
  const number = (name: string): number => {
    let n = numbers.get(name);
    if (n === undefined) numbers.set(name, (n = numbers.size));
    return n;
  };
  const writes = nodes.map((node) =>
    writesOf(node).map(({ to, from, isCopy }) => ({ to: to.map(number), from: from.map(number), isCopy })),
  );
  const kills = nodes.map((node) => {
    const name = killsOf(node);
    return name === undefined ? -1 : number(name);
  });
  const reads = uses.map((names) => [...names].map(number));
  const returns = nodes.map((node) => node.what.kind === 'return' && node.what.value?.kind === 'id');
  const words = (numbers.size + 31) >> 5;
  // of each name: is anything needed, is all needed
  const any = nodes.map(() => new Uint32Array(words));
  const all = nodes.map(() => new Uint32Array(words));
  const nowAny = new Uint32Array(words);
  const nowAll = new Uint32Array(words);
  for (let changed = true; changed;) {
    changed = false;
    for (let i = nodes.length - 1; i >= 0; i--) {
      nowAny.fill(0);
      nowAll.fill(0);
      const { succs } = nodes[i]!;
      for (let k = 0; k < succs.length; k++) {
        merge(nowAny, any[succs[k]!.to]!);
        merge(nowAll, all[succs[k]!.to]!);
      }
      const written = writes[i]!;
      const flows = written.length ? written.filter(({ to }) => to.some((n) => has(nowAny, n))) : written;
      const wholes = flows.length ? flows.map(({ to, isCopy }) => !isCopy || to.some((n) => has(nowAll, n))) : NONE;
      const killed = kills[i]!;
      if (killed >= 0) {
        remove(nowAny, killed);
        remove(nowAll, killed);
      }
      for (let k = 0; k < flows.length; k++) addNames(flows[k]!.from, nowAny, wholes[k]! ? nowAll : null);
      addNames(reads[i]!, nowAny, returns[i]! ? null : nowAll);
      const grown = merge(any[i]!, nowAny);
      if (merge(all[i]!, nowAll) || grown) changed = true;
    }
  }
  return {
    numberOf: (name) => numbers.get(name),
    need: (node, name) => (!has(any[node]!, name) ? NOTHING : has(all[node]!, name) ? ALL : SIGN),
  };
}

const NONE: readonly boolean[] = [];

const has = (set: Uint32Array, n: number): boolean => (set[n >> 5]! & (1 << (n & 31))) !== 0;

function remove(set: Uint32Array, n: number): void {
  set[n >> 5]! &= ~(1 << (n & 31));
}

function addNames(names: readonly number[], any: Uint32Array, all: Uint32Array | null): void {
  for (let i = 0; i < names.length; i++) {
    const n = names[i]!;
    any[n >> 5]! |= 1 << (n & 31);
    if (all) all[n >> 5]! |= 1 << (n & 31);
  }
}

/** Adds a set to another; true if that one grew. */
function merge(into: Uint32Array, from: Uint32Array): boolean {
  let grown = false;
  for (let w = 0; w < into.length; w++) {
    if ((from[w]! & ~into[w]!) === 0) continue;
    into[w]! |= from[w]!;
    grown = true;
  }
  return grown;
}

interface Write {
  readonly to: readonly string[];
  readonly from: readonly string[];
  /** The value of one variable, as it is. */
  readonly isCopy: boolean;
}

/** What a node writes, by name, and the names in the value. */
function writesOf(node: CfgNode): Write[] {
  const out: Write[] = [];
  const write = (to: readonly string[], value: Expr): void => {
    const from = new Set<string>();
    namesIn(value, from);
    out.push({ to, from: [...from], isCopy: value.kind === 'id' });
  };
  if (node.what.kind === 'decl' && node.what.decl.init) write([node.what.decl.name], node.what.decl.init);
  for (const e of exprsOf(node)) {
    walkExpr(e, (x) => {
      if (x.kind === 'assign') write(targets(x.left), x.right);
    });
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
