/**
 * A range of user memory that nobody checked may lie beyond the end of the address space: before 6.5 the _fast calls answer it with 0,
 * one page or many.
 */
import type { Expr } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { facts as kernel } from '../../language/kernel/index.ts';
import { inRange } from '../../language/kernel/version.ts';
import { callersOf } from './constants.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { constantOf, textOf } from './flow.ts';
import { writesIn } from './per-function.ts';
import type { AcquireSite } from './sites.ts';

const DEPTH = 4;
const VETS = /access_ok|overflow|range|valid|check|verify/i;

/** The address may be any that user space wrote down, and the kernel's answer to the last one is 0. */
export function mayGiveZeroForAddress(site: AcquireSite, file: FileAnalysis): boolean {
  const { zeroWhenWrapped: kernels } = site.fact;
  const address = site.call.args[site.form?.params.indexOf('start') ?? -1];
  const f = file.functions.get(site.fn);
  if (!kernels || !address || !f || !inRange(kernels, file.unit.target.kernel)) return false;
  return new Origin(file).isUsers(address, f, DEPTH);
}

/** Where an address comes from. */
class Origin {
  constructor(private readonly file: FileAnalysis) {}

  /** Straight from user space: a parameter of an entry, or what was copied from there, through casts and sums. */
  isUsers(e: Expr, f: FunctionContext, depth: number): boolean {
    if (depth < 0 || e.kind === 'call') return false;
    if (e.kind === 'cast') return this.isUsers(e.arg, f, depth);
    if (e.kind === 'binary' && e.op === '&') return this.isUsers(e.left, f, depth);
    if (e.kind === 'binary' && (e.op === '+' || e.op === '-'))
      return this.isUsers(e.left, f, depth) || this.isUsers(e.right, f, depth);
    if (e.kind !== 'id' && e.kind !== 'member') return false;
    if (this.isVetted(e, f)) return false;
    if (e.kind === 'member') return this.isCopied(e.object, e.arrow, f, depth);
    if (!f.types.has(e.name)) return false;
    const given = writesIn(f).variables.get(e.name) ?? [];
    if (given.length) return given.every((v) => this.isUsers(v, f, depth - 1));
    return this.ofCallers(e.name, f, (arg, g) => this.isUsers(arg, g, depth - 1), true);
  }

  /** The object was filled by copy_from_user(), here or where its address was given. */
  private isCopied(object: Expr, behindPointer: boolean, f: FunctionContext, depth: number): boolean {
    if (depth < 0) return false;
    if (object.kind === 'member') return this.isCopied(object.object, object.arrow, f, depth);
    if (object.kind !== 'id') return false;
    if (!behindPointer) return fills(object.name, f);
    return this.ofCallers(
      object.name,
      f,
      (arg, g) => {
        const x = arg.kind === 'cast' ? arg.arg : arg;
        if (x.kind === 'unary' && x.op === '&') return this.isCopied(x.arg, false, g, depth - 1);
        return this.isCopied(x, true, g, depth - 1);
      },
      false,
    );
  }

  /** The variable is a parameter, and all who call give what `test` wants; `entry`: so does one that nobody here calls. */
  private ofCallers(
    name: string,
    f: FunctionContext,
    test: (arg: Expr, g: FunctionContext) => boolean,
    entry: boolean,
  ): boolean {
    const at = f.def.params.findIndex((p) => p.name === name);
    if (at < 0) return false;
    const calls = callersOf(f.def.name, this.file.functions);
    if (!calls.length) return entry;
    return calls.every((c) => c.args[at] && test(c.args[at], c.f));
  }

  /** Compared with a bound, or given to what tells whether it is a good address. */
  private isVetted(e: Expr, f: FunctionContext): boolean {
    const text = textOf(e, this.file.unit);
    const names = (x: Expr): boolean => {
      let found = false;
      walkExpr(x, (y) => {
        if ((y.kind === 'id' || y.kind === 'member') && textOf(y, this.file.unit) === text) found = true;
      });
      return found;
    };
    return f.cfg.nodes.some((n) =>
      exprsOf(n).some((top) => {
        let found = false;
        walkExpr(top, (x) => {
          if (x.kind === 'call' && VETS.test(calleeName(x) ?? '')) found ||= x.args.some(names);
          if (x.kind === 'binary' && /^[<>]=?$/.test(x.op) && constantOf(x.left) === undefined)
            found ||= constantOf(x.right) !== 0 && (names(x.left) || names(x.right));
        });
        return found;
      }),
    );
  }
}

/** `copy_from_user(&object, …)` in the function. */
function fills(object: string, f: FunctionContext): boolean {
  return f.calls.some((c) => {
    const to = c.args[0];
    return (
      to?.kind === 'unary' &&
      to.op === '&' &&
      to.arg.kind === 'id' &&
      to.arg.name === object &&
      kernel.call(calleeName(c) ?? '')?.effects.some((e) => e.kind === 'user-copy' && e.to === 'kernel')
    );
  });
}
