/** Requests of the panel: pictures of the machine at a step. Types only; `protocol.ts` takes them in. */

/** Requests that answer with a picture of the machine. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the panel's requests follow
export interface SnapshotRequests {}
