/**
 * The machine's instructions. Five words each: operation and operands a…d. Operands that name values are places of the window that a function
 * sees (two words each; 32-bit values use the low word); others are numbers, code positions or table rows.
 */

/**
 * Numbers of the instructions, the frequent ones first. The machine's loop repeats them as literals (`case 2 satisfies (typeof OP)['MOV']`): a
 * switch over literals is a jump table, one over constants a search.
 */
export const OP = {
  STEP: 0,
  MOV: 1,
  TRAP: 2,
  // 32 bits
  ADD: 3,
  SUB: 4,
  MUL: 5,
  DIVS: 6,
  DIVU: 7,
  REMS: 8,
  REMU: 9,
  AND: 10,
  OR: 11,
  XOR: 12,
  SHL: 13,
  SHRS: 14,
  SHRU: 15,
  NEG: 16,
  NOT: 17,
  EQ: 18,
  NE: 19,
  LTS: 20,
  LTU: 21,
  LES: 22,
  LEU: 23,
  // 64 bits
  ADDL: 24,
  SUBL: 25,
  MULL: 26,
  DIVSL: 27,
  DIVUL: 28,
  REMSL: 29,
  REMUL: 30,
  ANDL: 31,
  ORL: 32,
  XORL: 33,
  SHLL: 34,
  SHRSL: 35,
  SHRUL: 36,
  NEGL: 37,
  NOTL: 38,
  EQL: 39,
  NEL: 40,
  LTSL: 41,
  LTUL: 42,
  LESL: 43,
  LEUL: 44,
  ADDLI: 45,
  // floating
  ADDF: 46,
  SUBF: 47,
  MULF: 48,
  DIVF: 49,
  NEGF: 50,
  EQF: 51,
  NEF: 52,
  LTF: 53,
  LEF: 54,
  FROUND: 55,
  // conversions
  SX8: 56,
  SX16: 57,
  ZX8: 58,
  ZX16: 59,
  SXL: 60,
  ZXL: 61,
  NEZ: 62,
  NEZL: 63,
  NEZF: 64,
  SF: 65,
  UF: 66,
  SLF: 67,
  ULF: 68,
  FS: 69,
  FU: 70,
  FSL: 71,
  FUL: 72,
  // jumps
  JMP: 73,
  JZ: 74,
  JNZ: 75,
  JZL: 76,
  JNZL: 77,
  JEQ: 78,
  JNE: 79,
  JLTS: 80,
  JGES: 81,
  JLTU: 82,
  JGEU: 83,
  // memory
  LD8S: 84,
  LD8U: 85,
  LD16S: 86,
  LD16U: 87,
  LD32: 88,
  LD64: 89,
  LDF: 90,
  ST8: 91,
  ST16: 92,
  ST32: 93,
  ST64: 94,
  STF: 95,
  LDB: 96,
  STB: 97,
  COPY: 98,
  ZERO: 99,
  PIDX: 100,
  PIDXL: 101,
  PDIFF: 102,
  DECL: 103,
  CHK: 104,
  // calls
  CALL: 105,
  CALLI: 106,
  CALLB: 107,
  RET: 108,
  NOTE: 109,
  // 128 bits: operands are addresses, the last one says which operation
  WIDE: 110,
  WCMP: 111,
} as const;
/** Operations of WIDE and WCMP by their numbers, and what is added if they are signed. */
export const WIDE_OPS: readonly string[] = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'];
/** Comparisons. */
export const WIDE_COMPARE: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];
/** Added to the number of a signed operation. */
export const WIDE_SIGNED = 16;
/** Name of an instruction. */
export type OpName = keyof typeof OP;
/** Words of an instruction. */
export const WIDTH = 5;

/**
 * The window: variables of the function that runs from 0 on, temporaries of the statement that runs, the address of its frame memory, and
 * the program's constants.
 */
export const TEMPORARIES = 4096;
/** Address of the frame memory. */
export const FRAME = 8192;
/** Row 0 of the constants. */
export const CONSTANTS = FRAME + 2;
