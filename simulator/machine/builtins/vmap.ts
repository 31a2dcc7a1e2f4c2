/** The kernel's second view of pages: vmap() and the pages of vmalloc(). */
import { HI, MachineFault } from '../memory.ts';
import type { Kernel } from '../kernel.ts';
import { allocPages, freePages } from '../model.ts';
import type { Word } from '../vm.ts';

/** Maps frames behind each other; a page without a frame follows, as in the kernel. */
export function mapPages(k: Kernel, pfns: readonly number[], own: boolean): Word {
  if (k.vpages.count === 0) k.vpages.add({ live: 0 });
  let first = 0;
  for (const pfn of pfns) {
    const row = k.vpages.add({ pfn, live: 1, own: own ? 1 : 0 });
    first ||= row;
  }
  k.vpages.add({ live: 0 });
  k.touched = true;
  return { hi: HI.vmap, lo: (first << 12) | 0 };
}
/** Takes the mapping that starts at an address away; pages of vmalloc() are freed. */
export function unmapPages(k: Kernel, w: Word, name: string): void {
  let row = w.hi === HI.vmap && (w.lo & 4095) === 0 ? w.lo >>> 12 : 0;
  const own = name !== 'vunmap';
  if (!row || row >= k.vpages.count + 1 || k.vpages.get(row - 1, 'live'))
    throw new MachineFault('bad-free', `${name}() of an address that ${own ? 'vmalloc()' : 'vmap()'} did not return`);
  if (!k.vpages.get(row, 'live')) throw new MachineFault('double-free', `${name}() of a mapping that is gone already`);
  for (; row <= k.vpages.count && k.vpages.get(row, 'live'); row++) {
    k.vpages.set(row, 'live', 0);
    if (!k.vpages.get(row, 'own')) continue;
    const pfn = k.vpages.get(row, 'pfn');
    const page = k.heapPages.find((r) => k.heapPages.get(r, 'live') === 1 && k.heapPages.get(r, 'pfn') === pfn);
    if (page) k.heapPages.set(page, 'live', 0);
    freePages(k.model.s, pfn);
  }
  k.touched = true;
}
/** vmalloc() with pages of its own, for programs that look at them; undefined: no memory. */
export function vmallocPages(k: Kernel, size: number, span: number): Word | undefined {
  const pfns: number[] = [];
  for (let done = 0; done < size; done += 4096) {
    const pfn = allocPages(k.model.s, 0);
    if (!pfn) return undefined;
    pfns.push(pfn);
    k.heapPages.add({ pfn, order: 0, span, live: 1 });
  }
  return mapPages(k, pfns, true);
}
