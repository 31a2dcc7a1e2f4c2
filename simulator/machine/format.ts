/** printf and printk formats. */

/** Where the arguments come from. */
export interface FormatArgs {
  /** Next integer argument, as 64 bits. */
  integer(): bigint;
  double(): number;
  /** Bytes of the string at an address, up to its NUL. */
  text(address: bigint, limit?: number): string;
  /** %p with the letters behind it: the kernel's kinds, and how many letters belong to it. `undefined`: print the address. */
  pointer?(
    address: bigint,
    letters: string,
    width: number,
  ): { readonly text: string; readonly used: number } | undefined;
}

const SPEC = /%([-+ #0]*)(\*|\d+)?(?:\.(\*|-?\d+)?)?(hh|h|ll|l|L|q|j|z|Z|t)?([diouxXcsaAeEfFgGpn%])([A-Za-z0-9]*)?/g;
const SIZES: Readonly<Record<string, number>> = {
  hh: 8,
  h: 16,
  l: 64,
  ll: 64,
  L: 64,
  q: 64,
  j: 64,
  z: 64,
  Z: 64,
  t: 64,
};

/** Formats text as vsnprintf does. */
export function format(fmt: string, args: FormatArgs): string {
  let out = '';
  let at = 0;
  SPEC.lastIndex = 0;
  for (let m = SPEC.exec(fmt); m; m = SPEC.exec(fmt)) {
    out += fmt.slice(at, m.index);
    const [whole, flags = '', w, p, length = '', conv, ext = ''] = m;
    at = m.index + whole.length - ext.length;
    const hasPrecision = /\./.test(whole.slice(0, whole.length - ext.length - 1 - length.length));
    let width = 0;
    let left = flags.includes('-');
    if (w === '*') {
      width = Number(BigInt.asIntN(32, args.integer()));
      if (width < 0) {
        left = true;
        width = -width;
      }
    } else if (w !== undefined) width = Number(w);
    let precision = hasPrecision ? (p === '*' ? Number(BigInt.asIntN(32, args.integer())) : Number(p ?? 0)) : -1;
    if (precision < 0) precision = -1;
    let text: string;
    let zero = flags.includes('0') && !left;
    switch (conv) {
      case '%':
        out += '%';
        SPEC.lastIndex = at;
        continue;
      case 'n':
        args.integer();
        SPEC.lastIndex = at;
        continue;
      case 'c':
        text = String.fromCharCode(Number(BigInt.asUintN(8, args.integer())));
        break;
      case 's': {
        const a = args.integer();
        text = a === 0n ? '(null)' : args.text(a, precision >= 0 ? precision : undefined);
        if (precision >= 0) text = text.slice(0, precision);
        break;
      }
      case 'p': {
        const a = BigInt.asUintN(64, args.integer());
        const special = ext === '' ? undefined : args.pointer?.(a, ext, width);
        if (special !== undefined) {
          text = special.text;
          at += special.used;
          width = ext.startsWith('h') ? 0 : width;
        } else {
          text = args.pointer ? a.toString(16).padStart(16, '0') : a === 0n ? '(nil)' : `0x${a.toString(16)}`;
          if (args.pointer && /^[xKr]/.test(ext)) {
            if (ext.startsWith('x')) text = a.toString(16);
            at += 1;
          }
        }
        break;
      }
      case 'd':
      case 'i': {
        const v = BigInt.asIntN(SIZES[length] ?? 32, args.integer());
        text = (v < 0n ? -v : v).toString();
        if (precision >= 0) {
          text = precision === 0 && v === 0n ? '' : text.padStart(precision, '0');
          zero = false;
        }
        const sign = v < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
        if (zero) text = text.padStart(width - sign.length, '0');
        text = sign + text;
        break;
      }
      case 'u':
      case 'o':
      case 'x':
      case 'X': {
        const v = BigInt.asUintN(SIZES[length] ?? 32, args.integer());
        text = v.toString(conv === 'u' ? 10 : conv === 'o' ? 8 : 16);
        if (conv === 'X') text = text.toUpperCase();
        if (precision >= 0) {
          text = precision === 0 && v === 0n ? '' : text.padStart(precision, '0');
          zero = false;
        }
        const prefix =
          flags.includes('#') && v !== 0n ? (conv === 'o' ? '0' : conv === 'x' ? '0x' : conv === 'X' ? '0X' : '') : '';
        if (zero) text = text.padStart(width - prefix.length, '0');
        text = prefix + text;
        break;
      }
      default: {
        const v = args.double();
        text = float(v, conv!, precision, flags);
        if (zero && Number.isFinite(v)) {
          const sign = /^[-+ ]/.exec(text)?.[0] ?? '';
          text = sign + text.slice(sign.length).padStart(width - sign.length, '0');
        }
      }
    }
    out += left ? text.padEnd(width) : text.padStart(width);
    SPEC.lastIndex = at;
  }
  return out + fmt.slice(at);
}

function float(v: number, conv: string, precision: number, flags: string): string {
  const sign = v < 0 || Object.is(v, -0) ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const a = Math.abs(v);
  const upper = conv === conv.toUpperCase();
  let t: string;
  if (Number.isNaN(v)) t = 'nan';
  else if (!Number.isFinite(v)) t = 'inf';
  else {
    const digits = precision < 0 ? 6 : precision;
    switch (conv.toLowerCase()) {
      case 'f':
        t = fixed(a, digits);
        break;
      case 'e':
        t = exponent(a.toExponential(Math.min(100, digits)));
        break;
      case 'g': {
        const p = digits === 0 ? 1 : digits;
        const e = a === 0 ? 0 : Number(a.toExponential(p - 1).split('e')[1]);
        t = e < -4 || e >= p ? exponent(a.toExponential(p - 1)) : fixed(a, p - 1 - e);
        // trailing zeros of the number, not of its exponent
        if (!flags.includes('#'))
          t = t.replace(
            /^([^.e]*)(\.\d*?)\.?0*(?=e|$)/,
            (_, whole: string, part: string) => whole + (part === '.' ? '' : part),
          );
        break;
      }
      default:
        t = a.toString(16);
    }
  }
  return sign + (upper ? t.toUpperCase() : t);
}
/** Exact decimal digits: toFixed stops at 1e21. */
function fixed(a: number, digits: number): string {
  if (a < 1e21) return a.toFixed(Math.min(100, digits));
  return BigInt(a).toString() + (digits ? '.' + '0'.repeat(digits) : '');
}
function exponent(t: string): string {
  return t.replace(/e([-+])(\d)$/, 'e$10$2');
}
