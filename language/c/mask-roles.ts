/** What the project's macros mean to the masking. */
import { hashText } from './hash.ts';
import { isLoopHead } from './macros.ts';
import type { MaskMacros } from './mask-state.ts';
import { ANNOTATIONS, ATTRIBUTE_CALLS, isLoopName } from './masknames.ts';
import { TELLING } from './mask-patterns.ts';
import { WordFilter } from './word-filter.ts';
import type { MacroDef } from './unit.ts';

const maskMacroCache = new WeakMap<MacroDef, 'loop' | 'empty' | 'none' | { readonly keyword: string }>();

/** What a macro means to the masking. */
function maskRole(
  def: MacroDef,
  isLoop: (name: string) => boolean,
): 'loop' | 'empty' | 'none' | { readonly keyword: string } {
  const cached = maskMacroCache.get(def);
  if (cached !== undefined) return cached;
  let role: 'loop' | 'empty' | 'none' | { readonly keyword: string } = 'none';
  const body = def.body;
  // a macro that stands for another one means what that one does in the file
  let isOwn = true;
  const asks = (name: string): boolean => {
    isOwn = false;
    return isLoop(name);
  };
  if (def.params === null) {
    if (body === '' || body.split(/\s+/).every((w) => ANNOTATIONS.has(w))) role = 'empty';
    else if (/^__attribute__\s*\(\(.*\)\)$/.test(body)) role = 'empty';
    else {
      const words = body.split(/\s+/);
      if (
        words.every(
          (w) =>
            w === 'static' ||
            w === 'inline' ||
            w === 'extern' ||
            w === '__inline' ||
            w === '__inline__' ||
            w === '__always_inline' ||
            ANNOTATIONS.has(w),
        )
      ) {
        role = { keyword: words.includes('static') ? 'static' : words.includes('extern') ? 'extern' : '' };
      } else if (body === 'const' || body === 'volatile') role = { keyword: body };
    }
  } else if (isLoopHead(def, (name) => isLoopName(name) || asks(name))) role = 'loop';
  else if (
    /^__attribute__\s*\(\(.*\)\)$/.test(body) ||
    (def.params.length > 0 && ATTRIBUTE_CALLS.has(/^\w+/.exec(body)?.[0] ?? ''))
  )
    role = 'empty';
  if (isOwn) maskMacroCache.set(def, role);
  return role;
}

/** Sorts macros by their part in the masking; `base` is what the headers add. */
export function maskMacrosOf(macros: ReadonlyMap<string, MacroDef>, base?: MaskMacros): MaskMacros {
  const loops = new Set<string>();
  const empty = new Set<string>();
  const keywords = new Map<string, string>();
  for (const def of macros.values()) {
    const role = maskRole(def, (name) => loops.has(name) || (base?.loops.has(name) ?? false));
    if (role === 'none') continue;
    if (role === 'loop') loops.add(def.name);
    else if (role === 'empty') {
      // An object-like macro with nothing in it may be a mere flag (`#define DEBUG`); in code it vanishes all the same.
      empty.add(def.name);
    } else keywords.set(def.name, role.keyword);
  }
  const words = [
    ...Array.from(loops, (name) => `l${name}`),
    ...Array.from(empty, (name) => `e${name}`),
    ...Array.from(keywords, ([name, keyword]) => `k${name}=${keyword}`),
  ];
  const own = [...empty, ...keywords.keys()];
  const telling = own.length === 0 && base ? base.telling : new WordFilter(own, base?.telling ?? TELLING);
  if (!base) return { id: hashText(words.join()), telling, loops, empty, keywords };
  for (const name of macros.keys())
    if (base.loops.has(name) || base.empty.has(name) || base.keywords.get(name) !== undefined) words.push(`-${name}`);
  // A macro that the file defines anew has its new part only.
  return {
    id: words.length === 0 ? base.id : hashText(`${base.id}|${words.join()}`),
    telling,
    loops: { has: (n) => loops.has(n) || (base.loops.has(n) && !macros.has(n)) },
    empty: { has: (n) => empty.has(n) || (base.empty.has(n) && !macros.has(n)) },
    keywords: { get: (n) => keywords.get(n) ?? (macros.has(n) ? undefined : base.keywords.get(n)) },
  };
}
