/** Local headers: their macros are put into force before the file's, and the result is kept between parses. */
import { type Effect, Environment } from './environment.ts';
import { type Fork, preprocess, type Preprocessed } from './preprocessor.ts';
import { type Scan, scanText } from './scan.ts';
import type { MaskMacros } from './mask-state.ts';
import { maskMacrosOf } from './mask-roles.ts';
import type { HeaderText, Include, MacroDef, Target } from './unit.ts';

/** A header after preprocessing. */
export interface ReadHeader {
  readonly path: string;
  readonly text: string;
  readonly pre: Preprocessed;
  /** There is more than directives in it. */
  readonly hasCode: boolean;
}

/** All headers of a file, and the macros in force behind them. */
export interface HeaderState {
  readonly env: Environment;
  readonly macros: ReadonlyMap<string, MacroDef>;
  readonly maskMacros: MaskMacros;
  readonly headers: readonly ReadHeader[];
  /** Conditions that choose between definitions of macros. */
  readonly forks: readonly Fork[];
  /** Hash input: changes when a header does. */
  readonly id: number;
}

interface CachedState {
  readonly headers: readonly HeaderText[];
  readonly target: string;
  readonly state: HeaderState;
}

interface Scanned {
  readonly text: string;
  readonly scan: Scan;
  /** Names in the conditions, and in its own macros among them. */
  readonly asked: ReadonlySet<string>;
  /** What became of it, by the answers to its conditions. */
  readonly passes: Map<string, HeaderPass>;
  /** Names in its conditions and in all of its macros. */
  mayAsk?: ReadonlySet<string>;
  words?: ReadonlySet<string>;
}

/** A header that was preprocessed where all that it includes was already. */
interface HeaderPass {
  readonly pre: Preprocessed;
  readonly hasCode: boolean;
  readonly effects: readonly Effect[];
}

/** Kernels, and drivers that define other macros. */
const MAX_PASSES = 8;
const scans = new Map<string, Scanned>();
const states: CachedState[] = [];
/** The kernels that a fix is proven for, times the choices of each: all are asked for again with every edit that is tried. */
const MAX_STATES = 96;
/** Characters of preprocessed headers that are kept. */
const MAX_CHARACTERS = 32 * 1024 * 1024;
const MAX_SCANS = 4000;
let nextId = 1;

/** A text form of everything in a target that conditions depend on. */
export function targetKey(target: Target, choices: ReadonlyMap<string, boolean>): string {
  const { major, minor, patch } = target.kernel;
  return `${major}.${minor}.${patch};${[...target.defines].map(([k, v]) => `${k}=${v}`).join(';')};;${[...choices].map(([k, v]) => `${k}=${v}`).join(';')}`;
}

/** Preprocesses the headers, each once, nested ones where they are included. */
export function readHeaders(
  headers: readonly HeaderText[],
  target: Target,
  choices: ReadonlyMap<string, boolean>,
): HeaderState {
  const relevant = choicesIn(headers, choices);
  const key = targetKey(target, relevant);
  const at = states.findIndex(
    (s) =>
      s.target === key &&
      s.headers.length === headers.length &&
      s.headers.every((h, i) => h.path === headers[i]!.path && h.text === headers[i]!.text),
  );
  if (at >= 0) {
    const [hit] = states.splice(at, 1);
    states.push(hit!);
    return hit!.state;
  }
  const env = new Environment(target, relevant);
  const done = new Set<string>();
  const read: ReadHeader[] = [];
  const forks: Fork[] = [];
  const resolved = new Map<string, HeaderText | undefined>();
  /** A header that is included, if nothing was read of it. */
  const open = (from: HeaderText, { spec }: Include): HeaderText | undefined => {
    const dir = from.path.slice(0, folderEnd(from.path));
    const name = `${dir} ${spec}`;
    if (!resolved.has(name)) resolved.set(name, resolve(headers, dir, spec));
    const nested = resolved.get(name);
    return nested && !done.has(nested.path) ? nested : undefined;
  };
  const visit = (header: HeaderText, depth: number): void => {
    if (done.has(header.path)) return;
    done.add(header.path);
    const { scan, asked, passes } = scanned(header);
    const answers = `${key}|${env.answers(asked)}`;
    const known = passes.get(answers);
    if (known && !known.pre.includes.some((include) => open(header, include))) {
      for (const effect of known.effects) effect(env);
      add(header, known);
      return;
    }
    const effects: Effect[] = [];
    let isAlone = true;
    const onInclude = (include: Include): void => {
      if (depth > 60) return;
      const nested = open(header, include);
      if (!nested) return;
      isAlone = false;
      visit(nested, depth + 1);
    };
    env.recorded = effects;
    const pre = preprocess(header.path, header.text, scan, env, { onInclude });
    env.recorded = undefined;
    const pass: HeaderPass = { pre, hasCode: /\S/.test(pre.raw), effects };
    if (isAlone) {
      if (passes.size >= MAX_PASSES) passes.clear();
      passes.set(answers, pass);
    }
    add(header, pass);
  };
  const add = ({ path, text }: HeaderText, { pre, hasCode }: HeaderPass): void => {
    for (const f of pre.forks) if (f.macro !== undefined) forks.push(f);
    read.push({ path, text, pre, hasCode });
  };
  for (const header of headers) visit(header, 0);
  const macros = env.over(new Map()).own;
  const state: HeaderState = {
    env,
    macros,
    maskMacros: maskMacrosOf(macros),
    headers: read,
    forks,
    id: headers.length === 0 ? 0 : nextId++,
  };
  states.push({ headers: [...headers], target: key, state });
  const size = (s: CachedState): number => s.headers.reduce((sum, h) => sum + h.text.length, 0);
  let total = states.reduce((sum, s) => sum + size(s), 0);
  while (states.length > 1 && (states.length > MAX_STATES || total > MAX_CHARACTERS)) total -= size(states.shift()!);
  return state;
}

/** Nothing is kept of headers: files of another driver include others. */
export function forgetHeaders(): void {
  scans.clear();
  states.length = 0;
}

/** The choices that conditions of the headers can depend on: for all others their state is the same. */
function choicesIn(
  headers: readonly HeaderText[],
  choices: ReadonlyMap<string, boolean>,
): ReadonlyMap<string, boolean> {
  if (choices.size === 0) return choices;
  const asked = headers.map(mayAsk);
  const isAsked = (name: string): boolean => name === 'defined' || asked.some((names) => names.has(name));
  return new Map([...choices].filter(([condition]) => (condition.match(WORD) ?? []).every(isAsked)));
}

const WORD = /[A-Za-z_$][\w$]*/g;

/** Names that conditions can ask for which are written with the header's macros, its own and those of others. */
function mayAsk(header: HeaderText): ReadonlySet<string> {
  const known = scanned(header);
  if (known.mayAsk) return known.mayAsk;
  const names = new Set<string>();
  for (const d of known.scan.directives)
    if (/^(?:el)?if|^define$/.test(d.name))
      for (const word of header.text.slice(d.argStart, d.argEnd).match(WORD) ?? []) names.add(word);
  return (known.mayAsk = names);
}

/** The different words of a header's text. */
export function wordsOfHeader(header: HeaderText): ReadonlySet<string> {
  const known = scanned(header);
  return (known.words ??= new Set(header.text.match(WORD)));
}

function scanned(header: HeaderText): Scanned {
  const cached = scans.get(header.path);
  if (cached && cached.text === header.text) return cached;
  const scan = scanText(header.text);
  if (scans.size > MAX_SCANS) scans.clear();
  const asked = namesAsked(header.text, scan);
  const made: Scanned = { text: header.text, scan, asked, passes: new Map() };
  scans.set(header.path, made);
  return made;
}

/** Names in the conditions of a text, and in those of its macros that they are written with. */
function namesAsked(text: string, { directives }: Scan): ReadonlySet<string> {
  const asked = new Set<string>();
  const addWords = (from: number, to: number): void => {
    for (const word of text.slice(from, to).match(WORD) ?? []) asked.add(word);
  };
  for (const d of directives) if (/^(?:el)?if/.test(d.name)) addWords(d.argStart, d.argEnd);
  for (let size = -1; size < asked.size;) {
    size = asked.size;
    for (const d of directives) {
      if (d.name !== 'define') continue;
      DEFINED.lastIndex = d.argStart;
      if (asked.has(DEFINED.exec(text)?.[1] ?? '')) addWords(d.argStart, d.argEnd);
    }
  }
  return asked;
}

const DEFINED = /\s*([A-Za-z_$][\w$]*)/y;

/** The header that an include of `spec` in a folder means: next to it, else by the end of its path. Headers of the kernel are not among them. */
function resolve(headers: readonly HeaderText[], dir: string, spec: string): HeaderText | undefined {
  const near = normalise(dir + spec);
  const plain = normalise(spec).replace(/^(?:\.\.\/)+/, '');
  const end = `/${plain}`;
  return headers.find((h) => h.path === near) ?? headers.find((h) => h.path === spec || h.path.endsWith(end));
}

const folderEnd = (path: string): number => Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;

function normalise(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '.') continue;
    if (part === '..' && out.length > 0 && out[out.length - 1] !== '..' && out[out.length - 1] !== '') out.pop();
    else out.push(part);
  }
  return out.join('/');
}
