/** What the panel's requests answer. */
import type { Current, Handlers } from './requests.ts';
import type { SnapshotRequests } from './snapshot-protocol.ts';

/** Handlers of the panel's requests. */
export function snapshotHandlers(_current: Current): Handlers<SnapshotRequests> {
  return {};
}
