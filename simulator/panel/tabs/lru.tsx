/** The LRU lists, head first. */
import type { Controller } from '../controller.ts';
import * as s from '../state.ts';
import { t } from '../strings.ts';
import { PageLink } from './parts.tsx';

/** The tab. */
export function Lru({ control }: { readonly control: Controller }) {
  const lists = s.shown.value?.lists;
  if (!lists) return null;
  return (
    <>
      <p class="hint">{t('headFirst')}</p>
      <table class="data">
        <tbody>
          {lists.map((l) => (
            <tr key={l.name}>
              <th scope="row">{l.name}</th>
              <td class="number">{l.size}</td>
              <td class="pages-of">
                {l.pages.length ? (
                  l.pages.slice(0, 40).map((p) => <PageLink key={p} page={p} control={control} />)
                ) : (
                  <span class="hint">{t('empty')}</span>
                )}
                {l.size > 40 ? <span class="hint">{t('listMore', l.size - 40)}</span> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
