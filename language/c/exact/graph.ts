/**
 * Plain objects that refer to each other, in circles too, as one row of small integers and a few texts: what a build can put into a program, and the
 * program turns back into the objects in less time than it would take to make them anew.
 */

/** Packed objects. */
export interface PackedGraph {
  /** The names of the fields of each kind of object. */
  readonly shapes: readonly (readonly string[])[];
  readonly texts: readonly string[];
  readonly data: readonly number[];
}

/** What an integer of the row is, in its lowest bits. */
const INTEGER = 0;
const TEXT = 1;
const AGAIN = 2;
const CONSTANT = 3;
const PLACE = 4;
const BIGINT = 5;
const OBJECT = 6;
const LIST = 7;
const BITS = 8;

const CONSTANTS: readonly unknown[] = [null, undefined, false, true];

/** Packs an object and all that it refers to. Integers from `base` on are offsets into a text: each is near the one before it. */
export function packGraph(root: unknown, base: number): PackedGraph {
  const shapes = new Map<string, number>();
  const texts = new Map<string, number>();
  const seen = new Map<object, number>();
  const data: number[] = [];
  let place = base;
  const put = (kind: number, n: number): void => void data.push(n * BITS + kind);
  const text = (kind: number, value: string): void => {
    if (!texts.has(value)) texts.set(value, texts.size);
    put(kind, texts.get(value)!);
  };
  const write = (value: unknown): void => {
    if (typeof value === 'string') return text(TEXT, value);
    if (typeof value === 'bigint') return text(BIGINT, String(value));
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value * BITS)) throw new RangeError(`${value} can't be packed`);
      put(value < base ? INTEGER : PLACE, value < base ? value : value - place);
      if (value >= base) place = value;
      return;
    }
    if (typeof value !== 'object' || value === null) {
      if (!CONSTANTS.includes(value)) throw new TypeError(`a ${typeof value} can't be packed`);
      return put(CONSTANT, CONSTANTS.indexOf(value));
    }
    const known = seen.get(value);
    if (known !== undefined) return put(AGAIN, seen.size - known);
    seen.set(value, seen.size);
    if (Array.isArray(value) || value instanceof Map) {
      const isMap = value instanceof Map;
      const items: readonly unknown[] = isMap ? [...value].flat(1) : value;
      put(LIST, items.length * 2 + Number(isMap));
      return items.forEach(write);
    }
    const names = JSON.stringify(Object.keys(value));
    if (!shapes.has(names)) shapes.set(names, shapes.size);
    put(OBJECT, shapes.get(names)!);
    Object.values(value).forEach(write);
  };
  write(root);
  return { shapes: [...shapes.keys()].map((names) => JSON.parse(names) as string[]), texts: [...texts.keys()], data };
}

/** The objects that were packed. */
export function unpackGraph({ shapes, texts, data }: PackedGraph, base: number): unknown {
  const seen: object[] = [];
  let place = base;
  let at = 0;
  const read = (): unknown => {
    const value = data[at++]!;
    const n = Math.floor(value / BITS);
    switch (value - n * BITS) {
      case INTEGER:
        return n;
      case TEXT:
        return texts[n];
      case AGAIN:
        return seen[seen.length - n];
      case PLACE:
        return (place += n);
      case BIGINT:
        return BigInt(texts[n]!);
      case OBJECT: {
        const object: Record<string, unknown> = {};
        seen.push(object);
        for (const name of shapes[n]!) object[name] = read();
        return object;
      }
      case LIST: {
        const length = n >> 1;
        if (n & 1) {
          const map = new Map<unknown, unknown>();
          seen.push(map);
          for (let i = 0; i < length; i += 2) map.set(read(), read());
          return map;
        }
        const list: unknown[] = [];
        seen.push(list);
        for (let i = 0; i < length; i++) list.push(read());
        return list;
      }
      default:
        return CONSTANTS[n];
    }
  };
  return read();
}
