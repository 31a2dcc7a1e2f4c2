/** One way to test fixes: a function before, and what it should be afterwards. */
import { expect } from 'vitest';
import type { CallExpr } from '../../../language/c/ast.ts';
import { parseUnit, type CParser, type Target } from '../../../language/c/index.ts';
import { analyseUnit, type FileAnalysis } from '../../../server/analysis/file.ts';
import type { LeakEvent, OutlivesEvent } from '../../../server/analysis/events.ts';
import { applyEdits } from '../../../server/apply-fixes.ts';
import type { Fix } from '../../../server/findings.ts';
import { provenFixes, unprovenFixes, type Verdict } from '../../../server/fix-proof.ts';
import { countFaults } from '../../../server/analysis/counts.ts';
import { convertToPin, type Conversion } from '../../../server/fixes/convert.ts';
import { insertCheck, NO_CHECK } from '../../../server/fixes/count-check.ts';
import { dropRelease, narrowRelease } from '../../../server/fixes/duplicate.ts';
import { disjoint } from '../../../server/fixes/edits.ts';
import { addFlag, removeFlag } from '../../../server/fixes/flags.ts';
import { insertRelease } from '../../../server/fixes/insert-release.ts';
import { matchRelease } from '../../../server/fixes/release.ts';
import { target, testParser } from '../language-c/helpers.ts';

let parser: Promise<CParser> | undefined;
let loaded: CParser | undefined;

export interface Options {
  /** '6.12' by default. */
  readonly kernel?: string;
  readonly headers?: Record<string, string>;
}

export async function analysed(text: string, options: Options = {}): Promise<FileAnalysis> {
  parser ??= testParser();
  const p = (loaded = await parser);
  p.close('t.c');
  const headers = Object.entries(options.headers ?? {}).map(([path, t]) => ({ path, text: t }));
  return analyseUnit(parseUnit(p, { path: 't.c', text, headers, target: target(options.kernel) }));
}

/** The call of that name; `nth` from 0. A call out of a macro is found by the function that it calls. */
function callOf(file: FileAnalysis, name: string, nth = 0): CallExpr {
  const calls = [...file.functions.values()]
    .flatMap((f) => f.calls)
    .filter((c) => c.callee.kind === 'id' && c.callee.name === name)
    .sort((a, b) => a.start - b.start);
  const unique = calls.filter((c, i) => i === 0 || c.start !== calls[i - 1]!.start);
  const call = unique[nth];
  if (!call) throw new Error(`no call of ${name}`);
  return call;
}

export type Kind =
  | { readonly convert: true }
  | { readonly match: string; readonly wanted: 'get' | 'pin'; readonly nth?: number }
  | { readonly drop: string; readonly nth?: number }
  | { readonly narrow: string; readonly nth?: number }
  | { readonly add: string; readonly flag: string }
  | { readonly remove: string; readonly flag: string }
  | { readonly leak: true }
  | { readonly count: true };

/** The fixes that a generator proposes, of each choice the first; of releases, those that end the leak. */
export function fixesOf(file: FileAnalysis, kind: Kind): Conversion {
  const { fixes, note } = candidatesOf(file, kind);
  return {
    fixes: 'leak' in kind || 'count' in kind ? fixes : unprovenFixes(fixes),
    ...(note === undefined ? {} : { note }),
  };
}

function candidatesOf(file: FileAnalysis, kind: Kind): Conversion {
  if ('convert' in kind) {
    const get = file.groups.acquires.find((a) => a.kind === 'get') ?? file.groups.acquires[0];
    return get ? convertToPin(file, get.call) : { fixes: [] };
  }
  if ('match' in kind) return { fixes: matchRelease(file, callOf(file, kind.match, kind.nth), kind.wanted) };
  if ('drop' in kind) return { fixes: dropRelease(file, callOf(file, kind.drop, kind.nth)) };
  if ('narrow' in kind) return { fixes: narrowRelease(file, callOf(file, kind.narrow, kind.nth)) };
  if ('add' in kind) return { fixes: addFlag(file, callOf(file, kind.add), kind.flag) };
  if ('remove' in kind) return { fixes: removeFlag(file, callOf(file, kind.remove), kind.flag) };
  if ('count' in kind) {
    const fault = [...countFaults(file)][0];
    if (!fault) return { fixes: [] };
    const fixes = insertCheck(file, fault);
    const own = { rule: 'unchecked-pin-count', functionName: fault.site.fn } as const;
    return { fixes: proven(file, own, fixes), ...(fixes.length === 0 && { note: NO_CHECK }) };
  }
  const leak = leaksOf(file)[0];
  if (!leak) return { fixes: [] };
  const own = { rule: 'leaked-pin', functionName: leak.kind === 'leak' ? leak.functionName : leak.root } as const;
  return { fixes: proven(file, own, insertRelease(file, leak)) };
}

/** Those after which the finding is gone, and no leak, double release or unchecked count is new. */
function proven(
  file: FileAnalysis,
  own: Parameters<typeof provenFixes>[0],
  candidates: readonly Fix[],
): readonly Fix[] {
  const verdict = (f: FileAnalysis): Verdict => ({
    findings: [
      ...f.events.flatMap((e): Verdict['findings'][number][] =>
        e.kind === 'leak' || (e.kind === 'outlives' && e.outcome === 'error')
          ? [{ rule: 'leaked-pin', functionName: e.kind === 'leak' ? e.functionName : e.root }]
          : e.kind === 'double'
            ? [{ rule: 'double-release', functionName: e.functionName }]
            : [],
      ),
      ...[...countFaults(f)].map(({ site }) => ({ rule: 'unchecked-pin-count' as const, functionName: site.fn })),
    ],
    errors: f.unit.problems.length,
  });
  const input = { path: 't.c', text: file.unit.text, headers: [] };
  return provenFixes(own, candidates, input, verdict(file), ({ text }) => verdict(analyseText(text, file.unit.target)));
}

function analyseText(text: string, kernel: Target): FileAnalysis {
  loaded!.close('t.c');
  return analyseUnit(parseUnit(loaded!, { path: 't.c', text, headers: [], target: kernel }));
}

const leaksOf = (file: FileAnalysis): (LeakEvent | OutlivesEvent)[] =>
  file.events.filter(
    (e): e is LeakEvent | OutlivesEvent => e.kind === 'leak' || (e.kind === 'outlives' && e.outcome === 'error'),
  );

export interface Expected extends Options {
  /** Which of the fixes; the preferred one by default. */
  readonly choice?: number;
  readonly safe?: boolean;
  /** The fix does not apply to its own result any more. */
  readonly again?: boolean;
}

/** Applies a fix to `before` and compares with `after`; applied again, it changes nothing. */
export async function check(kind: Kind, before: string, after: string, options: Expected = {}): Promise<Fix> {
  const file = await analysed(before, options);
  const { fixes, note } = fixesOf(file, kind);
  const fix = options.choice === undefined ? (fixes.find((f) => f.preferred) ?? fixes[0]) : fixes[options.choice];
  expect(fix, note ?? 'no fix').toBeDefined();
  expect(disjoint(fix!.edits)).toBe(true);
  expect(fix!.edits.every((e) => e.path === 't.c')).toBe(true);
  const result = applyEdits(before, fix!.edits);
  expect(result).toBe(after);
  if (options.safe !== undefined) expect(fix!.safe).toBe(options.safe);
  const next = await analysed(result, options);
  expect(next.unit.problems, 'the result still parses').toEqual(file.unit.problems);
  if ('convert' in kind) {
    const second = fixesOf(next, kind);
    expect(second.fixes).toEqual([]);
    expect(next.groups.acquires.filter((a) => a.kind === 'get')).toEqual([]);
    expect(next.events.filter((e) => e.kind === 'mismatch')).toEqual([]);
  }
  if ('leak' in kind) {
    const at = (f: FileAnalysis): number => leaksOf(f).length + f.events.filter((e) => e.kind === 'double').length;
    expect(at(next)).toBeLessThan(at(file));
  }
  return fix!;
}

/** There is no fix, and the note says why. */
export async function refused(kind: Kind, text: string, why: RegExp, options: Options = {}): Promise<void> {
  const { fixes, note } = fixesOf(await analysed(text, options), kind);
  expect(fixes).toEqual([]);
  expect(note).toMatch(why);
}
