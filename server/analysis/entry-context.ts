/**
 * In which context code outside of the file enters a function: by the operations table or the call that registers it,
 * or, for an exported one, by what its parameters and comments say. And who of the file itself enters it.
 */
import type { AssignExpr, CallExpr, CType, Expr, MemberExpr, Span } from '../../language/c/ast.ts';
import { recordNameOf, typeOfExpr, walkExpr } from '../../language/c/index.ts';
import type { Comment, TranslationUnit } from '../../language/c/unit.ts';
import { facts as kernel } from '../../language/kernel/index.ts';
import type { OpsMember } from '../../language/kernel/types.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { namingOf } from './naming.ts';
import { callsWithNames, isOuterName, once, perFile, perFunction, perSurroundings } from './per-function.ts';

export interface EntryContext {
  /** mmap_lock as the function starts. */
  readonly mmap: 'held' | 'free' | 'unknown';
  /** Token of what forbids sleeping there, null if nothing is known to. */
  readonly atomic: string | null;
  readonly at: Span;
}

/** Tables whose members the kernel calls with no mmap_lock held. */
const FREE_TABLES =
  /^(file_operations|proc_ops|v4l2_file_operations|vfio_device_ops|block_device_operations|drm_ioctl_desc|tty_operations|proto_ops|fb_ops|kernfs_ops|bin_attribute|device_attribute|.*_driver|tee_shm_pool_ops|snd_pcm_ops|ib_device_ops|net_device_ops|work_struct)$/;

function ofOps(record: string, member: string, ops: OpsMember | undefined, at: Span): EntryContext {
  const context = ops?.context ?? 'process';
  const atomic = context === 'hardirq' || context === 'softirq' ? `atomic:${context}` : null;
  const underMmap =
    record === 'vm_operations_struct' || ops?.role === 'mmap' || member === 'get_unmapped_area' ? 'held' : null;
  return { mmap: underMmap ?? (ops && FREE_TABLES.test(record) ? 'free' : 'unknown'), atomic, at };
}

/** A file, and what its functions stand in. */
type Around = Pick<FileAnalysis, 'unit' | 'functions' | 'groups'>;

const recordName = (type: CType | undefined, file: Around): string => recordNameOf(type, file.unit) ?? '';

/** Code that has a VMA or another process's mm in hand, or says so in its comments, runs under a lock that somebody took. */
export function looksLocked(f: FunctionContext, file: FileAnalysis): boolean {
  if (/_locked$|_nolock$/.test(f.def.name)) return true;
  if (f.def.params.some((p) => /^(vm_area_struct|mm_struct)$/.test(recordName(p.type, file)))) return true;
  for (const t of f.types.values()) if (recordName(t, file) === 'vm_area_struct') return true;
  const { text } = file.unit;
  return commentsOnLocks(file.unit).some(
    (c) =>
      (c.start >= f.def.start && c.end <= f.def.end) ||
      (c.end <= f.def.start && f.def.start - c.end < 300 && !/[;}]/.test(text.slice(c.end, f.def.start))),
  );
}

const onLocks = new WeakMap<TranslationUnit, readonly Comment[]>();
/** Comments of a file that speak of mmap_lock. */
function commentsOnLocks(unit: TranslationUnit): readonly Comment[] {
  let known = onLocks.get(unit);
  if (!known)
    onLocks.set(unit, (known = unit.comments.filter((c) => /mmap[_ ]?(lock|sem)|mmap_\w+_lock/i.test(c.text))));
  return known;
}

/** Assignments to members of a name that may be a function's. */
const functionsInMembers = perFunction((f) => {
  const out: (AssignExpr & { readonly left: MemberExpr })[] = [];
  for (const node of f.cfg.nodes)
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind === 'assign' && x.left.kind === 'member' && isOuterName(x.right, f))
          out.push(x as (typeof out)[number]);
      });
  return out;
});

/** Local objects with initialisers. */
const initialised = perFunction((f) =>
  f.cfg.nodes.flatMap(({ what }) =>
    what.kind === 'decl' && what.decl.init?.kind === 'init' ? [{ init: what.decl.init, type: what.decl.type }] : [],
  ),
);

/** One function's context, as another place of the file tells of it. */
type Told = readonly [fn: string, context: EntryContext];

/** What a file says of the contexts of its functions. */
class Teller {
  readonly told: Told[] = [];
  constructor(private readonly file: Around) {}

  private isFunction(e: Expr): string | null {
    const x = e.kind === 'cast' ? e.arg : e.kind === 'unary' && e.op === '&' ? e.arg : e;
    return x.kind === 'id' && this.file.functions.has(x.name) ? x.name : null;
  }

  initialiser(init: Expr, type: CType | undefined): void {
    if (init.kind !== 'init') {
      const fn = this.isFunction(init);
      if (fn) this.told.push([fn, { mmap: 'unknown', atomic: null, at: init }]);
      return;
    }
    const record = recordName(type, this.file);
    for (const item of init.items) {
      const d = item.designators[0];
      const member = d && 'field' in d ? d.field : '';
      const fn = this.isFunction(item.value);
      if (fn) this.told.push([fn, ofOps(record, member, kernel.ops(record, member), item.value)]);
      else if (item.value.kind === 'init')
        this.initialiser(item.value, member ? fieldOf(record, member, this.file) : type);
      else this.initialiser(item.value, undefined);
    }
  }

  member(x: AssignExpr & { readonly left: MemberExpr }, f: FunctionContext): void {
    const fn = this.isFunction(x.right);
    if (!fn) return;
    const record = recordName(typeOfExpr(x.left.object, { unit: this.file.unit, locals: f.types }), this.file);
    const timer = x.left.name === 'function' && /^(hrtimer|timer_list)$/.test(record);
    this.told.push([
      fn,
      timer
        ? { mmap: 'free', atomic: 'atomic:timer', at: x }
        : ofOps(record, x.left.name, kernel.ops(record, x.left.name), x),
    ]);
  }

  call(x: CallExpr): void {
    const name = calleeName(x);
    const effects = (name && !this.file.functions.has(name) && kernel.call(name)?.effects) || [];
    x.args.forEach((a, i) => {
      const fn = this.isFunction(a);
      if (!fn) return;
      const e = effects.find((y) => y.kind === 'register-callback' && y.fn === i);
      if (e?.kind !== 'register-callback') {
        this.told.push([fn, { mmap: 'unknown', atomic: null, at: x }]);
        return;
      }
      if (/^kref_put/.test(name!)) return; // a call: see callersIn
      const atomic = ['hardirq', 'softirq', 'timer', 'rcu'].includes(e.context) ? `atomic:${e.context}` : null;
      this.told.push([fn, { mmap: e.context === 'process' ? 'unknown' : 'free', atomic, at: x }]);
    });
  }
}

/** What one function tells of others. */
const toldIn = perSurroundings((file: Around, f): readonly Told[] => {
  const teller = new Teller(file);
  for (const { init, type } of initialised(f)) teller.initialiser(init, type);
  for (const x of functionsInMembers(f)) teller.member(x, f);
  for (const x of callsWithNames(f)) teller.call(x);
  return teller.told;
});

/** What initial values of the variables of a file tell. */
const toldByGlobals = perFile((file): readonly Told[] => {
  const teller = new Teller(file);
  for (const g of file.unit.globals) if (g.init) teller.initialiser(g.init, g.type);
  return teller.told;
});

/** A call, and the function that makes it. */
export interface Caller {
  readonly fn: string;
  readonly call: CallExpr;
}

/** Calls that enter other functions of the file; kref_put() calls its release function now. */
const entering = perSurroundings((file: FileAnalysis, { def, calls }) =>
  calls.flatMap((call): [string, Caller][] => {
    const callee = calleeName(call);
    if (callee === undefined) return [];
    const entered = /^kref_put/.test(callee) && call.args[1]?.kind === 'id' ? call.args[1].name : callee;
    return entered !== def.name && file.functions.has(entered) ? [[entered, { fn: def.name, call }]] : [];
  }),
);

/** Who enters a function of the file. */
export const callersIn = (file: FileAnalysis, fn: string): readonly Caller[] =>
  namingOf(file.functions)
    .mayCall(fn)
    .flatMap((f) => entering(file, f).flatMap(([entered, caller]) => (entered === fn ? [caller] : [])));

/** The contexts in which code outside of a file enters a function. One that only this file calls has none. */
export function contextsOf(file: FileAnalysis, fn: string): readonly EntryContext[] {
  const out: EntryContext[] = [];
  const add = ([of, context]: Told): void => void (of === fn && out.push(context));
  toldByGlobals(file).forEach(add);
  for (const f of namingOf(file.functions).of(fn)) {
    toldIn(file, f).forEach(add);
    if (f.def.name !== fn || f.def.isStatic) continue;
    // few of them are ever asked for
    const locked = once(() => looksLocked(f, file));
    out.push({
      get mmap() {
        return locked() ? 'unknown' : 'free';
      },
      atomic: null,
      at: f.def,
    });
  }
  return out;
}

const fieldOf = (record: string, member: string, file: Around): CType | undefined =>
  file.unit.records.get(record)?.fields.find((f) => f.name === member)?.type;
