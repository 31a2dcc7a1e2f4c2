/** Kernel versions as a record of what they do differently; operations ask for a feature, never for a version. */

/** How a kernel tells that a page is in use by a device. */
export type Tracking = 'none' | 'bias' | 'page-bit' | 'off-lru';

/** What differs between the modelled kernels. */
export interface Features {
  /** Name shown to people. */
  readonly name: string;
  /** Does pin_user_pages() (FOLL_PIN) exist (≥ 5.6)? Before, a pin is a plain reference. */
  readonly follPin: boolean;
  /** put_user_page() exists, as another name for put_page() (5.2 to 5.5): drivers could be converted before anything depended on it. */
  readonly putUserPage: boolean;
  /** fork copies anonymous pages that look pinned for the child at once (since 5.9). */
  readonly forkCopiesPinned: boolean;
  /** Reclaim leaves pages alone that look pinned (since 5.11). */
  readonly reclaimKeepsPinned: boolean;
  /** PageAnonExclusive decides about reuse on a write, and pins unshare (since 5.19). Before, a page that is mapped once is reused, whoever holds it. */
  readonly anonExclusive: boolean;
  /** Ways of tracking that were debated; `bias` is the kernel's. */
  readonly tracking: Tracking;
  /** do_swap_page maps a certainly exclusive page writable on a read fault (mm/memory.c; since 6.3). */
  readonly swapinMapsExclusiveWritable: boolean;
  /** A read-only FOLL_LONGTERM pin unshares zero and page-cache pages of private mappings (gup_must_unshare; since 6.2). */
  readonly longtermUnsharesNonAnon: boolean;
  /** FOLL_LONGTERM|FOLL_WRITE is refused on shared mappings that track dirty pages (since 6.5). */
  readonly longtermRefusesDirtyTracked: boolean;
  /** is_valid_gup_args() exists: pin_user_pages() answers bad arguments with 0 (since 6.2). */
  readonly isValidGupArgs: boolean;
  /** The FOLL_LONGTERM slow path of the _fast call passes FOLL_TOUCH (since 6.2). */
  readonly fastLongtermTouches: boolean;
  /** madvise_cold_or_pageout marks active folios workingset (since 6.4). */
  readonly pageoutMarksWorkingset: boolean;
  /** Multi-size THP of anonymous memory (since 6.8). */
  readonly mthp: boolean;
  /** Swap-in of large folios from a synchronous device (since 6.12). */
  readonly swapinLargeFolios: boolean;
  /** do_swap_page maps what it read from the device by folio_add_new_anon_rmap(), which does not mlock (since 6.11). */
  readonly newAnonRmapSwapin: boolean;
  /** vma_has_recency() (since 6.2): MADV_RANDOM counts like MADV_SEQUENTIAL, and folio_referenced passes over such VMAs. */
  readonly randReadHasNoRecency: boolean;
  /** Folios that hold nothing but zeroes are not written to swap (swap_zeromap; since 6.11). */
  readonly swapZeromap: boolean;
  /** bdev_write_page() is tried first and ends writeback once more for a large folio on a synchronous device (until 6.2). */
  readonly swapRwPage: boolean;
  /** Shared hugetlb folios hold one page-cache reference per base page (since 6.8). */
  readonly hugetlbCacheRefPerPage: boolean;
  /** Direct I/O takes pins of user pages (since 6.2 / 6.5). */
  readonly directIoPins: boolean;
  /** Splitting maps all-zero subpages to the shared zero page (RMP_USE_SHARED_ZEROPAGE; since 6.12). */
  readonly splitMapsZeroPages: boolean;
  /** try_to_shrink_lruvec of MGLRU wakes the flusher (since 6.12). */
  readonly mglruWakesFlusher: boolean;
  /** How often migration unmaps a folio before it gives up (asynchronous and synchronous pass since 6.3; ten passes before). */
  readonly migrateAttempts: number;
  /** move_pages says -ENOENT for an empty entry (since 6.11; -EFAULT before). */
  readonly movePagesNoent: boolean;
  /** mprotect may make clean private entries and huge PMDs writable (can_change_pte_writable without the dirty test; since 6.2). */
  readonly mprotectNeedsNoDirty: boolean;
  /** io_uring keeps one pin of a buffer that is one huge folio (since 6.4, backported). */
  readonly ioUringCoalesces: boolean;
  /** MADV_PAGEOUT clears the accessed bits first (until 6.8). */
  readonly pageoutClearsYoung: boolean;
  /** The PTEs of a split PMD keep its dirty bit (since 6.2); before, only the folio is dirty. */
  readonly splitPmdKeepsDirty: boolean;
  /** KSM breaks sharing by unsharing (since 6.2), not by a write fault. */
  readonly ksmBreaksByUnshare: boolean;
  /** ext4_punch_hole writes the range back first (until 6.12.y). */
  readonly punchHoleWritesBack: boolean;
  /** folio_referenced passes over PTEs of large folios in locked VMAs (since 6.7). */
  readonly referencedSkipsLockedPtes: boolean;
  /** MGLRU does not isolate dirty file folios; it marks them PG_reclaim and moves them on (sort_folio until 6.10). */
  readonly mglruSkipsDirtyFiles: boolean;
  /** Reclaim flushes the cgroup's statistics before it looks at the balance of its lists (until 6.7; then at most every few seconds). */
  readonly reclaimFlushesStats: boolean;
  /** A reclaim that freed nothing walks all cgroups once more (sc->memcg_full_walk; since 6.11), and asks for a quarter of what is left (since 6.9). */
  readonly reclaimWalksTwice: boolean;
  /** Freed pages are checked (bad_page(), free_page_is_bad) without debug options (since 6.3), exact pincount included. */
  readonly checksFreedPages: boolean;
  /** Line numbers of warnings in the release, by the text that names them. */
  readonly lines: Readonly<Record<string, number>>;
}

const v6_12: Features = {
  name: '6.12',
  follPin: true,
  putUserPage: false,
  forkCopiesPinned: true,
  reclaimKeepsPinned: true,
  anonExclusive: true,
  tracking: 'bias',
  swapinMapsExclusiveWritable: true,
  longtermUnsharesNonAnon: true,
  longtermRefusesDirtyTracked: true,
  isValidGupArgs: true,
  fastLongtermTouches: true,
  pageoutMarksWorkingset: true,
  mthp: true,
  swapinLargeFolios: true,
  newAnonRmapSwapin: true,
  randReadHasNoRecency: true,
  swapZeromap: true,
  swapRwPage: false,
  hugetlbCacheRefPerPage: true,
  directIoPins: true,
  checksFreedPages: true,
  reclaimWalksTwice: true,
  splitMapsZeroPages: true,
  reclaimFlushesStats: false,
  referencedSkipsLockedPtes: true,
  mglruSkipsDirtyFiles: false,
  pageoutClearsYoung: false,
  splitPmdKeepsDirty: true,
  ksmBreaksByUnshare: true,
  punchHoleWritesBack: false,
  ioUringCoalesces: true,
  mprotectNeedsNoDirty: true,
  migrateAttempts: 2,
  movePagesNoent: true,
  mglruWakesFlusher: true,
  lines: {
    'is_valid_gup_args internal': 2607,
    'is_valid_gup_args get+pin': 2620,
    'is_valid_gup_args longterm': 2625,
    'is_valid_gup_args pages': 2629,
    try_grab_folio: 149,
    gup_fast_fallback: 3445,
    ext4_dirty_folio: 3587,
    mpage_prepare_extent_to_map: 2526,
  },
};
const v6_1: Features = {
  ...v6_12,
  name: '6.1',
  swapinMapsExclusiveWritable: false,
  longtermUnsharesNonAnon: false,
  longtermRefusesDirtyTracked: false,
  isValidGupArgs: false,
  fastLongtermTouches: false,
  pageoutMarksWorkingset: false,
  mthp: false,
  swapinLargeFolios: false,
  newAnonRmapSwapin: false,
  randReadHasNoRecency: false,
  swapZeromap: false,
  swapRwPage: true,
  hugetlbCacheRefPerPage: false,
  directIoPins: false,
  checksFreedPages: false,
  reclaimWalksTwice: false,
  splitMapsZeroPages: false,
  reclaimFlushesStats: true,
  referencedSkipsLockedPtes: false,
  mglruSkipsDirtyFiles: true,
  pageoutClearsYoung: true,
  splitPmdKeepsDirty: false,
  ksmBreaksByUnshare: false,
  punchHoleWritesBack: true,
  ioUringCoalesces: false,
  mprotectNeedsNoDirty: false,
  migrateAttempts: 10,
  movePagesNoent: false,
  mglruWakesFlusher: false,
  lines: {
    'pin_user_pages get': 3309,
    'pin_user_pages_fast get': 3191,
    'pin_user_pages pages': 3312,
    'pin_user_pages_fast pages': 3194,
    'is_valid_gup_flags pin': 2177,
    'is_valid_gup_flags longterm': 2184,
    'pin_user_pages_remote get': 3272,
    'pin_user_pages_remote pages': 3275,
    try_grab_folio: 224,
    gup_fast_fallback: 3047,
    ext4_dirty_folio: 3664,
    mpage_prepare_extent_to_map: 2671,
  },
};

/** Pins are counted from 5.6 on, but neither fork nor reclaim asks for the count yet. */
const v5_6: Features = {
  ...v6_1,
  name: '5.6',
  forkCopiesPinned: false,
  reclaimKeepsPinned: false,
  anonExclusive: false,
};

/** The eras one can choose; the last three track pins in ways that were debated and not taken. */
export const ERAS: Readonly<Record<string, Features>> = {
  '6.12': v6_12,
  '6.1': v6_1,
  '5.6': v5_6,
  '5.2': { ...v5_6, name: '5.2', follPin: false, putUserPage: true, tracking: 'none' },
  '4.0': { ...v5_6, name: '4.0', follPin: false, tracking: 'none' },
  '6.12+none': { ...v6_12, name: '6.12+none', tracking: 'none' },
  '6.12+page-bit': { ...v6_12, name: '6.12+page-bit', tracking: 'page-bit' },
  '6.12+off-lru': { ...v6_12, name: '6.12+off-lru', tracking: 'off-lru' },
};

/** Features of a kernel release such as `6.12.117`, `6.1` or `5.4`: the newest era that is not newer. */
export function featuresOf(release: string): Features {
  const exact = ERAS[release];
  if (exact) return exact;
  const [major = 0, minor = 0] = release.split('.').map(Number);
  let best: Features | undefined;
  let bestValue = -1;
  for (const [name, f] of Object.entries(ERAS)) {
    const [a = 0, b = 0] = name.split('.').map(Number);
    const value = a * 1000 + b;
    if (value <= major * 1000 + minor && value > bestValue) {
      best = f;
      bestValue = value;
    }
  }
  if (!best) throw new RangeError(`no era for kernel ${release}: 4.0 is the oldest`);
  return best;
}
