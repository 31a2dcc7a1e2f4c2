/** The present state as one picture: source line, timeline and pages. Drawn by the code that draws them on the page. */
import { gridScene } from '../grid.tsx';
import { paintCell, paintHeading } from '../paint/cells.ts';
import { paintTimeline, timelineHeight } from '../paint/timeline.ts';
import { CanvasSurface, SvgSurface, type Surface } from '../paint/surface.ts';
import { palette } from '../paint/theme.ts';
import * as s from '../state.ts';
import { t } from '../strings.ts';
import { timelineScene } from '../timeline.tsx';

const WIDTH = 960;
const MARGIN = 16;

/** Draws on a surface of which the origin can be moved. */
class Moved implements Surface {
  constructor(
    private readonly to: Surface,
    private readonly dx: number,
    private readonly dy: number,
  ) {}
  rect: Surface['rect'] = (x, y, w, h, ink) => this.to.rect(x + this.dx, y + this.dy, w, h, ink);
  line: Surface['line'] = (x1, y1, x2, y2, ink) =>
    this.to.line(x1 + this.dx, y1 + this.dy, x2 + this.dx, y2 + this.dy, ink);
  shape: Surface['shape'] = (points, ink) => this.to.shape(this.move(points), ink);
  path: Surface['path'] = (points, ink) => this.to.path(this.move(points), ink);
  text: Surface['text'] = (x, y, text, ink) => this.to.text(x + this.dx, y + this.dy, text, ink);
  private move(points: readonly number[]): number[] {
    return points.map((v, i) => v + (i % 2 ? this.dy : this.dx));
  }
}

function paint(out: Surface): number {
  const p = palette.value;
  const inner = WIDTH - 2 * MARGIN;
  const step = s.step.value;
  const ran = s.ownLine(step - 1);
  out.text(MARGIN, 24, s.loaded.value?.title ?? '', { fill: p.foreground, size: 15, bold: true, room: inner - 200 });
  out.text(WIDTH - MARGIN, 24, step ? t('position', step, s.length.value) : t('atStart'), {
    fill: p.muted,
    size: 12,
    align: 'right',
  });
  let y = 40;
  if (ran) {
    out.text(MARGIN, y + 10, `${ran}  ${s.lines.value[ran - 1]?.trim() ?? ''}`, {
      fill: p.foreground,
      size: 12,
      mono: true,
      room: inner,
    });
    y += 22;
  }
  const happened = s.events.value
    .filter((e) => e.step === step - 1)
    .map((e) => e.text)
    .join(' · ');
  if (happened) {
    out.text(MARGIN, y + 8, happened, { fill: p.muted, size: 12, room: inner });
    y += 22;
  }
  const timeline = timelineScene(inner);
  if (timeline) {
    paintTimeline(new Moved(out, MARGIN, y), timeline);
    y += timelineHeight(timeline.lanes.length + (timeline.history ? 1 : 0)) + 12;
  }
  const scene = gridScene(inner);
  if (scene) {
    const moved = new Moved(out, MARGIN, y);
    scene.layout.groups.forEach((_, i) => paintHeading(moved, scene, i));
    for (let i = 0; i < scene.grid.pages.length; i++) paintCell(moved, scene, i);
    y += scene.layout.height;
  }
  return y + MARGIN;
}

/** The picture as SVG. */
export function svgPicture(): string {
  const out = new SvgSurface(palette.value.fonts);
  const height = paint(out);
  return out.svg(WIDTH, height, palette.value.background, s.loaded.value?.title ?? 'Pinscope');
}

/** The picture as PNG, base64, at twice its size. */
export function pngPicture(): string {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d')!;
  // drawn twice: how high it is, is known afterwards
  const height = Math.min(8000, paint(new CanvasSurface(context, palette.value.fonts)));
  canvas.width = WIDTH * 2;
  canvas.height = Math.ceil(height) * 2;
  context.scale(2, 2);
  context.fillStyle = palette.value.background;
  context.fillRect(0, 0, WIDTH, height);
  paint(new CanvasSurface(context, palette.value.fonts));
  return canvas.toDataURL('image/png').replace(/^.*,/, '');
}
