/**
 * Shape of the facts about the kernel's API. One table, typed, serves the analysis, hover, quick fixes and the
 * simulator. Versions are half-open: `since` inclusive, `until` exclusive; null is "always" / "still".
 */
import type { KernelVersion } from '../c/unit.ts';

export interface VersionRange {
  readonly since: KernelVersion | null;
  readonly until: KernelVersion | null;
}

/** What an argument of a get_user_pages-like call is. */
export type AcquireRole =
  | 'tsk'
  | 'mm'
  | 'start'
  | 'nr'
  | 'flags'
  | 'write'
  | 'force'
  | 'pages'
  | 'vmas'
  | 'locked'
  /** iov_iter_*: the iterator (get_kernel_pages: the kvec array), a bio, the byte limit, max pages, in-page offset out, extraction flags. memfd_pin_folios: file, end offset. */
  | 'iter'
  | 'bio'
  | 'maxbytes'
  | 'maxpages'
  | 'offset'
  | 'extraction-flags'
  | 'memfd'
  | 'end'
  | 'folios'
  | 'vma-out'
  | 'folio';

export interface AcquireForm extends VersionRange {
  /** Role of each parameter, in order. */
  readonly params: readonly AcquireRole[];
  /** C prototype of this form, one line. */
  readonly prototype: string;
}

/** A call that takes page references. */
export interface AcquireFact {
  readonly name: string;
  /** 'get': FOLL_GET; 'pin': FOLL_PIN; 'by-iter': iov_iter_extract_pages (pins user memory, takes nothing from kernel memory). */
  readonly takes: 'get' | 'pin' | 'by-iter';
  /**
   * Where the pages go: an array of `struct page *` that the caller gives ('array'), one that the call allocates
   * ('array-out': argument is struct page ***), one page through a struct page ** ('single'), the return value
   * ('return'), an array of folios ('folios'), a bio ('bio').
   */
  readonly into: 'array' | 'array-out' | 'single' | 'return' | 'folios' | 'bio';
  /** How the result tells what is held: number of pages, bytes, 1/0, 0 or -errno (all or nothing), pointer/ERR_PTR. */
  readonly result: 'pages' | 'bytes' | 'bool' | 'zero' | 'pointer';
  /** mmap_lock: must be held by the caller, must not be, or does not matter. 'if-locked-arg' : required, may be dropped through *locked. */
  readonly mmapLock: 'required' | 'forbidden' | 'if-locked-arg' | 'none';
  readonly maySleep: boolean;
  readonly forms: readonly AcquireForm[];
  /** The call of the other kind with the same arguments (get_user_pages_fast ↔ pin_user_pages_fast), if there is one. */
  readonly partner?: string;
  /** What to call in kernels that have it no more. */
  readonly replacedBy?: string;
  /** Kernels in which a range beyond the end of the address space gives 0, not an error code, whatever the number of pages. */
  readonly zeroWhenWrapped?: VersionRange;
  /** One or two sentences for hover: what it takes, when to use it. */
  readonly doc: string;
  /** Kernel file(s) followed, e.g. 'mm/gup.c'. */
  readonly source: string;
}

/** How a call names the pages it works on. Argument numbers from 0. */
export interface PagesArg {
  readonly arg: number;
  /** What the argument is. */
  readonly as:
    'page' | 'page-array' | 'folio' | 'folio-array' | 'sg' | 'sg-table' | 'bio' | 'pfn' | 'vaddr' | 'dma-addr';
  /** Argument with the number of pages/entries; absent: one (or all that the object holds). */
  readonly count?: number;
}

/** What a call does, as far as user pages are concerned. A call may have several effects. */
export type Effect =
  /** Gives references back. */
  | {
      readonly kind: 'release';
      readonly of: 'pin' | 'get';
      readonly pages: PagesArg;
      /** false: not; true: always; number: the argument that decides. */ readonly dirties: boolean | number;
      /** Page allocator free rather than a reference drop (__free_page). */ readonly frees?: boolean;
    }
  /** Takes another reference on a page already held (get_page, folio_get, folio_add_pin). */
  | { readonly kind: 'ref'; readonly of: 'pin' | 'get'; readonly pages: PagesArg }
  | {
      readonly kind: 'dirty';
      readonly pages: PagesArg;
      /** Takes the page lock itself, or needs it held. */ readonly lock: 'takes' | 'needs' | 'none';
    }
  | { readonly kind: 'page-lock' | 'page-unlock'; readonly pages: PagesArg }
  /** Device gets at the pages' data. `direction`: argument holding enum dma_data_direction, or fixed. */
  | {
      readonly kind: 'dma-map' | 'dma-unmap' | 'dma-sync';
      readonly pages: PagesArg;
      readonly direction: number | 'to-device' | 'from-device' | 'bidirectional' | null;
      /** the call's result is (part of) the mapping's handle */ readonly result?:
        'dma-addr' | 'count' | 'errno' | 'pointer';
    }
  /** Pages put into a container whose data will be accessed: sg entry, sg table, bio, bvec, skb frag, page table of a device. */
  | {
      readonly kind: 'put-in';
      readonly pages: PagesArg;
      readonly container: number | 'result';
      readonly what: 'sg' | 'sg-table' | 'bio' | 'bvec' | 'skb' | 'iommu' | 'iov_iter';
    }
  /** CPU mapping of the data: result (or argument) is the address. */
  | { readonly kind: 'kmap'; readonly pages: PagesArg; readonly address: 'result' }
  | { readonly kind: 'kunmap'; readonly pages: PagesArg }
  /** The CPU copies page data directly (copy_page_to_iter, memcpy_to_page, zero_user). write: the page is written. */
  | { readonly kind: 'data'; readonly pages: PagesArg; readonly write: boolean }
  /** Only struct page is looked at (page_to_nid, page_zonenum). */
  | { readonly kind: 'struct-only'; readonly pages: PagesArg }
  /** Turns one name of a page into another: page_to_pfn, page_folio, sg_page, page_to_phys, pfn_to_page, folio_page. */
  | { readonly kind: 'alias'; readonly from: PagesArg; readonly result: PagesArg['as'] }
  /** Decision on counts (page_count, page_ref_count, page_mapcount, folio_ref_count). */
  | { readonly kind: 'reads-count'; readonly pages: PagesArg }
  /** Memory. `zeroed`: filled with zero. May give NULL (or ERR_PTR). */
  | {
      readonly kind: 'alloc';
      readonly zeroed: boolean;
      readonly fails: 'null' | 'err-ptr' | 'never';
      readonly managed?: boolean;
    }
  | { readonly kind: 'free'; readonly arg: number }
  | {
      readonly kind: 'lock' | 'unlock';
      readonly what:
        | 'mmap-read'
        | 'mmap-write'
        | 'spin'
        | 'spin-irq'
        | 'rcu'
        | 'preempt'
        | 'irq'
        | 'bh'
        | 'mutex'
        | 'rwlock'
        | 'atomic-kmap';
      readonly arg: number | null;
      /** trylock: held only if the result is nonzero ('nonzero') or zero ('zero', for *_killable/_interruptible). */ readonly when?:
        'nonzero' | 'zero';
    }
  | { readonly kind: 'lock-assert'; readonly what: 'mmap-read' | 'mmap-write'; readonly arg: number | null }
  /** Takes mmap_lock of the mm in its argument itself, and gives it back. */
  | { readonly kind: 'takes-mmap-lock'; readonly arg: number }
  | {
      readonly kind: 'user-copy';
      readonly to: 'user' | 'kernel';
      /** result 0 = ok, else bytes left / -EFAULT */ readonly result: 'left' | 'errno';
      /** What it writes in the kernel: the variable that the first argument is, or the memory that it points to. */
      readonly writes?: 'variable' | 'memory';
    }
  /** The object in argument `item` becomes reachable from argument `into`. */
  | {
      readonly kind: 'store';
      readonly item: number;
      readonly into: number;
      readonly structure: 'list' | 'hlist' | 'xarray' | 'idr' | 'rbtree' | 'private-data' | 'radix-tree' | 'other';
    }
  | {
      readonly kind: 'err-ptr';
      readonly test: 'IS_ERR' | 'IS_ERR_OR_NULL' | 'PTR_ERR' | 'ERR_PTR' | 'PTR_ERR_OR_ZERO' | 'ERR_CAST';
    }
  | { readonly kind: 'noreturn' }
  /** Waits for hardware or another thread. */
  | { readonly kind: 'wait'; readonly arg: number | null }
  /** Registers a callback (argument number, or field of an initialised struct). `context`: where it runs. */
  | {
      readonly kind: 'register-callback';
      readonly fn: number;
      readonly context: 'process' | 'hardirq' | 'softirq' | 'work' | 'rcu' | 'kthread' | 'timer';
    }
  | { readonly kind: 'mmu-notifier-register' }
  /** RLIMIT_MEMLOCK / pinned_vm accounting. */
  | { readonly kind: 'memlock-account' }
  /** May block (used by sleep-in-atomic only for calls of the family, stated for completeness). */
  | { readonly kind: 'sleeps' }
  /** Reads its arguments at most; keeps nothing; owns nothing afterwards (printk, memset of locals, min, WARN_ON…). */
  | { readonly kind: 'pure' };

export interface CallFact extends VersionRange {
  readonly name: string;
  readonly effects: readonly Effect[];
  /** What to call instead in kernels outside the range, when it was renamed. */
  readonly replacedBy?: string;
  readonly prototype?: string;
  readonly doc?: string;
  readonly source: string;
}

export interface FlagFact extends VersionRange {
  readonly name: string;
  /** Value in 6.12, for constant folding of `flags`. */
  readonly value: number;
  /** May a driver pass it? 'internal': gup refuses or ignores it from outside. */
  readonly use: 'driver' | 'core' | 'internal';
  readonly doc: string;
  readonly source: string;
}

/** One entry of Documentation/core-api/pin_user_pages.rst's case list. */
export interface CaseFact {
  readonly number: 1 | 2 | 3 | 4 | 5;
  readonly title: string;
  readonly advice: string;
}

/** Operations-table members: who calls them and when (entry points, for missing-longterm and context). */
export interface OpsMember {
  /** 'file_operations', 'vm_operations_struct', … */
  readonly record: string;
  readonly member: string;
  readonly role:
    | 'open'
    | 'release'
    | 'ioctl'
    | 'read'
    | 'write'
    | 'mmap'
    | 'close'
    | 'fault'
    | 'probe'
    | 'remove'
    | 'attach'
    | 'detach'
    | 'map'
    | 'unmap'
    | 'vmap'
    | 'begin'
    | 'end'
    | 'queue'
    | 'other';
  readonly context: 'process' | 'hardirq' | 'softirq' | 'work';
}

export interface KernelFacts {
  acquire(name: string): AcquireFact | undefined;
  /** The form of `fact` in that kernel, or undefined if the kernel has none. */
  formIn(fact: AcquireFact, kernel: KernelVersion): AcquireForm | undefined;
  call(name: string, kernel?: KernelVersion): CallFact | undefined;
  flag(name: string): FlagFact | undefined;
  readonly acquires: readonly AcquireFact[];
  readonly calls: readonly CallFact[];
  readonly flags: readonly FlagFact[];
  readonly cases: readonly CaseFact[];
  ops(record: string, member: string): OpsMember | undefined;
  /** Members of that name in any record: for tables whose type the file does not show. */
  findOps(member: string): readonly OpsMember[];
}
