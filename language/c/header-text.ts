/**
 * A header's text in pieces: its definitions and declarations at file scope, as far as braces, parentheses and semicolons tell them apart.
 * Each is parsed alone, when somebody asks for a name that it may declare.
 */
import type { Span } from './ast.ts';
import { hashText } from './hash.ts';
import { ANNOTATIONS, ATTRIBUTE_CALLS } from './masknames.ts';
import type { Preprocessed } from './preprocessor.ts';
import { skipString } from './scan.ts';

/** A definition or declaration; or several, where the text does not tell them apart. */
export class TextPiece implements Span {
  /** It may hold records, enums or bodies. */
  readonly hasBraces: boolean;
  #words: ReadonlySet<string> | undefined;
  #inUnions: ReadonlySet<string> | undefined;
  #hash: string | undefined;

  constructor(
    /** What the preprocessor left of it. */
    readonly raw: string,
    readonly start: number,
    /** It has the form of a function, and nothing else stands in it, unless a macro makes something else of it. */
    readonly isFunction: boolean,
    /** Words that may be names of functions which it defines; undefined: only its tree tells. */
    readonly names: readonly string[] | undefined,
  ) {
    this.hasBraces = raw.includes('{');
  }

  get end(): number {
    return this.start + this.raw.length;
  }

  get words(): ReadonlySet<string> {
    return (this.#words ??= new Set(this.raw.match(WORD)));
  }

  /** Those that stand between the braces of unions. */
  get wordsInUnions(): ReadonlySet<string> {
    return (this.#inUnions ??= wordsInUnions(this.raw));
  }

  get hash(): string {
    return (this.#hash ??= hashText(this.raw));
  }
}

const WORD = /[A-Za-z_]\w*/g;

/** What a header's text tells, worked out once. */
function once<T extends object>(read: (pre: Preprocessed) => T): (pre: Preprocessed) => T {
  const known = new WeakMap<Preprocessed, T>();
  return (pre) => {
    let made = known.get(pre);
    if (!made) known.set(pre, (made = read(pre)));
    return made;
  };
}

/** The pieces of a header, in its order. */
export const piecesOf = once(
  ({ raw }): readonly TextPiece[] => split(raw) ?? [new TextPiece(raw, 0, false, undefined)],
);

/** Those in which there are unions. */
export const piecesWithUnions = once((pre): readonly TextPiece[] =>
  pre.raw.includes('union') ? piecesOf(pre).filter((piece) => piece.wordsInUnions.size > 0) : [],
);

/** Those in which there may be functions. */
export const piecesWithFunctions = once((pre): readonly TextPiece[] =>
  mayHoldFunctions(pre.raw) ? piecesOf(pre).filter(({ names }) => names?.length !== 0) : [],
);

const [QUOTE, APOS, LPAREN, RPAREN, SEMI, LBRACE, RBRACE] = [34, 39, 40, 41, 59, 123, 125];

/** Undefined: the text alone does not tell what stands at file scope. */
function split(raw: string): TextPiece[] | undefined {
  const out: TextPiece[] = [];
  let braces = 0;
  let parens = 0;
  let start = 0;
  let isFunction = false;
  let names: string[] | undefined = [];
  const add = (end: number): void => {
    const piece = raw.slice(start, end);
    if (/[^\s;]/.test(piece)) out.push(new TextPiece(piece, start, isFunction, names));
    start = end;
    isFunction = false;
    names = [];
  };
  for (let i = 0; i < raw.length; i++) {
    switch (raw.charCodeAt(i)) {
      case SEMI:
        if (braces === 0 && parens === 0) add(i + 1);
        break;
      case LPAREN:
        if (braces === 0) parens++;
        break;
      case RPAREN:
        if (braces === 0 && --parens < 0) return undefined;
        break;
      case LBRACE:
        if (braces++ > 0) {
          // perhaps a function inside of something else
          if (!isFunction && raw.charCodeAt(endOfCode(raw, i) - 1) === RPAREN) names = undefined;
        } else if (parens > 0) return undefined;
        else if (mayOpenFunction(raw, start, i)) {
          const found = namesInHead(raw.slice(start, i));
          if (!found) return undefined;
          isFunction = true;
          names?.push(...found);
        }
        break;
      case RBRACE:
        if (--braces < 0) return undefined;
        if (braces === 0 && isFunction) add(i + 1);
        break;
      case QUOTE:
      case APOS:
        i = skipString(raw, i) - 1;
        break;
      default:
    }
  }
  if (braces > 0 || parens > 0) return undefined;
  add(raw.length);
  return out;
}

/** Words with parameters behind them. */
const NAME = /[A-Za-z_]\w*(?=\s*(?:\(|\)\s*\())/g;

/** Which words of the text in front of a body may be the function's name; undefined: it is not clear that they are. */
function namesInHead(head: string): readonly string[] | undefined {
  // extern "C" and the like has functions inside of it; K&R parameters stand in declarations
  if (head.includes('"') || !head.trimEnd().endsWith(')')) return undefined;
  const names = head.match(NAME)?.filter((name) => !ANNOTATIONS.has(name) && !ATTRIBUTE_CALLS.has(name));
  return names?.length ? names : undefined;
}

/** May functions be defined in a header? Most have only records, enums and initial values. */
function mayHoldFunctions(raw: string): boolean {
  for (let at = raw.indexOf('{'); at >= 0; at = raw.indexOf('{', at + 1)) if (mayOpenFunction(raw, 0, at)) return true;
  return false;
}

/** May the brace at an offset open the body of a function whose head begins behind `from`? */
function mayOpenFunction(raw: string, from: number, at: number): boolean {
  const end = endOfCode(raw, at);
  if (end <= from) return true;
  if ('=,{('.includes(raw.charAt(end - 1))) return false;
  if (/\b(?:struct|union|enum)(?:\s+\w+)?$/.test(raw.slice(Math.max(from, end - 100), end))) return false;
  return raw.charCodeAt(end - 1) === QUOTE || raw.slice(from, end).includes('(');
}

/** Behind the last character in front of an offset that is not blank. */
function endOfCode(raw: string, at: number): number {
  let end = at;
  while (end > 0 && isBlank(raw.charCodeAt(end - 1))) end--;
  return end;
}

const isBlank = (c: number): boolean => c === 32 || (c >= 9 && c <= 13);

function wordsInUnions(raw: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const { index } of raw.matchAll(/\bunion\b[^;{]*\{/g)) {
    let depth = 0;
    let at = raw.indexOf('{', index);
    for (; at < raw.length; at++) {
      const c = raw.charCodeAt(at);
      if (c === LBRACE) depth++;
      else if (c === RBRACE && --depth === 0) break;
    }
    for (const word of raw.slice(index, at).match(WORD) ?? []) words.add(word);
  }
  return words;
}
