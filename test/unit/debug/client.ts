/** A debugger's side of the protocol: requests in, responses and events awaited. */
import { CancellationTokenSource } from 'vscode-jsonrpc';
import type { DebugProtocol as P } from '@vscode/debugprotocol';
import { Adapter, type LaunchArguments } from '../../../client/vscode/debug/adapter.ts';
import { engine } from '../engine/engine.ts';

/** One session on a text. */
export class Client {
  readonly moves: (number | undefined)[] = [];
  readonly outputs: P.OutputEvent['body'][] = [];
  private readonly events: P.Event[] = [];
  private readonly waiting: { name: string; resolve: (e: P.Event) => void }[] = [];
  private readonly responses = new Map<number, (r: P.Response) => void>();
  private seq = 1;
  readonly engine = engine();
  private readonly adapter: Adapter;

  constructor(source: string, headers: Record<string, string> = {}) {
    const places = Object.fromEntries(Object.keys(headers).map((h) => [h, `/work/${h}`]));
    this.adapter = new Adapter(
      {
        engine: this.engine,
        newToken: () => new CancellationTokenSource(),
        read: () => Promise.resolve({ name: '/work/snippet.c', source, headers, places }),
        moved: (step) => this.moves.push(step),
      },
      (m) => this.receive(m),
    );
  }
  private receive(message: P.ProtocolMessage): void {
    // what is sent is JSON
    const m = JSON.parse(JSON.stringify(message)) as P.ProtocolMessage;
    if (m.type === 'response') {
      const r = m as P.Response;
      this.responses.get(r.request_seq)!(r);
      return;
    }
    const e = m as P.Event;
    if (e.event === 'output') this.outputs.push(e.body as P.OutputEvent['body']);
    const i = this.waiting.findIndex((w) => w.name === e.event);
    if (i >= 0) this.waiting.splice(i, 1)[0]!.resolve(e);
    else this.events.push(e);
  }

  /** A request and its response, failed or not. */
  async raw(command: string, args: unknown = {}): Promise<P.Response> {
    const seq = this.seq++;
    const request: P.Request = { seq, type: 'request', command, arguments: args };
    const response = new Promise<P.Response>((resolve) => this.responses.set(seq, resolve));
    await this.adapter.handle(request);
    return response;
  }
  /** A request that succeeds; its body. */
  async ask<R extends P.Response>(command: string, args: unknown = {}): Promise<R['body']> {
    const r = await this.raw(command, args);
    if (!r.success) throw new Error(`${command}: ${r.message}`);
    return r.body as R['body'];
  }
  /** The next event of a name. */
  async event<B>(name: string): Promise<B> {
    const i = this.events.findIndex((e) => e.event === name);
    if (i >= 0) return this.events.splice(i, 1)[0]!.body as B;
    return new Promise((resolve) => this.waiting.push({ name, resolve: (e) => resolve(e.body as B) }));
  }
  /** Launches; `configure` sets breakpoints. Gives the first stop. */
  async launch(o: Partial<LaunchArguments> = {}, configure?: () => Promise<unknown>): Promise<P.StoppedEvent['body']> {
    await this.ask('initialize', { adapterID: 'pinscope' });
    await this.ask('launch', { program: '/work/snippet.c', stopAtEnd: true, ...o });
    await this.event('initialized');
    await configure?.();
    await this.ask('configurationDone');
    return this.event('stopped');
  }
  /** A request that moves, and where it ends. */
  async move(command: string, args: object = {}): Promise<P.StoppedEvent['body']> {
    await this.ask(command, { threadId: (await this.threads())[0]!.id, ...args });
    return this.event('stopped');
  }
  async threads(): Promise<P.Thread[]> {
    return (await this.ask<P.ThreadsResponse>('threads')).threads;
  }
  async stack(thread?: number): Promise<P.StackFrame[]> {
    const threadId = thread ?? (await this.running());
    return (await this.ask<P.StackTraceResponse>('stackTrace', { threadId })).stackFrames;
  }
  /** The thread of the step. */
  async running(): Promise<number> {
    const { thread } = await this.engine.request('position', { step: this.moves.at(-1) ?? 0 });
    return thread;
  }
  async line(): Promise<number> {
    return (await this.stack())[0]!.line;
  }
  /** Breakpoints in the snippet. */
  async breakpoints(...breakpoints: P.SourceBreakpoint[]): Promise<P.Breakpoint[]> {
    const source = { path: '/work/snippet.c' };
    return (await this.ask<P.SetBreakpointsResponse>('setBreakpoints', { source, breakpoints })).breakpoints;
  }
  /** Value of an expression in the innermost frame. */
  async value(expression: string): Promise<string> {
    const frameId = (await this.stack())[0]!.id;
    return (await this.ask<P.EvaluateResponse>('evaluate', { expression, frameId, context: 'watch' })).result;
  }
  dispose(): void {
    this.engine.dispose();
  }
}
