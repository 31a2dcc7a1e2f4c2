/** The kernel's headers, read once and kept. */
import { Preprocessor, type Headers } from '../../../language/c/exact/index.ts';
import { readPrelude } from './read.ts';

export { PRELUDE_BASE } from './base.ts';

let headers: Headers | undefined;

/** The headers for a kernel such as `6.12`. */
export function prelude(kernel: string): Headers {
  headers ??= readPrelude();
  const [major = 6, minor = 12, patch = 0] = kernel.split('.').map((x) => parseInt(x, 10) || 0);
  const pp = new Preprocessor(undefined, headers.macros);
  pp.define('LINUX_VERSION_CODE', String((major << 16) + (minor << 8) + Math.min(255, patch)));
  pp.define('LINUX_VERSION_MAJOR', String(major));
  pp.define('LINUX_VERSION_PATCHLEVEL', String(minor));
  pp.define('LINUX_VERSION_SUBLEVEL', String(patch));
  pp.define('UTS_RELEASE', `"${major}.${minor}.${patch}"`);
  return { program: headers.program, macros: pp.macros };
}
