/**
 * A helper of the file that gives pages back, called twice for the same thing on one path (or a release twice in a row, whatever
 * names the page). Only helpers that keep no note of
 * having run (they clear no field, take nothing off a list): the second call gives back what is gone.
 */
import type { AssignExpr, CallExpr, Expr } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { walkExpr } from '../../language/c/index.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { runFlow, textOf } from './flow.ts';
import { namingOf, wordKind } from './naming.ts';
import { perFunction } from './per-function.ts';

/** The second call, and the first. */
export interface Twice {
  readonly fn: string;
  readonly call: CallExpr;
  readonly first: CallExpr;
}

/** Effects that leave no trace of a first call in memory. */
const TRACELESS = new Set([
  'release',
  'alias',
  'dirty',
  'page-lock',
  'page-unlock',
  'dma-unmap',
  'dma-sync',
  'kmap',
  'kunmap',
  'data',
  'struct-only',
  'reads-count',
  'lock',
  'unlock',
  'lock-assert',
  'sleeps',
  'pure',
  'free',
]);
const TESTS = /^(is_|Page[A-Z]|folio_test_|pfn_valid|WARN|BUG|pr_|dev_|trace_|unlikely|likely)|(dbg|debug)/;

class Helpers {
  private readonly known = new Map<string, boolean>();

  constructor(private readonly file: FileAnalysis) {}

  /** The function gives pages back whenever it is called, and does nothing else that a second call could see. */
  releases(name: string): boolean {
    let answer = this.known.get(name);
    if (answer === undefined) {
      this.known.set(name, false);
      if (!this.file.touches(name)) return false;
      this.known.set(name, (answer = this.decide(name)));
    }
    return answer;
  }

  private acquires(name: string): boolean {
    return this.file.groups.acquires.some((a) => this.file.reaches(name, a.fn));
  }

  private decide(name: string): boolean {
    const { groups, functions } = this.file;
    const f = functions.get(name);
    if (!f || !f.def.params.length || this.acquires(name)) return false;
    const own = groups.releases.some(
      (r) => r.fn === name && (r.effect.of === 'pin' || groups.groupOf(r.key)?.acquires.length),
    );
    if (!own && !f.calls.some((c) => this.releases(calleeName(c) ?? ''))) return false;
    for (const below of this.file.reachable(name)) if (!isTraceless(this.file, functions.get(below)!)) return false;
    return true;
  }
}

/** It writes to its own variables only, or forgets an array that it has given back without asking whether it is there. */
function isTraceless(file: FileAnalysis, f: FunctionContext): boolean {
  for (const node of f.cfg.nodes) {
    let fine = true;
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        const target = x.kind === 'assign' ? x.left : x.kind === 'update' ? x.arg : null;
        if (target && !isLocal(target, f) && !(x.kind === 'assign' && forgetsGiven(file, f, x))) fine = false;
        if (x.kind !== 'call') return;
        const name = calleeName(x);
        if (name === undefined) fine = false;
        else if (!file.functions.has(name) && !TESTS.test(name)) {
          const fact = facts.call(name);
          if (!fact?.effects.every((y) => TRACELESS.has(y.kind))) fine = false;
        }
      });
    if (!fine) return false;
  }
  return true;
}

/**
 * `o->pages = NULL;` in a function without branches that gives `o->pages` back, as many as `o->nr` says: the second time it gives back as
 * many of no array.
 */
function forgetsGiven(file: FileAnalysis, f: FunctionContext, { op, left, right }: AssignExpr): boolean {
  if (op !== '=' || right.kind !== 'id' || right.name !== 'NULL' || f.cfg.nodes.some((n) => n.what.kind === 'branch'))
    return false;
  const text = textOf(left, file.unit);
  return file.groups.releases.some(({ fn, call, effect }) => {
    const { arg, as, count } = effect.pages;
    const [given, number] = [call.args[arg], count === undefined ? undefined : call.args[count]];
    return (
      fn === f.def.name &&
      as === 'page-array' &&
      given?.kind === 'member' &&
      number?.kind === 'member' &&
      textOf(given, file.unit) === text
    );
  });
}

const isLocal = (e: Expr, f: FunctionContext): boolean =>
  e.kind === 'id' ? f.types.has(e.name) : e.kind === 'member' && !e.arrow && isLocal(e.object, f);

/** Names that a node writes to. */
function written(node: CfgNode): Set<string> {
  const out = new Set<string>();
  if (node.what.kind === 'decl') out.add(node.what.decl.name);
  if (node.what.kind === 'foreach') for (const a of node.what.args) if (a.kind === 'id') out.add(a.name);
  for (const e of exprsOf(node))
    walkExpr(e, (x) => {
      const t = x.kind === 'assign' ? x.left : x.kind === 'update' ? x.arg : null;
      if (t?.kind === 'id' || t?.kind === 'member') out.add(t.name);
      if (x.kind === 'call')
        for (const a of x.args) if (a.kind === 'unary' && a.op === '&' && a.arg.kind === 'id') out.add(a.arg.name);
    });
  return out;
}

interface Done {
  readonly call: CallExpr;
  readonly ids: ReadonlySet<string>;
}
type Data = ReadonlyMap<string, Done>;

/** Statements between two releases of the same thing that are looked through. */
const NEAR = 4;

/** The call gives a pin back, of what is named without doing anything. */
function givesBack(file: FileAnalysis, call: CallExpr): boolean {
  const name = calleeName(call) ?? '';
  if (file.functions.has(name)) return false;
  if (!unpins(name)) return false;
  let plain = true;
  for (const a of call.args)
    walkExpr(a, (x) => {
      if (x.kind === 'assign' || x.kind === 'update') plain = false;
    });
  return plain;
}

/** Statements that are such calls: of the kernel's functions, if not of the file's own. */
const releasingNodes = perFunction((f) =>
  f.cfg.nodes.filter(
    ({ what }) => what.kind === 'expr' && what.expr.kind === 'call' && unpins(calleeName(what.expr) ?? ''),
  ),
);

/** The kernel's function of that name gives a pin back. */
const unpins = (name: string): boolean =>
  facts.call(name)?.effects.some((y) => y.kind === 'release' && y.of === 'pin') ?? false;
const UNPINS = wordKind(unpins);

/** `unpin_user_page(page_of(n));` and the same again, on one line of statements with nothing but reading between them. */
function* inARow(file: FileAnalysis, f: FunctionContext): Iterable<Twice> {
  const releaseIn = (node: CfgNode | undefined): CallExpr | undefined =>
    node?.what.kind === 'expr' && node.what.expr.kind === 'call' && givesBack(file, node.what.expr)
      ? node.what.expr
      : undefined;
  for (const node of releasingNodes(f)) {
    const first = releaseIn(node);
    if (!first) continue;
    const text = textOf(first, file.unit);
    let at: CfgNode | undefined = node;
    for (let i = 0; i < NEAR && at; i++) {
      const next: CfgNode | undefined = at.succs.length === 1 ? f.cfg.nodes[at.succs[0]!.to] : undefined;
      if (!next || f.joins[next.id] === 1 || written(next).size) break;
      const second = releaseIn(next);
      if (second && textOf(second, file.unit) === text) {
        yield { fn: f.def.name, call: second, first };
        break;
      }
      at = next;
    }
  }
}

/** A loop that gives back page by page what a variable counts through, and does nothing else. */
interface ReleaseLoop {
  readonly call: CallExpr;
  /** Where it starts, how far it goes, and what it gives back. */
  readonly text: string;
  /** Names on which that depends, without the one that counts. */
  readonly ids: ReadonlySet<string>;
}

/** `for (pfn = first; pfn <= last; pfn++) unpin_user_page(pfn_to_page(pfn));` around a node that releases. */
function loopAround(file: FileAnalysis, f: FunctionContext, node: CfgNode): ReleaseLoop | undefined {
  const { nodes } = f.cfg;
  const call = node.what.kind === 'expr' && node.what.expr.kind === 'call' ? node.what.expr : undefined;
  const loops = [...f.loops.values()].filter((l) => node.id >= l.head && node.id <= l.last);
  const loop = loops.sort((a, b) => a.last - a.head - (b.last - b.head))[0];
  const [counter] = loop?.assigned ?? [];
  if (!call || !loop || counter === undefined || loop.assigned.size !== 1 || !givesBack(file, call)) return undefined;
  const inside = nodes.slice(loop.head, loop.last + 1);
  // the test, the release, the next one
  if (
    inside.length !== 3 ||
    !inside.includes(node) ||
    inside.some((n) => n.what.kind !== 'branch' && n.what.kind !== 'expr')
  )
    return undefined;
  const before = nodes.filter((n) => n.id < loop.head && n.succs.some((e) => e.to === loop.head));
  const from = before.length === 1 ? before[0]!.what : undefined;
  const init =
    from?.kind === 'decl'
      ? from.decl.init
      : from?.kind === 'expr' && from.expr.kind === 'assign'
        ? from.expr.right
        : undefined;
  if (!init || !written(before[0]!).has(counter)) return undefined;
  const ids = new Set<string>();
  const exprs = [init, ...inside.flatMap(exprsOf)];
  for (const e of exprs)
    walkExpr(e, (x) => {
      if (x.kind === 'id' || x.kind === 'member') ids.add(x.name);
    });
  ids.delete(counter);
  return { call, text: exprs.map((e) => textOf(e, file.unit)).join(';'), ids };
}

/** The same loop again, of the same pages. */
function* loopsTwice(file: FileAnalysis, f: FunctionContext): Iterable<Twice> {
  const loops = new Map<number, ReleaseLoop>();
  for (const node of releasingNodes(f)) {
    const loop = loopAround(file, f, node);
    if (loop) loops.set(node.id, loop);
  }
  const texts = [...loops.values()].map((l) => l.text);
  if (texts.length === new Set(texts).size) return;
  const flow = runFlow<Data>(f, file.unit, {
    start: new Map(),
    key: (d) =>
      [...d]
        .map(([text, { call }]) => `${text}@${call.start}`)
        .sort()
        .join('|'),
    step: (node, d) => {
      const loop = loops.get(node.id);
      const w = written(node);
      const takes = f.callsAt[node.id]!.some((c) => {
        const name = calleeName(c) ?? '';
        return file.functions.has(name) || facts.acquire(name) !== undefined;
      });
      let data = takes ? new Map<string, Done>() : d;
      if (w.size && data.size) data = new Map([...data].filter(([, { ids }]) => ![...ids].some((id) => w.has(id))));
      return [{ data: loop ? new Map(data).set(loop.text, loop) : data }];
    },
  });
  if (!flow.complete) return;
  for (const [id, { call, text }] of loops) {
    const first = flow.at[id]!.map((entry) => entry.data.get(text)?.call).find((c) => c && c !== call);
    if (first) yield { fn: f.def.name, call, first };
  }
}

/** Second calls, in all functions of a file. */
export function releasedTwice(file: FileAnalysis): Twice[] {
  const helpers = new Helpers(file);
  const out: Twice[] = [];
  for (const f of namingOf(file.functions).holding(UNPINS))
    if (releasingNodes(f).length > 1) out.push(...inARow(file, f), ...loopsTwice(file, f));
  for (const f of file.functions.values()) {
    if (!file.touches(f.def.name) || !f.callees.some((name) => helpers.releases(name))) continue;
    const calls = f.calls.filter((c) => c.args.length && helpers.releases(calleeName(c) ?? ''));
    if (calls.length < 2 || helpers.releases(f.def.name)) continue;
    const starts = new Set(calls.map((c) => c.start));
    const texts = new Map(calls.map((c) => [c.start, textOf(c, file.unit)]));
    const step = (node: CfgNode, data: Data): Data => {
      let next = data;
      const w = written(node);
      if (w.size) next = new Map([...next].filter(([, d]) => ![...d.ids].some((id) => w.has(id))));
      for (const c of f.callsAt[node.id]!) {
        if (starts.has(c.start)) {
          const ids = new Set<string>();
          const name = (e: Expr): unknown =>
            walkExpr(e, (x) => {
              if (x.kind === 'id' || x.kind === 'member') ids.add(x.name);
            });
          c.args.forEach(name);
          // fields that say what is given back, and how much
          for (const r of file.groups.releases)
            if (r.fn === calleeName(c)) r.call.args.filter((a) => a.kind === 'member').forEach(name);
          next = new Map(next).set(texts.get(c.start)!, { call: c, ids });
        } else if (next.size && file.functions.has(calleeName(c) ?? '') && !helpers.releases(calleeName(c)!)) {
          // what the object holds may be other pages behind it
          next = new Map();
        } else if (next.size && facts.acquire(calleeName(c) ?? '')) next = new Map();
      }
      return next;
    };
    const flow = runFlow<Data>(f, file.unit, {
      start: new Map(),
      key: (d) => [...d.keys()].sort().join('|'),
      step: (node, d) => [{ data: step(node, d) }],
    });
    if (!flow.complete) continue;
    f.callsAt.forEach((made, id) => {
      for (const c of made) {
        if (!starts.has(c.start) || out.some((t) => t.call === c)) continue;
        for (const entry of flow.at[id] ?? []) {
          const before = entry.data.get(texts.get(c.start)!);
          if (!before || before.call.start === c.start) continue;
          out.push({ fn: f.def.name, call: c, first: before.call });
          break;
        }
      }
    });
  }
  return out;
}
