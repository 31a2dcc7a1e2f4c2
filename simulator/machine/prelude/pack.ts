/** What a build needs to pack the built-in headers (scripts/lib/packed-prelude.mjs). */
export { packHeaders } from '../../../language/c/exact/index.ts';
export { PRELUDE_BASE } from './base.ts';
export { headerText } from './text.ts';
