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

/** Words of a step in the log. */
const STEP = 3;

/** The record. */
export class Record {
  readonly faults: RunFault[] = [];
  readonly results: PropertyResult[] = [];
  /** Of each step: journal position, code position, depth of the stack. (A journal has less than 2^31 entries.) */
  private log = new Int32Array(1024 * STEP);
  private steps = 0;
  /** Where somebody else goes on: the step, the thread, the name of the actor; and who goes on now. */
  private readonly turns = new Numbers();
  private readonly threads = new Numbers();
  private readonly names = new Numbers();
  private lastThread = 0;
  private lastName = 0;
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
    return this.steps;
  }
  /** A step begins: thread `thread` is at `pc` of the code. */
  step(thread: number, pc: number): void {
    const { vm } = this.kernel;
    const i = this.steps;
    const name = vm.tName.data[thread]!;
    if (thread !== this.lastThread || name !== this.lastName) {
      this.turns.push(i);
      this.threads.push((this.lastThread = thread));
      this.names.push((this.lastName = name));
    }
    const at = i * STEP;
    if (at === this.log.length) this.grow();
    const { log } = this;
    log[at] = this.store.boundary();
    log[at + 1] = pc;
    log[at + 2] = vm.tDepth.data[thread]!;
    this.kernel.stepNumber = this.steps = i + 1;
  }
  private grow(): void {
    const { log } = this;
    this.log = new Int32Array(log.length * 2);
    this.log.set(log);
  }
  /** Word `what` of what is known of step `i`. */
  private of(i: number, what: number): number {
    return i >= 0 && i < this.steps ? this.log[i * STEP + what]! : 0;
  }
  position(i: number): number {
    return this.of(i, 0);
  }
  thread(i: number): number {
    return this.threads.at(this.turns.upTo(i) - 1);
  }
  /** Row of the program's spans. */
  row(i: number): number {
    return i >= 0 && i < this.length ? this.kernel.program.spanOf[this.of(i, 1) / WIDTH]! : -1;
  }
  name(i: number): string {
    return this.kernel.nameText(this.names.at(this.turns.upTo(i) - 1));
  }
  depth(i: number): number {
    return this.of(i, 2);
  }
  /** The thread of step `i` shows where it stands: the journal knows this of places where threads stopped only. Until the next move. */
  show(i: number): void {
    const { vm } = this.kernel;
    const t = this.thread(i);
    this.store.show(vm.tPc, t, this.of(i, 1));
    this.store.show(vm.tDepth, t, this.of(i, 2));
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
    this.steps = steps;
    this.turns.length = this.threads.length = this.names.length = this.turns.upTo(steps - 1);
    this.lastThread = this.threads.at(this.turns.length - 1);
    this.lastName = this.names.at(this.turns.length - 1);
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
    return [this.turns, this.threads, this.names, this.placeSteps, this.placePositions].reduce(
      (n, x) => n + x.bytes,
      this.log.byteLength,
    );
  }
}
