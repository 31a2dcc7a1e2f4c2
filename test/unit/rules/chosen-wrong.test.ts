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
