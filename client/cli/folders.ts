/** The folders that the files lie in, indexed when a file of theirs is analysed: what the rest of a driver does matters to it. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Driver } from '../../server/linking/driver.ts';
import { decode } from './encoding.ts';
import { ABSENT, signatureOf } from './cache.ts';
import { Reader } from './scan.ts';

/** Generated tables of registers: they hold no functions. */
const MAX_BYTES = 1024 * 1024;
/** Files of a folder are mostly analysed one after the other. */
const KEPT = 3;

/** The index of a folder, and what it was made from. */
interface Indexed {
  readonly driver: Driver;
  readonly touched: ReadonlyMap<string, string>;
}

/** Reads the folders of drivers. */
export class Folders {
  readonly #kept = new Map<string, Indexed>();
  #touched = new Map<string, string>();
  readonly #reader: Reader;

  /** `remembers`: somebody wants to know what an index was made from. */
  constructor(readonly remembers: boolean) {
    this.#reader = new Reader(remembers ? (path, signature) => this.#touched.set(path, signature) : undefined);
  }

  /** The index of a folder. */
  of(folder: string): Indexed {
    let indexed = this.#kept.get(folder);
    this.#kept.delete(folder);
    if (!indexed) {
      this.#touched = new Map();
      indexed = { driver: this.#read(folder), touched: this.#touched };
    }
    this.#kept.set(folder, indexed);
    for (const old of this.#kept.keys()) if (this.#kept.size > KEPT) this.#kept.delete(old);
    return indexed;
  }

  /** Forgets all. */
  clear(): void {
    this.#kept.clear();
  }

  #read(folder: string): Driver {
    const driver = new Driver();
    const paths = this.#namesIn(folder).map((name) => join(folder, name));
    const sources = paths.filter((path) => /\.[ch]$/.test(path));
    // where nothing names the families there is nothing to link
    if (!sources.some((path) => this.#try(path, () => this.#reader.scan().holdsNeedle))) return driver;
    for (const path of sources) {
      const text = this.#try(path, (bytes) => (bytes.length > MAX_BYTES ? undefined : decode(bytes)?.text));
      if (text !== undefined) driver.set(path, text);
    }
    for (const path of paths) {
      const text = /[\\/](Makefile|Kbuild)$/.test(path) ? this.#try(path, (bytes) => decode(bytes)?.text) : undefined;
      if (text !== undefined) driver.setMakefile(path, text);
    }
    return driver;
  }

  #try<T>(path: string, use: (bytes: Buffer) => T): T | undefined {
    try {
      return use(this.#reader.read(path));
    } catch {
      // As if it were not there: it is not what was asked for.
      return undefined;
    }
  }

  #namesIn(folder: string): string[] {
    try {
      if (this.remembers) this.#touched.set(folder, signatureOf(statSync(folder)));
      return readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile() || entry.isSymbolicLink())
        .map((entry) => entry.name)
        .sort();
    } catch {
      this.#touched.set(folder, ABSENT);
      return [];
    }
  }
}
