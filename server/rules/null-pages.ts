/** null-pages: a pin call, or a fast get, with NULL for its page array. */
import type { Expr, Span } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, exprsOf, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { namingOf } from '../analysis/naming.ts';
import type { AcquireSite } from '../analysis/sites.ts';
import { edit, isLiteral } from '../fixes/edits.ts';
import { flagEdits } from '../fixes/flags.ts';
import type { Fix, RuleMeta } from '../findings.ts';
import { callName, isOwn, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'null-pages',
  level: 'error',
  summary: 'A pin call without a page array is refused',
  docs: `pin_user_pages*() and get_user_pages_fast() must be told where to put the pages: a pin that nobody knows of could never be given
back. With NULL they fail at run time with a WARN_ON_ONCE (kernels before 6.3 may crash). Code that only wants the pages to be there, as in
the get_user_pages(…, NULL) idiom, calls get_user_pages() with NULL, which takes no reference (nothing is owed for it), or the
fault-in helpers: fault_in_writeable(), fault_in_readable(), fixup_user_fault().

Pass an array, or fault the pages in.`,
  fixable: true,
  source: 'mm/gup.c (is_valid_gup_args)',
  examples: [
    {
      title: 'Pinning to nowhere',
      bad: `int warm_up(struct mm_struct *mm, unsigned long addr, int nr)
{
	int ret;

	mmap_read_lock(mm);
	ret = pin_user_pages(addr, nr, FOLL_WRITE, NULL); //~ null-pages
	mmap_read_unlock(mm);
	return ret < 0 ? ret : 0;
}
`,
      good: `int warm_up(struct mm_struct *mm, unsigned long addr, int nr)
{
	int ret;

	mmap_read_lock(mm);
	ret = get_user_pages(addr, nr, FOLL_WRITE, NULL);
	mmap_read_unlock(mm);
	return ret < 0 ? ret : 0;
}
`,
    },
  ],
};

const isNull = (e: Expr): boolean =>
  e.kind === 'cast' ? isNull(e.arg) : (e.kind === 'id' && e.name === 'NULL') || (e.kind === 'num' && e.value === 0n);

/** Why the array is NULL there: at the call itself, or where its variable gets its only value. */
interface Nothing {
  readonly at: Span;
  readonly words: string;
  /** The NULL is an argument of the call itself. */
  readonly literal: boolean;
}

function nothingGiven(file: FileAnalysis, a: AcquireSite): Nothing | undefined {
  const arg = a.call.args[a.pagesArg];
  const f = file.functions.get(a.fn);
  if (!arg || !f) return undefined;
  if (isNull(arg)) return { at: arg, words: 'NULL is given for the page array', literal: true };
  if (arg.kind !== 'id' || !f.types.has(arg.name)) return undefined;
  const parameter = f.def.params.findIndex((p) => p.name === arg.name);
  if (parameter < 0) return alwaysNull(f, arg.name);
  // a parameter that is never looked at: a caller that gives NULL gives it to the call
  if (!f.def.isStatic || isTestedOrSet(f, arg.name)) return undefined;
  for (const g of namingOf(file.functions).mayCall(f.def.name)) {
    const call = g.calls.find((c) => calleeName(c) === f.def.name);
    const given = call?.args[parameter];
    if (call && given && isNull(given))
      return { at: given, words: `${g.def.name}() gives NULL for \`${arg.name}\``, literal: false };
  }
  return undefined;
}

/** A local pointer that is NULL whenever it is set, and whose address nobody takes. */
function alwaysNull(f: FunctionContext, name: string): Nothing | undefined {
  let first: Nothing | undefined;
  let other = false;
  for (const node of f.cfg.nodes) {
    const d = node.what.kind === 'decl' && node.what.decl.name === name ? node.what.decl : undefined;
    if (d?.type.kind === 'array') other = true;
    else if (d?.init && !isNull(d.init)) other = true;
    else if (d?.init) first ??= { at: d, words: `\`${name}\` is NULL`, literal: false };
    for (const e of exprsOf(node)) {
      walkExpr(e, (x) => {
        if (x.kind === 'unary' && x.op === '&' && x.arg.kind === 'id' && x.arg.name === name) other = true;
        if (x.kind !== 'assign' || x.left.kind !== 'id' || x.left.name !== name) return;
        if (isNull(x.right)) first ??= { at: x, words: `\`${name}\` is set to NULL`, literal: false };
        else other = true;
      });
    }
    // macros that are not read may set what they are given
    if (node.what.kind === 'opaque') other = true;
  }
  return other ? undefined : first;
}

function isTestedOrSet(f: FunctionContext, name: string): boolean {
  let found = false;
  for (const node of f.cfg.nodes) {
    for (const e of exprsOf(node)) {
      walkExpr(e, (x) => {
        if ((x.kind === 'assign' && x.left.kind === 'id' && x.left.name === name) || x.kind === 'opaque') found = true;
        if (node.what.kind === 'branch' && x.kind === 'id' && x.name === name) found = true;
        if (x.kind === 'cond') found = true;
        if (x.kind === 'unary' && x.op === '&' && x.arg.kind === 'id' && x.arg.name === name) found = true;
      });
    }
  }
  return found;
}

/** get_user_pages() with NULL faults pages in and takes nothing; only where the result is used as an error code at most. */
function faultIn(file: FileAnalysis, a: AcquireSite): readonly Fix[] {
  const partner = a.fact.partner;
  const target = partner ? facts.acquire(partner) : undefined;
  if (a.kind !== 'pin' || !target || refusesNull(partner!) || !isLiteral(file, a.call)) return [];
  const form = facts.formIn(target, file.unit.target.kernel);
  if (form?.params.join() !== a.form?.params.join()) return [];
  const flags = flagEdits(file, a, new Set(['FOLL_LONGTERM', 'FOLL_PIN']));
  if (!flags.complete) return [];
  return [
    {
      title: `Fault the pages in with ${partner}(), which takes no reference`,
      safe: false,
      preferred: true,
      edits: [edit(file, a.call.callee.start, a.call.callee.end, partner!), ...flags.edits],
    },
  ];
}

/** Calls that always take a reference and so refuse NULL. */
const refusesNull = (name: string): boolean =>
  /^pin_user_pages|_user_pages_fast(_only)?$|^memfd_pin_folios$/.test(name);

export const nullPages: Rule = {
  meta,
  *check(file): Iterable<Report> {
    for (const a of file.groups.acquires) {
      const name = callName(a.call);
      if (!/^(array|folios)$/.test(a.fact.into) || a.pagesArg < 0 || !refusesNull(name) || !isOwn(file, a.fn)) continue;
      if (a.form && a.form.params.length !== a.call.args.length) continue;
      const nothing = nothingGiven(file, a);
      if (!nothing) continue;
      yield {
        span: a.call,
        functionName: a.fn,
        message: `${name}() is called without an array for the pages${nothing.literal ? '' : ` (${nothing.words})`}: it is refused at run time. Pass an array; to fault pages in, get_user_pages() with NULL takes no reference.`,
        steps: [
          ...(nothing.literal ? [] : [stepAt(file, nothing.at, nothing.words, 'event')]),
          stepAt(file, a.call, `${name}() has nowhere to put the pages`, 'fault'),
        ],
        shape: name,
        fixes: () => (nothing.literal ? faultIn(file, a) : []),
      };
    }
  },
};
