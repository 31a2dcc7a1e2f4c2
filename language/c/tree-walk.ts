/** Walking a tree inside of the wasm module, node by node. */

/** What is used of web-tree-sitter's cursor and node: that package is parser.ts's business. */
interface TreeCursor {
  readonly nodeTypeId: number;
  readonly currentFieldId: number;
  readonly startIndex: number;
  readonly endIndex: number;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
  delete(): void;
}
interface Node {
  readonly typeId: number;
  readonly tree: object;
  walk(): TreeCursor;
}

/** A walk over a tree: where it stands, and whether it could move. */
export interface TreeWalk {
  type(): number;
  field(): number;
  start(): number;
  end(): number;
  down(): boolean;
  next(): boolean;
  up(): boolean;
  close(): void;
}

function cursorWalk(cursor: TreeCursor): TreeWalk {
  return {
    type: () => cursor.nodeTypeId,
    field: () => cursor.currentFieldId,
    start: () => cursor.startIndex,
    end: () => cursor.endIndex,
    down: () => cursor.gotoFirstChild(),
    next: () => cursor.gotoNextSibling(),
    up: () => cursor.gotoParent(),
    close: () => cursor.delete(),
  };
}

/** The functions of the wasm module that work on the cursor in the transfer buffer. */
interface Binding {
  _ts_tree_cursor_new_wasm(tree: number): void;
  _ts_tree_cursor_delete_wasm(tree: number): void;
  _ts_tree_cursor_current_node_type_id_wasm(tree: number): number;
  _ts_tree_cursor_current_field_id_wasm(tree: number): number;
  _ts_tree_cursor_start_index_wasm(tree: number): number;
  _ts_tree_cursor_end_index_wasm(tree: number): number;
  _ts_tree_cursor_goto_first_child_wasm(tree: number): number;
  _ts_tree_cursor_goto_next_sibling_wasm(tree: number): number;
  _ts_tree_cursor_goto_parent_wasm(tree: number): number;
}
let binding: Binding | undefined;

/**
 * A walk that leaves the cursor in the wasm module's transfer buffer: web-tree-sitter's TreeCursor copies it in and out
 * for every question, which takes ten times as long. Nothing else may use the module until `close`. Undefined where
 * the module does not offer its functions (another version of web-tree-sitter).
 */
function rawWalk(node: Node): TreeWalk | undefined {
  const tree = (node.tree as { readonly 0?: unknown })[0];
  const wasm = binding;
  if (!wasm || typeof tree !== 'number') return undefined;
  // Any question about the node puts it into the transfer buffer, where the new cursor is made from it.
  void node.typeId;
  wasm._ts_tree_cursor_new_wasm(tree);
  return {
    type: () => wasm._ts_tree_cursor_current_node_type_id_wasm(tree),
    field: () => wasm._ts_tree_cursor_current_field_id_wasm(tree),
    start: () => wasm._ts_tree_cursor_start_index_wasm(tree),
    end: () => wasm._ts_tree_cursor_end_index_wasm(tree),
    down: () => wasm._ts_tree_cursor_goto_first_child_wasm(tree) === 1,
    next: () => wasm._ts_tree_cursor_goto_next_sibling_wasm(tree) === 1,
    up: () => wasm._ts_tree_cursor_goto_parent_wasm(tree) === 1,
    close: () => wasm._ts_tree_cursor_delete_wasm(tree),
  };
}

/** The wasm module's functions, which web-tree-sitter puts on the options that it was started with. */
function bindingOf(options: object): Binding | undefined {
  const names: readonly (keyof Binding)[] = [
    '_ts_tree_cursor_new_wasm',
    '_ts_tree_cursor_delete_wasm',
    '_ts_tree_cursor_current_node_type_id_wasm',
    '_ts_tree_cursor_current_field_id_wasm',
    '_ts_tree_cursor_start_index_wasm',
    '_ts_tree_cursor_end_index_wasm',
    '_ts_tree_cursor_goto_first_child_wasm',
    '_ts_tree_cursor_goto_next_sibling_wasm',
    '_ts_tree_cursor_goto_parent_wasm',
  ];
  const given = options as Partial<Binding>;
  return names.every((name) => typeof given[name] === 'function') ? (given as Binding) : undefined;
}

/** Tells where web-tree-sitter's module is: the options that it was first started with. */
export function useModule(options: object): void {
  binding ??= bindingOf(options);
}

/** A walk that begins at `node`. To be closed before the tree is used in any other way. */
export function walkTree(node: Node): TreeWalk {
  return rawWalk(node) ?? cursorWalk(node.walk());
}
