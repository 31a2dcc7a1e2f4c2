/** The preprocessor, exactly: directives, object-like and function-like macros with # and ##, hide sets (Prosser). */
import { PRECEDENCE, foldBinary } from '../operators.ts';
import { LaterMacro, macroOf, Macros, type Macro, type MacroTable } from './macros.ts';
import { CSyntaxError, sketch, sketchItem, tokenize, type CommentToken, type Token } from './tokens.ts';

/** Where `#include "…"` finds its text; undefined: it is a kernel header, whose facts are built in. */
export type IncludeReader = (
  spec: string,
  local: boolean,
) => { readonly path: string; readonly base: number; readonly text: string } | undefined;

/** A directive that could not be followed. */
export interface PreprocessProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

const EOF_TOKEN = (at: number): Token => ({ kind: 'eof', text: '', start: at, end: at, space: false, line: true });

/** Macros in force and the expansion of a file. */
export class Preprocessor {
  readonly macros: Macros;
  readonly problems: PreprocessProblem[] = [];
  readonly comments: CommentToken[] = [];
  private counter = 0;
  /** Functions that the file defines: what a header makes of them under another configuration is left out. */
  private own: ReadonlySet<string> = new Set();
  private readonly done = new Set<string>();

  constructor(
    readonly include: IncludeReader = () => undefined,
    private readonly base?: MacroTable,
  ) {
    this.macros = new Macros(base);
  }

  /** Macros of the base that are functions in the kernel's headers give way to functions that the file defines itself. */
  giveWay(names: Iterable<string>): void {
    for (const n of names) if (this.base?.has(n) && this.macros.get(n) === this.base.get(n)) this.macros.delete(n);
  }

  /** #define NAME BODY from outside. */
  define(name: string, body: string): void {
    this.macros.set(name, { name, params: null, rest: null, body: tokenize(body) });
  }

  /** All tokens of a file, expanded. */
  run(text: string, base: number): Token[] {
    const out: Token[] = [];
    const tokens = tokenize(text, base, this.comments);
    this.own = definedFunctions(tokens);
    this.giveWay(this.own);
    this.file(tokens, out, 0);
    out.push(EOF_TOKEN(base + text.length));
    return out;
  }

  /** The same for headers that are known to be well formed (see sketch()): functions are tokens of kind `item`, or their bodies of kind `later`. */
  outline(text: string, base: number): Token[] {
    const out: Token[] = [];
    this.file(sketch(text, base), out, 0);
    out.push(EOF_TOKEN(base + text.length));
    return out;
  }
  /** What a token of kind `later` or `item` stands for. */
  details(t: Token): Token[] {
    const tokens = t.kind === 'item' ? sketchItem(t) : tokenize(t.text, t.start);
    // a macro of the function's own name is defined behind it
    const hide = new Set(t.name === undefined ? [] : [t.name]);
    const ready = t.name === undefined ? tokens : tokens.map((x) => (x.text === t.name ? { ...x, hide } : x));
    return [...this.expand(ready), EOF_TOKEN(t.end)];
  }

  /** An item whose head holds macros is read now: they may not be there any more, or others, when somebody asks for it. */
  private itemOf(t: Token): readonly Token[] {
    const head = t.text.slice(0, t.text.indexOf('('));
    return head.match(/\w+/g)!.some((word) => this.macros.has(word)) ? sketchItem(t) : [t];
  }

  private file(tokens: readonly Token[], out: Token[], depth: number): void {
    /** Per open #if: is this branch on, was one taken, was the outside on. */
    const stack: { on: boolean; taken: boolean; outer: boolean }[] = [];
    let on = true;
    let pending: Token[] = [];
    const flush = (): void => {
      if (pending.length) for (const t of this.expand(pending)) out.push(t);
      pending = [];
    };
    for (let i = 0; i < tokens.length;) {
      const t = tokens[i]!;
      if (!(t.line && t.text === '#' && t.kind === 'op')) {
        if (on && t.kind === 'item') pending.push(...this.itemOf(t));
        else if (on) pending.push(t);
        i++;
        continue;
      }
      let e = i + 1;
      while (e < tokens.length && !tokens[e]!.line) e++;
      const d = tokens.slice(i + 1, e);
      i = e;
      const name = d[0]?.text ?? '';
      const rest = d.slice(1);
      switch (name) {
        case 'if':
        case 'ifdef':
        case 'ifndef': {
          const v: boolean =
            on &&
            (name === 'if' ? this.condition(rest, t) : this.macros.has(rest[0]?.text ?? '') === (name === 'ifdef'));
          stack.push({ on: v, taken: v, outer: on });
          on = v;
          break;
        }
        case 'elif':
        case 'else': {
          const top = stack[stack.length - 1];
          if (!top) break;
          on = top.outer && !top.taken && (name === 'else' || this.condition(rest, t));
          if (on) top.taken = true;
          break;
        }
        case 'endif': {
          const top = stack.pop();
          if (top) on = top.outer;
          break;
        }
        default:
          if (on) {
            flush();
            if (!(name === 'define' && depth > 0 && this.own.has(rest[0]?.text ?? '')))
              this.directive(name, rest, t, out, depth);
          }
      }
    }
    flush();
  }

  private directive(name: string, rest: readonly Token[], at: Token, out: Token[], depth: number): void {
    switch (name) {
      case 'define':
        this.defineFrom(rest);
        break;
      case 'undef':
        this.macros.delete(rest[0]?.text ?? '');
        break;
      case 'include': {
        const spec = rest.map((t) => t.text).join('');
        const m = /^"(.*)"$/.exec(spec) ?? /^<(.*)>$/.exec(spec);
        if (!m || depth > 40) break;
        const found = this.include(m[1]!, spec.startsWith('"'));
        if (!found || this.done.has(found.path)) break;
        this.done.add(found.path);
        this.file(tokenize(found.text, found.base), out, depth + 1);
        break;
      }
      case 'error':
        this.problems.push({
          message: `#error ${rest.map((t) => t.text).join(' ')}`,
          start: at.start,
          end: rest.at(-1)?.end ?? at.end,
        });
        break;
      default: // pragma, line, warning, ident, a lone #
    }
  }

  private defineFrom(rest: readonly Token[]): void {
    const head = rest[0];
    if (head?.kind !== 'id') return;
    const meaning = rest[1];
    this.macros.set(
      head.text,
      meaning?.kind === 'later'
        ? new LaterMacro(head.text, meaning.text, meaning.start)
        : macroOf(head.text, rest.slice(1)),
    );
  }

  /** Value of a #if. */
  private condition(tokens: readonly Token[], at: Token): boolean {
    const ready: Token[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const t = tokens[i]!;
      if (
        t.kind === 'id' &&
        (t.text === 'defined' ||
          t.text === 'IS_ENABLED' ||
          t.text === 'IS_REACHABLE' ||
          t.text === 'IS_BUILTIN' ||
          t.text === 'IS_MODULE')
      ) {
        const paren = tokens[i + 1]?.text === '(';
        const what = tokens[i + (paren ? 2 : 1)]?.text ?? '';
        const value =
          t.text === 'defined' ? this.macros.has(what) : (this.macros.get(what)?.body[0]?.text ?? '0') !== '0';
        ready.push({ ...t, kind: 'num', text: value ? '1' : '0' });
        i += paren ? 3 : 1;
      } else ready.push(t);
    }
    try {
      return evaluate(this.expand(ready).map((t) => t.text)) !== 0n;
    } catch {
      this.problems.push({
        message: 'this condition could not be evaluated',
        start: at.start,
        end: tokens.at(-1)?.end ?? at.end,
      });
      return false;
    }
  }

  /** The macro that a token stands for, if it may be expanded there. */
  private macroOf(t: Token): Macro | undefined {
    return t.kind === 'id' && !t.hide?.has(t.text) ? this.macros.get(t.text) : undefined;
  }

  /** Full macro expansion of a token list. */
  expand(input: readonly Token[]): Token[] {
    const out: Token[] = [];
    /** What expansions gave and is still to be looked at, reversed; then the input from `next` on. */
    const work: Token[] = [];
    let next = 0;
    let guard = 0;
    while (work.length || next < input.length) {
      const t = work.pop() ?? input[next++]!;
      const m = this.macroOf(t);
      if (!m) {
        if (t.kind === 'id' && t.text === '__COUNTER__') out.push({ ...t, kind: 'num', text: String(this.counter++) });
        else out.push(t);
        continue;
      }
      if (++guard > 200_000) throw new CSyntaxError(`the expansion of ${t.text} does not end`, t.start, t.end);
      if (m.params === null) {
        const hide = new Set(t.hide ?? []);
        hide.add(m.name);
        const body = this.substitute(m, [], hide, t, t.end);
        for (let k = body.length - 1; k >= 0; k--) work.push(body[k]!);
        continue;
      }
      // `ops->exit(x)` calls a member, whatever the headers here write as a macro
      const member = this.base?.get(t.text) === m && /^(?:->|\.)$/.test(out.at(-1)?.text ?? '');
      if (member || (work.at(-1) ?? input[next])?.text !== '(') {
        out.push(t);
        continue;
      }
      const args: Token[][] = [[]];
      let depth = 0;
      let end = t.end;
      let closed = false;
      if (!work.pop()) next++;
      while (work.length || next < input.length) {
        const a = work.pop() ?? input[next++]!;
        end = Math.max(end, a.macro === undefined ? a.end : end);
        if (a.text === '(' || a.text === '[' || a.text === '{') depth += a.text === '(' ? 1 : 0;
        if (a.text === ')') {
          if (depth === 0) {
            closed = true;
            break;
          }
          depth--;
        }
        if (a.text === ',' && a.kind === 'op' && depth === 0 && !(m.rest !== null && args.length > m.params.length))
          args.push([]);
        else args[args.length - 1]!.push(a);
      }
      if (!closed) throw new CSyntaxError(`the use of ${t.text} is not closed`, t.start, t.end);
      const wanted = m.params.length + (m.rest !== null ? 1 : 0);
      if (wanted === 0 && args.length === 1 && args[0]!.length === 0) args.pop();
      while (args.length < wanted) args.push([]);
      if (args.length > wanted)
        throw new CSyntaxError(`${t.text} takes ${wanted} arguments, not ${args.length}`, t.start, end);
      const hide = new Set(t.hide ?? []);
      hide.add(m.name);
      const body = this.substitute(m, args, hide, t, end);
      for (let k = body.length - 1; k >= 0; k--) work.push(body[k]!);
    }
    return out;
  }

  private substitute(m: Macro, args: readonly Token[][], hide: ReadonlySet<string>, use: Token, end: number): Token[] {
    const names = m.rest !== null ? [...(m.params ?? []), m.rest] : (m.params ?? []);
    const expanded: (Token[] | undefined)[] = [];
    const place = { start: use.start, end, macro: use.macro ?? m.name };
    const out: Token[] = [];
    const push = (t: Token, own: boolean): void => {
      const { kind, text, space, line } = t;
      const at = own ? place : t;
      out.push({ kind, text, start: at.start, end: at.end, space, line, macro: at.macro, hide: merge(t.hide, hide) });
    };
    const body = m.body;
    for (let i = 0; i < body.length; i++) {
      const t = body[i]!;
      const next = body[i + 1];
      if (t.text === '#' && t.kind === 'op' && m.params && next && names.includes(next.text)) {
        const arg = args[names.indexOf(next.text)] ?? [];
        const text = arg.map((a, k) => (a.space && k ? ' ' : '') + a.text).join('');
        push({ ...t, kind: 'str', text: JSON.stringify(text) }, true);
        i++;
        continue;
      }
      if (next?.text === '##' && body[i + 2]) {
        // a ## b ## c…
        const piece = (x: Token): Token[] => {
          const k = names.indexOf(x.text);
          return k < 0 || x.kind !== 'id' ? [x] : [...(args[k] ?? [])];
        };
        let left = piece(t);
        while (body[i + 1]?.text === '##' && body[i + 2]) {
          const r = body[i + 2]!;
          const right = piece(r);
          if (t.text === ',' && r.text === m.rest) {
            // GNU: `, ## __VA_ARGS__` drops the comma without arguments, and pastes nothing with them
            left = right.length ? [t, ...this.expand(right)] : [];
            i += 2;
            continue;
          }
          const a = left.pop();
          const b = right.shift();
          const text = (a?.text ?? '') + (b?.text ?? '');
          if (text !== '')
            for (const x of tokenize(text)) left.push({ ...(a ?? b)!, kind: x.kind, text: x.text, ...place });
          left.push(...right);
          i += 2;
        }
        for (const x of left) push(x, x.macro === undefined && x === t);
        continue;
      }
      if (t.text === '__VA_OPT__' && next?.text === '(') {
        let depth = 0;
        let e = i + 1;
        for (; e < body.length; e++) {
          if (body[e]!.text === '(') depth++;
          else if (body[e]!.text === ')' && --depth === 0) break;
        }
        if (m.rest !== null && (args[names.length - 1]?.length ?? 0) > 0)
          out.push(...this.substitute({ ...m, body: body.slice(i + 2, e) }, args, hide, use, end));
        i = e;
        continue;
      }
      const k = t.kind === 'id' ? names.indexOf(t.text) : -1;
      if (k >= 0 && m.params) {
        const arg = (expanded[k] ??= this.expand(args[k] ?? []));
        arg.forEach((a, n) => push(n === 0 ? { ...a, space: t.space } : a, false));
      } else push(t, true);
    }
    return out;
  }
}

/** Names of the functions that tokens of a file define, seen before any macro: `TYPE name(…) {` outside of braces. */
function definedFunctions(tokens: readonly Token[]): Set<string> {
  const out = new Set<string>();
  let depth = 0;
  for (let i = 0; i < tokens.length; i++) {
    const t = tokens[i]!;
    if (t.text === '#' && t.line && t.kind === 'op') {
      while (i + 1 < tokens.length && !tokens[i + 1]!.line) i++;
      continue;
    }
    if (t.kind === 'op' && t.text === '{') depth++;
    else if (t.kind === 'op' && t.text === '}') depth--;
    const before = tokens[i - 1];
    const typed =
      before?.text === '*' || (before?.kind === 'id' && !/^(?:static|extern|inline|return|else|do)$/.test(before.text));
    if (depth !== 0 || t.kind !== 'id' || !typed || tokens[i + 1]?.text !== '(') continue;
    let parens = 0;
    let e = i + 1;
    for (; e < tokens.length; e++)
      if (tokens[e]!.text === '(') parens++;
      else if (tokens[e]!.text === ')' && --parens === 0) break;
    if (tokens[e + 1]?.text === '{') out.add(t.text);
  }
  return out;
}

function merge(a: ReadonlySet<string> | undefined, b: ReadonlySet<string>): ReadonlySet<string> {
  if (!a || a === b) return b;
  return new Set([...a, ...b]);
}

/** #if arithmetic over expanded tokens. Names are 0. */
function evaluate(tokens: readonly string[]): bigint {
  let i = 0;
  const primary = (): bigint => {
    const t = tokens[i++];
    if (t === undefined) throw new Error('end');
    if (t === '(') {
      const v = ternary();
      if (tokens[i++] !== ')') throw new Error(')');
      return v;
    }
    if (t === '!') return primary() === 0n ? 1n : 0n;
    if (t === '-') return -primary();
    if (t === '+') return primary();
    if (t === '~') return ~primary();
    const num = /^(0[xX][\da-fA-F]+|0[bB][01]+|\d+)[uUlL]*$/.exec(t);
    if (num) return /^0\d/.test(num[1]!) ? BigInt(`0o${num[1]!.slice(1)}`) : BigInt(num[1]!);
    if (/^'/.test(t)) return BigInt(t.charCodeAt(1));
    if (/^[A-Za-z_$]/.test(t)) {
      if (tokens[i] === '(') {
        // an unknown function-like test: __has_attribute(x)
        let depth = 0;
        do {
          if (tokens[i] === '(') depth++;
          else if (tokens[i] === ')') depth--;
          i++;
        } while (depth > 0 && i < tokens.length);
      }
      return 0n;
    }
    throw new Error(t);
  };
  const binary = (min: number): bigint => {
    let a = primary();
    for (;;) {
      const op = tokens[i];
      const p = op === undefined ? undefined : PRECEDENCE[op];
      if (op === undefined || p === undefined || p < min) return a;
      i++;
      a = foldBinary(op, a, binary(p + 1)) ?? 0n;
    }
  };
  const ternary = (): bigint => {
    const c = binary(1);
    if (tokens[i] !== '?') return c;
    i++;
    const a = ternary();
    if (tokens[i++] !== ':') throw new Error(':');
    const b = ternary();
    return c !== 0n ? a : b;
  };
  const v = ternary();
  if (i < tokens.length) throw new Error(tokens[i]);
  return v;
}
