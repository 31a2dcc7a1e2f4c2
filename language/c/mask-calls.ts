/** Masking of names with parentheses behind them. */
import { ANNOTATIONS, ATTRIBUTE_CALLS, INITIALISER_CALLS, isLoopName, TYPEOF } from './masknames.ts';
import {
  NL,
  SPACE,
  QUOTE,
  HASH,
  LPAREN,
  RPAREN,
  STAR,
  COMMA,
  SEMI,
  EQ,
  LBRACE,
  RBRACE,
  CLASS,
  BASE_ARG_1,
  NAMED_PTR_ARG,
  TYPE_ARG_1,
  TYPE_ARG_N,
  TYPE_FIRST,
  TYPE_STARTS,
  HEADS,
  NOT_MACRO,
  blanked,
  hasSemicolon,
} from './mask-patterns.ts';
import { MaskState } from './mask-state.ts';
import { skipBlank } from './scan.ts';

/** Masks what looks like a call: annotations with arguments, types and statements as arguments, macros that declare or begin a loop. */
export abstract class CallMasker extends MaskState {
  /** An annotation: goes; `__attribute`-like macros of the project go with their arguments. */
  protected blankEmpty(start: number, id: string): void {
    let e = this.at;
    if (this.macros.empty.has(id)) {
      const p = skipBlank(this.text, this.at);
      if (this.text.charCodeAt(p) === LPAREN && this.text.charCodeAt(this.at) === LPAREN) {
        const close = this.closeOf(p);
        if (close > 0) e = close;
      }
    }
    this.blank(start, e);
    this.at = e;
  }

  protected typeArgument(start: number, id: string): boolean {
    if (!TYPE_STARTS.has(id)) {
      if (
        this.prev === COMMA &&
        this.parens > 0 &&
        this.braces > 0 &&
        (this.text.charCodeAt(this.at) === STAR ||
          (this.text.charCodeAt(this.at) === SPACE && this.text.charCodeAt(this.at + 1) === STAR))
      ) {
        const m = NAMED_PTR_ARG.exec(this.text.slice(start, start + 80));
        if (m) {
          this.asName(start, start + m[0].length, { kind: 'type', text: m[0] });
          return true;
        }
      }
      return false;
    }
    if (this.parens === 0) return false;
    const window = this.text.slice(start, start + 160);
    const m =
      this.prev === COMMA
        ? TYPE_ARG_N.exec(window)
        : this.beforeParen === '' || NOT_MACRO.has(this.beforeParen)
          ? null
          : (TYPE_ARG_1.exec(window) ?? (TYPE_FIRST.test(this.beforeParen) ? BASE_ARG_1.exec(window) : null));
    // In a parameter list outside of any body the grammar reads types itself.
    if (!m || (this.braces === 0 && !TYPE_FIRST.test(this.beforeParen))) return false;
    this.asName(start, start + m[0].length, { kind: 'type', text: m[0] });
    return true;
  }

  /** `id(`: true if dealt with. */
  protected followedByParen(start: number, id: string, p: number): boolean {
    if (ATTRIBUTE_CALLS.has(id)) {
      const e = this.closeOf(p);
      if (e < 0) return false;
      const inner = this.text.slice(p + 1, e - 1);
      if (id === '__free') this.cleanups.push({ at: start, value: `free:${inner.trim()}` });
      else if (id === '__cleanup') this.cleanups.push({ at: start, value: inner.trim() });
      else if (id.startsWith('__attr')) {
        const m = /\b_*cleanup_*\s*\(\s*(\w+)\s*\)/.exec(inner);
        if (m) this.cleanups.push({ at: start, value: m[1]! });
      }
      this.blank(start, e);
      this.at = e;
      return true;
    }
    if (TYPEOF.has(id)) {
      const e = this.closeOf(p);
      if (e < 0) return false;
      this.asName(start, e, { kind: 'type', text: this.text.slice(start, e) });
      return true;
    }
    if (this.braces > 0 && !HEADS.has(id) && this.atStatementStart()) {
      const e = this.closeOf(p);
      const next = e > 0 ? this.text.charCodeAt(skipBlank(this.text, e)) : SEMI;
      // Whatever is called and followed by a block is the head of one; the others must be known by name.
      if (
        next === LBRACE ||
        (next !== SEMI &&
          next !== COMMA &&
          next !== RPAREN &&
          next !== EQ &&
          (this.macros.loops.has(id) || isLoopName(id)))
      ) {
        if (hasSemicolon(this.text, p + 1, e - 1)) {
          // A macro that takes the head of a for loop as it is.
          this.put(start, this.at, 'for'.padEnd(id.length).slice(0, id.length));
          if (id.length >= 3) {
            this.notes.set(start, { kind: 'loop', name: id });
            this.prev = 97;
            this.prevWord = 'for';
            return true;
          }
        }
        if (id.length >= 5 && skipBlank(this.text, p + 1) < e - 1) {
          this.notes.set(start, { kind: 'loop', name: id });
          this.put(start, this.at, 'while'.padEnd(id.length));
          this.prev = 97;
          this.prevWord = 'while';
          return true;
        }
        if (e - start >= 7) {
          this.notes.set(start, { kind: 'loop', name: id });
          this.put(start, e, 'for(;;)' + blanked(this.text, start + 7, e));
          this.at = e;
          this.prev = RPAREN;
          this.prevWord = '';
          return true;
        }
      }
    }
    if (
      this.kinds[this.kinds.length - 1] === 'record' &&
      this.parens === 0 &&
      (this.prev === SEMI || this.prev === LBRACE || this.prev === RBRACE) &&
      this.fieldMacro(start, id, p)
    )
      return true;
    if (this.parens === 0 && !HEADS.has(id) && (this.declaringMacro(start, id, p) || this.unfinishedMacro(id, p)))
      return true;
    if (this.prev === QUOTE && this.parens > 0) {
      // "…" __stringify(x) "…": the grammar joins strings and names only.
      const e = this.closeOf(p);
      if (e > 0) {
        this.asName(start, e, { kind: 'stmt', text: this.text.slice(start, e) });
        return true;
      }
    }
    if (id === '__alignof__' && this.text.charCodeAt(skipBlank(this.text, p + 1)) === STAR)
      this.put(start, this.at, 'ALIGNOF____');
    if (id === 'offsetof') this.put(start, this.at, 'OFFSETOF'); // the grammar's own offsetof takes no a.b[0]
    if (INITIALISER_CALLS.test(id)) {
      const e = this.closeOf(p);
      if (e > 0) {
        const comma = skipBlank(this.text, e);
        const end = this.text.charCodeAt(comma) === COMMA ? comma + 1 : e;
        this.blank(start, end);
        this.at = end;
        return true;
      }
    }
    if (
      this.braces === 0 &&
      this.parens === 0 &&
      (this.prev === SEMI || this.prev === RBRACE) &&
      (start === 0 || this.text.charCodeAt(start - 1) === NL)
    ) {
      // FOO(bar) alone on its lines at file scope: a macro that declares something, or nothing.
      const e = this.closeOf(p);
      if (e > 0 && /^[ \t]*(?:\/[*/]|\r?\n|$)/.test(this.text.slice(e, e + 40))) {
        const next = skipBlank(this.text, e);
        const c = this.text.charCodeAt(next);
        if (next >= this.n || c === HASH || (c < 128 && CLASS[c] === 1)) {
          this.blank(start, e);
          this.at = e;
          return true;
        }
      }
    }
    return false;
  }

  /** DECLARE_BITMAP(name, n); and the like among the fields of a record. */
  private fieldMacro(start: number, id: string, p: number): boolean {
    const e = this.closeOf(p);
    // `int (*f)(void);` is a field of function type.
    if (e < 0 || this.text.charCodeAt(skipBlank(this.text, p + 1)) === STAR) return false;
    const end = this.text.charCodeAt(skipBlank(this.text, e)) === SEMI ? skipBlank(this.text, e) + 1 : e;
    const comma = this.text.indexOf(',', p);
    if (id === 'DECLARE_BITMAP' && comma > 0 && comma < e) {
      this.put(start, p + 1, 'unsigned long'.padEnd(p + 1 - start));
      this.put(comma, comma + 1, '[');
      this.put(e - 1, e, ']');
      this.at = e;
      this.prev = 93;
      this.prevWord = '';
      return true;
    }
    if (/^struct_group(?:_tagged|_attr)?$/.test(id) && comma > 0 && comma < e && end > e) {
      // Its members are members of the record.
      const from = id === 'struct_group' ? comma + 1 : this.text.indexOf(',', comma + 1) + 1;
      if (from > 0 && from < e) {
        this.blank(start, from);
        this.tailBlanks.push([e - 1, end]);
        this.due = Math.min(this.due, e - 1);
        this.at = from;
        this.prev = SEMI;
        this.prevWord = '';
        return true;
      }
    }
    const name = /^[^,]*,\s*(\w+)\s*\)$/.exec(this.text.slice(p + 1, e));
    if ((id === 'DECLARE_FLEX_ARRAY' || id === '__DECLARE_FLEX_ARRAY') && name && comma < e) {
      this.put(start, p + 1, ' '.repeat(p + 1 - start));
      this.put(comma, comma + 1, ' ');
      this.put(e - 1, e, ' ');
      this.at = e;
      this.prev = 97;
      this.prevWord = name[1]!;
      return true;
    }
    this.blank(start, end);
    this.at = end;
    this.prev = SEMI;
    this.prevWord = '';
    return true;
  }

  /** `static DEFINE_TIMER(x, f);`, `DECLARE_BITMAP(x, n) = {…}`, `static PROC(name) {…}`: the grammar wants a type. */
  private declaringMacro(start: number, id: string, p: number): boolean {
    const afterStatic =
      this.prevWord === 'static' || this.prevWord === 'extern' || (this.prevWord === 'const' && this.braces === 0);
    const fresh = this.prevWord === '' && (this.prev === SEMI || this.prev === RBRACE || this.prev === LBRACE);
    if (!afterStatic && !fresh) return false;
    const e = this.closeOf(p);
    if (e < 0) return false;
    const next = skipBlank(this.text, e);
    const c = this.text.charCodeAt(next);
    if (c === SEMI && afterStatic) {
      if (this.last > this.prevWordStart) return false;
      this.put(this.prevWordStart, this.prevWordStart + this.prevWord.length, ' '.repeat(this.prevWord.length));
      return false;
    }
    if (
      afterStatic &&
      this.braces === 0 &&
      c < 128 &&
      CLASS[c] === 1 &&
      this.text.slice(e, next).includes('\n') &&
      this.last <= this.prevWordStart
    ) {
      this.blank(this.prevWordStart, e);
      this.at = e;
      this.prev = SEMI;
      this.prevWord = '';
      return true;
    }
    const isDefinition = c === LBRACE && this.braces === 0;
    const isArray = c === EQ && this.text.charCodeAt(skipBlank(this.text, next + 1)) === LBRACE;
    if (!isDefinition && !isArray) return false;
    const argument = /^\s*(\w+)/.exec(this.text.slice(p + 1, e))?.[1] ?? 'x';
    const name = isArray || id.startsWith('SYSCALL_DEFINE') || id.startsWith('COMPAT_SYSCALL') ? argument : id;
    const room = e - start - 4 - (isDefinition ? 2 : 0);
    if (room < 1 || this.last > start) return false;
    this.put(start, e, `int ${name.slice(0, room)}${isDefinition ? '()' : ''}`.padEnd(e - start));
    this.at = e;
    this.prev = isDefinition ? RPAREN : 97;
    this.prevWord = isDefinition ? '' : name;
    return true;
  }

  /** A macro used as a statement or list item without its `;` or `,`. */
  private unfinishedMacro(id: string, p: number): boolean {
    if (this.braces === 0 || !this.atStatementStart() || this.macros.loops.has(id) || isLoopName(id)) return false;
    const kind = this.kinds[this.kinds.length - 1];
    if (kind === 'record') return false;
    const e = this.closeOf(p);
    if (e < 0) return false;
    const next = skipBlank(this.text, e);
    const c = this.text.charCodeAt(next);
    if (next === e || !(c === RBRACE || (c < 128 && CLASS[c] === 1))) return false;
    if (kind === 'list' && c === RBRACE) return false;
    const word = /^\w*/.exec(this.text.slice(next, next + 60))![0];
    if (ANNOTATIONS.has(word) || ATTRIBUTE_CALLS.has(word) || /^_?_?align/i.test(id)) return false;
    // A declaration `TYPE(x) name;` or `TYPE(x) name =`.
    if (
      kind !== 'list' &&
      !this.text.slice(e, next).includes('\n') &&
      /^\w+\s*[;=,[]/.test(this.text.slice(next, next + 80))
    )
      return false;
    this.pendingSeparator = { at: e, with: kind === 'list' ? ',' : ';' };
    this.due = Math.min(e, this.tailBlanks[this.tailBlanks.length - 1]?.[0] ?? Infinity);
    return false;
  }
}
