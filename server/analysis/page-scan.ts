/**
 * What one function says of pages: what it takes, gives back, uses and frees, which names of it stand for the same pages, what it notes
 * beside them. Made once for each text of a function and of what stands around it.
 */
import type { CallExpr, CType, Expr, InitListExpr, Span } from '../../language/c/ast.ts';
import { exprText, initialsOf, walkExpr } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FlagSet } from './flags.ts';
import { PageNames, SAME } from './page-names.ts';
import { perFunction } from './per-function.ts';
import { formOfCall, isPageType, type AcquireSite, type ReleaseSite, type UseSite } from './sites.ts';

/** Results that are no pages: error codes, mappings, arrays, casts that read like calls, macros of headers that were not read. */
const NO_SOURCE =
  /^(ERR_PTR|ERR_CAST|kmap|k(map|unmap)_\w+|_*k?v?(m|z|c)alloc\w*|__vmalloc\w*|[us](8|16|32|64)|size_t|[A-Z_0-9]+)$/;

/** kfree() and friends of arrays and objects. */
export interface Freed {
  readonly fn: string;
  readonly span: Span;
  /** In words, for a message. */
  readonly how: string;
  readonly keys: readonly string[];
  /** The array itself goes, not an object around it. */
  readonly own: boolean;
}

/** An assignment to a field: what a function notes of the pages in an object, and what another one resets. */
export interface Note {
  readonly fn: string;
  readonly span: Span;
  readonly record: string;
  readonly field: string;
  readonly value: Expr;
}

/** What was found in a function. */
export class PageScan {
  /** Their flags are not told: they may come from callers. */
  readonly acquires: AcquireSite[] = [];
  readonly releases: ReleaseSite[] = [];
  readonly uses: UseSite[] = [];
  readonly frees: Freed[] = [];
  /** Pages that come from elsewhere. */
  readonly foreign: { readonly fn: string; readonly span: Span; readonly what: string; readonly key: string }[] = [];
  /** Calls of unseen functions that may give what an object keeps. */
  readonly accessors: { readonly to: string; readonly record: string; readonly call: CallExpr }[] = [];
  readonly notes: Note[] = [];
  /** Pages given to functions of which nothing is known. */
  readonly passed: { readonly name: string; readonly key: string }[] = [];
  /** Keys of the same pages. */
  unions: readonly (readonly [string, string])[] = [];

  constructor(
    /** Types, variables and the heads of all functions: a scan depends on these, and on the function. */
    readonly around: string,
  ) {}
}

const scansOf = perFunction((): PageScan[] => []);
/** Scans kept of one function: those of a file's kernels and variants. */
const MAX_SCANS = 4;
const NO_FLAGS: FlagSet = { names: new Set(), unknown: false };

/** Pairs that say nothing after those before them are left out. */
function withoutRepeats(unions: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  const parent = new Map<string, string>();
  const find = (k: string): string => {
    let r = k;
    for (let p = parent.get(r); p !== undefined && p !== r; p = parent.get(r)) r = p;
    return r;
  };
  return unions.filter(([a, b]) => {
    const [x, y] = [find(a), find(b)];
    if (x === y && parent.has(x)) return false;
    parent.set(x, y);
    if (!parent.has(y)) parent.set(y, y);
    return true;
  });
}

/** The text of an expression, for messages. */
export const inWords = (e: Expr, unit: TranslationUnit): string => exprText(e, unit.sources).replace(/\s+/g, ' ');

/** Scans the functions of one file. */
export class PageScanner {
  readonly names: PageNames;
  private found: PageScan;
  /** Since the scan of a function began. */
  private unions: (readonly [string, string])[] = [];
  /** Calls that give a page as their result → the name that gets it. */
  private readonly results = new WeakMap<CallExpr, string>();

  constructor(
    private readonly unit: TranslationUnit,
    private readonly functions: ReadonlyMap<string, FunctionContext>,
    private readonly around: string,
  ) {
    this.names = new PageNames(unit, functions, (a, b) => this.same(a, b));
    this.found = new PageScan(around);
  }

  /** What a function says: as it was found before, where neither it nor what is around it changed. */
  scan(f: FunctionContext): PageScan {
    const scans = scansOf(f);
    const known = scans.find((scan) => scan.around === this.around);
    if (known) return known;
    this.found = new PageScan(this.around);
    this.unions = [];
    this.read(f);
    this.found.unions = withoutRepeats(this.unions);
    if (scans.length >= MAX_SCANS) scans.pop();
    scans.unshift(this.found);
    return this.found;
  }

  private same(a: string | null, b: string | null): void {
    if (a && b) this.unions.push([a, b]);
  }

  private flow(to: string | null, value: Expr, f: FunctionContext): void {
    if (!to || this.names.isCount(to, value, f)) return;
    if (value.kind === 'call') {
      const name = calleeName(value);
      const acquire = name ? facts.acquire(name) : undefined;
      if (acquire) {
        if (acquire.into === 'return') this.results.set(value, to);
        return;
      }
      const effects = name && !this.functions.has(name) ? (facts.call(name)?.effects ?? []) : [];
      // a table made of the pages holds the same pages; an address is no page
      const table = effects.find((x) => x.kind === 'put-in' && x.container === 'result');
      const pages = table?.kind === 'put-in' ? value.args[table.pages.arg] : undefined;
      if (pages) {
        this.same(to, this.names.keyOf(pages, f));
        return;
      }
      if (effects.some((x) => x.kind === 'kmap')) return;
      if (
        name &&
        !this.functions.has(name) &&
        !facts.call(name)?.effects.some((x) => x.kind === 'alias') &&
        !SAME.has(name)
      ) {
        const alloc = facts.call(name)?.effects.some((x) => x.kind === 'alloc');
        // an array allocated for the pages is no page; a page allocated is
        if (!(alloc && /^(kv?|devm_k|v|kmem)/.test(name)) && !NO_SOURCE.test(name) && !this.allocatesList(name, to, f))
          this.found.foreign.push({ fn: f.def.name, span: value, what: `${name}()`, key: to });
        this.accessor(to, value, f);
        return;
      }
    }
    this.same(to, this.names.keyOf(value, f));
  }

  /** `op->sg = message_alloc_sgs(…)`: room for pages, not pages. */
  private allocatesList(name: string, to: string, f: FunctionContext): boolean {
    if (!/(^|_)k?v?[mzc]?alloc(_|$)/.test(name) || /page|folio/.test(name)) return false;
    const local = to.startsWith(`L:${f.def.name}:`) ? f.types.get(to.slice(to.lastIndexOf(':') + 1)) : undefined;
    return !local || !isPageType(local);
  }

  /** `pages = frame_pages(vec)`: a function that is not seen may give the pages that the object keeps. */
  private accessor(to: string, call: CallExpr, f: FunctionContext): void {
    const variable = to.startsWith(`L:${f.def.name}:`) ? f.types.get(to.slice(to.lastIndexOf(':') + 1)) : undefined;
    const first = call.args[0];
    const record =
      first && call.args.length === 1 && variable && isPageType(variable) ? this.names.recordOf(first, f) : null;
    if (record) this.found.accessors.push({ to, record, call });
  }

  private read(f: FunctionContext): void {
    for (const node of f.cfg.nodes) {
      if (node.what.kind === 'decl' && node.what.decl.init && node.what.decl.init.kind !== 'init') {
        this.flow(`L:${f.def.name}:${node.what.decl.name}`, node.what.decl.init, f);
      }
      if (node.what.kind === 'decl' && node.what.decl.init?.kind === 'init')
        this.initials({ ...node.what.decl, kind: 'id' }, node.what.decl.type, node.what.decl.init, f);
      if (node.what.kind === 'return' && node.what.value) this.flow(`R:${f.def.name}`, node.what.value, f);
      if (node.what.kind === 'foreach') this.foreach(node.what.name, node.what.args, f);
      for (const e of exprsOf(node)) {
        walkExpr(e, (x) => {
          if (
            x.kind === 'assign' &&
            x.op === '=' &&
            x.left.kind === 'member' &&
            x.right.kind === 'id' &&
            x.right.name === 'NULL'
          ) {
            const forgotten = this.names.keyOf(x.left, f);
            if (forgotten)
              this.found.frees.push({
                fn: f.def.name,
                span: x,
                how: `\`${inWords(x, this.unit)}\` forgets`,
                keys: [forgotten],
                own: true,
              });
          }
          if (x.kind === 'assign' && x.op === '=' && x.left.kind === 'member') {
            const record = this.names.recordOf(x.left.object, f);
            if (record) this.found.notes.push({ fn: f.def.name, span: x, record, field: x.left.name, value: x.right });
          }
          if (x.kind === 'assign' && x.op === '=' && x.right.kind === 'compound')
            this.initials(x.left, x.right.type, x.right.init, f);
          else if (x.kind === 'assign' && x.op === '=' && !this.names.isNumber(x.left, f))
            this.flow(this.names.keyOf(x.left, f), x.right, f);
          if (x.kind === 'call') this.scanCall(x, f);
        });
      }
    }
  }

  /** An initialiser, as the assignments to fields that it stands for. */
  private initials(object: Expr, type: CType, init: InitListExpr, f: FunctionContext): void {
    for (const { path, value } of initialsOf(type, init, { unit: this.unit, locals: f.types })) {
      const { start, end } = value;
      const left = path.reduce<Expr>(
        (at, step) =>
          typeof step === 'string'
            ? { kind: 'member', object: at, name: step, arrow: false, start, end }
            : {
                kind: 'index',
                object: at,
                index: { kind: 'num', value: BigInt(step), text: String(step), start, end },
                start,
                end,
              },
        object,
      );
      if (!this.names.isNumber(left, f)) this.flow(this.names.keyOf(left, f), value, f);
    }
  }

  private foreach(name: string, args: readonly Expr[], f: FunctionContext): void {
    if (/for_each_(sg|sgtable)/.test(name)) {
      const sgt = args[0];
      const sg = args[1];
      if (sgt && sg) this.same(this.names.keyOf(sgt, f), this.names.keyOf(sg, f));
    }
  }

  private scanCall(call: CallExpr, f: FunctionContext): void {
    const name = calleeName(call);
    if (!name) return;
    const fn = f.def.name;
    const callee = this.functions.get(name);
    // a function of the file's own by a name of the family is that function
    const acquire = callee ? undefined : facts.acquire(name);
    if (acquire) {
      const form = formOfCall(acquire, call, this.unit);
      const roles = form?.params ?? [];
      const pagesArg = roles.findIndex((r) => r === 'pages' || r === 'folios');
      const pages = call.args[pagesArg];
      const flagsExpr = call.args[roles.indexOf('flags')];
      const isNull =
        pages && ((pages.kind === 'id' && pages.name === 'NULL') || (pages.kind === 'num' && pages.value === 0n));
      this.found.acquires.push({
        fn,
        call,
        fact: acquire,
        form,
        kind: acquire.takes === 'get' ? 'get' : 'pin',
        pagesArg,
        pages: isNull ? undefined : pages,
        flags: NO_FLAGS,
        flagsExpr,
        key: pages && !isNull ? this.names.keyOf(pages, f) : (this.results.get(call) ?? null),
      });
      return;
    }
    if (callee) {
      callee.def.params.forEach((p, i) => {
        const a = call.args[i];
        if (p.name && a) this.flow(`L:${name}:${p.name}`, a, f);
      });
      return;
    }
    if (!facts.call(name)) {
      for (const a of call.args) {
        const key = this.names.keyOf(a, f);
        if (key) this.found.passed.push({ name, key });
      }
    }
    for (const effect of (facts.call(name, this.unit.target.kernel) ?? facts.call(name))?.effects ?? []) {
      if (effect.kind === 'free' || (effect.kind === 'release' && effect.pages.as === 'vaddr')) {
        const freed = call.args[effect.kind === 'free' ? effect.arg : effect.pages.arg];
        if (freed) {
          const own = this.names.keyOf(freed, f);
          if (own) this.found.frees.push({ fn, span: call, how: `${name}() frees`, keys: [own], own: true });
          this.found.frees.push({ fn, span: call, how: `${name}() frees`, keys: this.freedKeys(freed, f), own: false });
        }
      }
      if (!('pages' in effect)) continue;
      const arg = call.args[effect.pages.arg];
      const key = arg ? this.names.keyOf(arg, f) : null;
      if (!key) continue;
      if (effect.kind === 'release' && effect.pages.as === 'vaddr') continue;
      if (effect.kind === 'release') this.found.releases.push({ fn, call, effect, key });
      else {
        this.found.uses.push({ fn, call, effect, key });
        if (
          effect.kind === 'put-in' &&
          typeof effect.container === 'number' &&
          (effect.what === 'sg' || effect.what === 'sg-table')
        ) {
          const c = call.args[effect.container];
          if (c) this.same(this.names.keyOf(c, f), key);
        }
        // bvec_set_page(bv, page, …) is bv->bv_page = page
        if (effect.kind === 'put-in' && effect.what === 'bvec') this.same('F:bio_vec.bv_page', key);
      }
    }
  }

  /** Fields of the object that goes away with what is freed. */
  private freedKeys(freed: Expr, f: FunctionContext): string[] {
    const record = this.names.recordOf(freed, f);
    return record
      ? (this.unit.records.get(record)?.fields ?? []).flatMap((x) => (x.name ? [`F:${record}.${x.name}`] : []))
      : [];
  }
}
