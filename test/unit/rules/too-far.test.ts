/** double-release: a loop over as many pages as were asked for, on a path that knows that fewer were taken. */
import { describe, expect, test } from 'vitest';
import { check } from './check.ts';

const source = (
  undo: string,
  mark = '',
  helper = '',
): string => `${helper}int take(struct demo *d, unsigned long addr, int nr, struct page **pages)
{
	int i, got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (got < 0)
		return got;
	if (got < nr) {
${undo.replace('unpin_user_page(pages[i]);', `unpin_user_page(pages[i]);${mark}`)}
		return -EFAULT;
	}
	demo_use(pages, nr);
	unpin_user_pages_dirty_lock(pages, nr, true);
	return 0;
}
`;
const helper = `static void put_all(struct page **pages, int nr, int dirty)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (dirty)
			set_page_dirty_lock(pages[i]);
		unpin_user_page(pages[i]);
	}
}

`;

describe('double-release: slots behind the last page that was taken', () => {
  test.each([
    [
      'all that were asked for',
      '\t\tfor (i = 0; i < nr; i++)\n\t\t\tunpin_user_page(pages[i]);',
      ' //~ double-release',
      '',
    ],
    ['what was taken', '\t\tfor (i = 0; i < got; i++)\n\t\t\tunpin_user_page(pages[i]);', '', ''],
    [
      'only slots that hold a page',
      '\t\tfor (i = 0; i < nr; i++)\n\t\t\tif (pages[i])\n\t\t\t\tunpin_user_page(pages[i]);',
      '',
      '',
    ],
    [
      'up to the last one',
      '\t\tfor (i = 0; i < nr; i++) {\n\t\t\tif (i >= got)\n\t\t\t\tbreak;\n\t\t\tunpin_user_page(pages[i]);\n\t\t}',
      '',
      '',
    ],
    ['a helper, told of what was taken', '\t\tput_all(pages, got, 0);', '', helper],
    ['a helper, told of all', '\t\tput_all(pages, nr, 0); //~ double-release', '', helper],
  ])('%s', async (_name, undo, mark, before) => {
    const { findings } = await check(source(undo, mark, before), { only: 'double-release' });
    for (const f of findings.filter((x) => x.rule === 'double-release')) expect(f.functionName).toBe('take');
  });
});
