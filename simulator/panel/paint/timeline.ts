/** Draws the timeline: lanes with ticks by kind, faults, branch points, the refcount of the selected page, the present place. */
import { TICK, type Lane, type PageHistory } from '../../engine/snapshot-protocol.ts';
import { t } from '../strings.ts';
import { tickColor, type Palette } from './theme.ts';
import type { Surface } from './surface.ts';

/** Measures in pixels. */
export const TIMELINE = { labels: 92, right: 12, top: 14, lane: 20, bottom: 4 } as const;

/** What a picture of the timeline is made of. */
export interface TimelineScene {
  readonly lanes: readonly Lane[];
  readonly length: number;
  readonly step: number;
  readonly width: number;
  readonly faults: readonly { readonly inevitable: number; readonly shown: number }[];
  readonly history: PageHistory | undefined;
  readonly palette: Palette;
}

/** Height of a timeline with so many lanes. */
export function timelineHeight(lanes: number): number {
  return TIMELINE.top + Math.max(1, lanes) * TIMELINE.lane + TIMELINE.bottom;
}

/** The largest tick of each pixel column of a lane: made once for a lane and a width. */
const bins = new WeakMap<Lane, { width: number; length: number; kinds: Uint8Array }>();
function binsOf(lane: Lane, width: number, length: number): Uint8Array {
  const have = bins.get(lane);
  if (have && have.width === width && have.length === length) return have.kinds;
  // 0: nothing; kind + 1 otherwise
  const kinds = new Uint8Array(width + 1);
  const { steps, ticks } = lane;
  for (let i = 0; i < steps.length; i++) {
    const x = Math.floor((steps[i]! * width) / length);
    const kind = ticks[i]! + 1;
    if (kinds[x]! < kind) kinds[x] = kind;
  }
  bins.set(lane, { width, length, kinds });
  return kinds;
}

/** Draws it all. */
export function paintTimeline(out: Surface, scene: TimelineScene): void {
  const { palette: p, length } = scene;
  const left = TIMELINE.labels;
  const width = Math.max(10, scene.width - left - TIMELINE.right);
  const lanes = scene.lanes.length + (scene.history ? 1 : 0);
  const bottom = TIMELINE.top + Math.max(1, lanes) * TIMELINE.lane;
  const x = (place: number): number => left + (length ? (place * width) / length : 0);
  const each = length ? width / length : width;

  scene.lanes.forEach((lane, row) => {
    const y = TIMELINE.top + row * TIMELINE.lane;
    out.text(left - 8, y + TIMELINE.lane / 2, lane.name, {
      fill: p.foreground,
      size: 11,
      align: 'right',
      room: left - 14,
    });
    out.line(left, y + TIMELINE.lane - 0.5, left + width, y + TIMELINE.lane - 0.5, {
      stroke: p.border,
      alpha: p.contrast ? 0.8 : 0.45,
    });
    if (each >= 3) {
      const w = Math.max(2, Math.min(14, each - 1));
      for (let i = 0; i < lane.steps.length; i++)
        tick(out, lane.ticks[i]!, x(lane.steps[i]! + 1) - each / 2 - w / 2, y, w, p);
    } else {
      const kinds = binsOf(lane, Math.floor(width), length);
      for (let k = 0; k < kinds.length;) {
        const kind = kinds[k]!;
        let end = k + 1;
        while (end < kinds.length && kinds[end] === kind) end++;
        if (kind) tick(out, kind - 1, left + k, y, end - k, p);
        k = end;
      }
    }
  });
  if (scene.history)
    paintHistory(out, scene, scene.history, TIMELINE.top + scene.lanes.length * TIMELINE.lane, x, width);

  // faults: a flag at the step in which it became inevitable, a line to where it showed
  for (const f of scene.faults) {
    if (f.inevitable < 0) continue;
    const at = x(f.inevitable + 1);
    out.line(at, 4, at, bottom, { stroke: p.red, alpha: 0.5, dash: [2, 2] });
    out.shape([at, 2, at + 9, 6, at, 10], { fill: p.red });
    if (f.shown > f.inevitable) {
      const shown = x(f.shown + 1);
      out.line(at, 6, shown, 6, { stroke: p.red, alpha: 0.6 });
      out.shape([shown - 4, 2, shown + 4, 2, shown, 10], { stroke: p.red, width: 1.5 });
    }
  }
  // the present place
  const now = x(scene.step);
  out.line(now, 0, now, bottom, { stroke: p.focus, width: 2 });
  out.shape([now - 5, 0, now + 5, 0, now, 7], { fill: p.focus });
}

/** Ticks differ in height as well as in colour: what matters more is taller; branch points are diamonds. */
function tick(out: Surface, kind: number, x: number, y: number, w: number, p: Palette): void {
  const color = tickColor(kind, p);
  const middle = y + TIMELINE.lane / 2;
  if (kind === TICK.branch && w >= 2) {
    const r = Math.max(4, Math.min(6, w / 2 + 2));
    const c = x + w / 2;
    out.shape([c, middle - r, c + r, middle, c, middle + r, c - r, middle], { fill: color });
    return;
  }
  const h =
    kind === TICK.fault ? 16 : kind === TICK.statement ? 4 : kind === TICK.memory || kind === TICK.output ? 8 : 12;
  out.rect(x, middle - h / 2, w, h, { fill: color, alpha: kind === TICK.statement ? 0.55 : 1 });
}

function paintHistory(
  out: Surface,
  scene: TimelineScene,
  history: PageHistory,
  y: number,
  x: (place: number) => number,
  width: number,
): void {
  const p = scene.palette;
  const left = TIMELINE.labels;
  out.text(left - 8, y + TIMELINE.lane / 2, t('pageLane', history.page), {
    fill: p.focus,
    size: 11,
    bold: true,
    align: 'right',
    room: left - 14,
  });
  if (!history.steps.length) return;
  // bias of 1024 makes the rest invisible: the scale is that of the digits
  const scale = (n: number): number => Math.log2(1 + Math.max(0, n));
  let max = 1;
  for (const r of history.refs) max = Math.max(max, scale(r));
  const top = y + 3;
  const h = TIMELINE.lane - 6;
  const at = (r: number): number => top + h - (scale(r) / max) * h;
  const points: number[] = [left, at(0)];
  let last = at(0);
  let lastX = -1;
  const n = history.steps.length;
  for (let i = 0; i < n; i++) {
    const px = x(history.steps[i]! + 1);
    // more changes than pixels: one point a pixel is enough
    if (n > 4 * width && Math.floor(px) === lastX) continue;
    lastX = Math.floor(px);
    points.push(px, last);
    last = at(history.refs[i]!);
    points.push(px, last);
  }
  points.push(left + width, last);
  out.path(points, { stroke: p.focus, width: 1.5 });
}
