/** Settings of each document: asked for once, kept until they change. */
import type { Connection, WorkspaceFolder } from 'vscode-languageserver';
import picomatch from 'picomatch';
import { URI, Utils } from 'vscode-uri';
import { readSettings, withConfigHeaders, type Settings } from '../config.ts';

/** Settings of each resource, asked of the client once and kept until they change. */
export class SettingsStore {
  /** Can the client be asked (workspace/configuration)? */
  canAsk = false;
  folders: readonly WorkspaceFolder[] = [];
  /** Told of each problem in the settings: a sentence that names the setting. */
  onProblem: (message: string) => void = () => undefined;
  readonly #cache = new Map<string, Promise<Settings>>();
  #pushed: unknown = {};

  readonly #configFiles = new Set<string>();

  constructor(
    readonly connection: Connection,
    readonly readFile: (uri: string) => string | undefined | Promise<string | undefined>,
  ) {}

  get(uri: string): Promise<Settings> {
    let settings = this.#cache.get(uri);
    if (!settings) this.#cache.set(uri, (settings = this.#ask(uri)));
    return settings;
  }

  /** What a client without workspace/configuration sends: all settings at once. */
  push(settings: unknown): void {
    const section =
      typeof settings === 'object' && settings !== null && 'pinscope' in settings ? settings.pinscope : undefined;
    if (section !== undefined) this.#pushed = section;
  }

  forget(uri: string): void {
    this.#cache.delete(uri);
  }

  clear(): void {
    this.#cache.clear();
  }

  /** Do the globs of `pinscope.exclude` mean this file? They are relative to its workspace folder. */
  isExcluded(uri: string, settings: Settings): boolean {
    if (settings.exclude.length === 0) return false;
    const folder = this.#folderOf(uri);
    const path = URI.parse(uri).path;
    const name = folder === undefined ? path.slice(1) : path.slice(URI.parse(folder).path.length + 1);
    return settings.exclude.some((glob) => matcher(glob)(name));
  }

  /** Does some document's settings name this file as a config header? */
  isConfigHeader(uri: string): boolean {
    return this.#configFiles.has(uri);
  }

  /** The innermost workspace folder that holds the document, without a slash at its end. */
  #folderOf(uri: string): string | undefined {
    return this.folders
      .map((one) => one.uri.replace(/\/$/, ''))
      .filter((one) => uri.startsWith(`${one}/`))
      .sort((a, b) => b.length - a.length)[0];
  }

  /** Texts of `pinscope.configHeaders`: paths are absolute, or from the workspace folder (without one: the file's) on. */
  async #configHeaders(uri: string, paths: readonly string[]): Promise<string[]> {
    const folder = URI.parse(this.#folderOf(uri) ?? Utils.dirname(URI.parse(uri)).toString());
    const texts = await Promise.all(
      paths.map(async (path) => {
        const isAbsolute = /^(\/|[A-Za-z]:[\\/])/.test(path);
        const file = isAbsolute ? folder.with({ path: URI.file(path).path }) : Utils.joinPath(folder, path);
        this.#configFiles.add(file.toString());
        const text = await this.readFile(file.toString());
        if (text === undefined) this.onProblem(`Setting pinscope.configHeaders: "${path}" cannot be read.`);
        return text;
      }),
    );
    return texts.filter((text) => text !== undefined);
  }

  async #ask(uri: string): Promise<Settings> {
    let raw: unknown = this.#pushed;
    if (this.canAsk) {
      try {
        raw = await this.connection.workspace.getConfiguration({ scopeUri: uri, section: 'pinscope' });
      } catch (error) {
        this.connection.console.warn(`The settings of ${uri} cannot be had, the defaults are used: ${String(error)}`);
      }
    }
    const { settings, problems } = readSettings(raw);
    for (const problem of problems) this.onProblem(`Setting ${problem.setting}: ${problem.message}`);
    return withConfigHeaders(settings, await this.#configHeaders(uri, settings.configHeaders));
  }
}

const matchers = new Map<string, (path: string) => boolean>();

function matcher(glob: string): (path: string) => boolean {
  let match = matchers.get(glob);
  if (!match) {
    // A folder means all that is in it.
    const globs = [glob, `${glob.replace(/\/+$/, '')}/**`];
    match = picomatch(globs, { dot: true });
    matchers.set(glob, match);
  }
  return match;
}
