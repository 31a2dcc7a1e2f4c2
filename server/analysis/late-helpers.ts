/**
 * Calls of a function of the file that gives back the pages of what it is handed (`demo_put_pages(ctx)`), as releases of their caller: what
 * is still mapped behind them is mapped too long.
 */
import type { CallExpr, Expr } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { facts as kernel } from '../../language/kernel/index.ts';
import type { Effect } from '../../language/kernel/types.ts';
import { callersOf } from './constants.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { namingOf, wordKind } from './naming.ts';
import { named, objectOf, strip, UNMAPS } from './late-calls.ts';
import type { Group, ReleaseSite } from './sites.ts';

/** A release that is made by calling a function of the file. */
export interface HelperRelease {
  readonly site: ReleaseSite;
  readonly group: Group;
  /** What the function is handed: the array of the pages, or the object that holds them. */
  readonly given: { readonly expr: Expr; readonly is: 'pages' | 'object' };
}

const DEPTH = 3;

/** The function, or one of the file that it calls, undoes a mapping for a device. */
function unmaps(file: FileAnalysis, name: string, depth = DEPTH): boolean {
  const f = file.functions.get(name);
  if (!f || depth < 0) return depth < 0;
  return f.callees.some((callee) => {
    if (file.functions.has(callee)) return callee !== name && unmaps(file, callee, depth - 1);
    const effects = kernel.call(callee)?.effects ?? [];
    return effects.some((e) => e.kind === 'dma-unmap') || (!effects.length && UNMAPS.test(callee));
  });
}

/** The parameter that leads to what the release names, and whether it is the array itself. */
function parameterOf(f: FunctionContext, e: Expr): { at: number; is: 'pages' | 'object' } | null {
  let x = named(e);
  if (x.kind === 'index') x = named(x.object);
  const is = x.kind === 'id' ? 'pages' : 'object';
  for (let o = objectOf(x); o; o = objectOf(x)) x = named(o);
  const at = x.kind === 'id' ? f.def.params.findIndex((p) => p.name === (x as { name: string }).name) : -1;
  return at < 0 ? null : { at, is };
}

/** In a loop each call is handed something else. */
const isInLoop = (f: FunctionContext, call: CallExpr): boolean =>
  [...f.loops.values()].some(({ span }) => call.start >= span.start && call.end <= span.end);

/** All of a group's. */
export function* helperReleases(file: FileAnalysis, group: Group): Iterable<HelperRelease> {
  const seen = new Set<string>();
  for (const site of group.releases) {
    const h = file.functions.get(site.fn);
    const pages = site.call.args[site.effect.pages.arg];
    if (!h || !pages || site.effect.of !== 'pin' || site.effect.pages.as === 'bio' || seen.has(site.fn)) continue;
    const param = parameterOf(h, pages);
    if (!param || unmaps(file, site.fn)) continue;
    seen.add(site.fn);
    if (file.groups.acquires.some((a) => file.reaches(site.fn, a.fn))) continue;
    for (const { call, f } of callersOf(site.fn, file.functions)) {
      const expr = call.args[param.at];
      if (!expr || f === h || isInLoop(f, call)) continue;
      yield { site: { ...site, fn: f.def.name, call }, group, given: { expr: named(expr), is: param.is } };
    }
  }
}

/** The function undoes a mapping of those pages, in the object that it is given as that parameter. */
export const undoesMapping = (group: Group, name: string, param: string): boolean =>
  group.uses.some((u) => {
    const arg =
      u.fn === name && u.effect.kind === 'dma-unmap' && 'pages' in u.effect && u.call.args[u.effect.pages.arg];
    let x = arg ? named(arg) : null;
    for (let o = x && objectOf(x); o; o = objectOf(o)) x = o;
    return x?.kind === 'id' && x.name === param;
  });

/** The effect of a call that answers with a DMA address. */
const mapping = (name: string): Effect | undefined =>
  kernel.call(name)?.effects.find((e) => e.kind === 'dma-map' && e.result === 'dma-addr');
const MAPPING = wordKind((name) => mapping(name) !== undefined);

/** DMA addresses → key of the page that was mapped: `o->dma = dma_map_page(dev, o->page, …)`. */
export function dmaHandles(file: FileAnalysis): Map<string, string> {
  const out = new Map<string, string>();
  for (const f of namingOf(file.functions).holding(MAPPING)) {
    if (!f.callees.some(mapping)) continue;
    const note = (target: string | null, value: Expr): void => {
      const call = strip(value);
      if (!target || call.kind !== 'call') return;
      const map = mapping(calleeName(call) ?? '');
      const page = map?.kind === 'dma-map' ? call.args[map.pages.arg] : undefined;
      const key = page && file.groups.keyOf(page, f);
      if (key) out.set(target, key);
    };
    for (const node of f.cfg.nodes) {
      if (node.what.kind === 'decl' && node.what.decl.init)
        note(`L:${f.def.name}:${node.what.decl.name}`, node.what.decl.init);
      for (const e of exprsOf(node))
        walkExpr(e, (x) => {
          if (x.kind === 'assign' && x.op === '=') note(file.groups.keyOf(x.left, f), x.right);
        });
    }
  }
  return out;
}
