/**
 * What the path walk needs to know of a function before it starts: its graph, its loops, which names are still read
 * behind each node, and which calls matter.
 */
import type { CallExpr, CType, Expr, Span } from '../../language/c/ast.ts';
import { buildCfg, type Cfg, type CfgNode } from '../../language/c/cfg.ts';
import { walkExpr } from '../../language/c/index.ts';
import type { FunctionDef } from '../../language/c/unit.ts';
import { facts } from '../../language/kernel/index.ts';
import type { CallFact } from '../../language/kernel/types.ts';

/** A natural loop: nodes head…last in source order. */
export interface Loop {
  readonly head: number;
  readonly last: number;
  readonly span: Span;
  /** Names of variables that the body assigns. */
  readonly assigned: ReadonlySet<string>;
  /** The body calls something that releases pages. */
  readonly releases: boolean;
  /** The body calls something that acquires pages: then a second round can find the first one's still held. */
  readonly acquires: boolean;
  /** The body copies what it indexes into other memory or into a scatterlist. */
  readonly outflows: boolean;
  /** Array expressions that the body indexes or dereferences. */
  readonly bases: readonly Expr[];
}

export interface FunctionContext {
  readonly def: FunctionDef;
  readonly cfg: Cfg;
  readonly loops: ReadonlyMap<number, Loop>;
  /** For each node: names (variables and fields) that it or a node reachable from it mentions. */
  readonly live: readonly ReadonlySet<string>[];
  /** For each node: 1 if more than one way leads to it. */
  readonly joins: Uint8Array;
  readonly types: ReadonlyMap<string, CType>;
  readonly calls: readonly CallExpr[];
  /** The same calls by node, those around others first. */
  readonly callsAt: readonly (readonly CallExpr[])[];
  /** Names of functions that are called, each once. */
  readonly callees: readonly string[];
  /** What per-function.ts keeps: the same for all contexts of one graph. */
  readonly kept: unknown[];
}

/** Expressions that a node evaluates. */
export function exprsOf(node: CfgNode): readonly Expr[] {
  const w = node.what;
  switch (w.kind) {
    case 'expr':
      return [w.expr];
    case 'decl':
      return w.decl.init ? [w.decl.init] : [];
    case 'branch':
      return [w.test];
    case 'foreach':
      return w.args;
    case 'switch':
      return [w.value];
    case 'return':
      return w.value ? [w.value] : [];
    case 'guard':
    case 'leave':
      return w.guard.args;
    case 'opaque':
      return w.parts;
    default:
      return [];
  }
}

/** Name of a call's function if it is called by name. */
export function calleeName(call: CallExpr): string | undefined {
  return call.callee.kind === 'id' ? call.callee.name : undefined;
}

const wordsOf = (node: CfgNode): Set<string> => {
  const out = new Set<string>();
  for (const e of exprsOf(node)) {
    walkExpr(e, (x) => {
      if (x.kind === 'id') out.add(x.name);
      else if (x.kind === 'member') out.add(x.name);
    });
  }
  if (node.what.kind === 'cleanup') out.add(node.what.decl.name);
  return out;
};

/** The name that a node writes whole. */
export const killsOf = (node: CfgNode): string | undefined => {
  const w = node.what;
  if (w.kind === 'decl') return w.decl.name;
  if (w.kind === 'expr' && w.expr.kind === 'assign' && w.expr.op === '=' && w.expr.left.kind === 'id')
    return w.expr.left.name;
  return undefined;
};

function liveness(cfg: Cfg): Set<string>[] {
  const n = cfg.nodes.length;
  const live: Set<string>[] = Array.from({ length: n }, () => new Set<string>());
  const uses = cfg.nodes.map((node) => {
    const words = wordsOf(node);
    const killed = killsOf(node);
    const w = node.what;
    if (killed && w.kind === 'expr' && w.expr.kind === 'assign') {
      let read = false;
      walkExpr(w.expr.right, (x) => {
        if (x.kind === 'id' && x.name === killed) read = true;
      });
      if (!read) words.delete(killed);
    }
    return words;
  });
  for (let changed = true; changed;) {
    changed = false;
    for (let i = n - 1; i >= 0; i--) {
      const node = cfg.nodes[i]!;
      const set = live[i]!;
      const before = set.size;
      const killed = killsOf(node);
      for (const e of node.succs) for (const name of live[e.to]!) if (name !== killed) set.add(name);
      for (const name of uses[i]!) set.add(name);
      if (set.size !== before) changed = true;
    }
  }
  return live;
}

const mentionsElement = (e: Expr): boolean => {
  let found = false;
  walkExpr(e, (x) => {
    if (x.kind === 'index' || (x.kind === 'unary' && x.op === '*')) found = true;
  });
  return found;
};

/** Variables that nodes set to an element of an array, or to another name of it. */
function elementNames(nodes: readonly CfgNode[]): Set<string> {
  const out = new Set<string>();
  for (const { what } of nodes) {
    // a local object with the element in it is given away with it: `struct bio_vec bv = { .bv_page = pages[i] }`
    const { init } = what.kind === 'decl' ? what.decl : {};
    if (
      what.kind === 'decl' &&
      init &&
      (isElement(init) || (init.kind === 'init' && init.items.some((i) => isElement(i.value))))
    )
      out.add(what.decl.name);
    if (
      what.kind === 'expr' &&
      what.expr.kind === 'assign' &&
      what.expr.left.kind === 'id' &&
      isElement(what.expr.right)
    )
      out.add(what.expr.left.name);
  }
  return out;
}

/** Variables that hold the address of a page's data: `addr = kmap_local_page(pages[i])`. */
function mappedNames(nodes: readonly CfgNode[]): Set<string> {
  const out = new Set<string>();
  const isMap = (e: Expr): boolean =>
    e.kind === 'cast'
      ? isMap(e.arg)
      : e.kind === 'call' && (facts.call(calleeName(e) ?? '')?.effects.some((f) => f.kind === 'kmap') ?? false);
  for (const { what } of nodes) {
    if (what.kind === 'decl' && what.decl.init && isMap(what.decl.init)) out.add(what.decl.name);
    if (what.kind === 'expr' && what.expr.kind === 'assign' && what.expr.left.kind === 'id' && isMap(what.expr.right))
      out.add(what.expr.left.name);
  }
  return out;
}

/** A word of a page's data: `addr[i]`, `*addr`. */
const isData = (e: Expr, mapped: ReadonlySet<string>): boolean => {
  if (e.kind === 'cast') return isData(e.arg, mapped);
  const base = e.kind === 'index' ? e.object : e.kind === 'unary' && e.op === '*' ? e.arg : null;
  return base?.kind === 'id' && mapped.has(base.name);
};

/** The element itself (or its number) is given, not the address of its data. */
const isElement = (e: Expr): boolean => {
  if (e.kind === 'cast') return isElement(e.arg);
  if (e.kind === 'call')
    return (
      (facts.call(calleeName(e) ?? '')?.effects.some((f) => f.kind === 'alias') ?? false) && e.args.some(isElement)
    );
  return e.kind === 'index' || (e.kind === 'unary' && e.op === '*');
};

/** True if the fact gives page references back. */
export const releases = (fact: CallFact | undefined): boolean =>
  fact?.effects.some((e) => e.kind === 'release') ?? false;

/** What the functions of the file that are called do with pages. */
export interface Callees {
  readonly releasing: (name: string) => boolean;
  readonly acquiring: (name: string) => boolean;
}

/** A graph in place of the function's own: with its calls through known pointers made plain. */
export interface SeenThrough {
  /** Tells it from others of the same function. */
  readonly key: string;
  cfg(): Cfg;
}

/** The graph of a function, and what is read off it. */
interface Graph {
  readonly cfg: Cfg;
  readonly joins: Uint8Array;
  readonly types: ReadonlyMap<string, CType>;
  readonly calls: readonly CallExpr[];
  readonly callsAt: readonly (readonly CallExpr[])[];
  readonly callees: readonly string[];
  readonly hasLoops: boolean;
}

/** What of a context is the same whatever other functions do. */
class Base {
  readonly kept: unknown[] = [];
  /** Contexts by what the functions that are called do. */
  readonly contexts = new Map<string, FunctionContext>();
  #graph: Graph | undefined;
  #live: Set<string>[] | undefined;

  constructor(
    readonly def: FunctionDef,
    readonly through: SeenThrough | undefined,
  ) {}

  get graph(): Graph {
    return (this.#graph ??= graphOf(this.def, this.through));
  }

  get live(): Set<string>[] {
    return (this.#live ??= liveness(this.graph.cfg));
  }
}

/** A function whose object stays from one analysis to the next keeps its contexts, by what is seen through in it. */
const bases = new WeakMap<FunctionDef, Map<string, Base>>();

/** Builds the context; `callees` tells what those do, as far as that is known. */
export function contextOf(def: FunctionDef, callees?: Callees, through?: SeenThrough): FunctionContext {
  let variants = bases.get(def);
  if (!variants) bases.set(def, (variants = new Map()));
  const variant = through?.key ?? '';
  let base = variants.get(variant);
  if (!base) {
    if (variants.size >= 4) variants.clear();
    variants.set(variant, (base = new Base(def, through)));
  }
  const told = callees && base.graph.hasLoops ? base.graph.callees : NO_NAMES;
  const given = callees ? told.filter(callees.releasing) : NO_NAMES;
  const taken = callees ? told.filter(callees.acquiring) : NO_NAMES;
  const key = `${given.join()}+${taken.join()}`;
  let context = base.contexts.get(key);
  if (!context) {
    if (base.contexts.size >= 8) base.contexts.clear();
    base.contexts.set(key, (context = new KnownContext(def, base, given, taken)));
  }
  return context;
}

const NO_NAMES: readonly string[] = [];

/** A context that is made as far as it is asked for. */
class KnownContext implements FunctionContext {
  readonly kept: unknown[];
  #loops: ReadonlyMap<number, Loop> | undefined;

  constructor(
    readonly def: FunctionDef,
    private readonly base: Base,
    private readonly given: readonly string[],
    private readonly taken: readonly string[],
  ) {
    this.kept = base.kept;
  }

  get cfg(): Cfg {
    return this.base.graph.cfg;
  }

  get joins(): Uint8Array {
    return this.base.graph.joins;
  }

  get types(): ReadonlyMap<string, CType> {
    return this.base.graph.types;
  }

  get calls(): readonly CallExpr[] {
    return this.base.graph.calls;
  }

  get callsAt(): readonly (readonly CallExpr[])[] {
    return this.base.graph.callsAt;
  }

  get callees(): readonly string[] {
    return this.base.graph.callees;
  }

  get live(): readonly ReadonlySet<string>[] {
    return this.base.live;
  }

  get loops(): ReadonlyMap<number, Loop> {
    if (this.#loops) return this.#loops;
    const { cfg, hasLoops } = this.base.graph;
    this.#loops = hasLoops ? loopsOf(cfg, new Set(this.given), new Set(this.taken)) : NO_LOOPS;
    if (this.#loops.size > 0) this.def.adopt(this.#loops);
    return this.#loops;
  }
}

const NO_CALLS: readonly CallExpr[] = [];
const NO_LOOPS: ReadonlyMap<number, Loop> = new Map();

/** A context that is found out when something of it is asked for: most functions of a file have nothing to do with pages, and are never read. */
export class LazyContext implements FunctionContext {
  #made: FunctionContext | undefined;

  constructor(
    readonly def: FunctionDef,
    private readonly make: (def: FunctionDef) => FunctionContext,
  ) {}

  /** What it stands for: the same object as long as the function and what is seen through in it stay the same. */
  get context(): FunctionContext {
    return (this.#made ??= this.make(this.def));
  }

  get kept(): unknown[] {
    return this.context.kept;
  }

  get cfg(): Cfg {
    return this.context.cfg;
  }

  get joins(): Uint8Array {
    return this.context.joins;
  }

  get types(): ReadonlyMap<string, CType> {
    return this.context.types;
  }

  get calls(): readonly CallExpr[] {
    return this.context.calls;
  }

  get callsAt(): readonly (readonly CallExpr[])[] {
    return this.context.callsAt;
  }

  get callees(): readonly string[] {
    return this.context.callees;
  }

  get live(): readonly ReadonlySet<string>[] {
    return this.context.live;
  }

  get loops(): ReadonlyMap<number, Loop> {
    return this.context.loops;
  }
}

/** A context that can be compared with that of another analysis. */
export const resolved = (f: FunctionContext | undefined): FunctionContext | undefined =>
  f instanceof LazyContext ? f.context : f;

function graphOf(def: FunctionDef, through: SeenThrough | undefined): Graph {
  const cfg =
    through?.cfg() ??
    buildCfg(def, {
      isNoReturn: (name) => facts.call(name)?.effects.some((e) => e.kind === 'noreturn') ?? false,
    });
  def.adopt(cfg);
  const types = new Map<string, CType>();
  for (const p of def.params)
    if (p.name) types.set(p.name, p.type.kind === 'array' ? { kind: 'pointer', to: p.type.of } : p.type);
  const callees = new Set<string>();
  const callsAt = cfg.nodes.map((node): readonly CallExpr[] => {
    if (node.what.kind === 'decl') types.set(node.what.decl.name, node.what.decl.type);
    let calls: CallExpr[] | undefined;
    for (const e of exprsOf(node)) {
      walkExpr(e, (x) => {
        if (x.kind !== 'call') return;
        (calls ??= []).push(x);
        const name = calleeName(x);
        if (name !== undefined) callees.add(name);
      });
    }
    return calls ?? NO_CALLS;
  });
  const joins = new Uint8Array(cfg.nodes.length);
  for (const node of cfg.nodes) for (const e of node.succs) joins[e.to] = Math.min(joins[e.to]! + 1, 2);
  for (let i = 0; i < joins.length; i++) joins[i] = joins[i]! > 1 ? 1 : 0;
  return {
    cfg,
    joins,
    types,
    calls: callsAt.flat(),
    callsAt,
    callees: [...callees],
    hasLoops: cfg.nodes.some((node) => node.succs.some((e) => e.back)),
  };
}

/** Sets, clears or asks a flag of a page: it keeps nothing. */
export const FLAG_OF_PAGE = /^(__)?(Set|Clear|TestSet|TestClear)?Page[A-Z]\w*$/;

/** `given`, `taken`: the functions of the file among those called that give pages back, or take them. */
function loopsOf(cfg: Cfg, given: ReadonlySet<string>, taken: ReadonlySet<string>): Map<number, Loop> {
  const loops = new Map<number, Loop>();
  const last = new Map<number, number>();
  for (const node of cfg.nodes) {
    for (const e of node.succs) if (e.back) last.set(e.to, Math.max(last.get(e.to) ?? 0, node.id));
  }
  for (const [head, end] of last) {
    const assigned = new Set<string>();
    const bases: Expr[] = [];
    let rel = false;
    let acq = false;
    let out = false;
    let start = Infinity;
    let stop = 0;
    const inside = cfg.nodes.slice(Math.min(head, end), Math.max(head, end) + 1);
    const mapped = mappedNames(inside);
    const copies = elementNames(inside);
    const isCopy = (e: Expr): boolean => e.kind === 'id' && copies.has(e.name);
    const called = (x: CallExpr): void => {
      const name = calleeName(x);
      if (!name) return;
      const fact = facts.call(name);
      if (releases(fact) || given.has(name)) rel = true;
      const isAcquire = facts.acquire(name) !== undefined;
      if (isAcquire || taken.has(name)) acq = true;
      if (fact) {
        if (fact.effects.some((f) => f.kind === 'put-in')) out = true;
      } else if (
        !isAcquire &&
        !given.has(name) &&
        !FLAG_OF_PAGE.test(name) &&
        x.args.some((a) => (isElement(a) && !isData(a, mapped)) || isCopy(a))
      )
        out = true;
    };
    const visit = (x: Expr): void => {
      switch (x.kind) {
        case 'call':
          called(x);
          return;
        case 'assign':
          if (x.left.kind === 'id') assigned.add(x.left.name);
          else if (mentionsElement(x.right) || isCopy(x.right)) out = true;
          return;
        case 'update':
          if (x.arg.kind === 'id') assigned.add(x.arg.name);
          return;
        case 'index':
          bases.push(x.object);
          return;
        case 'unary':
          if (x.op === '*') bases.push(x.arg);
          return;
        default:
      }
    };
    for (const node of inside) {
      start = Math.min(start, node.span.start);
      stop = Math.max(stop, node.span.end);
      const killed = killsOf(node);
      if (killed) assigned.add(killed);
      for (const e of exprsOf(node)) walkExpr(e, visit);
    }
    loops.set(head, {
      head,
      last: end,
      span: { start, end: stop },
      assigned,
      releases: rel,
      acquires: acq,
      outflows: out,
      bases,
    });
  }
  return loops;
}
