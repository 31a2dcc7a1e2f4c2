/**
 * Who writes to the pages of a group, as far as the file shows it: directions of DMA mappings, the CPU through kernel
 * mappings, and what the file itself says by dirtying the pages or by asking for FOLL_WRITE under a condition.
 */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { facts as kernel } from '../../language/kernel/index.ts';
import type { Effect } from '../../language/kernel/types.ts';
import { Addresses } from './addresses.ts';
import { constantsOf } from './constants.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { makes } from './flow.ts';
import type { AcquireSite, Group, ReleaseSite } from './sites.ts';
import { perFile, perSurroundings } from './per-function.ts';

/** A place that shows that page data is written (or read). */
export interface Evidence {
  readonly fn: string;
  readonly span: Span;
  /** For a message: "mapped DMA_FROM_DEVICE by dma_map_sg()". */
  readonly words: string;
  /** Key of the expression that names the page there. */
  readonly key?: string;
}

/** A place that dirties the pages. */
export interface Dirtying extends Evidence {
  /** Always, or under a condition (a flag, a variable). */
  readonly always: boolean;
  readonly call: CallExpr;
}

export interface Access {
  /** The device writes: a mapping from the device or both ways. */
  readonly deviceWrites: readonly Evidence[];
  /** The device only reads: mappings to the device. */
  readonly deviceReads: readonly Evidence[];
  readonly cpuWrites: readonly Evidence[];
  readonly dirtied: readonly Dirtying[];
  /** Physical addresses or frame numbers are taken of the pages: something outside of the kernel's own code gets at them. */
  readonly numbers: readonly Evidence[];
}

type Entry = { -readonly [K in keyof Access]: Access[K][number][] };

type Direction = 'to' | 'from' | 'both';

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  DMA_TO_DEVICE: 'to',
  DMA_FROM_DEVICE: 'from',
  DMA_BIDIRECTIONAL: 'both',
  PCI_DMA_TODEVICE: 'to',
  PCI_DMA_FROMDEVICE: 'from',
  PCI_DMA_BIDIRECTIONAL: 'both',
};

/** Evidence for all groups of a file. */
export class AccessMap {
  private readonly byGroup = new Map<Group, Entry>();
  /** Dirtying of pages that no group with an acquire accounts for: it may be ours. */
  readonly strayDirtying: Dirtying[] = [];
  readonly addresses: Addresses;

  constructor(private readonly file: FileAnalysis) {
    for (const g of file.groups.all().values()) this.scanGroup(g);
    this.addresses = new Addresses(file);
    this.scanWrites();
    for (const f of file.functions.values()) if (file.groups.isRead(f.def.name)) this.scanCalls(f);
  }

  of(g: Group): Access {
    return this.entry(g);
  }

  private entry(g: Group): Entry {
    let e = this.byGroup.get(g);
    if (!e) this.byGroup.set(g, (e = { deviceWrites: [], deviceReads: [], cpuWrites: [], dirtied: [], numbers: [] }));
    return e;
  }

  private groupOf(e: Expr, f: FunctionContext): Group | undefined {
    const key = this.file.groups.keyOf(e, f);
    return key ? this.file.groups.groupOf(key) : undefined;
  }

  /** Directions that an argument may hold. */
  private directions(e: Expr, f: FunctionContext): Set<Direction> {
    const out = new Set<Direction>();
    for (const c of constantsOf(e, f, this.file.functions)) if (DIRECTIONS[c]) out.add(DIRECTIONS[c]);
    return out;
  }

  private scanGroup(g: Group): void {
    const entry = this.entry(g);
    for (const u of g.uses) {
      const f = this.file.functions.get(u.fn);
      if (!f) continue;
      const name = calleeName(u.call) ?? 'the call';
      if (u.effect.kind === 'dma-map' || u.effect.kind === 'dma-unmap' || u.effect.kind === 'dma-sync') {
        const { direction } = u.effect;
        const arg = typeof direction === 'number' ? u.call.args[direction] : undefined;
        const all = arg
          ? this.directions(arg, f)
          : new Set<Direction>(
              direction === 'from-device'
                ? ['from']
                : direction === 'to-device'
                  ? ['to']
                  : direction === 'bidirectional'
                    ? ['both']
                    : [],
            );
        this.device(entry, all, u.fn, u.call, name);
      }
      if (u.effect.kind === 'data' && u.effect.write && !/insert|remap|vm_map/.test(name))
        entry.cpuWrites.push({ fn: u.fn, span: u.call, words: `written by ${name}()`, key: u.key });
      if (u.effect.kind === 'dirty' && u.effect.pages.as !== 'bio')
        entry.dirtied.push({
          fn: u.fn,
          span: u.call,
          words: `dirtied by ${name}()`,
          always: true,
          call: u.call,
          key: u.key,
        });
    }
    for (const r of g.releases) {
      const d = this.dirties(r);
      if (d)
        entry.dirtied.push({
          fn: r.fn,
          span: r.call,
          words: `dirtied by ${calleeName(r.call) ?? 'its release'}()`,
          always: d === 'always',
          call: r.call,
        });
    }
  }

  private device(
    entry: { deviceWrites: Evidence[]; deviceReads: Evidence[] },
    all: ReadonlySet<Direction>,
    fn: string,
    call: CallExpr,
    name: string,
  ): void {
    const word: Record<Direction, string> = { to: 'to the device', from: 'from the device', both: 'both ways' };
    for (const d of all) {
      const e = { fn, span: call, words: `mapped ${word[d]} by ${name}()` };
      if (d === 'to') entry.deviceReads.push(e);
      else entry.deviceWrites.push(e);
    }
  }

  /** Does a release dirty the pages: never, on a condition, or always? */
  dirties(r: ReleaseSite): 'always' | 'perhaps' | null {
    const { dirties } = r.effect;
    if (dirties === true) return 'always';
    if (dirties === false) return null;
    const f = this.file.functions.get(r.fn);
    const arg = r.call.args[dirties];
    if (!arg || !f) return 'perhaps';
    const values = constantsOf(arg, f, this.file.functions);
    if ([...values].every((v) => v === '0' || v === 'false')) return null;
    return [...values].every((v) => v === '1' || v === 'true') ? 'always' : 'perhaps';
  }

  /** Writes through kernel mappings. */
  private scanWrites(): void {
    for (const { fn, keys, span, words } of this.addresses.writes())
      for (const key of keys) {
        const g = this.file.groups.groupOf(key);
        if (g) this.entry(g).cpuWrites.push({ fn, span, words, key });
      }
  }

  private scanCalls(f: FunctionContext): void {
    const fn = f.def.name;
    for (const { call: x, name, effects, directions } of tellingCalls(this.file, f)) {
      for (const y of effects) {
        this.stray(y, x, f);
        const from = y.kind === 'alias' ? x.args[y.from.arg] : undefined;
        const g = from && this.groupOf(from, f);
        if (g) this.entry(g).numbers.push({ fn, span: x, words: `found by number with ${name}()` });
      }
      const all = new Set(directions.flatMap((a) => [...this.directions(a, f)]));
      if (!all.size) continue;
      for (const a of x.args) {
        const g = this.groupOf(a, f);
        if (g) this.device(this.entry(g), all, fn, x, name);
      }
    }
  }

  /** A release that dirties says nothing: its pages are given back there, ours somewhere else. */
  private stray(effect: Effect, call: CallExpr, f: FunctionContext): void {
    if (effect.kind !== 'dirty' || effect.pages.as === 'bio') return;
    const arg = call.args[effect.pages.arg];
    const g = arg && this.groupOf(arg, f);
    if (!g?.acquires.length)
      this.strayDirtying.push({ fn: f.def.name, span: call, words: 'dirtied', always: true, call });
  }
}

const mayBeDirection = (e: Expr): boolean => {
  if (e.kind === 'id') return /^(PCI_)?DMA_(TO_?DEVICE|FROM_?DEVICE|BIDIRECTIONAL)$|dir/i.test(e.name);
  if (e.kind === 'member') return /dir/i.test(e.name);
  return e.kind === 'cond';
};

/** A call of code that is not in the file, by which pages are dirtied or get a number, or which is given a direction. */
interface Telling {
  readonly call: CallExpr;
  readonly name: string;
  readonly effects: readonly Effect[];
  /** A mapping made by code that is not seen: hl_dma_map_sgtable(dev, sgt, DMA_BIDIRECTIONAL). */
  readonly directions: readonly Expr[];
}

const tellingCalls = perSurroundings((file: FileAnalysis, f): readonly Telling[] =>
  f.calls.flatMap((call) => {
    const name = calleeName(call);
    if (name === undefined || file.functions.has(name)) return [];
    const all = kernel.call(name)?.effects ?? [];
    const effects = all.filter((e) => e.kind === 'dirty' || (e.kind === 'alias' && e.result === 'pfn'));
    const directions = all.length || kernel.acquire(name) ? [] : call.args.filter(mayBeDirection);
    return effects.length || directions.length ? [{ call, name, effects, directions }] : [];
  }),
);

/** FOLL_WRITE is set on some paths only: the file itself tells writing from reading. */
export function choosesWrite(site: AcquireSite, f: FunctionContext | undefined): boolean {
  if (!f || !site.flagsExpr || !site.flags.names.has('FOLL_WRITE')) return false;
  let chosen = false;
  const names = new Set<string>();
  const look = (e: Expr): void =>
    walkExpr(e, (x) => {
      if (x.kind === 'cond') {
        let has = 0;
        for (const side of [x.then, x.else])
          if (side)
            walkExpr(side, (y) => {
              if (y.kind === 'id' && y.name === 'FOLL_WRITE') has++;
            });
        if (has === 1) chosen = true;
      }
      if (x.kind === 'id') names.add(x.name);
    });
  look(site.flagsExpr);
  for (const node of f.cfg.nodes) {
    const w = node.what;
    if (w.kind === 'decl' && names.has(w.decl.name) && w.decl.init) look(w.decl.init);
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind !== 'assign' || x.left.kind !== 'id' || !names.has(x.left.name)) return;
        // `if (write) flags |= FOLL_WRITE;`
        if (x.right.kind === 'id' && x.right.name === 'FOLL_WRITE' && avoidable(f, node.id, site.call)) chosen = true;
        look(x.right);
      });
  }
  return chosen;
}

/** The call can be reached without the node. */
function avoidable(f: FunctionContext, without: number, call: CallExpr): boolean {
  const { nodes } = f.cfg;
  const seen = new Set<number>([without]);
  const work = [0];
  while (work.length) {
    const id = work.pop()!;
    if (seen.has(id)) continue;
    seen.add(id);
    if (exprsOf(nodes[id]!).some((e) => makes(e, call))) return true;
    for (const s of nodes[id]!.succs) work.push(s.to);
  }
  return false;
}

/** The evidence of a file. */
export const accessOf = perFile((file) => new AccessMap(file));
