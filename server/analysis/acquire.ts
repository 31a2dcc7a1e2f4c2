/** What a call of the gup family does to a path: the resource that is held from then on. */
import type { CallExpr } from '../../language/c/ast.ts';
import { exprText } from '../../language/c/index.ts';
import { facts } from '../../language/kernel/index.ts';
import type { AcquireFact } from '../../language/kernel/types.ts';
import { nameOf, type Frame, type Machine } from './frame.ts';
import { shortLoc, type Memory } from './memory.ts';
import { mayHold, type Resource, type State } from './state.ts';
import type { Symbols } from './symbols.ts';
import { ZERO, constant, isConst, sameVal, symbol, type Val } from './values.ts';

/** Acquires on a path. */
export class Acquires {
  constructor(
    private readonly machine: Machine,
    private readonly memory: Memory,
  ) {}

  private get symbols(): Symbols {
    return this.machine.symbols;
  }

  acquire(fact: AcquireFact, e: CallExpr, vals: readonly Val[], state: State, frame: Frame): Val {
    const form =
      facts.formIn(fact, this.machine.unit.target.kernel) ??
      fact.forms.find((f) => f.params.length === e.args.length) ??
      fact.forms.at(-1);
    const params =
      form && form.params.length === e.args.length
        ? form.params
        : (fact.forms.find((f) => f.params.length === e.args.length)?.params ?? form?.params ?? []);
    const at = (role: string): number => {
      const i = params.indexOf(role as never);
      return i < e.args.length ? i : -1; // too few arguments: not what the kernel would compile
    };
    const pagesArg = at('pages') >= 0 ? at('pages') : at('folios');
    const pages = pagesArg >= 0 ? vals[pagesArg] : undefined;
    const name = fact.name;
    const nr =
      at('nr') >= 0
        ? vals[at('nr')]!
        : fact.into === 'single' || fact.into === 'return'
          ? constant(1)
          : symbol(this.symbols.get(`nr:${e.start}`, { lo: 1 }));
    const bool = fact.result === 'bool';
    const result = this.memory.fresh('acq', e.start, state, frame, {
      name: `${name}()`,
      ...(bool ? { lo: 0, hi: 1 } : fact.result === 'zero' ? { hi: 0 } : {}),
    });
    if (fact.result === 'pages') state.assume('<=', result, nr);
    if (fact.result === 'pages' || fact.result === 'bytes') state.assume('>=', result, constant(-4095));
    const flags = at('flags') >= 0 ? exprText(e.args[at('flags')]!, this.machine.unit.sources) : '';
    const noGet = fact.into === 'return' ? false : !pages || (isConst(pages) && pages.o === 0);
    if (noGet && pages) this.machine.emit({ kind: 'no-array', at: e, functionName: frame.context.def.name });
    // NULL array: nothing is taken; FOLL_PIN, or FOLL_GET to a pin call: refused (is_valid_gup_args)
    if (noGet || /FOLL_PIN\b/.test(flags) || (fact.takes !== 'get' && /FOLL_GET\b/.test(flags))) return result;
    if (fact.into === 'bio') return result;
    const array =
      fact.into === 'return'
        ? result
        : fact.into === 'array-out'
          ? this.memory.load(this.memory.deref(pages!), state, () => 'pages')
          : pages!;
    // an array that is given is filled; only where there is none, or the call never takes one, it makes one
    const given =
      fact.takes === 'by-iter' && !isConst(array) && (array.x || state.compare('>', array, ZERO) === true)
        ? array
        : undefined;
    if (fact.into === 'array-out' && !given) {
      const made = this.memory.fresh('arr', e.start, state, frame, {
        name: nameOf(e.args[pagesArg]!, this.machine.unit),
        // where pages are held there is an array
        nonNull: true,
      });
      this.memory.store(this.memory.deref(pages!), made, state);
    }
    const held = fact.into === 'array-out' ? (state.memory.get(this.memory.deref(pages!)) ?? array) : array;
    const id = `${frame.id}:${e.start}`;
    const before = state.resources.get(id);
    const fill = `${id}:${state.rounds.counts()}`;
    const resource: Resource = {
      site: e,
      fact,
      kind: fact.takes === 'get' ? 'get' : 'pin',
      functionName: frame.context.def.name,
      array: held.s,
      index: { ...held, s: 0 },
      result,
      requested: nr,
      iter: fact.takes === 'by-iter' ? (vals[at('iter')]?.s ?? 0) : 0,
      status: 'held',
      earlier:
        before !== undefined && before.array === held.s && (before.status === 'partial' || mayHold(state, before))
          ? [...before.earlier, before.result].slice(-2)
          : [],
      refilled: before?.array === held.s && sameVal(before.index, { ...held, s: 0 }),
      releasedAt: [],
      releasedCount: null,
      lastIndex: null,
      blank: this.isBlank(held, state),
      fills: [...(before?.array === held.s ? before.fills : []), fill].slice(-4),
      published: [],
      outflow: before?.outflow ?? false,
      outflowBy: before?.outflowBy ?? null,
      forgotten: null,
    };
    // an array that is filled anew: what other calls left in it went elsewhere before
    for (const [other, r] of state.resources) {
      if (other !== id && r.array === held.s && sameVal(r.index, resource.index))
        state.resources.set(other, { ...r, status: 'handed' });
    }
    state.resources.set(id, resource);
    state.filled.set(held.s, fill);
    const info = this.symbols.info(held.s);
    this.memory.refilled(held.s, state);
    if (info.addressOf !== undefined && fact.into !== 'return') {
      const loc = this.memory.deref(held);
      const el = symbol(
        this.symbols.get(`page:${id}:${state.rounds.counts()}`, {
          elementOf: { array: held.s, index: { ...held, s: 0 } },
          fill,
          nonNull: true,
          name: shortLoc(loc),
        }),
      );
      state.memory.set(loc, el);
    }
    state.note(e, `${name}() ${resource.kind === 'pin' ? 'pins' : 'takes references to'} the pages`, 'acquire');
    return result;
  }

  /** The address of a variable that has no value yet. */
  private isBlank(address: Val, state: State): boolean {
    const content = this.symbols.info(address.s).addressOf && state.memory.get(this.memory.deref(address));
    return !!content && this.symbols.info(content.s).unset === true;
  }
}
