/** Values beside lines for the step that is shown (`refcount 1026`): setting `pinscope.simulator.inlayValues`. */
import { EventEmitter, InlayHint, languages, l10n, Position, workspace, type InlayHintsProvider } from 'vscode';
import type { Host } from '../host.ts';
import type { SimulatorPanel } from '../simulator/panel.ts';
import { checkedDocuments } from './documents.ts';

/** Registers the values; they change with every step. */
export function registerInlayValues({ context }: Host, panel: SimulatorPanel): void {
  const changed = new EventEmitter<void>();
  const provider: InlayHintsProvider = {
    onDidChangeInlayHints: changed.event,
    provideInlayHints(document, range) {
      const { shown } = panel;
      if (shown?.uri.toString() !== document.uri.toString()) return [];
      if (!workspace.getConfiguration('pinscope.simulator', document.uri).get('inlayValues', true)) return [];
      return shown.values.flatMap(({ line, text }) => {
        if (line < 1 || line > document.lineCount || !range.contains(new Position(line - 1, 0))) return [];
        const hint = new InlayHint(document.lineAt(line - 1).range.end, text);
        hint.paddingLeft = true;
        hint.tooltip = l10n.t('As the simulator has it before step {0}.', shown.step);
        return [hint];
      });
    },
  };
  context.subscriptions.push(
    changed,
    languages.registerInlayHintsProvider(checkedDocuments(), provider),
    panel.onDidShow(() => changed.fire()),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('pinscope.simulator.inlayValues')) changed.fire();
    }),
  );
}
