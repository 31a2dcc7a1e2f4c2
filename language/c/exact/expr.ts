/** Expressions of the exact parser. */
import type { AssignOp, BinaryOp, CType, Expr, InitItem, InitListExpr } from '../ast.ts';
import { PRECEDENCE } from '../operators.ts';
import { TypeParser } from './types.ts';
import type { Token } from './tokens.ts';

const ASSIGN = new Set(['=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '|=', '^=']);
/** Built-ins of the compiler whose arguments may be types. */
const TYPE_CALLS = new Set(['__builtin_va_arg', '__builtin_types_compatible_p', '__same_type', '__pinscope_type']);
const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, e: 27 };

/** Bytes of a string literal (as a string of char codes 0…255). */
export function literalBytes(text: string): string {
  const quote = text.search(/["']/);
  const inner = text.slice(quote + 1, text.length > quote + 1 && text.endsWith(text[quote]!) ? -1 : undefined);
  let out = '';
  for (let i = 0; i < inner.length; i++) {
    const c = inner[i]!;
    if (c !== '\\') {
      const code = inner.codePointAt(i)!;
      if (code < 128) out += c;
      else {
        for (const b of new TextEncoder().encode(String.fromCodePoint(code))) out += String.fromCharCode(b);
        if (code > 0xffff) i++;
      }
      continue;
    }
    const oct = /^[0-7]{1,3}/.exec(inner.slice(i + 1, i + 4));
    const hex = /^x([\da-fA-F]+)/.exec(inner.slice(i + 1));
    if (oct) {
      out += String.fromCharCode(parseInt(oct[0], 8) & 255);
      i += oct[0].length;
    } else if (hex) {
      out += String.fromCharCode(parseInt(hex[1]!.slice(-2), 16));
      i += hex[0].length;
    } else {
      const e = inner[++i] ?? '';
      if (e === '\n') continue;
      out += String.fromCharCode(ESCAPES[e] ?? e.charCodeAt(0));
    }
  }
  return out;
}

/** Reads expressions. */
export abstract class ExprParser extends TypeParser {
  expression(): Expr {
    const start = this.tok;
    let left = this.assignment();
    while (this.accept(',')) {
      const right = this.assignment();
      left = { kind: 'binary', op: ',', left, right, ...this.from(start) };
    }
    return left;
  }

  assignment(): Expr {
    const start = this.tok;
    const left = this.conditional();
    if (this.tok.kind === 'op' && ASSIGN.has(this.tok.text)) {
      const op = this.next().text as AssignOp;
      const right = this.assignment();
      return { kind: 'assign', op, left, right, ...this.from(start) };
    }
    return left;
  }

  private conditional(): Expr {
    const start = this.tok;
    const test = this.binary(1);
    if (!this.accept('?')) return test;
    if (this.accept(':')) return { kind: 'cond', test, else: this.conditional(), ...this.from(start) };
    const then = this.expression();
    this.expect(':');
    const otherwise = this.conditional();
    return { kind: 'cond', test, then, else: otherwise, ...this.from(start) };
  }

  private binary(min: number): Expr {
    const start = this.tok;
    let left = this.cast();
    for (;;) {
      const op = this.tok.kind === 'op' ? this.tok.text : '';
      const p = PRECEDENCE[op];
      if (p === undefined || p < min) return left;
      this.next();
      const right = this.binary(p + 1);
      left = { kind: 'binary', op: op as BinaryOp, left, right, ...this.from(start) };
    }
  }

  private cast(): Expr {
    if (this.is('(') && this.startsType(1)) {
      const start = this.next();
      const type = this.typeName();
      this.expect(')');
      if (this.is('{'))
        return this.postfix({ kind: 'compound', type, init: this.initList(), ...this.from(start) }, start);
      const arg = this.cast();
      return { kind: 'cast', type, arg, ...this.from(start) };
    }
    return this.unary();
  }

  private unary(): Expr {
    const start = this.tok;
    const t = start.text;
    if (start.kind === 'op') {
      if (t === '++' || t === '--') {
        this.next();
        const arg = this.unary();
        return { kind: 'update', op: t, prefix: true, arg, ...this.from(start) };
      }
      if (t === '-' || t === '+' || t === '!' || t === '~' || t === '&' || t === '*') {
        this.next();
        const arg = this.cast();
        return { kind: 'unary', op: t, arg, ...this.from(start) };
      }
      if (t === '&&') {
        this.next();
        const label = this.next();
        if (label.kind !== 'id') this.fail(`expected a label behind && before '${label.text}'`, label);
        const at = this.from(start);
        const callee: Expr = { kind: 'id', name: '__builtin_label_address', ...at };
        return {
          kind: 'call',
          callee,
          args: [{ kind: 'id', name: label.text, ...at }],
          argsStart: 0,
          argsEnd: 0,
          ...at,
        };
      }
    }
    if (start.kind === 'id') {
      if (t === 'sizeof' || t === '_Alignof' || t === '__alignof__' || t === 'alignof' || t === '__alignof')
        return this.sizeOf();
      if (t === '__extension__') {
        this.next();
        return this.cast();
      }
    }
    return this.postfix(this.primary(), start);
  }

  private sizeOf(): Expr {
    const start = this.next();
    const align = start.text !== 'sizeof';
    if (this.is('(') && this.startsType(1)) {
      this.next();
      const type = this.typeName();
      this.expect(')');
      if (this.is('{')) {
        const e: Expr = { kind: 'compound', type, init: this.initList(), ...this.from(start) };
        return { kind: 'sizeof', arg: this.postfix(e, start), ...this.from(start) };
      }
      if (align)
        return {
          kind: 'call',
          callee: { kind: 'id', name: '__builtin_alignof', ...this.from(start) },
          args: [{ kind: 'type', type, ...this.from(start) }],
          argsStart: 0,
          argsEnd: 0,
          ...this.from(start),
        };
      return { kind: 'sizeof', type, ...this.from(start) };
    }
    const arg = this.unary();
    if (align)
      return {
        kind: 'call',
        callee: { kind: 'id', name: '__builtin_alignof', ...this.from(start) },
        args: [{ kind: 'type', type: { kind: 'typeof', expr: arg }, ...this.from(start) }],
        argsStart: 0,
        argsEnd: 0,
        ...this.from(start),
      };
    return { kind: 'sizeof', arg, ...this.from(start) };
  }

  private primary(): Expr {
    const t = this.next();
    switch (t.kind) {
      case 'num':
        return this.number(t);
      case 'char': {
        const bytes = literalBytes(t.text);
        let value = 0n;
        for (let i = 0; i < bytes.length; i++) value = (value << 8n) | BigInt(bytes.charCodeAt(i));
        if (bytes.length === 1 && value > 127n) value -= 256n;
        return { kind: 'num', value, text: t.text, ...this.from(t) };
      }
      case 'str': {
        if (/^[LuU]/.test(t.text) && !t.text.startsWith('u8')) this.fail('wide strings are not supported', t);
        let value = literalBytes(t.text);
        while (this.tok.kind === 'str' || (this.open && this.tok.kind === 'id')) {
          // a name between literals is a macro that makes one
          const part = this.next();
          if (part.kind === 'str') value += literalBytes(part.text);
        }
        return { kind: 'str', value, ...this.from(t) };
      }
      case 'id':
        break;
      case 'op':
        if (t.text === '(') {
          if (this.is('{')) {
            const body = this.block();
            this.expect(')');
            return { kind: 'stmtexpr', body, ...this.from(t) };
          }
          const e = this.expression();
          this.expect(')');
          return e;
        }
        return this.fail(`expected an expression before '${t.text}'`, t);
      case 'later':
      case 'item':
      case 'eof':
        return this.fail('expected an expression before the end of the file', t);
    }
    switch (t.text) {
      case '__builtin_offsetof': {
        this.expect('(');
        const type = this.typeName();
        this.expect(',');
        const parts: Token[] = [];
        let depth = 0;
        while (depth > 0 || !this.is(')')) {
          if (this.is('[') || this.is('(')) depth++;
          if (this.is(']') || this.is(')')) depth--;
          parts.push(this.next());
        }
        this.expect(')');
        return { kind: 'offsetof', type, member: parts.map((x) => x.text).join(''), ...this.from(t) };
      }
      case '_Generic': {
        this.expect('(');
        const control = this.assignment();
        const args: Expr[] = [control];
        while (this.accept(',')) {
          let type: CType | undefined;
          if (!this.accept('default')) type = this.typeName();
          this.expect(':');
          const value = this.assignment();
          args.push({ kind: 'type', type: type ?? { kind: 'named', name: 'default' }, ...this.from(t) }, value);
        }
        this.expect(')');
        return {
          kind: 'call',
          callee: { kind: 'id', name: '_Generic', ...this.from(t) },
          args,
          argsStart: 0,
          argsEnd: 0,
          ...this.from(t),
        };
      }
      default:
        if (this.open && this.tok.kind === 'str') return this.primary();
        return { kind: 'id', name: t.text, ...this.from(t) };
    }
  }

  private number(t: Token): Expr {
    const m = /^(0[xX][\da-fA-F]+|0[bB][01]+|\d+)([uUlLzZ]*)$/.exec(t.text);
    if (m) {
      const body = m[1]!;
      const value = /^0\d/.test(body) ? BigInt(`0o${body.slice(1)}`) : BigInt(body);
      return { kind: 'num', value, text: t.text, ...this.from(t) };
    }
    const hex = /^0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([-+]?\d+)/.exec(t.text);
    const float = hex
      ? (parseInt(hex[1]! + hex[2]!, 16) || 0) * 2 ** (Number(hex[3]) - 4 * hex[2]!.length)
      : Number.parseFloat(t.text);
    if (Number.isNaN(float)) this.fail(`'${t.text}' is no number`, t);
    return { kind: 'num', value: 0n, text: t.text, float, ...this.from(t) };
  }

  private postfix(first: Expr, start: Token): Expr {
    let e = first;
    for (;;) {
      const t = this.tok;
      if (t.kind !== 'op') return e;
      switch (t.text) {
        case '[': {
          this.next();
          const index = this.expression();
          this.expect(']');
          e = { kind: 'index', object: e, index, ...this.from(start) };
          break;
        }
        case '(': {
          this.next();
          const args: Expr[] = [];
          const types = e.kind === 'id' && TYPE_CALLS.has(e.name);
          while (!this.is(')')) {
            if (types && this.startsType()) {
              const at = this.tok;
              args.push({ kind: 'type', type: this.typeName(), ...this.from(at) });
            } else args.push(this.assignment());
            if (!this.accept(',')) break;
          }
          const close = this.expect(')');
          e = { kind: 'call', callee: e, args, argsStart: t.end, argsEnd: close.end, ...this.from(start) };
          break;
        }
        case '.':
        case '->': {
          this.next();
          const name = this.next();
          if (name.kind !== 'id') this.fail(`expected a member before '${name.text}'`, name);
          e = { kind: 'member', object: e, name: name.text, arrow: t.text === '->', ...this.from(start) };
          break;
        }
        case '++':
        case '--':
          this.next();
          e = { kind: 'update', op: t.text, prefix: false, arg: e, ...this.from(start) };
          break;
        default:
          return e;
      }
    }
  }

  initializer(): Expr {
    return this.is('{') ? this.initList() : this.assignment();
  }

  protected initList(): InitListExpr {
    const start = this.expect('{');
    const items: InitItem[] = [];
    while (!this.is('}')) {
      const designators: InitItem['designators'][number][] = [];
      if (this.tok.kind === 'id' && this.peek().text === ':') {
        designators.push({ field: this.next().text });
        this.next();
      } else {
        for (;;) {
          if (this.accept('.')) designators.push({ field: this.next().text });
          else if (this.is('[')) {
            this.next();
            const index = this.assignment();
            const to = this.accept('...') ? this.assignment() : undefined;
            this.expect(']');
            designators.push(to ? { index, to } : { index });
          } else break;
        }
        if (designators.length) this.accept('=');
      }
      items.push({ designators, value: this.initializer() });
      if (!this.accept(',')) break;
    }
    this.expect('}');
    return { kind: 'init', items, ...this.from(start) };
  }
}
