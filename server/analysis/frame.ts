/** What the parts of the path walk share: the activation that runs, and what they need from the explorer. */
import type { CallExpr, CType, Expr } from '../../language/c/ast.ts';
import { exprText } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import type { FunctionContext } from './context.ts';
import type { PathEvent } from './events.ts';
import type { Place, Places } from './place.ts';
import type { Symbols } from './symbols.ts';
import type { Val } from './values.ts';

/** What a name stands for in an activation. */
export interface Name {
  readonly place: Place;
  /** What it says on all paths: a constant, the address of an array. Null: what stands in its place; undefined: not asked for yet. */
  value: Val | null | undefined;
}

/** What is the same for all activations that were entered by the same calls. */
export class Scope {
  readonly types: ReadonlyMap<string, CType>;
  private readonly fresh = new Map<string, Map<string, Map<number, Val>>>();
  private readonly names = new Map<string, Name>();
  private readonly locals = new Map<string, Place>();

  constructor(
    readonly id: string,
    readonly context: FunctionContext,
    private readonly places: Places,
  ) {
    this.types = context.types;
  }

  /** What a name means there. */
  name(name: string): Name {
    let known = this.names.get(name);
    if (!known) {
      const isLocal = this.types.has(name) || name.startsWith('$');
      known = { place: isLocal ? this.local(name) : this.places.global(name), value: undefined };
      this.names.set(name, known);
    }
    return known;
  }

  /** Unknown values of a kind in rounds of loops, by the place of the code that makes them: see Memory.fresh(). */
  freshIn(rounds: string, kind: string): Map<number, Val> {
    let kinds = this.fresh.get(rounds);
    if (!kinds) this.fresh.set(rounds, (kinds = new Map()));
    let values = kinds.get(kind);
    if (!values) kinds.set(kind, (values = new Map()));
    return values;
  }

  /** The place of a variable. */
  local(variable: string): Place {
    let place = this.locals.get(variable);
    if (!place) this.locals.set(variable, (place = this.places.local(this.id, variable)));
    return place;
  }
}

/** One activation of a function on the (inlined) call stack. */
export interface Frame {
  readonly id: string;
  readonly context: FunctionContext;
  readonly scope: Scope;
  readonly caller: Frame | null;
  /** Results of the same-file calls in the node being evaluated. */
  readonly results: ReadonlyMap<CallExpr, Val>;
}

const NO_RESULTS: ReadonlyMap<CallExpr, Val> = new Map();

/** An activation whose function has not begun yet. */
export const entered = (scope: Scope, caller: Frame | null): Frame => ({
  id: scope.id,
  context: scope.context,
  scope,
  caller,
  results: NO_RESULTS,
});

/** Services that evaluation needs from the explorer. */
export interface Machine {
  readonly unit: TranslationUnit;
  readonly symbols: Symbols;
  /** The file defines a function of that name: what the kernel's tables say of it does not hold. */
  isLocal(name: string): boolean;
  /** The file defines a function of that name, and it returns nothing but errors. */
  alwaysFails(name: string): boolean;
  /** The number that a name which is no variable stands for. */
  constant(name: string): number | undefined;
  emit(event: PathEvent): void;
  /** The path gave back pages that it had not taken: that matters to whoever called. */
  gaveOthers(): void;
}

const texts = new WeakMap<Expr, string>();
/** An expression on one line. */
export function textOf(e: Expr, unit: TranslationUnit): string {
  let known = texts.get(e);
  if (known === undefined) texts.set(e, (known = exprText(e, unit.sources).replace(/\s+/g, ' ')));
  return known;
}

/** Shortest name of an expression for messages. */
export const nameOf = (e: Expr, unit: TranslationUnit): string => textOf(e, unit).slice(0, 60);
