/** Colours of the editor's theme, for what is drawn and not styled. */
import { signal } from '@preact/signals';
import { CELL_KIND, TICK } from '../../engine/snapshot-protocol.ts';
import type { Fonts } from './surface.ts';

/** Resolved colours. */
export interface Palette {
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly border: string;
  readonly focus: string;
  readonly error: string;
  readonly changed: string;
  readonly card: string;
  readonly blue: string;
  readonly green: string;
  readonly yellow: string;
  readonly orange: string;
  readonly purple: string;
  readonly red: string;
  readonly contrast: boolean;
  readonly fonts: Fonts;
}

function read(): Palette {
  const style = getComputedStyle(document.body);
  const of = (...names: readonly string[]): string => {
    for (const name of names) {
      const value = style.getPropertyValue(`--vscode-${name}`).trim();
      if (value) return value;
    }
    return '#808080';
  };
  return {
    background: of('editor-background'),
    foreground: of('editor-foreground', 'foreground'),
    muted: of('descriptionForeground', 'foreground'),
    border: of('contrastBorder', 'panel-border', 'widget-border', 'editorWidget-border'),
    focus: of('focusBorder'),
    error: of('errorForeground', 'charts-red'),
    changed: of('gitDecoration-modifiedResourceForeground', 'symbolIcon-classForeground'),
    card: of('editorWidget-background', 'editor-background'),
    blue: of('charts-blue'),
    green: of('charts-green'),
    yellow: of('charts-yellow'),
    // (charts.orange is a third opaque in VS Code's own themes, and missing in those of high contrast)
    orange: of('symbolIcon-classForeground'),
    purple: of('charts-purple'),
    red: of('charts-red'),
    contrast: document.body.className.includes('high-contrast'),
    fonts: {
      ui: style.getPropertyValue('--vscode-font-family').trim() || 'system-ui, sans-serif',
      mono: style.getPropertyValue('--vscode-editor-font-family').trim() || 'ui-monospace, monospace',
    },
  };
}

/** The palette of the present theme. */
export const palette = signal<Palette>(undefined as unknown as Palette);

/** Reads the theme, and again whenever the editor changes it. */
export function watchTheme(): void {
  palette.value = read();
  const again = (): void => {
    palette.value = read();
  };
  const observer = new MutationObserver(again);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'])
    matchMedia(query).addEventListener('change', again);
}

/** Colour of a kind of page. */
export function kindColor(kind: number, p: Palette): string {
  switch (kind) {
    case CELL_KIND.anon:
    case CELL_KIND.swap:
      return p.blue;
    case CELL_KIND.file:
    case CELL_KIND.tmpfs:
      return p.green;
    case CELL_KIND.dax:
      return p.yellow;
    case CELL_KIND.hugetlb:
      return p.purple;
    case CELL_KIND.orphan:
      return p.orange;
    case CELL_KIND.kernel:
    case CELL_KIND.zero:
      return p.muted;
    default:
      return p.border;
  }
}
/** Colour of a tick of the timeline. */
export function tickColor(kind: number, p: Palette): string {
  switch (kind) {
    case TICK.fault:
      return p.red;
    case TICK.take:
      return p.blue;
    case TICK.release:
      return p.green;
    case TICK.dma:
    case TICK.device:
      return p.purple;
    case TICK.reclaim:
      return p.orange;
    case TICK.branch:
      return p.yellow;
    case TICK.output:
      return p.foreground;
    default:
      return p.muted;
  }
}
/** Colour of a holder in the stack of a refcount, by its kind. */
export function holderColor(kind: string, p: Palette): string {
  switch (kind) {
    case 'pte':
      return p.blue;
    case 'page-cache':
    case 'buffers':
      return p.green;
    case 'swap-cache':
      return p.yellow;
    case 'pin':
      return p.purple;
    case 'get':
    case 'kernel-user':
      return p.orange;
    case 'unaccounted':
    case 'poison':
      return p.red;
    default:
      return p.muted;
  }
}
