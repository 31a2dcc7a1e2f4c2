/**
 * What a file of a driver has to do with user pages, told from its words alone: cheap enough for every file of a folder and
 * every keystroke. It only chooses what is worth reading; what the code does is found by parsing it.
 */

/** A function, or a macro that stands for one, as its words show it. */
export interface FunctionSketch {
  readonly name: string;
  readonly isStatic: boolean;
  /** From its signature on. */
  readonly text: string;
  /** Where its body begins in the text. */
  readonly body: number;
}

/** Text up to the end of a function: that function, if there is one, and the macros before it. */
interface Piece {
  readonly fn: FunctionSketch | null;
  readonly macros: readonly FunctionSketch[];
}

/** A file as its words show it. */
export interface FileSketch {
  readonly text: string;
  readonly functions: readonly FunctionSketch[];
  /** Names declared with a type that stands for pages. */
  readonly pageFields: ReadonlySet<string>;
  /** Pieces of the text, for the next sketch of the same file. */
  readonly pieces: readonly (readonly [text: string, piece: Piece])[];
}

const PAGES =
  /\b(?:page|folio|sg_table|sg_append_table|scatterlist|bio_vec|frame_vector)\b[\s*]*(?:const\s*)?(\w+)\s*[;,[]/g;

/** Read as calls, but part of a signature. */
const ANNOTATION =
  /^__(printf|scanf|attribute__|attribute|must_hold|acquires|releases|section|aligned|cold|assume_aligned)$/;

/** Sketches a text; `before` is the file's last sketch, of which unchanged pieces are used again. */
export function sketch(text: string, before?: FileSketch): FileSketch {
  const pieces: [string, Piece][] = [];
  const kept = before && new Map(before.pieces);
  const functions: FunctionSketch[] = [];
  const pageFields = new Set<string>();
  let at = 0;
  // functions end with a brace at the begin of a line
  for (;;) {
    const end = text.indexOf('\n}', at);
    const piece = text.slice(at, end < 0 ? undefined : end + 2);
    const known = kept?.get(piece) ?? {
      fn: end < 0 ? null : functionIn(piece),
      macros: [...macrosIn(piece)],
    };
    pieces.push([piece, known]);
    functions.push(...known.macros);
    if (known.fn) functions.push(known.fn);
    else for (const m of piece.matchAll(PAGES)) pageFields.add(m[1]!);
    if (end < 0) break;
    at = end + 2;
  }
  return { text, functions, pageFields, pieces };
}

/** The function that a piece of text ends with. */
function functionIn(piece: string): FunctionSketch | null {
  const brace = firstBody(piece);
  if (brace < 0) return null;
  const head = piece.slice(0, brace);
  const begin =
    Math.max(head.lastIndexOf(';'), head.lastIndexOf('}'), head.lastIndexOf('*/'), endOfDirective(head)) + 1;
  const signature = head.slice(begin);
  if (signature.includes('=')) return null;
  const name = calledIn(signature);
  if (!name) return null;
  return { name, isStatic: /\bstatic\b/.test(signature), text: piece.slice(begin), body: brace - begin };
}

/** The first word before a parenthesis that is no annotation. */
function calledIn(signature: string): string | undefined {
  for (const [, name] of signature.matchAll(/([A-Za-z_]\w*)\s*\(/g)) if (!ANNOTATION.test(name!)) return name;
  return undefined;
}

const MACRO = /^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)((?:[^\n\\]|\\\r?\n|\\.)*)/gm;
/** What a macro is that stands for a call: another name, or something that calls. */
const CALLS = /[A-Za-z_]\w*[ \t]*\(|^[ \t]+[A-Za-z_]\w*[ \t]*(?:\/[*/].*)?\r?$/;

/** The macros of a text that stand for calls (the same name defined in two branches of an `#if`: as one). */
function* macrosIn(piece: string): Generator<FunctionSketch> {
  if (!piece.includes('define')) return;
  const bodies = new Map<string, string>();
  for (const [, name, rest] of piece.matchAll(MACRO)) {
    const body = rest!.startsWith('(') ? rest!.slice(rest!.indexOf(')') + 1) : rest!;
    if (CALLS.test(body)) bodies.set(name!, `${bodies.get(name!) ?? ''} ${body}`);
  }
  for (const [name, body] of bodies) yield { name, isStatic: true, text: body, body: 0 };
}

/** How far before a brace its parenthesis is looked for. */
const MAX_ANNOTATIONS = 80;
const SPACE_OR_WORD = /[\s\w]/;

/** The brace that opens the function's body: one that follows a closing parenthesis, and perhaps annotations. */
function firstBody(piece: string): number {
  for (let at = piece.indexOf('{'); at >= 0; at = piece.indexOf('{', at + 1)) {
    const from = Math.max(0, at - MAX_ANNOTATIONS);
    let i = at - 1;
    while (i >= from && SPACE_OR_WORD.test(piece[i]!)) i--;
    if (i >= from && piece[i] === ')') return at;
  }
  return -1;
}

const endOfDirective = (head: string): number => {
  if (!head.includes('#')) return -1;
  const m = [...head.matchAll(/^[ \t]*#(?:[^\n\\]|\\\n|\\.)*\n/gm)].at(-1);
  return m ? m.index + m[0].length - 1 : -1;
};
