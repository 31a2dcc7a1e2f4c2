/** Calls, and the calls that the compiler answers itself. */
import type { Expr } from '../../language/c/ast.ts';
import { type Val } from './compile-base.ts';
import { FnCond } from './compile-cond.ts';
import { FRAME } from './opcodes.ts';
import { promote, ptr, sameType, T, typeName, type FuncTy, type Ty } from './types.ts';

/** Call code of a function. */
export abstract class FnCall extends FnCond {
  protected call(e: Expr & { kind: 'call' }, dst?: number): Val {
    if (e.callee.kind === 'id') {
      const special = this.special(e.callee.name, e, dst);
      if (special) return special;
    }
    let direct: ReturnType<typeof this.c.functionRef>;
    let target: Val | undefined;
    let type: FuncTy;
    const name = e.callee.kind === 'id' && !this.find(e.callee.name) ? e.callee.name : undefined;
    if (name !== undefined) {
      direct = this.c.functionRef(name);
      if (!direct) this.fail(`the machine has no ${name}(): define it in this file, or leave the call out`, e.callee);
      this.info.calls.add(name);
      type = this.c.functionType(direct);
    } else {
      target = this.rv(e.callee);
      const ft = target.type.kind === 'ptr' ? target.type.to : target.type;
      if (ft.kind !== 'func') this.fail(`${typeName(target.type)} can't be called`, e.callee);
      type = ft;
    }
    const given = e.args.length;
    if (!type.loose && (given < type.params.length || (given > type.params.length && !type.variadic)))
      this.fail(
        `${name ?? 'this function'} takes ${type.params.length} argument${type.params.length === 1 ? '' : 's'}, not ${given}`,
        e,
      );
    const record = type.returns.kind === 'record' ? type.returns : undefined;
    let result = -1;
    if (record) {
      result = this.frameMemory(record.size, record.align);
      this.declareLocal(result, 'a returned struct', record);
    }
    const base = this.cur;
    const at = (i: number): number => {
      const s = base + 2 * i;
      this.takeTo(s + 2);
      return s;
    };
    let n = 0;
    if (record) this.emit('ADDLI', at(n++), FRAME, result);
    const extra: Val[] = [];
    e.args.forEach((arg, i) => {
      const pt = type.params[i];
      const slot = at(n);
      if (pt) {
        let v = this.rv(arg);
        if (pt.kind === 'record') {
          if (v.type !== pt) this.fail(`argument ${i + 1} should be ${typeName(pt)}, not ${typeName(v.type)}`, arg);
          const off = this.frameMemory(pt.size, pt.align);
          this.declareLocal(off, 'an argument', pt);
          this.emit('ADDLI', slot, FRAME, off);
          this.emit('COPY', slot, v.slot, pt.size);
        } else {
          this.checkArgument(v.type, pt, arg, i, name);
          v = this.convert(v, pt, slot);
          if (v.slot !== slot) this.emit('MOV', slot, v.slot);
        }
        n++;
      } else {
        let v = this.rv(arg);
        if (v.type.kind === 'wide') this.fail('an __int128 as an argument is not supported: pass its address', arg);
        if (v.type.kind === 'float') v = this.convert(v, T.double);
        else if (v.type.kind === 'int') v = this.convert(v, promote(v.type));
        if (v.slot !== slot) this.emit('MOV', slot, v.slot);
        if (v.type.kind === 'int' && v.type.size === 4) this.emit(v.type.signed ? 'SXL' : 'ZXL', slot, slot);
        extra.push({ type: v.type, slot });
        n++;
      }
    });
    if (type.variadic && !(direct && direct.builtin >= 0)) {
      // the rest goes to memory; the callee gets its address behind its parameters
      const area = this.frameMemory(Math.max(8, extra.length * 8), 16);
      this.declareLocal(area, 'the arguments', T.void, Math.max(8, extra.length * 8));
      extra.forEach((x, i) => this.emit('ST64', FRAME, x.slot, area + i * 8));
      // ioctl(fd, cmd): what the callee finds there is up to chance; a driver that does not look at it is not wrong
      if (!extra.length && direct?.prelude) this.emit('ST64', FRAME, this.loadConst(0n, T.long).slot, area);
      n -= extra.length;
      this.cur = base + 2 * n;
      this.emit('ADDLI', at(n++), FRAME, area);
    }
    const d = dst ?? this.tmp();
    if (direct && direct.builtin >= 0) this.emit('CALLB', direct.builtin, base, d, n);
    else if (direct) this.emit('CALL', direct.index, base, d, n);
    else this.emit('CALLI', target!.slot, base, d, n);
    this.cur = dst === undefined ? d + 2 : base;
    if (type.returns.kind === 'void') this.unwritten(d);
    if (record) {
      const r = this.tmp();
      this.emit('ADDLI', r, FRAME, result);
      return { type: record, slot: r };
    }
    return { type: type.returns, slot: d };
  }

  private checkArgument(from: Ty, to: Ty, arg: Expr, i: number, name: string | undefined): void {
    if (from.kind === 'record' || from.kind === 'void' || (from.kind === 'float' && to.kind === 'ptr'))
      this.fail(
        `argument ${i + 1}${name === undefined ? '' : ` of ${name}()`} should be ${typeName(to)}, not ${typeName(from)}`,
        arg,
      );
  }

  /** Calls that the compiler answers itself. */
  private special(name: string, e: Expr & { kind: 'call' }, dst?: number): Val | undefined {
    const [a, b] = e.args;
    switch (name) {
      case '__builtin_va_start': {
        if (!a) return undefined;
        const s = this.find("'varargs");
        if (s?.kind !== 'slot') this.fail('va_start outside of a variadic function', e);
        this.store(this.place(a), { type: ptr(T.char), slot: s.slot });
        return { type: T.void, slot: 0 };
      }
      case '__builtin_va_arg': {
        if (!a || b?.kind !== 'type') return undefined;
        const t = this.typeOf(b.type, e);
        const p = this.place(a);
        const old = this.load(p);
        const keep = this.tmp();
        this.emit('MOV', keep, old.slot);
        const next = this.tmp();
        this.emit('ADDLI', next, keep, 8);
        this.store(p, { type: old.type, slot: next });
        if (t.kind === 'record') {
          // structs are passed by address
          const d = this.tmp();
          this.emit('LD64', d, keep, 0);
          return { type: t, slot: d };
        }
        return this.load({ kind: 'mem', type: t, addr: keep, off: 0 }, dst);
      }
      case '__builtin_expect':
        return a && this.convert(this.rv(a), T.long, dst);
      case '__builtin_choose_expr': {
        const k = a && this.constant(a);
        const pick = k && (k.v !== 0n ? b : e.args[2]);
        return pick && this.rv(pick, dst);
      }
      case '_Generic': {
        if (!a) return undefined;
        const t = this.decayed(a);
        let fallback: Expr | undefined;
        for (let i = 1; i + 1 < e.args.length; i += 2) {
          const k = e.args[i]!;
          if (k.kind !== 'type') continue;
          if (k.type.kind === 'named' && k.type.name === 'default') fallback = e.args[i + 1];
          else if (sameType(this.typeOf(k.type, e), t)) return this.rv(e.args[i + 1]!, dst);
        }
        if (!fallback) this.fail(`no case of _Generic for ${typeName(t)}`, e);
        return this.rv(fallback, dst);
      }
      case '__builtin_unreachable':
        this.emit('TRAP', this.c.message('this place was said to be unreachable'));
        return { type: T.void, slot: 0 };
      case '__builtin_constant_p':
        return this.loadConst(a && (this.constant(a) || a.kind === 'str') ? 1n : 0n, T.int, dst);
      default:
        return undefined;
    }
  }
}
