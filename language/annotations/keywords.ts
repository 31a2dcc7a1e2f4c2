/** What annotations are made of: keywords, options, values. Parser, completion, hover, highlighting and the reference page read this. */

/** `name=value` of an annotation. */
export interface Option {
  readonly name: string;
  /** A value that makes sense, where any number or name goes. */
  readonly example: string;
  readonly doc: string;
  /** All values that there are; without: see `doc`. */
  readonly values?: readonly string[];
}

/** What stands behind a keyword: where completion takes its words from. */
export type Argument =
  'version' | 'fault' | 'function' | 'process' | 'label' | 'new-label' | 'call' | 'path' | 'action' | 'explore';

/** A keyword with what completion and hover say. */
export interface Keyword {
  readonly name: string;
  readonly form: string;
  readonly doc: string;
  /** May stand inside of functions. */
  readonly statement: boolean;
  /** Something that the machine does: may stand behind `at POINT:`. */
  readonly action?: boolean;
  readonly argument?: Argument;
  readonly options?: readonly Option[];
}

/** Kinds of virtual devices. */
export const DEVICE_KINDS: Readonly<Record<string, string>> = {
  capture: 'Writes a pattern to memory, as a video grabber does.',
  playback: 'Reads memory.',
  copy: 'Reads and writes memory.',
  rdma: 'Long-lived registration, random access.',
  'page-faulting': 'Faults pages in by itself, and is told by MMU notifiers.',
};

const SIZE = 'in MiB';
const MACHINE: readonly Option[] = [
  { name: 'ram', example: '64', doc: `Ordinary memory, ${SIZE}.` },
  { name: 'swap', example: '64', doc: `Swap device, ${SIZE}; 0: none.` },
  { name: 'movable', example: '16', doc: `Memory in ZONE_MOVABLE, ${SIZE}.` },
  { name: 'cma', example: '16', doc: `A CMA area, ${SIZE}.` },
  { name: 'pmem', example: '16', doc: `Persistent memory for DAX files, ${SIZE}.` },
  {
    name: 'iommu',
    example: 'on',
    values: ['on', 'off'],
    doc: 'on: devices use I/O addresses, access after the unmap is a fault. off: they use physical memory, whatever is there now.',
  },
  { name: 'lru', example: 'mglru', values: ['classic', 'mglru'], doc: 'How reclaim ages pages.' },
  {
    name: 'dax',
    example: 'fail',
    values: ['wait', 'fail', 'sigbus', 'lease'],
    doc: 'What truncating a DAX file does while its pages are pinned.',
  },
  {
    name: 'tracking',
    example: 'bias',
    values: ['bias', 'none', 'page-bit', 'off-lru'],
    doc: 'How pins are told from references: 1024 in the refcount (as the kernel does), not at all, one bit a page, or pages taken off the LRU.',
  },
  { name: 'steps', example: '1000000', doc: 'The run stops after so many steps.' },
  { name: 'memory', example: '64', doc: `Memory that the program itself may use, ${SIZE}.` },
];
const DEVICE: readonly Option[] = [
  { name: 'pattern', example: '0xAA', doc: 'The byte, or the text of at most seven letters, that the device writes.' },
  { name: 'latency', example: '2', doc: 'Visible steps that a transfer takes.' },
  { name: 'ring', example: '256', doc: 'Places of the descriptor ring.' },
];
const FILE: readonly Option[] = [
  { name: 'pages', example: '4', doc: 'Its size in pages.' },
  { name: 'fs', example: 'ext4', values: ['ext4', 'tmpfs', 'dax'], doc: 'The file system that it lies on.' },
];

/** All keywords, in the order of the reference page. */
export const KEYWORDS: readonly Keyword[] = [
  {
    name: 'kernel',
    form: 'kernel 6.12',
    doc: 'Kernel whose memory management is modelled.',
    statement: false,
    argument: 'version',
  },
  {
    name: 'machine',
    form: 'machine ram=64 swap=64 iommu=off',
    doc: 'Parts of the machine; sizes are in MiB.',
    statement: false,
    options: MACHINE,
  },
  {
    name: 'device',
    form: 'device cam capture pattern=0xAA latency=2',
    doc: 'A virtual DMA device: its name, then its kind.',
    statement: false,
    options: DEVICE,
  },
  {
    name: 'file',
    form: 'file /data pages=4 fs=ext4',
    doc: 'A file that exists at the start.',
    statement: false,
    options: FILE,
  },
  {
    name: 'process',
    form: 'process app',
    doc: 'The next function is the program of a process.',
    statement: false,
    argument: 'function',
  },
  {
    name: 'seed',
    form: 'seed 7',
    doc: 'Random but repeatable choice of who runs at every visible step.',
    statement: false,
  },
  {
    name: 'never',
    form: 'never lost-write',
    doc: 'The fault (or the C condition) must not occur at any step.',
    statement: false,
    argument: 'fault',
  },
  {
    name: 'always',
    form: 'always mapcount(p) <= 1',
    doc: 'The C condition over global names must hold at every step.',
    statement: false,
  },
  {
    name: 'exists',
    form: 'exists lost-write',
    doc: 'The fault (or the C condition) must occur in this run: the snippet shows it.',
    statement: false,
    argument: 'fault',
  },
  {
    name: 'explore',
    form: 'explore reclaim, fork app',
    doc: 'What the explorer may let happen, at every place.',
    statement: false,
    argument: 'explore',
  },
  {
    name: 'schedule',
    form: 'schedule app worker@2 time app',
    doc: 'Who does something next: an actor up to its next visible step (`@2`: until just before its second access or call, `!1`: its first call that may fail, fails, `*3`: three times), `time`, or an action in brackets.',
    statement: false,
  },
  {
    name: 'at',
    form: 'at dma-running: fork app',
    doc: 'An action when a point is reached.',
    statement: true,
    argument: 'label',
  },
  { name: 'point', form: 'point dma-running', doc: 'A named place.', statement: true, argument: 'new-label' },
  {
    name: 'assert',
    form: 'assert refcount(page(buf)) == 1026',
    doc: 'The C condition must hold here.',
    statement: true,
    action: true,
  },
  {
    name: 'show',
    form: 'show refcount(page(buf)), mapcount(page(buf))',
    doc: 'Tells values.',
    statement: true,
    action: true,
  },
  {
    name: 'reclaim',
    form: 'reclaim [all|N]',
    doc: 'Memory pressure: the reclaimer looks at every page (N times).',
    statement: true,
    action: true,
  },
  {
    name: 'writeback',
    form: 'writeback [N]',
    doc: 'The flusher writes dirty file pages; with N, their writeback lasts N steps.',
    statement: true,
    action: true,
  },
  {
    name: 'drop-caches',
    form: 'drop-caches',
    doc: 'echo 1 > /proc/sys/vm/drop_caches.',
    statement: true,
    action: true,
  },
  {
    name: 'compact',
    form: 'compact',
    doc: 'Compaction tries to move every movable page.',
    statement: true,
    action: true,
  },
  {
    name: 'migrate',
    form: 'migrate buf',
    doc: 'Tries to move the page at an address to the other node.',
    statement: true,
    action: true,
  },
  {
    name: 'fork',
    form: 'fork app',
    doc: 'The process forks here; the child does nothing.',
    statement: true,
    action: true,
    argument: 'process',
  },
  {
    name: 'exit',
    form: 'exit app',
    doc: 'The process is killed here.',
    statement: true,
    action: true,
    argument: 'process',
  },
  {
    name: 'wait',
    form: 'wait 5',
    doc: 'The actor waits N steps, in which devices and others work.',
    statement: true,
    action: true,
  },
  {
    name: 'truncate',
    form: 'truncate /data 0',
    doc: 'Somebody truncates the file to N pages.',
    statement: true,
    action: true,
    argument: 'path',
  },
  {
    name: 'fail',
    form: 'fail kmalloc 2',
    doc: 'The second kmalloc() from here on fails (any call that can fail).',
    statement: true,
    action: true,
    argument: 'call',
  },
  {
    name: 'short-pin',
    form: 'short-pin 3',
    doc: 'The next call that pins or gets pages stops after N pages.',
    statement: true,
    action: true,
  },
];

const byName = new Map(KEYWORDS.map((k) => [k.name, k]));

/** What hover says of a keyword. */
export function describeKeyword(name: string): Keyword | undefined {
  return byName.get(name);
}

/** The options of a keyword, by name. */
export function optionsOf(keyword: string): readonly Option[] {
  return byName.get(keyword)?.options ?? [];
}
