/** tmpfs pages: found, made or swapped in (mm/shmem.c). */
import { folioLock } from './wait.ts';
import { PG } from './flags.ts';
import { allocFolio, folioPut, type Gfp } from './page_alloc.ts';
import { addToPageCache, cachedPage, ensureCapacity, xaSlot } from './filemap.ts';
import { addToSwapCache, deleteFromSwapCache, swapFree, swapReadFolio } from './swap.ts';
import { folioAddLru, folioMarkAccessed } from './lru.ts';
import { folioMarkDirty } from './writeback.ts';
import { PMD_NR, PMD_ORDER } from './pagetable.ts';
import { workingsetRefault } from './workingset.ts';
import type { State } from './state.ts';

/** shmem_get_folio_gfp: the page at `index`, without a reference; `huge`: a new one may be a huge page. 0 without memory. */
export function shmemGetPage(
  s: State,
  file: number,
  index: number,
  opts: { huge?: boolean; gfp: Gfp; write?: boolean },
): number {
  ensureCapacity(s, file, index + 1);
  const found = cachedPage(s, file, index);
  if (found) {
    folioLock(s, s.head(found));
    return found;
  }
  const v = s.xa.at(xaSlot(s, file, index));
  if (v < 0) return shmemSwapin(s, file, index, -v, opts);
  if (opts.huge) {
    const base = Math.floor(index / PMD_NR) * PMD_NR;
    let empty = base + PMD_NR <= Math.max(s.filePages.at(file), PMD_NR);
    for (let i = 0; empty && i < PMD_NR; i++)
      if (base + i < s.fileCap.at(file) && s.xa.at(xaSlot(s, file, base + i))) empty = false;
    const folio = empty ? allocFolio(s, PMD_ORDER, opts.gfp) : 0;
    if (folio) {
      addShmem(s, file, base, folio);
      return folio + (index - base);
    }
  }
  const folio = allocFolio(s, 0, opts.gfp);
  if (!folio) return 0;
  if (s.xa.at(xaSlot(s, file, index))) {
    // somebody filled the slot while the allocation reclaimed
    folioPut(s, folio);
    return shmemGetPage(s, file, index, opts);
  }
  addShmem(s, file, index, folio);
  return folio;
}

function addShmem(s: State, file: number, index: number, folio: number): void {
  s.setFlag(folio, PG.swapbacked | PG.uptodate);
  addToPageCache(s, file, index, folio);
  folioAddLru(s, folio);
  folioPut(s, folio);
}

/** shmem_swapin_folio: through the swap cache back into the page cache, dirty. */
function shmemSwapin(
  s: State,
  file: number,
  index: number,
  entry: number,
  opts: { gfp: Gfp; write?: boolean },
): number {
  let page = s.swapCache.at(entry);
  if (!page) {
    const folio = allocFolio(s, 0, opts.gfp);
    if (!folio) return 0;
    const shadow = s.swapShadow.at(entry);
    s.setFlag(folio, PG.swapbacked);
    addToSwapCache(s, folio, entry);
    if (shadow) workingsetRefault(s, folio, shadow);
    folioAddLru(s, folio);
    swapReadFolio(s, folio, entry);
    folioPut(s, folio);
    page = folio;
  }
  const folio = s.head(page);
  if (opts.write) folioMarkAccessed(s, folio);
  const nr = s.nr(folio);
  const first = entry - (page - folio);
  const start = index - (page - folio);
  addToPageCache(s, file, start, folio);
  // a page that moves between the caches was seen leaving the page cache: it counts as another page from here
  deleteFromSwapCache(s, folio);
  folioMarkDirty(s, folio);
  for (let i = 0; i < nr; i++) swapFree(s, first + i);
  return page;
}
