/** What the panel does: loads runs, moves in them, tells the editor. */
import { batch, effect } from '@preact/signals';
import type { LoadParams } from '../engine/protocol.ts';
import type { SnapshotParams } from '../engine/snapshot-protocol.ts';
import type { Engine } from './engine.ts';
import type { Host } from './host.ts';
import { Explorations } from './exploration.ts';
import { firstPicture, loadParams, type First } from './first.ts';
import { hashOf, type HostMessage, type PanelMessage, type PanelRunOptions, type ToPanel } from './messages.ts';
import * as s from './state.ts';
import { setBundle, t } from './strings.ts';
import { describePage } from './describe.ts';

/** Milliseconds after which the view is kept, and the stack and values beside lines are asked for. */
const SETTLED = 120;

/** Moves the panel. There is one, made by main.tsx. */
export class Controller {
  private engine: Engine | undefined;
  /** The engine, once it has been told what to run: it answers in the order of the questions. */
  private serving: Promise<Engine> | undefined;
  /** Is its run still going on? */
  private running = false;
  private host: Host | undefined;
  private busy = false;
  private wanted = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private settle: ReturnType<typeof setTimeout> | undefined;
  private generation = 0;
  /** Of the source that is shown, and of the one that was asked for last. */
  private sourceHash = '';
  private loading = '';
  readonly explorations: Explorations;
  /** Makes exports; set by main.tsx so that their code is not in the way. */
  exporter: (kind: PanelMessage<'export'>['kind']) => Promise<void> = () => Promise.resolve();

  constructor(private readonly start: () => Promise<Engine>) {
    this.explorations = new Explorations(start);
    effect(() => {
      // every place and view that is wanted leads to a picture of it
      void [s.step.value, s.arrangement.value, s.allPages.value, s.page.value, s.parts.value, s.run.value];
      void this.refresh();
    });
    effect(() => {
      void [s.step.value, s.view.value];
      this.settled();
    });
    effect(() => {
      const { value } = s.page;
      if (s.run.value && value !== undefined) void this.loadHistory(value);
      else s.history.value = undefined;
    });
    effect(() => this.pace(s.playing.value, s.speed.value));
  }

  /** Connects to the editor. */
  attach(host: Host): void {
    this.host = host;
    s.inEditor.value = host.editor;
  }

  /** A message of the editor. */
  receive(message: ToPanel): void {
    switch (message.type) {
      case 'load':
        void this.load(message);
        break;
      case 'first':
        // another engine was quicker than the one of this page
        if (s.phase.value === 'running' && message.hash === this.loading) this.show(message.first);
        break;
      case 'empty':
        batch(() => {
          s.run.value = undefined;
          s.emptyReason.value = message.reason;
          s.phase.value = 'empty';
        });
        break;
      case 'goTo':
        this.goTo(message.step);
        break;
      case 'selectLine':
        void this.markLine(message.line);
        break;
      case 'settings':
        // (VS Code marks the page itself, with vscode-reduce-motion, where the system decides)
        if (message.reducedMotion !== undefined) document.body.classList.toggle('reduce-motion', message.reducedMotion);
        if (message.speed !== undefined) s.speed.value = message.speed;
        break;
      case 'export':
        void this.export(message.kind);
        break;
      case 'l10n':
        setBundle(message.bundle);
        document.documentElement.lang = message.language;
        break;
    }
  }

  /** Runs a source and shows it. A run that is still going on is thrown away with its worker. */
  async load(message: PanelMessage<'load'>): Promise<void> {
    const generation = ++this.generation;
    const hash = (this.loading = hashOf(message.source.text, message.options));
    // who looks at a source goes on looking at what he looks at
    const isOther = s.loaded.peek()?.source.path !== message.source.path;
    if (this.running) this.restart();
    const step = hash === this.sourceHash ? s.step.value : undefined;
    batch(() => {
      s.playing.value = false;
      s.loaded.value = message;
      s.phase.value = 'running';
      if (message.view && isOther) s.restoreView(message.view);
    });
    const params = loadParams(message);
    this.explorations.keepFor(params);
    try {
      this.running = true;
      const started = this.engine ?? this.start();
      this.serving = Promise.resolve(started);
      const engine = await started;
      if (generation !== this.generation) return engine.dispose();
      this.engine = engine;
      const first = await firstPicture(engine.request, message, { view: s.view.value, step });
      if (generation !== this.generation) return;
      this.running = false;
      if (s.phase.value === 'running') this.show(first);
      else void this.refresh();
      if (first.run.length && (first.run.explores || message.explore)) void this.explore(params, generation);
    } catch (error) {
      if (generation === this.generation) this.fail(error);
    }
  }

  /** Shows the run that was asked for last. */
  private show({ run, timeline, events, asked, snapshot }: First): void {
    this.sourceHash = this.loading;
    this.wanted = this.keyOf(asked);
    batch(() => {
      s.run.value = run;
      s.timeline.value = timeline;
      s.events.value = events;
      s.marked.value = new Set();
      s.whyField.value = undefined;
      s.phase.value = 'ready';
      s.step.value = asked.step;
      s.page.value = asked.page;
      s.shown.value = snapshot;
    });
    this.host?.post('ran', {
      ok: run.ok,
      steps: run.length,
      faults: run.faults.map((f) => ({ kind: f.kind, text: f.text, line: f.line, step: Math.max(0, f.inevitable) })),
      diagnostics: run.problems
        .filter((p) => p.file === 0)
        .map(({ message: text, start, end, severity }) => ({ message: text, start, end, severity })),
    });
  }

  /** Looks at every interleaving; who has not chosen an execution is shown the shortest in which something is broken. */
  private async explore(params: LoadParams, generation: number): Promise<void> {
    const isNew = await this.explorations.explore(params);
    const found = s.exploration.peek();
    if (!isNew || found?.phase !== 'done') return;
    const { executions, complete, verdicts } = found.result;
    this.host?.post('explored', {
      executions,
      complete,
      verdicts: verdicts.map(({ text, holds, count, shortest }) => ({
        text,
        holds,
        count,
        ...(shortest && { shortest }),
      })),
    });
    const broken = verdicts.find((v) => !v.holds && v.shortest)?.shortest;
    if (generation !== this.generation || !broken || params.options?.schedule !== undefined) return;
    s.tab.value = 'findings';
    this.openSchedule(broken.schedule);
  }
  /** Runs the same source with these turns; undefined: in the usual order. */
  openSchedule(schedule: string | undefined): void {
    this.rerun({ ...s.loaded.peek()?.options, schedule });
  }

  /** Goes to a place. */
  goTo(step: number): void {
    s.step.value = Math.max(0, Math.min(s.length.value, Math.round(step)));
  }
  /** Goes on or back by steps. */
  by(steps: number): void {
    s.playing.value = false;
    this.goTo(s.step.value + steps);
  }
  /** The next (previous) of ascending places. */
  private toStop(stops: readonly number[], direction: 1 | -1): void {
    s.playing.value = false;
    const now = s.step.value;
    const stop = direction > 0 ? stops.find((x) => x > now) : stops.findLast((x) => x < now);
    if (stop !== undefined) this.goTo(stop);
  }
  /** The next (previous) fault. */
  toFault(direction: 1 | -1): void {
    this.toStop(s.faultStops.value, direction);
  }
  /** The next (previous) change of the selected page. */
  toChange(direction: 1 | -1): void {
    const history = s.history.value;
    if (history)
      this.toStop(
        [...history.steps].map((x) => x + 1),
        direction,
      );
  }
  /** Starts or stops playing; from the end it starts over. */
  togglePlay(): void {
    if (!s.playing.value && s.step.value >= s.length.value) this.goTo(0);
    s.playing.value = !s.playing.value;
  }
  /** Selects a page; undefined: none. */
  select(page: number | undefined): void {
    s.page.value = page === s.page.value ? s.page.value : page;
    if (page === undefined) s.whyField.value = undefined;
  }
  /** Runs the same source with other options. */
  rerun(options: PanelRunOptions): void {
    const message = s.loaded.value;
    if (!message) return;
    if (this.host?.editor) this.host.post('rerun', { options });
    else void this.load({ ...message, options });
  }
  /** Leaves out the statement of a line, and runs again. */
  mute(line: number): void {
    const options = s.loaded.value?.options ?? {};
    this.rerun({ ...options, muted: [...new Set([...(options.muted ?? []), line])] });
  }
  /** Shows a line in the editor, or in the source tab where there is none. */
  openLine(line: number): void {
    if (!line) return;
    if (this.host?.editor) this.host.post('openSource', { path: s.loaded.value?.source.path ?? '', line });
    else s.tab.value = 'source';
  }
  /** A button of an empty state. */
  command(name: HostMessage<'command'>['name']): void {
    this.host?.post('command', { name });
  }
  /** Gives a file to the host, or to the browser. */
  save(name: string, mime: string, data: string, encoding: 'utf8' | 'base64'): void {
    if (this.host?.editor) {
      this.host.post('save', { name, mime, data, encoding });
      return;
    }
    const bytes =
      encoding === 'utf8' ? new TextEncoder().encode(data) : Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes], { type: mime }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
  /** Exports the run or its picture. */
  async export(kind: PanelMessage<'export'>['kind']): Promise<void> {
    try {
      await this.exporter(kind);
    } catch (error) {
      this.report(error, false);
    }
  }
  /** Asks the engine; fails if it is not there. */
  request: Engine['request'] = async (method, params) => {
    if (!this.serving) throw new Error('The engine is not running.');
    return (await this.serving).request(method, params);
  };
  /** Tells the editor about an error. */
  report(error: unknown, fatal: boolean): void {
    const e = error instanceof Error ? error : new Error(String(error));
    this.host?.post('error', { message: e.message, ...(e.stack ? { stack: e.stack } : {}), fatal });
  }

  private restart(): void {
    this.engine?.dispose();
    this.engine = this.serving = undefined;
    this.busy = this.running = false;
    this.sourceHash = '';
  }
  private fail(error: unknown): void {
    this.restart();
    this.report(error, true);
    batch(() => {
      s.crash.value = error instanceof Error ? error.message : String(error);
      s.phase.value = 'crashed';
    });
  }
  /** One picture at a time is asked for; what is wanted meanwhile is asked for when it has come. */
  private async refresh(): Promise<void> {
    const { engine } = this;
    if (!engine || this.busy || s.phase.peek() !== 'ready') return;
    this.busy = true;
    try {
      for (;;) {
        const params: SnapshotParams = {
          step: s.step.peek(),
          arrangement: s.arrangement.peek(),
          all: s.allPages.peek(),
          ...(s.page.peek() === undefined ? {} : { page: s.page.peek()! }),
          parts: s.parts.peek(),
        };
        const key = this.keyOf(params);
        if (key === this.wanted || s.phase.peek() !== 'ready') break;
        this.wanted = key;
        const snapshot = await engine.request('snapshot', params);
        if (engine !== this.engine) return;
        s.shown.value = snapshot;
      }
    } catch (error) {
      if (engine === this.engine) this.fail(error);
    } finally {
      if (engine === this.engine) this.busy = false;
    }
  }
  private keyOf(params: SnapshotParams): string {
    return `${this.generation} ${JSON.stringify(params)}`;
  }
  private async loadHistory(page: number): Promise<void> {
    if (!this.serving) return;
    const history = await this.request('pageHistory', { page });
    if (s.page.peek() === page) s.history.value = history;
  }
  private async markLine(line: number): Promise<void> {
    if (s.phase.value !== 'ready') return;
    const pages = await this.request('pagesOfLine', { line });
    s.marked.value = new Set(pages);
    if (pages.length && s.page.value === undefined) this.select(pages[0]);
  }
  private pace(playing: boolean, speed: number): void {
    clearInterval(this.timer);
    if (!playing) return;
    this.timer = setInterval(() => {
      // the picture of the last step must have come: playing never runs ahead of what is seen
      if (this.busy) return;
      if (s.step.peek() >= s.length.peek()) s.playing.value = false;
      else this.goTo(s.step.peek() + 1);
    }, 1000 / speed);
  }
  /** Tells the editor and the screen reader where we are, once moving has ended. */
  private settled(): void {
    clearTimeout(this.settle);
    this.settle = setTimeout(() => void this.tell(), SETTLED);
  }
  private async tell(): Promise<void> {
    const run = s.run.peek();
    if (!run || s.phase.peek() !== 'ready') return;
    const step = s.step.peek();
    const generation = this.generation;
    const [stack, values] = await Promise.all([
      this.request('callStack', { step }),
      this.request('lineValues', { step }),
    ]);
    if (generation !== this.generation || step !== s.step.peek()) return;
    s.stack.value = stack;
    const place = step < run.length ? run.places[run.steps.place[step]!] : undefined;
    this.host?.post('state', { sourceHash: this.sourceHash, step, view: s.view.peek() });
    this.host?.post('at', {
      step,
      length: run.length,
      actor: s.stepInfo(Math.min(step, run.length - 1)).actor,
      ran: s.ownLine(step - 1),
      line: s.ownLine(step),
      ...(place?.file === 0 ? { span: { start: place.start, end: place.end } } : {}),
      stack: stack.map((f) => ({ name: f.name, line: f.place.file === 0 ? f.place.line : 0 })),
      changed: [...new Set((s.shown.peek()?.changes ?? []).flatMap((c) => (c.page === undefined ? [] : [c.page])))],
      values: [...values],
    });
    const happened = s.events.peek().filter((e) => e.step === step - 1);
    const selected = s.shown.peek()?.page;
    const words = [
      t(
        'sayStep',
        step,
        run.length,
        happened.map((e) => e.text).join('. ') || (s.shown.peek()?.changes[0]?.what ?? ''),
      ),
      ...(selected ? [describePage(selected.page, selected.cell, selected.refcount)] : []),
    ];
    s.spoken.value = words.join(' ');
  }
}
