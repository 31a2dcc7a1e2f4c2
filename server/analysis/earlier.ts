/**
 * What an earlier walk says while there is no time for a new one: its events, moved to where the text that they are about
 * stands now. A function that calls the one that is being typed in needs a new walk with each keystroke; until that is
 * made, what it said before is shown.
 */
import type { CallExpr, Span } from '../../language/c/ast.ts';
import { laterPosition } from '../../language/c/index.ts';
import { calleeName, type FunctionContext } from './context.ts';
import type { PathEvent } from './events.ts';
import type { EarlierWalk } from './explore.ts';
import type { Resource, Trace } from './state.ts';

/** A function as the walk saw it, and as it is. */
interface Changed {
  readonly before: FunctionContext['def'];
  readonly now: FunctionContext | undefined;
  readonly later: (at: Span) => Span | null;
}

/**
 * The events of a walk in the present text. What stood in text that is gone goes; so does what one of the functions that
 * changed does all by itself, where its own walk is made anew (`isWalked`): that one tells of it.
 */
export function earlierEvents(
  walk: EarlierWalk,
  functions: ReadonlyMap<string, FunctionContext>,
  isWalked: (name: string) => boolean,
  reaches: (from: string, to: string) => boolean,
): PathEvent[] {
  const changed: Changed[] = [];
  const renewed = new Set<string>();
  for (const [name, context] of walk.contexts) {
    const now = functions.get(name);
    if (!context || context.def === now?.def) continue;
    changed.push({
      before: context.def,
      now,
      later: now ? laterPosition(context.def, now.def) : () => null,
    });
    if (isWalked(name)) renewed.add(name);
  }
  const toldAnew = (fn: string, resource: Resource | undefined): boolean =>
    renewed.has(fn) && (!resource || reaches(fn, resource.functionName));
  const moves = new Moves(changed);
  return walk.result.events.flatMap((event) => {
    if ('functionName' in event && toldAnew(event.functionName, event.resource)) return [];
    return moves.event(event) ?? [];
  });
}

/** Moves what events consist of. Null: it is not there any more. */
class Moves {
  private readonly resources = new Map<Resource, Resource | null>();
  private readonly traces = new Map<Trace, Trace | null>();

  constructor(private readonly changed: readonly Changed[]) {}

  event(event: PathEvent): PathEvent | null {
    const resource = event.resource && this.resource(event.resource);
    if (resource === null) return null;
    switch (event.kind) {
      case 'given-back':
        return { ...event, resource: resource! };
      case 'no-array': {
        const at = this.span(event.at);
        return at && { ...event, at };
      }
      case 'leak': {
        const at = this.span(event.at);
        const from = event.from && (this.call(event.from) ?? undefined);
        return at && { ...event, resource: resource!, at, from, trace: this.trace(event.trace) };
      }
      case 'outlives': {
        const at = this.span(event.at);
        return at && { ...event, resource: resource!, at, trace: this.trace(event.trace) };
      }
      case 'mismatch': {
        const at = this.span(event.at);
        const call = this.call(event.call);
        return at && call && { ...event, resource: resource!, at, call, trace: this.trace(event.trace) };
      }
      case 'double': {
        const first = this.span(event.first);
        const at = this.span(event.at);
        const call = this.call(event.call);
        return first && at && call && { ...event, resource, first, at, call, trace: this.trace(event.trace) };
      }
    }
  }

  private in(at: Span): Changed | undefined {
    return this.changed.find((one) => one.before.holds(at));
  }

  private span(at: Span): Span | null {
    const changed = this.in(at);
    return changed ? changed.later(at) : at;
  }

  private call(call: CallExpr): CallExpr | null {
    const changed = this.in(call);
    if (!changed) return call;
    const start = changed.later(call)?.start;
    return changed.now?.calls.find((one) => one.start === start && calleeName(one) === calleeName(call)) ?? null;
  }

  private resource(r: Resource): Resource | null {
    let moved = this.resources.get(r);
    if (moved === undefined) {
      const site = this.call(r.site);
      const releasedAt = r.releasedAt.flatMap((at) => this.span(at) ?? []);
      this.resources.set(r, (moved = site && { ...r, site, releasedAt }));
    }
    return moved;
  }

  /** Steps of which the text is gone are left out. */
  private trace(trace: Trace | null): Trace | null {
    const open: Trace[] = [];
    let t = trace;
    for (; t && !this.traces.has(t); t = t.parent) open.push(t);
    let moved = t ? this.traces.get(t)! : null;
    for (const step of open.reverse()) {
      const span = this.span(step.span);
      if (span === step.span && moved === step.parent) moved = step;
      else if (span) moved = { ...step, parent: moved, span };
      this.traces.set(step, moved);
    }
    return moved;
  }
}
