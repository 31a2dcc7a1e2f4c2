/** What the places of a path state hold. */
import { Forked } from './forked.ts';
import { fold, mix1, mix2 } from './hash.ts';
import type { Place } from './place.ts';
import type { Val } from './values.ts';

/** A place with what it holds. */
export interface Cell {
  readonly place: Place;
  readonly val: Val;
  /** The symbols of the value; 0: none. */
  readonly s: number;
  readonly x: number;
  /** Of place and value. */
  readonly h1: number;
  readonly h2: number;
}

/** A map from places to values; forks in no time. */
export class PlaceMap {
  constructor(readonly cells = new Forked<Place, Cell>()) {}

  /** The same content, to be changed on its own. */
  fork(): PlaceMap {
    return new PlaceMap(this.cells.fork());
  }

  get(place: Place): Val | undefined {
    return this.cells.get(place)?.val;
  }

  set(place: Place, val: Val): void {
    const x = val.x ?? 0;
    const h1 = mix1(mix1(mix1(place.id, val.s), fold(val.o)), x);
    const h2 = mix2(mix2(mix2(place.id, val.s), fold(val.o)), x);
    this.cells.set(place, { place, val, s: val.s, x, h1, h2 });
  }

  /** Forgets what was stored in parts of a place. */
  deleteParts(place: Place): void {
    if (place.hasParts) this.cells.filter((at) => !at.isPartOf(place));
  }

  /** Forgets the variables of an activation and of those that it entered. */
  deleteFrame(id: string): void {
    const inner = `${id}:`;
    this.cells.filter(({ frame }) => frame === undefined || (frame !== id && !frame.startsWith(inner)));
  }

  /** The nearest place that holds something and of which this one is a part. */
  wholeOf(place: Place): { readonly at: Place; readonly val: Val } | undefined {
    for (let at = place.whole; at; at = at.whole) {
      const val = this.get(at);
      if (val) return { at, val };
    }
    return undefined;
  }

  /** What is there now: what is written later does not change the list. */
  entries(): readonly Cell[] {
    return this.cells.values();
  }
}
