/**
 * A program that comes past every frequent instruction of the machine once, with small and with large numbers. The engine compiles the
 * machine's loop for the instructions that it has seen, and throws that code away at the first other one: each costs tens of milliseconds.
 * A run that gets long has this one run first, on a machine of its own.
 */
import { CONSTANTS, FRAME, OP, TEMPORARIES, WIDTH, type OpName } from './opcodes.ts';
import { HI, KIND } from './memory.ts';
import { T } from './types.ts';
import type { FnInfo, Program } from './program.ts';
import { ACTOR, type Host } from './vm-threads.ts';
import type { Vm } from './vm.ts';

/** Instructions whose operands are a result and two values, or one. */
const PLAIN: readonly OpName[] = [
  ...([
    'MOV',
    'ADD',
    'SUB',
    'MUL',
    'DIVS',
    'DIVU',
    'REMS',
    'REMU',
    'AND',
    'OR',
    'XOR',
    'SHL',
    'SHRS',
    'SHRU',
    'NEG',
  ] as const),
  ...([
    'NOT',
    'EQ',
    'NE',
    'LTS',
    'LTU',
    'LES',
    'LEU',
    'ADDL',
    'SUBL',
    'MULL',
    'DIVSL',
    'DIVUL',
    'REMSL',
    'REMUL',
  ] as const),
  ...([
    'ANDL',
    'ORL',
    'XORL',
    'SHLL',
    'SHRSL',
    'SHRUL',
    'NEGL',
    'NOTL',
    'EQL',
    'NEL',
    'LTSL',
    'LTUL',
    'LESL',
    'LEUL',
  ] as const),
  ...(['ADDLI', 'SX8', 'SX16', 'ZX8', 'ZX16', 'SXL', 'ZXL', 'NEZ', 'NEZL', 'ADDF', 'SUBF', 'MULF'] as const),
];
/** Jumps with the place of their target among the operands. */
const JUMPS: readonly (readonly [OpName, number])[] = [
  ...(['JZ', 'JNZ', 'JZL', 'JNZL'] as const).map((op) => [op, 2] as const),
  ...(['JEQ', 'JNE', 'JLTS', 'JGES', 'JLTU', 'JGEU'] as const).map((op) => [op, 3] as const),
];
/** Rows of the constants: words of numbers whose sums, products and differences need more than 32 bits, and of such that don't. */
const NUMBERS = [3, 0, 1, 0, 0x7fffffff, 0x7fffffff, -0x7ffffff0, -3, 0, 0];
/** Addresses: of the arena of process 1, and of memory that is not the machine's own. */
const ADDRESSES = [0, HI.user, 0, HI.direct];
const VALUES = [
  [0, 2],
  [2, 0],
  [4, 6],
  [6, 4],
  [2, 2],
  [8, 2],
] as const;

/** The program. */
export function primingProgram(): Program {
  const span = { start: 0, end: 0 };
  const code: number[] = [];
  const emit = (op: OpName, a = 0, b = 0, c = 0, d = 0): void => void code.push(OP[op], a, b, c, d);
  const fn = (index: number): FnInfo => ({
    name: `prime${index}`,
    index,
    span,
    entry: 0,
    end: 0,
    registers: 16,
    temporaries: 16,
    frame: index < VALUES.length ? 96 : 0,
    align: 16,
    params: [],
    paramNames: [],
    returns: T.int,
    variadic: false,
    vars: [],
    builtin: -1,
    // frames of both kinds
    user: index % 2 === 1,
    calls: new Set(),
    uses: new Set(),
    prelude: true,
  });
  // one function for each pair of numbers; the last one is called by all
  const mains = VALUES.map((_, i) => fn(i));
  const callee = fn(VALUES.length);
  const called = CONSTANTS + NUMBERS.length;
  const places = [FRAME, called + 2, called + 4];
  const t = TEMPORARIES + 2;
  for (const [i, [x, y]] of VALUES.entries()) {
    mains[i]!.entry = code.length;
    const [b, c] = [CONSTANTS + x, CONSTANTS + y];
    emit('STEP');
    // constants for both operands: nothing divides by 0
    for (const op of PLAIN) for (const a of [2, t]) emit(op, a, b, op === 'ADDLI' ? 7 : c || b);
    emit('PIDX', t, b, c, 8);
    emit('PIDXL', t, b, c, 8);
    for (const [op, target] of JUMPS) {
      const next = code.length + WIDTH;
      emit(op, b, target === 2 ? next : c, next);
    }
    emit('JMP', code.length + WIDTH);
    emit('DECL', 16, 0);
    for (const at of places) {
      for (const op of ['ST8', 'ST16', 'ST32', 'ST64'] as const) emit(op, at, b, 16);
      for (const op of ['LD8S', 'LD8U', 'LD16S', 'LD16U', 'LD32', 'LD64'] as const)
        for (const a of [4, t]) emit(op, a, at, 16);
    }
    emit('CHK', CONSTANTS);
    emit('CALL', callee.index, t, 6, 1);
    emit('CALLI', called, t, 6, 1);
    emit('CALLB', 0, t, 6, 1);
    emit('CALLB', 0, t, t, 1);
    emit('NOTE', 0, t, 0);
    emit('RET', CONSTANTS);
  }
  callee.entry = code.length;
  emit('STEP');
  emit('MOV', 4, 0);
  emit('RET', 4);
  const rows = code.length / WIDTH;
  return {
    code: Int32Array.from(code),
    spanOf: new Int32Array(rows),
    spans: [span],
    functions: [...mains, callee],
    byName: new Map(),
    globals: [],
    globalByName: new Map(),
    locals: [{ name: 'prime', size: 32, type: T.int, span, fn: callee.name }],
    bits: [],
    live: new Int32Array(rows),
    liveSets: [[2]],
    constants: Int32Array.from([...NUMBERS, 0, 0, ...ADDRESSES]),
    addresses: [{ row: NUMBERS.length, of: 'function', index: callee.index }],
    messages: ['prime'],
    builtins: ['prime'],
    problems: [],
    init: 0,
    userInit: 0,
    record: () => undefined,
  };
}

/** Has the engine see every frequent instruction: once in its life, on a machine with the priming program. */
export function prime(make: (host: Host) => Vm): void {
  const vm = make(primingHost(0, 0));
  const { program } = vm;
  const arena = vm.memory.address(vm.memory.alloc(32, KIND.user, -1, true));
  for (let i = 0; i < program.functions.length - 1; i++) {
    Object.assign(vm, { host: primingHost(i, arena) });
    const t = vm.spawn(program.functions[i]!, [], { kind: ACTOR.init, proc: 1, userStack: vm.memory.reserve(128) });
    while (vm.run(t, 1) === 'budget');
  }
}
/** Hosts of several shapes, so that the engine does not take one of them, or a function of one, for the only one. */
function primingHost(shape: number, arena: number): Host {
  const page = new Uint8Array(4096);
  const answers = {
    [`shape${shape}`]: shape,
    call: () => 0,
    note: () => undefined,
    read: (_hi: number, _lo: number, size: number) => new Uint8Array(size),
    write: () => {},
    peek: (_hi: number, _lo: number, size: number) => (size === 4 ? page : undefined),
    poke: (_hi: number, _lo: number, data: Uint8Array) => data.length === 4,
    arena: () => arena,
    bigGlobal: () => ({ hi: 0, lo: 0 }),
    yields: () => false,
  };
  return shape & 1 ? answers : { ...answers, call: () => undefined, note: () => 0, yields: () => shape > 99 };
}
