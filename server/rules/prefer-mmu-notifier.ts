/** prefer-mmu-notifier: a long-term pin in a driver that has MMU notifiers. */
import type { RuleMeta } from '../findings.ts';
import { callName, isOwn, lineAt, notifierOf, pagesName, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'prefer-mmu-notifier',
  level: 'hint',
  summary: 'A driver with MMU notifiers need not pin for long',
  docs: `A driver whose hardware can be told to drop a mapping (it registers MMU notifiers) is CASE 3 of the document: it needs no pin. It takes the
pages with get_user_pages*() or hmm_range_fault(), maps them, gives the references back, and tears the mapping down when the notifier says that
user space changes. Memory then stays movable, and nothing has to be accounted.

There is no quick fix: the pages have to be faulted back in when the device needs them again.`,
  fixable: false,
  source: 'Documentation/core-api/pin_user_pages.rst (CASE 3); Documentation/mm/hmm.rst',
  examples: [
    {
      title: 'A notifier and a long-term pin',
      bad: `int map_range(struct ctx *ctx, unsigned long addr, int nr)
{
	int ret = mmu_interval_notifier_insert(&ctx->notifier, current->mm, addr, nr << PAGE_SHIFT, &ctx_ops);

	if (ret)
		return ret;
	ret = account_locked_vm(current->mm, nr, true);
	if (ret)
		return ret;
	return pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, ctx->pages); //~ prefer-mmu-notifier
}
`,
      good: `int map_range(struct ctx *ctx, unsigned long addr, int nr)
{
	struct hmm_range range = { .notifier = &ctx->notifier, .start = addr, .hmm_pfns = ctx->pfns };
	int ret = mmu_interval_notifier_insert(&ctx->notifier, current->mm, addr, nr << PAGE_SHIFT, &ctx_ops);

	if (ret)
		return ret;
	range.notifier_seq = mmu_interval_read_begin(range.notifier);
	return hmm_range_fault(&range);
}
`,
    },
  ],
};

export const preferMmuNotifier: Rule = {
  meta,
  *check(file): Iterable<Report> {
    const longterm = file.groups.acquires.filter(
      (a) => isOwn(file, a.fn) && a.kind === 'pin' && a.flags.names.has('FOLL_LONGTERM'),
    );
    const notifier = longterm.length ? notifierOf(file) : undefined;
    if (!notifier) return;
    for (const a of longterm) {
      const name = callName(a.call);
      yield {
        span: a.call,
        functionName: a.fn,
        message: `\`${pagesName(file, a.call)}\` is pinned for long by ${name}(), in a driver that registers MMU notifiers (${notifier.name}() on ${lineAt(file, notifier.start)}): CASE 3 needs no pin, the notifier can drop the mapping instead.`,
        steps: [
          stepAt(file, notifier, `${notifier.name}() registers a notifier`, 'event'),
          stepAt(file, a.call, `${name}() pins all the same`, 'fault'),
        ],
        shape: name,
        caseNumber: 3,
      };
    }
  },
};
