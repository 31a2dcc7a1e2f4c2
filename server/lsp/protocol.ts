/**
 * The messages of Pinscope's own between the language server and its editor client, both directions, in one map. The
 * standard protocol carries everything else. Types only: both sides import this file and nothing of each other.
 */

/** Options that the client sends with `initialize`. */
export interface InitializationOptions {
  /** Where the two wasm files are: URLs that the server can fetch. Only the browser needs it; node finds them beside itself. */
  readonly wasm?: { readonly treeSitter: string; readonly c: string };
  /** Folder URI with a page `<rule id>.md` for every rule, no slash at its end: the target of a diagnostic's code. */
  readonly ruleDocs?: string;
  /** Command that runs the path of a finding in the simulator: arguments are the document's URI and the choices. */
  readonly simulatePath?: string;
}

/** A function of a document. Lines count from 0. */
export interface SimulatableFunction {
  readonly name: string;
  /** Line of its name; of its first and last character. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /** It takes pages, or gives some back. */
  readonly nearGup: boolean;
}

/** Requests that the client sends besides the standard ones. `null`: not an open document. */
export interface ServerRequests {
  'pinscope/simulatable': {
    readonly params: { readonly uri: string };
    readonly result: {
      readonly version: number;
      /** Line of the first `//@` annotation. */
      readonly annotation: number | null;
      readonly functions: readonly SimulatableFunction[];
    } | null;
  };
}

/** Requests that the server sends; a browser server has no disk and reads through the editor. `null`: not there, or not readable. */
export interface ClientRequests {
  'pinscope/readFile': { readonly params: { readonly uri: string }; readonly result: { readonly text: string } | null };
}

/** State of the server, for the language status item. */
export interface ServerStatus {
  /** 'degraded': it works, but not wholly; `message` says what is wrong. */
  readonly state: 'busy' | 'ready' | 'degraded';
  /** One line for a person; '' if there is nothing to say. */
  readonly message: string;
}

/** Notifications that the server sends. */
export interface ClientNotifications {
  'pinscope/status': ServerStatus;
}
