/** What all features share: connection, open documents, settings, and the analysis of each document as it is now. */
import {
  CancellationToken,
  LSPErrorCodes,
  ResponseError,
  type ClientCapabilities,
  type Connection,
  type TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI, Utils } from 'vscode-uri';
import type { Analyser } from '../analyser.ts';
import { analysisOptions, type Settings } from '../config.ts';
import type { AnalysisResult, LinkedFile } from '../findings.ts';
import { collectHeadersAsync, projectIncludes } from '../headers.ts';
import { Driver, usesHeaders } from '../linking/driver.ts';
import type { HeaderText } from '../../language/c/unit.ts';
import type { ServerHost } from './host.ts';
import { ProblemReporter } from './problems.ts';
import type { ClientNotifications, InitializationOptions } from './protocol.ts';
import type { SettingsStore } from './settings.ts';

/** A document with what was found in it. */
export interface Analysed {
  readonly document: TextDocument;
  readonly version: number;
  readonly settings: Settings;
  readonly headers: readonly HeaderText[];
  readonly result: AnalysisResult;
  /** For conversion of offsets: the document, or a header. Paths are URIs. */
  documentOf(path: string): TextDocument | undefined;
}

interface Cached {
  readonly generation: number;
  readonly analysed: Analysed;
}

/** Time between two looks at the messages that came meanwhile, in milliseconds. */
const SLICE = 8;

/** A folder with more files is no driver's. */
const MAX_FOLDER = 600;

/** One connection: documents, settings, and the analysis of each document version, done once. */
export class Session {
  capabilities: ClientCapabilities = {};
  options: InitializationOptions = {};
  readonly problems: ProblemReporter;
  /** Told of each analysis that is whole. */
  onSettled: ((analysed: Analysed) => void) | undefined;
  /** Rises when a header, a setting or a folder changes: earlier analyses count no more. */
  #generation = 0;
  #analyser: Promise<Analyser | undefined> | undefined;
  readonly #cache = new Map<string, Cached>();
  /** The end of the newest analysis of each document that is under way or waits. */
  readonly #turns = new Map<string, Promise<void>>();
  /** The end of the newest hasty analysis of each document that is under way or waits. */
  readonly #hasty = new Map<string, Promise<void>>();
  readonly #linkedHeaders = new Map<
    string,
    { readonly generation: number; readonly text: string; readonly headers: readonly HeaderText[] }
  >();
  /** Indexes of folders, each with what it was read from. */
  readonly #drivers = new Map<string, { readonly driver: Driver; read: string }>();
  readonly #headerTexts = new Map<string, string | undefined>();
  readonly #closures = new Map<string, { readonly key: string; readonly headers: readonly HeaderText[] }>();

  constructor(
    readonly connection: Connection,
    readonly host: ServerHost,
    readonly documents: TextDocuments<TextDocument>,
    readonly settings: SettingsStore,
  ) {
    this.problems = new ProblemReporter(connection);
  }

  get generation(): number {
    return this.#generation;
  }

  /** The analysis of a document, from the cache where nothing changed. Undefined: closed, excluded, or no analyser. */
  async analyse(uri: string, token: CancellationToken): Promise<Analysed | undefined> {
    return this.#inTurn(this.#turns, uri, token, false);
  }

  /** The same for an answer while somebody types: perhaps not settled, but soon. It goes before all others. */
  async analyseHastily(uri: string, token: CancellationToken): Promise<Analysed | undefined> {
    return this.#inTurn(this.#hasty, uri, token, true);
  }

  async #inTurn(
    turns: Map<string, Promise<void>>,
    uri: string,
    token: CancellationToken,
    hasty: boolean,
  ): Promise<Analysed | undefined> {
    // Whatever is in the pipe first: this request may be cancelled, the text may be newer.
    await this.host.pause();
    stopIf(token);
    // One at a time: the second finds in the cache what the first found.
    const before = turns.get(uri);
    const { promise: mine, resolve: done } = withResolvers();
    turns.set(uri, mine);
    try {
      await before;
      stopIf(token);
      return await this.#analyse(uri, token, hasty);
    } finally {
      done();
      if (turns.get(uri) === mine) turns.delete(uri);
    }
  }

  async #analyse(uri: string, token: CancellationToken, hasty: boolean): Promise<Analysed | undefined> {
    for (;;) {
      // one analysis of a document would end the other
      if (!hasty) for (let other = this.#hasty.get(uri); other; other = this.#hasty.get(uri)) await other;
      const settings = await this.settings.get(uri);
      const before = this.documents.get(uri);
      if (!before || this.settings.isExcluded(uri, settings)) return undefined;
      const cached = this.#fresh(before);
      if (cached) return cached;
      const { linked, headers } = await this.#surroundings(uri, before.getText());
      const analyser = await (this.#analyser ??= this.#createAnalyser());
      stopIf(token);
      const document = this.documents.get(uri);
      if (!analyser || !document) return undefined;
      const newer = this.#fresh(document);
      if (newer) return newer;
      // Document, headers and result belong together: `#drive` gives up when one of them changes.
      const still = snapshot(document);
      const generation = this.#generation;
      const result = await this.#drive(
        analyser.steps(
          { path: uri, text: still.getText(), headers, linked },
          { ...analysisOptions(settings, () => token.isCancellationRequested), hasty },
        ),
        () =>
          this.#generation === generation &&
          this.documents.get(uri)?.version === still.version &&
          (hasty || !this.#hasty.has(uri)),
        token,
      );
      if (!result) continue;
      for (const notice of result.notices) this.problems.report(notice);
      const { version } = still;
      const documentOf = documentsOf(still, [...headers, ...linked.flatMap((one) => [one, ...one.headers])]);
      const analysed: Analysed = { document: still, version, settings, headers, result, documentOf };
      if (result.isSettled !== false) {
        this.#cache.set(uri, { generation, analysed });
        this.onSettled?.(analysed);
      }
      return analysed;
    }
  }

  /** What else belongs to a document with this text: its headers, and files of its folder. */
  async #surroundings(
    uri: string,
    text: string,
  ): Promise<{ readonly linked: readonly LinkedFile[]; readonly headers: readonly HeaderText[] }> {
    const linked = await this.#linkedWith(uri, text);
    const read = await this.#headersOf(uri, text);
    const matters = linked.length > 0 || this.host.mayMatter(text) || this.#usesHeaders({ path: uri, text }, read);
    return { linked, headers: matters ? read : [] };
  }

  /**
   * Does all that a keystroke would ask for if it made this text of the document, and tells nobody. False: something else is
   * to be done, or nothing can be; the next real analysis starts from this text as it would from any earlier one.
   */
  async rehearse({ document: { uri }, version, settings }: Analysed, text: string): Promise<boolean> {
    const generation = this.#generation;
    const isQuiet = (): boolean =>
      this.#turns.size === 0 &&
      this.#hasty.size === 0 &&
      this.#generation === generation &&
      this.documents.get(uri)?.version === version;
    await this.host.pause();
    const analyser = isQuiet() && (await this.#analyser);
    if (!analyser) return false;
    const { linked, headers } = await this.#surroundings(uri, text);
    if (!isQuiet()) return false;
    const options = { ...analysisOptions(settings), hasty: true };
    const steps = analyser.steps({ path: uri, text, headers, linked }, options);
    return (await this.#drive(steps, isQuiet, CancellationToken.None)) !== undefined;
  }

  /** Does the work with pauses, in which messages are handled. Undefined: its text is no longer that of the document. */
  async #drive(
    steps: ReturnType<Analyser['steps']>,
    isCurrent: () => boolean,
    token: CancellationToken,
  ): Promise<AnalysisResult | undefined> {
    let started = performance.now();
    for (;;) {
      const step = steps.next();
      if (step.done) {
        stopIf(token);
        return step.value;
      }
      if (performance.now() - started < SLICE) continue;
      await this.host.pause();
      stopIf(token);
      if (!isCurrent()) return undefined;
      started = performance.now();
    }
  }

  /** Analyses a text that is not that of the document, such as the result of fixes. */
  async analyseText(
    analysed: Analysed,
    token: CancellationToken,
  ): Promise<((texts: ReadonlyMap<string, string>) => AnalysisResult) | undefined> {
    const analyser = await (this.#analyser ??= this.#createAnalyser());
    if (!analyser) return undefined;
    const { document, headers, settings } = analysed;
    return (texts) =>
      analyser.analyse(
        {
          path: document.uri,
          text: texts.get(document.uri) ?? '',
          headers: headers.map((header) => ({ path: header.path, text: texts.get(header.path) ?? header.text })),
        },
        analysisOptions(settings, () => token.isCancellationRequested),
      );
  }

  /** Version of a document if it is open, for edits; null otherwise. */
  versionOf(uri: string): number | null {
    return this.documents.get(uri)?.version ?? null;
  }

  /**
   * Are these files still what was analysed? A header can change on disk without a word, and in the editor faster than it is
   * analysed: an edit made from the old text would hit a wrong place. What is old is forgotten.
   */
  async areCurrent(analysed: Analysed, paths: Iterable<string>): Promise<boolean> {
    let all = true;
    for (const path of paths) {
      if (path === analysed.document.uri) continue;
      const open = this.documents.get(path);
      const now = open ? open.getText() : await this.host.readFile(path);
      if (now === analysed.headers.find((header) => header.path === path)?.text) continue;
      this.headerChanged(path);
      all = false;
    }
    return all;
  }

  /** A document was closed: nothing of it is kept. */
  close(uri: string): void {
    this.#cache.delete(uri);
    this.#closures.delete(uri);
    this.settings.forget(uri);
    // From now on its text is that on disk.
    this.headerChanged(uri);
    this.#analyser?.then(
      (analyser) => analyser?.close(uri),
      () => undefined,
    );
  }

  /** Is it known that some document includes (or looks for) this file? */
  isHeader(uri: string): boolean {
    return this.#headerTexts.has(uri);
  }

  /** A file changed on disk or in the editor; true if that matters to analyses. */
  headerChanged(uri: string): boolean {
    if (!this.#headerTexts.delete(uri)) return false;
    this.everythingChanged();
    return true;
  }

  /** Settings or headers are other ones: nothing analysed before is good any more. */
  everythingChanged(): void {
    this.#generation++;
    this.#closures.clear();
  }

  status(status: ClientNotifications['pinscope/status']): void {
    void this.connection.sendNotification('pinscope/status', status);
  }

  async dispose(): Promise<void> {
    (await this.#analyser?.catch(() => undefined))?.dispose();
  }

  #fresh(document: TextDocument): Analysed | undefined {
    const cached = this.#cache.get(document.uri);
    return cached && cached.generation === this.#generation && cached.analysed.version === document.version
      ? cached.analysed
      : undefined;
  }

  async #createAnalyser(): Promise<Analyser | undefined> {
    try {
      const analyser = await this.host.createAnalyser(this.options);
      this.status({ state: 'ready', message: '' });
      return analyser;
    } catch (error) {
      const message = `Pinscope cannot check anything: its C parser did not start. ${error instanceof Error ? error.message : String(error)}`;
      this.status({ state: 'degraded', message });
      this.connection.console.error(message);
      this.connection.window.showErrorMessage(message);
      return undefined;
    }
  }

  /** What other files of the folder have to do with the document's pages. They are read as headers are: what is open counts. */
  async #linkedWith(uri: string, text: string): Promise<LinkedFile[]> {
    const at = Utils.dirname(URI.parse(uri));
    const folder = at.toString();
    const names = this.host.listFolder?.(folder) ?? [];
    if (names.length === 0 || names.length > MAX_FOLDER) return [];
    let known = this.#drivers.get(folder);
    if (!known) this.#drivers.set(folder, (known = { driver: new Driver(), read: '' }));
    const { driver } = known;
    const others = this.documents.all().flatMap((open) => (open.uri === uri ? [] : [`${open.uri}@${open.version}`]));
    const read = [this.#generation, uri, ...others, ...names].join('\n');
    // between two keystrokes, nothing of it changes
    if (known.read !== read) await this.#readFolder(driver, uri, at, names);
    known.read = read;
    driver.set(uri, text);
    const links = driver.linksOf(uri).map(({ path, functions }) => ({ path, functions, text: driver.textOf(path) }));
    return Promise.all(
      links.map(async (link) => {
        const generation = this.#generation;
        let headers = this.#linkedHeaders.get(link.path);
        if (headers?.generation !== generation || headers.text !== link.text) {
          headers = { generation, text: link.text, headers: await this.#closure(link.path, link.text) };
          this.#linkedHeaders.set(link.path, headers);
        }
        return { ...link, headers: headers.headers };
      }),
    );
  }

  async #readFolder(driver: Driver, uri: string, at: URI, names: readonly string[]): Promise<void> {
    const present = new Set<string>([uri]);
    for (const name of names) {
      if (!/\.[ch]$|^(Makefile|Kbuild)$/.test(name)) continue;
      const path = Utils.joinPath(at, name).toString();
      if (path === uri) continue;
      const other = await this.#readHeader(path);
      if (other === undefined) continue;
      present.add(path);
      if (/\.[ch]$/.test(name)) driver.set(path, other);
      else driver.setMakefile(path, other);
    }
    driver.keep(present);
  }

  async #closure(uri: string, text: string): Promise<readonly HeaderText[]> {
    return collectHeadersAsync(uri, text, {
      resolve: (from, spec) => Utils.joinPath(Utils.dirname(URI.parse(from)), spec).toString(),
      read: (header) => this.#readHeader(header),
    });
  }

  /** Helpers and macros that take pages may stand in headers alone. */
  #usesHeaders(file: { readonly path: string; readonly text: string }, headers: readonly HeaderText[]): boolean {
    const naming = headers.filter((header) => this.host.mayMatter(header.text));
    return naming.length > 0 && usesHeaders(file, naming);
  }

  async #headersOf(uri: string, text: string): Promise<readonly HeaderText[]> {
    const key = `${this.#generation}\n${projectIncludes(text).join('\n')}`;
    const known = this.#closures.get(uri);
    if (known?.key === key) return known.headers;
    const headers = await this.#closure(uri, text);
    this.#closures.set(uri, { key, headers });
    return headers;
  }

  async #readHeader(uri: string): Promise<string | undefined> {
    // What is open in the editor counts, saved or not.
    const open = this.documents.get(uri);
    if (open) {
      this.#headerTexts.set(uri, open.getText());
      return open.getText();
    }
    if (!this.#headerTexts.has(uri)) this.#headerTexts.set(uri, await this.host.readFile(uri));
    return this.#headerTexts.get(uri);
  }
}

/** @throws ResponseError if the client wants the answer no more. */
export function stopIf(token: CancellationToken): void {
  if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/** Text documents change in place. */
function snapshot(document: TextDocument): TextDocument {
  return TextDocument.create(document.uri, document.languageId, document.version, document.getText());
}

function documentsOf(document: TextDocument, headers: readonly HeaderText[]): Analysed['documentOf'] {
  const known = new Map<string, TextDocument>([[document.uri, document]]);
  return (path) => {
    const header = known.has(path) ? undefined : headers.find((one) => one.path === path);
    if (header) known.set(path, TextDocument.create(path, 'c', 0, header.text));
    return known.get(path);
  };
}
