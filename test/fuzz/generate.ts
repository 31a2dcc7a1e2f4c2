/**
 * Random C programs without undefined behaviour: integers of all widths, floating values, pointers, structs and unions, bit-fields, function
 * pointers, varargs, printf formats, switch and goto. Same seed, same program.
 */

/** A small repeatable generator (xorshift32). */
export class Random {
  private state: number;
  constructor(seed: number) {
    this.state = (seed * 2654435761) >>> 0 || 1;
    for (let i = 0; i < 8; i++) this.next();
  }
  next(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state;
  }
  below(n: number): number {
    return this.next() % n;
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const TYPES = [
  'char',
  'signed char',
  'unsigned char',
  'short',
  'unsigned short',
  'int',
  'unsigned int',
  'long',
  'unsigned long',
  'long long',
  'unsigned long long',
  '_Bool',
] as const;

interface Var {
  readonly name: string;
  /** May be assigned. */
  readonly writable: boolean;
}

/** The text of a program that prints a checksum. */
export function generateProgram(seed: number): string {
  return new Generator(new Random(seed)).program();
}

class Generator {
  private n = 0;
  private readonly functions: { name: string; params: number }[] = [];
  private depth = 0;
  constructor(private readonly r: Random) {}
  private name(p: string): string {
    return `${p}${this.n++}`;
  }

  program(): string {
    const { r } = this;
    const fields: string[] = [];
    const fieldNames: string[] = [];
    for (let i = 0; i < 3 + r.below(6); i++) {
      const f = `f${i}`;
      fieldNames.push(f);
      if (r.below(3) === 0)
        fields.push(
          `  ${r.pick(['unsigned int', 'int', 'unsigned char', 'unsigned long', 'long'])} ${f} : ${1 + r.below(7)};`,
        );
      else fields.push(`  ${r.pick(TYPES)} ${f};`);
    }
    const sub = `struct inner { ${r.pick(TYPES)} a; ${r.pick(TYPES)} b[3]; };`;
    const out: string[] = [
      'int printf(const char *f, ...);',
      'static unsigned long sum = 1469598103934665603ul;',
      'static void mix(unsigned long v) { sum = (sum ^ v) * 1099511628211ul; }',
      sub,
      `struct outer {\n${fields.join('\n')}\n  struct inner in;\n  union { unsigned int u; unsigned char c[4]; unsigned short h[2]; } un;\n};`,
      `enum color { RED = ${r.below(5)}, GREEN, BLUE = ${10 + r.below(90)} };`,
      'static int apply(int (*f)(int), int v) { return f(v); }',
      'static long total(int n, ...) { long s = n; __builtin_va_list ap; __builtin_va_start(ap, n); while (n-- > 0) s = (long)((unsigned long)s * 31 + (unsigned long)__builtin_va_arg(ap, long)); return s; }',
      `struct pair { ${r.pick(TYPES)} x; ${r.pick(TYPES)} y; unsigned int bits : ${3 + r.below(9)}; };`,
      `static struct pair flip(struct pair p) { struct pair q = { .x = p.y, .y = p.x }; q.bits = (unsigned)p.bits + ${1 + r.below(5)}u; return q; }`,
      'static int negate(int v) { return (int)-(unsigned)v; } static int same(int v) { return v; }',
      `static int twist(int v) { return (int)((unsigned)v * ${1 + r.below(9999)}u ^ ${r.below(65536)}u); }`,
    ];
    out.push('static int (*const ops[3])(int) = { twist, negate, same };');
    const globals: Var[] = [];
    for (let i = 0; i < 3; i++) {
      const g = this.name('g');
      out.push(`static ${r.pick(TYPES)} ${g} = ${this.literal()};`);
      globals.push({ name: g, writable: true });
    }
    out.push(`static int table[8] = { ${Array.from({ length: 8 }, () => this.literal(true)).join(', ')} };`);
    for (let i = 0; i < 2 + r.below(3); i++) out.push(this.fn(globals));
    out.push(this.main(globals, fieldNames));
    return out.join('\n') + '\n';
  }

  private literal(small = false): string {
    const { r } = this;
    switch (r.below(small ? 2 : 6)) {
      case 0:
        return String(r.below(256));
      case 1:
        return `-${r.below(1000)}`;
      case 2:
        return `0x${r.next().toString(16)}u`;
      case 3:
        return `${r.next()}ul`;
      case 4:
        return `0x${r.next().toString(16)}${r.next().toString(16).padStart(8, '0')}ull`;
      default:
        return `'${String.fromCharCode(97 + r.below(26))}'`;
    }
  }

  /** An expression whose value is defined whatever the variables hold. */
  private expr(vars: readonly Var[], depth = 0): string {
    const { r } = this;
    if (depth > 3 || r.below(4) === 0) return r.below(3) ? r.pick(vars).name : this.literal();
    const a = (): string => this.expr(vars, depth + 1);
    const u = (): string => `(unsigned long)(${a()})`;
    switch (r.below(15)) {
      case 0:
        return `(${u()} + ${u()})`;
      case 1:
        return `(${u()} - ${u()})`;
      case 2:
        return `(${u()} * ${u()})`;
      case 3:
        return `(${u()} / (${u()} | 1))`;
      case 4:
        return `((unsigned int)(${a()}) % ((unsigned int)(${a()}) | 1u))`;
      case 5:
        return `((long)(int)(${a()}) ${r.pick(['/', '%'])} ((int)(${a()}) | ${1 + r.below(3) * 2}${r.below(2) ? 'L' : ''} ? ${3 + r.below(90)}L : 7L))`;
      case 6:
        return `((${a()}) ${r.pick(['&', '|', '^'])} (${a()}))`;
      case 7:
        return `(${r.pick(['(unsigned int)', '(unsigned long)', '(long long)(unsigned short)', '(int)(unsigned char)'])}(${a()}) ${r.pick(['<<', '>>'])} ((${a()}) & ${r.pick(['7', '15'])}))`;
      case 8:
        return `((${a()}) ${r.pick(['<', '>', '<=', '>=', '==', '!='])} (${a()}))`;
      case 9:
        return `((${a()}) ${r.pick(['&&', '||'])} (${a()}))`;
      case 10:
        return `((${a()}) ? (${a()}) : (${a()}))`;
      case 11:
        return `(${r.pick(['~', '!'])}(${a()}))`;
      case 12:
        return `((${r.pick(TYPES)})(${a()}))`;
      case 13:
        return `((long)(${r.pick(['signed char', 'short', 'int'])})(${a()}) >> ${r.below(8)})`;
      default:
        return `table[(${u()}) & 7]`;
    }
  }

  private statements(vars: Var[], depth: number, count: number): string {
    let s = '';
    for (let i = 0; i < count; i++) s += this.statement(vars, depth);
    return s;
  }
  private target(vars: readonly Var[]): string {
    return this.r.pick(vars.filter((v) => v.writable)).name;
  }

  private statement(vars: Var[], depth: number): string {
    const { r } = this;
    const pad = '  '.repeat(depth + 1);
    const kind = r.below(depth > 2 ? 4 : 35);
    switch (kind) {
      case 0:
      case 1:
        return `${pad}${this.target(vars)} = ${this.expr(vars)};\n`;
      case 2: {
        const t = this.target(vars);
        return `${pad}${t} = (unsigned long)${t} ${r.pick(['+', '-', '*', '^', '|', '&'])} (unsigned long)(${this.expr(vars)});\n`;
      }
      case 3:
        return `${pad}mix((unsigned long)(${this.expr(vars)}));\n`;
      case 4: {
        const v = this.name('v');
        const text = `${pad}${r.pick(TYPES)} ${v} = ${this.expr(vars)};\n`;
        vars.push({ name: v, writable: true });
        return text;
      }
      case 5:
        return `${pad}if (${this.expr(vars)}) {\n${this.statements([...vars], depth + 1, 1 + r.below(3))}${pad}}${r.below(2) ? ` else {\n${this.statements([...vars], depth + 1, 1 + r.below(2))}${pad}}` : ''}\n`;
      case 6: {
        const i = this.name('i');
        return `${pad}for (int ${i} = 0; ${i} < ${1 + r.below(6)}; ${i}++) {\n${this.statements([...vars, { name: i, writable: false }], depth + 1, 1 + r.below(3))}${r.below(3) === 0 ? `${pad}  if (${i} == ${r.below(4)}) ${r.pick(['continue', 'break'])};\n` : ''}${pad}}\n`;
      }
      case 7: {
        const i = this.name('w');
        return `${pad}{ int ${i} = ${1 + r.below(5)}; ${r.below(2) ? `while (${i}-- > 0) {\n${this.statements([...vars], depth + 1, 2)}${pad}}` : `do {\n${this.statements([...vars], depth + 1, 2)}${pad}} while (--${i} > 0);`} }\n`;
      }
      case 8: {
        let s = `${pad}switch ((unsigned)(${this.expr(vars)}) % 5) {\n`;
        for (let c = 0; c < 4; c++)
          s += `${pad}case ${c}: {\n${this.statements([...vars], depth + 1, 1)}${pad}}\n${r.below(3) ? `${pad}  break;\n` : ''}`;
        return `${s}${pad}default:\n${pad}  mix(${r.below(1000)}ul);\n${pad}}\n`;
      }
      case 9: {
        const p = this.name('p');
        const t = this.name('t');
        return `${pad}{ ${r.pick(['int', 'unsigned char', 'long', 'unsigned short'])} ${t}[4] = { ${this.expr(vars)}, ${this.expr(vars)} }, *${p} = ${t} + ${r.below(2)};\n${pad}  ${p}[${r.below(2)}] = ${this.expr(vars)}; *++${p} ^= 3; mix((unsigned long)*${p} + (unsigned long)(${p} - ${t})); for (int k = 0; k < 4; k++) mix((unsigned long)${t}[k]); }\n`;
      }
      case 10:
        // a call is a statement of its own: the order of calls in one expression is nobody's
        if (this.functions.length && this.depth < 1) {
          const f = r.pick(this.functions);
          return `${pad}${this.target(vars)} = ${f.name}(${Array.from({ length: f.params }, () => this.expr(vars, 2)).join(', ')});\n`;
        }
        return `${pad}mix(${r.below(100)}ul);\n`;
      case 12: {
        const d = this.name('d');
        const f = this.name('q');
        return `${pad}{ double ${d} = (double)(int)(${this.expr(vars)}) * ${r.below(9) + 1}.${r.below(100)}; float ${f} = (float)(${d} / ${1 + r.below(7)}.5 - ${r.below(50)}); union { double d; unsigned long u; float f; unsigned int w; } b = { 0 };
${pad}  b.d = ${d} ${r.pick(['+', '-', '*'])} ${f}; mix(b.u); b.f = ${f} ${r.pick(['+', '*', '-'])} 0.1f; mix(b.w); mix((unsigned long)(long)(${d} * 0.25)); mix((unsigned long)(${f} ${r.pick(['<', '>', '==', '<=', '!='])} ${d})); ${d}++; mix((unsigned long)(${d} ? (long)${f} : 3L)); }\n`;
      }
      case 13: {
        const l = this.name('out');
        const i = this.name('again');
        return `${pad}{ int n = ${1 + r.below(4)};\n${pad}${i}:\n${this.statements([...vars], depth + 2, 1)}${pad}  if (${this.expr(vars, 2)}) goto ${l};\n${pad}  if (--n > 0) goto ${i};\n${pad}  mix(${r.below(99)}ul);\n${pad}${l}:\n${pad}  mix((unsigned long)n); }\n`;
      }
      case 14: {
        const n = 1 + r.below(4);
        return `${pad}mix((unsigned long)total(${n}, ${Array.from({ length: n }, () => `(long)(${this.expr(vars, 2)})`).join(', ')}));\n`;
      }
      case 15:
        return `${pad}printf("${r.pick(['%d %u %x|', '%5d|%-6u|%08x|', '%+d %#x %o|'])}%${r.pick(['', '12', '-12', '020'])}l${r.pick(['d', 'u', 'x'])} %hhd %hu %c%s%%\\n", (int)(${this.expr(vars, 2)}), (unsigned)(${this.expr(vars, 2)}), (unsigned)(${this.expr(vars, 2)}), (long)(${this.expr(vars, 2)}), (signed char)(${this.expr(vars, 2)}), (unsigned short)(${this.expr(vars, 2)}), 'a' + (int)((unsigned)(${this.expr(vars, 2)}) % 26), &"text"[${r.below(4)}]);\n`;
      case 16:
        return `${pad}mix((unsigned long)ops[(unsigned long)(${this.expr(vars)}) % 3]((int)(${this.expr(vars, 2)})));\n`;
      case 17: {
        const b = this.name('s');
        return `${pad}{ struct pair ${b} = flip((struct pair){ ${this.expr(vars)}, .y = ${this.expr(vars)} }); mix((unsigned long)${b}.x); ${b} = flip(${b}); mix((unsigned long)${b}.y + ${b}.bits); }\n`;
      }
      case 18: {
        const m = this.name('m');
        return `${pad}{ static ${r.pick(TYPES)} ${m}[2][3]; ${m}[(unsigned long)(${this.expr(vars, 2)}) % 2][(unsigned long)(${this.expr(vars, 2)}) % 3] += ${this.expr(vars)}; for (int k = 0; k < 6; k++) mix((unsigned long)(&${m}[0][0])[k]); }\n`;
      }
      case 19: {
        const e = this.name('e');
        return `${pad}mix((unsigned long)({ ${r.pick(TYPES)} ${e} = ${this.expr(vars, 2)}; ${e} ${r.pick(['+=', '^=', '|='])} ${this.expr(vars, 2)}; ${r.below(2) ? `if (${e} > 3) ${e} = ${this.expr(vars, 3)}; ` : ''}${e}; }));\n`;
      }
      case 20: {
        const n = this.name('n');
        const a = this.name('vla');
        return `${pad}{ int ${n} = 1 + (int)((unsigned)(${this.expr(vars, 2)}) % 5); ${r.pick(['int', 'long', 'unsigned char', 'short'])} ${a}[${n} + 1]; for (int k = 0; k <= ${n}; k++) ${a}[k] = ${this.expr(vars, 2)}; mix(sizeof(${a})); mix((unsigned long)${a}[${n}] + (unsigned long)*(${a} + ${n} / 2)); }\n`;
      }
      case 21: {
        const f = this.name('x');
        const type = r.pick(TYPES);
        // what a conversion to an integer can't hold is nobody's: small values only
        return `${pad}{ float ${f} = (float)(short)(${this.expr(vars, 2)}); double d2 = (double)(${r.pick(TYPES)})(${this.expr(vars, 2)}); ${type} i2 = (${type})(int)(${f} / 300.0f); mix((unsigned long)i2); mix((unsigned long)(long)(d2 / 1e12)); mix((unsigned long)(unsigned char)(int)(${f} > 0 ? ${f} / 200 : -${f} / 200)); printf("%.3f %g %e|", ${f} / 7, d2, (double)${f} * 0.001); mix((unsigned long)(d2 ${r.pick(['<', '>=', '=='])} ${f}) + !${f}); }\n`;
      }
      case 22: {
        const v = this.name('c');
        const t = r.pick(['signed char', 'short', 'int', 'unsigned int', 'long', 'unsigned long', 'unsigned char']);
        return `${pad}{ ${t} ${v} = ${this.expr(vars, 2)}; ${v} ${r.pick(['>>=', '&=', '|=', '^='])} ${r.below(7)}; ${v} ${r.pick(['/=', '%='])} ${2 + r.below(40)}; mix((unsigned long)${v}); ${v}${r.pick(['++', '--'])}; mix((unsigned long)${v}); mix((unsigned long)(${r.pick(['++', '--'])}${v})); mix((unsigned long)((${this.expr(vars, 2)}) ?: ${v})); }\n`;
      }
      case 23: {
        const b = this.name('bits');
        return `${pad}{ struct { int a : 5; unsigned long b : 37; _Bool c : 1; unsigned short d : 9; long e : 50; } ${b} = { .a = (int)((unsigned)(${this.expr(vars, 2)}) % 16), .e = (long)(${this.expr(vars, 2)}) % 1000000 }; ${b}.b = (unsigned long)(${this.expr(vars, 2)}); ${b}.c = (${this.expr(vars, 2)}) != 0; ${b}.d += 77; ${b}.d--; ${b}.b <<= 2; ${b}.e -= 12345; mix((unsigned long)${b}.a); mix(${b}.b); mix((unsigned long)${b}.c + ${b}.d); mix((unsigned long)${b}.e); mix(sizeof(${b})); mix((unsigned long)(${b}.b > ${b}.d) + (unsigned long)(${b}.d - 600 < 0)); }\n`;
      }
      case 24: {
        const u = this.name('u');
        return `${pad}{ union { long l; int i[2]; struct { unsigned short lo, hi; } s; unsigned char c[8]; double d; } ${u}; ${u}.l = (long)(${this.expr(vars, 2)}); mix(${u}.s.hi); mix((unsigned long)${u}.i[1]); ${u}.c[3] ^= 0x5a; ${u}.s.lo++; mix((unsigned long)${u}.l); }\n`;
      }
      case 25:
        return `${pad}switch ((long)(${this.expr(vars)}) % 9) {\n${pad}case -8 ... -1: mix(1ul);\n${pad}case 0: mix(2ul); break;\n${pad}case 2 ... 4: { ${this.statement([...vars], depth + 2).trim()} } /* falls through */\n${pad}case 5: mix(3ul);\n${pad}default: mix(4ul);\n${pad}}\n`;
      case 26: {
        const t = this.name('grid');
        return `${pad}{ short ${t}[3][4] = { [1] = { 1, 2 }, [2][3] = 9 }, (*row)[4] = ${t} + 1; long *cells[2] = { 0 }; (*row)[2] = (short)(${this.expr(vars, 2)}); row++; row[-1][3] ^= row[0][3]; mix((unsigned long)${t}[1][2] + (unsigned long)(row - ${t}) + (unsigned long)(&${t}[2][1] - &${t}[0][0])); mix((unsigned long)(cells[1] == 0) + sizeof ${t}[0]); }\n`;
      }
      case 27: {
        const p = this.name('list');
        return `${pad}{ struct node { struct node *next; ${r.pick(TYPES)} v; } ${p}[3] = { { &${p}[1], ${this.expr(vars, 2)} }, { &${p}[2], 7 }, { 0, ${this.expr(vars, 2)} } }, **at = &(struct node *){ ${p} }; while (*at) { mix((unsigned long)(*at)->v); if ((*at)->v == 7) *at = (*at)->next; else at = &(*at)->next; } mix(${p}[0].next ? (unsigned long)(${p}[0].next - ${p}) : 99ul); }\n`;
      }
      case 28:
        return `${pad}{ int k = 0, j = 9; do { if (++k == 3) continue; if (k > 5) break; j -= k, mix((unsigned long)j); } while (j > ${r.below(6)}); for (;; k--) if (k < 1) break; mix((unsigned long)k); }\n`;
      case 29:
        return `${pad}printf("%s|%10.3s|%-6.2s|%c|%5c|%%|%lld|%zu|%hx|%#lx|%+ld|% d|%.5d|%*d\\n", "one", "two-three", "abc", 'x', 'y', (long long)(${this.expr(vars, 2)}), sizeof(int), (unsigned short)(${this.expr(vars, 2)}), (unsigned long)(${this.expr(vars, 2)}), (long)(${this.expr(vars, 2)}), (int)(${this.expr(vars, 2)}), (int)(${this.expr(vars, 2)}) % 1000, 7, (int)(${this.expr(vars, 2)}) % 100);\n`;
      case 30: {
        const n = this.name('count');
        return `${pad}{ static ${r.pick(TYPES)} ${n} = ${1 + r.below(9)}; static const char *const names[] = { "a", "bb", "ccc" }; ${n} += 3; mix((unsigned long)${n} + (unsigned long)names[(unsigned long)${n} % 3][0]); }\n`;
      }
      case 31: {
        const b = this.name('big');
        return `${pad}{ struct wide { int k[5]; struct pair p; } ${b} = { .k = { [1 ... 3] = ${r.below(9)} }, .p = { 1, 2, 3 } }, other = ${b}; other.k[2] = (int)(${this.expr(vars, 2)}); other.p = flip(${b}.p); ${b} = (${this.expr(vars, 2)}) ? other : ${b}; mix((unsigned long)${b}.k[2] + (unsigned long)${b}.k[3] + ${b}.p.bits); mix((unsigned long)(struct wide){ .k = { 4 } }.k[0]); }\n`;
      }
      case 32:
        return `${pad}{ int (*const *f)(int) = ops + ${r.below(2)}; int (*g)(int) = (${this.expr(vars, 2)}) ? *f : negate; mix((unsigned long)g((int)(${this.expr(vars, 2)}))); mix((unsigned long)(g == negate) + (unsigned long)(*f)(${r.below(99)})); }\n`;
      case 33: {
        const q = this.name('q');
        const sign = r.pick(['unsigned __int128', '__int128']);
        return `${pad}{ ${sign} ${q} = (${sign})(${this.expr(vars, 2)}) * (${this.expr(vars, 2)}); ${q} ${r.pick(['+=', '-=', '^=', '|='])} ${this.expr(vars, 2)}; ${q} ${r.pick(['<<=', '>>='])} ${r.below(60)}; mix((unsigned long)${q}); mix((unsigned long)(${q} >> 64)); ${q} /= ${1 + r.below(99)}; ${q}--; mix((unsigned long)${q} + (unsigned long)(${q} ${r.pick(['<', '>', '=='])} (${this.expr(vars, 2)})) + !${q}); }\n`;
      }
      case 34: {
        const a = this.name('m');
        return `${pad}{ int r = 1 + (int)((unsigned)(${this.expr(vars, 2)}) % 3), c = 1 + (int)((unsigned)(${this.expr(vars, 2)}) % 4); short ${a}[r][c], (*row)[c] = ${a}; for (int k = 0; k < r * c; k++) ${a}[k / c][k % c] = (short)(k * 3); row += r - 1; mix((unsigned long)(*row)[c - 1] + sizeof ${a} + sizeof *row + (unsigned long)(row - ${a})); }\n`;
      }
      default:
        return `${pad}mix((unsigned long)apply(twist, (int)(${this.expr(vars)})));\n`;
    }
  }
  private fn(globals: readonly Var[]): string {
    const { r } = this;
    const name = this.name('fn');
    const params = Array.from({ length: 1 + r.below(3) }, () => ({ type: r.pick(TYPES), name: this.name('a') }));
    const vars: Var[] = [...globals, ...params.map((p) => ({ name: p.name, writable: true }))];
    this.depth = 1;
    const body = this.statements(vars, 0, 2 + r.below(3));
    const result = this.expr(vars);
    this.depth = 0;
    const text = `static ${r.pick(TYPES)} ${name}(${params.map((p) => `${p.type} ${p.name}`).join(', ')})\n{\n${body}  return ${result};\n}`;
    this.functions.push({ name, params: params.length });
    return text;
  }

  private main(globals: readonly Var[], fields: readonly string[]): string {
    const { r } = this;
    const vars: Var[] = [...globals];
    let s =
      'int main(void)\n{\n  struct outer o = { 0 }, copy, arr[2] = { [1] = { .in = { .b = { 1, 2, 3 } } } };\n  struct outer *po = &o;\n';
    for (let i = 0; i < 4; i++) {
      const v = this.name('v');
      s += `  ${r.pick(TYPES)} ${v} = ${this.literal()};\n`;
      vars.push({ name: v, writable: true });
    }
    for (const f of fields) vars.push({ name: r.below(2) ? `o.${f}` : `po->${f}`, writable: true });
    vars.push(
      { name: 'o.in.a', writable: true },
      { name: 'po->in.b[1]', writable: true },
      { name: 'po->un.u', writable: true },
      { name: 'o.un.c[2]', writable: true },
      { name: 'arr[1].in.b[2]', writable: true },
    );
    s += this.statements(vars, 0, 8 + r.below(8));
    s += '  copy = *po; arr[0] = copy;\n';
    for (const f of fields) s += `  mix((unsigned long)copy.${f}); mix((unsigned long)arr[0].${f});\n`;
    s +=
      '  mix(copy.un.u); mix((unsigned long)copy.in.a); for (int k = 0; k < 3; k++) mix((unsigned long)copy.in.b[k] + arr[1].in.b[k]);\n';
    s += '  mix(sizeof(struct outer)); mix(sizeof(struct inner)); mix((unsigned long)(BLUE + GREEN));\n';
    for (const g of globals) s += `  mix((unsigned long)${g.name});\n`;
    return `${s}  printf("%lu %lx %d\\n", sum, sum, (int)sum);\n  return 0;\n}`;
  }
}
