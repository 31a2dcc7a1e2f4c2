/** One step of the path walk: what a node of the graph does to a state, and the ways on from it. */
import type { Expr } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { namesTemporary } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import type { Loop } from './context.ts';
import { plain } from './flow.ts';
import { textOf, type Frame } from './frame.ts';
import type { Interpreter } from './interp.ts';
import { isInside, LoopBorders, loopEndingAt, roundsOf, type Step } from './loops.ts';
import type { State } from './state.ts';
import { isConst, ZERO } from './values.ts';

/** Runs nodes. */
export class Stepper {
  private readonly borders: LoopBorders;

  constructor(
    private readonly unit: TranslationUnit,
    private readonly interp: Interpreter,
  ) {
    this.borders = new LoopBorders(interp);
  }

  /** The states behind a node, each with the edge that it takes. `state` is used up. */
  step(node: CfgNode, state: State, frame: Frame, loops: ReadonlyMap<number, Loop>): Step[] {
    const w = node.what;
    const only = node.succs[0];
    switch (w.kind) {
      case 'expr':
        this.interp.eval(w.expr, state, frame);
        break;
      case 'decl': {
        const loc = frame.scope.local(w.decl.name);
        if (w.decl.init && w.decl.init.kind !== 'init')
          this.interp.memory.store(loc, this.interp.given(w.decl.init, w.decl.type, state, frame), state);
        else if (w.decl.init?.kind === 'init' && !w.decl.isStatic)
          this.interp.initialise(loc, w.decl.type, w.decl.init, state, frame);
        else if (!w.decl.isStatic)
          this.interp.memory.store(
            loc,
            this.interp.memory.fresh('d', w.decl.start, state, frame, { name: w.decl.name, unset: true }),
            state,
          );
        break;
      }
      case 'opaque':
        for (const p of w.parts) this.interp.eval(p, state, frame);
        break;
      case 'guard':
        for (const a of w.guard.args) this.interp.eval(a, state, frame);
        break;
      case 'return': {
        const value = w.value ? this.interp.eval(w.value, state, frame) : ZERO;
        return only ? this.borders.follow(node, [{ edge: only, state, value }], loops) : [];
      }
      case 'branch':
        return this.borders.follow(
          node,
          this.branch(
            node,
            w.test,
            state,
            frame,
            w.loop !== undefined ? (loops.get(node.id) ?? loopEndingAt(loops, node.id)) : undefined,
          ),
          loops,
        );
      case 'foreach':
        return this.borders.follow(node, this.foreach(node, state, frame, loops.get(node.id)), loops);
      case 'switch':
        return this.borders.follow(node, this.cases(node, w, state, frame), loops);
      case 'choice':
        return this.borders.follow(node, choices(node, state), loops);
      default:
        break;
    }
    if (node.succs.length === 1) return this.borders.follow(node, [{ edge: only!, state }], loops);
    return this.borders.follow(node, allWays(node, state), loops);
  }

  // What needs closures stands apart from `step`: a function that makes one keeps what it was given where each access costs more.

  private cases(node: CfgNode, w: Extract<CfgNode['what'], { kind: 'switch' }>, state: State, frame: Frame): Step[] {
    const v = this.interp.eval(w.value, state, frame);
    const out: Step[] = [];
    for (const { label } of node.succs)
      if (label.kind === 'case' && label.value.kind === 'id') {
        const c = this.interp.eval(label.value, state, frame);
        if (!c.o && !c.x) this.interp.symbols.setLabel(c.s);
      }
    for (const edge of node.succs) {
      const s = state.fork();
      const l = edge.label;
      let ok = true;
      if (l.kind === 'case') {
        const c = this.interp.eval(l.value, s, frame);
        ok = l.to ? s.assume('>=', v, c) && s.assume('<=', v, this.interp.eval(l.to, s, frame)) : s.assume('==', v, c);
        s.note(node.span, `${text(w.value, this.unit)} is ${text(l.value, this.unit)}`, 'branch');
      } else if (l.kind === 'default') {
        ok = l.excluded.every((x) => s.assume('!=', v, this.interp.eval(x, s, frame)));
      }
      if (ok) out.push({ edge, state: s });
    }
    return out;
  }

  private branch(node: CfgNode, test: Expr, state: State, frame: Frame, loop: Loop | undefined): Step[] {
    const tired = loop !== undefined && (state.rounds.get(loop.head) ?? 0) >= roundsOf(loop);
    if (tired) this.borders.widen(loop, state, frame);
    const skipped = loop !== undefined && !tired && this.isSkipped(loop, test, state, frame);
    const before = state.trace;
    const question = this.interp.question(test, state, frame);
    const answer = question && state.compare(question.op, question.a, question.b);
    const out: Step[] = [];
    const { succs } = node;
    const isTrueOpen = tired ? succs.length === 1 : answer !== false;
    const isFalseOpen = tired || answer !== true;
    // the last way that may be taken goes on with the state itself
    let last = succs.length - 1;
    while (last >= 0 && !(succs[last]!.label.kind === 'true' ? isTrueOpen : isFalseOpen)) last--;
    for (let i = 0; i <= last; i++) {
      const edge = succs[i]!;
      const truth = edge.label.kind === 'true';
      if (!(truth ? isTrueOpen : isFalseOpen)) continue;
      const s = i === last ? state : state.fork();
      const isPossible = question
        ? this.interp.assumeCompared(question, truth, s)
        : this.interp.assume(test, truth, s, frame);
      if (!isPossible && !tired) continue;
      // `while (!failed)` goes on where the test is false
      if (loop && !truth && !isInside(loop, edge.to)) this.borders.leave(loop, s, frame, skipped, test);
      const words = this.decision(test, truth);
      if (!loop && before === s.trace && words !== null) s.note(test, words, 'branch');
      out.push({ edge, state: s });
    }
    return out;
  }

  private readonly decisions = new Map<Expr, readonly [string, string] | null>();
  /** In words; null for one on what has no name in the text. */
  private decision(test: Expr, truth: boolean): string | null {
    let known = this.decisions.get(test);
    if (known === undefined) {
      const what = text(test, this.unit);
      known = namesTemporary(what) ? null : [`${what} is false`, `${what} is true`];
      this.decisions.set(test, known);
    }
    return known && known[truth ? 1 : 0];
  }

  /** The loop's test, of numbers that the path knows, does not hold where it first comes to it: what the loop would give back stays held. */
  private isSkipped(loop: Loop, test: Expr, state: State, frame: Frame): boolean {
    if (!loop.releases || !state.resources.size || state.rounds.get(loop.head)) return false;
    const t = plain(test);
    const sides =
      t.kind === 'binary' && /^([<>]=?|!=)$/.test(t.op) ? [t.left, t.right] : t.kind === 'update' ? [t] : [];
    // numbers, not symbols that were assumed to be small: those may go together with a count that was assumed to be none
    const s = state.fork();
    if (!sides.length || !sides.every((e) => isConst(this.interp.eval(e, s, frame)))) return false;
    return !this.interp.assume(test, true, state.fork(), frame);
  }

  private foreach(node: CfgNode, state: State, frame: Frame, loop: Loop | undefined): Step[] {
    const w = node.what;
    if (w.kind !== 'foreach') return [];
    const out: Step[] = [];
    const tired = loop !== undefined && (state.rounds.get(loop.head) ?? 0) >= roundsOf(loop);
    for (const edge of node.succs) {
      const truth = edge.label.kind === 'true';
      if (tired && truth && node.succs.length > 1) continue;
      const s = state.fork();
      if (truth) {
        for (const i of iterated(w.name, w.args)) {
          const a = w.args[i]!;
          if (a.kind === 'id')
            this.interp.memory.store(
              this.interp.place(a, s, frame),
              this.interp.memory.fresh('it', node.id, s, frame, { name: a.name }, `:${i}`),
              s,
            );
        }
      } else if (loop) this.borders.leave(loop, s, frame);
      out.push({ edge, state: s });
    }
    return out;
  }
}

/** The ways on from where a condition of the preprocessor decides that is not known. */
function choices(node: CfgNode, state: State): Step[] {
  const conditions = node.succs.map((e) => (e.label.kind === 'choice' ? e.label.condition : null));
  const decided = conditions.findIndex((c) => c !== null && state.choices.get(c) === true);
  const out: Step[] = [];
  node.succs.forEach((edge, i) => {
    if (decided >= 0 && decided !== i) return;
    const c = conditions[i];
    if (c !== null && c !== undefined && state.choices.get(c) === false) return;
    const s = state.fork();
    conditions.forEach((other, j) => {
      if (other !== null && j <= i) s.choices.set(other, j === i);
    });
    out.push({ edge, state: s });
  });
  return out;
}

/** All ways on, each with a state of its own. */
const allWays = (node: CfgNode, state: State): Step[] =>
  node.succs.map((edge, i) => ({ edge, state: i ? state.fork() : state }));

const text = (e: Expr, unit: TranslationUnit): string => `\`${textOf(e, unit).slice(0, 80)}\``;

/** Which arguments of a loop macro are its iteration variables. */
function iterated(name: string, args: readonly Expr[]): number[] {
  if (/for_each_(sg|sgtable)/.test(name)) return name.includes('sgtable') || /page/.test(name) ? [1, 2] : [1, 3];
  if (/^(xa|idr|ida|radix)_/.test(name)) return [1, 2];
  return args.length ? [0] : [];
}
