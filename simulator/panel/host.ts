/** The editor that this page lives in; or, in an exported page, nobody. */
import { readToPanel, toHost, type HostMessage, type ToHost, type ToPanel } from './messages.ts';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare global {
  interface Window {
    acquireVsCodeApi?: () => VsCodeApi;
  }
}

/** Where messages go, and whether there is an editor that shows source. */
export interface Host {
  readonly editor: boolean;
  /** False: the page was made before, and is made again because it was hidden or moved. */
  readonly isFirst: boolean;
  post<K extends ToHost['type']>(type: K, content: HostMessage<K>): void;
}

/** Connects to the editor if there is one. `onMessage` is given checked messages only. */
export function connectHost(onMessage: (message: ToPanel) => void): Host {
  const api = window.acquireVsCodeApi?.();
  const host: Host = {
    editor: api !== undefined,
    isFirst: !api?.getState(),
    post: (type, content) => api?.postMessage(toHost(type, content)),
  };
  // kept as long as the panel lives, whatever becomes of its page
  api?.setState({ made: true });
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    // extensions of browsers talk to pages as well
    if (typeof event.data !== 'object' || event.data === null || !('version' in event.data)) return;
    try {
      onMessage(readToPanel(event.data));
    } catch (error) {
      host.post('error', { message: error instanceof Error ? error.message : String(error), fatal: false });
    }
  });
  return host;
}
