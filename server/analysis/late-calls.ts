/** Calls that get at pages, or may, by what the tables and their names say: those that must not come behind a release. */
import type { Expr } from '../../language/c/ast.ts';
import { facts as kernel } from '../../language/kernel/index.ts';
import { writesThrough } from './addresses.ts';
import { calleeName } from './context.ts';

/** The expression below casts. */
export const strip = (e: Expr): Expr => (e.kind === 'cast' ? strip(e.arg) : e);

/** The expression that names the page or the array, below &, casts and calls like sg_page(). */
export function named(e: Expr): Expr {
  const x = strip(e);
  if (x.kind === 'unary' && (x.op === '&' || x.op === '*')) return named(x.arg);
  if (x.kind === 'binary' && x.op === '+') return named(x.left);
  if (x.kind === 'call') {
    const alias = kernel.call(calleeName(x) ?? '')?.effects.find((y) => y.kind === 'alias');
    const a = alias?.kind === 'alias' ? x.args[alias.from.arg] : undefined;
    if (a) return named(a);
  }
  // the list inside of its table
  if (x.kind === 'member' && (x.name === 'sgl' || x.name === 'sgt'))
    return x.arrow || x.object.kind !== 'member' ? x : named(x.object);
  return x;
}

/** The object that holds what the expression names, if it is one's member. */
export const objectOf = (e: Expr): Expr | null => {
  if (e.kind === 'member') return e.object;
  if (e.kind === 'index') return objectOf(e.object);
  return null;
};

/** Effects that get at pages. */
export const USES = new Set([
  'dma-unmap',
  'dma-map',
  'dma-sync',
  'kmap',
  'data',
  'put-in',
  'dirty',
  'page-lock',
  'ref',
]);

/** What a helper does to the data of a page. */
export const DATA = new Set(['kmap', 'data', 'dma-map', 'put-in']);

/** Names of functions that undo a mapping for a device, as far as the tables do not know them. */
export const UNMAPS = /(dma|sg|sgtable|iommu|pci)_?\w*unmap|unmap\w*_?(dma|sg|iommu)/;
/** Those that undo one of all pages into the kernel's address space. */
export const UNMAPS_ALL = /^vm?_?unmap/;
/** Those that copy, or fill memory. */
export const COPIES = /^(mem|copy_|str|__copy)/;

/** A call of that name may be a late use of pages: none is one for any other reason. */
export function mayUse(name: string): boolean {
  const effects = kernel.call(name)?.effects ?? [];
  return (
    effects.some((e) => USES.has(e.kind) || e.kind === 'wait') ||
    UNMAPS.test(name) ||
    UNMAPS_ALL.test(name) ||
    COPIES.test(name) ||
    writesThrough(name) !== undefined
  );
}
