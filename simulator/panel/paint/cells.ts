/** Draws the cells of the grid. What a page is can be told by glyph, by pattern and by colour: none of them is needed. */
import { CELL, CELL_KIND, type Card, type Grid } from '../../engine/snapshot-protocol.ts';
import { kindText, stateTexts } from '../describe.ts';
import { t } from '../strings.ts';
import { cellAt, type Layout } from './layout.ts';
import { holderColor, kindColor, type Palette } from './theme.ts';
import type { Surface } from './surface.ts';

/** Glyphs of kinds. */
export const GLYPH: Readonly<Record<number, string>> = {
  [CELL_KIND.free]: '',
  [CELL_KIND.anon]: 'a',
  [CELL_KIND.file]: 'f',
  [CELL_KIND.tmpfs]: 't',
  [CELL_KIND.dax]: 'x',
  [CELL_KIND.kernel]: 'k',
  [CELL_KIND.zero]: '0',
  [CELL_KIND.hugetlb]: 'h',
  [CELL_KIND.orphan]: '?',
  [CELL_KIND.none]: '',
  [CELL_KIND.swap]: 's',
};

/** What a picture of the grid is made of. */
export interface GridScene {
  readonly grid: Grid;
  readonly cards: readonly Card[] | undefined;
  readonly layout: Layout;
  readonly palette: Palette;
  readonly selected: number | undefined;
  readonly marked: ReadonlySet<number>;
  /** Virtual pages are numbered from the start of their group, others by frame. */
  readonly virtual: boolean;
}

/** Draws a heading. */
export function paintHeading(out: Surface, scene: GridScene, index: number): void {
  const g = scene.layout.groups[index]!;
  const p = scene.palette;
  out.text(2, g.y + 11, g.label, { fill: p.foreground, size: 12, bold: true, room: scene.layout.width - 90 });
  if (g.note) out.text(scene.layout.width - 4, g.y + 11, g.note, { fill: p.muted, size: 11, align: 'right' });
  if (!g.count) out.text(4, g.y + 26, t('empty'), { fill: p.muted, size: 11 });
}

/** Draws cell `i` on an empty place. */
export function paintCell(out: Surface, scene: GridScene, i: number): void {
  const at = cellAt(scene.layout, i);
  if (!at) return;
  const { tier } = scene.layout;
  const cell = scene.grid.cells[i]!;
  const page = scene.grid.pages[i]!;
  const selected = page >= 0 && page === scene.selected;
  if (tier.kind === 'card') paintCard(out, scene, i, at.x, at.y);
  else paintBox(out, scene, i, at.x, at.y);
  const { w, h } = tier;
  const p = scene.palette;
  const outer = tier.kind === 'tiny' ? 0 : 1;
  if (cell & CELL.changed)
    out.rect(at.x - outer, at.y - outer, w + 2 * outer, h + 2 * outer, {
      stroke: p.changed,
      width: tier.kind === 'tiny' ? 1 : 2,
    });
  if (page >= 0 && scene.marked.has(page))
    out.rect(at.x - outer, at.y - outer, w + 2 * outer, h + 2 * outer, {
      stroke: p.foreground,
      width: 1,
      dash: [3, 2],
    });
  if (selected) out.rect(at.x - 2, at.y - 2, w + 4, h + 4, { stroke: p.focus, width: 2 });
}

/** Fills a box with colour and pattern of its kind. */
export function paintKind(
  out: Surface,
  kind: number,
  x: number,
  y: number,
  w: number,
  h: number,
  p: Palette,
  strong: boolean,
): void {
  const color = kindColor(kind, p);
  if (kind === CELL_KIND.free || kind === CELL_KIND.none) {
    if (kind === CELL_KIND.free) out.rect(x, y, w, h, { stroke: p.border, alpha: p.contrast ? 1 : 0.6 });
    else out.rect(x + w / 2 - 1, y + h / 2 - 1, 2, 2, { fill: p.border });
    return;
  }
  if (kind === CELL_KIND.swap) {
    out.rect(x, y, w, h, { stroke: color, dash: [2, 2] });
    return;
  }
  out.rect(x, y, w, h, { fill: color, alpha: strong ? 0.9 : 0.22 });
  out.rect(x, y, w, h, { stroke: color });
  if (w < 8) return;
  const ink = { stroke: strong ? p.background : color, width: 1, alpha: strong ? 0.9 : 0.6 };
  switch (kind) {
    case CELL_KIND.file:
      for (let k = 3; k < h - 1; k += 4) out.line(x + 1, y + k, x + w - 1, y + k, ink);
      break;
    case CELL_KIND.tmpfs:
      for (let k = 3; k < w - 1; k += 4) out.line(x + k, y + 1, x + k, y + h - 1, ink);
      break;
    case CELL_KIND.dax:
      for (let k = 4; k < w - 1; k += 5) out.line(x + k, y + 1, x + k, y + h - 1, ink);
      for (let k = 4; k < h - 1; k += 5) out.line(x + 1, y + k, x + w - 1, y + k, ink);
      break;
    case CELL_KIND.kernel:
      for (let dy = 3; dy < h - 2; dy += 4)
        for (let dx = 3; dx < w - 2; dx += 4) out.rect(x + dx, y + dy, 1, 1, { fill: ink.stroke, alpha: ink.alpha });
      break;
    case CELL_KIND.orphan:
      out.line(x + 1, y + 1, x + w - 1, y + h - 1, ink);
      out.line(x + w - 1, y + 1, x + 1, y + h - 1, ink);
      break;
    case CELL_KIND.hugetlb:
      for (let k = -h; k < w; k += 5) {
        const x1 = Math.max(0, k);
        const x2 = Math.min(w, k + h);
        out.line(x + x1, y + h - (x1 - k), x + x2, y + h - (x2 - k), ink);
      }
      break;
    case CELL_KIND.zero:
      out.line(x + 1, y + h - 1, x + w - 1, y + 1, ink);
  }
}

/** Marks of states in the corners: pinned ◤, held ◤ (hollow), DMA ◥, dirty ◢, writeback ◣. */
export function paintMarks(out: Surface, cell: number, x: number, y: number, w: number, h: number, p: Palette): void {
  const k = Math.max(4, Math.min(10, Math.floor(w / 2.6)));
  if (cell & CELL.pinned) out.shape([x, y, x + k, y, x, y + k], { fill: p.foreground });
  else if (cell & CELL.held) out.shape([x + 0.5, y + 0.5, x + k, y + 0.5, x + 0.5, y + k], { stroke: p.foreground });
  if (cell & CELL.dma) {
    const ink = cell & CELL.queued ? { fill: p.purple } : { stroke: p.purple, width: 1.5 };
    out.shape([x + w, y, x + w - k, y, x + w, y + k], ink);
  }
  if (cell & CELL.dirty) out.shape([x + w, y + h, x + w - k, y + h, x + w, y + h - k], { fill: p.orange });
  if (cell & CELL.writeback) out.shape([x, y + h, x + k, y + h, x, y + h - k], { fill: p.green });
  if (cell & CELL.swapcache) out.rect(x + 2, y + h - 3, w - 4, 2, { fill: p.yellow });
  if (cell & CELL.fault) {
    out.line(x + w / 2, y + h * 0.2, x + w / 2, y + h * 0.62, { stroke: p.red, width: Math.max(2, w / 10) });
    out.line(x + w / 2, y + h * 0.72, x + w / 2, y + h * 0.84, { stroke: p.red, width: Math.max(2, w / 10) });
  }
}

function paintBox(out: Surface, scene: GridScene, i: number, x: number, y: number): void {
  const { tier } = scene.layout;
  const p = scene.palette;
  const cell = scene.grid.cells[i]!;
  const kind = cell & CELL.kind;
  const strong = tier.kind === 'tiny';
  paintKind(out, kind, x, y, tier.w, tier.h, p, strong);
  if (tier.kind === 'tiny') {
    if (cell & (CELL.pinned | CELL.fault) && tier.w >= 5) {
      const r = tier.w >= 9 ? 3 : 1;
      out.rect(x + tier.w / 2 - r / 2, y + tier.h / 2 - r / 2, r + 0.5, r + 0.5, {
        fill: cell & CELL.fault ? p.red : p.foreground,
      });
    }
    return;
  }
  if (tier.kind === 'small') {
    if (!(cell & CELL.fault))
      out.text(x + tier.w / 2, y + tier.h / 2, GLYPH[kind]!, {
        fill: p.foreground,
        size: 10,
        align: 'center',
        mono: true,
      });
  } else {
    const label =
      kind === CELL_KIND.free
        ? ''
        : kind === CELL_KIND.swap
          ? 'swap'
          : kind === CELL_KIND.none
            ? ''
            : `${GLYPH[kind]!} ${scene.grid.refs[i]!}`;
    out.text(x + tier.w / 2, y + 13, shortPlace(scene, i), {
      fill: p.muted,
      size: 10,
      align: 'center',
      mono: true,
      room: tier.w - 4,
    });
    out.text(x + tier.w / 2, y + 27, label, {
      fill: p.foreground,
      size: 12,
      bold: true,
      align: 'center',
      mono: true,
      room: tier.w - 4,
    });
  }
  paintMarks(out, cell, x, y, tier.w, tier.h, p);
}

function shortPlace(scene: GridScene, i: number): string {
  if (!scene.virtual) return String(scene.grid.pages[i]! >= 0 ? scene.grid.pages[i]! : scene.grid.places[i]!);
  const group = scene.layout.groups.find((g) => i >= g.start && i < g.start + g.count);
  return `[${group ? scene.grid.places[i]! - scene.grid.places[group.start]! : i}]`;
}

const SHORT: Readonly<Record<string, string>> = {
  pte: 'PTE',
  'page-cache': 'cache',
  'swap-cache': 'swap',
  'lru-batch': 'batch',
  buffers: 'buffers',
  isolation: 'isolated',
  get: 'get',
  pin: 'pin',
  'kernel-user': 'kernel',
  driver: 'driver',
  unaccounted: 'nobody',
};
/** Short name of a holder. */
export function holderShort(kind: string, refs: number): string {
  return `${SHORT[kind] ?? kind}${refs > 1 ? ` ×${refs}` : ''}`;
}
/** How wide a part of the stack is drawn: a pin of 1024 shall not hide a reference of 1. */
export function holderWeight(refs: number): number {
  return 1 + Math.log2(Math.max(1, Math.abs(refs))) / 6;
}

function paintCard(out: Surface, scene: GridScene, i: number, x: number, y: number): void {
  const { w, h } = scene.layout.tier;
  const p = scene.palette;
  const { grid } = scene;
  const cell = grid.cells[i]!;
  const kind = cell & CELL.kind;
  const page = grid.pages[i]!;
  const card = scene.cards?.[i];
  const empty = kind === CELL_KIND.free || kind === CELL_KIND.none || kind === CELL_KIND.swap;
  out.rect(x, y, w, h, { fill: p.card });
  out.rect(x, y, w, h, {
    stroke: empty ? p.border : kindColor(kind, p),
    ...(kind === CELL_KIND.swap ? { dash: [4, 3] } : {}),
  });
  if (!empty) paintKind(out, kind, x, y, 12, h, p, true);
  const left = x + (empty ? 12 : 22);
  const right = x + w - 10;
  const room = right - left;
  const place = page < 0 ? shortPlace(scene, i) : `${scene.virtual ? `${shortPlace(scene, i)} → ` : ''}${page}`;
  out.text(left, y + 18, place, { fill: p.foreground, size: 15, bold: true, mono: true, room: room - 60 });
  out.text(right, y + 18, kindText(cell), { fill: p.muted, size: 11, align: 'right' });
  if (empty) return;
  const title = card?.title ?? '';
  out.text(left, y + 38, title || t('unmapped'), {
    fill: title ? p.foreground : p.muted,
    size: 11,
    mono: title !== '',
    room,
  });
  out.text(left, y + 58, t('refcount', grid.refs[i]!), { fill: p.foreground, size: 12, bold: true });
  // the stack of holders
  const holders = card?.holders ?? [];
  const sum = holders.reduce((n, o) => n + holderWeight(o.refs), 0) || 1;
  const gap = 2;
  let at = left;
  for (const o of holders) {
    const width = Math.max(3, ((room + gap) * holderWeight(o.refs)) / sum - gap);
    const color = holderColor(o.kind, p);
    out.rect(at, y + 68, width, 15, { fill: color, alpha: 0.25 });
    out.rect(at, y + 68, width, 15, { stroke: color });
    out.text(at + width / 2, y + 76, holderShort(o.kind, o.refs), {
      fill: p.foreground,
      size: 10,
      align: 'center',
      room: width - 4,
    });
    at += width + gap;
  }
  // what matters most on the first line
  const states = stateTexts(cell).filter((x) => x !== t('unmapped') || title);
  const ink = { fill: p.foreground, size: 11, room };
  const alarm = cell & CELL.fault ? 12 : 0;
  if (alarm) out.shape([left + 4, y + 92, left + 8.5, y + 100, left - 0.5, y + 100], { fill: p.red });
  out.text(left + alarm, y + 97, states.slice(0, 2).join(' · '), { ...ink, room: room - alarm, bold: alarm > 0 });
  out.text(left, y + 112, states.slice(2).join(' · '), { ...ink, fill: p.muted });
}
