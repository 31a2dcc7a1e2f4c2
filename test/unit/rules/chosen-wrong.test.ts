/** mismatched-release: a flag of the object says which of two releases is right, and they stand the wrong way round. */
import { describe, test } from 'vitest';
import { check } from './check.ts';

const source = (release: string, set = 'b->pinned = true;', also = ''): string => `struct buf {
	struct page **pages;
	int nr;
	bool pinned;
};

static void buf_release(struct buf *b)
{
	int i;

	for (i = 0; i < b->nr; i++) {
${release}
	}
	b->nr = 0;
}

static int buf_fill_user(struct buf *b, unsigned long addr, int nr)
{
	int got = pin_user_pages_fast(addr, nr, 0, b->pages);

	if (got <= 0)
		return got ?: -EFAULT;
	${set}
	b->nr = got;
	return 0;
}

static int buf_fill_kernel(struct buf *b, int nr)
{
	b->pinned = false;
	for (b->nr = 0; b->nr < nr; b->nr++) {
		b->pages[b->nr] = alloc_page(GFP_KERNEL);
		if (!b->pages[b->nr])
			return -ENOMEM;
	}
	return 0;
}
${also}`;
const lines = (...l: readonly string[]): string => l.map((x) => `\t\t${x}`).join('\n');

describe('mismatched-release: chosen by a flag', () => {
  test.each([
    [
      'put where it is set',
      lines(
        'if (b->pinned)',
        '\tput_page(b->pages[i]); //~ mismatched-release',
        'else',
        '\tunpin_user_page(b->pages[i]);',
      ),
    ],
    [
      'unpin where it is not',
      lines(
        'if (!b->pinned) {',
        '\tunpin_user_page(b->pages[i]);',
        '\tcontinue;',
        '}',
        'put_page(b->pages[i]); //~ mismatched-release',
      ),
    ],
    ['the right way', lines('if (b->pinned)', '\tunpin_user_page(b->pages[i]);', 'else', '\tput_page(b->pages[i]);')],
    [
      'the right way, asked for the other kind',
      lines('if (!b->pinned) {', '\tput_page(b->pages[i]);', '\tcontinue;', '}', 'unpin_user_page(b->pages[i]);'),
    ],
  ])('%s', async (_name, release) => {
    await check(source(release), { only: 'mismatched-release' });
  });

  test('a flag that says something else, or that is told from outside', async () => {
    const twisted = lines('if (b->pinned)', '\tput_page(b->pages[i]);', 'else', '\tunpin_user_page(b->pages[i]);');
    await check(source(twisted, 'b->pinned = false;', `\nvoid buf_mark(struct buf *b)\n{\n\tb->pinned = true;\n}\n`), {
      only: 'mismatched-release',
    });
    await check(source(twisted, 'b->pinned = !plain(b);'), { only: 'mismatched-release' });
  });
});

describe('user pages and pages of the allocator, told from each other by a flag', () => {
  const slots = (release: string, flag = 'user'): string => `
struct slot { struct page *page; int ${flag}; };
static void slot_set(struct slot *s, struct page *page, int ${flag})
{
	s->page = page;
	s->${flag} = ${flag};
}
int slot_user(struct slot *s, unsigned long addr)
{
	struct page *page[1];

	if (pin_user_pages_fast(addr, 1, FOLL_LONGTERM, page) != 1)
		return -EFAULT;
	slot_set(s, page[0], 1);
	return 0;
}
int slot_bounce(struct slot *s)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	slot_set(s, page, 0);
	return 0;
}
void slot_drop(struct slot *s)
{
	if (s->${flag})
		unpin_user_page(s->page);
}
void slot_end(struct slot *s)
{
${release}}
`;
  const only = 'mismatched-release';
  test('neither way gives back a pin', async () => {
    const put = '		put_page(s->page); //~ mismatched-release\n';
    const free = '		__free_page(s->page); //~ mismatched-release\n';
    const other = '		__free_page(s->page);\n';
    for (const wrong of [put, free]) await check(slots(`	if (s->user)\n${wrong}	else\n${other}`), { only });
  });
  test('one does, or the flag is of something else: nothing', async () => {
    await check(slots('	if (s->user)\n		unpin_user_page(s->page);\n	else\n		__free_page(s->page);\n'), { only });
    await check(slots('	if (s->compound)\n		put_page(s->page);\n	else\n		__free_page(s->page);\n', 'compound'), { only });
    await check(slots('	if (s->user) {\n		put_page(s->page);\n		return;\n	}\n	flush(s);\n	__free_page(s->page);\n'), { only });
  });
});

describe('pages that a call which is not seen has pinned, by its name', () => {
  const merge = (first: string, rest: string): string => `
bool merge(unsigned long addr, int nr, bool mixed)
{
	struct page **pages = vm_pin_pages(addr, nr);
	int i;

${first}${rest}	return true;
}
`;
  test('given back in one function as what they are and as what they are not', async () => {
    const rest = '	for (i = 4; i < nr; i += 4)\n		unpin_user_pages(&pages[i], 3);\n';
    const only = 'mismatched-release';
    await check(merge('	if (nr > 1)\n		release_pages(&pages[1], 3); //~ mismatched-release\n', rest), { only });
    await check(merge('	if (nr > 1)\n		unpin_user_pages(&pages[1], 3);\n', rest), { only });
    await check(merge('', '	if (mixed)\n		release_pages(pages, nr);\n	else\n		unpin_user_pages(pages, nr);\n'), { only });
  });
});
