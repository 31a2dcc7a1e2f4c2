/**
 * Building blocks of fixes: where a call stands in its function, what surrounds it, and how text is taken out or put in
 * without harm to comments, indentation or line ends. All positions come from the tree; text is only read around them.
 */
import type { CallExpr, DeclStmt, Expr, Span, Stmt } from '../../language/c/ast.ts';
import { exprText, walkExpr, walkStmt } from '../../language/c/index.ts';
import type { FunctionDef } from '../../language/c/unit.ts';
import type { FileAnalysis } from '../analysis/file.ts';
import type { TextEdit } from '../findings.ts';

/** Where a statement stands: its parent and, if that is a sequence, the sequence and the place in it. */
export interface Place {
  readonly parent: Stmt | null;
  /** The sequence of siblings; null for the unbraced body of an if or a loop. */
  readonly list: readonly Stmt[] | null;
  readonly index: number;
}

/** A call and the innermost statement that holds it. */
export interface Located {
  readonly def: FunctionDef;
  readonly call: CallExpr;
  readonly stmt: Stmt;
  /** The call's value is the whole statement: `f(x);`. */
  readonly whole: boolean;
}

const places = new WeakMap<FunctionDef, Map<Stmt, Place>>();

/** The places of all statements of a function. */
export function placesOf(def: FunctionDef): ReadonlyMap<Stmt, Place> {
  const known = places.get(def);
  if (known) return known;
  const map = new Map<Stmt, Place>();
  const list = (stmts: readonly Stmt[], parent: Stmt): void =>
    stmts.forEach((s, index) => visit(s, { parent, list: stmts, index }));
  const inside = (e: Expr | undefined, parent: Stmt): void => {
    if (e)
      walkExpr(e, (x) => {
        if (x.kind !== 'stmtexpr') return undefined;
        list(x.body.body, parent);
        return false;
      });
  };
  const only = (s: Stmt | undefined, parent: Stmt): void => {
    if (s) visit(s, { parent, list: null, index: 0 });
  };
  const visit = (s: Stmt, place: Place): void => {
    map.set(s, place);
    switch (s.kind) {
      case 'block':
        list(s.body, s);
        break;
      case 'decl':
        for (const d of s.decls) inside(d.init, s);
        break;
      case 'expr':
        inside(s.expr, s);
        break;
      case 'return':
        inside(s.value, s);
        break;
      case 'if':
        inside(s.test, s);
        only(s.then, s);
        only(s.else, s);
        break;
      case 'while':
      case 'do':
        inside(s.test, s);
        only(s.body, s);
        break;
      case 'for':
        only(s.init, s);
        inside(s.test, s);
        inside(s.update, s);
        only(s.body, s);
        break;
      case 'foreach':
      case 'switch':
        only(s.body, s);
        break;
      case 'guard':
        only(s.fail, s);
        only(s.body, s);
        break;
      case 'choice':
        for (const b of s.branches) list(b.body, s);
        break;
      default:
    }
  };
  visit(def.body(), { parent: null, list: null, index: 0 });
  places.set(def, map);
  return map;
}

/** The definition in this very file (not in a header of its) that holds the call; undefined if there is none. */
export function defOf(file: FileAnalysis, fn: string, call: Span): FunctionDef | undefined {
  const def = file.functions.get(fn)?.def;
  return def && file.unit.functions.includes(def) && call.start >= def.start && call.end <= def.end ? def : undefined;
}

/** The function of the file whose text the span lies in. */
export function functionAt(file: FileAnalysis, span: Span): FunctionDef | undefined {
  return file.unit.functions.find(
    (f) => span.start >= f.start && span.end <= f.end && file.functions.get(f.name)?.def === f,
  );
}

/** Expressions that a statement itself evaluates; not those of statements below it. */
function ownExprs(s: Stmt): readonly Expr[] {
  switch (s.kind) {
    case 'expr':
      return [s.expr];
    case 'decl':
      return s.decls.flatMap((d) => (d.init ? [d.init] : []));
    case 'if':
    case 'while':
    case 'do':
      return [s.test];
    case 'for':
      return [...(s.test ? [s.test] : []), ...(s.update ? [s.update] : [])];
    case 'switch':
      return [s.value];
    case 'return':
      return s.value ? [s.value] : [];
    case 'case':
      return s.value ? [s.value] : [];
    case 'foreach':
    case 'guard':
      return s.args;
    case 'opaque':
      return s.parts;
    default:
      return [];
  }
}

/** Same call: the graph may hold a rebuilt copy of what the tree holds. */
const same = (a: CallExpr, b: CallExpr): boolean =>
  a === b ||
  (a.start === b.start &&
    a.end === b.end &&
    a.callee.kind === 'id' &&
    b.callee.kind === 'id' &&
    a.callee.name === b.callee.name);

/** Finds the statement of a call. */
export function locate(def: FunctionDef, call: CallExpr): Located | undefined {
  for (const s of placesOf(def).keys()) {
    if (s.start > call.start || s.end < call.end) continue;
    for (const e of ownExprs(s)) {
      let found: CallExpr | undefined;
      walkExpr(e, (x) => {
        if (x.kind === 'stmtexpr') return false;
        if (x.kind === 'call' && same(x, call)) found = x;
        return undefined;
      });
      if (!found) continue;
      const value = s.kind === 'expr' && s.expr.kind === 'cast' ? s.expr.arg : e;
      return { def, call: found, stmt: s, whole: s.kind === 'expr' && value === found };
    }
  }
  return undefined;
}

/** The smallest statement around an offset. */
export function statementAt(def: FunctionDef, offset: number): Stmt | undefined {
  let best: Stmt | undefined;
  for (const s of placesOf(def).keys()) {
    if (s.start <= offset && offset < s.end && (!best || s.end - s.start <= best.end - best.start)) best = s;
  }
  return best;
}

/** True if the call is written out as such: not from a macro's body, and its name stands where the tree says. */
export function isLiteral(file: FileAnalysis, call: CallExpr): boolean {
  return (
    !call.macro && !call.callee.macro && call.callee.kind === 'id' && slice(file, call.callee) === call.callee.name
  );
}

/** The text of a span. */
export const slice = (file: FileAnalysis, s: Span): string => file.unit.text.slice(s.start, s.end);
/** A text edit of the analysed file. */
export const edit = (file: FileAnalysis, start: number, end: number, newText: string): TextEdit => ({
  path: file.unit.path,
  span: { start, end },
  newText,
});

/** The range of an expression with the parentheses and blanks around it, within `bounds` (its parent, or an argument list). */
export function outer(file: FileAnalysis, e: Span, bounds: Span): Span {
  const { text } = file.unit;
  let { start, end } = e;
  for (;;) {
    let a = start - 1;
    while (a >= bounds.start && /\s/.test(text[a]!)) a--;
    let b = end;
    while (b < bounds.end && /\s/.test(text[b]!)) b++;
    if (a < bounds.start || b >= bounds.end || text[a] !== '(' || text[b] !== ')') return { start, end };
    start = a;
    end = b + 1;
  }
}

/** The text of argument `i` as written, parentheses and all. */
export function argSpan(file: FileAnalysis, call: CallExpr, i: number): Span | undefined {
  const a = call.args[i];
  return a && outer(file, a, { start: call.argsStart, end: call.argsEnd - 1 });
}

/** Structure of an expression as text without layout: equal for equal expressions. */
export const shape = (file: FileAnalysis, e: Expr): string => exprText(e, file.unit.sources).replace(/\s+/g, ' ');

/** The expression below its casts. */
export function stripCasts(e: Expr): Expr {
  let x = e;
  while (x.kind === 'cast') x = x.arg;
  return x;
}

/** Neither calls nor assignments: evaluating it twice, or once instead of many times, makes no difference. */
export function isPure(e: Expr): boolean {
  let pure = true;
  walkExpr(e, (x) => {
    if (x.kind === 'call' || x.kind === 'assign' || x.kind === 'update' || x.kind === 'stmtexpr' || x.kind === 'opaque')
      pure = false;
  });
  return pure;
}

/** The expression names that variable. */
export function mentions(e: Expr, name: string): boolean {
  let found = false;
  walkExpr(e, (x) => {
    if (x.kind === 'id' && x.name === name) found = true;
  });
  return found;
}

/** The file's line end. */
export const eolOf = (text: string): string => {
  const at = text.indexOf('\n');
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
};

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** Offset just behind the line's end mark. */
export function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset);
  return at < 0 ? text.length : at + 1;
}

/** Blanks at the start of the line. */
export function indentAt(text: string, offset: number): string {
  const from = lineStart(text, offset);
  return /^[ \t]*/.exec(text.slice(from, offset))![0];
}

/** One step of indentation: as the function's first statement has it, else a tab. */
export function indentUnit(file: FileAnalysis, def: FunctionDef): string {
  const { text } = file.unit;
  const first = def.body().body[0];
  if (!first) return '\t';
  const from = lineStart(text, first.start);
  const indent = text.slice(from, first.start);
  return /^[ \t]+$/.test(indent) ? indent : '\t';
}

/** True if the range holds a preprocessor line or a cut line: its text is no plain code. */
export function holdsDirective(text: string, s: Span): boolean {
  return (
    text
      .slice(lineStart(text, s.start), s.end)
      .split('\n')
      .some((l, i) => (i > 0 || s.start === lineStart(text, s.start)) && /^\s*#/.test(l)) ||
    /\\\r?\n/.test(text.slice(s.start, s.end))
  );
}

/** The `#define` around a place, as whole lines with those that continue it. */
export function defineAround(text: string, at: number): Span | undefined {
  const goesOn = (end: number): boolean => /\\\r?\n$/.test(text.slice(Math.max(0, end - 3), end));
  let start = lineStart(text, at);
  while (start > 0 && goesOn(start)) start = lineStart(text, start - 1);
  let end = lineEnd(text, start);
  if (!/^[ \t]*#[ \t]*define\b/.test(text.slice(start, end))) return undefined;
  while (end < text.length && goesOn(end)) end = lineEnd(text, end);
  return { start, end };
}

/** Texts of the comments within the range. */
export function commentsIn(file: FileAnalysis, s: Span): readonly string[] {
  return file.unit.comments.filter((c) => c.start >= s.start && c.end <= s.end).map((c) => c.text);
}

/** Only blanks in the range. */
export const isBlank = (text: string, start: number, end: number): boolean => /^\s*$/.test(text.slice(start, end));

/** Takes a statement of a sequence out, with its line when it has one of its own. Comments inside it go with it. */
export function removeSpan(file: FileAnalysis, s: Span): TextEdit {
  const { text } = file.unit;
  const from = lineStart(text, s.start);
  const to = lineEnd(text, s.end);
  if (isBlank(text, from, s.start) && isBlank(text, s.end, to)) return edit(file, from, to, '');
  let end = s.end;
  while (end < to && (text[end] === ' ' || text[end] === '\t')) end++;
  if (isBlank(text, end, to)) {
    // last on its line: the blanks in front go
    let start = s.start;
    while (start > from && (text[start - 1] === ' ' || text[start - 1] === '\t')) start--;
    return edit(file, start, s.end, '');
  }
  return edit(file, s.start, end, '');
}

/**
 * Takes a statement out. The unbraced body of an if or a loop goes with its head when the head only decides or counts;
 * otherwise an empty statement stays.
 */
export function removeStatement(file: FileAnalysis, def: FunctionDef, stmt: Stmt): TextEdit {
  const map = placesOf(def);
  let s = stmt;
  for (;;) {
    const place = map.get(s);
    if (!place) return edit(file, s.start, s.end, ';');
    const { parent } = place;
    const alone = place.list === null || (place.list.length === 1 && parent?.kind === 'block' && parent !== def.body());
    if (alone && parent?.kind === 'block' && place.list && !commentsIn(file, parent).length) {
      const up = map.get(parent);
      if (up?.parent && headIsIdle(up.parent, parent)) {
        s = up.parent;
        continue;
      }
    }
    if (place.list) return removeSpan(file, s);
    if (parent && headIsIdle(parent, s)) {
      s = parent;
      continue;
    }
    return edit(file, s.start, s.end, ';');
  }
}

/** The statement does nothing but decide or count for `body`. */
function headIsIdle(s: Stmt, body: Stmt): boolean {
  switch (s.kind) {
    case 'if':
      return !s.else && s.then === body && isPure(s.test);
    case 'for': {
      const counts = (e: Expr): boolean =>
        e.kind === 'assign' ? isPure(e.right) && isPure(e.left) : e.kind === 'update' ? isPure(e.arg) : isPure(e);
      return (
        s.body === body &&
        (!s.init ||
          (s.init.kind === 'decl'
            ? s.init.decls.every((d) => !d.init || isPure(d.init))
            : s.init.kind === 'expr' && counts(s.init.expr))) &&
        (!s.test || isPure(s.test)) &&
        (!s.update || counts(s.update))
      );
    }
    default:
      return false;
  }
}

/** True if no two edits touch the same text. */
export function disjoint(edits: readonly TextEdit[]): boolean {
  const sorted = [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  return sorted.every((e, i) => i === 0 || sorted[i - 1]!.span.end <= e.span.start);
}

/** Same edit named twice (two uses of one macro) once. */
export function unique(edits: readonly TextEdit[]): TextEdit[] {
  const seen = new Map<string, TextEdit>();
  for (const e of edits) seen.set(`${e.span.start}:${e.span.end}:${e.newText}`, e);
  return [...seen.values()];
}

/** Identifiers of a piece of C text with their offsets; comments, strings and character constants are skipped. */
export function identifiers(
  text: string,
  from: number,
  to: number,
): { readonly name: string; readonly start: number }[] {
  const out: { name: string; start: number }[] = [];
  for (let i = from; i < to;) {
    const c = text[i]!;
    if (c === '/' && text[i + 1] === '*') {
      const end = text.indexOf('*/', i + 2);
      i = end < 0 ? to : end + 2;
    } else if (c === '/' && text[i + 1] === '/') {
      const end = text.indexOf('\n', i);
      i = end < 0 ? to : end;
    } else if (c === '"' || c === "'") {
      let j = i + 1;
      while (j < to && text[j] !== c && text[j] !== '\n') j += text[j] === '\\' ? 2 : 1;
      i = j + 1;
    } else if (/[A-Za-z_]/.test(c)) {
      let j = i + 1;
      while (j < to && /\w/.test(text[j]!)) j++;
      out.push({ name: text.slice(i, j), start: i });
      i = j;
    } else if (/\d/.test(c)) {
      while (i < to && /[\w.]/.test(text[i]!)) i++;
    } else i++;
  }
  return out;
}

/**
 * Takes the declarations of variables out that nothing names any more once `edits` are applied. A declaration with an
 * initialiser that does something, and one that cannot be cut out cleanly, stays.
 */
export function dropUnused(
  file: FileAnalysis,
  def: FunctionDef,
  names: ReadonlySet<string>,
  edits: readonly TextEdit[],
): TextEdit[] {
  const { text } = file.unit;
  const inEdit = (at: number): boolean => edits.some((e) => at >= e.span.start && at < e.span.end);
  const used = identifiers(text, def.bodySpan.start, def.bodySpan.end);
  const added = edits.flatMap((e) => identifiers(e.newText, 0, e.newText.length));
  const decls: DeclStmt[] = [];
  walkStmt(def.body(), {
    stmt: (s) => {
      if (s.kind === 'decl') decls.push(s);
    },
  });
  const gone = new Set<string>();
  for (const name of names) {
    const declared = decls.filter((s) => s.decls.some((d) => d.name === name));
    const d = declared[0]?.decls.find((x) => x.name === name);
    if (declared.length !== 1 || !d || d.cleanup || d.isStatic || (d.init && !isPure(d.init))) continue;
    if (
      added.some((x) => x.name === name) ||
      used.some((x) => x.name === name && x.start !== d.nameSpan.start && !inEdit(x.start))
    )
      continue;
    if (!inEdit(d.nameSpan.start)) gone.add(name);
  }
  const out: TextEdit[] = [];
  for (const s of decls) {
    const drop = s.decls.filter((d) => gone.has(d.name));
    if (!drop.length || s.macro || inEdit(s.start) || holdsDirective(text, s) || commentsIn(file, s).length) continue;
    if (!placesOf(def).get(s)?.list) continue;
    if (drop.length === s.decls.length) {
      const removal = removeSpan(file, s);
      // the blank line between declarations and code goes with the last declaration
      const { list, index } = placesOf(def).get(s)!;
      const lone = index === 0 && list![1]?.kind !== 'decl' && text[removal.span.start - 1] === '\n';
      const next = lineEnd(text, removal.span.end);
      out.push(lone && isBlank(text, removal.span.end, next) ? edit(file, removal.span.start, next, '') : removal);
      continue;
    }
    // `int i, n;`: cut from the end of the declarator kept before, or up to the start of the next one kept
    const bounds = s.decls.map((d) => ({ start: d.start, end: d.end }));
    const first = s.decls.findIndex((d) => !gone.has(d.name));
    s.decls.forEach((d, i) => {
      if (!gone.has(d.name)) return;
      if (i < first) out.push(edit(file, bounds[i]!.start, bounds[i + 1]!.start, ''));
      else out.push(edit(file, bounds[i - 1]!.end, bounds[i]!.end, ''));
    });
  }
  return out;
}

/** Something between the two offsets writes the expression whose text is `what` (or takes its address). */
export function assignedBetween(file: FileAnalysis, def: FunctionDef, what: string, from: number, to: number): boolean {
  let found = false;
  walkStmt(def.body(), {
    expr: (e) => {
      if (e.start < from || e.start >= to) return;
      if (e.kind === 'assign' && shape(file, e.left) === what) found = true;
      if (e.kind === 'update' && shape(file, e.arg) === what) found = true;
    },
  });
  return found;
}
