/** missing-dirty: pages that were written are given back clean. */
import type { CallExpr } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { isInMain } from '../../language/c/index.ts';
import { facts } from '../../language/kernel/index.ts';
import { accessOf, choosesWrite, type AccessMap, type Evidence } from '../analysis/access.ts';
import { callersOf, constantsOf } from '../analysis/constants.ts';
import { calleeName, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { leftClean } from '../analysis/left-clean.ts';
import { namingOf, wordKind } from '../analysis/naming.ts';
import { perFunction } from '../analysis/per-function.ts';
import type { AcquireSite, Group, ReleaseSite } from '../analysis/sites.ts';
import { mentions } from '../analysis/mentions.ts';
import { tellsAddress } from '../analysis/told-address.ts';
import { dirtyRelease } from '../fixes/dirty.ts';
import type { PathStep, RuleMeta } from '../findings.ts';
import { callName, isCore, isOwn, lineAt, pagesName, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'missing-dirty',
  level: 'warning',
  summary: 'Pages that the device or the CPU wrote are given back without being dirtied',
  docs: `A page that was written by a device, or by the CPU through a kernel mapping, looks clean to memory management: the page tables of the
process did not see the write. If nobody marks it dirty before it is given back, reclaim may drop it, and what was written is lost; a page of a file never
reaches the disk.

Give the pages back with unpin_user_pages_dirty_lock(pages, n, true), or call set_page_dirty_lock() on each of them first. Pages that are only read
stay clean: pass false, or the direction.`,
  fixable: true,
  source: 'Documentation/core-api/pin_user_pages.rst; mm/gup.c (unpin_user_pages_dirty_lock)',
  examples: [
    {
      title: 'A read from the device, given back clean',
      bad: `int demo_read(struct device *dev, struct page **pages, struct sg_table *sgt, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (ret != nr) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	ret = sg_alloc_table_from_pages(sgt, pages, nr, 0, (size_t)nr << PAGE_SHIFT, GFP_KERNEL);
	if (!ret) {
		dma_map_sgtable(dev, sgt, DMA_FROM_DEVICE, 0);
		demo_run(dev, sgt);
		dma_unmap_sgtable(dev, sgt, DMA_FROM_DEVICE, 0);
		sg_free_table(sgt);
	}
	unpin_user_pages(pages, nr); //~ missing-dirty
	return ret;
}
`,
      good: `int demo_read(struct device *dev, struct page **pages, struct sg_table *sgt, unsigned long addr, int nr)
{
	int ret = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);

	if (ret != nr) {
		if (ret > 0)
			unpin_user_pages(pages, ret);
		return -EFAULT;
	}
	ret = sg_alloc_table_from_pages(sgt, pages, nr, 0, (size_t)nr << PAGE_SHIFT, GFP_KERNEL);
	if (!ret) {
		dma_map_sgtable(dev, sgt, DMA_FROM_DEVICE, 0);
		demo_run(dev, sgt);
		dma_unmap_sgtable(dev, sgt, DMA_FROM_DEVICE, 0);
		sg_free_table(sgt);
	}
	unpin_user_pages_dirty_lock(pages, nr, ret == 0);
	return ret;
}
`,
    },
    {
      title: 'Written by the CPU',
      bad: `int demo_store(unsigned long addr, const void *from, size_t len)
{
	struct page *page;
	void *to;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	to = kmap_local_page(page);
	memcpy(to + offset_in_page(addr), from, len);
	kunmap_local(to);
	unpin_user_page(page); //~ missing-dirty
	return 0;
}
`,
      good: `int demo_store(unsigned long addr, const void *from, size_t len)
{
	struct page *page;
	void *to;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	to = kmap_local_page(page);
	memcpy(to + offset_in_page(addr), from, len);
	kunmap_local(to);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}
`,
    },
  ],
};

/** A caller says `true` for a parameter of that name, and nobody reads it. */
function askedToDirty(file: FileAnalysis, r: ReleaseSite): Evidence | null {
  const f = file.functions.get(r.fn);
  const index = f?.def.params.findIndex((p) => /dirt|write|written/i.test(p.name ?? '')) ?? -1;
  const param = f?.def.params[index];
  if (!f || !param?.name) return null;
  if (mentions(file, f, param.name) === 0)
    return { fn: r.fn, span: param, words: `to be dirtied where \`${param.name}\` says so, which nobody reads` };
  for (const { call, f: g } of callersOf(r.fn, file.functions)) {
    const arg = call.args[index];
    const values = arg && constantsOf(arg, g, file.functions);
    if (values?.has('true') || values?.has('1'))
      return { fn: g.def.name, span: call, words: `given back with \`${param.name}\` set in ${g.def.name}()` };
  }
  return null;
}

/** Calls that get at a page to dirty it, and do nothing to it. */
const AROUND = /^(folio_(un)?lock|(un)?lock_page(_nosync)?|flush_dcache_(page|folio))$/;

/** `if (dirty)` */
const asks = (n: CfgNode, name: string): boolean =>
  n.what.kind === 'branch' && n.what.test.kind === 'id' && n.what.test.name === name;

/** Where the condition holds nothing is done but lock and unlock: what was to be done under it is gone. */
function isIdleBranch(f: FunctionContext, name: string): boolean {
  const { nodes } = f.cfg;
  const tests = nodes.filter((n) => asks(n, name));
  return (
    tests.length > 0 &&
    tests.every((n) => {
      const way = (truth: string): number => n.succs.find((s) => s.label.kind === truth)?.to ?? -1;
      const end = way('false');
      let at = way('true');
      for (let steps = 0; steps < 6 && at !== end; steps++) {
        const { what, succs } = nodes[at]!;
        const call = what.kind === 'expr' && what.expr.kind === 'call' ? calleeName(what.expr) : undefined;
        if (call === undefined || !AROUND.test(call) || succs.length !== 1) return false;
        at = succs[0]!.to;
      }
      return at === end;
    })
  );
}

/** Functions that release pages, are told whether to dirty them, and do not listen. */
function* unheard(file: FileAnalysis, access: AccessMap): Iterable<{ g: Group; r: ReleaseSite; why: Evidence }> {
  const seen = new Set<string>();
  for (const g of file.groups.all().values())
    for (const r of g.releases) {
      const f = file.functions.get(r.fn);
      if (!f || seen.has(r.fn) || !isOwn(file, r.fn) || r.effect.frees || access.dirties(r)) continue;
      const p = f.def.params.find((x) => /(^|_)(make_|mark_|set_|should_)?dirt(y|ied)(_|$)/i.test(x.name ?? ''));
      if (!p?.name || p.type.kind === 'pointer') continue;
      const read = mentions(file, f, p.name);
      const idle = read > 0 && read === f.cfg.nodes.filter((n) => asks(n, p.name!)).length && isIdleBranch(f, p.name);
      if (read > 0 && !idle) continue;
      seen.add(r.fn);
      const words = `to be dirtied where \`${p.name}\` says so, ${idle ? 'and nothing is done there' : 'which nobody reads'}`;
      yield { g, r, why: { fn: r.fn, span: p, words } };
    }
}

/** Code that is not seen gets the folio, and is not one of the calls that only look at it or fill it. */
const mayDirty = (file: FileAnalysis, call: CallExpr, gives: CallExpr): boolean => {
  const name = callName(call);
  const folio = gives.args[0] && file.groups.text(gives.args[0]);
  if (
    file.functions.has(name) ||
    facts.call(name) ||
    /^(_*folio_|_*page_|Page|SetPage|ClearPage|zero_user|flush_)/.test(name)
  )
    return false;
  // what is given a text prints
  return !call.args.some((a) => a.kind === 'str') && call.args.some((a) => file.groups.text(a) === folio);
};

/** The call by which a function gives a folio back, or lets others at it. */
const GIVES_FOLIO = /^(folio_unlock|unlock_page|folio_put|put_page)$/;
const givesFolio = perFunction((f) => f.calls.find((c) => GIVES_FOLIO.test(callName(c))));
const GIVING = wordKind((word) => GIVES_FOLIO.test(word));

/** The write_end of an address space gives its folio back, and nothing dirtied it. */
function* endsOfWrites(file: FileAnalysis): Iterable<Report> {
  // the whole text is searched only where some function could be one, and for all of it only where there is one
  const isOne = namingOf(file.functions)
    .holding(GIVING)
    .some((f) => givesFolio(f));
  if (!isOne || !/\.write_end\s*=/.test(file.unit.text)) return;
  for (const m of file.unit.text.matchAll(/\.write_end\s*=\s*(\w+)/g)) {
    const fn = m[1]!;
    const f = file.functions.get(fn);
    if (!f || !isOwn(file, fn)) continue;
    const gives = givesFolio(f);
    const all = [...file.reachable(fn)].flatMap((n) => file.functions.get(n)?.calls ?? []);
    if (
      !gives ||
      all.some((c) => /dirty|write_end|write_commit|commit_write|writepage|write_inode|call/i.test(callName(c))) ||
      all.some((c) => mayDirty(file, c, gives))
    )
      continue;
    yield {
      span: gives,
      functionName: fn,
      message: `${fn}() ends a write to the page cache, but ${callName(gives)}() gives the folio back without it being dirtied: what was written never reaches the file. Call folio_mark_dirty() first.`,
      steps: [stepAt(file, gives, 'the folio is given back clean', 'fault')],
      shape: 'write_end:clean',
      fixNote: () => 'Call folio_mark_dirty() before the folio is unlocked.',
    };
  }
}

/** Pages that no acquire of the file took: what is done to them says nothing of ours. */
const holdsOthers = (g: Group): boolean =>
  g.foreign.some((x) => /page|folio|pfn|parameter|sg/i.test(x.what)) || g.releases.some((r) => r.effect.frees);

/** Calls that map pages into the kernel for long. */
const MAPS = /^(vmap|vm_map_ram)$/;

/** Something outside of the file's own C code gets at the data: a device, a hypervisor, code that is not seen. */
function handsOut(access: AccessMap, g: Group): boolean {
  return (
    access.of(g).numbers.length > 0 ||
    g.uses.some((u) => u.effect.kind === 'put-in' || u.effect.kind === 'dma-map' || MAPS.test(callName(u.call))) ||
    g.passed.some((name) => !/print|dbg|debug|warn|free|release|put|unpin|dump|trace|VERB/i.test(name))
  );
}

/** Pins that the file only takes and gives back: somebody else, who knows the addresses, is to get at the data. */
const onlyPinned = (g: Group): boolean =>
  !g.uses.length && !g.passed.length && g.acquires.every((a) => a.kind === 'pin' && a.pages?.kind !== 'unary');

/** What shows that the pages were written. */
function written(file: FileAnalysis, access: AccessMap, g: Group, r: ReleaseSite): Evidence | null {
  const a = access.of(g);
  if (a.deviceWrites[0]) return a.deviceWrites[0];
  // the core writes to memory of its own making (the stack of a program that starts): the fault for writing dirtied it
  const mapped = g.uses.some((u) => MAPS.test(callName(u.call)));
  const cores = isCore(file) && g.acquires.every((x) => x.kind === 'get') && !mapped;
  if (a.cpuWrites[0] && g.acquires.length && !holdsOthers(g) && !cores) return a.cpuWrites[0];
  const asked = askedToDirty(file, r);
  if (asked) return asked;
  if (a.deviceReads.length || cores) return null;
  // a library's pages: those who get them dirty them
  if (new RegExp(`\\bEXPORT_SYMBOL\\w*\\(\\s*${r.fn}\\b`).test(file.unit.text)) return null;
  // in another file the flag says little of who writes, and when
  const acquires = g.acquires.filter(
    (x) => isInMain(x.call.start) && (x.kind === r.effect.of || x.fact.takes === 'by-iter'),
  );
  const chooses = acquires.find(
    (x) => (x.kind === 'pin' || x.pages?.kind !== 'unary') && choosesWrite(x, file.functions.get(x.fn)),
  );
  if (chooses && (handsOut(access, g) || onlyPinned(g)))
    return { fn: chooses.fn, span: chooses.call, words: 'taken with FOLL_WRITE when they are to be written' };
  const always = chooses ? undefined : acquires.find((x) => x.flags.names.has('FOLL_WRITE'));
  const later = !g.acquires.some((x) => x.fn === r.fn);
  if (!always || !later || holdsOthers(g)) return null;
  if (handsOut(access, g)) return { fn: always.fn, span: always.call, words: 'taken with FOLL_WRITE and kept' };
  return onlyPinned(g) && always.kind === 'pin' && tellsAddress(file, always)
    ? { fn: always.fn, span: always.call, words: 'taken with FOLL_WRITE for somebody who knows the addresses' }
    : null;
}

/** The release ends a use of the pages, rather than undoing an acquire that failed half-way. */
function endsUse(file: FileAnalysis, g: Group, r: ReleaseSite): boolean {
  const takers = new Set(g.acquires.map((a) => a.fn));
  if (!takers.size) return true;
  for (const entry of file.reaching(r.fn))
    if (file.isEntry(entry) && ![...takers].some((t) => file.reaching(t).has(entry))) return true;
  return file.events.some(
    (e) =>
      e.kind === 'given-back' &&
      e.outcome !== 'error' &&
      g.acquires.some((a) => a.call.start === e.resource.site.start) &&
      file.reaches(e.root, r.fn),
  );
}

/** Containers whose completion dirties the pages, or may: bios, network buffers. */
const dirtiedElsewhere = (g: Group): boolean =>
  g.uses.some((u) => u.effect.kind === 'put-in' && (u.effect.what === 'bio' || u.effect.what === 'skb')) ||
  g.releases.some((r) => r.effect.pages.as === 'bio') ||
  g.passed.some((name) => /dirty/i.test(name));

/** Gives back the kind of reference that an acquire for writing takes. */
const ofTheirs = (r: ReleaseSite, writable: readonly AcquireSite[]): boolean =>
  !writable.length || writable.some((a) => a.kind === r.effect.of || a.fact.takes === 'by-iter');

export const missingDirty: Rule = {
  meta,
  *check(file): Iterable<Report> {
    const access = accessOf(file);
    const told = new Set<string>();
    for (const { g, r, why } of unheard(file, access)) {
      told.add(r.fn);
      yield report(file, g, r, why);
    }
    yield* endsOfWrites(file);
    if (!access.strayDirtying.length)
      for (const { g, r, why } of leftClean(file, access))
        if (isOwn(file, r.fn) && !dirtiedElsewhere(g) && !told.has(r.fn)) {
          told.add(r.fn);
          yield report(file, g, r, why);
        }
    for (const g of file.groups.all().values()) {
      const ours = g.acquires.length > 0 || g.releases.some((r) => r.effect.of === 'pin');
      if (!ours || !g.releases.length || dirtiedElsewhere(g)) continue;
      // read-only pages cannot have been written: that is another mistake
      const writable = g.acquires.filter(
        (a) => (!a.flagsExpr || a.flags.names.has('FOLL_WRITE')) && a.fact.name !== 'get_kernel_pages',
      );
      if (g.acquires.length && !writable.length) continue;
      if (access.strayDirtying.length) continue;
      if (access.of(g).dirtied.length) {
        for (const x of [...oneVariable(file, access, g), ...endedClean(file, access, g)])
          if (!told.has(x.functionName)) yield x;
        continue;
      }
      const releases = g.releases.filter(
        (r) =>
          isOwn(file, r.fn) &&
          !r.effect.frees &&
          ofTheirs(r, writable) &&
          endsUse(file, g, r) &&
          // one that ends no hold of these is a reference of another kind, or a finding of mismatched-release
          (!g.acquires.length || g.acquires.some((a) => a.kind === r.effect.of)),
      );
      // the last one: those before it undo what failed half-way
      const release = releases.find((r) => !g.acquires.some((a) => a.fn === r.fn)) ?? releases.at(-1);
      const why = release && written(file, access, g, release);
      if (!release || !why || told.has(release.fn)) continue;
      yield report(file, g, release, why);
    }
  },
};

/** One page in a variable of its own is written and given back in a function that dirties others, but not this one. */
function* oneVariable(file: FileAnalysis, access: AccessMap, g: Group): Iterable<Report> {
  const { cpuWrites, dirtied } = access.of(g);
  const seen = new Set<string>();
  for (const r of g.releases) {
    const name = /^L:[^:]+:(.+)$/.exec(r.key)?.[1];
    const type = name && file.functions.get(r.fn)?.types.get(name);
    if (!type || type.kind !== 'pointer' || type.to.kind !== 'record' || seen.has(r.key) || !isOwn(file, r.fn))
      continue;
    const why = cpuWrites.find((w) => w.key === r.key && w.fn === r.fn);
    if (
      !why ||
      r.effect.frees ||
      r.call.start < why.span.start ||
      dirtied.some((d) => d.key === r.key || (d.fn !== r.fn && !d.key?.startsWith('L:')))
    )
      continue;
    if (access.dirties(r) || g.releases.some((x) => x.key === r.key && access.dirties(x))) continue;
    seen.add(r.key);
    yield report(file, g, r, why);
  }
}

/** The acquiring functions dirty what they give back when they fail, and the one that ends the use of the pages does not. */
function* endedClean(file: FileAnalysis, access: AccessMap, g: Group): Iterable<Report> {
  const { dirtied, deviceWrites } = access.of(g);
  const takers = new Set(g.acquires.map((a) => a.fn));
  const why = deviceWrites[0];
  if (!why || !takers.size || dirtied.some((d) => !takers.has(d.fn))) return;
  const r = g.releases.find((x) => !takers.has(x.fn) && isOwn(file, x.fn) && !x.effect.frees && endsUse(file, g, x));
  if (r && !access.dirties(r)) yield report(file, g, r, why);
}

function report(file: FileAnalysis, g: Group, r: ReleaseSite, why: Evidence): Report {
  const a = g.acquires[0];
  const name = callName(r.call);
  const what = a
    ? `\`${pagesName(file, a.call)}\` (${a.kind === 'pin' ? 'pinned' : 'taken'} on ${lineAt(file, a.call.start)} by ${callName(a.call)})`
    : 'What is given back here';
  const steps: PathStep[] = [
    ...(a ? [stepAt(file, a.call, `${callName(a.call)}() takes the pages`, 'acquire')] : []),
    stepAt(file, why.span, `the pages are ${why.words}`, 'event'),
    stepAt(file, r.call, `${name}() gives them back clean`, 'fault'),
  ];
  const call: CallExpr = r.call;
  return {
    span: call,
    functionName: r.fn,
    message: `${what} may have been written (${why.words}, ${lineAt(file, why.span.start)}), but ${name}() gives the pages back without dirtying them: what was written can be lost. Use unpin_user_pages_dirty_lock(), or set_page_dirty_lock() first.`,
    steps,
    shape: `${name}:clean`,
    caseNumber: /kernel mapping|written by/.test(why.words) ? 5 : 1,
    fixes: () => dirtyRelease(file, r),
    fixNote: () =>
      'Call set_page_dirty_lock() on each page before this, or convert to pins and unpin_user_pages_dirty_lock().',
  };
}
