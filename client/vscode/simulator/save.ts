/** Exports of the panel: asks where to put them, and writes them there. */
import { l10n, Uri, window, workspace } from 'vscode';
import type { HostMessage } from '../../../simulator/panel/messages.ts';

/** Saves an export; `beside` is the source that it is of. */
export async function saveExport(
  { name, encoding, data }: HostMessage<'save'>,
  beside: Uri | undefined,
): Promise<void> {
  const onDisk = beside && workspace.fs.isWritableFileSystem(beside.scheme) && beside.scheme !== 'untitled';
  const folder = onDisk ? Uri.joinPath(beside, '..') : workspace.workspaceFolders?.[0]?.uri;
  const target = await window.showSaveDialog({
    title: l10n.t('Save Export'),
    ...(folder && { defaultUri: Uri.joinPath(folder, name) }),
  });
  if (!target) return;
  const bytes =
    encoding === 'base64' ? Uint8Array.from(atob(data), (c) => c.charCodeAt(0)) : new TextEncoder().encode(data);
  try {
    await workspace.fs.writeFile(target, bytes);
  } catch (error) {
    void window.showErrorMessage(
      l10n.t('{0} could not be written: {1}', target.fsPath, error instanceof Error ? error.message : String(error)),
    );
    return;
  }
  const open = l10n.t('Open');
  if ((await window.showInformationMessage(l10n.t('{0} was written.', target.fsPath), open)) !== open) return;
  await window.showTextDocument(target).then(undefined, () => undefined);
}
