/** `check` over a driver of several files, with the real analyser. */
import { expect, it } from 'vitest';
import type { AnalyserModule } from '../../../server/analyser.ts';
import { mayMatter, ruleMetas } from '../../../server/index.ts';
import { theAnalyser } from '../rules/check.ts';
import { folder } from './check.ts';

const analyser: AnalyserModule = { createAnalyser: theAnalyser, mayMatter, ruleMetas };

const FILES = {
  'drv/buf.h': 'struct buf { struct page *page; };\n',
  'drv/take.c': `#include "buf.h"
int buf_watch(struct buf *b, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	b->page = page;
	return 0;
}
`,
  // no call of the families in it
  'drv/end.c': `#include "buf.h"
void buf_destroy(struct buf *b)
{
	put_page(b->page);
}
`,
};

it('finds in one file what another one filled, whether the folder or that file is named; SARIF names both places', async () => {
  const { run } = folder(FILES, { analyser });
  for (const path of ['drv', 'drv/end.c']) {
    const { code, stdout } = await run('check', '--format', 'sarif', path);
    expect(code).toBe(1);
    const results = JSON.parse(stdout).runs[0].results.filter(
      (result: { ruleId: string }) => result.ruleId === 'mismatched-release',
    );
    expect(results).toHaveLength(1);
    const uriOf = (location: {
      physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } };
    }) => `${location.physicalLocation.artifactLocation.uri}:${location.physicalLocation.region.startLine}`;
    expect(results[0].locations.map(uriOf)).toEqual(['drv/end.c:4']);
    expect(results[0].relatedLocations.map(uriOf)).toContain('drv/take.c:6');
  }
});

it('a file that uses the wrapper of a header in another folder is checked', async () => {
  const { run } = folder(
    {
      'include/compat.h': `static inline int compat_pin(unsigned long addr, int nr, struct page **pages)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
}
`,
      'src/use.c': `#include "../include/compat.h"
int send(unsigned long addr)
{
	struct page *pages[4];
	int ret = compat_pin(addr, 4, pages);

	if (ret <= 0)
		return ret;
	return start_engine();
}
`,
      'src/other.c': '#include "../include/compat.h"\nint other(void) { return 0; }\n',
    },
    { analyser },
  );
  const { stdout } = await run('check', '--format', 'gcc', 'src');
  expect(stdout).toMatch(/src\/use\.c:9:\d+: .*leaked-pin/);
});

it('a finding in a header is told once, with the place in the header', async () => {
  const use = (name: string) => `#include "compat.h"\nint ${name}(unsigned long a)\n{\n\treturn compat_sum(a);\n}\n`;
  const { run } = folder(
    {
      'compat.h': `static inline int compat_sum(unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}
`,
      'one.c': use('one'),
      'two.c': use('two'),
    },
    { analyser },
  );
  const { stdout } = await run('check', '--format', 'gcc', '.');
  expect(stdout.match(/mismatched-release/g)).toHaveLength(1);
  expect(stdout).toMatch(/compat\.h:7:\d+: /);
});
