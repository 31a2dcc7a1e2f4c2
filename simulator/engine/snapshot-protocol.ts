/**
 * Requests of the panel: pictures of the machine at a step. Types, and the numbers of packed arrays. Everything that may be long (pages, steps)
 * travels in typed arrays; everything else is capped, with the true count beside it.
 */

/** How pages are laid out. */
export type Arrangement = 'pfn' | 'lru' | 'address' | 'dma';
/** Parts of a snapshot that are made only when somebody looks at them. */
export type Part = 'lists' | 'tables' | 'device' | 'storage' | 'counters';

/** What a cell of the grid is. */
export const CELL_KIND = {
  free: 0,
  anon: 1,
  file: 2,
  tmpfs: 3,
  dax: 4,
  kernel: 5,
  zero: 6,
  hugetlb: 7,
  /** Allocated, in no cache and mapped by nobody: somebody holds it still. */
  orphan: 8,
  /** A virtual page or a slot without a page. */
  none: 9,
  /** A virtual page whose contents are in swap. */
  swap: 10,
} as const;
/** State bits of a cell, above its kind (`cell & 15`). */
export const CELL = {
  kind: 15,
  dirty: 1 << 4,
  writeback: 1 << 5,
  locked: 1 << 6,
  /** folio_maybe_dma_pinned. */
  pinned: 1 << 7,
  unevictable: 1 << 8,
  mapped: 1 << 9,
  swapcache: 1 << 10,
  /** Mapped for DMA. */
  dma: 1 << 11,
  active: 1 << 12,
  /** Somebody holds it with plain references. */
  held: 1 << 13,
  tail: 1 << 14,
  large: 1 << 15,
  /** A fault that has become inevitable is about this page. */
  fault: 1 << 16,
  /** The step before changed it. */
  changed: 1 << 17,
  /** A descriptor of a device that is queued will access it. */
  queued: 1 << 18,
} as const;

/** A part of the grid with a heading. */
export interface CellGroup {
  readonly label: string;
  /** Pages of this group, whether they are shown or not. */
  readonly total: number;
  /** First of its cells. */
  readonly start: number;
  readonly count: number;
}
/** The grid. */
export interface Grid {
  readonly groups: readonly CellGroup[];
  /** Page frame of each cell; -1: none. */
  readonly pages: Int32Array;
  /** Kind and state of each cell. */
  readonly cells: Uint32Array;
  readonly refs: Int32Array;
  /** For cells whose place is not the page: virtual page number, device page or position. */
  readonly places: Int32Array;
}
/** Something that a step added, changed or removed. */
export interface Change {
  readonly mark: '+' | '~' | '-';
  readonly what: string;
  readonly text: string;
  readonly page?: number;
  readonly field?: string;
}
/** One part of a refcount. */
export interface Holder {
  readonly kind: string;
  readonly name: string;
  readonly refs: number;
  /** Line that took it; 0: unknown. */
  readonly line: number;
}
/** A value of a page, which can be asked for its history. */
export interface PageField {
  readonly id: string;
  readonly value: string;
  /** What it was before the last step, if that changed it. */
  readonly before?: string;
}
/** One page in detail. */
export interface PageInfo {
  readonly page: number;
  /** In words: `anonymous page of app:buf[0]`. */
  readonly title: string;
  readonly cell: number;
  readonly zone: string;
  readonly list: string;
  readonly head: number;
  readonly order: number;
  readonly refcount: number;
  readonly maybePinned: boolean;
  readonly holders: readonly Holder[];
  readonly fields: readonly PageField[];
  readonly flags: readonly { readonly name: string; readonly set: boolean; readonly changed: boolean }[];
  /** Virtual addresses that map it. */
  readonly mappings: readonly string[];
  /** Device addresses that map it, with direction. */
  readonly dma: readonly string[];
  /** First bytes, and how many of its bytes are not zero. */
  readonly bytes: Uint8Array;
  readonly nonZero: number;
  /** Where its data lives outside of memory, and whether that is the same. */
  readonly medium?: { readonly name: string; readonly bytes: Uint8Array; readonly same: boolean };
  readonly faults: readonly string[];
}
/** One LRU list, from the head. */
export interface ListInfo {
  readonly name: string;
  readonly size: number;
  readonly pages: readonly number[];
}
/** One mapped or swapped page of a VMA. */
export interface EntryInfo {
  readonly name: string;
  readonly vpn: number;
  /** Page frame; -1: swapped or a hole. */
  readonly page: number;
  readonly target: string;
  readonly bits: readonly string[];
  readonly changed: boolean;
}
/** One address space. */
export interface SpaceInfo {
  readonly process: string;
  readonly vmas: readonly {
    readonly name: string;
    readonly start: number;
    readonly end: number;
    readonly kind: string;
    readonly flags: string;
    readonly present: number;
    readonly entries: readonly EntryInfo[];
  }[];
}
/** Devices, their rings and mappings. */
export interface HardwareInfo {
  readonly iommu: boolean;
  readonly devices: readonly {
    readonly name: string;
    readonly kind: string;
    readonly registers: readonly { readonly name: string; readonly value: number; readonly changed: boolean }[];
    readonly ring: readonly {
      readonly number: number;
      readonly state: 'done' | 'queued';
      readonly text: string;
      readonly page: number;
    }[];
    readonly queued: number;
  }[];
  readonly mappings: readonly {
    readonly address: string;
    readonly page: number;
    readonly direction: string;
    readonly line: number;
    /** The frame was freed or given away since it was mapped. */
    readonly stale: boolean;
  }[];
  readonly mapped: number;
}
/** What memory holds against what the medium holds. */
export interface StorageInfo {
  readonly name: string;
  readonly kind: string;
  readonly rows: readonly {
    readonly index: number;
    readonly page: number;
    readonly memory: string;
    readonly medium: string;
    readonly state: string;
    readonly differs: boolean;
    readonly changed: boolean;
  }[];
  readonly total: number;
}
/** A counter. */
export interface CounterInfo {
  readonly name: string;
  readonly value: number;
  readonly before: number;
}
/** What a snapshot shall hold. */
export interface SnapshotParams {
  readonly step: number;
  readonly arrangement: Arrangement;
  /** Every page of the machine, not only those that the run uses. */
  readonly all?: boolean;
  readonly page?: number;
  readonly parts?: readonly Part[];
}
/** Up to so many cells a snapshot has a card for each. */
export const CARDS = 24;
/** What a cell that is drawn as a card says besides its state. */
export interface Card {
  /** Where it is mapped, or what of. */
  readonly title: string;
  readonly holders: readonly Holder[];
}
/** The machine before a step. */
export interface Snapshot {
  readonly step: number;
  readonly grid: Grid;
  /** One per cell, if there are few. */
  readonly cards?: readonly Card[];
  /** What the step before did (capped), and how much it was. */
  readonly changes: readonly Change[];
  readonly changeCount: number;
  readonly page?: PageInfo;
  readonly lists?: readonly ListInfo[];
  readonly spaces?: readonly SpaceInfo[];
  readonly hardware?: HardwareInfo;
  readonly storage?: readonly StorageInfo[];
  readonly counters?: readonly CounterInfo[];
}
/** Kinds of a step, for the colours of the timeline. The larger, the more it matters. */
export const TICK = {
  statement: 0,
  memory: 1,
  output: 2,
  dma: 3,
  release: 4,
  take: 5,
  device: 6,
  reclaim: 7,
  branch: 8,
  fault: 9,
} as const;
/** Who does something, and when. */
export interface Lane {
  readonly name: string;
  readonly kind: 'actor' | 'device' | 'kernel';
  /** Steps, ascending, and what each is (TICK). */
  readonly steps: Int32Array;
  readonly ticks: Uint8Array;
}
/** A run at one glance. */
export interface Timeline {
  readonly lanes: readonly Lane[];
  /** Pages of the machine, and those that the run uses. */
  readonly pages: number;
  readonly used: number;
  /** The page that the run is about: of the first fault, else the one that devices and drivers deal with; -1: none. */
  readonly focus: number;
  /** Entries of the journal, and bytes that state and journal need. */
  readonly entries: number;
  readonly bytes: number;
}
/** One change of a field of a page, and what made it. */
export interface Cause {
  readonly step: number;
  readonly line: number;
  readonly actor: string;
  readonly field: string;
  readonly before: string;
  readonly after: string;
}
/** All that happened to a page. */
export interface PageHistory {
  readonly page: number;
  /** Steps that changed it. */
  readonly steps: Int32Array;
  /** Its refcount after each of them. */
  readonly refs: Int32Array;
  /** The last changes (capped), oldest first. */
  readonly causes: readonly Cause[];
  readonly total: number;
}

/** Requests that answer with a picture of the machine. */
export interface SnapshotRequests {
  readonly timeline: { readonly params: Readonly<Record<string, never>>; readonly result: Timeline };
  readonly snapshot: { readonly params: SnapshotParams; readonly result: Snapshot };
  readonly pageHistory: { readonly params: { readonly page: number }; readonly result: PageHistory };
  /** The run as a file: its trace, or a report for people. */
  readonly report: {
    readonly params: { readonly kind: 'json' | 'md'; readonly name: string };
    readonly result: string;
  };
  /** Pages that the steps of a line touched. */
  readonly pagesOfLine: { readonly params: { readonly line: number }; readonly result: readonly number[] };
  /** Beside each line that has run so far: the counts of the page that it touched last. */
  readonly lineValues: {
    readonly params: { readonly step: number };
    readonly result: readonly { readonly line: number; readonly text: string }[];
  };
}
