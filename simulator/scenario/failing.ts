/**
 * Calls that an annotation lets fail (`//@ fail dma_map_sgtable`). Built-ins ask by themselves; functions and macros of the headers that are made of
 * built-ins get a question in front: each call of the snippet becomes `asked ? error : call`.
 */
import type { CType } from '../../language/c/index.ts';
import type { ExactProgram, Preprocessor } from '../../language/c/exact/index.ts';
import type { Annotation } from '../../language/annotations/index.ts';
import { BUILTIN_NAMES } from '../machine/index.ts';

const ENOMEM = -12;
/** Names under which built-ins ask for others than themselves. */
const ASKED =
  /^(?:dma_map_(?:page|sg|single)|dma_alloc_coherent|alloc_pages?|vmap|kthread_(?:run|create)|request_irq|copy_(?:from|to)_user)$/;

/** Names that the annotations let fail. */
function failing(list: readonly Annotation[]): Set<string> {
  const names = new Set<string>();
  for (const a of list) {
    if (a.kind === 'action' && a.action.kind === 'fail') names.add(a.action.call);
    if (a.kind === 'at') for (const x of [a.action]) if (x.kind === 'fail') names.add(x.call);
    if (a.kind === 'explore') for (const i of a.items) if (i.action?.kind === 'fail') names.add(i.action.call);
  }
  return names;
}

/** Puts the questions before the calls of `text`. */
export function letFail(pp: Preprocessor, base: ExactProgram, text: string, list: readonly Annotation[]): void {
  const names = failing(list);
  if (!names.size) return;
  const builtins = new Set(BUILTIN_NAMES);
  for (const name of names) {
    if (!/^\w+$/.test(name) || ASKED.test(name) || builtins.has(name) || asks(pp, base, name, name)) continue;
    if (new RegExp(`\\b${name}\\s*\\([^;{}]*\\)\\s*\\{|#\\s*define\\s+${name}\\b`).test(text)) continue;
    const macro = pp.macros.get(name);
    if (macro ? macro.params === null : !base.functions.has(name)) continue;
    let call = name;
    if (macro) {
      call = `__pinscope_real_${name}`;
      const { params, rest, body } = macro;
      pp.macros.set(call, { name: call, params, rest, body });
    }
    const returns = returned(pp, base, name);
    if (returns?.kind === 'base' && returns.name === 'void') continue;
    const pointer = returns?.kind === 'pointer';
    const value = returns?.kind === 'base' && returns.name === 'bool' ? 0 : pointer && !errors(text, name) ? 0 : ENOMEM;
    const error = `(typeof(${call}(a)))(long)(${value})`;
    pp.run(`#define ${name}(a...) (__pinscope_choice("${name}") ? ${error} : ${call}(a))\n`, 0);
  }
}
/** Does what the headers make of a name hand it to a built-in, which asks then? */
function asks(pp: Preprocessor, base: ExactProgram, of: string, name: string, depth = 0): boolean {
  const macro = pp.macros.get(of);
  const fn = macro ? undefined : base.functions.get(of);
  if (depth > 3 || (!macro && !fn)) return false;
  const words = macro
    ? macro.body.map((t) => t.text)
    : (JSON.stringify(fn!.body, (_, v: unknown) => (typeof v === 'bigint' ? 0 : v)).match(/"\w+"(?!:)/g) ?? []);
  if (words.includes(`"${name}"`)) return true;
  return [...new Set(words.map((w) => w.replace(/"/g, '')))].some(
    (w) => w !== of && /^\w+$/.test(w) && asks(pp, base, w, name, depth + 1),
  );
}
/** What a function of the headers returns, or the one that a macro begins with. */
function returned(pp: Preprocessor, base: ExactProgram, name: string, depth = 0): CType | undefined {
  const proto = base.prototypes.get(name);
  if (proto?.kind === 'function') return proto.returns;
  const first = depth < 4 ? pp.macros.get(name)?.body.map((t) => t.text) : undefined;
  const next = first && /^[\s(]*(\w+)/.exec(first.join(' '))?.[1];
  return next === undefined || next === name ? undefined : returned(pp, base, next, depth + 1);
}
/** Does the snippet test what the function returns with IS_ERR()? */
function errors(text: string, name: string): boolean {
  for (const m of text.matchAll(new RegExp(`([\\w.>-]+)\\s*=\\s*${name}\\s*\\(`, 'g')))
    if (new RegExp(`IS_ERR(?:_OR_NULL)?\\(\\s*${m[1]!.replace(/[.]/g, '\\.')}\\b`).test(text)) return true;
  return false;
}
