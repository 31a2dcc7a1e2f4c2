/** What pictures are drawn on: a canvas, or SVG text. The same painting code makes both. */

/** How a shape looks. */
export interface Ink {
  readonly fill?: string;
  readonly stroke?: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly alpha?: number;
}
/** How a text looks. */
export interface TextInk {
  readonly fill: string;
  readonly size: number;
  readonly bold?: boolean;
  readonly mono?: boolean;
  readonly align?: 'left' | 'center' | 'right';
  /** Width in which it must fit; it is cut with an ellipsis. */
  readonly room?: number;
  readonly alpha?: number;
}
/** A place to draw on. Coordinates are CSS pixels. */
export interface Surface {
  rect(x: number, y: number, w: number, h: number, ink: Ink): void;
  line(x1: number, y1: number, x2: number, y2: number, ink: Ink): void;
  /** Points one after the other: x, y, x, y … */
  shape(points: readonly number[], ink: Ink): void;
  /** An open line through points. */
  path(points: readonly number[], ink: Ink): void;
  text(x: number, y: number, text: string, ink: TextInk): void;
}

/** Fonts of the page. */
export interface Fonts {
  readonly ui: string;
  readonly mono: string;
}

/** Draws on a canvas. `y` of texts is their middle. */
export class CanvasSurface implements Surface {
  private readonly widths = new Map<string, number>();
  constructor(
    readonly context: CanvasRenderingContext2D,
    private readonly fonts: Fonts,
  ) {}
  rect(x: number, y: number, w: number, h: number, ink: Ink): void {
    const c = this.context;
    if (ink.alpha !== undefined) c.globalAlpha = ink.alpha;
    if (ink.fill) {
      c.fillStyle = ink.fill;
      c.fillRect(x, y, w, h);
    }
    if (ink.stroke) {
      const width = ink.width ?? 1;
      c.strokeStyle = ink.stroke;
      c.lineWidth = width;
      if (ink.dash) c.setLineDash([...ink.dash]);
      c.strokeRect(x + width / 2, y + width / 2, w - width, h - width);
      if (ink.dash) c.setLineDash([]);
    }
    if (ink.alpha !== undefined) c.globalAlpha = 1;
  }
  line(x1: number, y1: number, x2: number, y2: number, ink: Ink): void {
    this.path([x1, y1, x2, y2], ink);
  }
  shape(points: readonly number[], ink: Ink): void {
    const c = this.context;
    this.trace(points);
    c.closePath();
    if (ink.alpha !== undefined) c.globalAlpha = ink.alpha;
    if (ink.fill) {
      c.fillStyle = ink.fill;
      c.fill();
    }
    if (ink.stroke) {
      c.strokeStyle = ink.stroke;
      c.lineWidth = ink.width ?? 1;
      c.stroke();
    }
    c.globalAlpha = 1;
  }
  path(points: readonly number[], ink: Ink): void {
    const c = this.context;
    this.trace(points);
    c.strokeStyle = ink.stroke ?? '';
    c.lineWidth = ink.width ?? 1;
    if (ink.alpha !== undefined) c.globalAlpha = ink.alpha;
    if (ink.dash) c.setLineDash([...ink.dash]);
    c.stroke();
    if (ink.dash) c.setLineDash([]);
    c.globalAlpha = 1;
  }
  text(x: number, y: number, text: string, ink: TextInk): void {
    const c = this.context;
    c.font = `${ink.bold ? '600 ' : ''}${ink.size}px ${ink.mono ? this.fonts.mono : this.fonts.ui}`;
    c.fillStyle = ink.fill;
    c.textAlign = ink.align ?? 'left';
    c.textBaseline = 'middle';
    if (ink.alpha !== undefined) c.globalAlpha = ink.alpha;
    c.fillText(ink.room === undefined ? text : this.cut(text, ink.room, c.font), x, y);
    c.globalAlpha = 1;
  }
  private trace(points: readonly number[]): void {
    const c = this.context;
    c.beginPath();
    c.moveTo(points[0]!, points[1]!);
    for (let i = 2; i < points.length; i += 2) c.lineTo(points[i]!, points[i + 1]!);
  }
  private measure(text: string, font: string): number {
    const key = `${font} ${text}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      if (this.widths.size > 4000) this.widths.clear();
      width = this.context.measureText(text).width;
      this.widths.set(key, width);
    }
    return width;
  }
  private cut(text: string, room: number, font: string): string {
    if (this.measure(text, font) <= room) return text;
    let n = text.length;
    while (n > 0 && this.measure(`${text.slice(0, n)}…`, font) > room) n--;
    return n ? `${text.slice(0, n)}…` : '';
  }
}

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
const n = (x: number): string => String(Math.round(x * 100) / 100);

/** Writes SVG elements. */
export class SvgSurface implements Surface {
  private readonly out: string[] = [];
  constructor(private readonly fonts: Fonts) {}
  rect(x: number, y: number, w: number, h: number, ink: Ink): void {
    const inset = ink.stroke ? (ink.width ?? 1) / 2 : 0;
    this.out.push(
      `<rect x="${n(x + inset)}" y="${n(y + inset)}" width="${n(Math.max(0, w - 2 * inset))}" height="${n(Math.max(0, h - 2 * inset))}"${this.ink(ink)}/>`,
    );
  }
  line(x1: number, y1: number, x2: number, y2: number, ink: Ink): void {
    this.path([x1, y1, x2, y2], ink);
  }
  shape(points: readonly number[], ink: Ink): void {
    this.out.push(`<path d="${this.trace(points)}Z"${this.ink(ink)}/>`);
  }
  path(points: readonly number[], ink: Ink): void {
    this.out.push(`<path d="${this.trace(points)}"${this.ink({ ...ink, fill: undefined })}/>`);
  }
  text(x: number, y: number, text: string, ink: TextInk): void {
    const anchor = { left: 'start', center: 'middle', right: 'end' }[ink.align ?? 'left'];
    // without a canvas widths are estimated: a character is about 0.58 of its size
    const per = ink.size * (ink.mono ? 0.6 : 0.56);
    const fit = ink.room === undefined ? Infinity : Math.floor(ink.room / per);
    const cut = text.length <= fit ? text : fit > 1 ? `${text.slice(0, fit - 1)}…` : '';
    if (!cut) return;
    this.out.push(
      `<text x="${n(x)}" y="${n(y)}" dominant-baseline="central" text-anchor="${anchor}" font-family="${escape(ink.mono ? this.fonts.mono : this.fonts.ui)}" font-size="${ink.size}"${ink.bold ? ' font-weight="600"' : ''} fill="${ink.fill}"${ink.alpha === undefined ? '' : ` opacity="${ink.alpha}"`}>${escape(cut)}</text>`,
    );
  }
  /** The whole picture. */
  svg(width: number, height: number, background: string, title: string): string {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" role="img"><title>${escape(title)}</title><rect width="100%" height="100%" fill="${background}"/>${this.out.join('')}</svg>\n`;
  }
  private trace(points: readonly number[]): string {
    let d = '';
    for (let i = 0; i < points.length; i += 2) d += `${i ? 'L' : 'M'}${n(points[i]!)} ${n(points[i + 1]!)}`;
    return d;
  }
  private ink(ink: Ink): string {
    return [
      ` fill="${ink.fill ?? 'none'}"`,
      ink.stroke ? ` stroke="${ink.stroke}" stroke-width="${ink.width ?? 1}"` : '',
      ink.dash ? ` stroke-dasharray="${ink.dash.join(' ')}"` : '',
      ink.alpha === undefined ? '' : ` opacity="${ink.alpha}"`,
    ].join('');
  }
}
