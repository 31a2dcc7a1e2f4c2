/** Names of everything that can go wrong in a run, and what they mean: `never`, `exists`, reports and completion use them. */

/** Between a device and memory. */
export const DEVICE_FAULTS = {
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
} as const;

/** What the machine itself finds. */
export const MACHINE_FAULTS: Readonly<Record<string, string>> = {
  'use-after-free': 'memory is used after it was given back',
  'out-of-bounds': 'an access lies outside of its object',
  uninitialised: 'a value is used that was never written',
  'null-dereference': 'a NULL pointer is followed',
  'error-pointer': 'an ERR_PTR() is followed',
  'wild-pointer': 'a pointer to nothing is followed',
  'list-poison': 'a list entry is used after list_del()',
  'user-pointer': 'kernel code follows a user pointer',
  'double-free': 'memory is given back twice',
  'bad-free': 'something is given back that was not taken',
  'bad-count': 'a count is negative or too large',
  'stack-escape': 'a local variable is used after its function has returned',
  'stack-overflow': 'the stack is used up',
  overlap: 'memcpy() of overlapping ranges',
  'division-by-zero': 'division by zero',
  unlock: 'a lock is released by somebody who does not hold it',
  'sleep-in-atomic': 'something sleeps where that is forbidden',
  'info-leak': 'uninitialised kernel memory goes to the user',
  segfault: 'a program is killed by SIGSEGV',
  sigbus: 'a program is killed by SIGBUS',
  'out-of-memory': 'a program is killed because the modelled machine has no memory left',
  hang: 'somebody waits for what will never happen',
  bug: 'BUG() was reached',
  warning: 'the kernel would warn',
  assertion: 'an assertion does not hold',
  format: 'a format string does not fit its arguments',
  'memory-leak': 'memory is still allocated at the end',
  unsupported: 'the machine cannot do this',
  'step-limit': 'the run did not end within its number of steps',
  'memory-limit': 'the run needed too much memory',
  limit: 'a limit of the machine was reached',
  schedule: 'the schedule asks for somebody who cannot run there, or for an action that does not exist',
};

/** What every fault means, by name. */
export const FAULT_DOCS: Readonly<Record<string, string>> = { ...DEVICE_FAULTS, ...MACHINE_FAULTS };
/** All names that `never` and `exists` know. */
export const FAULTS: readonly string[] = Object.keys(FAULT_DOCS);
