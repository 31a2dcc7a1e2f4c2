/** What the parts of the path walk share: the activation that runs, and what they need from the explorer. */
import type { CallExpr, Expr } from '../../language/c/ast.ts';
import { exprText } from '../../language/c/index.ts';
import type { TranslationUnit } from '../../language/c/unit.ts';
import type { FunctionContext } from './context.ts';
import type { PathEvent } from './events.ts';
import type { Place } from './place.ts';
import type { Symbols } from './symbols.ts';
import type { Val } from './values.ts';

/** One activation of a function on the (inlined) call stack. */
export interface Frame {
  readonly id: string;
  readonly context: FunctionContext;
  readonly caller: Frame | null;
  /** Places of its variables, by name. */
  readonly places: Map<string, Place>;
  /** Results of the same-file calls in the node being evaluated. */
  readonly results: ReadonlyMap<CallExpr, Val>;
}

/** Services that evaluation needs from the explorer. */
export interface Machine {
  readonly unit: TranslationUnit;
  readonly symbols: Symbols;
  /** The file defines a function of that name: what the kernel's tables say of it does not hold. */
  isLocal(name: string): boolean;
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
