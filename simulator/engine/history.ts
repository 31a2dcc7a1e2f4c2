/** What happened to a page, and why a value is what it is: the journal's entries with the steps and lines that wrote them. */
import { countBefore } from '../../language/search.ts';
import { PG } from '../mm/flags.ts';
import { pageColumns, changedPages } from './changes.ts';
import { contentText, flagChange, mappingName } from './words.ts';
import type { Cause, PageHistory } from './snapshot-protocol.ts';
import type { Simulation } from '../scenario/index.ts';

/** Changes that are put into words. */
const CAP = 400;
/** Steps of a line that are looked at for the pages that it touches. */
const OCCURRENCES = 64;

/** Number of the step that the journal entry at `position` belongs to; -1: before the first. */
export function stepAt(sim: Simulation, position: number): number {
  return countBefore(sim.length, (i) => sim.position(i) <= position) - 1;
}

/** All that happened to a page (and, of a part of a large folio, to its head). Moves the present place. */
export function pageHistory(sim: Simulation, page: number): PageHistory {
  const { s } = sim.model;
  const { store } = s;
  const names = pageColumns(s);
  const fields = new Uint8Array(store.columns.length);
  for (const id of names.keys()) fields[id] = 1;
  const found: { field: number; before: number; after: number; position: number }[] = [];
  store.scan(0, store.length, (field, index, before, after, position) => {
    if (index === page && fields[field]) found.push({ field, before, after, position });
  });
  const steps: number[] = [];
  const refs: number[] = [];
  const causes: Cause[] = [];
  const first = found.find((f) => f.field === s.refcount.id);
  sim.seek(0);
  let ref = first ? first.before : s.refcount.at(page);
  for (const f of found) {
    const step = Math.max(0, stepAt(sim, f.position));
    if (f.field === s.refcount.id) ref = f.after;
    if (steps.at(-1) === step) refs[refs.length - 1] = ref;
    else {
      steps.push(step);
      refs.push(ref);
    }
  }
  for (const f of found.slice(-CAP)) {
    const step = Math.max(0, stepAt(sim, f.position));
    const cause = words(sim, names.get(f.field)!, f.before, f.after);
    if (!cause) continue;
    const at = sim.step(step);
    causes.push({
      step,
      line: at.line,
      actor: actorAt(sim, step, f.position, at.actor),
      field: names.get(f.field)!,
      ...cause,
    });
  }
  return { page, steps: Int32Array.from(steps), refs: Int32Array.from(refs), causes, total: found.length };
}

/** Who wrote an entry: the thread whose step it is, or the devices and timers that work after it. */
function actorAt(sim: Simulation, step: number, position: number, actor: string): string {
  const { store } = sim.model.s;
  const mark = store.stepAt(position);
  if (mark < 0) return actor;
  const at = store.markAt(mark);
  if (at.position < sim.position(step)) return actor;
  const { devices } = sim.bus;
  return devices.length === 1 ? devices[0]!.o.name : devices.length ? 'a device' : actor;
}

function words(
  sim: Simulation,
  field: string,
  before: number,
  after: number,
): { before: string; after: string } | undefined {
  const { s } = sim.model;
  switch (field) {
    case 'flags': {
      const change = flagChange(before, after);
      return change ? { before: '', after: change } : undefined;
    }
    case 'mapping':
      return { before: mappingName(s, before), after: mappingName(s, after) };
    case 'contents':
      return { before: contentText(s, before), after: contentText(s, after) };
    default:
      return { before: String(before), after: String(after) };
  }
}

/** Pages that the steps of a line changed, most recent occurrence first. */
export function pagesOfLine(sim: Simulation, line: number): number[] {
  const out = new Set<number>();
  let seen = 0;
  for (let i = sim.length - 1; i >= 0 && seen < OCCURRENCES; i--) {
    if (sim.step(i).line !== line) continue;
    seen++;
    for (const p of changedPages(sim, i, i + 1, 1000)) out.add(p);
  }
  return [...out];
}

/** Beside each line that ran before `step`: what the page is that it changed last. */
export function lineValues(sim: Simulation, step: number): { line: number; text: string }[] {
  const { s } = sim.model;
  const out = new Map<number, string>();
  for (let i = step - 1, n = 0; i >= 0 && n < 400; i--, n++) {
    const { line } = sim.step(i);
    if (!line || out.has(line)) continue;
    const last = [...changedPages(sim, i, i + 1, 64)].at(-1);
    if (last === undefined) continue;
    sim.seek(i + 1);
    const head = s.head(last);
    const parts = [`page ${last}`, s.has(head, PG.allocated) ? `refcount ${s.refcount.at(head)}` : 'free'];
    if (s.mapcount.at(last)) parts.push(`mapcount ${s.mapcount.at(last)}`);
    out.set(line, parts.join(' · '));
  }
  return [...out].map(([line, text]) => ({ line, text })).sort((a, b) => a.line - b.line);
}
