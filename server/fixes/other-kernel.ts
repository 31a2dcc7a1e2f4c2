/**
 * What to write in place of a call so that it is right in another kernel: the same function in the form of that time, or the one
 * that stands for it there. Text in, text out; where nothing does the same, there is no answer.
 */
import type { CallExpr } from '../../language/c/ast.ts';
import { compareVersions, existsIn, facts, inRange } from '../../language/kernel/index.ts';
import type { AcquireForm, AcquireRole } from '../../language/kernel/types.ts';
import type { KernelVersion } from '../../language/c/unit.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { argSpan, identifiers, slice } from './edits.ts';

/** A call as it should be written. */
export interface NewCall {
  readonly name: string;
  readonly args: readonly string[];
  /** It does not do quite the same (may sleep, another lock): a person should look. */
  readonly risky?: boolean;
}

const before = (kernel: KernelVersion, major: number, minor: number): boolean =>
  compareVersions(kernel, { major, minor, patch: 0 }) < 0;

type Roles = Partial<Record<AcquireRole, string>>;

/** The acquire `call`, written in form `written`, for `kernel`; undefined if that kernel has nothing of the kind. */
export function acquireFor(
  file: FileAnalysis,
  call: CallExpr,
  name: string,
  written: AcquireForm,
  kernel: KernelVersion,
): NewCall | undefined {
  const given: Roles = {};
  for (const [i, role] of written.params.entries()) {
    const span = argSpan(file, call, i);
    if (!span) return undefined;
    given[role] = slice(file, span);
  }
  if (written.params.length === call.args.length) return asIn(name, given, kernel);
  return undefined;
}

/** Names to try, the best first, for a call that the kernel has not under its own name. */
function standIns(
  name: string,
  given: Roles,
  kernel: KernelVersion,
): { name: string; given: Roles; risky?: boolean }[] {
  const own = given.tsk === undefined || given.tsk === 'current' || given.tsk === 'NULL';
  const ownMm = given.mm === undefined || given.mm === 'current->mm';
  switch (name) {
    case 'get_user_pages_longterm':
      if (before(kernel, 4, 15)) return [{ name: 'get_user_pages', given }];
      return [{ name: 'pin_user_pages', given: withFlag(given, 'FOLL_LONGTERM'), risky: true }];
    case 'pin_user_pages':
      return [{ name: 'get_user_pages', given }];
    case 'pin_user_pages_remote':
      return [{ name: 'get_user_pages_remote', given }];
    case 'pin_user_pages_fast':
      return [{ name: 'get_user_pages_fast', given }];
    case 'pin_user_pages_unlocked':
      return [
        { name: 'pin_user_pages_fast', given },
        { name: 'get_user_pages_unlocked', given },
      ];
    case 'get_user_pages':
      // the memory of another process was an argument once
      return own && ownMm ? [] : [{ name: 'get_user_pages_remote', given: { ...given, locked: 'NULL' } }];
    case 'get_user_pages_locked':
    case 'pin_user_pages_locked': {
      const kind = name.startsWith('pin') ? 'pin' : 'get';
      if (!own || !ownMm) return [];
      if (given.locked === 'NULL') return [{ name: `${kind}_user_pages`, given }];
      return [{ name: `${kind}_user_pages_remote`, given: { ...given, mm: 'current->mm' }, risky: true }];
    }
    case '__get_user_pages_unlocked':
      return own && ownMm ? [{ name: 'get_user_pages_unlocked', given }] : [];
    case '__get_user_pages':
      if (given.locked !== undefined && given.locked !== 'NULL') return [];
      return [{ name: own && ownMm ? 'get_user_pages' : 'get_user_pages_remote', given }];
    case '__get_user_pages_fast':
      return [{ name: 'get_user_pages_fast_only', given }];
    case 'get_user_pages_fast_only':
      return [{ name: '__get_user_pages_fast', given }];
    case 'pin_user_pages_fast_only':
      return [{ name: 'pin_user_pages_fast', given, risky: true }];
    default:
      return [];
  }
}

function withFlag(given: Roles, flag: string): Roles {
  const flags = given.flags ?? flagsFrom(given);
  return { ...given, flags: flags === '0' ? flag : `${parenthesised(flags)} | ${flag}`, write: undefined };
}

function asIn(name: string, given: Roles, kernel: KernelVersion, depth = 0): NewCall | undefined {
  const fact = facts.acquire(name);
  const form = fact && facts.formIn(fact, kernel);
  const foreign =
    name === 'get_user_pages' &&
    form &&
    !form.params.includes('mm') &&
    given.mm !== undefined &&
    given.mm !== 'current->mm';
  if (form && !foreign) {
    const args = argumentsFor(form, given, kernel, /_remote$/.test(name));
    return args && { name, args };
  }
  if (depth > 2) return undefined;
  for (const other of standIns(name, given, kernel)) {
    if (other.name === name) continue;
    const call = asIn(other.name, other.given, kernel, depth + 1);
    if (call) return other.risky ? { ...call, risky: true } : call;
  }
  return undefined;
}

/** Arguments of a form, from what the call gives; undefined where something would be lost or is missing. */
function argumentsFor(form: AcquireForm, given: Roles, kernel: KernelVersion, remote: boolean): string[] | undefined {
  const wanted = new Set<string>(form.params);
  const args: string[] = [];
  for (const role of Object.keys(given) as AcquireRole[]) {
    const text = given[role];
    if (text === undefined || wanted.has(role)) continue;
    const dropped =
      role === 'tsk' ||
      (role === 'mm' && text === 'current->mm') ||
      ((role === 'write' || role === 'force') && wanted.has('flags')) ||
      (role === 'flags' && wanted.has('write')) ||
      /^\(?(NULL|0)\)?$/.test(text);
    if (!dropped) return undefined;
  }
  for (const role of form.params) {
    const text = role === 'flags' ? knownFlags(given.flags ?? flagsFrom(given), kernel) : given[role];
    if (text !== undefined) args.push(text);
    else if (role === 'write' || role === 'force') {
      const bit = bitOf(given.flags ?? '0', role === 'write' ? 'FOLL_WRITE' : 'FOLL_FORCE');
      if (bit === undefined) return undefined;
      args.push(bit);
    } else if (role === 'vmas' || role === 'locked') args.push('NULL');
    else if (role === 'tsk') args.push(remote ? 'NULL' : 'current');
    else if (role === 'mm' && !remote) args.push('current->mm');
    else return undefined;
  }
  // what the flags say beyond the two bits of old would be lost
  if (given.flags !== undefined && !wanted.has('flags')) {
    const names = identifiers(given.flags, 0, given.flags.length).map((i) => i.name);
    if (names.some((n) => /^FOLL_/.test(n) && n !== 'FOLL_WRITE' && n !== 'FOLL_FORCE' && n !== 'FOLL_LONGTERM'))
      return undefined;
  }
  return args;
}

const isSimple = (text: string): boolean => /^[\w.]+$|^\w+((->|\.)\w+)+$|^\(.*\)$/.test(text);
const parenthesised = (text: string): string => (isSimple(text) || /^[\w\s|]+$/.test(text) ? text : `(${text})`);

function flagsFrom(given: Roles): string {
  const parts = (
    [
      ['write', 'FOLL_WRITE'],
      ['force', 'FOLL_FORCE'],
    ] as const
  ).flatMap(([role, flag]) => {
    const text = given[role];
    if (text === undefined || /^(0|false)$/.test(text)) return [];
    if (/^(1|true)$/.test(text)) return [flag];
    return [`${isSimple(text) ? text : `(${text})`} ? ${flag} : 0`];
  });
  return parts.map((p) => (parts.length > 1 && p.includes('?') ? `(${p})` : p)).join(' | ') || '0';
}

/** Flags without those that the kernel does not know, as far as they stand in a chain of `|`. */
function knownFlags(text: string, kernel: KernelVersion): string | undefined {
  const unknown = identifiers(text, 0, text.length).filter((i) => {
    const fact = facts.flag(i.name);
    return fact && !inRange(fact, kernel);
  });
  if (!unknown.length) return text;
  const parts = text.split('|').map((p) => p.trim());
  if (parts.some((p) => !/^\w+$/.test(p))) return undefined;
  return parts.filter((p) => !unknown.some((u) => u.name === p)).join(' | ') || '0';
}

/** `write` out of flags: 1, 0, or a test. */
function bitOf(flags: string, flag: string): string | undefined {
  const names = identifiers(flags, 0, flags.length).map((i) => i.name);
  if (/^[\w\s|]+$/.test(flags)) {
    if (names.includes(flag)) return '1';
    if (names.every((n) => /^FOLL_/.test(n))) return '0';
  }
  const test = /^\(?(.+?)\)?\s*\?\s*(\w+)\s*:\s*0$/.exec(flags);
  if (test && test[2] === flag && !/[?:]/.test(test[1]!)) return test[1];
  if (test?.[2] && /^FOLL_/.test(test[2])) return '0';
  return `!!(${parenthesised(flags)} & ${flag})`;
}

/** Names that give back one page, and those that give back an array, by the kind that they give back. */
const RELEASES: Readonly<Record<string, { readonly one: readonly string[]; readonly many: readonly string[] }>> = {
  pin: {
    one: ['unpin_user_page', 'put_user_page', 'put_page'],
    many: ['unpin_user_pages', 'put_user_pages', 'release_pages'],
  },
  get: { one: ['put_page'], many: ['release_pages'] },
};

/** The release `call` for `kernel`; `kind` is what was taken. */
export function releaseFor(
  file: FileAnalysis,
  call: CallExpr,
  name: string,
  kind: 'get' | 'pin' | undefined,
  kernel: KernelVersion,
): NewCall | undefined {
  const args = call.args.map((_, i) => slice(file, argSpan(file, call, i)!));
  const [first, count, third] = args;
  const legacy = !before(kernel, 5, 2) && before(kernel, 5, 6);
  const names = RELEASES[kind ?? 'pin']!;
  switch (name) {
    case 'page_cache_release':
      return { name: existsIn(name, kernel) ? name : 'put_page', args };
    case 'release_pages':
      if (first === undefined || count === undefined) return undefined;
      return { name, args: before(kernel, 4, 15) ? [first, count, third ?? 'false'] : [first, count] };
    case 'put_user_page':
    case 'unpin_user_page': {
      const to = legacy && name === 'put_user_page' ? name : names.one.find((n) => existsIn(n, kernel));
      return to ? { name: to, args } : undefined;
    }
    case 'put_user_pages':
    case 'unpin_user_pages': {
      const to = legacy && name === 'put_user_pages' ? name : names.many.find((n) => existsIn(n, kernel));
      if (!to) return undefined;
      return { name: to, args: to === 'release_pages' && before(kernel, 4, 15) ? [...args, 'false'] : args };
    }
    case 'put_user_pages_dirty':
    case 'put_user_pages_dirty_lock':
    case 'unpin_user_pages_dirty_lock': {
      if (first === undefined || count === undefined) return undefined;
      const dirty = third ?? 'true';
      if (!before(kernel, 5, 6)) {
        // a plain reference is not given back by an unpin, and a loop is more than a call
        if (kind === 'get') return undefined;
        return { name: 'unpin_user_pages_dirty_lock', args: [first, count, dirty] };
      }
      if (before(kernel, 5, 2)) return undefined;
      if (!before(kernel, 5, 4)) return { name: 'put_user_pages_dirty_lock', args: [first, count, dirty] };
      if (/^(true|1)$/.test(dirty)) return { name: 'put_user_pages_dirty_lock', args: [first, count] };
      return /^(false|0)$/.test(dirty) ? { name: 'put_user_pages', args: [first, count] } : undefined;
    }
    default:
      return undefined;
  }
}

/** Names of functions on pages whose successor of the same meaning works on folios. */
const OF_FOLIO = /^folio_/;

/** Any other call that was renamed. */
export function renamedFor(
  file: FileAnalysis,
  call: CallExpr,
  name: string,
  kernel: KernelVersion,
): NewCall | undefined {
  const args = call.args.map((_, i) => slice(file, argSpan(file, call, i)!));
  if (existsIn(name, kernel)) return { name, args };
  const to = facts.call(name)?.replacedBy;
  if (!to || !existsIn(to, kernel)) return undefined;
  if (!OF_FOLIO.test(to)) return sameShape(name, to) ? { name: to, args } : undefined;
  const [page, ...rest] = args;
  return page === undefined ? undefined : { name: to, args: [`page_folio(${page})`, ...rest] };
}

/** Renamed with its arguments as they were. */
const sameShape = (from: string, to: string): boolean =>
  ['page_cache_get:get_page', 'kzfree:kfree_sensitive', 'ktime_get_raw_ts:ktime_get_raw_ts64'].includes(
    `${from}:${to}`,
  );
