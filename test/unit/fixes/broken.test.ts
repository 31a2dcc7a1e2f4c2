/** Unfinished code: fixes never throw and never edit outside of the text. */
import { expect, it } from 'vitest';
import type { Fix } from '../../../server/findings.ts';
import { convertToPin } from '../../../server/fixes/convert.ts';
import { dropRelease } from '../../../server/fixes/duplicate.ts';
import { applyEdits, isSound } from '../../../server/apply-fixes.ts';
import { addFlag, removeFlag } from '../../../server/fixes/flags.ts';
import { insertRelease } from '../../../server/fixes/insert-release.ts';
import { matchRelease } from '../../../server/fixes/release.ts';
import { analysed } from './check.ts';

const text = `#define DROP(p) put_page(p)
static int fill(struct obj *o, unsigned long a)
{
	unsigned int flags = FOLL_WRITE | FOLL_GET;
	int i, ret;

	ret = get_user_pages_fast(a, o->nr, flags, o->pages);
	if (ret < 0)
		goto out;
	for (i = 0; i < ret; i++) {
		struct page *p = o->pages[i];

		if (o->dirty && !PageReserved(p))
			SetPageDirty(p);
		put_page(p);
	}
	if (prepare(o))
		return -EIO;
	else if (o->nr) {
		DROP(o->pages[0]);
		unpin_user_pages_dirty_lock(o->pages, ret, o->dirty);
	}
out:
	return ret;
}
int entry(struct obj *o) { return fill(o, 1); }
`;

it('survives every beginning of a file', async () => {
  for (let end = 20; end <= text.length; end += 7) {
    for (const tail of ['', ')', '\n}\n', ' #if X\n']) {
      const source = text.slice(0, end) + tail;
      const file = await analysed(source);
      const fixes: Fix[] = [];
      for (const a of file.groups.acquires)
        fixes.push(
          ...convertToPin(file, a.call).fixes,
          ...addFlag(file, a.call, 'FOLL_LONGTERM'),
          ...removeFlag(file, a.call, 'FOLL_GET'),
        );
      for (const r of file.groups.releases)
        fixes.push(
          ...matchRelease(file, r.call, 'pin'),
          ...matchRelease(file, r.call, 'get'),
          ...dropRelease(file, r.call),
        );
      for (const e of file.events)
        if (e.kind === 'leak' || e.kind === 'outlives') fixes.push(...insertRelease(file, e));
      for (const f of fixes) {
        expect(isSound(f, new Map([['t.c', source]])), `${f.title} at ${end}`).toBe(true);
        expect(applyEdits(source, f.edits)).not.toBe(source);
      }
    }
  }
}, 60_000);
