/**
 * The debug adapter protocol, as far as every adapter needs it: requests in, responses and events out. (@vscode/debugadapter needs Node's `events`
 * and `url`, which the web extension host has not; its types are used.)
 */
import type { DebugProtocol } from '@vscode/debugprotocol';

/** A request that fails; the message is shown to the person unless `quiet`. */
export class RequestFailed extends Error {
  constructor(
    message: string,
    readonly quiet = false,
  ) {
    super(message);
    this.name = 'RequestFailed';
  }
}

/** Answers requests by name. */
export abstract class DapSession {
  private seq = 1;
  /** By command: gives the body of the response. */
  protected abstract readonly handlers: Readonly<Record<string, (args: never) => unknown>>;
  constructor(private readonly send: (message: DebugProtocol.ProtocolMessage) => void) {}

  /** Takes a message of the client. */
  async handle(message: DebugProtocol.ProtocolMessage): Promise<void> {
    if (message.type !== 'request') return;
    const request = message as DebugProtocol.Request;
    const answer = (body: unknown, error?: unknown): void => {
      const response: DebugProtocol.Response = {
        seq: this.seq++,
        type: 'response',
        request_seq: request.seq,
        command: request.command,
        success: error === undefined,
        ...(error === undefined ? { body } : failure(error)),
      };
      this.send(response);
    };
    const handler = this.handlers[request.command];
    if (!handler) {
      answer(undefined, new RequestFailed(`${request.command} is not supported`, true));
      return;
    }
    try {
      answer(await handler(request.arguments as never));
    } catch (error) {
      answer(undefined, error);
    }
  }

  /** Sends an event. */
  protected event(event: string, body?: unknown): void {
    const message: DebugProtocol.Event = { seq: this.seq++, type: 'event', event, body };
    this.send(message);
  }
}

function failure(error: unknown): Pick<DebugProtocol.Response, 'message'> & { body: { error: DebugProtocol.Message } } {
  const text = error instanceof Error ? error.message : String(error);
  const showUser = !(error instanceof RequestFailed && error.quiet);
  // Braces are variables of `format`.
  return { message: text, body: { error: { id: 1, format: text.replace(/[{}]/g, ''), showUser } } };
}
