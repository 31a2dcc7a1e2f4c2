/** PATH arguments → files: folders are walked, globs matched, ignore files obeyed. */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import picomatch from 'picomatch';
import { UsageError } from './io.ts';

/** Git's counts in a repository only, as for git itself: a source package may carry one that leaves out all of it. */
const GIT_IGNORE = '.gitignore';
const IGNORE_FILES = [GIT_IGNORE, '.ignore', '.pinscopeignore'];
const SKIPPED_FOLDERS = new Set(['node_modules']);

/** One folder's ignore files, and those above it. */
interface Level {
  readonly folder: string;
  readonly rules: Ignore | undefined;
  readonly above: Level | undefined;
}

export interface FileWalk {
  /** Folders that were walked. */
  readonly roots: readonly string[];
  /** Files that an ignore file left out (those in ignored folders are not counted). */
  ignored: number;
  /** Folders that one left out. */
  ignoredFolders: number;
}

/** Where the paths of a walk go. */
export interface Finder {
  /** A file that the arguments mean, once each, folder by folder; `isNamed`: it is one itself. */
  found(path: string, isNamed: boolean): void;
  /** A header, or a source file that no argument means, beside them. */
  beside(path: string): void;
}

/** Folders between two looks at what the workers say. */
const BREATH = 64;

/**
 * Tells of the files that the arguments mean, by absolute paths.
 * @throws UsageError for a path that does not exist and for a glob that matches nothing.
 */
export async function findFiles(paths: readonly string[], cwd: string, finder: Finder): Promise<FileWalk> {
  const roots: string[] = [];
  const walk: FileWalk = { ignored: 0, ignoredFolders: 0, roots };
  const seen = new Set<string>();
  const take = (path: string, isNamed: boolean): void => {
    if (seen.has(path)) return;
    seen.add(path);
    finder.found(path, isNamed);
  };
  const targets = paths.map((path) => target(path, cwd));
  for (const { kind, given, path, matches } of targets) {
    if (kind === 'file') {
      // Named by the user: taken whatever ignore files say.
      take(path, true);
      continue;
    }
    const before = seen.size;
    roots.push(path);
    const repository = repositoryOf(path);
    const inRepository = repository !== undefined;
    const how = {
      matches,
      take: (file: string) => take(file, false),
      finder,
      walk,
      isBelow: isBelow(path),
      inRepository,
    };
    const steps = walkFolder(path, repository === undefined ? undefined : levelsAbove(path, repository), how);
    for (let folders = 1; !steps.next().done; folders++)
      if (folders % BREATH === 0) await new Promise((go) => setImmediate(go));
    if (kind === 'glob' && seen.size === before)
      throw new UsageError(`${given}: the glob matches no file that is to be checked.`);
  }
  return walk;
}

interface PathTarget {
  readonly kind: 'file' | 'folder' | 'glob';
  /** As it was written. */
  readonly given: string;
  readonly path: string;
  readonly matches: (path: string, name: string) => boolean;
}

function target(path: string, cwd: string): PathTarget {
  const full = resolve(cwd, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (stat?.isDirectory())
    return { kind: 'folder', given: path, path: full, matches: (_, name) => name.endsWith('.c') };
  // A pipe or a device would be waited for.
  if (stat && !stat.isFile()) throw new UsageError(`${path}: is neither a file nor a folder.`);
  if (stat) return { kind: 'file', given: path, path: full, matches: () => true };
  const scan = picomatch.scan(path.split(sep).join('/'));
  const base = resolve(cwd, scan.base);
  if (!scan.isGlob || !existsSync(base)) {
    throw new UsageError(
      `${path}: no such file or folder${scan.isGlob ? '' : ` (in ${cwd})`}. Give files, folders or globs that exist.`,
    );
  }
  const isMatch = picomatch(scan.glob);
  return {
    kind: 'glob',
    given: path,
    path: base,
    matches: (file) => isMatch(relative(base, file).split(sep).join('/')),
  };
}

/** One walk: what of a folder is wanted, and where it goes. */
interface Walk {
  readonly matches: PathTarget['matches'];
  readonly take: (path: string) => void;
  readonly finder: Finder;
  readonly walk: FileWalk;
  /** Does a real path lie in the folder that is walked? */
  readonly isBelow: (path: string) => boolean;
  readonly inRepository: boolean;
}

function isBelow(folder: string): Walk['isBelow'] {
  const real = realpathSync(folder);
  return (path) => path.startsWith(real.endsWith(sep) ? real : real + sep);
}

/** Yields once a folder. */
function* walkFolder(folder: string, above: Level | undefined, how: Walk): Generator<void> {
  yield;
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    // Gone meanwhile, or not ours to read.
    return;
  }
  const level = levelOf(
    folder,
    above,
    (name) => entries.some((entry) => entry.name === name) && (name !== GIT_IGNORE || how.inRepository),
  );
  const folders: string[] = [];
  const begin = folder.endsWith(sep) ? folder : folder + sep;
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = begin + entry.name;
    if (entry.isDirectory()) {
      if (SKIPPED_FOLDERS.has(entry.name)) continue;
      if (isIgnored(path, true, level)) how.walk.ignoredFolders++;
      else folders.push(path);
    } else if (
      how.matches(path, entry.name) &&
      (entry.isFile() || (entry.isSymbolicLink() && isForeignFile(path, how.isBelow)))
    ) {
      if (isIgnored(path, false, level)) how.walk.ignored++;
      else how.take(path);
    } else if (/\.[ch]$/.test(entry.name) && (entry.isFile() || (entry.isSymbolicLink() && isFile(path))))
      how.finder.beside(path);
  }
  for (const path of folders) yield* walkFolder(path, level, how);
}

/** A pipe or a device would be waited for. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // It leads nowhere, or round in circles.
    return false;
  }
}

/** A link to a file elsewhere; one within the folder is met under its own name, if it is to be met. */
function isForeignFile(path: string, below: Walk['isBelow']): boolean {
  try {
    const real = realpathSync(path);
    return statSync(real).isFile() && !below(real);
  } catch {
    // It leads nowhere, or round in circles.
    return false;
  }
}

/** The root of the repository that a folder lies in. */
function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (at === dirname(at)) return undefined;
  }
}

/** Ignore files between the root of the repository and `folder` count as well. */
function levelsAbove(folder: string, repository: string): Level | undefined {
  const above: string[] = [];
  for (let at = folder; at !== repository;) {
    at = dirname(at);
    above.unshift(at);
  }
  return above.reduce<Level | undefined>(
    (level, at) => levelOf(at, level, (name) => existsSync(join(at, name))),
    undefined,
  );
}

function levelOf(folder: string, above: Level | undefined, has: (name: string) => boolean): Level | undefined {
  const texts: string[] = [];
  for (const name of IGNORE_FILES) {
    if (!has(name)) continue;
    try {
      texts.push(readFileSync(join(folder, name), 'utf8'));
    } catch {
      // A folder of that name, or not readable: as if it were not there.
    }
  }
  return texts.length > 0 ? { folder, rules: ignore().add(texts.join('\n')), above } : above;
}

/** The innermost ignore file that has something to say of a path decides. */
function isIgnored(path: string, isFolder: boolean, level: Level | undefined): boolean {
  for (let at = level; at; at = at.above) {
    const name = relative(at.folder, path).split(sep).join('/') + (isFolder ? '/' : '');
    const { ignored, unignored } = at.rules?.test(name) ?? {};
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}
