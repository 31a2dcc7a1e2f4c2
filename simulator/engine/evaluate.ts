/** C expressions at a step, for watches, hovers, conditions and the debug console. Calls may write; what they write is taken back. */
import type { CType, Expr } from '../../language/c/index.ts';
import { foldBinary } from '../../language/c/operators.ts';
import { CSyntaxError } from '../../language/c/exact/index.ts';
import { findMember, MachineFault, typeName, type FrameInfo, type Ty } from '../machine/index.ts';
import { array, CompileError, isScalar, promote, ptr, T, Types } from '../machine/types.ts';
import type { Simulation } from '../scenario/index.ts';
import {
  bitsOf,
  common,
  decay,
  deref,
  flag,
  floats,
  integer,
  isTrue,
  literalType,
  memory,
  type Place,
} from './arithmetic.ts';
import { callFunction, stringArgument } from './evaluate-call.ts';
import { addressOf, NoValue, Reader, words, wrap, type Value, type Where } from './values.ts';

/** A frame in which names are looked up. */
export interface Context {
  readonly thread: number;
  /** 0: innermost of the functions of the program. */
  readonly frame: number;
}
/** A value, and the reader that knows its surroundings. */
export interface ValueAnswer {
  readonly value: Value;
  readonly reader: Reader;
}
/** A value, or why there is none. */
export type Answer = ValueAnswer | { readonly message: string };

/** Evaluates expressions on the present state of a simulation. */
export class Evaluator {
  private readonly parsed = new Map<string, Expr | CSyntaxError>();
  private readonly types: Types;
  constructor(private readonly sim: Simulation) {
    const { source } = sim.loaded;
    this.types = new Types({
      records: source.records,
      constant: (e) => this.constant(e),
      typeOf: (e) => new Scope(this, sim, { thread: 0, frame: 0 }).typeOf(e),
      enumDefined: () => T.uint,
      named: (name) => source.assumed?.get(name),
    });
  }

  /** Value of an expression, lvalues with their place. */
  evaluate(text: string, context: Context): Answer {
    try {
      const e = this.parse(text);
      const scope = new Scope(this, this.sim, context);
      // Calls and user memory may touch the model; nothing of it stays.
      const value = this.sim.model.s.store.attempt(() => scope.value(e));
      return { value, reader: scope.reader };
    } catch (error) {
      if (!isAnswer(error)) throw error;
      return { message: error instanceof CSyntaxError ? `this is no C expression: ${error.message}` : error.message };
    }
  }
  /** Where an expression is; undefined if it is a mere value, or means nothing. */
  whereIs(text: string, context: Context): { readonly type: Ty; readonly where: Where } | undefined {
    try {
      const e = this.parse(text);
      return this.sim.model.s.store.attempt(() => new Scope(this, this.sim, context).place(e));
    } catch (error) {
      if (isAnswer(error)) return undefined;
      throw error;
    }
  }
  /** Truth of a condition; a string says why it has none. */
  truth(text: string, context: Context): boolean | string {
    const answer = this.evaluate(text, context);
    if ('message' in answer) return answer.message;
    const { bits, float } = answer.value;
    if (float !== undefined) return float !== 0;
    return bits === undefined ? true : bits !== 0n;
  }
  /** Both sides of a comparison, as text. */
  sides(text: string, thread: number): { actual: string; expected: string } | undefined {
    let e: Expr;
    try {
      e = this.parse(text);
    } catch {
      return undefined;
    }
    if (e.kind !== 'binary' || !['==', '!=', '<', '>', '<=', '>='].includes(e.op)) return undefined;
    const show = (x: Expr): string | undefined => {
      const answer = this.evaluate(text.slice(x.start, x.end), { thread, frame: 0 });
      return 'message' in answer ? undefined : answer.reader.show(answer.value);
    };
    const actual = show(e.left);
    const expected = show(e.right);
    if (actual === undefined || expected === undefined) return undefined;
    return { actual, expected: e.op === '==' ? expected : `${e.op} ${expected}` };
  }

  private parse(text: string): Expr {
    let e = this.parsed.get(text);
    if (!e) {
      try {
        e = this.sim.loaded.expression(text);
      } catch (error) {
        if (!(error instanceof CSyntaxError)) throw error;
        e = error;
      }
      if (this.parsed.size > 500) this.parsed.clear();
      this.parsed.set(text, e);
    }
    if (e instanceof CSyntaxError) throw e;
    return e;
  }
  /** A type of the tree, laid out. */
  type(t: CType, e: Expr): Ty {
    return this.types.of(t, e);
  }
  private constant(e: Expr): bigint | undefined {
    try {
      return new Scope(this, this.sim, { thread: 0, frame: 0 }).value(e).bits;
    } catch (error) {
      if (error instanceof NoValue || error instanceof CompileError) return undefined;
      throw error;
    }
  }
  private enumerators: Map<string, bigint> | undefined;
  /** Value of an enumerator. */
  enumerator(name: string): bigint | undefined {
    if (!this.enumerators) {
      const all = (this.enumerators = new Map());
      for (const def of this.sim.loaded.source.enums.values()) {
        let next = 0n;
        for (const item of def.items) {
          if (item.value) next = this.constant(item.value) ?? next;
          all.set(item.name, next);
          next++;
        }
      }
    }
    return this.enumerators.get(name);
  }
}

/** Names of one frame, and the arithmetic on what they mean. */
class Scope {
  readonly reader: Reader;
  private readonly frame: FrameInfo | undefined;
  private readonly owner: Evaluator;
  private readonly sim: Simulation;
  constructor(owner: Evaluator, sim: Simulation, context: Context) {
    this.owner = owner;
    this.sim = sim;
    this.reader = new Reader(sim.kernel, context.thread);
    if (context.thread) this.frame = sim.frames(context.thread)[context.frame];
  }

  /** Value of an expression; of aggregates their place. */
  value(e: Expr): Value {
    const place = this.place(e);
    if (place) return this.reader.load(place.type, place.where);
    switch (e.kind) {
      case 'num':
        if (e.float !== undefined) return { type: T.double, float: e.float };
        return { type: literalType(e.text, e.value), bits: e.value };
      case 'str':
        throw new NoValue('a string stands for its address: only calls take one');
      case 'id':
        return this.constantName(e.name);
      case 'unary':
        return this.unary(e.op, e.arg);
      case 'binary':
        return this.binary(e.op, e.left, e.right);
      case 'cond': {
        const test = this.value(e.test);
        return isTrue(test) ? (e.then ? this.value(e.then) : test) : this.value(e.else);
      }
      case 'cast':
        return this.convert(decay(this.value(e.arg)), this.owner.type(e.type, e));
      case 'sizeof': {
        const t = e.type ? this.owner.type(e.type, e) : this.typeOf(e.arg!);
        return { type: T.ulong, bits: BigInt(t.size) };
      }
      case 'call':
        return this.call(e.callee, e.args);
      case 'assign':
      case 'update':
        throw new NoValue('an expression here only looks: it can’t assign');
      default:
        throw new NoValue(`this kind of expression can’t be evaluated here (${e.kind})`);
    }
  }
  /** Type of an expression. */
  typeOf(e: Expr): Ty {
    if (e.kind === 'str') return array(T.char, e.value.length + 1);
    return (this.place(e) ?? this.value(e)).type;
  }
  /** Where an expression is, if it is somewhere; it need not have a value yet. */
  place(e: Expr): Place | undefined {
    switch (e.kind) {
      case 'id':
        return this.variable(e.name);
      case 'member':
        return this.member(this.decayed(e.object), e.name);
      case 'index':
        return deref(this.add(this.decayed(e.object), this.decayed(e.index), 1n));
      case 'unary':
        return e.op === '*' ? deref(this.decayed(e.arg)) : undefined;
      default:
        return undefined;
    }
  }
  private decayed(e: Expr): Value {
    const place = this.place(e);
    return decay(place && (place.type.kind === 'array' || place.type.kind === 'record') ? place : this.value(e));
  }

  private variable(name: string): Place | undefined {
    const { frame } = this;
    const { program } = this.sim.loaded;
    if (frame) {
      let found;
      for (const v of frame.fn.vars) if (v.name === name && frame.pc >= v.from && frame.pc <= v.to) found = v;
      if (found?.slot !== undefined) {
        const flag = found.flag === undefined ? {} : { flag: frame.fp + found.flag };
        return { type: found.type, where: { at: 'slot', slot: frame.fp + found.slot, ...flag } };
      }
      if (found?.offset !== undefined)
        return memory(found.type, this.memoryAddress(frame.memory + found.offset, frame.user));
    }
    const global = (frame && program.globalByName.get(`${frame.fn.name}.${name}`)) ?? program.globalByName.get(name);
    return global && memory(global.type, this.globalAddress(global));
  }
  private constantName(name: string): Value {
    const constant = this.owner.enumerator(name);
    if (constant !== undefined) return { type: T.int, bits: constant };
    if (this.sim.loaded.source.globals.has(name))
      throw new NoValue(`${name} is not used by anything that was run, so it has no place in memory`);
    if (this.sim.loaded.program.byName.has(name)) throw new NoValue(`${name} is a function: write ${name}(…)`);
    throw new NoValue(`${name} is not known ${this.frame ? `in ${this.frame.fn.name}()` : 'here'}`);
  }
  /** The machine's address of a byte of its memory. */
  private memoryAddress(physical: number, user: boolean): bigint {
    const { kernel } = this.sim;
    const process = kernel.vm.tProc.at(this.reader.thread);
    if (user && process) return addressOf(0x5555, physical - kernel.arena(process));
    return addressOf(0xffff8881, physical);
  }
  private globalAddress(g: { readonly user: boolean; readonly address: number; readonly size: number }): bigint {
    if (!g.user) return addressOf(0xffff8881, g.address);
    const { kernel, loaded } = this.sim;
    const process = kernel.vm.tProc.at(this.reader.thread) || 1;
    if (g.size >= 2048) {
      const w = kernel.bigGlobal(process, loaded.program.globals.indexOf(g as never));
      return addressOf(w.hi, w.lo);
    }
    return addressOf(0x5555, g.address);
  }
  private unary(op: string, arg: Expr): Value {
    if (op === '&') {
      if (arg.kind === 'id' && this.sim.loaded.program.byName.has(arg.name))
        throw new NoValue('the address of a function is of no use here');
      const v = this.place(arg);
      if (!v) throw new NoValue('this has no address');
      if (v.where.at === 'slot') throw new NoValue('this variable lives in a register: it has no address');
      if (v.where.width !== undefined) throw new NoValue('a bit-field has no address');
      return { type: ptr(v.type), bits: v.where.address };
    }
    const v = decay(this.value(arg));
    switch (op) {
      case '!':
        return flag(!isTrue(v));
      case '-':
        return v.float !== undefined ? { type: v.type, float: -v.float } : integer(-bitsOf(v), promote(v.type));
      case '~':
        return integer(~bitsOf(v), promote(v.type));
      default:
        return v.float !== undefined ? v : integer(bitsOf(v), promote(v.type));
    }
  }
  private member(object: Value, name: string): Place {
    const { type, where } = object.type.kind === 'ptr' ? deref(object) : object;
    if (type.kind !== 'record' || where?.at !== 'memory') throw new NoValue(`${typeName(type)} has no members`);
    const m = findMember(type, name);
    if (!m) throw new NoValue(`${typeName(type)} has no member ${name}`);
    const field = m.width === undefined ? {} : { bit: m.bit ?? 0, width: m.width };
    const address = BigInt.asUintN(64, where.address + BigInt(m.offset));
    return { type: m.type, where: { at: 'memory', address, ...field } };
  }

  private binary(op: string, left: Expr, right: Expr): Value {
    const a = decay(this.value(left));
    if (op === '&&') return isTrue(a) ? flag(isTrue(this.value(right))) : flag(false);
    if (op === '||') return isTrue(a) ? flag(true) : flag(isTrue(this.value(right)));
    const b = decay(this.value(right));
    if (op === ',') return b;
    const compares = ['==', '!=', '<', '>', '<=', '>='].includes(op);
    if (a.float !== undefined || b.float !== undefined) {
      const x = a.float ?? Number(bitsOf(a));
      const y = b.float ?? Number(bitsOf(b));
      const r = floats[op]?.(x, y);
      if (r === undefined) throw new NoValue(`${op} does not work on floating-point numbers`);
      return compares ? flag(r !== 0) : { type: T.double, float: r };
    }
    if (!compares && (a.type.kind === 'ptr' || b.type.kind === 'ptr')) return this.pointers(op, a, b);
    const type = op === '<<' || op === '>>' ? promote(a.type) : common(a.type, b.type);
    const x = wrap(bitsOf(a), type);
    const y = op === '<<' || op === '>>' ? bitsOf(b) : wrap(bitsOf(b), type);
    const r = foldBinary(op, x, y);
    if (r === undefined) throw new NoValue(y === 0n ? 'division by zero' : `${op} of these values is undefined`);
    return compares ? flag(r !== 0n) : integer(r, type);
  }
  private pointers(op: string, a: Value, b: Value): Value {
    if (op === '+') return a.type.kind === 'ptr' ? this.add(a, b, 1n) : this.add(b, a, 1n);
    if (op === '-' && b.type.kind === 'int') return this.add(a, b, -1n);
    if (op === '-' && a.type.kind === 'ptr')
      return integer((bitsOf(a) - bitsOf(b)) / BigInt(Math.max(1, a.type.to.size)), T.long);
    throw new NoValue(`${op} does not work on pointers`);
  }
  private add(p: Value, n: Value, sign: bigint): Value {
    if (p.type.kind !== 'ptr') {
      if (n.type.kind === 'ptr') return this.add(n, p, sign);
      throw new NoValue(`${typeName(p.type)} is neither array nor pointer`);
    }
    const by = sign * bitsOf(n) * BigInt(Math.max(1, p.type.to.size));
    return { type: p.type, bits: BigInt.asUintN(64, bitsOf(p) + by) };
  }
  private convert(v: Value, to: Ty): Value {
    if (to.kind === 'void') return { type: to };
    if (!isScalar(to)) throw new NoValue(`a value can’t be cast to ${typeName(to)}`);
    if (to.kind === 'float') return { type: to, float: v.float ?? Number(bitsOf(v)) };
    return integer(v.float === undefined ? bitsOf(v) : BigInt(Math.trunc(v.float)), to);
  }

  /** Calls a function of the program, or what `//@ assert` may ask (refcount(), page(), …), on a thread of its own. */
  private call(callee: Expr, args: readonly Expr[]): Value {
    if (callee.kind !== 'id') throw new NoValue('only a function named directly can be called here');
    return callFunction(this.sim, this.reader.thread, callee.name, () => args.map((a) => this.argument(a)));
  }
  private argument(e: Expr): { hi: number; lo: number } {
    if (e.kind === 'str') return stringArgument(this.sim, e.value);
    const v = decay(this.value(e));
    if (v.float !== undefined) throw new NoValue('floating-point arguments are not supported here');
    return words(bitsOf(v));
  }
}

/** Errors that are a message to the person who typed the expression. */
function isAnswer(error: unknown): error is Error {
  return (
    error instanceof NoValue ||
    error instanceof MachineFault ||
    error instanceof CompileError ||
    error instanceof CSyntaxError
  );
}
