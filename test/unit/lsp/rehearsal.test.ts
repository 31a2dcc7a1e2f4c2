/** Typing before anybody types: it happens when all is quiet, once, and leaves no trace. */
import { describe, expect, it, vi } from 'vitest';
import type { Analyser } from '../../../server/analyser.ts';
import { createAnalyser, mayMatter } from '../../../server/index.ts';
import { loadWasm } from '../../../server/wasm-files.ts';
import { connect, type Client } from './client.ts';

const A = 'file:///w/a.c';
const B = 'file:///w/b.c';
const LEAKS = `int leaks(unsigned long addr)
{
	struct page *pages[4];
	int n = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);

	return n;
}
`;
const IDLE = `int idle(int n)
{
	return n;
}
`;
const WAIT = { timeout: 30_000, interval: 20 };

/** A client of a server whose analyser notes what it is asked about, and calls `at` before each. */
async function watched(at: (texts: readonly string[]) => void = () => undefined) {
  const texts: string[] = [];
  const client = await connect({
    analyser: {
      mayMatter,
      async createAnalyser(): Promise<Analyser> {
        const real = await createAnalyser(loadWasm());
        return {
          ...bound(real),
          *steps(file, options) {
            texts.push(file.text);
            at(texts);
            yield;
            return yield* real.steps(file, options);
          },
        };
      },
    },
  });
  return { client, texts };
}

const bound = (real: Analyser): Analyser => ({
  analyse: (file, options) => real.analyse(file, options),
  steps: (file, options) => real.steps(file, options),
  close: (path) => real.close(path),
  forgetAll: () => real.forgetAll(),
  dispose: () => real.dispose(),
});

const open = (client: Client, uri: string, text: string): Promise<string[]> => {
  client.open(uri, text);
  return client.diagnostics(uri);
};
const quiet = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Is it the file with something typed into the function that pins? */
const isTyped = (text: string): boolean => {
  const [before, after] = LEAKS.split('{\n') as [string, string];
  const from = text.indexOf(`${before}{\n`) + before.length + 2;
  return text.length > IDLE.length + LEAKS.length && text.startsWith(IDLE) && text.slice(from).endsWith(after);
};

describe('the rehearsal', { timeout: 60_000 }, () => {
  it('types into what pins pages, letter by letter, and ends with the text as it is', async () => {
    const { client, texts } = await watched();
    const found = await open(client, A, IDLE + LEAKS);
    expect(found.join()).toContain('leaked-pin');
    await vi.waitFor(() => expect(texts.slice(1)).toContain(IDLE + LEAKS), WAIT);
    const typed = texts.slice(1, -1);
    expect(typed.length).toBeGreaterThan(40);
    expect(typed.filter((text) => !isTyped(text))).toEqual([]);
    expect(new Set(typed.map((text) => text.length)).size).toBeGreaterThan(30);
    expect(client.refreshes).toBe(0);
    client.change(A, `${IDLE}\n${LEAKS}`);
    expect(await client.diagnostics(A)).toEqual(found.map((line) => line.replace(/^\d+/, (n) => `${Number(n) + 1}`)));
  });

  it('is held once, whatever is opened later', async () => {
    const { client, texts } = await watched();
    await open(client, A, IDLE + LEAKS);
    await vi.waitFor(() => expect(texts.slice(1)).toContain(IDLE + LEAKS), WAIT);
    const held = texts.length;
    await open(client, B, LEAKS);
    await quiet(1_200);
    expect(texts.length).toBe(held + 1);
  });

  it('gives way to whoever types', async () => {
    const other = `${IDLE}${LEAKS.replace('return n;', 'return 0;')}`;
    const { client, texts } = await watched((all) => {
      if (all.length === 5) client.change(A, other);
    });
    await open(client, A, IDLE + LEAKS);
    await vi.waitFor(() => expect(texts.length).toBeGreaterThanOrEqual(5), WAIT);
    await client.diagnostics(A);
    expect(texts.at(-1)).toBe(other);
    // what comes later starts from the new text
    await vi.waitFor(() => expect(texts.at(-1)).not.toBe(other), WAIT);
    expect(texts.slice(texts.indexOf(other)).filter((text) => !text.endsWith('return 0;\n}\n'))).toEqual([]);
  });

  it('does nothing where there is nothing to find', async () => {
    const { client, texts } = await watched();
    await open(client, A, IDLE);
    const asked = texts.length;
    await quiet(1_200);
    expect(texts.length).toBe(asked);
  });
});
