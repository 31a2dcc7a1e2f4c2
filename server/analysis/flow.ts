/**
 * A small path-sensitive dataflow over one function: a state of a domain's own (locks held, what is known of a result,
 * what was released) together with facts about the conditions tested on the way ("`locked` is zero"). Equal domain
 * states at a node are one, with the facts that they share: a flag that is tested twice is followed, unrelated
 * branches cost nothing.
 */
import type { CallExpr, Expr, Span } from '../../language/c/ast.ts';
import type { CfgNode, Edge } from '../../language/c/cfg.ts';
import { exprText, namesTemporary, spelledNumber, walkExpr } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import { nextWord } from '../../language/search.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import { perFunction } from './per-function.ts';

/** What a value may be, as a set: below zero, zero, above zero. Pointers count as above. */
export const NEGATIVE = 1;
export const ZERO_ = 2;
export const POSITIVE = 4;
/** Anything. */
export const ANY = 7;

/** Text of an expression → what its value may be. */
export type Facts = ReadonlyMap<string, number>;

/** What a node makes of a state; `facts` are what is known on this outcome. */
export interface Outcome<D> {
  readonly data: D;
  readonly facts?: readonly (readonly [text: string, mask: number])[];
  /** Known behind the node, of what it wrote through a pointer. */
  readonly after?: readonly (readonly [text: string, mask: number])[];
}

/** One state at one node, with the way it first came there. */
export interface Entry<D> {
  readonly node: number;
  readonly data: D;
  readonly facts: Facts;
  readonly from: Entry<D> | null;
  readonly note: { readonly span: Span; readonly message: string } | null;
}

/** What is followed. */
export interface Domain<D> {
  readonly start: D;
  /** Equal keys are equal states. */
  key(data: D): string;
  /** Effects of a node, seen before its own assignments are. */
  step(node: CfgNode, data: D, facts: Facts): readonly Outcome<D>[];
  /** The state on one edge of a branch, or null if the domain knows that it is not taken. */
  branch?(test: Expr, truth: boolean, data: D, facts: Facts): D | null;
  /** The state as it leaves a node by an edge. */
  edge?(node: CfgNode, edge: Edge, data: D): D | null;
}

export interface Flow<D> {
  /** States in front of each node. */
  readonly at: readonly (readonly Entry<D>[])[];
  /** All states were followed; if not, absence means nothing. */
  readonly complete: boolean;
}

const STATES = 24;
const VISITS = 4_000;

/** An expression without what does not change whether it is true: casts, likely(), !!. */
export function plain(e: Expr): Expr {
  for (let x = e; ;) {
    if (x.kind === 'cast') x = x.arg;
    else if (x.kind === 'call' && x.args.length > 0 && TRANSPARENT.has(calleeName(x) ?? '')) x = x.args[0]!;
    else if (x.kind === 'unary' && x.op === '!' && x.arg.kind === 'unary' && x.arg.op === '!') x = x.arg.arg;
    else if (x.kind === 'assign' && x.op === '=') x = x.left;
    else return x;
  }
}

const TRANSPARENT = new Set([
  'likely',
  'unlikely',
  'READ_ONCE',
  '__builtin_expect',
  'WARN_ON',
  'WARN_ON_ONCE',
  'WARN',
  'WARN_ONCE',
]);

/** Same call: graphs of one function that were built apart may hold copies. */
export const sameCall = (a: CallExpr, b: CallExpr): boolean =>
  a === b || (a.start === b.start && a.end === b.end && calleeName(a) === calleeName(b));

/** The expression makes that call. */
export function makes(e: Expr, call: CallExpr): boolean {
  let found = false;
  walkExpr(e, (x) => {
    if (x.kind === 'call' && sameCall(x, call)) found = true;
  });
  return found;
}

/** Texts of a unit's expressions: whoever follows a flow asks for the same ones many times. */
const texts = new WeakMap<TranslationUnit, Map<Expr, string>>();

/** Text of an expression without layout. */
export function textOf(e: Expr, unit: TranslationUnit): string {
  if (e.kind === 'id') return e.name;
  let known = texts.get(unit);
  if (!known) texts.set(unit, (known = new Map()));
  let text = known.get(e);
  if (text === undefined) known.set(e, (text = exprText(e, unit.sources).replace(/\s+/g, ' ')));
  return text;
}

/** The value of a constant that decides on signs; undefined for others. */
export function constantOf(e: Expr): number | undefined {
  if (e.kind === 'cast') return constantOf(e.arg);
  if (e.kind === 'num') return Number(e.value);
  if (e.kind === 'id') {
    const spelled = spelledNumber(e.name);
    if (spelled !== undefined) return spelled;
  }
  if (e.kind === 'unary' && e.op === '-') {
    const n = constantOf(e.arg);
    if (n !== undefined) return -n;
    if (e.arg.kind === 'id' && /^E[A-Z0-9]{2,}$/.test(e.arg.name)) return -1;
  }
  return undefined;
}

const signOf = (n: number): number => (n < 0 ? NEGATIVE : n > 0 ? POSITIVE : ZERO_);
const MIRROR: Record<string, string> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=', '==': '==', '!=': '!=' };

/** A condition as "the value of `text` is in `yes` if it holds, in `no` if not". */
export function condition(test: Expr, unit: TranslationUnit): { text: string; yes: number; no: number } {
  const e = plain(test);
  if (e.kind === 'unary' && e.op === '!') {
    const inner = condition(e.arg, unit);
    return { text: inner.text, yes: inner.no, no: inner.yes };
  }
  if (e.kind === 'call' && e.args[0]) {
    const yes = { IS_ERR: NEGATIVE, IS_ERR_VALUE: NEGATIVE, IS_ERR_OR_NULL: NEGATIVE | ZERO_ }[calleeName(e) ?? ''];
    if (yes !== undefined) return { text: textOf(plain(e.args[0]), unit), yes, no: ANY & ~yes };
  }
  if (e.kind === 'binary' && MIRROR[e.op]) {
    let { left, right } = e;
    let op: string = e.op;
    if (constantOf(left) !== undefined && constantOf(right) === undefined) {
      [left, right] = [right, left];
      op = MIRROR[op]!;
    }
    const c = constantOf(right);
    const inner = plain(left);
    if (c !== undefined) {
      const text = textOf(inner, unit);
      const whole = (yes: number): { text: string; yes: number; no: number } => ({ text, yes, no: ANY & ~yes });
      if (c === 0) {
        if (op === '==') return whole(ZERO_);
        if (op === '!=') return whole(NEGATIVE | POSITIVE);
        if (op === '<') return whole(NEGATIVE);
        if (op === '<=') return whole(NEGATIVE | ZERO_);
        if (op === '>') return whole(POSITIVE);
        if (op === '>=') return whole(ZERO_ | POSITIVE);
      }
      if (c === 1 && op === '>=') return whole(POSITIVE);
      if (c === 1 && op === '<') return whole(NEGATIVE | ZERO_);
      if (op === '==') return { text, yes: signOf(c), no: ANY };
      if (op === '!=') return { text, yes: ANY, no: signOf(c) };
    }
    const [a, b] = [textOf(plain(left), unit), textOf(plain(right), unit)];
    const as = (text: string, positive: boolean): { text: string; yes: number; no: number } =>
      positive ? { text, yes: POSITIVE, no: ZERO_ } : { text, yes: ZERO_, no: POSITIVE };
    if (op === '==' || op === '!=') return as(a < b ? `${a} == ${b}` : `${b} == ${a}`, op === '==');
    if (op === '<' || op === '>=') return as(`${a} < ${b}`, op === '<');
    return as(`${b} < ${a}`, op === '>');
  }
  return { text: textOf(e, unit), yes: NEGATIVE | POSITIVE, no: ZERO_ };
}

/** What is known of the value of an expression. */
export function signIn(e: Expr, facts: Facts, unit: TranslationUnit): number {
  const x = e.kind === 'cast' ? e.arg : e;
  const c = constantOf(x);
  if (c !== undefined) return signOf(c);
  if (x.kind === 'call') {
    const name = calleeName(x);
    if (name === 'ERR_PTR' || name === 'PTR_ERR') return facts.get(textOf(x, unit)) ?? NEGATIVE;
  }
  if (x.kind === 'assign') return signIn(x.right, facts, unit);
  return facts.get(textOf(x, unit)) ?? ANY;
}

/** A fact added; null if it contradicts what is known. */
export function learn(facts: Facts, text: string, mask: number): Facts | null {
  const known = facts.get(text) ?? ANY;
  const now = known & mask;
  if (!now) return null;
  if (now === known) return facts;
  return new Map(facts).set(text, now);
}

function forget(facts: Facts, name: string): Facts {
  let out: Map<string, number> | undefined;
  for (const text of facts.keys()) if (nextWord(text, name) >= 0) (out ??= new Map(facts)).delete(text);
  return out ?? facts;
}

/** The variable or field that a write goes to. */
const target = (e: Expr): string | null => {
  if (e.kind === 'id') return e.name;
  if (e.kind === 'member') return e.name;
  if (e.kind === 'cast' || (e.kind === 'unary' && e.op === '*')) return target(e.arg);
  if (e.kind === 'index') return target(e.object);
  return null;
};

/** What a node writes: facts that name it are forgotten, and what is known of the right side is known of it. */
interface Write {
  readonly name: string | null;
  readonly left?: Expr;
  readonly right?: Expr;
}

/** What each node writes, by its number: a flow comes to most of them several times. */
const writesOfNodes = perFunction((f): readonly (readonly Write[])[] => f.cfg.nodes.map(writesOf));

function writesOf(node: CfgNode): readonly Write[] {
  let out: Write[] | undefined;
  const add = (write: Write): void => void (out ??= []).push(write);
  for (const e of exprsOf(node)) {
    walkExpr(e, (x) => {
      if (x.kind === 'assign') add({ name: target(x.left), left: x.left, ...(x.op === '=' && { right: x.right }) });
      else if (x.kind === 'update') add({ name: target(x.arg) });
      else if (x.kind === 'call')
        for (const a of x.args)
          if (a.kind === 'unary' && a.op === '&' && a.arg.kind === 'id') add({ name: a.arg.name });
    });
  }
  if (node.what.kind === 'decl') {
    const { name, init } = node.what.decl;
    add({ name, ...(init && { right: init }) });
  }
  if (node.what.kind === 'foreach') for (const a of node.what.args) if (a.kind === 'id') add({ name: a.name });
  return out ?? NO_WRITES;
}
const NO_WRITES: readonly Write[] = [];

/** Facts behind a node. */
function assign(writes: readonly Write[], facts: Facts, unit: TranslationUnit): Facts {
  let out = facts;
  for (const { name, left, right } of writes) {
    const mask = right ? signIn(right, out, unit) : ANY;
    if (name) out = forget(out, name);
    if (mask !== ANY) out = new Map(out).set(left ? textOf(left, unit) : (name ?? ''), mask);
  }
  return out;
}

/** What both know; `a` itself where that is all that it knows. */
function join(a: Facts, b: Facts): Facts {
  if (a === b) return a;
  let out: Map<string, number> | undefined;
  for (const [text, m] of a) {
    const both = m | (b.get(text) ?? ANY);
    if (both === m && both !== ANY) continue;
    out ??= new Map(a);
    if (both === ANY) out.delete(text);
    else out.set(text, both);
  }
  return out ?? a;
}

/** The nodes from which one of `goals` can be reached, themselves included. */
export function reaching(nodes: readonly CfgNode[], goals: readonly number[]): boolean[] {
  const before: number[][] = nodes.map(() => []);
  for (const node of nodes) for (const e of node.succs) before[e.to]!.push(node.id);
  const out = nodes.map(() => false);
  const work = [...goals];
  while (work.length) {
    const id = work.pop()!;
    if (out[id]) continue;
    out[id] = true;
    work.push(...before[id]!);
  }
  return out;
}

/** Follows a domain through a function; `wanted` leaves out nodes from which none of the others can be reached. */
export function runFlow<D>(
  context: FunctionContext,
  unit: TranslationUnit,
  domain: Domain<D>,
  wanted?: readonly boolean[],
): Flow<D> {
  const { nodes } = context.cfg;
  const writes = writesOfNodes(context);
  const at: Map<string, Entry<D>>[] = nodes.map(() => new Map());
  const tests: (ReturnType<typeof condition> & { readonly words: string })[] = [];
  const work: { node: number; key: string }[] = [];
  let complete = true;
  const reach = (node: number, data: D, facts: Facts, from: Entry<D> | null, note: Entry<D>['note']): void => {
    const key = domain.key(data);
    const here = at[node]!;
    const known = here.get(key);
    if (!known) {
      if (here.size >= STATES) {
        complete = false;
        return;
      }
      here.set(key, { node, data, facts, from, note });
    } else {
      const joined = join(known.facts, facts);
      if (joined === known.facts) return;
      here.set(key, { ...known, facts: joined });
    }
    if (!work.some((w) => w.node === node && w.key === key)) work.push({ node, key });
  };
  reach(0, domain.start, new Map(), null, null);
  for (let visits = 0; work.length; visits++) {
    if (visits > VISITS) return { at: at.map((m) => [...m.values()]), complete: false };
    // in source order: a state is joined before it goes on
    let first = 0;
    for (let i = 1; i < work.length; i++) if (work[i]!.node < work[first]!.node) first = i;
    const { node: id, key } = work.splice(first, 1)[0]!;
    const entry = at[id]!.get(key)!;
    const node = nodes[id]!;
    for (const o of domain.step(node, entry.data, entry.facts)) {
      let facts: Facts | null = entry.facts;
      for (const [text, mask] of o.facts ?? []) facts = facts && new Map(facts).set(text, mask);
      facts = assign(writes[id]!, facts, unit);
      for (const [text, mask] of o.after ?? []) facts = new Map(facts).set(text, mask);
      for (const edge of node.succs) {
        if (wanted && !wanted[edge.to]) continue;
        let data: D | null = o.data;
        let here: Facts | null = facts;
        let note: Entry<D>['note'] = null;
        if (node.what.kind === 'branch') {
          const truth = edge.label.kind === 'true';
          const { test } = node.what;
          const c = (tests[id] ??= { ...condition(test, unit), words: textOf(test, unit) });
          here = learn(facts, c.text, truth ? c.yes : c.no);
          if (!here) continue;
          data = domain.branch ? domain.branch(test, truth, data, here) : data;
          // what stands for a part of an expression has no name to tell
          if (!namesTemporary(c.words)) note = { span: test, message: `\`${c.words}\` is ${truth ? 'true' : 'false'}` };
        } else if (edge.label.kind === 'choice' && edge.label.condition !== null) {
          here = learn(facts, `#${edge.label.condition}`, POSITIVE);
          if (!here) continue;
        }
        if (data !== null && domain.edge) data = domain.edge(node, edge, data);
        if (data === null) continue;
        reach(edge.to, data, here, entry, note);
      }
    }
  }
  return { at: at.map((m) => [...m.values()]), complete };
}

/** The decisions on the way to a state, oldest first. */
export function wayTo<D>(entry: Entry<D>): { readonly span: Span; readonly message: string }[] {
  const out: { span: Span; message: string }[] = [];
  const seen = new Set<Entry<D>>();
  for (let e: Entry<D> | null = entry; e && !seen.has(e); e = e.from) {
    seen.add(e);
    if (e.note) out.push(e.note);
  }
  return out.reverse();
}
