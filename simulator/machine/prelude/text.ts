/** The kernel's headers as the machine has them: facts in C, written for it. */
import { ALLOC } from './alloc.ts';
import { ARITH } from './arith.ts';
import { ASSUME } from './assume.ts';
import { ATOMIC } from './atomic.ts';
import { BITS } from './bits.ts';
import { BLOCK_LAYER } from './block.ts';
import { BUSES } from './buses.ts';
import { COMMON } from './common.ts';
import { DEVICES } from './devices.ts';
import { DEVRES } from './devres.ts';
import { DMA } from './dma.ts';
import { ENGINES } from './engines.ts';
import { ERRNO } from './errno.ts';
import { GUP } from './gup.ts';
import { ITER } from './iter.ts';
import { LISTS } from './lists.ts';
import { LOCKS } from './locks.ts';
import { NET } from './net.ts';
import { PAGES } from './pages.ts';
import { PLATFORM } from './platform.ts';
import { PRINTK } from './printk.ts';
import { STRINGS } from './strings.ts';
import { SUBSYSTEMS } from './subsystems.ts';
import { SYSCALLS } from './syscalls.ts';
import { TASKS } from './tasks.ts';
import { TYPES } from './types.ts';
import { USB } from './usb.ts';
import { USER } from './user.ts';
import { VIRTUAL_FILES } from './virtual-files.ts';
import { VMAS } from './vmas.ts';
import { WAIT } from './wait.ts';
import { WORK } from './work.ts';
import { XARRAY } from './xarray.ts';

const FIXED = `#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
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
`;
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

/** In the order of their inclusion: a header may use what those before it say. */
const HEADERS = [
  TYPES,
  ARITH,
  ERRNO,
  LISTS,
  BITS,
  ATOMIC,
  STRINGS,
  LOCKS,
  WAIT,
  WORK,
  TASKS,
  PRINTK,
  ALLOC,
  PAGES,
  GUP,
  DMA,
  DEVICES,
  DEVRES,
  BUSES,
  VMAS,
  ITER,
  XARRAY,
  USER,
  SYSCALLS,
  SUBSYSTEMS,
  COMMON,
  VIRTUAL_FILES,
  PLATFORM,
  BLOCK_LAYER,
  NET,
  USB,
  ENGINES,
  ASSUME,
];

/** All of them as one text. */
export const headerText = (): string =>
  `${FIXED}${CONFIG.map((c) => `#define CONFIG_${c} 1`).join('\n')}\n${HEADERS.join('')}`;
