/**
 * The headers of the project that a file includes, transitively: `#include "…"`, and `#include <…>` of what is not the kernel's. Knows no
 * file system: the caller resolves and reads. One algorithm for the CLI (which reads at once) and the server (which may have to ask a client).
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

const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*(?:"([^"\r\n]+)"|<([^>\r\n]+)>)/gm;

/** First parts of the paths of the kernel's own headers (include/, include/uapi, arch/x/include): no project has these. */
const KERNEL_HEADERS = new Set(
  `linux asm asm-generic uapi net media drm rdma sound scsi crypto video target xen trace dt-bindings soc acpi pcmcia math-emu misc ras vdso kvm
  clocksource keys generated memory cxl ufs kunit hyperv`.split(/\s+/),
);

/** Where makefiles of drivers point with -I, from a folder above the file. */
const INCLUDE_FOLDERS = ['include', 'inc', 'common/inc', 'common/include', 'common', ''];
/** How many folders above the file these are looked for, and how many paths are tried for one file. */
const FAR = { levels: 4, tries: 240 } as const;

/** What each `#include` of the project's own headers names, in order. */
export function projectIncludes(text: string): string[] {
  return projectSpecs(text).map((include) => include.spec);
}

function projectSpecs(text: string): { readonly spec: string; readonly local: boolean }[] {
  return Array.from(text.matchAll(INCLUDE), (match) => ({
    spec: match[1] ?? match[2] ?? '',
    local: match[1] !== undefined,
  })).filter(({ spec, local }) => local || !KERNEL_HEADERS.has(spec.split('/')[0]!));
}

type Wanted = Generator<string, void, string | undefined>;

/** Yields paths to read, takes texts; fills `found`, a header behind those that it includes. */
function* closure(path: string, text: string, resolve: HeaderSource<unknown>['resolve'], found: HeaderText[]): Wanted {
  const seen = new Set<string>([path]);
  const absent = new Set<string>();
  let characters = 0;
  let tries = 0;
  /** As compilers look: beside the including file first; then where makefiles of drivers point with -I. */
  function* candidates(from: string, spec: string, local: boolean): Generator<string, void> {
    if (local) yield* [resolve(from, spec), resolve(path, spec)];
    yield resolve(path, `include/${spec}`);
    for (let level = 1; level <= FAR.levels; level++) {
      for (const folder of INCLUDE_FOLDERS) {
        // A name without a folder, right above: that is as often another project's.
        if (folder === '' && (level > 2 || !local)) continue;
        if (++tries > FAR.tries) return;
        yield resolve(path, '../'.repeat(level) + (folder && `${folder}/`) + spec);
      }
    }
  }
  function* visit(from: string, source: string, depth: number): Wanted {
    for (const { spec, local } of projectSpecs(source)) {
      for (const candidate of candidates(from, spec, local)) {
        if (seen.has(candidate)) break;
        if (absent.has(candidate)) continue;
        if (seen.size > HEADER_LIMITS.files * 4 || found.length >= HEADER_LIMITS.files) return;
        const header = yield candidate;
        if (header === undefined) {
          absent.add(candidate);
          continue;
        }
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
