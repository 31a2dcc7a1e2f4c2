/** Memory against the medium: files page by page, and swap slots. */
import { PG } from '../mm/flags.ts';
import { diskContent } from '../mm/fault.ts';
import { FS, cachedPage, xaSlot } from '../mm/filemap.ts';
import { SCALAR } from '../mm/state.ts';
import { contentText, fsName } from './words.ts';
import type { StorageInfo } from './snapshot-protocol.ts';
import type { Simulation } from '../scenario/index.ts';

/** Rows of one file (or of the swap device) that are named. */
const SHOWN = 128;

/** Files and swap at the present place. `changed`: pages of the last step. */
export function storage(sim: Simulation, changed: ReadonlySet<number>): StorageInfo[] {
  const { s } = sim.model;
  const out: StorageInfo[] = [];
  for (let f = 1; f < s.scalar.at(SCALAR.nextFile); f++) {
    const name = s.names.text(s.fileName.at(f));
    if (!name || f === s.scalar.at(SCALAR.metaFile)) continue;
    const fs = s.fileFs.at(f);
    const rows: StorageInfo['rows'][number][] = [];
    let total = 0;
    const pages = Math.max(s.filePages.at(f), 0);
    for (let i = 0; i < pages; i++) {
      const page = cachedPage(s, f, i);
      const slot = xaSlot(s, f, i);
      total++;
      if (rows.length >= SHOWN) continue;
      const disk = fs === FS.tmpfs ? 0 : diskContent(s, f, i);
      const flags = page ? s.flags.at(s.head(page)) : 0;
      const same = !page || s.contents.identical(disk, s.content.at(page));
      const state = !page
        ? s.xa.at(slot) < 0
          ? `in swap slot ${-s.xa.at(slot)}`
          : 'not cached'
        : [flags & PG.dirty ? 'dirty' : 'clean', ...(flags & PG.writeback ? ['writeback'] : [])].join(', ');
      rows.push({
        index: i,
        page: page || -1,
        memory: page ? contentText(s, s.content.at(page)) : '—',
        medium: fs === FS.tmpfs ? 'none' : fs === FS['ext4-dax'] ? 'the page itself' : contentText(s, disk),
        state,
        // a difference is what dirty pages have; a clean page that differs is data lost
        differs: fs !== FS.tmpfs && fs !== FS['ext4-dax'] && !same,
        changed: page > 0 && changed.has(page),
      });
    }
    out.push({ name, kind: fsName(fs), rows, total });
  }
  const rows: StorageInfo['rows'][number][] = [];
  let total = 0;
  const end = Math.min(s.machine.swapPages, s.swapCount.data.length);
  for (let e = 1; e < end; e++) {
    const cached = s.swapCache.at(e);
    const used = s.swapCount.at(e);
    if (!cached && !used) continue;
    total++;
    if (rows.length >= SHOWN) continue;
    const same = !cached || s.contents.identical(s.swapContent.at(e), s.content.at(cached));
    rows.push({
      index: e,
      page: cached || -1,
      memory: cached ? contentText(s, s.content.at(cached)) : '—',
      medium: contentText(s, s.swapContent.at(e)),
      state: `swap_map ${used}${cached ? ', in the swap cache' : ''}`,
      differs: !same,
      changed: cached > 0 && changed.has(cached),
    });
  }
  if (total) out.push({ name: 'swap device', kind: 'swap', rows, total });
  return out;
}
