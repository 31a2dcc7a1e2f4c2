/**
 * When broken code swallows what follows it, the file is cut where the kernel's style ends a definition (a brace in
 * column 0) and the pieces are parsed on their own: an unfinished function must not hide the others.
 */
import type { CParser, SNode, TopLevelNode } from './parser.ts';
import { shifted } from './source.ts';

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

/** The items of a file with its broken ranges parsed piecewise. */
export function recoverItems(parser: CParser, text: string, top: readonly TopLevelNode[]): readonly TopLevelNode[] {
  if (!top.some((t) => isBroken(t))) return top;
  const limit = Date.now() + TIME_LIMIT;
  const out: TopLevelNode[] = [];
  for (let i = 0; i < top.length; i++) {
    const first = top[i]!;
    if (!isBroken(first)) {
      out.push(first);
      continue;
    }
    let last = i;
    while (last + 1 < top.length && isBroken(top[last + 1]!)) last++;
    let end = top[last]!.end;
    // To the end of the definition that the range breaks off in, over items that lie in it.
    const close = closingBrace(text, end - 2);
    const next = top[last + 1];
    if (next && close >= 0 && close < next.start) end = Math.max(end, close + 2);
    const run = top.slice(i, last + 1);
    const pieces = Date.now() > limit || end - first.start > MAX_RANGE ? undefined : cut(text, first.start, end);
    if (!pieces || (pieces.length < 2 && run.every((r) => r.type === 'function_definition'))) out.push(...run);
    else
      for (const [start, stop] of pieces) out.push(...parsePiece(parser, text, start, stop, run, Date.now() > limit));
    i = last;
  }
  return out;
}

/** It was not understood, or the parser may have run over its end. */
export function isBroken(item: TopLevelNode): boolean {
  return (
    !KNOWN.has(item.type) ||
    (item.hasError && item.type !== 'declaration' && item.type !== 'expression_statement') ||
    (item.hasError && item.end - item.start > 5000)
  );
}

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

type Parsed = ReturnType<CParser['parseOnce']>;
/** Pieces as they were parsed last: while one function is broken, the others beside it are cut off again at every edit. */
const pieces = new WeakMap<CParser, Map<string, Parsed>>();
const MAX_PIECES = 300;

function parsePieceOnce(parser: CParser, piece: string): Parsed {
  let known = pieces.get(parser);
  if (!known) pieces.set(parser, (known = new Map()));
  if (known.has(piece)) return known.get(piece);
  const parsed = parser.parseOnce(piece);
  if (known.size >= MAX_PIECES) known.clear();
  known.set(piece, parsed);
  return parsed;
}

function parsePiece(
  parser: CParser,
  text: string,
  start: number,
  end: number,
  run: readonly TopLevelNode[],
  late: boolean,
): TopLevelNode[] {
  // What was read well in the whole is not read again.
  const inside = run.filter((r) => r.start >= start && r.end <= end);
  if (late || (inside.length > 0 && inside.every((r) => !r.hasError && r.type === 'function_definition')))
    return inside;
  const piece = text.slice(start, end);
  if (piece.trim() === '') return [];
  const parsed = parsePieceOnce(parser, piece);
  if (!parsed) return inside;
  return parsed.root.children.map((node) => {
    // most are functions that are known from the parse before
    let moved: SNode | undefined;
    return {
      type: node.type,
      start: node.start + start,
      end: node.end + start,
      hasError: parsed.hasError,
      snapshot: (skipBody) => moved ?? (skipBody ? shifted(node, start, true) : (moved = shifted(node, start))),
    };
  });
}
