/** Code that is being typed: what cannot be read yet is no mistake. */
import { expect, it } from 'vitest';
import { analyse } from './check.ts';

const RIGHT = `#include <linux/mm.h>

static int grab(struct dev *dev, unsigned long start, int nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return -EFAULT;
	}
	use(dev, pages);
	unpin_user_pages_dirty_lock(pages, nr, true);
	kvfree(pages);
	return 0;
}
`;

it('a right function, typed from its begin to its end, has no error on the way', async () => {
  const alarms: string[] = [];
  for (let end = RIGHT.indexOf('pin_user_pages_fast'); end <= RIGHT.length; end += 3) {
    const { findings } = await analyse(RIGHT.slice(0, end));
    for (const one of findings)
      if (one.level === 'error') alarms.push(`${one.rule}: ${RIGHT.slice(0, end).slice(-40)}`);
  }
  expect(alarms).toEqual([]);
});

it('nor does it while a call is typed in its middle, below a finished function', async () => {
  const alarms: string[] = [];
  const call = 'unpin_user_pages_dirty_lock(pages, nr, true);';
  for (let length = call.indexOf('('); length < call.length; length++) {
    const text = `void other(struct page *p)\n{\n\tunpin_user_page(p);\n}\n${RIGHT.replace(call, call.slice(0, length))}`;
    const { findings } = await analyse(text);
    if (findings.some((one) => one.rule === 'leaked-pin')) alarms.push(call.slice(0, length));
  }
  expect(alarms).toEqual([]);
});

it('a finished function below an unfinished one is still checked', async () => {
  const leak = RIGHT.replace('\tunpin_user_pages_dirty_lock(pages, nr, true);\n', '');
  const { findings } = await analyse(`${leak}\nint next(void)\n{\n\tfoo(\n}\n`);
  expect(findings.map((one) => one.rule)).toContain('leaked-pin');
});
