/**
 * The language server as the features see it. The client library is the largest part of the extension and nothing needs it before the server has
 * been started: it is loaded after activation, and what features register until then is handed to it.
 */
import { EventEmitter, l10n, type Disposable } from 'vscode';
import type { BaseLanguageClient, State } from 'vscode-languageclient';
import type { ClientNotifications, ClientRequests, ServerRequests } from '../../server/lsp/protocol.ts';
import type { RestartingErrorHandler } from './features/restart.ts';

/** Loads the library and makes the client; called once. */
export type CreateClient = () => Promise<BaseLanguageClient>;

/** What is seen of the server: `starting` holds until it answers. */
type ServerState = 'starting' | 'running' | 'stopped';

/** Values of the library's `State`, which is not there before its code is. */
const STARTING: State.Starting = 3;
const RUNNING: State.Running = 2;

/** The server, whether it runs or not. */
export class LanguageServer implements Disposable {
  #client: Promise<BaseLanguageClient> | undefined;
  #disposed = false;
  #state: ServerState = 'starting';
  readonly #onState = new EventEmitter<ServerState>();
  readonly #register: ((client: BaseLanguageClient) => void)[] = [];
  /** The server has started, stopped, or failed to start. */
  readonly onDidChangeState = this.#onState.event;

  constructor(
    private readonly create: CreateClient,
    private readonly errors: RestartingErrorHandler,
  ) {}

  /** Is it there? */
  get state(): ServerState {
    return this.#state;
  }

  /** Registers a handler; before the start. */
  onNotification<M extends keyof ClientNotifications>(
    method: M,
    handler: (params: ClientNotifications[M]) => void,
  ): void {
    this.#register.push((client) => client.onNotification(method, handler));
  }
  /** Registers an answer to a request of the server; before the start. */
  onRequest<M extends keyof ClientRequests>(
    method: M,
    handler: (params: ClientRequests[M]['params']) => Promise<ClientRequests[M]['result']>,
  ): void {
    this.#register.push((client) => client.onRequest(method, handler));
  }
  /** Asks the server, once it runs. */
  async request<M extends keyof ServerRequests>(
    method: M,
    params: ServerRequests[M]['params'],
  ): Promise<ServerRequests[M]['result']> {
    return (await this.#loaded()).sendRequest<ServerRequests[M]['result']>(method, params);
  }

  /** Starts it; what goes wrong is shown with a way out. */
  async start(): Promise<void> {
    try {
      await (await this.#loaded()).start();
    } catch (error) {
      if (this.#disposed) return;
      this.#changed('stopped');
      this.errors.failed(error, l10n.t('The Pinscope language server did not start.'));
    }
  }
  /** Stops it if it runs, and starts it anew. */
  async restart(): Promise<void> {
    const client = await this.#loaded().catch(() => undefined);
    if (client?.isRunning()) await client.stop().catch((error: unknown) => this.errors.failed(error));
    await this.start();
  }

  /** Ends it. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#onState.dispose();
    await (await this.#client)?.dispose();
  }

  #loaded(): Promise<BaseLanguageClient> {
    return (this.#client ??= this.#load());
  }
  async #load(): Promise<BaseLanguageClient> {
    const client = await this.create();
    if (this.#disposed) return client;
    for (const register of this.#register) register(client);
    client.onDidChangeState(({ newState }) =>
      this.#changed(newState === RUNNING ? 'running' : newState === STARTING ? 'starting' : 'stopped'),
    );
    return client;
  }
  #changed(state: ServerState): void {
    this.#state = state;
    if (!this.#disposed) this.#onState.fire(state);
  }
}
