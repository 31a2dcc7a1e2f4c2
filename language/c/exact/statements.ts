/** Statements of the exact parser. */
import type { BlockStmt, Declarator, Expr, Stmt } from '../ast.ts';
import { ExprParser } from './expr.ts';
import { CSyntaxError } from './tokens.ts';

/** Words between `asm` and its parenthesis. */
const ASM_WORDS: ReadonlySet<string> = new Set([
  'volatile',
  '__volatile__',
  '__volatile',
  'goto',
  'inline',
  '__inline__',
]);
/** Instructions that nobody can see the effect of, where one thing happens after the other. */
const NO_EFFECT = /^(?:|nop|rep|rep nop|pause|mfence|lfence|sfence|isb|yield|(?:dmb|dsb)(?: \w+)?|(?:#|\/\/).*)$/;

/** Reads statements, and declarations where they stand among them. */
export abstract class StatementParser extends ExprParser {
  protected staticAssert(): void {
    this.next();
    this.expect('(');
    this.skipTo(')');
    this.accept(';');
  }

  block(): BlockStmt {
    const start = this.expect('{');
    return this.scoped(() => {
      const body: Stmt[] = [];
      while (!this.is('}')) {
        if (this.tok.kind === 'eof') this.fail('this block is not closed', start);
        this.statementInto(body);
      }
      this.next();
      return { kind: 'block', body, ...this.from(start) };
    });
  }

  /** One statement as the body of something. */
  private statement(): Stmt {
    const start = this.tok;
    const out: Stmt[] = [];
    this.statementInto(out);
    // a label in front of a statement: both
    if (out.length === 1) return out[0]!;
    return { kind: 'block', body: out, ...this.from(start) };
  }

  private isDeclaration(): boolean {
    if (!this.startsType()) return false;
    // `name:` is a label even if the name is a type's
    return !(this.tok.kind === 'id' && this.peek().text === ':' && this.peek(2).text !== ':');
  }

  private statementInto(out: Stmt[]): void {
    const start = this.tok;
    const t = start.kind === 'id' || start.kind === 'op' ? start.text : '';
    switch (t) {
      case '{':
        out.push(this.block());
        return;
      case ';':
        this.next();
        out.push({ kind: 'empty', ...this.from(start) });
        return;
      case 'if': {
        this.next();
        this.expect('(');
        const test = this.expression();
        this.expect(')');
        const then = this.statement();
        const otherwise = this.accept('else') ? this.statement() : undefined;
        out.push({ kind: 'if', test, then, ...(otherwise ? { else: otherwise } : {}), ...this.from(start) });
        return;
      }
      case 'while': {
        this.next();
        this.expect('(');
        const test = this.expression();
        this.expect(')');
        const body = this.statement();
        out.push({ kind: 'while', test, body, ...this.from(start) });
        return;
      }
      case 'do': {
        this.next();
        const body = this.statement();
        this.expect('while');
        this.expect('(');
        const test = this.expression();
        this.expect(')');
        this.expect(';');
        out.push({ kind: 'do', test, body, ...this.from(start) });
        return;
      }
      case 'for':
        this.scoped(() => {
          this.next();
          this.expect('(');
          let init: Stmt | undefined;
          if (this.isDeclaration()) init = this.declaration();
          else if (!this.accept(';')) {
            const at = this.tok;
            const expr = this.expression();
            init = { kind: 'expr', expr, ...this.from(at) };
            this.expect(';');
          }
          const test = this.is(';') ? undefined : this.expression();
          this.expect(';');
          const update = this.is(')') ? undefined : this.expression();
          this.expect(')');
          const body = this.statement();
          out.push({
            kind: 'for',
            ...(init ? { init } : {}),
            ...(test ? { test } : {}),
            ...(update ? { update } : {}),
            body,
            ...this.from(start),
          });
        });
        return;
      case 'switch': {
        this.next();
        this.expect('(');
        const value = this.expression();
        this.expect(')');
        const body = this.statement();
        out.push({ kind: 'switch', value, body, ...this.from(start) });
        return;
      }
      case 'case': {
        this.next();
        const value = this.assignment();
        const to = this.accept('...') ? this.assignment() : undefined;
        this.expect(':');
        out.push({ kind: 'case', value, ...(to ? { to } : {}), ...this.from(start) });
        if (!this.is('}')) this.statementInto(out);
        return;
      }
      case 'default':
        this.next();
        this.expect(':');
        out.push({ kind: 'case', ...this.from(start) });
        if (!this.is('}')) this.statementInto(out);
        return;
      case 'return': {
        this.next();
        const value = this.is(';') ? undefined : this.expression();
        this.expect(';');
        out.push({ kind: 'return', ...(value ? { value } : {}), ...this.from(start) });
        return;
      }
      case 'break':
      case 'continue':
        this.next();
        this.expect(';');
        out.push({ kind: t, ...this.from(start) });
        return;
      case 'goto': {
        this.next();
        if (this.accept('*')) {
          const value = this.expression();
          this.expect(';');
          out.push({ kind: 'goto', label: null, value, ...this.from(start) });
          return;
        }
        const label = this.next().text;
        this.expect(';');
        out.push({ kind: 'goto', label, ...this.from(start) });
        return;
      }
      case 'asm':
      case '__asm__':
      case '__asm':
        out.push(this.assembly());
        return;
      case '_Static_assert':
      case 'static_assert':
        this.staticAssert();
        return;
      case '__label__':
        while (!this.accept(';')) this.next();
        return;
      default:
    }
    if (start.kind === 'id' && this.peek().text === ':' && this.peek().kind === 'op') {
      this.next();
      this.next();
      this.attributes({});
      out.push({ kind: 'label', name: t, start: start.start, end: start.end });
      if (!this.is('}')) this.statementInto(out);
      return;
    }
    if (this.is('__attribute__') && this.peek(3).text === 'fallthrough') {
      this.attributes({});
      this.accept(';');
      return;
    }
    if (this.isDeclaration()) {
      out.push(this.declaration());
      return;
    }
    const expr = this.expression();
    if (this.open && expr.kind === 'call' && !this.is(';') && !this.is('}')) {
      // a loop macro of a header that is not at hand: its body runs once
      const body = this.statement();
      const never: Expr = { kind: 'num', value: 0n, text: '0', start: start.start, end: start.end };
      const inner: Stmt = {
        kind: 'block',
        body: [{ kind: 'expr', expr, ...this.from(start) }, body],
        ...this.from(start),
      };
      out.push({ kind: 'do', test: never, body: inner, ...this.from(start) });
      return;
    }
    if (!this.accept(';')) {
      const last = this.tokens[this.at - 1] ?? start;
      throw new CSyntaxError(`expected ';' before '${this.tok.text}'`, last.start, last.end);
    }
    out.push({ kind: 'expr', expr, ...this.from(start) });
  }

  /**
   * asm volatile("" ::: "memory") and its like hold the compiler back, fences and pauses the processor: neither is to be seen here. An output
   * that is an input too ("+r", "0") keeps its value. Any other assembly can't be run.
   */
  private assembly(): Stmt {
    const start = this.next();
    let jumps = false;
    for (; ASM_WORDS.has(this.tok.text); this.next()) jumps ||= this.is('goto');
    this.expect('(');
    const template: string[] = [];
    while (this.tok.kind === 'str') template.push(this.next().text.replace(/^\w*"|"$/g, ''));
    const outputs: { readonly constraint: string; readonly value: Expr }[] = [];
    const inputs: typeof outputs = [];
    for (const list of [outputs, inputs]) {
      if (!this.accept(':')) break;
      while (!this.is(':') && !this.is(')')) {
        if (this.is('[')) this.skipTo(']');
        const constraint = this.next().text.replace(/"/g, '');
        this.expect('(');
        list.push({ constraint, value: this.expression() });
        this.expect(')');
        if (!this.accept(',')) break;
      }
    }
    this.skipTo(')');
    this.accept(';');
    const span = this.from(start);
    const quiet =
      !jumps &&
      template
        .join('')
        .split(/\\n|\\t|;|\n/)
        .every((line) => NO_EFFECT.test(line.trim()));
    const text = template
      .join('')
      .replace(/\\[nt]/g, ' ')
      .trim();
    const unknown: Stmt = { kind: 'opaque', text: `inline assembly ("${text}")`, parts: [], ...span };
    const body: Stmt[] = [];
    for (const [i, out] of outputs.entries()) {
      if (out.constraint.startsWith('+')) continue;
      const input = inputs.find((x) => x.constraint === String(i));
      if (!quiet || !input) return unknown;
      body.push({
        kind: 'expr',
        expr: { kind: 'assign', op: '=', left: out.value, right: input.value, ...span },
        ...span,
      });
    }
    if (!quiet) return unknown;
    return body.length === 1 ? body[0]! : body.length ? { kind: 'block', body, ...span } : { kind: 'empty', ...span };
  }

  private declaration(): Stmt {
    const start = this.tok;
    const spec = this.specifiers();
    const decls = this.declarators(spec);
    const types: Declarator[] = [...decls];
    if (!types.length && spec.type.kind === 'enum' && spec.type.def) {
      // only the enumerators are wanted
      types.push({
        ...this.from(start),
        name: '',
        nameSpan: { start: start.start, end: start.end },
        type: spec.type,
        isStatic: false,
        isExtern: false,
        isTypedef: true,
      });
    }
    return { kind: 'decl', decls: types, ...this.from(start) };
  }
}
