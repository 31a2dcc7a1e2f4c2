/** What memory holds against what the medium holds: files and swap. */
import type { Controller } from '../controller.ts';
import * as s from '../state.ts';
import { t } from '../strings.ts';
import { PageLink } from './parts.tsx';

/** The tab. */
export function Storage({ control }: { readonly control: Controller }) {
  const storage = s.shown.value?.storage;
  if (!storage) return null;
  if (!storage.length) return <p class="hint">{t('noStorage')}</p>;
  return (
    <>
      {storage.map((f) => (
        <div key={f.name}>
          <h3>
            {f.name} <span class="hint">{f.kind}</span>
          </h3>
          <table class="data">
            <thead>
              <tr>
                <th scope="col">{t('index')}</th>
                <th scope="col">{t('memory')}</th>
                <th scope="col">{t('medium')}</th>
                <th scope="col">{t('state')}</th>
              </tr>
            </thead>
            <tbody>
              {f.rows.map((r) => (
                <tr key={r.index} class={`${r.changed ? 'changed' : ''} ${r.differs ? 'differs' : ''}`}>
                  <th scope="row">
                    {`[${r.index}] `}
                    <PageLink page={r.page} control={control} />
                  </th>
                  <td>
                    <code>{r.memory}</code>
                  </td>
                  <td>
                    {r.differs ? '≠ ' : ''}
                    <code>{r.medium}</code>
                  </td>
                  <td>{r.state}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {f.total > f.rows.length ? <p class="hint">{t('listMore', f.total - f.rows.length)}</p> : null}
        </div>
      ))}
    </>
  );
}
