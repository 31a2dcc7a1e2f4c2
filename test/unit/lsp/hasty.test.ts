/**
 * Answers while somebody types: what the function that is edited says is told at once, what its callers say may come later, with
 * a request to ask again. In the end, all is as if the text had been opened as it is.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createAnalyser, mayMatter } from '../../../server/index.ts';
import type { Analyser } from '../../../server/analyser.ts';
import { loadWasm } from '../../../server/wasm-files.ts';
import { CAPABILITIES, connect, type Client } from './client.ts';

const A = 'file:///w/a.c';
const TAKE = `static int take(unsigned long addr, struct page **pages)
{
	int n = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);

	return n;
}
`;
const USE = `
int use(unsigned long addr)
{
	struct page *pages[4];
	int n = take(addr, pages);

	if (n < 0)
		return n;
	unpin_user_pages(pages, n);
	return 0;
}
`;
/** Nothing is left to give back. */
const GIVES_BACK = '\tif (n > 0)\n\t\tunpin_user_pages(pages, n);\n';
/** On this way out, they are lost. */
const LOSES = '\tif (addr == 4)\n\t\treturn -EINVAL;\n';
const RETURN = '\treturn n;\n';

let alone: Analyser;
beforeAll(async () => {
  alone = await createAnalyser(loadWasm());
});

const analyser = { createAnalyser: () => createAnalyser(loadWasm()), mayMatter };
const open = async (text: string): Promise<Client> => {
  const client = await connect({ analyser });
  client.open(A, text);
  await client.pull(A);
  return client;
};

const sorted = (lines: readonly string[]): string[] => [...lines].sort();

/** Findings of a text that nobody edited: as `pinscope check` makes them. */
function whole(text: string): string[] {
  const targets = [{ kernel: { major: 6, minor: 12, patch: 0 }, defines: new Map() }];
  const { findings } = alone.analyse({ path: A, text, headers: [] }, { targets, severity: {} });
  alone.close(A);
  return sorted(
    findings.map(({ span, rule, level }) => {
      const before = text.slice(0, span.start).split('\n');
      return `${before.length}:${before.at(-1)!.length + 1} ${rule} ${level}`;
    }),
  );
}

describe('while somebody types', () => {
  it('tells at once what the edited function says', async () => {
    const client = await open(TAKE + USE);
    const text = (TAKE + USE).replace('\tif (n < 0)', '\tif (addr == 4)\n\t\treturn -EINVAL;\n\tif (n < 0)');
    client.change(A, text);
    const first = await client.diagnostics(A);
    expect(first.join()).toContain('leaked-pin');
    expect(sorted(first)).toEqual(whole(text));
  });

  it('tells later what the callers say, and has the client ask again', async () => {
    const client = await open(TAKE + USE);
    // given back in the helper: the caller gives the pages back once more
    const text = TAKE.replace(RETURN, GIVES_BACK + RETURN) + USE;
    expect(whole(text)).not.toEqual(whole(TAKE + USE));
    client.change(A, text);
    await client.pull(A);
    await vi.waitFor(() => expect(client.refreshes).toBe(1), 20_000);
    expect(sorted(await client.diagnostics(A))).toEqual(whole(text));
  });

  it('moves what the callers said along with the text', async () => {
    // the caller loses what the helper takes
    const caller = USE.replace('\tunpin_user_pages(pages, n);\n', '');
    const client = await open(TAKE + caller);
    const text = TAKE.replace(RETURN, '\tpr_debug("took %d\\n", n);\n\n' + RETURN) + caller;
    client.change(A, text);
    const first = await client.diagnostics(A);
    expect(first.join()).toContain('leaked-pin');
    expect(sorted(first)).toEqual(whole(text));
  });

  it('has the client ask again once for a burst, and not at all where nothing is new', async () => {
    const client = await open(TAKE + USE);
    let typed = '';
    for (const letter of GIVES_BACK) {
      typed += letter;
      client.change(A, TAKE.replace(RETURN, typed + RETURN) + USE);
      await client.pull(A);
    }
    await vi.waitFor(() => expect(client.refreshes).toBeGreaterThan(0), 20_000);
    const before = await client.pull(A);
    client.change(A, `${TAKE.replace(RETURN, GIVES_BACK + RETURN)}${USE}\n`);
    await client.pull(A, before.resultId);
    // who wants fixes waits for the whole analysis
    await client.actions(A, 1);
    expect(client.refreshes).toBe(1);
  });

  it('gives the whole answer to who cannot be told to ask again', async () => {
    const workspace = { ...CAPABILITIES.workspace, diagnostics: { refreshSupport: false } };
    const client = await connect({ analyser, capabilities: { ...CAPABILITIES, workspace } });
    client.open(A, TAKE + USE);
    await client.pull(A);
    const text = TAKE.replace(RETURN, GIVES_BACK + RETURN) + USE;
    client.change(A, text);
    expect(sorted(await client.diagnostics(A))).toEqual(whole(text));
  });

  it('is right in the end, whatever was typed', { timeout: 120_000 }, async () => {
    const pieces = ['\n', ' ', 'x', '}', '{', '"', '/*', GIVES_BACK, LOSES, 'unpin_user_pages(pages, n);', 'return 0;'];
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      drop: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 30 })),
      typed: fc.constantFrom(...pieces),
    });
    const start = `${TAKE}${USE}${USE.replace('use', 'again').replace('unpin_user_pages(pages, n)', 'put_page(*pages)')}`;
    const client = await open(start);
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 5 }), async (edits) => {
        let text = start;
        client.change(A, text);
        await client.actions(A, 1);
        for (const { at, drop, typed } of edits) {
          const offset = Math.floor(at * text.length);
          text = text.slice(0, offset) + typed + text.slice(offset + drop);
          client.change(A, text);
          await client.pull(A);
        }
        await client.actions(A, 1);
        expect(sorted(await client.diagnostics(A)).filter((one) => !one.includes('unused'))).toEqual(whole(text));
      }),
      { numRuns: Number(process.env.RUNS ?? 40), seed: Number(process.env.SEED ?? 7) },
    );
  });
});
