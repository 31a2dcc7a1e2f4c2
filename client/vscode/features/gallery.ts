/**
 * The gallery: the snippets that ship with the extension, in a tree. One that is opened is a copy in memory: it can be changed and saved,
 * and is as it was in the next window.
 */
import {
  commands,
  l10n,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  ViewColumn,
  window,
  workspace,
  type TreeDataProvider,
} from 'vscode';
import type { Host } from '../host.ts';
import { GALLERY_SCHEME, readGallery, type Example } from '../gallery/examples.ts';
import { MemoryFiles } from '../gallery/memory-files.ts';
import type { SimulatorPanel } from '../simulator/panel.ts';

/** Registers tree, files and command. */
export function registerGallery({ context, output }: Host, panel: SimulatorPanel): void {
  let reading: Promise<readonly Example[]> | undefined;
  const examples = (): Promise<readonly Example[]> =>
    (reading ??= readGallery(context).catch((error: unknown) => {
      output.error(`The gallery cannot be read: ${String(error)}`);
      reading = undefined;
      return [];
    }));
  const files = new MemoryFiles(async (name) => (await examples()).find((one) => one.file === name)?.text);
  const tree: TreeDataProvider<Example> = {
    getChildren: async (parent) => (parent ? [] : [...(await examples())]),
    getTreeItem: ({ file, title, about }) => {
      const item = new TreeItem(title, TreeItemCollapsibleState.None);
      item.id = file;
      item.description = file;
      item.tooltip = `${about}\n\n${file}`;
      item.contextValue = 'example';
      item.command = { command: 'pinscope.openExample', title: l10n.t('Open and Simulate'), arguments: [file] };
      item.accessibilityInformation = { label: `${title} ${file}` };
      return item;
    },
  };

  const open = async (argument: unknown): Promise<void> => {
    const all = await examples();
    const wanted = typeof argument === 'string' ? argument : undefined;
    const file =
      all.find((one) => one.file === wanted)?.file ??
      (
        await window.showQuickPick(
          all.map((one) => ({ label: one.title, description: one.file })),
          { placeHolder: l10n.t('Example to open and simulate'), matchOnDescription: true },
        )
      )?.description;
    if (file === undefined) return;
    const uri = Uri.from({ scheme: GALLERY_SCHEME, path: `/${file}` });
    await window.showTextDocument(uri, { viewColumn: ViewColumn.One, preview: false });
    await panel.show({ uri, options: {} });
  };

  context.subscriptions.push(
    workspace.registerFileSystemProvider(GALLERY_SCHEME, files, { isCaseSensitive: true }),
    window.registerTreeDataProvider('pinscope.gallery', tree),
    commands.registerCommand('pinscope.openExample', open),
    commands.registerCommand('pinscope.openWalkthrough', () =>
      commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#pinscope.start`, false),
    ),
  );
}
