/**
 * The simulator as the extension host sees it: a worker that is started when the first request needs it. One engine holds one run; who wants
 * another run beside it makes another engine. A run that takes too long ends with its worker, so the extension host never waits for it.
 */
import type { CancellationToken, MessageConnection, MessageReader, MessageWriter } from 'vscode-jsonrpc';
import type { EngineMethod, EngineParams, EngineResult } from '../../simulator/engine/protocol.ts';

/** A worker and the way to talk to it. */
export interface EngineWorker {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
  readonly connect: (reader: MessageReader, writer: MessageWriter) => MessageConnection;
  terminate(): void;
}
/** Starts a worker; each host has its own way. */
export type StartEngine = () => EngineWorker | Promise<EngineWorker>;

/** The request was cancelled; a `load` that is cancelled takes the run that was loaded before with it. */
export class EngineCancelled extends Error {
  constructor() {
    super('cancelled');
    this.name = 'EngineCancelled';
  }
}

/** A simulator with at most one run. */
export class Engine {
  private connection: Promise<MessageConnection> | undefined;
  private end: () => void = () => undefined;
  private rejects = new Set<(reason: Error) => void>();

  constructor(private readonly start: StartEngine) {}

  /** Asks the engine. Starts it if need be. */
  async request<M extends EngineMethod>(
    method: M,
    params: EngineParams<M>,
    token?: CancellationToken,
  ): Promise<EngineResult<M>> {
    if (token?.isCancellationRequested) throw new EngineCancelled();
    let reject!: (reason: Error) => void;
    // A worker that is ended answers nothing any more.
    const ended = new Promise<never>((_, no) => (reject = no));
    this.rejects.add(reject);
    const cancelling = token?.onCancellationRequested(() => {
      // A run can't be interrupted from outside; anything else ends by itself.
      if (method === 'load') this.stop();
      reject(new EngineCancelled());
    });
    try {
      const ask = async (): Promise<EngineResult<M>> => {
        const connection = await this.connect();
        return token ? connection.sendRequest(method, params, token) : connection.sendRequest(method, params);
      };
      return await Promise.race([ask(), ended]);
    } finally {
      cancelling?.dispose();
      this.rejects.delete(reject);
    }
  }

  /** Starts the worker: who asks soon finds it there. What goes wrong is told to him. */
  warm(): void {
    this.connect().catch(() => undefined);
  }

  private connect(): Promise<MessageConnection> {
    if (this.connection) return this.connection;
    const opening = (this.connection = this.open());
    // What could not be started is tried again by the next request.
    opening.catch(() => {
      if (this.connection === opening) this.connection = undefined;
    });
    return opening;
  }
  private async open(): Promise<MessageConnection> {
    let ended = false;
    this.end = () => (ended = true);
    const worker = await this.start();
    const connection = worker.connect(worker.reader, worker.writer);
    const end = (): void => {
      connection.dispose();
      worker.terminate();
    };
    if (ended) {
      end();
      throw new EngineCancelled();
    }
    this.end = end;
    connection.onClose(() => {
      if (this.end === end) this.stop();
    });
    connection.listen();
    return connection;
  }

  /** Ends the worker; the next request starts another, which has no run yet. */
  stop(): void {
    const { end } = this;
    this.connection = undefined;
    this.end = () => undefined;
    end();
    for (const reject of this.rejects) reject(new EngineCancelled());
    this.rejects.clear();
  }
  /** The same as stop(): nothing else is held. */
  dispose(): void {
    this.stop();
  }
}
