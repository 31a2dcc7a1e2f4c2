/**
 * Which variables, fields and results of a file hold an address of page data (`addr = kmap_local_page(page)`), of which pages,
 * and what is written through them. What the text of one function says of it is kept with that function.
 */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import type { Cfg } from '../../language/c/cfg.ts';
import { walkExpr } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import { facts as kernel } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { Groups } from './groups.ts';
import { isOf, mayHave, mayName, wordKind } from './naming.ts';
import { perFunction, wordsIn } from './per-function.ts';
import { unionNames } from './unions.ts';

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

/** Pages that an address may be of: those of that key, or those that what goes by the key holds an address of. */
interface Origin {
  readonly key: string;
  readonly direct: boolean;
}

/** Something that may be given an address of page data: the first of the origins that has pages counts. */
interface Flow {
  readonly target: string;
  readonly origins: readonly Origin[];
}

interface Write {
  readonly origins: readonly Origin[];
  readonly span: Span;
  readonly words: string;
}

/** What one function says of addresses. */
interface Scan {
  readonly around: string;
  readonly flows: readonly Flow[];
  readonly writes: readonly Write[];
}
const scans = new WeakMap<Cfg, Scan>();

/** What the addresses of a file are looked for in. */
interface File {
  readonly unit: TranslationUnit;
  readonly functions: ReadonlyMap<string, FunctionContext>;
  readonly groups: Groups;
}

/** The addresses of page data in one file. */
export class Addresses {
  /** Variables and fields that hold an address of page data → keys of the pages. */
  private readonly held = new Map<string, Set<string>>();
  /** Last names in those that are no variables of functions. */
  private readonly names = new Set<string>();
  /** The functions of the others. */
  private readonly local = new Set<string>();

  constructor(private readonly file: File) {
    this.find();
  }

  /** Keys of the pages whose data an expression is an address into: kmap(page) + off, a variable that holds one. */
  addressKeys(e: Expr, f: FunctionContext): readonly string[] {
    return this.keysOf(this.origins(e, f));
  }

  /** Keys of the pages whose data a place is in: *addr, addr[i], addr->field. */
  placeKeys(e: Expr, f: FunctionContext): readonly string[] {
    return this.keysOf(this.originsOfPlace(e, f));
  }

  /** What the functions of the file write through such addresses. */
  *writes(): Generator<{ fn: string; keys: readonly string[]; span: Span; words: string }> {
    for (const f of this.file.functions.values()) {
      if (!this.isConcerned(f)) continue;
      for (const { origins, span, words } of this.scanOf(f).writes) {
        const keys = this.keysOf(origins);
        if (keys.length > 0) yield { fn: f.def.name, keys, span, words };
      }
    }
  }

  private keysOf(origins: readonly Origin[]): readonly string[] {
    for (const { key, direct } of origins) {
      if (direct) return [key];
      const held = this.held.get(key);
      if (held) return [...held];
    }
    return [];
  }

  private origins(e: Expr, f: FunctionContext): readonly Origin[] {
    switch (e.kind) {
      case 'cast':
        return this.origins(e.arg, f);
      case 'binary':
        return e.op === '+' || e.op === '-' ? [...this.origins(e.left, f), ...this.origins(e.right, f)] : [];
      case 'unary':
        return e.op === '&' ? this.originsOfPlace(e.arg, f) : [];
      case 'call': {
        const name = calleeName(e);
        if (!name) return [];
        if (this.file.functions.has(name)) return [{ key: `R:${name}`, direct: false }];
        const map = kernel.call(name)?.effects.find((x) => x.kind === 'kmap');
        const page = map?.kind === 'kmap' ? e.args[map.pages.arg] : undefined;
        const key = page && this.file.groups.keyOf(page, f);
        return key ? [{ key, direct: true }] : [];
      }
      case 'id':
      case 'member':
      case 'index':
      case 'assign': {
        const key = this.file.groups.keyOf(e, f);
        return key ? [{ key, direct: false }] : [];
      }
      default:
        return [];
    }
  }

  private originsOfPlace(e: Expr, f: FunctionContext): readonly Origin[] {
    if (e.kind === 'cast') return this.originsOfPlace(e.arg, f);
    if (e.kind === 'unary' && e.op === '*') return this.origins(e.arg, f);
    if (e.kind === 'index') return [...this.origins(e.object, f), ...this.originsOfPlace(e.object, f)];
    if (e.kind === 'member') return e.arrow ? this.origins(e.object, f) : this.originsOfPlace(e.object, f);
    return [];
  }

  private hold(key: string): void {
    if (key.startsWith('L:')) {
      this.local.add(key.slice(2, key.indexOf(':', 2)));
      return;
    }
    const name = nameIn(key);
    this.names.add(name);
    // the members of an unnamed union go by one name
    for (const member of unionNames(this.file.unit).membersOf(name)) this.names.add(member);
  }

  /** Does the function name anything that holds an address of page data, or make one? */
  isConcerned(f: FunctionContext): boolean {
    // pages that the groups do not know are nobody's that a rule asks for
    if (this.file.groups.isRead(f.def.name) && mayHave(f.def, MAP) && maps(f)) return true;
    if (this.local.has(f.def.name)) return true;
    for (const name of this.names) if (mayName(f.def, name) && wordsIn(f).has(name)) return true;
    return false;
  }

  private find(): void {
    const { functions, groups } = this.file;
    for (let grown = true, round = 0; grown && round < 5; round++) {
      grown = false;
      for (const f of functions.values()) {
        if (!this.isConcerned(f)) continue;
        for (const { target, origins } of this.scanOf(f).flows) {
          for (const key of this.keysOf(origins)) {
            const known = this.held.get(target);
            if (known?.has(key) || (groups.groupOf(target) && groups.groupOf(target) === groups.groupOf(key))) continue;
            if (known) known.add(key);
            else this.held.set(target, new Set([key]));
            this.hold(target);
            grown = true;
          }
        }
      }
    }
  }

  private scanOf(f: FunctionContext): Scan {
    const { around } = this.file.groups;
    let known = scans.get(f.cfg);
    if (known?.around !== around) scans.set(f.cfg, (known = this.scan(f, around)));
    return known;
  }

  private scan(f: FunctionContext, around: string): Scan {
    const { functions, groups } = this.file;
    const flows: Flow[] = [];
    const writes: Write[] = [];
    const flow = (target: string | null, value: Expr): void => {
      const origins = target ? this.origins(value, f) : [];
      if (target && origins.length > 0) flows.push({ target, origins });
    };
    const write = (origins: readonly Origin[], span: Span, words: string): void => {
      if (origins.length > 0) writes.push({ origins, span, words });
    };
    const call = (x: CallExpr): void => {
      const name = calleeName(x) ?? '';
      const callee = functions.get(name);
      callee?.def.params.forEach((p, i) => {
        const a = x.args[i];
        if (p.name && a) flow(`L:${name}:${p.name}`, a);
      });
      const at = callee ? undefined : writesThrough(name);
      const to = at === undefined ? undefined : x.args[at];
      if (!to) return;
      const origins = this.origins(to, f);
      const all = name === 'WRITE_ONCE' ? [...origins, ...this.originsOfPlace(to, f)] : origins;
      write(all, x, `written by ${name}()`);
    };
    for (const node of f.cfg.nodes) {
      if (node.what.kind === 'decl' && node.what.decl.init)
        flow(`L:${f.def.name}:${node.what.decl.name}`, node.what.decl.init);
      if (node.what.kind === 'return' && node.what.value) flow(`R:${f.def.name}`, node.what.value);
      for (const e of exprsOf(node))
        walkExpr(e, (x) => {
          if (x.kind === 'assign' && x.op === '=') flow(groups.keyOf(x.left, f), x.right);
          if (x.kind === 'assign') write(this.originsOfPlace(x.left, f), x, 'written through its kernel mapping');
          if (x.kind === 'update') write(this.originsOfPlace(x.arg, f), x, 'written through its kernel mapping');
          if (x.kind === 'call') call(x);
        });
    }
    return { around, flows, writes };
  }
}

/** The last name in a key of a group: `F:record.field`, `R:function`, `G:variable`. */
const nameIn = (key: string): string => key.slice(Math.max(key.lastIndexOf(':'), key.lastIndexOf('.')) + 1);

/** The function maps pages into the kernel's address space. */
const maps = perFunction((f) => f.callees.some((name) => isOf(name, MAP)));
const MAP = wordKind((name) => kernel.call(name)?.effects.some((e) => e.kind === 'kmap') ?? false);
