/** Macro definitions and their textual expansion. The expanded text remembers which parts are arguments. */
import type { Span } from './ast.ts';
import { cleanArgument, type Directive } from './scan.ts';
import type { MacroDef } from './unit.ts';

/** Longer bodies and expansions are not looked into. */
export const MAX_EXPANSION = 20000;

/** Reads a #define. Undefined if it is malformed. */
export function parseDefine(text: string, d: Directive, path: string): MacroDef | undefined {
  const arg = text.slice(d.argStart, d.argEnd);
  const lead = arg.length - arg.trimStart().length;
  const head = /^([A-Za-z_$][\w$]*)(\()?/.exec(arg.slice(lead));
  if (!head) return undefined;
  const name = head[1]!;
  if (!head[2]) {
    return {
      start: d.start,
      end: d.end,
      name,
      params: null,
      variadic: false,
      body: cleanArgument(arg.slice(lead + name.length)),
      path,
    };
  }
  const rest = cleanArgument(arg.slice(lead + head[0].length));
  const close = rest.indexOf(')');
  if (close < 0) return undefined;
  const params = rest
    .slice(0, close)
    .split(',')
    .map((p) => p.trim())
    .filter((p) => p !== '');
  let variadic = false;
  const last = params[params.length - 1];
  if (last !== undefined && last.endsWith('...')) {
    variadic = true;
    params[params.length - 1] = last === '...' ? '__VA_ARGS__' : last.slice(0, -3).trim();
  }
  return { start: d.start, end: d.end, name, params, variadic, body: rest.slice(close + 1).trim(), path };
}

/** -D NAME=VALUE, NAME(a,b)=VALUE. */
export function defineFromFlag(name: string, value: string): MacroDef {
  const m = /^(\w+)\(([^)]*)\)$/.exec(name);
  if (m)
    return {
      start: 0,
      end: 0,
      name: m[1]!,
      params: m[2]!
        .split(',')
        .map((p) => p.trim())
        .filter(Boolean),
      variadic: false,
      body: value,
      path: '',
    };
  return { start: 0, end: 0, name, params: null, variadic: false, body: value, path: '' };
}

/** A part of an expanded text. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  /** Offset in the text with the use, for an argument; -1 for text of the macro's body. */
  readonly from: number;
}

export interface Expansion {
  readonly text: string;
  readonly segments: readonly Segment[];
}

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'param'; readonly index: number; readonly spaced: boolean }
  | { readonly kind: 'string'; readonly index: number }
  | { readonly kind: 'comma-va'; readonly index: number };

const pieceCache = new WeakMap<MacroDef, readonly Piece[]>();
const TOKEN = /[A-Za-z_$][\w$]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|##|#|\.?\d[\w.]*|\s+|[^]/g;

function piecesOf(def: MacroDef): readonly Piece[] {
  const cached = pieceCache.get(def);
  if (cached) return cached;
  const pieces: Piece[] = [];
  const tokens = def.body.match(TOKEN) ?? [];
  let pasted = false;
  const text = (t: string): void => {
    const last = pieces[pieces.length - 1];
    if (last?.kind === 'text') pieces[pieces.length - 1] = { kind: 'text', text: last.text + t };
    else pieces.push({ kind: 'text', text: t });
  };
  const params = def.params ?? [];
  for (let i = 0; i < tokens.length; i++) {
    const t = tokens[i]!;
    if (t === '##') {
      const last = pieces[pieces.length - 1];
      if (last?.kind === 'text') {
        const trimmed = last.text.trimEnd();
        // `, ## __VA_ARGS__` drops the comma when there are no more arguments.
        const next = tokens.slice(i + 1).find((x) => x.trim() !== '');
        const at = next === undefined ? -1 : params.indexOf(next);
        if (def.variadic && at === params.length - 1 && at >= 0 && trimmed.endsWith(',')) {
          pieces[pieces.length - 1] = { kind: 'text', text: trimmed.slice(0, -1) };
          pieces.push({ kind: 'comma-va', index: at });
          while (tokens[i] !== next) i++;
          continue;
        }
        pieces[pieces.length - 1] = { kind: 'text', text: trimmed };
      } else if (last?.kind === 'param') pieces[pieces.length - 1] = { ...last, spaced: false };
      while (tokens[i + 1] !== undefined && tokens[i + 1]!.trim() === '') i++;
      pasted = true;
      continue;
    }
    if (t === '#' && def.params) {
      const next = tokens[i + 1]?.trim() === '' ? i + 2 : i + 1;
      const index = params.indexOf(tokens[next] ?? '');
      if (index >= 0) {
        pieces.push({ kind: 'string', index });
        i = next;
        continue;
      }
    }
    const index = params.indexOf(t);
    if (index >= 0) pieces.push({ kind: 'param', index, spaced: !pasted });
    else text(t);
    pasted = false;
  }
  pieceCache.set(def, pieces);
  return pieces;
}

/** Replaces the parameters by the arguments, given as ranges of `raw`. Undefined if it can't be done. */
export function expandMacro(def: MacroDef, raw: string, args: readonly Span[]): Expansion | undefined {
  if (def.body.length > MAX_EXPANSION) return undefined;
  const params = def.params ?? [];
  const given: Span[] = [...args];
  if (def.variadic) {
    const fixed = params.length - 1;
    if (given.length < fixed) return undefined;
    if (given.length > params.length)
      given.splice(fixed, given.length - fixed, { start: given[fixed]!.start, end: given[given.length - 1]!.end });
    if (given.length === fixed) given.push({ start: 0, end: 0 });
  } else if (given.length !== params.length && !(params.length === 1 && given.length === 0)) return undefined;
  let text = '';
  const segments: Segment[] = [];
  for (const piece of piecesOf(def)) {
    if (piece.kind === 'text') {
      segments.push({ start: text.length, end: text.length + piece.text.length, from: -1 });
      text += piece.text;
      continue;
    }
    const arg = given[piece.index] ?? { start: 0, end: 0 };
    const value = raw.slice(arg.start, arg.end);
    if (piece.kind === 'string') {
      const s = JSON.stringify(value.trim().replace(/\s+/g, ' '));
      segments.push({ start: text.length, end: text.length + s.length, from: -1 });
      text += s;
    } else if (piece.kind === 'comma-va') {
      if (arg.end > arg.start) {
        text += ',';
        segments.push({ start: text.length, end: text.length + value.length, from: arg.start });
        text += value;
      }
    } else {
      segments.push({ start: text.length, end: text.length + value.length, from: arg.start });
      text += value;
    }
    if (text.length > MAX_EXPANSION) return undefined;
  }
  return { text, segments };
}

/** True if the body is the head of a loop that still lacks its statement: for (…), while (…), another loop macro. */
export function isLoopHead(def: MacroDef, isLoop: (name: string) => boolean): boolean {
  let body = def.body.trim();
  for (;;) {
    const m = /^([A-Za-z_]\w*)\s*\(/.exec(body);
    if (!m) return false;
    const word = m[1]!;
    const close = closeOf(body, m[0].length - 1);
    if (close < 0) return false;
    if (word === 'for' || word === 'while' || isLoop(word)) {
      const rest = body.slice(close).trim();
      // for (…) if (!cond) {} else
      if (rest === '' || /^if\s*\([^]*\)\s*(\{\s*\}\s*else|;\s*else)?$/.test(rest)) return true;
      body = rest;
      continue;
    }
    if (word === 'if') {
      const rest = body.slice(close).trim();
      const m2 = /^(?:\{\s*\}|;)\s*else\s+/.exec(rest);
      if (!m2) return false;
      body = rest.slice(m2[0].length);
      continue;
    }
    return false;
  }
}

function closeOf(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return i + 1;
  }
  return -1;
}

/** Splits the arguments of a macro use: `open` is the offset of its `(`. Ranges are trimmed. Undefined if it is not closed. */
export function macroArguments(raw: string, open: number): { readonly args: Span[]; readonly end: number } | undefined {
  const args: Span[] = [];
  let depth = 0;
  let start = open + 1;
  const push = (end: number): void => {
    let s = start;
    let e = end;
    while (s < e && raw.charCodeAt(s) <= 32) s++;
    while (e > s && raw.charCodeAt(e - 1) <= 32) e--;
    args.push({ start: s, end: e });
    start = end + 1;
  };
  for (let i = open; i < raw.length; i++) {
    const c = raw[i];
    if (c === '"' || c === "'") {
      for (i++; i < raw.length && raw[i] !== c && raw[i] !== '\n'; i++) if (raw[i] === '\\') i++;
    } else if (c === '/' && raw[i + 1] === '*') {
      const e = raw.indexOf('*/', i + 2);
      if (e < 0) return undefined;
      i = e + 1;
    } else if (c === '/' && raw[i + 1] === '/') {
      const e = raw.indexOf('\n', i);
      if (e < 0) return undefined;
      i = e;
    } else if (c === '(' || c === '{' || c === '[') depth++;
    else if (c === ')' || c === '}' || c === ']') {
      if (--depth === 0) {
        if (args.length > 0 || raw.slice(start, i).trim() !== '') push(i);
        return { args, end: i + 1 };
      }
    } else if (c === ',' && depth === 1) push(i);
  }
  return undefined;
}
