/** What of the memory may still be read, at each node of an activation and by its callers: that tells states apart. */
import type { Place } from './place.ts';
import { ALL, NOTHING, type Need, type Slice } from './slice.ts';
import type { UnionNames } from './unions.ts';

/** The needs of all activations of a function that were entered at one call, from one state of the stack. */
export class Needs {
  /** By place: what is needed of it whatever the node is, and four times the number (from 1) of the name that decides where it is more. */
  private readonly known: number[] = [];
  private readonly byNode: (Need | undefined)[][] = [];
  private readonly ended: (Need | undefined)[] = [];
  private readonly entered = new Map<string, Needs>();

  /** `caller`: from where it was called; null: it is the root of the walk, of whose memory all matters when it has ended. */
  constructor(
    private readonly slice: Slice,
    private readonly frame: string,
    private readonly unions: UnionNames,
    private readonly caller: { readonly needs: Needs; readonly node: number } | null = null,
  ) {}

  /** Those of the activation with that id, entered at a node of this one. */
  enter(node: number, frame: string, slice: Slice): Needs {
    const key = `${node}/${frame}`;
    let known = this.entered.get(key);
    if (known?.slice !== slice)
      this.entered.set(key, (known = new Needs(slice, frame, this.unions, { needs: this, node })));
    return known;
  }

  /** What matters of what places hold when a node is reached (null: when the activation has ended), by place, as far as `find` was asked. */
  of(node: number | null): (Need | undefined)[] {
    return node === null ? this.ended : (this.byNode[node] ??= []);
  }

  /** Finds out what `of` has not yet. */
  find(node: number | null, place: Place): Need {
    return (this.of(node)[place.id] = node === null ? this.behind(place) : this.at(node, place));
  }

  private at(node: number, place: Place): Need {
    const known = (this.known[place.id] ??= this.classify(place));
    if (known > 3) {
      const need = this.slice.need(node, (known >> 2) - 1);
      // only of the root's result nobody asks more
      if (need) return place.isLocal && !this.caller ? need : ALL;
    }
    return (known & 3) as Need;
  }

  private behind(place: Place): Need {
    if (place.frame === this.frame) return NOTHING;
    if (!this.caller) return ALL;
    const { needs, node } = this.caller;
    return needs.of(node)[place.id] ?? needs.find(node, place);
  }

  private classify(place: Place): number {
    // what is known by several names may stand in other nodes
    if (!place.isLocal && (place.isLasting || this.unions.get(place.field) !== undefined)) return ALL;
    const isOwn = place.frame === this.frame;
    const name = isOwn ? place.variable : place.isLocal ? undefined : place.field;
    const number = name === undefined ? undefined : this.slice.numberOf(name);
    return (number === undefined ? 0 : (number + 1) * 4) + (this.caller ? this.behind(place) : NOTHING);
  }
}
