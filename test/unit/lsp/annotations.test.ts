/** `//@` comments as the editor's user meets them: through a language server connection. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CompletionItem } from 'vscode-languageserver/node';
import { KEYWORDS } from '../../../language/annotations/index.ts';
import { check, connect } from './client.ts';

const A = 'file:///w/a.c';
const SNIPPET = `//@ kernel 6.12
//@ device cam capture pattern=0xAA
//@ file /data pages=4
static int grab(unsigned long addr)
{
	void *p = kmalloc(8, GFP_KERNEL);
	//@ point running
	return p ? 0 : -ENOMEM;
}

//@ process app
int main(void)
{
	HERE
	return grab(1);
}
//@ process other
int second(void) { return 0; }
THERE
`;

/** Labels offered at `|`. The line stands in main() or, with `outside`, at the end of the file. */
async function complete(line: string, outside = false): Promise<CompletionItem[]> {
  const client = await connect();
  const text = SNIPPET.replace(outside ? 'THERE' : 'HERE', line).replace(/HERE|THERE/, '');
  const offset = text.indexOf('|');
  client.open(A, text.replace('|', ''));
  const before = text.slice(0, offset).split('\n');
  const position = { line: before.length - 1, character: before.at(-1)!.length };
  return client.connection.sendRequest('textDocument/completion', { textDocument: { uri: A }, position });
}
const labels = async (line: string, outside = false): Promise<string[]> =>
  (await complete(line, outside)).map((one) => one.label);

describe('problems of annotations', () => {
  it('stand where the annotation stands', async () => {
    const { actual, expected } = await check(`
//@ kernal 6.12 //! annotation error
//@ machine iommu=perhaps //! annotation error
//@ machine ram=64 colour=red //! annotation error
//@ device cam camera //! annotation error
//@ never lost-write, lost-wrote //! annotation error
//@ reclaim //! annotation error
//@ at nowhere: reclaim //! annotation error
//@ process app
int main(void)
{
	//@ machine ram=64 //! annotation warning
	//@ fork nobody //! annotation error
	//@ reclaim all
	const char *s = "//@ nonsense";
	/* //@ nonsense */
	return 0;
}
//@ process late //! annotation error
`);
    expect(actual).toEqual(expected);
  });

  it('go while typing, and come back', async () => {
    const client = await connect();
    client.open(A, '//@ kernel 6.12\n');
    expect(await client.diagnostics(A)).toEqual([]);
    client.change(A, '//@ kernel six\n');
    expect(await client.diagnostics(A)).toEqual(['1:12 annotation error']);
  });

  it('hide in no file of the gallery', async () => {
    const client = await connect();
    const folder = new URL('../../../examples/gallery/', import.meta.url);
    const files = readdirSync(folder);
    expect(files.length).toBeGreaterThan(20);
    for (const name of files) {
      client.open(`file:///w/${name}`, readFileSync(new URL(name, folder), 'utf8'));
      expect(
        (await client.diagnostics(`file:///w/${name}`)).filter((one) => one.includes('annotation')),
        name,
      ).toEqual([]);
    }
  });
});

describe('completion', () => {
  it('is offered in annotations only', async () => {
    expect(await labels('grab(|);')).toEqual([]);
    expect(await labels('// kernel |')).toEqual([]);
    expect(await labels('//@ reclaim all // then |')).toEqual([]);
  });

  it('offers statements in functions, directives outside, actions behind a point', async () => {
    const inside = await labels('//@ |');
    expect(inside).toEqual(KEYWORDS.filter((k) => k.statement).map((k) => k.name));
    const outside = await labels('//@|', true);
    expect(outside).toEqual(expect.arrayContaining(['kernel', 'machine', 'never', 'at', 'fail']));
    expect(outside).not.toContain('reclaim');
    const behind = await labels('//@ at running: reclaim; |', true);
    expect(behind).toEqual(expect.arrayContaining(['fork', 'reclaim', 'wait']));
    expect(behind).not.toContain('kernel');
    expect(behind).not.toContain('point');
  });

  it('offers options, then their values, each once', async () => {
    expect(await labels('//@ machine ram=64 |', true)).toEqual(expect.arrayContaining(['swap', 'iommu', 'tracking']));
    expect(await labels('//@ machine ram=64 |', true)).not.toContain('ram');
    expect(await labels('//@ machine iommu=|', true)).toEqual(['on', 'off']);
    expect(await labels('//@ machine tracking=pa|', true)).toContain('page-bit');
    expect(await labels('//@ device cam |', true)).toEqual(expect.arrayContaining(['capture', 'rdma']));
    expect(await labels('//@ device cam capture |', true)).toEqual(['pattern', 'latency', 'ring']);
    expect(await labels('//@ file /x fs=|', true)).toEqual(['ext4', 'tmpfs', 'dax']);
  });

  it('offers the names of the file: faults, functions, processes, points, paths, calls', async () => {
    expect(await labels('//@ never |', true)).toContain('lost-write');
    expect(await labels('//@ exists lost-write, |', true)).toContain('leak');
    expect(await labels('//@ process |', true)).toEqual(['grab', 'main', 'second']);
    expect(await labels('//@ fork |')).toEqual(['app', 'other']);
    expect(await labels('//@ at |', true)).toEqual(['running']);
    expect(await labels('//@ at running: fork |', true)).toEqual(['app', 'other']);
    expect(await labels('//@ truncate |')).toEqual(['/data']);
    const calls = await labels('//@ fail |');
    expect(calls[0]).toBe('kmalloc');
    expect(calls).toEqual(expect.arrayContaining(['sg_alloc_table', 'copy_to_user', 'pin_user_pages_fast']));
    expect(calls).not.toContain('put_page');
    expect((await labels('//@ kernel |', true)).slice(0, 500)).toContain('6.12');
  });

  it('replaces the word that is half written', async () => {
    const [item] = (await complete('//@ recl|')).filter((one) => one.label === 'reclaim');
    expect(item?.textEdit).toMatchObject({
      newText: 'reclaim',
      range: { start: { character: 5 }, end: { character: 9 } },
    });
    expect(item?.detail).toBe('reclaim [all|N]');
  });
});

describe('hover', () => {
  const hover = async (line: string): Promise<string | undefined> => {
    const client = await connect();
    client.open(A, `${line.replace('|', '')}\n`);
    return client.hover(A, 1, line.indexOf('|'));
  };
  it('explains every keyword', async () => {
    for (const { name, doc } of KEYWORDS) expect(await hover(`//@ |${name} x`), name).toContain(doc);
  });
  it('explains options, kinds, faults, and the action behind a point', async () => {
    expect(await hover('//@ machine ram=64 io|mmu=off')).toMatch(/physical memory.*`on`, `off`/s);
    expect(await hover('//@ device cam cap|ture')).toMatch(/grabber/);
    expect(await hover('//@ never lost|-write')).toMatch(/no longer sees/);
    expect(await hover('//@ at running: recl|aim; fork app')).toMatch(/Memory pressure/);
    expect(await hover('//@ at running: reclaim; fo|rk app')).toMatch(/forks here/);
  });
  it('says nothing of words outside, and of names', async () => {
    expect(await hover('int recl|aim;')).toBeUndefined();
    expect(await hover('// recl|aim')).toBeUndefined();
    expect(await hover('//@ process ap|p')).toBeUndefined();
  });
});
