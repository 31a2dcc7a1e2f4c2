/** Which documents are checked: C and C++ on disk, unsaved, or on the file systems of the workspace; not git's old versions. */
import { workspace } from 'vscode';
import { GALLERY_SCHEME } from '../gallery/examples.ts';
import type { Host } from '../host.ts';

function schemes(): string[] {
  return [
    ...new Set([
      'file',
      'untitled',
      GALLERY_SCHEME,
      ...(workspace.workspaceFolders ?? []).map((folder) => folder.uri.scheme),
    ]),
  ];
}

/** Selector of the checked documents, for the workspace as it is now. */
export function checkedDocuments(): { readonly scheme: string; readonly language: string }[] {
  return schemes().flatMap((scheme) => ['c', 'cpp'].map((language) => ({ scheme, language })));
}

/** A folder of a file system that the selector has not yet: asks for a new window, for the selector is fixed at the start. */
export function registerSchemes({ context, output }: Host): void {
  const known = new Set(schemes());
  const added = workspace.onDidChangeWorkspaceFolders((event) => {
    for (const folder of event.added) {
      if (known.has(folder.uri.scheme)) continue;
      known.add(folder.uri.scheme);
      output.warn(`${folder.uri.toString()}: files of this file system are checked after a reload of the window`);
    }
  });
  context.subscriptions.push(added);
}
