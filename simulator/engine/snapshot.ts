/** What the panel's requests answer. */
import { lineValues, pageHistory, pagesOfLine } from './history.ts';
import { snapshot, timeline } from './picture.ts';
import type { Current, Handlers } from './requests.ts';
import type { SnapshotRequests } from './snapshot-protocol.ts';

/** Handlers of the panel's requests. */
export function snapshotHandlers(current: Current): Handlers<SnapshotRequests> {
  return {
    timeline: () => timeline(current().sim),
    snapshot: (params) => snapshot(current().sim, params),
    pageHistory: ({ page }) => pageHistory(current().sim, page),
    pagesOfLine: ({ line }) => pagesOfLine(current().sim, line),
    lineValues: ({ step }) => lineValues(current().sim, step),
  };
}
