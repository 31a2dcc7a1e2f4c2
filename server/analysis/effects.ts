/** What the kernel's calls do besides acquiring: releases, aliases, containers, allocation, error pointers. */
import type { CallExpr } from '../../language/c/ast.ts';
import type { Effect, PagesArg } from '../../language/kernel/types.ts';
import type { Arithmetic } from './arithmetic.ts';
import { calleeName } from './context.ts';
import type { Frame, Machine } from './frame.ts';
import type { Memory } from './memory.ts';
import { Releases } from './release.ts';
import type { State } from './state.ts';
import type { Symbols } from './symbols.ts';
import { ZERO, constant, isConst, symbol, valKey, type Val } from './values.ts';

/** Gives a reference back, and says whether it was the last one. */
const LAST_REFERENCE = /^(refcount|atomic|atomic64|atomic_long)_(dec|sub)_and_test$/;

/** Effects of the fact tables on a path. */
export class Effects {
  private readonly releases: Releases;

  constructor(
    private readonly machine: Machine,
    private readonly memory: Memory,
    private readonly arithmetic: Arithmetic,
  ) {
    this.releases = new Releases(machine, memory);
  }

  private get symbols(): Symbols {
    return this.machine.symbols;
  }

  effect(effect: Effect, e: CallExpr, args: readonly Val[], state: State, frame: Frame): Val | undefined {
    switch (effect.kind) {
      case 'release':
        if (effect.pages.as === 'vaddr') this.releases.freed(args[effect.pages.arg], e, state, frame);
        else this.releases.release(effect, e, args, state, frame);
        return undefined;
      case 'ref': {
        const v = args[effect.pages.arg];
        if (v) this.memory.forget(v, state);
        return undefined;
      }
      case 'alias':
        return effect.from.as === 'sg' || effect.from.as === 'sg-table' || effect.from.as === 'bio'
          ? this.memory.load(this.memory.deref(args[effect.from.arg] ?? ZERO).member('@page'), state)
          : this.alias(args[effect.from.arg], effect.from.as, effect.result);
      case 'put-in': {
        const v = args[effect.pages.arg];
        if (!v) return undefined;
        const into =
          effect.container === 'result'
            ? this.memory.fresh('r', e.start, state, frame)
            : (args[effect.container] ?? ZERO);
        this.memory.store(
          this.memory.deref(into).member(effect.pages.as === 'page-array' ? '@pages' : '@page'),
          v,
          state,
        );
        // into a table that may have to grow, a call can fail to put them
        const result = this.memory.fresh('r', e.start, state, frame);
        this.memory.flowsOut(v, state, effect.container === 'result' ? null : result);
        if (effect.what === 'bio' || effect.what === 'skb') this.memory.handOver(v, state);
        return effect.container === 'result' ? into : undefined;
      }
      case 'store': {
        const item = args[effect.item];
        if (item?.s) state.escape(this.memory.ownerOf(item), `linked by ${calleeName(e)}()`);
        return undefined;
      }
      case 'alloc':
        return this.memory.fresh('heap', e.start, state, frame, {
          local: 'heap',
          zeroed: effect.zeroed,
          name: 'allocation',
          ...(effect.fails === 'null' ? { lo: 0 } : effect.fails === 'never' ? { lo: 1 } : {}),
        });
      case 'free':
        this.releases.freed(args[effect.arg], e, state, frame);
        return undefined;
      case 'err-ptr': {
        const v = args[0] ?? ZERO;
        if (effect.test === 'IS_ERR') return this.arithmetic.truth('<', v, ZERO, state);
        if (effect.test === 'IS_ERR_OR_NULL') return this.arithmetic.truth('<=', v, ZERO, state);
        return v;
      }
      case 'user-copy':
        return this.memory.fresh('copy', e.start, state, frame, {
          name: `${calleeName(e)}()`,
          ...(effect.result === 'left' ? { lo: 0 } : {}),
        });
      case 'kmap': {
        // the address of the data stands for the page: whoever gets it can get at the page
        const v = args[effect.pages.arg];
        const info = v && this.symbols.info(v.s);
        if (!v?.s || !info) return undefined;
        return symbol(
          this.symbols.get(`kmap:${valKey(v)}`, {
            elementOf: info.elementOf ?? { array: v.s, index: v },
            numberOf: v,
            // one page always has an address; a range of them may find no room
            nonNull: !/vmap|vm_map/.test(calleeName(e) ?? ''),
          }),
        );
      }
      case 'dma-map':
        return this.memory.fresh('map', e.start, state, frame);
      default:
        return undefined;
    }
  }

  /** What a call without effects tells by its result; undefined: nothing. */
  tells(name: string, e: CallExpr, args: readonly Val[], state: State, frame: Frame): Val | undefined {
    const first = args[0];
    if (!first?.s) return undefined;
    // a number that was made from a page is valid
    if (name === 'pfn_valid' && this.symbols.info(first.s).numberOf) return constant(1);
    // nor are pages reserved that gup took (but for the zero page, whose references do not matter)
    if (name === 'PageReserved' && this.memory.resourcesOf(first, state).length) return ZERO;
    if (!LAST_REFERENCE.test(name)) return undefined;
    // not the last reference: others have the object
    const result = this.memory.fresh('r', e.start, state, frame, { name: `${name}()` });
    state.escape(this.memory.ownerOf(first), `passed on by ${name}()`, result);
    return result;
  }

  /** page_folio() and friends name the same page; page_to_pfn() makes a number of it, which carries no ownership when passed on. */
  private alias(v: Val | undefined, from: PagesArg['as'], to: PagesArg['as']): Val | undefined {
    if (!v || isConst(v)) return v;
    const number = (as: PagesArg['as']): boolean => as === 'pfn' || as === 'dma-addr' || as === 'vaddr';
    const info = this.symbols.info(v.s);
    if (number(from)) {
      if (!info.numberOf) return v;
      if (v.o || v.x) return symbol(this.symbols.get(`pageat:${valKey(v)}`, { elementOf: info.elementOf }));
      return symbol(
        this.symbols.get(`back:${valKey(v)}`, { elementOf: info.elementOf, fill: info.fill, name: info.name }),
      );
    }
    if (!number(to)) return v;
    return symbol(
      this.symbols.get(`num:${valKey(v)}`, {
        numberOf: v,
        fill: info.fill,
        elementOf: info.elementOf ?? { array: v.s, index: v },
      }),
    );
  }
}
