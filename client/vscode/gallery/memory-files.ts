/** A file system in memory whose files begin as copies of something that is read when they are first asked for. */
import type { Uri } from 'vscode';
import {
  EventEmitter,
  FileChangeType,
  FileSystemError,
  FileType,
  type Disposable,
  type FileChangeEvent,
  type FileStat,
  type FileSystemProvider,
} from 'vscode';

interface Entry {
  readonly bytes: Uint8Array;
  readonly mtime: number;
}

/** One folder of files, of which none can be made or removed. */
export class MemoryFiles implements FileSystemProvider {
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new EventEmitter<FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  /** `original`: the text that a file begins with; undefined: there is no such file. */
  constructor(readonly original: (name: string) => Promise<string | undefined>) {}

  watch(): Disposable {
    return { dispose: () => undefined };
  }
  async stat(uri: Uri): Promise<FileStat> {
    if (uri.path === '/') return { type: FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    const { bytes, mtime } = await this.#entry(uri);
    return { type: FileType.File, ctime: 0, mtime, size: bytes.length };
  }
  readDirectory(): [string, FileType][] {
    return [...this.#entries.keys()].map((name) => [name, FileType.File]);
  }
  async readFile(uri: Uri): Promise<Uint8Array> {
    return (await this.#entry(uri)).bytes;
  }
  async writeFile(uri: Uri, bytes: Uint8Array): Promise<void> {
    const before = await this.#entry(uri);
    this.#entries.set(uri.path.slice(1), { bytes, mtime: before.mtime + 1 });
    this.#changed.fire([{ type: FileChangeType.Changed, uri }]);
  }
  createDirectory(uri: Uri): void {
    throw FileSystemError.NoPermissions(uri);
  }
  delete(uri: Uri): void {
    throw FileSystemError.NoPermissions(uri);
  }
  rename(uri: Uri): void {
    throw FileSystemError.NoPermissions(uri);
  }

  async #entry(uri: Uri): Promise<Entry> {
    const name = uri.path.slice(1);
    const known = this.#entries.get(name);
    if (known) return known;
    const text = await this.original(name);
    if (text === undefined) throw FileSystemError.FileNotFound(uri);
    const entry: Entry = { bytes: new TextEncoder().encode(text), mtime: 1 };
    this.#entries.set(name, entry);
    return entry;
  }
}
