/** What a run is asked for, and what it says. */

/** Choices of a run. */
export interface RunOptions {
  /** Statements after which the run is stopped. Default 1,000,000. */
  readonly steps?: number;
  /** Seed of random scheduling; 0: everybody runs until he waits. */
  readonly seed?: number;
  /** MiB of memory for the program. Default 64. */
  readonly memory?: number;
  /** Who runs when, as the explorer reports it and `//@ schedule` says it; behind its end everybody runs until he waits. */
  readonly schedule?: string;
}
/** One row of the trace. */
export interface Step {
  readonly index: number;
  readonly thread: number;
  readonly actor: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** Number of the statement: row of the program's spans. */
  readonly row: number;
  /** Depth of the call stack, functions of the headers included. */
  readonly depth: number;
}
/** A fault of the run. */
export interface RunFault {
  readonly kind: string;
  readonly text: string;
  /** Steps: from when it could not be avoided, and when it showed; -1: it never showed. */
  readonly inevitable: number;
  readonly shown: number;
  readonly line: number;
  readonly actor: string;
}
/** Outcome of a property. */
export interface PropertyResult {
  readonly text: string;
  readonly holds: boolean;
  readonly step: number;
  readonly line: number;
  /** Offset of the annotation. */
  readonly at: number;
}
