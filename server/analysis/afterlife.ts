/**
 * What is done to pages behind their release: a flow over each function that releases, with the names under which pages
 * were given back. A name is an expression as written ("`dma->map`", "`page`"), the object that holds it, and the group of
 * pages that it belongs to.
 */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { walkExpr } from '../../language/c/index.ts';
import { facts as kernel } from '../../language/kernel/index.ts';
import { accessOf } from './access.ts';
import { writesThrough, type Addresses } from './addresses.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { runFlow, sameCall, textOf, wayTo, type Entry } from './flow.ts';
import { COPIES, DATA, mayUse, named, objectOf, UNMAPS, UNMAPS_ALL, USES } from './late-calls.ts';
import { dmaHandles, helperReleases, undoesMapping, type HelperRelease } from './late-helpers.ts';
import { once } from './per-function.ts';
import type { Group, ReleaseSite } from './sites.ts';

/** A use of pages that were given back before it on some path. */
export interface LateUse {
  readonly fn: string;
  readonly release: ReleaseSite;
  readonly at: CallExpr | Span;
  /** What happens: "still mapped for DMA: dma_unmap_sg() comes later". */
  readonly kind: 'unmapped' | 'accessed' | 'waited';
  readonly words: string;
  readonly way: readonly { readonly span: Span; readonly message: string }[];
}

/** A name of pages that are gone. */
interface Gone {
  readonly site: ReleaseSite;
  /** A function of the file gave it back: uses of its data are left to the path walk. */
  readonly byHelper: boolean;
  readonly group: Group;
  /** Expression that was given back, without & and casts. */
  readonly text: string;
  /** Object that holds it: `dma` for `dma->map`. Empty for a variable. */
  readonly object: string;
  /** Names that it depends on: written to, it is another page. */
  readonly ids: ReadonlySet<string>;
  /** Loop that gives back page by page: within it, other pages are meant. */
  readonly loop: { readonly head: number; readonly last: number } | null;
}

type Data = ReadonlyMap<string, Gone>;
type Site = { readonly site: ReleaseSite; readonly group: Group } | HelperRelease;

class Afterlife {
  private readonly addresses: Addresses;
  private readonly sites: readonly Site[];
  /** Locals that stand for something else: loop variables over a table, `page = sg_page(sg)`. */
  private readonly aliases = new Map<string, Expr>();

  constructor(
    private readonly file: FileAnalysis,
    private readonly f: FunctionContext,
    sites: readonly Site[],
    /** DMA addresses → key of the page that was mapped. */
    private readonly handles: () => ReadonlyMap<string, string>,
  ) {
    this.addresses = accessOf(file).addresses;
    this.sites = sites;
    for (const node of f.cfg.nodes) {
      if (node.what.kind === 'foreach' && /^for_each_(sg|sgtable)/.test(node.what.name)) {
        const [table, sg] = node.what.args;
        if (table && sg?.kind === 'id') this.aliases.set(sg.name, table);
      }
    }
  }

  private text(e: Expr): string {
    return textOf(e, this.file.unit);
  }

  private groupOf(e: Expr): Group | undefined {
    const key = this.file.groups.keyOf(e, this.f);
    return key ? this.file.groups.groupOf(key) : undefined;
  }

  private gone(from: Site, node: CfgNode): Gone[] {
    const { site, group } = from;
    const given = 'given' in from ? from.given : null;
    const arg = given?.expr ?? site.call.args[site.effect.pages.arg];
    if (!arg) return [];
    const e = named(arg);
    const ids = (x: Expr): Set<string> => {
      const out = new Set<string>();
      walkExpr(x, (y) => {
        if (y.kind === 'id' || y.kind === 'member') out.add(y.name);
      });
      return out;
    };
    const make = (x: Expr, loop: Gone['loop']): Gone => {
      const object = given?.is === 'object' ? x : objectOf(x);
      const text = given?.is === 'object' ? '' : this.text(x);
      return {
        site,
        byHelper: given !== null,
        group,
        text,
        object: object ? this.text(object) : '',
        ids: ids(x),
        loop,
      };
    };
    const out = [make(e, null)];
    if (given) return out;
    // page by page: behind the loop all of them are gone
    const loop = [...this.f.loops.values()]
      .filter((l) => node.id >= Math.min(l.head, l.last) && node.id <= Math.max(l.head, l.last))
      .sort((a, b) => Math.abs(a.last - a.head) - Math.abs(b.last - b.head))[0];
    if (loop) {
      const range = { head: Math.min(loop.head, loop.last), last: Math.max(loop.head, loop.last) };
      const whole = e.kind === 'index' ? named(e.object) : e.kind === 'id' ? this.aliases.get(e.name) : undefined;
      if (whole) out.push(make(named(whole), range));
    }
    return out;
  }

  /** Is this what was given back? */
  private concerns(g: Gone, e: Expr, node: CfgNode): boolean {
    if (g.loop && node.id >= g.loop.head && node.id <= g.loop.last) return false;
    if (this.groupOf(e) !== g.group) return false;
    const x = named(e);
    const t = this.text(x);
    if (t === g.text) return true;
    const object = objectOf(x);
    // another member of the same object: its scatterlist, its DMA address
    if (object && g.object && this.text(object) === g.object) return true;
    const whole = x.kind === 'id' ? this.aliases.get(x.name) : undefined;
    return whole !== undefined && !g.loop && this.text(named(whole)) === g.text;
  }

  private assigned(node: CfgNode): Set<string> {
    const out = new Set<string>();
    if (node.what.kind === 'decl') out.add(node.what.decl.name);
    if (node.what.kind === 'foreach') {
      // for_each_sg(table, entry, …) leaves its table alone
      const written = /^for_each_(sg|sgtable)/.test(node.what.name) ? node.what.args.slice(1) : node.what.args;
      for (const a of written) if (a.kind === 'id') out.add(a.name);
    }
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        const t = x.kind === 'assign' ? x.left : x.kind === 'update' ? x.arg : null;
        if (t?.kind === 'id' || t?.kind === 'member') out.add(t.name);
        if (x.kind === 'call')
          for (const a of x.args) if (a.kind === 'unary' && a.op === '&' && a.arg.kind === 'id') out.add(a.arg.name);
      });
    return out;
  }

  private step(node: CfgNode, data: Data): Data {
    let next = data;
    const calls = this.f.callsAt[node.id]!;
    for (const call of calls) {
      const released = this.sites.filter((s) => sameCall(s.site.call, call));
      for (const from of released)
        for (const g of this.gone(from, node))
          next = new Map(next).set(`${call.start}:${g.text}:${g.loop?.head ?? ''}`, g);
      if (released.length) continue;
      // taken again
      const again = this.file.groups.acquires.find((a) => sameCall(a.call, call));
      const group = again?.key ? this.file.groups.groupOf(again.key) : undefined;
      if (group) next = new Map([...next].filter(([, g]) => g.group !== group));
      else if (this.file.functions.has(calleeName(call) ?? '') && next.size && this.reacquires(calleeName(call)!))
        next = new Map();
    }
    if (!next.size) return next;
    const written = this.assigned(node);
    // a release takes the address of its page: that is no new value
    const own = calls.some((c) => this.sites.some((s) => sameCall(s.site.call, c)));
    if (written.size && !own) next = new Map([...next].filter(([, g]) => ![...g.ids].some((id) => written.has(id))));
    return next;
  }

  private reacquires(name: string): boolean {
    return this.file.groups.acquires.some((a) => this.file.reaches(name, a.fn));
  }

  /** Uses of what is gone in a node. */
  private *late(node: CfgNode, data: Data): Iterable<Omit<LateUse, 'fn' | 'way'>> {
    const isRelease = (c: CallExpr): boolean => this.sites.some((s) => sameCall(s.site.call, c));
    for (const top of exprsOf(node)) {
      const found: Omit<LateUse, 'fn' | 'way'>[] = [];
      walkExpr(top, (x) => {
        if (x.kind === 'sizeof') return false;
        if (x.kind === 'call') {
          if (isRelease(x)) return false;
          found.push(...this.lateCall(x, node, data));
        }
        // an address of the page's data is followed
        const read = (x.kind === 'unary' && x.op === '*') || x.kind === 'index' || (x.kind === 'member' && x.arrow);
        const keys = read ? this.addresses.placeKeys(x, this.f) : [];
        for (const g of data.values())
          if (keys.some((k) => k.startsWith('L:') && k === g.site.key && !g.loop))
            found.push({
              release: g.site,
              at: x,
              kind: 'accessed',
              words: 'its data is accessed through the kernel mapping',
            });
        return undefined;
      });
      yield* found;
    }
  }

  private lateCall(call: CallExpr, node: CfgNode, data: Data): Omit<LateUse, 'fn' | 'way'>[] {
    const name = calleeName(call);
    if (!name) return [];
    if (this.file.functions.has(name)) return this.lateHelper(name, call, node, data);
    const out: Omit<LateUse, 'fn' | 'way'>[] = [];
    const effects = kernel.call(name)?.effects ?? [];
    for (const e of effects) {
      if (!USES.has(e.kind) || !('pages' in e)) continue;
      const arg = call.args[e.pages.arg];
      if (!arg) continue;
      for (const g of data.values()) {
        const handle =
          e.pages.as === 'dma-addr' ? this.handles().get(this.file.groups.keyOf(arg, this.f) ?? '') : undefined;
        const same =
          handle !== undefined
            ? this.file.groups.groupOf(handle) === g.group &&
              (handle === g.site.key || this.sameObject(arg, g)) &&
              !this.inside(g, node)
            : this.concerns(g, arg, node);
        if (!same) continue;
        out.push(
          e.kind === 'dma-unmap' || e.kind === 'dma-sync'
            ? { release: g.site, at: call, kind: 'unmapped', words: `${name}() comes only behind it` }
            : { release: g.site, at: call, kind: 'accessed', words: `${name}() still uses it` },
        );
      }
    }
    if (!effects.length && UNMAPS.test(name) && !kernel.acquire(name)) {
      for (const g of data.values())
        if (call.args.some((a) => this.concerns(g, a, node)))
          out.push({ release: g.site, at: call, kind: 'unmapped', words: `${name}() comes only behind it` });
    }
    // a mapping of all pages into the kernel's address space, which is undone only now
    if (UNMAPS_ALL.test(name)) {
      const keys = call.args[0] ? this.addresses.addressKeys(call.args[0], this.f) : [];
      for (const g of data.values())
        if (
          !this.inside(g, node) &&
          keys.some((k) => this.file.groups.groupOf(k) === g.group) &&
          this.sameObject(call.args[0]!, g)
        )
          out.push({ release: g.site, at: call, kind: 'unmapped', words: `${name}() comes only behind it` });
    }
    // copies through an address of the data
    if (!effects.some((e) => e.kind === 'kunmap' || e.kind === 'free')) {
      for (const a of call.args) {
        const keys = a.kind === 'id' || a.kind === 'binary' ? this.addresses.addressKeys(a, this.f) : [];
        for (const g of data.values())
          if (
            (COPIES.test(name) || writesThrough(name) !== undefined) &&
            keys.some((k) => k.startsWith('L:') && k === g.site.key) &&
            !g.loop
          )
            out.push({ release: g.site, at: call, kind: 'accessed', words: `${name}() still accesses its data` });
      }
    }
    if (effects.some((e) => e.kind === 'wait')) {
      for (const g of data.values())
        if (g.site.effect.of === 'pin' && this.inFlight(g, call))
          out.push({
            release: g.site,
            at: call,
            kind: 'waited',
            words: `${name}() waits for the transfer only behind it`,
          });
    }
    return out;
  }

  /** A function of the file that gets at the data of the page that it is given. */
  private lateHelper(name: string, call: CallExpr, node: CfgNode, data: Data): Omit<LateUse, 'fn' | 'way'>[] {
    const params = this.file.functions.get(name)!.def.params;
    const out: Omit<LateUse, 'fn' | 'way'>[] = [];
    call.args.forEach((arg, i) => {
      const key = params[i]?.name !== undefined ? `L:${name}:${params[i].name}` : null;
      for (const g of key ? data.values() : []) {
        const touches = g.group.uses.some((u) => u.fn === name && u.key === key && DATA.has(u.effect.kind));
        if (touches && this.concerns(g, arg, node))
          out.push({ release: g.site, at: call, kind: 'accessed', words: `${name}() still accesses its data` });
        const isObject = g.object !== '' && this.text(named(arg)) === g.object && !this.inside(g, node);
        if (isObject && undoesMapping(g.group, name, params[i]!.name!) && !this.undoneBefore(g, name))
          out.push({ release: g.site, at: call, kind: 'unmapped', words: `${name}() unmaps them only behind it` });
      }
    });
    return out;
  }

  /** The function undid a mapping of these pages before it gave them back: what comes later finds nothing to undo. */
  private undoneBefore(g: Gone, name: string): boolean {
    const at = g.site.call.start;
    return (
      g.group.uses.some((u) => u.fn === this.f.def.name && u.effect.kind === 'dma-unmap' && u.call.start < at) ||
      this.f.calls.some((c) => c.start < at && calleeName(c) === name)
    );
  }

  private inside(g: Gone, node: CfgNode): boolean {
    return g.loop !== null && node.id >= g.loop.head && node.id <= g.loop.last;
  }

  private sameObject(e: Expr, g: Gone): boolean {
    const object = objectOf(named(e));
    return object !== null && g.object !== '' && this.text(object) === g.object;
  }

  /** The pages were mapped for the device in this function, and nothing waited between that and the release. */
  private inFlight(g: Gone, wait: CallExpr): boolean {
    const mapped = g.group.uses.filter(
      (u) => u.fn === this.f.def.name && u.effect.kind === 'dma-map' && u.call.start < g.site.call.start,
    );
    const last = mapped.at(-1);
    if (!last) return false;
    const ended = (from: number, to: number): boolean =>
      this.f.calls.some(
        (c) =>
          c.start > from &&
          c.start < to &&
          (kernel.call(calleeName(c) ?? '')?.effects.some((e) => e.kind === 'wait' || e.kind === 'dma-unmap') ?? false),
      );
    return !ended(last.call.start, g.site.call.start) && !ended(g.site.call.end, wait.start);
  }

  /** Behind some release stands what could be a late use. */
  private mayBeLate(): boolean {
    const { nodes } = this.f.cfg;
    const { callsAt: calls } = this.f;
    const releases = (c: CallExpr): boolean => this.sites.some((s) => sameCall(s.site.call, c));
    const touches = (name: string): boolean =>
      this.sites.some((s) =>
        s.group.uses.some((u) => u.fn === name && (DATA.has(u.effect.kind) || u.effect.kind === 'dma-unmap')),
      );
    const uses = (c: CallExpr): boolean => {
      const name = calleeName(c) ?? '';
      return (this.file.functions.has(name) ? touches(name) : mayUse(name)) && !releases(c);
    };
    const reads = this.addresses.isConcerned(this.f);
    const isLate = (id: number): boolean => (reads && exprsOf(nodes[id]!).length > 0) || calls[id]!.some(uses);
    const seen = new Set<number>();
    const work: number[] = [];
    for (const { id, succs } of nodes) if (calls[id]!.some(releases)) work.push(...succs.map((s) => s.to));
    for (let id = work.pop(); id !== undefined; id = work.pop()) {
      if (seen.has(id)) continue;
      if (isLate(id)) return true;
      seen.add(id);
      for (const s of nodes[id]!.succs) work.push(s.to);
    }
    return false;
  }

  run(): LateUse[] {
    if (!this.mayBeLate()) return [];
    const flow = runFlow<Data>(this.f, this.file.unit, {
      start: new Map(),
      key: (d) => [...d.keys()].sort().join(),
      step: (node, d) => [{ data: this.step(node, d) }],
    });
    if (!flow.complete) return [];
    const out: LateUse[] = [];
    this.f.cfg.nodes.forEach((node, id) => {
      for (const entry of flow.at[id] ?? []) {
        if (!entry.data.size) continue;
        for (const use of this.late(node, entry.data)) {
          const isHelper = [...entry.data.values()].some((g) => g.byHelper && g.site === use.release);
          if (isHelper && use.kind !== 'unmapped') continue;
          if (out.some((o) => o.release === use.release)) continue;
          out.push({ ...use, fn: this.f.def.name, way: behind(entry, use.release) });
        }
      }
    });
    return out;
  }
}

/** Decisions between the release and the use. */
const behind = (entry: Entry<Data>, release: ReleaseSite): LateUse['way'] =>
  wayTo(entry)
    .filter((w) => w.span.start > release.call.start)
    .slice(-5);

/** A page that the releasing function took into a variable of its own, and no function that it calls takes another reference, which would keep it. */
function isOwnPage(file: FileAnalysis, group: Group, { fn, key }: ReleaseSite, refs: readonly string[]): boolean {
  const took = group.acquires.some((a) => a.fn === fn && a.key === key);
  return took && key.startsWith('L:') && !refs.some((other) => file.reaches(fn, other));
}

/** Uses behind a release, in all functions of a file. */
export function lateUses(file: FileAnalysis): LateUse[] {
  const byFunction = new Map<string, Site[]>();
  const add = (one: Site): void => {
    const list = byFunction.get(one.site.fn);
    if (list) list.push(one);
    else byFunction.set(one.site.fn, [one]);
  };
  for (const group of file.groups.all().values()) {
    const refs = group.uses.filter((u) => u.effect.kind === 'ref').map((u) => u.fn);
    for (const site of group.releases) {
      if (refs.length > 0 && !isOwnPage(file, group, site, refs)) continue;
      if (site.effect.pages.as === 'bio' || (site.effect.of === 'get' && !group.acquires.length)) continue;
      add({ site, group });
    }
    if (!refs.length && group.uses.some((u) => u.effect.kind === 'dma-unmap'))
      for (const one of helperReleases(file, group)) add(one);
  }
  if (!byFunction.size) return [];
  const handles = once(() => dmaHandles(file));
  return [...byFunction].flatMap(([fn, sites]) => {
    const f = file.functions.get(fn);
    return f ? new Afterlife(file, f, sites, handles).run() : [];
  });
}
