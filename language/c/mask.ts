/**
 * Length-preserving masking: what the C grammar can't read (annotations, loop macros, types as macro arguments) is
 * overwritten in place, so every offset of the parsed text is an offset of the original. What was overwritten and
 * still means something is kept in `MaskNotes`, keyed by offset, for the lowering.
 */
import { ANNOTATIONS } from './masknames.ts';
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
  STATEMENT_STARTS,
  TELLING,
  NOT_MACRO,
  NUMBER,
  lineEnd,
  argumentEnd,
  type BraceKind,
} from './mask-patterns.ts';
import { CallMasker } from './mask-calls.ts';
import type { Masked, MaskMacros } from './mask-state.ts';
import { skipBlank, skipComment, skipString } from './scan.ts';

const NO_MACROS: MaskMacros = { id: '', telling: TELLING, loops: new Set(), empty: new Set(), keywords: new Map() };

class Masker extends CallMasker {
  run(): Masked {
    const { text, n } = this;
    while (this.at < n) {
      if (this.at >= this.due) {
        this.settle();
        continue;
      }
      let c = text.charCodeAt(this.at);
      while (c === SPACE || c === NL || c === 9 || c === CR) c = text.charCodeAt(++this.at);
      if (this.at >= n) break;
      if (c < 128 && CLASS[c] === 1) {
        this.name(c);
        continue;
      }
      if (c < 128 && CLASS[c] === 2) {
        const c0 = this.at;
        let letters = false;
        this.at++;
        for (
          let d = text.charCodeAt(this.at);
          this.at < n && d < 128 && (CLASS[d]! > 0 || (d === DOT && text.charCodeAt(this.at + 1) !== DOT));
          d = text.charCodeAt(++this.at)
        )
          letters ||= CLASS[d] === 1;
        this.prev = 48;
        this.prevWord = '';
        // 15_0 is no number, but may be an argument that a macro pastes to a name.
        if (letters && !NUMBER.test(text.slice(c0, this.at))) this.put(c0, this.at, '1'.padEnd(this.at - c0, '0'));
        continue;
      }
      switch (c) {
        case SLASH: {
          const e = skipComment(text, this.at);
          if (e > this.at) {
            this.at = e;
            continue;
          }
          break;
        }
        case QUOTE:
        case APOS:
          this.at = skipString(text, this.at);
          this.prev = QUOTE;
          this.prevWord = '';
          continue;
        case HASH:
          this.at = lineEnd(text, this.at);
          continue; // a directive nobody blanked
        case BACKSLASH:
          // A line continuation outside of a directive is white space to C, but an error to the grammar in places.
          if (text.charCodeAt(this.at + 1) === NL || text.charCodeAt(this.at + 1) === CR) {
            this.put(this.at, this.at + 1, ' ');
            this.at++;
            continue;
          }
          break;
        case LBRACE: {
          const kind: BraceKind =
            this.coming !== 'block'
              ? this.coming
              : this.prev === EQ ||
                  this.prev === COMMA ||
                  (this.kinds[this.kinds.length - 1] === 'list' && this.prev !== LPAREN)
                ? 'list'
                : 'block';
          if (this.at === 0 || text.charCodeAt(this.at - 1) === NL) this.kinds.length = 0;
          this.kinds.push(kind);
          this.coming = 'block';
          this.braces = this.at === 0 || text.charCodeAt(this.at - 1) === NL ? 1 : this.braces + 1;
          this.parens = this.braces === 1 ? 0 : this.parens;
          break;
        }
        case RBRACE:
          this.kinds.pop();
          this.coming = 'block';
          this.braces = this.at === 0 || text.charCodeAt(this.at - 1) === NL ? 0 : Math.max(0, this.braces - 1);
          if (this.braces === 0) {
            this.parens = 0;
            this.kinds.length = 0;
          }
          break;
        case LPAREN:
          this.parens++;
          this.beforeParen = this.prevWord;
          this.coming = 'block';
          break;
        case RPAREN:
          if (this.parens > 0) this.parens--;
          this.coming = 'block';
          break;
        case SEMI:
        case EQ:
          this.coming = 'block';
          break;
        case COMMA:
          // An empty argument of a macro.
          if (this.parens > 0 && this.braces > 0) {
            const next = text.charCodeAt(skipBlank(text, this.at + 1));
            if (this.prev === LPAREN || next === RPAREN || next === COMMA) {
              this.put(this.at, this.at + 1, ' ');
              this.at++;
              continue;
            }
          }
          break;
        case COLON:
          // `out: }`: C23 allows it, the grammar wants a statement.
          this.inCase = false;
          if (this.braces > 0 && this.prevWord !== '') {
            const e = skipBlank(text, this.at + 1);
            if (text.charCodeAt(e) === RBRACE && e > this.at + 1) this.put(this.at + 1, this.at + 2, ';');
          }
          break;
        case DOT:
          if (this.inCase && text.startsWith('...', this.at)) {
            this.put(this.at, this.at + 3, '|| ');
            this.notes.set(this.at, { kind: 'range' });
            this.at += 3;
            this.prev = STAR;
            this.prevWord = '';
            continue;
          }
          break;
        default:
      }
      this.prev = c;
      this.prevWord = '';
      this.at++;
    }
    this.out.push(text.slice(this.last));
    const { notes, cleanups } = this;
    return { text: this.out.length === 1 ? text : this.out.join(''), notes, cleanups };
  }

  /** What was left for this place: a range that goes, or a separator. */
  private settle(): void {
    const { pendingSeparator, tailBlanks } = this;
    if (pendingSeparator && this.at >= pendingSeparator.at) {
      if (this.at === pendingSeparator.at && this.last <= this.at) {
        this.put(this.at, this.at + 1, pendingSeparator.with);
        this.prev = pendingSeparator.with === ';' ? SEMI : COMMA;
        this.prevWord = '';
        this.at++;
      }
      this.pendingSeparator = undefined;
    } else {
      const [from, to] = tailBlanks.pop()!;
      if (this.last <= from && this.at === from) {
        this.blank(from, to);
        this.at = to;
        this.prev = SEMI;
        this.prevWord = '';
      }
    }
    this.due = Math.min(this.pendingSeparator?.at ?? Infinity, tailBlanks[tailBlanks.length - 1]?.[0] ?? Infinity);
  }

  /** An identifier that begins with `first`: most are nothing that masking looks at. */
  private name(first: number): void {
    const { text, n, at: start } = this;
    let at = start + 1;
    let last = first;
    while (at < n) {
      const d = text.charCodeAt(at);
      if (d < 128 && CLASS[d] === 0) break;
      last = d;
      at++;
    }
    this.at = at;
    const id = text.slice(start, at);
    const mayTell = this.macros.telling.mayBe(first, last, at - start);
    if (mayTell && this.isOverwritten(start, id)) return;
    const p = skipBlank(text, at);
    const next = text.charCodeAt(p);
    if ((mayTell || next === STAR) && (this.prev === COMMA || this.prev === LPAREN) && this.isArgument(start, id))
      return;
    if (next === LPAREN && this.followedByParen(start, id, p)) return;
    if (next === QUOTE && this.prevWord !== '' && this.parens > 0 && !NOT_MACRO.has(this.prevWord)) {
      // KERN_INFO PFX "…": the grammar joins one name to a string, not two.
      this.blank(start, at);
      return;
    }
    if (mayTell) {
      if (id === 'case') this.inCase = true;
      else if (id === '__auto_type') this.notes.set(start, { kind: 'type', text: '__auto_type' });
    }
    this.prev = 97;
    this.prevWord = id;
    this.prevWordStart = start;
  }

  /** An annotation, or a macro that stands for one or for a keyword; other keywords are noted. */
  private isOverwritten(start: number, id: string): boolean {
    if (ANNOTATIONS.has(id) || this.macros.empty.has(id)) {
      // A name of a variable or field is no annotation, and neither is an argument (a macro's parameter can have such a name).
      if (this.prev !== DOT && !(this.prev === 62 && this.text.charCodeAt(start - 1) === 62)) {
        this.blankEmpty(start, id);
        return true;
      }
    }
    const keyword = this.macros.keywords.get(id);
    if (keyword !== undefined && keyword.length <= id.length) {
      this.put(start, this.at, keyword.padEnd(id.length));
      return true;
    }
    if (id === 'struct' || id === 'union') this.coming = 'record';
    else if (id === 'enum') this.coming = 'list';
    return false;
  }

  /** A type or a statement among arguments. */
  private isArgument(start: number, id: string): boolean {
    if (this.typeArgument(start, id)) return true;
    if (!STATEMENT_STARTS.has(id) || this.parens === 0) return false;
    const e = argumentEnd(this.text, this.at);
    if (e <= 0) return false;
    this.asName(start, e, { kind: 'stmt', text: this.text.slice(start, e).trimEnd() });
    return true;
  }
}

/** Masks `text` (branches not taken and directives already blanked); `follows`: it begins behind a definition. */
export function maskSource(text: string, macros: MaskMacros = NO_MACROS, follows = false): Masked {
  return new Masker(text, macros, follows).run();
}
