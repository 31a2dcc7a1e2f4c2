/** From source text to a program that can run: annotations, headers, compilation. */
import {
  checkPlaces,
  parseAnnotations,
  type Action,
  type Annotation,
  type Property,
  type Text,
} from '../../language/annotations/index.ts';
import {
  CSyntaxError,
  ExactParser,
  FILE_BASE,
  parseExpression,
  Preprocessor,
  tokenize,
  type ExactProgram,
  type IncludeReader,
} from '../../language/c/exact/index.ts';
import type { Expr, Span } from '../../language/c/index.ts';
import { lineCounter } from '../../language/search.ts';
import {
  compile,
  type CodeNote,
  BUILTIN_NAMES,
  prelude,
  PRELUDE_BASE,
  USER_NAMES,
  type Assumed,
  type Program,
} from '../machine/index.ts';

import { ASSUMED_AT, complete } from './assume/complete.ts';
import { letFail } from './failing.ts';
import { steer } from './assume/steer.ts';

/** A message about the source. */
export interface Diagnostic extends Span {
  readonly message: string;
  /** `note`: what was assumed of names that the file does not declare. */
  readonly severity: 'error' | 'warning' | 'note';
}
/** An annotation that became code: what to do with its values. */
export interface NoteAction {
  readonly action: Action;
  readonly texts: readonly string[];
  readonly span: Span;
}
/** A process and the function it runs. */
export interface ProcessSpec {
  readonly name: string;
  readonly fn: string;
}
/** All that is known before the first step. */
export interface Loaded {
  readonly text: string;
  readonly program: Program;
  readonly source: ExactProgram;
  readonly annotations: readonly Annotation[];
  readonly properties: readonly (Property & { readonly fn?: string })[];
  readonly notes: readonly NoteAction[];
  readonly processes: readonly ProcessSpec[];
  readonly kernel: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Function that runs without annotations. */
  readonly whole: string | undefined;
  /** What was inferred of names that the file does not declare, where it runs without annotations. */
  readonly assumed: Assumed | undefined;
  /** Other files that take part; offsets in them are shifted by `base`. */
  readonly files: readonly { readonly path: string; readonly text: string; readonly base: number }[];
  lineOf(offset: number): number;
  /** Reads an expression in the scope of the file, its macros included; throws CSyntaxError. */
  expression(text: string): Expr;
}

/** Where other files are found: `#include "x.h"`. */
export type Includes = (spec: string) => { readonly path: string; readonly text: string } | undefined;

/** Reads, checks and compiles a snippet. `extra`: further .c files of the same program. */
export function load(
  text: string,
  o: {
    readonly includes?: Includes;
    readonly kernel?: string;
    readonly fn?: string;
    readonly extra?: readonly { path: string; text: string }[];
  } = {},
): Loaded {
  const { list, problems } = parseAnnotations(text);
  const diagnostics: Diagnostic[] = problems.map((p) => ({ ...p, severity: 'error' }));
  const kernel = list.find((a) => a.kind === 'kernel')?.version ?? o.kernel ?? '6.12';
  const base = prelude(kernel.replace(/\+.*/, ''));
  const files: { path: string; text: string; base: number }[] = [];
  const addFile = (path: string, of: string): { path: string; text: string; base: number } => {
    const file = { path, text: of, base: FILE_BASE * (files.length + 1) };
    files.push(file);
    return file;
  };
  const include: IncludeReader = (spec, local) => {
    const found = local ? o.includes?.(spec) : undefined;
    return found && addFile(found.path, found.text);
  };
  const pp = new Preprocessor(include, base.macros);
  letFail(pp, base.program, text, list);
  const lineAt = lineCounter(text);
  const lineOf = (offset: number): number => (offset < text.length + 2 ? lineAt(offset) : 0);
  // without a program that calls it, a file is part of something: what it does not declare is inferred
  const open = !list.some((a) => a.kind === 'process') && !/\bmain\s*\(/.test(text);
  let source: ExactProgram = base.program;
  const add = (t: string, at: number): void => {
    try {
      source = new ExactParser(pp.run(t, at), source, open).program();
      for (const p of source.problems)
        diagnostics.push({
          message: p.message + (p.inFunction ? ` (in ${p.inFunction}())` : ''),
          start: p.start,
          end: p.end,
          severity:
            open && (o.fn === undefined ? p.inFunction === undefined : p.inFunction !== o.fn) ? 'warning' : 'error',
        });
    } catch (e) {
      if (!(e instanceof CSyntaxError)) throw e;
      diagnostics.push({ message: e.message, start: e.start, end: e.end, severity: 'error' });
    }
  };
  for (const x of o.extra ?? []) add(x.text, addFile(x.path, x.text).base);
  add(text, 0);
  if (open && o.fn !== undefined && !source.functions.has(o.fn) && new RegExp(`\\b${o.fn}\\s*\\(`).test(text)) {
    // it may stand under a configuration that is off
    source = base.program;
    for (const m of text.matchAll(/^\s*#\s*if.*$/gm))
      for (const c of m[0].match(/\bCONFIG_\w+/g) ?? []) pp.define(c, '1');
    diagnostics.length = problems.length;
    add(text, 0);
  }
  for (const p of pp.problems) diagnostics.push({ ...p, severity: 'warning' });

  const own = [...source.functions.values()].filter(
    (f) => f.start < PRELUDE_BASE && base.program.functions.get(f.name) !== f,
  );
  const here = own.filter((f) => f.start < FILE_BASE).sort((a, b) => a.start - b.start);
  // where the text can't be read, functions are missing: that an annotation has none is no mistake of its own
  if (!diagnostics.some((d, i) => i >= problems.length && d.severity === 'error'))
    diagnostics.push(
      ...checkPlaces(
        list,
        here.map(({ name, start, body }) => ({ name, start, bodyStart: body.start, bodyEnd: body.end })),
      ),
    );
  const processes: ProcessSpec[] = [];
  for (const a of list) {
    if (a.kind !== 'process') continue;
    const fn = here.find((f) => f.start > a.start);
    if (fn) processes.push({ name: a.name, fn: fn.name });
  }
  if (!processes.length && source.functions.has('main') && here.some((f) => f.name === 'main'))
    processes.push({ name: 'main', fn: 'main' });

  // one function alone: the programs of the snippet stay out, and so does what they are to show
  const alone = o.fn !== undefined && source.functions.has(o.fn) && !processes.some((p) => p.fn === o.fn);
  if (alone) processes.length = 0;

  // annotations inside of functions become code
  const notes: NoteAction[] = [];
  const byFunction = new Map<string, CodeNote[]>();
  const read = (t: Text): Expr =>
    parseExpression(
      [
        ...pp.expand(tokenize(t.text, t.start)),
        { kind: 'eof', text: '', start: t.end, end: t.end, space: false, line: true },
      ],
      source,
    );
  const parse = (t: Text): Expr | undefined => {
    try {
      return read(t);
    } catch (e) {
      if (!(e instanceof CSyntaxError)) throw e;
      diagnostics.push({ message: e.message, start: e.start, end: e.end, severity: 'error' });
      return undefined;
    }
  };
  for (const a of list) {
    const inside = here.find((f) => a.start > f.body.start && a.end < f.body.end);
    if (a.kind === 'action') {
      if (!inside) continue;
      const texts =
        a.action.kind === 'assert' || a.action.kind === 'migrate'
          ? [a.action.expr]
          : a.action.kind === 'show'
            ? a.action.exprs
            : [];
      const exprs = texts.map(parse);
      if (exprs.some((e) => !e)) continue;
      const span = { start: a.start, end: a.end };
      const id = notes.push({ action: a.action, texts: texts.map((t) => t.text), span }) - 1;
      const of = byFunction.get(inside.name) ?? [];
      of.push({ at: a.start, id, exprs: exprs as Expr[], span });
      byFunction.set(inside.name, of);
    }
  }
  const properties: (Property & { fn?: string })[] = [];
  for (const a of list) {
    if (a.kind !== 'property' || (alone && a.property.mode === 'exists')) continue;
    if (!a.property.expr) {
      properties.push(a.property);
      continue;
    }
    const fn = `__pinscope_property_${properties.length}`;
    const e = a.property.expr;
    try {
      const tokens = [
        ...tokenize(`int ${fn}(void) { return !!(`, e.start),
        ...pp.expand(tokenize(e.text, e.start)),
        ...tokenize('); }', e.end),
      ];
      source = new ExactParser(
        [...tokens, { kind: 'eof', text: '', start: e.end, end: e.end, space: false, line: true }],
        source,
      ).program();
      for (const p of source.problems.splice(0))
        diagnostics.push({ message: p.message, start: p.start, end: p.end, severity: 'error' });
      properties.push({ ...a.property, fn });
    } catch (x) {
      if (!(x instanceof CSyntaxError)) throw x;
      diagnostics.push({ message: x.message, start: x.start, end: x.end, severity: 'error' });
    }
  }

  const hasInit = source.globals.has('__pinscope_module_init');
  let whole = o.fn;
  if (!whole && !processes.length && !hasInit)
    whole = choose(
      here.map((f) => f.name),
      source,
    );
  const wanted = o.fn === undefined || !source.functions.has(o.fn) ? own.map((f) => f.name) : [o.fn];
  if (o.fn !== undefined && !source.functions.has(o.fn) && !diagnostics.some((d) => d.severity === 'error'))
    diagnostics.push({
      message: `there is no function ${o.fn}() in this file${here.length ? `; it has ${here.map((f) => `${f.name}()`).join(', ')}` : ''}`,
      start: 0,
      end: 0,
      severity: 'error',
    });
  const single = whole === undefined ? undefined : source.functions.get(whole);
  const steered =
    open && single && !list.some((a) => a.kind === 'action' && (a.action.kind === 'fail' || a.action.kind === 'short'))
      ? steer(single, (name) => own.some((f) => f.name === name))
      : undefined;
  if (steered) source = { ...source, functions: new Map(source.functions).set(steered.name, steered) };
  const completed = open
    ? complete(source, wanted, (at) => at.start < PRELUDE_BASE || at.start >= ASSUMED_AT, base.program)
    : undefined;
  if (completed) source = completed.program;
  const roots = [
    ...wanted,
    ...(completed?.made ?? []),
    ...properties.flatMap((p) => (p.fn ? [p.fn] : [])),
    'open',
    'close',
    '__exit_files',
    '__exit_vmas',
    '__pinscope_vm_fault',
    '__pinscope_vma_open',
    '__pinscope_exit_process',
  ];
  const program = compile({
    program: source,
    builtins: BUILTIN_NAMES,
    preludeBase: PRELUDE_BASE,
    roots,
    userRoots: processes.map((p) => p.fn),
    userNames: USER_NAMES,
    notes: byFunction,
  });
  for (const p of program.problems)
    if (p.start < PRELUDE_BASE)
      diagnostics.push({ message: p.message, start: p.start, end: p.end, severity: 'warning' });
  for (const n of completed?.notes ?? []) if (n.start < text.length) diagnostics.push({ ...n, severity: 'note' });
  return {
    text,
    program,
    source,
    annotations: list,
    properties,
    notes,
    processes,
    kernel,
    diagnostics,
    whole,
    assumed: completed?.assumed,
    files,
    lineOf,
    expression: (t) => read({ text: t, start: 0, end: t.length }),
  };
}

/** The function to run when nothing says which: one that nobody calls and that takes pages, else the last that nobody calls. */
function choose(names: readonly string[], source: ExactProgram): string | undefined {
  const called = new Set<string>();
  const gup = new Set<string>();
  for (const n of names) {
    const f = source.functions.get(n)!;
    const text = JSON.stringify(f.body, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v));
    for (const other of names) if (other !== n && text.includes(`"name":"${other}"`)) called.add(other);
    if (/_user_pages|iov_iter_(?:get|extract)_pages/.test(text)) gup.add(n);
  }
  const free = names.filter((n) => !called.has(n));
  return free.findLast((n) => gup.has(n)) ?? free.at(-1) ?? names.at(-1);
}
