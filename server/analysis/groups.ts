/**
 * Which names stand for the same pages, over the whole file and regardless of order: locals, parameters, struct fields
 * (by record and field name), results. Every acquire, release and use is attached to such a group. This is what links a
 * field that one function fills with pins to the function that puts them; the path walk then says what happens where.
 */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import { hashText, isInMain, walkExpr } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, type FunctionContext } from './context.ts';
import { flagsOf } from './flags.ts';
import { mayHave, TAKES_OR_GIVES, wordKind, type Naming } from './naming.ts';
import { namesIn, perDefinition, perFunction } from './per-function.ts';
import { inWords, PageScanner, type Freed, type Note, type PageScan } from './page-scan.ts';
import type { Pointers } from './pointers.ts';
import { unionNames } from './unions.ts';
import { isPageType, resultOf, type AcquireSite, type Group, type ReleaseSite, type UseSite } from './sites.ts';

/** Its name, that of its parameters, and what else stands there: to tell less it would have to be read. */
const headOf = perDefinition((def) => `${def.name} ${def.source.slice(0, def.bodySpan.start - def.start)}`);

/** Such a word frees memory. */
const FREES = wordKind((word) => facts.call(word)?.effects.some((e) => e.kind === 'free') ?? false);

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
  /** What goes away of that which names acquired or released pages. */
  readonly pageFrees: Freed[] = [];
  private readonly resets: Freed[] = [];
  private allFrees: readonly Freed[] | undefined;
  private readonly foreign: PageScan['foreign'] = [];
  private readonly accessors: PageScan['accessors'] = [];
  private readonly notes: Note[] = [];
  /** Records defined in the file itself rather than in a header. */
  private readonly ownRecords: ReadonlySet<string>;
  private readonly passed: PageScan['passed'] = [];
  private readonly scanner: PageScanner;
  private readonly readers: ReadonlySet<string>;
  private byRoot: Map<string, Group> | undefined;
  /** Equal where types, variables and the heads of all functions are: the key of an expression depends on these, and on its function. */
  readonly around: string;

  constructor(
    readonly unit: TranslationUnit,
    private readonly functions: ReadonlyMap<string, FunctionContext>,
    private readonly naming: Naming,
    private readonly pointers: Pointers,
  ) {
    this.ownRecords = new Set(unit.own.records.keys());
    this.around = hashText(`${unit.surroundings}|${[...functions.values()].map(({ def }) => headOf(def)).join()}`);
    this.scanner = new PageScanner(unit, functions, this.around);
    this.readers = new Set([...this.readable()].map((f) => f.def.name));
    const read = [...functions.values()].filter((f) => this.isRead(f.def.name));
    for (const f of read) this.take(f);
    for (const f of read) this.markParameters(f);
    this.joinAccessors();
    this.findResets();
    this.pageFrees.push(...this.resets);
  }

  /**
   * The functions that can say anything of acquired or released pages: those that take pages or give them back, and all that name what
   * such pages are kept in, or a function that they come through.
   */
  private readable(): Set<FunctionContext> {
    const read = new Set(this.naming.holding(TAKES_OR_GIVES));
    for (let taken = 0; taken < read.size;) {
      for (const f of [...read].slice(taken)) this.take(f);
      taken = read.size;
      for (const name of this.namesOfPages()) for (const f of this.naming.of(name)) read.add(f);
      this.byRoot = undefined;
    }
    const { acquires, releases, uses, pageFrees, foreign, accessors, notes, passed } = this;
    for (const list of [acquires, releases, uses, pageFrees, foreign, accessors, notes, passed]) list.length = 0;
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
  private union(a: string, b: string): void {
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
    return this.scanner.names.keyOf(e, f);
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

  /** All that goes away, whole objects among it: functions that only free something are read for that. */
  get frees(): readonly Freed[] {
    if (this.allFrees) return this.allFrees;
    const all = [...this.functions.values()].filter((f) => this.isRead(f.def.name) || mayHave(f.def, FREES));
    return (this.allFrees = [...all.flatMap((f) => this.freesIn(f)), ...this.resets]);
  }

  /** What a function frees. */
  freesIn(f: FunctionContext): readonly Freed[] {
    return this.scanner.scan(f).frees;
  }

  /** Takes in what a function says of pages. */
  private take(f: FunctionContext): void {
    const scan = this.scanner.scan(f);
    for (const a of scan.acquires)
      this.acquires.push(a.flagsExpr ? { ...a, flags: flagsOf(a.flagsExpr, f, this.functions) } : a);
    this.releases.push(...scan.releases);
    this.uses.push(...scan.uses);
    this.pageFrees.push(...scan.frees);
    this.foreign.push(...scan.foreign);
    this.accessors.push(...scan.accessors);
    this.notes.push(...scan.notes);
    this.passed.push(...scan.passed);
    for (const [a, b] of scan.unions) this.union(a, b);
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
        this.resets.push({ fn: n.fn, span: n.span, how: `\`${this.textAt(n.span)}\` forgets`, keys: [own], own: true });
      }
    }
    // what a function takes off the device it is done with
    for (const u of this.uses) {
      if (u.effect.kind !== 'dma-unmap') continue;
      const how = `${calleeName(u.call) ?? 'the call'}() takes off the device`;
      this.resets.push({ fn: u.fn, span: u.call, how, keys: [u.key], own: true });
    }
  }

  /** What the acquiring functions note of the pages, in the objects that keep them. */
  private telling(g: Group): Note[] {
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
      for (const g of this.naming.mayCall(name)) if (namesIn(g).called.has(name)) return;
    for (const { p, key } of params) this.foreign.push({ fn: name, span: p, what: `parameter \`${p.name}\``, key });
  }

  /** Pages of the group are kept in a field of some object. */
  isKept(g: Group): boolean {
    return g.keys.some((k) => k.startsWith('F:'));
  }

  /**
   * Something that is not followed may release the pages: a call that is not seen, or a release of pages of unknown origin, in a function
   * that `mayGet` them.
   */
  mayBeReleasedUnseen(g: Group, mayGet: (fn: string) => boolean): boolean {
    // what gives back pages that a call of the same family supplied is not for ours
    const pair = (p: string): boolean =>
      g.foreign.some((x) => x.what === `${p.replace(/put|unpin|free|release/, (w) => SUPPLIES[w] ?? w)}()`);
    if (g.passed.some((p) => /release|put|free|unpin|drop|destroy/.test(p) && !/dma/.test(p) && !pair(p))) return true;
    const kinds = new Set(g.acquires.map((a) => a.kind));
    return this.releases.some(
      (r) =>
        kinds.has(r.effect.of) &&
        (r.effect.of === 'pin' || /pfn_to_page|phys_to_page|sg_page/.test(this.unit.text)) &&
        !this.groupOf(r.key)?.acquires.length &&
        mayGet(r.fn),
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
    return inWords(e, this.unit);
  }
}

const SUPPLIES: Record<string, string> = { put: 'get', unpin: 'pin', free: 'alloc', release: 'acquire' };

const isCleared = (e: Expr): boolean =>
  e.kind === 'num' ? e.value === 0n : e.kind === 'id' && (e.name === 'NULL' || e.name === 'false');
