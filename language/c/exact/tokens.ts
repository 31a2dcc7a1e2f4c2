/** C tokens with their places. Offsets of the n-th file of a program are shifted by n · FILE_BASE, so that one number tells file and place. */

/** Distance between the offsets of two files of one program. */
export const FILE_BASE = 0x1000000;

/** Kind of a token. */
export type TokenKind = 'id' | 'num' | 'str' | 'char' | 'op' | 'eof';

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
  readonly hide?: ReadonlySet<string>;
}

/** A comment and where it stands. */
export interface CommentToken {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

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

const OPS = [
  '<<=',
  '>>=',
  '...',
  '->',
  '++',
  '--',
  '<<',
  '>>',
  '<=',
  '>=',
  '==',
  '!=',
  '&&',
  '||',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '|=',
  '^=',
  '##',
  '<:',
  ':>',
];
const TOKEN =
  /([ \t\v\f\r]+)|(\\\r?\n)|(\r?\n)|(\/\/(?:\\\r?\n|[^\n])*)|(\/\*[^]*?(?:\*\/|$))|([A-Za-z_$][\w$]*)|(\.?\d(?:[eEpP][+-]|[\w.])*)|((?:u8|[LuU])?"(?:\\[^]|[^"\\\n])*"?)|((?:u8|[LuU])?'(?:\\[^]|[^'\\\n])*'?)|([^])/y;

/** Splits a text. Comments are left out (and given to `comments`); line ends are marks on the tokens behind them. */
export function tokenize(text: string, base = 0, comments?: CommentToken[]): Token[] {
  const out: Token[] = [];
  let space = false;
  let line = true;
  TOKEN.lastIndex = 0;
  const n = text.length;
  while (TOKEN.lastIndex < n) {
    const at = TOKEN.lastIndex;
    // string and character literals with a prefix come before names
    const quote = /^(?:u8|[LuU])?["']/.exec(text.slice(at, at + 3));
    if (quote) {
      const q = quote[0].endsWith('"')
        ? /(?:u8|[LuU])?"(?:\\[^]|[^"\\\n])*"?/y
        : /(?:u8|[LuU])?'(?:\\[^]|[^'\\\n])*'?/y;
      q.lastIndex = at;
      const hit = q.exec(text)!;
      TOKEN.lastIndex = q.lastIndex;
      const kind = quote[0].endsWith('"') ? 'str' : 'char';
      out.push({ kind, text: hit[0], start: base + at, end: base + q.lastIndex, space, line });
      space = line = false;
      continue;
    }
    const m = TOKEN.exec(text);
    if (!m) break;
    if (m[1] !== undefined || m[2] !== undefined) space = true;
    else if (m[3] !== undefined) space = line = true;
    else if (m[4] !== undefined || m[5] !== undefined) {
      comments?.push({ text: m[0], start: base + at, end: base + TOKEN.lastIndex });
      space = true;
    } else {
      let t = m[0];
      let kind: TokenKind = 'op';
      if (m[6] !== undefined) kind = 'id';
      else if (m[7] !== undefined) kind = 'num';
      else {
        const op = OPS.find((o) => text.startsWith(o, at));
        if (op) {
          t = op;
          TOKEN.lastIndex = at + op.length;
        }
      }
      out.push({ kind, text: t, start: base + at, end: base + TOKEN.lastIndex, space, line });
      space = line = false;
    }
  }
  return out;
}
