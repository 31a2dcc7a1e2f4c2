/**
 * Functions that headers define. A file uses few of those that its headers have: a piece of a header is read for functions when somebody
 * asks for a name that the function in it may have, or for what its words tell.
 */
import { nameAfterMacros, type FileContext } from './function-item.ts';
import type { HeaderPiece } from './header-piece.ts';
import { piecesWithFunctions, type TextPiece } from './header-text.ts';
import type { ReadHeader } from './headers.ts';
import { wordsOfBody } from './macro-words.ts';
import type { HeaderFunction, HeaderFunctions } from './unit.ts';

/** A piece of a header in which there may be functions. */
interface Holder {
  readonly header: ReadHeader;
  readonly piece: TextPiece;
  /** That they may have. */
  readonly names: readonly string[];
}

/** Functions of the headers as one file includes them. */
export class LazyHeaderFunctions implements HeaderFunctions {
  #holders: readonly Holder[] | undefined;
  #names: ReadonlySet<string> | undefined;

  constructor(
    private readonly headers: readonly ReadHeader[],
    /** In force in the file that includes them. */
    private readonly macros: FileContext['macros'],
    private readonly read: (header: ReadHeader, piece: TextPiece) => HeaderPiece,
  ) {}

  get names(): ReadonlySet<string> {
    return (this.#names ??= new Set(this.holders.flatMap(({ names }) => names)));
  }

  named(names: Pick<ReadonlySet<string>, 'has'>): HeaderFunction[] {
    return this.holders.flatMap((one) =>
      one.names.some((name) => names.has(name)) ? this.functionsOf(one).filter((f) => names.has(f.name)) : [],
    );
  }

  holding(test: (word: string) => boolean): HeaderFunction[] {
    return this.holders.flatMap((one) =>
      this.mayHold(one.piece, test) ? this.functionsOf(one).filter((f) => some(f.words, test)) : [],
    );
  }

  /** A piece holds a function, and nothing else. */
  isOne({ isFunction, names }: TextPiece): boolean {
    // what a macro stands for there, only the masked text tells
    return isFunction && !names?.some((name) => this.macros.has(name) && this.nameOf(name) === name);
  }

  private get holders(): readonly Holder[] {
    return (this.#holders ??= this.headers.flatMap((header) =>
      piecesWithFunctions(header.pre).flatMap((piece) => {
        const names = this.namesIn(header, piece);
        return names.length === 0 ? [] : [{ header, piece, names }];
      }),
    ));
  }

  private namesIn(header: ReadHeader, piece: TextPiece): readonly string[] {
    const { isFunction, names } = piece;
    return names && (!isFunction || this.isOne(piece))
      ? names.map((name) => this.nameOf(name))
      : this.read(header, piece).functions.map((f) => f.name);
  }

  private nameOf(name: string): string {
    return nameAfterMacros(this.macros, name);
  }

  private functionsOf({ header, piece }: Holder): readonly HeaderFunction[] {
    return this.read(header, piece).functions;
  }

  /** Some word of the piece, or of the macros among its words, passes. */
  private mayHold({ words }: TextPiece, test: (word: string) => boolean): boolean {
    const inner = new Set<string>();
    const passes = (word: string): boolean => {
      if (test(word)) return true;
      for (let def = this.macros.get(word); def; def = def.previous)
        for (const one of wordsOfBody(def.body)) inner.add(one);
      return false;
    };
    return some(words, passes) || some(inner, passes);
  }
}

function some(words: Iterable<string>, test: (word: string) => boolean): boolean {
  for (const word of words) if (test(word)) return true;
  return false;
}
