/** printk, printf and their like; warnings and bugs. */
import { format, type FormatArgs } from '../format.ts';
import { MachineFault } from '../memory.ts';
import { latin, type Word } from '../vm.ts';
import { cString, type Args, type Kernel } from '../kernel.ts';
import { allocate } from './memory.ts';
import type { Builtins } from './index.ts';
import { ERRNO_NAME } from '../model.ts';

/** Arguments in the slots of a call, from number `first`. */
function slots(k: Kernel, a: Args, first: number): FormatArgs {
  let i = first;
  const next = (): number => {
    if (i >= a.count) throw new MachineFault('format', 'the format string wants more arguments than there are');
    return i++;
  };
  return {
    integer: () => a.big(next()),
    double: () => k.vm.argDouble(a.base, next()),
    text: (p, limit) => cString(k, word(p), a.thread, limit),
    pointer: (p, letters, width) => special(k, a, p, letters, width),
  };
}
/** Arguments in memory: a va_list. */
function listed(k: Kernel, a: Args, at: Word): FormatArgs {
  let lo = at.lo;
  const take = (): Uint8Array => {
    const b = k.vm.readBytes(at.hi, lo, 8, a.thread);
    lo += 8;
    return b;
  };
  return {
    integer: () => new DataView(take().slice().buffer).getBigInt64(0, true),
    double: () => new DataView(take().slice().buffer).getFloat64(0, true),
    text: (p, limit) => cString(k, word(p), a.thread, limit),
    pointer: (p, letters, width) => special(k, a, p, letters, width),
  };
}
const word = (p: bigint): Word => ({ lo: Number(BigInt.asIntN(32, p)), hi: Number(BigInt.asIntN(32, p >> 32n)) });

/** %pe, %pV, %pa, %pad, %ph, %p…: Documentation/core-api/printk-formats.rst. */
function special(
  k: Kernel,
  a: Args,
  p: bigint,
  letters: string,
  width: number,
): { text: string; used: number } | undefined {
  const kind = /^(?:e|V|ad|ap|a|S[RbB]?|s|f|d|OF\w?|h[CDN]?|M[FR]?|m|I4|i4|U[bBlL]?)/.exec(letters)?.[0];
  if (kind === undefined) return undefined;
  const text = shown(k, a, p, kind, width);
  return text === undefined ? undefined : { text, used: kind.length };
}
function shown(k: Kernel, a: Args, p: bigint, kind: string, width: number): string | undefined {
  const w = word(p);
  const bytes = (n: number): string[] =>
    [...k.vm.readBytes(w.hi, w.lo, n, a.thread)].map((b) => b.toString(16).padStart(2, '0'));
  const u64 = (at: Word): bigint =>
    new DataView(k.vm.readBytes(at.hi, at.lo, 8, a.thread).slice().buffer).getBigUint64(0, true);
  switch (kind) {
    case 'e': {
      const n = Number(BigInt.asIntN(64, p));
      return n < 0 && n >= -4095 ? `-${ERRNO_NAME[-n] ?? -n}` : p.toString(16).padStart(16, '0');
    }
    case 'V':
      return format(cString(k, word(u64(w)), a.thread), listed(k, a, word(u64(word(u64({ hi: w.hi, lo: w.lo + 8 }))))));
    case 'a':
    case 'ad':
    case 'ap':
      return `0x${u64(w).toString(16).padStart(16, '0')}`;
    case 'h':
    case 'hC':
    case 'hD':
    case 'hN':
      return bytes(Math.min(64, Math.max(1, width))).join({ h: ' ', hC: ':', hD: '-', hN: '' }[kind]);
    case 'M':
    case 'MF':
    case 'MR':
      return bytes(6).join(kind === 'MF' ? '-' : ':');
    case 'm':
      return bytes(6).join('');
    case 'I4':
    case 'i4':
      return bytes(4)
        .map((b) => parseInt(b, 16))
        .join('.');
  }
  if (kind.startsWith('U')) {
    const b = bytes(16);
    const part = (from: number, to: number): string => b.slice(from, to).join('');
    return `${part(0, 4)}-${part(4, 6)}-${part(6, 8)}-${part(8, 10)}-${part(10, 16)}`;
  }
  if (/^[Ssf]/.test(kind))
    try {
      return k.vm.functionAt(w.hi, w.lo).name;
    } catch {
      return undefined;
    }
  return undefined;
}

/** What people see of a string of bytes: UTF-8. */
function asText(bytes: string): string {
  return /[\x80-\xff]/.test(bytes) ? new TextDecoder().decode(latin(bytes)) : bytes;
}
function say(k: Kernel, a: Args, text: string, kind: 'printk' | 'output'): number {
  const shown = asText(text);
  k.output.push(shown);
  k.event(kind, shown.replace(/\n$/, ''), a.thread);
  return text.length;
}
function into(k: Kernel, a: Args, at: Word, size: number, text: string): number {
  if (size > 0) k.vm.writeBytes(at.hi, at.lo, latin(text.slice(0, size - 1) + '\0'), a.thread);
  return text.length;
}

/** Built-ins of this file. */
export const print: Builtins = {
  printk: (k, a) => say(k, a, format(a.text(0).replace(/^\x01[0-7c]?/, ''), slots(k, a, 1)), 'printk'),
  vprintk: (k, a) => say(k, a, format(a.text(0), listed(k, a, a.w(1))), 'printk'),
  printf: (k, a) => say(k, a, format(a.text(0), slots(k, a, 1)), 'output'),
  fprintf: (k, a) => say(k, a, format(a.text(1), slots(k, a, 2)), 'output'),
  dprintf: (k, a) => say(k, a, format(a.text(1), slots(k, a, 2)), 'output'),
  puts: (k, a) => say(k, a, a.text(0) + '\n', 'output'),
  snprintf: (k, a) => into(k, a, a.w(0), a.u(1), format(a.text(2), slots(k, a, 3))),
  scnprintf: (k, a) => Math.min(into(k, a, a.w(0), a.u(1), format(a.text(2), slots(k, a, 3))), Math.max(0, a.u(1) - 1)),
  sprintf: (k, a) => into(k, a, a.w(0), 1 << 20, format(a.text(1), slots(k, a, 2))),
  vsnprintf: (k, a) => into(k, a, a.w(0), a.u(1), format(a.text(2), listed(k, a, a.w(3)))),
  kasprintf: (k, a) => duplicate(k, a, 'kasprintf', format(a.text(1), slots(k, a, 2))),
  kvasprintf: (k, a) => duplicate(k, a, 'kvasprintf', format(a.text(1), listed(k, a, a.w(2)))),
  __pinscope_name: (k, a) => {
    const text = format(a.text(0), slots(k, a, 1));
    const row = k.vm.memory.alloc(text.length + 1, 2, -1, false, 16, 'a device name');
    k.vm.memory.put(k.vm.memory.address(row), latin(text + '\0'));
    return { hi: 0xffff8881 | 0, lo: k.vm.memory.address(row) };
  },
  sscanf: (k, a) => scan(k, a),
  __pinscope_warn: (k, a) => {
    k.warnings++;
    // what a function that runs alone tests may have been made up
    const text = a.text(0);
    k.event('warning', text, a.thread, !(k.cutOut && k.assumed && text.startsWith('WARN')));
    return undefined;
  },
  __pinscope_bug: (_, a) => {
    const text = a.text(0);
    throw new MachineFault(text.startsWith('assert') ? 'assertion' : 'bug', text);
  },
};

function duplicate(k: Kernel, a: Args, name: string, text: string): Word {
  const w = allocate(k, a, name, text.length + 1, false);
  if (w.hi) k.vm.writeBytes(w.hi, w.lo, latin(text + '\0'), a.thread);
  return w;
}

/** sscanf of numbers, words and characters. */
function scan(k: Kernel, a: Args): number {
  const input = a.text(0);
  const fmt = a.text(1);
  let at = 0;
  let arg = 2;
  let done = 0;
  for (let i = 0; i < fmt.length; i++) {
    const c = fmt[i]!;
    if (/\s/.test(c)) {
      while (/\s/.test(input[at] ?? '')) at++;
      continue;
    }
    if (c !== '%') {
      if (input[at] !== c) return done;
      at++;
      continue;
    }
    const m = /^%(\*?)(\d*)(hh|h|ll|l|z)?([diuxXsc])/.exec(fmt.slice(i));
    if (!m) return done;
    i += m[0].length - 1;
    if (m[4] !== 'c') while (/\s/.test(input[at] ?? '')) at++;
    const rest = input.slice(at, m[2] ? at + Number(m[2]) : undefined);
    const re =
      m[4] === 's'
        ? /^\S+/
        : m[4] === 'c'
          ? /^[^]/
          : m[4] === 'x' || m[4] === 'X'
            ? /^[-+]?(0[xX])?[\da-fA-F]+/
            : m[4] === 'i'
              ? /^[-+]?(0[xX][\da-fA-F]+|\d+)/
              : /^[-+]?\d+/;
    const hit = re.exec(rest);
    if (!hit) return done;
    at += hit[0].length;
    if (m[1]) continue;
    const p = a.w(arg++);
    if (m[4] === 's') k.vm.writeBytes(p.hi, p.lo, latin(hit[0] + '\0'), a.thread);
    else if (m[4] === 'c') k.vm.writeBytes(p.hi, p.lo, latin(hit[0]), a.thread);
    else {
      const size = m[3] === 'hh' ? 1 : m[3] === 'h' ? 2 : m[3] === undefined ? 4 : 8;
      const neg = hit[0].startsWith('-');
      const digits = hit[0].replace(/^[-+]/, '');
      const v = BigInt(m[4] === 'x' || m[4] === 'X' ? `0x${digits.replace(/^0[xX]/, '')}` : digits) * (neg ? -1n : 1n);
      const b = new Uint8Array(8);
      new DataView(b.buffer).setBigInt64(0, BigInt.asIntN(64, v), true);
      k.vm.writeBytes(p.hi, p.lo, b.subarray(0, size), a.thread);
    }
    done++;
  }
  return done;
}
