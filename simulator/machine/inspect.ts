/** Values for people: variables of a frame, as debuggers and panels show them. */
import type { VarInfo } from './program.ts';
import { typeName, type Ty } from './types.ts';
import type { FrameInfo, Vm } from './vm.ts';

/** A variable with its value. */
export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  /** Members or elements, if it has any. */
  readonly children: readonly Variable[];
}
const MAX_CHILDREN = 64;

/** Variables of a frame that are in scope, outer ones first. */
export function readVariables(vm: Vm, frame: FrameInfo, thread: number): Variable[] {
  const out: Variable[] = [];
  const seen = new Map<string, VarInfo>();
  for (const v of frame.fn.vars) if (frame.pc >= v.from && frame.pc <= v.to) seen.set(v.name, v);
  for (const v of seen.values()) {
    if (v.slot !== undefined) {
      const slot = frame.fp + v.slot;
      if (v.flag !== undefined && vm.lo(frame.fp + v.flag) === 0)
        out.push({ name: v.name, type: typeName(v.type), value: 'no value yet', children: [] });
      else
        out.push({
          name: v.name,
          type: typeName(v.type),
          value: scalar(v.type, vm.lo(slot), vm.hi(slot), vm.double(slot)),
          children: [],
        });
    } else if (v.offset !== undefined) out.push(inMemory(vm, v.name, v.type, frame.memory + v.offset, 0));
  }
  void thread;
  return out;
}

/** A scalar as C would write it. */
export function scalar(t: Ty, lo: number, hi: number, d: number): string {
  if (t.kind === 'float') return String(d);
  if (t.kind === 'int') {
    if (t.bool) return lo ? 'true' : 'false';
    if (t.size === 8) {
      const v = (BigInt(hi) << 32n) | BigInt(lo >>> 0);
      return (t.signed ? v : BigInt.asUintN(64, v)).toString();
    }
    return String(t.signed ? lo : lo >>> 0);
  }
  if (hi === 0 && lo === 0) return 'NULL';
  if (hi === -1 && lo < 0 && lo >= -4095) return `ERR_PTR(${lo})`;
  return `0x${(BigInt.asUintN(32, BigInt(hi)) * 4294967296n + BigInt(lo >>> 0)).toString(16)}`;
}
/** An object in the machine's memory (a physical address). */
export function inMemory(vm: Vm, name: string, t: Ty, at: number, depth: number): Variable {
  const m = vm.memory;
  const type = typeName(t);
  if (t.kind === 'record') {
    const children =
      depth > 3
        ? []
        : t.members.slice(0, MAX_CHILDREN).map((x) =>
            x.width !== undefined
              ? {
                  name: x.name ?? '',
                  type: typeName(x.type),
                  value: bits(vm, at + x.offset, x.bit ?? 0, x.width),
                  children: [],
                }
              : inMemory(vm, x.name ?? '', x.type, at + x.offset, depth + 1),
          );
    return { name, type, value: '{…}', children };
  }
  if (t.kind === 'array') {
    if (t.of.kind === 'int' && t.of.size === 1 && m.isInit(at, 1)) {
      let text = '';
      for (let i = 0; i < Math.min(t.n, 80) && m.isInit(at + i, 1) && m.r8(at + i); i++)
        text += String.fromCharCode(m.r8(at + i));
      if (/^[\x20-\x7e]*$/.test(text)) return { name, type, value: JSON.stringify(text), children: [] };
    }
    const children =
      depth > 2
        ? []
        : Array.from({ length: Math.min(Math.max(0, t.n), MAX_CHILDREN) }, (_, i) =>
            inMemory(vm, `[${i}]`, t.of, at + i * t.of.size, depth + 1),
          );
    return { name, type, value: `[${t.n}]`, children };
  }
  if (!m.isInit(at, t.size)) return { name, type, value: 'no value yet', children: [] };
  const lo = t.size === 1 ? m.r8(at) : t.size === 2 ? m.r16(at) : m.r32(at);
  const hi = t.size === 8 ? m.r32(at + 4) : 0;
  const signedLo =
    t.kind === 'int' && t.signed && t.size < 4 ? (t.size === 1 ? (lo << 24) >> 24 : (lo << 16) >> 16) : lo;
  const f = new DataView(new ArrayBuffer(8));
  f.setInt32(0, lo, true);
  f.setInt32(4, hi, true);
  const d = t.kind === 'float' ? (t.size === 4 ? f.getFloat32(0, true) : f.getFloat64(0, true)) : 0;
  return { name, type, value: scalar(t, signedLo, hi, d), children: [] };
}
function bits(vm: Vm, at: number, bit: number, width: number): string {
  let v = 0n;
  for (let k = Math.floor((bit + width + 7) / 8) - 1; k >= 0; k--) v = (v << 8n) | BigInt(vm.memory.r8(at + k));
  return BigInt.asUintN(width, v >> BigInt(bit)).toString();
}
