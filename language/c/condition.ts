/** #if conditions: parsed, evaluated in three-valued logic, printed in a normal form. */
import { PRECEDENCE, foldBinary } from './operators.ts';
import type { MacroDef } from './unit.ts';

/** What a condition can ask. */
export interface ConditionEnv {
  /** A definition in force; null: known to be undefined; undefined: nobody knows. */
  macro(name: string): MacroDef | null | undefined;
  /** `defined(name)`; undefined: nobody knows. */
  defined(name: string): boolean | undefined;
  /** Built-in function-like macros with known arguments (KERNEL_VERSION…). */
  builtin(
    name: string,
    args: readonly (bigint | undefined)[],
    texts: readonly string[],
  ): { readonly value: bigint | undefined } | undefined;
  /** A value assumed for a sub-condition, by its normal form. */
  assumed(text: string): boolean | undefined;
}

/** Value of a condition (undefined: unknown) and its normal form. */
export interface ConditionResult {
  readonly value: boolean | undefined;
  readonly text: string;
}

type Node =
  | { readonly kind: 'num'; readonly value: bigint; readonly text: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'defined'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[]; readonly texts: readonly string[] }
  | { readonly kind: 'unary'; readonly op: string; readonly arg: Node }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'cond'; readonly test: Node; readonly then: Node; readonly else: Node };

/** Evaluates the text behind #if / #elif (already free of comments and continuations). */
export function evaluateCondition(text: string, env: ConditionEnv): ConditionResult {
  const tree = parseCondition(text);
  if (!tree) return { value: env.assumed(text), text };
  const value = new Evaluator(env).truth(tree);
  return { value, text: show(tree) };
}

/** Value of an integer constant expression given as text; names through `lookup`. */
export function evaluateInteger(text: string, lookup: (name: string) => bigint | undefined): bigint | undefined {
  const tree = parseCondition(text);
  if (!tree) return undefined;
  return new Evaluator({
    macro: () => undefined,
    defined: () => undefined,
    assumed: () => undefined,
    builtin: (name, args, texts) =>
      texts.length === 0
        ? { value: lookup(name) }
        : name === 'BIT' && args[0] !== undefined && args[0] >= 0n && args[0] < 128n
          ? { value: 1n << args[0] }
          : undefined,
  }).value(tree);
}

/** Normal form of `defined(name)`, for #ifdef. */
export function definedText(name: string): string {
  return `defined(${name})`;
}

const TOKEN =
  /\s*(0[xX][\da-fA-F]+[uUlL]*|\d[\w.]*|[A-Za-z_$][\w$]*|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|<[\w./-]+>(?=\s*\))|&&|\|\||==|!=|<=|>=|<<|>>|[-+*/%<>!~&|^?:(),.])/y;

/** Conditions are asked again for every kernel, choice and edit. */
const parsed = new Map<string, Node | undefined>();
const MAX_PARSED = 20_000;

/** The tree of a condition; undefined if it is malformed. */
function parseCondition(text: string): Node | undefined {
  if (parsed.has(text)) return parsed.get(text);
  const tree = readCondition(text);
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(text, tree);
  return tree;
}

function readCondition(text: string): Node | undefined {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const m = TOKEN.exec(text);
    if (!m) {
      if (text.slice(at).trim() === '') break;
      return undefined;
    }
    tokens.push(m[1]!);
    at = TOKEN.lastIndex;
    if (tokens.length > 2000) return undefined;
  }
  let i = 0;
  let depth = 0;
  const fail = new Error('malformed');
  const next = (): string => {
    const t = tokens[i++];
    if (t === undefined) throw fail;
    return t;
  };
  const expect = (t: string): void => {
    if (next() !== t) throw fail;
  };
  const ternary = (): Node => {
    if (++depth > 200) throw fail;
    const test = binary(1);
    depth--;
    if (tokens[i] !== '?') return test;
    i++;
    const then = ternary();
    expect(':');
    return { kind: 'cond', test, then, else: ternary() };
  };
  const binary = (min: number): Node => {
    let left = unary();
    for (;;) {
      const op = tokens[i];
      const p = op === undefined ? undefined : PRECEDENCE[op];
      if (op === undefined || p === undefined || p < min) return left;
      i++;
      left = { kind: 'binary', op, left, right: binary(p + 1) };
    }
  };
  const unary = (): Node => {
    const t = next();
    if (t === '!' || t === '-' || t === '+' || t === '~') {
      if (++depth > 200) throw fail;
      const arg = unary();
      depth--;
      return { kind: 'unary', op: t, arg };
    }
    if (t === '(') {
      const e = ternary();
      expect(')');
      return e;
    }
    if (/^\d/.test(t)) return { kind: 'num', value: parseNumber(t), text: t };
    if (t.startsWith("'")) return { kind: 'num', value: BigInt(t.charCodeAt(1)), text: t };
    if (!/^[A-Za-z_$]/.test(t)) throw fail;
    if (t === 'defined') {
      const paren = tokens[i] === '(';
      if (paren) i++;
      const name = next();
      if (paren) expect(')');
      return { kind: 'defined', name };
    }
    if (tokens[i] !== '(') return { kind: 'name', name: t };
    i++;
    const args: Node[] = [];
    const texts: string[] = [];
    if (tokens[i] === ')') i++;
    else {
      for (;;) {
        const from = i;
        if (/^["<]/.test(tokens[i] ?? '')) {
          i++;
          args.push({ kind: 'num', value: 0n, text: '' });
        } else args.push(ternary());
        texts.push(tokens.slice(from, i).join(' '));
        const sep = next();
        if (sep === ')') break;
        if (sep !== ',') throw fail;
      }
    }
    return { kind: 'call', name: t, args, texts };
  };
  try {
    const tree = ternary();
    return i === tokens.length ? tree : undefined;
  } catch {
    return undefined;
  }
}

function parseNumber(text: string): bigint {
  const digits = text.replace(/[uUlL]+$/, '');
  try {
    return /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  } catch {
    return 0n;
  }
}

function show(n: Node, min = 0): string {
  switch (n.kind) {
    case 'num':
      return n.text;
    case 'name':
      return n.name;
    case 'defined':
      return definedText(n.name);
    case 'call':
      return `${n.name}(${n.texts.map((t) => t.replace(/\s+/g, ' ')).join(', ')})`;
    case 'unary':
      return `${n.op}${show(n.arg, 11)}`;
    case 'binary': {
      const p = PRECEDENCE[n.op]!;
      const text = `${show(n.left, p)} ${n.op} ${show(n.right, p + 1)}`;
      return p < min ? `(${text})` : text;
    }
    case 'cond': {
      const text = `${show(n.test, 1)} ? ${show(n.then)} : ${show(n.else)}`;
      return min > 0 ? `(${text})` : text;
    }
  }
}

class Evaluator {
  private readonly active = new Set<string>();
  private steps = 0;

  constructor(private readonly env: ConditionEnv) {}

  truth(n: Node): boolean | undefined {
    const v = this.value(n);
    return v === undefined ? this.env.assumed(show(n)) : v !== 0n;
  }

  value(n: Node): bigint | undefined {
    if (++this.steps > 5000) return undefined;
    switch (n.kind) {
      case 'num':
        return n.value;
      case 'defined':
        return bool(this.env.defined(n.name) ?? this.env.assumed(show(n)));
      case 'name':
        return this.named(n.name);
      case 'call':
        return this.call(n);
      case 'unary': {
        if (n.op === '!') {
          const t = this.truth(n.arg);
          return t === undefined ? undefined : bool(!t);
        }
        const v = this.value(n.arg);
        return v === undefined ? undefined : n.op === '-' ? -v : n.op === '~' ? ~v : v;
      }
      case 'cond': {
        const t = this.truth(n.test);
        if (t !== undefined) return this.value(t ? n.then : n.else);
        const a = this.value(n.then);
        return a !== undefined && a === this.value(n.else) ? a : undefined;
      }
      case 'binary':
        return this.binary(n);
    }
  }

  private named(name: string): bigint | undefined {
    const builtin = this.env.builtin(name, [], []);
    if (builtin) return builtin.value;
    const def = this.env.macro(name);
    if (def === null) return 0n;
    if (def === undefined) {
      const defined = this.env.defined(name);
      if (defined === false) return 0n;
      return bool(this.env.assumed(name));
    }
    if (def.params !== null || this.active.has(name)) return undefined;
    if (def.body === '') return 0n;
    return this.body(name, def.body);
  }

  private body(name: string, text: string): bigint | undefined {
    const tree = parseCondition(text);
    if (!tree) return undefined;
    this.active.add(name);
    const v = this.value(tree);
    this.active.delete(name);
    return v;
  }

  private call(n: Extract<Node, { kind: 'call' }>): bigint | undefined {
    const assumed = this.env.assumed(show(n));
    if (assumed !== undefined) return bool(assumed);
    const def = this.env.macro(n.name);
    if (def && def.params && !this.active.has(n.name) && def.params.length === n.texts.length) {
      const params = def.params;
      const text = def.body
        .replace(/[A-Za-z_$][\w$]*/g, (w) => {
          const at = params.indexOf(w);
          return at < 0 ? w : `(${n.texts[at]!})`;
        })
        .replace(/\(\s*([A-Za-z_]\w*)\s*\)\s*##|##/g, (_, w: string | undefined) => w ?? '');
      const v = this.body(n.name, text);
      if (v !== undefined) return v;
    }
    // #define VER KERNEL_VERSION: an alias in front of the parenthesis.
    if (def && def.params === null && /^[A-Za-z_]\w*$/.test(def.body) && !this.active.has(n.name)) {
      this.active.add(n.name);
      const v = this.call({ ...n, name: def.body });
      this.active.delete(n.name);
      return v;
    }
    return this.env.builtin(
      n.name,
      n.args.map((a) => this.value(a)),
      n.texts,
    )?.value;
  }

  private binary(n: Extract<Node, { kind: 'binary' }>): bigint | undefined {
    if (n.op === '&&' || n.op === '||') {
      const a = this.truth(n.left);
      const decided = n.op === '&&' ? false : true;
      if (a === decided) return bool(decided);
      const b = this.truth(n.right);
      if (b === decided) return bool(decided);
      return a === undefined || b === undefined ? undefined : bool(!decided);
    }
    const a = this.value(n.left);
    const b = this.value(n.right);
    if (a === undefined || b === undefined) return undefined;
    return foldBinary(n.op, a, b);
  }
}

function bool(v: boolean): bigint;
function bool(v: boolean | undefined): bigint | undefined;
function bool(v: boolean | undefined): bigint | undefined {
  return v === undefined ? undefined : v ? 1n : 0n;
}
