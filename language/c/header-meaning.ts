/**
 * What a text of a header means: the same where the macros that its words stand for are the same, those among their words, and so on.
 */
import { hashText } from './hash.ts';
import { wordsOfBody } from './macro-words.ts';
import type { MacroDef } from './unit.ts';

/** What a text's words stand for. */
export interface Meaning {
  /** Hash of the definitions. */
  readonly key: string;
  /** Words of the macros among the text's, and of those among them; without the text's own. */
  readonly words: ReadonlySet<string>;
  /** Names that are put together of pieces. */
  readonly pasted: readonly Pasted[];
}

/** A name that `##` makes: it begins, or ends, with what is written beside it. */
interface Pasted {
  fits(name: string): boolean;
}

/** Where a text stands. */
interface Place {
  readonly path: string;
  readonly start: number;
}

/** The meaning of a text with those words. */
export function meaningOf(own: ReadonlySet<string>, macros: ReadonlyMap<string, MacroDef>, place: Place): Meaning {
  const words = new Set<string>();
  const pasted: Pasted[] = [];
  const parts: string[] = [];
  const look = (word: string): void => {
    const def = macros.get(word);
    if (!def) return;
    parts.push(define(def, place));
    for (const inner of wordsOfBody(def.body)) add(inner);
    if (def.body.includes('##')) pasted.push(...pastedIn(def));
  };
  const add = (word: string): void => {
    if (own.has(word) || words.has(word)) return;
    words.add(word);
    look(word);
  };
  for (const word of own) look(word);
  for (let done = 0; done < pasted.length;) {
    const fresh = pasted.slice(done);
    done = pasted.length;
    for (const name of macros.keys()) if (fresh.some((part) => part.fits(name))) add(name);
  }
  return { key: hashText(parts.sort().join('\n')), words, pasted };
}

function pastedIn({ body, params }: MacroDef): Pasted[] {
  const out: Pasted[] = [];
  const isParameter = (word: string): boolean => word === '__VA_ARGS__' || (params?.includes(word) ?? false);
  for (const [, left, right] of body.matchAll(/(\w*)\s*##\s*(?=(\w*))/g)) {
    if (left && !isParameter(left)) out.push({ fits: (name) => name.startsWith(left) });
    else if (right && !isParameter(right)) out.push({ fits: (name) => name.endsWith(right) });
  }
  return out;
}

/** A definition with its history: where the same file defined or undefined it before or later, and on which side of the text. */
function define({ name, params, body, path, start, ended, previous }: MacroDef, place: Place): string {
  const since = ended === undefined && !previous ? '' : ` ${path}:${start}-${ended ?? ''}`;
  const side = path === place.path && start > place.start ? ' below' : '';
  return `${name}${params ? `(${params.join()})` : ''}${body}${since}${side}${previous ? define(previous, place) : ''}`;
}
