/** Walking expressions and statements. */
import type { CallExpr, Expr, InitItem, Stmt } from './ast.ts';

const NONE: readonly Expr[] = [];

/** Direct sub-expressions in source order; not those inside a statement expression's statements. */
export function children(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'call':
      return [e.callee, ...e.args];
    case 'unary':
    case 'update':
    case 'cast':
      return [e.arg];
    case 'binary':
    case 'assign':
      return [e.left, e.right];
    case 'cond':
      return e.then ? [e.test, e.then, e.else] : [e.test, e.else];
    case 'member':
      return [e.object];
    case 'index':
      return [e.object, e.index];
    case 'sizeof':
      return e.arg ? [e.arg] : NONE;
    case 'compound':
      return [e.init];
    case 'init':
      return e.items.flatMap((i) => [
        ...i.designators.flatMap((d) => ('index' in d ? (d.to ? [d.index, d.to] : [d.index]) : [])),
        i.value,
      ]);
    case 'opaque':
      return e.parts;
    default:
      return NONE;
  }
}

/** The same expression with its direct sub-expressions replaced; itself if none changed. */
export function mapChildren(e: Expr, f: (child: Expr) => Expr): Expr {
  switch (e.kind) {
    case 'call': {
      const callee = f(e.callee);
      const args = e.args.map(f);
      return callee === e.callee && args.every((a, i) => a === e.args[i]) ? e : { ...e, callee, args };
    }
    case 'unary':
    case 'update':
    case 'cast': {
      const arg = f(e.arg);
      return arg === e.arg ? e : { ...e, arg };
    }
    case 'binary':
    case 'assign': {
      const left = f(e.left);
      const right = f(e.right);
      return left === e.left && right === e.right ? e : { ...e, left, right };
    }
    case 'cond': {
      const test = f(e.test);
      const then = e.then && f(e.then);
      const otherwise = f(e.else);
      return test === e.test && then === e.then && otherwise === e.else
        ? e
        : { ...e, test, ...(then ? { then } : {}), else: otherwise };
    }
    case 'member': {
      const object = f(e.object);
      return object === e.object ? e : { ...e, object };
    }
    case 'index': {
      const object = f(e.object);
      const index = f(e.index);
      return object === e.object && index === e.index ? e : { ...e, object, index };
    }
    case 'sizeof': {
      if (!e.arg) return e;
      const arg = f(e.arg);
      return arg === e.arg ? e : { ...e, arg };
    }
    case 'compound': {
      const init = f(e.init);
      return init === e.init || init.kind !== 'init' ? e : { ...e, init };
    }
    case 'init': {
      const items: InitItem[] = e.items.map((i) => {
        const value = f(i.value);
        return value === i.value ? i : { ...i, value };
      });
      return items.every((x, i) => x === e.items[i]) ? e : { ...e, items };
    }
    case 'opaque': {
      const parts = e.parts.map(f);
      return parts.every((p, i) => p === e.parts[i]) ? e : { ...e, parts };
    }
    default:
      return e;
  }
}

/** Visits an expression and everything below it, parents first; return false to skip what is below. Statement expressions are entered. */
export function walkExpr(e: Expr, visit: (e: Expr) => boolean | void): void {
  if (visit(e) === false) return;
  // As `children` says, without lists: nothing else is called as often.
  switch (e.kind) {
    case 'id':
    case 'num':
    case 'str':
      return;
    case 'call':
      walkExpr(e.callee, visit);
      for (const a of e.args) walkExpr(a, visit);
      return;
    case 'unary':
    case 'update':
    case 'cast':
      walkExpr(e.arg, visit);
      return;
    case 'binary':
    case 'assign':
      walkExpr(e.left, visit);
      walkExpr(e.right, visit);
      return;
    case 'member':
      walkExpr(e.object, visit);
      return;
    case 'index':
      walkExpr(e.object, visit);
      walkExpr(e.index, visit);
      return;
    case 'stmtexpr':
      for (const s of e.body.body) walkStmt(s, { expr: visit });
      return;
    default:
      for (const c of children(e)) walkExpr(c, visit);
  }
}

/** What to do at each statement and at each expression below it. */
export interface StmtVisitor {
  stmt?(s: Stmt): boolean | void;
  expr?(e: Expr): boolean | void;
}

/** Visits a statement and everything below it, parents first. */
export function walkStmt(s: Stmt, visitor: StmtVisitor): void {
  if (visitor.stmt?.(s) === false) return;
  const expr = (e: Expr | undefined): void => {
    if (!e) return;
    if (visitor.expr) walkBoth(e, visitor);
    else if (visitor.stmt) statementsIn(e, visitor);
  };
  switch (s.kind) {
    case 'block':
      for (const b of s.body) walkStmt(b, visitor);
      break;
    case 'decl':
      for (const d of s.decls) expr(d.init);
      break;
    case 'expr':
      expr(s.expr);
      break;
    case 'if':
      expr(s.test);
      walkStmt(s.then, visitor);
      if (s.else) walkStmt(s.else, visitor);
      break;
    case 'while':
      expr(s.test);
      walkStmt(s.body, visitor);
      break;
    case 'do':
      walkStmt(s.body, visitor);
      expr(s.test);
      break;
    case 'for':
      if (s.init) walkStmt(s.init, visitor);
      expr(s.test);
      expr(s.update);
      walkStmt(s.body, visitor);
      break;
    case 'foreach':
      s.args.forEach(expr);
      walkStmt(s.body, visitor);
      break;
    case 'guard':
      s.args.forEach(expr);
      if (s.fail) walkStmt(s.fail, visitor);
      if (s.body) walkStmt(s.body, visitor);
      break;
    case 'switch':
      expr(s.value);
      walkStmt(s.body, visitor);
      break;
    case 'case':
      expr(s.value);
      expr(s.to);
      break;
    case 'return':
      expr(s.value);
      break;
    case 'choice':
      for (const b of s.branches) for (const x of b.body) walkStmt(x, visitor);
      break;
    case 'opaque':
      s.parts.forEach(expr);
      break;
    default:
  }
}

function walkBoth(e: Expr, visitor: StmtVisitor): void {
  if (visitor.expr?.(e) === false) return;
  if (e.kind === 'stmtexpr') for (const s of e.body.body) walkStmt(s, visitor);
  else for (const c of children(e)) walkBoth(c, visitor);
}

function statementsIn(e: Expr, visitor: StmtVisitor): void {
  if (e.kind === 'stmtexpr') for (const s of e.body.body) walkStmt(s, visitor);
  else for (const c of children(e)) statementsIn(c, visitor);
}

/** Every call in an expression, outermost first. */
export function callsIn(e: Expr): CallExpr[] {
  const calls: CallExpr[] = [];
  walkExpr(e, (x) => {
    if (x.kind === 'call') calls.push(x);
  });
  return calls;
}
