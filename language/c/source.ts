/** A text that syntax nodes index into, and the way back from its offsets to the original file. */
import type { FromMacro, Span } from './ast.ts';
import type { CleanupNote, Masked, MaskMacros, MaskNote } from './mask-state.ts';
import type { CParser, SNode } from './parser.ts';
import type { MacroDef } from './unit.ts';

/** An unknown preprocessor conditional that was left in the text, both sides of it parsed. */
export interface ChoiceRegion extends Span {
  readonly branches: readonly ChoiceBranch[];
}

export interface ChoiceBranch extends Span {
  /** Normalised; null for #else. */
  readonly condition: string | null;
  readonly inner: readonly ChoiceRegion[];
}

/** The file's text, or the text that a macro expanded to. */
export interface Source {
  /** Masked. */
  readonly text: string;
  /** Unmasked, of the same length; branches that are not taken are blank. */
  readonly raw: string;
  readonly notes: ReadonlyMap<number, MaskNote>;
  readonly cleanups: readonly CleanupNote[];
  readonly regions: readonly ChoiceRegion[];
  /** Range in the original file. */
  origin(start: number, end: number): Span & FromMacro;
  /** Macros that must not be expanded at `at`, being the ones that are just expanded. */
  hidden(at: number): ReadonlySet<string>;
  readonly depth: number;
}

/** What lowering needs besides the text. */
export interface LowerEnv {
  /** The file that is read. */
  readonly path: string;
  /** Where in it the text begins. */
  readonly offset: number;
  readonly parser: CParser;
  readonly macros: ReadonlyMap<string, MacroDef>;
  readonly maskMacros: MaskMacros;
  readonly cache: Map<string, Fragment | null>;
  /** Macro expansions that may still be made for this function; stops exponential macros. */
  budget: number;
}

/** A context of lowering: where we are reading, and what we know. */
export interface Cx {
  readonly env: LowerEnv;
  readonly src: Source;
}

/** A parsed piece of text. */
export interface Fragment {
  readonly text: string;
  readonly notes: ReadonlyMap<number, MaskNote>;
  readonly cleanups: readonly CleanupNote[];
  /** Children of the function body that the text was wrapped in. */
  readonly statements: readonly SNode[];
}

export const EMPTY_SET: ReadonlySet<string> = new Set();

/** Text of a node, masked. */
export function nodeText(cx: Cx, node: SNode): string {
  return cx.src.text.slice(node.start, node.end);
}

/** Text of a node as written. */
export function rawText(cx: Cx, node: SNode): string {
  return cx.src.raw.slice(node.start, node.end);
}

/** Original range of a node. */
export function spanOf(cx: Cx, node: SNode): Span & FromMacro {
  return cx.src.origin(node.start, node.end);
}

/** The source of a file, or of a part of it that is read alone. */
export function sourceOf(raw: string, masked: Masked, regions: readonly ChoiceRegion[]): Source {
  const { text, notes, cleanups } = masked;
  return {
    ...{ text, raw, notes, cleanups, regions, depth: 0 },
    origin: (start, end) => ({ start, end }),
    hidden: () => EMPTY_SET,
  };
}

/** The same nodes, further down; perhaps without what is in the body. */
export function shifted(node: SNode, by: number, skipBody = false): SNode {
  if (by === 0 && !skipBody) return node;
  const below = (c: SNode): SNode => shifted(skipBody && c.field === 'body' ? { ...c, children: [] } : c, by);
  return { ...node, start: node.start + by, end: node.end + by, children: node.children.map(below) };
}

/** The child that fills a field. */
export function field(node: SNode, name: string): SNode | undefined {
  for (const child of node.children) if (child.field === name) return child;
  return undefined;
}
