/** Builds the control-flow graph of a lowered function body. */
import type { BlockStmt, Declarator, Expr, GuardStmt, Span, Stmt } from './ast.ts';
import type { Cfg, CfgNode, Edge, EdgeLabel, NodeKind } from './cfg.ts';
import { constantTruth, Flattener, isChosenCode } from './cfg-expr.ts';

/** What the graph depends on besides the body. */
export interface CfgOptions {
  /** Calls that never come back; the default knows BUG(), panic() and the like. */
  readonly isNoReturn?: (name: string) => boolean;
}

const NO_RETURN: ReadonlySet<string> = new Set([
  'BUG',
  'panic',
  'unreachable',
  '__builtin_unreachable',
  '__builtin_trap',
  'do_exit',
  'do_group_exit',
  'kthread_exit',
  'kthread_complete_and_exit',
  'complete_and_exit',
  'make_task_dead',
  'module_put_and_kthread_exit',
  'module_put_and_exit',
  'do_task_dead',
  'nmi_panic',
  'die',
  'BUILD_BUG',
]);

/** An edge whose target is the next node to be made. */
export interface Loose {
  readonly from: number;
  readonly label: EdgeLabel;
}

type Cleanup = { readonly guard: GuardStmt } | { readonly decl: Declarator };
interface Target {
  readonly loose: Loose[];
  readonly height: number;
}
interface SwitchContext {
  readonly node: number;
  readonly excluded: Expr[];
  hasDefault: boolean;
}
interface Making {
  order: number;
  readonly span: Span;
  readonly what: NodeKind;
  readonly out: { to: number; readonly label: EdgeLabel }[];
}
/** A goto; its edges are drawn when all labels are known. */
interface Jump {
  readonly from: readonly Loose[];
  readonly label: string | null;
  /** What is owed at the goto. */
  readonly stack: readonly Cleanup[];
  readonly span: Span;
  /** Where cleanup nodes of the jump stand in source order. */
  readonly order: number;
}

const NEXT: EdgeLabel = { kind: 'next' };
const TRUE: EdgeLabel = { kind: 'true' };
const FALSE: EdgeLabel = { kind: 'false' };

/**
 * The graph of a function. Dead code makes no nodes. A call that never returns is followed by an edge to itself: the
 * path goes on for ever, and the exit stays the only node without successors.
 */
export function buildCfg(
  fn: { readonly body: BlockStmt | (() => BlockStmt) } & Partial<Span>,
  options: CfgOptions = {},
): Cfg {
  const body = typeof fn.body === 'function' ? fn.body() : fn.body;
  return new Builder(options.isNoReturn ?? ((name) => NO_RETURN.has(name))).build(body, {
    start: fn.start ?? body.start,
    end: fn.end ?? body.end,
  });
}

/** Builds the graph of one function body; one instance a function. */
export class Builder {
  private readonly nodes: Making[] = [];
  private readonly breaks: Target[] = [];
  private readonly continues: Target[] = [];
  private readonly switches: SwitchContext[] = [];
  private readonly labels = new Map<string, { readonly node: number; readonly stack: readonly Cleanup[] }>();
  private readonly jumps: Jump[] = [];
  private readonly exits: Loose[] = [];
  private readonly flattener = new Flattener(this);
  private cleanups: Cleanup[] = [];

  constructor(private readonly isNoReturn: (name: string) => boolean) {}

  build(body: BlockStmt, span: Span): Cfg {
    const entry = this.add({ kind: 'entry' }, { start: span.start, end: span.start }, []);
    let out = this.block(body, [{ from: entry, label: NEXT }]);
    out = this.resolveJumps(out);
    const exit = this.add({ kind: 'exit' }, { start: span.end, end: span.end }, [...out, ...this.exits]);
    this.nodes[exit]!.order = Infinity;
    return this.finish(exit);
  }

  /** Makes a node and leads the loose edges to it. */
  add(what: NodeKind, span: Span, from: readonly Loose[]): number {
    const id = this.nodes.length;
    this.nodes.push({ order: id, span: { start: span.start, end: span.end }, what, out: [] });
    this.connect(from, id);
    return id;
  }

  /** One straight step. */
  step(what: NodeKind, span: Span, from: readonly Loose[]): Loose[] {
    return [{ from: this.add(what, span, from), label: NEXT }];
  }

  /** An expression that is evaluated for its effect. */
  effect(expr: Expr, from: readonly Loose[]): Loose[] {
    if (from.length === 0) return [];
    if (expr.kind === 'binary' && expr.op === ',') return this.effect(expr.right, this.effect(expr.left, from));
    if (expr.kind === 'stmtexpr') return this.block(expr.body, from);
    if (expr.kind === 'assign' && expr.op === '=' && isChosenCode(expr.right)) {
      const { test, then, else: other } = expr.right;
      const which = this.flattener.condition(test, from);
      return [...this.effect({ ...expr, right: then }, which.yes), ...this.effect({ ...expr, right: other }, which.no)];
    }
    const flat = this.flattener.flatten(expr, from);
    if (flat.from.length === 0) return [];
    const node = this.add({ kind: 'expr', expr: flat.expr }, expr, flat.from);
    const call = flat.expr.kind === 'cast' ? flat.expr.arg : flat.expr;
    if (call.kind === 'call' && call.callee.kind === 'id' && this.isNoReturn(call.callee.name)) {
      this.connect([{ from: node, label: NEXT }], node);
      return [];
    }
    return [{ from: node, label: NEXT }];
  }

  /** `return value`; each side of an error code that is chosen is a way of its own. */
  private leave(value: Expr | undefined, span: Span, from: readonly Loose[]): Loose[] {
    if (from.length === 0) return [];
    if (value && isChosenCode(value)) {
      const which = this.flattener.condition(value.test, from);
      this.leave(value.then, span, which.yes);
      return this.leave(value.else, span, which.no);
    }
    let at: Loose[] = [...from];
    if (value) {
      const flat = this.flattener.flatten(value, at);
      if (flat.from.length === 0) return [];
      at = this.step({ kind: 'return', value: flat.expr }, span, flat.from);
    } else at = this.step({ kind: 'return' }, span, at);
    this.exits.push(...this.leaveTo(0, at, span));
    return [];
  }

  /** A block with its own scope. */
  block(block: BlockStmt, from: readonly Loose[]): Loose[] {
    const height = this.cleanups.length;
    let at: Loose[] = [...from];
    for (const s of block.body) at = this.stmt(s, at);
    return this.leaveScope(height, at, { start: Math.max(block.start, block.end - 1), end: block.end });
  }

  /** Statements of a block whose last value is wanted: the scope is left by the caller through `leaveScope`. */
  get scopeHeight(): number {
    return this.cleanups.length;
  }

  /** Runs what the scope owes and closes it. */
  leaveScope(height: number, from: readonly Loose[], span: Span): Loose[] {
    const out = this.leaveTo(height, from, span);
    this.cleanups = this.cleanups.slice(0, height);
    return out;
  }

  stmt(s: Stmt, from: readonly Loose[]): Loose[] {
    if (from.length === 0 && !enterable(s)) return [];
    switch (s.kind) {
      case 'empty':
        return [...from];
      case 'block':
        return this.block(s, from);
      case 'expr':
        return this.effect(s.expr, from);
      case 'decl': {
        let at: Loose[] = [...from];
        for (const d of s.decls) at = this.declare(d, at);
        return at;
      }
      case 'if': {
        const c = this.flattener.condition(s.test, from);
        const then = this.stmt(s.then, c.yes);
        return s.else ? [...then, ...this.stmt(s.else, c.no)] : [...then, ...c.no];
      }
      case 'while':
        return this.whileLoop(s.test, s.body, undefined, from, 'while', s);
      case 'for': {
        const height = this.cleanups.length;
        const init = s.init ? this.stmt(s.init, from) : [...from];
        const out = this.whileLoop(s.test, s.body, s.update, init, 'for', s);
        return this.leaveScope(height, out, { start: s.end, end: s.end });
      }
      case 'do':
        return this.doLoop(s.test, s.body, from);
      case 'foreach': {
        let at: Loose[] = [...from];
        const args: Expr[] = [];
        for (const arg of s.args) {
          const flat = this.flattener.flatten(arg, at);
          at = flat.from;
          args.push(flat.expr);
        }
        const head = this.add(
          { kind: 'foreach', name: s.name, args },
          { start: s.nameSpan.start, end: s.args[s.args.length - 1]?.end ?? s.nameSpan.end },
          at,
        );
        const { breaks, continues } = this.loopBody(s.body, [{ from: head, label: TRUE }]);
        this.connect(continues, head);
        return [{ from: head, label: FALSE }, ...breaks];
      }
      case 'guard':
        return this.guard(s, from);
      case 'switch':
        return this.switchStmt(s, from);
      case 'case': {
        const context = this.switches[this.switches.length - 1];
        if (!context) return [...from];
        if (!s.value) {
          context.hasDefault = true;
          return [...from, { from: context.node, label: { kind: 'default', excluded: context.excluded } }];
        }
        context.excluded.push(s.value);
        return [
          ...from,
          { from: context.node, label: { kind: 'case', value: s.value, ...(s.to ? { to: s.to } : {}) } },
        ];
      }
      case 'label': {
        const node = this.add({ kind: 'label', name: s.name }, s, from);
        this.labels.set(s.name, { node, stack: this.cleanups });
        return [{ from: node, label: NEXT }];
      }
      case 'goto':
        this.jumps.push({
          from: [...from],
          label: s.label,
          stack: this.cleanups,
          span: s,
          order: this.nodes.length - 0.5,
        });
        return [];
      case 'return':
        return this.leave(s.value, s, from);
      case 'break':
        return this.jumpOut(this.breaks, from, s);
      case 'continue':
        return this.jumpOut(this.continues, from, s);
      case 'choice': {
        const node = this.add({ kind: 'choice' }, s, from);
        const out: Loose[] = [];
        let otherwise = false;
        for (const b of s.branches) {
          otherwise ||= b.condition === null;
          let at: Loose[] = [{ from: node, label: { kind: 'choice', condition: b.condition } }];
          for (const inner of b.body) at = this.stmt(inner, at);
          out.push(...at);
        }
        if (!otherwise) out.push({ from: node, label: { kind: 'choice', condition: null } });
        return out;
      }
      case 'opaque':
        return this.step({ kind: 'opaque', parts: s.parts }, s, from);
    }
  }

  private declare(d: Declarator, from: readonly Loose[]): Loose[] {
    if (d.isTypedef || d.isExtern || d.type.kind === 'function') return [...from];
    const out = this.initialise(d, from);
    if (d.cleanup !== undefined && out.length > 0) this.cleanups = [...this.cleanups, { decl: d }];
    return out;
  }

  /** The declaration with its value; each side of a code that is chosen is a way of its own. */
  private initialise(d: Declarator, from: readonly Loose[]): Loose[] {
    if (from.length === 0) return [];
    if (!d.init || d.isStatic) return this.step({ kind: 'decl', decl: d }, d, from);
    if (isChosenCode(d.init)) {
      const { test, then, else: other } = d.init;
      const which = this.flattener.condition(test, from);
      return [...this.initialise({ ...d, init: then }, which.yes), ...this.initialise({ ...d, init: other }, which.no)];
    }
    const flat = this.flattener.flatten(d.init, from);
    if (flat.from.length === 0) return [];
    return this.step({ kind: 'decl', decl: flat.expr === d.init ? d : { ...d, init: flat.expr } }, d, flat.from);
  }

  private connect(from: readonly Loose[], to: number): void {
    for (const f of from) {
      const out = this.nodes[f.from]!.out;
      if (!out.some((e) => e.to === to && e.label === f.label)) out.push({ to, label: f.label });
    }
  }

  /** Nodes for everything owed above `height`, innermost first. */
  private leaveTo(
    height: number,
    from: readonly Loose[],
    span: Span,
    stack: readonly Cleanup[] = this.cleanups,
  ): Loose[] {
    let at: Loose[] = [...from];
    if (at.length === 0) return at;
    for (let i = stack.length - 1; i >= height; i--) {
      const c = stack[i]!;
      at = this.step('guard' in c ? { kind: 'leave', guard: c.guard } : { kind: 'cleanup', decl: c.decl }, span, at);
    }
    return at;
  }

  private jumpOut(targets: readonly Target[], from: readonly Loose[], span: Span): Loose[] {
    const target = targets[targets.length - 1];
    if (target) target.loose.push(...this.leaveTo(target.height, from, span));
    else this.exits.push(...from);
    return [];
  }

  private loopBody(body: Stmt, from: readonly Loose[]): { readonly breaks: Loose[]; readonly continues: Loose[] } {
    const height = this.cleanups.length;
    const breaks: Loose[] = [];
    const continues: Loose[] = [];
    this.breaks.push({ loose: breaks, height });
    this.continues.push({ loose: continues, height });
    continues.push(...this.stmt(body, from));
    this.breaks.pop();
    this.continues.pop();
    return { breaks, continues };
  }

  private whileLoop(
    test: Expr | undefined,
    body: Stmt,
    update: Expr | undefined,
    from: readonly Loose[],
    loop: 'while' | 'for',
    s: Span,
  ): Loose[] {
    const head = this.nodes.length;
    const c = this.flattener.loopCondition(
      test ?? { kind: 'num', value: 1n, text: '1', start: s.start, end: s.start },
      from,
      loop,
    );
    const { breaks, continues } = this.loopBody(body, c.yes);
    const again = update ? this.effect(update, continues) : continues;
    this.connect(again, head);
    return [...c.no, ...breaks];
  }

  private doLoop(test: Expr, body: Stmt, from: readonly Loose[]): Loose[] {
    const truth = constantTruth(test);
    if (truth === false) {
      const { breaks, continues } = this.loopBody(body, from);
      return [...continues, ...breaks];
    }
    const head = this.nodes.length;
    const { breaks, continues } = this.loopBody(body, from);
    if (continues.length === 0) return breaks;
    const c = this.flattener.loopCondition(test, continues, 'do');
    this.connect(c.yes, head);
    return [...c.no, ...breaks];
  }

  private guard(s: GuardStmt, from: readonly Loose[]): Loose[] {
    const node = this.add({ kind: 'guard', guard: s }, s.body ? { start: s.start, end: s.body.start } : s, from);
    const entry: Cleanup = { guard: s };
    if (!s.body) {
      this.cleanups = [...this.cleanups, entry];
      return [{ from: node, label: NEXT }];
    }
    const conditional = s.name === 'scoped_cond_guard';
    const height = this.cleanups.length;
    // The macro is a for loop of one round: break and continue both end it, and release.
    const ends: Loose[] = [];
    this.breaks.push({ loose: ends, height });
    this.continues.push({ loose: ends, height });
    this.cleanups = [...this.cleanups, entry];
    let out = this.stmt(s.body, [{ from: node, label: conditional ? TRUE : NEXT }]);
    out = this.leaveScope(height, out, { start: Math.max(s.start, s.end - 1), end: s.end });
    this.breaks.pop();
    this.continues.pop();
    if (!conditional) return [...out, ...ends];
    const failed: Loose[] = [{ from: node, label: FALSE }];
    return [...out, ...ends, ...(s.fail ? this.stmt(s.fail, failed) : failed)];
  }

  private switchStmt(s: Extract<Stmt, { kind: 'switch' }>, from: readonly Loose[]): Loose[] {
    const flat = this.flattener.flatten(s.value, from);
    const node = this.add({ kind: 'switch', value: flat.expr }, s.value, flat.from);
    const context: SwitchContext = { node, excluded: [], hasDefault: false };
    const breaks: Loose[] = [];
    this.switches.push(context);
    this.breaks.push({ loose: breaks, height: this.cleanups.length });
    const out = this.stmt(s.body, []);
    this.breaks.pop();
    this.switches.pop();
    if (!context.hasDefault) out.push({ from: node, label: { kind: 'default', excluded: context.excluded } });
    return [...out, ...breaks];
  }

  private resolveJumps(out: readonly Loose[]): Loose[] {
    const rest: Loose[] = [...out];
    for (const jump of this.jumps) {
      const targets = jump.label === null ? [...this.labels.values()] : [this.labels.get(jump.label)];
      for (const target of targets) {
        if (!target) {
          rest.push(...jump.from);
          continue;
        }
        let common = 0;
        while (common < jump.stack.length && jump.stack[common] === target.stack[common]) common++;
        const before = this.nodes.length;
        const at = this.leaveTo(common, jump.from, jump.span, jump.stack);
        for (let i = before; i < this.nodes.length; i++) this.nodes[i]!.order = jump.order + (i - before) * 1e-4;
        this.connect(at, target.node);
      }
    }
    return rest;
  }

  /** Renumbers in source order. */
  private finish(exit: number): Cfg {
    const ids = this.nodes.map((_, i) => i).sort((a, b) => this.nodes[a]!.order - this.nodes[b]!.order);
    const position = new Int32Array(this.nodes.length);
    ids.forEach((id, i) => (position[id] = i));
    const nodes: CfgNode[] = ids.map((id, i) => {
      const n = this.nodes[id]!;
      const succs: Edge[] = n.out.map((e) => ({ to: position[e.to]!, label: e.label, back: position[e.to]! <= i }));
      succs.sort((a, b) => side(a) - side(b));
      return { id: i, span: n.span, what: n.what, succs };
    });
    return { nodes, exit: position[exit]! };
  }
}

/** The true edge comes first. */
function side(e: Edge): number {
  return e.label.kind === 'true' ? 0 : 1;
}

/** Can control enter this statement other than from above: a label or a case inside? */
function enterable(s: Stmt): boolean {
  switch (s.kind) {
    case 'label':
    case 'case':
      return true;
    case 'block':
      return s.body.some(enterable);
    case 'if':
      return enterable(s.then) || (s.else !== undefined && enterable(s.else));
    case 'while':
    case 'do':
    case 'for':
    case 'foreach':
    case 'switch':
      return enterable(s.body);
    case 'guard':
      return (s.body !== undefined && enterable(s.body)) || (s.fail !== undefined && enterable(s.fail));
    case 'choice':
      return s.branches.some((b) => b.body.some(enterable));
    default:
      return false;
  }
}

export { FALSE, NEXT, TRUE };
