/** write-direction-mismatch: what is written was taken for reading only. */
import { accessOf, type AccessMap, type Evidence } from '../analysis/access.ts';
import { hasOtherPages } from '../analysis/beliefs.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { AcquireSite, Group } from '../analysis/sites.ts';
import { mentions } from '../analysis/mentions.ts';
import { expectedWrite } from '../analysis/write-beliefs.ts';
import { addFlag } from '../fixes/flags.ts';
import type { RuleMeta } from '../findings.ts';
import { callName, isOwn, lineAt, pagesName, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'write-direction-mismatch',
  level: 'error',
  summary: 'Memory that is written was taken without FOLL_WRITE',
  docs: `Without FOLL_WRITE the call takes pages for reading: it neither checks that the process may write to them nor breaks copy-on-write. What the
call returns can be the zero page, a page of the page cache that is mapped read-only, or a page shared with another process after fork(). Writing to
it, by DMA or through a kernel mapping, changes memory that is not the caller's.

Pass FOLL_WRITE when a device writes to the pages (DMA_FROM_DEVICE, DMA_BIDIRECTIONAL), when the CPU does, and whenever they are dirtied as they are given back.`,
  fixable: true,
  source: 'mm/gup.c (FOLL_WRITE); include/linux/mm_types.h; Documentation/core-api/pin_user_pages.rst',
  examples: [
    {
      title: 'The device writes into pages taken for reading',
      bad: `int demo_start(struct device *dev, unsigned long addr)
{
	struct page *page;
	dma_addr_t dma;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1) //~ write-direction-mismatch
		return -EFAULT;
	dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	demo_run(dma);
	dma_unmap_page(dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}
`,
      good: `int demo_start(struct device *dev, unsigned long addr)
{
	struct page *page;
	dma_addr_t dma;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	demo_run(dma);
	dma_unmap_page(dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	unpin_user_pages_dirty_lock(&page, 1, true);
	return 0;
}
`,
    },
    {
      title: 'Dirtied as it is given back, in another function',
      bad: `struct buffer { struct page **pages; int nr; };

int buffer_pin(struct buffer *b, unsigned long addr)
{
	int ret = pin_user_pages_fast(addr, b->nr, FOLL_LONGTERM, b->pages); //~ write-direction-mismatch

	if (ret != b->nr) {
		if (ret > 0)
			unpin_user_pages(b->pages, ret);
		return -EFAULT;
	}
	return 0;
}

void buffer_release(struct buffer *b)
{
	unpin_user_pages_dirty_lock(b->pages, b->nr, true);
}
`,
      good: `struct buffer { struct page **pages; int nr; };

int buffer_pin(struct buffer *b, unsigned long addr)
{
	int ret = pin_user_pages_fast(addr, b->nr, FOLL_WRITE | FOLL_LONGTERM, b->pages);

	if (ret != b->nr) {
		if (ret > 0)
			unpin_user_pages(b->pages, ret);
		return -EFAULT;
	}
	return 0;
}

void buffer_release(struct buffer *b)
{
	unpin_user_pages_dirty_lock(b->pages, b->nr, true);
}
`,
    },
  ],
};

/** The flags are seen whole, and FOLL_WRITE is never among them. */
const readOnly = (a: AcquireSite): boolean =>
  a.flagsExpr !== undefined && !a.flags.unknown && !a.flags.names.has('FOLL_WRITE') && isFlags(a);

/** A flags argument that is a truth value is something else: \`write\` as an int, before 4.9, or by mistake. */
const isFlags = (a: AcquireSite): boolean => {
  const e = a.flagsExpr!;
  if (e.kind === 'binary') return e.op === '|' || e.op === '&';
  if (e.kind === 'num') return e.value !== 1n;
  return e.kind !== 'unary' && !(e.kind === 'id' && (e.name === 'true' || e.name === 'write'));
};

/** Pages of another origin are in the group: what is done to them says nothing of ours. */
const holdsOthers = (g: Group): boolean => g.foreign.some((x) => /page|folio|pfn|parameter|sg/i.test(x.what));

function written(file: FileAnalysis, access: AccessMap, g: Group): Evidence | null {
  const a = access.of(g);
  const pins = g.acquires.every((x) => x.kind === 'pin');
  if (holdsOthers(g)) {
    // one mapping for all that the field may hold, and the release of a pin, are ours
    const unpinned = a.dirtied.find((d) => g.releases.some((r) => r.call === d.call && r.effect.of === 'pin'));
    return (pins ? unpinned : undefined) ?? (file.groups.isKept(g) ? a.deviceWrites[0] : undefined) ?? null;
  }
  return a.deviceWrites[0] ?? a.cpuWrites[0] ?? a.dirtied[0] ?? null;
}

/** What a variable is called, or its type, that says whether the pages will be written. */
const DIRECTION = /^(is_|for_|to_)?(write|writable|writeable|writing|is_write|rw|dir|direction|data_dir|dirt(y|ied))$/;

/** The acquiring function is told whether the pages will be written, and nobody there reads it. */
function unreadDirection(file: FileAnalysis, a: AcquireSite): Evidence | null {
  const f = file.functions.get(a.fn);
  if (!f) return null;
  for (const [name, type] of f.types) {
    const param = f.def.params.find((p) => p.name === name);
    const decl = f.cfg.nodes.find((n) => n.what.kind === 'decl' && n.what.decl.name === name && n.what.decl.init);
    const isDirection = DIRECTION.test(name) || (type.kind === 'enum' && type.name === 'dma_data_direction');
    if (!isDirection || (!param && !decl)) continue;
    if (mentions(file, f, name) === (param ? 0 : 1))
      return { fn: a.fn, span: param ?? decl!.span, words: `written where \`${name}\` says so, which nobody reads` };
  }
  return null;
}

/** Pages are dirtied that can only be those of the file's acquires, of which none asks for writing. */
function strayDirtying(file: FileAnalysis, access: AccessMap): Evidence | null {
  const taken = file.groups.acquires.filter((a) => a.pages || a.fact.into === 'return');
  if (!taken.every(readOnly) || hasOtherPages(file)) return null;
  return access.strayDirtying[0] ?? null;
}

export const writeDirectionMismatch: Rule = {
  meta,
  *check(file): Iterable<Report> {
    const access = accessOf(file);
    for (const g of file.groups.all().values()) {
      const wrong = g.acquires.filter((a) => readOnly(a) && isOwn(file, a.fn));
      if (!wrong.length) continue;
      const why = written(file, access, g);
      if (!why) {
        for (const a of wrong) {
          const unread = unreadDirection(file, a) ?? expectedWrite(file, access, a) ?? strayDirtying(file, access);
          if (unread) yield report(file, a, unread);
        }
        continue;
      }
      if (wrong.length === g.acquires.length) for (const a of wrong) yield report(file, a, why);
      else {
        const always = access.of(g).dirtied.find((d) => d.always);
        for (const a of wrong) {
          const beside = g.acquires.some((b) => b.fn === a.fn && b.key === a.key && b.flags.names.has('FOLL_WRITE'));
          const told = (beside ? always : undefined) ?? expectedWrite(file, access, a);
          if (told) yield report(file, a, told);
        }
      }
    }
  },
};

function report(file: FileAnalysis, a: AcquireSite, why: Evidence): Report {
  const name = callName(a.call);
  return {
    span: a.call,
    functionName: a.fn,
    message: `\`${pagesName(file, a.call)}\` is taken by ${name}() without FOLL_WRITE, but the pages are ${why.words} (${lineAt(file, why.span.start)}${why.fn === a.fn ? '' : ` in ${why.fn}()`}): what is written can be the zero page or a page shared with another process. Add FOLL_WRITE.`,
    steps: [
      stepAt(file, a.call, `${name}() takes the pages for reading`, 'acquire'),
      stepAt(file, why.span, `the pages are ${why.words}`, 'fault'),
    ],
    shape: `${name}:read-only`,
    caseNumber: /mapped/.test(why.words) ? 1 : 5,
    fixes: () => addFlag(file, a.call, 'FOLL_WRITE'),
  };
}
