/** The items of a masked text; those in front of and behind the piece that was edited are the ones of the text before. */
import { cutAt, editedPiece, endOfPiece, movedOffset, shiftOf, startOfPiece, type Change } from './edit.ts';
import { itemsOfOutline, outlineOf } from './outline.ts';
import type { CParser, ParsedText, SNode, TopLevelNode } from './parser.ts';
import { holdsItems } from './items.ts';
import { isBroken, recoverItems } from './recover.ts';
import { type ChoiceRegion, shifted } from './source.ts';

/** What a text was parsed to. */
export interface Items {
  readonly text: string;
  readonly top: readonly TopLevelNode[];
  readonly timedOut: boolean;
}

/** Parses a text by the name `key`; `earlier`: as an earlier one of the same file was. */
export function readItems(parser: CParser, key: string, text: string, earlier: Items | undefined): Items {
  if (earlier && !earlier.timedOut) {
    if (earlier.text === text) return earlier;
    const top = editedItems(parser, key, text, earlier);
    if (top) return { text, top, timedOut: false };
  }
  const parsed = parseItems(parser, key, text);
  return { text, top: lasting(recoverItems(parser, text, parsed.top, parsed.isWhole)), timedOut: parsed.timedOut };
}

/** Parses a text, but not what stands in the bodies of its functions; `isWhole`: there are none. */
function parseItems(parser: CParser, key: string, text: string): ParsedText & { readonly isWhole: boolean } {
  const outline = outlineOf(text);
  const parsed = parser.parse(key, outline.text);
  return outline.bodies.length === 0
    ? { ...parsed, isWhole: true }
    : { ...parsed, top: itemsOfOutline(parser, text, outline, parsed.top), isWhole: false };
}

/**
 * What has functions inside of it is read again and again, and its tree may be gone by then: it is copied now. Its text alone would
 * not do: what the parser makes of broken code depends on what is around it.
 */
export function lasting(
  items: readonly TopLevelNode[],
  isToLast: (item: TopLevelNode) => boolean = holdsItems,
): readonly TopLevelNode[] {
  return items.map((item) => {
    const tree = isToLast(item) ? item.snapshot() : undefined;
    return tree ? { ...item, snapshot: (skipBody, by = 0) => shifted(tree, by, skipBody) } : item;
  });
}

/** Undefined: what was edited cannot be read without what is around it. */
function editedItems(parser: CParser, key: string, text: string, earlier: Items): TopLevelNode[] | undefined {
  const piece = editedPiece(earlier.text, text);
  const cut = piece && cutAt(earlier.top, piece.start, piece.oldEnd);
  if (!cut) return undefined;
  // Broken pieces that follow each other may be parts of a whole.
  const from = startOfPiece(text, piece.start);
  const to = endOfPiece(earlier.text, piece.oldEnd);
  if (cut.before.some((i) => i.end > from && isBroken(i)) || cut.behind.some((i) => i.start < to && isBroken(i)))
    return undefined;
  const inside = itemsOfPiece(parser, key, text.slice(piece.start, piece.newEnd));
  if (!inside) return undefined;
  const by = shiftOf(piece);
  return [
    ...cut.before,
    ...inside.map((item) => moved(item, piece.start)),
    ...(by === 0 ? cut.behind : cut.behind.map((item) => moved(item, by))),
  ];
}

/** The last thing in the text is the body of a function: what follows cannot go on with it, whatever is broken in it. */
function endsWithBody(text: string): boolean {
  const last = text.lastIndexOf('\n}', text.length - 3);
  return text.endsWith('\n}') && /\)[ \t]*\r?\n\{[ \t]*\r?\n/.test(last < 0 ? text : text.slice(last));
}

/** Characters of a piece; a longer one is parsed with the old tree of the whole. */
const MAX_PIECE = 100_000;

function itemsOfPiece(parser: CParser, key: string, piece: string): readonly TopLevelNode[] | undefined {
  if (piece.length > MAX_PIECE) return undefined;
  // From its text alone: a piece is small, and what becomes of broken code in an old tree depends on that tree.
  parser.close(`${key}#edited`);
  const parsed = parseItems(parser, `${key}#edited`, piece);
  if (parsed.timedOut) return undefined;
  if (!parsed.hasError && !parsed.top.some(isBroken)) return lasting(parsed.top);
  return endsWithBody(piece) ? lasting(recoverItems(parser, piece, parsed.top, parsed.isWhole)) : undefined;
}

function moved(item: TopLevelNode, by: number): TopLevelNode {
  return item instanceof MovedItem
    ? new MovedItem(item.inner, item.by + by, item.key)
    : new MovedItem(item, by, item.key);
}

/** An item that stands further down than where it was parsed. */
class MovedItem implements TopLevelNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly isOutlined: boolean;

  constructor(
    readonly inner: TopLevelNode,
    readonly by: number,
    public key?: string | undefined,
  ) {
    this.type = inner.type;
    this.start = inner.start + by;
    this.end = inner.end + by;
    this.isOutlined = inner.isOutlined ?? false;
  }

  get hasError(): boolean {
    return this.inner.hasError;
  }

  snapshot(skipBody?: boolean, by = 0): SNode | undefined {
    return this.inner.snapshot(skipBody, this.by + by);
  }
}

/** The unknown conditionals of a text are those of an earlier one, moved by what was edited. */
export function areSameRegions(
  earlier: readonly ChoiceRegion[],
  later: readonly ChoiceRegion[],
  piece: Change | undefined,
): boolean {
  const isMoved = (a: number, b: number): boolean => (piece ? movedOffset(piece, a) : a) === b;
  return (
    earlier.length === later.length &&
    earlier.every((a, i) => {
      const b = later[i]!;
      return (
        isMoved(a.start, b.start) &&
        isMoved(a.end, b.end) &&
        a.branches.length === b.branches.length &&
        a.branches.every((x, k) => {
          const y = b.branches[k]!;
          return (
            x.condition === y.condition &&
            isMoved(x.start, y.start) &&
            isMoved(x.end, y.end) &&
            areSameRegions(x.inner, y.inner, piece)
          );
        })
      );
    })
  );
}
