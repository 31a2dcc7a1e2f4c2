/** Pages that the kernel allocates for itself (mm/page_alloc.c, mm/slab_common.c): never on an LRU, never movable, held by their driver. */
import { PG } from './flags.ts';
import { allocFolio, folioPut } from './page_alloc.ts';
import type { State } from './state.ts';

/** alloc_pages(GFP_KERNEL, order): the first page frame, refcount 1; 0 without memory. A compound page when `order` > 0. */
export function allocPages(s: State, order = 0): number {
  const pfn = allocFolio(s, order, { movable: false, node: 0 });
  if (pfn) s.setFlag(pfn, PG.driver);
  return pfn;
}
/** __free_pages: drops the allocation's reference; who else holds the page keeps it. */
export function freePages(s: State, pfn: number): void {
  const head = s.head(pfn);
  // the owner's share of the refcount ends here, so that what is left has other owners
  s.clearFlag(head, PG.driver);
  folioPut(s, head);
}
