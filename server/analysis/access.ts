/**
 * Who writes to the pages of a group, as far as the file shows it: directions of DMA mappings, the CPU through kernel
 * mappings, and what the file itself says by dirtying the pages or by asking for FOLL_WRITE under a condition.
 */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { facts as kernel } from '../../language/kernel/index.ts';
import type { Effect } from '../../language/kernel/types.ts';
import { constantsOf } from './constants.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { makes } from './flow.ts';
import type { AcquireSite, Group, ReleaseSite } from './sites.ts';
import { perFunction, wordsIn } from './per-function.ts';
import { unionNames } from './unions.ts';

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

/** Calls that write through an address: which argument it is. */
const WRITES: ReadonlyMap<string, number> = new Map(
  [
    ...'memcpy memmove memset memset32 memset64 memcpy_fromio copy_from_user __copy_from_user copy_from_user_nofault raw_copy_from_user'.split(
      ' ',
    ),
    ...'copy_from_iter copy_from_iter_full strcpy strncpy strscpy strscpy_pad sprintf snprintf scnprintf clear_page copy_page'.split(
      ' ',
    ),
    ...'bitmap_set bitmap_clear bitmap_zero bitmap_fill WRITE_ONCE sg_copy_to_buffer get_random_bytes memzero_explicit memcpy_flushcache'.split(
      ' ',
    ),
  ].map((n): [string, number] => [n, 0]),
);
const WRITES_SECOND = new Set(
  'set_bit __set_bit clear_bit __clear_bit test_and_set_bit test_and_clear_bit __test_and_set_bit change_bit set_bit_le clear_bit_le test_and_set_bit_le set_bit_inv clear_bit_inv test_and_set_bit_inv test_and_clear_bit_inv put_unaligned put_unaligned_le32 put_unaligned_le16 put_unaligned_le64 put_unaligned_be32 copy_from_iter_toio'.split(
    ' ',
  ),
);

/** The argument through which a call writes to memory; undefined: none. */
export const writesThrough = (name: string): number | undefined =>
  WRITES.get(name) ?? (WRITES_SECOND.has(name) ? 1 : undefined);

/** Evidence for all groups of a file. */
export class AccessMap {
  private readonly byGroup = new Map<Group, Entry>();
  /** Dirtying of pages that no group with an acquire accounts for: it may be ours. */
  readonly strayDirtying: Dirtying[] = [];
  /** Variables and fields that hold an address of page data → keys of the pages. */
  private readonly addresses = new Map<string, Set<string>>();
  /** Last names in those. */
  private readonly names = new Set<string>();

  constructor(private readonly file: FileAnalysis) {
    for (const g of file.groups.all().values()) this.scanGroup(g);
    this.findAddresses();
    for (const f of file.functions.values()) {
      if (this.mayName(f)) this.scanWrites(f);
      this.scanCalls(f);
    }
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

  // ---- CPU mappings -----------------------------------------------------------------------------------------------

  /** Keys of the pages whose data an expression is an address into: kmap(page) + off, a variable that holds one. */
  addressKeys(e: Expr, f: FunctionContext): readonly string[] {
    switch (e.kind) {
      case 'cast':
        return this.addressKeys(e.arg, f);
      case 'binary': {
        if (e.op !== '+' && e.op !== '-') return [];
        const left = this.addressKeys(e.left, f);
        return left.length ? left : this.addressKeys(e.right, f);
      }
      case 'unary':
        return e.op === '&' ? this.placeKeys(e.arg, f) : [];
      case 'call': {
        const name = calleeName(e);
        if (!name) return [];
        if (this.file.functions.has(name)) return [...(this.addresses.get(`R:${name}`) ?? [])];
        const map = kernel.call(name)?.effects.find((x) => x.kind === 'kmap');
        const page = map?.kind === 'kmap' ? e.args[map.pages.arg] : undefined;
        const key = page && this.file.groups.keyOf(page, f);
        return key ? [key] : [];
      }
      case 'id':
      case 'member':
      case 'index':
      case 'assign': {
        const key = this.file.groups.keyOf(e, f);
        return key ? [...(this.addresses.get(key) ?? [])] : [];
      }
      default:
        return [];
    }
  }

  /** Keys of the pages whose data a place is in: *addr, addr[i], addr->field. */
  placeKeys(e: Expr, f: FunctionContext): readonly string[] {
    if (e.kind === 'cast') return this.placeKeys(e.arg, f);
    if (e.kind === 'unary' && e.op === '*') return this.addressKeys(e.arg, f);
    if (e.kind === 'index') {
      const direct = this.addressKeys(e.object, f);
      return direct.length ? direct : this.placeKeys(e.object, f);
    }
    if (e.kind === 'member') return e.arrow ? this.addressKeys(e.object, f) : this.placeKeys(e.object, f);
    return [];
  }

  private hold(name: string): void {
    this.names.add(name);
    // the members of an unnamed union go by one name
    for (const [member, first] of unionNames(this.file.unit)) if (first === name) this.names.add(member);
  }

  /** Does the function name anything that holds an address of page data, or make one? */
  private mayName(f: FunctionContext): boolean {
    if (f.callees.some(isKmap)) return true;
    const words = wordsIn(f);
    for (const name of this.names) if (words.has(name)) return true;
    return false;
  }

  private findAddresses(): void {
    const { functions, groups } = this.file;
    for (let grown = true, round = 0; grown && round < 5; round++) {
      grown = false;
      const note = (target: string | null, value: Expr, f: FunctionContext): void => {
        if (!target) return;
        for (const key of this.addressKeys(value, f)) {
          const known = this.addresses.get(target);
          if (known?.has(key) || (groups.groupOf(target) && groups.groupOf(target) === groups.groupOf(key))) continue;
          if (known) known.add(key);
          else this.addresses.set(target, new Set([key]));
          this.hold(nameIn(target));
          grown = true;
        }
      };
      for (const f of functions.values()) {
        if (!this.mayName(f)) continue;
        for (const node of f.cfg.nodes) {
          if (node.what.kind === 'decl' && node.what.decl.init)
            note(`L:${f.def.name}:${node.what.decl.name}`, node.what.decl.init, f);
          if (node.what.kind === 'return' && node.what.value) note(`R:${f.def.name}`, node.what.value, f);
          for (const e of exprsOf(node))
            walkExpr(e, (x) => {
              if (x.kind === 'assign' && x.op === '=') note(groups.keyOf(x.left, f), x.right, f);
              if (x.kind !== 'call') return;
              const callee = functions.get(calleeName(x) ?? '');
              callee?.def.params.forEach((p, i) => {
                const a = x.args[i];
                if (p.name && a) note(`L:${callee.def.name}:${p.name}`, a, f);
              });
            });
        }
      }
    }
  }

  private wrote(fn: string, keys: readonly string[], span: Span, words: string): void {
    for (const key of keys) {
      const g = this.file.groups.groupOf(key);
      if (g) this.entry(g).cpuWrites.push({ fn, span, words, key });
    }
  }

  /** Writes through kernel mappings. */
  private scanWrites(f: FunctionContext): void {
    const fn = f.def.name;
    for (const node of f.cfg.nodes) {
      for (const e of exprsOf(node)) {
        walkExpr(e, (x) => {
          if (x.kind === 'assign') this.wrote(fn, this.placeKeys(x.left, f), x, 'written through its kernel mapping');
          if (x.kind === 'update') this.wrote(fn, this.placeKeys(x.arg, f), x, 'written through its kernel mapping');
          if (x.kind !== 'call') return;
          const name = calleeName(x);
          if (!name || this.file.functions.has(name)) return;
          const at = writesThrough(name);
          const to = at === undefined ? undefined : x.args[at];
          if (!to) return;
          const keys = this.addressKeys(to, f);
          const all = keys.length || name !== 'WRITE_ONCE' ? keys : this.placeKeys(to, f);
          this.wrote(fn, all, x, `written by ${name}()`);
        });
      }
    }
  }

  private scanCalls(f: FunctionContext): void {
    const fn = f.def.name;
    for (const x of tellingCalls(f)) {
      const name = calleeName(x)!;
      if (this.file.functions.has(name)) continue;
      const effects = kernel.call(name)?.effects ?? [];
      for (const y of effects) {
        this.stray(y, x, f);
        const from = y.kind === 'alias' && y.result === 'pfn' ? x.args[y.from.arg] : undefined;
        const g = from && this.groupOf(from, f);
        if (g) this.entry(g).numbers.push({ fn, span: x, words: `found by number with ${name}()` });
      }
      if (effects.length || kernel.acquire(name)) continue;
      // a mapping made by code that is not seen: hl_dma_map_sgtable(dev, sgt, DMA_BIDIRECTIONAL)
      const all = new Set(x.args.flatMap((a) => (mayBeDirection(a) ? [...this.directions(a, f)] : [])));
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

/** The last name in a key of a group: `F:record.field`, `L:function:variable`, `R:function`, `G:variable`. */
const nameIn = (key: string): string => key.slice(Math.max(key.lastIndexOf(':'), key.lastIndexOf('.')) + 1);

const isKmap = (name: string): boolean => kernel.call(name)?.effects.some((e) => e.kind === 'kmap') ?? false;

/** Calls that may say something of pages: those with effects, and those that are given a direction. */
const tellingCalls = perFunction((f) =>
  f.calls.filter((c) => {
    const name = calleeName(c);
    return name !== undefined && ((kernel.call(name)?.effects.length ?? 0) > 0 || c.args.some(mayBeDirection));
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

const cache = new WeakMap<FileAnalysis, AccessMap>();

/** The evidence of a file. */
export function accessOf(file: FileAnalysis): AccessMap {
  let a = cache.get(file);
  if (!a) cache.set(file, (a = new AccessMap(file)));
  return a;
}
