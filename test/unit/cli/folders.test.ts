/** `check` over a driver of several files, with the real analyser. */
import { expect, it } from 'vitest';
import type { AnalyserModule } from '../../../server/analyser.ts';
import { mayMatter, ruleMetas } from '../../../server/index.ts';
import { TWO_FILES } from '../../fixtures/two-files.ts';
import { theAnalyser } from '../rules/check.ts';
import { folder } from './check.ts';

const analyser: AnalyserModule = { createAnalyser: theAnalyser, mayMatter, ruleMetas };

const FILES = {
  'drv/buf.h': TWO_FILES.header,
  'drv/take.c': TWO_FILES.take,
  'drv/end.c': TWO_FILES.end,
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

const COMPAT_H = `#if defined(DRV_PIN_PRESENT) && !defined(DRV_BSD)
    #if defined(DRV_PIN_TAKES_VMAS)
        #define DRV_PIN(start, nr, flags, pages) pin_user_pages(start, nr, flags, pages, NULL)
    #else
        #define DRV_PIN pin_user_pages
    #endif
    #define DRV_UNPIN unpin_user_page
#else
    #define DRV_PIN DRV_GET
    #define DRV_UNPIN put_page
#endif
#if defined(DRV_GET_FLAGS)
    #define DRV_GET get_user_pages
#else
    #define DRV_GET(start, nr, flags, pages) get_user_pages(start, nr, flags, pages, NULL)
#endif
`;

it('a file that takes pages by the macros of a header, which a script chooses and a makefile points at, is checked', async () => {
  const { run } = folder(
    {
      'drv/Kbuild': 'ccflags-y += -Wall -I$(src)/../shared/kernel\n',
      'shared/kernel/compat.h': COMPAT_H,
      'drv/grab.c': `#include "compat.h"
int grab(struct mm_struct *mm, unsigned long a, int n, struct page **pages)
{
	long ret, i;

	mmap_read_lock(mm);
	ret = DRV_PIN(a, n, FOLL_WRITE, pages);
	mmap_read_unlock(mm);
	if (ret < 0)
		return ret;
	if (ret < n)
		return -EFAULT;
	for (i = 0; i < ret; i++)
		DRV_UNPIN(pages[i]);
	return 0;
}
`,
    },
    { analyser },
  );
  for (const path of ['.', 'drv/grab.c']) {
    const { stdout, stderr } = await run('check', '--format', 'json', path);
    const findings = (JSON.parse(stdout) as { findings: { path: string; line: number; rule: string }[] }).findings;
    expect(
      findings.map((one) => `${one.path}:${one.line} ${one.rule}`),
      stderr,
    ).toEqual(['drv/grab.c:12 leaked-pin']);
  }
});
