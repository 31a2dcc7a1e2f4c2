/**
 * A simulator that is there before somebody asks for one: it is started when an annotated file is opened, and runs what was chosen while the page of the panel is
 * still being made. Its picture is the first one; all others are made by the engine of the page.
 */
import type { Disposable } from 'vscode';
import { firstPicture, type First } from '../../../simulator/panel/first.ts';
import type { PanelMessage } from '../../../simulator/panel/messages.ts';
import { Engine, type StartEngine } from '../engine.ts';

/** Milliseconds for which it is kept when nobody wants it. */
const IDLE = 180_000;
/** Milliseconds that all of it may take here; what takes longer is left to the page, whose engine then is there as well. */
const PATIENCE = 1500;
/** Milliseconds that the run alone may take: of a longer one, the page itself shows the beginning. */
const RUN = 400;
/** Milliseconds that a run may take of which nothing is wanted but that the engine has done it once. */
const WARMING = 50;
/** Longer runs are not sent from here to the page. */
const LONGEST = 20_000;

/** One engine, and what it was asked last. */
export class HeadStart implements Disposable {
  readonly #engine: Engine;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #isWarm = false;
  readonly #ask: Parameters<typeof firstPicture>[0] = (method, params) => this.#engine.request(method, params);

  constructor(start: StartEngine) {
    this.#engine = new Engine(start);
  }

  /**
   * Starts the engine, which then reads what every source needs. What `read` gives is run then: code that has run once is compiled, and a run takes a
   * third of the time.
   */
  warm(read?: () => Promise<PanelMessage<'load'> | undefined>): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#stop(), IDLE);
    if (this.#isWarm) return;
    this.#isWarm = true;
    this.#engine.warm();
    // (what goes wrong with it goes wrong again when it is wanted)
    void read?.().then((load) => load && firstPicture(this.#ask, load, undefined, WARMING).catch(() => undefined));
  }

  /** Is it there? */
  get isWarm(): boolean {
    return this.#isWarm;
  }

  /** The first picture of a run; undefined if it is not worth waiting for. */
  async picture(load: PanelMessage<'load'>): Promise<First | undefined> {
    this.warm();
    const patience = setTimeout(() => this.#stop(), PATIENCE);
    try {
      const first = await firstPicture(this.#ask, load, undefined, RUN);
      return first.run.unfinished || first.run.length > LONGEST ? undefined : first;
    } catch {
      // it took too long, or something is wrong, which the engine of the page will say as well
      return undefined;
    } finally {
      clearTimeout(patience);
    }
  }

  dispose(): void {
    this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#idle);
    this.#isWarm = false;
    this.#engine.stop();
  }
}
