/** `//@ fail NAME` for what the built-in headers make of built-ins: functions, macros, what returns pointers or error pointers. */
import { describe, expect, it } from 'vitest';
import { run } from '../../../simulator/scenario/index.ts';

const output = (call: string, body: string, before = ''): string => {
  const s = run(`#include <linux/scatterlist.h>
#include <linux/dma-mapping.h>
//@ fail ${call}
${before}
static struct device *dev;
static long x_ioctl(struct file *f, unsigned int cmd, unsigned long arg)
{
	struct sg_table t;
	int r = 0;
	${body}
	return r;
}
static const struct file_operations fops = { .owner = THIS_MODULE, .unlocked_ioctl = x_ioctl };
static struct miscdevice m = { .minor = MISC_DYNAMIC_MINOR, .name = "x", .fops = &fops };
static int __init a(void) { int r = misc_register(&m); dev = m.this_device; return r; }
module_init(a)
//@ process app
int app(void)
{
	int fd = open("/dev/x", O_RDWR), r = ioctl(fd, 0, 0);
	printf("%d %s\\n", r, r < 0 ? strerror(errno) : "");
	return 0;
}
`);
  expect(s.faults.map((f) => f.text)).toEqual([]);
  return s.kernel.output.join('');
};

describe('fail', () => {
  const sg = 'r = sg_alloc_table(&t, 2, GFP_KERNEL); if (r) return r; r = dma_map_sgtable(dev, &t, DMA_TO_DEVICE, 0);';
  it.each([
    ['dma_map_sgtable', `${sg} if (!r) return 1; sg_free_table(&t);`, '-1 Cannot allocate memory\n'],
    [
      'sg_alloc_table',
      `${sg} if (!r) dma_unmap_sgtable(dev, &t, DMA_TO_DEVICE, 0); sg_free_table(&t);`,
      '-1 Cannot allocate memory\n',
    ],
    ['kzalloc', 'void *p = kzalloc(8, GFP_KERNEL); r = p ? 1 : -ENOMEM; kfree(p);', '-1 Cannot allocate memory\n'],
    [
      'kzalloc 2',
      'void *p = kzalloc(8, GFP_KERNEL), *q = kzalloc(8, GFP_KERNEL); r = !!p * 2 + !!q; kfree(p); kfree(q);',
      '2 \n',
    ],
    [
      'memdup_user',
      'char *p = memdup_user((void __user *)arg, 1); r = IS_ERR(p) ? PTR_ERR(p) : 0;',
      '-1 Cannot allocate memory\n',
    ],
  ])('%s', (call, body, text) => expect(output(call, body)).toBe(text));
});
