/** Hover text: what a call of the family takes, how to give it back, where it stands in the document and in time. */
import type { KernelVersion } from '../c/unit.ts';
import { acquires } from './gup.ts';
import { flags } from './flags.ts';
import { cases, casesSource } from './cases.ts';
import { refs } from './ref.ts';
import { releases } from './release.ts';
import { scatter } from './scatter.ts';
import type { AcquireFact, AcquireForm, CallFact } from './types.ts';
import { compareVersions, describeRange, formatVersion, inRange } from './version.ts';

/** The calls that give back what an acquire took. */
export interface ReleasePartner {
  /** For one page or folio (or the whole bio). */
  readonly one: string;
  /** For the array; absent where the acquire takes one. */
  readonly many?: string;
  /** For the array, marking the pages dirty on the way; absent where there is none. */
  readonly dirty?: string;
}

/** Release calls that belong to `fact` in `kernel`. */
export function releasesOf(fact: AcquireFact, kernel: KernelVersion): ReleasePartner {
  if (fact.into === 'bio') return { one: 'bio_release_pages', dirty: 'bio_release_pages' };
  if (fact.into === 'folios')
    return fact.takes === 'get' ? { one: 'folio_put' } : { one: 'unpin_folio', many: 'unpin_folios' };
  const single = fact.into === 'single' || fact.into === 'return';
  if (fact.takes === 'get') return single ? { one: 'put_page' } : { one: 'put_page', many: 'release_pages' };
  if (single) return { one: 'unpin_user_page' };
  const dirty = exists('unpin_user_pages_dirty_lock', kernel) ? { dirty: 'unpin_user_pages_dirty_lock' } : {};
  return { one: 'unpin_user_page', many: 'unpin_user_pages', ...dirty };
}

function exists(name: string, kernel: KernelVersion): boolean {
  return releases.some((fact) => fact.name === name && inRange(fact, kernel));
}

const taken: Readonly<Record<AcquireFact['takes'], string>> = {
  get: 'a plain reference (+1, `FOLL_GET`) on each page',
  pin: 'a pin (`FOLL_PIN`) on each page',
  'by-iter': 'a pin on each page of user memory, nothing on kernel memory',
};

const results: Readonly<Record<AcquireFact['result'], string>> = {
  pages: 'number taken, which may be fewer than asked for, or -errno',
  bytes: 'number of bytes covered, which may be fewer than asked for, or -errno',
  bool: 'true if the page was taken',
  zero: '0, or -errno with nothing left to give back',
  pointer: 'the page, or an ERR_PTR',
};

const locking: Readonly<Record<AcquireFact['mmapLock'], string>> = {
  required: 'caller holds `mmap_lock`',
  forbidden: 'caller must not hold `mmap_lock`',
  'if-locked-arg': 'caller holds `mmap_lock`; the call may drop it when `locked` is given, and clears `*locked` then',
  none: '`mmap_lock` does not matter',
};

/**
 * Hover for an acquire or a release call, in Markdown; undefined for other names. `kernel` selects the prototype; where that
 * kernel has no such call the text says so and names what to use instead.
 */
export function describeAcquire(name: string, kernel: KernelVersion): string | undefined {
  const fact = acquires.find((candidate) => candidate.name === name);
  return fact ? describeFact(fact, kernel) : (describeRelease(name, kernel) ?? describeOther(name, kernel));
}

function describeFact(fact: AcquireFact, kernel: KernelVersion): string {
  const form = fact.forms.find((candidate) => inRange(candidate, kernel));
  const shown = form ?? nearestForm(fact, kernel);
  const lines = [code(shown?.prototype ?? `${fact.name}(…);`), fact.doc];
  if (!form) lines.push(`**Not in Linux ${formatVersion(kernel)}**${instead(fact, kernel)}.`);
  const back = releasesOf(fact, kernel);
  const many = back.many ? ` / \`${back.many}()\`` : '';
  const dirty = back.dirty
    ? `; if the data was written, \`${back.dirty}(…, true)\``
    : fact.takes === 'get' && fact.into !== 'bio'
      ? '; if the data was written, `set_page_dirty_lock()` first'
      : '';
  lines.push(
    [
      `- **Takes** ${taken[fact.takes]}${bookkeeping(fact)}`,
      `- **Give back** with \`${back.one}()\`${many}${dirty}`,
      `- **Returns** ${results[fact.result]}`,
      `- **Context**: ${fact.maySleep ? 'may sleep' : 'never sleeps, any context'}; ${locking[fact.mmapLock]}`,
      `- **For** ${casesFor(fact)}`,
      ...(fact.partner
        ? [
            `- **Counterpart**: \`${fact.partner}()\`, ${fact.takes === 'get' ? 'where the data is read or written' : 'where only `struct page` is looked at'}`,
          ]
        : []),
      `- **Kernels**: ${history(fact)}`,
    ].join('\n'),
  );
  return lines.join('\n\n');
}

/** The form that a reader of a kernel without one wants to see: its first, if it is still to come, else its last. */
function nearestForm(fact: AcquireFact, kernel: KernelVersion): AcquireForm | undefined {
  const first = fact.forms[0];
  return first?.since && compareVersions(kernel, first.since) < 0 ? first : fact.forms.at(-1);
}

function instead(fact: AcquireFact, kernel: KernelVersion): string {
  const has = (name: string | undefined): name is string =>
    acquires.some((other) => other.name === name && other.forms.some((form) => inRange(form, kernel)));
  if (has(fact.replacedBy)) return `: use \`${fact.replacedBy}()\``;
  const first = fact.forms[0]?.since;
  if (!first || compareVersions(kernel, first) >= 0) return '';
  return `: it came with ${formatVersion(first)}${has(fact.partner) ? `, before it there is only \`${fact.partner}()\`` : ''}`;
}

function bookkeeping(fact: AcquireFact): string {
  if (fact.takes !== 'get' || fact.into !== 'array') return '';
  return fact.forms.some((form) => form.params.includes('iter') || form.params.includes('maxbytes')) ||
    /_fast/.test(fact.name)
    ? ''
    : '; nothing when the array is NULL';
}

function casesFor(fact: AcquireFact): string {
  if (fact.name === 'get_user_pages_longterm')
    return `CASE 2 (${title(2)}) of ${casesSource}, as well as its time could`;
  if (fact.takes === 'get') return `CASE 3 (${title(3)}) and CASE 4 (${title(4)}) of ${casesSource}`;
  if (fact.name === 'memfd_pin_folios') return `CASE 2 (${title(2)}) of ${casesSource}`;
  if (fact.takes === 'by-iter') return `CASE 1 (${title(1)}) of ${casesSource}`;
  return `CASE 1 (${title(1)}), CASE 5 (${title(5)}), and with \`FOLL_LONGTERM\` CASE 2 (${title(2)}) of ${casesSource}`;
}

function title(number: number): string {
  return cases.find((candidate) => candidate.number === number)?.title ?? '';
}

function history(fact: AcquireFact): string {
  const first = fact.forms[0];
  const last = fact.forms.at(-1);
  const whole = describeRange({ since: first?.since ?? null, until: last?.until ?? null }) || 'all';
  const changed = fact.forms.slice(1).flatMap((form) => (form.since ? [formatVersion(form.since)] : []));
  return `${whole}${changed.length > 0 ? `; arguments changed in ${changed.join(', ')}` : ''} (${fact.source})`;
}

function describeRelease(name: string, kernel: KernelVersion): string | undefined {
  const all = releases.filter((candidate) => candidate.name === name);
  const fact = all.find((candidate) => inRange(candidate, kernel)) ?? all.at(-1);
  if (!fact) return undefined;
  const effect = fact.effects.find((candidate) => candidate.kind === 'release');
  if (!effect) return undefined;
  const lines = [code(fact.prototype ?? `${name}(…);`)];
  if (fact.doc) lines.push(fact.doc);
  if (!inRange(fact, kernel))
    lines.push(`**Not in Linux ${formatVersion(kernel)}**${fact.replacedBy ? `: use \`${fact.replacedBy}()\`` : ''}.`);
  lines.push(
    [`- **Gives back** ${givenBack(fact, effect)}`, `- **Kernels**: ${releaseHistory(all)} (${fact.source})`].join(
      '\n',
    ),
  );
  return lines.join('\n\n');
}

/** Calls about pins that neither acquire by address nor release: one more pin, and whether there will be pins. */
function describeOther(name: string, kernel: KernelVersion): string | undefined {
  const fact = [...refs, ...scatter].find((one) => one.name === name && one.prototype !== undefined);
  if (!fact?.prototype) return undefined;
  const lines = [code(fact.prototype), fact.doc ?? ''];
  if (!inRange(fact, kernel)) lines.push(`**Not in Linux ${formatVersion(kernel)}**.`);
  const takes = fact.effects.some((effect) => effect.kind === 'ref' && effect.of === 'pin');
  lines.push(
    [
      ...(takes ? ['- **Takes** a pin (`FOLL_PIN`)', '- **Give back** with `unpin_user_page()`'] : []),
      `- **Kernels**: ${describeRange(fact) || 'all'} (${fact.source})`,
    ].join('\n'),
  );
  return lines.join('\n\n');
}

function givenBack(fact: CallFact, effect: { of: 'pin' | 'get'; frees?: boolean }): string {
  if (effect.frees) return 'pages of the page allocator; user pages are never freed, only put or unpinned';
  if (fact.name.includes('bio'))
    return effect.of === 'pin' ? 'the pins of the bio’s user pages' : 'the plain references of the bio’s pages';
  return effect.of === 'pin' ? 'pins: what pin_user_pages*() took' : 'plain references: what get_user_pages*() took';
}

function releaseHistory(all: readonly CallFact[]): string {
  const since = all.some((fact) => fact.since === null) ? null : (all[0]?.since ?? null);
  const until = all.some((fact) => fact.until === null) ? null : (all.at(-1)?.until ?? null);
  return describeRange({ since, until }) || 'all';
}

const uses = {
  driver: 'for any caller',
  core: 'for core kernel code; a driver has no use for it',
  internal: 'internal to mm/gup.c: not for callers',
} as const;

/** Hover for a FOLL_* flag, in Markdown; undefined for names that are none. */
export function describeFlag(name: string, kernel: KernelVersion): string | undefined {
  const fact = flags.find((candidate) => candidate.name === name);
  if (!fact) return undefined;
  const lines = [`**${name}** · ${uses[fact.use]}`, fact.doc];
  if (!inRange(fact, kernel)) lines.push(`**Not in Linux ${formatVersion(kernel)}.**`);
  const hint = flagHint(name);
  if (hint) lines.push(hint);
  lines.push(`Kernels: ${describeRange(fact) || 'all'} (${fact.source})`);
  return lines.join('\n\n');
}

function flagHint(name: string): string | undefined {
  if (name === 'FOLL_LONGTERM')
    return `CASE 2 (${title(2)}) of ${casesSource}; also for a pin kept in an object, a list or file private data. Given to get_user_pages*(), the call fails with -EINVAL.`;
  if (name === 'FOLL_PIN') return 'Call pin_user_pages*() instead.';
  if (name === 'FOLL_GET') return 'Leave it out: get_user_pages*() takes the reference anyway.';
  if (name === 'FOLL_WRITE')
    return 'Needed when the device writes to memory (`DMA_FROM_DEVICE`, `DMA_BIDIRECTIONAL`); dirty the pages before giving them back.';
  return undefined;
}

function code(text: string): string {
  return `\`\`\`c\n${text}\n\`\`\``;
}
