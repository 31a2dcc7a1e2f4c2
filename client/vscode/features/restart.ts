/** Restart of the server: after a crash, within limits, and by the command `pinscope.restart`. */
import { commands, l10n, window, type LogOutputChannel } from 'vscode';
import {
  CloseAction,
  ErrorAction,
  type CloseHandlerResult,
  type ErrorHandler,
  type ErrorHandlerResult,
} from 'vscode-languageclient';
import type { Host } from '../host.ts';
import { RestartPolicy } from '../restart-policy.ts';

/** Restarts a crashed server until the policy says stop; then says so, with a way out. */
export class RestartingErrorHandler implements ErrorHandler {
  readonly policy = new RestartPolicy();
  private readonly output: LogOutputChannel;

  constructor(output: LogOutputChannel) {
    this.output = output;
  }

  /** A message could not be written or read. The connection goes on: `closed` is told when it is gone. */
  error(error: Error): ErrorHandlerResult {
    this.output.error(error);
    return { action: ErrorAction.Continue, handled: true };
  }

  closed(): CloseHandlerResult {
    if (this.policy.mayRestart()) {
      return {
        action: CloseAction.Restart,
        message: l10n.t('The language server ended unexpectedly and is started again.'),
        handled: true,
      };
    }
    void this.offerHelp(l10n.t('The Pinscope language server crashed five times within three minutes and stays off.'));
    return {
      action: CloseAction.DoNotRestart,
      message: l10n.t('The language server crashed too often.'),
      handled: true,
    };
  }

  /** Shows an error with the two things a person can do about it. */
  async offerHelp(message: string): Promise<void> {
    const [restart, showOutput] = [l10n.t('Restart'), l10n.t('Show Output')];
    const choice = await window.showErrorMessage(message, restart, showOutput);
    if (choice === restart) await commands.executeCommand('pinscope.restart');
    if (choice === showOutput) await commands.executeCommand('pinscope.showOutput');
  }
}

/** Registers the command `pinscope.restart`. */
export function registerRestart({ context, client, output }: Host, errors: RestartingErrorHandler): void {
  const restart = async (): Promise<void> => {
    errors.policy.reset();
    output.info('Restart by command.');
    try {
      if (client.isRunning()) await client.stop();
      await client.start();
    } catch (error) {
      output.error(error instanceof Error ? error : String(error));
      void errors.offerHelp(l10n.t('The Pinscope language server did not start.'));
    }
  };
  context.subscriptions.push(commands.registerCommand('pinscope.restart', restart));
}
