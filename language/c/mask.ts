/**
 * Length-preserving masking: what the C grammar can't read (annotations, loop macros, types as macro arguments) is
 * overwritten in place, so every offset of the parsed text is an offset of the original. What was overwritten and
 * still means something is kept in `MaskNotes`, keyed by offset, for the lowering.
 */
import { ANNOTATIONS, ATTRIBUTE_CALLS, INITIALISER_CALLS, isLoopName, TYPEOF } from './masknames.ts';
import {
  NL,
  CR,
  SPACE,
  QUOTE,
  HASH,
  APOS,
  LPAREN,
  RPAREN,
  STAR,
  COMMA,
  DOT,
  SLASH,
  COLON,
  SEMI,
  EQ,
  BACKSLASH,
  LBRACE,
  RBRACE,
  CLASS,
  BASE_ARG_1,
  NAMED_PTR_ARG,
  TYPE_ARG_1,
  TYPE_ARG_N,
  TYPE_FIRST,
  TYPE_STARTS,
  STATEMENT_STARTS,
  HEADS,
  NOT_MACRO,
  NUMBER,
  blanked,
  lineEnd,
  argumentEnd,
  hasSemicolon,
  type BraceKind,
} from './mask-patterns.ts';
import { matchingParen, skipBlank, skipComment, skipString } from './scan.ts';

/** What stood at an offset that masking overwrote. */
export type MaskNote =
  /** A loop macro's name, now `while` or `for(;;)`. */
  | { readonly kind: 'loop'; readonly name: string }
  /** A type used as an argument, or typeof(…), now one identifier. */
  | { readonly kind: 'type'; readonly text: string }
  /** A statement used as an argument (`return -EINTR`), now one identifier. */
  | { readonly kind: 'stmt'; readonly text: string }
  /** `...` of a case range, now `||`. */
  | { readonly kind: 'range' };

/** A cleanup attribute: `f` of __cleanup(f), `free:x` of __free(x). */
export interface CleanupNote {
  readonly at: number;
  readonly value: string;
}

export interface Masked {
  readonly text: string;
  readonly notes: ReadonlyMap<number, MaskNote>;
  /** In source order. */
  readonly cleanups: readonly CleanupNote[];
}

/** What the file's own macros add to the masking. */
export interface MaskMacros {
  /** Tells apart what masks differently. */
  readonly id: string;
  /** Macros whose body is the head of a loop. */
  readonly loops: { has(name: string): boolean };
  /** Macros with an empty or attribute-only body. */
  readonly empty: { has(name: string): boolean };
  /** Macros that stand for a storage class, qualifier or inline: name to the keyword kept. */
  readonly keywords: { get(name: string): string | undefined };
}

const NO_MACROS: MaskMacros = { id: '', loops: new Set(), empty: new Set(), keywords: new Map() };

/** Masks `text` (branches not taken and directives already blanked); `follows`: it begins behind a definition. */
export function maskSource(text: string, macros: MaskMacros = NO_MACROS, follows = false): Masked {
  const n = text.length;
  const notes = new Map<number, MaskNote>();
  const cleanups: CleanupNote[] = [];
  const out: string[] = [];
  let last = 0;
  let i = 0;
  let braces = 0;
  let parens = 0;
  /** Last significant character, and the word if it was one. */
  let prev = follows ? RBRACE : SEMI;
  let prevWord = '';
  let inCase = false;
  /** Name in front of the parenthesis last opened. */
  let beforeParen = '';
  /** What the open braces are, and what the next one will be if it comes at once. */
  const kinds: BraceKind[] = [];
  let coming: BraceKind = 'block';
  let prevWordStart = 0;
  /** Ranges ahead that are to be blanked when reached, and a separator to be put. */
  const tailBlanks: [number, number][] = [];
  let pendingSeparator: { readonly at: number; readonly with: string } | undefined;

  const put = (from: number, to: number, replacement: string): void => {
    out.push(text.slice(last, from), replacement);
    last = to;
  };
  const blank = (from: number, to: number): void => put(from, to, blanked(text, from, to));
  /** Overwrites a range by one identifier and remembers what it was. */
  const asName = (from: number, to: number, note: MaskNote): void => {
    put(from, to, text.slice(from, to).replace(/[^A-Za-z0-9_]/g, '_'));
    notes.set(from, note);
    i = to;
    prev = 97;
    prevWord = 'x';
  };

  while (i < n) {
    if (pendingSeparator && i >= pendingSeparator.at) {
      if (i === pendingSeparator.at && last <= i) {
        put(i, i + 1, pendingSeparator.with);
        prev = pendingSeparator.with === ';' ? SEMI : COMMA;
        prevWord = '';
        i++;
      }
      pendingSeparator = undefined;
      continue;
    }
    if (tailBlanks.length > 0 && i >= tailBlanks[tailBlanks.length - 1]![0]) {
      const [from, to] = tailBlanks.pop()!;
      if (last <= from && i === from) {
        blank(from, to);
        i = to;
        prev = SEMI;
        prevWord = '';
      }
      continue;
    }
    const c = text.charCodeAt(i);
    if (c === SPACE || c === NL || c === 9 || c === CR) {
      i++;
      continue;
    }
    if (c < 128 && CLASS[c] === 1) {
      const start = i;
      i++;
      for (let d = text.charCodeAt(i); i < n && (d < 128 ? CLASS[d]! > 0 : true); d = text.charCodeAt(++i));
      word(start, text.slice(start, i));
      continue;
    }
    if (c < 128 && CLASS[c] === 2) {
      const c0 = i;
      let letters = false;
      i++;
      for (
        let d = text.charCodeAt(i);
        i < n && d < 128 && (CLASS[d]! > 0 || (d === DOT && text.charCodeAt(i + 1) !== DOT));
        d = text.charCodeAt(++i)
      )
        letters ||= CLASS[d] === 1;
      prev = 48;
      prevWord = '';
      // 15_0 is no number, but may be an argument that a macro pastes to a name.
      if (letters && !NUMBER.test(text.slice(c0, i))) put(c0, i, '1'.padEnd(i - c0, '0'));
      continue;
    }
    switch (c) {
      case SLASH: {
        const e = skipComment(text, i);
        if (e > i) {
          i = e;
          continue;
        }
        break;
      }
      case QUOTE:
      case APOS:
        i = skipString(text, i);
        prev = QUOTE;
        prevWord = '';
        continue;
      case HASH:
        i = lineEnd(text, i);
        continue; // a directive nobody blanked
      case BACKSLASH:
        // A line continuation outside of a directive is white space to C, but an error to the grammar in places.
        if (text.charCodeAt(i + 1) === NL || text.charCodeAt(i + 1) === CR) {
          put(i, i + 1, ' ');
          i++;
          continue;
        }
        break;
      case LBRACE: {
        const kind: BraceKind =
          coming !== 'block'
            ? coming
            : prev === EQ || prev === COMMA || (kinds[kinds.length - 1] === 'list' && prev !== LPAREN)
              ? 'list'
              : 'block';
        if (i === 0 || text.charCodeAt(i - 1) === NL) kinds.length = 0;
        kinds.push(kind);
        coming = 'block';
        braces = i === 0 || text.charCodeAt(i - 1) === NL ? 1 : braces + 1;
        parens = braces === 1 ? 0 : parens;
        break;
      }
      case RBRACE:
        kinds.pop();
        coming = 'block';
        braces = i === 0 || text.charCodeAt(i - 1) === NL ? 0 : Math.max(0, braces - 1);
        if (braces === 0) {
          parens = 0;
          kinds.length = 0;
        }
        break;
      case LPAREN:
        parens++;
        beforeParen = prevWord;
        coming = 'block';
        break;
      case RPAREN:
        if (parens > 0) parens--;
        coming = 'block';
        break;
      case SEMI:
      case EQ:
        coming = 'block';
        break;
      case COMMA:
        // An empty argument of a macro.
        if (parens > 0 && braces > 0) {
          const next = text.charCodeAt(skipBlank(text, i + 1));
          if (prev === LPAREN || next === RPAREN || next === COMMA) {
            put(i, i + 1, ' ');
            i++;
            continue;
          }
        }
        break;
      case COLON:
        // `out: }`: C23 allows it, the grammar wants a statement.
        inCase = false;
        if (braces > 0 && prevWord !== '') {
          const e = skipBlank(text, i + 1);
          if (text.charCodeAt(e) === RBRACE && e > i + 1) put(i + 1, i + 2, ';');
        }
        break;
      case DOT:
        if (inCase && text.startsWith('...', i)) {
          put(i, i + 3, '|| ');
          notes.set(i, { kind: 'range' });
          i += 3;
          prev = STAR;
          prevWord = '';
          continue;
        }
        break;
      default:
    }
    prev = c;
    prevWord = '';
    i++;
  }
  out.push(text.slice(last));
  return { text: out.length === 1 ? text : out.join(''), notes, cleanups };

  function word(start: number, id: string): void {
    if (ANNOTATIONS.has(id) || macros.empty.has(id)) {
      // A name of a variable or field is no annotation, and neither is an argument (a macro's parameter can have such a name).
      if (prev !== DOT && !(prev === 62 && text.charCodeAt(start - 1) === 62)) {
        blankEmpty(start, id);
        return;
      }
    }
    const keyword = macros.keywords.get(id);
    if (keyword !== undefined && keyword.length <= id.length) {
      put(start, i, keyword.padEnd(id.length));
      return;
    }
    if (id === 'struct' || id === 'union') coming = 'record';
    else if (id === 'enum') coming = 'list';
    if (prev === COMMA || prev === LPAREN) {
      if (typeArgument(start, id)) return;
      if (STATEMENT_STARTS.has(id) && parens > 0) {
        const e = argumentEnd(text, i);
        if (e > 0) {
          asName(start, e, { kind: 'stmt', text: text.slice(start, e).trimEnd() });
          return;
        }
      }
    }
    const p = skipBlank(text, i);
    if (text.charCodeAt(p) === LPAREN && followedByParen(start, id, p)) return;
    if (text.charCodeAt(p) === QUOTE && prevWord !== '' && parens > 0 && !NOT_MACRO.has(prevWord)) {
      // KERN_INFO PFX "…": the grammar joins one name to a string, not two.
      blank(start, i);
      return;
    }
    if (id === 'case') inCase = true;
    else if (id === '__auto_type') notes.set(start, { kind: 'type', text: '__auto_type' });
    prev = 97;
    prevWord = id;
    prevWordStart = start;
  }

  /** An annotation: goes; `__attribute`-like macros of the project go with their arguments. */
  function blankEmpty(start: number, id: string): void {
    let e = i;
    if (macros.empty.has(id)) {
      const p = skipBlank(text, i);
      if (text.charCodeAt(p) === LPAREN && text.charCodeAt(i) === LPAREN) {
        const close = matchingParen(text, p);
        if (close > 0) e = close;
      }
    }
    blank(start, e);
    i = e;
  }

  function typeArgument(start: number, id: string): boolean {
    if (!TYPE_STARTS.has(id)) {
      if (
        prev === COMMA &&
        parens > 0 &&
        braces > 0 &&
        (text.charCodeAt(i) === STAR || (text.charCodeAt(i) === SPACE && text.charCodeAt(i + 1) === STAR))
      ) {
        const m = NAMED_PTR_ARG.exec(text.slice(start, start + 80));
        if (m) {
          asName(start, start + m[0].length, { kind: 'type', text: m[0] });
          return true;
        }
      }
      return false;
    }
    if (parens === 0) return false;
    const window = text.slice(start, start + 160);
    const m =
      prev === COMMA
        ? TYPE_ARG_N.exec(window)
        : beforeParen === '' || NOT_MACRO.has(beforeParen)
          ? null
          : (TYPE_ARG_1.exec(window) ?? (TYPE_FIRST.test(beforeParen) ? BASE_ARG_1.exec(window) : null));
    // In a parameter list outside of any body the grammar reads types itself.
    if (!m || (braces === 0 && !TYPE_FIRST.test(beforeParen))) return false;
    asName(start, start + m[0].length, { kind: 'type', text: m[0] });
    return true;
  }

  /** `id(`: true if dealt with. */
  function followedByParen(start: number, id: string, p: number): boolean {
    if (ATTRIBUTE_CALLS.has(id)) {
      const e = matchingParen(text, p);
      if (e < 0) return false;
      const inner = text.slice(p + 1, e - 1);
      if (id === '__free') cleanups.push({ at: start, value: `free:${inner.trim()}` });
      else if (id === '__cleanup') cleanups.push({ at: start, value: inner.trim() });
      else if (id.startsWith('__attr')) {
        const m = /\b_*cleanup_*\s*\(\s*(\w+)\s*\)/.exec(inner);
        if (m) cleanups.push({ at: start, value: m[1]! });
      }
      blank(start, e);
      i = e;
      return true;
    }
    if (TYPEOF.has(id)) {
      const e = matchingParen(text, p);
      if (e < 0) return false;
      asName(start, e, { kind: 'type', text: text.slice(start, e) });
      return true;
    }
    if (braces > 0 && !HEADS.has(id) && atStatementStart()) {
      const e = matchingParen(text, p);
      const next = e > 0 ? text.charCodeAt(skipBlank(text, e)) : SEMI;
      // Whatever is called and followed by a block is the head of one; the others must be known by name.
      if (
        next === LBRACE ||
        (next !== SEMI && next !== COMMA && next !== RPAREN && next !== EQ && (macros.loops.has(id) || isLoopName(id)))
      ) {
        if (hasSemicolon(text, p + 1, e - 1)) {
          // A macro that takes the head of a for loop as it is.
          put(start, i, 'for'.padEnd(id.length).slice(0, id.length));
          if (id.length >= 3) {
            notes.set(start, { kind: 'loop', name: id });
            prev = 97;
            prevWord = 'for';
            return true;
          }
        }
        if (id.length >= 5 && skipBlank(text, p + 1) < e - 1) {
          notes.set(start, { kind: 'loop', name: id });
          put(start, i, 'while'.padEnd(id.length));
          prev = 97;
          prevWord = 'while';
          return true;
        }
        if (e - start >= 7) {
          notes.set(start, { kind: 'loop', name: id });
          put(start, e, 'for(;;)' + blanked(text, start + 7, e));
          i = e;
          prev = RPAREN;
          prevWord = '';
          return true;
        }
      }
    }
    if (
      kinds[kinds.length - 1] === 'record' &&
      parens === 0 &&
      (prev === SEMI || prev === LBRACE || prev === RBRACE) &&
      fieldMacro(start, id, p)
    )
      return true;
    if (parens === 0 && !HEADS.has(id) && (declaringMacro(start, id, p) || unfinishedMacro(id, p))) return true;
    if (prev === QUOTE && parens > 0) {
      // "…" __stringify(x) "…": the grammar joins strings and names only.
      const e = matchingParen(text, p);
      if (e > 0) {
        asName(start, e, { kind: 'stmt', text: text.slice(start, e) });
        return true;
      }
    }
    if (id === '__alignof__' && text.charCodeAt(skipBlank(text, p + 1)) === STAR) put(start, i, 'ALIGNOF____');
    if (id === 'offsetof') put(start, i, 'OFFSETOF'); // the grammar's own offsetof takes no a.b[0]
    if (INITIALISER_CALLS.test(id)) {
      const e = matchingParen(text, p);
      if (e > 0) {
        const comma = skipBlank(text, e);
        const end = text.charCodeAt(comma) === COMMA ? comma + 1 : e;
        blank(start, end);
        i = end;
        return true;
      }
    }
    if (
      braces === 0 &&
      parens === 0 &&
      (prev === SEMI || prev === RBRACE) &&
      (start === 0 || text.charCodeAt(start - 1) === NL)
    ) {
      // FOO(bar) alone on its lines at file scope: a macro that declares something, or nothing.
      const e = matchingParen(text, p);
      if (e > 0 && /^[ \t]*(?:\/[*/]|\r?\n|$)/.test(text.slice(e, e + 40))) {
        const next = skipBlank(text, e);
        const c = text.charCodeAt(next);
        if (next >= n || c === HASH || (c < 128 && CLASS[c] === 1)) {
          blank(start, e);
          i = e;
          return true;
        }
      }
    }
    return false;
  }

  /** DECLARE_BITMAP(name, n); and the like among the fields of a record. */
  function fieldMacro(start: number, id: string, p: number): boolean {
    const e = matchingParen(text, p);
    // `int (*f)(void);` is a field of function type.
    if (e < 0 || text.charCodeAt(skipBlank(text, p + 1)) === STAR) return false;
    const end = text.charCodeAt(skipBlank(text, e)) === SEMI ? skipBlank(text, e) + 1 : e;
    const comma = text.indexOf(',', p);
    if (id === 'DECLARE_BITMAP' && comma > 0 && comma < e) {
      put(start, p + 1, 'unsigned long'.padEnd(p + 1 - start));
      put(comma, comma + 1, '[');
      put(e - 1, e, ']');
      i = e;
      prev = 93;
      prevWord = '';
      return true;
    }
    if (/^struct_group(?:_tagged|_attr)?$/.test(id) && comma > 0 && comma < e && end > e) {
      // Its members are members of the record.
      const from = id === 'struct_group' ? comma + 1 : text.indexOf(',', comma + 1) + 1;
      if (from > 0 && from < e) {
        blank(start, from);
        tailBlanks.push([e - 1, end]);
        i = from;
        prev = SEMI;
        prevWord = '';
        return true;
      }
    }
    const name = /^[^,]*,\s*(\w+)\s*\)$/.exec(text.slice(p + 1, e));
    if ((id === 'DECLARE_FLEX_ARRAY' || id === '__DECLARE_FLEX_ARRAY') && name && comma < e) {
      put(start, p + 1, ' '.repeat(p + 1 - start));
      put(comma, comma + 1, ' ');
      put(e - 1, e, ' ');
      i = e;
      prev = 97;
      prevWord = name[1]!;
      return true;
    }
    blank(start, end);
    i = end;
    prev = SEMI;
    prevWord = '';
    return true;
  }

  /** `static DEFINE_TIMER(x, f);`, `DECLARE_BITMAP(x, n) = {…}`, `static PROC(name) {…}`: the grammar wants a type. */
  function declaringMacro(start: number, id: string, p: number): boolean {
    const afterStatic = prevWord === 'static' || prevWord === 'extern' || (prevWord === 'const' && braces === 0);
    const fresh = prevWord === '' && (prev === SEMI || prev === RBRACE || prev === LBRACE);
    if (!afterStatic && !fresh) return false;
    const e = matchingParen(text, p);
    if (e < 0) return false;
    const next = skipBlank(text, e);
    const c = text.charCodeAt(next);
    if (c === SEMI && afterStatic) {
      if (last > prevWordStart) return false;
      put(prevWordStart, prevWordStart + prevWord.length, ' '.repeat(prevWord.length));
      return false;
    }
    if (
      afterStatic &&
      braces === 0 &&
      c < 128 &&
      CLASS[c] === 1 &&
      text.slice(e, next).includes('\n') &&
      last <= prevWordStart
    ) {
      blank(prevWordStart, e);
      i = e;
      prev = SEMI;
      prevWord = '';
      return true;
    }
    const isDefinition = c === LBRACE && braces === 0;
    const isArray = c === EQ && text.charCodeAt(skipBlank(text, next + 1)) === LBRACE;
    if (!isDefinition && !isArray) return false;
    const argument = /^\s*(\w+)/.exec(text.slice(p + 1, e))?.[1] ?? 'x';
    const name = isArray || id.startsWith('SYSCALL_DEFINE') || id.startsWith('COMPAT_SYSCALL') ? argument : id;
    const room = e - start - 4 - (isDefinition ? 2 : 0);
    if (room < 1 || last > start) return false;
    put(start, e, `int ${name.slice(0, room)}${isDefinition ? '()' : ''}`.padEnd(e - start));
    i = e;
    prev = isDefinition ? RPAREN : 97;
    prevWord = isDefinition ? '' : name;
    return true;
  }

  /** A macro used as a statement or list item without its `;` or `,`. */
  function unfinishedMacro(id: string, p: number): boolean {
    if (braces === 0 || !atStatementStart() || macros.loops.has(id) || isLoopName(id)) return false;
    const kind = kinds[kinds.length - 1];
    if (kind === 'record') return false;
    const e = matchingParen(text, p);
    if (e < 0) return false;
    const next = skipBlank(text, e);
    const c = text.charCodeAt(next);
    if (next === e || !(c === RBRACE || (c < 128 && CLASS[c] === 1))) return false;
    if (kind === 'list' && c === RBRACE) return false;
    const word = /^\w*/.exec(text.slice(next, next + 60))![0];
    if (ANNOTATIONS.has(word) || ATTRIBUTE_CALLS.has(word) || /^_?_?align/i.test(id)) return false;
    // A declaration `TYPE(x) name;` or `TYPE(x) name =`.
    if (kind !== 'list' && !text.slice(e, next).includes('\n') && /^\w+\s*[;=,[]/.test(text.slice(next, next + 80)))
      return false;
    pendingSeparator = { at: e, with: kind === 'list' ? ',' : ';' };
    return false;
  }

  function atStatementStart(): boolean {
    if (prevWord !== '') return prevWord === 'else' || prevWord === 'do';
    return prev === SEMI || prev === LBRACE || prev === RBRACE || prev === RPAREN || prev === COLON;
  }
}
