/**
 * A fix is offered only if it holds: with its edits made, the file is analysed again, and the finding must be gone,
 * nothing new may be reported, and what could be parsed before still can. So a rule may propose several ways and leave
 * the choice to the proof.
 */
import { applyEdits, byPath, isSound } from './apply-fixes.ts';
import type { FileInput, Finding, Fix } from './findings.ts';

/** What an analysis says of a text, as far as a proof needs it. */
export interface Verdict {
  readonly findings: readonly (Pick<Finding, 'rule' | 'functionName'> & Partial<Pick<Finding, 'level'>>)[];
  /** Places that could not be parsed. */
  readonly errors: number;
}

/** More candidates than these are not tried for one finding: each costs an analysis of the file. */
const MAX_TRIALS = 16;

/**
 * The candidates that hold, in their order. Of those with the same `choice` the first that holds is taken; of a choice
 * that only uncovers more (`uncovers`) the first that takes the finding away, if none is quite clean. Where `analyse` gives
 * nothing, the candidate was not tried, and is not offered.
 */
export function provenFixes(
  finding: Pick<Finding, 'rule' | 'functionName'>,
  candidates: readonly Fix[],
  file: FileInput,
  before: Verdict,
  analyse: (file: FileInput, edits: string) => Verdict | undefined,
): readonly Fix[] {
  const texts = textsOf(file);
  const was = tally(before);
  const own = keyOf(finding);
  const chosen = new Map<string, { readonly fix: Fix; readonly clean: boolean }>();
  const tried = new Map<string, 'clean' | 'uncovers' | 'no'>();
  candidates.forEach((fix, i) => {
    const choice = fix.choice ?? `#${i}`;
    if (chosen.get(choice)?.clean || !isSound(fix, texts)) return;
    const edits = JSON.stringify(fix.edits);
    let how = tried.get(edits);
    if (how === undefined) {
      if (tried.size >= MAX_TRIALS) return;
      const after = analyse(edited(file, fix), edits);
      if (!after) return;
      const is = tally(after);
      const gone = count(after, own) < count(before, own) && after.errors <= before.errors;
      const fresh = [...is].some(([key, n]) => key !== own && n > (was.get(key) ?? 0));
      how = !gone ? 'no' : fresh ? 'uncovers' : 'clean';
      tried.set(edits, how);
    } else if ([...chosen.values()].some((c) => JSON.stringify(c.fix.edits) === edits)) return;
    if (how === 'clean') chosen.set(choice, { fix, clean: true });
    else if (how === 'uncovers' && fix.uncovers && !chosen.has(choice)) chosen.set(choice, { fix, clean: false });
  });
  const fixes = [...chosen.values()].map((c) => c.fix);
  // what Ctrl+. offers first may have failed
  if (!fixes.length || fixes.some((f) => f.preferred)) return fixes;
  return fixes.map((f, i) => (i === 0 ? { ...f, preferred: true } : f));
}

/** Without a proof: the first of each choice. */
export function unprovenFixes(candidates: readonly Fix[]): readonly Fix[] {
  const seen = new Set<string>();
  return candidates.filter((fix) => {
    if (fix.choice === undefined) return true;
    const known = seen.has(fix.choice);
    seen.add(fix.choice);
    return !known;
  });
}

function edited(file: FileInput, fix: Fix): FileInput {
  const changes = byPath(fix.edits);
  const apply = (path: string, text: string): string => applyEdits(text, changes.get(path) ?? []);
  return {
    ...file,
    text: apply(file.path, file.text),
    headers: file.headers.map((h) => (changes.has(h.path) ? { path: h.path, text: apply(h.path, h.text) } : h)),
  };
}

function textsOf(file: FileInput): Map<string, string> {
  return new Map([...file.headers.map((h) => [h.path, h.text] as const), [file.path, file.text]]);
}

const keyOf = (f: Pick<Finding, 'rule' | 'functionName'>): string => `${f.rule}:${f.functionName}`;

const count = (verdict: Verdict, key: string): number => verdict.findings.filter((f) => keyOf(f) === key).length;

/** Findings of consequence: notes on what a good pin may still want are none. */
function tally(verdict: Verdict): Map<string, number> {
  const map = new Map<string, number>();
  for (const f of verdict.findings)
    if (f.level !== 'info' && f.level !== 'hint') map.set(keyOf(f), (map.get(keyOf(f)) ?? 0) + 1);
  return map;
}
