/** The program: the exact reading of C that execution needs. */
import type { BlockStmt, CType, Declarator, EnumDef, Expr, Param, RecordDef, Span } from '../ast.ts';
import { StatementParser } from './statements.ts';
import { LaterMap } from './later-map.ts';
import type { Scope } from './stream.ts';
import { CSyntaxError, tooDeep, type Token } from './tokens.ts';

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
  readonly prototypes: LaterMap<CType>;
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

/** What stands in front of the body of a function, or of the semicolon. */
interface Head {
  readonly type: FunctionType;
  readonly nameSpan: Span;
  readonly isStatic: boolean;
  readonly isInline: boolean;
  /** Stands for the body. */
  readonly body: Token | undefined;
}

/** A function that is read when somebody asks: its head, and its body. */
class LaterRead implements ExactFunction {
  #body: BlockStmt | undefined;

  constructor(
    readonly name: string,
    readonly start: number,
    readonly end: number,
    private readonly head: () => Head,
    private readonly read: (head: Head) => BlockStmt,
  ) {}
  get nameSpan(): Span {
    return this.head().nameSpan;
  }
  get params(): readonly Param[] {
    return this.head().type.params;
  }
  get returns(): CType {
    return this.head().type.returns;
  }
  get variadic(): boolean {
    return this.head().type.variadic;
  }
  get isStatic(): boolean {
    return this.head().isStatic;
  }
  get isInline(): boolean {
    return this.head().isInline;
  }
  get body(): BlockStmt {
    return (this.#body ??= this.read(this.head()));
  }
}

/** Tags that a text names. */
const TAGS = /\b(struct|union|enum)\s+(\w+)/g;
/** Tags of its own that a text defines. */
const DEFINES_TAGS = /\b(?:struct|union|enum)\b[\s\w]*\{/;

/** The parser of whole programs. */
export class ExactParser extends StatementParser {
  readonly functions = new Map<string, ExactFunction>();
  readonly prototypes: LaterMap<CType>;
  readonly globals = new Map<string, Declarator>();
  readonly problems: ExactProblem[] = [];
  /** Functions that are wanted by name only, until somebody asks for more. */
  readonly items: Token[] = [];

  /**
   * `open`: names of headers that are not at hand are guessed, see Stream.open. `later`: what tokens of kind `later` and `item` stand for, which
   * are bodies of functions and whole functions; they are read when somebody asks for them. (What is wrong in one is thrown then.)
   */
  constructor(
    tokens: readonly Token[],
    base?: ExactProgram,
    open = false,
    private readonly later?: (token: Token) => readonly Token[],
  ) {
    super(tokens);
    this.open = open;
    this.prototypes = base ? LaterMap.over(base.prototypes) : new LaterMap();
    if (!base) return;
    this.scopes[0] = { types: new Map(base.scope.types), tags: new Map(base.scope.tags) };
    for (const [k, v] of base.records) this.records.set(k, v);
    for (const [k, v] of base.enums) this.enums.set(k, v);
    for (const [k, v] of base.functions) this.functions.set(k, v);
    for (const [k, v] of base.globals) this.globals.set(k, v);
  }

  program(): ExactProgram {
    while (this.tok.kind !== 'eof') {
      const start = this.at;
      try {
        this.external();
      } catch (e) {
        const error = tooDeep(e) ? new CSyntaxError('this is nested too deeply', this.tok.start, this.tok.end) : e;
        if (!(error instanceof CSyntaxError)) throw error;
        const inFunction = this.recover(start);
        const { message } = error;
        this.problems.push({ message, start: error.start, end: error.end, ...(inFunction ? { inFunction } : {}) });
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
    if (this.tok.kind === 'item') return this.item(this.next());
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
        const body = this.next();
        const head = { ...headOf(spec, d, fn), body };
        const f = new LaterRead(
          d.name,
          start.start,
          body.end,
          () => head,
          () => this.bodyOf(head),
        );
        // tags of its own the program has to know
        if (DEFINES_TAGS.test(body.text)) void f.body;
        this.functions.set(d.name, f);
        return;
      }
      const skipped = this.later && this.skipBody();
      if (skipped) {
        const head = { ...headOf(spec, d, fn), body: undefined };
        const read = (): BlockStmt => this.among(skipped, () => this.functionBody(fn));
        this.functions.set(d.name, new LaterRead(d.name, start.start, this.from(start).end, () => head, read));
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
  private bodyOf({ body, type }: Head): BlockStmt {
    return this.within(body!, () => this.functionBody(type));
  }

  /** A function at file scope: read now if it names tags that are new. */
  private item(item: Token): void {
    const isKnown = ([, tag, id]: RegExpMatchArray): boolean => this.scopes[0]!.tags.has(`${tag} ${id}`);
    // a tag is declared where it is first named
    if (DEFINES_TAGS.test(item.text) || ![...item.text.matchAll(TAGS)].every(isKnown)) {
      this.within(item, () => {
        while (this.tok.kind !== 'eof') this.external();
      });
      return;
    }
    this.declareName(item.name!);
    this.readLater(item);
  }
  /** Takes a function of headers that were read before, without reading it. */
  readLater(item: Token): void {
    const name = item.name!;
    this.items.push(item);
    let known: Head | undefined;
    const head = (): Head => (known ??= this.within(item, () => this.head()));
    this.prototypes.later(name, () => head().type);
    if (item.text.endsWith('}'))
      this.functions.set(name, new LaterRead(name, item.start, item.end, head, (h) => this.bodyOf(h)));
  }
  private head(): Head {
    const spec = this.specifiers();
    const d = this.declarator(spec.type);
    this.attributes({});
    if (d.type.kind !== 'function' || !d.nameToken) this.fail('expected a function');
    return { ...headOf(spec, d, d.type), body: this.tok.kind === 'later' ? this.tok : undefined };
  }
  /** Passes over the body of a function that a macro of headers gave: its tokens, or undefined if it has to be read now. */
  private skipBody(): readonly Token[] | undefined {
    let depth = 0;
    for (let i = this.at; i < this.tokens.length; i++) {
      const t = this.tokens[i]!;
      // it may define tags
      if (t.kind === 'id' && (t.text === 'struct' || t.text === 'union' || t.text === 'enum')) return undefined;
      if (t.kind !== 'op') continue;
      if (t.text === '{') depth++;
      else if (t.text === '}' && --depth === 0) {
        const body = this.tokens.slice(this.at, i + 1);
        this.at = i + 1;
        return [...body, { ...t, kind: 'eof', text: '' }];
      }
    }
    return undefined;
  }
  /** Reads what a token stands for. */
  private within<T>(token: Token, read: () => T): T {
    return this.among(this.later!(token), read);
  }
  private among<T>(other: readonly Token[], read: () => T): T {
    const [tokens, at] = [this.tokens, this.at];
    this.tokens = other;
    this.at = 0;
    try {
      return read();
    } finally {
      this.tokens = tokens;
      this.at = at;
    }
  }
}

const headOf = (
  spec: { readonly storage: string | null; readonly inline: boolean },
  d: { readonly nameToken?: Token },
  type: FunctionType,
): Omit<Head, 'body'> => ({
  type,
  nameSpan: { start: d.nameToken!.start, end: d.nameToken!.end },
  isStatic: spec.storage === 'static',
  isInline: spec.inline,
});

/** Expressions of annotations, read in the names of a program. */
export function parseExpression(tokens: readonly Token[], base: ExactProgram): Expr {
  const p = new (class extends ExactParser {
    whole(): Expr {
      const e = this.expression();
      if (this.tok.kind !== 'eof') this.fail(`unexpected '${this.tok.text}'`);
      return e;
    }
  })(tokens, { ...base, functions: new Map(), prototypes: new LaterMap(), globals: new Map() });
  return p.whole();
}
