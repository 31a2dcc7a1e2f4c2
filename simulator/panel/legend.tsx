/** What colours, patterns and marks of the grid mean: only those that are to be seen at present. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useComputed } from '@preact/signals';
import { CELL, CELL_KIND } from '../engine/snapshot-protocol.ts';
import { kindText } from './describe.ts';
import { GLYPH, paintKind, paintMarks } from './paint/cells.ts';
import { CanvasSurface } from './paint/surface.ts';
import { palette } from './paint/theme.ts';
import * as s from './state.ts';
import { t, type TextId } from './strings.ts';

const MARKS: readonly (readonly [TextId, number])[] = [
  ['pinned', CELL.pinned],
  ['held', CELL.held],
  ['dma', CELL.dma],
  ['queued', CELL.queued | CELL.dma],
  ['dirty', CELL.dirty],
  ['writeback', CELL.writeback],
  ['swapcache', CELL.swapcache],
  ['fault', CELL.fault],
];
const ANY_MARK = MARKS.reduce((bits, [, bit]) => bits | bit, 0) | CELL.changed;

function Swatch({ kind, bits }: { readonly kind: number; readonly bits: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const p = palette.value;
  useLayoutEffect(() => {
    const ratio = window.devicePixelRatio || 1;
    const element = canvas.current!;
    element.width = element.height = 16 * ratio;
    const context = element.getContext('2d')!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const out = new CanvasSurface(context, p.fonts);
    if (bits) {
      out.rect(1, 1, 14, 14, {
        stroke: bits & CELL.changed ? p.changed : p.border,
        width: bits & CELL.changed ? 2 : 1,
      });
      paintMarks(out, bits, 1, 1, 14, 14, p);
    } else {
      paintKind(out, kind, 1, 1, 14, 14, p, false);
      out.text(8, 8, GLYPH[kind] ?? '', { fill: p.foreground, size: 9, align: 'center', mono: true });
    }
  }, [kind, bits, p]);
  return <canvas ref={canvas} class="swatch" aria-hidden="true" />;
}

/** The legend. */
export function Legend() {
  const present = useComputed(() => {
    const { grid, cards } = s.shown.value ?? {};
    const kinds = new Set<number>();
    let bits = 0;
    if (grid)
      for (const cell of grid.cells) {
        kinds.add(cell & CELL.kind);
        // cards say in words what marks say
        bits |= cell & (cards ? CELL.changed : ANY_MARK);
      }
    // a text, so that the legend is made again only when it differs
    return `${[...kinds].sort((a, b) => a - b).join(' ')}|${bits}`;
  });
  const [kinds, bits] = present.value.split('|');
  const shown = (kinds ?? '')
    .split(' ')
    .filter(Boolean)
    .map(Number)
    .filter((k) => k !== CELL_KIND.none);
  const set = Number(bits);
  const marks = MARKS.filter(
    ([id, bit]) => (id === 'queued' ? set & CELL.queued : set & bit) && (id !== 'dma' || set & CELL.dma),
  );
  return (
    <ul class="legend" aria-label={t('legend')}>
      {shown.map((kind) => (
        <li key={`k${kind}`}>
          <Swatch kind={kind} bits={0} />
          {kindText(kind)}
        </li>
      ))}
      {marks.map(([id, bit]) => (
        <li key={id}>
          <Swatch kind={0} bits={bit} />
          {t(id)}
        </li>
      ))}
      {set & CELL.changed ? (
        <li>
          <Swatch kind={0} bits={CELL.changed} />
          {t('changed')}
        </li>
      ) : null}
    </ul>
  );
}
