/** Numbers of stack frames, as the protocol wants them: a thread and a place in its stack in one. */
const FRAMES = 1000;

/** The number of a frame, 0 the innermost, of a thread. */
export function frameId(thread: number, frame: number): number {
  return thread * FRAMES + frame;
}
/** The frame that a number means; without one, the innermost of whose step it is. */
export function frameOf(id: number): { thread: number; frame: number };
export function frameOf(id: number | undefined): { thread?: number; frame?: number };
export function frameOf(id: number | undefined): { thread?: number; frame?: number } {
  return id === undefined ? {} : { thread: Math.floor(id / FRAMES), frame: id % FRAMES };
}
