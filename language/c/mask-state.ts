/** The state of masking, and what masking leaves for the lowering. */
import { matchingParen } from './scan.ts';
import type { WordFilter } from './word-filter.ts';
import { RPAREN, COLON, SEMI, LBRACE, RBRACE, blanked, type BraceKind } from './mask-patterns.ts';

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
  /** Words that masking looks at wherever they stand. */
  readonly telling: WordFilter;
  /** Macros that stand for a storage class, qualifier or inline: name to the keyword kept. */
  readonly keywords: { get(name: string): string | undefined };
}

/** Where a walk over a text stands, and what it has overwritten so far. */
export abstract class MaskState {
  readonly notes = new Map<number, MaskNote>();
  readonly cleanups: CleanupNote[] = [];
  protected readonly out: string[] = [];
  /** Up to here `out` has the text. */
  protected last = 0;
  /** The next character. */
  protected at = 0;
  protected readonly n: number;
  protected braces = 0;
  protected parens = 0;
  /** Last significant character, and the word if it was one. */
  protected prev: number;
  protected prevWord = '';
  protected prevWordStart = 0;
  protected inCase = false;
  /** Name in front of the parenthesis last opened. */
  protected beforeParen = '';
  /** What the open braces are, and what the next one will be if it comes at once. */
  protected readonly kinds: BraceKind[] = [];
  protected coming: BraceKind = 'block';
  /** Ranges ahead that are to be blanked when reached, and a separator to be put. */
  protected readonly tailBlanks: [number, number][] = [];
  protected pendingSeparator: { readonly at: number; readonly with: string } | undefined;
  /** Where the first of them is. */
  protected due = Infinity;
  private asked = -1;
  private close = -1;

  constructor(
    protected readonly text: string,
    protected readonly macros: MaskMacros,
    follows: boolean,
  ) {
    this.n = text.length;
    this.prev = follows ? RBRACE : SEMI;
  }

  protected put(from: number, to: number, replacement: string): void {
    this.out.push(this.text.slice(this.last, from), replacement);
    this.last = to;
  }
  protected blank(from: number, to: number): void {
    this.put(from, to, blanked(this.text, from, to));
  }
  /** Overwrites a range by one identifier and remembers what it was. */
  protected asName(from: number, to: number, note: MaskNote): void {
    this.put(from, to, this.text.slice(from, to).replace(/[^A-Za-z0-9_]/g, '_'));
    this.notes.set(from, note);
    this.at = to;
    this.prev = 97;
    this.prevWord = 'x';
  }

  /** Behind the partner of a parenthesis, see matchingParen; for one name several ask, one after the other. */
  protected closeOf(open: number): number {
    if (open !== this.asked) {
      this.asked = open;
      this.close = matchingParen(this.text, open);
    }
    return this.close;
  }

  protected atStatementStart(): boolean {
    if (this.prevWord !== '') return this.prevWord === 'else' || this.prevWord === 'do';
    return (
      this.prev === SEMI || this.prev === LBRACE || this.prev === RBRACE || this.prev === RPAREN || this.prev === COLON
    );
  }
}
