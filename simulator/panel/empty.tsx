/** What stands where a run would be: why there is none, and what to do. */
import type { Controller } from './controller.ts';
import * as s from './state.ts';
import { t } from './strings.ts';

const REASON = { 'no-file': 'emptyNoFile', 'no-function': 'emptyNoFunction', 'other-language': 'emptyOther' } as const;

/** Nothing to run. */
export function Empty({
  control,
  reason = s.emptyReason.value,
}: {
  readonly control: Controller;
  readonly reason?: keyof typeof REASON;
}) {
  return (
    <section class="empty">
      <h2>{t('emptyTitle')}</h2>
      <p>{t(REASON[reason])}</p>
      <p class="actions">
        <button type="button" class="button" onClick={() => control.command('gallery')}>
          {t('openGallery')}
        </button>
        <button type="button" class="button secondary" onClick={() => control.command('walkthrough')}>
          {t('openWalkthrough')}
        </button>
      </p>
    </section>
  );
}

/** The engine is gone. */
export function Crashed({ control }: { readonly control: Controller }) {
  return (
    <section class="empty" role="alert">
      <h2>{t('crashTitle')}</h2>
      <p class="bad">{s.crash.value}</p>
      <p class="actions">
        <button type="button" class="button" onClick={() => s.loaded.value && void control.load(s.loaded.value)}>
          {t('retry')}
        </button>
      </p>
    </section>
  );
}

/** The source has errors: nothing ran. */
export function Problems({ control }: { readonly control: Controller }) {
  const errors = (s.run.value?.problems.filter((p) => p.severity === 'error') ?? []).sort(
    (a, b) => a.file - b.file || a.line - b.line,
  );
  if (!errors.length) return <Empty control={control} reason="no-function" />;
  return (
    <section class="empty">
      <h2>{t('errorsTitle')}</h2>
      <p>{t('errorsHint')}</p>
      <ul class="findings">
        {errors.slice(0, 20).map((p, i) => (
          <li key={i} class="bad">
            <span>
              {p.file === 0 ? (
                <button type="button" class="link" onClick={() => control.openLine(p.line)}>
                  {t('line', p.line)}
                </button>
              ) : (
                `${s.run.value?.files[p.file]?.name ?? ''}:${p.line}`
              )}
              {': '}
              {p.message}
              {p.advice ? <span class="hint"> {p.advice}</span> : null}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
