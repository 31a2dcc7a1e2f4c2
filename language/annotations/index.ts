/**
 * The `//@` comments of snippets: what the machine is, which properties hold, who runs what, and what happens where. docs/annotations.md
 * holds the grammar. The result is plain data with places; what can't be read is a problem at its place.
 */
import type { Span } from '../c/ast.ts';

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
    | { readonly kind: 'explore'; readonly items: readonly string[] }
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

/** A keyword with what completion and hover say. */
export interface Keyword {
  readonly name: string;
  readonly form: string;
  readonly doc: string;
  /** May stand inside of functions. */
  readonly statement: boolean;
}
/** All keywords, in the order of the reference page. */
export const KEYWORDS: readonly Keyword[] = [
  { name: 'kernel', form: 'kernel 6.12', doc: 'Kernel whose memory management is modelled.', statement: false },
  {
    name: 'machine',
    form: 'machine ram=64 swap=64 iommu=off',
    doc: 'Parts of the machine, sizes in MiB: ram, swap (0: none), movable, cma, pmem, iommu=on|off, lru=classic|mglru, dax=wait|fail|sigbus, tracking=bias|none|page-bit|off-lru.',
    statement: false,
  },
  {
    name: 'device',
    form: 'device cam capture pattern=0xAA latency=2',
    doc: 'A virtual DMA device: capture, playback, copy, rdma or page-faulting; pattern is a byte or a word, latency in steps.',
    statement: false,
  },
  {
    name: 'file',
    form: 'file /data pages=4 fs=ext4',
    doc: 'A file that exists at the start; fs is ext4, tmpfs or dax.',
    statement: false,
  },
  { name: 'process', form: 'process app', doc: 'The next function is the program of a process.', statement: false },
  {
    name: 'seed',
    form: 'seed 7',
    doc: 'Random but repeatable choice of who runs at every visible step.',
    statement: false,
  },
  {
    name: 'never',
    form: 'never lost-write',
    doc: 'The fault (or the C condition) must not occur at any step.',
    statement: false,
  },
  {
    name: 'always',
    form: 'always mapcount(p) <= 1',
    doc: 'The C condition over global names must hold at every step.',
    statement: false,
  },
  {
    name: 'exists',
    form: 'exists lost-write',
    doc: 'The fault (or the C condition) must occur in this run: the snippet shows it.',
    statement: false,
  },
  {
    name: 'explore',
    form: 'explore reclaim, fork app',
    doc: 'What the explorer may let happen, at every place.',
    statement: false,
  },
  { name: 'at', form: 'at dma-running: fork app', doc: 'An action when a point is reached.', statement: true },
  { name: 'point', form: 'point dma-running', doc: 'A named place.', statement: true },
  {
    name: 'assert',
    form: 'assert refcount(page(buf)) == 1026',
    doc: 'The C condition must hold here.',
    statement: true,
  },
  { name: 'show', form: 'show refcount(page(buf)), mapcount(page(buf))', doc: 'Tells values.', statement: true },
  {
    name: 'reclaim',
    form: 'reclaim [all|N]',
    doc: 'Memory pressure: the reclaimer looks at every page (N times).',
    statement: true,
  },
  {
    name: 'writeback',
    form: 'writeback [N]',
    doc: 'The flusher writes dirty file pages; with N, their writeback lasts N steps.',
    statement: true,
  },
  { name: 'drop-caches', form: 'drop-caches', doc: 'echo 1 > /proc/sys/vm/drop_caches.', statement: true },
  { name: 'compact', form: 'compact', doc: 'Compaction tries to move every movable page.', statement: true },
  {
    name: 'migrate',
    form: 'migrate buf',
    doc: 'Tries to move the page at an address to the other node.',
    statement: true,
  },
  { name: 'fork', form: 'fork app', doc: 'The process forks here; the child does nothing.', statement: true },
  { name: 'exit', form: 'exit app', doc: 'The process is killed here.', statement: true },
  { name: 'wait', form: 'wait 5', doc: 'The actor waits N steps, in which devices and others work.', statement: true },
  { name: 'truncate', form: 'truncate /data 0', doc: 'Somebody truncates the file to N pages.', statement: true },
  {
    name: 'fail',
    form: 'fail kmalloc 2',
    doc: 'The second kmalloc() from here on fails (any call that can fail).',
    statement: true,
  },
  {
    name: 'short-pin',
    form: 'short-pin 3',
    doc: 'The next call that pins or gets pages stops after N pages.',
    statement: true,
  },
];
const byName = new Map(KEYWORDS.map((k) => [k.name, k]));

/** Reads all annotations of a text. `faults`: names that properties may use. */
export function parseAnnotations(text: string, faults: readonly string[] = []): Annotations {
  const list: Annotation[] = [];
  const problems: AnnotationProblem[] = [];
  const re = /\/\/@[ \t]*([^\r\n]*)/g;
  for (let m = re.exec(text); m; m = re.exec(text)) {
    const body = m[1]!.trimEnd();
    const at = m.index + m[0].length - m[1]!.length;
    const span = { start: m.index, end: at + body.length };
    try {
      list.push(...read(body, at, span, faults));
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

function read(whole: string, at: number, span: Span, faults: readonly string[]): Annotation[] {
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
      return [{ kind: 'kernel', version: version.replace(/^v/, ''), ...span }];
    }
    case 'machine':
      return [
        {
          kind: 'machine',
          options: options(words, here, [
            'ram',
            'swap',
            'movable',
            'cma',
            'pmem',
            'iommu',
            'lru',
            'dax',
            'tracking',
            'steps',
            'memory',
          ]),
          ...span,
        },
      ];
    case 'device': {
      const [name, type, ...more] = words;
      if (!name || !type) throw new Bad('device takes a name and a kind: device cam capture', here);
      if (!['capture', 'playback', 'copy', 'rdma', 'page-faulting'].includes(type))
        throw new Bad(`${type} is no kind of device: capture, playback, copy, rdma, page-faulting`, here);
      return [{ kind: 'device', name, type, options: options(more, here, ['pattern', 'latency', 'ring']), ...span }];
    }
    case 'file': {
      const [path, ...more] = words;
      if (!path) throw new Bad('file takes a path', here);
      return [{ kind: 'file', path, options: options(more, here, ['pages', 'fs']), ...span }];
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
        (word !== 'always' || names.every((n) => faults.includes(n)))
      ) {
        return names.map((fault): Annotation => {
          if (faults.length && !faults.includes(fault))
            throw new Bad(`${fault} is no fault; faults are ${faults.join(', ')}`, {
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
      return [{ kind: 'explore', items: rest.split(/[ \t]*,[ \t]*/).filter(Boolean), ...span }];
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

function options(words: readonly string[], here: Span, known: readonly string[]): Options {
  const out: Record<string, string> = {};
  for (const w of words) {
    const m = /^([a-z-]+)=(.+)$/.exec(w);
    if (!m || !known.includes(m[1]!))
      throw new Bad(`'${w}' is not one of ${known.map((k) => `${k}=…`).join(' ')}`, here);
    out[m[1]!] = m[2]!;
  }
  return out;
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

/** What hover says of a keyword. */
export function describeKeyword(name: string): Keyword | undefined {
  return byName.get(name);
}
