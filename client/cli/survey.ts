/**
 * What a first look at the files of a tree tells: of 20,000 files, which few are worth the question whether they use a helper for pages
 * that a header defines. It asks by the names of headers alone, so that no `#include` has to be resolved for that, and is right in
 * one direction: a file that is left out uses none.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, normalize, sep } from 'node:path';
import type { Prefilter } from '../../server/analyser.ts';
import { INCLUDE_FOLDERS, includeFolders, MAKEFILES } from '../../server/headers.ts';
import { decode } from './encoding.ts';
import { Reader } from './scan.ts';

/** What the first look at a file told. */
export interface Seen {
  readonly path: string;
  readonly bytes: number;
  /** Names a call of the families. */
  readonly names: boolean;
  /** The project's own headers that it includes, as it writes them. */
  readonly includes: readonly string[];
  readonly isBinary: boolean;
  /** How the file was when it was looked at: see cache.ts. */
  readonly signature: string;
}

/** How many folders above those that are walked can have something to do with them. */
const LEVELS = 6;

/** Collects what was seen, and asks further where headers lie outside of what was walked. */
export class Survey {
  /** Names of files, and what each of that name includes. */
  readonly #includes = new Map<string, (readonly string[])[]>();
  /** All that is included, as it is written, with the name of the header; in the order in which it was met. */
  readonly #specs = new Map<string, string>();
  /** Names of headers in which a call of the families is named. */
  readonly #telling = new Set<string>();
  readonly #files: Seen[] = [];
  /** Folders of those. */
  readonly #folders = new Set<string>();
  /** Where the makefiles in them point with -I. */
  readonly #pointed = new Set<string>();
  /** Folders outside in which headers may lie. */
  readonly #outside = new Set<string>();
  readonly #entries = new Map<string, ReadonlySet<string>>();

  readonly #reader = new Reader();

  constructor(readonly mayMatter: Prefilter) {}

  /** Takes in a file: what can be done with it alone is done at once, as long as others are being looked at. */
  add(seen: Seen): void {
    const { path, names, includes } = seen;
    if (names) this.#telling.add(basename(path));
    if (includes.length === 0) return;
    this.#files.push(seen);
    this.#include(basename(path), includes);
    const folder = dirname(path);
    if (this.#folders.has(folder)) return;
    this.#folders.add(folder);
    for (const makefile of MAKEFILES.slice(0, 2)) this.#follow(join(folder, makefile), this.#pointed);
  }

  /** Of the files seen, those that include a header which names the families, or one that includes such a header, ... `roots`: what was walked. */
  users(roots: readonly string[]): Set<string> {
    this.#lookOutside(roots);
    const telling = new Set<string>();
    for (const name of this.#specs.values()) {
      // what is neither .c nor .h was not looked through
      if (this.#telling.has(name) || !/\.[ch]$/.test(name)) telling.add(name);
    }
    if (telling.size === 0) return telling;
    const reaching = this.#reaching(telling);
    const specs = new Set<string>();
    for (const [spec, name] of this.#specs) if (reaching.has(name)) specs.add(spec);
    const users = new Set<string>();
    for (const { path, includes } of this.#files) if (includes.some((spec) => specs.has(spec))) users.add(path);
    return users;
  }

  /** Names of headers, and of all that include them. */
  #reaching(telling: ReadonlySet<string>): Set<string> {
    const by = new Map<string, string[]>();
    for (const [name, lists] of this.#includes) {
      for (const list of lists) {
        for (const spec of list) {
          const one = this.#specs.get(spec)!;
          const known = by.get(one);
          if (known) known.push(name);
          else by.set(one, [name]);
        }
      }
    }
    const reaching = new Set(telling);
    for (const name of reaching) for (const one of by.get(name) ?? []) reaching.add(one);
    return reaching;
  }

  #include(name: string, specs: readonly string[]): void {
    const known = this.#includes.get(name);
    if (known) known.push(specs);
    else this.#includes.set(name, [specs]);
    for (const spec of specs) if (!this.#specs.has(spec)) this.#specs.set(spec, nameOf(spec));
  }

  /** Headers beside the tree that something in it includes. */
  #lookOutside(roots: readonly string[]): void {
    const isInside = (path: string): boolean =>
      roots.some((root) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep));
    const reach = (folder: string): void => void (!isInside(folder) && this.#outside.add(folder));
    for (const root of roots) {
      for (let above = dirname(root), level = 0; level < LEVELS; above = dirname(above), level++) {
        for (const folder of INCLUDE_FOLDERS) reach(join(above, folder));
        if (above === dirname(above)) break;
      }
      for (const makefile of MAKEFILES) this.#follow(join(root, makefile), this.#pointed);
    }
    this.#pointed.forEach(reach);
    const read = new Set<string>();
    const look = (folder: string, wanted: ReadonlyMap<string, ReadonlySet<string>>): void => {
      const entries = this.#entriesOf(folder);
      const lookFor = (below: string): void => {
        const path = join(folder, below);
        if (read.has(path) || isInside(path) || !this.#entriesOf(dirname(path)).has(basename(path))) return;
        read.add(path);
        this.#read(path);
        this.#outside.add(dirname(path));
      };
      // through the shorter list of the two
      if (entries.size < wanted.size) for (const entry of entries) wanted.get(entry)?.forEach(lookFor);
      else for (const [first, belows] of wanted) if (entries.has(first)) belows.forEach(lookFor);
    };
    const all = new Map<string, Set<string>>();
    // what is found there may include more, and lie in a folder that nothing pointed at
    for (let folders = 0, specs = 0; folders < this.#outside.size || specs < this.#specs.size;) {
      const before = [...this.#outside].slice(0, folders);
      const added = [...this.#outside].slice(folders);
      folders += added.length;
      const wanted = this.#wanted(specs, all);
      specs = this.#specs.size;
      for (const folder of before) look(folder, wanted);
      for (const folder of added) look(folder, all);
    }
  }

  /** What is included, but for the first `from`, without the way up to it, by its first part; `all` is told of it too. */
  #wanted(from: number, all: Map<string, Set<string>>): Map<string, Set<string>> {
    const wanted = new Map<string, Set<string>>();
    for (const spec of [...this.#specs.keys()].slice(from)) {
      const below = (spec.includes('..') ? normalize(spec) : spec).replace(/^(\.{1,2}[\\/])+/, '');
      const end = below.search(/[\\/]/);
      const first = end < 0 ? below : below.slice(0, end);
      for (const map of [wanted, all]) {
        const known = map.get(first);
        if (known) known.add(below);
        else map.set(first, new Set([below]));
      }
    }
    return wanted;
  }

  #read(path: string): void {
    try {
      const bytes = this.#reader.read(path);
      const { holdsNeedle, includes } = this.#reader.scan();
      const text = holdsNeedle ? decode(bytes)?.text : undefined;
      if (text !== undefined && this.mayMatter(text)) this.#telling.add(basename(path));
      this.#include(basename(path), includes);
    } catch {
      // As if it were not there.
    }
  }

  /** Where a makefile points with -I. */
  #follow(makefile: string, pointed: Set<string>): void {
    if (!existsSync(makefile)) return;
    try {
      const bytes = this.#reader.read(makefile);
      if (!bytes.includes('-I')) return;
      for (const folder of includeFolders(decode(bytes)?.text ?? '')) pointed.add(join(dirname(makefile), folder));
    } catch {
      // As if it were not there.
    }
  }

  #entriesOf(folder: string): ReadonlySet<string> {
    let known = this.#entries.get(folder);
    if (!known) {
      try {
        known = new Set(readdirSync(folder));
      } catch {
        known = new Set();
      }
      this.#entries.set(folder, known);
    }
    return known;
  }
}

/** The last part of what is included: mostly there is no other. */
const nameOf = (spec: string): string => (/[\\/]/.test(spec) ? basename(spec) : spec);
