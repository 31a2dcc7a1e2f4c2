/** Commands that run something in the simulator: a file, a function, the path of a finding; again on save, and without a statement. */
import { commands, l10n, Uri, window, workspace, type TextDocument } from 'vscode';
import type { PanelRunOptions } from '../../../simulator/panel/messages.ts';
import type { Host } from '../host.ts';
import { PANEL_TYPE, SimulatorPanel } from '../simulator/panel.ts';
import { functionAt, simulatable } from '../simulator/simulatable.ts';
import { kernelToSimulate } from './kernel-versions.ts';

function isC(document: TextDocument): boolean {
  return document.languageId === 'c' || document.languageId === 'cpp';
}

/** Registers the commands; gives the panel, which other features follow. */
export function registerSimulate(host: Host): SimulatorPanel {
  const { context } = host;
  const panel = new SimulatorPanel(host);

  /** Arguments come from code lenses and menus; without, it is the active editor and the function of the caret. */
  const simulate = (target?: unknown, fn?: unknown): Promise<void> => run(target, fn, false);
  const explore = (target?: unknown): Promise<void> => run(target, undefined, true);
  const run = async (target: unknown, fn: unknown, isExplored: boolean): Promise<void> => {
    const given = typeof target === 'string' ? Uri.parse(target) : target instanceof Uri ? target : undefined;
    const editor = window.activeTextEditor;
    const document = given ? await workspace.openTextDocument(given) : editor?.document;
    if (!document || !isC(document)) {
      void window.showInformationMessage(l10n.t('The simulator runs C files. Open one, or an example of the gallery.'));
      return;
    }
    panel.open();
    let name = typeof fn === 'string' ? fn : undefined;
    if (name === undefined && editor?.document === document) {
      const answer = await simulatable(host, document);
      // A file with annotations says itself what is run.
      if (answer && answer.annotation === null) name = functionAt(answer, editor.selection.active.line)?.name;
    }
    await panel.show({
      uri: document.uri,
      options: { ...kernelToSimulate(document.uri), ...(name !== undefined && { fn: name }) },
      ...(isExplored && { explore: true }),
    });
  };

  const simulatePath = async (target: unknown, choices: unknown): Promise<void> => {
    if (typeof target !== 'string' || typeof choices !== 'object' || choices === null) return;
    const uri = Uri.parse(target);
    await panel.show({ uri, options: { ...kernelToSimulate(uri), ...(choices as PanelRunOptions) }, at: 'fault' });
  };

  const mute = async (): Promise<void> => {
    const { request, shown } = panel;
    const editor = window.activeTextEditor;
    const inSource = editor?.document.uri.toString() === request?.uri.toString();
    // The statement at the caret; from the panel, the one that is about to run.
    const line = inSource ? editor!.selection.active.line + 1 : shown?.line;
    if (!request || !line) {
      void window.showInformationMessage(l10n.t('Nothing is being simulated here. Simulate the file first.'));
      return;
    }
    const muted = new Set(request.options.muted);
    if (!muted.delete(line)) muted.add(line);
    await panel.again({ ...request.options, muted: [...muted].sort((a, b) => a - b) });
  };

  context.subscriptions.push(
    panel,
    commands.registerCommand('pinscope.simulate', simulate),
    commands.registerCommand('pinscope.explore', explore),
    commands.registerCommand('pinscope.simulatePath', simulatePath),
    commands.registerCommand('pinscope.muteStatement', mute),
    window.registerWebviewPanelSerializer(PANEL_TYPE, {
      deserializeWebviewPanel: (restored) => Promise.resolve(panel.restore(restored)),
    }),
    workspace.onDidSaveTextDocument((document) => {
      const wants = workspace.getConfiguration('pinscope.simulator', document.uri).get('runOnSave', true);
      if (!wants || !panel.isShown(document.uri)) return;
      // An execution that the explorer found was one of the text as it was.
      void panel.again({ ...panel.request?.options, schedule: undefined });
    }),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('workbench.reduceMotion')) panel.tellSettings();
    }),
    // Lines of muted statements move with the text.
    workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const { request } = panel;
      const muted = request?.options.muted;
      if (!request || !muted?.length || request.uri.toString() !== document.uri.toString()) return;
      const moved = contentChanges.reduce(
        (lines, { range, text }) => {
          const added = text.split('\n').length - 1 - (range.end.line - range.start.line);
          return lines
            .filter((line) => line - 1 <= range.start.line || line - 1 > range.end.line || range.isSingleLine)
            .map((line) =>
              line - 1 > range.end.line ||
              (line - 1 === range.start.line && range.start.character === 0 && text.endsWith('\n'))
                ? line + added
                : line,
            );
        },
        [...muted],
      );
      panel.setMuted(moved);
    }),
  );
  return panel;
}
