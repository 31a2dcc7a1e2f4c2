/** Watches what a thread does within a turn, so that a turn can end before any access to memory or call, and calls can be made to fail. */
import { PREEMPT, type Kernel } from '../machine/index.ts';
import type { Turn } from '../../language/annotations/index.ts';

/** Who is told of accesses and calls; may throw PREEMPT. */
export interface Observer {
  /** The program is about to use `size` bytes of the machine's memory. `first`: of the instruction; not within a call. */
  access(at: number, size: number, write: boolean, first: boolean): void;
  /** It is about to call a built-in, or to use memory that is not the machine's own. */
  call(name: string): void;
  /** May this call fail now? True: it does. `of`: the call that is cut short. */
  fails(name: string, of?: string): boolean;
}

/** Counts accesses and calls of a turn. */
export class Watcher {
  /** Accesses and calls of this turn so far, and calls that might have failed. */
  count = 0;
  queries = 0;
  observer: Observer | undefined;
  private turn: Turn | undefined;

  constructor(k: Kernel) {
    k.vm.watchAccesses((at, size, write, first) => {
      const may = first && k.calling === 0;
      if (may) this.next();
      this.observer?.access(at, size, write, may);
    });
    k.beforeCall = (name) => {
      if (k.calling) return;
      this.next();
      this.observer?.call(name);
    };
  }
  /** A turn begins, or is over. */
  begin(turn: Turn | undefined): void {
    this.turn = turn;
    this.count = 0;
    this.queries = 0;
  }
  private next(): void {
    this.count++;
    if (this.turn && this.count === this.turn.at) throw PREEMPT;
  }
  /** A call that may fail asks whether it does. */
  fails(name: string, of?: string): boolean {
    if (!this.turn && !this.observer) return false;
    if (this.observer) return this.observer.fails(name, of);
    this.queries++;
    return this.turn !== undefined && this.queries === this.turn.fails;
  }
}
