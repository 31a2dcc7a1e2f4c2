/** Tables of a program that is being compiled: code, spans, constants, messages, bit-fields. Equal rows are one. */
import type { Span } from '../../language/c/ast.ts';
import { OP, WIDTH } from './opcodes.ts';
import type { AddressInfo, BitInfo } from './program.ts';

/** The tables. */
export class Tables {
  readonly code: number[] = [];
  readonly spanRows: number[] = [];
  /** Which temporaries hold something at each instruction: rows of `liveSets`. */
  readonly live: number[] = [];
  readonly liveSets: number[][] = [];
  private readonly liveRows = new Map<string, number>();
  private lastLive: readonly [key: string, row: number] = ['?', 0];
  readonly spans: Span[] = [];
  readonly bits: BitInfo[] = [];
  protected readonly constants: number[] = [];
  private readonly constantRows = new Map<string, number>();
  protected readonly messages: string[] = [];
  private readonly messageRows = new Map<string, number>();
  private readonly spanRowOf = new Map<number, number>();
  private readonly bitRows = new Map<string, number>();

  /** Row of a set of temporaries, which is in order. */
  liveRow(written: readonly number[]): number {
    const key = written.join();
    if (key === this.lastLive[0]) return this.lastLive[1];
    let row = this.liveRows.get(key);
    if (row === undefined) {
      row = this.liveSets.push([...written]) - 1;
      this.liveRows.set(key, row);
    }
    this.lastLive = [key, row];
    return row;
  }
  /** Forgets the code from here on. */
  cut(length: number): void {
    this.code.length = length;
    this.spanRows.length = this.live.length = length / WIDTH;
  }
  /** An instruction that stops the thread with a message. */
  trap(text: string, at: Span): void {
    this.code.push(OP.TRAP, this.message(text), 0, 0, 0);
    this.spanRows.push(this.spanRow(at));
    this.live.push(this.liveRow([]));
  }

  constant(v: bigint): number {
    return this.constantPair(Number(BigInt.asIntN(32, v)), Number(BigInt.asIntN(32, v >> 32n)));
  }

  /** Is the low word of a constant that is no address extended into its high word? */
  isExtended(row: number, signed: boolean): boolean {
    const high = signed ? this.constants[row]! >> 31 : 0;
    return this.constants[row + 1] === high && !this.addresses.some((a) => a.row === row);
  }
  floatConstant(v: number): number {
    const b = new Int32Array(new Float64Array([v]).buffer);
    return this.constantPair(b[0]!, b[1]!);
  }

  private constantPair(lo: number, hi: number): number {
    const key = `${lo},${hi}`;
    let row = this.constantRows.get(key);
    if (row === undefined) {
      row = this.constants.length;
      this.constants.push(lo, hi);
      this.constantRows.set(key, row);
    }
    return row;
  }

  /** Rows of constants that are addresses. */
  protected readonly addresses: AddressInfo[] = [];
  private readonly addressRows = new Map<string, number>();
  /** Row of the address of a global or a function. */
  addressConstant(of: AddressInfo['of'], index: number): number {
    const key = `${of} ${index}`;
    let row = this.addressRows.get(key);
    if (row === undefined) {
      row = this.constants.length;
      this.constants.push(0, 0);
      this.addresses.push({ row, of, index });
      this.addressRows.set(key, row);
    }
    return row;
  }

  message(text: string): number {
    let row = this.messageRows.get(text);
    if (row === undefined) {
      row = this.messages.length;
      this.messages.push(text);
      this.messageRows.set(text, row);
    }
    return row;
  }

  spanRow(s: Span): number {
    const key = s.start * 4096 + Math.min(4095, Math.max(0, s.end - s.start));
    let row = this.spanRowOf.get(key);
    if (row === undefined) {
      row = this.spans.length;
      this.spans.push({ start: s.start, end: s.end });
      this.spanRowOf.set(key, row);
    }
    return row;
  }

  bitRow(b: BitInfo): number {
    const first = b.offset + (b.bit >> 3);
    const info = { offset: first, bit: b.bit & 7, width: b.width, signed: b.signed };
    const key = `${first},${info.bit},${b.width},${b.signed}`;
    let row = this.bitRows.get(key);
    if (row === undefined) {
      row = this.bits.length;
      this.bits.push(info);
      this.bitRows.set(key, row);
    }
    return row;
  }

  /** Number of the operand that holds the target of the jump at `at`. */
  jumpOperand(at: number): number {
    const op = this.code[at];
    if (op === OP.JMP) return 1;
    return op === OP.JZ || op === OP.JNZ || op === OP.JZL || op === OP.JNZL ? 2 : 3;
  }
}
