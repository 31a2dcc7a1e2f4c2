/** Iterators (struct iov_iter): what a path learns of the pages that they lead to (include/linux/uio.h). */
import type { State } from './state.ts';
import type { Symbols } from './symbols.ts';
import type { Val } from './values.ts';

/** Tests of an iterator: what their "yes" says of its pages (user memory is what an extraction pins), and their "no". */
const ITER_TESTS: Readonly<Record<string, { readonly yes: 'user' | 'kernel'; readonly no?: 'kernel' }>> = {
  iov_iter_extract_will_pin: { yes: 'user', no: 'kernel' },
  user_backed_iter: { yes: 'user', no: 'kernel' },
  iter_is_ubuf: { yes: 'user' },
  iter_is_iovec: { yes: 'user' },
  iov_iter_is_kvec: { yes: 'kernel' },
  iov_iter_is_bvec: { yes: 'kernel' },
  iov_iter_is_xarray: { yes: 'kernel' },
  iov_iter_is_folioq: { yes: 'kernel' },
  iov_iter_is_discard: { yes: 'kernel' },
};

/** The function asks an iterator what its pages are. */
export const isIterTest = (name: string): boolean => Object.hasOwn(ITER_TESTS, name);

/** The truth of a test of an iterator: the same each time that the path asks. */
export function iterTest(symbols: Symbols, name: string, iter: Val): Val {
  return { s: symbols.get(`iter:${iter.s}:${name}`, { lo: 0, hi: 1, name: `${name}()` }), o: 0 };
}

/** What the path found out about an iterator. */
export function iterKind(state: State, iter: number): 'user' | 'kernel' | 'unknown' {
  let kind: 'user' | 'unknown' = 'unknown';
  let neither = 0;
  for (const [name, says] of Object.entries(ITER_TESTS)) {
    const truth = state.known(iterTest(state.symbols, name, { s: iter, o: 0 }));
    if (truth === undefined) continue;
    const answer = truth === 1 ? says.yes : says.no;
    if (answer === 'kernel') return 'kernel';
    if (answer === 'user') kind = 'user';
    else if (says.yes === 'user') neither++;
  }
  // neither of the two kinds of user memory
  return kind === 'unknown' && neither === 2 ? 'kernel' : kind;
}
