/** The kernel's headers as the machine has them: facts in C, written for it. Read once, kept. */
import {
  ExactParser,
  FILE_BASE,
  Preprocessor,
  type ExactProgram,
  type Macro,
} from '../../../language/c/exact/index.ts';
import { BASE } from './base.ts';
import { FILES } from './fs.ts';
import { MM } from './mm.ts';
import { SUBSYSTEMS } from './subsystems.ts';
import { SYNC } from './sync.ts';

/** Offsets from here on lie in these headers. */
export const PRELUDE_BASE = 32 * FILE_BASE;

/** Headers after reading. */
export interface Prelude {
  readonly program: ExactProgram;
  readonly macros: ReadonlyMap<string, Macro>;
  readonly text: string;
}

const CONFIG = [
  '64BIT',
  'X86',
  'X86_64',
  'MMU',
  'SMP',
  'HAS_DMA',
  'PCI',
  'MODULES',
  'SWAP',
  'MIGRATION',
  'COMPACTION',
  'MMU_NOTIFIER',
  'TRANSPARENT_HUGEPAGE',
  'HUGETLB_PAGE',
  'HIGH_RES_TIMERS',
  'COMPAT',
  'DEBUG_FS',
  'PROC_FS',
  'SYSFS',
  'FS_DAX',
  'ZONE_DEVICE',
  'PM',
  'OF',
];

const cache = new Map<string, Prelude>();

/** The headers for a kernel such as `6.12`. */
export function prelude(kernel: string): Prelude {
  const known = cache.get(kernel);
  if (known) return known;
  const [major = 6, minor = 12, patch = 0] = kernel.split('.').map((x) => parseInt(x, 10) || 0);
  const version = `#define LINUX_VERSION_CODE ${(major << 16) + (minor << 8) + Math.min(255, patch)}
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#define LINUX_VERSION_MAJOR ${major}
#define LINUX_VERSION_PATCHLEVEL ${minor}
#define LINUX_VERSION_SUBLEVEL ${patch}
#define UTS_RELEASE "${major}.${minor}.${patch}"
#define __KERNEL__ 1
#define __PINSCOPE__ 1
#define MODULE 1
#define __linux__ 1
#define __x86_64__ 1
#define __GNUC__ 12
#define __STDC__ 1
#define __SIZEOF_POINTER__ 8
#define __LITTLE_ENDIAN 1234
#define __LITTLE_ENDIAN_BITFIELD 1
#define __BYTE_ORDER 1234
${CONFIG.map((c) => `#define CONFIG_${c} 1`).join('\n')}
`;
  const text = version + BASE + SYNC + MM + FILES + SUBSYSTEMS;
  const pp = new Preprocessor();
  const tokens = pp.run(text, PRELUDE_BASE);
  const program = new ExactParser(tokens).program();
  const p = { program, macros: pp.macros, text };
  cache.set(kernel, p);
  return p;
}
