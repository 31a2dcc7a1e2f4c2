/** insertCheck: the comparison that is missing, and the way out that the function has. */
import { describe, it } from 'vitest';
import { check, refused } from './check.ts';

const count = { count: true } as const;

/** A function that takes memory, pins, and unwinds by labels. */
const driver = (between: string): string => `int map(struct demo *d, unsigned long addr, int nr)
{
	struct page **pages;
	int pinned;
	int ret;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	pinned = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
${between}	ret = demo_map(d, pages, nr);
	if (ret)
		goto unpin;
	d->pages = pages;
	return 0;

unpin:
	unpin_user_pages(pages, nr);
free:
	kvfree(pages);
	return ret;
}
`;
const ERROR = '\tif (pinned < 0) {\n\t\tret = pinned;\n\t\tgoto free;\n\t}\n';

describe('a result that is not checked for an error', () => {
  it('is returned at once where nothing has to be undone', () =>
    check(
      count,
      `int map(struct demo *d, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, d->pages);
	int flags = d->flags;

	demo_map(d, d->pages[0], flags);
	unpin_user_page(d->pages[0]);
	return 0;
}
`,
      `int map(struct demo *d, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, d->pages);
	int flags = d->flags;

	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;

	demo_map(d, d->pages[0], flags);
	unpin_user_page(d->pages[0]);
	return 0;
}
`,
    ));

  it('leaves by the label that undoes what was done in front of the call, and gives back no page', () =>
    check(
      count,
      `int map(struct demo *d, unsigned long addr)
{
	struct page **pages;
	int ret;

	pages = kvmalloc_array(1, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, pages);
	ret = demo_map(d, pages[0]);
	if (ret)
		goto unpin;
	unpin_user_page(pages[0]);
	kvfree(pages);
	return 0;

unpin:
	unpin_user_page(pages[0]);
free:
	kvfree(pages);
	return ret;
}
`,
      `int map(struct demo *d, unsigned long addr)
{
	struct page **pages;
	int ret;

	pages = kvmalloc_array(1, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, pages);
	if (ret != 1) {
		ret = ret < 0 ? ret : -EFAULT;
		goto free;
	}
	ret = demo_map(d, pages[0]);
	if (ret)
		goto unpin;
	unpin_user_page(pages[0]);
	kvfree(pages);
	return 0;

unpin:
	unpin_user_page(pages[0]);
free:
	kvfree(pages);
	return ret;
}
`,
    ));

  it('is not guessed where a lock is held that no label gives back', () =>
    refused(
      count,
      `int map(struct demo *d, unsigned long addr)
{
	int ret;

	mutex_lock(&d->lock);
	ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, d->pages);
	demo_map(d, d->pages[0]);
	unpin_user_page(d->pages[0]);
	mutex_unlock(&d->lock);
	return 0;
}
`,
      /what this function has to undo .* is not clear/,
    ));
});

describe('a short count', () => {
  it('is given back, and fails by the way out of the check for an error', () =>
    check(
      count,
      driver(ERROR),
      driver(
        `${ERROR}\tif (pinned != nr) {\n\t\tunpin_user_pages(pages, pinned);\n\t\tret = -EFAULT;\n\t\tgoto free;\n\t}\n`,
      ),
    ));

  it('comes to what is written for it when the count is compared with what was asked for', () =>
    check(
      count,
      driver(
        '\tif (pinned < 0) {\n\t\tif (pinned > 0)\n\t\t\tunpin_user_pages(pages, pinned);\n\t\tret = pinned < 0 ? pinned : -EFAULT;\n\t\tgoto free;\n\t}\n',
      ),
      driver(
        '\tif (pinned != nr) {\n\t\tif (pinned > 0)\n\t\t\tunpin_user_pages(pages, pinned);\n\t\tret = pinned < 0 ? pinned : -EFAULT;\n\t\tgoto free;\n\t}\n',
      ),
    ));
});
