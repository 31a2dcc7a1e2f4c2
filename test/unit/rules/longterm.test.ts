/** missing-longterm where the callers are not seen, or too much to follow: what the function itself shows. */
import { describe, test } from 'vitest';
import { check } from './check.ts';

const only = 'missing-longterm';

describe('two pins of one function', () => {
  const ring = (first: string, second: string, marker: string, otherwise = ''): string => `
struct ring { struct page *desc; struct page *data; bool once; };
static int ring_fill(struct ring *r, unsigned long desc, unsigned long data)
{
	struct page *first, *second;

${otherwise}	if (pin_user_pages_fast(desc, 1, ${first}, &first) != 1)
		return -EFAULT;
	r->desc = first;
	if (pin_user_pages_fast(data, 1, ${second}, &second) != 1) {${marker}
		unpin_user_page(r->desc);
		return -EFAULT;
	}
	r->data = second;
	return 0;
}
static int ring_start(struct ring *r, unsigned long addr)
{
	return ring_fill(r, addr, addr + PAGE_SIZE);
}
int ring_op(struct ring *r, unsigned long addr)
{
	return ring_start(r, addr) ? -EINVAL : run_ring(r);
}
void ring_end_of_use(struct ring *r)
{
	unpin_user_page(r->desc);
	unpin_user_page(r->data);
}
`;
  const LONG = 'FOLL_WRITE | FOLL_LONGTERM';

  test('that are kept alike: the one has the flag, the other has not', async () => {
    await check(ring(LONG, 'FOLL_WRITE', ' //~ missing-longterm'), { only });
    await check(ring(LONG, LONG, ''), { only });
  });

  test('a branch chooses between the two: nothing', () =>
    check(
      `
struct buf { struct page **pages; int nr; bool temporary; };
static int buf_take(struct buf *b, unsigned long addr)
{
	if (b->temporary)
		return pin_user_pages_fast(addr, b->nr, FOLL_WRITE, b->pages);
	return pin_user_pages_fast(addr, b->nr, FOLL_WRITE | FOLL_LONGTERM, b->pages);
}
int buf_op(struct buf *b, unsigned long addr)
{
	return buf_take(b, addr) == b->nr ? run_buf(b) : -EFAULT;
}
void buf_end_of_use(struct buf *b)
{
	unpin_user_pages(b->pages, b->nr);
}
`,
      { only },
    ));
});
