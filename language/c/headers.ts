/** Local headers: their macros are put into force before the file's, and the result is kept between parses. */
import { Environment } from './environment.ts';
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
  /** Names in the conditions. */
  readonly asked: ReadonlySet<string>;
  words?: ReadonlySet<string>;
}

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
  const visit = (header: HeaderText, depth: number): void => {
    if (done.has(header.path)) return;
    done.add(header.path);
    const onInclude = (include: Include): void => {
      if (depth > 60) return;
      const nested = resolve(headers, header.path, include.spec);
      if (nested) visit(nested, depth + 1);
    };
    const pre = preprocess(header.path, header.text, scanOf(header), env, { onInclude });
    for (const f of pre.forks) if (f.macro !== undefined) forks.push(f);
    read.push({ path: header.path, text: header.text, pre, hasCode: /\S/.test(pre.raw) });
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
  const asked = headers.map((header) => scanned(header).asked);
  const isAsked = (name: string): boolean => name === 'defined' || asked.some((names) => names.has(name));
  return new Map([...choices].filter(([condition]) => (condition.match(WORD) ?? []).every(isAsked)));
}

const WORD = /[A-Za-z_]\w*/g;

/** The different words of a header's text. */
export function wordsOfHeader(header: HeaderText): ReadonlySet<string> {
  const known = scanned(header);
  return (known.words ??= new Set(header.text.match(WORD)));
}

function scanOf(header: HeaderText): Scan {
  return scanned(header).scan;
}

function scanned(header: HeaderText): Scanned {
  const cached = scans.get(header.path);
  if (cached && cached.text === header.text) return cached;
  const scan = scanText(header.text);
  if (scans.size > MAX_SCANS) scans.clear();
  const asked = new Set<string>();
  for (const d of scan.directives) {
    // Conditions, and the macros that they may be written with.
    if (!/^(?:el)?if|^define$/.test(d.name)) continue;
    for (const [word] of header.text.slice(d.argStart, d.argEnd).matchAll(WORD)) asked.add(word);
  }
  const made: Scanned = { text: header.text, scan, asked };
  scans.set(header.path, made);
  return made;
}

/** The header that an include of `spec` in `from` means: next to it, else by the end of its path. Headers of the kernel are not among them. */
function resolve(headers: readonly HeaderText[], from: string, spec: string): HeaderText | undefined {
  const dir = from.slice(0, Math.max(from.lastIndexOf('/'), from.lastIndexOf('\\')) + 1);
  const near = normalise(dir + spec);
  const plain = normalise(spec).replace(/^(?:\.\.\/)+/, '');
  return headers.find((h) => h.path === near) ?? headers.find((h) => h.path === spec || h.path.endsWith(`/${plain}`));
}

function normalise(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '.') continue;
    if (part === '..' && out.length > 0 && out[out.length - 1] !== '..' && out[out.length - 1] !== '') out.pop();
    else out.push(part);
  }
  return out.join('/');
}
