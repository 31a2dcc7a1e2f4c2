/**
 * Shapes that releases of pages have in drivers: loops over an array, and `set_page_dirty…(p); put_page(p);`. They become
 * one call of the unpin family, so they must be recognised exactly; what does not fit is only renamed.
 */
import type { CallExpr, Expr, ForStmt, Span, Stmt, WhileStmt } from '../../language/c/ast.ts';
import { typeOfExpr, walkStmt } from '../../language/c/index.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { isPageType } from '../analysis/sites.ts';
import { isLiteral, isPure, type Located, mentions, outer, placesOf, shape, slice, stripCasts } from './edits.ts';

/** `set_page_dirty_lock(x);`, perhaps under a condition. */
export interface Dirtying {
  readonly stmt: Stmt;
  /** Third argument of unpin_user_pages_dirty_lock: 'true' or the condition as written. */
  readonly when: string;
  /** The condition, if one remains. */
  readonly test: readonly Expr[];
  /** set_page_dirty or SetPageDirty: the release that takes its place sleeps, the original did not. */
  readonly unlocked: boolean;
}

const TESTS_OF_PAGE = new Set(['PageReserved', 'PageDirty']);
const UNLIKELY = new Set(['likely', 'unlikely']);

/** Conditions joined by &&. */
function conjuncts(e: Expr): Expr[] {
  if (e.kind === 'binary' && e.op === '&&') return [...conjuncts(e.left), ...conjuncts(e.right)];
  const arg = e.kind === 'call' && e.args.length === 1 && UNLIKELY.has(calleeName(e) ?? '') ? e.args[0] : undefined;
  return arg ? conjuncts(arg) : [e];
}

/** `!PageReserved(x)` and `!PageDirty(x)`: the unpin call looks at the page itself. */
function asksThePage(file: FileAnalysis, e: Expr, page: string): boolean {
  return (
    e.kind === 'unary' &&
    e.op === '!' &&
    e.arg.kind === 'call' &&
    TESTS_OF_PAGE.has(calleeName(e.arg) ?? '') &&
    e.arg.args[0] !== undefined &&
    shape(file, e.arg.args[0]) === page
  );
}

const single = (s: Stmt): Stmt => (s.kind === 'block' && s.body.length === 1 ? single(s.body[0]!) : s);

/** Reads a statement as the dirtying of `page`. */
function dirtyingOf(file: FileAnalysis, s: Stmt, page: string): Dirtying | undefined {
  let when = 'true';
  let test: Expr[] = [];
  let inner = s;
  if (s.kind === 'if' && !s.else && !s.macro) {
    const all = conjuncts(s.test);
    test = all.filter((e) => !asksThePage(file, e, page));
    inner = single(s.then);
    if (test.length === all.length) when = slice(file, s.test);
    // the parentheses around a single one are those of the if itself
    else if (test.length === 1) when = slice(file, test[0]!);
    else if (test.length) when = test.map((e) => slice(file, outer(file, e, s.test))).join(' && ');
    if (s.test.kind === 'binary' && s.test.op === ',') return undefined;
  }
  if (inner.kind !== 'expr' || inner.macro) return undefined;
  const call = stripCasts(inner.expr);
  if (call.kind !== 'call' || !isLiteral(file, call) || !call.args[0] || shape(file, call.args[0]) !== page)
    return undefined;
  const effect = facts.call(calleeName(call) ?? '')?.effects.find((e) => e.kind === 'dirty');
  if (effect?.kind !== 'dirty' || effect.pages.as !== 'page') return undefined;
  return { stmt: s, when, test, unlocked: effect.lock !== 'takes' };
}

/** The dirtying right in front of a release of the same page, in the same sequence. */
export function dirtyingBefore(file: FileAnalysis, at: Located, page: Expr): Dirtying | undefined {
  const place = placesOf(at.def).get(at.stmt);
  const before = place?.list?.[place.index - 1];
  if (!at.whole || !before || !isPure(page)) return undefined;
  return dirtyingOf(file, before, shape(file, page));
}

/** Does the function take a spinlock, or this page's lock, anywhere? Then a call that sleeps or locks must not come in. */
export function hasLocks(f: FunctionContext): boolean {
  return f.calls.some((c) =>
    facts
      .call(calleeName(c) ?? '')
      ?.effects.some(
        (e) =>
          e.kind === 'page-lock' ||
          (e.kind === 'lock' && /^(spin|spin-irq|rcu|preempt|irq|bh|rwlock|atomic-kmap)$/.test(e.what)),
      ),
  );
}

/** A loop that releases the first `count` pages of `array` and does nothing else. */
export interface ReleaseLoop {
  /** What to replace: the loop, or the block that holds only it and its variables. */
  readonly whole: Stmt;
  readonly array: string;
  readonly count: string;
  /** undefined: not dirtied. */
  readonly dirty?: Dirtying;
  /** Counters and temporaries of the loop, which may be without use afterwards. */
  readonly names: ReadonlySet<string>;
  /** The count is signed and compared as such: a negative one means no round at all. */
  readonly signedCount?: Expr;
  readonly countExpr: Expr;
  readonly loop: Stmt;
}

interface Counter {
  readonly name: string;
  readonly countText: string;
  readonly countExpr: Expr;
  readonly signed: boolean;
  /** `--i` stands in the index itself. */
  readonly inIndex?: boolean;
  /** The count's variable is what the loop runs down. */
  readonly consumes: boolean;
}

const isZero = (e: Expr | undefined): boolean => e?.kind === 'num' && e.value === 0n;
const idName = (e: Expr | undefined): string | undefined => (e?.kind === 'id' && !e.macro ? e.name : undefined);
const isOne = (e: Expr): boolean => e.kind === 'num' && e.value === 1n;
const steps = (e: Expr, name: string, by: '++' | '--'): boolean =>
  (e.kind === 'update' && e.op === by && idName(e.arg) === name) ||
  (e.kind === 'assign' && e.op === (by === '++' ? '+=' : '-=') && idName(e.left) === name && isOne(e.right));

/** Unsigned, as far as the types tell; undefined when they do not. */
function isUnsigned(file: FileAnalysis, f: FunctionContext, e: Expr): boolean | undefined {
  if (e.kind === 'num') return /u/i.test(e.text) && !/^0x/i.test(e.text);
  const t = typeOfExpr(e, { unit: file.unit, locals: f.types });
  if (t?.kind === 'base') return /unsigned|bool/.test(t.name);
  if (t?.kind === 'named')
    return /^(size_t|u8|u16|u32|u64|__u\d+|uint\d*_?t?|uint|ulong|pgoff_t|dma_addr_t|phys_addr_t|sector_t)$/.test(
      t.name,
    )
      ? true
      : undefined;
  return undefined;
}

function forCounter(file: FileAnalysis, f: FunctionContext, s: ForStmt): Counter | undefined {
  if (!s.init || !s.test || !s.update || s.test.kind !== 'binary') return undefined;
  let name: string | undefined;
  let first: Expr | undefined;
  if (s.init.kind === 'expr' && s.init.expr.kind === 'assign' && s.init.expr.op === '=') {
    name = idName(s.init.expr.left);
    first = s.init.expr.right;
  } else if (s.init.kind === 'decl' && s.init.decls.length === 1) {
    name = s.init.decls[0]!.name;
    first = s.init.decls[0]!.init;
  }
  if (!name || !first) return undefined;
  const { left, right, op } = s.test;
  const unsignedIndex = f.types.get(name)
    ? isUnsigned(file, f, { kind: 'id', name, start: s.start, end: s.start })
    : undefined;
  if (isZero(first) && steps(s.update, name, '++')) {
    const upper =
      idName(left) === name && (op === '<' || op === '!=')
        ? right
        : idName(right) === name && (op === '>' || op === '!=')
          ? left
          : undefined;
    if (!upper || !isPure(upper) || mentions(upper, name)) return undefined;
    return {
      name,
      countText: slice(file, upper),
      countExpr: upper,
      signed: op !== '!=' && !unsignedIndex && !isUnsigned(file, f, upper),
      consumes: false,
    };
  }
  // for (i = n - 1; i >= 0; i--)
  if (
    steps(s.update, name, '--') &&
    idName(left) === name &&
    ((op === '>=' && isZero(right)) || (op === '>' && right.kind === 'unary' && right.op === '-' && isOne(right.arg)))
  ) {
    if (
      first.kind === 'binary' &&
      first.op === '-' &&
      isOne(first.right) &&
      isPure(first.left) &&
      !mentions(first.left, name)
    ) {
      return {
        name,
        countText: slice(file, first.left),
        countExpr: first.left,
        signed: !isUnsigned(file, f, first.left),
        consumes: false,
      };
    }
  }
  return undefined;
}

function whileCounter(file: FileAnalysis, f: FunctionContext, s: WhileStmt): Counter | undefined {
  const t = s.test;
  const down = (e: Expr, prefix: boolean): string | undefined =>
    e.kind === 'update' && e.op === '--' && e.prefix === prefix ? idName(e.arg) : undefined;
  let name = down(t, false);
  let inIndex = false;
  if (!name && t.kind === 'binary' && isZero(t.right)) {
    if (t.op === '>' || t.op === '!=') name = down(t.left, false);
    if (!name && t.op === '>=') name = down(t.left, true);
    if (!name && t.op === '>') {
      name = idName(t.left);
      inIndex = true;
    }
  } else if (!name) {
    name = idName(t);
    inIndex = true;
  }
  if (!name || !f.types.has(name)) return undefined;
  const id: Expr = { kind: 'id', name, start: s.start, end: s.start };
  return { name, countText: name, countExpr: id, signed: !isUnsigned(file, f, id), inIndex, consumes: true };
}

/** Names that code behind the statement may still read. */
function liveBehind(f: FunctionContext, s: Span, name: string): boolean {
  for (const node of f.cfg.nodes) {
    const inside = node.span.start >= s.start && node.span.end <= s.end;
    if (!inside || node.what.kind === 'entry' || node.what.kind === 'exit') continue;
    for (const e of node.succs) {
      const to = f.cfg.nodes[e.to]!;
      if ((to.span.start < s.start || to.span.end > s.end) && f.live[e.to]?.has(name)) return true;
    }
  }
  return false;
}

/** Is the release the heart of a loop that can be said in one call? */
export function releaseLoop(file: FileAnalysis, f: FunctionContext, at: Located): ReleaseLoop | undefined {
  const map = placesOf(at.def);
  if (!at.whole || at.def.hasError || at.stmt.macro) return undefined;
  let loop = map.get(at.stmt)?.parent;
  let body: readonly Stmt[] = [at.stmt];
  if (loop?.kind === 'block') {
    body = loop.body;
    loop = map.get(loop)?.parent;
  }
  if (!loop || (loop.kind !== 'for' && loop.kind !== 'while') || loop.macro) return undefined;
  if (single(loop.body) !== at.stmt && loop.body !== map.get(at.stmt)?.parent) return undefined;
  const counter = loop.kind === 'for' ? forCounter(file, f, loop) : whileCounter(file, f, loop);
  if (!counter || body.at(-1) !== at.stmt) return undefined;
  const rest = body.slice(0, -1);
  const names = new Set([counter.name]);
  // page = pages[i];
  let temp: { name: string; value: Expr } | undefined;
  const head = rest[0];
  if (head?.kind === 'decl' && head.decls.length === 1 && head.decls[0]!.init)
    temp = { name: head.decls[0]!.name, value: head.decls[0]!.init };
  else if (head?.kind === 'expr' && head.expr.kind === 'assign' && head.expr.op === '=' && head.expr.left.kind === 'id')
    temp = { name: head.expr.left.name, value: head.expr.right };
  if (temp) rest.shift();
  const arg = at.call.args[0];
  if (!arg) return undefined;
  const plain = stripCasts(arg);
  let page = plain;
  if (temp) {
    if (idName(plain) !== temp.name) return undefined;
    page = stripCasts(temp.value);
    if (head?.kind === 'expr') {
      if (liveBehind(f, loop, temp.name) || !f.types.has(temp.name)) return undefined;
      names.add(temp.name);
    }
  }
  if (page.kind !== 'index' || page.macro) return undefined;
  const index = stripCasts(page.index);
  if (
    counter.inIndex
      ? !(index.kind === 'update' && index.op === '--' && index.prefix && idName(index.arg) === counter.name)
      : idName(index) !== counter.name
  )
    return undefined;
  const array = page.object;
  if (!isPure(array) || mentions(array, counter.name) || array.macro) return undefined;
  const type = typeOfExpr(page, { unit: file.unit, locals: f.types });
  if (type && !(type.kind === 'pointer' && isPageType(type)) && type.kind !== 'named' && type.kind !== 'typeof')
    return undefined;
  let dirty: Dirtying | undefined;
  if (rest.length > 1) return undefined;
  if (rest[0]) {
    if (counter.inIndex && !temp) return undefined;
    dirty = dirtyingOf(file, rest[0], shape(file, arg));
    if (!dirty) return undefined;
    if (dirty.test.some((e) => !isPure(e) || mentions(e, counter.name) || (temp && mentions(e, temp.name))))
      return undefined;
    if (dirty.unlocked && hasLocks(f)) return undefined;
  }
  const ownName = loop.kind === 'for' && loop.init?.kind === 'decl';
  if (!ownName && liveBehind(f, loop, counter.name)) return undefined;
  // the block around: { unsigned long i; for (…) …; }
  let whole: Stmt = loop;
  const up = map.get(loop);
  const block = up?.parent;
  if (block?.kind === 'block' && block !== at.def.body() && !block.macro && block.body.at(-1) === loop) {
    const decls = block.body.slice(0, -1);
    if (
      decls.length &&
      decls.every((d) => d.kind === 'decl' && d.decls.every((x) => names.has(x.name) && !x.init && !x.cleanup))
    )
      whole = block;
  }
  return {
    whole,
    loop,
    array: slice(file, array),
    count: counter.countText,
    countExpr: counter.countExpr,
    names,
    ...(dirty ? { dirty } : {}),
    ...(counter.signed ? { signedCount: counter.countExpr } : {}),
  };
}

/** The variable that an acquire's result is stored in, directly. */
export function resultTarget(f: FunctionContext, call: CallExpr): Expr | undefined {
  for (const node of f.cfg.nodes) {
    if (node.what.kind === 'decl' && node.what.decl.init && isThe(node.what.decl.init, call)) {
      return {
        kind: 'id',
        name: node.what.decl.name,
        start: node.what.decl.nameSpan.start,
        end: node.what.decl.nameSpan.end,
      };
    }
    for (const e of exprsOf(node)) {
      const found = assignmentOf(e, call);
      if (found) return found;
    }
  }
  return undefined;
}

const isThe = (e: Expr, call: CallExpr): boolean => {
  const x = stripCasts(e);
  return x.kind === 'call' && x.start === call.start && x.end === call.end;
};

function assignmentOf(e: Expr, call: CallExpr): Expr | undefined {
  if (e.start > call.start || e.end < call.end) return undefined;
  if (e.kind === 'assign' && e.op === '=' && isThe(e.right, call)) return e.left;
  const inner: readonly Expr[] =
    e.kind === 'assign'
      ? [e.right]
      : e.kind === 'binary'
        ? [e.left, e.right]
        : e.kind === 'unary' || e.kind === 'cast'
          ? [e.arg]
          : e.kind === 'call'
            ? e.args
            : [];
  for (const x of inner) {
    const found = assignmentOf(x, call);
    if (found) return found;
  }
  return undefined;
}

/** True if the path to `stmt` has plainly shown that the count is not negative, or nothing says that it could be. */
export function countIsSafe(
  file: FileAnalysis,
  f: FunctionContext,
  at: Located,
  stmt: Stmt,
  count: Expr,
  acquires: readonly CallExpr[],
): boolean {
  const text = shape(file, count);
  const fromAcquire = acquires.some((a) => {
    const target = resultTarget(f, a);
    return target !== undefined && shape(file, target) === text;
  });
  return !fromAcquire || knownPositive(file, at, stmt, text);
}

/** Ends with a jump. */
export const leaves = (s: Stmt): boolean => {
  const last = s.kind === 'block' ? s.body.at(-1) : s;
  return last?.kind === 'return' || last?.kind === 'goto' || last?.kind === 'break' || last?.kind === 'continue';
};

function disjuncts(e: Expr): Expr[] {
  return e.kind === 'binary' && e.op === '||'
    ? [...disjuncts(e.left), ...disjuncts(e.right)]
    : conjuncts(e).length === 1
      ? [conjuncts(e)[0]!]
      : [e];
}

/** `n > 0`, `n >= 1`, `0 < n` … (or with `zero`: `n >= 0` too). */
function saysPositive(file: FileAnalysis, e: Expr, n: string): boolean {
  if (e.kind !== 'binary') return false;
  const num = (x: Expr): boolean => x.kind === 'num';
  return (
    (shape(file, e.left) === n && num(e.right) && (e.op === '>' || e.op === '>=' || e.op === '==')) ||
    (shape(file, e.right) === n && num(e.left) && (e.op === '<' || e.op === '<='))
  );
}

function saysNegative(file: FileAnalysis, e: Expr, n: string): boolean {
  if (e.kind === 'call')
    return calleeName(e) === 'IS_ERR_VALUE' && e.args[0] !== undefined && shape(file, stripCasts(e.args[0])) === n;
  return e.kind === 'binary' && shape(file, e.left) === n && e.right.kind === 'num' && (e.op === '<' || e.op === '<=');
}

/** A test on the way to `stmt` has settled that `n` is not negative. */
export function knownPositive(
  file: FileAnalysis,
  at: { readonly def: Located['def'] },
  stmt: Stmt,
  n: string,
): boolean {
  const map = placesOf(at.def);
  for (let s: Stmt | null = stmt; s;) {
    const place = map.get(s);
    if (!place) return false;
    const { parent, list, index } = place;
    if (list) {
      for (let i = index - 1; i >= 0; i--) {
        const before = list[i]!;
        if (before.kind === 'label') return false;
        if (before.kind === 'if' && leaves(before.then) && disjuncts(before.test).some((e) => saysNegative(file, e, n)))
          return true;
        if (assigns(file, before, n)) return false;
      }
    } else if (parent?.kind === 'if') {
      if (parent.then === s && conjuncts(parent.test).some((e) => saysPositive(file, e, n))) return true;
      if (parent.else === s && disjuncts(parent.test).some((e) => saysNegative(file, e, n))) return true;
    }
    s = parent;
  }
  return false;
}

/** The statement (or one below it) writes `n`. */
function assigns(file: FileAnalysis, s: Stmt, n: string): boolean {
  let found = false;
  walkStmt(s, {
    stmt: (x) => {
      if (x.kind === 'decl' && x.decls.some((d) => d.name === n)) found = true;
    },
    expr: (e) => {
      if (e.kind === 'assign' && shape(file, e.left) === n) found = true;
      if (e.kind === 'update' && shape(file, e.arg) === n) found = true;
      if (e.kind === 'unary' && e.op === '&' && shape(file, e.arg) === n) found = true;
    },
  });
  return found;
}
