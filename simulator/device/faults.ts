/** What can go wrong between a device and memory, by name. */

/** Names of faults. */
export const FAULT_KINDS = [
  'lost-write',
  'stale-read',
  'freed-page-write',
  'zero-page-write',
  'other-process-write',
  'unstable-writeback',
  'dirty-lost',
  'iommu-fault',
  'leak',
  'refcount-underflow',
  'hung-truncate',
  'direction',
  'deadlock',
] as const;
/** Name of a fault. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What each fault means, for people. */
export const FAULT_TEXT: Readonly<Record<FaultKind, string>> = {
  'lost-write': 'the device wrote to a page that the process no longer sees at the buffer’s address',
  'stale-read': 'the device read a page that is no longer the process’s buffer',
  'freed-page-write': 'the device wrote to a page that was freed, or given to somebody else',
  'zero-page-write': 'the device wrote to the shared zero page',
  'other-process-write': 'the device wrote to a page that only another process maps',
  'unstable-writeback':
    'the device wrote to a page while it was being written to the medium: its checksum does not fit',
  'dirty-lost': 'the page counts as clean, but holds data that the medium does not have',
  'iommu-fault': 'the device used an address that the IOMMU does not map',
  leak: 'pages are still held at the end',
  'refcount-underflow': 'more references were released than were taken',
  'hung-truncate': 'a truncate waits for a page that nobody will release',
  direction: 'the device accessed memory against the direction of its mapping',
  deadlock: 'an operation waits for a page lock whose owner waits for the operation',
};

/** A fault that happened, or is bound to happen. */
export interface Fault {
  kind: FaultKind;
  /** Page frame. */
  pfn: number;
  /** Step after which it could no longer be avoided. */
  inevitable: number;
  /** Step at which somebody could see it; 0 while it has not shown. */
  shown: number;
  /** For people. */
  text: string;
}
