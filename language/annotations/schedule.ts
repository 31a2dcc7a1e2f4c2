/**
 * Schedules: who does something next, in words that can be kept and given again (`--schedule`, `//@ schedule`).
 *
 *   app          the actor runs until it has done something visible, waits or ends
 *   app#2        the second actor of that name
 *   app@3        … until just before its third access to memory or call
 *   app!1        … and the first of its calls that may fail, fails
 *   app*4        four times
 *   time         the clock goes on to the next thing that is due: devices, timers, writeback
 *   [reclaim]    an annotation's action happens
 */

/** One part of a schedule. */
export interface Turn {
  /** Name of the actor, `time`, or `[action]`. */
  readonly who: string;
  /** Which of the actors of this name, from 1. */
  readonly nth: number;
  /** Stops before this access or call; 0: at its natural end. */
  readonly at: number;
  /** The call that fails among those of this turn that may; 0: none. */
  readonly fails: number;
}

/** Name of an actor as schedules write it. */
export const actorWord = (name: string): string => name.replace(/\s+/g, '').replace(/[#@!*[\]]/g, '_');

/** A part of a schedule that can't be read: where it stands in the text. */
export class ScheduleError extends RangeError {
  constructor(
    message: string,
    readonly start: number,
    readonly end: number,
  ) {
    super(message);
  }
}

/** Reads a schedule; throws ScheduleError. */
export function parseSchedule(text: string): Turn[] {
  const out: Turn[] = [];
  for (const m of text.matchAll(/\[([^\]]*)\](?:\*(\d+))?|(\S+)/g)) {
    const times = (n: string | undefined): number => Math.min(100_000, n === undefined ? 1 : Number(n));
    if (m[1] !== undefined) {
      for (let i = times(m[2]); i > 0; i--) out.push({ who: `[${m[1].trim()}]`, nth: 1, at: 0, fails: 0 });
      continue;
    }
    const w = /^([^#@!*[\]]+)(?:#(\d+))?(?:@(\d+))?(?:!(\d+))?(?:\*(\d+))?$/.exec(m[3]!);
    if (!w)
      throw new ScheduleError(
        `'${m[3]}' is no part of a schedule: actor, actor@3, actor!1, actor*4, time or [action]`,
        m.index,
        m.index + m[0].length,
      );
    const turn = { who: w[1]!, nth: Number(w[2] ?? 1), at: Number(w[3] ?? 0), fails: Number(w[4] ?? 0) };
    for (let i = times(w[5]); i > 0; i--) out.push(turn);
  }
  return out;
}
/** A schedule as text: what stands several times in a row is counted. */
export function formatSchedule(turns: readonly Turn[]): string {
  const words: { word: string; n: number }[] = [];
  for (const t of turns) {
    const word = t.who + (t.nth > 1 ? `#${t.nth}` : '') + (t.at ? `@${t.at}` : '') + (t.fails ? `!${t.fails}` : '');
    const last = words.at(-1);
    if (last?.word === word) last.n++;
    else words.push({ word, n: 1 });
  }
  return words.map((w) => (w.n > 1 ? `${w.word}*${w.n}` : w.word)).join(' ');
}
