/** unaccounted-longterm: a long-term pin that no limit bounds. */
import { countedBackIn, isAccountedAround } from '../analysis/memlock.ts';
import type { RuleMeta } from '../findings.ts';
import { callName, isCore, isOwn, pagesName, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'unaccounted-longterm',
  level: 'info',
  summary: 'Long-term pins are not accounted against RLIMIT_MEMLOCK',
  docs: `Pages pinned for long cannot be reclaimed or swapped. Unless somebody counts them, any process that may open the device can lock all
of memory with it. The kernel's pattern: add to mm->pinned_vm (or mm->locked_vm through account_locked_vm()) before the pin, compare with
rlimit(RLIMIT_MEMLOCK) unless capable(CAP_IPC_LOCK), and take the number off again with the pins.

There is no quick fix: where the count belongs (the process or the user), and when it is taken back, is the driver's design. A device that only
root can open may do without.`,
  fixable: false,
  source: 'mm/util.c (account_locked_vm); drivers/vfio/vfio_iommu_type1.c (vfio_lock_acct)',
  examples: [
    {
      title: 'An ioctl that pins as much as it is asked for',
      bad: `long pin_region(struct region *r, unsigned long addr)
{
	long ret = pin_user_pages_fast(addr, r->nr, FOLL_WRITE | FOLL_LONGTERM, r->pages); //~ unaccounted-longterm

	if (ret != r->nr) {
		if (ret > 0)
			unpin_user_pages(r->pages, ret);
		return -EFAULT;
	}
	return 0;
}
`,
      good: `long pin_region(struct region *r, unsigned long addr)
{
	long ret = account_locked_vm(current->mm, r->nr, true);

	if (ret)
		return ret;
	ret = pin_user_pages_fast(addr, r->nr, FOLL_WRITE | FOLL_LONGTERM, r->pages);
	if (ret != r->nr) {
		if (ret > 0)
			unpin_user_pages(r->pages, ret);
		account_locked_vm(current->mm, r->nr, false);
		return -EFAULT;
	}
	return 0;
}
`,
    },
  ],
};

export const unaccountedLongterm: Rule = {
  meta,
  *check(file): Iterable<Report> {
    // the core may lock what it wants, unless it says itself that such pins are counted
    const core = isCore(file);
    for (const a of file.groups.acquires) {
      if (!isOwn(file, a.fn) || a.kind !== 'pin' || !a.flags.names.has('FOLL_LONGTERM')) continue;
      if (isAccountedAround(file, a.fn)) continue;
      const back = countedBackIn(file);
      if (core && back === null) continue;
      const name = callName(a.call);
      yield {
        span: a.call,
        functionName: a.fn,
        message: `\`${pagesName(file, a.call)}\` is pinned for long by ${name}() and nothing here counts it against RLIMIT_MEMLOCK${back === null ? '' : `, though ${back}() takes it off the count`}: whoever calls this can lock any amount of memory. Account it (account_locked_vm(), mm->pinned_vm) before the pin.`,
        steps: [stepAt(file, a.call, `${name}() pins with FOLL_LONGTERM`, 'fault')],
        shape: name,
        caseNumber: 2,
      };
    }
  },
};
