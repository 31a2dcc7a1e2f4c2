/**
 * The one place that touches web-tree-sitter. Everything above works on `SNode` snapshots: plain objects read out of
 * the wasm heap in one walk, so that nothing outside this file can outlive a tree or climb a broken one.
 */
import { Edit, Language, Parser, type Node, type Tree } from 'web-tree-sitter';
import { changeBetween } from './edit.ts';
import { shifted } from './source.ts';
import { useModule, walkTree, type TreeWalk } from './tree-walk.ts';

/** A syntax node copied out of the parser. Unfielded punctuation is left out. */
export interface SNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** Name of the field that this node fills in its parent. */
  readonly field: string | null;
  readonly children: readonly SNode[];
}

/** One child of the root, as far as it can be told without reading its subtree. */
export interface TopLevelNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** The subtree holds an ERROR or MISSING node. */
  readonly hasError: boolean;
  /** A function whose body is parsed from its text alone (outline.ts): only who asks whether it has errors makes it be parsed. */
  readonly isOutlined?: boolean;
  /** Of a function: its key (function-item.ts), as far as nothing that it depends on has changed since. */
  key?: string | undefined;
  /** The subtree, `by` further down; without its `body` field if `skipBody`. Undefined once the tree has been replaced: parse the slice again. */
  snapshot(skipBody?: boolean, by?: number): SNode | undefined;
}

/** A parsed text: good until the next parse of the same path. */
export interface ParsedText {
  readonly top: readonly TopLevelNode[];
  readonly hasError: boolean;
  /** Where the wasm parser gave up (time limit), if it did. */
  readonly timedOut: boolean;
}

/** A text that was parsed once. */
export interface ParsedOnce {
  readonly root: SNode;
  readonly hasError: boolean;
  /** Where those of the root's children start that have errors in them. */
  readonly wrong: ReadonlySet<number>;
}

/** The children of its root; `by`: so much further down. */
export function itemsOf({ root, wrong }: ParsedOnce, by = 0): TopLevelNode[] {
  return root.children.map((node) => ({
    type: node.type,
    start: node.start + by,
    end: node.end + by,
    hasError: wrong.has(node.start),
    snapshot: (skipBody, further = 0) => shifted(node, by + further, skipBody),
  }));
}

/** Parser for masked C text. Not reentrant; one per thread. */
export interface CParser {
  /** Parses, re-using the tree that is kept for `path`. */
  parse(path: string, text: string): ParsedText;
  /** Parses a fragment, which stands at `at`, without keeping its tree; undefined if the parser gave up. */
  parseOnce(text: string, at?: number): ParsedOnce | undefined;
  /** Forgets the tree of `path`. */
  close(path: string): void;
  /** Forgets every tree and starts with a fresh parser (also done on its own after a wasm exception). */
  reset(): void;
  /** Exceptions out of the wasm code since creation. When `broken`, the thread that holds the parser should be restarted. */
  readonly crashes: number;
  readonly broken: boolean;
}

/** Where the two wasm files are: their bytes, or a path / URL. */
export interface WasmSource {
  readonly treeSitter: Uint8Array | string;
  readonly c: Uint8Array | string;
}

/** Deeper subtrees are cut off: the lowering recurses, and so do its users. */
export const MAX_TREE_DEPTH = 700;
/** ms after which a parse is given up. */
const PARSE_LIMIT = 3000;
/** Characters of a text with broken code that is parsed without its old tree. */
const MAX_ANEW = 300_000;
/** Trees kept for incremental parsing. */
const MAX_TREES = 64;

interface Held {
  text: string;
  tree: Tree;
  alive: { yes: boolean };
}

/** Loads the wasm modules and makes a parser. */
export async function createCParser(wasm: WasmSource): Promise<CParser> {
  const options: Record<string, unknown> = {};
  if (typeof wasm.treeSitter === 'string') {
    const at = wasm.treeSitter;
    options.locateFile = () => at;
  } else options.wasmBinary = wasm.treeSitter;
  await Parser.init(options);
  useModule(options);
  return new TreeSitterC(await Language.load(wasm.c));
}

class TreeSitterC implements CParser {
  private parser: Parser;
  private readonly held = new Map<string, Held>();
  private readonly types: readonly string[];
  private readonly fields: readonly (string | null)[];
  private readonly named: Uint8Array;
  crashes = 0;
  broken = false;

  constructor(private readonly language: Language) {
    this.parser = new Parser();
    this.parser.setLanguage(language);
    this.types = language.types;
    this.fields = language.fields;
    this.named = new Uint8Array(65536);
    for (let i = 0; i < this.types.length; i++) this.named[i] = language.nodeTypeIsNamed(i) ? 1 : 0;
    this.named[65535] = 1;
  }

  parse(path: string, text: string): ParsedText {
    const old = this.held.get(path);
    if (old) this.held.delete(path);
    let tree: Tree | null;
    try {
      tree = old?.text === text ? old.tree.copy() : old ? this.runAgain(text, old) : this.run(text, null);
      if (old) release(old);
    } catch {
      if (old) old.alive.yes = false;
      this.crash();
      tree = this.retry(text);
    }
    if (!tree) return { top: [], hasError: true, timedOut: true };
    const held: Held = { text, tree, alive: { yes: true } };
    this.held.set(path, held);
    if (this.held.size > MAX_TREES) {
      const oldest = this.held.keys().next().value;
      if (oldest !== undefined) this.drop(oldest);
    }
    try {
      return this.read(held);
    } catch {
      this.crash();
      return { top: [], hasError: true, timedOut: false };
    }
  }

  parseOnce(text: string, at = 0): ParsedOnce | undefined {
    let tree: Tree | null;
    try {
      tree = this.run(text, null);
      if (!tree) return undefined;
      const root = tree.rootNode;
      const wrong = new Set<number>();
      if (root.hasError) for (const node of root.children) if (node.hasError) wrong.add(node.startIndex + at);
      const result = { root: this.snapshot(root, false, at), hasError: root.hasError, wrong };
      tree.delete();
      return result;
    } catch {
      this.crash();
      return undefined;
    }
  }

  close(path: string): void {
    // Variants of the file are held as path#1…, what was edited in them as path#1#edited.
    for (const key of [...this.held.keys()])
      if (key.startsWith(path) && /^(?:#\d)?(?:#edited)?$/.test(key.slice(path.length))) this.drop(key);
  }

  private drop(path: string): void {
    const held = this.held.get(path);
    if (!held) return;
    this.held.delete(path);
    try {
      release(held);
    } catch {
      this.crash();
    }
  }

  reset(): void {
    for (const path of [...this.held.keys()]) this.drop(path);
    try {
      this.parser.delete();
    } catch {
      this.crashes++;
    }
    this.parser = new Parser();
    this.parser.setLanguage(this.language);
  }

  private run(text: string, old: Tree | null): Tree | null {
    const limit = Date.now() + PARSE_LIMIT;
    const tree = this.parser.parse(text, old, { progressCallback: () => Date.now() > limit });
    // A cancelled parse would be resumed by the next one, with other text.
    if (!tree) this.parser.reset();
    return tree;
  }

  /**
   * Parses what an edit made of a text. What the parser makes of broken code in an old tree depends on that tree: it begins anew, unless
   * that would take long.
   */
  private runAgain(text: string, old: Held): Tree | null {
    const isLong = text.length > MAX_ANEW;
    if (isLong || !old.tree.rootNode.hasError) {
      old.tree.edit(editBetween(old.text, text));
      const tree = this.run(text, old.tree);
      if (tree && (isLong || !tree.rootNode.hasError)) return tree;
      tree?.delete();
    }
    return this.run(text, null);
  }

  /** After an exception in the wasm code its heap can't be trusted: drop the trees unfreed, and take a new parser. */
  private crash(): void {
    this.crashes++;
    for (const held of this.held.values()) held.alive.yes = false;
    this.held.clear();
    try {
      this.parser = new Parser();
      this.parser.setLanguage(this.language);
      const probe = this.parser.parse('int a;', null);
      if (!probe || probe.rootNode.hasError) this.broken = true;
      probe?.delete();
    } catch {
      this.broken = true;
    }
  }

  private retry(text: string): Tree | null {
    if (this.broken) return null;
    try {
      return this.run(text, null);
    } catch {
      this.crash();
      return null;
    }
  }

  private read(held: Held): ParsedText {
    const root = held.tree.rootNode;
    const top: TopLevelNode[] = [];
    // A root of type ERROR has the recovered items as its children all the same.
    for (const node of root.children) {
      const type = node.type;
      if (type === 'comment' || type === ';') continue;
      const alive = held.alive;
      top.push({
        type,
        start: node.startIndex,
        end: node.endIndex,
        hasError: node.hasError,
        snapshot: (skipBody = false, by = 0) => {
          if (!alive.yes) return undefined;
          try {
            return this.snapshot(node, skipBody, by);
          } catch {
            this.crash();
            return undefined;
          }
        },
      });
    }
    return { top, hasError: root.hasError, timedOut: false };
  }

  private snapshot(node: Node, skipBody: boolean, by: number): SNode {
    const walk = walkTree(node);
    try {
      return this.copy(walk, skipBody, by);
    } finally {
      walk.close();
    }
  }

  /** Iterative on purpose: the depth of the tree is up to the input. */
  private copy(walk: TreeWalk, skipBody: boolean, by: number): SNode {
    const make = (typeId: number, fieldId: number): Writable => ({
      type: typeId === 65535 ? 'ERROR' : (this.types[typeId] ?? 'ERROR'),
      start: walk.start() + by,
      end: walk.end() + by,
      field: this.fields[fieldId] ?? null,
      children: [],
    });
    const root = make(walk.type(), walk.field());
    const stack = [root];
    if (!walk.down()) return root;
    for (;;) {
      const typeId = walk.type();
      const fieldId = walk.field();
      let descended = false;
      if (this.named[typeId] === 1 || fieldId !== 0) {
        const node = make(typeId, fieldId);
        if (node.type !== 'comment') {
          stack[stack.length - 1]!.children.push(node);
          if (
            !(skipBody && node.field === 'body' && stack.length === 1) &&
            stack.length < MAX_TREE_DEPTH &&
            walk.down()
          ) {
            stack.push(node);
            descended = true;
          }
        }
      }
      if (descended) continue;
      while (!walk.next()) {
        stack.pop();
        if (stack.length === 0 || !walk.up()) return root;
        if (stack.length === 0) return root;
      }
      if (stack.length === 0) return root;
    }
  }
}

type Writable = { type: string; start: number; end: number; field: string | null; children: SNode[] };

function release(held: Held): void {
  held.alive.yes = false;
  held.tree.delete();
}

const ORIGIN = { row: 0, column: 0 };

/** The single edit that turns one text into the other. Rows and columns are not used by anyone, but must be consistent. */
function editBetween(before: string, after: string): Edit {
  const { start, oldEnd, newEnd } = changeBetween(before, after);
  const startPosition = advance(ORIGIN, before, 0, start);
  return new Edit({
    startIndex: start,
    oldEndIndex: oldEnd,
    newEndIndex: newEnd,
    startPosition,
    oldEndPosition: advance(startPosition, before, start, oldEnd),
    newEndPosition: advance(startPosition, after, start, newEnd),
  });
}

function advance(
  from: { row: number; column: number },
  text: string,
  start: number,
  end: number,
): { row: number; column: number } {
  let { row, column } = from;
  let at = start;
  for (;;) {
    const line = text.indexOf('\n', at);
    if (line < 0 || line >= end) break;
    row++;
    column = 0;
    at = line + 1;
  }
  column += end - at;
  return { row, column };
}
