/**
 * Every interleaving of what is loaded, looked at by an engine of its own: the one that shows a run goes on answering. What was found stays while
 * other executions of the same source are looked at.
 */
import type { LoadParams } from '../engine/protocol.ts';
import type { Engine } from './engine.ts';
import * as s from './state.ts';

/** Explores one source at a time. */
export class Explorations {
  #engine: Engine | undefined;
  /** The source and the choices that are being, or have been, explored. */
  #key = '';

  constructor(private readonly start: () => Promise<Engine>) {}

  /** Forgets what was found, unless it was found in this source. */
  keepFor(params: LoadParams): void {
    if (keyOf(params) !== this.#key) this.stop();
  }

  /** Explores, unless that has been done; true: there is something new to tell. */
  async explore(params: LoadParams): Promise<boolean> {
    const key = keyOf(params);
    if (key === this.#key) return false;
    this.stop();
    this.#key = key;
    s.exploration.value = { phase: 'running' };
    try {
      const engine = await this.start();
      if (this.#key !== key) {
        engine.dispose();
        return false;
      }
      this.#engine = engine;
      await engine.request('load', params);
      const result = await engine.request('explore', {});
      if (this.#key !== key) return false;
      s.exploration.value = { phase: 'done', result };
      return true;
    } catch (error) {
      // An engine that is ended rejects what it was asked.
      if (this.#key !== key || s.exploration.peek()?.phase !== 'running') return false;
      s.exploration.value = { phase: 'failed', message: error instanceof Error ? error.message : String(error) };
      return false;
    } finally {
      if (this.#key === key) this.#end();
    }
  }

  /** Ends an exploration that is going on; nothing is known any more. */
  stop(): void {
    this.#end();
    this.#key = '';
    s.exploration.value = undefined;
  }
  /** The person has waited long enough: says so until the source is another. */
  giveUp(): void {
    this.#end();
    s.exploration.value = { phase: 'stopped' };
  }

  #end(): void {
    this.#engine?.dispose();
    this.#engine = undefined;
  }
}

/** Which execution is shown makes no difference to what all of them do. */
function keyOf({ source, headers, options = {} }: LoadParams): string {
  return JSON.stringify([source, headers ?? {}, { ...options, schedule: undefined, seed: undefined }]);
}
