/** Page tables: every address space, its VMAs, and the entries that hold something. */
import type { Controller } from '../controller.ts';
import * as s from '../state.ts';
import { t } from '../strings.ts';
import { PageLink } from './parts.tsx';

/** The tab. */
export function Tables({ control }: { readonly control: Controller }) {
  const spaces = s.shown.value?.spaces;
  if (!spaces) return null;
  if (!spaces.length) return <p class="hint">{t('noSpaces')}</p>;
  return (
    <>
      {spaces.map((space) => (
        <div key={space.process} class="space">
          <h3>{space.process}</h3>
          {space.vmas.map((v) => (
            <div key={v.start} class="vma">
              <p class="vma-head">
                <code>{v.name}</code>
                <span>{v.kind}</span>
                <span>{v.flags}</span>
                <span class="hint">{t('present', v.present, v.end - v.start)}</span>
              </p>
              {v.entries.length ? (
                <table class="data">
                  <tbody>
                    {v.entries.map((e) => (
                      <tr key={e.vpn} class={e.changed ? 'changed' : ''}>
                        <th scope="row">
                          <code title={e.name}>{e.name}</code>
                        </th>
                        <td>
                          <PageLink page={e.page} control={control}>
                            {e.target}
                          </PageLink>
                        </td>
                        <td>{e.bits.join(' ')}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              ) : null}
            </div>
          ))}
        </div>
      ))}
    </>
  );
}
