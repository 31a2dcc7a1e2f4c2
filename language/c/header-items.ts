/**
 * What stands in headers: types, variables and functions. A piece of a header (header-text.ts) is parsed when somebody asks for a name that
 * it may declare, and shared between the files that include the same text with the same meaning.
 */
import { countBefore, nextWord } from '../search.ts';
import type { FileContext } from './function-item.ts';
import { LazyHeaderFunctions } from './header-functions.ts';
import { meaningOf, type Meaning } from './header-meaning.ts';
import { HeaderPiece } from './header-piece.ts';
import { piecesOf, piecesWithUnions, type TextPiece } from './header-text.ts';
import type { Preprocessed } from './preprocessor.ts';
import { wordsOfHeader, type HeaderState, type ReadHeader } from './headers.ts';
import type { Declarations } from './items.ts';
import { StandIns } from './stand-ins.ts';

/** By path, place, text and meaning; the ones used last are at the end. */
const items = new Map<string, HeaderPiece>();
/** Characters of headers that are kept in parsed form. */
const MAX_CHARACTERS = 4 * 1024 * 1024;
let characters = 0;

/** Nothing is kept of what was read in headers. */
export function forgetHeaderItems(): void {
  items.clear();
  characters = 0;
}

/** A header in which something is declared. */
interface Declaring {
  readonly header: ReadHeader;
  readonly words: ReadonlySet<string>;
  /** Macros may stand in it for fields that the text does not show. */
  readonly mayHide: boolean;
}

/** The headers as one file includes them. */
export class Headers {
  /** Functions with a body. */
  readonly functions: LazyHeaderFunctions;
  private readonly read = new Map<TextPiece, HeaderPiece>();
  private readonly named = new Map<string, readonly Declarations[]>();
  private readonly standIns: StandIns;
  private readonly own: ReadonlySet<string>;
  private found: readonly Declaring[] | undefined;

  constructor(
    private readonly state: HeaderState,
    /** Of the file that includes them. */
    private readonly file: FileContext,
    /** Names of macros that the file itself defines or undefines. */
    own: readonly string[],
  ) {
    this.own = new Set(own);
    this.standIns = new StandIns(state.macros, file.macros, own);
    this.functions = new LazyHeaderFunctions(state.headers, file.macros, (header, piece) => this.piece(header, piece));
  }

  /** What those pieces declare that may declare a name as such, in the order of the text. */
  declaring(as: DeclaredAs, name: string): readonly Declarations[] {
    const key = `${as} ${name}`;
    let known = this.named.get(key);
    if (!known) {
      const names = [name, ...this.standIns.of(name)];
      this.named.set(key, (known = this.withCode.flatMap((one) => this.declaringIn(one, as, names))));
    }
    return known;
  }

  private get withCode(): readonly Declaring[] {
    return (this.found ??= this.state.headers.flatMap((header) => {
      if (!header.hasCode) return [];
      const words = wordsOfHeader(header);
      return [{ header, words, mayHide: this.standIns.mayHide(words) }];
    }));
  }

  private declaringIn({ header, words, mayHide }: Declaring, as: DeclaredAs, names: readonly string[]): Declarations[] {
    const written = names.filter((name) => words.has(name));
    if (written.length === 0 && !mayHide) return [];
    const hiding = mayHide ? piecesOf(header.pre).filter((piece) => this.standIns.mayHide(piece.words)) : [];
    const asked = new Set(hiding);
    const { among, follows } = DECLARED[as];
    for (const name of written)
      for (const piece of among(header.pre, name)) if (!this.functions.isOne(piece)) asked.add(piece);
    return [...asked]
      .sort((a, b) => a.start - b.start)
      .flatMap((piece) => {
        const read = this.piece(header, piece);
        const isSo = hiding.includes(piece) || written.some((name) => placesOf(read.text, name, follows).length > 0);
        // where the code is not understood, nobody knows what follows
        return isSo || read.isHurt ? [read.declared] : [];
      });
  }

  private piece(header: ReadHeader, text: TextPiece): HeaderPiece {
    let piece = this.read.get(text);
    if (!piece) this.read.set(text, (piece = this.sharedPiece(header, text)));
    return piece;
  }

  private sharedPiece(header: ReadHeader, text: TextPiece): HeaderPiece {
    const name = `${header.path}:${text.start}|${text.hash}|${this.keyOf(header, text)}`;
    let piece = items.get(name);
    if (piece) items.delete(name);
    else {
      piece = new HeaderPiece(header, text, this.file);
      characters += text.raw.length;
    }
    items.set(name, piece);
    for (const [old, { length }] of items) {
      if (characters <= MAX_CHARACTERS || old === name) break;
      items.delete(old);
      characters -= length;
    }
    return piece;
  }

  /** Tells apart what the piece's words can stand for. */
  private keyOf(header: ReadHeader, piece: TextPiece): string {
    const place = { path: header.path, start: piece.start };
    let known = inCommon.get(header);
    if (!known) inCommon.set(header, (known = new Map()));
    let common = known.get(piece);
    if (!common) known.set(piece, (common = meaningOf(piece.words, this.state.macros, place)));
    return this.isAsInCommon(piece, common) ? common.key : meaningOf(piece.words, this.file.macros, place).key;
  }

  /** The macros of the file itself have no say in what a piece means. */
  private isAsInCommon(piece: TextPiece, { words, pasted }: Meaning): boolean {
    const { own } = this;
    if (own.size === 0) return true;
    if (pasted.length > 0) for (const name of own) if (pasted.some((part) => part.fits(name))) return false;
    for (const word of piece.words) if (own.has(word)) return false;
    for (const word of words) if (own.has(word)) return false;
    return true;
  }
}

/** With the macros of the headers alone, which is all that most pieces mean. */
const inCommon = new WeakMap<ReadHeader, Map<TextPiece, Meaning>>();

type DeclaredAs = 'record' | 'constant' | 'type' | 'prototype' | 'field' | 'member';

interface Form {
  /** Pieces of a header that may declare a name. */
  readonly among: (pre: Preprocessed, name: string) => readonly TextPiece[];
  /** What follows the name where it is declared, in masked text. */
  readonly follows: RegExp;
}

const inBraces = (pre: Preprocessed, name: string): TextPiece[] =>
  piecesWith(pre, name).filter((piece) => piece.hasBraces);

/** How names are declared, by what they are declared as. */
const DECLARED: { readonly [as in DeclaredAs]: Form } = {
  record: {
    among: (pre, name) => piecesWith(pre, name, /\s*[\w{(]/y).filter((piece) => piece.hasBraces),
    follows: /\s*\{/y,
  },
  constant: { among: inBraces, follows: /\s*[,}=]/y },
  type: {
    among: (pre, name) =>
      piecesWith(pre, name, /\s*(?:[;,()[]|__|[A-Z])/y).filter((piece) => piece.words.has('typedef')),
    follows: /\s*[;,()[]/y,
  },
  prototype: { among: (pre, name) => piecesWith(pre, name), follows: /\s*[()]/y },
  field: { among: inBraces, follows: /\s*[;,:()[]/y },
  // of a union
  member: {
    among: (pre, name) => piecesWithUnions(pre).filter((piece) => piece.wordsInUnions.has(name)),
    follows: /\s*[;,:()[]/y,
  },
};

/** Pieces in which a word stands, with such a thing behind it. */
function piecesWith(pre: Preprocessed, word: string, followed?: RegExp): TextPiece[] {
  const pieces = piecesOf(pre);
  return placesOf(pre.raw, word, followed).flatMap(
    (at) => pieces[countBefore(pieces.length, (i) => pieces[i]!.end <= at)] ?? [],
  );
}

/** Where a word stands in a text with such a thing behind it. */
function placesOf(text: string, word: string, followed: RegExp | undefined): number[] {
  const out: number[] = [];
  for (let at = nextWord(text, word); at >= 0; at = nextWord(text, word, at + 1)) {
    if (followed) followed.lastIndex = at + word.length;
    if (!followed || followed.test(text)) out.push(at);
  }
  return out;
}
