/** Initialisers: braces, designators, elided braces, strings. */
import type { Expr, InitItem, InitListExpr } from '../../language/c/ast.ts';
import { FnCall } from './compile-call.ts';
import { T, typeName, type Member, type Ty } from './types.ts';

/** A place in the object being initialised. */
interface Slot {
  readonly type: Ty;
  readonly off: number;
  readonly bit?: number;
  readonly width?: number;
}

/** Initialiser code of a function. */
export abstract class FnInit extends FnCall {
  /** Initialises the object at addr + off. Returns its type (arrays without a size get theirs). */
  initInto(type: Ty, addr: number, off: number, init: Expr, zeroed: boolean): Ty {
    let t = type;
    if (t.kind === 'array' && t.n < 0) t = this.c.sizedBy(t, init, (x) => this.constant(x)?.v);
    const mark = this.cur;
    const text = stringOf(init);
    if (t.kind === 'array' && text !== undefined && t.of.kind === 'int' && t.of.size === 1) {
      this.fillString(t, addr, off, text, init);
    } else if (init.kind === 'init') {
      if (t.kind === 'array' || t.kind === 'record') {
        if (!zeroed) this.emit('ZERO', addr, off, t.size);
        const cursor = { i: 0 };
        this.fill({ type: t, off }, addr, init.items, cursor, true);
        if (cursor.i < init.items.length) this.fail(`too many values for ${typeName(t)}`, init.items[cursor.i]!.value);
      } else {
        const first = init.items[0];
        this.put({ type: t, off }, addr, first ? first.value : undefined);
      }
    } else if (t.kind === 'array') this.fail(`${typeName(t)} needs a list in braces`, init);
    else this.put({ type: t, off }, addr, init);
    this.cur = mark;
    return t;
  }

  private fillString(t: Ty & { kind: 'array' }, addr: number, off: number, text: string, at: Expr): void {
    if (text.length > t.n) this.fail('the string is longer than the array', at);
    const src = this.addressConst('global', this.c.literal(text, at));
    const to = this.tmp();
    this.emit('ADDLI', to, addr, off);
    const n = Math.min(t.n, text.length + 1);
    this.emit('COPY', to, src, n);
    if (t.n > n) this.emit('ZERO', addr, off + n, t.n - n);
  }

  private put(s: Slot, addr: number, value: Expr | undefined): void {
    const mark = this.cur;
    const p = {
      kind: 'mem' as const,
      type: s.type,
      addr,
      off: s.off,
      ...(s.width !== undefined && s.bit !== undefined ? { bit: s.bit, width: s.width } : {}),
    };
    this.store(p, value ? this.rv(value) : this.loadConst(0n, T.int));
    this.cur = mark;
  }

  /** Fills one aggregate from the list; stops when it is full. `own`: the list's braces are this aggregate's. */
  private fill(
    s: Slot,
    addr: number,
    items: readonly InitItem[],
    cursor: { i: number },
    own: boolean,
    first = 0,
  ): void {
    const t = s.type;
    const parts = t.kind === 'record' ? t.members : undefined;
    const count = parts
      ? t.kind === 'record' && t.tag === 'union'
        ? Math.min(1, parts.length)
        : parts.length
      : t.kind === 'array'
        ? t.n
        : 1;
    let k = first;
    while (cursor.i < items.length) {
      const item = items[cursor.i]!;
      if (item.designators.length) {
        if (!own) return; // a designator is the business of the braces that it stands in
        k = this.designated(s, addr, item, items, cursor);
        continue;
      }
      if (k >= count) return;
      const sub = this.part(s, k);
      k++;
      if (!sub) continue;
      this.one(sub, addr, items, cursor);
    }
  }

  private part(s: Slot, k: number): Slot | undefined {
    const t = s.type;
    if (t.kind === 'array') return { type: t.of, off: s.off + k * t.of.size };
    if (t.kind === 'record') {
      const m = t.members[k];
      return m && memberSlot(m, s.off);
    }
    return s;
  }

  /** One element: the next item is its value, or the first of its values. */
  private one(sub: Slot, addr: number, items: readonly InitItem[], cursor: { i: number }): void {
    const item = items[cursor.i]!;
    const t = sub.type;
    const aggregate = t.kind === 'array' || t.kind === 'record';
    if (aggregate && item.value.kind !== 'init') {
      const text = stringOf(item.value);
      if (text !== undefined && t.kind === 'array' && t.of.kind === 'int' && t.of.size === 1) {
        this.fillString(t, addr, sub.off, text, item.value);
        cursor.i++;
        return;
      }
      if (t.kind === 'record' && this.valueIsRecord(item.value, t)) {
        this.put(sub, addr, item.value);
        cursor.i++;
        return;
      }
      const before = cursor.i;
      this.fill(sub, addr, items, cursor, false);
      if (cursor.i === before) cursor.i++;
      return;
    }
    cursor.i++;
    if (aggregate) this.initInto(t, addr, sub.off, item.value, true);
    else if (item.value.kind === 'init') {
      const first = item.value.items[0];
      this.put(sub, addr, first?.value);
    } else this.put(sub, addr, item.value);
  }
  private valueIsRecord(e: Expr, t: Ty): boolean {
    if (e.kind === 'num' || e.kind === 'str' || e.kind === 'sizeof') return false;
    try {
      return this.staticType(e) === t;
    } catch {
      return false;
    }
  }

  /** `.a.b[2] = v`: returns the index behind the first designator. */
  private designated(s: Slot, addr: number, item: InitItem, items: readonly InitItem[], cursor: { i: number }): number {
    let at = s;
    // the parts on the way, and what comes behind each: values without a designator go on there
    const levels: { readonly within: Slot; readonly next: number }[] = [];
    let repeat = 1;
    let stride = 0;
    item.designators.forEach((d) => {
      const t = at.type;
      if ('field' in d) {
        if (t.kind !== 'record') this.fail(`${typeName(t)} has no member '${d.field}'`, item.value);
        const path = memberPath(t.members, d.field);
        if (!path) this.fail(`${typeName(t)} has no member '${d.field}'`, item.value);
        for (const m of path) {
          const { type } = at as { type: Ty & { kind: 'record' } };
          levels.push({ within: at, next: type.tag === 'union' ? 1 : type.members.indexOf(m) + 1 });
          at = memberSlot(m, at.off);
        }
      } else {
        const i = this.constant(d.index)?.v;
        if (i === undefined || t.kind !== 'array') return this.fail('a bad index designator', item.value);
        const to = d.to ? this.constant(d.to)?.v : undefined;
        if (i < 0n || Number(to ?? i) >= t.n) this.fail(`index ${i} is outside of ${typeName(t)}`, item.value);
        if (to !== undefined) {
          repeat = Number(to - i) + 1;
          stride = t.of.size;
        }
        levels.push({ within: at, next: Number(to ?? i) + 1 });
        at = { type: t.of, off: at.off + Number(i) * t.of.size };
      }
      return undefined;
    });
    for (let k = 0; k < repeat; k++) {
      const place = k ? { ...at, off: at.off + k * stride } : at;
      const sub = { i: cursor.i };
      const plain: InitItem[] = items.map((x, n) => (n === cursor.i ? { designators: [], value: x.value } : x));
      this.one(place, addr, plain, sub);
      if (k === repeat - 1) cursor.i = sub.i;
    }
    for (const { within, next } of levels.slice(1).reverse()) this.fill(within, addr, items, cursor, false, next);
    return levels[0]!.next;
  }
}

function memberSlot(m: Member, off: number): Slot {
  return {
    type: m.type,
    off: off + m.offset,
    ...(m.bit !== undefined && m.width !== undefined ? { bit: m.bit, width: m.width } : {}),
  };
}
/** The members to go through to a named one, through anonymous ones. */
function memberPath(members: readonly Member[], name: string): Member[] | undefined {
  for (const m of members) {
    if (m.name === name) return [m];
    if (m.name === null && m.type.kind === 'record') {
      const inner = memberPath(m.type.members, name);
      if (inner) return [m, ...inner];
    }
  }
  return undefined;
}
function stringOf(e: Expr): string | undefined {
  if (e.kind === 'str') return e.value;
  if (e.kind === 'init' && e.items.length === 1) {
    const only = (e as InitListExpr).items[0]!;
    if (!only.designators.length && only.value.kind === 'str') return only.value.value;
  }
  return undefined;
}
