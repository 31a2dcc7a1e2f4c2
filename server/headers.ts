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
export const INCLUDE_FOLDERS = ['include', 'inc', 'common/inc', 'common/include', 'common', ''];
/** Makefiles whose -I counts for a file. */
export const MAKEFILES = ['Makefile', 'Kbuild', '../Makefile', '../Kbuild'];
/** How a makefile says "here". */
const OWN_FOLDER = /^(?:\$[({](?:srctree|src|obj|PWD|CURDIR|M|KBUILD_EXTMOD|shell pwd)[)}]\/?)+/;
/** How many folders above the file these are looked for, and how many paths are tried for one file. */
const FAR = { levels: 4, tries: 240 } as const;

/** What each `#include` of the project's own headers names, in order. */
export function projectIncludes(text: string): string[] {
  return projectSpecs(text).map((include) => include.spec);
}

/** Does `#include <spec>` mean a header of the kernel's own? */
export const isKernels = (spec: string): boolean => {
  const end = spec.indexOf('/');
  return KERNEL_HEADERS.has(end < 0 ? spec : spec.slice(0, end));
};

function projectSpecs(text: string): { readonly spec: string; readonly local: boolean }[] {
  return Array.from(text.matchAll(INCLUDE), (match) => ({
    spec: match[1] ?? match[2] ?? '',
    local: match[1] !== undefined,
  })).filter(({ spec, local }) => local || !isKernels(spec));
}

interface Candidate {
  readonly path: string;
  /** The folder it is looked for in, from the file's own, where the file does not say it itself. */
  readonly prefix?: string;
}

type Wanted = Generator<string, void, string | undefined>;

/** Yields paths to read, takes texts; fills `found`, a header behind those that it includes. */
function* closure(path: string, text: string, resolve: HeaderSource<unknown>['resolve'], found: HeaderText[]): Wanted {
  const seen = new Set<string>([path]);
  const absent = new Set<string>();
  let characters = 0;
  let tries = 0;
  /** Folders, from the file's own, in which headers are: the makefile's, and those in which one was found. */
  const pointed = new Set<string>();
  /** What was looked for everywhere. */
  const lost = new Set<string>();
  /** As compilers look: beside the including file first; then where makefiles of drivers point with -I. */
  function* candidates(from: string, spec: string, local: boolean): Generator<Candidate, void> {
    const at = (prefix: string): Candidate => ({ path: resolve(path, prefix + spec), prefix });
    if (local) yield* [{ path: resolve(from, spec) }, { path: resolve(path, spec) }];
    for (const prefix of pointed) yield at(prefix);
    if (lost.has(spec)) return;
    lost.add(spec);
    for (let level = 0; level <= FAR.levels; level++) {
      for (const folder of INCLUDE_FOLDERS) {
        // A name without a folder, right above: that is as often another project's.
        if (folder === '' && (level === 0 || level > 2 || !local)) continue;
        if (++tries > FAR.tries) return;
        yield at('../'.repeat(level) + (folder && `${folder}/`));
      }
    }
  }
  function* visit(from: string, source: string, depth: number): Wanted {
    for (const { spec, local } of projectSpecs(source)) {
      for (const { path: candidate, prefix } of candidates(from, spec, local)) {
        if (seen.has(candidate)) break;
        if (absent.has(candidate)) continue;
        if (seen.size > HEADER_LIMITS.files * 4 || found.length >= HEADER_LIMITS.files) return;
        const header = yield candidate;
        if (header === undefined) {
          absent.add(candidate);
          continue;
        }
        seen.add(candidate);
        if (prefix !== undefined) pointed.add(prefix);
        if (characters + header.length > HEADER_LIMITS.characters) break;
        characters += header.length;
        if (depth < HEADER_LIMITS.depth) yield* visit(candidate, header, depth + 1);
        found.push({ path: candidate, text: header });
        break;
      }
    }
  }
  if (projectSpecs(text).length === 0) return;
  for (const makefile of MAKEFILES) {
    const flags = yield resolve(path, makefile);
    const folder = makefile.slice(0, makefile.lastIndexOf('/') + 1);
    for (const prefix of includeFolders(flags ?? '')) pointed.add(folder + prefix);
  }
  yield* visit(path, text, 1);
}

/** The folders of a makefile's -I, from its own, each with a slash at its end; those that hang on variables of others are left out. */
export function includeFolders(makefile: string): string[] {
  return Array.from(makefile.matchAll(/(?:^|[\s=])-I\s*((?:\$\([^)\n]*\)|\$\{[^}\n]*\}|[^\s$\\])+)/g), ([, given]) =>
    given!.replace(OWN_FOLDER, '').replace(/^\/+|^\.\/|"/g, ''),
  )
    .filter((folder) => !folder.includes('$'))
    .map((folder) => (folder === '' || folder === '.' ? '' : `${folder.replace(/\/+$/, '')}/`));
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
