/** Which functions are walked, and which sides of a test. */
import { describe, expect, it } from 'vitest';
import { analyse, check } from './check.ts';

describe('the largest unsigned number, written as one below zero', () => {
  const alloc = (none: string): string => `
#define INVALID ${none}
int region_add(struct mm_struct *mm, unsigned long ua, unsigned long nr, u64 dev_addr, struct region **out)
{
	struct region *r = kzalloc(sizeof(*r), GFP_KERNEL);
	long ret;

	if (!r)
		return -ENOMEM;
	if (dev_addr != INVALID)
		goto good;
	r->pages = vzalloc(nr * 8);
	ret = pin_user_pages_fast(ua, nr, FOLL_WRITE | FOLL_LONGTERM, r->pages);
	if (ret != nr) {
		kfree(r); //~ leaked-pin
		return -EFAULT;
	}
	if (dev_addr == INVALID) {
		r->dev_addr = INVALID;
		goto good;
	}
	kfree(r);
	return -EINVAL;
good:
	*out = r;
	return 0;
}`;
  for (const none of ['((u64)-1)', '(-1UL)', '(~0ULL)'])
    it(none, () => check(alloc(none), { only: ['leaked-pin', 'double-release'] }));
});

describe('what is walked', () => {
  const helper = (gives: string): string => `
static int with_pages(unsigned long addr, struct page **pages)
{
	int ret = pin_user_pages_fast(addr, 4, FOLL_WRITE, pages);

	if (ret > 0) {
${gives}	}
	return 0;
}
int from_above(unsigned long addr)
{
	struct page *pages[4];

	return with_pages(addr, pages);
}
`;
  it('callers of a function that keeps nothing are not: there is nothing that they could lose', async () => {
    const { findings, stats } = await analyse(helper('\t\tunpin_user_pages(pages, ret);\n'));
    expect(findings).toEqual([]);
    expect(stats.analysed).toBe(1);
  });

  it('callers of one that keeps pages are', async () => {
    const { findings, stats } = await analyse(helper('\t\tuse(addr);\n'));
    expect(findings.map((f) => f.rule)).toContain('leaked-pin');
    expect(stats.analysed).toBe(2);
  });

  it('callers of one that gives back what they hold are', async () => {
    const { stats } = await analyse(`${helper('\t\tunpin_user_pages(pages, ret);\n')}
static void put_both(struct page **pages)
{
	unpin_user_pages(pages, 2);
}
int twice(unsigned long addr)
{
	struct page *pages[2];

	if (pin_user_pages_fast(addr, 2, 0, pages) != 2)
		return -EFAULT;
	put_both(pages);
	return 0;
}
`);
    expect(stats.analysed).toBe(3);
  });
});
