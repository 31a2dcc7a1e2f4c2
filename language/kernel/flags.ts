/**
 * FOLL_* flags. Values are those of 6.12 (include/linux/mm_types.h, mm/internal.h), for flags that are gone the last one they
 * had (include/linux/mm.h): between 6.2 and 6.3 nearly all were renumbered, so they serve folding, not comparison with old headers.
 */
import { range } from './build.ts';
import type { FlagFact } from './types.ts';

const open = 'include/linux/mm_types.h';
const inner = 'mm/internal.h';
const old = 'include/linux/mm.h';

function flag(
  name: string,
  value: number,
  use: FlagFact['use'],
  source: string,
  doc: string,
  since = '',
  until = '',
): FlagFact {
  return { name, value, use, source, doc, ...range(since, until) };
}

/** Every FOLL_* flag since 4.4. */
export const flags: readonly FlagFact[] = [
  flag(
    'FOLL_WRITE',
    1 << 0,
    'driver',
    open,
    'The pages will be written, by the CPU or by the device: breaks copy-on-write first. Without it the page may be the zero page or shared with another process.',
  ),
  flag(
    'FOLL_GET',
    1 << 1,
    'internal',
    open,
    'Take a plain reference. The get_user_pages family sets it itself; a pin call given it refuses.',
  ),
  flag('FOLL_DUMP', 1 << 2, 'core', open, 'Fail on holes rather than give the zero page: for core dumps.'),
  flag(
    'FOLL_FORCE',
    1 << 3,
    'core',
    open,
    'Ignore the page protection, as ptrace does. Not for drivers: it writes to read-only mappings.',
  ),
  flag('FOLL_NOWAIT', 1 << 4, 'driver', open, 'Start the I/O that a page needs, do not wait for it.'),
  flag('FOLL_NOFAULT', 1 << 5, 'driver', open, 'Do not fault pages in: take what is mapped.', '5.16'),
  flag('FOLL_HWPOISON', 1 << 6, 'core', open, 'Report poisoned pages as -EHWPOISON (KVM).'),
  flag('FOLL_ANON', 1 << 7, 'core', open, 'Anonymous memory only, no file mappings.', '4.17'),
  flag(
    'FOLL_LONGTERM',
    1 << 8,
    'driver',
    open,
    'The pin will be held for an indefinite time, beyond the call, under the control of user space. Moves pages out of CMA and ZONE_MOVABLE first, refuses file systems that cannot bear it. Only with a pin call.',
    '5.2',
  ),
  flag('FOLL_SPLIT_PMD', 1 << 9, 'core', open, 'Split a huge PMD before returning.', '5.4'),
  flag(
    'FOLL_PCI_P2PDMA',
    1 << 10,
    'driver',
    open,
    'Allow PCI peer-to-peer pages. Not together with FOLL_LONGTERM.',
    '6.2',
  ),
  flag('FOLL_INTERRUPTIBLE', 1 << 11, 'driver', open, 'Let any signal end the wait, not only a fatal one.', '6.2'),
  flag('FOLL_HONOR_NUMA_FAULT', 1 << 12, 'core', open, 'Take NUMA hinting faults (KVM).', '6.6'),
  flag(
    'FOLL_TOUCH',
    1 << 16,
    'internal',
    inner,
    'Mark the pages accessed. Set by get_user_pages itself; refused from outside since 6.3.',
  ),
  flag('FOLL_TRIED', 1 << 17, 'internal', inner, 'A retry after an earlier pass started I/O.'),
  flag('FOLL_REMOTE', 1 << 18, 'internal', inner, 'Another process: set by the *_remote calls.', '4.6'),
  flag(
    'FOLL_PIN',
    1 << 19,
    'internal',
    inner,
    'Take a pin. Set by the pin_user_pages family and never by its callers; a caller that gives it is refused.',
    '5.6',
  ),
  flag(
    'FOLL_FAST_ONLY',
    1 << 20,
    'internal',
    inner,
    'No fall-back to the sleeping path: set by the *_fast_only calls.',
    '5.8',
  ),
  flag(
    'FOLL_UNLOCKABLE',
    1 << 21,
    'internal',
    inner,
    'The mmap lock may be dropped: set when `locked` is given.',
    '6.3',
  ),
  flag('FOLL_MADV_POPULATE', 1 << 22, 'internal', inner, 'Checks as for MADV_POPULATE.', '6.8'),
  flag('FOLL_POPULATE', 0x40, 'internal', old, 'Fault in for mlock and MAP_POPULATE.', '', '5.18'),
  flag('FOLL_SPLIT', 0x80, 'core', old, 'Do not return transparent huge pages: split them.', '', '5.13'),
  flag('FOLL_NUMA', 0x200, 'internal', old, 'Force NUMA hinting faults.', '', '6.1'),
  flag('FOLL_MIGRATION', 0x400, 'internal', old, 'Wait for a page to replace its migration entry.', '', '6.2'),
  flag('FOLL_MLOCK', 0x1000, 'internal', old, 'Lock the page for mlock.', '', '5.18'),
  flag('FOLL_COW', 0x4000, 'internal', old, 'Copy-on-write was broken in an earlier pass.', '4.9', '6.1'),
];
