/**
 * Calls that take references on user pages, with every signature from 4.4 on.
 * Follows mm/gup.c, include/linux/mm.h, lib/iov_iter.c and block/bio.c of 6.12 and 6.1; older forms follow the tags of their time.
 */
import { range, words } from './build.ts';
import type { AcquireFact, AcquireForm, AcquireRole } from './types.ts';

function form(since: string, until: string, roles: string, prototype: string): AcquireForm {
  return { ...range(since, until), params: words(roles) as readonly AcquireRole[], prototype };
}

const gup = 'mm/gup.c, include/linux/mm.h';

const plain: readonly AcquireFact[] = [
  {
    name: 'get_user_pages',
    takes: 'get', into: 'array', result: 'pages', mmapLock: 'required', maySleep: true, partner: 'pin_user_pages', source: gup,
    doc: 'Takes a plain reference (FOLL_GET, +1) on each user page of the current process. Right for work on `struct page` only; use the pin call where the data is touched.',
    forms: [
      form('', '4.6', 'tsk mm start nr write force pages vmas', 'long get_user_pages(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages, struct vm_area_struct **vmas);'),
      form('4.6', '4.9', 'start nr write force pages vmas', 'long get_user_pages(unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages, struct vm_area_struct **vmas);'),
      form('4.9', '6.5', 'start nr flags pages vmas', 'long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas);'),
      form('6.5', '', 'start nr flags pages', 'long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages);'),
    ],
  },
  {
    name: 'pin_user_pages',
    takes: 'pin', into: 'array', result: 'pages', mmapLock: 'required', maySleep: true, partner: 'get_user_pages', source: gup,
    doc: 'Pins (FOLL_PIN) each user page of the current process, so that its data may be read and written by the CPU or a device.',
    forms: [
      form('5.6', '6.5', 'start nr flags pages vmas', 'long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas);'),
      form('6.5', '', 'start nr flags pages', 'long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages);'),
    ],
  },
  {
    name: 'get_user_pages_longterm',
    takes: 'get', into: 'array', result: 'pages', mmapLock: 'required', maySleep: true, source: gup, replacedBy: 'pin_user_pages',
    doc: 'The get_user_pages of 4.15 to 5.1 for references held for long; refuses DAX files. Today: pin_user_pages with FOLL_LONGTERM.',
    forms: [form('4.15', '5.2', 'start nr flags pages vmas', 'long get_user_pages_longterm(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas);')],
  },
  {
    name: '__get_user_pages',
    takes: 'get', into: 'array', result: 'pages', mmapLock: 'if-locked-arg', maySleep: true, source: gup, replacedBy: 'get_user_pages_remote',
    doc: 'The innards of get_user_pages, exported until 4.8. Static in mm/gup.c since.',
    forms: [form('', '4.9', 'tsk mm start nr flags pages vmas locked', 'long __get_user_pages(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int foll_flags, struct page **pages, struct vm_area_struct **vmas, int *nonblocking);')],
  },
];

const remote: readonly AcquireFact[] = [
  {
    name: 'get_user_pages_remote',
    takes: 'get', into: 'array', result: 'pages', mmapLock: 'if-locked-arg', maySleep: true, partner: 'pin_user_pages_remote', source: gup,
    doc: 'get_user_pages on the memory of another process. `mmap_lock` of that mm must be held; with a `locked` argument the call may drop it.',
    forms: [
      form('4.6', '4.9', 'tsk mm start nr write force pages vmas', 'long get_user_pages_remote(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages, struct vm_area_struct **vmas);'),
      form('4.9', '4.10', 'tsk mm start nr flags pages vmas', 'long get_user_pages_remote(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas);'),
      form('4.10', '5.9', 'tsk mm start nr flags pages vmas locked', 'long get_user_pages_remote(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas, int *locked);'),
      form('5.9', '6.5', 'mm start nr flags pages vmas locked', 'long get_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas, int *locked);'),
      form('6.5', '', 'mm start nr flags pages locked', 'long get_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, int *locked);'),
    ],
  },
  {
    name: 'pin_user_pages_remote',
    takes: 'pin', into: 'array', result: 'pages', mmapLock: 'if-locked-arg', maySleep: true, partner: 'get_user_pages_remote', source: gup,
    doc: 'pin_user_pages on the memory of another process. `mmap_lock` of that mm must be held; with a `locked` argument the call may drop it.',
    forms: [
      form('5.6', '5.9', 'tsk mm start nr flags pages vmas locked', 'long pin_user_pages_remote(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas, int *locked);'),
      form('5.9', '6.5', 'mm start nr flags pages vmas locked', 'long pin_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas, int *locked);'),
      form('6.5', '', 'mm start nr flags pages locked', 'long pin_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, int *locked);'),
    ],
  },
  {
    name: 'get_user_page_vma_remote',
    takes: 'get', into: 'return', result: 'pointer', mmapLock: 'required', maySleep: true, source: gup,
    doc: 'One page of another process together with its VMA; what remained of the `vmas` argument. Returns the page or an ERR_PTR.',
    forms: [form('6.5', '', 'mm start flags vma-out', 'struct page *get_user_page_vma_remote(struct mm_struct *mm, unsigned long addr, int gup_flags, struct vm_area_struct **vmap);')],
  },
];

const lockVariants: readonly AcquireFact[] = [
  {
    name: 'get_user_pages_locked',
    takes: 'get', into: 'array', result: 'pages', mmapLock: 'if-locked-arg', maySleep: true, partner: 'pin_user_pages_locked', source: gup, replacedBy: 'get_user_pages_unlocked',
    doc: 'get_user_pages that may drop `mmap_lock` on the way and says so in *locked.',
    forms: [
      form('', '4.6', 'tsk mm start nr write force pages locked', 'long get_user_pages_locked(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages, int *locked);'),
      form('4.6', '4.9', 'start nr write force pages locked', 'long get_user_pages_locked(unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages, int *locked);'),
      form('4.9', '5.18', 'start nr flags pages locked', 'long get_user_pages_locked(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, int *locked);'),
    ],
  },
  {
    name: 'pin_user_pages_locked',
    takes: 'pin', into: 'array', result: 'pages', mmapLock: 'if-locked-arg', maySleep: true, partner: 'get_user_pages_locked', source: gup, replacedBy: 'pin_user_pages_unlocked',
    doc: 'pin_user_pages that may drop `mmap_lock` on the way and says so in *locked.',
    forms: [form('5.8', '5.18', 'start nr flags pages locked', 'long pin_user_pages_locked(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, int *locked);')],
  },
  {
    name: 'get_user_pages_unlocked',
    takes: 'get', into: 'array', result: 'pages', mmapLock: 'forbidden', maySleep: true, partner: 'pin_user_pages_unlocked', source: gup,
    doc: 'get_user_pages that takes and drops `mmap_lock` itself. The flags come last.',
    forms: [
      form('', '4.6', 'tsk mm start nr write force pages', 'long get_user_pages_unlocked(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages);'),
      form('4.6', '4.9', 'start nr write force pages', 'long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages);'),
      form('4.9', '', 'start nr pages flags', 'long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages, unsigned int gup_flags);'),
    ],
  },
  {
    name: 'pin_user_pages_unlocked',
    takes: 'pin', into: 'array', result: 'pages', mmapLock: 'forbidden', maySleep: true, partner: 'get_user_pages_unlocked', source: gup,
    doc: 'pin_user_pages that takes and drops `mmap_lock` itself. The flags come last.',
    forms: [form('5.8', '', 'start nr pages flags', 'long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages, unsigned int gup_flags);')],
  },
  {
    name: '__get_user_pages_unlocked',
    takes: 'get', into: 'array', result: 'pages', mmapLock: 'forbidden', maySleep: true, source: gup, replacedBy: 'get_user_pages_unlocked',
    doc: 'get_user_pages_unlocked with its flags spelt out, exported until 4.9.',
    forms: [
      form('', '4.9', 'tsk mm start nr write force pages flags', 'long __get_user_pages_unlocked(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, int write, int force, struct page **pages, unsigned int gup_flags);'),
      form('4.9', '4.10', 'tsk mm start nr pages flags', 'long __get_user_pages_unlocked(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, struct page **pages, unsigned int gup_flags);'),
    ],
  },
];

const fast: readonly AcquireFact[] = [
  {
    name: 'get_user_pages_fast',
    takes: 'get', into: 'array', result: 'pages', mmapLock: 'forbidden', maySleep: true, partner: 'pin_user_pages_fast', source: gup,
    doc: 'get_user_pages for the current process without `mmap_lock`: walks the page tables, takes the lock itself where that is not enough.',
    forms: [
      form('', '5.2', 'start nr write pages', 'int get_user_pages_fast(unsigned long start, int nr_pages, int write, struct page **pages);'),
      form('5.2', '', 'start nr flags pages', 'int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages);'),
    ],
  },
  {
    name: 'pin_user_pages_fast',
    takes: 'pin', into: 'array', result: 'pages', mmapLock: 'forbidden', maySleep: true, partner: 'get_user_pages_fast', source: gup,
    doc: 'Pins user pages of the current process without `mmap_lock`. The usual choice for a driver that maps user memory for DMA.',
    forms: [form('5.6', '', 'start nr flags pages', 'int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages);')],
  },
  {
    name: '__get_user_pages_fast',
    takes: 'get', into: 'array', result: 'pages', mmapLock: 'none', maySleep: false, source: gup, replacedBy: 'get_user_pages_fast_only',
    doc: 'The lockless half of get_user_pages_fast before 5.8: never faults, never sleeps, may return fewer pages or none.',
    forms: [form('', '5.8', 'start nr write pages', 'int __get_user_pages_fast(unsigned long start, int nr_pages, int write, struct page **pages);')],
  },
  {
    name: 'get_user_pages_fast_only',
    takes: 'get', into: 'array', result: 'pages', mmapLock: 'none', maySleep: false, partner: 'pin_user_pages_fast_only', source: gup,
    doc: 'Takes what is mapped right now: never faults, never sleeps, usable with interrupts off, may return fewer pages or none.',
    forms: [form('5.8', '', 'start nr flags pages', 'int get_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages);')],
  },
  {
    name: 'get_user_page_fast_only',
    takes: 'get', into: 'single', result: 'bool', mmapLock: 'none', maySleep: false, source: gup,
    doc: 'get_user_pages_fast_only for one page; true if it was got.',
    forms: [form('5.8', '', 'start flags pages', 'bool get_user_page_fast_only(unsigned long addr, unsigned int gup_flags, struct page **pagep);')],
  },
  {
    name: 'pin_user_pages_fast_only',
    takes: 'pin', into: 'array', result: 'pages', mmapLock: 'none', maySleep: false, partner: 'get_user_pages_fast_only', source: gup, replacedBy: 'pin_user_pages_fast',
    doc: 'Pins what is mapped right now: never faults, never sleeps. Gone since 6.3; pin_user_pages_fast may sleep.',
    forms: [form('5.8', '6.3', 'start nr flags pages', 'int pin_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages);')],
  },
];

const iov = 'lib/iov_iter.c, include/linux/uio.h';

const iterators: readonly AcquireFact[] = [
  {
    name: 'iov_iter_get_pages',
    takes: 'get', into: 'array', result: 'bytes', mmapLock: 'forbidden', maySleep: true, source: iov, replacedBy: 'iov_iter_get_pages2',
    doc: 'Takes plain references on the pages behind an iterator, without advancing it. Returns bytes, the in-page offset in *start.',
    forms: [
      form('', '6.0', 'iter pages maxbytes maxpages offset', 'ssize_t iov_iter_get_pages(struct iov_iter *i, struct page **pages, size_t maxsize, unsigned maxpages, size_t *start);'),
      form('6.2', '6.3', 'iter pages maxbytes maxpages offset flags', 'ssize_t iov_iter_get_pages(struct iov_iter *i, struct page **pages, size_t maxsize, unsigned maxpages, size_t *start, unsigned gup_flags);'),
      form('6.3', '6.5', 'iter pages maxbytes maxpages offset extraction-flags', 'ssize_t iov_iter_get_pages(struct iov_iter *i, struct page **pages, size_t maxsize, unsigned maxpages, size_t *start, iov_iter_extraction_t extraction_flags);'),
    ],
  },
  {
    name: 'iov_iter_get_pages_alloc',
    takes: 'get', into: 'array-out', result: 'bytes', mmapLock: 'forbidden', maySleep: true, source: iov, replacedBy: 'iov_iter_get_pages_alloc2',
    doc: 'iov_iter_get_pages with an array that the call allocates; kvfree() it after the pages are released.',
    forms: [
      form('', '6.0', 'iter pages maxbytes offset', 'ssize_t iov_iter_get_pages_alloc(struct iov_iter *i, struct page ***pages, size_t maxsize, size_t *start);'),
      form('6.2', '6.3', 'iter pages maxbytes offset flags', 'ssize_t iov_iter_get_pages_alloc(struct iov_iter *i, struct page ***pages, size_t maxsize, size_t *start, unsigned gup_flags);'),
      form('6.3', '6.5', 'iter pages maxbytes offset extraction-flags', 'ssize_t iov_iter_get_pages_alloc(struct iov_iter *i, struct page ***pages, size_t maxsize, size_t *start, iov_iter_extraction_t extraction_flags);'),
    ],
  },
  {
    name: 'iov_iter_get_pages2',
    takes: 'get', into: 'array', result: 'bytes', mmapLock: 'forbidden', maySleep: true, source: iov,
    doc: 'Takes plain references on the pages behind an iterator and advances it. Returns bytes, the in-page offset in *start.',
    forms: [form('6.0', '', 'iter pages maxbytes maxpages offset', 'ssize_t iov_iter_get_pages2(struct iov_iter *i, struct page **pages, size_t maxsize, unsigned maxpages, size_t *start);')],
  },
  {
    name: 'iov_iter_get_pages_alloc2',
    takes: 'get', into: 'array-out', result: 'bytes', mmapLock: 'forbidden', maySleep: true, source: iov,
    doc: 'iov_iter_get_pages2 with an array that the call allocates; kvfree() it after the pages are released.',
    forms: [form('6.0', '', 'iter pages maxbytes offset', 'ssize_t iov_iter_get_pages_alloc2(struct iov_iter *i, struct page ***pages, size_t maxsize, size_t *start);')],
  },
  {
    name: 'iov_iter_extract_pages',
    takes: 'by-iter', into: 'array-out', result: 'bytes', mmapLock: 'forbidden', maySleep: true, source: iov,
    doc: 'Pins the pages of a user iterator; takes nothing on the pages of a kernel one. iov_iter_extract_will_pin() tells which. Fills the array at *pages, or allocates it (kvfree() it) when *pages is NULL.',
    forms: [form('6.3', '', 'iter pages maxbytes maxpages extraction-flags offset', 'ssize_t iov_iter_extract_pages(struct iov_iter *i, struct page ***pages, size_t maxsize, unsigned int maxpages, iov_iter_extraction_t extraction_flags, size_t *offset0);')],
  },
  {
    name: 'bio_iov_iter_get_pages',
    takes: 'by-iter', into: 'bio', result: 'zero', mmapLock: 'forbidden', maySleep: true, source: 'block/bio.c, include/linux/bio.h',
    doc: 'Adds the pages of an iterator to a bio: pins those of user memory (plain references before 6.5). bio_release_pages() gives them back.',
    forms: [form('4.10', '', 'bio iter', 'int bio_iov_iter_get_pages(struct bio *bio, struct iov_iter *iter);')],
  },
];

const others: readonly AcquireFact[] = [
  {
    name: 'memfd_pin_folios',
    takes: 'pin', into: 'folios', result: 'pages', mmapLock: 'none', maySleep: true, source: 'mm/gup.c, include/linux/mm.h',
    doc: 'Pins folios of a memfd between two file offsets (`end` inclusive), for long: no FOLL_LONGTERM needed. Returns the number of folios.',
    forms: [form('6.11', '', 'memfd start end folios nr offset', 'long memfd_pin_folios(struct file *memfd, loff_t start, loff_t end, struct folio **folios, unsigned int max_folios, pgoff_t *offset);')],
  },
  {
    name: 'get_kernel_pages',
    takes: 'get', into: 'array', result: 'pages', mmapLock: 'none', maySleep: false, source: 'mm/swap.c, include/linux/mm.h',
    doc: 'Takes plain references on the pages of kernel addresses, one per kvec. Gone since 6.3.',
    forms: [form('', '6.3', 'iter nr write pages', 'int get_kernel_pages(const struct kvec *iov, int nr_pages, int write, struct page **pages);')],
  },
];

/** Every call that takes page references, with its forms in time. */
export const acquires: readonly AcquireFact[] = [...plain, ...remote, ...lockVariants, ...fast, ...iterators, ...others];
