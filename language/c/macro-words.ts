/** Words of the bodies of macros: the functions, headers and files that use one ask for the same. */

const bodies = new Map<string, readonly string[]>();
const MAX_BODIES = 50_000;
const NONE: readonly string[] = [];

/** The words of a macro's body, as often as they stand in it. */
export function wordsOfBody(body: string): readonly string[] {
  if (body === '') return NONE;
  let words = bodies.get(body);
  if (!words) {
    if (bodies.size >= MAX_BODIES) bodies.clear();
    bodies.set(body, (words = body.match(/[A-Za-z_]\w*/g) ?? NONE));
  }
  return words;
}

/** Nothing is kept of macros. */
export function forgetMacroWords(): void {
  bodies.clear();
}
