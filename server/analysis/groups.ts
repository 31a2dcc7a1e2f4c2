/**
 * Which names stand for the same pages, over the whole file and regardless of order: locals, parameters, struct fields
 * (by record and field name), results. Every acquire, release and use is attached to such a group. This is what links a
 * field that one function fills with pins to the function that puts them; the path walk then says what happens where.
 */
import type { CallExpr, CType, Expr, InitListExpr, Span } from '../../language/c/ast.ts';
import { exprText, hashText, initialsOf, isInMain, walkExpr } from '../../language/c/index.ts';
import type { FunctionDef, TranslationUnit } from '../../language/c/unit.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import { flagsOf } from './flags.ts';
import { TELLING, wordKind, type Naming } from './naming.ts';
import { namesIn, perFunction } from './per-function.ts';
import { PageNames, SAME } from './page-names.ts';
import type { Pointers } from './pointers.ts';
import { unionNames } from './unions.ts';
import {
  formOfCall,
  isPageType,
  resultOf,
  type AcquireSite,
  type Group,
  type ReleaseSite,
  type UseSite,
} from './sites.ts';

/** Results that are no pages: error codes, mappings, arrays, casts that read like calls, macros of headers that were not read. */
const NO_SOURCE =
  /^(ERR_PTR|ERR_CAST|kmap|k(map|unmap)_\w+|_*k?v?(m|z|c)alloc\w*|__vmalloc\w*|[us](8|16|32|64)|size_t|[A-Z_0-9]+)$/;
/** What was found in a function. */
interface Scan {
  /** Types, variables and the heads of all functions: a scan depends on these, and on the function. */
  readonly around: string;
  /** By the number of the list. */
  readonly found: readonly (readonly [list: number, items: readonly unknown[]])[];
  readonly unions: readonly (readonly [string, string])[];
}
const scansOf = perFunction((): Scan[] => []);
/** Scans kept of one function: those of a file's kernels and variants. */
const MAX_SCANS = 4;

const heads = new WeakMap<FunctionDef, string>();
function headOf({ def }: FunctionContext): string {
  let head = heads.get(def);
  if (head === undefined) heads.set(def, (head = `${def.name}(${def.params.map((p) => p.name ?? '').join()})`));
  return head;
}

/** A function in which such a word stands may do something with pages, or free what they are kept in. */
const OF_PAGES = wordKind(
  (word) =>
    TELLING.test(word) ||
    PAGES.test(word) ||
    (facts.call(word)?.effects.some((e) => 'pages' in e || e.kind === 'free') ?? false),
);
const PAGES = /^(pages?|folios?)$/;

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

/** Parameters that are pages, with their keys. */
const pageParams = perFunction(({ def }) =>
  def.params.flatMap((p) => (p.name && isPageType(p.type) ? [{ p, key: `L:${def.name}:${p.name}` }] : [])),
);
/** The groups of one file: built once, then asked by key, by acquire, or as a whole. */
export class Groups {
  private readonly parent = new Map<string, string>();
  readonly acquires: AcquireSite[] = [];
  readonly releases: ReleaseSite[] = [];
  readonly uses: UseSite[] = [];
  /** kfree() and friends of arrays and objects. */
  readonly frees: {
    readonly fn: string;
    readonly span: Span;
    /** In words, for a message. */ readonly how: string;
    readonly keys: readonly string[];
    /** The array itself goes, not an object around it. */ readonly own: boolean;
  }[] = [];
  private readonly foreign: { fn: string; span: Span; what: string; key: string }[] = [];
  private readonly accessors: { to: string; record: string; call: CallExpr }[] = [];
  /** Assignments to fields: what a function notes of the pages in an object, and what another one resets. */
  private readonly notes: { fn: string; span: Span; record: string; field: string; value: Expr }[] = [];
  /** Records defined in the file itself rather than in a header. */
  private readonly ownRecords: ReadonlySet<string>;
  private readonly passed: { name: string; key: string }[] = [];
  private readonly names: PageNames;
  private readonly readers: ReadonlySet<string>;
  private byRoot: Map<string, Group> | undefined;
  /** Equal where types, variables and the heads of all functions are: the key of an expression depends on these, and on its function. */
  readonly around: string;
  /** Since the scan of a function began. */
  private unionsSeen: (readonly [string, string])[] = [];

  constructor(
    readonly unit: TranslationUnit,
    private readonly functions: ReadonlyMap<string, FunctionContext>,
    private readonly naming: Naming,
    private readonly pointers: Pointers,
  ) {
    // who asks for a key once the groups are made changes them no more
    this.names = new PageNames(unit, functions, (a, b) => this.byRoot ?? this.union(a, b));
    this.ownRecords = new Set(unit.own.records.keys());
    this.around = hashText(`${unit.surroundings}|${[...functions.values()].map(headOf).join()}`);
    this.readers = new Set([...this.readable()].map((f) => f.def.name));
    const read = [...functions.values()].filter((f) => this.isRead(f.def.name));
    for (const f of read) this.take(f, this.around);
    for (const f of read) this.markParameters(f);
    this.joinAccessors();
    this.findResets();
  }

  /**
   * The functions that can say anything of acquired or released pages: those that call something which has to do with pages or frees
   * memory, and all that name what such pages are kept in, or a function that they come through.
   */
  private readable(): Set<FunctionContext> {
    const read = new Set(this.naming.holding(OF_PAGES));
    for (let taken = 0; taken < read.size;) {
      for (const f of [...read].slice(taken)) this.take(f, this.around);
      taken = read.size;
      for (const name of this.namesOfPages()) for (const f of this.naming.of(name)) read.add(f);
      this.byRoot = undefined;
    }
    for (const list of this.lists()) list.length = 0;
    this.parent.clear();
    return read;
  }

  /** Names without which no function can say anything of the acquired or released pages that are known by now. */
  private namesOfPages(): Set<string> {
    const names = new Set<string>();
    for (const g of this.all().values()) {
      if (!g.acquires.length && !g.releases.length) continue;
      for (const key of g.keys) {
        const name = key.startsWith('F:') ? key.slice(key.lastIndexOf('.') + 1) : key.split(':')[1]!;
        names.add(name);
        if (key.startsWith('F:')) for (const other of unionNames(this.unit).membersOf(name)) names.add(other);
        if (this.functions.has(name)) for (const pointer of this.pointers.holding(name)) names.add(pointer);
      }
      for (const n of this.telling(g)) names.add(n.field);
    }
    return names;
  }

  private find(k: string): string {
    let r = k;
    for (let p = this.parent.get(r); p !== undefined && p !== r; p = this.parent.get(r)) r = p;
    if (r !== k) this.parent.set(k, r);
    return r;
  }
  private union(a: string | null, b: string | null): void {
    if (!a || !b) return;
    this.unionsSeen.push([a, b]);
    const x = this.find(a);
    const y = this.find(b);
    if (x !== y) this.parent.set(x, y);
    if (!this.parent.has(y)) this.parent.set(y, y);
  }

  /** Names of the fields that hold acquired pages, and of those that the acquiring functions set beside them. */
  fieldNames(): Set<string> {
    const names = new Set<string>();
    const takers = new Set<string>();
    for (const { acquires, releases, keys } of this.all().values()) {
      if (!acquires.length && !releases.some((r) => r.effect.of === 'pin')) continue;
      for (const a of acquires) takers.add(a.fn);
      for (const key of keys) if (key.startsWith('F:')) names.add(key.slice(key.lastIndexOf('.') + 1));
    }
    for (const n of this.notes) if (takers.has(n.fn)) names.add(n.field);
    return names;
  }

  /** The group that a key belongs to. */
  groupOf(key: string): Group | undefined {
    return this.all().get(this.find(key));
  }
  groupOfAcquire(call: CallExpr): Group | undefined {
    const site = this.acquires.find((a) => a.call === call || a.call.start === call.start);
    return site?.key ? this.groupOf(site.key) : undefined;
  }

  /** All groups that hold an acquire or a release, by their root key. */
  all(): Map<string, Group> {
    if (this.byRoot) return this.byRoot;
    const out = new Map<string, Group>();
    const at = (key: string): Group => {
      const root = this.find(key);
      let g = out.get(root);
      if (!g) out.set(root, (g = { acquires: [], releases: [], uses: [], foreign: [], keys: [], passed: [] }));
      return g;
    };
    for (const a of this.acquires) if (a.key) at(a.key).acquires.push(a);
    for (const r of this.releases) at(r.key).releases.push(r);
    for (const u of this.uses) at(u.key).uses.push(u);
    for (const f of this.foreign) at(f.key).foreign.push(f);
    for (const p of this.passed) out.get(this.find(p.key))?.passed.push(p.name);
    const keys = new Set([
      ...this.parent.keys(),
      ...this.acquires.map((a) => a.key),
      ...this.releases.map((r) => r.key),
    ]);
    for (const k of keys) if (k) out.get(this.find(k))?.keys.push(k);
    this.byRoot = out;
    return out;
  }

  /** Key of the pages that an expression names, or null. */
  keyOf(e: Expr, f: FunctionContext): string | null {
    return this.names.keyOf(e, f);
  }

  private flow(to: string | null, value: Expr, f: FunctionContext): void {
    if (!to || this.names.isCount(to, value, f)) return;
    if (value.kind === 'call') {
      const name = calleeName(value);
      const acquire = name ? facts.acquire(name) : undefined;
      if (acquire) return;
      const effects = name && !this.functions.has(name) ? (facts.call(name)?.effects ?? []) : [];
      // a table made of the pages holds the same pages; an address is no page
      const table = effects.find((x) => x.kind === 'put-in' && x.container === 'result');
      const pages = table?.kind === 'put-in' ? value.args[table.pages.arg] : undefined;
      if (pages) {
        this.union(to, this.keyOf(pages, f));
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
          this.foreign.push({ fn: f.def.name, span: value, what: `${name}()`, key: to });
        this.accessor(to, value, f);
        return;
      }
    }
    this.union(to, this.keyOf(value, f));
  }

  /** `op->sg = message_alloc_sgs(…)`: room for pages, not pages. */
  private allocatesList(name: string, to: string, f: FunctionContext): boolean {
    if (!/(^|_)k?[vz]?alloc(_|$)/.test(name) || /page|folio/.test(name)) return false;
    const local = to.startsWith(`L:${f.def.name}:`) ? f.types.get(to.slice(to.lastIndexOf(':') + 1)) : undefined;
    return !local || !isPageType(local);
  }

  /** `pages = frame_pages(vec)`: a function that is not seen may give the pages that the object keeps. */
  private accessor(to: string, call: CallExpr, f: FunctionContext): void {
    const variable = to.startsWith(`L:${f.def.name}:`) ? f.types.get(to.slice(to.lastIndexOf(':') + 1)) : undefined;
    const first = call.args[0];
    const record =
      first && call.args.length === 1 && variable && isPageType(variable) ? this.names.recordOf(first, f) : null;
    if (record) this.accessors.push({ to, record, call });
  }

  /** The one group of acquired pages in the object is what its accessors give. */
  private joinAccessors(): void {
    for (const a of this.accessors) {
      const prefix = `F:${a.record}.`;
      const fields = [...this.parent.keys(), ...this.acquires.map((x) => x.key)].filter((k) => k?.startsWith(prefix));
      const taken = new Set(this.acquires.flatMap((x) => (x.key ? [this.find(x.key)] : [])));
      const roots = new Set(fields.map((k) => this.find(k!)).filter((r) => taken.has(r)));
      if (roots.size !== 1) continue;
      this.union(a.to, [...roots][0]!);
      const at = this.foreign.findIndex((x) => x.span.start === a.call.start);
      if (at >= 0) this.foreign.splice(at, 1);
    }
  }

  /** The function can say anything of pages that are acquired or released. */
  isRead(fn: string): boolean {
    return this.readers.has(fn);
  }

  private lists(): readonly unknown[][] {
    const { acquires, releases, uses, frees, foreign, accessors, notes, passed } = this;
    return [acquires, releases, uses, frees, foreign, accessors, notes, passed];
  }

  /** What the function says of pages: as it was found before, where neither it nor what is around it changed. */
  private take(f: FunctionContext, around: string): void {
    const { acquires } = this;
    const lists = this.lists();
    const before = lists.map((list) => list.length);
    const scans = scansOf(f);
    const known = scans.find((scan) => scan.around === around);
    if (known) {
      for (const [i, items] of known.found) for (const item of items) lists[i]!.push(item);
      // flags may come from callers
      for (let i = before[0]!; i < acquires.length; i++) {
        const { flagsExpr } = acquires[i]!;
        if (flagsExpr) acquires[i] = { ...acquires[i]!, flags: flagsOf(flagsExpr, f, this.functions) };
      }
      for (const [a, b] of known.unions) this.union(a, b);
      return;
    }
    this.unionsSeen = [];
    this.scan(f);
    const found = lists.flatMap((list, i): Scan['found'] =>
      list.length > before[i]! ? [[i, list.slice(before[i])]] : [],
    );
    if (scans.length >= MAX_SCANS) scans.pop();
    scans.unshift({ around, found, unions: withoutRepeats(this.unionsSeen) });
    this.unionsSeen = [];
  }

  private scan(f: FunctionContext): void {
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
            const forgotten = this.keyOf(x.left, f);
            if (forgotten)
              this.frees.push({
                fn: f.def.name,
                span: x,
                how: `\`${this.text(x)}\` forgets`,
                keys: [forgotten],
                own: true,
              });
          }
          if (x.kind === 'assign' && x.op === '=' && x.left.kind === 'member') {
            const record = this.names.recordOf(x.left.object, f);
            if (record) this.notes.push({ fn: f.def.name, span: x, record, field: x.left.name, value: x.right });
          }
          if (x.kind === 'assign' && x.op === '=' && x.right.kind === 'compound')
            this.initials(x.left, x.right.type, x.right.init, f);
          else if (x.kind === 'assign' && x.op === '=' && !this.names.isNumber(x.left, f))
            this.flow(this.keyOf(x.left, f), x.right, f);
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
      if (!this.names.isNumber(left, f)) this.flow(this.keyOf(left, f), value, f);
    }
  }

  private foreach(name: string, args: readonly Expr[], f: FunctionContext): void {
    if (/for_each_(sg|sgtable)/.test(name)) {
      const sgt = args[0];
      const sg = args[1];
      if (sgt && sg) this.union(this.keyOf(sgt, f), this.keyOf(sg, f));
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
      this.acquires.push({
        fn,
        call,
        fact: acquire,
        form,
        kind: acquire.takes === 'get' ? 'get' : 'pin',
        pagesArg,
        pages: isNull ? undefined : pages,
        flags: flagsExpr ? flagsOf(flagsExpr, f, this.functions) : { names: new Set(), unknown: false },
        flagsExpr,
        key: pages && !isNull ? this.keyOf(pages, f) : null,
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
        const key = this.keyOf(a, f);
        if (key) this.passed.push({ name, key });
      }
    }
    for (const effect of (facts.call(name, this.unit.target.kernel) ?? facts.call(name))?.effects ?? []) {
      if (effect.kind === 'free' || (effect.kind === 'release' && effect.pages.as === 'vaddr')) {
        const freed = call.args[effect.kind === 'free' ? effect.arg : effect.pages.arg];
        if (freed) {
          const own = this.keyOf(freed, f);
          if (own) this.frees.push({ fn, span: call, how: `${name}() frees`, keys: [own], own: true });
          this.frees.push({ fn, span: call, how: `${name}() frees`, keys: this.freedKeys(freed, f), own: false });
        }
      }
      if (!('pages' in effect)) continue;
      const arg = call.args[effect.pages.arg];
      const key = arg ? this.keyOf(arg, f) : null;
      if (!key) continue;
      if (effect.kind === 'release' && effect.pages.as === 'vaddr') continue;
      if (effect.kind === 'release') this.releases.push({ fn, call, effect, key });
      else {
        this.uses.push({ fn, call, effect, key });
        if (
          effect.kind === 'put-in' &&
          typeof effect.container === 'number' &&
          (effect.what === 'sg' || effect.what === 'sg-table')
        ) {
          const c = call.args[effect.container];
          if (c) this.union(this.keyOf(c, f), key);
        }
        // bvec_set_page(bv, page, …) is bv->bv_page = page
        if (effect.kind === 'put-in' && effect.what === 'bvec') this.union('F:bio_vec.bv_page', key);
      }
    }
  }

  /**
   * A count or a flag beside the pages that the acquiring function sets and another one clears: behind that, nobody can
   * tell that the object holds any.
   */
  private findResets(): void {
    for (const g of this.all().values()) {
      const takers = new Set(g.acquires.map((a) => a.fn));
      const own = g.keys.find((k) => k.startsWith('F:'));
      if (!takers.size || !own) continue;
      const telling = this.telling(g);
      for (const n of this.notes) {
        if (takers.has(n.fn) || !isCleared(n.value) || g.keys.includes(`F:${n.record}.${n.field}`)) continue;
        if (!telling.some((m) => m.record === n.record && m.field === n.field)) continue;
        this.frees.push({ fn: n.fn, span: n.span, how: `\`${this.textAt(n.span)}\` forgets`, keys: [own], own: true });
      }
    }
    // what a function takes off the device it is done with
    for (const u of this.uses) {
      if (u.effect.kind !== 'dma-unmap') continue;
      const how = `${calleeName(u.call) ?? 'the call'}() takes off the device`;
      this.frees.push({ fn: u.fn, span: u.call, how, keys: [u.key], own: true });
    }
  }

  /** What the acquiring functions note of the pages, in the objects that keep them. */
  private telling(g: Group): Groups['notes'] {
    if (!g.acquires.length) return [];
    const records = new Set(g.keys.flatMap((k) => (k.startsWith('F:') ? [k.slice(2, k.indexOf('.'))] : [])));
    return this.notes.filter(
      (n) =>
        records.has(n.record) &&
        g.acquires.some((a) => a.fn === n.fn && a.call.start < n.span.start && this.tellsOf(n.value, a)),
    );
  }

  /** The value says that the pages are there: true, how many, or where. */
  private tellsOf(value: Expr, a: AcquireSite): boolean {
    if (value.kind === 'id' && value.name === 'true') return true;
    const f = this.functions.get(a.fn);
    const words = new Set<string>();
    let names = false;
    walkExpr(value, (x) => {
      if (x.kind !== 'id' && x.kind !== 'member') return;
      words.add(x.name);
      const key = f ? this.keyOf(x, f) : null;
      if (key !== null && a.key !== null && this.find(key) === this.find(a.key)) names = true;
    });
    const result = f && resultOf(a.call, f);
    const nr = a.call.args[a.form?.params.indexOf('nr') ?? -1];
    if (result !== undefined && words.has(result)) return true;
    if (nr && (nr.kind === 'id' || nr.kind === 'member') && words.has(nr.name)) return true;
    return names;
  }

  private textAt(span: Span): string {
    return this.unit.sources.slice(span.start, span.end).replace(/\s+/g, ' ');
  }

  /** Parameters of functions that code outside of the file calls can hold anybody's pages. */
  private markParameters(f: FunctionContext): void {
    const params = pageParams(f);
    if (!params.length) return;
    const { name, isStatic, start } = f.def;
    if (isStatic || !isInMain(start))
      for (const g of this.naming.callersOf(name)) if (namesIn(g).called.has(name)) return;
    for (const { p, key } of params) this.foreign.push({ fn: name, span: p, what: `parameter \`${p.name}\``, key });
  }

  /** Fields of the object that goes away with what is freed. */
  private freedKeys(freed: Expr, f: FunctionContext): string[] {
    const record = this.names.recordOf(freed, f);
    return record
      ? (this.unit.records.get(record)?.fields ?? []).flatMap((x) => (x.name ? [`F:${record}.${x.name}`] : []))
      : [];
  }

  /** Pages of the group are kept in a field of some object. */
  isKept(g: Group): boolean {
    return g.keys.some((k) => k.startsWith('F:'));
  }

  /** Something that is not followed may release the pages: a call that is not seen, or a release of pages of unknown origin. */
  mayBeReleasedUnseen(g: Group): boolean {
    // what gives back pages that a call of the same family supplied is not for ours
    const pair = (p: string): boolean =>
      g.foreign.some((x) => x.what === `${p.replace(/put|unpin|free|release/, (w) => SUPPLIES[w] ?? w)}()`);
    if (g.passed.some((p) => /release|put|free|unpin|drop|destroy/.test(p) && !/dma/.test(p) && !pair(p))) return true;
    const kinds = new Set(g.acquires.map((a) => a.kind));
    return this.releases.some(
      (r) =>
        kinds.has(r.effect.of) &&
        (r.effect.of === 'pin' || /pfn_to_page|phys_to_page|sg_page/.test(this.unit.text)) &&
        !this.groupOf(r.key)?.acquires.length,
    );
  }

  /** Every field of the group belongs to a record that this file itself defines: no other file can name it. */
  isPrivate(g: Group): boolean {
    // fields of records that are not known at all (`?`) say nothing either way
    const fields = g.keys.filter((k) => k.startsWith('F:') && !/^F:\?[.@]/.test(k));
    return fields.length > 0 && fields.every((k) => this.ownRecords.has(k.slice(2, k.indexOf('.'))));
  }

  /** The text of an expression, for messages. */
  text(e: Expr): string {
    return exprText(e, this.unit.sources).replace(/\s+/g, ' ');
  }
}

const SUPPLIES: Record<string, string> = { put: 'get', unpin: 'pin', free: 'alloc', release: 'acquire' };

const isCleared = (e: Expr): boolean =>
  e.kind === 'num' ? e.value === 0n : e.kind === 'id' && (e.name === 'NULL' || e.name === 'false');
