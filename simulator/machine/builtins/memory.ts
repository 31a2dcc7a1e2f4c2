/** Memory: allocation with fault injection, copying, strings. */
import { HI, KIND, MachineFault, STATE } from '../memory.ts';
import { cString, type Args, type Kernel } from '../kernel.ts';
import { unmapPages, vmallocPages } from './vmap.ts';
import type { Builtins } from './index.ts';
import type { Word } from '../vm.ts';

const GFP_DIRECT_RECLAIM = 0x400;

/** kmalloc and friends: a fresh object, or NULL. */
export function allocate(k: Kernel, a: Args, name: string, size: number, zero: boolean): Word {
  if (k.director.fails(name)) {
    k.event('injected', `${name}() fails, as asked`, a.thread);
    return { hi: 0, lo: 0 };
  }
  if (size > 64 << 20) {
    k.event('warning', `${name}() of ${size} bytes fails: too large`, a.thread);
    return { hi: 0, lo: 0 };
  }
  if (size === 0) return { hi: 0, lo: 16 };
  // who asks for the pages of vmalloc() gets real ones
  if (/^_*v[mz]alloc/.test(name) && k.program.byName.has('__pinscope_vmalloc_page'))
    return vmallocPages(k, size, k.spanAt(a.thread)) ?? { hi: 0, lo: 0 };
  const row = k.vm.memory.alloc(size, KIND.heap, k.spanAt(a.thread), zero, 16, '');
  return { hi: HI.kernel, lo: k.vm.memory.address(row) };
}
/** kfree and friends. */
export function release(k: Kernel, a: Args, i: number, name: string): undefined {
  const p = a.w(i);
  if (p.hi === 0 && (p.lo === 0 || p.lo === 16)) return;
  if (p.hi === HI.vmap && /^k?vfree/.test(name)) return void unmapPages(k, p, name);
  const m = k.vm.memory;
  if (p.hi === -1 && p.lo < 0 && p.lo >= -4095)
    throw new MachineFault('bad-free', `${name}() of an error pointer (errno ${-p.lo})`);
  const row = p.hi === HI.kernel && p.lo >= 0 ? m.rowAt(p.lo) : 0;
  if (!row) {
    const local = p.hi === HI.kernel && p.lo >= 0 ? m.localAt(p.lo) : undefined;
    throw new MachineFault(
      'bad-free',
      local ? `${name}() of the local variable '${local.name}'` : `${name}() of a pointer that no allocation returned`,
    );
  }
  const o = m.objectInfo(row);
  if (o.freed)
    throw new MachineFault(
      'double-free',
      `${name}() of ${o.name}${o.freedSpan >= 0 ? `, which line ${k.lineOf(o.freedSpan)} freed already` : ' for the second time'}`,
    );
  // what stands for the caller's objects may have been allocated by him
  if (o.kind !== KIND.heap && !(k.assumed && o.kind === KIND.device))
    throw new MachineFault('bad-free', `${name}() of ${o.name}, which was not allocated`);
  if (o.address !== p.lo)
    throw new MachineFault('bad-free', `${name}() of a pointer ${p.lo - o.address} bytes into ${o.name}`);
  m.free(row, k.spanAt(a.thread));
  return undefined;
}

const fill = (k: Kernel, a: Args): Word => {
  const p = a.w(0);
  const n = a.u(2);
  if (n > 64 << 20) throw new MachineFault('out-of-bounds', `memset() of ${n} bytes`);
  const at = k.vm.physical(p.hi, p.lo, a.thread);
  if (at >= 0) {
    if (n) {
      k.vm.memory.check(at, n, true);
      k.vm.memory.fill(at, n, a.n(1));
    }
  } else if (n) k.write(p.hi, p.lo, new Uint8Array(n).fill(a.n(1)), a.thread);
  return p;
};
const copy =
  (name: string, overlap: boolean) =>
  (k: Kernel, a: Args): Word => {
    const d = a.w(0);
    const s = a.w(1);
    const n = a.u(2);
    if (n > 64 << 20) throw new MachineFault('out-of-bounds', `${name}() of ${n} bytes`);
    if (!overlap && d.hi === s.hi && Math.abs(d.lo - s.lo) < n && d.lo !== s.lo)
      throw new MachineFault('overlap', 'memcpy() of overlapping ranges: memmove() is meant for them');
    k.vm.copy(d.hi, d.lo, s.hi, s.lo, n, a.thread);
    return d;
  };

/** Built-ins of this file. */
export const memory: Builtins = {
  __pinscope_vla: (k, a) => {
    const n = a.s(1);
    if (n <= 0 || n > 1 << 20)
      throw new MachineFault('stack-overflow', `the array '${a.text(0)}' would have ${n} bytes on the stack`);
    const row = k.vm.memory.alloc(n, KIND.stack, k.spanAt(a.thread), false, 16, `'${a.text(0)}'`);
    return { hi: HI.kernel, lo: k.vm.memory.address(row) };
  },
  __pinscope_vla_free: (k, a) => {
    k.vm.memory.free(k.vm.memory.rowAt(a.w(0).lo), k.spanAt(a.thread));
    return undefined;
  },
  __pinscope_alloc: (k, a) => {
    const name = a.text(0);
    if (a.n(2) & GFP_DIRECT_RECLAIM) k.mayBlock(a.thread);
    return allocate(k, a, name, a.u(1), a.n(3) !== 0);
  },
  __pinscope_realloc: (k, a) => {
    const name = a.text(0);
    const size = a.u(2);
    const old = a.w(1);
    const m = k.vm.memory;
    const row = old.hi === HI.kernel ? m.rowAt(old.lo) : 0;
    const fresh = allocate(k, a, name, size, false);
    if (row && fresh.hi) {
      const o = m.objectInfo(row);
      m.copy(fresh.lo, o.address, Math.min(size, o.size));
      release(k, a, 1, name);
    }
    return fresh;
  },
  kfree: (k, a) => release(k, a, 0, 'kfree'),
  __pinscope_free: (k, a) => release(k, a, 1, a.text(0)),
  __pinscope_ksize: (k, a) => {
    const p = a.w(0);
    const row = p.hi === HI.kernel ? k.vm.memory.rowAt(p.lo) : 0;
    return row && k.vm.memory.objState.at(row) === STATE.alive ? k.vm.memory.objSize.at(row) : 0;
  },
  __pinscope_devm: (k, a) => {
    const w = allocate(k, a, a.text(0), a.u(1), a.n(2) !== 0);
    // the driver core frees it: no leak
    if (w.hi) k.store.set(k.vm.memory.objKind, k.vm.memory.rowAt(w.lo), KIND.device);
    return w;
  },
  __pinscope_devm_free: (k, a) => {
    const row = k.vm.memory.rowAt(a.w(0).lo);
    if (row && k.vm.memory.objState.at(row) !== STATE.freed) k.vm.memory.free(row, k.spanAt(a.thread));
    return undefined;
  },
  memset: fill,
  memcpy: copy('memcpy', false),
  memmove: copy('memmove', true),
  memcmp: (k, a) => {
    const n = a.u(2);
    const x = k.vm.readBytes(a.w(0).hi, a.w(0).lo, n, a.thread);
    const y = k.vm.readBytes(a.w(1).hi, a.w(1).lo, n, a.thread);
    for (let i = 0; i < n; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
    return 0;
  },
  strlen: (k, a) => cString(k, a.w(0), a.thread).length,
  strcmp: (k, a) => order(cString(k, a.w(0), a.thread), cString(k, a.w(1), a.thread)),
  strncmp: (k, a) => {
    const n = a.u(2);
    return order(cString(k, a.w(0), a.thread, n), cString(k, a.w(1), a.thread, n));
  },
  __pinscope_random: (k) => {
    // a linear congruence over the clock: the same run, the same numbers
    const v = k.bus.step() * 1103515245 + 12345;
    return v | 0;
  },
};

function order(x: string, y: string): number {
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const d = (x.charCodeAt(i) || 0) - (y.charCodeAt(i) || 0);
    if (d) return d;
  }
  return 0;
}
