/** What the places of a path state hold. */
import { Forked } from './forked.ts';
import type { Place, Places } from './place.ts';
import type { Val } from './values.ts';

/** A place with its content. */
export interface Cell {
  readonly place: Place;
  readonly val: Val;
}

/** A map from places, by their texts, to values; forks in no time. */
export class PlaceMap {
  private constructor(
    private readonly places: Places,
    private readonly cells: Forked<string, Cell>,
  ) {}

  /** Memory of which nothing is known. */
  static empty(places: Places): PlaceMap {
    return new PlaceMap(places, new Forked());
  }

  /** The same content, to be changed on its own. */
  fork(): PlaceMap {
    return new PlaceMap(this.places, this.cells.fork());
  }

  get(text: string): Val | undefined {
    return this.cells.get(text)?.val;
  }

  set(text: string, val: Val): void {
    const old = this.cells.get(text);
    if (old?.val !== val) this.cells.set(text, { place: old ? old.place : this.places.of(text), val });
  }

  delete(text: string): void {
    this.cells.delete(text);
  }

  /** Forgets what was stored in parts of a place. */
  deleteParts(text: string): void {
    const place = this.places.of(text);
    if (!place.hasParts) return;
    for (const { place: other } of this.cells.values()) if (other.wholes.includes(place)) this.cells.delete(other.text);
  }

  /** Forgets the variables of an activation and of those that it entered. */
  deleteFrame(id: string): void {
    for (const { place } of this.cells.values())
      if (place.frame !== undefined && (place.frame === id || place.frame.startsWith(`${id}:`)))
        this.cells.delete(place.text);
  }

  /** What the nearest stored whole of a place holds, and the place's text behind it. */
  wholeOf(text: string): { readonly val: Val; readonly rest: string } | undefined {
    for (const whole of this.places.of(text).wholes) {
      const val = this.get(whole.text);
      if (val) return { val, rest: text.slice(whole.text.length) };
    }
    return undefined;
  }

  entries(): IterableIterator<Cell> {
    return this.cells.values();
  }

  /** As for…of over `entries()`, for where much depends on it. */
  forEach(visit: (cell: Cell) => void): void {
    this.cells.forEach(visit);
  }

  *[Symbol.iterator](): IterableIterator<[string, Val]> {
    for (const { place, val } of this.cells.values()) yield [place.text, val];
  }
}
