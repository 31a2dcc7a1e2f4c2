/** Copies between user and kernel memory; all may fault and sleep. Follows include/linux/uaccess.h, lib/usercopy.c, lib/iov_iter.c. */
import { row, table } from './build.ts';
import type { CallFact, Effect } from './types.ts';

const copy = (to: 'user' | 'kernel', result: 'left' | 'errno', writes?: 'variable' | 'memory'): readonly Effect[] => [
  { kind: 'user-copy', to, result, ...(writes && { writes }) },
  { kind: 'sleeps' },
];

/** Copies that can fail in the middle of a function that holds pages. */
export const userCopies: readonly CallFact[] = table('include/linux/uaccess.h', [
  row(
    'copy_to_user __copy_to_user __copy_to_user_inatomic raw_copy_to_user clear_user __clear_user',
    copy('user', 'left'),
  ),
  row(
    `
    copy_from_user __copy_from_user __copy_from_user_inatomic raw_copy_from_user copy_from_user_nofault
  `,
    copy('kernel', 'left', 'memory'),
  ),
  row('copy_in_user', copy('kernel', 'left')),
  row('put_user __put_user unsafe_put_user copy_to_sockptr', copy('user', 'errno')),
  row(
    `
    copy_struct_from_user copy_from_sockptr strncpy_from_user
  `,
    copy('kernel', 'errno', 'memory'),
  ),
  row('get_user __get_user unsafe_get_user', copy('kernel', 'errno', 'variable')),
  row('strnlen_user strlen_user', copy('kernel', 'errno')),
  row('copy_to_iter copy_to_iter_full _copy_to_iter copy_to_iter_mcsafe', copy('user', 'left'), {
    source: 'include/linux/uio.h',
    doc: 'Returns what was copied, not what was left.',
  }),
  row('copy_from_iter copy_from_iter_full _copy_from_iter copy_from_iter_nocache', copy('kernel', 'left', 'memory'), {
    source: 'include/linux/uio.h',
    doc: 'Returns what was copied, not what was left.',
  }),
  row('simple_read_from_buffer', copy('user', 'errno'), { source: 'fs/libfs.c' }),
  row('simple_write_to_buffer', copy('kernel', 'errno', 'memory'), { source: 'fs/libfs.c' }),
  row(
    `
    access_ok untagged_addr user_access_begin user_access_end user_read_access_begin user_write_access_begin
    fault_in_readable fault_in_writeable fault_in_safe_writeable fault_in_pages_readable fault_in_pages_writeable
    u64_to_user_ptr compat_ptr ptr_to_compat
  `,
    [{ kind: 'pure' }],
  ),
]);
