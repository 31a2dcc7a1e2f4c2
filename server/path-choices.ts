/**
 * The path of a finding as choices of a run: which calls have to fail so that the simulator takes the same branches. A branch says
 * "`!desc` is true"; the value comes from the call that was assigned last, or from the call in the condition itself.
 */
import { facts, fallibleCalls } from '../language/kernel/index.ts';
import type { Finding, PathStep } from './findings.ts';

/** Choices that lead a run along a path. */
export interface PathChoices {
  /** The function that the finding is in. */
  readonly fn: string;
  /** The nth call of that name fails, from 1. */
  readonly failures: readonly { readonly call: string; readonly nth: number }[];
  /** The pin stops after so many pages. */
  readonly shortPin?: number;
}

const FALLIBLE: ReadonlySet<string> = new Set(fallibleCalls);
const IS_TRUE = /^`[^]*` is (true|false)/;

/** Choices for a finding; undefined outside of functions. `textOf` gives the text of a file. */
export function choicesOf(finding: Finding, textOf: (path: string) => string | undefined): PathChoices | undefined {
  if (!finding.functionName) return undefined;
  const failures: { call: string; nth: number }[] = [];
  let short = false;
  for (const step of finding.steps) {
    const text = textOf(step.path);
    const branch = text === undefined ? undefined : readBranch(step, text);
    if (!branch || text === undefined) continue;
    const { call, at } = branch;
    if (facts.acquire(call) !== undefined) {
      // The pages of the finding were taken: what is checked is how many.
      if (branch.outcome === 'short') short = true;
      continue;
    }
    if (branch.outcome !== 'failed') continue;
    const nth = occurrence(text, call, at);
    if (!failures.some((one) => one.call === call && one.nth === nth)) failures.push({ call, nth });
  }
  return { fn: finding.functionName, failures, ...(short && { shortPin: 1 }) };
}

interface Branch {
  readonly call: string;
  /** Where the call stands. */
  readonly at: number;
  readonly outcome: 'failed' | 'short' | 'fine';
}

function readBranch(step: PathStep, text: string): Branch | undefined {
  const truth = step.role === 'branch' ? IS_TRUE.exec(step.message)?.[1] : undefined;
  if (truth === undefined) return undefined;
  const condition = text.slice(step.span.start, step.span.end);
  const inside = lastCall(condition);
  if (inside)
    return { call: inside.call, at: step.span.start + inside.at, outcome: outcomeOf(condition, truth, inside.call) };
  const variable = /[A-Za-z_][\w.]*(?:->\w+)*/.exec(
    condition.replace(/\b(?:IS_ERR(?:_OR_NULL)?|unlikely|likely)\b/g, ''),
  )?.[0];
  if (variable === undefined) return undefined;
  const assigned = lastAssignment(text.slice(0, step.span.start), variable);
  return assigned && { ...assigned, outcome: outcomeOf(condition, truth, assigned.call) };
}

/** The call whose result a condition looks at. */
function lastCall(condition: string): { call: string; at: number } | undefined {
  for (const m of condition.matchAll(/\b([A-Za-z_]\w*)\s*\(/g))
    if (FALLIBLE.has(m[1]!)) return { call: m[1]!, at: m.index };
  return undefined;
}

/** The call that a variable was last given, in front of the end of `text`; nothing if it was given something else since. */
function lastAssignment(text: string, variable: string): { call: string; at: number } | undefined {
  const name = variable.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  let found: { call: string; at: number } | undefined;
  for (const m of text.matchAll(
    new RegExp(`(?<![\\w.>])${name}\\s*=(?!=)\\s*(?:\\([^()]*\\)\\s*)?([A-Za-z_]\\w*)?(\\s*\\()?`, 'g'),
  )) {
    const [whole, call, open] = m;
    found =
      call !== undefined && open !== undefined && FALLIBLE.has(call)
        ? { call, at: m.index + whole.indexOf(call) }
        : undefined;
  }
  return found;
}

/** What a condition that is true (or false) says about the call behind it. */
function outcomeOf(condition: string, truth: string, call: string): Branch['outcome'] {
  const plain = condition.replace(/\b(?:unlikely|likely)\b/g, '').replace(/^[\s(]+|[\s)]+$/g, '');
  const holds = truth === 'true';
  const isPointer = givesPointer(call);
  if (/\bIS_ERR(?:_OR_NULL)?\b/.test(plain)) return holds ? 'failed' : 'fine';
  const acquire = facts.acquire(call) !== undefined;
  if (/^!(?!=)/.test(plain)) return holds === isPointer ? 'failed' : 'fine';
  const compared = /(<=?|>=?|==|!=)\s*(-?\w+)/.exec(plain.replaceAll('->', '..'));
  if (!compared) return holds !== isPointer ? 'failed' : 'fine';
  const [, operator, right] = compared as unknown as [string, string, string];
  const zero = right === '0' || right === 'NULL';
  if (operator === '==')
    return zero ? (holds === isPointer ? 'failed' : 'fine') : holds ? 'fine' : acquire ? 'short' : 'failed';
  if (operator === '!=')
    return zero ? (holds !== isPointer ? 'failed' : 'fine') : !holds ? 'fine' : acquire ? 'short' : 'failed';
  if (operator === '<' || operator === '<=') return !holds ? 'fine' : acquire && !zero ? 'short' : 'failed';
  return holds ? 'fine' : acquire && !zero ? 'short' : 'failed';
}

/** NULL means failure, where others mean it by a number that is not 0. */
function givesPointer(call: string): boolean {
  const effects = facts.call(call)?.effects ?? [];
  return effects.some(
    (effect) =>
      (effect.kind === 'alloc' && effect.fails === 'null') || (effect.kind === 'dma-map' && effect.result === 'count'),
  );
}

/** How many calls of that name stand in the function up to this one. */
function occurrence(text: string, call: string, at: number): number {
  // In the kernel's style a brace in column 0 ends the function before.
  const from = Math.max(0, text.lastIndexOf('\n}', at));
  return [...text.slice(from, at + call.length + 1).matchAll(new RegExp(`\\b${call}\\s*\\(?`, 'g'))].length;
}
