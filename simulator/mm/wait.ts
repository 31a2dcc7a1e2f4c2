/** Sleeping: page locks, writeback, and calls that cannot go on (mm/filemap.c folio_lock, folio_wait_writeback). */
import { PG } from './flags.ts';
import type { State } from './state.ts';

/** Thrown where the kernel would sleep until somebody else acts; the operation is undone and tried again after every later one. */
export class WouldBlock extends Error {
  constructor(readonly folio: number) {
    super(`folio ${folio} is locked`);
    this.name = 'WouldBlock';
  }
}

/** folio_lock: an operation takes and drops the lock within its own step, so that only a lock held across steps (lock_page) is in its way. */
export function folioLock(s: State, folio: number): void {
  if (s.has(folio, PG.locked)) throw new WouldBlock(folio);
}
/** folio_trylock: false if somebody holds the lock. */
export function folioTrylock(s: State, folio: number): boolean {
  return !s.has(folio, PG.locked);
}
/** lock_page by the process `proc`, held until unlockPage. */
export function lockPage(s: State, page: number, proc: number): void {
  const folio = s.head(page);
  folioLock(s, folio);
  s.setFlag(folio, PG.locked);
  s.set(s.lockOwner, folio, proc);
}
/** unlock_page. False if the page was not locked. */
export function unlockPage(s: State, page: number): boolean {
  const folio = s.head(page);
  s.set(s.lockOwner, folio, 0);
  return s.testClear(folio, PG.locked);
}
