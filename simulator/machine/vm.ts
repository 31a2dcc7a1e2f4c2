/**
 * The virtual machine: runs a thread of a compiled program statement by statement. Registers and stacks are columns of the
 * journal; between two statements nothing lives outside of it, so any step can be undone, and any state be run on.
 */
import { HI, MachineFault, TEXT_BASE } from './memory.ts';
import { OP, WIDTH } from './opcodes.ts';
import { VmAccess } from './vm-access.ts';
import { BIG, BLOCK, FRAMES, THREAD, type Answer, type Stop } from './vm-threads.ts';

export { ACTOR, BIG, BLOCK, latin, THREAD } from './vm-threads.ts';
export type { Answer, FrameInfo, Host, Stop, Word } from './vm-threads.ts';

const f64 = new Float64Array(1);
const f64w = new Int32Array(f64.buffer);
const f32 = new Float32Array(1);
const f32w = new Int32Array(f32.buffer);

/** Thrown by who watches accesses, before one is carried out: the thread gives way there, in the middle of a statement. */
export const PREEMPT = Symbol('preempt');

/** The machine. */
export class Vm extends VmAccess {
  /** Instructions carried out so far (not undone by going back). */
  executed = 0;
  /** Statements carried out. */
  steps = 0;
  /** Called at every statement boundary before it runs; true: stop there. */
  onStep: (thread: number, pc: number) => boolean = () => false;

  // One function on purpose: the engine keeps pc, fp and the code array in registers only while nothing is called, so an
  // instruction a method (or a table of closures) costs more than half of the speed.
  /** Runs a thread until it blocks, ends, gives way, or `budget` statements are done. Throws MachineFault. */
  run(t: number, budget: number): Stop {
    const { store, program, slots } = this;
    const { code, constants } = program;
    let pc = this.tPc.data[t]!;
    let fp = this.tFp.data[t]!;
    let left = budget;
    let count = 0;
    const set = (slot: number, v: number): void => store.set(slots, (fp + slot) * 2, v);
    const set2 = (slot: number, lo: number, hi: number): void => {
      const i = (fp + slot) * 2;
      store.set(slots, i, lo);
      store.set(slots, i + 1, hi);
    };
    const setF = (slot: number, v: number): void => {
      f64[0] = v;
      set2(slot, f64w[0]!, f64w[1]!);
    };
    const R = slots.data;
    const F = this.floats;
    try {
      for (;;) {
        count++;
        const a = code[pc + 1]!;
        const b = code[pc + 2]!;
        const c = code[pc + 3]!;
        switch (code[pc]!) {
          case OP.STEP:
            store.set(this.tPc, t, pc);
            if (left-- <= 0) return 'budget';
            this.steps++;
            if (this.onStep(t, pc)) return 'yield';
            break;
          case OP.NOP:
            break;
          case OP.MOV:
            set2(a, R[(fp + b) * 2]!, R[(fp + b) * 2 + 1]!);
            break;
          case OP.LDI:
            set2(a, b, b >> 31);
            break;
          case OP.LDC:
            set2(a, constants[b]!, constants[b + 1]!);
            break;
          case OP.TRAP:
            throw new MachineFault('unsupported', program.messages[a]!);
          case OP.ADD:
            set(a, (R[(fp + b) * 2]! + R[(fp + c) * 2]!) | 0);
            break;
          case OP.SUB:
            set(a, (R[(fp + b) * 2]! - R[(fp + c) * 2]!) | 0);
            break;
          case OP.MUL:
            set(a, Math.imul(R[(fp + b) * 2]!, R[(fp + c) * 2]!));
            break;
          case OP.DIVS: {
            const y = R[(fp + c) * 2]!;
            if (y === 0) throw new MachineFault('division-by-zero', 'division by zero');
            set(a, (R[(fp + b) * 2]! / y) | 0);
            break;
          }
          case OP.DIVU: {
            const y = R[(fp + c) * 2]! >>> 0;
            if (y === 0) throw new MachineFault('division-by-zero', 'division by zero');
            set(a, ((R[(fp + b) * 2]! >>> 0) / y) | 0);
            break;
          }
          case OP.REMS: {
            const y = R[(fp + c) * 2]!;
            if (y === 0) throw new MachineFault('division-by-zero', 'remainder of a division by zero');
            set(a, (R[(fp + b) * 2]! % y) | 0);
            break;
          }
          case OP.REMU: {
            const y = R[(fp + c) * 2]! >>> 0;
            if (y === 0) throw new MachineFault('division-by-zero', 'remainder of a division by zero');
            set(a, ((R[(fp + b) * 2]! >>> 0) % y) | 0);
            break;
          }
          case OP.AND:
            set(a, R[(fp + b) * 2]! & R[(fp + c) * 2]!);
            break;
          case OP.OR:
            set(a, R[(fp + b) * 2]! | R[(fp + c) * 2]!);
            break;
          case OP.XOR:
            set(a, R[(fp + b) * 2]! ^ R[(fp + c) * 2]!);
            break;
          case OP.SHL:
            set(a, R[(fp + b) * 2]! << R[(fp + c) * 2]!);
            break;
          case OP.SHRS:
            set(a, R[(fp + b) * 2]! >> R[(fp + c) * 2]!);
            break;
          case OP.SHRU:
            set(a, (R[(fp + b) * 2]! >>> R[(fp + c) * 2]!) | 0);
            break;
          case OP.NEG:
            set(a, -R[(fp + b) * 2]! | 0);
            break;
          case OP.NOT:
            set(a, ~R[(fp + b) * 2]!);
            break;
          case OP.EQ:
            set(a, R[(fp + b) * 2]! === R[(fp + c) * 2]! ? 1 : 0);
            break;
          case OP.NE:
            set(a, R[(fp + b) * 2]! !== R[(fp + c) * 2]! ? 1 : 0);
            break;
          case OP.LTS:
            set(a, R[(fp + b) * 2]! < R[(fp + c) * 2]! ? 1 : 0);
            break;
          case OP.LTU:
            set(a, R[(fp + b) * 2]! >>> 0 < R[(fp + c) * 2]! >>> 0 ? 1 : 0);
            break;
          case OP.LES:
            set(a, R[(fp + b) * 2]! <= R[(fp + c) * 2]! ? 1 : 0);
            break;
          case OP.LEU:
            set(a, R[(fp + b) * 2]! >>> 0 <= R[(fp + c) * 2]! >>> 0 ? 1 : 0);
            break;
          case OP.ADDI:
            set(a, (R[(fp + b) * 2]! + c) | 0);
            break;
          case OP.ADDL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            const lo = (R[x]! + R[y]!) | 0;
            set2(a, lo, (R[x + 1]! + R[y + 1]! + (lo >>> 0 < R[x]! >>> 0 ? 1 : 0)) | 0);
            break;
          }
          case OP.SUBL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set2(a, (R[x]! - R[y]!) | 0, (R[x + 1]! - R[y + 1]! - (R[x]! >>> 0 < R[y]! >>> 0 ? 1 : 0)) | 0);
            break;
          }
          case OP.MULL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            this.multiply(R[x]!, R[x + 1]!, R[y]!, R[y + 1]!);
            set2(a, this.resLo, this.resHi);
            break;
          }
          case OP.DIVSL:
          case OP.DIVUL:
          case OP.REMSL:
          case OP.REMUL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            this.divide(R[x]!, R[x + 1]!, R[y]!, R[y + 1]!, code[pc]!);
            set2(a, this.resLo, this.resHi);
            break;
          }
          case OP.ANDL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set2(a, R[x]! & R[y]!, R[x + 1]! & R[y + 1]!);
            break;
          }
          case OP.ORL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set2(a, R[x]! | R[y]!, R[x + 1]! | R[y + 1]!);
            break;
          }
          case OP.XORL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set2(a, R[x]! ^ R[y]!, R[x + 1]! ^ R[y + 1]!);
            break;
          }
          case OP.SHLL: {
            const x = (fp + b) * 2;
            const n = R[(fp + c) * 2]! & 63;
            if (n === 0) set2(a, R[x]!, R[x + 1]!);
            else if (n < 32) set2(a, R[x]! << n, (R[x + 1]! << n) | (R[x]! >>> (32 - n)));
            else set2(a, 0, R[x]! << (n - 32));
            break;
          }
          case OP.SHRSL: {
            const x = (fp + b) * 2;
            const n = R[(fp + c) * 2]! & 63;
            if (n === 0) set2(a, R[x]!, R[x + 1]!);
            else if (n < 32) set2(a, (R[x]! >>> n) | (R[x + 1]! << (32 - n)), R[x + 1]! >> n);
            else set2(a, R[x + 1]! >> (n - 32), R[x + 1]! >> 31);
            break;
          }
          case OP.SHRUL: {
            const x = (fp + b) * 2;
            const n = R[(fp + c) * 2]! & 63;
            if (n === 0) set2(a, R[x]!, R[x + 1]!);
            else if (n < 32) set2(a, (R[x]! >>> n) | (R[x + 1]! << (32 - n)), (R[x + 1]! >>> n) | 0);
            else set2(a, (R[x + 1]! >>> (n - 32)) | 0, 0);
            break;
          }
          case OP.NEGL: {
            const x = (fp + b) * 2;
            const lo = -R[x]! | 0;
            set2(a, lo, (~R[x + 1]! + (R[x]! === 0 ? 1 : 0)) | 0);
            break;
          }
          case OP.NOTL:
            set2(a, ~R[(fp + b) * 2]!, ~R[(fp + b) * 2 + 1]!);
            break;
          case OP.EQL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set(a, R[x]! === R[y]! && R[x + 1]! === R[y + 1]! ? 1 : 0);
            break;
          }
          case OP.NEL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set(a, R[x]! !== R[y]! || R[x + 1]! !== R[y + 1]! ? 1 : 0);
            break;
          }
          case OP.LTSL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set(a, R[x + 1]! < R[y + 1]! || (R[x + 1]! === R[y + 1]! && R[x]! >>> 0 < R[y]! >>> 0) ? 1 : 0);
            break;
          }
          case OP.LTUL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set(a, R[x + 1]! >>> 0 < R[y + 1]! >>> 0 || (R[x + 1]! === R[y + 1]! && R[x]! >>> 0 < R[y]! >>> 0) ? 1 : 0);
            break;
          }
          case OP.LESL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set(a, R[x + 1]! < R[y + 1]! || (R[x + 1]! === R[y + 1]! && R[x]! >>> 0 <= R[y]! >>> 0) ? 1 : 0);
            break;
          }
          case OP.LEUL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            set(
              a,
              R[x + 1]! >>> 0 < R[y + 1]! >>> 0 || (R[x + 1]! === R[y + 1]! && R[x]! >>> 0 <= R[y]! >>> 0) ? 1 : 0,
            );
            break;
          }
          case OP.ADDLI: {
            const x = (fp + b) * 2;
            const lo = (R[x]! + c) | 0;
            set2(a, lo, (R[x + 1]! + (c >> 31) + (lo >>> 0 < R[x]! >>> 0 ? 1 : 0)) | 0);
            break;
          }
          case OP.ADDF:
            setF(a, F[fp + b]! + F[fp + c]!);
            break;
          case OP.SUBF:
            setF(a, F[fp + b]! - F[fp + c]!);
            break;
          case OP.MULF:
            setF(a, F[fp + b]! * F[fp + c]!);
            break;
          case OP.DIVF:
            setF(a, F[fp + b]! / F[fp + c]!);
            break;
          case OP.NEGF:
            setF(a, -F[fp + b]!);
            break;
          case OP.EQF:
            set(a, F[fp + b]! === F[fp + c]! ? 1 : 0);
            break;
          case OP.NEF:
            set(a, F[fp + b]! !== F[fp + c]! ? 1 : 0);
            break;
          case OP.LTF:
            set(a, F[fp + b]! < F[fp + c]! ? 1 : 0);
            break;
          case OP.LEF:
            set(a, F[fp + b]! <= F[fp + c]! ? 1 : 0);
            break;
          case OP.FROUND:
            setF(a, Math.fround(F[fp + b]!));
            break;
          case OP.SX8:
            set(a, (R[(fp + b) * 2]! << 24) >> 24);
            break;
          case OP.SX16:
            set(a, (R[(fp + b) * 2]! << 16) >> 16);
            break;
          case OP.ZX8:
            set(a, R[(fp + b) * 2]! & 255);
            break;
          case OP.ZX16:
            set(a, R[(fp + b) * 2]! & 65535);
            break;
          case OP.SXL:
            set2(a, R[(fp + b) * 2]!, R[(fp + b) * 2]! >> 31);
            break;
          case OP.ZXL:
            set2(a, R[(fp + b) * 2]!, 0);
            break;
          case OP.NEZ:
            set(a, R[(fp + b) * 2]! !== 0 ? 1 : 0);
            break;
          case OP.NEZL:
            set(a, (R[(fp + b) * 2]! | R[(fp + b) * 2 + 1]!) !== 0 ? 1 : 0);
            break;
          case OP.NEZF:
            set(a, F[fp + b]! !== 0 ? 1 : 0);
            break;
          case OP.SF:
            setF(a, R[(fp + b) * 2]!);
            break;
          case OP.UF:
            setF(a, R[(fp + b) * 2]! >>> 0);
            break;
          case OP.SLF:
            setF(a, R[(fp + b) * 2 + 1]! * 4294967296 + (R[(fp + b) * 2]! >>> 0));
            break;
          case OP.ULF:
            setF(a, (R[(fp + b) * 2 + 1]! >>> 0) * 4294967296 + (R[(fp + b) * 2]! >>> 0));
            break;
          case OP.FS:
          case OP.FU:
            set(a, Math.trunc(F[fp + b]!) | 0);
            break;
          case OP.FSL:
          case OP.FUL: {
            const v = Math.trunc(F[fp + b]!);
            const big = Number.isFinite(v) ? BigInt(v) : 0n;
            set2(a, Number(BigInt.asIntN(32, big)), Number(BigInt.asIntN(32, big >> 32n)));
            break;
          }
          case OP.JMP:
            pc = a;
            continue;
          case OP.JZ:
            if (R[(fp + a) * 2] === 0) {
              pc = b;
              continue;
            }
            break;
          case OP.JNZ:
            if (R[(fp + a) * 2] !== 0) {
              pc = b;
              continue;
            }
            break;
          case OP.JZL:
            if ((R[(fp + a) * 2]! | R[(fp + a) * 2 + 1]!) === 0) {
              pc = b;
              continue;
            }
            break;
          case OP.JNZL:
            if ((R[(fp + a) * 2]! | R[(fp + a) * 2 + 1]!) !== 0) {
              pc = b;
              continue;
            }
            break;
          case OP.JEQ:
            if (R[(fp + a) * 2]! === R[(fp + b) * 2]!) {
              pc = c;
              continue;
            }
            break;
          case OP.JNE:
            if (R[(fp + a) * 2]! !== R[(fp + b) * 2]!) {
              pc = c;
              continue;
            }
            break;
          case OP.JLTS:
            if (R[(fp + a) * 2]! < R[(fp + b) * 2]!) {
              pc = c;
              continue;
            }
            break;
          case OP.JGES:
            if (R[(fp + a) * 2]! >= R[(fp + b) * 2]!) {
              pc = c;
              continue;
            }
            break;
          case OP.JLTU:
            if (R[(fp + a) * 2]! >>> 0 < R[(fp + b) * 2]! >>> 0) {
              pc = c;
              continue;
            }
            break;
          case OP.JGEU:
            if (R[(fp + a) * 2]! >>> 0 >= R[(fp + b) * 2]! >>> 0) {
              pc = c;
              continue;
            }
            break;
          case OP.LEA: {
            const r = t * FRAMES + this.tDepth.data[t]! - 1;
            const at = this.frMem.data[r]! + b;
            if (this.frUser.data[r]) set2(a, at - this.host.arena(this.tProc.data[t]!), HI.user);
            else set2(a, at, HI.kernel);
            break;
          }
          case OP.GADDR: {
            const g = program.globals[b]!;
            if (g.user && this.tProc.data[t]) {
              if (g.size >= BIG) {
                const w = this.host.bigGlobal(this.tProc.data[t]!, b);
                set2(a, w.lo, w.hi);
              } else set2(a, g.address, HI.user);
            } else set2(a, g.address, HI.kernel);
            break;
          }
          case OP.LD8S:
            set(a, (this.load(fp + b, c, 1, t) << 24) >> 24);
            break;
          case OP.LD8U:
            set(a, this.load(fp + b, c, 1, t));
            break;
          case OP.LD16S:
            set(a, (this.load(fp + b, c, 2, t) << 16) >> 16);
            break;
          case OP.LD16U:
            set(a, this.load(fp + b, c, 2, t));
            break;
          case OP.LD32:
            set(a, this.load(fp + b, c, 4, t));
            break;
          case OP.LD64: {
            const lo = this.load(fp + b, c, 8, t);
            set2(a, lo, this.high);
            break;
          }
          case OP.LDF:
            f32w[0] = this.load(fp + b, c, 4, t);
            setF(a, f32[0]!);
            break;
          case OP.ST8:
            this.save(fp + a, c, 1, R[(fp + b) * 2]!, 0, t);
            break;
          case OP.ST16:
            this.save(fp + a, c, 2, R[(fp + b) * 2]!, 0, t);
            break;
          case OP.ST32:
            this.save(fp + a, c, 4, R[(fp + b) * 2]!, 0, t);
            break;
          case OP.ST64:
            this.save(fp + a, c, 8, R[(fp + b) * 2]!, R[(fp + b) * 2 + 1]!, t);
            break;
          case OP.STF:
            f32[0] = F[fp + b]!;
            this.save(fp + a, c, 4, f32w[0]!, 0, t);
            break;
          case OP.LDB:
            this.loadBits(fp + b, c, t);
            set2(a, this.resLo, this.resHi);
            break;
          case OP.STB:
            this.storeBits(fp + a, c, R[(fp + b) * 2]!, R[(fp + b) * 2 + 1]!, t);
            break;
          case OP.COPY: {
            const x = (fp + a) * 2;
            const y = (fp + b) * 2;
            this.copy(R[x + 1]!, R[x]!, R[y + 1]!, R[y]!, c, t);
            break;
          }
          case OP.ZERO: {
            const x = (fp + a) * 2;
            const at = this.physical(R[x + 1]!, (R[x]! + b) | 0, t);
            if (at < 0) this.host.write(R[x + 1]!, (R[x]! + b) | 0, new Uint8Array(c), t);
            else if (c > 0) {
              this.memory.check(at, c, true);
              this.memory.fill(at, c, 0);
            }
            break;
          }
          case OP.PIDX: {
            const x = (fp + b) * 2;
            const d = R[(fp + c) * 2]! * code[pc + 4]!;
            const sum = (R[x]! >>> 0) + d;
            set2(a, sum | 0, (R[x + 1]! + Math.floor(sum / 4294967296)) | 0);
            break;
          }
          case OP.PIDXL: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            const scale = code[pc + 4]!;
            if (scale === 1) {
              this.resLo = R[y]!;
              this.resHi = R[y + 1]!;
            } else this.multiply(R[y]!, R[y + 1]!, scale, scale >> 31);
            const lo = (R[x]! + this.resLo) | 0;
            set2(a, lo, (R[x + 1]! + this.resHi + (lo >>> 0 < R[x]! >>> 0 ? 1 : 0)) | 0);
            break;
          }
          case OP.PDIFF: {
            const x = (fp + b) * 2;
            const y = (fp + c) * 2;
            const d = (R[x + 1]! - R[y + 1]!) * 4294967296 + ((R[x]! >>> 0) - (R[y]! >>> 0));
            const v = Math.trunc(d / code[pc + 4]!);
            set2(a, v | 0, Math.floor(v / 4294967296) | 0);
            break;
          }
          case OP.DECL:
            this.memory.declare(this.frMem.data[t * FRAMES + this.tDepth.data[t]! - 1]! + a, b);
            break;
          case OP.CHK:
            if (R[(fp + a) * 2] === 0)
              throw new MachineFault('uninitialised', `'${program.messages[b]!}' is used, but was never given a value`);
            break;
          case OP.FADDR:
            set2(a, (TEXT_BASE + b * 16) | 0, HI.text);
            break;
          case OP.CALL: {
            const fn = program.functions[a]!;
            store.set(this.tPc, t, pc);
            this.push(t, fn, fp + b, pc + WIDTH, c, fp);
            fp += b;
            pc = fn.entry;
            continue;
          }
          case OP.CALLI: {
            const x = (fp + a) * 2;
            store.set(this.tPc, t, pc);
            const fn = this.functionAt(R[x + 1]!, R[x]!);
            if (fn.builtin < 0) {
              this.push(t, fn, fp + b, pc + WIDTH, c, fp);
              fp += b;
              pc = fn.entry;
              continue;
            }
            if (this.answer(this.host.call(fn.builtin, fp + b, code[pc + 4]!, t), fp + c, t, pc)) {
              if (this.tState.data[t] === THREAD.dead || this.tState.data[t] === THREAD.done) return 'exit';
              return 'blocked';
            }
            break;
          }
          case OP.CALLB: {
            store.set(this.tPc, t, pc);
            if (this.answer(this.host.call(a, fp + b, code[pc + 4]!, t), fp + c, t, pc)) {
              if (this.tState.data[t] === THREAD.dead || this.tState.data[t] === THREAD.done) return 'exit';
              return 'blocked';
            }
            if (this.host.yields(t)) {
              store.set(this.tPc, t, pc + WIDTH);
              return 'yield';
            }
            break;
          }
          case OP.NOTE: {
            store.set(this.tPc, t, pc);
            if (this.host.note(a, fp + b, c, t) === BLOCK) return 'blocked';
            if (this.host.yields(t)) {
              store.set(this.tPc, t, pc + WIDTH);
              return 'yield';
            }
            break;
          }
          case OP.RET: {
            const x = (fp + a) * 2;
            const lo = R[x]!;
            const hi = R[x + 1]!;
            const r = t * FRAMES + this.tDepth.data[t]! - 1;
            const fn = program.functions[this.frFn.data[r]!]!;
            if (fn.frame) {
              const base = this.frMem.data[r]!;
              this.memory.dropFrame(base, fn.frame);
              store.set(this.frUser.data[r] ? this.tUsp : this.tSp, t, base);
            }
            store.set(this.tDepth, t, this.tDepth.data[t]! - 1);
            const dest = this.frDest.data[r]!;
            pc = this.frPc.data[r]!;
            fp = this.frFp.data[r]!;
            store.set(this.tFp, t, fp);
            if (pc < 0) {
              store.set(this.tResult, t, lo);
              store.set(this.tState, t, THREAD.done);
              return 'exit';
            }
            if (b === 0) set2(dest, lo, hi);
            continue;
          }
          default:
            throw new Error(`bad instruction ${code[pc]} at ${pc}`);
        }
        pc += WIDTH;
      }
    } catch (e) {
      if (e === PREEMPT) {
        store.set(this.tPc, t, pc);
        return 'yield';
      }
      if (e instanceof MachineFault) store.set(this.tPc, t, pc);
      throw e;
    } finally {
      this.executed += count;
    }
  }

  /** Puts a built-in's answer into a slot; true: the thread has to wait (or is gone). */
  private answer(v: Answer, slot: number, t: number, pc: number): boolean {
    void pc;
    if (v === BLOCK) return true;
    if (typeof v === 'number') {
      if (Number.isInteger(v) && v >= -0x80000000 && v <= 0x7fffffff) this.setWord(slot, v, v >> 31);
      else this.setWord(slot, v | 0, Math.floor(v / 4294967296) | 0);
    } else if (typeof v === 'bigint')
      this.setWord(slot, Number(BigInt.asIntN(32, v)), Number(BigInt.asIntN(32, v >> 32n)));
    else if (v) this.setWord(slot, v.lo, v.hi);
    const s = this.tState.data[t];
    return s === THREAD.done || s === THREAD.dead;
  }
}
