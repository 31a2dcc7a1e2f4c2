/**
 * Typing before anybody types. What a keystroke asks for runs code that V8 has not compiled when it comes first: the first hundred keystrokes
 * of a session would be two to three times as slow as all later ones. So, once in the life of a server, when a document was
 * looked at and nothing is asked for, a statement is typed into its functions that take pages, letter by letter, with nobody told. Whatever is asked for
 * meanwhile comes first.
 */
import type { Analysed, Session } from './session.ts';

/** Nothing was asked for so long, in milliseconds: whoever opens a file reads it first. */
const IDLE = 700;
/** Of letters, in all. Each is a keystroke's work; after that, one more makes the next ones hardly faster. */
const LETTERS = 300;
/** In milliseconds of work, in all: files in which a keystroke is dear are left as they are. */
const BUDGET = 4_000;
/** Functions that are typed into: what they do differs, and so does the code that they need. */
const FUNCTIONS = 6;
const STATEMENT = '\tif (rehearsed > 1)\n\t\treturn rehearsed;\n';

/** Waits for the first document with something to find, and for quiet. */
export function registerRehearsal(session: Session): void {
  let letters = 0;
  let spent = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => clearTimeout(timer);
  const isOver = (): boolean => letters >= LETTERS || spent >= BUDGET;

  const arm = (analysed: Analysed): void => {
    stop();
    if (!isOver()) timer = setTimeout(() => void rehearse(analysed), IDLE);
  };

  async function rehearse(analysed: Analysed): Promise<void> {
    const { document, version } = analysed;
    const text = document.getText();
    const places = bodiesOf(text, session.host.mayMatter);
    if (places.length === 0) return;
    try {
      for (; !isOver(); letters++) {
        const place = places[Math.floor(letters / STATEMENT.length) % places.length]!;
        const typed = STATEMENT.slice(0, 1 + (letters % STATEMENT.length));
        const started = performance.now();
        const isDone = await session.rehearse(analysed, text.slice(0, place) + typed + text.slice(place));
        spent += performance.now() - started;
        if (isDone) continue;
        if (session.versionOf(document.uri) === version) arm(analysed);
        return;
      }
      await session.rehearse(analysed, text);
    } catch (error) {
      letters = LETTERS;
      session.problems.failed('rehearsal', error);
    }
  }

  session.onSettled = arm;
  session.documents.onDidChangeContent(stop);
  session.connection.onExit(stop);
}

/** Where the bodies of functions of interest begin, behind the end of their first line. The kernel writes a function's brace alone, in the first column. */
function bodiesOf(text: string, matters: (text: string) => boolean): number[] {
  const places: number[] = [];
  for (const { index, 0: brace } of text.matchAll(/^\{\r?\n/gm)) {
    const end = text.indexOf('\n}', index);
    if (end < 0 || places.length === FUNCTIONS) break;
    if (matters(text.slice(index, end))) places.push(index + brace.length);
  }
  return places;
}
