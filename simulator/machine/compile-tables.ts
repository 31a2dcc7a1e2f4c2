/** Tables of a program that is being compiled: code, spans, constants, messages, bit-fields. Equal rows are one. */
import type { Span } from '../../language/c/ast.ts';
import { OP } from './opcodes.ts';
import type { BitInfo } from './program.ts';

/** The tables. */
export class Tables {
  readonly code: number[] = [];
  readonly spanRows: number[] = [];
  readonly spans: Span[] = [];
  readonly bits: BitInfo[] = [];
  protected readonly constants: number[] = [];
  private readonly constantRows = new Map<string, number>();
  protected readonly messages: string[] = [];
  private readonly messageRows = new Map<string, number>();
  private readonly spanRowOf = new Map<number, number>();
  private readonly bitRows = new Map<string, number>();

  constant(v: bigint): number {
    return this.constantPair(Number(BigInt.asIntN(32, v)), Number(BigInt.asIntN(32, v >> 32n)));
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
