/**
 * The messages between the simulator, which runs as a worker, and whoever shows it. One engine holds one run at a time: `load` makes it, the
 * other requests read it at any step. No request has a present place: each names the step it asks about, so that several views can share a run.
 * Types only: both sides import this file and nothing of each other. (The typed arrays travel by structured clone.)
 *
 * A place in a run is the number of a step: the state *before* that statement runs, from 0 to `length`; `length` is the end of the run.
 * Lines count from 1, columns from 0, offsets are UTF-16 indices into the text of their file.
 */
import type { Exploration } from '../explore/index.ts';
import type { SnapshotRequests } from './snapshot-protocol.ts';

// ---- load

/** A call that is made to fail: the `nth` call of that name, from 1. */
export interface ForcedFailure {
  readonly call: string;
  readonly nth: number;
}
/** Choices of a run. */
export interface LoadOptions {
  /** Kernel for files that do not say it, such as `6.12`. */
  readonly kernel?: string;
  /** Run this function, with arguments made from its signature, whatever else the file asks for. */
  readonly fn?: string;
  /** Seed of random scheduling; 0: everybody runs until he waits. */
  readonly seed?: number;
  /**
   * Who runs when, as the explorer reports a counterexample and `//@ schedule` says it: `a@2 b*3 time [reclaim]`. It stands for the
   * file's own schedule; behind its end everybody runs until he waits. One that can't be read is a problem (error) of the run, one that
   * asks for somebody who can't run there a fault `schedule`.
   */
  readonly schedule?: string;
  /** Statements after which the run is stopped. */
  readonly steps?: number;
  /** Lines whose statement is left out. */
  readonly muted?: readonly number[];
  readonly failures?: readonly ForcedFailure[];
  /** The first call that pins pages stops after so many. */
  readonly shortPin?: number;
}
/** What to run. */
export interface LoadParams {
  /** Path or URI of the file, for messages and frames. */
  readonly name: string;
  readonly source: string;
  /** Texts of local headers by what stands in `#include "…"`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly options?: LoadOptions;
  /** Milliseconds of running after which what there is so far is answered; `goOn` continues. Default: there is no pause. */
  readonly pause?: number;
}
/** Something about the source that keeps it from running (error), or that one should know (warning). */
export interface Problem {
  readonly severity: 'error' | 'warning' | 'note';
  readonly message: string;
  /** What to do about it; '' if nothing better than the message can be said. */
  readonly advice: string;
  /** Number of the file in `files`. */
  readonly file: number;
  readonly start: number;
  readonly end: number;
  readonly line: number;
}
/** A text that took part. Number 0 is the snippet. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}
/** A statement of the program. */
export interface Place {
  /** Number of the file in `files`. */
  readonly file: number;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}
/** All steps of a run, one row each. */
export interface Steps {
  /** Number of the statement in `places`. */
  readonly place: Int32Array;
  /** Number of the actor in `actors`. */
  readonly actor: Int32Array;
  /** Depth of the call stack (functions of the kernel's headers count too). */
  readonly depth: Int32Array;
}
/** Somebody who runs code. */
export interface Actor {
  readonly name: string;
  readonly kind: 'process' | 'kthread' | 'irq' | 'work' | 'timer' | 'thread' | 'init';
  /** The machine's thread, for `callStack` and the like. */
  readonly thread: number;
  /** Its first step. */
  readonly first: number;
}
/** A fault of the run. */
export interface FaultInfo {
  readonly kind: string;
  readonly text: string;
  /** What this kind of fault is, in general. */
  readonly about: string;
  /** Step from which it could not be avoided. */
  readonly inevitable: number;
  /** Step in which it showed; -1: it never did. */
  readonly shown: number;
  readonly line: number;
  readonly actor: string;
  /** The snippet says `//@ exists` of it: it is what is to be shown. */
  readonly wanted: boolean;
}
/** Outcome of an assertion or property. */
export interface ResultInfo {
  /** As written, keyword included: `assert refcount(p) == 2`, `never lost-write`. */
  readonly text: string;
  readonly holds: boolean;
  /** Step that decided it. */
  readonly step: number;
  /** Line of the statement that decided it; 0: none. */
  readonly line: number;
  /** Line of the annotation itself. */
  readonly annotation: number;
  /** Of a comparison that failed: both sides as they were. */
  readonly sides?: { readonly actual: string; readonly expected: string };
}
/** A run, as `load` answers it. With errors among the problems nothing ran: `length` is 0. */
export interface Run {
  readonly name: string;
  readonly kernel: string;
  /** Everything went as the annotations say, with no fault that they do not ask for. */
  readonly ok: boolean;
  readonly length: number;
  readonly files: readonly SourceFile[];
  readonly places: readonly Place[];
  readonly steps: Steps;
  readonly actors: readonly Actor[];
  readonly faults: readonly FaultInfo[];
  readonly results: readonly ResultInfo[];
  readonly problems: readonly Problem[];
  /** Function that was run because no annotation says what to run. */
  readonly whole?: string;
  /** The file asks for every interleaving (`//@ explore`). */
  readonly explores: boolean;
  /** Why the run ended early, if it did. */
  readonly stopped?: string;
  /** It goes on when asked to; what it found is known at its end. */
  readonly unfinished?: true;
  /** It was ended by hand where it stood: of what is decided later nothing is said. */
  readonly cut?: true;
}
/** How far an unfinished run has come. */
export interface GoneOn {
  /** Steps so far. */
  readonly length: number;
  /** All of it, once it is finished. Until then the other requests know the run as `load` answered it. */
  readonly run?: Run;
}

// ---- reading a run

/** A place in the run and what stands there. At the end (`step` = length) place and actor are those of the last step. */
export interface Position {
  readonly step: number;
  readonly actor: number;
  readonly thread: number;
  readonly place: Place;
}
/** Which actor, if not the one whose step it is. */
export interface AtThread {
  readonly step: number;
  readonly thread?: number;
}
/** A thread as it is at a step. */
export interface ThreadInfo {
  readonly thread: number;
  readonly name: string;
  readonly kind: Actor['kind'];
  readonly state: 'running' | 'ready' | 'waiting';
}
/** A function that is being run. */
export interface StackFrame {
  readonly name: string;
  readonly place: Place;
}
/** What is shown in one row of a tree of values. */
export interface VariableInfo {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  /** For `variables`: its parts; 0: it has none. */
  readonly ref: number;
  /** Number of elements, if it is an array that can be read in pieces. */
  readonly indexed?: number;
  /** C expression that means this value, if there is one. */
  readonly expression?: string;
  /** It can be watched with a `data` stop: what to give as its `watch`. */
  readonly watch?: string;
}
/** A group of variables. */
export interface ScopeInfo {
  readonly name: string;
  readonly kind: 'locals' | 'globals' | 'pages' | 'devices' | 'machine';
  readonly ref: number;
  /** Reading it is more than a handful of values. */
  readonly expensive: boolean;
}
/** A C expression at a frame of a thread. */
export interface EvaluateParams extends AtThread {
  readonly expression: string;
  /** Number of the frame, 0 is the innermost. */
  readonly frame?: number;
}
/** A value, or why there is none. */
export type Evaluated =
  (Omit<VariableInfo, 'name'> & { readonly ok: true }) | { readonly ok: false; readonly message: string };
/** Something that happened in a step. */
export interface EventInfo {
  readonly step: number;
  readonly kind: string;
  readonly text: string;
  readonly actor: string;
  readonly line: number;
  readonly failure: boolean;
}

/** Where an expression is being typed, and what there is of it so far. */
export interface CompleteParams extends AtThread {
  readonly text: string;
  readonly frame?: number;
}
/** A name that may stand in place of the last `length` characters. */
export interface Completion {
  readonly label: string;
  readonly kind: 'variable' | 'member' | 'function';
  /** Its type; '' if it has none. */
  readonly detail: string;
  readonly length: number;
}

// ---- looking for a step

/** Why to stop. Every kind may have a condition (C, in the innermost frame) and a hit count. */
export interface Stop {
  readonly on:
    | { readonly kind: 'line'; readonly line: number; readonly file?: number }
    /** Entry of a function of the program, or a call of one of the kernel. */
    | { readonly kind: 'function'; readonly name: string }
    /** A value changes: `watch` of a variable, or a C expression, such as `pincount(pages[0])`. */
    | { readonly kind: 'data'; readonly watch: string }
    /** A fault becomes inevitable or shows, or an assertion fails (kind `assertion`). */
    | { readonly kind: 'fault'; readonly kinds?: readonly string[]; readonly unwanted?: boolean }
    | { readonly kind: 'step'; readonly step: number };
  readonly condition?: string;
  /** `5`, `>= 5`, `% 2`: hits count from the beginning of the run. */
  readonly hits?: string;
  /** Does not stop, but says this, with the values of C expressions in braces. */
  readonly log?: string;
}
/** Where to look. */
export interface FindStepParams {
  readonly from: number;
  readonly direction: 1 | -1;
  readonly stops: readonly Stop[];
  /** Last step to look at. Default: the end, or the beginning, of the run. */
  readonly to?: number;
}
/** What a stop says about the step. */
export interface StopReason {
  /** Number in `stops`. */
  readonly stop: number;
  readonly text: string;
}
/** `step` is null if nothing was found up to the end (the beginning) of the run. */
export interface Found {
  readonly step: number | null;
  readonly reasons: readonly StopReason[];
  /** What log points said on the way. */
  readonly logs: readonly { readonly step: number; readonly text: string; readonly stop: number }[];
  /** Conditions that could not be evaluated. */
  readonly problems: readonly { readonly stop: number; readonly message: string }[];
}
/** How far one step goes. */
export interface NextStepParams {
  readonly from: number;
  readonly direction: 1 | -1;
  /** `into`: the next statement of the thread; `over`: of the same function or a caller; `out`: of a caller; `any`: of anybody. */
  readonly granularity: 'into' | 'over' | 'out' | 'any';
  /** Default: the one whose step it is. */
  readonly thread?: number;
}
/** Statement coverage. */
export interface Coverage {
  /** Every statement of the file that was compiled, and how often it ran. */
  readonly statements: readonly (Place & { readonly count: number })[];
  readonly functions: readonly (Place & { readonly name: string; readonly count: number })[];
}

// ---- every interleaving

/** How far to explore. */
export interface ExploreParams {
  /** Turns that are carried out in all. Default 200,000. */
  readonly turns?: number;
}
/** What an exploration of the loaded source found; a verdict's `shortest.schedule` is `LoadOptions.schedule` of its counterexample. */
export interface Explored extends Exploration {
  /** Everything holds, as far as was looked (`complete`). */
  readonly ok: boolean;
  /** All of it in words, a line each, as `simulate --explore` says it. */
  readonly lines: readonly string[];
}

/** Requests to read and search a run. */
export interface RunRequests {
  readonly load: { readonly params: LoadParams; readonly result: Run };
  /** Continues an unfinished run, for so many milliseconds or to its end; or ends it where it stands. */
  readonly goOn: { readonly params: { readonly pause?: number; readonly stop?: true }; readonly result: GoneOn };
  readonly position: { readonly params: { readonly step: number }; readonly result: Position };
  readonly nextStep: { readonly params: NextStepParams; readonly result: number | null };
  readonly findStep: { readonly params: FindStepParams; readonly result: Found };
  /** Steps at a line, in order. */
  readonly stepsOfLine: {
    readonly params: { readonly line: number; readonly file?: number };
    readonly result: readonly number[];
  };
  /** For each line: the line of the statement at or after it where a breakpoint can stand; 0: none. */
  readonly statementLines: {
    readonly params: { readonly lines: readonly number[]; readonly file?: number };
    readonly result: readonly number[];
  };
  readonly threads: { readonly params: { readonly step: number }; readonly result: readonly ThreadInfo[] };
  readonly callStack: { readonly params: AtThread; readonly result: readonly StackFrame[] };
  readonly scopes: {
    readonly params: AtThread & { readonly frame?: number };
    readonly result: readonly ScopeInfo[];
  };
  /** `ref` of a scope or a value; the same number means the same thing at every step. */
  readonly variables: {
    readonly params: { readonly step: number; readonly ref: number; readonly start?: number; readonly count?: number };
    readonly result: readonly VariableInfo[];
  };
  readonly evaluate: { readonly params: EvaluateParams; readonly result: Evaluated };
  readonly complete: { readonly params: CompleteParams; readonly result: readonly Completion[] };
  /** What happened in the steps from `from` up to, not including, `to`. */
  readonly events: {
    readonly params: { readonly from: number; readonly to: number };
    readonly result: readonly EventInfo[];
  };
  /**
   * Tries every interleaving of the source that is loaded, and every failure that its `//@ explore` names; seed and schedule of the run
   * don't matter, and the loaded run stays as it is. Can be cancelled.
   */
  readonly explore: { readonly params: ExploreParams; readonly result: Explored };
  readonly coverage: { readonly params: Readonly<Record<string, never>>; readonly result: Coverage };
}

/** All requests. Parts of the engine that have files of their own add theirs here. */
export interface EngineRequests extends RunRequests, SnapshotRequests {}
/** Name of a request. */
export type EngineMethod = keyof EngineRequests;
/** What a request is given. */
export type EngineParams<M extends EngineMethod> = EngineRequests[M]['params'];
/** What it answers. */
export type EngineResult<M extends EngineMethod> = EngineRequests[M]['result'];
