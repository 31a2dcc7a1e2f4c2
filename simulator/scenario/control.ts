/** Where a run stands: phase, who ran last, random numbers, failures that are asked for. All in columns of the journal. */
import { Rows } from '../machine/index.ts';
import type { Column, Store } from '../trace/journal.ts';

/** What the run is doing. */
export const PHASE = { start: 0, insmod: 1, programs: 2, entryPoints: 3, rmmod: 4, ended: 5 } as const;

const CELL = {
  phase: 0,
  /** Thread that ran last, and for how many turns in a row. */
  current: 1,
  since: 2,
  /** Ticks in which nobody could run. */
  idle: 3,
  /** Thread that gave way; the next turn is somebody else's. */
  rotate: 4,
  random: 5,
  /** Faults of the bus that have been told. */
  told: 6,
  /** Pages after which the next pin stops, plus one. */
  short: 7,
  /** Number of the fault that stopped the run, plus one. */
  stopped: 8,
  /** Entry point that runs, the process and the struct file that they share. */
  entry: 9,
  entryProcess: 10,
  entryFile: 11,
  /** Threads that the phase waits for, so far. */
  mains: 12,
  /** Parts of the schedule that are done. */
  turn: 13,
  /** What the thread that the phase waited for last returned, and the process that insmod ran in. */
  result: 15,
  insmod: 16,
  /** module_init() failed: there is nothing to unload. */
  refused: 18,
  /** Turns since the phase waits for nobody, in which work and timers still ran. */
  drain: 19,
  /** Turns so far. */
  turns: 20,
  /** Names given to children of `//@ fork`. */
  children: 14,
} as const;
type Cell = keyof typeof CELL;

/** Control state of a run. */
export class Control {
  private readonly cells: Column;
  /** Calls so far, by name number. */
  private readonly calls: Column;
  /** Order of the threads that the phase waits for; 0: not one of them. */
  readonly main: Column;
  /** The turn in which a thread ran last, or was first seen. */
  readonly ran: Column;
  /** Annotations of a point that a thread has behind it. */
  readonly noted: Column;
  /** Of a thread that closes what a process leaves: process, stage and exit code. */
  readonly exitOf: Column;
  readonly exitStage: Column;
  readonly exitCode: Column;
  readonly failures: Rows<'call' | 'at' | 'live'>;
  readonly writebacks: Rows<'file' | 'index' | 'until' | 'live'>;
  /** Properties that are decided. */
  readonly decided: Rows<'property' | 'step' | 'line'>;

  constructor(private readonly store: Store) {
    this.cells = store.column('run.control', 32);
    this.calls = store.column('run.calls', 64);
    this.main = store.column('run.main', 64);
    this.noted = store.column('run.noted', 64);
    this.ran = store.column('thread ran', 64);
    this.exitOf = store.column('run.exit of', 64);
    this.exitStage = store.column('run.exit stage', 64);
    this.exitCode = store.column('run.exit code', 64);
    this.failures = new Rows(store, 'run.failures', ['call', 'at', 'live']);
    this.writebacks = new Rows(store, 'run.writebacks', ['file', 'index', 'until', 'live']);
    this.decided = new Rows(store, 'run.properties', ['property', 'step', 'line']);
  }
  get(cell: Cell): number {
    return this.cells.at(CELL[cell]);
  }
  set(cell: Cell, value: number): void {
    this.store.set(this.cells, CELL[cell], value);
  }
  add(cell: Cell, by: number): number {
    return this.store.add(this.cells, CELL[cell], by);
  }
  /** A random number below `n`; the same seed, the same numbers. */
  random(n: number): number {
    const next = (Math.imul(this.get('random'), 1103515245) + 12345) & 0x7fffffff;
    this.set('random', next || 1);
    return (next >> 8) % n;
  }
  /** Calls of a function so far. */
  callsOf(name: number): number {
    return this.calls.at(name);
  }
  /** One call more; its number. */
  called(name: number): number {
    return this.store.add(this.calls, name, 1);
  }
  /** The phase waits for this thread. */
  waitFor(thread: number): void {
    this.store.set(this.main, thread, this.add('mains', 1));
  }
}
