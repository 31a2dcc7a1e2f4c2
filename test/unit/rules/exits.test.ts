/** Ways out of the loops that give pages back one by one, releases of what was never filled, objects on the stack that unseen code gets. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

const leaks = { only: 'leaked-pin' } as const;
const doubles = { only: 'double-release' } as const;

const each = (body: string, behind = 'return 0;'): string => `
int feed(struct port *port, unsigned long addr, int nr)
{
	struct page *pages[8];
	int i, left, got = pin_user_pages_fast(addr, nr, 0, pages);

	if (got <= 0)
		return -EFAULT;
	left = got;
	for (i = 0; i < got; i++) {
		${body}
		unpin_user_page(pages[i]);
	}
	${behind}
}`;

describe('a loop that gives pages back', () => {
  it('is left with the rest of them', async () => {
    await check(
      each(`if (port_full(port)) {
			unpin_user_page(pages[i]);
			return -ENOSPC; //~ leaked-pin
		}`),
      leaks,
    );
  });
  it('is left for a label that gives the rest back', async () => {
    const rest = `return 0;
fail:
	for (; i < got; i++)
		unpin_user_page(pages[i]);
	return -ENOSPC;`;
    await check(each('if (port_full(port))\n\t\t\tgoto fail;', rest), leaks);
  });
  it('gives the rest back before it is left', async () => {
    await check(
      each(`if (port_full(port)) {
			unpin_user_page(pages[i]);
			unpin_user_pages(pages + i + 1, got - i - 1);
			return -ENOSPC;
		}`),
      leaks,
    );
    await check(
      each(`if (port_full(port)) {
			unpin_user_page(pages[i]);
			while (++i < got)
				unpin_user_page(pages[i]);
			return -ENOSPC;
		}`),
      leaks,
    );
  });
  it('ends where nothing is left', async () => {
    await check(
      each(`if (--left == 0) {
			unpin_user_page(pages[i]);
			return 0;
		}`),
      leaks,
    );
    await check(
      each(`if (i + 1 == got) {
			unpin_user_page(pages[i]);
			return 0;
		}`),
      leaks,
    );
  });
  it('goes on where its condition is a negation', async () => {
    const text = `
int feed(struct port *port, unsigned long addr, int nr)
{
	struct page *pages[8];
	int i = 0, err, got = pin_user_pages_fast(addr, nr, 0, pages);

	if (got <= 0)
		return -EFAULT;
	do {
		err = port_send(port);
		unpin_user_page(pages[i]);
	} while (++i < got && !err);
	while (i < got)
		unpin_user_page(pages[i++]);
	return err;
}`;
    await check(text, leaks);
    await check(text, doubles);
  });
});

describe('what was never filled', () => {
  const single = (declared: string, out: string): string => `
int poke(unsigned long addr)
{
	struct page *page${declared};
	int ret = -EFAULT;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		goto out;
	ret = poke_page(page);
out:
	${out}
	return ret;
}`;
  it('is a variable behind a failed call', async () => {
    await check(single('', 'unpin_user_page(page); //~ double-release'), doubles);
  });
  it('may be a variable that was NULL before', async () => {
    await check(single(' = NULL', 'if (page)\n\t\tunpin_user_page(page);'), doubles);
  });

  const array = (test: string, count: string, marker = ''): string => `
int fill(unsigned long addr, struct page **pages, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (${test}) {
		unpin_user_pages(pages, ${count});${marker}
		return -EFAULT;
	}
	return use_pages(pages, ret);
}`;
  it('is an array behind an error', async () => {
    await check(array('ret < 0', 'nr', ' //~ double-release'), doubles);
    await check(array('ret <= 0', 'nr', ' //~ double-release'), doubles);
  });
  it('is nothing where nothing is asked for', async () => {
    await check(array('ret == 0 && nr == 0', 'nr'), doubles);
    await check(array('ret <= 0', 'ret'), doubles);
  });
});

describe('an object on the stack', () => {
  const text = (use: string): string => `
struct window { struct page **pages; int nr; };
static int window_pin(struct window *w, unsigned long addr, int nr)
{
	struct page **pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	int got;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kfree(pages);
		return -EFAULT;
	}
	w->pages = pages;
	w->nr = nr;
	return 0;
}
static void window_unpin(struct window *w)
{
	unpin_user_pages_dirty_lock(w->pages, w->nr, true);
	kfree(w->pages);
}
long window_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct window w = { 0 };
	int ret = window_pin(&w, arg, 16);

	if (ret)
		return ret;
	${use}
	window_unpin(&w);
	return ret;
}`;
  it('keeps its pages when unseen code gets it', async () => {
    await check(text('ret = window_run(&w);'), leaks);
    await check(text('window_run(&w, w.pages);\n\tret = window_wait(&w);'), leaks);
  });
  it('loses them where that code has failed', async () => {
    await check(text('ret = window_run(&w);\n\tif (ret)\n\t\treturn ret; //~ leaked-pin'), leaks);
  });
});
