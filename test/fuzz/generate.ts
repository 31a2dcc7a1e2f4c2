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
    const kind = r.below(depth > 2 ? 4 : 19);
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
