/** Where a function reads the result of an acquire, or uses the pages: looks at single expressions, for the flow of `counts.ts`. */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import type { CfgNode } from '../../language/c/cfg.ts';
import { typeOfExpr, walkExpr } from '../../language/c/index.ts';
import { facts as kernel } from '../../language/kernel/index.ts';
import { integer, isSame, rootOf, strip, type Binding } from './count-forms.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import { constantOf, plain, textOf } from './flow.ts';
import type { AcquireSite } from './sites.ts';

const PRINTS =
  /^(v?printk|pr_\w+|dev_\w+|netdev_\w+|drm_\w*(dbg|err|info|warn)\w*|DRM_\w+|trace_\w+|ibdev_\w+|\w*(dbg|debug|DEBUG|warn|WARN|INFO|ERR)\w*|WARN\w*)$/;
const FREES = /free|release|put|unpin|destroy|memset|PTR_ERR|IS_ERR|ARRAY_SIZE/i;

/** Calls that add their first argument to a counter. */
const ADDS = /^atomic(64|_long)?_(add|sub)(_return)?$|^(percpu|this_cpu)_(counter_)?add$/;

/** `if (pages[i])`: the slot is asked whether it holds a page. */
function isGuard(node: CfgNode, e: Expr): boolean {
  if (node.what.kind !== 'branch') return false;
  const t = plain(exprsOf(node)[0] ?? e);
  return t === e || (t.kind === 'unary' && t.op === '!' && plain(t.arg) === e);
}

/** What the expressions of a function say of one acquire: its result, the number asked for, its pages. */
export class CountReader {
  /** Text of the number that is asked for. */
  readonly nr: string | null;
  private readonly nrIds: ReadonlySet<string>;
  private readonly pages: string;
  /** The result is in a field of this variable. */
  private readonly object: { readonly name: string; readonly field: string } | null;
  /** Loops over all pages that were asked for: `i < nr`. */
  private readonly overAll: readonly { readonly index: string; readonly from: number; readonly to: number }[];
  /** Tests of loops that run as often as the result says (`i < ret`), and whether they compare as unsigned. */
  readonly bounds: ReadonlyMap<Expr, { readonly unsigned: boolean; readonly from: number; readonly to: number }>;

  constructor(
    private readonly file: FileAnalysis,
    private readonly f: FunctionContext,
    private readonly site: AcquireSite,
    readonly binding: Binding,
  ) {
    const nr = site.call.args[(site.form?.params ?? []).indexOf('nr')];
    this.nr = nr ? textOf(strip(nr), file.unit) : null;
    const ids = new Set<string>();
    if (nr)
      walkExpr(nr, (x) => {
        if (x.kind === 'id' || x.kind === 'member') ids.add(x.name);
      });
    this.nrIds = ids;
    this.pages = textOf(rootOf(site.pages!), file.unit);
    const parts = binding.how === 'variable' ? binding.text.split('.') : [];
    this.object = parts.length > 1 ? { name: parts[0]!, field: parts.at(-1)! } : null;
    const loops = [...f.loops.values()].flatMap(({ head, last }) =>
      [f.cfg.nodes[head], f.cfg.nodes[last]].flatMap((node) => {
        const test = node?.what.kind === 'branch' ? node.what.test : undefined;
        const t = test && plain(test);
        return test && t?.kind === 'binary' && /^(<|!=)$/.test(t.op) && t.left.kind === 'id'
          ? [{ test, t, index: t.left.name, from: Math.min(head, last), to: Math.max(head, last) }]
          : [];
      }),
    );
    this.overAll = loops.filter(({ t }) => this.text(strip(t.right)) === this.nr);
    this.bounds = new Map(
      loops
        .filter(({ t }) => t.op === '<' && this.isResult(t.right))
        .map(({ test, t, from, to }) => [test, { unsigned: this.comparesUnsigned(t.left, t.right), from, to }]),
    );
  }

  text(e: Expr): string {
    return textOf(e, this.file.unit);
  }

  /** The result's name in expressions. */
  get result(): string {
    return this.binding.how === 'variable' ? this.binding.text : this.text(this.site.call);
  }

  typeOf(e: Expr): { bits: number; unsigned: boolean } | null {
    return integer(typeOfExpr(e, { unit: this.file.unit, locals: this.f.types }));
  }

  isResult(e: Expr): boolean {
    const x = strip(plain(e));
    return this.binding.how === 'variable' ? this.text(x) === this.result : isSame(x, this.site.call);
  }

  /** The expression reads the result, other than by printing it. */
  reads(e: Expr): boolean {
    if (this.binding.how !== 'variable') return false;
    let found = false;
    const visit = (x: Expr): void => {
      walkExpr(x, (y) => {
        if (y.kind === 'call' && PRINTS.test(calleeName(y) ?? '')) return false;
        if (y.kind === 'assign' && y.op === '=' && this.text(y.left) === this.result) {
          visit(y.right);
          return false;
        }
        if ((y.kind === 'id' || y.kind === 'member') && this.text(y) === this.result) found = true;
        if (y.kind === 'call' && this.object && y.args.some((a) => this.isObject(a)) && this.mayTest(y)) found = true;
        return undefined;
      });
    };
    visit(e);
    return found;
  }

  /** The address of the variable that has the result in a field. */
  private isObject(e: Expr): boolean {
    const x = strip(e);
    return x.kind === 'unary' && x.op === '&' && x.arg.kind === 'id' && x.arg.name === this.object?.name;
  }

  /** A function that is given the object may look whether the field is an error code: one that is not seen may do anything. */
  private mayTest(call: CallExpr): boolean {
    const name = calleeName(call) ?? '';
    if (PRINTS.test(name)) return false;
    const g = this.file.functions.get(name);
    return !g?.cfg.nodes.every((n) =>
      exprsOf(n).every((top) => {
        let tests = false;
        walkExpr(top, (x) => {
          if (x.kind === 'assign' && x.left.kind === 'member' && x.left.name === this.object?.field) tests = true;
          if (x.kind !== 'binary' || !/^([<>]=?|[!=]=)$/.test(x.op) || constantOf(x.right) === undefined) return;
          const left = plain(x.left);
          if (left.kind === 'member' && left.name === this.object?.field) tests = true;
        });
        return !tests;
      }),
    );
  }

  /** The node overwrites the result's variable. */
  overwrites(node: CfgNode): boolean {
    if (this.binding.how !== 'variable') return false;
    if (node.what.kind === 'decl') return node.what.decl.name === this.result;
    let found = false;
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind === 'assign' && x.op === '=' && this.text(x.left) === this.result) found = true;
      });
    return found;
  }

  /** How the node uses the pages: an element or all of them. */
  uses(node: CfgNode, stale: boolean): { span: Span; all: boolean } | null {
    let found: { span: Span; all: boolean } | null = null;
    for (const e of exprsOf(node)) {
      walkExpr(e, (x) => {
        if (x.kind === 'sizeof') return false;
        if (x.kind === 'call') {
          const name = calleeName(x) ?? '';
          if (isSame(x, this.site.call)) return false;
          const effects = this.file.functions.has(name) ? [] : (kernel.call(name)?.effects ?? []);
          if (PRINTS.test(name) || effects.some((y) => y.kind === 'free' || y.kind === 'pure' || y.kind === 'alloc'))
            return false;
          const given = x.args.some((a) => this.text(rootOf(a)) === this.pages);
          const counted =
            this.nr !== null && !stale && !/^\d+$/.test(this.nr) && x.args.some((a) => this.text(strip(a)) === this.nr);
          if (given && effects.some((y) => y.kind === 'release')) {
            if (counted) found ??= { span: x, all: true };
            return false;
          }
          if (given && !FREES.test(name)) found ??= { span: x, all: counted };
          if (given && counted && !FREES.test(name)) found = { span: x, all: true };
          return FREES.test(name) ? false : undefined;
        }
        if (x.kind === 'index' && this.text(rootOf(x)) === this.pages && this.text(x) !== this.pages) {
          const { index } = x;
          const all =
            !stale &&
            index.kind === 'id' &&
            !isGuard(node, x) &&
            this.overAll.some((l) => l.index === index.name && node.id >= l.from && node.id <= l.to);
          if (!found || all) found = { span: x, all };
        }
        if (
          x.kind === 'member' &&
          x.arrow &&
          this.text(rootOf(x.object)) === this.pages &&
          this.site.pages?.kind === 'unary'
        )
          found ??= { span: x, all: false };
        // a single page's variable is read
        if (
          x.kind === 'assign' &&
          x.op === '=' &&
          this.site.pages?.kind === 'unary' &&
          this.text(strip(x.right)) === this.pages
        )
          found ??= { span: x, all: false };
        return undefined;
      });
    }
    return found;
  }

  /** The error code is used as a number of pages. */
  asCount(node: CfgNode): Span | null {
    let found: Span | null = null;
    for (const e of exprsOf(node)) {
      walkExpr(e, (x) => {
        if (x.kind === 'assign' && (x.op === '+=' || x.op === '-=') && this.isResult(x.right)) found ??= x;
        if (
          x.kind === 'binary' &&
          ['+', '-', '*', '<<'].includes(x.op) &&
          (this.isResult(x.left) || this.isResult(x.right))
        )
          found ??= x;
        if (
          x.kind === 'call' &&
          !PRINTS.test(calleeName(x) ?? '') &&
          x.args.some((a) => this.isResult(a)) &&
          x.args.some((a) => this.text(rootOf(a)) === this.pages)
        )
          found ??= x;
        // a function of the file that takes an unsigned number
        const params = x.kind === 'call' ? (this.file.functions.get(calleeName(x) ?? '')?.def.params ?? []) : [];
        if (x.kind === 'call' && x.args.some((a, i) => this.isResult(a) && integer(params[i]?.type)?.unsigned))
          found ??= x;
        // atomic64_add(ret, &mm->pinned_vm)
        if (x.kind === 'call' && ADDS.test(calleeName(x) ?? '') && x.args[0] && this.isResult(x.args[0])) found ??= x;
        if (x.kind === 'call' && !this.file.functions.has(calleeName(x) ?? '')) {
          for (const y of kernel.call(calleeName(x) ?? '')?.effects ?? []) {
            const count = 'pages' in y ? y.pages.count : undefined;
            const arg = count === undefined ? undefined : x.args[count];
            if (arg && this.isResult(arg)) found ??= x;
          }
        }
      });
    }
    return found;
  }

  /** A release of as many pages as the result says. */
  releasesBy(node: CfgNode): Span | null {
    let found: Span | null = null;
    for (const x of this.f.callsAt[node.id]!) {
      if (this.file.functions.has(calleeName(x) ?? '')) continue;
      for (const y of kernel.call(calleeName(x) ?? '')?.effects ?? []) {
        const count = y.kind === 'release' ? x.args[y.pages.count ?? -1] : undefined;
        if (count && this.isResult(count)) found ??= x;
      }
    }
    return found;
  }

  /** `object->count = (unsigned long)ret;`. */
  keptUnsigned(node: CfgNode): Span | null {
    const e = node.what.kind === 'expr' ? node.what.expr : undefined;
    if (e?.kind !== 'assign' || e.op !== '=' || e.left.kind !== 'member' || !this.isResult(e.right)) return null;
    const unsigned = this.typeOf(e.left)?.unsigned ?? (e.right.kind === 'cast' && this.typeOf(e.right)?.unsigned);
    return unsigned ? e : null;
  }

  writesCount(node: CfgNode): boolean {
    const ours = (t: Expr): boolean => (t.kind === 'id' || t.kind === 'member') && this.nrIds.has(t.name);
    let found = false;
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if ((x.kind === 'assign' && ours(x.left)) || (x.kind === 'update' && ours(x.arg))) found = true;
      });
    return found;
  }

  /** The loop with that test does something with the pages, other than giving them back. */
  worksInLoop(test: Expr): boolean {
    const loop = this.bounds.get(test);
    const inside = loop ? this.f.cfg.nodes.slice(loop.from, loop.to + 1) : [];
    return inside.some((n) => this.uses(n, true) !== null);
  }

  /** The usual conversions make both sides unsigned: a negative one is a huge number. */
  private comparesUnsigned(a: Expr, b: Expr): boolean {
    const types = [this.typeOf(a), this.typeOf(b)];
    const width = Math.max(...types.map((t) => t?.bits ?? 64), 32);
    return types.some((t) => t?.unsigned && t.bits >= width);
  }
}
