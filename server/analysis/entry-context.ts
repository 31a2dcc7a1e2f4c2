/**
 * In which context code outside of the file enters a function: by the operations table or the call that registers it,
 * or, for an exported one, by what its parameters and comments say.
 */
import type { AssignExpr, CType, Expr, MemberExpr, Span } from '../../language/c/ast.ts';
import { recordNameOf, typeOfExpr, walkExpr } from '../../language/c/index.ts';
import type { Comment, TranslationUnit } from '../../language/c/unit.ts';
import { facts as kernel } from '../../language/kernel/index.ts';
import type { OpsMember } from '../../language/kernel/types.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { callsWithNames, isOuterName, perFunction } from './per-function.ts';

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

const recordName = (type: CType | undefined, file: FileAnalysis): string => recordNameOf(type, file.unit) ?? '';

/** Code that has a VMA or another process's mm in hand, or says so in its comments, runs under a lock that somebody took. */
function looksLocked(f: FunctionContext, file: FileAnalysis): boolean {
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

/** Contexts by function. A function that only this file calls has none. */
export function contextsOf(file: FileAnalysis): ReadonlyMap<string, readonly EntryContext[]> {
  const out = new Map<string, EntryContext[]>();
  const add = (fn: string, c: EntryContext): void => {
    const list = out.get(fn);
    if (list) list.push(c);
    else out.set(fn, [c]);
  };
  const isFunction = (e: Expr): string | null => {
    const x = e.kind === 'cast' ? e.arg : e.kind === 'unary' && e.op === '&' ? e.arg : e;
    return x.kind === 'id' && file.functions.has(x.name) ? x.name : null;
  };
  const inInit = (init: Expr, type: CType | undefined): void => {
    if (init.kind !== 'init') {
      const fn = isFunction(init);
      if (fn) add(fn, { mmap: 'unknown', atomic: null, at: init });
      return;
    }
    const record = recordName(type, file);
    for (const item of init.items) {
      const d = item.designators[0];
      const member = d && 'field' in d ? d.field : '';
      const fn = isFunction(item.value);
      if (fn) add(fn, ofOps(record, member, kernel.ops(record, member), item.value));
      else if (item.value.kind === 'init') inInit(item.value, member ? fieldOf(record, member, file) : type);
      else inInit(item.value, undefined);
    }
  };
  for (const g of file.unit.globals) if (g.init) inInit(g.init, g.type);
  for (const f of file.functions.values()) {
    for (const { init, type } of initialised(f)) inInit(init, type);
    for (const x of functionsInMembers(f)) {
      const fn = isFunction(x.right);
      if (!fn) continue;
      const record = recordName(typeOfExpr(x.left.object, { unit: file.unit, locals: f.types }), file);
      const timer = x.left.name === 'function' && /^(hrtimer|timer_list)$/.test(record);
      add(
        fn,
        timer
          ? { mmap: 'free', atomic: 'atomic:timer', at: x }
          : ofOps(record, x.left.name, kernel.ops(record, x.left.name), x),
      );
    }
    for (const x of callsWithNames(f)) registered(x.args, calleeName(x), x);
    if (!f.def.isStatic) add(f.def.name, { mmap: looksLocked(f, file) ? 'unknown' : 'free', atomic: null, at: f.def });
  }
  function registered(args: readonly Expr[], name: string | undefined, at: Span): void {
    const effects = (name && !file.functions.has(name) && kernel.call(name)?.effects) || [];
    args.forEach((a, i) => {
      const fn = isFunction(a);
      if (!fn) return;
      const e = effects.find((y) => y.kind === 'register-callback' && y.fn === i);
      if (e?.kind !== 'register-callback') {
        add(fn, { mmap: 'unknown', atomic: null, at });
        return;
      }
      if (/^kref_put/.test(name!)) return; // a call: see Locks.callersOf
      const atomic = ['hardirq', 'softirq', 'timer', 'rcu'].includes(e.context) ? `atomic:${e.context}` : null;
      add(fn, { mmap: e.context === 'process' ? 'unknown' : 'free', atomic, at });
    });
  }
  return out;
}

const fieldOf = (record: string, member: string, file: FileAnalysis): CType | undefined =>
  file.unit.records.get(record)?.fields.find((f) => f.name === member)?.type;
