/**
 * Evaluation of expressions on a path state. Memory, arithmetic and the effects of calls on page references have files
 * of their own. Calls to functions of the same file are walked by the explorer, which leaves their results in
 * `Frame.results`.
 */
import type { BinaryExpr, CallExpr, CType, Expr, InitListExpr } from '../../language/c/ast.ts';
import { initialsOf, typeOfExpr } from '../../language/c/index.ts';
import { Acquires } from './acquire.ts';
import { Arithmetic } from './arithmetic.ts';
import { Callees, UNNAMED } from './callees.ts';
import { calleeName, FLAG_OF_PAGE } from './context.ts';
import { Effects } from './effects.ts';
import { nameOf, type Frame, type Machine } from './frame.ts';
import { iterTest } from './iterators.ts';
import { Memory } from './memory.ts';
import type { Place } from './place.ts';
import type { State } from './state.ts';
import { unionNames, type UnionNames } from './unions.ts';
import { isNumber, isUnsigned, memoOf, type UnitMemo } from './unit-memo.ts';
import type { Symbols } from './symbols.ts';
import { ZERO, constant, isConst, sameVal, symbol, valKey, type Val } from './values.ts';

/** By their names, calls that get a part of an object for that part's sake: a lock, a list, something to set up. */
const KEEPS_NO_PART = /(^|_)((try|un)?lock(ed)?|init|setup|assert|trace|debug|dbg|printk?|warn|err|log)(_|$)/i;

/** For each comparison the one that holds where it does not. */
const OPPOSITE: Readonly<Record<string, string>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};
const COMPARISONS: ReadonlySet<string> = new Set(Object.keys(OPPOSITE));
/** Stands for the largest unsigned number: the numbers of the walk are doubles, and those next to it must differ from it. */
const LARGEST = 2 ** 52;

/** A comparison of two values. */
interface Comparison {
  readonly op: string;
  readonly a: Val;
  readonly b: Val;
}

/** Evaluates expressions on a state, which it changes; what it notices goes to `Machine.emit`. */
export class Interpreter {
  readonly symbols: Symbols;
  readonly memory: Memory;
  private readonly unitMemo: UnitMemo;
  private readonly unions: UnionNames;
  private readonly arithmetic: Arithmetic;
  private readonly acquires: Acquires;
  private readonly effects: Effects;
  private readonly callees: Callees;

  constructor(readonly machine: Machine) {
    this.symbols = machine.symbols;
    this.unitMemo = memoOf(machine.unit);
    this.unions = unionNames(machine.unit);
    this.memory = new Memory(machine.symbols);
    this.arithmetic = new Arithmetic(machine.symbols);
    this.acquires = new Acquires(machine, this.memory);
    this.callees = new Callees(machine);
    this.effects = new Effects(machine, this.memory, this.arithmetic);
  }

  private typeOf(e: Expr, frame: Frame): CType | undefined {
    let known = this.unitMemo.types.get(e);
    if (known === undefined) {
      known = typeOfExpr(e, { unit: this.machine.unit, locals: frame.scope.types }) ?? null;
      this.unitMemo.types.set(e, known);
    }
    return known ?? undefined;
  }

  // ---- places ---------------------------------------------------------------------------------------------------

  place(e: Expr, state: State, frame: Frame): Place {
    switch (e.kind) {
      case 'id':
        return frame.scope.name(e.name).place;
      case 'member': {
        const name = this.unions.get(e.name) ?? e.name;
        if (!e.arrow) return this.place(e.object, state, frame).member(name);
        const object = this.eval(e.object, state, frame);
        // a pointer that is followed leads somewhere: later tests of it are about another one
        if (this.symbols.isInitial(object) && state.compare('!=', object, ZERO) === undefined)
          state.assume('!=', object, ZERO);
        return this.memory.deref(object).member(name);
      }
      case 'index':
        return this.memory.deref(
          this.arithmetic.add(this.eval(e.object, state, frame), this.eval(e.index, state, frame), state, true),
        );
      case 'unary':
        if (e.op === '*') return this.memory.deref(this.eval(e.arg, state, frame));
        break;
      case 'cast':
        return this.place(e.arg, state, frame);
      case 'compound': {
        const loc = frame.scope.local(`$literal${e.start}`);
        this.initialise(loc, e.type, e.init, state, frame);
        return loc;
      }
      default:
        break;
    }
    return this.symbols.places.passing(e.start);
  }

  /** Fills an object as its initialiser says: what it does not name is zero. */
  initialise(loc: Place, type: CType, init: InitListExpr, state: State, frame: Frame): void {
    const isArray = type.kind === 'array';
    this.memory.store(
      loc,
      this.memory.fresh('i', init.start, state, frame, { ...(!isArray && { zeroed: true }) }),
      state,
    );
    for (const { path, value } of initialsOf(type, init, { unit: this.machine.unit, locals: frame.scope.types })) {
      let at = loc;
      for (const step of path)
        at = typeof step === 'number' ? at.element(step) : at.member(this.unions.get(step) ?? step);
      this.memory.store(at, this.eval(value, state, frame), state);
    }
  }

  /**
   * The value of an initialiser, or of what is assigned, for a variable of that type. `u32 *words = obj->words`, in an object that starts as
   * zeroes and whose type stands in a header that was not read: nobody reads a number's null pointer out of it, it is an array there.
   */
  given(e: Expr, type: CType | undefined, state: State, frame: Frame): Val {
    const v = this.eval(e, state, frame);
    if (e.kind !== 'member' || !isConst(v) || v.o || type?.kind !== 'pointer' || !isNumber(type.to)) return v;
    if (this.typeOf(e, frame) !== undefined) return v;
    const loc = this.place(e, state, frame);
    return state.memory.get(loc) ? v : this.memory.start(loc);
  }

  // ---- expressions ----------------------------------------------------------------------------------------------

  eval(e: Expr, state: State, frame: Frame): Val {
    switch (e.kind) {
      case 'num':
        return constant(Number(e.value));
      case 'str':
        return symbol(this.symbols.get(`str:${e.start}`, { nonNull: true }));
      case 'id': {
        const name = frame.scope.name(e.name);
        const { place } = name;
        if (name.value === undefined) name.value = this.valueOfName(e.name, place, frame);
        if (name.value) return name.value;
        return state.memory.get(place) ?? this.first(e, place, state, frame);
      }
      case 'member': {
        const loc = this.place(e, state, frame);
        if (this.typeOf(e, frame)?.kind === 'array') return this.memory.start(loc);
        return state.memory.get(loc) ?? this.first(e, loc, state, frame);
      }
      case 'index': {
        const loc = this.place(e, state, frame);
        // a row of an array of arrays
        if (this.typeOf(e, frame)?.kind === 'array') return this.memory.start(loc);
        return state.memory.get(loc) ?? this.element(e, loc, state);
      }
      case 'unary': {
        if (e.op === '&') {
          const inner = e.arg;
          if (inner.kind === 'index')
            return this.arithmetic.add(
              this.eval(inner.object, state, frame),
              this.eval(inner.index, state, frame),
              state,
              true,
            );
          if (inner.kind === 'unary' && inner.op === '*') return this.eval(inner.arg, state, frame);
          return this.memory.address(this.place(inner, state, frame));
        }
        if (e.op === '*') {
          const loc = this.place(e, state, frame);
          return state.memory.get(loc) ?? this.element(e, loc, state);
        }
        const v = this.eval(e.arg, state, frame);
        if (e.op === '!') return this.arithmetic.truth('==', v, ZERO, state);
        if (e.op === '-' && isConst(v)) return constant(-v.o);
        if (e.op === '~' && isConst(v)) return constant(~v.o);
        if (e.op === '+') return v;
        return symbol(this.symbols.get(`${e.op}(${valKey(v)})`));
      }
      case 'update': {
        const loc = this.place(e.arg, state, frame);
        const old = this.eval(e.arg, state, frame);
        const next = { ...old, o: old.o + (e.op === '++' ? 1 : -1) };
        this.memory.store(loc, next, state);
        return e.prefix ? next : old;
      }
      case 'assign': {
        if (e.op === '=' && e.right.kind === 'compound' && e.right.type.kind !== 'array') {
          const object = this.place(e.left, state, frame);
          this.initialise(object, e.right.type, e.right.init, state, frame);
          return this.memory.load(object, state);
        }
        const right =
          e.op === '=' && e.left.kind === 'id'
            ? this.given(e.right, frame.scope.types.get(e.left.name), state, frame)
            : this.eval(e.right, state, frame);
        const loc = this.place(e.left, state, frame);
        let v = right;
        if (e.op !== '=') {
          const t = this.typeOf(e.left, frame);
          v = this.arithmetic.binary(
            e.op.slice(0, -1),
            this.eval(e.left, state, frame),
            right,
            state,
            t?.kind === 'pointer' || t?.kind === 'array',
          );
        }
        this.memory.store(loc, v, state);
        return v;
      }
      case 'binary': {
        if (e.op === ',') {
          this.eval(e.left, state, frame);
          return this.eval(e.right, state, frame);
        }
        const a = this.eval(e.left, state, frame);
        if (e.op === '&&' || e.op === '||') {
          const left = state.compare('!=', a, ZERO);
          if (left === (e.op === '||')) return constant(left ? 1 : 0);
          const right = this.eval(e.right, state.fork(), frame);
          if (left !== undefined) return this.arithmetic.truth('!=', right, ZERO, state);
          return symbol(this.symbols.get(`(${valKey(a)}${e.op}${valKey(right)})`, { lo: 0, hi: 1 }));
        }
        const b = this.eval(e.right, state, frame);
        if (COMPARISONS.has(e.op)) {
          const asked = this.converted(e, a, b, state, frame);
          return this.arithmetic.truth(asked.op, asked.a, asked.b, state);
        }
        const t = e.op === '+' || e.op === '-' ? this.typeOf(e.left, frame) : undefined;
        const pointer = t?.kind === 'pointer' || t?.kind === 'array';
        // a place further down in the same memory, not a distance
        if (pointer && e.op === '-' && !isConst(b) && isNumber(this.typeOf(e.right, frame)))
          return this.arithmetic.before(a, b);
        // nobody counts from a null pointer
        if (pointer && e.op === '+' && e.right.kind !== 'num') state.assume('!=', a, ZERO);
        return this.arithmetic.binary(e.op, a, b, state, pointer);
      }
      case 'cond': {
        const test = this.eval(e.test, state, frame);
        const known = state.compare('!=', test, ZERO);
        if (known === true) return e.then ? this.eval(e.then, state, frame) : test;
        if (known === false) return this.eval(e.else, state, frame);
        const yes = state.fork();
        const no = state.fork();
        const canYes = this.assume(e.test, true, yes, frame);
        const canNo = this.assume(e.test, false, no, frame);
        const a = e.then ? this.eval(e.then, yes, frame) : test;
        const b = this.eval(e.else, no, frame);
        if (!canYes || sameVal(a, b)) return b;
        if (!canNo) return a;
        const lo = Math.min(yes.bounds(a).lo, no.bounds(b).lo);
        const hi = Math.max(yes.bounds(a).hi, no.bounds(b).hi);
        return symbol(
          this.symbols.get(`(${valKey(test)}?${valKey(a)}:${valKey(b)}:${lo}:${hi})`, {
            lo: lo > -Infinity ? lo : undefined,
            hi: hi < Infinity ? hi : undefined,
          }),
        );
      }
      case 'cast':
        return this.eval(e.arg, state, frame);
      case 'sizeof':
      case 'offsetof':
        return symbol(this.symbols.get(`size:${nameOf(e, this.machine.unit)}`, { lo: 1 }));
      case 'call':
        return this.call(e, state, frame);
      case 'opaque':
        for (const p of e.parts) this.eval(p, state, frame);
        return this.memory.fresh('o', e.start, state, frame);
      case 'compound': {
        const loc = this.place(e, state, frame);
        return e.type.kind === 'array' ? this.memory.start(loc) : this.memory.load(loc, state);
      }
      case 'init':
      case 'type':
      case 'stmtexpr':
        return this.memory.fresh('c', e.start, state, frame);
    }
  }

  // What `eval` needs closures for stands apart: a function that makes one keeps what it was given where each access costs more.

  /** What a variable or field held before the path wrote to it. */
  private first(e: Expr, loc: Place, state: State, frame: Frame): Val {
    const name = (): string => (e.kind === 'id' ? e.name : nameOf(e, this.machine.unit));
    return this.memory.first(loc, state, name, () => isUnsigned(this.typeOf(e, frame)));
  }

  /** The same of what stands behind a pointer, or in an array. */
  private element(e: Expr, loc: Place, state: State): Val {
    return this.memory.first(loc, state, () => nameOf(e, this.machine.unit));
  }

  /** What a name says on all paths; null if that is what stands in its place. */
  private valueOfName(name: string, place: Place, frame: Frame): Val | null {
    const n = place.isGlobal ? this.machine.constant(name) : undefined;
    if (n !== undefined) return constant(n);
    return frame.scope.types.get(name)?.kind === 'array' ? this.memory.start(place) : null;
  }

  /** Adds the fact that `e` is true (or false); false when the path is impossible. */
  assume(e: Expr, truth: boolean, state: State, frame: Frame): boolean {
    if (e.kind === 'unary' && e.op === '!') return this.assume(e.arg, !truth, state, frame);
    if (e.kind === 'binary' && (e.op === '&&' || e.op === '||')) {
      if ((e.op === '&&') === truth)
        return this.assume(e.left, truth, state, frame) && this.assume(e.right, truth, state, frame);
      return true;
    }
    return this.assumeCompared(this.compared(e, state, frame), truth, state);
  }

  /** What a test that is one question asks; undefined for `&&` and `||`, whose sides are evaluated as far as they are needed. */
  question(e: Expr, state: State, frame: Frame): Comparison | undefined {
    if (e.kind === 'unary' && e.op === '!') {
      const inner = this.question(e.arg, state, frame);
      return inner && { ...inner, op: OPPOSITE[inner.op]! };
    }
    return e.kind === 'binary' && (e.op === '&&' || e.op === '||') ? undefined : this.compared(e, state, frame);
  }

  private compared(e: Expr, state: State, frame: Frame): Comparison {
    if (e.kind !== 'binary' || !COMPARISONS.has(e.op)) return { op: '!=', a: this.eval(e, state, frame), b: ZERO };
    const a = this.eval(e.left, state, frame);
    const b = this.eval(e.right, state, frame);
    // `obj->kind == DEMO_USER` asks which of some names was written there: each of them is another value
    if (e.op === '==' || e.op === '!=') {
      if (e.right.kind === 'id' && e.left.kind === 'member') this.symbols.setLabels(a, b);
      else if (e.left.kind === 'id' && e.right.kind === 'member') this.symbols.setLabels(b, a);
    }
    return this.converted(e, a, b, state, frame);
  }

  /** The sides as they are compared: `size == (u64)-1` is about a very large size, not about one below zero. */
  private converted({ op, left, right }: BinaryExpr, a: Val, b: Val, state: State, frame: Frame): Comparison {
    return { op, a: this.side(a, b, right, state, frame), b: this.side(b, a, left, state, frame) };
  }

  private side(v: Val, other: Val, written: Expr, state: State, frame: Frame): Val {
    if (!isConst(v) || v.o >= 0 || isConst(other) || other.x || state.bounds(other).lo < 0) return v;
    return isUnsigned(this.typeOf(written, frame)) ? constant(LARGEST + 1 + v.o) : v;
  }

  /** Adds the fact that a comparison holds (or does not); false when the path is impossible. */
  assumeCompared({ op, a, b }: Comparison, truth: boolean, state: State): boolean {
    if (!state.assume(truth ? op : OPPOSITE[op]!, a, b)) return false;
    // the comparison of a remembered truth value with 0
    const test = a.o === 0 && !a.x ? this.symbols.info(a.s).test : undefined;
    if (test && isConst(b) && (op === '==' || op === '!=')) {
      const isTrue = (op === '==') === truth ? b.o !== 0 : b.o === 0;
      return this.assumeCompared(test, isTrue, state);
    }
    return true;
  }

  // ---- calls ----------------------------------------------------------------------------------------------------

  private call(e: CallExpr, state: State, frame: Frame): Val {
    const done = frame.results.get(e);
    if (done) return done;
    const name = calleeName(e);
    if (name === undefined) this.eval(e.callee, state, frame);
    const { acquire, fact, what } = name === undefined ? UNNAMED : this.callees.of(name);
    if (what === 'transparent') return e.args[0] ? this.eval(e.args[0], state, frame) : ZERO;
    if (what === 'iterator' && e.args[0]) return iterTest(this.symbols, name!, this.eval(e.args[0], state, frame));
    const args: Val[] = [];
    for (let i = 0; i < e.args.length; i++) {
      const a = e.args[i]!;
      args.push(a.kind === 'type' && !acquire ? ZERO : this.eval(a, state, frame));
    }
    if (acquire) return this.acquires.acquire(acquire, e, args, state, frame);
    if (name && what === 'min-max') return this.arithmetic.minMax(name, e, args, state);
    // MACROS of headers that were not read compute something from their arguments
    if (name && what === 'macro' && (!fact || fact.effects.every((x) => x.kind === 'pure'))) {
      return symbol(
        this.symbols.get(`${name}(${args.map(valKey).join()})`, {
          name: `${name}()`,
          unique: args.length > 0 && args.every(isConst),
        }),
      );
    }
    this.callbacks(e, args, state, frame);
    if (!fact) return this.unknownCall(e, name, args, state, frame);
    let result: Val | undefined;
    for (const effect of fact.effects) {
      result = this.effects.effect(effect, e, args, state, frame) ?? result;
      if (effect.kind === 'user-copy' && effect.writes) this.overwrite(effect.writes, e, args[0], state, frame);
    }
    this.mayBeSet(e, args, state, frame);
    result ??= name ? this.effects.tells(name, e, args, state, frame) : undefined;
    return result ?? this.memory.fresh('r', e.start, state, frame, { name: name && `${name}()` });
  }

  /** Code that is known got addresses of variables. */
  private mayBeSet(e: CallExpr, args: readonly Val[], state: State, frame: Frame): void {
    const set = (): Val => this.memory.fresh('z', e.start, state, frame);
    for (let i = 0; i < args.length; i++) this.memory.mayBeSet(args[i]!, set, state);
  }

  /** What came from user memory is not what was there before. */
  private overwrite(what: 'variable' | 'memory', e: CallExpr, to: Val | undefined, state: State, frame: Frame): void {
    const now = this.memory.fresh('u', e.start, state, frame);
    if (what === 'variable' && e.args[0]) this.memory.store(this.place(e.args[0], state, frame), now, state);
    else if (what === 'memory' && to?.s) this.memory.changed(this.memory.deref(to), now, state);
  }

  /** A function of this file passed along (kref_put(&obj->ref, release)): it will get the object. */
  private callbacks(e: CallExpr, args: readonly Val[], state: State, frame: Frame): void {
    const { names } = this.unitMemo;
    let any = false;
    for (let i = 0; i < e.args.length && !any; i++) {
      const a = e.args[i]!;
      any = a.kind === 'id' && names.has(a.name) && !frame.scope.types.has(a.name);
    }
    if (!any) return;
    for (const v of args) if (v.s) state.escape(this.memory.ownerOf(v), `passed to ${calleeName(e) ?? 'a callback'}()`);
  }

  /** Code that is not seen: what it is given by address it may change, what it is given at all it may keep. */
  private unknownCall(e: CallExpr, name: string | undefined, args: readonly Val[], state: State, frame: Frame): Val {
    const result = this.memory.fresh('r', e.start, state, frame, { name: name && `${name}()` });
    if (name !== undefined && this.machine.alwaysFails(name)) state.assume('<', result, ZERO);
    if (name !== undefined && FLAG_OF_PAGE.test(name)) return result;
    const how = `passed to ${name ?? 'a callback'}()`;
    for (let i = 0; i < args.length; i++) {
      const v = args[i]!;
      if (!v.s) continue;
      const { addressOf: loc, elementOf: el } = this.symbols.info(v.s);
      if (loc?.isLocal) {
        const inner = state.memory.get(loc);
        if (!inner || !this.memory.touchesResource(inner, state))
          this.memory.changed(loc, this.memory.fresh('a', e.start, state, frame, {}, `:${i}`), state);
      }
      this.mayBeFilled(v, e, state, frame);
      this.memory.refilled(v.s, state);
      state.escape(v.s, how, result);
      if (el) state.escape(el.array, how, result);
      // `&io->request`: from a part of an object its owner finds the object (container_of()), and what is in it
      const owner = loc && !loc.isLocal ? this.memory.ownerOf(v) : v.s;
      if (owner !== v.s && !KEEPS_NO_PART.test(name ?? '') && this.memory.holdsPages(owner, state))
        state.escape(owner, how, result);
    }
    return result;
  }

  private mayBeFilled(v: Val, e: CallExpr, state: State, frame: Frame): void {
    this.memory.mayBeFilled(v, (at) => this.memory.fresh('b', e.start, state, frame, {}, `:${at.text}`), state);
  }
}
