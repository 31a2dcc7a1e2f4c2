/** The place that is shown, for those who do not see the panel: the editor, and who has the screen read. */
import type { Run, StackFrame } from '../engine/protocol.ts';
import { describePage } from './describe.ts';
import type { HostMessage } from './messages.ts';
import * as s from './state.ts';
import { t } from './strings.ts';

/** What the editor is told. */
export function whereWeAre(
  run: Run,
  step: number,
  stack: readonly StackFrame[],
  values: readonly { readonly line: number; readonly text: string }[],
): HostMessage<'at'> {
  const place = step < run.length ? run.places[run.steps.place[step]!] : undefined;
  return {
    step,
    length: run.length,
    actor: s.stepInfo(Math.min(step, run.length - 1)).actor,
    ran: s.ownLine(step - 1),
    line: s.ownLine(step),
    ...(place?.file === 0 ? { span: { start: place.start, end: place.end } } : {}),
    stack: stack.map((f) => ({ name: f.name, line: f.place.file === 0 ? f.place.line : 0 })),
    changed: [...new Set((s.shown.peek()?.changes ?? []).flatMap((c) => (c.page === undefined ? [] : [c.page])))],
    values: [...values],
  };
}

/** What a screen reader says: the step, what happened in it, the selected page. */
export function inWords(run: Run, step: number): string {
  const happened = s.events.peek().filter((e) => e.step === step - 1);
  const selected = s.shown.peek()?.page;
  const words = [
    t('sayStep', step, run.length, happened.map((e) => e.text).join('. ') || (s.shown.peek()?.changes[0]?.what ?? '')),
    ...(selected ? [describePage(selected.page, selected.cell, selected.refcount)] : []),
  ];
  return words.join(' ');
}
