/** Pages that an ioctl keeps in an object, over those of an earlier call. */
import { describe, it } from 'vitest';
import { check } from './check.ts';

const leaks = { only: 'leaked-pin' } as const;

const REST = `
static int vm_release(struct inode *inode, struct file *file)
{
	struct vm *vm = file->private_data;

	if (vm->status)
		unpin_user_page(vm->status);
	if (vm->pages)
		unpin_user_pages(vm->pages, vm->nr);
	kvfree(vm->pages);
	kfree(vm);
	return 0;
}
static const struct file_operations vm_fops = { .unlocked_ioctl = vm_control, .release = vm_release };
`;
const VM = `struct vm { struct page *status; struct page **pages; int nr; int state; unsigned long flags; struct mutex lock; };
`;

describe('a second ioctl', () => {
  it('writes over the page of the first', () =>
    check(
      `${VM}
static long vm_control(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vm *vm = file->private_data;
	struct page *page;
	int ret;

	switch (cmd) {
	case VM_SET_STATUS:
		ret = pin_user_pages_fast(arg, 1, FOLL_WRITE | FOLL_LONGTERM, &page);
		if (ret != 1)
			return -EFAULT;
		ret = hyp_set_status(vm->nr, page_to_phys(page));
		if (ret < 0) {
			unpin_user_page(page);
			return ret;
		}
		vm->status = page; //~ leaked-pin
		break;
	case VM_CLEAR_STATUS:
		if (vm->status)
			unpin_user_page(vm->status);
		vm->status = NULL;
		break;
	}
	return 0;
}${REST}`,
      leaks,
    ));

  it('writes over the array of the first, further down', () =>
    check(
      `${VM}
static int vm_set_pages(struct vm *vm, unsigned long addr, int nr)
{
	struct page **pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	int ret;

	if (!pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (ret != nr) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		kvfree(pages);
		return -EFAULT;
	}
	vm->pages = pages; //~ leaked-pin
	vm->nr = nr;
	return 0;
}
static int vm_set_more(struct vm *vm, unsigned long addr, int nr)
{
	int ret;

	vm->pages = kvmalloc_array(nr, sizeof(*vm->pages), GFP_KERNEL); //~ leaked-pin
	if (!vm->pages)
		return -ENOMEM;
	ret = pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, vm->pages);
	if (ret != nr) {
		if (ret > 0)
			unpin_user_pages(vm->pages, ret);
		kvfree(vm->pages);
		vm->pages = NULL;
		return -EFAULT;
	}
	vm->nr = nr;
	return 0;
}
static long vm_control(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vm *vm = file->private_data;
	long ret = -ENOTTY;

	mutex_lock(&vm->lock);
	if (cmd == VM_SET_PAGES)
		ret = vm_set_pages(vm, arg, 4);
	else if (cmd == VM_SET_MORE)
		ret = vm_set_more(vm, arg, 8);
	mutex_unlock(&vm->lock);
	return ret;
}${REST}`,
      leaks,
    ));

  const taken = (before: string, after: string): string => `${VM}
static int vm_set_status(struct vm *vm, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	vm->status = page;${after}
	return 0;
}
static long vm_control(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vm *vm = file->private_data;
${before}
	return vm_set_status(vm, arg);
}${REST}`;

  it('is kept out', async () => {
    await check(taken(`	if (vm->status)\n		return -EBUSY;`, ''), leaks);
    await check(taken(`	if (vm->state != 1)\n		return -EBUSY;`, '\n	vm->state = 2;'), leaks);
    await check(taken(`	if (test_and_set_bit(0, &vm->flags))\n		return -EBUSY;`, ''), leaks);
    await check(taken(`	if (vm_start(vm))\n		return -EBUSY;`, ''), leaks);
    await check(taken(`	vm_drop_status(vm);`, ''), leaks);
    // an object of its own each time, or one that was looked up
    await check(taken(`	vm = kzalloc(sizeof(*vm), GFP_KERNEL);\n	if (!vm)\n		return -ENOMEM;`, ''), leaks);
    await check(taken(`	vm = vm_find(vm, cmd);`, ''), leaks);
  });

  it('comes to other slots', () =>
    check(
      `struct slots { struct page *pages[16]; int next; };
static long slots_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct slots *s = file->private_data;
	struct page *page;

	if (s->next == 16 || pin_user_pages_fast(arg, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	s->pages[s->next++] = page;
	return 0;
}
static int slots_release(struct inode *inode, struct file *file)
{
	struct slots *s = file->private_data;

	unpin_user_pages(s->pages, s->next);
	kfree(s);
	return 0;
}
static const struct file_operations slots_fops = { .unlocked_ioctl = slots_ioctl, .release = slots_release };`,
      leaks,
    ));
});
