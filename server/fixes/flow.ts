/**
 * Which way pages flow. Groups join every name that may have to do with the same pages; a conversion must know more: whether
 * what comes from elsewhere (a page of the allocator) can really get to a release, or whether both only meet in a third
 * place (a scatterlist). A page goes from a value to where it is stored; two pointers to one array go both ways.
 */
import type { CallExpr, CType, Expr, Span } from '../../language/c/ast.ts';
import { resolveType, typeOfExpr, walkExpr } from '../../language/c/index.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { mayName, namingOf, wordKind } from '../analysis/naming.ts';
import { perFile } from '../analysis/per-function.ts';
import type { AcquireSite, Group, ReleaseSite, UseSite } from '../analysis/sites.ts';
import { unionNames } from '../analysis/unions.ts';

/** Calls that make a page of something that is none. */
const TO_PAGE =
  /^(virt_to_page|virt_to_head_page|vmalloc_to_page|kmap_to_page|pfn_to_page|phys_to_page|virt_to_folio|pfn_folio)$/;
/** Names of unseen functions that may give the pages of an object. */
const GIVES_PAGES = /(^|_)(pages?|folios?)(_list|_array)?$/;
/** Who names such a function says of pages what their own names do not tell. */
const TELLING = wordKind((word) => TO_PAGE.test(word) || GIVES_PAGES.test(word));

/** The ways of a file's pages, read off the functions that name what somebody asks for. */
class Flow {
  private readonly read = new Set<FunctionContext>();
  private readonly known = new Set<string>();
  private readonly edges = new Map<string, Set<string>>();
  /** virt_to_page() and the like: a source of pages, unless it turns acquired ones back. */
  readonly conversions: (Source & { readonly from: readonly string[] })[] = [];
  /** Starts of calls of unseen functions that only look up the pages of an object: `frame_vector_pages(vec)`. */
  readonly accessors = new Set<number>();

  constructor(private readonly file: FileAnalysis) {
    for (const f of namingOf(file.functions).holding(TELLING)) this.scan(f);
  }

  /** Everything that pages named `key` can come to be named. */
  reach(keys: readonly string[]): Set<string> {
    const seen = new Set(keys);
    for (const k of seen) {
      if (!this.known.has(k)) for (const f of this.naming(k)) this.scan(f);
      this.known.add(k);
      for (const to of this.edges.get(k) ?? []) seen.add(to);
    }
    return seen;
  }

  /** The functions in which pages of that name can go elsewhere. */
  private naming(key: string): readonly FunctionContext[] {
    const { functions } = this.file;
    const naming = namingOf(functions);
    if (key.startsWith('F:')) {
      const field = key.slice(key.lastIndexOf('.') + 1);
      return [field, ...unionNames(this.file.unit).membersOf(field)].flatMap((name) => naming.of(name));
    }
    const name = key.split(':')[1]!;
    const f = functions.get(name);
    // what is given to a function, or comes from it, has other names where it is called
    return f ? [f, ...naming.mayCall(name)] : naming.of(name);
  }

  private edge(from: string | null, to: string | null): void {
    if (!from || !to || from === to) return;
    const set = this.edges.get(from);
    if (set) set.add(to);
    else this.edges.set(from, new Set([to]));
  }

  /** Keys of an expression; both sides of a `?:`. */
  private keys(e: Expr, f: FunctionContext): string[] {
    if (e.kind === 'cond') return [...(e.then ? this.keys(e.then, f) : this.keys(e.test, f)), ...this.keys(e.else, f)];
    const k = this.file.groups.keyOf(e, f);
    // a constant (NULL) is no place that pages could go through
    return k && !/^G:[A-Z0-9_]+$/.test(k) ? [k] : [];
  }

  private link(
    from: readonly string[],
    to: string | null,
    type: CType | undefined,
    f?: FunctionContext,
    value?: Expr,
  ): void {
    const name = value?.kind === 'call' ? calleeName(value) : undefined;
    if (to && f && value?.kind === 'call') {
      const field = this.accessed(value, f);
      if (field) {
        this.accessors.add(value.start);
        this.edge(field, to);
        this.edge(to, field);
      }
    }
    if (to && f && value && name && TO_PAGE.test(name))
      this.conversions.push({ fn: f.def.name, span: value, what: `${name}()`, key: to, from });
    const both = isContainer(type, this.file, f?.types);
    for (const k of from) {
      this.edge(k, to);
      if (both) this.edge(to, k);
    }
  }

  /**
   * The field whose pages an unseen function gives: it is called something_pages(), gets the object alone, and one field of
   * such objects is filled by an acquire of this file.
   */
  private accessed(call: CallExpr, f: FunctionContext): string | undefined {
    const name = calleeName(call);
    const object = call.args[0];
    if (!name || !object || call.args.length !== 1 || !GIVES_PAGES.test(name)) return undefined;
    if (this.file.functions.has(name) || facts.call(name) || facts.acquire(name)) return undefined;
    const t = resolveType(this.typeOf(object, f), { unit: this.file.unit, locals: f.types });
    const record = t?.kind === 'pointer' && t.to.kind === 'record' ? t.to.name : undefined;
    if (!record) return undefined;
    const filled = new Set(
      this.file.groups.acquires.flatMap((a) => (a.key?.startsWith(`F:${record}.`) ? [a.key] : [])),
    );
    return filled.size === 1 ? [...filled][0] : undefined;
  }

  private typeOf(e: Expr, f: FunctionContext): CType | undefined {
    return typeOfExpr(e, { unit: this.file.unit, locals: f.types });
  }

  private scan(f: FunctionContext): void {
    if (this.read.has(f)) return;
    this.read.add(f);
    for (const node of f.cfg.nodes) {
      const w = node.what;
      if (w.kind === 'decl' && w.decl.init && w.decl.init.kind !== 'init')
        this.link(this.keys(w.decl.init, f), `L:${f.def.name}:${w.decl.name}`, w.decl.type, f, w.decl.init);
      if (w.kind === 'return' && w.value)
        this.link(this.keys(w.value, f), `R:${f.def.name}`, f.def.returns, f, w.value);
      if (w.kind === 'foreach' && w.args[0] && w.args[1] && /for_each_(sg|sgtable)/.test(w.name)) {
        for (const a of this.keys(w.args[0], f)) for (const b of this.keys(w.args[1], f)) this.link([a], b, undefined);
      }
      for (const e of exprsOf(node)) {
        walkExpr(e, (x) => {
          if (x.kind === 'assign' && x.op === '=')
            this.link(this.keys(x.right, f), this.keys(x.left, f)[0] ?? null, this.typeOf(x.left, f), f, x.right);
          if (x.kind === 'call') this.call(x, f);
        });
      }
    }
  }

  private call(x: Expr & { kind: 'call' }, f: FunctionContext): void {
    const name = calleeName(x);
    if (!name) return;
    const callee = this.file.functions.get(name);
    if (callee) {
      callee.def.params.forEach((p, i) => {
        const a = x.args[i];
        if (p.name && a) this.link(this.keys(a, f), `L:${name}:${p.name}`, p.type);
      });
      return;
    }
    for (const effect of facts.call(name)?.effects ?? []) {
      if (effect.kind !== 'put-in' || typeof effect.container !== 'number') continue;
      const [page, container] = [x.args[effect.pages.arg], x.args[effect.container]];
      if (page && container)
        for (const k of this.keys(page, f)) for (const c of this.keys(container, f)) this.edge(k, c);
    }
  }
}

const NO_LOCALS: ReadonlyMap<string, CType> = new Map();

/** Something through which pages can be written: an array of them, or an object that has them; not a page, not a number. */
function isContainer(
  type: CType | undefined,
  { unit }: FileAnalysis,
  locals: ReadonlyMap<string, CType> = NO_LOCALS,
): boolean {
  const t = resolveType(type, { unit, locals }) ?? type;
  if (!t) return true;
  if (t.kind === 'base' || t.kind === 'enum') return false;
  if (t.kind === 'named') return !/^(u?int|[us])\d+|_t$/.test(t.name);
  if (t.kind !== 'pointer') return true;
  const to = resolveType(t.to, { unit, locals }) ?? t.to;
  if (to.kind === 'base') return to.name === 'void';
  return !(to.kind === 'record' && (to.name === 'page' || to.name === 'folio'));
}

const flowOf = perFile((file) => new Flow(file));

/** Pages that belong together because they meet at their releases. */
export interface Component {
  readonly acquires: readonly AcquireSite[];
  readonly releases: readonly ReleaseSite[];
  readonly uses: readonly UseSite[];
  /** Releases that pages from elsewhere get to as well. */
  readonly shared: readonly { readonly release: ReleaseSite; readonly source: Source }[];
  /** Releases in the same group of names of which it is not known what gets to them. */
  readonly unclear: readonly ReleaseSite[];
  readonly keys: ReadonlySet<string>;
  /** Functions elsewhere that give back pages which they (or a sibling) gave out, not acquired ones. */
  readonly ownReleases: ReadonlySet<string>;
}

/** What the pages of `acquire` share releases with. */
export function componentOf(file: FileAnalysis, acquire: CallExpr): Component | undefined {
  const { groups } = file;
  const site =
    groups.acquires.find((a) => a.call === acquire) ??
    groups.acquires.find((a) => a.call.start === acquire.start && a.call.end === acquire.end);
  if (!site?.key) return undefined;
  const flow = flowOf(file);
  const all = groups.acquires.filter((a) => a.key);
  const reaches = new Map(all.map((a) => [a, flow.reach([a.key!])]));
  const acquires = new Set([site]);
  const releases = new Set<ReleaseSite>();
  for (let size = -1; size !== acquires.size + releases.size;) {
    size = acquires.size + releases.size;
    for (const r of groups.releases) if ([...acquires].some((a) => reaches.get(a)?.has(r.key))) releases.add(r);
    for (const a of all)
      if (reaches.get(a)!.has(site.key) || [...releases].some((r) => reaches.get(a)!.has(r.key))) acquires.add(a);
  }
  const keys = new Set([...acquires].flatMap((a) => [...reaches.get(a)!]));
  const ownReleases = new Set<string>();
  const sources = sourcesOf(file, flow, keys, ownReleases);
  const feeds = sources.map((source) => ({ source, reach: flow.reach([source.key]) }));
  const shared = [...releases].flatMap((release) => {
    const feed = feeds.find((x) => x.reach.has(release.key));
    return feed ? [{ release, source: feed.source }] : [];
  });
  const anyAcquire = flow.reach(all.map((a) => a.key!));
  const unclear = (groups.groupOf(site.key)?.releases ?? []).filter(
    (r) => !releases.has(r) && !anyAcquire.has(r.key) && !feeds.some((x) => x.reach.has(r.key)),
  );
  return {
    acquires: [...acquires],
    releases: [...releases],
    uses: groups.uses.filter((u) => keys.has(u.key)),
    keys,
    ownReleases,
    shared,
    unclear,
  };
}

/** Where pages come from that no acquire took. */
interface Source {
  readonly fn: string;
  readonly span: Span;
  readonly what: string;
  readonly key: string;
}

function sourcesOf(file: FileAnalysis, flow: Flow, acquired: ReadonlySet<string>, own: Set<string>): Source[] {
  const out: Source[] = [];
  const seen = new Set<object>();
  for (const group of file.groups.all().values()) {
    for (const s of group.foreign as readonly (Group['foreign'][number] & { readonly key?: string })[]) {
      if (seen.has(s) || !s.key) continue;
      seen.add(s);
      if (flow.accessors.has(s.span.start)) continue;
      // pages that this file gives out to others come back to it by the parameter
      if (s.what.startsWith('parameter') && acquired.has(s.key) && givenOut(file, acquired)) continue;
      // a parameter that the function itself has filled is the caller's array, not the caller's pages
      if (
        !givesPages(s.what) ||
        file.groups.acquires.some(
          (a) => a.key === s.key && s.key?.startsWith(`L:${a.fn}:`) && s.what.startsWith('parameter'),
        )
      )
        continue;
      const release = ownRelease(file, flow, s.what, s.key);
      if (release) own.add(release);
      else out.push({ fn: s.fn, span: s.span, what: s.what, key: s.key });
    }
  }
  for (const c of flow.conversions) if (!c.from.some((k) => acquired.has(k))) out.push(c);
  return out;
}

/** The acquired pages leave the file as the result of a function that others call. */
function givenOut(file: FileAnalysis, acquired: ReadonlySet<string>): boolean {
  for (const [name, f] of file.functions) if (!f.def.isStatic && acquired.has(`R:${name}`)) return true;
  return false;
}

/** May the result of that call be a page, or an array of them? What the tables know to be something else is none. */
function givesPages(what: string): boolean {
  const name = /^(\w+)\(\)$/.exec(what)?.[1];
  const fact = name === undefined ? undefined : facts.call(name);
  if (!fact) return true;
  return (
    fact.effects.some((e) => e.kind === 'alloc') &&
    /page|folio/.test(fact.name) &&
    !/^(__)?get_(free|zeroed)/.test(fact.name)
  );
}

const OPPOSITE: readonly (readonly [string, string])[] = [
  ['get', 'put'],
  ['pin', 'unpin'],
  ['grab', 'release'],
];

/** x_get_pages() whose pages x_put_pages() gives back in this file: no put_page() is meant for them. */
function ownRelease(file: FileAnalysis, flow: Flow, what: string, key: string): string | undefined {
  const name = /^(\w+)\(\)$/.exec(what)?.[1];
  if (!name || facts.call(name)) return undefined;
  const wanted = OPPOSITE.filter(([a]) => name.includes(`_${a}_`)).map(([a, b]) => name.replace(`_${a}_`, `_${b}_`));
  if (!wanted.length) return undefined;
  const reach = flow.reach([key]);
  for (const f of file.functions.values()) {
    if (!wanted.some((one) => mayName(f.def, one))) continue;
    for (const c of f.calls) {
      const callee = calleeName(c);
      if (
        callee &&
        wanted.includes(callee) &&
        c.args.some((a) => a.kind !== 'cond' && reach.has(file.groups.keyOf(a, f) ?? ''))
      )
        return callee;
    }
  }
  return undefined;
}
