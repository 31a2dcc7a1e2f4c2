/** The tabs under the pages. */
import type { JSX } from 'preact';
import type { Controller } from './controller.ts';
import * as s from './state.ts';
import { t, type TextId } from './strings.ts';
import { Counters } from './tabs/counters.tsx';
import { Device } from './tabs/device.tsx';
import { Events } from './tabs/events.tsx';
import { Findings } from './tabs/findings.tsx';
import { Lru } from './tabs/lru.tsx';
import { Source } from './tabs/source.tsx';
import { Storage } from './tabs/storage.tsx';
import { Tables } from './tabs/tables.tsx';

type View = (props: { readonly control: Controller }) => JSX.Element | null;
const VIEWS: Readonly<Record<s.Tab, readonly [TextId, View]>> = {
  events: ['tabEvents', Events],
  source: ['tabSource', Source],
  lru: ['tabLru', Lru],
  tables: ['tabTables', Tables],
  device: ['tabDevice', Device],
  storage: ['tabStorage', Storage],
  counters: ['tabCounters', Counters],
  findings: ['tabFindings', Findings],
};

/** The tabs. */
export function Details({ control }: { readonly control: Controller }) {
  const now = s.tab.value;
  const View = VIEWS[now][1];
  const move = (e: KeyboardEvent): void => {
    const at = s.TABS.indexOf(now);
    const n = s.TABS.length;
    const to = { ArrowRight: (at + 1) % n, ArrowLeft: (at + n - 1) % n, Home: 0, End: n - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    s.tab.value = s.TABS[to]!;
    document.getElementById(`tab-${s.TABS[to]!}`)?.focus();
  };
  return (
    <section class="details" aria-label={t('details')}>
      <div class="tabs" role="tablist" aria-label={t('details')} onKeyDown={move}>
        {s.TABS.map((id) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={id === now}
            aria-controls="tab-panel"
            tabIndex={id === now ? 0 : -1}
            onClick={() => {
              s.tab.value = id;
            }}
          >
            {t(VIEWS[id][0])}
          </button>
        ))}
      </div>
      <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${now}`}>
        <View control={control} />
      </div>
    </section>
  );
}
