/**
 * The snippet machine: C (read exactly by language/c/exact) → bytecode → a virtual machine whose memory, registers and stacks are
 * columns of the journal. `compile` makes a Program; a Kernel runs it on a Model: spawn() starts a function in a thread,
 * vm.run(thread, n) carries out n statements. Between statements all state is in `model.s.store`: seek() undoes and redoes it, and any
 * state can be run on. Debuggers read vm.frames(thread), Program.functions[].vars and readVariables().
 */
export { compile, type CompileInput } from './compiler.ts';
export type { CodeNote } from './compile-stmt.ts';
export type { FnInfo, GlobalInfo, Program, VarInfo } from './program.ts';
export { prelude, PRELUDE_BASE } from './prelude/index.ts';
export { USER_NAMES } from './prelude/user-names.ts';
export { BUILTIN_NAMES, QUESTIONS } from './builtins/index.ts';
export { isDevice } from './builtins/vfs.ts';
export { Kernel, type Director, type Event } from './kernel.ts';
export type { Notice } from './kernel-processes.ts';
export { ObjectMaker, BUFFER_PAGES, type Assumed } from './objects.ts';
export { MachineFault, HI, KIND, STATE, SC } from './memory.ts';
export { ACTOR, BLOCK, PREEMPT, THREAD, Vm, type Answer, type FrameInfo, type Stop, type Word } from './vm.ts';
export { readVariables, scalar, type Variable } from './inspect.ts';
export { findMember, typeName, type Ty } from './types.ts';
export { Rows } from './rows.ts';
export { OP, WIDTH } from './opcodes.ts';
