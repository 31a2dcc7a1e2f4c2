/** Fix for pages that nothing gives back: release them where the object that keeps them is taken apart. */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import { typeOfExpr, walkExpr } from '../../language/c/index.ts';
import { existsIn } from '../../language/kernel/index.ts';
import { exprsOf, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { isPageType, type AcquireSite } from '../analysis/sites.ts';
import type { Fix } from '../findings.ts';
import { functionAt, indentUnit, shape, slice, statementAt, stripCasts } from './edits.ts';
import { resultTarget } from './idioms.ts';
import { insertBefore } from './insert.ts';

type Member = Expr & { readonly kind: 'member' };

/** Proposes the release in front of what frees, or forgets, a field that names the pages of `site`. */
export function releaseInTeardown(file: FileAnalysis, site: AcquireSite): readonly Fix[] {
  const group = site.key ? file.groups.groupOf(site.key) : undefined;
  const keys = new Set(group?.keys);
  const frees = file.groups.frees
    .filter((x) => x.fn !== site.fn && x.keys.some((k) => keys.has(k)))
    .sort((x, y) => Number(y.own) - Number(x.own));
  const fixes: Fix[] = [];
  for (const free of frees) {
    const def = functionAt(file, free.span);
    const f = def && file.functions.get(def.name);
    const stmt = def && statementAt(def, free.span.start);
    if (!f || !stmt || stmt.macro) continue;
    const field = fieldOf(file, f, keys, free.span);
    if (!field) continue;
    const counts = field.single ? [''] : countFields(file, site, field.record).map((name) => `${field.object}${name}`);
    for (const count of counts) {
      const lines = releaseLines(file, f, site, `${field.object}${field.name}`, count);
      const edits = lines.length ? insertBefore(file, f, stmt, lines) : [];
      const title = `Release the pages in ${f.def.name}()`;
      if (edits.length) fixes.push({ title, safe: false, preferred: true, choice: 'release', edits });
    }
  }
  return fixes;
}

interface Field {
  readonly record: string;
  /** `obj->` or `obj.` */
  readonly object: string;
  readonly name: string;
  /** One page, no array of them. */
  readonly single: boolean;
}

/** The field of the object at hand through which the pages are named. */
function fieldOf(file: FileAnalysis, f: FunctionContext, keys: ReadonlySet<string>, span: Span): Field | undefined {
  const make = (record: string, object: string, name: string): Field | undefined => {
    const type = file.unit.records.get(record)?.fields.find((x) => x.name === name)?.type;
    if (!type || !isPageType(type)) return undefined;
    const depth = type.kind === 'pointer' ? (type.to.kind === 'pointer' ? 2 : 1) : type.kind === 'array' ? 2 : 0;
    return depth ? { record, object, name, single: depth === 1 } : undefined;
  };
  const ofMember = (e: Member): Field | undefined => {
    const key = file.groups.keyOf(e, f);
    const record = key && /^F:(\w+)\.\w+$/.exec(key)?.[1];
    if (!record || !keys.has(key) || e.macro) return undefined;
    return make(record, slice(file, e).slice(0, -e.name.length), e.name);
  };
  const freed = freedAt(f, span);
  if (!freed) return undefined;
  const e = stripCasts(freed);
  if (e.kind === 'member') {
    const own = ofMember(e);
    if (own) return own;
  }
  // the object around the field
  if (e.macro || (e.kind !== 'id' && e.kind !== 'member')) return undefined;
  const type = typeOfExpr(e, { unit: file.unit, locals: f.types });
  const record = type?.kind === 'pointer' && type.to.kind === 'record' ? type.to.name : undefined;
  const key = record && [...keys].find((k) => k.startsWith(`F:${record}.`));
  return record && key ? make(record, `${slice(file, e)}->`, key.slice(`F:${record}.`.length)) : undefined;
}

function freedAt(f: FunctionContext, span: Span): Expr | undefined {
  const call = f.calls.find((c: CallExpr) => c.start === span.start && c.end === span.end);
  if (call) return call.args[0];
  let left: Expr | undefined;
  for (const node of f.cfg.nodes)
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind === 'assign' && x.start === span.start && x.end === span.end) left = x.left;
      });
  return left;
}

/** Fields of the record that tell how many pages there are: they get the result of the acquire, or were its number. */
function countFields(file: FileAnalysis, site: AcquireSite, record: string): string[] {
  const f = file.functions.get(site.fn);
  if (!f) return [];
  const out = new Set<string>();
  const nr = site.call.args[site.form?.params.indexOf('nr') ?? -1];
  const target = resultTarget(f, site.call);
  const isCount = (e: Expr): boolean => {
    const text = shape(file, stripCasts(e));
    return (target && text === shape(file, target)) || (nr !== undefined && text === shape(file, stripCasts(nr)));
  };
  const note = (e: Expr | undefined): void => {
    const x = e && stripCasts(e);
    if (x?.kind === 'member' && file.groups.keyOf(x, f) === `F:${record}.${x.name}`) out.add(x.name);
  };
  note(target);
  for (const node of f.cfg.nodes)
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind === 'assign' && x.op === '=' && isCount(x.right)) note(x.left);
      });
  note(nr);
  return [...out];
}

function releaseLines(
  file: FileAnalysis,
  f: FunctionContext,
  site: AcquireSite,
  pages: string,
  count: string,
): string[] {
  const { kernel } = file.unit.target;
  const written = site.flags.names.has('FOLL_WRITE');
  const step = indentUnit(file, f.def);
  if (site.kind === 'pin') {
    const dirty = written && existsIn('unpin_user_pages_dirty_lock', kernel);
    const name = dirty ? 'unpin_user_pages_dirty_lock' : count ? 'unpin_user_pages' : 'unpin_user_page';
    if (!existsIn(name, kernel)) return [];
    return [
      `${name}(${dirty && !count ? '&' : ''}${pages}${count ? `, ${count}` : dirty ? ', 1' : ''}${dirty ? ', true' : ''});`,
    ];
  }
  const put = (page: string, indent: string): string[] => [
    ...(written ? [`${indent}set_page_dirty_lock(${page});`] : []),
    `${indent}put_page(${page});`,
  ];
  if (!count) return put(pages, '');
  return [
    '{',
    `${step}unsigned long i;`,
    '',
    `${step}for (i = 0; i < ${count}; i++)${written ? ' {' : ''}`,
    ...put(`${pages}[i]`, step + step),
    ...(written ? [`${step}}`] : []),
    '}',
  ];
}
