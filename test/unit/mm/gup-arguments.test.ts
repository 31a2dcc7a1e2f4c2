/** Arguments of the GUP family that no recorded trace passes, after is_valid_gup_args, gup_fast_fallback and check_vma_flags (mm/gup.c). */
import { describe, expect, it } from 'vitest';
import { Observer } from '../../../simulator/mm/observe.ts';
import { script } from './script.ts';

const anon = 'mmap m anon 2 rw; write m[0] u1;';

describe('gup_fast_fallback', () => {
  it.each([
    ['6.12', 'WARNING at mm/gup.c:3445 gup_fast_fallback'],
    ['6.1', 'WARNING at mm/gup.c:3047 internal_get_user_pages_fast'],
  ])('%s warns of flags that it does not know and says -EINVAL', (kernel, line) => {
    const r = script(
      `${anon} get_user_pages_fast m[0] 1 NOWAIT h0; get_user_pages_fast m[0] 1 NOWAIT h0`,
      ['m[0]'],
      kernel,
    );
    expect(r.results[2]).toMatchObject({ ret: -22, errno: 'EINVAL', dmesg: [line] });
    expect(r.last.dmesg).toBeUndefined();
  });
  it.each([
    ['6.12', { ret: -75, errno: 'EOVERFLOW' }],
    ['6.1', { ret: 0 }],
  ])('%s: a range that wraps around', (kernel, answer) => {
    const r = script(`${anon} get_user_pages_fast top:0xfffffffffffff000 1 - h0`, ['m[0]'], kernel);
    expect(r.last).toMatchObject(answer);
  });
});

describe('FOLL_FORCE', () => {
  it('do_anonymous_page maps with PAGE_NONE where nothing may access', () => {
    const r = script('mmap m anon 1 none; get_user_pages m[0] 1 WRITE|FORCE h0');
    expect(r.pte()).toMatchObject({ present: true, protnone: true, write: false, dirty: false });
    // FOLL_TOUCH dirties the page, as the entry is clean
    expect(r.page()!.flags).toContain('dirty');
    const again = script('mmap m anon 1 none; get_user_pages m[0] 1 WRITE|FORCE h0; mprotect m[0] 1 rw; read m[0]');
    expect(again.pte()).not.toHaveProperty('protnone');
  });
});

describe('vm_page_prot of a mapping that nothing may access', () => {
  it.each([
    ['__do_huge_pmd_anonymous_page', 'mmap m thp 512 none', 'WRITE|FORCE'],
    ['do_huge_pmd_anonymous_page, the huge zero page', 'mmap m thp 512 none', 'FORCE'],
    ['hugetlb_no_page', 'mmap m hugetlb 512 none', 'FORCE'],
    ['dax_iomap_pte_fault', 'create_file F ext4-dax 1; mmap m dax-shared 1 none F', 'FORCE'],
    ['dax_fault_cow', 'create_file F ext4-dax 1; mmap m dax-private 1 none F', 'WRITE|FORCE'],
  ])('%s: GUP-fast leaves the entry alone, and GUP refuses', (_, map, flags) => {
    const filled = `${map}; get_user_pages m[0] 1 ${flags} h0;`;
    const o = { dax: 1024 };
    expect(script(filled, ['m[0]'], '6.12', o).pte()).toMatchObject({ present: true, protnone: true });
    for (const call of ['get_user_pages_fast', 'pin_user_pages_fast'])
      expect(script(`${filled} ${call} m[0] 1 - h1`, ['m[0]'], '6.12', o).last.errno).toBe('EFAULT');
    const again = script(`${filled} mprotect m[0] 512 r; get_user_pages_fast m[0] 1 - h1`, ['m[0]'], '6.12', o);
    expect(again.last.ret).toBe(1);
  });
  it('vm_insert_page: so does what a driver maps', () => {
    for (const kernel of ['6.12', '6.1'])
      expect(script('mmap m mixedmap 1 none; get_user_pages_fast m[0] 1 - h0', ['m[0]'], kernel).last.errno).toBe(
        'EFAULT',
      );
  });
});

describe('io_try_coalesce_buffer', () => {
  const pins = (lines: string): number => script(lines).page()!.pincount ?? 0;
  it('keeps one pin of each folio of a buffer that is made of whole ones', () => {
    expect(pins('mmap m mthp-64k 32 rw; write m[0] u1; write m[16] u2; io_uring_register_buffers m[0] 32')).toBe(1);
    // the first may begin in the middle, the last may end there
    expect(pins('mmap m mthp-64k 32 rw; write m[0] u1; write m[16] u2; io_uring_register_buffers m[4] 24')).toBe(1);
    expect(pins('mmap m thp 512 rw; write m[0] u1; io_uring_register_buffers m[0] 8')).toBe(1);
  });
  it('leaves folios of several sizes as they are', () => {
    // the fault that finds a neighbour present takes a small folio
    const mixed = 'mmap m mthp-64k 32 rw; read m[17]; write m[0] u1; io_uring_register_buffers m[0] 17';
    expect(pins(mixed)).toBe(16);
  });
});

describe('process_vm_rw_single_vec', () => {
  it('says -EFAULT whatever pin_user_pages_remote said', () => {
    const dax = 'create_file F ext4-dax 1; mmap m dax-shared 1 r F; fork C1; process_vm_writev C1:m[0] v1';
    expect(script(dax, ['m[0]'], '6.12', { dax: 1024 }).last.errno).toBe('EFAULT');
  });
});

describe('free_huge_folio', () => {
  it.each(['6.12', '6.1'])('%s: a huge page with one put too many is in the pool, mapped and unchecked', (kernel) => {
    const r = script('mmap m hugetlb 512 rw; write m[0] u1; get_user_pages_fast m[0] 1 WRITE h0', ['m[0]'], kernel);
    for (let i = 0; i < 2; i++)
      expect(r.m.run({ op: 'put_page', args: { handle: 'h0', keep_handle: i === 0 } }).dmesg).toBeUndefined();
    const page = new Observer(r.m).observe([{ proc: 'P', at: 'm[0]' }], true).pages[0]!;
    expect(page).toMatchObject({ refcount: 0, mapcount: 1, order: 9, kind: 'none', flags: ['uptodate', 'hugetlb'] });
    expect(r.m.run({ op: 'read', args: { addr: 'm[0]' } }).data).toBe('u1');
  });
});

describe('madvise_inject_error', () => {
  it('takes one page of each folio, as large as it was', () => {
    const r = script('mmap m thp 1024 rw; write m[0] u1; write m[512] u2; madvise m[0] 1024 SOFT_OFFLINE', [
      'm[0]',
      'm[512]',
    ]);
    expect(r.last.ret).toBe(0);
    expect(r.count('pgmigrate_success')).toBe(2);
    expect(r.count('thp_split_page')).toBe(2);
  });
});

describe('madvise_populate', () => {
  it('says -EINVAL where GUP says -EFAULT, and -ENOMEM at a hole', () => {
    const ro = 'mmap m anon 4 r;';
    expect(script(`${ro} madvise m[0] 4 POPULATE_WRITE`).last).toMatchObject({ errno: 'EINVAL' });
    const r = script(`${anon} munmap m[1] 1; madvise m[0] 2 POPULATE_READ`);
    expect(r.last).toMatchObject({ errno: 'ENOMEM' });
    expect(script('create_file F tmpfs 1; mmap m shmem 2 rw F; madvise m[0] 2 POPULATE_READ').last).toMatchObject({
      errno: 'EFAULT',
    });
  });
});

describe('madvise_collapse', () => {
  const small = 'mmap m thp 512 rw; madvise m[0] 512 NOHUGEPAGE; write m[0] u1; madvise m[0] 512 HUGEPAGE;';
  it('__collapse_huge_page_swapin: brings back what is swapped out', () => {
    const r = script(`${small} madvise m[0] 1 PAGEOUT; madvise m[0] 512 COLLAPSE; read m[0]`);
    expect(r.last.data).toBe('u1');
    expect(r.pte()).toMatchObject({ level: 'pmd' });
  });
  it('hpage_collapse_scan_pmd: at least one page must be writable', () => {
    expect(script(`${small} fork C1; madvise m[0] 512 COLLAPSE`).last).toMatchObject({ errno: 'EINVAL' });
    // 6.1 maps what comes from swap read-only
    const swapped = `${small} madvise m[0] 1 PAGEOUT; read m[0]; madvise m[0] 512 COLLAPSE`;
    expect(script(swapped, ['m[0]'], '6.1').last).toMatchObject({ errno: 'EINVAL' });
    expect(script(swapped).last.ret).toBe(0);
  });
  it('a range that fails does not keep the others from being collapsed', () => {
    const two =
      'mmap m thp 1024 rw; madvise m[0] 1024 NOHUGEPAGE; write m[0] u1; write m[512] u2; madvise m[0] 1024 HUGEPAGE;';
    const r = script(`${two} get_user_pages_fast m[0] 1 WRITE h0; madvise m[0] 1024 COLLAPSE`, ['m[0]', 'm[512]']);
    expect(r.last).toMatchObject({ errno: 'EAGAIN' });
    expect(r.now.ptes.map((p) => p['level'])).toEqual(['pte', 'pmd']);
  });
});
