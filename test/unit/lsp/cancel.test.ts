/** Long analyses: they are given up when nobody wants them, and begun anew when the text changes under them. */
import { describe, expect, it } from 'vitest';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import type { Analyser } from '../../../server/analyser.ts';
import type { AnalysisResult } from '../../../server/findings.ts';
import { createAnalyser, mayMatter } from '../../../server/index.ts';
import { loadWasm } from '../../../server/wasm-files.ts';
import { connect } from './client.ts';

const A = 'file:///w/a.c';
/** More than a request may take, were nothing to end it. */
const MANY = 100_000;

const nothing = (path: string): AnalysisResult => ({
  path,
  findings: [],
  notices: [],
  suppressed: [],
  complete: true,
  stats: { functions: 0, analysed: 0, states: 0, syntaxErrors: 0, overBudget: [] },
});

/** An analyser whose work has many parts, each as long as the pauses are apart; `at` is told before each. */
function slow(at: (part: number, text: string) => 'go on' | 'done'): Promise<Analyser> {
  return Promise.resolve({
    analyse: ({ path }) => nothing(path),
    *steps({ path, text }) {
      for (let part = 0; part < MANY && at(part, text) === 'go on'; part++) {
        const until = performance.now() + 10;
        while (performance.now() < until);
        yield;
      }
      return nothing(path);
    },
    close: () => undefined,
    forgetAll: () => undefined,
    dispose: () => undefined,
  });
}

describe('an analysis', () => {
  it('ends in the middle when its request is cancelled', async () => {
    const source = new CancellationTokenSource();
    let parts = 0;
    const createAnalyser = (): Promise<Analyser> =>
      slow((part) => {
        parts++;
        if (part === 2) source.cancel();
        return 'go on';
      });
    const client = await connect({ analyser: { createAnalyser, mayMatter: () => true } });
    client.open(A, 'x');
    const answer = client.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri: A } }, source.token);
    await expect(answer).rejects.toMatchObject({ code: -32802 });
    expect(parts).toBeGreaterThan(2);
    expect(parts).toBeLessThan(MANY);
  });

  it('begins anew when the text changes, and is shared by those who ask', async () => {
    const begun: string[] = [];
    const createAnalyser = (): Promise<Analyser> =>
      slow((part, text) => {
        if (part === 0) begun.push(text);
        if (part === 2 && text === 'old') client.change(A, 'new');
        return text === 'new' ? 'done' : 'go on';
      });
    const client = await connect({ analyser: { createAnalyser, mayMatter: () => true } });
    client.open(A, 'old');
    const answers = await Promise.all([client.pull(A), client.pull(A), client.actions(A, 1)]);
    expect(answers.map((a) => ('kind' in a ? a.kind : a))).toEqual(['full', 'full', []]);
    expect(begun).toEqual(['old', 'new']);
  });

  it('finds the same whether it was given up before or not', async () => {
    // branches that all matter: the walk has much to do
    const tests = Array.from(
      { length: 9 },
      (_, i) => `\tif (flags & ${1 << i})\n\t\tret += pin${i % 2}(addr, pages);\n`,
    );
    const pins = [0, 1].map(
      (i) =>
        `static int pin${i}(unsigned long addr, struct page **pages)\n{\n\treturn pin_user_pages_fast(addr, ${i + 1}, FOLL_WRITE, pages);\n}\n`,
    );
    const text = `${pins.join('')}int take(unsigned long addr, int flags)\n{\n\tstruct page *pages[4];\n\tint ret = 0;\n\n${tests.join('')}\treturn ret;\n}\n`;
    const input = { path: 'take.c', text, headers: [] };
    const options = { targets: [{ kernel: { major: 6, minor: 12, patch: 0 }, defines: new Map() }], severity: {} };
    const analyser = await createAnalyser(loadWasm());
    const alone = await createAnalyser(loadWasm());
    expect(mayMatter(text)).toBe(true);
    let polls = 0;
    const whole = alone.analyse(input, { ...options, cancelled: () => ++polls < 0 });
    expect(whole.findings.length).toBeGreaterThan(0);
    // within the walk of a function too
    expect(polls).toBeGreaterThan(whole.stats.functions + 20);
    for (const limit of [1, 3, Math.floor(polls / 3), Math.floor(polls / 2)]) {
      let asked = 0;
      const part = analyser.analyse(input, { ...options, cancelled: () => ++asked > limit });
      expect(part.complete).toBe(false);
      expect(asked).toBeLessThan(polls);
    }
    const messages = (r: AnalysisResult): string[] => r.findings.map((f) => `${f.span.start} ${f.message}`);
    const after = analyser.analyse(input, options);
    expect(messages(after)).toEqual(messages(whole));
    expect(after.stats).toEqual(whole.stats);
    expect(after.complete).toBe(true);
  });
});
