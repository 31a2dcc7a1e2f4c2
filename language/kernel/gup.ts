/**
 * Calls that take references on user pages, with every signature from 4.4 on. Follows mm/gup.c, include/linux/mm.h,
 * lib/iov_iter.c and block/bio.c of 6.12 and 6.1; older forms follow the tags of their time.
 */
import { range, words } from './build.ts';
import type { AcquireFact, AcquireForm, AcquireRole } from './types.ts';

type Declarations = Readonly<Partial<Record<AcquireRole, string>>>;

/** How a parameter of each role is declared, unless the call has it otherwise. */
const usual: Readonly<Record<AcquireRole, string>> = {
  tsk: 'struct task_struct *tsk',
  mm: 'struct mm_struct *mm',
  start: 'unsigned long start',
  nr: 'unsigned long nr_pages',
  flags: 'unsigned int gup_flags',
  write: 'int write',
  force: 'int force',
  pages: 'struct page **pages',
  vmas: 'struct vm_area_struct **vmas',
  locked: 'int *locked',
  iter: 'struct iov_iter *i',
  bio: 'struct bio *bio',
  maxbytes: 'size_t maxsize',
  maxpages: 'unsigned maxpages',
  offset: 'size_t *start',
  'extraction-flags': 'iov_iter_extraction_t extraction_flags',
  memfd: 'struct file *memfd',
  end: 'loff_t end',
  folios: 'struct folio **folios',
  'vma-out': 'struct vm_area_struct **vmap',
  folio: 'struct folio *folio',
};

/** One line of a call's history: since (inclusive), until (exclusive), roles of its parameters in order. */
type Line = readonly [since: string, until: string, roles: string];

type Shape = Omit<AcquireFact, 'name' | 'doc' | 'forms' | 'partner' | 'replacedBy'>;

interface Extra {
  readonly partner?: string;
  readonly replacedBy?: string;
  readonly returns?: string;
  readonly declare?: Declarations;
}

function acquire(name: string, shape: Shape, doc: string, extra: Extra, lines: readonly Line[]): AcquireFact {
  const { returns = 'long ', declare = {}, ...links } = extra;
  const forms = lines.map(([since, until, roles]): AcquireForm => {
    const params = words(roles) as readonly AcquireRole[];
    const list = params.map((role) => declare[role] ?? usual[role]).join(', ');
    return { ...range(since, until), params, prototype: `${returns}${name}(${list});` };
  });
  return { name, ...shape, doc, forms, ...links };
}

const gup = 'mm/gup.c, include/linux/mm.h';
const iov = 'lib/iov_iter.c, include/linux/uio.h';

const array = { into: 'array', result: 'pages', source: gup } as const;
const lockedGet: Shape = { takes: 'get', ...array, mmapLock: 'required', maySleep: true };
const lockedPin: Shape = { ...lockedGet, takes: 'pin' };
const droppingGet: Shape = { ...lockedGet, mmapLock: 'if-locked-arg' };
const droppingPin: Shape = { ...droppingGet, takes: 'pin' };
const unlockedGet: Shape = { ...lockedGet, mmapLock: 'forbidden' };
const unlockedPin: Shape = { ...unlockedGet, takes: 'pin' };
const atomicGet: Shape = { ...lockedGet, mmapLock: 'none', maySleep: false };
const atomicPin: Shape = { ...atomicGet, takes: 'pin' };
const iterGet: Shape = { ...unlockedGet, result: 'bytes', source: iov };
const iterGetAlloc: Shape = { ...iterGet, into: 'array-out' };

const plain: readonly AcquireFact[] = [
  acquire(
    'get_user_pages',
    lockedGet,
    'Takes a plain reference (FOLL_GET, +1) on each user page of the current process. Right for work on `struct page` only; use the pin call where the data is touched.',
    { partner: 'pin_user_pages' },
    [
      ['', '4.6', 'tsk mm start nr write force pages vmas'],
      ['4.6', '4.9', 'start nr write force pages vmas'],
      ['4.9', '6.5', 'start nr flags pages vmas'],
      ['6.5', '', 'start nr flags pages'],
    ],
  ),
  acquire(
    'pin_user_pages',
    lockedPin,
    'Pins (FOLL_PIN) each user page of the current process, so that its data may be read and written by the CPU or a device.',
    { partner: 'get_user_pages' },
    [
      ['5.6', '6.5', 'start nr flags pages vmas'],
      ['6.5', '', 'start nr flags pages'],
    ],
  ),
  acquire(
    'get_user_pages_longterm',
    lockedGet,
    'The get_user_pages of 4.15 to 5.1 for references held for long; refuses DAX files. Today: pin_user_pages with FOLL_LONGTERM.',
    { replacedBy: 'pin_user_pages' },
    [['4.15', '5.2', 'start nr flags pages vmas']],
  ),
  acquire(
    '__get_user_pages',
    droppingGet,
    'The innards of get_user_pages, exported until 4.8. Static in mm/gup.c since.',
    {
      replacedBy: 'get_user_pages_remote',
      declare: { flags: 'unsigned int foll_flags', locked: 'int *nonblocking' },
    },
    [['', '4.9', 'tsk mm start nr flags pages vmas locked']],
  ),
];

const remote: readonly AcquireFact[] = [
  acquire(
    'get_user_pages_remote',
    droppingGet,
    'get_user_pages on the memory of another process. `mmap_lock` of that mm must be held; with a `locked` argument the call may drop it.',
    { partner: 'pin_user_pages_remote' },
    [
      ['4.6', '4.9', 'tsk mm start nr write force pages vmas'],
      ['4.9', '4.10', 'tsk mm start nr flags pages vmas'],
      ['4.10', '5.9', 'tsk mm start nr flags pages vmas locked'],
      ['5.9', '6.5', 'mm start nr flags pages vmas locked'],
      ['6.5', '', 'mm start nr flags pages locked'],
    ],
  ),
  acquire(
    'pin_user_pages_remote',
    droppingPin,
    'pin_user_pages on the memory of another process. `mmap_lock` of that mm must be held; with a `locked` argument the call may drop it.',
    { partner: 'get_user_pages_remote' },
    [
      ['5.6', '5.9', 'tsk mm start nr flags pages vmas locked'],
      ['5.9', '6.5', 'mm start nr flags pages vmas locked'],
      ['6.5', '', 'mm start nr flags pages locked'],
    ],
  ),
  acquire(
    'get_user_page_vma_remote',
    { ...lockedGet, into: 'return', result: 'pointer' },
    'One page of another process together with its VMA; what remained of the `vmas` argument. Returns the page or an ERR_PTR.',
    { returns: 'struct page *', declare: { start: 'unsigned long addr', flags: 'int gup_flags' } },
    [['6.5', '', 'mm start flags vma-out']],
  ),
];

const lockVariants: readonly AcquireFact[] = [
  acquire(
    'get_user_pages_locked',
    droppingGet,
    'get_user_pages that may drop `mmap_lock` on the way and says so in `*locked`.',
    { partner: 'pin_user_pages_locked', replacedBy: 'get_user_pages_unlocked' },
    [
      ['', '4.6', 'tsk mm start nr write force pages locked'],
      ['4.6', '4.9', 'start nr write force pages locked'],
      ['4.9', '5.18', 'start nr flags pages locked'],
    ],
  ),
  acquire(
    'pin_user_pages_locked',
    droppingPin,
    'pin_user_pages that may drop `mmap_lock` on the way and says so in `*locked`.',
    { partner: 'get_user_pages_locked', replacedBy: 'pin_user_pages_unlocked' },
    [['5.8', '5.18', 'start nr flags pages locked']],
  ),
  acquire(
    'get_user_pages_unlocked',
    unlockedGet,
    'get_user_pages that takes and drops `mmap_lock` itself. The flags come last.',
    { partner: 'pin_user_pages_unlocked' },
    [
      ['', '4.6', 'tsk mm start nr write force pages'],
      ['4.6', '4.9', 'start nr write force pages'],
      ['4.9', '', 'start nr pages flags'],
    ],
  ),
  acquire(
    'pin_user_pages_unlocked',
    unlockedPin,
    'pin_user_pages that takes and drops `mmap_lock` itself. The flags come last.',
    { partner: 'get_user_pages_unlocked' },
    [['5.8', '', 'start nr pages flags']],
  ),
  acquire(
    '__get_user_pages_unlocked',
    unlockedGet,
    'get_user_pages_unlocked with its flags spelt out, exported until 4.9.',
    { replacedBy: 'get_user_pages_unlocked' },
    [
      ['', '4.9', 'tsk mm start nr write force pages flags'],
      ['4.9', '4.10', 'tsk mm start nr pages flags'],
    ],
  ),
];

/** "mm/gup: do not return 0 from pin_user_pages_fast() for bad args" came with 6.5; 6.1.y never got it. */
const quickGet: Shape = { ...unlockedGet, zeroWhenWrapped: range('', '6.5') };
const quickPin: Shape = { ...quickGet, takes: 'pin' };
const quick = { returns: 'int ', declare: { nr: 'int nr_pages' } } as const;

const fast: readonly AcquireFact[] = [
  acquire(
    'get_user_pages_fast',
    quickGet,
    'get_user_pages for the current process without `mmap_lock`: walks the page tables, takes the lock itself where that is not enough.',
    { ...quick, partner: 'pin_user_pages_fast' },
    [
      ['', '5.2', 'start nr write pages'],
      ['5.2', '', 'start nr flags pages'],
    ],
  ),
  acquire(
    'pin_user_pages_fast',
    quickPin,
    'Pins user pages of the current process without `mmap_lock`. The usual choice for a driver that maps user memory for DMA.',
    { ...quick, partner: 'get_user_pages_fast' },
    [['5.6', '', 'start nr flags pages']],
  ),
  acquire(
    '__get_user_pages_fast',
    atomicGet,
    'The lockless half of get_user_pages_fast before 5.8: never faults, never sleeps, may return fewer pages or none.',
    { ...quick, replacedBy: 'get_user_pages_fast_only' },
    [['', '5.8', 'start nr write pages']],
  ),
  acquire(
    'get_user_pages_fast_only',
    atomicGet,
    'Takes what is mapped right now: never faults, never sleeps, usable with interrupts off, may return fewer pages or none.',
    { ...quick, partner: 'pin_user_pages_fast_only' },
    [['5.8', '', 'start nr flags pages']],
  ),
  acquire(
    'get_user_page_fast_only',
    { ...atomicGet, into: 'single', result: 'bool' },
    'get_user_pages_fast_only for one page; true if it was got.',
    { returns: 'bool ', declare: { start: 'unsigned long addr', pages: 'struct page **pagep' } },
    [['5.8', '', 'start flags pages']],
  ),
  acquire(
    'pin_user_pages_fast_only',
    atomicPin,
    'Pins what is mapped right now: never faults, never sleeps. Gone since 6.3; pin_user_pages_fast may sleep.',
    { ...quick, partner: 'get_user_pages_fast_only', replacedBy: 'pin_user_pages_fast' },
    [['5.8', '6.3', 'start nr flags pages']],
  ),
];

const iterators: readonly AcquireFact[] = [
  acquire(
    'iov_iter_get_pages',
    iterGet,
    'Takes plain references on the pages behind an iterator, without advancing it. Returns bytes, the in-page offset in `*start`.',
    { returns: 'ssize_t ', replacedBy: 'iov_iter_get_pages2' },
    [
      ['', '6.0', 'iter pages maxbytes maxpages offset'],
      ['6.2', '6.3', 'iter pages maxbytes maxpages offset flags'],
      ['6.3', '6.5', 'iter pages maxbytes maxpages offset extraction-flags'],
    ],
  ),
  acquire(
    'iov_iter_get_pages_alloc',
    iterGetAlloc,
    'iov_iter_get_pages with an array that the call allocates; kvfree() it after the pages are released.',
    { returns: 'ssize_t ', replacedBy: 'iov_iter_get_pages_alloc2', declare: { pages: 'struct page ***pages' } },
    [
      ['', '6.0', 'iter pages maxbytes offset'],
      ['6.2', '6.3', 'iter pages maxbytes offset flags'],
      ['6.3', '6.5', 'iter pages maxbytes offset extraction-flags'],
    ],
  ),
  acquire(
    'iov_iter_get_pages2',
    iterGet,
    'Takes plain references on the pages behind an iterator and advances it. Returns bytes, the in-page offset in `*start`.',
    { returns: 'ssize_t ' },
    [['6.0', '', 'iter pages maxbytes maxpages offset']],
  ),
  acquire(
    'iov_iter_get_pages_alloc2',
    iterGetAlloc,
    'iov_iter_get_pages2 with an array that the call allocates; kvfree() it after the pages are released.',
    { returns: 'ssize_t ', declare: { pages: 'struct page ***pages' } },
    [['6.0', '', 'iter pages maxbytes offset']],
  ),
  acquire(
    'iov_iter_extract_pages',
    { ...iterGetAlloc, takes: 'by-iter' },
    'Pins the pages of a user iterator; takes nothing on the pages of a kernel one. `iov_iter_extract_will_pin()` tells which. Fills the array at `*pages`, or allocates it (kvfree() it) when that is NULL.',
    {
      returns: 'ssize_t ',
      declare: { pages: 'struct page ***pages', maxpages: 'unsigned int maxpages', offset: 'size_t *offset0' },
    },
    [['6.3', '', 'iter pages maxbytes maxpages extraction-flags offset']],
  ),
  acquire(
    'bio_iov_iter_get_pages',
    { ...unlockedGet, takes: 'by-iter', into: 'bio', result: 'zero', source: 'block/bio.c, include/linux/bio.h' },
    'Adds the pages of an iterator to a bio: pins those of user memory (plain references before 6.5). bio_release_pages() gives them back.',
    { returns: 'int ', declare: { iter: 'struct iov_iter *iter' } },
    [['4.10', '', 'bio iter']],
  ),
];

const others: readonly AcquireFact[] = [
  acquire(
    'memfd_pin_folios',
    { ...lockedPin, into: 'folios', mmapLock: 'none' },
    'Pins folios of a memfd between two file offsets (`end` inclusive), for long: no FOLL_LONGTERM needed. Returns the number of folios.',
    { declare: { start: 'loff_t start', nr: 'unsigned int max_folios', offset: 'pgoff_t *offset' } },
    [['6.11', '', 'memfd start end folios nr offset']],
  ),
  acquire(
    'get_kernel_pages',
    { ...atomicGet, source: 'mm/swap.c, include/linux/mm.h' },
    'Takes plain references on the pages of kernel addresses, one per kvec. Gone since 6.3.',
    { returns: 'int ', declare: { iter: 'const struct kvec *iov', nr: 'int nr_pages' } },
    [['', '6.3', 'iter nr write pages']],
  ),
];

/** Every call that takes page references, with its forms in time. */
export const acquires: readonly AcquireFact[] = [
  ...plain,
  ...remote,
  ...lockVariants,
  ...fast,
  ...iterators,
  ...others,
];
