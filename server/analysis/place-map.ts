/** What the places of a path state hold. */
import { Forked } from './forked.ts';
import type { Place } from './place.ts';
import type { Val } from './values.ts';

/** A map from places to values; forks in no time. */
export class PlaceMap {
  constructor(readonly cells = new Forked<Place, Val>()) {}

  /** The same content, to be changed on its own. */
  fork(): PlaceMap {
    return new PlaceMap(this.cells.fork());
  }

  get(place: Place): Val | undefined {
    return this.cells.get(place);
  }

  set(place: Place, val: Val): void {
    this.cells.set(place, val);
  }

  /** Forgets what was stored in parts of a place. */
  deleteParts(place: Place): void {
    if (place.hasParts) this.cells.filter((at) => !at.isPartOf(place));
  }

  /** Forgets the variables of an activation and of those that it entered. */
  deleteFrame(id: string): void {
    this.cells.filter(({ frame }) => frame === undefined || !(frame === id || frame.startsWith(`${id}:`)));
  }

  /** The nearest place that holds something and of which this one is a part. */
  wholeOf(place: Place): { readonly at: Place; readonly val: Val } | undefined {
    for (let at = place.whole; at; at = at.whole) {
      const val = this.cells.get(at);
      if (val) return { at, val };
    }
    return undefined;
  }

  /** The entries as they are now. */
  [Symbol.iterator](): IterableIterator<[Place, Val]> {
    return this.cells[Symbol.iterator]();
  }
}
