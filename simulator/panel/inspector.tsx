/** One page: who holds it, its flags and values, why they are so, what it holds. */
import type { Cause, PageInfo } from '../engine/snapshot-protocol.ts';
import type { Controller } from './controller.ts';
import { kindText, stateTexts } from './describe.ts';
import { holderShort, holderWeight } from './paint/cells.ts';
import { holderColor, palette } from './paint/theme.ts';
import * as s from './state.ts';
import { t } from './strings.ts';

/** Causes that are listed. */
const SHOWN = 12;

function Stack({ info, control }: { readonly info: PageInfo; readonly control: Controller }) {
  const p = palette.value;
  if (!info.holders.length) return <p class="hint">{t('nobody')}</p>;
  return (
    <>
      <div class="holders" aria-hidden="true">
        {info.holders.map((h, i) => (
          <span
            key={i}
            class="holder"
            style={{ flexGrow: String(holderWeight(h.refs)), borderColor: holderColor(h.kind, p) }}
            title={`${h.name}${h.line ? `, ${t('line', h.line)}` : ''}: ${h.refs}`}
          >
            <span class="tint" style={{ background: holderColor(h.kind, p) }} />
            <span class="name">{holderShort(h.kind, h.refs)}</span>
          </span>
        ))}
      </div>
      <ul class="parts">
        {info.holders.map((h, i) => (
          <li key={i}>
            <span class="dot" style={{ background: holderColor(h.kind, p) }} />
            <span class="name">{h.kind === 'pin' ? `pin · ${h.name}` : h.name}</span>
            {h.line ? (
              <button type="button" class="link" onClick={() => control.openLine(h.line)}>
                {t('line', h.line)}
              </button>
            ) : null}
            <span class="refs">{h.refs}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Causes({ field, control }: { readonly field: string; readonly control: Controller }) {
  const now = s.step.value;
  const all = (s.history.value?.causes ?? []).filter((c) => c.field === field);
  const causes = all
    .filter((c) => c.step < now)
    .slice(-SHOWN)
    .reverse();
  return (
    <div class="causes">
      <h3>{t('whyTitle', field)}</h3>
      {causes.length ? (
        <ol>
          {causes.map((c, i) => (
            <li key={i}>
              <CauseRow cause={c} control={control} />
            </li>
          ))}
        </ol>
      ) : (
        <p class="hint">{t('whyNever')}</p>
      )}
    </div>
  );
}
function CauseRow({ cause, control }: { readonly cause: Cause; readonly control: Controller }) {
  return (
    <>
      <button
        type="button"
        class="link"
        title={t('goToStep', cause.step + 1)}
        onClick={() => control.goTo(cause.step + 1)}
      >
        {`#${cause.step + 1}`}
      </button>
      <span class="change-text">{cause.before ? `${cause.before} → ${cause.after}` : cause.after}</span>
      <button type="button" class="link" title={t('openLine', cause.line)} onClick={() => control.openLine(cause.line)}>
        <code>{s.lines.value[cause.line - 1]?.trim() || t('line', cause.line)}</code>
      </button>
      <span class="by">{cause.actor}</span>
    </>
  );
}

function Bytes({ bytes, other }: { readonly bytes: Uint8Array; readonly other?: Uint8Array }) {
  const rows: preact.JSX.Element[] = [];
  for (let at = 0; at < 32; at += 16) {
    rows.push(
      <div key={at}>
        <span class="offset">{at.toString(16).padStart(3, '0')}</span>
        {Array.from(bytes.subarray(at, at + 16), (b, i) => (
          <span key={i} class={`byte${b ? '' : ' zero'}${other && other[at + i] !== b ? ' differs' : ''}`}>
            {b.toString(16).padStart(2, '0')}
          </span>
        ))}
      </div>,
    );
  }
  return <div class="bytes">{rows}</div>;
}

/** The flags that are set, and those that the last step has cleared. */
function Flags({ info }: { readonly info: PageInfo }) {
  const shown = info.flags.filter((f) => f.set || f.changed);
  return (
    <span class="flags">
      {shown.map((f) => (
        <span key={f.name} class={f.changed ? (f.set ? 'added' : 'removed') : ''}>
          {f.changed ? (f.set ? '+' : '−') : ''}
          {f.name}
        </span>
      ))}
    </span>
  );
}

/** The inspector. */
export function Inspector({ control }: { readonly control: Controller }) {
  const info = s.shown.value?.page;
  const field = s.whyField.value;
  if (!info || info.page !== s.page.value)
    return (
      <section class="inspector" aria-labelledby="page-title">
        <h2 id="page-title">{t('noPage')}</h2>
        <p class="hint">{t(s.timeline.value?.used === 0 && !s.allPages.value ? 'noPageUsed' : 'noPageHint')}</p>
      </section>
    );
  const { medium } = info;
  return (
    <section class="inspector" aria-labelledby="page-title">
      <div class="bar">
        <h2 id="page-title">{t('page', info.page)}</h2>
        <span class="where">{`${info.zone} · ${info.list}`}</span>
        <button
          type="button"
          class="tool push"
          aria-label={t('close')}
          title={t('close')}
          onClick={() => control.select(undefined)}
        >
          ×
        </button>
      </div>
      <p class="title">{info.title}</p>
      <p class="tags">
        <span class="tag strong">{kindText(info.cell)}</span>
        {stateTexts(info.cell).map((x) => (
          <span key={x} class="tag">
            {x}
          </span>
        ))}
        {info.order ? <span class="tag">{t('order', info.order, 2 ** info.order)}</span> : null}
        {info.head === info.page ? null : <span class="tag">{t('partOf', info.head)}</span>}
      </p>
      {info.faults.map((f) => (
        <p key={f} class="bad">
          {f}
        </p>
      ))}
      <h3>{`${t('holders')} · ${t('refcount', info.refcount)}`}</h3>
      <Stack info={info} control={control} />
      <h3>{t('values')}</h3>
      <table class="fields">
        <tbody>
          {info.fields.map((f) => (
            <tr key={f.id} class={f.before === undefined ? '' : 'changed'}>
              <th scope="row">{f.id}</th>
              <td>
                {f.id === 'flags' && f.value !== 'none' ? <Flags info={info} /> : f.value}
                {f.before === undefined || f.id === 'flags' ? null : <span class="was">{t('was', f.before)}</span>}
              </td>
              <td class="action">
                <button
                  type="button"
                  class="link"
                  aria-expanded={field === f.id}
                  aria-label={t('whyTitle', f.id)}
                  onClick={() => {
                    s.whyField.value = field === f.id ? undefined : f.id;
                  }}
                >
                  {t('why')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {field ? <Causes field={field} control={control} /> : null}
      {info.mappings.length ? (
        <p class="pair">
          <span class="key">{t('mappedAt')}</span> {info.mappings.join(', ')}
        </p>
      ) : null}
      {info.dma.length ? (
        <p class="pair">
          <span class="key">{t('dmaAt')}</span> {info.dma.join(', ')}
        </p>
      ) : null}
      <h3>{t('contentsIn')}</h3>
      <p class="pair">
        <span class="key">{t('inMemory')}</span> {t('nonZero', info.nonZero)}
      </p>
      <Bytes bytes={info.bytes} {...(medium ? { other: medium.bytes } : {})} />
      {medium ? (
        <>
          <p class={medium.same ? 'pair' : 'pair differs'}>
            <span class="key">{medium.name}</span> {medium.same ? t('same') : t('differs')}
          </p>
          {medium.same ? null : <Bytes bytes={medium.bytes} other={info.bytes} />}
        </>
      ) : null}
      {s.history.value ? (
        <p class="hint">
          {t(
            s.history.value.total > 1 && s.history.value.steps.length === 1 ? 'historyInOne' : 'historyOf',
            s.history.value.total,
            s.history.value.steps.length,
          )}
        </p>
      ) : null}
    </section>
  );
}
