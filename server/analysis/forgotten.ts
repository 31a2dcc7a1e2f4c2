/**
 * Functions that take an object apart and forget the pages in it, as the rest of the file tells: another field of the same
 * record is given back there, or another function that frees the same array gives its pages back first.
 */
import type { Span } from '../../language/c/ast.ts';
import { walkExpr } from '../../language/c/index.ts';
import { calleeName, exprsOf, type FunctionContext } from './context.ts';
import type { FileAnalysis } from './file.ts';
import type { AcquireSite, Group, ReleaseSite } from './sites.ts';
import { namingOf } from './naming.ts';
import { wordsIn } from './per-function.ts';
import { tornDown } from './torn-down.ts';

/** Pages that a teardown leaves held. */
export interface Forgotten {
  readonly fn: string;
  readonly at: Span;
  readonly acquire: AcquireSite;
  /** In words: what the file does elsewhere. */
  readonly words: string;
  /** A mistake of its own, whatever else becomes of pages of that acquire. */
  readonly apart?: boolean;
}

const fieldsOf = (g: Group): readonly string[] => g.keys.filter((k) => k.startsWith('F:') && !k.startsWith('F:?'));
const recordOf = (key: string): string => key.slice(2, key.indexOf('.'));
const takersOf = (g: Group): ReadonlySet<string> => new Set(g.acquires.map((a) => a.fn));

/** Calls that are not seen and may give the pages back. */
const maybeReleased = (g: Group): boolean =>
  g.passed.some((p) => /release|put|free|unpin|drop|destroy/.test(p) && !/dma/.test(p)) ||
  g.uses.some((u) => u.effect.kind === 'put-in' && (u.effect.what === 'bio' || u.effect.what === 'skb'));

/** The acquire left pages behind on success. */
const leftHeld = (file: FileAnalysis, a: AcquireSite): boolean =>
  file.events.some((e) => e.kind === 'outlives' && e.outcome !== 'error' && e.resource.site.start === a.call.start);

/** `object->field[i] = page_to_pfn(pages[i])`: fields that a function fills with what it has taken. */
function filledBy(file: FileAnalysis, taker: string): Map<string, AcquireSite> {
  const out = new Map<string, AcquireSite>();
  const f = file.functions.get(taker);
  const acquires = file.groups.acquires.filter((a) => a.fn === taker && a.key);
  if (!f || acquires.length < 2) return out;
  for (const node of f.cfg.nodes)
    for (const e of exprsOf(node))
      walkExpr(e, (x) => {
        if (x.kind !== 'assign' || x.op !== '=') return;
        const to = file.groups.keyOf(x.left, f);
        const from = file.groups.keyOf(x.right, f);
        const acquire = from !== null && from !== to ? acquires.find((a) => a.key === from) : undefined;
        if (acquire && to?.startsWith('F:') && !to.startsWith('F:?')) out.set(to, acquire);
      });
  return out;
}

/** Fields that one function fills with pages side by side, of which the teardown gives back all but one. */
function* besideOthers(file: FileAnalysis): Iterable<Forgotten> {
  for (const taker of new Set(file.groups.acquires.map((a) => a.fn))) {
    const filled = filledBy(file, taker);
    const releaseOf = (key: string): ReleaseSite | undefined =>
      file.groups.releases.find((r) => r.key === key && r.fn !== taker && !r.effect.frees);
    for (const [key, acquire] of filled) {
      if (releaseOf(key) || [...filled].some(([k, a]) => k !== key && a === acquire)) continue;
      const beside = [...filled].find(
        ([k, a]) => recordOf(k) === recordOf(key) && a.kind === acquire.kind && releaseOf(k),
      );
      const release = beside && releaseOf(beside[0]);
      // what the field holds is given back under another name
      const copied = [...file.functions.values()].some(
        (f) =>
          f.def.name !== taker &&
          f.def.name !== release?.fn &&
          names(f, fieldIn(key)) &&
          file.groups.releases.some((r) => r.fn === f.def.name),
      );
      if (!release || copied || !leftHeld(file, acquire)) continue;
      const f = file.functions.get(release.fn);
      if (!f || names(f, fieldIn(key))) continue;
      yield {
        fn: release.fn,
        at: release.call,
        acquire,
        words: `${release.fn}() gives back \`${fieldIn(beside[0])}\` and forgets \`${fieldIn(key)}\` beside it`,
      };
    }
  }
}

const fieldIn = (key: string): string => key.slice(key.indexOf('.') + 1);
const names = (f: FunctionContext, field: string): boolean => wordsIn(f).has(field);

/** Some function gives the pages back and then frees their array; this one takes them off the device and only frees it. */
function* freedHeld(file: FileAnalysis): Iterable<Forgotten> {
  for (const g of file.groups.all().values()) {
    const takers = takersOf(g);
    const releasing = new Set(g.releases.filter((r) => !r.effect.frees).map((r) => r.fn));
    if (!takers.size || !fieldsOf(g).length || maybeReleased(g)) continue;
    // the array itself, not a table made of it
    const arrays = new Set(g.releases.map((r) => r.key));
    const frees = file.groups.pageFrees.filter(
      (x) => x.own && / frees$/.test(x.how) && x.keys.some((k) => arrays.has(k)),
    );
    const fair = frees.find((x) => releasing.has(x.fn) && !takers.has(x.fn));
    const acquire = fair && g.acquires.find((a) => leftHeld(file, a));
    if (!fair || !acquire) continue;
    for (const x of frees) {
      const f = file.functions.get(x.fn);
      const unmaps = g.uses.some((u) => u.fn === x.fn && u.effect.kind === 'dma-unmap' && u.call.start < x.span.start);
      if (!f || takers.has(x.fn) || !unmaps) continue;
      if ([...releasing].some((fn) => file.reaches(x.fn, fn))) continue;
      // a caller, or a function that it calls beside this one, may have given them back
      const callers = namingOf(file.functions)
        .mayCall(x.fn)
        .filter((c) => c.calls.some((y) => calleeName(y) === x.fn));
      const before = callers.some(
        (c) => releasing.has(c.def.name) || c.calls.some((y) => releasing.has(calleeName(y) ?? '')),
      );
      if (before) continue;
      yield {
        fn: x.fn,
        at: x.span,
        acquire,
        words: `${x.how} what names them in ${x.fn}(), where ${fair.fn}() gives them back first`,
      };
      break;
    }
  }
}

/** All of a file. */
export const forgottenPages = (file: FileAnalysis): Forgotten[] => [
  ...besideOthers(file),
  ...freedHeld(file),
  ...tornDown(file),
];
