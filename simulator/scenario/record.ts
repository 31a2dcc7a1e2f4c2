/**
 * The record of a run: what each step was, and the logs (events, output, faults, results). They only grow; how long they were is in the
 * journal, so that going back to an earlier place and running on from there cuts them where they were.
 */
import { WIDTH, type Kernel } from '../machine/index.ts';
import type { Column, Store } from '../trace/journal.ts';
import type { PropertyResult, RunFault } from './types.ts';

/** Numbers that are as long as the trace: grown by doubling, so that 10^6 steps are a few megabytes. */
class Numbers {
  length = 0;
  private data = new Int32Array(1024);
  push(v: number): void {
    if (this.length === this.data.length) {
      const grown = new Int32Array(this.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length++] = v;
  }
  at(i: number): number {
    return i >= 0 && i < this.length ? this.data[i]! : 0;
  }
  /** Number of values that are at most `v`; the values grow. */
  upTo(v: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const mid = (low + high) >>> 1;
      if (this.data[mid]! <= v) low = mid + 1;
      else high = mid;
    }
    return low;
  }
  get bytes(): number {
    return this.data.byteLength;
  }
}

const LENGTH = { steps: 0, events: 1, output: 2, faults: 3, results: 4, ticks: 5, statements: 6 } as const;

/** The record. */
export class Record {
  readonly faults: RunFault[] = [];
  readonly results: PropertyResult[] = [];
  /** Of each step: journal position, code position, depth of the stack. (A journal has less than 2^31 entries.) */
  private readonly positions = new Numbers();
  private readonly codes = new Numbers();
  private readonly depths = new Numbers();
  /** Where somebody else goes on: the step, the thread, the name of the actor. */
  private readonly turns = new Numbers();
  private readonly threads = new Numbers();
  private readonly names = new Numbers();
  /** Step of the trace at each tick of the bus. */
  private readonly ticks = new Numbers();
  /** Places from which the run can go on: step and journal position. */
  private readonly placeSteps = new Numbers();
  private readonly placePositions = new Numbers();
  private readonly lengths: Column;

  constructor(
    private readonly store: Store,
    private readonly kernel: Kernel,
  ) {
    this.lengths = store.column('run.lengths', 8);
  }

  /** Number of steps. */
  get length(): number {
    return this.positions.length;
  }
  /** A step begins: thread `thread` is at `pc` of the code. */
  step(thread: number, pc: number): void {
    const { vm } = this.kernel;
    const i = this.positions.length;
    const name = vm.tName.data[thread]!;
    const turn = this.turns.length - 1;
    if (turn < 0 || this.threads.at(turn) !== thread || this.names.at(turn) !== name) {
      this.turns.push(i);
      this.threads.push(thread);
      this.names.push(name);
    }
    this.positions.push(this.store.boundary());
    this.codes.push(pc);
    this.depths.push(vm.tDepth.data[thread]!);
    this.kernel.stepNumber = i + 1;
  }
  position(i: number): number {
    return this.positions.at(i);
  }
  thread(i: number): number {
    return this.threads.at(this.turns.upTo(i) - 1);
  }
  /** Row of the program's spans. */
  row(i: number): number {
    return i >= 0 && i < this.length ? this.kernel.program.spanOf[this.codes.at(i) / WIDTH]! : -1;
  }
  name(i: number): string {
    return this.kernel.nameText(this.names.at(this.turns.upTo(i) - 1));
  }
  depth(i: number): number {
    return this.depths.at(i);
  }
  /** The thread of step `i` shows where it stands: the journal knows this of places where threads stopped only. Until the next move. */
  show(i: number): void {
    const { vm } = this.kernel;
    const t = this.thread(i);
    this.store.show(vm.tPc, t, this.codes.at(i));
    this.store.show(vm.tDepth, t, this.depths.at(i));
  }
  /** The bus has come to tick `now`. */
  tick(now: number): void {
    while (this.ticks.length <= now) this.ticks.push(this.length);
  }
  /** Step of the trace at a tick of the bus. */
  stepOfTick(tick: number): number {
    return tick < this.ticks.length ? this.ticks.at(tick) : this.length;
  }

  /** The run is at a place from which it can go on. Returns the journal position. */
  place(): number {
    const { store, lengths } = this;
    const { events, output, vm } = this.kernel;
    store.set(lengths, LENGTH.steps, this.length);
    store.set(lengths, LENGTH.events, events.length);
    store.set(lengths, LENGTH.output, output.length);
    store.set(lengths, LENGTH.faults, this.faults.length);
    store.set(lengths, LENGTH.results, this.results.length);
    store.set(lengths, LENGTH.ticks, this.ticks.length);
    store.set(lengths, LENGTH.statements, vm.steps);
    const position = store.boundary();
    this.placeSteps.push(this.length);
    this.placePositions.push(position);
    return position;
  }
  /** Journal position of the last place at or before step `i` from which the run can go on. */
  placeBefore(i: number): number {
    return this.placePositions.at(Math.max(0, this.placeSteps.upTo(i) - 1));
  }
  /** Goes to such a place and forgets what came after it. */
  back(position: number): void {
    this.store.rollback(position);
    const { lengths } = this;
    const { events, output, vm } = this.kernel;
    const steps = lengths.at(LENGTH.steps);
    for (const n of [this.positions, this.codes, this.depths]) n.length = steps;
    this.turns.length = this.threads.length = this.names.length = this.turns.upTo(steps - 1);
    events.length = lengths.at(LENGTH.events);
    output.length = lengths.at(LENGTH.output);
    this.faults.length = lengths.at(LENGTH.faults);
    this.results.length = lengths.at(LENGTH.results);
    this.ticks.length = lengths.at(LENGTH.ticks);
    vm.steps = lengths.at(LENGTH.statements);
    this.kernel.stepNumber = steps;
    const places = this.placePositions.upTo(position);
    this.placeSteps.length = this.placePositions.length = places;
  }
  /** Bytes that the record of the steps takes. */
  get bytes(): number {
    return [
      this.positions,
      this.codes,
      this.depths,
      this.turns,
      this.threads,
      this.names,
      this.placeSteps,
      this.placePositions,
    ].reduce((n, x) => n + x.bytes, 0);
  }
}
