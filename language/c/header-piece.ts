/** A piece of a header as it was understood, for the files in which it means the same. */
import { countBefore } from '../search.ts';
import type { FileContext } from './function-item.ts';
import type { TextPiece } from './header-text.ts';
import type { ReadHeader } from './headers.ts';
import { emptyDeclarations, holdsItems, readDeclarations, readFunctions, type Declarations } from './items.ts';
import { maskAgain } from './mask-pieces.ts';
import { itemsOfOutline, outlineOf } from './outline.ts';
import { itemsOf, type CParser, type TopLevelNode } from './parser.ts';
import { sourceOf, type ChoiceRegion } from './source.ts';
import { baseOf } from './sources.ts';
import type { HeaderFunction } from './unit.ts';

/** Parsed alone, and what it declares worked out, when somebody asks. */
export class HeaderPiece {
  /** Of its text. */
  readonly length: number;
  private readonly file: FileContext;
  private readonly isFunction: boolean;
  private top: readonly TopLevelNode[] | undefined;
  private types: Declarations | undefined;
  private defined: readonly HeaderFunction[] | undefined;

  /** `file`: one of those that include the header. */
  constructor({ path, pre }: ReadHeader, { raw, start, end, isFunction }: TextPiece, file: FileContext) {
    this.length = raw.length;
    this.isFunction = isFunction;
    const { parser, macros, maskMacros, cache, environment } = file;
    const { masked } = maskAgain(raw, maskMacros, undefined);
    this.file = {
      ...{ path, parser, macros, maskMacros, cache, environment, definitions: [] },
      source: sourceOf(raw, masked, regionsWithin(pre.regions, start, end)),
      base: baseOf(path) + start,
      offset: start,
    };
  }

  /** Masked. */
  get text(): string {
    return this.file.source.text;
  }

  /** The parser did not understand something in it. */
  get isHurt(): boolean {
    return this.items.some((item) => !item.isOutlined && (item.hasError || holdsItems(item)));
  }

  get declared(): Declarations {
    if (!this.types) readDeclarations(this.file, this.items, (this.types = emptyDeclarations()));
    return this.types;
  }

  get functions(): readonly HeaderFunction[] {
    return (this.defined ??= readFunctions(this.file, this.items));
  }

  private get items(): readonly TopLevelNode[] {
    const { parser } = this.file;
    return (this.top ??= (this.isFunction && outlined(parser, this.text)) || parsed(parser, this.text));
  }
}

function parsed(parser: CParser, text: string): readonly TopLevelNode[] {
  const all = parser.parseOnce(text);
  return all ? itemsOf(all) : [];
}

/** A function without its body; undefined where that is not clear. */
function outlined(parser: CParser, text: string): readonly TopLevelNode[] | undefined {
  const outline = outlineOf(text);
  const head = outline.bodies.length === 0 ? undefined : parser.parseOnce(outline.text);
  const items = head && !head.hasError ? itemsOfOutline(parser, text, outline, itemsOf(head)) : undefined;
  return items?.some(holdsItems) ? undefined : items;
}

/** What of the conditionals lies in, or around, a range, by places in it. */
function regionsWithin(regions: readonly ChoiceRegion[], start: number, end: number): readonly ChoiceRegion[] {
  const within: ChoiceRegion[] = [];
  for (let i = countBefore(regions.length, (at) => regions[at]!.end <= start); i < regions.length; i++) {
    const r = regions[i]!;
    if (r.start >= end) break;
    const branches = r.branches.map((b) => ({
      ...{ start: b.start - start, end: b.end - start, condition: b.condition },
      inner: regionsWithin(b.inner, start, end),
    }));
    within.push({ start: r.start - start, end: r.end - start, branches });
  }
  return within;
}
