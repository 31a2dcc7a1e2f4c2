/**
 * The virtual machine: runs a thread of a compiled program statement by statement. Registers and stacks are columns of the
 * journal; while nobody runs, nothing lives outside of it, so any step can be undone, and any state be run on.
 */
import { MachineFault } from './memory.ts';
import { FRAME, TEMPORARIES, WIDTH, type OP } from './opcodes.ts';
import { prime, primingProgram } from './prime.ts';
import { VmOps } from './vm-ops.ts';
import { Store } from '../trace/journal.ts';
import { BLOCK, FRAMES, THREAD, type Answer, type Stop } from './vm-threads.ts';

export { ACTOR, BIG, BLOCK, latin, THREAD } from './vm-threads.ts';
export type { Answer, FrameInfo, Host, Stop, Word } from './vm-threads.ts';

/** Numbers of the instructions, for the switch below. */
type Ops = typeof OP;

/** Thrown by who watches accesses, before one is carried out: the thread gives way there, in the middle of a statement. */
export const PREEMPT = Symbol('preempt');

/** Instructions after which a run is taken for a long one. */
const LONG = 1000;
let longRuns = 0;
/** Bytes that loads and stores move, from LD8S to ST64. */
const SIZES = Uint8Array.of(1, 1, 2, 2, 4, 8, 4, 1, 2, 4, 8);

/** The machine. */
export class Vm extends VmOps {
  /** Instructions carried out so far (not undone by going back). */
  executed = 0;
  private long = false;
  /** Statements carried out. */
  steps = 0;
  /** Called at every statement boundary before it runs; true: stop there. */
  onStep: (thread: number, pc: number) => boolean = () => false;

  /** Runs a thread until it blocks, ends, gives way, or `budget` statements are done. Throws MachineFault. */
  run(t: number, budget: number): Stop {
    if (!this.long && this.executed > LONG) {
      this.long = true;
      // the first long run has the loop compiled for what it does itself, which takes less time; with the next one that would be lost
      if (++longRuns === 2) prime((host) => new Vm(new Store(), primingProgram(), host));
    }
    this.openWindow(t);
    const { tPc, tDepth, store } = this;
    const pc = tPc.data[t]!;
    const depth = tDepth.data[t]!;
    this.fillWindow(t, pc, FRAME);
    try {
      return this.loop(t, budget);
    } finally {
      // where it stands reaches the journal now
      if (tDepth.data[t]! > 0) this.keepTemporaries(t, tPc.data[t]!, FRAME);
      store.commit(tPc, t, pc);
      store.commit(tDepth, t, depth);
      this.closeWindow();
    }
  }

  // One function on purpose, with literals in its switch (a jump table) and one place that writes results: the engine compiles it early, and
  // keeps pc, frame and code in registers. What is rare stands in VmOps.
  private loop(t: number, budget: number): Stop {
    const { store, program, slots, memory } = this;
    const { code, functions } = program;
    const { words: W } = this.window;
    const R = slots.data;
    const tPc = this.tPc.data;
    let pc = tPc[t]!;
    let fp = this.frFp.data[t * FRAMES + this.tDepth.data[t]! - 1]!;
    let left = budget;
    let count = 0;
    try {
      for (;;) {
        count++;
        let a = code[pc + 1]!;
        const b = code[pc + 2]!;
        const c = code[pc + 3]!;
        let lo: number;
        let hi = 0;
        switch (code[pc]!) {
          case 0 satisfies Ops['STEP']:
            tPc[t] = pc;
            if (left-- <= 0) return 'budget';
            this.steps++;
            if (this.onStep(t, pc)) return 'yield';
            pc += WIDTH;
            continue;
          case 1 satisfies Ops['MOV']:
            lo = W[b]!;
            hi = W[b + 1]!;
            break;
          case 3 satisfies Ops['ADD']:
            lo = (W[b]! + W[c]!) | 0;
            break;
          case 4 satisfies Ops['SUB']:
            lo = (W[b]! - W[c]!) | 0;
            break;
          case 5 satisfies Ops['MUL']:
            lo = Math.imul(W[b]!, W[c]!);
            break;
          case 6 satisfies Ops['DIVS']:
            if (W[c] === 0) throw new MachineFault('division-by-zero', 'division by zero');
            lo = (W[b]! / W[c]!) | 0;
            break;
          case 7 satisfies Ops['DIVU']:
            if (W[c] === 0) throw new MachineFault('division-by-zero', 'division by zero');
            lo = ((W[b]! >>> 0) / (W[c]! >>> 0)) | 0;
            break;
          case 8 satisfies Ops['REMS']:
            if (W[c] === 0) throw new MachineFault('division-by-zero', 'remainder of a division by zero');
            lo = (W[b]! % W[c]!) | 0;
            break;
          case 9 satisfies Ops['REMU']:
            if (W[c] === 0) throw new MachineFault('division-by-zero', 'remainder of a division by zero');
            lo = ((W[b]! >>> 0) % (W[c]! >>> 0)) | 0;
            break;
          case 10 satisfies Ops['AND']:
            lo = W[b]! & W[c]!;
            break;
          case 11 satisfies Ops['OR']:
            lo = W[b]! | W[c]!;
            break;
          case 12 satisfies Ops['XOR']:
            lo = W[b]! ^ W[c]!;
            break;
          case 13 satisfies Ops['SHL']:
            lo = W[b]! << W[c]!;
            break;
          case 14 satisfies Ops['SHRS']:
            lo = W[b]! >> W[c]!;
            break;
          case 15 satisfies Ops['SHRU']:
            lo = (W[b]! >>> W[c]!) | 0;
            break;
          case 16 satisfies Ops['NEG']:
            lo = -W[b]! | 0;
            break;
          case 17 satisfies Ops['NOT']:
            lo = ~W[b]!;
            break;
          case 18 satisfies Ops['EQ']:
            lo = W[b] === W[c] ? 1 : 0;
            break;
          case 19 satisfies Ops['NE']:
            lo = W[b] !== W[c] ? 1 : 0;
            break;
          case 20 satisfies Ops['LTS']:
            lo = W[b]! < W[c]! ? 1 : 0;
            break;
          case 21 satisfies Ops['LTU']:
            lo = W[b]! >>> 0 < W[c]! >>> 0 ? 1 : 0;
            break;
          case 22 satisfies Ops['LES']:
            lo = W[b]! <= W[c]! ? 1 : 0;
            break;
          case 23 satisfies Ops['LEU']:
            lo = W[b]! >>> 0 <= W[c]! >>> 0 ? 1 : 0;
            break;
          case 24 satisfies Ops['ADDL']:
            lo = (W[b]! + W[c]!) | 0;
            hi = (W[b + 1]! + W[c + 1]! + (lo >>> 0 < W[b]! >>> 0 ? 1 : 0)) | 0;
            break;
          case 25 satisfies Ops['SUBL']:
            lo = (W[b]! - W[c]!) | 0;
            hi = (W[b + 1]! - W[c + 1]! - (W[b]! >>> 0 < W[c]! >>> 0 ? 1 : 0)) | 0;
            break;
          case 31 satisfies Ops['ANDL']:
            lo = W[b]! & W[c]!;
            hi = W[b + 1]! & W[c + 1]!;
            break;
          case 32 satisfies Ops['ORL']:
            lo = W[b]! | W[c]!;
            hi = W[b + 1]! | W[c + 1]!;
            break;
          case 33 satisfies Ops['XORL']:
            lo = W[b]! ^ W[c]!;
            hi = W[b + 1]! ^ W[c + 1]!;
            break;
          case 39 satisfies Ops['EQL']:
            lo = W[b] === W[c] && W[b + 1] === W[c + 1] ? 1 : 0;
            break;
          case 40 satisfies Ops['NEL']:
            lo = W[b] !== W[c] || W[b + 1] !== W[c + 1] ? 1 : 0;
            break;
          case 41 satisfies Ops['LTSL']:
            lo = W[b + 1]! < W[c + 1]! || (W[b + 1] === W[c + 1] && W[b]! >>> 0 < W[c]! >>> 0) ? 1 : 0;
            break;
          case 42 satisfies Ops['LTUL']:
            lo = W[b + 1]! >>> 0 < W[c + 1]! >>> 0 || (W[b + 1] === W[c + 1] && W[b]! >>> 0 < W[c]! >>> 0) ? 1 : 0;
            break;
          case 43 satisfies Ops['LESL']:
            lo = W[b + 1]! < W[c + 1]! || (W[b + 1] === W[c + 1] && W[b]! >>> 0 <= W[c]! >>> 0) ? 1 : 0;
            break;
          case 44 satisfies Ops['LEUL']:
            lo = W[b + 1]! >>> 0 < W[c + 1]! >>> 0 || (W[b + 1] === W[c + 1] && W[b]! >>> 0 <= W[c]! >>> 0) ? 1 : 0;
            break;
          case 45 satisfies Ops['ADDLI']:
            lo = (W[b]! + c) | 0;
            hi = (W[b + 1]! + (c >> 31) + (lo >>> 0 < W[b]! >>> 0 ? 1 : 0)) | 0;
            break;
          case 56 satisfies Ops['SX8']:
            lo = (W[b]! << 24) >> 24;
            break;
          case 57 satisfies Ops['SX16']:
            lo = (W[b]! << 16) >> 16;
            break;
          case 58 satisfies Ops['ZX8']:
            lo = W[b]! & 255;
            break;
          case 59 satisfies Ops['ZX16']:
            lo = W[b]! & 65535;
            break;
          case 60 satisfies Ops['SXL']:
            lo = W[b]!;
            hi = lo >> 31;
            break;
          case 61 satisfies Ops['ZXL']:
            lo = W[b]!;
            break;
          case 62 satisfies Ops['NEZ']:
            lo = W[b] !== 0 ? 1 : 0;
            break;
          case 63 satisfies Ops['NEZL']:
            lo = (W[b]! | W[b + 1]!) !== 0 ? 1 : 0;
            break;
          case 73 satisfies Ops['JMP']:
            pc = a;
            continue;
          case 74 satisfies Ops['JZ']:
            pc = W[a] === 0 ? b : pc + WIDTH;
            continue;
          case 75 satisfies Ops['JNZ']:
            pc = W[a] !== 0 ? b : pc + WIDTH;
            continue;
          case 76 satisfies Ops['JZL']:
            pc = (W[a]! | W[a + 1]!) === 0 ? b : pc + WIDTH;
            continue;
          case 77 satisfies Ops['JNZL']:
            pc = (W[a]! | W[a + 1]!) !== 0 ? b : pc + WIDTH;
            continue;
          case 78 satisfies Ops['JEQ']:
            pc = W[a] === W[b] ? c : pc + WIDTH;
            continue;
          case 79 satisfies Ops['JNE']:
            pc = W[a] !== W[b] ? c : pc + WIDTH;
            continue;
          case 80 satisfies Ops['JLTS']:
            pc = W[a]! < W[b]! ? c : pc + WIDTH;
            continue;
          case 81 satisfies Ops['JGES']:
            pc = W[a]! >= W[b]! ? c : pc + WIDTH;
            continue;
          case 82 satisfies Ops['JLTU']:
            pc = W[a]! >>> 0 < W[b]! >>> 0 ? c : pc + WIDTH;
            continue;
          case 83 satisfies Ops['JGEU']:
            pc = W[a]! >>> 0 >= W[b]! >>> 0 ? c : pc + WIDTH;
            continue;
          // one call for all of them: it becomes part of this function, and each copy would make compiling longer
          case 84 satisfies Ops['LD8S']:
          case 85 satisfies Ops['LD8U']:
          case 86 satisfies Ops['LD16S']:
          case 87 satisfies Ops['LD16U']:
          case 88 satisfies Ops['LD32']:
          case 89 satisfies Ops['LD64']: {
            const op = code[pc]!;
            lo = this.load(b, c, SIZES[op - 84]!, t);
            if (op === 89) hi = this.high;
            else if (op === 84) lo = (lo << 24) >> 24;
            else if (op === 86) lo = (lo << 16) >> 16;
            break;
          }
          case 91 satisfies Ops['ST8']:
          case 92 satisfies Ops['ST16']:
          case 93 satisfies Ops['ST32']:
          case 94 satisfies Ops['ST64']:
            this.save(a, c, SIZES[code[pc]! - 84]!, W[b]!, W[b + 1]!, t);
            pc += WIDTH;
            continue;
          case 100 satisfies Ops['PIDX']: {
            const sum = (W[b]! >>> 0) + W[c]! * code[pc + 4]!;
            lo = sum | 0;
            hi = (W[b + 1]! + Math.floor(sum / 4294967296)) | 0;
            break;
          }
          case 101 satisfies Ops['PIDXL']: {
            const scale = code[pc + 4]!;
            this.multiply(W[c]!, W[c + 1]!, scale, scale >> 31);
            lo = (W[b]! + this.resLo) | 0;
            hi = (W[b + 1]! + this.resHi + (lo >>> 0 < W[b]! >>> 0 ? 1 : 0)) | 0;
            break;
          }
          case 103 satisfies Ops['DECL']:
            memory.declare(this.frMem.data[t * FRAMES + this.tDepth.data[t]! - 1]! + a, b);
            pc += WIDTH;
            continue;
          case 104 satisfies Ops['CHK']:
            if (W[a] === 0)
              throw new MachineFault('uninitialised', `'${program.messages[b]!}' is used, but was never given a value`);
            pc += WIDTH;
            continue;
          case 105 satisfies Ops['CALL']:
            tPc[t] = pc;
            fp = this.enterFunction(t, a, b, pc + WIDTH);
            pc = functions[a]!.entry;
            continue;
          case 106 satisfies Ops['CALLI']: {
            tPc[t] = pc;
            const fn = this.functionAt(W[a + 1]!, W[a]!);
            if (fn.builtin < 0) {
              fp = this.enterFunction(t, fn.index, b, pc + WIDTH);
              pc = fn.entry;
              continue;
            }
            if (this.answer(this.host.call(fn.builtin, b, code[pc + 4]!, t), t)) return this.stopped(t);
            a = c;
            lo = this.resLo;
            hi = this.resHi;
            break;
          }
          case 107 satisfies Ops['CALLB']:
            tPc[t] = pc;
            if (this.answer(this.host.call(a, b, code[pc + 4]!, t), t)) return this.stopped(t);
            lo = this.resLo;
            hi = this.resHi;
            W[c] = lo;
            W[c + 1] = hi;
            if (c < TEMPORARIES) {
              store.set(slots, fp + c, lo);
              store.set(slots, fp + c + 1, hi);
            }
            pc += WIDTH;
            if (!this.host.yields(t)) continue;
            tPc[t] = pc;
            return 'yield';
          case 109 satisfies Ops['NOTE']:
            tPc[t] = pc;
            if (this.host.note(a, b, c, t) === BLOCK) return 'blocked';
            pc += WIDTH;
            if (!this.host.yields(t)) continue;
            tPc[t] = pc;
            return 'yield';
          case 108 satisfies Ops['RET']: {
            lo = W[a]!;
            hi = W[a + 1]!;
            pc = this.leaveFunction(t);
            if (pc < 0) {
              store.set(this.tResult, t, lo);
              store.set(this.tState, t, THREAD.done);
              return 'exit';
            }
            fp = this.fillWindow(t, pc - WIDTH, code[pc - WIDTH + 2]!);
            if (b !== 0) continue;
            // the result goes where the call wants it
            pc -= WIDTH;
            a = code[pc + 3]!;
            break;
          }
          default:
            if (!this.rare(pc, t)) {
              pc += WIDTH;
              continue;
            }
            lo = this.resLo;
            hi = this.resHi;
        }
        W[a] = lo;
        W[a + 1] = hi;
        if (a < TEMPORARIES) {
          const i = fp + a;
          if (R[i] !== lo) store.set(slots, i, lo);
          if (R[i + 1] !== hi) store.set(slots, i + 1, hi);
        }
        pc += WIDTH;
      }
    } catch (e) {
      tPc[t] = pc;
      if (e === PREEMPT) return 'yield';
      throw e;
    } finally {
      this.executed += count;
    }
  }

  /** Calls a function whose arguments lie at `base` of the window. Returns the place of its frame. */
  private enterFunction(t: number, index: number, base: number, ret: number): number {
    const { store, slots } = this;
    const r = t * FRAMES + this.tDepth.data[t]! - 1;
    const caller = this.program.functions[this.frFn.data[r]!]!;
    const fn = this.program.functions[index]!;
    this.keepTemporaries(t, ret - WIDTH, base);
    const fp = this.frFp.data[r]! + caller.registers + caller.temporaries;
    this.push(t, fn, fp, ret);
    const { words } = this.window;
    const n = 2 * this.program.code[ret - WIDTH + 4]!;
    for (let i = 0; i < n; i++) store.set(slots, fp + i, words[base + i]!);
    this.tDepth.data[t]!++;
    return this.fillWindow(t, fn.entry, TEMPORARIES);
  }
  /** Leaves the innermost function. Returns where its caller goes on; -1: there is none. */
  private leaveFunction(t: number): number {
    const { store } = this;
    const r = t * FRAMES + this.tDepth.data[t]! - 1;
    const { frame } = this.program.functions[this.frFn.data[r]!]!;
    if (frame) {
      const base = this.frMem.data[r]!;
      this.memory.dropFrame(base, frame);
      store.set(this.frUser.data[r] ? this.tUsp : this.tSp, t, base);
    }
    this.tDepth.data[t]!--;
    return this.frPc.data[r]!;
  }

  /** Takes a built-in's answer as the result; true: the thread has to wait (or is gone). */
  private answer(v: Answer, t: number): boolean {
    if (v === BLOCK) return true;
    if (typeof v === 'number') {
      this.resLo = v | 0;
      this.resHi = Number.isInteger(v) && v === (v | 0) ? v >> 31 : Math.floor(v / 4294967296) | 0;
    } else if (typeof v === 'bigint') {
      this.resLo = Number(BigInt.asIntN(32, v));
      this.resHi = Number(BigInt.asIntN(32, v >> 32n));
    } else if (v) {
      this.resLo = v.lo;
      this.resHi = v.hi;
    } else this.resLo = this.resHi = 0;
    const s = this.tState.data[t];
    return s === THREAD.done || s === THREAD.dead;
  }
  private stopped(t: number): Stop {
    return this.tState.data[t] === THREAD.dead || this.tState.data[t] === THREAD.done ? 'exit' : 'blocked';
  }
}
