/** What the server needs of the place it runs in: a Node process or a web worker. */
import type { Analyser } from '../analyser.ts';
import type { InitializationOptions } from './protocol.ts';

export interface ServerHost {
  createAnalyser(options: InitializationOptions): Promise<Analyser>;
  readonly mayMatter: (text: string) => boolean;
  /** Text of a file by URI; undefined: it is not there, or is no text. Never throws or rejects. */
  readFile(uri: string): string | undefined | Promise<string | undefined>;
  /** Names of the files in a folder, by its URI. A host that cannot list folders looks at each file with its headers only. */
  listFolder?(uri: string): readonly string[];
  /** Lets messages that have arrived be handled: cancellations, further keystrokes. */
  pause(): Promise<void>;
}
