/**
 * Objects that are freed with the pages that a helper put into them, on a list or in a table that no group of pages leads to: the function
 * that ends such an object gives its pages back first, and another one, behind a helper that took some, only frees it.
 */
import type { CallExpr, Span } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { facts } from '../../language/kernel/index.ts';
import { calleeName, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { NEGATIVE, POSITIVE, runFlow, textOf, ZERO_, type Outcome } from './flow.ts';
import type { Forgotten } from './forgotten.ts';
import { MAY_RELEASE } from './idle-release.ts';
import { mayHave, wordKind } from './naming.ts';

/** A call that frees an object, by the variable that names it. */
interface Free {
  readonly fn: string;
  readonly span: Span;
  readonly record: string;
  readonly name: string;
}

/** Names of calls that free memory. */
const FREES = wordKind(
  (word) =>
    facts.call(word)?.effects.some((e) => e.kind === 'free' || (e.kind === 'release' && e.pages.as === 'vaddr')) ??
    false,
);

/** Those of functions that have to do with pages, or call such: only they can give some back, or keep some. */
function freesOf(file: FileAnalysis): Free[] {
  const out: Free[] = [];
  for (const f of file.functions.values()) {
    if (!file.touches(f.def.name) || !mayHave(f.def, FREES)) continue;
    for (const x of file.groups.freesIn(f)) {
      const record = / frees$/.test(x.how) && !x.own ? /^F:([^.]+)\./.exec(x.keys[0] ?? '')?.[1] : undefined;
      const arg = f.calls.find((c) => c.start === x.span.start)?.args[0];
      if (record !== undefined && arg?.kind === 'id') out.push({ fn: x.fn, span: x.span, record, name: arg.name });
    }
  }
  return out;
}

const mentions = (call: CallExpr, name: string): boolean => {
  let found = false;
  for (const a of call.args)
    walkExpr(a, (x) => {
      if (x.kind === 'id' && x.name === name) found = true;
    });
  return found;
};

/** What the functions of a file do to pages, all told. */
class Doers {
  private readonly releasing: ReadonlySet<string>;
  private readonly taking: ReadonlySet<string>;

  constructor(private readonly file: FileAnalysis) {
    this.releasing = new Set(file.groups.releases.filter((r) => r.effect.of === 'pin').map((r) => r.fn));
    this.taking = new Set(file.groups.acquires.map((a) => a.fn));
  }

  takes(name: string): boolean {
    return this.file.functions.has(name) && [...this.taking].some((fn) => this.file.reaches(name, fn));
  }

  releases(name: string): boolean {
    return (
      this.file.functions.has(name) &&
      !this.takes(name) &&
      [...this.releasing].some((fn) => this.file.reaches(name, fn))
    );
  }

  /** The helper leaves pages held when it succeeds. */
  leaves(name: string): boolean {
    return (
      this.takes(name) &&
      this.file.events.some((e) => e.kind === 'outlives' && e.root === name && e.outcome !== 'error')
    );
  }
}

/** The free is reached behind a call of the helper that succeeded. */
function isReachedHeld(file: FileAnalysis, f: FunctionContext, free: Free, helpers: readonly CallExpr[]): boolean {
  const flow = runFlow<boolean>(f, file.unit, {
    start: false,
    key: (held) => String(held),
    step: (node, held): readonly Outcome<boolean>[] => {
      const call = f.callsAt[node.id]!.findLast((x) => helpers.some((h) => h.start === x.start));
      if (!call) return [{ data: held }];
      const w = node.what;
      const variable =
        w.kind === 'decl'
          ? w.decl.name
          : w.kind === 'expr' && w.expr.kind === 'assign' && w.expr.op === '='
            ? textOf(w.expr.left, file.unit)
            : undefined;
      const text = variable ?? textOf(call, file.unit);
      const knows = (mask: number): Pick<Outcome<boolean>, 'facts' | 'after'> =>
        variable === undefined ? { facts: [[text, mask]] } : { after: [[text, mask]] };
      return [
        { data: true, ...knows(ZERO_) },
        { data: held, ...knows(NEGATIVE | POSITIVE) },
      ];
    },
  });
  const at = f.cfg.nodes.findIndex((n) => n.span.start <= free.span.start && free.span.end <= n.span.end);
  return flow.complete && at >= 0 && (flow.at[at] ?? []).some((e) => e.data);
}

/** All of a file. */
export function* tornDown(file: FileAnalysis): Iterable<Forgotten> {
  if (!file.groups.acquires.length) return;
  const frees = freesOf(file);
  const doers = new Doers(file);
  for (const free of frees) {
    const f = file.functions.get(free.fn);
    if (!f || file.groups.acquires.some((a) => a.fn === free.fn)) continue;
    const returnsInt = (name: string): boolean => {
      const t = file.functions.get(name)?.def.returns;
      return t?.kind === 'base' && /^(int|long)$/.test(t.name);
    };
    const helpers = f.calls.filter((c) => {
      const name = calleeName(c) ?? '';
      return mentions(c, free.name) && returnsInt(name) && doers.leaves(name);
    });
    const mayRelease = f.calls.some((c) => {
      const name = calleeName(c);
      if (name === undefined) return mentions(c, free.name);
      if (file.functions.has(name)) return doers.releases(name);
      return mentions(c, free.name) && MAY_RELEASE.test(name) && !/alloc|^k?v?free/.test(name);
    });
    if (!helpers.length || mayRelease || file.groups.releases.some((r) => r.fn === free.fn)) continue;
    const fair = frees.find(
      (x) =>
        x.fn !== free.fn &&
        x.record === free.record &&
        file.functions
          .get(x.fn)
          ?.calls.some((c) => c.start < x.span.start && mentions(c, x.name) && doers.releases(calleeName(c) ?? '')),
    );
    if (!fair || !isReachedHeld(file, f, free, helpers)) continue;
    const acquire = file.groups.acquires.find((a) => file.reaches(calleeName(helpers[0]!)!, a.fn));
    if (!acquire) continue;
    yield {
      fn: free.fn,
      at: free.span,
      acquire,
      apart: true,
      words: `\`${free.name}\` is freed with the pages that ${calleeName(helpers[0]!)}() put into it, where ${fair.fn}() gives them back first`,
    };
  }
}
