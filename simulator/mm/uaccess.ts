/** Bytes of memory: of user memory through page tables and faults (lib/usercopy.c, mm/memory.c access_remote_vm), of frames directly. */
import { PAGE_SIZE } from './contents.ts';
import { contentOf, cpuAccess } from './process.ts';
import type { State } from './state.ts';

/** What a user access found: done, or the signal it ended in and the address (in bytes) of the page that failed. */
export type UserAccess = { ok: true } | { signal: 'SIGSEGV' | 'SIGBUS' | 'SIGKILL'; at: number };

/** Calls `f` for the part of each page in [address, address + length), after the CPU access that it takes. */
function eachPage(
  s: State,
  mm: number,
  address: number,
  length: number,
  write: boolean,
  f: (page: number, offset: number, done: number, n: number) => void,
): UserAccess {
  for (let done = 0; done < length;) {
    const at = address + done;
    const vpn = Math.floor(at / PAGE_SIZE);
    const offset = at - vpn * PAGE_SIZE;
    const n = Math.min(length - done, PAGE_SIZE - offset);
    const r = cpuAccess(s, mm, vpn, write);
    if ('signal' in r) return { signal: r.signal, at };
    f(r.page, offset, done, n);
    done += n;
  }
  return { ok: true };
}

/** The CPU reads `into.length` bytes at a virtual address (in bytes) of a process: faults as it goes, like any load. */
export function readUser(s: State, mm: number, address: number, into: Uint8Array): UserAccess {
  return eachPage(s, mm, address, into.length, false, (page, offset, done, n) => {
    into.set(readFrame(s, page, offset, n), done);
  });
}
/** The CPU writes bytes at a virtual address (in bytes) of a process. What lies before a page that faults fatally is written. */
export function writeUser(s: State, mm: number, address: number, data: Uint8Array): UserAccess {
  return eachPage(s, mm, address, data.length, true, (page, offset, done, n) => {
    writeFrame(s, page, offset, data.subarray(done, done + n));
  });
}
/** copy_from_user: the number of bytes that could not be copied. */
export function copyFromUser(s: State, mm: number, address: number, into: Uint8Array): number {
  const r = readUser(s, mm, address, into);
  return 'signal' in r ? into.length - (r.at - address) : 0;
}
/** copy_to_user: the number of bytes that could not be copied. */
export function copyToUser(s: State, mm: number, address: number, data: Uint8Array): number {
  const r = writeUser(s, mm, address, data);
  return 'signal' in r ? data.length - (r.at - address) : 0;
}

/** Bytes of a frame, through the kernel's own mapping (kmap_local_page): no page table, no accessed or dirty bit. */
export function readFrame(s: State, page: number, offset: number, length: number): Uint8Array {
  return s.contents.page(contentOf(s, page)).subarray(offset, offset + length);
}
/** Writes bytes of a frame, through the kernel's own mapping or as a device does. */
export function writeFrame(s: State, page: number, offset: number, data: Uint8Array): void {
  s.set(s.content, page, s.contents.write(s.content.at(page), offset, data));
}
