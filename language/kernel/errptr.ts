/** Errors in pointers. Follows include/linux/err.h. */
import { row, table } from './build.ts';
import type { CallFact } from './types.ts';

/** The ERR_PTR family. */
export const errPointers: readonly CallFact[] = table('include/linux/err.h', [
  row('IS_ERR', [{ kind: 'err-ptr', test: 'IS_ERR' }]),
  row('IS_ERR_OR_NULL', [{ kind: 'err-ptr', test: 'IS_ERR_OR_NULL' }]),
  row('PTR_ERR', [{ kind: 'err-ptr', test: 'PTR_ERR' }]),
  row('ERR_PTR', [{ kind: 'err-ptr', test: 'ERR_PTR' }]),
  row('PTR_ERR_OR_ZERO', [{ kind: 'err-ptr', test: 'PTR_ERR_OR_ZERO' }]),
  row('PTR_RET', [{ kind: 'err-ptr', test: 'PTR_ERR_OR_ZERO' }], { until: '4.18', replacedBy: 'PTR_ERR_OR_ZERO' }),
  row('ERR_CAST', [{ kind: 'err-ptr', test: 'ERR_CAST' }]),
  row('IS_ERR_VALUE IS_ERR_PCPU', [{ kind: 'pure' }]),
]);
