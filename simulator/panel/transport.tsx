/** Play, pause, step, step back, to the next fault, to the next change of the selected page; and where we are. */
import type { Controller } from './controller.ts';
import { Icon, type IconName } from './icons.tsx';
import { shortcutOf } from './keys.ts';
import * as s from './state.ts';
import { t } from './strings.ts';

interface ButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly keys: string;
  readonly disabled?: boolean;
  readonly primary?: boolean;
  readonly onClick: () => void;
  readonly badge?: string;
}

/** A button that shows an icon and says its shortcut. */
function ToolButton({ icon, label, keys, disabled, primary, onClick, badge }: ButtonProps) {
  return (
    <button
      type="button"
      class={primary ? 'tool primary' : 'tool'}
      title={keys ? `${label} (${keys})` : label}
      aria-label={label}
      aria-keyshortcuts={keys || undefined}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      {badge ? <span class="badge">{badge}</span> : null}
    </button>
  );
}

/** Where we are, in words. */
export function positionText(): string {
  const now = s.step.value;
  if (now === 0) return t('atStart');
  return t(s.run.value?.unfinished ? 'positionSoFar' : 'position', now, s.length.value);
}

/** The row of buttons. */
export function Transport({ control }: { readonly control: Controller }) {
  const now = s.step.value;
  const end = s.length.value;
  const stops = s.faultStops.value;
  const changes = s.history.value?.steps;
  const page = s.page.value;
  return (
    <div class="transport" role="toolbar" aria-label={t('transport')}>
      <ToolButton
        icon="left"
        label={t('toStart')}
        keys={shortcutOf('toStart')}
        disabled={now === 0}
        onClick={() => control.by(-now)}
      />
      <ToolButton
        icon="back"
        label={t('stepBack')}
        keys={shortcutOf('stepBack')}
        disabled={now === 0}
        onClick={() => control.by(-1)}
      />
      <ToolButton
        icon={s.playing.value ? 'pause' : 'play'}
        label={s.playing.value ? t('pause') : t('play')}
        keys={shortcutOf('play')}
        primary
        onClick={() => control.togglePlay()}
      />
      <ToolButton
        icon="step"
        label={t('step')}
        keys={shortcutOf('step')}
        disabled={now >= end}
        onClick={() => control.by(1)}
      />
      <ToolButton
        icon="right"
        label={t('toEnd')}
        keys={shortcutOf('toEnd')}
        disabled={now >= end}
        onClick={() => control.by(end - now)}
      />
      <span class="rule" />
      <ToolButton
        icon="start"
        label={t('previousFault')}
        keys={shortcutOf('previousFault')}
        badge="!"
        disabled={!stops.some((x) => x < now)}
        onClick={() => control.toFault(-1)}
      />
      <ToolButton
        icon="end"
        label={t('nextFault')}
        keys={shortcutOf('nextFault')}
        badge="!"
        disabled={!stops.some((x) => x > now)}
        onClick={() => control.toFault(1)}
      />
      <span class="rule" />
      <ToolButton
        icon="start"
        label={t('previousChange')}
        keys={shortcutOf('previousChange')}
        badge="~"
        disabled={page === undefined || !changes?.some((x) => x + 1 < now)}
        onClick={() => control.toChange(-1)}
      />
      <ToolButton
        icon="end"
        label={t('nextChange')}
        keys={shortcutOf('nextChange')}
        badge="~"
        disabled={page === undefined || !changes?.some((x) => x + 1 > now)}
        onClick={() => control.toChange(1)}
      />
      <output class="position">{positionText()}</output>
      <label class="speed">
        <span class="hidden">{t('speed')}</span>
        <select
          value={String(s.speed.value)}
          onChange={(e) => {
            s.speed.value = Number(e.currentTarget.value);
          }}
        >
          {[1, 2, 4, 8, 16].map((n) => (
            <option key={n} value={String(n)} title={t('perSecond', n)}>
              {`${n}/s`}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
