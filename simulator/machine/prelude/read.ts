/**
 * The headers, which are the same for every kernel: what differs is said to the machine. A build puts what packHeaders() makes of them in the place of
 * this file (esbuild.mjs): reading their text would be most of the time that a short snippet takes.
 */
import { readHeaders, type Headers } from '../../../language/c/exact/index.ts';
import { PRELUDE_BASE } from './base.ts';
import { headerText } from './text.ts';

/** Reads them. */
export const readPrelude = (): Headers => readHeaders(headerText(), PRELUDE_BASE);
