/** The GUP family: argument checks and the calls themselves (mm/gup.c). */
import { folioLock } from './wait.ts';
import { E, FOLL, PG } from './flags.ts';
import { gupFast } from './gup_fast.ts';
import { gupPutFolio } from './gup_pin.ts';
import { TASK_PAGES, gupLongtermLocked } from './gup_slow.ts';
import type { State } from './state.ts';
import { folioMarkDirty } from './writeback.ts';

/** Flags that the _fast calls know. */
const FAST_FLAGS = FOLL.WRITE | FOLL.LONGTERM | FOLL.FORCE | FOLL.PIN | FOLL.GET | FOLL.FAST_ONLY | FOLL.NOFAULT;
/** Pages of 64 bits of address. */
const ADDRESS_PAGES = 2 ** 52;

/** gup_fast_fallback / internal_get_user_pages_fast. */
function gupFastFallback(s: State, mm: number, start: number, nr: number, flags: number, out: number[]): number {
  if (flags & ~FAST_FLAGS) {
    s.warnOnce(
      'mm/gup.c',
      s.f.isValidGupArgs ? 'gup_fast_fallback' : 'internal_get_user_pages_fast',
      'gup_fast_fallback',
    );
    return -E.INVAL;
  }
  if (flags & FOLL.PIN && s.f.follPin) s.set(s.mmPinned, mm, 1);
  // check_add_overflow
  if (start + nr >= ADDRESS_PAGES) return s.f.isValidGupArgs ? -E.OVERFLOW : 0;
  if (!(start >= 0 && start + nr <= TASK_PAGES)) return -E.FAULT;
  const n = gupFast(s, mm, start, nr, flags, out);
  if (n === nr || flags & FOLL.FAST_ONLY) return n;
  // with nr 0 the kernel's subtraction wraps: the slow path runs to the end of the mapping
  const rest = nr === 0 ? Infinity : nr - n;
  const touch = !(flags & FOLL.LONGTERM) || s.f.fastLongtermTouches ? FOLL.TOUCH : 0;
  const r = gupLongtermLocked(s, mm, start + n, rest, flags | touch | (touch ? FOLL.UNLOCKABLE : 0), out);
  if (r < 0) return n || r;
  return n + r;
}

/** Names of the GUP calls that operations use. */
export const GUP_CALLS = [
  'get_user_pages',
  'get_user_pages_fast',
  'get_user_pages_remote',
  'get_user_pages_fast_only',
  'pin_user_pages',
  'pin_user_pages_fast',
  'pin_user_pages_remote',
] as const;

/** Name of a GUP call. */
export type GupCall = (typeof GUP_CALLS)[number];

const INTERNAL = FOLL.TOUCH | FOLL.REMOTE | FOLL.PIN | FOLL.FAST_ONLY | FOLL.UNLOCKABLE;

/** Argument checks: is_valid_gup_args (≥ 6.2), is_valid_gup_flags and the WARN_ON_ONCEs before. 0, or what the call returns. */
function validateGup(s: State, call: GupCall, flags: number, hasPages: boolean): number | undefined {
  const pin = call.startsWith('pin_');
  const warn = (fn: string, key: string): void => s.warnOnce('mm/gup.c', fn, key);
  if (s.f.isValidGupArgs) {
    const bad = pin && !call.endsWith('_fast') ? 0 : -E.INVAL;
    if (flags & INTERNAL) {
      warn('is_valid_gup_args', 'is_valid_gup_args internal');
      return bad;
    }
    const set = flags | (pin ? FOLL.PIN : hasPages || call.includes('fast') ? FOLL.GET : 0);
    if ((set & (FOLL.PIN | FOLL.GET)) === (FOLL.PIN | FOLL.GET)) {
      warn('is_valid_gup_args', 'is_valid_gup_args get+pin');
      return bad;
    }
    if (set & FOLL.LONGTERM && !(set & FOLL.PIN)) {
      warn('is_valid_gup_args', 'is_valid_gup_args longterm');
      return bad;
    }
    if (set & (FOLL.GET | FOLL.PIN) && !hasPages) {
      warn('is_valid_gup_args', 'is_valid_gup_args pages');
      return bad;
    }
    return undefined;
  }
  if (pin) {
    if (flags & FOLL.GET) {
      warn(call, `${call} get`);
      return -E.INVAL;
    }
    if (!hasPages) {
      warn(call, `${call} pages`);
      return -E.INVAL;
    }
    return undefined;
  }
  if (call === 'get_user_pages_fast_only') return undefined;
  if (flags & (FOLL.PIN | FOLL.LONGTERM)) {
    s.warnOnce('mm/gup.c', call, flags & FOLL.PIN ? 'is_valid_gup_flags pin' : 'is_valid_gup_flags longterm', call);
    return -E.INVAL;
  }
  return undefined;
}

/** One call of the GUP family: what it returns; the pages are pushed to `out` (null: the caller passed no array). */
export function gup(
  s: State,
  call: GupCall,
  mm: number,
  start: number,
  nr: number,
  flags: number,
  out: number[] | null,
): number {
  const bad = validateGup(s, call, flags, out !== null);
  if (bad !== undefined) return bad;
  const pin = call.startsWith('pin_');
  const set = flags | (pin ? FOLL.PIN : out ? FOLL.GET : 0);
  switch (call) {
    case 'get_user_pages_fast':
    case 'pin_user_pages_fast':
      return gupFastFallback(s, mm, start, nr, set, out ?? []);
    case 'get_user_pages_fast_only':
      return fastOnly(s, gupFastFallback(s, mm, start, nr, set | FOLL.FAST_ONLY, out ?? []));
    case 'get_user_pages':
    case 'pin_user_pages':
      if (pin && s.f.follPin && (nr > 0 || !s.f.isValidGupArgs)) s.set(s.mmPinned, mm, 1);
      return gupLongtermLocked(s, mm, start, nr, set | (pin ? 0 : FOLL.TOUCH), out);
    case 'get_user_pages_remote':
    case 'pin_user_pages_remote':
      if (pin && s.f.follPin) s.set(s.mmPinned, mm, 1);
      return gupLongtermLocked(s, mm, start, nr, set | FOLL.REMOTE | FOLL.TOUCH, out);
  }
}

/** get_user_pages_fast_only never returned errors before is_valid_gup_args(). */
function fastOnly(s: State, r: number): number {
  return s.f.isValidGupArgs ? r : Math.max(0, r);
}

/** unpin_user_pages / unpin_user_pages_dirty_lock. */
export function unpinUserPages(s: State, pages: readonly number[], dirty: boolean): void {
  for (const page of pages) {
    const folio = s.head(page);
    if (dirty && !s.has(folio, PG.dirty)) {
      folioLock(s, folio);
      folioMarkDirty(s, folio);
    }
    gupPutFolio(s, folio, 1, FOLL.PIN);
  }
}
