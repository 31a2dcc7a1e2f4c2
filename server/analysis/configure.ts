/**
 * Configure-time macros (HAVE_PIN_USER_PAGES, NV_GUP_HAS_VMAS, …) that nobody gave: their value as the kernel that is built for
 * tells it. A macro is decided by what its branches call (in one of them the calls are those of the kernel, in the other they are
 * not), or by its name. The value holds for the whole file, so acquire and release agree. What neither tells stays unknown.
 */
import { compiledText, writtenConditionals, type WrittenConditional } from '../../language/c/index.ts';
import type { Span } from '../../language/c/ast.ts';
import type { HeaderText, KernelVersion, Target } from '../../language/c/unit.ts';
import { existsIn, facts, inRange, isAcquireName, isReleaseName } from '../../language/kernel/index.ts';
import type { AcquireRole } from '../../language/kernel/types.ts';

/** More macros than this are not asked for. */
const MAX_MACROS = 16;

const NEAR = /user_page|unpin_|FOLL_|iov_iter_|mmap_/;
/** Headers stay the same objects while the file that includes them is edited. */
const near = new WeakMap<HeaderText, boolean>();
function isNear(header: HeaderText): boolean {
  let known = near.get(header);
  if (known === undefined) near.set(header, (known = NEAR.test(header.text)));
  return known;
}

/** `target` with the configure-time macros that the kernel decides. */
export function withInferredMacros(path: string, text: string, headers: readonly HeaderText[], target: Target): Target {
  const files = [...(NEAR.test(text) ? [{ path, text }] : []), ...headers.filter(isNear)];
  const asked = files.flatMap((f) => conditionalsOf(f.text).map((c): Asked => ({ file: f, ...c })));
  if (!asked.length) return target;
  const all = [text, ...headers.map((h) => h.text)];
  const names = [...new Set(asked.map((a) => a.name))]
    .filter((name) => !target.defines.has(name) && !all.some((t) => definedIn(t).has(name)))
    .filter((name) => asked.some((a) => a.name === name && a.ours) || byName(name, target.kernel) !== undefined)
    .slice(0, MAX_MACROS);
  if (!names.length) return target;
  const own = ownFunctions(all);
  const defines = new Map(target.defines);
  // What one macro decides may decide another; what is still open then is tried with every value of its neighbours.
  for (let round = 0; round < 3; round++) {
    for (const name of names) {
      if (defines.has(name)) continue;
      const where = asked.filter((a) => a.name === name);
      const others = names.filter((n) => n !== name && !defines.has(n) && where.some((w) => isBeside(w, n, asked)));
      const beside = round < 2 || isLong(where) ? [] : others.slice(0, MAX_OTHERS);
      const value = byCalls(name, where, beside, { ...target, defines }, own) ?? byName(name, target.kernel);
      if (value !== undefined) defines.set(name, value ? '1' : null);
    }
  }
  return defines.size === target.defines.size ? target : { ...target, defines };
}

/** Of macros that decide together (`#if A && !B`, `#elif`, nested), so many are tried both ways for the sake of one. */
const MAX_OTHERS = 3;

/** Texts of more characters are looked through once for each value of a macro, and not once for each of its neighbours' as well. */
const LONG = 64 * 1024;
const isLong = (where: readonly Asked[]): boolean =>
  [...new Set(where.map((w) => w.file))].reduce((sum, file) => sum + file.text.length, 0) > LONG;

/** Is another macro asked for in the same conditional, or in one around or inside of it? */
const isBeside = ({ file, conditional }: Asked, name: string, asked: readonly Asked[]): boolean =>
  asked.some(
    (a) =>
      a.name === name &&
      a.file === file &&
      a.conditional.start < conditional.end &&
      conditional.start < a.conditional.end,
  );

interface Asked {
  readonly file: HeaderText;
  readonly name: string;
  readonly conditional: WrittenConditional;
  /** Names of the families stand in it. */
  readonly ours: boolean;
}

/** Options of the kernel's configuration, versions, include guards: not a script's findings. */
const NOT_CONFIGURED = /^(CONFIG_|LINUX_|KERNEL_|RHEL_|SLE|__|MODULE$|DEBUG)|_H_*$|^\d/;

/** Conditionals and the macros that they ask for, one or several. */
const conditionalsOf = kept((text): readonly Omit<Asked, 'file'>[] => {
  if (!/^[ \t]*#[ \t]*(?:if|elif)/m.test(text)) return [];
  const out: Omit<Asked, 'file'>[] = [];
  for (const conditional of writtenConditionals(text)) {
    const conditions = conditional.branches.map((b) => b.condition).join(' ');
    const words = new Set(conditions.match(/\b[A-Za-z_]\w*\b(?!\s*\()/g));
    const names = [...words].filter((name) => name !== 'defined' && !NOT_CONFIGURED.test(name));
    if (names.length === 0) continue;
    const ours = mentionsOurs(text, conditional);
    for (const name of names) out.push({ name, conditional, ours });
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

/**
 * How the calls that depend on a macro suit the kernel, with the macro defined and without it, whatever `others` are: one of the two
 * has calls that this kernel lacks where the other has none, and never the other way round.
 */
function byCalls(
  name: string,
  where: readonly Asked[],
  others: readonly string[],
  target: Target,
  own: ReadonlySet<string>,
): boolean | undefined {
  // where no branch calls what is ours there is nothing to judge
  if (!where.some((w) => w.ours)) return undefined;
  let verdict: boolean | undefined;
  for (let choice = 0; choice < 1 << others.length; choice++) {
    const defines = new Map(target.defines);
    others.forEach((other, i) => defines.set(other, (choice >> i) & 1 ? '1' : null));
    const here = judged(name, where, { ...target, defines }, own);
    if (here === 'the same') continue;
    if (here === undefined || (verdict !== undefined && verdict !== here)) return undefined;
    verdict = here;
  }
  return verdict;
}

function judged(
  name: string,
  where: readonly Asked[],
  target: Target,
  own: ReadonlySet<string>,
): boolean | 'the same' | undefined {
  const judgeWith = (value: string | null): Sum => {
    const sum = { fits: 0, fails: 0, open: 0 };
    const defines = new Map(target.defines).set(name, value);
    for (const file of new Set(where.map((w) => w.file))) {
      const spans = where.filter((w) => w.file === file).map((w) => w.conditional);
      const { text, uncertain, definitions } = compiledText(file.path, file.text, { ...target, defines });
      const judge = { spans, uncertain, kernel: target.kernel, own, sum };
      judgeText(text, 0, judge);
      for (const macro of definitions) {
        const alias = /^[a-z_]\w*$/.exec(macro.body.trim())?.[0];
        if (alias === undefined) judgeText(macro.body, macro.start, judge);
        else if (isOurs(alias) && isAsked(judge, macro.start, macro.end))
          sum[existsIn(alias, target.kernel) ? 'open' : 'fails']++;
      }
    }
    return sum;
  };
  const on = judgeWith('1');
  const off = judgeWith(null);
  if (on.fails === off.fails) return on.fits === off.fits && on.open === off.open ? 'the same' : undefined;
  return Math.min(on.fails, off.fails) === 0 ? on.fails === 0 : undefined;
}

/** No call is longer, in characters. */
const CALL_LENGTH = 4000;

/** A name of the families stands in the conditional, or so near in front that its call can reach into it. */
function mentionsOurs(text: string, conditional: Span): boolean {
  const near = text.slice(Math.max(0, conditional.start - CALL_LENGTH - 100), conditional.end);
  return near.match(/(?<!\w)[a-z_]\w*/g)?.some(isOurs) ?? false;
}

/** Calls that suit the kernel, that do not, and names that stand without arguments. */
interface Sum {
  fits: number;
  fails: number;
  open: number;
}

interface Judge {
  readonly spans: readonly Span[];
  readonly uncertain: readonly Span[];
  readonly kernel: KernelVersion;
  /** Functions of the project's own. */
  readonly own: ReadonlySet<string>;
  readonly sum: Sum;
}

const overlaps = (list: readonly Span[], start: number, end: number): boolean =>
  list.some((s) => s.start < end && s.end > start);

const isAsked = ({ spans, uncertain }: Judge, start: number, end: number): boolean =>
  overlaps(spans, start, end) && !overlaps(uncertain, start, end);

/** Counts calls and definitions that overlap one of the spans, in a text that stands at offset `at` of the file. */
function judgeText(text: string, at: number, judge: Judge): void {
  const { kernel, own, sum } = judge;
  for (const m of text.matchAll(/(?<![\w.>"])([a-z_]\w*)\s*\(/g)) {
    const name = m[1]!;
    if (!isOurs(name)) continue;
    const open = m.index + m[0].length;
    const call = argumentsAt(text, open);
    if (!call || !isAsked(judge, at + m.index, at + call.end)) continue;
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

/** The macro's name names a call and arguments of it: GET_USER_PAGES_HAS_ARGS_FLAGS_VMAS, gup_vmas. */
function argumentNamed(bare: string, kernel: KernelVersion, says: (value: boolean) => boolean): boolean | undefined {
  const words = bare
    .replace(/^gup(?=_)/, 'get_user_pages')
    .replace(/^pup(?=_)/, 'pin_user_pages')
    .split('_');
  let length = words.length - 1;
  while (length > 0 && !facts.acquire(words.slice(0, length).join('_'))) length--;
  const fact = facts.acquire(words.slice(0, length).join('_'));
  const form = fact && facts.formIn(fact, kernel);
  if (!form) return undefined;
  const named = words.slice(length).filter((w) => !FILLERS.has(w));
  if (!named.length || !named.every((w) => ROLES.has(w))) return undefined;
  const roles = new Set(named.map((w) => ROLES.get(w)!));
  // "…_HAS_ARGS_FLAGS_VMAS" beside "…_HAS_ARGS_FLAGS": the whole list of what has come and gone
  const isWhole = words.includes('args') && (roles.has('flags') || roles.has('write'));
  const others = new Set(isWhole ? form.params.filter((p) => [...ROLES.values()].includes(p)) : []);
  return says([...roles].every((r) => form.params.includes(r)) && [...others].every((r) => roles.has(r)));
}

const FILLERS = new Set('has have with arg args takes param gup'.split(' '));
const ROLES: ReadonlyMap<string, AcquireRole> = new Map([
  ['vma', 'vmas'],
  ['vmas', 'vmas'],
  ['tsk', 'tsk'],
  ['task', 'tsk'],
  ['write', 'write'],
  ['force', 'force'],
  ['locked', 'locked'],
  ['flags', 'flags'],
]);
