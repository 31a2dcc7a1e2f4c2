/** User copies: copy_from_user() and its relatives, through the page tables of the process. */
import { cString, type Args, type Kernel } from '../kernel.ts';
import { HI, MachineFault } from '../memory.ts';
import { copyFromUser, copyToUser, E, readUser } from '../model.ts';
import { latin, type Word } from '../vm.ts';
import type { Builtins } from './index.ts';

/** Is the address one that user programs may use? */
function isUser(k: Kernel, w: Word): boolean {
  if (w.hi >= 0 && w.hi < 0x8000) return w.hi !== 0 || w.lo >>> 0 >= 4096;
  // string constants and shared variables of the snippet serve as user memory too
  if (w.hi !== HI.kernel) return false;
  const o = k.vm.memory.describe(w.lo);
  return o?.kind === 2 || o?.kind === 1;
}

/** copy_from_user: bytes that could not be copied. */
function fromUser(k: Kernel, a: Args): number {
  const to = a.w(0);
  const from = a.w(1);
  const n = a.u(2);
  k.touched = true;
  if (n === 0) return 0;
  if (n > 1 << 30) throw new MachineFault('out-of-bounds', `copy_from_user() of ${a.s(2)} bytes`);
  k.mayFault(a.thread);
  if (k.director.fails('copy_from_user')) return n;
  if (!isUser(k, from)) return n;
  const at = k.vm.physical(from.hi, from.lo, a.thread);
  if (at >= 0) {
    if (!k.vm.memory.ok(at, n)) {
      k.vm.memory.check(at, n, false);
      return n;
    }
    k.vm.copy(to.hi, to.lo, from.hi, from.lo, n, a.thread);
    return 0;
  }
  const data = new Uint8Array(n);
  const mm = k.mmOf(a.thread);
  const left = mm ? copyFromUser(k.model.s, mm, from.hi * 4294967296 + (from.lo >>> 0), data) : n;
  if (mm) k.bus.userRead(mm, Math.floor((from.hi * 4294967296 + (from.lo >>> 0)) / 4096));
  k.vm.writeBytes(to.hi, to.lo, data.subarray(0, n - left), a.thread);
  return left;
}

function toUser(k: Kernel, a: Args): number {
  const to = a.w(0);
  const from = a.w(1);
  const n = a.u(2);
  k.touched = true;
  if (n === 0) return 0;
  if (n > 1 << 30) throw new MachineFault('out-of-bounds', `copy_to_user() of ${a.s(2)} bytes`);
  k.mayFault(a.thread);
  if (k.director.fails('copy_to_user')) return n;
  if (!isUser(k, to)) return n;
  const src = k.vm.physical(from.hi, from.lo, a.thread);
  if (src >= 0) {
    k.vm.memory.check(src, n, false);
    if (!k.vm.memory.isInit(src, n)) {
      const o = k.vm.memory.describe(src);
      let bad = 0;
      for (let i = 0; i < n; i++) if (!k.vm.memory.isInit(src + i, 1)) bad++;
      k.event(
        'info-leak',
        `copy_to_user() gives ${bad} uninitialised byte${bad === 1 ? '' : 's'} of ${o?.name ?? 'kernel memory'} to the user`,
        a.thread,
        true,
      );
    }
  }
  const data = k.vm.readBytes(from.hi, from.lo, n, a.thread, true);
  return store(k, a, to, data);
}

function store(k: Kernel, a: Args, to: Word, data: Uint8Array): number {
  const at = k.vm.physical(to.hi, to.lo, a.thread);
  if (at >= 0) {
    k.vm.memory.check(at, data.length, true);
    k.vm.memory.put(at, data);
    return 0;
  }
  const mm = k.mmOf(a.thread);
  return mm ? copyToUser(k.model.s, mm, to.hi * 4294967296 + (to.lo >>> 0), data) : data.length;
}

function userString(k: Kernel, a: Args, w: Word, limit: number): string | undefined {
  if (!isUser(k, w)) return undefined;
  k.touched = true;
  if (k.vm.physical(w.hi, w.lo, a.thread) >= 0) return cString(k, w, a.thread, limit);
  let out = '';
  const one = new Uint8Array(1);
  const at = w.hi * 4294967296 + (w.lo >>> 0);
  for (let i = 0; i < limit; i++) {
    if ('signal' in readUser(k.model.s, k.mmOf(a.thread), at + i, one)) return undefined;
    if (one[0] === 0) break;
    out += String.fromCharCode(one[0]!);
  }
  return out;
}

/** Built-ins of this file. */
export const usercopy: Builtins = {
  copy_from_user: fromUser,
  copy_to_user: toUser,
  clear_user: (k, a) => (isUser(k, a.w(0)) ? store(k, a, a.w(0), new Uint8Array(a.u(1))) : a.u(1)),
  __pinscope_access_ok: (k, a) => (isUser(k, a.w(0)) && a.u(1) < 2 ** 47 ? 1 : 0),
  strncpy_from_user: (k, a) => {
    const t = userString(k, a, a.w(1), a.s(2));
    if (t === undefined) return -E.FAULT;
    const d = a.w(0);
    k.vm.writeBytes(d.hi, d.lo, latin(t.length < a.s(2) ? t + '\0' : t), a.thread);
    return t.length;
  },
  strnlen_user: (k, a) => {
    const t = userString(k, a, a.w(0), a.s(1));
    return t === undefined ? 0 : t.length + 1;
  },
};
