/** Functions cut out of drivers: what they use and do not declare is inferred, and said. */
import { describe, expect, it } from 'vitest';
import { run, type Simulation } from '../../../simulator/scenario/index.ts';
import { wrong } from './check.ts';

const notes = (text: string, fn?: string): string[] => {
  const s = run(text, fn === undefined ? {} : { fn });
  return [
    ...s.loaded.diagnostics.map((d) => `${d.severity} ${s.loaded.lineOf(d.start)}: ${d.message}`),
    ...s.faults.map((f) => `FAULT ${f.kind} ${f.line}: ${f.text}`),
  ];
};

const returned = (s: Simulation): string[] => s.events.filter((e) => e.kind === 'return').map((e) => e.text);

describe('a function without its driver', () => {
  it('runs with structs, functions, constants and types that are nowhere declared', () => {
    const text = `static int grab(struct cam *cam, frame_t nr, unsigned long uaddr, size_t len)
{
	struct cam_buf *buf = cam_buf_new(cam, nr);
	int got, n = DIV_ROUND_UP(offset_in_page(uaddr) + len, PAGE_SIZE);

	if (IS_ERR(buf))
		return PTR_ERR(buf);
	if (n > CAM_MAX_PAGES)
		return -E2BIG;
	mutex_lock(&cam->lock);
	buf->pages = kcalloc(n, sizeof(*buf->pages), GFP_KERNEL);
	got = pin_user_pages_fast(uaddr, n, FOLL_WRITE, buf->pages);
	if (got == n) {
		buf->nr = got;
		list_add(&buf->node, &cam->bufs);
		cam->ops->queue(cam, buf);
	}
	mutex_unlock(&cam->lock);
	return got == n ? 0 : -EFAULT;
}
`;
    const s = run(text);
    expect(s.faults).toEqual([]);
    expect(s.kernel.pins.count).toBe(4);
    expect(notes(text)).toEqual([
      'note 1: the type frame_t is not known here; it is taken to be long',
      'note 3: cam_buf_new() is not defined here: every call is taken to succeed and return a new object (//@ fail cam_buf_new lets one fail)',
      'note 8: CAM_MAX_PAGES is not declared here; it is taken to be 64',
      'note 10: struct cam is not defined here; its members are inferred from their use: lock (unsigned long[]), bufs (struct list_head), ops (a struct *)',
      'note 11: struct cam_buf is not defined here; its members are inferred from their use: pages (struct page **), nr (int), node (struct list_head)',
      'note 16: ops points to a struct that is not known here; its members are inferred from their use: queue (a function)',
    ]);
  });
  it('lets functions that are not there fail where an annotation says so', () => {
    const text = `//@ fail get_frame
static int f(struct cam *cam)
{
	void *p = get_frame(cam);

	return IS_ERR(p) ? 1 : 0;
}
`;
    const s = run(text);
    expect(wrong(s).filter((w) => !w.startsWith('note'))).toEqual([]);
    expect(returned(s)).toEqual(['f() returned 1']);
  });
  it('takes unknown functions to write what they are given pointers to', () => {
    const text = `int f(struct dev *d)
{
	u32 size;
	struct fb *fb;

	get_geometry(d, &size, &fb);
	return size + fb->width;
}
`;
    expect(notes(text).filter((n) => n.startsWith('FAULT'))).toEqual([]);
  });
  it('finds an object around the one that it is given', () => {
    const text = `struct base { int id; };
struct cam { long state; struct base base; void *extra; };
int f(struct base *b)
{
	struct cam *cam = container_of(b, struct cam, base);

	return cam->state == 0 && !cam->extra;
}
`;
    const s = run(text);
    expect(s.faults).toEqual([]);
    expect(returned(s)).toEqual(['f() returned 1']);
  });
  it('gives pages that the caller took to a function that gives pages back', () => {
    const text = `void put(struct cam *cam)
{
	int i;

	for (i = 0; i < cam->nr_pages; i++)
		set_page_dirty_lock(cam->pages[i]);
	unpin_user_pages(cam->pages, cam->nr_pages);
}
`;
    const s = run(text);
    expect(s.faults).toEqual([]);
    expect(s.kernel.pins.count).toBe(4);
    expect(s.kernel.pins.find((r) => s.kernel.pins.get(r, 'live') === 1)).toBe(0);
  });
  it('fills the argument of an ioctl by the names of its members', () => {
    const text = `struct req { __u64 addr; __u32 nr_pages; };
long cam_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct req r;
	struct page *p[16];
	long got;

	if (copy_from_user(&r, (void __user *)arg, sizeof(r)))
		return -EFAULT;
	got = pin_user_pages_fast(r.addr, r.nr_pages, FOLL_WRITE, p);
	if (got > 0)
		unpin_user_pages(p, got);
	return got;
}
`;
    const s = run(text);
    expect(wrong(s)).toEqual([]);
    expect(returned(s)).toEqual(['cam_ioctl() returned 4']);
  });
  it('runs one function of a file whose other functions it cannot read', () => {
    const text = 'int broken(void)\n{\n  return 1 +;\n}\nint fine(int n)\n{\n  return n;\n}\n';
    expect(notes(text, 'fine')).toEqual(["warning 3: expected an expression before ';' (in broken())"]);
    expect(notes(text, 'gone')).toEqual([
      "warning 3: expected an expression before ';' (in broken())",
      'error 1: there is no function gone() in this file; it has fine()',
    ]);
  });
  it('does not guess where a program says what happens', () => {
    expect(notes('//@ process app\nint app(void)\n{\n  return frames_left;\n}\n')).toEqual([
      "warning 4: 'frames_left' is not declared",
      "FAULT unsupported 4: 'frames_left' is not declared",
    ]);
  });
});

describe('a function of a snippet that has its own program', () => {
  const text = (onError: string): string => `//@ fail kmalloc 1
//@ exists leak
static int setup(unsigned long addr)
{
	struct page *p[2];
	void *desc;
	int ret = pin_user_pages_fast(addr, 2, FOLL_WRITE, p);

	if (ret < 0)
		return ret;
	desc = kmalloc(64, GFP_KERNEL);
	if (!desc) {
		${onError}
		return -ENOMEM;
	}
	kfree(desc);
	unpin_user_pages(p, ret);
	return 0;
}

//@ process app
int main(void)
{
	//@ assert 0
	return setup(0);
}
`;
  it('runs alone, and what the snippet is to show is not asked for', () => {
    const broken = run(text(''), { fn: 'setup' });
    expect(broken.faults.map((f) => f.kind)).toEqual(['leak']);
    expect(broken.ok).toBe(false);
    const mended = run(text('unpin_user_pages(p, ret);'), { fn: 'setup' });
    expect(mended.faults).toEqual([]);
    expect(mended.ok).toBe(true);
  });
});

describe('what is made up for a function that runs alone', () => {
  it('leads to the pages that it takes', () => {
    const s = run(
      `struct buf { unsigned long addr; int state, max; struct page **pages; };
static int map(struct buf *b, int n)
{
	if (b->state != 7)
		return -EBUSY;
	if (n < 3 || b->max < n)
		return -EINVAL;
	b->pages = kcalloc(2, sizeof(*b->pages), GFP_KERNEL);
	if (!b->pages)
		return -ENOMEM;
	return pin_user_pages_fast(b->addr, 2, FOLL_WRITE, b->pages);
}`,
      { fn: 'map' },
    );
    expect(s.faults).toEqual([]);
    expect(s.events.filter((e) => e.kind === 'gup').map((e) => e.text.replace(/0x\w+/, '…'))).toEqual([
      'pin_user_pages_fast(…, 2) = 2',
    ]);
    expect(s.events.filter((e) => /taken to lead/.test(e.text))).toHaveLength(2);
  });
  it('is not the fault of the code', () => {
    const s = run(
      'struct a { struct { int x; } *list[4]; };\nint f(struct a *a, int i)\n{\n\treturn a->list[i]->x;\n}',
      {
        fn: 'f',
      },
    );
    expect(s.faults).toEqual([]);
    expect(s.stopped).toContain('nothing here says what that pointer points to');
  });
  it('hides no mistake of the code with its own memory', () => {
    const kinds = (text: string): string[] => run(text, { fn: 'f' }).faults.map((x) => x.kind);
    expect(
      kinds('int f(struct file *f)\n{\n\tchar *p = kmalloc(8, GFP_KERNEL);\n\tkfree(p);\n\treturn p[0];\n}'),
    ).toEqual(['use-after-free']);
    expect(
      kinds(
        'int f(unsigned long addr)\n{\n\tstruct page *p[8] = { 0 };\n\tget_user_pages_fast(addr, 8, 0, p);\n\tput_page(p[7]);\n\treturn 0;\n}',
      ),
    ).toEqual(['null-dereference']);
  });

  it('goes once through a loop whose condition was made up, and finds objects around members of members', () => {
    const s = run(
      `#include <linux/mm.h>
static int fill(struct request *r, size_t *nbytesp, unsigned int max_pages)
{
  struct inner *inner = &r->part.inner;
  struct request *around = container_of(inner, struct request, part.inner);
  int got = 0;

  while (r->done < r->wanted && got < max_pages) {
    got = pin_user_pages_fast(r->addr, 1, FOLL_WRITE, around->pages);
    r->done += got * PAGE_SIZE;
  }
  while (*nbytesp) {
    unpin_user_pages(around->pages, got);
    *nbytesp = 0;
  }
  return got;
}
`,
      { fn: 'fill' },
    );
    expect(s.faults).toEqual([]);
    expect(s.events.filter((e) => e.kind === 'gup')).toHaveLength(1);
    expect(s.kernel.pins.find((r) => s.kernel.pins.get(r, 'live') === 1)).toBe(0);
  });
  it('takes a member whose element count is asked for to be an array, and one that is assigned to be a value', () => {
    const text = `static int f(struct req *r, unsigned long addr)
{
	struct stream *st;
	int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(r->streams); i++) {
		st = &r->streams[i];
		n += st->live == 0;
	}
	r->ret = hypercall(addr, n);
	if (copy_to_user((void __user *)addr, &r->ret, sizeof(__u32)))
		return -EFAULT;
	return n;
}
`;
    const s = run(text);
    expect(s.faults).toEqual([]);
    expect(returned(s)).toEqual(['f() returned 4']);
  });
  it('does not lose a struct because something behind a pointer of it is not known', () => {
    const text = `struct range;
struct segment { struct range r; int n; };
struct header { struct segment *seg; unsigned flags; };
struct ops { void (*done)(struct header *); int (*go)(struct header *, int); };
static void done(struct header *h) { }
static const struct ops ops = { .done = done };
static int f(struct header *h)
{
	h->flags = 5;
	ops.done(h);
	return h->flags;
}
`;
    expect(returned(run(text, { fn: 'f' }))).toEqual(['f() returned 5']);
  });
  it('what is handed to a function that returns a new object may be kept there', () => {
    const text = `struct ops { void *(*get_mr)(struct dev *d, void *list, int n); };
struct dev { struct ops *ops; void *priv; };
static int f(struct dev *d)
{
	struct scatterlist *sg = kmalloc_array(4, sizeof(*sg), GFP_KERNEL);

	if (!sg)
		return -ENOMEM;
	d->priv = d->ops->get_mr(d, sg, 4);
	return IS_ERR(d->priv);
}
`;
    expect(run(text).faults).toEqual([]);
    expect(run(text.replace('d, sg, 4', 'd, NULL, 4')).faults.map((x) => x.kind)).toEqual(['memory-leak']);
  });
});
