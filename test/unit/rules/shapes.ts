/** For the tests of shapes: many spellings of one driver, of which each rule must see the same. */
import { expect } from 'vitest';
import type { HeaderText, KernelVersion } from '../../../language/c/unit.ts';
import type { AnalysisResult } from '../../../server/findings.ts';
import { lineOf } from '../../../server/rules/rule.ts';
import { theAnalyser } from './check.ts';

export interface Given {
  /** Versions with two parts; one analysis with all of them. */
  readonly kernels?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly defines?: Readonly<Record<string, string | null>>;
}

const version = (text: string): KernelVersion => {
  const [major, minor] = text.split('.').map(Number);
  return { major: major!, minor: minor!, patch: 0 };
};

let serial = 0;

/** Analyses a file with its headers. */
export async function analyseWith(text: string, given: Given = {}): Promise<AnalysisResult> {
  const a = await theAnalyser();
  const path = `/s/${serial++}.c`;
  const headers: HeaderText[] = Object.entries(given.headers ?? {}).map(([name, t]) => ({
    path: `/s/${name}`,
    text: t,
  }));
  const defines = new Map(Object.entries(given.defines ?? {}));
  const targets = (given.kernels ?? ['6.12']).map((k) => ({ kernel: version(k), defines }));
  const result = a.analyse({ path, text, headers }, { targets, severity: {} });
  a.close(path);
  expect(result.notices.filter((n) => n.kind === 'internal' || n.kind === 'rule-failed')).toEqual([]);
  return result;
}

/**
 * The errors and warnings are those of the marked lines. A marker may be for some kernels only: `//~ leaked-pin @6.1`; each
 * kernel given is analysed by itself.
 */
export async function shape(text: string, given: Given = {}): Promise<void> {
  for (const kernel of given.kernels ?? ['6.12']) {
    const result = await analyseWith(text, { ...given, kernels: [kernel] });
    const found = result.findings
      .filter((f) => f.level === 'error' || f.level === 'warning')
      .map((f) => `${lineOf(text, f.span.start)} ${f.rule}`)
      .sort();
    const expected = text
      .split('\n')
      .flatMap((line, i) => {
        const m = /\/\/~\s*(.*)$/.exec(line);
        return (m?.[1]?.split(',') ?? []).flatMap((r) => {
          const [rule, ...at] = r.trim().split(/\s*@/);
          return at.length === 0 || at.includes(kernel) ? [`${i + 1} ${rule}`] : [];
        });
      })
      .sort();
    expect(found, `${kernel}: ${result.findings.map((f) => f.message).join('\n')}`).toEqual(expected);
  }
}
