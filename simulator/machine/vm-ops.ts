/** Instructions that are rare: they stand outside of the machine's loop, so that the engine compiles it soon. */
import { foldBinary } from '../../language/c/operators.ts';
import { MachineFault } from './memory.ts';
import { OP, WIDE_COMPARE, WIDE_OPS, WIDE_SIGNED } from './opcodes.ts';
import { VmAccess } from './vm-access.ts';

const f32 = new Float32Array(1);
const f32w = new Int32Array(f32.buffer);
const f64 = new Float64Array(1);
const f64w = new Int32Array(f64.buffer);

/** Floating point, wide shifts and products, bit-fields, blocks of memory. */
export class VmOps extends VmAccess {
  /** Carries out the instruction at `pc`. True: it has a result, in `resLo` and `resHi`. */
  protected rare(pc: number, t: number): boolean {
    const { code } = this.program;
    const { words: W, floats: F } = this.window;
    const a = code[pc + 1]!;
    const b = code[pc + 2]!;
    const c = code[pc + 3]!;
    switch (code[pc]!) {
      case OP.MULL:
        this.multiply(W[b]!, W[b + 1]!, W[c]!, W[c + 1]!);
        return true;
      case OP.DIVSL:
      case OP.DIVUL:
      case OP.REMSL:
      case OP.REMUL:
        this.divide(W[b]!, W[b + 1]!, W[c]!, W[c + 1]!, code[pc]!);
        return true;
      case OP.SHLL: {
        const n = W[c]! & 63;
        if (n === 0) return this.result(W[b]!, W[b + 1]!);
        if (n < 32) return this.result(W[b]! << n, (W[b + 1]! << n) | (W[b]! >>> (32 - n)));
        return this.result(0, W[b]! << (n - 32));
      }
      case OP.SHRSL: {
        const n = W[c]! & 63;
        if (n === 0) return this.result(W[b]!, W[b + 1]!);
        if (n < 32) return this.result((W[b]! >>> n) | (W[b + 1]! << (32 - n)), W[b + 1]! >> n);
        return this.result(W[b + 1]! >> (n - 32), W[b + 1]! >> 31);
      }
      case OP.SHRUL: {
        const n = W[c]! & 63;
        if (n === 0) return this.result(W[b]!, W[b + 1]!);
        if (n < 32) return this.result((W[b]! >>> n) | (W[b + 1]! << (32 - n)), (W[b + 1]! >>> n) | 0);
        return this.result((W[b + 1]! >>> (n - 32)) | 0, 0);
      }
      case OP.NEGL:
        return this.result(-W[b]! | 0, (~W[b + 1]! + (W[b]! === 0 ? 1 : 0)) | 0);
      case OP.NOTL:
        return this.result(~W[b]!, ~W[b + 1]!);
      case OP.ADDF:
        return this.double64(F[b >> 1]! + F[c >> 1]!);
      case OP.SUBF:
        return this.double64(F[b >> 1]! - F[c >> 1]!);
      case OP.MULF:
        return this.double64(F[b >> 1]! * F[c >> 1]!);
      case OP.DIVF:
        return this.double64(F[b >> 1]! / F[c >> 1]!);
      case OP.NEGF:
        return this.double64(-F[b >> 1]!);
      case OP.EQF:
        return this.result(F[b >> 1]! === F[c >> 1]! ? 1 : 0, 0);
      case OP.NEF:
        return this.result(F[b >> 1]! !== F[c >> 1]! ? 1 : 0, 0);
      case OP.LTF:
        return this.result(F[b >> 1]! < F[c >> 1]! ? 1 : 0, 0);
      case OP.LEF:
        return this.result(F[b >> 1]! <= F[c >> 1]! ? 1 : 0, 0);
      case OP.FROUND:
        return this.double64(Math.fround(F[b >> 1]!));
      case OP.NEZF:
        return this.result(F[b >> 1]! !== 0 ? 1 : 0, 0);
      case OP.SF:
        return this.double64(W[b]!);
      case OP.UF:
        return this.double64(W[b]! >>> 0);
      case OP.SLF:
        return this.double64(W[b + 1]! * 4294967296 + (W[b]! >>> 0));
      case OP.ULF:
        return this.double64((W[b + 1]! >>> 0) * 4294967296 + (W[b]! >>> 0));
      case OP.FS:
      case OP.FU:
        return this.result(Math.trunc(F[b >> 1]!) | 0, 0);
      case OP.FSL:
      case OP.FUL: {
        const v = Math.trunc(F[b >> 1]!);
        const big = Number.isFinite(v) ? BigInt(v) : 0n;
        return this.result(Number(BigInt.asIntN(32, big)), Number(BigInt.asIntN(32, big >> 32n)));
      }
      case OP.LDF:
        f32w[0] = this.load(b, c, 4, t);
        return this.double64(f32[0]!);
      case OP.STF:
        f32[0] = F[b >> 1]!;
        this.save(a, c, 4, f32w[0]!, 0, t);
        return false;
      case OP.LDB:
        this.loadBits(b, c, t);
        return true;
      case OP.STB:
        this.storeBits(a, c, W[b]!, W[b + 1]!, t);
        return false;
      case OP.COPY:
        this.copy(W[a + 1]!, W[a]!, W[b + 1]!, W[b]!, c, t);
        return false;
      case OP.ZERO: {
        const at = this.physical(W[a + 1]!, (W[a]! + b) | 0, t);
        if (at < 0) this.host.write(W[a + 1]!, (W[a]! + b) | 0, new Uint8Array(c), t);
        else if (c > 0) {
          this.memory.check(at, c, true);
          this.memory.fill(at, c, 0);
        }
        return false;
      }
      case OP.PDIFF: {
        const d = (W[b + 1]! - W[c + 1]!) * 4294967296 + ((W[b]! >>> 0) - (W[c]! >>> 0));
        const v = Math.trunc(d / code[pc + 4]!);
        return this.result(v | 0, Math.floor(v / 4294967296) | 0);
      }
      case OP.WIDE: {
        const v = wideResult(code[pc + 4]!, this.number128(b, t), this.number128(c, t));
        const bytes = new DataView(new ArrayBuffer(16));
        bytes.setBigUint64(0, BigInt.asUintN(64, v), true);
        bytes.setBigUint64(8, BigInt.asUintN(64, v >> 64n), true);
        this.writeBytes(W[a + 1]!, W[a]!, new Uint8Array(bytes.buffer), t);
        return false;
      }
      case OP.WCMP:
        return this.result(wideCompare(code[pc + 4]!, this.number128(b, t), this.number128(c, t)) ? 1 : 0, 0);
      case OP.TRAP:
        throw new MachineFault('unsupported', this.program.messages[a]!);
      default:
        throw new Error(`bad instruction ${code[pc]} at ${pc}`);
    }
  }
  /** The 128 bits at the address in a place of the window. */
  private number128(slot: number, t: number): bigint {
    const { words } = this.window;
    const b = this.readBytes(words[slot + 1]!, words[slot]!, 16, t);
    const v = new DataView(b.buffer, b.byteOffset, 16);
    return (v.getBigUint64(8, true) << 64n) | v.getBigUint64(0, true);
  }
  private result(lo: number, hi: number): true {
    this.resLo = lo;
    this.resHi = hi;
    return true;
  }
  private double64(v: number): true {
    f64[0] = v;
    this.resLo = f64w[0]!;
    this.resHi = f64w[1]!;
    return true;
  }
}

/** The operands as the operation takes them. */
const wideOperands = (op: number, x: bigint, y: bigint): readonly [bigint, bigint] =>
  op >= WIDE_SIGNED ? [BigInt.asIntN(128, x), BigInt.asIntN(128, y)] : [x, y];

function wideResult(op: number, x: bigint, y: bigint): bigint {
  const name = WIDE_OPS[op % WIDE_SIGNED]!;
  const [a, b] = wideOperands(op, x, y);
  // a shift takes the low bits of its count only; what foldBinary() refuses of the others is a division by 0
  const result = foldBinary(name, a, name === '<<' || name === '>>' ? y & 127n : b);
  if (result === undefined) throw new MachineFault('division-by-zero', 'division by zero');
  return result;
}
const wideCompare = (op: number, x: bigint, y: bigint): boolean =>
  foldBinary(WIDE_COMPARE[op % WIDE_SIGNED]!, ...wideOperands(op, x, y)) === 1n;
