/** What stands at file scope: functions, and the declarations of records, enums, typedefs and variables. */
import type { BlockStmt, CType, Declarator, EnumDef, Param, RecordDef, Span } from './ast.ts';
import { lowerDeclaration } from './declarations.ts';
import { hashText } from './hash.ts';
import type { CParser, SNode, TopLevelNode } from './parser.ts';
import { type ChoiceRegion, type Cx, field, type Fragment, type LowerEnv, nodeText, type Source } from './source.ts';
import { lowerBlock } from './statements.ts';
import { applyDeclarator, type Declared, lowerEnum, lowerParams, lowerRecord, lowerType } from './types.ts';
import type { FunctionDef, MacroDef } from './unit.ts';
import type { MaskMacros } from './mask.ts';

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
}

const MACRO_BUDGET = 3000;

function context(file: FileContext): Cx {
  const env: LowerEnv = {
    parser: file.parser,
    macros: file.macros,
    maskMacros: file.maskMacros,
    cache: file.cache,
    budget: MACRO_BUDGET,
  };
  return { env, src: file.source };
}

/** The subtree of an item: from the live tree, or parsed again when that is gone. */
function treeOf(file: FileContext, item: TopLevelNode, skipBody: boolean): SNode | undefined {
  const live = item.snapshot(skipBody);
  if (live) return live;
  const parsed = file.parser.parseOnce(file.source.text.slice(item.start, item.end));
  const node = parsed?.root.children.find((c) => c.type === item.type) ?? parsed?.root.children[0];
  return node && shifted(node, item.start);
}

function shifted(node: SNode, by: number): SNode {
  return { ...node, start: node.start + by, end: node.end + by, children: node.children.map((c) => shifted(c, by)) };
}

/** A function definition; its body is lowered on demand. */
class LazyFunction implements FunctionDef {
  readonly name: string;
  readonly nameSpan: Span;
  readonly start: number;
  readonly end: number;
  readonly bodySpan: Span;
  readonly hasError: boolean;
  readonly key: string;
  readonly isStatic: boolean;
  readonly isInline: boolean;
  readonly condition?: string;
  readonly path: string;
  private signature:
    { readonly params: readonly Param[]; readonly returns: CType; readonly variadic: boolean } | undefined;
  private lowered: BlockStmt | undefined;

  constructor(
    private readonly file: FileContext,
    private readonly item: TopLevelNode,
    private readonly head: SNode,
    nameNode: SNode,
    body: SNode,
  ) {
    const src = file.source;
    this.path = file.path;
    this.name = functionName(context(file), nameNode);
    this.nameSpan = { start: nameNode.start, end: nameNode.end };
    this.start = item.start;
    this.end = item.end;
    this.bodySpan = { start: body.start, end: body.end };
    this.hasError = item.hasError;
    const prefix = src.raw.slice(head.start, nameNode.start);
    this.isStatic =
      /\bstatic\b/.test(prefix) ||
      head.children.some((c) => c.type === 'storage_class_specifier' && nodeText(context(file), c) === 'static');
    this.isInline = /\b(?:__always_)?inline(?:__)?\b|\b__inline\b/.test(prefix);
    const condition = conditionAt(src.regions, item.start);
    if (condition !== undefined) this.condition = condition;
    const inside: string[] = [];
    choicesWithin(src.regions, item.start, item.end, inside);
    this.key = hashText(
      `${file.environment}|${condition ?? ''}|${inside.join('|')}|${src.raw.slice(item.start, item.end)}`,
    );
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
    const cx = context(this.file);
    const node = treeOf(this.file, this.item, false);
    const body = node && (field(node, 'body') ?? node.children.find((c) => c.type === 'compound_statement'));
    this.lowered = body ? lowerBlock(cx, body) : { kind: 'block', body: [], ...this.bodySpan };
    return this.lowered;
  }

  private head_(): { readonly params: readonly Param[]; readonly returns: CType; readonly variadic: boolean } {
    return (this.signature ??= readSignature(context(this.file), this.head));
  }
}

/** Name after macros: `#define foo_open bar_open` renames the function. */
function functionName(cx: Cx, node: SNode): string {
  const name = nodeText(cx, node);
  const macro = cx.env.macros.get(name);
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

/** Results of the last reading of a file, by the text of the item. */
export interface ItemMemo {
  readonly environment: string;
  /** Heads of functions, by function text. */
  readonly heads: Map<string, SNode>;
  /** Declarations, by offset: they hold offsets and are good only where they were. */
  readonly declarations: Map<number, { readonly text: string; readonly declared: Declarations }>;
}

/** Functions of a parsed file in source order. */
export function readFunctions(
  file: FileContext,
  top: readonly TopLevelNode[],
  memo?: ItemMemo,
): (FunctionDef & { readonly path: string })[] {
  const out: (FunctionDef & { readonly path: string })[] = [];
  const add = (item: TopLevelNode, head: SNode): void => {
    const declarator = field(head, 'declarator');
    const body = field(head, 'body');
    const name = declarator && nameOf(declarator);
    if (name && body) out.push(new LazyFunction(file, item, head, name, body));
  };
  for (const item of top) {
    if (item.type === 'function_definition') {
      const head = headOf(file, item, memo);
      if (head) add(item, head);
    } else if (item.type === 'ERROR' || item.type === 'linkage_specification' || item.type === 'declaration_list') {
      const tree = item.snapshot();
      if (tree)
        nested(tree, (node) =>
          add(
            {
              type: node.type,
              start: node.start,
              end: node.end,
              hasError: item.type === 'ERROR',
              snapshot: () => node,
            },
            node,
          ),
        );
    }
  }
  return out;
}

/** The head of a function, from the memo if its text has been seen. */
function headOf(file: FileContext, item: TopLevelNode, memo: ItemMemo | undefined): SNode | undefined {
  if (!memo) return item.snapshot(true);
  const text = hashText(file.source.text.slice(item.start, item.end));
  const known = memo.heads.get(text);
  if (known) return known.start === item.start ? known : shifted(known, item.start - known.start);
  const head = item.snapshot(true);
  if (head) {
    if (memo.heads.size > 5000) memo.heads.clear();
    memo.heads.set(text, head);
  }
  return head;
}

function nested(node: SNode, found: (node: SNode) => void): void {
  for (const child of node.children) {
    if (child.type === 'function_definition') found(child);
    else if (child.type === 'ERROR' || child.type === 'linkage_specification' || child.type === 'declaration_list')
      nested(child, found);
  }
}

function nameOf(declarator: SNode): SNode | undefined {
  let at: SNode | undefined = declarator;
  for (let guard = 0; at && guard < 60; guard++) {
    if (at.type === 'identifier') return at;
    const inner: SNode | undefined =
      field(at, 'declarator') ?? at.children.find((c) => c.type.endsWith('declarator') || c.type === 'identifier');
    at = inner;
  }
  return undefined;
}

/** Types and variables of a file. */
export interface Declarations {
  readonly records: Map<string, RecordDef>;
  readonly enums: EnumDef[];
  readonly typedefs: Map<string, CType>;
  readonly globals: Declarator[];
  readonly prototypes: Set<string>;
}

/** Nothing declared yet. */
export function emptyDeclarations(): Declarations {
  return { records: new Map(), enums: [], typedefs: new Map(), globals: [], prototypes: new Set() };
}

/** Adds what another reading declared. */
export function addDeclarations(into: Declarations, from: Declarations): void {
  for (const [k, v] of from.records) into.records.set(k, v);
  for (const [k, v] of from.typedefs) into.typedefs.set(k, v);
  into.enums.push(...from.enums);
  into.globals.push(...from.globals);
  for (const name of from.prototypes) into.prototypes.add(name);
}

/** Reads every declaration at file scope, and the types declared inside of them. */
export function readDeclarations(
  file: FileContext,
  top: readonly TopLevelNode[],
  into: Declarations,
  memo?: ItemMemo,
): void {
  for (const item of top) {
    if (item.type === 'function_definition' || item.type === 'expression_statement' || item.type.startsWith('preproc_'))
      continue;
    if (memo) {
      const text = file.source.raw.slice(item.start, item.end);
      let known = memo.declarations.get(item.start);
      if (known?.text !== text) {
        const tree = treeOf(file, item, false);
        known = { text, declared: emptyDeclarations() };
        if (tree) declarationsOf(file, tree, known.declared);
        if (memo.declarations.size > 20_000) memo.declarations.clear();
        memo.declarations.set(item.start, known);
      }
      addDeclarations(into, known.declared);
      continue;
    }
    const tree = treeOf(file, item, false);
    if (tree) declarationsOf(file, tree, into);
  }
}

function declarationsOf(file: FileContext, tree: SNode, into: Declarations): void {
  const cx = context(file);
  switch (tree.type) {
    case 'declaration':
    case 'type_definition': {
      for (const c of tree.children) typesIn(cx, c, into);
      for (const d of lowerDeclaration(cx, tree)) {
        if (d.isTypedef) into.typedefs.set(d.name, d.type);
        else if (d.type.kind !== 'function') into.globals.push(d);
        else into.prototypes.add(d.name);
      }
      return;
    }
    case 'struct_specifier':
    case 'union_specifier':
    case 'enum_specifier':
      typesIn(cx, tree, into);
      return;
    case 'ERROR':
    case 'linkage_specification':
    case 'declaration_list':
      for (const c of tree.children) declarationsOf(file, c, into);
      return;
    default:
  }
}

/** Named records and enums in a subtree, the ones inside of records too. */
function typesIn(cx: Cx, node: SNode, into: Declarations): void {
  if ((node.type === 'struct_specifier' || node.type === 'union_specifier') && field(node, 'body')) {
    const record = lowerRecord(cx, node);
    if (record.name !== null) into.records.set(record.name, record);
  } else if (node.type === 'enum_specifier' && field(node, 'body')) {
    into.enums.push(lowerEnum(cx, node));
    return;
  } else if (node.type === 'initializer_list' || node.type === 'init_declarator') return;
  for (const child of node.children) typesIn(cx, child, into);
}
