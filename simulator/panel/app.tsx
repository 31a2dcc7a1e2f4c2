/** The panel. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Controller } from './controller.ts';
import { Details } from './details.tsx';
import { Crashed, Empty, Problems } from './empty.tsx';
import { Pages } from './grid.tsx';
import { Icon } from './icons.tsx';
import { Inspector } from './inspector.tsx';
import { keyName, shortcutOf, SHORTCUTS } from './keys.ts';
import { Now } from './now.tsx';
import * as s from './state.ts';
import { t, type TextId } from './strings.ts';
import { Timeline } from './timeline.tsx';
import { Transport } from './transport.tsx';
import { ExploredChip } from './tabs/explored.tsx';
import { Fonts } from './fonts.tsx';
import type { PanelMessage } from './messages.ts';

const EXPORTS: readonly (readonly [PanelMessage<'export'>['kind'], TextId])[] = [
  ['html', 'exportHtml'],
  ['md', 'exportMd'],
  ['svg', 'exportSvg'],
  ['png', 'exportPng'],
  ['json', 'exportJson'],
];

function ExportMenu({ control }: { readonly control: Controller }) {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const isOpen = open.value;
  useLayoutEffect(() => {
    if (isOpen) menu.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [isOpen]);
  const close = (): void => {
    open.value = false;
    button.current?.focus();
  };
  return (
    <div
      class="menu-box"
      onFocusOut={(e) => {
        if (!e.currentTarget.contains(e.relatedTarget as Node | null)) open.value = false;
      }}
      onKeyDown={(e) => {
        if (e.key === 'Escape' && open.value) {
          close();
          e.preventDefault();
        }
        if (open.value && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) {
          const items = [...e.currentTarget.querySelectorAll<HTMLElement>('[role=menuitem]')];
          const at = items.indexOf(document.activeElement as HTMLElement);
          items
            .at((at + (e.key === 'ArrowDown' ? 1 : -1) + (at < 0 && e.key === 'ArrowUp' ? 1 : 0)) % items.length)
            ?.focus();
          e.preventDefault();
        }
      }}
    >
      <button
        ref={button}
        type="button"
        class="tool text"
        aria-haspopup="menu"
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <Icon name="export" />
        {t('exports')}
      </button>
      {open.value ? (
        <div ref={menu} class="menu" role="menu">
          {EXPORTS.map(([kind, text]) => (
            <button
              key={kind}
              type="button"
              role="menuitem"
              onClick={() => {
                close();
                void control.export(kind);
              }}
            >
              {t(text)}
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}

function Keys() {
  return (
    <section class="keys" aria-label={t('shortcuts')}>
      <dl>
        {SHORTCUTS.map((x) => (
          <div key={x.id}>
            <dt>
              {x.keys.map((k) => (
                <kbd key={k}>{keyName(k)}</kbd>
              ))}
            </dt>
            <dd>{t(x.id)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** What the run found, in one line. */
function Verdict({ control }: { readonly control: Controller }) {
  const run = s.run.value;
  if (s.phase.value === 'running') return run && <span class="verdict">{t('running')}</span>;
  if (run?.unfinished)
    return (
      <>
        <span class="verdict">{t('runningSoFar', s.soFar.value)}</span>
        <button
          type="button"
          class="link"
          title={`${t('stopRun')} (${shortcutOf('stopRun')})`}
          aria-keyshortcuts={shortcutOf('stopRun')}
          onClick={() => control.stopRun()}
        >
          {t('stop')}
        </button>
      </>
    );
  // of what did not run nothing can be said
  if (!run || (run.ok && !run.length)) return null;
  const fault = run.faults.find((f) => !f.wanted) ?? run.faults[0];
  const failed = run.results.find((r) => !r.holds);
  const text = fault
    ? `${fault.kind}${fault.wanted ? `, ${t('asShown')}` : ''}`
    : run.ok
      ? run.cut
        ? t('stoppedAfter', run.length)
        : t(run.whole === undefined ? 'ok' : 'noFault')
      : failed
        ? `${failed.text}: ${t('broken')}`
        : t('failed');
  return (
    <button
      type="button"
      class={run.ok && run.cut ? 'verdict' : `verdict ${run.ok ? 'good' : 'bad'}`}
      title={fault?.text ?? failed?.text ?? ''}
      onClick={() => {
        s.tab.value = 'findings';
        if (fault) control.goTo(fault.inevitable + 1);
        else if (failed) control.goTo(failed.step);
      }}
    >
      {run.ok && run.cut ? null : <Icon name={run.ok ? 'pass' : 'error'} />}
      <span class="cut">{text}</span>
    </button>
  );
}

function Header({ control }: { readonly control: Controller }) {
  const { muted = [], schedule } = s.loaded.value?.options ?? {};
  return (
    <header class="head">
      <h1 class="cut" title={s.loaded.value?.title}>
        {s.loaded.value?.title ?? 'Pinscope'}
      </h1>
      <Verdict control={control} />
      <ExploredChip />
      {schedule !== undefined ? (
        <button
          type="button"
          class="link"
          title={`${t('usualOrder')}\n${schedule}`}
          onClick={() => control.openSchedule(undefined)}
        >
          {t('oneExecution')}
        </button>
      ) : null}
      {muted.length ? (
        <button
          type="button"
          class="link"
          title={t('unmute')}
          onClick={() => control.rerun({ ...s.loaded.value?.options, muted: [] })}
        >
          {t('muted', muted.length)}
        </button>
      ) : null}
      <span class="tools push">
        <span class="hint">{s.run.value ? t('kernel', s.run.value.kernel) : ''}</span>
        {s.inEditor.value && s.run.value?.length ? (
          <button
            type="button"
            class="tool"
            title={t('debug')}
            aria-label={t('debug')}
            onClick={() => control.command('debug')}
          >
            <Icon name="debug" />
          </button>
        ) : null}
        {s.run.value?.length && !s.run.value.unfinished && s.phase.value !== 'empty' ? (
          <ExportMenu control={control} />
        ) : null}
        <button
          type="button"
          class="tool"
          title={`${t('shortcuts')} (?)`}
          aria-label={t('shortcuts')}
          aria-expanded={s.showKeys.value}
          onClick={() => {
            s.showKeys.value = !s.showKeys.value;
          }}
        >
          <Icon name="keyboard" />
        </button>
      </span>
    </header>
  );
}

/** All of it. */
export function App({ control }: { readonly control: Controller }) {
  const { value: phase } = s.phase;
  const run = s.run.value;
  let body;
  if (phase === 'empty') body = <Empty control={control} />;
  else if (phase === 'crashed') body = <Crashed control={control} />;
  else if (run && !run.length) body = <Problems control={control} />;
  else if (!run && !s.preparing.value) body = <p class="empty hint">{t('running')}</p>;
  // What shows a run is made, unseen, while the engine still works: the first picture then needs no more than its data.
  else
    body = (
      <>
        {run ? null : (
          <p class="empty hint">
            {t('running')}
            <Fonts />
          </p>
        )}
        <div class={run ? 'run' : 'run unready'}>
          <div class="time">
            <Transport control={control} />
            <Timeline control={control} />
          </div>
          <div class="board">
            <Now control={control} />
            <Pages control={control} />
            <Inspector control={control} />
          </div>
          <Details control={control} />
        </div>
      </>
    );
  return (
    <main class={phase === 'running' ? 'panel busy' : 'panel'}>
      <Header control={control} />
      {s.showKeys.value ? <Keys /> : null}
      {body}
      <div class="hidden" role="status" aria-live="polite">
        {s.spoken.value}
      </div>
    </main>
  );
}
