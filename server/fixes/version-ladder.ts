/** A call written so that it is right in every configured kernel: one form if there is one, else a ladder of version checks. */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import { isCompiled, writtenConditionals, type WrittenBranch } from '../../language/c/index.ts';
import type { KernelVersion } from '../../language/c/unit.ts';
import {
  compareVersions,
  formatVersion,
  knownVersions,
  parseVersion,
  isVersionError,
} from '../../language/kernel/index.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { Fix, TextEdit } from '../findings.ts';
import { argSpan, commentsIn, defOf, edit, eolOf, holdsDirective, isLiteral, lineEnd, locate, slice } from './edits.ts';
import type { NewCall } from './other-kernel.ts';

/** What the call should be in a kernel; undefined where there is nothing to write. */
export type CallFor = (kernel: KernelVersion) => NewCall | undefined;

/** The fix, or why there is none. */
export interface LadderFix {
  readonly fixes: readonly Fix[];
  readonly note?: string;
}

/** Rewrites `call` in `fn` for all of the kernels whose compiler sees it. */
export function rewriteForKernels(
  file: FileAnalysis,
  fn: string,
  call: CallExpr,
  kernels: readonly KernelVersion[],
  callFor: CallFor,
): LadderFix {
  if (!isLiteral(file, call)) return { fixes: [], note: 'The call comes out of a macro: change the macro.' };
  const { unit } = file;
  const seen = kernels.filter((kernel) =>
    isCompiled(unit.path, unit.text, { ...unit.target, kernel }, call.callee.start),
  );
  const all = (seen.length ? seen : [unit.target.kernel]).toSorted(compareVersions);
  const steps: Step[] = [];
  for (const kernel of all) {
    const to = callFor(kernel);
    if (!to)
      return {
        fixes: [],
        note: `Kernel ${formatVersion(kernel)} has nothing that does the same with these arguments.`,
      };
    const last = steps.at(-1);
    if (last && textOf(last.to) === textOf(to)) last.last = kernel;
    else steps.push({ from: last ? threshold(last.last, kernel, callFor) : kernel, last: kernel, to });
  }
  const risky = steps.some((s) => s.to.risky);
  if (steps.length === 1) {
    const to = steps[0]!.to;
    const edits = editsOf(file, call, to);
    if (!edits.length) return { fixes: [] };
    return {
      fixes: [
        { title: `Write ${to.name}() as ${named(all)} has it`, safe: !risky, preferred: true, uncovers: true, edits },
      ],
    };
  }
  const ladder = ladderEdits(file, fn, call, steps);
  if (typeof ladder === 'string') return { fixes: [], note: ladder };
  return {
    fixes: [
      {
        title: `Write a version ladder for ${named(all)}`,
        safe: !risky,
        preferred: true,
        uncovers: true,
        edits: [...include(file), ...ladder],
      },
    ],
  };
}

interface Step {
  /** First kernel that has this form (exactly, for all but the oldest step). */
  readonly from: KernelVersion;
  last: KernelVersion;
  readonly to: NewCall;
}

const textOf = (c: NewCall): string => `${c.name}(${c.args.join(', ')})`;
const named = (kernels: readonly KernelVersion[]): string =>
  kernels.length > 3
    ? `${formatVersion(kernels[0]!)} to ${formatVersion(kernels.at(-1)!)}`
    : kernels.map(formatVersion).join(', ');

/** The release in which the text changed, between two kernels that want different ones. */
function threshold(older: KernelVersion, newer: KernelVersion, callFor: CallFor): KernelVersion {
  const wanted = callFor(newer);
  let first = newer;
  for (const text of knownVersions.toReversed()) {
    const version = parseVersion(text);
    if (isVersionError(version) || compareVersions(version, newer) >= 0) continue;
    if (compareVersions(version, older) <= 0) break;
    const there = callFor(version);
    if (!there || !wanted || textOf(there) !== textOf(wanted)) break;
    first = version;
  }
  return { ...first, patch: compareVersions(first, newer) === 0 ? newer.patch : 0 };
}

/** Edits that turn the call into `to`, as small as they can be. */
function editsOf(file: FileAnalysis, call: CallExpr, to: NewCall): TextEdit[] {
  const out: TextEdit[] = [];
  if (slice(file, call.callee) !== to.name) out.push(edit(file, call.callee.start, call.callee.end, to.name));
  const spans = call.args.map((_, i) => argSpan(file, call, i)!);
  const old = spans.map((s) => slice(file, s));
  if (old.join('\0') === to.args.join('\0')) return out;
  // only arguments taken out: the layout of the others stays
  const kept: number[] = [];
  for (const [i, text] of old.entries()) if (text === to.args[kept.length]) kept.push(i);
  if (kept.length === to.args.length && kept[0] === 0) {
    for (const i of spans.keys()) if (!kept.includes(i)) out.push(edit(file, spans[i - 1]!.end, spans[i]!.end, ''));
    return out;
  }
  if (old.length === to.args.length) {
    for (const [i, s] of spans.entries()) if (old[i] !== to.args[i]) out.push(edit(file, s.start, s.end, to.args[i]!));
    return out;
  }
  out.push(edit(file, call.argsStart, call.argsEnd - 1, to.args.join(', ')));
  return out;
}

/** The text of `lines` with the call in it rewritten. */
function rewritten(file: FileAnalysis, call: CallExpr, to: NewCall, lines: Span): string {
  let out = '';
  let at = lines.start;
  for (const e of editsOf(file, call, to).sort((a, b) => a.span.start - b.span.start)) {
    out += file.unit.text.slice(at, e.span.start) + e.newText;
    at = e.span.end;
  }
  return out + file.unit.text.slice(at, lines.end);
}

function ladderEdits(file: FileAnalysis, fn: string, call: CallExpr, steps: readonly Step[]): TextEdit[] | string {
  const def = defOf(file, fn, call);
  const at = def && locate(def, call);
  if (!at) return 'The call stands in code that could not be read.';
  const { text } = file.unit;
  const span = headOf(at.stmt.kind === 'expr' || at.stmt.kind === 'decl' || at.stmt.kind === 'return', at.stmt, call);
  const start = text.lastIndexOf('\n', span.start - 1) + 1;
  const lines = { start, end: lineEnd(text, span.end) };
  if (holdsDirective(text, lines)) return 'The call stands among preprocessor lines already.';
  const open = commentsIn(file, { start: lines.start, end: lines.end });
  if (open.length !== file.unit.comments.filter((c) => c.start < lines.end && c.end > lines.start).length)
    return 'A comment begins or ends within the lines of the call.';
  const eol = eolOf(text);
  const newest = steps.toReversed();
  let out = '';
  newest.forEach((step, i) => {
    const version = `KERNEL_VERSION(${step.from.major}, ${step.from.minor}, ${step.from.patch})`;
    out += i === newest.length - 1 ? `#else${eol}` : `#${i ? 'elif' : 'if'} LINUX_VERSION_CODE >= ${version}${eol}`;
    const body = rewritten(file, call, step.to, lines);
    out += body.endsWith('\n') ? body : body + eol;
  });
  return [edit(file, lines.start, lines.end, `${out}#endif${eol}`)];
}

/** The whole statement, or the head of one that holds others: `if (…)`, `while (…)`. */
function headOf(simple: boolean, stmt: Span & { readonly test?: Expr }, call: Span): Span {
  if (simple) return stmt;
  const inTest = stmt.test && call.start >= stmt.test.start && call.end <= stmt.test.end;
  return inTest ? { start: Math.min(stmt.start, stmt.test.start), end: stmt.test.end } : call;
}

/** linux/version.h, if nothing in the file shows that it is there. */
function include(file: FileAnalysis): TextEdit[] {
  const { text, includes } = file.unit;
  if (
    /LINUX_VERSION_CODE/.test(text) ||
    includes.some((i) => /^(linux|generated\/uapi\/linux)\/version\.h$/.test(i.spec))
  )
    return [];
  const last = includes.findLast((i) => !i.local) ?? includes.at(-1);
  const at = last ? lineEnd(text, last.start) : 0;
  return [edit(file, at, at, `#include <linux/version.h>${eolOf(text)}`)];
}

const VERSION_TEST = /^LINUX_VERSION_CODE\s*(>=|<)\s*KERNEL_VERSION\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\)$/;

/**
 * The call stands in a ladder whose version is wrong (6.4 written for 6.5): the condition with the right one. `since` and
 * `until` are the bounds of the form in which the call is written.
 */
export function moveThreshold(
  file: FileAnalysis,
  call: CallExpr,
  name: string,
  bounds: { readonly since: KernelVersion | null; readonly until: KernelVersion | null },
): readonly Fix[] {
  const { text, target } = file.unit;
  const around = writtenConditionals(text).filter((c) => c.start <= call.start && c.end >= call.end);
  const inner = around.at(-1);
  const first = inner?.branches[0];
  const test = first && VERSION_TEST.exec(first.condition);
  if (!inner || !first || !test || inner.branches.length !== 2 || inner.branches[1]!.directive !== 'else') return [];
  const [mine, other] = inner.branches[0]!.end >= call.start ? inner.branches : inner.branches.toReversed();
  const speaks = new RegExp(`\\b${name}\\s*\\(`);
  if (!speaks.test(bodyOf(text, other!))) return [];
  const newer = (test[1] === '>=') === (mine === first);
  const right = newer ? bounds.since : bounds.until;
  if (!right) return [];
  const wrong = newer ? compareVersions(target.kernel, right) < 0 : compareVersions(target.kernel, right) >= 0;
  if (!wrong) return [];
  const offset = text.indexOf('KERNEL_VERSION', first.conditionSpan.start);
  const end = text.indexOf(')', offset) + 1;
  if (offset < 0 || offset >= first.conditionSpan.end || end > first.conditionSpan.end) return [];
  // a short pair of branches is about this call alone
  const alone = [mine!, other!].every((b) => (bodyOf(text, b).match(/;/g) ?? []).length <= 1);
  return [
    {
      title: `Change the condition to ${formatVersion(right)}`,
      safe: alone,
      preferred: true,
      uncovers: true,
      edits: [edit(file, offset, end, `KERNEL_VERSION(${right.major}, ${right.minor}, ${right.patch})`)],
    },
  ];
}

const bodyOf = (text: string, b: WrittenBranch): string => text.slice(b.start, b.end);
