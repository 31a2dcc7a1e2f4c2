/** "Simulate" above annotated files and above functions near gup, and a mark in the gutter: setting `pinscope.simulator.codeLens`. */
import {
  CodeLens,
  EventEmitter,
  languages,
  l10n,
  MarkdownString,
  Range,
  Uri,
  window,
  workspace,
  type TextDocument,
  type TextEditor,
} from 'vscode';
import type { Host } from '../host.ts';
import type { SimulatorPanel } from '../simulator/panel.ts';
import { simulatable } from '../simulator/simulatable.ts';
import { checkedDocuments } from './documents.ts';

interface Entry {
  readonly line: number;
  /** Without: the whole file. */
  readonly fn?: string;
  /** Several may run at once: their interleavings can be looked at. */
  readonly several?: boolean;
}

/** Annotations of a file whose actors can be interleaved. */
const SEVERAL = /\/\/@[ \t]*explore\b|\/\/@[ \t]*process\b[^]*\/\/@[ \t]*process\b|\bpthread_create\b|\bkthread_run\b/;

/** Milliseconds after a keystroke until the gutter follows. */
const GUTTER_DELAY = 400;

function isOn(document: TextDocument): boolean {
  return workspace.getConfiguration('pinscope.simulator', document.uri).get('codeLens', true);
}

/** Where "Simulate" stands in a document. */
async function entries(host: Host, document: TextDocument): Promise<Entry[]> {
  if (!isOn(document)) return [];
  const answer = await simulatable(host, document);
  if (!answer) return [];
  // A file with annotations says what is run; its functions are parts of that.
  if (answer.annotation !== null) return [{ line: answer.annotation, several: SEVERAL.test(document.getText()) }];
  return answer.functions.filter((one) => one.nearGup).map(({ line, name }) => ({ line, fn: name }));
}

/** Registers lenses and gutter. */
export function registerSimulateLens(host: Host, panel: SimulatorPanel): void {
  const { context, server } = host;
  const changed = new EventEmitter<void>();
  const icon = (name: string): Uri => Uri.joinPath(context.extensionUri, 'media', name);
  const mark = window.createTextEditorDecorationType({
    light: { gutterIconPath: icon('simulate-light.svg') },
    dark: { gutterIconPath: icon('simulate-dark.svg') },
    gutterIconSize: '60%',
  });
  const isChecked = (document: TextDocument): boolean => languages.match(checkedDocuments(), document) > 0;

  const paint = async (editor: TextEditor): Promise<void> => {
    if (!isChecked(editor.document)) return;
    const all = await entries(host, editor.document);
    editor.setDecorations(
      mark,
      all.map(({ line, fn }) => {
        const args = encodeURIComponent(JSON.stringify([editor.document.uri.toString(), fn]));
        const text = fn === undefined ? l10n.t('Simulate this file') : l10n.t('Simulate {0}()', fn);
        const hoverMessage = new MarkdownString(`[${text}](command:pinscope.simulate?${args})`);
        hoverMessage.isTrusted = { enabledCommands: ['pinscope.simulate'] };
        return { range: new Range(line, 0, line, 0), hoverMessage };
      }),
    );
  };
  const paintAll = (): void => window.visibleTextEditors.forEach((editor) => void paint(editor));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(paintAll, GUTTER_DELAY);
  };

  context.subscriptions.push(
    changed,
    mark,
    { dispose: () => clearTimeout(timer) },
    languages.registerCodeLensProvider(checkedDocuments(), {
      onDidChangeCodeLenses: changed.event,
      async provideCodeLenses(document) {
        const all = await entries(host, document);
        // What is annotated is there to be run; in other files most people never do.
        if (all.some(({ fn }) => fn === undefined)) panel.prepare(document.uri);
        return all.flatMap(({ line, fn, several }) => {
          const title = fn === undefined ? l10n.t('$(play) Simulate') : l10n.t('$(play) Simulate {0}()', fn);
          const args = [document.uri.toString(), ...(fn === undefined ? [] : [fn])];
          const range = new Range(line, 0, line, 0);
          const lens = new CodeLens(range, { title, command: 'pinscope.simulate', arguments: args });
          if (!several) return [lens];
          const explore = l10n.t('Explore every interleaving');
          return [lens, new CodeLens(range, { title: explore, command: 'pinscope.explore', arguments: args })];
        });
      },
    }),
    // The first answer comes when the server has started.
    server.onDidChangeState(() => {
      changed.fire();
      later();
    }),
    workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('pinscope.simulator.codeLens')) return;
      changed.fire();
      paintAll();
    }),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (window.visibleTextEditors.some((editor) => editor.document === document)) later();
    }),
    window.onDidChangeVisibleTextEditors(later),
  );
  later();
}
