/** Expressions in the graph: conditions split at && || ! ?:, statement expressions taken out. */
import type { Expr, IdExpr } from './ast.ts';
import { type Builder, FALSE, type Loose, TRUE } from './cfg-build.ts';
import { children, mapChildren } from './walk.ts';

/** The two ways out of a condition. */
export interface Outcome {
  readonly yes: Loose[];
  readonly no: Loose[];
}

const TRANSPARENT: ReadonlySet<string> = new Set([
  'likely',
  'unlikely',
  '__builtin_expect',
  'likely_notrace',
  'unlikely_notrace',
]);

/** `WARN_ON(a || b)` is as true as what it is given; what it asks is an assertion, and stays one. */
const ASSERTS = /^WARN(_ON)?(_ONCE)?$/;

/** `WARN_ON(a || !b)` as `WARN_ON(a) || !WARN_ON(b)`, to be taken apart; null where there is nothing to take apart. */
function spreadAssertion(test: Expr): Expr | null {
  const arg = test.kind === 'call' && test.callee.kind === 'id' && ASSERTS.test(test.callee.name) && test.args[0];
  if (!arg || test.kind !== 'call') return null;
  const isJoint = (e: Expr): boolean =>
    (e.kind === 'binary' && (e.op === '&&' || e.op === '||')) || (e.kind === 'unary' && e.op === '!' && isJoint(e.arg));
  const spread = (e: Expr): Expr => {
    if (e.kind === 'binary' && (e.op === '&&' || e.op === '||'))
      return { ...e, left: spread(e.left), right: spread(e.right) };
    if (e.kind === 'unary' && e.op === '!') return { ...e, arg: spread(e.arg) };
    return { ...test, args: [e], start: e.start, end: e.end };
  };
  return isJoint(arg) ? spread(arg) : null;
}

/** Truth of a literal condition, undefined if it is none. */
export function constantTruth(expr: Expr): boolean | undefined {
  if (expr.kind === 'num') return expr.float !== undefined ? expr.float !== 0 : expr.value !== 0n;
  if (expr.kind === 'unary' && expr.op === '!') {
    const inner = constantTruth(expr.arg);
    return inner === undefined ? undefined : !inner;
  }
  if (expr.kind === 'str') return true;
  if (expr.kind === 'id')
    return expr.name === 'true' ? true : expr.name === 'false' || expr.name === 'NULL' ? false : undefined;
  return undefined;
}

type Chosen = Extract<Expr, { kind: 'cond' }> & { readonly then: Expr };

/**
 * `ret == nr ? 0 : -EFAULT`, `write ? pin_for_write(b) : pin(b)`: a choice between codes, numbers and results of calls, at least one of
 * which is written out or called. Which one it was goes with what else happened, so it is worth a way of its own; a choice between
 * pointers or flags is not.
 */
export function isChosenCode(e: Expr): e is Chosen {
  if (e.kind !== 'cond' || !e.then) return false;
  let telling = false;
  const arm = (x: Expr): boolean => {
    if (isChosenCode(x)) return (telling = true);
    if (x.kind === 'num' || (x.kind === 'unary' && x.op === '-')) return (telling = true);
    if (x.kind === 'call') return (telling = x.callee.kind !== 'id' || /[a-z]/.test(x.callee.name) || telling);
    return (x.kind === 'id' && /[a-z]/.test(x.name)) || x.kind === 'member';
  };
  return arm(e.then) && arm(e.else) && telling;
}

/** Takes expressions apart for a graph under construction. */
export class Flattener {
  private temporaries = 0;

  constructor(private readonly graph: Builder) {}

  /** Decomposes a condition. */
  condition(test: Expr, from: readonly Loose[], loop?: 'while' | 'do' | 'for'): Outcome {
    if (from.length === 0) return { yes: [], no: [] };
    const truth = constantTruth(test);
    if (truth !== undefined) return truth ? { yes: [...from], no: [] } : { yes: [], no: [...from] };
    if (test.kind === 'call' && test.callee.kind === 'id' && TRANSPARENT.has(test.callee.name) && test.args[0])
      return this.condition(test.args[0], from, loop);
    const spread = spreadAssertion(test);
    if (spread) return this.condition(spread, from, loop);
    if (test.kind === 'unary' && test.op === '!') {
      const inner = this.condition(test.arg, from, loop);
      return { yes: inner.no, no: inner.yes };
    }
    if (test.kind === 'binary' && test.op === '&&') {
      const left = this.condition(test.left, from, loop);
      const right = this.condition(test.right, left.yes, loop);
      return { yes: right.yes, no: [...left.no, ...right.no] };
    }
    if (test.kind === 'binary' && test.op === '||') {
      const left = this.condition(test.left, from, loop);
      const right = this.condition(test.right, left.no, loop);
      return { yes: [...left.yes, ...right.yes], no: right.no };
    }
    if (test.kind === 'binary' && test.op === ',')
      return this.condition(test.right, this.graph.effect(test.left, from), loop);
    if (test.kind === 'cond') {
      const which = this.condition(test.test, from, loop);
      const a = test.then ? this.condition(test.then, which.yes, loop) : { yes: which.yes, no: [] };
      const b = this.condition(test.else, which.no, loop);
      return { yes: [...a.yes, ...b.yes], no: [...a.no, ...b.no] };
    }
    if (test.kind === 'stmtexpr') {
      const flat = this.flatten(test, from);
      return this.branch(flat.expr, test, flat.from, loop);
    }
    const flat = this.flatten(test, from);
    return this.branch(flat.expr, test, flat.from, loop);
  }

  /** The condition of a loop: always at least one node, which back edges can go to. */
  loopCondition(test: Expr, from: readonly Loose[], loop: 'while' | 'do' | 'for'): Outcome {
    const truth = constantTruth(test);
    if (truth === undefined && from.length > 0) return this.condition(test, from, loop);
    const node = this.graph.add({ kind: 'branch', test, loop }, test, from);
    // Reached by a jump into the body only: undecomposed, but there.
    const yes = truth === false ? [] : [{ from: node, label: TRUE }];
    return { yes, no: truth === true ? [] : [{ from: node, label: FALSE }] };
  }

  /** Makes nodes for the statement expressions inside; what remains refers to their values. */
  flatten(expr: Expr, from: readonly Loose[]): { readonly expr: Expr; readonly from: Loose[] } {
    if (!holdsStatements(expr)) return { expr, from: [...from] };
    let at: Loose[] = [...from];
    const visit = (e: Expr): Expr => {
      if (at.length === 0 || !holdsStatements(e)) return e;
      if (e.kind === 'stmtexpr') {
        const value = this.temporary(e);
        at = this.statements(e, value, at);
        return value;
      }
      // Only one side of these runs.
      if (e.kind === 'cond' && (holdsStatements(e.else) || (e.then && holdsStatements(e.then)))) {
        const value = this.temporary(e);
        const which = this.condition(e.test, at);
        const yes = this.assign(
          value,
          e.then ?? { kind: 'num', value: 1n, text: '1', start: e.start, end: e.end },
          which.yes,
        );
        at = [...yes, ...this.assign(value, e.else, which.no)];
        return value;
      }
      if (e.kind === 'binary' && (e.op === '&&' || e.op === '||') && holdsStatements(e.right)) {
        const value = this.temporary(e);
        const which = this.condition(e, at);
        const yes = this.assign(value, { kind: 'num', value: 1n, text: '1', start: e.start, end: e.end }, which.yes);
        at = [
          ...yes,
          ...this.assign(value, { kind: 'num', value: 0n, text: '0', start: e.start, end: e.end }, which.no),
        ];
        return value;
      }
      return mapChildren(e, visit);
    };
    const result = visit(expr);
    return { expr: result, from: at };
  }

  private branch(expr: Expr, span: Expr, from: readonly Loose[], loop: 'while' | 'do' | 'for' | undefined): Outcome {
    if (from.length === 0) return { yes: [], no: [] };
    const node = this.graph.add(
      loop ? { kind: 'branch', test: expr, loop } : { kind: 'branch', test: expr },
      span,
      from,
    );
    return { yes: [{ from: node, label: TRUE }], no: [{ from: node, label: FALSE }] };
  }

  private temporary(e: Expr): IdExpr {
    return {
      kind: 'id',
      name: `$${++this.temporaries}`,
      start: e.start,
      end: e.end,
      ...(e.macro !== undefined ? { macro: e.macro } : {}),
    };
  }

  private assign(value: IdExpr, expr: Expr, from: readonly Loose[]): Loose[] {
    if (from.length === 0) return [];
    const flat = this.flatten(expr, from);
    if (flat.from.length === 0) return [];
    return this.graph.step(
      {
        kind: 'expr',
        expr: { kind: 'assign', op: '=', left: value, right: flat.expr, start: expr.start, end: expr.end },
      },
      expr,
      flat.from,
    );
  }

  private statements(e: Extract<Expr, { kind: 'stmtexpr' }>, value: IdExpr, from: readonly Loose[]): Loose[] {
    const height = this.graph.scopeHeight;
    let at: Loose[] = [...from];
    const last = e.body.body.length - 1;
    e.body.body.forEach((s, i) => {
      if (i === last && s.kind === 'expr') at = this.assign(value, s.expr, at);
      else at = this.graph.stmt(s, at);
    });
    return this.graph.leaveScope(height, at, { start: e.end, end: e.end });
  }
}

/** The text of an expression names a part that was worked out before it: that has no name in the source. */
export const namesTemporary = (text: string): boolean => /\$\d/.test(text);

function holdsStatements(e: Expr): boolean {
  if (e.kind === 'stmtexpr') return true;
  if (e.kind === 'sizeof' || e.kind === 'type' || e.kind === 'offsetof') return false;
  for (const c of children(e)) if (holdsStatements(c)) return true;
  return false;
}
