/** What the panel's requests answer. */
import { markdownReport, traceJson } from '../scenario/index.ts';
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
    report: ({ kind, name }) => (kind === 'json' ? traceJson(current().sim) : markdownReport(current().sim, name)),
    pagesOfLine: ({ line }) => pagesOfLine(current().sim, line),
    lineValues: ({ step }) => lineValues(current().sim, step),
  };
}
