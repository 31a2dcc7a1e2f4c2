/**
 * What a page will show is run while the page is still being made, by an engine of this host. A picture that is there before the page goes into the
 * page's text, another one follows when the page asks what to show.
 */
import type { Disposable } from 'vscode';
import type { First } from '../../../simulator/panel/first.ts';
import { hashOf, toPanel, type PanelMessage, type ToPanel } from '../../../simulator/panel/messages.ts';
import type { StartEngine } from '../engine.ts';
import { HeadStart } from './head-start.ts';

/** Milliseconds that the text of a page waits for its picture: VS Code makes the frame for it meanwhile, which takes longer. */
const SOON = 150;

/** What is run for one page, and what has been given to it. */
export class Early implements Disposable {
  readonly #headStart: HeadStart;
  #run: { readonly key: string; readonly first: Promise<First | undefined> } | undefined;
  #done: { readonly load: PanelMessage<'load'>; readonly first: First } | undefined;
  /** The run has ended, with a picture or without: there is nothing to wait for. */
  #isOver = false;
  #isDone: () => void = () => undefined;
  /** What the text of the page says. */
  #given = '';

  constructor(start: StartEngine) {
    this.#headStart = new HeadStart(start);
  }

  /** Something that wants to be simulated is open. */
  prepare(read: () => Promise<PanelMessage<'load'> | undefined>): void {
    this.#headStart.warm(read);
  }

  /** Is there an engine? */
  get isWarm(): boolean {
    return this.#headStart.isWarm;
  }

  /** Another page begins, of which nothing is known. */
  begin(): void {
    this.#run = this.#done = undefined;
    this.#isOver = false;
    this.#given = '';
  }

  /** Runs what the page is to show, unless it does so already. */
  run(load: PanelMessage<'load'>): void {
    const key = JSON.stringify(load);
    if (this.#run?.key === key) return;
    const first = this.#headStart.picture(load);
    const run = (this.#run = { key, first });
    this.#done = undefined;
    this.#isOver = false;
    void first.then((picture) => {
      if (this.#run !== run) return;
      if (picture) this.#done = { load, first: picture };
      this.#isOver = true;
      this.#isDone();
    });
  }

  /** What the page is told with its text: what it is to show, if the picture is there soon. */
  async told(): Promise<ToPanel[]> {
    if (!this.isWarm) return [];
    if (!this.#isOver)
      await new Promise<void>((done) => {
        this.#isDone = done;
        setTimeout(done, SOON);
      });
    if (!this.#done) return [];
    const { load, first } = this.#done;
    this.#given = JSON.stringify(load);
    return [toPanel('load', load), pictureOf(load, first)];
  }

  /** Tells a page that is there what to show, and then the picture that was made for it; nothing of what its text has told it. */
  async tell(load: PanelMessage<'load'>, post: (message: ToPanel) => void): Promise<void> {
    const run = this.#run;
    const wasGiven = this.#given === JSON.stringify(load);
    this.begin();
    if (wasGiven) return;
    post(toPanel('load', load));
    const first = await run?.first;
    if (first) post(pictureOf(load, first));
  }

  dispose(): void {
    this.#headStart.dispose();
  }
}

function pictureOf({ source, options }: PanelMessage<'load'>, first: First): ToPanel {
  return toPanel('first', { hash: hashOf(source.text, options), first });
}
