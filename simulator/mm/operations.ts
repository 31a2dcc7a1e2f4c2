/** The operation list of the oracle, and what this project adds to it: names, arguments and results as in its README. */
import { FILES_OPERATIONS } from './operations/files.ts';
import { MACHINE_OPERATIONS } from './operations/machine.ts';
import { MEMORY_OPERATIONS } from './operations/memory.ts';
import { PAGES_OPERATIONS } from './operations/pages.ts';
import { USERS_OPERATIONS } from './operations/users.ts';
import type { Operations } from './operations/table.ts';

/** Every operation by name. */
export const OPERATIONS: Operations = {
  ...MEMORY_OPERATIONS,
  ...PAGES_OPERATIONS,
  ...FILES_OPERATIONS,
  ...MACHINE_OPERATIONS,
  ...USERS_OPERATIONS,
};

/** Names of all operations. */
export const OPERATION_NAMES: readonly string[] = Object.keys(OPERATIONS);
