/**
 * The modelled MM, as other rooms see it. A Model is a machine; `run` takes operations as traces write them, the functions below are the
 * kernel's calls for those who have an mm number and a virtual page number (`mm = s.procMm.at(procByName(s, 'P'))`, `vpn = address / 4096`).
 * Every write goes through `model.s.store`, the one journal: add columns of your own to it, and they go back in time with the rest.
 */
export { Model, OperationError, type Operation, type Result } from './model.ts';
export { OPERATION_NAMES } from './operations.ts';
export { ERAS, featuresOf, type Features, type Tracking } from './era.ts';
export { machineConfig, type MachineConfig, type MachineOptions } from './machine.ts';
export { State } from './state.ts';
export { BIAS, E, ERRNO_NAME, FOLL, PG, PTE, VM } from './flags.ts';
export { PAGE_SIZE } from './contents.ts';

export { newProc, forkProc, exitProc, procByName, cpuAccess, type Access } from './process.ts';
export { readUser, writeUser, copyFromUser, copyToUser, readFrame, writeFrame, type UserAccess } from './uaccess.ts';
export { allocPages, freePages } from './kernel_pages.ts';
export { allocFolio, folioGet, folioPut, GFP_USER } from './page_alloc.ts';

export { doMmap, doMunmap, doMprotect, doMremap, doMlock, doMunlock, doMsync, growVma, moveVma } from './mmap.ts';
export { ADVICE, doMadvise, type Advice } from './madvise.ts';
export { KINDS, findVma, mapBase, nameMap, vmasIn, type Kind } from './vma.ts';
export { GUP_CALLS, gup, unpinUserPages, type GupCall } from './gup.ts';
export { gupPutFolio, pinWeight } from './gup_pin.ts';
export { handleMmFault } from './fault.ts';
export { folioMarkDirty, folioEndWriteback, fsyncFile, setPageDirtyLock, writeFile } from './writeback.ts';
export { folioMarkAccessed, lruAddDrain } from './lru.ts';
export { memcgReclaim } from './reclaim.ts';
export { movePages } from './migrate.ts';
export { truncateFile, punchHole, dropCaches } from './truncate.ts';
export { FS, fileByName, newFile, cachedPage } from './filemap.ts';
export { folioAnon, folioMapcount, folioMaybeDmaPinned, folioSlots } from './rmap.ts';
export { isZeroPage } from './thp.ts';

export { holderPages, holderRow, fillHolder, emptyHolder } from './holders.ts';
export { addressName, heldRefs, ownersOf, type Owner, type OwnerKind } from './owners.ts';
export { Observer, type Observation, type PageRecord, type PteRecord, type Watch } from './observe.ts';
export { violations } from './invariants.ts';
export { dumpPage, smaps, vmstat, type SmapsEntry } from './views.ts';
export { notifierInsert, notifierRemove, notifierRow, notifierSeq, type Invalidate } from './mmu_notifier.ts';
export { lockPage, unlockPage, folioLock, folioTrylock, WouldBlock } from './wait.ts';
export { startWriteback, endWriteback, writebackUnstable } from './writeback.ts';
export { kswapd } from './reclaim.ts';
export { compactMemory, type Compaction } from './compaction.ts';
export { folioAddPin, memfdPinFolios } from './gup_folio.ts';
