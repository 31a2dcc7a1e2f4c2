/** Where the built-in headers stand among the files of a program. */
import { FILE_BASE } from '../../../language/c/exact/index.ts';

/** Offsets from here on lie in these headers. */
export const PRELUDE_BASE = 32 * FILE_BASE;
