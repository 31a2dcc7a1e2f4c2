/** Where the cells of the grid are: few pages are cards that can be read, many are dots. */
import type { Grid } from '../../engine/snapshot-protocol.ts';

/** Size of cells. `card` shows holders, `mid` a glyph and its refcount, `small` glyph or pattern, `tiny` colour. */
export interface Tier {
  readonly kind: 'card' | 'mid' | 'small' | 'tiny';
  readonly w: number;
  readonly h: number;
  readonly gap: number;
}
/** A group with its place. */
export interface PlacedGroup {
  readonly label: string;
  readonly note: string;
  readonly start: number;
  readonly count: number;
  /** Top of the heading, and of the first row of cells. */
  readonly y: number;
  readonly top: number;
  readonly bottom: number;
}
/** A grid with places. */
export interface Layout {
  readonly tier: Tier;
  readonly columns: number;
  readonly width: number;
  readonly height: number;
  readonly groups: readonly PlacedGroup[];
  /** Equal if cells have the same places. */
  readonly key: string;
}

const HEADING = 24;
const BETWEEN = 10;
/** Cells up to which cards are shown, and holders come with a snapshot (CARDS of snapshot-protocol). */
const PAD = 2;

function tierFor(count: number, width: number, cards: boolean): Tier {
  if (cards) {
    const columns = Math.max(1, Math.floor((width + 8) / 196));
    return { kind: 'card', w: Math.min(300, Math.floor((width - 2 * PAD + 8) / columns) - 8), h: 124, gap: 8 };
  }
  if (count <= 160) return { kind: 'mid', w: 46, h: 38, gap: 4 };
  if (count <= 1600) return { kind: 'small', w: 18, h: 18, gap: 2 };
  if (count <= 24_000) return { kind: 'tiny', w: 9, h: 9, gap: 1 };
  return { kind: 'tiny', w: 5, h: 5, gap: 1 };
}

/** Places cells in a width. `note` says how many of a group there are. */
export function layOut(
  grid: Grid,
  width: number,
  cards: boolean,
  note: (shown: number, total: number) => string,
): Layout {
  const tier = tierFor(grid.pages.length, width, cards);
  const columns = Math.max(1, Math.floor((width - 2 * PAD + tier.gap) / (tier.w + tier.gap)));
  const groups: PlacedGroup[] = [];
  let y = 0;
  for (const g of grid.groups) {
    const top = y + HEADING;
    const rows = Math.ceil(g.count / columns);
    const bottom = top + rows * (tier.h + tier.gap);
    groups.push({
      label: g.label,
      note: g.count === g.total ? '' : note(g.count, g.total),
      start: g.start,
      count: g.count,
      y,
      top,
      bottom,
    });
    y = bottom + BETWEEN;
  }
  const key = `${width} ${tier.kind}${tier.w} ${groups.map((g) => `${g.label}:${g.start}:${g.count}`).join('|')}`;
  return { tier, columns, width, height: Math.max(0, y - BETWEEN) + PAD, groups, key };
}

/** Place of cell `i`. */
export function cellAt(layout: Layout, i: number): { x: number; y: number; group: PlacedGroup } | undefined {
  const group = layout.groups.find((g) => i >= g.start && i < g.start + g.count);
  if (!group) return undefined;
  const k = i - group.start;
  const { tier, columns } = layout;
  return {
    x: PAD + (k % columns) * (tier.w + tier.gap),
    y: group.top + Math.floor(k / columns) * (tier.h + tier.gap),
    group,
  };
}

/** The cell at a point; -1: none. */
export function hit(layout: Layout, x: number, y: number): number {
  const { tier, columns } = layout;
  const group = layout.groups.find((g) => y >= g.top && y < g.bottom);
  if (!group) return -1;
  const column = Math.floor((x - PAD) / (tier.w + tier.gap));
  if (column < 0 || column >= columns) return -1;
  const k = Math.floor((y - group.top) / (tier.h + tier.gap)) * columns + column;
  return k < group.count ? group.start + k : -1;
}

/** The cell that a movement leads to. */
export function moveFrom(layout: Layout, i: number, key: string, page: number): number | undefined {
  const count = layout.groups.reduce((n, g) => n + g.count, 0);
  if (!count) return undefined;
  if (i < 0) return 0;
  const clamp = (x: number): number => Math.max(0, Math.min(count - 1, x));
  const vertical = (rows: number): number => {
    const here = cellAt(layout, i);
    if (!here) return i;
    const k = i - here.group.start + rows * layout.columns;
    if (k >= 0 && k < here.group.count) return here.group.start + k;
    const at = layout.groups.indexOf(here.group);
    const column = (i - here.group.start) % layout.columns;
    // over the edge of a group: the nearest row of the next one that has cells
    for (let g = at + Math.sign(rows); g >= 0 && g < layout.groups.length; g += Math.sign(rows)) {
      const other = layout.groups[g]!;
      if (!other.count) continue;
      const first = rows > 0 ? 0 : Math.floor((other.count - 1) / layout.columns) * layout.columns;
      return other.start + Math.min(other.count - 1, first + column);
    }
    return rows > 0 ? here.group.start + here.group.count - 1 : here.group.start;
  };
  switch (key) {
    case 'ArrowRight':
      return clamp(i + 1);
    case 'ArrowLeft':
      return clamp(i - 1);
    case 'ArrowDown':
      return vertical(1);
    case 'ArrowUp':
      return vertical(-1);
    case 'PageDown':
      return vertical(page);
    case 'PageUp':
      return vertical(-page);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
