/** Statements and the program: the exact reading of C that execution needs. */
import type { BlockStmt, CType, Declarator, EnumDef, Expr, Param, RecordDef, Span, Stmt } from '../ast.ts';
import { ExprParser } from './expr.ts';
import type { Scope } from './stream.ts';
import { CSyntaxError, type Token } from './tokens.ts';

/** A function definition. */
export interface ExactFunction extends Span {
  readonly name: string;
  readonly nameSpan: Span;
  readonly params: readonly Param[];
  readonly returns: CType;
  readonly variadic: boolean;
  readonly isStatic: boolean;
  readonly isInline: boolean;
  readonly body: BlockStmt;
}
/** What could not be read; the reading went on behind it. */
export interface ExactProblem extends Span {
  readonly message: string;
  /** Name of the function that was left out for it. */
  readonly inFunction?: string;
}
/** A program read exactly. Tags are keys, unique over scopes; typedefs are resolved. */
export interface ExactProgram {
  readonly functions: Map<string, ExactFunction>;
  readonly prototypes: Map<string, CType>;
  readonly globals: Map<string, Declarator>;
  readonly records: Map<string, RecordDef>;
  readonly enums: Map<string, EnumDef>;
  /** File-scope names of types and tags, for programs read on top of this one. */
  readonly scope: Scope;
  readonly problems: ExactProblem[];
  /** Types that no declaration explains, where they were inferred. */
  readonly assumed?: ReadonlyMap<string, CType>;
}

type FunctionType = Extract<CType, { kind: 'function' }>;

/** A function whose body is read when somebody asks for it. */
class LaterRead implements ExactFunction {
  readonly start: number;
  readonly name: string;
  readonly nameSpan: Span;
  readonly params: readonly Param[];
  readonly returns: CType;
  readonly variadic: boolean;
  readonly isStatic: boolean;
  readonly isInline: boolean;
  #body: BlockStmt | undefined;

  constructor(
    start: Token,
    d: { readonly name: string | null; readonly nameToken?: Token },
    fn: FunctionType,
    spec: { readonly storage: string | null; readonly inline: boolean },
    readonly end: number,
    private readonly read: () => BlockStmt,
  ) {
    this.start = start.start;
    this.name = d.name!;
    this.nameSpan = { start: d.nameToken!.start, end: d.nameToken!.end };
    this.params = fn.params;
    this.returns = fn.returns;
    this.variadic = fn.variadic;
    this.isStatic = spec.storage === 'static';
    this.isInline = spec.inline;
  }
  get body(): BlockStmt {
    return (this.#body ??= this.read());
  }
}

/** The parser of whole programs. */
export class ExactParser extends ExprParser {
  readonly functions = new Map<string, ExactFunction>();
  readonly prototypes = new Map<string, CType>();
  readonly globals = new Map<string, Declarator>();
  readonly problems: ExactProblem[] = [];

  /**
   * `open`: names of headers that are not at hand are guessed, see Stream.open. `later`: what tokens of this kind stand for, which are bodies
   * of functions; they are read when somebody asks for them. (What is wrong in one is thrown then.)
   */
  constructor(
    tokens: readonly Token[],
    base?: ExactProgram,
    open = false,
    private readonly later?: (token: Token) => readonly Token[],
  ) {
    super(tokens);
    this.open = open;
    if (!base) return;
    this.scopes[0] = { types: new Map(base.scope.types), tags: new Map(base.scope.tags) };
    for (const [k, v] of base.records) this.records.set(k, v);
    for (const [k, v] of base.enums) this.enums.set(k, v);
    for (const [k, v] of base.functions) this.functions.set(k, v);
    for (const [k, v] of base.prototypes) this.prototypes.set(k, v);
    for (const [k, v] of base.globals) this.globals.set(k, v);
  }

  program(): ExactProgram {
    while (this.tok.kind !== 'eof') {
      const start = this.at;
      try {
        this.external();
      } catch (e) {
        if (!(e instanceof CSyntaxError)) throw e;
        const inFunction = this.recover(start);
        this.problems.push({ message: e.message, start: e.start, end: e.end, ...(inFunction ? { inFunction } : {}) });
      }
    }
    return {
      functions: this.functions,
      prototypes: this.prototypes,
      globals: this.globals,
      records: this.records,
      enums: this.enums,
      scope: this.scopes[0]!,
      problems: this.problems,
    };
  }

  /** Skips the item that could not be read; the name of the function it seems to define. */
  private recover(start: number): string | undefined {
    this.scopes.length = 1;
    this.at = start;
    let depth = 0;
    let name: string | undefined;
    let body = false;
    while (this.tok.kind !== 'eof') {
      const t = this.next();
      if (t.kind === 'id' && depth === 0 && this.is('(') && !body) name ??= t.text;
      if (t.kind !== 'op') continue;
      if (t.text === '{' || t.text === '(' || t.text === '[') {
        depth++;
        if (t.text === '{') body = true;
      } else if (t.text === '}' || t.text === ')' || t.text === ']') {
        depth = Math.max(0, depth - 1);
        if (t.text === '}' && depth === 0) {
          this.accept(';');
          break;
        }
      } else if (t.text === ';' && depth === 0) break;
    }
    return body ? name : undefined;
  }

  private external(): void {
    if (this.accept(';')) return;
    if (this.is('_Static_assert') || this.is('static_assert')) return this.staticAssert();
    if ((this.is('asm') || this.is('__asm__')) && this.peek().text === '(')
      this.fail('inline assembly is not supported');
    const start = this.tok;
    if (this.open && start.kind === 'id' && this.peek().text === '(' && !this.startsType()) {
      // a macro of a header at file scope: MODULE_SOMETHING("…"); EXPORT_THIS(f)
      this.next();
      this.next();
      this.skipTo(')');
      this.accept(';');
      return;
    }
    const spec = this.specifiers();
    if (this.accept(';')) return;
    const d = this.declarator(spec.type);
    if (
      d.name !== null &&
      d.nameToken &&
      d.type.kind === 'function' &&
      (this.attributes({}), this.is('{') || this.tok.kind === 'later')
    ) {
      const fn = d.type;
      this.declareName(d.name);
      this.prototypes.set(d.name, fn);
      if (this.tok.kind === 'later') {
        const token = this.next();
        const f = new LaterRead(start, d, fn, spec, token.end, () => this.bodyOf(token, fn));
        // tags of its own the program has to know
        if (/\b(?:struct|union|enum)\b[\s\w]*\{/.test(token.text)) void f.body;
        this.functions.set(d.name, f);
        return;
      }
      const body = this.functionBody(fn);
      this.functions.set(d.name, {
        start: start.start,
        end: body.end,
        name: d.name,
        nameSpan: { start: d.nameToken.start, end: d.nameToken.end },
        params: fn.params,
        returns: fn.returns,
        variadic: fn.variadic,
        isStatic: spec.storage === 'static',
        isInline: spec.inline,
        body,
      });
      return;
    }
    for (const x of this.declarators(spec, d)) {
      if (x.isTypedef) continue;
      if (x.type.kind === 'function') {
        this.prototypes.set(x.name, x.type);
        continue;
      }
      const old = this.globals.get(x.name);
      if (!old || x.init || (old.isExtern && !x.isExtern)) this.globals.set(x.name, x);
    }
  }

  private functionBody(fn: FunctionType): BlockStmt {
    this.scopes.push({ types: new Map(), tags: new Map() });
    for (const p of fn.params) if (p.name !== null) this.declareName(p.name);
    const body = this.block();
    this.scopes.pop();
    return body;
  }
  private bodyOf(token: Token, fn: FunctionType): BlockStmt {
    const [tokens, at] = [this.tokens, this.at];
    this.tokens = this.later!(token);
    this.at = 0;
    const body = this.functionBody(fn);
    this.tokens = tokens;
    this.at = at;
    return body;
  }

  private staticAssert(): void {
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
    const body: Stmt[] = [];
    for (const [i, out] of outputs.entries()) {
      if (out.constraint.startsWith('+')) continue;
      const input = inputs.find((x) => x.constraint === String(i));
      if (!quiet || !input) return { kind: 'opaque', text: 'inline assembly', parts: [], ...span };
      body.push({
        kind: 'expr',
        expr: { kind: 'assign', op: '=', left: out.value, right: input.value, ...span },
        ...span,
      });
    }
    if (!quiet) return { kind: 'opaque', text: 'inline assembly', parts: [], ...span };
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

/** Expressions of annotations, read in the names of a program. */
export function parseExpression(tokens: readonly Token[], base: ExactProgram): Expr {
  const p = new (class extends ExactParser {
    whole(): Expr {
      const e = this.expression();
      if (this.tok.kind !== 'eof') this.fail(`unexpected '${this.tok.text}'`);
      return e;
    }
  })(tokens, { ...base, functions: new Map(), prototypes: new Map(), globals: new Map() });
  return p.whole();
}
