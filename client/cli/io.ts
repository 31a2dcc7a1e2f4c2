import type { CachePlace } from './cache.ts';

/** Everything that a command has of the world outside, so that tests can stand in for it. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  /** The folder of the built programs (panel, engine); without it the one that the running program lies in. */
  readonly programs?: string;
  /** Where answers are kept for the next check; without it none are. */
  readonly cache?: CachePlace;
  /** The result, and nothing else. */
  stdout(text: string): void;
  /** Progress, summaries, errors. */
  stderr(text: string): void;
}

/** Exit codes: the contract of `pinscope check`. */
export const EXIT = { clean: 0, findings: 1, failure: 2 } as const;

/** A mistake in how the command was called, or a file that is not there: ends it with exit code 2 and this message. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** By its name: a program of several built files has several such classes. */
export const isUsageError = (error: unknown): error is UsageError =>
  error instanceof Error && error.name === 'UsageError';
