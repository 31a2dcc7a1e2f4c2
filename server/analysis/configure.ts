/**
 * Configure-time macros (HAVE_PIN_USER_PAGES, NV_GUP_HAS_VMAS, …) that nobody gave: their value as the kernel that is built for
 * tells it. A macro is decided by what its branches call (in one of them the calls are those of the kernel, in the other they are
 * not), or by its name. The value holds for the whole file, so acquire and release agree. What neither tells stays unknown.
 */
import { compiledText, writtenConditionals, type WrittenConditional } from '../../language/c/index.ts';
import type { Span } from '../../language/c/ast.ts';
import type { HeaderText, KernelVersion, Target } from '../../language/c/unit.ts';
import { existsIn, facts, inRange, isAcquireName, isReleaseName } from '../../language/kernel/index.ts';

/** More macros than this are not asked for. */
const MAX_MACROS = 12;

/** `target` with the configure-time macros that the kernel decides. */
export function withInferredMacros(path: string, text: string, headers: readonly HeaderText[], target: Target): Target {
  const files = [{ path, text }, ...headers].filter((f) => /user_page|unpin_|FOLL_|iov_iter_|mmap_/.test(f.text));
  const asked = files.flatMap((f) => conditionalsOf(f.text).map((c) => ({ file: f, ...c })));
  if (!asked.length) return target;
  const all = [text, ...headers.map((h) => h.text)];
  const names = [...new Set(asked.map((a) => a.name))]
    .filter((name) => !target.defines.has(name) && !all.some((t) => definedIn(t).has(name)))
    .slice(0, MAX_MACROS);
  if (!names.length) return target;
  const own = ownFunctions(all);
  const defines = new Map(target.defines);
  // what one macro decides may decide another
  for (let round = 0, known = -1; round < 2 && known !== defines.size; round++) {
    known = defines.size;
    for (const name of names) {
      if (defines.has(name)) continue;
      const where = asked.filter((a) => a.name === name);
      const value = byCalls(name, where, { ...target, defines }, own) ?? byName(name, target.kernel);
      if (value !== undefined) defines.set(name, value ? '1' : null);
    }
  }
  return defines.size === target.defines.size ? target : { ...target, defines };
}

interface Asked {
  readonly file: HeaderText;
  readonly name: string;
  readonly conditional: WrittenConditional;
}

const SINGLE = /^!?\s*(?:defined\s*\(\s*(\w+)\s*\)|defined\s+(\w+)|(\w+))$/;
/** Options of the kernel's configuration, versions, include guards: not a script's findings. */
const NOT_CONFIGURED = /^(CONFIG_|LINUX_|KERNEL_|RHEL_|SLE|__|MODULE$|DEBUG)|_H_*$|^\d/;

/** Conditionals that ask for one macro, in words that can have to do with pages. */
const conditionalsOf = kept((text): readonly { readonly name: string; readonly conditional: WrittenConditional }[] => {
  if (!/^[ \t]*#[ \t]*(?:if|elif)/m.test(text)) return [];
  const out: { name: string; conditional: WrittenConditional }[] = [];
  for (const conditional of writtenConditionals(text)) {
    const b = conditional.branches[0];
    if (!b) continue;
    const m = b.directive === 'if' ? SINGLE.exec(b.condition) : /^()()(\w+)/.exec(b.condition);
    const name = m?.[1] || m?.[2] || m?.[3];
    if (name && !NOT_CONFIGURED.test(name)) out.push({ name, conditional });
  }
  return out;
});

/** What a text alone says, kept for the texts that are asked about next: another kernel's, or the same headers' with another file. */
function kept<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (known.has(text)) return known.get(text)!;
    const made = read(text);
    if (known.size >= MAX_TEXTS) known.clear();
    known.set(text, made);
    return made;
  };
}
const MAX_TEXTS = 96;

/** Names that a text defines, or undefines. */
const definedIn = kept(
  (text): ReadonlySet<string> =>
    new Set(Array.from(text.matchAll(/^[ \t]*#[ \t]*(?:define|undef)[ \t]+(\w+)/gm), (m) => m[1]!)),
);

/** Functions of the family that the project defines itself: their calls say nothing about the kernel. */
function ownFunctions(texts: readonly string[]): ReadonlySet<string> {
  const out = new Set<string>();
  for (const t of texts) for (const name of oursIn(t)) out.add(name);
  return out;
}

const oursIn = kept((text): readonly string[] =>
  Array.from(
    text.matchAll(/^(?:static|inline|long|int|void|ssize_t|[ \t\w*])+?\b(\w+)\s*\([^;{}()]*\)\s*\{/gm),
    (m) => m[1]!,
  ).filter(isOurs),
);

const isOurs = (name: string): boolean => isAcquireName(name) || isReleaseName(name);

/** How the calls that depend on a macro suit the kernel, with the macro defined and without it. */
function byCalls(name: string, where: readonly Asked[], target: Target, own: ReadonlySet<string>): boolean | undefined {
  // where no branch calls what is ours there is nothing to judge
  if (!where.some(mentionsOurs)) return undefined;
  const judge = (value: string | null): { fits: number; fails: number } => {
    const sum = { fits: 0, fails: 0 };
    const defines = new Map(target.defines).set(name, value);
    for (const file of new Set(where.map((w) => w.file))) {
      const spans = where.filter((w) => w.file === file).map((w) => w.conditional);
      const { text, uncertain } = compiledText(file.path, file.text, { ...target, defines });
      judgeText(text, spans, uncertain, target.kernel, own, sum);
    }
    return sum;
  };
  const on = judge('1');
  const off = judge(null);
  return on.fails !== off.fails && Math.min(on.fails, off.fails) === 0 ? on.fails === 0 : undefined;
}

/** No call is longer, in characters. */
const CALL_LENGTH = 4000;

/** A name of the families stands in the conditional, or so near in front that its call can reach into it. */
function mentionsOurs({ file, conditional }: Asked): boolean {
  const near = file.text.slice(Math.max(0, conditional.start - CALL_LENGTH - 100), conditional.end);
  for (const [name] of near.matchAll(/(?<![\w])[a-z_]\w*(?=\s*\()/g)) if (isOurs(name)) return true;
  return false;
}

/** Counts calls and definitions that overlap one of the spans. */
function judgeText(
  text: string,
  spans: readonly Span[],
  uncertain: readonly Span[],
  kernel: KernelVersion,
  own: ReadonlySet<string>,
  sum: { fits: number; fails: number },
): void {
  const overlaps = (list: readonly Span[], start: number, end: number): boolean =>
    list.some((s) => s.start < end && s.end > start);
  for (const m of text.matchAll(/(?<![\w.>"])([a-z_]\w*)\s*\(/g)) {
    const name = m[1]!;
    if (!isOurs(name)) continue;
    const open = m.index + m[0].length;
    const call = argumentsAt(text, open);
    if (!call || !overlaps(spans, m.index, call.end) || overlaps(uncertain, m.index, call.end)) continue;
    if (/^\s*\{/.test(text.slice(call.end, call.end + 8))) {
      // a definition: in the way of the kernel's own, or the one that the kernel lacks
      if (existsIn(name, kernel)) sum.fails++;
      else sum.fits++;
    } else if (!own.has(name)) {
      if (suits(name, call.count, kernel)) sum.fits++;
      else sum.fails++;
    }
  }
}

function suits(name: string, count: number, kernel: KernelVersion): boolean {
  const fact = facts.acquire(name);
  if (!fact) return existsIn(name, kernel);
  const form = facts.formIn(fact, kernel);
  return form !== undefined && form.params.length === count;
}

/** Number of arguments behind an open parenthesis, and the offset behind its partner. */
function argumentsAt(text: string, open: number): { readonly count: number; readonly end: number } | undefined {
  let depth = 1;
  let count = 1;
  let empty = true;
  for (let i = open; i < text.length && i < open + CALL_LENGTH; i++) {
    const c = text[i]!;
    if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}') {
      depth--;
      if (!depth) return { count: empty ? 0 : count, end: i + 1 };
    } else if (c === ',' && depth === 1) count++;
    else if (c === ';') return undefined;
    if (!/\s/.test(c)) empty = false;
  }
  return undefined;
}

const PREFIX = /^(?:[A-Z0-9]{1,6}_)??(?:HAVE|HAS|USE|WITH|KERNEL_HAS|KERNEL_HAVE|CAN_USE|AC|NV|HAVE_KERNEL)_/;
const NEGATIVE = /^(?:[A-Z0-9]{1,6}_)??(?:NO|NEED|NEEDS|LACK|LACKS|MISSING|WITHOUT)_/;
const SUFFIX = /_(?:PRESENT|SYMBOL|FUNC|FUNCTION|FN|API|EXISTS|DEFINED|AVAILABLE|SUPPORT|EXPORTED|CALL)$/;

/** HAVE_PIN_USER_PAGES_FAST: the kernel has it or not. HAVE_GUP_VMAS: its get_user_pages() takes the argument or not. */
function byName(name: string, kernel: KernelVersion): boolean | undefined {
  const negative = NEGATIVE.test(name);
  const bare = name
    .replace(negative ? NEGATIVE : PREFIX, '')
    .replace(SUFFIX, '')
    .toLowerCase();
  if (bare === name.toLowerCase()) return undefined;
  const says = (value: boolean): boolean => value !== negative;
  if (isOurs(bare) || facts.call(bare)?.effects.some((e) => e.kind === 'lock' && e.what.startsWith('mmap')))
    return says(existsIn(bare, kernel));
  const flag = facts.flag(bare.toUpperCase());
  if (flag) return says(inRange(flag, kernel));
  return argumentNamed(bare, kernel, says);
}

const ARGUMENTS =
  /^(.*?)_?(?:has_|have_|with_|args?_|takes_)*(vmas?|tsk|task|write|force|gup_flags|flags|locked)(?:_args?|_param)?$/;

/** get_user_pages_has_vmas_arg, gup_vmas */
function argumentNamed(bare: string, kernel: KernelVersion, says: (value: boolean) => boolean): boolean | undefined {
  const m = ARGUMENTS.exec(bare);
  if (!m) return undefined;
  const called = m[1]!
    .replace(/_(has|have|with|args?|takes)$/, '')
    .replace(/^gup/, 'get_user_pages')
    .replace(/^pup/, 'pin_user_pages');
  const fact = facts.acquire(called);
  const form = fact && facts.formIn(fact, kernel);
  if (!form) return undefined;
  const role = { vma: 'vmas', vmas: 'vmas', tsk: 'tsk', task: 'tsk', write: 'write', force: 'force', locked: 'locked' }[
    m[2]!
  ];
  return says(form.params.includes((role ?? 'flags') as never));
}
