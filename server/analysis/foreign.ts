/**
 * What a path went through in other files of the driver. A helper there that returns early for a count or a flag in an object
 * may well know what the analysis does not: a path that loses pages behind such a decision is no evidence.
 */
import type { Span } from '../../language/c/ast.ts';
import { isInMain } from '../../language/c/index.ts';
import type { FunctionDef, TranslationUnit } from '../../language/c/unit.ts';
import type { PathEvent } from './events.ts';

/**
 * The events that rest on decisions of the file itself, or of the functions that take the pages. What such a function of another
 * file loses all by itself is told there; `walk` gives the events of one.
 */
export function ownEvents(
  unit: TranslationUnit,
  events: readonly PathEvent[],
  reaches: (from: string, to: string) => boolean,
  walk: (name: string) => readonly PathEvent[],
): readonly PathEvent[] {
  if (unit.linkedFunctions.length === 0) return events;
  const walked = new Map<string, readonly PathEvent[]>();
  const eventsOf = (name: string): readonly PathEvent[] => {
    let known = walked.get(name);
    if (!known) walked.set(name, (known = walk(name)));
    return known;
  };
  const isLostThere = (e: PathEvent): boolean => {
    if (e.kind !== 'leak' || isInMain(e.resource.site.start)) return false;
    return unit.linkedFunctions.some(
      (f) =>
        reaches(e.functionName, f.name) &&
        reaches(f.name, e.resource.functionName) &&
        eventsOf(f.name).some((x) => x.kind === 'leak' && x.resource.site.start === e.resource.site.start),
    );
  };
  const linked = [...unit.linkedFunctions].sort((a, b) => a.start - b.start);
  return events.filter(
    (e) => (e.kind !== 'leak' && e.kind !== 'outlives') || !(isDecidedElsewhere(e, linked, reaches) || isLostThere(e)),
  );
}

function isDecidedElsewhere(
  e: PathEvent & { kind: 'leak' | 'outlives' },
  linked: readonly FunctionDef[],
  reaches: (from: string, to: string) => boolean,
): boolean {
  for (let t = e.trace; t; t = t.parent) {
    if (t.role === 'acquire' && t.span.start === e.resource.site.start) return false;
    if (t.role !== 'branch' || isInMain(t.span.start)) continue;
    const fn = holderOf(t.span, linked);
    if (fn && !reaches(fn.name, e.resource.functionName)) return true;
  }
  return false;
}

function holderOf(span: Span, sorted: readonly FunctionDef[]): FunctionDef | undefined {
  const fn = sorted.findLast((f) => f.start <= span.start);
  return fn && span.end <= fn.end ? fn : undefined;
}
