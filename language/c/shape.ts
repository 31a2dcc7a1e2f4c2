/** Lexical shape of the text around and inside a preprocessor branch (comments and directives already blank). */
import { skipString } from './scan.ts';

/** What a branch looks like from outside. */
export interface BranchShape {
  readonly empty: boolean;
  /** Braces, parentheses and brackets are closed, and none is closed that was not opened. */
  readonly balanced: boolean;
  /** Last significant character. */
  readonly last: string;
  /** The first token can begin a statement or declaration. */
  readonly startsStatement: boolean;
  /** The first token can begin an item of a list. */
  readonly startsItem: boolean;
}

/** Shape of `raw` from `start` to `end`. */
export function branchShape(raw: string, start: number, end: number): BranchShape {
  let first = -1;
  let last = '';
  let balanced = true;
  const stack: string[] = [];
  for (let i = start; i < end; i++) {
    if (raw.charCodeAt(i) <= 32) continue;
    const c = raw[i]!;
    if (first < 0) first = i;
    last = c;
    if (c === '"' || c === "'") {
      i = skipString(raw, i) - 1;
      continue;
    }
    if (c === '(' || c === '{' || c === '[') stack.push(c);
    else if (c === ')' || c === '}' || c === ']') {
      const open = stack.pop();
      if (open === undefined || (c === ')' ? open !== '(' : c === '}' ? open !== '{' : open !== '[')) balanced = false;
    }
  }
  if (first < 0) return { empty: true, balanced: true, last: '', startsStatement: true, startsItem: true };
  const head = /^[A-Za-z_]\w*|^../.exec(raw.slice(first, first + 40))?.[0] ?? raw[first]!;
  const startsStatement = /^(?:[A-Za-z_{(;*&!~"]|\+\+|--)/.test(head) && head !== 'else' && head !== '&&';
  return {
    empty: false,
    balanced: balanced && stack.length === 0,
    last,
    startsStatement,
    startsItem: /^[A-Za-z_{("'.[&\d-]/.test(head) && head !== 'else' && head !== '&&' && head !== '->',
  };
}

/**
 * The last significant character in front of a place; empty at the beginning of the file; a letter of a word counts as `a`. Made for
 * questions in the order of the text, as Openers: of branches that are not taken nothing is left but blanks, over many lines.
 */
export class Before {
  private last = -1;
  private upTo = 0;

  constructor(private readonly raw: string) {}

  at(position: number): string {
    const { raw } = this;
    if (position < this.upTo) {
      this.last = -1;
      this.upTo = 0;
    }
    for (let i = position - 1; i >= this.upTo; i--) {
      const c = raw.charCodeAt(i);
      if (c <= 32 || c === 0xfeff) continue;
      this.last = i;
      break;
    }
    this.upTo = position;
    if (this.last < 0) return '';
    const c = raw[this.last]!;
    return /\w/.test(c) ? 'a' : c;
  }
}

/**
 * Which bracket is open at a place: `{`, `(`, `[`, or nothing. In the kernel's style a brace in column 0 ends a definition: nothing is
 * open behind it. Made for questions in the order of the text: each goes on where the last one stopped.
 */
export class Openers {
  private stack: string[] = [];
  private upTo = 0;

  constructor(private readonly raw: string) {}

  at(position: number): string {
    const { raw } = this;
    if (position < this.upTo) {
      this.stack = [];
      this.upTo = 0;
    }
    let i = this.upTo;
    const ended = raw.lastIndexOf('\n}', position - 2);
    if (ended >= i && ended + 2 <= position) {
      this.stack.length = 0;
      i = ended + 2;
    }
    for (; i < position; i++) {
      const c = raw.charCodeAt(i);
      if (c === 40 || c === 123 || c === 91) this.stack.push(raw[i]!);
      else if (c === 125 && (i === 0 || raw.charCodeAt(i - 1) === 10)) this.stack.length = 0;
      else if (c === 41 || c === 125 || c === 93) this.stack.pop();
      else if (c === 34 || c === 39) i = endOfQuotes(raw, i);
    }
    this.upTo = i;
    return this.stack[this.stack.length - 1] ?? '';
  }
}

/** The closing quote of a string or character that opens at `open`; `open` itself where its line ends first. */
function endOfQuotes(raw: string, open: number): number {
  const quote = raw.charCodeAt(open);
  for (let i = open + 1; i < raw.length; i++) {
    const c = raw.charCodeAt(i);
    if (c === 92) i++;
    else if (c === quote) return i;
    else if (c === 10) break;
  }
  return open;
}
