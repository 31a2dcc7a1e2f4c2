/**
 * `pinscope kbuild`: the checker of a kernel build, called for each file as sparse is:
 *   make C=1 CHECK="pinscope kbuild"
 * The build tells all there is to know: the kernel's release and its configuration lie in its folders, macros are on the command
 * line. Findings are printed as the compiler's are, and do not end the build.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isVersionError, parseVersion } from '../../language/kernel/version.ts';
import type { AnalyserModule } from '../../server/analyser.ts';
import { readDefine } from '../../server/config.ts';
import { check } from './check.ts';
import { EXIT, UsageError, type Io } from './io.ts';

/** Compiler options whose value is the next argument. */
const WITH_VALUE = new Set(
  '-include -imacros -I -isystem -idirafter -iquote -iprefix -isysroot -o -x -MF -MT -MQ -arch -target --param -Xclang -Xassembler'.split(
    ' ',
  ),
);
const AUTOCONF = 'include/generated/autoconf.h';

/** The `kbuild` command: compiler flags and one file. */
export async function kbuild(argv: readonly string[], analyser: AnalyserModule, io: Io): Promise<number> {
  const { file, defines, folders, own } = readFlags(argv);
  if (file === undefined) throw new UsageError('kbuild is called by make: make C=1 CHECK="pinscope kbuild" …');
  if (!file.endsWith('.c')) return EXIT.clean;
  const build = [io.cwd, ...folders.map((folder) => resolve(io.cwd, folder))].find((folder) =>
    existsSync(join(folder, AUTOCONF)),
  );
  const release = build === undefined ? undefined : releaseOf(build);
  const options = [
    ...(build === undefined ? [] : ['--config', join(build, AUTOCONF)]),
    ...(release === undefined ? [] : ['--kernel', release]),
    ...defines.flatMap((define) => ['--define', define]),
  ];
  const code = await check(['--format', 'gcc', ...options, ...own, '--', file], analyser, io);
  return code === EXIT.findings ? EXIT.clean : code;
}

interface Flags {
  readonly file: string | undefined;
  readonly defines: readonly string[];
  /** Where the kernel may be built, from the include paths. */
  readonly folders: readonly string[];
  /** Options of ours. */
  readonly own: readonly string[];
}

function readFlags(argv: readonly string[]): Flags {
  let file: string | undefined;
  const defines = new Map<string, string>();
  const folders: string[] = [];
  const own: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? '';
    const [, kind, attached] = /^-([DUI])(.*)$/s.exec(argument) ?? [];
    if (kind) {
      const value = attached === '' ? (argv[++i] ?? '') : (attached ?? '');
      if (kind === 'I') {
        const root = /^(.*?)\/?\binclude\/generated\/uapi\/?$/.exec(value)?.[1];
        if (root !== undefined) folders.push(root);
        continue;
      }
      const define = readDefine(kind === 'D' ? value : `!${value}`);
      // Sparse's own name would choose branches that no compiler sees; macros with parameters say nothing of branches.
      if (define && define[0] !== '__CHECKER__') defines.set(define[0], kind === 'D' ? value : `!${value}`);
    } else if (argument === '--severity') own.push(argument, argv[++i] ?? '');
    else if (WITH_VALUE.has(argument)) i++;
    else if (!argument.startsWith('-')) file = argument;
  }
  return { file, defines: [...defines.values()], folders, own };
}

/** The release of the kernel in a build folder, if it is one that we know. */
function releaseOf(folder: string): string | undefined {
  try {
    const text = readFileSync(join(folder, 'include/config/kernel.release'), 'utf8').trim();
    return isVersionError(parseVersion(text)) ? undefined : text;
  } catch {
    // Not built that far.
    return undefined;
  }
}
