/**
 * One analyser that sees a file change edit by edit says the same of each text as one that has never seen the file:
 * findings, their positions, their fixes. And what it said before stays true of the earlier text.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { loadWasm } from '../../../server/wasm-files.ts';
import { createAnalyser, type Analyser } from '../../../server/index.ts';
import type { AnalysisOptions, AnalysisResult } from '../../../server/findings.ts';
import { HEADERS, ITEMS, TYPED } from './driver-items.ts';

const PATH = 'driver.c';
const options: AnalysisOptions = {
  targets: [
    { kernel: { major: 6, minor: 12, patch: 0 }, defines: new Map() },
    { kernel: { major: 5, minor: 10, patch: 0 }, defines: new Map() },
  ],
  severity: {},
};

interface EditStep {
  readonly at: number;
  readonly drop: number;
  readonly typed: string;
  readonly fixes: boolean;
}
const editStep: fc.Arbitrary<EditStep> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  drop: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }) }),
  typed: fc.constantFrom(...TYPED),
  fixes: fc.boolean(),
});

const apply = (text: string, edit: EditStep): string => {
  const at = Math.floor(edit.at * text.length);
  return text.slice(0, at) + edit.typed + text.slice(at + edit.drop);
};

/** All that users see of a result, without what is computed on demand. */
const seen = (result: AnalysisResult): unknown => ({
  findings: result.findings.map(({ fixes: _, fixNote: __, ...plain }) => plain),
  notices: result.notices,
  suppressed: result.suppressed.length,
  functions: result.stats.functions,
  steps: result.stats.states,
});
const fixesOf = (result: AnalysisResult): unknown =>
  result.findings.map((f) => ({ rule: f.rule, fixes: f.fixes(), note: f.fixNote?.() }));

let old: Analyser;
beforeAll(async () => {
  old = await createAnalyser(loadWasm());
});

const analyse = (analyser: Analyser, text: string): AnalysisResult =>
  analyser.analyse({ path: PATH, text, headers: HEADERS }, options);

test('each text of an edited file gives what it gives alone', { timeout: 120_000 }, async () => {
  const fresh = await createAnalyser(loadWasm());
  fc.assert(
    fc.property(
      fc.shuffledSubarray(ITEMS, { minLength: 4 }),
      fc.array(editStep, { minLength: 1, maxLength: 10 }),
      (items, edits) => {
        let text = items.join('\n');
        let before: { readonly result: AnalysisResult; readonly said: string; readonly fixes: string } | undefined;
        for (const edit of [{ at: 0, drop: 0, typed: '', fixes: false }, ...edits]) {
          text = apply(text, edit);
          const result = analyse(old, text);
          const alone = analyse(fresh, text);
          expect(seen(result)).toEqual(seen(alone));
          const fixes = edit.fixes || before ? JSON.stringify(fixesOf(alone)) : '';
          fresh.close(PATH);
          // Of the earlier text nothing was moved, and its fixes are still those of the earlier text.
          if (before) {
            expect(JSON.stringify(seen(before.result))).toBe(before.said);
            expect(JSON.stringify(fixesOf(before.result))).toBe(before.fixes);
          }
          before = edit.fixes ? { result, said: JSON.stringify(seen(result)), fixes } : undefined;
        }
        old.close(PATH);
      },
    ),
    { numRuns: 25, seed: 20_261_121 },
  );
});

test('text moved up and down by lines in front of it finds the same, as much further down', async () => {
  const text = ITEMS.join('\n');
  const first = analyse(old, text);
  expect(first.findings.length).toBeGreaterThan(2);
  // what is found in the header stays where it is
  const places = (result: AnalysisResult, by: number): unknown =>
    result.findings
      .filter((f) => f.functionName !== 'drop')
      .map((f) => [f.rule, f.span.start - by, f.steps.map((s) => s.span.start - by)]);
  for (const lines of ['\n\n\n', '/* one */\n', '', 'int unrelated;\n'])
    expect(places(analyse(old, lines + text), lines.length)).toEqual(places(first, 0));
  old.close(PATH);
});

/** Typed into functions of the items, behind what stands there. */
const LETTERS: readonly (readonly [behind: string, typed: string])[] = [
  ['static int helper(int x)\n{\n', '\tif (x == 7) return put_page(x), 2;\n'],
  ['\ts->nr = ret;\n', '\tif (s->nr > nr)\n\t\treturn -EINVAL; /* { */\n'],
  ['\tif (addr & 1)\n', '\t\tunpin_user_page(page);\n'],
  ['\tint i;\n\n', '\tmutex_lock(&s->m); for (;;) put_page(s->one);\n'],
];

test(
  'typed letter by letter, what is said in haste and settled is what each text gives alone',
  { timeout: 60_000 },
  async () => {
    const fresh = await createAnalyser(loadWasm());
    let settled = 0;
    for (const [behind, typed] of LETTERS) {
      let text = ITEMS.join('\n');
      const start = text.indexOf(behind) + behind.length;
      expect(start).toBeGreaterThan(behind.length);
      for (let length = 0; length <= typed.length; length++) {
        text = ITEMS.join('\n');
        text = text.slice(0, start) + typed.slice(0, length) + text.slice(start);
        const file = { path: PATH, text, headers: HEADERS };
        const result = old.analyse(file, { ...options, hasty: true });
        if (length % 3 !== 0 && length < typed.length) continue;
        const alone = seen(fresh.analyse(file, options));
        fresh.close(PATH);
        if (result.isSettled !== false) {
          settled++;
          expect(seen(result)).toEqual(alone);
        }
        if (length % 9 === 0 || length === typed.length) expect(seen(analyse(old, text))).toEqual(alone);
      }
    }
    expect(settled).toBeGreaterThan(10);
    old.close(PATH);
  },
);

test('a function beside what is broken is there as long as its text is, whatever is edited elsewhere', async () => {
  const taking = 'static int take(struct page **pages)\n{\n\treturn pin_user_pages_fast(0, 4, 0, pages);\n}\n';
  const using =
    '\nint use(void)\n{\n\tstruct page *pages[4];\n\tint n = take(pages);\n\n\tput_page(pages[0]);\n\treturn n;\n}\n';
  let text = taking + using + using.replace('use', 'again');
  const said = (broken: string): string[] => {
    text = broken;
    return analyse(old, text).findings.map((f) => f.rule);
  };
  said(text);
  said(`{${text}`);
  const before = said(`{${text}`);
  expect(before).toContain('mismatched-release');
  expect(said(text.replace('again(void)\n{\n\t', 'again(void)\n{ \t'))).toEqual(before);
  old.close(PATH);
});

test('a function that cannot be read has its variants too, and what is taken in one of them is found', async () => {
  const unread = (inside: string): string =>
    `static int odd(struct session *s)\n{\n\tif (s->nr\n#ifdef ODD_ONES\n\t    && ${inside}\n#endif\n\t)\n\t\tDEB(if (debug) printk("x"););\n\treturn 0;\n}\n`;
  const rest = ITEMS.filter((item) => !item.startsWith('#if')).join('\n');
  const findings = (text: string): unknown =>
    analyse(old, text).findings.map((f) => [f.rule, f.functionName, f.message.replace(/line \d+/g, '')]);
  const plain = findings(rest);
  expect(findings(`${rest}\n${unread('s->kind != 3')}`)).toEqual(plain);
  const pins = `static int grabs(struct session *s)\n{\n\tint ret = 0;\n#ifdef ODD_ONES\n\tret = pin_user_pages_fast(0, 1, 0, &s->one);\n\tif (s->nr) return -EINVAL;\n\tunpin_user_page(s->one);\n#endif\n\tDEB(if (debug) printk("x"););\n\treturn ret;\n}\n`;
  expect(JSON.stringify(findings(`${rest}\n${pins}`))).toContain('grabs');
  old.close(PATH);
});
