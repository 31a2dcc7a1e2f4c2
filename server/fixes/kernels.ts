/**
 * One fix for several kernels, or for several branches of the preprocessor. Each analysis proposes edits for the code that
 * it sees; where they agree, or where only one sees the code, they are one edit; where they do not, a ladder of
 * `#if LINUX_VERSION_CODE` gives each kernel its own lines.
 */
import type { Span, Stmt } from '../../language/c/ast.ts';
import type { KernelVersion, MacroDef } from '../../language/c/unit.ts';
import {
  compareVersions,
  existsIn,
  facts,
  isVersionError,
  knownVersions,
  parseVersion,
} from '../../language/kernel/index.ts';
import { applyEdits } from '../apply-fixes.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { Fix, TextEdit } from '../findings.ts';
import {
  disjoint,
  eolOf,
  holdsDirective,
  identifiers,
  defineAround,
  lineEnd,
  placesOf,
  statementAt,
  unique,
} from './edits.ts';

/** The fixes that one analysis proposes for a finding. */
export interface Source {
  readonly kernel: KernelVersion;
  /** The user wants the code to be right there; otherwise the kernel only stands for a branch of the file. */
  readonly configured: boolean;
  readonly analysis: FileAnalysis;
  /** undefined: the finding does not hold there. */
  readonly fixes: readonly Fix[] | undefined;
}

interface Wish {
  readonly source: Source;
  readonly edits: readonly TextEdit[];
}

interface Region extends Span {
  readonly wishes: readonly { readonly source: Source; readonly edits: readonly TextEdit[]; readonly text: string }[];
}

/** Fixes right in all kernels that are configured, in the order of the newest kernel's candidates. */
export function combineFixes(sources: readonly Source[]): readonly Fix[] {
  const ordered = [...sources].sort((a, b) => compareVersions(b.kernel, a.kernel));
  const lead = ordered.find((s) => s.configured && s.fixes?.length);
  if (!lead?.fixes) return [];
  const out: { readonly fix: Fix; readonly ladders: number }[] = [];
  lead.fixes.forEach((fix, i) => {
    if (fix.everywhere) {
      out.push({ fix, ladders: 0 });
      return;
    }
    const wishes: Wish[] = [];
    for (const source of ordered) {
      const own = source === lead ? fix : source.fixes && counterpart(lead.fixes!, i, source.fixes);
      if (own) wishes.push({ source, edits: own.edits });
      else if (!source.fixes) wishes.push({ source, edits: [] });
      else if (source.configured) return;
    }
    const choice = fix.choice ?? `kernels:${fix.title}`;
    const common = { ...fix, choice, safe: fix.safe };
    const plain = together(lead, wishes, false);
    if (plain) out.push({ fix: { ...common, edits: plain.edits }, ladders: plain.ladders });
    const ladder = together(lead, wishes, true);
    if (ladder && ladder.ladders > 0) out.push({ fix: { ...common, edits: ladder.edits }, ladders: ladder.ladders });
  });
  // fewer lines under conditions are better than a loop less
  return out.sort((a, b) => a.ladders - b.ladders).map((x) => x.fix);
}

/** The fix of another analysis that does the same: of the same choice, or of the same title. */
function counterpart(lead: readonly Fix[], index: number, others: readonly Fix[]): Fix | undefined {
  const fix = lead[index]!;
  if (fix.choice === undefined) return others.find((o) => o.title === fix.title);
  const nth = lead.slice(0, index).filter((o) => o.choice === fix.choice).length;
  const alike = others.filter((o) => o.choice === fix.choice);
  return alike[nth] ?? alike[0];
}

function together(
  lead: Source,
  wishes: readonly Wish[],
  ladders: boolean,
): { readonly edits: readonly TextEdit[]; readonly ladders: number } | undefined {
  const { path, text } = lead.analysis.unit;
  const configured = wishes.filter((w) => w.source.configured);
  const elsewhere = configured.flatMap((w) => w.edits.filter((e) => e.path !== path));
  const edits: TextEdit[] = [...unique(elsewhere)];
  const conflicts: Region[] = [];
  for (const region of regionsOf(text, path, configured)) {
    const texts = new Set(region.wishes.map((w) => w.text));
    const some = region.wishes.find((w) => w.edits.length)!;
    if (texts.size <= 1) edits.push(...some.edits);
    else if (!ladders && region.wishes.every((w) => w.text === some.text || (!w.edits.length && fits(some, w.source))))
      edits.push(...some.edits);
    else if (ladders) conflicts.push(region);
    else return undefined;
  }
  let lines = 0;
  if (conflicts.length) {
    const blocks = blocksOf(text, conflicts);
    for (const block of blocks) {
      const written = ladderOf(text, path, block, configured);
      if (!written) return undefined;
      lines += written.newText.split('\n').length;
      for (let i = edits.length - 1; i >= 0; i--)
        if (edits[i]!.path === path && touches(edits[i]!.span, block)) edits.splice(i, 1);
      edits.push(written);
    }
    const include = versionInclude(text, path);
    if (include) edits.push(include);
  }
  // branches that no configured kernel compiles
  for (const w of wishes) {
    if (w.source.configured) continue;
    for (const e of w.edits)
      if (
        e.path === path &&
        !edits.some((x) => touches(x.span, e.span)) &&
        configured.every((c) => !isActive(c.source.analysis, e.span))
      )
        edits.push(e);
  }
  const all = unique(edits);
  return disjoint(all) ? { edits: all, ladders: lines } : undefined;
}

const touches = (a: Span, b: Span): boolean =>
  a.start === b.start ||
  (a.start < b.end && b.start < a.end) ||
  (a.start === a.end && a.start > b.start && a.start < b.end);

/** Places that some configured kernel wants changed, with what each kernel that compiles them wants there. */
function regionsOf(text: string, path: string, wishes: readonly Wish[]): Region[] {
  const all = unique(wishes.flatMap((w) => w.edits.filter((e) => e.path === path))).sort(
    (a, b) => a.span.start - b.span.start || a.span.end - b.span.end,
  );
  const spans: { start: number; end: number }[] = [];
  for (const { span } of all) {
    const last = spans.at(-1);
    if (last && (span.start < last.end || span.start === last.start)) last.end = Math.max(last.end, span.end);
    else spans.push({ ...span });
  }
  return spans.map((span) => {
    const within = (e: TextEdit): boolean => e.path === path && e.span.start >= span.start && e.span.end <= span.end;
    return {
      ...span,
      wishes: wishes.flatMap(({ source, edits }) => {
        const own = edits.filter(within);
        if (!own.length && !isActive(source.analysis, span)) return [];
        return [{ source, edits: own, text: partOf(text, span, own) }];
      }),
    };
  });
}

function partOf(text: string, span: Span, edits: readonly TextEdit[]): string {
  const moved = edits.map((e) => ({
    ...e,
    span: { start: e.span.start - span.start, end: e.span.end - span.start },
  }));
  return applyEdits(text.slice(span.start, span.end), moved);
}

/** The macros that a unit defines in its own file, those whose names got another meaning further down among them. */
function* definitionsIn({ path, macros }: FileAnalysis['unit']): Generator<MacroDef> {
  for (const last of macros.values())
    for (let m: MacroDef | undefined = last; m; m = m.previous) if (m.path === path) yield m;
}

/** Does the kernel of that analysis compile the code there? */
export function isActive(analysis: FileAnalysis, span: Span): boolean {
  const { unit } = analysis;
  const def = unit.functions.find((f) => span.start >= f.start && span.end <= f.end);
  if (!def && defineAround(unit.text, span.start))
    return [...definitionsIn(unit)].some((m) => m.start < span.end && span.start < m.end);
  if (!def) return !analysis.unit.functions.some((f) => span.start < f.end && f.start < span.end);
  const meets = (x: Span): boolean =>
    span.start === span.end ? x.start <= span.start && x.end >= span.end : x.start < span.end && span.start < x.end;
  for (const s of placesOf(def).keys()) {
    if (['expr', 'decl', 'return', 'goto', 'label', 'opaque', 'empty'].includes(s.kind) && meets(s)) return true;
    if ((s.kind === 'if' || s.kind === 'while' || s.kind === 'do') && meets(s.test)) return true;
    if (s.kind === 'for' && [s.init, s.test, s.update].some((x) => x && meets(x))) return true;
  }
  return false;
}

/** The new text calls nothing that the other kernel lacks, or has with other arguments. */
function fits(wish: { readonly source: Source; readonly text: string }, other: Source): boolean {
  return namesIn(wish.text).every((name) => sameIn(name, wish.source.kernel, other.kernel));
}

function sameIn(name: string, here: KernelVersion, there: KernelVersion): boolean {
  const acquire = facts.acquire(name);
  if (acquire) {
    const [a, b] = [facts.formIn(acquire, here), facts.formIn(acquire, there)];
    return !!a && !!b && a.params.join() === b.params.join();
  }
  return !facts.call(name) || existsIn(name, there);
}

const namesIn = (text: string): string[] => [
  ...new Set(
    identifiers(text, 0, text.length)
      .map((x) => x.name)
      .filter((name) => facts.acquire(name) || facts.call(name)),
  ),
];

/** Whole lines, and whole heads of statements, around regions that differ; neighbours are one. */
function blocksOf(text: string, regions: readonly Region[]): Span[] {
  const out: { start: number; end: number }[] = [];
  for (const region of regions) {
    const define = defineAround(text, region.start);
    let { start, end } = define && define.end >= region.end ? define : region;
    for (const { source } of region.wishes) {
      const head = headAt(source.analysis, region);
      if (!head) continue;
      start = Math.min(start, head.start);
      end = Math.max(end, head.end);
    }
    start = text.lastIndexOf('\n', start - 1) + 1;
    end = end > start && text[end - 1] === '\n' ? end : lineEnd(text, end);
    const last = out.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else out.push({ start, end });
  }
  return out;
}

/** The statement around a place, or of an `if` its head. */
function headAt(analysis: FileAnalysis, span: Span): Span | undefined {
  const def = analysis.unit.functions.find((f) => span.start >= f.start && span.end <= f.end);
  const s: Stmt | undefined = def && statementAt(def, span.start);
  if (!s || s.kind === 'block' || s.kind === 'choice') return undefined;
  if (s.kind === 'if' || s.kind === 'while') return { start: s.start, end: s.test.end };
  if (s.kind === 'for' || s.kind === 'foreach' || s.kind === 'switch' || s.kind === 'do' || s.kind === 'guard')
    return undefined;
  return s;
}

/** The lines of a block, once for each group of kernels that agree on them. */
function ladderOf(text: string, path: string, block: Span, wishes: readonly Wish[]): TextEdit | undefined {
  // a ladder fits around a #define as a whole; any other directive has to stay where it is
  const define = defineAround(text, block.start);
  if (holdsDirective(text, block) && !(define && define.start === block.start && define.end === block.end))
    return undefined;
  const nl = eolOf(text);
  const groups: { text: string; newest: KernelVersion; oldest: KernelVersion }[] = [];
  for (const { source, edits } of wishes) {
    const own = edits.filter((e) => e.path === path && e.span.start >= block.start && e.span.end <= block.end);
    if (!own.length && !isActive(source.analysis, block)) continue;
    if (edits.some((e) => e.path === path && touches(e.span, block) && !own.includes(e))) return undefined;
    const part = partOf(text, block, own);
    const last = groups.at(-1);
    if (last?.text === part) last.oldest = source.kernel;
    // two branches of one kernel: no version tells them apart
    else if (last && compareVersions(last.oldest, source.kernel) === 0) return undefined;
    else groups.push({ text: part, newest: source.kernel, oldest: source.kernel });
  }
  if (groups.length < 2) return undefined;
  const lines = (part: string): string => (part === '' || part.endsWith('\n') ? part : part + nl);
  const code = (op: string, v: KernelVersion): string =>
    `LINUX_VERSION_CODE ${op} KERNEL_VERSION(${v.major}, ${v.minor}, ${v.patch})`;
  const first = groups.map((g, i) => (groups[i + 1] ? firstKernel(g, groups[i + 1]!.newest) : g.oldest));
  let newText: string;
  if (groups.length === 2 && !groups[0]!.text.trim())
    newText = `#if ${code('<', first[0]!)}${nl}${lines(groups[1]!.text)}#endif${nl}`;
  else if (groups.length === 2 && !groups[1]!.text.trim())
    newText = `#if ${code('>=', first[0]!)}${nl}${lines(groups[0]!.text)}#endif${nl}`;
  else
    newText = `${groups
      .map((g, i) => {
        const head =
          i === 0 ? `#if ${code('>=', first[i]!)}` : groups[i + 1] ? `#elif ${code('>=', first[i]!)}` : '#else';
        return head + nl + lines(g.text);
      })
      .join('')}#endif${nl}`;
  return { path, span: { start: block.start, end: block.end }, newText };
}

/** The first kernel behind `older` in which the text is right: as soon as all that it calls is there. */
function firstKernel(
  group: { readonly text: string; readonly oldest: KernelVersion },
  older: KernelVersion,
): KernelVersion {
  const names = namesIn(group.text);
  for (const name of knownVersions) {
    const v = parseVersion(name);
    if (isVersionError(v) || compareVersions(v, older) <= 0) continue;
    if (compareVersions(v, group.oldest) >= 0) break;
    // something must have changed there, or any later kernel would do as well
    if (names.every((n) => sameIn(n, group.oldest, v)) && names.some((n) => !sameIn(n, group.oldest, older))) return v;
  }
  return group.oldest;
}

/** The header of LINUX_VERSION_CODE, behind the last system header that is included whatever the conditions. */
function versionInclude(text: string, path: string): TextEdit | undefined {
  if (/^[ \t]*#[ \t]*include[ \t]*<linux\/version\.h>/m.test(text) || /\bLINUX_VERSION_CODE\b/.test(text))
    return undefined;
  let depth = 0;
  let at: number | undefined;
  for (const m of text.matchAll(/^[ \t]*#[ \t]*(\w+)[ \t]*(<?).*$/gm)) {
    if (/^if/.test(m[1]!)) depth++;
    else if (m[1] === 'endif') depth--;
    else if (m[1] === 'include' && m[2] === '<' && depth === 0) at = lineEnd(text, m.index);
  }
  if (at === undefined) return undefined;
  return { path, span: { start: at, end: at }, newText: `#include <linux/version.h>${eolOf(text)}` };
}
