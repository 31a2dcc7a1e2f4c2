/** What the panel shows: the run, the place in it, the view. Everything visible is computed from these signals. */
import { computed, signal } from '@preact/signals';
import type { Arrangement, PageHistory, Part, Snapshot, Timeline } from '../engine/snapshot-protocol.ts';
import type { EventInfo, Explored, Run, StackFrame } from '../engine/protocol.ts';
import { FIRST_TAB, partsOf, stopsOf } from './first.ts';
import type { PanelMessage, PanelView } from './messages.ts';

/** Tabs of the details, in their order. */
export const TABS = ['events', 'source', 'lru', 'tables', 'device', 'storage', 'counters', 'findings'] as const;
/** A tab. */
export type Tab = (typeof TABS)[number];
/** Where the panel is. */
export type Phase = 'waiting' | 'running' | 'ready' | 'empty' | 'crashed';

/** What the panel is doing. */
export const phase = signal<Phase>('waiting');
/** What was loaded last. */
export const loaded = signal<PanelMessage<'load'> | undefined>(undefined);
/** Why there is nothing to run. */
export const emptyReason = signal<PanelMessage<'empty'>['reason']>('no-file');
/** What stopped the simulator. */
export const crash = signal('');
/** The run, once it is there. */
export const run = signal<Run | undefined>(undefined);
/** The engine takes its time: what shows a run is made meanwhile. */
export const preparing = signal(false);
/** Steps that a run has come to which is shown while it goes on. */
export const soFar = signal(0);
/** How the search through every interleaving of the source stands; undefined: nobody asked for it. */
export const exploration = signal<
  | { readonly phase: 'running' }
  | { readonly phase: 'stopped' }
  | { readonly phase: 'done'; readonly result: Explored }
  | { readonly phase: 'failed'; readonly message: string }
  | undefined
>(undefined);
/** Its lanes. */
export const timeline = signal<Timeline | undefined>(undefined);
/** All that happened in it. */
export const events = signal<readonly EventInfo[]>([]);
/** The wanted place, 0 … length. */
export const step = signal(0);
/** The last picture that arrived. */
export const shown = signal<Snapshot | undefined>(undefined);
/** Call stack at the wanted place. */
export const stack = signal<readonly StackFrame[]>([]);
/** All that happened to the selected page. */
export const history = signal<PageHistory | undefined>(undefined);
/** Does it step by itself? */
export const playing = signal(false);
/** Steps a second when it does. */
export const speed = signal(4);
/** Pages that the caret's line touches. */
export const marked = signal<ReadonlySet<number>>(new Set());
/** Field of the page whose causes are shown. */
export const whyField = signal<string | undefined>(undefined);
/** What a screen reader is told. */
export const spoken = signal('');
/** Is there an editor that shows the source? */
export const inEditor = signal(false);
/** Is the list of shortcuts open? */
export const showKeys = signal(false);

/** How pages are laid out. */
export const arrangement = signal<Arrangement>('pfn');
/** Which details are shown. */
export const tab = signal<Tab>(FIRST_TAB);
/** Selected page frame. */
export const page = signal<number | undefined>(undefined);
/** Filter of the events. */
export const filter = signal('');
/** Events of the selected page only. */
export const onlyPage = signal(false);
/** Pages that the run does not use are shown too. */
export const allPages = signal(false);

/** The view as it is kept. */
export const view = computed<PanelView>(() => ({
  arrangement: arrangement.value,
  tab: tab.value,
  ...(page.value === undefined ? {} : { page: page.value }),
  ...(filter.value ? { filter: filter.value } : {}),
  ...(allPages.value ? { all: true } : {}),
}));

/** Brings a kept view back. */
export function restoreView(v: PanelView | undefined): void {
  if (!v) return;
  if (v.arrangement) arrangement.value = v.arrangement;
  if (v.tab && (TABS as readonly string[]).includes(v.tab)) tab.value = v.tab as Tab;
  page.value = v.page;
  filter.value = v.filter ?? '';
  allPages.value = v.all ?? false;
}

/** Parts of a snapshot that somebody looks at. */
export const parts = computed<readonly Part[]>(() => partsOf(tab.value));

/** Number of steps of the run. */
export const length = computed(() => run.value?.length ?? 0);
/** Lines of the source. */
export const lines = computed(() => (run.value?.files[0]?.text ?? loaded.value?.source.text ?? '').split('\n'));

/** Places (see `step`) that show a fault or break an assertion, ascending. */
export const faultStops = computed(() => (run.value ? stopsOf(run.value) : []));

/** The statement of step `i`: line in the snippet (0: not in this file), actor. */
export function stepInfo(i: number): { line: number; actor: string; file: string } {
  const r = run.value;
  const place = r?.places[r.steps.place[i] ?? -1];
  return {
    line: place?.line ?? 0,
    file: r?.files[place?.file ?? 0]?.name ?? '',
    actor: r?.actors[r.steps.actor[i] ?? -1]?.name ?? '',
  };
}
/** Line of the snippet that step `i` runs; 0 if it is in another file or there is none. */
export function ownLine(i: number): number {
  const r = run.value;
  const place = r?.places[r.steps.place[i] ?? -1];
  return place && place.file === 0 ? place.line : 0;
}
