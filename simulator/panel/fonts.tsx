/** Fonts, found while the engine works: to look for those that have all signs takes longer than anything else of the first picture. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { CanvasSurface } from './paint/surface.ts';
import { palette } from './paint/theme.ts';

/** What the panel writes; some of it the editor's fonts may lack. */
const SIGNS = 'Ag0✓➜⋯−…·×←→≠';

/** Writes in each font that a picture needs, unseen. */
export function Fonts() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const out = new CanvasSurface(canvas.current!.getContext('2d')!, palette.value.fonts);
    // a title, a count and a name of a page
    out.text(0, 8, SIGNS, { fill: '#000', size: 11, bold: true });
    out.text(0, 8, SIGNS, { fill: '#000', size: 11 });
    out.text(0, 8, SIGNS, { fill: '#000', size: 10, mono: true });
  }, []);
  return (
    <span class="hidden unready" aria-hidden="true">
      {SIGNS} <strong>{SIGNS}</strong> <code>{SIGNS}</code>
      <canvas ref={canvas} width={16} height={16} />
    </span>
  );
}
