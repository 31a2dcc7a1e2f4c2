/** Paths of reclaim and advice that no recorded trace walks, each after the kernel function in its title. */
import { describe, expect, it } from 'vitest';
import { script } from './script.ts';

const thp = 'mmap m thp 512 rw; write m[0] u1;';
const half = 'madvise m[0] 256';

describe('MADV_FREE of huge pages', () => {
  it('madvise_free_huge_pmd splits the folio of which a part is freed', () => {
    const r = script(`${thp} ${half} FREE`, ['m[0]', 'm[300]']);
    expect(r.page()).toMatchObject({ order: 0, flags: expect.not.arrayContaining(['swapbacked']) });
    expect(r.count('thp_split_page')).toBe(1);
  });
  it('madvise_free_huge_pmd leaves a folio alone that somebody holds and that is not freed whole', () => {
    const r = script(`${thp} get_user_pages_fast m[0] 1 WRITE h0; ${half} FREE`);
    expect(r.page()).toMatchObject({ order: 9, flags: expect.arrayContaining(['swapbacked']) });
    expect(r.count('thp_split_page_failed')).toBe(1);
  });
  it('madvise_free_pte_range frees a large folio whole that page tables map whole', () => {
    const r = script('mmap m mthp-64k 16 rw; write m[0] u1; madvise m[0] 16 FREE; madvise m[0] 16 PAGEOUT');
    expect(r.page()).toEqual({ id: 'A', freed: true });
    expect(r.count('pswpout')).toBe(0);
  });
  it('madvise_free_pte_range splits a large folio of which a part is freed', () => {
    const r = script('mmap m mthp-64k 16 rw; write m[0] u1; madvise m[0] 4 FREE', ['m[0]', 'm[8]']);
    expect(r.page()).toMatchObject({ order: 0, flags: expect.not.arrayContaining(['swapbacked']) });
  });
});

describe('partially mapped folios', () => {
  const fork = 'mmap m mthp-64k 16 rw; write m[0] u1; fork C1;';
  it('__folio_remove_rmap: a folio that another process maps whole is not partially mapped', () => {
    // shrink_folio_list would split it before it writes it
    const r = script(`${fork} C1:munmap m[0] 4; memcg_reclaim`);
    expect(r.count('pswpout')).toBe(16);
  });
  it('shrink_folio_list splits a folio of which pages are mapped by nobody', () => {
    const r = script('mmap m mthp-64k 16 rw; write m[0] u1; munmap m[4] 12; memcg_reclaim');
    expect(r.pte()).toMatchObject({ swap: true });
    // the other pages were all zeroes and mapped by nobody
    expect(r.count('pswpout')).toBe(1);
  });
});

describe('swap_writepage', () => {
  it.each([
    ['6.12', 0],
    ['6.1', 1],
  ])('is_folio_zero_filled: %s writes %i pages of a folio that holds zeroes', (kernel, written) => {
    const m = 'create_file F tmpfs 1; mmap m shmem 1 rw F; read m[0]; pin_user_pages m[0] 1 WRITE h0;';
    const r = script(`${m} unpin_user_pages_dirty_lock h0; madvise m[0] 1 PAGEOUT; read m[0]`, ['m[0]'], kernel);
    expect(r.count('pswpout')).toBe(written);
    expect(r.count('pswpin')).toBe(written);
    expect(r.last.data).toBe('');
  });
});

describe('do_swap_page in a locked VMA', () => {
  const ops = 'mmap m anon 1 rw; write m[0] u1; madvise m[0] 1 PAGEOUT; mlock_onfault m[0] 1; read m[0]';
  it('folio_add_new_anon_rmap does not mlock what comes from the device (6.12)', () => {
    expect(script(ops).page('B')!.flags).not.toContain('mlocked');
  });
  it('page_add_anon_rmap does (6.1)', () => {
    expect(script(ops, ['m[0]'], '6.1').page('B')!.flags).toContain('mlocked');
  });
});

describe('vma_has_recency', () => {
  const ops = 'create_file F ext4 1; mmap m ext4-shared 1 rw F; madvise m[0] 1 RANDOM; read m[0]; munmap m[0] 1';
  it.each([
    ['6.12', false],
    ['6.1', true],
  ])('zap_present_ptes of %s: an access through a MADV_RANDOM mapping marks the page accessed: %s', (kernel, marks) => {
    expect(script(ops, ['m[0]'], kernel).page()!.flags!.includes('referenced')).toBe(marks);
  });
});

describe('do_fault_around', () => {
  it('starts at the VMA and goes on for 16 pages, across the aligned window', () => {
    const touch = Array.from({ length: 20 }, (_, i) => `file_read F ${i}`).join(';');
    const r = script(`create_file F ext4 20; ${touch}; mmap m ext4-shared 20 rw F; munmap m[0] 1; read m[3]`, [
      'm[1]',
      'm[16]',
      'm[17]',
    ]);
    expect(r.now.ptes.map((p) => p['present'])).toEqual([true, true, false]);
  });
  it('filemap_map_pages maps 16 pages of a huge folio that does not fit the VMA', () => {
    const r = script(
      'create_file F tmpfs 512; mmap m shmem-thp 512 rw F; write m[0] u1; munmap m[256] 256; read m[0]',
      ['m[0]', 'm[15]', 'm[16]'],
    );
    expect(r.now.ptes.map((p) => p['present'])).toEqual([true, true, false]);
  });
});

describe('the multi-generational LRU', () => {
  it('folio_inc_gen forgets that a dirty file page was referenced when it moves it on (6.1)', () => {
    const ops =
      'create_file F ext4 1; mmap m ext4-shared 1 rw F; write m[0] u1; get_user_pages_fast m[0] 1 - h0; memcg_reclaim';
    const flags = script(ops, ['m[0]'], '6.1', { lru: 'mglru' }).page()!.flags;
    expect(flags).toContain('reclaim');
    expect(flags).not.toContain('referenced');
  });
});
