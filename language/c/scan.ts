/** Lexical basics shared by masking and preprocessing: white space, comments, strings, directives. */
import type { Span } from './ast.ts';
import { cutAt, editedPiece, movedBy, shiftOf } from './edit.ts';
import type { Comment } from './unit.ts';

const NL = 10,
  CR = 13,
  SPACE = 32,
  TAB = 9,
  QUOTE = 34,
  HASH = 35,
  APOS = 39,
  STAR = 42,
  SLASH = 47,
  BACKSLASH = 92,
  LPAREN = 40,
  RPAREN = 41,
  LBRACE = 123,
  RBRACE = 125;

/** Offset behind the string or character literal that opens at `at`; an unterminated one ends with its line. */
export function skipString(text: string, at: number): number {
  const quote = text.charCodeAt(at);
  let i = at + 1;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === quote) return i + 1;
    if (c === BACKSLASH) {
      i++;
      if (text.charCodeAt(i) === CR && text.charCodeAt(i + 1) === NL) i++;
    } else if (c === NL) return i;
  }
  return text.length;
}

/** Offset behind the comment that opens at `at` (of a line comment: its line end), or `at` if there is none. */
export function skipComment(text: string, at: number): number {
  const c = text.charCodeAt(at + 1);
  if (c === STAR) {
    const e = text.indexOf('*/', at + 2);
    return e < 0 ? text.length : e + 2;
  }
  if (c === SLASH) {
    let from = at;
    for (;;) {
      const e = text.indexOf('\n', from);
      if (e < 0) return text.length;
      if (text.charCodeAt(e - 1) !== BACKSLASH) return e;
      from = e + 1;
    }
  }
  return at;
}

/** First offset from `at` on that is neither white space, comment nor line continuation. */
export function skipBlank(text: string, at: number): number {
  let i = at;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === SPACE || c === NL || c === TAB || c === CR) continue;
    if (c === SLASH) {
      const e = skipComment(text, i);
      if (e === i) return i;
      i = e - 1;
    } else if (c === BACKSLASH && (text.charCodeAt(i + 1) === NL || text.charCodeAt(i + 1) === CR)) continue;
    else return i;
  }
  return i;
}

/** Offset behind the `)` that closes the `(` at `open`, or -1. Gives up at a brace outside of nested parentheses. */
export function matchingParen(text: string, open: number): number {
  let depth = 0;
  let braces = 0;
  for (let i = open; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === LPAREN) depth++;
    else if (c === RPAREN) {
      if (--depth === 0) return i + 1;
    } else if (c === QUOTE || c === APOS) i = skipString(text, i) - 1;
    else if (c === SLASH) {
      const e = skipComment(text, i);
      if (e > i) i = e - 1;
    } else if (c === LBRACE) braces++;
    else if (c === RBRACE && --braces < 0) return -1;
  }
  return -1;
}

/** A preprocessor line. */
export interface Directive extends Span {
  /** `if`, `define`, …; empty for a null directive. */
  readonly name: string;
  /** Offset of the text behind the name. */
  readonly argStart: number;
  /** End of that text (in front of the line end). */
  readonly argEnd: number;
}

export interface Scan {
  readonly comments: readonly Comment[];
  readonly directives: readonly Directive[];
}

/** The texts that were scanned last: what is edited, its annotations, its headers. Newest first. */
const latest: { readonly text: string; readonly scan: Scan }[] = [];
const MAX_LATEST = 4;

/** Finds comments and directives. One after the other asks for those of the text that was just edited. */
export function scanText(text: string): Scan {
  const known = latest.findIndex((one) => one.text === text);
  const [found] = known < 0 ? [] : latest.splice(known, 1);
  const one = found ?? { text, scan: scanEdited(text) ?? scanRange(text, 0, text.length) };
  latest.unshift(one);
  if (latest.length > MAX_LATEST) latest.pop();
  return one.scan;
}

/** From the scan of a text that differs in one piece. */
function scanEdited(text: string): Scan | undefined {
  for (const { text: before, scan } of latest) {
    const piece = editedPiece(before, text);
    const comments = piece && cutAt(scan.comments, piece.start, piece.oldEnd);
    const directives = piece && cutAt(scan.directives, piece.start, piece.oldEnd);
    if (!comments || !directives) continue;
    const inside = scanRange(text, piece.start, piece.newEnd);
    // A comment or directive that goes on behind the piece.
    if (inside.end !== piece.newEnd) continue;
    const by = shiftOf(piece);
    return {
      comments: [...comments.before, ...inside.comments, ...comments.behind.map((c) => movedBy(c, by))],
      directives: [
        ...directives.before,
        ...inside.directives,
        ...directives.behind.map((d) => ({ ...movedBy(d, by), argStart: d.argStart + by, argEnd: d.argEnd + by })),
      ],
    };
  }
  return undefined;
}

/** One pass from a place that is not inside of a line with text; strings are skipped. `end`: how far what was found reaches. */
function scanRange(text: string, from: number, to: number): Scan & { readonly end: number } {
  const comments: Comment[] = [];
  const directives: Directive[] = [];
  let bol = true;
  let i = text.charCodeAt(from) === 0xfeff ? from + 1 : from;
  for (; i < to; i++) {
    const c = text.charCodeAt(i);
    if (c === NL) bol = true;
    else if (c === SPACE || c === TAB || c === CR) continue;
    else if (c === SLASH) {
      const e = skipComment(text, i);
      if (e > i) {
        comments.push({ start: i, end: e, text: text.slice(i, e) });
        i = e - 1;
      } else bol = false;
    } else if (c === QUOTE || c === APOS) {
      i = skipString(text, i) - 1;
      bol = false;
    } else if (c === HASH && bol) {
      const d = directiveAt(text, i, comments);
      directives.push(d);
      i = d.end - 1;
    } else bol = false;
  }
  return { comments, directives, end: i };
}

function directiveAt(text: string, at: number, comments: Comment[]): Directive {
  const n = text.length;
  let i = at + 1;
  while (i < n && (text.charCodeAt(i) === SPACE || text.charCodeAt(i) === TAB)) i++;
  const nameStart = i;
  while (i < n && /[a-z_]/i.test(text[i]!)) i++;
  const name = text.slice(nameStart, i);
  const argStart = i;
  for (; i < n; i++) {
    const c = text.charCodeAt(i);
    if (c === NL) {
      const before = text.charCodeAt(i - 1) === CR ? i - 2 : i - 1;
      if (text.charCodeAt(before) !== BACKSLASH) break;
    } else if (c === SLASH) {
      const e = skipComment(text, i);
      if (e > i) {
        comments.push({ start: i, end: e, text: text.slice(i, e) });
        i = e - 1;
      }
    } else if (c === QUOTE || (c === APOS && name !== 'error' && name !== 'warning')) i = skipString(text, i) - 1;
  }
  return { start: at, end: i, name, argStart, argEnd: i };
}

/** The text of a directive's argument or a macro body: comments out, continuations joined, white space single. */
export function cleanArgument(text: string): string {
  if (!/[\\\n/\t]| {2}/.test(text)) return text.trim();
  return text
    .replace(/\\\r?\n/g, ' ')
    .replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\*[^]*?(?:\*\/|$)|\/\/[^\n]*/g, (m) =>
      m.startsWith('/') ? ' ' : m,
    )
    .replace(/"(?:\\.|[^"\\\n])*"|\s+/g, (m) => (m.startsWith('"') ? m : ' '))
    .trim();
}
