/**
 * Evaluation of expressions on a path state: memory, arithmetic, and the effects of calls on page references.
 * Calls to functions of the same file are walked by the explorer, which leaves their results in `Frame.results`.
 */
import type { CallExpr, CType, Expr, Span } from '../../language/c/ast.ts';
import { exprText, foldConstant, typeOfExpr } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import { facts } from '../../language/kernel/index.ts';
import type { AcquireFact, Effect, PagesArg } from '../../language/kernel/types.ts';
import { calleeName, type FunctionContext } from './context.ts';
import type { PathEvent } from './events.ts';
import { mayHold, type RefKind, type Resource, type State, type Trace } from './state.ts';
import { ZERO, constant, isConst, sameVal, symbol, valKey, type Symbols, type Val } from './values.ts';

/** One activation of a function on the (inlined) call stack. */
export interface Frame {
  readonly id: string;
  readonly context: FunctionContext;
  readonly caller: Frame | null;
  /** Results of the same-file calls in the node being evaluated. */
  results: Map<CallExpr, Val>;
}

/** Services that evaluation needs from the explorer. */
export interface Machine {
  readonly unit: TranslationUnit;
  readonly symbols: Symbols;
  /** The file defines a function of that name: what the kernel's tables say of it does not hold. */
  isLocal(name: string): boolean;
  emit(event: PathEvent): void;
}

/** Calls that give back their first argument. */
const TRANSPARENT = new Set([
  'likely',
  'unlikely',
  'READ_ONCE',
  'ACCESS_ONCE',
  '__builtin_expect',
  'WARN_ON',
  'WARN_ON_ONCE',
  'WARN',
  'WARN_ONCE',
  'untagged_addr',
]);

/** Shortest name of an expression for messages. */
export const nameOf = (e: Expr, unit: TranslationUnit): string =>
  exprText(e, unit.text).replace(/\s+/g, ' ').slice(0, 60);

/** Evaluates expressions on a state, which it changes; what it notices goes to `Machine.emit`. */
export class Interpreter {
  constructor(private readonly machine: Machine) {}

  private get symbols(): Symbols {
    return this.machine.symbols;
  }

  private typeOf(e: Expr, frame: Frame): CType | undefined {
    return typeOfExpr(e, { unit: this.machine.unit, locals: frame.context.types });
  }

  // ---- places ---------------------------------------------------------------------------------------------------

  /** The value that is the address of a place. */
  address(loc: string): Val {
    return symbol(
      this.symbols.get(`addr:${loc}`, {
        nonNull: true,
        local: loc.startsWith('f') ? 'variable' : undefined,
        addressOf: loc,
        name: loc.endsWith('[0]') ? shortLoc(loc).slice(0, -3) : `&${shortLoc(loc)}`,
      }),
    );
  }

  /** The place that a pointer points to. */
  deref(v: Val): string {
    const known = this.symbols.info(v.s).addressOf;
    if (known !== undefined)
      return v.o || v.x ? `${known.replace(/\[0\]$/, '')}[${v.o}${v.x ? `+x${v.x}` : ''}]` : known;
    return `${valKey(v)}.*`;
  }

  place(e: Expr, state: State, frame: Frame): string {
    switch (e.kind) {
      case 'id':
        return frame.context.types.has(e.name) || e.name.startsWith('$') ? `${frame.id}/${e.name}` : `G/${e.name}`;
      case 'member':
        return e.arrow
          ? `${this.deref(this.eval(e.object, state, frame))}.${e.name}`
          : `${this.place(e.object, state, frame)}.${e.name}`;
      case 'index':
        return this.deref(this.add(this.eval(e.object, state, frame), this.eval(e.index, state, frame), state, true));
      case 'unary':
        if (e.op === '*') return this.deref(this.eval(e.arg, state, frame));
        break;
      case 'cast':
        return this.place(e.arg, state, frame);
      default:
        break;
    }
    return `T/${e.start}`;
  }

  load(loc: string, name?: string, unsigned?: () => boolean): (state: State) => Val {
    return (state) => {
      const known = state.memory.get(loc);
      if (known) return known;
      const m = /^(\d+)(?:\+(-?\d+))?(?:\+x(\d+))?\.\*$/.exec(loc);
      const base = /^(\d+)/.exec(loc);
      const arr = /^(.*)\[(-?\d+)(?:\+x(\d+))?\]$/.exec(loc);
      let elementOf: { array: number; index: Val } | undefined;
      if (m)
        elementOf = { array: Number(m[1]), index: { s: 0, o: Number(m[2] ?? 0), x: m[3] ? Number(m[3]) : undefined } };
      else if (arr)
        elementOf = {
          array: this.address(`${arr[1]!}[0]`).s,
          index: { s: 0, o: Number(arr[2]), x: arr[3] ? Number(arr[3]) : undefined },
        };
      if (
        base &&
        !elementOf &&
        this.symbols.info(Number(base[1])).zeroed &&
        !state.escaped.has(Number(base[1])) &&
        /^\d+\.\*\./.test(loc)
      )
        return ZERO;
      const filled = elementOf ? state.filled.get(elementOf.array) : undefined;
      const key = `init:${this.epoch(loc, state)}${filled ? `#${filled}` : ''}`;
      const known0 = this.symbols.has(key);
      const id = this.symbols.get(
        key,
        known0
          ? {}
          : {
              name,
              ...(unsigned?.() ? { lo: 0 } : {}),
              elementOf,
              fill: filled,
              from: base ? { base: Number(base[1]), field: loc.slice(loc.lastIndexOf('.') + 1) } : undefined,
            },
      );
      return symbol(id);
    };
  }

  /** A member of something that was overwritten as a whole is not what it was at first. */
  private epoch(loc: string, state: State): string {
    for (
      let cut = Math.max(loc.lastIndexOf('.'), loc.lastIndexOf('['));
      cut > 0;
      cut = Math.max(loc.lastIndexOf('.', cut - 1), loc.lastIndexOf('[', cut - 1))
    ) {
      const whole = state.memory.get(loc.slice(0, cut));
      if (whole) return `${valKey(whole)}~${loc.slice(cut)}`;
    }
    return loc;
  }

  store(loc: string, v: Val, state: State): void {
    state.memory.set(loc, v);
    if (!loc.startsWith('f') && !loc.startsWith('T')) {
      this.published(loc, state);
      if (v.s && this.symbols.info(v.s).elementOf) this.flowsOut(v, state);
    }
    const prefix = `${loc}.`;
    const bracket = `${loc}[`;
    for (const k of state.memory.keys()) if (k.startsWith(prefix) || k.startsWith(bracket)) state.memory.delete(k);
  }

  private flowsOut(v: Val, state: State): void {
    for (const [id, r] of this.resourcesOf(v, state)) if (!r.outflow) state.resources.set(id, { ...r, outflow: true });
  }

  /** Notes for held pages that the function wrote to memory that others see: a sign that the object now owns them. */
  private published(loc: string, state: State): void {
    const field = loc.slice(loc.lastIndexOf('.') + 1);
    if (field === '*') return;
    for (const [id, r] of state.resources) {
      if (r.status === 'held' && !r.published.includes(field))
        state.resources.set(id, { ...r, published: [...r.published, field].sort() });
    }
  }

  /** A value that nobody knows anything about; the same one each time that this place of the code is reached in the same round. */
  fresh(
    tag: string,
    state: State,
    frame: Frame,
    info: { name?: string; lo?: number; hi?: number; local?: 'heap'; zeroed?: boolean } = {},
  ): Val {
    const rounds = [...state.rounds].map(([h, n]) => `${h}:${n}`).join(',');
    return symbol(this.symbols.get(`fresh:${frame.id}:${tag}:${rounds}`, info));
  }

  // ---- arithmetic -----------------------------------------------------------------------------------------------

  add(a: Val, b: Val, state: State, pointer = false): Val {
    if (isConst(b)) return { ...a, o: a.o + b.o };
    if (isConst(a)) return { ...b, o: b.o + a.o };
    if (!pointer && this.isAddress(b) && !this.isAddress(a)) [a, b] = [b, a];
    if (pointer || this.isAddress(a)) {
      const x = this.symbols.get(`idx:${a.x ?? 0}:${valKey(b)}`);
      return { s: a.s, o: a.o, x };
    }
    const [l, r] = valKey(a) < valKey(b) ? [a, b] : [b, a];
    const id = this.symbols.get(`(${valKey(l)}+${valKey(r)})`);
    const ba = state.bounds(a);
    const bb = state.bounds(b);
    state.assume('>=', symbol(id), constant(Math.max(ba.lo + bb.lo, -Number.MAX_SAFE_INTEGER)));
    if (bb.lo >= 0 && !a.o) state.assume(bb.lo > 0 ? '>' : '>=', symbol(id), a);
    if (ba.lo >= 0 && !b.o) state.assume(ba.lo > 0 ? '>' : '>=', symbol(id), b);
    return symbol(id);
  }

  /** Known to be an address, or a number that stands for a page, whatever its type says. */
  private isAddress(v: Val): boolean {
    const info = this.symbols.info(v.s);
    return !!(info.elementOf ?? info.numberOf) || info.addressOf !== undefined || info.local !== undefined;
  }

  private arithmetic(op: string, a: Val, b: Val, state: State, pointer: boolean): Val {
    if (op === '+') return this.add(a, b, state, pointer);
    if (op === '-') {
      if (isConst(b)) return { ...a, o: a.o - b.o };
      if (a.s === b.s && (a.x ?? 0) === (b.x ?? 0)) return constant(a.o - b.o);
    }
    if (isConst(a) && isConst(b)) {
      const n = foldNumbers(op, a.o, b.o);
      if (n !== undefined) return constant(n);
    }
    const lo = state.bounds(a).lo >= 0 && state.bounds(b).lo >= 0 && op !== '-' ? 0 : undefined;
    return symbol(this.symbols.get(`(${valKey(a)}${op}${valKey(b)})`, lo === 0 ? { lo: 0 } : {}));
  }

  private truth(op: string, a: Val, b: Val, state: State): Val {
    const known = state.compare(op, a, b);
    if (known !== undefined) return constant(known ? 1 : 0);
    return symbol(this.symbols.get(`(${valKey(a)}${op}${valKey(b)})`, { lo: 0, hi: 1, test: { op, a, b } }));
  }

  // ---- expressions ----------------------------------------------------------------------------------------------

  eval(e: Expr, state: State, frame: Frame): Val {
    switch (e.kind) {
      case 'num':
        return constant(Number(e.value));
      case 'str':
        return symbol(this.symbols.get(`str:${e.start}`, { nonNull: true }));
      case 'id': {
        if (!frame.context.types.has(e.name) && !e.name.startsWith('$')) {
          if (e.name === 'NULL' || e.name === 'false') return ZERO;
          if (e.name === 'true') return constant(1);
          const n = errno(e.name) ?? foldToNumber(e, this.machine.unit);
          if (n !== undefined) return constant(n);
        }
        const loc = this.place(e, state, frame);
        if (frame.context.types.get(e.name)?.kind === 'array') return this.address(`${loc}[0]`);
        return this.load(loc, e.name, () => isUnsigned(this.typeOf(e, frame)))(state);
      }
      case 'member': {
        const loc = this.place(e, state, frame);
        if (this.typeOf(e, frame)?.kind === 'array') return this.address(`${loc}[0]`);
        return this.load(loc, nameOf(e, this.machine.unit), () => isUnsigned(this.typeOf(e, frame)))(state);
      }
      case 'index':
        return this.load(this.place(e, state, frame), nameOf(e, this.machine.unit))(state);
      case 'unary': {
        if (e.op === '&') {
          const inner = e.arg;
          if (inner.kind === 'index')
            return this.add(this.eval(inner.object, state, frame), this.eval(inner.index, state, frame), state, true);
          if (inner.kind === 'unary' && inner.op === '*') return this.eval(inner.arg, state, frame);
          return this.address(this.place(inner, state, frame));
        }
        if (e.op === '*') return this.load(this.place(e, state, frame), nameOf(e, this.machine.unit))(state);
        const v = this.eval(e.arg, state, frame);
        if (e.op === '!') return this.truth('==', v, ZERO, state);
        if (e.op === '-' && isConst(v)) return constant(-v.o);
        if (e.op === '~' && isConst(v)) return constant(~v.o);
        if (e.op === '+') return v;
        return symbol(this.symbols.get(`${e.op}(${valKey(v)})`));
      }
      case 'update': {
        const loc = this.place(e.arg, state, frame);
        const old = this.eval(e.arg, state, frame);
        const next = { ...old, o: old.o + (e.op === '++' ? 1 : -1) };
        this.store(loc, next, state);
        return e.prefix ? next : old;
      }
      case 'assign': {
        const right = this.eval(e.right, state, frame);
        const loc = this.place(e.left, state, frame);
        let v = right;
        if (e.op !== '=') {
          const t = this.typeOf(e.left, frame);
          v = this.arithmetic(
            e.op.slice(0, -1),
            this.eval(e.left, state, frame),
            right,
            state,
            t?.kind === 'pointer' || t?.kind === 'array',
          );
        }
        this.store(loc, v, state);
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
          if (left !== undefined) return this.truth('!=', right, ZERO, state);
          return symbol(this.symbols.get(`(${valKey(a)}${e.op}${valKey(right)})`, { lo: 0, hi: 1 }));
        }
        const b = this.eval(e.right, state, frame);
        if (['==', '!=', '<', '<=', '>', '>='].includes(e.op)) return this.truth(e.op, a, b, state);
        const t = e.op === '+' || e.op === '-' ? this.typeOf(e.left, frame) : undefined;
        return this.arithmetic(e.op, a, b, state, t?.kind === 'pointer' || t?.kind === 'array');
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
        return this.fresh(`o${e.start}`, state, frame);
      case 'compound':
      case 'init':
      case 'type':
      case 'stmtexpr':
        return this.fresh(`c${e.start}`, state, frame);
    }
  }

  /** Adds the fact that `e` is true (or false); false when the path is impossible. */
  assume(e: Expr, truth: boolean, state: State, frame: Frame): boolean {
    if (e.kind === 'unary' && e.op === '!') return this.assume(e.arg, !truth, state, frame);
    if (e.kind === 'binary' && (e.op === '&&' || e.op === '||')) {
      if ((e.op === '&&') === truth)
        return this.assume(e.left, truth, state, frame) && this.assume(e.right, truth, state, frame);
      return true;
    }
    if (e.kind === 'binary' && ['==', '!=', '<', '<=', '>', '>='].includes(e.op)) {
      const a = this.eval(e.left, state, frame);
      const b = this.eval(e.right, state, frame);
      return this.assumeCompare(e.op, a, b, truth, state);
    }
    return this.assumeVal(this.eval(e, state, frame), truth, state);
  }

  private assumeVal(v: Val, truth: boolean, state: State): boolean {
    const test = v.o === 0 && !v.x ? this.symbols.info(v.s).test : undefined;
    if (!state.assume(truth ? '!=' : '==', v, ZERO)) return false;
    return test ? this.assumeCompare(test.op, test.a, test.b, truth, state) : true;
  }

  private assumeCompare(op: string, a: Val, b: Val, truth: boolean, state: State): boolean {
    const flipped: Record<string, string> = { '==': '!=', '!=': '==', '<': '>=', '>=': '<', '>': '<=', '<=': '>' };
    if (!state.assume(truth ? op : flipped[op]!, a, b)) return false;
    // the comparison of a remembered truth value with 0
    const test = a.o === 0 && !a.x ? this.symbols.info(a.s).test : undefined;
    if (test && isConst(b) && (op === '==' || op === '!=')) {
      const isTrue = (op === '==') === truth ? b.o !== 0 : b.o === 0;
      return this.assumeCompare(test.op, test.a, test.b, isTrue, state);
    }
    return true;
  }

  // ---- calls ----------------------------------------------------------------------------------------------------

  private call(e: CallExpr, state: State, frame: Frame): Val {
    const done = frame.results.get(e);
    if (done) return done;
    const name = calleeName(e);
    if (name === undefined) this.eval(e.callee, state, frame);
    if (name && TRANSPARENT.has(name)) {
      return e.args[0] ? this.eval(e.args[0], state, frame) : ZERO;
    }
    const own = name !== undefined && this.machine.isLocal(name);
    const acquire = name && !own ? facts.acquire(name) : undefined;
    if (acquire) return this.acquire(acquire, e, state, frame);
    const args = e.args.map((a) => (a.kind === 'type' ? ZERO : this.eval(a, state, frame)));
    const fact = name && !own ? facts.call(name) : undefined;
    if (name && /^(min|max|min_t|max_t|umin|umax)$/.test(name)) return this.minMax(name, e, args, state);
    // MACROS of headers that were not read compute something from their arguments
    if (!fact && name && /^_*[A-Z][A-Z0-9_]*$/.test(name)) {
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
    for (const effect of fact.effects) result = this.effect(effect, e, args, state, frame) ?? result;
    return result ?? this.fresh(`r${e.start}`, state, frame, { name: name && `${name}()` });
  }

  private minMax(name: string, e: CallExpr, args: readonly Val[], state: State): Val {
    const [a, b] = e.args[0]?.kind === 'type' || args.length === 3 ? [args[1], args[2]] : [args[0], args[1]];
    if (!a || !b) return ZERO;
    const less = state.compare('<=', a, b);
    const isMin = name.includes('min');
    if (less !== undefined) return less === isMin ? a : b;
    const v = symbol(this.symbols.get(`${isMin ? 'min' : 'max'}(${valKey(a)},${valKey(b)})`));
    state.assume(isMin ? '<=' : '>=', v, a);
    state.assume(isMin ? '<=' : '>=', v, b);
    return v;
  }

  /** A function of this file passed along (kref_put(&obj->ref, release)): it will get the object. */
  private callbacks(e: CallExpr, args: readonly Val[], state: State, frame: Frame): void {
    const names = this.machine.unit.functions;
    if (
      !e.args.some((a) => a.kind === 'id' && !frame.context.types.has(a.name) && names.some((f) => f.name === a.name))
    )
      return;
    for (const v of args) if (v.s) state.escaped.set(this.ownerOf(v), `passed to ${calleeName(e) ?? 'a callback'}()`);
  }

  /** Code that is not seen: what it is given by address it may change, what it is given at all it may keep. */
  private unknownCall(e: CallExpr, name: string | undefined, args: readonly Val[], state: State, frame: Frame): Val {
    args.forEach((v, i) => {
      const loc = this.symbols.info(v.s).addressOf;
      if (loc?.startsWith('f') && v.s) {
        const inner = state.memory.get(loc);
        if (!inner || !this.touchesResource(inner, state))
          this.store(loc, this.fresh(`a${e.start}:${i}`, state, frame), state);
      }
      if (!v.s) return;
      this.refilled(v.s, state);
      state.escaped.set(v.s, `passed to ${name ?? 'a callback'}()`);
      const el = this.symbols.info(v.s).elementOf;
      if (el) state.escaped.set(el.array, `passed to ${name ?? 'a callback'}()`);
    });
    return this.fresh(`r${e.start}`, state, frame, { name: name && `${name}()` });
  }

  /** The array holds other pages now: what was released before is no second release. */
  private refilled(array: number, state: State): void {
    for (const k of state.ghosts.keys()) {
      const s = Number(k.slice(0, k.indexOf('@')));
      if (s === array || this.symbols.info(s).elementOf?.array === array) state.ghosts.delete(k);
    }
  }

  private touchesResource(v: Val, state: State): boolean {
    const el = this.symbols.info(v.s).elementOf;
    for (const r of state.resources.values()) if (r.array === v.s || r.array === el?.array) return true;
    return false;
  }

  private acquire(fact: AcquireFact, e: CallExpr, state: State, frame: Frame): Val {
    const form =
      facts.formIn(fact, this.machine.unit.target.kernel) ??
      fact.forms.find((f) => f.params.length === e.args.length) ??
      fact.forms.at(-1);
    const params =
      form && form.params.length === e.args.length
        ? form.params
        : (fact.forms.find((f) => f.params.length === e.args.length)?.params ?? form?.params ?? []);
    const vals = e.args.map((a) => this.eval(a, state, frame));
    const at = (role: string): number => params.indexOf(role as never);
    const pagesArg = at('pages') >= 0 ? at('pages') : at('folios');
    const pages = pagesArg >= 0 ? vals[pagesArg] : undefined;
    const name = fact.name;
    const nr =
      at('nr') >= 0
        ? vals[at('nr')]!
        : fact.into === 'single' || fact.into === 'return'
          ? constant(1)
          : symbol(this.symbols.get(`nr:${e.start}`, { lo: 1 }));
    const bool = fact.result === 'bool';
    const result = this.fresh(`acq${e.start}`, state, frame, {
      name: `${name}()`,
      ...(bool ? { lo: 0, hi: 1 } : fact.result === 'zero' ? { hi: 0 } : {}),
    });
    if (fact.result === 'pages') state.assume('<=', result, nr);
    if (fact.result === 'pages' || fact.result === 'bytes') state.assume('>=', result, constant(-4095));
    const flags = at('flags') >= 0 ? exprText(e.args[at('flags')]!, this.machine.unit.text) : '';
    const noGet = fact.into === 'return' ? false : !pages || (isConst(pages) && pages.o === 0);
    // NULL array: nothing is taken; FOLL_PIN, or FOLL_GET to a pin call: refused (is_valid_gup_args)
    if (noGet || /FOLL_PIN\b/.test(flags) || (fact.takes !== 'get' && /FOLL_GET\b/.test(flags))) return result;
    if (fact.into === 'bio') return result;
    const array =
      fact.into === 'return'
        ? result
        : fact.into === 'array-out'
          ? this.load(this.deref(pages!), 'pages')(state)
          : pages!;
    if (fact.into === 'array-out') {
      const made = this.fresh(`arr${e.start}`, state, frame, { name: nameOf(e.args[pagesArg]!, this.machine.unit) });
      if (!isConst(array)) this.store(this.deref(pages!), made, state);
    }
    const held = fact.into === 'array-out' ? (state.memory.get(this.deref(pages!)) ?? array) : array;
    const id = `${frame.id}:${e.start}`;
    const before = state.resources.get(id);
    const fill = `${id}:${[...state.rounds.values()].join(',')}`;
    const resource: Resource = {
      site: e,
      fact,
      kind: fact.takes === 'get' ? 'get' : 'pin',
      functionName: frame.context.def.name,
      array: held.s,
      index: { ...held, s: 0 },
      result,
      requested: nr,
      status: fact.takes === 'by-iter' ? 'handed' : 'held',
      earlier:
        before !== undefined && before.array === held.s && (before.status === 'partial' || mayHold(state, before))
          ? [...before.earlier, before.result].slice(-2)
          : [],
      releasedAt: [],
      releasedCount: null,
      fills: [...(before?.array === held.s ? before.fills : []), fill].slice(-4),
      published: [],
      outflow: before?.outflow ?? false,
    };
    // an array that is filled anew: what other calls left in it went elsewhere before
    for (const [other, r] of state.resources) {
      if (other !== id && r.array === held.s && sameVal(r.index, resource.index))
        state.resources.set(other, { ...r, status: 'handed' });
    }
    state.resources.set(id, resource);
    state.filled.set(held.s, fill);
    const info = this.symbols.info(held.s);
    this.refilled(held.s, state);
    if (info.addressOf !== undefined && fact.into !== 'return') {
      const loc = this.deref(held);
      const el = symbol(
        this.symbols.get(`page:${id}:${[...state.rounds.values()].join(',')}`, {
          elementOf: { array: held.s, index: { ...held, s: 0 } },
          fill,
          nonNull: true,
          name: shortLoc(loc),
        }),
      );
      state.memory.set(loc, el);
    }
    state.note(e, `${name}() ${resource.kind === 'pin' ? 'pins' : 'takes references to'} the pages`, 'acquire');
    return result;
  }

  private effect(effect: Effect, e: CallExpr, args: readonly Val[], state: State, frame: Frame): Val | undefined {
    switch (effect.kind) {
      case 'release':
        if (effect.pages.as === 'vaddr') this.freed(args[effect.pages.arg], e, state, frame);
        else this.release(effect, e, args, state, frame);
        return undefined;
      case 'ref': {
        const v = args[effect.pages.arg];
        if (v) this.forget(v, state);
        return undefined;
      }
      case 'alias':
        return effect.from.as === 'sg' || effect.from.as === 'sg-table' || effect.from.as === 'bio'
          ? this.load(`${this.deref(args[effect.from.arg] ?? ZERO)}.@page`)(state)
          : this.alias(args[effect.from.arg], effect.from.as, effect.result, state);
      case 'put-in': {
        const v = args[effect.pages.arg];
        if (!v) return undefined;
        const into =
          effect.container === 'result' ? this.fresh(`r${e.start}`, state, frame) : (args[effect.container] ?? ZERO);
        this.store(`${this.deref(into)}.@${effect.pages.as === 'page-array' ? 'pages' : 'page'}`, v, state);
        this.flowsOut(v, state);
        if (effect.what === 'bio' || effect.what === 'skb') this.handOver(v, state);
        return effect.container === 'result' ? into : undefined;
      }
      case 'store': {
        const item = args[effect.item];
        if (item?.s) state.escaped.set(this.ownerOf(item), `linked by ${calleeName(e)}()`);
        return undefined;
      }
      case 'alloc':
        return this.fresh(`heap${e.start}`, state, frame, {
          local: 'heap',
          zeroed: effect.zeroed,
          name: 'allocation',
          ...(effect.fails === 'null' ? { lo: 0 } : effect.fails === 'never' ? { lo: 1 } : {}),
        });
      case 'free':
        this.freed(args[effect.arg], e, state, frame);
        return undefined;
      case 'err-ptr': {
        const v = args[0] ?? ZERO;
        if (effect.test === 'IS_ERR') return this.truth('<', v, ZERO, state);
        if (effect.test === 'IS_ERR_OR_NULL') return this.truth('<=', v, ZERO, state);
        return v;
      }
      case 'user-copy':
        return this.fresh(`copy${e.start}`, state, frame, {
          name: `${calleeName(e)}()`,
          ...(effect.result === 'left' ? { lo: 0 } : {}),
        });
      case 'kmap': {
        // the address of the data stands for the page: whoever gets it can get at the page
        const v = args[effect.pages.arg];
        const info = v && this.symbols.info(v.s);
        if (!v?.s || !info) return undefined;
        return symbol(
          this.symbols.get(`kmap:${valKey(v)}`, { elementOf: info.elementOf ?? { array: v.s, index: v }, numberOf: v }),
        );
      }
      case 'dma-map':
        return this.fresh(`map${e.start}`, state, frame);
      default:
        return undefined;
    }
  }

  /** page_folio() and friends name the same page; page_to_pfn() makes a number of it, which carries no ownership when passed on. */
  private alias(v: Val | undefined, from: PagesArg['as'], to: PagesArg['as'], state: State): Val | undefined {
    if (!v || isConst(v)) return v;
    const number = (as: PagesArg['as']): boolean => as === 'pfn' || as === 'dma-addr' || as === 'vaddr';
    const info = this.symbols.info(v.s);
    if (number(from)) {
      if (!info.numberOf) return v;
      if (v.o || v.x) return symbol(this.symbols.get(`pageat:${valKey(v)}`));
      return symbol(
        this.symbols.get(`back:${valKey(v)}`, { elementOf: info.elementOf, fill: info.fill, name: info.name }),
      );
    }
    if (!number(to)) return v;
    this.flowsOut(v, state);
    return symbol(
      this.symbols.get(`num:${valKey(v)}`, {
        numberOf: v,
        fill: info.fill,
        elementOf: info.elementOf ?? { array: v.s, index: v },
      }),
    );
  }

  /** An embedded member's address stands for the object that holds it. */
  private ownerOf(v: Val): number {
    const loc = this.symbols.info(v.s).addressOf;
    const m = loc ? /^(\d+)[^/]*\.\*/.exec(loc) : null;
    return m ? Number(m[1]) : v.s;
  }

  private forget(v: Val, state: State): void {
    for (const k of state.ghosts.keys()) if (k.startsWith(`${v.s}@`) || k.includes(`=${v.s}@`)) state.ghosts.delete(k);
    this.handOver(v, state);
  }

  /** The pages behind `v` are somebody else's business from here on. */
  handOver(v: Val, state: State): void {
    for (const [id, r] of this.resourcesOf(v, state)) state.resources.set(id, { ...r, status: 'handed' });
  }

  /** Pages that sit in a scatterlist or the like are released through it; which entries is not followed. */
  private handOverContained(state: State): void {
    for (const [loc, val] of state.memory) if (loc.includes('@')) this.handOver(val, state);
  }

  /** Resources whose pages `v` names: the array itself, or an element of it. */
  resourcesOf(v: Val, state: State): [string, Resource][] {
    const { elementOf: el, fill } = this.symbols.info(v.s);
    const out: [string, Resource][] = [];
    for (const [id, r] of state.resources) {
      if (r.array === v.s || (el && r.array === el.array && (fill === undefined || r.fills.includes(fill))))
        out.push([id, r]);
    }
    return out;
  }

  private containerPages(v: Val, as: PagesArg['as'], state: State): Val | undefined {
    if (as !== 'sg' && as !== 'sg-table' && as !== 'bio') return v;
    return state.memory.get(`${this.deref(v)}.@pages`) ?? state.memory.get(`${this.deref(v)}.@page`);
  }

  private release(
    effect: Effect & { kind: 'release' },
    e: CallExpr,
    args: readonly Val[],
    state: State,
    frame: Frame,
  ): void {
    const given = args[effect.pages.arg];
    if (!given || (isConst(given) && given.o === 0)) return;
    let v = this.containerPages(given, effect.pages.as, state);
    if (!v) return;
    const count = effect.pages.count !== undefined ? args[effect.pages.count] : undefined;
    if (count && state.known(count) === 0) return;
    let whole = effect.pages.as === 'page-array' || effect.pages.as === 'folio-array';
    // unpin_user_pages(&page, 1): the page in the variable, wherever it came from
    const written = e.args[effect.pages.arg]!;
    const variable =
      written.kind === 'unary' && written.op === '&' && written.arg.kind === 'id'
        ? this.symbols.info(v.s).addressOf
        : undefined;
    if (whole && variable !== undefined && !v.o && !v.x && !this.resourcesOf(v, state).length) {
      const content = state.memory.get(variable);
      if (!content) return;
      v = content;
      whole = false;
    }
    let mine = this.resourcesOf(v, state).filter(([, r]) => r.status !== 'handed');
    // several acquires into parts of one array: this part only, if the count says so
    const exact = whole ? mine.filter(([, r]) => sameVal(r.index, { ...v!, s: 0 })) : [];
    if (
      exact.length &&
      exact.length < mine.length &&
      count &&
      exact.some(([, r]) => [r.result, r.requested].some((n) => state.compare('==', count, n) === true))
    )
      mine = exact;
    const shared = mine.length > 1;
    const name = nameOf(e.args[effect.pages.arg]!, this.machine.unit);
    const countKey = count ? valKey(count) : '1';
    if (!mine.length) {
      if (this.resourcesOf(v, state).length) return;
      // out of a scatterlist: the pages that were put into one
      if (this.symbols.info(v.s).key.includes('.@page')) this.handOverContained(state);
      const at = whole ? `${v.s}@${v.o}+${v.x ?? 0}` : `${v.s}@el`;
      const before = state.ghosts.get(at);
      if (before && before.count === countKey) {
        this.machine.emit({
          kind: 'double',
          refKind: effect.of,
          name,
          first: before.span,
          at: e,
          call: e,
          why: 'again',
          trace: state.trace,
          functionName: frame.context.def.name,
        });
      }
      if (!before) state.ghosts.set(at, { span: e, kind: effect.of, count: countKey, name });
      return;
    }
    for (const [id, r] of mine) {
      if (!r.earlier.length && r.status === 'held' && !mayHold(state, r)) continue; // nothing is held on this path
      const common = { resource: r, at: e as Span, call: e, trace: state.trace, functionName: frame.context.def.name };
      if (effect.of !== r.kind || effect.frees)
        this.machine.emit({ kind: 'mismatch', released: effect.of, frees: effect.frees ?? false, ...common });
      const el = this.symbols.info(v.s).elementOf;
      const single =
        sameVal(r.requested, constant(1)) ||
        (count && isConst(count) && count.o === 1 && state.known(r.requested) === 1);
      const elementwise = !whole && r.array !== v.s && !single;
      if (r.status === 'released') {
        const last = r.releasedAt.at(-1) ?? e;
        const sameCount = r.releasedCount === null || r.releasedCount === countKey || elementwise;
        if (
          sameCount &&
          !(!whole && (r.earlier.length || this.symbols.info(v.s).key.startsWith('back:'))) &&
          !(elementwise && (shared || r.outflow)) &&
          !(el && elementwise && r.releasedCount !== 'loop')
        ) {
          this.machine.emit({ kind: 'double', ...common, refKind: effect.of, name, first: last, why: 'again' });
        }
        continue;
      }
      if (elementwise) {
        const at = `${v.s}@el`;
        const before = state.ghosts.get(at);
        if (before && !shared && !this.symbols.info(v.s).key.startsWith('back:'))
          this.machine.emit({ kind: 'double', ...common, refKind: effect.of, name, first: before.span, why: 'again' });
        else state.ghosts.set(at, { span: e, kind: effect.of, count: '1', name });
        state.resources.set(id, { ...r, status: 'partial', releasedAt: [...r.releasedAt, e], releasedCount: 'loop' });
        continue;
      }
      if (
        whole &&
        count &&
        r.fact.result === 'pages' &&
        !r.earlier.length &&
        sameVal(v, { s: r.array, o: r.index.o, x: r.index.x })
      ) {
        // more than was filled: the path knows that the result is below the count given back
        if (state.compare('>', count, r.result) === true) {
          this.machine.emit({ kind: 'double', ...common, refKind: effect.of, name, first: r.site, why: 'unfilled' });
        }
        const short = state.compare('<', count, r.result) === true;
        state.resources.set(id, {
          ...r,
          status: short ? 'partial' : 'released',
          releasedAt: [...r.releasedAt, e],
          releasedCount: countKey,
        });
        continue;
      }
      const atStart = sameVal(v, { s: r.array, o: r.index.o, x: r.index.x }) || (r.earlier.length > 0 && !v.o && !v.x);
      const offset = whole && !atStart;
      state.resources.set(id, {
        ...r,
        status: offset ? 'partial' : 'released',
        releasedAt: [...r.releasedAt, e],
        releasedCount: whole ? countKey : '1',
      });
    }
  }

  /** kfree() and friends: a resource whose array, or whose array's owner, goes away can no longer be given back. */
  private freed(v: Val | undefined, e: CallExpr, state: State, frame: Frame): void {
    if (!v?.s) return;
    for (const [id, r] of state.resources) {
      if (!mayHold(state, r)) continue;
      const info = this.symbols.info(r.array);
      const why =
        r.array === v.s && r.fact.into !== 'return'
          ? 'array-freed'
          : this.isInside(r.array, v, state)
            ? 'owner-freed'
            : null;
      if (!why) continue;
      // a single page's own pointer variable is no array
      if (why === 'array-freed' && info.addressOf !== undefined) continue;
      if (this.copiedOut(r, v, state)) continue;
      this.machine.emit({
        kind: 'leak',
        resource: r,
        at: e,
        why,
        by: calleeName(e),
        trace: state.trace,
        functionName: frame.context.def.name,
        short: isShort(state, r),
      });
      state.resources.set(id, { ...r, status: 'handed' });
    }
  }

  private isInside(array: number, owner: Val, state: State): boolean {
    const info = this.symbols.info(array);
    if (info.addressOf?.startsWith(`${valKey(owner)}.*`)) return true;
    for (const [loc, val] of state.memory)
      if (val.s === array && loc.startsWith(`${valKey(owner)}.*`) && !loc.includes('@')) return true;
    return info.from?.base === owner.s && owner.s !== 0 && info.elementOf === undefined;
  }

  /** The pages were also put somewhere that is not going away. */
  private copiedOut(r: Resource, freed: Val, state: State): boolean {
    for (const [loc, val] of state.memory) {
      const el = this.symbols.info(val.s).elementOf;
      if (
        (val.s === r.array || el?.array === r.array) &&
        !loc.startsWith('f') &&
        !loc.startsWith(`${valKey(freed)}.*`) &&
        !loc.startsWith(`${valKey({ s: r.array, o: 0 })}`)
      ) {
        // another name of the array that is freed (but a scatterlist made from it has the pages)
        if (r.array === freed.s && val.s === r.array && !loc.includes('@')) continue;
        return true;
      }
    }
    return false;
  }
}

/** The path knows that fewer pages were taken than asked for. */
export const isShort = (state: State, r: Resource): boolean =>
  r.fact.result === 'pages' && state.compare('<', r.result, r.requested) === true;

const isUnsigned = (t: CType | undefined): boolean =>
  t?.kind === 'base'
    ? t.name.startsWith('unsigned')
    : t?.kind === 'named' &&
      /^(__)?(u|uint)(8|16|32|64)(_t)?$|^(size_t|uint|ulong|pgoff_t|sector_t|dma_addr_t|phys_addr_t)$/.test(t.name);

/** `f0:12/obj` → `obj`. */
export const shortLoc = (loc: string): string => loc.slice(loc.lastIndexOf('/') + 1);

/** The steps of a trace, oldest first. */
export function traceSteps(trace: Trace | null): Trace[] {
  const out: Trace[] = [];
  for (let t = trace; t; t = t.parent) out.push(t);
  return out.reverse();
}

/** Every error number is "negative" to the analysis; which one does not matter, that they differ does. */
function errno(name: string): number | undefined {
  if (!/^E[A-Z0-9]{2,}$/.test(name)) return undefined;
  let h = 7;
  for (const c of name) h = (h * 31 + c.charCodeAt(0)) % 500;
  return h + 1;
}

function foldToNumber(e: Expr, unit: TranslationUnit): number | undefined {
  const n = foldConstant(e, unit);
  return n === undefined || n > BigInt(Number.MAX_SAFE_INTEGER) || n < -BigInt(Number.MAX_SAFE_INTEGER)
    ? undefined
    : Number(n);
}

function foldNumbers(op: string, a: number, b: number): number | undefined {
  switch (op) {
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b ? Math.trunc(a / b) : undefined;
    case '%':
      return b ? a % b : undefined;
    case '<<':
      return b < 31 && b >= 0 ? a * 2 ** b : undefined;
    case '>>':
      return b < 53 && b >= 0 ? Math.floor(a / 2 ** b) : undefined;
    case '&':
      return a >= 0 && b >= 0 ? Number(BigInt(a) & BigInt(b)) : undefined;
    case '|':
      return a >= 0 && b >= 0 ? Number(BigInt(a) | BigInt(b)) : undefined;
    case '^':
      return a >= 0 && b >= 0 ? Number(BigInt(a) ^ BigInt(b)) : undefined;
    default:
      return undefined;
  }
}

export type { RefKind };
