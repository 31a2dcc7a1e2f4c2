import { describe, expect, it } from 'vitest';
import {
  conversionPartner,
  existsIn,
  facts,
  flagValue,
  gupFamilyNames,
  guardClasses,
  isAcquireName,
  isReleaseName,
  isVersionError,
  knownVersions,
  mmapRwsemEffects,
  parseVersion,
  rangesOverlap,
  releasesOf,
} from '../../../language/kernel/index.ts';
import { opsMembers } from '../../../language/kernel/ops.ts';
import type { CallFact, Effect } from '../../../language/kernel/types.ts';

const kernel = (text: string) => {
  const parsed = parseVersion(text);
  if (isVersionError(parsed)) throw new Error(parsed.error);
  return parsed;
};

const parameterCount = (prototype: string): number => {
  const list = /\(([^()]*)\)/.exec(prototype)?.[1]?.trim() ?? '';
  return list === '' || list === 'void' ? 0 : list.split(',').length;
};

function duplicates(all: readonly CallFact[]): string[] {
  const byName = new Map<string, CallFact[]>();
  const found: string[] = [];
  for (const fact of all) {
    const known = byName.get(fact.name) ?? [];
    if (known.some((other) => rangesOverlap(other, fact))) found.push(`${fact.name} (${fact.source})`);
    byName.set(fact.name, [...known, fact]);
  }
  return found;
}

describe('acquires', () => {
  it('are named once', () => {
    const names = facts.acquires.map((fact) => fact.name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(facts.call(name), name).toBeUndefined();
  });

  it.each(facts.acquires.map((fact) => [fact.name, fact] as const))('%s has forms that hang together', (name, fact) => {
    expect(fact.forms.length).toBeGreaterThan(0);
    for (const [i, form] of fact.forms.entries()) {
      expect(form.params.length).toBeGreaterThan(0);
      expect(new Set(form.params).size).toBe(form.params.length);
      expect(form.prototype).toContain(`${name}(`);
      expect(parameterCount(form.prototype)).toBe(form.params.length);
      for (const other of fact.forms.slice(i + 1)) expect(rangesOverlap(form, other)).toBe(false);
      if (fact.mmapLock !== 'if-locked-arg') expect(form.params).not.toContain('locked');
    }
    expect(fact.doc).toMatch(/\.$/);
    expect(fact.source).not.toBe('');
  });

  it('have mutual partners of the other kind with the same roles, wherever both exist', () => {
    for (const fact of facts.acquires) {
      if (fact.partner === undefined) continue;
      const partner = facts.acquire(fact.partner);
      expect(partner?.partner).toBe(fact.name);
      expect([fact.takes, partner?.takes].sort()).toEqual(['get', 'pin']);
      for (const text of knownVersions) {
        const mine = facts.formIn(fact, kernel(text));
        const theirs = partner && facts.formIn(partner, kernel(text));
        if (mine && theirs) expect(mine.params, `${fact.name} in ${text}`).toEqual(theirs.params);
      }
    }
  });

  it('that pin have a release in every kernel that has them', () => {
    for (const fact of facts.acquires.filter((candidate) => candidate.takes !== 'get')) {
      for (const text of knownVersions) {
        if (!facts.formIn(fact, kernel(text))) continue;
        const back = releasesOf(fact, kernel(text));
        // bio_release_pages is younger than bio_iov_iter_get_pages: drivers put the pages themselves before 5.3.
        if (fact.into === 'bio' && !existsIn(back.one, kernel(text))) continue;
        for (const name of [back.one, back.many, back.dirty]) {
          if (name !== undefined)
            expect(existsIn(name, kernel(text)), `${name} for ${fact.name} in ${text}`).toBe(true);
        }
      }
    }
  });

  it('gone from the newest kernel name what took their place', () => {
    const newest = kernel(knownVersions.at(-1) ?? '');
    for (const fact of facts.acquires) {
      if (facts.formIn(fact, newest) || fact.name === 'get_kernel_pages') continue;
      expect(fact.replacedBy, fact.name).toBeDefined();
      expect(existsIn(fact.replacedBy ?? '', newest), fact.name).toBe(true);
    }
  });

  it.each([
    ['get_user_pages', '4.5', 'tsk mm start nr write force pages vmas'],
    ['get_user_pages', '4.8', 'start nr write force pages vmas'],
    ['get_user_pages', '6.4', 'start nr flags pages vmas'],
    ['get_user_pages', '6.5', 'start nr flags pages'],
    ['get_user_pages_fast', '5.1', 'start nr write pages'],
    ['get_user_pages_fast', '5.2', 'start nr flags pages'],
    ['get_user_pages_remote', '5.8', 'tsk mm start nr flags pages vmas locked'],
    ['pin_user_pages_remote', '5.9', 'mm start nr flags pages vmas locked'],
    ['pin_user_pages_unlocked', '6.12', 'start nr pages flags'],
    ['iov_iter_get_pages', '5.19', 'iter pages maxbytes maxpages offset'],
    ['iov_iter_extract_pages', '6.12', 'iter pages maxbytes maxpages extraction-flags offset'],
  ])('%s in %s takes (%s)', (name, text, roles) => {
    const fact = facts.acquire(name);
    expect(fact && facts.formIn(fact, kernel(text))?.params.join(' ')).toBe(roles);
  });

  it.each([
    ['pin_user_pages', '5.5'],
    ['get_user_pages_longterm', '5.2'],
    ['pin_user_pages_locked', '5.18'],
    ['get_user_pages_locked', '6.1'],
    ['pin_user_pages_fast_only', '6.3'],
    ['__get_user_pages_fast', '5.8'],
    ['iov_iter_get_pages', '6.0'],
    ['iov_iter_get_pages', '6.5'],
    ['memfd_pin_folios', '6.10'],
    ['put_user_page', '5.6'],
    ['put_user_page', '5.1'],
    ['put_user_pages_dirty', '5.4'],
    ['unpin_user_pages', '5.5'],
    ['page_cache_release', '4.6'],
    ['pci_map_page', '5.18'],
  ])('%s is not in %s', (name, text) => {
    expect(existsIn(name, kernel(text))).toBe(false);
  });
});

describe('calls', () => {
  it('have no two facts for one kernel', () => {
    expect(duplicates(facts.calls)).toEqual([]);
  });

  it('have effects and a source, and pure ones nothing else but sleep', () => {
    for (const fact of facts.calls) {
      expect(fact.effects.length, fact.name).toBeGreaterThan(0);
      expect(fact.source, fact.name).toMatch(/\S/);
      if (fact.effects.some((effect) => effect.kind === 'pure')) {
        expect(
          fact.effects.every((effect) => effect.kind === 'pure' || effect.kind === 'sleeps'),
          fact.name,
        ).toBe(true);
      }
    }
  });

  it('name arguments that their prototype has', () => {
    for (const fact of facts.calls) {
      if (fact.prototype === undefined) continue;
      for (const effect of fact.effects) {
        if (effect.kind !== 'release') continue;
        const used = [
          effect.pages.arg,
          effect.pages.count ?? 0,
          typeof effect.dirties === 'number' ? effect.dirties : 0,
        ];
        expect(Math.max(...used), fact.name).toBeLessThan(parameterCount(fact.prototype));
      }
    }
  });

  it('differ by kernel where the kernel does', () => {
    const dirties = (text: string) =>
      (facts.call('put_user_pages_dirty_lock', kernel(text))?.effects[0] as Extract<Effect, { kind: 'release' }>)
        .dirties;
    expect(dirties('5.3')).toBe(true);
    expect(dirties('5.4')).toBe(2);
    const bio = (text: string) =>
      (facts.call('bio_release_pages', kernel(text))?.effects[0] as Extract<Effect, { kind: 'release' }>).of;
    expect([bio('6.4'), bio('6.5')]).toEqual(['get', 'pin']);
    expect(facts.call('bio_release_pages')?.effects[0]).toMatchObject({ of: 'pin' });
  });

  it('say what replaced them only with names that are known', () => {
    for (const fact of facts.calls) {
      if (fact.replacedBy !== undefined)
        expect(facts.call(fact.replacedBy), `${fact.name} → ${fact.replacedBy}`).toBeDefined();
    }
  });
});

describe('flags', () => {
  it('are named once, values of living ones apart', () => {
    const names = facts.flags.map((flag) => flag.name);
    expect(new Set(names).size).toBe(names.length);
    const living = facts.flags.filter((flag) => flag.until === null).map((flag) => flag.value);
    expect(new Set(living).size).toBe(living.length);
    for (const value of living) expect(Number.isInteger(Math.log2(value))).toBe(true);
  });

  it('fold as in 6.12', () => {
    expect([
      flagValue('FOLL_WRITE'),
      flagValue('FOLL_LONGTERM'),
      flagValue('FOLL_PIN'),
      flagValue('FOLL_NONSENSE'),
    ]).toEqual([1, 256, 0x80000, undefined]);
  });

  it('keep FOLL_PIN and FOLL_GET from callers', () => {
    expect(facts.flag('FOLL_PIN')?.use).toBe('internal');
    expect(facts.flag('FOLL_GET')?.use).toBe('internal');
    expect(facts.flag('FOLL_WRITE')?.use).toBe('driver');
  });
});

describe('conversion', () => {
  it('goes both ways for acquires and releases', () => {
    for (const name of [
      'get_user_pages',
      'get_user_pages_fast',
      'get_user_pages_remote',
      'put_page',
      'release_pages',
      'folio_put',
    ]) {
      const partner = conversionPartner(name);
      expect(partner, name).toBeDefined();
      expect(conversionPartner(partner ?? ''), name).toBe(name);
    }
  });

  it('gives only calls that the kernel has', () => {
    expect(conversionPartner('get_user_pages_fast', kernel('5.5'))).toBeUndefined();
    expect(conversionPartner('get_user_pages_fast', kernel('5.6'))).toBe('pin_user_pages_fast');
    expect(conversionPartner('get_user_pages_fast_only', kernel('6.12'))).toBeUndefined();
    expect(conversionPartner('get_user_pages_longterm', kernel('6.12'))).toBe('pin_user_pages');
    expect(conversionPartner('printk')).toBeUndefined();
  });
});

describe('names', () => {
  it('tell acquires from releases', () => {
    expect(isAcquireName('pin_user_pages_fast')).toBe(true);
    expect(isAcquireName('unpin_user_pages')).toBe(false);
    for (const name of [
      'put_page',
      'unpin_user_pages_dirty_lock',
      '__free_page',
      'put_user_page',
      'page_cache_release',
    ])
      expect(isReleaseName(name), name).toBe(true);
    for (const name of ['get_page', 'kfree', 'constructor', '__proto__']) expect(isReleaseName(name), name).toBe(false);
  });

  it('worth scanning for leave out what every file has', () => {
    expect(new Set(gupFamilyNames).size).toBe(gupFamilyNames.length);
    expect(gupFamilyNames).toEqual(
      expect.arrayContaining([
        'get_user_pages_fast',
        'unpin_user_page',
        'put_user_pages',
        'get_user_pages_longterm',
        'unpin_folios',
      ]),
    );
    for (const name of ['put_page', 'folio_put', 'kfree', 'release_pages']) expect(gupFamilyNames).not.toContain(name);
  });
});

describe('locks', () => {
  it('see the mmap lock in old spelling', () => {
    expect(mmapRwsemEffects('down_read', '&current->mm->mmap_sem')?.[0]).toMatchObject({
      kind: 'lock',
      what: 'mmap-read',
    });
    expect(mmapRwsemEffects('up_read', '&(mm->mmap_lock)')?.[0]).toMatchObject({ kind: 'unlock', what: 'mmap-read' });
    expect(mmapRwsemEffects('down_read_trylock', '&umem->mm->mmap_sem')?.[0]).toMatchObject({ when: 'nonzero' });
    expect(mmapRwsemEffects('down_read', '&dev->sem')).toBeUndefined();
    expect(mmapRwsemEffects('mutex_lock', '&mm->mmap_sem')).toBeUndefined();
    expect(facts.call('down_read')?.effects[0]).toMatchObject({ kind: 'lock', what: 'mutex' });
  });

  it('pair up: whatever is locked somewhere is unlocked somewhere', () => {
    const kinds = (kind: 'lock' | 'unlock') =>
      new Set(
        facts.calls.flatMap((fact) =>
          fact.effects.flatMap((effect) =>
            effect.kind === kind ? [(effect as Extract<Effect, { kind: 'lock' | 'unlock' }>).what] : [],
          ),
        ),
      );
    expect(kinds('unlock')).toEqual(kinds('lock'));
    expect(guardClasses.get('spinlock_irqsave')).toMatchObject({ what: 'spin-irq' });
  });
});

describe('operations tables', () => {
  it('name every member once, with a role and a context', () => {
    const keys = opsMembers.map((member) => `${member.record}.${member.member}`);
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
    const roles = new Set([
      'open',
      'release',
      'ioctl',
      'read',
      'write',
      'mmap',
      'close',
      'fault',
      'probe',
      'remove',
      'attach',
      'detach',
      'map',
      'unmap',
      'vmap',
      'begin',
      'end',
      'queue',
      'other',
    ]);
    for (const member of opsMembers) {
      expect(roles.has(member.role), `${member.record}.${member.member}: ${member.role}`).toBe(true);
      expect(['process', 'hardirq', 'softirq', 'work']).toContain(member.context);
    }
  });

  it('are looked up by record and member, or by member alone', () => {
    expect(facts.ops('file_operations', 'unlocked_ioctl')).toMatchObject({ role: 'ioctl', context: 'process' });
    expect(facts.ops('vb2_mem_ops', 'get_userptr')?.role).toBe('map');
    expect(facts.ops('file_operations', 'nonsense')).toBeUndefined();
    expect(facts.findOps('unlocked_ioctl').map((member) => member.record)).toContain('v4l2_file_operations');
  });
});

describe('cases', () => {
  it('are the five of the document', () => {
    expect(facts.cases.map((entry) => entry.number)).toEqual([1, 2, 3, 4, 5]);
    for (const entry of facts.cases) expect(entry.advice.length).toBeGreaterThan(40);
  });
});
