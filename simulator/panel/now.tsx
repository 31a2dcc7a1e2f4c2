/** The step: which statement ran, which comes next, what happened and what changed. */
import { useSignal } from '@preact/signals';
import type { Change } from '../engine/snapshot-protocol.ts';
import type { EventInfo } from '../engine/protocol.ts';
import type { Controller } from './controller.ts';
import { Icon } from './icons.tsx';
import * as s from './state.ts';
import { t } from './strings.ts';

/** Changes that are listed before "more". */
const SHOWN = 5;

/** Lines around what ran and what comes next. */
function excerpt(ran: number, next: number, count: number): (number | 'gap')[] {
  const wanted = new Set<number>();
  for (const line of [ran, next])
    if (line) for (let l = line - 1; l <= line + 1; l++) if (l >= 1 && l <= count) wanted.add(l);
  const sorted = [...wanted].sort((a, b) => a - b);
  const out: (number | 'gap')[] = [];
  for (const l of sorted) {
    const last = out.at(-1);
    if (typeof last === 'number' && l > last + 1) out.push('gap');
    out.push(l);
  }
  return out;
}

/** Is this event a fault of the run, or about one? */
function isFault(e: EventInfo): boolean {
  return e.failure || (s.run.value?.faults.some((f) => f.kind === e.kind) ?? false);
}

/** A change with its mark. */
export function ChangeRow({ change, control }: { readonly change: Change; readonly control: Controller }) {
  const kind = { '+': 'added', '~': 'changed', '-': 'removed' }[change.mark];
  const { page } = change;
  return (
    <li class={`change ${kind}`}>
      <span class="mark">{change.mark === '-' ? '−' : change.mark}</span>
      {page === undefined ? (
        <span class="what">{change.what}</span>
      ) : (
        <button type="button" class="link what" onClick={() => control.select(page)}>
          {change.what}
        </button>
      )}
      <span class="text">{change.text}</span>
    </li>
  );
}

/** The step card. */
export function Now({ control }: { readonly control: Controller }) {
  const now = s.step.value;
  const ran = s.ownLine(now - 1);
  const next = now < s.length.value ? s.ownLine(now) : 0;
  const lines = s.lines.value;
  const actor = s.stepInfo(Math.max(0, now - 1)).actor;
  const happened = s.events.value.filter((e) => e.step === now - 1);
  const snapshot = s.shown.value;
  const changes = snapshot?.changes ?? [];
  /** The step whose changes are all listed. */
  const expanded = useSignal(-1);
  return (
    <section class="now" aria-labelledby="now-title">
      <div class="bar">
        <h2 id="now-title">{now === 0 ? t('next') : t('justRan')}</h2>
        {now > 0 && actor ? <span class="actor">{t('by', actor)}</span> : null}
        {ran && /[^{}\s]/.test(lines[ran - 1] ?? '') ? (
          <button type="button" class="link push" title={t('muteLine', ran)} onClick={() => control.mute(ran)}>
            {t('mute')}
          </button>
        ) : null}
      </div>
      <ol class="code" aria-label={t('tabSource')}>
        {excerpt(ran, next, lines.length).map((l, i) =>
          l === 'gap' ? (
            <li key={`gap${i}`} class="gap" aria-hidden="true">
              ⋯
            </li>
          ) : (
            <li key={l} class={`${l === ran ? 'ran' : ''} ${l === next ? 'next' : ''}`}>
              <button type="button" class="line" title={t('openLine', l)} onClick={() => control.openLine(l)}>
                <span class="pointer">{l === ran ? '✓' : l === next ? '➜' : ''}</span>
                <span class="number">{l}</span>
                <code>{lines[l - 1]?.replaceAll('\t', '    ')}</code>
                {l === ran ? (
                  <span class="hidden">{t('justRan')}</span>
                ) : l === next ? (
                  <span class="hidden">{t('next')}</span>
                ) : null}
              </button>
            </li>
          ),
        )}
      </ol>
      {s.stack.value.length > 1 ? (
        <p class="stack" aria-label={t('callStack')}>
          {s.stack.value.map((f, i) => (
            <span key={i}>
              {i ? ' ← ' : ''}
              <button
                type="button"
                class="link"
                disabled={f.place.file !== 0}
                onClick={() => control.openLine(f.place.line)}
              >
                {`${f.name}()`}
              </button>
            </span>
          ))}
        </p>
      ) : null}
      {happened.length ? (
        <ul class="happened">
          {happened.map((e, i) => (
            <li key={i} class={isFault(e) ? 'bad' : ''}>
              {isFault(e) ? <Icon name="error" /> : null}
              <span>
                <span class="kind">{e.kind}</span> {e.text}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      <h3>{t('whatChanged')}</h3>
      {changes.length ? (
        <ul class="changes">
          {changes.slice(0, expanded.value === now ? undefined : SHOWN).map((c, i) => (
            <ChangeRow key={i} change={c} control={control} />
          ))}
          {expanded.value !== now && changes.length > SHOWN ? (
            <li>
              <button
                type="button"
                class="link more"
                onClick={() => {
                  expanded.value = now;
                }}
              >
                {t('moreChanges', snapshot!.changeCount - SHOWN)}
              </button>
            </li>
          ) : (snapshot?.changeCount ?? 0) > changes.length ? (
            <li class="hint more">{t('moreChanges', snapshot!.changeCount - changes.length)}</li>
          ) : null}
        </ul>
      ) : (
        <p class="hint">{now === 0 ? t('nothingRan') : t('nothingChanged')}</p>
      )}
    </section>
  );
}
