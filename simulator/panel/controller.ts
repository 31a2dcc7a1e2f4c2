/** What the panel does: loads runs, moves in them, tells the editor. */
import { batch, effect } from '@preact/signals';
import type { LoadParams } from '../engine/protocol.ts';
import type { SnapshotParams } from '../engine/snapshot-protocol.ts';
import type { Engine } from './engine.ts';
import { download } from './export/download.ts';
import type { Host } from './host.ts';
import { Explorations } from './exploration.ts';
import { comeToEnd, firstPicture, loadParams, pictureOf, upTo, type First } from './first.ts';
import { hashOf, type HostMessage, type PanelMessage, type PanelRunOptions, type ToPanel } from './messages.ts';
import * as s from './state.ts';
import { setBundle, t } from './strings.ts';
import { inWords, whereWeAre } from './place.ts';

/** Milliseconds of running after which a run is shown as far as it has come, and between two looks at how far that is. */
const FIRST_LOOK = 60;
const LOOK = 100;
/** Milliseconds after which nobody else has a picture. */
const HOST = 25;
/** Milliseconds after which the view is kept, and the stack and values beside lines are asked for. */
const SETTLED = 120;

/** Moves the panel. There is one, made by main.tsx. */
export class Controller {
  private engine: Engine | undefined;
  /** The engine, once it has been told what to run: it answers in the order of the questions. */
  private serving: Promise<Engine> | undefined;
  /** Is its run still going on? */
  private running = false;
  /** The run that goes on is to end where it stands. */
  private isEnough = false;
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
    // (an engine of the host has its picture ready at once, if it has one)
    if (!s.run.value) setTimeout(() => (s.preparing.value = true), HOST);
    const params = loadParams(message);
    this.explorations.keepFor(params);
    try {
      this.running = true;
      const started = this.engine ?? this.start();
      this.serving = Promise.resolve(started);
      const engine = await started;
      if (generation !== this.generation) return engine.dispose();
      this.engine = engine;
      let first = await firstPicture(engine.request, message, { view: s.view.value, step }, FIRST_LOOK);
      if (generation !== this.generation) return;
      this.running = false;
      if (s.phase.value === 'running') this.show(first);
      else void this.refresh();
      if (first.run.unfinished) {
        const whole = await this.finish(engine, message, first, generation);
        if (!whole) return;
        first = whole;
      }
      if (first.run.length && (first.run.explores || message.explore)) void this.explore(params, generation);
    } catch (error) {
      if (generation === this.generation) this.fail(error);
    }
  }

  /** Lets a run that is shown already come to its end, and shows all of it: where its fault is, unless somebody has moved. */
  private async finish(
    { request }: Engine,
    message: PanelMessage<'load'>,
    { asked, run: begun }: First,
    generation: number,
  ): Promise<First | undefined> {
    const isWanted = (): boolean => generation === this.generation;
    const hasMoved = (): boolean => s.playing.value || s.step.value !== asked.step;
    s.soFar.value = begun.length;
    this.isEnough = false;
    const run = await comeToEnd(
      request,
      LOOK,
      (length) => (s.soFar.value = length),
      isWanted,
      () => this.isEnough,
    );
    if (!run) return undefined;
    const first = await (hasMoved()
      ? pictureOf(request, run, { ...message, at: undefined }, { view: s.view.value, step: s.step.value })
      : pictureOf(request, run, message, { view: s.view.value }));
    if (!isWanted()) return undefined;
    if (s.run.value?.unfinished)
      this.show(first, {
        ...(hasMoved() ? { step: s.step.value } : {}),
        ...(s.page.value === asked.page ? {} : { page: s.page.value }),
      });
    else {
      // an engine of the host was quicker: what this one was asked meanwhile, it answered without the rest of the run
      this.wanted = '';
      void this.refresh();
      if (s.page.value !== undefined) void this.loadHistory(s.page.value);
    }
    return first;
  }

  /** Shows the run that was asked for last; of one that was begun to be shown, `kept` stays. */
  private show(
    { run, timeline, events, asked, snapshot }: First,
    kept?: { readonly step?: number; readonly page?: number | undefined },
  ): void {
    this.sourceHash = this.loading;
    this.wanted = this.keyOf(asked);
    batch(() => {
      s.run.value = run;
      s.timeline.value = timeline;
      s.events.value = events;
      if (!kept) {
        s.marked.value = new Set();
        s.whyField.value = undefined;
      }
      s.phase.value = 'ready';
      s.step.value = kept?.step ?? asked.step;
      s.page.value = kept && 'page' in kept ? kept.page : asked.page;
      s.shown.value = snapshot;
    });
    if (run.unfinished) return;
    if (run.cut) s.spoken.value = t('stoppedAfter', run.length);
    this.host?.post('ran', {
      ok: run.ok,
      ...(run.cut && { cut: true }),
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
  /** Ends a run that is still going on; what has run so far stays. */
  stopRun(): void {
    if (s.run.peek()?.unfinished) this.isEnough = true;
  }
  /** A button of an empty state. */
  command(name: HostMessage<'command'>['name']): void {
    this.host?.post('command', { name });
  }
  /** Gives a file to the host, or to the browser. */
  save(name: string, mime: string, data: string, encoding: 'utf8' | 'base64'): void {
    if (this.host?.editor) this.host.post('save', { name, mime, data, encoding });
    else download(name, mime, data, encoding);
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
    if (s.page.peek() === page) s.history.value = upTo(history, s.length.peek());
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
    this.host?.post('state', { sourceHash: this.sourceHash, step, view: s.view.peek() });
    this.host?.post('at', whereWeAre(run, step, stack, values));
    s.spoken.value = inWords(run, step);
  }
}
