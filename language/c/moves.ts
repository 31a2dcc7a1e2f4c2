/**
 * Functions are kept from one parse of a file to the next, with all that was made of them: an edit leaves most of them
 * as they were, only further down or up. Then their objects stay, and every position in them is moved.
 */

import type { Span } from './ast.ts';
import { changeBetween, shiftOf } from './edit.ts';

/** Objects whose positions are to be moved. */
export type Positions = Set<Positioned>;

interface Positioned {
  start: number;
  end: number;
  argsStart?: number;
  argsEnd?: number;
}

/** Everything in `root` that has positions, added to `into`: plain objects, arrays and maps are looked through. */
export function collectPositions(root: unknown, into: Positions): void {
  const seen = new Set<object>();
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const at = stack.pop();
    if (typeof at !== 'object' || at === null || seen.has(at)) continue;
    seen.add(at);
    if (Array.isArray(at)) {
      for (const x of at) if (typeof x === 'object') stack.push(x);
      continue;
    }
    if (at instanceof Map) {
      stack.push(...at.values());
      continue;
    }
    if (Object.getPrototypeOf(at) !== Object.prototype) continue;
    if (isPositioned(at)) into.add(at);
    for (const key in at) {
      const value = (at as Record<string, unknown>)[key];
      if (typeof value === 'object') stack.push(value);
    }
  }
}

function isPositioned(at: object): at is Positioned {
  return typeof (at as Partial<Positioned>).start === 'number' && typeof (at as Partial<Positioned>).end === 'number';
}

/** Moves positions. */
export function movePositions(all: Positions, by: number): void {
  for (const at of all) {
    at.start += by;
    at.end += by;
    if (at.argsStart !== undefined && at.argsEnd !== undefined) {
      at.argsStart += by;
      at.argsEnd += by;
    }
  }
}

/**
 * Where what stood in an earlier form of a function stands in a later one; null: its text is gone. Between the two, one place
 * was edited: what is before that stayed, and what is behind it was shifted.
 */
export function laterPosition(earlier: Edited, later: Edited): (at: Span) => Span | null {
  const change = changeBetween(earlier.source, later.source);
  const { start: head, oldEnd: behind } = change;
  const by = shiftOf(change);
  return (at) => {
    const from = at.start - earlier.start;
    const to = at.end - earlier.start;
    const start = from < head ? from : from >= behind ? from + by : null;
    const end = to <= head ? to : to >= behind ? to + by : null;
    return start === null || end === null ? null : { start: later.start + start, end: later.start + end };
  };
}

interface Edited {
  readonly start: number;
  readonly source: string;
}

/** A function that can be found again in the next parse. */
interface Movable {
  readonly key: string;
  readonly start: number;
}

interface Kept<F> {
  readonly fn: F;
  /** Number of the text that it was last seen in. */
  seen: number;
}

/** A function that no parse of so many texts has seen is forgotten. */
const FORGET_AFTER = 8;

/**
 * The functions of the last parses of one file. What was made of an earlier text (units, analyses, findings that were not
 * copied) holds positions of the newest text from then on: nobody may use it any more.
 */
export class KeptFunctions<F extends Movable> {
  private readonly known = new Map<string, Kept<F>[]>();
  /** By place: those of the first text. Their keys are worked out when there may be another function with one of them. */
  private readonly first = new Map<number, F>();
  private text: string | undefined;
  private number = 0;
  private words = new Map<string, readonly string[]>();
  private oldWords = new Map<string, readonly string[]>();
  private texts = new Map<string, string>();
  private oldTexts = new Map<string, string>();

  /** To be called before each parse. */
  begin(text: string): void {
    if (text === this.text) return;
    this.settle();
    this.text = text;
    this.number++;
    this.oldWords = this.words;
    this.words = new Map();
    this.oldTexts = this.texts;
    this.texts = new Map();
    if (this.number % FORGET_AFTER !== 0) return;
    for (const [key, list] of this.known) {
      const kept = list.filter((k) => k.seen > this.number - FORGET_AFTER);
      if (kept.length === 0) this.known.delete(key);
      else if (kept.length < list.length) this.known.set(key, kept);
    }
  }

  /** The different names in a piece of text. */
  wordsOf(text: string): readonly string[] {
    let words = this.words.get(text);
    if (!words) {
      words = this.oldWords.get(text) ?? [...new Set(text.match(/[A-Za-z_]\w*/g))];
      this.words.set(text, words);
    }
    return words;
  }

  /** What was made of a text, in this parse or the last one. */
  madeOf(text: string, make: () => string): string {
    let made = this.texts.get(text);
    if (made === undefined) this.texts.set(text, (made = this.oldTexts.get(text) ?? make()));
    return made;
  }

  /** The function with that content, to be moved to `start`: one that stands there, or that this text has not placed yet. */
  find(key: () => string, start: number): F | undefined {
    if (this.known.size === 0 && !this.first.has(start)) return undefined;
    this.settle();
    const list = this.known.get(key());
    const found = list?.find((k) => k.fn.start === start) ?? list?.find((k) => k.seen !== this.number);
    if (found) found.seen = this.number;
    return found?.fn;
  }

  add(fn: F): void {
    if (this.known.size === 0 && !this.first.has(fn.start)) this.first.set(fn.start, fn);
    else this.addByKey(fn);
  }

  private addByKey(fn: F): void {
    const list = this.known.get(fn.key);
    const kept = { fn, seen: this.number };
    if (list) list.push(kept);
    else this.known.set(fn.key, [kept]);
  }

  private settle(): void {
    for (const fn of this.first.values()) this.addByKey(fn);
    this.first.clear();
  }
}
