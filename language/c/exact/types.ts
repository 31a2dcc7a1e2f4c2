/** Declaration specifiers, declarators, records and enums, read with knowledge of typedefs. */
import type { CType, Declarator, EnumDef, Expr, FieldDef, Param, RecordDef } from '../ast.ts';
import { baseType } from '../types.ts';
import { Stream } from './stream.ts';
import type { Token } from './tokens.ts';

const QUALIFIERS = new Set([
  'const',
  'volatile',
  'restrict',
  '__restrict',
  '__restrict__',
  '__const',
  '__volatile__',
  '__volatile',
  '_Atomic',
  '__extension__',
  'register',
  '_Noreturn',
  '__noreturn__',
  '__inline',
  '__inline__',
  'inline',
  'auto',
  '_Thread_local',
  '__thread',
  'noreturn',
]);
const BASE_WORDS = new Set([
  'void',
  'char',
  'short',
  'int',
  'long',
  'float',
  'double',
  'signed',
  'unsigned',
  '_Bool',
  '__signed__',
  '__int128',
  '__signed',
]);
/** Words that begin statements or expressions: an unknown type is none of them. */
const NEVER_TYPES = new Set(
  'if else while do for switch case default return break continue goto sizeof asm __asm__ __asm _Generic __label__ __builtin_offsetof _Alignof __alignof__ alignof'.split(
    ' ',
  ),
);
const TYPEOF = new Set(['typeof', '__typeof__', '__typeof', 'typeof_unqual', '__typeof_unqual__']);

/** What attributes said. */
export interface Attributes {
  packed?: boolean;
  aligned?: Expr;
  cleanup?: string;
}
/** What stands in front of declarators. */
export interface Specifiers {
  readonly type: CType;
  readonly storage: 'typedef' | 'extern' | 'static' | null;
  readonly inline: boolean;
  readonly attributes: Attributes;
}
/** A declarator: name and type. */
export interface Named {
  readonly name: string | null;
  readonly nameToken: Token | undefined;
  readonly type: CType;
}

/** Reads types. */
export abstract class TypeParser extends Stream {
  /** Does a type start at token n from here? */
  protected startsType(n = 0): boolean {
    const t = this.peek(n);
    if (t.kind !== 'id') return false;
    const w = t.text;
    if (
      BASE_WORDS.has(w) ||
      w === 'struct' ||
      w === 'union' ||
      w === 'enum' ||
      TYPEOF.has(w) ||
      w === '__auto_type' ||
      w === '_Alignas'
    )
      return true;
    if (w === 'static' || w === 'extern' || w === 'typedef' || QUALIFIERS.has(w) || w === '__attribute__') return true;
    return this.typedefOf(w) !== undefined || (this.open && this.looksLikeType(n));
  }

  /** Is the unknown name at token n used as only a type's can be? `foo_t x`, `foo_t *x =`, `(foo_t *)`, `(foo_t)x`. */
  private looksLikeType(n: number): boolean {
    const w = this.peek(n).text;
    if (NEVER_TYPES.has(w) || this.isName(w)) return false;
    let k = n + 1;
    while (this.peek(k).text === '*' || QUALIFIERS.has(this.peek(k).text)) k++;
    const after = this.peek(k);
    const stars = k > n + 1;
    const inside = n > 0 && this.peek(n - 1).text === '(';
    if (after.text === ')' && inside) {
      if (stars || /_t$/.test(w)) return true;
      const next = this.peek(k + 1);
      return (next.kind === 'id' && !NEVER_TYPES.has(next.text)) || next.kind === 'num' || next.kind === 'str';
    }
    if (after.kind !== 'id' || NEVER_TYPES.has(after.text)) return false;
    const end = this.peek(k + 1).text;
    return stars ? /^[;,=[)]$/.test(end) : /^[;,=[(:]$/.test(end) && end !== ':';
  }

  /** A name that no declaration explains, in front of a declaration: an attribute hidden in a macro. */
  private isUnknownAttribute(): boolean {
    if (!this.open || this.tok.kind !== 'id') return false;
    const next = this.peek();
    if (next.kind !== 'id') return false;
    const w = next.text;
    return (
      BASE_WORDS.has(w) ||
      w === 'struct' ||
      w === 'union' ||
      w === 'enum' ||
      w === 'static' ||
      w === 'extern' ||
      QUALIFIERS.has(w) ||
      this.typedefOf(w) !== undefined
    );
  }

  /** __attribute__((…)) and asm labels, as many as there are. */
  protected attributes(into: Attributes): void {
    for (;;) {
      if (this.accept('__attribute__') || this.accept('__attribute')) {
        this.expect('(');
        this.expect('(');
        while (!this.is(')')) {
          const name = this.next().text.replace(/^__|__$/g, '');
          let arg: Expr | undefined;
          if (this.accept('(')) {
            if (name === 'aligned' && !this.is(')')) arg = this.assignment();
            else if (name === 'cleanup') into.cleanup = this.next().text;
            this.skipTo(')');
          }
          if (name === 'packed') into.packed = true;
          if (name === 'aligned') into.aligned = arg ?? { kind: 'num', value: 16n, text: '16', start: 0, end: 0 };
          this.accept(',');
        }
        this.expect(')');
        this.expect(')');
      } else if (this.is('__asm__') || this.is('asm') || this.is('__asm')) {
        if (this.peek().text !== '(') return;
        this.next();
        this.next();
        this.skipTo(')');
      } else if (this.accept('_Alignas')) {
        this.expect('(');
        into.aligned = this.startsType()
          ? { kind: 'sizeof', type: this.typeName(), start: 0, end: 0 }
          : this.assignment();
        this.expect(')');
      } else return;
    }
  }
  /** Skips to the closing bracket that belongs to one already read. */
  protected skipTo(close: string): void {
    let depth = 0;
    for (; this.tok.kind !== 'eof'; this.next()) {
      if (this.tok.kind === 'op') {
        if (depth === 0 && this.is(close)) break;
        if (this.is('(') || this.is('[') || this.is('{')) depth++;
        else if (this.is(')') || this.is(']') || this.is('}')) depth--;
      }
    }
    this.expect(close);
  }

  /** Declaration specifiers; undefined if none starts here. */
  protected specifiers(): Specifiers {
    const start = this.tok;
    let type: CType | undefined;
    const words: string[] = [];
    let storage: Specifiers['storage'] = null;
    let inline = false;
    const attributes: Attributes = {};
    for (;;) {
      this.attributes(attributes);
      const t = this.tok;
      if (t.kind !== 'id') break;
      const w = t.text;
      if (w === 'static' || w === 'extern' || w === 'typedef') {
        storage = w;
        this.next();
      } else if (QUALIFIERS.has(w)) {
        if (w.includes('inline')) inline = true;
        this.next();
        if (w === '_Atomic' && this.is('(')) {
          this.next();
          type = this.typeName();
          this.expect(')');
        }
      } else if (BASE_WORDS.has(w)) {
        if (type) break;
        words.push(w === '__signed' ? 'signed' : w);
        this.next();
      } else if (type || words.length) break;
      else if (w === 'struct' || w === 'union') type = this.record();
      else if (w === 'enum') type = this.enumeration();
      else if (TYPEOF.has(w)) {
        this.next();
        this.expect('(');
        type = this.startsType() ? this.typeName() : { kind: 'typeof', expr: this.expression() };
        this.expect(')');
      } else if (w === '__auto_type') {
        this.next();
        type = { kind: 'named', name: '__auto_type' };
      } else {
        const named = this.typedefOf(w);
        if (named) type = named;
        else if (this.isUnknownAttribute()) {
          this.next();
          continue;
        } else if (this.open && !NEVER_TYPES.has(w) && this.peek().text !== '(') type = this.unknownType(w);
        else break;
        this.next();
      }
    }
    if (words.length) type = baseType(words.join(' '));
    if (!type) {
      const at = this.tok.kind === 'id' ? this.tok : start;
      const macro = at.kind === 'id' && this.peek().text === '(' && at === this.tok;
      this.fail(
        macro
          ? `'${at.text}' is no type and no macro that is known here: define it, or write what it stands for`
          : at.kind === 'id'
            ? `unknown type '${at.text}'`
            : `expected a type before '${at.text}'`,
        at,
      );
    }
    return { type, storage, inline, attributes };
  }

  private record(): CType {
    const tag = this.next().text as 'struct' | 'union';
    const attributes: Attributes = {};
    this.attributes(attributes);
    const nameToken = this.tok.kind === 'id' ? this.next() : undefined;
    this.attributes(attributes);
    if (!this.is('{')) {
      if (!nameToken) this.fail(`expected a name or { after ${tag}`);
      return { kind: 'record', tag, name: this.tagKey(tag, nameToken.text, this.is(';')) };
    }
    const open = this.next();
    const key = nameToken ? this.tagKey(tag, nameToken.text, true) : `<anonymous>'${open.start}'${this.at}`;
    const fields: FieldDef[] = [];
    while (!this.is('}')) {
      if (this.tok.kind === 'eof') this.fail(`the ${tag} is not closed`, open);
      if (this.accept(';')) continue;
      if (this.open && this.tok.kind === 'id' && this.peek().text === '(' && !this.startsType()) {
        // a macro that declares members: they are inferred from their use
        this.next();
        this.next();
        this.skipTo(')');
        continue;
      }
      if (this.is('_Static_assert') || this.is('static_assert')) {
        this.next();
        this.expect('(');
        this.skipTo(')');
        continue;
      }
      const first = this.tok;
      const spec = this.specifiers();
      if (this.is(';')) {
        fields.push({ ...this.from(first), name: null, type: spec.type });
        continue;
      }
      do {
        const at = this.tok;
        const d: Named = this.is(':')
          ? { name: null, nameToken: undefined, type: spec.type }
          : this.declarator(spec.type);
        const bits = this.accept(':') ? this.assignment() : undefined;
        const a: Attributes = { ...spec.attributes, ...this.behind };
        this.behind = {};
        this.attributes(a);
        fields.push({
          start: (d.nameToken ?? at).start,
          end: (d.nameToken ?? at).end,
          name: d.name,
          type: d.type,
          ...(bits ? { bits } : {}),
          ...(a.aligned ? { aligned: a.aligned } : {}),
        });
      } while (this.accept(','));
      this.expect(';');
    }
    this.next();
    this.attributes(attributes);
    const def: RecordDef = {
      start: (nameToken ?? open).start,
      end: (nameToken ?? open).end,
      tag,
      name: key,
      fields,
      packed: attributes.packed ?? false,
      ...(attributes.aligned ? { aligned: attributes.aligned } : {}),
    };
    this.records.set(key, def);
    return { kind: 'record', tag, name: key, def };
  }

  private enumeration(): CType {
    this.next();
    this.attributes({});
    const nameToken = this.tok.kind === 'id' ? this.next() : undefined;
    if (this.accept(':')) this.specifiers();
    if (!this.is('{')) {
      if (!nameToken) this.fail('expected a name or { after enum');
      return { kind: 'enum', name: this.tagKey('enum', nameToken.text, false) };
    }
    const open = this.next();
    const key = nameToken ? this.tagKey('enum', nameToken.text, true) : `<anonymous>'${open.start}'${this.at}`;
    const items: EnumDef['items'][number][] = [];
    while (!this.is('}')) {
      const t = this.next();
      if (t.kind !== 'id') this.fail(`expected an enumerator before '${t.text}'`, t);
      this.attributes({});
      this.declareName(t.text);
      items.push({
        name: t.text,
        value: this.accept('=') ? this.assignment() : null,
        span: { start: t.start, end: t.end },
      });
      if (!this.accept(',')) break;
    }
    this.expect('}');
    this.attributes({});
    const def: EnumDef = { start: (nameToken ?? open).start, end: (nameToken ?? open).end, name: key, items };
    this.enums.set(key, def);
    return { kind: 'enum', name: key, def };
  }

  /** A declarator, abstract or not, over `base`. */
  protected declarator(base: CType): Named {
    let type = base;
    while (this.accept('*')) {
      type = { kind: 'pointer', to: type };
      while (QUALIFIERS.has(this.tok.text)) this.next();
      this.attributes({});
    }
    if (this.is('(') && this.isNestedDeclarator()) {
      const mark = this.at;
      this.next();
      this.attributes({});
      // read what follows the parenthesis first: int (*f)(void)
      let depth = 1;
      while (depth > 0) {
        if (this.tok.kind === 'eof') this.fail('the declarator is not closed', this.tokens[mark]!);
        if (this.is('(')) depth++;
        else if (this.is(')')) depth--;
        this.next();
      }
      type = this.suffix(type);
      const end = this.at;
      this.at = mark + 1;
      const inner = this.declarator(type);
      this.expect(')');
      this.at = end;
      return inner;
    }
    const nameToken = this.tok.kind === 'id' && !this.isReserved(this.tok.text) ? this.next() : undefined;
    type = this.suffix(type);
    return { name: nameToken?.text ?? null, nameToken, type };
  }
  private isReserved(w: string): boolean {
    return w === '__attribute__' || w === 'asm' || w === '__asm__';
  }
  private isNestedDeclarator(): boolean {
    const t = this.peek();
    if (t.text === '*' || t.text === '(' || t.text === '^') return true;
    if (t.text === '__attribute__') return true;
    return t.kind === 'id' && !this.startsType(1);
  }
  /** What attributes behind the name of the last declarator said. */
  protected behind: Attributes = {};
  private suffix(base: CType): CType {
    this.attributes(this.behind);
    if (this.accept('[')) {
      while (this.is('static') || this.is('const') || this.is('restrict')) this.next();
      const size = this.is(']') ? null : this.assignment();
      this.expect(']');
      return { kind: 'array', of: this.suffix(base), size };
    }
    if (this.is('(')) {
      this.next();
      const { params, variadic } = this.parameters();
      this.attributes({});
      const returns = this.suffix(base);
      return { kind: 'function', returns, params, variadic };
    }
    return base;
  }
  private parameters(): { params: Param[]; variadic: boolean } {
    const params: Param[] = [];
    let variadic = false;
    if (this.is('void') && this.peek().text === ')') this.next();
    while (!this.is(')')) {
      if (this.accept('...')) {
        variadic = true;
        break;
      }
      const first = this.tok;
      const spec = this.specifiers();
      const d = this.declarator(spec.type);
      this.attributes({});
      let type = d.type;
      if (type.kind === 'array') type = { kind: 'pointer', to: type.of };
      else if (type.kind === 'function') type = { kind: 'pointer', to: type };
      const at = d.nameToken ?? first;
      params.push({ start: at.start, end: at.end, name: d.name, type });
      if (!this.accept(',')) break;
    }
    this.expect(')');
    return { params, variadic };
  }

  /** A type with an abstract declarator. */
  typeName(): CType {
    const spec = this.specifiers();
    return this.declarator(spec.type).type;
  }

  /** The declarators of a declaration up to its semicolon. */
  protected declarators(spec: Specifiers, first?: Named): Declarator[] {
    const out: Declarator[] = [];
    let d = first;
    if (!d && this.is(';')) {
      this.next();
      return out;
    }
    do {
      const at = this.tok;
      if (!d) this.behind = {};
      d ??= this.declarator(spec.type);
      if (!d.nameToken || d.name === null) this.fail('expected a name', at);
      const a: Attributes = { ...spec.attributes, ...this.behind };
      this.behind = {};
      this.attributes(a);
      if (spec.storage === 'typedef') this.declareType(d.name, d.type);
      else this.declareName(d.name);
      const init = this.accept('=') ? this.initializer() : undefined;
      const place = this.from(d.nameToken);
      out.push({
        ...place,
        name: d.name,
        nameSpan: { start: d.nameToken.start, end: d.nameToken.end },
        type: d.type,
        ...(init ? { init } : {}),
        ...(a.cleanup !== undefined ? { cleanup: a.cleanup } : {}),
        isStatic: spec.storage === 'static',
        isExtern: spec.storage === 'extern',
        isTypedef: spec.storage === 'typedef',
      });
      d = undefined;
    } while (this.accept(','));
    const last = out.at(-1)!;
    if (this.is('{') && last.type.kind === 'function')
      this.fail(
        `${last.name}() is a function inside of a function, which is not supported: define it in front of this one`,
      );
    this.expect(';');
    return out;
  }
}
