/** All that happened, filtered; only the rows in view are made, so that a million events scroll like ten. */
import { useRef } from 'preact/hooks';
import { useComputed, useSignal } from '@preact/signals';
import type { EventInfo } from '../../engine/protocol.ts';
import type { Controller } from '../controller.ts';
import * as s from '../state.ts';
import { t } from '../strings.ts';

const ROW = 22;
const HEIGHT = 264;

/** The events that the filter lets through; `onlyPage` those of steps that changed the selected page. */
export function filteredEvents(
  events: readonly EventInfo[],
  filter: string,
  steps: ReadonlySet<number> | undefined,
): readonly EventInfo[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length && !steps) return events;
  return events.filter((e) => {
    if (steps && !steps.has(e.step)) return false;
    const text = `${e.kind} ${e.actor} ${e.text}`.toLowerCase();
    return words.every((w) => text.includes(w));
  });
}

/** The tab. */
export function Events({ control }: { readonly control: Controller }) {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const steps = useComputed(() => (s.onlyPage.value && s.history.value ? new Set(s.history.value.steps) : undefined));
  const rows = useComputed(() => filteredEvents(s.events.value, s.filter.value, steps.value));
  const list = rows.value;
  const now = s.step.value;
  const first = Math.max(0, Math.floor(top.value / ROW) - 3);
  const last = Math.min(list.length, Math.ceil((top.value + HEIGHT) / ROW) + 3);
  return (
    <div class="events">
      <div class="bar">
        <input
          type="search"
          placeholder={t('filter')}
          aria-label={t('filter')}
          value={s.filter.value}
          onInput={(e) => {
            s.filter.value = e.currentTarget.value;
          }}
        />
        {s.page.value === undefined ? null : (
          <label class="check">
            <input
              type="checkbox"
              checked={s.onlyPage.value}
              onChange={(e) => {
                s.onlyPage.value = e.currentTarget.checked;
              }}
            />
            {t('onlyPage', s.page.value)}
          </label>
        )}
        <span class="hint push">{t('eventCount', list.length)}</span>
      </div>
      {list.length ? (
        <div
          ref={box}
          class="rows"
          tabIndex={0}
          role="group"
          aria-label={t('tabEvents')}
          style={{ height: `${Math.min(HEIGHT, list.length * ROW + 2)}px` }}
          onScroll={(e) => {
            top.value = e.currentTarget.scrollTop;
          }}
        >
          <div class="extent" style={{ height: `${list.length * ROW}px` }}>
            <ol style={{ transform: `translateY(${first * ROW}px)` }}>
              {list.slice(first, last).map((e, i) => (
                <li
                  key={first + i}
                  class={`${e.failure ? 'bad' : ''} ${e.step < now ? 'past' : 'future'} ${e.step === now - 1 ? 'current' : ''}`}
                >
                  <button
                    type="button"
                    class="row"
                    title={`${e.actor}: ${e.kind}: ${e.text}`}
                    onClick={() => control.goTo(e.step + 1)}
                  >
                    <span class="step">{e.step + 1}</span>
                    <span class="actor">{e.actor}</span>
                    <span class="kind">{e.kind}</span>
                    <span class="text">{e.text}</span>
                  </button>
                </li>
              ))}
            </ol>
          </div>
        </div>
      ) : (
        <p class="hint">{s.events.value.length ? t('noEvents') : t('noEventsYet')}</p>
      )}
    </div>
  );
}
