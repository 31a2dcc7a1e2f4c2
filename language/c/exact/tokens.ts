/** C tokens with their places. Offsets of the n-th file of a program are shifted by n · FILE_BASE, so that one number tells file and place. */

/** Distance between the offsets of two files of one program. */
export const FILE_BASE = 0x1000000;

/** Kind of a token. `later`: text that is split when it is wanted; `item`: a declaration or definition of a function; see sketch(). */
export type TokenKind = 'id' | 'num' | 'str' | 'char' | 'op' | 'eof' | 'later' | 'item';

/** One token. `hide`: macros that must not be expanded in it any more. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** White space in front. */
  readonly space: boolean;
  /** First token of its line. */
  readonly line: boolean;
  readonly macro?: string;
  /** Of an item: the name that it declares. */
  readonly name?: string;
  readonly hide?: ReadonlySet<string>;
}

/** A comment and where it stands. */
export interface CommentToken {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Has a reader of nested code used up the stack? */
export const tooDeep = (e: unknown): boolean => e instanceof RangeError && /call stack/i.test(e.message);
/** What could not be read, and where. */
export class CSyntaxError extends Error {
  constructor(
    message: string,
    readonly start: number,
    readonly end: number,
  ) {
    super(message);
    this.name = 'CSyntaxError';
  }
}

/** Operators of more than one character, by their first; longer ones first. */
const LONG_OPS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<<=', '<<', '<=', '<:'],
  '>': ['>>=', '>>', '>='],
  '.': ['...'],
  '-': ['->', '--', '-='],
  '+': ['++', '+='],
  '=': ['=='],
  '!': ['!='],
  '&': ['&&', '&='],
  '|': ['||', '|='],
  '*': ['*='],
  '/': ['/='],
  '%': ['%='],
  '^': ['^='],
  '#': ['##'],
  ':': [':>'],
};

const SPACE = 1;
const LETTER = 2;
const DIGIT = 4;
/** Class of each ASCII character: what a token that begins with it can be. */
const CLASS = new Uint8Array(128);
for (const c of ' \t\v\f\r') CLASS[c.charCodeAt(0)] = SPACE;
for (let c = 0; c < 128; c++) {
  const text = String.fromCharCode(c);
  if (/[A-Za-z_$]/.test(text)) CLASS[c] = LETTER;
  else if (/\d/.test(text)) CLASS[c] = DIGIT;
}
const [NEWLINE, RETURN, QUOTE, APOSTROPHE, PLUS, MINUS, DOT, SLASH, STAR, BACKSLASH, OPENING, CLOSING, HASH] = [
  10, 13, 34, 39, 43, 45, 46, 47, 42, 92, 123, 125, 35,
];

/** Class of a character that is not ASCII: letters of all scripts can stand in names. */
const beyond = (c: number): number =>
  c >= 0xd800 && c < 0xe000
    ? LETTER
    : c === 0xfeff
      ? SPACE
      : /[\p{L}\p{M}\p{N}]/u.test(String.fromCharCode(c))
        ? LETTER
        : 0;
const classOf = (c: number): number => (c < 128 ? CLASS[c]! : c >= 128 ? beyond(c) : 0);
const classAt = (text: string, at: number): number => classOf(text.charCodeAt(at));

/** End of a line comment: an escaped line end goes on. */
function lineCommentEnd(text: string, at: number): number {
  for (let from = at; ;) {
    const end = text.indexOf('\n', from);
    if (end < 0) return text.length;
    const before = text.charCodeAt(end - 1) === RETURN ? end - 2 : end - 1;
    if (before < at || text.charCodeAt(before) !== BACKSLASH) return end;
    from = end + 1;
  }
}
/** End of a literal whose quote stands at `at`: behind the closing quote, or the end of its line. */
function literalEnd(text: string, at: number): number {
  const quote = text.charCodeAt(at);
  let i = at + 1;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === quote) return i + 1;
    if (c === NEWLINE) return i;
    if (c === BACKSLASH) {
      // a lone backslash at the very end belongs to nothing
      if (i + 1 >= text.length) return i;
      i++;
    }
  }
  return i;
}
function nameEnd(text: string, at: number): number {
  let i = at + 1;
  while ((classAt(text, i) & (LETTER | DIGIT)) !== 0) i++;
  return i;
}
function numberEnd(text: string, at: number): number {
  let i = at + 1;
  for (;;) {
    const c = text.charCodeAt(i);
    const sign = c === PLUS || c === MINUS;
    if (sign ? !/[eEpP]/.test(text[i - 1]!) : c !== DOT && !(c < 128 && c !== 36 && CLASS[c]! & (LETTER | DIGIT)))
      return i;
    i++;
  }
}

/** Splits a text. Comments are left out (and given to `comments`); line ends are marks on the tokens behind them. */
export function tokenize(text: string, base = 0, comments?: CommentToken[]): Token[] {
  return split(text, base, comments, undefined);
}

/**
 * Splits headers that are known to be well formed, and of which few things are wanted: what a macro means, and the body of a function, is one
 * token of kind `later`, a function at file scope one of kind `item`. (Reading them all would be most of the time that a short snippet takes.)
 */
export function sketch(text: string, base: number): Token[] {
  return split(text, base, undefined, 'items');
}
/** Splits what an item stands for: its head, and its body as one token of kind `later`. */
export function sketchItem(item: Token): Token[] {
  return split(item.text, item.start, undefined, 'bodies');
}

/** What stands in front of the parameters of a function: words of its type, then its name. */
const HEAD = /(?:\w+[\s*]+)+(?=\w+\s*\()/y;
const NAME = /\w+/y;
/** Words that stand in front of a parenthesis, or begin what is no function. */
const NO_FUNCTION =
  /^(?:typedef|struct|union|enum|const|volatile|void|char|short|int|long|float|double|signed|unsigned|_Bool|bool|__attribute__|typeof|__typeof__|return|else)$/;
/** Between the parameters and the end of the head: attributes. */
const TAIL = /[\w\s()]/;

/** The function at file scope that begins here: its name, and its end behind the semicolon or the body. */
function functionAt(text: string, at: number): { readonly name: string; readonly end: number } | undefined {
  if (text.startsWith('typedef', at)) return undefined;
  HEAD.lastIndex = at;
  if (!HEAD.test(text)) return undefined;
  NAME.lastIndex = HEAD.lastIndex;
  const name = NAME.exec(text)![0];
  if (NO_FUNCTION.test(name)) return undefined;
  let depth = 0;
  let parameters = false;
  for (let i = NAME.lastIndex; i < text.length; i++) {
    const c = text[i]!;
    if (c === '(') {
      // a parenthesis in a parenthesis at the very beginning: no parameters, but a declarator
      if (!parameters && depth === 0 && /^\(\s*[*(]/.test(text.slice(i, i + 8))) return undefined;
      depth++;
    } else if (c === ')') {
      if (--depth === 0) parameters = true;
    } else if (depth > 0) {
      // within parentheses anything but a block
      if (c === '{' || c === ';' || c === '"' || c === "'" || c === '/') return undefined;
    } else if (c === ';') return parameters ? { name, end: i + 1 } : undefined;
    else if (c === '{') return parameters ? { name, end: blockEnd(text, i) } : undefined;
    else if (!TAIL.test(c)) return undefined;
  }
  return undefined;
}

/** End of a `#define`: of its line, with those that continue it. */
function directiveEnd(text: string, at: number): number {
  for (let i = at; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === NEWLINE) {
      const before = text.charCodeAt(i - 1) === RETURN ? i - 2 : i - 1;
      if (text.charCodeAt(before) !== BACKSLASH) return i;
    } else i = skipped(text, i, c);
  }
  return text.length;
}
/** Behind the brace that closes the one at `at`. */
function blockEnd(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === OPENING) depth++;
    else if (c === CLOSING && --depth === 0) return i + 1;
    else i = skipped(text, i, c);
  }
  return text.length;
}
/** The last character of the comment or literal that begins here; else the place itself. */
function skipped(text: string, at: number, c: number): number {
  if (c === QUOTE || c === APOSTROPHE) return literalEnd(text, at) - 1;
  if (c !== SLASH) return at;
  const next = text.charCodeAt(at + 1);
  if (next === SLASH) return lineCommentEnd(text, at) - 1;
  return next === STAR ? blockCommentEnd(text, at) - 1 : at;
}
function blockCommentEnd(text: string, at: number): number {
  const close = text.indexOf('*/', at + 2);
  return close < 0 ? text.length : close + 2;
}

function split(
  text: string,
  base: number,
  comments: CommentToken[] | undefined,
  later: 'items' | 'bodies' | undefined,
): Token[] {
  const out: Token[] = [];
  let depth = 0;
  let space = false;
  let line = true;
  const n = text.length;
  let at = 0;
  /** Within the line of a directive. */
  let directive = false;
  const isBetweenItems = (): boolean => {
    const last = out.at(-1);
    if (!last || last.kind === 'item' || last.kind === 'later' || (directive && line)) return true;
    return last.kind === 'op' && (last.text === ';' || last.text === '}');
  };
  const push = (kind: TokenKind, end: number): void => {
    out.push({ kind, text: text.slice(at, end), start: base + at, end: base + end, space, line });
    space = line = false;
    at = end;
  };
  while (at < n) {
    const c = text.charCodeAt(at);
    const kind = classOf(c);
    if (kind === SPACE) {
      space = true;
      at++;
    } else if (kind === LETTER) {
      if (later === 'items' && depth === 0 && isBetweenItems()) {
        const item = functionAt(text, at);
        if (item) {
          const { name, end } = item;
          out.push({ kind: 'item', text: text.slice(at, end), start: base + at, end: base + end, space, line, name });
          space = line = directive = false;
          at = end;
          continue;
        }
      }
      if (line) directive = false;
      const end = nameEnd(text, at);
      const quote = text.charCodeAt(end);
      if ((quote === QUOTE || quote === APOSTROPHE) && end - at <= 2 && /^(?:u8|[LuU])$/.test(text.slice(at, end)))
        push(quote === QUOTE ? 'str' : 'char', literalEnd(text, end));
      else {
        push('id', end);
        const n = out.length;
        // behind the name of a macro
        if (later && n > 2 && out[n - 2]!.text === 'define' && out[n - 3]!.text === '#') {
          space = classAt(text, at) === SPACE;
          push('later', directiveEnd(text, at));
        }
      }
    } else if (c === NEWLINE) {
      space = line = true;
      at++;
    } else if (kind === DIGIT || (c === DOT && classAt(text, at + 1) === DIGIT)) {
      push('num', numberEnd(text, at + (c === DOT ? 1 : 0)));
    } else if (c === QUOTE || c === APOSTROPHE) {
      push(c === QUOTE ? 'str' : 'char', literalEnd(text, at));
    } else if (c === SLASH && (text.charCodeAt(at + 1) === SLASH || text.charCodeAt(at + 1) === STAR)) {
      const end = text.charCodeAt(at + 1) === SLASH ? lineCommentEnd(text, at) : blockCommentEnd(text, at);
      comments?.push({ text: text.slice(at, end), start: base + at, end: base + end });
      space = true;
      at = end;
    } else if (c === BACKSLASH && /^\r?\n/.test(text.slice(at + 1, at + 3))) {
      space = true;
      at += text.charCodeAt(at + 1) === RETURN ? 3 : 2;
    } else if (later && depth === 0 && c === OPENING && out.at(-1)?.text === ')') {
      push('later', blockEnd(text, at));
    } else {
      if (c === OPENING) depth++;
      else if (c === CLOSING) depth--;
      if (line) directive = c === HASH;
      const long = LONG_OPS[text[at]!]?.find((op) => text.startsWith(op, at));
      push('op', at + (long?.length ?? 1));
    }
  }
  return out;
}
