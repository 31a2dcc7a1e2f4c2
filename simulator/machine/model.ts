/** What the machine uses of the modelled MM: its public surface, and the few parts below it that built-ins need. */
export * from '../mm/index.ts';
export { readIntoCache, attachBuffers, ensureCapacity } from '../mm/filemap.ts';
export { contentOf, tlbPage } from '../mm/process.ts';
export { pteSlot, pmdSlot, setEntry } from '../mm/pagetable.ts';
export { isCowMapping, newVma, unmappedArea } from '../mm/vma.ts';
export { mapPte } from '../mm/rmap.ts';
export { zapRange } from '../mm/zap.ts';
export { pinWeight } from '../mm/gup_pin.ts';
export { invalidateInodePages2 } from '../mm/truncate.ts';
export { daxStorage } from '../mm/dax.ts';
export { diskContent } from '../mm/fault.ts';
export { shmemGetPage } from '../mm/shmem.ts';
export { FS } from '../mm/filemap.ts';
export { SCALAR } from '../mm/state.ts';
export { MAPPING } from '../mm/flags.ts';
