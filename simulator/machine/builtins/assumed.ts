/** Calls of functions that are not there: they succeed, unless an annotation lets them fail. */
import type { Args, Kernel } from '../kernel.ts';
import { HI } from '../memory.ts';
import { STEERED } from '../kernel.ts';
import type { Builtins } from './index.ts';

/** -EIO and -ENOMEM: what fails says one of them. */
const EIO = -5;
const ENOMEM = -12;

function told(k: Kernel, a: Args, text: string): void {
  const name = a.text(0);
  const id = k.nameId(name);
  if (!k.told.find((r) => k.told.get(r, 'name') === id)) {
    k.told.add({ name: id });
    k.event('assumed', `${name.replace(/^\*/, '')}() is not defined here: it is taken to ${text}`, a.thread);
  }
}

/** Built-ins of this file. */
export const assumed: Builtins = {
  // a function that runs without its caller: what the caller holds or has counted is taken to be right
  __pinscope_cut_out: (k) => (k.cutOut ? 1 : 0),
  __pinscope_steer: (k, a) => {
    if (a.big(0) !== a.big(1) && k.cutOut) {
      if (!k.steered) k.told.add({ name: k.nameId(STEERED) });
      k.event('assumed', 'this tests values that were made up: it is taken to lead to the pages', a.thread);
    }
    return k.cutOut ? a.w(1) : a.w(0);
  },
  __pinscope_assume: (k, a) => {
    k.touched = true;
    if (k.director.fails(a.text(0))) return EIO;
    told(k, a, 'succeed (0)');
    return 0;
  },
  __pinscope_assume_object: (k, a) => {
    k.touched = true;
    if (k.director.fails(a.text(0))) return { hi: -1, lo: ENOMEM };
    told(k, a, 'succeed with a new object');
    const record = a.text(1);
    const maker = k.objectsOf(a.thread);
    return (record === '' ? undefined : maker.fresh(record)) ?? maker.allocate(256, `what ${a.text(0)}() returned`);
  },
  __pinscope_assume_kept: (k, a) => {
    const w = a.w(0);
    const object = w.hi === HI.kernel ? k.vm.memory.rowAt(w.lo) : 0;
    if (object) k.kept.add({ object });
    return undefined;
  },
  __pinscope_assume_out: (k, a) => {
    const w = a.w(0);
    if (w.hi !== HI.kernel) return undefined;
    const m = k.vm.memory;
    const o = m.describe(w.lo);
    if (!o || o.freed) return undefined;
    // what has no value yet is what such a function is called for
    const end = o.address + o.size;
    const record = a.text(1);
    if (record !== '' && w.lo + 8 <= end && (!m.isInit(w.lo, 8) || (m.r32(w.lo) === 0 && m.r32(w.lo + 4) === 0))) {
      const made = k.objectsOf(a.thread).fresh(record);
      if (made && !record.startsWith('page') && record !== 'folio') {
        m.w32(w.lo, made.lo);
        m.w32(w.lo + 4, made.hi);
        m.setInit(w.lo, 8, true);
      }
    }
    for (let at = w.lo; at < end; at++) if (!m.isInit(at, 1)) m.w8(at, 0);
    m.setInit(w.lo, end - w.lo, true);
    return undefined;
  },
};
