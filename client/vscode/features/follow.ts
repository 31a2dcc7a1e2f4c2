/** The editor follows the simulator: the line that is about to run, its callers, muted statements; and the caret goes to the panel. */
import type { Range } from 'vscode';
import {
  MarkdownString,
  OverviewRulerLane,
  TextEditorRevealType,
  TextEditorSelectionChangeKind,
  ThemeColor,
  Uri,
  l10n,
  window,
  type DecorationOptions,
  type TextEditor,
  type TextEditorDecorationType,
} from 'vscode';
import type { Host } from '../host.ts';
import type { Shown, SimulatorPanel } from '../simulator/panel.ts';
import type { Debugging, DebugPosition } from './debug.ts';

/** Milliseconds after the caret has moved until the panel is told. */
const CARET_DELAY = 60;

interface Looks {
  readonly current: TextEditorDecorationType;
  /** The same where a debugger stands: the editor marks the line itself. */
  readonly debugged: TextEditorDecorationType;
  readonly caller: TextEditorDecorationType;
  readonly muted: TextEditorDecorationType;
  readonly fault: TextEditorDecorationType;
}

/** Made when something is shown for the first time. */
function makeLooks(extension: Uri): Looks {
  const icon = (name: string): Uri => Uri.joinPath(extension, 'media', name);
  const after = { margin: '0 0 0 2em', color: new ThemeColor('editorCodeLens.foreground') };
  return {
    current: window.createTextEditorDecorationType({
      isWholeLine: true,
      backgroundColor: new ThemeColor('editor.stackFrameHighlightBackground'),
      // High contrast themes have no backgrounds: the border is what is seen.
      light: { gutterIconPath: icon('step-light.svg') },
      dark: { gutterIconPath: icon('step-dark.svg') },
      gutterIconSize: 'contain',
      borderColor: new ThemeColor('contrastActiveBorder'),
      borderStyle: 'solid',
      borderWidth: '1px 0',
      overviewRulerColor: new ThemeColor('editorOverviewRuler.findMatchForeground'),
      overviewRulerLane: OverviewRulerLane.Full,
      after,
    }),
    debugged: window.createTextEditorDecorationType({ isWholeLine: true, after }),
    caller: window.createTextEditorDecorationType({
      isWholeLine: true,
      backgroundColor: new ThemeColor('editor.focusedStackFrameHighlightBackground'),
      light: { gutterIconPath: icon('caller-light.svg') },
      dark: { gutterIconPath: icon('caller-dark.svg') },
      gutterIconSize: 'contain',
    }),
    fault: window.createTextEditorDecorationType({
      overviewRulerColor: new ThemeColor('editorOverviewRuler.errorForeground'),
      overviewRulerLane: OverviewRulerLane.Right,
      after: { margin: '0 0 0 2em', color: new ThemeColor('editorError.foreground') },
    }),
    muted: window.createTextEditorDecorationType({ textDecoration: 'line-through', opacity: '0.6' }),
  };
}

function lineRange(editor: TextEditor, line: number): Range | undefined {
  return line >= 1 && line <= editor.document.lineCount ? editor.document.lineAt(line - 1).range : undefined;
}

/** Registers what follows. */
export function registerFollow({ context }: Host, panel: SimulatorPanel, debugging: Debugging): void {
  let looks: Looks | undefined;
  let stopped: DebugPosition | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const paint = (editor: TextEditor, shown: Shown | undefined): void => {
    if (!looks) return;
    const here = shown?.uri.toString() === editor.document.uri.toString() ? shown : undefined;
    const faults = panel.ran?.uri.toString() === editor.document.uri.toString() ? panel.ran.faults : [];
    // Behind the last statement there is no next one: what is shown is where the fault is that stopped it.
    const at = here && (here.line || (here.step === here.length ? (faults.at(-1)?.line ?? 0) : 0));
    const line = at === undefined ? undefined : lineRange(editor, at);
    const words = here ? l10n.t('{0} · step {1} of {2}', here.actor, here.step, here.length) : '';
    const current: DecorationOptions[] = line
      ? [{ range: line, renderOptions: { after: { contentText: words } } }]
      : [];
    // Innermost first; the first is the line itself.
    const callers = (here?.stack ?? []).slice(1).flatMap(({ name, line: caller }): DecorationOptions[] => {
      const range = caller === here?.line ? undefined : lineRange(editor, caller);
      return range
        ? [{ range, hoverMessage: new MarkdownString(l10n.t('{0}() is waiting for its call here.', name)) }]
        : [];
    });
    const isRun = panel.request?.uri.toString() === editor.document.uri.toString();
    const muted = (isRun ? (panel.request?.options.muted ?? []) : []).flatMap((at) => lineRange(editor, at) ?? []);
    const isDebugged = here?.step === stopped?.step && here?.uri.toString() === stopped?.uri.toString();
    editor.setDecorations(looks.current, isDebugged ? [] : current);
    editor.setDecorations(looks.debugged, isDebugged ? current : []);
    editor.setDecorations(looks.caller, callers);
    editor.setDecorations(looks.muted, muted);
    editor.setDecorations(
      looks.fault,
      faults.flatMap(({ kind, text, line: where }): DecorationOptions[] => {
        const range = lineRange(editor, where);
        const hoverMessage = new MarkdownString().appendText(text);
        return range ? [{ range, hoverMessage, renderOptions: { after: { contentText: kind } } }] : [];
      }),
    );
  };
  const paintAll = (): void => {
    for (const editor of window.visibleTextEditors) paint(editor, panel.shown);
  };

  /** Each step is revealed once: at once, or when its editor is there. */
  let isRevealed = true;
  const reveal = (shown: Shown | undefined): void => {
    if (isRevealed || !shown) return;
    const editor = window.visibleTextEditors.find((one) => one.document.uri.toString() === shown.uri.toString());
    const range = editor && lineRange(editor, shown.line || (panel.ran?.faults.at(-1)?.line ?? 0));
    if (!range) return;
    editor.revealRange(range, TextEditorRevealType.InCenterIfOutsideViewport);
    isRevealed = true;
  };

  context.subscriptions.push(
    panel.onDidShow((shown) => {
      looks ??= makeLooks(context.extensionUri);
      paintAll();
      isRevealed = false;
      reveal(shown);
    }),
    panel.onDidRun(paintAll),
    debugging.onDidMove((position) => {
      stopped = position;
      paintAll();
    }),
    window.onDidChangeVisibleTextEditors(() => {
      paintAll();
      reveal(panel.shown);
    }),
    window.onDidChangeTextEditorSelection(({ textEditor, selections, kind }) => {
      // What we reveal ourselves is no caret of a person.
      if (kind === TextEditorSelectionChangeKind.Command) return;
      if (textEditor.document.uri.toString() !== panel.request?.uri.toString()) return;
      clearTimeout(timer);
      const line = selections[0]!.active.line + 1;
      timer = setTimeout(() => panel.selectLine(line), CARET_DELAY);
    }),
    {
      dispose: () => {
        clearTimeout(timer);
        for (const look of Object.values(looks ?? {})) (look as TextEditorDecorationType).dispose();
      },
    },
  );
}
