/** Icons of VS Code, as part of the page: a webview needs no font for a dozen of them. */
import back from '@vscode/codicons/src/icons/debug-step-back.svg';
import close from '@vscode/codicons/src/icons/close.svg';
import debug from '@vscode/codicons/src/icons/debug-alt.svg';
import down from '@vscode/codicons/src/icons/chevron-down.svg';
import end from '@vscode/codicons/src/icons/debug-continue.svg';
import error from '@vscode/codicons/src/icons/error.svg';
import exports_ from '@vscode/codicons/src/icons/export.svg';
import keyboard from '@vscode/codicons/src/icons/question.svg';
import left from '@vscode/codicons/src/icons/arrow-left.svg';
import pass from '@vscode/codicons/src/icons/pass.svg';
import pause from '@vscode/codicons/src/icons/debug-pause.svg';
import play from '@vscode/codicons/src/icons/play.svg';
import right from '@vscode/codicons/src/icons/arrow-right.svg';
import start from '@vscode/codicons/src/icons/debug-reverse-continue.svg';
import step from '@vscode/codicons/src/icons/debug-step-over.svg';
import warning from '@vscode/codicons/src/icons/warning.svg';

const ICONS = {
  back,
  close,
  debug,
  down,
  end,
  error,
  export: exports_,
  keyboard,
  left,
  pass,
  pause,
  play,
  right,
  start,
  step,
  warning,
};
/** Name of an icon. */
export type IconName = keyof typeof ICONS;

/** An icon; it says nothing to screen readers. */
export function Icon({ name }: { readonly name: IconName }) {
  return <span class="icon" aria-hidden="true" dangerouslySetInnerHTML={{ __html: ICONS[name] }} />;
}
