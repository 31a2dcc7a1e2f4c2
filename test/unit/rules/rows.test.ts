/** Pages of each object in a row of an array of arrays: who gives back row by row gives back all of them. */
import { test } from 'vitest';
import { check } from './check.ts';

const rows = (undo: string, mark = ''): string => `struct ctx {
	struct page *pages[16][4];
};

static int lock_one(void *va, struct page **p)
{
	int ret;

	ret = pin_user_pages_fast((unsigned long)va, 1, FOLL_WRITE | FOLL_LONGTERM, p);
	if (ret == 1)
		return 0;
	return -1;
}

static void unlock_all(struct ctx *ctx, int first, int n)
{
	int i, j;

	for (i = first; i < first + n; i++) {
		for (j = 0; j < 4; j++) {
			struct page *p = ctx->pages[i][j];

			if (p) {
				unpin_user_page(p);
				ctx->pages[i][j] = NULL;
			}
		}
	}
}

int lock_all(struct ctx *ctx, struct ccb *buf, int idx, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		struct ccb *c = &buf[i];

		if (lock_one(c->in, &ctx->pages[i + idx][1]) != 0)
			goto error;
		if (lock_one(c->out, &ctx->pages[i + idx][2]) != 0)
			goto error;
	}
	return 0;

error:
	${undo}
	return -5;${mark}
}
`;

test('an array of arrays is given back by its rows', async () => {
  await check(rows('unlock_all(ctx, idx, n);'), { only: ['leaked-pin', 'double-release'] });
});

test('another array of the object is not the same', async () => {
  await check(
    rows('unlock_all(ctx->other, idx, n);', ' //~ leaked-pin').replace(
      '\treturn 0;\n\nerror',
      '\tunlock_all(ctx, idx, n);\n\treturn 0;\n\nerror',
    ),
    { only: ['leaked-pin', 'double-release'] },
  );
});
