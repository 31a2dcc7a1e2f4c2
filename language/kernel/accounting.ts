/** Accounting of pinned memory against RLIMIT_MEMLOCK. Follows mm/util.c, include/linux/mm.h, net/core/skbuff.c. */
import { row, table } from './build.ts';
import type { CallFact } from './types.ts';

/** Calls that account long-term pins. */
export const accounting: readonly CallFact[] = [
  ...table('mm/util.c', [
    row('account_locked_vm', [{ kind: 'memlock-account' }, { kind: 'takes-mmap-lock', arg: 0 }, { kind: 'sleeps' }], {
      since: '5.3',
      prototype: 'int account_locked_vm(struct mm_struct *mm, unsigned long pages, bool inc);',
    }),
    row('__account_locked_vm', [{ kind: 'memlock-account' }], { since: '5.3' }),
  ]),
  ...table('net/core/skbuff.c', [
    row('mm_account_pinned_pages mm_unaccount_pinned_pages', [{ kind: 'memlock-account' }], { since: '4.18' }),
  ]),
];

/**
 * Names that show accounting which is no single call: counters of `struct mm_struct` and `struct user_struct` that a
 * driver adds to, and the limit that it compares with.
 */
export const accountingNames: readonly string[] = [
  'pinned_vm',
  'locked_vm',
  'locked_shm',
  'RLIMIT_MEMLOCK',
  'CAP_IPC_LOCK',
];
