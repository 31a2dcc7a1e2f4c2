/** Text that is parsed on its own: what a macro expands to, a type or statement given as a macro argument. */
import type { Span } from './ast.ts';
import { expandMacro, macroArguments, MAX_EXPANSION, type Segment } from './macros.ts';
import { maskSource } from './mask.ts';
import type { SNode } from './parser.ts';
import { type Cx, type Fragment, type Source } from './source.ts';
import type { MacroDef } from './unit.ts';

/** How a fragment is wrapped to make a function of it. */
export type Wrap = 'expr' | 'stmt' | 'type';

const PREFIX: Record<Wrap, string> = { expr: 'void f(void){x=', stmt: 'void f(void){', type: 'void f(void){x=sizeof(' };
const SUFFIX: Record<Wrap, string> = { expr: '\n;}', stmt: '\n;}', type: '\n);}' };
const MAX_DEPTH = 16;
const CACHE_LIMIT = 4000;

/** A parsed fragment with the context that reads it. */
export interface Opened {
  readonly cx: Cx;
  readonly statements: readonly SNode[];
}

/** Parses `text`, whose parts come from `segments` of `cx` (range `use`). Undefined on a syntax error. */
export function openFragment(
  cx: Cx,
  wrap: Wrap,
  text: string,
  segments: readonly Segment[],
  use: Span,
  macro: string | undefined,
): Opened | undefined {
  if (cx.src.depth >= MAX_DEPTH || text.length > MAX_EXPANSION || cx.env.budget <= 0) return undefined;
  cx.env.budget--;
  const fragment = parseFragment(cx, wrap, text);
  if (!fragment) return undefined;
  const shift = PREFIX[wrap].length;
  return {
    cx: {
      env: cx.env,
      src: fragmentSource(cx.src, fragment, PREFIX[wrap] + text + SUFFIX[wrap], segments, shift, use, macro),
    },
    statements: fragment.statements,
  };
}

function parseFragment(cx: Cx, wrap: Wrap, text: string): Fragment | undefined {
  const key = `${wrap}:${text}`;
  const cached = cx.env.cache.get(key);
  if (cached !== undefined) return cached ?? undefined;
  const masked = maskSource(PREFIX[wrap] + text + SUFFIX[wrap], cx.env.maskMacros);
  const parsed = cx.env.parser.parseOnce(masked.text);
  let result: Fragment | null = null;
  const fn = parsed?.root.children[0];
  if (parsed && !parsed.hasError && parsed.root.children.length === 1 && fn?.type === 'function_definition') {
    const body = fn.children[fn.children.length - 1];
    if (body?.type === 'compound_statement')
      result = { text: masked.text, notes: masked.notes, cleanups: masked.cleanups, statements: body.children };
  }
  if (cx.env.cache.size > CACHE_LIMIT) cx.env.cache.clear();
  cx.env.cache.set(key, result);
  return result ?? undefined;
}

function fragmentSource(
  parent: Source,
  fragment: Fragment,
  raw: string,
  segments: readonly Segment[],
  shift: number,
  use: Span,
  macro: string | undefined,
): Source {
  const outer = parent.origin(use.start, use.end);
  const name = outer.macro ?? macro;
  const whole =
    name === undefined ? { start: outer.start, end: outer.end } : { start: outer.start, end: outer.end, macro: name };
  const argument = (start: number, end: number): Segment | undefined => {
    const s = start - shift;
    const e = end - shift;
    for (const seg of segments) if (seg.from >= 0 && seg.start <= s && e <= seg.end) return seg;
    return undefined;
  };
  const hiddenHere = macro === undefined ? parent.hidden(use.start) : new Set([...parent.hidden(use.start), macro]);
  return {
    text: fragment.text,
    raw,
    notes: fragment.notes,
    cleanups: fragment.cleanups,
    regions: [],
    depth: parent.depth + 1,
    origin(start, end) {
      const seg = argument(start, end);
      return seg ? parent.origin(start - shift - seg.start + seg.from, end - shift - seg.start + seg.from) : whole;
    },
    hidden(at) {
      const seg = argument(at, at + 1);
      return seg ? parent.hidden(at - shift - seg.start + seg.from) : hiddenHere;
    },
  };
}

/** The project's macro of that name, if it may be expanded at this place. */
export function macroAt(cx: Cx, name: string, at: number): MacroDef | undefined {
  let def = cx.env.macros.get(name);
  if (!def || cx.src.hidden(at).has(name)) return undefined;
  if (def.path !== cx.env.path) return def.ended === undefined ? def : undefined;
  const place = cx.env.offset + cx.src.origin(at, at + 1).start;
  while (place < def.start && def.previous) def = def.previous;
  return place >= def.start && (def.ended === undefined || place < def.ended) ? def : undefined;
}

/** A literal tells more under its name than expanded. */
export function isPlainLiteral(def: MacroDef): boolean {
  return (
    def.params === null && /^\(?\s*[-~]?\s*(?:0[xX][\da-fA-F]+|\d+)[uUlL]*\s*\)?$|^"(?:\\.|[^"\\])*"$|^$/.test(def.body)
  );
}

/** Expands a use: `node` is the identifier, or the call of a function-like macro. */
export function openMacro(cx: Cx, wrap: Wrap, def: MacroDef, node: Span, open: number | undefined): Opened | undefined {
  if (def.params === null) {
    const expansion = expandMacro(def, cx.src.raw, []);
    return expansion && openFragment(cx, wrap, expansion.text, expansion.segments, node, def.name);
  }
  if (open === undefined) return undefined;
  const given = macroArguments(cx.src.raw, open);
  if (!given) return undefined;
  const expansion = expandMacro(def, cx.src.raw, given.args);
  return (
    expansion &&
    openFragment(cx, wrap, expansion.text, expansion.segments, { start: node.start, end: given.end }, def.name)
  );
}

/** Parses a piece of the same text anew, in another role. */
export function openAgain(cx: Cx, wrap: Wrap, start: number, text: string): Opened | undefined {
  return openFragment(
    cx,
    wrap,
    text,
    [{ start: 0, end: text.length, from: start }],
    { start, end: start + text.length },
    undefined,
  );
}
