/** A compiled program: code and the tables that explain it. */
import type { Span } from '../../language/c/ast.ts';
import type { Ty } from './types.ts';

/** A variable of a function, for debuggers. */
export interface VarInfo {
  readonly name: string;
  readonly type: Ty;
  /** Place in the frame's registers, if it lives there. */
  readonly slot?: number;
  /** Offset in the frame's memory, if it lives there. */
  readonly offset?: number;
  /** Flag slot that tells whether it has a value. */
  readonly flag?: number;
  /** Code positions between which it is in scope. */
  readonly from: number;
  to: number;
}
/** A function of the program. */
export interface FnInfo {
  readonly name: string;
  readonly index: number;
  readonly span: Span;
  /** Start of its code; -1: a built-in or a name without a body. */
  entry: number;
  end: number;
  /** Words that its variables and its temporaries need. */
  registers: number;
  temporaries: number;
  /** Bytes of frame memory, and what its address is a multiple of. */
  frame: number;
  align: number;
  readonly params: readonly Ty[];
  readonly paramNames: readonly (string | null)[];
  readonly returns: Ty;
  readonly variadic: boolean;
  readonly vars: VarInfo[];
  /** Number of the built-in, if it is one. */
  readonly builtin: number;
  /** Runs as part of a user program: its locals are user memory. */
  user: boolean;
  /** Names of functions that it calls. */
  readonly calls: Set<string>;
  /** Names of globals that it uses. */
  readonly uses: Set<string>;
  /** Comes from the built-in headers. */
  readonly prelude: boolean;
}
/** A variable at file scope, a static local, or a string literal. */
export interface GlobalInfo {
  readonly name: string;
  readonly type: Ty;
  size: number;
  readonly span: Span;
  readonly literal: string | undefined;
  /** Offset in its arena, given when the program is loaded. */
  address: number;
  /** Each process has its own. */
  user: boolean;
  readonly prelude: boolean;
}
/** A local object in frame memory. */
export interface LocalInfo {
  readonly name: string;
  readonly size: number;
  readonly type: Ty;
  readonly span: Span;
  readonly fn: string;
}
/** A constant that is an address. */
export interface AddressInfo {
  readonly row: number;
  readonly of: 'global' | 'function';
  readonly index: number;
}
/** A bit-field access. */
export interface BitInfo {
  readonly offset: number;
  readonly bit: number;
  readonly width: number;
  readonly signed: boolean;
}
/** A thing that the compiler could not translate; running into it is an error. */
export interface Problem extends Span {
  readonly message: string;
}
/** A compiled program. */
export interface Program {
  readonly code: Int32Array;
  /** Row of `spans` for each instruction (code position / WIDTH). */
  readonly spanOf: Int32Array;
  readonly spans: readonly Span[];
  readonly functions: readonly FnInfo[];
  readonly byName: ReadonlyMap<string, FnInfo>;
  readonly globals: readonly GlobalInfo[];
  readonly globalByName: ReadonlyMap<string, GlobalInfo>;
  readonly locals: readonly LocalInfo[];
  readonly bits: readonly BitInfo[];
  /** Which temporaries (words) hold something at each instruction: rows of `liveSets`. Each has its high word beside it. */
  readonly live: Int32Array;
  readonly liveSets: readonly (readonly number[])[];
  /** Constants: low and high words; and which of them are addresses. */
  readonly constants: Int32Array;
  readonly addresses: readonly AddressInfo[];
  readonly messages: readonly string[];
  readonly builtins: readonly string[];
  readonly problems: readonly Problem[];
  /** Code that initialises the globals: function index. */
  readonly init: number;
  /** Code that initialises the variables of a user program, run in each process. */
  readonly userInit: number;
  /** Type of a record of the program by name. */
  record(name: string): (Ty & { kind: 'record' }) | undefined;
}
