/**
 * Places in memory, taken apart once. A place is a text: `f0:12/obj.field` (variable of an activation), `G/name`,
 * `7.*.field` (behind the pointer that symbol 7 is), `T/…` (no lasting place).
 */

/** What a place's text says. */
export interface Place {
  readonly text: string;
  /** Two hashes of the text. */
  readonly h1: number;
  readonly h2: number;
  /** Activation that the variable belongs to; undefined for memory that is not a local variable. */
  readonly frame: string | undefined;
  /** The variable, of a local place. */
  readonly variable: string;
  /** Last part behind a dot. */
  readonly field: string;
  /** Symbol whose object it is in; NaN if none. */
  readonly base: number;
  /** Somebody may always read it: behind a bare pointer, or in a container of pages. */
  readonly lasting: boolean;
  /** Places of which this one is a part, innermost first. */
  readonly wholes: readonly Place[];
  /** Some place is a part of this one. */
  hasParts: boolean;
}

/** All places of one walk. */
export class Places {
  private readonly known = new Map<string, Place>();

  /** The place of a text. */
  of(text: string): Place {
    const known = this.known.get(text);
    if (known) return known;
    const made = this.read(text);
    this.known.set(text, made);
    return made;
  }

  private read(text: string): Place {
    const isLocal = text.startsWith('f');
    const slash = text.indexOf('/');
    const name = isLocal ? text.slice(slash + 1) : '';
    const cut = name.search(/[.[]/);
    const dot = text.indexOf('.');
    const [h1, h2] = hashPair(text);
    const wholes: Place[] = [];
    for (let at = partStart(text, text.length); at > 0; at = partStart(text, at)) {
      const whole = this.of(text.slice(0, at));
      whole.hasParts = true;
      wholes.push(whole);
    }
    return {
      text,
      h1,
      h2,
      frame: isLocal ? text.slice(0, slash) : undefined,
      variable: cut < 0 ? name : name.slice(0, cut),
      field: text.slice(text.lastIndexOf('.') + 1),
      base: dot > 0 ? Number(text.slice(0, dot)) : NaN,
      lasting: text.includes('@') || text.endsWith('*'),
      wholes,
      hasParts: false,
    };
  }
}

/** Offset of the last dot or bracket in front of `before`. */
function partStart(text: string, before: number): number {
  return Math.max(text.lastIndexOf('.', before - 1), text.lastIndexOf('[', before - 1));
}

/** Two 32-bit hashes of a text. */
export function hashPair(text: string): [number, number] {
  let h1 = 0x2545f491;
  let h2 = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    h1 = Math.imul(h1 ^ c, 2654435761);
    h2 = Math.imul(h2 ^ c, 1597334677);
  }
  return [h1 ^ (h1 >>> 15), h2 ^ (h2 >>> 13)];
}
