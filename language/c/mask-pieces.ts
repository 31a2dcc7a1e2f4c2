/**
 * Masks a text piece by piece, and each piece once: an edit changes one of a file's functions, and the other variants of a file differ in
 * few. A brace in column 0, alone on its line, ends a definition; nothing in front of it matters to what is masked behind it.
 */
import { editedPiece, endOfPiece, shiftOf } from './edit.ts';
import { maskSource } from './mask.ts';
import type { CleanupNote, Masked, MaskMacros, MaskNote } from './mask-state.ts';

/** Characters of pieces that are kept, twice; by macros, and whether another piece is in front. */
const MAX_CHARACTERS = 2 * 1024 * 1024;
let recent = new Map<string, Map<string, Masked>>();
let older: typeof recent = new Map();
let characters = 0;

/** A text that was masked. */
export interface MaskedText {
  /** As it was. */
  readonly raw: string;
  readonly macros: MaskMacros;
  readonly masked: Masked;
}

/** Masks `raw` (branches not taken and directives already blanked); what it has in common with an `earlier` text is not read again. */
export function maskAgain(raw: string, macros: MaskMacros, earlier: MaskedText | undefined): MaskedText {
  if (earlier?.macros.id !== macros.id) return { raw, macros, masked: maskPieces(raw, macros) };
  if (earlier.raw === raw) return earlier;
  const piece = editedPiece(earlier.raw, raw);
  if (!piece) return { raw, macros, masked: maskPieces(raw, macros) };
  const { text, notes, cleanups } = earlier.masked;
  const inner = maskPieces(raw.slice(piece.start, piece.newEnd), macros, piece.start > 0);
  const by = shiftOf(piece);
  const moved = new Map<number, MaskNote>();
  for (const [at, note] of notes) if (at < piece.start) moved.set(at, note);
  for (const [at, note] of inner.notes) moved.set(piece.start + at, note);
  for (const [at, note] of notes) if (at >= piece.oldEnd) moved.set(at + by, note);
  const masked = {
    text: text.slice(0, piece.start) + inner.text + text.slice(piece.oldEnd),
    notes: moved,
    cleanups: [
      ...cleanups.filter((c) => c.at < piece.start),
      ...inner.cleanups.map((c) => ({ ...c, at: piece.start + c.at })),
      ...cleanups.filter((c) => c.at >= piece.oldEnd).map((c) => ({ ...c, at: c.at + by })),
    ],
  };
  return { raw, macros, masked };
}

/** The same of a text that is not known; `follows`: another piece is in front of it. */
function maskPieces(text: string, macros: MaskMacros, follows = false): Masked {
  if (text.length > 0 && endOfPiece(text, 0) === text.length) return maskPiece(text, macros, follows);
  const texts: string[] = [];
  const notes = new Map<number, MaskNote>();
  const cleanups: CleanupNote[] = [];
  for (let at = 0; at < text.length;) {
    const end = endOfPiece(text, at);
    const masked = maskPiece(text.slice(at, end), macros, follows || at > 0);
    texts.push(masked.text);
    for (const [offset, note] of masked.notes) notes.set(at + offset, note);
    for (const note of masked.cleanups) cleanups.push({ at: at + note.at, value: note.value });
    at = end;
  }
  return { text: texts.join(''), notes, cleanups };
}

function maskPiece(piece: string, macros: MaskMacros, follows: boolean): Masked {
  const manner = `${follows ? '}' : ''}${macros.id}`;
  const known = recent.get(manner)?.get(piece);
  if (known) return known;
  const masked = older.get(manner)?.get(piece) ?? maskSource(piece, macros, follows);
  if (characters > MAX_CHARACTERS) {
    older = recent;
    recent = new Map();
    characters = 0;
  }
  const pieces = recent.get(manner) ?? new Map<string, Masked>();
  recent.set(manner, pieces.set(piece, masked));
  characters += piece.length;
  return masked;
}
