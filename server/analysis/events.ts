/** What the path walk reports to the rules: facts about paths, not yet findings. */
import type { CallExpr, Span } from '../../language/c/ast.ts';
import type { RefKind, Resource, Trace } from './state.ts';

/** A path on which a resource is still held where it can no longer be given back. */
export interface LeakEvent {
  readonly kind: 'leak';
  readonly resource: Resource;
  readonly at: Span;
  /** What happens at `at`. */
  readonly why: 'return' | 'end' | 'array-freed' | 'owner-freed' | 'overwritten' | 'forgotten' | 'uncounted' | 'rest';
  /** The call that frees; the field that is cleared. */
  readonly by?: string;
  readonly trace: Trace | null;
  readonly functionName: string;
  /** The call of `functionName`, made where the pages were taken, on the way to `at`. */
  readonly from?: CallExpr;
  /** Some of the requested pages only: the path knows that the result is short. */
  readonly short: boolean;
  /** Calls got the pages, or their numbers, and failed: lost only if such calls do not take them over all the same. */
  readonly refused: boolean;
}

export interface DoubleReleaseEvent {
  readonly kind: 'double';
  readonly resource?: Resource;
  readonly refKind: RefKind;
  readonly name: string;
  readonly first: Span;
  readonly at: Span;
  readonly call: CallExpr;
  /** 'again': the same pages twice; 'unfilled': more pages than the acquire filled; 'nothing': it took none. */
  readonly why: 'again' | 'unfilled' | 'nothing';
  readonly trace: Trace | null;
  readonly functionName: string;
}

export interface MismatchEvent {
  readonly kind: 'mismatch';
  readonly resource: Resource;
  readonly released: RefKind;
  readonly frees: boolean;
  readonly at: Span;
  readonly call: CallExpr;
  readonly trace: Trace | null;
  readonly functionName: string;
}

/** How a function ended: with an error, well, having begun what ends later (`return -EIOCBQUEUED;`), or it is not known. */
export type Outcome = 'error' | 'success' | 'begun' | 'unknown';

/** The root function returned with the resource held, reachable from outside. */
export interface OutlivesEvent {
  readonly kind: 'outlives';
  readonly resource: Resource;
  readonly root: string;
  readonly outcome: Outcome;
  readonly at: Span;
  /** Places through which the pages can be reached (sorted). */
  readonly reach: readonly string[];
  /** The function returns an object that holds the pages (not the pages themselves). */
  readonly inResult: boolean;
  /** All that the caller gets is an address of data inside of the page: a number that tells of no page to give back. */
  readonly onlyAddress: boolean;
  readonly trace: Trace | null;
  readonly short: boolean;
  /** The acquire took nothing in its last round: what is held is what earlier rounds took and put elsewhere. */
  readonly ofEarlier: boolean;
}

/** The root function ended with everything of this acquire given back. */
export interface ReturnedEvent {
  readonly kind: 'given-back';
  readonly resource: Resource;
  readonly root: string;
  readonly outcome: Outcome;
  readonly reach: readonly string[];
}

/** On the path the acquire was given no array: it takes nothing. */
export interface NoArrayEvent {
  readonly kind: 'no-array';
  readonly at: Span;
  readonly functionName: string;
  readonly resource?: undefined;
}

export type PathEvent = LeakEvent | DoubleReleaseEvent | MismatchEvent | OutlivesEvent | ReturnedEvent | NoArrayEvent;
