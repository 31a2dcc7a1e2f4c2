/** Places of a file where pages are taken, given back and used, as calls with the kernel's facts on them. */
import type { CallExpr, CType, Expr, Span } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import { facts } from '../../language/kernel/index.ts';
import type { AcquireFact, AcquireForm, Effect } from '../../language/kernel/types.ts';
import { exprsOf, type FunctionContext } from './context.ts';
import type { FlagSet } from './flags.ts';

export interface AcquireSite {
  readonly fn: string;
  readonly call: CallExpr;
  readonly fact: AcquireFact;
  readonly form: AcquireForm | undefined;
  readonly kind: 'get' | 'pin';
  readonly pagesArg: number;
  readonly pages: Expr | undefined;
  readonly flags: FlagSet;
  readonly flagsExpr: Expr | undefined;
  readonly key: string | null;
}
export interface ReleaseSite {
  readonly fn: string;
  readonly call: CallExpr;
  readonly effect: Effect & { kind: 'release' };
  readonly key: string;
}
export interface UseSite {
  readonly fn: string;
  readonly call: CallExpr;
  readonly effect: Effect;
  readonly key: string;
}
export interface Group {
  readonly acquires: AcquireSite[];
  readonly releases: ReleaseSite[];
  readonly uses: UseSite[];
  /** Pages that come from elsewhere: allocated, looked up, or from code that is not seen. */
  readonly foreign: { readonly fn: string; readonly span: Span; readonly what: string }[];
  readonly keys: string[];
  /** Functions that are not seen and get the pages. */
  readonly passed: string[];
}

/** The role table of an acquire call as it is written: the form whose arity fits, the target's first. */
export function formOfCall(fact: AcquireFact, call: CallExpr, unit: TranslationUnit): AcquireForm | undefined {
  const target = facts.formIn(fact, unit.target.kernel);
  if (target?.params.length === call.args.length) return target;
  return fact.forms.find((f) => f.params.length === call.args.length) ?? target;
}

/** Variable that takes the result of a call. */
export function resultOf(call: CallExpr, f: FunctionContext): string | undefined {
  for (const n of f.cfg.nodes) {
    if (n.what.kind === 'decl' && n.what.decl.init?.start === call.start) return n.what.decl.name;
    for (const e of exprsOf(n)) {
      let name: string | undefined;
      walkExpr(e, (x) => {
        if (x.kind === 'assign' && x.right.start === call.start && x.left.kind === 'id') name = x.left.name;
      });
      if (name !== undefined) return name;
    }
  }
  return undefined;
}

/** struct page or struct folio behind any number of pointers. */
export function isPageType(t: CType): boolean {
  let x = t;
  while (x.kind === 'pointer' || x.kind === 'array') x = x.kind === 'pointer' ? x.to : x.of;
  return x.kind === 'record' && (x.name === 'page' || x.name === 'folio');
}
