/** Restart of the server: after a crash, within limits, and by the command `pinscope.restart`. */
import { commands, l10n, window, type LogOutputChannel } from 'vscode';
import type { Host } from '../host.ts';
import { RestartPolicy } from '../restart-policy.ts';

/** Says whether a crashed server is started again; when the policy says stop, tells so, with a way out. */
export class RestartingErrorHandler {
  readonly policy = new RestartPolicy();
  private readonly output: LogOutputChannel;

  constructor(output: LogOutputChannel) {
    this.output = output;
  }

  /** The server ended by itself: may it be started again? */
  crashed(): boolean {
    if (this.policy.mayRestart()) return true;
    void this.offerHelp(l10n.t('The Pinscope language server crashed five times within three minutes and stays off.'));
    return false;
  }

  /** Starting or stopping failed; `message`: what to tell. */
  failed(error: unknown, message?: string): void {
    this.output.error(error instanceof Error ? error : String(error));
    if (message !== undefined) void this.offerHelp(message);
  }

  /** Shows an error with the two things a person can do about it. */
  private async offerHelp(message: string): Promise<void> {
    const [restart, showOutput] = [l10n.t('Restart'), l10n.t('Show Output')];
    const choice = await window.showErrorMessage(message, restart, showOutput);
    if (choice === restart) await commands.executeCommand('pinscope.restart');
    if (choice === showOutput) await commands.executeCommand('pinscope.showOutput');
  }
}

/** Registers the command `pinscope.restart`. */
export function registerRestart({ context, server, output }: Host, errors: RestartingErrorHandler): void {
  const restart = async (): Promise<void> => {
    errors.policy.reset();
    output.info('Restart by command.');
    await server.restart();
  };
  context.subscriptions.push(commands.registerCommand('pinscope.restart', restart));
}
