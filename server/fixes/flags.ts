/** Adding and removing FOLL_* flags, in the argument itself or where the variable that is given gets its value. */
import type { CallExpr, Expr, Span, Stmt } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { exprsOf, calleeName, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { AcquireSite } from '../analysis/sites.ts';
import type { Fix, TextEdit } from '../findings.ts';
import { argSpan, defOf, disjoint, edit, isLiteral, outer, placesOf, removeStatement, slice, unique } from './edits.ts';

const siteOf = (file: FileAnalysis, call: CallExpr): AcquireSite | undefined =>
  file.groups.acquires.find((a) => a.call === call) ??
  file.groups.acquires.find((a) => a.call.start === call.start && a.call.end === call.end);

/** Binds less tightly than `|`: needs parentheses as its operand. */
const isLoose = (e: Expr): boolean =>
  e.kind === 'cond' || e.kind === 'assign' || (e.kind === 'binary' && ['&&', '||', ','].includes(e.op));

/** The call with `flag` among its flags. */
export function addFlag(file: FileAnalysis, call: CallExpr, flag: string): readonly Fix[] {
  const site = siteOf(file, call);
  const index = site?.form?.params.indexOf('flags') ?? -1;
  const e = site?.flagsExpr;
  if (!site || !e || index < 0 || !isLiteral(file, call) || !defOf(file, site.fn, call)) return [];
  const span = argSpan(file, call, index);
  if (!span || (site.flags.names.has(flag) && names(e).has(flag))) return [];
  let edits: TextEdit[];
  if (e.kind === 'num' && e.value === 0n && !e.macro) edits = [edit(file, span.start, span.end, flag)];
  else if (isLoose(e) && span.start === e.start)
    edits = [edit(file, span.start, span.start, '('), edit(file, span.end, span.end, `) | ${flag}`)];
  else edits = [edit(file, span.end, span.end, ` | ${flag}`)];
  return [{ title: `Add ${flag} to ${calleeName(call) ?? 'the call'}()`, safe: true, preferred: true, edits }];
}

function names(e: Expr): Set<string> {
  const out = new Set<string>();
  walkExpr(e, (x) => {
    if (x.kind === 'id') out.add(x.name);
  });
  return out;
}

/** The call without `flag`, wherever the file gives it to the flags. */
export function removeFlag(file: FileAnalysis, call: CallExpr, flag: string): readonly Fix[] {
  const site = siteOf(file, call);
  if (!site) return [];
  const { edits, complete } = flagEdits(file, site, new Set([flag]));
  if (!edits.length || !complete) return [];
  return [{ title: `Remove ${flag}`, safe: true, preferred: true, edits }];
}

/** Edits that take flags out of what an acquire is given. `complete`: every place that names them was within reach. */
export function flagEdits(
  file: FileAnalysis,
  site: AcquireSite,
  flags: ReadonlySet<string>,
): { edits: TextEdit[]; complete: boolean } {
  const index = site.form?.params.indexOf('flags') ?? -1;
  if (!site.flagsExpr || index < 0 || ![...flags].some((f) => site.flags.names.has(f)))
    return { edits: [], complete: true };
  const out: TextEdit[] = [];
  let complete = true;
  const seen = new Set<string>();
  const visit = (e: Expr, bounds: Span, f: FunctionContext, stmt?: Stmt): void => {
    if (!defOf(file, f.def.name, e)) {
      if ([...names(e)].some((n) => flags.has(n))) complete = false;
      return;
    }
    const gone = stripFlags(file, e, bounds, flags);
    if (gone === 'out of reach') complete = false;
    else if (gone === 'all')
      out.push(
        stmt
          ? removeStatement(file, f.def, stmt)
          : edit(file, outer(file, e, bounds).start, outer(file, e, bounds).end, '0'),
      );
    else out.push(...gone);
    walkExpr(e, (x) => {
      if (x.kind === 'id' && f.types.has(x.name)) variable(x.name, f);
      if (x.kind === 'member') field(x.name);
    });
  };
  const eachWrite = (g: FunctionContext, hit: (left: Expr) => boolean, declared?: string): void => {
    const done = new Set<number>();
    for (const node of g.cfg.nodes) {
      const d = node.what.kind === 'decl' ? node.what.decl : undefined;
      if (d?.init && d.name === declared && !done.has(d.start)) {
        done.add(d.start);
        visit(d.init, { start: d.nameSpan.end, end: d.end }, g);
      }
      for (const y of exprsOf(node)) {
        walkExpr(y, (z) => {
          if (z.kind !== 'assign' || z.op === '&=' || !hit(z.left) || done.has(z.start)) return;
          done.add(z.start);
          const stmt =
            z.op === '|='
              ? [...placesOf(g.def).keys()].find(
                  (s) => s.kind === 'expr' && s.expr.start === z.start && s.expr.end === z.end,
                )
              : undefined;
          visit(z.right, { start: z.left.end, end: z.end }, g, stmt);
        });
      }
    }
  };
  const variable = (name: string, g: FunctionContext): void => {
    const key = `${g.def.name}:${name}`;
    if (seen.has(key)) return;
    seen.add(key);
    eachWrite(g, (l) => l.kind === 'id' && l.name === name, name);
    const p = g.def.params.findIndex((x) => x.name === name);
    if (p < 0) return;
    for (const h of file.functions.values()) {
      for (const c of h.calls) {
        const a = c.args[p];
        if (calleeName(c) === g.def.name && a) visit(a, { start: c.argsStart, end: c.argsEnd - 1 }, h);
      }
    }
  };
  const field = (name: string): void => {
    if (seen.has(`.${name}`)) return;
    seen.add(`.${name}`);
    for (const g of file.functions.values()) eachWrite(g, (l) => l.kind === 'member' && l.name === name);
  };
  const f = file.functions.get(site.fn);
  if (!f) return { edits: [], complete: false };
  visit(site.flagsExpr, { start: site.call.argsStart, end: site.call.argsEnd - 1 }, f);
  const edits = unique(out);
  return { edits, complete: complete && disjoint(edits) };
}

/** Operands of an or-chain; a parenthesised chain inside is one operand. */
function operands(file: FileAnalysis, e: Expr, bounds: Span): { readonly e: Expr; readonly span: Span }[] {
  if (e.kind !== 'binary' || e.op !== '|') return [{ e, span: outer(file, e, bounds) }];
  const side = (x: Expr): { readonly e: Expr; readonly span: Span }[] => {
    const span = outer(file, x, e);
    return span.start === x.start ? operands(file, x, e) : [{ e: x, span }];
  };
  return [...side(e.left), ...side(e.right)];
}

function stripFlags(
  file: FileAnalysis,
  e: Expr,
  bounds: Span,
  flags: ReadonlySet<string>,
): TextEdit[] | 'all' | 'out of reach' {
  if (e.kind === 'id') {
    if (!flags.has(e.name)) return [];
    return e.macro || slice(file, e) !== e.name ? 'out of reach' : 'all';
  }
  if (![...names(e)].some((n) => flags.has(n))) return [];
  if (e.macro) return 'out of reach';
  if (e.kind === 'cast') return stripFlags(file, e.arg, e, flags);
  if (e.kind === 'cond') {
    const out: TextEdit[] = [];
    for (const part of [e.then, e.else]) {
      if (!part) continue;
      const b = { start: e.test.end, end: e.end };
      const r = stripFlags(file, part, b, flags);
      if (r === 'out of reach') return r;
      if (r === 'all') out.push(edit(file, outer(file, part, b).start, outer(file, part, b).end, '0'));
      else out.push(...r);
    }
    return out;
  }
  if (e.kind !== 'binary' || e.op !== '|') return [];
  const ops = operands(file, e, bounds);
  const results = ops.map((o) => stripFlags(file, o.e, o.span, flags));
  if (results.includes('out of reach')) return 'out of reach';
  const first = results.findIndex((r) => r !== 'all');
  if (first < 0) return 'all';
  const out: TextEdit[] = [];
  results.forEach((r, i) => {
    if (r !== 'all') out.push(...(r as TextEdit[]));
    else if (i < first) out.push(edit(file, ops[i]!.span.start, ops[i + 1]!.span.start, ''));
    else out.push(edit(file, ops[i - 1]!.span.end, ops[i]!.span.end, ''));
  });
  return out;
}
