/** What every interleaving says of each property; a click opens the shortest execution that shows it. */
import type { Explored as Found } from '../../engine/protocol.ts';
import type { Controller } from '../controller.ts';
import { Icon } from '../icons.tsx';
import * as s from '../state.ts';
import { t } from '../strings.ts';

type Verdict = Found['verdicts'][number];

/** In how many executions, in words. */
function said(v: Verdict, executions: number): string {
  if (v.mode === 'exists') return v.holds ? t('occursIn', v.count, executions) : t('occursNever', executions);
  return v.holds ? t('holdsInAll', executions) : t('brokenIn', v.count, executions);
}

function Row({ verdict, executions, control }: { verdict: Verdict; executions: number; control: Controller }) {
  const { shortest, holds, text } = verdict;
  const options = s.loaded.value?.options ?? {};
  const isShown = shortest !== undefined && options.schedule === shortest.schedule;
  return (
    <li class={holds ? '' : 'bad'}>
      <Icon name={holds ? 'pass' : 'error'} />
      <span>
        <strong>
          <code>{text}</code>
        </strong>{' '}
        {said(verdict, executions)}
        {shortest ? (
          <>
            <br />
            {shortest.text === text ? null : (
              <>
                {shortest.text}
                <br />
              </>
            )}
            {isShown ? (
              <span class="hint">{t('isShown', shortest.steps)}</span>
            ) : (
              <button type="button" class="link" onClick={() => control.openSchedule(shortest.schedule)}>
                {t('openExecution', shortest.steps)}
              </button>
            )}
            <code class="hint schedule" title={t('scheduleHint')}>
              {shortest.schedule}
            </code>
          </>
        ) : null}
      </span>
    </li>
  );
}

/** The part of the findings about every interleaving; nothing, if nobody asked for it. */
export function Explored({ control }: { readonly control: Controller }) {
  const { value: now } = s.exploration;
  if (!now) return null;
  let body;
  if (now.phase === 'running')
    body = (
      <p class="hint">
        {t('exploring')}{' '}
        <button type="button" class="link" onClick={() => control.explorations.giveUp()}>
          {t('stop')}
        </button>
      </p>
    );
  else if (now.phase === 'done') {
    const { verdicts, executions, states, complete } = now.result;
    body = (
      <>
        <p class="hint">
          {t('exploredSum', executions, states)} {complete ? '' : t('exploredPart')}
        </p>
        <ul class="findings">
          {verdicts.map((v) => (
            <Row key={v.text} verdict={v} executions={executions} control={control} />
          ))}
        </ul>
      </>
    );
  } else body = <p class="hint">{now.phase === 'failed' ? now.message : t('exploringStopped')}</p>;
  return (
    <section class="explored" aria-label={t('explored')}>
      <h3>{t('explored')}</h3>
      {body}
    </section>
  );
}

/** In the head of the panel: how the exploration stands. */
export function ExploredChip() {
  const { value: now } = s.exploration;
  if (!now) return null;
  const open = (): void => {
    s.tab.value = 'findings';
  };
  if (now.phase === 'running') return <span class="hint">{t('exploring')}</span>;
  if (now.phase !== 'done') return null;
  const { ok, executions, verdicts } = now.result;
  const broken = verdicts.filter((v) => !v.holds).length;
  return (
    <button type="button" class={`verdict ${ok ? 'good' : 'bad'}`} onClick={open}>
      <Icon name={ok ? 'pass' : 'error'} />
      {ok ? t('chipOk', executions) : t('chipBroken', broken, executions)}
    </button>
  );
}
