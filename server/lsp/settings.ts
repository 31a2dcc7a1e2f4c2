/** Settings of each document: asked for once, kept until they change. */
import type { Connection, WorkspaceFolder } from 'vscode-languageserver';
import picomatch from 'picomatch';
import { URI } from 'vscode-uri';
import { readSettings, type Settings } from '../config.ts';

/** Settings of each resource, asked of the client once and kept until they change. */
export class SettingsStore {
  /** Can the client be asked (workspace/configuration)? */
  canAsk = false;
  folders: readonly WorkspaceFolder[] = [];
  /** Told of each problem in the settings: a sentence that names the setting. */
  onProblem: (message: string) => void = () => undefined;
  readonly #cache = new Map<string, Promise<Settings>>();
  #pushed: unknown = {};

  constructor(readonly connection: Connection) {}

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
    const folder = this.folders
      .map((one) => one.uri.replace(/\/$/, ''))
      .filter((one) => uri.startsWith(`${one}/`))
      .sort((a, b) => b.length - a.length)[0];
    const path = URI.parse(uri).path;
    const name = folder === undefined ? path.slice(1) : path.slice(URI.parse(folder).path.length + 1);
    return settings.exclude.some((glob) => matcher(glob)(name));
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
    return settings;
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
