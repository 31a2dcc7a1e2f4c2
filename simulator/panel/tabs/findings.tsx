/** What the run found: faults, properties, assertions. */
import type { Controller } from '../controller.ts';
import { Icon } from '../icons.tsx';
import * as s from '../state.ts';
import { t } from '../strings.ts';
import { Explored } from './explored.tsx';

/** The tab. */
export function Findings({ control }: { readonly control: Controller }) {
  const run = s.run.value;
  if (!run) return null;
  const isEmpty = !run.faults.length && !run.results.length && !s.exploration.value;
  if (isEmpty) return <p class="hint">{t(run.cut ? 'stoppedHint' : 'noFindings')}</p>;
  return (
    <div>
      <Explored control={control} />
      {s.exploration.value ? <h3>{t('thisRun')}</h3> : null}
      {run.cut ? <p class="hint">{t('stoppedHint')}</p> : null}
      <ul class="findings">
        {run.faults.map((f, i) => (
          <li key={i} class={f.wanted ? '' : 'bad'}>
            <Icon name={f.wanted ? 'warning' : 'error'} />
            <span>
              <strong>{f.kind}</strong> {f.wanted ? <em>{t('asShown')}</em> : null}
              <br />
              {f.text}
              <br />
              <button type="button" class="link" onClick={() => control.goTo(f.inevitable + 1)}>
                {t('inevitableAt', f.inevitable + 1)}
              </button>
              {', '}
              {f.shown >= 0 ? (
                <button type="button" class="link" onClick={() => control.goTo(f.shown + 1)}>
                  {t('shownAt', f.shown + 1)}
                </button>
              ) : (
                t('neverShown')
              )}
            </span>
          </li>
        ))}
        {run.results.map((r, i) => (
          <li key={`r${i}`} class={r.holds ? '' : 'bad'}>
            <Icon name={r.holds ? 'pass' : 'error'} />
            <span>
              <strong>
                <code>{r.text}</code>
              </strong>{' '}
              {r.holds ? t('holds') : t('broken')}
              {r.sides ? ` (${r.sides.actual} ≠ ${r.sides.expected})` : ''}{' '}
              <button type="button" class="link" onClick={() => control.goTo(r.step)}>
                {t('goToStep', r.step)}
              </button>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
