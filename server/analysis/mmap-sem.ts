/** mmap_sem, as the lock of a process's memory was called before 5.8, taken as an rwsem. */
import type { CallExpr, Expr } from '../../language/c/ast.ts';
import { typeOfExpr } from '../../language/c/index.ts';
import { calleeName, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';

/** What is called instead since 5.8 (include/linux/mmap_lock.h); mmap_write_trylock() went with 6.11. */
const INSTEAD: Readonly<Record<string, string>> = {
  down_read: 'mmap_read_lock',
  down_read_killable: 'mmap_read_lock_killable',
  down_read_trylock: 'mmap_read_trylock',
  up_read: 'mmap_read_unlock',
  down_write: 'mmap_write_lock',
  down_write_killable: 'mmap_write_lock_killable',
  up_write: 'mmap_write_unlock',
  downgrade_write: 'mmap_write_downgrade',
};

/** `down_read(&mm->mmap_sem)`: the function that does it today, and the mm. */
export function mmapSemCall(
  file: FileAnalysis,
  f: FunctionContext,
  call: CallExpr,
): { readonly instead: string; readonly mm: Expr } | null {
  const instead = INSTEAD[calleeName(call) ?? ''];
  const arg = call.args[0];
  const field = arg?.kind === 'unary' && arg.op === '&' ? arg.arg : undefined;
  if (instead === undefined || field?.kind !== 'member' || field.name !== 'mmap_sem') return null;
  if (file.unit.macros.has('mmap_sem')) return null;
  // a driver may have a lock of that name
  const type = typeOfExpr(field.object, { unit: file.unit, locals: f.types });
  const record = type?.kind === 'pointer' ? type.to : type;
  const isMm = record?.kind === 'record' ? record.name === 'mm_struct' : /mm$/.test(file.groups.text(field.object));
  return isMm ? { instead, mm: field.object } : null;
}
