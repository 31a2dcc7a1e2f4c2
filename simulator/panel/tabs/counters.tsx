/** Counters of /proc/vmstat. */
import * as s from '../state.ts';
import { t } from '../strings.ts';

/** The tab. */
export function Counters() {
  const counters = s.shown.value?.counters;
  if (!counters) return null;
  const shown = counters.filter((c) => c.value || c.before);
  return (
    <>
      {shown.length ? (
        <table class="data narrow">
          <thead>
            <tr>
              <th scope="col">{t('counter')}</th>
              <th scope="col" class="number">
                {t('value')}
              </th>
              <th scope="col" class="number">
                {t('delta')}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((c) => (
              <tr key={c.name} class={c.value === c.before ? '' : 'changed'}>
                <th scope="row">
                  <code>{c.name}</code>
                </th>
                <td class="number">{c.value}</td>
                <td class="number">
                  {c.value === c.before ? '' : `${c.value > c.before ? '+' : '−'}${Math.abs(c.value - c.before)}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p class="hint">{t('noCounters')}</p>
      )}
      <p class="hint">{t('nonZeroOnly')}</p>
    </>
  );
}
