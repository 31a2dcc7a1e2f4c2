/** foll-force: FOLL_FORCE in a driver. */
import { once } from '../analysis/per-function.ts';
import type { CallExpr, Expr } from '../../language/c/ast.ts';
import { removeFlag } from '../fixes/flags.ts';
import { argSpan, edit, isLiteral } from '../fixes/edits.ts';
import { constantsOf } from '../analysis/constants.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { AcquireSite } from '../analysis/sites.ts';
import type { Fix, RuleMeta } from '../findings.ts';
import { callName, isCore, isOwn, stepAt, type Report, type Rule } from './rule.ts';

const meta: RuleMeta = {
  id: 'foll-force',
  level: 'warning',
  summary: 'FOLL_FORCE overrides the protection of the mapping: not for drivers',
  docs: `FOLL_FORCE makes get_user_pages() ignore that a mapping is read-only: it exists for ptrace, /proc/PID/mem and uprobes, which plant
breakpoints in text that the process itself cannot write. A driver that gives it lets a process write through the device to what it has
mapped read-only, and gets a private copy of the page that nobody else sees. Once common in drivers (as the \`force\` argument of
get_user_pages() before 4.9), it has been taken out of them since 6.2.

Remove it. FOLL_WRITE alone says that the pages will be written; together with FOLL_LONGTERM it also breaks copy-on-write.`,
  fixable: true,
  source: 'mm/gup.c (check_vma_flags, can_follow_write_pte)',
  examples: [
    {
      title: 'FOLL_FORCE for a device that writes',
      bad: `int map_buffer(unsigned long addr, struct page **pages, int nr)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_FORCE, pages); //~ foll-force
}
`,
      good: `int map_buffer(unsigned long addr, struct page **pages, int nr)
{
	return pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);
}
`,
    },
    {
      title: 'Through a variable',
      bad: `int map_buffer(unsigned long addr, struct page **pages, int nr, bool write)
{
	unsigned int flags = FOLL_FORCE | FOLL_LONGTERM;

	if (write)
		flags |= FOLL_WRITE;
	return pin_user_pages_fast(addr, nr, flags, pages); //~ foll-force
}
`,
      good: `int map_buffer(unsigned long addr, struct page **pages, int nr, bool write)
{
	unsigned int flags = FOLL_LONGTERM;

	if (write)
		flags |= FOLL_WRITE;
	return pin_user_pages_fast(addr, nr, flags, pages);
}
`,
    },
  ],
};

/** Reads and writes another process's memory on behalf of a debugger: the file asks for the right to trace. */
const tracesOthers = ({ unit }: FileAnalysis): boolean =>
  // the words first: they are found much faster
  ['ptrace_', 'mm_access', '__access_remote_vm'].some((word) => unit.text.includes(word)) &&
  /\b(ptrace_may_access|ptrace_access_vm|mm_access|__access_remote_vm)\s*\(/.test(unit.text);

/** uprobes and ptrace themselves. */
const plantsBreakpoints = (file: FileAnalysis): boolean =>
  /(^|[\\/])(uprobes|ptrace)\w*\.c$/.test(file.unit.path) || /\buprobe_write_opcode\s*\(/.test(file.unit.text);

/** The `force` argument of kernels before 4.9, if it may be true. */
function forceArgument(
  file: FileAnalysis,
  a: AcquireSite,
): { readonly index: number; readonly expr: Expr } | undefined {
  const index = a.form?.params.indexOf('force') ?? -1;
  const expr = index >= 0 ? a.call.args[index] : undefined;
  const f = file.functions.get(a.fn);
  if (!expr || !f) return undefined;
  const values = constantsOf(expr, f, file.functions);
  return [...values].every((v) => v === '0' || v === 'false') ? undefined : { index, expr };
}

function dropForce(file: FileAnalysis, call: CallExpr, index: number): readonly Fix[] {
  const span = argSpan(file, call, index);
  if (!span || !isLiteral(file, call)) return [];
  return [{ title: 'Do not force', safe: true, preferred: true, edits: [edit(file, span.start, span.end, '0')] }];
}

export const follForce: Rule = {
  meta,
  *check(file): Iterable<Report> {
    if (/(^|[\\/])mm[\\/][^\\/]+$/.test(file.unit.path)) return;
    // what takes a look at the whole text is asked last
    const isPlanter = once(() => plantsBreakpoints(file));
    // exec, uprobes, ptrace and the like reach into another process; nobody needs force for their own
    const reachesOver = once(
      () => tracesOthers(file) || (isCore(file) && !/(^|[\\/])(arch|virt|io_uring)[\\/]/.test(file.unit.path)),
    );
    for (const a of file.groups.acquires) {
      if (!isOwn(file, a.fn)) continue;
      const force = forceArgument(file, a);
      if (!force && !a.flags.names.has('FOLL_FORCE')) continue;
      if (isPlanter()) return;
      const name = callName(a.call);
      if (/_remote$/.test(name) && reachesOver()) continue;
      const how = force ? 'its `force` argument set' : 'FOLL_FORCE';
      yield {
        span: a.call,
        functionName: a.fn,
        message: `${name}() is given ${how}, which overrides the protection of the mapping (read-only pages are written all the same). Only ptrace and its like need that; remove it.`,
        steps: [stepAt(file, a.call, `${force ? 'force' : 'FOLL_FORCE'} reaches ${name}()`, 'fault')],
        shape: name,
        fixes: () => (force ? dropForce(file, a.call, force.index) : removeFlag(file, a.call, 'FOLL_FORCE')),
      };
    }
  },
};
