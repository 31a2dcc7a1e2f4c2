/** Arguments of the GUP family that no recorded trace passes, after is_valid_gup_args, gup_fast_fallback and check_vma_flags (mm/gup.c). */
import { describe, expect, it } from 'vitest';
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
