/** leaked-pin: an object with a list of pages is freed without them being given back. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

const driver = (error: string): string => `
struct item { struct folio *folio; struct list_head list; };
struct ubuf { struct list_head items; struct folio **folios; int n; };

static void release_items(struct list_head *items)
{
	struct item *item;

	while (!list_empty(items)) {
		item = list_first_entry(items, struct item, list);
		unpin_folio(item->folio);
		list_del(&item->list);
		kfree(item);
	}
}
static int add_item(struct list_head *items, struct folio *folio)
{
	struct item *item = kzalloc(sizeof(*item), GFP_KERNEL);

	if (!item)
		return -ENOMEM;
	item->folio = folio;
	list_add_tail(&item->list, items);
	return 0;
}
static int pin_folios(struct ubuf *u, struct file *memfd, struct folio **folios, loff_t end)
{
	pgoff_t from;
	long i, n = memfd_pin_folios(memfd, 0, end, folios, u->n, &from);
	int ret = 0;

	if (n <= 0)
		return n ? n : -EINVAL;
	for (i = 0; i < n; i++) {
		ret = add_item(&u->items, folios[i]);
		if (ret)
			break;
	}
	return ret;
}
static void ubuf_release(struct dma_buf *buf)
{
	struct ubuf *u = buf->priv;

	release_items(&u->items);
	kvfree(u->folios);
	kfree(u);
}
static const struct dma_buf_ops ubuf_ops = { .release = ubuf_release };

long ubuf_create(struct file *memfd, struct folio **folios, int n)
{
	struct ubuf *u = kzalloc(sizeof(*u), GFP_KERNEL);
	struct dma_buf *buf;
	int i, ret;

	if (!u)
		return -ENOMEM;
	INIT_LIST_HEAD(&u->items);
	u->folios = kvcalloc(n, sizeof(*u->folios), GFP_KERNEL);
	if (!u->folios) {
		kfree(u);
		return -ENOMEM;
	}
	for (i = 0; i < n; i++) {
		ret = pin_folios(u, memfd, folios, i);
		if (ret)
			goto err;
	}
	buf = ubuf_export(&ubuf_ops);
	if (IS_ERR(buf)) {
		ret = PTR_ERR(buf);
		goto err;
	}
	buf->priv = u;
	return 0;
err:
${error}
	return ret;
}
`;

describe('leaked-pin of an object that is torn down', () => {
  it('on the error path of what created it', () =>
    check(driver('\tkvfree(u->folios);\n\tkfree(u); //~ leaked-pin'), { only: 'leaked-pin' }));

  it('its pages are given back first', () =>
    check(driver('\trelease_items(&u->items);\n\tkvfree(u->folios);\n\tkfree(u);'), { only: 'leaked-pin' }));

  it('the helper that takes pages failed, or was not called', () =>
    check(
      `${driver('\trelease_items(&u->items);\n\tkvfree(u->folios);\n\tkfree(u);')}
int ubuf_probe(struct file *memfd, struct folio **folios)
{
	struct ubuf *u = kzalloc(sizeof(*u), GFP_KERNEL);
	int ret;

	if (!u)
		return -ENOMEM;
	ret = pin_folios(u, memfd, folios, 1);
	if (ret) {
		kfree(u);
		return ret;
	}
	ubuf_keep(u);
	return 0;
}`,
      { only: 'leaked-pin' },
    ));
});
