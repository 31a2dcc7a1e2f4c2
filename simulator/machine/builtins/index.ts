/** The built-in functions of the machine by name. Most of the kernel's API is C in the headers; these need the model, the scheduler or the devices. */
import type { Answer } from '../vm.ts';
import type { Args, Kernel } from '../kernel.ts';
import { assumed } from './assumed.ts';
import { descriptors } from './descriptors.ts';
import { dma } from './dma.ts';
import { mappings } from './mappings.ts';
import { mmap } from './mmap.ts';
import { memory } from './memory.ts';
import { notifiers } from './notifiers.ts';
import { pages } from './pages.ts';
import { print } from './print.ts';
import { processes } from './processes.ts';
import { queries } from './query.ts';
import { references } from './references.ts';
import { sync } from './sync.ts';
import { usercopy } from './usercopy.ts';
import { vfs } from './vfs.ts';

/** A built-in function. BLOCK as its answer: call again when the thread is woken. */
export type Builtin = (k: Kernel, a: Args) => Answer;
/** Built-ins of one topic. */
export type Builtins = Readonly<Record<string, Builtin>>;

/** All of them. */
export const BUILTINS: Builtins = {
  ...memory,
  ...print,
  ...references,
  ...pages,
  ...usercopy,
  ...dma,
  ...queries,
  ...sync,
  ...vfs,
  ...descriptors,
  ...mappings,
  ...mmap,
  ...notifiers,
  ...processes,
  ...assumed,
};
/** Their names, in the order of their numbers. */
export const BUILTIN_NAMES: readonly string[] = Object.keys(BUILTINS);
/** What assertions and watches may ask of the machine: `refcount(p)`, `present(addr)`. */
export const QUESTIONS: readonly string[] = Object.keys(queries);
