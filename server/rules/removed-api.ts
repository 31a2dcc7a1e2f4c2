/** removed-api: a function, signature or flag that the target kernel does not have. */
import type { CallExpr, Expr } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import type { KernelVersion } from '../../language/c/unit.ts';
import {
  compareVersions,
  existsIn,
  facts,
  formatVersion,
  inRange,
  isReleaseName,
} from '../../language/kernel/index.ts';
import type { AcquireForm, AcquireRole, CallFact, VersionRange } from '../../language/kernel/types.ts';
import { formAsWritten } from '../analysis/call-form.ts';
import { calleeName, exprsOf, type FunctionContext } from '../analysis/context.ts';
import { perFunction } from '../analysis/per-function.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { isOf, mayHave, mayName, wordKind } from '../analysis/naming.ts';
import { mmapSemCall } from '../analysis/mmap-sem.ts';
import { convertToPin } from '../fixes/convert.ts';
import { removeFlag } from '../fixes/flags.ts';
import { acquireFor, releaseFor, renamedFor } from '../fixes/other-kernel.ts';
import { moveThreshold, rewriteForKernels, type CallFor, type LadderFix } from '../fixes/version-ladder.ts';
import type { RuleMeta } from '../findings.ts';
import { isOwn, stepAt, type Report, type Rule, type RuleContext } from './rule.ts';

const meta: RuleMeta = {
  id: 'removed-api',
  level: 'error',
  summary: 'The kernel that this is built for has no such function, argument or flag',
  docs: `The get_user_pages family has changed its names and arguments in nearly every long-term kernel: \`write\` and \`force\` became flags in 4.9,
get_user_pages_fast() followed in 5.2, get_user_pages_longterm() came in 4.15 and went in 5.2, put_user_page*() in 5.2 and 5.6 (now unpin_user_page*()), the
\`tsk\` argument went in 5.9, the *_locked calls in 5.18, the \`vmas\` argument in 6.5. Code that is built for several kernels has to say so.

The rule looks at what the compiler of each configured kernel sees: a call under \`#if LINUX_VERSION_CODE\` that is not compiled there is not
reported, nor is a name that the file or one of its headers defines or declares itself, nor a call under a configure-time macro
(\`HAVE_…\`) whose value is not known. Give such macros with \`pinscope.defines\` or --define.

The fix writes the form of the configured kernels: one form where there is one that is right in all of them, otherwise a ladder of version checks.`,
  fixable: true,
  source: 'mm/gup.c and include/linux/mm.h of each release',
  examples: [
    {
      title: 'The vmas argument, gone in 6.5',
      bad: `int grab(unsigned long addr, struct page **pages, int nr)
{
	int ret;

	mmap_read_lock(current->mm);
	ret = pin_user_pages(addr, nr, FOLL_WRITE, pages, NULL); //~ removed-api
	mmap_read_unlock(current->mm);
	return ret;
}
`,
      good: `int grab(unsigned long addr, struct page **pages, int nr)
{
	int ret;

	mmap_read_lock(current->mm);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	ret = pin_user_pages(addr, nr, FOLL_WRITE, pages);
#else
	ret = pin_user_pages(addr, nr, FOLL_WRITE, pages, NULL);
#endif
	mmap_read_unlock(current->mm);
	return ret;
}
`,
    },
    {
      title: 'A name of 5.2 to 5.5',
      bad: `void give_back(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return;
	put_user_page(page); //~ removed-api
}
`,
      good: `void give_back(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return;
	unpin_user_page(page);
}
`,
    },
  ],
};

/** The name is the project's own here: defined, declared, or a variable. */
function isOwnName(file: FileAnalysis, f: FunctionContext, name: string): boolean {
  const { unit } = file;
  return file.functions.has(name) || f.types.has(name) || unit.macros.has(name) || unit.prototypes.has(name);
}

/** A header that was not read and by its name evens out differences between kernels: it may define anything. */
function hasUnreadCompat(file: FileAnalysis): boolean {
  return file.unit.includes.some(
    (i) =>
      i.local &&
      /compat|backport|kver|kernel_?ver|portab|osdep|os_interface|conftest|configure|autoconf/i.test(i.spec) &&
      !file.unit.headers.some((h) => h.replace(/\\/g, '/').endsWith(i.spec.replace(/^(\.\.?\/)+/, ''))),
  );
}

/** Under a condition that the target does not decide, of another kind than CONFIG_: what it asks for may be this very function. */
function isUncertain(file: FileAnalysis, offset: number): boolean {
  return file.unit.uncertain.some(
    (u) => u.start <= offset && offset < u.end && /\b(?!CONFIG_|defined\b|IS_ENABLED\b)[A-Za-z_]\w*/.test(u.condition),
  );
}

/** `DRV_GET_PAGES(…)`, a macro of a header that stands for the function here: which branch of that header counts is for a configure script. */
function isOfHeader(file: FileAnalysis, call: CallExpr, name: string): boolean {
  const written = file.unit.sources.slice(call.callee.start, call.callee.end);
  if (written === name || !/^[A-Z][A-Z0-9_]*$/.test(written)) return false;
  return file.unit.macros.get(written)?.path !== file.unit.path;
}

interface Wrong {
  readonly call: CallExpr;
  readonly name: string;
  readonly message: string;
  readonly shape: string;
  fix(kernels: readonly KernelVersion[]): LadderFix;
}

const version = (v: KernelVersion | null): string => (v ? formatVersion(v) : '');

/** "came with 5.6", "is gone since 6.5", "was there from 5.2 to 5.5". */
function lifetime(range: VersionRange, kernel: KernelVersion): string {
  if (range.since && compareVersions(kernel, range.since) < 0) return `it came with ${version(range.since)}`;
  return range.until ? `it is gone since ${version(range.until)}` : 'it is not there';
}

function checkAcquire(file: FileAnalysis, f: FunctionContext, call: CallExpr, name: string): Wrong | undefined {
  const fact = facts.acquire(name);
  if (!fact) return undefined;
  const kernel = file.unit.target.kernel;
  const target = facts.formIn(fact, kernel);
  const form = formAsWritten(fact, call, f, file.unit, file.functions);
  const written = form?.written ?? fact.forms.find((x) => x.params.length === call.args.length);
  const callFor: CallFor = (k) => written && acquireFor(file, call, name, written, k);
  if (!target) {
    const whole = { since: fact.forms[0]?.since ?? null, until: fact.forms.at(-1)?.until ?? null };
    const instead = (written && callFor(kernel)?.name) ?? fact.replacedBy ?? fact.partner;
    const has = instead !== undefined && existsIn(instead, kernel);
    return {
      call,
      name,
      message: `Linux ${formatVersion(kernel)} has no ${name}(): ${lifetime(whole, kernel)}.${has ? ` Use ${instead}().` : ''}`,
      shape: `${name}:gone`,
      fix: (kernels) =>
        longtermFix(file, call, name, kernels) ?? rewriteForKernels(file, f.def.name, call, kernels, callFor),
    };
  }
  if (!form || form.right) return undefined;
  return {
    call,
    name,
    message: isReadAsFlags(form.written, target)
      ? `${name}() takes flags in Linux ${formatVersion(kernel)} where it took the boolean \`write\` before ${version(target.since)}: what is given here is read as flags, and means the same only because FOLL_WRITE is 1. Give FOLL_WRITE or 0.`
      : `${name}() has other arguments in Linux ${formatVersion(kernel)}: ${difference(form.written, target, kernel)}. It is \`${target.prototype.replace(/;$/, '')}\` there.`,
    shape: `${name}:arguments`,
    fix: (kernels) => {
      const moved = moveThreshold(file, call, name, form.written);
      const rewritten = rewriteForKernels(file, f.def.name, call, kernels, callFor);
      return moved.length
        ? { fixes: [...moved, ...rewritten.fixes.map((x) => ({ ...x, preferred: false, safe: false }))] }
        : rewritten;
    },
  };
}

/** get_user_pages_longterm() is a pin today, with all of its releases. */
function longtermFix(
  file: FileAnalysis,
  call: CallExpr,
  name: string,
  kernels: readonly KernelVersion[],
): LadderFix | undefined {
  const pins = { major: 5, minor: 6, patch: 0 };
  if (name !== 'get_user_pages_longterm' || kernels.some((k) => compareVersions(k, pins) < 0)) return undefined;
  const { fixes, note } = convertToPin(file, call);
  if (!fixes.length) return undefined;
  return { fixes: fixes.map((x) => ({ ...x, uncovers: true })), ...(note === undefined ? {} : { note }) };
}

const WORDS: Readonly<Partial<Record<AcquireRole, string>>> = {
  vmas: 'the `vmas` argument',
  tsk: 'the `tsk` argument',
  mm: 'the `mm` argument',
  write: 'the boolean `write`',
  force: 'the boolean `force`',
  locked: 'the `locked` argument',
  flags: 'the flags',
};

/** It still compiles: flags stand where a boolean stood (5.2, 73b0140bf0fe). */
const isReadAsFlags = (written: AcquireForm, target: AcquireForm): boolean =>
  written.params.length === target.params.length &&
  written.params.every((role, i) => role === target.params[i] || (role === 'write' && target.params[i] === 'flags'));

/** What the form that is written has and the target's has not, or the other way round. */
function difference(written: AcquireForm, target: AcquireForm, kernel: KernelVersion): string {
  const over = written.params.filter((r) => !target.params.includes(r));
  const missing = target.params.filter((r) => !written.params.includes(r));
  const say = (roles: readonly AcquireRole[]): string => roles.map((r) => WORDS[r] ?? `\`${r}\``).join(' and ');
  const later = written.since && compareVersions(kernel, written.since) < 0;
  const when = later
    ? `it is written as since ${version(written.since)}`
    : written.until
      ? `it is written as before ${version(written.until)}`
      : '';
  if (!over.length && !missing.length) return `${when}, in another order`;
  const parts = [
    ...(over.length ? [`${say(over)} ${over.length > 1 ? 'are' : 'is'} not there`] : []),
    ...(missing.length ? [`${say(missing)} ${missing.length > 1 ? 'are' : 'is'} missing`] : []),
  ];
  return `${parts.join(', ')} (${when})`;
}

/** Parameters in a prototype; undefined for a macro. */
function arity(prototype: string | undefined): number | undefined {
  const list = /^[^#]*?\w+\(([^)]*)\)/.exec(prototype ?? '')?.[1];
  return list === undefined ? undefined : list.trim() === '' || list === 'void' ? 0 : list.split(',').length;
}

/** Calls beyond acquires whose range in the tables is exact. */
function isExact(name: string): boolean {
  const fact = facts.call(name);
  return fact !== undefined && (fact.replacedBy !== undefined || isReleaseName(name));
}

/** Rows of the tables by name: one for each range of kernels. */
const rows = new Map<string, CallFact[]>();

function rowsOf(name: string): readonly CallFact[] {
  if (!rows.size)
    for (const c of facts.calls) {
      const same = rows.get(c.name);
      if (same) same.push(c);
      else rows.set(c.name, [c]);
    }
  return rows.get(name) ?? [];
}

function checkCall(file: FileAnalysis, f: FunctionContext, call: CallExpr, name: string): Wrong | undefined {
  if (!isExact(name)) return undefined;
  const kernel = file.unit.target.kernel;
  const known = rowsOf(name);
  const fact = known.find((c) => inRange(c, kernel));
  const callFor: CallFor = (k) =>
    isReleaseName(name)
      ? (releaseFor(file, call, name, takenBy(file, call), k) ?? sameCall(k))
      : renamedFor(file, call, name, k);
  const sameCall = (k: KernelVersion): ReturnType<CallFor> => renamedFor(file, call, name, k);
  const fix = (kernels: readonly KernelVersion[]): LadderFix =>
    rewriteForKernels(file, f.def.name, call, kernels, callFor);
  if (!fact) {
    const whole = { since: known[0]!.since, until: known.at(-1)!.until };
    const instead = callFor(kernel)?.name ?? known.at(-1)!.replacedBy;
    return {
      call,
      name,
      message: `Linux ${formatVersion(kernel)} has no ${name}(): ${lifetime(whole, kernel)}.${instead && instead !== name ? ` Use ${instead}().` : ''}`,
      shape: `${name}:gone`,
      fix,
    };
  }
  const wanted = arity(fact.prototype);
  if (wanted === undefined || wanted === call.args.length) return undefined;
  const other = known.find((c) => arity(c.prototype) === call.args.length);
  if (!other) return undefined;
  return {
    call,
    name,
    message: `${name}() has other arguments in Linux ${formatVersion(kernel)}: it is \`${fact.prototype!.replace(/;$/, '')}\` there.`,
    shape: `${name}:arguments`,
    fix,
  };
}

const MMAP_LOCK: KernelVersion = { major: 5, minor: 8, patch: 0 };

const isRwsem = (name: string): boolean => /^(down|up)_(read|write)|^downgrade_write$/.test(name);

/** `down_read(&mm->mmap_sem)`: the field is called mmap_lock, and has functions of its own. */
function checkMmapSem(file: FileAnalysis, f: FunctionContext, call: CallExpr, name: string): Wrong | undefined {
  const { kernel } = file.unit.target;
  const found = compareVersions(kernel, MMAP_LOCK) < 0 ? null : mmapSemCall(file, f, call);
  if (!found) return undefined;
  const { instead, mm } = found;
  const written = file.unit.sources.slice(call.args[0]!.start, call.args[0]!.end);
  return {
    call,
    name,
    message: `Linux ${formatVersion(kernel)} has no mmap_sem in struct mm_struct: it is called mmap_lock since ${formatVersion(MMAP_LOCK)}. Use ${instead}().`,
    shape: `mmap_sem:${name}`,
    fix: (kernels) =>
      rewriteForKernels(file, f.def.name, call, kernels, (k) =>
        compareVersions(k, MMAP_LOCK) < 0
          ? { name, args: [written] }
          : { name: instead, args: [file.unit.sources.slice(mm.start, mm.end)] },
      ),
  };
}

/** What kind of references the pages that a call releases were taken with, where the file tells. */
function takenBy(file: FileAnalysis, call: CallExpr): 'get' | 'pin' | undefined {
  const site = file.groups.releases.find((r) => r.call.start === call.start);
  const kinds = new Set(site ? file.groups.groupOf(site.key)?.acquires.map((a) => a.kind) : []);
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

/** Flags that the target has not, where they are named. Flags that are gup's own are another rule's. */
function checkFlags(file: FileAnalysis, f: FunctionContext): { readonly at: Expr; readonly name: string }[] {
  const out: { readonly at: Expr; readonly name: string }[] = [];
  for (const x of flagsNamed(f)) {
    if (isOwnName(file, f, x.name)) continue;
    const fact = facts.flag(x.name);
    if (!fact || fact.use === 'internal' || inRange(fact, file.unit.target.kernel)) continue;
    if (file.unit.enums.has(x.name)) continue;
    out.push({ at: x, name: x.name });
  }
  return out;
}

/** Calls that the tables tell of, and those of rwsems where mmap_sem is named. */
const tabled = perFunction((f) => {
  const ofMmap = mayName(f.def, 'mmap_sem');
  return f.calls.filter((call) => {
    const name = calleeName(call) ?? '';
    return isOf(name, TABLED) || (ofMmap && isRwsem(name));
  });
});
const TABLED = wordKind((name) => facts.acquire(name) !== undefined || isExact(name));
const FLAG = wordKind((word) => word.startsWith('FOLL_'));

const flagsNamed = perFunction((f) => {
  const out: Extract<Expr, { kind: 'id' }>[] = [];
  if (!mayHave(f.def, FLAG)) return out;
  for (const node of f.cfg.nodes)
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind === 'id' && isOf(x.name, FLAG)) out.push(x);
      });
  return out;
});

export const removedApi: Rule = {
  meta,
  *check(file, { kernels }: RuleContext): Iterable<Report> {
    if (hasUnreadCompat(file)) return;
    const seen = new Set<number>();
    const { kernel } = file.unit.target;
    for (const f of file.functions.values()) {
      const fn = f.def.name;
      if (
        !(mayHave(f.def, TABLED) || mayHave(f.def, FLAG) || mayName(f.def, 'mmap_sem')) ||
        !isOwn(file, fn) ||
        (!tabled(f).length && !flagsNamed(f).length)
      )
        continue;
      for (const call of tabled(f)) {
        const name = calleeName(call);
        if (!name || seen.has(call.callee.start) || isOwnName(file, f, name)) continue;
        const wrong =
          checkAcquire(file, f, call, name) ?? checkCall(file, f, call, name) ?? checkMmapSem(file, f, call, name);
        if (!wrong || isUncertain(file, call.start) || isOfHeader(file, call, name)) continue;
        seen.add(call.callee.start);
        let made: LadderFix | undefined;
        const fix = (): LadderFix => (made ??= wrong.fix(kernels));
        yield {
          span: call,
          functionName: fn,
          message: wrong.message,
          steps: [stepAt(file, call, wrong.message, 'fault')],
          shape: wrong.shape,
          fixes: () => fix().fixes.map((one) => ({ ...one, everywhere: true })),
          fixNote: () => fix().note,
        };
      }
      for (const { at, name } of checkFlags(file, f)) {
        if (seen.has(at.start) || isUncertain(file, at.start)) continue;
        seen.add(at.start);
        const fact = facts.flag(name)!;
        const message = `Linux ${formatVersion(kernel)} has no ${name}: ${lifetime(fact, kernel)}.`;
        const site = file.groups.acquires.find((a) => a.fn === fn && a.flags.names.has(name));
        yield {
          span: at,
          functionName: fn,
          message,
          steps: [stepAt(file, at, message, 'fault')],
          shape: name,
          fixes: () => (site && kernels.every((k) => !inRange(fact, k)) ? removeFlag(file, site.call, name) : []),
        };
      }
    }
  },
};
