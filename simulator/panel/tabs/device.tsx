/** Devices: registers, descriptor ring, and what is mapped for them. */
import type { Controller } from '../controller.ts';
import * as s from '../state.ts';
import { t } from '../strings.ts';
import { PageLink } from './parts.tsx';

/** The tab. */
export function Device({ control }: { readonly control: Controller }) {
  const hardware = s.shown.value?.hardware;
  if (!hardware) return null;
  if (!hardware.devices.length && !hardware.mappings.length)
    return (
      <p class="hint">
        {t('noDevice')} <code>//@ device cam capture pattern=0xAA latency=2</code>
      </p>
    );
  return (
    <div class="columns">
      {hardware.devices.map((d) => (
        <div key={d.name}>
          <h3>
            {d.name} <span class="hint">{d.kind}</span>
          </h3>
          <table class="data" aria-label={t('registers')}>
            <tbody>
              {d.registers.map((r) => (
                <tr key={r.name} class={r.changed ? 'changed' : ''}>
                  <th scope="row">{r.name}</th>
                  <td class="number">{r.value}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <h3>{t('ring')}</h3>
          {d.ring.length ? (
            <table class="data">
              <tbody>
                {d.ring.map((x) => (
                  <tr key={x.number} class={x.state}>
                    <th scope="row">{x.number}</th>
                    <td>{x.state === 'done' ? t('done') : t('queuedState')}</td>
                    <td>
                      <PageLink page={x.page} control={control}>
                        {x.text}
                      </PageLink>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          ) : (
            <p class="hint">{t('ringEmpty')}</p>
          )}
        </div>
      ))}
      <div>
        <h3>{t('mappings')}</h3>
        <p class="hint">{hardware.iommu ? t('iommuOn') : t('iommuOff')}</p>
        {hardware.mappings.length ? (
          <table class="data">
            <tbody>
              {hardware.mappings.map((m) => (
                <tr key={m.address} class={m.stale ? 'bad' : ''}>
                  <th scope="row">
                    <code>{m.address}</code>
                  </th>
                  <td>
                    <PageLink page={m.page} control={control} />
                  </td>
                  <td>{m.direction}</td>
                  <td>{m.stale ? t('staleFrame') : ''}</td>
                  <td>
                    {m.line ? (
                      <button type="button" class="link" onClick={() => control.openLine(m.line)}>
                        {t('line', m.line)}
                      </button>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : (
          <p class="hint">{t('noMappings')}</p>
        )}
        {hardware.mapped > hardware.mappings.length ? (
          <p class="hint">{t('listMore', hardware.mapped - hardware.mappings.length)}</p>
        ) : null}
      </div>
    </div>
  );
}
