/** Pages that somebody who knows their address in the process writes to: a device or a hypervisor that is told it. */
import type { Expr } from '../../language/c/ast.ts';
import { typeOfExpr, walkExpr } from '../../language/c/index.ts';
import { facts } from '../../language/kernel/index.ts';
import { callersOf } from './constants.ts';
import { calleeName, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { mayHave, mayName, wordKind } from './naming.ts';
import type { AcquireSite } from './sites.ts';

/** What may be the user's address of the pages: the argument, or what callers of the function give for its parameter. */
function addressesOf(file: FileAnalysis, a: AcquireSite): { e: Expr; f: FunctionContext }[] {
  const start = a.call.args[a.form?.params.indexOf('start') ?? -1];
  const f = file.functions.get(a.fn);
  if (!start || !f) return [];
  const plainStart = start.kind === 'cast' ? start.arg : start;
  const index = plainStart.kind === 'id' ? f.def.params.findIndex((p) => p.name === plainStart.name) : -1;
  if (index < 0) return [{ e: start, f }];
  return callersOf(a.fn, file.functions).flatMap(({ args, f: g }) => (args[index] ? [{ e: args[index], f: g }] : []));
}

/** Calls that tell a device, or a hypervisor, where an object lies. */
const PLACES = /^(virt_to_phys|__pa|virt_to_bus|virt_to_gfn|(dma|pci)_map_single)$/;
const PLACE = wordKind((word) => PLACES.test(word));

/**
 * The user's address of the pages (`buf->uptr`) is given to code that is not seen, a hypervisor that is told where to write; or it stands in
 * a record (`ccb->out`) whose place is.
 */
export function tellsAddress(file: FileAnalysis, a: AcquireSite): boolean {
  const fields = new Set<string>();
  const records = new Set<string>();
  for (const { e, f } of addressesOf(file, a))
    walkExpr(e, (x) => {
      if (x.kind !== 'member') return;
      fields.add(x.name);
      const record = recordOf(file, f, x.object);
      if (record !== undefined) records.add(record);
    });
  if (!fields.size) return false;
  for (const f of file.functions.values()) {
    if (!mayHave(f.def, PLACE) && ![...fields].some((name) => mayName(f.def, name))) continue;
    for (const c of f.calls) {
      const name = calleeName(c) ?? '';
      if (PLACES.test(name) && c.args.some((x) => records.has(recordOf(file, f, x) ?? ''))) return true;
      if (file.functions.has(name) || facts.call(name) || /^(access_ok|untagged_addr|min|max|min_t|max_t)$/.test(name))
        continue;
      if (c.args.some((x) => x.kind === 'member' && fields.has(x.name))) return true;
    }
  }
  return false;
}

/** The record that an expression is, or points to. */
function recordOf(file: FileAnalysis, f: FunctionContext, e: Expr): string | undefined {
  const t = typeOfExpr(e, { unit: file.unit, locals: f.types });
  const to = t?.kind === 'pointer' ? t.to : t;
  return to?.kind === 'record' ? (to.name ?? undefined) : undefined;
}
