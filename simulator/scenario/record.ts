/**
 * The record of a run: what each step was, and the logs (events, output, faults, results). They only grow; how long they were is in the
 * journal, so that going back to an earlier place and running on from there cuts them where they were.
 */
import type { Kernel } from '../machine/index.ts';
import type { Column, Store } from '../trace/journal.ts';
import type { PropertyResult, RunFault } from './types.ts';

/** Numbers that are as long as the trace: grown by doubling, so that 10^6 steps are a few megabytes. */
class Numbers<A extends Int32Array | Float64Array> {
  length = 0;
  constructor(
    private data: A,
    private readonly larger: (n: number) => A,
  ) {}
  push(v: number): void {
    if (this.length === this.data.length) {
      const grown = this.larger(this.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length++] = v;
  }
  at(i: number): number {
    return i < this.length ? this.data[i]! : 0;
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
const ints = (): Numbers<Int32Array> => new Numbers(new Int32Array(1024), (n) => new Int32Array(n));
const floats = (): Numbers<Float64Array> => new Numbers(new Float64Array(1024), (n) => new Float64Array(n));

const LENGTH = { steps: 0, events: 1, output: 2, faults: 3, results: 4, ticks: 5, statements: 6 } as const;

/** The record. */
export class Record {
  readonly faults: RunFault[] = [];
  readonly results: PropertyResult[] = [];
  /** Of each step: journal position, thread, span row, name of the actor, depth of the stack. */
  private readonly positions = floats();
  private readonly threads = ints();
  private readonly rows = ints();
  private readonly names = ints();
  private readonly depths = ints();
  /** Step of the trace at each tick of the bus. */
  private readonly ticks = ints();
  /** Places from which the run can go on: step and journal position. */
  private readonly placeSteps = ints();
  private readonly placePositions = floats();
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
  /** A step begins. */
  step(thread: number, row: number): void {
    const { vm } = this.kernel;
    this.positions.push(this.store.boundary());
    this.threads.push(thread);
    this.rows.push(row);
    this.names.push(vm.tName.at(thread));
    this.depths.push(vm.tDepth.at(thread));
    this.kernel.stepNumber = this.positions.length;
  }
  position(i: number): number {
    return this.positions.at(i);
  }
  thread(i: number): number {
    return this.threads.at(i);
  }
  row(i: number): number {
    return i >= 0 && i < this.length ? this.rows.at(i) : -1;
  }
  name(i: number): string {
    return this.kernel.nameText(this.names.at(i));
  }
  depth(i: number): number {
    return this.depths.at(i);
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
    for (const n of [this.positions, this.threads, this.rows, this.names, this.depths]) n.length = steps;
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
      this.threads,
      this.rows,
      this.names,
      this.depths,
      this.placeSteps,
      this.placePositions,
    ].reduce((n, x) => n + x.bytes, 0);
  }
}
