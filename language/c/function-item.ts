/** Functions of a file: name and place at once, signature and body when they are asked for. */
import { countBefore } from '../search.ts';
import type { BlockStmt, CType, Param, Span } from './ast.ts';
import { lowerDeclaration } from './declarations.ts';
import { hashText } from './hash.ts';
import { wordsOfBody } from './macro-words.ts';
import type { MaskMacros } from './mask-state.ts';
import { collectPositions, movePositions, type KeptFunctions, type Positions } from './moves.ts';
import type { CParser, SNode, TopLevelNode } from './parser.ts';
import {
  type ChoiceRegion,
  type Cx,
  field,
  type Fragment,
  type LowerEnv,
  nodeText,
  shifted,
  type Source,
} from './source.ts';
import { lowerBlock } from './statements.ts';
import { applyDeclarator, type Declared, lowerParams, lowerType } from './types.ts';
import type { OwnNames } from './own-names.ts';
import type { FunctionDef, MacroDef } from './unit.ts';

/** All that reading one file's items needs. */
export interface FileContext {
  readonly path: string;
  readonly parser: CParser;
  readonly source: Source;
  readonly macros: ReadonlyMap<string, MacroDef>;
  readonly maskMacros: MaskMacros;
  readonly cache: Map<string, Fragment | null>;
  /** Hash of macros and target: part of every function's key. */
  readonly environment: string;
  /** See definitionsIn. */
  readonly definitions: readonly number[];
  /** Functions of earlier parses, to be used again. */
  readonly kept?: KeptFunctions<LazyFunction>;
  /** Added to every position: see sources.ts. 0 in the file that is read itself. */
  readonly base: number;
  /** Where in the file the source begins: not 0 where a piece of it is read alone. */
  readonly offset: number;
  /** What only this file can name, where others can be read with it. */
  readonly own?: OwnNames;
}

/** What was lowered from the file's text, at its place among those of other files. */
export function placed<T extends object>(file: FileContext, made: T): T {
  if (file.base !== 0) {
    const positions: Positions = new Set();
    collectPositions(made, positions);
    movePositions(positions, file.base);
  }
  return made;
}

/** The same for what belongs to a function. */
function placedIn<T extends object>(file: FileContext, made: T): T {
  file.own?.rename(made);
  return placed(file, made);
}

const MACRO_BUDGET = 3000;

/** A context of lowering in that file. */
export function contextIn(file: FileContext): Cx {
  const env: LowerEnv = {
    path: file.path,
    offset: file.offset,
    parser: file.parser,
    macros: file.macros,
    maskMacros: file.maskMacros,
    cache: file.cache,
    budget: MACRO_BUDGET,
  };
  return { env, src: file.source };
}

/** The subtree of an item: from the live tree, or parsed again when that is gone. */
export function treeOf(file: FileContext, item: TopLevelNode, skipBody: boolean): SNode | undefined {
  const live = item.snapshot(skipBody);
  if (live) return live;
  const parsed = file.parser.parseOnce(file.source.text.slice(item.start, item.end));
  const node = parsed?.root.children.find((c) => c.type === item.type) ?? parsed?.root.children[0];
  return node && shifted(node, item.start);
}

/** A function definition; its body is lowered on demand. */
export class LazyFunction implements FunctionDef {
  readonly name: string;
  readonly nameSpan: Span;
  start: number;
  end: number;
  readonly bodySpan: Span;
  readonly isStatic: boolean;
  readonly isInline: boolean;
  readonly condition?: string;
  readonly path: string;
  private signature:
    { readonly params: readonly Param[]; readonly returns: CType; readonly variadic: boolean } | undefined;
  private lowered: BlockStmt | undefined;
  /** What was made of it and has positions, and those positions once they were looked up. */
  private readonly made: object[] = [];
  private readonly positions: Positions = new Set();
  private counted = 0;
  private named: ReadonlySet<string> | undefined;

  private head: SNode | undefined;
  private isWrong: boolean | undefined;

  constructor(
    private file: FileContext,
    private item: TopLevelNode,
    head: SNode,
    parts: FunctionParts,
    /** Its key, if somebody has asked for it. */
    private content: string | undefined,
  ) {
    this.head = head;
    const src = file.source;
    const { name, body } = parts;
    this.path = file.path;
    const { base } = file;
    this.nameSpan = { start: name.start + base, end: name.end + base };
    this.start = item.start + base;
    this.end = item.end + base;
    this.bodySpan = { start: body.start + base, end: body.end + base };
    this.made.push(this.nameSpan, this.bodySpan);
    const prefix = src.raw.slice(head.start, name.start);
    this.isStatic =
      /\bstatic\b/.test(prefix) ||
      head.children.some((c) => c.type === 'storage_class_specifier' && nodeText(contextIn(file), c) === 'static');
    // `#define foo_open bar_open` renames the function
    const plain = nameAfterMacros(file.macros, nodeText(contextIn(file), name));
    this.name = this.isStatic && file.own ? file.own.nameOf(plain) : plain;
    this.isInline = /\b(?:__always_)?inline(?:__)?\b|\b__inline\b/.test(prefix);
    const condition = conditionAt(src.regions, item.start);
    if (condition !== undefined) this.condition = condition;
  }

  get key(): string {
    return (this.content ??= functionKey(this.file, this.item));
  }

  get params(): readonly Param[] {
    return this.head_().params;
  }

  get returns(): CType {
    return this.head_().returns;
  }

  get variadic(): boolean {
    return this.head_().variadic;
  }

  body(): BlockStmt {
    if (this.lowered) return this.lowered;
    const cx = contextIn(this.file);
    const node = treeOf(this.file, this.item, false);
    const body = node && (field(node, 'body') ?? node.children.find((c) => c.type === 'compound_statement'));
    this.lowered = body
      ? placedIn(this.file, lowerBlock(cx, body))
      : { kind: 'block', body: [], start: this.bodySpan.start, end: this.bodySpan.end };
    this.made.push(this.lowered);
    return this.lowered;
  }

  get hasError(): boolean {
    return (this.isWrong ??= this.item.hasError);
  }

  /** The item, of the same text, was parsed to the same. */
  isLike(item: TopLevelNode): boolean {
    return item.isOutlined ? (this.item.isOutlined ?? false) : this.hasError === item.hasError;
  }

  adopt(derived: object): void {
    this.made.push(derived);
  }

  get words(): ReadonlySet<string> {
    return (this.named ??= wordsWithMacros(this.file, this.item));
  }

  /** It stands in another text now, as `item`. */
  moveTo(file: FileContext, item: TopLevelNode): void {
    const by = item.start + file.base - this.start;
    this.file = file;
    this.item = item;
    this.head = undefined;
    if (by === 0) return;
    this.collect();
    movePositions(this.positions, by);
    this.start += by;
    this.end += by;
  }

  holds(position: Span): boolean {
    this.collect();
    return this.positions.has(position);
  }

  get source(): string {
    return this.file.source.raw.slice(this.item.start, this.item.end);
  }

  private collect(): void {
    for (; this.counted < this.made.length; this.counted++) collectPositions(this.made[this.counted], this.positions);
  }

  private head_(): { readonly params: readonly Param[]; readonly returns: CType; readonly variadic: boolean } {
    if (!this.signature) {
      const head = this.head ?? treeOf(this.file, this.item, true);
      this.signature = head
        ? placedIn(this.file, readSignature(contextIn(this.file), head))
        : { params: [], returns: { kind: 'base', name: 'int' }, variadic: false };
      this.made.push(this.signature);
    }
    return this.signature;
  }
}

/** The nodes of a function definition that every one has. */
export interface FunctionParts {
  readonly name: SNode;
  readonly body: SNode;
}

/** Which of a name's definitions in the file itself stand before, inside and behind an item: each holds from where it stands. */
function placesOf(file: FileContext, def: MacroDef, item: Span): string {
  if (def.path !== file.path) return def.ended === undefined ? '' : 'ended';
  const start = item.start + file.offset;
  const place = (at: number): string => (at <= start ? '<' : at >= item.end + file.offset ? '>' : `${at - start}`);
  const ended = def.ended === undefined ? '' : place(def.ended);
  return `${place(def.start)}${ended}${def.previous ? `,${def.previous.body}${placesOf(file, def.previous, item)}` : ''}`;
}

/** `##` between names; behind a comma, in front of the last arguments, it only makes the comma go. */
const pastesNames = ({ body, variadic }: MacroDef): boolean =>
  body.includes('##') && (!variadic || body.replace(/,\s*##\s*\w+/g, '').includes('##'));

/** The definitions of the macros among some names, and of those that they use. */
function macrosIn(file: FileContext, words: readonly string[], item: Span): string {
  const found = new Set<string>();
  let out = '';
  const add = (word: string): void => {
    const def = found.has(word) ? undefined : file.macros.get(word);
    if (!def) return;
    found.add(word);
    out += `${word}(${def.params?.join() ?? ''})${def.body}${placesOf(file, def, item)}\n`;
    // a body may paste names together: then nobody can tell what it uses
    if (pastesNames(def)) out += file.environment;
    for (const inner of wordsOfBody(def.body)) add(inner);
  };
  for (const word of words) add(word);
  return out;
}

/** Among the words of an item: macros paste names together there, and nobody can tell which. */
export const PASTED = '##';

/** The words of an item, and of the bodies of the macros among them. */
function wordsWithMacros(file: FileContext, item: TopLevelNode): Set<string> {
  const text = file.source.raw.slice(item.start, item.end);
  const words = new Set(file.kept?.wordsOf(text) ?? text.match(/[A-Za-z_]\w*/g));
  for (const word of words)
    for (let def = file.macros.get(word); def; def = def.previous) {
      if (def.body.includes('##') && pastesNames(def)) words.add(PASTED);
      for (const inner of wordsOfBody(def.body)) words.add(inner);
    }
  return words;
}

/** Hash of all that a function's lowered form depends on. */
export function functionKey(file: FileContext, item: TopLevelNode): string {
  const { regions, raw } = file.source;
  const text = raw.slice(item.start, item.end);
  // How it is masked can depend on what is in front of it.
  const masked = file.source.text.slice(item.start, item.end);
  const inside: string[] = [];
  choicesWithin(regions, item.start, item.end, inside);
  const { kept } = file;
  const condition = conditionAt(regions, item.start);
  const content = `|${condition === undefined ? '' : `#if ${condition}`}|${inside.join('|')}|${text}${masked === text ? '' : masked}`;
  if (!kept) return hashText(file.environment + content);
  const make = (): string => hashText(macrosIn(file, kept.wordsOf(text), item) + content);
  // between the same two definitions of macros, the same names mean the same
  const place = rank(file.definitions, item.start);
  return rank(file.definitions, item.end) === place
    ? kept.madeOf(`${file.environment}#${place}${content}`, make)
    : make();
}

/** How many of the sorted numbers are not above `at`. */
const rank = (sorted: readonly number[], at: number): number => countBefore(sorted.length, (i) => sorted[i]! <= at);

/** Offsets at which macros of the file itself begin or end to hold, sorted. */
export function definitionsIn(path: string, macros: Iterable<MacroDef>): number[] {
  const out: number[] = [];
  for (const macro of macros)
    for (let def: MacroDef | undefined = macro; def; def = def.previous) {
      if (def.path !== path) continue;
      out.push(def.start);
      if (def.ended !== undefined) out.push(def.ended);
    }
  return out.sort((a, b) => a - b);
}

/** What a name is where a macro may be another name for it. */
export function nameAfterMacros(macros: FileContext['macros'], name: string): string {
  const macro = macros.get(name);
  return macro && macro.params === null && /^[A-Za-z_]\w*$/.test(macro.body) ? macro.body : name;
}

function readSignature(cx: Cx, head: SNode): { params: readonly Param[]; returns: CType; variadic: boolean } {
  const spec = field(head, 'type');
  const base: CType = spec ? lowerType(cx, spec) : { kind: 'base', name: 'int' };
  const declarator = field(head, 'declarator');
  const d: Declared | undefined = declarator && applyDeclarator(cx, declarator, base);
  const list = d?.parameters;
  const { params, variadic } = list ? lowerParams(cx, list) : { params: [], variadic: false };
  const returns = d?.type.kind === 'function' ? d.type.returns : base;
  if (!list?.children.some((c) => c.type === 'identifier')) return { params, returns, variadic };
  // K&R: the types stand in declarations between the list and the body.
  const types = new Map<string, CType>();
  for (const child of head.children) {
    if (child.type !== 'declaration') continue;
    for (const x of lowerDeclaration(cx, child)) types.set(x.name, x.type);
  }
  return {
    params: params.map((p) => ({ ...p, type: (p.name !== null && types.get(p.name)) || p.type })),
    returns,
    variadic,
  };
}

/** The unknown conditions that hold at an offset, joined; undefined if none. */
export function conditionAt(regions: readonly ChoiceRegion[], at: number): string | undefined {
  const parts: string[] = [];
  let list = regions;
  for (;;) {
    const region = list.find((r) => at >= r.start && at < r.end);
    if (!region) break;
    const index = region.branches.findIndex((b) => at >= b.start && at < b.end);
    const b = region.branches[index];
    if (!b) break;
    if (b.condition !== null) parts.push(b.condition);
    else
      for (const other of region.branches)
        if (other !== b && other.condition !== null)
          parts.push(/^\w+(?:\([^()]*\))?$/.test(other.condition) ? `!${other.condition}` : `!(${other.condition})`);
    list = b.inner;
  }
  return parts.length === 0 ? undefined : parts.join(' && ');
}

function choicesWithin(regions: readonly ChoiceRegion[], start: number, end: number, out: string[]): void {
  for (const r of regions) {
    if (r.end <= start || r.start >= end) continue;
    for (const b of r.branches) {
      if (r.start >= start) out.push(b.condition ?? 'else');
      choicesWithin(b.inner, start, end, out);
    }
  }
}
