/**
 * An analyser for tests of what lies around it. It reports, wherever the text has the word:
 *   leak_user_pages   leaked-pin, with a path and a safe fix (→ kept_user_pages)
 *   force_user_pages  foll-force, with an unsafe fix
 *   plain_user_pages  null-pages, with a note why there is no fix
 *   crash_user_pages  a rule that throws
 *   deep_user_pages   mismatched-release, if a header defines DEEP; its fix calls it DONE there
 */
import type { Analyser, AnalyserModule } from '../../../server/analyser.ts';
import type {
  AnalysisOptions,
  AnalysisResult,
  FileInput,
  Finding,
  Fix,
  Level,
  Notice,
  RuleId,
  RuleMeta,
} from '../../../server/findings.ts';
import { applySuppressions } from '../../../server/suppressions.ts';

const RULES: Record<
  string,
  { readonly rule: RuleId; readonly level: Level; readonly fix?: { readonly to: string; readonly safe: boolean } }
> = {
  leak: { rule: 'leaked-pin', level: 'error', fix: { to: 'kept_user_pages', safe: true } },
  force: { rule: 'foll-force', level: 'warning', fix: { to: 'mild_user_pages', safe: false } },
  plain: { rule: 'null-pages', level: 'hint' },
  deep: { rule: 'mismatched-release', level: 'error' },
};

export interface FakeAnalyser extends AnalyserModule {
  /** Paths analysed, in order. */
  readonly analysed: string[];
  /** What they were analysed for. */
  readonly targets: AnalysisOptions['targets'][];
}

export function fakeAnalyser(): FakeAnalyser {
  const analysed: string[] = [];
  const targets: AnalysisOptions['targets'][] = [];
  const run = (file: FileInput, options: AnalysisOptions): AnalysisResult => {
    analysed.push(file.path);
    targets.push(options.targets);
    return analyse(file, options);
  };
  const analyser: Analyser = {
    analyse: run,
    *steps(file, options) {
      yield;
      return run(file, options);
    },
    close: () => undefined,
    forgetAll: () => undefined,
    dispose: () => undefined,
  };
  return {
    analysed,
    targets,
    createAnalyser: () => Promise.resolve(analyser),
    mayMatter: (text) => text.includes('_user_pages'),
    ruleMetas: Object.values(RULES).map(({ rule, level, fix }): RuleMeta => ({
      id: rule,
      level,
      summary: `Summary of ${rule}`,
      docs: `# ${rule}\n\nDocs.`,
      fixable: fix !== undefined,
      source: 'mm/gup.c',
      examples: [{ title: 'Example', bad: 'leak_user_pages();', good: 'kept_user_pages();' }],
    })),
  };
}

function analyse(file: FileInput, options: AnalysisOptions): AnalysisResult {
  const findings: Finding[] = [];
  const notices: Notice[] = [];
  for (const match of file.text.matchAll(/\b(leak|force|plain|crash|deep)_user_pages\b(?:\([^)]*\))?/g)) {
    const [whole, word = ''] = match;
    if (word === 'crash') {
      notices.push({
        kind: 'rule-failed',
        path: file.path,
        message: 'The rule double-release failed here and is skipped: boom',
      });
      continue;
    }
    if (word === 'deep' && !file.headers.some((header) => header.text.includes('#define DEEP'))) continue;
    const info = RULES[word];
    if (!info) continue;
    const level = options.severity[info.rule] ?? info.level;
    if (level === 'off') continue;
    const span = { start: match.index, end: match.index + whole.length };
    const acquire = { start: 0, end: Math.max(0, file.text.indexOf('\n')) };
    const { fix } = info;
    const fixes: Fix[] = fix
      ? [
          {
            title: `Call ${fix.to}`,
            safe: fix.safe,
            preferred: fix.safe,
            edits: [
              {
                path: file.path,
                span: { start: span.start, end: span.start + `${word}_user_pages`.length },
                newText: fix.to,
              },
            ],
          },
        ]
      : file.headers
          .filter((header) => word === 'deep' && header.text.includes('DEEP'))
          .map(({ path, text }) => {
            const start = text.indexOf('DEEP');
            const edits = [{ path, span: { start, end: start + 4 }, newText: 'DONE' }];
            return { title: 'Define DONE', safe: true, edits };
          });
    findings.push({
      rule: info.rule,
      level,
      path: file.path,
      span,
      functionName: 'probe',
      caseNumber: 2,
      message: `${whole} is wrong: 100%, \`pages\` leak`,
      steps: [
        { path: file.path, span: acquire, message: 'pinned here', role: 'acquire' },
        { path: file.path, span, message: '`ret < nr` is true', role: 'fault' },
      ],
      kernels: options.targets.map((target) => target.kernel),
      fingerprint: `${info.rule}:probe:${word}`,
      fixes: () => fixes,
      ...(fixes.length === 0 && { fixNote: () => 'a person must decide' }),
    });
  }
  const comments = Array.from(file.text.matchAll(/\/\*[^]*?\*\/|\/\/.*/g), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: match[0],
  }));
  const silenced = applySuppressions(file.text, comments, findings, { path: file.path });
  return {
    path: file.path,
    findings: silenced.findings,
    suppressed: silenced.suppressed,
    notices: [...notices, ...silenced.notices],
    complete: true,
    stats: { functions: 1, analysed: 1, states: 1, syntaxErrors: 0, overBudget: [] },
  };
}
