/**
 * Where a function that runs alone tests what was made up, it may leave before it comes to the pages that it is about. Such a test before the first
 * call of the GUP family is taken to pass, and the run says so. Tests of what calls have answered are left alone.
 */
import type { Declarator, Expr, Stmt } from '../../../language/c/ast.ts';
import type { ExactFunction } from '../../../language/c/exact/index.ts';

const TAKES = /gup|(?:get|pin)_user_page|iov_iter_(?:get|extract)_pages|__iter_(?:pages|alloc)|pin_folios|__iov_iter/;
const GIVES = /unpin|release|put_/;
const takes = (name: string): boolean => TAKES.test(name) && !GIVES.test(name);

/** Calls visit for every name that is called in a tree, and for every local that gets the answer of a call. */
function scan(node: unknown, called: (name: string) => void, answered?: (local: string, at: number) => void): void {
  if (Array.isArray(node)) {
    for (const x of node) scan(x, called, answered);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const n = node as { kind?: string } & Record<string, unknown>;
  if (n.kind === 'call') {
    const callee = n['callee'] as Expr;
    called(callee.kind === 'id' ? callee.name : '*');
  }
  if (answered) {
    const target = n.kind === 'assign' ? (n['left'] as Expr) : undefined;
    const value = n.kind === 'assign' ? n['right'] : n['init'];
    const name = target?.kind === 'id' ? target.name : n.kind === undefined ? n['name'] : undefined;
    if (typeof name === 'string' && value !== undefined && calls(value)) answered(name, Number(n['start'] ?? 0));
  }
  for (const [key, x] of Object.entries(n)) if (key !== 'type' && typeof x === 'object') scan(x, called, answered);
}
const calls = (node: unknown): boolean => {
  let any = false;
  scan(node, () => (any = true));
  return any;
};
const comes = (node: unknown): boolean => {
  let any = false;
  scan(node, (name) => (any ||= takes(name)));
  return any;
};
/** Does a branch leave the function, or go to where it is left? */
function leaves(s: Stmt): boolean {
  const last = s.kind === 'block' ? s.body.at(-1) : s;
  return last !== undefined && (last.kind === 'return' || last.kind === 'goto');
}
/** Names in an expression. */
function names(node: unknown, out: Set<string>): Set<string> {
  if (Array.isArray(node)) for (const x of node) names(x, out);
  else if (typeof node === 'object' && node !== null) {
    const n = node as { kind?: string; name?: unknown };
    if (n.kind === 'id' && typeof n.name === 'string') out.add(n.name);
    for (const [key, x] of Object.entries(n)) if (key !== 'type' && typeof x === 'object') names(x, out);
  }
  return out;
}

/** The function with its early ways out closed; undefined: it takes no pages, or there are none. `own`: functions of the file. */
export function steer(f: ExactFunction, own: (name: string) => boolean): ExactFunction | undefined {
  if (!comes(f.body)) return undefined;
  /** Locals that get the answer of a call, and where they get the first. */
  const answers = new Map<string, number>();
  scan(
    f.body,
    () => undefined,
    (local, at) => answers.set(local, Math.min(at, answers.get(local) ?? at)),
  );
  let changed = false;

  const free = (e: Expr, before = Infinity): boolean => {
    for (const n of names(e, new Set())) if ((answers.get(n) ?? Infinity) < before) return false;
    let ours = true;
    scan(e, (name) => (ours &&= own(name)));
    return ours;
  };
  const taken = (e: Expr, want: Expr): Expr => {
    changed = true;
    const { start, end } = e;
    const callee: Expr = { kind: 'id', name: '__pinscope_steer', start, end };
    return { kind: 'call', callee, args: [e, want], argsStart: start, argsEnd: end, start, end };
  };
  const truth = (e: Expr, want: 0 | 1, before = Infinity): Expr => {
    if (!free(e, before)) return e;
    const { start, end } = e;
    const not: Expr = { kind: 'unary', op: '!', arg: e, start, end };
    return taken(
      { kind: 'unary', op: '!', arg: not, start, end },
      { kind: 'num', value: BigInt(want), text: String(want), start, end },
    );
  };
  /** A loop whose condition is taken to hold before its first round. */
  const once = (test: Expr, loop: Stmt & { kind: 'for' }): Stmt => {
    if (!free(test, loop.start)) return { ...loop, test };
    const { start, end } = loop;
    const name = `loop'${rounds++}`;
    const first: Expr = { kind: 'id', name, start, end };
    const zero: Expr = { kind: 'num', value: 0n, text: '0', start, end };
    const one: Expr = { kind: 'num', value: 1n, text: '1', start, end };
    const later: Expr = { kind: 'assign', op: '=', left: first, right: zero, start, end };
    const again: Expr = { kind: 'binary', op: ',', left: later, right: test, start, end };
    const type = { kind: 'base', name: 'int' } as const;
    const decl: Declarator = {
      name,
      type,
      init: one,
      isStatic: false,
      isExtern: false,
      isTypedef: false,
      nameSpan: { start, end },
      start,
      end,
    };
    return {
      kind: 'block',
      body: [
        { kind: 'decl', decls: [decl], start, end },
        {
          ...loop,
          test: {
            kind: 'cond',
            test: first,
            then: { ...again, right: truth(test, 1, loop.start) },
            else: test,
            start,
            end,
          },
        },
      ],
      start,
      end,
    };
  };
  let rounds = 0;
  /** The statement on the way to the first call. */
  const way = (s: Stmt): Stmt => {
    switch (s.kind) {
      case 'block':
        return { ...s, body: list(s.body) };
      case 'if':
        if (comes(s.test)) return s;
        if (comes(s.then)) return { ...s, test: truth(s.test, 1), then: way(s.then) };
        if (s.else && comes(s.else)) return { ...s, test: truth(s.test, 0), else: way(s.else) };
        return s;
      case 'while':
        if (comes(s.test)) return s;
        return once(s.test, { ...s, kind: 'for', body: way(s.body) });
      case 'for':
        if ((s.test && comes(s.test)) || s.init?.kind === 'decl') return { ...s, body: way(s.body) };
        return s.test ? once(s.test, { ...s, body: way(s.body) }) : { ...s, body: way(s.body) };
      case 'do':
        return { ...s, body: way(s.body) };
      case 'switch': {
        const at = s.body.kind === 'block' ? s.body.body.findIndex(comes) : -1;
        const label = s.body.kind === 'block' ? s.body.body.slice(0, at).findLast((x) => x.kind === 'case') : undefined;
        if (at < 0 || label?.kind !== 'case' || !label.value || !free(s.value)) return s;
        return { ...s, value: taken(s.value, label.value), body: way(s.body) };
      }
      default:
        return s;
    }
  };
  const list = (body: readonly Stmt[]): Stmt[] => {
    const first = body.findIndex(comes);
    return body.map((s, i) => {
      if (first < 0 || i > first) return s;
      if (i === first) return way(s);
      return s.kind === 'if' && !s.else && leaves(s.then) ? { ...s, test: truth(s.test, 0) } : s;
    });
  };
  const body = { ...f.body, body: list(f.body.body) };
  return changed ? { ...f, body } : undefined;
}
