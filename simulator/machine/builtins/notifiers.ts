/** MMU notifiers of drivers: who is told of changes of an address space. */
import { HI } from '../memory.ts';
import { PAGE_SIZE } from '../model.ts';
import type { Args, Kernel } from '../kernel.ts';
import type { Builtins } from './index.ts';
import { member, ptr } from './vfs.ts';

const live = (k: Kernel, object: number): number =>
  k.notifiers.find((r) => !k.notifiers.get(r, 'gone') && k.notifiers.get(r, 'object') === object);

/** Page numbers of an address space fit in 31 bits here. */
const page = (bytes: number): number => Math.min(2 ** 31 - 1, bytes / PAGE_SIZE);

/** mmu_notifier_get(): a registered notifier of an mm by its ops. */
function find(k: Kernel, a: Args): { hi: number; lo: number } {
  const mm = k.modelMm(a.w(1));
  const ops = a.w(0).lo;
  const at = member(k, 'mmu_notifier', 'ops');
  const r = k.notifiers.find(
    (n) =>
      !k.notifiers.get(n, 'gone') &&
      k.notifiers.get(n, 'kind') === 0 &&
      k.notifiers.get(n, 'mm') === mm &&
      k.vm.memory.r32(k.notifiers.get(n, 'object') + at) === ops,
  );
  return ptr(r ? k.notifiers.get(r, 'object') : 0);
}

/** Built-ins of this file. */
export const notifiers: Builtins = {
  __pinscope_notifier: (k, a) => {
    const w = a.w(0);
    if (w.hi !== HI.kernel) return -22;
    k.addNotifier(w.lo, k.modelMm(a.w(1)), Math.floor(page(a.u(2))), Math.ceil(page(a.u(3))), a.n(4));
    return 0;
  },
  __pinscope_notifier_find: find,
  // 1: it was registered, and its mm is there
  __pinscope_notifier_remove: (k, a) => {
    const r = live(k, a.w(0).lo);
    if (r) k.removeNotifier(r);
    return r ? 1 : 0;
  },
};
