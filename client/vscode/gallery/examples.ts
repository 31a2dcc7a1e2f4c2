/** The snippets that ship with the extension: dist/gallery.json, which the build makes of examples/gallery. */
import { Uri, workspace, type ExtensionContext } from 'vscode';

/** Scheme of opened examples. */
export const GALLERY_SCHEME = 'pinscope-gallery';

/** One snippet. */
export interface Example {
  readonly file: string;
  /** First sentence of its header comment. */
  readonly title: string;
  /** The header comment. */
  readonly about: string;
  readonly text: string;
}

/** Reads the gallery. */
export async function readGallery({ extensionUri }: ExtensionContext): Promise<readonly Example[]> {
  return JSON.parse(await readOwnFile(Uri.joinPath(extensionUri, 'dist', 'gallery.json'))) as Example[];
}

/** A file of the extension: on vscode.dev it lies behind an address that no file system of the editor knows. */
async function readOwnFile(uri: Uri): Promise<string> {
  if (!/^https?$/.test(uri.scheme)) return new TextDecoder().decode(await workspace.fs.readFile(uri));
  const response = await fetch(uri.toString(true));
  if (!response.ok) throw new Error(`${uri.toString(true)}: ${response.status} ${response.statusText}`);
  return response.text();
}
