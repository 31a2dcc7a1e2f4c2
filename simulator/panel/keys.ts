/** Shortcuts of the panel. They work wherever the focus is, but in text fields and in lists that use the same keys. */
import type { Controller } from './controller.ts';
import * as s from './state.ts';
import type { TextId } from './strings.ts';

/** A shortcut: keys as `KeyboardEvent.key` names them, and what they do. */
export interface Shortcut {
  readonly id: TextId;
  readonly keys: readonly string[];
  readonly run: (control: Controller) => void;
}

/** All shortcuts, in the order of the list. */
export const SHORTCUTS: readonly Shortcut[] = [
  { id: 'play', keys: [' ', 'k'], run: (c) => c.togglePlay() },
  { id: 'step', keys: ['.', 'F10'], run: (c) => c.by(1) },
  { id: 'stepBack', keys: [',', 'Shift+F10'], run: (c) => c.by(-1) },
  { id: 'nextChange', keys: ['c'], run: (c) => c.toChange(1) },
  { id: 'previousChange', keys: ['C'], run: (c) => c.toChange(-1) },
  { id: 'nextFault', keys: ['f'], run: (c) => c.toFault(1) },
  { id: 'previousFault', keys: ['F'], run: (c) => c.toFault(-1) },
  { id: 'toStart', keys: ['['], run: (c) => c.by(-s.step.value) },
  { id: 'toEnd', keys: [']'], run: (c) => c.by(s.length.value) },
  { id: 'stopRun', keys: ['Escape'], run: (c) => c.stopRun() },
  { id: 'byFrame', keys: ['1'], run: () => void (s.arrangement.value = 'pfn') },
  { id: 'byList', keys: ['2'], run: () => void (s.arrangement.value = 'lru') },
  { id: 'byAddress', keys: ['3'], run: () => void (s.arrangement.value = 'address') },
  { id: 'byDma', keys: ['4'], run: () => void (s.arrangement.value = 'dma') },
  { id: 'shortcuts', keys: ['?'], run: () => void (s.showKeys.value = !s.showKeys.value) },
];

/** The first key of a shortcut, as people write it. */
export function shortcutOf(id: TextId): string {
  const key = SHORTCUTS.find((x) => x.id === id)?.keys[0] ?? '';
  return keyName(key);
}
/** A key as people write it. */
export function keyName(key: string): string {
  return key === ' ' ? 'Space' : /^[A-Z]$/.test(key) ? `Shift+${key}` : /^[a-z]$/.test(key) ? key.toUpperCase() : key;
}

/** Runs the shortcut of a key press, if there is one; true if it was one. */
export function handleKey(event: KeyboardEvent, control: Controller): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const target = event.target as HTMLElement;
  if (target.closest('input:not([type=radio], [type=checkbox]), textarea, select')) return false;
  // space presses a focused button
  if (event.key === ' ' && target.closest('button, a, input, summary, [role=tab], [role=option]')) return false;
  const name = event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key;
  const shortcut = SHORTCUTS.find((x) => x.keys.includes(name));
  if (!shortcut || s.phase.value !== 'ready') return false;
  event.preventDefault();
  shortcut.run(control);
  return true;
}
