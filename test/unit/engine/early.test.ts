/** What the host runs for a page that is still being made. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Early } from '../../../client/vscode/simulator/early.ts';

const LOAD = { title: '', source: { uri: 'file:///a.c', name: 'a.c', text: '//@ process p\n' }, options: {} } as never;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a page does not wait for the picture of a run that has failed', async () => {
  const early = new Early(() => Promise.reject(new Error('no worker here')));
  early.run(LOAD);
  // without the clock moving
  expect(await early.told()).toEqual([]);
  expect(await early.told()).toEqual([]);
  early.dispose();
});

test('nor of one for which it has waited long enough', async () => {
  const early = new Early(() => new Promise(() => undefined));
  early.run(LOAD);
  const told = early.told();
  await vi.advanceTimersByTimeAsync(200);
  expect(await told).toEqual([]);
  early.dispose();
});
