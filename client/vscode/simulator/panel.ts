/** The host of the simulator panel: what is being run, and the messages to and from the webview. One panel a window. */
import {
  commands,
  env,
  EventEmitter,
  l10n,
  Range,
  Uri,
  ViewColumn,
  window,
  workspace,
  type Disposable,
  type WebviewPanel,
} from 'vscode';
import {
  hashOf,
  readToHost,
  toPanel,
  type HostMessage,
  type PanelMessage,
  type PanelRunOptions,
  type PanelView,
  type ToPanel,
} from '../../../simulator/panel/messages.ts';
import { debugRun } from '../features/debug.ts';
import type { Host } from '../host.ts';
import { Early } from './early.ts';
import { panelHtml, panelRoots, readPageParts } from './html.ts';
import type { PageParts } from './page-html.ts';
import { saveExport } from './save.ts';
import { readSource, type Source } from './source.ts';

/** Type of the webview, for its serializer. */
export const PANEL_TYPE = 'pinscope.simulator';
/** Where the workspace keeps what the panel showed. */
const MEMENTO = 'pinscope.simulator';

/** What is to be run, and where to stop. */
export interface Request {
  readonly uri: Uri;
  readonly options: PanelRunOptions;
  readonly at?: number | 'fault';
  /** Look at every interleaving, whatever the file says. */
  readonly explore?: boolean;
}
/** What the workspace keeps. */
interface Kept {
  readonly uri: string;
  readonly options: PanelRunOptions;
  /** The text that was shown: with another one, the step means nothing. */
  readonly sourceHash?: string;
  readonly step?: number;
  readonly view?: PanelView;
}
/** A step that is shown, and of which document. */
export interface Shown extends HostMessage<'at'> {
  readonly uri: Uri;
}
/** A run that is finished. */
export interface Ran extends HostMessage<'ran'> {
  readonly uri: Uri;
  readonly options: PanelRunOptions;
  /** Of which text. */
  readonly sourceHash: string;
  /** What every interleaving of it says, if it was looked at. */
  readonly explored?: HostMessage<'explored'>;
}

/** The panel and what it shows. */
export class SimulatorPanel implements Disposable {
  #panel: WebviewPanel | undefined;
  #ready = false;
  #opening = false;
  /** The page has not been told yet what to run. */
  #isNew = true;
  readonly #early: Early;
  #parts: Promise<PageParts> | undefined;
  #request: Request | undefined;
  #source: Source | undefined;
  #shown: Shown | undefined;
  #ran: Ran | undefined;
  #kept: Kept | undefined;
  readonly #onShow = new EventEmitter<Shown | undefined>();
  readonly #onRun = new EventEmitter<Ran | undefined>();
  /** Another step is shown; undefined: none any more. */
  readonly onDidShow = this.#onShow.event;
  /** A run is finished; undefined: nothing is run any more. */
  readonly onDidRun = this.#onRun.event;

  constructor(readonly host: Host) {
    this.#kept = host.context.workspaceState.get<Kept>(MEMENTO);
    this.#early = new Early(host.startEngine);
  }

  /** Something that wants to be simulated is open: what that needs is made ready. */
  prepare(uri: Uri): void {
    void this.#pageParts();
    if (this.#panel) return;
    this.#early.prepare(async () => {
      const source = await readSource(uri);
      return source && { title: '', source: messageOf(uri, source), options: {} };
    });
  }

  /** What is being run. */
  get request(): Request | undefined {
    return this.#request;
  }
  /** The step that is shown. */
  get shown(): Shown | undefined {
    return this.#shown;
  }
  /** The last run. */
  get ran(): Ran | undefined {
    return this.#ran;
  }

  /** Opens the panel, whatever it will show: its page loads while it is still found out what to run. */
  open(): void {
    if (this.#panel) return void this.#panel.reveal(undefined, true);
    const beside = { viewColumn: ViewColumn.Beside, preserveFocus: true };
    this.#opening = true;
    void this.#attach(window.createWebviewPanel(PANEL_TYPE, l10n.t('Simulator'), beside), true);
  }

  /** Runs something and shows it beside the editor. */
  async show(request: Request): Promise<void> {
    this.open();
    this.#opening = false;
    const same = this.#request?.uri.toString() === request.uri.toString();
    this.#request = request;
    this.#keep({
      uri: request.uri.toString(),
      options: request.options,
      ...(same && this.#kept?.view && { view: this.#kept.view }),
    });
    this.#name(request);
    await this.#load();
  }

  /** Runs the same again: its text, or its options, changed. */
  async again(options?: PanelRunOptions): Promise<void> {
    if (!this.#request) return;
    const { schedule: before } = this.#request.options;
    this.#request = { ...this.#request, options: options ?? this.#request.options };
    // Steps of another execution are other steps.
    if (this.#request.options.schedule !== before) this.#request = { ...this.#request, at: 'fault' };
    this.#keep({ ...this.#kept, uri: this.#request.uri.toString(), options: this.#request.options });
    await this.#load();
  }

  /** Statements that are left out have moved with the text; the run itself is as it was. */
  setMuted(muted: readonly number[]): void {
    if (this.#request) this.#request = { ...this.#request, options: { ...this.#request.options, muted: [...muted] } };
  }

  /** Shows a step. */
  goTo(step: number): void {
    this.#panel?.reveal(undefined, true);
    this.#post(toPanel('goTo', { step }));
  }

  /** Tells the panel where the caret is. */
  selectLine(line: number): void {
    if (this.#ready) this.#post(toPanel('selectLine', { line }));
  }

  /** Is this the document that is run, or a header of it? */
  isShown(uri: Uri): boolean {
    const name = uri.toString();
    const headers = [...(this.#source?.places.values() ?? [])];
    return this.#request?.uri.toString() === name || headers.some((one) => one.toString() === name);
  }

  /** Takes a panel that VS Code opens again after a reload. */
  restore(panel: WebviewPanel): void {
    const kept = this.#kept;
    if (kept && !this.#request) this.#request = { uri: Uri.parse(kept.uri), options: kept.options };
    void this.#attach(panel);
  }

  dispose(): void {
    this.#early.dispose();
    this.#panel?.dispose();
    this.#onShow.dispose();
    this.#onRun.dispose();
  }

  #pageParts(): Promise<PageParts> {
    return (this.#parts ??= readPageParts(this.host.context.extensionUri));
  }

  async #attach(panel: WebviewPanel, isNew = false): Promise<void> {
    const { extensionUri } = this.host.context;
    this.#panel = panel;
    this.#ready = false;
    this.#isNew = true;
    this.#early.begin();
    panel.iconPath = {
      light: Uri.joinPath(extensionUri, 'media', 'simulator-light.svg'),
      dark: Uri.joinPath(extensionUri, 'media', 'simulator-dark.svg'),
    };
    panel.webview.options = { enableScripts: true, localResourceRoots: panelRoots(extensionUri) };
    const receive = panel.webview.onDidReceiveMessage((data: unknown) => this.#receive(data));
    panel.onDidDispose(() => {
      receive.dispose();
      this.#panel = undefined;
      this.#ready = this.#opening = false;
      this.#request = undefined;
      this.#source = undefined;
      this.#told(undefined, undefined);
    });
    // (a page that comes back asks what to show: it may have been told something before)
    const [parts, told] = await Promise.all([this.#pageParts(), isNew ? this.#early.told() : []]);
    if (this.#panel !== panel) return;
    panel.webview.html = panelHtml(panel.webview, extensionUri, parts, told.length ? [...this.#editor(), ...told] : []);
  }

  /** A page that was hidden, or moved to another window, is made anew, and says `ready` again. */
  async #welcome(): Promise<void> {
    this.#ready = this.#isNew = true;
    this.tellSettings();
    await this.#load();
  }

  /** What a page is to know of the editor. */
  #editor(): ToPanel[] {
    const motion = workspace.getConfiguration('workbench').get<string>('reduceMotion');
    const settings = toPanel('settings', { reducedMotion: motion === 'on' });
    return l10n.bundle
      ? [toPanel('l10n', { bundle: texts(l10n.bundle), language: env.language }), settings]
      : [settings];
  }

  /** Tells the page what the editor's settings and language mean for it. */
  tellSettings(): void {
    for (const message of this.#editor()) this.#post(message);
  }

  async #load(): Promise<void> {
    if (!this.#panel) return;
    const request = this.#request;
    if (!request) {
      // what to run is about to be said
      if (this.#ready && !this.#opening) this.#post(toPanel('empty', { reason: 'no-file' }));
      return;
    }
    const title = this.#name(request);
    const source = await readSource(request.uri);
    if (this.#request !== request) return;
    this.#source = source;
    if (!source) {
      this.#told(undefined, undefined);
      if (this.#ready) this.#post(toPanel('empty', { reason: 'no-file', title }));
      return;
    }
    const kept = this.#kept?.uri === request.uri.toString() ? this.#kept : undefined;
    const known = kept?.sourceHash === hash(source.text) ? kept.step : undefined;
    const at = request.at ?? known;
    const load: PanelMessage<'load'> = {
      title,
      source: messageOf(request.uri, source),
      options: request.options,
      ...(at !== undefined && { at }),
      ...(kept?.view && { view: kept.view }),
      ...(request.explore && { explore: true }),
    };
    // The page takes its time to be there; a page that is there has an engine of its own, which a cold one can't outrun.
    if (this.#isNew && (!this.#ready || this.#early.isWarm)) this.#early.run(load);
    if (!this.#ready) return;
    // Only the first picture is where the request wants it; what comes back from hiding goes on where it was.
    this.#request = { ...request, at: undefined };
    this.#isNew = false;
    await this.#early.tell(load, (message) => this.#post(message));
  }

  /** Names the panel after what is run; gives the name of the file. */
  #name({ uri, options }: Request): string {
    const file = uri.path.split('/').at(-1)!;
    if (this.#panel) this.#panel.title = options.fn === undefined ? file : `${file}: ${options.fn}()`;
    return file;
  }

  #post(message: ToPanel): void {
    void this.#panel?.webview.postMessage(message);
  }

  #receive(data: unknown): void {
    const { output } = this.host;
    let message;
    try {
      message = readToHost(data);
    } catch (error) {
      output.error(`The simulator panel sent something odd: ${error instanceof Error ? error.message : String(error)}`);
      return;
    }
    const uri = this.#request?.uri;
    switch (message.type) {
      case 'ready':
        void this.#welcome();
        break;
      case 'state':
        if (uri && this.#source && this.#request)
          this.#keep({
            uri: uri.toString(),
            options: this.#request.options,
            sourceHash: hash(this.#source.text),
            step: message.step,
            view: message.view,
          });
        break;
      case 'ran':
        this.#hasRun(message);
        break;
      case 'explored':
        if (this.#ran) this.#told({ ...this.#ran, explored: message }, this.#shown);
        break;
      case 'at':
        if (!uri) break;
        this.#shown = { ...message, uri };
        this.#onShow.fire(this.#shown);
        break;
      case 'openSource':
        void this.#openSource(message);
        break;
      case 'save':
        void saveExport(message, uri);
        break;
      case 'rerun':
        void this.again(message.options);
        break;
      case 'copy':
        void env.clipboard.writeText(message.text);
        break;
      case 'command':
        void this.#command(message.name);
        break;
      case 'error':
        output.error(`Simulator: ${message.stack ?? message.message}`);
        if (message.fatal)
          void window.showErrorMessage(
            l10n.t('The simulator stopped: {0} The output "Pinscope" has the details.', message.message),
          );
    }
  }

  #hasRun(message: HostMessage<'ran'>): void {
    if (!this.#request || !this.#source) return;
    const { uri, options } = this.#request;
    const sourceHash = hash(this.#source.text);
    // Another execution of the same text: what was explored still holds.
    const explored = this.#ran?.sourceHash === sourceHash ? this.#ran.explored : undefined;
    this.#told({ ...message, uri, options, sourceHash, ...(explored && { explored }) }, this.#shown);
  }

  #told(ran: Ran | undefined, shown: Shown | undefined): void {
    this.#ran = ran;
    this.#onRun.fire(ran);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#onShow.fire(shown);
  }

  async #command(name: HostMessage<'command'>['name']): Promise<void> {
    if (name === 'gallery') await commands.executeCommand('pinscope.gallery.focus');
    else if (name === 'walkthrough') await commands.executeCommand('pinscope.openWalkthrough');
    else if (name === 'simulate') await commands.executeCommand('pinscope.simulate');
    else if (this.#request) await debugRun(this.#request.uri, this.#request.options, this.#shown?.step);
  }

  async #openSource({ path, line, focus }: HostMessage<'openSource'>): Promise<void> {
    const uri = this.#source?.places.get(path) ?? this.#request?.uri;
    if (!uri) return;
    const column = window.visibleTextEditors.find(
      (editor) => editor.document.uri.toString() === uri.toString(),
    )?.viewColumn;
    const at = Math.max(0, line - 1);
    await window.showTextDocument(uri, {
      viewColumn: column ?? ViewColumn.One,
      preserveFocus: !focus,
      selection: new Range(at, 0, at, 0),
    });
  }

  #keep(kept: Kept): void {
    this.#kept = kept;
    void this.host.context.workspaceState.update(MEMENTO, kept);
  }
}

/** Is a text the one that was shown? */
const hash = (text: string): string => hashOf(text, {});

/** A source as the page is given it. */
function messageOf(uri: Uri, { text, headers }: Source): PanelMessage<'load'>['source'] {
  return { path: uri.toString(), text, headers };
}

/** Translations may have comments; the panel wants the texts. */
function texts(bundle: Readonly<Record<string, string | { readonly message: string }>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(bundle).map(([key, value]) => [key, typeof value === 'string' ? value : value.message]),
  );
}
