/** The page grid: a canvas that draws what is in view, and of that only what changed. Keyboard and screen reader see a list box of one page. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { Arrangement, Grid } from '../engine/snapshot-protocol.ts';
import type { Controller } from './controller.ts';
import { describePage } from './describe.ts';
import { Legend } from './legend.tsx';
import { paintCell, paintHeading, type GridScene } from './paint/cells.ts';
import { cellAt, hit, layOut, moveFrom, type Layout } from './paint/layout.ts';
import { CanvasSurface } from './paint/surface.ts';
import { palette } from './paint/theme.ts';
import * as s from './state.ts';
import { t, type TextId } from './strings.ts';

const ARRANGEMENTS: readonly (readonly [Arrangement, TextId])[] = [
  ['pfn', 'byFrame'],
  ['lru', 'byList'],
  ['address', 'byAddress'],
  ['dma', 'byDma'],
];
/** Height up to which the grid grows before it scrolls. */
const TALLEST = 420;

/** The scene at present, for this page and for exports. */
export function gridScene(width: number, layout?: Layout): GridScene | undefined {
  const snapshot = s.shown.value;
  if (!snapshot) return undefined;
  return {
    grid: snapshot.grid,
    cards: snapshot.cards,
    layout: layout ?? layOut(snapshot.grid, width, snapshot.cards !== undefined, (n, total) => t('pagesOf', n, total)),
    palette: palette.value,
    selected: s.page.value,
    marked: s.marked.value,
    virtual: s.arrangement.value === 'address',
  };
}

/** What was drawn, to draw only what differs. */
interface Drawn {
  key: string;
  grid: Grid;
  cards: unknown;
  selected: number | undefined;
  marked: ReadonlySet<number>;
}

/** The pages. */
export function Pages({ control }: { readonly control: Controller }) {
  return (
    <section class="pages" aria-labelledby="pages-title">
      <div class="bar">
        <h2 id="pages-title">{t('pages')}</h2>
        <div class="segments" role="radiogroup" aria-label={t('arrangement')}>
          {ARRANGEMENTS.map(([id, text]) => (
            <label key={id} class={s.arrangement.value === id ? 'segment on' : 'segment'}>
              <input
                type="radio"
                name="arrangement"
                checked={s.arrangement.value === id}
                onChange={() => {
                  s.arrangement.value = id;
                }}
              />
              {t(text)}
            </label>
          ))}
        </div>
        <label class="check" title={t('allPages')}>
          <input
            type="checkbox"
            checked={s.allPages.value}
            onChange={(e) => {
              s.allPages.value = e.currentTarget.checked;
            }}
          />
          {t('allShort')}
        </label>
      </div>
      <PageGrid control={control} />
      <Legend />
    </section>
  );
}

function PageGrid({ control }: { readonly control: Controller }) {
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<CanvasSurface>(undefined);
  const drawn = useRef<Drawn>(undefined);
  const width = useSignal(0);
  const top = useSignal(0);
  const cursor = useSignal(-1);
  const layout = useComputed(() => gridScene(Math.max(60, width.value))?.layout);
  const viewport = useComputed(() => {
    if (s.shown.value?.grid.pages.length === 0) return 0;
    return Math.min(TALLEST, Math.max(64, layout.value?.height ?? 0));
  });

  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => {
      width.value = (scroller.current?.clientWidth ?? 8) - 8;
    });
    observer.observe(scroller.current!);
    width.value = scroller.current!.clientWidth - 8;
    return () => observer.disconnect();
  }, []);

  useSignalEffect(() => {
    const place = layout.value;
    const scene = place && gridScene(width.value, place);
    const element = canvas.current;
    if (!scene || !element) return;
    draw(element, scene, top.value, viewport.value, surface, drawn);
  });
  // the selected page is where the keyboard goes on from, wherever it moved to
  useSignalEffect(() => {
    const grid = s.shown.value?.grid;
    const page = s.page.value;
    if (!grid || page === undefined) return;
    if (grid.pages[cursor.peek()] !== page) cursor.value = grid.pages.indexOf(page);
  });

  const choose = (i: number): void => {
    const grid = s.shown.value?.grid;
    if (!grid || i < 0 || i >= grid.pages.length) return;
    cursor.value = i;
    control.select(grid.pages[i]! >= 0 ? grid.pages[i]! : undefined);
    const at = layout.value && cellAt(layout.value, i);
    const box = scroller.current;
    if (!at || !box) return;
    const h = layout.value!.tier.h;
    if (at.y < box.scrollTop) box.scrollTop = Math.max(0, at.y - 28);
    else if (at.y + h > box.scrollTop + box.clientHeight) box.scrollTop = at.y + h - box.clientHeight + 6;
  };
  const grid = s.shown.value?.grid;
  const i = cursor.value;
  const here = grid && i >= 0 && i < grid.pages.length;
  const count = grid?.pages.length ?? 0;
  return (
    <div class="grid-box">
      <div
        ref={scroller}
        class="grid"
        role="listbox"
        tabIndex={0}
        aria-label={t('pages')}
        aria-activedescendant={here ? 'cell' : undefined}
        style={{ height: `${viewport.value}px` }}
        onScroll={(e) => {
          top.value = e.currentTarget.scrollTop;
        }}
        onKeyDown={(e) => {
          if (!layout.value || e.ctrlKey || e.altKey || e.metaKey) return;
          if (e.key === 'Escape') {
            control.select(undefined);
            return;
          }
          const rows = Math.max(1, Math.floor(viewport.value / (layout.value.tier.h + layout.value.tier.gap)) - 1);
          const to = moveFrom(layout.value, i, e.key, rows);
          if (to === undefined) return;
          e.preventDefault();
          choose(to);
        }}
        onClick={(e) => {
          if (!layout.value) return;
          const bounds = canvas.current!.getBoundingClientRect();
          choose(hit(layout.value, e.clientX - bounds.left, e.clientY - bounds.top + top.value));
        }}
        onMouseMove={(e) => {
          if (!layout.value || !grid) return;
          const bounds = canvas.current!.getBoundingClientRect();
          const k = hit(layout.value, e.clientX - bounds.left, e.clientY - bounds.top + top.value);
          const page = k >= 0 ? grid.pages[k]! : -1;
          const title = page >= 0 ? describePage(page, grid.cells[k]!, grid.refs[k]!) : '';
          if (e.currentTarget.title !== title) e.currentTarget.title = title;
        }}
      >
        <div class="grid-extent" style={{ height: `${layout.value?.height ?? 0}px` }} role="presentation">
          <canvas ref={canvas} class="grid-canvas" aria-hidden="true" />
          {here ? (
            <div
              id="cell"
              class="hidden"
              role="option"
              aria-selected={grid.pages[i]! >= 0 && grid.pages[i] === s.page.value}
              aria-setsize={count}
              aria-posinset={i + 1}
            >
              {grid.pages[i]! >= 0 ? describePage(grid.pages[i]!, grid.cells[i]!, grid.refs[i]!) : t('none')}
            </div>
          ) : (
            <div class="hidden" role="option" aria-selected={false}>
              {count ? t('noPage') : t('noPages')}
            </div>
          )}
        </div>
      </div>
      {grid && !count ? <p class="hint">{s.arrangement.value === 'dma' ? t('noPagesDma') : t('noPages')}</p> : null}
    </div>
  );
}

/** Draws what is in view. With the same layout and scroll position, only cells that differ from what is there. */
function draw(
  element: HTMLCanvasElement,
  scene: GridScene,
  top: number,
  height: number,
  surface: { current: CanvasSurface | undefined },
  drawn: { current: Drawn | undefined },
): void {
  const { layout, grid, palette: p } = scene;
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(layout.width * ratio), Math.round(height * ratio)];
  const key = `${layout.key} ${top} ${w}x${h} ${p.background}${p.blue}${p.focus}${p.contrast}`;
  const before = drawn.current?.key === key ? drawn.current : undefined;
  if (element.width !== w || element.height !== h || !surface.current) {
    element.width = w;
    element.height = h;
    element.style.width = `${layout.width}px`;
    element.style.height = `${height}px`;
    surface.current = new CanvasSurface(element.getContext('2d')!, p.fonts);
  }
  const out = surface.current;
  const c = out.context;
  c.setTransform(ratio, 0, 0, ratio, 0, -top * ratio);
  if (!before) c.clearRect(0, top, layout.width, height);
  const { tier, columns } = layout;
  const reach = Math.max(2, tier.gap);
  const isMarked = (marks: ReadonlySet<number>, page: number): boolean => marks.size > 0 && marks.has(page);
  const around: number[] = [];
  layout.groups.forEach((g, index) => {
    if (g.bottom < top || g.y > top + height) return;
    if (!before) paintHeading(out, scene, index);
    const stride = tier.h + tier.gap;
    const first = Math.max(0, Math.floor((top - g.top) / stride)) * columns;
    const last = Math.min(g.count, (Math.floor((top + height - g.top) / stride) + 1) * columns);
    for (let k = first; k < last; k++) {
      const i = g.start + k;
      if (before) {
        const old = before.grid;
        const page = grid.pages[i]!;
        if (
          old.cells[i] === grid.cells[i] &&
          old.pages[i] === page &&
          old.refs[i] === grid.refs[i] &&
          (page === scene.selected) === (page === before.selected) &&
          isMarked(scene.marked, page) === isMarked(before.marked, page) &&
          tier.kind !== 'card'
        )
          continue;
        const at = cellAt(layout, i)!;
        c.clearRect(at.x - reach, at.y - reach, tier.w + 2 * reach, tier.h + 2 * reach);
        around.push(i);
        continue;
      }
      paintCell(out, scene, i);
    }
  });
  // a ring reaches over its neighbours: they are drawn again after all that was cleared
  if (around.length) {
    const again = new Set<number>();
    for (const i of around)
      for (const k of [i, i - 1, i + 1, i - columns, i + columns]) if (k >= 0 && k < grid.pages.length) again.add(k);
    for (const i of again) paintCell(out, scene, i);
    layout.groups.forEach((g, index) => {
      if (g.bottom >= top && g.y <= top + height && tier.kind === 'card') {
        c.clearRect(0, g.y, layout.width, 20);
        paintHeading(out, scene, index);
      }
    });
  }
  drawn.current = { key, grid, cards: scene.cards, selected: scene.selected, marked: scene.marked };
}
