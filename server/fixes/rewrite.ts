/** Rewriting single calls: an acquire or a release becomes its partner of the other kind, with the idioms around it. */
import type { CallExpr, CType, Expr } from '../../language/c/ast.ts';
import { typeOfExpr } from '../../language/c/index.ts';
import { conversionPartner, existsIn, facts, formatVersion } from '../../language/kernel/index.ts';
import type { Effect } from '../../language/kernel/types.ts';
import { calleeName, type FunctionContext } from '../analysis/context.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import { isPageType, type AcquireSite } from '../analysis/sites.ts';
import type { TextEdit } from '../findings.ts';
import {
  argSpan,
  commentsIn,
  defOf,
  dropUnused,
  edit,
  eolOf,
  holdsDirective,
  identifiers,
  indentAt,
  indentUnit,
  isBlank,
  isLiteral,
  isPure,
  locate,
  type Located,
  placesOf,
  removeSpan,
  slice,
  stripCasts,
  unique,
} from './edits.ts';
import { countIsSafe, dirtyingBefore, hasLocks, releaseLoop } from './idioms.ts';

/** What a rewriting comes to; `problem` says why there is none. */
export type Rewrite =
  | {
      readonly edits: readonly TextEdit[];
      /** Changes more than the kind of the reference (may sleep where it did not). */ readonly risky?: boolean;
      readonly names?: ReadonlySet<string>;
    }
  | { readonly problem: string };

/** 1-based line of an offset. */
export const lineNumber = (text: string, offset: number): number => {
  let n = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) n++;
  return n;
};

/** "put_page() on line 12". */
export const callAt = (file: FileAnalysis, call: CallExpr): string =>
  `${calleeName(call) ?? 'the call'}() on line ${lineNumber(file.unit.text, call.start)}`;

/** All the calls that one rewriting is about: macros may be edited if every use of them is among these. */
export type Scope = ReadonlySet<number>;

/** Replaces the name of a call, in the text or in the macro that it comes from. */
function renameCall(file: FileAnalysis, call: CallExpr, to: string, scope: Scope): Rewrite {
  if (isLiteral(file, call)) return { edits: [edit(file, call.callee.start, call.callee.end, to)] };
  const name = calleeName(call);
  const macro = call.callee.macro ?? call.macro;
  if (!macro || !name) return { problem: `${callAt(file, call)} is not written as a plain call` };
  const def = file.unit.macros.get(macro);
  if (def?.path !== file.unit.path)
    return { problem: `${callAt(file, call)} comes from the macro ${macro}, which is not defined in this file` };
  const others = [...file.functions.values()]
    .flatMap((f) => f.calls)
    .filter((c) => (c.callee.macro ?? c.macro) === macro && calleeName(c) === name && !scope.has(c.start));
  if (others.length)
    return {
      problem: `the macro ${macro} also serves other pages (line ${lineNumber(file.unit.text, others[0]!.start)})`,
    };
  const found = identifiers(file.unit.text, def.start, def.end).filter((i) => i.name === name);
  if (!found.length) return { problem: `${callAt(file, call)} comes from a macro within the macro ${macro}` };
  return { edits: found.map((i) => edit(file, i.start, i.start + name.length, to)) };
}

const isFolio = (t: CType | undefined): boolean => {
  let x = t;
  while (x?.kind === 'pointer' || x?.kind === 'array') x = x.kind === 'pointer' ? x.to : x.of;
  return x?.kind === 'record' && x.name === 'folio';
};

const isPagePointer = (t: CType | undefined): boolean =>
  t?.kind === 'pointer' && t.to.kind === 'record' && isPageType(t);

/** The address of a page pointer, as text: `&page`, and `p` for `*p`. Empty if it has none. */
function addressOf(file: FileAnalysis, e: Expr): string {
  if (e.kind === 'unary' && e.op === '*') return slice(file, e.arg);
  return e.kind === 'id' || e.kind === 'member' || e.kind === 'index' ? `&${slice(file, e)}` : '';
}

const hasElse = (at: Located): boolean => {
  const place = placesOf(at.def).get(at.stmt);
  return !!place && !place.list && place.parent?.kind === 'if' && place.parent.else !== undefined;
};

/**
 * A release of plain references becomes one of pins. `acquires`: the calls that fill these pages. Without `fold` only the
 * name changes: loops and dirtying stay as they are.
 */
export function releaseToPin(
  file: FileAnalysis,
  fn: string,
  call: CallExpr,
  effect: Effect & { kind: 'release' },
  acquires: readonly CallExpr[],
  scope: Scope,
  fold = true,
): Rewrite {
  const name = calleeName(call) ?? '';
  const { kernel } = file.unit.target;
  const f = file.functions.get(fn);
  const def = defOf(file, fn, call);
  if (effect.frees) return releaseNotFree(file, call, 'unpin_user_page', scope);
  if (!f || !def) return { problem: `${name}() in ${fn}() is in another file` };
  const at = locate(def, call);
  if (!at) return { problem: `${callAt(file, call)} stands in code that could not be read` };
  const lone = fold ? loneRelease(file, f, at, name, acquires) : undefined;
  if (lone) return lone;
  let to = conversionPartner(name);
  if (!to) return { problem: `${callAt(file, call)} has no partner for pins` };
  const extra: TextEdit[] = [];
  const arg = call.args[0] && typeOfExpr(call.args[0], { unit: file.unit, locals: f.types });
  if (name === 'release_pages' && isFolio(arg)) to = 'unpin_folios';
  if (name === 'release_pages' && call.args.length === 3 && isLiteral(file, call))
    extra.push(edit(file, argSpan(file, call, 1)!.end, call.argsEnd - 1, ''));
  if (to === 'unpin_user_pages_dirty_lock' && call.args.length === 2 && isLiteral(file, call))
    extra.push(edit(file, call.argsEnd - 1, call.argsEnd - 1, ', true'));
  const inner = call.args[0] && stripCasts(call.args[0]);
  if (
    name === 'folio_put' &&
    isLiteral(file, call) &&
    inner?.kind === 'call' &&
    isLiteral(file, inner) &&
    calleeName(inner) === 'page_folio' &&
    inner.args.length === 1
  ) {
    to = 'unpin_user_page';
    const span = argSpan(file, call, 0)!;
    extra.push(edit(file, span.start, span.end, slice(file, argSpan(file, inner, 0)!)));
  }
  if (!existsIn(to, kernel))
    return { problem: `kernel ${formatVersion(kernel)} has no ${to}() for ${callAt(file, call)}` };
  const renamed = renameCall(file, call, to, scope);
  return 'problem' in renamed ? renamed : { edits: [...renamed.edits, ...extra] };
}

/** __free_page() of a page that was never the driver's own: only its reference goes. */
function releaseNotFree(file: FileAnalysis, call: CallExpr, to: string, scope: Scope): Rewrite {
  const name = calleeName(call) ?? '';
  const problem = { problem: `${callAt(file, call)} frees pages of the allocator` };
  if (!existsIn(to, file.unit.target.kernel)) return problem;
  if (name === '__free_page' && call.args.length === 1) return risky(renameCall(file, call, to, scope));
  const order = call.args[1];
  if (name !== '__free_pages' || order?.kind !== 'num' || order.value !== 0n || !isLiteral(file, call)) return problem;
  const renamed = renameCall(file, call, to, scope);
  if ('problem' in renamed) return renamed;
  return risky({ edits: [...renamed.edits, edit(file, argSpan(file, call, 0)!.end, call.argsEnd - 1, '')] });
}

const risky = (r: Rewrite): Rewrite => ('problem' in r ? r : { ...r, risky: true });

/** put_page(x) as a statement: with its loop, or with the dirtying in front of it. */
function loneRelease(
  file: FileAnalysis,
  f: FunctionContext,
  at: Located,
  name: string,
  acquires: readonly CallExpr[],
): Rewrite | undefined {
  const { call } = at;
  if (
    !/^(put_page|put_user_page|page_cache_release)$/.test(name) ||
    call.args.length !== 1 ||
    !isLiteral(file, call) ||
    at.def.hasError
  )
    return undefined;
  const { text } = file.unit;
  const loop = releaseLoop(file, f, at);
  if (loop && !holdsDirective(text, loop.whole)) {
    const safe =
      !loop.signedCount ||
      countIsSafe(
        file,
        f,
        at,
        loop.loop,
        loop.signedCount,
        acquires.filter((a) => a.start >= at.def.start && a.end <= at.def.end),
      );
    if (safe || !hasElse({ ...at, stmt: loop.whole })) {
      const indent = indentAt(text, loop.whole.start);
      const nl = eolOf(text) + indent;
      const body = loop.dirty
        ? `unpin_user_pages_dirty_lock(${loop.array}, ${loop.count}, ${loop.dirty.when});`
        : `unpin_user_pages(${loop.array}, ${loop.count});`;
      const kept = commentsIn(file, loop.whole)
        .map((c) => c + nl)
        .join('');
      const guard = safe ? '' : `if (${loop.count} > 0)${nl}${indentUnit(file, at.def)}`;
      return {
        edits: [edit(file, loop.whole.start, loop.whole.end, kept + guard + body)],
        names: loop.names,
        ...(loop.dirty?.unlocked ? { risky: true } : {}),
      };
    }
  }
  const page = call.args[0]!;
  const dirty = dirtyingBefore(file, at, page);
  if (!dirty || (dirty.unlocked && hasLocks(f))) return undefined;
  const type = typeOfExpr(page, { unit: file.unit, locals: f.types });
  if (type && !isPagePointer(type) && (type.kind === 'pointer' || type.kind === 'base')) return undefined;
  const address = addressOf(file, stripCasts(page));
  const to = address ? 'unpin_user_pages_dirty_lock' : 'unpin_user_page_range_dirty_lock';
  if (!existsIn(to, file.unit.target.kernel)) return undefined;
  const gap = { start: dirty.stmt.start, end: at.stmt.start };
  if (holdsDirective(text, gap)) return undefined;
  const inside = commentsIn(file, dirty.stmt);
  const out: TextEdit[] = [];
  if (isBlank(text, dirty.stmt.end, at.stmt.start) && !inside.length) out.push(edit(file, gap.start, gap.end, ''));
  else if (inside.length) {
    // comments within the statement stay, each on its line
    const nl = eolOf(text) + indentAt(text, dirty.stmt.start);
    out.push(edit(file, dirty.stmt.start, dirty.stmt.end, inside.join(nl)));
  } else out.push(removeSpan(file, dirty.stmt));
  const span = argSpan(file, call, 0)!;
  out.push(
    edit(file, call.callee.start, call.callee.end, to),
    edit(file, span.start, span.end, `${address || slice(file, span)}, 1, ${dirty.when}`),
  );
  return { edits: out, ...(dirty.unlocked ? { risky: true } : {}) };
}

/** An acquire becomes its partner of kind `to`, with the arguments in the order that the partner has in the target kernel. */
export function acquireTo(file: FileAnalysis, site: AcquireSite, to: 'pin' | 'get', scope: Scope): Rewrite {
  const { kernel } = file.unit.target;
  const { call } = site;
  if (!defOf(file, site.fn, call))
    return { problem: `${calleeName(call) ?? 'the acquire'}() in ${site.fn}() is in another file` };
  const partner = conversionPartner(site.fact.name);
  const fact = partner ? facts.acquire(partner) : undefined;
  if (!partner || !fact || fact.takes !== to)
    return { problem: `${callAt(file, call)} has no form that ${to === 'pin' ? 'pins' : 'takes plain references'}` };
  const form = facts.formIn(fact, kernel);
  if (!form) return { problem: `kernel ${formatVersion(kernel)} has no ${partner}()` };
  const renamed = renameCall(file, call, partner, scope);
  if ('problem' in renamed) return renamed;
  const roles = site.form?.params ?? form.params;
  const longterm = site.fact.name === 'get_user_pages_longterm' && to === 'pin';
  if (!longterm && roles.length === form.params.length && roles.every((r, i) => r === form.params[i])) return renamed;
  if (!isLiteral(file, call)) return { problem: `${callAt(file, call)} has the arguments of another kernel` };
  const argOf = (role: string): string | undefined => {
    const i = roles.findIndex((r) => r === role);
    const span = i >= 0 ? argSpan(file, call, i) : undefined;
    return span && slice(file, span);
  };
  const kept = new Set<string>(form.params);
  for (const [i, r] of roles.entries()) {
    const a = call.args[i];
    const replaceable = r === 'tsk' || r === 'mm' || ((r === 'write' || r === 'force') && kept.has('flags'));
    if (!kept.has(r) && !replaceable && a && !(a.kind === 'id' && a.name === 'NULL'))
      return {
        problem: `${callAt(file, call)} gives a \`${r}\` argument that ${partner}() has not in kernel ${formatVersion(kernel)}`,
      };
  }
  const args: string[] = [];
  for (const role of form.params) {
    let text = argOf(role);
    if (text === undefined && role === 'flags') {
      const [write, force] = [flagFor(argOf('write'), 'FOLL_WRITE'), flagFor(argOf('force'), 'FOLL_FORCE')];
      text =
        [write, force]
          .filter((x) => x !== '0')
          .map((x, _, all) => (all.length > 1 && x.includes('?') ? `(${x})` : x))
          .join(' | ') || '0';
    }
    if (longterm && role === 'flags') text = text === '0' ? 'FOLL_LONGTERM' : `${text ?? '0'} | FOLL_LONGTERM`;
    if (text === undefined && (role === 'vmas' || role === 'locked')) text = 'NULL';
    if (text === undefined) return { problem: `${callAt(file, call)} lacks the \`${role}\` argument of ${partner}()` };
    args.push(text);
  }
  return { edits: [...renamed.edits, edit(file, call.argsStart, call.argsEnd - 1, args.join(', '))] };
}

function flagFor(value: string | undefined, flag: string): string {
  if (value === undefined || /^(0|false)$/.test(value)) return '0';
  if (/^(1|true)$/.test(value)) return flag;
  return /^[\w.]+$|^\w+(->\w+)+$/.test(value) ? `${value} ? ${flag} : 0` : `(${value}) ? ${flag} : 0`;
}

/** A release of pins becomes one of plain references. */
export function releaseToGet(file: FileAnalysis, fn: string, call: CallExpr, scope: Scope): Rewrite {
  const name = calleeName(call) ?? '';
  const { kernel } = file.unit.target;
  const { text } = file.unit;
  const def = defOf(file, fn, call);
  if (!def) return { problem: `${name}() in ${fn}() is in another file` };
  const at = locate(def, call);
  if (!at) return { problem: `${callAt(file, call)} stands in code that could not be read` };
  if (/^__free_pages?$/.test(name)) return releaseNotFree(file, call, 'put_page', scope);
  if (name !== 'unpin_user_pages_dirty_lock') {
    const to = conversionPartner(name);
    if (!to || !existsIn(to, kernel)) return { problem: `${callAt(file, call)} has no partner for plain references` };
    const one = name === 'unpin_user_pages' ? onePage(file, call) : undefined;
    if (one && isLiteral(file, call))
      return {
        edits: [
          edit(file, call.callee.start, call.callee.end, 'put_page'),
          edit(file, call.argsStart, call.argsEnd - 1, one),
        ],
      };
    return renameCall(file, call, to, scope);
  }
  const dirty = call.args[2];
  const [array, count] = [argSpan(file, call, 0), argSpan(file, call, 1)];
  if (!at.whole || !isLiteral(file, call) || !dirty || !array || !count)
    return { problem: `${callAt(file, call)} is no statement of its own` };
  const never = (dirty.kind === 'num' && dirty.value === 0n) || (dirty.kind === 'id' && dirty.name === 'false');
  const always = (dirty.kind === 'num' && dirty.value !== 0n) || (dirty.kind === 'id' && dirty.name === 'true');
  const one = onePage(file, call);
  if (never) {
    if (one)
      return {
        edits: [
          edit(file, call.callee.start, call.callee.end, 'put_page'),
          edit(file, call.argsStart, call.argsEnd - 1, one),
        ],
      };
    return {
      edits: [
        edit(file, call.callee.start, call.callee.end, 'release_pages'),
        edit(file, count.end, call.argsEnd - 1, ''),
      ],
    };
  }
  if (holdsDirective(text, at.stmt) || commentsIn(file, at.stmt).length)
    return { problem: `${callAt(file, call)} holds comments or preprocessor lines` };
  const unit = indentUnit(file, def);
  const braced = placesOf(def).get(at.stmt)?.list !== null;
  const base = indentAt(text, at.stmt.start);
  const eol = eolOf(text);
  const test = slice(file, argSpan(file, call, 2)!);
  const pair = (page: string, indent: string): string[] => [
    ...(always
      ? [`${indent}set_page_dirty_lock(${page});`]
      : [`${indent}if (${test})`, `${indent}${unit}set_page_dirty_lock(${page});`]),
    `${indent}put_page(${page});`,
  ];
  if (one && braced)
    return { edits: [edit(file, at.stmt.start, at.stmt.end, pair(one, base).join(eol).slice(base.length))] };
  const taken = new Set(identifiers(text, at.stmt.start, at.stmt.end).map((i) => i.name));
  const index = ['i', 'j', 'k', 'idx'].find((n) => !taken.has(n)) ?? 'page_index';
  const inner = base + unit;
  const arrayExpr = call.args[0]!;
  const arrayText =
    arrayExpr.kind === 'id' || arrayExpr.kind === 'member' || arrayExpr.kind === 'index'
      ? slice(file, array)
      : `(${slice(file, array)})`;
  const countText =
    isPure(call.args[1]!) && /^[\w.>-]+$/.test(slice(file, count)) ? slice(file, count) : `(${slice(file, count)})`;
  const lines = one
    ? ['{', ...pair(one, inner), `${base}}`]
    : [
        '{',
        `${inner}unsigned long ${index};`,
        '',
        `${inner}for (${index} = 0; ${index} < ${countText}; ${index}++) {`,
        ...pair(`${arrayText}[${index}]`, inner + unit),
        `${inner}}`,
        `${base}}`,
      ];
  return { edits: [edit(file, at.stmt.start, at.stmt.end, lines.join(eol))] };
}

/** The page of `unpin_user_pages(&page, 1)`. */
function onePage(file: FileAnalysis, call: CallExpr): string | undefined {
  const [a, n] = [call.args[0] && stripCasts(call.args[0]), call.args[1]];
  if (n?.kind !== 'num' || n.value !== 1n || !a) return undefined;
  if (a.kind === 'unary' && a.op === '&') return slice(file, a.arg);
  return a.kind === 'id' || a.kind === 'member' ? `${slice(file, a)}[0]` : undefined;
}

/** Puts rewritings together: duplicates once, and variables that nothing uses any more taken out. */
export function joined(file: FileAnalysis, rewrites: readonly Rewrite[]): TextEdit[] {
  const edits = unique(rewrites.flatMap((r) => ('edits' in r ? r.edits : [])));
  const names = new Set(rewrites.flatMap((r) => ('names' in r && r.names ? [...r.names] : [])));
  if (!names.size) return edits;
  const more = file.unit.functions
    .filter((d) => edits.some((e) => e.span.start >= d.start && e.span.end <= d.end))
    .flatMap((d) => dropUnused(file, d, names, edits));
  return [...edits, ...more];
}
