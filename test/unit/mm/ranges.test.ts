/** System calls over ranges: holes, permissions, doing it twice (mm/mlock.c, mm/mprotect.c, mm/madvise.c, mm/msync.c). */
import { describe, expect, it } from 'vitest';
import { script } from './script.ts';

const hole = 'mmap m anon 4 rw; write m[0] u1; write m[3] u3; munmap m[2] 1;';

describe('a hole in the range is -ENOMEM', () => {
  it('do_mprotect_pkey: what is before it is changed', () => {
    const r = script(`${hole} mprotect m[0] 4 none`, ['m[0]', 'm[3]']);
    expect(r.last).toMatchObject({ errno: 'ENOMEM' });
    expect(r.now.ptes.map((p) => p['protnone'] === true)).toEqual([true, false]);
  });
  it('apply_vma_lock_flags: what is before it is locked, and nothing is populated', () => {
    const r = script(`${hole} mlock m[0] 4`, ['m[0]', 'm[1]', 'm[3]']);
    expect(r.last).toMatchObject({ errno: 'ENOMEM' });
    expect(r.page('A')!.flags).toContain('mlocked');
    expect(r.page('B')!.flags).not.toContain('mlocked');
    expect(r.pte('m[1]')).toMatchObject({ none: true });
  });
  it('madvise_walk_vmas: what is behind it is advised all the same', () => {
    const r = script(`${hole} madvise m[0] 4 DONTNEED`, ['m[0]', 'm[3]']);
    expect(r.last).toMatchObject({ errno: 'ENOMEM' });
    expect(r.now.ptes.map((p) => p['none'])).toEqual([true, true]);
  });
  it('a range that starts in one changes nothing', () => {
    expect(script(`${hole} mlock m[2] 2`).last).toMatchObject({ errno: 'ENOMEM' });
    expect(script(`${hole} mprotect m[2] 2 none; write m[3] u4`).last.signal).toBeUndefined();
  });
});

describe('do_mlock', () => {
  it('mlock_fixup: mlocking twice is undone by one munlock', () => {
    const r = script('mmap m anon 1 rw; write m[0] u1; mlock m[0] 1; mlock m[0] 1; munlock m[0] 1');
    expect(r.page()!.flags).not.toContain('mlocked');
    expect(r.count('unevictable_pgs_rescued')).toBe(1);
  });
  it('populate_vma_page_range cannot fill what nobody may access, or what is behind the end of a file', () => {
    expect(script('mmap m anon 1 none; mlock m[0] 1').last).toMatchObject({ errno: 'ENOMEM' });
    expect(script('create_file F tmpfs 1; mmap m shmem 2 rw F; mlock m[0] 2').last).toMatchObject({ errno: 'ENOMEM' });
  });
  it('a plain mlock after MLOCK_ONFAULT fills what was not touched', () => {
    const r = script('mmap m anon 2 rw; mlock_onfault m[0] 2; mlock m[0] 2', ['m[1]']);
    expect(r.pte('m[1]')).toMatchObject({ present: true });
    expect(r.page()!.flags).toContain('mlocked');
  });
});
