/**
 * The local headers of a file: everything that `#include "…"` reaches, transitively. Knows no file system: the caller
 * resolves and reads. One algorithm for the CLI (which reads at once) and the server (which may have to ask a client).
 */
import type { HeaderText } from '../language/c/unit.ts';

export interface HeaderSource<Read> {
  /** The path that `spec` means when the file `from` includes it. */
  resolve(from: string, spec: string): string;
  /** The text of a file; undefined: there is none, or it is no text. */
  read(path: string): Read;
}

/** A driver has some dozens of headers; generated register headers of several MB would only cost time. */
export const HEADER_LIMITS = { files: 64, characters: 2 * 1024 * 1024, depth: 16 } as const;

const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*"([^"\r\n]+)"/gm;

/** What stands between the quotes of each `#include "…"`, in order. */
export function localIncludes(text: string): string[] {
  return Array.from(text.matchAll(INCLUDE), (match) => match[1] ?? '');
}

type Wanted = Generator<string, void, string | undefined>;

/** Yields paths to read, takes texts; fills `found`, a header behind those that it includes. */
function* closure(path: string, text: string, resolve: HeaderSource<unknown>['resolve'], found: HeaderText[]): Wanted {
  const seen = new Set<string>([path]);
  let characters = 0;
  function* visit(from: string, source: string, depth: number): Wanted {
    for (const spec of localIncludes(source)) {
      // As compilers look: beside the including file first; then where makefiles of drivers point with -I.
      for (const candidate of [resolve(from, spec), resolve(path, spec), resolve(path, `include/${spec}`)]) {
        if (seen.has(candidate)) break;
        if (seen.size > HEADER_LIMITS.files * 4 || found.length >= HEADER_LIMITS.files) return;
        const header = yield candidate;
        if (header === undefined) continue;
        seen.add(candidate);
        if (characters + header.length > HEADER_LIMITS.characters) break;
        characters += header.length;
        if (depth < HEADER_LIMITS.depth) yield* visit(candidate, header, depth + 1);
        found.push({ path: candidate, text: header });
        break;
      }
    }
  }
  yield* visit(path, text, 1);
}

/** The headers of `text`, read at once. */
export function collectHeaders(path: string, text: string, source: HeaderSource<string | undefined>): HeaderText[] {
  const found: HeaderText[] = [];
  const wanted = closure(path, text, source.resolve, found);
  for (let step = wanted.next(); !step.done;) step = wanted.next(source.read(step.value));
  return found;
}

/** The same where reading takes time. */
export async function collectHeadersAsync(
  path: string,
  text: string,
  source: HeaderSource<string | undefined | Promise<string | undefined>>,
): Promise<HeaderText[]> {
  const found: HeaderText[] = [];
  const wanted = closure(path, text, source.resolve, found);
  for (let step = wanted.next(); !step.done;) step = wanted.next(await source.read(step.value));
  return found;
}
