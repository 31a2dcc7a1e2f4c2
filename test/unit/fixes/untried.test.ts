/** A fix that nobody had the time to try is not offered, and that is said. */
import { expect, test } from 'vitest';
import { toReport } from '../../../client/cli/report.ts';
import type { AnalysisResult, Fix } from '../../../server/findings.ts';
import { provenFixes } from '../../../server/fix-proof.ts';

const finding = { rule: 'leaked-pin', functionName: 'f' } as const;
const file = { path: 'a.c', text: 'int f;\n', headers: [] };
const fix = (newText: string): Fix => ({
  title: newText,
  safe: true,
  edits: [{ path: 'a.c', span: { start: 0, end: 3 }, newText }],
});
const before = { findings: [finding], errors: 0 };

test('of two candidates only the one that was tried is offered', () => {
  const tried: string[] = [];
  const fixes = provenFixes(finding, [fix('long'), fix('char')], file, before, (edited) => {
    tried.push(edited.text);
    return tried.length === 1 ? { findings: [], errors: 0 } : undefined;
  });
  expect(tried).toEqual(['long f;\n', 'char f;\n']);
  expect(fixes.map((f) => f.title)).toEqual(['long']);
});

test('a report tells of findings whose fixes were not tried', () => {
  const result: AnalysisResult = {
    path: 'a.c',
    findings: [],
    notices: [],
    suppressed: [],
    complete: true,
    untried: () => 2,
    stats: { functions: 0, analysed: 0, states: 0, syntaxErrors: 0, overBudget: [] },
  };
  expect(toReport(result, new Map()).notices).toEqual([
    { kind: 'budget', path: 'a.c', message: 'fixes of 2 findings were not tried: the file has too many.' },
  ]);
});
