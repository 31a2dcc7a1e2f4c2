/** What variables hold at first: initialisers of structs and arrays, literals, and what comes from user memory in their place. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

const pins = { only: ['leaked-pin', 'mismatched-release', 'double-release'] } as const;

const REQUEST = `
struct req { struct page **pages; int nr; int error; };
static void req_end(struct req *r)
{
	unpin_user_pages(r->pages, r->nr);
}
static void req_drop(struct req *r)
{
	if (r->error)
		unpin_user_pages(r->pages, r->nr);
}
`;
const request = (body: string): string => `${REQUEST}
int send(unsigned long addr, int n, struct page **pages)
{
	int ret = pin_user_pages_fast(addr, n, FOLL_WRITE, pages);

	if (ret < 0)
		return ret;
	${body}
	return 0;
}`;

const single = (body: string): string => `
int send(unsigned long addr)
{
	struct page *page;
	int ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, &page);

	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	${body}
	return 0;
}`;

describe('an object with an initialiser', () => {
  it.each([
    ['names of fields', 'struct req r = { .pages = pages, .nr = ret };\n\treq_end(&r);'],
    ['their order', 'struct req r = { pages, ret };\n\treq_end(&r);'],
    ['a literal', 'struct req r;\n\tr = (struct req){ .nr = ret, .pages = pages };\n\treq_end(&r);'],
    ['a literal, given by address', 'req_end(&(struct req){ pages, ret });'],
  ])('leads to the pages: %s', async (_, body) => {
    await check(request(body), pins);
    await check(
      request(body.replace('req_end', 'if (n > 8)\n\t\treturn -EINVAL; //~ leaked-pin\n\treq_end'))
        .replace('struct page **pages)', 'struct page **pages_of)')
        .replace('\tint ret = pin', '\tstruct page *pages[8];\n\tint ret = pin'),
      { only: 'leaked-pin' },
    );
  });
  it('has zeroes where it says nothing', async () => {
    const local = (text: string): string =>
      text.replace('struct page **pages)\n{', 'struct page **unused)\n{\n\tstruct page *pages[8];');
    const body = (more: string, end: string): string =>
      local(request(`struct req r = { .pages = pages, .nr = ret };\n\t${more}\n\treq_drop(&r);\n\treturn 0;${end}`));
    await check(body('', ' //~ leaked-pin'), { only: 'leaked-pin' });
    await check(body('r.error = 1;', ''), { only: 'leaked-pin' });
  });
  it('may be filled by whoever gets its address', async () => {
    for (const fill of ['if (copy_from_user(&a, u, sizeof(a)))\n\t\treturn -EFAULT;', 'mutex_init(&a);', 'fetch(&a);'])
      await check(
        `
struct args { int nr; unsigned long addr; };
int run(struct args __user *u)
{
	struct args a = {};
	struct page *pages[8];
	int ret;

	${fill}
	if (!a.nr)
		return -EINVAL;
	ret = pin_user_pages_fast(a.addr, a.nr, FOLL_WRITE, pages);
	if (ret <= 0)
		return -EFAULT;
	return 0; //~ leaked-pin
}`,
        { only: 'leaked-pin' },
      );
  });
});

describe('an array filled by hand', () => {
  it.each([
    ['an initialiser', 'struct page *all[] = { page };\n\tunpin_user_pages(all, 1);'],
    ['an assignment', 'struct page *all[1];\n\tall[0] = page;\n\tunpin_user_pages(all, 1);'],
    ['a literal', 'unpin_user_pages(&(struct page *){ page }, 1);'],
    ['a literal of an array', 'unpin_user_pages((struct page *[]){ page }, 1);'],
  ])('gives its page back: %s', async (_, body) => {
    await check(single(body), pins);
  });
  it('is compared with the acquire', async () => {
    await check(single('struct page *all[] = { page };\n\tput_page(all[0]); //~ mismatched-release'), {
      only: 'mismatched-release',
    });
    await check(single('release_pages((struct page *[]){ page }, 1); //~ mismatched-release'), {
      only: 'mismatched-release',
    });
  });
  it('gives back the pages of a chunk', async () => {
    await check(
      `
struct chunk { struct list_head list; int nents; struct scatterlist sg[]; };
struct mr { struct list_head chunks; };
static void drop(struct mr *mr)
{
	struct chunk *c, *tmp;
	struct scatterlist *sg;
	int i;

	list_for_each_entry_safe(c, tmp, &mr->chunks, list) {
		for_each_sg(c->sg, sg, c->nents, i)
			unpin_user_pages_dirty_lock(&(struct page *){ sg_page(sg) }, 1, false);
		kfree(c);
	}
}
int fill(struct mr *mr, unsigned long addr, unsigned long left, struct page **list)
{
	struct chunk *c;
	int i, ret = 0;

	while (left) {
		ret = pin_user_pages_fast(addr, min(left, 512UL), FOLL_LONGTERM, list);
		if (ret < 0)
			goto out;
		c = kmalloc(struct_size(c, sg, ret), GFP_KERNEL);
		if (!c) {
			unpin_user_pages(list, ret);
			ret = -ENOMEM;
			goto out;
		}
		c->nents = ret;
		for (i = 0; i < ret; i++)
			sg_set_page(&c->sg[i], list[i], PAGE_SIZE, 0);
		list_add_tail(&c->list, &mr->chunks);
		left -= ret;
		addr += ret * PAGE_SIZE;
	}
	ret = 0;
out:
	if (ret < 0)
		drop(mr);
	return ret;
}`,
      { only: ['leaked-pin', 'mismatched-release', 'missing-dirty'] },
    );
  });
});

describe('what is read from user memory', () => {
  it.each([
    ['get_user()', 'int nr = 0;', 'get_user(nr, &u->nr)', 'nr'],
    ['copy_from_user()', 'struct args a;\n\ta.nr = 0;', 'copy_from_user(&a, u, sizeof(a))', 'a.nr'],
    ['copy_struct_from_user()', 'struct args a = {};', 'copy_struct_from_user(&a, sizeof(a), u, size)', 'a.nr'],
  ])('is not what was there before: %s', async (_, declared, read, nr) => {
    await check(
      `
struct args { int nr; unsigned long addr; };
int run(struct args __user *u, size_t size)
{
	struct page *pages[8];
	int ret;
	${declared}

	if (${read})
		return -EFAULT;
	if (!${nr})
		return -EINVAL;
	ret = pin_user_pages_fast(0, ${nr}, FOLL_WRITE, pages);
	if (ret < 0)
		return ret;
	return 0; //~ leaked-pin
}`,
      { only: 'leaked-pin' },
    );
  });
});

describe('what unseen code may have set', () => {
  const taking = (before: string, end = '//~ leaked-pin'): string => `
struct q { int nr; int ready; unsigned long addr; spinlock_t lock; };
int run(struct q *q, unsigned long arg)
{
	struct page *pages[8];
	int ret;

	${before}
	ret = pin_user_pages_fast(q->addr, q->nr, FOLL_WRITE, pages);
	if (ret < 0)
		return ret;
	return 0; ${end}
}`;
  it.each([
    ['the object', 'q->nr = 0;\n\tif (ask_device(q))\n\t\treturn -EIO;\n\tif (!q->nr)\n\t\treturn 0;'],
    ['a field', 'q->nr = 0;\n\task_number(&q->nr);\n\tif (!q->nr)\n\t\treturn 0;'],
    [
      'an allocation that is filled from user memory',
      'q = kzalloc(sizeof(*q), GFP_KERNEL);\n\tif (!q || copy_from_user(q, u64_to_user_ptr(arg), sizeof(*q)))\n\t\treturn -EFAULT;\n\tif (!q->nr)\n\t\treturn 0;',
    ],
  ])('is not 0 any more: %s', async (_, before) => {
    await check(taking(before), { only: 'leaked-pin' });
  });
  it('keeps what the function says to it', async () => {
    await check(taking('q->ready = 1;\n\tstart(q);\n\tif (q->ready)\n\t\treturn 0;', ''), { only: 'leaked-pin' });
  });
  it('holds no pages that were given back', async () => {
    await check(
      `
struct q { struct page **pages; int nr; };
void stop(struct q *q)
{
	unpin_user_pages(q->pages, q->nr);
	q->pages = NULL;
	tell_device(q);
	if (q->pages)
		unpin_user_pages(q->pages, q->nr);
}`,
      { only: 'double-release' },
    );
  });
});
