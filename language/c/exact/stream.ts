/** The token stream of the exact parser, and the names that decide how C is read. */
import type { CType, EnumDef, Expr, RecordDef, Span, FromMacro, BlockStmt } from '../ast.ts';
import { CSyntaxError, type Token } from './tokens.ts';

/** Names of one block: typedefs (null: hidden by a variable) and tags. */
export interface Scope {
  readonly types: Map<string, CType | null>;
  readonly tags: Map<string, string>;
}

/** Where a node stands. */
export type Place = Span & FromMacro;

/** Token access, scopes, and what the parts of the parser need of each other. */
export abstract class Stream {
  protected at = 0;
  readonly scopes: Scope[] = [{ types: new Map(), tags: new Map() }];
  readonly records = new Map<string, RecordDef>();
  readonly enums = new Map<string, EnumDef>();
  private tagSerial = 0;

  /**
   * Names that are declared nowhere may be types, attributes or macros of headers that are not at hand: guess by syntax
   * instead of failing.
   */
  protected open = false;

  constructor(protected tokens: readonly Token[]) {}

  abstract typeName(): CType;
  abstract assignment(): Expr;
  abstract expression(): Expr;
  abstract initializer(): Expr;
  abstract block(): BlockStmt;

  protected get tok(): Token {
    return this.tokens[this.at]!;
  }
  protected peek(n = 1): Token {
    return this.tokens[Math.min(this.at + n, this.tokens.length - 1)]!;
  }
  protected next(): Token {
    const t = this.tokens[this.at]!;
    if (t.kind !== 'eof') this.at++;
    return t;
  }
  /** Is this the operator or keyword `text`? */
  protected is(text: string): boolean {
    const t = this.tokens[this.at]!;
    return t.text === text && (t.kind === 'op' || t.kind === 'id');
  }
  protected accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }
  protected expect(text: string): Token {
    if (!this.is(text)) {
      const before = this.tokens[this.at - 1] ?? this.tok;
      const t = this.tok.kind === 'eof' ? before : this.tok;
      throw new CSyntaxError(
        `expected '${text}' ${this.tok.kind === 'eof' ? 'before the end of the file' : `before '${this.tok.text}'`}`,
        t.start,
        t.end,
      );
    }
    return this.next();
  }
  protected fail(message: string, t: Token = this.tok): never {
    throw new CSyntaxError(message, t.start, t.end);
  }
  /** Place from a token to the last one read. */
  protected from(start: Token): Place {
    const last = this.tokens[Math.max(0, this.at - 1)]!;
    const macro = start.macro;
    const same = Math.floor(last.end / 0x1000000) === Math.floor(start.start / 0x1000000);
    const end = same && last.end > start.start ? last.end : start.end;
    return macro === undefined ? { start: start.start, end } : { start: start.start, end, macro };
  }
  protected typedefOf(name: string): CType | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const t = this.scopes[i]!.types.get(name);
      if (t !== undefined) return t ?? undefined;
    }
    return undefined;
  }
  /** Names of variables and functions, where guessing needs them. */
  private readonly names = new Set<string>();
  protected isName(name: string): boolean {
    return this.names.has(name);
  }
  /** A type of headers that are not at hand: one object for all its uses. */
  protected unknownType(name: string): CType {
    const t: CType = { kind: 'named', name };
    this.scopes[0]!.types.set(name, t);
    return t;
  }
  protected declareType(name: string, type: CType): void {
    this.scopes[this.scopes.length - 1]!.types.set(name, type);
  }
  /** A variable or enumerator hides a typedef of its name. */
  protected declareName(name: string): void {
    if (this.open) this.names.add(name);
    if (this.typedefOf(name)) this.scopes[this.scopes.length - 1]!.types.set(name, null);
  }
  /** The key of a tag: unique over all scopes. `fresh`: this is a definition, a tag of an outer scope is another one. */
  protected tagKey(tag: string, name: string, fresh: boolean): string {
    const top = this.scopes[this.scopes.length - 1]!;
    const id = `${tag} ${name}`;
    if (fresh) {
      const have = top.tags.get(id);
      if (have !== undefined && !this.isDefined(tag, have)) return have;
      // a forward reference from an inner scope means the same record
      if (have === undefined && this.scopes.length === 1 && !this.isDefined(tag, name)) {
        top.tags.set(id, name);
        return name;
      }
      const key = this.isDefined(tag, name) || this.scopes.length > 1 ? `${name}'${++this.tagSerial}` : name;
      top.tags.set(id, key);
      return key;
    }
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const k = this.scopes[i]!.tags.get(id);
      if (k !== undefined) return k;
    }
    this.scopes[0]!.tags.set(id, name);
    return name;
  }
  private isDefined(tag: string, key: string): boolean {
    return tag === 'enum' ? this.enums.has(key) : this.records.has(key);
  }
  protected scoped<T>(body: () => T): T {
    this.scopes.push({ types: new Map(), tags: new Map() });
    try {
      return body();
    } finally {
      this.scopes.pop();
    }
  }
}
