/** What is sent to the simulator: a text as it is in the editor, with the local headers that it includes. */
import { Uri, workspace } from 'vscode';

/** A source with its headers. */
export interface Source {
  readonly text: string;
  /** By what stands in `#include "…"`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where each of them is. */
  readonly places: ReadonlyMap<string, Uri>;
}

/** Headers of one source at most; bytes of one. */
const MAX_HEADERS = 200;
const MAX_BYTES = 5_000_000;

/** Text of a file: of the editor if it is open there, else of the file system. Undefined: there is none. */
export async function textOf(uri: Uri): Promise<string | undefined> {
  const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open) return open.getText();
  try {
    const bytes = await workspace.fs.readFile(uri);
    return bytes.length > MAX_BYTES ? undefined : new TextDecoder().decode(bytes);
  } catch {
    // Not there, or not ours to read.
    return undefined;
  }
}

/** Reads a source; undefined if there is none at that place. */
export async function readSource(uri: Uri): Promise<Source | undefined> {
  const text = await textOf(uri);
  if (text === undefined) return undefined;
  const places = new Map<string, Uri>();
  const headers: Record<string, string> = {};
  const waiting: { text: string; folder: Uri }[] = [{ text, folder: Uri.joinPath(uri, '..') }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const [, spec] of next.text.matchAll(/^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"/gm)) {
      if (places.has(spec!) || places.size >= MAX_HEADERS) continue;
      const place = Uri.joinPath(next.folder, spec!);
      const header = await textOf(place);
      if (header === undefined) continue;
      places.set(spec!, place);
      headers[spec!] = header;
      waiting.push({ text: header, folder: Uri.joinPath(place, '..') });
    }
  }
  return { text, headers, places };
}
