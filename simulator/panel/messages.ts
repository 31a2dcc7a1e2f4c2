/**
 * What the editor (the host) and the panel say to each other. One map, MESSAGES, gives every message its schema; the types of both
 * directions are derived from it and both sides check what arrives. A run is deterministic, so that only the source and the choices
 * of a run cross this boundary: the panel computes the rest in its own worker.
 *
 * The host answers `ready` with `l10n` (if there is a translation), `settings` and then `load` or `empty`.
 * `rerun` asks for another `load` with other options: what is being run is known to the host, in one place.
 */
import * as v from 'valibot';
import type { First } from './first.ts';

/** Version of these messages; both sides refuse others. */
export const PANEL_PROTOCOL = 1;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** A part of the source text: UTF-16 offsets. */
const span = v.object({ start: count, end: count });

/** Choices of a run (LoadOptions of simulator/engine/protocol.ts): together with the source they make the trace. */
const options = v.object({
  /** Kernel, for sources that do not say it. */
  kernel: v.optional(v.string()),
  /** Function to run, with arguments made from its signature. */
  fn: v.optional(v.string()),
  /** Who runs when: an execution that the explorer found. */
  schedule: v.optional(v.string()),
  /** Seed of random scheduling; 0: everybody runs until he waits. */
  seed: v.optional(count),
  /** Statements after which the run is stopped. */
  steps: v.optional(count),
  /** Lines whose statement is left out. */
  muted: v.optional(v.array(count)),
  /** Calls that fail: the nth call of this name, from 1. */
  failures: v.optional(v.array(v.object({ call: v.string(), nth: count }))),
  /** The first call that pins pages stops after so many. */
  shortPin: v.optional(count),
});

/** Where the view stood. Kept by the host as it is, so that hiding, reloading and moving the panel loses nothing. */
const view = v.object({
  /** How pages are laid out. */
  arrangement: v.optional(v.picklist(['pfn', 'lru', 'address', 'dma'])),
  /** Part that is shown beside the pages. */
  tab: v.optional(v.string()),
  /** Selected page frame. */
  page: v.optional(count),
  /** Text of the event filter. */
  filter: v.optional(v.string()),
  /** Pages that nothing happened to are shown too. */
  all: v.optional(v.boolean()),
});

/** Has this come from firstPicture()? (It is of our own engine: what is asked is whether the way here has left it whole.) */
function isFirst(data: unknown): boolean {
  const { run, timeline, snapshot } = (data ?? {}) as Partial<First>;
  const arrays = [
    run?.steps.place,
    run?.steps.actor,
    snapshot?.grid.pages,
    ...(timeline?.lanes.map((l) => l.steps) ?? []),
  ];
  return arrays.every((array) => array instanceof Int32Array) && run?.steps.place.length === run?.length;
}

/** Every message, by direction and type. */
const MESSAGES = {
  /** Host → panel. */
  toPanel: {
    /** Run this and show it. */
    load: v.object({
      /** Display name. */
      title: v.string(),
      source: v.object({
        path: v.string(),
        text: v.string(),
        /** Texts of local headers by what stands in `#include "…"`. */
        headers: v.optional(v.record(v.string(), v.string())),
      }),
      options,
      /** Step to show; `fault`: the first fault. Default: the step that was shown if this source was shown, else `fault`, else 0. */
      at: v.optional(v.union([count, v.literal('fault')])),
      /** As `state` gave it. */
      view: v.optional(view),
      /** Look at every interleaving as well, whether or not the source says `//@ explore`. */
      explore: v.optional(v.boolean()),
    }),
    /**
     * What the run that was asked for last looks like, from an engine of the host that was there before the page: shown if the engine of the page has
     * not said it before. `hash` is hashOf() of the source.
     */
    first: v.object({ hash: v.string(), first: v.custom<First>(isFirst, 'not the first picture of a run') }),
    /** There is nothing to run: why. */
    empty: v.object({
      reason: v.picklist(['no-file', 'no-function', 'other-language']),
      title: v.optional(v.string()),
    }),
    goTo: v.object({ step: count }),
    /** The caret stands here (line from 1): the pages that the line touches are marked. */
    selectLine: v.object({ line: count }),
    settings: v.object({
      reducedMotion: v.optional(v.boolean()),
      /** Steps a second when playing. */
      speed: v.optional(v.pipe(v.number(), v.minValue(0.5), v.maxValue(60))),
    }),
    /** The host's own command: `save` comes back. */
    export: v.object({ kind: v.picklist(['json', 'svg', 'png', 'md', 'html']) }),
    /** Translations by English text. */
    l10n: v.object({ bundle: v.record(v.string(), v.string()), language: v.string() }),
  },
  /** Panel → host. */
  toHost: {
    /** The page is there and listens. */
    ready: v.object({ version: v.literal(PANEL_PROTOCOL) }),
    /** To be kept, and given back in `load` when the panel comes again. */
    state: v.object({ sourceHash: v.string(), step: count, view }),
    /** A run is finished: what it found. */
    ran: v.object({
      ok: v.boolean(),
      /** It was ended by hand. */
      cut: v.optional(v.literal(true)),
      steps: count,
      faults: v.array(v.object({ kind: v.string(), text: v.string(), line: count, step: count })),
      diagnostics: v.array(
        v.object({ message: v.string(), start: count, end: count, severity: v.picklist(['error', 'warning', 'note']) }),
      ),
    }),
    /** Every interleaving of the source has been looked at: the verdict on each property, with the execution that shows it best. */
    explored: v.object({
      executions: count,
      /** False: a bound was reached. */
      complete: v.boolean(),
      verdicts: v.array(
        v.object({
          text: v.string(),
          holds: v.boolean(),
          /** Executions in which it is broken (an `exists`: occurs). */
          count,
          shortest: v.optional(v.object({ schedule: v.string(), steps: count, text: v.string(), line: count })),
        }),
      ),
    }),
    /** The state before this step is shown; `length` shows the end. */
    at: v.object({
      step: count,
      length: count,
      actor: v.string(),
      /** Line of the statement that just ran: the changes that are shown are its (from 1; 0: none). */
      ran: count,
      /** Line of the statement about to run (from 1; 0: none), and its span. */
      line: count,
      span: v.optional(span),
      /** Innermost first. */
      stack: v.array(v.object({ name: v.string(), line: count })),
      /** Page frames that the step before changed. */
      changed: v.array(count),
      /** Values beside lines: the last count of each page that a line touched. */
      values: v.array(v.object({ line: count, text: v.string() })),
    }),
    /** Show this place in the editor. */
    openSource: v.object({ path: v.string(), line: count, focus: v.optional(v.boolean()) }),
    /** An export is ready: ask where to put it. */
    save: v.object({
      name: v.string(),
      mime: v.string(),
      encoding: v.picklist(['utf8', 'base64']),
      data: v.string(),
    }),
    /** Run the same source with these options. */
    rerun: v.object({ options }),
    /** To the clipboard. */
    copy: v.object({ text: v.string() }),
    /** What buttons do that stand for a command of the editor. */
    command: v.object({ name: v.picklist(['gallery', 'walkthrough', 'simulate', 'debug']) }),
    /** Something went wrong inside: for the log, and a message if the panel cannot go on. */
    error: v.object({ message: v.string(), stack: v.optional(v.string()), fatal: v.boolean() }),
  },
} as const;

type Direction = keyof typeof MESSAGES;
type Schemas<D extends Direction> = (typeof MESSAGES)[D];
/** Content of a message by its type. */
type Content<D extends Direction, K extends keyof Schemas<D>> =
  Schemas<D>[K] extends v.GenericSchema<unknown, infer Out> ? Out : never;
type Message<D extends Direction> = {
  [K in keyof Schemas<D>]: { readonly type: K; readonly version: number } & Content<D, K>;
}[keyof Schemas<D>];

/** A message from the host to the panel. */
export type ToPanel = Message<'toPanel'>;
/** A message from the panel to the host. */
export type ToHost = Message<'toHost'>;
/** One message of a direction by its type. */
export type PanelMessage<K extends keyof Schemas<'toPanel'>> = Content<'toPanel', K>;
/** One message of a direction by its type. */
export type HostMessage<K extends keyof Schemas<'toHost'>> = Content<'toHost', K>;
/** Choices of a run. */
export type PanelRunOptions = v.InferOutput<typeof options>;
/** Where the view stood. */
export type PanelView = v.InferOutput<typeof view>;

/** Makes a message for the panel. */
export function toPanel<K extends keyof Schemas<'toPanel'>>(type: K, content: PanelMessage<K>): ToPanel {
  return { type, version: PANEL_PROTOCOL, ...(content as object) } as unknown as ToPanel;
}
/** Makes a message for the host. */
export function toHost<K extends keyof Schemas<'toHost'>>(type: K, content: HostMessage<K>): ToHost {
  return { type, version: PANEL_PROTOCOL, ...(content as object) } as unknown as ToHost;
}

/** A message that arrived at the panel; throws a TypeError that says what is wrong with it. */
export function readToPanel(data: unknown): ToPanel {
  return read('toPanel', data) as ToPanel;
}
/** A message that arrived at the host; throws a TypeError that says what is wrong with it. */
export function readToHost(data: unknown): ToHost {
  return read('toHost', data) as ToHost;
}

function read(direction: Direction, data: unknown): unknown {
  const head = v.safeParse(v.object({ type: v.string(), version: v.number() }), data);
  if (!head.success) throw new TypeError('this is no message of the Pinscope panel');
  const { type, version } = head.output;
  if (version !== PANEL_PROTOCOL)
    throw new TypeError(`message ${type} has version ${version}; this side speaks ${PANEL_PROTOCOL}`);
  const schemas: Readonly<Record<string, v.GenericSchema>> = MESSAGES[direction];
  const schema = Object.hasOwn(schemas, type) ? schemas[type] : undefined;
  if (!schema) throw new TypeError(`there is no message ${type}`);
  const result = v.safeParse(schema, data);
  if (result.success) return { type, version, ...(result.output as object) };
  const { path, message } = result.issues[0];
  throw new TypeError(`message ${type}: ${path?.map((p) => String(p.key)).join('.') ?? ''}: ${message}`);
}

/** FNV-1a of a source and its options: the same run has the same hash. */
export function hashOf(text: string, options: PanelRunOptions): string {
  const chosen = Object.entries(options).filter(([, value]) => value !== undefined);
  let h = 0x811c9dc5;
  for (const c of text + JSON.stringify(chosen.sort(([a], [b]) => (a < b ? -1 : 1))))
    h = Math.imul(h ^ c.codePointAt(0)!, 0x01000193);
  return (h >>> 0).toString(16).padStart(8, '0');
}
