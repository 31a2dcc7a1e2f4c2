/** Address spaces: every process with its VMAs and the page-table entries that hold something. */
import { PTE } from '../mm/flags.ts';
import { addressName } from '../mm/owners.ts';
import { pmdSlot, pteSlot } from '../mm/pagetable.ts';
import { SCALAR } from '../mm/state.ts';
import { vmaKind, vmasIn } from '../mm/vma.ts';
import { pteNames, pteTarget, vmaFlagNames } from './words.ts';
import type { EntryInfo, SpaceInfo } from './snapshot-protocol.ts';
import type { Simulation } from '../scenario/index.ts';

/** Entries of one VMA that are named. */
const SHOWN = 128;

/** Address spaces at the present place. `changed`: slots of entries that the last step wrote. */
export function spaces(sim: Simulation, changed: ReadonlySet<number>): SpaceInfo[] {
  const { s } = sim.model;
  const out: SpaceInfo[] = [];
  for (let proc = 1; proc < s.scalar.at(SCALAR.nextProc); proc++) {
    const mm = s.procMm.at(proc);
    if (!mm) continue;
    const vmas = vmasIn(s, mm, 0, 2 ** 31 - 1).map((vma) => {
      const [start, end] = [s.vmaStart.at(vma), s.vmaEnd.at(vma)];
      const entries: EntryInfo[] = [];
      let present = 0;
      for (let vpn = start; vpn < end; vpn++) {
        const pmd = pmdSlot(s, mm, vpn);
        if (!pmd) continue;
        const leaf = (s.entf.at(pmd) & PTE.leaf) !== 0;
        const slot = leaf ? pmd : pteSlot(s, mm, vpn);
        const bits = slot ? s.entf.at(slot) : 0;
        if (bits & PTE.present) present++;
        if ((!bits && !changed.has(slot)) || entries.length >= SHOWN || (leaf && vpn & 511 && vpn !== start)) continue;
        entries.push({
          name: addressName(s, mm, vpn),
          vpn,
          page: bits & PTE.present ? s.ent.at(slot) : bits & PTE.swap ? s.swapCache.at(s.ent.at(slot)) || -1 : -1,
          target: pteTarget(s.ent.at(slot), bits),
          bits: pteNames(bits).filter((b) => b !== 'present'),
          changed: changed.has(slot),
        });
      }
      return {
        name: addressName(s, mm, start).replace(/\[0\]$/, ''),
        start,
        end,
        kind: vmaKind(s, vma),
        flags: vmaFlagNames(s.vmaFlags.at(vma)),
        present,
        entries,
      };
    });
    if (vmas.length) out.push({ process: s.names.text(s.procName.at(proc)), vmas });
  }
  return out;
}

/** Slots of page-table entries that a step wrote. */
export function changedSlots(sim: Simulation, step: number): Set<number> {
  const { store, ent, entf } = sim.model.s;
  const out = new Set<number>();
  if (step >= 0 && step < sim.length)
    store.scan(sim.position(step), sim.position(step + 1), (field, index) => {
      if (field === ent.id || field === entf.id) out.add(index);
    });
  return out;
}
