/** The words of a function are told without lowering it: whatever its body turns out to name has to be among them. */
import { expect, test } from 'vitest';
import { PASTED, walkExpr, buildCfg } from '../../../language/c/index.ts';
import { exprsOf } from '../../../server/analysis/context.ts';
import { testParser, unit } from './helpers.ts';

const parser = await testParser();

const CODE = `
#define FIRST(x) take_one(x)
#undef FIRST
#define FIRST(x) take_two(x, NESTED)
#define NESTED in_macro
#define UNPIN(kind, p) unpin_user_##kind(p)
#define LOG(fmt, ...) pr_info(fmt, ##__VA_ARGS__)
#define EACH(o, p) for (p = (o)->head; p; p = p->next)
#define old_name new_name

int plain(struct obj *o, int n)
{
	int ret = o->ops->get(o->list[n], &o->lock);

	if (!ret)
		return FIRST(o);
	LOG("%d", ret);
	return ret;
}
void loops(struct obj *o)
{
	struct item *p;

	EACH(o, p)
		old_name(p->page);
}
void pastes(struct page *page)
{
	UNPIN(page, page);
}
`;

test('all names in the graph of a function', () => {
  const { functions } = unit(parser, CODE);
  const pasting: string[] = [];
  for (const f of functions) {
    if (f.words.has(PASTED)) pasting.push(f.name);
    else
      for (const node of buildCfg(f).nodes)
        for (const e of exprsOf(node))
          walkExpr(e, (x) => {
            if (x.kind === 'id' || x.kind === 'member') expect(f.words, f.name).toContain(x.name);
          });
  }
  expect(pasting).toEqual(['pastes']);
  const plain = functions.find((f) => f.name === 'plain')!;
  expect([...plain.words]).toEqual(expect.arrayContaining(['take_two', 'in_macro', 'pr_info']));
});

test('a macro that was defined before, and is again', () => {
  const { functions } = unit(
    parser,
    `
#define GIVE(p) put_page(p)
void one(struct page *p)
{
	GIVE(p);
}
#undef GIVE
#define GIVE(p) unpin_user_page(p)
void two(struct page *p)
{
	GIVE(p);
}
`,
  );
  expect(functions[0]!.words.has('put_page')).toBe(true);
  expect(functions[1]!.words.has('unpin_user_page')).toBe(true);
});
