/**
 * Pages that an ioctl keeps in an object which stays, where nothing asks whether the object holds some already: a second call writes over
 * them, and nobody can give them back any more. Silent wherever something that is read on the way there is also written on the way: that
 * may be what keeps a second call out.
 */
import type { Expr, MemberExpr, Span } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { isInMain, walkExpr } from '../../language/c/index.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { makes } from './flow.ts';
import { namingOf } from './naming.ts';
import { namesIn, perFunction, writesIn, wordsIn } from './per-function.ts';
import type { AcquireSite } from './sites.ts';

/** A store of newly taken pages over what an earlier call left. */
export interface Overwritten {
  readonly fn: string;
  readonly at: Span;
  readonly acquire: AcquireSite;
  /** The field, as it is written. */
  readonly field: string;
  /** The ioctl that may be called twice. */
  readonly entry: string;
}

/** Calls that do nothing to the object whose member they are given. */
const HARMLESS =
  /^(mutex|spin|raw_spin|read|write|down|up|rcu|mmap|might|lockdep)_|(un)?lock|^(v?printk|pr_\w+|dev_\w+|drm_\w+|netdev_\w+|WARN\w*|BUG\w*|trace_\w+|\w*(dbg|debug|warn|err|info))$|^(copy_(from|to)_user|get_user|put_user|access_ok|capable|READ_ONCE)$/;

/** The name that a chain of members hangs on; null for elements of arrays and what calls return. */
function rootOf(e: Expr): string | null {
  if (e.kind === 'id') return e.name;
  if (e.kind === 'member') return rootOf(e.object);
  if (e.kind === 'cast' || (e.kind === 'unary' && (e.op === '*' || e.op === '&'))) return rootOf(e.arg);
  return null;
}

/** `obj->field = …` outside of loops. */
const stores = perFunction((f) => {
  const out: { node: number; left: MemberExpr; right: Expr; at: Span }[] = [];
  for (const { id, what } of f.cfg.nodes) {
    const e = what.kind === 'expr' ? what.expr : undefined;
    if (e?.kind !== 'assign' || e.op !== '=' || e.left.kind !== 'member') continue;
    if ([...f.loops.values()].some((l) => id >= l.head && id <= l.last)) continue;
    out.push({ node: id, left: e.left, right: e.right, at: e });
  }
  return out;
});

/** Nodes that a node can be reached from, and that it reaches. */
function around(f: FunctionContext, node: number): { before: CfgNode[]; after: CfgNode[] } {
  const { nodes } = f.cfg;
  const preds = nodes.map(() => [] as number[]);
  for (const n of nodes) for (const s of n.succs) preds[s.to]!.push(n.id);
  const spread = (next: (id: number) => readonly number[]): CfgNode[] => {
    const seen = new Set<number>();
    const work = [...next(node)];
    while (work.length) {
      const id = work.pop()!;
      if (seen.has(id) || id === node) continue;
      seen.add(id);
      work.push(...next(id));
    }
    return [...seen].map((id) => nodes[id]!);
  };
  return { before: spread((id) => preds[id]!), after: spread((id) => nodes[id]!.succs.map((s) => s.to)) };
}

const isAcquire = (name: string): boolean => facts.acquire(name) !== undefined;

/** What lies on the way through a node, read before it and written on either side. */
class Way {
  private readonly read = new Set<string>();
  private readonly written = new Set<string>();
  /** Code that is not seen got the object, or a place in it. */
  isOpen = false;

  constructor(
    private readonly file: FileAnalysis,
    private readonly field: string,
  ) {}

  /** The way leads through `node` of the function, where the object is known as `object`. */
  add(f: FunctionContext, node: number, object: string): void {
    const { before, after } = around(f, node);
    for (const n of before) this.look(f, n, object, true);
    for (const n of after) this.look(f, n, object, false);
  }

  /** Something on the way may keep a second call out, or has a look at the field. */
  get mayBeGuarded(): boolean {
    return this.isOpen || this.read.has(this.field) || [...this.written].some((name) => this.read.has(name));
  }

  private look(f: FunctionContext, node: CfgNode, object: string, isBefore: boolean): void {
    if (node.what.kind === 'opaque') this.isOpen = true;
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind === 'assign' || x.kind === 'update') {
          const to = x.kind === 'assign' ? x.left : x.arg;
          const name = to.kind === 'member' || (to.kind === 'id' && !f.types.has(to.name)) ? to.name : null;
          if (name !== null) {
            this.written.add(name);
            if (isBefore && (x.kind === 'update' || x.op !== '=')) this.read.add(name);
          }
          // of `obj->field = v` only what leads to the object is read
          if (x.kind === 'assign' && x.op === '=' && to.kind === 'member') {
            if (isBefore) this.reads(to.object, f);
            return undefined;
          }
        }
        if (x.kind === 'call') this.call(x.args, calleeName(x), object, isBefore);
        return undefined;
      });
    if (isBefore) for (const e of exprsOf(node)) this.reads(e, f);
  }

  private reads(e: Expr, f: FunctionContext): void {
    walkExpr(e, (x) => {
      if (x.kind === 'assign' && x.op === '=' && x.left.kind === 'member') {
        this.reads(x.left.object, f);
        this.reads(x.right, f);
        return false;
      }
      if (x.kind === 'member' || (x.kind === 'id' && !f.types.has(x.name))) this.read.add(x.name);
      return undefined;
    });
  }

  private call(args: readonly Expr[], name: string | undefined, object: string, isBefore: boolean): void {
    const gets = args.some(
      (a) => (a.kind === 'id' && a.name === object) || (a.kind === 'unary' && a.op === '&' && rootOf(a.arg) === object),
    );
    if (!gets || (name !== undefined && !this.file.functions.has(name) && (HARMLESS.test(name) || isAcquire(name))))
      return;
    if (name === undefined || !this.file.functions.has(name)) {
      this.isOpen = true;
      return;
    }
    for (const below of this.file.reachable(name)) {
      const g = this.file.functions.get(below);
      if (!g) continue;
      if (wordsIn(g).has(this.field)) this.isOpen = true;
      for (const w of writesIn(g).fields.keys()) this.written.add(w);
      if (isBefore) for (const w of wordsIn(g)) this.read.add(w);
    }
  }
}

const allocates = (file: FileAnalysis, e: Expr): boolean =>
  e.kind === 'cast'
    ? allocates(file, e.arg)
    : e.kind === 'call' &&
      !file.functions.has(calleeName(e) ?? '') &&
      (facts.call(calleeName(e) ?? '')?.effects ?? []).some((x) => x.kind === 'alloc');

const isIoctl = (file: FileAnalysis, fn: string): boolean =>
  /(^|_)ioctl(_|$)/.test(fn) ||
  // what is not entered from outside stands in no table: the whole text need not be searched
  (file.isEntry(fn) && new RegExp(`\\.(unlocked_|compat_)?ioctl\\s*=\\s*${fn}\\b`).test(file.unit.text));

/** What a variable is given in one of the nodes. */
const valuesOf = (nodes: readonly CfgNode[], name: string): Expr[] =>
  nodes.flatMap((n) => {
    const out: Expr[] = [];
    if (n.what.kind === 'decl' && n.what.decl.name === name && n.what.decl.init) out.push(n.what.decl.init);
    for (const e of exprsOf(n))
      walkExpr(e, (x) => {
        if (x.kind === 'assign' && x.left.kind === 'id' && x.left.name === name) out.push(x.right);
      });
    return out;
  });

/** The object was there before the call: a parameter, or found through one. */
function isThereBefore(
  file: FileAnalysis,
  f: FunctionContext,
  before: readonly CfgNode[],
  name: string,
  depth = 0,
): boolean {
  if (!f.types.has(name)) return file.unit.globals.some((g) => g.name === name);
  const values = valuesOf(before, name);
  if (!values.length) return f.def.params.some((p) => p.name === name);
  return (
    depth < 3 &&
    values.every((v) => {
      const inner = v.kind === 'call' && /^(container_of|to_\w+|[A-Z0-9_]+)$/.test(calleeName(v) ?? '') ? v.args[0] : v;
      const root = inner ? rootOf(inner) : null;
      return root !== null && root !== name && isThereBefore(file, f, before, root, depth + 1);
    })
  );
}

/** A step of the way: the node in that function, where the object goes by that name. */
interface Step {
  readonly f: FunctionContext;
  readonly node: number;
  readonly object: string;
}

/** The ioctl from which the last step can be reached twice with the same object, with nothing on the way that may forbid it. */
function reachedTwice(file: FileAnalysis, steps: readonly Step[], field: string): string | null {
  const { f, node, object } = steps[0]!;
  if (!isThereBefore(file, f, around(f, node).before, object)) return null;
  const way = new Way(file, field);
  for (const s of steps) way.add(s.f, s.node, s.object);
  if (way.mayBeGuarded) return null;
  if (isIoctl(file, f.def.name)) return f.def.name;
  const index = f.def.params.findIndex((p) => p.name === object);
  if (steps.length > 2 || index < 0) return null;
  for (const caller of namingOf(file.functions).mayCall(f.def.name)) {
    if (!namesIn(caller).called.has(f.def.name)) continue;
    for (const call of caller.calls) {
      const arg = calleeName(call) === f.def.name ? call.args[index] : undefined;
      const above = arg ? rootOf(arg) : null;
      const at = above ? caller.cfg.nodes.findIndex((n) => exprsOf(n).some((e) => makes(e, call))) : -1;
      if (!above || at < 0 || steps.some((s) => s.f === caller)) continue;
      const entry = reachedTwice(file, [{ f: caller, node: at, object: above }, ...steps], field);
      if (entry !== null) return entry;
    }
  }
  return null;
}

/** All of a file. */
export function* overwrittenPages(file: FileAnalysis): Iterable<Overwritten> {
  for (const a of file.groups.acquires) {
    const f = isInMain(a.call.start) ? file.functions.get(a.fn) : undefined;
    const g = file.groups.groupOfAcquire(a.call);
    if (!f || !g || !a.pages) continue;
    const kept = file.events.some(
      (e) =>
        e.kind === 'outlives' && e.outcome === 'success' && e.root === a.fn && e.resource.site.start === a.call.start,
    );
    if (!kept) continue;
    const taken = f.cfg.nodes.findIndex((n) => exprsOf(n).some((e) => makes(e, a.call)));
    for (const { node, left, right, at } of stores(f)) {
      const object = rootOf(left.object);
      const key = file.groups.keyOf(left, f);
      if (object === null || !key?.startsWith('F:') || !g.keys.includes(key)) continue;
      // the page itself, the array that it was put into, or a new array that it is put into
      const from = file.groups.keyOf(right, f);
      const isKept = from !== null && from === a.key && around(f, taken).after.some((n) => n.id === node);
      const isNew = key === a.key && allocates(file, right) && around(f, taken).before.some((n) => n.id === node);
      if (!isKept && !isNew) continue;
      const entry = reachedTwice(file, [{ f, node, object }], left.name);
      if (entry !== null) yield { fn: a.fn, at, acquire: a, field: file.groups.text(left), entry };
    }
  }
}
