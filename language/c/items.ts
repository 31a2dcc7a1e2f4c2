/** What stands at file scope: functions, and the declarations of records, enums, typedefs and variables. */
import type { CType, Declarator, EnumDef, RecordDef } from './ast.ts';
import { lowerDeclaration } from './declarations.ts';
import { contextIn, type FileContext, functionKey, LazyFunction, placed, treeOf } from './function-item.ts';
import type { SNode, TopLevelNode } from './parser.ts';
import { type Cx, field, shifted } from './source.ts';
import { lowerEnum, lowerRecord } from './types.ts';
import type { FunctionDef } from './unit.ts';

/** Results of the last reading of a file, by the text of the item. */
export interface ItemMemo {
  /** Heads of functions by their keys, and where the functions began. */
  readonly heads: Map<string, { readonly head: SNode; readonly at: number }>;
  /** Declarations, by offset: they hold offsets and are good only where they were. */
  readonly declarations: Map<number, { readonly text: string; readonly declared: Declarations }>;
}

/** Functions of a parsed file in source order; `trusted`: keys that its items have hold. */
export function readFunctions(
  file: FileContext,
  top: readonly TopLevelNode[],
  memo?: ItemMemo,
  trusted = false,
): (FunctionDef & { readonly path: string })[] {
  const out: (FunctionDef & { readonly path: string })[] = [];
  const add = (item: TopLevelNode, isTrusted: boolean, headOf: () => SNode | undefined): void => {
    if (!isTrusted) item.key = undefined;
    const known = keptAt(file, item);
    if (known) {
      out.push(known);
      return;
    }
    const head = headOf();
    const declarator = head && field(head, 'declarator');
    const body = head && field(head, 'body');
    const name = declarator && nameOf(declarator);
    if (!name || !body) return;
    const made = new LazyFunction(file, item, head, { name, body }, item.key);
    file.kept?.add(made);
    out.push(made);
  };
  for (const item of top) {
    if (item.type === 'function_definition') {
      add(item, trusted, () => headOf(file, item, memo));
    } else if (holdsItems(item)) {
      const tree = item.snapshot();
      if (tree)
        nested(tree, (node) => {
          const { type, start, end } = node;
          const snapshot: TopLevelNode['snapshot'] = (skipBody, by = 0) => shifted(node, by, skipBody);
          const inner = { type, start, end, hasError: item.type === 'ERROR', snapshot };
          add(inner, false, () => node);
        });
    }
  }
  return out;
}

/** The function of an earlier parse, moved. */
function keptAt(file: FileContext, item: TopLevelNode): LazyFunction | undefined {
  const known = file.kept?.find(() => (item.key ??= functionKey(file, item)), item.start + file.base);
  // what the parser makes of broken code depends on what is around it
  if (!known || !known.isLike(item)) return undefined;
  known.moveTo(file, item);
  return known;
}

/** The head of a function, from the memo if its text has been seen. */
function headOf(file: FileContext, item: TopLevelNode, memo: ItemMemo | undefined): SNode | undefined {
  // who keeps functions has their heads; what the parser makes of broken code depends on what is around it
  if (!memo || file.kept || (!item.isOutlined && item.hasError)) return treeOf(file, item, true);
  const key = functionKey(file, item);
  const known = memo.heads.get(key);
  if (known) return known.at === item.start ? known.head : shifted(known.head, item.start - known.at);
  const head = treeOf(file, item, true);
  if (head) {
    if (memo.heads.size > 5000) memo.heads.clear();
    memo.heads.set(key, { head, at: item.start });
  }
  return head;
}

/** Functions may stand inside of it. */
export const holdsItems = ({ type }: { readonly type: string }): boolean =>
  type === 'ERROR' || type === 'linkage_specification' || type === 'declaration_list';

function nested(node: SNode, found: (node: SNode) => void): void {
  for (const child of node.children) {
    if (child.type === 'function_definition') found(child);
    else if (holdsItems(child)) nested(child, found);
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
        placed(file, known.declared);
        if (memo.declarations.size > 20_000) memo.declarations.clear();
        memo.declarations.set(item.start, known);
      }
      addDeclarations(into, known.declared);
      continue;
    }
    const tree = treeOf(file, item, false);
    if (!tree) continue;
    const declared = emptyDeclarations();
    declarationsOf(file, tree, declared);
    addDeclarations(into, placed(file, declared));
  }
}

function declarationsOf(file: FileContext, tree: SNode, into: Declarations): void {
  const cx = contextIn(file);
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
