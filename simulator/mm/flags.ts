/** Bits of struct page, page-table entries, VMAs and GUP calls, under the kernel's names. */

/** Page flags (include/linux/page-flags.h). Folio flags live on the head page, `anon_exclusive` and `hwpoison` on each page. */
export const PG = {
  locked: 1 << 0,
  referenced: 1 << 1,
  uptodate: 1 << 2,
  dirty: 1 << 3,
  lru: 1 << 4,
  active: 1 << 5,
  workingset: 1 << 6,
  /** The file system's buffers are attached (fs private: one more reference). */
  private: 1 << 7,
  swapcache: 1 << 8,
  swapbacked: 1 << 9,
  unevictable: 1 << 10,
  mlocked: 1 << 11,
  reclaim: 1 << 12,
  writeback: 1 << 13,
  hwpoison: 1 << 14,
  anon_exclusive: 1 << 15,
  reserved: 1 << 16,
  hugetlb: 1 << 17,
  /** Model only: in a per-CPU folio batch, which holds one reference (mm/swap.c cpu_fbatches.lru_add). */
  batched: 1 << 18,
  /** Some pages of a large folio are no longer mapped (deferred split queue, 6.12 PG_partially_mapped). */
  partially_mapped: 1 << 19,
  /** Model only: taken off the LRU by an operation in progress, which holds one reference. */
  isolated: 1 << 20,
  /** Model only: allocated (not in the buddy allocator). */
  allocated: 1 << 21,
  /** Model only: tail page of a large folio. */
  tail: 1 << 22,
  /** Model only: memory of the driver or of a device, never on an LRU. */
  driver: 1 << 23,
  /** MGLRU: PG_referenced counted in the tier bits (lru_gen refs), two bits. */
  refs0: 1 << 24,
  refs1: 1 << 25,
  /** Model only: a leaked bad page that still says it is the head of a large folio. */
  bad_large: 1 << 26,
  /** The page bit of tracking by one bit, and the mark of pages that a pin took off the LRU. */
  pinned: 1 << 27,
} as const;

/** Flags that belong to a single page, not to the folio. */
export const PER_PAGE_FLAGS = PG.anon_exclusive | PG.hwpoison | PG.allocated | PG.tail;

/** Page-table entry bits. */
export const PTE = {
  present: 1 << 0,
  write: 1 << 1,
  dirty: 1 << 2,
  young: 1 << 3,
  special: 1 << 4,
  protnone: 1 << 5,
  /** A PMD that maps a huge page. */
  leaf: 1 << 6,
  /** A PMD (or higher) that points to a table; value: block number. */
  table: 1 << 7,
  /** Swap entry; value: swap offset. */
  swap: 1 << 8,
  /** pte_swp_exclusive, or a migration entry of an exclusive page. */
  exclusive: 1 << 9,
  /** Migration entry; value: pfn. */
  migration: 1 << 10,
  /** HWPoison entry. */
  hwpoison: 1 << 11,
  /** PTE_DEVMAP: a DAX page with a struct page. */
  devmap: 1 << 12,
} as const;

/** VMA flags (include/linux/mm.h). */
export const VM = {
  READ: 1 << 0,
  WRITE: 1 << 1,
  MAYREAD: 1 << 2,
  MAYWRITE: 1 << 3,
  SHARED: 1 << 4,
  LOCKED: 1 << 5,
  LOCKONFAULT: 1 << 6,
  DONTCOPY: 1 << 7,
  HUGEPAGE: 1 << 8,
  NOHUGEPAGE: 1 << 9,
  PFNMAP: 1 << 10,
  MIXEDMAP: 1 << 11,
  IO: 1 << 12,
  MERGEABLE: 1 << 13,
  HUGETLB: 1 << 14,
  /** Model only: the VMA has an anon_vma (a private page was once mapped), so fork copies it. */
  ANON_VMA: 1 << 15,
  /** Model only: secretmem. */
  SECRETMEM: 1 << 16,
  RAND_READ: 1 << 17,
  SEQ_READ: 1 << 18,
  WIPEONFORK: 1 << 19,
} as const;

/** GUP flags (include/linux/mm_types.h). */
export const FOLL = {
  WRITE: 1 << 0,
  GET: 1 << 1,
  FORCE: 1 << 4,
  NOWAIT: 1 << 5,
  NOFAULT: 1 << 6,
  HWPOISON: 1 << 7,
  LONGTERM: 1 << 8,
  TOUCH: 1 << 16,
  REMOTE: 1 << 18,
  PIN: 1 << 19,
  FAST_ONLY: 1 << 20,
  UNLOCKABLE: 1 << 21,
} as const;

/** What folio->mapping says. */
export const MAPPING = { none: 0, anon: 1, ksm: 2, /** file f is `file + f`. */ file: 16 } as const;

/** GUP_PIN_COUNTING_BIAS (include/linux/mm.h): what a pin adds to the refcount of a folio without an exact pincount. */
export const BIAS = 1024;

/** Errno numbers that the model returns. */
export const E = {
  PERM: 1,
  NOENT: 2,
  SRCH: 3,
  IO: 5,
  NXIO: 6,
  AGAIN: 11,
  NOMEM: 12,
  ACCES: 13,
  FAULT: 14,
  BUSY: 16,
  EXIST: 17,
  INVAL: 22,
  NOSPC: 28,
  OVERFLOW: 75,
  OPNOTSUPP: 95,
  HWPOISON: 133,
} as const;

/** Names of errno values, as traces give them. */
export const ERRNO_NAME: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(E).map(([k, v]) => [v, `E${k}`]),
);
