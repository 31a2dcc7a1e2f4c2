/** removed-api: what each kernel has, what is respected, and what the fix writes. */
import { describe, expect, it } from 'vitest';
import type { KernelVersion } from '../../../language/c/unit.ts';
import { applyEdits } from '../../../server/apply-fixes.ts';
import type { AnalysisResult } from '../../../server/findings.ts';
import { check, theAnalyser } from './check.ts';

const v = (text: string): KernelVersion => {
  const [major, minor] = text.split('.').map(Number);
  return { major: major!, minor: minor!, patch: 0 };
};
const only = 'removed-api';
const pass = (text: string, kernel: string): Promise<AnalysisResult> => check(text, { only, kernel: v(kernel) });

interface Given {
  readonly kernels?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly defines?: Readonly<Record<string, string | null>>;
}

async function run(text: string, given: Given = {}): Promise<AnalysisResult> {
  const a = await theAnalyser();
  const headers = Object.entries(given.headers ?? {}).map(([path, t]) => ({ path, text: t }));
  const defines = new Map(Object.entries(given.defines ?? {}));
  const targets = (given.kernels ?? ['6.12']).map((k) => ({ kernel: v(k), defines }));
  const result = a.analyse({ path: '/t/removed.c', text, headers }, { targets, severity: {} });
  a.close('/t/removed.c');
  return result;
}

/** The kernels of each finding of the rule. */
const found = (r: AnalysisResult): string[] =>
  r.findings.filter((f) => f.rule === only).map((f) => f.kernels.map((k) => `${k.major}.${k.minor}`).join(' '));

/** Applies every fix of the rule. */
function fixed(text: string, r: AnalysisResult): string {
  const edits = r.findings.filter((f) => f.rule === only).flatMap((f) => f.fixes()[0]?.edits ?? []);
  const seen = new Map(edits.map((e) => [`${e.span.start}:${e.span.end}:${e.newText}`, e]));
  return applyEdits(text, [...seen.values()]);
}

describe('what a kernel has', () => {
  const acquire = (call: string): string => `
int f(struct task_struct *tsk, struct mm_struct *mm, unsigned long a, int nr, int write, struct page **pages, struct vm_area_struct **vmas, int *locked)
{
	return ${call};
}`;
  const cases: readonly (readonly [call: string, right: string, wrong: string])[] = [
    ['get_user_pages(current, current->mm, a, nr, write, 0, pages, NULL)', '4.4 4.5', '4.6 4.9 5.10 6.12'],
    ['get_user_pages(a, nr, write, 0, pages, vmas)', '4.6 4.8', '4.4 4.9 6.12'],
    ['get_user_pages(a, nr, FOLL_WRITE, pages, NULL)', '4.9 5.10 6.4', '4.8 6.5 6.12'],
    ['get_user_pages(a, nr, FOLL_WRITE, pages)', '6.5 6.12', '4.9 5.15 6.4'],
    ['pin_user_pages(a, nr, 0, pages)', '6.5 7.0', '5.5 5.6 6.1'],
    ['get_user_pages_remote(tsk, mm, a, nr, 1, 0, pages, NULL)', '4.6', '4.9 5.9'],
    ['get_user_pages_remote(tsk, mm, a, nr, FOLL_WRITE, pages, NULL)', '4.9', '4.8 4.10 5.4 5.9 6.12'],
    ['get_user_pages_remote(tsk, mm, a, nr, FOLL_WRITE, pages, NULL, locked)', '4.10 5.8', '4.9 5.9 6.5'],
    ['get_user_pages_remote(mm, a, nr, FOLL_WRITE, pages, NULL, locked)', '5.9 6.4', '5.8 6.5'],
    ['pin_user_pages_remote(mm, a, nr, FOLL_WRITE, pages, locked)', '6.5', '6.4 5.4'],
    ['get_user_pages_fast(a, nr, 1, pages)', '4.4 5.1', '5.2 6.12'],
    ['get_user_pages_fast(a, nr, write, pages)', '4.19', '5.4'],
    ['get_user_pages_fast(a, nr, !!write, pages)', '5.1', '6.1'],
    ['get_user_pages_fast(a, nr, FOLL_WRITE, pages)', '5.2 6.12', '4.19 5.1'],
    ['get_user_pages_fast(a, nr, write ? FOLL_WRITE : 0, pages)', '5.2', '5.1'],
    ['get_user_pages_fast(a, nr, 0, pages)', '4.4 6.12', ''],
    ['__get_user_pages_fast(a, nr, 1, pages)', '5.7', '5.8'],
    ['get_user_pages_fast_only(a, nr, FOLL_WRITE, pages)', '5.8 6.12', '5.7'],
    ['pin_user_pages_fast_only(a, nr, FOLL_WRITE, pages)', '5.8 6.2', '6.3'],
    ['get_user_pages_unlocked(a, nr, pages, FOLL_WRITE)', '4.9 6.12', '4.8'],
    ['get_user_pages_unlocked(a, nr, write, 0, pages)', '4.6 4.8', '4.5 4.9'],
    ['get_user_pages_locked(a, nr, FOLL_WRITE, pages, locked)', '4.9 5.17', '5.18 6.1'],
    ['pin_user_pages_locked(a, nr, FOLL_WRITE, pages, locked)', '5.8 5.17', '5.7 5.18'],
    ['pin_user_pages_unlocked(a, nr, pages, FOLL_WRITE)', '5.8 6.12', '5.7'],
    ['get_user_pages_longterm(a, nr, FOLL_WRITE, pages, NULL)', '4.15 5.1', '4.14 5.2 6.12'],
    ['memfd_pin_folios(NULL, 0, 1, NULL, 1, NULL)', '6.11', '6.10'],
    ['iov_iter_get_pages(NULL, pages, 1, 1, NULL)', '5.19', '6.0 6.12'],
  ];
  for (const [call, right, wrong] of cases) {
    it(call, async () => {
      for (const k of right.split(' ').filter(Boolean)) await pass(acquire(call), k);
      for (const k of wrong.split(' ').filter(Boolean))
        await pass(acquire(call).replace(/;\n/, '; //~ removed-api\n'), k);
    });
  }

  it('releases and flags', async () => {
    const text = (mark: Readonly<Record<string, boolean>>): string => {
      const m = (k: string): string => (mark[k] ? ' //~ removed-api' : '');
      return `
void f(struct page **pages, int n, struct folio *folio)
{
	put_user_page(pages[0]);${m('put')}
	put_user_pages(pages, n);${m('put')}
	put_user_pages_dirty(pages, n);${m('dirty')}
	put_user_pages_dirty_lock(pages, n);${m('two')}
	put_user_pages_dirty_lock(pages, n, true);${m('three')}
	unpin_user_pages(pages, n);${m('unpin')}
	unpin_user_page_range_dirty_lock(pages[0], n, true);${m('range')}
	release_pages(pages, n, false);${m('cold')}
	release_pages(pages, n);${m('warm')}
	folio_put(folio);${m('folio')}
}
unsigned int g(bool write)
{
	return FOLL_LONGTERM${m('longterm')}
		| FOLL_NOFAULT;${m('nofault')}
}`;
    };
    const at = (kernel: string, gone: string): Promise<AnalysisResult> =>
      pass(text(Object.fromEntries(gone.split(' ').map((k) => [k, true]))), kernel);
    await at('5.2', 'three unpin range cold folio nofault');
    await at('5.4', 'dirty two unpin range cold folio nofault');
    await at('4.14', 'put dirty two three unpin range warm folio longterm nofault');
    await at('5.10', 'put dirty two three range cold folio nofault');
    await at('6.12', 'put dirty two three cold');
  });
});

describe('what is respected', () => {
  it('a branch that the target does not compile', async () => {
    const text = (mark: string): string => `
int f(unsigned long a, int nr, struct page **pages)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	return pin_user_pages(a, nr, FOLL_WRITE, pages);
#elif KERNEL_VERSION(5, 6, 0) <= LINUX_VERSION_CODE
	return pin_user_pages(a, nr, FOLL_WRITE, pages, NULL);
#elif LINUX_VERSION_CODE >> 16 == 5
	return get_user_pages(a, nr, FOLL_WRITE, pages, NULL);
#else
	return get_user_pages(a, nr, 1, 0, pages, NULL);${mark}
#endif
}`;
    for (const k of ['6.12', '6.1', '5.4', '4.8']) await pass(text(''), k);
    await pass(text(' //~ removed-api'), '4.19');
  });

  it('a ladder that is one release off', async () => {
    const text = `
int f(unsigned long a, int nr, struct page **pages)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	return pin_user_pages(a, nr, FOLL_WRITE, pages); //~ removed-api
#else
	return pin_user_pages(a, nr, FOLL_WRITE, pages, NULL);
#endif
}`;
    const result = await pass(text, '6.4');
    expect(fixed(text, result)).toContain('#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)\n');
    await pass(text.replace(/ \/\/~.*/, ''), '6.5');
    const late = text
      .replace(/ \/\/~.*/, '')
      .replace('6, 4, 0', '6, 6, 0')
      .replace('NULL);', 'NULL); //~ removed-api');
    expect(fixed(late, await pass(late, '6.5'))).toContain('KERNEL_VERSION(6, 5, 0)\n');
  });

  it('names of the file: functions, macros, prototypes, variables', async () => {
    const call = `
void f(struct page **pages, int n)
{
	put_user_pages(pages, n);
}`;
    await pass(`static void put_user_pages(struct page **p, int n) { release_pages(p, n); }${call}`, '6.12');
    await pass(`#define put_user_pages(p, n) unpin_user_pages(p, n)${call}`, '6.12');
    await pass(`#define put_user_pages unpin_user_pages${call}`, '6.12');
    await pass(`extern void put_user_pages(struct page **p, int n);${call}`, '6.12');
    await pass(
      `void f(void (*put_user_pages)(struct page **, int), struct page **p) { put_user_pages(p, 1); }`,
      '6.12',
    );
    await pass(
      `#define get_user_pages(start, nr, flags, pages) get_user_pages(start, nr, flags, pages, NULL)
int f(unsigned long a, int nr, struct page **pages) { return get_user_pages(a, nr, 0, pages); }`,
      '6.1',
    );
  });

  it('names of a header, also of one that was not read', async () => {
    const text = `#include "drv_compat.h"
void f(struct page **pages, int n)
{
	put_user_pages(pages, n);
}`;
    const count = async (header: string | undefined): Promise<number> => {
      const r = await run(text, header === undefined ? {} : { headers: { '/t/drv_compat.h': header } });
      return r.findings.filter((f) => f.rule === only).length;
    };
    expect(await count(undefined)).toBe(0);
    expect(await count('static inline void put_user_pages(struct page **p, int n) { release_pages(p, n); }')).toBe(0);
    expect(await count('#define put_user_pages(p, n) unpin_user_pages(p, n)')).toBe(0);
    expect(await count('void put_user_pages(struct page **p, int n);')).toBe(0);
    expect(await count('struct other;')).toBe(1);
  });

  it('configure-time macros: unknown, given, and CONFIG_', async () => {
    const text = `
void f(struct page **pages, int n)
{
#ifdef DRV_OLD_NAMES
	put_user_pages(pages, n);
#else
	unpin_user_pages(pages, n);
#endif
#ifdef CONFIG_DRV_DEBUG
	put_user_page(pages[0]);
#endif
}`;
    const lines = (r: AnalysisResult): string[] =>
      r.findings.filter((f) => f.rule === only).map((f) => text.slice(f.span.start, f.span.end).replace(/\(.*/, ''));
    expect(lines(await run(text))).toEqual(['put_user_page']);
    expect(lines(await run(text, { defines: { DRV_OLD_NAMES: '1' } }))).toEqual(['put_user_pages', 'put_user_page']);
    expect(lines(await run(text, { defines: { DRV_OLD_NAMES: null, CONFIG_DRV_DEBUG: null } }))).toEqual([]);
  });

  it('calls that fit no form of any time are not ours', () => pass('int f(void) { return get_user_pages(); }', '6.12'));
});

describe('what the fix writes', () => {
  const one = (call: string, more = ''): string => `#include <linux/mm.h>
${more}int f(unsigned long a, int nr, int write, struct page **pages)
{
	int ret;

	ret = ${call};
	return ret;
}
`;
  const rewrites: readonly (readonly [kernel: string, from: string, to: string])[] = [
    ['6.12', 'pin_user_pages(a, nr, FOLL_WRITE, pages, NULL)', 'pin_user_pages(a, nr, FOLL_WRITE, pages)'],
    ['6.1', 'pin_user_pages(a, nr, FOLL_WRITE, pages)', 'pin_user_pages(a, nr, FOLL_WRITE, pages, NULL)'],
    ['6.12', 'get_user_pages_fast(a, nr, write, pages)', 'get_user_pages_fast(a, nr, write ? FOLL_WRITE : 0, pages)'],
    ['6.12', 'get_user_pages_fast(a, nr, 1, pages)', 'get_user_pages_fast(a, nr, FOLL_WRITE, pages)'],
    ['4.19', 'get_user_pages_fast(a, nr, FOLL_WRITE, pages)', 'get_user_pages_fast(a, nr, 1, pages)'],
    [
      '6.12',
      'get_user_pages(current, current->mm, a, nr, write, 0, pages, NULL)',
      'get_user_pages(a, nr, write ? FOLL_WRITE : 0, pages)',
    ],
    ['6.12', '__get_user_pages_fast(a, nr, 1, pages)', 'get_user_pages_fast_only(a, nr, FOLL_WRITE, pages)'],
    ['5.4', 'pin_user_pages_fast(a, nr, FOLL_WRITE, pages)', 'get_user_pages_fast(a, nr, FOLL_WRITE, pages)'],
    ['6.12', 'pin_user_pages_locked(a, nr, 0, pages, NULL)', 'pin_user_pages(a, nr, 0, pages)'],
    ['6.12', 'put_user_page(pages[0])', 'unpin_user_page(pages[0])'],
    ['6.12', 'put_user_pages_dirty(pages, nr)', 'unpin_user_pages_dirty_lock(pages, nr, true)'],
    ['4.19', 'unpin_user_page(pages[0])', 'put_page(pages[0])'],
    ['4.19', 'unpin_user_pages(pages, nr)', 'release_pages(pages, nr)'],
    ['4.14', 'unpin_user_pages(pages, nr)', 'release_pages(pages, nr, false)'],
    [
      '6.12',
      'get_user_pages_remote(current, mm_of(a), a, nr, FOLL_WRITE, pages, NULL, NULL)',
      'get_user_pages_remote(mm_of(a), a, nr, FOLL_WRITE, pages, NULL)',
    ],
  ];
  for (const [kernel, from, to] of rewrites) {
    it(`${kernel}: ${from}`, async () => {
      const text = one(from);
      const result = await run(text, { kernels: [kernel] });
      const after = fixed(text, result);
      expect(after).toBe(one(to));
      expect(found(await run(after, { kernels: [kernel] }))).toEqual([]);
    });
  }

  it('a ladder, where no form is right in all of them', async () => {
    const text = one('pin_user_pages(a, nr,\n\t\t\t     FOLL_WRITE, pages, NULL)');
    const kernels = ['5.4', '6.1', '6.12'];
    const result = await run(text, { kernels });
    const after = fixed(text, result);
    expect(after).toBe(`#include <linux/mm.h>
#include <linux/version.h>
int f(unsigned long a, int nr, int write, struct page **pages)
{
	int ret;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	ret = pin_user_pages(a, nr,
			     FOLL_WRITE, pages);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 6, 0)
	ret = pin_user_pages(a, nr,
			     FOLL_WRITE, pages, NULL);
#else
	ret = get_user_pages(a, nr,
			     FOLL_WRITE, pages, NULL);
#endif
	return ret;
}
`);
    expect(found(await run(after, { kernels }))).toEqual([]);
  });

  it('in a condition: the head of the statement is what differs', async () => {
    const text = `#include <linux/version.h>
int f(unsigned long a, int nr, struct page **pages)
{
	if (nr &&
	    get_user_pages(a, nr, FOLL_WRITE, pages) != nr) {
		return -EFAULT;
	}
	return 0;
}
`;
    const kernels = ['6.1', '6.12'];
    const after = fixed(text, await run(text, { kernels }));
    expect(after).toContain(`
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	if (nr &&
	    get_user_pages(a, nr, FOLL_WRITE, pages) != nr) {
#else
	if (nr &&
	    get_user_pages(a, nr, FOLL_WRITE, pages, NULL) != nr) {
#endif
		return`);
    expect(found(await run(after, { kernels }))).toEqual([]);
  });

  it('one form that is right in all of them needs no ladder', async () => {
    const text = one('get_user_pages_fast(a, nr, 1, pages)');
    const after = fixed(text, await run(text, { kernels: ['5.4', '6.1', '6.12'] }));
    expect(after).toBe(one('get_user_pages_fast(a, nr, FOLL_WRITE, pages)'));
  });

  it('get_user_pages_longterm becomes a pin, with its releases', async () => {
    const text = `
int f(unsigned long a, int nr, struct page **pages)
{
	int i, ret = get_user_pages_longterm(a, nr, FOLL_WRITE, pages, NULL);

	if (ret <= 0)
		return ret;
	program(pages, ret);
	for (i = 0; i < ret; i++)
		put_page(pages[i]);
	return 0;
}
`;
    const after = fixed(text, await run(text));
    expect(after).toContain('pin_user_pages(a, nr, FOLL_WRITE | FOLL_LONGTERM, pages)');
    expect(after).toContain('unpin_user_pages(pages, ret)');
  });

  it('nothing that does the same: no fix, and a reason', async () => {
    const text = one('get_user_pages_fast_only(a, nr, FOLL_WRITE | FOLL_NOFAULT, pages)');
    const [finding] = (await run(text, { kernels: ['5.4'] })).findings.filter((f) => f.rule === only);
    expect(finding!.fixes()).toEqual([]);
    expect(finding!.fixNote?.()).toMatch(/5\.4/);
  });

  it('says in which of the kernels it holds, once', async () => {
    const text = one('pin_user_pages(a, nr, FOLL_WRITE, pages, NULL)');
    expect(found(await run(text, { kernels: ['5.10', '6.1', '6.6', '6.12'] }))).toEqual(['6.6 6.12']);
  });

  const locked = `
struct cache { struct rw_semaphore mmap_sem; };
int take(struct mm_struct *mm, struct cache *c, unsigned long a, int nr, struct page **pages)
{
	int ret;

	down_read(&mm->mmap_sem);
	ret = get_user_pages_remote(mm, a, nr, FOLL_WRITE, pages, NULL);
	up_read(&mm->mmap_sem);
	down_read(&c->mmap_sem);
	up_read(&c->mmap_sem);
	return ret;
}
`;

  it('mmap_sem is mmap_lock since 5.8', async () => {
    const result = await run(locked);
    const found = result.findings.filter((f) => f.rule === only).map((f) => f.message);
    expect(found).toHaveLength(2);
    expect(found[0]).toContain('mmap_read_lock()');
    const after = fixed(locked, result);
    expect(after).toContain('mmap_read_lock(mm);');
    expect(after).toContain('mmap_read_unlock(mm);');
    expect(after).toContain('down_read(&c->mmap_sem);');
    expect((await run(after)).findings.filter((f) => f.rule === only)).toEqual([]);
    const old = (await run(locked, { kernels: ['5.4'] })).findings.filter((f) => f.rule === only);
    expect(old.every((f) => !f.message.includes('mmap_sem'))).toBe(true);
    const macro = `#define mmap_sem mmap_lock\n${locked}`;
    expect((await run(macro)).findings.filter((f) => f.rule === only)).toEqual([]);
  });
});
