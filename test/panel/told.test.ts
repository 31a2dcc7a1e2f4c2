/** What a page is told with its text is what it would have been told by messages. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runHandlers } from '../../simulator/engine/requests.ts';
import type { Session } from '../../simulator/engine/session.ts';
import { snapshotHandlers } from '../../simulator/engine/snapshot.ts';
import { firstPicture } from '../../simulator/panel/first.ts';
import { hashOf, toPanel } from '../../simulator/panel/messages.ts';
import { readTold, writeTold } from '../../simulator/panel/told.ts';

const gallery = new URL('../../examples/gallery/', import.meta.url);

test('first pictures of the gallery, whatever the panel shows beside the pages', async () => {
  let session: Session;
  const handlers = {
    ...runHandlers(
      () => session,
      (one) => (session = one),
    ),
    ...snapshotHandlers(() => session),
  };
  const ask = (method: keyof typeof handlers, params: unknown): Promise<never> =>
    Promise.resolve((handlers[method] as (x: unknown) => never)(params));
  const tabs = ['events', 'lru', 'tables', 'device', 'storage', 'counters'];
  for (const [i, name] of readdirSync(gallery).entries()) {
    const source = { path: name, text: readFileSync(new URL(name, gallery), 'utf8') };
    const load = { title: name, source, options: {}, at: 'fault' as const, view: { tab: tabs[i % tabs.length]! } };
    const first = await firstPicture(ask, load);
    const told = [toPanel('load', load), toPanel('first', { hash: hashOf(source.text, {}), first })];
    expect(readTold(writeTold(told))).toEqual(told);
  }
});

test('nothing in it ends the element that it stands in, and only messages come out of it', () => {
  const text = 'int main(void) { return 0 </script><!-- 1; }';
  const told = [toPanel('load', { title: '</script>', source: { path: 'a.c', text }, options: {} })];
  expect(writeTold(told)).not.toContain('<');
  expect(readTold(writeTold(told))).toEqual(told);
  expect(() => readTold('[{ "type": "load", "version": 1 }]')).toThrow();
  expect(() => readTold('[1]')).toThrow();
});
