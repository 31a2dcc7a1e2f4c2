/**
 * When broken code swallows what follows it, the file is cut where the kernel's style ends a definition (a brace in
 * column 0) and the pieces are parsed on their own: an unfinished function must not hide the others.
 */
import type { Span } from './ast.ts';
import { endOfPiece } from './edit.ts';
import { itemsOf, type CParser, type ParsedOnce, type TopLevelNode } from './parser.ts';

const KNOWN: ReadonlySet<string> = new Set([
  'function_definition',
  'declaration',
  'type_definition',
  'struct_specifier',
  'union_specifier',
  'enum_specifier',
  'expression_statement',
  'linkage_specification',
  'empty_declaration',
]);
/** Larger broken ranges are left as they are; milliseconds for all pieces. */
const MAX_RANGE = 400_000;
const TIME_LIMIT = 1500;

/** The items of a text; parts of it with something that is broken are parsed on their own. `isWhole`: all of it was parsed, bodies too. */
export function recoverItems(
  parser: CParser,
  text: string,
  top: readonly TopLevelNode[],
  isWhole: boolean,
): readonly TopLevelNode[] {
  if (!top.some(isHurt)) return top;
  const limit = Date.now() + TIME_LIMIT;
  // Lists of lists: they can be longer than a call has arguments.
  const out: (readonly TopLevelNode[])[] = [];
  let damaged: Part[] = [];
  const recover = (): void => {
    out.push(recoverParts(parser, text, damaged, limit, isWhole));
    damaged = [];
  };
  let next = 0;
  /** How far broken items reach that began in front of the part. */
  let reach = 0;
  for (let start = 0; start < text.length;) {
    let end = endOfPiece(text, start);
    const first = next;
    let isDamaged = reach > start;
    // To the end of the piece, and of all that was understood and goes on behind it.
    for (; next < top.length && top[next]!.start < end; next++) {
      const item = top[next]!;
      if (isHurt(item)) {
        isDamaged = true;
        reach = Math.max(reach, item.end);
      } else while (item.end > end) end = endOfPiece(text, end);
    }
    const whole = top.slice(first, next);
    if (isDamaged) damaged.push({ start, end, whole });
    else {
      recover();
      out.push(whole);
    }
    start = end;
  }
  recover();
  return out.flat();
}

/** A piece of a text, or several that something goes across; what the parser made of it with what is around it. */
interface Part extends Span {
  readonly whole: readonly TopLevelNode[];
}

/** Code without indentation has braces in column 0 that end nothing: so many parts may be one. */
const MAX_JOINED = 4;

/** What is in parts that follow each other, each as if nothing were around it. */
function recoverParts(
  parser: CParser,
  text: string,
  parts: readonly Part[],
  limit: number,
  isWhole: boolean,
): TopLevelNode[] {
  const isSkipped = ({ start, end }: Span): boolean => Date.now() > limit || end - start > MAX_RANGE;
  const alone = parts.map(({ start, end, whole }) => {
    if (isWhole && start === 0 && end === text.length) return whole;
    return isSkipped({ start, end }) ? undefined : parsePiece(parser, text, start, end);
  });
  const isWrong = (i: number): boolean => alone[i]?.some(isBroken) ?? false;
  const out: (readonly TopLevelNode[])[] = [];
  for (let i = 0; i < parts.length; i++) {
    const { start, end, whole } = parts[i]!;
    if (!isWrong(i)) {
      out.push(alone[i] ?? whole);
      continue;
    }
    let joined: TopLevelNode[] | undefined;
    for (let k = i + 1; !joined && k < i + MAX_JOINED && k < parts.length && isWrong(k); k++) {
      const range = { start, end: parts[k]!.end };
      const both = isSkipped(range) ? undefined : parsePiece(parser, text, range.start, range.end);
      if (!both || both.some(isBroken)) continue;
      joined = both;
      i = k;
    }
    if (joined) out.push(joined);
    else out.push(recoverPieces(parser, text, start, end) ?? alone[i] ?? whole);
  }
  return out.flat();
}

/** As much of a broken part as its definitions tell on their own. */
function recoverPieces(parser: CParser, text: string, start: number, end: number): TopLevelNode[] | undefined {
  const pieces = cut(text, start, end);
  return pieces.length < 2 ? undefined : pieces.flatMap(([from, to]) => parsePiece(parser, text, from, to) ?? []);
}

/** It was not understood, or the parser may have run over its end. */
export function isBroken(item: TopLevelNode): boolean {
  if (item.isOutlined) return false;
  return (
    !KNOWN.has(item.type) ||
    (item.hasError && item.type !== 'declaration' && item.type !== 'expression_statement') ||
    (item.hasError && item.end - item.start > 5000)
  );
}

const isHurt = (item: TopLevelNode): boolean => !item.isOutlined && (item.hasError || isBroken(item));

function closingBrace(text: string, from: number): number {
  return text.indexOf('\n}', Math.max(0, from));
}

/** Ranges that end behind a brace in column 0. */
function cut(text: string, start: number, end: number): [number, number][] {
  const out: [number, number][] = [];
  let at = start;
  while (at < end) {
    const close = closingBrace(text, at);
    if (close < 0 || close + 2 >= end) break;
    // `};` and `} name;` end a declaration.
    const line = text.indexOf('\n', close + 2);
    const semicolon = text.indexOf(';', close + 2);
    const stop = semicolon >= 0 && (line < 0 || semicolon < line) ? semicolon + 1 : close + 2;
    out.push([at, Math.min(stop, end)]);
    at = stop;
    if (out.length > 3000) break;
  }
  if (at < end) out.push([at, end]);
  return out;
}

/** Pieces as they were parsed last: while one function is broken, the others beside it are cut off again at every edit. */
const pieces = new WeakMap<CParser, Map<string, ParsedOnce | undefined>>();
const MAX_PIECES = 300;

function parsePieceOnce(parser: CParser, piece: string): ParsedOnce | undefined {
  let known = pieces.get(parser);
  if (!known) pieces.set(parser, (known = new Map()));
  if (known.has(piece)) return known.get(piece);
  const parsed = parser.parseOnce(piece);
  if (known.size >= MAX_PIECES) known.clear();
  known.set(piece, parsed);
  return parsed;
}

function parsePiece(parser: CParser, text: string, start: number, end: number): TopLevelNode[] | undefined {
  const piece = text.slice(start, end);
  if (piece.trim() === '') return [];
  const parsed = parsePieceOnce(parser, piece);
  return parsed && itemsOf(parsed, start);
}
