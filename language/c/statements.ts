/** Statements and blocks. Case labels, labels and conditional regions become siblings of what follows them. */
import type { BlockStmt, Expr, Stmt } from './ast.ts';
import { lowerDeclaration } from './declarations.ts';
import { collectParts, lowerExpr } from './expressions.ts';
import { macroAt, openAgain, openMacro } from './fragments.ts';
import { GUARD_LOOPS } from './masknames.ts';
import type { SNode } from './parser.ts';
import { type ChoiceRegion, type Cx, field, nodeText, rawText, spanOf } from './source.ts';

interface Item {
  readonly at: number;
  readonly stmt: Stmt;
}

/** A `{ … }`. */
export function lowerBlock(cx: Cx, node: SNode): BlockStmt {
  if (node.type !== 'compound_statement')
    return { kind: 'block', body: lowerStatements(cx, [node]), ...spanOf(cx, node) };
  return {
    kind: 'block',
    body: lowerStatements(cx, node.children, regionsWithin(cx, node.start, node.end)),
    ...spanOf(cx, node),
  };
}

/** Sibling statements, grouped by the conditional regions that they stand in. */
export function lowerStatements(cx: Cx, nodes: readonly SNode[], regions: readonly ChoiceRegion[] = []): Stmt[] {
  const items: Item[] = [];
  for (const node of nodes) lowerInto(cx, node, items);
  return regions.length === 0 ? items.map((i) => i.stmt) : group(cx, items, regions);
}

/** Regions of the file that lie inside a range, outermost ones only. */
function regionsWithin(cx: Cx, start: number, end: number): readonly ChoiceRegion[] {
  if (cx.src.regions.length === 0) return [];
  const found: ChoiceRegion[] = [];
  const visit = (list: readonly ChoiceRegion[]): void => {
    for (const r of list) {
      if (r.end <= start || r.start >= end) continue;
      if (r.start >= start && r.end <= end) found.push(r);
      else for (const b of r.branches) visit(b.inner);
    }
  };
  visit(cx.src.regions);
  return found;
}

function group(cx: Cx, items: readonly Item[], regions: readonly ChoiceRegion[]): Stmt[] {
  const out: Stmt[] = [];
  let i = 0;
  while (i < items.length) {
    const at = items[i]!.at;
    const region = regions.find((r) => at >= r.start && at < r.end);
    if (!region) {
      out.push(items[i++]!.stmt);
      continue;
    }
    const inside: Item[] = [];
    while (i < items.length && items[i]!.at < region.end) inside.push(items[i++]!);
    const branches = region.branches.map((b) => ({
      condition: b.condition,
      body: group(
        cx,
        inside.filter((x) => x.at >= b.start && x.at < b.end),
        b.inner,
      ),
    }));
    out.push({ kind: 'choice', branches, ...cx.src.origin(region.start, region.end) });
  }
  return out;
}

/** One statement, as the body of a loop or an if. */
export function lowerStatement(cx: Cx, node: SNode): Stmt {
  const items: Item[] = [];
  lowerInto(cx, node, items);
  if (items.length === 1) return items[0]!.stmt;
  return { kind: 'block', body: items.map((i) => i.stmt), ...spanOf(cx, node) };
}

function lowerInto(cx: Cx, node: SNode, out: Item[]): void {
  const span = spanOf(cx, node);
  const push = (stmt: Stmt): void => void out.push({ at: node.start, stmt });
  switch (node.type) {
    case 'compound_statement':
      return push(lowerBlock(cx, node));
    case 'expression_statement':
      return expressionStatement(cx, node, out);
    case 'declaration':
    case 'type_definition':
      return push({ kind: 'decl', decls: lowerDeclaration(cx, node), ...span });
    case 'if_statement': {
      const test = field(node, 'condition');
      const then = field(node, 'consequence');
      const alternative = field(node, 'alternative')?.children[0];
      return push({
        kind: 'if',
        test: condition(cx, test, node),
        then: then ? lowerStatement(cx, then) : { kind: 'empty', ...span },
        ...(alternative ? { else: lowerStatement(cx, alternative) } : {}),
        ...span,
      });
    }
    case 'while_statement':
      return push(whileOrLoop(cx, node));
    case 'do_statement': {
      const body = field(node, 'body');
      return push({
        kind: 'do',
        test: condition(cx, field(node, 'condition'), node),
        body: body ? lowerStatement(cx, body) : { kind: 'empty', ...span },
        ...span,
      });
    }
    case 'for_statement':
      return push(forOrLoop(cx, node));
    case 'switch_statement': {
      const body = field(node, 'body');
      return push({
        kind: 'switch',
        value: condition(cx, field(node, 'condition'), node),
        body: body ? lowerBlock(cx, body) : { kind: 'empty', ...span },
        ...span,
      });
    }
    case 'case_statement':
      return caseInto(cx, node, out);
    case 'labeled_statement': {
      const label = field(node, 'label');
      if (label) out.push({ at: node.start, stmt: { kind: 'label', name: nodeText(cx, label), ...spanOf(cx, label) } });
      for (const child of node.children) if (child !== label) lowerInto(cx, child, out);
      return;
    }
    case 'goto_statement': {
      const label = field(node, 'label');
      return push({ kind: 'goto', label: label ? nodeText(cx, label) : null, ...span });
    }
    case 'return_statement': {
      const value = node.children[0];
      return push(value ? { kind: 'return', value: lowerExpr(cx, value), ...span } : { kind: 'return', ...span });
    }
    case 'break_statement':
      return push({ kind: 'break', ...span });
    case 'continue_statement':
      return push({ kind: 'continue', ...span });
    case 'attributed_statement': {
      const inner = node.children[node.children.length - 1];
      if (inner) lowerInto(cx, inner, out);
      return;
    }
    case 'else_clause':
      for (const child of node.children) lowerInto(cx, child, out);
      return;
    case 'struct_specifier':
    case 'union_specifier':
    case 'enum_specifier':
      return push({ kind: 'empty', ...span });
    case 'function_definition':
      return nestedDefinition(cx, node, out);
    case 'comment':
      return;
    default: {
      const parts: Expr[] = [];
      collectParts(cx, node, parts);
      return push({ kind: 'opaque', text: rawText(cx, node), parts, ...span });
    }
  }
}

/** Inside of a body this is a misread macro with a block, or a GNU nested function: unknown either way. */
function nestedDefinition(cx: Cx, node: SNode, out: Item[]): void {
  const parts: Expr[] = [];
  collectParts(cx, node, parts);
  out.push({ at: node.start, stmt: { kind: 'opaque', text: rawText(cx, node), parts, ...spanOf(cx, node) } });
}

function condition(cx: Cx, node: SNode | undefined, owner: SNode): Expr {
  if (!node) return { kind: 'opaque', text: '', parts: [], ...spanOf(cx, owner) };
  return lowerExpr(cx, node);
}

function caseInto(cx: Cx, node: SNode, out: Item[]): void {
  const value = field(node, 'value');
  const range = value?.type === 'binary_expression' ? field(value, 'operator') : undefined;
  let end = value ? value.end : node.start + 7;
  const colon = cx.src.text.indexOf(':', end);
  if (colon >= 0 && colon < node.end) end = colon + 1;
  const span = cx.src.origin(node.start, end);
  const left = value && field(value, 'left');
  const right = value && field(value, 'right');
  if (value && range && left && right && cx.src.notes.get(range.start)?.kind === 'range') {
    out.push({ at: node.start, stmt: { kind: 'case', value: lowerExpr(cx, left), to: lowerExpr(cx, right), ...span } });
  } else
    out.push({
      at: node.start,
      stmt: value ? { kind: 'case', value: lowerExpr(cx, value), ...span } : { kind: 'case', ...span },
    });
  for (const child of node.children) if (child !== value) lowerInto(cx, child, out);
}

function loopName(cx: Cx, node: SNode): string | undefined {
  const note = cx.src.notes.get(node.start);
  return note?.kind === 'loop' ? note.name : undefined;
}

/** Arguments of a loop macro: the masked `while (a, b, c)` reads as a comma expression. */
function commaArgs(cx: Cx, node: SNode | undefined): Expr[] {
  const args: Expr[] = [];
  const visit = (n: SNode): void => {
    if (n.type !== 'comma_expression') {
      args.push(lowerExpr(cx, n));
      return;
    }
    const left = field(n, 'left');
    const right = field(n, 'right');
    if (left) visit(left);
    if (right) visit(right);
  };
  if (node) for (const child of node.type === 'parenthesized_expression' ? node.children : [node]) visit(child);
  return args;
}

function whileOrLoop(cx: Cx, node: SNode): Stmt {
  const span = spanOf(cx, node);
  const test = field(node, 'condition');
  const bodyNode = field(node, 'body');
  const name = loopName(cx, node);
  if (name === undefined) {
    const body: Stmt = bodyNode ? lowerStatement(cx, bodyNode) : { kind: 'empty', ...span };
    return { kind: 'while', test: condition(cx, test, node), body, ...span };
  }
  if (test) {
    const expanded = expandLoop(cx, node, name, test.start, test.end, bodyNode);
    if (expanded) return expanded;
  }
  return namedLoop(cx, node, name, test, bodyNode);
}

function namedLoop(cx: Cx, node: SNode, name: string, test: SNode | undefined, bodyNode: SNode | undefined): Stmt {
  const span = spanOf(cx, node);
  const body: Stmt = bodyNode ? lowerStatement(cx, bodyNode) : { kind: 'empty', ...span };
  const args = commaArgs(cx, test);
  if (GUARD_LOOPS.has(name)) {
    const [first, ...rest] = args;
    const className = first?.kind === 'id' ? first.name : '';
    if (name === 'scoped_guard') return { kind: 'guard', name, className, args: rest, body, ...span };
    const [failure, ...others] = rest;
    const fail = failure ? statementArgument(cx, failure, test) : undefined;
    return { kind: 'guard', name, className, args: others, body, ...(fail ? { fail } : {}), ...span };
  }
  const nameSpan = cx.src.origin(node.start, node.start + name.length);
  return { kind: 'foreach', name, nameSpan: { start: nameSpan.start, end: nameSpan.end }, args, body, ...span };
}

/** `return -EINTR` given to a macro: masked as a name, read here as what it is. */
function statementArgument(cx: Cx, arg: Expr, list: SNode | undefined): Stmt {
  const span = { start: arg.start, end: arg.end };
  if (arg.kind === 'opaque' && list) {
    for (const [at, note] of cx.src.notes) {
      if (at < list.start || at >= list.end || note.kind !== 'stmt' || note.text !== arg.text) continue;
      const opened = openAgain(cx, 'stmt', at, `${note.text}`);
      const stmts = opened ? lowerStatements(opened.cx, opened.statements).filter((s) => s.kind !== 'empty') : [];
      if (stmts.length === 1) return stmts[0]!;
    }
  }
  return { kind: 'expr', expr: arg, ...span };
}

/** A project's own loop macro is read as the loop that it is, when its definition is at hand. */
function expandLoop(
  cx: Cx,
  node: SNode,
  name: string,
  open: number,
  end: number,
  body: SNode | undefined,
): Stmt | undefined {
  const macro = macroAt(cx, name, node.start);
  if (!macro?.params || !body) return undefined;
  const opened = openMacro(cx, 'stmt', { ...macro, body: `${macro.body} ;` }, { start: node.start, end }, open);
  const loop = opened?.statements.find((s) => s.type !== 'expression_statement' || s.children.length > 0);
  if (!opened || !loop) return undefined;
  const [stmt] = lowerStatements(opened.cx, [loop]);
  return stmt && withBody(stmt, lowerStatement(cx, body), spanOf(cx, node));
}

/** Puts the real body into the innermost loop of an expanded loop head. */
function withBody(stmt: Stmt, body: Stmt, span: { start: number; end: number }): Stmt | undefined {
  switch (stmt.kind) {
    case 'for':
    case 'while':
    case 'foreach': {
      if (stmt.body.kind === 'empty') return { ...stmt, ...span, body };
      const inner = withBody(stmt.body, body, span);
      return inner && { ...stmt, ...span, body: inner };
    }
    case 'if': {
      if (stmt.else) {
        if (stmt.else.kind === 'empty') return { ...stmt, ...span, else: body };
        const inner = withBody(stmt.else, body, span);
        return inner && { ...stmt, ...span, else: inner };
      }
      return stmt.then.kind === 'empty' ? { ...stmt, ...span, then: body } : undefined;
    }
    default:
      return undefined;
  }
}

function forOrLoop(cx: Cx, node: SNode): Stmt {
  const span = spanOf(cx, node);
  const bodyNode = field(node, 'body');
  const name = loopName(cx, node);
  // A loop macro without arguments; one that takes the head of a for loop is read as that loop.
  if (name !== undefined && bodyNode) {
    const expanded = expandLoop(cx, node, name, cx.src.raw.indexOf('(', node.start), bodyNode.start, bodyNode);
    if (expanded) return expanded;
  }
  if (name !== undefined && !field(node, 'condition') && !field(node, 'initializer'))
    return namedLoop(cx, node, name, undefined, bodyNode);
  const init = field(node, 'initializer');
  const test = field(node, 'condition');
  const update = field(node, 'update');
  return {
    kind: 'for',
    ...(init
      ? {
          init:
            init.type === 'declaration'
              ? lowerStatement(cx, init)
              : ({ kind: 'expr', expr: lowerExpr(cx, init), ...spanOf(cx, init) } as const),
        }
      : {}),
    ...(test ? { test: lowerExpr(cx, test) } : {}),
    ...(update ? { update: lowerExpr(cx, update) } : {}),
    body: bodyNode ? lowerStatement(cx, bodyNode) : { kind: 'empty', ...span },
    ...span,
  };
}

function expressionStatement(cx: Cx, node: SNode, out: Item[]): void {
  const span = spanOf(cx, node);
  const push = (stmt: Stmt): void => void out.push({ at: node.start, stmt });
  const e = node.children[0];
  if (!e) return push({ kind: 'empty', ...span });
  if (e.type === 'call_expression') {
    const guard = guardCall(cx, e);
    if (guard) return push({ ...guard, ...span });
    if (expandStatement(cx, e, node, out)) return;
  } else if (e.type === 'identifier') {
    // A pseudo keyword; it is an attribute to the compiler.
    if (nodeText(cx, e) === 'fallthrough') return push({ kind: 'empty', ...span });
    if (expandStatement(cx, e, node, out)) return;
  }
  push({ kind: 'expr', expr: lowerExpr(cx, e), ...span });
}

/** guard(mutex)(&lock), CLASS(fd, f)(arg). */
function guardCall(cx: Cx, e: SNode): Stmt | undefined {
  const inner = field(e, 'function');
  const list = field(e, 'arguments');
  const callee = inner?.type === 'call_expression' ? field(inner, 'function') : undefined;
  if (!inner || !list || callee?.type !== 'identifier') return undefined;
  const name = nodeText(cx, callee);
  if (name !== 'guard' && name !== 'CLASS' && name !== 'cond_guard' && name !== 'ACQUIRE') return undefined;
  const classArgs = field(inner, 'arguments')?.children ?? [];
  const first = classArgs[0];
  if (!first) return undefined;
  const args: Expr[] = [...classArgs.slice(1), ...list.children].map((c) => lowerExpr(cx, c));
  return { kind: 'guard', name, className: nodeText(cx, first), args, ...spanOf(cx, e) };
}

/** A macro that is used as a statement may be several, with jumps among them. */
function expandStatement(cx: Cx, e: SNode, node: SNode, out: Item[]): boolean {
  const callee = e.type === 'call_expression' ? field(e, 'function') : e;
  const list = field(e, 'arguments');
  if (callee?.type !== 'identifier') return false;
  const macro = macroAt(cx, nodeText(cx, callee), callee.start);
  if (!macro || (macro.params === null) !== (e.type === 'identifier')) return false;
  if (macro.body === '') {
    out.push({ at: node.start, stmt: { kind: 'empty', ...spanOf(cx, node) } });
    return true;
  }
  const opened = openMacro(cx, 'stmt', macro, e, list?.start);
  if (!opened) return false;
  for (const stmt of lowerStatements(opened.cx, opened.statements))
    if (stmt.kind !== 'empty') out.push({ at: node.start, stmt });
  return true;
}
