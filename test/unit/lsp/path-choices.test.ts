/** "Simulate this path": the choices made from a finding's path lead the simulator to the fault. */
import { describe, expect, it } from 'vitest';
import { choicesOf, type PathChoices } from '../../../server/path-choices.ts';
import { run } from '../../../simulator/scenario/index.ts';
import { analyse } from '../rules/check.ts';

const HEAD = `#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
`;

/** Choices for the finding of a rule. */
async function choices(text: string, rule: string): Promise<PathChoices | undefined> {
  const { findings } = await analyse(text);
  const finding = findings.find((one) => one.rule === rule);
  expect(finding, findings.map((one) => one.message).join('\n')).toBeDefined();
  return choicesOf(finding!, () => text);
}

/** Faults of the run that the choices make: as annotations behind the text, they hold for the whole run. */
function faults(text: string, { fn, failures, shortPin }: PathChoices): string[] {
  const fails = failures.map(({ call, nth }) => `//@ fail ${call} ${nth}`);
  const all = [...fails, ...(shortPin === undefined ? [] : [`//@ short-pin ${shortPin}`])];
  return run(`${text}\n${all.join('\n')}\n`, { fn }).faults.map((fault) => fault.kind);
}

describe('choices of a path', () => {
  it('make the allocation fail that leads to the leak', async () => {
    const text = `${HEAD}
int setup(unsigned long addr)
{
	struct page *p[2];
	void *first, *second;
	int ret;

	first = kmalloc(8, GFP_KERNEL);
	if (!first)
		return -ENOMEM;
	ret = pin_user_pages_fast(addr, 2, FOLL_WRITE, p);
	if (ret != 2) {
		if (ret > 0)
			unpin_user_pages(p, ret);
		kfree(first);
		return -EFAULT;
	}
	second = kmalloc(64, GFP_KERNEL);
	if (!second) {
		kfree(first);
		return -ENOMEM;
	}
	kfree(second);
	kfree(first);
	unpin_user_pages(p, 2);
	return 0;
}
`;
    const found = await choices(text, 'leaked-pin');
    expect(found).toEqual({ fn: 'setup', failures: [{ call: 'kmalloc', nth: 2 }] });
    expect(faults(text, found!)).toContain('leak');
    expect(faults(text, { fn: 'setup', failures: [] })).toEqual([]);
  });

  it('make the copy fail whose result is the condition', async () => {
    const text = `${HEAD}
int tell(unsigned long addr, void __user *argp)
{
	struct page *page;
	int n = 1;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	if (copy_to_user(argp, &n, sizeof(n)))
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}
`;
    const found = await choices(text, 'leaked-pin');
    expect(found).toEqual({ fn: 'tell', failures: [{ call: 'copy_to_user', nth: 1 }] });
    expect(faults(text, found!)).toContain('leak');
  });

  it('cut the pin short where that is the path', async () => {
    const text = `${HEAD}
int load(unsigned long addr)
{
	struct page *p[3];
	int got = pin_user_pages_fast(addr, 3, FOLL_WRITE, p);

	if (got < 0)
		return got;
	if (got < 3)
		return -EFAULT;
	unpin_user_pages(p, 3);
	return 0;
}
`;
    const found = await choices(text, 'leaked-pin');
    expect(found).toEqual({ fn: 'load', failures: [], shortPin: 1 });
    expect(faults(text, found!)).toContain('leak');
  });

  it('are none where nothing fails on the path', async () => {
    const text = `${HEAD}
int touch(unsigned long addr, int flag)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	if (flag)
		return 0;
	put_page(page);
	return 0;
}
`;
    expect(await choices(text, 'mismatched-release')).toEqual({ fn: 'touch', failures: [] });
  });
});
