/**
 * The `//@` comments of snippets: what the machine is, which properties hold, who runs what, and what happens where. docs/annotations.md
 * holds the grammar. The result is plain data with places; what can't be read is a problem at its place.
 */
import type { Span } from '../c/ast.ts';
import { scanText } from '../c/scan.ts';
import { FAULTS } from './faults.ts';
import { describeKeyword, DEVICE_KINDS, KEYWORDS, optionsOf, type Option } from './keywords.ts';
import { parseSchedule, ScheduleError } from './schedule.ts';

/** `key=value` parts of an annotation. */
export type Options = Readonly<Record<string, string>>;

/** Something that the machine does: at the place where it stands, or at a point. */
export type Action =
  | { readonly kind: 'reclaim'; readonly times: number }
  | { readonly kind: 'writeback'; readonly steps: number }
  | { readonly kind: 'drop-caches' }
  | { readonly kind: 'compact' }
  | { readonly kind: 'fork'; readonly process: string }
  | { readonly kind: 'exit'; readonly process: string }
  | { readonly kind: 'wait'; readonly steps: number }
  | { readonly kind: 'truncate'; readonly path: string; readonly pages: number }
  | { readonly kind: 'fail'; readonly call: string; readonly nth: number }
  | { readonly kind: 'short'; readonly pages: number }
  | { readonly kind: 'migrate'; readonly expr: Text }
  | { readonly kind: 'assert'; readonly expr: Text }
  | { readonly kind: 'show'; readonly exprs: readonly Text[] }
  | { readonly kind: 'point'; readonly label: string };

/** A piece of C in a comment. */
export interface Text extends Span {
  readonly text: string;
}
/** A property of the whole run. */
export interface Property extends Span {
  readonly mode: 'never' | 'always' | 'exists';
  /** Name of a fault, or nothing if it is an expression. */
  readonly fault?: string;
  readonly expr?: Text;
}
/** Something that the explorer may let happen: an action, or an actor whose turns it chooses. */
export interface ExploreItem {
  readonly text: string;
  readonly action?: Action;
}
/** One annotation. */
export type Annotation = Span &
  (
    | { readonly kind: 'kernel'; readonly version: string }
    | { readonly kind: 'machine'; readonly options: Options }
    | { readonly kind: 'device'; readonly name: string; readonly type: string; readonly options: Options }
    | { readonly kind: 'file'; readonly path: string; readonly options: Options }
    | { readonly kind: 'process'; readonly name: string }
    | { readonly kind: 'seed'; readonly seed: number }
    | { readonly kind: 'property'; readonly property: Property }
    | { readonly kind: 'explore'; readonly items: readonly ExploreItem[] }
    | { readonly kind: 'schedule'; readonly turns: string }
    | { readonly kind: 'at'; readonly label: string; readonly action: Action }
    | { readonly kind: 'action'; readonly action: Action }
  );
/** What is wrong with an annotation. */
export interface AnnotationProblem extends Span {
  readonly message: string;
}
/** The annotations of a file. */
export interface Annotations {
  readonly list: readonly Annotation[];
  readonly problems: readonly AnnotationProblem[];
}

/** Reads all annotations of a text: line comments that begin with `//@`. */
export function parseAnnotations(text: string): Annotations {
  const list: Annotation[] = [];
  const problems: AnnotationProblem[] = [];
  if (!text.includes('//@')) return { list, problems };
  for (const { start, end } of scanText(text).comments) {
    if (!text.startsWith('//@', start)) continue;
    const lead = /^\/\/@[ \t]*/.exec(text.slice(start, end))![0].length;
    const body = text.slice(start + lead, end).trimEnd();
    const at = start + lead;
    const span = { start, end: at + body.length };
    try {
      list.push(...read(body, at, span));
    } catch (e) {
      if (!(e instanceof Bad)) throw e;
      problems.push({ message: e.message, start: e.span.start, end: e.span.end });
    }
  }
  return { list, problems };
}

class Bad extends Error {
  constructor(
    message: string,
    readonly span: Span,
  ) {
    super(message);
  }
}

/** The comment behind an annotation (`// …`) is none of it. */
function withoutComment(body: string): string {
  const i = body.search(/\s\/\/(?!@)/);
  return i < 0 ? body : body.slice(0, i).trimEnd();
}

function read(whole: string, at: number, span: Span): Annotation[] {
  const body = withoutComment(whole);
  const m = /^([A-Za-z][\w-]*)[ \t]*/.exec(body);
  if (!m) throw new Bad('an annotation starts with a keyword', span);
  const word = m[1]!;
  const rest = body.slice(m[0].length);
  const restAt = at + m[0].length;
  const here: Span = { start: at, end: at + word.length };
  const words = rest.split(/[ \t]+/).filter(Boolean);
  const one = (what: string): string => {
    if (words.length !== 1) throw new Bad(`${word} takes ${what}`, { start: at, end: at + body.length });
    return words[0]!;
  };
  switch (word) {
    case 'kernel': {
      const version = one('a version such as 6.12');
      if (!/^v?\d+\.\d+(\.\d+)?(\+[\w-]+)?$/.test(version))
        throw new Bad(`${version} is no kernel version`, { start: restAt, end: restAt + version.length });
      if (Number(/\d+/.exec(version)![0]) < 4)
        throw new Bad(`kernels before 4.0 are not modelled: write 4.0 or later`, {
          start: restAt,
          end: restAt + version.length,
        });
      return [{ kind: 'kernel', version: version.replace(/^v/, ''), ...span }];
    }
    case 'machine':
      return [{ kind: 'machine', options: options(word, rest, restAt), ...span }];
    case 'device': {
      const [name, type] = words;
      if (!name || !type) throw new Bad('device takes a name and a kind: device cam capture', here);
      const typeAt = restAt + rest.indexOf(type, rest.indexOf(name) + name.length);
      if (!Object.hasOwn(DEVICE_KINDS, type))
        throw new Bad(`${type} is no kind of device: ${Object.keys(DEVICE_KINDS).join(', ')}`, {
          start: typeAt,
          end: typeAt + type.length,
        });
      const from = typeAt + type.length;
      return [{ kind: 'device', name, type, options: options(word, body.slice(from - at), from), ...span }];
    }
    case 'file': {
      const [path] = words;
      if (!path) throw new Bad('file takes a path', here);
      const from = rest.indexOf(path) + path.length;
      return [{ kind: 'file', path, options: options(word, rest.slice(from), restAt + from), ...span }];
    }
    case 'process':
      return [{ kind: 'process', name: one('a name'), ...span }];
    case 'seed':
      return [{ kind: 'seed', seed: number(one('a number'), here), ...span }];
    case 'never':
    case 'always':
    case 'exists': {
      if (!rest) throw new Bad(`${word} takes the name of a fault, or a condition`, here);
      const names = rest.split(/[ \t]*,[ \t]*/);
      if (
        names.every((n) => /^[a-z][a-z0-9-]*$/.test(n)) &&
        (word !== 'always' || names.every((n) => FAULTS.includes(n)))
      ) {
        return names.map((fault): Annotation => {
          if (!FAULTS.includes(fault))
            throw new Bad(`${fault} is no fault; faults are ${FAULTS.join(', ')}`, {
              start: restAt,
              end: restAt + rest.length,
            });
          return { kind: 'property', property: { mode: word, fault, ...span }, ...span };
        });
      }
      return [
        {
          kind: 'property',
          property: { mode: word, expr: { text: rest, start: restAt, end: restAt + rest.length }, ...span },
          ...span,
        },
      ];
    }
    case 'explore':
      return [
        {
          kind: 'explore',
          items: rest
            .split(/[ \t]*,[ \t]*/)
            .filter(Boolean)
            .map((item) => exploreItem(item, here)),
          ...span,
        },
      ];
    case 'schedule': {
      if (!rest) throw new Bad('schedule takes turns: schedule a b@2 time a', here);
      try {
        parseSchedule(rest);
      } catch (e) {
        if (!(e instanceof ScheduleError)) throw e;
        throw new Bad(e.message, { start: restAt + e.start, end: restAt + e.end });
      }
      return [{ kind: 'schedule', turns: rest, ...span }];
    }
    case 'at': {
      const c = /^([\w-]+)[ \t]*:[ \t]*/.exec(rest);
      if (!c) throw new Bad('at takes a point and an action: at dma-running: fork app', here);
      return rest
        .slice(c[0].length)
        .split(/[ \t]*;[ \t]*/)
        .filter(Boolean)
        .map((part): Annotation => ({
          kind: 'at',
          label: c[1]!,
          action: action(part, restAt + rest.indexOf(part), here),
          ...span,
        }));
    }
    default:
      return [{ kind: 'action', action: action(body, at, here), ...span }];
  }
}

/** Actions that may happen at any place of a run. */
const ANYWHERE = ['reclaim', 'writeback', 'drop-caches', 'compact', 'fork', 'exit', 'truncate', 'fail', 'short-pin'];

function exploreItem(text: string, here: Span): ExploreItem {
  const word = text.split(/[ \t]/)[0]!;
  if (ANYWHERE.includes(word)) return { text, action: action(text, here.start, here) };
  // a single word that is no keyword names an actor
  if (/^[\w-]+$/.test(text) && !describeKeyword(text)) return { text };
  throw new Bad(`'${text}' can't happen by itself; what can: ${ANYWHERE.join(', ')}, or the name of an actor`, here);
}

function action(body: string, at: number, here: Span): Action {
  const m = /^([A-Za-z][\w-]*)[ \t]*/.exec(body);
  const word = m?.[1] ?? '';
  const rest = body.slice(m?.[0].length ?? 0).trimEnd();
  const restAt = at + (m?.[0].length ?? 0);
  const words = rest.split(/[ \t]+/).filter(Boolean);
  const expr = (): Text => {
    if (!rest) throw new Bad(`${word} takes an expression`, here);
    return { text: rest, start: restAt, end: restAt + rest.length };
  };
  switch (word) {
    case 'reclaim':
      return { kind: 'reclaim', times: words[0] === undefined || words[0] === 'all' ? 6 : number(words[0], here) };
    case 'writeback':
      return { kind: 'writeback', steps: words[0] === undefined ? 0 : number(words[0], here) };
    case 'drop-caches':
      return { kind: 'drop-caches' };
    case 'compact':
      return { kind: 'compact' };
    case 'fork':
    case 'exit':
      if (words.length !== 1) throw new Bad(`${word} takes the name of a process`, here);
      return { kind: word, process: words[0]! };
    case 'wait':
      return { kind: 'wait', steps: number(words[0] ?? '1', here) };
    case 'truncate':
      if (words.length !== 2) throw new Bad('truncate takes a path and a number of pages', here);
      return { kind: 'truncate', path: words[0]!, pages: number(words[1]!, here) };
    case 'fail':
      if (!words[0]) throw new Bad('fail takes the name of a call', here);
      return { kind: 'fail', call: words[0], nth: words[1] === undefined ? 1 : number(words[1], here) };
    case 'short-pin':
      return { kind: 'short', pages: words[0] === undefined ? 1 : number(words[0], here) };
    case 'migrate':
      return { kind: 'migrate', expr: expr() };
    case 'assert':
      return { kind: 'assert', expr: expr() };
    case 'show':
      return { kind: 'show', exprs: splitList(expr()) };
    case 'point':
      if (words.length !== 1) throw new Bad('point takes a name', here);
      return { kind: 'point', label: words[0]! };
    default: {
      const near = KEYWORDS.map((k) => ({ k, d: distance(word, k.name) })).sort((a, b) => a.d - b.d)[0];
      throw new Bad(
        `unknown annotation '${word}'${near && near.d <= 2 ? `; did you mean '${near.k.name}'?` : ''}`,
        here,
      );
    }
  }
}

/** Commas outside of brackets part expressions. */
function splitList(t: Text): Text[] {
  const out: Text[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= t.text.length; i++) {
    const c = t.text[i];
    if (c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']') depth--;
    else if ((c === ',' && depth === 0) || c === undefined) {
      const piece = t.text.slice(from, i);
      const lead = piece.length - piece.trimStart().length;
      if (piece.trim())
        out.push({
          text: piece.trim(),
          start: t.start + from + lead,
          end: t.start + from + lead + piece.trim().length,
        });
      from = i + 1;
    }
  }
  return out;
}

function options(keyword: string, text: string, at: number): Options {
  const known = optionsOf(keyword);
  const out: Record<string, string> = {};
  for (const m of text.matchAll(/\S+/g)) {
    const place: Span = { start: at + m.index, end: at + m.index + m[0].length };
    const [name, value] = splitOption(m[0]);
    const option = known.find((o) => o.name === name);
    if (!option || value === undefined)
      throw new Bad(`'${m[0]}' is not one of ${known.map((k) => `${k.name}=…`).join(' ')}`, place);
    out[option.name] = checkValue(option, value, place);
  }
  return out;
}
function splitOption(text: string): [string, string | undefined] {
  const i = text.indexOf('=');
  return i < 0 ? [text, undefined] : [text.slice(0, i), text.slice(i + 1)];
}
function checkValue({ name, values, example }: Option, value: string, place: Span): string {
  if (value === '') throw new Bad(`${name} takes a value: ${name}=${example}`, place);
  if (values && !values.includes(value)) throw new Bad(`${name} is one of ${values.join(', ')}, not ${value}`, place);
  if (!values && name !== 'pattern' && !/^\d+(\.\d+)?$/.test(value))
    throw new Bad(`${name} takes a number: ${name}=${example}`, place);
  return value;
}
function number(text: string, here: Span): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0) throw new Bad(`'${text}' is no number`, here);
  return n;
}
function distance(a: string, b: string): number {
  const row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0]!;
    row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const up = row[j]!;
      row[j] = Math.min(up + 1, row[j - 1]! + 1, diagonal + (a[i - 1] === b[j - 1] ? 0 : 1));
      diagonal = up;
    }
  }
  return row[b.length]!;
}
