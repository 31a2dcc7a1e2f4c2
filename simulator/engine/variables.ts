/** Scopes and values as trees that open one level at a time. A number that was given out means the same thing at every step. */
import { HI, typeName, type Ty } from '../machine/index.ts';
import { vmstat } from '../machine/model.ts';
import { pageLine, pageRows, pagesInUse, type PageRow } from './pages.ts';
import type { ScopeInfo, VariableInfo } from './protocol.ts';
import type { Session } from './session.ts';
import { NoValue, Reader, words, type Value, type Where } from './values.ts';
import { watchOf, watchOfPage } from './watch.ts';

/** What a number stands for. */
type Node =
  | { readonly kind: 'locals'; readonly thread: number; readonly frame: number }
  | { readonly kind: 'globals'; readonly thread: number }
  | { readonly kind: 'pages' | 'devices' | 'machine' }
  | { readonly kind: 'page'; readonly pfn: number; readonly path: readonly string[] }
  | { readonly kind: 'device'; readonly index: number }
  | {
      readonly kind: 'value';
      readonly type: Ty;
      readonly address: bigint;
      readonly thread: number;
      readonly expression: string;
    };

const ELEMENTS = 100;

/** The trees of one run. */
export class Variables {
  private readonly nodes: Node[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly typeIds = new Map<Ty, number>();
  constructor(private readonly session: Session) {}

  /** What can be opened at a frame. */
  scopes(thread: number, frame: number): ScopeInfo[] {
    const { kernel } = this.session.sim;
    const scope = (name: string, node: Node & { kind: ScopeInfo['kind'] }, expensive = false): ScopeInfo => ({
      name,
      kind: node.kind,
      ref: this.number(node),
      expensive,
    });
    return [
      ...(thread ? [scope('Locals', { kind: 'locals', thread, frame })] : []),
      scope('Globals', { kind: 'globals', thread }),
      scope('Pages', { kind: 'pages' }, true),
      ...(kernel.devices.length ? [scope('Devices', { kind: 'devices' })] : []),
      scope('Counters', { kind: 'machine' }, true),
    ];
  }

  /** The parts of a scope or value, at the present state. */
  read(ref: number, start = 0, count = Infinity): VariableInfo[] {
    const node = this.nodes[ref - 1];
    if (!node) return [];
    const { kernel } = this.session.sim;
    switch (node.kind) {
      case 'locals':
        return this.locals(node.thread, node.frame);
      case 'globals':
        return this.globals(node.thread);
      case 'pages':
        return pagesInUse(kernel)
          .slice(start, start + count)
          .map((pfn) => this.page(`page ${pfn}`, pfn));
      case 'page':
        return this.pageParts(node.pfn, node.path);
      case 'devices':
        return kernel.devices.map((d, index) => ({
          name: d.o.name,
          type: 'device',
          value: `${d.o.kind}, ${d.pending().length} descriptor${d.pending().length === 1 ? '' : 's'} waiting`,
          ref: this.number({ kind: 'device', index }),
        }));
      case 'device':
        return this.device(node.index);
      case 'machine':
        return Object.entries(vmstat(kernel.model))
          .filter(([, n]) => n !== 0)
          .map(([name, n]) => ({ name, type: 'vmstat', value: String(n), ref: 0 }));
      case 'value':
        return this.parts(node, start, count);
    }
  }

  private locals(thread: number, frameNumber: number): VariableInfo[] {
    const frame = this.session.sim.frames(thread)[frameNumber];
    if (!frame) return [];
    const names = new Set<string>();
    for (const v of frame.fn.vars) if (frame.pc >= v.from && frame.pc <= v.to) names.add(v.name);
    return [...names].map((name) => this.named(name, { thread, frame: frameNumber }));
  }
  private globals(thread: number): VariableInfo[] {
    const { program } = this.session.sim.loaded;
    return program.globals
      .filter(
        (g) =>
          !g.prelude && g.literal === undefined && /^[A-Za-z_]\w*$/.test(g.name) && !g.name.startsWith('__pinscope'),
      )
      .map((g) => this.named(g.name, { thread, frame: Number.MAX_SAFE_INTEGER }));
  }
  private named(name: string, context: { thread: number; frame: number }): VariableInfo {
    const place = this.session.evaluator.whereIs(name, context);
    const reader = new Reader(this.session.sim.kernel, context.thread);
    if (!place) return { name, type: '', value: 'not known here', ref: 0 };
    return this.at(name, place.type, place.where, reader, name);
  }

  /** A value that is somewhere, as one row. */
  at(name: string, type: Ty, where: Where, reader: Reader, expression: string): VariableInfo {
    let value: Value | undefined;
    let text: string;
    try {
      value = reader.load(type, where);
      text = reader.show(value);
    } catch (error) {
      if (!(error instanceof NoValue)) throw error;
      text = error.message;
    }
    const watch =
      where.at === 'memory' && where.width !== undefined
        ? undefined
        : watchOf(where, type.size, expression, reader.thread);
    return {
      name,
      type: typeName(type),
      value: text,
      ...this.children(type, value, reader, expression),
      expression,
      ...(watch === undefined ? {} : { watch }),
    };
  }
  /** A value that may be nowhere (the result of an expression), as one row. */
  row(value: Value, reader: Reader, expression: string): Omit<VariableInfo, 'name'> {
    if (value.where) return this.at('', value.type, value.where, reader, expression);
    return {
      type: typeName(value.type),
      value: reader.show(value),
      ...this.children(value.type, value, reader, expression),
      expression,
    };
  }
  private children(
    type: Ty,
    value: Value | undefined,
    reader: Reader,
    expression: string,
  ): { ref: number; indexed?: number } {
    const at = (t: Ty, address: bigint, e: string): number =>
      this.number({ kind: 'value', type: t, address, thread: reader.thread, expression: e });
    if (type.kind === 'array' && value?.where?.at === 'memory' && type.n > 0)
      return { ref: at(type, value.where.address, expression), indexed: type.n };
    if (type.kind === 'record' && value?.where?.at === 'memory')
      return { ref: at(type, value.where.address, expression) };
    if (type.kind === 'ptr' && value?.bits !== undefined && value.bits !== 0n) {
      const { hi, lo } = words(value.bits);
      if (hi === HI.vmemmap) return { ref: this.number({ kind: 'page', pfn: lo >>> 6, path: [] }) };
      const { to } = type;
      if (to.kind === 'void' || to.kind === 'func' || (to.kind === 'record' && !to.complete)) return { ref: 0 };
      if (typeof reader.bytes(value.bits, 1) === 'string' && to.kind !== 'record') return { ref: 0 };
      return { ref: at(to, value.bits, `*${wrapped(expression)}`) };
    }
    return { ref: 0 };
  }

  private parts(node: Node & { kind: 'value' }, start: number, count: number): VariableInfo[] {
    const { type, address, thread, expression } = node;
    const reader = new Reader(this.session.sim.kernel, thread);
    const pointed = expression.startsWith('*');
    if (type.kind === 'record') {
      const base = pointed ? `${expression.slice(1)}->` : `${wrapped(expression)}.`;
      return type.members.map((m) => {
        const field = m.width === undefined ? {} : { bit: m.bit ?? 0, width: m.width };
        const where: Where = { at: 'memory', address: address + BigInt(m.offset), ...field };
        return this.at(m.name ?? '(unnamed)', m.type, where, reader, m.name === null ? expression : base + m.name);
      });
    }
    if (type.kind === 'array') {
      const to = Math.min(type.n, start + Math.min(count, count === Infinity ? ELEMENTS : count));
      return Array.from({ length: Math.max(0, to - start) }, (_, i) => {
        const where: Where = { at: 'memory', address: address + BigInt((start + i) * type.of.size) };
        return this.at(`[${start + i}]`, type.of, where, reader, `${wrapped(expression)}[${start + i}]`);
      });
    }
    return [this.at(expression, type, { at: 'memory', address }, reader, expression)];
  }

  private page(name: string, pfn: number): VariableInfo {
    return {
      name,
      type: 'struct page',
      value: pageLine(this.session.sim.kernel, pfn),
      ref: this.number({ kind: 'page', pfn, path: [] }),
    };
  }
  private pageParts(pfn: number, path: readonly string[]): VariableInfo[] {
    let rows: readonly PageRow[] = pageRows(this.session.sim.kernel, pfn);
    for (const name of path) rows = rows.find((r) => r.name === name)?.rows ?? [];
    return rows.map((r) => ({
      name: r.name,
      type: '',
      value: r.value,
      ref: r.rows?.length ? this.number({ kind: 'page', pfn, path: [...path, r.name] }) : 0,
      ...(r.field ? { watch: watchOfPage(pfn, r.field) } : {}),
    }));
  }
  private device(index: number): VariableInfo[] {
    const { kernel } = this.session.sim;
    const d = kernel.devices[index];
    if (!d) return [];
    const registers = ['CONTROL', 'STATUS', 'HEAD', 'TAIL', 'IRQ_ENABLE', 'IRQ_STATUS'];
    return [
      ...registers.map((name, i) => ({ name, type: 'register', value: `0x${d.readl(i).toString(16)}`, ref: 0 })),
      ...d.pending().map((x, i) => ({
        name: `descriptor ${i}`,
        type: 'descriptor',
        value: `${d.writes(x) ? 'writes' : 'reads'} device page ${x.address}${x.length === undefined ? '' : `, ${x.length} bytes`}`,
        ref: 0,
      })),
    ];
  }

  private number(node: Node): number {
    let key: string;
    if (node.kind === 'value') {
      let type = this.typeIds.get(node.type);
      if (type === undefined) this.typeIds.set(node.type, (type = this.typeIds.size));
      key = `value ${type} ${node.address} ${node.thread} ${node.expression}`;
    } else key = JSON.stringify(node);
    let n = this.numbers.get(key);
    if (n === undefined) this.numbers.set(key, (n = this.nodes.push(node)));
    return n;
  }
}

/** In brackets where the operators behind it would bind closer. */
function wrapped(expression: string): string {
  return /^[\w.[\]]+$|^\w+->/.test(expression) ? expression : `(${expression})`;
}
