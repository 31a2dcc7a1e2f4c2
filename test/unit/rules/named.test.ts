/**
 * Functions that have to do with pages although no call in them says so: they name the field, the other member of its union, a helper,
 * or a pointer to it. Beside them stand others that must not be looked at, and would not matter.
 */
import { describe, it } from 'vitest';
import { check } from './check.ts';

const OTHERS = Array.from(
  { length: 20 },
  (_, i) => `
static int other_${i}(struct widget *w, int n)
{
	w->count += n;
	return w->ops->turn(w, other_${(i + 1) % 20}(w, n - 1));
}
`,
).join('');

const driver = (fields: string, code: string): string => `
struct obj {
	${fields}
	int nr;
};
${OTHERS}
${code}
`;

const TAKE = (field: string): string => `
int obj_take(struct obj *o, unsigned long addr, int nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);

	if (ret != nr) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		kvfree(pages);
		return -EFAULT;
	}
	o->${field} = pages;
	o->nr = nr;
	return 0;
}
`;

describe('a wrong release is found', () => {
  it('behind a field that one function hands to another object', () =>
    check(
      driver(
        'void *mem;',
        `${TAKE('mem')}
struct holder {
	void *kept;
};
int hand_on(struct holder *h, struct obj *o)
{
	h->kept = o->mem;
	return 0;
}
void holder_end(struct holder *h, int n)
{
	release_pages(h->kept, n); //~ mismatched-release
}
`,
      ),
      { only: ['mismatched-release'] },
    ));

  it('behind the other member of a union', () =>
    check(
      driver(
        'union { void *mem; unsigned long *raw; };',
        `${TAKE('mem')}
static void *raw_of(struct obj *o)
{
	return o->raw;
}
void obj_end(struct obj *o)
{
	release_pages(raw_of(o), o->nr); //~ mismatched-release
}
`,
      ),
      { only: ['mismatched-release'] },
    ));

  it('behind helpers that only pass on what they are given', () =>
    check(
      driver(
        'struct page **pages;',
        `${TAKE('pages')}
static void give(void *what, int n)
{
	release_pages(what, n); //~ mismatched-release
}
static void pass(void *what, int n)
{
	give(what, n);
}
void obj_end(struct obj *o)
{
	pass(o->pages, o->nr);
}
`,
      ),
      { only: ['mismatched-release'] },
    ));

  it('behind a pointer to the helper', () =>
    check(
      driver(
        'struct page **pages;',
        `${TAKE('pages')}
struct ops {
	void (*end)(void *what, int n);
};
static void give(void *what, int n)
{
	release_pages(what, n); //~ mismatched-release
}
static const struct ops ops = { .end = give };
void obj_end(struct obj *o)
{
	ops.end(o->pages, o->nr);
}
`,
      ),
      { only: ['mismatched-release'] },
    ));

  it('behind a macro that pastes names together', () =>
    check(
      driver(
        'struct page **pages;',
        `${TAKE('pages')}
#define ITEMS(o) (o)->pa##ges
void obj_end(struct obj *o)
{
	release_pages(ITEMS(o), o->nr); //~ mismatched-release
}
`,
      ),
      { only: ['mismatched-release'] },
    ));
});

describe('a release is found where it is right', () => {
  it('in what is called through a pointer that a function sets', () =>
    check(
      driver(
        'struct page **pages; void (*end)(struct obj *);',
        `
static void let_go(struct obj *o)
{
	unpin_user_pages(o->pages, o->nr);
	kvfree(o->pages);
}
void set_up(struct obj *o)
{
	o->end = let_go;
}
int once(struct obj *o, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, o->pages);

	if (ret < 0)
		return ret;
	o->nr = ret;
	o->end(o);
	return 0;
}
`,
      ),
      { only: ['leaked-pin', 'missing-longterm'] },
    ));
});
