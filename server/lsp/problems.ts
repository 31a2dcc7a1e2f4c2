/** Trouble of our own, told once: in the log, and in a message where a person should know. */
import type { Connection } from 'vscode-languageserver';
import type { Notice } from '../findings.ts';
import { RULE_IDS } from '../rule-ids.ts';

/** Tells the user of notices: once each, and in words. */
export class ProblemReporter {
  readonly #told = new Set<string>();

  constructor(readonly connection: Connection) {}

  /** A notice of the analysis. The same rule is told of once, whatever the file. */
  report(notice: Notice): void {
    if (notice.kind === 'unused-suppression') return;
    const rule = RULE_IDS.find((id) => notice.message.includes(id));
    const key = notice.kind === 'rule-failed' && rule ? `rule ${rule}` : `${notice.path} ${notice.message}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    const text = `${notice.path}: ${notice.message}`;
    if (notice.kind === 'syntax' || notice.kind === 'budget') {
      this.connection.console.info(text);
      return;
    }
    this.connection.console.error(text);
    if (notice.kind === 'rule-failed' && rule) {
      this.connection.window.showWarningMessage(
        `Pinscope's rule ${rule} failed and reports nothing for now; the other rules go on. The output "Pinscope" has the details.`,
      );
    }
  }

  /** An error in a request. */
  failed(what: string, error: unknown): void {
    this.connection.console.error(
      `${what} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }

  /** A setting that cannot be used; told again only after `forgetSettings`. */
  setting(message: string): void {
    const key = `setting ${message}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.connection.window.showWarningMessage(message);
  }

  forgetSettings(): void {
    for (const key of this.#told) if (key.startsWith('setting ')) this.#told.delete(key);
  }
}
