/**
 * Names of pages in a file: the key that stands for the pages that an expression names. `L:fn:x` is a local or parameter,
 * `G:x` a global, `F:record.field` a field of any object of that struct, `R:fn` what a function returns.
 */
import type { Expr } from '../../language/c/ast.ts';
import { fileNumber, isInMain, recordNameOf, typeOfExpr } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, type FunctionContext } from './context.ts';
import { unionNames, type UnionNames } from './unions.ts';

/** Calls that give one of their arguments back. */
export const SAME = new Set([
  'READ_ONCE',
  'likely',
  'unlikely',
  'rcu_dereference',
  'nth_page',
  'compound_head',
  'PTR_ERR_OR_ZERO',
]);

/** Names of a page that are numbers. */
const NUMBERS: ReadonlySet<string> = new Set(['pfn', 'vaddr', 'dma-addr']);
/** Names of numbers that are no pages. */
const COUNTS =
  /(^|_)(n|nr|num|nents|npages|count|cnt|len|length|size|i|j|idx|index|start|last|end|off|offset|flags|ret|rc|err|error|bytes|order|shift|limit|id)(_|\d|$)/;
/** What turns a frame number into an address, or an address into one with flags, and back. */
const SHIFTS: ReadonlySet<string> = new Set(['<<', '>>', '&', '|']);

/** `page_to_pfn(page)`, in brackets and casts or not, or one that was shifted. */
function isNumberCall(e: Expr): boolean {
  if (e.kind === 'cast') return isNumberCall(e.arg);
  if (e.kind === 'binary') return SHIFTS.has(e.op) && isNumberCall(e.left);
  if (e.kind !== 'call') return false;
  const alias = facts.call(calleeName(e) ?? '')?.effects.find((x) => x.kind === 'alias');
  return alias?.kind === 'alias' && NUMBERS.has(alias.result);
}

/** Turns expressions into keys. */
export class PageNames {
  private readonly globals: ReadonlySet<string>;
  private readonly unions: UnionNames;

  constructor(
    private readonly unit: TranslationUnit,
    private readonly functions: ReadonlyMap<string, FunctionContext>,
    /** Told of two keys that an expression shows to be names of the same pages. */
    private readonly same: (a: string | null, b: string | null) => void,
  ) {
    this.globals = new Set(unit.globals.map((g) => g.name));
    this.unions = unionNames(unit);
  }

  /** Key of the pages that an expression names, or null. */
  keyOf(e: Expr, f: FunctionContext): string | null {
    switch (e.kind) {
      case 'id':
        if (f.types.has(e.name)) return `L:${f.def.name}:${e.name}`;
        return this.globals.has(e.name) ? `G:${e.name}` : null;
      case 'member': {
        // a scatterlist inside of its table, and a table inside of its builder, hold the same pages
        if (e.name === 'sgl' || e.name === 'sgt') {
          const record = this.recordOf(e.object, f);
          const isTable = record ? /^sg_(append_)?table$/.test(record) : !e.arrow;
          const outer = isTable ? this.keyOf(e.object, f) : null;
          if (outer) return outer;
        }
        const t = this.recordOf(e.object, f);
        return `F:${this.identityOf(t, f)}.${this.unions.get(e.name) ?? e.name}`;
      }
      case 'index':
        return this.keyOf(e.object, f);
      case 'unary':
        return e.op === '*' || e.op === '&' ? this.keyOf(e.arg, f) : null;
      case 'cast':
        return this.keyOf(e.arg, f);
      case 'update':
        return this.keyOf(e.arg, f);
      case 'compound': {
        // `&(struct page *){ page }`, a list of one
        const { items } = e.init;
        return e.type.kind !== 'record' && items.length === 1 ? this.keyOf(items[0]!.value, f) : null;
      }
      case 'binary':
        if (e.op === '+' || e.op === '-') return this.keyOf(e.left, f);
        if (e.op === ',') return this.keyOf(e.right, f);
        // page_to_pfn(page) << PAGE_SHIFT
        return SHIFTS.has(e.op) && isNumberCall(e.left) ? this.keyOf(e.left, f) : null;
      case 'assign':
        return this.keyOf(e.left, f);
      case 'cond': {
        const a = e.then ? this.keyOf(e.then, f) : this.keyOf(e.test, f);
        const b = this.keyOf(e.else, f);
        this.same(a, b);
        return a ?? b;
      }
      case 'call': {
        const name = calleeName(e);
        if (!name) return null;
        if (SAME.has(name)) return e.args[0] ? this.keyOf(e.args[0], f) : null;
        const alias = facts.call(name)?.effects.find((x) => x.kind === 'alias');
        if (alias && alias.kind === 'alias') {
          const a = e.args[alias.from.arg];
          return a ? (NUMBERS.has(alias.from.as) ? this.keyOfNumber(a, f) : this.keyOf(a, f)) : null;
        }
        return this.functions.has(name) ? `R:${name}` : null;
      }
      default:
        return null;
    }
  }

  /** Key of the page that a frame number, physical or kernel address tells: `hpa >> PAGE_SHIFT`, `page_address(page)`. */
  private keyOfNumber(e: Expr, f: FunctionContext): string | null {
    if (e.kind === 'cast') return this.keyOfNumber(e.arg, f);
    if (e.kind === 'binary' && SHIFTS.has(e.op)) return this.keyOfNumber(e.left, f);
    if (e.kind === 'call' && !this.functions.has(calleeName(e) ?? '')) {
      const map = facts.call(calleeName(e) ?? '')?.effects.find((x) => x.kind === 'kmap');
      const page = map?.kind === 'kmap' ? e.args[map.pages.arg] : undefined;
      if (page) return this.keyOf(page, f);
    }
    return this.keyOf(e, f);
  }

  /** Of a record that no header of the driver defines, two files may each mean their own objects. */
  private identityOf(record: string | null, f: FunctionContext): string {
    const { start } = f.def;
    if (isInMain(start) || (record !== null && this.unit.records.has(record))) return record ?? '?';
    return `${record ?? '?'}@${fileNumber(start)}`;
  }

  /** Tag of the struct that an expression is, points to or is an array of; null: unknown. */
  recordOf(object: Expr, f: FunctionContext): string | null {
    return recordNameOf(typeOfExpr(object, { unit: this.unit, locals: f.types }), this.unit) ?? null;
  }

  /** A `long` that says by its name that it counts something, or where: it is no address, nor the number of a page. */
  isCount(to: string, value: Expr, f: FunctionContext): boolean {
    const name = to.slice(Math.max(to.lastIndexOf(':'), to.lastIndexOf('.')) + 1);
    const from = value.kind === 'id' || value.kind === 'member' ? value.name : '';
    if (!COUNTS.test(name) && !COUNTS.test(from)) return false;
    const t = typeOfExpr(value, { unit: this.unit, locals: f.types });
    return (
      t?.kind === 'base' ||
      (t?.kind === 'named' && /^(size_t|ssize_t|loff_t|[us](8|16|32|64)|u?int\d+_t)$/.test(t.name))
    );
  }

  /** A number, not an address that a `long` may hold. */
  isNumber(e: Expr, f: FunctionContext): boolean {
    const t = typeOfExpr(e, { unit: this.unit, locals: f.types });
    return t?.kind === 'base' && t.name !== 'void' && !/long/.test(t.name);
  }
}
