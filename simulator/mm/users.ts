/** Kernel code that uses GUP: vmsplice, direct I/O, process_vm_writev, io_uring's registered buffers. */
import { E, FOLL, VM } from './flags.ts';
import { FS } from './filemap.ts';
import { folioMarkDirty } from './writeback.ts';
import { folioPut } from './page_alloc.ts';
import { gup, unpinUserPages } from './gup.ts';
import { vmasIn } from './vma.ts';
import { vmaIsAnonymous } from './vma.ts';
import type { State } from './state.ts';

/** vmsplice(2) into a pipe (fs/splice.c iter_to_pipe): plain references for as long as the pipe holds them. */
export function vmsplice(s: State, mm: number, start: number, nr: number, out: number[]): number {
  const r = gup(s, 'get_user_pages_fast', mm, start, nr, 0, out);
  return r < 0 ? r : r * 4096;
}

/**
 * Direct I/O of one page (block/bio.c, bio_iov_iter_get_pages): pins from 6.2 on, references before. `into`: the device writes the page,
 * which is dirtied when the I/O ends. `io` moves the data.
 */
export function directIo(s: State, mm: number, vpn: number, into: boolean, io: (page: number) => void): number {
  const pages: number[] = [];
  const r = gup(
    s,
    s.f.directIoPins ? 'pin_user_pages_fast' : 'get_user_pages_fast',
    mm,
    vpn,
    1,
    into ? FOLL.WRITE : 0,
    pages,
  );
  if (r < 0) return r;
  const page = pages[0]!;
  const folio = s.head(page);
  if (into) folioMarkDirty(s, folio);
  io(page);
  if (into) folioMarkDirty(s, folio);
  if (s.f.directIoPins) unpinUserPages(s, pages, false);
  else folioPut(s, folio);
  return 4096;
}

/** process_vm_writev (mm/process_vm_access.c): pins the target's page, copies, unpins dirty. */
export function processVmWritev(s: State, mm: number, vpn: number, content: number): number {
  const pages: number[] = [];
  // whatever the reason is
  if (gup(s, 'pin_user_pages_remote', mm, vpn, 1, FOLL.WRITE, pages) <= 0) return -E.FAULT;
  s.set(s.content, pages[0]!, content);
  unpinUserPages(s, pages, true);
  return 8;
}

/**
 * io_try_coalesce_buffer, io_do_coalesce_buffer (io_uring/rsrc.c): a buffer of large folios of one size, each whole but the first and the last,
 * keeps one pin a folio.
 */
function ioTryCoalesceBuffer(s: State, pages: readonly number[], out: number[]): boolean {
  const nr = s.nr(s.head(pages[0]!));
  if (pages.length <= 1 || nr === 1) return false;
  /** Where the pages of each folio begin in the buffer. */
  const starts = [0];
  for (let i = 1; i < pages.length; i++) {
    const [last, page] = [pages[i - 1]!, pages[i]!];
    if (s.head(page) === s.head(last) && page === last + 1) continue;
    // the first folio may begin in the middle, the last may end there
    if (last !== s.head(last) + nr - 1 || page !== s.head(page) || s.nr(page) !== nr) return false;
    starts.push(i);
  }
  starts.forEach((first, k) => {
    unpinUserPages(s, pages.slice(first + 1, starts[k + 1]), false);
    out.push(s.head(pages[first]!));
  });
  return true;
}

/** io_pin_pages (io_uring/rsrc.c): a long-term pin of every page; files are refused except tmpfs and hugetlbfs (before 6.5 afterwards). */
export function ioPinPages(s: State, mm: number, start: number, nr: number, out: number[]): number {
  const call = s.f.isValidGupArgs ? 'pin_user_pages_fast' : 'pin_user_pages';
  const pages: number[] = [];
  const r = gup(s, call, mm, start, nr, FOLL.WRITE | FOLL.LONGTERM, pages);
  if (r === nr) {
    const bad =
      !s.f.longtermRefusesDirtyTracked &&
      vmasIn(s, mm, start, start + nr).some((v) => {
        const fs = s.fileFs.at(s.vmaFile.at(v));
        return (
          !vmaIsAnonymous(s, v) &&
          !(s.vmaFlags.at(v) & VM.HUGETLB) &&
          s.vmaFile.at(v) !== 0 &&
          fs !== FS.tmpfs &&
          fs !== FS.hugetlbfs
        );
      });
    if (bad) {
      unpinUserPages(s, pages, false);
      return -E.OPNOTSUPP;
    }
    if (s.f.ioUringCoalesces && ioTryCoalesceBuffer(s, pages, out)) return 0;
    out.push(...pages);
    return 0;
  }
  if (r > 0) unpinUserPages(s, pages, false);
  return r < 0 ? r : -E.FAULT;
}
