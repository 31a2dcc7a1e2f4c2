/** Operations on pages that a handle holds: the GUP family, releases, dirtying, device accesses by frame. */
import { FOLL, E } from '../flags.ts';
import { GUP_CALLS, gup, unpinUserPages, type GupCall } from '../gup.ts';
import { pinWeight } from '../gup_pin.ts';
import { HOLD, holderCount, replaceHolder, holderPages, holderWeight, takeFromHolder } from '../holders.ts';
import { folioGet, folioPut } from '../page_alloc.ts';
import { contentOf } from '../process.ts';
import { setPageDirtyLock } from '../writeback.ts';
import { lockPage, unlockPage } from '../wait.ts';
import { folioAddPin, memfdPinFolios } from '../gup_folio.ts';
import { done, type Operations } from './table.ts';
import type { Args } from '../args.ts';
import type { Model, Result } from '../model.ts';

/** One call of the GUP family: its pages go under a handle. */
function acquire(m: Model, a: Args, call: GupCall): Result {
  const { mm, vpn } = a.addr(true);
  const nr = a.int('nr', 1);
  const flags = a.flags();
  const name = a.text('handle');
  if (!mm) return done(-E.SRCH);
  const out: number[] | null = a.raw('pages') === 'null' || a.raw('pages') === null ? null : [];
  const ret = gup(m.s, call, mm, vpn, nr, flags, out);
  if (out?.length) replaceHolder(m.s, `h:${name}`, out, call.startsWith('pin_') || (flags & FOLL.PIN) !== 0);
  return done(ret);
}

/** Releases pages of a handle in some way; references that lose their owner, or never had one, are accounted as stray. */
function release(
  m: Model,
  a: Args,
  put: (pages: number[]) => void,
  released: (page: number) => number,
  unpins: boolean,
): Result {
  const { s } = m;
  const h = a.handle();
  const held = holderCount(s, h);
  const first = a.int('first', 0);
  const nr = a.int('nr', held - Math.min(first, held));
  if (first + nr > held) a.fail(first > held ? 'first' : 'nr', `handle ${a.text('handle')} has ${held} pages`);
  const pages = holderPages(s, h, first, nr);
  const keep = a.raw('keep_handle') === true;
  const pin = s.handlePin.at(h) === HOLD.pin;
  // what is released in the way in which it is held leaves nothing over
  const mismatched = keep || pin !== unpins;
  for (let i = 0; mismatched && i < pages.length; i++) {
    const page = pages[i]!;
    const extra = (keep ? 0 : holderWeight(s, h, page)) - released(page);
    if (extra) s.add(s.stray, s.head(page), extra);
    const pins = (!keep && pin ? 1 : 0) - (unpins ? 1 : 0);
    if (pins) s.add(s.strayPins, s.head(page), pins);
  }
  if (!keep) takeFromHolder(s, h, first, nr);
  put(pages);
  return done();
}

/** Operations on pages that a handle holds, by name. */
export const PAGES_OPERATIONS: Operations = {
  put_page: (m, a) =>
    release(
      m,
      a,
      (pages) => pages.forEach((p) => folioPut(m.s, m.s.head(p))),
      () => 1,
      false,
    ),
  unpin_user_pages: (m, a) =>
    release(
      m,
      a,
      (pages) => unpinUserPages(m.s, pages, false),
      (p) => pinWeight(m.s, p),
      true,
    ),
  unpin_user_pages_dirty_lock: (m, a) =>
    release(
      m,
      a,
      (pages) => unpinUserPages(m.s, pages, a.raw('dirty') !== false),
      (p) => pinWeight(m.s, p),
      true,
    ),
  /** put_user_pages, of the kernels that have it: put_page under another name. */
  put_user_pages: (m, a) => {
    if (!m.s.f.putUserPage) a.fail('op', `kernel ${m.s.f.name} has no put_user_pages()`);
    return release(
      m,
      a,
      (pages) => pages.forEach((p) => folioPut(m.s, m.s.head(p))),
      () => 1,
      false,
    );
  },
  set_page_dirty_lock: (m, a) => {
    setPageDirtyLock(m.s, a.handlePage().page);
    return done(1);
  },
  /** lock_page by driver code in the context of the process; held until unlock_page. */
  lock_page: (m, a) => {
    lockPage(m.s, a.handlePage().page, a.proc());
    return done();
  },
  unlock_page: (m, a) => {
    if (!unlockPage(m.s, a.handlePage().page)) a.fail('index', 'the page is not locked');
    return done();
  },
  /** iov_iter_extract_pages (lib/iov_iter.c): pins of user memory, write-pins when the iterator is a destination. */
  iov_iter_extract_pages: (m, a) => {
    const { mm, vpn } = a.addr();
    const nr = a.int('nr', 1, 1);
    const dest = a.raw('dest') !== false;
    const out: number[] = [];
    const ret = gup(m.s, 'pin_user_pages_fast', mm, vpn, nr, dest ? FOLL.WRITE : 0, out);
    if (out.length) replaceHolder(m.s, `h:${a.text('handle')}`, out, true);
    return done(ret < 0 ? ret : ret * 4096);
  },
  /** memfd_pin_folios (mm/gup.c, since 6.11): long-term pins of the folios of a tmpfs file, no mapping needed. */
  memfd_pin_folios: (m, a) => {
    const file = a.file();
    const first = a.int('first', 0);
    const nr = a.int('pages', 1, 1);
    const out: number[] = [];
    const ret = memfdPinFolios(m.s, file, first, nr, out);
    if (out.length) replaceHolder(m.s, `h:${a.text('handle')}`, out, true);
    return done(ret);
  },
  /** folio_add_pin (mm/gup.c, since 6.5): one more pin of a folio that is pinned already. */
  folio_add_pin: (m, a) => {
    const { handle, page } = a.handlePage();
    if (m.s.handlePin.at(handle) !== HOLD.pin) a.fail('handle', 'only a pinned page can be pinned once more');
    folioAddPin(m.s, m.s.head(page));
    replaceHolder(m.s, `h:${a.text('to')}`, [page], true);
    return done();
  },
  get_page: (m, a) => {
    const { page } = a.handlePage();
    const n = a.int('count', 1, 1);
    folioGet(m.s, m.s.head(page), n);
    m.s.add(m.s.stray, m.s.head(page), n);
    return done();
  },
  put_page_extra: (m, a) => {
    const { page } = a.handlePage();
    const n = a.int('count', 1, 1);
    const head = m.s.head(page);
    m.s.add(m.s.stray, head, -n);
    for (let i = 0; i < n; i++) folioPut(m.s, head);
    return done();
  },
  dma_write: (m, a) => {
    const { page } = a.handlePage();
    m.s.set(m.s.content, page, a.data());
    return done();
  },
  dma_read: (m, a) => ({ ret: 0, data: m.s.contents.token(contentOf(m.s, a.handlePage().page)) }),
};
for (const call of GUP_CALLS) PAGES_OPERATIONS[call] = (m, a) => acquire(m, a, call);
