/** The boundary between editor and panel: what is let through, and what is refused with which words. */
import { describe, expect, test } from 'vitest';
import { PANEL_PROTOCOL, readToHost, readToPanel, toHost, toPanel } from '../../simulator/panel/messages.ts';

describe('messages of the panel', () => {
  test('a message arrives as it was sent', () => {
    const load = toPanel('load', {
      title: 'a.c',
      source: { path: '/a.c', text: 'int main(void) { return 0; }' },
      options: { seed: 3, muted: [4] },
      at: 'fault',
      view: { arrangement: 'lru', page: 4300 },
    });
    expect(readToPanel(structuredClone(load))).toEqual(load);
    const at = toHost('at', { step: 3, length: 9, actor: 'app', ran: 6, line: 7, stack: [], changed: [1], values: [] });
    expect(readToHost(JSON.parse(JSON.stringify(at)))).toEqual(at);
  });

  test.each([
    [undefined, /no message of the Pinscope panel/],
    [{ type: 'load' }, /no message of the Pinscope panel/],
    [{ type: 'goTo', step: 1, version: PANEL_PROTOCOL + 1 }, /version 2; this side speaks 1/],
    [{ type: 'toString', version: PANEL_PROTOCOL }, /no message toString/],
    [{ type: 'goTo', step: -1, version: PANEL_PROTOCOL }, /goTo: step:/],
    [{ type: 'goTo', step: 1.5, version: PANEL_PROTOCOL }, /goTo: step:/],
    [{ type: 'load', title: 'a', source: { path: 'a' }, options: {}, version: PANEL_PROTOCOL }, /load: source.text:/],
    [{ type: 'first', hash: 'a', first: {}, version: PANEL_PROTOCOL }, /first: first: not the first picture of a run/],
  ])('%j is refused', (data, why) => {
    expect(() => readToPanel(data)).toThrow(why);
  });

  test('unknown members do not get through', () => {
    const message = { type: 'goTo', version: PANEL_PROTOCOL, step: 2, extra: { a: 1 } };
    expect(readToPanel(message)).toEqual({ type: 'goTo', version: PANEL_PROTOCOL, step: 2 });
  });
});
