/** Counters of /proc/vmstat that the model keeps. */

/** vmstat counters (/proc/vmstat names) in the order of their rows. */
export const VMSTAT = [
  'nr_foll_pin_acquired',
  'nr_foll_pin_released',
  'pswpin',
  'pswpout',
  'pgsteal_anon',
  'pgsteal_file',
  'nr_dirtied',
  'nr_written',
  'pgmigrate_success',
  'pgmigrate_fail',
  'thp_migration_success',
  'thp_migration_fail',
  'thp_fault_alloc',
  'thp_collapse_alloc',
  'thp_split_page',
  'thp_split_page_failed',
  'thp_split_pmd',
  'thp_swpout',
  'thp_swpout_fallback',
  'unevictable_pgs_culled',
  'unevictable_pgs_rescued',
  'unevictable_pgs_mlocked',
  'unevictable_pgs_munlocked',
  'unevictable_pgs_cleared',
  'unevictable_pgs_stranded',
] as const;

/** Name of a counter of /proc/vmstat. */
export type VmstatName = (typeof VMSTAT)[number];

export const VMSTAT_ROW = Object.fromEntries(VMSTAT.map((n, i) => [n, i])) as Record<VmstatName, number>;
