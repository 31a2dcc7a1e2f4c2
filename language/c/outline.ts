/**
 * A text without what stands in the bodies of its functions. Most functions of a driver have nothing to do with pages: that they are there
 * is told by their heads, and a body is parsed from its function's text alone when somebody asks what stands in it. What is broken in a body
 * so remains there.
 */
import { countBefore } from '../search.ts';
import type { Span } from './ast.ts';
import { endOfPiece } from './edit.ts';
import type { CParser, SNode, TopLevelNode } from './parser.ts';
import { skipString } from './scan.ts';

interface Outline {
  /** With `{}` for each of the bodies. */
  readonly text: string;
  /** What was left out of the whole text, in its order. */
  readonly bodies: readonly Span[];
}

/** Bodies of fewer characters are parsed with the rest: a parse of its own takes as long. */
const MIN_BODY = 120;

/** Leaves out the bodies that end with a brace in column 0, as the kernel's style has it. */
export function outlineOf(text: string): Outline {
  const bodies: Span[] = [];
  const parts: string[] = [];
  let last = 0;
  for (let start = 0; start < text.length;) {
    const end = endOfPiece(text, start);
    const open = openingBrace(text, start, end);
    if (open !== undefined && end - open > MIN_BODY) {
      bodies.push({ start: open + 1, end: end - 1 });
      parts.push(text.slice(last, open + 1));
      last = end - 1;
    }
    start = end;
  }
  parts.push(text.slice(last));
  return { text: parts.length === 1 ? text : parts.join(''), bodies };
}

const [QUOTE, APOS, RPAREN, LBRACE, RBRACE] = [34, 39, 41, 123, 125];

/** The brace that the last one of a piece closes, if that is the body of a function and all other braces are closed in front of it. */
function openingBrace(text: string, start: number, end: number): number | undefined {
  if (text.charCodeAt(end - 1) !== RBRACE) return undefined;
  let depth = 0;
  let open = -1;
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === LBRACE) {
      if (depth++ === 0) open = i;
    } else if (c === RBRACE) {
      if (--depth < 0 || (depth === 0 && i === end - 1)) break;
    } else if (c === QUOTE || c === APOS) i = skipString(text, i) - 1;
  }
  if (depth !== 0) return undefined;
  let before = open - 1;
  while (before >= start && text.charCodeAt(before) <= 32) before--;
  return text.charCodeAt(before) === RPAREN ? open : undefined;
}

/** The items of a text, of which its outline was parsed. */
export function itemsOfOutline(
  parser: CParser,
  text: string,
  { bodies }: Outline,
  top: readonly TopLevelNode[],
): TopLevelNode[] {
  /** Where the bodies were left out of the outline, and how much further down in the text stands what follows. */
  const cuts: number[] = [];
  const shifts = [0];
  for (const { start, end } of bodies) {
    const by = shifts[shifts.length - 1]!;
    cuts.push(start - by);
    shifts.push(by + end - start);
  }
  return top.map((item) => {
    const first = countBefore(cuts.length, (i) => cuts[i]! <= item.start);
    const next = countBefore(cuts.length, (i) => cuts[i]! < item.end);
    const by = shifts[first]!;
    if (first === next) return by === 0 ? item : new OutlinedItem(item, by, item.end + by);
    const end = item.end + shifts[next]!;
    const isFunction = item.type === 'function_definition' && !item.hasError;
    return isFunction && next === first + 1 && cuts[first] === item.end - 1
      ? new OutlinedFunction(item, by, end, parser, text)
      : broken(item.start + by, end);
  });
}

/** Something that goes across bodies: it is to be parsed with them. */
const broken = (start: number, end: number): TopLevelNode => ({
  ...{ type: 'ERROR', start, end, hasError: true },
  snapshot: () => undefined,
});

/** An item that stands further down in the text than in its outline. */
class OutlinedItem implements TopLevelNode {
  readonly type: string;
  readonly start: number;
  readonly hasError: boolean;
  key?: string | undefined;

  constructor(
    private readonly item: TopLevelNode,
    private readonly by: number,
    readonly end: number,
  ) {
    this.type = item.type;
    this.start = item.start + by;
    this.hasError = item.hasError;
  }

  snapshot(skipBody?: boolean, by = 0): SNode | undefined {
    return this.item.snapshot(skipBody, this.by + by);
  }
}

/** A function of which the head is known. */
class OutlinedFunction implements TopLevelNode {
  readonly type: string;
  readonly start: number;
  readonly isOutlined = true;
  key?: string;
  private isWrong: boolean | undefined;

  constructor(
    private readonly item: TopLevelNode,
    private readonly by: number,
    readonly end: number,
    private readonly parser: CParser,
    private readonly text: string,
  ) {
    this.type = item.type;
    this.start = item.start + by;
  }

  /** In the body: the head has none. */
  get hasError(): boolean {
    if (this.isWrong === undefined) this.snapshot();
    return this.isWrong ?? true;
  }

  snapshot(skipBody?: boolean, by = 0): SNode | undefined {
    if (!skipBody) return this.whole(by);
    const head = this.item.snapshot(true, this.by + by);
    const end = this.end + by;
    return head && { ...head, end, children: head.children.map((c) => (c.field === 'body' ? { ...c, end } : c)) };
  }

  private whole(by: number): SNode | undefined {
    const parsed = this.parser.parseOnce(this.text.slice(this.start, this.end), this.start + by);
    this.isWrong = parsed?.hasError ?? true;
    return parsed?.root.children.find((c) => c.type === this.type) ?? parsed?.root.children[0];
  }
}
