/**
 * The first picture of a run, and all that the panel needs beside it. The page asks its own engine for it; the editor's host asks one that already
 * runs, while the page is still being made, and whichever is ready first is shown.
 */
import type { EngineMethod, EngineParams, EngineResult, EventInfo, LoadParams, Run } from '../engine/protocol.ts';
import type { PageHistory, Part, Snapshot, SnapshotParams, Timeline } from '../engine/snapshot-protocol.ts';
import type { PanelMessage, PanelView } from './messages.ts';

/** The details that are shown at first, and parts of a snapshot that some of them need. */
export const FIRST_TAB = 'events';
const PART_OF: Readonly<Record<string, Part>> = {
  lru: 'lists',
  tables: 'tables',
  device: 'device',
  storage: 'storage',
  counters: 'counters',
};
/** Parts of a snapshot that a tab shows. */
export function partsOf(tab: string): readonly Part[] {
  const part = PART_OF[tab];
  return part ? [part] : [];
}

/** A run with its first picture. */
export interface First {
  readonly run: Run;
  readonly timeline: Timeline;
  readonly events: readonly EventInfo[];
  /** What is asked for, and the answer. */
  readonly asked: SnapshotParams;
  readonly snapshot: Snapshot;
}
/** Asks an engine. */
type Ask = <M extends EngineMethod>(method: M, params: EngineParams<M>) => Promise<EngineResult<M>>;

/** What an engine is told to run. */
export function loadParams({ source, options }: PanelMessage<'load'>): LoadParams {
  return { name: source.path, source: source.text, ...(source.headers ? { headers: source.headers } : {}), options };
}

/** Places (see `step` of state.ts) that show a fault or break an assertion, ascending. */
export function stopsOf({ length, faults, results }: Run): number[] {
  const out = new Set<number>();
  for (const f of faults) for (const at of [f.inevitable, f.shown]) if (at >= 0) out.add(Math.min(length, at + 1));
  for (const r of results) if (!r.holds) out.add(Math.max(0, Math.min(length, r.step)));
  return [...out].sort((a, b) => a - b);
}

/** Where a panel stands that is given something to run: what it shows, and the step if it shows the same source with the same options. */
interface Standing {
  readonly view: PanelView;
  readonly step?: number | undefined;
}

/** Runs what a message says, and makes the picture that it asks for. `pause`: milliseconds of running after which there is one of what has run so far. */
export function firstPicture(
  ask: Ask,
  message: PanelMessage<'load'>,
  standing: Standing = { view: message.view ?? {} },
  pause?: number,
): Promise<First> {
  const params = loadParams(message);
  return pictureOf(ask, ask('load', pause === undefined ? params : { ...params, pause }), message, standing);
}

/** Lets an unfinished run come to its end, or stops it, and says now and then (`every` milliseconds) how far it is; undefined: it is not wanted any more. */
export async function comeToEnd(
  ask: Ask,
  every: number,
  tell: (length: number) => void,
  isWanted: () => boolean,
  isEnough: () => boolean,
): Promise<Run | undefined> {
  for (;;) {
    const { length, run } = await ask('goOn', isEnough() ? { stop: true } : { pause: every });
    if (!isWanted()) return undefined;
    if (run) return run;
    tell(length);
  }
}

/** What happened to a page in the part of a run that is shown: an unfinished run has come further than that. */
export function upTo(history: PageHistory, length: number): PageHistory {
  const { steps, refs, causes, total } = history;
  const known = steps.findLastIndex((step) => step < length) + 1;
  if (known === steps.length) return history;
  const those = causes.filter((c) => c.step < length);
  return {
    ...history,
    steps: steps.slice(0, known),
    refs: refs.slice(0, known),
    causes: those,
    total: total - (causes.length - those.length),
  };
}

/** The picture that a message asks for, of a run that the engine has or is about to have. */
export async function pictureOf(
  ask: Ask,
  loading: Run | Promise<Run>,
  message: PanelMessage<'load'>,
  { view, step: before }: Standing,
): Promise<First> {
  // asked in one go: the engine answers in this order
  const [run, timeline, events] = await Promise.all([
    loading,
    ask('timeline', {}),
    ask('events', { from: 0, to: Number.MAX_SAFE_INTEGER }),
  ]);
  const stop = stopsOf(run)[0];
  // an unfinished run has no faults yet: it is shown from its beginning
  const at = message.at !== 'fault' ? message.at : run.unfinished ? undefined : (stop ?? run.length);
  const focus = timeline.focus >= 0 ? timeline.focus : undefined;
  const page = before !== undefined || message.view?.page !== undefined ? view.page : focus;
  const asked: SnapshotParams = {
    step: Math.min(run.length, at ?? before ?? stop ?? Math.min(1, run.length)),
    arrangement: view.arrangement ?? 'pfn',
    all: view.all ?? false,
    ...(page === undefined ? {} : { page }),
    parts: partsOf(view.tab ?? FIRST_TAB),
  };
  return { run, timeline, events, asked, snapshot: await ask('snapshot', asked) };
}
