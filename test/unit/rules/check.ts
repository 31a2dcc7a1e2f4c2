/** One way to test rules: C source with `//~ rule-id` markers on the lines where a finding is expected. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'vitest';
import { createAnalyser, type Analyser } from '../../../server/index.ts';
import type { AnalysisResult, RuleId } from '../../../server/findings.ts';
import { lineOf } from '../../../server/rules/rule.ts';

const require = createRequire(import.meta.url);
let analyser: Promise<Analyser> | undefined;

/** The analyser of the test process. */
export function theAnalyser(): Promise<Analyser> {
  analyser ??= createAnalyser({
    treeSitter: readFileSync(require.resolve('web-tree-sitter/web-tree-sitter.wasm')),
    c: readFileSync(require.resolve('tree-sitter-c/tree-sitter-c.wasm')),
  });
  return analyser;
}

let serial = 0;

/** Analyses C source for one kernel. */
export async function analyse(
  text: string,
  kernel = { major: 6, minor: 12, patch: 0 },
  path = `/t/${serial++}.c`,
): Promise<AnalysisResult> {
  const a = await theAnalyser();
  const result = a.analyse({ path, text, headers: [] }, { targets: [{ kernel, defines: new Map() }], severity: {} });
  a.close(path);
  return result;
}

/**
 * Checks that exactly the marked lines have findings. `only` looks at one rule, or some. A marker names one or more rules:
 * `//~ leaked-pin, double-release`. Notes (info and hint level) count where the text marks one of their rule, or `only` asks.
 */
export async function check(
  text: string,
  options: {
    only?: RuleId | readonly RuleId[];
    kernel?: { major: number; minor: number; patch: number };
    path?: string;
  } = {},
): Promise<AnalysisResult> {
  const result = await analyse(text, options.kernel, options.path);
  const only: readonly string[] | undefined = options.only === undefined ? undefined : [options.only].flat();
  const found = result.findings
    .filter((f) =>
      only
        ? only.includes(f.rule)
        : f.level === 'error' || f.level === 'warning' || new RegExp(`//~.*\\b${f.rule}\\b`).test(text),
    )
    .map((f) => `${lineOf(text, f.span.start)} ${f.rule}`)
    .sort();
  const expected = text
    .split('\n')
    .flatMap((line, i) => {
      const m = /\/\/~\s*(.*)$/.exec(line);
      return m ? m[1]!.split(',').map((r) => `${i + 1} ${r.trim()}`) : [];
    })
    .filter((l) => !only || only.includes(l.slice(l.indexOf(' ') + 1)))
    .sort();
  expect(found, result.findings.map((f) => f.message).join('\n')).toEqual(expected);
  expect(result.notices.filter((n) => n.kind === 'internal' || n.kind === 'rule-failed')).toEqual([]);
  return result;
}
