import { describe, expect, it } from 'vitest';
import { describeAcquire, describeFlag, facts, gupFamilyNames } from '../../../language/kernel/index.ts';

const v6_12 = { major: 6, minor: 12, patch: 0 };
const v5_4 = { major: 5, minor: 4, patch: 0 };

describe('describeAcquire', () => {
  it('a pin', () =>
    expect(describeAcquire('pin_user_pages_fast', v6_12)).toMatchInlineSnapshot(`
    "\`\`\`c
    int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages);
    \`\`\`

    Pins user pages of the current process without \`mmap_lock\`. The usual choice for a driver that maps user memory for DMA.

    - **Takes** a pin (\`FOLL_PIN\`) on each page
    - **Give back** with \`unpin_user_page()\` / \`unpin_user_pages()\`; if the data was written, \`unpin_user_pages_dirty_lock(…, true)\`
    - **Returns** number taken, which may be fewer than asked for, or -errno
    - **Context**: may sleep; caller must not hold \`mmap_lock\`
    - **For** CASE 1 (Direct I/O), CASE 5 (Access to the data by the CPU), and with \`FOLL_LONGTERM\` CASE 2 (RDMA and other long-lived buffers) of Documentation/core-api/pin_user_pages.rst
    - **Counterpart**: \`get_user_pages_fast()\`, where only \`struct page\` is looked at
    - **Kernels**: since 5.6 (mm/gup.c, include/linux/mm.h)"
  `));
  it('a get', () =>
    expect(describeAcquire('get_user_pages', v6_12)).toMatchInlineSnapshot(`
    "\`\`\`c
    long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages);
    \`\`\`

    Takes a plain reference (FOLL_GET, +1) on each user page of the current process. Right for work on \`struct page\` only; use the pin call where the data is touched.

    - **Takes** a plain reference (+1, \`FOLL_GET\`) on each page; nothing when the array is NULL
    - **Give back** with \`put_page()\` / \`release_pages()\`; if the data was written, \`set_page_dirty_lock()\` first
    - **Returns** number taken, which may be fewer than asked for, or -errno
    - **Context**: may sleep; caller holds \`mmap_lock\`
    - **For** CASE 3 (MMU notifier) and CASE 4 (struct page only) of Documentation/core-api/pin_user_pages.rst
    - **Counterpart**: \`pin_user_pages()\`, where the data is read or written
    - **Kernels**: all; arguments changed in 4.6, 4.9, 6.5 (mm/gup.c, include/linux/mm.h)"
  `));
  it('a pin that the kernel has not yet', () =>
    expect(describeAcquire('pin_user_pages', v5_4)).toMatchInlineSnapshot(`
      "\`\`\`c
      long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas);
      \`\`\`

      Pins (FOLL_PIN) each user page of the current process, so that its data may be read and written by the CPU or a device.

      **Not in Linux 5.4**: it came with 5.6, before it there is only \`get_user_pages()\`.

      - **Takes** a pin (\`FOLL_PIN\`) on each page
      - **Give back** with \`unpin_user_page()\` / \`unpin_user_pages()\`
      - **Returns** number taken, which may be fewer than asked for, or -errno
      - **Context**: may sleep; caller holds \`mmap_lock\`
      - **For** CASE 1 (Direct I/O), CASE 5 (Access to the data by the CPU), and with \`FOLL_LONGTERM\` CASE 2 (RDMA and other long-lived buffers) of Documentation/core-api/pin_user_pages.rst
      - **Counterpart**: \`get_user_pages()\`, where only \`struct page\` is looked at
      - **Kernels**: since 5.6; arguments changed in 6.5 (mm/gup.c, include/linux/mm.h)"
    `));
  it('a call that is gone', () =>
    expect(describeAcquire('get_user_pages_longterm', v6_12)).toMatchInlineSnapshot(`
      "\`\`\`c
      long get_user_pages_longterm(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas);
      \`\`\`

      The get_user_pages of 4.15 to 5.1 for references held for long; refuses DAX files. Today: pin_user_pages with FOLL_LONGTERM.

      **Not in Linux 6.12**: use \`pin_user_pages()\`.

      - **Takes** a plain reference (+1, \`FOLL_GET\`) on each page; nothing when the array is NULL
      - **Give back** with \`put_page()\` / \`release_pages()\`; if the data was written, \`set_page_dirty_lock()\` first
      - **Returns** number taken, which may be fewer than asked for, or -errno
      - **Context**: may sleep; caller holds \`mmap_lock\`
      - **For** CASE 2 (RDMA and other long-lived buffers) of Documentation/core-api/pin_user_pages.rst, as well as its time could
      - **Kernels**: from 4.15, gone in 5.2 (mm/gup.c, include/linux/mm.h)"
    `));
  it('an iterator', () =>
    expect(describeAcquire('iov_iter_extract_pages', v6_12)).toMatchInlineSnapshot(`
      "\`\`\`c
      ssize_t iov_iter_extract_pages(struct iov_iter *i, struct page ***pages, size_t maxsize, unsigned int maxpages, iov_iter_extraction_t extraction_flags, size_t *offset0);
      \`\`\`

      Pins the pages of a user iterator; takes nothing on the pages of a kernel one. \`iov_iter_extract_will_pin()\` tells which. Fills the array at \`*pages\`, or allocates it (kvfree() it) when that is NULL.

      - **Takes** a pin on each page of user memory, nothing on kernel memory
      - **Give back** with \`unpin_user_page()\` / \`unpin_user_pages()\`; if the data was written, \`unpin_user_pages_dirty_lock(…, true)\`
      - **Returns** number of bytes covered, which may be fewer than asked for, or -errno
      - **Context**: may sleep; caller must not hold \`mmap_lock\`
      - **For** CASE 1 (Direct I/O) of Documentation/core-api/pin_user_pages.rst
      - **Kernels**: since 6.3 (lib/iov_iter.c, include/linux/uio.h)"
    `));
  it('a release', () =>
    expect(describeAcquire('unpin_user_pages_dirty_lock', v6_12)).toMatchInlineSnapshot(`
    "\`\`\`c
    void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty);
    \`\`\`

    Marks each page dirty under its page lock (when make_dirty), then gives back its pin. May sleep.

    - **Gives back** pins: what pin_user_pages*() took
    - **Kernels**: since 5.6 (mm/gup.c)"
  `));
  it('a release of its time', () =>
    expect(describeAcquire('put_user_pages_dirty_lock', v5_4)).toMatchInlineSnapshot(`
      "\`\`\`c
      void put_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty);
      \`\`\`

      Dirties (when make_dirty) and puts each page.

      - **Gives back** plain references: what get_user_pages*() took
      - **Kernels**: from 5.2, gone in 5.6 (mm/gup.c of 5.2 to 5.5)"
    `));
  it('a release that is gone', () =>
    expect(describeAcquire('put_user_page', v6_12)).toMatchInlineSnapshot(`
      "\`\`\`c
      void put_user_page(struct page *page);
      \`\`\`

      Placeholder for unpin_user_page: put_page by another name.

      **Not in Linux 6.12**: use \`unpin_user_page()\`.

      - **Gives back** plain references: what get_user_pages*() took
      - **Kernels**: from 5.2, gone in 5.6 (mm/gup.c of 5.2 to 5.5)"
    `));

  it('is there for every acquire in every mood, and short', () => {
    for (const fact of facts.acquires) {
      for (const kernel of [v6_12, v5_4]) {
        const text = describeAcquire(fact.name, kernel) ?? '';
        expect(text, fact.name).toContain(fact.name);
        expect(text.split('\n').length, fact.name).toBeLessThan(18);
      }
    }
  });

  it('is silent about other names', () => {
    for (const name of ['kfree', 'nonsense', 'get_page', '']) expect(describeAcquire(name, v6_12)).toBeUndefined();
  });
});

describe('hover', () => {
  it('has words for every call of the family, in every kernel, and every flag', () => {
    for (const kernel of [v5_4, v6_12]) {
      for (const name of gupFamilyNames) {
        const text = describeAcquire(name, kernel) ?? '';
        expect(text, name).toMatch(/\*\*Kernels\*\*: \S+/);
        expect(text, name).toMatch(/^```c\n.*\);\n```/);
        expect(text, name).not.toMatch(/undefined|null/);
        if (facts.acquire(name)) {
          expect(text, name).toMatch(/\*\*Takes\*\* (a|nothing)/);
          expect(text, name).toMatch(/\*\*Give back\*\* with `\w+\(\)`/);
          expect(text, name).toMatch(/CASE \d \(/);
        }
      }
      for (const { name } of facts.flags) expect(describeFlag(name, kernel), name).toMatch(/Kernels: \S+/);
    }
  });
});

describe('describeFlag', () => {
  it('FOLL_LONGTERM', () =>
    expect(describeFlag('FOLL_LONGTERM', v6_12)).toMatchInlineSnapshot(`
    "**FOLL_LONGTERM** · for any caller

    The pin will be held for an indefinite time, beyond the call, under the control of user space. Moves pages out of CMA and ZONE_MOVABLE first, refuses file systems that cannot bear it. Only with a pin call.

    CASE 2 (RDMA and other long-lived buffers) of Documentation/core-api/pin_user_pages.rst; also for a pin kept in an object, a list or file private data. Given to get_user_pages*(), the call fails with -EINVAL.

    Kernels: since 5.2 (include/linux/mm_types.h)"
  `));
  it('FOLL_PIN', () =>
    expect(describeFlag('FOLL_PIN', v6_12)).toMatchInlineSnapshot(`
    "**FOLL_PIN** · internal to mm/gup.c: not for callers

    Take a pin. Set by the pin_user_pages family and never by its callers; a caller that gives it is refused.

    Call pin_user_pages*() instead.

    Kernels: since 5.6 (mm/internal.h)"
  `));
  it('a flag that is gone', () =>
    expect(describeFlag('FOLL_MLOCK', v6_12)).toMatchInlineSnapshot(`
    "**FOLL_MLOCK** · internal to mm/gup.c: not for callers

    Lock the page for mlock.

    **Not in Linux 6.12.**

    Kernels: gone in 5.18 (include/linux/mm.h)"
  `));
  it('no flag', () => expect(describeFlag('FOLL_NONSENSE', v6_12)).toBeUndefined());
});
