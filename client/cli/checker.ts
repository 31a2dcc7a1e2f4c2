/** Checks files one after the other: what each worker thread runs, and the main thread where there are few files. */
import { dirname, join } from 'node:path';
import { statSync } from 'node:fs';
import type { Analyser, AnalyserModule } from '../../server/analyser.ts';
import type { AnalysisOptions, FileInput, LinkedFile } from '../../server/findings.ts';
import { collectHeaders } from '../../server/headers.ts';
import { usesHeaders, type Link } from '../../server/linking/driver.ts';
import { loadWasm } from '../../server/wasm-files.ts';
import { ABSENT, signatureOf, UNSURE, type Touched } from './cache.ts';
import { decode, type Encoding } from './encoding.ts';
import { Folders } from './folders.ts';
import { toReport, type FileReport } from './report.ts';
import { Reader } from './scan.ts';
import type { Seen } from './survey.ts';

export interface CheckStats {
  files: number;
  bytes: number;
  binary: number;
  unreadable: number;
  /** Files that name a call of the family and were parsed. */
  candidates: number;
}

export const noStats = (): CheckStats => ({ files: 0, bytes: 0, binary: 0, unreadable: 0, candidates: 0 });

/** A file as it was read, with what is needed to write it back. */
export interface LoadedFile extends FileInput {
  readonly encoding: Encoding;
}

/** Texts of headers kept at a time: the files of a driver share them. */
const CACHED_HEADERS = 512;
const CACHED_CHARACTERS = 8 * 1024 * 1024;
const HEADER_BYTES = 4 * 1024 * 1024;
/** Bytes of a header that are looked through: what is longer is a table of registers, and no helper stands behind it. */
const HEADER_SCAN = 256 * 1024;

/** Reads, filters and analyses files, one after the other; what every thread of a run has. */
export class Checker {
  readonly stats = noStats();
  readonly #reader: Reader;
  readonly #headers = new Map<string, { readonly text: string; readonly signature: string }>();
  #characters = 0;
  /** Where none is, with what there is instead: every include is looked for in several folders. */
  readonly #absent = new Map<string, string>();
  readonly #folders: Folders;
  /** Files that were asked for, and how they were. */
  #touched = new Map<string, string>();
  #analyser: Promise<Analyser> | undefined;
  /** Of the file that was analysed last. */
  #folder = '';

  constructor(
    readonly module: AnalyserModule,
    readonly options: AnalysisOptions,
    /** Somebody keeps the answers: it is noted what each was made from. */
    readonly remembers = false,
  ) {
    this.#reader = new Reader(remembers ? (path, signature) => this.#touch(path, signature) : undefined);
    this.#folders = new Folders(remembers);
  }

  /** What was asked for since the last call; nothing if nobody keeps it. */
  takeTouched(): Touched[] {
    const touched = [...this.#touched];
    this.#touched = new Map();
    return touched;
  }

  #touch(path: string, signature: string): void {
    if (!this.remembers) return;
    // changed between two looks: nobody knows which of them counts
    const before = this.#touched.get(path);
    this.#touched.set(path, before === undefined || before === signature ? signature : UNSURE);
  }

  /** The report of a file; undefined if there is nothing to say of it. Never rejects because of the file. */
  async check(path: string): Promise<FileReport | undefined> {
    const seen = this.look(path);
    if ('findings' in seen) return seen;
    const links = this.linksOf(path) ?? (seen.names || this.usesHeaders(path) ? [] : undefined);
    return links && this.analyse(path, links);
  }

  /** What the bytes of a file tell; a report if it cannot be read. */
  look(path: string): Seen | FileReport {
    try {
      const bytes = this.#reader.read(path);
      this.stats.files++;
      this.stats.bytes += bytes.length;
      const { holdsNeedle, includes } = this.#reader.scan();
      const text = holdsNeedle ? decode(bytes)?.text : '';
      if (text === undefined) this.stats.binary++;
      const names = text !== undefined && text !== '' && this.module.mayMatter(text);
      return {
        path,
        bytes: bytes.length,
        names,
        includes,
        isBinary: text === undefined,
        signature: this.#touched.get(path) ?? UNSURE,
      };
    } catch (error) {
      this.stats.unreadable++;
      return failure(path, 'unreadable', `cannot be read: ${reason(error)}`);
    }
  }

  /** The same of a file that is not to be checked, but that others may include; undefined if it cannot be read. */
  lookBeside(path: string): Seen | undefined {
    try {
      const bytes = this.#reader.read(path, HEADER_SCAN);
      const { holdsNeedle, includes } = this.#reader.scan();
      const text = holdsNeedle ? decode(bytes)?.text : undefined;
      const names = text !== undefined && this.module.mayMatter(text);
      const signature = this.#touched.get(path) ?? UNSURE;
      return { path, bytes: bytes.length, names, includes, isBinary: false, signature };
    } catch {
      return undefined;
    }
  }

  /** What a file is linked with, if the files of its folder say that it has to do with pages. */
  linksOf(path: string): readonly Link[] | undefined {
    const { driver, touched } = this.#folders.of(dirname(path));
    for (const [file, signature] of touched) this.#touch(file, signature);
    return driver.matters(path) ? driver.linksOf(path) : undefined;
  }

  /** Nobody will ask for the folder once more. */
  forgetFolders(): void {
    this.#folders.clear();
  }

  /** Does a file use what a header of another folder defines to take pages or to give them back? */
  usesHeaders(path: string): boolean {
    try {
      const text = decode(this.#reader.read(path))?.text;
      if (text === undefined) return false;
      const headers = this.#headersOf(path, text).filter(
        (header) => dirname(header.path) !== dirname(path) && this.module.mayMatter(header.text),
      );
      return headers.length > 0 && usesHeaders({ path, text }, headers);
    } catch {
      // Told of where it is looked through.
      return false;
    }
  }

  /** The report of a file that can matter. Never rejects because of the file. */
  async analyse(path: string, links?: readonly Link[]): Promise<FileReport | undefined> {
    const analyser = await (this.#analyser ??= this.module.createAnalyser(loadWasm()));
    try {
      const file = this.load(path, links);
      if (!file) return undefined;
      // the files of a folder are mostly analysed one after the other; what is kept of others fills the memory
      if (dirname(path) !== this.#folder) analyser.forgetAll();
      this.#folder = dirname(path);
      this.stats.candidates++;
      const started = performance.now();
      const report = toReport(analyser.analyse(file, this.options), textsOf(file));
      return { ...report, milliseconds: performance.now() - started };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall !== undefined) {
        this.stats.unreadable++;
        return failure(path, 'unreadable', `cannot be read: ${reason(error)}`);
      }
      return failure(path, 'internal', `could not be analysed: ${reason(error)}`);
    } finally {
      analyser.close(path);
    }
  }

  /** Reads a file and its headers; undefined if it is binary. Throws what node:fs throws. */
  load(path: string, links = this.linksOf(path) ?? []): LoadedFile | undefined {
    const decoded = decode(this.#reader.read(path));
    if (!decoded) return undefined;
    return { path, headers: this.#headersOf(path, decoded.text), linked: this.#linked(links), ...decoded };
  }

  #headersOf(path: string, text: string): FileInput['headers'] {
    return collectHeaders(path, text, {
      resolve: (from, spec) => join(dirname(from), spec),
      read: (header) => this.#header(header),
    });
  }

  #linked(links: readonly Link[]): LinkedFile[] {
    const files: LinkedFile[] = [];
    for (const { path, functions } of links) {
      const text = this.#header(path);
      if (text !== undefined) files.push({ path, text, headers: this.#headersOf(path, text), functions });
    }
    return files;
  }

  async dispose(): Promise<void> {
    (await this.#analyser)?.dispose();
  }

  #header(path: string): string | undefined {
    const known = this.#headers.get(path);
    const instead = this.#absent.get(path);
    if (known ?? instead !== undefined) {
      this.#touch(path, known?.signature ?? instead ?? UNSURE);
      return known?.text;
    }
    if (this.#headers.size >= CACHED_HEADERS || this.#characters > CACHED_CHARACTERS) {
      this.#headers.clear();
      this.#characters = 0;
    }
    let text: string | undefined;
    try {
      const stat = statSync(path, { throwIfNoEntry: false });
      if (this.remembers) this.#touch(path, stat ? signatureOf(stat) : ABSENT);
      if (stat?.isFile() && stat.size <= HEADER_BYTES) text = decode(this.#reader.read(path))?.text;
    } catch {
      // As if it were not there.
    }
    const signature = this.#touched.get(path) ?? UNSURE;
    if (text !== undefined) {
      this.#headers.set(path, { text, signature });
      this.#characters += text.length;
    } else this.#absent.set(path, signature);
    return text;
  }
}

/** Texts of a file, its headers and what it is linked with by path, for code frames. */
export function textsOf(file: FileInput): Map<string, string> {
  const all = [...(file.linked ?? []).flatMap((one) => [...one.headers, one]), ...file.headers, file];
  return new Map(all.map(({ path, text }) => [path, text]));
}

/** The report of a file of which nothing was found out. */
export const emptyReport = (path: string): FileReport => ({
  path,
  findings: [],
  suppressed: [],
  notices: [],
  functions: 0,
  analysed: 0,
  isLasting: false,
});

/** The report of a file that could not be read or analysed. */
export function failure(path: string, kind: 'unreadable' | 'internal', message: string): FileReport {
  return { ...emptyReport(path), notices: [{ kind, path, message }] };
}

/** Why a file cannot be written, in words. */
export function writeReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such folder';
  return code === 'EISDIR' ? 'it is a folder' : reason(error);
}

/** An error in words. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'it is gone';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'ELOOP') return 'its links go round in circles';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return message ?? String(error);
}
