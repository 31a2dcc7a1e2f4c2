/** The journal that everything is written through, and traces of operations. */
export { Store, type Column, type Mark } from './journal.ts';
export { compareTraces, operationText, type Difference, type Trace, type TraceStep } from './compare.ts';
