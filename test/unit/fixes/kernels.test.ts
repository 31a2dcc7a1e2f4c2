/** Fixes for several kernels at once: one form where it is right in all, else a ladder, and all branches of the file's own. */
import { describe, expect, it } from 'vitest';
import type { RuleId } from '../../../server/findings.ts';
import { target, testParser } from '../language-c/helpers.ts';
import { theAnalyser } from '../rules/check.ts';
import { auditFixes } from './audit.ts';

/** The first fix of the rule, applied; it holds in all kernels. */
async function fixed(text: string, kernels: readonly string[], rule: RuleId): Promise<string> {
  const engines = { analyser: await theAnalyser(), parser: await testParser() };
  const targets = kernels.map((kernel) => target(kernel));
  const audit = auditFixes(engines, { path: '/t/k.c', text, headers: [], targets, crlf: true });
  engines.analyser.close('/t/k.c');
  const own = audit.fixes.find((f) => f.finding.rule === rule);
  expect(own, audit.findings.map((f) => `${f.rule} ${f.fixNote?.() ?? ''}`).join('\n')).toBeDefined();
  expect(own!.problems).toEqual([]);
  return own!.result;
}

const driver = (acquire: string, release: string, head = ''): string => `#include <linux/mm.h>
${head}
int start(struct device *dev, unsigned long addr)
{
	struct page *page;
	dma_addr_t dma;

${acquire}
		return -EFAULT;
	dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	dma_unmap_page(dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	set_page_dirty_lock(page);
${release}
	return 0;
}
`;
const FAST = '\tif (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)';
const PIN = '\tif (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)';
const since = (version: string, there: string, otherwise: string): string =>
  `#if LINUX_VERSION_CODE >= KERNEL_VERSION(${version})\n${there}\n#else\n${otherwise}\n#endif`;
const VERSION = '#include <linux/version.h>\n';

describe('several kernels', () => {
  it('writes one form where all have it', async () => {
    const text = driver(FAST, '\tput_page(page);');
    expect(await fixed(text, ['6.12', '5.10'], 'get-for-dma')).toBe(
      driver(PIN, '').replace('\tset_page_dirty_lock(page);\n\n', '\tunpin_user_pages_dirty_lock(&page, 1, true);\n'),
    );
  });
  it('keeps the old calls for kernels without pins', async () => {
    const text = driver(FAST, '\tput_page(page);');
    expect(await fixed(text, ['6.12', '5.4', '6.1'], 'get-for-dma')).toBe(
      driver(since('5, 6, 0', PIN, FAST), since('5, 6, 0', '\tunpin_user_page(page);', '\tput_page(page);'), VERSION),
    );
  });
  it('gives each kernel its arguments', async () => {
    const call = (name: string, rest: string): string => `\tif (${name}(addr, 1, FOLL_WRITE, &page${rest}) != 1)`;
    const text = driver(
      since('6, 5, 0', call('get_user_pages', ''), call('get_user_pages', ', NULL')),
      '\tput_page(page);',
    );
    const result = await fixed(text, ['6.12', '6.1'], 'get-for-dma');
    expect(result).toContain(since('6, 5, 0', call('pin_user_pages', ''), call('pin_user_pages', ', NULL')));
    expect(result).not.toContain('put_page');
  });
  it('gives macros that stand for calls their ladder', async () => {
    const define = (name: string, rest: string): string =>
      `#define TAKE(a, n, p) \\\n\t${name}(a, n, FOLL_WRITE, p${rest})`;
    const text = (younger: string, older: string, release: string): string =>
      driver('\tif (TAKE(addr, 1, &page) != 1)', release, VERSION + since('6, 5, 0', younger, older));
    const pin = [define('pin_user_pages', ''), define('pin_user_pages', ', NULL')] as const;
    const get = [define('get_user_pages', ''), define('get_user_pages', ', NULL')] as const;
    const before = text(get[0], get[1], '\tput_page(page);');
    const isConverted = text(pin[0], pin[1], '').replace(
      '\tset_page_dirty_lock(page);\n\n',
      '\tunpin_user_pages_dirty_lock(&page, 1, true);\n',
    );
    expect(await fixed(before, ['6.12'], 'get-for-dma')).toBe(isConverted);
    expect(await fixed(before, ['6.12', '6.1'], 'get-for-dma')).toBe(isConverted);
    // the branch of 6.4 is that of 5.4 as well, which has no pins
    expect(await fixed(before, ['6.12', '5.4'], 'get-for-dma')).toBe(
      text(pin[0], since('5, 6, 0', pin[1], get[1]), since('5, 6, 0', '\tunpin_user_page(page);', '\tput_page(page);')),
    );
  });
  it('converts the branches that no configured kernel takes', async () => {
    const text = driver(FAST, since('6, 6, 0', '\tfolio_put(page_folio(page));', '\tput_page(page);'));
    expect(await fixed(text, ['6.12'], 'get-for-dma')).toContain(
      since('6, 6, 0', '\tunpin_user_page(page);', '\tunpin_user_page(page);'),
    );
  });
  it('leaves no branch behind between two kernels', async () => {
    const text = driver(FAST, since('6, 6, 0', '\tfolio_put(page_folio(page));', '\tput_page(page);'));
    const result = await fixed(text, ['6.12', '5.4'], 'get-for-dma');
    expect(result).toContain(since('5, 6, 0', PIN, FAST));
    expect(result).toContain(since('5, 6, 0', '\tunpin_user_page(page);', '\tput_page(page);'));
  });
  it('converts both sides of a condition of unknown value', async () => {
    const text = driver(
      FAST,
      '#ifdef CONFIG_TRACE\n\ttrace(page);\n\tput_page(page);\n#else\n\tput_page(page);\n#endif',
    );
    const result = await fixed(text, ['6.12'], 'get-for-dma');
    expect(result.match(/unpin_user_page\(page\)/g)).toHaveLength(2);
  });
  it('converts both halves of a cut condition', async () => {
    const text = driver(
      FAST,
      '#ifdef CONFIG_TRACE\n\tif (trace(page)) {\n\t\tput_page(page);\n\t\treturn 1;\n#else\n\tif (quiet) {\n\t\tput_page(page);\n\t\treturn 2;\n#endif\n\t}\n\tput_page(page);',
    );
    const result = await fixed(text, ['6.12'], 'get-for-dma');
    expect(result.match(/unpin_user_page\(page\)/g)).toHaveLength(3);
  });
  it('keeps CRLF and the include order', async () => {
    const text = driver(FAST, '\tput_page(page);').replace(/\n/g, '\r\n');
    const result = await fixed(text, ['6.12', '5.4'], 'get-for-dma');
    expect(result.replace(/\r\n/g, '')).not.toContain('\n');
    expect(result.startsWith('#include <linux/mm.h>\r\n#include <linux/version.h>\r\n')).toBe(true);
  });
});
