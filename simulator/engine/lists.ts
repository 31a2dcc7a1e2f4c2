/** The LRU lists of the machine by name, and what stands in front of them: the per-CPU batch. */
import { SCALAR, type State } from '../mm/state.ts';
import type { ListInfo } from './snapshot-protocol.ts';

const CLASSIC = ['inactive_anon', 'active_anon', 'inactive_file', 'active_file', 'unevictable'];
/** Pages of a list that a snapshot names. */
const SHOWN = 200;

/** A list that can be walked from its head. */
interface List {
  readonly name: string;
  /** Pages on it. */
  readonly size: number;
  walk(): Generator<number>;
}

/** All lists that exist, in the order in which reclaim looks at them; the per-CPU batch first. */
export function lruLists(s: State): List[] {
  const out: List[] = [];
  const nodes = [...new Set(s.machine.zones.map((z) => z.node))];
  const batched = s.scalar.at(SCALAR.batchCount);
  out.push({
    name: 'per-CPU batch (lru_add)',
    size: batched,
    *walk() {
      for (let i = 0; i < batched; i++) yield s.batch.at(i);
    },
  });
  const add = (name: string, list: number): void => {
    out.push({
      name,
      size: s.lruSize.at(list),
      *walk() {
        for (let p = s.lruHead.at(list); p; p = s.lruNext.at(p)) yield p;
      },
    });
  };
  for (const node of nodes) {
    const on = nodes.length > 1 ? ` · node ${node}` : '';
    if (s.machine.lru === 'mglru') {
      for (let type = 0; type < 2; type++)
        for (let gen = 0; gen < 4; gen++)
          add(`${type ? 'file' : 'anon'} generation ${gen}${on}`, 32 + node * 8 + type * 4 + gen);
      add(`unevictable${on}`, node * 8 + 4);
    } else CLASSIC.forEach((name, i) => add(`${name}${on}`, node * 8 + i));
  }
  return out;
}

/** The lists for a snapshot; of several nodes, those that hold something. */
export function listInfos(s: State): ListInfo[] {
  return lruLists(s)
    .filter((l) => l.size > 0 || !l.name.includes('node 1'))
    .map((l) => {
      const pages: number[] = [];
      for (const p of l.walk()) {
        if (pages.length >= SHOWN) break;
        pages.push(p);
      }
      return { name: l.name.replace(' · node 0', ''), size: l.size, pages };
    });
}
