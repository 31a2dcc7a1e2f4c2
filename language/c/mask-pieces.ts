/**
 * Masks a text piece by piece, and each piece once: an edit changes one of a file's functions, and the other variants of a file differ in
 * few. A brace in column 0, alone on its line, ends a definition; nothing in front of it matters to what is masked behind it.
 */
import { maskSource } from './mask.ts';
import type { CleanupNote, Masked, MaskMacros, MaskNote } from './mask-state.ts';

/** Characters of pieces that are kept, twice. */
const MAX_CHARACTERS = 2 * 1024 * 1024;
let recent = new Map<string, Masked>();
let older = new Map<string, Masked>();
let characters = 0;

/** Masks `text` (branches not taken and directives already blanked). */
export function maskPieces(text: string, macros: MaskMacros): Masked {
  const texts: string[] = [];
  const notes = new Map<number, MaskNote>();
  const cleanups: CleanupNote[] = [];
  for (let at = 0; at < text.length;) {
    const end = endOfPiece(text, at);
    const masked = maskPiece(text.slice(at, end), macros, at > 0);
    texts.push(masked.text);
    for (const [offset, note] of masked.notes) notes.set(at + offset, note);
    for (const note of masked.cleanups) cleanups.push({ at: at + note.at, value: note.value });
    at = end;
  }
  return { text: texts.join(''), notes, cleanups };
}

/** Behind the next brace in column 0 that has its line for itself. */
function endOfPiece(text: string, from: number): number {
  for (let at = text.indexOf('\n}', from); at >= 0; at = text.indexOf('\n}', at + 2)) {
    const next = text.charCodeAt(at + 2);
    if (next === 10 || (next === 13 && text.charCodeAt(at + 3) === 10)) return at + 2;
  }
  return text.length;
}

function maskPiece(piece: string, macros: MaskMacros, follows: boolean): Masked {
  const key = `${follows ? '}' : ''}${macros.id}${piece}`;
  const known = recent.get(key);
  if (known) return known;
  const masked = older.get(key) ?? maskSource(piece, macros, follows);
  if (characters > MAX_CHARACTERS) {
    older = recent;
    recent = new Map();
    characters = 0;
  }
  recent.set(key, masked);
  characters += piece.length;
  return masked;
}
